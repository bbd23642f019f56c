//! Packlight left alone while a part of Amazon fails for good: one marketplace, the search for open orders, one order. What
//! does not fail goes on, and the account shows no failure that is not one.

use std::time::Duration;

use chrono::TimeDelta;
use packlight_domain::account::OrdersApi;
use packlight_domain::status::UiStatus;
use packlight_engine::status::SyncState;
use packlight_engine::{Code, POLL, Supervisor};
use packlight_spapi_sim::{BadJson, Draft, DraftLine, Fault, GERMANY, Injection, Operation, UK};
use packlight_tests::database;
use packlight_tests::world::{World, shop};

const HOUR: TimeDelta = TimeDelta::hours(1);

/// How the account stands when it is not being read just now.
async fn at_rest(world: &World) -> SyncState {
    let mut events = world.engine.events().subscribe();
    loop {
        let state = world.engine.sync_status().accounts[0].state.clone();
        if !matches!(state, SyncState::Running { .. }) {
            return state;
        }
        let _ = events.recv().await;
    }
}

/// Rows 19 and 46: a marketplace that was closed before the first connection.
#[tokio::test(start_paused = true)]
async fn a_marketplace_closed_from_the_start_does_not_keep_the_other_from_coming() {
    let seller = shop(120, 13).marketplaces([UK, GERMANY]);
    let world = World::new(seller, Duration::from_millis(800)).await;
    world.connect(OrdersApi::V2026, &[UK, GERMANY]).await.unwrap();
    world.amazon.close_marketplace(GERMANY);
    world.amazon.clear_calls();
    let supervisor = Supervisor::start(world.engine.clone(), POLL);
    world.until(world.amazon.now() + HOUR * 3).await;
    let truth = database::sorted(world.amazon.truth());
    let pounds: Vec<_> = truth.iter().filter(|line| line.item_currency == "GBP").collect();
    let view = database::view(world.folder()).await;
    assert!(!pounds.is_empty() && pounds.len() < truth.len());
    assert_eq!(view.iter().collect::<Vec<_>>(), pounds);
    let state = at_rest(&world).await;
    let SyncState::Refused { code: Code::AccessDenied, message } = state else { panic!("{state:?}") };
    assert!(
        message
            .starts_with("Amazon denies access to the orders of Germany; the other marketplaces were read")
    );
    assert_eq!(world.amazon.throttled(), 0);
    // The orders of the open marketplace are read again as ever.
    let probes = world.amazon.count(Operation::GetOrder);
    assert!(probes <= 4, "{probes}: whether the role is there is asked once for each denial of both");
    world.until(world.amazon.now() + HOUR * 4).await;
    assert!(world.amazon.count(Operation::GetOrder) > probes + 5, "{:?}", world.amazon.counts());
    world.amazon.open_marketplace(GERMANY);
    world.until(world.amazon.now() + HOUR + TimeDelta::minutes(10)).await;
    supervisor.stop().await;
    assert_eq!(database::view(world.folder()).await, truth);
    assert!(matches!(world.engine.sync_status().accounts[0].state, SyncState::Idle));
}

/// One that is closed while the app runs costs one call an hour, and the other is read as often as ever.
/// Asking for each marketplace would take the list calls of an hour, and the next sync would wait for them.
#[tokio::test(start_paused = true)]
async fn a_missing_role_costs_one_list_call_however_many_marketplaces_there_are() {
    let ids = [UK, GERMANY, "A13V1IB3VIYZZH", "APJ6JRA9NG5V4", "A1RKKUPIHCS9HS"];
    let world = World::new(shop(20, 13).marketplaces(ids), Duration::from_millis(800)).await;
    world.connect(OrdersApi::V2026, &ids).await.unwrap();
    world.amazon.inject(Fault::AccessDenied.on(Operation::SearchOrders));
    world.amazon.inject(Fault::AccessDenied.on(Operation::GetOrder));
    world.amazon.clear_calls();
    for sync in 1..=3 {
        let error = world.sync().await.expect_err("the role is missing");
        assert_eq!(error.code, Code::AccessDenied, "{error}");
        assert_eq!(world.amazon.count(Operation::SearchOrders), sync);
    }
    world.amazon.lift_all();
    world.synced().await;
    assert_eq!(database::view(world.folder()).await, database::sorted(world.amazon.truth()));
}

#[tokio::test(start_paused = true)]
async fn a_closed_marketplace_slows_nothing_down_and_is_tried_once_an_hour() {
    let world = World::new(shop(120, 13).marketplaces([UK, GERMANY]), Duration::from_millis(800)).await;
    world.connect(OrdersApi::V2026, &[UK, GERMANY]).await.unwrap();
    let supervisor = Supervisor::start(world.engine.clone(), POLL);
    world.until(world.amazon.now() + HOUR).await;
    world.amazon.close_marketplace(GERMANY);
    world.amazon.clear_calls();
    world.until(world.amazon.now() + HOUR * 8).await;
    let named = |id: &str| {
        let calls = world.amazon.calls();
        let names = |call: &&packlight_spapi_sim::Call| {
            call.query.iter().any(|(name, value)| name == "marketplaceIds" && value.contains(id))
        };
        calls.iter().filter(|call| call.operation == Operation::SearchOrders).filter(names).count()
    };
    let (german, british) = (named(GERMANY), named(UK));
    assert!((8..=11).contains(&german), "Germany was asked for {german} times in eight hours");
    assert!(british >= 8 * 11, "the United Kingdom was read {british} times in eight hours");
    assert_eq!(world.amazon.throttled(), 0);
    let state = at_rest(&world).await;
    assert!(matches!(state, SyncState::Refused { code: Code::AccessDenied, .. }), "{state:?}");
    let checked_at = world.engine.sync_status().accounts[0].checked_at.unwrap();
    assert!(
        world.amazon.now() - checked_at <= TimeDelta::minutes(6),
        "the other is read, so nothing is dead"
    );
    // Who asks for a sync is not told what was true half an hour ago.
    world.amazon.open_marketplace(GERMANY);
    world.synced().await;
    assert!(matches!(at_rest(&world).await, SyncState::Idle));
    supervisor.stop().await;
    assert_eq!(database::view(world.folder()).await, database::sorted(world.amazon.truth()));
}

/// The search for open orders only makes a first connection quicker: whatever it ends in, the history comes.
async fn open_orders_not_told(fault: Fault, times: u64) {
    let world = World::connected(shop(120, 5), OrdersApi::V2026).await;
    world.amazon.inject(Injection::from(fault).on(Operation::SearchOrders).times(times));
    let supervisor = Supervisor::start(world.engine.clone(), POLL);
    world.until(world.amazon.now() + TimeDelta::minutes(4)).await;
    supervisor.stop().await;
    assert_eq!(database::view(world.folder()).await, database::sorted(world.amazon.truth()));
    assert!(matches!(world.engine.sync_status().accounts[0].state, SyncState::Idle));
    let searches = world.amazon.count(Operation::SearchOrders);
    assert!(searches <= usize::try_from(times).unwrap() + 3, "{searches}");
}

#[tokio::test(start_paused = true)]
async fn a_denied_search_for_open_orders_costs_nothing_but_itself() {
    open_orders_not_told(Fault::AccessDenied, 1).await;
}

#[tokio::test(start_paused = true)]
async fn an_invalid_search_for_open_orders_costs_nothing_but_itself() {
    open_orders_not_told(Fault::ServerError(400), 1).await;
}

#[tokio::test(start_paused = true)]
async fn a_failing_search_for_open_orders_costs_three_tries() {
    open_orders_not_told(Fault::ServerError(500), 3).await;
}

#[tokio::test(start_paused = true)]
async fn a_search_for_open_orders_answered_by_a_page_costs_nothing_but_itself() {
    open_orders_not_told(Fault::Html400, 1).await;
}

/// Invariant I14: one order that Amazon cannot give, for whatever reason, is that order's matter alone.
async fn one_order_not_given(fault: Fault) {
    let world = World::connected(shop(20, 5), OrdersApi::V2026).await;
    let placed = world.amazon.now() - TimeDelta::minutes(30);
    let place = |asin: &str| {
        world.amazon.world().place(placed, Draft::of([DraftLine::new(asin, "Bonsai", 1, 999)])).unwrap()
    };
    let orders: Vec<_> = (0..6).map(|n| place(&format!("B0SIMTEST{n}"))).collect();
    for order in &orders {
        world.amazon.world().pay(order, placed + TimeDelta::minutes(2)).unwrap();
    }
    let bad = &orders[0];
    world.amazon.inject(Injection::from(fault).on(Operation::GetOrder).for_order(bad));
    let supervisor = Supervisor::start(world.engine.clone(), POLL);
    world.until(world.amazon.now() + HOUR).await;
    // From now on the list is silent about them.
    let late = Fault::LateOrders { seconds: u32::MAX, permille: 1000 };
    world.amazon.inject(late.on(Operation::SearchOrders));
    let changed = world.amazon.now();
    for order in &orders {
        world.amazon.world().ship(order, changed).unwrap();
    }
    world.until(changed + TimeDelta::minutes(6 * 60 + 15)).await;
    let status = async |order: &String| world.engine.find_order(None, order).await.unwrap().row.ui_status;
    for order in &orders[1..] {
        assert_eq!(status(order).await, UiStatus::Shipped);
    }
    assert_eq!(status(bad).await, UiStatus::Paid);
    let state = at_rest(&world).await;
    assert!(matches!(state, SyncState::Idle), "{state:?}");
    let entry = world.engine.sync_status().accounts[0].clone();
    assert!(world.amazon.now() - entry.checked_at.unwrap() <= TimeDelta::minutes(6));
    let asked = |order: &String| {
        let calls = world.amazon.calls();
        calls
            .iter()
            .filter(|call| call.operation == Operation::GetOrder && call.order_id.as_ref() == Some(order))
            .count()
    };
    assert!((1..=24).contains(&asked(bad)), "{} times", asked(bad));
    // When Amazon can give it again it comes, at the latest when it is due anyway.
    world.amazon.lift_all();
    world.amazon.inject(Fault::LateOrders { seconds: u32::MAX, permille: 1000 }.on(Operation::SearchOrders));
    world.until(world.amazon.now() + HOUR * 7).await;
    supervisor.stop().await;
    let when: Vec<_> = world
        .amazon
        .calls()
        .into_iter()
        .filter(|call| call.order_id.as_ref() == Some(bad))
        .map(|call| (call.at - changed, call.status))
        .collect();
    assert_eq!(status(bad).await, UiStatus::Shipped, "{when:?} until {}", world.amazon.now() - changed);
}

#[tokio::test(start_paused = true)]
async fn an_order_that_fails_starves_no_other() {
    one_order_not_given(Fault::ServerError(500)).await;
}

#[tokio::test(start_paused = true)]
async fn an_order_that_is_refused_starves_no_other() {
    one_order_not_given(Fault::ServerError(400)).await;
}

#[tokio::test(start_paused = true)]
async fn an_order_that_is_denied_starves_no_other() {
    one_order_not_given(Fault::AccessDenied).await;
}

#[tokio::test(start_paused = true)]
async fn an_order_that_cannot_be_read_starves_no_other() {
    one_order_not_given(Fault::BadJson(BadJson::Truncated)).await;
}

/// When single orders cannot be read at all, a few tries a poll find that out.
#[tokio::test(start_paused = true)]
async fn single_reads_that_all_fail_leave_the_account_well_and_are_few() {
    let world = World::connected(shop(200, 5), OrdersApi::V2026).await;
    world.amazon.inject(Fault::AccessDenied.on(Operation::GetOrder));
    let supervisor = Supervisor::start(world.engine.clone(), POLL);
    let begun = world.amazon.now();
    world.until(begun + HOUR * 12).await;
    supervisor.stop().await;
    assert!(matches!(world.engine.sync_status().accounts[0].state, SyncState::Idle));
    let calls = world.amazon.calls();
    let asked: Vec<_> =
        calls.iter().filter(|call| call.operation == Operation::GetOrder).map(|call| call.at).collect();
    assert!(asked.len() >= 3, "{asked:?}");
    let one_poll = TimeDelta::minutes(4);
    // Once the token may be to blame: one try more, and no other for hours.
    let more = asked.windows(4).filter(|four| four[3] - four[0] <= one_poll).count();
    assert!(more <= 1, "three tries a poll are enough: {asked:?}");
    let renewed = world.amazon.count(Operation::Token);
    assert!(renewed <= 12 * 60 / 55 + 2, "{renewed} tokens in twelve hours");
    assert_eq!(world.amazon.throttled(), 0);
}
