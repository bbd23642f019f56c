//! Tells of what time alone changes: an order is late because its ship time has passed, *Ship today* means another day.
//!
//! It sleeps until the next such moment and looks for it again when orders change. That the clock was set or the computer has
//! slept it finds out when something else wakes anyway, so it costs no wake-up while nothing is due.

use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::desk::Engine;
use crate::error::EngineError;
use crate::events::{CacheTag, Event};

/// Between two looks at least, however much happens.
const LEAST: Duration = Duration::from_secs(1);
/// The longest sleep: whatever was not foreseen is mended then.
const MOST: Duration = Duration::from_hours(6);
/// After a look that failed.
const AGAIN: Duration = Duration::from_mins(1);

/// What changes when the next turn is: orders come and go, a zone is edited, a backup is restored.
const TAGS: [CacheTag; 3] = [CacheTag::Orders, CacheTag::Accounts, CacheTag::Settings];

impl Engine {
    /// Tells that lists and counts are out of date when only the clock has made them so, until `stop`.
    pub(crate) async fn keep_turns(self, stop: CancellationToken) {
        let mut events = self.0.events.subscribe();
        // Everybody knows what lists held then, or was told to read them again.
        let mut reached = (self.0.clock)();
        loop {
            let turn = match self.turn(&mut reached).await {
                Ok(turn) => turn,
                Err(error) => {
                    tracing::warn!(%error, "it is not known when orders become late");
                    (self.0.clock)() + AGAIN
                }
            };
            let wait = (turn - (self.0.clock)()).to_std().unwrap_or_default().clamp(LEAST, MOST);
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(wait) => {}
                known = self.concerned(&mut events, reached, turn) => reached = known,
            }
        }
    }

    /// Tells if anything has turned since `reached`, and gives the next turn.
    async fn turn(&self, reached: &mut DateTime<Utc>) -> Result<DateTime<Utc>, EngineError> {
        let now = (self.0.clock)();
        let turn = self.0.store.next_turn(*reached).await?;
        if !is_due(*reached, turn, now) {
            return Ok(turn);
        }
        self.0.events.changed(&[CacheTag::Orders, CacheTag::Counts]);
        *reached = now;
        Ok(self.0.store.next_turn(now).await?)
    }

    /// Returns once there is a reason to look again before the time, and things have settled: until when lists are known.
    async fn concerned(
        &self,
        events: &mut Receiver<Event>,
        reached: DateTime<Utc>,
        turn: DateTime<Utc>,
    ) -> DateTime<Utc> {
        let (known, heard) = loop {
            let is_news = tokio::select! {
                event = events.recv() => match event {
                    Ok(Event::DataChanged(tags)) => tags.iter().any(|tag| TAGS.contains(tag)),
                    Ok(Event::SyncChanged(_) | Event::OrderStruck(_) | Event::Damaged) => false,
                    Err(RecvError::Lagged(_)) => true,
                    // Nobody is left who could tell, or be told.
                    Err(RecvError::Closed) => std::future::pending().await,
                },
                () = self.0.awake.notified() => false,
            };
            let now = (self.0.clock)();
            if is_due(reached, turn, now) {
                break (reached, Instant::now());
            }
            if is_news {
                // Who heard of it reads again, but may have begun to a moment ago.
                break (reached.max(now - LEAST), Instant::now());
            }
        };
        // A file or a first import brings many pages: they are one look.
        tokio::time::sleep_until(heard + LEAST).await;
        while !matches!(events.try_recv(), Err(TryRecvError::Empty | TryRecvError::Closed)) {}
        known
    }
}

/// Whether lists that were true at `reached`, as of a turn behind it, are not any more; also where the clock was set back.
fn is_due(reached: DateTime<Utc>, turn: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    now < reached || turn <= now
}
