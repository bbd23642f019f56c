//! Printers of the system and what became of a document sent to one.

use serde::{Deserialize, Serialize};

use crate::picking::{Paper, PickList, PickListEntry};

/// A printer of the system.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct Printer {
    /// Its name, by which it is chosen.
    pub name: String,
    /// What the system says of it: model or place; empty where it says nothing.
    pub description: String,
    /// How it stands.
    pub state: PrinterState,
    /// Why it stands so, in plain English or the system's own words; empty where there is nothing to say.
    pub reason: String,
    /// The system's default.
    pub is_default: bool,
}

/// How a printer stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum PrinterState {
    /// Waiting for work.
    Ready,
    /// Printing.
    Busy,
    /// Its queue is stopped: jobs are taken and wait.
    Disabled,
    /// Its queue takes no jobs.
    Rejecting,
    /// It needs a hand: paper, cover, offline.
    NeedsAttention,
}

/// How a document is printed; never scaled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct PrintOptions {
    /// The printer's name; the remembered one, else the system's default, unless given.
    pub printer: Option<String>,
    /// The paper that it is laid out for.
    pub paper: Paper,
    /// 1 to 99.
    pub copies: u32,
    /// The last page first, so that the stack lies with the first page on top.
    pub reverse: bool,
}

/// A document that the system's queue has taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct Printed {
    /// The printer.
    pub printer: String,
    /// The queue's id of the job.
    pub job: String,
    /// Pages of one copy.
    pub pages: u32,
    /// The recorded list.
    pub list: PickListEntry,
    /// What to mind, in plain English: the printer is out of paper, the job waits behind a stopped queue.
    pub warning: Option<String>,
}

/// One page of a preview: exactly the marks of the printed page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct PreviewPage {
    /// From 1.
    pub number: u32,
    /// Width in tenths of a point (1/720 inch).
    pub width: u32,
    /// Height in tenths of a point.
    pub height: u32,
    /// The page as an SVG document of paths and text, drawn by the same layout as the PDF.
    pub svg: String,
}

/// A pick list with its pages as they would be printed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct PickPreview {
    /// The list.
    pub list: PickList,
    /// Its pages.
    pub pages: Vec<PreviewPage>,
}
