//! A damaged database: its files are kept whole, the newest good backup takes its place, and the seller's own work since
//! then is done again.
//!
//! The backup's watermarks come with it, so the next sync reads again whatever Amazon changed since. A damaged file is
//! never written to, and deleted by nothing here.

use std::fs;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection};

use crate::acts::Replayed;
use crate::backup::{self, Backup, BackupError, Part};
use crate::former::{DAMAGED, stamp};
use crate::open::{self, with_suffix};
use crate::restore::{copy_whole, put_in_place};
use crate::{OpenError, StoreError};

/// Its presence says that SQLite found damage while the database was in use.
const SUSPECT: &str = "packlight.db.suspect";

/// What a damaged database is copied to, and what is made of the copy; neither ever stands under its name.
const WORK: &str = "damaged.db";
const REBUILT: &str = "rebuilt.db";

/// What was done about a damaged database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repaired {
    /// Where the damaged files are kept.
    pub quarantine: PathBuf,
    /// What was put in place: a backup, or what could be copied of the damaged database; `None` where the new database
    /// is empty.
    pub from: Option<Backup>,
    /// It was copied from the damaged database itself, because there was no good backup.
    pub from_itself: bool,
    /// The seller's acts since that backup.
    pub replayed: Replayed,
}

/// Puts the first of `backups` that is good in the place of the damaged database of `folder`. Without one, what SQLite can
/// still read of the database, if that is whole and sound; else nothing is done unless `or_empty`.
///
/// # Errors
/// [`BackupError::NoneGood`] where there is nothing to put in place.
pub async fn repair(
    folder: &Path,
    backups: &[PathBuf],
    or_empty: bool,
    now: DateTime<Utc>,
) -> Result<Repaired, BackupError> {
    let file = open::database_file(folder);
    let aside = format!("{}{DAMAGED}{}", open::DATABASE, stamp(now));
    let quarantine = folder.join(&aside);
    for backup in backups {
        match put_in_place(folder, backup, &aside, Some(&file), now).await {
            Ok((restored, replayed)) => {
                clear_suspicion(folder);
                let from = Some(restored.backup);
                return Ok(Repaired { quarantine, from, from_itself: false, replayed });
            }
            Err(
                error @ (BackupError::Damaged { .. }
                | BackupError::Foreign { .. }
                | BackupError::Missing { .. }
                | BackupError::Newer { .. }
                | BackupError::NotRead { .. }
                | BackupError::Unsound { .. }),
            ) => tracing::warn!(%error, "a backup is of no use"),
            Err(error) => return Err(error),
        }
    }
    match rebuild(folder, &file, &aside, now).await {
        Ok(from) => {
            clear_suspicion(folder);
            let replayed = Replayed::default();
            return Ok(Repaired { quarantine, from: Some(from), from_itself: true, replayed });
        }
        Err(error) => tracing::warn!(%error, "the damaged database cannot be copied"),
    }
    if !or_empty {
        return Err(BackupError::NoneGood { file });
    }
    // Without its files a folder is as new; they go under their new names one by one, the log last, for alone it is nothing.
    for suffix in ["", "-wal", "-journal"] {
        let (from, to) = (with_suffix(&file, suffix), with_suffix(&quarantine, suffix));
        if from.exists() {
            fs::rename(&from, &to).map_err(|error| BackupError::not_written(&to, &error))?;
        }
    }
    let _ = fs::remove_file(with_suffix(&file, "-shm"));
    clear_suspicion(folder);
    Ok(Repaired { quarantine, from: None, from_itself: false, replayed: Replayed::default() })
}

/// Copies what SQLite reads of the damaged tables, makes their indexes anew, and takes the copy only if nothing is wrong
/// with it.
async fn rebuild(folder: &Path, file: &Path, aside: &str, now: DateTime<Utc>) -> Result<Backup, BackupError> {
    let unreadable = |error: sqlx::Error| BackupError::of_opening(file, OpenError::of(&error, file));
    let work = Part::beside(&folder.join(WORK))?;
    work.make()?;
    for suffix in ["", "-wal"] {
        let (from, to) = (with_suffix(file, suffix), with_suffix(&work.path, suffix));
        if from.exists() {
            copy_whole(&from, &to).map_err(|error| BackupError::not_written(&to, &error))?;
        }
    }
    let indexes = drop_indexes(&work.path).await.map_err(unreadable)?;
    let part = Part::beside(&folder.join(REBUILT))?;
    part.make()?;
    let mut damaged = backup::reading(&work.path).await.map_err(unreadable)?;
    backup::make_sure_of_room(&mut damaged, folder).await?;
    let target = part.path.to_string_lossy().into_owned();
    sqlx::query("VACUUM INTO ?").bind(target).execute(&mut damaged).await.map_err(unreadable)?;
    let _ = damaged.close().await;
    let mut rebuilt = open::options(&part.path).connect().await.map_err(unreadable)?;
    for index in indexes {
        sqlx::query(AssertSqlSafe(index)).execute(&mut rebuilt).await.map_err(unreadable)?;
    }
    rebuilt.close().await.map_err(unreadable)?;
    put_in_place(folder, &part.path, aside, None, now).await.map(|(restored, _)| restored.backup)
}

/// Deletes what a repair that was killed left, as large as the database each. For whoever holds the folder's lock: copies
/// on their way under other names may be somebody's own backup.
pub(crate) fn clear_parts(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.filter_map(Result::ok) {
        let name = entry.file_name();
        let is_left = |name: &str| {
            let of = |whole| name.strip_prefix('.').and_then(|rest| rest.strip_prefix(whole));
            of(WORK)
                .or_else(|| of(REBUILT))
                .is_some_and(|rest| rest.starts_with('.') && rest.contains(".part"))
        };
        // If one stays, it is in nobody's way.
        if name.to_str().is_some_and(is_left) && fs::remove_file(entry.path()).is_ok() {
            tracing::info!(file = %entry.path().display(), "deleted what a repair left that did not end");
        }
    }
}

/// Takes the indexes out of a copy's schema, without touching their pages, which may be the damaged ones; returns the
/// statements that make them again. Those that belong to a constraint stay.
async fn drop_indexes(copy: &Path) -> Result<Vec<String>, sqlx::Error> {
    let mut connection = open::options(copy).connect().await?;
    let indexes = sqlx::query_scalar(
        "SELECT sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL ORDER BY rowid",
    )
    .fetch_all(&mut connection)
    .await?;
    for sql in [
        "PRAGMA writable_schema = ON",
        "DELETE FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL",
        "PRAGMA writable_schema = RESET",
    ] {
        sqlx::query(sql).execute(&mut connection).await?;
    }
    connection.close().await?;
    Ok(indexes)
}

/// Notes that the database of `folder` was found damaged while it was in use, so that the next start looks at all of it.
pub fn suspect(folder: &Path) -> Result<(), OpenError> {
    open::create(&folder.join(SUSPECT))
}

/// Examines a database that was found damaged while in use; the note goes if there is nothing wrong with it after all.
pub(crate) async fn examine_suspect(folder: &Path) -> Result<(), OpenError> {
    if !folder.join(SUSPECT).exists() {
        return Ok(());
    }
    let file = open::database_file(folder);
    match backup::examine(&file).await {
        Ok(_) => {
            clear_suspicion(folder);
            Ok(())
        }
        Err(
            BackupError::Damaged { detail, .. }
            | BackupError::Foreign { detail, .. }
            | BackupError::Source(StoreError::Corrupt(detail)),
        ) => Err(OpenError::Corrupt { file, detail }),
        // Whatever else is wrong is told by the opening itself.
        Err(_) => Ok(()),
    }
}

fn clear_suspicion(folder: &Path) {
    // If it stays, the next start examines the database once more.
    let _ = fs::remove_file(folder.join(SUSPECT));
}
