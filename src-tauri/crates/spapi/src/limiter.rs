//! Who may call Amazon when: one token bucket per operation, and a queue before each.
//!
//! Invariants: a token is written to the ledger before its request leaves, so that a kill forgets no spent token; nobody
//! calls early; who waits is served by urgency and then by arrival, and may leave the queue at any moment.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::Notify;
use tokio::time::Instant;

use crate::bucket::{Bucket, BucketState};
use crate::clock::{ServerClock, date, http_date};
use crate::errand::{Errand, Patience, Priority, Waiting};
use crate::error::{ApiError, ErrorKind};
use crate::operation::{Operation, Plan};

/// The state of a bucket could not be read or written; the text says why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct LedgerError(pub String);

/// Where buckets outlive the process; one ledger serves one application and seller in one region.
#[async_trait]
pub trait Ledger: Send + Sync {
    /// The last state saved for `operation`, if any.
    async fn load(&self, operation: Operation) -> Result<Option<BucketState>, LedgerError>;
    /// Keeps `state`; the request it was taken for leaves only afterwards.
    async fn save(&self, operation: Operation, state: &BucketState) -> Result<(), LedgerError>;
}

/// What is left of an operation's bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// Calls that could be made at once.
    pub whole_tokens: u32,
    /// Calls in a full bucket.
    pub burst: u32,
    /// When the next whole token is there, on Amazon's clock; now if there is one.
    pub next_token_at: DateTime<Utc>,
}

impl Budget {
    /// What a bucket of `plan` holds at `now`, of which `state` was remembered last; a full one if nothing was.
    pub fn remembered(plan: Plan, state: Option<&BucketState>, now: DateTime<Utc>) -> Self {
        let moment = Instant::now();
        let mut bucket = Bucket::full(plan, moment);
        if let Some(state) = state {
            bucket.restore(state, now, moment);
        }
        let wait = bucket.available_at(1).saturating_duration_since(moment);
        Self {
            whole_tokens: bucket.whole_tokens(moment),
            burst: plan.burst,
            next_token_at: now + TimeDelta::from_std(wait).unwrap_or_default(),
        }
    }
}

pub(crate) struct Limiter {
    lanes: Vec<Arc<Lane>>,
    ledger: Arc<dyn Ledger>,
    clock: Arc<ServerClock>,
}

/// One operation's bucket and queue.
struct Lane {
    operation: Operation,
    clock: Arc<ServerClock>,
    state: Mutex<Queue>,
    /// Something happened that may let the first in the queue go, or make another the first.
    changed: Notify,
    /// Held while a state is written, so that an older one never overwrites a newer.
    writing: tokio::sync::Mutex<()>,
}

struct Queue {
    bucket: Bucket,
    /// What the ledger keeps was taken over for good. A second time would forget what was spent since.
    restored: bool,
    waiting: BTreeSet<Place>,
    arrivals: u64,
}

/// A place in the queue: urgency, then arrival.
type Place = (Priority, u64);

impl Lane {
    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A token in hand. Dropped before [`leaves`](Self::leaves) it goes back into the bucket; afterwards it counts as spent.
pub(crate) struct Permit {
    lane: Arc<Lane>,
    number: u64,
    left: bool,
    settled: bool,
}

impl Permit {
    /// The request leaves now.
    pub(crate) fn leaves(&mut self) {
        self.left = true;
    }

    /// The request surely never reached Amazon after all.
    pub(crate) fn never_left(mut self) {
        self.left = false;
    }

    /// The answer is here.
    fn answered(&mut self, queue: &mut Queue, now: Instant) {
        queue.bucket.answered(self.number, now);
        self.settled = true;
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let now = self.lane.clock.moment();
        if !self.left {
            self.lane.queue().bucket.give_back(now);
            self.lane.changed.notify_waiters();
        } else if !self.settled {
            // Called off or broken: it may have reached Amazon until now.
            self.lane.queue().bucket.answered(self.number, now);
        }
    }
}

/// The longest wait without a look at how late it is.
const SLICE: Duration = Duration::from_secs(30);

/// Leaves the queue when dropped, served or not.
struct InQueue<'a> {
    lane: &'a Lane,
    place: Place,
}

impl Drop for InQueue<'_> {
    fn drop(&mut self) {
        self.lane.queue().waiting.remove(&self.place);
        self.lane.changed.notify_waiters();
    }
}

/// Takes back what an errand shows when its wait is over.
struct Shown<'a>(&'a Errand);

impl Drop for Shown<'_> {
    fn drop(&mut self) {
        self.0.waiting.send_if_modified(|shown| shown.take().is_some());
    }
}

enum Turn {
    Go(u64),
    /// First in the queue: at this moment.
    At(Instant),
    /// Behind others: about at this moment, when one of them goes.
    Behind(Instant),
}

impl Queue {
    fn turn(&mut self, place: &Place, now: Instant) -> Turn {
        let ahead = self.waiting.range(..place).count();
        if ahead == 0
            && let Some(number) = self.bucket.take(now)
        {
            return Turn::Go(number);
        }
        let at = self.bucket.available_at(ahead + 1);
        if ahead == 0 { Turn::At(at) } else { Turn::Behind(at) }
    }
}

impl Limiter {
    /// Full buckets of `plan`; each is restored from `ledger` before its first token is taken.
    pub(crate) fn new(
        plan: impl Fn(Operation) -> Plan,
        ledger: Arc<dyn Ledger>,
        clock: Arc<ServerClock>,
    ) -> Self {
        let now = clock.moment();
        let lane = |operation| {
            Arc::new(Lane {
                operation,
                clock: Arc::clone(&clock),
                state: Mutex::new(Queue {
                    bucket: Bucket::full(plan(operation), now),
                    restored: false,
                    waiting: BTreeSet::new(),
                    arrivals: 0,
                }),
                changed: Notify::new(),
                writing: tokio::sync::Mutex::new(()),
            })
        };
        Self { lanes: Operation::ALL.into_iter().map(lane).collect(), ledger, clock }
    }

    fn lane(&self, operation: Operation) -> &Arc<Lane> {
        // One lane per operation, in the order of the enum.
        &self.lanes[operation as usize]
    }

    /// Waits for a token of `operation` and writes it off in the ledger.
    pub(crate) async fn acquire(&self, operation: Operation, errand: &Errand) -> Result<Permit, ApiError> {
        let cancelled = || ApiError::new(Some(operation), ErrorKind::Cancelled);
        tokio::select! {
            biased;
            () = errand.cancel.cancelled() => Err(cancelled()),
            permit = self.acquire_uncancelled(operation, errand) => permit,
        }
    }

    async fn acquire_uncancelled(&self, operation: Operation, errand: &Errand) -> Result<Permit, ApiError> {
        let lane = self.lane(operation);
        self.restore(lane).await?;
        let number = self.wait(lane, errand).await?;
        let permit = Permit { lane: Arc::clone(lane), number, left: false, settled: false };
        self.save(lane).await?;
        Ok(permit)
    }

    async fn wait(&self, lane: &Lane, errand: &Errand) -> Result<u64, ApiError> {
        let place = {
            let mut queue = lane.queue();
            queue.arrivals += 1;
            let place = (errand.priority, queue.arrivals);
            queue.waiting.insert(place);
            place
        };
        let _in_queue = InQueue { lane, place };
        let _shown = Shown(errand);
        loop {
            let changed = lane.changed.notified();
            tokio::pin!(changed);
            // Listen before looking, or a change in between would be missed.
            changed.as_mut().enable();
            let turn = lane.queue().turn(&place, self.clock.moment());
            let (until, first) = match turn {
                Turn::Go(number) => return Ok(number),
                Turn::At(at) => (at, true),
                Turn::Behind(at) => (at, false),
            };
            let shown = self.clock.at(until);
            if errand.patience == Patience::Now {
                let error = ApiError::new(Some(lane.operation), ErrorKind::Throttled);
                return Err(ApiError { retry_at: Some(shown), ..error });
            }
            errand.waiting.send_replace(Some(Waiting { operation: lane.operation, until: shown }));
            tokio::select! {
                () = changed => {}
                // In slices, because a timer stands still while the computer sleeps and the bucket fills.
                () = tokio::time::sleep(self.clock.until(until).min(SLICE)), if first => {}
            }
        }
    }

    /// The answer to a request is here: counts it, and learns the rate that it names.
    pub(crate) async fn answered(&self, permit: &mut Permit, rate: Option<u64>, refused: Option<NoToken>) {
        let lane = Arc::clone(&permit.lane);
        let worth_keeping = {
            let now = self.clock.moment();
            let mut queue = lane.queue();
            permit.answered(&mut queue, now);
            let learnt = rate.is_some_and(|rate| queue.bucket.learn(rate, now));
            match refused {
                Some(refusal) => queue.bucket.refused(permit.number, refusal.retry_after, now),
                None => queue.bucket.accepted(permit.number),
            }
            learnt || refused.is_some()
        };
        if worth_keeping {
            lane.changed.notify_waiters();
            // An answer in hand is worth more than its bookkeeping: the next request fails if this goes on.
            self.save(&lane).await.ok();
        }
    }

    /// What is left for `operation`.
    pub(crate) fn budget(&self, operation: Operation) -> Budget {
        let now = self.clock.moment();
        let mut queue = self.lane(operation).queue();
        let whole_tokens = queue.bucket.whole_tokens(now);
        let next = queue.bucket.available_at(1).max(now);
        Budget { whole_tokens, burst: queue.bucket.plan().burst, next_token_at: self.clock.at(next) }
    }

    /// When `operation` may be called next.
    pub(crate) fn next_at(&self, operation: Operation) -> DateTime<Utc> {
        self.budget(operation).next_token_at
    }

    /// Shows what an earlier process left, by whichever clock there is. Before the first answer that is the computer's,
    /// which may be hours off, so the first token that is asked for takes it over again by Amazon's (invariant I11).
    pub(crate) async fn recall(&self, operation: Operation) -> Result<(), ApiError> {
        self.take_over(self.lane(operation), false).await
    }

    /// Brings back what an earlier process left, once and for good. Comes behind the access token, whose answer told
    /// Amazon's time.
    async fn restore(&self, lane: &Lane) -> Result<(), ApiError> {
        self.take_over(lane, true).await
    }

    async fn take_over(&self, lane: &Lane, for_good: bool) -> Result<(), ApiError> {
        if lane.queue().restored {
            return Ok(());
        }
        let state =
            self.ledger.load(lane.operation).await.map_err(|error| unwritten(lane.operation, &error))?;
        let mut queue = lane.queue();
        // Another may have been quicker, and a token may be gone since.
        if queue.restored {
            return Ok(());
        }
        if let Some(state) = state {
            queue.bucket.restore(&state, self.clock.now(), self.clock.moment());
        }
        queue.restored = for_good;
        Ok(())
    }

    async fn save(&self, lane: &Lane) -> Result<(), ApiError> {
        let _writing = lane.writing.lock().await;
        let state = lane.queue().bucket.export(self.clock.now(), self.clock.moment());
        self.ledger.save(lane.operation, &state).await.map_err(|error| unwritten(lane.operation, &error))
    }
}

fn unwritten(operation: Operation, error: &LedgerError) -> ApiError {
    tracing::warn!(%operation, %error, "the token bucket could not be kept");
    ApiError::new(Some(operation), ErrorKind::Ledger)
}

/// Amazon's 429: its bucket is empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NoToken {
    /// How long it asks to stay away; Amazon itself has not been seen to say (reference: spapi.md §3.3).
    pub(crate) retry_after: Option<Duration>,
}

/// How long an answer asks to stay away: so many seconds, or until a date, which is read against the answer's own.
pub(crate) fn retry_after(headers: &http::HeaderMap) -> Option<Duration> {
    let text = headers.get(http::header::RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse::<u32>() {
        return Some(Duration::from_secs(seconds.into()));
    }
    (http_date(text)? - date(headers)?).to_std().ok()
}
