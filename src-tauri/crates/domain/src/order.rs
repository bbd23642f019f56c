//! What one answer of a platform says about one order, cut into groups that are newer or older on their own.
//!
//! Invariant I5: the local copy of each [`Group`] is the greatest [`Version`] ever seen of it, so the order in which
//! answers arrive cannot matter. A group is what an answer carries or leaves out as a whole: one `includedData` value
//! of Orders 2026-01-01, or one of the two calls of Orders v0. What was not carried is left alone.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::money::Money;

mod group;

pub use group::{Group, Groups, Version, VersionTable};

/// How much an answer is believed where two have the same update time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum SourceRank {
    /// A line of a report or an imported file.
    Report = 1,
    /// Orders API v0.
    V0 = 2,
    /// Orders API 2026-01-01, list and single order alike.
    V2026 = 3,
}

/// What one answer says about one order. Only the fields of [`carried`](Self::carried) groups mean anything.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderUpdate {
    /// The platform's own order id, unique within an account.
    pub order_id: String,
    /// When the platform last changed the order (`lastUpdatedTime`, `LastUpdateDate`).
    pub last_update: DateTime<Utc>,
    /// How much this answer is believed.
    pub rank: SourceRank,
    /// The groups that the answer carried.
    pub carried: Groups,
    /// [`Group::Header`].
    pub header: Header,
    /// [`Group::Fulfillment`].
    pub fulfillment: Fulfillment,
    /// [`Group::Total`]: what the buyer pays, `None` while Amazon gives none (pending, replacement).
    pub total: Option<Money>,
    /// [`Group::Items`] and the groups that hang on lines.
    pub lines: Vec<Line>,
    /// The answer had lines that nobody can tell apart, without an id for one: `lines` are only a part of them, and what
    /// it does not name is not gone.
    #[serde(default)]
    pub lines_in_part: bool,
    /// [`Group::Packages`], merchant-fulfilled orders of 2026-01-01 only.
    pub packages: Vec<Package>,
}

/// The order itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// When the buyer placed it.
    pub created: Option<DateTime<Utc>>,
    /// Amazon's id of the marketplace.
    pub marketplace_id: Option<String>,
    /// `AMAZON` or `NON_AMAZON` (multi-channel fulfilment).
    pub sales_channel: Option<String>,
    /// The seller's own order id, where there is one.
    pub seller_order_id: Option<String>,
    /// Amazon's programme words (`PRIME`, `AMAZON_BUSINESS`, …), sorted.
    pub programs: Vec<String>,
    /// The order that this one replaces or exchanges.
    pub replaces_order_id: Option<String>,
}

/// Where the order stands. Words are those of Orders 2026-01-01; an unknown one is kept as it came.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fulfillment {
    /// `UNSHIPPED`, `SHIPPED`, `CANCELLED`, … (v0's `Canceled` arrives here as `CANCELLED`).
    pub status: Option<String>,
    /// `AMAZON` or `MERCHANT`.
    pub fulfilled_by: Option<String>,
    /// `STANDARD`, `NEXT_DAY`, ….
    pub service_level: Option<String>,
    /// Ship-by window.
    pub ship_by: Between,
    /// Deliver-by window.
    pub deliver_by: Between,
}

/// A window of time of which either end may be missing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Between {
    /// Not before.
    pub earliest: Option<DateTime<Utc>>,
    /// Not after.
    pub latest: Option<DateTime<Utc>>,
}

/// One line of an order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Amazon's order item id, unique within the order.
    pub order_item_id: String,
    /// [`Group::Items`].
    pub item: Item,
    /// [`Group::Shipped`].
    pub shipped: Shipped,
    /// [`Group::Prices`].
    pub prices: Prices,
    /// [`Group::Cancellation`]: who asked to cancel (`BUYER`), never why.
    pub cancel_requested_by: Option<String>,
}

/// What was bought.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// Amazon's item number; absent on some lines.
    pub asin: Option<String>,
    /// The seller's own number, byte for byte.
    pub seller_sku: Option<String>,
    /// Title as Amazon sent it, NUL and lone surrogates replaced.
    pub title: Option<String>,
    /// Condition word.
    pub condition: Option<String>,
    /// Units ordered; 0 on some cancelled lines.
    pub quantity: i64,
    /// Price of one unit as the shopper saw it; never multiplied into a line amount.
    pub unit_price: Option<Money>,
}

/// How far the line has left the house.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shipped {
    /// Units shipped; `None` counts as 0.
    pub quantity: Option<i64>,
    /// The buyer asked for gift wrapping or a gift message (which is not read).
    pub is_gift: bool,
}

/// Amazon's own amounts of the line (ITEM, TAX, SHIPPING, … of `proceeds`; `ItemPrice` and its sisters in v0).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prices {
    /// The line amount: unit price × quantity, without shipping and gift wrap.
    pub item: Option<Money>,
    /// Tax that is stated apart.
    pub tax: Option<Money>,
    /// Shipping charged to the buyer.
    pub shipping: Option<Money>,
    /// Gift wrap charged to the buyer.
    pub gift_wrap: Option<Money>,
    /// Discount, with the sign that Amazon gave it (undocumented; reference: spapi.md §4.4).
    pub discount: Option<Money>,
    /// Amazon's own sum of the line.
    pub proceeds: Option<Money>,
}

impl Prices {
    /// What the line brings: Amazon's own sum, else its amount less the discount, whose sign is not documented. `None`
    /// while neither is known.
    pub fn earned(&self) -> Option<Money> {
        let less = |item: Money| match self.discount {
            Some(discount) => {
                let minor = discount.minor.checked_abs()?.checked_neg()?;
                item.checked_add(Money { minor, currency: discount.currency })
            }
            None => Some(item),
        };
        self.proceeds.or_else(|| self.item.and_then(less))
    }
}

/// A parcel of the order: reference, state and what is in it. Carrier and tracking are not read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Package {
    /// Amazon's reference of the package within the order.
    pub reference: String,
    /// `SHIPPED`, `DELIVERED`, …; open.
    pub status: Option<String>,
    /// Order item ids and units in the package, in Amazon's order.
    pub contents: Vec<(String, i64)>,
}

impl OrderUpdate {
    /// An update of `order_id` that carries nothing yet.
    pub fn new(order_id: impl Into<String>, last_update: DateTime<Utc>, rank: SourceRank) -> Self {
        Self {
            order_id: order_id.into(),
            last_update,
            rank,
            carried: Groups::NONE,
            header: Header::default(),
            fulfillment: Fulfillment::default(),
            total: None,
            lines: Vec::new(),
            lines_in_part: false,
            packages: Vec::new(),
        }
    }
}
