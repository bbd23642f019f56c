//! Amazon's limits: a restart with an empty bucket, an hour of 429, and that waiting is not failing.

use std::time::Duration;

use packlight_domain::account::OrdersApi;
use packlight_spapi_sim::Operation;
use packlight_tests::world::{World, shop};

#[tokio::test(start_paused = true)]
async fn a_restart_does_not_believe_in_tokens_that_were_spent() {
    let world = World::connected(shop(3_000, 5), OrdersApi::V2026).await;
    world.synced().await;
    let world = world.restarted().await;
    world.amazon.clear_calls();
    let report = world.synced().await;
    assert_eq!(report.sum.throttled, 0, "the bucket was remembered, so Amazon never had to say no");
    assert!(report.sum.calls <= 2);
}

#[tokio::test(start_paused = true)]
async fn a_bucket_that_somebody_else_emptied_costs_one_refusal_each_time() {
    let world = World::connected(shop(500, 5), OrdersApi::V2026).await;
    world.amazon.inject(packlight_spapi_sim::Fault::EmptyBucket.times(1));
    let report = world.synced().await;
    assert_eq!(report.sum.orders_seen, 500);
    assert!(report.sum.throttled <= 1, "{report:?}");
    assert_eq!(world.amazon.count(Operation::GetOrder), 0);
}

#[tokio::test(start_paused = true)]
async fn a_day_of_restarts_stays_inside_the_plan() {
    let mut world = World::connected(shop(200, 5).living(), OrdersApi::V2026).await;
    for _ in 0..24 {
        world.synced().await;
        world = world.restarted().await;
        tokio::time::advance(Duration::from_hours(1)).await;
    }
    assert_eq!(world.amazon.throttled(), 0);
}
