//! The background work of accounts that are left, found again, or cannot be seen for a while: none is forgotten.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use packlight_domain::account::OrdersApi;
use packlight_domain::background::AlertSettings;
use packlight_engine::events::{CacheTag, Event};
use packlight_engine::status::SyncState;
use packlight_engine::{POLL, Supervisor};
use packlight_spapi_sim::{Operation, Role};
use packlight_tests::world::{GB, World, shop};
use sqlx::ConnectOptions as _;
use sqlx::sqlite::SqliteConnectOptions;

const HOUR: TimeDelta = TimeDelta::hours(1);

/// Lets time pass, also where nothing happens any more. Returns how often the list of orders was asked for.
async fn lists_within(world: &World, time: TimeDelta) -> usize {
    world.amazon.clear_calls();
    let end = world.amazon.now() + time;
    let _ = tokio::time::timeout(time.to_std().unwrap(), world.until(end)).await;
    world.amazon.count(Operation::SearchOrders)
}

/// Has the database say something of all accounts, behind Packlight's back.
async fn write_apart(world: &World, sql: &'static str) {
    let file = SqliteConnectOptions::new().filename(world.folder().join("packlight.db"));
    let mut connection = file.pragma("ignore_check_constraints", "ON").connect().await.unwrap();
    sqlx::query(sql).execute(&mut connection).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn accounts_that_cannot_be_read_for_a_moment_are_not_left() {
    let world = World::connected(shop(50, 5), OrdersApi::V2026).await;
    let supervisor = Supervisor::start(world.engine.clone(), POLL);
    assert!(lists_within(&world, HOUR).await > 10);
    write_apart(&world, "UPDATE accounts SET orders_api = 'torn'").await;
    world.engine.events().changed(&[CacheTag::Accounts]);
    lists_within(&world, TimeDelta::minutes(20)).await;
    write_apart(&world, "UPDATE accounts SET orders_api = '2026-01-01'").await;
    let lists = lists_within(&world, HOUR).await;
    supervisor.stop().await;
    assert!(lists >= 8, "{lists} polls in an hour");
}

#[tokio::test(start_paused = true)]
async fn an_account_that_is_connected_again_while_its_poll_still_runs_is_read_on() {
    // Long enough for Amazon's limit to hold up the first import for hours.
    let world = World::connected(shop(6_000, 5), OrdersApi::V2026).await;
    let supervisor = Supervisor::start(world.engine.clone(), POLL);
    lists_within(&world, HOUR / 2).await;
    let shop = world.engine.accounts().await.unwrap().remove(0).id;
    world.engine.remove_account(shop).await.unwrap();
    world.connect(OrdersApi::V2026, &[GB]).await.unwrap();
    let again = world.engine.accounts().await.unwrap();
    assert_eq!((again.len(), again[0].id), (1, shop), "the same account");
    lists_within(&world, HOUR * 4).await;
    let complete = world.engine.sync_status().accounts[0].complete_up_to;
    assert!(complete.is_some_and(|complete| complete > world.amazon.now() - HOUR), "{complete:?}");
    let lists = lists_within(&world, HOUR).await;
    supervisor.stop().await;
    assert!(lists >= 10, "{lists} polls in an hour");
}

/// Panicking is the one way in which a task ends that nobody told to.
#[tokio::test(start_paused = true)]
async fn a_poll_that_panics_is_not_the_last() {
    let world = World::connected(shop(50, 5), OrdersApi::V2026).await;
    // Before the first run the account's own task asks for the open orders.
    world.trip();
    let supervisor = Supervisor::start(world.engine.clone(), POLL);
    let lists = lists_within(&world, HOUR).await;
    assert!(lists >= 10, "{lists} polls in the hour after a panic");
    // A run has a task of its own.
    world.trip();
    let lists = lists_within(&world, HOUR).await;
    assert!(lists >= 10, "{lists} polls in the hour after a panic in a run");
    supervisor.stop().await;
    assert!(matches!(world.engine.sync_status().accounts[0].state, SyncState::Idle));
}

#[tokio::test(start_paused = true)]
async fn a_sync_by_hand_that_goes_well_ends_a_failure_and_its_long_wait() {
    let world = World::connected(shop(50, 5), OrdersApi::V2026).await;
    let supervisor = Supervisor::start(world.engine.clone(), POLL);
    lists_within(&world, HOUR).await;
    world.amazon.deny(Role::Orders);
    lists_within(&world, HOUR * 4).await;
    let status = world.engine.sync_status();
    assert!(matches!(status.accounts[0].state, SyncState::Refused { .. }), "{status:?}");
    world.amazon.grant(Role::Orders);
    world.synced().await;
    let by_hand = world.amazon.now();
    let mut events = world.engine.events().subscribe();
    // Any change of a setting has all plans made anew.
    let settings = AlertSettings { printing: false, ..AlertSettings::default() };
    world.engine.set_alert_settings(&settings).await.unwrap();
    let next: DateTime<Utc> = loop {
        let event = tokio::time::timeout(Duration::from_hours(2), events.recv()).await.unwrap();
        let Event::SyncChanged(status) = event.unwrap() else { continue };
        match &status.accounts[0].state {
            SyncState::Running { .. } => break world.amazon.now(),
            state => assert!(matches!(state, SyncState::Idle), "{state:?}"),
        }
    };
    supervisor.stop().await;
    assert!(next - by_hand <= TimeDelta::minutes(6), "{next} after {by_hand}");
}
