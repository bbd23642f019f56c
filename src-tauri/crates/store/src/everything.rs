//! Everything that the seller owns, as rows of plain tables, for files that outlive this program.
//!
//! Instants are texts in UTC, money is minor units beside its currency. Ids of accounts' applications are left out, and
//! there are no secrets to leave out. The names of files and columns are a promise: they are only added to.

use sqlx::{AssertSqlSafe, Column, Connection, Row, TypeInfo, ValueRef};

use crate::{Store, StoreError};

/// One value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    /// No value.
    None,
    /// A whole number.
    Number(i64),
    /// A text.
    Text(String),
}

/// A piece of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rows {
    /// Names of the columns; empty where there is no row.
    pub heads: Vec<String>,
    /// The rows.
    pub rows: Vec<Vec<Cell>>,
    /// Where the next piece begins; `None` behind the last row.
    pub next: Option<i64>,
}

/// Name of a table, and its rows in the order of the first column `k`, which is not written; `instant(c)` is read by
/// [`with_instants`].
const TABLES: [(&str, &str); 12] = [
    (
        "accounts",
        "SELECT a.id AS k, a.label, a.platform, a.region, a.orders_api, (SELECT \
         group_concat(marketplace_id, ' ') FROM account_marketplaces m WHERE m.account_id = a.id) AS \
         marketplaces, instant(a.created_at) AS created_at, instant(a.removed_at) AS removed_at FROM \
         accounts a",
    ),
    (
        "orders",
        "SELECT o.id AS k, a.label AS account, a.platform, o.platform_order_id AS order_id, \
         instant(o.order_date) AS order_date, instant(o.last_update) AS last_update, o.status, CASE \
         o.ui_status WHEN 0 THEN 'pending' WHEN 1 THEN 'paid' WHEN 2 THEN 'shipped' WHEN 3 THEN \
         'completed' WHEN 4 THEN 'cancelled' ELSE 'other' END AS state, o.marketplace_id, \
         o.sales_channel, o.fulfilled_by, o.service_level, instant(o.ship_by) AS ship_by, \
         instant(o.deliver_by) AS deliver_by, o.total_minor, o.total_currency, o.notes, \
         instant(o.confirmed_at) AS confirmed_at, instant(o.created_at) AS first_seen_at FROM \
         platform_orders o JOIN accounts a ON a.id = o.account_id",
    ),
    (
        "lines",
        "SELECT i.id AS k, o.platform_order_id AS order_id, i.order_item_id, i.asin, i.seller_sku, \
         i.title, i.condition, i.quantity, i.quantity_shipped, i.is_gift, i.unit_price_minor, \
         i.unit_price_currency, i.item_price_minor, i.tax_minor, i.shipping_minor, i.gift_wrap_minor, \
         i.discount_minor, i.proceeds_minor, i.price_currency, i.cancel_requested_by FROM \
         platform_order_items i JOIN platform_orders o ON o.id = i.order_id",
    ),
    (
        "units",
        "SELECT u.id AS k, u.id AS unit_id, u.set_number, u.name, u.condition, u.cost_minor, \
         u.listing_price_minor, u.currency, u.purchase_date, u.storage_location, u.previous_location, \
         u.sku, u.asin, u.notes, u.status, instant(u.created_at) AS created_at FROM inventory_items u",
    ),
    (
        "links",
        "SELECT c.unit_id AS k, c.unit_id, o.platform_order_id AS order_id, i.order_item_id, \
         instant(c.claimed_at) AS linked_at, c.method FROM claims c JOIN platform_order_items i ON i.id = \
         c.item_id JOIN platform_orders o ON o.id = i.order_id",
    ),
    (
        "asin_mappings",
        "SELECT row_number() OVER (ORDER BY asin) AS k, asin, set_number, condition, instant(created_at) \
         AS created_at FROM amazon_asin_mappings",
    ),
    (
        "number_mappings",
        "SELECT row_number() OVER (ORDER BY number) AS k, number, set_number, condition, \
         instant(created_at) AS created_at FROM number_mappings",
    ),
    (
        "acts",
        "SELECT t.id AS k, t.id AS act_id, t.batch, b.summary, instant(t.at) AS at, t.kind, t.subject, \
         t.before, t.after, t.undone_by FROM acts t LEFT JOIN act_batches b ON b.id = t.batch",
    ),
    (
        "pick_lists",
        "SELECT l.id AS k, l.list_id, l.state, instant(l.created_at) AS created_at, instant(l.printed_at) \
         AS printed_at, l.prints, l.lines, l.units, l.orders, l.exceptions FROM pick_lists l",
    ),
    (
        "listings",
        "SELECT row_number() OVER (ORDER BY account_id, marketplace_id, sku) AS k, marketplace_id, sku, \
         asin, title, price_minor, currency, quantity, condition, status, fulfillment_channel, \
         instant(seen_at) AS seen_at FROM listings",
    ),
    (
        "runs",
        "SELECT r.id AS k, a.label AS account, r.kind, instant(r.started_at) AS started_at, \
         instant(r.finished_at) AS finished_at, r.calls, r.pages, r.throttled, r.new_orders, \
         r.changed_orders, r.unchanged, r.items_written, r.error_code, r.error_message FROM sync_logs r \
         JOIN accounts a ON a.id = r.account_id",
    ),
    ("settings", "SELECT row_number() OVER (ORDER BY key) AS k, key, value FROM settings"),
];

/// Writes instants as texts in UTC; one that is not known stays so.
fn with_instants(sql: &str) -> String {
    let mut parts = sql.split("instant(");
    let mut whole = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (column, rest) = part.split_once(')').unwrap_or((part, ""));
        for text in ["strftime('%Y-%m-%dT%H:%M:%SZ', ", column, " / 1000, 'unixepoch')", rest] {
            whole.push_str(text);
        }
    }
    whole
}

/// The names of the tables.
pub fn table_names() -> impl Iterator<Item = &'static str> {
    TABLES.iter().map(|(name, _)| *name)
}

impl Store {
    /// A piece of a table behind the place `after`, `limit` rows at most; an unknown table has none.
    pub async fn table(&self, name: &str, after: i64, limit: u32) -> Result<Rows, StoreError> {
        let mut piece = Rows { heads: Vec::new(), rows: Vec::new(), next: None };
        let Some((_, sql)) = TABLES.iter().find(|(own, _)| *own == name) else { return Ok(piece) };
        let sql = format!("SELECT * FROM ({}) WHERE k > ? ORDER BY k LIMIT +?", with_instants(sql));
        let mut connection = self.inner.readers.acquire().await?;
        let mut snapshot = connection.begin().await?;
        let rows = sqlx::query(AssertSqlSafe(sql)).bind(after).bind(limit).fetch_all(&mut *snapshot).await?;
        for row in &rows {
            if piece.heads.is_empty() {
                piece.heads = row.columns().iter().skip(1).map(|column| column.name().to_owned()).collect();
            }
            let cells = (1..row.columns().len()).map(|at| cell(row, at));
            piece.rows.push(cells.collect::<Result<_, sqlx::Error>>()?);
        }
        if let Some(last) = rows.last()
            && rows.len() >= usize::try_from(limit).unwrap_or(usize::MAX)
        {
            piece.next = Some(last.try_get(0)?);
        }
        Ok(piece)
    }
}

fn cell(row: &sqlx::sqlite::SqliteRow, at: usize) -> Result<Cell, sqlx::Error> {
    let raw = row.try_get_raw(at)?;
    if raw.is_null() {
        return Ok(Cell::None);
    }
    Ok(match raw.type_info().name() {
        "INTEGER" | "BOOLEAN" => Cell::Number(row.try_get_unchecked(at)?),
        _ => Cell::Text(row.try_get_unchecked(at)?),
    })
}
