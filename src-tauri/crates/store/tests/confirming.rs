//! Confirmations: what goes along, where it goes, and taking it back, whatever happened meanwhile.
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
use packlight_domain::confirming::{
    ArchiveRule, ConfirmOrder, ConfirmResult, ConfirmUndone, Confirmation, SkipReason,
};
use packlight_domain::currency::Currency;
use packlight_domain::listing::{MatchStatus, OrderDetail, OrderFlag, OrderRowId};
use packlight_domain::matching::LineKey;
use packlight_domain::money::{Amount, Money};
use packlight_domain::order::{OrderUpdate, Prices};
use packlight_domain::query::Query;
use packlight_domain::status::UiStatus;
use packlight_domain::stock::{Unit, UnitDraft, UnitFields, UnitId, UnitStatus};
use packlight_store::{Access, Confirming, Orders, Scope, Store, StoreError, Units};

const FALCON: &str = "B00000000A";

/// Adds a unit to shelf A-01; older ones have smaller days.
async fn unit(world: &World, day: u32) -> UnitId {
    let draft = UnitDraft {
        set_number: "75192".into(),
        name: "Millennium Falcon".into(),
        condition: "New".into(),
        cost: Some("5.00".into()),
        purchase_date: Some(format!("2025-01-{day:02}")),
        storage_location: Some("A-01".into()),
        ..UnitDraft::default()
    };
    let fields = draft.check(Currency::GBP).unwrap();
    world.store.add_units(vec![fields], "Added", at(0)).await.unwrap().0[0]
}

async fn map(world: &World) {
    world.store.map_number(FALCON, true, "75192", "New", at(0)).await.unwrap();
}

async fn placed(world: &World, updates: &[OrderUpdate]) -> Vec<OrderRowId> {
    world.apply(updates).await;
    let mut ids = Vec::new();
    for update in updates {
        ids.push(world.store.find_order(None, &update.order_id).await.unwrap().unwrap().row.id);
    }
    ids
}

fn with(id: &str, second: i64, change: impl FnOnce(&mut OrderUpdate)) -> OrderUpdate {
    let mut update = order(id, second);
    change(&mut update);
    update
}

fn status(update: &mut OrderUpdate, word: &str) {
    update.fulfillment.status = Some(word.into());
}

fn all() -> Confirming {
    Confirming::default()
}

fn these(ids: &[OrderRowId]) -> Confirming {
    Confirming { orders: Some(Orders::Ids(ids.to_vec())), ..all() }
}

async fn confirm(world: &World, what: &Confirming) -> Confirmation {
    world.store.confirm(what, at(5_000)).await.unwrap()
}

fn one(done: &Confirmation) -> &ConfirmOrder {
    assert_eq!(done.orders.len(), 1, "{done:?}");
    &done.orders[0]
}

fn units_of(order: &ConfirmOrder) -> Vec<u32> {
    order.units.iter().map(|unit| unit.id.0).collect()
}

async fn detail(world: &World, order: OrderRowId) -> OrderDetail {
    world.store.order(order).await.unwrap().unwrap()
}

async fn stored(world: &World, unit: UnitId) -> Unit {
    world.store.unit(unit).await.unwrap().unwrap()
}

/// Where a unit stands: status, location, where it lay before, whether a line holds it.
async fn place(world: &World, unit: UnitId) -> (UnitStatus, Option<String>, Option<String>, bool) {
    let unit = stored(world, unit).await;
    (unit.status, unit.storage_location, unit.previous_location, unit.claim.is_some())
}

fn shelf(status: UnitStatus, held: bool) -> (UnitStatus, Option<String>, Option<String>, bool) {
    (status, Some("A-01".into()), None, held)
}

fn archived(location: &str) -> (UnitStatus, Option<String>, Option<String>, bool) {
    (UnitStatus::Sold, Some(location.into()), Some("A-01".into()), true)
}

fn line_of(order: OrderRowId) -> LineKey {
    LineKey { order, order_item_id: "1".into() }
}

fn lying_in(place: &str) -> UnitFields {
    let draft = UnitDraft {
        set_number: "75192".into(),
        name: "Falcon, dented box".into(),
        condition: "New".into(),
        storage_location: Some(place.into()),
        ..UnitDraft::default()
    };
    draft.check(Currency::GBP).unwrap()
}

/// Everything that a confirmation and its undo touch, for comparing.
async fn desk(world: &World) -> Vec<std::collections::BTreeMap<String, String>> {
    let mut raw = world.raw().await;
    let mut all = Vec::new();
    for sql in [
        "SELECT * FROM inventory_items ORDER BY id",
        "SELECT * FROM claims ORDER BY unit_id",
        "SELECT id, ui_status, confirmed_at, linked_lines, matched_lines, unmatched_lines, facts FROM platform_orders \
         ORDER BY id",
        "SELECT * FROM fact_counts WHERE n > 0 ORDER BY account_id, facts",
        "SELECT * FROM order_blocks ORDER BY segment, account_id, low_key, low_id",
    ] {
        all.extend(rows(&mut raw, sql).await);
    }
    all
}

#[tokio::test]
async fn linked_units_and_the_oldest_free_ones_go_to_the_archive_and_come_back() {
    let world = World::new().await;
    let two = |update: &mut OrderUpdate| update.lines[0].item.quantity = 2;
    let ids =
        placed(&world, &[with("203-1", 100, two), with("203-2", 200, |own| status(own, "SHIPPED"))]).await;
    let (newest, oldest, middle) = (unit(&world, 9).await, unit(&world, 1).await, unit(&world, 5).await);
    let spare = unit(&world, 10).await;
    map(&world).await;
    world.store.link_unit(&line_of(ids[0]), newest, at(3)).await.unwrap();
    let before = desk(&world).await;

    let preview = world.store.preview_confirm(&all(), at(5_000)).await.unwrap();
    assert_eq!(desk(&world).await, before, "a preview changes nothing");
    let done = confirm(&world, &all()).await;
    assert_eq!(Confirmation { batch: None, ..done.clone() }, preview);
    assert_eq!((done.confirmed, done.skipped, done.units_moved), (2, 0, 3));
    // Newest first; the older order took the older units beside its own.
    let told: Vec<_> =
        done.orders.iter().map(|own| (own.platform_order_id.as_str(), units_of(own))).collect();
    assert_eq!(told, [("203-2", vec![middle.0]), ("203-1", vec![newest.0, oldest.0])]);
    let linked: Vec<bool> = done.orders[1].units.iter().map(|unit| unit.was_linked).collect();
    assert_eq!(linked, [true, false]);
    assert_eq!(done.orders[1].units[0].storage_location.as_deref(), Some("A-01"), "as it lay before");

    for unit in [newest, oldest, middle] {
        assert_eq!(place(&world, unit).await, archived("SOLD-2026-01"));
    }
    assert_eq!(place(&world, spare).await, shelf(UnitStatus::InStock, false));
    for id in &ids {
        let own = detail(&world, *id).await;
        assert_eq!((own.row.ui_status, own.confirmed_at), (UiStatus::Completed, Some(at(5_000))));
        assert_eq!(own.items[0].match_status, MatchStatus::Linked);
        assert_eq!(own.items[0].units[0].previous_location.as_deref(), Some("A-01"));
    }
    let counts = world.store.counts(None, None).await.unwrap();
    assert_eq!((counts.paid, counts.shipped, counts.completed), (0, 0, 2));
    let confirmed = Query::parse("is:confirmed status:completed").unwrap();
    assert_eq!(world.store.details(&confirmed, None, None, 10, at(0)).await.unwrap().len(), 2);
    let locations = world.store.locations().await.unwrap();
    assert_eq!(locations.iter().map(|own| own.units).collect::<Vec<_>>(), [1], "the archive is no shelf");
    world.assert_sound().await;

    let summary = |own: &packlight_domain::act::ActEntry| own.summary.clone();
    let history = world.store.order_acts(ids[0], 10).await.unwrap();
    assert_eq!(summary(&history[0]), "Confirmed 2 orders: 3 units to SOLD-2026-01");

    let undone = world.store.undo_confirm(done.batch.unwrap(), at(6_000)).await.unwrap();
    assert_eq!((undone.orders_restored, undone.units_restored, undone.skipped), (2, 3, 0));
    assert_eq!(desk(&world).await, before, "as if it had never been");
    let history = world.store.order_acts(ids[0], 10).await.unwrap();
    assert_eq!(summary(&history[0]), "Undid: Confirmed 2 orders: 3 units to SOLD-2026-01");
    let again = world.store.undo_confirm(done.batch.unwrap(), at(6_001)).await.unwrap();
    assert_eq!(again, ConfirmUndone { batch: None, orders_restored: 0, units_restored: 0, skipped: 2 });

    let refused = world.store.undo_confirm(undone.batch.unwrap(), at(6_001)).await.unwrap_err();
    assert!(refused.to_string().ends_with("confirmed no order: undo it as what it was"), "{refused}");
    // The undo of the undo confirms again, with the very units.
    let redone = world.store.undo(undone.batch.unwrap(), at(6_002)).await.unwrap();
    assert_eq!((redone.restored, redone.skipped), (2, 0));
    assert_eq!(place(&world, oldest).await, archived("SOLD-2026-01"));
    assert_eq!(detail(&world, ids[0]).await.confirmed_at, Some(at(5_000)));
    world.assert_sound().await;
    let undone = world.store.undo(redone.batch.unwrap(), at(6_003)).await.unwrap();
    assert_eq!((undone.restored, desk(&world).await == before), (2, true));
}

#[tokio::test]
async fn what_is_left_alone_says_why_and_a_second_time_changes_nothing() {
    let world = World::new().await;
    let ids = placed(
        &world,
        &[
            with("203-1", 100, |own| status(own, "PENDING")),
            with("203-2", 200, |own| status(own, "CANCELLED")),
            with("203-3", 300, |own| status(own, "TELEPORTED")),
            with("203-4", 400, |_| {}),
            with("203-5", 500, |own| own.lines[0].item.asin = None),
            with("203-6", 600, |own| own.lines[0].item.asin = Some("B00000000Z".into())),
            with("203-7", 700, |_| {}),
        ],
    )
    .await;
    map(&world).await;
    let falcon = unit(&world, 1).await;
    let mut asked: Vec<OrderRowId> = ids.iter().rev().copied().collect();
    asked.push(OrderRowId(99));
    asked.push(ids[0]);
    let done = confirm(&world, &these(&asked)).await;
    let told: Vec<_> = done.orders.iter().map(|own| (own.result, own.reason, own.message.clone())).collect();
    let skipped = |reason, text: &str| (ConfirmResult::Skipped, Some(reason), Some(text.to_owned()));
    assert_eq!(
        told,
        [
            skipped(SkipReason::NoUnit, "no unit is in stock for 'Millennium Falcon'"),
            skipped(
                SkipReason::NoUnit,
                "'Millennium Falcon' is not matched to a set, so no unit can be found for it"
            ),
            skipped(
                SkipReason::NoUnit,
                "Amazon gave no ASIN for 'Millennium Falcon', so no unit can be found for it"
            ),
            (ConfirmResult::Confirmed, None, None),
            skipped(SkipReason::UnknownStatus, "its status is a word that Packlight does not know"),
            skipped(SkipReason::Cancelled, "it is cancelled"),
            skipped(SkipReason::Pending, "it is pending: its payment has not cleared"),
            skipped(SkipReason::Unknown, "it is not in the local copy"),
        ],
        "as asked for, each once"
    );
    assert_eq!((done.confirmed, done.skipped, done.units_moved), (1, 7, 1));

    let after = desk(&world).await;
    let acts = world.store.activity_acts(None, 50).await.unwrap();
    let again = confirm(&world, &these(&ids[3..4])).await;
    assert_eq!((again.batch, again.confirmed, again.skipped, again.units_moved), (None, 0, 0, 0));
    let told = one(&again);
    assert_eq!((told.result, units_of(told)), (ConfirmResult::Already, vec![falcon.0]));
    assert_eq!(told.archive_location.as_deref(), Some("SOLD-2026-01"));
    assert_eq!(told.units[0].storage_location.as_deref(), Some("A-01"));
    assert_eq!(desk(&world).await, after);
    assert_eq!(world.store.activity_acts(None, 50).await.unwrap().len(), acts.len());
    world.assert_sound().await;
}

#[tokio::test]
async fn months_are_those_of_the_marketplace_unless_the_seller_says_otherwise() {
    let world = World::new().await;
    let bought = |id: &str, when: &str, market: &str, asin: &str| {
        with(id, 0, |own| {
            own.header.created = Some(when.parse().unwrap());
            own.header.marketplace_id = Some(market.into());
            own.lines[0].item.asin = Some(asin.into());
        })
    };
    let ids = placed(
        &world,
        &[
            bought("203-1", "2026-01-31T23:59:59Z", GB, FALCON),
            bought("203-2", "2026-02-01T00:00:00Z", GB, FALCON),
            bought("503-1", "2025-12-31T15:00:00Z", JP, FALCON),
            bought("503-2", "2025-12-31T14:59:59Z", JP, FALCON),
            // A marketplace that the account does not name has the days of the first: London.
            bought("603-1", "2025-06-30T23:30:00Z", "A1PA6795UKMFR9", FALCON),
        ],
    )
    .await;
    map(&world).await;
    for day in 1..=5 {
        unit(&world, day).await;
    }
    let locations = |done: &Confirmation| -> Vec<String> {
        done.orders.iter().map(|own| own.archive_location.clone().unwrap()).collect()
    };
    let by_sale = ["SOLD-2026-01", "SOLD-2026-02", "SOLD-2026-01", "SOLD-2025-12", "SOLD-2025-07"];
    let preview = world.store.preview_confirm(&these(&ids), at(0)).await.unwrap();
    assert_eq!(locations(&preview), by_sale);

    let own = Confirming { archive_location: Some("Attic".into()), ..these(&ids) };
    assert_eq!(locations(&world.store.preview_confirm(&own, at(0)).await.unwrap()), ["Attic"; 5]);

    // 2026-02-28T23:30Z is March in Tokyo.
    let now = "2026-02-28T23:30:00Z".parse().unwrap();
    let rule = ArchiveRule::MonthOfConfirmation;
    let batch = world.store.choose(rule, "Archive by confirmation", at(1)).await.unwrap();
    assert_eq!(world.store.choose(rule, "Archive by confirmation", at(1)).await.unwrap(), None);
    let preview = world.store.preview_confirm(&these(&ids), now).await.unwrap();
    let (feb, mar) = ("SOLD-2026-02", "SOLD-2026-03");
    assert_eq!(locations(&preview), [feb, feb, mar, mar, feb]);
    world.store.undo(batch.unwrap(), at(2)).await.unwrap();
    assert_eq!(world.store.chosen::<ArchiveRule>().await.unwrap(), ArchiveRule::MonthOfSale);
    assert_eq!(
        world.store.choose(ArchiveRule::MonthOfSale, "…", at(3)).await.unwrap(),
        None,
        "it is so already"
    );

    let done = world.store.confirm(&these(&ids), now).await.unwrap();
    assert_eq!(locations(&done), by_sale);
    let told = world.store.activity_acts(None, 1).await.unwrap().remove(0).summary;
    assert_eq!(told, "Confirmed 5 orders: 5 units to SOLD-2025-07 … SOLD-2026-02");
    world.assert_sound().await;
}

#[tokio::test]
async fn money_is_summed_for_each_currency() {
    let world = World::new().await;
    let yen = |own: &mut OrderUpdate| {
        own.header.marketplace_id = Some(JP.into());
        own.total = Some(Money { minor: 19_940, currency: Currency::JPY });
        own.lines[0].prices.item = own.total;
    };
    let ids = placed(&world, &[order("203-1", 100), with("503-1", 200, yen)]).await;
    let priced = unit(&world, 1).await;
    let draft = UnitDraft { set_number: "75192".into(), condition: "New".into(), ..UnitDraft::default() };
    let fields = draft.check(Currency::GBP).unwrap();
    let free = world.store.add_units(vec![fields], "Added", at(0)).await.unwrap().0[0];
    world.store.link_unit(&line_of(ids[0]), priced, at(1)).await.unwrap();
    world.store.link_unit(&line_of(ids[1]), free, at(1)).await.unwrap();
    let done = confirm(&world, &all()).await;
    let amount = |minor, currency| Amount::from(Money { minor, currency });
    let money: Vec<_> =
        done.money.iter().map(|own| (own.sales.clone(), own.cost.clone(), own.units_without_cost)).collect();
    assert_eq!(
        money,
        [
            (amount(1_299, Currency::GBP), amount(500, Currency::GBP), 0),
            (amount(19_940, Currency::JPY), amount(0, Currency::JPY), 1)
        ]
    );
    assert_eq!(done.orders[0].proceeds, Some(amount(19_940, Currency::JPY)));
    assert_eq!(place(&world, free).await.2, None, "a unit without a place had none before either");
    world.store.undo_confirm(done.batch.unwrap(), at(9)).await.unwrap();
    assert_eq!(stored(&world, free).await.storage_location, None);
    world.assert_sound().await;
}

#[tokio::test]
async fn a_discount_is_no_money() {
    let world = World::new().await;
    let told = |own: &mut OrderUpdate| {
        own.lines[0].prices =
            Prices { discount: Some(pounds(130)), proceeds: Some(pounds(1_169)), ..own.lines[0].prices };
    };
    // Whether Amazon writes a discount with a sign is not documented, so both mean the same.
    let signed = |own: &mut OrderUpdate| own.lines[0].prices.discount = Some(pounds(-130));
    let plain = |own: &mut OrderUpdate| own.lines[0].prices.discount = Some(pounds(130));
    placed(&world, &[with("203-1", 100, told), with("203-2", 200, signed), with("203-3", 300, plain)]).await;
    map(&world).await;
    for number in 1..=3 {
        unit(&world, number).await;
    }
    let done = confirm(&world, &all()).await;
    let amount = |minor| Amount::from(pounds(minor));
    let proceeds: Vec<_> = done.orders.iter().map(|order| order.proceeds.clone()).collect();
    assert_eq!(proceeds, vec![Some(amount(1_169)); 3]);
    assert_eq!(done.money[0].sales, amount(3 * 1_169));
}

#[tokio::test]
async fn without_stock_and_amazons_parcels_need_no_unit() {
    let world = World::new().await;
    let by_amazon = |own: &mut OrderUpdate| {
        own.fulfillment.fulfilled_by = Some("AMAZON".into());
        status(own, "SHIPPED");
    };
    let ids = placed(
        &world,
        &[
            with("203-1", 100, by_amazon),
            with("203-2", 200, |own| {
                by_amazon(own);
                own.lines[0].item.quantity = 2;
            }),
            with("203-3", 300, |_| {}),
            with("203-4", 400, |_| {}),
        ],
    )
    .await;
    map(&world).await;
    let (first, second) = (unit(&world, 1).await, unit(&world, 2).await);
    let what = Confirming { without_stock: vec![ids[2]], ..all() };
    let preview = world.store.preview_confirm(&what, at(5_000)).await.unwrap();
    let done = confirm(&world, &what).await;
    assert_eq!(done.orders, preview.orders);
    let told: Vec<_> = done
        .orders
        .iter()
        .rev()
        .map(|own| {
            (
                own.result,
                units_of(own),
                own.short_lines.iter().map(|line| (line.units, line.ordered)).collect::<Vec<_>>(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            (ConfirmResult::Confirmed, vec![first.0], vec![]),
            (ConfirmResult::Confirmed, vec![second.0], vec![(1, 2)]),
            (ConfirmResult::Confirmed, vec![], vec![(0, 1)]),
            (ConfirmResult::Skipped, vec![], vec![]),
        ]
    );
    let bare = detail(&world, ids[2]).await;
    assert_eq!((bare.row.ui_status, bare.items[0].match_status), (UiStatus::Completed, MatchStatus::Matched));
    // What a confirmed order takes along is settled.
    let late = unit(&world, 3).await;
    let refused = world.store.link_unit(&line_of(ids[2]), late, at(6_000)).await.unwrap_err();
    assert_eq!(
        refused.to_string(),
        "the order is confirmed: undo the confirmation first (line 1 of order 203-3)"
    );
    let refused = world.store.unlink_line(&line_of(ids[0]), at(6_000)).await.unwrap_err();
    assert!(refused.to_string().contains("its units are sold: undo the confirmation first"), "{refused}");
    world.store.create_mapping(&line_of(ids[2]), late, at(6_000)).await.unwrap();
    assert_eq!(place(&world, late).await, shelf(UnitStatus::InStock, false));
    world.assert_sound().await;
    let undone = world.store.undo_confirm(done.batch.unwrap(), at(7_000)).await.unwrap();
    assert_eq!((undone.orders_restored, undone.units_restored), (3, 2));
    world.assert_sound().await;
}

#[tokio::test]
async fn an_order_whose_unit_has_moved_on_stays_confirmed_whole() {
    let world = World::new().await;
    let two = |own: &mut OrderUpdate| own.lines[0].item.quantity = 2;
    let ids = placed(&world, &[with("203-1", 100, two), order("203-2", 200)]).await;
    map(&world).await;
    let units = [unit(&world, 1).await, unit(&world, 2).await, unit(&world, 3).await];
    let done = confirm(&world, &all()).await;
    // A move of many leaves the archive alone; only who edits a sold unit by itself takes it out of there.
    let everything = Units::Ids(units.to_vec());
    let swept = world.store.move_units(&everything, Some("Box 7".into()), at(6_000)).await.unwrap();
    assert_eq!((swept.batch, swept.units, swept.skipped), (None, 0, 3));
    assert_eq!(place(&world, units[1]).await, archived("SOLD-2026-01"));
    let moved = vec![(units[1], lying_in("Box 7"))];
    let moved = world.store.edit_units(moved, "Edited", at(6_000)).await.unwrap();
    assert_eq!(moved.units, 1);
    let undone = world.store.undo_confirm(done.batch.unwrap(), at(7_000)).await.unwrap();
    assert_eq!((undone.orders_restored, undone.units_restored, undone.skipped), (1, 1, 1));
    assert_eq!(place(&world, units[0]).await, archived("SOLD-2026-01"), "its order stays whole");
    assert_eq!(place(&world, units[2]).await, shelf(UnitStatus::InStock, false));
    assert_eq!(detail(&world, ids[0]).await.row.ui_status, UiStatus::Completed);
    assert_eq!(detail(&world, ids[1]).await.row.ui_status, UiStatus::Paid);
    world.assert_sound().await;
    // A note on a unit is no move; back in the archive, the rest can be taken back too, by the general undo as well.
    world.store.undo(moved.batch.unwrap(), at(8_000)).await.unwrap();
    let mut fields = lying_in("SOLD-2026-01");
    fields.notes = Some("dented".into());
    world.store.edit_units(vec![(units[0], fields)], "Edited", at(8_001)).await.unwrap();
    let report = world.store.undo(done.batch.unwrap(), at(9_000)).await.unwrap();
    assert_eq!((report.restored, report.skipped), (1, 1));
    assert_eq!(place(&world, units[0]).await, shelf(UnitStatus::InStock, false));
    assert_eq!(stored(&world, units[0]).await.notes.as_deref(), Some("dented"));
    world.assert_sound().await;
}

#[tokio::test]
async fn a_cancellation_after_the_confirmation_leaves_the_unit_until_it_is_taken_back() {
    let world = World::new().await;
    let ids = placed(&world, &[order("203-1", 100), order("203-2", 200)]).await;
    let (linked, free) = (unit(&world, 1).await, unit(&world, 2).await);
    world.store.link_unit(&line_of(ids[0]), linked, at(1)).await.unwrap();
    map(&world).await;
    let done = confirm(&world, &all()).await;
    let freed = world.apply(&[with("203-1", 300, |own| status(own, "CANCELLED"))]).await.units_freed;
    assert_eq!(freed, 0);
    let own = detail(&world, ids[0]).await;
    assert_eq!((own.row.ui_status, own.confirmed_at.is_some()), (UiStatus::Cancelled, true));
    assert!(own.row.has(OrderFlag::CancelledAfterConfirmation));
    assert!(!detail(&world, ids[1]).await.row.has(OrderFlag::CancelledAfterConfirmation));
    assert_eq!(place(&world, linked).await, archived("SOLD-2026-01"));
    world.assert_sound().await;
    let again = confirm(&world, &these(&ids[..1])).await;
    assert_eq!(
        (one(&again).result, one(&again).reason),
        (ConfirmResult::Skipped, Some(SkipReason::Cancelled))
    );
    assert!(one(&again).message.as_ref().unwrap().contains("undo that confirmation"));

    let undone = world.store.undo_confirm(done.batch.unwrap(), at(6_000)).await.unwrap();
    assert_eq!((undone.orders_restored, undone.units_restored), (2, 2));
    // Back on its shelf, and free: its order wants it no more.
    assert_eq!(place(&world, linked).await, shelf(UnitStatus::InStock, false));
    assert_eq!(place(&world, free).await, shelf(UnitStatus::InStock, false));
    let own = detail(&world, ids[0]).await;
    assert_eq!(
        (own.row.ui_status, own.row.has(OrderFlag::CancelledAfterConfirmation)),
        (UiStatus::Cancelled, false)
    );
    world.assert_sound().await;
    // Doing it again is not possible for the cancelled one.
    let redone = world.store.undo(undone.batch.unwrap(), at(6_001)).await.unwrap();
    assert_eq!((redone.restored, redone.skipped), (1, 1));
    assert_eq!(detail(&world, ids[1]).await.row.ui_status, UiStatus::Completed);
    world.assert_sound().await;
}

#[tokio::test]
async fn a_line_that_shrinks_or_goes_after_the_confirmation_gives_its_units_back_free() {
    let world = World::new().await;
    let three = |own: &mut OrderUpdate| own.lines[0].item.quantity = 3;
    let ids = placed(&world, &[with("203-1", 100, three), order("203-2", 200)]).await;
    let mut units = Vec::new();
    for day in 1..=4 {
        units.push(unit(&world, day).await);
    }
    for (second, unit) in units[..3].iter().enumerate() {
        world
            .store
            .link_unit(&line_of(ids[0]), *unit, at(10 + i64::try_from(second).unwrap()))
            .await
            .unwrap();
    }
    world.store.link_unit(&line_of(ids[1]), units[3], at(20)).await.unwrap();
    let done = confirm(&world, &all()).await;
    assert_eq!(done.units_moved, 4);
    let gone = with("203-2", 300, |own| own.lines = vec![line("2", "B00000000B", "Other", 1)]);
    world.apply(&[order("203-1", 300), gone]).await;
    assert_eq!(
        place(&world, units[3]).await,
        (UnitStatus::Sold, Some("SOLD-2026-01".into()), Some("A-01".into()), false)
    );
    world.assert_sound().await;
    let undone = world.store.undo_confirm(done.batch.unwrap(), at(6_000)).await.unwrap();
    assert_eq!((undone.orders_restored, undone.units_restored, undone.skipped), (2, 4, 0));
    let mut held = Vec::new();
    for unit in &units {
        held.push(place(&world, *unit).await == shelf(UnitStatus::Linked, true));
    }
    assert_eq!(held, [true, false, false, false], "the first claimed stays with its line");
    world.assert_sound().await;
}

#[tokio::test]
async fn two_confirmations_at_once_confirm_each_order_once() {
    let world = World::new().await;
    let other = Store::open(world.folder.path(), Access::Write, at(0)).await.unwrap();
    let mut updates = Vec::new();
    for number in 0..40 {
        updates.push(order(&format!("203-{number:02}"), 100 + number));
    }
    let ids = placed(&world, &updates).await;
    map(&world).await;
    for day in 1..=28 {
        unit(&world, day).await;
    }
    let back: Vec<OrderRowId> = ids.iter().rev().copied().collect();
    let (one, two) = (these(&ids), these(&back));
    let (first, second) = tokio::join!(world.store.confirm(&one, at(5_000)), other.confirm(&two, at(5_001)));
    let (first, second) = (first.unwrap(), second.unwrap());
    assert_eq!(first.confirmed + second.confirmed, 28, "{first:?} {second:?}");
    assert_eq!(first.units_moved + second.units_moved, 28);
    let mut units: Vec<u32> = [&first, &second]
        .iter()
        .flat_map(|done| &done.orders)
        .filter(|own| own.result == ConfirmResult::Confirmed)
        .flat_map(units_of)
        .collect();
    units.sort_unstable();
    assert_eq!(units, (1..=28).collect::<Vec<u32>>(), "each unit once");
    for number in 0..40 {
        let results = [first.orders[number].result, second.orders[39 - number].result];
        let confirmed = results.iter().filter(|own| **own == ConfirmResult::Confirmed).count();
        assert!(confirmed <= 1, "{results:?}");
    }
    world.assert_sound().await;
    let mut raw = world.raw().await;
    let sold = rows(&mut raw, "SELECT COUNT(*) AS n FROM inventory_items WHERE status = 'sold'").await;
    assert_eq!(sold[0]["n"], "28");
    let mut orders = 0;
    for batch in [first.batch, second.batch].into_iter().flatten() {
        orders += world.store.undo_confirm(batch, at(6_000)).await.unwrap().orders_restored;
    }
    assert_eq!(orders, 28);
    let left = rows(&mut raw, "SELECT COUNT(*) AS n FROM claims").await;
    assert_eq!(left[0]["n"], "0");
    world.assert_sound().await;
}

#[tokio::test]
async fn a_batch_that_ends_in_the_middle_is_whole_so_far() {
    let world = World::new().await;
    let ids = placed(&world, &[order("203-1", 100), order("203-2", 200), order("203-3", 300)]).await;
    map(&world).await;
    for day in 1..=3 {
        unit(&world, day).await;
    }
    // The third order's transaction fails at its last step.
    let mut raw = world.raw().await;
    let trap = format!(
        "CREATE TRIGGER trap BEFORE UPDATE OF confirmed_at ON platform_orders WHEN NEW.id = {} \
         BEGIN SELECT RAISE(ABORT, 'the lights went out'); END",
        ids[2].0
    );
    sqlx::query(sqlx::AssertSqlSafe(trap)).execute(&mut raw).await.unwrap();
    let done = confirm(&world, &all()).await;
    assert_eq!((done.confirmed, done.skipped, done.units_moved), (2, 1, 2));
    assert_eq!(done.orders[0].reason, Some(SkipReason::Failed));
    assert!(done.orders[0].message.as_ref().unwrap().contains("the lights went out"));
    assert_eq!((done.orders[0].order, done.orders[0].platform_order_id.as_str()), (Some(ids[2]), "203-3"));
    let told = world.store.activity_acts(None, 1).await.unwrap().remove(0);
    assert_eq!((told.summary.as_str(), told.acts), ("Confirmed 2 orders: 2 units to SOLD-2026-01", 2));
    sqlx::query("DROP TRIGGER trap").execute(&mut raw).await.unwrap();
    world.assert_sound().await;
    let undone = world.store.undo_confirm(done.batch.unwrap(), at(6_000)).await.unwrap();
    assert_eq!((undone.orders_restored, undone.units_restored, undone.skipped), (2, 2, 0));
    let told = world.store.activity_acts(None, 2).await.unwrap();
    assert!(told[0].is_undo && told[1].undone, "{told:?}");
}

#[tokio::test]
async fn what_an_open_pick_list_holds_is_picked_by_the_confirmation() {
    let world = World::new().await;
    let ids = placed(&world, &[order("203-1", 100), order("203-2", 200)]).await;
    map(&world).await;
    let (one, two) = (unit(&world, 1).await, unit(&world, 2).await);
    world.store.link_unit(&line_of(ids[0]), one, at(1)).await.unwrap();
    world.store.link_unit(&line_of(ids[1]), two, at(1)).await.unwrap();
    let mut raw = world.raw().await;
    for sql in [
        "INSERT INTO pick_lists (id, list_id, state, created_at, lines, units, orders, exceptions, exception_units, content) \
         VALUES (1, 'P-00000001', 'open', 0, 2, 2, 2, 0, 0, '{}')",
        "INSERT INTO pick_stops (list_id, position, unit_id, order_id, order_item_id, mark, holds, claimed) \
         SELECT 1, c.unit_id, c.unit_id, i.order_id, i.order_item_id, IIF(c.unit_id = 1, 'open', 'short'), \
         IIF(c.unit_id = 1, 1, NULL), 0 FROM claims c JOIN platform_order_items i ON i.id = c.item_id",
    ] {
        sqlx::query(sql).execute(&mut raw).await.unwrap();
    }
    let marks = "SELECT position, mark, marked_at FROM pick_stops ORDER BY position";
    let before = rows(&mut raw, marks).await;
    let done = confirm(&world, &all()).await;
    let after: Vec<String> = rows(&mut raw, marks).await.into_iter().map(|own| own["mark"].clone()).collect();
    assert_eq!(after, ["picked", "short"]);
    world.store.undo_confirm(done.batch.unwrap(), at(6_000)).await.unwrap();
    assert_eq!(rows(&mut raw, marks).await, before);
}

#[tokio::test]
async fn only_a_confirmation_is_taken_back_as_one() {
    let world = World::new().await;
    let refused = world.store.undo_confirm(BatchId(77), at(0)).await.unwrap_err();
    assert!(matches!(refused, StoreError::NoBatch(77)), "{refused}");
    let batch = world.store.map_number(FALCON, true, "75192", "New", at(0)).await.unwrap().batch.unwrap();
    let refused = world.store.undo_confirm(batch, at(0)).await.unwrap_err();
    assert_eq!(refused.to_string(), format!("action {} confirmed no order: undo it as what it was", batch.0));
}

#[tokio::test]
async fn a_selection_is_a_query_or_a_platform() {
    let world = World::new().await;
    placed(&world, &[order("203-1", 100), with("203-2", 200, |own| status(own, "PENDING"))]).await;
    map(&world).await;
    let falcon = unit(&world, 1).await;
    let ebay = Confirming { platform: Some(Platform::Ebay), ..all() };
    assert_eq!(confirm(&world, &ebay).await.orders, []);
    let query = Query::parse("asin:B00000000A").unwrap();
    let orders = Orders::Matching { query, scope: Scope::default(), except: vec![] };
    let done = confirm(&world, &Confirming { orders: Some(orders), ..all() }).await;
    let told: Vec<_> = done.orders.iter().map(|own| (own.platform_order_id.as_str(), own.result)).collect();
    assert_eq!(told, [("203-2", ConfirmResult::Skipped), ("203-1", ConfirmResult::Confirmed)]);
    assert_eq!(units_of(&done.orders[1]), [falcon.0]);
    // Both are settled now: without a selection nothing is eligible.
    assert_eq!(confirm(&world, &all()).await.orders, []);
}
