//! What the seller did here (design decision 9): each change is an act, and undo is an act of its own.
//!
//! An act says of one subject what it was before and after. Undo puts `before` back only where the subject still is
//! `after`; what somebody changed since is left alone and counted.

use chrono::{DateTime, Utc};
use packlight_domain::instant::to_millis;
use packlight_domain::listing::OrderRowId;
use sqlx::{Row, SqliteConnection};

use crate::{Store, StoreError};

/// Acts that were done together and are undone together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ActBatch(pub i64);

/// What an undo did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Undone {
    /// The batch of the undo itself; `None` where nothing was restored.
    pub batch: Option<ActBatch>,
    /// Subjects that are again as they were.
    pub restored: u32,
    /// Subjects that had changed since, or were restored before.
    pub skipped: u32,
}

const NOTE: &str = "note";

impl Store {
    /// Writes the seller's note on an order, or removes it. `None` where that changes nothing.
    ///
    /// # Errors
    /// [`StoreError::NoOrder`] where there is no such order.
    pub async fn set_note(
        &self,
        order: OrderRowId,
        note: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<Option<ActBatch>, StoreError> {
        let note = note.filter(|note| !note.is_empty()).map(ToOwned::to_owned);
        self.write(move |connection| {
            Box::pin(async move {
                let before: Option<String> =
                    sqlx::query_scalar("SELECT notes FROM platform_orders WHERE id = ?")
                        .bind(order.0)
                        .fetch_optional(&mut *connection)
                        .await?
                        .ok_or(StoreError::NoOrder(order))?;
                if before == note {
                    return Ok(None);
                }
                write_note(connection, order.0, note.as_deref()).await?;
                let act = Act { kind: NOTE, subject: format!("order:{}", order.0), before, after: note };
                Ok(Some(ActBatch(record(connection, None, &act, now).await?)))
            })
        })
        .await
    }

    /// Undoes a batch, subject by subject.
    ///
    /// # Errors
    /// [`StoreError::NoBatch`] where there is no such batch.
    pub async fn undo(&self, batch: ActBatch, now: DateTime<Utc>) -> Result<Undone, StoreError> {
        self.write(move |connection| {
            Box::pin(async move {
                let acts = sqlx::query("SELECT * FROM acts WHERE batch = ? ORDER BY id DESC")
                    .bind(batch.0)
                    .fetch_all(&mut *connection)
                    .await?;
                if acts.is_empty() {
                    return Err(StoreError::NoBatch(batch.0));
                }
                let mut undone = Undone { batch: None, restored: 0, skipped: 0 };
                for row in acts {
                    let done = undo_one(connection, &row, undone.batch, now).await?;
                    match done {
                        Some(own) => {
                            undone.restored += 1;
                            undone.batch = undone.batch.or(Some(ActBatch(own)));
                        }
                        None => undone.skipped += 1,
                    }
                }
                Ok(undone)
            })
        })
        .await
    }
}

struct Act<'a> {
    kind: &'a str,
    subject: String,
    before: Option<String>,
    after: Option<String>,
}

/// Undoes one act and returns the id of the act that did so, or `None` where the subject has moved on.
async fn undo_one(
    connection: &mut SqliteConnection,
    row: &sqlx::sqlite::SqliteRow,
    batch: Option<ActBatch>,
    now: DateTime<Utc>,
) -> Result<Option<i64>, StoreError> {
    let id: i64 = row.try_get("id")?;
    let kind: &str = row.try_get("kind")?;
    let subject: String = row.try_get("subject")?;
    let (before, after): (Option<String>, Option<String>) = (row.try_get("before")?, row.try_get("after")?);
    if row.try_get::<Option<i64>, _>("undone_by")?.is_some() {
        return Ok(None);
    }
    let order: Option<i64> = subject.strip_prefix("order:").and_then(|id| id.parse().ok());
    let (NOTE, Some(order)) = (kind, order) else { return Ok(None) };
    let current: Option<Option<String>> =
        sqlx::query_scalar("SELECT notes FROM platform_orders WHERE id = ?")
            .bind(order)
            .fetch_optional(&mut *connection)
            .await?;
    if current.as_ref() != Some(&after) {
        return Ok(None);
    }
    write_note(connection, order, before.as_deref()).await?;
    let act = Act { kind: NOTE, subject, before: after, after: before };
    let own = record(connection, batch, &act, now).await?;
    sqlx::query("UPDATE acts SET undone_by = ? WHERE id = ?").bind(own).bind(id).execute(connection).await?;
    Ok(Some(own))
}

async fn write_note(
    connection: &mut SqliteConnection,
    order: impl Into<i64>,
    note: Option<&str>,
) -> Result<(), StoreError> {
    sqlx::query("UPDATE platform_orders SET notes = ? WHERE id = ?")
        .bind(note)
        .bind(order.into())
        .execute(connection)
        .await?;
    Ok(())
}

/// Writes an act into a batch, or into a new one that is named after it; returns its id.
async fn record(
    connection: &mut SqliteConnection,
    batch: Option<ActBatch>,
    act: &Act<'_>,
    now: DateTime<Utc>,
) -> Result<i64, StoreError> {
    let id: i64 = sqlx::query_scalar(
        "INSERT INTO acts (id, batch, at, kind, subject, before, after) \
         SELECT next, COALESCE(?1, next), ?2, ?3, ?4, ?5, ?6 \
         FROM (SELECT COALESCE(MAX(id), 0) + 1 AS next FROM acts) RETURNING id",
    )
    .bind(batch.map(|batch| batch.0))
    .bind(to_millis(now))
    .bind(act.kind)
    .bind(&act.subject)
    .bind(&act.before)
    .bind(&act.after)
    .fetch_one(connection)
    .await?;
    Ok(id)
}
