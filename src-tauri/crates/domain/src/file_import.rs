//! Files that a seller brings: what a dry run shows and what an import did.
//!
//! A bad row is named with its field and never blocks the good ones. The window sends the file's bytes as Base64, so
//! that no path of the computer crosses IPC.

use serde::{Deserialize, Serialize};

use crate::account::Platform;
use crate::act::BatchId;

mod cells;
mod findings;
mod heads;
mod layout;
mod orders;
mod sheet;
mod status_words;
mod told;
mod units;

pub use findings::{Findings, MAX_ERRORS};
pub use heads::{Field, ORDER_FIELDS, UNIT_FIELDS};
pub use layout::{Layout, LayoutError};
pub use orders::{OrderRules, OrdersRead, read_orders};
pub use sheet::{Row, Sheet};
pub use told::Told;
pub use units::{MAX_QUANTITY, UnitRules, UnitsRead, read_units};

/// What a file is read as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum ImportKind {
    /// Units in stock.
    Units,
    /// Orders of this platform.
    Orders(Platform),
}

/// Which column of the file fills a field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct ColumnChoice {
    /// The field, as it is named in the documented file: `set_number`, `order_id`, ….
    pub field: String,
    /// The column, counted from 0; `None` leaves the field empty.
    pub column: Option<u32>,
}

/// A file and how it is to be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct ImportInput {
    /// What it holds.
    pub kind: ImportKind,
    /// Its name, for messages.
    pub name: String,
    /// Its bytes in Base64.
    pub content: String,
    /// The columns; guessed from their heads unless given.
    pub columns: Option<Vec<ColumnChoice>>,
}

/// A field that a file can fill.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct ImportField {
    /// Its name in the documented file.
    pub name: String,
    /// What it is called on screen.
    pub label: String,
    /// A file without it cannot be read.
    pub required: bool,
}

/// A row that was not taken, or a field of it that was left empty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct RowError {
    /// The row as a spreadsheet counts it: the head is row 1.
    pub row: u32,
    /// The field.
    pub field: String,
    /// What is wrong and what would do.
    pub message: String,
}

/// What a file would do: how it was read, and the result of a dry run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct ImportPreview {
    /// Character set that was found: `UTF-8`, `UTF-16LE`, `Windows-1252`.
    pub charset: String,
    /// What separates columns: `comma`, `semicolon`, `tab`.
    pub separator: String,
    /// Heads of the columns.
    pub heads: Vec<String>,
    /// The first rows as they stand in the file, at most 5.
    pub sample: Vec<Vec<String>>,
    /// The fields of this kind of file.
    pub fields: Vec<ImportField>,
    /// Which column fills which field.
    pub columns: Vec<ColumnChoice>,
    /// What an import would do.
    pub report: ImportReport,
}

/// What an import did, or would do.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct ImportReport {
    /// Rows read, without the head and empty lines.
    pub rows: u32,
    /// Units added.
    pub units_added: u32,
    /// Orders not known before.
    pub orders_new: u32,
    /// Orders known before and different now.
    pub orders_changed: u32,
    /// Orders that were as the file says, or newer.
    pub orders_unchanged: u32,
    /// Rows not taken.
    pub rows_skipped: u32,
    /// Why; at most 1,000 entries.
    pub errors: Vec<RowError>,
    /// How unclear things were read, in sentences.
    pub notes: Vec<String>,
    /// Nothing was written.
    pub dry_run: bool,
    /// For undo; `None` for a dry run, or where nothing was added or changed.
    pub batch: Option<BatchId>,
}
