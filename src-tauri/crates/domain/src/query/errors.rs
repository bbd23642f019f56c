//! Why a query was refused. Every message names the word and says what would do; the place is that word, in bytes.

use std::ops::Range;

use super::MAX_LENGTH;
use super::terms::Key;

/// Why a query was refused, and where in its text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct QueryError {
    /// The word that was not understood.
    pub word: String,
    /// Where it stands in the query, in bytes.
    pub at: Range<usize>,
    /// What is wrong and what would do.
    pub message: String,
}

impl QueryError {
    pub(super) fn new(text: &str, at: Range<usize>, message: String) -> Self {
        Self { word: text.get(at.clone()).unwrap_or_default().to_owned(), at, message }
    }

    pub(super) fn open_quote(text: &str, open: usize) -> Self {
        let message = match &text[open + 1..] {
            "" => "the quote at the end is never closed".to_owned(),
            rest => format!("the quote before {rest} is never closed"),
        };
        Self::new(text, open..text.len(), message)
    }

    pub(super) fn unknown_key(text: &str, at: Range<usize>) -> Self {
        let key = &text[at.clone()];
        let keys: Vec<String> = Key::ALL.iter().map(|key| format!("{}:", key.word())).collect();
        let message = format!(
            "unknown filter '{key}:': use {}, or put the text in quotes to search for it",
            one_of(&keys)
        );
        Self::new(text, at, message)
    }

    pub(super) fn no_value(text: &str, at: Range<usize>, key: Key) -> Self {
        Self::new(text, at, format!("{}: needs a value: {}", key.word(), key.choices()))
    }

    pub(super) fn unknown_value(text: &str, at: Range<usize>, key: Key, value: &str) -> Self {
        Self::new(text, at, format!("unknown {} '{value}': use {}", key.noun(), key.choices()))
    }

    pub(super) fn empty_range(text: &str, at: Range<usize>) -> Self {
        let range = &text[at.clone()];
        let message = format!("nothing lies in '{range}': put the smaller end first");
        Self::new(text, at, message)
    }
}

pub(super) fn check_length(text: &str) -> Result<(), QueryError> {
    if text.chars().count() <= MAX_LENGTH {
        return Ok(());
    }
    Err(QueryError {
        word: text.chars().take(20).collect(),
        at: 0..text.len(),
        message: format!("the query is longer than {MAX_LENGTH} characters: shorten it"),
    })
}

/// "a, b or c".
pub(super) fn one_of(words: &[impl AsRef<str>]) -> String {
    match words {
        [] => String::new(),
        [only] => only.as_ref().to_owned(),
        [first @ .., last] => {
            let first: Vec<&str> = first.iter().map(AsRef::as_ref).collect();
            format!("{} or {}", first.join(", "), last.as_ref())
        }
    }
}
