//! `cargo xtask test`: everything that must hold, cheap and likely failures first, stopping at the first.
//!
//! All cargo steps take the whole workspace: with a part of it cargo would choose other features for the shared
//! dependencies and build them again. Desktop tests run the app of the build step, in a session of their own.

use std::process::Command;

use anyhow::Result;

use crate::project::Project;
use crate::session::Session;
use crate::steps::Steps;
use crate::{command, linters, node, packages, ui};

const STEPS: &[&str] = &[
    "packages",
    "format",
    "ui-install",
    "ui-lint",
    "ui-types",
    "ui-tests",
    "ui-build",
    "clippy",
    "build",
    "bindings",
    "tests",
    "examples",
    "desktop",
];

/// Where the desktop tests find the app.
pub(crate) const DESKTOP_APP: &str = "PACKLIGHT_DESKTOP_APP";

/// Runs the steps, all or the chosen ones, and closes with a table.
pub(crate) fn test(project: &Project, chosen: &[String]) -> Result<()> {
    let mut steps = Steps::new(STEPS, chosen)?;
    let outcome = run(project, &mut steps);
    println!("\n{}", steps.table());
    outcome
}

fn run(project: &Project, steps: &mut Steps<'_>) -> Result<()> {
    steps.run("packages", || {
        node::ensure()?;
        linters::ensure(project)?;
        packages::ensure(&[packages::BUILD, packages::HIDDEN_DISPLAY, packages::TESTS])
    })?;
    steps.run("format", || cargo(project, &["fmt", "--all", "--check"]))?;
    steps.run("ui-install", || ui::install(project))?;
    steps.run("ui-lint", || ui::script(project, "lint"))?;
    steps.run("ui-types", || ui::script(project, "typecheck"))?;
    steps.run("ui-tests", || ui::script(project, "test"))?;
    // The shell does not compile without a built UI.
    steps.run("ui-build", || ui::build(project))?;
    steps.run("clippy", || {
        cargo(project, &["clippy", "--locked", "--workspace", "--all-targets", "--", "-D", "warnings"])
    })?;
    steps.run("build", || {
        cargo(project, &["build", "--locked", "--workspace", "--bins", "--tests"])?;
        // Tests that kill a real process build it by this very command; here it takes no test's time.
        cargo(project, &["build", "--locked", "--package", "packlight-cli"])
    })?;

    let runner = Runner::choose(project);
    let session = Session::open()?;
    steps.run("bindings", || command::run(&mut runner.bindings(project)))?;
    steps.run("tests", || command::run(&mut session.wrap(runner.tests(project))))?;
    steps.run("examples", || cargo(project, &["test", "--locked", "--workspace", "--doc", "--quiet"]))?;
    steps.run("desktop", || desktop(project, &session, &runner))
}

fn cargo(project: &Project, words: &[&str]) -> Result<()> {
    command::run(project.cargo().args(words))
}

#[cfg(target_os = "linux")]
fn desktop(project: &Project, session: &Session, runner: &Runner) -> Result<()> {
    let display = crate::display::Display::open()?;
    let mut tests = runner.desktop(project);
    tests.env(DESKTOP_APP, project.app("debug"));
    display.give_to(&mut tests);
    command::run(&mut session.wrap(tests))
}

#[cfg(not(target_os = "linux"))]
fn desktop(_: &Project, _: &Session, _: &Runner) -> Result<()> {
    println!("skipped: the desktop tests drive WebKitGTK, which is on Linux only");
    Ok(())
}

/// What runs the tests: nextest, or cargo itself where it is not installed.
enum Runner {
    Nextest,
    Cargo,
}

impl Runner {
    fn choose(project: &Project) -> Self {
        if command::succeeds(project.cargo().args(["nextest", "--version"])) {
            Self::Nextest
        } else {
            Self::Cargo
        }
    }

    fn bindings(&self, project: &Project) -> Command {
        match self {
            Self::Nextest => self.command(project, &["-E", "package(packlight) & test(bindings)"]),
            Self::Cargo => self.command(project, &["--lib", "bindings"]),
        }
    }

    fn tests(&self, project: &Project) -> Command {
        let mut command = match self {
            Self::Nextest => self.command(project, &["-E", "not binary(desktop)"]),
            Self::Cargo => self.command(project, &["--bins", "--lib", "--tests"]),
        };
        // Without the app the desktop tests skip themselves where the runner cannot leave them out.
        command.env_remove(DESKTOP_APP);
        command
    }

    fn desktop(&self, project: &Project) -> Command {
        match self {
            Self::Nextest => self.command(project, &["-E", "binary(desktop)"]),
            // One session at a time: the driver serves no more.
            Self::Cargo => self.command(project, &["--test", "desktop", "--", "--test-threads=1"]),
        }
    }

    fn command(&self, project: &Project, words: &[&str]) -> Command {
        let mut command = project.cargo();
        match self {
            Self::Nextest => command.args(["nextest", "run"]),
            Self::Cargo => command.arg("test"),
        };
        command.args(["--locked", "--workspace"]).args(words);
        command
    }
}
