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

/// A dump would hold tokens and the vault's key. Whoever reads what the app says is slow here, so it is caught in the middle.
#[test]
#[cfg(target_os = "linux")]
fn a_crash_leaves_no_memory_behind() {
    use std::io::Write;
    use std::os::fd::OwnedFd;
    use std::os::unix::net::UnixStream;

    let (heard, mut said) = UnixStream::pair().unwrap();
    said.set_nonblocking(true).unwrap();
    while said.write(&[b' '; 4096]).is_ok() {}
    said.set_nonblocking(false).unwrap();
    let mut app = Command::new(env!("CARGO_BIN_EXE_packlight"))
        .arg("--deom")
        .stderr(OwnedFd::from(said))
        .spawn()
        .unwrap();
    let limits = format!("/proc/{}/limits", app.id());
    let begun = std::time::Instant::now();
    let dumps = loop {
        let limits = std::fs::read_to_string(&limits).unwrap();
        let dumps = limits.lines().find_map(|line| line.strip_prefix("Max core file size")).unwrap();
        let soft = dumps.split_whitespace().next().unwrap().to_owned();
        // Anything else is what it was started with, and it may not have come that far.
        if soft == "1" || begun.elapsed() > std::time::Duration::from_secs(10) {
            break soft;
        }
        std::thread::yield_now();
    };
    app.kill().unwrap();
    app.wait().unwrap();
    drop(heard);
    assert_eq!(
        dumps, "1",
        "with one byte Linux hands no dump to anybody, not to a collector of crashes either"
    );
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
