//! From the rows of a file to orders of another platform: eBay's orders report, or any table with an order number.
//!
//! A file does not say when it was made, so an order's own latest date stands for that (sold, paid, shipped, changed),
//! and how far it is along breaks ties within a day; [`Told`] decides by both, whole orders only. Buyers' columns are
//! not read at all (design decision 3).
//!
//! An order is taken whole or not at all: half of its lines would be wrong wherever it is picked or matched.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, NaiveTime, TimeDelta, Utc};
use chrono_tz::Tz;

use super::cells::{Amounts, Days, Unclear, currency_of_row, said};
use super::status_words::Stage;
use super::told::{standing, times};
use super::{Findings, Layout, Row, Sheet, Told};
use crate::account::Platform;
use crate::currency::Currency;
use crate::money::Money;
use crate::order::{
    Between, Fulfillment, Group, Header, Item, Line, OrderUpdate, Package, Prices, Shipped, SourceRank,
};
use crate::typed::DayOrder;

/// The greatest quantity of a line.
const MAX_UNITS: i64 = 100_000;
/// The longest id, in characters.
const MAX_ID: usize = 100;

/// What the seller's desk says where the file says nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderRules {
    /// Whose orders they are.
    pub platform: Platform,
    /// What stands for the platform's marketplace.
    pub marketplace_id: String,
    /// Zone of dates and times without one.
    pub zone: Tz,
    /// Currency of amounts without one.
    pub currency: Currency,
    /// What stands first in a date that could be two.
    pub day_order: DayOrder,
}

/// Orders of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrdersRead {
    /// The orders, in the order of the file.
    pub updates: Vec<OrderUpdate>,
    /// Which of their fields the file has.
    pub told: Told,
    /// What was wrong or unclear.
    pub findings: Findings,
}

/// Reads the orders of a sheet.
pub fn read_orders(sheet: &Sheet, layout: &Layout, rules: &OrderRules) -> OrdersRead {
    let dates = ["date", "paid_date", "shipped_date", "ship_by", "updated"];
    let reading = Reading {
        layout,
        rules,
        amounts: Amounts::of(layout, sheet, &["unit_price", "shipping", "total", "quantity"]),
        days: Days::of(layout, sheet, &dates, rules.day_order),
    };
    let mut findings = Findings::of(sheet);
    let mut unclear = Unclear::default();
    let mut places: HashMap<String, usize> = HashMap::new();
    let mut orders: Vec<(String, Vec<LineRow>)> = Vec::new();
    for row in layout.rows(sheet) {
        if reading.is_decoration(row) {
            continue;
        }
        findings.rows = findings.rows.saturating_add(1);
        match reading.order_id(row) {
            Ok(id) => {
                let place = *places.entry(id.clone()).or_insert_with(|| {
                    orders.push((id, Vec::new()));
                    orders.len() - 1
                });
                orders[place].1.push(reading.row(row, &mut unclear));
            }
            Err(message) => {
                findings.skipped = findings.skipped.saturating_add(1);
                findings.error(row.number(), "order_id", message);
            }
        }
    }
    let mut updates = Vec::with_capacity(orders.len());
    for (id, rows) in orders {
        match reading.order(&id, &rows) {
            Ok(update) => updates.push(update),
            Err(errors) => leave_out(&mut findings, &rows, errors),
        }
    }
    findings.notes.extend(reading.days.note(&unclear));
    findings.close();
    OrdersRead { updates, told: Told::by(layout), findings }
}

/// Names the wrong rows of an order, and its others for what they are.
fn leave_out(findings: &mut Findings, rows: &[LineRow], errors: Vec<(u32, &'static str, String)>) {
    let wrong: BTreeSet<u32> = errors.iter().map(|(row, ..)| *row).collect();
    let first = wrong.first().copied().unwrap_or(0);
    for (row, field, message) in errors {
        findings.error(row, field, message);
    }
    for row in rows {
        findings.skipped = findings.skipped.saturating_add(1);
        if !wrong.contains(&row.number) {
            findings.error(
                row.number,
                "order_id",
                format!("left out together with row {first} of the same order"),
            );
        }
    }
}

struct Reading<'a> {
    layout: &'a Layout,
    rules: &'a OrderRules,
    amounts: Amounts,
    days: Days,
}

/// A row as it was read, with what is wrong in it.
#[derive(Default)]
struct LineRow {
    number: u32,
    errors: Vec<(&'static str, String)>,
    item_id: Option<String>,
    item_number: Option<String>,
    sku: Option<String>,
    title: Option<String>,
    condition: Option<String>,
    quantity: i64,
    unit_price: Option<Money>,
    shipping: Option<Money>,
    total: Option<Money>,
    sold: Option<DateTime<Utc>>,
    paid: Option<DateTime<Utc>>,
    shipped: Option<DateTime<Utc>>,
    updated: Option<DateTime<Utc>>,
    ship_by: Option<DateTime<Utc>>,
    stage: Option<Stage>,
}

impl LineRow {
    /// A row about the order as a whole, as eBay writes one above the lines of an order of several.
    fn is_summary(&self) -> bool {
        self.item_number.is_none() && self.sku.is_none() && self.title.is_none()
    }
}

impl Reading<'_> {
    /// Footers and banners: rows of which no column says anything about a sale.
    fn is_decoration(&self, row: Row<'_>) -> bool {
        let telling = ["date", "item_number", "title", "sku", "unit_price", "total", "status"];
        let says_nothing = telling.iter().all(|field| said(self.layout.cell(row, field)).is_none());
        let id = self.layout.cell(row, "order_id");
        says_nothing && (id.is_empty() || self.rules.platform == Platform::Ebay)
    }

    fn order_id(&self, row: Row<'_>) -> Result<String, String> {
        let id = self.layout.cell(row, "order_id");
        if id.is_empty() && self.rules.platform == Platform::Ebay {
            return Err(
                "is missing: eBay gives an order its number when it is paid; import it then".to_owned()
            );
        }
        if id.is_empty() {
            return Err("is missing: every row needs its order number".to_owned());
        }
        if id.chars().count() > MAX_ID {
            return Err(format!("has more than {MAX_ID} characters"));
        }
        Ok(id.to_owned())
    }

    fn row(&self, row: Row<'_>, unclear: &mut Unclear) -> LineRow {
        let mut errors = Vec::new();
        let of_row = keep(currency_of_row(self.layout, row), "currency", &mut errors).flatten();
        let mut money = |field| {
            let read = self.amounts.money(self.layout, row, field, of_row, self.rules.currency);
            keep(read, field, &mut errors).flatten()
        };
        let (unit_price, shipping, total) = (money("unit_price"), money("shipping"), money("total"));
        let quantity = keep(self.quantity(row), "quantity", &mut errors).unwrap_or(1);
        let mut at = |field, hour| {
            let cell = said(self.layout.cell(row, field))?;
            let time = NaiveTime::from_hms_opt(hour, if hour == 23 { 59 } else { 0 }, 0).unwrap_or_default();
            keep(self.days.at(field, cell, (self.rules.zone, time), unclear), field, &mut errors)
        };
        // A bare day is taken at noon, so that it is the same day on a computer some zones away; a day by which to ship
        // lasts until its end.
        let (sold, paid, shipped) = (at("date", 12), at("paid_date", 12), at("shipped_date", 12));
        let (updated, ship_by) = (at("updated", 12), at("ship_by", 23));
        let text = |field| said(self.layout.cell(row, field)).map(ToOwned::to_owned);
        LineRow {
            number: row.number(),
            errors,
            item_id: text("order_item_id"),
            item_number: text("item_number"),
            sku: text("sku"),
            title: text("title"),
            condition: text("condition"),
            quantity,
            unit_price,
            shipping,
            total,
            sold,
            paid,
            shipped,
            updated,
            ship_by,
            stage: said(self.layout.cell(row, "status")).map(Stage::of),
        }
    }

    fn quantity(&self, row: Row<'_>) -> Result<i64, String> {
        let Some(cell) = said(self.layout.cell(row, "quantity")) else { return Ok(1) };
        let wrong = || format!("'{cell}' is not a quantity: write a whole number from 1 to {MAX_UNITS}");
        let (_, value) = self.amounts.number("quantity", cell).map_err(|_| wrong())?;
        let value = value.normalize();
        i64::try_from(value.mantissa())
            .ok()
            .filter(|quantity| value.scale() == 0 && (1..=MAX_UNITS).contains(quantity))
            .ok_or_else(wrong)
    }

    /// One order from its rows, or what is wrong with them.
    fn order(&self, id: &str, rows: &[LineRow]) -> Result<OrderUpdate, Vec<(u32, &'static str, String)>> {
        let mut errors: Vec<(u32, &'static str, String)> = Vec::new();
        for row in rows {
            errors.extend(row.errors.iter().map(|(field, message)| (row.number, *field, message.clone())));
        }
        let items: Vec<&LineRow> = rows.iter().filter(|row| !row.is_summary()).collect();
        let summary = rows.iter().find(|row| row.is_summary());
        let first = rows.first().map_or(0, |row| row.number);
        if items.is_empty() {
            errors.push((
                first,
                "title",
                "is missing: an order needs a title, SKU or item number".to_owned(),
            ));
        }
        let latest =
            rows.iter().flat_map(|row| [row.sold, row.paid, row.shipped, row.updated]).flatten().max();
        if latest.is_none() {
            errors.push((first, "date", "is missing: an order needs its date".to_owned()));
        }
        let ids = self.line_ids(&items);
        for (row, double) in items.iter().zip(doubles(&items, &ids)) {
            if double {
                errors.push((row.number, "order_item_id", "stands twice in this order".to_owned()));
            }
        }
        let (true, Some(latest)) = (errors.is_empty(), latest) else { return Err(errors) };

        let stands = self.standing(&items, summary);
        let mut update = OrderUpdate::new(id, standing(latest, stands.progress()), SourceRank::Report);
        update.carried = Group::ALL.into_iter().collect();
        update.header = Header {
            created: rows.iter().filter_map(|row| row.sold).min().or_else(|| earliest_of(rows)),
            marketplace_id: Some(self.rules.marketplace_id.clone()),
            ..Header::default()
        };
        update.fulfillment = Fulfillment {
            status: Some(stands.word()),
            fulfilled_by: Some("MERCHANT".to_owned()),
            ship_by: Between { earliest: None, latest: rows.iter().filter_map(|row| row.ship_by).min() },
            ..Fulfillment::default()
        };
        update.total = total(&items, summary);
        if stands.stage == Stage::Delivered {
            let status = Some("DELIVERED".to_owned());
            update.packages = vec![Package { reference: "file".to_owned(), status, contents: Vec::new() }];
        }
        let alone = items.len() == 1 && summary.is_none();
        update.lines = items
            .iter()
            .zip(ids)
            .zip(&stands.shipped)
            .map(|((row, id), shipped)| line(row, id, *shipped, alone))
            .collect();
        Ok(update)
    }

    /// Ids of lines: the file's own where it has them, else item number or SKU with a count behind repeats.
    fn line_ids(&self, items: &[&LineRow]) -> Vec<String> {
        let mut seen: BTreeMap<String, u32> = BTreeMap::new();
        let mut ids = Vec::with_capacity(items.len());
        for (at, row) in items.iter().enumerate() {
            let own = match (&row.item_id, &row.item_number) {
                // eBay's transaction ids are unique within an item only.
                (Some(id), Some(number)) if self.rules.platform == Platform::Ebay => {
                    Some(format!("{number}-{id}"))
                }
                (id, _) => id.clone(),
            };
            ids.push(own.unwrap_or_else(|| {
                let base = row.item_number.as_ref().or(row.sku.as_ref());
                let base = base.cloned().unwrap_or_else(|| format!("line {}", at + 1));
                let count = seen.entry(base.clone()).or_insert(0);
                *count += 1;
                if *count == 1 { base } else { format!("{base} ({count})") }
            }));
        }
        ids
    }

    /// Where the order stands, from its status where the file has one, else from its dates.
    fn standing(&self, items: &[&LineRow], summary: Option<&LineRow>) -> Standing {
        let own_dates = items.iter().any(|row| row.shipped.is_some());
        let whole_shipped = !own_dates && summary.is_some_and(|row| row.shipped.is_some());
        let mut shipped: Vec<bool> = items.iter().map(|row| whole_shipped || row.shipped.is_some()).collect();
        let paid =
            items.iter().copied().chain(summary).any(|row| row.paid.is_some() || row.shipped.is_some());
        let stated: Vec<&Stage> =
            items.iter().copied().chain(summary).filter_map(|row| row.stage.as_ref()).collect();
        let lines_stated = items.iter().filter(|row| row.stage.is_some()).count();
        let stage = match stated.iter().min() {
            // A file that tells no payment at all lists orders that are to be sent.
            None if paid || !self.layout.has("paid_date") => Stage::Paid,
            None => Stage::Pending,
            Some(least) => (*least).clone(),
        };
        let stage = match stated.iter().find(|stage| matches!(stage, Stage::Unknown(_))) {
            Some(unknown) => (*unknown).clone(),
            None if lines_stated == items.len() && stated.windows(2).any(|pair| pair[0] != pair[1]) => {
                // Each line has its own status: cancelled ones do not hold the others up.
                for (row, shipped) in items.iter().zip(&mut shipped) {
                    *shipped |= matches!(row.stage, Some(Stage::Shipped | Stage::Delivered));
                }
                stated
                    .iter()
                    .filter(|stage| ***stage != Stage::Cancelled)
                    .min()
                    .map_or(stage, |least| (*least).clone())
            }
            None => stage,
        };
        let stage = match stage {
            Stage::Shipped | Stage::Delivered => {
                shipped.fill(true);
                stage
            }
            Stage::Pending | Stage::Paid if !shipped.is_empty() && shipped.iter().all(|shipped| *shipped) => {
                Stage::Shipped
            }
            stage => stage,
        };
        Standing { stage, shipped }
    }
}

/// Where an order stands, and which of its lines are shipped.
struct Standing {
    stage: Stage,
    shipped: Vec<bool>,
}

impl Standing {
    fn shipped_lines(&self) -> usize {
        self.shipped.iter().filter(|shipped| **shipped).count()
    }

    /// The status word, in the spelling of Orders 2026-01-01; an unknown one as it came.
    fn word(&self) -> String {
        let word = match &self.stage {
            Stage::Pending => "PENDING",
            Stage::Paid if self.shipped_lines() > 0 => "PARTIALLY_SHIPPED",
            Stage::Paid => "UNSHIPPED",
            Stage::Shipped | Stage::Delivered => "SHIPPED",
            Stage::Cancelled => "CANCELLED",
            Stage::Unknown(word) => word,
        };
        word.to_owned()
    }

    /// How far the order is along: of two states of the same day the further one is the later one.
    fn progress(&self) -> TimeDelta {
        let lines = i64::try_from(self.shipped_lines().min(90)).unwrap_or(90);
        TimeDelta::milliseconds(match self.stage {
            Stage::Pending => 0,
            Stage::Unknown(_) => 1,
            Stage::Paid => 2 + lines,
            Stage::Shipped => 100,
            Stage::Delivered => 101,
            Stage::Cancelled => 102,
        })
    }
}

fn earliest_of(rows: &[LineRow]) -> Option<DateTime<Utc>> {
    rows.iter().flat_map(|row| [row.paid, row.shipped, row.updated]).flatten().min()
}

/// Which lines have an id that another one before has.
fn doubles(items: &[&LineRow], ids: &[String]) -> Vec<bool> {
    let mut seen = BTreeSet::new();
    items.iter().zip(ids).map(|(_, id)| !seen.insert(id)).collect()
}

/// What the buyer pays: the summary's total, else that of the only line. With several lines, totals that equal price
/// times quantity belong to the lines and are added; else each row repeats the total of the order.
fn total(items: &[&LineRow], summary: Option<&LineRow>) -> Option<Money> {
    if let Some(total) = summary.and_then(|row| row.total) {
        return Some(total);
    }
    let totals: Vec<Money> = items.iter().filter_map(|row| row.total).collect();
    let first = *totals.first()?;
    let is_of_line = |row: &&LineRow| row.total.is_none() || row.total == times(row.unit_price, row.quantity);
    let repeated = totals.iter().all(|total| *total == first);
    if items.len() == 1 || (repeated && !items.iter().all(is_of_line)) || totals.len() == 1 {
        return Some(first);
    }
    totals[1..].iter().try_fold(first, |sum, total| sum.checked_add(*total))
}

/// A line. `alone` says that its row is the whole order, so that its total can show whether the price is of one unit.
fn line(row: &LineRow, order_item_id: String, shipped: bool, alone: bool) -> Line {
    let by_unit = times(row.unit_price, row.quantity);
    let goods = row.total.and_then(|total| match row.shipping {
        Some(shipping) => total.checked_add(Money { minor: shipping.minor.checked_neg()?, ..shipping }),
        None => Some(total),
    });
    // Some shops write the amount of the line where others write the price of one.
    let is_of_line = alone && row.quantity > 1 && goods == row.unit_price && goods != by_unit;
    let (unit_price, item) = if is_of_line {
        let whole = row.unit_price;
        let part = whole.filter(|whole| whole.minor % row.quantity == 0);
        (part.map(|whole| Money { minor: whole.minor / row.quantity, ..whole }), whole)
    } else {
        (row.unit_price, by_unit)
    };
    Line {
        order_item_id,
        item: Item {
            asin: row.item_number.clone(),
            seller_sku: row.sku.clone(),
            title: row.title.clone(),
            condition: row.condition.clone(),
            quantity: row.quantity,
            unit_price,
        },
        shipped: Shipped { quantity: Some(if shipped { row.quantity } else { 0 }), is_gift: false },
        prices: Prices { item, shipping: row.shipping, ..Prices::default() },
        cancel_requested_by: None,
    }
}

fn keep<T>(
    read: Result<T, String>,
    field: &'static str,
    errors: &mut Vec<(&'static str, String)>,
) -> Option<T> {
    read.map_err(|message| errors.push((field, message))).ok()
}

#[cfg(test)]
mod tests;
