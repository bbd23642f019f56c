//! The list of orders refused, and what finding out costs: Amazon's bucket holds twenty calls, so every cure is tried once.
//!
//! Rows 11, 17, 32 to 34 and 46 of the catalogue where one marketplace, one wording or one kind of page is at fault.

use std::time::Duration;

use chrono::TimeDelta;
use packlight_domain::account::OrdersApi;
use packlight_engine::status::SyncState;
use packlight_engine::{Code, POLL, Supervisor};
use packlight_spapi_sim::{Draft, DraftLine, Fault, GERMANY, Injection, Operation, UK};
use packlight_tests::database;
use packlight_tests::world::{World, shop};

fn searches(world: &World) -> usize {
    world.amazon.count(Operation::SearchOrders)
}

async fn is_whole(world: &World) -> bool {
    database::view(world.folder()).await == database::sorted(world.amazon.truth())
}

async fn in_pounds(world: &World) -> bool {
    let mut truth = database::sorted(world.amazon.truth());
    truth.retain(|line| line.item_currency == "GBP");
    !truth.is_empty() && database::view(world.folder()).await == truth
}

/// Row 11: a refusal that says nothing is met with the shrunk bound, then with fewer parts, and that is all.
#[tokio::test(start_paused = true)]
async fn a_refusal_without_a_reason_costs_nine_calls_and_then_two() {
    for api in [OrdersApi::V2026, OrdersApi::V0] {
        let world = World::connected(shop(230, 13), api).await;
        let list = if api == OrdersApi::V0 { Operation::GetOrdersV0 } else { Operation::SearchOrders };
        world.amazon.inject(Fault::ServerError(400).on(list));
        let error = world.sync().await.unwrap_err();
        assert_eq!(error.code, Code::Refused);
        assert_eq!(
            error.message,
            "Amazon refused the request for the list of orders as invalid: check the marketplaces of the account, or try a newer Packlight"
        );
        let first = if api == OrdersApi::V0 { 2 } else { 9 };
        assert_eq!(world.amazon.count(list), first);
        world.amazon.clear_calls();
        tokio::time::advance(Duration::from_mins(15)).await;
        world.sync().await.unwrap_err();
        assert_eq!(world.amazon.count(list), 2, "what did not help is not tried again within the hour");
        world.amazon.lift_all();
        world.synced().await;
    }
}

/// Each marketplace is tried alone only until it is plain that none of them is the reason.
#[tokio::test(start_paused = true)]
async fn of_five_marketplaces_three_are_tried_alone() {
    let (france, italy, spain) = ("A13V1IB3VIYZZH", "APJ6JRA9NG5V4", "A1RKKUPIHCS9HS");
    let five = [UK, GERMANY, france, italy, spain];
    let world = World::new(shop(60, 13).marketplaces(five), Duration::from_millis(800)).await;
    world.connect(OrdersApi::V2026, &five).await.unwrap();
    world.amazon.inject(Fault::ServerError(400).on(Operation::SearchOrders));
    world.amazon.clear_calls();
    let error = world.sync().await.unwrap_err();
    assert_eq!(error.code, Code::Refused);
    assert_eq!(searches(&world), 9 + 3);
    world.amazon.lift_all();
    world.synced().await;
    assert!(is_whole(&world).await);
}

/// The same for days: no more calls than polling would cost, and none beyond Amazon's plan.
#[tokio::test(start_paused = true)]
async fn a_refusal_that_stays_is_no_storm() {
    let world = World::connected(shop(60, 13), OrdersApi::V2026).await;
    world.amazon.inject(Fault::ServerError(400).on(Operation::SearchOrders));
    let supervisor = Supervisor::start(world.engine.clone(), POLL);
    world.until(world.amazon.now() + TimeDelta::hours(12)).await;
    assert!(searches(&world) <= 12 * 20, "{} in twelve hours", searches(&world));
    assert_eq!(world.amazon.throttled(), 0);
    world.amazon.lift_all();
    world.until(world.amazon.now() + TimeDelta::minutes(20)).await;
    supervisor.stop().await;
    assert!(is_whole(&world).await);
}

/// Row 17, F17: Amazon's older texts about the bound do not say that they are about it.
#[tokio::test(start_paused = true)]
async fn a_bound_refused_without_a_reason_costs_one_call_more() {
    let world = World::connected(shop(60, 13), OrdersApi::V2026).await;
    for operation in [Operation::SearchOrders, Operation::Token] {
        world.amazon.inject(Fault::ClockSkew(60).on(operation));
    }
    world.amazon.inject(Fault::VagueRefusals.on(Operation::SearchOrders));
    let report = world.synced().await;
    assert_eq!((searches(&world), report.sum.orders_new), (2, 60));
    let asked = world.amazon.calls();
    let parts = |call: &packlight_spapi_sim::Call| {
        call.query.iter().find(|(name, _)| name == "includedData").map(|(_, parts)| parts.clone())
    };
    let parts: Vec<_> =
        asked.iter().filter(|call| call.operation == Operation::SearchOrders).map(parts).collect();
    assert_eq!(parts[0], parts[1], "with all parts");
}

/// F44 without a name in it: the bound first, then the parts.
#[tokio::test(start_paused = true)]
async fn a_part_refused_without_a_name_is_found_out_in_nine_calls() {
    let world = World::connected(shop(60, 13), OrdersApi::V2026).await;
    world.amazon.inject(Fault::IncludedDataRefused("FULFILLMENT".into()).on(Operation::SearchOrders));
    world.amazon.inject(Fault::VagueRefusals.on(Operation::SearchOrders));
    let report = world.synced().await;
    assert_eq!(report.sum.orders_new, 60);
    assert!(searches(&world) <= 9, "{}", searches(&world));
    world.amazon.lift_all();
    tokio::time::advance(Duration::from_mins(61)).await;
    world.synced().await;
    assert!(is_whole(&world).await);
}

/// Row 46: one marketplace that Amazon finds invalid, or fails on, in a call of its own or together with the others.
#[tokio::test(start_paused = true)]
async fn row_46_holds_for_every_failure_of_one_marketplace() {
    for (fault, code, says) in [
        (
            Fault::ServerError(400),
            Code::Refused,
            "Amazon refused the request for the list of orders as invalid: check the marketplaces of the account, or try a newer Packlight",
        ),
        (
            Fault::ServerError(500),
            Code::Unavailable,
            "Amazon's servers failed while the list of orders was asked for: nothing is lost, try again later",
        ),
    ] {
        let world = World::new(shop(300, 13).marketplaces([UK, GERMANY]), Duration::from_millis(800)).await;
        // Germany joined later: it has a window of its own, which comes before that of the United Kingdom.
        world.connect(OrdersApi::V2026, &[UK, GERMANY]).await.unwrap();
        world.amazon.close_marketplace(GERMANY);
        world.sync().await.unwrap_err();
        world.amazon.open_marketplace(GERMANY);
        let order = world
            .amazon
            .world()
            .place(world.amazon.now(), Draft::of([DraftLine::new("B0SIMTEST1", "Bonsai", 1, 999)]))
            .unwrap();
        tokio::time::advance(Duration::from_mins(30)).await;
        world.amazon.inject(Injection::from(fault).on(Operation::SearchOrders).naming(GERMANY));
        world.amazon.clear_calls();
        let error = world.sync().await.unwrap_err();
        let told =
            format!("the orders of Germany were not read, those of the other marketplaces were: {says}");
        assert_eq!((error.code, error.message.as_str()), (code, told.as_str()));
        assert!(world.engine.find_order(None, &order).await.is_ok(), "{code:?}");
        assert!(in_pounds(&world).await, "{code:?}");
        assert!(searches(&world) <= 10, "{code:?}: {}", searches(&world));
        world.amazon.lift_all();
        world.synced().await;
        assert!(is_whole(&world).await);
    }
}

#[tokio::test(start_paused = true)]
async fn one_invalid_marketplace_in_a_first_sync_leaves_the_other() {
    let world = World::new(shop(120, 13).marketplaces([UK, GERMANY]), Duration::from_millis(800)).await;
    world.connect(OrdersApi::V2026, &[UK, GERMANY]).await.unwrap();
    world.amazon.inject(Injection::from(Fault::ServerError(400)).on(Operation::SearchOrders).naming(GERMANY));
    world.amazon.clear_calls();
    let error = world.sync().await.unwrap_err();
    assert!(error.message.starts_with("the orders of Germany were not read"), "{error}");
    assert!(in_pounds(&world).await);
    // The nine for both, one for Germany alone, and the pages of the United Kingdom.
    assert!(searches(&world) <= 12, "{}", searches(&world));
    assert_eq!(world.engine.sync_status().accounts[0].complete_up_to, None);
    world.amazon.clear_calls();
    tokio::time::advance(Duration::from_mins(15)).await;
    world.sync().await.unwrap_err();
    assert!(searches(&world) <= 3, "{}", searches(&world));
    world.amazon.lift_all();
    world.synced().await;
    assert!(is_whole(&world).await);
}

/// Row 33: a long list of which no page token is ever taken is read in stretches of one page, to its end.
#[tokio::test(start_paused = true)]
async fn row_33_a_long_list_whose_tokens_are_never_taken_is_read_to_its_end() {
    let world = World::connected(shop(1_000, 13), OrdersApi::V2026).await;
    world.amazon.inject(Fault::PaginationTokenRefused.on(Operation::SearchOrders));
    world.synced().await;
    assert!(is_whole(&world).await);
    assert!(searches(&world) <= 130, "{} for ten pages", searches(&world));
}

#[tokio::test(start_paused = true)]
async fn row_33_where_no_stretch_is_short_enough_the_sentence_is_about_the_tokens() {
    let world = World::connected(shop(20, 13), OrdersApi::V2026).await;
    let placed = world.amazon.now() - TimeDelta::days(10);
    for _ in 0..101 {
        world
            .amazon
            .world()
            .place(placed, Draft::of([DraftLine::new("B0SIMTEST1", "Bonsai", 1, 999)]))
            .unwrap();
    }
    world.amazon.inject(Fault::PaginationTokenRefused.on(Operation::SearchOrders));
    let error = world.sync().await.unwrap_err();
    assert_eq!(
        (error.code, error.message.as_str(), error.retryable),
        (
            Code::MalformedAnswer,
            "Amazon does not take the page tokens that it gives itself, however short the stretch of the list. What was read is kept; the next sync tries again",
            true
        )
    );
    world.amazon.lift_all();
    world.synced().await;
    assert!(is_whole(&world).await);
}

/// Row 34: empty pages are believed for a while, once in a run.
#[tokio::test(start_paused = true)]
async fn row_34_empty_pages_without_end_cost_thirty_calls() {
    let world = World::connected(shop(230, 13), OrdersApi::V2026).await;
    world.amazon.inject(Fault::EmptyPageWithToken.on(Operation::SearchOrders));
    let error = world.sync().await.unwrap_err();
    assert_eq!(
        error.message,
        "Amazon keeps sending the same page of orders. What was read is kept; the next sync tries again"
    );
    assert!((20..=30).contains(&searches(&world)), "{}", searches(&world));
    let state = world.engine.sync_status().accounts[0].state.clone();
    assert!(matches!(state, SyncState::Failed { .. }), "{state:?}");
    world.amazon.lift_all();
    world.synced().await;
    assert!(is_whole(&world).await);
}

#[tokio::test(start_paused = true)]
async fn row_34_twenty_empty_pages_are_passed_over() {
    let world = World::connected(shop(230, 13), OrdersApi::V2026).await;
    world.amazon.inject(Fault::EmptyPageWithToken.on(Operation::SearchOrders).times(20));
    world.synced().await;
    assert_eq!(searches(&world), 20 + 3);
    assert!(is_whole(&world).await);
}
