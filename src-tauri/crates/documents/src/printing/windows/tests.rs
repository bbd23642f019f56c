//! What the scripts answer, as Windows' classes are documented; no printer of a real Windows was asked.

use super::*;

fn printers(answer: &str) -> Vec<Printer> {
    serde_json::from_str::<PrintersAnswer>(answer).unwrap().printers.into_iter().map(Printer::from).collect()
}

#[test]
fn the_state_of_a_printer_is_read_from_its_bits() {
    let of = |status: u32, offline: bool| {
        let answer = format!(
            r#"{{"running":true,"printers":[{{"name":"Office","driver":"Brother HL","place":"Bench","default":true,
                "offline":{offline},"status":{status}}}]}}"#
        );
        let printer = printers(&answer).remove(0);
        assert_eq!(printer.description, "Brother HL, Bench");
        (printer.state, printer.reason)
    };
    assert_eq!(of(0, false), (PrinterState::Ready, String::new()));
    assert_eq!(of(0x400, false), (PrinterState::Busy, String::new()));
    assert_eq!(of(0x1, false), (PrinterState::Disabled, "paused".into()));
    assert_eq!(of(0x4, false), (PrinterState::Rejecting, "being removed".into()));
    assert_eq!(of(0x10 | 0x2, false), (PrinterState::NeedsAttention, "out of paper, error".into()));
    assert_eq!(of(0, true), (PrinterState::NeedsAttention, "offline".into()));
    assert_eq!(of(0x80, true), (PrinterState::NeedsAttention, "offline".into()));
    assert_eq!(of(0x2_0000, false), (PrinterState::Ready, "low on toner".into()));
}

#[test]
fn the_state_of_a_job_is_read_from_its_bits() {
    let of = |status| job_state(&JobAnswer { found: true, status });
    assert_eq!(job_state(&JobAnswer { found: false, status: 0 }), JobState::Done);
    assert_eq!(of(0), JobState::Pending);
    assert_eq!(of(0x10), JobState::Printing);
    assert_eq!(of(0x10 | 0x80), JobState::Done);
    assert_eq!(of(0x10 | 0x40), JobState::Stuck("out of paper".into()));
    assert_eq!(of(0x1), JobState::Held);
    assert_eq!(of(0x4), JobState::Cancelled);
}

#[test]
fn a_script_fits_into_a_variable() {
    // One may hold 32,767 characters, and reads as one text of ASCII.
    for script in [PRINTERS, PRINT, JOB] {
        assert!(script.is_ascii() && script.len() < 30_000);
    }
}
