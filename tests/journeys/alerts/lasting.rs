//! A watch that breaks is not the last: the seller sees that something is wrong, and then hears of orders again.

use std::sync::atomic::AtomicBool;

use packlight_store::DATABASE;
use sqlx::ConnectOptions;
use sqlx::sqlite::SqliteConnectOptions;

use super::*;

/// Panics the first time it is to ring.
struct Cracked {
    ears: Arc<Ears>,
    is_cracked: AtomicBool,
}

impl Bell for Cracked {
    fn ring(&self, alert: &Alert) {
        assert!(!self.is_cracked.swap(false, Ordering::Relaxed), "the bell broke");
        self.ears.ring(alert);
    }
}

#[tokio::test(start_paused = true)]
async fn a_watch_that_panics_shows_it_and_goes_on() {
    let world = World::connected(shop(50, 5), OrdersApi::V2026).await;
    let ears = Arc::<Ears>::default();
    let bell = Cracked { ears: Arc::clone(&ears), is_cracked: AtomicBool::new(true) };
    let running = Running {
        alerting: Alerting::start(world.engine.clone(), Arc::new(bell)),
        supervisor: Supervisor::start(world.engine.clone(), POLL),
        ears,
    };
    pass(&world, HOUR).await;
    running.stands(DeskState::Fine).await;
    placed(&world, 1);
    running.stands(DeskState::Late).await;
    running.stands(DeskState::Fine).await;
    assert_eq!(running.ears.heard(), []);
    placed(&world, 2);
    assert_eq!(running.ears.next_titles().await, ["2 orders, £43.10"]);
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn what_a_look_could_not_find_out_is_told_once_it_can() {
    let world = World::connected(shop(50, 5), OrdersApi::V2026).await;
    let running = Running::start(&world, POLL);
    pass(&world, HOUR).await;
    running.stands(DeskState::Fine).await;
    let file = SqliteConnectOptions::new().filename(world.folder().join(DATABASE));
    let mut hand = file.connect().await.unwrap();
    sqlx::query("ALTER TABLE alert_state RENAME TO out_of_reach").execute(&mut hand).await.unwrap();
    placed(&world, 1);
    pass(&world, TimeDelta::minutes(20)).await;
    assert_eq!(running.ears.heard(), []);

    sqlx::query("ALTER TABLE out_of_reach RENAME TO alert_state").execute(&mut hand).await.unwrap();
    let mended = world.amazon.now();
    assert_eq!(running.ears.next_titles().await, ["1 order, £21.55"]);
    let after = world.amazon.now() - mended;
    assert!(after < TimeDelta::minutes(15), "told {after} later");
    running.stop().await;
}
