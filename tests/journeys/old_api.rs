//! Orders v0: the list brings orders, their lines come one call at a time as far as the bucket goes.

use packlight_domain::account::OrdersApi;
use packlight_spapi_sim::{BadJson, Draft, DraftLine, Fault, Injection, Operation};
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

/// Row 30.
#[tokio::test(start_paused = true)]
async fn an_order_that_is_listed_twice_is_asked_for_once() {
    let world = World::connected(shop(12, 13), OrdersApi::V0).await;
    world.amazon.inject(Fault::DuplicateOrders.on(Operation::GetOrdersV0));
    world.synced().await;
    assert_eq!(world.amazon.count(Operation::GetOrderItemsV0), 12);
    assert_eq!(database::view(world.folder()).await, database::sorted(world.amazon.truth()));
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
    world.amazon.inject(Fault::Throttle.on(Operation::GetOrderItemsV0));
    world.synced().await;
    let counts = world.engine.order_counts(None, None).await.unwrap();
    assert_eq!(counts.missing_items, 1);

    world.amazon.lift_all();
    tokio::time::advance(std::time::Duration::from_hours(1)).await;
    world.synced().await;
    assert_eq!(world.engine.order_counts(None, None).await.unwrap().missing_items, 0);
    assert_eq!(database::view(world.folder()).await, database::sorted(world.amazon.truth()));
}

/// Lines with something odd in them are lines: they grow old like others.
#[tokio::test(start_paused = true)]
async fn odd_lines_of_an_older_state_are_missing_too() {
    let (world, newest) = five().await;
    world.amazon.world().pay(&newest, world.amazon.now() - chrono::TimeDelta::minutes(4)).unwrap();
    world.amazon.inject(Fault::FieldNull("ConditionId".into()).on(Operation::GetOrderItemsV0));
    world.synced().await;
    assert_eq!(missing(&world).await, 0);
    world.amazon.world().ship(&newest, world.amazon.now()).unwrap();
    tokio::time::advance(std::time::Duration::from_mins(5)).await;
    world.amazon.inject(Fault::Throttle.on(Operation::GetOrderItemsV0).times(1));
    world.synced().await;
    assert_eq!(missing(&world).await, 1);
    tokio::time::advance(std::time::Duration::from_hours(1)).await;
    world.synced().await;
    assert_eq!(missing(&world).await, 0);
    let view = database::view(world.folder()).await;
    let line = view.iter().find(|line| line.amazon_order_id == newest).unwrap();
    assert_eq!((line.order_status.as_str(), line.quantity_shipped), ("Shipped", 1));
}

/// A shop of five orders, all of one kind, and the newest of them.
async fn five() -> (World, String) {
    let world = World::connected(shop(0, 9), OrdersApi::V0).await;
    let mut newest = String::new();
    for minutes in [50, 40, 30, 20, 10] {
        let placed = world.amazon.now() - chrono::TimeDelta::minutes(minutes);
        newest = world
            .amazon
            .world()
            .place(placed, Draft::of([DraftLine::new("B0SIMTEST1", "Bonsai", 1, 999)]))
            .unwrap();
    }
    (world, newest)
}

async fn missing(world: &World) -> u32 {
    world.engine.order_counts(None, None).await.unwrap().missing_items
}

#[tokio::test(start_paused = true)]
async fn a_failure_that_passes_costs_no_order_its_lines() {
    for fault in [Fault::ServerError(500), Fault::BadJson(BadJson::Empty), Fault::ResetBody(20)] {
        let name = format!("{fault:?}");
        let (world, _) = five().await;
        world.amazon.inject(fault.on(Operation::GetOrderItemsV0).times(1));
        world.synced().await;
        assert_eq!(missing(&world).await, 0, "{name}");
        assert_eq!(world.amazon.count(Operation::GetOrderItemsV0), 6, "{name}");
    }
}

/// Row 19: one order that Amazon will not open for good, and it is the newest.
#[tokio::test(start_paused = true)]
async fn one_order_whose_lines_never_come_keeps_no_other_waiting() {
    for fault in [
        Fault::ServerError(500),
        Fault::ServerError(404),
        Fault::AccessDenied,
        Fault::BadJson(BadJson::Truncated),
        Fault::Delay(std::time::Duration::from_mins(5)),
    ] {
        let name = format!("{fault:?}");
        let (world, newest) = five().await;
        world.amazon.inject(Injection::from(fault).on(Operation::GetOrderItemsV0).for_order(&newest));
        world.synced().await;
        assert_eq!(missing(&world).await, 1, "{name}");
        assert!(world.engine.sync_status().accounts[0].complete_up_to.is_some(), "{name}");
        world.amazon.lift_all();
        world.synced().await;
        assert_eq!(missing(&world).await, 0, "{name}");
        assert_eq!(database::view(world.folder()).await, database::sorted(world.amazon.truth()), "{name}");
    }
}

/// Whatever failed goes behind what was not tried, so that every order has its turn.
#[tokio::test(start_paused = true)]
async fn many_bad_orders_give_way_to_the_good_ones_behind_them() {
    let world = World::connected(shop(0, 9), OrdersApi::V0).await;
    let mut orders = Vec::new();
    for minutes in 0..12 {
        let placed = world.amazon.now() - chrono::TimeDelta::minutes(60 - minutes);
        let draft = Draft::of([DraftLine::new("B0SIMTEST1", "Bonsai", 1, 999)]);
        orders.push(world.amazon.world().place(placed, draft).unwrap());
    }
    // The newest seven are bad.
    for order in &orders[5..] {
        world
            .amazon
            .inject(Injection::from(Fault::AccessDenied).on(Operation::GetOrderItemsV0).for_order(order));
    }
    world.synced().await;
    assert_eq!(missing(&world).await, 12, "three bad ones in a row are enough for one sync");
    assert_eq!(world.amazon.count(Operation::GetOrderItemsV0), 3);
    for _ in 0..2 {
        tokio::time::advance(std::time::Duration::from_mins(5)).await;
        world.synced().await;
    }
    assert_eq!(missing(&world).await, 7);
    let counts = |order: &String| {
        let calls = world.amazon.calls();
        calls
            .iter()
            .filter(|call| {
                call.operation == Operation::GetOrderItemsV0 && call.order_id.as_ref() == Some(order)
            })
            .count()
    };
    assert!(orders[5..].iter().all(|order| (1..=2).contains(&counts(order))), "each had its turn");
}

/// What fails for everybody ends the sync with its own reason.
#[tokio::test(start_paused = true)]
async fn without_a_network_the_lines_are_not_said_to_be_tried() {
    let (world, _) = five().await;
    world.synced().await;
    world.unplug(true);
    let error = world.sync().await.unwrap_err();
    assert_eq!(error.code, packlight_engine::Code::Offline);
}
