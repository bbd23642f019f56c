//! What may be told of a database to somebody else: versions, numbers and settings; nothing of an order.

use crate::rows::count;
use crate::{Store, StoreError};

/// Tables whose rows are counted.
const COUNTED: [(&str, &str); 11] = [
    ("orders", "SELECT COUNT(*) FROM platform_orders"),
    ("lines", "SELECT COUNT(*) FROM platform_order_items"),
    ("units", "SELECT COUNT(*) FROM inventory_items"),
    ("claims", "SELECT COUNT(*) FROM claims"),
    ("asin_mappings", "SELECT COUNT(*) FROM amazon_asin_mappings"),
    ("number_mappings", "SELECT COUNT(*) FROM number_mappings"),
    ("acts", "SELECT COUNT(*) FROM acts"),
    ("jobs", "SELECT COUNT(*) FROM jobs"),
    ("listings", "SELECT COUNT(*) FROM listings"),
    ("report_requests", "SELECT COUNT(*) FROM report_requests"),
    ("pick_lists", "SELECT COUNT(*) FROM pick_lists"),
];

impl Store {
    /// Version of the SQLite that is linked in.
    pub async fn sqlite_version(&self) -> Result<String, StoreError> {
        Ok(sqlx::query_scalar("SELECT sqlite_version()").fetch_one(&self.inner.readers).await?)
    }

    /// How many rows there are of what.
    pub async fn row_counts(&self) -> Result<Vec<(&'static str, u32)>, StoreError> {
        let mut counts = Vec::with_capacity(COUNTED.len());
        for (name, sql) in COUNTED {
            let rows: i64 = sqlx::query_scalar(sql).fetch_one(&self.inner.readers).await?;
            counts.push((name, count(rows)));
        }
        Ok(counts)
    }

    /// Every setting that was changed, and its value. No secret is a setting.
    pub async fn settings_told(&self) -> Result<Vec<(String, String)>, StoreError> {
        let sql = "SELECT key, value FROM settings ORDER BY key";
        Ok(sqlx::query_as(sql).fetch_all(&self.inner.readers).await?)
    }
}
