//! Log files in the data folder: five of a megabyte at most, the newest `packlight.log`.
//!
//! Every line passes the redaction before it reaches the disk. A disk that is full or gone loses lines and nothing else.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::redact::redacted;

/// Bytes of one file, and how many files there are.
const SIZE: u64 = 1 << 20;
const FILES: u32 = 5;

/// Where the logs of a data folder lie.
pub fn log_folder(data_folder: &Path) -> PathBuf {
    data_folder.join("logs")
}

/// The log of a data folder. Clones write to the same file.
#[derive(Debug, Clone)]
pub struct LogFile(Arc<Mutex<Rolling>>);

#[derive(Debug)]
struct Rolling {
    folder: PathBuf,
    file: Option<File>,
    written: u64,
    /// The part of a line that has not been written yet.
    line: Vec<u8>,
}

impl LogFile {
    /// The log of `data_folder`; its file is made with the first line.
    pub fn of(data_folder: &Path) -> Self {
        let folder = log_folder(data_folder);
        Self(Arc::new(Mutex::new(Rolling { folder, file: None, written: 0, line: Vec::new() })))
    }
}

impl Write for LogFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut rolling = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        rolling.line.extend_from_slice(bytes);
        while let Some(end) = rolling.line.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = rolling.line.drain(..=end).collect();
            // What cannot be logged cannot be told either.
            let _ = rolling.keep(&redacted(&String::from_utf8_lossy(&line)));
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A writer of whole lines, such as standard error, that leaves out what must not be kept: somebody may keep it.
#[derive(Debug)]
pub struct Redacting<W>(pub W);

impl<W: Write> Write for Redacting<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write_all(redacted(&String::from_utf8_lossy(bytes)).as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

impl Rolling {
    fn keep(&mut self, line: &str) -> io::Result<()> {
        if self.written + line.len() as u64 > SIZE {
            self.file = None;
            roll(&self.folder)?;
        }
        let path = name(&self.folder, 0);
        let file = match &mut self.file {
            // Whoever erased everything erased this too.
            Some(file) if path.exists() => file,
            _ => {
                crate::paths::create_private(&self.folder).map_err(io::Error::other)?;
                let file = open(&path)?;
                self.written = file.metadata()?.len();
                self.file.insert(file)
            }
        };
        file.write_all(line.as_bytes())?;
        self.written += line.len() as u64;
        Ok(())
    }
}

/// `packlight.log`, `packlight.1.log`, …: the higher, the older.
fn name(folder: &Path, number: u32) -> PathBuf {
    folder.join(if number == 0 { "packlight.log".to_owned() } else { format!("packlight.{number}.log") })
}

fn roll(folder: &Path) -> io::Result<()> {
    for number in (0..FILES - 1).rev() {
        let from = name(folder, number);
        if from.exists() {
            fs::rename(from, name(folder, number + 1))?;
        }
    }
    Ok(())
}

/// A file for its owner only, to add to.
pub(super) fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options.open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_few_small_and_redacted() {
        let folder = tempfile::tempdir().unwrap();
        let mut log = LogFile::of(folder.path());
        let line = format!("refresh_token=canary {}\n", "x".repeat(1_000));
        for _ in 0..8_000 {
            log.write_all(line.as_bytes()).unwrap();
        }
        log.write_all(b"the last\n").unwrap();
        let logs = log_folder(folder.path());
        let files: Vec<PathBuf> = fs::read_dir(&logs).unwrap().map(|entry| entry.unwrap().path()).collect();
        assert_eq!(files.len(), 5);
        for file in &files {
            let text = fs::read_to_string(file).unwrap();
            assert!(text.len() as u64 <= SIZE && !text.contains("canary"));
        }
        assert!(fs::read_to_string(logs.join("packlight.log")).unwrap().ends_with("the last\n"));
        // A second start goes on in the same file.
        LogFile::of(folder.path()).write_all(b"begun again\n").unwrap();
        assert!(fs::read_to_string(logs.join("packlight.log")).unwrap().ends_with("the last\nbegun again\n"));
    }

    #[test]
    fn what_goes_to_the_screen_is_redacted_too() {
        let mut screen = Redacting(Vec::new());
        screen.write_all(b"refresh_token=canary of 203-1234567-7654321\n").unwrap();
        assert_eq!(String::from_utf8(screen.0).unwrap(), "refresh_token=[redacted] of [order]\n");
    }
}
