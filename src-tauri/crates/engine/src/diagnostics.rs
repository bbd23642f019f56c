//! What helps to find a fault, all of it kept on this computer: logs, panic reports, the list of what left it, and the
//! one file that the seller may send to somebody.
//!
//! Invariant: nothing here holds a secret, a title, a note or an order number. Nothing is sent anywhere by itself.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use packlight_documents::archive::{Archive, ArchiveError};
use packlight_domain::instant;
use packlight_domain::matching::SavedFile;
use serde_json::{Value, json};

use crate::desk::Engine;
use crate::error::EngineError;

mod logs;
mod network;
mod panics;
mod redact;

pub use logs::{LogFile, Redacting, log_folder};
pub use network::{NetworkEntry, NetworkJournal};
pub use packlight_spapi::Exchange;
pub use panics::{keep_panics, panic_folder};
pub use redact::redacted;

/// How many runs of the journal are exported.
const RUNS: u32 = 200;
/// Everything of the list of requests.
const REQUESTS: usize = network::KEPT;

impl Engine {
    /// Notes a request that did not go over the line to Amazon.
    pub fn note_exchange(&self, exchange: &Exchange) {
        self.0.network.add(exchange);
    }

    /// What left this computer, the newest first, at most `limit` entries.
    pub async fn network(&self, limit: u32) -> Result<Vec<NetworkEntry>, EngineError> {
        let journal = self.0.network.clone();
        let limit = usize::try_from(limit).unwrap_or(REQUESTS).min(REQUESTS);
        let read = tokio::task::spawn_blocking(move || journal.newest(limit)).await;
        read.map_err(|_| EngineError::new(crate::Code::Internal, "the list of requests could not be read"))
    }

    /// Writes everything that helps to find a fault into one file in the folder for downloads.
    pub async fn export_diagnostics(&self) -> Result<SavedFile, EngineError> {
        let now = (self.0.clock)();
        let mut archive = Archive::new(now);
        let mut files = 0;
        let mut add = |name: &str, text: &str| {
            files += 1;
            archive.add(name, redacted(text).as_bytes())
        };
        add("about.json", &pretty(&self.about().await?))?;
        add("runs.json", &pretty(&self.runs_told().await?))?;
        let requests = self.network(u32::MAX).await?;
        add("network.json", &pretty(&json!(requests)))?;
        for folder in [log_folder(&self.0.folder), panic_folder(&self.0.folder)] {
            for file in texts(&folder) {
                let inner = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
                let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
                if let Ok(bytes) = std::fs::read(&file) {
                    add(&format!("{inner}/{name}"), &String::from_utf8_lossy(&bytes))?;
                }
            }
        }
        let stem = format!("packlight-diagnostics-{}", now.format("%Y-%m-%d"));
        self.save_document(&stem, "zip", &archive.finish()?, files).await
    }

    /// Versions, the platform, sizes and counts; settings and accounts without names.
    async fn about(&self) -> Result<Value, EngineError> {
        let store = &self.0.store;
        let accounts: Vec<Value> = store
            .accounts()
            .await?
            .iter()
            .map(|account| {
                json!({
                    "number": account.id.0,
                    "platform": account.platform,
                    "region": account.region,
                    "marketplaces": account.marketplaces.iter().map(|one| one.id.as_str()).collect::<Vec<_>>(),
                    "zones": account.marketplaces.iter().map(|one| one.zone.as_str()).collect::<Vec<_>>(),
                    "orders_api": account.orders_api,
                    "secrets": account.secrets,
                    "connected": account.is_connected(),
                    "complete_up_to": account.complete_up_to.map(instant::to_text),
                    "last_check_at": account.last_check_at.map(instant::to_text),
                })
            })
            .collect();
        let size = |suffix: &str| {
            let file = PathBuf::from(format!("{}{suffix}", store.file().display()));
            std::fs::metadata(file).map_or(0, |found| found.len())
        };
        let rows: BTreeMap<&str, u32> = store.row_counts().await?.into_iter().collect();
        let settings: BTreeMap<String, String> = store.settings_told().await?.into_iter().collect();
        Ok(json!({
            "made_at": instant::to_text((self.0.clock)()),
            "packlight": env!("CARGO_PKG_VERSION"),
            "platform": format!("{}/{}", std::env::consts::OS, std::env::consts::ARCH),
            "schema": packlight_store::newest_version(),
            "sqlite": store.sqlite_version().await?,
            "database_bytes": size(""),
            "log_bytes": size("-wal"),
            "can_write": self.can_write(),
            "rows": rows,
            "surprises": store.surprises().await?,
            "settings": settings,
            "accounts": accounts,
            "overridden": {
                "sp_api": self.0.environment.overrides.sp_api_url.is_some(),
                "lwa": self.0.environment.overrides.lwa_url.is_some(),
                "rate_scale": self.0.environment.overrides.rate_scale.is_some(),
            },
        }))
    }

    async fn runs_told(&self) -> Result<Value, EngineError> {
        let logs = self.0.store.logs(None, RUNS).await?;
        let runs = logs.iter().map(|log| {
            let entry = log.entry.as_ref();
            json!({
                "account": log.account.0,
                "kind": log.kind,
                "started_at": instant::to_text(log.started_at),
                "ended_at": entry.map(|entry| instant::to_text(entry.ended_at)),
                "calls": entry.map(|entry| entry.calls),
                "pages": entry.map(|entry| entry.pages),
                "throttled": entry.map(|entry| entry.throttled),
                "new": entry.map(|entry| entry.new),
                "changed": entry.map(|entry| entry.changed),
                "error": entry.and_then(|entry| entry.error.as_ref()).map(|error| json!({
                    "code": error.code, "message": error.message, "request_id": error.request_id,
                })),
            })
        });
        Ok(Value::Array(runs.collect()))
    }
}

impl From<ArchiveError> for EngineError {
    fn from(error: ArchiveError) -> Self {
        Self::new(crate::Code::Internal, error.to_string())
    }
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}

/// The files of a folder, by name.
fn texts(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut files: Vec<PathBuf> =
        entries.filter_map(Result::ok).map(|entry| entry.path()).filter(|path| path.is_file()).collect();
    files.sort();
    files
}
