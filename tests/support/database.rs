//! Looks at a database file from outside, the way a spreadsheet or a curious seller would: by SQL of its own.

use std::path::Path;

use packlight_spapi_sim::TruthLine;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions, Row};

/// A read-only connection to the database of a data folder.
pub async fn open(folder: &Path) -> SqliteConnection {
    SqliteConnectOptions::new()
        .filename(folder.join("packlight.db"))
        .read_only(true)
        .connect()
        .await
        .expect("the database can be read from outside")
}

/// The numbers that a query answers, one a row.
pub async fn numbers(folder: &Path, sql: &'static str) -> Vec<i64> {
    sqlx::query_scalar(sql).fetch_all(&mut open(folder).await).await.expect("the query is right")
}

/// The one number that a query answers.
pub async fn number(folder: &Path, sql: &'static str) -> i64 {
    numbers(folder, sql).await.first().copied().expect("the query answers a row")
}

/// Every row of the `amazon_orders` view as the simulator's truth spells it, by order and item.
pub async fn view(folder: &Path) -> Vec<TruthLine> {
    let sql = "SELECT amazon_order_id, order_item_id, purchase_date, last_update_date, order_status, \
               fulfillment_channel, asin, seller_sku, title, quantity_ordered, quantity_shipped, item_price, \
               item_price_minor, item_currency, is_prime, is_business_order \
               FROM amazon_orders ORDER BY amazon_order_id, order_item_id";
    let rows = sqlx::query(sql).fetch_all(&mut open(folder).await).await.expect("the view is there");
    rows.iter()
        .map(|row| {
            let minor: Option<i64> = row.get("item_price_minor");
            let currency: String = row.get("item_currency");
            let price: Option<f64> = row.get("item_price");
            TruthLine {
                amazon_order_id: row.get("amazon_order_id"),
                order_item_id: row.get("order_item_id"),
                purchase_date: row.get("purchase_date"),
                last_update_date: row.get("last_update_date"),
                order_status: row.get("order_status"),
                fulfillment_channel: row.get("fulfillment_channel"),
                asin: row.get("asin"),
                seller_sku: row.get("seller_sku"),
                title: row.get("title"),
                quantity_ordered: row.get("quantity_ordered"),
                quantity_shipped: row.get("quantity_shipped"),
                item_price: price.map(|price| {
                    if currency == "JPY" { format!("{price:.0}") } else { format!("{price:.2}") }
                }),
                item_price_minor: minor,
                item_currency: currency,
                is_prime: row.get("is_prime"),
                is_business_order: row.get("is_business_order"),
            }
        })
        .collect()
}

/// The simulator's truth in the order of [`view`].
pub fn sorted(mut truth: Vec<TruthLine>) -> Vec<TruthLine> {
    truth.sort_by(|a, b| (&a.amazon_order_id, &a.order_item_id).cmp(&(&b.amazon_order_id, &b.order_item_id)));
    truth
}

/// The tables that hold orders, and how an order is named in them instead of by its surrogate id.
const CONTENT: [(&str, &str); 3] = [
    ("platform_orders", "SELECT *, '' AS of_order FROM platform_orders"),
    (
        "platform_order_items",
        "SELECT i.*, o.platform_order_id AS of_order FROM platform_order_items i JOIN platform_orders o ON o.id = i.order_id",
    ),
    (
        "order_packages",
        "SELECT p.*, o.platform_order_id AS of_order FROM order_packages p JOIN platform_orders o ON o.id = p.order_id",
    ),
];

/// Everything that is kept of orders, as sorted text: every column but surrogate ids, `created_at` and when it was read.
pub async fn content(folder: &Path) -> Vec<String> {
    let mut connection = open(folder).await;
    let mut content = Vec::new();
    for (table, sql) in CONTENT {
        let rows = sqlx::query(sql).fetch_all(&mut connection).await.expect("the tables are there");
        content.extend(rows.iter().map(|row| line(table, row)));
    }
    content.sort();
    content
}

fn line(table: &str, row: &sqlx::sqlite::SqliteRow) -> String {
    use sqlx::{Column, TypeInfo, ValueRef};
    let mut line = table.to_owned();
    for column in row.columns() {
        if matches!(column.name(), "id" | "order_id" | "created_at" | "read_at") {
            continue;
        }
        let value = row.try_get_raw(column.ordinal()).expect("the column is there");
        let text = match value.type_info().name() {
            _ if value.is_null() => "NULL".to_owned(),
            "INTEGER" | "BOOLEAN" => row.get::<i64, _>(column.ordinal()).to_string(),
            "REAL" => row.get::<f64, _>(column.ordinal()).to_string(),
            "BLOB" => format!("{:02x?}", row.get::<Vec<u8>, _>(column.ordinal())),
            _ => row.get::<String, _>(column.ordinal()),
        };
        line.extend(["|", column.name(), "=", &text]);
    }
    line
}
