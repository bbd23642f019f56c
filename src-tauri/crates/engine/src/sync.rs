//! One run of the order sync of one account: windows of update time, read page by page, each page kept with its token.
//!
//! Owns invariants I1–I4, I7, I8, I10 and I20. A run may end at any moment, by failure, by the user or by a kill; the
//! next one goes on from the last page that was kept, and the watermark never passes what was not read.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use packlight_domain::account::{AccountId, OrdersApi};
use packlight_domain::marketplace;
use packlight_domain::order::OrderUpdate;
use packlight_spapi::{ErrorKind, Tally};
use packlight_store::{Account, ChangeSet, LogEntry, LogError, PARTLY_CLOSED, Source, Store};
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;

use crate::connection::Connection;
use crate::error::{Code, EngineError};

mod items;
mod plan;
mod reading;
mod traverse;

/// What one run found. Counts are of distinct orders unless said otherwise.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct AccountReport {
    /// The account's label.
    pub label: String,
    /// Orders received.
    pub orders_seen: u32,
    /// Of those, not known before.
    pub orders_new: u32,
    /// Of those, known before and different now.
    pub orders_changed: u32,
    /// Item rows inserted or changed.
    pub items_written: u32,
    /// List pages read.
    pub pages: u32,
    /// Requests to the Selling Partner API, repeats included, without token requests.
    pub calls: u32,
    /// Answers 429.
    pub throttled: u32,
    /// Every change up to here is in the local copy.
    pub complete_up_to: Option<DateTime<Utc>>,
    /// How long the run took.
    pub duration_ms: u32,
}

/// A run that failed, with what it had done by then.
#[derive(Debug, Clone)]
pub struct SyncFailure {
    /// Why.
    pub error: EngineError,
    /// What was kept before it failed.
    pub report: Box<AccountReport>,
    /// Some marketplaces are closed to the application, and the others were read to their end.
    pub(crate) partly: bool,
}

impl SyncFailure {
    /// A failure before anything was asked.
    pub(crate) fn before(label: &str, error: EngineError) -> Self {
        Self {
            error,
            report: Box::new(AccountReport { label: label.to_owned(), ..AccountReport::default() }),
            partly: false,
        }
    }
}

/// How a run tells what it has done so far.
pub(crate) trait Progress: Send + Sync {
    /// A page was kept.
    fn page_kept(&self, so_far: &AccountReport, changes: &ChangeSet);
}

/// What a run needs to know of the world.
pub(crate) struct Run {
    pub(crate) store: Store,
    pub(crate) account: Account,
    pub(crate) connection: Connection,
    /// Re-read this far back, whatever the watermark says.
    pub(crate) reach: Option<TimeDelta>,
    /// Nobody asked for it: what Amazon denied within the hour is left alone.
    pub(crate) by_itself: bool,
    pub(crate) stop: CancellationToken,
    pub(crate) progress: Box<dyn Progress>,
    /// The computer's clock, for the journal only; bounds come from Amazon's.
    pub(crate) clock: fn() -> DateTime<Utc>,
}

/// What a run has received and written so far.
#[derive(Default)]
pub(crate) struct Harvest {
    seen: BTreeSet<String>,
    new: BTreeSet<String>,
    changed: BTreeSet<String>,
    unchanged: u32,
    items_written: u32,
    pages: u32,
    /// Some marketplaces are closed to the application, and the others were read to their end.
    partly: bool,
    /// Seconds between an order's last update and its being kept, by bucket (see [`lateness_bucket`]).
    lateness: [u32; LATENESS_BUCKETS.len() + 1],
}

/// Upper ends of the journal's lateness buckets, in seconds.
pub(crate) const LATENESS_BUCKETS: [i64; 6] = [180, 360, 900, 3_600, 21_600, 86_400];

impl Harvest {
    fn absorb(&mut self, seen: impl IntoIterator<Item = String>, changes: &ChangeSet, now: DateTime<Utc>) {
        self.seen.extend(seen);
        for order in &changes.new {
            self.new.insert(order.order_id.clone());
        }
        for order in &changes.changed {
            if !self.new.contains(&order.order_id) {
                self.changed.insert(order.order_id.clone());
            }
        }
        for order in changes.new.iter().chain(&changes.changed) {
            let late = (now - order.last_update).num_seconds();
            let bucket =
                LATENESS_BUCKETS.iter().position(|end| late <= *end).unwrap_or(LATENESS_BUCKETS.len());
            self.lateness[bucket] += 1;
        }
        self.unchanged += changes.unchanged;
        self.items_written += changes.items_written;
    }

    /// What the journal keeps of a failure: whether the orders of the open marketplaces were read all the same is known
    /// from it after a restart, too.
    fn journal(&self, error: &EngineError) -> LogError {
        let entry = error.journal();
        if self.partly { LogError { code: PARTLY_CLOSED.to_owned(), ..entry } } else { entry }
    }

    fn report(&self, label: &str, tally: &Tally) -> AccountReport {
        AccountReport {
            label: label.to_owned(),
            orders_seen: count(&self.seen),
            orders_new: count(&self.new),
            orders_changed: count(&self.changed),
            items_written: self.items_written,
            pages: self.pages,
            calls: tally.calls(),
            throttled: tally.throttled(),
            complete_up_to: None,
            duration_ms: 0,
        }
    }
}

/// Marketplaces of one account that were not read together, and why.
type Failed = (Vec<String>, EngineError);

/// Marketplaces of a group that Amazon finds invalid one by one, before it is taken to mean them all.
const ENOUGH: usize = 3;

/// Whether one marketplace may be what the refusal of several is about.
fn may_be_of_one(error: &EngineError) -> bool {
    matches!(error.cause.as_deref(), Some(ErrorKind::AccessDenied | ErrorKind::InvalidInput))
}

/// What is said when some marketplaces failed and the others were read.
fn partly_failed(failed: Vec<Failed>) -> Result<(), EngineError> {
    let name = |id: &String| marketplace::by_id(id).map_or(id.clone(), |known| known.name.to_owned());
    let names = failed.iter().flat_map(|(ids, _)| ids).map(name).collect::<Vec<_>>().join(", ");
    let closed = failed.iter().all(|(_, error)| error.code == Code::AccessDenied);
    let Some((ids, error)) = failed.into_iter().next() else { return Ok(()) };
    let message = if closed {
        format!(
            "Amazon denies access to the orders of {names}; the other marketplaces were read: check in Seller Central that the account still sells there and that the application is authorised for it"
        )
    } else {
        format!("the orders of {names} were not read, those of the other marketplaces were: {error}")
    };
    let error = EngineError { message, ..error };
    Err(match ids.into_iter().next() {
        Some(id) => error.about(id),
        None => error,
    })
}

fn count(ids: &BTreeSet<String>) -> u32 {
    u32::try_from(ids.len()).unwrap_or(u32::MAX)
}

impl Run {
    /// Reads everything that changed since the watermark (or as far back as asked) and writes one line of the journal,
    /// whatever happens.
    pub(crate) async fn run(&self) -> Result<AccountReport, SyncFailure> {
        let begun = tokio::time::Instant::now();
        let started_at = (self.clock)();
        let errand = self.connection.errand(&self.stop);
        let mut harvest = Harvest::default();
        let log = self.store.begin_log(self.account.id, "orders", started_at).await;
        let mut outcome = match &log {
            Ok(_) => self.read(&mut harvest, &errand).await,
            Err(error) => Err(EngineError::from(error.clone())),
        };
        let complete_up_to = self.complete_up_to().await;
        let mut report = harvest.report(&self.account.label, &errand.tally);
        report.duration_ms = u32::try_from(begun.elapsed().as_millis()).unwrap_or(u32::MAX);
        match (&complete_up_to, &outcome) {
            (Ok(mark), _) => report.complete_up_to = *mark,
            (Err(error), Ok(())) => outcome = Err(error.clone()),
            (Err(_), Err(_)) => {}
        }
        if let Ok(log) = log {
            let entry = LogEntry {
                calls: report.calls,
                pages: report.pages,
                throttled: report.throttled,
                new: report.orders_new,
                changed: report.orders_changed,
                unchanged: harvest.unchanged,
                items_written: report.items_written,
                lateness: harvest.lateness.to_vec(),
                complete_up_to: report.complete_up_to,
                error: outcome.as_ref().err().map(|error| harvest.journal(error)),
                ended_at: (self.clock)(),
            };
            // The journal must not turn a good run into a failed one.
            if let Err(error) = self.store.finish_log(log, &entry).await {
                tracing::warn!(%error, "the sync journal could not be written");
            }
        }
        match outcome {
            Ok(()) => Ok(report),
            Err(error) => Err(SyncFailure { error, report: Box::new(report), partly: harvest.partly }),
        }
    }

    async fn read(&self, harvest: &mut Harvest, errand: &packlight_spapi::Errand) -> Result<(), EngineError> {
        let mut listed = Vec::new();
        let mut closed = self.connection.closed();
        closed.retain(|(id, _)| self.account.marketplaces.iter().any(|one| one.id == *id));
        // Where all are closed, one call finds out whether they still are.
        let all_closed = closed.len() == self.account.marketplaces.len();
        let aside = if self.by_itself && !all_closed { closed } else { Vec::new() };
        let without: Vec<_> = aside.iter().map(|(id, _)| id.clone()).collect();
        let mut failed: Vec<Failed> = aside.into_iter().map(|(id, error)| (vec![id], error)).collect();
        for group in plan::groups(self, &without).await? {
            let ids = group.marketplace_ids.clone();
            match self.traverse(group.clone(), harvest, errand, &mut listed).await {
                Ok(()) => self.connection.found_open(&ids),
                Err(error) if !error.confined => return Err(error),
                Err(error)
                    if may_be_of_one(&error)
                        && ids.len() > 1
                        && !(self.by_itself && all_closed)
                        && !self.are_all_closed(&ids, &error, errand).await =>
                {
                    failed.extend(self.one_by_one(group, &error, harvest, errand, &mut listed).await?);
                }
                Err(error) => failed.push(self.note_failed(ids, error)),
            }
        }
        let unread: usize = failed.iter().map(|(ids, _)| ids.len()).sum();
        if unread > 0 && unread == self.account.marketplaces.len() {
            // Nothing was read at all: the reason is not in one marketplace.
            return Err(failed.swap_remove(0).1);
        }
        let closed = !failed.is_empty() && failed.iter().all(|(_, error)| error.code == Code::AccessDenied);
        if self.account.orders_api == OrdersApi::V0 {
            self.fetch_items(&listed, harvest, errand).await?;
        }
        harvest.partly = closed;
        partly_failed(failed)
    }

    /// Whether a denial means every marketplace, because the role for orders is missing: a question that no marketplace is
    /// asked for finds out, without one of the few list calls.
    async fn are_all_closed(
        &self,
        ids: &[String],
        denial: &EngineError,
        errand: &packlight_spapi::Errand,
    ) -> bool {
        if denial.cause.as_deref() != Some(&ErrorKind::AccessDenied) {
            return false;
        }
        let granted = self.connection.client.probe_orders(errand).await.map_or(true, |orders| orders.granted);
        if !granted {
            for id in ids {
                self.connection.found_closed(id, denial);
            }
        }
        !granted
    }

    /// One marketplace that Amazon closes to the application, or does not know, must not keep the others shut: each of a
    /// refused group is asked for alone. Returns those that fail alone too.
    async fn one_by_one(
        &self,
        group: plan::Group,
        refusal: &EngineError,
        harvest: &mut Harvest,
        errand: &packlight_spapi::Errand,
        listed: &mut Vec<OrderUpdate>,
    ) -> Result<Vec<Failed>, EngineError> {
        let invalid = refusal.cause.as_deref() == Some(&ErrorKind::InvalidInput);
        let mut failed: Vec<Failed> = Vec::new();
        let mut ids = group.marketplace_ids.clone().into_iter().enumerate();
        while let Some((before, id)) = ids.next() {
            let one = plan::Group {
                marketplace_ids: vec![id.clone()],
                resume: None,
                incurable: invalid,
                ..group.clone()
            };
            match self.traverse(one, harvest, errand, listed).await {
                Ok(()) => self.connection.found_open(&[id]),
                Err(error) if !error.confined => return Err(error),
                Err(error) => failed.push(self.note_failed(vec![id], error)),
            }
            // None is right: it is the request that Amazon does not like, and each try costs a call.
            if invalid && before + 1 == ENOUGH && failed.len() == ENOUGH {
                failed.extend(ids.by_ref().map(|(_, id)| (vec![id], refusal.clone())));
            }
        }
        Ok(failed)
    }

    /// Remembers a marketplace that is closed, so that syncs which nobody waits for leave it alone for a while.
    fn note_failed(&self, ids: Vec<String>, error: EngineError) -> Failed {
        if let ([id], Some(ErrorKind::AccessDenied)) = (ids.as_slice(), error.cause.as_deref()) {
            self.connection.found_closed(id, &error);
        }
        (ids, error)
    }

    /// The earliest watermark of the account's marketplaces; `None` until each has one.
    async fn complete_up_to(&self) -> Result<Option<DateTime<Utc>>, EngineError> {
        let state = self.store.sync_state(self.account.id, Source::Orders).await?;
        Ok(state
            .watermarks
            .into_iter()
            .map(|(_, mark)| mark)
            .min_by_key(|mark| mark.map_or(i64::MIN, |at| at.timestamp_millis()))
            .flatten())
    }

    fn account_id(&self) -> AccountId {
        self.account.id
    }
}
