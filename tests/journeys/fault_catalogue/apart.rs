//! Rows whose fault shows somewhere else than in one failing list: slow answers, surprises inside orders, late and moving
//! orders, one of two marketplaces, one of two accounts.

use std::time::Duration;

use chrono::TimeDelta;
use packlight_domain::account::OrdersApi;
use packlight_engine::Code;
use packlight_engine::secrets::Credentials;
use packlight_engine::status::SyncState;
use packlight_spapi_sim::{Application, Fault, GERMANY, Operation, Seller, UK};
use packlight_tests::command_line::Desk;
use packlight_tests::database;
use packlight_tests::world::{World, connect_as, shop};

use super::{Failure, ends};

#[tokio::test(start_paused = true)]
async fn row_14_slow_answers_are_waited_for_and_endless_ones_are_not() {
    let world = World::connected(shop(230, 13), OrdersApi::V2026).await;
    world.amazon.inject(Fault::Delay(Duration::from_secs(10)).on(Operation::SearchOrders));
    let begun = tokio::time::Instant::now();
    world.synced().await;
    assert!(begun.elapsed() >= Duration::from_secs(30), "three pages at ten seconds each");
    assert!(database::view(world.folder()).await == database::sorted(world.amazon.truth()));

    world.amazon.lift_all();
    world.amazon.inject(Fault::Delay(Duration::from_mins(5)).on(Operation::SearchOrders));
    tokio::time::advance(Duration::from_hours(1)).await;
    let error = world.sync().await.unwrap_err();
    let super::Ends::In(failure) = ends(
        Code::Offline,
        5,
        "Amazon cannot be reached, the answer did not come in time: check the internet connection, then try again",
    ) else {
        unreachable!()
    };
    assert_eq!((error.code, error.message.as_str()), (failure.code, failure.says));
    failure.assert_shown(&world.engine.sync_status().accounts[0].state);
}

#[tokio::test(start_paused = true)]
async fn rows_28_and_29_surprises_cost_no_order_and_are_counted() {
    for fault in [Fault::NullFields, Fault::UnknownEnums, Fault::WrongTypes] {
        let name = format!("{fault:?}");
        let world = World::connected(shop(230, 13), OrdersApi::V2026).await;
        world.amazon.inject(fault.on(Operation::SearchOrders));
        let report = world.synced().await;
        assert_eq!(report.sum.orders_new, 230, "{name}");
        assert_eq!(world.engine.order_counts(None, None).await.unwrap().all, 230, "{name}");
        let counted = world.store().await.surprises().await.unwrap();
        assert!(!counted.is_empty() || name == "NullFields", "{name}: nothing was counted");
        assert!(matches!(world.engine.sync_status().accounts[0].state, SyncState::Idle), "{name}");
    }
}

/// Rows 36 and 37 together with a living shop: orders that the list shows late, and orders that slip from page to page
/// because they change while it is read. The overlap of windows brings both.
#[tokio::test(start_paused = true)]
async fn rows_36_and_37_late_and_moving_orders_are_brought_by_the_overlap() {
    for fault in [Fault::LateOrders { seconds: 540, permille: 300 }, Fault::MovingOrders] {
        let name = format!("{fault:?}");
        let world = World::connected(shop(150, 13).arrivals_per_hour(60), OrdersApi::V2026).await;
        world.amazon.inject(fault.on(Operation::SearchOrders));
        for _ in 0..12 {
            world.synced().await;
            tokio::time::advance(Duration::from_mins(5)).await;
        }
        world.synced().await;
        let (view, truth) = world.settled(world.amazon.now() - TimeDelta::minutes(12)).await;
        assert!(truth.len() > 180, "{name}: the shop lived, {} lines", truth.len());
        assert!(view == truth, "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn row_46_a_closed_marketplace_does_not_keep_the_others_shut() {
    let seller = shop(300, 13).marketplaces([UK, GERMANY]);
    let world = World::new(seller, Duration::from_millis(800)).await;
    world.connect(OrdersApi::V2026, &[UK, GERMANY]).await.unwrap();
    world.amazon.close_marketplace(GERMANY);
    let error = world.sync().await.unwrap_err();
    let failure = Failure {
        code: Code::AccessDenied,
        exit: 4,
        says: "Amazon denies access to the orders of Germany; the other marketplaces were read: check in Seller Central that the account still sells there and that the application is authorised for it",
    };
    assert_eq!((error.code, error.message.as_str()), (failure.code, failure.says));
    failure.assert_shown(&world.engine.sync_status().accounts[0].state);
    // All of the United Kingdom is here, and nothing claims that all of Germany were.
    let truth = database::sorted(world.amazon.truth());
    let pounds: Vec<_> = truth.iter().filter(|line| line.item_currency == "GBP").collect();
    let view = database::view(world.folder()).await;
    assert!(!pounds.is_empty() && pounds.len() < truth.len());
    assert_eq!(view.iter().collect::<Vec<_>>(), pounds);
    assert_eq!(world.engine.sync_status().accounts[0].complete_up_to, None);

    world.amazon.open_marketplace(GERMANY);
    world.synced().await;
    assert_eq!(database::view(world.folder()).await, truth);
}

#[tokio::test(start_paused = true)]
async fn row_46_a_marketplace_that_closes_later_leaves_the_other_fresh() {
    let seller = shop(100, 13).marketplaces([UK, GERMANY]).arrivals_per_hour(30);
    let world = World::new(seller, Duration::from_millis(800)).await;
    world.connect(OrdersApi::V2026, &[UK, GERMANY]).await.unwrap();
    world.synced().await;
    world.amazon.close_marketplace(GERMANY);
    for _ in 0..5 {
        tokio::time::advance(Duration::from_hours(1)).await;
        world.sync().await.unwrap_err();
    }
    let (view, truth) = world.settled(world.amazon.now() - TimeDelta::minutes(5)).await;
    let pounds = |lines: Vec<packlight_spapi_sim::TruthLine>| {
        lines.into_iter().filter(|line| line.item_currency == "GBP").collect::<Vec<_>>()
    };
    assert!(pounds(view) == pounds(truth));
    world.amazon.open_marketplace(GERMANY);
    world.synced().await;
    let (view, truth) = world.settled(world.amazon.now() - TimeDelta::minutes(5)).await;
    assert!(view == truth);
}

fn another_application() -> Application {
    Application {
        client_id: "sim-client-2".into(),
        client_secret: "sim-secret-2".into(),
        refresh_token: "sim-refresh-token-2".into(),
    }
}

#[tokio::test(start_paused = true)]
async fn rows_19_and_46_one_refused_account_does_not_stop_the_other() {
    let world =
        World::new(shop(120, 13).application(another_application()), Duration::from_millis(800)).await;
    let other = another_application();
    let other = Credentials {
        client_id: other.client_id,
        client_secret: other.client_secret.into(),
        refresh_token: other.refresh_token.into(),
    };
    connect_as(&world.engine, "Attic", other, OrdersApi::V2026, &[UK]).await.unwrap();
    world.connect(OrdersApi::V2026, &[UK]).await.unwrap();
    world.amazon.revoke("sim-client-2");
    let error = world.sync().await.unwrap_err();
    let says = "Amazon no longer accepts the refresh token: authorise the application again in Seller Central and enter the new refresh token";
    assert_eq!((error.code, error.message), (Code::CredentialsRefused, format!("Attic: {says}")));
    let status = world.engine.sync_status();
    let [attic, shop] = &status.accounts[..] else { panic!("two accounts: {status:?}") };
    Failure { code: Code::CredentialsRefused, exit: 3, says }.assert_shown(&attic.state);
    assert!(matches!(shop.state, SyncState::Idle) && shop.complete_up_to.is_some());
    assert_eq!(world.engine.order_counts(Some(shop.account), None).await.unwrap().all, 120);
    assert_eq!(world.engine.order_counts(Some(attic.account), None).await.unwrap().all, 0);
}

/// The same two on the command line: all accounts are served, and the first failure gives the exit code.
#[tokio::test(flavor = "multi_thread")]
async fn rows_19_and_46_on_the_command_line() {
    let seller = Seller::with_orders(120, 13, chrono::Utc::now())
        .history_days(25)
        .marketplaces([UK, GERMANY])
        .application(another_application());
    let desk = Desk::new(seller).await;
    tokio::task::block_in_place(|| {
        let other = another_application();
        let credentials = serde_json::json!({
            "client_id": other.client_id,
            "client_secret": other.client_secret,
            "refresh_token": other.refresh_token,
        });
        let add = ["account", "add", "--region", "eu", "--secrets", "file", "--marketplaces"];
        let both = format!("{UK},{GERMANY}");
        desk.json(0, &[&add[..], &[&both, "--label", "Attic"]].concat(), &credentials.to_string());
        desk.connect();
        desk.amazon.revoke("sim-client-2");
        let failure = desk.json(3, &["sync"], "");
        let says = "Attic: Amazon no longer accepts the refresh token: authorise the application again in Seller Central and enter the new refresh token";
        assert_eq!(failure["error"]["message"], says);
        let orders = desk.json(0, &["orders", "counts", "--account", "Shop"], "")["all"].as_u64().unwrap();
        assert!(orders > 0);
        let failure = desk.json(3, &["sync", "--account", "Attic"], "");
        assert_eq!(failure["error"]["message"].as_str().unwrap(), says.trim_start_matches("Attic: "));
        desk.json(0, &["sync", "--account", "Shop"], "");

        desk.json(0, &["account", "remove", "Attic"], "");
        let both = format!("{UK},{GERMANY}");
        desk.json(
            0,
            &[&add[..], &[&both, "--label", "Continent"]].concat(),
            &packlight_tests::command_line::credentials(),
        );
        desk.amazon.close_marketplace(GERMANY);
        let failure = desk.json(4, &["sync"], "");
        let message = failure["error"]["message"].as_str().unwrap();
        assert!(
            message.starts_with("Continent: Amazon denies access to the orders of Germany;"),
            "{message}"
        );
    });
}
