//! Reads whole orders back into memory, all that are asked for by three queries.

use std::collections::HashMap;

use packlight_domain::money::Money;
use packlight_domain::order::{Between, Fulfillment, Header, Item, Package, Prices, Shipped, VersionTable};
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};

use super::state::{LineState, OrderState};
use crate::StoreError;
use crate::rows::{instant, list, money};

/// The stored orders of these row ids.
pub(super) async fn states(
    connection: &mut SqliteConnection,
    ids: &[i64],
) -> Result<HashMap<i64, OrderState>, StoreError> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let ids = list(ids);
    let rows = sqlx::query("SELECT * FROM platform_orders WHERE id IN (SELECT value FROM json_each(?))")
        .bind(&ids)
        .fetch_all(&mut *connection)
        .await?;
    let mut states = HashMap::with_capacity(rows.len());
    for row in &rows {
        let state = order(row)?;
        states.insert(state.id, state);
    }
    let rows = sqlx::query(
        "SELECT i.*, (SELECT COUNT(*) FROM claims c WHERE c.item_id = i.id) AS linked \
         FROM platform_order_items i WHERE i.order_id IN (SELECT value FROM json_each(?))",
    )
    .bind(&ids)
    .fetch_all(&mut *connection)
    .await?;
    for row in &rows {
        if let Some(state) = states.get_mut(&row.try_get("order_id")?) {
            state.lines.insert(row.try_get("order_item_id")?, line(row)?);
        }
    }
    let rows = sqlx::query(
        "SELECT order_id, reference, status, contents FROM order_packages \
         WHERE order_id IN (SELECT value FROM json_each(?)) ORDER BY order_id, reference",
    )
    .bind(&ids)
    .fetch_all(connection)
    .await?;
    for row in &rows {
        if let Some(state) = states.get_mut(&row.try_get("order_id")?) {
            state.packages.push(Package {
                reference: row.try_get("reference")?,
                status: row.try_get("status")?,
                contents: serde_json::from_str(row.try_get("contents")?).unwrap_or_default(),
            });
        }
    }
    Ok(states)
}

fn order(row: &SqliteRow) -> Result<OrderState, sqlx::Error> {
    let mut state = OrderState::new(row.try_get("id")?, row.try_get("platform_order_id")?);
    state.versions = VersionTable::from_bytes(row.try_get("group_versions")?);
    state.header = Header {
        created: instant(row, "order_date")?,
        marketplace_id: row.try_get("marketplace_id")?,
        sales_channel: row.try_get("sales_channel")?,
        seller_order_id: row.try_get("seller_order_id")?,
        programs: row.try_get::<&str, _>("programs")?.split_whitespace().map(ToOwned::to_owned).collect(),
        replaces_order_id: row.try_get("replaces_order_id")?,
    };
    state.fulfillment = Fulfillment {
        status: row.try_get("status")?,
        fulfilled_by: row.try_get("fulfilled_by")?,
        service_level: row.try_get("service_level")?,
        ship_by: Between { earliest: instant(row, "ship_by_earliest")?, latest: instant(row, "ship_by")? },
        deliver_by: Between {
            earliest: instant(row, "deliver_by_earliest")?,
            latest: instant(row, "deliver_by")?,
        },
    };
    state.total = money(row, "total_minor", "total_currency")?;
    state.confirmed = row.try_get::<Option<i64>, _>("confirmed_at")?.is_some();
    if let Some(loose) = row.try_get::<Option<&str>, _>("loose_lines")? {
        state.take_loose_lines(loose);
    }
    Ok(state)
}

fn line(row: &SqliteRow) -> Result<LineState, sqlx::Error> {
    let amount =
        |column: &str| -> Result<Option<Money>, sqlx::Error> { money(row, column, "price_currency") };
    Ok(LineState {
        row: Some(row.try_get("id")?),
        linked: row.try_get("linked")?,
        item: Some(Item {
            asin: row.try_get("asin")?,
            seller_sku: row.try_get("seller_sku")?,
            title: row.try_get("title")?,
            condition: row.try_get("condition")?,
            quantity: row.try_get("quantity")?,
            unit_price: money(row, "unit_price_minor", "unit_price_currency")?,
        }),
        shipped: Shipped { quantity: row.try_get("quantity_shipped")?, is_gift: row.try_get("is_gift")? },
        prices: Prices {
            item: amount("item_price_minor")?,
            tax: amount("tax_minor")?,
            shipping: amount("shipping_minor")?,
            gift_wrap: amount("gift_wrap_minor")?,
            discount: amount("discount_minor")?,
            proceeds: amount("proceeds_minor")?,
        },
        cancel_requested_by: row.try_get("cancel_requested_by")?,
    })
}
