//! Doing again in an older copy what was done since, from the acts of the damaged database that it replaces.
//!
//! An act is done again only where its subject still is as it was before it: doing again is undoing backwards, by the
//! same code. What concerns orders that the copy does not have yet is left out and counted.

use std::path::Path;

use chrono::{DateTime, Utc};
use futures::future::BoxFuture;
use packlight_domain::act::BatchId;
use sqlx::{Connection, Row, SqliteConnection};

use super::undo::{Stored, restore};
use super::{Act, Batch, Subject};
use crate::claims::Affected;
use crate::{Store, StoreError, backup, picking};

/// How much of the seller's work came along.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Replayed {
    /// Acts that were done again.
    pub done: u32,
    /// Acts that could not be.
    pub left: u32,
}

/// An act that only the damaged database knows.
struct Later {
    batch: i64,
    summary: String,
    about: Subject,
    act: Stored,
}

impl Store {
    /// Does again what `damaged` knows to have been done after the last act of this store. Nothing, where the acts there
    /// cannot be read whole, or are not the continuation of those here.
    pub(crate) async fn replay(&self, damaged: &Path, now: DateTime<Utc>) -> Replayed {
        let last = match self.last_act().await {
            Ok(last) => last,
            Err(error) => {
                tracing::warn!(%error, "acts cannot be continued");
                return Replayed::default();
            }
        };
        let later = match continuation(damaged, last).await {
            Ok(later) => later,
            Err(error) => {
                tracing::warn!(%error, "the acts of the damaged database cannot be read");
                return Replayed::default();
            }
        };
        let mut replayed = Replayed::default();
        let mut batches: Vec<(i64, BatchId)> = Vec::new();
        for step in steps(later) {
            let (number, batch) = (u32::try_from(step.len()).unwrap_or(u32::MAX), step[0].batch);
            let own = batches.iter().find(|(first, _)| *first == batch).map(|(_, own)| *own);
            let done = self.write(move |connection| do_again(connection, step, own, now)).await;
            let done = done.unwrap_or_else(|error| {
                tracing::warn!(%error, "some acts could not be done again");
                None
            });
            let (own, done) = done.map_or((None, 0), |(own, done)| (own, done));
            if let Some(own) = own {
                batches.push((batch, own));
            }
            replayed.done += done;
            replayed.left += number - done;
        }
        replayed
    }

    async fn last_act(&self) -> Result<Option<(i64, i64, String)>, StoreError> {
        let sql = "SELECT id, at, subject FROM acts ORDER BY id DESC LIMIT 1";
        Ok(sqlx::query_as(sql).fetch_optional(&self.inner.readers).await?)
    }
}

async fn continuation(damaged: &Path, last: Option<(i64, i64, String)>) -> Result<Vec<Later>, StoreError> {
    let mut connection = backup::reading(damaged).await?;
    for table in ["PRAGMA quick_check('acts')", "PRAGMA quick_check('act_batches')"] {
        let found: String = sqlx::query_scalar(table).fetch_one(&mut connection).await?;
        if found != "ok" {
            return Err(StoreError::Corrupt(found));
        }
    }
    let base = last.as_ref().map_or(0, |(id, ..)| *id);
    let same: Option<(i64, i64, String)> = sqlx::query_as("SELECT id, at, subject FROM acts WHERE id = ?")
        .bind(base)
        .fetch_optional(&mut connection)
        .await?;
    if same != last {
        return Err(StoreError::Internal("the backup is not of this database".to_owned()));
    }
    let rows = sqlx::query(
        "SELECT a.id, a.batch, a.kind, a.subject, a.before, a.after, a.order_id, b.summary FROM acts a \
         CROSS JOIN act_batches b ON b.id = a.batch WHERE a.id > ? ORDER BY a.id",
    )
    .bind(base)
    .fetch_all(&mut connection)
    .await?;
    connection.close().await?;
    let mut later = Vec::with_capacity(rows.len());
    for row in &rows {
        let Some((about, key)) = Subject::of(row.try_get("kind")?, row.try_get("subject")?) else { continue };
        later.push(Later {
            batch: row.try_get("batch")?,
            summary: row.try_get("summary")?,
            about,
            // Backwards: what it was then is what is put in place now.
            act: Stored {
                id: row.try_get("id")?,
                key: key.to_owned(),
                before: row.try_get("after")?,
                after: row.try_get("before")?,
                order: row.try_get("order_id")?,
            },
        });
    }
    Ok(later)
}

/// Neighbours of one batch and kind, which are done together.
fn steps(later: Vec<Later>) -> Vec<Vec<Later>> {
    let mut steps: Vec<Vec<Later>> = Vec::new();
    for one in later {
        match steps.last_mut() {
            Some(step) if step[0].batch == one.batch && step[0].about == one.about => step.push(one),
            _ => steps.push(vec![one]),
        }
    }
    steps
}

/// The batch that the acts went into, and how many they are.
type Done = Option<(Option<BatchId>, u32)>;

fn do_again(
    connection: &mut SqliteConnection,
    step: Vec<Later>,
    own: Option<BatchId>,
    now: DateTime<Utc>,
) -> BoxFuture<'_, Result<Done, StoreError>> {
    Box::pin(async move {
        let (about, summary) = (step[0].about, step[0].summary.clone());
        let acts: Vec<Stored> = step.into_iter().map(|one| one.act).collect();
        let mut affected = Affected::default();
        // Which orders of a file would stay concerns an undo only.
        let mut stays = Vec::new();
        let done = restore(connection, about, &acts, &mut affected, &mut stays, now).await?;
        let again: Vec<Act> = acts
            .into_iter()
            .zip(done)
            .filter_map(|(act, done)| {
                done.then_some(Act {
                    about,
                    key: act.key,
                    before: act.after,
                    after: act.before,
                    order: act.order,
                })
            })
            .collect();
        let number = u32::try_from(again.len()).unwrap_or(u32::MAX);
        let mut batch = Batch::go_on(connection, own, now).await?;
        batch.record(connection, &again).await?;
        let orders = affected.orders();
        affected.recount(connection).await?;
        let batch = batch.finish(connection, &summary).await?;
        picking::strike::orders(connection, &orders, now).await?;
        Ok(Some((batch, number)))
    })
}
