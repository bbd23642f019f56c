//! CUPS' answers as CUPS 2.4 gave them, and its programs replaced by scripts for what a real queue cannot be made to do.
//! A real CUPS is in `tests/journeys/printing.rs`.

#![cfg(unix)]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use packlight_domain::picking::Paper;
use packlight_domain::printing::PrinterState;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::UnixListener;

use super::*;
use crate::printing::{Patience, print};

const QUEUES: &str = "\
printer Label_4x6 now printing Label_4x6-3.  enabled since Sun Nov 22 20:05:15 2026
\tOut of paper
\tForm mounted:
\tContent types: any
\tPrinter types: unknown
\tDescription: Zebra ZD420
\tAlerts: media-empty-error
\tLocation: Packing bench
\tConnection: direct
printer Office is idle.  enabled since Sun Nov 22 20:04:48 2026
\tForm mounted:
\tContent types: any
\tPrinter types: unknown
\tDescription: Office
printer Fake is idle.
\tAlerts: toner-low-warning
\tLocation:\x20
printer Jam disabled since Sun Nov 22 20:05:14 2026 -
\tPaper jam in tray
\tForm mounted:
\tAlerts: paused
printer Quiet disabled since Sun Nov 22 20:05:14 2026 -
\treason unknown
\tForm mounted:
\tAlerts: paused
printer Shut is idle.  enabled since Sun Nov 22 20:05:14 2026
\tBeing repaired
\tForm mounted:
\tAlerts: none
";

const ACCEPTING: &str = "\
Label_4x6 accepting requests since Sun Nov 22 20:05:14 2026
Office accepting requests since Sun Nov 22 20:05:14 2026
Shut not accepting requests since Sun Nov 22 20:05:14 2026 -
\tBeing repaired
";

#[test]
fn every_state_of_a_printer_is_read() {
    let printers = answers::printers(
        QUEUES,
        ACCEPTING,
        "system default destination: Office\n",
        "Hall_Printer\nOffice\nOffice/draft\n",
    );
    let shown: Vec<_> = printers
        .iter()
        .map(|printer| (&*printer.name, printer.state, &*printer.reason, &*printer.description))
        .collect();
    assert_eq!(
        shown,
        [
            ("Fake", PrinterState::Ready, "low on toner", ""),
            ("Hall_Printer", PrinterState::Ready, "", "found on the network"),
            ("Jam", PrinterState::Disabled, "Paper jam in tray", ""),
            ("Label_4x6", PrinterState::NeedsAttention, "out of paper", "Zebra ZD420, Packing bench"),
            ("Office", PrinterState::Ready, "", ""),
            ("Quiet", PrinterState::Disabled, "", ""),
            ("Shut", PrinterState::Rejecting, "Being repaired", ""),
        ]
    );
    let default: Vec<_> = printers.iter().filter(|printer| printer.is_default).map(|p| &*p.name).collect();
    assert_eq!(default, ["Office"]);
}

#[test]
fn a_description_over_two_lines_does_not_make_a_printer() {
    let typed = "printer A is idle.  enabled since now\n\tDescription: two\nlines\n\tAlerts: media-jam\n";
    let printers = answers::printers(typed, "", "no system default destination\n", "");
    assert_eq!(printers.len(), 1);
    assert_eq!(printers[0].reason, "paper jam");
}

#[test]
fn every_state_of_a_job_is_read() {
    let listing = |alerts: &str, status: &str| {
        format!(
            "A-12  root  1024  Sun\n\tAlerts: none\nA-1   root   1024   Sun Nov 22\n\tStatus: {status}\n\tAlerts: {alerts}\n\tqueued for A\n"
        )
    };
    for (alerts, state) in [
        ("none", JobState::Pending),
        ("job-printing", JobState::Printing),
        ("printer-stopped", JobState::Pending),
        ("job-hold-until-specified", JobState::Held),
        ("resources-are-not-ready", JobState::Stuck("Unable to connect".to_owned())),
    ] {
        assert_eq!(
            answers::waiting_job(&listing(alerts, "Unable to connect"), "A-1"),
            Some(state),
            "{alerts}"
        );
    }
    for (alerts, state) in [
        ("job-completed-successfully", JobState::Done),
        ("processing-to-stop-point", JobState::Failed("Filter failed".to_owned())),
        ("job-completed-with-errors", JobState::Failed("Filter failed".to_owned())),
        ("job-canceled-by-user", JobState::Cancelled),
        ("aborted-by-system", JobState::Failed("Filter failed".to_owned())),
    ] {
        assert_eq!(answers::ended_job(&listing(alerts, "Filter failed"), "A-1"), Some(state), "{alerts}");
    }
    assert_eq!(answers::ended_job(&listing("processing-to-stop-point", ""), "A-1"), Some(JobState::Done));
    assert_eq!(answers::waiting_job(&listing("none", ""), "A-2"), None);
}

/// Scripts in the place of CUPS' programs.
struct Scripts(TempDir);

impl Scripts {
    fn new() -> Self {
        let scripts = Self(TempDir::new().unwrap());
        scripts.put("lpstat", "case \"$1\" in -r) echo scheduler is running;; esac");
        scripts.put("lpoptions", "echo 'Resolution/Resolution: *203dpi'");
        scripts
    }

    fn put(&self, name: &str, script: &str) {
        let path = self.0.path().join(name);
        // Renamed into its place: a script that is being written cannot be run.
        let draft = path.with_extension("draft");
        fs::write(&draft, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&draft, fs::Permissions::from_mode(0o755)).unwrap();
        fs::rename(&draft, &path).unwrap();
    }

    fn cups(&self) -> Cups {
        let folder = self.0.path();
        let programs =
            Programs::in_folders(vec![Path::new("bin").to_owned(), folder.to_owned()], &["SECRET"])
                .with("FOLDER", folder)
                .with("SECRET", "canary");
        Cups::new(programs)
    }

    fn kept(&self, name: &str) -> String {
        fs::read_to_string(self.0.path().join(name)).unwrap()
    }
}

fn job(document: &[u8]) -> PrintJob<'_> {
    PrintJob { document, title: "Pick list; rm -rf $HOME", paper: Paper::Label4x6, copies: 3, reverse: true }
}

#[tokio::test]
async fn lp_gets_its_words_one_by_one_in_english_and_without_the_passphrase() {
    let scripts = Scripts::new();
    scripts.put(
        "lp",
        "printf '%s\\n' \"$@\" > $FOLDER/words; env > $FOLDER/env; cat > $FOLDER/document; echo 'request id is A-9 (0 file(s))'",
    );
    let document = vec![b'x'; 300_000];
    assert_eq!(scripts.cups().submit("A", &job(&document)).await.unwrap(), "A-9");
    assert_eq!(
        scripts.kept("words").lines().collect::<Vec<_>>(),
        [
            "-d",
            "A",
            "-n",
            "3",
            "-t",
            "Pick list; rm -rf $HOME",
            "-o",
            "media=w288h432",
            "-o",
            "print-scaling=none",
            "-o",
            "fit-to-page=false",
            "-o",
            "number-up=1",
            "-o",
            "sides=one-sided",
            "-o",
            "collate=true",
            "-o",
            "outputorder=reverse",
        ]
    );
    assert_eq!(scripts.kept("document").as_bytes(), document);
    let environment = scripts.kept("env");
    assert!(environment.contains("LC_ALL=C\n") && !environment.contains("canary"), "{environment}");
}

#[tokio::test]
async fn a_label_is_asked_for_by_the_name_that_the_driver_has_for_it() {
    let scripts = Scripts::new();
    scripts.put(
        "lp",
        "printf '%s\\n' \"$@\" > $FOLDER/words; cat > /dev/null; echo 'request id is A-9 (0 file(s))'",
    );
    let sizes = |sizes: &str| {
        let said = format!("PageSize/Media Size: {sizes}\nDuplex/2-Sided Printing: *None");
        scripts.put("lpoptions", &format!("[ \"$*\" = '-p A -l' ] && echo '{said}'"));
    };
    sizes("*A4 Letter Custom.WIDTHxHEIGHT");
    scripts.cups().submit("A", &job(b"x")).await.unwrap();
    assert!(scripts.kept("words").contains("media=Custom.4x6in\n"), "{}", scripts.kept("words"));
    // Nothing is sent to a printer that would put the label on a sheet of A4.
    sizes("*A4 Letter");
    scripts.put("lp", "echo sent > $FOLDER/words");
    let error = scripts.cups().submit("A", &job(b"x")).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the printer 'A' has no labels of 4 × 6 inch: choose another printer or paper, or save the document as a PDF"
    );
    assert!(error.is_refusal() && !scripts.kept("words").contains("sent"));
}

#[tokio::test]
async fn nothing_is_printed_where_the_sizes_of_a_driver_cannot_be_learned() {
    let scripts = Scripts::new();
    scripts.put("lp", "echo sent >> $FOLDER/words; cat > /dev/null; echo 'request id is A-9 (0 file(s))'");
    let says = |why: &str| {
        scripts.put("lpoptions", &format!("echo 'lpoptions: Unable to get PPD file for A: {why}' >&2"));
    };
    let server = |at: &str| scripts.put("lpstat", &format!("[ \"$1\" = -H ] && echo '{at}'"));
    server("office:631");
    for why in ["Not Found", "No such file or directory"] {
        says(why);
        scripts.cups().submit("A", &job(b"x")).await.unwrap();
    }
    assert_eq!(scripts.kept("words"), "sent\nsent\n");
    let refused = async || scripts.cups().submit("A", &job(b"x")).await.unwrap_err().to_string();
    let sentence = |why: &str| {
        format!(
            "whether the printer 'A' has labels of 4 × 6 inch could not be learned (Unable to get PPD file for A{why}): try \
             again, choose another printer, or save the document as a PDF"
        )
    };
    says("Forbidden");
    assert_eq!(refused().await, sentence(": Forbidden"));

    // On a socket the scheduler itself is asked.
    let socket = scripts.0.path().join("sock");
    server(&socket.display().to_string());
    says("No printer-uri found");
    assert_eq!(
        refused().await,
        sentence("").replace("Unable to get PPD file for A", "No such file or directory (os error 2)")
    );
    let listener = UnixListener::bind(&socket).unwrap();
    let answer = async |answer: &str| {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut question = [0; 256];
        let length = stream.read(&mut question).await.unwrap();
        stream.write_all(answer.as_bytes()).await.unwrap();
        String::from_utf8_lossy(&question[..length]).lines().next().unwrap().to_owned()
    };
    let driver = "HTTP/1.1 200 OK\r\n\r\n*PageSize A4/A4: \"\"\n*PageSize Letter: \"\"\n";
    let (error, question) = tokio::join!(refused(), answer(driver));
    assert_eq!(question, "GET /printers/A.ppd HTTP/1.0");
    assert!(error.starts_with("the printer 'A' has no labels of 4 × 6 inch: choose another"), "{error}");
    let (error, _) = tokio::join!(refused(), answer("HTTP/1.1 403 Forbidden\r\n\r\n"));
    assert!(error.contains("could not be learned (HTTP/1.1 403 Forbidden)"), "{error}");
    assert_eq!(scripts.kept("words"), "sent\nsent\n");
    let (cups, label) = (scripts.cups(), job(b"x"));
    let (sent, _) = tokio::join!(cups.submit("A", &label), answer("HTTP/1.1 404 Not Found\r\n\r\n"));
    sent.unwrap();
}

#[tokio::test]
async fn what_lp_says_is_passed_on() {
    let scripts = Scripts::new();
    // It reads nothing of what it is given.
    scripts.put("lp", "echo 'lp: Error - Too many active jobs.' >&2; exit 1");
    let error = scripts.cups().submit("A", &job(&vec![b'x'; 300_000])).await.unwrap_err();
    assert!(
        matches!(&error, SpoolError::Refused { message, .. } if message == "Too many active jobs."),
        "{error}"
    );
    scripts.put("lp", "echo 'Auftrag A-9 angenommen'");
    assert_eq!(
        scripts.cups().submit("A", &job(b"x")).await.unwrap_err().to_string(),
        "the print system said something unexpected (lp: Auftrag A-9 angenommen): try again, or save the document as a PDF"
    );
}

#[tokio::test]
async fn a_computer_without_cups_says_how_to_get_it() {
    let empty = TempDir::new().unwrap();
    let cups = Cups::new(Programs::in_folders(vec![empty.path().to_owned()], &[]));
    let error = print(&cups, None, &job(b"x"), Patience::default()).await.unwrap_err().to_string();
    let install = if cfg!(target_os = "linux") {
        "install CUPS (in Debian and Ubuntu the package 'cups')"
    } else {
        "install CUPS"
    };
    assert_eq!(error, format!("this computer has no print system: {install}, or save the document as a PDF"));
}

#[tokio::test]
async fn a_program_that_hangs_is_ended() {
    let scripts = Scripts::new();
    scripts.put("lpstat", "echo $$ > $FOLDER/pid; exec sleep 1000");
    let programs = scripts.cups().programs;
    let error =
        programs.run("lpstat", &["-r"], &[], Duration::from_millis(300)).await.unwrap_err().to_string();
    assert_eq!(
        error,
        "the print system does not answer (lpstat): try again, after a look at the printer's queue, or save the document \
         as a PDF"
    );
    let process = Path::new("/proc").join(scripts.kept("pid").trim());
    if cfg!(target_os = "linux") {
        for _ in 0..500 {
            if !process.join("exe").exists() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("lpstat still runs");
    }
}
