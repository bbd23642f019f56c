//! Backups of a data folder: made by hand or every night, looked into, restored; and what is done about a damaged database.
//!
//! Nightly ones lie in `backups/` and are thinned out with age only after a new one has been found good, so a database
//! that is damaged never pushes out the last good copy. A failure is a failed job and stays on the page until a backup
//! succeeds.

use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use packlight_domain::alert::News;
use packlight_domain::backup::{self, BackupFile};
use packlight_domain::instant::to_millis;
use packlight_store::{Backup, BackupError, JobEnd, JobState, NewJob};
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;

use crate::desk::Engine;
use crate::error::{Code, EngineError};
use crate::events::{CacheTag, Event};
use crate::lock::Lock;
use crate::supervisor::rest;

/// Where nightly backups lie, in the data folder.
pub const FOLDER: &str = "backups";

/// The kind of the job of a nightly backup.
const JOB: &str = "backup";

/// How the keys of news of backups begin.
const NOT_BACKED_UP: &str = "backup:";

/// A start is left alone this long.
const SETTLE: Duration = Duration::from_mins(2);
/// How often it is looked whether a night's backup is due, and how soon after a failure again.
const LOOK: Duration = Duration::from_mins(15);
const AGAIN: Duration = Duration::from_hours(1);

/// Nightly backups, as the page shows them. Instants are UTC.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct BackupStatus {
    /// Where they lie.
    pub folder: String,
    /// Those that are there, the newest first.
    pub files: Vec<BackupFile>,
    /// Why the last one failed; `None` where it did not.
    pub problem: Option<String>,
    /// When that was.
    pub failed_at: Option<DateTime<Utc>>,
}

/// What was put in the place of the database.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct RestoreReport {
    /// The backup.
    pub backup: BackupFile,
    /// Where the former database is kept; `None` where there was none.
    pub kept: Option<String>,
}

/// What was done about a damaged database.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct RepairReport {
    /// Where the damaged files are kept.
    pub quarantine: String,
    /// What was put in their place; `None` where the database is empty now.
    pub backup: Option<BackupFile>,
    /// It was copied from the damaged database itself, because there was no good backup.
    pub from_itself: bool,
    /// The seller's own acts since the backup that were done again.
    pub acts_kept: u32,
    /// Those that could not be.
    pub acts_lost: u32,
}

impl Engine {
    /// Copies the database into `file`, examined; `replace` says whether a file that is there may go. Works beside a
    /// running Packlight.
    pub async fn back_up(&self, file: &Path, replace: bool) -> Result<BackupFile, EngineError> {
        Ok(described(self.0.store.back_up(file, replace, (self.0.clock)()).await?))
    }

    /// The nightly backups that are there.
    pub async fn backup_status(&self) -> Result<BackupStatus, EngineError> {
        let folder = self.0.folder.join(FOLDER);
        let mut files = Vec::new();
        for (_, file) in nightly(&folder) {
            match packlight_store::glance_at_backup(&file).await {
                Ok(backup) => files.push(described(backup)),
                // It is examined when it is wanted; here it is only not listed.
                Err(error) => tracing::warn!(%error, "a backup cannot be read"),
            }
        }
        let last = self.0.store.latest_job(JOB, None).await?;
        let failed = last.filter(|job| job.state == JobState::Failed);
        Ok(BackupStatus {
            folder: folder.display().to_string(),
            files,
            failed_at: failed.as_ref().and_then(|job| job.finished_at),
            problem: failed.and_then(|job| job.error),
        })
    }

    /// Backs up the present night now, in place of what was made of it before, and thins out the older ones.
    pub async fn back_up_tonight(&self) -> Result<BackupFile, EngineError> {
        self.require_writer()?;
        let night = backup::night((self.0.clock)(), self.sellers_zone().await?);
        self.back_up_night(night).await
    }

    /// Keeps a backup of every night until `stop`.
    pub(crate) async fn keep_backups(self, stop: CancellationToken) {
        let mut wait = SETTLE;
        let mut failures = 0_u32;
        while !stop.is_cancelled() {
            tokio::select! {
                () = stop.cancelled() => return,
                () = rest(wait, &self.0.sleep) => self.0.awake.notify_one(),
            }
            // Nobody waits for a copy when the app ends: the next start makes another.
            tokio::select! {
                () = stop.cancelled() => return,
                made = self.back_up_if_due() => (wait, failures) = match made {
                    Ok(()) => {
                        if failures > 0 {
                            self.tell_of_backups(None).await;
                        }
                        (LOOK, 0)
                    }
                    Err(error) => {
                        tracing::error!(%error, "tonight's backup failed");
                        // The first time it may be a disk that is just being mended.
                        if failures == 1 {
                            self.tell_of_backups(Some(&error)).await;
                        }
                        (AGAIN, failures.saturating_add(1))
                    }
                },
            }
        }
    }

    /// Notes as news that no backup is made, or takes back what was not told yet. Failing is shown on the page in any case.
    async fn tell_of_backups(&self, failure: Option<&EngineError>) {
        let now = (self.0.clock)();
        let noted = match failure {
            Some(error) => {
                let news = News::NotBackedUp { reason: error.message.clone() };
                let key = format!("{NOT_BACKED_UP}{}", to_millis(now));
                self.0.store.note_news(&key, &news, now).await.map(drop)
            }
            None => self.0.store.take_back_news(NOT_BACKED_UP, None).await,
        };
        match noted {
            Ok(()) => self.0.events.changed(&[CacheTag::Settings]),
            // A disk that refuses backups may refuse this too.
            Err(error) => tracing::warn!(%error, "no alert will tell how backups stand"),
        }
    }

    async fn back_up_if_due(&self) -> Result<(), EngineError> {
        let accounts = self.0.store.accounts().await?;
        if crate::paths::is_demo(&self.0.folder) || !self.can_write() || accounts.is_empty() {
            return Ok(());
        }
        let nights: Vec<NaiveDate> =
            nightly(&self.0.folder.join(FOLDER)).into_iter().map(|(night, _)| night).collect();
        match backup::due(&nights, (self.0.clock)(), self.sellers_zone().await?) {
            Some(night) => {
                self.back_up_night(night).await?;
                // What goes now is in the backup.
                if let Err(error) = self.let_go().await {
                    tracing::error!(%error, "what is older than wanted could not go");
                }
                Ok(())
            }
            None => Ok(()),
        }
    }

    async fn back_up_night(&self, night: NaiveDate) -> Result<BackupFile, EngineError> {
        let now = (self.0.clock)();
        let new = NewJob { kind: JOB.to_owned(), account: None, scope: String::new(), total: None, now };
        let Ok(_one) = self.0.backing_up.try_lock() else {
            let message = "a backup is being made just now: wait until it is done";
            return Err(EngineError::retryable(Code::Busy, message));
        };
        let _writing = self.writing_beside().await?;
        // One that a dead process left running is taken over: only this process writes here.
        let (job, _) = self.0.store.create_or_join_job(&new).await?;
        self.0.store.claim_job(job.id, now).await?;
        let made = self.write_night(night).await;
        let end = match &made {
            Ok(_) => JobEnd::Done,
            Err(error) => JobEnd::Failed(error.message.clone()),
        };
        self.0.store.finish_job(job.id, end, (self.0.clock)()).await?;
        self.0.events.changed(&[CacheTag::Jobs, CacheTag::Settings]);
        made
    }

    async fn write_night(&self, night: NaiveDate) -> Result<BackupFile, EngineError> {
        let folder = self.0.folder.join(FOLDER);
        crate::paths::create_private(&folder)?;
        clear_parts(&folder);
        let made = self.back_up(&folder.join(backup::file_name(night)), true).await;
        if let Err(error) = &made
            && error.code == Code::CorruptDatabase
        {
            self.suspect_damage();
        }
        let made = made?;
        let there = nightly(&folder);
        let nights: Vec<NaiveDate> = there.iter().map(|(night, _)| *night).collect();
        let zone = self.sellers_zone().await?;
        let told = self.told_time().await?.map(|told| backup::night(told, zone));
        let expired = backup::expired(&nights, backup::night((self.0.clock)(), zone), told);
        for (_, file) in there.iter().filter(|(night, _)| expired.contains(night)) {
            if let Err(error) = std::fs::remove_file(file) {
                tracing::warn!(%error, "an old backup could not be deleted");
            }
        }
        self.drop_former(&nights);
        Ok(made)
    }

    /// Deletes what a restore, a repair or an update kept of the former database, once these nights' backups outlived it.
    fn drop_former(&self, nights: &[NaiveDate]) {
        let former = packlight_store::former_databases(&self.0.folder).unwrap_or_default();
        let is_outlived = |kept: DateTime<Utc>| backup::is_outlived(kept.date_naive(), nights);
        for former in former.iter().filter(|former| former.kept_at.is_some_and(is_outlived)) {
            match std::fs::remove_file(&former.file) {
                Ok(()) => tracing::info!(file = %former.file.display(), "a former database went"),
                // The next night tries again.
                Err(error) => tracing::warn!(%error, "a former database could not be deleted"),
            }
        }
    }

    /// Notes that the database was found damaged, so that whoever opens it next examines and repairs it, and tells so
    /// those who can open it again at once.
    pub fn suspect_damage(&self) {
        if let Err(error) = packlight_store::suspect(&self.0.folder) {
            tracing::error!(%error, "the damage could not be noted");
        }
        self.0.events.send(Event::Damaged);
    }

    /// The clock of the seller's nights: that of the first marketplace, UTC before there is one.
    pub(crate) async fn sellers_zone(&self) -> Result<Tz, EngineError> {
        let accounts = self.0.store.accounts().await?;
        let zone = accounts.iter().flat_map(|account| &account.marketplaces).next();
        Ok(zone.and_then(|marketplace| marketplace.zone.parse().ok()).unwrap_or(Tz::UTC))
    }
}

/// Looks into a backup from end to end, without changing anything.
pub async fn preview(file: &Path) -> Result<BackupFile, EngineError> {
    Ok(described(packlight_store::examine_backup(file).await?))
}

/// Puts a backup in the place of the database of `folder`, which nobody may have open for writing.
pub async fn restore(folder: &Path, file: &Path, now: DateTime<Utc>) -> Result<RestoreReport, EngineError> {
    crate::relocate::require_present(folder)?;
    crate::paths::create_private(folder)?;
    let _lock = Lock::acquire(folder)?;
    let restored = packlight_store::restore(folder, file, now).await?;
    let kept = restored.kept.map(|kept| kept.display().to_string());
    Ok(RestoreReport { backup: described(restored.backup), kept })
}

/// Puts the newest good backup in the place of a damaged database and does again what the seller did since; see
/// [`packlight_store::repair`]. With `or_empty`, an empty database where there is no good backup.
pub async fn repair(folder: &Path, or_empty: bool, now: DateTime<Utc>) -> Result<RepairReport, EngineError> {
    crate::relocate::require_present(folder)?;
    let _lock = Lock::acquire(folder)?;
    // A copy that was damaged on its way: what it was made from is there until a program works with the copy.
    let former = crate::relocate::former_database(folder).into_iter();
    // What a clock that was ahead made is older than it says: the newest of the others first.
    let night = backup::night(now, Tz::UTC);
    let (to_come, others): (Vec<_>, Vec<_>) =
        nightly(&folder.join(FOLDER)).into_iter().partition(|(made, _)| backup::is_to_come(*made, night));
    let nightly = others.into_iter().chain(to_come).map(|(_, file)| file);
    let backups: Vec<PathBuf> = former.chain(nightly).collect();
    let repaired = packlight_store::repair(folder, &backups, or_empty, now).await?;
    tracing::warn!(
        acts_kept = repaired.replayed.done,
        acts_lost = repaired.replayed.left,
        from_itself = repaired.from_itself,
        empty = repaired.from.is_none(),
        "a damaged database was put aside and replaced"
    );
    Ok(RepairReport {
        quarantine: repaired.quarantine.display().to_string(),
        backup: repaired.from.map(described),
        from_itself: repaired.from_itself,
        acts_kept: repaired.replayed.done,
        acts_lost: repaired.replayed.left,
    })
}

/// Deletes copies that a dead process did not finish.
fn clear_parts(folder: &Path) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.filter_map(Result::ok) {
        if entry.file_name().to_str().is_some_and(|name| name.starts_with('.') && name.contains(".part")) {
            // If it stays, it is in nobody's way.
            let _ = std::fs::remove_file(entry.path());
        }
    }
}

/// The nightly backups of a folder, the newest first. Other files are nobody's business.
pub(crate) fn nightly(folder: &Path) -> Vec<(NaiveDate, PathBuf)> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut found: Vec<(NaiveDate, PathBuf)> = entries
        .filter_map(Result::ok)
        .filter_map(|entry| Some((backup::night_of(entry.file_name().to_str()?)?, entry.path())))
        .collect();
    found.sort_unstable();
    found.reverse();
    found
}

fn described(backup: Backup) -> BackupFile {
    let contents = backup.contents;
    BackupFile {
        path: backup.file.display().to_string(),
        megabytes: u32::try_from(backup.bytes.div_ceil(1 << 20)).unwrap_or(u32::MAX),
        made_at: contents.made_at,
        orders: contents.orders,
        units: contents.units,
        newest_order: contents.newest_order,
        accounts: contents.accounts,
        is_older: contents.version < packlight_store::newest_version(),
    }
}

impl From<BackupError> for EngineError {
    fn from(error: BackupError) -> Self {
        let code = match error {
            BackupError::Source(error) => return error.into(),
            BackupError::Opening(error) => return error.into(),
            BackupError::Own { .. } => Code::BadInput,
            BackupError::Exists { .. } => Code::NotPossible,
            BackupError::Missing { .. } => Code::NotFound,
            BackupError::Foreign { .. } | BackupError::Damaged { .. } => Code::BadFile,
            BackupError::Newer { .. } => Code::NewerDatabase,
            BackupError::NoneGood { .. } | BackupError::Unsound { .. } => Code::CorruptDatabase,
            _ => Code::Disk,
        };
        Self::new(code, error.to_string())
    }
}
