//! The engine's handle: what it is made of, opening a data folder and closing it. Owns invariant I9.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use packlight_documents::Fonts;
use packlight_documents::printing::{self, Spooler};
use packlight_domain::account::AccountId;
use packlight_spapi::{
    Budget, HttpTransport, Ledger, Operation, Recorded, SleepClock, Transport, UserAgent, Waiting,
};
use packlight_store::{Account, Store};
use serde::{Deserialize, Serialize};
use tokio::sync::{Notify, RwLock, RwLockReadGuard, watch};

use crate::connection::Connection;
use crate::diagnostics::NetworkJournal;
use crate::environment::{Environment, PASSPHRASE};
use crate::error::{Code, EngineError};
use crate::events::Events;
use crate::ledger::StoreLedger;
use crate::local_time::LocalTime;
use crate::lock::Lock;
use crate::secrets::{Cost, Prompt, Secrets, SystemKeychain};
use crate::source::OrderSource;
use crate::status::{StatusBoard, SyncStatus};
use crate::sync::AccountReport;

pub use packlight_store::Access;

mod runs;

use runs::Runs;
pub(crate) use runs::{Asked, state_after};

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
    /// What the clock on the wall shows, for quiet hours and midnights.
    pub local: LocalTime,
    /// How Packlight introduces itself to Amazon.
    pub user_agent: UserAgent,
    /// Where files for the seller are put; made when the first one is.
    pub downloads: PathBuf,
    /// The printers.
    pub spooler: Arc<dyn Spooler>,
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
            local: LocalTime::Computer,
            user_agent: user_agent(app),
            spooler: printing::of_system(&[PASSPHRASE]),
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

pub(crate) struct Desk {
    pub(crate) folder: PathBuf,
    pub(crate) store: Store,
    pub(crate) events: Events,
    pub(crate) board: StatusBoard,
    pub(crate) environment: Environment,
    pub(crate) transport: Arc<dyn Transport>,
    pub(crate) secrets: Secrets,
    /// What left this computer.
    pub(crate) network: NetworkJournal,
    pub(crate) clock: fn() -> DateTime<Utc>,
    pub(crate) sleep: SleepClock,
    pub(crate) local: LocalTime,
    pub(crate) user_agent: UserAgent,
    pub(crate) downloads: PathBuf,
    pub(crate) spooler: Arc<dyn Spooler>,
    pub(crate) connections: tokio::sync::Mutex<HashMap<AccountId, Connection>>,
    running: Runs,
    pub(crate) reports: crate::reports::Running,
    /// The fonts of paper, once a page was made.
    pub(crate) fonts: tokio::sync::OnceCell<Arc<Fonts>>,
    pub(crate) counting: crate::orders::OneCount,
    /// What an errand outside a sync waits for, if anything.
    pub(crate) waiting: watch::Sender<Option<Waiting>>,
    /// Held while tonight's backup is made.
    pub(crate) backing_up: tokio::sync::Mutex<()>,
    /// Ends every wait of the supervisor: secrets changed, the vault was opened.
    pub(crate) wake: watch::Sender<()>,
    /// Has the supervisor plan anew: the schedule or a pause changed.
    pub(crate) plans: watch::Sender<()>,
    /// Something is awake that notices sleeps of the computer: whoever only waits for the clock can look at it.
    pub(crate) awake: Notify,
    /// Held for reading by whoever writes beside the database: secrets, backups. Who closes the folder waits for them.
    beside: RwLock<()>,
    /// What the folder was opened for.
    access: Access,
    /// Held while this process may write.
    lock: Mutex<Option<Lock>>,
}

/// How long closing a folder waits for those who write beside its database.
const LAST_WORDS: Duration = Duration::from_secs(10);

impl Engine {
    /// Opens a data folder. With [`Access::Write`] it takes the folder's lock and brings the database up to date.
    pub async fn open(config: Config) -> Result<Self, EngineError> {
        crate::relocate::require_present(&config.folder)?;
        crate::paths::create_private(&config.folder)?;
        let lock = match config.access {
            Access::Write => Some(Lock::acquire(&config.folder)?),
            Access::Read => None,
        };
        let store = Store::open(&config.folder, config.access, (config.clock)()).await?;
        let events = Events::new();
        let network = NetworkJournal::of(&config.folder);
        let transport = Recorded::new(config.transport, network.recorder(), config.clock);
        let engine = Self(Arc::new(Desk {
            board: StatusBoard::new(events.clone()),
            events,
            folder: config.folder,
            store,
            environment: config.environment,
            transport: Arc::new(transport),
            network,
            secrets: config.secrets,
            clock: config.clock,
            sleep: config.sleep,
            local: config.local,
            user_agent: config.user_agent,
            downloads: config.downloads,
            spooler: config.spooler,
            connections: tokio::sync::Mutex::default(),
            running: Runs::default(),
            reports: crate::reports::Running::default(),
            fonts: tokio::sync::OnceCell::new(),
            counting: crate::orders::OneCount::default(),
            waiting: watch::Sender::new(None),
            backing_up: tokio::sync::Mutex::default(),
            wake: watch::Sender::new(()),
            plans: watch::Sender::new(()),
            awake: Notify::new(),
            beside: RwLock::default(),
            access: config.access,
            lock: Mutex::new(lock),
        }));
        for account in engine.0.store.accounts().await?.iter().filter(|account| account.is_connected()) {
            engine.0.board.enter(account.id, &account.label, account.complete_up_to);
            engine.show_remembered_budget(account).await;
        }
        if engine.can_write() && crate::relocate::is_unsettled(engine.folder()) {
            // Nobody waits for it; if it is broken off, the next start tries again.
            let here = engine.clone();
            tokio::spawn(async move { here.settle_moves().await });
        }
        Ok(engine)
    }

    /// Writes what is left to write, closes the file and gives the folder back. Other handles of this engine are of no
    /// use afterwards.
    pub async fn close(&self) {
        self.halt_reports().await;
        self.stop_sync().await;
        // A clone that somebody forgot must not keep the folder shut. From here on it may begin nothing either: what it
        // wrote later would lie in a folder that was erased, restored or left meanwhile.
        let lock = self.0.lock.lock().unwrap_or_else(PoisonError::into_inner).take();
        self.0.network.close();
        if tokio::time::timeout(LAST_WORDS, self.0.beside.write()).await.is_err() {
            tracing::warn!(
                "the data folder is closed while something is still being written beside its database"
            );
        }
        self.0.store.close().await;
        drop(lock);
    }

    /// The right to write beside the database. The folder is not given back before it is dropped, or it takes too long.
    pub(crate) async fn writing_beside(&self) -> Result<RwLockReadGuard<'_, ()>, EngineError> {
        let writing = self.0.beside.read().await;
        self.require_writer()?;
        Ok(writing)
    }

    /// The data folder.
    pub fn folder(&self) -> &Path {
        &self.0.folder
    }

    /// Whether this process may write.
    pub fn can_write(&self) -> bool {
        self.0.lock.lock().unwrap_or_else(PoisonError::into_inner).is_some()
    }

    /// What connecting, checking and replacing secrets wait for: Amazon's limit, and until when.
    pub fn waits(&self) -> watch::Receiver<Option<Waiting>> {
        self.0.waiting.subscribe()
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

    /// The budget of the list operation, for the freshness strip.
    pub(crate) fn list_operation(account: &Account) -> Operation {
        OrderSource::list_operation(account.orders_api)
    }

    pub(crate) fn require_writer(&self) -> Result<(), EngineError> {
        if self.can_write() {
            return Ok(());
        }
        if self.0.access == Access::Write {
            return Err(EngineError::retryable(
                Code::Busy,
                "the data folder was closed meanwhile: try again",
            ));
        }
        Err(EngineError::new(
            Code::ReadOnly,
            "another Packlight is writing to this data folder; close it to sync or edit here",
        ))
    }
}
