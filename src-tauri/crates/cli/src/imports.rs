//! `inventory import` and `orders import`: files of any make into the desk, with every row that was left out named.

use packlight_domain::act::{BatchId, UndoReport};
use packlight_domain::file_import::{ImportKind, ImportReport, RowError};
use serde::Serialize;

use crate::arguments::{InventoryImport, OrdersImport};
use crate::desk::Desk;
use crate::exit::Failure;
use crate::output::{Output, line, printable};

/// How many errors people are shown; scripts get all that the engine names.
const SHOWN: usize = 20;

/// What an import of units did (design §3).
#[derive(Debug, Serialize)]
struct UnitsShape {
    rows: u32,
    units_added: u32,
    rows_skipped: u32,
    errors: Vec<RowError>,
    dry_run: bool,
    notes: Vec<String>,
    batch: Option<String>,
}

/// What an import of orders did.
#[derive(Debug, Serialize)]
struct OrdersShape {
    rows: u32,
    orders_new: u32,
    orders_changed: u32,
    orders_unchanged: u32,
    rows_skipped: u32,
    errors: Vec<RowError>,
    dry_run: bool,
    notes: Vec<String>,
    batch: Option<String>,
}

/// An import of orders that was taken back.
#[derive(Debug, Serialize)]
struct UndoneShape {
    batch: Option<String>,
    orders_restored: u32,
    skipped: u32,
    stays: Vec<String>,
}

impl UndoneShape {
    fn of(undone: UndoReport) -> Self {
        Self {
            batch: undone.batch.map(|batch| batch.0.to_string()),
            orders_restored: undone.restored,
            skipped: undone.skipped,
            stays: undone.stays,
        }
    }
}

/// Adds the units of a file.
pub(crate) async fn units(
    desk: &Desk<'_>,
    wanted: &InventoryImport,
    output: &mut Output<'_>,
) -> Result<(), Failure> {
    let report = run(desk, ImportKind::Units, &wanted.file, wanted.dry_run).await?;
    let shape = UnitsShape {
        rows: report.rows,
        units_added: report.units_added,
        rows_skipped: report.rows_skipped,
        errors: report.errors,
        dry_run: report.dry_run,
        notes: report.notes,
        batch: report.batch.map(|batch| batch.0.to_string()),
    };
    output.result(&shape, |shape| {
        let verb = if shape.dry_run { "Would add" } else { "Added" };
        let done =
            format!("{verb} {} from {}", counted(shape.units_added, "unit"), counted(shape.rows, "row"));
        people(&done, shape.rows_skipped, &shape.errors, &shape.notes)
    })?;
    Ok(())
}

/// Takes in the orders of a file.
pub(crate) async fn orders(
    desk: &Desk<'_>,
    wanted: &OrdersImport,
    output: &mut Output<'_>,
) -> Result<(), Failure> {
    if let Some(batch) = wanted.undo {
        let undone = desk.writing(async |engine| Ok(engine.undo_import(BatchId(batch)).await?)).await?;
        output.result(&UndoneShape::of(undone), people_undone)?;
        return Ok(());
    }
    let (Some(platform), Some(file)) = (wanted.platform, &wanted.file) else {
        return Err(Failure::usage("an import needs --platform and a file"));
    };
    let report = run(desk, ImportKind::Orders(platform), file, wanted.dry_run).await?;
    let shape = OrdersShape {
        rows: report.rows,
        orders_new: report.orders_new,
        orders_changed: report.orders_changed,
        orders_unchanged: report.orders_unchanged,
        rows_skipped: report.rows_skipped,
        errors: report.errors,
        dry_run: report.dry_run,
        notes: report.notes,
        batch: report.batch.map(|batch| batch.0.to_string()),
    };
    output.result(&shape, |shape| {
        let dry = if shape.dry_run { "Would take in" } else { "Took in" };
        let done = format!(
            "{dry} {} new and {} changed from {}; {} as before",
            counted(shape.orders_new, "order"),
            shape.orders_changed,
            counted(shape.rows, "row"),
            shape.orders_unchanged,
        );
        let mut text = people(&done, shape.rows_skipped, &shape.errors, &shape.notes);
        if let Some(batch) = &shape.batch {
            line(&mut text, format_args!("To take it back: packlight-cli orders import --undo {batch}"));
        }
        text
    })?;
    Ok(())
}

async fn run(
    desk: &Desk<'_>,
    kind: ImportKind,
    file: &std::path::Path,
    dry_run: bool,
) -> Result<ImportReport, Failure> {
    if dry_run {
        desk.reading(async |engine| Ok(engine.import_path(kind, file, true).await?)).await
    } else {
        desk.writing(async |engine| Ok(engine.import_path(kind, file, false).await?)).await
    }
}

fn people(done: &str, skipped: u32, errors: &[RowError], notes: &[String]) -> String {
    let mut text = String::new();
    line(&mut text, format_args!("{done}."));
    for note in notes {
        line(&mut text, format_args!("Note: {}", printable(note)));
    }
    if skipped > 0 {
        let verb = if skipped == 1 { "was" } else { "were" };
        line(&mut text, format_args!("{} {verb} left out:", counted(skipped, "row")));
    }
    for error in errors.iter().take(SHOWN) {
        let field = if error.field.is_empty() { String::new() } else { format!(", {}", error.field) };
        line(&mut text, format_args!("  row {}{field}: {}", error.row, printable(&error.message)));
    }
    if errors.len() > SHOWN {
        line(&mut text, format_args!("  and {} more: see them all with --json", errors.len() - SHOWN));
    }
    text
}

fn people_undone(undone: &UndoneShape) -> String {
    let rest = match undone.skipped {
        0 => String::new(),
        skipped => format!("; {skipped} left alone: worked with since, or taken back before"),
    };
    let mut text = String::new();
    line(&mut text, format_args!("Took back {}{rest}.", counted(undone.orders_restored, "order")));
    for order in &undone.stays {
        line(&mut text, format_args!("  {}", printable(order)));
    }
    text
}

fn counted(number: u32, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_undo_names_what_stays() {
        let undone = UndoReport {
            batch: Some(BatchId(9)),
            restored: 1,
            skipped: 1,
            stays: vec!["Y-1: it has a note".into()],
        };
        let shape = UndoneShape::of(undone);
        assert_eq!(
            serde_json::to_value(&shape).unwrap(),
            serde_json::json!({ "batch": "9", "orders_restored": 1, "skipped": 1, "stays": ["Y-1: it has a note"] })
        );
        assert_eq!(
            people_undone(&shape),
            "Took back 1 order; 1 left alone: worked with since, or taken back before.\n  Y-1: it has a note\n"
        );
    }

    #[test]
    fn people_see_what_was_left_out_and_why() {
        let error =
            |row, field: &str| RowError { row, field: field.into(), message: "is\u{1b}[2J wrong".into() };
        let errors: Vec<_> =
            std::iter::once(error(3, "")).chain((4..25).map(|row| error(row, "cost"))).collect();
        let text = people("Added 1 unit from 23 rows", 22, &errors, &["Dates were read day first.".into()]);
        assert!(
            text.starts_with(
                "Added 1 unit from 23 rows.\nNote: Dates were read day first.\n22 rows were left out:\n  row 3: is\u{fffd}[2J \
                 wrong\n  row 4, cost: "
            ),
            "{text}"
        );
        assert!(text.ends_with("\n  and 2 more: see them all with --json\n"), "{text}");
    }
}
