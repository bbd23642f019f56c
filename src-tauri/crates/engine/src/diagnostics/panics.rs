//! Panic reports: what went wrong and where, in a file of the data folder. Nothing is sent anywhere.

use std::backtrace::Backtrace;
use std::io::Write;
use std::panic::PanicHookInfo;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};

use super::logs::open;
use super::redact::redacted;

/// How many reports are kept.
const KEPT: usize = 20;

/// Where the panic reports of a data folder lie.
pub fn panic_folder(data_folder: &Path) -> PathBuf {
    data_folder.join("panics")
}

/// From now on, a panic of any thread leaves a report in `data_folder`, and is told on standard error.
pub fn keep_panics(data_folder: &Path, clock: fn() -> DateTime<Utc>) {
    let folder = panic_folder(data_folder);
    std::panic::set_hook(Box::new(move |panic| {
        let report = report(panic, clock());
        // Not by the usual hook: standard error may be the system's journal, and that is a file. Where nobody can be told,
        // the report has to do, and where that cannot be written, the word.
        let _ = writeln!(std::io::stderr(), "{report}");
        let _ = write(&folder, &report, clock());
    }));
}

fn report(panic: &PanicHookInfo<'_>, now: DateTime<Utc>) -> String {
    let message = panic.payload_as_str().unwrap_or("(no words)");
    let place = panic.location().map_or_else(|| "unknown".to_owned(), ToString::to_string);
    let thread = std::thread::current().name().unwrap_or("without a name").to_owned();
    let text = format!(
        "Packlight {} on {}/{}\n{}\nthread {thread} at {place}\n{message}\n\n{}\n",
        env!("CARGO_PKG_VERSION"),
        std::env::consts::OS,
        std::env::consts::ARCH,
        now.format("%Y-%m-%dT%H:%M:%SZ"),
        Backtrace::force_capture()
    );
    redacted(&text)
}

fn write(folder: &Path, report: &str, now: DateTime<Utc>) -> std::io::Result<()> {
    crate::paths::create_private(folder).map_err(std::io::Error::other)?;
    let name = format!("panic-{}.txt", now.format("%Y%m%dT%H%M%S%.3fZ"));
    open(&folder.join(name))?.write_all(report.as_bytes())?;
    let mut all: Vec<PathBuf> =
        std::fs::read_dir(folder)?.filter_map(Result::ok).map(|entry| entry.path()).collect();
    all.sort();
    for old in all.iter().rev().skip(KEPT) {
        std::fs::remove_file(old)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_leaves_a_report_without_secrets() {
        let folder = tempfile::tempdir().unwrap();
        let at = || DateTime::from_timestamp(1_768_737_600, 0).unwrap();
        keep_panics(folder.path(), at);
        let broken = std::thread::Builder::new()
            .name("broken".to_owned())
            .spawn(|| panic!("refresh_token=canary of order 203-1234567-1234567"))
            .unwrap();
        assert!(broken.join().is_err());
        let _ = std::panic::take_hook();
        let file = panic_folder(folder.path()).join("panic-20260118T120000.000Z.txt");
        let text = std::fs::read_to_string(file).unwrap();
        assert!(text.contains("thread broken at ") && text.contains("panics.rs:"), "{text}");
        assert!(text.contains("refresh_token=[redacted] of order [order]"), "{text}");
        assert!(!text.contains("canary"));
    }
}
