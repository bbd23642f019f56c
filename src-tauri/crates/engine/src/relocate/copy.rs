//! Copying what Packlight keeps in a folder, and reading every copy again.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use xxhash_rust::xxh3::Xxh3;

use crate::erase;

/// How much is read at a time.
const PIECE: usize = 1 << 18;

/// How many bytes there are to copy.
pub(super) fn size(from: &Path) -> io::Result<u64> {
    let mut bytes = 0;
    for (file, _) in files(from)? {
        bytes += file.metadata()?.len();
    }
    Ok(bytes)
}

/// Copies everything; returns how many files that were. The disk has them when this returns.
pub(super) fn all(from: &Path, to: &Path) -> io::Result<u32> {
    let mut number = 0;
    for (file, relative) in files(from)? {
        let target = to.join(relative);
        if let Some(folder) = target.parent() {
            crate::paths::create_private(folder).map_err(io::Error::other)?;
        }
        one(&file, &target)?;
        number += 1;
    }
    Ok(number)
}

/// The files of a data folder that are kept, and where they lie in it.
fn files(from: &Path) -> io::Result<Vec<(PathBuf, PathBuf)>> {
    let mut found = Vec::new();
    let mut open: Vec<PathBuf> = erase::ours(from)?;
    while let Some(path) = open.pop() {
        if path.is_dir() {
            for entry in fs::read_dir(&path)? {
                open.push(entry?.path());
            }
        } else if path.is_file() && is_kept(&path) {
            let relative = path.strip_prefix(from).map_err(io::Error::other)?.to_owned();
            found.push((path, relative));
        }
    }
    found.sort();
    Ok(found)
}

/// Indexes of logs are made anew, and copies that were broken off are of no use.
fn is_kept(file: &Path) -> bool {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let is_broken_off = name.starts_with('.') && name.contains(".part");
    !name.ends_with("-shm") && !is_broken_off
}

fn one(from: &Path, to: &Path) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    let mut target = options.open(to)?;
    let written = read(from, |piece| target.write_all(piece))?;
    target.sync_all()?;
    drop(target);
    if read(to, |_| Ok(()))? != written {
        return Err(io::Error::other(format!("the copy of {} is not what was copied", from.display())));
    }
    Ok(())
}

/// Reads a whole file and returns what it is known by.
fn read(file: &Path, mut each: impl FnMut(&[u8]) -> io::Result<()>) -> io::Result<u128> {
    let mut file = File::open(file)?;
    let mut digest = Xxh3::new();
    let mut piece = vec![0; PIECE];
    loop {
        match file.read(&mut piece) {
            Ok(0) => return Ok(digest.digest128()),
            Ok(length) => {
                let read = piece.get(..length).unwrap_or_default();
                digest.update(read);
                each(read)?;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}
