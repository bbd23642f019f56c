//! Values that the query bar suggests: what the desk itself is full of.
//!
//! Stock and mappings are small beside orders, and what a seller filters by is mostly in them; the SKUs and ASINs of a
//! million orders are not gone through for a suggestion.

use packlight_domain::query::{Key, Known};
use packlight_domain::text::fold;

use crate::{Store, StoreError};

/// The most suggestions of one kind.
const MOST: u32 = 8;

/// Values that begin so, without case, and how often; the shortest first.
macro_rules! values {
    ($from:literal, $hint:literal) => {
        concat!(
            "SELECT v, ",
            $hint,
            " FROM (SELECT trim(v) AS v, h FROM (",
            $from,
            ")) WHERE lower(substr(v, 1, length(?1))) = ?1 AND v <> '' \
             GROUP BY lower(v) ORDER BY length(v), lower(v) LIMIT +?2"
        )
    };
}

impl Store {
    /// Values of a key that begin with `begun`; none for keys whose values are words of the language.
    pub async fn known_values(&self, key: Key, begun: &str) -> Result<Vec<Known>, StoreError> {
        let sql = match key {
            Key::In => values!(
                "SELECT storage_location AS v, 1 AS h FROM inventory_items WHERE status <> 'sold'",
                "IIF(COUNT(*) = 1, '1 unit', COUNT(*) || ' units')"
            ),
            Key::Sku => values!("SELECT sku AS v, name AS h FROM inventory_items", "MIN(h)"),
            Key::Asin => values!(
                "SELECT asin AS v, name AS h FROM inventory_items UNION ALL \
                 SELECT asin, 'set ' || set_number FROM amazon_asin_mappings",
                "MIN(h)"
            ),
            Key::Set => values!(
                "SELECT set_number AS v, name AS h FROM inventory_items UNION ALL \
                 SELECT set_number, 'mapped' FROM amazon_asin_mappings",
                "MIN(h)"
            ),
            Key::Account => values!("SELECT label AS v, platform AS h FROM accounts", "MIN(h)"),
            _ => return Ok(Vec::new()),
        };
        let rows: Vec<(String, String)> =
            sqlx::query_as(sql).bind(fold(begun)).bind(MOST).fetch_all(&self.inner.readers).await?;
        Ok(rows.into_iter().map(|(value, hint)| Known { value, hint }).collect())
    }
}
