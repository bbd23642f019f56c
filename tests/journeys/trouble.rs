//! Bad luck at Amazon's end: each fault ends in a clear sentence, nothing is lost, and the next sync is well again.

use packlight_domain::account::OrdersApi;
use packlight_engine::{Code, EngineError};
use packlight_spapi_sim::{Draft, DraftLine, Fault, Injection, Operation};
use packlight_tests::database;
use packlight_tests::world::{World, shop};

async fn world() -> World {
    World::connected(shop(450, 13), OrdersApi::V2026).await
}

/// A sync in spite of a fault: it must succeed, and the copy must be whole.
async fn survives(fault: impl Into<Injection>) -> World {
    let world = world().await;
    world.amazon.inject(fault);
    world.synced().await;
    assert!(database::view(world.folder()).await == database::sorted(world.amazon.truth()));
    world
}

/// A sync that a fault ends: the error is returned, and once the fault is gone the copy becomes whole.
async fn fails_and_recovers(fault: impl Into<Injection>) -> EngineError {
    let world = world().await;
    world.amazon.inject(fault);
    let error = world.sync().await.expect_err("the fault is not survivable");
    world.amazon.lift_all();
    world.synced().await;
    assert!(database::view(world.folder()).await == database::sorted(world.amazon.truth()));
    error
}

#[tokio::test(start_paused = true)]
async fn short_failures_are_ridden_out() {
    survives(Fault::Throttle.on(Operation::SearchOrders).times(2)).await;
    survives(Fault::ServerError(503).on(Operation::SearchOrders).times(3)).await;
    survives(Fault::TokenExpired.on(Operation::SearchOrders).times(1)).await;
    survives(Fault::DuplicateOrders.on(Operation::SearchOrders)).await;
    survives(Fault::ShuffledPages.on(Operation::SearchOrders)).await;
    survives(Fault::EmptyPageWithToken.on(Operation::SearchOrders).times(1)).await;
}

#[tokio::test(start_paused = true)]
async fn a_refused_page_token_restarts_its_window_and_skips_nothing() {
    let world = survives(Fault::PaginationTokenRefused.on(Operation::SearchOrders).times(1)).await;
    assert!(world.amazon.count(Operation::SearchOrders) <= 5 + 3);
}

#[tokio::test(start_paused = true)]
async fn a_group_that_amazon_refuses_is_left_out_and_comes_later() {
    let world = world().await;
    world.amazon.inject(Fault::IncludedDataRefused("PACKAGES".into()).on(Operation::SearchOrders));
    let report = world.synced().await;
    assert_eq!(report.sum.orders_seen, 450);
    // Prices and states are there although parcels were refused.
    assert!(database::view(world.folder()).await == database::sorted(world.amazon.truth()));
}

#[tokio::test(start_paused = true)]
async fn outages_end_in_a_sentence_and_leave_the_copy_readable() {
    let error = fails_and_recovers(Fault::ServerError(500).on(Operation::SearchOrders)).await;
    assert_eq!(error.code, Code::Unavailable, "{error}");
    assert!(error.retryable);
    let error = fails_and_recovers(Fault::HtmlPage.on(Operation::SearchOrders)).await;
    assert_eq!(error.code, Code::MalformedAnswer, "{error}");
    let error = fails_and_recovers(Fault::Redirect.on(Operation::SearchOrders)).await;
    assert_eq!(error.code, Code::MalformedAnswer, "{error}");
    let error = fails_and_recovers(Fault::AccessDenied.on(Operation::SearchOrders)).await;
    assert_eq!(error.code, Code::AccessDenied, "{error}");
    assert!(error.message.contains("refresh token"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn paging_that_goes_in_circles_is_cut_into_windows_of_one_page() {
    for fault in [Fault::LoopingToken, Fault::NewTokenSamePage] {
        let name = format!("{fault:?}");
        let world = survives(fault.on(Operation::SearchOrders)).await;
        assert!(world.amazon.count(Operation::SearchOrders) <= 40, "{name}");
    }
}

/// A desk whose last sync is twenty minutes old, and a shop where `orders` orders changed in the last minutes, a second
/// apart.
async fn busy_minutes(orders: i64) -> World {
    let world = World::connected(shop(0, 13), OrdersApi::V2026).await;
    world.synced().await;
    tokio::time::advance(std::time::Duration::from_mins(20)).await;
    let first = world.amazon.now() - chrono::TimeDelta::minutes(3) - chrono::TimeDelta::seconds(orders);
    for second in 0..orders {
        let draft = Draft::of([DraftLine::new("B0SIMTEST1", "Bonsai", 1, 999)]);
        world.amazon.world().place(first + chrono::TimeDelta::seconds(second), draft).unwrap();
    }
    world
}

/// Each half must bring the run forward: one that began anew before it would be cut in half for ever.
#[tokio::test(start_paused = true)]
async fn paging_that_never_ends_is_given_up_in_a_sentence() {
    let world = busy_minutes(1).await;
    let before = world.amazon.count(Operation::SearchOrders);
    world.amazon.inject(Fault::EndlessPage.on(Operation::SearchOrders));
    let error = world.sync().await.expect_err("no list ever ends");
    assert_eq!(error.code, Code::MalformedAnswer, "{error}");
    assert!(error.message.contains("keeps sending the same page"), "{error}");
    let calls = world.amazon.count(Operation::SearchOrders) - before;
    assert!(calls <= 30, "{calls} calls");
    assert_eq!(database::view(world.folder()).await.len(), 1, "what was shown is kept");
    world.amazon.lift_all();
    world.synced().await;
    assert!(database::view(world.folder()).await == database::sorted(world.amazon.truth()));
}

#[tokio::test(start_paused = true)]
async fn page_tokens_that_are_never_good_cost_a_few_calls_for_each_page_of_busy_minutes() {
    let faults = [Fault::PaginationTokenRefused, Fault::LoopingToken, Fault::NewTokenSamePage];
    for fault in faults {
        let world = busy_minutes(450).await;
        let before = world.amazon.count(Operation::SearchOrders);
        world.amazon.inject(fault.clone().on(Operation::SearchOrders));
        world.synced().await;
        assert!(database::view(world.folder()).await == database::sorted(world.amazon.truth()), "{fault:?}");
        let calls = world.amazon.count(Operation::SearchOrders) - before;
        assert!(calls <= 50, "{fault:?}: {calls} calls");
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_clock_that_is_off_does_not_matter() {
    for skew in [-86_400, -90, 90, 86_400] {
        let world = world().await;
        world.amazon.inject(Fault::ClockSkew(skew));
        world.synced().await;
        assert_eq!(database::view(world.folder()).await.len(), world.amazon.truth().len(), "{skew}");
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_to_tell_may_be_told_by_leaving_the_list_out() {
    for (api, field) in [(OrdersApi::V2026, "orders"), (OrdersApi::V0, "Orders")] {
        for fault in [Fault::FieldAbsent(field.into()), Fault::FieldNull(field.into())] {
            let world = World::connected(shop(0, 9), api).await;
            world.amazon.inject(fault);
            let report = world.synced().await;
            assert_eq!((report.sum.pages, report.sum.orders_seen), (1, 0), "{api:?}");
            assert!(world.engine.sync_status().accounts[0].complete_up_to.is_some(), "{api:?}");
        }
    }
}

/// Once the times are there again they count, and nothing changes any more.
#[tokio::test(start_paused = true)]
async fn orders_that_do_not_say_when_they_changed_are_mended_by_the_first_that_do() {
    for (api, field) in [(OrdersApi::V2026, "lastUpdatedTime"), (OrdersApi::V0, "LastUpdateDate")] {
        for fault in [Fault::FieldAbsent(field.into()), Fault::FieldNull(field.into())] {
            let world = World::connected(shop(0, 9), api).await;
            let placed = world.amazon.now() - chrono::TimeDelta::minutes(4);
            let draft = Draft::of([DraftLine::new("B0SIMTEST1", "Bonsai", 1, 999)]);
            let order = world.amazon.world().place(placed, draft).unwrap();
            world.amazon.inject(fault);
            world.synced().await;
            tokio::time::advance(std::time::Duration::from_mins(1)).await;
            world.synced().await;
            // News reach the desk though nobody says when they happened.
            world.amazon.world().pay(&order, world.amazon.now()).unwrap();
            tokio::time::advance(std::time::Duration::from_mins(4)).await;
            world.synced().await;
            assert_eq!(database::view(world.folder()).await[0].order_status, "Unshipped", "{api:?}");
            world.amazon.lift_all();
            tokio::time::advance(std::time::Duration::from_mins(1)).await;
            world.synced().await;
            let truth = database::sorted(world.amazon.truth());
            assert_eq!(database::view(world.folder()).await, truth, "{api:?}");
            tokio::time::advance(std::time::Duration::from_mins(1)).await;
            assert_eq!(world.synced().await.sum.orders_changed, 0, "{api:?}");
        }
    }
}

/// Invariants I15 and I16, in lists and in single answers alike.
#[tokio::test(start_paused = true)]
async fn a_line_without_an_id_takes_no_line_away() {
    for (api, operation) in
        [(OrdersApi::V2026, Operation::SearchOrders), (OrdersApi::V0, Operation::GetOrderItemsV0)]
    {
        let world = World::connected(shop(0, 9), api).await;
        let placed = world.amazon.now() - chrono::TimeDelta::minutes(30);
        let lines =
            [DraftLine::new("B0SIMTEST1", "Bonsai", 1, 999), DraftLine::new("B0SIMTEST2", "Ship", 1, 500)];
        let order = world.amazon.world().place(placed, Draft::of(lines)).unwrap();
        world.amazon.world().pay(&order, placed + chrono::TimeDelta::minutes(2)).unwrap();
        world.synced().await;
        world.amazon.world().ship(&order, world.amazon.now()).unwrap();
        world.amazon.inject(Fault::LineWithoutId.on(operation));
        tokio::time::advance(std::time::Duration::from_mins(5)).await;
        world.synced().await;
        let view = database::view(world.folder()).await;
        let status: Vec<_> = view.iter().map(|line| line.order_status.as_str()).collect();
        assert_eq!(status, ["Shipped", "Shipped"], "{api:?}");
        assert_eq!(world.engine.order_counts(None, None).await.unwrap().missing_items, 1, "{api:?}");
        world.amazon.lift_all();
        tokio::time::advance(std::time::Duration::from_mins(5)).await;
        world.synced().await;
        assert_eq!(database::view(world.folder()).await, database::sorted(world.amazon.truth()), "{api:?}");
        assert_eq!(world.engine.order_counts(None, None).await.unwrap().missing_items, 0, "{api:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn surprises_in_an_answer_never_lose_an_order() {
    for fault in [Fault::NullFields, Fault::UnknownEnums, Fault::WrongTypes] {
        let world = world().await;
        let name = format!("{fault:?}");
        world.amazon.inject(fault.on(Operation::SearchOrders));
        let report = world.synced().await;
        assert_eq!(report.sum.orders_seen, 450, "{name}");
        let counts = world.engine.order_counts(None, None).await.unwrap();
        assert_eq!(counts.all, 450, "{name}");
    }
}
