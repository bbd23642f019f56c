//! A unit as acts keep it and as it is written: its fields, and the columns that are derived from them.

use std::collections::HashMap;

use packlight_domain::matching::rules::{ConditionClass, comparable_set};
use packlight_domain::natural;
use packlight_domain::stock::{UnitFields, UnitStatus};
use packlight_domain::text::fold;
use serde::{Deserialize, Serialize};
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};

use super::{code, status};
use crate::StoreError;
use crate::rows::{list, write_rows};

/// A unit without its id and status: the status follows from claims and confirmations.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Image {
    #[serde(flatten)]
    pub(super) fields: UnitFields,
    pub(super) previous_location: Option<String>,
    pub(super) created_at: i64,
}

impl Image {
    pub(super) fn to_text(&self) -> Result<String, StoreError> {
        serde_json::to_string(self).map_err(|error| StoreError::Internal(error.to_string()))
    }

    /// What a search compares.
    fn search(&self) -> String {
        let fields = &self.fields;
        let mut search = String::from("\n");
        for text in [
            Some(&fields.set_number),
            Some(&fields.name),
            Some(&fields.condition),
            fields.storage_location.as_ref(),
            fields.sku.as_ref(),
            fields.asin.as_ref(),
            fields.notes.as_ref(),
        ]
        .into_iter()
        .flatten()
        {
            search.push_str(&fold(text));
            search.push('\n');
        }
        search
    }
}

/// The units of these ids, with where each stands.
pub(super) async fn images(
    connection: &mut SqliteConnection,
    ids: &[i64],
) -> Result<HashMap<i64, (Image, UnitStatus)>, StoreError> {
    let rows = sqlx::query("SELECT u.* FROM json_each(?) j CROSS JOIN inventory_items u ON u.id = j.value")
        .bind(list(ids))
        .fetch_all(connection)
        .await?;
    rows.iter().map(|row| Ok((row.try_get("id")?, (image(row)?, status(row.try_get("status")?))))).collect()
}

fn image(row: &SqliteRow) -> Result<Image, sqlx::Error> {
    Ok(Image {
        fields: UnitFields {
            set_number: row.try_get("set_number")?,
            name: row.try_get("name")?,
            condition: row.try_get("condition")?,
            cost_minor: row.try_get("cost_minor")?,
            listing_price_minor: row.try_get("listing_price_minor")?,
            currency: row.try_get::<Option<&str>, _>("currency")?.and_then(|code| code.parse().ok()),
            purchase_date: row.try_get::<Option<&str>, _>("purchase_date")?.and_then(|day| day.parse().ok()),
            storage_location: row.try_get("storage_location")?,
            sku: row.try_get("sku")?,
            asin: row.try_get("asin")?,
            notes: row.try_get("notes")?,
        },
        previous_location: row.try_get("previous_location")?,
        created_at: row.try_get("created_at")?,
    })
}

const UNIT: &str = "INSERT INTO inventory_items (id, set_number, name, condition, cost_minor, listing_price_minor, \
    currency, purchase_date, storage_location, previous_location, sku, asin, notes, status, created_at, set_match, \
    condition_class, set_order, name_order, location_order, search)";
const UNIT_AGAIN: &str = "ON CONFLICT (id) DO UPDATE SET set_number = excluded.set_number, name = excluded.name, \
    condition = excluded.condition, cost_minor = excluded.cost_minor, \
    listing_price_minor = excluded.listing_price_minor, currency = excluded.currency, \
    purchase_date = excluded.purchase_date, storage_location = excluded.storage_location, \
    previous_location = excluded.previous_location, sku = excluded.sku, asin = excluded.asin, \
    notes = excluded.notes, created_at = excluded.created_at, set_match = excluded.set_match, \
    condition_class = excluded.condition_class, set_order = excluded.set_order, name_order = excluded.name_order, \
    location_order = excluded.location_order, search = excluded.search";

/// Writes units, new ones as free; the status of one that is there stays.
pub(super) async fn write(
    connection: &mut SqliteConnection,
    units: &[(i64, Image)],
) -> Result<(), StoreError> {
    write_rows(connection, UNIT, 21, UNIT_AGAIN, units, |query, (id, image)| {
        let fields = &image.fields;
        query
            .bind(*id)
            .bind(fields.set_number.clone())
            .bind(fields.name.clone())
            .bind(fields.condition.clone())
            .bind(fields.cost_minor)
            .bind(fields.listing_price_minor)
            .bind(code(fields.currency))
            .bind(fields.purchase_date.map(|day| day.to_string()))
            .bind(fields.storage_location.clone())
            .bind(image.previous_location.clone())
            .bind(fields.sku.clone())
            .bind(fields.asin.clone())
            .bind(fields.notes.clone())
            .bind("in_stock")
            .bind(image.created_at)
            .bind(comparable_set(&fields.set_number))
            .bind(ConditionClass::of(&fields.condition).key())
            .bind(natural::key(&fields.set_number))
            .bind(fold(&fields.name))
            .bind(fields.storage_location.as_deref().map(natural::key))
            .bind(image.search())
    })
    .await
}

/// Where a unit lies, and where it lay before it was archived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    /// The unit.
    pub(crate) unit: i64,
    /// Where it lies.
    pub(crate) location: Option<String>,
    /// Where it lay before.
    pub(crate) previous: Option<String>,
}

/// Puts units in their places; nothing else of them changes, and no act is written.
pub(crate) async fn put(connection: &mut SqliteConnection, places: &[Place]) -> Result<(), StoreError> {
    let ids: Vec<i64> = places.iter().map(|place| place.unit).collect();
    let mut found = images(connection, &ids).await?;
    let mut moved = Vec::with_capacity(places.len());
    for place in places {
        let Some((mut image, _)) = found.remove(&place.unit) else { continue };
        image.fields.storage_location.clone_from(&place.location);
        image.previous_location.clone_from(&place.previous);
        moved.push((place.unit, image));
    }
    write(connection, &moved).await
}
