//! Where things are: the checkout, cargo's target folder, the app's data folder.
//!
//! Cargo is asked for the target folder instead of guessing it: `CARGO_TARGET_DIR` and the user's own cargo
//! configuration may put it anywhere.

use std::env;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

/// The identifier of the app, which names its data folder.
const IDENTIFIER: &str = "io.packlight.desktop";

/// The checkout and the folder cargo builds into.
pub(crate) struct Project {
    root: PathBuf,
    target: PathBuf,
}

impl Project {
    /// Finds the checkout this program was built from and asks cargo where it builds.
    pub(crate) fn find() -> Result<Self> {
        let manifest = env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
        let root = Path::new(&manifest)
            .ancestors()
            .nth(2)
            .context("the xtask package does not stand two folders below the root")?
            .to_owned();
        let metadata = cargo(&root)
            .args(["metadata", "--format-version=1", "--no-deps"])
            .output()
            .context("cannot run `cargo metadata`")?;
        let metadata: serde_json::Value = serde_json::from_slice(&metadata.stdout).with_context(|| {
            format!("`cargo metadata` failed: {}", String::from_utf8_lossy(&metadata.stderr).trim())
        })?;
        let target = metadata["target_directory"].as_str().context("cargo names no target folder")?.into();
        Ok(Self { root, target })
    }

    /// The folder of a part of the checkout.
    pub(crate) fn path(&self, part: &str) -> PathBuf {
        self.root.join(part)
    }

    /// Cargo, running in the root of the checkout.
    pub(crate) fn cargo(&self) -> Command {
        cargo(&self.root)
    }

    /// The built app of a profile's folder, `debug` or `release`.
    pub(crate) fn app(&self, profile: &str) -> PathBuf {
        self.program("packlight", profile)
    }

    /// A built program of a profile's folder.
    pub(crate) fn program(&self, name: &str, profile: &str) -> PathBuf {
        self.target.join(profile).join(name).with_extension(env::consts::EXE_EXTENSION)
    }

    /// Where the built examples of the app's package lie, in release.
    pub(crate) fn examples(&self) -> PathBuf {
        self.target.join("release/examples")
    }

    /// One of them.
    pub(crate) fn example(&self, name: &str) -> PathBuf {
        self.examples().join(name).with_extension(env::consts::EXE_EXTENSION)
    }

    /// Where the benchmark keeps its databases and leaves its report.
    pub(crate) fn bench(&self) -> PathBuf {
        self.target.join("bench")
    }

    /// Where the benchmark of the desk leaves what it found for the command that ran it.
    pub(crate) fn answer(&self) -> PathBuf {
        self.bench().join("answer.json")
    }

    /// Where screenshots are saved.
    #[cfg_attr(not(target_os = "linux"), allow(dead_code, reason = "only a hidden screen is photographed"))]
    pub(crate) fn screenshots(&self) -> PathBuf {
        self.target.join("screenshots")
    }

    /// The folder of a bundle kind.
    pub(crate) fn bundles(&self) -> PathBuf {
        self.target.join("release").join("bundle")
    }
}

/// The cargo that runs us, without what it told us about ourselves: a build script that watches these variables (ring's
/// does) would otherwise run again, and half of the build after it, whenever cargo is used by hand in between.
fn cargo(root: &Path) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root);
    for (name, _) in env::vars_os().filter(|(name, _)| is_about_us(name)) {
        command.env_remove(name);
    }
    command
}

/// Whether cargo sets a variable for the program that it runs ("Environment variables Cargo sets for crates"). Others that
/// begin alike are the user's: `CARGO_HOME`, `CARGO_BUILD_JOBS`.
fn is_about_us(name: &OsStr) -> bool {
    let name = name.to_string_lossy();
    name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_")
}

/// The app's data folder: `PACKLIGHT_DATA_DIR`, else the system's place for application data. `None` where the
/// environment names neither.
pub(crate) fn data_folder(variable: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    let set = |name: &str| variable(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    if let Some(folder) = set("PACKLIGHT_DATA_DIR") {
        return Some(folder);
    }
    let base = if cfg!(target_os = "windows") {
        set("APPDATA")?
    } else if cfg!(target_os = "macos") {
        set("HOME")?.join("Library/Application Support")
    } else {
        // A relative XDG path is to be ignored (XDG Base Directory Specification, "Basics").
        match set("XDG_DATA_HOME").filter(|path| path.is_absolute()) {
            Some(path) => path,
            None => set("HOME")?.join(".local/share"),
        }
    };
    Some(base.join(IDENTIFIER))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(variables: &[(&str, &str)]) -> Option<PathBuf> {
        data_folder(|name| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| value.into()))
    }

    /// Cargo tells a test about itself, too.
    #[test]
    fn what_cargo_said_about_us_is_not_handed_on() {
        let command = cargo(Path::new("."));
        let removed: Vec<_> =
            command.get_envs().filter(|(_, value)| value.is_none()).map(|(name, _)| name).collect();
        assert!(removed.contains(&OsStr::new("CARGO_PKG_NAME")), "{removed:?}");
        assert!(removed.contains(&OsStr::new("CARGO_MANIFEST_DIR")), "{removed:?}");
        for name in ["CARGO", "CARGO_HOME", "CARGO_TARGET_DIR", "CARGO_BUILD_JOBS"] {
            assert!(!is_about_us(OsStr::new(name)), "{name}");
        }
    }

    #[test]
    fn the_variable_wins_and_an_empty_one_counts_as_unset() {
        assert_eq!(folder(&[("PACKLIGHT_DATA_DIR", "/d"), ("HOME", "/h")]), Some("/d".into()));
        assert_eq!(folder(&[("PACKLIGHT_DATA_DIR", "")]), None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn linux_uses_the_xdg_folder_when_it_is_absolute() {
        let home = Some("/h/.local/share/io.packlight.desktop".into());
        assert_eq!(folder(&[("HOME", "/h")]), home);
        assert_eq!(folder(&[("HOME", "/h"), ("XDG_DATA_HOME", "rel")]), home);
        assert_eq!(
            folder(&[("HOME", "/h"), ("XDG_DATA_HOME", "/x")]),
            Some("/x/io.packlight.desktop".into())
        );
    }
}
