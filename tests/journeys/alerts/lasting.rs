//! A watch that breaks is not the last: the seller sees that something is wrong, and then hears of orders again.

use std::sync::atomic::AtomicBool;

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
