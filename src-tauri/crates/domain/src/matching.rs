//! Matching lines to units as it is shown and asked for (design §4 *Match*).
//!
//! A mapping says which set and condition a line's number stands for; a link gives a line one specific unit. Proposals
//! carry their reasons; none is carried out by itself.

pub mod rules;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::account::{AccountId, Platform};
use crate::act::BatchId;
use crate::listing::{MatchStatus, OrderRowId};
use crate::money::Amount;
use crate::stock::{ClaimMethod, Unit, UnitId};

/// A line of an order.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, specta::Type)]
pub struct LineKey {
    /// The order.
    pub order: OrderRowId,
    /// The platform's id of the line.
    pub order_item_id: String,
}

/// A unit that a line holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct LinkedUnit {
    /// The unit.
    pub id: UnitId,
    /// Set number.
    pub set_number: String,
    /// What it is called.
    pub name: String,
    /// Condition.
    pub condition: String,
    /// Where it lies.
    pub storage_location: Option<String>,
    /// Where it lay before it was archived.
    pub previous_location: Option<String>,
    /// What it is offered for.
    pub listing_price: Option<Amount>,
    /// What it cost.
    pub cost: Option<Amount>,
    /// Since when the line holds it, UTC.
    pub claimed_at: DateTime<Utc>,
    /// How it came to the line.
    pub method: ClaimMethod,
}

/// Why a unit is proposed for a line, strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The line's number is mapped to the unit's set and condition.
    Mapped,
    /// Same ASIN.
    SameAsin,
    /// Same SKU.
    SameSku,
    /// The unit's set number stands in the line's title.
    SetNumberInTitle,
    /// Most words of the unit's name stand in the line's title.
    NameInTitle,
}

/// A unit that a line could take.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct Candidate {
    /// The unit; free.
    pub unit: Unit,
    /// Why it is proposed; empty for a unit that was only searched for.
    pub reasons: Vec<Reason>,
}

/// Units for one line: proposals first, each by oldest purchase.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct Candidates {
    /// The line.
    pub line: LineKey,
    /// Its title.
    pub title: Option<String>,
    /// Its ASIN, or the number by which lines of other platforms match.
    pub number: Option<String>,
    /// Units ordered.
    pub quantity: u32,
    /// Units it holds.
    pub linked: u32,
    /// The units.
    pub units: Vec<Candidate>,
    /// More units match the search than are listed.
    pub more: bool,
}

/// What an ASIN, or the number of another platform's line, stands for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct Mapping {
    /// The ASIN, SKU or item number.
    pub number: String,
    /// Whether it is an ASIN of Amazon; else it serves the lines of other platforms.
    pub is_asin: bool,
    /// The set it stands for.
    pub set_number: String,
    /// The condition it stands for.
    pub condition: String,
    /// Since when, UTC.
    pub created_at: DateTime<Utc>,
    /// Lines that it matches or matched.
    pub lines: u32,
    /// Free units of that set and condition.
    pub free_units: u32,
    /// Title of the newest such line.
    pub title: Option<String>,
    /// What shows the orders of those lines, in the query language; `None` where there are none.
    pub orders_query: Option<String>,
}

/// What *Create ASIN mapping* did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct MappingDone {
    /// The mapping.
    pub number: String,
    /// Its set.
    pub set_number: String,
    /// Its condition.
    pub condition: String,
    /// Lines of known orders that it matches.
    pub lines_matched: u32,
    /// Units that the clicked line took.
    pub units_linked: u32,
    /// For undo.
    pub batch: Option<BatchId>,
}

/// What a link or unlink left behind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct LineLinked {
    /// The line.
    pub line: LineKey,
    /// The units it holds now, first claimed first.
    pub units: Vec<UnitId>,
    /// How it matches now.
    pub match_status: MatchStatus,
    /// For undo; `None` where nothing changed.
    pub batch: Option<BatchId>,
}

/// Which orders an act is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum OrderSelection {
    /// These.
    Ids(Vec<OrderRowId>),
    /// All that match a query, but for some.
    Matching {
        /// Text of the query language.
        query: String,
        /// Only this platform's orders.
        platform: Option<Platform>,
        /// Only this account's orders.
        account: Option<AccountId>,
        /// Left out.
        except: Vec<OrderRowId>,
    },
}

/// What linking the matched lines of a selection would do, or did.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct BulkLink {
    /// Orders of the selection.
    pub orders: u32,
    /// Lines that take units.
    pub lines: u32,
    /// Units that are taken, the oldest free ones.
    pub units: u32,
    /// Lines left alone, by reason: "no mapping", "no ASIN", "no free unit", "already linked", "cancelled".
    pub skipped: Vec<SkippedLines>,
    /// For undo; `None` for a preview or where nothing changed.
    pub batch: Option<BatchId>,
}

/// Lines that an act left alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct SkippedLines {
    /// Why, in plain English.
    pub reason: String,
    /// How many.
    pub lines: u32,
}

/// A file that was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct SavedFile {
    /// Where it lies.
    pub path: String,
    /// Rows without the head.
    pub rows: u32,
}

/// Mappings by number, and where they stand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct MappingPage {
    /// The rows, in list order.
    pub rows: Vec<Mapping>,
    /// Position of the first row.
    pub offset: u32,
    /// Mappings that match.
    pub total: u32,
}
