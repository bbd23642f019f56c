//! Matching by the command line: a unit for a line, a mapping for all lines of an ASIN, and what Amazon's changes undo.

use std::time::Duration;

use packlight_domain::account::OrdersApi;
use packlight_domain::currency::Currency;
use packlight_domain::matching::{LineKey, Reason};
use packlight_domain::stock::{UnitDraft, UnitId, UnitListRequest, UnitSelection, UnitSortKey};
use packlight_engine::Code;
use packlight_engine::events::{CacheTag, Event};
use packlight_spapi_sim::{CancelledBy, Draft, DraftLine, Seller};
use packlight_store::{Access, Store};
use packlight_tests::command_line::Desk;
use packlight_tests::world::{GB, World, begin, shop};
use serde_json::{Value, json};

/// A connected and synced shop.
async fn synced(orders: u64, seed: u64) -> Desk {
    let desk = Desk::new(Seller::with_orders(orders, seed, chrono::Utc::now()).history_days(25)).await;
    desk.connect();
    desk.json(0, &["sync"], "");
    desk
}

/// Puts units of a set on a shelf.
async fn stock(desk: &Desk, set: &str, condition: &str, days: &[&str]) {
    let store = Store::open(desk.folder(), Access::Write, begin()).await.unwrap();
    let units = days
        .iter()
        .map(|day| UnitDraft {
            set_number: set.into(),
            name: "Millennium Falcon".into(),
            condition: condition.into(),
            cost: Some("499.99".into()),
            listing_price: Some("599.99".into()),
            purchase_date: Some((*day).into()),
            storage_location: Some("A-01".into()),
            ..UnitDraft::default()
        })
        .map(|draft| draft.check(Currency::GBP).unwrap())
        .collect();
    store.add_units(units, "Added units", begin()).await.unwrap();
    store.close().await;
}

/// Two lines of one unit each, of two paid orders.
fn two_lines(desk: &Desk) -> [Value; 2] {
    let orders = desk.json(0, &["orders", "list", "--query", "status:paid"], "");
    let mut lines = orders.as_array().unwrap().iter().filter_map(|order| {
        let line = &order["items"][0];
        let is_plain = order["items"].as_array().unwrap().len() == 1
            && line["item_number"].is_string()
            && line["quantity"] == 1;
        is_plain.then(
            || json!({ "order": order["platform_order_id"], "id": line["id"], "asin": line["item_number"] }),
        )
    });
    [lines.next().unwrap(), lines.next().unwrap()]
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_unit_is_linked_shown_refused_to_others_and_freed() {
    let desk = synced(120, 5).await;
    stock(&desk, "75192", "New Sealed", &["2025-01-01", "2025-02-01"]).await;
    let [line, other] = two_lines(&desk);
    let linked = desk.json(0, &["match", "link", text(&line["id"]), "1"], "");
    assert_eq!(
        linked,
        json!({ "order_item_id": line["id"], "inventory_item_ids": ["1"], "match_status": "linked" })
    );
    let order = desk.json(0, &["orders", "show", text(&line["order"])], "");
    let item = &order["items"][0];
    assert_eq!(
        (
            &item["inventory_item_id"],
            &item["inventory_item_ids"],
            &item["amazon_link_method"],
            &item["match_status"]
        ),
        (&json!("1"), &json!(["1"]), &json!("manual"), &json!("linked"))
    );
    assert!(text(&item["amazon_linked_at"]).ends_with('Z'));
    assert_eq!(
        order["match_summary"],
        json!({ "total": 1, "linked": 1, "unmatched": 0, "no_asin": 0, "all_matched": true })
    );
    let units = desk.json(0, &["inventory", "list", "--query", "status:linked"], "");
    assert_eq!(units.as_array().unwrap().len(), 1);
    assert_eq!(
        (&units[0]["order_item_id"], &units[0]["status"], &units[0]["cost_minor"], &units[0]["currency"]),
        (&line["id"], &json!("linked"), &json!(49_999), &json!("GBP"))
    );

    let refused = desk.json(1, &["match", "link", text(&other["id"]), "1"], "");
    assert_eq!(refused["error"]["code"], "unit_claimed");
    assert_eq!(
        refused["error"]["message"],
        format!("unit 1 (75192) is held by order {}: unlink it there first", text(&line["order"]))
    );
    let full = desk.json(1, &["match", "link", text(&line["id"]), "2"], "");
    assert_eq!(full["error"]["code"], "not_possible");
    assert_eq!(desk.json(1, &["match", "link", "no-such-line", "1"], "")["error"]["code"], "not_found");
    assert_eq!(desk.json(1, &["match", "link", text(&line["id"]), "77"], "")["error"]["code"], "not_found");
    assert_eq!(desk.json(2, &["match", "link", text(&line["id"]), "one"], "")["error"]["code"], "usage");
    assert_eq!(
        desk.json(2, &["inventory", "list", "--query", "colour:red"], "")["error"]["code"],
        "bad_query"
    );

    let freed = desk.json(0, &["match", "unlink", text(&line["id"])], "");
    assert_eq!(
        freed,
        json!({ "order_item_id": line["id"], "inventory_item_ids": [], "match_status": "unmatched" })
    );
    assert_eq!(desk.json(0, &["match", "link", text(&other["id"]), "1"], "")["match_status"], "linked");
    assert_eq!(desk.json(0, &["check"], "")["ok"], true);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mapping_matches_every_line_of_its_asin_past_and_future() {
    let desk = synced(400, 9).await;
    let [line, _] = two_lines(&desk);
    let asin = text(&line["asin"]);
    let before = desk.json(0, &["orders", "list"], "");
    let lines = lines_of(&before, asin);
    let mapped = desk.json(0, &["match", "map", &asin.to_lowercase(), "75192", "New"], "");
    assert_eq!(
        (&mapped["asin"], &mapped["set_number"], &mapped["condition"], &mapped["lines_matched"]),
        (&json!(asin), &json!("75192"), &json!("New"), &json!(lines.len()))
    );
    let after = desk.json(0, &["orders", "list"], "");
    for line in lines_of(&after, asin) {
        assert_eq!(line["match_status"], "matched");
    }
    let list = desk.json(0, &["match", "list"], "");
    assert_eq!((&list[0]["asin"], &list[0]["lines"]), (&json!(asin), &json!(lines.len())));
    // Counted again from nothing: the lines that the mapping does not match.
    let unmatched = after
        .as_array()
        .unwrap()
        .iter()
        .filter(|order| {
            order["items"].as_array().unwrap().iter().any(|line| line["match_status"] == "unmatched")
        })
        .count();
    assert_eq!(desk.json(0, &["orders", "counts"], "")["unmatched"], unmatched);

    // A second copy that is mapped first and synced afterwards agrees: lines to come match too.
    let mut fresh = desk;
    fresh.folder_anew();
    fresh.connect();
    fresh.json(0, &["match", "map", asin, "75192", "New"], "");
    fresh.json(0, &["sync"], "");
    assert_eq!(lines_of(&fresh.json(0, &["orders", "list"], ""), asin).len(), lines.len());
    assert_eq!(fresh.json(0, &["orders", "counts"], "")["unmatched"], unmatched);
    assert_eq!(fresh.json(0, &["check"], "")["ok"], true);
    let bad = fresh.json(2, &["match", "map", "B0 X", "75192", "New"], "");
    assert_eq!(
        bad["error"]["message"],
        "'B0 X' is no ASIN: it has letters and digits only, such as B07JPLG4BS"
    );
    let bad = fresh.json(2, &["match", "map", asin, " ", "New"], "");
    assert_eq!(bad["error"]["message"], "set number is missing: write for example 75192");
}

fn lines_of<'a>(orders: &'a Value, asin: &str) -> Vec<&'a Value> {
    let lines = orders.as_array().unwrap().iter().flat_map(|order| order["items"].as_array().unwrap());
    lines.filter(|line| line["item_number"] == asin).collect()
}

/// A unit as it is typed.
fn falcon() -> UnitDraft {
    UnitDraft {
        set_number: "75192".into(),
        name: "Millennium Falcon".into(),
        condition: "New".into(),
        storage_location: Some("A-01".into()),
        ..UnitDraft::default()
    }
}

#[tokio::test(start_paused = true)]
async fn what_amazon_cancels_is_free_again_and_the_desk_hears_of_it() {
    let world = World::new(shop(0, 3), Duration::from_millis(800)).await;
    world.connect(OrdersApi::V2026, &[GB]).await.unwrap();
    let engine = &world.engine;
    let draft = Draft::of([DraftLine::new("B07JPLG4BS", "LEGO 75192 Millennium Falcon", 2, 59_999)]);
    let id = world.amazon.world().place(world.amazon.now(), draft).unwrap();
    world.amazon.world().pay(&id, world.amazon.now()).unwrap();
    tokio::time::advance(Duration::from_mins(10)).await;
    world.synced().await;
    let added = engine.add_units(&falcon(), 3).await.unwrap();
    assert_eq!(added.units, 3);
    let order = engine.find_order(None, &id).await.unwrap();
    let line = LineKey { order: order.row.id, order_item_id: order.items[0].order_item_id.clone() };

    let proposed = engine.match_candidates(&line, "", 10).await.unwrap();
    assert_eq!(proposed.units.len(), 3);
    assert_eq!(proposed.units[0].reasons, [Reason::SetNumberInTitle, Reason::NameInTitle]);
    let mut news = engine.events().subscribe();
    let mapped = engine.create_mapping(&line, UnitId(2)).await.unwrap();
    assert_eq!((mapped.number.as_str(), mapped.lines_matched, mapped.units_linked), ("B07JPLG4BS", 1, 2));
    let Event::DataChanged(tags) = news.recv().await.unwrap() else { panic!("the data changed") };
    for tag in [CacheTag::Orders, CacheTag::Counts, CacheTag::Inventory, CacheTag::Mappings] {
        assert!(tags.contains(&tag), "{tags:?}");
    }

    world.amazon.world().cancel(&id, world.amazon.now(), CancelledBy::Buyer).unwrap();
    tokio::time::advance(Duration::from_mins(10)).await;
    world.synced().await;
    assert_eq!(engine.stock_counts().await.unwrap().in_stock, 3);
    let heard = std::iter::from_fn(|| news.try_recv().ok())
        .any(|event| matches!(event, Event::DataChanged(tags) if tags.contains(&CacheTag::Inventory)));
    assert!(heard, "the stock's pages are read again");
    let history = engine.order_acts(order.row.id).await.unwrap();
    let told: Vec<&str> = history.iter().map(|act| act.summary.as_str()).collect();
    assert_eq!(
        told,
        [
            format!("Freed 2 units: {id} has changed"),
            format!("Mapped B07JPLG4BS to 75192 New and linked 2 units to {id}")
        ]
    );
    let error = engine.link_unit(&line, UnitId(1)).await.unwrap_err();
    assert_eq!(error.code, Code::NotPossible);
    let runs = engine.activity_runs(None, 10).await.unwrap();
    assert!(runs.len() == 2 && runs[0].id > runs[1].id && runs[0].account == "Shop", "{runs:?}");
    assert_eq!(engine.activity_runs(Some(runs[0].id), 10).await.unwrap(), runs[1..]);
}

#[tokio::test(start_paused = true)]
async fn inputs_are_bounded_and_their_fields_named() {
    let world = World::new(shop(0, 3), Duration::from_millis(800)).await;
    let engine = &world.engine;
    for quantity in [0, 1_001] {
        let error = engine.add_units(&falcon(), quantity).await.unwrap_err();
        assert_eq!(error.to_string(), format!("quantity {quantity} is not between 1 and 1000"));
        assert_eq!((error.code, error.subject.as_deref()), (Code::BadInput, Some("quantity")));
    }
    let wrong = UnitDraft { condition: String::new(), cost: Some("free".into()), ..falcon() };
    let error = engine.add_units(&wrong, 1).await.unwrap_err();
    assert_eq!(error.subject.as_deref(), Some("condition"));
    assert_eq!(
        error.to_string(),
        "condition is missing: write for example New or Used; 'free' is not an amount: write it like 1234.50"
    );
    assert_eq!(engine.edit_unit(UnitId(9), &falcon()).await.unwrap_err().code, Code::NotFound);
    let page = UnitListRequest {
        query: "colour:red".into(),
        sort: UnitSortKey::Added,
        descending: false,
        offset: 0,
        limit: 10,
    };
    let error = engine.list_units(&page).await.unwrap_err();
    assert_eq!((error.code, error.subject.as_deref()), (Code::BadQuery, Some("colour")));
    let error =
        engine.list_units(&UnitListRequest { query: String::new(), limit: 501, ..page }).await.unwrap_err();
    assert_eq!(error.to_string(), "limit 501 is not between 1 and 500");
    let error = engine.move_units(&UnitSelection::Ids(vec![]), Some("x".repeat(61))).await.unwrap_err();
    assert_eq!(error.subject.as_deref(), Some("storage_location"));
    let error = engine.map_number("B0 1", true, "75192", "New").await.unwrap_err();
    assert_eq!(error.subject.as_deref(), Some("number"));
    let error = engine.mappings(&"x".repeat(201), 0, 10).await.unwrap_err();
    assert_eq!(error.to_string(), "the search is longer than 200 characters: shorten it");
}
