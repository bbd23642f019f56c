//! One run at a time: whoever asks while a sync runs joins it (invariant I9).

use packlight_domain::account::OrdersApi;
use packlight_engine::SyncRequest;
use packlight_spapi_sim::Operation;
use packlight_tests::world::{World, shop};

#[tokio::test(start_paused = true)]
async fn fifty_triggers_make_one_run() {
    let world = World::connected(shop(300, 2), OrdersApi::V2026).await;
    let request = SyncRequest::default();
    let runs = (0..50).map(|_| world.engine.sync(&request));
    let reports: Vec<_> = futures::future::join_all(runs).await.into_iter().map(Result::unwrap).collect();
    assert_eq!(world.amazon.count(Operation::SearchOrders), 3);
    assert!(reports.iter().all(|report| report == &reports[0]));
}

#[tokio::test(start_paused = true)]
async fn an_asker_who_goes_away_does_not_end_the_run() {
    let world = World::connected(shop(300, 2), OrdersApi::V2026).await;
    let request = SyncRequest::default();
    let impatient =
        tokio::time::timeout(std::time::Duration::from_millis(900), world.engine.sync(&request)).await;
    assert!(impatient.is_err());
    let report = world.synced().await;
    assert_eq!(report.sum.orders_new, 300, "the second asker joined the run of the first");
    assert_eq!(world.amazon.count(Operation::SearchOrders), 3);
}
