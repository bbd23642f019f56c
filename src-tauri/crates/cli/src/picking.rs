//! `pick-list`: what is to be fetched from the shelves, as a PDF and on paper.
//!
//! Without `--print` nothing changes, and it works beside a running Packlight. With it, the same pages go to the printer,
//! and the list is kept as a record once its queue has taken them.

use std::io::Write;
use std::path::Path;

use packlight_domain::matching::OrderSelection;
use packlight_domain::picking::{Paper, PickMode, PickRequest};
use packlight_domain::printing::PrintOptions;
use packlight_engine::picking::PickDocument;
use packlight_engine::{Code, Engine, EngineError};
use serde::Serialize;

use crate::arguments::{Mode, PaperSize, PickListCommand};
use crate::desk::Desk;
use crate::exit::{Exit, Failure};
use crate::output::{Output, line, printable};

/// What could be on a list, out of one account's orders.
const TO_PICK: &str = "status:paid is:fbm";

/// What was made.
#[derive(Debug, Serialize)]
struct Shape {
    lines: u32,
    units: u32,
    orders: u32,
    exceptions: u32,
    pages: u32,
    exception_units: u32,
    id: String,
    data_as_of: Option<String>,
    file: String,
    printer: Option<String>,
    job: Option<String>,
    warning: Option<String>,
}

/// Runs the command.
pub(crate) async fn run(
    desk: &Desk<'_>,
    command: &PickListCommand,
    output: &mut Output<'_>,
) -> Result<Exit, Failure> {
    let paper = paper(command.paper);
    let made = if let Some(printer) = &command.print {
        desk.writing(async |engine| {
            let request = request(desk, engine, command).await?;
            let mut made = saved(engine, &request, paper, &command.out).await?;
            let options = PrintOptions {
                printer: Some(printer.clone()),
                paper,
                copies: command.copies,
                reverse: false,
            };
            let printed = engine.print_pick_list(&request, &options).await?;
            made.printer = Some(printed.printer);
            made.job = Some(printed.job);
            made.warning = printed.warning;
            Ok(made)
        })
        .await?
    } else {
        desk.reading(async |engine| {
            let request = request(desk, engine, command).await?;
            saved(engine, &request, paper, &command.out).await
        })
        .await?
    };
    output.result(&made, people)?;
    Ok(Exit::Done)
}

async fn request(
    desk: &Desk<'_>,
    engine: &Engine,
    command: &PickListCommand,
) -> Result<PickRequest, Failure> {
    let account = desk.account_to_read(engine).await?;
    Ok(PickRequest {
        orders: account.map(|account| OrderSelection::Matching {
            query: TO_PICK.to_owned(),
            platform: None,
            account: Some(account),
            except: Vec::new(),
        }),
        platform: None,
        mode: match command.mode {
            Mode::Walk => PickMode::Walk,
            Mode::Sheets => PickMode::OrderSheets,
            Mode::Singles => PickMode::Singles,
        },
        singles_first: command.singles_first,
        sku_barcodes: command.sku_barcodes,
        order_codes: command.order_codes,
    })
}

fn paper(size: PaperSize) -> Paper {
    match size {
        PaperSize::A4 => Paper::A4,
        PaperSize::Letter => Paper::Letter,
        PaperSize::Label4x6 => Paper::Label4x6,
    }
}

/// Makes the list and writes its file.
async fn saved(engine: &Engine, request: &PickRequest, paper: Paper, out: &Path) -> Result<Shape, Failure> {
    let PickDocument { list, bytes, pages } = engine.pick_list_document(request, paper).await?;
    write(out, &bytes).map_err(|error| {
        let message = format!("{} cannot be written ({error}): choose another --out", out.display());
        EngineError::new(Code::Disk, message)
    })?;
    Ok(Shape {
        lines: list.totals.lines,
        units: list.totals.units,
        orders: list.totals.orders,
        exceptions: list.totals.exceptions,
        pages,
        exception_units: list.totals.exception_units,
        id: list.id,
        data_as_of: list.data_as_of.map(packlight_domain::instant::to_text),
        file: out.display().to_string(),
        printer: None,
        job: None,
        warning: None,
    })
}

/// Writes a file whole or not at all; what was there before is replaced.
fn write(out: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut part = out.as_os_str().to_owned();
    part.push(".part");
    let part = Path::new(&part);
    let written = std::fs::File::create(part).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    let written = written.and_then(|()| std::fs::rename(part, out));
    if written.is_err() {
        // It is in nobody's way if it cannot be removed.
        let _ = std::fs::remove_file(part);
    }
    written
}

fn people(made: &Shape) -> String {
    let mut text = String::new();
    let counted = |number: u32, what: &str| {
        if number == 1 { format!("1 {what}") } else { format!("{number} {what}s") }
    };
    line(
        &mut text,
        format_args!(
            "Pick list {}: {} on {} of {}, {}.",
            made.id,
            counted(made.units, "unit"),
            counted(made.lines, "line"),
            counted(made.orders, "order"),
            counted(made.pages, "page"),
        ),
    );
    if made.exceptions > 0 {
        line(
            &mut text,
            format_args!("{} cannot be picked; the last page says why.", counted(made.exceptions, "line")),
        );
    }
    line(&mut text, format_args!("Saved as {}", printable(&made.file)));
    if let Some(printer) = &made.printer {
        line(
            &mut text,
            format_args!(
                "Printed on {} (job {})",
                printable(printer),
                printable(made.job.as_deref().unwrap_or(""))
            ),
        );
    }
    if let Some(warning) = &made.warning {
        line(&mut text, format_args!("Mind: {}", printable(warning)));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_told_in_sentences() {
        let made = Shape {
            lines: 2,
            units: 1,
            orders: 1,
            exceptions: 3,
            pages: 2,
            exception_units: 4,
            id: "P-1a2b3c4d".into(),
            data_as_of: None,
            file: "list\u{1b}.pdf".into(),
            printer: Some("Zebra".into()),
            job: Some("Zebra-7".into()),
            warning: Some("it is out of paper".into()),
        };
        assert_eq!(
            people(&made),
            "Pick list P-1a2b3c4d: 1 unit on 2 lines of 1 order, 2 pages.\n\
             3 lines cannot be picked; the last page says why.\n\
             Saved as list\u{fffd}.pdf\n\
             Printed on Zebra (job Zebra-7)\n\
             Mind: it is out of paper\n"
        );
    }

    #[test]
    fn a_file_is_written_whole_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("list.pdf");
        std::fs::write(&out, "old").unwrap();
        write(&out, b"new").unwrap();
        assert_eq!(std::fs::read(&out).unwrap(), b"new");
        assert!(write(&folder.path().join("gone/list.pdf"), b"new").is_err());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
