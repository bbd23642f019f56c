//! What a pick list is planned from: the orders that wait, the units they hold, the free units they could take.
//!
//! The store reads this in one snapshot; nothing in it depends on how the list is walked.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use crate::listing::OrderRowId;
use crate::matching::rules::{ConditionClass, comparable_set};
use crate::stock::UnitId;

/// Everything that a plan is a function of.
#[derive(Debug, Clone)]
pub struct PickWork {
    /// Labels of the accounts whose orders are in it, in order.
    pub accounts: Vec<String>,
    /// Every change up to here is in it, UTC.
    pub data_as_of: Option<DateTime<Utc>>,
    /// Zone in which `data_as_of` is printed.
    pub zone: Tz,
    /// When late and today are judged, UTC: `data_as_of` where it is known, so that the same data give the same page.
    pub as_of: DateTime<Utc>,
    /// Paid, merchant-fulfilled orders with something left to ship, in any order.
    pub orders: Vec<OpenOrder>,
    /// Free units by what they are, oldest first.
    pub stock: HashMap<Shelf, Vec<ShelfUnit>>,
    /// The seller's own walk, if one was recorded.
    pub walk: Vec<String>,
}

/// An order that waits.
#[derive(Debug, Clone)]
pub struct OpenOrder {
    /// Its row.
    pub id: OrderRowId,
    /// The platform's id.
    pub platform_order_id: String,
    /// When it was placed, UTC.
    pub order_date: Option<DateTime<Utc>>,
    /// When it must be shipped at the latest, UTC.
    pub ship_by: Option<DateTime<Utc>>,
    /// Zone of its marketplace's business days.
    pub zone: Tz,
    /// Prime.
    pub prime: bool,
    /// How far its lines are known.
    pub lines_known: LinesKnown,
    /// Its lines with something left to ship.
    pub lines: Vec<OpenLine>,
}

/// How far the lines of an order can be relied on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinesKnown {
    /// They are those of the order.
    Yes,
    /// A part was shipped since they were read, and nobody has told of which line.
    PartlyShippedSince,
    /// The platform has told a part of them only: picked alone, they would leave in an incomplete parcel.
    InPart,
    /// The platform has not told them yet.
    No,
}

/// A line with something left to ship.
#[derive(Debug, Clone)]
pub struct OpenLine {
    /// The platform's id of the line.
    pub order_item_id: String,
    /// Title.
    pub title: Option<String>,
    /// SKU.
    pub sku: Option<String>,
    /// ASIN, or the number of another platform.
    pub asin: Option<String>,
    /// Gift.
    pub gift: bool,
    /// The buyer asked to cancel it.
    pub cancel_requested: bool,
    /// Units still to ship, at least one.
    pub left: u32,
    /// What it stands for.
    pub wants: Wants,
    /// Unsold units that it holds, first claimed first.
    pub linked: Vec<HeldUnit>,
}

/// What a line stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wants {
    /// Amazon gave no ASIN.
    NoAsin,
    /// Its number is not mapped.
    Unmapped,
    /// It is mapped.
    Mapped {
        /// To this set.
        set_number: String,
        /// In this condition.
        condition: String,
    },
}

/// A unit that a line holds.
#[derive(Debug, Clone)]
pub struct HeldUnit {
    /// The unit.
    pub unit: ShelfUnit,
    /// Whether a list has it already.
    pub listed: Listed,
}

/// Whether a list has a unit already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Listed {
    /// None has.
    No,
    /// The open list of this id.
    Open(String),
    /// It was picked on the list of this id, which is done.
    Picked(String),
}

/// A unit as it lies on its shelf.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShelfUnit {
    /// The unit.
    pub id: UnitId,
    /// Set number, as typed.
    pub set_number: String,
    /// What it is called.
    pub name: String,
    /// Condition in the seller's words.
    pub condition: String,
    /// Where it lies.
    pub location: Option<String>,
}

/// A set in a class of condition, by which mappings and units find each other.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Shelf {
    /// The set number as it is compared.
    pub set: String,
    /// The key of the condition's class.
    pub class: String,
}

impl Shelf {
    /// Where units of a set and condition are looked for.
    pub fn of(set_number: &str, condition: &str) -> Self {
        Self { set: comparable_set(set_number), class: ConditionClass::of(condition).key() }
    }
}
