//! Positions in the sorted list by adding up counts of blocks, and splitting blocks that have grown.
//!
//! Triggers keep the count of every block; a block that has grown past the mark is cut in the middle by the writer, in
//! the transaction that made it grow. So a position costs one pass over some hundred block rows and one step inside a
//! block, however the values are spread: a block is bounded by (value, row id), and ties can be cut too.

use std::collections::BTreeSet;

use packlight_domain::page::{Sort, SortKey};
use sqlx::{QueryBuilder, Row, Sqlite, SqliteConnection};

use crate::StoreError;
use crate::counts::{Cell, Scope, cells};
use crate::keyset::{Column, Key, Mark, Reading, Stretch, count_by_cell, keys};
use crate::search::Filter;

/// Where a block begins: its segment and lower bound. The lowest block of a segment has the smallest numbers there are.
const LOWEST: i64 = i64::MIN;

/// A place found by position: the block that holds it and the orders before that block, in list order.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Located {
    pub(crate) stretch: Stretch,
    pub(crate) before: i64,
}

/// Whose orders a list counts: every account of its scope, every status of its query.
#[derive(Debug)]
pub(crate) struct Counting {
    accounts: Vec<i64>,
    /// The sum of count columns that stands for the statuses.
    columns: String,
}

impl Counting {
    /// The cells of a list are all its accounts with all its statuses, as far as there are orders of both.
    pub(crate) fn of(cells: &[Cell], is_every_status: bool) -> Self {
        let sorted = |numbers: Vec<i64>| numbers.into_iter().collect::<BTreeSet<_>>();
        let accounts = sorted(cells.iter().map(|cell| cell.account).collect()).into_iter().collect();
        let statuses = sorted(cells.iter().map(|cell| cell.status).collect());
        let columns: Vec<String> = statuses.iter().map(|status| format!("n{status}")).collect();
        let columns =
            if is_every_status || columns.is_empty() { "n".to_owned() } else { columns.join(" + ") };
        Self { accounts, columns }
    }

    fn push_where(&self, query: &mut QueryBuilder<Sqlite>, segment: i64) {
        let accounts: Vec<String> = self.accounts.iter().map(ToString::to_string).collect();
        query.push(" FROM order_blocks WHERE segment = ").push_bind(segment);
        query.push(" AND account_id IN (").push(accounts.join(", ")).push(")");
    }

    /// The counts of a segment's blocks, lowest first.
    async fn blocks(&self, connection: &mut SqliteConnection, segment: i64) -> Result<Vec<i64>, StoreError> {
        // As one JSON text: a thousand rows would cross to SQLite's thread and back one by one.
        let mut query = QueryBuilder::new("SELECT json_group_array(n) FROM (SELECT ");
        if let [_] = self.accounts[..] {
            query.push(&self.columns).push(" AS n");
            self.push_where(&mut query, segment);
        } else {
            query.push("SUM(").push(&self.columns).push(") AS n");
            self.push_where(&mut query, segment);
            query.push(" GROUP BY low_key, low_id");
        }
        query.push(" ORDER BY low_key, low_id)");
        let counts: String = query.build_query_scalar().fetch_one(connection).await?;
        crate::rows::from_json(&counts)
    }
}

fn bound(key: Option<Key>, id: i64) -> Option<(Key, i64)> {
    match key {
        Some(Key::Number(LOWEST)) | None => None,
        Some(key) => Some((key, id)),
    }
}

/// Orders of a sort's two segments: with a value, without.
async fn totals(
    connection: &mut SqliteConnection,
    column: Column,
    cells: &[Cell],
    counting: &Counting,
) -> Result<(i64, i64), StoreError> {
    let all: i64 = cells.iter().map(|cell| cell.orders).sum();
    if !column.nullable {
        return Ok((all, 0));
    }
    let mut query = QueryBuilder::new("SELECT SUM(");
    query.push(&counting.columns).push(")");
    counting.push_where(&mut query, column.segment + 1);
    let without: Option<i64> = query.build_query_scalar().fetch_one(connection).await?;
    let without = without.unwrap_or(0);
    Ok((all - without, without))
}

/// The block that holds the order at `position`, counted in list order; `None` behind the end.
pub(crate) async fn locate(
    connection: &mut SqliteConnection,
    column: Column,
    counting: &Counting,
    descending: bool,
    position: i64,
) -> Result<Option<Located>, StoreError> {
    let mut before = 0;
    for without_value in [false, true] {
        if without_value && !column.nullable {
            break;
        }
        let segment = column.segment + i64::from(without_value);
        let blocks = counting.blocks(connection, segment).await?;
        let mut in_order: Vec<usize> = (0..blocks.len()).collect();
        if descending {
            in_order.reverse();
        }
        for at in in_order {
            if position < before + blocks[at] {
                let (low, high) = bounds(connection, counting, segment, at).await?;
                return Ok(Some(Located { stretch: Stretch { without_value, low, high }, before }));
            }
            before += blocks[at];
        }
    }
    Ok(None)
}

/// The bounds of a segment's block by its number, lowest first.
async fn bounds(
    connection: &mut SqliteConnection,
    counting: &Counting,
    segment: i64,
    at: usize,
) -> Result<(Option<(Key, i64)>, Option<(Key, i64)>), StoreError> {
    let rows = sqlx::query(
        "SELECT low_key, low_id FROM order_blocks WHERE segment = ? AND account_id = ? \
         ORDER BY low_key, low_id LIMIT 2 OFFSET ?",
    )
    .bind(segment)
    .bind(counting.accounts.first())
    .bind(i64::try_from(at).unwrap_or(i64::MAX))
    .fetch_all(connection)
    .await?;
    let mut found = Vec::with_capacity(2);
    for row in &rows {
        found.push(bound(Key::read(row, "low_key")?, row.try_get("low_id")?));
    }
    let mut found = found.into_iter();
    Ok((found.next().flatten(), found.next().flatten()))
}

/// The position of an order in the list, counted from 0; of one that has gone, where it would be.
pub(crate) async fn position(
    connection: &mut SqliteConnection,
    sort: Sort,
    cells: &[Cell],
    counting: &Counting,
    mark: &Mark,
) -> Result<i64, StoreError> {
    let Some(account) = counting.accounts.first() else { return Ok(0) };
    let column = Column::of(sort.key);
    let without_value = mark.key.is_none();
    let (key, id) = Stretch::bound(mark);
    let segment = column.segment + i64::from(without_value);
    let mut query = QueryBuilder::new("SELECT b.low_key, b.low_id, (SELECT SUM(");
    query.push(&counting.columns).push(")");
    counting.push_where(&mut query, segment);
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
    let inside: i64 =
        count_by_cell(connection, column, cells, &inside).await?.iter().map(|cell| cell.orders).sum();
    let ascending = below + inside;
    let (with, without) = totals(connection, column, cells, counting).await?;
    let (size, ahead) = if without_value { (without, with) } else { (with, 0) };
    Ok(ahead + if sort.descending { (size - ascending - 1).max(0) } else { ascending })
}

/// Cuts every block that has grown past the mark, until none is left.
pub(crate) async fn split_grown(connection: &mut SqliteConnection) -> Result<(), StoreError> {
    loop {
        let grown = sqlx::query(
            "SELECT segment, low_key, low_id FROM order_blocks INDEXED BY order_blocks_grown WHERE n > 2048",
        )
        .fetch_all(&mut *connection)
        .await?;
        let mut cut = 0;
        let mut done = Vec::new();
        for row in &grown {
            let segment: i64 = row.try_get("segment")?;
            let low = (Key::read(row, "low_key")?.unwrap_or(Key::Number(LOWEST)), row.try_get("low_id")?);
            if !done.contains(&(segment, low.clone())) {
                cut += u32::from(split(connection, segment, &low).await?);
                done.push((segment, low));
            }
        }
        if cut == 0 {
            return Ok(());
        }
    }
}

/// Cuts a block at its middle order, for every account; whether it could be cut.
async fn split(
    connection: &mut SqliteConnection,
    segment: i64,
    low: &(Key, i64),
) -> Result<bool, StoreError> {
    let without_value = segment % 2 == 1;
    let sort = SortKey::ALL.into_iter().find(|key| Column::of(*key).segment == segment - segment % 2);
    let column = Column::of(sort.unwrap_or(SortKey::Date));
    let mut query = QueryBuilder::<Sqlite>::new(
        "SELECT low_key, low_id, (SELECT SUM(n) FROM order_blocks WHERE segment = ",
    );
    query.push_bind(segment).push(" AND (low_key, low_id) = (");
    low.0.push(&mut query);
    query.push(", ").push_bind(low.1).push(")) AS n FROM (SELECT NULL) LEFT JOIN order_blocks ON segment = ");
    query.push_bind(segment).push(" AND (low_key, low_id) > (");
    low.0.push(&mut query);
    query.push(", ").push_bind(low.1).push(") ORDER BY low_key, low_id LIMIT 1");
    let row = query.build().fetch_one(&mut *connection).await?;
    let high = match Key::read(&row, "low_key")? {
        None => None,
        Some(key) => Some((key, row.try_get("low_id")?)),
    };
    let orders: i64 = row.try_get("n")?;
    let all = cells(connection, Scope::default()).await?;
    let stretch = Stretch { without_value, low: bound(Some(low.0.clone()), low.1), high };
    let middle = u32::try_from(orders / 2).unwrap_or(u32::MAX);
    let reading = Reading { descending: false, limit: 1, offset: middle, budget: None };
    let Some(middle) = keys(connection, column, &all, &stretch, reading, &Filter::default()).await?.pop()
    else {
        return Ok(false);
    };
    let middle = Stretch::bound(&middle);
    let upper = Stretch { low: Some(middle.clone()), ..stretch };
    let counts = count_by_cell(connection, column, &all, &upper).await?;
    let mut accounts: Vec<i64> =
        sqlx::query_scalar("SELECT id FROM accounts").fetch_all(&mut *connection).await?;
    accounts.sort_unstable();
    for account in accounts {
        let mut by_status = [0_i64; 6];
        for cell in counts.iter().filter(|cell| cell.account == account) {
            if let Some(own) = usize::try_from(cell.status).ok().and_then(|at| by_status.get_mut(at)) {
                *own = cell.orders;
            }
        }
        move_upper(connection, segment, account, low, &middle, by_status).await?;
    }
    Ok(true)
}

async fn move_upper(
    connection: &mut SqliteConnection,
    segment: i64,
    account: i64,
    low: &(Key, i64),
    middle: &(Key, i64),
    by_status: [i64; 6],
) -> Result<(), StoreError> {
    let sum: i64 = by_status.iter().sum();
    let mut query = QueryBuilder::<Sqlite>::new("UPDATE order_blocks SET n = n - ");
    query.push_bind(sum);
    for (status, orders) in by_status.iter().enumerate() {
        query.push(format!(", n{status} = n{status} - ")).push_bind(*orders);
    }
    query.push(" WHERE segment = ").push_bind(segment).push(" AND account_id = ").push_bind(account);
    query.push(" AND low_key = ");
    low.0.push(&mut query);
    query.push(" AND low_id = ").push_bind(low.1);
    query.build().execute(&mut *connection).await?;
    let mut query = QueryBuilder::<Sqlite>::new("INSERT INTO order_blocks VALUES (");
    query.push_bind(segment).push(", ").push_bind(account).push(", ");
    middle.0.push(&mut query);
    query.push(", ").push_bind(middle.1).push(", ").push_bind(sum);
    for orders in by_status {
        query.push(", ").push_bind(orders);
    }
    query.push(")");
    query.build().execute(connection).await?;
    Ok(())
}
