//! Former databases: what a restore, a repair and a step of the schema keep of what they replace.
//!
//! Each is a whole copy, and so holds what was deleted since. Whoever deletes for good, or has newer copies enough, finds
//! here which files these are.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use chrono::{DateTime, NaiveDateTime, Utc};

use crate::open::DATABASE;

/// How the name goes on of what a step of the schema kept, which is followed by a version.
pub(crate) const BEFORE: &str = ".before-";
/// And of what a restore and a repair kept, which is followed by the time.
pub(crate) const BEFORE_RESTORE: &str = ".before-restore-";
pub(crate) const DAMAGED: &str = ".damaged-";

/// The time in a file's name, UTC.
const STAMP: &str = "%Y%m%dT%H%M%SZ";

/// A former database, or what belongs to one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Former {
    /// The file.
    pub file: PathBuf,
    /// When it was kept, UTC; `None` where that cannot be told.
    pub kept_at: Option<DateTime<Utc>>,
    /// A log, or a copy that was broken off: no database by itself.
    pub is_part: bool,
}

/// The former databases in a data folder, in the order of their names.
pub fn former_databases(folder: &Path) -> io::Result<Vec<Former>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let Some(kind) = name.to_str().and_then(|name| name.strip_prefix(DATABASE)) else { continue };
        if !kind.starts_with(BEFORE) && !kind.starts_with(DAMAGED) {
            continue;
        }
        let stamp = kind.strip_prefix(BEFORE_RESTORE).or_else(|| kind.strip_prefix(DAMAGED));
        let kept_at = match stamp {
            // A copy's own time may be that of what it was copied from.
            Some(stamp) => stamped(stamp),
            None => entry.metadata()?.modified().ok().map(DateTime::from),
        };
        let is_part = ["-wal", "-shm", "-journal", ".part"].iter().any(|end| kind.ends_with(end));
        found.push(Former { file: entry.path(), kept_at, is_part });
    }
    found.sort_by(|one, other| one.file.cmp(&other.file));
    Ok(found)
}

/// A time as it stands in a file's name.
pub(crate) fn stamp(now: DateTime<Utc>) -> String {
    now.format(STAMP).to_string()
}

fn stamped(text: &str) -> Option<DateTime<Utc>> {
    let (time, _) = NaiveDateTime::parse_and_remainder(text, STAMP).ok()?;
    Some(time.and_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn former_databases_are_known_by_their_names_and_nothing_else_is() {
        let folder = tempfile::tempdir().unwrap();
        let now: DateTime<Utc> = "2026-01-18T13:00:05Z".parse().unwrap();
        let stamped = stamp(now);
        let former = [
            ("packlight.db.before-6".to_owned(), false),
            ("packlight.db.before-6.part".to_owned(), true),
            (format!("packlight.db.before-restore-{stamped}"), false),
            (format!("packlight.db.before-restore-{stamped}-wal"), true),
            (format!("packlight.db.damaged-{stamped}"), false),
            ("packlight.db.damaged-by hand".to_owned(), false),
        ];
        let others = ["packlight.db", "packlight.db-wal", "packlight.db.suspect", "my packlight.db.before-6"];
        for name in former.iter().map(|(name, _)| name.as_str()).chain(others) {
            fs::write(folder.path().join(name), "canary").unwrap();
        }
        let found = former_databases(folder.path()).unwrap();
        let names =
            found.iter().map(|one| (one.file.file_name().unwrap().to_str().unwrap().to_owned(), one.is_part));
        assert_eq!(names.collect::<Vec<_>>(), former);
        let kept: Vec<_> = found.iter().map(|one| one.kept_at).collect();
        assert_eq!(kept[2..], [Some(now), Some(now), Some(now), None]);
        assert!(kept[0].is_some(), "the file's own time");
    }
}
