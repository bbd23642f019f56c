//! The engine's handle: opening a data folder, and running syncs so that a second request joins the first.
//!
//! Owns invariant I9. A run lives on a task of its own: whoever asked for it may go away, and only `stop` ends it, at a
//! safe point between two pages.

use std::collections::HashMap;
use std::convert::Infallible;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use futures::FutureExt;
use futures::future::{BoxFuture, Shared};
use packlight_domain::account::AccountId;
use packlight_spapi::{Budget, HttpTransport, Ledger, Operation, SleepClock, Transport, UserAgent};
use packlight_store::{Account, ChangeSet, Store};
use serde::{Deserialize, Serialize};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::connection::Connection;
use crate::environment::Environment;
use crate::error::{Code, EngineError};
use crate::events::{CacheTag, Events};
use crate::ledger::StoreLedger;
use crate::lock::Lock;
use crate::secrets::{Cost, Prompt, Secrets, SystemKeychain};
use crate::source::OrderSource;
use crate::status::{StatusBoard, SyncState, SyncStatus};
use crate::sync::{AccountReport, Progress, Run, SyncFailure};

pub use packlight_store::Access;

/// What an engine needs from outside.
pub struct Config {
    /// The data folder; made if it is not there.
    pub folder: PathBuf,
    /// Whether this process may write. Only one process at a time may.
    pub access: Access,
    /// The variables of the environment.
    pub environment: Environment,
    /// How requests leave the computer.
    pub transport: Arc<dyn Transport>,
    /// Where secrets are kept.
    pub secrets: Secrets,
    /// The computer's clock.
    pub clock: fn() -> DateTime<Utc>,
    /// How long the computer has slept.
    pub sleep: SleepClock,
    /// How Packlight introduces itself to Amazon.
    pub user_agent: UserAgent,
    /// Where files for the seller are put; made when the first one is.
    pub downloads: PathBuf,
}

impl Config {
    /// The parts of a real process: the system's keychain (and the vault file beside the database), HTTP, the clock.
    /// `prompt` asks a person for the vault's passphrase where the environment does not give it.
    pub fn of_system(
        folder: PathBuf,
        access: Access,
        environment: Environment,
        app: &str,
        prompt: Option<Prompt>,
    ) -> Result<Self, EngineError> {
        let passphrase = environment.passphrase.clone();
        let secrets = Secrets::new(&folder, Arc::new(SystemKeychain), Cost::FULL, passphrase, prompt);
        let transport =
            HttpTransport::new().map_err(|error| EngineError::new(Code::Internal, error.to_string()))?;
        Ok(Self {
            downloads: crate::paths::downloads_folder(&folder),
            folder,
            access,
            environment,
            transport: Arc::new(transport),
            secrets,
            clock: Utc::now,
            sleep: SleepClock::of_system(),
            user_agent: user_agent(app),
        })
    }
}

/// How this build of `app` introduces itself to Amazon.
fn user_agent(app: &str) -> UserAgent {
    UserAgent {
        app: app.to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        platform: format!("{}/{}", std::env::consts::OS, std::env::consts::ARCH),
    }
}

/// Which orders to read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SyncRequest {
    /// Only the account of this label; all accounts otherwise.
    pub account: Option<String>,
    /// Re-read this many days back, whatever was read before.
    pub days: Option<u32>,
}

/// What a sync found, summed over its accounts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct SyncReport {
    /// The sums; `complete_up_to` is the earliest of the accounts and `label` is empty.
    #[serde(flatten)]
    pub sum: AccountReport,
    /// Each account's part.
    pub accounts: Vec<AccountReport>,
}

/// A handle on one data folder. Clones share everything.
#[derive(Clone)]
pub struct Engine(pub(crate) Arc<Desk>);

type Joined = Shared<BoxFuture<'static, Result<AccountReport, SyncFailure>>>;

pub(crate) struct Desk {
    pub(crate) folder: PathBuf,
    pub(crate) store: Store,
    pub(crate) events: Events,
    pub(crate) board: StatusBoard,
    pub(crate) environment: Environment,
    pub(crate) transport: Arc<dyn Transport>,
    pub(crate) secrets: Secrets,
    pub(crate) clock: fn() -> DateTime<Utc>,
    pub(crate) sleep: SleepClock,
    pub(crate) user_agent: UserAgent,
    pub(crate) downloads: PathBuf,
    pub(crate) connections: tokio::sync::Mutex<HashMap<AccountId, Connection>>,
    running: Mutex<HashMap<AccountId, (Joined, CancellationToken)>>,
    pub(crate) reports: crate::reports::Running,
    pub(crate) counting: crate::orders::OneCount,
    /// Ends every wait of the supervisor: secrets changed, the vault was opened.
    pub(crate) wake: watch::Sender<()>,
    /// Held while this process may write.
    lock: Option<Lock>,
}

impl Engine {
    /// Opens a data folder. With [`Access::Write`] it takes the folder's lock and brings the database up to date.
    pub async fn open(config: Config) -> Result<Self, EngineError> {
        crate::paths::create_private(&config.folder)?;
        let lock = match config.access {
            Access::Write => Some(Lock::acquire(&config.folder)?),
            Access::Read => None,
        };
        let store = Store::open(&config.folder, config.access, (config.clock)()).await?;
        let events = Events::new();
        let engine = Self(Arc::new(Desk {
            board: StatusBoard::new(events.clone()),
            events,
            folder: config.folder,
            store,
            environment: config.environment,
            transport: config.transport,
            secrets: config.secrets,
            clock: config.clock,
            sleep: config.sleep,
            user_agent: config.user_agent,
            downloads: config.downloads,
            connections: tokio::sync::Mutex::default(),
            running: Mutex::default(),
            reports: crate::reports::Running::default(),
            counting: crate::orders::OneCount::default(),
            wake: watch::Sender::new(()),
            lock,
        }));
        for account in engine.0.store.accounts().await?.iter().filter(|account| account.is_connected()) {
            engine.0.board.enter(account.id, &account.label, account.complete_up_to);
            engine.show_remembered_budget(account).await;
        }
        Ok(engine)
    }

    /// Writes what is left to write and closes the file. Other handles of this engine are of no use afterwards.
    pub async fn close(&self) {
        self.halt_reports().await;
        self.stop_sync().await;
        self.0.store.close().await;
    }

    /// The data folder.
    pub fn folder(&self) -> &Path {
        &self.0.folder
    }

    /// Whether this process may write.
    pub fn can_write(&self) -> bool {
        self.0.lock.is_some()
    }

    /// The sender of events, to subscribe to.
    pub fn events(&self) -> &Events {
        &self.0.events
    }

    /// How the sync of each account stands.
    pub fn sync_status(&self) -> SyncStatus {
        let mut status = self.0.board.snapshot();
        // Buckets fill while nothing happens. Where a line is being made just now, what was shown last will do.
        if let Ok(connections) = self.0.connections.try_lock() {
            for entry in &mut status.accounts {
                if let Some(connection) = connections.get(&entry.account) {
                    entry.show(connection.list_budget());
                }
            }
        }
        status
    }

    /// Shows what an earlier process left of the list operation's calls. The line to Amazon is not made for it, because
    /// that would ask for the secrets, and at a start nobody is asked for anything.
    async fn show_remembered_budget(&self, account: &Account) {
        let Some(region) = account.region else { return };
        let Ok(endpoints) = self.endpoints(region) else { return };
        let operation = Self::list_operation(account);
        let plan = endpoints.plan(operation);
        let ledger = StoreLedger {
            store: self.0.store.clone(),
            client_fingerprint: account.client_fingerprint.clone(),
            region,
            account: account.id,
        };
        match ledger.load(operation).await {
            Ok(state) => {
                let budget = Budget::remembered(plan, state.as_ref(), (self.0.clock)());
                self.0.board.update(account.id, |entry| entry.show(budget));
            }
            Err(error) => tracing::info!(%error, "the calls left are not known yet"),
        }
    }

    /// Reads what changed at Amazon, account by account. All accounts are served; the first failure is returned, with
    /// the reports of those that succeeded kept in the store's journal.
    pub async fn sync(&self, request: &SyncRequest) -> Result<SyncReport, EngineError> {
        let accounts = self.connected(request.account.as_deref()).await?;
        let reach = request.days.map(|days| TimeDelta::days(i64::from(days)));
        let mut report = SyncReport::default();
        let mut first_failure = None;
        let several = accounts.len() > 1;
        for account in accounts {
            match self.run_or_join(&account, reach).await {
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
            let running = self.0.running.lock().unwrap_or_else(PoisonError::into_inner);
            running.values().cloned().collect()
        };
        for (run, stop) in running {
            stop.cancel();
            // Its result goes to whoever asked for it.
            let _ = run.await;
        }
    }

    /// The connected accounts, or the one of a label.
    pub(crate) async fn connected(&self, label: Option<&str>) -> Result<Vec<Account>, EngineError> {
        let mut accounts = self.0.store.accounts().await?;
        accounts.retain(Account::is_connected);
        if let Some(label) = label {
            accounts.retain(|account| account.label == label);
            if accounts.is_empty() {
                return Err(EngineError::new(
                    Code::NoAccount,
                    format!("no account is called '{label}': see `packlight-cli account list`"),
                ));
            }
        }
        if accounts.is_empty() {
            return Err(EngineError::new(
                Code::NoAccount,
                "no Amazon account is connected: add one with `packlight-cli account add` or in Settings",
            ));
        }
        Ok(accounts)
    }

    /// Starts a run of one account, or joins the one that is going on.
    pub(crate) async fn run_or_join(
        &self,
        account: &Account,
        reach: Option<TimeDelta>,
    ) -> Result<AccountReport, SyncFailure> {
        self.require_writer().map_err(|error| SyncFailure::before(&account.label, error))?;
        let run = {
            let mut running = self.0.running.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some((run, _)) = running.get(&account.id).filter(|(run, _)| run.peek().is_none()) {
                run.clone()
            } else {
                let stop = CancellationToken::new();
                let task = tokio::spawn(self.clone().run(account.clone(), reach, stop.clone()));
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
        reach: Option<TimeDelta>,
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
            reach,
            stop,
            progress: Box::new(progress),
            clock: self.0.clock,
        };
        let outcome = tokio::select! {
            outcome = run.run() => outcome,
            never = self.show_waits(account.id, &connection) => match never {},
        };
        self.show_outcome(&account, Some(&connection), &outcome);
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
                Err(failure) => entry.state = state_after(&failure.error, now),
            }
        });
        self.0.events.changed(&[CacheTag::Sync]);
    }

    /// The budget of the list operation, for the freshness strip.
    pub(crate) fn list_operation(account: &Account) -> Operation {
        OrderSource::list_operation(account.orders_api)
    }

    pub(crate) fn require_writer(&self) -> Result<(), EngineError> {
        if self.can_write() {
            return Ok(());
        }
        Err(EngineError::new(
            Code::ReadOnly,
            "another Packlight is writing to this data folder; close it to sync or edit here",
        ))
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
