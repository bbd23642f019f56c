//! Cutting blocks that have grown.
//!
//! A block that has grown past the mark is cut in the middle by the writer, in the transaction that made it grow. All accounts
//! have the same bounds, so a block is cut for each of them.

use packlight_domain::page::SortKey;
use sqlx::{QueryBuilder, Row, Sqlite, SqliteConnection};

use super::{LOWEST, bound};
use crate::StoreError;
use crate::keyset::{Column, Key, Reading, Stretch, Walk};
use crate::sieve::Sieve;

/// What a block counts of its orders, by the column of `order_blocks`.
const COUNTED: [(&str, &str); 10] = [
    ("n", "COUNT(*)"),
    ("n0", "SUM(facts & 7 = 0)"),
    ("n1", "SUM(facts & 7 = 1)"),
    ("n2", "SUM(facts & 7 = 2)"),
    ("n3", "SUM(facts & 7 = 3)"),
    ("n4", "SUM(facts & 7 = 4)"),
    ("n5", "SUM(facts & 7 = 5)"),
    ("to_pick", "SUM(facts & 103 = 65)"),
    ("unmatched", "SUM(facts & 8 = 8)"),
    ("cancel_requested", "SUM(facts & 16 = 16)"),
];

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
    let accounts: Vec<i64> =
        sqlx::query_scalar("SELECT id FROM accounts ORDER BY id").fetch_all(&mut *connection).await?;
    let all = Sieve::everything(&accounts);
    let stretch = Stretch { without_value, low: bound(Some(low.0.clone()), low.1), high };
    let middle = u32::try_from(orders / 2).unwrap_or(u32::MAX);
    let reading = Reading { descending: false, limit: 1, offset: middle, budget: None };
    let walk = Walk::of(&all, column);
    let Some(middle) = walk.keys(connection, &stretch, reading).await?.pop() else { return Ok(false) };
    let middle = Stretch::bound(&middle);
    let upper = Stretch { low: Some(middle.clone()), ..stretch };
    for account in accounts {
        move_upper(connection, column, segment, account, low, &middle, &upper).await?;
    }
    Ok(true)
}

/// Gives what an account has in `upper`, the upper part of the block at `low`, to a block of its own.
async fn move_upper(
    connection: &mut SqliteConnection,
    column: Column,
    segment: i64,
    account: i64,
    low: &(Key, i64),
    middle: &(Key, i64),
    upper: &Stretch,
) -> Result<(), StoreError> {
    let only = Sieve::everything(&[account]);
    let counted: Vec<String> = COUNTED.iter().map(|(name, sum)| format!("{sum} AS {name}")).collect();
    let sums: Vec<String> = COUNTED.iter().map(|(name, _)| format!("COALESCE(SUM({name}), 0)")).collect();
    let mut query = Walk::of(&only, column).sum_query(&sums.join(", "), &counted.join(", "), upper);
    let row = query.build().fetch_one(&mut *connection).await?;
    let counts: Vec<i64> = (0..COUNTED.len()).map(|at| row.try_get(at)).collect::<Result<_, _>>()?;

    let mut query = QueryBuilder::<Sqlite>::new("UPDATE order_blocks SET ");
    for (at, ((name, _), orders)) in COUNTED.iter().zip(&counts).enumerate() {
        query.push(if at > 0 { ", " } else { "" }).push(format!("{name} = {name} - ")).push_bind(*orders);
    }
    query.push(" WHERE segment = ").push_bind(segment).push(" AND account_id = ").push_bind(account);
    query.push(" AND low_key = ");
    low.0.push(&mut query);
    query.push(" AND low_id = ").push_bind(low.1);
    query.build().execute(&mut *connection).await?;

    let names: Vec<&str> = COUNTED.iter().map(|(name, _)| *name).collect();
    let mut query =
        QueryBuilder::<Sqlite>::new("INSERT INTO order_blocks (segment, account_id, low_key, low_id, ");
    query
        .push(names.join(", "))
        .push(") VALUES (")
        .push_bind(segment)
        .push(", ")
        .push_bind(account)
        .push(", ");
    middle.0.push(&mut query);
    query.push(", ").push_bind(middle.1);
    for orders in counts {
        query.push(", ").push_bind(orders);
    }
    query.push(")");
    query.build().execute(connection).await?;
    Ok(())
}
