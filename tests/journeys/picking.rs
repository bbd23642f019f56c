//! Pick lists by the command line and in one process: what is on the page, what it holds, and what Amazon's changes do.

use std::path::Path;
use std::time::Duration;

use packlight_domain::account::OrdersApi;
use packlight_domain::currency::Currency;
use packlight_domain::picking::{ExceptionReason, PickMark, PickRequest, PickState};
use packlight_domain::stock::UnitDraft;
use packlight_engine::Code;
use packlight_engine::events::{CacheTag, Event};
use packlight_spapi_sim::{CancelledBy, Draft, DraftLine, Seller};
use packlight_store::{Access, Store};
use packlight_tests::command_line::Desk;
use packlight_tests::world::{GB, World, begin, shop};
use serde_json::{Value, json};

/// A Falcon in a place.
fn falcon(place: &str) -> UnitDraft {
    UnitDraft {
        set_number: "75192".into(),
        name: "Millennium Falcon".into(),
        condition: "New".into(),
        storage_location: Some(place.into()),
        ..UnitDraft::default()
    }
}

/// A connected and synced shop with Falcons on its shelves.
async fn synced(orders: u64, seed: u64, places: &[&str]) -> Desk {
    let desk = Desk::new(Seller::with_orders(orders, seed, chrono::Utc::now()).history_days(25)).await;
    desk.connect();
    desk.json(0, &["sync"], "");
    let store = Store::open(desk.folder(), Access::Write, begin()).await.unwrap();
    let units = places.iter().map(|place| falcon(place).check(Currency::GBP).unwrap()).collect();
    store.add_units(units, "Added units", begin()).await.unwrap();
    store.close().await;
    desk
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

/// Paid merchant orders' lines with something left: ASIN and units left, counted from `orders list` alone.
fn waiting(desk: &Desk) -> Vec<(Option<String>, u64)> {
    let orders = desk.json(0, &["orders", "list", "--query", "status:paid is:fbm"], "");
    let lines = orders.as_array().unwrap().iter().flat_map(|order| order["items"].as_array().unwrap());
    lines
        .map(|line| {
            let left = line["quantity"].as_u64().unwrap() - line["quantity_shipped"].as_u64().unwrap();
            (line["item_number"].as_str().map(ToOwned::to_owned), left)
        })
        .filter(|(_, left)| *left > 0)
        .collect()
}

fn pdf(path: &Path) -> Vec<u8> {
    let bytes = std::fs::read(path).unwrap();
    assert!(bytes.starts_with(b"%PDF-"), "{}", path.display());
    bytes
}

#[tokio::test(flavor = "multi_thread")]
async fn units_on_paper_are_the_units_still_to_ship_and_the_bytes_repeat() {
    let desk = synced(400, 9, &["S49", "S5", "S5"]).await;
    let lines = waiting(&desk);
    assert!(!lines.is_empty());
    let (asin, _) = lines.iter().find(|(asin, _)| asin.is_some()).unwrap();
    desk.json(0, &["match", "map", asin.as_deref().unwrap(), "75192", "New"], "");
    let out = desk.folder().join("list.pdf");
    let made = desk.json(0, &["pick-list", "--out", out.to_str().unwrap()], "");
    let to_ship: u64 = lines.iter().map(|(_, left)| left).sum();
    assert_eq!(made["units"].as_u64().unwrap() + made["exception_units"].as_u64().unwrap(), to_ship);
    let wanted: u64 = lines.iter().filter(|(own, _)| own == asin).map(|(_, left)| left).sum();
    assert_eq!(made["units"], wanted.min(3));
    assert!(made["pages"].as_u64().unwrap() >= 1 && made["exceptions"].as_u64().unwrap() > 0, "{made}");
    assert!(text(&made["id"]).starts_with("P-") && text(&made["data_as_of"]).ends_with('Z'), "{made}");
    let first = pdf(&out);
    let again = desk.folder().join("again.pdf");
    assert_eq!(desk.json(0, &["pick-list", "--out", again.to_str().unwrap()], "")["id"], made["id"]);
    assert!(pdf(&again) == first, "the same data gave other bytes");
    for paper in ["letter", "4x6"] {
        let other = desk.folder().join(paper);
        let told = desk.json(0, &["pick-list", "--out", other.to_str().unwrap(), "--paper", paper], "");
        assert_eq!((&told["id"], &told["units"]), (&made["id"], &made["units"]));
        assert!(pdf(&other) != first);
    }
    // Nothing was changed by all that.
    assert_eq!(desk.json(0, &["inventory", "list", "--query", "status:linked"], ""), json!([]));
    assert_eq!(desk.json(0, &["check"], "")["ok"], true);
    let wrong = desk.json(1, &["pick-list", "--out", "/nowhere/at/all.pdf"], "");
    assert_eq!(wrong["error"]["code"], "disk");
    assert_eq!(desk.json(2, &["pick-list", "--out", "x", "--paper", "a3"], "")["error"]["code"], "usage");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_list_is_one_page_and_an_account_narrows() {
    let desk = synced(0, 3, &[]).await;
    let out = desk.folder().join("list.pdf");
    let made = desk.json(0, &["pick-list", "--out", out.to_str().unwrap(), "--account", "Shop"], "");
    let sums = ["lines", "units", "orders", "exceptions", "pages"].map(|key| made[key].as_u64().unwrap());
    assert_eq!(sums, [0, 0, 0, 0, 1]);
    pdf(&out);
    let error = desk.json(3, &["pick-list", "--out", out.to_str().unwrap(), "--account", "FR"], "");
    assert_eq!(error["error"]["code"], "no_account");
}

#[tokio::test(start_paused = true)]
async fn an_order_that_amazon_cancels_leaves_the_open_list_and_the_seller_is_told_at_once() {
    let world = World::new(shop(0, 3), Duration::from_millis(800)).await;
    world.connect(OrdersApi::V2026, &[GB]).await.unwrap();
    let engine = &world.engine;
    let place = || {
        let draft = Draft::of([DraftLine::new("B07JPLG4BS", "LEGO 75192 Millennium Falcon", 1, 59_999)]);
        let id = world.amazon.world().place(world.amazon.now(), draft).unwrap();
        world.amazon.world().pay(&id, world.amazon.now()).unwrap();
        id
    };
    let (doomed, other) = (place(), place());
    tokio::time::advance(Duration::from_mins(10)).await;
    world.synced().await;
    for shelf in ["S49", "S5"] {
        engine.add_units(&falcon(shelf), 1).await.unwrap();
    }
    engine.map_number("B07JPLG4BS", true, "75192", "New").await.unwrap();

    let request = PickRequest::default();
    let list = engine.plan_pick_list(&request).await.unwrap();
    let walk: Vec<_> = list.groups.iter().map(|group| group.heading.as_str()).collect();
    assert_eq!((walk, list.totals.orders, list.record), (vec!["S5", "S49"], 2, None));
    assert!(list.data_as_of_text.as_deref().is_some_and(|text| text.ends_with(" GMT")), "{list:?}");
    let mut news = engine.events().subscribe();
    let started = engine.start_pick_run(&request).await.unwrap();
    assert_eq!(started.entry.id, list.id);
    let Event::DataChanged(tags) = news.recv().await.unwrap() else { panic!("the data changed") };
    assert!(tags.contains(&CacheTag::PickLists) && tags.contains(&CacheTag::Inventory), "{tags:?}");
    assert_eq!(engine.plan_pick_list(&request).await.unwrap().record, Some(started.entry.record));

    world.amazon.world().cancel(&doomed, world.amazon.now(), CancelledBy::Buyer).unwrap();
    tokio::time::advance(Duration::from_mins(10)).await;
    world.synced().await;
    let told: Vec<_> = std::iter::from_fn(|| news.try_recv().ok())
        .filter_map(|event| match event {
            Event::OrderStruck(struck) => Some(struck),
            _ => None,
        })
        .collect();
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].message, format!("{doomed} was cancelled: take it off list {}", list.id));
    let run = engine.pick_run(started.entry.record).await.unwrap();
    let marks: Vec<_> = run.stops.iter().map(|stop| (stop.platform_order_id == doomed, stop.mark)).collect();
    assert!(
        marks.contains(&(true, PickMark::Struck)) && marks.contains(&(false, PickMark::Open)),
        "{marks:?}"
    );

    // What is left is taken by the scanner, and the list is done.
    let scanned = engine.scan_pick(started.entry.record, &other).await.unwrap();
    assert_eq!((scanned.entry.state, scanned.entry.picked, scanned.entry.struck), (PickState::Done, 1, 1));
    let next = engine.plan_pick_list(&request).await.unwrap();
    assert_eq!(next.exceptions[0].reason, ExceptionReason::AlreadyPicked);
    assert_eq!(engine.start_pick_run(&request).await.unwrap_err().code, Code::NotPossible);
    // Not by hand.
    let struck = engine.mark_picked(started.entry.record, vec![0], PickMark::Struck).await.unwrap_err();
    assert_eq!((struck.code, struck.subject.as_deref()), (Code::BadInput, Some("mark")));
    assert_eq!(
        engine.pick_run(packlight_domain::picking::PickListId(77)).await.unwrap_err().code,
        Code::NotFound
    );
    let report = engine.check().await.unwrap();
    assert!(report.ok, "{report:?}");
}
