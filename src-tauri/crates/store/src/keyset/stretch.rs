//! Where an order stands in a sort, and stretches between two such places.
//!
//! SQLite compares (value, row id) pairs by the value alone when it seeks, so orders of equal value would be scanned one by
//! one; each stretch is therefore cut into the ties of its bounds and what lies between, which are all seeks.

use std::cmp::Ordering;

use packlight_domain::page::{Cursor, Sort, SortKey};
use serde::Deserialize;
use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, Row, Sqlite, TypeInfo, ValueRef};

use crate::StoreError;
use crate::sieve::Window;

/// A value that orders are sorted by.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub(crate) enum Key {
    /// Milliseconds or minor units.
    Number(i64),
    /// The order number, compared by its bytes.
    Text(String),
}

impl Key {
    /// Reads a column of either kind; `None` for NULL.
    pub(crate) fn read(row: &SqliteRow, column: &str) -> Result<Option<Self>, sqlx::Error> {
        let raw = row.try_get_raw(column)?;
        if raw.is_null() {
            return Ok(None);
        }
        if raw.type_info().name() == "INTEGER" {
            return Ok(Some(Self::Number(row.try_get_unchecked(column)?)));
        }
        Ok(Some(Self::Text(row.try_get_unchecked(column)?)))
    }

    pub(crate) fn push(&self, query: &mut QueryBuilder<Sqlite>) {
        match self {
            Self::Number(number) => query.push_bind(*number),
            Self::Text(text) => query.push_bind(text.clone()),
        };
    }
}

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Key {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Number(a), Self::Number(b)) => a.cmp(b),
            (Self::Text(a), Self::Text(b)) => a.as_bytes().cmp(b.as_bytes()),
            // As SQLite does: numbers before texts.
            (Self::Number(_), Self::Text(_)) => Ordering::Less,
            (Self::Text(_), Self::Number(_)) => Ordering::Greater,
        }
    }
}

/// Where an order stands in a sort: its value, if it has one, and its row id. Read from a JSON array of the two.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Mark {
    pub(crate) key: Option<Key>,
    pub(crate) id: i64,
}

impl Mark {
    /// Its place as text: the value's kind, the row id, the value.
    pub(crate) fn cursor(&self) -> Cursor {
        Cursor(match &self.key {
            None => format!("-.{}", self.id),
            Some(Key::Number(number)) => format!("n.{}.{number}", self.id),
            Some(Key::Text(text)) => format!("t.{}.{text}", self.id),
        })
    }

    /// Reads a place of the sort `key`.
    pub(crate) fn parse(cursor: &Cursor, key: SortKey) -> Result<Self, StoreError> {
        let bad = || StoreError::BadCursor(cursor.0.clone());
        let (kind, rest) = cursor.0.split_once('.').ok_or_else(bad)?;
        let (id, value) = rest.split_once('.').unwrap_or((rest, ""));
        let id = id.parse().map_err(|_| bad())?;
        let value = match (kind, key) {
            ("-", SortKey::Date | SortKey::ShipBy | SortKey::Total) if value.is_empty() => None,
            ("n", SortKey::Date | SortKey::Updated | SortKey::ShipBy | SortKey::Total) => {
                Some(Key::Number(value.parse().map_err(|_| bad())?))
            }
            ("t", SortKey::OrderId) => Some(Key::Text(value.to_owned())),
            _ => return Err(bad()),
        };
        Ok(Self { key: value, id })
    }

    /// Compares two orders as the list shows them: those without a value last, whatever the direction.
    pub(crate) fn compare(&self, other: &Self, sort: Sort) -> Ordering {
        let direction = |order: Ordering| if sort.descending { order.reverse() } else { order };
        match (&self.key, &other.key) {
            (None, Some(_)) => Ordering::Greater,
            (Some(_), None) => Ordering::Less,
            (a, b) => direction(a.cmp(b).then(self.id.cmp(&other.id))),
        }
    }
}

/// The column, indexes and block segment of a sort.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Column {
    pub(crate) key: SortKey,
    pub(crate) name: &'static str,
    /// The index that walks all orders of an account.
    pub(super) wide: &'static str,
    /// The index that has a range for every class.
    pub(super) narrow: &'static str,
    /// Number of its segment in `order_blocks`; orders without a value are in the next one.
    pub(crate) segment: i64,
    /// Whether an order may have no value.
    pub(crate) nullable: bool,
}

impl Column {
    pub(crate) fn of(key: SortKey) -> Self {
        let (name, wide, narrow, segment, nullable) = match key {
            SortKey::Date => ("order_date", "orders_by_date", "orders_of_class_by_date", 0, true),
            SortKey::Updated => ("last_update", "orders_by_update", "orders_of_class_by_update", 2, false),
            SortKey::ShipBy => ("ship_by", "orders_by_ship", "orders_of_class_by_ship", 4, true),
            SortKey::Total => ("total_minor", "orders_by_total", "orders_of_class_by_total", 6, true),
            SortKey::OrderId => {
                ("platform_order_id", "orders_by_number", "orders_of_class_by_number", 8, false)
            }
        };
        Self { key, name, wide, narrow, segment, nullable }
    }
}

/// A stretch of one segment, from `low` (with it) to `high` (without it), in ascending order of (value, row id).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Stretch {
    /// The segment of orders without a value.
    pub(crate) without_value: bool,
    pub(crate) low: Option<(Key, i64)>,
    pub(crate) high: Option<(Key, i64)>,
}

impl Stretch {
    /// A whole segment.
    pub(crate) fn whole(without_value: bool) -> Self {
        Self { without_value, ..Self::default() }
    }

    /// What of it lies within a window of the sort; `None` for nothing.
    pub(crate) fn within(self, window: Option<Window>) -> Option<Self> {
        let Some(window) = window else { return Some(self) };
        if self.without_value {
            return None;
        }
        let bound = |at: i64| (Key::Number(at), i64::MIN);
        let low = match (self.low, window.from.map(bound)) {
            (Some(a), Some(b)) => Some(a.max(b)),
            (a, b) => a.or(b),
        };
        let high = match (self.high, window.to.map(bound)) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        let is_empty = matches!((&low, &high), (Some(low), Some(high)) if low >= high);
        (!is_empty).then_some(Self { low, high, ..self })
    }

    /// A bound at `mark`, in its segment.
    pub(crate) fn bound(mark: &Mark) -> (Key, i64) {
        (mark.key.clone().unwrap_or(Key::Number(0)), mark.id)
    }

    /// The parts that are seeks of the index.
    pub(super) fn parts(&self) -> Vec<Part<'_>> {
        if self.without_value {
            return vec![Part::Without(self.low.as_ref().map(Bound::At), self.high.as_ref().map(Bound::At))];
        }
        match (&self.low, &self.high) {
            (Some(low), Some(high)) if low.0 == high.0 => {
                let (low, high) = (Bound::At(low), Bound::At(high));
                vec![Part::Tie(low, Some(low), Some(high))]
            }
            (low, high) => Part::between(low.as_ref().map(Bound::At), high.as_ref().map(Bound::At)),
        }
    }
}

/// The lower bound of a block by the number of the block, counted from an end of its segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Edge {
    pub(crate) account: i64,
    /// Counted from the high end.
    pub(crate) high: bool,
    pub(crate) number: i64,
}

impl Edge {
    /// Appends how a query begins that has parts bounded by [`Bound::Edge`]: with the one row that they ask.
    pub(super) fn push(self, query: &mut QueryBuilder<Sqlite>, column: Column) {
        query.push("WITH edge AS MATERIALIZED (SELECT low_key, low_id FROM order_blocks WHERE segment = ");
        query.push_bind(column.segment).push(" AND account_id = ").push_bind(self.account);
        query.push(if self.high {
            " ORDER BY low_key DESC, low_id DESC LIMIT 1 OFFSET "
        } else {
            " ORDER BY low_key, low_id LIMIT 1 OFFSET "
        });
        query.push_bind(self.number).push(") ");
    }
}

/// Where a part begins or ends.
#[derive(Debug, Clone, Copy)]
pub(super) enum Bound<'a> {
    At(&'a (Key, i64)),
    /// The lower bound of the block that the query itself has looked up.
    Edge,
}

impl Bound<'_> {
    fn push_key(self, query: &mut QueryBuilder<Sqlite>) {
        match self {
            Self::At((key, _)) => key.push(query),
            Self::Edge => {
                query.push("(SELECT low_key FROM edge)");
            }
        }
    }

    fn push_id(self, query: &mut QueryBuilder<Sqlite>) {
        match self {
            Self::At((_, id)) => query.push_bind(*id),
            Self::Edge => query.push("(SELECT low_id FROM edge)"),
        };
    }
}

/// A part of a stretch that one seek of the index finds.
pub(super) enum Part<'a> {
    /// The value of the first, row ids from the second to before the third.
    Tie(Bound<'a>, Option<Bound<'a>>, Option<Bound<'a>>),
    /// Values between two, without them.
    Between(Option<Bound<'a>>, Option<Bound<'a>>),
    /// No value, row ids from the first to before the second.
    Without(Option<Bound<'a>>, Option<Bound<'a>>),
}

impl<'a> Part<'a> {
    /// The parts from `low` (with it) to `high` (without it), which have different values.
    pub(super) fn between(low: Option<Bound<'a>>, high: Option<Bound<'a>>) -> Vec<Self> {
        let mut parts = Vec::with_capacity(3);
        parts.extend(low.map(|low| Part::Tie(low, Some(low), None)));
        parts.push(Part::Between(low, high));
        parts.extend(high.map(|high| Part::Tie(high, None, Some(high))));
        parts
    }

    pub(super) fn push(&self, query: &mut QueryBuilder<Sqlite>, column: Column) {
        let ids = match self {
            Self::Tie(of, low, high) => {
                query.push(" AND ").push(column.name).push(" = ");
                of.push_key(query);
                (*low, *high)
            }
            Self::Without(low, high) => {
                query.push(" AND ").push(column.name).push(" IS NULL");
                (*low, *high)
            }
            Self::Between(low, high) => {
                if low.is_none() && column.nullable {
                    // The least number there is; `IS NOT NULL` is no seek.
                    query.push(" AND ").push(column.name).push(" >= ").push(i64::MIN);
                }
                for (bound, compare) in [(low, " > "), (high, " < ")] {
                    if let Some(bound) = bound {
                        query.push(" AND ").push(column.name).push(compare);
                        bound.push_key(query);
                    }
                }
                (None, None)
            }
        };
        for (bound, compare) in [(ids.0, " AND id >= "), (ids.1, " AND id < ")] {
            if let Some(bound) = bound {
                query.push(compare);
                bound.push_id(query);
            }
        }
    }
}
