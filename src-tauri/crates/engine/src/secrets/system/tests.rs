//! Against a real session bus and a real gnome-keyring-daemon. Each test starts a bus of its own and runs one ignored
//! test of this binary inside it; where the programs are missing, it says so and passes.

use std::path::Path;
use std::process::{Command, Stdio};

use super::*;

fn is_installed(program: &str) -> bool {
    let found = Command::new(program)
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    if !found {
        eprintln!("skipped: {program} is not installed");
    }
    found
}

/// Runs `inside` of this test binary in a session of its own, in which `keyring` runs; the user's files are in `home`.
fn in_session(home: &Path, keyring: &str, inside: &str) {
    let script = format!(
        "{keyring}\n\"$0\" --exact --ignored --nocapture --test-threads=1 secrets::system::tests::{inside}"
    );
    for folder in ["run", "data"] {
        std::fs::create_dir_all(home.join(folder)).unwrap();
    }
    std::fs::write(home.join("bus.conf"), BUS).unwrap();
    let output = Command::new("dbus-run-session")
        .arg("--config-file")
        .arg(home.join("bus.conf"))
        .args(["--", "sh", "-c", &script])
        .arg(std::env::current_exe().unwrap())
        .env("HOME", home)
        .env("XDG_RUNTIME_DIR", home.join("run"))
        .env("XDG_DATA_HOME", home.join("data"))
        // No prompt may find a display.
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .env_remove("GNOME_KEYRING_CONTROL")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && told.contains("1 passed"), "{told}\n{complaints}");
}

/// A bus that starts nothing by itself: the system's own one would bring a keyring to life when it is asked for.
const BUS: &str = r#"<busconfig><type>session</type><listen>unix:tmpdir=/tmp</listen><policy context="default">
    <allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy></busconfig>"#;
const UNLOCKED: &str =
    "printf 'login password' | gnome-keyring-daemon --foreground --unlock --components=secrets";
const LOCKED: &str = "gnome-keyring-daemon --foreground --components=secrets </dev/null";

/// Starts a daemon, goes on when it is on the bus, and ends it with the session.
fn running(daemon: &str) -> String {
    format!(
        "{daemon} & daemon=$!; trap 'kill $daemon' EXIT
         until dbus-send --session --print-reply --dest=org.freedesktop.DBus / \\
             org.freedesktop.DBus.GetNameOwner string:org.freedesktop.secrets
         do kill -0 $daemon || exit 9; sleep 0.02; done >/dev/null 2>&1"
    )
}

fn entry(what: &str) -> Entry {
    Entry { user: format!("0123456789abcdef/1/{what}"), label: format!("Packlight: {what} of account 1") }
}

#[test]
fn a_real_keyring_keeps_replaces_and_forgets() {
    if is_installed("dbus-run-session") && is_installed("gnome-keyring-daemon") {
        let home = tempfile::tempdir().unwrap();
        in_session(home.path(), &running(UNLOCKED), "inside_unlocked");
        in_session(home.path(), &running(UNLOCKED), "inside_unlocked_again");
        in_session(home.path(), &running(LOCKED), "inside_locked");
        let unused = tempfile::tempdir().unwrap();
        in_session(unused.path(), &running(LOCKED), "inside_never_used");
    }
}

#[test]
fn a_bus_without_a_keyring_and_no_bus_at_all_are_the_same_to_the_seller() {
    if is_installed("dbus-run-session") {
        let home = tempfile::tempdir().unwrap();
        in_session(home.path(), ":", "inside_without_keyring");
        in_session(home.path(), "export DBUS_SESSION_BUS_ADDRESS=unix:path=/gone", "inside_without_keyring");
    }
}

#[test]
#[ignore = "runs inside a session of its own"]
fn inside_unlocked() {
    let stage = Stage::default();
    let long = "r".repeat(2_000);
    SystemKeychain.prepare(&stage).unwrap();
    SystemKeychain
        .write(&[(entry("a"), "first".into()), (entry("b"), long.as_str().into())], &stage)
        .unwrap();
    SystemKeychain.write(&[(entry("a"), "second".into())], &stage).unwrap();
    let read = SystemKeychain.read(&[entry("b"), entry("a")], &stage).unwrap();
    let read: Vec<_> = read.iter().map(ExposeSecret::expose_secret).collect();
    assert_eq!(read, [long.as_str(), "second"]);
    SystemKeychain.delete(&[entry("b"), entry("never there")], &stage).unwrap();
    assert_eq!(SystemKeychain.read(&[entry("b")], &stage).unwrap_err(), KeychainError::Missing);
}

#[test]
#[ignore = "runs inside a session of its own"]
fn inside_unlocked_again() {
    let read = SystemKeychain.read(&[entry("a")], &Stage::default()).unwrap();
    assert_eq!(read[0].expose_secret(), "second");
}

#[test]
#[ignore = "runs inside a session of its own"]
fn inside_locked() {
    for result in [
        SystemKeychain.read(&[entry("a")], &Stage::default()).map(drop),
        SystemKeychain.write(&[(entry("c"), "third".into())], &Stage::default()),
        SystemKeychain.prepare(&Stage::default()),
    ] {
        // Without a display the daemon's prompt ends as if it had been closed.
        assert_eq!(result.unwrap_err(), KeychainError::Dismissed);
    }
}

#[test]
#[ignore = "runs inside a session of its own"]
fn inside_never_used() {
    assert_eq!(SystemKeychain.prepare(&Stage::default()).unwrap_err(), KeychainError::NoKeyring);
}

#[test]
#[ignore = "runs inside a session of its own"]
fn inside_without_keyring() {
    for result in [
        SystemKeychain.read(&[entry("a")], &Stage::default()).map(drop),
        SystemKeychain.prepare(&Stage::default()),
    ] {
        let error = result.unwrap_err().to_string();
        assert!(error.starts_with("no keychain is available on this computer ("), "{error}");
        assert!(error.ends_with("): keep the secrets in an encrypted vault file instead"), "{error}");
        eprintln!("{error}");
    }
}
