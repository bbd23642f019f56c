//! A session bus of the test's own and the keychain on it: the real one, unlocked or locked, or a name that never answers.
//!
//! Whatever could lead to the user's own keychain (bus address, home, runtime folder) points into the test's folder.

use std::env;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;
use zbus::blocking::{Connection, connection, fdo::DBusProxy};

/// The keychain's name on the bus.
const KEYCHAIN: &str = "org.freedesktop.secrets";
/// Who shows the real keychain's prompts.
const PROMPTER: &str = "org.gnome.keyring.SystemPrompter";
/// How long a program may take to come up. Generous: it only costs time when a test fails.
const DEADLINE: Duration = Duration::from_mins(1);
const BETWEEN_LOOKS: Duration = Duration::from_millis(20);

/// It starts nothing by itself: the system's own bus would bring a keychain to life when it is asked for.
const BUS: &str = r#"<busconfig><type>session</type><listen>unix:tmpdir=/tmp</listen><policy context="default">
    <allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy></busconfig>"#;

/// A session bus, and what stands for the keychain on it.
pub struct Session {
    home: TempDir,
    address: String,
    bus: Child,
    keychain: Option<Child>,
    silent: Vec<Connection>,
}

impl Session {
    /// Starts a bus without a keychain; `None`, with a word about it, where the programs are not installed.
    #[allow(clippy::print_stderr, reason = "a skipped test has to say so")]
    pub fn start() -> Option<Self> {
        let Some(bus) = program("dbus-daemon").filter(|_| program("gnome-keyring-daemon").is_some()) else {
            eprintln!(
                "skipped: no bus or no keychain is installed; `cargo xtask test packages` brings them in"
            );
            return None;
        };
        let home = TempDir::new().expect("a temporary folder");
        for folder in ["run", "data", "config"] {
            fs::create_dir(home.path().join(folder)).expect("a folder for the session");
        }
        let config = home.path().join("bus.conf");
        fs::write(&config, BUS).expect("the bus's configuration");
        let mut bus = Command::new(bus)
            .arg("--config-file")
            .arg(&config)
            .args(["--nofork", "--print-address=1"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the bus starts");
        let mut address = String::new();
        let told = bus.stdout.take().expect("it is piped");
        BufReader::new(told).read_line(&mut address).expect("the bus tells its address");
        Some(Self { home, address: address.trim().to_owned(), bus, keychain: None, silent: Vec::new() })
    }

    /// The variables that lead a program here.
    pub fn variables(&self) -> Vec<(&'static str, String)> {
        let inside = |part: &str| self.home.path().join(part).display().to_string();
        vec![
            ("DBUS_SESSION_BUS_ADDRESS", self.address.clone()),
            ("HOME", self.home.path().display().to_string()),
            ("XDG_RUNTIME_DIR", inside("run")),
            ("XDG_DATA_HOME", inside("data")),
            ("XDG_CONFIG_HOME", inside("config")),
        ]
    }

    /// The real keychain, unlocked. What was kept in it before is there again.
    pub fn unlocked(&mut self) {
        self.keychain(Some("for the tests only"));
    }

    /// The real keychain, locked, and nobody who could show its prompt.
    pub fn locked(&mut self) {
        self.keychain(None);
    }

    /// The real keychain, locked, with its prompt on the screen and nobody in front of it.
    pub fn waiting(&mut self) {
        self.keychain(None);
        self.silence(PROMPTER);
    }

    /// Something that calls itself the keychain and never answers.
    pub fn hanging(&mut self) {
        self.clear();
        self.silence(KEYCHAIN);
    }

    /// No keychain at all.
    pub fn clear(&mut self) {
        self.silent.clear();
        if let Some(keychain) = &mut self.keychain {
            let _ = keychain.kill();
            let _ = keychain.wait();
        }
        self.keychain = None;
        self.wait_for("the keychain to be gone", |bus| !owned(bus, KEYCHAIN));
    }

    fn keychain(&mut self, password: Option<&str>) {
        self.clear();
        let installed = program("gnome-keyring-daemon").expect("it was there at the start");
        // The installed file carries a capability that containers do not grant, and then it does not start at all.
        let copy = self.home.path().join("gnome-keyring-daemon");
        if !copy.exists() {
            // By another program: what a test beside this one starts just then would hold this one's file open for writing,
            // and such a file is not run.
            let copied = Command::new("cp").arg(installed).arg(&copy).status();
            assert!(copied.is_ok_and(|status| status.success()), "a copy of the keychain");
        }
        let mut command = Command::new(copy);
        command
            .args(["--foreground", "--components=secrets"])
            .envs(self.variables())
            .env_remove("DISPLAY")
            .env_remove("WAYLAND_DISPLAY")
            .env_remove("GNOME_KEYRING_CONTROL")
            .stdin(if password.is_some() { Stdio::piped() } else { Stdio::null() })
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        if password.is_some() {
            command.arg("--unlock");
        }
        let mut child = command.spawn().expect("the keychain starts");
        if let (Some(password), Some(mut input)) = (password, child.stdin.take()) {
            input.write_all(password.as_bytes()).expect("the keychain reads its password");
        }
        self.keychain = Some(child);
        self.wait_for("the keychain", |bus| owned(bus, KEYCHAIN));
    }

    /// Takes a name on the bus and answers nobody who calls it.
    fn silence(&mut self, name: &'static str) {
        let taken = self.builder().name(name).expect("a name").build();
        self.silent.push(taken.expect("the name is free"));
    }

    fn builder(&self) -> connection::Builder<'static> {
        connection::Builder::address(self.address.as_str()).expect("an address")
    }

    fn wait_for(&self, what: &str, mut seen: impl FnMut(&DBusProxy<'_>) -> bool) {
        let connection = self.builder().build().expect("the bus answers");
        let bus = DBusProxy::new(&connection).expect("the bus answers");
        let start = Instant::now();
        while !seen(&bus) {
            assert!(start.elapsed() < DEADLINE, "waited {} s for {what}", DEADLINE.as_secs());
            std::thread::sleep(BETWEEN_LOOKS);
        }
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.silent.clear();
        for child in self.keychain.iter_mut().chain([&mut self.bus]) {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

fn owned(bus: &DBusProxy<'_>, name: &'static str) -> bool {
    bus.name_has_owner(name.try_into().expect("a bus name")).expect("the bus answers")
}

fn program(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path).map(|folder| folder.join(name)).find(|program| program.is_file())
}
