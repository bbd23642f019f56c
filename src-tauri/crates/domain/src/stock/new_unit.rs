//! A unit before it is kept: one set of rules for the form, the command line and files.
//!
//! Texts are trimmed, what may be empty may be empty, and each wrong field is named with what would do. A unit has one
//! currency.

use chrono::NaiveDate;

use super::UnitDraft;
use crate::currency::Currency;
use crate::money::Money;
use crate::text::storable;
use crate::typed::TypedAmount;

/// A unit that was checked and can be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewUnit {
    /// Set number as typed; never empty.
    pub set_number: String,
    /// What it is called; may be empty.
    pub name: String,
    /// Condition; may be empty, and then satisfies no mapping.
    pub condition: String,
    /// What the seller paid, of the same currency as `listing_price`; never negative.
    pub cost: Option<Money>,
    /// What it is offered for; never negative.
    pub listing_price: Option<Money>,
    /// When it was bought.
    pub purchase_date: Option<NaiveDate>,
    /// Where it lies.
    pub storage_location: Option<String>,
    /// The seller's SKU.
    pub sku: Option<String>,
    /// ASIN in capitals.
    pub asin: Option<String>,
    /// The seller's own note.
    pub notes: Option<String>,
}

/// A field that cannot be kept as it is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {message}")]
pub struct FieldProblem {
    /// The field, as the documented file calls it.
    pub field: &'static str,
    /// What is wrong and what would do.
    pub message: String,
}

impl FieldProblem {
    /// A problem with `field`.
    pub fn new(field: &'static str, message: impl Into<String>) -> Self {
        Self { field, message: message.into() }
    }
}

/// The longest texts, in characters.
const SHORT: usize = 100;
const NAME: usize = 1_000;
const NOTES: usize = 2_000;

impl UnitDraft {
    /// Checks what the seller typed; amounts without a currency of their own are in the draft's, else in `home`.
    ///
    /// # Errors
    /// Every wrong field, in the order of the form.
    pub fn check(&self, home: Currency) -> Result<NewUnit, Vec<FieldProblem>> {
        let mut problems = Vec::new();
        let currency = self.currency.unwrap_or(home);
        let mut amount = |field, text: &Option<String>| {
            let text = text.as_deref().map(str::trim).filter(|text| !text.is_empty())?;
            match typed_money(text, self.currency, currency) {
                Ok(money) => Some(money),
                Err(message) => {
                    problems.push(FieldProblem::new(field, message));
                    None
                }
            }
        };
        let cost = amount("cost", &self.cost);
        let listing_price = amount("listing_price", &self.listing_price);
        let purchase_date = match self.purchase_date.as_deref().map(str::trim) {
            None | Some("") => None,
            Some(text) => {
                let day = text.parse();
                if day.is_err() {
                    let message = format!("'{text}' is not a date: write it like 2026-01-18");
                    problems.push(FieldProblem::new("purchase_date", message));
                }
                day.ok()
            }
        };
        let unit = NewUnit {
            set_number: self.set_number.clone(),
            name: self.name.clone(),
            condition: self.condition.clone(),
            cost,
            listing_price,
            purchase_date,
            storage_location: self.storage_location.clone(),
            sku: self.sku.clone(),
            asin: self.asin.clone(),
            notes: self.notes.clone(),
        };
        match unit.checked() {
            Ok(unit) if problems.is_empty() => Ok(unit),
            Ok(_) => Err(problems),
            Err(more) => {
                problems.extend(more);
                Err(problems)
            }
        }
    }
}

/// An amount of one field: its own currency sign must agree with the one that was `asked` for.
fn typed_money(text: &str, asked: Option<Currency>, usual: Currency) -> Result<Money, String> {
    let typed = TypedAmount::parse(text).map_err(|problem| problem.to_string())?;
    let main = typed.value(None).map_err(|problem| problem.to_string())?;
    let own = typed.currency(usual);
    match (own, asked) {
        (Some(own), Some(asked)) if own != asked => Err(format!("'{text}' is in {own}, the unit in {asked}")),
        _ => Money::from_main(main, own.unwrap_or(usual)).ok_or_else(|| format!("'{text}' is too large")),
    }
}

impl NewUnit {
    /// The unit with its texts trimmed and its rules checked.
    ///
    /// # Errors
    /// Every wrong field.
    pub fn checked(self) -> Result<Self, Vec<FieldProblem>> {
        let mut problems = Vec::new();
        let mut text = |field, text: &str, longest: usize| {
            let text = storable(text.trim());
            let length = text.chars().count();
            if length > longest {
                let message = format!("has {length} characters; it may have {longest}");
                problems.push(FieldProblem::new(field, message));
            }
            text
        };
        let set_number = text("set_number", &self.set_number, SHORT);
        let name = text("name", &self.name, NAME);
        let condition = text("condition", &self.condition, SHORT);
        let mut maybe = |field, value: Option<String>, longest| {
            value.map(|value| text(field, &value, longest)).filter(|value| !value.is_empty())
        };
        let storage_location = maybe("storage_location", self.storage_location, SHORT);
        let sku = maybe("sku", self.sku, SHORT);
        let asin = maybe("asin", self.asin, SHORT).map(|asin| asin.to_ascii_uppercase());
        let notes = maybe("notes", self.notes, NOTES);
        if set_number.is_empty() {
            problems.push(FieldProblem::new("set_number", "is missing: every unit needs its set number"));
        }
        if let Some(asin) = &asin
            && (asin.len() != 10 || !asin.bytes().all(|byte| byte.is_ascii_alphanumeric()))
        {
            let message = format!("'{asin}' is not an ASIN: it has ten letters and digits");
            problems.push(FieldProblem::new("asin", message));
        }
        for (field, amount) in [("cost", self.cost), ("listing_price", self.listing_price)] {
            if amount.is_some_and(|amount| amount.minor < 0) {
                problems.push(FieldProblem::new(field, "is below zero"));
            }
        }
        if let (Some(cost), Some(price)) = (self.cost, self.listing_price)
            && cost.currency != price.currency
        {
            let message =
                format!("is in {}, the cost in {}: a unit has one currency", price.currency, cost.currency);
            problems.push(FieldProblem::new("listing_price", message));
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        let (cost, listing_price, purchase_date) = (self.cost, self.listing_price, self.purchase_date);
        Ok(Self {
            set_number,
            name,
            condition,
            cost,
            listing_price,
            purchase_date,
            storage_location,
            sku,
            asin,
            notes,
        })
    }

    /// The one currency of its amounts; `None` where it has none.
    pub fn currency(&self) -> Option<Currency> {
        self.cost.or(self.listing_price).map(|amount| amount.currency)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft() -> UnitDraft {
        UnitDraft { set_number: " 75192-1 ".into(), name: "Falcon".into(), ..UnitDraft::default() }
    }

    fn problems(draft: &UnitDraft) -> Vec<String> {
        draft.check(Currency::GBP).unwrap_err().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_set_number_is_all_that_a_unit_needs() {
        let unit = UnitDraft { storage_location: Some("  ".into()), ..draft() }.check(Currency::GBP).unwrap();
        assert_eq!(unit.set_number, "75192-1");
        assert_eq!((unit.storage_location, unit.cost, unit.purchase_date), (None, None, None));
        assert_eq!(
            problems(&UnitDraft::default()),
            ["set_number: is missing: every unit needs its set number"]
        );
    }

    #[test]
    fn amounts_are_in_the_home_currency_unless_they_say_otherwise() {
        let unit = UnitDraft { cost: Some("12,50".into()), ..draft() }.check(Currency::GBP).unwrap();
        assert_eq!(unit.cost, Some(Money { minor: 1_250, currency: Currency::GBP }));
        let unit = UnitDraft { cost: Some("5 €".into()), ..draft() }.check(Currency::GBP).unwrap();
        assert_eq!(unit.currency(), Some(Currency::EUR));
        let euros = UnitDraft { cost: Some("£5".into()), currency: Some(Currency::EUR), ..draft() };
        assert_eq!(problems(&euros), ["cost: '£5' is in GBP, the unit in EUR"]);
        let mixed = UnitDraft { cost: Some("£5".into()), listing_price: Some("€9".into()), ..draft() };
        assert_eq!(problems(&mixed), ["listing_price: is in EUR, the cost in GBP: a unit has one currency"]);
    }

    #[test]
    fn every_wrong_field_is_named() {
        let wrong = UnitDraft {
            set_number: "x".repeat(101),
            cost: Some("-1".into()),
            listing_price: Some("free".into()),
            purchase_date: Some("18/01/2026".into()),
            asin: Some("B0".into()),
            ..UnitDraft::default()
        };
        assert_eq!(
            problems(&wrong),
            [
                "listing_price: 'free' is not an amount: write it like 1234.50",
                "purchase_date: '18/01/2026' is not a date: write it like 2026-01-18",
                "set_number: has 101 characters; it may have 100",
                "asin: 'B0' is not an ASIN: it has ten letters and digits",
                "cost: is below zero",
            ]
        );
    }
}
