//! Pick lists as records: what they hold, what is struck from them, and undo of all of it.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "the helpers of tests may fail like tests"
)]

mod common;

use std::collections::BTreeSet;

use common::*;
use packlight_domain::act::BatchId;
use packlight_domain::currency::Currency;
use packlight_domain::listing::OrderRowId;
use packlight_domain::matching::LineKey;
use packlight_domain::order::OrderUpdate;
use packlight_domain::picking::plan::Layout;
use packlight_domain::picking::{
    ExceptionReason, PickListDone, PickListId, PickMark, PickMode, PickRun, PickState,
};
use packlight_domain::stock::{ClaimMethod, UnitDraft, UnitFields, UnitId, UnitStatus};
use packlight_store::{Access, Confirming, Orders, PickAsked, Planned, Store, StoreError};

const FALCON: &str = "B00000000A";

/// A unit of 75192 in a place; one id each, from 1 on.
async fn unit(world: &World, place: &str) -> UnitId {
    world.store.add_units(vec![falcon(place)], "Added", at(0)).await.unwrap().0[0]
}

fn falcon(place: &str) -> UnitFields {
    let draft = UnitDraft {
        set_number: "75192".into(),
        name: "Millennium Falcon".into(),
        condition: "New".into(),
        storage_location: (!place.is_empty()).then(|| place.into()),
        ..UnitDraft::default()
    };
    draft.check(Currency::GBP).unwrap()
}

/// A shop that sells Falcons, with units in these places.
async fn shop(places: &[&str]) -> World {
    let world = World::new().await;
    world.store.map_number(FALCON, true, "75192", "New", at(0)).await.unwrap();
    for place in places {
        unit(&world, place).await;
    }
    world
}

async fn placed(world: &World, id: &str, second: i64, quantity: i64) -> OrderRowId {
    world.apply(&[of_quantity(id, second, quantity)]).await.new[0].id
}

fn of_quantity(id: &str, second: i64, quantity: i64) -> OrderUpdate {
    let mut update = order(id, second);
    update.lines[0].item.quantity = quantity;
    update
}

fn with_status(id: &str, second: i64, status: &str) -> OrderUpdate {
    let mut update = order(id, second);
    update.fulfillment.status = Some(status.into());
    update
}

fn all() -> PickAsked {
    PickAsked::default()
}

async fn planned(world: &World) -> Planned {
    world.store.plan_pick_list(&all(), at(50)).await.unwrap()
}

async fn started(world: &World) -> PickListDone {
    world.store.start_pick_run(&all(), at(100)).await.unwrap()
}

fn units(planned: &Planned) -> Vec<u32> {
    planned.plan.stops.iter().map(|stop| stop.unit.0).collect()
}

fn reasons(planned: &Planned) -> Vec<(ExceptionReason, String)> {
    planned.plan.exceptions.iter().map(|own| (own.reason, own.detail.clone())).collect()
}

async fn run(world: &World, record: PickListId) -> PickRun {
    world.store.pick_run(record).await.unwrap()
}

fn marks(run: &PickRun) -> Vec<PickMark> {
    run.stops.iter().map(|stop| stop.mark).collect()
}

async fn status(world: &World, unit: u32) -> UnitStatus {
    world.store.unit(UnitId(unit)).await.unwrap().unwrap().status
}

#[tokio::test]
async fn an_order_of_which_only_some_lines_are_known_is_not_walked() {
    let world = shop(&["S5"]).await;
    world.apply(&[OrderUpdate { lines_in_part: true, ..order("203-part", 10) }]).await;
    let planned = planned(&world).await;
    assert!(units(&planned).is_empty());
    let detail = "not all lines of its order are known yet".to_owned();
    assert_eq!(reasons(&planned), [(ExceptionReason::MissingItems, detail)]);
}

#[tokio::test]
async fn paid_merchant_orders_with_something_left_are_planned_and_nothing_else() {
    let world = shop(&["S49", "S5", "S5"]).await;
    let mut fba = order("203-fba", 10);
    fba.fulfillment.fulfilled_by = Some("AMAZON".into());
    let mut sent = order("203-sent", 10);
    sent.lines[0].shipped.quantity = Some(1);
    let mut part = of_quantity("203-part", 10, 3);
    part.fulfillment.status = Some("PARTIALLY_SHIPPED".into());
    part.lines[0].shipped.quantity = Some(2);
    let mut strange = order("203-strange", 20);
    strange.lines[0].item.asin = Some("B0000OTHER".into());
    let mut nameless = order("203-nameless", 20);
    nameless.lines[0].item.asin = None;
    let mut regretted = order("203-regretted", 20);
    regretted.lines[0].cancel_requested_by = Some("BUYER".into());
    let others = ["PENDING", "CANCELLED", "SHIPPED", "TELEPORTED"].map(|word| with_status(word, 10, word));
    let whole = [fba, sent, part, strange, nameless, regretted, order("203-whole", 30)];
    world.apply(&[&others[..], &whole].concat()).await;
    let planned = planned(&world).await;
    // The part-shipped order ships first and takes the oldest unit, which lies last.
    let stops: Vec<_> = planned
        .plan
        .stops
        .iter()
        .map(|stop| (stop.location.as_str(), stop.unit.0, stop.platform_order_id.as_str()))
        .collect();
    assert_eq!(stops, [("S5", 2, "203-whole"), ("S49", 1, "203-part")]);
    let left: BTreeSet<_> =
        planned.plan.exceptions.iter().map(|own| (own.platform_order_id.as_str(), own.reason)).collect();
    let expected = [
        ("203-nameless", ExceptionReason::NoAsin),
        ("203-regretted", ExceptionReason::CancelRequested),
        ("203-strange", ExceptionReason::NoMatch),
    ];
    assert_eq!(left, BTreeSet::from(expected));
    assert_eq!(planned.plan.accounts, ["shop"]);
    // Rendering and planning change nothing.
    assert_eq!(status(&world, 1).await, UnitStatus::InStock);
    assert_eq!(planned, self::planned(&world).await);
    world.assert_sound().await;
}

#[tokio::test]
async fn an_order_whose_lines_nobody_has_told_is_an_exception() {
    let world = shop(&["S5"]).await;
    let mut bare = order("203-bare", 10);
    bare.lines.clear();
    bare.carried =
        groups(&[packlight_domain::order::Group::Header, packlight_domain::order::Group::Fulfillment]);
    world.apply(&[bare]).await;
    let planned = planned(&world).await;
    assert_eq!(reasons(&planned), [(ExceptionReason::MissingItems, String::new())]);
    assert_eq!(planned.plan.totals().exceptions, 1);
}

#[tokio::test]
async fn a_selection_narrows_the_list() {
    let world = shop(&["S5", "S5"]).await;
    let first = placed(&world, "203-1", 10, 1).await;
    let second = placed(&world, "203-2", 20, 1).await;
    let only = |ids: &[OrderRowId]| PickAsked { orders: Some(Orders::Ids(ids.to_vec())), ..all() };
    for (ids, orders) in
        [(vec![first], vec![first]), (vec![second, first], vec![first, second]), (vec![], vec![])]
    {
        let planned = world.store.plan_pick_list(&only(&ids), at(50)).await.unwrap();
        assert_eq!(planned.plan.stops.iter().map(|stop| stop.order).collect::<Vec<_>>(), orders);
    }
    let ebay = PickAsked { platform: Some(packlight_domain::account::Platform::Ebay), ..all() };
    assert!(world.store.plan_pick_list(&ebay, at(50)).await.unwrap().plan.stops.is_empty());
}

#[tokio::test]
async fn a_started_run_claims_its_units_and_an_undo_gives_them_back() {
    let world = shop(&["S5", "S5", ""]).await;
    let order = placed(&world, "203-1", 10, 3).await;
    let manual = LineKey { order, order_item_id: "1".into() };
    world.store.link_unit(&manual, UnitId(2), at(1)).await.unwrap();
    let done = started(&world).await;
    assert_eq!(
        (done.entry.state, done.entry.totals.units, done.entry.totals.exceptions),
        (PickState::Open, 2, 1)
    );
    assert_eq!(done.entry.prints, 0);
    let claims: Vec<_> = world.store.order(order).await.unwrap().unwrap().items[0]
        .units
        .iter()
        .map(|unit| (unit.id.0, unit.method))
        .collect();
    assert_eq!(
        claims,
        [(2, ClaimMethod::Manual), (1, ClaimMethod::PickList)],
        "what lies nowhere is not claimed"
    );
    world.assert_sound().await;

    let undone = world.store.undo(done.batch.unwrap(), at(200)).await.unwrap();
    assert_eq!(undone.skipped, 0);
    assert_eq!(status(&world, 1).await, UnitStatus::InStock);
    assert_eq!(status(&world, 2).await, UnitStatus::Linked, "the seller's own link stays");
    assert_eq!(run(&world, done.entry.record).await.entry.state, PickState::Discarded);
    world.assert_sound().await;

    // And again: the list is back with all that it held.
    world.store.undo(undone.batch.unwrap(), at(300)).await.unwrap();
    let again = run(&world, done.entry.record).await;
    assert_eq!((again.entry.state, marks(&again)), (PickState::Open, vec![PickMark::Open; 2]));
    assert_eq!(status(&world, 1).await, UnitStatus::Linked);
    world.assert_sound().await;
}

#[tokio::test]
async fn the_same_content_is_the_same_list_until_something_changes() {
    let world = shop(&["S5", "S49", "S7"]).await;
    placed(&world, "203-1", 10, 1).await;
    placed(&world, "203-2", 20, 1).await;
    let before = planned(&world).await;
    let done = started(&world).await;
    let after = planned(&world).await;
    assert_eq!((after.record, &after.plan.id), (Some(done.entry.record), &before.plan.id));
    assert_eq!(after.plan.stops, before.plan.stops);
    assert_eq!(started(&world).await, PickListDone { entry: done.entry.clone(), batch: None });
    // Another layout is another look at the same list.
    let sheets = PickAsked { layout: Layout { mode: PickMode::OrderSheets, ..Layout::default() }, ..all() };
    assert_eq!(world.store.plan_pick_list(&sheets, at(50)).await.unwrap().record, Some(done.entry.record));
    // A new order makes a new list, and what is on the open one stays there.
    placed(&world, "203-3", 30, 1).await;
    let next = planned(&world).await;
    assert_eq!((next.record, units(&next)), (None, vec![3]));
    let listed = (ExceptionReason::OnOpenList, done.entry.id.clone());
    assert_eq!(reasons(&next), [listed.clone(), listed]);
    let second = started(&world).await;
    assert_ne!(second.entry.record, done.entry.record);
    let lists = world.store.pick_lists(None, 10).await.unwrap();
    assert_eq!(lists, [second.entry.clone(), done.entry.clone()]);
    assert_eq!(world.store.pick_lists(Some(second.entry.record), 10).await.unwrap(), [done.entry]);
    world.assert_sound().await;
}

#[tokio::test]
async fn a_unit_is_on_one_open_list_only_whoever_writes() {
    let world = shop(&["S5"]).await;
    placed(&world, "203-1", 10, 1).await;
    started(&world).await;
    // Past the store, by a connection of its own.
    let mut other = world.raw().await;
    let sql = "INSERT INTO pick_lists (id, list_id, state, created_at, lines, units, orders, exceptions, exception_units, \
               content) VALUES (99, 'P-99', 'open', 0, 1, 1, 1, 0, 0, '{}')";
    sqlx::query(sql).execute(&mut other).await.unwrap();
    let sql = "INSERT INTO pick_stops (list_id, position, unit_id, order_id, order_item_id, mark, holds, claimed) \
               VALUES (99, 0, 1, 1, '1', 'open', 1, 0)";
    let error = sqlx::query(sql).execute(&mut other).await.unwrap_err();
    assert!(error.to_string().contains("UNIQUE constraint failed: pick_stops.holds"), "{error}");
}

#[tokio::test]
async fn two_starts_at_the_same_time_are_one_list() {
    let world = shop(&["S5", "S7"]).await;
    placed(&world, "203-1", 10, 2).await;
    let (asked, other) = (all(), all());
    let (a, b) = tokio::join!(
        world.store.start_pick_run(&asked, at(100)),
        world.store.start_pick_run(&other, at(100))
    );
    assert_eq!(a.unwrap().entry, b.unwrap().entry);
    assert_eq!(world.store.pick_lists(None, 10).await.unwrap().len(), 1);
    world.assert_sound().await;
}

#[tokio::test]
async fn a_cancelled_order_is_struck_in_the_same_transaction_and_told() {
    let world = shop(&["S5", "S7"]).await;
    placed(&world, "203-1", 10, 1).await;
    placed(&world, "203-2", 20, 1).await;
    let done = started(&world).await;
    let changes = world.apply(&[with_status("203-1", 500, "CANCELLED")]).await;
    let struck: Vec<_> = changes
        .struck
        .iter()
        .map(|own| (own.list_id.as_str(), own.platform_order_id.as_str(), own.cancelled, own.units))
        .collect();
    assert_eq!(struck, [(done.entry.id.as_str(), "203-1", true, 1)]);
    let open = run(&world, done.entry.record).await;
    assert_eq!(marks(&open), [PickMark::Struck, PickMark::Open]);
    assert_eq!((open.entry.struck, open.entry.state), (1, PickState::Open));
    let refused =
        world.store.mark_picked(done.entry.record, vec![0], PickMark::Picked, at(600)).await.unwrap_err();
    assert_eq!(refused.to_string(), "unit 1 (75192) was struck: order 203-1 does not want it any more");
    world.assert_sound().await;
    // The page of a reprint does not name it.
    let again = world.store.recorded_pick_list(done.entry.record).await.unwrap();
    assert_eq!(units(&again), [2]);
    // The last order goes too: nothing is open, so the list is done.
    let changes = world.apply(&[with_status("203-2", 600, "CANCELLED")]).await;
    assert_eq!(changes.struck.len(), 1);
    assert_eq!(run(&world, done.entry.record).await.entry.state, PickState::Done);
    world.assert_sound().await;
}

#[tokio::test]
async fn what_was_struck_is_news_until_it_is_seen_however_old_the_list() {
    let world = shop(&["S5", "S7", "S9"]).await;
    for (number, at) in [("203-1", 10), ("203-2", 20), ("203-3", 30)] {
        placed(&world, number, at, 1).await;
    }
    let old = started(&world).await.entry.record;
    assert_eq!(world.store.struck_pick_lists().await.unwrap(), []);
    // More lists than any overview shows on its first page.
    for number in 0..60 {
        unit(&world, "T1").await;
        placed(&world, &format!("204-{number}"), 100 + number, 1).await;
        let list = started(&world).await.entry.record;
        world.store.discard_pick_list(list, at(1_000)).await.unwrap();
    }
    world.apply(&[with_status("203-1", 2_000, "CANCELLED")]).await;
    let news = async || {
        let lists = world.store.struck_pick_lists().await.unwrap();
        lists.iter().map(|entry| (entry.record, entry.struck)).collect::<Vec<_>>()
    };
    assert_eq!(news().await, [(old, 1)]);
    assert!(world.store.see_struck(old, 1).await.unwrap());
    assert_eq!(news().await, []);
    // Another one, and one more while the seller reads of the first: only what was read is seen.
    world.apply(&[with_status("203-2", 3_000, "CANCELLED")]).await;
    world.apply(&[with_status("203-3", 3_100, "CANCELLED")]).await;
    assert!(!world.store.see_struck(old, 2).await.unwrap());
    // The last stop ended the list, and that is news all the same.
    assert_eq!(run(&world, old).await.entry.state, PickState::Done);
    assert_eq!(news().await, [(old, 3)]);
    assert!(world.store.see_struck(old, 3).await.unwrap());
    assert_eq!(news().await, []);
    world.assert_sound().await;
}

/// What was told is forgotten after three months, but for what a list that is still open would bring up again.
#[tokio::test]
async fn a_wish_to_cancel_is_told_once_however_long_the_list_stays_open() {
    let world = shop(&["S5"]).await;
    placed(&world, "203-1", 10, 1).await;
    started(&world).await;
    let told = async |second| {
        world.store.gather_news(&[], at(second)).await.unwrap();
        let waiting = world.store.waiting_news().await.unwrap();
        let ids: Vec<i64> = waiting.iter().map(|one| one.id).collect();
        world.store.mark_told(&ids, at(second)).await.unwrap();
        ids.len()
    };
    assert_eq!(told(500).await, 0);
    let mut wish = of_quantity("203-1", 600, 1);
    wish.lines[0].cancel_requested_by = Some("BUYER".into());
    world.apply(&[wish]).await;
    let days = |days: i64| 700 + days * 86_400;
    assert_eq!(told(days(0)).await, 1);
    for day in [100, 101, 102] {
        assert_eq!(told(days(day)).await, 0, "on day {day}");
    }
}

#[tokio::test]
async fn a_list_that_was_put_away_or_got_its_unit_back_is_no_news() {
    let world = shop(&["S5", "S7"]).await;
    let row = placed(&world, "203-1", 10, 1).await;
    placed(&world, "203-2", 20, 1).await;
    let record = started(&world).await.entry.record;
    let line = LineKey { order: row, order_item_id: "1".into() };
    let unlinked = world.store.unlink_line(&line, at(700)).await.unwrap();
    assert_eq!(world.store.struck_pick_lists().await.unwrap().len(), 1);
    world.store.undo(unlinked.batch.unwrap(), at(800)).await.unwrap();
    assert_eq!(world.store.struck_pick_lists().await.unwrap(), []);
    world.apply(&[with_status("203-2", 900, "CANCELLED")]).await;
    assert_eq!(world.store.struck_pick_lists().await.unwrap().len(), 1);
    world.store.discard_pick_list(record, at(1_000)).await.unwrap();
    assert_eq!(world.store.struck_pick_lists().await.unwrap(), []);
}

#[tokio::test]
async fn an_order_that_keeps_a_sold_unit_leaves_the_list_all_the_same() {
    let world = shop(&["S5"]).await;
    placed(&world, "203-1", 10, 1).await;
    let done = started(&world).await;
    let mut raw = world.raw().await;
    sqlx::query("UPDATE inventory_items SET status = 'sold'").execute(&mut raw).await.unwrap();
    drop(raw);
    let changes = world.apply(&[with_status("203-1", 500, "CANCELLED")]).await;
    assert_eq!((changes.units_freed, changes.struck.len()), (0, 1));
    assert_eq!(marks(&run(&world, done.entry.record).await), [PickMark::Struck]);
}

#[tokio::test]
async fn a_fallen_quantity_and_an_unlinked_line_strike_what_they_free() {
    let world = shop(&["S5", "S7"]).await;
    let row = placed(&world, "203-1", 10, 2).await;
    let done = started(&world).await;
    let changes = world.apply(&[of_quantity("203-1", 500, 1)]).await;
    assert_eq!((changes.struck[0].cancelled, changes.struck[0].units), (false, 1));
    let open = run(&world, done.entry.record).await;
    assert_eq!(open.stops.iter().filter(|stop| stop.mark == PickMark::Struck).count(), 1);
    world.assert_sound().await;
    // By the seller's own hand, and back by undo.
    let line = LineKey { order: row, order_item_id: "1".into() };
    let unlinked = world.store.unlink_line(&line, at(700)).await.unwrap();
    let ended = run(&world, done.entry.record).await.entry;
    assert_eq!((ended.state, ended.struck), (PickState::Done, 2));
    world.store.undo(unlinked.batch.unwrap(), at(800)).await.unwrap();
    let back = run(&world, done.entry.record).await.entry;
    assert_eq!((back.state, back.struck), (PickState::Open, 1));
    world.assert_sound().await;
    // An undo that frees strikes as well.
    let other = placed(&world, "203-9", 900, 1).await;
    unit(&world, "S9").await;
    let line = LineKey { order: other, order_item_id: "1".into() };
    let linked = world.store.link_unit(&line, UnitId(3), at(900)).await.unwrap();
    let second = started(&world).await;
    world.store.undo(linked.batch.unwrap(), at(950)).await.unwrap();
    assert_eq!(marks(&run(&world, second.entry.record).await), [PickMark::Struck]);
    world.assert_sound().await;
    // That is told as what nobody asked for, and the undo as what somebody did.
    let acts = world.store.activity_acts(None, 2).await.unwrap();
    let told: Vec<_> = acts.iter().map(|act| (act.summary.as_str(), act.by_itself, act.is_undo)).collect();
    assert_eq!(
        told,
        [
            ("Struck 1 unit from pick lists: their orders have changed", true, false),
            ("Undid: Linked 1 unit to 203-9", false, true)
        ]
    );
}

#[tokio::test]
async fn marks_are_kept_undone_and_end_the_list() {
    let world = shop(&["S5", "S7", "S9"]).await;
    placed(&world, "203-1", 10, 3).await;
    let record = started(&world).await.entry.record;
    let mark = |positions: Vec<u32>, to, second| world.store.mark_picked(record, positions, to, at(second));
    let short = mark(vec![1], PickMark::Short, 200).await.unwrap();
    assert_eq!((short.entry.short, short.stops[0].mark), (1, PickMark::Short));
    assert_eq!(mark(vec![1], PickMark::Short, 201).await.unwrap().batch, None);
    assert!(matches!(mark(vec![7], PickMark::Picked, 202).await, Err(StoreError::NoStop(_))));
    let taken = mark(vec![0], PickMark::Picked, 203).await.unwrap();
    world.assert_sound().await;
    let last = mark(vec![2], PickMark::Picked, 204).await.unwrap();
    assert_eq!((last.entry.state, last.entry.picked), (PickState::Done, 2));
    assert!(matches!(mark(vec![1], PickMark::Picked, 205).await, Err(StoreError::NotPossible(_))));
    world.assert_sound().await;
    // What a finished list took is not walked for again; what it did not find is.
    let next = planned(&world).await;
    assert_eq!(units(&next), [2]);
    let id = last.entry.id.clone();
    assert_eq!(reasons(&next), [(ExceptionReason::AlreadyPicked, id)]);
    assert_eq!(next.plan.exceptions[0].quantity, 2);
    // The last mark is taken back, and the list is open again.
    world.store.undo(last.batch.unwrap(), at(300)).await.unwrap();
    let back = run(&world, record).await;
    assert_eq!(back.entry.state, PickState::Open);
    assert_eq!(marks(&back), [PickMark::Picked, PickMark::Short, PickMark::Open]);
    world.store.undo(taken.batch.unwrap(), at(301)).await.unwrap();
    assert_eq!(marks(&run(&world, record).await)[0], PickMark::Open);
    assert_eq!(mark(vec![1], PickMark::Open, 302).await.unwrap().entry.short, 0);
    world.assert_sound().await;
}

#[tokio::test]
async fn a_scanner_marks_the_next_stop_that_its_code_fits() {
    let world = shop(&["S5", "S7", "S9", "S11"]).await;
    placed(&world, "203-1234567-1234567", 10, 4).await;
    let record = started(&world).await.entry.record;
    let scan = |code: &'static str| world.store.scan_pick(record, code, at(200));
    for (code, position) in [("sku-b00000000a", 0), (FALCON, 1), ("75192-1", 2)] {
        assert_eq!(scan(code).await.unwrap().stops[0].position, position, "{code}");
    }
    let nothing = scan("71043").await.unwrap_err();
    assert_eq!(nothing.to_string(), "nothing on this list has the code '71043'");
    // Bars without hyphens.
    assert_eq!(scan("20312345671234567").await.unwrap().entry.state, PickState::Done);
    assert!(matches!(scan(FALCON).await, Err(StoreError::NotPossible(_))));
}

#[tokio::test]
async fn a_code_that_is_used_up_says_so() {
    let world = shop(&["S5"]).await;
    placed(&world, "203-1", 10, 1).await;
    let mut other = order("203-2", 20);
    other.lines[0].item.asin = Some("B0000OTHER".into());
    other.lines[0].item.seller_sku = Some("OTHER".into());
    world.store.map_number("B0000OTHER", true, "10281", "New", at(0)).await.unwrap();
    let bonsai = UnitDraft {
        set_number: "10281".into(),
        name: "Bonsai".into(),
        condition: "New".into(),
        storage_location: Some("S6".into()),
        ..UnitDraft::default()
    };
    world.store.add_units(vec![bonsai.check(Currency::GBP).unwrap()], "Added", at(0)).await.unwrap();
    world.apply(&[other]).await;
    let record = started(&world).await.entry.record;
    world.store.scan_pick(record, FALCON, at(200)).await.unwrap();
    let error = world.store.scan_pick(record, FALCON, at(201)).await.unwrap_err();
    assert_eq!(error.to_string(), format!("everything with the code '{FALCON}' is taken already"));
}

#[tokio::test]
async fn a_discarded_list_frees_what_it_gave_and_nothing_else() {
    let world = shop(&["S5", "S7", "S9"]).await;
    let order = placed(&world, "203-1", 10, 2).await;
    let line = LineKey { order, order_item_id: "1".into() };
    world.store.link_unit(&line, UnitId(3), at(1)).await.unwrap();
    let record = started(&world).await.entry.record;
    let done = world.store.discard_pick_list(record, at(300)).await.unwrap();
    assert_eq!((done.entry.state, done.entry.struck), (PickState::Discarded, 0));
    assert_eq!((status(&world, 1).await, status(&world, 3).await), (UnitStatus::InStock, UnitStatus::Linked));
    world.assert_sound().await;
    assert_eq!(world.store.discard_pick_list(record, at(301)).await.unwrap().batch, None);
    world.store.undo(done.batch.unwrap(), at(400)).await.unwrap();
    assert_eq!(run(&world, record).await.entry.state, PickState::Open);
    assert_eq!(status(&world, 1).await, UnitStatus::Linked);
    // A finished list keeps its claims and cannot be discarded.
    let finished = world.store.finish_pick_list(record, at(500)).await.unwrap();
    assert_eq!(finished.entry.state, PickState::Done);
    assert!(matches!(world.store.discard_pick_list(record, at(501)).await, Err(StoreError::NotPossible(_))));
    assert_eq!(status(&world, 1).await, UnitStatus::Linked);
    world.store.undo(finished.batch.unwrap(), at(600)).await.unwrap();
    assert_eq!(run(&world, record).await.entry.state, PickState::Open);
    world.assert_sound().await;
}

#[tokio::test]
async fn what_was_printed_is_kept_as_printed_and_what_went_meanwhile_is_struck() {
    let world = shop(&["S5", "S7"]).await;
    placed(&world, "203-1", 10, 1).await;
    placed(&world, "203-2", 20, 1).await;
    let printed = planned(&world).await;
    // While the printer worked.
    world.apply(&[with_status("203-1", 500, "CANCELLED")]).await;
    let kept = world.store.record_printed(&printed, at(600)).await.unwrap();
    assert_eq!((kept.entry.id.as_str(), kept.entry.prints), (printed.plan.id.as_str(), 1));
    assert_eq!((kept.entry.totals.units, kept.entry.struck), (2, 1));
    assert_eq!(kept.struck.iter().map(|own| own.platform_order_id.as_str()).collect::<Vec<_>>(), ["203-1"]);
    assert_eq!((status(&world, 1).await, status(&world, 2).await), (UnitStatus::InStock, UnitStatus::Linked));
    world.assert_sound().await;
    // Again.
    let planned = world.store.recorded_pick_list(kept.entry.record).await.unwrap();
    assert_eq!(planned.list().reprint, 1);
    let again = world.store.record_printed(&planned, at(700)).await.unwrap();
    assert_eq!((again.entry.prints, again.batch), (2, None));
    assert_eq!(again.entry.printed_at, Some(at(700)));
}

#[tokio::test]
async fn an_empty_list_is_printed_but_not_walked() {
    let world = shop(&[]).await;
    let error = world.store.start_pick_run(&all(), at(1)).await.unwrap_err();
    assert_eq!(error.to_string(), "no paid order waits to be picked");
    placed(&world, "203-1", 10, 1).await;
    let error = world.store.start_pick_run(&all(), at(1)).await.unwrap_err();
    assert_eq!(error.to_string(), "nothing can be picked: the one line that waits is an exception");
    let kept = world.store.record_printed(&planned(&world).await, at(2)).await.unwrap();
    assert_eq!((kept.entry.state, kept.entry.totals.exception_units), (PickState::Done, 1));
    world.assert_sound().await;
}

#[tokio::test]
async fn the_walk_is_the_sellers_own() {
    let world = shop(&["S49", "S5", "Garage"]).await;
    placed(&world, "203-1", 10, 3).await;
    let walked = || async {
        world.store.walk_order().await.unwrap().into_iter().map(|own| own.location).collect::<Vec<_>>()
    };
    assert_eq!(walked().await, ["Garage", "S5", "S49"]);
    let set = world.store.set_walk_order(vec!["S49".into(), "gone".into()], at(1)).await.unwrap();
    assert_eq!(walked().await, ["S49", "Garage", "S5"]);
    assert_eq!(units(&planned(&world).await), [1, 3, 2]);
    assert_eq!(world.store.set_walk_order(vec!["S49".into(), "gone".into()], at(2)).await.unwrap(), None);
    world.store.undo(set.unwrap(), at(3)).await.unwrap();
    assert_eq!(units(&planned(&world).await), [3, 2, 1]);
}

#[tokio::test]
async fn a_reader_beside_the_writer_plans_the_same() {
    let world = shop(&["S5", "S7"]).await;
    placed(&world, "203-1", 10, 2).await;
    let reader = Store::open(world.folder.path(), Access::Read, at(0)).await.unwrap();
    assert_eq!(reader.plan_pick_list(&all(), at(50)).await.unwrap(), planned(&world).await);
    assert!(matches!(reader.start_pick_run(&all(), at(50)).await, Err(StoreError::ReadOnly)));
    reader.close().await;
}

async fn confirmed(world: &World, ids: &[OrderRowId], second: i64) -> BatchId {
    let what = Confirming { orders: Some(Orders::Ids(ids.to_vec())), ..Confirming::default() };
    world.store.confirm(&what, at(second)).await.unwrap().batch.unwrap()
}

#[tokio::test]
async fn a_list_ends_with_the_confirmation_that_leaves_nothing_to_take() {
    let world = shop(&["S5", "S7"]).await;
    let one = placed(&world, "203-1", 10, 1).await;
    let two = placed(&world, "203-2", 20, 1).await;
    let record = started(&world).await.entry.record;
    confirmed(&world, &[one], 200).await;
    let half = run(&world, record).await;
    assert_eq!((half.entry.state, half.entry.picked), (PickState::Open, 1));
    let last = confirmed(&world, &[two], 300).await;
    let whole = run(&world, record).await;
    assert_eq!((whole.entry.state, whole.entry.picked), (PickState::Done, 2));
    world.assert_sound().await;
    // The list is open again with what the undo gives back, and its orders are what is counted.
    let undone = world.store.undo_confirm(last, at(400)).await.unwrap();
    assert_eq!((undone.orders_restored, undone.units_restored, undone.skipped), (1, 1, 0));
    let back = run(&world, record).await;
    assert_eq!(back.entry.state, PickState::Open);
    assert_eq!(marks(&back), [PickMark::Picked, PickMark::Open]);
    assert_eq!(planned(&world).await.plan.exceptions[0].reason, ExceptionReason::OnOpenList);
    world.assert_sound().await;
    // Done again, the list ends again.
    world.store.undo(undone.batch.unwrap(), at(500)).await.unwrap();
    let again = run(&world, record).await;
    assert_eq!((again.entry.state, again.entry.picked), (PickState::Done, 2));
    world.assert_sound().await;
}

#[tokio::test]
async fn a_list_that_ended_with_an_order_stays_done_while_that_order_stays_confirmed() {
    let world = shop(&["S5", "S7"]).await;
    let ids = [placed(&world, "203-1", 10, 1).await, placed(&world, "203-2", 20, 1).await];
    let record = started(&world).await.entry.record;
    let batch = confirmed(&world, &ids, 200).await;
    assert_eq!(run(&world, record).await.entry.state, PickState::Done);
    let both = [1, 2].map(|id| (UnitId(id), falcon("Attic"))).to_vec();
    world.store.edit_units(both, "Edited", at(250)).await.unwrap();
    let undone = world.store.undo_confirm(batch, at(300)).await.unwrap();
    assert_eq!((undone.orders_restored, undone.skipped), (0, 2));
    let still = run(&world, record).await;
    assert_eq!((still.entry.state, marks(&still)), (PickState::Done, vec![PickMark::Picked; 2]));
    world.assert_sound().await;
}

#[tokio::test]
async fn a_list_printed_while_another_took_its_units_holds_none_of_them() {
    let world = shop(&["S5", "S7", "S9"]).await;
    let first = placed(&world, "203-1", 10, 1).await;
    placed(&world, "203-2", 20, 2).await;
    let printed = planned(&world).await;
    // While the printer worked, one order went onto a list of its own and another wanted less.
    let asked = PickAsked { orders: Some(Orders::Ids(vec![first])), ..all() };
    let other = world.store.start_pick_run(&asked, at(100)).await.unwrap();
    world.apply(&[of_quantity("203-2", 500, 1)]).await;
    let kept = world.store.record_printed(&printed, at(600)).await.unwrap();
    let run_of = |record| run(&world, record);
    assert_eq!(marks(&run_of(other.entry.record).await), [PickMark::Open]);
    assert_eq!(
        marks(&run_of(kept.entry.record).await),
        [PickMark::Struck, PickMark::Open, PickMark::Struck],
        "one unit is the other list's, and one is not wanted any more"
    );
    let struck: Vec<_> = kept.struck.iter().map(|own| own.platform_order_id.as_str()).collect();
    assert_eq!(struck, ["203-1", "203-2"]);
    world.assert_sound().await;
}

#[tokio::test]
async fn a_unit_that_was_linked_to_another_line_while_it_was_printed_is_struck() {
    let world = shop(&["S5"]).await;
    placed(&world, "203-1", 10, 1).await;
    let printed = planned(&world).await;
    let other = placed(&world, "203-2", 20, 1).await;
    let line = LineKey { order: other, order_item_id: "1".into() };
    world.store.link_unit(&line, UnitId(1), at(100)).await.unwrap();
    let kept = world.store.record_printed(&printed, at(200)).await.unwrap();
    assert_eq!(marks(&run(&world, kept.entry.record).await), [PickMark::Struck]);
    assert_eq!(kept.entry.state, PickState::Done);
    world.assert_sound().await;
}

#[tokio::test]
async fn what_another_list_took_meanwhile_is_not_taken_back_from_it() {
    let world = shop(&["S5", "S7"]).await;
    let order = placed(&world, "203-1", 10, 1).await;
    placed(&world, "203-2", 20, 1).await;
    let first = started(&world).await.entry.record;
    world.store.mark_picked(first, vec![0], PickMark::Short, at(200)).await.unwrap();
    // Found later, on a list of its own.
    let asked = PickAsked { orders: Some(Orders::Ids(vec![order])), ..all() };
    let second = world.store.start_pick_run(&asked, at(250)).await.unwrap().entry.record;
    assert_ne!(first, second);
    assert_eq!(marks(&run(&world, second).await), [PickMark::Open]);
    let back = world.store.mark_picked(first, vec![0], PickMark::Open, at(300)).await.unwrap_err();
    assert_eq!(back.to_string(), "unit 1 (75192) went elsewhere since it was not found");
    world.assert_sound().await;
}

#[tokio::test]
async fn a_discarded_list_does_not_come_back_for_what_another_holds_by_now() {
    let world = shop(&["S5", "S7"]).await;
    placed(&world, "203-1", 10, 2).await;
    let first = started(&world).await.entry.record;
    let mark = world.store.mark_picked(first, vec![0], PickMark::Picked, at(150)).await.unwrap();
    let discarded = world.store.discard_pick_list(first, at(200)).await.unwrap();
    // A mark on it cannot come back either.
    assert_eq!(world.store.undo(mark.batch.unwrap(), at(210)).await.unwrap().restored, 0);
    let second = started(&world).await.entry.record;
    world.store.undo(discarded.batch.unwrap(), at(300)).await.unwrap();
    assert_eq!(run(&world, first).await.entry.state, PickState::Discarded);
    assert_eq!(run(&world, second).await.entry.state, PickState::Open);
    world.assert_sound().await;
}

#[tokio::test]
async fn a_finished_list_does_not_open_again_for_an_order_that_was_cancelled() {
    let world = shop(&["S5"]).await;
    placed(&world, "203-1", 10, 1).await;
    let record = started(&world).await.entry.record;
    let finished = world.store.finish_pick_list(record, at(200)).await.unwrap();
    let mut raw = world.raw().await;
    // Sold, so that the cancellation leaves it with its line.
    sqlx::query("UPDATE inventory_items SET status = 'sold'").execute(&mut raw).await.unwrap();
    drop(raw);
    world.apply(&[with_status("203-1", 500, "CANCELLED")]).await;
    world.store.undo(finished.batch.unwrap(), at(600)).await.unwrap();
    assert_eq!(run(&world, record).await.entry.state, PickState::Done);
}

#[tokio::test]
async fn discarding_a_list_leaves_what_was_sold_or_linked_anew() {
    let world = shop(&["S5", "S7", "S9"]).await;
    let sold = placed(&world, "203-1", 10, 1).await;
    let anew = placed(&world, "203-2", 20, 1).await;
    placed(&world, "203-3", 30, 1).await;
    let record = started(&world).await.entry.record;
    confirmed(&world, &[sold], 200).await;
    let line = LineKey { order: anew, order_item_id: "1".into() };
    world.store.unlink_line(&line, at(210)).await.unwrap();
    world.store.link_unit(&line, UnitId(2), at(220)).await.unwrap();
    world.store.discard_pick_list(record, at(300)).await.unwrap();
    let all = [status(&world, 1).await, status(&world, 2).await, status(&world, 3).await];
    assert_eq!(all, [UnitStatus::Sold, UnitStatus::Linked, UnitStatus::InStock]);
    world.assert_sound().await;
}
