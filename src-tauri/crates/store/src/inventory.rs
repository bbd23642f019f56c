//! Units in stock: one row per physical thing. Reading them as a list, counting them, and the rows behind both.
//!
//! The list is small beside that of orders (a hundred thousand units at most), so a page is a range of an index where
//! nothing filters, and one pass over the units where something does.

use packlight_domain::currency::Currency;
use packlight_domain::instant::from_millis;
use packlight_domain::listing::{MAX_PAGE, OrderRowId};
use packlight_domain::money::{Amount, Money};
use packlight_domain::stock::query::StockQuery;
use packlight_domain::stock::{
    ClaimMethod, LocationCount, StockCounts, Unit, UnitClaim, UnitId, UnitListRequest, UnitPage, UnitSortKey,
    UnitStatus,
};
use sqlx::sqlite::SqliteRow;
use sqlx::{Connection, QueryBuilder, Row, Sqlite, SqliteConnection};

use crate::rows::{LIMIT, count, list, money};
use crate::{Store, StoreError};

mod acts;
mod filter;
mod image;

pub use acts::Units;
pub(crate) use acts::{restore, selected};
pub(crate) use filter::{push_filter, push_location};
pub(crate) use image::{Place, put};

impl Store {
    /// A page of the stock. `query` is the parsed text of `request.query`.
    pub async fn list_units(
        &self,
        query: &StockQuery,
        request: &UnitListRequest,
    ) -> Result<UnitPage, StoreError> {
        let mut connection = self.inner.readers.acquire().await?;
        let mut snapshot = connection.begin().await?;
        let (offset, limit) = (i64::from(request.offset), i64::from(request.limit.min(MAX_PAGE)));
        let column = column(request.sort);
        let down = request.descending;
        let (total, with_value) = counted(&mut snapshot, query, column).await?;
        // Those without a value come last in both directions: two stretches, one behind the other.
        let (with, without) = (format!("{column} IS NOT NULL"), format!("{column} IS NULL"));
        let mut ids_read = Vec::new();
        if offset < with_value {
            ids_read = ids(&mut snapshot, query, &with, column, down, offset, limit).await?;
        }
        let missing = limit - i64::try_from(ids_read.len()).unwrap_or(limit);
        if missing > 0 && with_value < total {
            let skip = (offset - with_value).max(0);
            ids_read.extend(ids(&mut snapshot, query, &without, column, down, skip, missing).await?);
        }
        let rows = load(&mut snapshot, &ids_read).await?;
        snapshot.commit().await?;
        Ok(UnitPage { rows, offset: request.offset, total: count(total) })
    }

    /// Every unit that matches, oldest first.
    pub async fn units(&self, query: &StockQuery) -> Result<Vec<Unit>, StoreError> {
        let mut connection = self.inner.readers.acquire().await?;
        let mut snapshot = connection.begin().await?;
        let ids = ids(&mut snapshot, query, "", "id", false, 0, i64::MAX).await?;
        let units = load(&mut snapshot, &ids).await?;
        snapshot.commit().await?;
        Ok(units)
    }

    /// One unit.
    pub async fn unit(&self, id: UnitId) -> Result<Option<Unit>, StoreError> {
        let mut connection = self.inner.readers.acquire().await?;
        Ok(load(&mut connection, &[i64::from(id.0)]).await?.pop())
    }

    /// What the stock's cards show.
    pub async fn stock_counts(&self) -> Result<StockCounts, StoreError> {
        let rows = sqlx::query(
            "SELECT status, currency, COUNT(*) AS n, SUM(cost_minor) AS cost FROM inventory_items \
             GROUP BY status, currency",
        )
        .fetch_all(&self.inner.readers)
        .await?;
        let mut counts = StockCounts::default();
        let mut cost: Vec<Money> = Vec::new();
        for row in &rows {
            let n = count(row.try_get("n")?);
            counts.all += n;
            match status(row.try_get("status")?) {
                UnitStatus::InStock => counts.in_stock += n,
                UnitStatus::Linked => counts.linked += n,
                UnitStatus::Sold => {
                    counts.sold += n;
                    continue;
                }
            }
            let Some(part) = money(row, "cost", "currency")? else { continue };
            match cost.iter_mut().find(|sum| sum.currency == part.currency) {
                Some(sum) => sum.minor = sum.minor.saturating_add(part.minor),
                None => cost.push(part),
            }
        }
        cost.sort_by_key(|sum| sum.currency);
        counts.cost = cost.into_iter().map(Amount::from).collect();
        Ok(counts)
    }

    /// Storage locations of unsold units in natural order.
    pub async fn locations(&self) -> Result<Vec<LocationCount>, StoreError> {
        let rows: Vec<(String, i64)> = sqlx::query_as(
            "SELECT storage_location, COUNT(*) FROM inventory_items INDEXED BY units_by_place \
             WHERE status <> 'sold' AND storage_location IS NOT NULL GROUP BY storage_location \
             ORDER BY MIN(location_order), storage_location",
        )
        .fetch_all(&self.inner.readers)
        .await?;
        Ok(rows
            .into_iter()
            .map(|(location, units)| LocationCount { location, units: count(units) })
            .collect())
    }
}

fn column(sort: UnitSortKey) -> &'static str {
    match sort {
        UnitSortKey::Added => "id",
        UnitSortKey::SetNumber => "set_order",
        UnitSortKey::Name => "name_order",
        UnitSortKey::Location => "location_order",
        UnitSortKey::PurchaseDate => "purchase_date",
        UnitSortKey::Cost => "cost_minor",
    }
}

/// How many units match, and how many of them have a value in a column.
async fn counted(
    connection: &mut SqliteConnection,
    query: &StockQuery,
    column: &str,
) -> Result<(i64, i64), StoreError> {
    let mut sql = QueryBuilder::<Sqlite>::new("SELECT COUNT(*), COUNT(");
    sql.push(column).push(") FROM inventory_items u WHERE ");
    push_filter(&mut sql, query);
    Ok(sql.build_query_as().fetch_one(connection).await?)
}

/// Row ids of a stretch of the list.
async fn ids(
    connection: &mut SqliteConnection,
    query: &StockQuery,
    also: &str,
    column: &str,
    descending: bool,
    offset: i64,
    limit: i64,
) -> Result<Vec<i64>, StoreError> {
    let direction = if descending { "DESC" } else { "ASC" };
    // One pass over the units is quicker than looking each up by the sort's index when some are left out.
    let how = if query.terms.is_empty() { "" } else { "NOT INDEXED" };
    let mut sql = QueryBuilder::<Sqlite>::new("SELECT id FROM inventory_items u ");
    sql.push(how).push(" WHERE ");
    push_filter(&mut sql, query);
    if !also.is_empty() {
        sql.push(" AND ").push(also);
    }
    sql.push(" ORDER BY ").push(column).push(" ").push(direction).push(", id ").push(direction);
    sql.push(LIMIT).push_bind(limit).push(" OFFSET ").push_bind(offset);
    Ok(sql.build_query_scalar().fetch_all(connection).await?)
}

/// The units of these ids, in their order.
pub(crate) async fn load(connection: &mut SqliteConnection, ids: &[i64]) -> Result<Vec<Unit>, StoreError> {
    let rows = sqlx::query(
        "SELECT u.*, c.claimed_at, c.method, i.order_item_id, o.id AS order_row, o.platform_order_id \
         FROM json_each(?) j CROSS JOIN inventory_items u ON u.id = j.value LEFT JOIN claims c ON c.unit_id = u.id \
         LEFT JOIN platform_order_items i ON i.id = c.item_id LEFT JOIN platform_orders o ON o.id = i.order_id \
         ORDER BY j.key",
    )
    .bind(list(ids))
    .fetch_all(connection)
    .await?;
    rows.iter().map(|row| Ok(unit(row)?)).collect()
}

fn unit(row: &SqliteRow) -> Result<Unit, sqlx::Error> {
    let amount = |column: &str| -> Result<Option<Amount>, sqlx::Error> {
        Ok(money(row, column, "currency")?.map(Amount::from))
    };
    let claim = match row.try_get::<Option<i64>, _>("order_row")? {
        None => None,
        Some(order) => Some(UnitClaim {
            order: OrderRowId(count(order)),
            platform_order_id: row.try_get("platform_order_id")?,
            order_item_id: row.try_get("order_item_id")?,
            claimed_at: from_millis(row.try_get("claimed_at")?),
            method: method(row.try_get("method")?),
        }),
    };
    Ok(Unit {
        id: UnitId(count(row.try_get("id")?)),
        set_number: row.try_get("set_number")?,
        name: row.try_get("name")?,
        condition: row.try_get("condition")?,
        cost: amount("cost_minor")?,
        listing_price: amount("listing_price_minor")?,
        purchase_date: row.try_get::<Option<&str>, _>("purchase_date")?.and_then(|day| day.parse().ok()),
        storage_location: row.try_get("storage_location")?,
        previous_location: row.try_get("previous_location")?,
        sku: row.try_get("sku")?,
        asin: row.try_get("asin")?,
        notes: row.try_get("notes")?,
        status: status(row.try_get("status")?),
        claim,
    })
}

/// The status of a word of the store, which knows these three.
pub(crate) fn status(word: &str) -> UnitStatus {
    UnitStatus::from_word(word).unwrap_or(UnitStatus::InStock)
}

/// The method of a word of the store, which knows these three.
pub(crate) fn method(word: &str) -> ClaimMethod {
    ClaimMethod::from_word(word).unwrap_or(ClaimMethod::Manual)
}

/// A currency's code as it is stored.
fn code(currency: Option<Currency>) -> Option<String> {
    currency.map(String::from)
}
