//! What the rest of the program is told when something changes: which data to read again, and how the sync stands.
//!
//! Writers name cache tags instead of calling back into screens; one file of the window maps a tag to its queries.

use serde::{Deserialize, Serialize};
use tokio::sync::broadcast;

use crate::status::SyncStatus;

/// A kind of data that a reader may hold a copy of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum CacheTag {
    /// Rows and details of orders.
    Orders,
    /// Counts of orders.
    Counts,
    /// How the sync stands.
    Sync,
    /// Accounts and their checks.
    Accounts,
    /// Units in stock.
    Inventory,
    /// Mappings of numbers to sets.
    Mappings,
    /// Settings kept with the data.
    Settings,
    /// Long work.
    Jobs,
}

/// Something happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// Copies of this data are out of date.
    DataChanged(Vec<CacheTag>),
    /// The sync stands differently.
    SyncChanged(SyncStatus),
}

/// The sender of events. Sending never waits and never fails; a reader that lags is told so and reads everything again.
#[derive(Debug, Clone)]
pub struct Events(broadcast::Sender<Event>);

impl Events {
    /// How many events wait for a slow reader.
    const BACKLOG: usize = 256;

    /// A sender without readers.
    pub fn new() -> Self {
        Self(broadcast::Sender::new(Self::BACKLOG))
    }

    /// A reader of what is sent from now on.
    pub fn subscribe(&self) -> broadcast::Receiver<Event> {
        self.0.subscribe()
    }

    /// Tells that copies of this data are out of date.
    pub fn changed(&self, tags: &[CacheTag]) {
        self.send(Event::DataChanged(tags.to_vec()));
    }

    /// Tells one event to whoever listens.
    pub fn send(&self, event: Event) {
        // No reader is no fault: the command line has none.
        let _ = self.0.send(event);
    }
}

impl Default for Events {
    fn default() -> Self {
        Self::new()
    }
}
