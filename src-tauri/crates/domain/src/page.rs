//! Pages of orders: the five sorts, and the key that says where a page stands.
//!
//! A page is asked for by a place in the sort, never by a row number, so that it costs the same at any depth and stays
//! where it is while new orders arrive.

use serde::{Deserialize, Serialize};

/// What a list is sorted by. Each sort has the order's row id as tie-breaker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum SortKey {
    /// When the order was placed.
    Date,
    /// When Amazon last changed it.
    Updated,
    /// Latest ship time; orders without one come last.
    ShipBy,
    /// Grand total in minor units; orders without one come last.
    Total,
    /// The platform's order id.
    OrderId,
}

impl SortKey {
    /// Every sort.
    pub const ALL: [Self; 5] = [Self::Date, Self::Updated, Self::ShipBy, Self::Total, Self::OrderId];
}

/// A sort and its direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, specta::Type)]
pub struct Sort {
    /// What is compared.
    pub key: SortKey,
    /// Greatest (newest, dearest) first.
    pub descending: bool,
}

impl Default for Sort {
    /// Newest order first.
    fn default() -> Self {
        Self { key: SortKey::Date, descending: true }
    }
}

/// Where a row stands in a sort: the value compared and the row id. Opaque outside the store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(transparent)]
pub struct Cursor(pub String);

/// Which rows of the sorted list are wanted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// The first rows.
    First,
    /// The rows behind a row, without it.
    After(Cursor),
    /// The rows before a row, without it, in list order.
    Before(Cursor),
    /// The rows from a position on, counted from 0; for a scrollbar that jumps.
    Near(u32),
}
