//! What CUPS' programs say, in English, as CUPS 1.7 to 2.4 say it.
//!
//! A printer or a job begins at the margin and goes on in lines that begin with a tab. Texts that people typed in may
//! stand at the margin too; such lines are passed over.

use packlight_domain::printing::{Printer, PrinterState};

use super::JobState;
use crate::printing::reasons;

/// One thing of a listing: its first line, and the lines behind it.
struct Entry<'a> {
    head: &'a str,
    lines: Vec<&'a str>,
}

impl<'a> Entry<'a> {
    /// What stands behind a key; empty where the key is not there.
    fn field(&self, key: &str) -> &'a str {
        self.lines.iter().find_map(|line| line.strip_prefix(key)).unwrap_or_default().trim()
    }
}

fn entries<'a>(listing: &'a str, is_head: impl Fn(&str) -> bool) -> Vec<Entry<'a>> {
    let mut entries: Vec<Entry<'a>> = Vec::new();
    for line in listing.lines() {
        match (line.strip_prefix('\t'), entries.last_mut()) {
            (Some(line), Some(entry)) => entry.lines.push(line.trim_end()),
            (None, _) if is_head(line) => entries.push(Entry { head: line, lines: Vec::new() }),
            _ => {}
        }
    }
    entries
}

/// `lpstat -r`.
pub(super) fn is_running(answer: &str) -> bool {
    answer.lines().any(|line| line.trim() == "scheduler is running")
}

/// What `lp` says of a document that it took.
pub(super) fn request_id(answer: &str) -> Option<&str> {
    answer.lines().find_map(|line| line.strip_prefix("request id is ")?.split_whitespace().next())
}

/// `lpstat -l -p`, `lpstat -a`, `lpstat -d` and `lpstat -e`, put together. Sorted by name.
pub(super) fn printers(queues: &str, accepting: &str, default: &str, everywhere: &str) -> Vec<Printer> {
    let default = default.lines().find_map(|line| line.strip_prefix("system default destination: "));
    let closed = entries(accepting, |line| line.contains(" accepting requests since "));
    let closed = |name: &str| {
        let entry = closed.iter().find(|entry| {
            entry.head.strip_prefix(name).is_some_and(|rest| rest.starts_with(" not accepting requests"))
        })?;
        Some(said(&entry.lines.join(" ")))
    };
    let mut printers: Vec<Printer> = entries(queues, |line| state_of(line).is_some())
        .iter()
        .filter_map(|entry| {
            let (name, state) = state_of(entry.head)?;
            let (state, reason) = standing(entry, state, closed(name));
            Some(Printer {
                name: name.to_owned(),
                description: description(entry, name),
                state,
                reason,
                is_default: default == Some(name),
            })
        })
        .collect();
    // Printers without a queue yet; CUPS makes one when something is printed. Names with a slash are sets of options.
    for name in everywhere.lines().map(str::trim).filter(|name| !name.is_empty() && !name.contains('/')) {
        if printers.iter().all(|printer| printer.name != name) {
            printers.push(Printer {
                name: name.to_owned(),
                description: "found on the network".to_owned(),
                state: PrinterState::Ready,
                reason: String::new(),
                is_default: default == Some(name),
            });
        }
    }
    printers.sort_by_cached_key(|printer| printer.name.to_lowercase());
    printers
}

/// Name and state in the first line of a printer.
fn state_of(line: &str) -> Option<(&str, PrinterState)> {
    let (name, rest) = line.strip_prefix("printer ")?.split_once(' ')?;
    let state = if rest.starts_with("is idle") {
        PrinterState::Ready
    } else if rest.starts_with("now printing") {
        PrinterState::Busy
    } else if rest.starts_with("disabled") {
        PrinterState::Disabled
    } else {
        return None;
    };
    Some((name, state))
}

fn standing(entry: &Entry<'_>, state: PrinterState, closed: Option<String>) -> (PrinterState, String) {
    if let Some(reason) = closed {
        return (PrinterState::Rejecting, reason);
    }
    let keywords = entry.field("Alerts:");
    let weighed = reasons::weigh(keywords.split([' ', ',']).filter(|keyword| !keyword.is_empty()));
    let message: Vec<&str> = entry.lines.iter().take_while(|line| !is_field(line)).copied().collect();
    match state {
        PrinterState::Disabled => {
            let message = said(&message.join(" "));
            (state, if message.is_empty() { weighed.stoppers.join(", ") } else { message })
        }
        _ if !weighed.stoppers.is_empty() => (PrinterState::NeedsAttention, weighed.stoppers.join(", ")),
        _ => (state, weighed.remarks.join(", ")),
    }
}

/// The fields that can be the first behind a printer's message.
fn is_field(line: &str) -> bool {
    ["Form mounted:", "Content types:", "Description:", "Alerts:"].iter().any(|field| line.starts_with(field))
}

/// The system's words, without those that only fill the space.
fn said(words: &str) -> String {
    let words = words.trim();
    match words {
        "reason unknown" | "Paused" | "Rejecting Jobs" => String::new(),
        _ => words.to_owned(),
    }
}

fn description(entry: &Entry<'_>, name: &str) -> String {
    let (model, place) = (entry.field("Description:"), entry.field("Location:"));
    match (model == name || model.is_empty(), place.is_empty()) {
        (true, _) => place.to_owned(),
        (false, true) => model.to_owned(),
        (false, false) => format!("{model}, {place}"),
    }
}

/// A job in `lpstat -l -W not-completed -o`.
pub(super) fn waiting_job(listing: &str, job: &str) -> Option<JobState> {
    let entry = find_job(listing, job)?;
    let has = |word: &str| entry.field("Alerts:").split([' ', ',']).any(|alert| alert.contains(word));
    Some(if has("job-printing") {
        JobState::Printing
    } else if has("hold") || has("held") {
        JobState::Held
    } else if has("resources-are-not-ready") {
        JobState::Stuck(entry.field("Status:").to_owned())
    } else {
        JobState::Pending
    })
}

/// A job in `lpstat -l -W completed -o`.
pub(super) fn ended_job(listing: &str, job: &str) -> Option<JobState> {
    let entry = find_job(listing, job)?;
    let (alerts, status) = (entry.field("Alerts:"), entry.field("Status:"));
    Some(if alerts.contains("canceled") {
        JobState::Cancelled
    } else if alerts.contains("job-completed-successfully") {
        JobState::Done
    } else if alerts.contains("aborted") || alerts.contains("error") || !status.is_empty() {
        // A back end that gave up leaves the same alert as one that printed; what is left to be said tells them apart.
        JobState::Failed(status.to_owned())
    } else {
        JobState::Done
    })
}

fn find_job<'a>(listing: &'a str, job: &str) -> Option<Entry<'a>> {
    entries(listing, |line| !line.trim().is_empty())
        .into_iter()
        .find(|entry| entry.head.split_whitespace().next() == Some(job))
}
