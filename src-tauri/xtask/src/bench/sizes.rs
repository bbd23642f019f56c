//! Sizes on disk: what is downloaded and installed, beside the emptiest program of the same kind.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use super::report::{Goal, Measurement, Unit};
use crate::project::Project;

/// Measures what is there. The package is left out, and said so, where none was made.
pub(super) fn measure(project: &Project, bundled: bool) -> Result<Vec<Measurement>> {
    let mut sizes = vec![
        size(
            "program",
            file(&project.app("release"))?,
            Some(file(&project.example("empty_window"))?),
            24_000_000,
        ),
        size("JavaScript of the window, gzip -9", scripts(&project.path("ui/dist"))?, None, 200_000),
    ];
    if bundled {
        sizes.push(size("package for Debian", package(&project.bundles().join("deb"))?, None, 10_000_000));
    } else {
        println!(
            "The package for Debian is left out: it could not be built here (`cargo xtask bundle` says why)"
        );
    }
    Ok(sizes)
}

fn size(what: &str, ours: u64, control: Option<u64>, goal: u64) -> Measurement {
    Measurement {
        what: what.to_owned(),
        unit: Unit::Bytes,
        orders: None,
        ours: vec![ours],
        against: control.map(|_| "empty window".to_owned()),
        control: control.into_iter().collect(),
        goals: vec![Goal::Median(goal)],
    }
}

fn file(path: &Path) -> Result<u64> {
    Ok(fs::metadata(path).with_context(|| format!("there is no {}", path.display()))?.len())
}

/// The newest package; older versions may lie beside it.
fn package(folder: &Path) -> Result<u64> {
    let mut packages = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| format!("there is no {}", folder.display()))? {
        let entry = entry?;
        if entry.path().extension().is_some_and(|ending| ending == "deb") {
            let about = entry.metadata()?;
            packages.push((about.modified()?, about.len()));
        }
    }
    let (_, bytes) = packages.into_iter().max().context("no .deb was made")?;
    Ok(bytes)
}

fn scripts(folder: &Path) -> Result<u64> {
    let mut sum = 0;
    for entry in fs::read_dir(folder).with_context(|| format!("there is no {}", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            sum += scripts(&path)?;
        } else if path.extension().is_some_and(|ending| ending == "js") {
            let packed =
                Command::new("gzip").args(["-9", "-c"]).arg(&path).output().context("cannot run gzip")?;
            sum += u64::try_from(packed.stdout.len())?;
        }
    }
    Ok(sum)
}
