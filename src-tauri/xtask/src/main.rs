//! The project's own commands: `cargo xtask start | test | bench | bundle | try-deb | bindings`.
//!
//! Each must work on a machine that has nothing but Rust and Node, so every command first brings in what it
//! needs: system packages, the UI's packages, the built UI. Errors name the next step in one line.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program for a terminal: what it prints is what it is for"
)]

mod bench;
mod bundle;
mod command;
#[cfg(target_os = "linux")]
mod display;
mod linters;
mod node;
mod notices;
mod packages;
#[cfg(target_os = "linux")]
mod picture;
#[cfg(target_os = "linux")]
mod processes;
mod project;
mod session;
mod start;
mod steps;
mod test;
mod try_deb;
mod ui;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::project::Project;

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Build, run and test Packlight", disable_help_subcommand = true)]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Install what is missing, build the app and open it
    Start {
        /// Arguments for the app itself, after `--`
        #[arg(last = true)]
        app: Vec<String>,
    },
    /// Run everything that must hold, in the order that fails early
    Test {
        /// Only these steps, by the names in the closing table
        steps: Vec<String>,
    },
    /// Measure speed, memory and size, each beside a control
    Bench {
        /// Only these parts: ingest, reading, counters, paper, window, table, tray, sizes
        parts: Vec<String>,
    },
    /// Build the installable packages
    Bundle,
    /// Install the .deb on a bare Debian, start it from its menu entry, and remove it (needs root)
    TryDeb {
        /// Another package than the newest that was built
        package: Option<PathBuf>,
    },
    /// Rewrite ui/src/lib/bindings.ts from the Rust commands
    Bindings,
}

fn main() -> ExitCode {
    let task = Arguments::parse().task;
    let done = Project::find().and_then(|project| match task {
        Task::Start { app } => start::start(&project, app),
        Task::Test { steps } => test::test(&project, &steps),
        Task::Bench { parts } => bench::bench(&project, &parts),
        Task::Bundle => bundle::bundle(&project),
        Task::TryDeb { package } => try_deb::try_deb(&project, package),
        Task::Bindings => ui::bindings(&project),
    });
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nerror: {error:#}");
            ExitCode::FAILURE
        }
    }
}
