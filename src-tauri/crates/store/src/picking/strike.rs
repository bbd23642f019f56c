//! Striking: a stop whose order was cancelled, or whose line no longer holds the unit, leaves its open list at once.
//!
//! Runs in the transaction that takes the unit away, whoever does so, and hands back what the seller has to be told.

use std::collections::BTreeMap;

use packlight_domain::listing::OrderRowId;
use packlight_domain::picking::PickListId;
use sqlx::{Row, SqliteConnection};

use super::news;
use super::record::state_act;
use crate::StoreError;
use crate::acts::{Act, Batch, STRUCK, Subject, counted};
use crate::rows::{count, list};

/// Units of an order that were struck from a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Struck {
    /// The record.
    pub record: PickListId,
    /// `P-…`.
    pub list_id: String,
    /// The order.
    pub order: OrderRowId,
    /// The platform's id of the order.
    pub platform_order_id: String,
    /// The order is cancelled; else it only lost units.
    pub cancelled: bool,
    /// Units struck.
    pub units: u32,
}

/// A stop of an open list that holds its unit.
struct Held {
    list: i64,
    position: i64,
    order: i64,
    mark: String,
}

macro_rules! held_stops {
    ($from:literal) => {
        concat!("SELECT s.list_id, s.position, s.order_id, s.mark FROM json_each(?) j CROSS JOIN pick_stops s ON ", $from)
    };
}

/// Stops that hold some units.
pub(crate) const HELD_UNITS: &str = held_stops!("s.holds = j.value");

/// Stops of some orders that are cancelled, or whose line does not hold the unit.
pub(crate) const LOST: &str = held_stops!(
    "s.order_id = j.value CROSS JOIN platform_orders o ON o.id = s.order_id WHERE s.holds IS NOT NULL \
     AND (o.ui_status = 4 OR NOT EXISTS (SELECT 1 FROM claims c CROSS JOIN platform_order_items i ON i.id = c.item_id \
     WHERE c.unit_id = s.unit_id AND i.order_id = s.order_id AND i.order_item_id = s.order_item_id))"
);

/// Strikes the stops that hold these units. Returns list and order of each, for [`told`].
pub(crate) async fn units(
    connection: &mut SqliteConnection,
    batch: &mut Batch,
    units: &[i64],
) -> Result<Vec<(i64, i64)>, StoreError> {
    let held = held(connection, HELD_UNITS, units).await?;
    strike(connection, batch, held).await
}

/// Strikes what these orders no longer want. Returns list and order of each, for [`told`].
pub(crate) async fn orders(
    connection: &mut SqliteConnection,
    orders: &[i64],
    now: chrono::DateTime<chrono::Utc>,
) -> Result<Vec<(i64, i64)>, StoreError> {
    if orders.is_empty() {
        return Ok(Vec::new());
    }
    let held = held(connection, LOST, orders).await?;
    if held.is_empty() {
        return Ok(Vec::new());
    }
    let mut batch = Batch::begin(connection, now).await?;
    let units = counted(held.len(), "unit");
    let struck = strike(connection, &mut batch, held).await?;
    let summary = format!("{STRUCK}{units} from pick lists: their orders have changed");
    batch.finish(connection, &summary).await?;
    Ok(struck)
}

async fn held(
    connection: &mut SqliteConnection,
    sql: &'static str,
    of: &[i64],
) -> Result<Vec<Held>, StoreError> {
    let rows = sqlx::query(sql).bind(list(of)).fetch_all(connection).await?;
    rows.iter()
        .map(|row| {
            Ok(Held {
                list: row.try_get("list_id")?,
                position: row.try_get("position")?,
                order: row.try_get("order_id")?,
                mark: row.try_get("mark")?,
            })
        })
        .collect()
}

async fn strike(
    connection: &mut SqliteConnection,
    batch: &mut Batch,
    held: Vec<Held>,
) -> Result<Vec<(i64, i64)>, StoreError> {
    if held.is_empty() {
        return Ok(Vec::new());
    }
    let keys: Vec<(i64, i64)> = held.iter().map(|stop| (stop.list, stop.position)).collect();
    sqlx::query(
        "UPDATE pick_stops SET mark = 'struck', marked_at = ?, holds = NULL FROM json_each(?) j \
         WHERE pick_stops.list_id = j.value ->> 0 AND pick_stops.position = j.value ->> 1",
    )
    .bind(batch.at())
    .bind(list(&keys))
    .execute(&mut *connection)
    .await?;
    let acts: Vec<Act> = held
        .iter()
        .map(|stop| Act {
            about: Subject::PickStop,
            key: stop_key(stop.list, stop.position),
            before: Some(stop.mark.clone()),
            after: Some("struck".to_owned()),
            order: Some(stop.order),
        })
        .collect();
    batch.record(connection, &acts).await?;
    let mut lists: Vec<i64> = held.iter().map(|stop| stop.list).collect();
    lists.sort_unstable();
    lists.dedup();
    news::note(connection, &lists).await?;
    for own in lists {
        end_if_done(connection, batch, own).await?;
    }
    Ok(held.into_iter().map(|stop| (stop.list, stop.order)).collect())
}

/// A stop as acts name it.
pub(super) fn stop_key(list: i64, position: i64) -> String {
    format!("{list}/{position}")
}

/// A list on which nothing is open is done. Returns whether it is.
pub(crate) async fn end_if_done(
    connection: &mut SqliteConnection,
    batch: &mut Batch,
    record: i64,
) -> Result<bool, StoreError> {
    let ended = sqlx::query(
        "UPDATE pick_lists SET state = 'done' WHERE id = ?1 AND state = 'open' \
         AND NOT EXISTS (SELECT 1 FROM pick_stops s WHERE s.list_id = ?1 AND s.mark = 'open')",
    )
    .bind(record)
    .execute(&mut *connection)
    .await?
    .rows_affected();
    if ended == 0 {
        return Ok(false);
    }
    release(connection, record).await?;
    batch.record(connection, &[state_act(PickListId(count(record)), Some("open"), Some("done"))]).await?;
    Ok(true)
}

/// A list that is no longer open holds nothing.
pub(super) async fn release(connection: &mut SqliteConnection, record: i64) -> Result<(), StoreError> {
    sqlx::query("UPDATE pick_stops SET holds = NULL WHERE list_id = ? AND holds IS NOT NULL")
        .bind(record)
        .execute(connection)
        .await?;
    Ok(())
}

/// What the seller is told of stops that were struck, by list and order.
pub(crate) async fn told(
    connection: &mut SqliteConnection,
    struck: &[(i64, i64)],
) -> Result<Vec<Struck>, StoreError> {
    let mut units: BTreeMap<(i64, i64), u32> = BTreeMap::new();
    for stop in struck {
        *units.entry(*stop).or_default() += 1;
    }
    if units.is_empty() {
        return Ok(Vec::new());
    }
    let keys: Vec<&(i64, i64)> = units.keys().collect();
    let rows = sqlx::query(
        "SELECT l.id AS list, l.list_id, o.id AS order_row, o.platform_order_id, o.ui_status FROM json_each(?) j \
         CROSS JOIN pick_lists l ON l.id = j.value ->> 0 CROSS JOIN platform_orders o ON o.id = j.value ->> 1 \
         ORDER BY l.id, o.platform_order_id",
    )
    .bind(list(&keys))
    .fetch_all(connection)
    .await?;
    rows.iter()
        .map(|row| {
            let (list, order): (i64, i64) = (row.try_get("list")?, row.try_get("order_row")?);
            Ok(Struck {
                record: PickListId(count(list)),
                list_id: row.try_get("list_id")?,
                order: OrderRowId(count(order)),
                platform_order_id: row.try_get("platform_order_id")?,
                cancelled: row.try_get::<i64, _>("ui_status")? == 4,
                units: units.get(&(list, order)).copied().unwrap_or_default(),
            })
        })
        .collect()
}
