//! Cells of amounts and dates, each read in the light of its column.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use chrono_tz::Tz;
use rust_decimal::Decimal;

use super::{Layout, Row, Sheet};
use crate::currency::Currency;
use crate::money::Money;
use crate::typed::{AmountProblem, DayOrder, DecimalMark, Evidence, TypedAmount, TypedDay, known_code};

/// The cell, or nothing where it only says that there is nothing.
pub(super) fn said(cell: &str) -> Option<&str> {
    let nothing = ["", "-", "–", "—", "n/a", "null"];
    (!nothing.iter().any(|word| cell.eq_ignore_ascii_case(word))).then_some(cell)
}

/// How the amounts of each column are written.
pub(super) struct Amounts {
    columns: Vec<(&'static str, Evidence<DecimalMark>)>,
    all: Evidence<DecimalMark>,
}

impl Amounts {
    /// Looks through the columns of these fields.
    pub(super) fn of(layout: &Layout, sheet: &Sheet, fields: &[&'static str]) -> Self {
        let mut columns = Vec::with_capacity(fields.len());
        for field in fields {
            let mut evidence = Evidence::Nothing;
            if layout.has(field) {
                for row in layout.rows(sheet) {
                    let typed = said(layout.cell(row, field)).and_then(|cell| TypedAmount::parse(cell).ok());
                    evidence = evidence.and(typed.and_then(|typed| typed.proves()));
                }
            }
            columns.push((*field, evidence));
        }
        let all = columns.iter().fold(Evidence::Nothing, |all: Evidence<_>, (_, own)| all.with(*own));
        Self { columns, all }
    }

    /// What parts decimals in a field: what its column proves, else what the other columns of the file do.
    fn mark(&self, field: &str) -> Option<DecimalMark> {
        let own = self.columns.iter().find(|(name, _)| *name == field);
        match own.map_or(Evidence::Nothing, |(_, own)| *own) {
            Evidence::Nothing => self.all.decided(),
            own => own.decided(),
        }
    }

    /// The number of a cell.
    pub(super) fn number(&self, field: &str, cell: &str) -> Result<(TypedAmount, Decimal), AmountProblem> {
        let typed = TypedAmount::parse(cell)?;
        let value = typed.value(self.mark(field))?;
        Ok((typed, value))
    }

    /// The amount of a field of a row: in the currency that stands in the cell, else in that of the row, of the head, or
    /// in `usual`.
    pub(super) fn money(
        &self,
        layout: &Layout,
        row: Row<'_>,
        field: &str,
        of_row: Option<Currency>,
        usual: Currency,
    ) -> Result<Option<Money>, String> {
        let Some(cell) = said(layout.cell(row, field)) else { return Ok(None) };
        let typed = TypedAmount::parse(cell).map_err(|problem| problem.to_string())?;
        let around = of_row.or_else(|| layout.currency(field));
        let own = typed.currency(around.unwrap_or(usual));
        if let (Some(own), Some(of_row)) = (own, of_row)
            && own != of_row
        {
            return Err(format!("'{cell}' is in {own}, but the row says {of_row}"));
        }
        let currency = own.or(around).unwrap_or(usual);
        let value = match typed.value(self.mark(field)) {
            // Yen have no decimals, so a mark in them can only part thousands.
            Err(AmountProblem::Unclear { point, comma, .. }) if currency.exponent() == 0 => {
                if point.scale() == 0 { point } else { comma }
            }
            read => read.map_err(|problem| problem.to_string())?,
        };
        let money = Money::from_main(value, currency).ok_or_else(|| format!("'{cell}' is too large"))?;
        Ok(Some(money))
    }
}

/// The currency column of a row.
pub(super) fn currency_of_row(layout: &Layout, row: Row<'_>) -> Result<Option<Currency>, String> {
    let Some(cell) = said(layout.cell(row, "currency")) else { return Ok(None) };
    let sign = TypedAmount::parse(&format!("{cell}1")).ok().and_then(|typed| typed.currency(Currency::USD));
    known_code(cell)
        .or(sign)
        .or_else(|| cell.parse().ok())
        .map(Some)
        .ok_or_else(|| format!("'{cell}' is not a currency: write its code, such as GBP"))
}

/// How the dates of each column are written.
pub(super) struct Days {
    columns: Vec<(&'static str, Evidence<DayOrder>)>,
    all: Evidence<DayOrder>,
    usual: DayOrder,
}

impl Days {
    /// Looks through the columns of these fields; `usual` is how the seller's country writes dates.
    pub(super) fn of(layout: &Layout, sheet: &Sheet, fields: &[&'static str], usual: DayOrder) -> Self {
        let mut columns = Vec::with_capacity(fields.len());
        for field in fields {
            let mut evidence = Evidence::Nothing;
            if layout.has(field) {
                for row in layout.rows(sheet) {
                    let typed = said(layout.cell(row, field)).and_then(|cell| TypedDay::parse(cell).ok());
                    evidence = evidence.and(typed.and_then(|typed| typed.proves()));
                }
            }
            columns.push((*field, evidence));
        }
        let all = columns.iter().fold(Evidence::Nothing, |all: Evidence<_>, (_, own)| all.with(*own));
        Self { columns, all, usual }
    }

    /// What stands first in the unclear dates of a field, and whether nothing in the file says so. `None` where the
    /// column contradicts itself.
    fn order(&self, field: &str) -> (Option<DayOrder>, bool) {
        let own =
            self.columns.iter().find(|(name, _)| *name == field).map_or(Evidence::Nothing, |(_, own)| *own);
        match (own, self.all) {
            (Evidence::All(order), _) | (Evidence::Nothing, Evidence::All(order)) => (Some(order), false),
            (Evidence::Nothing, Evidence::Nothing) => (Some(self.usual), true),
            _ => (None, false),
        }
    }

    /// The day of a cell.
    pub(super) fn day(&self, field: &str, cell: &str, unclear: &mut Unclear) -> Result<NaiveDate, String> {
        let typed = TypedDay::parse(cell).map_err(|problem| problem.to_string())?;
        let order = self.noted(field, cell, &typed, unclear);
        typed.day(order).map_err(|problem| problem.to_string())
    }

    /// The moment of a cell, in `zone` and at `time` where it says neither.
    pub(super) fn at(
        &self,
        field: &str,
        cell: &str,
        (zone, time): (Tz, NaiveTime),
        unclear: &mut Unclear,
    ) -> Result<DateTime<Utc>, String> {
        let typed = TypedDay::parse(cell).map_err(|problem| problem.to_string())?;
        let order = self.noted(field, cell, &typed, unclear);
        typed.at(order, zone, time).map_err(|problem| problem.to_string())
    }

    fn noted(&self, field: &str, cell: &str, typed: &TypedDay, unclear: &mut Unclear) -> Option<DayOrder> {
        let (order, is_guess) = self.order(field);
        if is_guess && typed.is_unclear() {
            unclear.dates += 1;
            unclear.example.get_or_insert_with(|| cell.to_owned());
        }
        order
    }

    /// A sentence for the report about dates that nothing in the file made clear.
    pub(super) fn note(&self, unclear: &Unclear) -> Option<String> {
        let example = unclear.example.as_ref()?;
        let (first, other) = match self.usual {
            DayOrder::DayFirst => ("day", "month"),
            DayOrder::MonthFirst => ("month", "day"),
        };
        let dates = match unclear.dates {
            1 => "1 date".to_owned(),
            dates => format!("{dates} dates"),
        };
        Some(format!(
            "{dates} such as {example} could be read in two ways and were read {first} first, because this account sells \
             where that is usual; if the {other} comes first, write them like 2026-01-18."
        ))
    }
}

/// Dates that were read by what is usual where the seller sells.
#[derive(Default)]
pub(super) struct Unclear {
    dates: u32,
    example: Option<String>,
}
