//! A list becomes a record: what is on it, the units that it holds, and the claims that make its placements last.
//!
//! One transaction and one batch. What was printed is kept as it lies on paper: a unit that went elsewhere while the
//! printer worked is struck from the record at once, and the caller is told.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use packlight_domain::act::BatchId;
use packlight_domain::instant::to_millis;
use packlight_domain::picking::plan::{PickPlan, PlannedStop};
use packlight_domain::picking::{PickListDone, PickListEntry, PickListId};
use packlight_domain::stock::ClaimMethod;
use sqlx::{Row, SqliteConnection};

use super::strike::{self, Struck};
use super::{PickAsked, Planned, news, planned, read};
use crate::acts::{Act, Batch, Subject, counted};
use crate::claims::{self, Affected, Holder};
use crate::rows::{count, write_rows};
use crate::{Store, StoreError};

/// How many claims are written at a time.
const CHUNK: usize = 1_000;

/// A list that was recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// The list as it stands now.
    pub entry: PickListEntry,
    /// For undo; `None` where the record was there already.
    pub batch: Option<BatchId>,
    /// What was struck at once.
    pub struck: Vec<Struck>,
}

impl Store {
    /// Records the list as it is planned at `now`, for a run on screen. The same content as an open list is that list.
    ///
    /// # Errors
    /// [`StoreError::NotPossible`] where nothing can be picked.
    pub async fn start_pick_run(
        &self,
        asked: &PickAsked,
        now: DateTime<Utc>,
    ) -> Result<PickListDone, StoreError> {
        let asked = asked.clone();
        self.write(move |connection| {
            Box::pin(async move {
                let planned = planned(connection, &asked, now).await?;
                if let Some(record) = planned.record {
                    return Ok(PickListDone { entry: read::entry(connection, record).await?, batch: None });
                }
                if planned.plan.stops.is_empty() {
                    let totals = planned.plan.totals();
                    let why = match totals.exceptions {
                        0 => "no paid order waits to be picked".to_owned(),
                        1 => "nothing can be picked: the one line that waits is an exception".to_owned(),
                        lines => format!("nothing can be picked: the {lines} lines that wait are exceptions"),
                    };
                    return Err(StoreError::NotPossible(why));
                }
                let recorded = keep(connection, &planned.plan, false, now).await?;
                Ok(PickListDone { entry: recorded.entry, batch: recorded.batch })
            })
        })
        .await
    }

    /// Keeps a list whose print the queue has taken.
    pub async fn record_printed(
        &self,
        printed: &Planned,
        now: DateTime<Utc>,
    ) -> Result<Recorded, StoreError> {
        let printed = printed.clone();
        self.write(move |connection| {
            Box::pin(async move {
                let record = match printed.record {
                    Some(record) => Some(record),
                    None => read::open_of(connection, &printed.plan.id).await?.map(|(record, ..)| record),
                };
                match record {
                    Some(record) => {
                        let entry = printed_again(connection, record, now).await?;
                        Ok(Recorded { entry, batch: None, struck: Vec::new() })
                    }
                    None => keep(connection, &printed.plan, true, now).await,
                }
            })
        })
        .await
    }
}

async fn printed_again(
    connection: &mut SqliteConnection,
    record: PickListId,
    now: DateTime<Utc>,
) -> Result<PickListEntry, StoreError> {
    sqlx::query("UPDATE pick_lists SET prints = prints + 1, printed_at = ? WHERE id = ?")
        .bind(to_millis(now))
        .bind(record.0)
        .execute(&mut *connection)
        .await?;
    read::entry(connection, record).await
}

/// How a unit of a plan stands in the transaction that keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Standing {
    /// Its line holds it.
    Held,
    /// It is free and its line has room.
    Free(Holder),
    /// It is another's, or no longer wanted.
    Lost,
}

async fn keep(
    connection: &mut SqliteConnection,
    plan: &PickPlan,
    printed: bool,
    now: DateTime<Utc>,
) -> Result<Recorded, StoreError> {
    let standings = standings(connection, &plan.stops).await?;
    let is_open = standings.iter().any(|standing| *standing != Standing::Lost);
    let record = insert(connection, plan, is_open, printed, now).await?;
    let at = to_millis(now);
    let rows: Vec<(usize, &PlannedStop, &Standing)> = plan
        .stops
        .iter()
        .zip(&standings)
        .enumerate()
        .map(|(at, (stop, standing))| (at, stop, standing))
        .collect();
    let head = "INSERT INTO pick_stops (list_id, position, unit_id, order_id, order_item_id, mark, marked_at, holds, claimed)";
    write_rows(connection, head, 9, "", &rows, |query, (position, stop, standing)| {
        let lost = **standing == Standing::Lost;
        query
            .bind(record.0)
            .bind(i64::try_from(*position).unwrap_or(i64::MAX))
            .bind(stop.unit.0)
            .bind(stop.order.0)
            .bind(stop.order_item_id.clone())
            .bind(if lost { "struck" } else { "open" })
            .bind(lost.then_some(at))
            .bind((!lost).then_some(stop.unit.0))
            .bind(matches!(standing, Standing::Free(_)))
    })
    .await?;
    let mut batch = Batch::begin(connection, now).await?;
    let mut affected = Affected::default();
    let claims: Vec<(i64, Holder, ClaimMethod)> = rows
        .iter()
        .filter_map(|(_, stop, standing)| match standing {
            Standing::Free(holder) => Some((i64::from(stop.unit.0), holder.clone(), ClaimMethod::PickList)),
            _ => None,
        })
        .collect();
    for chunk in claims.chunks(CHUNK) {
        claims::claim(connection, &mut batch, chunk, now, &mut affected).await?;
    }
    affected.recount(connection).await?;
    let after = if is_open { "open" } else { "done" };
    batch.record(connection, &[state_act(record, None, Some(after))]).await?;
    let done = if printed { "Printed" } else { "Started" };
    let summary = format!("{done} pick list {} ({})", plan.id, counted(plan.stops.len(), "unit"));
    let batch = batch.finish(connection, &summary).await?;
    let lost: Vec<(i64, i64)> = rows
        .iter()
        .filter(|(_, _, standing)| **standing == Standing::Lost)
        .map(|(_, stop, _)| (i64::from(record.0), i64::from(stop.order.0)))
        .collect();
    if !lost.is_empty() {
        news::note(connection, &[i64::from(record.0)]).await?;
    }
    Ok(Recorded {
        entry: read::entry(connection, record).await?,
        batch,
        struck: strike::told(connection, &lost).await?,
    })
}

async fn insert(
    connection: &mut SqliteConnection,
    plan: &PickPlan,
    is_open: bool,
    printed: bool,
    now: DateTime<Utc>,
) -> Result<PickListId, StoreError> {
    let content = serde_json::to_string(plan).map_err(|error| StoreError::Internal(error.to_string()))?;
    let (at, totals) = (to_millis(now), plan.totals());
    let id: i64 = sqlx::query_scalar(
        "INSERT INTO pick_lists (list_id, state, created_at, printed_at, prints, lines, units, orders, exceptions, \
         exception_units, content) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
    )
    .bind(&plan.id)
    .bind(if is_open { "open" } else { "done" })
    .bind(at)
    .bind(printed.then_some(at))
    .bind(i64::from(printed))
    .bind(totals.lines)
    .bind(totals.units)
    .bind(totals.orders)
    .bind(totals.exceptions)
    .bind(totals.exception_units)
    .bind(content)
    .fetch_one(connection)
    .await?;
    Ok(PickListId(count(id)))
}

/// How each unit of a plan stands now.
async fn standings(
    connection: &mut SqliteConnection,
    stops: &[PlannedStop],
) -> Result<Vec<Standing>, StoreError> {
    let asked: Vec<(u32, u32, &str)> =
        stops.iter().map(|stop| (stop.unit.0, stop.order.0, stop.order_item_id.as_str())).collect();
    let asked = serde_json::to_string(&asked).map_err(|error| StoreError::Internal(error.to_string()))?;
    let rows = sqlx::query(
        "SELECT j.value ->> 1 AS order_id, j.value ->> 2 AS line, i.id AS item, i.quantity, u.status, c.item_id AS holder, \
         (SELECT COUNT(*) FROM claims own WHERE own.item_id = i.id) AS linked, \
         EXISTS (SELECT 1 FROM pick_stops s WHERE s.holds = j.value ->> 0) AS listed, o.ui_status \
         FROM json_each(?) j LEFT JOIN inventory_items u ON u.id = j.value ->> 0 LEFT JOIN claims c ON c.unit_id = u.id \
         LEFT JOIN platform_order_items i ON i.order_id = j.value ->> 1 AND i.order_item_id = j.value ->> 2 \
         LEFT JOIN platform_orders o ON o.id = i.order_id ORDER BY j.key",
    )
    .bind(asked)
    .fetch_all(connection)
    .await?;
    let mut room: HashMap<i64, i64> = HashMap::new();
    rows.iter()
        .map(|row| {
            let item: Option<i64> = row.try_get("item")?;
            let paid = row.try_get::<Option<i64>, _>("ui_status")? == Some(1);
            let (Some(item), true, false) = (item, paid, row.try_get::<bool, _>("listed")?) else {
                return Ok(Standing::Lost);
            };
            let room = match room.entry(item) {
                std::collections::hash_map::Entry::Occupied(own) => own.into_mut(),
                std::collections::hash_map::Entry::Vacant(new) => {
                    new.insert(row.try_get::<i64, _>("quantity")? - row.try_get::<i64, _>("linked")?)
                }
            };
            let holder: Option<i64> = row.try_get("holder")?;
            Ok(match (row.try_get::<Option<&str>, _>("status")?, holder) {
                (Some("linked"), Some(holder)) if holder == item => Standing::Held,
                (Some("in_stock"), None) if *room > 0 => {
                    *room -= 1;
                    let (order, line) = (row.try_get("order_id")?, row.try_get("line")?);
                    Standing::Free(Holder { item, order, line })
                }
                _ => Standing::Lost,
            })
        })
        .collect()
}

/// The state of a record as an act.
pub(super) fn state_act(record: PickListId, before: Option<&str>, after: Option<&str>) -> Act {
    Act {
        about: Subject::PickList,
        key: record.0.to_string(),
        before: before.map(ToOwned::to_owned),
        after: after.map(ToOwned::to_owned),
        order: None,
    }
}
