//! The list of everything that left this computer: the last ten thousand requests, in two files of the data folder.
//!
//! It says when, where to, why and how much, and nothing of what was in a request. A line is written after its exchange;
//! a disk that is full loses lines and nothing else.

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};
use packlight_spapi::{Exchange, Recorder};
use serde::{Deserialize, Serialize};

use super::logs::open;

/// How many requests are kept at least while there are as many, and at most shown.
pub(super) const KEPT: usize = 10_000;

/// A request that left this computer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct NetworkEntry {
    /// When it was sent, UTC.
    pub at: DateTime<Utc>,
    /// Where to.
    pub host: String,
    /// Why: Amazon's name of the operation, `token`, or `document`.
    pub purpose: String,
    /// `GET` or `POST`.
    pub method: String,
    /// The answer's status; `None` where no answer came.
    pub status: Option<u16>,
    /// Bytes that were sent, before TLS.
    pub bytes_out: u32,
    /// Bytes that came back, unpacked.
    pub bytes_in: u32,
    /// How long it took, in milliseconds.
    pub milliseconds: u32,
}

/// The list of a data folder. Clones share it.
#[derive(Debug, Clone)]
pub struct NetworkJournal(Arc<Mutex<Files>>);

#[derive(Debug)]
struct Files {
    folder: PathBuf,
    /// Lines in the newer file; unknown before the first is written.
    lines: Option<usize>,
    /// Nothing is written any more.
    closed: bool,
}

impl NetworkJournal {
    /// The list of `data_folder`; nothing is read or made yet.
    pub fn of(data_folder: &std::path::Path) -> Self {
        Self(Arc::new(Mutex::new(Files { folder: data_folder.to_owned(), lines: None, closed: false })))
    }

    /// Writes what it is told into the list.
    pub(crate) fn recorder(&self) -> Recorder {
        let journal = self.clone();
        Arc::new(move |exchange| journal.add(&exchange))
    }

    /// Adds an exchange.
    pub fn add(&self, exchange: &Exchange) {
        let small = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
        let entry = NetworkEntry {
            at: exchange.at,
            host: exchange.host.clone(),
            purpose: exchange.purpose.to_owned(),
            method: exchange.method.clone(),
            status: exchange.status,
            bytes_out: small(exchange.bytes_out),
            bytes_in: small(exchange.bytes_in),
            milliseconds: small(exchange.milliseconds),
        };
        let mut files = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Err(error) = files.add(&entry) {
            tracing::warn!(%error, "a request could not be noted");
        }
    }

    /// From now on nothing is noted: the folder is given back, and answers may still come in.
    pub(crate) fn close(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).closed = true;
    }

    /// Drops what was sent before a moment.
    pub(crate) fn keep_since(&self, before: DateTime<Utc>) -> std::io::Result<()> {
        let mut files = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Counted anew with the next entry.
        files.lines = None;
        for number in [1, 0] {
            let kept: Vec<NetworkEntry> =
                files.read(number).into_iter().filter(|entry| entry.at >= before).collect();
            files.write(number, &kept)?;
        }
        Ok(())
    }

    /// The newest entries, the newest first.
    pub(crate) fn newest(&self, limit: usize) -> Vec<NetworkEntry> {
        let files = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (older, newer) = (files.read(1), files.read(0));
        newer.into_iter().rev().chain(older.into_iter().rev()).take(limit).collect()
    }
}

impl Files {
    fn name(&self, number: u32) -> PathBuf {
        self.folder.join(if number == 0 { "network.log" } else { "network.1.log" })
    }

    fn read(&self, number: u32) -> Vec<NetworkEntry> {
        let text = fs::read_to_string(self.name(number)).unwrap_or_default();
        // A line that was cut off by a power loss is no entry.
        text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
    }

    /// Puts these entries in the place of a file's; a file that is gone or without entries is none.
    fn write(&self, number: u32, entries: &[NetworkEntry]) -> std::io::Result<()> {
        let file = self.name(number);
        if entries.is_empty() {
            return match fs::remove_file(&file) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
                _ => Ok(()),
            };
        }
        let part = file.with_extension("part");
        // One that a dead process left is begun anew.
        let _ = fs::remove_file(&part);
        let mut text = Vec::new();
        for entry in entries {
            serde_json::to_writer(&mut text, entry).map_err(std::io::Error::other)?;
            text.push(b'\n');
        }
        open(&part)?.write_all(&text)?;
        fs::rename(&part, &file)
    }

    fn add(&mut self, entry: &NetworkEntry) -> std::io::Result<()> {
        if self.closed {
            return Ok(());
        }
        let newer = self.name(0);
        let mut line = String::new();
        let mut lines = if let Some(lines) = self.lines {
            lines
        } else {
            let text = fs::read_to_string(&newer).unwrap_or_default();
            if !text.is_empty() && !text.ends_with('\n') {
                // A power loss cut the last line off; this one is not to be lost with it.
                line.push('\n');
            }
            text.lines().count()
        };
        if lines >= KEPT {
            fs::rename(&newer, self.name(1))?;
            line.clear();
            lines = 0;
        }
        line.push_str(&serde_json::to_string(entry).map_err(std::io::Error::other)?);
        line.push('\n');
        open(&newer)?.write_all(line.as_bytes())?;
        self.lines = Some(lines + 1);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exchange(number: u64) -> Exchange {
        Exchange {
            at: DateTime::from_timestamp(1_768_737_600, 0).unwrap(),
            host: "sellingpartnerapi-eu.amazon.com".into(),
            purpose: "searchOrders",
            method: "GET".into(),
            status: Some(200),
            bytes_out: number,
            bytes_in: 70_000,
            milliseconds: 3,
        }
    }

    #[test]
    fn the_newest_ten_thousand_are_kept() {
        let folder = tempfile::tempdir().unwrap();
        let journal = NetworkJournal::of(folder.path());
        assert_eq!(journal.newest(5), []);
        // A full older file and a newer one, as two long days leave them.
        let line = |number: u32| {
            format!(
                "{{\"at\":\"2026-01-18T12:00:00Z\",\"host\":\"h\",\"purpose\":\"token\",\"method\":\"POST\",\
                 \"status\":null,\"bytes_out\":{number},\"bytes_in\":0,\"milliseconds\":1}}\n"
            )
        };
        fs::write(folder.path().join("network.log"), (0..10_000).map(line).collect::<String>()).unwrap();
        for number in 10_000..10_003 {
            journal.add(&exchange(number));
        }
        let newest = journal.newest(KEPT);
        assert_eq!(newest.len(), KEPT);
        assert_eq!(
            (newest[0].bytes_out, newest[3].bytes_out, newest[KEPT - 1].bytes_out),
            (10_002, 9_999, 3)
        );
        // What is too old goes, and the list is written on.
        journal.keep_since(exchange(0).at + chrono::TimeDelta::seconds(1)).unwrap();
        assert_eq!(journal.newest(KEPT), []);
        journal.add(&exchange(10_003));
        journal.keep_since(exchange(0).at).unwrap();
        journal.add(&exchange(10_002));
        assert_eq!(journal.newest(KEPT).len(), 2);
        // A second start counts on, and a line that was cut off is passed over.
        open(&folder.path().join("network.log")).unwrap().write_all(b"{\"at\":\"20").unwrap();
        let again = NetworkJournal::of(folder.path());
        assert_eq!(again.newest(1)[0].bytes_out, 10_002);
        again.add(&exchange(10_004));
        assert_eq!(again.newest(2).iter().map(|entry| entry.bytes_out).collect::<Vec<_>>(), [10_004, 10_002]);
        // What is answered once the folder was given back is not put there.
        again.close();
        again.add(&exchange(10_005));
        assert_eq!(again.newest(1)[0].bytes_out, 10_004);
    }
}
