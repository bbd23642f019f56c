//! A desk in a folder of its own, without Amazon, printer and keychain.

#![allow(
    clippy::unwrap_used,
    dead_code,
    reason = "the helpers of tests may fail like tests; no test file uses all of them"
)]

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use chrono::{DateTime, Utc};
use packlight_domain::file_import::{ImportInput, ImportKind};
use packlight_engine::environment::Environment;
use packlight_engine::printing::{Cups, Programs, Spooler};
use packlight_engine::secrets::{Cost, Secrets, SystemKeychain};
use packlight_engine::{Access, Config, Engine, LocalTime};
use packlight_spapi::{SleepClock, Transport, TransportError, UserAgent};
use tempfile::TempDir;

/// Nothing here talks to Amazon.
struct Nowhere;

#[async_trait]
impl Transport for Nowhere {
    async fn send(
        &self,
        _: http::Request<bytes::Bytes>,
    ) -> Result<http::Response<bytes::Bytes>, TransportError> {
        Err(TransportError::Broken)
    }
}

/// When all of it happens.
pub(crate) fn noon() -> DateTime<Utc> {
    DateTime::from_timestamp(1_768_737_600, 0).unwrap()
}

/// The desk of `folder`.
pub(crate) async fn engine(folder: &Path) -> Engine {
    Engine::open(config(folder)).await.unwrap()
}

/// The desk of `folder` with that print system.
pub(crate) async fn printing(folder: &Path, spooler: Arc<dyn Spooler>) -> Engine {
    Engine::open(Config { spooler, ..config(folder) }).await.unwrap()
}

/// What a desk is made of.
pub(crate) fn config(folder: &Path) -> Config {
    let cost = Cost { memory_kib: 8, passes: 1, lanes: 1 };
    Config {
        folder: folder.join("data"),
        access: Access::Write,
        environment: Environment::default(),
        transport: Arc::new(Nowhere),
        secrets: Secrets::new(folder, Arc::new(SystemKeychain), cost, None, None),
        clock: noon,
        sleep: SleepClock::sleepless(),
        local: LocalTime::Zone(chrono_tz::Tz::Europe__London),
        user_agent: UserAgent { app: "Packlight".into(), version: "0".into(), platform: "Test".into() },
        downloads: folder.join("downloads"),
        // Nobody prints here.
        spooler: Arc::new(Cups::new(Programs::in_folders(Vec::new(), &[]))),
    }
}

/// A file as the window sends it.
pub(crate) fn input(kind: ImportKind, content: &[u8]) -> ImportInput {
    ImportInput {
        kind,
        name: "C:\\My files\\stock.csv".into(),
        content: BASE64_STANDARD.encode(content),
        columns: None,
    }
}

/// A desk that leaves as the test ends.
pub(crate) async fn desk() -> (TempDir, Engine) {
    let folder = tempfile::tempdir().unwrap();
    let engine = engine(folder.path()).await;
    (folder, engine)
}
