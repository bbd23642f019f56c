//! News that waits is told as it is by then: a night may lie between finding and telling.

use packlight_domain::alert::News;
use sqlx::{Row, SqliteConnection};

use crate::StoreError;
use crate::rows::money;

/// Takes back waiting news of orders that were cancelled before anybody was told of them, and enters prices that have come.
pub(super) async fn renew(connection: &mut SqliteConnection) -> Result<(), StoreError> {
    let rows = sqlx::query(
        "SELECT n.id, n.news, o.ui_status = 4 AS cancelled, o.total_minor, o.total_currency FROM alert_news n \
         CROSS JOIN platform_orders o ON o.id = json_extract(n.news, '$.order') \
         WHERE n.told_at IS NULL AND json_extract(n.news, '$.kind') = 'new_order'",
    )
    .fetch_all(&mut *connection)
    .await?;
    for row in &rows {
        let id: i64 = row.try_get("id")?;
        let text: String = row.try_get("news")?;
        if row.try_get("cancelled")? {
            sqlx::query("DELETE FROM alert_news WHERE id = ?").bind(id).execute(&mut *connection).await?;
        } else if let Ok(News::NewOrder { order, number, what, total: before }) = serde_json::from_str(&text)
        {
            let total = money(row, "total_minor", "total_currency")?;
            if total == before {
                continue;
            }
            let news = News::NewOrder { order, number, what, total };
            let text =
                serde_json::to_string(&news).map_err(|error| StoreError::Internal(error.to_string()))?;
            sqlx::query("UPDATE alert_news SET news = ? WHERE id = ?")
                .bind(text)
                .bind(id)
                .execute(&mut *connection)
                .await?;
        }
    }
    Ok(())
}
