//! Fetching reports from Amazon, however long it takes: each request is a row and a job, and survives a kill at any moment.
//!
//! Owns invariant I18. One run per account, kind and marketplace; who asks again joins it. A run lives on a task of its own,
//! uses buckets that orders do not need, and goes on at the next start where it was. While Packlight is paused a run waits,
//! unless somebody has asked for it since the pause began.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use futures::FutureExt;
use futures::future::{BoxFuture, Shared};
use packlight_domain::account::AccountId;
use packlight_domain::instant::to_text;
use packlight_spapi::{Errand, Priority};
use packlight_store::{Account, JobEnd, ReportEnd, ReportRequest, ReportState};
use serde::{Deserialize, Serialize};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::desk::Engine;
use crate::error::{Code, EngineError};
use crate::events::CacheTag;
use crate::listings::ListingsReport;
use crate::supervisor::rest;

mod abandoned;
mod job;
mod kind;
mod run;

pub use kind::ReportKind;
pub(crate) use kind::{Taken, TakenIn};
pub(crate) use run::source_of;

/// Which report is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportSpec {
    /// Of which kind.
    pub kind: ReportKind,
    /// For which marketplace.
    pub marketplace_id: String,
    /// From when to when, for kinds that have a period.
    pub period: Option<(DateTime<Utc>, DateTime<Utc>)>,
}

/// What a report brought.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct ReportOutcome {
    /// Rows that were taken in.
    pub rows: u32,
    /// Lines of the document that could not be read.
    pub skipped: u32,
    /// Rows that were not known before.
    pub new: u32,
    /// Rows that were known and are different now.
    pub changed: u32,
    /// Rows that are no longer there.
    pub removed: u32,
    /// When Amazon made the report, UTC.
    pub as_of: Option<DateTime<Utc>>,
}

/// How a request for a report stands. Instants are UTC.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct ReportView {
    /// The account's label.
    pub account: String,
    /// Amazon's id of the marketplace.
    pub marketplace_id: String,
    /// It is being worked on.
    pub active: bool,
    /// One word: `intended`, `asking`, `waiting`, `done`, `empty`, `failed`, `abandoned`, `stopped`.
    pub state: String,
    /// Amazon's word, such as `IN_QUEUE`.
    pub status: Option<String>,
    /// When the next step is due.
    pub next_at: Option<DateTime<Utc>>,
    /// What went wrong last, in one sentence.
    pub problem: Option<String>,
    /// When Amazon made the report that was taken in.
    pub as_of: Option<DateTime<Utc>>,
}

type Joined = Shared<BoxFuture<'static, Result<ReportOutcome, EngineError>>>;

/// A request by its account, type and scope.
type Key = (AccountId, &'static str, String);

/// A run that goes on, and how it is ended.
struct Ongoing {
    outcome: Joined,
    stop: CancellationToken,
    /// Somebody has asked for it, and has not paused Packlight since.
    is_asked_for: watch::Sender<bool>,
}

/// The runs of this process.
#[derive(Default)]
pub(crate) struct Running {
    runs: Mutex<HashMap<Key, Ongoing>>,
    /// The fetch of all listings, which is made of runs.
    pub(crate) listings: Mutex<Option<ListingsRun>>,
}

pub(crate) type ListingsRun = Shared<BoxFuture<'static, Result<ListingsReport, EngineError>>>;

impl Running {
    /// A pause begins: what was asked for before it waits as well.
    pub(crate) fn pause(&self) {
        for run in self.runs.lock().unwrap_or_else(PoisonError::into_inner).values() {
            run.is_asked_for.send_replace(false);
        }
    }

    /// Somebody asks for all reports of a kind and joins whoever waits for them.
    pub(crate) fn ask_for(&self, kind: ReportKind) {
        let runs = self.runs.lock().unwrap_or_else(PoisonError::into_inner);
        for (_, run) in runs.iter().filter(|(key, _)| key.1 == kind.report_type()) {
            run.is_asked_for.send_replace(true);
        }
    }

    /// Whether a request is worked on though Packlight is paused.
    fn is_asked_for(&self, key: &Key) -> bool {
        let runs = self.runs.lock().unwrap_or_else(PoisonError::into_inner);
        runs.get(key).is_some_and(|run| *run.is_asked_for.borrow())
    }
}

/// Between two looks at what was left behind.
const LOOK: Duration = Duration::from_hours(1);

impl Engine {
    /// Fetches a report and takes in what it says, or joins the run that does. Amazon needs seconds to hours for it.
    pub async fn fetch_report(
        &self,
        account: &Account,
        spec: &ReportSpec,
        priority: Priority,
    ) -> Result<ReportOutcome, EngineError> {
        self.start_report(account, spec, priority)?.await
    }

    fn start_report(
        &self,
        account: &Account,
        spec: &ReportSpec,
        priority: Priority,
    ) -> Result<Joined, EngineError> {
        self.require_writer()?;
        let key = (account.id, spec.kind.report_type(), spec.scope());
        let by_person = priority == Priority::Waited;
        let mut running = self.0.reports.runs.lock().unwrap_or_else(PoisonError::into_inner);
        running.retain(|_, run| run.outcome.peek().is_none());
        if let Some(run) = running.get(&key) {
            if by_person {
                run.is_asked_for.send_replace(true);
            }
            return Ok(run.outcome.clone());
        }
        let (stop, is_asked_for) = (CancellationToken::new(), watch::Sender::new(by_person));
        let wish = run::Wish { spec: spec.clone(), priority, is_asked_for: is_asked_for.clone() };
        let work = run::fetch(self.clone(), account.clone(), wish, stop.clone());
        let task = tokio::spawn(work);
        let outcome = async move {
            task.await.unwrap_or_else(|_| {
                Err(EngineError::retryable(
                    Code::Internal,
                    "fetching the report ended unexpectedly; it goes on at the next start",
                ))
            })
        }
        .boxed()
        .shared();
        running.insert(key, Ongoing { outcome: outcome.clone(), stop, is_asked_for });
        Ok(outcome)
    }

    /// Stops fetching reports of `kind` for good. Amazon may still make them; a later request takes them up.
    pub async fn stop_reports(&self, kind: ReportKind) -> Result<(), EngineError> {
        self.end_runs(|key| key.1 == kind.report_type()).await;
        for request in self.0.store.active_reports().await? {
            if request.report_type == kind.report_type() {
                let now = (self.0.clock)();
                self.0.store.finish_report(request.id, ReportEnd::Stopped, now).await?;
                job::end(self, kind, &request, JobEnd::Stopped).await?;
            }
        }
        self.0.events.changed(&[CacheTag::Jobs]);
        Ok(())
    }

    /// Ends all runs at their next safe point; they go on at the next start.
    pub(crate) async fn halt_reports(&self) {
        self.end_runs(|_| true).await;
    }

    /// Ends the runs of an account at their next safe point.
    pub(crate) async fn halt_reports_of(&self, account: AccountId) {
        self.end_runs(|key| key.0 == account).await;
    }

    async fn end_runs(&self, which: impl Fn(&Key) -> bool) {
        let runs: Vec<_> = {
            let running = self.0.reports.runs.lock().unwrap_or_else(PoisonError::into_inner);
            let wanted = running.iter().filter(|(key, _)| which(key));
            wanted.map(|(_, run)| (run.outcome.clone(), run.stop.clone())).collect()
        };
        for (outcome, stop) in runs {
            stop.cancel();
            // It goes to whoever asked for the run.
            let _ = outcome.await;
        }
    }

    /// Goes on with every request that an earlier process left, and looks at abandoned ones once a day, until `stop`, but
    /// for pauses.
    pub(crate) async fn keep_reports(self, stop: CancellationToken) {
        let (mut woken, mut plans) = (self.0.wake.subscribe(), self.0.plans.subscribe());
        while !stop.is_cancelled() {
            if let Some(pause) = self.pause_left().await {
                tokio::select! {
                    () = stop.cancelled() => {}
                    () = rest(pause, &self.0.sleep) => {}
                    _ = plans.changed() => {}
                }
                continue;
            }
            // Also those that ended over this computer's own trouble: a locked vault, a full disk.
            if let Err(error) = self.resume_reports().await {
                tracing::warn!(%error, "reports of an earlier start could not be taken up");
            }
            tokio::select! {
                () = stop.cancelled() => {}
                looked = self.look_at_abandoned(&stop) => {
                    if let Err(error) = looked {
                        tracing::info!(%error, "abandoned reports could not be looked at");
                    }
                }
            }
            tokio::select! {
                () = stop.cancelled() => {}
                () = rest(LOOK, &self.0.sleep) => {}
                _ = woken.changed() => {}
            }
        }
        self.halt_reports().await;
    }

    /// Starts the runs of requests that are active but not worked on, and returns how many there are.
    pub async fn resume_reports(&self) -> Result<usize, EngineError> {
        if !self.can_write() {
            return Ok(0);
        }
        let accounts = self.0.store.accounts().await?;
        let mut resumed = 0;
        for request in self.0.store.active_reports().await? {
            let account = accounts.iter().find(|account| account.id == request.account);
            let account = account.filter(|account| account.is_connected());
            let Some((account, spec)) = account.zip(ReportSpec::of(&request)) else {
                tracing::info!(report_type = request.report_type, "a report is left for later");
                continue;
            };
            // The run goes on by itself; its outcome is in the rows.
            drop(self.start_report(account, &spec, Priority::History)?);
            resumed += 1;
        }
        Ok(resumed)
    }

    /// How the latest requests of `kind` stand, one for each connected account and marketplace that had any.
    pub async fn reports(&self, kind: ReportKind) -> Result<Vec<ReportView>, EngineError> {
        let mut views = Vec::new();
        let paused_until = self.paused_until().await?;
        for account in self.0.store.accounts().await?.iter().filter(|account| account.is_connected()) {
            for marketplace in &account.marketplaces {
                let scope = scope(&marketplace.id, None);
                let latest = self.0.store.reports_of(account.id, kind.report_type(), &scope, 1).await?;
                let asked_for = self.0.reports.is_asked_for(&(account.id, kind.report_type(), scope));
                let paused_until = paused_until.filter(|_| !asked_for);
                views.extend(latest.into_iter().map(|request| ReportView {
                    account: account.label.clone(),
                    marketplace_id: marketplace.id.clone(),
                    active: request.state.is_active(),
                    state: request.state.word().to_owned(),
                    as_of: request.made_at.filter(|_| request.state == ReportState::Done),
                    status: request.status,
                    // Nothing is before something, so a step that is due now comes with the end of the pause.
                    next_at: request.next_at.max(paused_until.filter(|_| request.state.is_active())),
                    problem: request.error,
                }));
            }
        }
        Ok(views)
    }

    /// An errand that waits as long as Amazon's limits ask, behind everything that somebody waits for.
    fn report_errand(
        connection: &crate::connection::Connection,
        priority: Priority,
        stop: &CancellationToken,
    ) -> Errand {
        // Its waits are its own: the strip shows those of the orders.
        Errand { priority, waiting: watch::Sender::new(None), ..connection.errand(stop) }
    }
}

impl ReportSpec {
    /// What tells it from other reports of its kind.
    pub(crate) fn scope(&self) -> String {
        scope(&self.marketplace_id, self.period)
    }

    /// The report of a request, if its kind is known.
    fn of(request: &ReportRequest) -> Option<Self> {
        Some(Self {
            kind: ReportKind::of(&request.report_type)?,
            marketplace_id: request.marketplace_ids.first()?.clone(),
            period: request.data_from.zip(request.data_to),
        })
    }
}

fn scope(marketplace_id: &str, period: Option<(DateTime<Utc>, DateTime<Utc>)>) -> String {
    match period {
        None => marketplace_id.to_owned(),
        Some((from, to)) => format!("{marketplace_id} {}/{}", to_text(from), to_text(to)),
    }
}
