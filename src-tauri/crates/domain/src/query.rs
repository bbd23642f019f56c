//! The query language of the order list: one parser for the query bar, the command line and saved views.
//!
//! Terms are joined by AND; a comma inside a value is OR; `-` before a term negates it; quotes keep blanks together.
//! Words without a key search order id, SKU, ASIN and title. An unknown key or value is an error that points at the word.

use std::ops::Range;

pub mod help;

use crate::status::UiStatus;
use crate::text::fold;

/// The longest query that is read, in characters.
pub const MAX_LENGTH: usize = 200;

/// A parsed query; the empty one matches every order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Query {
    /// The terms, all of which must hold.
    pub terms: Vec<Term>,
}

/// One term of a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// The term must not hold.
    pub negated: bool,
    /// What must hold.
    pub test: Test,
}

/// What a term tests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Test {
    /// A folded text that occurs in order id, SKU, ASIN or title.
    Text(String),
    /// The seller's status is one of these.
    Status(Vec<UiStatus>),
}

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

const STATUS_WORDS: &str = "pending, paid, shipped, completed or cancelled";

impl Query {
    /// Reads a query.
    pub fn parse(text: &str) -> Result<Self, QueryError> {
        if text.chars().count() > MAX_LENGTH {
            return Err(QueryError {
                word: text.chars().take(20).collect(),
                at: 0..text.len(),
                message: format!("the query is longer than {MAX_LENGTH} characters: shorten it"),
            });
        }
        let terms = words(text)?
            .into_iter()
            .filter_map(|word| term(text, &word).transpose())
            .collect::<Result<_, _>>()?;
        Ok(Self { terms })
    }

    /// The statuses the query is about if a status is all that it asks for; that case has kept counts.
    pub fn only_status(&self) -> Option<&[UiStatus]> {
        match self.terms.as_slice() {
            [Term { negated: false, test: Test::Status(statuses) }] => Some(statuses),
            _ => None,
        }
    }

    /// Whether every order matches.
    pub fn is_all(&self) -> bool {
        self.terms.is_empty()
    }
}

/// A blank-separated word with its place; quotes are still in it.
struct Word {
    at: Range<usize>,
}

/// Splits at blanks outside quotes.
fn words(text: &str) -> Result<Vec<Word>, QueryError> {
    let mut words = Vec::new();
    let (mut start, mut quote) = (None, None);
    for (at, c) in text.char_indices() {
        if c == '"' {
            quote = if quote.is_some() { None } else { Some(at) };
        }
        match (c.is_whitespace() && quote.is_none(), start) {
            (false, None) => start = Some(at),
            (true, Some(begun)) => {
                words.push(Word { at: begun..at });
                start = None;
            }
            _ => {}
        }
    }
    if let Some(open) = quote {
        return Err(QueryError {
            word: text[open..].to_owned(),
            at: open..text.len(),
            message: format!("the quote before {} is never closed", &text[open + 1..]),
        });
    }
    words.extend(start.map(|begun| Word { at: begun..text.len() }));
    Ok(words)
}

fn term(text: &str, word: &Word) -> Result<Option<Term>, QueryError> {
    let raw = &text[word.at.clone()];
    let (negated, body) = match raw.strip_prefix('-') {
        Some(rest) if !rest.is_empty() => (true, rest),
        _ => (false, raw),
    };
    let refuse = |word_text: &str, message: String| {
        let start = word.at.start + raw.find(word_text).unwrap_or(0);
        QueryError { word: word_text.to_owned(), at: start..start + word_text.len(), message }
    };
    let test = match key_and_value(body) {
        Some(("status", value)) => Test::Status(statuses(value).map_err(|bad| {
            let message = match bad {
                "" => format!("status: needs a value: {STATUS_WORDS}"),
                _ => format!("unknown status '{bad}': use {STATUS_WORDS}"),
            };
            refuse(if bad.is_empty() { body } else { bad }, message)
        })?),
        Some((key, _)) => {
            return Err(refuse(
                &body[..key.len()],
                format!("unknown filter '{key}:': use status:, or put the text in quotes to search for it"),
            ));
        }
        None => {
            let folded = fold(&body.replace('"', ""));
            if folded.is_empty() {
                return Ok(None);
            }
            Test::Text(folded)
        }
    };
    Ok(Some(Term { negated, test }))
}

/// The key of `key:value`, where the part before the first colon is a plain word outside quotes.
fn key_and_value(body: &str) -> Option<(&str, &str)> {
    let (key, value) = body.split_once(':')?;
    (!key.is_empty() && key.chars().all(|c| c.is_ascii_alphabetic() || c == '_')).then_some((key, value))
}

fn statuses(value: &str) -> Result<Vec<UiStatus>, &str> {
    let mut statuses = Vec::new();
    for word in value.split(',') {
        let word = word.trim_matches('"').trim();
        let status = UiStatus::from_word(word).filter(|status| *status != UiStatus::Other).ok_or(word)?;
        if !statuses.contains(&status) {
            statuses.push(status);
        }
    }
    Ok(statuses)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn text(word: &str) -> Term {
        Term { negated: false, test: Test::Text(word.into()) }
    }

    #[test]
    fn words_and_statuses_are_joined_by_and() {
        assert_eq!(
            Query::parse("status:paid,Shipped Falcon \"Star Wars\" -75192").unwrap().terms,
            [
                Term { negated: false, test: Test::Status(vec![UiStatus::Paid, UiStatus::Shipped]) },
                text("falcon"),
                text("star wars"),
                Term { negated: true, test: Test::Text("75192".into()) },
            ]
        );
        assert!(Query::parse("  \t ").unwrap().is_all());
    }

    #[test]
    fn order_ids_and_quoted_colons_are_text() {
        assert_eq!(Query::parse("203-1234567-8901234").unwrap().terms, [text("203-1234567-8901234")]);
        assert_eq!(Query::parse("\"is: it\"").unwrap().terms, [text("is: it")]);
        assert_eq!(Query::parse("12:30").unwrap().terms, [text("12:30")]);
        assert_eq!(Query::parse("-").unwrap().terms, [text("-")]);
    }

    #[test]
    fn what_is_unknown_is_named_and_pointed_at() {
        let error = Query::parse("falcon status:paid,sent").unwrap_err();
        assert_eq!(
            error.to_string(),
            "unknown status 'sent': use pending, paid, shipped, completed or cancelled"
        );
        assert_eq!(&"falcon status:paid,sent"[error.at], "sent");

        let error = Query::parse("-colour:red").unwrap_err();
        assert_eq!(
            error.to_string(),
            "unknown filter 'colour:': use status:, or put the text in quotes to search for it"
        );
        assert_eq!(error.at, 1..7);

        assert_eq!(
            Query::parse("status:").unwrap_err().to_string(),
            "status: needs a value: pending, paid, shipped, completed or cancelled"
        );
        assert_eq!(Query::parse("a \"b").unwrap_err().to_string(), "the quote before b is never closed");
        assert_eq!(
            Query::parse(&"x".repeat(201)).unwrap_err().to_string(),
            "the query is longer than 200 characters: shorten it"
        );
    }

    #[test]
    fn a_lone_status_is_recognised() {
        assert_eq!(Query::parse("status:paid").unwrap().only_status(), Some(&[UiStatus::Paid][..]));
        assert_eq!(Query::parse("-status:paid").unwrap().only_status(), None);
        assert_eq!(Query::parse("status:paid x").unwrap().only_status(), None);
    }

    proptest! {
        #[test]
        fn no_text_panics_and_errors_point_inside(text in "\\PC{0,40}") {
            if let Err(error) = Query::parse(&text) {
                prop_assert!(text.get(error.at).is_some());
            }
        }
    }
}
