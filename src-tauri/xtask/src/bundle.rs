//! `cargo xtask bundle`: the installable packages, with their sizes.
//!
//! The program inside is the one that `start` builds, with the command-line program beside it. What is promised is the
//! system's first kind (`.deb` on Linux); an AppImage is tried after it, because its tools are downloaded while it is made.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::SystemTime;

use anyhow::{Context, Result, bail};
use serde_json::json;

use crate::project::Project;
use crate::{command, node, packages, start, ui};

/// The packages promised for this system.
const KINDS: &str = if cfg!(target_os = "linux") {
    "deb"
} else if cfg!(windows) {
    "nsis"
} else {
    "app,dmg"
};

/// Builds the installable packages and prints where they are and how large.
pub(crate) fn bundle(project: &Project) -> Result<()> {
    let begun = SystemTime::now();
    package(project)?;
    if cfg!(target_os = "linux") {
        appimage(project);
    }
    print_sizes(project, begun)
}

/// Builds the programs and the package that is promised for this system.
pub(crate) fn package(project: &Project) -> Result<()> {
    node::ensure()?;
    packages::ensure(&[packages::BUILD])?;
    ui::install(project)?;
    ui::build(project)?;
    start::build(project, &[start::APP, start::CLI])?;
    command::run(&mut tauri(project, KINDS))
}

/// Tauri's bundler on the programs that are built already. It marks them with the kind of package, for an updater that
/// Packlight does not have; without the mark `start` finds its build untouched.
fn tauri(project: &Project, kinds: &str) -> Command {
    let with_cli = json!({ "/usr/bin/packlight-cli": project.program(start::CLI, "release") });
    let merged = json!({ "bundle": { "linux": {
        "deb": { "files": with_cli },
        "appimage": { "files": with_cli },
    } } });
    let mut command = node::npm();
    command
        .args([
            "run",
            "--silent",
            "tauri",
            "--",
            "bundle",
            "--no-binary-patching",
            "--bundles",
            kinds,
            "--config",
        ])
        .arg(merged.to_string())
        .current_dir(project.path("ui"));
    command
}

fn appimage(project: &Project) {
    if let Err(problem) = command::run_quietly(&mut tauri(project, "appimage")) {
        println!("{}", no_appimage(&problem.to_string()));
    }
}

fn no_appimage(problem: &str) -> String {
    let last = problem.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or_default().trim();
    format!(
        "No AppImage was made: its tools are downloaded from GitHub and did not arrive or did not run ({last}). The .deb \
         is complete."
    )
}

fn print_sizes(project: &Project, begun: SystemTime) -> Result<()> {
    let mut made = Vec::new();
    for kind in fs::read_dir(project.bundles()).context("no package was made")? {
        for file in fs::read_dir(kind?.path())? {
            let file = file?;
            let about = file.metadata()?;
            // Packages of an earlier run stay where they are; they are not what this one made.
            if about.is_file() && about.modified()? >= begun {
                made.push((file.path(), about.len()));
            }
        }
    }
    if made.is_empty() {
        bail!("no package was made in {}", project.bundles().display());
    }
    for name in [start::APP, start::CLI] {
        let program = project.program(name, "release");
        made.push((program.clone(), fs::metadata(&program)?.len()));
    }
    for (path, bytes) in made {
        println!("{}", sized(&path, bytes));
    }
    Ok(())
}

fn sized(path: &Path, bytes: u64) -> String {
    format!("{:>4}.{} MB  {}", bytes / 1_000_000, bytes / 100_000 % 10, path.display())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_in_megabytes_with_a_tenth() {
        assert_eq!(sized(Path::new("/t/a.deb"), 12_380_000), "  12.3 MB  /t/a.deb");
        assert_eq!(sized(Path::new("b"), 99_999), "   0.0 MB  b");
    }

    #[test]
    fn a_missing_appimage_is_told_with_its_last_line() {
        assert_eq!(
            no_appimage(
                "`npm run` failed (exit status: 1)\n Bundling x\n failed to bundle project: no route\n\n"
            ),
            "No AppImage was made: its tools are downloaded from GitHub and did not arrive or did not run \
             (failed to bundle project: no route). The .deb is complete."
        );
    }
}
