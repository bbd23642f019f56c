//! What can stand between a document and paper, each with the seller's next step.

use std::fmt;
use std::io;

use packlight_domain::picking::Paper;

/// A document was not taken by a print queue.
#[derive(Debug, thiserror::Error)]
pub enum SpoolError {
    /// The system's programs for printing are not installed.
    #[error("this computer has no print system: {INSTALL}, or save the document as a PDF")]
    NotInstalled,
    /// They are, and nothing answers them.
    #[error("the print system is not running: {START} and try again, or save the document as a PDF")]
    NotRunning,
    /// There is no printer at all.
    #[error(
        "no printer is set up on this computer: add one in the system's print settings, or save the document as a PDF"
    )]
    NoPrinters,
    /// None was asked for, and the system prefers none.
    #[error("no printer is chosen, and the system has no default: choose one")]
    NoDefault,
    /// The printer that was asked for is not there.
    #[error("the printer '{printer}' is not there any more: choose another, or save the document as a PDF")]
    Gone {
        /// Its name.
        printer: String,
    },
    /// Its driver does not know the paper: the page would come out on another.
    #[error(
        "the printer '{printer}' has no {}: choose another printer or paper, or save the document as a PDF",
        sheet(*paper)
    )]
    NoPaper {
        /// The printer.
        printer: String,
        /// What the document is laid out for.
        paper: Paper,
    },
    /// What paper its driver knows could not be learned: the page might come out on another.
    #[error(
        "whether the printer '{printer}' has {} could not be learned{}: try again, choose another printer, or save the \
         document as a PDF",
        sheet(*paper),
        Because(reason)
    )]
    UnknownPaper {
        /// The printer.
        printer: String,
        /// What the document is laid out for.
        paper: Paper,
        /// What the system says; may be empty.
        reason: String,
    },
    /// The printer's queue takes no jobs.
    #[error(
        "the printer '{printer}' takes no jobs{}: let it take jobs in the system's print settings, or choose another",
        Because(reason)
    )]
    Rejecting {
        /// The printer.
        printer: String,
        /// What the system says; may be empty.
        reason: String,
    },
    /// The queue took nothing, for a reason of its own.
    #[error(
        "the printer '{printer}' refused the document{}: choose another, or save the document as a PDF",
        Because(message)
    )]
    Refused {
        /// The printer.
        printer: String,
        /// What the system says; may be empty.
        message: String,
    },
    /// The queue took the document and gave it up.
    #[error(
        "the print system could not print the document on '{printer}'{}: look at the printer in the system's print \
         settings, or choose another",
        Because(reason)
    )]
    Failed {
        /// The printer.
        printer: String,
        /// What the system says; may be empty.
        reason: String,
    },
    /// Somebody took the job back before it was printed.
    #[error("the job was cancelled in the queue of '{printer}': print it again if that was not meant")]
    Cancelled {
        /// The printer.
        printer: String,
    },
    /// A program of the system ran out of time, and was ended.
    #[error(
        "the print system does not answer ({program}): try again, after a look at the printer's queue, or save the \
         document as a PDF"
    )]
    Silent {
        /// The program.
        program: String,
    },
    /// A program of the system said something else than it should.
    #[error(
        "the print system said something unexpected ({program}: {answer}): try again, or save the document as a PDF"
    )]
    Unreadable {
        /// The program.
        program: String,
        /// Its words, cut.
        answer: String,
    },
    /// A program or a file could not be used.
    #[error("{what} cannot be used for printing ({source}): try again, or save the document as a PDF")]
    Io {
        /// The program or file.
        what: String,
        /// What the system says.
        source: io::Error,
    },
}

const INSTALL: &str = if cfg!(target_os = "linux") {
    "install CUPS (in Debian and Ubuntu the package 'cups')"
} else if cfg!(windows) {
    "Windows PowerShell was not found; bring it back"
} else {
    "install CUPS"
};

const START: &str = if cfg!(target_os = "linux") {
    "start it (sudo systemctl start cups)"
} else if cfg!(windows) {
    "start the service 'Print Spooler'"
} else {
    "start it (sudo launchctl start org.cups.cupsd)"
};

/// A paper in words.
fn sheet(paper: Paper) -> &'static str {
    match paper {
        Paper::A4 => "A4 paper",
        Paper::Letter => "Letter paper",
        Paper::Label4x6 => "labels of 4 × 6 inch",
    }
}

impl SpoolError {
    /// The printer, or the queue, was there and did not take the document; otherwise there was nobody to take it.
    pub fn is_refusal(&self) -> bool {
        matches!(
            self,
            Self::NoPaper { .. }
                | Self::Rejecting { .. }
                | Self::Refused { .. }
                | Self::Failed { .. }
                | Self::Cancelled { .. }
        )
    }

    /// An answer that is not understood, cut to what a sentence can hold.
    pub(super) fn unreadable(program: &str, answer: &str) -> Self {
        let answer = answer.trim().chars().take(200).collect();
        Self::Unreadable { program: program.to_owned(), answer }
    }
}

/// The system's words in brackets, if it said any.
pub(super) struct Because<'a>(pub(super) &'a str);

impl fmt::Display for Because<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = self.0.trim().trim_end_matches('.');
        if words.is_empty() { Ok(()) } else { write!(f, " ({words})") }
    }
}
