//! An import of orders in the journal: one line, written whatever becomes of the import.

use chrono::{DateTime, Utc};
use packlight_domain::account::AccountId;
use packlight_domain::file_import::ImportReport;
use packlight_store::{LogEntry, LogId};

use crate::desk::Engine;
use crate::error::EngineError;
use crate::events::CacheTag;

/// How the journal calls an import.
const JOURNAL_KIND: &str = "file import";

/// An import of orders as the journal sees it.
pub(super) struct ImportRun {
    began: DateTime<Utc>,
    log: Option<(AccountId, LogId)>,
}

impl ImportRun {
    /// Nothing is written before the first orders are.
    pub(super) fn beginning(began: DateTime<Utc>) -> Self {
        Self { began, log: None }
    }

    /// Opens the line of the journal, once.
    pub(super) async fn enter(&mut self, engine: &Engine, account: AccountId) -> Result<(), EngineError> {
        if self.log.is_none() {
            self.log = Some((account, engine.0.store.begin_log(account, JOURNAL_KIND, self.began).await?));
        }
        Ok(())
    }

    pub(super) async fn finish(self, engine: &Engine, done: &ImportReport, failure: Option<&EngineError>) {
        let Some((account, log)) = self.log else { return };
        let ended_at = (engine.0.clock)();
        let entry = LogEntry {
            new: done.orders_new,
            changed: done.orders_changed,
            unchanged: done.orders_unchanged,
            error: failure.map(EngineError::journal),
            ended_at,
            ..LogEntry::default()
        };
        let mut written = engine.0.store.finish_log(log, &entry).await;
        if written.is_ok() && failure.is_none() {
            written = engine.0.store.record_check(account, ended_at, None).await;
        }
        // What was kept is kept: the journal must not turn a good import into a failed one.
        if let Err(error) = written {
            tracing::warn!(%error, "the journal of an import could not be written");
        }
        engine.0.events.changed(&[CacheTag::Sync, CacheTag::Accounts]);
    }
}
