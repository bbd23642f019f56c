//! Amounts and days as people and spreadsheets write them.
//!
//! One text can have two readings: `1,234` is a thousand or a bit more than one, `03/04/2026` is in March or in April.
//! A reader here keeps both; the column around a text decides, and what nothing decides is refused, never guessed.

mod amount;
mod day;

pub use amount::{AmountProblem, DecimalMark, TypedAmount, is_dollar, known_code};
pub use day::{DayOrder, DayProblem, TypedDay};

/// What the readable cells of a column say about how the unclear ones are to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Evidence<T> {
    /// No cell tells.
    Nothing,
    /// Every cell that tells says this.
    All(T),
    /// Cells contradict each other.
    Mixed,
}

impl<T: Copy + PartialEq> Evidence<T> {
    /// What is known with one more cell.
    #[must_use]
    pub fn and(self, cell: Option<T>) -> Self {
        match (self, cell) {
            (known, None) => known,
            (Self::Nothing, Some(cell)) => Self::All(cell),
            (Self::All(known), Some(cell)) if known == cell => self,
            _ => Self::Mixed,
        }
    }

    /// What is known with the evidence of another column.
    #[must_use]
    pub fn with(self, other: Self) -> Self {
        match other {
            Self::Nothing => self,
            Self::All(cell) => self.and(Some(cell)),
            Self::Mixed => Self::Mixed,
        }
    }

    /// The one way to read unclear cells, if there is one.
    pub fn decided(self) -> Option<T> {
        match self {
            Self::All(way) => Some(way),
            Self::Nothing | Self::Mixed => None,
        }
    }
}
