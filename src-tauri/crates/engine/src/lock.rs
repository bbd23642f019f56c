//! One writing Packlight per data folder.
//!
//! Owns the rule that only the holder of the lock writes to the database, the vault or Amazon's budget. The operating
//! system drops the lock with the process however it ends, so a file left behind by a killed one is harmless; the file
//! is never deleted, because a second process could hold the deleted one while a third creates it anew.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};

/// Name of the lock file in the data folder.
pub const FILE: &str = "packlight.lock";

/// The right to write to a data folder, until it is dropped.
#[derive(Debug)]
pub struct Lock {
    file: File,
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Said aloud: closing the file is not enough while a program that was started just now still has a copy of it,
        // as every new process has for a moment. Where it fails, the closing is what is left.
        let _ = self.file.unlock();
    }
}

/// Why the lock was not given.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Another process has it.
    #[error("another Packlight{} is writing in {}: close it, or wait until it is done", named(*.pid), folder.display())]
    Held {
        /// Its process id, where it can be read.
        pid: Option<u32>,
        /// The data folder.
        folder: PathBuf,
    },
    /// The file cannot be made or locked.
    #[error("{} cannot be locked ({source}): check that the data folder exists and is yours to write", path.display())]
    Io {
        /// The lock file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

fn named(pid: Option<u32>) -> String {
    pid.map(|pid| format!(" (process {pid})")).unwrap_or_default()
}

impl Lock {
    /// Takes the lock of a data folder, at once or not at all.
    pub fn acquire(folder: &Path) -> Result<Self, LockError> {
        let path = folder.join(FILE);
        let refused = |source| LockError::Io { path: path.clone(), source };
        let mut file = open(&path).map_err(refused)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(LockError::Held { pid: read_pid(&mut file), folder: folder.to_owned() });
            }
            Err(TryLockError::Error(source)) => return Err(refused(source)),
        }
        // The id only serves the other process's message: the lock holds without it, on a full disk too.
        let _ = write_pid(&mut file);
        Ok(Self { file })
    }
}

fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options.open(path)
}

/// The id in the file; `None` where the system keeps locked files from being read.
fn read_pid(file: &mut File) -> Option<u32> {
    let mut text = String::new();
    file.take(20).read_to_string(&mut text).ok()?;
    text.trim().parse().ok()
}

fn write_pid(file: &mut File) -> io::Result<()> {
    file.set_len(0)?;
    file.rewind()?;
    writeln!(file, "{}", std::process::id())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_holder_is_told_who_is_writing() {
        let folder = tempfile::tempdir().unwrap();
        let held = Lock::acquire(folder.path()).unwrap();
        // Windows lets nobody read a file that is locked.
        let who = if cfg!(windows) { String::new() } else { format!(" (process {})", std::process::id()) };
        assert_eq!(
            Lock::acquire(folder.path()).unwrap_err().to_string(),
            format!(
                "another Packlight{who} is writing in {}: close it, or wait until it is done",
                folder.path().display()
            )
        );
        drop(held);
        Lock::acquire(folder.path()).unwrap();
    }

    #[test]
    fn a_copy_in_a_process_that_is_just_starting_keeps_nobody_out() {
        let folder = tempfile::tempdir().unwrap();
        let held = Lock::acquire(folder.path()).unwrap();
        let _copy = held.file.try_clone().unwrap();
        assert!(Lock::acquire(folder.path()).is_err());
        drop(held);
        Lock::acquire(folder.path()).unwrap();
    }

    #[test]
    fn a_file_left_behind_is_harmless() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(FILE), "4294967295999 of a process long gone").unwrap();
        drop(Lock::acquire(folder.path()).unwrap());
        let text = std::fs::read_to_string(folder.path().join(FILE)).unwrap();
        assert_eq!(text, format!("{}\n", std::process::id()));
    }

    #[test]
    fn a_missing_folder_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let gone = folder.path().join("gone");
        let error = Lock::acquire(&gone).unwrap_err();
        let LockError::Io { path, source } = &error else { panic!("{error}") };
        assert_eq!((path, source.kind()), (&gone.join(FILE), io::ErrorKind::NotFound));
        let text = format!("{} cannot be locked ({source}): check that ", path.display());
        assert!(error.to_string().starts_with(&text), "{error}");
    }

    /// Another process holds it and is killed: the system gives the lock back.
    #[cfg(target_os = "linux")]
    #[test]
    fn a_killed_process_gives_the_lock_back() {
        use std::io::{BufRead, BufReader};
        use std::process::{Command, Stdio};
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE);
        std::fs::write(&path, "77\n").unwrap();
        let mut holder = Command::new("flock")
            .args(["--exclusive", "--no-fork"])
            .arg(&path)
            .args(["sh", "-c", "echo held; exec cat"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(holder.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert_eq!(line, "held\n");
        assert!(matches!(Lock::acquire(folder.path()), Err(LockError::Held { pid: Some(77), .. })));
        holder.kill().unwrap();
        holder.wait().unwrap();
        Lock::acquire(folder.path()).unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_may_read_it() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let _held = Lock::acquire(folder.path()).unwrap();
        let mode = std::fs::metadata(folder.path().join(FILE)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
