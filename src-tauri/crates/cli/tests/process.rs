//! The command line as a script sees it: a real process, its exit code, its standard output and standard error.

#![allow(clippy::unwrap_used, clippy::panic, reason = "the helpers of tests may fail like tests")]

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use packlight_engine::lock::Lock;
use serde_json::{Value, json};

/// A data folder, and commands that run in it with nothing else of this computer's environment.
struct Shop(tempfile::TempDir);

/// Credentials that must never be seen again.
const CREDENTIALS: &str =
    r#"{"client_id":"canary-client","client_secret":"canary-secret","refresh_token":"Atzr|canary"}"#;
const ADD: [&str; 8] =
    ["account", "add", "--label", "UK", "--region", "eu", "--marketplaces", "A1F83G8C2ARO7P"];
/// Nobody listens on port 1 of this computer.
const NOWHERE: &str = "http://127.0.0.1:1";

impl Shop {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn folder(&self) -> &Path {
        self.0.path()
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_packlight-cli"));
        command
            .args(words)
            .env_clear()
            .env("HOME", self.folder())
            .env("PACKLIGHT_DATA_DIR", self.folder())
            .env("PACKLIGHT_SP_API_URL", NOWHERE)
            .env("PACKLIGHT_LWA_URL", format!("{NOWHERE}/auth/o2/token"))
            .env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/gone");
        // Without it Windows opens no socket.
        command.envs(std::env::var_os("SystemRoot").map(|root| ("SystemRoot", root)));
        command
    }

    fn run(&self, words: &[&str]) -> Ended {
        Ended::of(&mut self.command(words), "")
    }
}

/// How a process ended.
#[derive(Debug)]
struct Ended {
    code: i32,
    out: String,
    err: String,
}

impl Ended {
    fn of(command: &mut Command, input: &str) -> Self {
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        // A process that does not read its input may be gone already.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        let Output { status, stdout, stderr } = child.wait_with_output().unwrap();
        let ended = Self {
            code: status.code().unwrap(),
            out: String::from_utf8(stdout).unwrap(),
            err: String::from_utf8(stderr).unwrap(),
        };
        assert!(!format!("{ended:?}").contains("canary"), "{ended:?}");
        ended
    }

    /// Standard output as the one JSON value that it must be.
    fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The failure, told alike to scripts and to people.
    fn failure(&self, code: i32, word: &str) -> String {
        let json = self.json();
        assert_eq!((self.code, json["error"]["code"].as_str()), (code, Some(word)), "{self:?}");
        let message = json["error"]["message"].as_str().unwrap();
        assert_eq!(self.err, format!("packlight-cli: {message}\n"));
        message.to_owned()
    }
}

#[test]
fn usage_errors_are_one_line_and_one_json_value() {
    let shop = Shop::new();
    let message = shop.run(&["--json", "sync", "--fast"]).failure(2, "usage");
    assert_eq!(message, "unexpected argument '--fast' found");
    let ended = shop.run(&["sync", "--fast"]);
    assert_eq!((ended.code, ended.out.as_str()), (2, ""));
    assert_eq!(ended.err, "packlight-cli: unexpected argument '--fast' found\n");
}

/// A dump would hold tokens and the vault's key.
#[test]
#[cfg(target_os = "linux")]
fn a_crash_leaves_no_memory_behind() {
    let shop = Shop::new();
    // It waits for the credentials, which nobody gives.
    let mut waiting =
        shop.command(&ADD).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let limits = format!("/proc/{}/limits", waiting.id());
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
    waiting.kill().unwrap();
    waiting.wait().unwrap();
    assert_eq!(
        dumps, "1",
        "with one byte Linux hands no dump to anybody, not to a collector of crashes either"
    );
}

#[test]
fn a_new_folder_reads_as_empty() {
    let shop = Shop::new();
    assert_eq!(shop.run(&["--json", "account", "list"]).json(), json!([]));
    assert_eq!(shop.run(&["orders", "list", "--json"]).json(), json!([]));
    let counts = shop.run(&["orders", "--json", "counts"]);
    assert_eq!(counts.code, 0);
    for key in ["all", "pending", "paid", "shipped", "completed", "cancelled", "other", "missing_items"] {
        assert_eq!(counts.json()[key], json!(0), "{key}");
    }
    assert_eq!(counts.json()["missing_fees"], Value::Null);
    let check = shop.run(&["check", "--json"]);
    assert_eq!((check.code, check.json()), (0, json!({ "ok": true, "problems": [] })));
}

#[test]
fn what_is_not_there_is_named() {
    let shop = Shop::new();
    let message = shop.run(&["--json", "sync"]).failure(3, "no_account");
    assert!(message.contains("packlight-cli account add"), "{message}");
    let message = shop.run(&["--json", "orders", "list", "--account", "FR"]).failure(3, "no_account");
    assert_eq!(message, "no account is called 'FR': see packlight-cli account list");
    let message = shop.run(&["--json", "account", "remove", "FR"]).failure(3, "no_account");
    assert_eq!(message, "no account is called 'FR': see packlight-cli account list");
    let message = shop.run(&["--json", "orders", "show", "026-1"]).failure(1, "not_found");
    assert!(message.contains("'026-1'"), "{message}");
    let message = shop.run(&["--json", "orders", "list", "--query", "colour:red"]).failure(2, "bad_query");
    assert!(message.contains("'colour:'"), "{message}");
    shop.run(&["--json", "orders", "list", "--after", "no cursor", "--limit", "0"]).failure(2, "bad_input");
}

#[test]
fn a_second_writer_is_told_and_readers_are_not_disturbed() {
    let shop = Shop::new();
    shop.run(&["check"]);
    let _writer = Lock::acquire(shop.folder()).unwrap();
    let message = shop.run(&["--json", "sync"]).failure(6, "busy");
    // Windows lets nobody read a file that is locked.
    let who = if cfg!(windows) { String::new() } else { format!(" (process {})", std::process::id()) };
    assert!(message.starts_with(&format!("another Packlight{who} is writing in ")), "{message}");
    for words in [&["account", "list"][..], &["orders", "list"], &["orders", "counts"], &["check"]] {
        let ended = shop.run(words);
        assert_eq!(ended.code, 0, "{ended:?}");
    }
}

#[test]
fn credentials_that_cannot_be_read_or_kept_end_before_amazon_is_asked() {
    let shop = Shop::new();
    let with = |more: &[&'static str]| [&ADD[..], more, &["--json"]].concat();
    let ended = Ended::of(&mut shop.command(&with(&["--secrets", "file"])), "{}");
    let message = ended.failure(3, "credentials_unreadable");
    assert!(message.starts_with("the credentials on standard input lack client_id"), "{message}");

    // Amazon cannot be reached here either, but the place for secrets is looked at first. Elsewhere there always is a keychain.
    if cfg!(target_os = "linux") {
        let message =
            Ended::of(&mut shop.command(&with(&[])), CREDENTIALS).failure(3, "keychain_unavailable");
        assert!(message.contains("--secrets file"), "{message}");
    }
    let message =
        Ended::of(&mut shop.command(&with(&["--secrets", "file"])), CREDENTIALS).failure(3, "vault_locked");
    assert_eq!(message, "the vault is locked: enter its passphrase or set PACKLIGHT_PASSPHRASE");
    assert_eq!(shop.run(&["account", "list", "--json"]).json(), json!([]));
}

#[test]
fn an_unreachable_amazon_is_safe_to_repeat() {
    let shop = Shop::new();
    let words = [&ADD[..], &["--secrets", "file", "--json"]].concat();
    let mut command = shop.command(&words);
    let ended = Ended::of(command.env("PACKLIGHT_PASSPHRASE", "canary passphrase"), CREDENTIALS);
    ended.failure(5, "offline");
    assert_eq!(ended.json()["error"]["retryable"], json!(true));
    assert_eq!(shop.run(&["account", "list", "--json"]).json(), json!([]));
    for file in std::fs::read_dir(shop.folder()).unwrap() {
        let path = file.unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
        assert!(!bytes.windows(6).any(|part| part == b"canary"), "{}", path.display());
    }
}

#[test]
fn a_foreign_endpoint_is_refused_by_name() {
    let shop = Shop::new();
    let words = [&ADD[..], &["--secrets", "file", "--json"]].concat();
    let mut command = shop.command(&words);
    command
        .env("PACKLIGHT_PASSPHRASE", "canary passphrase")
        .env("PACKLIGHT_SP_API_URL", "http://example.com");
    let message = Ended::of(&mut command, CREDENTIALS).failure(2, "bad_input");
    assert!(message.contains("PACKLIGHT_SP_API_URL") && message.contains("example.com"), "{message}");
}

/// A refused override is a usage error whatever else is wrong: no passphrase, no account, no credentials.
#[test]
fn a_foreign_endpoint_is_refused_before_anything_else() {
    let shop = Shop::new();
    let add = [&ADD[..], &["--secrets", "file", "--json"]].concat();
    for words in [&add[..], &["--json", "sync"], &["--json", "account", "check"]] {
        let mut command = shop.command(words);
        command.env("PACKLIGHT_LWA_URL", "http://example.com/auth");
        let message = Ended::of(&mut command, "no credentials").failure(2, "bad_input");
        assert!(message.contains("PACKLIGHT_LWA_URL"), "{message}");
    }
}

/// What is wrong with the database is the result of the examination, not a failure of it.
#[test]
fn a_damaged_database_is_a_result_of_check() {
    type Damage = fn(&mut Vec<u8>);
    let damages: [Damage; 3] = [
        |bytes| bytes[..16].fill(0),
        |bytes| bytes.truncate(bytes.len() - 8_192),
        |bytes| bytes[100..4_096].fill(0xff),
    ];
    for damage in damages {
        let shop = Shop::new();
        shop.run(&["account", "list"]);
        let file = shop.folder().join("packlight.db");
        let mut bytes = std::fs::read(&file).unwrap();
        damage(&mut bytes);
        std::fs::write(&file, &bytes).unwrap();
        let ended = shop.run(&["--json", "check"]);
        let json = ended.json();
        assert_eq!((ended.code, &json["ok"]), (1, &json!(false)), "{ended:?}");
        let problems = json["problems"].as_array().unwrap();
        assert!(problems.len() == 1 && problems[0].as_str().unwrap().contains("packlight.db"), "{json}");
        assert_eq!(ended.err, "");
        assert!(std::fs::read(&file).unwrap() == bytes, "examining changes nothing");
        let ended = shop.run(&["check"]);
        assert_eq!(ended.code, 1);
        assert!(ended.out.starts_with("- ") && ended.out.contains("The database is damaged"), "{ended:?}");
    }
}

#[test]
fn damage_that_check_finds_is_noted_for_the_next_start() {
    let shop = Shop::new();
    shop.run(&["account", "list"]);
    let note = shop.folder().join("packlight.db.suspect");
    assert_eq!(shop.run(&["check"]).code, 0);
    assert!(!note.exists());
    let file = shop.folder().join("packlight.db");
    let sound = std::fs::read(&file).unwrap();
    // One page after the other, from the end, until it is one that opening does not read and looking at all of them does.
    let ended = (0..sound.len() / 4_096).rev().find_map(|page| {
        let mut bytes = sound.clone();
        bytes[page * 4_096..][..16].fill(0xa5);
        std::fs::write(&file, bytes).unwrap();
        let ended = shop.run(&["check"]);
        (ended.code == 1 && !ended.out.contains("it was left as it is")).then_some(ended)
    });
    let ended = ended.expect("some page is read by nobody who only opens");
    assert!(ended.out.contains("start it again, which puts its newest good backup"), "{ended:?}");
    assert!(note.exists(), "{ended:?}");
}

#[cfg(unix)]
#[test]
fn the_folder_and_its_files_are_the_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let shop = Shop::new();
    let folder = shop.folder().join("fresh");
    assert_eq!(shop.run(&["check", "--data-dir", folder.to_str().unwrap()]).code, 0);
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&folder), 0o700);
    for file in std::fs::read_dir(&folder).unwrap() {
        let path = file.unwrap().path();
        assert_eq!(mode(&path), 0o600, "{}", path.display());
    }
}
