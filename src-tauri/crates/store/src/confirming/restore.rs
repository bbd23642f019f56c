//! Taking confirmations back, and doing them again: an order with all its units, or not at all.
//!
//! A unit goes back to where it lay. Its line holds it again if it held it before and still has room; otherwise, as after
//! the platform's cancellation, the unit is free.

use std::collections::HashMap;

use sqlx::{Row, SqliteConnection};

use super::archive::{Image, UnitImage, sell};
use crate::acts::Stored;
use crate::claims::{self, Affected, Claim};
use crate::inventory::{self, Place};
use crate::rows::{from_json, list};
use crate::{StoreError, ingest};

/// An act with its images read.
struct Step {
    order: i64,
    /// As the act left it.
    expected: Image,
    /// As it was before the act.
    wanted: Image,
}

/// Orders and units as they are now.
struct Present {
    /// When an order was confirmed, and its status as a number.
    orders: HashMap<i64, (Option<i64>, i64)>,
    /// Where a unit lies, and its status.
    units: HashMap<i64, (Place, String)>,
    claims: HashMap<i64, Claim>,
}

/// Puts orders back that still stand with all their units; tells which.
pub(crate) async fn restore(
    connection: &mut SqliteConnection,
    acts: &[Stored],
    affected: &mut Affected,
) -> Result<Vec<bool>, StoreError> {
    let mut steps = Vec::with_capacity(acts.len());
    for act in acts {
        let read = |text: &Option<String>| text.as_deref().map(from_json::<Image>).transpose();
        let images = read(&act.after)?.zip(read(&act.before)?);
        let step = images.zip(act.key.parse().ok());
        steps.push(step.map(|((expected, wanted), order)| Step { order, expected, wanted }));
    }
    let present = Present::read(connection, &steps).await?;
    let mut restored = Vec::with_capacity(steps.len());
    let (mut back, mut again) = (Vec::new(), Vec::new());
    for step in steps {
        let Some(step) = step.filter(|step| present.stands(step)) else {
            restored.push(false);
            continue;
        };
        let done = if step.wanted.confirmed_at.is_none() {
            back.push(step);
            true
        } else if fits(connection, &step).await? {
            again.push(step);
            true
        } else {
            false
        };
        restored.push(done);
    }
    take_back(connection, &back, &present).await?;
    do_again(connection, &again, &present).await?;
    for step in back.iter().chain(&again) {
        affected.order(step.order);
    }
    Ok(restored)
}

impl Present {
    async fn read(connection: &mut SqliteConnection, steps: &[Option<Step>]) -> Result<Self, StoreError> {
        let ids: Vec<i64> = steps.iter().flatten().map(|step| step.order).collect();
        let rows: Vec<(i64, Option<i64>, i64)> = sqlx::query_as(
            "SELECT o.id, o.confirmed_at, o.ui_status FROM json_each(?) j \
             CROSS JOIN platform_orders o ON o.id = j.value",
        )
        .bind(list(&ids))
        .fetch_all(&mut *connection)
        .await?;
        let orders = rows.into_iter().map(|(id, at, status)| (id, (at, status))).collect();
        let units: Vec<i64> =
            steps.iter().flatten().flat_map(|step| &step.expected.units).map(|unit| unit.unit).collect();
        let claims = claims::held(connection, &units).await?;
        let rows = sqlx::query(
            "SELECT u.id, u.storage_location, u.previous_location, u.status FROM json_each(?) j \
             CROSS JOIN inventory_items u ON u.id = j.value",
        )
        .bind(list(&units))
        .fetch_all(connection)
        .await?;
        let mut units = HashMap::with_capacity(rows.len());
        for row in &rows {
            let unit = row.try_get("id")?;
            let (location, previous) = (row.try_get("storage_location")?, row.try_get("previous_location")?);
            units.insert(unit, (Place { unit, location, previous }, row.try_get("status")?));
        }
        Ok(Self { orders, units, claims })
    }

    /// Whether an order and all its units are as the act left them.
    fn stands(&self, step: &Step) -> bool {
        let Some((confirmed_at, status)) = self.orders.get(&step.order) else { return false };
        // To be confirmed again it must be Paid or Shipped.
        let may = step.wanted.confirmed_at.is_none() || matches!(status, 1 | 2);
        may && *confirmed_at == step.expected.confirmed_at
            && step.expected.units.iter().all(|unit| self.unit_stands(unit, confirmed_at.is_some()))
    }

    fn unit_stands(&self, expected: &UnitImage, is_sold: bool) -> bool {
        let Some((place, status)) = self.units.get(&expected.unit) else { return false };
        let claim = self.claims.get(&expected.unit);
        if *place != expected.place() {
            return false;
        }
        if is_sold {
            // Nobody can take a sold unit from its line; it only loses it with the line itself.
            return status == "sold";
        }
        claim == expected.claim.as_ref() && status == if claim.is_some() { "linked" } else { "in_stock" }
    }
}

/// Makes orders unconfirmed and their units unsold, back in their places.
async fn take_back(
    connection: &mut SqliteConnection,
    steps: &[Step],
    present: &Present,
) -> Result<(), StoreError> {
    if steps.is_empty() {
        return Ok(());
    }
    let units: Vec<&UnitImage> = steps.iter().flat_map(|step| &step.wanted.units).collect();
    let places: Vec<Place> = units.iter().map(|unit| unit.place()).collect();
    inventory::put(connection, &places).await?;
    let ids: Vec<i64> = units.iter().map(|unit| unit.unit).collect();
    sqlx::query(
        "UPDATE inventory_items SET status = IIF(EXISTS (SELECT 1 FROM claims c WHERE c.unit_id = id), 'linked', 'in_stock') \
         WHERE id IN (SELECT value FROM json_each(?))",
    )
    .bind(list(&ids))
    .execute(&mut *connection)
    .await?;
    // Triggers make free what a claim lets go.
    let not_held: Vec<i64> = units
        .iter()
        .filter(|unit| unit.claim.is_none() && present.claims.contains_key(&unit.unit))
        .map(|unit| unit.unit)
        .collect();
    release(connection, &not_held).await?;
    let picked: Vec<(i64, i64)> = steps.iter().flat_map(|step| step.expected.picked.clone()).collect();
    mark_stops(connection, &picked, None).await?;
    let orders: Vec<(i64, Option<i64>)> = steps.iter().map(|step| (step.order, None)).collect();
    ingest::set_confirmed(connection, &orders).await?;
    let orders: Vec<i64> = steps.iter().map(|step| step.order).collect();
    let beyond: Vec<i64> = sqlx::query_scalar(
        "SELECT unit_id FROM (SELECT c.unit_id, IIF(o.ui_status = 4, 0, i.quantity) AS room, \
         ROW_NUMBER() OVER (PARTITION BY c.item_id ORDER BY c.claimed_at, c.unit_id) AS place \
         FROM json_each(?) j CROSS JOIN platform_orders o ON o.id = j.value \
         CROSS JOIN platform_order_items i ON i.order_id = o.id CROSS JOIN claims c ON c.item_id = i.id) \
         WHERE place > room",
    )
    .bind(list(&orders))
    .fetch_all(&mut *connection)
    .await?;
    release(connection, &beyond).await
}

/// Marks stops of lists that nobody put away: picked at a moment, or open again. A list that ended with them is opened
/// after that, by its own act.
async fn mark_stops(
    connection: &mut SqliteConnection,
    stops: &[(i64, i64)],
    picked_at: Option<i64>,
) -> Result<(), StoreError> {
    if stops.is_empty() {
        return Ok(());
    }
    let (from, to) = if picked_at.is_some() { ("open", "picked") } else { ("picked", "open") };
    sqlx::query(
        "UPDATE pick_stops SET mark = ?1, marked_at = ?2 FROM json_each(?3) j \
         WHERE list_id = j.value ->> 0 AND position = j.value ->> 1 AND mark = ?4 \
         AND list_id IN (SELECT id FROM pick_lists WHERE state <> 'discarded')",
    )
    .bind(to)
    .bind(picked_at)
    .bind(list(stops))
    .bind(from)
    .execute(connection)
    .await?;
    Ok(())
}

async fn release(connection: &mut SqliteConnection, units: &[i64]) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM claims WHERE unit_id IN (SELECT value FROM json_each(?))")
        .bind(list(units))
        .execute(connection)
        .await?;
    Ok(())
}

/// Whether an order can be confirmed again as it was: its lines hold the units of then and no others, and have room for
/// those that they do not hold.
async fn fits(connection: &mut SqliteConnection, step: &Step) -> Result<bool, StoreError> {
    let held: i64 = sqlx::query_scalar(
        "SELECT COUNT(*) FROM platform_order_items i CROSS JOIN claims c ON c.item_id = i.id WHERE i.order_id = ?",
    )
    .bind(step.order)
    .fetch_one(&mut *connection)
    .await?;
    let known = step.expected.units.iter().filter(|unit| unit.claim.is_some()).count();
    if usize::try_from(held).ok() != Some(known) {
        return Ok(false);
    }
    let mut wanted: HashMap<&str, i64> = HashMap::new();
    for (unit, now) in step.wanted.units.iter().zip(&step.expected.units) {
        if let (Some(claim), None) = (&unit.claim, &now.claim) {
            *wanted.entry(&claim.line).or_default() += 1;
        }
    }
    for (line, units) in wanted {
        let room: Option<i64> = sqlx::query_scalar(
            "SELECT i.quantity - (SELECT COUNT(*) FROM claims c WHERE c.item_id = i.id) \
             FROM platform_order_items i WHERE i.order_id = ? AND i.order_item_id = ?",
        )
        .bind(step.order)
        .bind(line)
        .fetch_optional(&mut *connection)
        .await?;
        if room.unwrap_or(0) < units {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Confirms orders again with the very units.
async fn do_again(
    connection: &mut SqliteConnection,
    steps: &[Step],
    present: &Present,
) -> Result<(), StoreError> {
    if steps.is_empty() {
        return Ok(());
    }
    let units: Vec<&UnitImage> = steps.iter().flat_map(|step| &step.wanted.units).collect();
    let new: Vec<(i64, &Claim)> = units
        .iter()
        .filter(|unit| !present.claims.contains_key(&unit.unit))
        .filter_map(|unit| Some((unit.unit, unit.claim.as_ref()?)))
        .collect();
    for (unit, claim) in new {
        sqlx::query(
            "INSERT INTO claims (unit_id, item_id, claimed_at, method) SELECT ?, i.id, ?, ? \
             FROM platform_order_items i WHERE i.order_id = ? AND i.order_item_id = ?",
        )
        .bind(unit)
        .bind(claim.at)
        .bind(&claim.method)
        .bind(claim.order)
        .bind(&claim.line)
        .execute(&mut *connection)
        .await?;
    }
    let places: Vec<Place> = units.iter().map(|unit| unit.place()).collect();
    inventory::put(connection, &places).await?;
    sell(connection, &units.iter().map(|unit| unit.unit).collect::<Vec<_>>()).await?;
    for step in steps {
        mark_stops(connection, &step.wanted.picked, step.wanted.confirmed_at).await?;
    }
    let orders: Vec<(i64, Option<i64>)> =
        steps.iter().map(|step| (step.order, step.wanted.confirmed_at)).collect();
    ingest::set_confirmed(connection, &orders).await
}
