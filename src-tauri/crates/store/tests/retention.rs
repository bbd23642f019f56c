//! Old orders: which go, which stay, and that nothing else is touched.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "the helpers of tests may fail like tests"
)]

mod common;

use std::collections::BTreeSet;

use common::*;
use packlight_domain::currency::Currency;
use packlight_domain::matching::LineKey;
use packlight_domain::retention::Retention;
use packlight_domain::settings::Setting;
use packlight_domain::stock::{UnitDraft, UnitId};
use sqlx::SqliteConnection;

const YEAR: i64 = 365 * 86_400;

async fn unit(world: &World) -> UnitId {
    let draft = UnitDraft { set_number: "75192".into(), condition: "New".into(), ..UnitDraft::default() };
    let fields = draft.check(Currency::GBP).unwrap();
    world.store.add_units(vec![fields], "Added", at(0)).await.unwrap().0[0]
}

async fn link(world: &World, order: &str, unit: UnitId) {
    let row = world.store.find_order(None, order).await.unwrap().unwrap().row.id;
    let key = LineKey { order: row, order_item_id: "1".into() };
    world.store.link_unit(&key, unit, at(0)).await.unwrap();
}

async fn change(raw: &mut SqliteConnection, sql: &'static str) {
    sqlx::query(sql).execute(raw).await.unwrap();
}

async fn left(world: &World) -> BTreeSet<String> {
    let mut raw = world.raw().await;
    let ids: Vec<String> = sqlx::query_scalar("SELECT platform_order_id FROM platform_orders")
        .fetch_all(&mut raw)
        .await
        .unwrap();
    ids.into_iter().collect()
}

#[tokio::test]
async fn only_what_is_over_goes_and_units_stay() {
    let world = World::new().await;
    let old = |id: &str, status: &str| {
        let mut order = order(id, -3 * YEAR);
        order.fulfillment.status = Some(status.into());
        order
    };
    let mut late_news = old("news", "CANCELLED");
    late_news.last_update = at(-60);
    world
        .apply(&[
            old("cancelled", "CANCELLED"),
            old("open", "UNSHIPPED"),
            old("shipped", "SHIPPED"),
            old("confirmed", "SHIPPED"),
            old("holding", "SHIPPED"),
            old("listed", "CANCELLED"),
            old("cancelled after all", "CANCELLED"),
            late_news,
            order("young", -YEAR),
        ])
        .await;
    let (sold, held) = (unit(&world).await, unit(&world).await);
    link(&world, "confirmed", sold).await;
    link(&world, "holding", held).await;
    let mut raw = world.raw().await;
    change(
        &mut raw,
        "UPDATE platform_orders SET ui_status = 3, confirmed_at = 5 WHERE platform_order_id = 'confirmed'",
    )
    .await;
    change(&mut raw, "UPDATE platform_orders SET ui_status = 3 WHERE platform_order_id = 'holding'").await;
    change(
        &mut raw,
        "UPDATE platform_orders SET confirmed_at = 5 WHERE platform_order_id = 'cancelled after all'",
    )
    .await;
    change(&mut raw, "UPDATE inventory_items SET status = 'sold' WHERE id = 1").await;
    change(
        &mut raw,
        "INSERT INTO pick_lists (id, list_id, state, created_at, lines, units, orders, exceptions, exception_units, content) \
         VALUES (1, 'P-1', 'open', 0, 1, 1, 1, 0, 0, '{}')",
    )
    .await;
    change(
        &mut raw,
        "INSERT INTO pick_stops (list_id, position, unit_id, order_id, order_item_id, mark, claimed) \
         SELECT 1, 1, 99, id, '1', 'open', 0 FROM platform_orders WHERE platform_order_id = 'listed'",
    )
    .await;

    let before = at(-2 * YEAR);
    assert_eq!(world.store.old_orders(before).await.unwrap(), (2, 6));
    assert_eq!(world.store.old_orders(at(-4 * YEAR)).await.unwrap(), (0, 0));
    assert_eq!(world.store.drop_old_orders(before, 1).await.unwrap(), 1);
    assert_eq!(world.store.drop_old_orders(before, 500).await.unwrap(), 1);
    assert_eq!(world.store.drop_old_orders(before, 500).await.unwrap(), 0);
    let stay = ["open", "shipped", "holding", "listed", "cancelled after all", "news", "young"];
    assert_eq!(left(&world).await, stay.into_iter().map(str::to_owned).collect());
    let units: Vec<(i64, String)> = sqlx::query_as("SELECT id, status FROM inventory_items ORDER BY id")
        .fetch_all(&mut raw)
        .await
        .unwrap();
    assert_eq!(units, [(1, "sold".to_owned()), (2, "linked".to_owned())]);
}

#[tokio::test]
async fn lists_and_orders_tell_the_time_and_this_computer_does_not() {
    let world = World::new().await;
    assert_eq!(world.store.newest_told().await.unwrap(), None);
    // What is kept of a run is by the clock of this computer.
    let chosen = Retention { order_years: Some(6), trace_days: 30 };
    world.store.set_setting(&chosen, "Keep for six years", at(9_000_000)).await.unwrap();
    assert_eq!(world.store.newest_told().await.unwrap(), None);
    let window = begin(&world, 0, 1_000).await;
    commit(&world, &page(window, &[order("203-1", 500), order("203-2", 700)], None)).await;
    assert_eq!(world.store.newest_told().await.unwrap(), Some(at(1_000)), "up to when the list is complete");
    world.apply(&[order("203-3", 2_000)]).await;
    assert_eq!(world.store.newest_told().await.unwrap(), Some(at(1_940)), "when the newest order was placed");
}

#[tokio::test]
async fn counts_and_search_forget_what_went() {
    let world = World::new().await;
    let orders: Vec<_> = (0..40)
        .map(|number| {
            let mut order = order(&format!("203-{number}"), -3 * YEAR + number);
            order.fulfillment.status = Some(if number % 2 == 0 { "CANCELLED" } else { "UNSHIPPED" }.into());
            order
        })
        .collect();
    world.apply(&orders).await;
    assert_eq!(world.store.drop_old_orders(at(-2 * YEAR), 500).await.unwrap(), 20);
    world.assert_sound().await;
}

#[tokio::test]
async fn no_row_gets_the_number_of_one_that_went() {
    let world = World::new().await;
    let mut old: Vec<_> = (0..3).map(|number| order(&format!("203-{number}"), -3 * YEAR + number)).collect();
    for order in &mut old {
        order.fulfillment.status = Some("CANCELLED".into());
    }
    world.apply(&old).await;
    let seen = world.store.find_order(None, "203-2").await.unwrap().unwrap().row.id;
    assert_eq!(world.store.drop_old_orders(at(-2 * YEAR), 500).await.unwrap(), 2);
    let new = world.apply(&[order("new", 0)]).await.new[0].id;
    assert!(new > seen, "{new:?} is after {seen:?}");
    assert_eq!(world.store.drop_old_orders(at(-2 * YEAR), 500).await.unwrap(), 1);
}

#[tokio::test]
async fn the_choice_is_kept_and_can_be_taken_back() {
    let world = World::new().await;
    assert_eq!(world.store.setting::<Retention>().await.unwrap(), Retention::default());
    let chosen = Retention { order_years: Some(6), trace_days: 30 };
    let batch = world.store.set_setting(&chosen, "Keep for six years", at(1)).await.unwrap().unwrap();
    assert_eq!(world.store.setting::<Retention>().await.unwrap(), chosen);
    assert_eq!(world.store.set_setting(&chosen, "Again", at(2)).await.unwrap(), None);
    world.store.undo(batch, at(3)).await.unwrap();
    assert_eq!(world.store.setting::<Retention>().await.unwrap(), Retention::default());
    // A broken text counts as not set.
    let mut raw = world.raw().await;
    let sql = "INSERT OR REPLACE INTO settings (key, value) VALUES (?, '{\"order_years\":0}')";
    sqlx::query(sql).bind(Retention::KEY).execute(&mut raw).await.unwrap();
    assert_eq!(world.store.setting::<Retention>().await.unwrap(), Retention::default());
}

#[tokio::test]
async fn what_was_done_to_an_order_goes_with_it() {
    let world = World::new().await;
    let old = |id: &str| {
        let mut order = order(id, -3 * YEAR);
        order.fulfillment.status = Some("CANCELLED".into());
        order
    };
    world.apply(&[old("gone"), old("listed"), order("young", 0)]).await;
    for id in ["gone", "young"] {
        let row = world.store.find_order(None, id).await.unwrap().unwrap().row.id;
        world.store.set_note(row, Some("a note"), at(0)).await.unwrap();
    }
    let mut raw = world.raw().await;
    // Of two closed lists one has a young order, too.
    change(
        &mut raw,
        "INSERT INTO pick_lists (id, list_id, state, created_at, lines, units, orders, exceptions, exception_units, content) \
         SELECT value, 'P-' || value, 'done', 0, 2, 2, 2, 0, 0, '{}' FROM json_each('[1,2]')",
    )
    .await;
    for (list, order) in [(1, "gone"), (1, "listed"), (2, "gone"), (2, "young")] {
        sqlx::query(
            "INSERT INTO pick_stops (list_id, position, unit_id, order_id, order_item_id, mark, claimed) \
             SELECT ?1, id, 90 + id, id, '1', 'picked', 0 FROM platform_orders WHERE platform_order_id = ?2",
        )
        .bind(list)
        .bind(order)
        .execute(&mut raw)
        .await
        .unwrap();
    }
    assert_eq!(world.store.drop_old_orders(at(-2 * YEAR), 500).await.unwrap(), 2);
    let acts = "SELECT COUNT(*) FROM acts a JOIN act_batches b ON b.id = a.batch";
    assert_eq!(scalar(&mut raw, acts).await, 1, "that of the young one");
    assert_eq!(scalar(&mut raw, "SELECT COUNT(*) FROM act_batches").await, 1);
    assert_eq!(scalar(&mut raw, "SELECT SUM(id) FROM pick_lists").await, 2);
    world.assert_sound().await;
}
