//! What was wrong or unclear in a file, row by row.

use super::{RowError, Sheet};

/// How many errors are named; the rest are counted.
pub const MAX_ERRORS: usize = 1_000;

/// What reading a file found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Findings {
    /// Rows read, without the head, empty lines and what a shop writes around its table.
    pub rows: u32,
    /// Rows not taken.
    pub skipped: u32,
    /// Why; the first [`MAX_ERRORS`].
    pub errors: Vec<RowError>,
    /// How unclear things were read, in sentences.
    pub notes: Vec<String>,
    pub(super) unnamed: u32,
}

impl Findings {
    /// Findings that begin with the rows that could not be parted into cells.
    pub(super) fn of(sheet: &Sheet) -> Self {
        let mut findings = Self::default();
        for row in sheet.torn() {
            findings.rows += 1;
            findings.skipped += 1;
            findings.error(
                *row,
                "",
                "a quotation mark opens in this row and is never closed: close or remove it",
            );
        }
        findings
    }

    /// Notes what is wrong with a field of a row.
    pub(super) fn error(&mut self, row: u32, field: &str, message: impl Into<String>) {
        if self.errors.len() < MAX_ERRORS {
            self.errors.push(RowError { row, field: field.to_owned(), message: message.into() });
        } else {
            self.unnamed += 1;
        }
    }

    /// Puts the errors into the order of the rows and says how many are not named.
    pub(super) fn close(&mut self) {
        self.errors.sort_by_key(|error| error.row);
        if self.unnamed > 0 {
            self.notes.push(format!("{} more errors are not listed.", self.unnamed));
        }
    }
}
