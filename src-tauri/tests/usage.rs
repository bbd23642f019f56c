//! The packaged app told something that it does not understand: one plain line, and no window.

#![allow(clippy::unwrap_used, reason = "the helpers of tests may fail like tests")]

use std::process::Command;

/// The exit code and all that the app says, started with these words in an empty environment.
fn ended(words: &[&str]) -> (i32, String, String) {
    let home = tempfile::tempdir().unwrap();
    let ended = Command::new(env!("CARGO_BIN_EXE_packlight"))
        .args(words)
        .env_clear()
        .env("HOME", home.path())
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (ended.status.code().unwrap(), text(ended.stdout), text(ended.stderr))
}

#[test]
fn a_wrong_argument_is_named_in_one_plain_line() {
    let (code, out, err) = ended(&["--deom"]);
    assert_eq!((code, out.as_str()), (2, ""));
    assert_eq!(
        err,
        "packlight: unknown argument '--deom'; usage: packlight [--demo] [--hidden] [--data-dir DIR]\n"
    );
    let (code, _, err) = ended(&["--demo", "--data-dir"]);
    assert_eq!(code, 2);
    assert_eq!(
        err,
        "packlight: --data-dir needs a folder; usage: packlight [--demo] [--hidden] [--data-dir DIR]\n"
    );
}
