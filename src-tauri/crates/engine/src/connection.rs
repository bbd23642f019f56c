//! The line to Amazon of one account: its client, and how errands over it are counted.

use std::sync::Arc;

use packlight_spapi::{Budget, Client, Errand, Operation, Patience, Priority, Tally, Waiting};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// A client that is ready to call, and what watches it.
#[derive(Clone)]
pub(crate) struct Connection {
    pub(crate) client: Client,
    /// The list operation, whose bucket limits the sync.
    pub(crate) list: Operation,
    /// Counts the current run.
    pub(crate) tally: Arc<Tally>,
    /// What the client is waiting for, if anything.
    pub(crate) waiting: watch::Sender<Option<Waiting>>,
}

impl Connection {
    pub(crate) fn new(client: Client, list: Operation) -> Self {
        Self { client, list, tally: Arc::default(), waiting: watch::Sender::new(None) }
    }

    /// What is left of the list operation's calls.
    pub(crate) fn list_budget(&self) -> Budget {
        self.client.budget(self.list)
    }

    /// The same line with a count of its own.
    pub(crate) fn fresh_count(&self) -> Self {
        Self { tally: Arc::default(), ..self.clone() }
    }

    /// An errand that somebody waits for, as patient as Amazon's limits ask.
    pub(crate) fn errand(&self, stop: &CancellationToken) -> Errand {
        Errand {
            priority: Priority::Waited,
            cancel: stop.clone(),
            tally: Arc::clone(&self.tally),
            patience: Patience::Patient,
            waiting: self.waiting.clone(),
        }
    }
}
