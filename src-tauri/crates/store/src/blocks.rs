//! Positions in the sorted list by adding up counts of blocks.
//!
//! Triggers keep the counts of every block, and the writer cuts those that have grown (see `split`). So a position costs one
//! pass over some hundred block rows and one step inside a block, however the values are spread: a block is bounded by
//! (value, row id), and ties can be cut too.

use sqlx::{QueryBuilder, Row, Sqlite, SqliteConnection};

use crate::StoreError;
use crate::keyset::{Column, Edge, Key, Stretch, Walk};
use crate::rows::LIMIT;
use crate::sieve::{Sieve, Window};

mod split;

pub(crate) use split::split_grown;

/// Where a block begins: its segment and lower bound. The lowest block of a segment has the smallest numbers there are.
const LOWEST: i64 = i64::MIN;

/// A place found by position: the block that holds it, the orders before that block, in list order, and those in it.
#[derive(Debug)]
pub(crate) struct Located {
    pub(crate) block: Block,
    pub(crate) before: i64,
    orders: i64,
}

/// A block of a segment by its number, counted from an end.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Block {
    end: End,
    at: usize,
    /// Whether there is another one behind it.
    is_inner: bool,
}

impl Block {
    /// Whether its orders have no value of the sort.
    pub(crate) fn is_without_value(self) -> bool {
        self.end.without_value
    }
}

/// Orders that a block holds at least, once it was cut from another.
const HALF_GROWN: i64 = 1_024;

/// Blocks that are read at least.
const AT_LEAST: i64 = 2;

/// An end of a segment, from which blocks are counted.
#[derive(Debug, Clone, Copy)]
struct End {
    without_value: bool,
    high: bool,
}

/// A list that blocks count: all orders that its facts allow, whatever its windows.
#[derive(Debug)]
pub(crate) struct Counting {
    /// The list without its windows.
    bare: Sieve,
    accounts: Vec<i64>,
    /// The sum of count columns that stands for the list.
    columns: String,
}

impl Counting {
    /// `None` where blocks do not count such a list.
    pub(crate) fn of(sieve: &Sieve) -> Option<Self> {
        if !sieve.terms.is_empty() {
            return None;
        }
        let columns = sieve.counted()?;
        let bare = Sieve { windows: Vec::new(), ..sieve.clone() };
        Some(Self { accounts: bare.accounts(), bare, columns })
    }

    fn push_where(&self, query: &mut QueryBuilder<Sqlite>, segment: i64) {
        let accounts: Vec<String> = self.accounts.iter().map(ToString::to_string).collect();
        query.push(" FROM order_blocks WHERE segment = ").push_bind(segment);
        query.push(" AND account_id IN (").push(accounts.join(", ")).push(")");
    }

    /// The counts of a segment's first `limit` blocks, from its low end or its high end, and the orders without a value
    /// of the sort.
    async fn blocks(
        &self,
        connection: &mut SqliteConnection,
        column: Column,
        end: End,
        limit: i64,
    ) -> Result<(Vec<i64>, i64), StoreError> {
        let mut query = QueryBuilder::new("SELECT ");
        if column.nullable {
            query.push("(SELECT COALESCE(SUM(").push(&self.columns).push("), 0)");
            self.push_where(&mut query, column.segment + 1);
            query.push(")");
        } else {
            query.push("0");
        }
        // As one JSON text: some hundred rows would cross to SQLite's thread and back one by one.
        query.push(", json_group_array(n) FROM (SELECT ");
        let segment = column.segment + i64::from(end.without_value);
        if let [_] = self.accounts[..] {
            query.push(&self.columns).push(" AS n");
            self.push_where(&mut query, segment);
        } else {
            query.push("SUM(").push(&self.columns).push(") AS n");
            self.push_where(&mut query, segment);
            query.push(" GROUP BY low_key, low_id");
        }
        query.push(if end.high {
            " ORDER BY low_key DESC, low_id DESC"
        } else {
            " ORDER BY low_key, low_id"
        });
        query.push(LIMIT).push_bind(limit).push(")");
        let (without, counts): (i64, String) = query.build_query_as().fetch_one(connection).await?;
        Ok((crate::rows::from_json(&counts)?, without))
    }

    /// Orders of a segment.
    pub(crate) async fn size(
        &self,
        connection: &mut SqliteConnection,
        column: Column,
        without_value: bool,
    ) -> Result<i64, StoreError> {
        if without_value && !column.nullable {
            return Ok(0);
        }
        if !without_value {
            // All others are in the segment without a value, which is the shorter one.
            let without = Box::pin(self.size(connection, column, true)).await?;
            return Ok(self.bare.size() - without);
        }
        let mut query = QueryBuilder::new("SELECT COALESCE(SUM(");
        query.push(&self.columns).push("), 0)");
        self.push_where(&mut query, column.segment + 1);
        Ok(query.build_query_scalar().fetch_one(connection).await?)
    }

    /// Orders of a segment below a place, in ascending order.
    pub(crate) async fn below(
        &self,
        connection: &mut SqliteConnection,
        column: Column,
        without_value: bool,
        (key, id): (Key, i64),
    ) -> Result<i64, StoreError> {
        let Some(account) = self.accounts.first() else { return Ok(0) };
        let segment = column.segment + i64::from(without_value);
        let mut query = QueryBuilder::new("SELECT b.low_key, b.low_id, (SELECT SUM(");
        query.push(&self.columns).push(")");
        self.push_where(&mut query, segment);
        query.push(
            " AND (low_key, low_id) < (b.low_key, b.low_id)) AS below FROM order_blocks b WHERE b.segment = ",
        );
        query.push_bind(segment);
        query.push(" AND b.account_id = ").push_bind(*account).push(" AND (b.low_key, b.low_id) <= (");
        key.push(&mut query);
        query.push(", ").push_bind(id).push(") ORDER BY b.low_key DESC, b.low_id DESC LIMIT 1");
        let Some(row) = query.build().fetch_optional(&mut *connection).await? else { return Ok(0) };
        let low = bound(Key::read(&row, "low_key")?, row.try_get("low_id")?);
        let below: i64 = row.try_get::<Option<i64>, _>("below")?.unwrap_or(0);
        let inside = Stretch { without_value, low, high: Some((key, id)) };
        Ok(below + Walk::of(&self.bare, column).count(connection, &inside).await?)
    }

    /// How many lie below the ends of a window, in ascending order of its own sort.
    pub(crate) async fn ends(
        &self,
        connection: &mut SqliteConnection,
        window: &Window,
    ) -> Result<(i64, i64), StoreError> {
        let column = Column::of(window.key);
        let from = match window.from {
            Some(from) => self.below(connection, column, false, (Key::Number(from), i64::MIN)).await?,
            None => 0,
        };
        let to = match window.to {
            Some(to) => self.below(connection, column, false, (Key::Number(to), i64::MIN)).await?,
            None => self.size(connection, column, false).await?,
        };
        Ok((from, to))
    }

    /// The block that holds the order at `position`, counted in list order; `None` behind the end. Counts are added up
    /// from the end of the segment that is nearer.
    pub(crate) async fn locate(
        &self,
        connection: &mut SqliteConnection,
        column: Column,
        descending: bool,
        position: i64,
    ) -> Result<Option<Located>, StoreError> {
        let all = self.bare.size();
        // Which end is nearer is a guess as long as orders without a value are not counted; a wrong one costs time only.
        let from_start = position <= all / 2;
        let way = if from_start { position } else { all - position };
        let blocks = self.bare.around().max(1) / HALF_GROWN * way / all.max(1) * 3 / 2 + AT_LEAST;
        let mut end = End { without_value: false, high: descending == from_start };
        let (mut counts, without) = self.blocks(connection, column, end, blocks).await?;
        let with = all - without;
        let (mut place, mut size, mut ahead) = (position, with, 0);
        if position >= with {
            if position >= all {
                return Ok(None);
            }
            (place, size, ahead) = (position - with, without, with);
            end = End { without_value: true, high: descending };
            counts = self.blocks(connection, column, end, i64::MAX).await?.0;
        }
        let in_order = end.high == descending;
        let target = if in_order { place } else { size - 1 - place };
        if target >= counts.iter().sum() {
            // The list is thin here: more blocks than it seemed.
            counts = self.blocks(connection, column, end, i64::MAX).await?.0;
        }
        let mut passed = 0;
        let read = counts.len();
        for (at, orders) in counts.into_iter().enumerate() {
            if target < passed + orders {
                let before = if in_order { passed } else { size - passed - orders };
                let block = Block { end, at, is_inner: at + 1 < read };
                return Ok(Some(Located { block, before: ahead + before, orders }));
            }
            passed += orders;
        }
        Ok(None)
    }

    /// The bound of a block from which fewer orders are passed to so many at `position`, and the orders before that bound,
    /// in list order. `None` where the segment's own end is the block's bound, or may be.
    pub(crate) fn entry(
        &self,
        found: &Located,
        descending: bool,
        position: i64,
        limit: i64,
    ) -> Option<(Edge, i64)> {
        let end = found.before + found.orders;
        if end - limit - position < position - found.before
            && let Some(edge) = self.edge(found.block, !descending)
        {
            return Some((edge, end));
        }
        Some((self.edge(found.block, descending)?, found.before))
    }

    /// Where a walk in a direction enters a block. `None` where the segment's own end is there, or may be.
    fn edge(&self, block: Block, descending: bool) -> Option<Edge> {
        let Block { end, at, is_inner } = block;
        let number = match (descending, end.high) {
            (true, true) => at.checked_sub(1)?,
            (true, false) => at + 1,
            (false, false) if at == 0 => return None,
            (false, _) => at,
        };
        if end.without_value || !is_inner {
            return None;
        }
        let number = i64::try_from(number).unwrap_or(i64::MAX);
        Some(Edge { account: *self.accounts.first()?, high: end.high, number })
    }

    /// The stretch of a block.
    pub(crate) async fn stretch(
        &self,
        connection: &mut SqliteConnection,
        column: Column,
        block: Block,
    ) -> Result<Stretch, StoreError> {
        // A block ends where the one above begins: the one behind it from the low end, the one before it from the high.
        let Block { end, at, .. } = block;
        let order = if end.high { "low_key DESC, low_id DESC" } else { "low_key, low_id" };
        let mut query =
            QueryBuilder::<Sqlite>::new("SELECT low_key, low_id FROM order_blocks WHERE segment = ");
        query.push_bind(column.segment + i64::from(end.without_value));
        query.push(" AND account_id = ").push_bind(self.accounts.first().copied());
        query.push(" ORDER BY ").push(order).push(" LIMIT 2 OFFSET ");
        let first = if end.high { at.saturating_sub(1) } else { at };
        query.push_bind(i64::try_from(first).unwrap_or(i64::MAX));
        let rows = query.build().fetch_all(connection).await?;
        let mut found = Vec::with_capacity(2);
        for row in &rows {
            found.push(bound(Key::read(row, "low_key")?, row.try_get("low_id")?));
        }
        if end.high && at > 0 {
            found.reverse();
        } else if end.high {
            found.truncate(1);
        }
        let mut found = found.into_iter();
        let (low, high) = (found.next().flatten(), found.next().flatten());
        Ok(Stretch { without_value: end.without_value, low, high })
    }
}

fn bound(key: Option<Key>, id: i64) -> Option<(Key, i64)> {
    match key {
        Some(Key::Number(LOWEST)) | None => None,
        Some(key) => Some((key, id)),
    }
}
