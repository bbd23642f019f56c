//! Giving all matched lines of a selection the oldest free units of what they are mapped to.
//!
//! What has to be picked comes first: paid orders, then pending ones, then the rest, each oldest first. Completed orders
//! have left the shelf long ago and cancelled ones want nothing, so neither takes a unit.

use std::collections::{BTreeMap, HashMap, VecDeque};

use chrono::{DateTime, Utc};
use packlight_domain::matching::rules::{ConditionClass, comparable_set};
use packlight_domain::matching::{BulkLink, SkippedLines};
use packlight_domain::stock::ClaimMethod;
use sqlx::{Connection, Row, SqliteConnection};

use super::OLDEST;
use crate::acts::{Batch, counted};
use crate::claims::{self, Affected, Holder, line_state};
use crate::rows::{count, list};
use crate::selection::{self, Orders};
use crate::{Store, StoreError};

/// How many claims are written at a time.
const CHUNK: usize = 1_000;

/// What linking a selection comes to.
struct Plan {
    told: BulkLink,
    claims: Vec<(i64, Holder, ClaimMethod)>,
    /// Orders that take units.
    orders: usize,
}

impl Store {
    /// What [`link_selected`](Self::link_selected) would do now.
    pub async fn preview_link(&self, orders: &Orders, now: DateTime<Utc>) -> Result<BulkLink, StoreError> {
        let mut connection = self.inner.readers.acquire().await?;
        let mut snapshot = connection.begin().await?;
        let plan = plan(&mut snapshot, orders, now).await?;
        snapshot.commit().await?;
        Ok(plan.told)
    }

    /// Gives every matched line of a selection the oldest free units that it lacks.
    pub async fn link_selected(&self, orders: &Orders, now: DateTime<Utc>) -> Result<BulkLink, StoreError> {
        let orders = orders.clone();
        self.write(move |connection| {
            Box::pin(async move {
                let Plan { mut told, claims, orders } = plan(connection, &orders, now).await?;
                let mut batch = Batch::begin(connection, now).await?;
                let mut affected = Affected::default();
                for chunk in claims.chunks(CHUNK) {
                    claims::claim(connection, &mut batch, chunk, now, &mut affected).await?;
                }
                affected.recount(connection).await?;
                let (units, orders) = (counted(claims.len(), "unit"), counted(orders, "order"));
                told.batch = batch.finish(connection, &format!("Linked {units} to {orders}")).await?;
                Ok(told)
            })
        })
        .await
    }
}

async fn plan(
    connection: &mut SqliteConnection,
    orders: &Orders,
    now: DateTime<Utc>,
) -> Result<Plan, StoreError> {
    let ids = list(&selection::row_ids(connection, orders, now).await?);
    let mut skipped: BTreeMap<&str, i64> = BTreeMap::new();
    let sums = sqlx::query(
        "SELECT COUNT(*) AS orders, SUM(IIF(o.ui_status = 4, o.lines, 0)) AS cancelled, \
         SUM(IIF(o.ui_status = 3, o.lines - o.linked_lines, 0)) AS completed, \
         SUM(IIF(o.ui_status = 4, 0, o.linked_lines)) AS linked, \
         SUM(IIF(o.ui_status IN (3, 4), 0, o.no_asin_lines)) AS no_asin, \
         SUM(IIF(o.ui_status IN (3, 4), 0, o.unmatched_lines)) AS unmatched \
         FROM json_each(?) j CROSS JOIN platform_orders o ON o.id = j.value",
    )
    .bind(&ids)
    .fetch_one(&mut *connection)
    .await?;
    for (column, reason) in [
        ("cancelled", "cancelled"),
        ("completed", "order completed"),
        ("linked", "already linked"),
        ("no_asin", "no ASIN"),
        ("unmatched", "no mapping"),
    ] {
        skipped.insert(reason, sums.try_get::<Option<i64>, _>(column)?.unwrap_or(0));
    }
    let rows = sqlx::query(concat!(
        "SELECT i.id, i.order_id, i.order_item_id, i.quantity, \
         (SELECT COUNT(*) FROM claims c WHERE c.item_id = i.id) AS linked, \
         COALESCE(m.set_number, n.set_number) AS set_number, COALESCE(m.condition, n.condition) AS condition \
         FROM json_each(?) j CROSS JOIN platform_orders o ON o.id = j.value CROSS JOIN accounts a ON a.id = o.account_id \
         CROSS JOIN platform_order_items i ON i.order_id = o.id \
         LEFT JOIN amazon_asin_mappings m ON m.asin = i.asin AND a.platform = 'amazon' \
         LEFT JOIN number_mappings n ON n.number = i.other_number \
         WHERE o.matched_lines > 0 AND o.ui_status NOT IN (3, 4) AND ",
        line_state!(),
        " = 2 ORDER BY o.ui_status <> 1, o.ui_status <> 0, o.order_date IS NULL, o.order_date, o.id, i.id"
    ))
    .bind(&ids)
    .fetch_all(&mut *connection)
    .await?;
    let mut shelves: HashMap<(String, String), VecDeque<i64>> = HashMap::new();
    let mut claims = Vec::new();
    let (mut lines, mut served) = (0, std::collections::HashSet::new());
    for row in &rows {
        let wanted =
            (comparable_set(row.try_get("set_number")?), ConditionClass::of(row.try_get("condition")?).key());
        let shelf = match shelves.entry(wanted) {
            std::collections::hash_map::Entry::Occupied(shelf) => shelf.into_mut(),
            std::collections::hash_map::Entry::Vacant(empty) => {
                let units = free_units(connection, &empty.key().0, &empty.key().1).await?;
                empty.insert(units)
            }
        };
        let room: i64 = row.try_get::<i64, _>("quantity")? - row.try_get::<i64, _>("linked")?;
        if room <= 0 {
            // A line of no units is one that was cancelled.
            *skipped.entry("cancelled").or_default() += 1;
            continue;
        }
        let taken: Vec<i64> = shelf.drain(..shelf.len().min(usize::try_from(room).unwrap_or(0))).collect();
        if taken.is_empty() {
            *skipped.entry("no free unit").or_default() += 1;
            continue;
        }
        let order = row.try_get("order_id")?;
        let holder = Holder { item: row.try_get("id")?, order, line: row.try_get("order_item_id")? };
        lines += 1;
        served.insert(order);
        claims.extend(taken.into_iter().map(|unit| (unit, holder.clone(), ClaimMethod::Mapping)));
    }
    let told = BulkLink {
        orders: count(sums.try_get("orders")?),
        lines,
        units: u32::try_from(claims.len()).unwrap_or(u32::MAX),
        skipped: skipped
            .into_iter()
            .filter(|(_, lines)| *lines > 0)
            .map(|(reason, lines)| SkippedLines { reason: reason.to_owned(), lines: count(lines) })
            .collect(),
        batch: None,
    };
    Ok(Plan { told, claims, orders: served.len() })
}

async fn free_units(
    connection: &mut SqliteConnection,
    set: &str,
    class: &str,
) -> Result<VecDeque<i64>, StoreError> {
    let sql = format!(
        "SELECT id FROM inventory_items WHERE set_match = ? AND condition_class = ? AND status = 'in_stock' \
         ORDER BY {OLDEST}"
    );
    let ids: Vec<i64> =
        sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).bind(set).bind(class).fetch_all(connection).await?;
    Ok(ids.into())
}
