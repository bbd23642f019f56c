//! A ZIP file in memory, for a handful of small texts that a person sends to somebody.
//!
//! Every entry carries the date that it is given, so the same content gives the same bytes.

use std::io::{Cursor, Write};

use chrono::{DateTime, Datelike, Timelike, Utc};
use zip::result::ZipError;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// Why a file was not packed.
#[derive(Debug, thiserror::Error)]
#[error("the files could not be packed into one ({0})")]
pub struct ArchiveError(#[from] ZipError);

/// A ZIP file that is being filled.
#[derive(Debug)]
pub struct Archive {
    writer: ZipWriter<Cursor<Vec<u8>>>,
    options: SimpleFileOptions,
}

impl Archive {
    /// An empty one, whose entries were all made `at` (UTC); a date that the format cannot keep is its earliest.
    pub fn new(at: DateTime<Utc>) -> Self {
        let small = |value: u32| u8::try_from(value).unwrap_or(0);
        let made = zip::DateTime::from_date_and_time(
            u16::try_from(at.year()).unwrap_or(0),
            small(at.month()),
            small(at.day()),
            small(at.hour()),
            small(at.minute()),
            small(at.second()),
        );
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .unix_permissions(0o600)
            .last_modified_time(made.unwrap_or_default());
        Self { writer: ZipWriter::new(Cursor::new(Vec::new())), options }
    }

    /// Adds a file under a relative name with forward slashes.
    ///
    /// # Errors
    /// A name that is there already, or more than the format can hold (four gigabytes a file).
    pub fn add(&mut self, name: &str, content: &[u8]) -> Result<(), ArchiveError> {
        self.writer.start_file(name, self.options)?;
        self.writer.write_all(content).map_err(ZipError::from)?;
        Ok(())
    }

    /// The whole file.
    ///
    /// # Errors
    /// More than the format can hold.
    pub fn finish(self) -> Result<Vec<u8>, ArchiveError> {
        Ok(self.writer.finish()?.into_inner())
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    #[test]
    fn other_programs_open_it() {
        let at = DateTime::from_timestamp(1_768_737_600, 0).unwrap();
        let mut archive = Archive::new(at);
        let long = "a line of a log\n".repeat(10_000);
        archive.add("logs/packlight.log", long.as_bytes()).unwrap();
        archive.add("about é.json", b"{}").unwrap();
        archive.add("empty.txt", b"").unwrap();
        let twice = archive.add("empty.txt", b"").unwrap_err().to_string();
        assert!(twice.starts_with("the files could not be packed into one ("), "{twice}");
        let bytes = archive.finish().unwrap();
        assert!(bytes.len() < 2_000, "{}", bytes.len());
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.zip");
        std::fs::write(&file, &bytes).unwrap();
        let script = "import sys,zipfile; z=zipfile.ZipFile(sys.argv[1]); assert z.testzip() is None; \
                      print([(i.filename,i.file_size,i.date_time) for i in z.infolist()])";
        // Windows has it under this name alone, and has it write in an old charset unless told otherwise.
        let mut python = Command::new(if cfg!(windows) { "python" } else { "python3" });
        let output = python.env("PYTHONUTF8", "1").args(["-c", script]).arg(&file).output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert_eq!(
            text.trim(),
            "[('logs/packlight.log', 160000, (2026, 1, 18, 12, 0, 0)), \
             ('about é.json', 2, (2026, 1, 18, 12, 0, 0)), ('empty.txt', 0, (2026, 1, 18, 12, 0, 0))]",
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
}
