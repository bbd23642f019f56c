//! What the seller offers at Amazon: one row of a listings report, on its way from the client to the store.

use chrono::{DateTime, Utc};

use crate::money::Money;

/// One SKU of the seller's at one marketplace. What the report did not say, or not legibly, is `None`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ListingRow {
    /// The seller's SKU, unique at a marketplace.
    pub sku: String,
    /// Amazon's number of the product.
    pub asin: Option<String>,
    /// Title as Amazon wrote it.
    pub title: Option<String>,
    /// What the seller asks for one, in the marketplace's currency.
    pub price: Option<Money>,
    /// Units that Amazon believes to be for sale; not said of what Amazon ships itself.
    pub quantity: Option<u32>,
    /// In English words, such as `New` or `Used - Very Good`; an unknown code as Amazon wrote it.
    pub condition: Option<String>,
    /// Amazon's word, such as `Active`.
    pub status: Option<String>,
    /// `AFN` or `MFN`.
    pub fulfillment_channel: Option<String>,
    /// When it was first offered, UTC.
    pub opened_at: Option<DateTime<Utc>>,
}
