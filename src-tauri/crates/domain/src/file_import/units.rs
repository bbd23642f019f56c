//! From the rows of a file to units: a row per thing, a quantity for several equal ones.
//!
//! A row with any wrong field is left out as a whole and named; every other row is taken.

use crate::currency::Currency;
use crate::money::Money;
use crate::stock::UnitDraft;
use crate::typed::{AmountProblem, DayOrder};

use super::cells::{Amounts, Days, Unclear, currency_of_row, said};
use super::{Findings, Layout, Row, Sheet};

/// The greatest quantity of one row.
pub const MAX_QUANTITY: u32 = 1_000;

/// What the seller's desk says where the file says nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnitRules {
    /// Currency of amounts without one.
    pub home: Currency,
    /// What stands first in a date that could be two.
    pub day_order: DayOrder,
}

/// Units of a file, checked, and how many of each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitsRead<T> {
    /// The units, in the order of the rows.
    pub units: Vec<(T, u32)>,
    /// What was wrong or unclear.
    pub findings: Findings,
}

/// Reads the units of a sheet. `check` is the rule for a unit that is typed by hand, so that a file cannot bring what the
/// form refuses; it names each wrong field.
pub fn read_units<T>(
    sheet: &Sheet,
    layout: &Layout,
    rules: UnitRules,
    check: impl Fn(&UnitDraft) -> Result<T, Vec<(&'static str, String)>>,
) -> UnitsRead<T> {
    let reading = Reading {
        layout,
        amounts: Amounts::of(layout, sheet, &["cost", "listing_price", "quantity"]),
        days: Days::of(layout, sheet, &["purchase_date"], rules.day_order),
        home: rules.home,
    };
    let mut findings = Findings::of(sheet);
    let mut unclear = Unclear::default();
    let mut units = Vec::new();
    for row in layout.rows(sheet) {
        findings.rows = findings.rows.saturating_add(1);
        let mut errors = Vec::new();
        let (draft, quantity) = reading.row(row, &mut errors, &mut unclear);
        match check(&draft) {
            Ok(unit) if errors.is_empty() => {
                units.push((unit, quantity));
                continue;
            }
            Ok(_) => {}
            Err(more) => {
                // A field that could not be read was left empty, and is wrong once, not twice.
                let unread: Vec<&str> = errors.iter().map(|(field, _)| *field).collect();
                errors.extend(more.into_iter().filter(|(field, _)| !unread.contains(field)));
            }
        }
        findings.skipped = findings.skipped.saturating_add(1);
        for (field, message) in errors {
            findings.error(row.number(), field, message);
        }
    }
    findings.notes.extend(reading.days.note(&unclear));
    findings.close();
    UnitsRead { units, findings }
}

struct Reading<'a> {
    layout: &'a Layout,
    amounts: Amounts,
    days: Days,
    home: Currency,
}

impl Reading<'_> {
    /// What a row says, as if it were typed into the form; fields that cannot be read are named and left empty.
    fn row(
        &self,
        row: Row<'_>,
        errors: &mut Vec<(&'static str, String)>,
        unclear: &mut Unclear,
    ) -> (UnitDraft, u32) {
        let text = |field| self.layout.cell(row, field).to_owned();
        let maybe = |field| said(self.layout.cell(row, field)).map(ToOwned::to_owned);
        let of_row = keep(currency_of_row(self.layout, row), "currency", errors).flatten();
        let mut money = |field| {
            keep(self.amounts.money(self.layout, row, field, of_row, self.home), field, errors).flatten()
        };
        let (cost, listing_price) = (money("cost"), money("listing_price"));
        if let (Some(cost), Some(price)) = (cost, listing_price)
            && cost.currency != price.currency
        {
            let message = format!(
                "is in {} and the cost in {}: a unit has one currency",
                price.currency, cost.currency
            );
            errors.push(("listing_price", message));
        }
        let purchase_date = said(self.layout.cell(row, "purchase_date"))
            .and_then(|cell| keep(self.days.day("purchase_date", cell, unclear), "purchase_date", errors));
        let quantity =
            keep(self.quantity(self.layout.cell(row, "quantity")), "quantity", errors).unwrap_or(1);
        let amount = |money: Option<Money>| money.map(|money| money.main().to_string());
        let draft = UnitDraft {
            set_number: text("set_number"),
            name: text("name"),
            condition: text("condition"),
            cost: amount(cost),
            listing_price: amount(listing_price),
            currency: cost.or(listing_price).map(|money| money.currency).or(of_row),
            purchase_date: purchase_date.map(|day| day.to_string()),
            storage_location: maybe("storage_location"),
            sku: maybe("sku"),
            asin: maybe("asin"),
            notes: maybe("notes"),
        };
        (draft, quantity)
    }

    /// A whole number of units; an empty cell is one.
    fn quantity(&self, cell: &str) -> Result<u32, String> {
        if cell.is_empty() {
            return Ok(1);
        }
        let wrong = || format!("'{cell}' is not a quantity: write a whole number from 1 to {MAX_QUANTITY}");
        let (typed, value) = match self.amounts.number("quantity", cell) {
            Ok(read) => read,
            Err(unclear @ AmountProblem::Unclear { .. }) => return Err(unclear.to_string()),
            Err(AmountProblem::NotAnAmount(_)) => return Err(wrong()),
        };
        let value = value.normalize();
        if typed.currency(self.home).is_some() || value.scale() != 0 {
            return Err(wrong());
        }
        u32::try_from(value.mantissa())
            .ok()
            .filter(|quantity| (1..=MAX_QUANTITY).contains(quantity))
            .ok_or_else(wrong)
    }
}

fn keep<T>(
    read: Result<T, String>,
    field: &'static str,
    errors: &mut Vec<(&'static str, String)>,
) -> Option<T> {
    read.map_err(|message| errors.push((field, message))).ok()
}

impl UnitRules {
    /// The rules of a desk whose first account sells in the marketplace of this country; the United States write the
    /// month first.
    pub fn of(home: Currency, country: Option<&str>) -> Self {
        let day_order = if country == Some("US") { DayOrder::MonthFirst } else { DayOrder::DayFirst };
        Self { home, day_order }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::file_import::ImportKind;

    const HEADS: [&str; 7] =
        ["set_number", "name", "condition", "storage_location", "cost", "purchase_date", "quantity"];

    fn sheet(heads: &[&str], rows: &[Vec<&str>]) -> Sheet {
        let mut sheet = Sheet::default();
        sheet.push(1, heads);
        for (number, row) in (2..).zip(rows) {
            sheet.push(number, row);
        }
        sheet
    }

    fn read(heads: &[&str], rows: &[Vec<&str>], country: &str) -> UnitsRead<UnitDraft> {
        let sheet = sheet(heads, rows);
        let layout = Layout::find(ImportKind::Units, &sheet, None).unwrap();
        let rules = UnitRules::of(Currency::GBP, Some(country));
        read_units(&sheet, &layout, rules, |draft| {
            if draft.set_number.is_empty() {
                return Err(vec![("set_number", "is missing".to_owned())]);
            }
            Ok(draft.clone())
        })
    }

    fn errors(read: &UnitsRead<UnitDraft>) -> Vec<String> {
        let errors = read.findings.errors.iter();
        errors.map(|error| format!("{} {}: {}", error.row, error.field, error.message)).collect()
    }

    #[test]
    fn a_row_is_a_unit_and_a_quantity_several() {
        let read = read(
            &HEADS,
            &[
                vec!["75192", "Falcon", "New Sealed", "A-1", "£649.99", "18/01/2026", "2"],
                vec!["10497", "Explorer", "Used", "", "", "", ""],
            ],
            "GB",
        );
        assert_eq!(read.findings, Findings { rows: 2, ..Findings::default() });
        let (falcon, two) = &read.units[0];
        assert_eq!((falcon.cost.as_deref(), falcon.currency, *two), (Some("649.99"), Some(Currency::GBP), 2));
        assert_eq!(falcon.purchase_date.as_deref(), Some("2026-01-18"));
        let (explorer, one) = &read.units[1];
        assert_eq!((explorer.storage_location.as_deref(), explorer.cost.as_deref(), *one), (None, None, 1));
    }

    #[test]
    fn a_head_between_two_files_is_neither_a_unit_nor_an_error() {
        let rows = [vec!["75192", "New"], vec!["set_number", "condition"], vec!["10497", "Used"]];
        let read = read(&["set_number", "condition"], &rows, "GB");
        assert_eq!(read.findings, Findings { rows: 2, ..Findings::default() });
        let sets: Vec<&str> = read.units.iter().map(|(draft, _)| draft.set_number.as_str()).collect();
        assert_eq!(sets, ["75192", "10497"]);
    }

    #[test]
    fn a_bad_row_is_named_field_by_field_and_blocks_no_other() {
        let read = read(
            &HEADS,
            &[
                vec!["75192", "", "New", "", "free", "soon", "0"],
                vec!["", "", "New", "", "1", "", "two"],
                vec!["1", "", "New", "", "1", "", "1001"],
                vec!["2", "", "New", "", "1", "", "1.5"],
                vec!["3", "", "New", "", "1", "", "3"],
            ],
            "GB",
        );
        assert_eq!((read.findings.rows, read.findings.skipped, read.units.len()), (5, 4, 1));
        assert_eq!(
            errors(&read),
            [
                "2 cost: 'free' is not an amount: write it like 1234.50",
                "2 purchase_date: 'soon' is not a date: write it like 2026-01-18",
                "2 quantity: '0' is not a quantity: write a whole number from 1 to 1000",
                "3 quantity: 'two' is not a quantity: write a whole number from 1 to 1000",
                "3 set_number: is missing",
                "4 quantity: '1001' is not a quantity: write a whole number from 1 to 1000",
                "5 quantity: '1.5' is not a quantity: write a whole number from 1 to 1000",
            ]
        );
    }

    #[test]
    fn unclear_amounts_are_decided_by_their_column_then_by_the_file() {
        let cost = |cells: &[&str], price: &str| {
            let rows: Vec<_> = cells.iter().map(|cell| vec!["1", *cell, price]).collect();
            let read = read(&["set_number", "cost", "listing_price"], &rows, "GB");
            (read.units.first().and_then(|(unit, _)| unit.cost.clone()), errors(&read))
        };
        assert_eq!(cost(&["1,234", "5.50"], "").0.as_deref(), Some("1234.00"));
        assert_eq!(cost(&["1,234", "5,50"], "").0.as_deref(), Some("1.23"));
        assert_eq!(cost(&["1,234"], "9,99").0.as_deref(), Some("1.23"));
        let (none, why) = cost(&["1,234"], "");
        assert_eq!(none, None);
        assert_eq!(why, ["2 cost: '1,234' could be 1234 or 1.234: write it like 1234.00 or 1.2340"]);
        // A column that contradicts itself decides nothing.
        assert_eq!(cost(&["1,234", "5,50", "5.50"], "").1.len(), 1);
    }

    #[test]
    fn unclear_dates_are_decided_by_their_column_then_by_the_marketplace_and_that_is_said() {
        let day = |cells: &[&str], country| {
            let rows: Vec<_> = cells.iter().map(|cell| vec!["1", *cell]).collect();
            let read = read(&["set_number", "bought"], &rows, country);
            (read.units[0].0.purchase_date.clone().unwrap(), read.findings.notes.clone())
        };
        assert_eq!(day(&["03/04/2026", "18/04/2026"], "US"), ("2026-04-03".into(), vec![]));
        assert_eq!(day(&["03/04/2026", "04/18/2026"], "GB"), ("2026-03-04".into(), vec![]));
        let (usual, notes) = day(&["03/04/2026", "05/06/2026"], "GB");
        assert_eq!(usual, "2026-04-03");
        assert_eq!(
            notes,
            [
                "2 dates such as 03/04/2026 could be read in two ways and were read day first, because this account sells \
             where that is usual; if the month comes first, write them like 2026-01-18."
            ]
        );
        assert_eq!(day(&["03/04/2026"], "US").0, "2026-03-04");
    }

    #[test]
    fn currencies_come_from_the_cell_the_row_the_head_or_home() {
        let currency = |heads: &[&str], row: Vec<&str>| {
            let read = read(heads, &[row], "GB");
            read.units
                .first()
                .map_or_else(|| errors(&read).join(), |(unit, _)| unit.currency.unwrap().to_string())
        };
        assert_eq!(currency(&["set", "cost"], vec!["1", "5"]), "GBP");
        assert_eq!(currency(&["set", "cost (€)"], vec!["1", "5"]), "EUR");
        assert_eq!(currency(&["set", "cost", "currency"], vec!["1", "5", "usd"]), "USD");
        assert_eq!(currency(&["set", "cost", "currency"], vec!["1", "$5", "cad"]), "CAD");
        assert_eq!(currency(&["set", "cost"], vec!["1", "¥1,234"]), "JPY");
        assert_eq!(
            currency(&["set", "cost", "currency"], vec!["1", "£5", "€"]),
            "2 cost: '£5' is in GBP, but the row says EUR"
        );
        assert_eq!(
            currency(&["set", "cost", "price"], vec!["1", "£5", "€9"]),
            "2 listing_price: is in EUR and the cost in GBP: a unit has one currency"
        );
        assert_eq!(
            currency(&["set", "cost", "currency"], vec!["1", "5", "pounds"]),
            "2 currency: 'pounds' is not a currency: write its code, such as GBP"
        );
    }

    trait Join {
        fn join(self) -> String;
    }

    impl Join for Vec<String> {
        fn join(self) -> String {
            self[..].join("; ")
        }
    }

    proptest! {
        #[test]
        fn rows_taken_and_skipped_add_up(rows in proptest::collection::vec(proptest::collection::vec("[0-9]{0,4}|[ -~]{0,8}|£1,2", 7), 0..30)) {
            let rows: Vec<Vec<&str>> = rows.iter().map(|row| row.iter().map(String::as_str).collect()).collect();
            let read = read(&HEADS, &rows, "GB");
            prop_assert_eq!(read.units.len() + read.findings.skipped as usize, read.findings.rows as usize);
            let full = rows.iter().filter(|row| row.iter().any(|cell| !cell.trim().is_empty())).count();
            prop_assert_eq!(read.findings.rows as usize, full);
            prop_assert!(read.units.iter().all(|(_, quantity)| (1..=MAX_QUANTITY).contains(quantity)));
            let named: std::collections::BTreeSet<u32> = read.findings.errors.iter().map(|error| error.row).collect();
            prop_assert_eq!(named.len(), read.findings.skipped as usize);
        }
    }
}
