//! Carrying out what was decided about one order, and the act that keeps how it was before.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use packlight_domain::confirming::rules::Decision;
use packlight_domain::instant::to_millis;
use packlight_domain::stock::ClaimMethod;
use serde::{Deserialize, Serialize};
use sqlx::SqliteConnection;

use super::load::Planned;
use super::tell::Told;
use crate::acts::{Act, Subject};
use crate::claims::{self, Affected, Claim};
use crate::inventory::{self, Place};
use crate::rows::{list, write_rows};
use crate::{StoreError, ingest};

/// An order as an act keeps it: before and after its confirmation alike.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Image {
    /// When it was confirmed; its units are sold exactly if it was.
    pub(super) confirmed_at: Option<i64>,
    pub(super) units: Vec<UnitImage>,
    /// Stops of open pick lists, by list and position, that the confirmation marked picked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) picked: Vec<(i64, i64)>,
}

/// A unit that a confirmation archives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct UnitImage {
    pub(super) unit: i64,
    pub(super) location: Option<String>,
    pub(super) previous: Option<String>,
    pub(super) claim: Option<Claim>,
}

impl UnitImage {
    pub(super) fn place(&self) -> Place {
        Place { unit: self.unit, location: self.location.clone(), previous: self.previous.clone() }
    }
}

impl Image {
    pub(super) fn to_text(&self) -> Result<String, StoreError> {
        serde_json::to_string(self).map_err(|error| StoreError::Internal(error.to_string()))
    }
}

/// What was done to an order.
pub(super) struct Archived {
    /// What it was before and is now.
    pub(super) act: Act,
    /// Open pick lists that had something to take for it.
    pub(super) lists: BTreeSet<i64>,
}

/// Confirms an order: claims what it did not hold yet, archives its units, makes it Completed. `None` where the decision
/// is to leave it alone.
pub(super) async fn archive(
    connection: &mut SqliteConnection,
    planned: &Planned,
    told: &Told,
    now: DateTime<Utc>,
) -> Result<Option<Archived>, StoreError> {
    let Decision::Confirm { units: taken, .. } = &planned.decision else { return Ok(None) };
    let order = &planned.order;
    let at = to_millis(now);
    let ids: Vec<i64> = taken.iter().map(|taken| i64::from(taken.unit.0)).collect();
    let mut held = claims::held(connection, &ids).await?;
    let (mut before, mut after, mut new) = (Vec::new(), Vec::new(), Vec::new());
    for taken in taken {
        let unit = i64::from(taken.unit.0);
        let lay = told.order.units.iter().find(|told| told.id == taken.unit);
        let location = lay.and_then(|unit| unit.storage_location.clone());
        let previous = told.previous(taken.unit);
        let claim = held.remove(&unit);
        let claimed = match (&claim, order.lines.get(taken.line)) {
            (Some(claim), _) => Some(claim.clone()),
            (None, Some(line)) => {
                new.push((unit, line.item));
                let method = ClaimMethod::Mapping.word().to_owned();
                Some(Claim { order: order.id, line: line.id.clone(), at, method })
            }
            (None, None) => None,
        };
        before.push(UnitImage { unit, location: location.clone(), previous, claim });
        let archived = Some(order.archive_location.clone());
        after.push(UnitImage { unit, location: archived, previous: location, claim: claimed });
    }
    let head = "INSERT INTO claims (unit_id, item_id, claimed_at, method)";
    write_rows(connection, head, 4, "", &new, |query, (unit, item)| {
        query.bind(*unit).bind(*item).bind(at).bind(ClaimMethod::Mapping.word())
    })
    .await?;
    let places: Vec<Place> = after.iter().map(UnitImage::place).collect();
    inventory::put(connection, &places).await?;
    sell(connection, &ids).await?;
    ingest::set_confirmed(connection, &[(order.id, Some(at))]).await?;
    let picked = pick(connection, order.id, at).await?;
    let mut affected = Affected::default();
    affected.order(order.id);
    affected.recount(connection).await?;
    let lists = picked.iter().map(|(list, _)| *list).collect();
    let act = Act {
        about: Subject::Confirmation,
        key: order.id.to_string(),
        before: Some(Image { confirmed_at: None, units: before, picked: Vec::new() }.to_text()?),
        after: Some(Image { confirmed_at: Some(at), units: after, picked }.to_text()?),
        order: Some(order.id),
    };
    Ok(Some(Archived { act, lists }))
}

/// Marks what open pick lists still have to take for an order as picked: who confirms it has it in hand.
async fn pick(connection: &mut SqliteConnection, order: i64, at: i64) -> Result<Vec<(i64, i64)>, StoreError> {
    Ok(sqlx::query_as(
        "UPDATE pick_stops SET mark = 'picked', marked_at = ? WHERE order_id = ? AND mark = 'open' \
         AND list_id IN (SELECT id FROM pick_lists WHERE state = 'open') RETURNING list_id, position",
    )
    .bind(at)
    .bind(order)
    .fetch_all(connection)
    .await?)
}

/// Makes claimed units sold.
pub(super) async fn sell(connection: &mut SqliteConnection, units: &[i64]) -> Result<(), StoreError> {
    sqlx::query("UPDATE inventory_items SET status = 'sold' WHERE id IN (SELECT value FROM json_each(?))")
        .bind(list(units))
        .execute(connection)
        .await?;
    Ok(())
}
