//! Orders that were kept without a part that Amazon refused to send: from which update time on they have to be read again.
//!
//! A watermark of a source of its own, which stands until a window that begins at or before it was read whole.

use chrono::{DateTime, Utc};
use packlight_domain::account::AccountId;
use packlight_domain::instant::{from_millis, to_millis};
use sqlx::SqliteConnection;

use super::OpenWindow;
use crate::StoreError;

/// Source of the watermark that stands only while orders lack a part: from there on they have to be read again.
const PATCHY: &str = "orders_patchy";

/// The marketplaces of an account that lack parts of orders, and since which update time.
pub(super) async fn of(
    connection: &mut SqliteConnection,
    account: AccountId,
) -> Result<Vec<(String, DateTime<Utc>)>, StoreError> {
    let patchy: Vec<(String, i64)> =
        sqlx::query_as("SELECT marketplace_id, up_to FROM watermarks WHERE account_id = ? AND source = ?")
            .bind(account.0)
            .bind(PATCHY)
            .fetch_all(connection)
            .await?;
    Ok(patchy.into_iter().map(|(id, from)| (id, from_millis(from))).collect())
}

/// Notes that `window` has to be read again. The note stands a moment before the window, so that its own last page,
/// should that one be whole, does not take the note away: only a window that begins with the note's moment does.
pub(super) async fn note(
    connection: &mut SqliteConnection,
    account: AccountId,
    window: &OpenWindow,
) -> Result<(), StoreError> {
    for marketplace_id in &window.marketplace_ids {
        sqlx::query(
            "INSERT INTO watermarks (account_id, marketplace_id, source, up_to) VALUES (?, ?, ?, ?) \
             ON CONFLICT DO UPDATE SET up_to = excluded.up_to WHERE excluded.up_to < up_to",
        )
        .bind(account.0)
        .bind(marketplace_id)
        .bind(PATCHY)
        .bind(to_millis(window.window.from) - 1)
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

/// `window` was read whole to its last page: what it covers needs no second reading, and once that reaches the watermark
/// the note has done its work.
pub(super) async fn forget(
    connection: &mut SqliteConnection,
    account: AccountId,
    source: &str,
    window: &OpenWindow,
) -> Result<(), StoreError> {
    for marketplace_id in &window.marketplace_ids {
        sqlx::query(
            "UPDATE watermarks SET up_to = ?5 \
             WHERE account_id = ?1 AND marketplace_id = ?2 AND source = ?3 AND up_to BETWEEN ?4 AND ?5",
        )
        .bind(account.0)
        .bind(marketplace_id)
        .bind(PATCHY)
        .bind(to_millis(window.window.from))
        .bind(to_millis(window.reached()))
        .execute(&mut *connection)
        .await?;
        sqlx::query(
            "DELETE FROM watermarks WHERE account_id = ?1 AND marketplace_id = ?2 AND source = ?3 AND up_to >= \
             (SELECT w.up_to FROM watermarks w WHERE w.account_id = ?1 AND w.marketplace_id = ?2 AND w.source = ?4)",
        )
        .bind(account.0)
        .bind(marketplace_id)
        .bind(PATCHY)
        .bind(source)
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}
