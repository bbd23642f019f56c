//! Putting a backup, or a repaired copy, in the place of the database.
//!
//! Invariant: at every moment the data folder holds one database that is whole: the present one, or the new one. The new
//! one is made, migrated and examined in a folder of its own; then it is marked ready, and from there on a start goes
//! through with the exchange, however often it is broken off. The present files are kept aside under the time (UTC)
//! before anything of them is touched. The caller holds the data folder's lock.

use std::fs;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use sqlx::{Connection, SqliteConnection};

use crate::acts::Replayed;
use crate::backup::{self, Backup, BackupError, Part, sync_file, sync_folder};
use crate::former::{BEFORE_RESTORE, stamp};
use crate::open::{self, with_suffix};
use crate::{Access, OpenError, Store, StoreError, alerts};

/// Where the new database is prepared.
const WORKSHOP: &str = "restoring";
/// Its mark that only the exchange is left.
const READY: &str = "ready";

/// A database that was put in place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// The backup that it came from.
    pub backup: Backup,
    /// Where the former database is kept; `None` where there was none.
    pub kept: Option<PathBuf>,
}

/// Puts `backup` in the place of the database of `folder`, migrated where it is older. The present database is kept as
/// `packlight.db.before-restore-<time>`.
pub async fn restore(folder: &Path, backup: &Path, now: DateTime<Utc>) -> Result<Restored, BackupError> {
    let aside = format!("{}{BEFORE_RESTORE}{}", open::DATABASE, stamp(now));
    put_in_place(folder, backup, &aside, None, now).await.map(|(restored, _)| restored)
}

/// Puts `backup` in place; acts that only `damaged` knows are done again in it as far as they can be.
pub(crate) async fn put_in_place(
    folder: &Path,
    backup: &Path,
    aside: &str,
    damaged: Option<&Path>,
    now: DateTime<Utc>,
) -> Result<(Restored, Replayed), BackupError> {
    let examined = backup::examine(backup).await?;
    complete(folder)?;
    let workshop = folder.join(WORKSHOP);
    let prepared = prepare(folder, &workshop, backup, damaged, now).await;
    if prepared.is_err() {
        let _ = fs::remove_dir_all(&workshop);
    }
    let replayed = prepared?;
    let kept = keep_aside(folder, aside)?;
    let ready = workshop.join(READY);
    open::create(&ready).map_err(|error| BackupError::of_writing(&ready, error))?;
    sync_folder(&ready).map_err(|error| BackupError::not_written(&ready, &error))?;
    complete(folder)?;
    Ok((Restored { backup: examined, kept }, replayed))
}

/// Goes through with an exchange that was broken off, or clears away one that was not ready.
pub(crate) fn complete(folder: &Path) -> Result<(), OpenError> {
    let workshop = folder.join(WORKSHOP);
    if !workshop.exists() {
        return Ok(());
    }
    let file = open::database_file(folder);
    let exchange = || {
        let new = open::database_file(&workshop);
        if workshop.join(READY).exists() && new.exists() {
            // First the log of the former database: it must never be read together with the new one.
            for suffix in ["-wal", "-shm", "-journal"] {
                remove(&with_suffix(&file, suffix))?;
            }
            sync_folder(&file)?;
            fs::rename(&new, &file)?;
            sync_folder(&file)?;
        }
        fs::remove_dir_all(&workshop)
    };
    exchange().map_err(|error| open::io_error(&workshop, &error))
}

fn remove(file: &Path) -> std::io::Result<()> {
    match fs::remove_file(file) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Makes the new database: a copy of the backup by SQLite, migrated, examined, closed without a log.
async fn prepare(
    folder: &Path,
    workshop: &Path,
    backup: &Path,
    damaged: Option<&Path>,
    now: DateTime<Utc>,
) -> Result<Replayed, BackupError> {
    let writing = |error: OpenError| BackupError::of_writing(workshop, error);
    open::prepare_folder(workshop).map_err(writing)?;
    let file = open::database_file(workshop);
    let unreadable = |error: sqlx::Error| BackupError::of_opening(backup, OpenError::of(&error, backup));
    let mut source = backup::reading(backup).await.map_err(unreadable)?;
    backup::make_sure_of_room(&mut source, folder).await?;
    let part = Part::beside(&file)?;
    part.make()?;
    let target = part.path.to_str().ok_or_else(|| BackupError::NotWritten {
        path: part.path.clone(),
        detail: "its name is no text".to_owned(),
    })?;
    sqlx::query("VACUUM INTO ?").bind(target).execute(&mut source).await.map_err(unreadable)?;
    // What somebody has open cannot be deleted or replaced on Windows.
    let _ = source.close().await;
    part.settle(&file)?;
    let store = Store::open(workshop, Access::Write, now).await?;
    let buckets = spent_tokens(folder).await;
    let replayed = match damaged {
        Some(damaged) => store.replay(damaged, now).await,
        None => Replayed::default(),
    };
    let settled = settle(&store, buckets, now).await;
    store.close().await;
    settled?;
    sync_file(&file).map_err(|error| BackupError::not_written(&file, &error))?;
    Ok(replayed)
}

async fn settle(store: &Store, buckets: Vec<Bucket>, now: DateTime<Utc>) -> Result<(), BackupError> {
    let report = store.check().await?;
    if let Some(detail) = report.problems.into_iter().next() {
        return Err(BackupError::Unsound { detail });
    }
    store
        .write(move |connection| {
            Box::pin(async move {
                sqlx::query("DELETE FROM settings WHERE key = ?")
                    .bind(backup::MADE_AT)
                    .execute(&mut *connection)
                    .await?;
                alerts::silence(connection, now).await?;
                write_buckets(connection, &buckets).await
            })
        })
        .await?;
    Ok(())
}

type Bucket = (String, String, i64, String, i64, i64, i64);

/// What the present database knows of calls that were spent: Amazon does not forget them with us.
async fn spent_tokens(folder: &Path) -> Vec<Bucket> {
    let read = async {
        let mut connection = backup::reading(&open::database_file(folder)).await?;
        let buckets = sqlx::query_as(
            "SELECT client_fingerprint, region, account_id, operation, tokens_nano, micro_hertz, at FROM rate_buckets",
        )
        .fetch_all(&mut connection)
        .await;
        let _ = connection.close().await;
        buckets
    };
    // No present database, or one that cannot be read: the backup's buckets have filled since, as Amazon's have.
    read.await.unwrap_or_else(|_: sqlx::Error| Vec::new())
}

async fn write_buckets(connection: &mut SqliteConnection, buckets: &[Bucket]) -> Result<(), StoreError> {
    for (fingerprint, region, account, operation, tokens, rate, at) in buckets {
        sqlx::query("INSERT OR REPLACE INTO rate_buckets VALUES (?, ?, ?, ?, ?, ?, ?)")
            .bind(fingerprint)
            .bind(region)
            .bind(account)
            .bind(operation)
            .bind(tokens)
            .bind(rate)
            .bind(at)
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

/// Keeps the present files under another name as well, whole and with their log. Nothing of them is changed.
fn keep_aside(folder: &Path, aside: &str) -> Result<Option<PathBuf>, BackupError> {
    let file = open::database_file(folder);
    if !file.exists() {
        return Ok(None);
    }
    let kept = folder.join(aside);
    for suffix in ["", "-wal", "-journal"] {
        let (from, to) = (with_suffix(&file, suffix), with_suffix(&kept, suffix));
        // An empty log says nothing.
        if fs::metadata(&from).is_ok_and(|found| suffix.is_empty() || found.len() > 0) {
            copy_whole(&from, &to).map_err(|error| BackupError::not_written(&to, &error))?;
        }
    }
    Ok(Some(kept))
}

/// A second copy of a file's bytes, on the disk. No link: the first may still be written to by whoever has it open.
pub(crate) fn copy_whole(from: &Path, to: &Path) -> std::io::Result<()> {
    fs::copy(from, to)?;
    sync_file(to)?;
    sync_folder(to)
}
