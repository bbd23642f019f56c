//! `confirm`: orders that are dealt with become Completed and their units go to the archive; `confirm --undo` takes a
//! batch back. Nothing is sent to Amazon.

use packlight_domain::act::BatchId;
use packlight_domain::confirming::{
    ConfirmMoney, ConfirmOrder, ConfirmRequest, ConfirmResult, ConfirmUndone, Confirmation, ShortLine,
    SkipReason,
};
use packlight_domain::currency::Currency;
use packlight_domain::matching::OrderSelection;
use packlight_engine::Engine;
use serde::Serialize;

use crate::arguments::ConfirmCommand;
use crate::desk::Desk;
use crate::exit::{Exit, Failure};
use crate::output::{Output, line};
use crate::shapes::{exact, money};
use crate::table;

/// Runs the command.
pub(crate) async fn run(
    desk: &Desk<'_>,
    wanted: &ConfirmCommand,
    output: &mut Output<'_>,
) -> Result<Exit, Failure> {
    if let Some(batch) = wanted.undo {
        let undone = desk.writing(async |engine| Ok(engine.undo_confirm(BatchId(batch)).await?)).await?;
        output.result(&UndoneShape::of(undone), people_undone)?;
        return Ok(Exit::Done);
    }
    let shape = if wanted.dry_run {
        desk.reading(async |engine| confirm(desk, engine, wanted).await).await?
    } else {
        desk.writing(async |engine| confirm(desk, engine, wanted).await).await?
    };
    output.result(&shape, people)?;
    Ok(Exit::Done)
}

async fn confirm(
    desk: &Desk<'_>,
    engine: &Engine,
    wanted: &ConfirmCommand,
) -> Result<ConfirmedShape, Failure> {
    let account = desk.account_to_read(engine).await?;
    let mut numbers: Vec<String> = Vec::with_capacity(wanted.order_ids.len());
    for number in wanted.order_ids.iter().map(|number| number.trim()) {
        if !numbers.iter().any(|own| own == number) {
            numbers.push(number.to_owned());
        }
    }
    let ids = engine.find_orders(account, &numbers).await?;
    let known: Vec<_> = ids.iter().copied().flatten().collect();
    let orders = match (numbers.is_empty(), account) {
        (false, _) => Some(OrderSelection::Ids(known.clone())),
        (true, None) => None,
        (true, account) => Some(OrderSelection::Matching {
            query: "status:paid,shipped".to_owned(),
            platform: None,
            account,
            except: Vec::new(),
        }),
    };
    let request = ConfirmRequest {
        orders,
        platform: None,
        archive_location: wanted.archive.clone(),
        without_stock: if wanted.without_stock { known } else { Vec::new() },
    };
    let mut done = if wanted.dry_run {
        engine.preview_confirm(&request).await?
    } else {
        engine.confirm_orders(&request).await?
    };
    if !numbers.is_empty() {
        done = with_unknown(done, &numbers, &ids);
    }
    Ok(ConfirmedShape::of(done, wanted.dry_run))
}

/// Puts the ids that nobody knows among the others, in the order of the command line.
fn with_unknown<T>(done: Confirmation, numbers: &[String], ids: &[Option<T>]) -> Confirmation {
    let mut known = done.orders.into_iter();
    let mut skipped = done.skipped;
    let orders = numbers
        .iter()
        .zip(ids)
        .filter_map(|(number, id)| {
            if id.is_some() {
                known.next()
            } else {
                skipped += 1;
                Some(ConfirmOrder {
                    order: None,
                    platform_order_id: number.clone(),
                    result: ConfirmResult::Skipped,
                    reason: Some(SkipReason::Unknown),
                    message: Some(format!("{}: check the id, or sync first", SkipReason::Unknown)),
                    archive_location: None,
                    units: Vec::new(),
                    short_lines: Vec::new(),
                    proceeds: None,
                })
            }
        })
        .collect();
    Confirmation { orders, skipped, ..done }
}

/// A confirmation, or what it would be (design §3).
#[derive(Debug, Serialize)]
struct ConfirmedShape {
    batch: Option<String>,
    confirmed: u32,
    skipped: u32,
    units_moved: u32,
    orders: Vec<OrderShape>,
    money: Vec<MoneyShape>,
    dry_run: bool,
}

/// One order of it; `units` are ids as in `inventory list`.
#[derive(Debug, Serialize)]
struct OrderShape {
    order_id: String,
    result: ConfirmResult,
    reason: Option<String>,
    reason_code: Option<SkipReason>,
    archive_location: Option<String>,
    units: Vec<String>,
    /// Titles of lines that take no unit.
    lines_without_unit: Vec<String>,
    /// Lines that take fewer units than were ordered, those without any among them.
    short_lines: Vec<ShortLine>,
    proceeds_minor: Option<i64>,
    currency: Option<Currency>,
}

/// What the confirmed orders come to in one currency.
#[derive(Debug, Serialize)]
struct MoneyShape {
    currency: Currency,
    sales_minor: Option<i64>,
    cost_minor: Option<i64>,
    units_without_cost: u32,
}

/// A confirmation that was taken back.
#[derive(Debug, Serialize)]
struct UndoneShape {
    batch: Option<String>,
    orders_restored: u32,
    units_restored: u32,
    skipped: u32,
}

impl ConfirmedShape {
    fn of(done: Confirmation, dry_run: bool) -> Self {
        Self {
            batch: done.batch.map(|batch| batch.0.to_string()),
            confirmed: done.confirmed,
            skipped: done.skipped,
            units_moved: done.units_moved,
            orders: done.orders.into_iter().map(OrderShape::of).collect(),
            money: done.money.iter().map(MoneyShape::of).collect(),
            dry_run,
        }
    }
}

impl OrderShape {
    fn of(order: ConfirmOrder) -> Self {
        let proceeds = order.proceeds.as_ref().and_then(exact);
        Self {
            order_id: order.platform_order_id,
            result: order.result,
            reason: order.message,
            reason_code: order.reason,
            archive_location: order.archive_location,
            units: order.units.into_iter().map(|unit| unit.id.0.to_string()).collect(),
            lines_without_unit: bare(&order.short_lines).cloned().collect(),
            short_lines: order.short_lines,
            proceeds_minor: proceeds.map(|proceeds| proceeds.minor),
            currency: proceeds.map(|proceeds| proceeds.currency),
        }
    }
}

impl MoneyShape {
    fn of(sums: &ConfirmMoney) -> Self {
        Self {
            currency: sums.sales.currency,
            sales_minor: exact(&sums.sales).map(|sales| sales.minor),
            cost_minor: exact(&sums.cost).map(|cost| cost.minor),
            units_without_cost: sums.units_without_cost,
        }
    }
}

impl UndoneShape {
    fn of(undone: ConfirmUndone) -> Self {
        Self {
            batch: undone.batch.map(|batch| batch.0.to_string()),
            orders_restored: undone.orders_restored,
            units_restored: undone.units_restored,
            skipped: undone.skipped,
        }
    }
}

fn counted(number: u32, what: &str) -> String {
    if number == 1 { format!("1 {what}") } else { format!("{number} {what}s") }
}

/// Titles of lines that take no unit at all.
fn bare(lines: &[ShortLine]) -> impl Iterator<Item = &String> {
    lines.iter().filter(|line| line.units == 0).map(|line| &line.title)
}

/// "no unit for Gift wrap; 1 of 2 units for Falcon".
fn short(lines: &[ShortLine]) -> String {
    let bare: Vec<&str> = bare(lines).map(String::as_str).collect();
    let bare = (!bare.is_empty()).then(|| format!("no unit for {}", bare.join(", ")));
    let some = lines.iter().filter(|line| line.units > 0);
    let some = some.map(|line| format!("{} of {} units for {}", line.units, line.ordered, line.title));
    bare.into_iter().chain(some).collect::<Vec<_>>().join("; ")
}

fn people(done: &ConfirmedShape) -> String {
    if done.orders.is_empty() {
        return "No order is Paid or Shipped, so there is nothing to confirm.\n".to_owned();
    }
    let rows: Vec<Vec<String>> = done
        .orders
        .iter()
        .map(|order| {
            let note = order.reason.clone().unwrap_or_else(|| short(&order.short_lines));
            let result = match (order.result, done.dry_run) {
                (ConfirmResult::Confirmed, true) => "would confirm",
                (ConfirmResult::Confirmed, false) => "confirmed",
                (ConfirmResult::Already, _) => "already",
                (ConfirmResult::Skipped, _) => "skipped",
            };
            vec![
                order.order_id.clone(),
                result.to_owned(),
                order.units.len().to_string(),
                order.archive_location.clone().unwrap_or_default(),
                money(order.proceeds_minor, order.currency),
                note,
            ]
        })
        .collect();
    let mut text = table::fitted(&["order", "result", "units", "archive", "sold for", "note"], &rows);
    let verb = if done.dry_run { "Would confirm" } else { "Confirmed" };
    let (orders, units) = (counted(done.confirmed, "order"), counted(done.units_moved, "unit"));
    line(&mut text, format_args!("{verb} {orders}, {units} archived; {} skipped.", done.skipped));
    for sums in &done.money {
        let (sales, cost) =
            (money(sums.sales_minor, Some(sums.currency)), money(sums.cost_minor, Some(sums.currency)));
        let unknown = match sums.units_without_cost {
            0 => String::new(),
            units => format!(" ({} without a cost)", counted(units, "unit")),
        };
        line(&mut text, format_args!("Sold for {sales}, bought for {cost}{unknown}."));
    }
    if let Some(batch) = &done.batch {
        line(&mut text, format_args!("To take it back: packlight-cli confirm --undo {batch}"));
    }
    text
}

fn people_undone(undone: &UndoneShape) -> String {
    let (orders, units) = (counted(undone.orders_restored, "order"), counted(undone.units_restored, "unit"));
    let rest = match undone.skipped {
        0 => String::new(),
        skipped => {
            format!("; {} left alone: units moved since, or taken back before", counted(skipped, "order"))
        }
    };
    format!("Took back {orders} and {units}{rest}.\n")
}

#[cfg(test)]
mod tests {
    use packlight_domain::confirming::ConfirmUnit;
    use packlight_domain::listing::OrderRowId;
    use packlight_domain::money::{Amount, Money};
    use packlight_domain::stock::UnitId;

    use super::*;

    fn pounds(minor: i64) -> Amount {
        Money { minor, currency: Currency::GBP }.into()
    }

    fn confirmation() -> Confirmation {
        let unit = ConfirmUnit {
            id: UnitId(12),
            set_number: "75192".into(),
            name: "Falcon".into(),
            condition: "New".into(),
            storage_location: Some("A-01".into()),
            cost: None,
            was_linked: true,
        };
        let order = ConfirmOrder {
            order: Some(OrderRowId(7)),
            platform_order_id: "203-1".into(),
            result: ConfirmResult::Confirmed,
            reason: None,
            message: None,
            archive_location: Some("SOLD-2026-01".into()),
            units: vec![unit],
            short_lines: vec![
                ShortLine { title: "Gift wrap".into(), units: 0, ordered: 1 },
                ShortLine { title: "Falcon".into(), units: 1, ordered: 2 },
            ],
            proceeds: Some(pounds(1_299)),
        };
        Confirmation {
            batch: Some(BatchId(5)),
            confirmed: 1,
            skipped: 0,
            already: 0,
            units_moved: 1,
            archive_locations: vec!["SOLD-2026-01".into()],
            money: vec![ConfirmMoney { sales: pounds(1_299), cost: pounds(0), units_without_cost: 1 }],
            confirmed_orders: vec![OrderRowId(7)],
            orders: vec![order],
        }
    }

    #[test]
    fn a_confirmation_has_every_documented_key_and_unknown_ids_stand_in_their_place() {
        let numbers = ["203-9".to_owned(), "203-1".to_owned()];
        let done = with_unknown(confirmation(), &numbers, &[None, Some(OrderRowId(7))]);
        let shape = ConfirmedShape::of(done, false);
        assert_eq!(
            serde_json::to_value(&shape).unwrap(),
            serde_json::json!({
                "batch": "5", "confirmed": 1, "skipped": 1, "units_moved": 1,
                "orders": [
                    {
                        "order_id": "203-9", "result": "skipped",
                        "reason": "it is not in the local copy: check the id, or sync first", "reason_code": "unknown",
                        "archive_location": null, "units": [], "lines_without_unit": [],
                        "short_lines": [], "proceeds_minor": null, "currency": null,
                    },
                    {
                        "order_id": "203-1", "result": "confirmed", "reason": null, "reason_code": null,
                        "archive_location": "SOLD-2026-01", "units": ["12"], "lines_without_unit": ["Gift wrap"],
                        "short_lines": [
                            { "title": "Gift wrap", "units": 0, "ordered": 1 },
                            { "title": "Falcon", "units": 1, "ordered": 2 },
                        ],
                        "proceeds_minor": 1_299, "currency": "GBP",
                    },
                ],
                "money": [
                    { "currency": "GBP", "sales_minor": 1_299, "cost_minor": 0, "units_without_cost": 1 },
                ],
                "dry_run": false,
            })
        );
        assert_eq!(
            people(&shape),
            "order  result     units  archive       sold for   note\n\
             203-9  skipped    0                    —          it is not in the local copy: check the id, or sync first\n\
             203-1  confirmed  1      SOLD-2026-01  12.99 GBP  no unit for Gift wrap; 1 of 2 units for Falcon\n\
             Confirmed 1 order, 1 unit archived; 1 skipped.\n\
             Sold for 12.99 GBP, bought for 0.00 GBP (1 unit without a cost).\n\
             To take it back: packlight-cli confirm --undo 5\n"
        );
    }

    #[test]
    fn an_undo_says_what_it_left_alone() {
        let undone =
            ConfirmUndone { batch: Some(BatchId(9)), orders_restored: 2, units_restored: 1, skipped: 1 };
        let shape = UndoneShape::of(undone);
        assert_eq!(
            serde_json::to_value(&shape).unwrap(),
            serde_json::json!({ "batch": "9", "orders_restored": 2, "units_restored": 1, "skipped": 1 })
        );
        assert_eq!(
            people_undone(&shape),
            "Took back 2 orders and 1 unit; 1 order left alone: units moved since, or taken back before.\n"
        );
    }
}
