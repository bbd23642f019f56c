//! Printing with a print system that says what the test wants: which sentence the seller reads in which case.

use std::collections::VecDeque;
use std::sync::Mutex;

use super::*;

/// Answers in turn; the last one stays.
struct Scripted {
    printers: Mutex<VecDeque<Vec<Printer>>>,
    submit: fn(&str) -> Result<String, SpoolError>,
    states: Mutex<VecDeque<JobState>>,
}

impl Scripted {
    fn new(printers: Vec<Vec<Printer>>, states: Vec<JobState>) -> Self {
        Self {
            printers: Mutex::new(printers.into()),
            submit: |printer| Ok(format!("{printer}-7")),
            states: Mutex::new(states.into()),
        }
    }

    async fn print(&self, printer: Option<&str>) -> Result<Spooled, SpoolError> {
        let job = PrintJob { document: b"%PDF", title: "x", paper: Paper::A4, copies: 1, reverse: false };
        print(self, printer, &job, Patience::default()).await
    }

    async fn warning(&self) -> Option<String> {
        self.print(None).await.unwrap().warning
    }

    async fn problem(&self, printer: Option<&str>) -> String {
        self.print(printer).await.unwrap_err().to_string()
    }
}

fn next<T: Clone>(answers: &Mutex<VecDeque<T>>) -> T {
    let mut answers = answers.lock().unwrap();
    if answers.len() > 1 { answers.pop_front().unwrap() } else { answers[0].clone() }
}

#[async_trait]
impl Spooler for Scripted {
    async fn printers(&self) -> Result<Vec<Printer>, SpoolError> {
        Ok(next(&self.printers))
    }

    async fn submit(&self, printer: &str, _: &PrintJob<'_>) -> Result<String, SpoolError> {
        (self.submit)(printer)
    }

    async fn state(&self, _: &str, _: &str) -> Result<JobState, SpoolError> {
        Ok(next(&self.states))
    }

    async fn cancel(&self, _: &str, _: &str) -> Result<(), SpoolError> {
        Ok(())
    }
}

fn printer(name: &str, state: PrinterState, reason: &str) -> Printer {
    Printer {
        name: name.to_owned(),
        description: String::new(),
        state,
        reason: reason.to_owned(),
        is_default: name == "Office",
    }
}

fn office(state: PrinterState, reason: &str) -> Vec<Printer> {
    vec![printer("Label", PrinterState::Ready, ""), printer("Office", state, reason)]
}

#[tokio::test(start_paused = true)]
async fn the_named_printer_is_taken_else_the_default_else_the_only_one() {
    let ready = Scripted::new(vec![office(PrinterState::Ready, "")], vec![JobState::Done]);
    assert_eq!(ready.print(Some("Label")).await.unwrap().job, "Label-7");
    assert_eq!(ready.print(None).await.unwrap().printer, "Office");
    let alone = Scripted::new(vec![vec![printer("Label", PrinterState::Ready, "")]], vec![JobState::Done]);
    assert_eq!(alone.print(None).await.unwrap().printer, "Label");
}

#[tokio::test(start_paused = true)]
async fn without_a_printer_the_next_step_is_said() {
    let none = Scripted::new(vec![vec![]], vec![JobState::Done]);
    assert_eq!(
        none.problem(None).await,
        "no printer is set up on this computer: add one in the system's print settings, or save the document as a PDF"
    );
    let gone = "the printer 'Attic' is not there any more: choose another, or save the document as a PDF";
    assert_eq!(none.problem(Some("Attic")).await, gone);
    let others = Scripted::new(vec![office(PrinterState::Ready, "")], vec![JobState::Done]);
    assert_eq!(others.problem(Some("Attic")).await, gone);
    let two = vec![printer("A", PrinterState::Ready, ""), printer("B", PrinterState::Ready, "")];
    assert_eq!(
        Scripted::new(vec![two], vec![JobState::Done]).problem(None).await,
        "no printer is chosen, and the system has no default: choose one"
    );
}

#[tokio::test(start_paused = true)]
async fn a_queue_that_takes_no_jobs_is_not_given_one() {
    let mut closed =
        Scripted::new(vec![office(PrinterState::Rejecting, "Being repaired.")], vec![JobState::Done]);
    closed.submit = |_| panic!("handed over");
    assert_eq!(
        closed.problem(None).await,
        "the printer 'Office' takes no jobs (Being repaired): let it take jobs in the system's print settings, or \
         choose another"
    );
}

#[tokio::test(start_paused = true)]
async fn a_refusal_is_explained_by_what_became_of_the_printer() {
    let refuse: fn(&str) -> _ = |printer| {
        Err(SpoolError::Refused { printer: printer.to_owned(), message: "Too many active jobs.".to_owned() })
    };
    let ready = office(PrinterState::Ready, "");
    let after =
        |printers| Scripted { submit: refuse, ..Scripted::new(vec![ready.clone(), printers], vec![]) };
    assert_eq!(
        after(ready.clone()).problem(None).await,
        "the printer 'Office' refused the document (Too many active jobs): choose another, or save the document as a PDF"
    );
    assert_eq!(
        after(vec![]).problem(None).await,
        "the printer 'Office' is not there any more: choose another, or save the document as a PDF"
    );
    assert_eq!(
        after(office(PrinterState::Rejecting, "")).problem(None).await,
        "the printer 'Office' takes no jobs: let it take jobs in the system's print settings, or choose another"
    );
}

#[tokio::test(start_paused = true)]
async fn a_stopped_queue_keeps_the_document() {
    let stopped =
        Scripted::new(vec![office(PrinterState::Disabled, "Paper jam in tray")], vec![JobState::Pending]);
    assert_eq!(
        stopped.warning().await.as_deref(),
        Some(
            "the printer 'Office' is stopped (Paper jam in tray): the document waits in its queue; resume the printer in \
             the system's print settings"
        )
    );
}

#[tokio::test(start_paused = true)]
async fn a_printer_that_notices_its_empty_tray_while_printing_is_heard() {
    let ready = office(PrinterState::Ready, "");
    let empty = office(PrinterState::NeedsAttention, "out of paper");
    let late = Scripted::new(
        vec![ready.clone(), office(PrinterState::Busy, ""), empty],
        vec![JobState::Pending, JobState::Printing],
    );
    assert_eq!(
        late.warning().await.as_deref(),
        Some(
            "the printer 'Office' needs a hand (out of paper): the document waits in its queue and is printed after that"
        )
    );
    let fine = Scripted::new(vec![ready, office(PrinterState::Busy, "")], vec![JobState::Printing]);
    assert_eq!(fine.warning().await, None);
}

#[tokio::test(start_paused = true)]
async fn a_job_that_does_not_begin_says_where_to_look() {
    let idle = Scripted::new(vec![office(PrinterState::Ready, "")], vec![JobState::Pending]);
    assert_eq!(
        idle.warning().await.as_deref(),
        Some(
            "the printer 'Office' has the document in its queue and has not begun: see whether it is switched on and \
             connected"
        )
    );
    // Behind other jobs, that is as it should be.
    let busy = Scripted::new(vec![office(PrinterState::Busy, "")], vec![JobState::Pending]);
    assert_eq!(busy.warning().await, None);
    let stuck = JobState::Stuck("The printer is not responding.".to_owned());
    let stuck = Scripted::new(vec![office(PrinterState::Ready, "")], vec![stuck]);
    assert_eq!(
        stuck.warning().await.as_deref(),
        Some(
            "the printer 'Office' did not take the document from its queue (The printer is not responding): see whether \
             it is switched on and connected; the system tries again"
        )
    );
    let held = Scripted::new(vec![office(PrinterState::Ready, "")], vec![JobState::Held]);
    assert_eq!(
        held.warning().await.as_deref(),
        Some("the document is held back in the queue of 'Office': release it in the system's print settings")
    );
}

#[tokio::test(start_paused = true)]
async fn a_job_that_is_given_up_is_not_printed() {
    let failed = JobState::Failed("Filter failed".to_owned());
    let failed = Scripted::new(
        vec![office(PrinterState::Ready, "")],
        vec![JobState::Pending, JobState::Printing, failed],
    );
    assert_eq!(
        failed.problem(None).await,
        "the print system could not print the document on 'Office' (Filter failed): look at the printer in the system's \
         print settings, or choose another"
    );
    let cancelled = Scripted::new(vec![office(PrinterState::Ready, "")], vec![JobState::Cancelled]);
    assert_eq!(
        cancelled.problem(None).await,
        "the job was cancelled in the queue of 'Office': print it again if that was not meant"
    );
}
