//! Walking the sorted list by key, never by row number.
//!
//! A list is made of two segments: the orders that have the sort's value, in its direction, and behind them those that
//! have none. A stretch of a segment is read as the merge of one index range per account and status. SQLite compares
//! (value, row id) pairs by the value alone when it seeks, so orders of equal value would be scanned one by one; each
//! range is therefore cut into the ties of its bounds and what lies between, which are all seeks.

use std::cmp::Ordering;

use packlight_domain::page::{Cursor, Sort, SortKey};
use serde::Deserialize;
use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, Row, Sqlite, SqliteConnection, TypeInfo, ValueRef};

use crate::counts::Cell;
use crate::rows::from_json;
use crate::{StoreError, search::Filter};

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

/// The column, index and block segment of a sort.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Column {
    pub(crate) name: &'static str,
    pub(crate) index: &'static str,
    /// Number of its segment in `order_blocks`; orders without a value are in the next one.
    pub(crate) segment: i64,
    /// Whether an order may have no value.
    pub(crate) nullable: bool,
}

impl Column {
    pub(crate) fn of(key: SortKey) -> Self {
        let (name, index, segment, nullable) = match key {
            SortKey::Date => ("order_date", "orders_by_date", 0, true),
            SortKey::Updated => ("last_update", "orders_by_update", 2, false),
            SortKey::ShipBy => ("ship_by", "orders_by_ship", 4, true),
            SortKey::Total => ("total_minor", "orders_by_total", 6, true),
            SortKey::OrderId => ("platform_order_id", "orders_by_number", 8, false),
        };
        Self { name, index, segment, nullable }
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

    /// A bound at `mark`, in its segment.
    pub(crate) fn bound(mark: &Mark) -> (Key, i64) {
        (mark.key.clone().unwrap_or(Key::Number(0)), mark.id)
    }

    /// The parts that are seeks of the index.
    fn parts(&self) -> Vec<Part<'_>> {
        if self.without_value {
            let ids = (self.low.as_ref().map(|low| low.1), self.high.as_ref().map(|high| high.1));
            return vec![Part::Without(ids.0, ids.1)];
        }
        match (&self.low, &self.high) {
            (Some(low), Some(high)) if low.0 == high.0 => vec![Part::Tie(&low.0, Some(low.1), Some(high.1))],
            (low, high) => {
                let mut parts = Vec::with_capacity(3);
                parts.extend(low.as_ref().map(|low| Part::Tie(&low.0, Some(low.1), None)));
                parts.push(Part::Between(low.as_ref().map(|low| &low.0), high.as_ref().map(|high| &high.0)));
                parts.extend(high.as_ref().map(|high| Part::Tie(&high.0, None, Some(high.1))));
                parts
            }
        }
    }
}

/// A part of a stretch that one seek of the index finds.
enum Part<'a> {
    /// One value, row ids from the first to before the second.
    Tie(&'a Key, Option<i64>, Option<i64>),
    /// Values between two, without them.
    Between(Option<&'a Key>, Option<&'a Key>),
    /// No value, row ids from the first to before the second.
    Without(Option<i64>, Option<i64>),
}

impl Part<'_> {
    fn push(&self, query: &mut QueryBuilder<Sqlite>, column: Column) {
        let ids = match self {
            Self::Tie(key, low, high) => {
                query.push(" AND ").push(column.name).push(" = ");
                key.push(query);
                (*low, *high)
            }
            Self::Without(low, high) => {
                query.push(" AND ").push(column.name).push(" IS NULL");
                (*low, *high)
            }
            Self::Between(low, high) => {
                if low.is_none() && high.is_none() && column.nullable {
                    query.push(" AND ").push(column.name).push(" IS NOT NULL");
                }
                for (key, compare) in [(low, " > "), (high, " < ")] {
                    if let Some(key) = key {
                        query.push(" AND ").push(column.name).push(compare);
                        key.push(query);
                    }
                }
                (None, None)
            }
        };
        for (id, compare) in [(ids.0, " AND id >= "), (ids.1, " AND id < ")] {
            if let Some(id) = id {
                query.push(compare).push_bind(id);
            }
        }
    }
}

/// What is read of a stretch.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reading {
    pub(crate) descending: bool,
    pub(crate) limit: u32,
    pub(crate) offset: u32,
    /// With a filter: look at so many orders at most.
    pub(crate) budget: Option<u32>,
}

/// Appends the ranges of a stretch, joined by `UNION ALL`: `select` of each, with `narrow` as a further condition.
fn push_ranges(
    query: &mut QueryBuilder<Sqlite>,
    select: &str,
    column: Column,
    cells: &[Cell],
    stretch: &Stretch,
    candidates: Option<&str>,
) {
    let mut first = true;
    for cell in cells {
        for part in stretch.parts() {
            if !first {
                query.push(" UNION ALL ");
            }
            first = false;
            query.push("SELECT ").push(select).push(" FROM platform_orders INDEXED BY ").push(column.index);
            query.push(" WHERE account_id = ").push_bind(cell.account);
            query.push(" AND ui_status = ").push_bind(cell.status);
            part.push(query, column);
            if let Some(ids) = candidates {
                query.push(" AND id IN (SELECT value FROM json_each(").push_bind(ids.to_owned()).push("))");
            }
        }
    }
}

/// The query of the keys of a stretch, in order; [`read_marks`] ends it.
pub(crate) fn keys_query(
    column: Column,
    cells: &[Cell],
    stretch: &Stretch,
    reading: Reading,
    filter: &Filter,
) -> QueryBuilder<Sqlite> {
    let mut query = QueryBuilder::new(MARKS);
    let select = format!("{} AS k, id AS i", column.name);
    let direction = if reading.descending { " ORDER BY 1 DESC, 2 DESC" } else { " ORDER BY 1, 2" };
    let candidates = filter.candidates.as_deref();
    if filter.texts.is_empty() {
        push_ranges(&mut query, &select, column, cells, stretch, candidates);
        query.push(direction);
        query.push(" LIMIT ").push_bind(reading.limit).push(" OFFSET ").push_bind(reading.offset);
        return query;
    }
    query.push("SELECT p.k, p.i FROM (");
    push_ranges(&mut query, &select, column, cells, stretch, candidates);
    query.push(direction);
    query.push(" LIMIT ").push_bind(reading.budget.map_or(-1, i64::from));
    query.push(") p CROSS JOIN order_texts t ON t.id = p.i WHERE ");
    filter.push_texts(&mut query);
    query.push(" LIMIT ").push_bind(reading.limit).push(" OFFSET ").push_bind(reading.offset);
    query
}

/// The keys of a stretch, in order.
pub(crate) async fn keys(
    connection: &mut SqliteConnection,
    column: Column,
    cells: &[Cell],
    stretch: &Stretch,
    reading: Reading,
    filter: &Filter,
) -> Result<Vec<Mark>, StoreError> {
    if cells.is_empty() || reading.limit == 0 {
        return Ok(Vec::new());
    }
    let mut query = keys_query(column, cells, stretch, reading, filter);
    let mut marks = read_marks(&mut query, connection).await?;
    // SQLite hands them over in order; that it has to is nowhere promised for what is gathered into one text.
    marks.sort_unstable_by(|a, b| {
        let ascending = (&a.key, a.id).cmp(&(&b.key, b.id));
        if reading.descending { ascending.reverse() } else { ascending }
    });
    Ok(marks)
}

/// Runs a query of columns `k` and `i`. All rows come as one JSON text: one by one, each would wake this thread and let
/// SQLite's wait.
pub(crate) async fn read_marks(
    query: &mut QueryBuilder<Sqlite>,
    connection: &mut SqliteConnection,
) -> Result<Vec<Mark>, StoreError> {
    query.push(")");
    let found: String = query.build_query_scalar().fetch_one(connection).await?;
    from_json(&found)
}

/// How a query for [`read_marks`] begins.
pub(crate) const MARKS: &str = "SELECT json_group_array(json_array(k, i)) FROM (";

/// How many orders each cell has in a stretch: account, status, orders.
pub(crate) async fn count_by_cell(
    connection: &mut SqliteConnection,
    column: Column,
    cells: &[Cell],
    stretch: &Stretch,
) -> Result<Vec<Cell>, StoreError> {
    if cells.is_empty() {
        return Ok(Vec::new());
    }
    let mut query = QueryBuilder::<Sqlite>::new("SELECT a, s, SUM(n) AS n FROM (");
    let select = "account_id AS a, ui_status AS s, COUNT(*) AS n";
    push_ranges(&mut query, select, column, cells, stretch, None);
    query.push(") WHERE n > 0 GROUP BY a, s");
    let rows: Vec<(i64, i64, i64)> = query.build_query_as::<(i64, i64, i64)>().fetch_all(connection).await?;
    Ok(rows.into_iter().map(|(account, status, orders)| Cell { account, status, orders }).collect())
}
