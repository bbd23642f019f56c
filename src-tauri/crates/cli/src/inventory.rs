//! `inventory import | list`: the units in stock; listing works offline and beside a running Packlight.

use chrono::NaiveDate;
use packlight_domain::currency::Currency;
use packlight_domain::stock::Unit;
use serde::Serialize;

use crate::arguments::InventoryCommand;
use crate::desk::Desk;
use crate::exit::{Exit, Failure};
use crate::imports;
use crate::output::Output;
use crate::shapes::{exact, money};
use crate::table::Table;

/// Runs one of the commands.
pub(crate) async fn run(
    desk: &Desk<'_>,
    command: &InventoryCommand,
    output: &mut Output<'_>,
) -> Result<Exit, Failure> {
    match command {
        InventoryCommand::Import(wanted) => imports::units(desk, wanted, output).await?,
        InventoryCommand::List { query } => {
            let units = desk.reading(async |engine| Ok(engine.units(query).await?)).await?;
            let table = Table::new(&[
                ("unit", -6),
                ("set", 8),
                ("condition", 12),
                ("location", 10),
                ("status", 8),
                ("cost", -12),
                ("name", 0),
            ]);
            let mut list = output.list();
            for unit in units {
                list.push(&UnitShape::of(unit), &table, people)?;
            }
            list.end("No unit matches.")?;
        }
    }
    Ok(Exit::Done)
}

/// A unit (design §3, `inventory list`).
#[derive(Debug, Serialize)]
struct UnitShape {
    id: String,
    set_number: String,
    name: String,
    condition: String,
    cost_minor: Option<i64>,
    listing_price_minor: Option<i64>,
    currency: Option<Currency>,
    purchase_date: Option<NaiveDate>,
    storage_location: Option<String>,
    previous_location: Option<String>,
    sku: Option<String>,
    asin: Option<String>,
    notes: Option<String>,
    status: &'static str,
    order_item_id: Option<String>,
    platform_order_id: Option<String>,
}

impl UnitShape {
    fn of(unit: Unit) -> Self {
        let cost = unit.cost.as_ref().and_then(exact);
        let listing_price = unit.listing_price.as_ref().and_then(exact);
        let (order_item_id, platform_order_id) =
            unit.claim.map(|claim| (claim.order_item_id, claim.platform_order_id)).unzip();
        Self {
            id: unit.id.0.to_string(),
            set_number: unit.set_number,
            name: unit.name,
            condition: unit.condition,
            cost_minor: cost.map(|cost| cost.minor),
            listing_price_minor: listing_price.map(|price| price.minor),
            currency: cost.or(listing_price).map(|amount| amount.currency),
            purchase_date: unit.purchase_date,
            storage_location: unit.storage_location,
            previous_location: unit.previous_location,
            sku: unit.sku,
            asin: unit.asin,
            notes: unit.notes,
            status: unit.status.word(),
            order_item_id,
            platform_order_id,
        }
    }
}

fn people(unit: &UnitShape) -> Vec<String> {
    vec![
        unit.id.clone(),
        unit.set_number.clone(),
        unit.condition.clone(),
        unit.storage_location.clone().unwrap_or_else(|| "—".to_owned()),
        unit.status.replace('_', " "),
        money(unit.cost_minor, unit.currency),
        unit.name.clone(),
    ]
}

#[cfg(test)]
mod tests {
    use packlight_domain::money::{Amount, Money};
    use packlight_domain::stock::{UnitId, UnitStatus};

    use super::*;

    #[test]
    fn a_unit_has_every_documented_key() {
        let unit = Unit {
            id: UnitId(12),
            set_number: "75192".into(),
            name: "Millennium Falcon".into(),
            condition: "New Sealed".into(),
            cost: None,
            listing_price: Some(Amount::from(Money { minor: 59_999, currency: Currency::GBP })),
            purchase_date: NaiveDate::from_ymd_opt(2025, 12, 1),
            storage_location: None,
            previous_location: None,
            sku: None,
            asin: None,
            notes: None,
            status: UnitStatus::InStock,
            claim: None,
        };
        let shape = UnitShape::of(unit);
        assert_eq!(
            serde_json::to_value(&shape).unwrap(),
            serde_json::json!({
                "id": "12", "set_number": "75192", "name": "Millennium Falcon", "condition": "New Sealed",
                "cost_minor": null, "listing_price_minor": 59_999, "currency": "GBP", "purchase_date": "2025-12-01",
                "storage_location": null, "previous_location": null, "sku": null, "asin": null, "notes": null,
                "status": "in_stock", "order_item_id": null, "platform_order_id": null,
            })
        );
        assert_eq!(people(&shape)[3..6], ["—", "in stock", "—"]);
    }
}
