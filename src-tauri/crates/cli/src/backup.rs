//! `backup` and `restore`: the whole database as one file, and back.

use packlight_domain::backup::BackupFile;
use packlight_domain::instant;
use packlight_engine::backups;
use serde::Serialize;

use crate::arguments::{BackupCommand, RestoreCommand};
use crate::desk::Desk;
use crate::exit::{Exit, Failure};
use crate::output::{Output, line, printable};

/// A backup, as scripts see it.
#[derive(Serialize)]
struct Shape {
    file: String,
    bytes: u64,
    orders: u32,
    units: u32,
    newest_order: Option<String>,
    made_at: Option<String>,
    accounts: Vec<String>,
    /// Where the former database is; only a restore has one.
    kept: Option<String>,
    dry_run: bool,
}

impl Shape {
    fn of(file: BackupFile) -> Self {
        Self {
            // Where it cannot be asked any more, there are no bytes.
            bytes: std::fs::metadata(&file.path).map_or(0, |found| found.len()),
            file: file.path,
            orders: file.orders,
            units: file.units,
            newest_order: file.newest_order.map(instant::to_text),
            made_at: file.made_at.map(instant::to_text),
            accounts: file.accounts,
            kept: None,
            dry_run: false,
        }
    }
}

/// Writes a backup.
pub(crate) async fn make(
    desk: &Desk<'_>,
    command: &BackupCommand,
    output: &mut Output<'_>,
) -> Result<Exit, Failure> {
    let made = desk.reading(async |engine| Ok(engine.back_up(&command.file, command.force).await?)).await?;
    output.result(&Shape::of(made), |shape| {
        let mut text = String::new();
        line(&mut text, format_args!("{} holds {}.", printable(&shape.file), holdings(shape)));
        line(
            &mut text,
            format_args!("Secrets are not in it: after a restore on another computer, enter them again."),
        );
        text
    })?;
    Ok(Exit::Done)
}

/// Puts a backup in place, or says what is in it.
pub(crate) async fn restore(
    desk: &Desk<'_>,
    command: &RestoreCommand,
    output: &mut Output<'_>,
) -> Result<Exit, Failure> {
    let shape = if command.dry_run {
        Shape { dry_run: true, ..Shape::of(backups::preview(&command.file).await?) }
    } else {
        let report = backups::restore(&desk.folder()?, &command.file, chrono::Utc::now()).await?;
        Shape { kept: report.kept, ..Shape::of(report.backup) }
    };
    output.result(&shape, |shape| {
        let mut text = String::new();
        let (file, holdings) = (printable(&shape.file), holdings(shape));
        if shape.dry_run {
            line(
                &mut text,
                format_args!("{file} is a good backup and holds {holdings}. Nothing was changed."),
            );
            return text;
        }
        line(&mut text, format_args!("{file} was restored: {holdings}."));
        if let Some(kept) = &shape.kept {
            line(&mut text, format_args!("The former database is kept as {}.", printable(kept)));
        }
        line(&mut text, format_args!("The next sync reads again what Amazon changed since."));
        text
    })?;
    Ok(Exit::Done)
}

fn holdings(shape: &Shape) -> String {
    let newest = shape.newest_order.as_ref().map_or_else(String::new, |at| format!(", the newest of {at}"));
    let made = shape.made_at.as_ref().map_or_else(String::new, |at| format!(", as of {at}"));
    format!("{} orders{newest} and {} units{made}", shape.orders, shape.units)
}
