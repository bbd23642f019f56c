//! Which marketplaces the seller takes part in: the check of credentials that needs no argument and hardly any role.
//!
//! The store's name is not read: nothing here needs it.

use crate::classify::Asked;
use crate::client::{Ask, Client};
use crate::errand::Errand;
use crate::error::ApiError;
use crate::json::{self, Branch, Leaf, List, Reader, Unreadable, wire};
use crate::operation::Operation;

/// A marketplace of the seller's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Participation {
    /// Amazon's id; may be a pseudo marketplace that nobody has heard of.
    pub id: String,
    /// ISO 3166 country code.
    pub country: Option<String>,
    /// ISO 4217 code of its prices.
    pub currency: Option<String>,
    /// Whether the seller sells there now.
    pub participating: bool,
}

wire! { "camelCase"
    struct Answer<'a> {
        payload: List<Branch<Entry<'a>>>,
    }
}

wire! { "camelCase"
    struct Entry<'a> {
        marketplace: Branch<Marketplace<'a>>,
        participation: Branch<Standing<'a>>,
    }
}

wire! { "camelCase"
    struct Marketplace<'a> {
        id: Leaf<'a>,
        country_code: Leaf<'a>,
        default_currency_code: Leaf<'a>,
    }
}

wire! { "camelCase"
    struct Standing<'a> {
        is_participating: Leaf<'a>,
    }
}

impl Client {
    /// The marketplaces of the seller in this region.
    pub async fn marketplace_participations(&self, errand: &Errand) -> Result<Vec<Participation>, ApiError> {
        let asked =
            Asked { operation: Operation::GetMarketplaceParticipations, page_token: false, bounded: false };
        let ask = Ask::get(asked, "/sellers/v1/marketplaceParticipations".to_owned(), Vec::new());
        let answer = self
            .call(&ask, errand, |text| {
                let answer: Answer<'_> = json::read(text)?;
                if !matches!(answer.payload, List::Array(_)) {
                    return Err(Unreadable::Without("a list of marketplaces"));
                }
                let mut reader = Reader::default();
                let entries = reader.objects(&answer.payload, "payload[]");
                Ok(entries.into_iter().filter_map(|entry| participation(entry, &mut reader)).collect())
            })
            .await?;
        Ok(answer.value)
    }
}

fn participation(entry: &Entry<'_>, reader: &mut Reader) -> Option<Participation> {
    let marketplace = entry.marketplace.get()?;
    let standing = entry.participation.get();
    Some(Participation {
        id: reader.text(marketplace.id, "payload[].marketplace.id")?,
        country: reader.text(marketplace.country_code, "payload[].marketplace.countryCode"),
        currency: reader.text(marketplace.default_currency_code, "payload[].marketplace.defaultCurrencyCode"),
        participating: standing
            .and_then(|standing| {
                reader.flag(standing.is_participating, "payload[].participation.isParticipating")
            })
            .unwrap_or(true),
    })
}
