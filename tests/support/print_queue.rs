//! A print system of the test's own: the real CUPS with its own socket, folders and printers, ended with the test.
//!
//! Its printers are real queues whose last step is ours: it writes down what CUPS hands to a printer, the bytes and the
//! options, instead of putting them on paper, and is out of paper or broken when the test says so.

use std::env;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use packlight_engine::printing::Programs;
use rustix::process::{Pid, Signal, kill_process_group, test_kill_process_group};
use tempfile::TempDir;

/// How long CUPS may take for anything. Generous: it only costs time when a test fails.
const DEADLINE: Duration = Duration::from_mins(1);
const BETWEEN_LOOKS: Duration = Duration::from_millis(20);

/// The last step of a queue. CUPS gives it job, user, title, copies and options, and the document as a file or on
/// standard input; its state goes to standard error.
const PRINTER: &str = r#"#!/bin/sh
[ $# -eq 0 ] && { echo 'direct paper "Paper" "Paper"'; exit 0; }
folder="${DEVICE_URI#paper:}"
if [ -e "$folder/empty" ]; then
    echo 'STATE: +media-empty-error' >&2
    while [ -e "$folder/empty" ]; do sleep 0.05; done
    echo 'STATE: -media-empty-error' >&2
fi
if [ -e "$folder/broken" ]; then
    echo 'ERROR: The fuser is broken' >&2
    exit 1
fi
printf '%s\n' "$3" "$4" "$5" > "$folder/$1.words"
cat ${6:+"$6"} > "$folder/$1.part"
mv "$folder/$1.part" "$folder/$1.pdf"
"#;

/// A running CUPS.
pub struct PrintSystem {
    scheduler: Child,
    // Dropped after the scheduler has ended.
    folder: TempDir,
}

/// What reached a printer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paper {
    /// The very bytes.
    pub bytes: Vec<u8>,
    /// What the queue called it.
    pub title: String,
    /// How many copies the printer was told to make.
    pub copies: String,
    /// The options of the job, as CUPS understood them.
    pub options: String,
}

/// What is wrong with a printer.
#[derive(Debug, Clone, Copy)]
pub enum Trouble {
    /// It waits for paper.
    Empty,
    /// It gives up whatever it is handed.
    Broken,
}

impl PrintSystem {
    /// Starts CUPS without a printer; `None`, with a word about it, where it is not installed.
    #[allow(clippy::print_stderr, reason = "a skipped test has to say so")]
    pub fn start() -> Option<Self> {
        let found = (program("cupsd"), program("lpadmin"), program("lp"));
        let (Some(scheduler), Some(_), Some(_)) = found else {
            eprintln!("skipped: CUPS is not installed; `cargo xtask test packages` brings it in");
            return None;
        };
        let folder = TempDir::new().expect("a temporary folder");
        lay_out(folder.path());
        let child = Command::new(scheduler)
            .arg("-f")
            .arg("-c")
            .arg(folder.path().join("etc/cupsd.conf"))
            .arg("-s")
            .arg(folder.path().join("etc/cups-files.conf"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .process_group(0)
            .spawn()
            .expect("cupsd starts");
        let mut system = Self { scheduler: child, folder };
        let start = Instant::now();
        while UnixStream::connect(system.socket()).is_err() {
            let ended = system.scheduler.try_wait().expect("cupsd can be looked after");
            assert!(ended.is_none(), "cupsd ended at once: {}", system.log());
            assert!(start.elapsed() < DEADLINE, "cupsd does not listen: {}", system.log());
            thread::sleep(BETWEEN_LOOKS);
        }
        Some(system)
    }

    /// Where it listens: the value of `CUPS_SERVER`.
    pub fn socket(&self) -> PathBuf {
        self.folder.path().join("sock")
    }

    /// CUPS' programs, set to this CUPS.
    pub fn programs(&self) -> Programs {
        Programs::of_system(&[]).with("CUPS_SERVER", self.socket())
    }

    /// Runs one of CUPS' programs.
    pub fn run(&self, name: &str, words: &[&str]) {
        let program = program(name).unwrap_or_else(|| panic!("{name} is not installed"));
        let output = Command::new(program)
            .args(words)
            .env("CUPS_SERVER", self.socket())
            .env("LC_ALL", "C")
            .output()
            .expect("a program of CUPS runs");
        assert!(output.status.success(), "{name} {words:?}: {}", String::from_utf8_lossy(&output.stderr));
    }

    /// Adds a printer that takes what it is sent as it is.
    pub fn add_printer(&self, name: &str) {
        let paper = self.paper(name);
        fs::create_dir(&paper).expect("a folder for the printer");
        set_mode(&paper, 0o777);
        // A driver would be a filter in between; a raw queue has none.
        let device = format!("paper:{}", paper.display());
        self.run(
            "lpadmin",
            &["-p", name, "-E", "-v", &device, "-m", "raw", "-o", "printer-error-policy=abort-job"],
        );
    }

    /// Makes a printer fail, or be well again.
    pub fn trouble(&self, name: &str, trouble: Trouble, is_there: bool) {
        let sign = self.paper(name).join(match trouble {
            Trouble::Empty => "empty",
            Trouble::Broken => "broken",
        });
        let done = if is_there { fs::write(sign, "") } else { fs::remove_file(sign) };
        done.expect("the printer's folder can be written");
    }

    /// Waits until a printer has this many documents, and returns them in the order of their jobs.
    pub fn wait_for_paper(&self, name: &str, count: usize) -> Vec<Paper> {
        let start = Instant::now();
        loop {
            let paper = self.printed(name);
            if paper.len() >= count {
                return paper;
            }
            assert!(start.elapsed() < DEADLINE, "{} of {count} on {name}: {}", paper.len(), self.log());
            thread::sleep(BETWEEN_LOOKS);
        }
    }

    /// What a printer has put out so far, in the order of the jobs.
    pub fn printed(&self, name: &str) -> Vec<Paper> {
        let files = fs::read_dir(self.paper(name)).expect("the printer's folder");
        let mut jobs: Vec<u32> = files
            .filter_map(|file| file.ok()?.file_name().to_str()?.strip_suffix(".pdf")?.parse().ok())
            .collect();
        jobs.sort_unstable();
        let kept = |job: u32, ending: &str| {
            fs::read(self.paper(name).join(format!("{job}.{ending}"))).expect("what the printer kept")
        };
        let paper = |job| {
            let words = String::from_utf8(kept(job, "words")).expect("words in UTF-8");
            let mut words = words.lines().map(str::to_owned);
            let mut next = || words.next().unwrap_or_default();
            Paper { title: next(), copies: next(), options: next(), bytes: kept(job, "pdf") }
        };
        jobs.into_iter().map(paper).collect()
    }

    /// Ends the scheduler, as a system without printing would have it.
    pub fn stop(&mut self) {
        end(&mut self.scheduler);
        let _ = fs::remove_file(self.socket());
    }

    /// A folder of this system's own, for what is not a printer.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    fn paper(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn log(&self) -> String {
        let log = fs::read_to_string(self.folder.path().join("log/error")).unwrap_or_default();
        let from = log.len().saturating_sub(4000);
        log.get(from..).unwrap_or(&log).to_owned()
    }
}

impl Drop for PrintSystem {
    fn drop(&mut self) {
        end(&mut self.scheduler);
    }
}

/// Ends the scheduler with whatever it started.
fn end(scheduler: &mut Child) {
    let group = Pid::from_child(scheduler);
    for signal in [Signal::TERM, Signal::KILL] {
        let _ = kill_process_group(group, signal);
        let start = Instant::now();
        while start.elapsed() < Duration::from_secs(5) {
            let _ = scheduler.try_wait();
            if test_kill_process_group(group).is_err() {
                return;
            }
            thread::sleep(BETWEEN_LOOKS);
        }
    }
}

/// Writes the configuration and makes the folders. Nothing of the computer's own CUPS is read or written.
fn lay_out(folder: &Path) {
    set_mode(folder, 0o755);
    for part in ["etc", "spool", "cache", "state", "tmp", "log", "bin/backend"] {
        fs::create_dir_all(folder.join(part)).expect("a folder for CUPS");
    }
    // Filters are run by a user of CUPS' own.
    set_mode(&folder.join("tmp"), 0o777);
    // CUPS' own parts, and a printer of ours among them.
    let bin = ["/usr/lib/cups", "/usr/libexec/cups"].map(Path::new).into_iter().find(|path| path.is_dir());
    for part in fs::read_dir(bin.expect("CUPS' parts")).expect("CUPS' parts").flatten() {
        if part.file_name() != "backend" {
            std::os::unix::fs::symlink(part.path(), folder.join("bin").join(part.file_name()))
                .expect("a link");
        }
    }
    let printer = folder.join("bin/backend/paper");
    fs::write(&printer, PRINTER).expect("the printer");
    set_mode(&printer, 0o755);

    let at = folder.display();
    let scheduler = format!(
        "Listen {at}/sock\nLogLevel info\nBrowsing No\nWebInterface No\nDefaultAuthType None\n\
         <Location />\nOrder allow,deny\nAllow all\n</Location>\n\
         <Policy default>\n<Limit All>\nOrder deny,allow\nAllow all\n</Limit>\n</Policy>\n"
    );
    // As root CUPS gives its work to the user that is there for it; as anybody else it keeps what it has.
    let files = format!(
        "User lp\nGroup lp\nServerRoot {at}/etc\nRequestRoot {at}/spool\nCacheDir {at}/cache\nStateDir {at}/state\n\
         TempDir {at}/tmp\nServerBin {at}/bin\nAccessLog {at}/log/access\nErrorLog {at}/log/error\nPageLog {at}/log/page\n\
         Printcap\nServerKeychain {at}/etc/ssl\nSystemGroup root\n"
    );
    fs::write(folder.join("etc/cupsd.conf"), scheduler).expect("cupsd.conf");
    fs::write(folder.join("etc/cups-files.conf"), files).expect("cups-files.conf");
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("a mode");
}

fn program(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let folders = env::split_paths(&path)
        .chain(["/usr/sbin", "/usr/bin", "/sbin", "/usr/local/sbin"].map(PathBuf::from));
    folders.map(|folder| folder.join(name)).find(|path| path.is_file())
}
