//! Amazon refuses a part of the orders for a while (reference: spapi.md F44): the rest is read meanwhile, and what was
//! left out comes as soon as Amazon takes the question again, without anybody asking for it.

use std::time::Duration;

use packlight_domain::account::OrdersApi;
use packlight_engine::{POLL, Supervisor};
use packlight_spapi_sim::{Fault, Operation};
use packlight_tests::database;
use packlight_tests::world::{World, shop};

/// A shop whose first sync was refused all amounts.
async fn without_prices(orders: u64) -> World {
    let world = World::connected(shop(orders, 13), OrdersApi::V2026).await;
    world.amazon.inject(Fault::IncludedDataRefused("PROCEEDS".into()).on(Operation::SearchOrders));
    let report = world.synced().await;
    assert_eq!(u64::from(report.sum.orders_new), orders);
    let view = database::view(world.folder()).await;
    assert!(view.iter().all(|line| line.item_price_minor.is_none()), "no price was answered");
    assert_eq!(view.len(), world.amazon.truth().len());
    world
}

async fn is_whole(world: &World) -> bool {
    database::view(world.folder()).await == database::sorted(world.amazon.truth())
}

#[tokio::test(start_paused = true)]
async fn prices_come_with_the_first_sync_that_may_ask_for_them() {
    let world = without_prices(450).await;
    world.amazon.lift_all();
    // Within the hour Amazon is not asked: it just said no.
    tokio::time::advance(Duration::from_mins(20)).await;
    world.amazon.clear_calls();
    let report = world.synced().await;
    assert!(report.sum.calls <= 2 && !is_whole(&world).await, "{report:?}");

    tokio::time::advance(Duration::from_mins(41)).await;
    let report = world.synced().await;
    assert!(is_whole(&world).await);
    assert!(report.sum.calls <= 6, "the five pages once more: {report:?}");

    // And that was that: the next sync is as cheap as any.
    tokio::time::advance(Duration::from_hours(2)).await;
    let before = database::content(world.folder()).await;
    let report = world.synced().await;
    assert!(report.sum.calls <= 2, "{report:?}");
    assert!(database::content(world.folder()).await == before);
}

/// The token stays good: the page is asked for once more without the part, and the list goes on from there.
#[tokio::test(start_paused = true)]
async fn a_part_refused_in_the_middle_of_a_list_costs_one_call() {
    let world = World::connected(shop(1_950, 13), OrdersApi::V2026).await;
    let fault = Fault::IncludedDataNamed("FULFILLMENT".into()).on(Operation::SearchOrders).after(15);
    world.amazon.inject(fault);
    let report = world.synced().await;
    assert_eq!((report.sum.orders_new, report.sum.calls), (1_950, 21));
    world.amazon.lift_all();
    tokio::time::advance(Duration::from_mins(61)).await;
    world.synced().await;
    assert!(is_whole(&world).await);
}

#[tokio::test(start_paused = true)]
async fn a_new_process_knows_of_the_gap() {
    let world = without_prices(230).await;
    world.amazon.lift_all();
    let world = world.restarted().await;
    world.synced().await;
    assert!(is_whole(&world).await);
}

#[tokio::test(start_paused = true)]
async fn while_amazon_goes_on_refusing_it_costs_a_few_calls_an_hour() {
    let world = without_prices(450).await;
    let supervisor = Supervisor::start(world.engine.clone(), POLL);
    world.amazon.clear_calls();
    world.until(world.amazon.now() + chrono::TimeDelta::hours(12)).await;
    let searches = world.amazon.count(Operation::SearchOrders);
    // A poll every five minutes, and each hour the refusals (the end moved back first, for they do not say what they are
    // about), one page of the long way round, and the short way again.
    assert!(searches <= 12 * (12 + 5) + 4, "{searches} searches in twelve hours");
    assert_eq!(world.amazon.throttled(), 0);
    world.amazon.lift_all();
    world.until(world.amazon.now() + chrono::TimeDelta::minutes(70)).await;
    supervisor.stop().await;
    assert!(is_whole(&world).await);
}

#[tokio::test(start_paused = true)]
async fn a_gap_in_one_window_outlives_later_windows_that_are_whole() {
    // Only the orders that changed meanwhile lack their prices; windows after that one are whole and much shorter.
    let world = World::connected(shop(200, 13).arrivals_per_hour(20), OrdersApi::V2026).await;
    world.synced().await;
    let fault =
        world.amazon.inject(Fault::IncludedDataRefused("PROCEEDS".into()).on(Operation::SearchOrders));
    tokio::time::advance(Duration::from_hours(3)).await;
    world.synced().await;
    world.amazon.lift(fault);
    for _ in 0..4 {
        tokio::time::advance(Duration::from_mins(20)).await;
        world.synced().await;
    }
    let (view, truth) = world.settled(world.amazon.now() - chrono::TimeDelta::minutes(5)).await;
    assert!(view == truth);
}
