//! The seller's note on an order.

use chrono::{DateTime, Utc};
use packlight_domain::act::BatchId;
use packlight_domain::listing::OrderRowId;
use sqlx::SqliteConnection;

use super::undo::Stored;
use super::{Act, Batch, Subject};
use crate::{Store, StoreError};

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
    ) -> Result<Option<BatchId>, StoreError> {
        let note = note.filter(|note| !note.is_empty()).map(ToOwned::to_owned);
        self.write(move |connection| {
            Box::pin(async move {
                let (number, before): (String, Option<String>) =
                    sqlx::query_as("SELECT platform_order_id, notes FROM platform_orders WHERE id = ?")
                        .bind(order.0)
                        .fetch_optional(&mut *connection)
                        .await?
                        .ok_or(StoreError::NoOrder(order))?;
                if before == note {
                    return Ok(None);
                }
                let done = match (&before, &note) {
                    (None, _) => "Wrote a note on",
                    (_, None) => "Removed the note of",
                    _ => "Changed the note of",
                };
                let row = i64::from(order.0);
                write(connection, row, note.as_deref()).await?;
                let act = Act {
                    about: Subject::Note,
                    key: order.0.to_string(),
                    before,
                    after: note,
                    order: Some(row),
                };
                let mut batch = Batch::begin(connection, now).await?;
                batch.record(connection, &[act]).await?;
                batch.finish(connection, &format!("{done} {number}")).await
            })
        })
        .await
    }
}

/// Puts notes back that still stand; tells which.
pub(super) async fn restore(
    connection: &mut SqliteConnection,
    acts: &[Stored],
) -> Result<Vec<bool>, StoreError> {
    let mut restored = Vec::with_capacity(acts.len());
    for act in acts {
        let current: Option<(Option<String>,)> =
            sqlx::query_as("SELECT notes FROM platform_orders WHERE id = ?")
                .bind(&act.key)
                .fetch_optional(&mut *connection)
                .await?;
        let stands = current.is_some_and(|(note,)| note == act.after);
        if let (true, Ok(order)) = (stands, act.key.parse()) {
            write(connection, order, act.before.as_deref()).await?;
        }
        restored.push(stands);
    }
    Ok(restored)
}

async fn write(connection: &mut SqliteConnection, order: i64, note: Option<&str>) -> Result<(), StoreError> {
    sqlx::query("UPDATE platform_orders SET notes = ? WHERE id = ?")
        .bind(note)
        .bind(order)
        .execute(connection)
        .await?;
    Ok(())
}
