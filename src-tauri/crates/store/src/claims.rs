//! Which line holds which unit, and the match counts of orders that follow from it.
//!
//! A unit is held by one line at most: the key of `claims` sees to it, whoever writes. Triggers keep the unit's status
//! equal to its claim. Everything that changes a claim or a mapping collects the orders it touches in [`Affected`] and
//! recounts them in the same transaction.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use packlight_domain::instant::to_millis;
use packlight_domain::stock::ClaimMethod;
use serde::{Deserialize, Serialize};
use sqlx::{Row, SqliteConnection};

use crate::StoreError;
use crate::acts::{Act, Batch, Stored, Subject};
use crate::picking::strike;
use crate::rows::{list, write_rows};

/// How a line `i` of an account `a` matches the stock, in the order of design §4: 0 linked, 1 without ASIN, 2 matched,
/// 3 unmatched.
macro_rules! line_state {
    () => {
        "CASE WHEN i.quantity > 0 AND (SELECT COUNT(*) FROM claims c WHERE c.item_id = i.id) >= i.quantity THEN 0 \
         WHEN a.platform = 'amazon' AND i.asin IS NULL THEN 1 \
         WHEN CASE a.platform WHEN 'amazon' THEN EXISTS (SELECT 1 FROM amazon_asin_mappings m WHERE m.asin = i.asin) \
         ELSE EXISTS (SELECT 1 FROM number_mappings m WHERE m.number = i.other_number) END THEN 2 ELSE 3 END"
    };
}
pub(crate) use line_state;

/// Orders whose match counts have to be brought up to date.
#[derive(Debug, Default)]
pub(crate) struct Affected {
    orders: BTreeSet<i64>,
    /// By number and whether it is an ASIN: 1 where it is mapped now and was not, -1 the other way round.
    numbers: BTreeMap<(String, bool), i64>,
}

/// Moves lines without all their units between matched and unmatched. Where ten thousands of orders have a line of one
/// ASIN, this writes their rows and reads little else: the index has the orders, and most lines have no claims.
macro_rules! moved {
    ($line:literal) => {
        concat!(
            "UPDATE platform_orders AS o SET matched_lines = o.matched_lines + ?2 * n.lines, \
             unmatched_lines = o.unmatched_lines - ?2 * n.lines FROM \
             (SELECT i.order_id, COUNT(*) AS lines FROM platform_order_items i WHERE ",
            $line,
            " AND NOT EXISTS (SELECT 1 FROM claims c WHERE c.item_id = i.id AND i.quantity > 0 \
             AND (SELECT COUNT(*) FROM claims own WHERE own.item_id = i.id) >= i.quantity) GROUP BY i.order_id) n \
             WHERE o.id = n.order_id"
        )
    };
}

pub(crate) const MOVED_ASIN: &str = moved!("i.asin = ?1 AND i.other_number IS NULL");
pub(crate) const MOVED_NUMBER: &str = moved!("i.other_number = ?1");

/// Counts the lines of orders anew. One sum holds all four counts, 15 bits each, so that each line is looked at once.
pub(crate) const RECOUNT: &str = concat!(
    "UPDATE platform_orders AS o SET linked_lines = n.lines & 32767, no_asin_lines = n.lines >> 15 & 32767, \
     matched_lines = n.lines >> 30 & 32767, unmatched_lines = n.lines >> 45 FROM \
     (SELECT i.order_id, SUM(1 << 15 * ",
    line_state!(),
    ") AS lines FROM json_each(?) w CROSS JOIN platform_orders p ON p.id = w.value \
     CROSS JOIN accounts a ON a.id = p.account_id CROSS JOIN platform_order_items i ON i.order_id = p.id \
     GROUP BY i.order_id) n WHERE o.id = n.order_id"
);

impl Affected {
    /// An order of which a line gained or lost a unit.
    pub(crate) fn order(&mut self, order: i64) {
        self.orders.insert(order);
    }

    /// The orders of which a line gained or lost a unit.
    pub(crate) fn orders(&self) -> Vec<i64> {
        self.orders.iter().copied().collect()
    }

    /// A number that was mapped or not, and is or is not now.
    pub(crate) fn number(&mut self, number: &str, is_asin: bool, was_mapped: bool, is_mapped: bool) {
        let step = i64::from(is_mapped) - i64::from(was_mapped);
        *self.numbers.entry((number.to_owned(), is_asin)).or_default() += step;
    }

    /// Brings the counts of all these orders up to date.
    pub(crate) async fn recount(self, connection: &mut SqliteConnection) -> Result<(), StoreError> {
        for ((number, is_asin), step) in self.numbers.into_iter().filter(|(_, step)| *step != 0) {
            let sql = if is_asin { MOVED_ASIN } else { MOVED_NUMBER };
            sqlx::query(sql).bind(number).bind(step).execute(&mut *connection).await?;
        }
        // These came and went with their claims, so their steps may have been wrong; a whole count sets them right.
        let orders: Vec<i64> = self.orders.into_iter().collect();
        if !orders.is_empty() {
            sqlx::query(RECOUNT).bind(list(&orders)).execute(connection).await?;
        }
        Ok(())
    }
}

/// A claim as an act keeps it. The line is named as the platform names it: its row may be another one later.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Claim {
    /// Row of the order.
    pub(crate) order: i64,
    /// The platform's id of the line.
    pub(crate) line: String,
    pub(crate) at: i64,
    pub(crate) method: String,
}

impl Claim {
    fn to_text(&self) -> Result<String, StoreError> {
        serde_json::to_string(self).map_err(|error| StoreError::Internal(error.to_string()))
    }
}

/// A line as claims see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Holder {
    /// Its row.
    pub(crate) item: i64,
    /// The row of its order.
    pub(crate) order: i64,
    /// The platform's id of the line.
    pub(crate) line: String,
}

/// Gives free units to lines. The caller has made sure that they are free and that the lines have room.
pub(crate) async fn claim(
    connection: &mut SqliteConnection,
    batch: &mut Batch,
    claims: &[(i64, Holder, ClaimMethod)],
    now: DateTime<Utc>,
    affected: &mut Affected,
) -> Result<(), StoreError> {
    let at = to_millis(now);
    let head = "INSERT INTO claims (unit_id, item_id, claimed_at, method)";
    write_rows(connection, head, 4, "", claims, |query, (unit, holder, method)| {
        query.bind(*unit).bind(holder.item).bind(at).bind(method.word())
    })
    .await?;
    let mut acts = Vec::with_capacity(claims.len());
    for (unit, holder, method) in claims {
        let claim =
            Claim { order: holder.order, line: holder.line.clone(), at, method: method.word().to_owned() };
        affected.order(holder.order);
        acts.push(Act {
            about: Subject::Claim,
            key: unit.to_string(),
            before: None,
            after: Some(claim.to_text()?),
            order: Some(holder.order),
        });
    }
    batch.record(connection, &acts).await?;
    Ok(())
}

/// Takes units from their lines, all but sold ones: those come back with the undo of their confirmation only. Open pick
/// lists that hold them strike them; returns list and order of each.
pub(crate) async fn free(
    connection: &mut SqliteConnection,
    batch: &mut Batch,
    units: &[i64],
    affected: &mut Affected,
) -> Result<Vec<(i64, i64)>, StoreError> {
    let units: Vec<i64> = sqlx::query_scalar(
        "SELECT u.id FROM json_each(?) j CROSS JOIN inventory_items u ON u.id = j.value WHERE u.status = 'linked'",
    )
    .bind(list(units))
    .fetch_all(&mut *connection)
    .await?;
    let held = held(connection, &units).await?;
    let mut acts = Vec::with_capacity(units.len());
    for unit in &units {
        let Some(claim) = held.get(unit) else { continue };
        affected.order(claim.order);
        acts.push(Act {
            about: Subject::Claim,
            key: unit.to_string(),
            before: Some(claim.to_text()?),
            after: None,
            order: Some(claim.order),
        });
    }
    sqlx::query("DELETE FROM claims WHERE unit_id IN (SELECT value FROM json_each(?))")
        .bind(list(&units))
        .execute(&mut *connection)
        .await?;
    batch.record(connection, &acts).await?;
    strike::units(connection, batch, &units).await
}

/// The claims of these units.
pub(crate) async fn held(
    connection: &mut SqliteConnection,
    units: &[i64],
) -> Result<HashMap<i64, Claim>, StoreError> {
    let rows: Vec<(i64, i64, String, i64, String)> = sqlx::query_as(
        "SELECT c.unit_id, i.order_id, i.order_item_id, c.claimed_at, c.method FROM json_each(?) j \
         CROSS JOIN claims c ON c.unit_id = j.value CROSS JOIN platform_order_items i ON i.id = c.item_id",
    )
    .bind(list(units))
    .fetch_all(connection)
    .await?;
    Ok(rows
        .into_iter()
        .map(|(unit, order, line, at, method)| (unit, Claim { order, line, at, method }))
        .collect())
}

/// The units that a line no longer has room for, newest claims first; sold ones stay where they are.
pub(crate) async fn beyond(
    connection: &mut SqliteConnection,
    item: i64,
    room: i64,
) -> Result<Vec<i64>, StoreError> {
    let held: Vec<(i64, bool)> = sqlx::query_as(
        "SELECT c.unit_id, u.status = 'sold' FROM claims c CROSS JOIN inventory_items u ON u.id = c.unit_id \
         WHERE c.item_id = ? ORDER BY c.claimed_at DESC, c.unit_id DESC",
    )
    .bind(item)
    .fetch_all(connection)
    .await?;
    let excess = usize::try_from(i64::try_from(held.len()).unwrap_or(0) - room.max(0)).unwrap_or(0);
    Ok(held.into_iter().filter_map(|(unit, sold)| (!sold).then_some(unit)).take(excess).collect())
}

/// Undoes claims and releases. A claim comes back only to a line that still has room, of an order that is neither
/// cancelled nor confirmed, for a unit that is free.
pub(crate) async fn restore(
    connection: &mut SqliteConnection,
    acts: &[Stored],
    affected: &mut Affected,
) -> Result<Vec<bool>, StoreError> {
    let mut restored = Vec::with_capacity(acts.len());
    for act in acts {
        let Ok(unit) = act.key.parse::<i64>() else {
            restored.push(false);
            continue;
        };
        let current = held(connection, &[unit]).await?.remove(&unit);
        let read = |text: &Option<String>| -> Result<Option<Claim>, StoreError> {
            text.as_deref().map(crate::rows::from_json).transpose()
        };
        let (before, after) = (read(&act.before)?, read(&act.after)?);
        let done = current == after && put_back(connection, unit, current.as_ref(), before.as_ref()).await?;
        if done {
            for claim in [before, after].into_iter().flatten() {
                affected.order(claim.order);
            }
        }
        restored.push(done);
    }
    Ok(restored)
}

async fn put_back(
    connection: &mut SqliteConnection,
    unit: i64,
    current: Option<&Claim>,
    before: Option<&Claim>,
) -> Result<bool, StoreError> {
    let status: Option<String> = sqlx::query_scalar("SELECT status FROM inventory_items WHERE id = ?")
        .bind(unit)
        .fetch_optional(&mut *connection)
        .await?;
    let expected = if current.is_some() { "linked" } else { "in_stock" };
    if status.as_deref() != Some(expected) {
        return Ok(false);
    }
    let item = match before {
        None => None,
        Some(claim) => match room(connection, claim).await? {
            None => return Ok(false),
            item => item,
        },
    };
    sqlx::query("DELETE FROM claims WHERE unit_id = ?").bind(unit).execute(&mut *connection).await?;
    if let (Some(item), Some(claim)) = (item, before) {
        sqlx::query("INSERT INTO claims (unit_id, item_id, claimed_at, method) VALUES (?, ?, ?, ?)")
            .bind(unit)
            .bind(item)
            .bind(claim.at)
            .bind(&claim.method)
            .execute(connection)
            .await?;
    }
    Ok(true)
}

/// The row of a claim's line, where it has room for one unit more.
async fn room(connection: &mut SqliteConnection, claim: &Claim) -> Result<Option<i64>, StoreError> {
    let row = sqlx::query(
        "SELECT i.id FROM platform_order_items i CROSS JOIN platform_orders o ON o.id = i.order_id \
         WHERE i.order_id = ? AND i.order_item_id = ? AND o.ui_status <> 4 AND o.confirmed_at IS NULL \
         AND i.quantity > (SELECT COUNT(*) FROM claims c WHERE c.item_id = i.id)",
    )
    .bind(claim.order)
    .bind(&claim.line)
    .fetch_optional(connection)
    .await?;
    row.map(|row| Ok(row.try_get("id")?)).transpose()
}

/// An order whose match counts are not those of its lines; for the examination of the whole file.
pub(crate) const WRONG_COUNTS: &str = concat!(
    "SELECT 1 FROM platform_orders o CROSS JOIN accounts a ON a.id = o.account_id WHERE \
     (o.linked_lines, o.no_asin_lines, o.matched_lines, o.unmatched_lines) IS NOT \
     (SELECT COALESCE(SUM(state = 0), 0), COALESCE(SUM(state = 1), 0), COALESCE(SUM(state = 2), 0), \
     COALESCE(SUM(state = 3), 0) FROM (SELECT ",
    line_state!(),
    " AS state FROM platform_order_items i WHERE i.order_id = o.id)) LIMIT 1"
);
