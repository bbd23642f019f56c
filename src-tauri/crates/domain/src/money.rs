//! Amounts of money: whole minor units and a currency, exact.
//!
//! Invariant I17: no float touches money. Amazon's amounts arrive as decimal text, are read by `rust_decimal` and
//! rounded half to even to the minor unit; over IPC an amount travels as decimal text again.

use std::fmt;

use rust_decimal::prelude::ToPrimitive;
use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};

use crate::currency::Currency;

/// An exact amount in the minor units of its currency: `{3250, GBP}` is £32.50, `{1994, JPY}` is ¥1994.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Money {
    /// Minor units; negative for money that leaves the seller.
    pub minor: i64,
    /// Its currency.
    pub currency: Currency,
}

/// An amount as it crosses IPC: decimal text in main units, never a number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct Amount {
    /// Decimal text with exactly the decimals of the currency: `"32.50"`, `"1994"`.
    pub amount: String,
    /// ISO 4217 code.
    pub currency: Currency,
}

/// The text is no amount that fits into 64 bits of minor units.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not an amount of money")]
pub struct NotAnAmount(pub String);

impl Money {
    /// Reads decimal text in main units (`"49.99"`, `"19940"`, `"1e2"`), rounding half to even to the minor unit.
    pub fn parse(text: &str, currency: Currency) -> Result<Self, NotAnAmount> {
        let text = text.trim();
        let main = Decimal::from_str_exact(text)
            .or_else(|_| text.parse())
            .or_else(|_| Decimal::from_scientific(text))
            .map_err(|_| NotAnAmount(text.to_owned()))?;
        Self::from_main(main, currency).ok_or_else(|| NotAnAmount(text.to_owned()))
    }

    /// An amount in main units, rounded half to even; `None` where it does not fit into 64 bits.
    pub fn from_main(main: Decimal, currency: Currency) -> Option<Self> {
        let scale = Decimal::from(10_i64.pow(currency.exponent()));
        let minor = main
            .checked_mul(scale)?
            .round_dp_with_strategy(0, RoundingStrategy::MidpointNearestEven)
            .to_i64()?;
        Some(Self { minor, currency })
    }

    /// The amount in main units.
    pub fn main(&self) -> Decimal {
        Decimal::new(self.minor, self.currency.exponent())
    }

    /// The sum, if both are of one currency and it fits.
    pub fn checked_add(self, other: Self) -> Option<Self> {
        (self.currency == other.currency)
            .then(|| self.minor.checked_add(other.minor))
            .flatten()
            .map(|minor| Self { minor, currency: self.currency })
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.main(), self.currency)
    }
}

impl From<Money> for Amount {
    fn from(money: Money) -> Self {
        Self { amount: money.main().to_string(), currency: money.currency }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn text_becomes_minor_units_by_the_currency() {
        assert_eq!(Money::parse("49.99", Currency::GBP).unwrap().minor, 4_999);
        assert_eq!(Money::parse("19940", Currency::JPY).unwrap().minor, 19_940);
        assert_eq!(Money::parse("19940.00", Currency::JPY).unwrap().minor, 19_940);
        assert_eq!(Money::parse("-1.5", Currency::USD).unwrap().minor, -150);
        assert_eq!(Money::parse("1e2", Currency::EUR).unwrap().minor, 10_000);
    }

    #[test]
    fn surplus_decimals_round_half_to_even() {
        assert_eq!(Money::parse("0.125", Currency::GBP).unwrap().minor, 12);
        assert_eq!(Money::parse("0.135", Currency::GBP).unwrap().minor, 14);
        assert_eq!(Money::parse("9.990000000000001", Currency::GBP).unwrap().minor, 999);
        assert_eq!(Money::parse("0.5", Currency::JPY).unwrap().minor, 0);
    }

    #[test]
    fn what_is_no_amount_says_so() {
        for text in ["", "free", "12,50", "NaN", "99999999999999999999999999"] {
            let error = Money::parse(text, Currency::GBP).unwrap_err();
            assert_eq!(error.to_string(), format!("'{text}' is not an amount of money"));
        }
    }

    #[test]
    fn amounts_of_two_currencies_do_not_add() {
        let pound = Money { minor: 100, currency: Currency::GBP };
        assert_eq!(pound.checked_add(Money { minor: 1, currency: Currency::EUR }), None);
        assert_eq!(pound.checked_add(pound).unwrap().minor, 200);
    }

    proptest! {
        #[test]
        fn an_amount_survives_the_way_over_ipc(minor in any::<i64>(), code in "[A-Z]{3}") {
            let money = Money { minor, currency: code.parse().unwrap() };
            let amount = Amount::from(money);
            prop_assert_eq!(Money::parse(&amount.amount, amount.currency).unwrap(), money);
        }
    }
}
