//! Writes changed orders back: one statement for each table, whatever the number of orders.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use packlight_domain::account::AccountId;
use packlight_domain::instant::to_millis;
use packlight_domain::money::Money;
use packlight_domain::order::{Item, Package};
use sqlx::SqliteConnection;

use super::derive::{Texts, World, texts};
use super::state::{LineState, OrderState, at, currency_of};
use crate::StoreError;
use crate::rows::{list, write_rows};

const ORDER: &str = "INSERT INTO platform_orders (id, account_id, platform_order_id, group_versions, last_update, \
    order_date, marketplace_id, sales_channel, seller_order_id, programs, replaces_order_id, \
    status, fulfilled_by, service_level, ship_by_earliest, ship_by, deliver_by_earliest, deliver_by, \
    total_minor, total_currency, loose_lines, ui_status, market_currency, description, lines, units, units_left, \
    linked_lines, matched_lines, unmatched_lines, no_asin_lines, cancel_requested, missing_items, has_gift, has_asin, \
    created_at)";
const ORDER_AGAIN: &str = "ON CONFLICT (id) DO UPDATE SET group_versions = excluded.group_versions, \
    last_update = excluded.last_update, order_date = excluded.order_date, marketplace_id = excluded.marketplace_id, \
    sales_channel = excluded.sales_channel, seller_order_id = excluded.seller_order_id, \
    programs = excluded.programs, replaces_order_id = excluded.replaces_order_id, status = excluded.status, \
    fulfilled_by = excluded.fulfilled_by, service_level = excluded.service_level, \
    ship_by_earliest = excluded.ship_by_earliest, ship_by = excluded.ship_by, \
    deliver_by_earliest = excluded.deliver_by_earliest, deliver_by = excluded.deliver_by, \
    total_minor = excluded.total_minor, total_currency = excluded.total_currency, \
    loose_lines = excluded.loose_lines, ui_status = excluded.ui_status, market_currency = excluded.market_currency, \
    description = excluded.description, lines = excluded.lines, units = excluded.units, \
    units_left = excluded.units_left, linked_lines = excluded.linked_lines, matched_lines = excluded.matched_lines, \
    unmatched_lines = excluded.unmatched_lines, no_asin_lines = excluded.no_asin_lines, \
    cancel_requested = excluded.cancel_requested, missing_items = excluded.missing_items, \
    has_gift = excluded.has_gift, has_asin = excluded.has_asin";

const ITEM: &str = "INSERT INTO platform_order_items (order_id, order_item_id, asin, seller_sku, title, condition, \
    quantity, unit_price_minor, unit_price_currency, quantity_shipped, is_gift, item_price_minor, tax_minor, \
    shipping_minor, gift_wrap_minor, discount_minor, proceeds_minor, price_currency, cancel_requested_by, \
    other_number, created_at)";
const ITEM_AGAIN: &str = "ON CONFLICT (order_id, order_item_id) DO UPDATE SET asin = excluded.asin, \
    seller_sku = excluded.seller_sku, title = excluded.title, condition = excluded.condition, \
    quantity = excluded.quantity, unit_price_minor = excluded.unit_price_minor, \
    unit_price_currency = excluded.unit_price_currency, quantity_shipped = excluded.quantity_shipped, \
    is_gift = excluded.is_gift, item_price_minor = excluded.item_price_minor, tax_minor = excluded.tax_minor, \
    shipping_minor = excluded.shipping_minor, gift_wrap_minor = excluded.gift_wrap_minor, \
    discount_minor = excluded.discount_minor, proceeds_minor = excluded.proceeds_minor, \
    price_currency = excluded.price_currency, cancel_requested_by = excluded.cancel_requested_by, \
    other_number = excluded.other_number";

/// Writes orders that differ from before, with their lines, parcels and texts. Returns the item rows inserted or changed.
pub(super) async fn orders(
    connection: &mut SqliteConnection,
    account: AccountId,
    world: &World,
    orders: &[(Option<OrderState>, OrderState)],
    now: DateTime<Utc>,
) -> Result<u32, StoreError> {
    let now = to_millis(now);
    write_rows(connection, ORDER, 36, ORDER_AGAIN, orders, |query, (_, order)| {
        let derived = world.derive(order);
        let (header, fulfillment) = (&order.header, &order.fulfillment);
        query
            .bind(order.id)
            .bind(account.0)
            .bind(order.order_id.clone())
            .bind(order.versions.to_bytes())
            .bind(order.last_update())
            .bind(at(header.created))
            .bind(header.marketplace_id.clone())
            .bind(header.sales_channel.clone())
            .bind(header.seller_order_id.clone())
            .bind(header.programs.join(" "))
            .bind(header.replaces_order_id.clone())
            .bind(fulfillment.status.clone())
            .bind(fulfillment.fulfilled_by.clone())
            .bind(fulfillment.service_level.clone())
            .bind(at(fulfillment.ship_by.earliest))
            .bind(at(fulfillment.ship_by.latest))
            .bind(at(fulfillment.deliver_by.earliest))
            .bind(at(fulfillment.deliver_by.latest))
            .bind(minor(order.total))
            .bind(order.total.map(|total| String::from(total.currency)))
            .bind(order.loose_lines())
            .bind(derived.ui_status as i64)
            .bind(derived.market_currency)
            .bind(derived.description)
            .bind(derived.lines)
            .bind(derived.units)
            .bind(derived.units_left)
            .bind(derived.linked)
            .bind(derived.matched)
            .bind(derived.unmatched)
            .bind(derived.no_asin)
            .bind(derived.cancel_requested)
            .bind(derived.missing_items)
            .bind(derived.has_gift)
            .bind(derived.has_asin)
            .bind(now)
    })
    .await?;
    let written = items(connection, world, orders, now).await?;
    packages(connection, orders).await?;
    search_texts(connection, orders).await?;
    Ok(u32::try_from(written).unwrap_or(u32::MAX))
}

async fn items(
    connection: &mut SqliteConnection,
    world: &World,
    orders: &[(Option<OrderState>, OrderState)],
    now: i64,
) -> Result<usize, StoreError> {
    let gone: Vec<i64> = orders.iter().flat_map(|(_, order)| order.gone()).collect();
    if !gone.is_empty() {
        // Its units are free by now, see `release`; only a sold one's claim goes with it (foreign key).
        sqlx::query("DELETE FROM platform_order_items WHERE id IN (SELECT value FROM json_each(?))")
            .bind(list(&gone))
            .execute(&mut *connection)
            .await?;
    }
    let mut rows: Vec<(i64, &String, &LineState, &Item)> = Vec::new();
    for (before, order) in orders {
        for (id, line, item) in order.items() {
            let same =
                before.as_ref().and_then(|before| before.lines.get(id)).is_some_and(|old| old.same_row(line));
            if !same {
                rows.push((order.id, id, line, item));
            }
        }
    }
    write_rows(connection, ITEM, 21, ITEM_AGAIN, &rows, |query, (order, id, line, item)| {
        query
            .bind(*order)
            .bind((*id).clone())
            .bind(item.asin.clone())
            .bind(item.seller_sku.clone())
            .bind(item.title.clone())
            .bind(item.condition.clone())
            .bind(item.quantity)
            .bind(minor(item.unit_price))
            .bind(item.unit_price.map(|price| String::from(price.currency)))
            .bind(line.shipped.quantity)
            .bind(line.shipped.is_gift)
            .bind(minor(line.prices.item))
            .bind(minor(line.prices.tax))
            .bind(minor(line.prices.shipping))
            .bind(minor(line.prices.gift_wrap))
            .bind(minor(line.prices.discount))
            .bind(minor(line.prices.proceeds))
            .bind(currency_of(&line.prices).map(String::from))
            .bind(line.cancel_requested_by.clone())
            .bind(world.other_number(item))
            .bind(now)
    })
    .await?;
    Ok(rows.len())
}

async fn packages(
    connection: &mut SqliteConnection,
    orders: &[(Option<OrderState>, OrderState)],
) -> Result<(), StoreError> {
    let differs = |before: &Option<OrderState>, order: &OrderState| {
        before.as_ref().map_or(&[][..], |before| &before.packages[..]) != &order.packages[..]
    };
    let changed: Vec<&OrderState> =
        orders.iter().filter(|(before, order)| differs(before, order)).map(|(_, order)| order).collect();
    if changed.is_empty() {
        return Ok(());
    }
    let ids: Vec<i64> = changed.iter().map(|order| order.id).collect();
    sqlx::query("DELETE FROM order_packages WHERE order_id IN (SELECT value FROM json_each(?))")
        .bind(list(&ids))
        .execute(&mut *connection)
        .await?;
    let rows: Vec<(i64, &Package)> =
        changed.iter().flat_map(|order| order.packages.iter().map(|package| (order.id, package))).collect();
    let head = "INSERT INTO order_packages (order_id, reference, status, contents)";
    write_rows(connection, head, 4, "", &rows, |query, (order, package)| {
        query
            .bind(*order)
            .bind(package.reference.clone())
            .bind(package.status.clone())
            .bind(list(&package.contents))
    })
    .await
}

/// Keeps the search in step. The index without positions is told the old text before it is told the new one.
async fn search_texts(
    connection: &mut SqliteConnection,
    orders: &[(Option<OrderState>, OrderState)],
) -> Result<(), StoreError> {
    let mut rows: Vec<(i64, Texts)> = Vec::with_capacity(orders.len());
    let mut known = HashSet::new();
    for (before, order) in orders {
        let now = texts(order);
        if let Some(before) = before {
            if texts(before) == now {
                continue;
            }
            known.insert(order.id);
        }
        rows.push((order.id, now));
    }
    if rows.is_empty() {
        return Ok(());
    }
    if !known.is_empty() {
        let known: Vec<i64> = known.into_iter().collect();
        sqlx::query(
            "INSERT INTO order_trigrams (order_trigrams, rowid, ids, titles) SELECT 'delete', id, ids, titles \
             FROM order_texts WHERE id IN (SELECT value FROM json_each(?))",
        )
        .bind(list(&known))
        .execute(&mut *connection)
        .await?;
    }
    let again = "ON CONFLICT (id) DO UPDATE SET ids = excluded.ids, titles = excluded.titles";
    write_rows(
        connection,
        "INSERT INTO order_texts (id, ids, titles)",
        3,
        again,
        &rows,
        |query, (id, texts)| query.bind(*id).bind(texts.ids.clone()).bind(texts.titles.clone()),
    )
    .await?;
    let ids: Vec<i64> = rows.iter().map(|(id, _)| *id).collect();
    sqlx::query(
        "INSERT INTO order_trigrams (rowid, ids, titles) SELECT id, ids, titles \
         FROM order_texts WHERE id IN (SELECT value FROM json_each(?))",
    )
    .bind(list(&ids))
    .execute(connection)
    .await?;
    Ok(())
}

fn minor(money: Option<Money>) -> Option<i64> {
    money.map(|money| money.minor)
}
