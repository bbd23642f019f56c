//! Reads what a pick list is planned from: open orders by an index, their lines and units, and the free units that the
//! lines may need.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use packlight_domain::account::Platform;
use packlight_domain::listing::OrderRowId;
use packlight_domain::order::{Group, VersionTable};
use packlight_domain::picking::work::{
    HeldUnit, LinesKnown, Listed, OpenLine, OpenOrder, PickWork, Shelf, ShelfUnit, Wants,
};
use packlight_domain::stock::UnitId;
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, Row, SqliteConnection};

use super::PickAsked;
use crate::accounts::{self, Account};
use crate::matching::OLDEST;
use crate::rows::{count, instant, list};
use crate::{StoreError, selection};

macro_rules! open_orders {
    ($from:literal, $which:literal) => {
        concat!(
            "SELECT o.id, o.account_id, o.platform_order_id, o.marketplace_id, o.order_date, o.ship_by, o.status, ",
            "o.facts & 1024 AS prime, o.missing_items, o.lines, ",
            "CASE WHEN o.missing_items THEN o.group_versions END AS versions FROM ",
            $from,
            " WHERE ",
            $which,
            " AND o.facts & 103 = 65 AND o.facts & 128"
        )
    };
}

/// Paid orders (status 1, unmatched or not, cancel requested or not) of accounts, that the merchant ships and that have
/// something left: from the index, which holds the facts.
pub(crate) const OPEN_ORDERS: &str = open_orders!(
    "platform_orders o INDEXED BY orders_of_class_by_ship",
    "o.account_id IN (SELECT value FROM json_each(?)) AND o.class IN (1, 9, 17, 25)"
);

/// The same, out of some orders.
pub(crate) const OPEN_ORDERS_OF: &str = open_orders!(
    "json_each(?2) j CROSS JOIN platform_orders o ON o.id = j.value",
    "o.account_id IN (SELECT value FROM json_each(?1))"
);

/// Everything that a plan at `now` depends on.
pub(super) async fn load(
    connection: &mut SqliteConnection,
    asked: &PickAsked,
    now: DateTime<Utc>,
) -> Result<PickWork, StoreError> {
    let accounts = accounts::load(connection).await?;
    let served: Vec<i32> = accounts
        .iter()
        .filter(|account| asked.platform.is_none_or(|platform| platform == account.platform))
        .map(|account| account.id.0)
        .collect();
    let rows = match &asked.orders {
        None => sqlx::query(OPEN_ORDERS).bind(list(&served)).fetch_all(&mut *connection).await?,
        Some(orders) => {
            let ids = selection::row_ids(connection, orders, now).await?;
            sqlx::query(OPEN_ORDERS_OF)
                .bind(list(&served))
                .bind(list(&ids))
                .fetch_all(&mut *connection)
                .await?
        }
    };
    let mut orders: BTreeMap<i64, OpenOrder> = BTreeMap::new();
    let mut owners = BTreeSet::new();
    for row in &rows {
        let account = row.try_get("account_id")?;
        owners.insert(account);
        orders.insert(
            row.try_get("id")?,
            open_order(row, zone(&accounts, account, row.try_get("marketplace_id")?))?,
        );
    }
    let ids: Vec<i64> = orders.keys().copied().collect();
    lines(connection, &list(&ids), &mut orders).await?;
    orders.retain(|_, order| !order.lines.is_empty() || order.lines_known == LinesKnown::No);
    let stock = stock(connection, orders.values()).await?;
    let walk = super::walk::read(connection).await?;
    let owners: Vec<&Account> = accounts.iter().filter(|account| owners.contains(&account.id.0)).collect();
    let data_as_of = complete_up_to(&accounts, &owners, asked);
    Ok(PickWork {
        accounts: owners.iter().map(|account| account.label.clone()).collect(),
        data_as_of,
        zone: first_zone(owners.first().copied().or(accounts.first())),
        as_of: data_as_of.unwrap_or(now),
        orders: orders.into_values().collect(),
        stock,
        walk,
    })
}

/// Up to when everything that could be on the list is known: of the connected accounts that are asked for, and of those
/// that have an order on it. Files have no such time.
fn complete_up_to(accounts: &[Account], owners: &[&Account], asked: &PickAsked) -> Option<DateTime<Utc>> {
    accounts
        .iter()
        .filter(|account| account.platform == Platform::Amazon)
        .filter(|account| asked.platform.is_none_or(|platform| platform == account.platform))
        .filter(|account| {
            owners.iter().any(|owner| owner.id == account.id)
                || (asked.orders.is_none() && account.is_connected())
        })
        .map(|account| account.complete_up_to)
        .min()
        .flatten()
}

fn first_zone(account: Option<&Account>) -> Tz {
    account
        .and_then(|account| account.marketplaces.first())
        .and_then(|marketplace| marketplace.zone.parse().ok())
        .unwrap_or(Tz::UTC)
}

/// The zone of an order's business days: its marketplace's, as its account has it, else that of the first marketplace.
fn zone(accounts: &[Account], account: i32, marketplace: Option<&str>) -> Tz {
    accounts
        .iter()
        .filter(|own| own.id.0 == account)
        .flat_map(|own| &own.marketplaces)
        .find(|own| Some(own.id.as_str()) == marketplace)
        .or_else(|| accounts.iter().flat_map(|own| &own.marketplaces).next())
        .and_then(|own| own.zone.parse().ok())
        .unwrap_or(Tz::UTC)
}

fn open_order(row: &SqliteRow, zone: Tz) -> Result<OpenOrder, StoreError> {
    let missing: bool = row.try_get("missing_items")?;
    let versions: Option<&[u8]> = row.try_get("versions")?;
    let lines_version = versions.and_then(|bytes| VersionTable::from_bytes(bytes).get(Group::Items));
    let in_part = lines_version.is_some_and(|lines| !lines.whole);
    let part_shipped = row.try_get::<Option<&str>, _>("status")? == Some("PARTIALLY_SHIPPED");
    Ok(OpenOrder {
        id: OrderRowId(count(row.try_get("id")?)),
        platform_order_id: row.try_get("platform_order_id")?,
        order_date: instant(row, "order_date")?,
        ship_by: instant(row, "ship_by")?,
        zone,
        prime: row.try_get::<i64, _>("prime")? != 0,
        lines_known: match (missing, row.try_get::<i64, _>("lines")?) {
            (true, 0) => LinesKnown::No,
            (true, _) if in_part => LinesKnown::InPart,
            (true, _) if part_shipped => LinesKnown::PartlyShippedSince,
            _ => LinesKnown::Yes,
        },
        lines: Vec::new(),
    })
}

/// Lines with something left, with what they stand for and hold.
async fn lines(
    connection: &mut SqliteConnection,
    ids: &str,
    orders: &mut BTreeMap<i64, OpenOrder>,
) -> Result<(), StoreError> {
    let mut held = held(connection, ids).await?;
    let rows = sqlx::query(
        "SELECT i.id, i.order_id, i.order_item_id, i.title, i.seller_sku, i.asin, i.other_number, i.is_gift, \
         i.cancel_requested_by, i.quantity - COALESCE(i.quantity_shipped, 0) AS left, a.platform, \
         COALESCE(m.set_number, n.set_number) AS set_number, COALESCE(m.condition, n.condition) AS condition \
         FROM json_each(?) j CROSS JOIN platform_orders o ON o.id = j.value CROSS JOIN accounts a ON a.id = o.account_id \
         CROSS JOIN platform_order_items i ON i.order_id = o.id \
         LEFT JOIN amazon_asin_mappings m ON m.asin = i.asin AND a.platform = 'amazon' \
         LEFT JOIN number_mappings n ON n.number = i.other_number \
         WHERE i.quantity > COALESCE(i.quantity_shipped, 0) ORDER BY i.order_id, i.order_item_id",
    )
    .bind(ids)
    .fetch_all(connection)
    .await?;
    for row in &rows {
        let Some(order) = orders.get_mut(&row.try_get("order_id")?) else { continue };
        let asin: Option<String> = row.try_get("asin")?;
        let cancels: Option<&str> = row.try_get("cancel_requested_by")?;
        let mapped: Option<String> = row.try_get("set_number")?;
        let wants = match mapped.zip(row.try_get("condition")?) {
            Some((set_number, condition)) => Wants::Mapped { set_number, condition },
            None if asin.is_none() && row.try_get::<&str, _>("platform")? == "amazon" => Wants::NoAsin,
            None => Wants::Unmapped,
        };
        order.lines.push(OpenLine {
            order_item_id: row.try_get("order_item_id")?,
            title: row.try_get("title")?,
            sku: row.try_get("seller_sku")?,
            asin: match asin {
                None => row.try_get("other_number")?,
                asin => asin,
            },
            gift: row.try_get("is_gift")?,
            cancel_requested: cancels.is_some_and(|who| who.eq_ignore_ascii_case("BUYER")),
            left: count(row.try_get("left")?),
            wants,
            linked: held.remove(&row.try_get("id")?).unwrap_or_default(),
        });
    }
    Ok(())
}

/// Unsold units that lines of these orders hold, by line, first claimed first, and the lists that have them.
async fn held(
    connection: &mut SqliteConnection,
    ids: &str,
) -> Result<HashMap<i64, Vec<HeldUnit>>, StoreError> {
    let rows = sqlx::query(
        "SELECT c.item_id, u.id, u.set_number, u.name, u.condition, u.storage_location, \
         (SELECT l.list_id FROM pick_stops s CROSS JOIN pick_lists l ON l.id = s.list_id WHERE s.holds = u.id) AS open_list, \
         (SELECT l.list_id FROM pick_stops s CROSS JOIN pick_lists l ON l.id = s.list_id \
          WHERE s.order_id = i.order_id AND s.order_item_id = i.order_item_id AND s.unit_id = u.id AND s.mark = 'picked' \
          AND l.state = 'done' ORDER BY l.id DESC LIMIT 1) AS picked_list \
         FROM json_each(?) j CROSS JOIN platform_order_items i ON i.order_id = j.value \
         CROSS JOIN claims c ON c.item_id = i.id CROSS JOIN inventory_items u ON u.id = c.unit_id \
         WHERE u.status <> 'sold' ORDER BY c.claimed_at, c.unit_id",
    )
    .bind(ids)
    .fetch_all(connection)
    .await?;
    let mut held: HashMap<i64, Vec<HeldUnit>> = HashMap::new();
    for row in &rows {
        let listed = match (row.try_get("open_list")?, row.try_get("picked_list")?) {
            (Some(list), _) => Listed::Open(list),
            (None, Some(list)) => Listed::Picked(list),
            (None, None) => Listed::No,
        };
        held.entry(row.try_get("item_id")?).or_default().push(HeldUnit { unit: unit(row)?, listed });
    }
    Ok(held)
}

fn unit(row: &SqliteRow) -> Result<ShelfUnit, sqlx::Error> {
    Ok(ShelfUnit {
        id: UnitId(count(row.try_get("id")?)),
        set_number: row.try_get("set_number")?,
        name: row.try_get("name")?,
        condition: row.try_get("condition")?,
        location: row.try_get("storage_location")?,
    })
}

/// The oldest free units of each shelf, as many as its lines may need.
async fn stock(
    connection: &mut SqliteConnection,
    orders: impl Iterator<Item = &OpenOrder>,
) -> Result<HashMap<Shelf, Vec<ShelfUnit>>, StoreError> {
    let mut needed: BTreeMap<Shelf, i64> = BTreeMap::new();
    for line in orders.flat_map(|order| &order.lines).filter(|line| !line.cancel_requested) {
        if let Wants::Mapped { set_number, condition } = &line.wants {
            *needed.entry(Shelf::of(set_number, condition)).or_default() += i64::from(line.left);
        }
    }
    let sql = format!(
        "SELECT id, set_number, name, condition, storage_location FROM inventory_items \
         WHERE set_match = ? AND condition_class = ? AND status = 'in_stock' ORDER BY {OLDEST} LIMIT +?"
    );
    let mut stock = HashMap::with_capacity(needed.len());
    for (shelf, limit) in needed {
        let rows = sqlx::query(AssertSqlSafe(sql.clone()))
            .bind(&shelf.set)
            .bind(&shelf.class)
            .bind(limit)
            .fetch_all(&mut *connection)
            .await?;
        let units: Result<Vec<ShelfUnit>, sqlx::Error> = rows.iter().map(unit).collect();
        stock.insert(shelf, units?);
    }
    Ok(stock)
}
