//! Understanding a word: which key, which values. A pure function of the text; no clock is looked at.

use std::ops::Range;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::Term;
use super::errors::QueryError;
use super::terms::{Channel, Compare, Day, FeeState, Has, Is, Key, Location, Placed, Ship, Test};
use super::words::{Word, unquoted};
use crate::account::Platform;
use crate::status::UiStatus;
use crate::text::fold;

/// The term of a word; `None` for a text that folds to nothing.
pub(super) fn term(text: &str, word: &Word) -> Result<Option<Term>, QueryError> {
    let Some(key) = &word.key else {
        let folded = fold(&unquoted(&text[word.parts[0].clone()]));
        return Ok((!folded.is_empty()).then_some(Term { negated: word.negated, test: Test::Text(folded) }));
    };
    let Some(known) = Key::from_word(&text[key.clone()]) else {
        return Err(QueryError::unknown_key(text, key.clone()));
    };
    let values = Values { text, word, key: known, at: key.start..word.at.end };
    Ok(Some(Term { negated: word.negated, test: values.test()? }))
}

/// The values of one key.
struct Values<'a> {
    text: &'a str,
    word: &'a Word,
    key: Key,
    /// The term without its sign.
    at: Range<usize>,
}

impl Values<'_> {
    fn test(&self) -> Result<Test, QueryError> {
        Ok(match self.key {
            Key::Status => Test::Status(
                self.each(|word| UiStatus::from_word(word).filter(|status| *status != UiStatus::Other))?,
            ),
            Key::Is => Test::Is(self.each(Is::from_word)?),
            Key::Has => Test::Has(self.each(Has::from_word)?),
            Key::Fee => Test::Fee(self.each(FeeState::from_word)?),
            Key::Platform => Test::Platform(self.each(|word| word.parse::<Platform>().ok())?),
            Key::Channel => Test::Channel(self.each(Channel::from_word)?),
            Key::Ship => {
                let overdue = |word: &str| word.eq_ignore_ascii_case("overdue").then_some(Ship::Overdue);
                Test::Ship(self.compared(ship_day, Day::is_after, overdue, Ship::Days)?)
            }
            Key::Date => Test::Date(self.compared(placed_day, Day::is_after, last_days, Placed::Days)?),
            Key::Qty => Test::Qty(self.compared(number, |a, b| a > b, |_| None, |own| own)?),
            Key::Total => Test::Total(self.compared(amount, |a, b| a > b, |_| None, |own| own)?),
            Key::In => Test::In(self.read(|value, at| {
                Location::from_value(value).ok_or_else(|| QueryError::no_value(self.text, at, self.key))
            })?),
            Key::Sku => Test::Sku(self.free()?),
            Key::Asin => Test::Asin(self.free()?),
            Key::Set => Test::Set(self.free()?),
            Key::Account => Test::Account(self.free()?),
        })
    }

    /// Reads every value; what is written twice is kept once.
    fn read<T: PartialEq>(
        &self,
        read: impl Fn(&str, Range<usize>) -> Result<T, QueryError>,
    ) -> Result<Vec<T>, QueryError> {
        let mut values = Vec::with_capacity(self.word.parts.len());
        for part in &self.word.parts {
            let raw = &self.text[part.clone()];
            let plain = unquoted(raw);
            let value = plain.trim();
            if value.is_empty() {
                // There is nothing between these commas to point at but the term.
                let at = if raw.is_empty() { self.at.clone() } else { part.clone() };
                return Err(QueryError::no_value(self.text, at, self.key));
            }
            let value = read(value, part.clone())?;
            if !values.contains(&value) {
                values.push(value);
            }
        }
        Ok(values)
    }

    fn unknown(&self, at: Range<usize>, value: &str) -> QueryError {
        QueryError::unknown_value(self.text, at, self.key, value)
    }

    fn each<T: PartialEq>(&self, known: impl Fn(&str) -> Option<T>) -> Result<Vec<T>, QueryError> {
        self.read(|value, at| known(value).ok_or_else(|| self.unknown(at, value)))
    }

    fn free(&self) -> Result<Vec<String>, QueryError> {
        self.read(|value, _| Ok(value.to_owned()))
    }

    /// Values with `>`, `<`, `>=`, `<=` or `..`, besides the words that `word` knows.
    fn compared<T: Copy, V: PartialEq>(
        &self,
        single: impl Fn(&str) -> Option<T>,
        is_after: impl Fn(T, T) -> bool,
        word: impl Fn(&str) -> Option<V>,
        whole: impl Fn(Compare<T>) -> V,
    ) -> Result<Vec<V>, QueryError> {
        self.read(|value, at| {
            if let Some(known) = word(value) {
                return Ok(known);
            }
            match comparison(value, &single) {
                None => Err(self.unknown(at, value)),
                Some(Compare::Between(low, high)) if is_after(low, high) => {
                    Err(QueryError::empty_range(self.text, at))
                }
                Some(compare) => Ok(whole(compare)),
            }
        })
    }
}

impl Day {
    /// Whether no day can lie from the one to the other, whatever day it is.
    fn is_after(low: Self, high: Self) -> bool {
        match (low, high) {
            (Self::On(low), Self::On(high)) => low > high,
            (low, high) => (low, high) == (Self::Tomorrow, Self::Today),
        }
    }
}

fn comparison<T>(value: &str, single: &impl Fn(&str) -> Option<T>) -> Option<Compare<T>> {
    let one = |word: &str| single(word.trim());
    if let Some((low, high)) = value.split_once("..") {
        return match (low.trim(), high.trim()) {
            ("", high) => Some(Compare::AtMost(one(high)?)),
            (low, "") => Some(Compare::AtLeast(one(low)?)),
            (low, high) => Some(Compare::Between(one(low)?, one(high)?)),
        };
    }
    // The longer sign first: `>=` begins with `>`.
    if let Some(rest) = value.strip_prefix(">=") {
        return one(rest).map(Compare::AtLeast);
    }
    if let Some(rest) = value.strip_prefix("<=") {
        return one(rest).map(Compare::AtMost);
    }
    if let Some(rest) = value.strip_prefix('>') {
        return one(rest).map(Compare::Above);
    }
    if let Some(rest) = value.strip_prefix('<') {
        return one(rest).map(Compare::Below);
    }
    one(value).map(Compare::Is)
}

fn number(word: &str) -> Option<u32> {
    word.bytes().all(|byte| byte.is_ascii_digit()).then(|| word.parse().ok()).flatten()
}

fn amount(word: &str) -> Option<Decimal> {
    let is_plain = word.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
        && word.bytes().any(|byte| byte.is_ascii_digit());
    is_plain.then(|| word.parse::<Decimal>().ok().map(|own| own.normalize())).flatten()
}

fn calendar_day(word: &str) -> Option<NaiveDate> {
    // chrono reads `2026-1-2` too; one spelling is enough, and years of five digits are none of ours.
    (word.len() == 10).then(|| NaiveDate::parse_from_str(word, "%Y-%m-%d").ok()).flatten()
}

fn ship_day(word: &str) -> Option<Day> {
    match word.to_ascii_lowercase().as_str() {
        "today" => Some(Day::Today),
        "tomorrow" => Some(Day::Tomorrow),
        _ => calendar_day(word).map(Day::On),
    }
}

fn placed_day(word: &str) -> Option<Day> {
    if word.eq_ignore_ascii_case("today") { Some(Day::Today) } else { calendar_day(word).map(Day::On) }
}

/// `7d`: today and the six days before.
fn last_days(word: &str) -> Option<Placed> {
    let digits = word.strip_suffix(['d', 'D'])?;
    let days = digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok()).flatten()?;
    (days > 0).then_some(Placed::Last(days))
}
