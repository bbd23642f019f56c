//! Taking an import of orders back, and doing it again: each order as it was before, or not at all.
//!
//! An order is taken back only while it is as the import left it. One that came with the import goes only while nobody has
//! worked with it: no unit is linked, it is not confirmed, on no pick list, and has no note. One that the import changed
//! goes back only if its lines keep room for the units that they hold.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use packlight_domain::account::AccountId;
use packlight_domain::order::OrderUpdate;
use serde::{Deserialize, Serialize};
use sqlx::SqliteConnection;

use super::state::OrderState;
use super::{ChangeSet, derive, keep, known, load};
use crate::StoreError;
use crate::acts::Stored;
use crate::rows::{from_json, list};

/// An order of a file as acts keep it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Image {
    account: i32,
    order: OrderUpdate,
}

/// What an act keeps of an order.
pub(super) fn image(account: AccountId, order: &OrderState) -> Result<String, StoreError> {
    serde_json::to_string(&Image { account: account.0, order: order.as_told() })
        .map_err(|error| StoreError::Internal(error.to_string()))
}

/// Puts orders back that still are as the acts left them, and that nobody has worked with; tells which. Those that stay
/// are named in `stays`.
pub(crate) async fn restore(
    connection: &mut SqliteConnection,
    acts: &[Stored],
    stays: &mut Vec<String>,
    now: DateTime<Utc>,
) -> Result<Vec<bool>, StoreError> {
    let ids: Vec<i64> = acts.iter().filter_map(|act| act.key.parse().ok()).collect();
    let mut states = load::states(connection, &ids).await?;
    let work = work_with(connection, &ids).await?;
    let mut restored = Vec::with_capacity(acts.len());
    let mut gone = Vec::new();
    let mut back: BTreeMap<i32, Vec<(Option<OrderState>, OrderState)>> = BTreeMap::new();
    for act in acts {
        let read = |text: &Option<String>| text.as_deref().map(from_json::<Image>).transpose();
        let (before, after) = (read(&act.before)?, read(&act.after)?);
        let id: i64 = act.key.parse().unwrap_or(0);
        let current = states.remove(&id);
        let reason = match (&current, &before, &after) {
            (Some(current), _, Some(after)) if current.as_told() != after.order => {
                Some("it has changed since")
            }
            (Some(_), None, Some(_)) => work.get(&id).copied(),
            (Some(current), Some(before), Some(_)) => {
                (!has_room(current, before)).then_some("its lines hold more units than they did")
            }
            (None, Some(before), None) => {
                let own = std::slice::from_ref(&before.order);
                let taken = known(connection, AccountId(before.account), own).await?;
                (!taken.is_empty()).then_some("it has come in again since")
            }
            _ => Some("it is gone"),
        };
        restored.push(reason.is_none());
        match (reason, before) {
            (Some(reason), before) => {
                stays.extend(after.or(before).map(|own| format!("{}: {reason}", own.order.order_id)));
            }
            (None, None) => gone.push(id),
            (None, Some(before)) => {
                let own = || OrderState::new(id, before.order.order_id.clone());
                let mut state = current.clone().unwrap_or_else(own);
                state.take_whole(before.order);
                back.entry(before.account).or_default().push((current, state));
            }
        }
    }
    remove(connection, &gone).await?;
    for (account, orders) in back {
        keep(connection, AccountId(account), orders, now, &mut ChangeSet::default()).await?;
    }
    Ok(restored)
}

/// Whether every line keeps room for the units that it holds.
fn has_room(current: &OrderState, before: &Image) -> bool {
    let mut then = current.clone();
    then.take_whole(before.order.clone());
    current
        .lines
        .iter()
        .filter(|(_, line)| line.linked > 0)
        .all(|(id, line)| then.lines.get(id).is_some_and(|own| derive::room(&then, own) >= line.linked))
}

/// Why orders cannot go, for those that cannot.
async fn work_with(
    connection: &mut SqliteConnection,
    ids: &[i64],
) -> Result<HashMap<i64, &'static str>, StoreError> {
    let rows: Vec<(i64, bool, bool, bool, bool)> = sqlx::query_as(
        "SELECT o.id, o.confirmed_at IS NOT NULL, \
         EXISTS (SELECT 1 FROM platform_order_items i CROSS JOIN claims c ON c.item_id = i.id WHERE i.order_id = o.id), \
         EXISTS (SELECT 1 FROM pick_stops s WHERE s.order_id = o.id), o.notes IS NOT NULL \
         FROM json_each(?) j CROSS JOIN platform_orders o ON o.id = j.value",
    )
    .bind(list(ids))
    .fetch_all(connection)
    .await?;
    let reason = |(id, confirmed, linked, listed, noted): (i64, bool, bool, bool, bool)| {
        let reasons = [
            (confirmed, "it is confirmed"),
            (linked, "units are linked to it"),
            (listed, "it stands on a pick list"),
            (noted, "it has a note"),
        ];
        reasons.into_iter().find_map(|(holds, why)| holds.then_some((id, why)))
    };
    Ok(rows.into_iter().filter_map(reason).collect())
}

/// Removes orders with all that hangs on them. The index without positions is told their texts first.
pub(crate) async fn remove(connection: &mut SqliteConnection, ids: &[i64]) -> Result<(), StoreError> {
    if ids.is_empty() {
        return Ok(());
    }
    let ids = list(ids);
    sqlx::query(
        "INSERT INTO order_trigrams (order_trigrams, rowid, ids, titles) SELECT 'delete', id, ids, titles \
         FROM order_texts WHERE id IN (SELECT value FROM json_each(?))",
    )
    .bind(&ids)
    .execute(&mut *connection)
    .await?;
    sqlx::query("DELETE FROM platform_orders WHERE id IN (SELECT value FROM json_each(?))")
        .bind(&ids)
        .execute(&mut *connection)
        .await?;
    // Numbers that became free are given to the orders that come next: those are news all the same.
    sqlx::query(
        "DELETE FROM alert_news WHERE json_extract(news, '$.order') IN (SELECT value FROM json_each(?))",
    )
    .bind(&ids)
    .execute(&mut *connection)
    .await?;
    for sql in [
        "UPDATE alert_state SET seen_to = MIN(seen_to, (SELECT COALESCE(MAX(id), 0) FROM platform_orders))",
        "UPDATE alert_marks SET first_row = MIN(first_row, (SELECT COALESCE(MAX(id), 0) FROM platform_orders))",
    ] {
        sqlx::query(sql).execute(&mut *connection).await?;
    }
    Ok(())
}
