//! Walking the sorted list by key, never by row number.
//!
//! A list is made of two segments: the orders that have the sort's value, in its direction, and behind them those that
//! have none. A stretch of a segment is read from one range of an index per account, or per account and class where few
//! orders belong to the list; other facts are tested on the way, in the index. SQLite compares (value, row id) pairs by
//! the value alone when it seeks, so orders of equal value would be scanned one by one; each range is therefore cut into
//! the ties of its bounds and what lies between, which are all seeks.

use packlight_domain::page::SortKey;
use sqlx::{QueryBuilder, Sqlite, SqliteConnection};

use crate::StoreError;
use crate::conditions::push_window;
use crate::rows::{LIMIT, from_json, list};
use crate::sieve::Sieve;

mod stretch;

use stretch::{Bound, Part};
pub(crate) use stretch::{Column, Edge, Key, Mark, Stretch};

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

/// A block stands for some thousand orders, and to add one up takes as long as to walk five orders of a list.
const BLOCKS_TO_ORDERS: i64 = 200;

/// Ranges of an index that are merged at most.
const RANGES: usize = 24;

/// How a list is walked: which ranges of which index, and what is tested on the way.
#[derive(Debug)]
pub(crate) struct Walk<'a> {
    pub(crate) column: Column,
    pub(crate) sieve: &'a Sieve,
    /// Accounts, or accounts with a class.
    ranges: Vec<(i64, Option<i64>)>,
    /// Orders that lie in the ranges.
    pub(crate) passes: i64,
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
        let (ranges, passes) = if is_narrow {
            (classes, of_classes)
        } else {
            (sieve.accounts().into_iter().map(|account| (account, None)).collect(), sieve.around())
        };
        Self { column, sieve, ranges, passes, test: FactsTest::of(sieve), candidates: None }
    }

    /// Whether to walk all of it costs no more than to add up the counts of blocks.
    pub(crate) fn is_short(&self) -> bool {
        self.passes.saturating_mul(BLOCKS_TO_ORDERS) <= self.sieve.around()
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

    /// Appends the ranges of some parts, joined by `UNION ALL`: `select` of each.
    fn push_ranges(&self, query: &mut QueryBuilder<Sqlite>, select: &str, parts: &[Part<'_>]) {
        let index = if self.is_narrow() { self.column.narrow } else { self.column.wide };
        let mut first = true;
        for (account, class) in &self.ranges {
            for part in parts {
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
        if !self.asks_orders() {
            self.push_sorted(&mut query, &stretch.parts(), reading);
            query.push(LIMIT).push_bind(reading.limit).push(" OFFSET ").push_bind(reading.offset);
            return query;
        }
        query.push("SELECT p.k, p.i FROM (");
        self.push_sorted(&mut query, &stretch.parts(), reading);
        query.push(LIMIT).push_bind(reading.budget.map_or(-1, i64::from)).push(") p");
        self.push_asked(&mut query);
        query.push(LIMIT).push_bind(reading.limit).push(" OFFSET ").push_bind(reading.offset);
        query
    }

    /// The query of the keys on both sides of a block's bound, in no order: each reading goes from there in its own
    /// direction. [`read_marks`] ends it. The sort must have no window, and no order must be looked at.
    pub(crate) fn keys_beside_query(&self, edge: Edge, readings: [Reading; 2]) -> QueryBuilder<Sqlite> {
        let mut query = QueryBuilder::new("");
        edge.push(&mut query, self.column);
        query.push(MARKS);
        for (at, reading) in readings.into_iter().enumerate() {
            let parts = if reading.descending {
                Part::between(None, Some(Bound::Edge))
            } else {
                Part::between(Some(Bound::Edge), None)
            };
            query.push(if at > 0 { " UNION ALL SELECT * FROM (" } else { "SELECT * FROM (" });
            self.push_sorted(&mut query, &parts, reading);
            query.push(LIMIT).push_bind(reading.limit).push(" OFFSET ").push_bind(reading.offset).push(")");
        }
        query
    }

    /// Appends the keys of some parts, in order.
    fn push_sorted(&self, query: &mut QueryBuilder<Sqlite>, parts: &[Part<'_>], reading: Reading) {
        let select = format!("{} AS k, id AS i", self.column.name);
        let order = if reading.descending { " ORDER BY 1 DESC, 2 DESC" } else { " ORDER BY 1, 2" };
        let ([_], [_, _, ..]) = (&self.ranges[..], parts) else {
            self.push_ranges(query, &select, parts);
            query.push(order);
            return;
        };
        // The parts of one range lie one behind the other. To merge them would take longer than to read them.
        let mut parts: Vec<_> = parts.iter().collect();
        if reading.descending {
            parts.reverse();
        }
        for (at, part) in parts.into_iter().enumerate() {
            query.push(if at > 0 { " UNION ALL SELECT * FROM (" } else { "SELECT * FROM (" });
            self.push_ranges(query, &select, std::slice::from_ref(part));
            query.push(order).push(")");
        }
    }

    /// The keys on both sides of a block's bound, in the order of the second reading.
    pub(crate) async fn keys_beside(
        &self,
        connection: &mut SqliteConnection,
        edge: Edge,
        readings: [Reading; 2],
    ) -> Result<Vec<Mark>, StoreError> {
        let marks = read_marks(&mut self.keys_beside_query(edge, readings), connection).await?;
        Ok(sorted(marks, readings[1]))
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
        Ok(sorted(read_marks(&mut query, connection).await?, reading))
    }

    /// The query that counts a stretch.
    pub(crate) fn count_query(&self, stretch: &Stretch) -> QueryBuilder<Sqlite> {
        let mut query = QueryBuilder::new("SELECT COALESCE(SUM(n), 0) FROM (");
        if self.asks_orders() {
            query.push("SELECT COUNT(*) AS n FROM (");
            self.push_ranges(&mut query, "id AS i", &stretch.parts());
            query.push(") p");
            self.push_asked(&mut query);
        } else {
            self.push_ranges(&mut query, "COUNT(*) AS n", &stretch.parts());
        }
        query.push(")");
        query
    }

    /// Appends the query of the row ids `i` of a stretch, for which no order must be looked at.
    pub(crate) fn push_ids(&self, query: &mut QueryBuilder<Sqlite>, stretch: &Stretch) {
        self.push_ranges(query, "id AS i", &stretch.parts());
    }

    /// The query of `sums` over what `select` makes of each range of a stretch.
    pub(crate) fn sum_query(&self, sums: &str, select: &str, stretch: &Stretch) -> QueryBuilder<Sqlite> {
        let mut query = QueryBuilder::new("SELECT ");
        query.push(sums).push(" FROM (");
        self.push_ranges(&mut query, select, &stretch.parts());
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

/// SQLite hands keys over in order; that it has to is nowhere promised for what is gathered into one text.
fn sorted(mut marks: Vec<Mark>, reading: Reading) -> Vec<Mark> {
    marks.sort_unstable_by(|a, b| {
        let ascending = (&a.key, a.id).cmp(&(&b.key, b.id));
        if reading.descending { ascending.reverse() } else { ascending }
    });
    marks
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
