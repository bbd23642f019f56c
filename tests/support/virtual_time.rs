//! A paused clock beside a real database file.
//!
//! Tokio moves a paused clock on whenever nothing is ready, and a database that works on threads of its own looks like
//! nothing. So the clock is held still here, and moved on for the reasons that count: a request's latency, a wait for
//! Amazon's limit or for the next poll (exactly to its end), and, when nothing at all has happened for a while, some
//! other wait such as a back-off.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use chrono::TimeDelta;
use packlight_engine::Engine;
use packlight_engine::events::Event;
use packlight_engine::status::{AccountSync, SyncState};
use packlight_spapi::SleepClock;
use packlight_spapi_sim::Amazon;
use tokio::task::JoinHandle;

/// Real time between two looks at whether anything happens.
const LOOK: Duration = Duration::from_millis(20);
/// Looks without a call to Amazon before a wait of unknown length is assumed.
const QUIET: u32 = 20;
/// The same after an answer that failed: a pause between two tries is what comes next.
const QUIET_AFTER_FAILURE: u32 = 2;
/// How far the clock moves then.
const STRIDE: Duration = Duration::from_secs(10);

/// Keeps the clock from moving by itself as long as it lives.
pub struct Still {
    _release: mpsc::Sender<()>,
}

impl Still {
    /// Holds the clock of the current runtime, which must be paused.
    pub fn hold() -> Self {
        let (release, held) = mpsc::channel::<()>();
        // Tokio does not move a paused clock while a blocking task runs.
        tokio::task::spawn_blocking(move || {
            let _ = held.recv();
        });
        Self { _release: release }
    }
}

/// A moment of real time, which a paused clock does not have.
pub async fn moment() {
    let _ = tokio::task::spawn_blocking(|| std::thread::sleep(Duration::from_millis(4))).await;
}

/// Whether the computer has a network.
#[derive(Default)]
pub struct Cable {
    out: AtomicBool,
    trips: AtomicBool,
    in_vain: AtomicU64,
}

impl Cable {
    /// Pulls it out, or puts it back in.
    pub fn pull(&self, out: bool) {
        self.out.store(out, Ordering::Relaxed);
    }

    /// Whether it is out.
    pub fn is_out(&self) -> bool {
        self.out.load(Ordering::Relaxed)
    }

    /// Whoever sends the next request panics.
    pub fn trip(&self) {
        self.trips.store(true, Ordering::Relaxed);
    }

    /// A request is about to leave; returns whether it can.
    pub fn carries(&self) -> bool {
        assert!(!self.trips.swap(false, Ordering::Relaxed), "somebody tripped over the cable");
        let out = self.is_out();
        self.in_vain.fetch_add(u64::from(out), Ordering::Relaxed);
        !out
    }

    fn in_vain(&self) -> u64 {
        self.in_vain.load(Ordering::Relaxed)
    }
}

/// The lid of a laptop that sleeps while it is closed. Tokio's clock stands still meanwhile, as a computer's monotonic one
/// does.
#[derive(Clone, Default)]
pub struct Lid(Arc<AtomicU64>);

impl Lid {
    /// Closes it for so long, in whole seconds.
    pub fn close(&self, time: TimeDelta) {
        self.0.fetch_add(u64::try_from(time.num_seconds()).unwrap_or_default(), Ordering::Relaxed);
    }

    /// How long it was closed up to now.
    pub fn slept(&self) -> TimeDelta {
        TimeDelta::seconds(i64::try_from(self.0.load(Ordering::Relaxed)).unwrap_or_default())
    }

    /// What tells an engine.
    pub fn sleep_clock(&self) -> SleepClock {
        let lid = self.clone();
        SleepClock::new(move || Duration::from_secs(lid.0.load(Ordering::Relaxed)))
    }
}

/// Moves the clock on while an engine waits; ends when dropped.
pub struct Mover {
    task: JoinHandle<()>,
    cuts_rests: Arc<AtomicBool>,
}

impl Mover {
    /// Watches `engine` and its Amazon, and the cable between them.
    pub fn start(engine: &Engine, amazon: &Arc<Amazon>, cable: &Arc<Cable>) -> Self {
        let cuts_rests = Arc::new(AtomicBool::new(true));
        let watching = watch(engine.clone(), Arc::clone(amazon), Arc::clone(cable), Arc::clone(&cuts_rests));
        Self { task: tokio::spawn(watching), cuts_rests }
    }

    /// Whether a rest between polls is cut short by moving the clock to its end, as at first; else it passes bit by bit.
    pub fn cuts_rests(&self, cuts: bool) {
        self.cuts_rests.store(cuts, Ordering::Relaxed);
    }
}

impl Drop for Mover {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn watch(engine: Engine, amazon: Arc<Amazon>, cable: Arc<Cable>, cuts_rests: Arc<AtomicBool>) {
    let mut events = engine.events().subscribe();
    drop(engine);
    let mut looks = looks();
    let (mut quiet, mut calls) = (0, 0_u64);
    loop {
        tokio::select! {
            event = events.recv() => {
                if let Ok(Event::SyncChanged(status)) = event {
                    for entry in &status.accounts {
                        if let SyncState::Throttled { until } = entry.state {
                            let wait = (until - amazon.now()).to_std().unwrap_or_default();
                            tokio::time::advance(wait).await;
                        }
                    }
                    // Everybody rests: the first one to wake is waited for.
                    let running = |entry: &AccountSync| matches!(entry.state, SyncState::Running { .. });
                    let next = status.accounts.iter().map(|entry| entry.next_at.filter(|_| !running(entry)));
                    let next = next.min().flatten().filter(|_| cuts_rests.load(Ordering::Relaxed));
                    if let Some(Ok(wait)) = next.map(|next| (next - amazon.now()).to_std()) {
                        tokio::time::advance(wait).await;
                    }
                }
            }
            Some(()) = looks.recv() => {
                let before = calls;
                let failed = cable.is_out() || amazon.last_status().is_some_and(|status| status >= 500);
                calls = amazon.requests() + cable.in_vain();
                quiet = if calls == before { quiet + 1 } else { 0 };
                if quiet >= if failed { QUIET_AFTER_FAILURE } else { QUIET } {
                    tokio::time::advance(STRIDE).await;
                }
            }
        }
    }
}

/// Ticks of real time, which a paused runtime does not have.
fn looks() -> tokio::sync::mpsc::Receiver<()> {
    let (look, looks) = tokio::sync::mpsc::channel(1);
    std::thread::spawn(move || {
        while look.blocking_send(()).is_ok() {
            std::thread::sleep(LOOK);
        }
    });
    looks
}
