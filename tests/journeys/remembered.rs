//! What a new process knows before it asks anybody, and what a computer knows that has slept.

use std::time::Duration;

use packlight_domain::account::OrdersApi;
use packlight_spapi_sim::Operation;
use packlight_tests::world::{World, shop};

fn calls(world: &World) -> (u32, u32) {
    let entry = &world.engine.sync_status().accounts[0];
    (entry.calls_left.expect("known from the start"), entry.calls_burst.expect("known from the start"))
}

#[tokio::test(start_paused = true)]
async fn calls_left_are_known_before_the_first_call() {
    let world = World::connected(shop(1_200, 5), OrdersApi::V2026).await;
    let world = world.restarted().await;
    assert_eq!(calls(&world), (20, 20), "nothing was spent yet");
    world.synced().await;
    assert_eq!(calls(&world), (8, 20));
    let world = world.restarted().await;
    world.amazon.clear_calls();
    assert_eq!(calls(&world), (8, 20), "a restart fills no bucket");
    // One comes back in 178.6 seconds; half an hour brings ten.
    tokio::time::advance(Duration::from_mins(30)).await;
    let world = world.restarted().await;
    assert_eq!(calls(&world), (18, 20));
    assert_eq!(world.amazon.count(Operation::Token) + world.amazon.count(Operation::SearchOrders), 0);
    // While it runs the number grows by itself too.
    world.synced().await;
    let after = calls(&world).0;
    tokio::time::advance(Duration::from_mins(6)).await;
    assert_eq!(calls(&world).0, after + 2);
}
