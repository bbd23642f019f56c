//! Giving lines their units: one unit by hand, a mapping with the clicked line's units, all matched lines of a
//! selection; and taking them back.
//!
//! Each call is one transaction and one batch. The rules (design §4): never more units than ordered, never a unit of
//! another line, never a line without a number or of a cancelled order.

use chrono::{DateTime, Utc};
use packlight_domain::act::BatchId;
use packlight_domain::instant::to_millis;
use packlight_domain::listing::{MatchStatus, OrderRowId};
use packlight_domain::matching::rules::{ConditionClass, comparable_set};
use packlight_domain::matching::{LineKey, LineLinked, MappingDone};
use packlight_domain::stock::{ClaimMethod, UnitId};
use sqlx::{Row, SqliteConnection};

use crate::acts::{Batch, counted};
use crate::claims::{self, Affected, Holder, line_state};
use crate::mappings::{self, Meaning};
use crate::rows::count;
use crate::{Store, StoreError};

mod bulk;
mod candidates;

/// The oldest units first; those without a purchase date come behind those with one.
pub(crate) const OLDEST: &str = "purchase_date IS NULL, purchase_date, id";

/// A line with what decides whether it may hold units.
#[derive(Debug, Clone)]
struct Line {
    holder: Holder,
    order_number: String,
    is_amazon: bool,
    cancelled: bool,
    /// The seller confirmed the order: what it takes along is settled.
    confirmed: bool,
    asin: Option<String>,
    other_number: Option<String>,
    sku: Option<String>,
    title: Option<String>,
    quantity: i64,
    linked: i64,
}

impl Line {
    /// What it matches by, and whether that is an ASIN.
    fn number(&self) -> Option<(&str, bool)> {
        match (&self.other_number, &self.asin) {
            (Some(number), _) => Some((number, false)),
            (None, Some(asin)) if self.is_amazon => Some((asin, true)),
            _ => None,
        }
    }

    fn room(&self) -> i64 {
        if self.cancelled || self.confirmed { 0 } else { (self.quantity - self.linked).max(0) }
    }

    fn key(&self) -> LineKey {
        LineKey { order: OrderRowId(count(self.holder.order)), order_item_id: self.holder.line.clone() }
    }

    fn refuse(&self, why: &str) -> StoreError {
        StoreError::NotPossible(format!("{why} (line {} of order {})", self.holder.line, self.order_number))
    }
}

impl Store {
    /// Gives one unit to a line. A unit that the line holds already changes nothing.
    ///
    /// # Errors
    /// [`StoreError::UnitClaimed`] where another line holds it; [`StoreError::NotPossible`] where the line has no room,
    /// no ASIN, or its order is cancelled or confirmed.
    pub async fn link_unit(
        &self,
        line: &LineKey,
        unit: UnitId,
        now: DateTime<Utc>,
    ) -> Result<LineLinked, StoreError> {
        let key = line.clone();
        self.write(move |connection| {
            Box::pin(async move {
                let line = read(connection, &key).await?;
                if !is_held_by(connection, unit, &line).await? {
                    refuse_unit(connection, unit, &line).await?;
                    if line.number().is_none() && line.is_amazon {
                        return Err(line.refuse("Amazon gave no ASIN, so it cannot be linked"));
                    }
                    if line.cancelled {
                        return Err(line.refuse("the order is cancelled, so nothing can be linked"));
                    }
                    if line.confirmed {
                        return Err(line.refuse("the order is confirmed: undo the confirmation first"));
                    }
                    if line.room() == 0 {
                        let why =
                            format!("all {} are linked already: unlink first", counted_units(line.quantity));
                        return Err(line.refuse(&why));
                    }
                    let mut batch = Batch::begin(connection, now).await?;
                    let mut affected = Affected::default();
                    let claim = (i64::from(unit.0), line.holder.clone(), ClaimMethod::Manual);
                    claims::claim(connection, &mut batch, &[claim], now, &mut affected).await?;
                    affected.recount(connection).await?;
                    let summary = format!("Linked 1 unit to {}", line.order_number);
                    let batch = batch.finish(connection, &summary).await?;
                    return linked(connection, &key, batch).await;
                }
                linked(connection, &key, None).await
            })
        })
        .await
    }

    /// Frees all units of a line; sold ones stay.
    ///
    /// # Errors
    /// [`StoreError::NotPossible`] where all that it holds is sold.
    pub async fn unlink_line(&self, line: &LineKey, now: DateTime<Utc>) -> Result<LineLinked, StoreError> {
        let key = line.clone();
        self.write(move |connection| {
            Box::pin(async move {
                let line = read(connection, &key).await?;
                let units = claims::beyond(connection, line.holder.item, 0).await?;
                if units.is_empty() && line.linked > 0 {
                    return Err(line.refuse("its units are sold: undo the confirmation first"));
                }
                let mut batch = Batch::begin(connection, now).await?;
                let mut affected = Affected::default();
                claims::free(connection, &mut batch, &units, &mut affected).await?;
                affected.recount(connection).await?;
                let summary = format!("Unlinked {} from {}", counted(units.len(), "unit"), line.order_number);
                let batch = batch.finish(connection, &summary).await?;
                linked(connection, &key, batch).await
            })
        })
        .await
    }

    /// Maps a line's number to a unit's set and condition, gives the line that unit, and as many of the oldest equal
    /// ones as it still lacks; lines that hold units already keep them.
    ///
    /// # Errors
    /// As [`link_unit`](Self::link_unit), but a line that is full, or of a cancelled order, only gets its mapping.
    pub async fn create_mapping(
        &self,
        line: &LineKey,
        unit: UnitId,
        now: DateTime<Utc>,
    ) -> Result<MappingDone, StoreError> {
        let key = line.clone();
        self.write(move |connection| {
            Box::pin(async move {
                let line = read(connection, &key).await?;
                let Some((number, is_asin)) = line.number() else {
                    return Err(line.refuse(if line.is_amazon {
                        "Amazon gave no ASIN, so it cannot be mapped"
                    } else {
                        "it has neither SKU nor item number, so it cannot be mapped"
                    }));
                };
                let held = is_held_by(connection, unit, &line).await?;
                if !held {
                    refuse_unit(connection, unit, &line).await?;
                }
                let (set_number, condition): (String, String) =
                    sqlx::query_as("SELECT set_number, condition FROM inventory_items WHERE id = ?")
                        .bind(unit.0)
                        .fetch_one(&mut *connection)
                        .await?;
                let mut batch = Batch::begin(connection, now).await?;
                let mut affected = Affected::default();
                let meaning = Meaning { set_number, condition, created_at: to_millis(now) };
                mappings::write(connection, &mut batch, number, is_asin, Some(&meaning), &mut affected)
                    .await?;
                let mut room = line.room();
                let mut given = Vec::new();
                if !held && room > 0 {
                    given.push((i64::from(unit.0), line.holder.clone(), ClaimMethod::Manual));
                    room -= 1;
                }
                let equal = oldest(connection, &meaning, unit, room).await?;
                given.extend(equal.into_iter().map(|id| (id, line.holder.clone(), ClaimMethod::Mapping)));
                claims::claim(connection, &mut batch, &given, now, &mut affected).await?;
                affected.recount(connection).await?;
                let lines_matched = mappings::lines(connection, number, is_asin).await?;
                let summary = format!("Mapped {number} to {} {}", meaning.set_number, meaning.condition);
                let units = counted(given.len(), "unit");
                let summary = match given.len() {
                    0 => summary,
                    _ => format!("{summary} and linked {units} to {}", line.order_number),
                };
                Ok(MappingDone {
                    number: number.to_owned(),
                    set_number: meaning.set_number,
                    condition: meaning.condition,
                    lines_matched,
                    units_linked: u32::try_from(given.len()).unwrap_or(u32::MAX),
                    batch: batch.finish(connection, &summary).await?,
                })
            })
        })
        .await
    }

    /// Lines with the platform's id of a line: an id is unique in an order, not beyond.
    pub async fn lines_by_id(
        &self,
        order_item_id: &str,
        account: Option<packlight_domain::account::AccountId>,
    ) -> Result<Vec<(LineKey, String)>, StoreError> {
        let rows: Vec<(i64, String)> = sqlx::query_as(
            "SELECT o.id, o.platform_order_id FROM platform_order_items i CROSS JOIN platform_orders o \
             ON o.id = i.order_id WHERE i.order_item_id = ?1 AND (?2 IS NULL OR o.account_id = ?2) ORDER BY o.id LIMIT 20",
        )
        .bind(order_item_id)
        .bind(account.map(|account| account.0))
        .fetch_all(&self.inner.readers)
        .await?;
        Ok(rows
            .into_iter()
            .map(|(order, number)| {
                let order = OrderRowId(count(order));
                (LineKey { order, order_item_id: order_item_id.to_owned() }, number)
            })
            .collect())
    }
}

fn counted_units(quantity: i64) -> String {
    counted(usize::try_from(quantity).unwrap_or(0), "unit")
}

async fn read(connection: &mut SqliteConnection, key: &LineKey) -> Result<Line, StoreError> {
    let row = sqlx::query(
        "SELECT i.id, i.asin, i.other_number, i.seller_sku, i.title, i.quantity, o.platform_order_id, o.ui_status, \
         o.confirmed_at IS NOT NULL AS confirmed, a.platform, (SELECT COUNT(*) FROM claims c WHERE c.item_id = i.id) AS linked \
         FROM platform_order_items i CROSS JOIN platform_orders o ON o.id = i.order_id \
         CROSS JOIN accounts a ON a.id = o.account_id WHERE i.order_id = ? AND i.order_item_id = ?",
    )
    .bind(key.order.0)
    .bind(&key.order_item_id)
    .fetch_optional(connection)
    .await?
    .ok_or_else(|| StoreError::NoLine(key.order_item_id.clone()))?;
    Ok(Line {
        holder: Holder {
            item: row.try_get("id")?,
            order: i64::from(key.order.0),
            line: key.order_item_id.clone(),
        },
        order_number: row.try_get("platform_order_id")?,
        is_amazon: row.try_get::<&str, _>("platform")? == "amazon",
        cancelled: row.try_get::<i64, _>("ui_status")? == 4,
        confirmed: row.try_get("confirmed")?,
        asin: row.try_get("asin")?,
        other_number: row.try_get("other_number")?,
        sku: row.try_get("seller_sku")?,
        title: row.try_get("title")?,
        quantity: row.try_get("quantity")?,
        linked: row.try_get("linked")?,
    })
}

async fn is_held_by(
    connection: &mut SqliteConnection,
    unit: UnitId,
    line: &Line,
) -> Result<bool, StoreError> {
    let item: Option<i64> = sqlx::query_scalar("SELECT item_id FROM claims WHERE unit_id = ?")
        .bind(unit.0)
        .fetch_optional(connection)
        .await?;
    Ok(item == Some(line.holder.item))
}

/// Says why a unit cannot be given to a line, where it cannot.
async fn refuse_unit(connection: &mut SqliteConnection, unit: UnitId, line: &Line) -> Result<(), StoreError> {
    let row: Option<(String, String, Option<String>)> = sqlx::query_as(
        "SELECT u.status, u.set_number, o.platform_order_id FROM inventory_items u LEFT JOIN claims c ON c.unit_id = u.id \
         LEFT JOIN platform_order_items i ON i.id = c.item_id LEFT JOIN platform_orders o ON o.id = i.order_id \
         WHERE u.id = ?",
    )
    .bind(unit.0)
    .fetch_optional(connection)
    .await?;
    let (status, set, holder) = row.ok_or(StoreError::NoUnit(unit))?;
    match (holder, status.as_str()) {
        (Some(order), _) => Err(StoreError::UnitClaimed { unit, set, order }),
        (None, "sold") => Err(line.refuse(&format!("unit {} ({set}) is sold", unit.0))),
        (None, _) => Ok(()),
    }
}

/// The oldest free units of a set and condition, but for one.
async fn oldest(
    connection: &mut SqliteConnection,
    meaning: &Meaning,
    except: UnitId,
    limit: i64,
) -> Result<Vec<i64>, StoreError> {
    if limit <= 0 {
        return Ok(Vec::new());
    }
    Ok(sqlx::query_scalar(
        "SELECT id FROM inventory_items WHERE set_match = ? AND condition_class = ? AND status = 'in_stock' \
         AND id <> ? ORDER BY purchase_date IS NULL, purchase_date, id LIMIT +?",
    )
    .bind(comparable_set(&meaning.set_number))
    .bind(ConditionClass::of(&meaning.condition).key())
    .bind(except.0)
    .bind(limit)
    .fetch_all(connection)
    .await?)
}

/// What a line holds now.
async fn linked(
    connection: &mut SqliteConnection,
    key: &LineKey,
    batch: Option<BatchId>,
) -> Result<LineLinked, StoreError> {
    let row = sqlx::query(concat!(
        "SELECT i.id, ",
        line_state!(),
        " AS state FROM platform_order_items i CROSS JOIN platform_orders o ON o.id = i.order_id \
         CROSS JOIN accounts a ON a.id = o.account_id WHERE i.order_id = ? AND i.order_item_id = ?"
    ))
    .bind(key.order.0)
    .bind(&key.order_item_id)
    .fetch_one(&mut *connection)
    .await?;
    let units: Vec<i64> =
        sqlx::query_scalar("SELECT unit_id FROM claims WHERE item_id = ? ORDER BY claimed_at, unit_id")
            .bind(row.try_get::<i64, _>("id")?)
            .fetch_all(connection)
            .await?;
    Ok(LineLinked {
        line: key.clone(),
        units: units.into_iter().map(|id| UnitId(count(id))).collect(),
        match_status: match_status(row.try_get("state")?),
        batch,
    })
}

/// The match of a number of `line_state!`.
pub(crate) fn match_status(state: i64) -> MatchStatus {
    match state {
        0 => MatchStatus::Linked,
        1 => MatchStatus::NoAsin,
        2 => MatchStatus::Matched,
        _ => MatchStatus::Unmatched,
    }
}
