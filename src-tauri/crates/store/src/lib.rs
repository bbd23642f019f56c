//! The local copy of a seller's orders: one SQLite file, one writer, many readers.
//!
//! This crate owns every line of SQL; nothing above it sees SQL or SQLite types. It owns the invariants that are about
//! keeping: a page is written whole or not at all (I2, I7), the newest answer wins per group (I5), lines belong to their
//! order (I6), no transaction outlives its caller (I10), instants are UTC milliseconds (I12), money is whole minor units
//! (I17). Time is a parameter everywhere; no function here looks at a clock.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use futures::future::BoxFuture;
use sqlx::SqliteConnection;
use sqlx::sqlite::SqlitePool;

mod accounts;
mod acts;
mod alerts;
mod backup;
mod blocks;
mod buckets;
mod check;
mod claims;
mod conditions;
mod confirming;
mod counts;
mod details;
mod error;
mod everything;
mod facts;
mod files;
mod forget;
mod former;
mod ingest;
mod inventory;
mod jobs;
mod journal;
mod keyset;
mod listings;
mod mappings;
mod matching;
mod meanings;
mod open;
mod page;
mod picking;
mod repair;
mod reports;
mod restore;
mod retention;
mod rows;
mod search;
mod selection;
mod settings;
mod sieve;
mod told;
mod turns;
mod values;
mod views;
mod windows;
mod writer;
mod zones;

pub use accounts::{Account, AccountMarketplace, NewAccount, SecretsPlace};
pub use acts::Replayed;
pub use alerts::{MAX_IN_ALERT_VIEW, Waiting};
pub use backup::{Backup, BackupError, Contents, examine as examine_backup, glance as glance_at_backup};
pub use buckets::{BucketKey, StoredBucket};
pub use check::CheckReport;
pub use confirming::Confirming;
pub use counts::{Counted, Scope};
pub use error::{OpenError, StoreError};
pub use everything::{Cell, Rows, table_names};
pub use files::{Import, Imported};
pub use forget::Holdings;
pub use former::{Former, former_databases};
pub use ingest::{ChangeSet, Changed, Compared, StaleKind};
pub use inventory::Units;
pub use jobs::{Job, JobEnd, JobId, JobState, NewJob, Progress};
pub use journal::{LogEntry, LogError, LogId, PARTLY_CLOSED, SyncLog};
pub use listings::{ListingChanges, NewListings, StoredListing};
pub use open::DATABASE;
pub use picking::{PickAsked, Planned, Recorded, Struck};
pub use repair::{Repaired, repair, suspect};
pub use reports::{NewReportRequest, ReportEnd, ReportRequest, ReportRequestId, ReportState, ReportStep};
pub use restore::{Restored, restore};
pub use selection::Orders;
pub use settings::Settings;
pub use windows::{NewWindow, OpenWindow, PageCommit, PageResult, Source, SyncState, WindowId};

/// Version of the schema that this program writes.
pub fn newest_version() -> i64 {
    open::newest(&open::MIGRATIONS)
}

#[cfg(test)]
mod tests;

use writer::{Outcome, Writer};

/// Whether a store may write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Creates and migrates; one process per folder (the engine's file lock sees to it).
    Write,
    /// Reads beside a process that writes, and never writes.
    Read,
}

/// An open database. Clones share it.
#[derive(Debug, Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    writer: Option<Writer>,
    readers: SqlitePool,
    file: PathBuf,
}

impl Store {
    /// Opens the database of `folder`; with [`Access::Write`] it is created or migrated first, and runs of the journal
    /// that are older than 90 days at `now` are dropped.
    pub async fn open(folder: &Path, access: Access, now: DateTime<Utc>) -> Result<Self, OpenError> {
        let store = Self::open_with(folder, access, &open::MIGRATIONS).await?;
        if access == Access::Write {
            let pruned = store.prune_logs(now).await;
            pruned.map_err(|error| OpenError::Internal {
                file: store.file().to_owned(),
                detail: error.to_string(),
            })?;
        }
        Ok(store)
    }

    async fn open_with(
        folder: &Path,
        access: Access,
        migrations: &sqlx::migrate::Migrator,
    ) -> Result<Self, OpenError> {
        let file = open::database_file(folder);
        let (writer, readers) = match access {
            Access::Write => {
                let (connection, readers) = open::writable(folder, migrations).await?;
                (Some(Writer::start(connection, open::with_suffix(&file, "-wal"))), readers)
            }
            Access::Read => (None, open::readable(folder, migrations).await?),
        };
        Ok(Self { inner: Arc::new(Inner { writer, readers, file }) })
    }

    /// Does what was asked for before, empties the write-ahead log into the file and closes every connection. Later
    /// calls fail with [`StoreError::Closed`].
    pub async fn close(&self) {
        self.inner.readers.close().await;
        if let Some(writer) = &self.inner.writer
            && let Err(error) = writer.close().await
        {
            // Nothing is lost: what was committed is in the log and is read from there at the next start.
            tracing::warn!(%error, "the database was not closed cleanly");
        }
    }

    /// The database file.
    pub fn file(&self) -> &Path {
        &self.inner.file
    }

    /// Whether this store may write.
    pub fn access(&self) -> Access {
        if self.inner.writer.is_some() { Access::Write } else { Access::Read }
    }

    /// Gives the file's unused space back to the disk. Blocks writing while it runs; needs as much free space again.
    pub async fn vacuum(&self) -> Result<(), StoreError> {
        self.writer()?
            .run(|connection| {
                Box::pin(async move {
                    sqlx::query("INSERT INTO order_trigrams (order_trigrams) VALUES ('optimize')")
                        .execute(&mut *connection)
                        .await?;
                    sqlx::query("VACUUM").execute(connection).await?;
                    Ok(())
                })
            })
            .await
    }

    fn writer(&self) -> Result<&Writer, StoreError> {
        self.inner.writer.as_ref().ok_or(StoreError::ReadOnly)
    }

    /// Runs `work` in one write transaction, even if the caller is dropped meanwhile.
    fn write<T, F>(&self, work: F) -> Outcome<T>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(&'c mut SqliteConnection) -> BoxFuture<'c, Result<T, StoreError>> + Send + 'static,
    {
        match self.writer() {
            Ok(writer) => writer.transact(work),
            Err(error) => Box::pin(std::future::ready(Err(error))),
        }
    }
}
