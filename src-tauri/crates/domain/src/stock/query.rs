//! The query language of the stock: that of the order list with keys of its own.
//!
//! Terms are joined by AND, a comma inside a value is OR, `-` negates, quotes keep blanks together. What is not
//! understood is named and pointed at.

use std::ops::Range;

use super::UnitStatus;
use crate::matching::rules::{ConditionClass, comparable_set};
use crate::query::words::{Word, unquoted, words};
use crate::query::{Location, MAX_LENGTH, QueryError};
use crate::text::fold;

/// A parsed query of the stock; the empty one matches every unit.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StockQuery {
    /// The terms, all of which must hold.
    pub terms: Vec<StockTerm>,
}

/// One term.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StockTerm {
    /// The term must not hold.
    pub negated: bool,
    /// What must hold.
    pub test: StockTest,
}

/// What a term tests; one of the values has to fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StockTest {
    /// A folded text that occurs in set number, name, condition, location, SKU, ASIN or notes.
    Text(String),
    /// Where the unit stands in its life.
    Status(Vec<UnitStatus>),
    /// The storage location, folded; `None` is no location.
    In(Vec<Option<Location>>),
    /// The set number, as set numbers compare.
    Set(Vec<String>),
    /// The SKU, folded.
    Sku(Vec<String>),
    /// The ASIN, folded.
    Asin(Vec<String>),
    /// Conditions of a class, or that begin with folded words.
    Condition(Vec<ConditionTest>),
}

/// What a condition must be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConditionTest {
    /// Of this class: `condition:new`, `condition:used`.
    Class(ConditionClass),
    /// Begins with these folded words: `condition:"new sealed"`.
    Words(String),
}

/// The keys and what may stand behind them.
const KEYS: [(&str, &str); 6] = [
    ("status", "in_stock, linked or sold"),
    ("in", "the beginning of a storage location, =S5 for this one alone, or none"),
    ("set", "a set number"),
    ("sku", "a SKU"),
    ("asin", "an ASIN"),
    ("condition", "new, used, or the beginning of a condition"),
];

impl StockQuery {
    /// Reads a query.
    ///
    /// # Errors
    /// The first word that is not understood.
    pub fn parse(text: &str) -> Result<Self, QueryError> {
        if text.chars().count() > MAX_LENGTH {
            return Err(QueryError {
                word: text.chars().take(20).collect(),
                at: 0..text.len(),
                message: format!("the query is longer than {MAX_LENGTH} characters: shorten it"),
            });
        }
        let mut terms = Vec::new();
        for word in words(text)? {
            if let Some(test) = test(text, &word)? {
                terms.push(StockTerm { negated: word.negated, test });
            }
        }
        Ok(Self { terms })
    }
}

/// What a word tests; `None` for a text that folds to nothing.
fn test(text: &str, word: &Word) -> Result<Option<StockTest>, QueryError> {
    let Some(key) = &word.key else {
        let folded = fold(&unquoted(&text[word.parts[0].clone()]));
        return Ok((!folded.is_empty()).then_some(StockTest::Text(folded)));
    };
    let typed = &text[key.clone()];
    let known = KEYS.into_iter().find(|(own, _)| own.eq_ignore_ascii_case(typed));
    let Some((known, choices)) = known else {
        let keys: Vec<String> = KEYS.iter().map(|(key, _)| format!("{key}:")).collect();
        let (last, first) = keys.split_last().map_or(("", &keys[..]), |(last, first)| (last, first));
        let message = format!(
            "unknown filter '{typed}:': use {} or {last}, or put the text in quotes to search for it",
            first.join(", ")
        );
        return Err(refuse(text, key.clone(), message));
    };
    let mut values = Vec::new();
    for part in &word.parts {
        let value = fold(&unquoted(&text[part.clone()]));
        if value.is_empty() {
            let at = if part.is_empty() { key.start..word.at.end } else { part.clone() };
            return Err(refuse(text, at, format!("{known}: needs a value: {choices}")));
        }
        values.push((value, part.clone()));
    }
    let plain = |values: Vec<(String, Range<usize>)>| values.into_iter().map(|(value, _)| value).collect();
    Ok(Some(match known {
        "status" => {
            let mut statuses = Vec::with_capacity(values.len());
            for (value, at) in values {
                let Some(status) = UnitStatus::from_word(&value) else {
                    let message = format!("unknown status '{}': use {choices}", &text[at.clone()]);
                    return Err(refuse(text, at, message));
                };
                statuses.push(status);
            }
            StockTest::Status(statuses)
        }
        "in" => {
            let mut locations = Vec::with_capacity(values.len());
            for (value, at) in values {
                let location = Location::from_value(&value);
                if location.is_none() {
                    return Err(refuse(text, at, format!("{known}: needs a value: {choices}")));
                }
                locations.push(if value == "none" { None } else { location });
            }
            StockTest::In(locations)
        }
        "set" => StockTest::Set(values.into_iter().map(|(value, _)| comparable_set(&value)).collect()),
        "sku" => StockTest::Sku(plain(values)),
        "asin" => StockTest::Asin(plain(values)),
        _ => StockTest::Condition(
            values
                .into_iter()
                .map(|(value, _)| match value.as_str() {
                    "new" => ConditionTest::Class(ConditionClass::New),
                    "used" => ConditionTest::Class(ConditionClass::Used),
                    _ => ConditionTest::Words(value),
                })
                .collect(),
        ),
    }))
}

fn refuse(text: &str, at: Range<usize>, message: String) -> QueryError {
    QueryError { word: text.get(at.clone()).unwrap_or_default().to_owned(), at, message }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn one(text: &str) -> StockTest {
        let query = StockQuery::parse(text).unwrap();
        assert_eq!(query.terms.len(), 1);
        query.terms[0].test.clone()
    }

    #[test]
    fn keys_and_free_words_are_read() {
        assert_eq!(one("Falcon"), StockTest::Text("falcon".into()));
        assert_eq!(
            one("status:in_stock,Sold"),
            StockTest::Status(vec![UnitStatus::InStock, UnitStatus::Sold])
        );
        assert_eq!(
            one("in:\"Shelf A\",none,=S3,=\"Shelf B\",=none"),
            StockTest::In(vec![
                Some(Location::Begins("shelf a".into())),
                None,
                Some(Location::Is("s3".into())),
                Some(Location::Is("shelf b".into())),
                Some(Location::Is("none".into())),
            ])
        );
        assert_eq!(one("set:75192-1"), StockTest::Set(vec!["75192".into()]));
        assert_eq!(
            one("condition:new,\"used good\""),
            StockTest::Condition(vec![
                ConditionTest::Class(ConditionClass::New),
                ConditionTest::Words("used good".into())
            ])
        );
        assert!(StockQuery::parse("-sku:X1 falcon").unwrap().terms[0].negated);
        assert_eq!(StockQuery::parse("  ").unwrap(), StockQuery::default());
    }

    #[test]
    fn what_is_unknown_is_named_and_pointed_at() {
        let text = "falcon status:in_stock,lost";
        let error = StockQuery::parse(text).unwrap_err();
        assert_eq!(error.to_string(), "unknown status 'lost': use in_stock, linked or sold");
        assert_eq!(&text[error.at], "lost");
        let error = StockQuery::parse("ship:today").unwrap_err();
        assert_eq!(
            error.to_string(),
            "unknown filter 'ship:': use status:, in:, set:, sku:, asin: or condition:, or put the text in quotes \
             to search for it"
        );
        assert_eq!(error.word, "ship");
        assert_eq!(
            StockQuery::parse("in:=").unwrap_err().to_string(),
            "in: needs a value: the beginning of a storage location, =S5 for this one alone, or none"
        );
        assert_eq!(StockQuery::parse("set:").unwrap_err().to_string(), "set: needs a value: a set number");
    }

    proptest! {
        #[test]
        fn no_text_panics_and_errors_point_inside(text in "\\PC{0,40}") {
            if let Err(error) = StockQuery::parse(&text) {
                prop_assert!(text.get(error.at).is_some());
            }
        }
    }
}
