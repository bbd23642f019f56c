//! What a unit may be: the seller's typed fields checked one by one, each fault named with its field.
//!
//! Amounts are read as people write them, but never guessed: what could mean two amounts is refused with the spelling
//! that would do.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::UnitDraft;
use crate::currency::Currency;
use crate::money::Money;
use crate::text::storable;
use crate::typed::TypedAmount;

/// The fields of a unit, checked. Money is in minor units of `currency`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnitFields {
    /// Set number.
    pub set_number: String,
    /// What it is called; may be empty.
    pub name: String,
    /// Condition in the seller's words.
    pub condition: String,
    /// What the seller paid.
    pub cost_minor: Option<i64>,
    /// What it is offered for.
    pub listing_price_minor: Option<i64>,
    /// Currency of both amounts; `None` where there is neither.
    pub currency: Option<Currency>,
    /// When it was bought.
    pub purchase_date: Option<NaiveDate>,
    /// Where it lies.
    pub storage_location: Option<String>,
    /// The seller's SKU.
    pub sku: Option<String>,
    /// ASIN, in capitals.
    pub asin: Option<String>,
    /// The seller's own note.
    pub notes: Option<String>,
}

/// What is wrong with one field.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct FieldError {
    /// The field's name in [`UnitDraft`].
    pub field: &'static str,
    /// What is wrong and what would do.
    pub message: String,
}

/// The longest texts, in characters.
const SET_NUMBER: usize = 60;
const NAME: usize = 300;
const CONDITION: usize = 60;
const LOCATION: usize = 60;
const SKU: usize = 100;
const ASIN: usize = 20;
const NOTES: usize = 2_000;
/// The greatest amount, in minor units: a thousand million pounds.
const AMOUNT: i64 = 100_000_000_000;

impl UnitDraft {
    /// Checks every field; `home` is the currency of amounts without one.
    ///
    /// # Errors
    /// Every field that is wrong, in the order of the fields.
    pub fn check(&self, home: Currency) -> Result<UnitFields, Vec<FieldError>> {
        let mut errors = Errors(Vec::new());
        let stated = stated([&self.cost, &self.listing_price], home);
        let currency = self.currency.or(stated).unwrap_or(home);
        let set_number = errors.required("set_number", &self.set_number, SET_NUMBER, "75192");
        let name = errors.keep("name", line("name", &self.name, NAME)).unwrap_or_default();
        let condition = errors.required("condition", &self.condition, CONDITION, "New or Used");
        let cost_minor = errors.amount("cost", self.cost.as_deref(), currency);
        let listing_price_minor = errors.amount("listing_price", self.listing_price.as_deref(), currency);
        let date = errors.keep("purchase_date", day(self.purchase_date.as_deref().unwrap_or("")));
        let mut text = |field, value: &Option<String>, most| {
            let text = errors.keep(field, line(field, value.as_deref().unwrap_or(""), most));
            text.filter(|text| !text.is_empty())
        };
        let storage_location = text("storage_location", &self.storage_location, LOCATION);
        let sku = text("sku", &self.sku, SKU);
        let asin = text("asin", &self.asin, ASIN).map(|asin| asin.to_uppercase());
        let notes = storable(self.notes.as_deref().unwrap_or("").trim());
        if notes.chars().count() > NOTES {
            errors.0.push(FieldError { field: "notes", message: too_long("notes", NOTES) });
        }
        if !errors.0.is_empty() {
            return Err(errors.0);
        }
        Ok(UnitFields {
            set_number,
            name,
            condition,
            cost_minor,
            listing_price_minor,
            currency: (cost_minor.is_some() || listing_price_minor.is_some()).then_some(currency),
            purchase_date: date.flatten(),
            storage_location,
            sku,
            asin,
            notes: (!notes.is_empty()).then_some(notes),
        })
    }
}

/// A storage location as typed; `None` for an empty one.
///
/// # Errors
/// Where it is too long.
pub fn location(text: &str) -> Result<Option<String>, FieldError> {
    match line("storage_location", text, LOCATION) {
        Ok(text) => Ok((!text.is_empty()).then_some(text)),
        Err(message) => Err(FieldError { field: "storage_location", message }),
    }
}

/// A set number and a condition as a mapping has them.
///
/// # Errors
/// Every field that is wrong.
pub fn set_and_condition(set_number: &str, condition: &str) -> Result<(String, String), Vec<FieldError>> {
    let mut errors = Errors(Vec::new());
    let set_number = errors.required("set_number", set_number, SET_NUMBER, "75192");
    let condition = errors.required("condition", condition, CONDITION, "New or Used");
    if errors.0.is_empty() { Ok((set_number, condition)) } else { Err(errors.0) }
}

struct Errors(Vec<FieldError>);

impl Errors {
    fn keep<T>(&mut self, field: &'static str, value: Result<T, String>) -> Option<T> {
        value.map_err(|message| self.0.push(FieldError { field, message })).ok()
    }

    fn required(&mut self, field: &'static str, value: &str, most: usize, such_as: &str) -> String {
        let value = self.keep(field, line(field, value, most));
        if value.as_deref() == Some("") {
            let message = format!("{} is missing: write for example {such_as}", spoken(field));
            self.0.push(FieldError { field, message });
        }
        value.unwrap_or_default()
    }

    fn amount(&mut self, field: &'static str, text: Option<&str>, currency: Currency) -> Option<i64> {
        let text = text.map(str::trim).filter(|text| !text.is_empty())?;
        self.keep(field, amount(text, currency))
    }
}

fn spoken(field: &str) -> String {
    field.replace('_', " ")
}

fn too_long(field: &str, most: usize) -> String {
    format!("{} has more than {most} characters: shorten it", spoken(field))
}

/// A text of one line: trimmed, control characters and runs of blanks as one blank.
fn line(field: &str, text: &str, most: usize) -> Result<String, String> {
    let mut clean = String::with_capacity(text.len().min(4 * most));
    for word in text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty()) {
        if !clean.is_empty() {
            clean.push(' ');
        }
        clean.push_str(word);
    }
    if clean.chars().count() > most { Err(too_long(field, most)) } else { Ok(clean) }
}

/// The amount of a text in minor units; a currency that stands with it must be the unit's.
fn amount(text: &str, currency: Currency) -> Result<i64, String> {
    let typed = TypedAmount::parse(text).map_err(|problem| problem.to_string())?;
    let main = typed.value(None).map_err(|problem| problem.to_string())?;
    let refuse = |why: String| Err(format!("'{}' cannot be kept: {why}", text.trim()));
    match typed.currency(currency) {
        Some(other) if other != currency => {
            return refuse(format!("it is in {other}, the unit in {currency}"));
        }
        _ => {}
    }
    if main.is_sign_negative() && !main.is_zero() {
        return refuse("an amount is not negative".to_owned());
    }
    if main.normalize().scale() > currency.exponent() {
        return refuse(format!("{currency} has {} decimals", currency.exponent()));
    }
    match Money::from_main(main, currency) {
        Some(money) if money.minor <= AMOUNT => Ok(money.minor),
        _ => refuse("it is too large".to_owned()),
    }
}

/// The currency that stands with one of the texts.
fn stated(texts: [&Option<String>; 2], home: Currency) -> Option<Currency> {
    texts.into_iter().flatten().find_map(|text| TypedAmount::parse(text).ok()?.currency(home))
}

/// A day; blank text is none.
fn day(text: &str) -> Result<Option<NaiveDate>, String> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let well_formed = text.len() == 10 && text.as_bytes()[4] == b'-' && text.as_bytes()[7] == b'-';
    let earliest = NaiveDate::from_ymd_opt(1900, 1, 1);
    let latest = NaiveDate::from_ymd_opt(2199, 12, 31);
    NaiveDate::parse_from_str(text, "%Y-%m-%d")
        .ok()
        .filter(|day| well_formed && Some(*day) >= earliest && Some(*day) <= latest)
        .map(Some)
        .ok_or_else(|| format!("'{text}' is not a day: write it as 2026-01-18"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft() -> UnitDraft {
        UnitDraft { set_number: " 75192 ".into(), condition: "New  Sealed".into(), ..UnitDraft::default() }
    }

    #[test]
    fn fields_are_trimmed_and_empty_ones_are_none() {
        let fields = UnitDraft {
            name: "Millennium\tFalcon\n".into(),
            cost: Some("£1,299.5".into()),
            currency: None,
            purchase_date: Some("2025-12-01".into()),
            storage_location: Some("  A-01 ".into()),
            sku: Some(" ".into()),
            asin: Some("b07jplg4bs".into()),
            notes: Some(" two\nlines ".into()),
            ..draft()
        }
        .check(Currency::GBP)
        .unwrap();
        assert_eq!((fields.set_number.as_str(), fields.condition.as_str()), ("75192", "New Sealed"));
        assert_eq!(fields.name, "Millennium Falcon");
        assert_eq!((fields.cost_minor, fields.currency), (Some(129_950), Some(Currency::GBP)));
        assert_eq!((fields.storage_location.as_deref(), fields.sku), (Some("A-01"), None));
        assert_eq!(fields.asin.as_deref(), Some("B07JPLG4BS"));
        assert_eq!(fields.notes.as_deref(), Some("two\nlines"));
        assert_eq!(draft().check(Currency::GBP).unwrap().currency, None, "no amount, no currency");
    }

    #[test]
    fn every_wrong_field_is_named() {
        let errors = UnitDraft {
            set_number: " ".into(),
            condition: String::new(),
            cost: Some("1,250".into()),
            listing_price: Some("1.5051".into()),
            purchase_date: Some("31/12/2025".into()),
            storage_location: Some("x".repeat(61)),
            ..UnitDraft::default()
        }
        .check(Currency::GBP)
        .unwrap_err();
        let told: Vec<_> = errors.iter().map(|error| (error.field, error.message.as_str())).collect();
        assert_eq!(
            told,
            [
                ("set_number", "set number is missing: write for example 75192"),
                ("condition", "condition is missing: write for example New or Used"),
                ("cost", "'1,250' could be 1250 or 1.250: write it like 1250.00 or 1.2500"),
                ("listing_price", "'1.5051' cannot be kept: GBP has 2 decimals"),
                ("purchase_date", "'31/12/2025' is not a day: write it as 2026-01-18"),
                ("storage_location", "storage location has more than 60 characters: shorten it"),
            ]
        );
    }

    #[test]
    fn amounts_are_read_as_people_write_them() {
        for (text, minor) in
            [("0", 0), ("12", 1_200), ("12.5", 1_250), ("12,50", 1_250), ("1,234,567.89", 123_456_789)]
        {
            assert_eq!(amount(text, Currency::GBP), Ok(minor), "{text}");
        }
        assert_eq!(amount("1994", Currency::JPY), Ok(1_994));
        for (bad, why) in [
            ("free", "'free' is not an amount: write it like 1234.50"),
            ("-5", "'-5' cannot be kept: an amount is not negative"),
            ("12 EUR", "'12 EUR' cannot be kept: it is in EUR, the unit in GBP"),
            ("99999999999999", "'99999999999999' cannot be kept: it is too large"),
        ] {
            assert_eq!(amount(bad, Currency::GBP).unwrap_err(), why);
        }
    }

    #[test]
    fn a_currency_in_the_text_is_the_units_unless_another_was_chosen() {
        let euros = UnitDraft { cost: Some("€12.50".into()), ..draft() };
        assert_eq!(euros.check(Currency::GBP).unwrap().currency, Some(Currency::EUR));
        let chosen = UnitDraft { currency: Some(Currency::GBP), ..euros };
        assert_eq!(
            chosen.check(Currency::GBP).unwrap_err()[0].message,
            "'€12.50' cannot be kept: it is in EUR, the unit in GBP"
        );
    }

    #[test]
    fn days_exist() {
        assert_eq!(day("2024-02-29").unwrap(), NaiveDate::from_ymd_opt(2024, 2, 29));
        for bad in ["2023-02-29", "2024-2-9", "24-02-29", "0001-01-01", "gestern!!!"] {
            assert_eq!(day(bad).unwrap_err(), format!("'{bad}' is not a day: write it as 2026-01-18"));
        }
    }
}
