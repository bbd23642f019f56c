//! Whole orders: one by its id, or many in the order of the command line, newest first and then by order number.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use packlight_domain::account::AccountId;
use packlight_domain::instant::{from_millis, to_millis};
use packlight_domain::listing::{MappedTo, OrderDetail, OrderItem, OrderRowId, PackageState};
use packlight_domain::matching::LinkedUnit;
use packlight_domain::page::{Cursor, SortKey};
use packlight_domain::query::Query;
use packlight_domain::status;
use packlight_domain::stock::UnitId;
use sqlx::sqlite::SqliteRow;
use sqlx::{Connection, Row, SqliteConnection};

use crate::claims::line_state;
use crate::counts::Scope;
use crate::inventory::method;
use crate::keyset::{Column, Key, Reading, Stretch, Walk};
use crate::matching::match_status;
use crate::page::{Slim, slim_columns};
use crate::rows::{count, from_json, instant, list, money};
use crate::search::{self, Source};
use crate::sieve::Sieve;
use crate::{Store, StoreError};

/// A place in the list of whole orders: date, order number, row id.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Spot {
    date: Option<i64>,
    order_id: String,
    id: i64,
}

impl Spot {
    fn cursor(&self) -> Cursor {
        let date = self.date.map_or("-".to_owned(), |date| date.to_string());
        Cursor(format!("{date}.{}.{}", self.id, self.order_id))
    }

    fn parse(cursor: &Cursor) -> Result<Self, StoreError> {
        let bad = || StoreError::BadCursor(cursor.0.clone());
        let mut parts = cursor.0.splitn(3, '.');
        let mut next = || parts.next().ok_or_else(bad);
        let (date, id, order_id) = (next()?, next()?, next()?);
        Ok(Self {
            date: if date == "-" { None } else { Some(date.parse().map_err(|_| bad())?) },
            order_id: order_id.to_owned(),
            id: id.parse().map_err(|_| bad())?,
        })
    }
}

impl Store {
    /// One order by its row id.
    pub async fn order(&self, id: OrderRowId) -> Result<Option<OrderDetail>, StoreError> {
        let mut connection = self.inner.readers.acquire().await?;
        let mut snapshot = connection.begin().await?;
        let found = load(&mut snapshot, &[i64::from(id.0)]).await?.pop();
        snapshot.commit().await?;
        Ok(found)
    }

    /// One order by the platform's id, of this account or of the first that has it.
    pub async fn find_order(
        &self,
        account: Option<AccountId>,
        platform_order_id: &str,
    ) -> Result<Option<OrderDetail>, StoreError> {
        let mut connection = self.inner.readers.acquire().await?;
        let mut snapshot = connection.begin().await?;
        let id: Option<i64> = sqlx::query_scalar(
            "SELECT o.id FROM accounts a CROSS JOIN platform_orders o \
             ON o.account_id = a.id AND o.platform_order_id = ?1 \
             WHERE ?2 IS NULL OR a.id = ?2 ORDER BY a.id LIMIT 1",
        )
        .bind(platform_order_id)
        .bind(account.map(|account| account.0))
        .fetch_optional(&mut *snapshot)
        .await?;
        let found = match id {
            Some(id) => load(&mut snapshot, &[id]).await?.pop(),
            None => None,
        };
        snapshot.commit().await?;
        Ok(found)
    }

    /// The row ids of the orders with these numbers, of this account or of all.
    pub async fn orders_by_number(
        &self,
        account: Option<AccountId>,
        numbers: &[String],
    ) -> Result<HashMap<String, Vec<OrderRowId>>, StoreError> {
        let rows: Vec<(String, i64)> = sqlx::query_as(
            "SELECT o.platform_order_id, o.id FROM accounts a CROSS JOIN json_each(?1) j CROSS JOIN platform_orders o \
             ON o.account_id = a.id AND o.platform_order_id = j.value WHERE ?2 IS NULL OR a.id = ?2 ORDER BY a.id",
        )
        .bind(list(&numbers.iter().collect::<HashSet<_>>().into_iter().collect::<Vec<_>>()))
        .bind(account.map(|account| account.0))
        .fetch_all(&self.inner.readers)
        .await?;
        let mut found: HashMap<String, Vec<OrderRowId>> = HashMap::new();
        for (number, id) in rows {
            found.entry(number).or_default().push(OrderRowId(count(id)));
        }
        Ok(found)
    }

    /// Whole orders that match, newest order date first, then by order number; those without a date come last. `after`
    /// is the cursor of an order: the list goes on behind it.
    ///
    /// # Errors
    /// [`StoreError::BadCursor`] for a cursor that no order of this list has given.
    pub async fn details(
        &self,
        query: &Query,
        account: Option<AccountId>,
        after: Option<&Cursor>,
        limit: u32,
        now: DateTime<Utc>,
    ) -> Result<Vec<OrderDetail>, StoreError> {
        let mut connection = self.inner.readers.acquire().await?;
        let mut snapshot = connection.begin().await?;
        let sieve = Sieve::load(&mut snapshot, query, Scope { account, platform: None }, now).await?;
        let after = after.map(Spot::parse).transpose()?;
        let column = Column::of(SortKey::Date);
        let sources = Source::all(&mut snapshot, &sieve, column).await?;
        let candidates = match sources.into_iter().min_by_key(|own| own.orders) {
            Some(few) if few.orders < i64::from(search::MANY) / 2 => {
                let found = few.source.candidates(&mut snapshot, &sieve, search::MANY + 1).await?;
                (found.number <= search::MANY).then_some(found.ids)
            }
            _ => None,
        };
        let walk = match &candidates {
            Some(ids) => Walk::of(&sieve, column).among(ids),
            None => Walk::of(&sieve, column),
        };
        let ids = ids(&mut snapshot, &walk, after.as_ref(), limit).await?;
        let details = load(&mut snapshot, &ids).await?;
        snapshot.commit().await?;
        Ok(details)
    }
}

/// Row ids in the order of the list, behind `after`.
async fn ids(
    connection: &mut SqliteConnection,
    walk: &Walk<'_>,
    after: Option<&Spot>,
    limit: u32,
) -> Result<Vec<i64>, StoreError> {
    let mut ids = Vec::new();
    if limit == 0 {
        return Ok(ids);
    }
    let rest = |ids: &[i64]| limit.saturating_sub(u32::try_from(ids.len()).unwrap_or(u32::MAX));
    // The other orders of the same moment.
    if let Some(Spot { date: Some(date), .. }) = after {
        let moment = Some((Key::Number(*date), i64::MIN)).zip(date.checked_add(1)).map(|(low, next)| {
            Stretch { low: Some(low), high: Some((Key::Number(next), i64::MIN)), without_value: false }
        });
        if let Some(moment) = moment {
            ids.extend(numbered(connection, walk, &moment, after, limit).await?);
        }
    }
    if after.is_none_or(|after| after.date.is_some()) && rest(&ids) > 0 {
        // The older ones: down to the date of the last that fits, and of these in the order of the list.
        let high = after.and_then(|after| after.date).map(|date| (Key::Number(date), i64::MIN));
        let older = Stretch { without_value: false, low: None, high };
        let reading = Reading { descending: true, limit: rest(&ids), offset: 0, budget: None };
        let dated = walk.keys(connection, &older, reading).await?;
        if let Some(last) = dated.last() {
            let low = last.key.clone().map(|key| (key, i64::MIN));
            let older = Stretch { low, ..older };
            ids.extend(numbered(connection, walk, &older, None, rest(&ids)).await?);
        }
    }
    if rest(&ids) > 0 {
        let behind = after.filter(|after| after.date.is_none());
        ids.extend(numbered(connection, walk, &Stretch::whole(true), behind, rest(&ids)).await?);
    }
    Ok(ids)
}

/// Row ids of a stretch of dates, newest first, then by order number; behind `after` where all are of its moment.
async fn numbered(
    connection: &mut SqliteConnection,
    walk: &Walk<'_>,
    stretch: &Stretch,
    after: Option<&Spot>,
    limit: u32,
) -> Result<Vec<i64>, StoreError> {
    let reading = Reading { descending: true, limit: u32::MAX, offset: 0, budget: None };
    let marks = walk.keys(connection, stretch, reading).await?;
    let ids: Vec<i64> = marks.iter().map(|mark| mark.id).collect();
    let rows: Vec<i64> = sqlx::query_scalar(
        "SELECT o.id FROM json_each(?1) j CROSS JOIN platform_orders o ON o.id = j.value \
         WHERE ?2 IS NULL OR (o.platform_order_id, o.id) > (?2, ?3) \
         ORDER BY o.order_date DESC, o.platform_order_id, o.id LIMIT +?4",
    )
    .bind(list(&ids))
    .bind(after.map(|after| after.order_id.clone()))
    .bind(after.map(|after| after.id))
    .bind(limit)
    .fetch_all(connection)
    .await?;
    Ok(rows)
}

/// The orders of these row ids, in their order.
pub(crate) async fn load(
    connection: &mut SqliteConnection,
    ids: &[i64],
) -> Result<Vec<OrderDetail>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let ids = list(ids);
    let mut items = items(connection, &ids).await?;
    let mut packages: HashMap<i64, Vec<PackageState>> = HashMap::new();
    let rows: Vec<(i64, String, Option<String>)> = sqlx::query_as(
        "SELECT order_id, reference, status FROM order_packages \
         WHERE order_id IN (SELECT value FROM json_each(?)) ORDER BY order_id, reference",
    )
    .bind(&ids)
    .fetch_all(&mut *connection)
    .await?;
    for (order, reference, status) in rows {
        packages.entry(order).or_default().push(PackageState { reference, status });
    }
    let rows = sqlx::query(concat!(
        "SELECT ",
        slim_columns!(),
        " AS slim, o.id, o.status, o.account_id, o.marketplace_id, o.last_update, o.fulfilled_by, o.service_level, o.deliver_by, o.programs, \
         o.notes, o.confirmed_at FROM json_each(?) j CROSS JOIN platform_orders o ON o.id = j.value \
         CROSS JOIN accounts a ON a.id = o.account_id ORDER BY j.key"
    ))
    .bind(&ids)
    .fetch_all(connection)
    .await?;
    rows.iter()
        .map(|row| {
            let id: i64 = row.try_get("id")?;
            detail(row, items.remove(&id).unwrap_or_default(), packages.remove(&id).unwrap_or_default())
        })
        .collect()
}

fn detail(
    row: &SqliteRow,
    items: Vec<OrderItem>,
    packages: Vec<PackageState>,
) -> Result<OrderDetail, StoreError> {
    let slim = from_json::<Slim>(row.try_get("slim")?)?.into_row()?;
    let programs: &str = row.try_get("programs")?;
    let has = |program: &str| programs.split(' ').any(|own| own == program);
    let spot = Spot {
        date: slim.order_date.map(to_millis),
        order_id: slim.platform_order_id.clone(),
        id: i64::from(slim.id.0),
    };
    Ok(OrderDetail {
        row: slim,
        cursor: spot.cursor(),
        account_id: AccountId(row.try_get("account_id")?),
        marketplace_id: row.try_get("marketplace_id")?,
        status: row.try_get::<Option<&str>, _>("status")?.map(|word| status::to_v0(word).to_owned()),
        last_update: from_millis(row.try_get("last_update")?),
        fulfillment_channel: match row.try_get::<Option<&str>, _>("fulfilled_by")? {
            Some("AMAZON") => Some("AFN".to_owned()),
            Some("MERCHANT") => Some("MFN".to_owned()),
            _ => None,
        },
        service_level: row.try_get("service_level")?,
        deliver_by: instant(row, "deliver_by")?,
        is_prime: has("PRIME"),
        is_business: has("AMAZON_BUSINESS"),
        notes: row.try_get("notes")?,
        confirmed_at: instant(row, "confirmed_at")?,
        items,
        packages,
    })
}

async fn items(
    connection: &mut SqliteConnection,
    ids: &str,
) -> Result<HashMap<i64, Vec<OrderItem>>, StoreError> {
    let rows = sqlx::query(concat!(
        "SELECT i.*, ",
        line_state!(),
        " AS state, COALESCE(m.set_number, n.set_number) AS mapped_set, \
         COALESCE(m.condition, n.condition) AS mapped_condition \
         FROM platform_order_items i CROSS JOIN platform_orders o ON o.id = i.order_id \
         CROSS JOIN accounts a ON a.id = o.account_id \
         LEFT JOIN amazon_asin_mappings m ON m.asin = i.asin AND a.platform = 'amazon' \
         LEFT JOIN number_mappings n ON n.number = i.other_number \
         WHERE i.order_id IN (SELECT value FROM json_each(?)) ORDER BY i.order_id, i.order_item_id"
    ))
    .bind(ids)
    .fetch_all(&mut *connection)
    .await?;
    let mut units = units(connection, ids).await?;
    let mut items: HashMap<i64, Vec<OrderItem>> = HashMap::new();
    for row in &rows {
        let own = units.remove(&row.try_get("id")?).unwrap_or_default();
        items.entry(row.try_get("order_id")?).or_default().push(item(row, own)?);
    }
    Ok(items)
}

/// The units that lines of these orders hold, by line, first claimed first.
async fn units(
    connection: &mut SqliteConnection,
    ids: &str,
) -> Result<HashMap<i64, Vec<LinkedUnit>>, StoreError> {
    let rows = sqlx::query(
        "SELECT c.item_id, c.claimed_at, c.method, u.* FROM json_each(?) j \
         CROSS JOIN platform_order_items i ON i.order_id = j.value CROSS JOIN claims c ON c.item_id = i.id \
         CROSS JOIN inventory_items u ON u.id = c.unit_id ORDER BY c.claimed_at, c.unit_id",
    )
    .bind(ids)
    .fetch_all(connection)
    .await?;
    let mut units: HashMap<i64, Vec<LinkedUnit>> = HashMap::new();
    for row in &rows {
        units.entry(row.try_get("item_id")?).or_default().push(LinkedUnit {
            id: UnitId(count(row.try_get("id")?)),
            set_number: row.try_get("set_number")?,
            name: row.try_get("name")?,
            condition: row.try_get("condition")?,
            storage_location: row.try_get("storage_location")?,
            previous_location: row.try_get("previous_location")?,
            listing_price: money(row, "listing_price_minor", "currency")?.map(Into::into),
            cost: money(row, "cost_minor", "currency")?.map(Into::into),
            claimed_at: from_millis(row.try_get("claimed_at")?),
            method: method(row.try_get("method")?),
        });
    }
    Ok(units)
}

fn item(row: &SqliteRow, units: Vec<LinkedUnit>) -> Result<OrderItem, sqlx::Error> {
    let mapped_set: Option<String> = row.try_get("mapped_set")?;
    let mapped_condition: Option<String> = row.try_get("mapped_condition")?;
    let cancels: Option<&str> = row.try_get("cancel_requested_by")?;
    Ok(OrderItem {
        order_item_id: row.try_get("order_item_id")?,
        asin: row.try_get("asin")?,
        seller_sku: row.try_get("seller_sku")?,
        title: row.try_get("title")?,
        quantity: count(row.try_get("quantity")?),
        quantity_shipped: count(row.try_get::<Option<i64>, _>("quantity_shipped")?.unwrap_or(0)),
        unit_price: money(row, "unit_price_minor", "unit_price_currency")?.map(Into::into),
        total_price: money(row, "item_price_minor", "price_currency")?.map(Into::into),
        condition: row.try_get("condition")?,
        is_gift: row.try_get("is_gift")?,
        cancel_requested: cancels.is_some_and(|who| who.eq_ignore_ascii_case("BUYER")),
        match_status: match_status(row.try_get("state")?),
        mapped_to: mapped_set
            .zip(mapped_condition)
            .map(|(set_number, condition)| MappedTo { set_number, condition }),
        units,
    })
}
