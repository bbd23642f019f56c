//! Seller accounts: where they sell and which of Amazon's two order interfaces serves them.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::marketplace;

/// Row id of an account in the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, specta::Type)]
#[serde(transparent)]
pub struct AccountId(pub i32);

/// A region of the Selling Partner API: one host and one authorisation for all its marketplaces.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "lowercase")]
pub enum Region {
    /// North and South America.
    Na,
    /// Europe, Middle East, Africa and India.
    Eu,
    /// Far East and Australia.
    Fe,
}

/// Which version of the Orders API an account is read by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, specta::Type)]
pub enum OrdersApi {
    /// `2026-01-01`: one call brings orders with their items.
    #[serde(rename = "2026-01-01")]
    V2026,
    /// `v0`: a list, and one call per order for its items. Amazon removes it on 27 March 2027.
    #[serde(rename = "v0")]
    V0,
}

/// Where an order comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "lowercase")]
pub enum Platform {
    /// Amazon, by the Selling Partner API.
    Amazon,
    /// eBay, by its orders report.
    Ebay,
    /// Bricqer, by CSV.
    Bricqer,
}

/// A word that is none of those asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown {what} '{word}': choose {choices}")]
pub struct UnknownWord {
    /// What was asked for: `region`, `orders API`, `platform`.
    pub what: &'static str,
    /// The word that was given.
    pub word: String,
    /// The words that would do.
    pub choices: &'static str,
}

macro_rules! words {
    ($kind:ty, $what:literal, $choices:literal, $($variant:ident = $word:literal),+) => {
        impl $kind {
            /// The word that names it on the command line, in the store and over IPC.
            pub fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }
        impl FromStr for $kind {
            type Err = UnknownWord;
            fn from_str(word: &str) -> Result<Self, UnknownWord> {
                match word.to_ascii_lowercase().as_str() {
                    $($word => Ok(Self::$variant),)+
                    _ => Err(UnknownWord { what: $what, word: word.to_owned(), choices: $choices }),
                }
            }
        }
        impl fmt::Display for $kind {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.word())
            }
        }
    };
}

words!(Region, "region", "na, eu or fe", Na = "na", Eu = "eu", Fe = "fe");
words!(OrdersApi, "orders API", "2026-01-01 or v0", V2026 = "2026-01-01", V0 = "v0");
words!(
    Platform,
    "platform",
    "amazon, ebay or bricqer",
    Amazon = "amazon",
    Ebay = "ebay",
    Bricqer = "bricqer"
);

impl Platform {
    /// What a buyer there is called: no buyer has a name of their own here (design decision 3).
    pub fn buyer_name(self) -> &'static str {
        match self {
            Self::Amazon => "Amazon Customer",
            Self::Ebay => "eBay customer",
            Self::Bricqer => "Bricqer customer",
        }
    }
}

/// A choice of marketplaces that cannot be served.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MarketplaceError {
    /// None was named.
    #[error("name at least one marketplace id, for example A1F83G8C2ARO7P for the United Kingdom")]
    None,
    /// Amazon has no such marketplace.
    #[error("unknown marketplace '{0}': use an id such as A1F83G8C2ARO7P (United Kingdom)")]
    Unknown(String),
    /// It exists, but another region serves it, with its own authorisation.
    #[error(
        "marketplace {id} ({name}) belongs to region {theirs}, not {asked}: add it as an account of region {theirs}"
    )]
    OtherRegion {
        /// The marketplace's id.
        id: String,
        /// Its country.
        name: &'static str,
        /// The region that serves it.
        theirs: Region,
        /// The region that was asked for.
        asked: Region,
    },
}

/// Checks that every id is a marketplace of `region`; returns them trimmed, sorted and without repeats.
pub fn check_marketplaces(region: Region, ids: &[String]) -> Result<Vec<String>, MarketplaceError> {
    let mut checked = Vec::new();
    for id in ids.iter().map(|id| id.trim()).filter(|id| !id.is_empty()) {
        let known = marketplace::by_id(id).ok_or_else(|| MarketplaceError::Unknown(id.to_owned()))?;
        if known.region != region {
            return Err(MarketplaceError::OtherRegion {
                id: id.to_owned(),
                name: known.name,
                theirs: known.region,
                asked: region,
            });
        }
        checked.push(id.to_owned());
    }
    checked.sort();
    checked.dedup();
    if checked.is_empty() { Err(MarketplaceError::None) } else { Ok(checked) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_without_case_and_named_when_wrong() {
        assert_eq!("EU".parse(), Ok(Region::Eu));
        assert_eq!("v0".parse(), Ok(OrdersApi::V0));
        assert_eq!(
            "uk".parse::<Region>().unwrap_err().to_string(),
            "unknown region 'uk': choose na, eu or fe"
        );
    }

    #[test]
    fn marketplaces_belong_to_their_region() {
        let ids = |ids: &[&str]| ids.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(
            check_marketplaces(Region::Eu, &ids(&["A1PA6795UKMFR9", " A1F83G8C2ARO7P", "A1F83G8C2ARO7P"])),
            Ok(ids(&["A1F83G8C2ARO7P", "A1PA6795UKMFR9"]))
        );
        assert_eq!(
            check_marketplaces(Region::Eu, &ids(&["ATVPDKIKX0DER"])).unwrap_err().to_string(),
            "marketplace ATVPDKIKX0DER (United States) belongs to region na, not eu: add it as an account of region na"
        );
        assert_eq!(
            check_marketplaces(Region::Eu, &ids(&["GB"])).unwrap_err().to_string(),
            "unknown marketplace 'GB': use an id such as A1F83G8C2ARO7P (United Kingdom)"
        );
        assert_eq!(check_marketplaces(Region::Eu, &[]), Err(MarketplaceError::None));
    }
}
