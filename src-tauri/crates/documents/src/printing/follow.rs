//! A job after it was handed over: followed until it goes to the printer, or until it is clear why it does not.
//!
//! Nothing here waits for paper. A queue that is stopped or out of paper keeps the job, and that is a warning.

use std::time::Duration;

use packlight_domain::printing::{Printer, PrinterState};
use tokio::time::{Instant, sleep};

use super::error::Because;
use super::{JobState, SpoolError, Spooler};

/// How long a job is watched.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// Until it has begun, if nothing stands in its way.
    pub to_begin: Duration,
    /// Once it has begun: printers say only then that they have no paper.
    pub to_complain: Duration,
    /// Between two looks.
    pub between: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            to_begin: Duration::from_secs(4),
            to_complain: Duration::from_millis(1200),
            between: Duration::from_millis(200),
        }
    }
}

/// Returns what to mind about the job, or why it will not be printed. `before` is the printer as it was.
pub(super) async fn until_taken(
    spooler: &dyn Spooler,
    before: &Printer,
    job: &str,
    patience: Patience,
) -> Result<Option<String>, SpoolError> {
    let printer = &before.name;
    let start = Instant::now();
    let mut began = None;
    loop {
        let state = spooler.state(printer, job).await?;
        match state {
            JobState::Done => return Ok(None),
            JobState::Failed(reason) => return Err(SpoolError::Failed { printer: printer.clone(), reason }),
            JobState::Cancelled => return Err(SpoolError::Cancelled { printer: printer.clone() }),
            JobState::Held => return Ok(Some(held(printer))),
            JobState::Pending | JobState::Printing | JobState::Stuck(_) => {}
        }
        // The job says that it waits; the printer says why.
        let now = spooler.printers().await?.into_iter().find(|now| now.name == *printer);
        if let Some(warning) = now.as_ref().and_then(complaint) {
            return Ok(Some(warning));
        }
        let is_printing = state == JobState::Printing;
        if let JobState::Stuck(reason) = state {
            return Ok(Some(stuck(printer, &reason)));
        }
        let is_fine = if is_printing {
            began.get_or_insert_with(Instant::now).elapsed() >= patience.to_complain
        } else {
            // Other jobs are before it: it is in good hands.
            before.state == PrinterState::Busy
        };
        if is_fine {
            return Ok(None);
        }
        if !is_printing && start.elapsed() >= patience.to_begin {
            return Ok(Some(not_begun(printer)));
        }
        sleep(patience.between).await;
    }
}

fn complaint(printer: &Printer) -> Option<String> {
    let (name, because) = (&printer.name, Because(&printer.reason));
    match printer.state {
        PrinterState::Disabled => Some(format!(
            "the printer '{name}' is stopped{because}: the document waits in its queue; resume the printer in the \
             system's print settings"
        )),
        PrinterState::NeedsAttention => Some(format!(
            "the printer '{name}' needs a hand{because}: the document waits in its queue and is printed after that"
        )),
        PrinterState::Ready | PrinterState::Busy | PrinterState::Rejecting => None,
    }
}

fn held(printer: &str) -> String {
    format!(
        "the document is held back in the queue of '{printer}': release it in the system's print settings"
    )
}

fn stuck(printer: &str, reason: &str) -> String {
    format!(
        "the printer '{printer}' did not take the document from its queue{}: see whether it is switched on and \
         connected; the system tries again",
        Because(reason)
    )
}

fn not_begun(printer: &str) -> String {
    format!(
        "the printer '{printer}' has the document in its queue and has not begun: see whether it is switched on and \
         connected"
    )
}
