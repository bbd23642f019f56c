//! A paused clock beside a real database file.
//!
//! Tokio moves a paused clock on whenever nothing is ready, and a database that works on threads of its own looks like
//! nothing. So the clock is held still here, and moved on for the reasons that count: a request's latency, a wait for
//! Amazon's limit (exactly to its end), and, when nothing at all has happened for a while, some other wait such as a
//! back-off.

use std::sync::{Arc, mpsc};
use std::time::Duration;

use packlight_engine::Engine;
use packlight_engine::events::Event;
use packlight_engine::status::SyncState;
use packlight_spapi_sim::Amazon;
use tokio::task::JoinHandle;

/// Real time between two looks at whether anything happens.
const LOOK: Duration = Duration::from_millis(20);
/// Looks without a call to Amazon before a wait of unknown length is assumed.
const QUIET: u32 = 20;
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

/// Moves the clock on while an engine waits; ends when dropped.
pub struct Mover(JoinHandle<()>);

impl Mover {
    /// Watches `engine` and its Amazon.
    pub fn start(engine: &Engine, amazon: &Arc<Amazon>) -> Self {
        Self(tokio::spawn(watch(engine.clone(), Arc::clone(amazon))))
    }
}

impl Drop for Mover {
    fn drop(&mut self) {
        self.0.abort();
    }
}

async fn watch(engine: Engine, amazon: Arc<Amazon>) {
    let mut events = engine.events().subscribe();
    drop(engine);
    let mut looks = looks();
    let (mut quiet, mut calls) = (0, 0);
    loop {
        tokio::select! {
            event = events.recv() => {
                if let Ok(Event::SyncChanged(status)) = event {
                    for entry in status.accounts {
                        if let SyncState::Throttled { until } = entry.state {
                            let wait = (until - amazon.now()).to_std().unwrap_or_default();
                            tokio::time::advance(wait).await;
                        }
                    }
                }
            }
            Some(()) = looks.recv() => {
                quiet = if amazon.calls().len() == calls { quiet + 1 } else { 0 };
                calls = amazon.calls().len();
                if quiet >= QUIET {
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
