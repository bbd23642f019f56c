//! Node and npm: there and new enough, or an error that says what to install.

use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::command;

/// The oldest Node that the UI's build tool runs on (Vite: "Node.js version 20.19+").
const OLDEST: [u32; 3] = [20, 19, 0];

const NEXT_STEP: &str = "install Node 20.19 or newer from https://nodejs.org or your system's packages";

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
    if version < OLDEST {
        bail!("Node {printed} is too old; {NEXT_STEP}");
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
        assert!(check("v20.19.0\n").is_ok());
        assert!(check("v22.3.1").is_ok());
        assert!(check("v100.0.0").is_ok());
        assert!(check("v20.20.0-nightly2025").is_ok());
        let error = check("v20.9.5").unwrap_err().to_string();
        assert!(error.starts_with("Node v20.9.5 is too old; install Node 20.19"), "{error}");
        assert!(check("v18.20.4").is_err());
    }

    #[test]
    fn an_unreadable_version_is_shown() {
        for text in ["", "v20", "v20.19", "twenty", "v20.19.1.2"] {
            let error = check(text).unwrap_err().to_string();
            assert!(error.contains(&format!("'{text}'")), "{error}");
        }
    }
}
