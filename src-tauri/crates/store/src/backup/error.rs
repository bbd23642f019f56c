//! What can go wrong with a backup, in words that say whether it can be trusted and what to do.

use std::path::{Path, PathBuf};

use crate::{OpenError, StoreError};

/// Why a backup was not made, not read or not restored. The database is as it was.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BackupError {
    /// The name is taken.
    #[error("{} exists already: choose another name, or allow it to be replaced", file.display())]
    Exists {
        /// The file or folder.
        file: PathBuf,
    },
    /// The name is that of the database or its log.
    #[error("{} is the database itself: choose a file beside it", file.display())]
    Own {
        /// The file.
        file: PathBuf,
    },
    /// There is no such file.
    #[error("there is no backup at {}: check the name", file.display())]
    Missing {
        /// The file.
        file: PathBuf,
    },
    /// It is something else.
    #[error("{} is no backup of Packlight ({detail}): choose another file; nothing was changed", file.display())]
    Foreign {
        /// The file.
        file: PathBuf,
        /// What it is.
        detail: String,
    },
    /// It cannot be trusted.
    #[error("the backup {} is damaged ({detail}): choose another one; nothing was changed", file.display())]
    Damaged {
        /// The file.
        file: PathBuf,
        /// What was found, in SQLite's words or ours.
        detail: String,
    },
    /// A newer Packlight made it.
    #[error(
        "the backup {} was made by a newer Packlight (database version {found}, this one knows {ours}): install the newer version; nothing was changed",
        file.display()
    )]
    Newer {
        /// The file.
        file: PathBuf,
        /// Version of the backup.
        found: i64,
        /// Newest version that this program knows.
        ours: i64,
    },
    /// The disk has too little room; nothing was begun.
    #[error(
        "{} has room for {} MB, and {} MB are needed: make room there, or choose another disk",
        folder.display(), free >> 20, needed.div_ceil(1 << 20)
    )]
    NoRoom {
        /// The folder.
        folder: PathBuf,
        /// Bytes that are needed.
        needed: u64,
        /// Bytes that are free.
        free: u64,
    },
    /// The file cannot be written.
    #[error("{} cannot be written ({detail}): choose another place, or make room there", path.display())]
    NotWritten {
        /// The file.
        path: PathBuf,
        /// The system's words.
        detail: String,
    },
    /// The file cannot be read.
    #[error("{} cannot be read ({detail})", path.display())]
    NotRead {
        /// The file.
        path: PathBuf,
        /// The system's words.
        detail: String,
    },
    /// The copy was examined and not found right; it was deleted.
    #[error(
        "the backup was not right and was deleted ({detail}): try again, and examine the database if it happens again"
    )]
    Unsound {
        /// What was found.
        detail: String,
    },
    /// The database is damaged, and there is nothing to put in its place.
    #[error(
        "the database {} is damaged, and there is no good backup: restore a backup from elsewhere, or begin with an empty database and sync again",
        file.display()
    )]
    NoneGood {
        /// The database file.
        file: PathBuf,
    },
    /// The database itself cannot be read.
    #[error(transparent)]
    Source(#[from] StoreError),
    /// The restored database cannot be opened.
    #[error(transparent)]
    Opening(#[from] OpenError),
}

impl BackupError {
    pub(crate) fn not_written(path: &Path, error: &std::io::Error) -> Self {
        Self::NotWritten { path: path.to_owned(), detail: error.to_string() }
    }

    pub(crate) fn not_read(path: &Path, error: &std::io::Error) -> Self {
        Self::NotRead { path: path.to_owned(), detail: error.to_string() }
    }

    /// Why a file that is about to be made could not be.
    pub(crate) fn of_writing(path: &Path, error: OpenError) -> Self {
        let path = path.to_owned();
        match error {
            OpenError::ReadOnly { detail, .. } | OpenError::Disk { detail, .. } => {
                Self::NotWritten { path, detail }
            }
            OpenError::DiskFull { .. } => Self::NotWritten { path, detail: "the disk is full".to_owned() },
            other => Self::Opening(other),
        }
    }

    /// Why a file cannot be opened as a backup.
    pub(crate) fn of_opening(file: &Path, error: OpenError) -> Self {
        let file = file.to_owned();
        match error {
            OpenError::Corrupt { detail, .. }
                if ["begin like", "another program", "shorter than"]
                    .iter()
                    .any(|word| detail.contains(word)) =>
            {
                Self::Foreign { file, detail }
            }
            OpenError::Corrupt { detail, .. } => Self::Damaged { file, detail },
            OpenError::ReadOnly { detail, .. } | OpenError::Disk { detail, .. } => {
                Self::NotRead { path: file, detail }
            }
            other => Self::Opening(other),
        }
    }
}
