//! `cargo xtask bench`: speed, memory and size, each beside a control that was measured in the same run.
//!
//! Ours and the control take turns (ABBA), so that a machine that is busy slows both; medians and ratios with their
//! interval are what is said, and the load is printed beside them. A goal that is missed is printed, not failed: speed is
//! no test. The report and the raw samples stay in `target/bench`.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail};

use self::report::Measurement;
use crate::project::Project;
#[cfg(target_os = "linux")]
use crate::session::Session;
#[cfg(target_os = "linux")]
use crate::test::DESKTOP_APP;
use crate::{bundle, command, packages, ui};

#[cfg(target_os = "linux")]
mod memory;
mod report;
mod sizes;
mod statistics;
#[cfg(target_os = "linux")]
mod window;

/// The parts and their headlines.
const PARTS: [(&str, &str); 8] = [
    ("ingest", "Keeping orders"),
    ("reading", "Reading orders"),
    ("counters", "Counters after 1,000,000 random writes to 1,000,000 orders"),
    ("paper", "Pick lists on paper, beside reportlab"),
    ("window", "The window, on 1,000,000 orders"),
    ("table", "The table in the window, on 1,000,000 orders"),
    ("tray", "In the tray, the window closed"),
    ("sizes", "Sizes"),
];

/// How many orders the app is opened on.
const ORDERS: &str = "1000000";
/// How many orders are written at random into a copy of them.
const WRITES: &str = "1000000";

/// Measures the parts, all or the chosen ones.
pub(crate) fn bench(project: &Project, chosen: &[String]) -> Result<()> {
    if let Some(unknown) = chosen.iter().find(|name| !PARTS.iter().any(|(part, _)| part == name)) {
        bail!("there is no part '{unknown}'; the parts are: {}", PARTS.map(|(part, _)| part).join(", "));
    }
    let wanted = |part: &str| chosen.is_empty() || chosen.iter().any(|name| name == part);
    fs::create_dir_all(project.bench())?;
    packages::ensure(&[packages::BUILD, packages::HIDDEN_DISPLAY])?;
    if wanted("paper") {
        packages::ensure(&[packages::BENCH])?;
    }
    if wanted("table") || wanted("tray") {
        packages::ensure(&[packages::TESTS])?;
    }
    let needs_app = ["window", "table", "tray", "sizes"].into_iter().any(wanted);
    let bundled = if needs_app { build(project, wanted("sizes"))? } else { false };

    let mut text = format!("# Benchmark\n\n{}\n", circumstances(project)?);
    let mut samples = serde_json::Map::new();
    print!("\n{text}");
    for (part, headline) in PARTS.into_iter().filter(|(part, _)| wanted(part)) {
        println!("── {part}");
        let before = load();
        let measurements = match part {
            "window" => measure_window(project)?,
            "table" => measure_on_screen(project, &["table", ORDERS])?,
            "tray" => {
                let examples = project.examples();
                let examples = examples.to_str().context("the target folder's name is no text")?;
                measure_on_screen(project, &["tray", examples])?
            }
            "sizes" => sizes::measure(project, bundled)?,
            "counters" => samples_of(&ask_desk(project, &["counters", ORDERS, WRITES])?)?,
            part => samples_of(&ask_desk(project, &[part])?)?,
        };
        let mut table = format!("\n## {headline}\n\nLoad average {before} before, {} after.\n\n", load());
        table.push_str(report::HEAD);
        table.extend(measurements.iter().map(Measurement::line));
        println!("{table}");
        text.push_str(&table);
        samples.insert(part.to_owned(), serde_json::to_value(&measurements)?);
    }
    let path = project.bench().join("report.md");
    fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
    fs::write(project.bench().join("samples.json"), serde_json::to_string(&samples)?)?;
    println!("Report: {}", path.display());
    Ok(())
}

/// Builds the app and the empty window as they would be shipped; with the package if that is possible here.
fn build(project: &Project, packaged: bool) -> Result<bool> {
    ui::install(project)?;
    ui::build(project)?;
    println!("Building (about ten minutes the first time on two cores)");
    let bundled = packaged
        && match bundle::package(project) {
            Ok(()) => true,
            Err(error) => {
                println!("warning: no package: {error:#}");
                false
            }
        };
    command::run(
        project
            .cargo()
            .args(["build", "--locked", "--release", "--package", "packlight", "--bin", "packlight"])
            .args(["--example", "empty_window", "--example", "empty_tray"]),
    )?;
    Ok(bundled)
}

fn samples_of(answer: &str) -> Result<Vec<Measurement>> {
    serde_json::from_str(answer).context("the benchmark left unreadable samples")
}

/// Runs the benchmark of the desk.
fn ask_desk(project: &Project, words: &[&str]) -> Result<String> {
    command::run(&mut desk(project, words))?;
    answer(project)
}

/// The benchmark of the desk. It writes its answer to a file, because cargo and it share the terminal.
fn desk(project: &Project, words: &[&str]) -> Command {
    let mut desk = project.cargo();
    desk.args(["bench", "--quiet", "--locked", "--package", "packlight-tests", "--bench", "desk", "--"])
        .arg("--folder")
        .arg(project.bench())
        .arg("--out")
        .arg(project.answer())
        .args(words);
    desk
}

fn answer(project: &Project) -> Result<String> {
    let path = project.answer();
    fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))
}

#[cfg(target_os = "linux")]
fn measure_window(project: &Project) -> Result<Vec<Measurement>> {
    let folder: PathBuf = serde_json::from_str(&ask_desk(project, &["database", ORDERS])?)?;
    window::measure(project, &folder)
}

#[cfg(not(target_os = "linux"))]
fn measure_window(_: &Project) -> Result<Vec<Measurement>> {
    let _: PathBuf = PathBuf::from(ORDERS);
    println!("skipped: the window is watched through an X server, which is on Linux only");
    Ok(Vec::new())
}

/// The window is driven as the desktop tests do it, in a session and on a screen of its own.
#[cfg(target_os = "linux")]
fn measure_on_screen(project: &Project, words: &[&str]) -> Result<Vec<Measurement>> {
    let display = crate::display::Display::open()?;
    let session = Session::open()?;
    let mut desk = desk(project, words);
    desk.env(DESKTOP_APP, project.app("release"));
    display.give_to(&mut desk);
    command::run(&mut session.wrap(desk))?;
    samples_of(&answer(project)?)
}

#[cfg(not(target_os = "linux"))]
fn measure_on_screen(_: &Project, _: &[&str]) -> Result<Vec<Measurement>> {
    println!("skipped: the window is driven through WebKitGTK, which is on Linux only");
    Ok(Vec::new())
}

/// What was measured, and on what.
fn circumstances(project: &Project) -> Result<String> {
    let git = |words: &[&str]| -> Result<String> {
        let printed = command::printed(Command::new("git").arg("-C").arg(project.path(".")).args(words))?;
        Ok(printed.unwrap_or_default().trim().to_owned())
    };
    let commit = git(&["rev-parse", "--short", "HEAD"])?;
    let changed = git(&["status", "--porcelain", "--untracked-files=no"])?;
    let cpus = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let cpu = cpus
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split_once(": "))
        .map_or("", |(_, name)| name);
    let cores = std::thread::available_parallelism()?;
    Ok(format!(
        "Commit {}{}, {cores} cores{}{cpu}. \"ours\" and \"control\" are medians of samples taken in turns; ± is half \
         the middle half; the ratio is the median over the pairs, with the interval that holds it with 95 %.\n",
        if commit.is_empty() { "unknown" } else { &commit },
        if changed.is_empty() { "" } else { " with changes" },
        if cpu.is_empty() { "" } else { " of " },
    ))
}

/// The load average over one minute; nothing where the system has none.
fn load() -> String {
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    load.split_whitespace().next().unwrap_or("unknown").to_owned()
}
