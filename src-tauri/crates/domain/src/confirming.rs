//! *Confirm orders processed* as it is shown and done (design §4 *Confirm*): stock is archived, orders become Completed.
//!
//! Confirming is local, one transaction per order, idempotent, and one batch that can be undone for each order whose
//! units have not moved since. Nothing is sent to Amazon.

pub mod archive;
pub mod effect;
pub mod rules;

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::account::Platform;
use crate::act::BatchId;
use crate::listing::OrderRowId;
use crate::matching::OrderSelection;
use crate::money::Amount;
use crate::stock::UnitId;

/// What is to be confirmed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct ConfirmRequest {
    /// These orders; all that are Paid or Shipped and not yet confirmed unless given.
    pub orders: Option<OrderSelection>,
    /// Only this platform's orders.
    pub platform: Option<Platform>,
    /// Where the units go; `SOLD-YYYY-MM` by the archive rule unless given.
    pub archive_location: Option<String>,
    /// Orders that are completed even where a line finds no unit.
    pub without_stock: Vec<OrderRowId>,
}

/// Which month names the archive location.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum ArchiveRule {
    /// The month of the order's own purchase date, in its marketplace's zone.
    #[default]
    MonthOfSale,
    /// The month of the confirmation, in the zone of the order's marketplace.
    MonthOfConfirmation,
}

/// What became of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum ConfirmResult {
    /// It is Completed and its units are archived; in a preview: it would be.
    Confirmed,
    /// It was confirmed before.
    Already,
    /// It was left alone; the reason says why.
    Skipped,
}

/// Why an order is left alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum SkipReason {
    /// Payment has not cleared.
    Pending,
    /// It is cancelled.
    Cancelled,
    /// A word of the platform that Packlight does not know.
    UnknownStatus,
    /// The platform says that it is delivered, and the seller never confirmed it here.
    Completed,
    /// The platform has not told its lines yet.
    MissingItems,
    /// A line finds no unit; *complete without stock* confirms it all the same.
    NoUnit,
    /// The order is not in the local copy.
    Unknown,
    /// Something changed between the preview and now, and the transaction of this order was refused.
    Failed,
}

impl fmt::Display for SkipReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Pending => "it is pending: its payment has not cleared",
            Self::Cancelled => "it is cancelled",
            Self::UnknownStatus => "its status is a word that Packlight does not know",
            Self::Completed => "it is completed: it was delivered",
            Self::MissingItems => "its items have not been read yet",
            Self::NoUnit => "a line finds no unit in stock",
            Self::Unknown => "it is not in the local copy",
            Self::Failed => "it could not be changed",
        })
    }
}

/// A unit that an order takes along.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct ConfirmUnit {
    /// The unit.
    pub id: UnitId,
    /// Its set number.
    pub set_number: String,
    /// What it is called.
    pub name: String,
    /// Its condition.
    pub condition: String,
    /// Where it lies now, or lay before it was archived.
    pub storage_location: Option<String>,
    /// What it cost.
    pub cost: Option<Amount>,
    /// The line had it linked before; otherwise it is the oldest free one.
    pub was_linked: bool,
}

/// A line that takes fewer units than were ordered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct ShortLine {
    /// Its title, or what else names it.
    pub title: String,
    /// Units that it takes; often none.
    pub units: u32,
    /// Units ordered.
    pub ordered: u32,
}

/// One order of a confirmation, or of its preview.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct ConfirmOrder {
    /// The order; `None` where the id is not known.
    pub order: Option<OrderRowId>,
    /// The platform's id of the order.
    pub platform_order_id: String,
    /// What became of it, or would.
    pub result: ConfirmResult,
    /// Why it is left alone.
    pub reason: Option<SkipReason>,
    /// The reason in plain English, with the line or unit that it is about.
    pub message: Option<String>,
    /// Where its units go.
    pub archive_location: Option<String>,
    /// The units.
    pub units: Vec<ConfirmUnit>,
    /// Lines that take fewer units than were ordered: Amazon-fulfilled, or completed without stock.
    pub short_lines: Vec<ShortLine>,
    /// What the lines bring: the platform's own sums, else prices less discounts.
    pub proceeds: Option<Amount>,
}

/// Sums of a confirmation in one currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct ConfirmMoney {
    /// What the lines of the confirmed orders bring, discounts taken off.
    pub sales: Amount,
    /// What their units cost; units without a cost are counted beside it.
    pub cost: Amount,
    /// Units whose cost is not known.
    pub units_without_cost: u32,
}

/// A confirmation, or its preview.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct Confirmation {
    /// For undo; `None` for a preview or where nothing changed.
    pub batch: Option<BatchId>,
    /// Orders confirmed, or that would be.
    pub confirmed: u32,
    /// Orders left alone; those confirmed before are not among them.
    pub skipped: u32,
    /// Orders that were confirmed before.
    pub already: u32,
    /// Units archived, or that would be.
    pub units_moved: u32,
    /// Where the units go, each place once, in natural order.
    pub archive_locations: Vec<String>,
    /// The money effect, one entry per currency.
    pub money: Vec<ConfirmMoney>,
    /// All orders confirmed, or that would be, however few of them are told below.
    pub confirmed_orders: Vec<OrderRowId>,
    /// Order by order, as asked for, else newest first.
    pub orders: Vec<ConfirmOrder>,
}

impl Confirmation {
    /// The same, with the first orders only: so many of the confirmed ones, and so many left alone for each result. The
    /// sums stay those of all.
    #[must_use]
    pub fn first(mut self, confirmed: usize, others: usize) -> Self {
        let (mut done, mut skipped, mut already) = (0, 0, 0);
        self.orders.retain(|order| {
            let (told, most) = match order.result {
                ConfirmResult::Confirmed => (&mut done, confirmed),
                ConfirmResult::Skipped => (&mut skipped, others),
                ConfirmResult::Already => (&mut already, others),
            };
            *told += 1;
            *told <= most
        });
        self
    }
}

/// What taking a confirmation back did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct ConfirmUndone {
    /// The batch of the undo itself; `None` where nothing was restored.
    pub batch: Option<BatchId>,
    /// Orders that are as before.
    pub orders_restored: u32,
    /// Units that lie where they lay.
    pub units_restored: u32,
    /// Orders left alone because a unit of theirs moved since, or because they were taken back before.
    pub skipped: u32,
}
