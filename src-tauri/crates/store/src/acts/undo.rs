//! Taking a batch back, kind by kind, and bringing what depends on it up to date in the same transaction.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use packlight_domain::act::{BatchId, UndoReport};
use sqlx::{Row, SqliteConnection};

use super::{Act, Batch, DID_AGAIN, Subject, UNDID, notes};
use crate::claims::{self, Affected};
use crate::rows::{count, list};
use crate::{Store, StoreError, confirming, ingest, inventory, mappings, picking, settings, views};

/// How many acts are read and put back at a time.
const CHUNK: usize = 1_000;
/// How many orders that stay are named.
const STAYS: usize = 20;

/// An act as it is stored, not undone yet.
#[derive(Debug)]
pub(crate) struct Stored {
    pub(super) id: i64,
    /// Which subject of its kind.
    pub(crate) key: String,
    pub(crate) before: Option<String>,
    pub(crate) after: Option<String>,
    pub(super) order: Option<i64>,
}

impl Store {
    /// Undoes a batch, subject by subject.
    ///
    /// # Errors
    /// [`StoreError::NoBatch`] where there is no such batch.
    pub async fn undo(&self, batch: BatchId, now: DateTime<Utc>) -> Result<UndoReport, StoreError> {
        self.write(move |connection| Box::pin(async move { undo(connection, batch, now).await })).await
    }
}

/// As [`Store::undo`], inside a transaction.
pub(crate) async fn undo(
    connection: &mut SqliteConnection,
    batch: BatchId,
    now: DateTime<Utc>,
) -> Result<UndoReport, StoreError> {
    let head: Option<(String, i64)> = sqlx::query_as("SELECT summary, acts FROM act_batches WHERE id = ?")
        .bind(batch.0)
        .fetch_optional(&mut *connection)
        .await?;
    let Some((summary, acts)) = head else { return Err(StoreError::NoBatch(i64::from(batch.0))) };
    let mut own = Batch::begin(connection, now).await?;
    let mut affected = Affected::default();
    let mut restored = 0;
    let mut stays = Vec::new();
    for (about, stored) in standing(connection, batch).await? {
        // The last done is undone first.
        for chunk in stored.chunks(CHUNK) {
            let done = restore(connection, about, chunk, &mut affected, &mut stays, now).await?;
            let chunk: Vec<&Stored> =
                chunk.iter().zip(done).filter_map(|(act, done)| done.then_some(act)).collect();
            let inverse: Vec<Act> = chunk
                .iter()
                .map(|act| Act {
                    about,
                    key: act.key.clone(),
                    before: act.after.clone(),
                    after: act.before.clone(),
                    order: act.order,
                })
                .collect();
            let first = own.record(connection, &inverse).await?;
            let pairs: Vec<(i64, i64)> = chunk.iter().map(|act| act.id).zip(first..).collect();
            sqlx::query(
                "UPDATE acts SET undone_by = j.value ->> 1 FROM json_each(?) j WHERE acts.id = j.value ->> 0",
            )
            .bind(list(&pairs))
            .execute(&mut *connection)
            .await?;
            restored += i64::try_from(chunk.len()).unwrap_or(0);
        }
    }
    let orders = affected.orders();
    affected.recount(connection).await?;
    sqlx::query("UPDATE act_batches SET undone = undone + ? WHERE id = ?")
        .bind(restored)
        .bind(batch.0)
        .execute(&mut *connection)
        .await?;
    let summary = match summary.strip_prefix(UNDID) {
        Some(first) => format!("{DID_AGAIN}{first}"),
        None => format!("{UNDID}{}", summary.strip_prefix(DID_AGAIN).unwrap_or(&summary)),
    };
    let own = own.finish_as(connection, &summary, Some(i64::from(batch.0))).await?;
    // An open list that held what has been freed just now holds it no longer.
    picking::strike::orders(connection, &orders, now).await?;
    stays.truncate(STAYS);
    Ok(UndoReport { batch: own, restored: count(restored), skipped: count(acts - restored), stays })
}

/// The acts of a batch that nobody took back, by subject, newest first.
async fn standing(
    connection: &mut SqliteConnection,
    batch: BatchId,
) -> Result<BTreeMap<Subject, Vec<Stored>>, StoreError> {
    let rows = sqlx::query(
        "SELECT id, kind, subject, before, after, order_id FROM acts \
         WHERE batch = ? AND undone_by IS NULL ORDER BY id DESC",
    )
    .bind(batch.0)
    .fetch_all(connection)
    .await?;
    let mut acts: BTreeMap<Subject, Vec<Stored>> = BTreeMap::new();
    for row in &rows {
        let Some((about, key)) = Subject::of(row.try_get("kind")?, row.try_get("subject")?) else { continue };
        acts.entry(about).or_default().push(Stored {
            id: row.try_get("id")?,
            key: key.to_owned(),
            before: row.try_get("before")?,
            after: row.try_get("after")?,
            order: row.try_get("order_id")?,
        });
    }
    Ok(acts)
}

/// Puts back those subjects that still are as the acts left them; tells for each whether it was.
pub(super) async fn restore(
    connection: &mut SqliteConnection,
    about: Subject,
    acts: &[Stored],
    affected: &mut Affected,
    stays: &mut Vec<String>,
    now: DateTime<Utc>,
) -> Result<Vec<bool>, StoreError> {
    match about {
        Subject::Confirmation => confirming::restore(connection, acts, affected).await,
        Subject::Claim => claims::restore(connection, acts, affected).await,
        Subject::AsinMapping => mappings::restore(connection, true, acts, affected).await,
        Subject::NumberMapping => mappings::restore(connection, false, acts, affected).await,
        Subject::Unit => inventory::restore(connection, acts).await,
        Subject::Order => ingest::restore(connection, acts, stays, now).await,
        Subject::Note => notes::restore(connection, acts).await,
        Subject::Setting => settings::restore(connection, acts).await,
        Subject::View => views::restore(connection, acts).await,
        Subject::ViewOrder => views::restore_order(connection, acts).await,
        Subject::PickStop => picking::restore_stops(connection, acts, now).await,
        Subject::PickList => picking::restore_lists(connection, acts).await,
        Subject::WalkOrder => picking::restore_walk(connection, acts).await,
    }
}
