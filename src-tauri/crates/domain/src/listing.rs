//! Orders as they are read: the slim row of a list, the whole of one order, the counts of the cards.
//!
//! These types cross IPC unchanged, so they hold decimal text for money and nothing of a buyer, who goes by a name that
//! is a constant of the platform ([`Platform::buyer_name`], design decision 3).

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::account::{AccountId, Platform};
use crate::matching::LinkedUnit;
use crate::money::Amount;
use crate::page::{Cursor, Place, Sort};
use crate::status::UiStatus;

/// Row id of an order in the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, specta::Type)]
#[serde(transparent)]
pub struct OrderRowId(pub u32);

/// How many rows a page has unless asked otherwise, and at most.
pub const PAGE: u32 = 100;
/// The most rows that one request may ask for.
pub const MAX_PAGE: u32 = 500;

/// A request for rows of the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct ListRequest {
    /// Text of the query language; empty for all orders.
    pub query: String,
    /// Only this platform's orders.
    pub platform: Option<Platform>,
    /// Only this account's orders.
    pub account: Option<AccountId>,
    /// The order of the list.
    pub sort: Sort,
    /// Which rows.
    pub place: Place,
    /// How many rows, at most [`MAX_PAGE`].
    pub limit: u32,
}

/// Rows of the list and where they stand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct OrderPage {
    /// The rows, in list order.
    pub rows: Vec<OrderRow>,
    /// Position of the first row in the whole list, counted from 0.
    pub position: u32,
    /// Orders that match.
    pub total: u32,
    /// Whether `total` is exact; otherwise at least that many match.
    pub total_is_exact: bool,
    /// Where the first row stands, to ask for the rows before it.
    pub first: Option<Cursor>,
    /// Where the last row stands, to ask for the rows behind it.
    pub last: Option<Cursor>,
}

/// One order in a list. A page of these has to cross IPC in 48 KB: what is seldom true or known takes no room, and what
/// follows from another field is a function.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct OrderRow {
    /// The store's id of the order.
    pub id: OrderRowId,
    /// Where it comes from.
    pub platform: Platform,
    /// The platform's own id.
    pub platform_order_id: String,
    /// When it was placed, UTC.
    pub order_date: Option<DateTime<Utc>>,
    /// Latest ship time, UTC.
    pub ship_by: Option<DateTime<Utc>>,
    /// Titles of its lines, cut to about 80 characters.
    pub description: String,
    /// Units still to ship.
    pub units_left: u32,
    /// The seller's status.
    pub ui_status: UiStatus,
    /// Amazon's word, in the spelling of the view, when [`UiStatus::Other`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unknown_status: Option<String>,
    /// Grand total; `None` while the platform gives none.
    pub total: Option<Amount>,
    /// What else is to be known of it, in the order of the variants.
    pub flags: Vec<OrderFlag>,
    /// Its lines, and how they match the stock.
    pub matches: MatchSummary,
}

impl OrderRow {
    /// Whether this is to be known of it.
    pub fn has(&self, flag: OrderFlag) -> bool {
        self.flags.contains(&flag)
    }
}

/// What is true of few orders and matters for those.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum OrderFlag {
    /// Some units are shipped, some are not.
    PartShipped,
    /// The buyer asked to cancel.
    CancelRequested,
    /// The platform cancelled it after the seller had confirmed it: its units are still in the archive.
    CancelledAfterConfirmation,
    /// The platform has not told the lines yet (v0 only).
    MissingItems,
    /// The seller wrote a note.
    HasNote,
}

/// How the lines of an order match the stock; counts lines.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct MatchSummary {
    /// Lines; 0 while the items are missing.
    pub total: u32,
    /// Lines with as many units as ordered.
    pub linked: u32,
    /// Lines whose ASIN is not mapped.
    pub unmatched: u32,
    /// Lines without ASIN.
    pub no_asin: u32,
}

impl MatchSummary {
    /// No line is unmatched or without ASIN.
    pub fn all_matched(self) -> bool {
        self.unmatched == 0 && self.no_asin == 0
    }
}

/// How one line matches the stock, tested in the order of the variants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum MatchStatus {
    /// As many units are linked as were ordered.
    Linked,
    /// Amazon gave no ASIN.
    NoAsin,
    /// The ASIN is mapped.
    Matched,
    /// The ASIN is not mapped.
    Unmatched,
}

/// One order with all that is known of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct OrderDetail {
    /// The row of the list.
    pub row: OrderRow,
    /// Where it stands in the list of newest orders first.
    pub cursor: Cursor,
    /// The account it belongs to.
    pub account_id: AccountId,
    /// Amazon's id of the marketplace.
    pub marketplace_id: Option<String>,
    /// Amazon's word in the spelling of Orders v0; `None` while Amazon has given none.
    pub status: Option<String>,
    /// When Amazon last changed it, UTC.
    pub last_update: DateTime<Utc>,
    /// `AFN` or `MFN`.
    pub fulfillment_channel: Option<String>,
    /// Amazon's word for the shipping speed.
    pub service_level: Option<String>,
    /// Latest delivery time, UTC.
    pub deliver_by: Option<DateTime<Utc>>,
    /// Seller-fulfilled Prime.
    pub is_prime: bool,
    /// Bought by a business.
    pub is_business: bool,
    /// The seller's own note.
    pub notes: Option<String>,
    /// When the seller confirmed it, UTC.
    pub confirmed_at: Option<DateTime<Utc>>,
    /// Its lines, in the order of their ids.
    pub items: Vec<OrderItem>,
    /// Its parcels.
    pub packages: Vec<PackageState>,
}

/// One line of an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct OrderItem {
    /// Amazon's order item id.
    pub order_item_id: String,
    /// ASIN.
    pub asin: Option<String>,
    /// The seller's SKU.
    pub seller_sku: Option<String>,
    /// Title.
    pub title: Option<String>,
    /// Units ordered.
    pub quantity: u32,
    /// Units shipped.
    pub quantity_shipped: u32,
    /// Price of one unit as the shopper saw it.
    pub unit_price: Option<Amount>,
    /// Amazon's line amount.
    pub total_price: Option<Amount>,
    /// Condition word.
    pub condition: Option<String>,
    /// Gift wrapping or message asked for.
    pub is_gift: bool,
    /// The buyer asked to cancel this line.
    pub cancel_requested: bool,
    /// How it matches the stock.
    pub match_status: MatchStatus,
    /// What its ASIN, or its number on another platform, is mapped to.
    pub mapped_to: Option<MappedTo>,
    /// The units it holds, first claimed first.
    pub units: Vec<LinkedUnit>,
}

/// The set and condition that a line's number stands for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct MappedTo {
    /// Set number.
    pub set_number: String,
    /// Condition.
    pub condition: String,
}

/// A parcel of an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct PackageState {
    /// Amazon's reference within the order.
    pub reference: String,
    /// Amazon's word.
    pub status: Option<String>,
}

/// What the cards count. Every order is in `all` and in one of the statuses.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct OrderCounts {
    /// All orders.
    pub all: u32,
    /// Status Pending.
    pub pending: u32,
    /// Status Paid.
    pub paid: u32,
    /// Status Shipped.
    pub shipped: u32,
    /// Status Completed.
    pub completed: u32,
    /// Status Cancelled.
    pub cancelled: u32,
    /// A status word that Packlight does not know.
    pub other: u32,
    /// Orders whose lines the platform has not told yet.
    pub missing_items: u32,
    /// Lines of orders shipped more than 48 hours ago without a fee; `None` while no fees are kept.
    pub missing_fees: Option<u32>,
    /// Orders with at least one unmatched line.
    pub unmatched: u32,
    /// Orders with at least one line without ASIN.
    pub no_asin: u32,
}
