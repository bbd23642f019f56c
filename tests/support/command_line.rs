//! `packlight-cli` as a real process against the simulator over real HTTP.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::{Arc, OnceLock};
use std::time::SystemTime;

use packlight_spapi_sim::{Amazon, Seller, Server};
use serde_json::Value;
use tempfile::TempDir;

/// How much faster than the plan tests over real HTTP may go.
pub const RATE_SCALE: u32 = 100_000;

/// The built program. It is built here if need be, so that one package's tests can be run alone.
pub fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        // Every test process would otherwise start cargo, and wait for whoever is building.
        if let Some(built) = built_since_the_last_change() {
            return built;
        }
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut build = Command::new(cargo);
        build
            .args(["build", "--package", "packlight-cli", "--message-format", "json"])
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .stderr(Stdio::inherit());
        // What cargo told this test about itself is not for the build: ring's build script watches it, and would build
        // everything after it anew at each turn between tests and other builds.
        for (name, _) in std::env::vars_os() {
            if ["CARGO_PKG_", "CARGO_MANIFEST_"].iter().any(|about| name.to_string_lossy().starts_with(about))
            {
                build.env_remove(name);
            }
        }
        let output = build.output().expect("cargo runs");
        assert!(output.status.success(), "packlight-cli does not build");
        String::from_utf8_lossy(&output.stdout)
            .lines()
            .filter_map(|line| serde_json::from_str::<Value>(line).ok())
            .find_map(|message| message["executable"].as_str().map(PathBuf::from))
            .expect("cargo names the program it built")
    })
}

/// The program beside this test, if no source of the workspace is younger than it.
fn built_since_the_last_change() -> Option<PathBuf> {
    let test = std::env::current_exe().ok()?;
    let program =
        test.parent()?.parent()?.join("packlight-cli").with_extension(std::env::consts::EXE_EXTENSION);
    let built = program.metadata().and_then(|file| file.modified()).ok()?;
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent()?;
    let sources = ["src-tauri/crates", "migrations", "Cargo.toml", "Cargo.lock"];
    sources.iter().all(|path| is_older(&root.join(path), built)).then_some(program)
}

/// Whether a file, or everything in a folder, was last changed before `moment`.
fn is_older(path: &Path, moment: SystemTime) -> bool {
    let Ok(about) = path.metadata() else { return false };
    if !about.is_dir() {
        return about.modified().is_ok_and(|changed| changed < moment);
    }
    // Its own time tells of files that were added or removed.
    about.modified().is_ok_and(|changed| changed < moment)
        && std::fs::read_dir(path).is_ok_and(|entries| {
            entries.into_iter().all(|entry| entry.is_ok_and(|entry| is_older(&entry.path(), moment)))
        })
}

/// A simulated Amazon on a port, and a data folder for the command line.
pub struct Desk {
    /// The simulated Amazon.
    pub amazon: Arc<Amazon>,
    server: Server,
    folder: TempDir,
}

impl Desk {
    /// Starts the simulator on loopback with a fresh data folder.
    pub async fn new(seller: Seller) -> Self {
        let amazon = Arc::new(Amazon::new(seller.rate_scale(RATE_SCALE)));
        let server =
            Server::start(Arc::clone(&amazon), ([127, 0, 0, 1], 0).into()).await.expect("a free port");
        Self { amazon, server, folder: tempfile::tempdir().expect("a temporary folder") }
    }

    /// The same Amazon with another data folder.
    pub fn folder_anew(&mut self) {
        self.folder = tempfile::tempdir().expect("a temporary folder");
    }

    /// Amazon's address.
    pub fn base_url(&self) -> String {
        self.server.base_url()
    }

    /// The address of the sign-in.
    pub fn lwa_url(&self) -> String {
        self.server.lwa_url()
    }

    /// Where Amazon listens.
    pub fn amazon_addr(&self) -> std::net::SocketAddr {
        self.server.addr()
    }

    /// The data folder.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The program with these words, not started yet.
    pub fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(program());
        command
            .args(words)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("PACKLIGHT_DATA_DIR", self.folder())
            .env("PACKLIGHT_SP_API_URL", self.server.base_url())
            .env("PACKLIGHT_LWA_URL", self.server.lwa_url())
            .env("PACKLIGHT_RATE_SCALE", RATE_SCALE.to_string())
            .env("PACKLIGHT_PASSPHRASE", "a test")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// Runs the program to its end; `input` goes to its standard input.
    pub fn run(&self, words: &[&str], input: &str) -> Output {
        use std::io::Write;
        let mut child = self.command(words).stdin(Stdio::piped()).spawn().expect("it starts");
        // A program that refuses its arguments does not read; that is no fault of the test.
        let _ = child.stdin.take().expect("it is piped").write_all(input.as_bytes());
        child.wait_with_output().expect("it ends")
    }

    /// Runs the program and reads the one JSON value it prints; fails on another exit code than `code`.
    pub fn json(&self, code: i32, words: &[&str], input: &str) -> Value {
        let output = self.run(&[&["--json"], words].concat(), input);
        let shown = String::from_utf8_lossy(&output.stdout);
        let complaint = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{words:?}: {shown}\n{complaint}");
        serde_json::from_str(&shown).unwrap_or_else(|error| panic!("{words:?}: {error} in {shown:?}"))
    }

    /// Connects the simulated seller as "Shop".
    pub fn connect(&self) -> Value {
        self.json(
            0,
            &[
                "account",
                "add",
                "--label",
                "Shop",
                "--region",
                "eu",
                "--marketplaces",
                crate::world::GB,
                "--secrets",
                "file",
            ],
            &credentials(),
        )
    }
}

/// The simulator's credentials as `account add` reads them.
pub fn credentials() -> String {
    serde_json::json!({
        "client_id": packlight_spapi_sim::CLIENT_ID,
        "client_secret": packlight_spapi_sim::CLIENT_SECRET,
        "refresh_token": packlight_spapi_sim::REFRESH_TOKEN,
    })
    .to_string()
}
