//! The seller's own walk: locations in the order in which they are passed.

use chrono::{DateTime, Utc};
use packlight_domain::act::BatchId;
use packlight_domain::picking::place;
use packlight_domain::stock::LocationCount;
use sqlx::SqliteConnection;

use crate::acts::{Act, Batch, Stored, Subject};
use crate::rows::{list, write_rows};
use crate::{Store, StoreError};

/// There is one walk only.
const ALL: &str = "all";

impl Store {
    /// Storage locations of unsold units as they are walked.
    pub async fn walk_order(&self) -> Result<Vec<LocationCount>, StoreError> {
        let mut connection = self.inner.readers.acquire().await?;
        let recorded = read(&mut connection).await?;
        drop(connection);
        let mut locations = self.locations().await?;
        let walk = place::Walk::new(locations.iter().map(|own| own.location.as_str()), &recorded);
        // What has the same rank differs in case only, and is in natural order already.
        locations.sort_by_key(|own| walk.rank(&own.location));
        Ok(locations)
    }

    /// Records the walk; none takes it away. `None` where it is so already.
    pub async fn set_walk_order(
        &self,
        locations: Vec<String>,
        now: DateTime<Utc>,
    ) -> Result<Option<BatchId>, StoreError> {
        self.write(move |connection| {
            Box::pin(async move {
                let before = read(connection).await?;
                if before == locations {
                    return Ok(None);
                }
                write(connection, &locations).await?;
                let text = |walk: &[String]| (!walk.is_empty()).then(|| list(walk));
                let act = Act {
                    about: Subject::WalkOrder,
                    key: ALL.to_owned(),
                    before: text(&before),
                    after: text(&locations),
                    order: None,
                };
                let mut batch = Batch::begin(connection, now).await?;
                batch.record(connection, &[act]).await?;
                let summary = if locations.is_empty() {
                    "Took the recorded walk away"
                } else {
                    "Recorded the walk through the locations"
                };
                batch.finish(connection, summary).await
            })
        })
        .await
    }
}

/// The recorded walk.
pub(super) async fn read(connection: &mut SqliteConnection) -> Result<Vec<String>, StoreError> {
    Ok(sqlx::query_scalar("SELECT location FROM walk_order ORDER BY position").fetch_all(connection).await?)
}

async fn write(connection: &mut SqliteConnection, walk: &[String]) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM walk_order").execute(&mut *connection).await?;
    let rows: Vec<(i64, &String)> = (0..).zip(walk).collect();
    let head = "INSERT INTO walk_order (position, location)";
    write_rows(connection, head, 2, "", &rows, |query, (position, location)| {
        query.bind(*position).bind((*location).clone())
    })
    .await
}

/// Puts the walk back where it still stands; tells whether.
pub(crate) async fn restore(
    connection: &mut SqliteConnection,
    acts: &[Stored],
) -> Result<Vec<bool>, StoreError> {
    let mut restored = Vec::with_capacity(acts.len());
    for act in acts {
        let walk = |text: &Option<String>| -> Vec<String> {
            text.as_deref().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
        };
        let stands = read(connection).await? == walk(&act.after);
        if stands {
            write(connection, &walk(&act.before)).await?;
        }
        restored.push(stands);
    }
    Ok(restored)
}
