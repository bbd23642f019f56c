//! Orders v0: the list brings orders, their lines come one call at a time as far as the bucket goes.

use packlight_domain::account::OrdersApi;
use packlight_spapi_sim::{Draft, DraftLine, Operation};
use packlight_tests::database;
use packlight_tests::world::{World, shop};

#[tokio::test(start_paused = true)]
async fn lines_come_as_far_as_the_bucket_allows_and_the_rest_is_counted() {
    let world = World::connected(shop(250, 9), OrdersApi::V0).await;
    let begun = tokio::time::Instant::now();
    let report = world.synced().await;
    let took = begun.elapsed();
    assert_eq!((report.sum.orders_seen, report.sum.pages, report.sum.throttled), (250, 3, 0));
    let fetched = world.amazon.count(Operation::GetOrderItemsV0);
    // A burst of 30 and one token for every two seconds that the run took; nothing was waited for.
    let allowed = 30 + usize::try_from(took.as_secs() / 2).unwrap();
    assert!((30..=allowed).contains(&fetched), "{fetched} in {took:?}");
    let counts = world.engine.order_counts(None, None).await.unwrap();
    assert_eq!(counts.all, 250);
    assert!(usize::try_from(counts.missing_items).unwrap() >= 250 - fetched);

    let view = database::view(world.folder()).await;
    let truth = database::sorted(world.amazon.truth());
    let orders: std::collections::BTreeSet<_> = view.iter().map(|line| &line.amazon_order_id).collect();
    assert_eq!(orders.len() + usize::try_from(counts.missing_items).unwrap(), 250);
    let expected: Vec<_> = truth.iter().filter(|line| orders.contains(&line.amazon_order_id)).collect();
    assert_eq!(view.iter().collect::<Vec<_>>(), expected);
}

#[tokio::test(start_paused = true)]
async fn later_syncs_fetch_what_was_left() {
    let world = World::connected(shop(100, 9), OrdersApi::V0).await;
    for _ in 0..8 {
        world.synced().await;
        tokio::time::advance(std::time::Duration::from_mins(1)).await;
    }
    let counts = world.engine.order_counts(None, None).await.unwrap();
    assert_eq!((counts.all, counts.missing_items), (100, 0));
    assert_eq!(database::view(world.folder()).await, database::sorted(world.amazon.truth()));
}

#[tokio::test(start_paused = true)]
async fn lines_of_an_older_state_count_as_missing_until_they_are_read_again() {
    let world = World::connected(shop(20, 9), OrdersApi::V0).await;
    let placed = world.amazon.now() - chrono::TimeDelta::minutes(20);
    let order = world
        .amazon
        .world()
        .place(placed, Draft::of([DraftLine::new("B0SIMTEST1", "Bonsai", 2, 999)]))
        .unwrap();
    world.amazon.world().pay(&order, placed + chrono::TimeDelta::minutes(5)).unwrap();
    world.synced().await;
    assert_eq!(world.engine.order_counts(None, None).await.unwrap().missing_items, 0);
    world.amazon.world().ship(&order, world.amazon.now()).unwrap();
    tokio::time::advance(std::time::Duration::from_mins(5)).await;
    world.amazon.inject(packlight_spapi_sim::Fault::Throttle.on(Operation::GetOrderItemsV0));
    world.synced().await;
    let counts = world.engine.order_counts(None, None).await.unwrap();
    assert_eq!(counts.missing_items, 1);

    world.amazon.lift_all();
    tokio::time::advance(std::time::Duration::from_hours(1)).await;
    world.synced().await;
    assert_eq!(world.engine.order_counts(None, None).await.unwrap().missing_items, 0);
    assert_eq!(database::view(world.folder()).await, database::sorted(world.amazon.truth()));
}
