//! Working a record: marks by hand and by scanner, and its end. Each call is one batch; a list on which nothing is open is
//! done.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use packlight_domain::instant::to_millis;
use packlight_domain::matching::rules::comparable_set;
use packlight_domain::picking::{PickListDone, PickListId, PickMark, PickMarked, PickState, PickStop};
use packlight_domain::text::fold;
use sqlx::SqliteConnection;

use super::read;
use super::record::state_act;
use super::strike::{end_if_done, release, stop_key};
use crate::acts::{Act, Batch, Subject, counted};
use crate::claims::{self, Affected};
use crate::rows::list;
use crate::{Store, StoreError};

impl Store {
    /// Marks stops of an open list by their positions. Those that are so already are left alone.
    ///
    /// # Errors
    /// [`StoreError::NotPossible`] where the list is not open, a stop is struck, or its unit is on another list by now;
    /// [`StoreError::NoStop`] where there is no such stop.
    pub async fn mark_picked(
        &self,
        record: PickListId,
        positions: Vec<u32>,
        to: PickMark,
        now: DateTime<Utc>,
    ) -> Result<PickMarked, StoreError> {
        self.write(move |connection| {
            Box::pin(async move {
                let stops = open_stops(connection, record).await?;
                mark(connection, record, stops, positions, to, now).await
            })
        })
        .await
    }

    /// Marks the next open stop that a scanned code fits as picked: its SKU, ASIN, set number or order id.
    ///
    /// # Errors
    /// As [`mark_picked`](Self::mark_picked); [`StoreError::NoStop`] where the code fits nothing that is still to take.
    pub async fn scan_pick(
        &self,
        record: PickListId,
        code: &str,
        now: DateTime<Utc>,
    ) -> Result<PickMarked, StoreError> {
        let code = code.trim().to_owned();
        self.write(move |connection| {
            Box::pin(async move {
                let stops = open_stops(connection, record).await?;
                let fitting: Vec<&PickStop> = stops.iter().filter(|stop| fits(stop, &code)).collect();
                let Some(next) = fitting.iter().find(|stop| stop.mark == PickMark::Open) else {
                    return Err(StoreError::NoStop(match fitting.last().map(|stop| stop.mark) {
                        None => format!("nothing on this list has the code '{code}'"),
                        Some(PickMark::Struck) => format!("'{code}' was struck from this list: leave it"),
                        Some(_) => format!("everything with the code '{code}' is taken already"),
                    }));
                };
                let position = next.position;
                mark(connection, record, stops, vec![position], PickMark::Picked, now).await
            })
        })
        .await
    }

    /// Ends an open list; its units stay with their orders.
    pub async fn finish_pick_list(
        &self,
        record: PickListId,
        now: DateTime<Utc>,
    ) -> Result<PickListDone, StoreError> {
        self.write(move |connection| {
            Box::pin(async move {
                let entry = read::entry(connection, record).await?;
                match entry.state {
                    PickState::Done => return Ok(PickListDone { entry, batch: None }),
                    PickState::Discarded => {
                        return Err(StoreError::NotPossible(format!("list {} was discarded", entry.id)));
                    }
                    PickState::Open => {}
                }
                let mut batch = Batch::begin(connection, now).await?;
                set_state(connection, record, "done").await?;
                batch.record(connection, &[state_act(record, Some("open"), Some("done"))]).await?;
                let batch = batch.finish(connection, &format!("Finished pick list {}", entry.id)).await?;
                Ok(PickListDone { entry: read::entry(connection, record).await?, batch })
            })
        })
        .await
    }

    /// Puts an open list away and frees what it gave to its lines itself.
    pub async fn discard_pick_list(
        &self,
        record: PickListId,
        now: DateTime<Utc>,
    ) -> Result<PickListDone, StoreError> {
        self.write(move |connection| {
            Box::pin(async move {
                let entry = read::entry(connection, record).await?;
                match entry.state {
                    PickState::Discarded => return Ok(PickListDone { entry, batch: None }),
                    PickState::Done => {
                        return Err(StoreError::NotPossible(format!("list {} is done already", entry.id)));
                    }
                    PickState::Open => {}
                }
                let own: Vec<i64> = sqlx::query_scalar(
                    "SELECT s.unit_id FROM pick_stops s CROSS JOIN claims c ON c.unit_id = s.unit_id \
                     CROSS JOIN platform_order_items i ON i.id = c.item_id CROSS JOIN inventory_items u ON u.id = s.unit_id \
                     WHERE s.list_id = ? AND s.claimed = 1 AND c.method = 'pick_list' AND i.order_id = s.order_id \
                     AND i.order_item_id = s.order_item_id AND c.claimed_at = ? AND u.status = 'linked'",
                )
                .bind(record.0)
                .bind(to_millis(entry.created_at))
                .fetch_all(&mut *connection)
                .await?;
                let mut batch = Batch::begin(connection, now).await?;
                let mut affected = Affected::default();
                // First the list, so that freeing strikes nothing.
                set_state(connection, record, "discarded").await?;
                claims::free(connection, &mut batch, &own, &mut affected).await?;
                affected.recount(connection).await?;
                batch.record(connection, &[state_act(record, Some("open"), Some("discarded"))]).await?;
                let summary =
                    format!("Discarded pick list {} ({} freed)", entry.id, counted(own.len(), "unit"));
                let batch = batch.finish(connection, &summary).await?;
                Ok(PickListDone { entry: read::entry(connection, record).await?, batch })
            })
        })
        .await
    }
}

/// Whether a scanned code means a stop.
fn fits(stop: &PickStop, code: &str) -> bool {
    let same = |own: &str| fold(own) == fold(code);
    let digits = |id: &str| id.chars().filter(|c| c.is_alphanumeric()).collect::<String>();
    stop.sku.as_deref().is_some_and(same)
        || stop.asin.as_deref().is_some_and(same)
        || comparable_set(&stop.set_number) == comparable_set(code)
        // Linear bars leave the hyphens of an order id out.
        || digits(&stop.platform_order_id).eq_ignore_ascii_case(&digits(code))
}

/// The stops of a list that has to be open.
async fn open_stops(
    connection: &mut SqliteConnection,
    record: PickListId,
) -> Result<Vec<PickStop>, StoreError> {
    let entry = read::entry(connection, record).await?;
    match entry.state {
        PickState::Open => Ok(read::stops(connection, record).await?.0),
        PickState::Done => {
            Err(StoreError::NotPossible(format!("list {} is done: undo that first", entry.id)))
        }
        PickState::Discarded => Err(StoreError::NotPossible(format!("list {} was discarded", entry.id))),
    }
}

async fn set_state(
    connection: &mut SqliteConnection,
    record: PickListId,
    state: &str,
) -> Result<(), StoreError> {
    sqlx::query("UPDATE pick_lists SET state = ? WHERE id = ?")
        .bind(state)
        .bind(record.0)
        .execute(&mut *connection)
        .await?;
    release(connection, i64::from(record.0)).await
}

async fn mark(
    connection: &mut SqliteConnection,
    record: PickListId,
    stops: Vec<PickStop>,
    positions: Vec<u32>,
    to: PickMark,
    now: DateTime<Utc>,
) -> Result<PickMarked, StoreError> {
    let mut by_position: HashMap<u32, PickStop> =
        stops.into_iter().map(|stop| (stop.position, stop)).collect();
    let mut changed = Vec::new();
    for position in positions {
        let Some(stop) = by_position.remove(&position) else {
            return Err(StoreError::NoStop(format!(
                "this list has no stop {position}, or it was named twice"
            )));
        };
        if stop.mark == PickMark::Struck {
            return Err(StoreError::NotPossible(format!(
                "unit {} ({}) was struck: order {} does not want it any more",
                stop.unit.0, stop.set_number, stop.platform_order_id
            )));
        }
        if stop.mark != to {
            changed.push(stop);
        }
    }
    let mut batch = Batch::begin(connection, now).await?;
    let mut acts = Vec::with_capacity(changed.len());
    for stop in &mut changed {
        let before = stop.mark.word();
        if !set_mark(connection, i64::from(record.0), i64::from(stop.position), to.word(), to_millis(now))
            .await?
        {
            return Err(StoreError::NotPossible(format!(
                "unit {} ({}) went elsewhere since it was not found",
                stop.unit.0, stop.set_number
            )));
        }
        stop.mark = to;
        acts.push(Act {
            about: Subject::PickStop,
            key: stop_key(i64::from(record.0), i64::from(stop.position)),
            before: Some(before.to_owned()),
            after: Some(to.word().to_owned()),
            order: Some(i64::from(stop.order.0)),
        });
    }
    batch.record(connection, &acts).await?;
    if !acts.is_empty() {
        end_if_done(connection, &mut batch, i64::from(record.0)).await?;
    }
    let entry = read::entry(connection, record).await?;
    let what = match to {
        PickMark::Picked => "Picked",
        PickMark::Short => "Did not find",
        PickMark::Open | PickMark::Struck => "Put back",
    };
    let summary = format!("{what} {} on {}", counted(changed.len(), "unit"), entry.id);
    let batch = batch.finish(connection, &summary).await?;
    Ok(PickMarked { stops: changed, entry, batch })
}

/// Gives a stop a mark and what follows from it for its hold. False where the unit cannot be held again: its line lost it,
/// or another open list has it.
pub(super) async fn set_mark(
    connection: &mut SqliteConnection,
    record: i64,
    position: i64,
    to: &str,
    at: i64,
) -> Result<bool, StoreError> {
    let holds = matches!(to, "open" | "picked");
    if holds && !can_hold(connection, record, &[position]).await? {
        return Ok(false);
    }
    sqlx::query(
        "UPDATE pick_stops SET mark = ?3, marked_at = IIF(?3 = 'open', NULL, ?4), \
         holds = IIF(?5 AND (SELECT state FROM pick_lists WHERE id = ?1) = 'open', unit_id, NULL) \
         WHERE list_id = ?1 AND position = ?2",
    )
    .bind(record)
    .bind(position)
    .bind(to)
    .bind(at)
    .bind(holds)
    .execute(connection)
    .await?;
    Ok(true)
}

/// Whether these stops' units are with their lines, wanted, and on no other open list.
pub(super) async fn can_hold(
    connection: &mut SqliteConnection,
    record: i64,
    positions: &[i64],
) -> Result<bool, StoreError> {
    let lost: Option<i64> = sqlx::query_scalar(
        "SELECT 1 FROM json_each(?2) j CROSS JOIN pick_stops s ON s.list_id = ?1 AND s.position = j.value \
         WHERE EXISTS (SELECT 1 FROM pick_stops other WHERE other.holds = s.unit_id AND other.list_id <> ?1) \
         OR EXISTS (SELECT 1 FROM platform_orders o WHERE o.id = s.order_id AND o.ui_status = 4) \
         OR NOT EXISTS (SELECT 1 FROM claims c CROSS JOIN platform_order_items i ON i.id = c.item_id \
         WHERE c.unit_id = s.unit_id AND i.order_id = s.order_id AND i.order_item_id = s.order_item_id) LIMIT 1",
    )
    .bind(record)
    .bind(list(positions))
    .fetch_optional(connection)
    .await?;
    Ok(lost.is_none())
}
