//! Settings that change a result (design decision 13): their keys, their types and what they may be.
//!
//! The store keeps a row per key with the text that is written and read here; a text that a setting cannot have counts
//! as not set.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::currency::Currency;

/// Key of the home currency: that of costs and listing prices typed without one.
pub const HOME_CURRENCY: &str = "home_currency";

/// A setting that is one of a few words.
pub trait Word: Copy + Default {
    /// Its key.
    const KEY: &'static str;

    /// The word that is stored.
    fn word(self) -> &'static str;

    /// The value of a stored word.
    fn from_word(word: &str) -> Option<Self>;
}

/// A setting of several parts, kept as one text. Parts that a text lacks have their defaults.
pub trait Setting:
    Clone + Default + PartialEq + Serialize + DeserializeOwned + Send + Sync + 'static
{
    /// Its key.
    const KEY: &'static str;

    /// Whether the parts are what they may be.
    ///
    /// # Errors
    /// A sentence that names what is wrong.
    fn check(&self) -> Result<(), String>;
}

/// The home currency while the seller has not chosen one: that of the first marketplace, else pounds.
pub fn home_currency(stored: Option<&str>, first_marketplace: Option<Currency>) -> Currency {
    stored.and_then(|text| text.parse().ok()).or(first_marketplace).unwrap_or(Currency::GBP)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sellers_choice_comes_first_then_the_first_marketplace() {
        assert_eq!(home_currency(Some("USD"), Some(Currency::EUR)), Currency::USD);
        assert_eq!(home_currency(Some("?"), Some(Currency::EUR)), Currency::EUR);
        assert_eq!(home_currency(None, None), Currency::GBP);
    }
}
