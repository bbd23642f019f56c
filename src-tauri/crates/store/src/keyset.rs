//! Walking the sorted list by key, never by row number.
//!
//! A list is made of two segments: the orders that have the sort's value, in its direction, and behind them those that
//! have none. A stretch of a segment is read from one range of an index per account, or per account and class where few
//! orders belong to the list; other facts are tested on the way, in the index. SQLite compares (value, row id) pairs by
//! the value alone when it seeks, so orders of equal value would be scanned one by one; each range is therefore cut into
//! the ties of its bounds and what lies between, which are all seeks.

use std::cmp::Ordering;

use packlight_domain::page::{Cursor, Sort, SortKey};
use serde::Deserialize;
use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, Row, Sqlite, SqliteConnection, TypeInfo, ValueRef};

use crate::StoreError;
use crate::conditions::push_window;
use crate::rows::{from_json, list};
use crate::sieve::{Sieve, Window};

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
    wide: &'static str,
    /// The index that has a range for every class.
    narrow: &'static str,
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
                if low.is_none() && column.nullable {
                    // The least number there is; `IS NOT NULL` is no seek.
                    query.push(" AND ").push(column.name).push(" >= ").push(i64::MIN);
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

/// How orders of certain facts are told from others within an index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum FactsTest {
    /// There are no others.
    All,
    /// Some bits have these values, and nobody else's have.
    Bits { mask: i64, value: i64 },
    /// A JSON array of numbers.
    Listed(String),
}

impl FactsTest {
    pub(crate) fn of(sieve: &Sieve) -> Self {
        if sieve.allows_all() {
            return Self::All;
        }
        let Some(first) = sieve.cells.first() else { return Self::Listed("[]".to_owned()) };
        let alike = sieve.cells.iter().fold(i64::MAX, |mask, cell| mask & !(cell.facts.0 ^ first.facts.0));
        let mask = alike & 0x7fff_ffff;
        let value = first.facts.0 & mask;
        if sieve.denied.iter().all(|cell| cell.facts.0 & mask != value) {
            return Self::Bits { mask, value };
        }
        let mut facts: Vec<i64> = sieve.cells.iter().map(|cell| cell.facts.0).collect();
        facts.sort_unstable();
        facts.dedup();
        Self::Listed(list(&facts))
    }

    pub(crate) fn push(&self, query: &mut QueryBuilder<Sqlite>) {
        match self {
            Self::All => {}
            Self::Bits { mask, value } => {
                query.push(" AND facts & ").push_bind(*mask).push(" = ").push_bind(*value);
            }
            Self::Listed(facts) => {
                query.push(" AND facts IN (SELECT value FROM json_each(").push_bind(facts.clone()).push("))");
            }
        }
    }
}

/// Ranges of an index that are merged at most.
const RANGES: usize = 24;

/// How a list is walked: which ranges of which index, and what is tested on the way.
#[derive(Debug)]
pub(crate) struct Walk<'a> {
    pub(crate) column: Column,
    pub(crate) sieve: &'a Sieve,
    /// Accounts, or accounts with a class.
    ranges: Vec<(i64, Option<i64>)>,
    test: FactsTest,
    /// Only these row ids, a JSON array.
    candidates: Option<&'a str>,
}

impl<'a> Walk<'a> {
    pub(crate) fn of(sieve: &'a Sieve, column: Column) -> Self {
        let mut classes: Vec<(i64, Option<i64>)> =
            sieve.cells.iter().map(|cell| (cell.account, Some(cell.facts.class()))).collect();
        classes.sort_unstable();
        classes.dedup();
        let of_classes: i64 = sieve
            .cells
            .iter()
            .chain(&sieve.denied)
            .filter(|cell| classes.binary_search(&(cell.account, Some(cell.facts.class()))).is_ok())
            .map(|cell| cell.orders)
            .sum();
        let merged = i64::try_from(classes.len()).unwrap_or(i64::MAX);
        // To merge three ranges takes about twice as long as to walk one. Ship times are in the narrow indexes only.
        let is_narrow = classes.len() <= RANGES
            && (of_classes.saturating_mul(2 + merged) / 3 < sieve.around()
                || sieve.windows.iter().any(|own| own.key == SortKey::ShipBy && own.key != column.key));
        let ranges = if is_narrow {
            classes
        } else {
            sieve.accounts().into_iter().map(|account| (account, None)).collect()
        };
        Self { column, sieve, ranges, test: FactsTest::of(sieve), candidates: None }
    }

    /// The same, among these row ids only.
    pub(crate) fn among(self, candidates: &'a str) -> Self {
        Self { candidates: Some(candidates), ..self }
    }

    fn is_narrow(&self) -> bool {
        self.ranges.iter().any(|(_, class)| class.is_some())
    }

    /// The windows that ranges and index take care of.
    fn covered(&self) -> Vec<SortKey> {
        let mut covered = vec![self.column.key];
        if self.is_narrow() {
            covered.push(SortKey::ShipBy);
        }
        covered
    }

    /// Whether orders or their texts have to be looked at besides the index.
    pub(crate) fn asks_orders(&self) -> bool {
        self.sieve.asks_texts() || self.sieve.asks_rows(&self.covered())
    }

    /// Appends the ranges of a stretch, joined by `UNION ALL`: `select` of each.
    fn push_ranges(&self, query: &mut QueryBuilder<Sqlite>, select: &str, stretch: &Stretch) {
        let index = if self.is_narrow() { self.column.narrow } else { self.column.wide };
        let mut first = true;
        for (account, class) in &self.ranges {
            for part in stretch.parts() {
                if !first {
                    query.push(" UNION ALL ");
                }
                first = false;
                query.push("SELECT ").push(select).push(" FROM platform_orders INDEXED BY ").push(index);
                query.push(" WHERE account_id = ").push_bind(*account);
                if let Some(class) = class {
                    query.push(" AND class = ").push_bind(*class);
                }
                part.push(query, self.column);
                self.test.push(query);
                if self.is_narrow()
                    && self.column.key != SortKey::ShipBy
                    && let Some(window) = self.sieve.window_of(SortKey::ShipBy)
                {
                    query.push(" AND ");
                    push_window(query, &window, "");
                }
                if let Some(ids) = self.candidates {
                    query
                        .push(" AND id IN (SELECT value FROM json_each(")
                        .push_bind(ids.to_owned())
                        .push("))");
                }
            }
        }
    }

    /// Appends `FROM` the orders `p` with what their conditions need, and the conditions.
    fn push_asked(&self, query: &mut QueryBuilder<Sqlite>) {
        let covered = self.covered();
        if self.sieve.asks_rows(&covered) {
            query.push(" CROSS JOIN platform_orders o ON o.id = p.i");
        }
        if self.sieve.asks_texts() {
            query.push(" CROSS JOIN order_texts t ON t.id = p.i");
        }
        query.push(" WHERE ");
        self.sieve.push_conditions(query, &covered);
    }

    /// The query of the keys of a stretch, in order; [`read_marks`] ends it. The stretch must lie in the sort's window.
    pub(crate) fn keys_query(&self, stretch: &Stretch, reading: Reading) -> QueryBuilder<Sqlite> {
        let mut query = QueryBuilder::new(MARKS);
        let select = format!("{} AS k, id AS i", self.column.name);
        let direction = if reading.descending { " ORDER BY 1 DESC, 2 DESC" } else { " ORDER BY 1, 2" };
        if !self.asks_orders() {
            self.push_ranges(&mut query, &select, stretch);
            query.push(direction);
            query.push(" LIMIT ").push_bind(reading.limit).push(" OFFSET ").push_bind(reading.offset);
            return query;
        }
        query.push("SELECT p.k, p.i FROM (");
        self.push_ranges(&mut query, &select, stretch);
        query.push(direction);
        query.push(" LIMIT ").push_bind(reading.budget.map_or(-1, i64::from)).push(") p");
        self.push_asked(&mut query);
        query.push(" LIMIT ").push_bind(reading.limit).push(" OFFSET ").push_bind(reading.offset);
        query
    }

    /// The keys of a stretch, in order.
    pub(crate) async fn keys(
        &self,
        connection: &mut SqliteConnection,
        stretch: &Stretch,
        reading: Reading,
    ) -> Result<Vec<Mark>, StoreError> {
        let window = self.sieve.window_of(self.column.key);
        let Some(stretch) = stretch.clone().within(window) else { return Ok(Vec::new()) };
        if self.ranges.is_empty() || reading.limit == 0 {
            return Ok(Vec::new());
        }
        let mut query = self.keys_query(&stretch, reading);
        let mut marks = read_marks(&mut query, connection).await?;
        // SQLite hands them over in order; that it has to is nowhere promised for what is gathered into one text.
        marks.sort_unstable_by(|a, b| {
            let ascending = (&a.key, a.id).cmp(&(&b.key, b.id));
            if reading.descending { ascending.reverse() } else { ascending }
        });
        Ok(marks)
    }

    /// The query that counts a stretch.
    pub(crate) fn count_query(&self, stretch: &Stretch) -> QueryBuilder<Sqlite> {
        let mut query = QueryBuilder::new("SELECT COALESCE(SUM(n), 0) FROM (");
        if self.asks_orders() {
            query.push("SELECT COUNT(*) AS n FROM (");
            self.push_ranges(&mut query, "id AS i", stretch);
            query.push(") p");
            self.push_asked(&mut query);
        } else {
            self.push_ranges(&mut query, "COUNT(*) AS n", stretch);
        }
        query.push(")");
        query
    }

    /// Appends the query of the row ids `i` of a stretch, for which no order must be looked at.
    pub(crate) fn push_ids(&self, query: &mut QueryBuilder<Sqlite>, stretch: &Stretch) {
        self.push_ranges(query, "id AS i", stretch);
    }

    /// The query of `sums` over what `select` makes of each range of a stretch.
    pub(crate) fn sum_query(&self, sums: &str, select: &str, stretch: &Stretch) -> QueryBuilder<Sqlite> {
        let mut query = QueryBuilder::new("SELECT ");
        query.push(sums).push(" FROM (");
        self.push_ranges(&mut query, select, stretch);
        query.push(")");
        query
    }

    /// How many orders of the list lie in a stretch.
    pub(crate) async fn count(
        &self,
        connection: &mut SqliteConnection,
        stretch: &Stretch,
    ) -> Result<i64, StoreError> {
        let window = self.sieve.window_of(self.column.key);
        let Some(stretch) = stretch.clone().within(window) else { return Ok(0) };
        if self.ranges.is_empty() {
            return Ok(0);
        }
        Ok(self.count_query(&stretch).build_query_scalar().fetch_one(connection).await?)
    }
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
