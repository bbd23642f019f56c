//! Backups: complete copies of the database in one file, and what such a file says of itself.
//!
//! Invariant: a file stands under a backup's name only after SQLite has read every page of it, every row's parent was
//! found, its counts were those of the source, and the disk has it. A copy is made by SQLite itself (`VACUUM INTO`), so
//! it is one moment of the database whoever writes meanwhile, and it holds no deleted rows. Secrets are in no table, so
//! they are in no backup.

use std::fs;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use packlight_domain::instant::{from_millis, to_millis};
use sqlx::{ConnectOptions, Connection, SqliteConnection};

use crate::open::{self, no_log, options, with_suffix};
use crate::rows::count;
use crate::{OpenError, Store, StoreError};

mod error;

pub use error::BackupError;

/// Key of the setting that only a backup has: when it was made.
pub(crate) const MADE_AT: &str = "backup_made_at";

/// Free space that a backup leaves for the rest of the system.
const SPARE: u64 = 50 << 20;

/// How often a copy is made again because its source changed too quickly to compare the two.
const TRIES: u32 = 3;

/// What a backup, or the database itself, holds. Instants are UTC.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contents {
    /// Version of its schema.
    pub version: i64,
    /// When the copy was made; `None` where it does not say.
    pub made_at: Option<DateTime<Utc>>,
    /// Orders.
    pub orders: u32,
    /// Units, sold ones included.
    pub units: u32,
    /// When the newest order was placed.
    pub newest_order: Option<DateTime<Utc>>,
    /// Labels of the accounts, disconnected ones included.
    pub accounts: Vec<String>,
}

/// A backup on the disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backup {
    /// The file.
    pub file: PathBuf,
    /// Its size.
    pub bytes: u64,
    /// What it holds.
    pub contents: Contents,
}

impl Store {
    /// Copies the database into `file` and examines the copy; `replace` says whether a file that is there may go.
    /// Works beside whoever writes, this store included.
    pub async fn back_up(
        &self,
        file: &Path,
        replace: bool,
        now: DateTime<Utc>,
    ) -> Result<Backup, BackupError> {
        let file = std::path::absolute(file).map_err(|error| BackupError::not_written(file, &error))?;
        refuse_own(self.file(), &file)?;
        if !replace && file.symlink_metadata().is_ok() {
            return Err(BackupError::Exists { file });
        }
        if file.is_dir() {
            return Err(BackupError::Exists { file });
        }
        let folder = file.parent().unwrap_or(Path::new("/")).to_owned();
        let part = Part::beside(&file)?;
        let mut source = reading(self.file()).await.map_err(StoreError::from)?;
        make_sure_of_room(&mut source, &folder).await?;
        let mut tries = 0;
        let contents = loop {
            tries += 1;
            part.make()?;
            match copy(&mut source, &part.path, now).await {
                Err(BackupError::Unsound { .. }) if tries < TRIES => {}
                outcome => break outcome?,
            }
        };
        // Nothing is lost if this fails: the connection only read.
        let _ = source.close().await;
        let bytes = part.settle(&file)?;
        Ok(Backup { file, bytes, contents })
    }
}

/// Examines a file as a backup, from end to end, without writing to it. Long for a large one.
pub async fn examine(file: &Path) -> Result<Backup, BackupError> {
    look_into(file, true).await
}

/// What a file says of itself as a backup. Whether it can be trusted only [`examine`] tells.
pub async fn glance(file: &Path) -> Result<Backup, BackupError> {
    look_into(file, false).await
}

async fn look_into(file: &Path, whole: bool) -> Result<Backup, BackupError> {
    let named = |error: OpenError| BackupError::of_opening(file, error);
    let newest = open::newest(&open::MIGRATIONS);
    let bytes = match fs::metadata(file) {
        Ok(found) if found.is_file() => found.len(),
        Ok(_) => return Err(BackupError::Missing { file: file.to_owned() }),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Err(BackupError::Missing { file: file.to_owned() });
        }
        Err(error) => return Err(BackupError::not_read(file, &error)),
    };
    if matches!(open::examine(file).map_err(named)?, open::Found::Nothing) {
        return Err(BackupError::Foreign { file: file.to_owned(), detail: "it is empty".to_owned() });
    }
    let found = open::probe(file).await.map_err(named)?;
    if found > newest {
        return Err(BackupError::Newer { file: file.to_owned(), found, ours: newest });
    }
    if found == 0 {
        return Err(BackupError::Foreign { file: file.to_owned(), detail: "it is empty".to_owned() });
    }
    let damaged = |error: sqlx::Error| BackupError::of_opening(file, OpenError::of(&error, file));
    let mut connection = reading(file).await.map_err(damaged)?;
    if whole {
        for examination in ["PRAGMA integrity_check(1)", "PRAGMA foreign_key_check"] {
            if let Some(detail) = first_problem(&mut connection, examination).await.map_err(damaged)? {
                return Err(BackupError::Damaged { file: file.to_owned(), detail });
            }
        }
    }
    let contents = contents(&mut connection).await.map_err(damaged)?;
    let _ = connection.close().await;
    Ok(Backup { file: file.to_owned(), bytes, contents })
}

/// A connection of its own that cannot write to `file`, but may make another.
pub(crate) async fn reading(file: &Path) -> Result<SqliteConnection, sqlx::Error> {
    match options(file).read_only(true).connect().await {
        // A folder that may not be written cannot hold the log's index; without a log none is needed.
        Err(error) if crate::error::sqlite_code(&error) == Some(14) && no_log(file) => {
            options(file).read_only(true).immutable(true).connect().await
        }
        opened => opened,
    }
}

/// A backup must not take the database's own place, or that of its log.
fn refuse_own(database: &Path, file: &Path) -> Result<(), BackupError> {
    let real = |path: &Path| {
        let folder = path.parent().and_then(|folder| folder.canonicalize().ok())?;
        Some(folder.join(path.file_name()?))
    };
    let own = ["", "-wal", "-shm", "-journal"].map(|suffix| real(&with_suffix(database, suffix)));
    if real(file).is_some_and(|file| own.contains(&Some(file))) {
        return Err(BackupError::Own { file: file.to_owned() });
    }
    Ok(())
}

pub(crate) async fn make_sure_of_room(
    source: &mut SqliteConnection,
    folder: &Path,
) -> Result<(), BackupError> {
    let number = async |source: &mut SqliteConnection, pragma: &'static str| {
        sqlx::query_scalar::<_, i64>(pragma).fetch_one(source).await.map_err(StoreError::from)
    };
    let pages = number(source, "PRAGMA page_count").await? - number(source, "PRAGMA freelist_count").await?;
    let needed = u64::try_from(pages * number(source, "PRAGMA page_size").await?).unwrap_or(0) + SPARE;
    // Where the system does not say, the copy will tell.
    match fs4::available_space(folder) {
        Ok(free) if free < needed => Err(BackupError::NoRoom { folder: folder.to_owned(), needed, free }),
        _ => Ok(()),
    }
}

/// The number of orders, lines, units and acts: what must be the same in a copy.
const COUNTS: &str = "SELECT json_array((SELECT COUNT(*) FROM platform_orders), \
    (SELECT COUNT(*) FROM platform_order_items), (SELECT COUNT(*) FROM inventory_items), (SELECT COUNT(*) FROM acts))";

async fn counts(connection: &mut SqliteConnection) -> Result<Vec<i64>, StoreError> {
    let text: String = sqlx::query_scalar(COUNTS).fetch_one(connection).await?;
    crate::rows::from_json(&text)
}

/// Copies, marks the copy as one, and examines it.
async fn copy(
    source: &mut SqliteConnection,
    part: &Path,
    now: DateTime<Utc>,
) -> Result<Contents, BackupError> {
    let target = part.to_str().ok_or_else(|| BackupError::NotWritten {
        path: part.to_owned(),
        detail: "its name is no text".to_owned(),
    })?;
    // A copy is made from the tables alone, so damage elsewhere would not show in it.
    let damage = first_problem(source, "PRAGMA quick_check(1)").await.map_err(StoreError::from)?;
    if let Some(detail) = damage {
        return Err(StoreError::Corrupt(detail).into());
    }
    let before = counts(source).await?;
    sqlx::query("VACUUM INTO ?").bind(target).execute(&mut *source).await.map_err(|error| {
        match StoreError::from(error) {
            // Reading the source and writing the copy fail by the same codes; a source that can be counted can be read.
            StoreError::DiskFull | StoreError::Disk(_) => BackupError::NotWritten {
                path: part.to_owned(),
                detail: "the disk is full or failed".to_owned(),
            },
            error => BackupError::Source(error),
        }
    })?;
    let after = counts(source).await?;
    let unsound = |detail: String| BackupError::Unsound { detail };
    let broken = |error: sqlx::Error| BackupError::Unsound { detail: error.to_string() };
    let mut copy = options(part).connect().await.map_err(broken)?;
    sqlx::query("INSERT OR REPLACE INTO settings (key, value) VALUES (?, ?)")
        .bind(MADE_AT)
        .bind(to_millis(now).to_string())
        .execute(&mut copy)
        .await
        .map_err(broken)?;
    for examination in ["PRAGMA quick_check(1)", "PRAGMA foreign_key_check"] {
        if let Some(detail) = first_problem(&mut copy, examination).await.map_err(broken)? {
            return Err(unsound(detail));
        }
    }
    let copied = counts(&mut copy).await?;
    // Others may write between the two looks at the source; the copy is a moment in between.
    let is_between = |(at, copied): (usize, &i64)| {
        let (one, other) = (before.get(at), after.get(at));
        one.min(other) <= Some(copied) && Some(copied) <= one.max(other)
    };
    if !copied.iter().enumerate().all(is_between) {
        return Err(unsound("it does not hold as many rows as the database".to_owned()));
    }
    let contents = contents(&mut copy).await.map_err(broken)?;
    copy.close().await.map_err(broken)?;
    Ok(contents)
}

/// The first row that an examination finds wrong.
async fn first_problem(
    connection: &mut SqliteConnection,
    examination: &'static str,
) -> Result<Option<String>, sqlx::Error> {
    use sqlx::Row;
    let Some(row) = sqlx::query(examination).fetch_optional(connection).await? else { return Ok(None) };
    let text: String = row.try_get(0)?;
    Ok(match text.as_str() {
        "ok" => None,
        table if examination.ends_with("foreign_key_check") => {
            Some(format!("a row of {table} has lost the row that it belongs to"))
        }
        problem => Some(problem.to_owned()),
    })
}

async fn contents(connection: &mut SqliteConnection) -> Result<Contents, sqlx::Error> {
    let version: i64 = sqlx::query_scalar("PRAGMA user_version").fetch_one(&mut *connection).await?;
    // Settings came with version 3.
    let made_at: Option<String> = if version >= 3 {
        sqlx::query_scalar("SELECT value FROM settings WHERE key = ?")
            .bind(MADE_AT)
            .fetch_optional(&mut *connection)
            .await?
    } else {
        None
    };
    let (orders, units, newest): (i64, i64, Option<i64>) = sqlx::query_as(
        "SELECT (SELECT COUNT(*) FROM platform_orders), (SELECT COUNT(*) FROM inventory_items), \
         (SELECT MAX(order_date) FROM platform_orders)",
    )
    .fetch_one(&mut *connection)
    .await?;
    let accounts =
        sqlx::query_scalar("SELECT label FROM accounts ORDER BY id").fetch_all(&mut *connection).await?;
    Ok(Contents {
        version,
        made_at: made_at.and_then(|text| text.parse().ok()).map(from_millis),
        orders: count(orders),
        units: count(units),
        newest_order: newest.map(from_millis),
        accounts,
    })
}

/// A copy on its way; dropped before its end it leaves nothing behind.
pub(crate) struct Part {
    pub(crate) path: PathBuf,
}

impl Part {
    pub(crate) fn beside(file: &Path) -> Result<Self, BackupError> {
        let name = file.file_name().ok_or_else(|| BackupError::Missing { file: file.to_owned() })?;
        let name = format!(".{}.{}.part", name.to_string_lossy(), std::process::id());
        Ok(Self { path: file.with_file_name(name) })
    }

    /// An empty file that only its owner can read, in place of what an earlier try left.
    pub(crate) fn make(&self) -> Result<(), BackupError> {
        let _ = fs::remove_file(&self.path);
        open::create(&self.path).map_err(|error| BackupError::of_writing(&self.path, error))
    }

    /// Makes sure that the disk has it and gives it its name; returns its size.
    pub(crate) fn settle(&self, file: &Path) -> Result<u64, BackupError> {
        let named = || {
            let bytes = sync_file(&self.path)?;
            fs::rename(&self.path, file)?;
            sync_folder(file)?;
            Ok(bytes)
        };
        named().map_err(|error| BackupError::not_written(file, &error))
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        for suffix in ["", "-journal", "-wal", "-shm"] {
            let _ = fs::remove_file(with_suffix(&self.path, suffix));
        }
    }
}

/// Makes sure that the disk has what a file holds; returns its size.
pub(crate) fn sync_file(file: &Path) -> std::io::Result<u64> {
    // Nothing is written, but Windows brings nothing to the disk for whoever has a file open to read it only.
    let file = fs::OpenOptions::new().read(true).write(cfg!(windows)).open(file)?;
    file.sync_all()?;
    Ok(file.metadata()?.len())
}

/// Makes sure that the disk knows `file` by its name.
pub(crate) fn sync_folder(file: &Path) -> std::io::Result<()> {
    // Windows keeps names without being asked, and opens no folder.
    #[cfg(unix)]
    if let Some(folder) = file.parent() {
        fs::File::open(folder)?.sync_all()?;
    }
    #[cfg(not(unix))]
    let _ = file;
    Ok(())
}
