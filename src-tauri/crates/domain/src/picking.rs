//! The pick list as it is planned, shown, printed and worked (design §4 *Pick list*).
//!
//! A list says where, then what, then how many. Walk units and exception units together are all units still to ship of
//! paid merchant orders; nothing is left out in silence. Planning changes nothing; a list becomes a record, and holds its
//! units, when it is printed or a pick run starts.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::account::Platform;
use crate::act::BatchId;
use crate::listing::OrderRowId;
use crate::matching::OrderSelection;
use crate::stock::UnitId;

pub mod place;
pub mod plan;
pub mod sheet;
pub mod work;

#[cfg(test)]
mod tests;

/// Row id of a recorded pick list in the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, specta::Type)]
#[serde(transparent)]
pub struct PickListId(pub u32);

/// How the list is walked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum PickMode {
    /// By location; equal items in one place are one row with their orders beneath.
    #[default]
    Walk,
    /// One block per order, in the order of the totes.
    OrderSheets,
    /// One row per item of orders of a single unit, with the count and no order ids; the others follow as in the walk.
    Singles,
}

/// Paper that lists are laid out for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum Paper {
    /// 210 × 297 mm.
    #[default]
    A4,
    /// 8.5 × 11 inch.
    Letter,
    /// 4 × 6 inch label.
    #[serde(rename = "4x6")]
    Label4x6,
}

/// Which list is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct PickRequest {
    /// Only these orders; all unfulfilled ones unless given.
    pub orders: Option<OrderSelection>,
    /// Only this platform's orders.
    pub platform: Option<Platform>,
    /// How it is walked.
    pub mode: PickMode,
    /// Orders of a single unit come before the others.
    pub singles_first: bool,
    /// Each row carries the Code 128 of its SKU.
    pub sku_barcodes: bool,
    /// Each order carries its QR code.
    pub order_codes: bool,
}

/// A pick list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct PickList {
    /// `P-` and eight hex digits of the hash of the content; the same content has the same id.
    pub id: String,
    /// The record, once it was printed or a run was started.
    pub record: Option<PickListId>,
    /// How it is walked.
    pub mode: PickMode,
    /// Labels of the accounts whose orders are in it, in order.
    pub accounts: Vec<String>,
    /// Every change up to here is in it, UTC; `None` before the first complete sync.
    pub data_as_of: Option<DateTime<Utc>>,
    /// `data_as_of` in the zone of the first account's marketplace, as it is printed: "2026-01-22 14:05 GMT".
    pub data_as_of_text: Option<String>,
    /// Each row carries the Code 128 of its SKU.
    pub sku_barcodes: bool,
    /// Each order carries its QR code.
    pub order_codes: bool,
    /// The walk, place after place.
    pub groups: Vec<PickGroup>,
    /// What cannot be picked, and why.
    pub exceptions: Vec<PickException>,
    /// Sums.
    pub totals: PickTotals,
    /// Units by zone, in walk order.
    pub zones: Vec<ZoneTotal>,
    /// Which print of the record this is: 0 for the first, from 1 on it says "Reprint n".
    pub reprint: u32,
}

/// Sums of a list.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct PickTotals {
    /// Lines of orders on the walk.
    pub lines: u32,
    /// Units on the walk.
    pub units: u32,
    /// Orders on the walk.
    pub orders: u32,
    /// Lines on the exceptions page.
    pub exceptions: u32,
    /// Units on the exceptions page.
    pub exception_units: u32,
}

/// Units of one zone: the part of the location before the last number ("Loft" of "Loft - S5"), else the location.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct ZoneTotal {
    /// The zone.
    pub zone: String,
    /// Units on the walk.
    pub units: u32,
}

/// One stop: a place of the walk, or an order on an order sheet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct PickGroup {
    /// The storage location; on an order sheet the platform's order id.
    pub heading: String,
    /// The zone of the location; on an order sheet its tote.
    pub zone: String,
    /// What lies there.
    pub rows: Vec<PickRow>,
}

/// Equal units in one place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct PickRow {
    /// Where they lie.
    pub location: String,
    /// Set number of the units.
    pub set_number: String,
    /// What the item is called: the title of the line, else the unit's name.
    pub name: String,
    /// Condition in the seller's words.
    pub condition: String,
    /// The SKU, if all lines of the row have the same.
    pub sku: Option<String>,
    /// The line's ASIN, or the number of another platform.
    pub asin: Option<String>,
    /// Units to take.
    pub quantity: u32,
    /// The orders they go to; on paper a singles run only counts those of a single unit.
    pub orders: Vec<PickedOrder>,
}

/// Units of a row for one line of an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct PickedOrder {
    /// The order.
    pub order: OrderRowId,
    /// The platform's id of the order.
    pub platform_order_id: String,
    /// The platform's id of the line.
    pub order_item_id: String,
    /// The very units to take.
    pub units: Vec<UnitId>,
    /// The line's SKU, where the lines of the row have different ones.
    pub sku: Option<String>,
    /// The tote it is dropped in, A to H; `None` for orders of a single unit and beyond the eighth.
    pub tote: Option<char>,
    /// What to mind.
    pub flags: PickFlags,
}

/// What to mind about an order; each has a letter and a shape on paper.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, specta::Type)]
#[allow(clippy::struct_excessive_bools, reason = "four marks that have nothing to do with each other")]
pub struct PickFlags {
    /// Its latest ship time has passed: `!!`.
    pub late: bool,
    /// It ships today, in the marketplace's zone: `!`.
    pub ship_today: bool,
    /// The line is a gift: `G`.
    pub gift: bool,
    /// Prime: `P`.
    pub prime: bool,
}

/// A line, or a part of one, that cannot be picked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct PickException {
    /// The order.
    pub order: OrderRowId,
    /// The platform's id of the order.
    pub platform_order_id: String,
    /// The platform's id of the line.
    pub order_item_id: String,
    /// Title of the line.
    pub name: String,
    /// The line's SKU.
    pub sku: Option<String>,
    /// The line's ASIN, or the number of another platform.
    pub asin: Option<String>,
    /// Units that are not on the walk.
    pub quantity: u32,
    /// Why.
    pub reason: ExceptionReason,
    /// What the reason is about: the other list, the set and condition that are not in stock, the unit without a location;
    /// empty where there is nothing to add.
    pub detail: String,
}

/// Why a line is not on the walk; tested in the order of the variants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum ExceptionReason {
    /// The buyer asked to cancel.
    CancelRequested,
    /// It is on another open list.
    OnOpenList,
    /// It was picked on a list that is done, and its order is not shipped yet.
    AlreadyPicked,
    /// Amazon gave no ASIN.
    NoAsin,
    /// Its ASIN is not mapped.
    NoMatch,
    /// No free unit of its set and condition is left.
    NoStock,
    /// The unit has no storage location.
    NoLocation,
    /// The platform has not told the order's lines yet.
    MissingItems,
}

/// Where a recorded list stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum PickState {
    /// Being worked; it holds its units.
    Open,
    /// Everything on it is picked, short or struck, or the seller said it is done.
    Done,
    /// The seller put it away; its units are free again.
    Discarded,
}

/// A recorded list in the overview.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct PickListEntry {
    /// The record.
    pub record: PickListId,
    /// `P-…`.
    pub id: String,
    /// Where it stands.
    pub state: PickState,
    /// When it became a record, UTC.
    pub created_at: DateTime<Utc>,
    /// How often it was printed: 0 for a run on screen only, 2 for one reprint.
    pub prints: u32,
    /// When it was last printed, UTC.
    pub printed_at: Option<DateTime<Utc>>,
    /// Sums as it was made.
    pub totals: PickTotals,
    /// Units picked.
    pub picked: u32,
    /// Units that were not found.
    pub short: u32,
    /// Units struck because their order was cancelled or lost its line meanwhile.
    pub struck: u32,
}

/// A recorded list as it is worked on screen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct PickRun {
    /// Its line in the overview.
    pub entry: PickListEntry,
    /// What is to be taken, in walk order; one stop per unit.
    pub stops: Vec<PickStop>,
    /// As it was made.
    pub exceptions: Vec<PickException>,
}

/// One unit of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct PickStop {
    /// Its place in the walk, from 0; its id in the run.
    pub position: u32,
    /// The unit.
    pub unit: UnitId,
    /// Where it lies.
    pub location: String,
    /// Its set number.
    pub set_number: String,
    /// What it is called.
    pub name: String,
    /// Its condition.
    pub condition: String,
    /// The line's SKU.
    pub sku: Option<String>,
    /// The line's ASIN, or the number of another platform.
    pub asin: Option<String>,
    /// The order it goes to.
    pub order: OrderRowId,
    /// The platform's id of the order.
    pub platform_order_id: String,
    /// The tote it is dropped in.
    pub tote: Option<char>,
    /// What to mind.
    pub flags: PickFlags,
    /// What became of it.
    pub mark: PickMark,
}

/// What became of a unit on a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum PickMark {
    /// Still to take.
    Open,
    /// Taken.
    Picked,
    /// Not found.
    Short,
    /// Its order was cancelled, or no longer wants it.
    Struck,
}

impl PickMark {
    const ALL: [Self; 4] = [Self::Open, Self::Picked, Self::Short, Self::Struck];

    /// Its word in the store.
    pub fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Picked => "picked",
            Self::Short => "short",
            Self::Struck => "struck",
        }
    }

    /// The mark of a word of the store.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mark| mark.word() == word)
    }
}

/// What a mark or a scan did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct PickMarked {
    /// The stops that changed, as they are now.
    pub stops: Vec<PickStop>,
    /// The list as it stands now.
    pub entry: PickListEntry,
    /// For undo; `None` where nothing changed.
    pub batch: Option<BatchId>,
}

/// What recording, ending or discarding a list did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct PickListDone {
    /// The list as it stands now.
    pub entry: PickListEntry,
    /// For undo; `None` where nothing changed.
    pub batch: Option<BatchId>,
}
