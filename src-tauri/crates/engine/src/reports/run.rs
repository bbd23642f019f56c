//! One run of one request: look for a report that serves, else ask for one, watch it, fetch its document, take it in.
//!
//! Every step is written down before the next begins, and each is safe to repeat but one: asking for a report. So `asking`
//! is on disk before the request leaves, and whoever finds it there looks through Amazon's list before asking again.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use packlight_spapi::{
    ApiError, Client, Errand, ErrorKind, ListReports, NewReport, Patience, Priority, Report, ReportStatus,
};
use packlight_store::{
    Account, LogEntry, NewReportRequest, ReportEnd, ReportRequest, ReportState, ReportStep,
};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use self::waiting::{Vain, pause_before};
use super::job::JobLine;
use super::{ReportOutcome, ReportSpec};
use crate::desk::Engine;
use crate::error::{Code, EngineError};

mod document;
mod ended;
mod waiting;

/// So long after it was asked for, a report is surely in Amazon's list.
const VISIBLE: TimeDelta = TimeDelta::minutes(2);
/// How far Amazon's time of asking may lie before ours.
const EARLIER: TimeDelta = TimeDelta::minutes(1);
/// Between two daily looks.
pub(super) const DAILY: TimeDelta = TimeDelta::days(1);
/// Before another report is asked for after one came to nothing: sooner ends badly (reference: spapi.md §7.6).
const REST: TimeDelta = TimeDelta::minutes(31);
/// Looks at a report that is done but names no document, a minute apart.
const LATE_DOCUMENT: u32 = 3;

/// What a step led to.
enum Flow {
    On,
    End(ReportOutcome),
}

/// Why a step was not made.
enum Trouble {
    Amazon(ApiError),
    Here(EngineError),
}

impl From<ApiError> for Trouble {
    fn from(error: ApiError) -> Self {
        Self::Amazon(error)
    }
}

impl From<packlight_store::StoreError> for Trouble {
    fn from(error: packlight_store::StoreError) -> Self {
        Self::Here(error.into())
    }
}

impl From<EngineError> for Trouble {
    fn from(error: EngineError) -> Self {
        Self::Here(error)
    }
}

/// Which report is wanted, and how much.
pub(super) struct Wish {
    pub(super) spec: ReportSpec,
    pub(super) priority: Priority,
    /// Somebody asked for it, so that no pause holds it up.
    pub(super) is_asked_for: watch::Sender<bool>,
}

struct Run {
    engine: Engine,
    client: Client,
    spec: ReportSpec,
    is_asked_for: watch::Sender<bool>,
    errand: Errand,
    job: JobLine,
    request: ReportRequest,
    /// When this process took it up.
    started_at: DateTime<Utc>,
    /// Failures in a row, for the pauses between them.
    failures: u32,
    vain: Vain,
    /// Documents of the present report that were cut short.
    cut_short: u32,
}

/// Works on the request for a report until it ends or `stop` is cancelled; then it goes on at the next start.
pub(super) async fn fetch(
    engine: Engine,
    account: Account,
    wish: Wish,
    stop: CancellationToken,
) -> Result<ReportOutcome, EngineError> {
    let Wish { spec, priority, is_asked_for } = wish;
    let connection = engine.connection(&account).await?.fresh_count();
    let errand = Engine::report_errand(&connection, priority, &stop);
    let client = connection.client.clone();
    // Amazon's clock, if it can be had; where Amazon is away, the steps below wait for it.
    let clock = client.authorise(&Errand { patience: Patience::Now, ..errand.clone() }).await;
    if let Err(error) = clock.map_err(EngineError::from)
        && !error.retryable
    {
        return Err(error);
    }
    let new = NewReportRequest {
        account: account.id,
        report_type: spec.kind.report_type().to_owned(),
        scope: spec.scope(),
        marketplace_ids: vec![spec.marketplace_id.clone()],
        options: spec.kind.options(),
        data_from: spec.period.map(|(from, _)| from),
        data_to: spec.period.map(|(_, to)| to),
        now: client.server_now(),
    };
    let (request, resumed) = engine.0.store.intend_report(&new).await?;
    let job = JobLine::begin(&engine, spec.kind, &request).await?;
    tracing::info!(report_type = %new.report_type, resumed, state = ?request.state, "report wanted");
    let started_at = client.server_now();
    let log = engine.0.store.begin_log(account.id, spec.kind.job(), (engine.0.clock)()).await?;
    let (store, tally) = (engine.0.store.clone(), Arc::clone(&errand.tally));
    let clock = engine.0.clock;
    let vain = Vain::since(started_at, &engine);
    let run = Run {
        engine,
        client,
        spec,
        is_asked_for,
        errand,
        job,
        request,
        started_at,
        failures: 0,
        vain,
        cut_short: 0,
    };
    let outcome = run.work().await;
    let brought = outcome.as_ref().cloned().unwrap_or_default();
    let entry = LogEntry {
        calls: tally.calls(),
        throttled: tally.throttled(),
        new: brought.new,
        changed: brought.changed,
        unchanged: brought.rows.saturating_sub(brought.new + brought.changed),
        items_written: brought.new + brought.changed,
        error: outcome.as_ref().err().map(EngineError::journal),
        ended_at: clock(),
        pages: 0,
        lateness: Vec::new(),
        complete_up_to: None,
    };
    // The journal must not turn a good run into a failed one.
    if let Err(error) = store.finish_log(log, &entry).await {
        tracing::warn!(%error, "the journal could not be written");
    }
    outcome
}

/// What `request` took its rows from: when Amazon made the report.
pub(crate) fn source_of(request: &ReportRequest, now: DateTime<Utc>) -> DateTime<Utc> {
    request.made_at.unwrap_or(now)
}

impl Run {
    async fn work(mut self) -> Result<ReportOutcome, EngineError> {
        loop {
            self.pause().await?;
            let asked_at = self.now();
            match self.step().await {
                Ok(Flow::On) => self.failures = 0,
                Ok(Flow::End(outcome)) => {
                    self.job.done(&outcome).await?;
                    self.engine.0.events.changed(&[self.spec.kind.tag()]);
                    return Ok(outcome);
                }
                Err(Trouble::Here(error)) => return Err(error),
                Err(Trouble::Amazon(error)) if error.kind == ErrorKind::Cancelled => return Err(error.into()),
                Err(Trouble::Amazon(error)) => match self.ends_with(error).await? {
                    Some(error) => return self.fail(error).await,
                    None => self.failures = self.failures.saturating_add(1),
                },
            }
            if self.is_time_over(asked_at) {
                return self.abandon().await;
            }
        }
    }

    fn now(&self) -> DateTime<Utc> {
        self.client.server_now()
    }

    async fn step(&mut self) -> Result<Flow, Trouble> {
        match self.request.state {
            ReportState::Intended => self.look_then_ask().await,
            ReportState::Asking => self.find_what_was_asked_for().await,
            _ => self.look_at_it().await,
        }
    }

    async fn advance(&mut self, step: ReportStep) -> Result<Flow, Trouble> {
        self.request = self.engine.0.store.advance_report(self.request.id, step).await?;
        Ok(Flow::On)
    }

    /// Takes up a report that is there already, whoever asked for it, else asks for one.
    async fn look_then_ask(&mut self) -> Result<Flow, Trouble> {
        if let Some(report) = self.left_behind().await? {
            return self.take_up(&report).await;
        }
        let since = self.now() - self.spec.kind.serves_for();
        let listed = match self.listed(since).await {
            // A list that cannot be had keeps nobody from asking: nothing has been asked for yet.
            Err(error) if matches!(error.kind, ErrorKind::InvalidInput | ErrorKind::NotFound) => Vec::new(),
            listed => listed?,
        };
        let fit = |report: &&Report| !matches!(report.status, ReportStatus::Cancelled | ReportStatus::Fatal);
        match listed.iter().find(fit) {
            Some(report) => self.take_up(report).await,
            None => self.ask().await,
        }
    }

    /// A report that was abandoned by an earlier request and has come after all.
    async fn left_behind(&mut self) -> Result<Option<Report>, Trouble> {
        let store = &self.engine.0.store;
        let (kind, scope) = (self.spec.kind.report_type(), self.request.scope.clone());
        for earlier in store.reports_of(self.request.account, kind, &scope, 5).await? {
            let Some(id) = earlier.report_id.filter(|_| earlier.state == ReportState::Abandoned) else {
                continue;
            };
            match self.client.report(&id, &self.errand).await {
                Ok(report) if report.status == ReportStatus::Done && report.document_id.is_some() => {
                    let end = ReportEnd::Failed("a later request took the report up".to_owned());
                    store.finish_report(earlier.id, end, self.client.server_now()).await?;
                    return Ok(Some(report));
                }
                Err(error) if error.kind != ErrorKind::NotFound => return Err(error.into()),
                _ => {}
            }
        }
        Ok(None)
    }

    async fn take_up(&mut self, report: &Report) -> Result<Flow, Trouble> {
        tracing::info!(status = report.status.word(), "a report that exists is taken up");
        let now = self.now();
        self.advance(ReportStep::Made {
            report_id: report.report_id.clone(),
            at: report.created_at.unwrap_or(now),
            next_at: now,
        })
        .await
    }

    /// Amazon's reports of this type, marketplace and period that were asked for since then, newest first.
    async fn listed(&self, since: DateTime<Utc>) -> Result<Vec<Report>, ApiError> {
        let list = ListReports {
            report_types: vec![self.request.report_type.clone()],
            marketplace_ids: self.request.marketplace_ids.clone(),
            created_since: Some(since),
        };
        let given_up: BTreeSet<&String> = self.request.given_up.iter().collect();
        let mut reports = self.client.reports(&list, &self.errand).await?;
        reports.retain(|report| {
            let same_period = self
                .spec
                .period
                .is_none_or(|(from, to)| report.data_from.zip(report.data_to) == Some((from, to)));
            report.report_type == self.request.report_type
                && report.marketplace_ids == self.request.marketplace_ids
                && same_period
                && report.created_at.is_none_or(|at| at >= since)
                && !given_up.contains(&report.report_id)
        });
        Ok(reports)
    }

    /// The one step that is not safe to repeat.
    async fn ask(&mut self) -> Result<Flow, Trouble> {
        let at = self.now();
        self.advance(ReportStep::Asking { at }).await?;
        let new = NewReport {
            report_type: self.request.report_type.clone(),
            marketplace_ids: self.request.marketplace_ids.clone(),
            data_from: self.request.data_from,
            data_to: self.request.data_to,
            options: self.request.options.clone(),
        };
        match self.client.create_report(&new, &self.errand).await {
            Ok(report_id) => {
                let now = self.now();
                self.advance(ReportStep::Made { report_id, at: now, next_at: now + pause_before(0) }).await
            }
            Err(error) if surely_not_made(&error) => {
                let next_at = error.retry_at.unwrap_or(self.now());
                self.advance(ReportStep::NotMade { next_at, error: Some(error.to_string()) }).await?;
                Err(error.into())
            }
            Err(error) => Err(error.into()),
        }
    }

    /// A request left and its fate is unknown: the list knows.
    async fn find_what_was_asked_for(&mut self) -> Result<Flow, Trouble> {
        let asked_at = self.request.asked_at.unwrap_or(self.request.intended_at);
        let listed = self.listed(asked_at - EARLIER).await?;
        if let Some(report) = listed.first() {
            return self.take_up(report).await;
        }
        let visible_at = asked_at + VISIBLE;
        if self.now() < visible_at {
            let error = "it is not known yet whether Amazon took the request: its list of reports is looked through before asking again";
            return self.advance(ReportStep::Later { next_at: visible_at, error: error.to_owned() }).await;
        }
        self.ask().await
    }

    async fn look_at_it(&mut self) -> Result<Flow, Trouble> {
        let Some(id) = self.request.report_id.clone() else {
            return Err(Trouble::Here(EngineError::new(
                Code::Internal,
                "a report that is awaited has no id",
            )));
        };
        let report = match self.client.report(&id, &self.errand).await {
            Err(error) if error.kind == ErrorKind::NotFound => {
                return self
                    .again(
                        "Amazon no longer knows the report that it was making".to_owned(),
                        TimeDelta::zero(),
                    )
                    .await;
            }
            report => report?,
        };
        let next_at = self.now() + pause_before(self.request.polls + 1);
        self.advance(ReportStep::Seen {
            status: report.status.word().to_owned(),
            document_id: report.document_id.clone(),
            next_at,
        })
        .await?;
        match (&report.status, &report.document_id) {
            (ReportStatus::Done, Some(document)) => self.fetch_document(document).await,
            (ReportStatus::Done, None) if self.request.polls < LATE_DOCUMENT => {
                let next_at = self.now() + TimeDelta::minutes(1);
                let error = "Amazon says that the report is done, but names no document yet".to_owned();
                self.advance(ReportStep::Later { next_at, error }).await
            }
            (ReportStatus::Done, None) => self.nothing("is done but has no document").await,
            (ReportStatus::Cancelled, _) => self.nothing("was called off by Amazon").await,
            (ReportStatus::Fatal, document) => {
                let reason = self.reason(document.as_deref()).await?;
                self.again(format!("Amazon could not make {}{reason}", self.spec.kind.name()), REST).await
            }
            _ => Ok(Flow::On),
        }
    }
}

/// Whether an error of `createReport` says that no report was made.
fn surely_not_made(error: &ApiError) -> bool {
    match &error.kind {
        ErrorKind::Offline(reason) => reason.never_left(),
        ErrorKind::Unavailable | ErrorKind::Malformed | ErrorKind::Cancelled => false,
        _ => true,
    }
}

fn stopped() -> EngineError {
    EngineError::new(
        Code::Stopped,
        "stopped; Amazon may still make the report, and it is taken up when it is wanted again",
    )
}
