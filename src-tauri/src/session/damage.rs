//! Damage that is found while the database is in use: it is closed, examined and repaired at once, as at a start, instead of
//! staying as it is until somebody restarts Packlight.
//!
//! Once in a run: where a disk spoils every database that is put there, replacing it again and again would lose more each
//! time. What is found after that waits for the next start, as its message says.

use std::sync::atomic::Ordering;

use packlight_engine::events::Event;
use tokio::sync::broadcast::{Receiver, error::RecvError};

use super::Desk;

impl Desk {
    /// Answers damage that is told by `events`, until the engine behind them is closed.
    pub(super) fn repair_once(&self, events: Receiver<Event>) {
        let desk = self.clone();
        tauri::async_runtime::spawn(async move {
            if !is_damaged(events).await {
                return;
            }
            if desk.answered_damage.swap(true, Ordering::SeqCst) {
                tracing::error!(
                    "the database is damaged once more; it is examined when Packlight starts again"
                );
                return;
            }
            tracing::error!("the database was found damaged: it is closed, examined and opened again");
            desk.open_again().await;
        });
    }
}

/// Waits until damage is told; `false` where nobody is left who could tell of it. What is missed is told again: a database
/// does not heal.
async fn is_damaged(mut events: Receiver<Event>) -> bool {
    loop {
        match events.recv().await {
            Ok(Event::Damaged) => return true,
            Ok(_) | Err(RecvError::Lagged(_)) => {}
            Err(RecvError::Closed) => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use packlight_engine::events::{CacheTag, Events};

    use super::*;

    #[tokio::test]
    async fn only_damage_is_answered_and_only_while_somebody_could_tell_of_it() {
        let events = Events::new();
        let (hearing, other) = (events.subscribe(), events.subscribe());
        events.changed(&[CacheTag::Orders]);
        events.send(Event::Damaged);
        assert!(is_damaged(hearing).await);
        drop(events);
        let quiet = Events::new();
        let hearing = quiet.subscribe();
        quiet.changed(&[CacheTag::Orders]);
        drop(quiet);
        assert!(!is_damaged(hearing).await);
        assert!(is_damaged(other).await, "what was told before the end is heard");
    }
}
