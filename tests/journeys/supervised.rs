//! Packlight left alone for days: it polls, backs off when Amazon is away, catches up, and never spends more calls than
//! Amazon allows. Virtual time beside a real database file.

use std::time::Duration;

use chrono::TimeDelta;
use packlight_domain::account::OrdersApi;
use packlight_domain::status::UiStatus;
use packlight_engine::secrets::Credentials;
use packlight_engine::status::SyncState;
use packlight_engine::{POLL, Supervisor};
use packlight_spapi_sim::{Application, Call, Channel, Draft, DraftLine, Fault, Operation, UK};
use packlight_tests::world::{World, connect_as, credentials, shop};

const HOUR: TimeDelta = TimeDelta::hours(1);

/// Calls of `operation` in the log.
fn calls(world: &World, operation: Operation) -> Vec<Call> {
    world.amazon.calls().into_iter().filter(|call| call.operation == operation).collect()
}

/// Whether a bucket of `burst` tokens that fills with `micro_hertz` tokens in a million seconds could have served these.
fn fits_the_plan(calls: &[Call], burst: i64, micro_hertz: i64) -> bool {
    // Billionths of a token: one millisecond at one millionth of a hertz brings exactly one.
    const TOKEN: i64 = 1_000_000_000;
    let mut tokens = burst * TOKEN;
    let mut before = calls.first().map(|call| call.at);
    calls.iter().all(|call| {
        let passed = before.map_or(0, |before| (call.at - before).num_milliseconds());
        before = Some(call.at);
        tokens = (tokens + passed * micro_hertz).min(burst * TOKEN) - TOKEN;
        // A hundredth of grace for the latency between our clock and Amazon's.
        tokens > -TOKEN / 100
    })
}

fn assert_inside_the_plan(world: &World) {
    assert_eq!(world.amazon.throttled(), 0, "{:?}", world.amazon.counts());
    assert!(fits_the_plan(&calls(world, Operation::SearchOrders), 20, 5_600));
    assert!(fits_the_plan(&calls(world, Operation::GetOrder), 30, 500_000));
    assert!(fits_the_plan(&calls(world, Operation::GetOrdersV0), 20, 16_700));
    assert!(fits_the_plan(&calls(world, Operation::GetOrderItemsV0), 30, 500_000));
}

async fn assert_complete(world: &World) {
    let (view, truth) = world.settled(world.amazon.now() - TimeDelta::minutes(15)).await;
    assert_eq!(view.len(), truth.len());
    for (kept, true_line) in view.iter().zip(&truth) {
        assert_eq!(kept, true_line);
    }
}

#[tokio::test(start_paused = true)]
async fn two_days_of_polls_every_five_minutes() {
    let world = World::connected(shop(300, 5).arrivals_per_hour(4), OrdersApi::V2026).await;
    let supervisor = Supervisor::start(world.engine.clone(), POLL);
    world.until(world.amazon.now() + HOUR * 48).await;
    supervisor.stop().await;
    let searches = calls(&world, Operation::SearchOrders);
    // One call a poll, the open orders and four pages at first; a page more when it was a busy hour.
    assert!((565..=600).contains(&searches.len()), "{} searches in two days", searches.len());
    let longest = searches.windows(2).map(|pair| pair[1].at - pair[0].at).max().unwrap();
    assert!(longest <= TimeDelta::minutes(6), "{longest}");
    assert_inside_the_plan(&world);
    assert_complete(&world).await;
    let status = world.engine.sync_status();
    let behind = world.amazon.now() - status.accounts[0].complete_up_to.unwrap();
    assert!(behind <= TimeDelta::minutes(8), "{behind}");
}

#[tokio::test(start_paused = true)]
async fn an_outage_of_a_day_is_sat_out_and_caught_up_with() {
    let world = World::connected(shop(300, 5).arrivals_per_hour(6), OrdersApi::V2026).await;
    let supervisor = Supervisor::start(world.engine.clone(), POLL);
    world.until(world.amazon.now() + HOUR).await;
    let before = world.engine.sync_status().accounts[0].complete_up_to;
    for operation in [Operation::SearchOrders, Operation::GetOrder] {
        world.amazon.inject(Fault::ServerError(503).on(operation));
    }
    world.amazon.clear_calls();
    world.until(world.amazon.now() + HOUR * 24).await;
    // Tries get rarer, to one in a quarter of an hour, each of a few requests: less than polling would have cost.
    let tries = calls(&world, Operation::SearchOrders);
    assert!((24 * 4..=24 * 4 * 6).contains(&tries.len()), "{} requests in a day of outage", tries.len());
    assert!(fits_the_plan(&tries, 20, 5_600), "an outage is no reason to ask more");
    let status = world.engine.sync_status();
    let state = &status.accounts[0].state;
    let SyncState::Failed { message, retry_at } = state else { panic!("{state:?}") };
    assert_eq!(
        message,
        "Amazon's servers failed while the list of orders was asked for: nothing is lost, try again later"
    );
    // Right after a failure the next try is not planned yet.
    let wait = *retry_at - world.amazon.now();
    assert!(wait >= -TimeDelta::minutes(1) && wait <= TimeDelta::minutes(16), "{wait}");
    let held = status.accounts[0].complete_up_to;
    assert!(
        held >= before && held.unwrap() < world.amazon.now() - HOUR * 23,
        "nothing pretends to be complete"
    );

    world.amazon.lift_all();
    world.amazon.clear_calls();
    let lifted = world.amazon.now();
    world.until(lifted + HOUR * 2).await;
    supervisor.stop().await;
    let first = calls(&world, Operation::SearchOrders)[0].at;
    assert!(first - lifted <= TimeDelta::minutes(16), "{first} after {lifted}");
    assert_inside_the_plan(&world);
    assert_complete(&world).await;
    assert!(matches!(world.engine.sync_status().accounts[0].state, SyncState::Idle));
}

#[tokio::test(start_paused = true)]
async fn a_night_without_a_network() {
    let world = World::connected(shop(200, 5).arrivals_per_hour(6), OrdersApi::V2026).await;
    let supervisor = Supervisor::start(world.engine.clone(), POLL);
    world.until(world.amazon.now() + HOUR).await;
    let unplugged = world.amazon.now();
    world.unplug(true);
    world.until(unplugged + HOUR * 8).await;
    let state = world.engine.sync_status().accounts[0].state.clone();
    let SyncState::Offline { since, retry_at } = state else { panic!("{state:?}") };
    assert!(since - unplugged <= TimeDelta::minutes(7), "offline since the first failure, not the last");
    assert!(retry_at <= world.amazon.now() + TimeDelta::minutes(6));
    world.unplug(false);
    world.amazon.clear_calls();
    world.until(world.amazon.now() + HOUR).await;
    supervisor.stop().await;
    assert_inside_the_plan(&world);
    assert_complete(&world).await;
}

#[tokio::test(start_paused = true)]
async fn on_a_first_connection_open_orders_come_before_the_history() {
    let world = World::connected(shop(2_500, 5), OrdersApi::V2026).await;
    let supervisor = Supervisor::start(world.engine.clone(), POLL);
    world.until(world.amazon.now() + HOUR).await;
    supervisor.stop().await;
    let searches = calls(&world, Operation::SearchOrders);
    let filtered = |call: &Call| call.query.iter().any(|(name, _)| name == "fulfillmentStatuses");
    assert!(filtered(&searches[0]), "{:?}", searches[0].query);
    assert_eq!(searches.iter().filter(|call| filtered(call)).count(), 1, "once, and never again");
    assert_inside_the_plan(&world);
}

#[tokio::test(start_paused = true)]
async fn a_sync_by_hand_asks_for_no_status() {
    let world = World::connected(shop(300, 5), OrdersApi::V2026).await;
    world.synced().await;
    let names: Vec<_> = calls(&world, Operation::SearchOrders)
        .into_iter()
        .flat_map(|call| call.query)
        .map(|(name, _)| name)
        .collect();
    assert!(!names.is_empty() && !names.contains(&"fulfillmentStatuses".to_owned()));
}

/// Invariant I14: the list never says a word about these orders again, and single reads find out all the same.
#[tokio::test(start_paused = true)]
async fn lost_events_are_made_good_by_single_reads() {
    let world = World::connected(shop(40, 5), OrdersApi::V2026).await;
    let placed = world.amazon.now() - TimeDelta::minutes(30);
    let place = |channel| {
        let draft = Draft::of([DraftLine::new("B0SIMTEST1", "Bonsai", 1, 999)]);
        world.amazon.world().place(placed, Draft { channel, ..draft }).unwrap()
    };
    let (pending, open, shipped) =
        (place(Channel::Merchant), place(Channel::Merchant), place(Channel::Merchant));
    for order in [&open, &shipped] {
        world.amazon.world().pay(order, placed + TimeDelta::minutes(2)).unwrap();
    }
    world.amazon.world().ship(&shipped, placed + TimeDelta::minutes(10)).unwrap();
    let supervisor = Supervisor::start(world.engine.clone(), POLL);
    world.until(world.amazon.now() + HOUR).await;
    let status = async |order: &String| world.engine.find_order(None, order).await.unwrap().row.ui_status;
    assert_eq!(status(&pending).await, UiStatus::Pending);
    assert_eq!(status(&open).await, UiStatus::Paid);
    assert_eq!(status(&shipped).await, UiStatus::Shipped);

    // From now on every change is hidden from lists for good.
    world.amazon.inject(Fault::LateOrders { seconds: u32::MAX, permille: 1000 }.on(Operation::SearchOrders));
    let changed = world.amazon.now();
    world.amazon.world().pay(&pending, changed).unwrap();
    world.amazon.world().ship(&open, changed).unwrap();
    world.amazon.world().deliver(&shipped, changed).unwrap();
    world.amazon.clear_calls();
    world.until(changed + TimeDelta::minutes(6 * 60 + 15)).await;
    assert_eq!(status(&pending).await, UiStatus::Paid, "priced within six hours");
    assert_eq!(status(&open).await, UiStatus::Shipped);
    let view = packlight_tests::database::view(world.folder()).await;
    let priced = view.iter().find(|line| line.amazon_order_id == pending).unwrap();
    assert_eq!(priced.item_price_minor, Some(999));
    world.until(changed + TimeDelta::minutes(24 * 60 + 15)).await;
    assert_eq!(status(&shipped).await, UiStatus::Completed, "delivered, seen within a day");

    world.until(changed + HOUR * 72).await;
    supervisor.stop().await;
    let reads = |order: &String| {
        calls(&world, Operation::GetOrder).iter().filter(|call| call.order_id.as_ref() == Some(order)).count()
    };
    // Every six hours while it waits to be shipped; once a day on its way; no more when it has arrived.
    assert!((10..=13).contains(&reads(&pending)), "{}", reads(&pending));
    assert!((2..=5).contains(&reads(&open)), "{}", reads(&open));
    assert!((1..=2).contains(&reads(&shipped)), "{}", reads(&shipped));
    assert_inside_the_plan(&world);
}

/// What one bad answer left out of an order is read with the order alone: nothing in the list would bring it again.
#[tokio::test(start_paused = true)]
async fn an_order_that_came_without_lines_or_status_is_made_whole_by_a_single_read() {
    for field in ["orderItems", "fulfillmentStatus"] {
        let world = World::connected(shop(0, 5), OrdersApi::V2026).await;
        let placed = world.amazon.now() - TimeDelta::days(2);
        let draft = Draft::of([DraftLine::new("B0SIMTEST1", "Bonsai", 1, 999)]);
        let order = world.amazon.world().place(placed, draft).unwrap();
        world.amazon.world().pay(&order, placed + TimeDelta::minutes(2)).unwrap();
        world.amazon.inject(Fault::FieldAbsent(field.into()).on(Operation::SearchOrders));
        let supervisor = Supervisor::start(world.engine.clone(), POLL);
        world.until(world.amazon.now() + TimeDelta::minutes(30)).await;
        assert!(packlight_tests::database::view(world.folder()).await != world.amazon.truth(), "{field}");
        world.until(world.amazon.now() + HOUR).await;
        supervisor.stop().await;
        assert_eq!(packlight_tests::database::view(world.folder()).await, world.amazon.truth(), "{field}");
        assert_eq!(world.engine.order_counts(None, None).await.unwrap().missing_items, 0);
        assert_eq!(world.engine.find_order(None, &order).await.unwrap().row.ui_status, UiStatus::Paid);
    }
}

/// A night makes such an order both stale as an open one and due for its lines.
#[tokio::test(start_paused = true)]
async fn an_order_that_is_stale_for_two_reasons_is_read_once() {
    let world = World::connected(shop(0, 5), OrdersApi::V2026).await;
    let placed = world.amazon.now() - TimeDelta::days(2);
    let draft = Draft::of([DraftLine::new("B0SIMTEST1", "Bonsai", 1, 999)]);
    let order = world.amazon.world().place(placed, draft).unwrap();
    world.amazon.world().pay(&order, placed + TimeDelta::minutes(2)).unwrap();
    world.amazon.inject(Fault::FieldAbsent("orderItems".into()).on(Operation::SearchOrders));
    let supervisor = Supervisor::start(world.engine.clone(), POLL);
    world.until(world.amazon.now() + TimeDelta::minutes(30)).await;
    assert_eq!(world.engine.order_counts(None, None).await.unwrap().missing_items, 1);
    world.amazon.clear_calls();
    world.sleep(HOUR * 8);
    world.until(world.amazon.now() + TimeDelta::minutes(30)).await;
    supervisor.stop().await;
    let asked = calls(&world, Operation::GetOrder);
    assert_eq!(asked.iter().filter(|call| call.order_id.as_ref() == Some(&order)).count(), 1, "{asked:?}");
    assert_eq!(world.engine.order_counts(None, None).await.unwrap().missing_items, 0);
}

/// Row 20: an order that Amazon does not know any more stays, and is not asked for at every poll.
#[tokio::test(start_paused = true)]
async fn an_order_that_amazon_no_longer_knows_is_kept() {
    let world = World::connected(shop(40, 5), OrdersApi::V2026).await;
    let placed = world.amazon.now() - TimeDelta::minutes(30);
    let draft = Draft::of([DraftLine::new("B0SIMTEST1", "Bonsai", 1, 999)]);
    let order = world.amazon.world().place(placed, draft).unwrap();
    world.amazon.inject(Fault::ServerError(404).on(Operation::GetOrder));
    let supervisor = Supervisor::start(world.engine.clone(), POLL);
    world.until(world.amazon.now() + HOUR * 24).await;
    supervisor.stop().await;
    let kept = world.engine.find_order(None, &order).await.unwrap();
    assert_eq!(kept.row.ui_status, UiStatus::Pending);
    let asked = calls(&world, Operation::GetOrder);
    let asked = asked.iter().filter(|call| call.order_id.as_ref() == Some(&order)).count();
    assert!((3..=4).contains(&asked), "{asked} times in a day");
    assert!(matches!(world.engine.sync_status().accounts[0].state, SyncState::Idle));
}

#[tokio::test(start_paused = true)]
async fn a_day_on_the_old_api() {
    let world = World::connected(shop(200, 5).arrivals_per_hour(6), OrdersApi::V0).await;
    let supervisor = Supervisor::start(world.engine.clone(), POLL);
    world.until(world.amazon.now() + HOUR * 24).await;
    supervisor.stop().await;
    let lists = calls(&world, Operation::GetOrdersV0).len();
    assert!((280..=320).contains(&lists), "{lists}");
    assert_eq!(world.amazon.count(Operation::SearchOrders), 0);
    assert_inside_the_plan(&world);
    assert_eq!(world.engine.order_counts(None, None).await.unwrap().missing_items, 0);
    assert_complete(&world).await;
}

/// Rows 19, 39 and 46: a refused account is left alone, the other is kept fresh, and new secrets wake the first at once.
#[tokio::test(start_paused = true)]
async fn a_refused_account_waits_for_its_secrets_and_the_other_goes_on() {
    let other = Application {
        client_id: "sim-client-2".into(),
        client_secret: "sim-secret-2".into(),
        refresh_token: "sim-refresh-token-2".into(),
    };
    let seller = shop(100, 5).arrivals_per_hour(4).application(other.clone());
    let world = World::new(seller, Duration::from_millis(800)).await;
    let theirs = Credentials {
        client_id: other.client_id,
        client_secret: other.client_secret.into(),
        refresh_token: other.refresh_token.into(),
    };
    connect_as(&world.engine, "Attic", theirs, OrdersApi::V2026, &[UK]).await.unwrap();
    world.connect(OrdersApi::V2026, &[UK]).await.unwrap();
    world.amazon.revoke("sim-client-2");
    world.amazon.clear_calls();
    let supervisor = Supervisor::start(world.engine.clone(), POLL);
    world.until(world.amazon.now() + HOUR * 12).await;
    let status = world.engine.sync_status();
    let [attic, shop] = &status.accounts[..] else { panic!("{status:?}") };
    assert!(matches!(&attic.state, SyncState::Refused { .. }), "{attic:?}");
    assert!(matches!(shop.state, SyncState::Idle), "{shop:?}");
    assert!(world.amazon.now() - shop.complete_up_to.unwrap() < TimeDelta::minutes(8));
    // Once an hour it looks whether the refusal stands.
    let tokens = world.amazon.count(Operation::Token);
    assert!(tokens <= 12 + 14 + 2, "{tokens} token requests in twelve hours");

    let attic = attic.account;
    world
        .engine
        .replace_secrets(attic, credentials(), packlight_engine::secrets::SecretsPlace::File)
        .await
        .unwrap();
    world.until(world.amazon.now() + TimeDelta::minutes(30)).await;
    supervisor.stop().await;
    let status = world.engine.sync_status();
    assert!(status.accounts.iter().all(|entry| matches!(entry.state, SyncState::Idle)), "{status:?}");
    assert!(status.accounts.iter().all(|entry| entry.complete_up_to.is_some()));
    assert_eq!(world.amazon.throttled(), 0);
}
