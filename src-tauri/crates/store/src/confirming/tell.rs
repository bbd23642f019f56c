//! A confirmation as it is told: order by order with units as they lay before, the sums, and the batch's sentence.

use std::collections::{BTreeSet, HashMap};

use packlight_domain::act::BatchId;
use packlight_domain::confirming::effect::MoneyEffect;
use packlight_domain::confirming::rules::Decision;
use packlight_domain::confirming::{
    ConfirmOrder, ConfirmResult, ConfirmUnit, Confirmation, ShortLine, SkipReason,
};
use packlight_domain::currency::Currency;
use packlight_domain::listing::OrderRowId;
use packlight_domain::money::Money;
use packlight_domain::natural;
use packlight_domain::stock::UnitId;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};

use super::Asked;
use super::load::Planned;
use crate::StoreError;
use crate::acts::counted;
use crate::rows::{count, list, money};

/// An order as it is told, and its part in the sums.
#[derive(Debug)]
pub(super) struct Told {
    id: i64,
    pub(super) order: ConfirmOrder,
    sales: Vec<Money>,
    /// Cost, and the currency the unit was sold in.
    costs: Vec<(Option<Money>, Currency)>,
    /// Where units lay before they lay where they lie.
    previous: HashMap<u32, String>,
}

impl Told {
    fn left_alone(id: i64, reason: SkipReason, message: String) -> Self {
        let order = ConfirmOrder {
            order: None,
            platform_order_id: String::new(),
            result: ConfirmResult::Skipped,
            reason: Some(reason),
            message: Some(message),
            archive_location: None,
            units: Vec::new(),
            short_lines: Vec::new(),
            proceeds: None,
        };
        Self { id, order, sales: Vec::new(), costs: Vec::new(), previous: HashMap::new() }
    }

    /// An order that is not there.
    pub(super) fn unknown(id: i64) -> Self {
        Self::left_alone(id, SkipReason::Unknown, SkipReason::Unknown.to_string())
    }

    /// An order whose transaction was refused.
    pub(super) fn failed(id: i64, number: &str, error: &StoreError) -> Self {
        let mut told = Self::left_alone(id, SkipReason::Failed, format!("{}: {error}", SkipReason::Failed));
        told.order.order = Some(OrderRowId(count(id)));
        number.clone_into(&mut told.order.platform_order_id);
        told
    }

    /// Where a unit that it takes lay before.
    pub(super) fn previous(&self, unit: UnitId) -> Option<String> {
        self.previous.get(&unit.0).cloned()
    }

    fn of(planned: &Planned, units: &HashMap<i64, Stored>) -> Self {
        let (order, facts) = (&planned.order, &planned.order.facts);
        let mut told = Self::left_alone(order.id, SkipReason::Failed, String::new());
        told.order.order = Some(OrderRowId(count(order.id)));
        told.order.platform_order_id.clone_from(&order.number);
        told.order.proceeds = proceeds(planned).map(Into::into);
        match &planned.decision {
            Decision::Confirm { units: taken, short } => {
                for taken in taken {
                    let Some(unit) = units.get(&i64::from(taken.unit.0)) else { continue };
                    told.order.units.push(unit.as_told(taken.was_linked));
                    told.previous
                        .extend(unit.previous_location.clone().map(|location| (taken.unit.0, location)));
                    let price = order.lines.get(taken.line).and_then(|line| line.price);
                    told.costs.push((unit.cost, price.map_or(order.currency, |price| price.currency)));
                }
                told.sales = order.lines.iter().filter_map(|line| line.price).collect();
                told.order.archive_location = Some(order.archive_location.clone());
                let lines =
                    short.iter().filter_map(|position| Some((*position, facts.lines.get(*position)?)));
                told.order.short_lines = lines
                    .map(|(position, line)| ShortLine {
                        title: line.name.clone(),
                        units: small(taken.iter().filter(|own| own.line == position).count()),
                        ordered: small(line.quantity),
                    })
                    .collect();
                (told.order.result, told.order.reason, told.order.message) =
                    (ConfirmResult::Confirmed, None, None);
            }
            Decision::Already => {
                for unit in planned.units().iter().filter_map(|unit| units.get(&i64::from(unit.0))) {
                    let mut told_unit = unit.as_told(true);
                    told_unit.storage_location.clone_from(&unit.previous_location);
                    told.order.units.push(told_unit);
                    told.order.archive_location.clone_from(&unit.storage_location);
                }
                (told.order.result, told.order.reason, told.order.message) =
                    (ConfirmResult::Already, None, None);
            }
            Decision::Skip { reason, message } => {
                (told.order.reason, told.order.message) = (Some(*reason), Some(message.clone()));
            }
        }
        told
    }
}

/// A number of units of one line.
fn small(units: usize) -> u32 {
    u32::try_from(units).unwrap_or(u32::MAX)
}

/// The prices of an order's lines, if they are of one currency.
fn proceeds(planned: &Planned) -> Option<Money> {
    let mut prices = planned.order.lines.iter().filter_map(|line| line.price);
    let first = prices.next()?;
    prices.try_fold(first, Money::checked_add)
}

/// A unit as it is stored.
struct Stored {
    id: i64,
    set_number: String,
    name: String,
    condition: String,
    storage_location: Option<String>,
    previous_location: Option<String>,
    cost: Option<Money>,
}

impl Stored {
    fn read(row: &SqliteRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: row.try_get("id")?,
            set_number: row.try_get("set_number")?,
            name: row.try_get("name")?,
            condition: row.try_get("condition")?,
            storage_location: row.try_get("storage_location")?,
            previous_location: row.try_get("previous_location")?,
            cost: money(row, "cost_minor", "currency")?,
        })
    }

    fn as_told(&self, was_linked: bool) -> ConfirmUnit {
        ConfirmUnit {
            id: UnitId(count(self.id)),
            set_number: self.set_number.clone(),
            name: self.name.clone(),
            condition: self.condition.clone(),
            storage_location: self.storage_location.clone(),
            cost: self.cost.map(Into::into),
            was_linked,
        }
    }
}

/// Tells what is planned; reads the units as they are now.
pub(super) async fn tell(
    connection: &mut SqliteConnection,
    planned: &[Planned],
) -> Result<Vec<Told>, StoreError> {
    let ids: Vec<u32> = planned.iter().flat_map(Planned::units).map(|unit| unit.0).collect();
    let rows = sqlx::query(
        "SELECT u.id, u.set_number, u.name, u.condition, u.storage_location, u.previous_location, u.cost_minor, \
         u.currency FROM json_each(?) j CROSS JOIN inventory_items u ON u.id = j.value",
    )
    .bind(list(&ids))
    .fetch_all(connection)
    .await?;
    let mut units = HashMap::with_capacity(rows.len());
    for row in &rows {
        let unit = Stored::read(row)?;
        units.insert(unit.id, unit);
    }
    Ok(planned.iter().map(|planned| Told::of(planned, &units)).collect())
}

/// What was confirmed so far, as the activity page tells it.
#[derive(Debug, Clone, Default)]
pub(super) struct Sentence {
    orders: usize,
    units: usize,
    number: String,
    locations: BTreeSet<String>,
}

impl Sentence {
    pub(super) fn add(&mut self, order: &ConfirmOrder) {
        self.orders += 1;
        self.units += order.units.len();
        if self.number.is_empty() {
            self.number.clone_from(&order.platform_order_id);
        }
        if !order.units.is_empty() {
            self.locations.extend(order.archive_location.clone());
        }
    }

    /// "Confirmed 203-1234567-1234567: 2 units to SOLD-2026-01".
    pub(super) fn text(&self) -> String {
        let orders = if self.orders == 1 { self.number.clone() } else { counted(self.orders, "order") };
        let units = counted(self.units, "unit");
        let mut locations = self.locations.iter();
        match (locations.next(), locations.next()) {
            (None, _) => format!("Confirmed {orders} without stock"),
            (Some(location), None) => format!("Confirmed {orders}: {units} to {location}"),
            (Some(first), Some(_)) => {
                let last = self.locations.last().unwrap_or(first);
                format!("Confirmed {orders}: {units} to {first} … {last}")
            }
        }
    }
}

/// What became of all orders.
#[derive(Debug, Default)]
pub(super) struct Done {
    pub(super) batch: Option<BatchId>,
    pub(super) sentence: Sentence,
    money: MoneyEffect,
    told: Vec<(i64, ConfirmOrder)>,
}

impl Done {
    pub(super) fn add(&mut self, told: Told) {
        if told.order.result == ConfirmResult::Confirmed {
            self.sentence.add(&told.order);
            for price in told.sales {
                self.money.sale(price);
            }
            for (cost, sold_in) in told.costs {
                self.money.unit(cost, sold_in);
            }
        }
        self.told.push((told.id, told.order));
    }

    /// The whole, order by order as they were named, else newest first.
    pub(super) fn result(self, asked: &Asked) -> Confirmation {
        let (confirmed, units) = (self.sentence.orders, self.sentence.units);
        let orders: Vec<ConfirmOrder> = match &asked.named {
            None => self.told.into_iter().rev().map(|(_, order)| order).collect(),
            Some(named) => {
                let mut told: HashMap<i64, ConfirmOrder> = self.told.into_iter().collect();
                named.iter().map(|id| told.remove(id).unwrap_or_else(|| Told::unknown(*id).order)).collect()
            }
        };
        let count_of = |result| orders.iter().filter(|order| order.result == result).count();
        let (skipped, already) = (count_of(ConfirmResult::Skipped), count_of(ConfirmResult::Already));
        let done = || orders.iter().filter(|order| order.result == ConfirmResult::Confirmed);
        let mut places: Vec<&String> = done().filter_map(|order| order.archive_location.as_ref()).collect();
        places.sort_unstable_by(|a, b| natural::compare(a, b).then_with(|| a.cmp(b)));
        places.dedup();
        let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Confirmation {
            batch: self.batch,
            confirmed: number(confirmed),
            skipped: number(skipped),
            already: number(already),
            units_moved: number(units),
            archive_locations: places.into_iter().cloned().collect(),
            money: self.money.sums(),
            confirmed_orders: done().filter_map(|order| order.order).collect(),
            orders,
        }
    }
}
