//! Lists with news: units of theirs were struck, and the seller has not seen it yet.
//!
//! The transaction that strikes notes the list, among the settings; so news is found at once, however many lists came
//! later, and however the list ended since. Seen is what was shown: units struck after that are news again.

use packlight_domain::picking::PickListId;
use sqlx::SqliteConnection;

use crate::rows::list;
use crate::{Store, StoreError};

impl Store {
    /// Notes that the seller has seen that so many units of a list are struck. Tells whether that is the last word.
    pub async fn see_struck(&self, record: PickListId, struck: u32) -> Result<bool, StoreError> {
        self.write(move |connection| {
            Box::pin(async move {
                let seen = sqlx::query(
                    "UPDATE settings SET value = (SELECT json_group_array(j.value) FROM json_each(settings.value) j \
                     WHERE j.value <> ?1) WHERE key = 'struck_lists' AND ?2 >= \
                     (SELECT COUNT(*) FROM pick_stops s WHERE s.list_id = ?1 AND s.mark = 'struck')",
                )
                .bind(record.0)
                .bind(struck)
                .execute(connection)
                .await?;
                Ok(seen.rows_affected() > 0)
            })
        })
        .await
    }
}

/// Notes lists of which units were struck.
pub(super) async fn note(connection: &mut SqliteConnection, lists: &[i64]) -> Result<(), StoreError> {
    if lists.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "INSERT INTO settings (key, value) VALUES ('struck_lists', ?) ON CONFLICT (key) DO UPDATE SET value = \
         (SELECT json_group_array(v) FROM (SELECT value AS v FROM json_each(settings.value) \
         UNION SELECT value FROM json_each(excluded.value)))",
    )
    .bind(list(lists))
    .execute(connection)
    .await?;
    Ok(())
}
