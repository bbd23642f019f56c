//! Units in stock as they are read and changed: one row per physical thing on a shelf.
//!
//! A unit has its own cost, place and condition; a line of an order claims units, never a quantity of a product. These
//! types cross IPC unchanged. Money is decimal text beside its currency, purchase dates are days without a zone.

pub mod draft;
pub mod query;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::act::BatchId;
use crate::currency::Currency;
use crate::listing::OrderRowId;
use crate::money::Amount;

pub use draft::{FieldError, UnitFields};

/// Row id of a unit in the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, specta::Type)]
#[serde(transparent)]
pub struct UnitId(pub u32);

/// Where a unit stands in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum UnitStatus {
    /// Free to be claimed.
    InStock,
    /// Claimed by a line of an order.
    Linked,
    /// Its order was confirmed.
    Sold,
}

impl UnitStatus {
    /// Every status, in the order of the cards.
    pub const ALL: [Self; 3] = [Self::InStock, Self::Linked, Self::Sold];

    /// Its word in the store, on the command line and over IPC.
    pub fn word(self) -> &'static str {
        match self {
            Self::InStock => "in_stock",
            Self::Linked => "linked",
            Self::Sold => "sold",
        }
    }

    /// The status of a word, in any case.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.word().eq_ignore_ascii_case(word))
    }
}

/// How a unit came to its line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum ClaimMethod {
    /// The seller chose this specific unit.
    Manual,
    /// The mapping of the line's ASIN chose it.
    Mapping,
    /// A pick list placed the line at it.
    PickList,
}

impl ClaimMethod {
    /// Its word in the store, on the command line and over IPC.
    pub fn word(self) -> &'static str {
        match self {
            Self::Manual => "manual",
            Self::Mapping => "mapping",
            Self::PickList => "pick_list",
        }
    }

    /// The method of a word of the store.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Manual, Self::Mapping, Self::PickList].into_iter().find(|method| method.word() == word)
    }
}

/// The line that holds a unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct UnitClaim {
    /// The order.
    pub order: OrderRowId,
    /// The platform's id of the order.
    pub platform_order_id: String,
    /// The platform's id of the line.
    pub order_item_id: String,
    /// Since when, UTC.
    pub claimed_at: DateTime<Utc>,
    /// How.
    pub method: ClaimMethod,
}

/// One physical unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct Unit {
    /// The store's id of the unit.
    pub id: UnitId,
    /// Set number, as typed.
    pub set_number: String,
    /// What it is called.
    pub name: String,
    /// Condition in the seller's words, such as "New Sealed".
    pub condition: String,
    /// What the seller paid.
    pub cost: Option<Amount>,
    /// What it is offered for.
    pub listing_price: Option<Amount>,
    /// When it was bought.
    pub purchase_date: Option<NaiveDate>,
    /// Where it lies.
    pub storage_location: Option<String>,
    /// Where it lay before it was archived.
    pub previous_location: Option<String>,
    /// The seller's SKU.
    pub sku: Option<String>,
    /// ASIN.
    pub asin: Option<String>,
    /// The seller's own note.
    pub notes: Option<String>,
    /// Where it stands in its life.
    pub status: UnitStatus,
    /// The line that holds it.
    pub claim: Option<UnitClaim>,
}

/// What the seller types of a unit; every field is text as typed. Checked by the engine, which names the wrong field.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct UnitDraft {
    /// Set number.
    pub set_number: String,
    /// What it is called.
    pub name: String,
    /// Condition.
    pub condition: String,
    /// Decimal text in main units.
    pub cost: Option<String>,
    /// Decimal text in main units.
    pub listing_price: Option<String>,
    /// Currency of both amounts; the home currency unless given.
    pub currency: Option<Currency>,
    /// `YYYY-MM-DD`.
    pub purchase_date: Option<String>,
    /// Where it lies.
    pub storage_location: Option<String>,
    /// The seller's SKU.
    pub sku: Option<String>,
    /// ASIN.
    pub asin: Option<String>,
    /// The seller's own note.
    pub notes: Option<String>,
}

/// What a list of units is sorted by; the unit's id breaks ties.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum UnitSortKey {
    /// When it was added.
    Added,
    /// Set number in natural order.
    SetNumber,
    /// Name.
    Name,
    /// Storage location in natural order; units without one come last.
    Location,
    /// Purchase date; units without one come last.
    PurchaseDate,
    /// Cost in minor units; units without one come last.
    Cost,
}

/// A request for rows of the stock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct UnitListRequest {
    /// Text of the stock's query language: free words and `status: in: set: sku: asin: condition:`.
    pub query: String,
    /// What is compared.
    pub sort: UnitSortKey,
    /// Greatest first.
    pub descending: bool,
    /// Position of the first row, from 0.
    pub offset: u32,
    /// How many rows, at most [`crate::listing::MAX_PAGE`].
    pub limit: u32,
}

/// Rows of the stock and where they stand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct UnitPage {
    /// The rows, in list order.
    pub rows: Vec<Unit>,
    /// Position of the first row.
    pub offset: u32,
    /// Units that match.
    pub total: u32,
}

/// What the stock's cards show.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct StockCounts {
    /// All units.
    pub all: u32,
    /// Free units.
    pub in_stock: u32,
    /// Claimed units.
    pub linked: u32,
    /// Sold units.
    pub sold: u32,
    /// What the free and claimed units cost, one amount per currency.
    pub cost: Vec<Amount>,
}

/// A storage location and how many unsold units lie there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct LocationCount {
    /// The location as typed.
    pub location: String,
    /// Unsold units.
    pub units: u32,
}

/// Which units an act is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum UnitSelection {
    /// These.
    Ids(Vec<UnitId>),
    /// All that match a query, but for some.
    Matching {
        /// Text of the stock's query language.
        query: String,
        /// Left out.
        except: Vec<UnitId>,
    },
}

/// What a move of units would be about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct MoveCount {
    /// Units that can move.
    pub units: u32,
    /// Sold units; they stay where they are archived.
    pub sold: u32,
}

/// What an act on units did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct UnitsChanged {
    /// For undo; `None` where nothing changed.
    pub batch: Option<BatchId>,
    /// Units changed.
    pub units: u32,
    /// Units left alone: held by an order, sold, or already so.
    pub skipped: u32,
}
