//! Printing on a real CUPS: what reaches the printer, and what the seller reads when it does not.

#![cfg(target_os = "linux")]

use std::fmt::Write as _;
use std::process::Command;
use std::sync::Arc;

use packlight_domain::picking::Paper;
use packlight_domain::printing::PrinterState;
use packlight_engine::printing::{Cups, JobState, Patience, PrintJob, SpoolError, Spooled, Spooler, print};
use packlight_tests::print_queue::{PrintSystem, Trouble};

/// The print system of a test with one printer, *Office*, and CUPS' programs set to it.
fn office() -> Option<(PrintSystem, Arc<Cups>)> {
    let system = PrintSystem::start()?;
    system.add_printer("Office");
    let cups = Arc::new(Cups::new(system.programs()));
    Some((system, cups))
}

async fn print_on(cups: &Cups, printer: Option<&str>, document: &[u8]) -> Result<Spooled, SpoolError> {
    let job = PrintJob {
        document,
        title: "Pick list P-0a1b2c3d",
        paper: Paper::Label4x6,
        copies: 2,
        reverse: true,
    };
    print(cups, printer, &job, Patience::default()).await
}

/// A PDF of pages of one size in points, with a frame and "Page n" on each.
fn pdf(width: u32, height: u32, pages: u32) -> Vec<u8> {
    let kids: Vec<String> = (0..pages).map(|page| format!("{} 0 R", 4 + 2 * page)).collect();
    let kids = kids.join(" ");
    let mut objects = vec![
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        format!("<< /Type /Pages /Kids [{kids}] /Count {pages} >>"),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_owned(),
    ];
    for page in 0..pages {
        let marks = format!(
            "BT /F1 24 Tf 40 {} Td (Page {}) Tj ET 30 30 {} {} re S",
            height - 80,
            page + 1,
            width - 60,
            height - 60
        );
        objects.push(format!(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {width} {height}] \
             /Resources << /Font << /F1 3 0 R >> >> /Contents {} 0 R >>",
            5 + 2 * page
        ));
        objects.push(format!("<< /Length {} >>\nstream\n{marks}\nendstream", marks.len()));
    }
    let mut text = "%PDF-1.4\n".to_owned();
    let mut places = format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1);
    for (at, object) in objects.iter().enumerate() {
        let _ = writeln!(places, "{:010} 00000 n ", text.len());
        let _ = writeln!(text, "{} 0 obj\n{object}\nendobj", at + 1);
    }
    let start = text.len();
    let _ = write!(
        text,
        "{places}trailer\n<< /Size {} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n",
        objects.len() + 1
    );
    text.into_bytes()
}

#[tokio::test]
async fn the_very_bytes_reach_the_printer_with_copies_paper_and_order() {
    let Some((system, cups)) = office() else { return };
    let document = pdf(288, 432, 40);
    let spooled = print_on(&cups, None, &document).await.unwrap();
    assert_eq!(spooled, Spooled { printer: "Office".to_owned(), job: "Office-1".to_owned(), warning: None });
    let paper = system.wait_for_paper("Office", 1).remove(0);
    assert!(paper.bytes == document, "{} bytes, not {}", paper.bytes.len(), document.len());
    assert_eq!((&*paper.title, &*paper.copies), ("Pick list P-0a1b2c3d", "2"));
    let options: Vec<&str> = paper.options.split(' ').collect();
    for option in [
        "media=w288h432",
        "print-scaling=none",
        "nofit-to-page",
        "number-up=1",
        "sides=one-sided",
        "outputorder=reverse",
        "collate",
    ] {
        assert!(options.contains(&option), "{option} is not among {options:?}");
    }
    assert_eq!(cups.state("Office", "Office-1").await.unwrap(), JobState::Done);
}

/// A print system with one printer, *Driver*, which is not sent pages as they are but what its driver makes of them.
fn with_driver() -> Option<PrintSystem> {
    with_driver_of(|file| file)
}

/// The same, with a driver whose file was changed.
#[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
fn with_driver_of(change: impl Fn(String) -> String) -> Option<PrintSystem> {
    const DRIVER: &str = "/usr/share/ppd/cups-pdf/CUPS-PDF_opt.ppd";
    let system = PrintSystem::start()?;
    let Ok(file) = std::fs::read_to_string(DRIVER) else {
        eprintln!("skipped: printer-driver-cups-pdf is not installed");
        return None;
    };
    let driver = system.folder().join("driver.ppd");
    std::fs::write(&driver, change(file)).unwrap();
    system.add_printer("Driver");
    system.run("lpadmin", &["-p", "Driver", "-P", driver.to_str().unwrap()]);
    Some(system)
}

/// This driver has no 4 × 6 inch among its sizes and takes others by their measures; its default is A4.
#[tokio::test]
async fn a_label_has_its_own_size_where_the_driver_has_no_name_for_it() {
    let Some(system) = with_driver() else { return };
    let cups = Cups::new(system.programs());
    let document = pdf(288, 432, 1);
    let job = PrintJob { document: &document, title: "x", paper: Paper::Label4x6, copies: 1, reverse: false };
    print(&cups, Some("Driver"), &job, Patience::default()).await.unwrap();
    let paper = system.wait_for_paper("Driver", 1).remove(0);
    assert!(paper.options.contains("Custom.4x6in"), "{}", paper.options);
    let sheet = String::from_utf8_lossy(&paper.bytes).into_owned();
    let boxes: Vec<&str> = sheet.lines().filter(|line| line.starts_with("%%PageBoundingBox")).collect();
    assert_eq!(boxes, ["%%PageBoundingBox: 0 0 288 432"]);
}

/// CUPS would print it on the default size, A4, and say nothing.
#[tokio::test]
async fn a_label_is_not_printed_on_another_sheet() {
    let fixed = |file: String| {
        file.replace("CustomPageSize", "SomethingElse")
            .replace("VariablePaperSize: True", "VariablePaperSize: False")
    };
    let Some(system) = with_driver_of(fixed) else { return };
    let cups = Cups::new(system.programs());
    let document = pdf(288, 432, 1);
    let job = |paper| PrintJob { document: &document, title: "x", paper, copies: 1, reverse: false };
    let refused = print(&cups, Some("Driver"), &job(Paper::Label4x6), Patience::default()).await.unwrap_err();
    assert_eq!(
        refused.to_string(),
        "the printer 'Driver' has no labels of 4 × 6 inch: choose another printer or paper, or save the document as a PDF"
    );
    print(&cups, Some("Driver"), &job(Paper::Letter), Patience::default()).await.unwrap();
    assert!(system.wait_for_paper("Driver", 1).remove(0).options.contains("media=Letter"));
    assert_eq!(system.printed("Driver").len(), 1);
}

/// A printer with a driver gets the pages from CUPS' own filters: they must have left size, place and order alone, even
/// where the queue's own defaults are to scale and to save paper.
#[tokio::test]
async fn a_driver_leaves_pages_as_large_as_they_are() {
    let Some(system) = with_driver() else { return };
    let defaults = [
        "-o",
        "fit-to-page-default=true",
        "-o",
        "number-up-default=2",
        "-o",
        "sides-default=two-sided-long-edge",
    ];
    system.run("lpadmin", &[&["-p", "Driver"], &defaults[..]].concat());
    let cups = Cups::new(system.programs());
    let document = pdf(595, 842, 3);
    let job = PrintJob { document: &document, title: "x", paper: Paper::A4, copies: 2, reverse: true };
    print(&cups, Some("Driver"), &job, Patience::default()).await.unwrap();
    let printed = system.wait_for_paper("Driver", 1).remove(0).bytes;
    assert!(printed.starts_with(b"%!PS"), "the driver was not used");

    let (before, after) = (system.folder().join("before.pdf"), system.folder().join("after.ps"));
    std::fs::write(&before, &document).unwrap();
    std::fs::write(&after, &printed).unwrap();
    let pages = ghostscript("txtwrite", &after);
    let pages: Vec<&str> = pages.split_whitespace().filter(|word| *word != "Page").collect();
    assert_eq!(pages, ["3", "2", "1", "3", "2", "1"]);
    let (before, after) = (frames(&ghostscript("bbox", &before)), frames(&ghostscript("bbox", &after)));
    assert_eq!((before.len(), after.len()), (3, 6));
    for (was, is) in before.iter().cycle().zip(&after) {
        // A point is 0.35 mm; a page fitted into the printer's margins would be off by many.
        let off = was.iter().zip(is).map(|(was, is)| was.abs_diff(*is)).max().unwrap();
        assert!(off <= 1, "the frame was at {was:?} and is at {is:?}");
    }
}

/// What Ghostscript's device says of a document.
fn ghostscript(device: &str, file: &std::path::Path) -> String {
    let output = Command::new("gs")
        .args(["-q", "-dNOPAUSE", "-dBATCH", "-dSAFER"])
        .arg(format!("-sDEVICE={device}"))
        .arg("-sOutputFile=-")
        .arg(file)
        .output()
        .expect("ghostscript, which comes with cups");
    assert!(output.status.success());
    // The device for boxes writes to the other one.
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// The boxes around all marks of each page, in points.
fn frames(boxes: &str) -> Vec<Vec<u32>> {
    let boxes = boxes.lines().filter_map(|line| line.strip_prefix("%%BoundingBox: "));
    boxes.map(|numbers| numbers.split(' ').map(|number| number.parse().unwrap()).collect()).collect()
}

#[tokio::test]
async fn printers_are_shown_as_they_stand() {
    let Some((system, cups)) = office() else { return };
    system.add_printer("Label");
    system.run("lpadmin", &["-p", "Label", "-D", "Zebra ZD420", "-L", "Packing bench"]);
    system.run("lpadmin", &["-d", "Label"]);
    system.run("cupsdisable", &["-r", "Paper jam in tray", "Office"]);
    let shown = cups.printers().await.unwrap();
    let shown: Vec<_> =
        shown.iter().map(|p| (&*p.name, &*p.description, p.state, &*p.reason, p.is_default)).collect();
    assert_eq!(
        shown,
        [
            ("Label", "Zebra ZD420, Packing bench", PrinterState::Ready, "", true),
            ("Office", "", PrinterState::Disabled, "Paper jam in tray", false),
        ]
    );
}

#[tokio::test]
async fn a_stopped_queue_takes_the_document_and_says_so() {
    let Some((system, cups)) = office() else { return };
    system.run("cupsdisable", &["-r", "Paper jam in tray", "Office"]);
    let spooled = print_on(&cups, None, &pdf(288, 432, 1)).await.unwrap();
    assert_eq!(
        spooled.warning.as_deref(),
        Some(
            "the printer 'Office' is stopped (Paper jam in tray): the document waits in its queue; resume the printer in \
             the system's print settings"
        )
    );
    assert!(system.printed("Office").is_empty());
    system.run("cupsenable", &["Office"]);
    assert_eq!(system.wait_for_paper("Office", 1)[0].bytes, pdf(288, 432, 1));
}

#[tokio::test]
async fn a_queue_that_takes_no_jobs_refuses() {
    let Some((system, cups)) = office() else { return };
    system.run("cupsreject", &["-r", "Being repaired", "Office"]);
    assert_eq!(
        print_on(&cups, Some("Office"), b"%PDF-").await.unwrap_err().to_string(),
        "the printer 'Office' takes no jobs (Being repaired): let it take jobs in the system's print settings, or choose \
         another"
    );
}

#[tokio::test]
async fn a_printer_without_paper_is_noticed_and_prints_once_it_has_some() {
    let Some((system, cups)) = office() else { return };
    system.trouble("Office", Trouble::Empty, true);
    let spooled = print_on(&cups, None, &pdf(288, 432, 1)).await.unwrap();
    assert_eq!(
        spooled.warning.as_deref(),
        Some(
            "the printer 'Office' needs a hand (out of paper): the document waits in its queue and is printed after that"
        )
    );
    let shown = cups.printers().await.unwrap().remove(0);
    assert_eq!((shown.state, &*shown.reason), (PrinterState::NeedsAttention, "out of paper"));
    system.trouble("Office", Trouble::Empty, false);
    system.wait_for_paper("Office", 1);
}

#[tokio::test]
async fn a_document_that_cups_gives_up_is_not_called_printed() {
    let Some((system, cups)) = office() else { return };
    system.trouble("Office", Trouble::Broken, true);
    assert_eq!(
        print_on(&cups, None, &pdf(288, 432, 1)).await.unwrap_err().to_string(),
        "the print system could not print the document on 'Office' (The fuser is broken): look at the printer in the \
         system's print settings, or choose another"
    );
}

#[tokio::test]
async fn a_printer_that_went_away_after_it_was_chosen_is_named() {
    let Some((system, cups)) = office() else { return };
    let chosen = cups.printers().await.unwrap().remove(0).name;
    system.run("lpadmin", &["-x", "Office"]);
    let gone = "the printer 'Office' is not there any more: choose another, or save the document as a PDF";
    assert_eq!(print_on(&cups, Some(&chosen), b"%PDF-").await.unwrap_err().to_string(), gone);
    system.add_printer("Other");
    assert_eq!(print_on(&cups, Some(&chosen), b"%PDF-").await.unwrap_err().to_string(), gone);
    // Between the last look and the hand-over, too.
    let job = PrintJob { document: b"%PDF-", title: "x", paper: Paper::A4, copies: 1, reverse: false };
    let error = cups.submit("Office", &job).await.unwrap_err();
    assert!(matches!(error, SpoolError::Refused { .. }), "{error}");
}

#[tokio::test]
async fn a_job_can_be_taken_back() {
    let Some((system, cups)) = office() else { return };
    system.run("cupsdisable", &["Office"]);
    let job = print_on(&cups, None, &pdf(288, 432, 1)).await.unwrap().job;
    assert_eq!(cups.state("Office", &job).await.unwrap(), JobState::Pending);
    cups.cancel("Office", &job).await.unwrap();
    assert_ne!(cups.state("Office", &job).await.unwrap(), JobState::Pending);
    // The queue goes on with what came after it.
    system.run("cupsenable", &["Office"]);
    let next = pdf(595, 842, 2);
    print_on(&cups, None, &next).await.unwrap();
    let papers = system.wait_for_paper("Office", 1);
    assert!(papers.len() == 1 && papers[0].bytes == next, "{} papers came out", papers.len());
}

#[tokio::test]
async fn without_a_scheduler_the_next_step_is_to_start_it() {
    let Some((mut system, cups)) = office() else { return };
    system.stop();
    let sentence = "the print system is not running: start it (sudo systemctl start cups) and try again, or save the \
                    document as a PDF";
    assert_eq!(cups.printers().await.unwrap_err().to_string(), sentence);
    assert_eq!(print_on(&cups, Some("Office"), b"%PDF-").await.unwrap_err().to_string(), sentence);
}
