//! What a query bar shows about the text in it, and what could be written at the caret.
//!
//! Two steps, because some values are known to the store alone: [`asked`] says what the caret is in, the caller looks up
//! what it knows of it, and [`help`] makes suggestions of both.

use std::ops::Range;

use super::errors::{self, QueryError};
use super::help::{QueryHelp, QueryProblem, QuerySpan, QueryTerm, SpanKind, Suggestion, byte_of, span};
use super::parse;
use super::terms::Key;
use super::words::{Word, cut, quoted, unquoted};

/// The most suggestions at once.
const MOST: usize = 12;

/// What stands at the caret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// What it is part of.
    pub wanted: Wanted,
    /// What of it stands before the caret, without quotes.
    pub begun: String,
    /// What a suggestion replaces, in bytes.
    replace: Range<usize>,
}

/// What the caret is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// A word that has no key yet.
    Key,
    /// A value of this key.
    Value(Key),
}

/// A value that the store knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// The value.
    pub value: String,
    /// What it means, for people.
    pub hint: String,
}

/// What is being written where the caret stands, in UTF-16 code units; `None` within a quoted text.
pub fn asked(text: &str, caret: u32) -> Option<Asked> {
    let caret = byte_of(text, caret);
    let (words, _) = cut(text);
    let Some(word) = words.iter().find(|word| word.at.start <= caret && caret <= word.at.end) else {
        return Some(Asked { wanted: Wanted::Key, begun: String::new(), replace: caret..caret });
    };
    let Some(key) = &word.key else {
        let body = word.parts[0].clone();
        if caret < body.start || text[body.clone()].starts_with('"') {
            return None;
        }
        let begun = text[body.start..caret].to_owned();
        return Some(Asked { wanted: Wanted::Key, begun, replace: body });
    };
    if caret <= key.end {
        // The colon is there already, so the key is replaced with it.
        let begun = text[key.start..caret.max(key.start)].to_owned();
        return Some(Asked { wanted: Wanted::Key, begun, replace: key.start..key.end + 1 });
    }
    let known = Key::from_word(&text[key.clone()])?;
    let part = word.parts.iter().find(|part| part.start <= caret && caret <= part.end)?;
    // Behind the sign of `in:=S3` stands a name like any other.
    let is_whole = known == Key::In && text[part.clone()].starts_with('=') && caret > part.start;
    let start = part.start + usize::from(is_whole);
    let begun = unquoted(&text[start..caret]).trim_start().to_owned();
    Some(Asked { wanted: Wanted::Value(known), begun, replace: start..part.end })
}

/// Everything that the bar shows. `known` are the store's values for what is [`asked`], best first.
pub fn help(text: &str, asked: Option<&Asked>, known: &[Known]) -> QueryHelp {
    let (mut help, mut first_error) = (QueryHelp::default(), errors::check_length(text).err());
    let (words, open) = cut(text);
    if let Some(open) = open {
        first_error.get_or_insert_with(|| QueryError::open_quote(text, open));
    }
    for (at, word) in words.iter().enumerate() {
        let is_open = open.is_some() && at + 1 == words.len();
        let read = if is_open { Ok(None) } else { parse::term(text, word) };
        colour(text, word, read.as_ref().err(), is_open, &mut help.spans);
        match read {
            Ok(Some(term)) => help.terms.push(QueryTerm {
                at: span(text, &word.at),
                negated: term.negated,
                key: term.test.key().map(|key| key.word().to_owned()),
                values: term.test.values(),
            }),
            Ok(None) => {}
            Err(error) => {
                first_error.get_or_insert(error);
            }
        }
    }
    help.error = first_error.map(|error| QueryProblem {
        at: span(text, &error.at),
        word: error.word,
        message: error.message,
    });
    if let Some(asked) = asked {
        help.suggestions = suggestions(text, asked, known);
    }
    help
}

fn colour(text: &str, word: &Word, error: Option<&QueryError>, is_open: bool, spans: &mut Vec<QuerySpan>) {
    let mut push = |at: Range<usize>, kind| {
        if !at.is_empty() {
            spans.push(QuerySpan { at: span(text, &at), kind });
        }
    };
    if word.negated {
        push(word.at.start..word.at.start + 1, SpanKind::Negation);
    }
    // An error covers the piece it points at, or all of the term.
    let is_wrong =
        |at: &Range<usize>| error.is_some_and(|error| error.at.start <= at.start && at.end <= error.at.end);
    let kind = |at: &Range<usize>, kind| if is_open || is_wrong(at) { SpanKind::Error } else { kind };
    let Some(key) = &word.key else {
        let at = word.parts[0].clone();
        push(at.clone(), kind(&at, SpanKind::Text));
        return;
    };
    push(key.start..key.end + 1, kind(key, SpanKind::Key));
    for (number, part) in word.parts.iter().enumerate() {
        if number > 0 {
            push(part.start - 1..part.start, SpanKind::Or);
        }
        push(part.clone(), kind(part, SpanKind::Value));
    }
}

fn suggestions(text: &str, asked: &Asked, known: &[Known]) -> Vec<Suggestion> {
    let begun = asked.begun.to_lowercase();
    let begins = |word: &str| word.to_lowercase().starts_with(&begun);
    let replace = span(text, &asked.replace);
    let new = |text: String, hint: &str| Suggestion { replace, text, hint: hint.to_owned() };
    // Behind a complete term the next one begins, unless something stands there already.
    let behind = if text[asked.replace.end..].is_empty() { " " } else { "" };
    let mut found: Vec<Suggestion> = match asked.wanted {
        Wanted::Key => {
            let keys = Key::ALL.iter().filter(|key| begins(key.word()));
            let mut found: Vec<Suggestion> =
                keys.map(|key| new(format!("{}:", key.word()), key.hint())).collect();
            // `late` finds `is:late`: nobody has to know the key of a word.
            if !begun.is_empty() {
                for key in Key::ALL {
                    let values = key.values().into_iter().filter(|(value, _)| begins(value));
                    found.extend(
                        values.map(|(value, hint)| new(format!("{}:{value}{behind}", key.word()), hint)),
                    );
                }
            }
            found
        }
        Wanted::Value(key) => {
            let words = key.values().into_iter().filter(|(value, _)| begins(value));
            let mut found: Vec<Suggestion> =
                words.map(|(value, hint)| new(format!("{value}{behind}"), hint)).collect();
            found.extend(known.iter().map(|own| new(format!("{}{behind}", quoted(&own.value)), &own.hint)));
            found
        }
    };
    // What stands there already, word for word, is no suggestion.
    let there = &text[asked.replace.clone()];
    found.retain(|suggestion| suggestion.text.trim_end() != there);
    found.truncate(match asked.wanted {
        Wanted::Key if begun.is_empty() => Key::ALL.len(),
        _ => MOST.max(if known.is_empty() { 16 } else { MOST }),
    });
    found
}
