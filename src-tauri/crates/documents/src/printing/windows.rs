//! The spooler of Windows, by the Windows PowerShell that every Windows brings along.
//!
//! Most of its drivers understand no PDF, and no reader can be relied on to print one in silence. So each page is drawn
//! by Windows' own PDF reader, at the printer's dots, and the drawing is handed to the queue (`print.ps1`). Compiled
//! everywhere and tested by its answers; it has not been tried against a printer of a real Windows.

use std::io::Write;
use std::time::Duration;

use async_trait::async_trait;
use packlight_domain::picking::Paper;
use packlight_domain::printing::{Printer, PrinterState};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::program::Programs;
use super::{JobState, PrintJob, SpoolError, Spooler};

const POWERSHELL: &str = "powershell";
/// Takes the script from a variable, so that nothing has to be quoted and no policy about script files is in the way.
const WORDS: &[&str] = &[
    "-NoLogo",
    "-NoProfile",
    "-NonInteractive",
    "-Command",
    "& ([ScriptBlock]::Create($env:PACKLIGHT_PRINT_SCRIPT))",
];
const PRINTERS: &str = include_str!("windows/printers.ps1");
const PRINT: &str = include_str!("windows/print.ps1");
const JOB: &str = include_str!("windows/job.ps1");

/// PowerShell itself takes seconds to start on a cold disk.
const TO_ANSWER: Duration = Duration::from_secs(30);
/// Pages are drawn one by one.
const TO_TAKE: Duration = Duration::from_mins(5);

/// The print system of Windows.
#[derive(Debug, Clone)]
pub struct WindowsSpooler {
    programs: Programs,
}

impl WindowsSpooler {
    /// The spooler by these programs.
    pub fn new(programs: Programs) -> Self {
        Self { programs }
    }

    async fn run<T: DeserializeOwned>(
        &self,
        script: &str,
        values: &[(&str, &str)],
        patience: Duration,
    ) -> Result<T, Trouble> {
        let mut programs = self.programs.clone().with("PACKLIGHT_PRINT_SCRIPT", script);
        for (name, value) in values {
            programs = programs.with(name, *value);
        }
        let said = programs.run(POWERSHELL, WORDS, &[], patience).await?;
        if !said.ok {
            // The first line says what; the others say where in the script.
            return Err(Trouble::Said(said.err.lines().next().unwrap_or_default().to_owned()));
        }
        serde_json::from_str(said.out.trim())
            .map_err(|_| SpoolError::unreadable(POWERSHELL, &format!("{} {}", said.out, said.err)).into())
    }

    async fn job(&self, printer: &str, job: &str, cancel: &str) -> Result<JobAnswer, SpoolError> {
        let values = [
            ("PACKLIGHT_PRINT_PRINTER", printer),
            ("PACKLIGHT_PRINT_JOB", job),
            ("PACKLIGHT_PRINT_CANCEL", cancel),
        ];
        self.run(JOB, &values, TO_ANSWER).await.map_err(Trouble::into_unreadable)
    }
}

/// A script did not do what it should.
enum Trouble {
    Said(String),
    Error(SpoolError),
}

impl From<SpoolError> for Trouble {
    fn from(error: SpoolError) -> Self {
        Self::Error(error)
    }
}

impl Trouble {
    fn into_unreadable(self) -> SpoolError {
        match self {
            Self::Said(words) => SpoolError::unreadable(POWERSHELL, &words),
            Self::Error(error) => error,
        }
    }
}

#[derive(Debug, Deserialize)]
struct PrintersAnswer {
    running: bool,
    printers: Vec<PrinterAnswer>,
}

#[derive(Debug, Deserialize)]
struct PrinterAnswer {
    name: String,
    driver: String,
    place: String,
    default: bool,
    offline: bool,
    status: u32,
}

#[derive(Debug, Deserialize)]
struct Taken {
    job: String,
}

#[derive(Debug, Deserialize)]
struct JobAnswer {
    found: bool,
    status: u32,
}

/// `PRINTER_STATUS_*` that a person has to do something about, with the words for it.
const NEEDS: &[(u32, &str)] = &[
    (0x10, "out of paper"),
    (0x8, "paper jam"),
    (0x40, "paper problem"),
    (0x20, "waits for paper by hand"),
    (0x80, "offline"),
    (0x1000, "not available"),
    (0x800, "output tray full"),
    (0x4_0000, "out of toner"),
    (0x20_0000, "memory full"),
    (0x40_0000, "door open"),
    (0x10_0000, "needs a hand"),
    (0x2, "error"),
];
/// `PRINTER_STATUS_PAUSED`.
const PAUSED: u32 = 0x1;
/// `PRINTER_STATUS_PENDING_DELETION`.
const LEAVING: u32 = 0x4;
/// `PRINTER_STATUS_BUSY`, `_PRINTING` and `_PROCESSING`.
const AT_WORK: u32 = 0x200 | 0x400 | 0x4000;
/// `PRINTER_STATUS_TONER_LOW`.
const TONER_LOW: u32 = 0x2_0000;

impl From<PrinterAnswer> for Printer {
    fn from(answer: PrinterAnswer) -> Self {
        let mut needs: Vec<&str> =
            NEEDS.iter().filter(|(bit, _)| answer.status & bit != 0).map(|(_, words)| *words).collect();
        if answer.offline && !needs.contains(&"offline") {
            needs.push("offline");
        }
        let (state, reason) = if answer.status & LEAVING != 0 {
            (PrinterState::Rejecting, "being removed".to_owned())
        } else if answer.status & PAUSED != 0 {
            (PrinterState::Disabled, "paused".to_owned())
        } else if !needs.is_empty() {
            (PrinterState::NeedsAttention, needs.join(", "))
        } else if answer.status & AT_WORK != 0 {
            (PrinterState::Busy, String::new())
        } else if answer.status & TONER_LOW != 0 {
            (PrinterState::Ready, "low on toner".to_owned())
        } else {
            (PrinterState::Ready, String::new())
        };
        let model = if answer.driver == answer.name { String::new() } else { answer.driver };
        let about = [model, answer.place].into_iter().filter(|words| !words.is_empty());
        Self {
            description: about.collect::<Vec<_>>().join(", "),
            name: answer.name,
            state,
            reason,
            is_default: answer.default,
        }
    }
}

/// Where a job stands by its bits, `JOB_STATUS_*`.
fn job_state(answer: &JobAnswer) -> JobState {
    let has = |bit: u32| answer.status & bit != 0;
    if !answer.found || has(0x80) {
        JobState::Done
    } else if has(0x4) || has(0x100) {
        JobState::Cancelled
    } else if has(0x1) {
        JobState::Held
    } else if has(0x40) {
        JobState::Stuck("out of paper".to_owned())
    } else if has(0x20) {
        JobState::Stuck("offline".to_owned())
    } else if has(0x2) || has(0x200) || has(0x400) {
        JobState::Stuck("error".to_owned())
    } else if has(0x10) {
        JobState::Printing
    } else {
        JobState::Pending
    }
}

/// Width and height in hundredths of an inch.
fn size(paper: Paper) -> (&'static str, &'static str) {
    match paper {
        Paper::A4 => ("827", "1169"),
        Paper::Letter => ("850", "1100"),
        Paper::Label4x6 => ("400", "600"),
    }
}

#[async_trait]
impl Spooler for WindowsSpooler {
    async fn printers(&self) -> Result<Vec<Printer>, SpoolError> {
        let answer: PrintersAnswer =
            self.run(PRINTERS, &[], TO_ANSWER).await.map_err(Trouble::into_unreadable)?;
        if !answer.running {
            return Err(SpoolError::NotRunning);
        }
        let mut printers: Vec<Printer> = answer.printers.into_iter().map(Printer::from).collect();
        printers.sort_by_cached_key(|printer| printer.name.to_lowercase());
        Ok(printers)
    }

    async fn submit(&self, printer: &str, job: &PrintJob<'_>) -> Result<String, SpoolError> {
        let broken = |source: std::io::Error| SpoolError::Io { what: "a temporary file".to_owned(), source };
        let mut file = tempfile::Builder::new().suffix(".pdf").tempfile().map_err(broken)?;
        file.write_all(job.document).map_err(broken)?;
        // Closed, or nobody else may read it; it is deleted when this ends.
        let path = file.into_temp_path();
        let path_text = path.to_string_lossy();
        let (width, height) = size(job.paper);
        let copies = job.copies.to_string();
        let values = [
            ("PACKLIGHT_PRINT_FILE", &*path_text),
            ("PACKLIGHT_PRINT_PRINTER", printer),
            ("PACKLIGHT_PRINT_TITLE", job.title),
            ("PACKLIGHT_PRINT_COPIES", &copies),
            ("PACKLIGHT_PRINT_REVERSE", if job.reverse { "1" } else { "0" }),
            ("PACKLIGHT_PRINT_WIDTH", width),
            ("PACKLIGHT_PRINT_HEIGHT", height),
        ];
        let taken: Taken = self.run(PRINT, &values, TO_TAKE).await.map_err(|trouble| match trouble {
            Trouble::Said(message) => SpoolError::Refused { printer: printer.to_owned(), message },
            Trouble::Error(error) => error,
        })?;
        Ok(taken.job)
    }

    async fn state(&self, printer: &str, job: &str) -> Result<JobState, SpoolError> {
        Ok(job_state(&self.job(printer, job, "0").await?))
    }

    async fn cancel(&self, printer: &str, job: &str) -> Result<(), SpoolError> {
        self.job(printer, job, "1").await.map(drop)
    }
}

#[cfg(test)]
mod tests;
