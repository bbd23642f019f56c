//! Orders that are over and old: counting them and letting them go.
//!
//! Owned here: what holds an order, whatever its age, and that no row's number is given a second time. Units are never
//! touched: a sold unit stays sold without its order.

use chrono::{DateTime, Utc};
use packlight_domain::instant::{from_millis, to_millis};
use sqlx::AssertSqlSafe;

use crate::forget::forget_deeds;
use crate::rows::count;
use crate::{Store, StoreError, ingest};

/// Orders placed before `?1`, by the index of each account, state and date.
const OLD: &str = "FROM accounts a CROSS JOIN platform_orders o ON o.account_id = a.id AND o.order_date < ?1";

/// What makes an old order one that is over: its state, and that nothing holds it. The newest row stays whatever it is:
/// its number would be given again, and an order of a number that was seen before is no news.
const OVER: &str = "o.ui_status IN (3, 4) AND o.last_update < ?1 \
    AND o.id < (SELECT MAX(id) FROM platform_orders) \
    AND NOT (o.ui_status = 4 AND o.confirmed_at IS NOT NULL) \
    AND NOT EXISTS (SELECT 1 FROM platform_order_items i CROSS JOIN claims c ON c.item_id = i.id \
    CROSS JOIN inventory_items u ON u.id = c.unit_id WHERE i.order_id = o.id AND u.status <> 'sold') \
    AND NOT EXISTS (SELECT 1 FROM pick_stops s CROSS JOIN pick_lists l ON l.id = s.list_id \
    WHERE s.order_id = o.id AND l.state = 'open')";

impl Store {
    /// The newest moment here that no clock of this computer gave: up to when Amazon's lists were complete, or when the
    /// newest order was placed.
    pub async fn newest_told(&self) -> Result<Option<DateTime<Utc>>, StoreError> {
        let newest: Option<i64> = sqlx::query_scalar(
            "SELECT MAX(at) FROM (SELECT MAX(up_to) AS at FROM watermarks UNION ALL \
             SELECT (SELECT MAX(o.order_date) FROM platform_orders o WHERE o.account_id = a.id) FROM accounts a)",
        )
        .fetch_one(&self.inner.readers)
        .await?;
        Ok(newest.map(from_millis))
    }

    /// How many orders placed before a moment are over, and how many as old are not.
    pub async fn old_orders(&self, before: DateTime<Utc>) -> Result<(u32, u32), StoreError> {
        let sums = format!(
            "SELECT COALESCE(SUM({OVER}), 0), COALESCE(SUM(NOT ({OVER})), 0) {OLD} AND o.ui_status IN (0, 1, 2, 3, 4, 5)"
        );
        let (over, held): (i64, i64) = sqlx::query_as(AssertSqlSafe(sums))
            .bind(to_millis(before))
            .fetch_one(&self.inner.readers)
            .await?;
        Ok((count(over), count(held)))
    }

    /// Lets go of orders that are over and were placed before a moment, `limit` at most, with all that hangs on them and all
    /// that was done to them; returns how many. It is one transaction, so ask again while as many go; nobody else waits for long.
    pub async fn drop_old_orders(&self, before: DateTime<Utc>, limit: u32) -> Result<u32, StoreError> {
        self.write(move |connection| {
            Box::pin(async move {
                let some = format!("SELECT o.id {OLD} WHERE {OVER} LIMIT +?2");
                let ids: Vec<i64> = sqlx::query_scalar(AssertSqlSafe(some))
                    .bind(to_millis(before))
                    .bind(limit)
                    .fetch_all(&mut *connection)
                    .await?;
                forget_deeds(connection, &ids).await?;
                ingest::remove(connection, &ids).await?;
                Ok(u32::try_from(ids.len()).unwrap_or(u32::MAX))
            })
        })
        .await
    }
}
