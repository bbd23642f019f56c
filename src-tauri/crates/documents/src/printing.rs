//! Documents to the printers of the system: directly, never through the web view, and never scaled.
//!
//! A [`Spooler`] is the system's print system. [`print`] owns the order of things: the printer is looked up before
//! anything is sent to it, a document counts as printed when its queue has taken it, and whatever stands in the way
//! becomes one sentence that ends in the next step.

mod cups;
mod error;
mod follow;
mod program;
mod reasons;
mod windows;

use std::sync::Arc;

use async_trait::async_trait;
use packlight_domain::picking::Paper;
use packlight_domain::printing::{Printer, PrinterState};

pub use cups::Cups;
pub use error::SpoolError;
pub use follow::Patience;
pub use program::Programs;
pub use windows::WindowsSpooler;

/// The most copies that are printed at once.
pub const MAX_COPIES: u32 = 99;

/// A document and how it is printed.
#[derive(Debug, Clone)]
pub struct PrintJob<'a> {
    /// A PDF.
    pub document: &'a [u8],
    /// What the queue calls it.
    pub title: &'a str,
    /// The paper that it is laid out for.
    pub paper: Paper,
    /// 1 to [`MAX_COPIES`].
    pub copies: u32,
    /// The last page first.
    pub reverse: bool,
}

/// A document that a queue has taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spooled {
    /// The printer.
    pub printer: String,
    /// The queue's id of the job.
    pub job: String,
    /// What to mind: a sentence with the next step.
    pub warning: Option<String>,
}

/// Where a job stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JobState {
    /// In the queue, its turn not yet come.
    Pending,
    /// On its way to the printer.
    Printing,
    /// In the queue, and something keeps it there: what the system says.
    Stuck(String),
    /// Somebody holds it back.
    Held,
    /// Printed; also a job that the system no longer knows, since it forgets only what is over.
    Done,
    /// Taken back by somebody.
    Cancelled,
    /// Given up by the system: what it says.
    Failed(String),
}

/// The print system of the computer.
#[async_trait]
pub trait Spooler: Send + Sync {
    /// The printers, by name, as they stand now.
    async fn printers(&self) -> Result<Vec<Printer>, SpoolError>;

    /// Hands a document to the queue of a printer. Returns the queue's id of the job.
    async fn submit(&self, printer: &str, job: &PrintJob<'_>) -> Result<String, SpoolError>;

    /// Where a job stands.
    async fn state(&self, printer: &str, job: &str) -> Result<JobState, SpoolError>;

    /// Takes a job back; one that is over stays so.
    async fn cancel(&self, printer: &str, job: &str) -> Result<(), SpoolError>;
}

/// The print system of this computer. `hidden` names variables of the environment that its programs do not get.
pub fn of_system(hidden: &[&str]) -> Arc<dyn Spooler> {
    let programs = Programs::of_system(hidden);
    if cfg!(windows) { Arc::new(WindowsSpooler::new(programs)) } else { Arc::new(Cups::new(programs)) }
}

/// Prints a document on the printer of that name, or on the system's default, and follows it until the queue has taken
/// it for good or something keeps it from the paper.
pub async fn print(
    spooler: &dyn Spooler,
    printer: Option<&str>,
    job: &PrintJob<'_>,
    patience: Patience,
) -> Result<Spooled, SpoolError> {
    let printer = choose(spooler.printers().await?, printer)?;
    if printer.state == PrinterState::Rejecting {
        return Err(SpoolError::Rejecting { printer: printer.name, reason: printer.reason });
    }
    let id = match spooler.submit(&printer.name, job).await {
        // It may have gone, or closed, between the look and the hand-over: its own sentence is the better one.
        Err(SpoolError::Refused { printer: name, message }) => {
            return Err(why_refused(spooler, name, message).await);
        }
        outcome => outcome?,
    };
    let warning = follow::until_taken(spooler, &printer, &id, patience).await?;
    Ok(Spooled { printer: printer.name, job: id, warning })
}

fn choose(printers: Vec<Printer>, wanted: Option<&str>) -> Result<Printer, SpoolError> {
    if printers.is_empty() {
        return Err(match wanted {
            Some(name) => SpoolError::Gone { printer: name.to_owned() },
            None => SpoolError::NoPrinters,
        });
    }
    let alone = printers.len() == 1;
    let chosen = printers.into_iter().find(|printer| match wanted {
        Some(name) => printer.name == name,
        None => alone || printer.is_default,
    });
    chosen.ok_or_else(|| match wanted {
        Some(name) => SpoolError::Gone { printer: name.to_owned() },
        None => SpoolError::NoDefault,
    })
}

async fn why_refused(spooler: &dyn Spooler, name: String, message: String) -> SpoolError {
    match spooler.printers().await {
        Err(error) => error,
        Ok(printers) => match printers.into_iter().find(|printer| printer.name == name) {
            None => SpoolError::Gone { printer: name },
            Some(printer) if printer.state == PrinterState::Rejecting => {
                SpoolError::Rejecting { printer: name, reason: printer.reason }
            }
            Some(_) => SpoolError::Refused { printer: name, message },
        },
    }
}

#[cfg(test)]
mod tests;
