//! The demo seller: the simulated Amazon inside the app, over real HTTP on loopback, with a data folder of its own.
//!
//! The demo begins anew at each start, since its Amazon does too, and leaving it deletes its data. Its rates are scaled
//! so that new orders show within half a minute instead of Amazon's three.

mod shelves;
mod trouble;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{TimeDelta, Utc};
use packlight_domain::account::{OrdersApi, Region};
use packlight_engine::accounts::NewAccount;
use packlight_engine::environment::{Environment, Overrides};
use packlight_engine::lock::{Lock, LockError};
use packlight_engine::secrets::keychain::{Entry, Stage};
use packlight_engine::secrets::{Cost, Credentials, Keychain, KeychainError, Secrets, SecretsPlace};
use packlight_engine::{Code, Engine, EngineError};
use packlight_spapi_sim::{Amazon, Clock, Seller, Server};
use secrecy::SecretString;
use tokio::sync::broadcast::error::RecvError;

/// The demo's folder is there once for each data folder.
const SHOWN_ELSEWHERE: &str =
    "the demo is open in another Packlight: go on in its window, or leave the demo there and try again";
/// What the demo is called wherever its name shows.
const LABEL: &str = "Demo seller";
/// How far the demo's orders go back: no further than a first sync reads.
const HISTORY_DAYS: u32 = 28;
/// How long the demo's shop has been alive when it is opened: Amazon shows an order two minutes after it was placed, and
/// nobody should have to wait for the first.
const ALIVE_FOR: TimeDelta = TimeDelta::minutes(15);
/// How much faster the demo's Amazon lets itself be asked.
const RATE_SCALE: u32 = 60;
/// How often the demo polls.
pub(crate) const POLL: Duration = Duration::from_secs(20);

/// The demo's data folder beside the seller's own.
pub(crate) fn folder(data_folder: &Path) -> PathBuf {
    packlight_engine::paths::demo_folder(data_folder)
}

/// Deletes the demo's data. Only a folder that is marked as the demo's is ever deleted, and none that another Packlight
/// shows just now.
pub(crate) fn erase(data_folder: &Path) -> Result<(), EngineError> {
    let folder = folder(data_folder);
    if !folder.exists() {
        return Ok(());
    }
    if !packlight_engine::paths::is_demo(&folder) {
        let message = format!(
            "{} is where the demo would be, but holds something else: move it away, or delete it if it is an old demo",
            folder.display()
        );
        return Err(EngineError::new(Code::NotPossible, message));
    }
    let lock = Lock::acquire(&folder).map_err(|error| match error {
        LockError::Held { .. } => EngineError::new(Code::Busy, SHOWN_ELSEWHERE),
        LockError::Io { .. } => error.into(),
    })?;
    // Windows deletes no file that is open, its own lock included.
    let _held = (!cfg!(windows)).then_some(lock);
    std::fs::remove_dir_all(folder).map_err(|error| {
        EngineError::new(Code::Disk, format!("the demo's data could not be deleted: {error}"))
    })
}

/// Whether another Packlight shows the demo of this data folder.
#[cfg(target_os = "linux")]
pub(crate) fn is_shown_elsewhere(data_folder: &Path) -> bool {
    let folder = folder(data_folder);
    packlight_engine::paths::is_demo(&folder) && matches!(Lock::acquire(&folder), Err(LockError::Held { .. }))
}

/// Makes the demo's folder.
pub(crate) fn create(data_folder: &Path) -> Result<(), EngineError> {
    Ok(packlight_engine::paths::create_demo(&folder(data_folder))?)
}

/// Starts the simulated Amazon.
pub(crate) async fn start_amazon() -> Result<Server, EngineError> {
    let opened = Utc::now() - ALIVE_FOR;
    let seller = Seller::demo(opened).history_days(HISTORY_DAYS).rate_scale(RATE_SCALE);
    let amazon = Amazon::with_clock(seller, Clock::system());
    trouble::place(&amazon, opened).map_err(|error| EngineError::new(Code::Internal, error.to_string()))?;
    Server::start(Arc::new(amazon), ([127, 0, 0, 1], 0).into()).await.map_err(|error| {
        EngineError::retryable(Code::Internal, format!("the demo's Amazon could not be started: {error}"))
    })
}

/// The environment in which the engine finds the simulated Amazon.
pub(crate) fn environment(server: &Server, own: &Environment) -> Environment {
    Environment {
        overrides: Overrides {
            sp_api_url: Some(server.base_url()),
            lwa_url: Some(server.lwa_url()),
            rate_scale: Some(RATE_SCALE.to_string()),
        },
        ..own.clone()
    }
}

/// Connects the demo seller to a fresh data folder.
pub(crate) async fn connect(engine: &Engine) -> Result<(), EngineError> {
    let account = NewAccount {
        label: LABEL.to_owned(),
        region: Region::Eu,
        marketplaces: vec!["A1F83G8C2ARO7P".to_owned()],
        orders_api: OrdersApi::V2026,
        credentials: credentials(),
        place: SecretsPlace::Keychain,
    };
    engine.add_account(account).await?;
    Ok(())
}

/// Fills the demo's shelves once its orders are there; nobody waits for it.
pub(crate) fn stock_up(engine: Engine) {
    let mut news = engine.events().subscribe();
    tauri::async_runtime::spawn(async move {
        while engine.sync_status().accounts.iter().all(|account| account.complete_up_to.is_none()) {
            // One that lags has missed news, so it looks again; one that is closed will hear no more.
            if let Err(RecvError::Closed) = news.recv().await {
                return;
            }
        }
        if let Err(error) = shelves::fill(&engine).await {
            // The demo was left meanwhile.
            tracing::info!(%error, "the demo's shelves stay as they are");
        }
    });
}

/// Secrets that are none, kept in memory: the demo never touches the seller's keychain.
pub(crate) fn secrets(folder: &Path) -> Secrets {
    Secrets::new(folder, Arc::new(InMemory::default()), Cost::FULL, None, None)
}

#[derive(Default)]
struct InMemory(Mutex<HashMap<Entry, SecretString>>);

impl InMemory {
    fn entries(&self) -> MutexGuard<'_, HashMap<Entry, SecretString>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Keychain for InMemory {
    fn is_open(&self) -> bool {
        true
    }

    fn prepare(&self, _: &Stage) -> Result<(), KeychainError> {
        Ok(())
    }

    fn read(&self, entries: &[Entry], _: &Stage) -> Result<Vec<SecretString>, KeychainError> {
        let kept = self.entries();
        entries.iter().map(|entry| kept.get(entry).cloned().ok_or(KeychainError::Missing)).collect()
    }

    fn write(&self, entries: &[(Entry, SecretString)], _: &Stage) -> Result<(), KeychainError> {
        self.entries().extend(entries.iter().cloned());
        Ok(())
    }

    fn delete(&self, entries: &[Entry], _: &Stage) -> Result<(), KeychainError> {
        let mut kept = self.entries();
        for entry in entries {
            kept.remove(entry);
        }
        Ok(())
    }
}

fn credentials() -> Credentials {
    Credentials {
        client_id: packlight_spapi_sim::CLIENT_ID.to_owned(),
        client_secret: packlight_spapi_sim::CLIENT_SECRET.into(),
        refresh_token: packlight_spapi_sim::REFRESH_TOKEN.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_folder_that_is_the_demos_is_deleted() {
        let home = tempfile::tempdir().unwrap();
        let data = home.path().join("shop");
        erase(&data).unwrap();
        create(&data).unwrap();
        erase(&data).unwrap();
        assert!(!folder(&data).exists());
        // A seller's own folder that happens to be called so.
        std::fs::create_dir(folder(&data)).unwrap();
        std::fs::write(folder(&data).join("packlight.db"), "orders").unwrap();
        let error = erase(&data).unwrap_err();
        assert_eq!(error.code, Code::NotPossible);
        assert!(
            error.message.contains("shop-demo is where the demo would be, but holds something else"),
            "{error}"
        );
        assert!(folder(&data).join("packlight.db").exists());
    }

    #[test]
    fn the_demo_that_another_packlight_shows_is_left_alone() {
        let home = tempfile::tempdir().unwrap();
        let data = home.path().join("shop");
        create(&data).unwrap();
        std::fs::write(folder(&data).join("packlight.db"), "orders").unwrap();
        // As a running Packlight holds it.
        let shown = Lock::acquire(&folder(&data)).unwrap();
        let error = erase(&data).unwrap_err();
        assert_eq!((error.code, error.message.as_str()), (Code::Busy, SHOWN_ELSEWHERE));
        assert!(folder(&data).join("packlight.db").exists(), "its database is there");
        #[cfg(target_os = "linux")]
        assert!(is_shown_elsewhere(&data));
        drop(shown);
        #[cfg(target_os = "linux")]
        assert!(!is_shown_elsewhere(&data));
        erase(&data).unwrap();
        assert!(!folder(&data).exists());
    }
}
