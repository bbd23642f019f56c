//! Cutting a query into words, and a word into its sign, its key and its values; nothing is understood here yet.
//!
//! Every piece keeps its place in the text, in bytes: errors point at it, colours cover it, edits replace it.

use std::borrow::Cow;
use std::ops::Range;

use super::errors::QueryError;

/// A blank-separated word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Word {
    /// All of it, with its sign.
    pub(crate) at: Range<usize>,
    /// A `-` stands before it.
    pub(crate) negated: bool,
    /// The key without its colon.
    pub(crate) key: Option<Range<usize>>,
    /// The values behind the colon, or the one text of a word without a key; quotes are still in them.
    pub(crate) parts: Vec<Range<usize>>,
}

/// Splits at blanks outside quotes.
///
/// # Errors
/// For a quote that is never closed.
pub(crate) fn words(text: &str) -> Result<Vec<Word>, QueryError> {
    let (words, open) = cut(text);
    match open {
        Some(open) => Err(QueryError::open_quote(text, open)),
        None => Ok(words),
    }
}

/// The words, and where a quote begins that is never closed; then the last word runs to the end of the text.
pub(crate) fn cut(text: &str) -> (Vec<Word>, Option<usize>) {
    let mut words = Vec::new();
    let (mut start, mut quote) = (None, None);
    for (at, c) in text.char_indices() {
        if c == '"' {
            quote = if quote.is_some() { None } else { Some(at) };
        }
        match (c.is_whitespace() && quote.is_none(), start) {
            (false, None) => start = Some(at),
            (true, Some(begun)) => {
                words.push(word(text, begun..at));
                start = None;
            }
            _ => {}
        }
    }
    words.extend(start.map(|begun| word(text, begun..text.len())));
    (words, quote)
}

fn word(text: &str, at: Range<usize>) -> Word {
    let raw = &text[at.clone()];
    let negated = raw.len() > 1 && raw.starts_with('-');
    let begun = at.start + usize::from(negated);
    let body = &text[begun..at.end];
    if let Some(length) = key_length(body) {
        let parts = split(text, begun + length + 1..at.end);
        return Word { negated, key: Some(begun..begun + length), parts, at };
    }
    let whole = begun..at.end;
    Word { negated, key: None, parts: vec![whole], at }
}

/// The length of the key of `key:value`: a plain word before the first colon, outside quotes.
pub(crate) fn key_length(body: &str) -> Option<usize> {
    let (key, _) = body.split_once(':')?;
    (!key.is_empty() && key.chars().all(|c| c.is_ascii_alphabetic() || c == '_')).then_some(key.len())
}

/// Splits at commas outside quotes.
fn split(text: &str, at: Range<usize>) -> Vec<Range<usize>> {
    let mut parts = Vec::new();
    let (mut start, mut quoted) = (at.start, false);
    for (offset, c) in text[at.clone()].char_indices() {
        match c {
            '"' => quoted = !quoted,
            ',' if !quoted => {
                parts.push(start..at.start + offset);
                start = at.start + offset + 1;
            }
            _ => {}
        }
    }
    parts.push(start..at.end);
    parts
}

/// What a piece says, without its quotes. Two quotes within a quoted stretch stand for one.
pub(crate) fn unquoted(raw: &str) -> Cow<'_, str> {
    if !raw.contains('"') {
        return Cow::Borrowed(raw);
    }
    let mut plain = String::with_capacity(raw.len());
    let mut quoted = false;
    let mut letters = raw.chars().peekable();
    while let Some(c) = letters.next() {
        match c {
            '"' if quoted && letters.peek() == Some(&'"') => {
                letters.next();
                plain.push('"');
            }
            '"' => quoted = !quoted,
            _ => plain.push(c),
        }
    }
    Cow::Owned(plain)
}

/// A value as it must be written to be read back: in quotes where it would be cut or taken for something else.
pub(crate) fn quoted(value: &str) -> Cow<'_, str> {
    let is_plain = !value.is_empty() && !value.chars().any(|c| c.is_whitespace() || c == '"' || c == ',');
    if is_plain { Cow::Borrowed(value) } else { Cow::Owned(format!("\"{}\"", value.replace('"', "\"\""))) }
}

/// A text that is searched for, as it must be written to be read back.
pub(crate) fn quoted_text(text: &str) -> Cow<'_, str> {
    let looks_otherwise = (text.len() > 1 && text.starts_with('-')) || key_length(text).is_some();
    let is_plain = !text.is_empty() && !text.chars().any(|c| c.is_whitespace() || c == '"');
    if is_plain && !looks_otherwise {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(format!("\"{}\"", text.replace('"', "\"\"")))
    }
}
