//! What a query bar needs while somebody types: colours, suggestions, the error and where it is, and edits by mouse.
//!
//! These types cross IPC. Places in a text are counted as JavaScript counts them, in UTF-16 code units, because they
//! index strings of the window; everything else in this module's parent counts bytes.

use std::ops::Range;

use serde::{Deserialize, Serialize};

/// A stretch of a text, in UTF-16 code units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct Span {
    /// The first unit of it.
    pub start: u32,
    /// The first unit behind it.
    pub end: u32,
}

/// What a part of a query is, for its colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum SpanKind {
    /// The `-` that negates a term.
    Negation,
    /// A key with its colon.
    Key,
    /// A value of a key.
    Value,
    /// A comma between values.
    Or,
    /// Text that is searched for.
    Text,
    /// What was not understood.
    Error,
}

/// A part of a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct QuerySpan {
    /// Where.
    pub at: Span,
    /// What.
    pub kind: SpanKind,
}

/// Text that can take the place of what is at the caret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct Suggestion {
    /// What it replaces.
    pub replace: Span,
    /// The text to put there, with a blank behind it where the term is complete; the caret belongs behind it.
    pub text: String,
    /// What it means, for people.
    pub hint: String,
}

/// Why a query was not understood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct QueryProblem {
    /// Where the word stands.
    pub at: Span,
    /// The word.
    pub word: String,
    /// What is wrong and what would do.
    pub message: String,
}

/// A term as it was understood, for the drop-downs and cards that show what is chosen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct QueryTerm {
    /// Where.
    pub at: Span,
    /// The term must not hold.
    pub negated: bool,
    /// Its key without the colon; `None` for text.
    pub key: Option<String>,
    /// Its values in canonical spelling, or the folded text.
    pub values: Vec<String>,
}

/// Everything a query bar shows about its text.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct QueryHelp {
    /// The parts of the text in their order; blanks belong to none.
    pub spans: Vec<QuerySpan>,
    /// The terms that were understood.
    pub terms: Vec<QueryTerm>,
    /// What could be written at the caret, best first.
    pub suggestions: Vec<Suggestion>,
    /// What was not understood.
    pub error: Option<QueryProblem>,
}

/// A filter chosen by mouse. Everything else in the text stays as it was typed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum QueryEdit {
    /// `key:value` comes into the text if no term says exactly this, and goes if one does.
    Toggle {
        /// The key without the colon.
        key: String,
        /// The value.
        value: String,
    },
    /// Of these values of a key exactly one holds, or none: for a drop-down. Terms of other values stay.
    Choose {
        /// The key without the colon.
        key: String,
        /// The values that exclude each other; empty for all values of the key.
        among: Vec<String>,
        /// The one chosen.
        value: Option<String>,
    },
    /// Every term of the key goes.
    Clear {
        /// The key without the colon.
        key: String,
    },
}

/// Counts places of `text` in UTF-16 code units.
pub(super) fn span(text: &str, bytes: &Range<usize>) -> Span {
    Span { start: units(text, bytes.start), end: units(text, bytes.end) }
}

fn units(text: &str, bytes: usize) -> u32 {
    let units = text.get(..bytes).unwrap_or(text).encode_utf16().count();
    u32::try_from(units).unwrap_or(u32::MAX)
}

/// The byte at which the UTF-16 code unit `caret` stands; inside a pair, the byte behind the pair.
pub(super) fn byte_of(text: &str, caret: u32) -> usize {
    let mut seen = 0_usize;
    for (at, c) in text.char_indices() {
        if seen >= caret as usize {
            return at;
        }
        seen += c.len_utf16();
    }
    text.len()
}
