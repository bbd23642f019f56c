//! What changed since the window last asked: the union of the engine's events, at most four times a second.
//!
//! The window asks and waits for the answer; nothing is pushed. Each answer carries a turn, and the next question names
//! the turn that is known, so nothing can fall between the data that a page was given and its first question, and a page
//! that is loaded again misses nothing either. (A push is a script run in the page, for which the shell's own process
//! would need a JavaScript engine: four megabytes, and at the start a tenth of a second.)

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use packlight_engine::events::{CacheTag, Event};
use packlight_engine::status::SyncStatus;
use serde::Serialize;
use tokio::sync::broadcast::{Receiver, error::RecvError};
use tokio::sync::watch;

/// What changed since a turn.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, specta::Type)]
pub(crate) struct News {
    /// To be named by the next question.
    pub(crate) turn: u32,
    /// Copies of this data in the window are out of date.
    pub(crate) tags: Vec<CacheTag>,
    /// How the sync stands, if that changed.
    pub(crate) sync: Option<SyncStatus>,
}

/// How long events are gathered into one turn: a first import changes data hundreds of times a minute.
const PAUSE: Duration = Duration::from_millis(250);

/// How long a question may stay open; then the answer is that nothing changed. No web view gives up that early.
pub(crate) const PATIENCE: Duration = Duration::from_secs(25);

const EVERYTHING: [CacheTag; 9] = [
    CacheTag::Orders,
    CacheTag::Counts,
    CacheTag::Sync,
    CacheTag::Accounts,
    CacheTag::Inventory,
    CacheTag::Mappings,
    CacheTag::Settings,
    CacheTag::Jobs,
    CacheTag::PickLists,
];

/// Keeps in which turn each kind of data changed last.
#[derive(Default)]
pub(crate) struct Newsroom {
    kept: Mutex<Kept>,
    turn: watch::Sender<u32>,
}

#[derive(Default)]
struct Kept {
    turn: u32,
    changed: BTreeMap<CacheTag, u32>,
    sync: Option<(u32, SyncStatus)>,
}

impl Newsroom {
    /// The present turn. What is read after this call is as new as the turn, or newer.
    pub(crate) fn turn(&self) -> u32 {
        self.kept().turn
    }

    /// What changed after `known`; waits for it as long as the patience lasts.
    pub(crate) async fn after(&self, known: u32, patience: Duration) -> News {
        let mut turn = self.turn.subscribe();
        // A turn that is still to come is of another run of the program; everything is news then.
        let known = if known > self.turn() { 0 } else { known };
        // The sender lives as long as this borrow, and no answer at all is an answer of its own.
        let _ = tokio::time::timeout(patience, turn.wait_for(|turn| *turn > known)).await;
        let kept = self.kept();
        News {
            turn: kept.turn,
            tags: kept.changed.iter().filter(|(_, turn)| **turn > known).map(|(tag, _)| *tag).collect(),
            sync: kept.sync.as_ref().filter(|(turn, _)| *turn > known).map(|(_, status)| status.clone()),
        }
    }

    /// Everything that the window knows may be of another data folder now.
    pub(crate) fn everything_changed(&self) {
        self.publish(Batch { tags: EVERYTHING.to_vec(), ..Batch::default() });
    }

    /// Gathers events until their sender is gone.
    pub(crate) async fn gather(&self, mut events: Receiver<Event>) {
        let mut batch = Batch::default();
        loop {
            match events.recv().await {
                Ok(event) => batch.add(event),
                Err(RecvError::Lagged(_)) => batch.tags.extend(EVERYTHING),
                Err(RecvError::Closed) => return,
            }
            tokio::time::sleep(PAUSE).await;
            while let Ok(event) = events.try_recv() {
                batch.add(event);
            }
            self.publish(std::mem::take(&mut batch));
        }
    }

    fn publish(&self, Batch { tags, sync }: Batch) {
        let turn = {
            let mut kept = self.kept();
            kept.turn += 1;
            let turn = kept.turn;
            kept.changed.extend(tags.into_iter().map(|tag| (tag, turn)));
            if let Some(status) = sync {
                kept.sync = Some((turn, status));
            }
            turn
        };
        self.turn.send_replace(turn);
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Events of one turn.
#[derive(Default)]
struct Batch {
    tags: Vec<CacheTag>,
    sync: Option<SyncStatus>,
}

impl Batch {
    fn add(&mut self, event: Event) {
        match event {
            Event::DataChanged(more) => self.tags.extend(more),
            Event::SyncChanged(latest) => self.sync = Some(latest),
            // The window reads it from the lists, where also one that opens later finds it; of damage it is told what was done
            // about it.
            Event::OrderStruck(_) | Event::Damaged => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use packlight_engine::events::Events;

    use super::*;

    fn news(turn: u32, tags: &[CacheTag]) -> News {
        News { turn, tags: tags.to_vec(), ..News::default() }
    }

    fn publish(room: &Newsroom, tag: CacheTag) {
        room.publish(Batch { tags: vec![tag], ..Batch::default() });
    }

    #[tokio::test]
    async fn what_changed_before_the_question_is_in_the_answer() {
        let room = Newsroom::default();
        let known = room.turn();
        publish(&room, CacheTag::Orders);
        publish(&room, CacheTag::Counts);
        assert_eq!(room.after(known, PATIENCE).await, news(2, &[CacheTag::Orders, CacheTag::Counts]));
        assert_eq!(
            room.after(1, PATIENCE).await,
            news(2, &[CacheTag::Counts]),
            "only what is newer than known"
        );
    }

    #[tokio::test]
    async fn a_question_waits_for_the_next_turn() {
        let room = Arc::new(Newsroom::default());
        let events = Events::new();
        let gathering = tokio::spawn({
            let (room, events) = (Arc::clone(&room), events.subscribe());
            async move { room.gather(events).await }
        });
        let asked = tokio::spawn({
            let room = Arc::clone(&room);
            async move { room.after(0, PATIENCE).await }
        });
        events.changed(&[CacheTag::Orders]);
        events.send(Event::SyncChanged(SyncStatus::default()));
        let answer = asked.await.unwrap();
        assert_eq!(answer, News { sync: Some(SyncStatus::default()), ..news(1, &[CacheTag::Orders]) });
        drop(events);
        gathering.await.unwrap();
    }

    #[tokio::test]
    async fn silence_is_an_answer_too() {
        let room = Newsroom::default();
        room.everything_changed();
        assert_eq!(room.after(1, Duration::ZERO).await, news(1, &[]));
    }

    #[tokio::test]
    async fn a_turn_of_another_run_of_the_program_is_known_by_nobody() {
        let room = Newsroom::default();
        publish(&room, CacheTag::Accounts);
        assert_eq!(room.after(99, PATIENCE).await, news(1, &[CacheTag::Accounts]));
    }
}
