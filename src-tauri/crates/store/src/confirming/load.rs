//! What a decision about an order needs: the order with its lines, what they hold and are mapped to, and the shelf.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::{DateTime, Utc};
use packlight_domain::confirming::ArchiveRule;
use packlight_domain::confirming::archive::archive_location;
use packlight_domain::confirming::rules::{ConfirmLine, Decision, OrderToConfirm, Shelf, Wanted, decide};
use packlight_domain::currency::Currency;
use packlight_domain::matching::rules::{ConditionClass, comparable_set};
use packlight_domain::money::Money;
use packlight_domain::order::Prices;
use packlight_domain::stock::UnitId;
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, Row, SqliteConnection};

use super::Confirming;
use crate::counts::status_of;
use crate::matching::OLDEST;
use crate::rows::{count, from_json, instant, list, money};
use crate::zones::Zones;
use crate::{StoreError, settings};

/// What all orders of a confirmation have in common.
#[derive(Debug)]
pub(super) struct Desk {
    zones: Zones,
    rule: ArchiveRule,
    archive_location: Option<String>,
    without_stock: HashSet<i64>,
    /// The currency of orders that have none.
    home: Currency,
}

impl Desk {
    pub(super) async fn read(
        connection: &mut SqliteConnection,
        what: &Confirming,
        now: DateTime<Utc>,
    ) -> Result<Self, StoreError> {
        Ok(Self {
            zones: Zones::load(connection, now).await?,
            rule: settings::chosen(connection).await?,
            archive_location: what.archive_location.clone(),
            without_stock: what.without_stock.iter().map(|id| i64::from(id.0)).collect(),
            home: settings::home(connection).await?,
        })
    }
}

/// An order and what the rules need of it.
#[derive(Debug)]
pub(super) struct Loaded {
    pub(super) id: i64,
    pub(super) number: String,
    /// Where its units go.
    pub(super) archive_location: String,
    /// The currency that lines without a price were sold in.
    pub(super) currency: Currency,
    pub(super) facts: OrderToConfirm,
    /// The lines of `facts`, as the store knows them.
    pub(super) lines: Vec<LoadedLine>,
}

/// A line as the store knows it.
#[derive(Debug)]
pub(super) struct LoadedLine {
    /// Its row.
    pub(super) item: i64,
    /// The platform's id of the line.
    pub(super) id: String,
    /// What the platform charged for it, less what it took off.
    pub(super) price: Option<Money>,
}

/// An order with what is to be done about it.
#[derive(Debug)]
pub(super) struct Planned {
    pub(super) order: Loaded,
    pub(super) decision: Decision,
}

impl Planned {
    pub(super) fn of(order: Loaded, shelf: &mut Shelf) -> Self {
        let decision = decide(&order.facts, shelf);
        Self { order, decision }
    }

    /// The units it takes, or took when it was confirmed before.
    pub(super) fn units(&self) -> Vec<UnitId> {
        match &self.decision {
            Decision::Confirm { units, .. } => units.iter().map(|taken| taken.unit).collect(),
            Decision::Already => self.order.facts.lines.iter().flat_map(|line| line.linked.clone()).collect(),
            Decision::Skip { .. } => Vec::new(),
        }
    }
}

/// The orders of these row ids, in their order.
pub(super) async fn orders(
    connection: &mut SqliteConnection,
    ids: &[i64],
    desk: &Desk,
) -> Result<Vec<Loaded>, StoreError> {
    let ids = list(ids);
    let mut lines = lines(connection, &ids).await?;
    let rows = sqlx::query(
        "SELECT o.id, o.platform_order_id, o.account_id, o.marketplace_id, o.order_date, o.ui_status, \
         o.confirmed_at IS NOT NULL AS confirmed, o.missing_items, o.fulfilled_by, \
         COALESCE(o.total_currency, o.market_currency) AS currency \
         FROM json_each(?) j CROSS JOIN platform_orders o ON o.id = j.value ORDER BY j.key",
    )
    .bind(&ids)
    .fetch_all(connection)
    .await?;
    rows.iter()
        .map(|row| {
            let lines = lines.remove(&row.try_get("id")?).unwrap_or_default();
            order(row, lines, desk)
        })
        .collect()
}

fn order(row: &SqliteRow, lines: Vec<(ConfirmLine, LoadedLine)>, desk: &Desk) -> Result<Loaded, StoreError> {
    let id: i64 = row.try_get("id")?;
    let zone = desk.zones.zone(row.try_get("account_id")?, row.try_get("marketplace_id")?);
    let by_rule = || {
        Ok::<_, StoreError>(archive_location(desk.rule, instant(row, "order_date")?, desk.zones.now(), zone))
    };
    let currency: Option<&str> = row.try_get("currency")?;
    let (facts, lines) = lines.into_iter().unzip();
    Ok(Loaded {
        id,
        number: row.try_get("platform_order_id")?,
        archive_location: desk.archive_location.clone().map_or_else(by_rule, Ok)?,
        currency: currency.and_then(|code| code.parse().ok()).unwrap_or(desk.home),
        facts: OrderToConfirm {
            status: status_of(row.try_get("ui_status")?),
            confirmed: row.try_get("confirmed")?,
            missing_items: row.try_get("missing_items")?,
            by_amazon: row.try_get::<Option<&str>, _>("fulfilled_by")? == Some("AMAZON"),
            without_stock: desk.without_stock.contains(&id),
            lines: facts,
        },
        lines,
    })
}

async fn lines(
    connection: &mut SqliteConnection,
    ids: &str,
) -> Result<HashMap<i64, Vec<(ConfirmLine, LoadedLine)>>, StoreError> {
    let rows = sqlx::query(
        "SELECT i.id, i.order_id, i.order_item_id, i.title, i.seller_sku, i.asin, i.quantity, i.item_price_minor, \
         i.discount_minor, i.proceeds_minor, i.price_currency, a.platform = 'amazon' AND i.asin IS NULL AS no_asin, \
         COALESCE(m.set_number, n.set_number) AS set_number, COALESCE(m.condition, n.condition) AS condition, \
         (SELECT json_group_array(unit_id) FROM \
         (SELECT c.unit_id FROM claims c WHERE c.item_id = i.id ORDER BY c.claimed_at, c.unit_id)) AS held \
         FROM json_each(?) j CROSS JOIN platform_orders o ON o.id = j.value \
         CROSS JOIN accounts a ON a.id = o.account_id CROSS JOIN platform_order_items i ON i.order_id = o.id \
         LEFT JOIN amazon_asin_mappings m ON m.asin = i.asin AND a.platform = 'amazon' \
         LEFT JOIN number_mappings n ON n.number = i.other_number ORDER BY i.order_id, i.order_item_id",
    )
    .bind(ids)
    .fetch_all(connection)
    .await?;
    let mut lines: HashMap<i64, Vec<(ConfirmLine, LoadedLine)>> = HashMap::new();
    for row in &rows {
        lines.entry(row.try_get("order_id")?).or_default().push(line(row)?);
    }
    Ok(lines)
}

fn line(row: &SqliteRow) -> Result<(ConfirmLine, LoadedLine), StoreError> {
    let mut name = None;
    for column in ["title", "seller_sku", "asin"] {
        let text: Option<String> = row.try_get(column)?;
        name = name.or(text.filter(|text| !text.trim().is_empty()));
    }
    let id: String = row.try_get("order_item_id")?;
    let set: Option<&str> = row.try_get("set_number")?;
    let condition: Option<&str> = row.try_get("condition")?;
    let held: Vec<u32> = from_json(row.try_get("held")?)?;
    let facts = ConfirmLine {
        name: name.unwrap_or_else(|| format!("line {id}")),
        quantity: count(row.try_get("quantity")?) as usize,
        linked: held.into_iter().map(UnitId).collect(),
        wanted: set.zip(condition).map(|(set, condition)| Wanted {
            set_match: comparable_set(set),
            condition_class: ConditionClass::of(condition).key(),
        }),
        no_asin: row.try_get("no_asin")?,
    };
    let amount = |column| money(row, column, "price_currency");
    let prices = Prices {
        item: amount("item_price_minor")?,
        discount: amount("discount_minor")?,
        proceeds: amount("proceeds_minor")?,
        ..Prices::default()
    };
    Ok((facts, LoadedLine { item: row.try_get("id")?, id, price: prices.earned() }))
}

/// Lays out the free units that these orders may take: all of their kinds, or only as many as the orders have room for
/// where nothing else will be served from this shelf.
pub(super) async fn lay_out(
    connection: &mut SqliteConnection,
    orders: &[Loaded],
    only_these: bool,
    shelf: &mut Shelf,
) -> Result<(), StoreError> {
    let mut room: BTreeMap<&Wanted, usize> = BTreeMap::new();
    for line in orders.iter().flat_map(|order| &order.facts.lines) {
        if let Some(wanted) = &line.wanted {
            *room.entry(wanted).or_default() += line.quantity.saturating_sub(line.linked.len());
        }
    }
    for (wanted, units) in room {
        if units == 0 || shelf.knows(wanted) {
            continue;
        }
        let most = if only_these { i64::try_from(units).unwrap_or(i64::MAX) } else { -1 };
        let sql = format!(
            "SELECT id FROM inventory_items WHERE set_match = ? AND condition_class = ? AND status = 'in_stock' \
             ORDER BY {OLDEST} LIMIT +?"
        );
        let free: Vec<i64> = sqlx::query_scalar(AssertSqlSafe(sql))
            .bind(&wanted.set_match)
            .bind(&wanted.condition_class)
            .bind(most)
            .fetch_all(&mut *connection)
            .await?;
        shelf.lay_out(wanted.clone(), free.into_iter().map(|id| UnitId(count(id))));
    }
    Ok(())
}
