//! Printers that take nothing: what the seller reads, and the PDF that is left.

#![allow(clippy::unwrap_used, clippy::panic, reason = "the helpers of tests may fail like tests")]

mod desk;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use desk::printing;
use packlight_domain::alert::{Alert, AlertKind, Target};
use packlight_domain::picking::{Paper, PickRequest};
use packlight_domain::printing::{PrintOptions, Printer, PrinterState};
use packlight_engine::Code;
use packlight_engine::alerts::{Alerting, Bell};
use packlight_engine::printing::{JobState, PrintJob, SpoolError, Spooler};
use tempfile::TempDir;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

/// The print system of an office with one printer; nothing reaches it.
struct Office;

#[async_trait]
impl Spooler for Office {
    async fn printers(&self) -> Result<Vec<Printer>, SpoolError> {
        Ok(vec![Printer {
            name: "Office".into(),
            description: String::new(),
            state: PrinterState::Ready,
            reason: String::new(),
            is_default: true,
        }])
    }

    async fn submit(&self, printer: &str, _: &PrintJob<'_>) -> Result<String, SpoolError> {
        Err(SpoolError::Refused { printer: printer.into(), message: "Too many active jobs.".into() })
    }

    async fn state(&self, _: &str, _: &str) -> Result<JobState, SpoolError> {
        panic!("nothing was handed over")
    }

    async fn cancel(&self, _: &str, _: &str) -> Result<(), SpoolError> {
        panic!("nothing was handed over")
    }
}

#[tokio::test]
async fn a_printer_that_is_gone_or_refuses_leaves_the_pdf_and_says_once_where() {
    let folder = TempDir::new().unwrap();
    let desk = printing(folder.path(), Arc::new(Office)).await;
    for (printer, code, why) in [
        ("Attic", Code::PrinterUnavailable, "the printer 'Attic' is not there any more: choose another"),
        (
            "Office",
            Code::PrinterRejected,
            "the printer 'Office' refused the document (Too many active jobs): choose another",
        ),
    ] {
        let options =
            PrintOptions { printer: Some(printer.into()), paper: Paper::A4, copies: 1, reverse: false };
        let error = desk.print_pick_list(&PickRequest::default(), &options).await.unwrap_err();
        assert_eq!(error.code, code);
        let path = error.subject.clone().unwrap();
        assert_eq!(error.message, format!("{why}. The document is kept as {path}"));
        assert!(Path::new(&path).starts_with(folder.path().join("downloads")), "{path}");
        assert!(std::fs::read(&path).unwrap().starts_with(b"%PDF-"), "{path}");
    }
    assert_eq!(desk.pick_lists(None, 10).await.unwrap(), [], "no list was recorded");
}

/// Hands on what it rings.
struct Ringing(UnboundedSender<Alert>);

impl Bell for Ringing {
    fn ring(&self, alert: &Alert) {
        self.0.send(alert.clone()).unwrap();
    }
}

#[tokio::test]
async fn who_walked_off_is_told_what_was_not_printed() {
    let folder = TempDir::new().unwrap();
    let desk = printing(folder.path(), Arc::new(Office)).await;
    let (rung, mut heard) = unbounded_channel();
    let alerting = Alerting::start(desk.clone(), Arc::new(Ringing(rung)));
    let options =
        PrintOptions { printer: Some("Office".into()), paper: Paper::A4, copies: 1, reverse: false };
    let error = desk.print_pick_list(&PickRequest::default(), &options).await.unwrap_err();
    let document = Path::new(error.subject.as_deref().unwrap()).file_stem().unwrap().to_str().unwrap();
    assert!(document.starts_with("pick-list-P-"), "{document}");
    let alert = tokio::time::timeout(Duration::from_mins(1), heard.recv()).await.unwrap().unwrap();
    let expected = Alert {
        kind: AlertKind::Printing,
        title: format!("{document} was not printed"),
        body: error.message.clone(),
        target: Target::PickLists,
    };
    assert_eq!(alert, expected);
    alerting.stop().await;
    assert!(heard.recv().await.is_none(), "it is told once");
}
