//! What can go wrong with the local copy, in words a seller can act on.
//!
//! SQLite's result codes become these kinds here and nowhere else; nothing above this crate sees an SQL error.

use std::path::PathBuf;

use packlight_domain::account::AccountId;
use packlight_domain::listing::OrderRowId;
use packlight_domain::picking::PickListId;
use packlight_domain::stock::UnitId;
use packlight_domain::view::ViewId;

/// Why a database could not be opened. The file is as it was before the attempt.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// A newer Packlight wrote it; not a byte was changed.
    #[error(
        "the data in {} was written by a newer Packlight (database version {found}, this one knows {ours}): install the newer version; nothing was changed",
        folder.display()
    )]
    NewerDatabase {
        /// The data folder.
        folder: PathBuf,
        /// Version of the database.
        found: i64,
        /// Newest version that this program knows.
        ours: i64,
    },
    /// Opened for reading only, but it has to be migrated first.
    #[error(
        "the data in {} is of an older Packlight (database version {found}, this one needs {ours}): start Packlight or run a sync once to update it",
        folder.display()
    )]
    OlderDatabase {
        /// The data folder.
        folder: PathBuf,
        /// Version of the database.
        found: i64,
        /// Version that this program needs.
        ours: i64,
    },
    /// Opened for reading only, but there is nothing to read.
    #[error("there is no Packlight database in {} yet: connect an account first", folder.display())]
    Missing {
        /// The data folder.
        folder: PathBuf,
    },
    /// The file is damaged or no database of ours. It is kept for a repair.
    #[error(
        "the database {} is damaged ({detail}): it was left as it is; restore a backup, or move it away and sync again",
        file.display()
    )]
    Corrupt {
        /// The database file.
        file: PathBuf,
        /// What was found, in SQLite's words or ours.
        detail: String,
    },
    /// The folder or the file may not be written.
    #[error("{} cannot be written ({detail}): orders can be viewed, but not synced or changed", path.display())]
    ReadOnly {
        /// The folder or file.
        path: PathBuf,
        /// The system's words.
        detail: String,
    },
    /// The disk is full.
    #[error("the disk that holds {} is full: free at least 50 MB and try again", path.display())]
    DiskFull {
        /// The folder.
        path: PathBuf,
    },
    /// The disk or the file system failed.
    #[error("{} cannot be read or written ({detail}): check the disk", path.display())]
    Disk {
        /// The folder or file.
        path: PathBuf,
        /// The system's words.
        detail: String,
    },
    /// Another program holds the database for longer than five seconds.
    #[error("{} is in use by another program: close it and try again", path.display())]
    Locked {
        /// The database file.
        path: PathBuf,
    },
    /// SQLite older than the one whose WAL reset is safe (fixed in 3.51.3).
    #[error("SQLite {found} can lose data in a rare case; Packlight needs 3.51.3 or newer")]
    TooOldSqlite {
        /// The version that was linked.
        found: String,
    },
    /// A fault of Packlight itself.
    #[error("the database {} could not be prepared: {detail}", file.display())]
    Internal {
        /// The database file.
        file: PathBuf,
        /// What went wrong.
        detail: String,
    },
}

/// Why an operation on an open store failed. Nothing of it was written.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The label is taken.
    #[error("an account named '{0}' exists already: choose another label")]
    DuplicateLabel(String),
    /// There is no such account.
    #[error("there is no account {}", .0.0)]
    NoAccount(AccountId),
    /// There is no such order.
    #[error("there is no order with row id {}", .0.0)]
    NoOrder(OrderRowId),
    /// There is no such unit.
    #[error("there is no unit {} in stock", .0.0)]
    NoUnit(UnitId),
    /// There is no such line.
    #[error("there is no line {0}: it may have gone with a change of its order")]
    NoLine(String),
    /// Another line holds the unit.
    #[error("unit {} ({set}) is held by order {order}: unlink it there first", .unit.0)]
    UnitClaimed {
        /// The unit.
        unit: UnitId,
        /// Its set number.
        set: String,
        /// The platform's id of the order that holds it.
        order: String,
    },
    /// There is no such view.
    #[error("there is no saved view {}: it may have been deleted", .0.0)]
    NoView(ViewId),
    /// Another view has the name.
    #[error("a view named '{0}' exists already: choose another name")]
    ViewName(String),
    /// One of the views that are there from the start.
    #[error("'{0}' belongs to Packlight: it can be moved and hidden; save a view of your own to change it")]
    BuiltInView(String),
    /// The rules of the desk do not allow it; the text says why.
    #[error("{0}")]
    NotPossible(String),
    /// The window was replaced by a newer one, or is done.
    #[error("the sync window is no longer open: a newer one has replaced it")]
    WindowClosed,
    /// There is no such job, or it has ended.
    #[error("there is no active job {0}")]
    NoJob(i64),
    /// There is no such request for a report, or it has ended.
    #[error("there is no open request {0} for a report")]
    NoReport(i64),
    /// There is no such batch of acts.
    #[error("there is no action {0} to undo")]
    NoBatch(i64),
    /// There is no such pick list.
    #[error("there is no pick list with row id {}", .0.0)]
    NoPickList(PickListId),
    /// A pick list has no such stop; the text says why.
    #[error("{0}")]
    NoStop(String),
    /// The cursor is not one that a list has given.
    #[error("'{0}' is no place in this list: use the cursor of a row")]
    BadCursor(String),
    /// The disk is full.
    #[error("the disk is full: free at least 50 MB; reading still works")]
    DiskFull,
    /// The disk or the file system failed.
    #[error("the disk failed while the database was read or written ({0}): check the disk")]
    Disk(String),
    /// The file is damaged.
    #[error(
        "the database is damaged ({0}): start Packlight again, which examines it and puts the newest good backup in its place"
    )]
    Corrupt(String),
    /// Another program held the database for longer than five seconds.
    #[error("the database is in use by another program: try again")]
    Busy,
    /// The store was opened for reading, or the file may not be written.
    #[error("the database was opened for reading only")]
    ReadOnly,
    /// The store was closed.
    #[error("the database is closed")]
    Closed,
    /// A fault of Packlight itself.
    #[error("the database refused an operation ({0}): this is a fault of Packlight")]
    Internal(String),
}

/// SQLite's primary result code, where the error has one.
pub(crate) fn sqlite_code(error: &sqlx::Error) -> Option<i32> {
    let code: i32 = error.as_database_error()?.code()?.parse().ok()?;
    Some(code & 0xff)
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match (sqlite_code(&error), &error) {
            (Some(13), _) => Self::DiskFull,
            (Some(10 | 14), _) => Self::Disk(error.to_string()),
            (Some(11 | 26), _) => Self::Corrupt(error.to_string()),
            (Some(5 | 6), _) | (_, sqlx::Error::PoolTimedOut) => Self::Busy,
            (Some(8), _) => Self::ReadOnly,
            (_, sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed) => Self::Closed,
            (_, sqlx::Error::Io(io)) => Self::Disk(io.to_string()),
            _ => Self::Internal(error.to_string()),
        }
    }
}

impl OpenError {
    /// The kind of an SQL error met while `file` was being opened.
    pub(crate) fn of(error: &sqlx::Error, file: &std::path::Path) -> Self {
        let file = file.to_owned();
        let detail = error.to_string();
        match (sqlite_code(error), error) {
            (Some(13), _) => Self::DiskFull { path: file },
            (Some(10 | 14), _) | (_, sqlx::Error::Io(_)) => Self::Disk { path: file, detail },
            (Some(11 | 26), _) => Self::Corrupt { file, detail },
            (Some(5 | 6), _) => Self::Locked { path: file },
            (Some(8), _) => Self::ReadOnly { path: file, detail },
            _ => Self::Internal { file, detail },
        }
    }
}
