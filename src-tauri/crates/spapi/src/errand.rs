//! One errand at Amazon: how urgent it is, how long it may wait, how it is called off, and what it has cost.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use chrono::{DateTime, Utc};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::operation::Operation;

/// Who is served first when calls are scarce; greater is later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Priority {
    /// Somebody looks at the screen and waits.
    Waited,
    /// Orders that can still change.
    Open,
    /// Orders of the last days.
    Fresh,
    /// Everything older.
    History,
}

/// How long an errand waits for Amazon.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Patience {
    /// Not for the bucket: without a token in it, it fails as throttled. Failures that may pass are tried again.
    Now,
    /// As long as the bucket says, but a refusal or a few failures are enough.
    Short,
    /// Through refusals for about an hour, and through several failures.
    Patient,
}

impl Patience {
    /// Refusals (429) in a row that are waited out.
    pub(crate) fn refusals(self) -> u32 {
        match self {
            Self::Now => 0,
            Self::Short => 1,
            Self::Patient => 8,
        }
    }

    /// How often a request is sent that fails without an answer or with a 5xx.
    pub(crate) fn tries(self) -> u32 {
        match self {
            Self::Now | Self::Short => 3,
            Self::Patient => 5,
        }
    }
}

/// What an errand waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waiting {
    /// The operation whose bucket is empty.
    pub operation: Operation,
    /// When its turn comes, on Amazon's clock; may move.
    pub until: DateTime<Utc>,
}

/// What an errand has cost so far.
#[derive(Debug, Default)]
pub struct Tally {
    calls: AtomicU32,
    throttled: AtomicU32,
    failures: AtomicU32,
    token_requests: AtomicU32,
}

impl Tally {
    /// Requests to the Selling Partner API, repeats included, without token requests.
    pub fn calls(&self) -> u32 {
        self.calls.load(Ordering::Relaxed)
    }

    /// Answers 429.
    pub fn throttled(&self) -> u32 {
        self.throttled.load(Ordering::Relaxed)
    }

    /// Requests that brought no usable answer and were made again or given up.
    pub fn failures(&self) -> u32 {
        self.failures.load(Ordering::Relaxed)
    }

    /// Requests for an access token.
    pub fn token_requests(&self) -> u32 {
        self.token_requests.load(Ordering::Relaxed)
    }

    pub(crate) fn count_call(&self) {
        self.calls.fetch_add(1, Ordering::Relaxed);
    }

    /// A counted request turned out never to have left.
    pub(crate) fn uncount_call(&self) {
        self.calls.fetch_sub(1, Ordering::Relaxed);
    }

    pub(crate) fn count_throttled(&self) {
        self.throttled.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn count_failure(&self) {
        self.failures.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn count_token_request(&self) {
        self.token_requests.fetch_add(1, Ordering::Relaxed);
    }
}

/// What travels with every call.
#[derive(Debug, Clone)]
pub struct Errand {
    /// Who is served first.
    pub priority: Priority,
    /// Calls it off, at any moment.
    pub cancel: CancellationToken,
    /// Counts what it costs.
    pub tally: Arc<Tally>,
    /// How long it waits.
    pub patience: Patience,
    /// Shows what it waits for, while it waits for a token.
    pub waiting: watch::Sender<Option<Waiting>>,
}

impl Errand {
    /// A patient errand of its own count, which nobody calls off.
    pub fn new(priority: Priority) -> Self {
        Self {
            priority,
            cancel: CancellationToken::new(),
            tally: Arc::default(),
            patience: Patience::Patient,
            waiting: watch::Sender::new(None),
        }
    }
}
