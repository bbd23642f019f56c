//! How fast a pick list becomes paper, how much memory that takes and how large the file is, beside a script that puts the
//! same rows on the same number of pages with reportlab.
//!
//! Each sample is a process of its own, so that the peak of its memory is its own. Making the list is not counted, loading
//! the fonts is.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use packlight_documents::{Fonts, pick_list};
use packlight_domain::listing::OrderRowId;
use packlight_domain::picking::{
    Paper, PickFlags, PickGroup, PickList, PickMode, PickRow, PickTotals, PickedOrder, ZoneTotal,
};
use packlight_domain::stock::UnitId;

use crate::orders::Dice;
use crate::turns::{Goal, Samples, Unit};

const MEGABYTE: u64 = 1_000_000;
const SECOND: u64 = 1_000_000_000;
const TURNS: usize = 5;
/// Lines of orders for each page that is asked for; every third row is for two orders. The control puts them on that many
/// pages; ours, in print that can be read at arm's length, takes about four pages for three of them.
const LINES: u32 = 40;
const LINES_WITH_BARS: u32 = 20;

const TITLES: [&str; 8] = [
    "LEGO Star Wars 75192 Millennium Falcon Ultimate Collector Series",
    "LEGO Creator Expert 10255 Assembly Square Modular Building",
    "LEGO Technic 42083 Bugatti Chiron Race Car Building Kit",
    "LEGO Ideas 21318 Tree House",
    "LEGO City 60197 Passenger Train",
    "LEGO Harry Potter 71043 Hogwarts Castle",
    "LEGO Architecture 21054 The White House",
    "LEGO Ninjago 70620 NINJAGO City with 16 Minifigures",
];

/// What one run took.
type Run = (u64, u64, u64);

/// All figures: lists of 500 pages without and with bars, and of 50.
pub(crate) fn measure(folder: &Path) -> Result<Vec<Samples>> {
    let mut all = Vec::new();
    let mut a_line =
        Samples::of("20,000 lines: time a line", &[Goal::Ratio(1_150)]).against("the same of 2,000");
    for (what, bars, seconds, memory, size) in [
        ("20,000 lines, 500 pages of 40", false, SECOND, 100 * MEGABYTE, 1_500_000),
        ("10,000 lines with bars, 500 pages of 20", true, 2 * SECOND, 250 * MEGABYTE, 4 * MEGABYTE),
    ] {
        eprintln!("  {what}");
        let named =
            |figure: &str, goal| Samples::of(format!("{what}: {figure}"), &[goal]).against("reportlab");
        let mut time = named("time", Goal::Median(seconds));
        let mut peak = named("memory", Goal::Median(memory)).counting(Unit::Bytes);
        let mut file = named("file", Goal::Median(size)).counting(Unit::Bytes);
        for turn in 0..TURNS {
            let (ours, control) = if turn.is_multiple_of(2) {
                let ours = child(folder, 500, bars)?;
                (ours, reportlab(folder, 500, bars)?)
            } else {
                let control = reportlab(folder, 500, bars)?;
                (child(folder, 500, bars)?, control)
            };
            time.push_both(ours.0, control.0);
            peak.push_both(ours.1, control.1);
            file.push_both(ours.2, control.2);
            if !bars {
                a_line.push_both(
                    ours.0 / u64::from(500 * LINES),
                    child(folder, 50, bars)?.0 / u64::from(50 * LINES),
                );
            }
        }
        all.extend([time, peak, file]);
    }
    all.push(a_line);
    Ok(all)
}

/// One list, in this process: nanoseconds, the peak of memory, and bytes of the file.
pub(crate) fn once(folder: &Path, pages: u32, bars: bool) -> Result<Run> {
    let list = list(pages, bars);
    let begun = Instant::now();
    let pdf = pick_list::pdf(&list, Paper::A4, &Fonts::bundled());
    let took = u64::try_from(begun.elapsed().as_nanos())?;
    let peak = peak()?;
    fs::write(folder.join(format!("pick-list-{pages}{}.pdf", if bars { "-bars" } else { "" })), &pdf)?;
    Ok((took, peak, pdf.len() as u64))
}

/// The most memory that this process ever held; nothing where the system does not say.
fn peak() -> Result<u64> {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next()).unwrap_or("0");
    Ok(kilobytes.parse::<u64>()? * 1024)
}

fn child(folder: &Path, pages: u32, bars: bool) -> Result<Run> {
    let answer = folder.join("paper.json");
    let done = Command::new(std::env::current_exe()?)
        .arg("--folder")
        .arg(folder)
        .arg("--out")
        .arg(&answer)
        .args(["paper", &pages.to_string(), if bars { "bars" } else { "plain" }])
        .status()?;
    ensure!(done.success(), "the list was not made");
    Ok(serde_json::from_str(&fs::read_to_string(answer)?)?)
}

fn reportlab(folder: &Path, pages: u32, bars: bool) -> Result<Run> {
    let project = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (data, pdf) = (folder.join("pick-list.json"), folder.join("reportlab.pdf"));
    let list = list(pages, bars);
    let rows: usize = list.groups.iter().map(|group| group.rows.len()).sum();
    fs::write(&data, serde_json::to_string(&list)?)?;
    let output = Command::new("/usr/bin/python3")
        .arg(project.join("bench/reportlab_pick_list.py"))
        .args([&data, &pdf])
        .arg(rows.div_ceil(pages as usize).to_string())
        .arg(project.join("../src-tauri/crates/documents/assets"))
        .output()
        .context("the control needs python3-reportlab of Debian")?;
    ensure!(output.status.success(), "reportlab: {}", String::from_utf8_lossy(&output.stderr));
    let said = String::from_utf8(output.stdout)?;
    let (took, peak) = said.trim().split_once(' ').context("reportlab says two numbers")?;
    Ok((took.parse()?, peak.parse()?, fs::metadata(pdf)?.len()))
}

/// A walk of about so many pages of A4: places of one to three items, every third item for two orders.
fn list(pages: u32, bars: bool) -> PickList {
    let lines = pages * if bars { LINES_WITH_BARS } else { LINES };
    let mut dice = Dice(20_261_122);
    let mut below = |bound: u32| u32::try_from(dice.below(u64::from(bound))).unwrap_or(0);
    let mut groups: Vec<PickGroup> = Vec::new();
    let (mut number, mut units) = (0, 0);
    while number < lines {
        let heading = format!(
            "{} - S{}",
            ["Loft", "Garage", "Cellar"][groups.len() * 3 / lines as usize % 3],
            groups.len() + 1
        );
        let mut rows = Vec::new();
        for _ in 0..=below(3) {
            let orders: Vec<PickedOrder> = (0..if below(3) == 0 { 2 } else { 1 })
                .map(|_| {
                    number += 1;
                    order(number, [below(10_000_000), below(10_000_000), below(12)])
                })
                .collect();
            units += orders.len();
            rows.push(row(&heading, below(900_000), orders));
        }
        groups.push(PickGroup { heading, zone: "Loft".to_owned(), rows });
    }
    let units = u32::try_from(units).unwrap_or(0);
    PickList {
        id: "P-5EED1234".to_owned(),
        record: None,
        mode: PickMode::Walk,
        accounts: vec!["Brick Loft UK".to_owned()],
        data_as_of: "2026-11-22T14:05:00Z".parse().ok(),
        data_as_of_text: Some("2026-11-22 14:05 GMT".to_owned()),
        sku_barcodes: bars,
        order_codes: false,
        groups,
        exceptions: Vec::new(),
        totals: PickTotals { lines: number, units, orders: number, exceptions: 0, exception_units: 0 },
        zones: vec![ZoneTotal { zone: "Loft".to_owned(), units }],
        reprint: 0,
    }
}

fn row(location: &str, number: u32, orders: Vec<PickedOrder>) -> PickRow {
    let title = TITLES[number as usize % TITLES.len()];
    let set: String = title.chars().filter(char::is_ascii_digit).take(5).collect();
    PickRow {
        location: location.to_owned(),
        name: title.to_owned(),
        condition: if number.is_multiple_of(5) { "Used Complete" } else { "New Sealed" }.to_owned(),
        sku: Some(format!("{set}-{}", number % 10_000)),
        asin: Some(format!("B0{:08}", u64::from(number) * 7_919 % 100_000_000)),
        quantity: u32::try_from(orders.len()).unwrap_or(0),
        set_number: set,
        orders,
    }
}

fn order(number: u32, [middle, end, kind]: [u32; 3]) -> PickedOrder {
    PickedOrder {
        order: OrderRowId(number),
        platform_order_id: format!("026-{middle:07}-{end:07}"),
        order_item_id: format!("{number:014}"),
        units: vec![UnitId(number)],
        sku: None,
        tote: (kind == 1).then_some('C'),
        flags: PickFlags { late: kind == 2, ship_today: kind == 3, gift: kind == 4, prime: kind == 5 },
    }
}
