//! Node and npm: there and new enough, or an error that says what to install.

use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::command;

/// The oldest of each Node release that the UI's packages run on (their `engines`): Vite and its tests leave out the
/// first ones of 22 and the short-lived odd ones. Everything from [`NEWEST_LINE`] on is taken.
const LINES: [[u32; 3]; 2] = [[20, 19, 0], [22, 13, 0]];
const NEWEST_LINE: u32 = 24;

const NEXT_STEP: &str = "install Node 20.19, 22.13, or 24 and newer from https://nodejs.org (a system's own package may be too old)";

/// Checks Node and npm.
pub(crate) fn ensure() -> Result<()> {
    let printed = command::printed(Command::new("node").arg("--version"))?
        .with_context(|| format!("Node is not installed; {NEXT_STEP}"))?;
    check(&printed)?;
    command::printed(npm().arg("--version"))?
        .filter(|version| !version.trim().is_empty())
        .context("npm is not installed; it comes with Node, in Debian it is the package `npm`")?;
    Ok(())
}

/// npm, which is a script with another name on Windows.
pub(crate) fn npm() -> Command {
    Command::new(if cfg!(windows) { "npm.cmd" } else { "npm" })
}

fn check(printed: &str) -> Result<()> {
    let printed = printed.trim();
    let version =
        version(printed).with_context(|| format!("Node says its version is '{printed}'; {NEXT_STEP}"))?;
    let enough =
        version[0] >= NEWEST_LINE || LINES.iter().any(|oldest| oldest[0] == version[0] && *oldest <= version);
    if !enough {
        bail!("Node {printed} does not suit Packlight's build; {NEXT_STEP}");
    }
    Ok(())
}

/// `v20.19.1` as numbers; what follows the third number (`-nightly…`) is left out.
fn version(text: &str) -> Option<[u32; 3]> {
    let numbers = text.strip_prefix('v').unwrap_or(text);
    let numbers = numbers.split_once('-').map_or(numbers, |(numbers, _)| numbers);
    let mut parts = numbers.split('.').map(str::parse);
    let version = [parts.next()?.ok()?, parts.next()?.ok()?, parts.next()?.ok()?];
    parts.next().is_none().then_some(version)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_as_numbers() {
        for version in ["v20.19.0\n", "v20.20.0-nightly2025", "v22.13.0", "v24.0.0", "v25.1.0", "v100.0.0"] {
            assert!(check(version).is_ok(), "{version}");
        }
        for version in ["v18.20.4", "v20.9.5", "v20.18.9", "v21.7.3", "v22.12.0", "v23.11.1"] {
            let error = check(version).unwrap_err().to_string();
            let says = format!(
                "Node {version} does not suit Packlight's build; install Node 20.19, 22.13, or 24 and newer"
            );
            assert!(error.starts_with(&says), "{error}");
        }
    }

    #[test]
    fn an_unreadable_version_is_shown() {
        for text in ["", "v20", "v20.19", "twenty", "v20.19.1.2"] {
            let error = check(text).unwrap_err().to_string();
            assert!(error.contains(&format!("'{text}'")), "{error}");
        }
    }
}
