//! A ZIP file in memory, for a handful of small texts that a person sends to somebody.
//!
//! Plain deflate and the oldest form of the format (APPNOTE 2.0), which everything opens. Every entry carries the date
//! that it is given, so the same content gives the same bytes.

use std::io::Write;

use chrono::{DateTime, Datelike, Timelike, Utc};
use flate2::write::DeflateEncoder;
use flate2::{Compression, Crc};

/// A ZIP file that is being filled.
#[derive(Debug)]
pub struct Archive {
    bytes: Vec<u8>,
    directory: Vec<u8>,
    entries: u16,
    /// MS-DOS time and date, as the format keeps them.
    stamp: (u16, u16),
}

impl Archive {
    /// An empty one, whose entries were all made `at` (UTC).
    pub fn new(at: DateTime<Utc>) -> Self {
        let number = |value: u32| u16::try_from(value).unwrap_or(0);
        let time = number((at.hour() << 11) | (at.minute() << 5) | (at.second() / 2));
        let year = u32::try_from(at.year() - 1980).unwrap_or(0).min(127);
        let date = number((year << 9) | (at.month() << 5) | at.day());
        Self { bytes: Vec::new(), directory: Vec::new(), entries: 0, stamp: (time, date) }
    }

    /// Adds a file under a relative name with forward slashes. What does not fit into the format (four gigabytes, 65,535
    /// files) is left out, and `false` says so.
    pub fn add(&mut self, name: &str, content: &[u8]) -> bool {
        let mut crc = Crc::new();
        crc.update(content);
        let mut packed = DeflateEncoder::new(Vec::new(), Compression::default());
        // Writing into memory does not fail.
        let Ok(packed) = packed.write_all(content).and_then(|()| packed.finish()) else { return false };
        let sizes =
            (u32::try_from(packed.len()), u32::try_from(content.len()), u32::try_from(self.bytes.len()));
        let (Ok(packed_size), Ok(size), Ok(offset)) = sizes else { return false };
        let (Ok(name_size), Some(entries)) = (u16::try_from(name.len()), self.entries.checked_add(1)) else {
            return false;
        };
        let mut common = Vec::with_capacity(26);
        // Needs version 2.0; names are UTF-8; deflate.
        for field in [20, 1 << 11, 8, self.stamp.0, self.stamp.1] {
            common.extend_from_slice(&u16::to_le_bytes(field));
        }
        for field in [crc.sum(), packed_size, size] {
            common.extend_from_slice(&field.to_le_bytes());
        }
        common.extend_from_slice(&name_size.to_le_bytes());
        common.extend_from_slice(&0_u16.to_le_bytes());

        self.bytes.extend_from_slice(b"PK\x03\x04");
        self.bytes.extend_from_slice(&common);
        self.bytes.extend_from_slice(name.as_bytes());
        self.bytes.extend_from_slice(&packed);

        self.directory.extend_from_slice(b"PK\x01\x02");
        self.directory.extend_from_slice(&20_u16.to_le_bytes());
        self.directory.extend_from_slice(&common);
        // No comment, first disk, no attributes.
        self.directory.extend_from_slice(&[0; 10]);
        self.directory.extend_from_slice(&offset.to_le_bytes());
        self.directory.extend_from_slice(name.as_bytes());
        self.entries = entries;
        true
    }

    /// The whole file.
    pub fn finish(mut self) -> Vec<u8> {
        let numbers = (u32::try_from(self.directory.len()), u32::try_from(self.bytes.len()));
        let (size, offset) = (numbers.0.unwrap_or(u32::MAX), numbers.1.unwrap_or(u32::MAX));
        self.bytes.append(&mut self.directory);
        self.bytes.extend_from_slice(b"PK\x05\x06\0\0\0\0");
        self.bytes.extend_from_slice(&self.entries.to_le_bytes());
        self.bytes.extend_from_slice(&self.entries.to_le_bytes());
        self.bytes.extend_from_slice(&size.to_le_bytes());
        self.bytes.extend_from_slice(&offset.to_le_bytes());
        self.bytes.extend_from_slice(&[0; 2]);
        self.bytes
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
        assert!(archive.add("logs/packlight.log", long.as_bytes()));
        assert!(archive.add("about é.json", b"{}"));
        assert!(archive.add("empty.txt", b""));
        let bytes = archive.finish();
        assert!(bytes.len() < 2_000, "{}", bytes.len());
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.zip");
        std::fs::write(&file, &bytes).unwrap();
        let script = "import sys,zipfile; z=zipfile.ZipFile(sys.argv[1]); assert z.testzip() is None; \
                      print([(i.filename,i.file_size,i.date_time) for i in z.infolist()])";
        let output = Command::new("python3").args(["-c", script]).arg(&file).output().unwrap();
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
