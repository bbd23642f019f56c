//! The files that say where data went, where it came from, and where a move was begun to. Each is written whole or not at
//! all.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::lock;
use crate::paths::PathError;

/// In a folder that was left: where its data is now.
pub(super) const LEFT: &str = "packlight.moved";
/// In a folder that data is on its way to, until the folder it came from is cleared.
pub(super) const ARRIVING: &str = "packlight.arriving";

/// In a folder that is being moved: where to. It stays where a move was killed, and says what there is to take back.
pub(super) const MOVING: &str = "packlight.moving";

/// Ending of one that is being written.
const PART: &str = ".part";

#[derive(Serialize, Deserialize)]
struct Sign {
    folder: String,
    /// What the file system of that folder was known by, where the system tells (see [`device`]).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    device: Option<u64>,
    /// On the way: the folder was left before, and led to the data. It does again if the data does not arrive.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    led_on: bool,
}

/// What became of a folder that a sign names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// It is there, also where somebody emptied it.
    Here,
    /// Somebody deleted it.
    Deleted,
    /// Its disk is not there: its time is still to come.
    Missing,
}

/// What became of the folder that the sign of this name in `folder` tells of; nothing where there is no such sign.
pub(super) fn reach(folder: &Path, name: &str) -> Option<Reach> {
    sign(&folder.join(name)).ok().map(|sign| sign.reach())
}

impl Sign {
    /// An empty folder on another file system than before is taken for the place where a disk is mounted at other times,
    /// and so is a missing one where what it lay in is on another. File systems may be numbered anew with each start of
    /// the computer, so this may be wrong of a folder that somebody emptied or deleted; then what is left to do waits
    /// until the seller says so. Wrong the other way round, a copy of the data would be forgotten.
    fn reach(&self) -> Reach {
        let folder = Path::new(&self.folder);
        let is_elsewhere = || {
            let there = folder.ancestors().find_map(device);
            self.device.zip(there).is_some_and(|(before, now)| before != now)
        };
        if !folder.exists() {
            let is_gone = folder.parent().is_some_and(Path::exists) && !is_elsewhere();
            if is_gone { Reach::Deleted } else { Reach::Missing }
        } else if is_empty(folder) && is_elsewhere() {
            Reach::Missing
        } else {
            Reach::Here
        }
    }
}

/// Whether there is nothing in a folder but what moves leave.
fn is_empty(folder: &Path) -> bool {
    let Ok(mut entries) = fs::read_dir(folder) else { return false };
    // A sign says that somebody was here; a lock is left by a move that was refused while the disk was missing, too.
    entries.all(|entry| {
        entry.is_ok_and(|entry| {
            entry
                .file_name()
                .to_str()
                .is_some_and(|name| is_left_behind(name) && ![LEFT, ARRIVING, MOVING].contains(&name))
        })
    })
}

/// The number by which the system knows the file system of a folder; `None` where it has none, or the folder is not there.
#[cfg(unix)]
fn device(folder: &Path) -> Option<u64> {
    use std::os::unix::fs::MetadataExt;
    fs::metadata(folder).ok().map(|folder| folder.dev())
}

#[cfg(not(unix))]
fn device(_: &Path) -> Option<u64> {
    None
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

/// Where the data of `folder` is being moved, or was by a process that is no more.
pub(super) fn moving_to(folder: &Path) -> Option<PathBuf> {
    read(&folder.join(MOVING)).ok()
}

/// Marks `to` as a copy on its way, and `from` as what it is made of.
pub(super) fn set_out(from: &Path, to: &Path, flush: Flush) -> io::Result<()> {
    // An earlier try may have taken the other sign away already.
    let led_on = to.join(LEFT).exists() || led_on(to);
    write(from, MOVING, to, false, flush)?;
    write(to, ARRIVING, from, led_on, flush)
}

/// The copy is gone. A folder that was left before leads to the data again.
pub(super) fn undo_arriving(from: &Path, to: &Path) -> io::Result<()> {
    if led_on(to) && !to.join(LEFT).exists() {
        write(to, LEFT, from, false, sync)?;
    }
    clear_arriving(to)
}

/// The copy stands for itself now.
pub(super) fn clear_arriving(to: &Path) -> io::Result<()> {
    remove(to, ARRIVING)?;
    sync(to)
}

/// Nothing of a move that was begun in `from` is left to take back.
pub(super) fn clear_moving(from: &Path) -> io::Result<()> {
    remove(from, MOVING)?;
    sync(from)
}

/// Makes `to` the place of the data. From here on `from` is only what was left.
pub(super) fn point(from: &Path, to: &Path, flush: Flush) -> io::Result<()> {
    // The new place may once have been left for another: while it is marked as arriving, nobody goes there instead.
    remove(to, LEFT)?;
    flush(to)?;
    write(from, LEFT, to, false, flush)
}

/// Whether the data of `from` is in `to`, as whoever opens `from` would find.
pub(super) fn leads(from: &Path, to: &Path) -> Result<bool, PathError> {
    Ok(left_for(from)?.is_some_and(|there| same(&there, to)))
}

/// Whether two paths lead to the same folder.
pub(super) fn same(one: &Path, other: &Path) -> bool {
    let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    one == other || real(one) == real(other)
}

/// Whether a file may lie in a folder that data moves to.
pub(super) fn is_left_behind(name: &str) -> bool {
    let whole = name.strip_suffix(PART).unwrap_or(name);
    [lock::FILE, LEFT, ARRIVING, MOVING, ".DS_Store", "lost+found"].contains(&whole)
}

fn read(file: &Path) -> io::Result<PathBuf> {
    Ok(PathBuf::from(sign(file)?.folder))
}

fn sign(file: &Path) -> io::Result<Sign> {
    serde_json::from_slice(&fs::read(file)?).map_err(io::Error::other)
}

fn led_on(to: &Path) -> bool {
    sign(&to.join(ARRIVING)).is_ok_and(|sign| sign.led_on)
}

fn remove(folder: &Path, name: &str) -> io::Result<()> {
    match fs::remove_file(folder.join(name)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn write(folder: &Path, name: &str, other: &Path, led_on: bool, flush: Flush) -> io::Result<()> {
    let device = device(other);
    let other = other.to_str().ok_or_else(|| io::Error::other("its name is no text"))?;
    let sign = Sign { folder: other.to_owned(), device, led_on };
    let text = serde_json::to_vec(&sign).map_err(io::Error::other)?;
    let part = folder.join(format!("{name}{PART}"));
    let mut file = fs::File::create(&part)?;
    file.write_all(&text)?;
    file.sync_all()?;
    fs::rename(&part, folder.join(name))?;
    flush(folder)
}

/// How a folder's names are brought to the disk; a parameter, because disks that refuse it have to be tried.
pub(super) type Flush = fn(&Path) -> io::Result<()>;

/// Makes sure that the disk knows the folder's names.
pub(super) fn sync(folder: &Path) -> io::Result<()> {
    // Windows keeps names without being asked, and opens no folder.
    #[cfg(unix)]
    fs::File::open(folder)?.sync_all()?;
    #[cfg(not(unix))]
    let _ = folder;
    Ok(())
}
