//! A seller's orders arrive and are kept: what a first and a second sync cost, and that the copy is the truth.

use std::time::Duration;

use packlight_domain::account::OrdersApi;
use packlight_spapi_sim::{Operation, Seller};
use packlight_tests::database;
use packlight_tests::world::{GB, World, begin, shop};

const LATENCY: Duration = Duration::from_millis(800);

#[tokio::test(start_paused = true)]
async fn two_thousand_orders_cost_twenty_calls_and_no_wait() {
    let world = World::connected(shop(2_000, 7), OrdersApi::V2026).await;
    let begun = tokio::time::Instant::now();
    let report = world.synced().await;
    let took = begun.elapsed();
    assert_eq!((report.sum.orders_seen, report.sum.orders_new, report.sum.pages), (2_000, 2_000, 20));
    assert_eq!(world.amazon.count(Operation::SearchOrders), 20);
    assert_eq!(world.amazon.count(Operation::GetOrder), 0);
    assert_eq!((report.sum.calls, report.sum.throttled), (20, 0));
    assert!(took <= LATENCY * 20 * 102 / 100 + LATENCY, "{took:?}");
    assert!(world.amazon.privacy_breaches().is_empty());
}

#[tokio::test(start_paused = true)]
async fn beyond_the_burst_it_keeps_exactly_to_amazons_pace() {
    let world = World::connected(shop(4_000, 7), OrdersApi::V2026).await;
    let begun = tokio::time::Instant::now();
    let report = world.synced().await;
    let took = begun.elapsed();
    assert_eq!((report.sum.pages, report.sum.throttled), (40, 0));
    assert_eq!(world.amazon.count(Operation::SearchOrders), 40);
    // Twenty pages beyond the burst at 0.0056 a second.
    let limit = Duration::from_millis(20 * 10_000_000 / 56);
    assert!(took <= limit * 102 / 100 + LATENCY, "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn a_second_sync_reads_little_and_writes_nothing() {
    let world = World::connected(shop(2_000, 7), OrdersApi::V2026).await;
    world.synced().await;
    let before = database::content(world.folder()).await;
    world.amazon.clear_calls();
    let report = world.synced().await;
    assert!(report.sum.calls <= 2, "{report:?}");
    assert_eq!((report.sum.orders_new, report.sum.orders_changed, report.sum.items_written), (0, 0, 0));
    assert!(database::content(world.folder()).await == before);
}

#[tokio::test(start_paused = true)]
async fn the_view_is_the_truth_in_pounds() {
    let world = World::connected(shop(1_500, 11), OrdersApi::V2026).await;
    world.synced().await;
    assert_same(&world).await;
}

#[tokio::test(start_paused = true)]
async fn the_view_is_the_truth_in_yen() {
    let world = World::new(Seller::with_yen_orders(600, 11, begin()).history_days(25), LATENCY).await;
    world.connect(OrdersApi::V2026, &["A1VC38T7YXB528"]).await.unwrap();
    world.synced().await;
    assert_same(&world).await;
}

async fn assert_same(world: &World) {
    let truth = database::sorted(world.amazon.truth());
    let view = database::view(world.folder()).await;
    assert_eq!(view.len(), truth.len());
    for (kept, true_line) in view.iter().zip(&truth) {
        assert_eq!(kept, true_line);
    }
}

#[tokio::test(start_paused = true)]
async fn what_happens_between_two_syncs_is_seen_by_the_second() {
    let world = World::connected(shop(300, 3).arrivals_per_hour(5), OrdersApi::V2026).await;
    world.synced().await;
    tokio::time::advance(Duration::from_hours(6)).await;
    let report = world.synced().await;
    assert!(report.sum.orders_new > 0 && report.sum.orders_changed > 0, "{report:?}");
    let truth = database::sorted(world.amazon.truth());
    let settled = world.amazon.now() - chrono::TimeDelta::minutes(10);
    let settled = packlight_domain::instant::to_text(settled);
    let view = database::view(world.folder()).await;
    let expected: Vec<_> = truth.iter().filter(|line| line.last_update_date < settled).collect();
    assert!(expected.len() > 300);
    for line in expected {
        assert!(view.contains(line), "{line:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_re_read_never_moves_the_watermark_back() {
    let world = World::connected(shop(300, 3), OrdersApi::V2026).await;
    let first = world.synced().await.sum.complete_up_to;
    let again = packlight_engine::SyncRequest { account: None, days: Some(60) };
    let report = world.engine.sync(&again).await.unwrap();
    assert!(report.sum.complete_up_to >= first);
    assert_eq!(report.sum.orders_seen, 300);
    assert_eq!(report.sum.orders_changed, 0);
}

#[tokio::test(start_paused = true)]
async fn a_marketplace_of_another_region_is_refused_by_name() {
    let world = World::new(shop(1, 3), LATENCY).await;
    let error = world.connect(OrdersApi::V2026, &[GB, "ATVPDKIKX0DER"]).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "marketplace ATVPDKIKX0DER (United States) belongs to region na, not eu: add it as an account of region na"
    );
}
