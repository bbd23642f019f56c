//! The two files that say where data went and where it came from. Each is written whole or not at all.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::lock;
use crate::paths::PathError;

/// In a folder that was left: where its data is now.
const LEFT: &str = "packlight.moved";
/// In a folder that data is on its way to, until the folder it came from is cleared.
const ARRIVING: &str = "packlight.arriving";

/// Ending of one that is being written.
const PART: &str = ".part";

#[derive(Serialize, Deserialize)]
struct Sign {
    folder: String,
}

/// Where the data of `folder` was moved to.
pub(super) fn left_for(folder: &Path) -> Result<Option<PathBuf>, PathError> {
    let file = folder.join(LEFT);
    match read(&file) {
        Ok(to) => Ok(Some(to)),
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            Ok(None)
        }
        Err(source) => Err(PathError::Sign { file, source }),
    }
}

/// Where the data of `folder` comes from, while that has not been cleared.
pub(super) fn arriving_from(folder: &Path) -> Option<PathBuf> {
    read(&folder.join(ARRIVING)).ok()
}

/// Marks `to` as a copy on its way.
pub(super) fn set_arriving(to: &Path, from: &Path) -> io::Result<()> {
    write(to, ARRIVING, from)
}

/// The copy stands for itself now.
pub(super) fn clear_arriving(to: &Path) -> io::Result<()> {
    fs::remove_file(to.join(ARRIVING))?;
    sync(to)
}

/// Makes `to` the place of the data. From here on `from` is only what was left.
pub(super) fn point(from: &Path, to: &Path) -> io::Result<()> {
    // The new place may once have been left for another: while it is marked as arriving, nobody goes there instead.
    match fs::remove_file(to.join(LEFT)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => sync(to)?,
    }
    write(from, LEFT, to)
}

/// Whether a file may lie in a folder that data moves to.
pub(super) fn is_left_behind(name: &str) -> bool {
    let whole = name.strip_suffix(PART).unwrap_or(name);
    [lock::FILE, LEFT, ARRIVING, ".DS_Store", "lost+found"].contains(&whole)
}

fn read(file: &Path) -> io::Result<PathBuf> {
    let sign: Sign = serde_json::from_slice(&fs::read(file)?).map_err(io::Error::other)?;
    Ok(PathBuf::from(sign.folder))
}

fn write(folder: &Path, name: &str, other: &Path) -> io::Result<()> {
    let other = other.to_str().ok_or_else(|| io::Error::other("its name is no text"))?;
    let text = serde_json::to_vec(&Sign { folder: other.to_owned() }).map_err(io::Error::other)?;
    let part = folder.join(format!("{name}{PART}"));
    let mut file = fs::File::create(&part)?;
    file.write_all(&text)?;
    file.sync_all()?;
    fs::rename(&part, folder.join(name))?;
    sync(folder)
}

/// Makes sure that the disk knows the folder's names.
fn sync(folder: &Path) -> io::Result<()> {
    // Windows keeps names without being asked, and opens no folder.
    #[cfg(unix)]
    fs::File::open(folder)?.sync_all()?;
    #[cfg(not(unix))]
    let _ = folder;
    Ok(())
}
