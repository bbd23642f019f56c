//! Running syncs so that a second request joins the first.
//!
//! A run lives on a task of its own: whoever asked for it may go away, and only `stop` ends it, at a safe point between two
//! pages.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use futures::FutureExt;
use futures::future::{BoxFuture, Shared};
use packlight_domain::account::AccountId;
use packlight_store::{Account, ChangeSet};
use tokio_util::sync::CancellationToken;

use super::{Engine, SyncReport, SyncRequest};
use crate::connection::Connection;
use crate::error::{Code, EngineError};
use crate::events::CacheTag;
use crate::status::SyncState;
use crate::sync::{AccountReport, Progress, Run, SyncFailure};

type Joined = Shared<BoxFuture<'static, Result<AccountReport, SyncFailure>>>;

/// Who wants a run.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Asked {
    /// Somebody who waits for it; re-reading this far back, if that was said.
    ByPerson { reach: Option<TimeDelta> },
    /// The schedule.
    ByItself,
}

impl Asked {
    fn reach(self) -> Option<TimeDelta> {
        match self {
            Self::ByPerson { reach } => reach,
            Self::ByItself => None,
        }
    }
}

/// The runs that go on, and how each is ended.
#[derive(Default)]
pub(super) struct Runs(Mutex<HashMap<AccountId, (Joined, CancellationToken)>>);

impl Engine {
    /// Reads what changed at Amazon, account by account. All accounts are served; the first failure is returned, with
    /// the reports of those that succeeded kept in the store's journal.
    pub async fn sync(&self, request: &SyncRequest) -> Result<SyncReport, EngineError> {
        let accounts = self.connected(request.account.as_deref()).await?;
        let reach = request.days.map(|days| TimeDelta::days(i64::from(days)));
        let mut report = SyncReport::default();
        let mut first_failure = None;
        let several = accounts.len() > 1;
        for account in accounts {
            match self.run_or_join(&account, Asked::ByPerson { reach }).await {
                Ok(part) => report.add(part),
                Err(failure) => {
                    report.add(*failure.report);
                    let stopped = failure.error.code == Code::Stopped;
                    // Of several accounts, the one that failed has to be named.
                    let mut error = failure.error;
                    if several && !stopped {
                        error.message = format!("{}: {}", account.label, error.message);
                    }
                    first_failure.get_or_insert(error);
                    if stopped {
                        break;
                    }
                }
            }
        }
        match first_failure {
            Some(error) => Err(error),
            None => Ok(report),
        }
    }

    /// Ends running syncs at the next safe point and waits for that.
    pub async fn stop_sync(&self) {
        let running: Vec<_> = {
            let running = self.0.running.0.lock().unwrap_or_else(PoisonError::into_inner);
            running.values().cloned().collect()
        };
        for (run, stop) in running {
            stop.cancel();
            // Its result goes to whoever asked for it.
            let _ = run.await;
        }
    }

    /// Starts a run of one account, or joins the one that is going on.
    pub(crate) async fn run_or_join(
        &self,
        account: &Account,
        asked: Asked,
    ) -> Result<AccountReport, SyncFailure> {
        self.require_writer().map_err(|error| SyncFailure::before(&account.label, error))?;
        let run = {
            let mut running = self.0.running.0.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some((run, _)) = running.get(&account.id).filter(|(run, _)| run.peek().is_none()) {
                run.clone()
            } else {
                let stop = CancellationToken::new();
                let task = tokio::spawn(self.clone().run(account.clone(), asked, stop.clone()));
                let label = account.label.clone();
                let run = async move {
                    task.await.unwrap_or_else(|_| {
                        let error = EngineError::retryable(
                            Code::Internal,
                            "the sync ended unexpectedly; nothing that was read is lost. Start it again",
                        );
                        Err(SyncFailure::before(&label, error))
                    })
                }
                .boxed()
                .shared();
                running.insert(account.id, (run.clone(), stop));
                run
            }
        };
        run.await
    }

    async fn run(
        self,
        account: Account,
        asked: Asked,
        stop: CancellationToken,
    ) -> Result<AccountReport, SyncFailure> {
        let started_at = (self.0.clock)();
        let connection = match self.connection(&account).await {
            Ok(connection) => connection.fresh_count(),
            Err(error) => {
                let outcome = Err(SyncFailure::before(&account.label, error));
                self.show_outcome(&account, None, &outcome);
                return outcome;
            }
        };
        self.0.board.update(account.id, |entry| {
            entry.state = SyncState::Running { started_at, pages: 0, orders_seen: 0, new: 0, changed: 0 };
        });
        let progress = Reporter {
            engine: self.clone(),
            account: account.clone(),
            connection: connection.clone(),
            started_at,
        };
        let run = Run {
            store: self.0.store.clone(),
            account: account.clone(),
            connection: connection.clone(),
            reach: asked.reach(),
            by_itself: matches!(asked, Asked::ByItself),
            stop,
            progress: Box::new(progress),
            clock: self.0.clock,
        };
        let outcome = tokio::select! {
            outcome = run.run() => outcome,
            never = self.show_waits(account.id, &connection) => match never {},
        };
        self.show_outcome(&account, Some(&connection), &outcome);
        if matches!(asked, Asked::ByPerson { .. }) {
            // A try that waits after a failure need not, if this went well.
            self.0.plans.send_replace(());
        }
        outcome
    }

    /// Shows waits for Amazon's limit as they begin and end; never returns while the run lives.
    async fn show_waits(&self, account: AccountId, connection: &Connection) -> Infallible {
        let mut waiting = connection.waiting.subscribe();
        let mut before = None;
        loop {
            // The sender lives in the connection that is borrowed here, so this never fails.
            if waiting.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
            let until = waiting.borrow_and_update().as_ref().map(|wait| wait.until);
            self.0.board.update(account, |entry| match until {
                Some(until) => {
                    if !matches!(entry.state, SyncState::Throttled { .. }) {
                        before = Some(entry.state.clone());
                    }
                    entry.state = SyncState::Throttled { until };
                }
                None => {
                    if let Some(before) = before.take() {
                        entry.state = before;
                    }
                }
            });
        }
    }

    fn show_outcome(
        &self,
        account: &Account,
        connection: Option<&Connection>,
        outcome: &Result<AccountReport, SyncFailure>,
    ) {
        let budget = connection.map(Connection::list_budget);
        let now = (self.0.clock)();
        self.0.board.update(account.id, |entry| {
            if let Some(budget) = budget {
                entry.show(budget);
            }
            match outcome {
                Ok(report) => {
                    entry.complete_up_to = report.complete_up_to;
                    entry.checked_at = Some(now);
                    entry.state = SyncState::Idle;
                }
                Err(failure) => {
                    if failure.partly {
                        entry.checked_at = Some(now);
                    }
                    entry.state = state_after(&failure.error, now);
                }
            }
        });
        self.0.events.changed(&[CacheTag::Sync]);
    }
}

/// What the strip shows after a failure, before the scheduler has planned the next try.
pub(crate) fn state_after(error: &EngineError, now: DateTime<Utc>) -> SyncState {
    match error.code {
        Code::Stopped => SyncState::Idle,
        Code::CredentialsRefused
        | Code::AccessDenied
        | Code::Untrusted
        | Code::VaultLocked
        | Code::KeychainUnavailable => {
            SyncState::Refused { code: error.code, message: error.message.clone() }
        }
        Code::Throttled => SyncState::Throttled { until: error.retry_at.unwrap_or(now) },
        Code::Offline => SyncState::Offline { since: now, retry_at: now },
        _ => SyncState::Failed { message: error.message.clone(), retry_at: now },
    }
}

/// Tells the window what each page brought.
struct Reporter {
    engine: Engine,
    account: Account,
    connection: Connection,
    started_at: DateTime<Utc>,
}

impl Progress for Reporter {
    fn page_kept(&self, so_far: &AccountReport, changes: &ChangeSet) {
        let budget = self.connection.list_budget();
        self.engine.0.board.update(self.account.id, |entry| {
            entry.show(budget);
            entry.state = SyncState::Running {
                started_at: self.started_at,
                pages: so_far.pages,
                orders_seen: so_far.orders_seen,
                new: so_far.orders_new,
                changed: so_far.orders_changed,
            };
        });
        if !changes.new.is_empty() || !changes.changed.is_empty() {
            self.engine.0.events.changed(&[CacheTag::Orders, CacheTag::Counts]);
        }
        if changes.units_freed > 0 {
            self.engine.0.events.changed(&[CacheTag::Inventory, CacheTag::Mappings]);
        }
        self.engine.0.events.struck(&changes.struck);
    }
}

impl SyncReport {
    fn add(&mut self, part: AccountReport) {
        let sum = &mut self.sum;
        sum.orders_seen += part.orders_seen;
        sum.orders_new += part.orders_new;
        sum.orders_changed += part.orders_changed;
        sum.items_written += part.items_written;
        sum.pages += part.pages;
        sum.calls += part.calls;
        sum.throttled += part.throttled;
        sum.duration_ms = sum.duration_ms.saturating_add(part.duration_ms);
        sum.complete_up_to = match (self.accounts.is_empty(), sum.complete_up_to, part.complete_up_to) {
            (true, _, mark) => mark,
            (false, Some(a), Some(b)) => Some(a.min(b)),
            (false, ..) => None,
        };
        self.accounts.push(part);
    }
}
