//! Units and lines: links, mappings, what ingest frees, and undo of all of it.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "the helpers of tests may fail like tests"
)]

mod common;

use common::*;
use packlight_domain::account::Platform;
use packlight_domain::act::BatchId;
use packlight_domain::currency::Currency;
use packlight_domain::listing::{MatchStatus, OrderDetail, OrderRowId};
use packlight_domain::matching::{LineKey, Reason};
use packlight_domain::order::OrderUpdate;
use packlight_domain::page::{Place, Sort};
use packlight_domain::query::Query;
use packlight_domain::stock::query::StockQuery;
use packlight_domain::stock::{ClaimMethod, UnitDraft, UnitId, UnitStatus};
use packlight_store::{Orders, Scope, Store, StoreError, Units};

const FALCON: &str = "B00000000A";

fn draft(set: &str, condition: &str, day: &str) -> UnitDraft {
    UnitDraft {
        set_number: set.into(),
        name: "Millennium Falcon".into(),
        condition: condition.into(),
        cost: Some("500".into()),
        purchase_date: Some(day.into()),
        storage_location: Some("A-01".into()),
        ..UnitDraft::default()
    }
}

/// Adds a unit; one id each, from 1 on.
async fn unit(world: &World, set: &str, condition: &str, day: &str) -> UnitId {
    let fields = draft(set, condition, day).check(Currency::GBP).unwrap();
    world.store.add_units(vec![fields], "Added", at(0)).await.unwrap().0[0]
}

async fn placed(world: &World, id: &str, second: i64) -> OrderRowId {
    world.apply(&[order(id, second)]).await.new[0].id
}

fn line_of(order: OrderRowId) -> LineKey {
    LineKey { order, order_item_id: "1".into() }
}

async fn detail(world: &World, order: OrderRowId) -> OrderDetail {
    world.store.order(order).await.unwrap().unwrap()
}

async fn status(world: &World, unit: UnitId) -> UnitStatus {
    world.store.unit(unit).await.unwrap().unwrap().status
}

async fn state(world: &World, order: OrderRowId) -> (MatchStatus, Vec<UnitId>) {
    let detail = detail(world, order).await;
    (detail.items[0].match_status, detail.items[0].units.iter().map(|unit| unit.id).collect())
}

fn of_quantity(id: &str, second: i64, quantity: i64) -> OrderUpdate {
    let mut update = order(id, second);
    update.lines[0].item.quantity = quantity;
    update
}

fn cancelled(id: &str, second: i64) -> OrderUpdate {
    let mut update = order(id, second);
    update.fulfillment.status = Some("CANCELLED".into());
    update
}

#[tokio::test]
async fn a_link_is_seen_from_both_ends_and_taken_back() {
    let world = World::new().await;
    let order = placed(&world, "203-1", 100).await;
    let falcon = unit(&world, "75192", "New Sealed", "2025-01-01").await;
    let linked = world.store.link_unit(&line_of(order), falcon, at(5)).await.unwrap();
    assert_eq!((linked.units, linked.match_status), (vec![falcon], MatchStatus::Linked));

    let seen = detail(&world, order).await;
    assert_eq!((seen.row.matches.linked, seen.row.matches.all_matched()), (1, true));
    assert_eq!(
        (seen.items[0].units[0].claimed_at, seen.items[0].units[0].method),
        (at(5), ClaimMethod::Manual)
    );
    let own = world.store.unit(falcon).await.unwrap().unwrap();
    let claim = own.claim.unwrap();
    assert_eq!(
        (own.status, claim.platform_order_id.as_str(), claim.order),
        (UnitStatus::Linked, "203-1", order)
    );
    assert_eq!(world.store.counts(None, None).await.unwrap().unmatched, 0);

    let again = world.store.link_unit(&line_of(order), falcon, at(6)).await.unwrap();
    assert_eq!(again.batch, None, "it holds it already");
    let freed = world.store.unlink_line(&line_of(order), at(7)).await.unwrap();
    assert_eq!((freed.units, freed.match_status), (vec![], MatchStatus::Unmatched));
    assert_eq!(status(&world, falcon).await, UnitStatus::InStock);
    assert_eq!(world.store.unlink_line(&line_of(order), at(8)).await.unwrap().batch, None);
    assert_eq!(world.store.counts(None, None).await.unwrap().unmatched, 1);

    // The undo of the unlink gives it back, the undo of that and of the link frees it again.
    let undone = world.store.undo(freed.batch.unwrap(), at(9)).await.unwrap();
    assert_eq!((undone.restored, state(&world, order).await), (1, (MatchStatus::Linked, vec![falcon])));
    world.store.undo(linked.batch.unwrap(), at(10)).await.unwrap();
    assert_eq!(state(&world, order).await, (MatchStatus::Unmatched, vec![]));
    let told: Vec<String> =
        world.store.order_acts(order, 10).await.unwrap().into_iter().map(|act| act.summary).collect();
    assert_eq!(
        told,
        [
            "Undid: Linked 1 unit to 203-1",
            "Undid: Unlinked 1 unit from 203-1",
            "Unlinked 1 unit from 203-1",
            "Linked 1 unit to 203-1"
        ]
    );
    world.assert_sound().await;
}

#[tokio::test]
async fn a_unit_is_held_by_one_line_whoever_asks() {
    let world = World::new().await;
    let (first, second) = (placed(&world, "203-1", 100).await, placed(&world, "203-2", 100).await);
    let falcon = unit(&world, "75192", "New", "2025-01-01").await;
    let (one, other) = (line_of(first), line_of(second));
    let (a, b) = tokio::join!(
        world.store.link_unit(&one, falcon, at(5)),
        world.store.link_unit(&other, falcon, at(5))
    );
    let errors: Vec<StoreError> = [a, b].into_iter().filter_map(Result::err).collect();
    assert!(matches!(errors[..], [StoreError::UnitClaimed { .. }]), "{errors:?}");
    assert_eq!(errors[0].to_string(), "unit 1 (75192) is held by order 203-1: unlink it there first");

    // Past the store, by a connection of its own: the database itself refuses.
    let mut raw = world.raw().await;
    let refused = sqlx::query(
        "INSERT INTO claims (unit_id, item_id, claimed_at, method) SELECT 1, MAX(id), 0, 'manual' FROM platform_order_items",
    )
    .execute(&mut raw)
    .await
    .unwrap_err();
    assert!(refused.to_string().contains("UNIQUE constraint failed: claims.unit_id"), "{refused}");
    // And keeps the status equal to the claim.
    sqlx::query("DELETE FROM claims").execute(&mut raw).await.unwrap();
    assert_eq!(status(&world, falcon).await, UnitStatus::InStock);
    sqlx::query("UPDATE inventory_items SET status = 'sold'").execute(&mut raw).await.unwrap();
    let refused =
        sqlx::query("INSERT INTO claims (unit_id, item_id, claimed_at, method) VALUES (1, 1, 0, 'manual')")
            .execute(&mut raw)
            .await
            .unwrap_err();
    assert!(refused.to_string().contains("a sold unit cannot be claimed"), "{refused}");
    let refused = world.store.link_unit(&one, falcon, at(6)).await.unwrap_err();
    assert_eq!(refused.to_string(), "unit 1 (75192) is sold (line 1 of order 203-1)");
}

#[tokio::test]
async fn what_cannot_be_linked_says_why() {
    let world = World::new().await;
    let falcon = unit(&world, "75192", "New", "2025-01-01").await;
    let other = unit(&world, "75192", "New", "2025-01-02").await;
    let mut bare = order("203-1", 100);
    bare.lines[0].item.asin = None;
    let ids = world.apply(&[bare, cancelled("203-2", 100), order("203-3", 100)]).await.new;
    let (bare, gone, full) = (line_of(ids[0].id), line_of(ids[1].id), line_of(ids[2].id));
    let error = |result: Result<_, StoreError>| {
        result.map(|_: packlight_domain::matching::LineLinked| ()).unwrap_err().to_string()
    };
    assert_eq!(
        error(world.store.link_unit(&bare, falcon, at(1)).await),
        "Amazon gave no ASIN, so it cannot be linked (line 1 of order 203-1)"
    );
    assert_eq!(
        world.store.create_mapping(&bare, falcon, at(1)).await.unwrap_err().to_string(),
        "Amazon gave no ASIN, so it cannot be mapped (line 1 of order 203-1)"
    );
    assert_eq!(
        error(world.store.link_unit(&gone, falcon, at(1)).await),
        "the order is cancelled, so nothing can be linked (line 1 of order 203-2)"
    );
    world.store.link_unit(&full, falcon, at(1)).await.unwrap();
    assert_eq!(
        error(world.store.link_unit(&full, other, at(1)).await),
        "all 1 unit are linked already: unlink first (line 1 of order 203-3)"
    );
    assert_eq!(error(world.store.link_unit(&full, UnitId(99), at(1)).await), "there is no unit 99 in stock");
    let nowhere = LineKey { order: OrderRowId(77), order_item_id: "1".into() };
    assert_eq!(
        error(world.store.link_unit(&nowhere, other, at(1)).await),
        "there is no line 1: it may have gone with a change of its order"
    );
    assert_eq!(state(&world, ids[0].id).await.0, MatchStatus::NoAsin);
    world.assert_sound().await;
}

#[tokio::test]
async fn a_mapping_takes_that_very_unit_then_the_oldest_equal_ones_and_one_undo_takes_all_back() {
    let world = World::new().await;
    let dear = world.apply(&[of_quantity("203-1", 100, 3)]).await.new[0].id;
    let past = placed(&world, "203-2", 50).await;
    let old = unit(&world, "75192-1", "new", "2024-01-01").await;
    let undated = unit(&world, "75192", "New", "2020-01-01").await;
    let mut raw = world.raw().await;
    sqlx::query("UPDATE inventory_items SET purchase_date = NULL WHERE id = 2")
        .execute(&mut raw)
        .await
        .unwrap();
    let used = unit(&world, "75192", "Used", "2020-01-01").await;
    let chosen = unit(&world, " 75192 ", "New Sealed", "2025-06-01").await;
    let young = unit(&world, "75192", "Sealed", "2025-01-01").await;

    let done = world.store.create_mapping(&line_of(dear), chosen, at(5)).await.unwrap();
    assert_eq!(
        (
            done.number.as_str(),
            done.set_number.as_str(),
            done.condition.as_str(),
            done.lines_matched,
            done.units_linked
        ),
        (FALCON, "75192", "New Sealed", 2, 3)
    );
    let line = detail(&world, dear).await.items.remove(0);
    let units: Vec<_> = line.units.iter().map(|unit| (unit.id, unit.method)).collect();
    assert_eq!(
        units,
        [(old, ClaimMethod::Mapping), (chosen, ClaimMethod::Manual), (young, ClaimMethod::Mapping)],
        "not the used one, and the one without a date last"
    );
    assert_eq!(line.mapped_to.unwrap().set_number, "75192");
    assert_eq!(state(&world, past).await, (MatchStatus::Matched, vec![]), "lines of before");
    let later = placed(&world, "203-3", 200).await;
    assert_eq!(state(&world, later).await, (MatchStatus::Matched, vec![]), "lines to come");
    for free in [undated, used] {
        assert_eq!(status(&world, free).await, UnitStatus::InStock);
    }
    assert_eq!(world.store.counts(None, None).await.unwrap().unmatched, 0);
    world.assert_sound().await;

    let undone = world.store.undo(done.batch.unwrap(), at(9)).await.unwrap();
    assert_eq!((undone.restored, undone.skipped), (4, 0));
    for order in [dear, past, later] {
        assert_eq!(state(&world, order).await, (MatchStatus::Unmatched, vec![]));
    }
    assert_eq!(world.store.mappings("", 0, 10).await.unwrap().total, 0);
    world.assert_sound().await;
    let acts = world.store.activity_acts(None, 2).await.unwrap();
    assert_eq!(acts[0].summary, "Undid: Mapped B00000000A to 75192 New Sealed and linked 3 units to 203-1");
    assert_eq!((acts[0].is_undo, acts[0].undone, acts[1].undone), (true, false, true));
    // Redo.
    world.store.undo(undone.batch.unwrap(), at(10)).await.unwrap();
    assert_eq!(state(&world, dear).await.1.len(), 3);
    world.assert_sound().await;
    let acts = world.store.activity_acts(None, 3).await.unwrap();
    let told: Vec<_> = acts.iter().map(|act| (&act.summary[..9], act.is_undo, act.undone)).collect();
    assert_eq!(told, [("Did again", false, false), ("Undid: Ma", true, true), ("Mapped B0", false, true)]);
}

#[tokio::test]
async fn mapping_again_replaces_and_leaves_links_alone() {
    let world = World::new().await;
    let (first, second) = (placed(&world, "203-1", 100).await, placed(&world, "203-2", 100).await);
    let falcon = unit(&world, "75192", "New", "2025-01-01").await;
    world.store.create_mapping(&line_of(first), falcon, at(5)).await.unwrap();
    let done = world.store.map_number(FALCON, true, "75257", "Used", at(6)).await.unwrap();
    assert_eq!((done.lines_matched, done.units_linked), (2, 0));
    assert_eq!(state(&world, first).await, (MatchStatus::Linked, vec![falcon]));
    assert_eq!(detail(&world, second).await.items[0].mapped_to.as_ref().unwrap().set_number, "75257");
    assert_eq!(world.store.map_number(FALCON, true, "75257", "Used", at(7)).await.unwrap().batch, None);
    assert_eq!(world.store.mappings("", 0, 10).await.unwrap().rows.len(), 1);

    let gone = world.store.delete_mapping(FALCON, true, at(8)).await.unwrap();
    assert_eq!(state(&world, first).await.0, MatchStatus::Linked);
    assert_eq!(state(&world, second).await.0, MatchStatus::Unmatched);
    assert_eq!(world.store.delete_mapping(FALCON, true, at(9)).await.unwrap(), None);
    world.store.undo(gone.unwrap(), at(10)).await.unwrap();
    assert_eq!(state(&world, second).await.0, MatchStatus::Matched);
    world.assert_sound().await;

    let page = world.store.mappings("falcon used", 0, 10).await.unwrap();
    let row = &page.rows[0];
    assert_eq!(
        (row.number.as_str(), row.lines, row.free_units, row.title.as_deref()),
        (FALCON, 2, 0, Some("Millennium Falcon"))
    );
    assert_eq!(world.store.mappings("falcon new", 0, 10).await.unwrap().total, 0);
}

#[tokio::test]
async fn a_cancelled_line_frees_its_units_and_a_smaller_one_the_newest() {
    let world = World::new().await;
    let order = world.apply(&[of_quantity("203-1", 100, 3)]).await.new[0].id;
    let mut units = Vec::new();
    for n in 1..=3 {
        let id = unit(&world, "75192", "New", "2025-01-01").await;
        world.store.link_unit(&line_of(order), id, at(n)).await.unwrap();
        units.push(id);
    }
    let change = world.apply(&[of_quantity("203-1", 200, 2)]).await;
    assert_eq!(
        (change.units_freed, state(&world, order).await),
        (1, (MatchStatus::Linked, units[..2].to_vec()))
    );
    assert_eq!(status(&world, units[2]).await, UnitStatus::InStock);

    // One of them is sold: it stays where it is, whatever the platform says.
    let mut raw = world.raw().await;
    sqlx::query("UPDATE inventory_items SET status = 'sold' WHERE id = 1").execute(&mut raw).await.unwrap();
    let change = world.apply(&[cancelled("203-1", 300)]).await;
    assert_eq!((change.units_freed, state(&world, order).await.1), (1, vec![units[0]]));
    assert_eq!(status(&world, units[0]).await, UnitStatus::Sold);
    assert_eq!(status(&world, units[1]).await, UnitStatus::InStock);
    let error = world.store.unlink_line(&line_of(order), at(9)).await.unwrap_err();
    assert_eq!(error.to_string(), "its units are sold: undo the confirmation first (line 1 of order 203-1)");
    let acts = world.store.order_acts(order, 1).await.unwrap();
    assert_eq!(acts[0].summary, "Freed 1 unit: 203-1 has changed");
    assert!(acts[0].by_itself, "the seller asked for nothing");
    let undone = world.store.undo(acts[0].batch, at(10)).await.unwrap();
    assert_eq!((undone.restored, undone.skipped), (0, 1), "a cancelled order takes nothing back");
    sqlx::query("UPDATE inventory_items SET status = 'linked' WHERE id = 1").execute(&mut raw).await.unwrap();
    assert!(!world.store.check().await.unwrap().ok, "a cancelled line holds a unit that is not sold");
}

#[tokio::test]
async fn a_line_that_is_gone_frees_its_units() {
    let world = World::new().await;
    let id = placed(&world, "203-1", 100).await;
    let falcon = unit(&world, "75192", "New", "2025-01-01").await;
    let link = world.store.link_unit(&line_of(id), falcon, at(5)).await.unwrap();
    let mut without = order("203-1", 200);
    without.lines = vec![line("2", FALCON, "Another", 1_000)];
    assert_eq!(world.apply(&[without]).await.units_freed, 1);
    assert_eq!(status(&world, falcon).await, UnitStatus::InStock);
    assert_eq!(world.store.undo(link.batch.unwrap(), at(6)).await.unwrap().skipped, 1);
    world.assert_sound().await;
}

#[tokio::test]
async fn other_platforms_match_by_sku_else_item_number_and_are_never_without() {
    let world = World::new().await;
    let ebay = packlight_store::NewAccount {
        platform: Platform::Ebay,
        region: None,
        secrets: packlight_store::SecretsPlace::None,
        ..new_account("ebay")
    };
    let ebay = world.store.add_account(&ebay).await.unwrap().id;
    let mut by_item = order("E-2", 100);
    by_item.lines[0].item.seller_sku = None;
    let mut by_nothing = order("E-3", 100);
    by_nothing.lines[0].item.seller_sku = None;
    by_nothing.lines[0].item.asin = None;
    let ids =
        world.store.apply(ebay, &[order("E-1", 100), by_item, by_nothing], &[], at(0)).await.unwrap().new;
    let amazon = placed(&world, "203-1", 100).await;
    let falcon = unit(&world, "75192", "New", "2025-01-01").await;

    let done = world.store.create_mapping(&line_of(ids[0].id), falcon, at(1)).await.unwrap();
    assert_eq!((done.number.as_str(), done.lines_matched), ("SKU-B00000000A", 1));
    assert_eq!(world.store.map_number(FALCON, false, "75192", "New", at(2)).await.unwrap().lines_matched, 1);
    assert_eq!(state(&world, ids[0].id).await, (MatchStatus::Linked, vec![falcon]));
    assert_eq!(state(&world, ids[1].id).await.0, MatchStatus::Matched);
    assert_eq!(state(&world, ids[2].id).await.0, MatchStatus::Unmatched, "never no_asin");
    assert_eq!(
        state(&world, amazon).await.0,
        MatchStatus::Unmatched,
        "another platform's numbers are no ASINs"
    );
    world.store.map_number(FALCON, true, "75192", "New", at(3)).await.unwrap();
    assert_eq!(state(&world, amazon).await.0, MatchStatus::Matched);
    world.store.map_number("Nobody's", false, "75192", "New", at(3)).await.unwrap();
    let numbers: Vec<_> = world.store.mappings("", 0, 10).await.unwrap().rows;
    // What shows the orders of the lines: another platform's by SKU or by item number, and nothing where nothing is.
    let mut shown = Vec::new();
    for text in numbers.iter().map(|own| own.orders_query.as_deref()) {
        let Some(text) = text else { continue };
        let query = Query::parse(text).unwrap();
        let page =
            world.store.page(&query, &request(Sort::default(), Place::First, 50), at(4)).await.unwrap();
        shown.push((
            text,
            page.rows.into_iter().map(|row| row.platform_order_id).collect::<Vec<_>>().join(" "),
        ));
    }
    shown.sort();
    assert_eq!(
        shown.iter().map(|(text, ids)| (*text, ids.as_str())).collect::<Vec<_>>(),
        [
            ("-platform:amazon asin:B00000000A", "E-2 E-1"),
            ("-platform:amazon sku:SKU-B00000000A", "E-1"),
            ("platform:amazon asin:B00000000A", "203-1"),
        ]
    );
    let numbers: Vec<_> = numbers.iter().map(|own| (own.number.as_str(), own.is_asin, own.lines)).collect();
    assert_eq!(
        numbers,
        [(FALCON, true, 1), (FALCON, false, 1), ("Nobody's", false, 0), ("SKU-B00000000A", false, 1)]
    );
    let error = world.store.create_mapping(&line_of(ids[2].id), falcon, at(4)).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "it has neither SKU nor item number, so it cannot be mapped (line 1 of order E-3)"
    );
    world.assert_sound().await;
}

#[tokio::test]
async fn proposals_have_reasons_and_a_search_finds_more() {
    let world = World::new().await;
    let mut update = order("203-1", 100);
    update.lines[0].item.title = Some("LEGO 75192 Star Wars Millennium Falcon".into());
    let id = world.apply(&[update]).await.new[0].id;
    let by_number = unit(&world, "75192-1", "New", "2025-02-01").await;
    let older = unit(&world, "75192", "Used", "2025-01-01").await;
    let by_name = unit(&world, "99999", "New", "2020-01-01").await;
    let asin =
        UnitDraft { asin: Some(FALCON.to_lowercase()), name: "?".into(), ..draft("1", "New", "2025-03-01") };
    let stranger = UnitDraft {
        name: "Bonsai".into(),
        storage_location: Some("S5".into()),
        ..draft("10281", "New", "2020-01-01")
    };
    let fields: Vec<_> = [asin, stranger].iter().map(|draft| draft.check(Currency::GBP).unwrap()).collect();
    let others = world.store.add_units(fields, "Added", at(0)).await.unwrap().0;
    let (by_asin, stranger) = (others[0], others[1]);

    let found = world.store.match_candidates(&line_of(id), "", 10).await.unwrap();
    let told: Vec<_> = found.units.iter().map(|own| (own.unit.id, own.reasons.clone())).collect();
    assert_eq!(
        told,
        [
            (by_asin, vec![Reason::SameAsin]),
            (older, vec![Reason::SetNumberInTitle, Reason::NameInTitle]),
            (by_number, vec![Reason::SetNumberInTitle, Reason::NameInTitle]),
            (by_name, vec![Reason::NameInTitle]),
        ]
    );
    assert_eq!(
        (found.number.as_deref(), found.quantity, found.linked, found.more),
        (Some(FALCON), 1, 0, false)
    );
    let ids = |search: &'static str, limit| {
        let (store, line) = (world.store.clone(), line_of(id));
        async move {
            let found = store.match_candidates(&line, search, limit).await.unwrap();
            (found.units.iter().map(|own| own.unit.id.0).collect::<Vec<_>>(), found.more)
        }
    };
    assert_eq!(ids("bonsai s5", 10).await, (vec![stranger.0], false));
    assert_eq!(ids("falcon", 2).await, (vec![older.0, by_number.0], true));
    world.store.link_unit(&line_of(id), by_asin, at(1)).await.unwrap();
    assert_eq!(ids("", 10).await.0, [older.0, by_number.0, by_name.0], "only free units");
}

#[tokio::test]
async fn a_selection_takes_the_oldest_units_for_what_must_be_picked_first() {
    let world = World::new().await;
    let mut shipped = order("203-1", 10);
    shipped.fulfillment.status = Some("SHIPPED".into());
    let mut bare = order("203-5", 10);
    bare.lines[0].item.asin = None;
    let mut strange = order("203-6", 10);
    strange.lines[0].item.asin = Some("B00000000X".into());
    let all = world
        .apply(&[
            shipped,
            order("203-2", 200),
            of_quantity("203-3", 100, 2),
            cancelled("203-4", 10),
            bare,
            strange,
        ])
        .await
        .new;
    let old = unit(&world, "75192", "New", "2024-01-01").await;
    let mid = unit(&world, "75192", "New", "2024-02-01").await;
    let young = unit(&world, "75192", "New", "2024-03-01").await;
    world.store.map_number(FALCON, true, "75192", "New", at(1)).await.unwrap();
    let everything = Orders::Matching { query: Query::default(), scope: Scope::default(), except: vec![] };
    let preview = world.store.preview_link(&everything, at(0)).await.unwrap();
    let told: Vec<_> = preview.skipped.iter().map(|own| (own.reason.as_str(), own.lines)).collect();
    assert_eq!((preview.orders, preview.lines, preview.units), (6, 2, 3));
    assert_eq!(told, [("cancelled", 1), ("no ASIN", 1), ("no free unit", 1), ("no mapping", 1)]);
    assert_eq!(status(&world, old).await, UnitStatus::InStock, "a preview changes nothing");

    let done = world.store.link_selected(&everything, at(2)).await.unwrap();
    assert_eq!((done.lines, done.units, &done.skipped), (2, 3, &preview.skipped));
    assert_eq!(state(&world, all[2].id).await.1, [old, mid], "paid and oldest");
    assert_eq!(state(&world, all[1].id).await.1, [young]);
    assert_eq!(state(&world, all[0].id).await.0, MatchStatus::Matched, "shipped, nothing left");
    let few = Orders::Ids(vec![all[1].id, all[2].id]);
    let again = world.store.link_selected(&few, at(3)).await.unwrap();
    assert_eq!((again.orders, again.lines, again.batch), (2, 0, None));
    assert_eq!(again.skipped[0].reason, "already linked");
    world.assert_sound().await;
    let undone = world.store.undo(done.batch.unwrap(), at(4)).await.unwrap();
    assert_eq!((undone.restored, undone.skipped), (3, 0));
    assert_eq!(status(&world, young).await, UnitStatus::InStock);
    world.assert_sound().await;
}

#[tokio::test]
async fn a_unit_that_an_order_holds_cannot_be_deleted_and_its_undo_waits() {
    let world = World::new().await;
    let order = placed(&world, "203-1", 100).await;
    let fields = draft("75192", "New", "2025-01-01").check(Currency::GBP).unwrap();
    let (ids, added) =
        world.store.add_units(vec![fields.clone(), fields], "Added 2 units", at(0)).await.unwrap();
    world.store.link_unit(&line_of(order), ids[0], at(1)).await.unwrap();
    let gone = world.store.delete_units(&Units::Ids(ids.clone()), at(2)).await.unwrap();
    assert_eq!((gone.units, gone.skipped), (1, 1));
    assert_eq!(world.store.unit(ids[1]).await.unwrap(), None);
    let undone = world.store.undo(added.unwrap(), at(3)).await.unwrap();
    assert_eq!((undone.restored, undone.skipped), (0, 2), "one is held, one is gone");
    world.store.undo(gone.batch.unwrap(), at(4)).await.unwrap();
    assert_eq!(status(&world, ids[1]).await, UnitStatus::InStock);
    assert_eq!(world.store.undo(added.unwrap(), at(5)).await.unwrap().restored, 1);
    assert!(matches!(world.store.undo(BatchId(999), at(6)).await, Err(StoreError::NoBatch(999))));
    // An id is never given twice.
    let fields = draft("1", "New", "2025-01-01").check(Currency::GBP).unwrap();
    assert_eq!(world.store.add_units(vec![fields], "Added", at(7)).await.unwrap().0, [UnitId(3)]);
    world.assert_sound().await;
}

#[tokio::test]
async fn reading_beside_a_writer_cannot_link() {
    let world = World::new().await;
    let order = placed(&world, "203-1", 100).await;
    let falcon = unit(&world, "75192", "New", "2025-01-01").await;
    let reader = Store::open(world.folder.path(), packlight_store::Access::Read, at(0)).await.unwrap();
    let error = reader.link_unit(&line_of(order), falcon, at(1)).await.unwrap_err();
    assert_eq!(error.to_string(), "the database was opened for reading only");
    reader.close().await;
}

#[tokio::test]
async fn orders_are_found_by_set_and_by_place() {
    let world = World::new().await;
    let found = async |text: &str| -> Vec<String> {
        let query = Query::parse(text).unwrap();
        let page =
            world.store.page(&query, &request(Sort::default(), Place::First, 50), at(0)).await.unwrap();
        assert!(page.total_is_exact, "{text}");
        page.rows.into_iter().map(|row| row.platform_order_id).collect()
    };
    let waiting = placed(&world, "203-1", 100).await;
    let mut other = order("203-2", 200);
    other.lines[0].item.asin = Some("B00000000B".into());
    world.apply(&[other, cancelled("203-3", 300)]).await;
    assert_eq!(found("set:75192").await, [""; 0]);

    // A unit held by hand: the order stands for its set and lies where it lies.
    let held = unit(&world, "75192-1", "Used", "2025-01-01").await;
    world.store.link_unit(&line_of(waiting), held, at(5)).await.unwrap();
    for text in ["set:75192", "set:\" 75192-1 \"", "in:a-0", "in:A-01", "in:B,A", "in:=a-01", "in:A-1,=A-01"]
    {
        assert_eq!(found(text).await, ["203-1"], "{text}");
    }
    assert_eq!(found("in:01").await, [""; 0], "a location is given from its beginning");
    assert_eq!(found("in:=A-0").await, [""; 0], "or whole, with its sign");
    assert_eq!(found("-set:75192").await, ["203-3", "203-2"]);
    world.store.unlink_line(&line_of(waiting), at(6)).await.unwrap();
    assert_eq!(found("in:A-01").await, [""; 0]);

    // A mapping: every line of the number stands for the set; a free unit of it places those that are to be shipped.
    world.store.map_number(FALCON, true, "75192", "New", at(7)).await.unwrap();
    assert_eq!(found("set:75192-1").await, ["203-3", "203-1"]);
    assert_eq!(found("in:A-01").await, [""; 0], "the free unit is used, and new is asked for");
    unit(&world, "75192", "New Sealed", "2025-01-02").await;
    assert_eq!(found("in:A-01 is:fbm").await, ["203-1"]);
    assert_eq!(found("in:=A-01 is:fbm").await, ["203-1"]);
    assert_eq!(found("in:=A is:fbm").await, [""; 0]);
    assert_eq!(found("in:A-02,A-01 -falcon").await, [""; 0]);
    let all = Units::Matching { query: StockQuery::default(), except: vec![] };
    world.store.move_units(&all, Some("Ärmel 5".into()), at(8)).await.unwrap();
    for text in ["in:äRM is:fbm", "in:=\"ärmel  5\" is:fbm"] {
        assert_eq!(found(text).await, ["203-1"], "{text}");
    }
}
