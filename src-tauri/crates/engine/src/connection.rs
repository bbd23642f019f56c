//! The line to Amazon of one account: its client, how errands over it are counted, and which marketplaces are closed to it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use packlight_spapi::{Budget, Client, Errand, Operation, Patience, Priority, Tally, Waiting};
use tokio::sync::watch;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::error::EngineError;

/// How long a marketplace that Amazon denied is left alone by syncs that nobody waits for: it opens by an act in Seller
/// Central, and each try takes a call from the others.
const CLOSED_FOR: Duration = Duration::from_hours(1);

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
    /// Marketplaces that Amazon denied, when, and in which words.
    closed: Arc<Mutex<HashMap<String, (Instant, EngineError)>>>,
}

impl Connection {
    pub(crate) fn new(client: Client, list: Operation) -> Self {
        Self {
            client,
            list,
            tally: Arc::default(),
            waiting: watch::Sender::new(None),
            closed: Arc::default(),
        }
    }

    /// What is left of the list operation's calls.
    pub(crate) fn list_budget(&self) -> Budget {
        self.client.budget(self.list)
    }

    /// The same line with a count of its own.
    pub(crate) fn fresh_count(&self) -> Self {
        Self { tally: Arc::default(), ..self.clone() }
    }

    /// The marketplaces that Amazon denied within the hour, in the order of their ids.
    pub(crate) fn closed(&self) -> Vec<(String, EngineError)> {
        let mut closed = self.closed.lock().unwrap_or_else(PoisonError::into_inner);
        closed.retain(|_, (since, _)| since.elapsed() < CLOSED_FOR);
        let mut closed: Vec<_> = closed.iter().map(|(id, (_, error))| (id.clone(), error.clone())).collect();
        closed.sort_by(|a, b| a.0.cmp(&b.0));
        closed
    }

    /// Amazon denied this marketplace alone.
    pub(crate) fn found_closed(&self, marketplace_id: &str, error: &EngineError) {
        let mut closed = self.closed.lock().unwrap_or_else(PoisonError::into_inner);
        closed.insert(marketplace_id.to_owned(), (Instant::now(), error.clone()));
    }

    /// Amazon answered for these marketplaces.
    pub(crate) fn found_open(&self, marketplace_ids: &[String]) {
        let mut closed = self.closed.lock().unwrap_or_else(PoisonError::into_inner);
        closed.retain(|id, _| !marketplace_ids.contains(id));
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
