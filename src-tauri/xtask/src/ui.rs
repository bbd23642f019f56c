//! The UI's packages and build, and the bindings that it shares with the shell.
//!
//! Both steps are skipped when nothing they depend on has changed, told by stamps and not by file times alone: a
//! checkout sets times anew, and a UI built twice makes cargo build the shell twice.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;
use std::time::SystemTime;

use anyhow::{Context, Result};

use crate::project::Project;
use crate::{command, node, notices, packages};

/// Copy of the lock file that `node_modules` was installed from.
const INSTALLED: &str = "node_modules/.packlight-installed";
/// Fingerprint of the sources that `dist` was built from.
const BUILT: &str = "node_modules/.packlight-built";

/// Installs the UI's packages exactly as locked, unless they are there.
pub(crate) fn install(project: &Project) -> Result<()> {
    node::ensure()?;
    let ui = project.path("ui");
    let locked = fs::read(ui.join("package-lock.json")).context("cannot read ui/package-lock.json")?;
    if fs::read(ui.join(INSTALLED)).is_ok_and(|installed| installed == locked) {
        return Ok(());
    }
    println!("Installing the UI's packages");
    // The build's own packages come even where npm is set up for production.
    command::run(
        node::npm()
            .args([
                "ci",
                "--include=dev",
                "--include=optional",
                "--no-audit",
                "--no-fund",
                "--no-update-notifier",
            ])
            .current_dir(&ui),
    )?;
    stamp(&ui, INSTALLED, &locked)
}

/// Builds `ui/dist`, unless it is the build of the present sources. The packages must be installed.
pub(crate) fn build(project: &Project) -> Result<()> {
    notices::write_for_window(project)?;
    let ui = project.path("ui");
    let sources = fingerprint(&ui)?;
    let built = fs::read_to_string(ui.join(BUILT)).is_ok_and(|stamp| stamp == sources);
    if built && ui.join("dist/index.html").is_file() {
        return Ok(());
    }
    println!("Building the UI");
    script(project, "build")?;
    stamp(&ui, BUILT, sources.as_bytes())
}

/// Remembers what a step was done from. A UI without packages has no folder for it yet.
fn stamp(ui: &Path, name: &str, content: &[u8]) -> Result<()> {
    fs::create_dir_all(ui.join("node_modules"))?;
    fs::write(ui.join(name), content).with_context(|| format!("cannot write ui/{name}"))
}

/// Runs one of the UI's npm scripts.
pub(crate) fn script(project: &Project, name: &str) -> Result<()> {
    command::run(node::npm().args(["run", "--silent", name]).current_dir(project.path("ui")))
}

/// Rewrites the TypeScript bindings by the test that compares them.
///
/// The UI cannot be built while its bindings are out of date, and the shell cannot be compiled without a built
/// UI; so where there is none yet, an empty page stands in, which the next real build replaces.
pub(crate) fn bindings(project: &Project) -> Result<()> {
    packages::ensure(&[packages::BUILD])?;
    let page = project.path("ui/dist/index.html");
    if !page.is_file() {
        fs::create_dir_all(project.path("ui/dist"))?;
        fs::write(&page, "<!doctype html><title>Packlight</title>\n")
            .context("cannot write ui/dist/index.html")?;
    }
    command::run(
        project
            .cargo()
            .args(["test", "--locked", "--package", "packlight", "--lib", "bindings"])
            .env("PACKLIGHT_WRITE_BINDINGS", "1"),
    )?;
    println!("Written: ui/src/lib/bindings.ts");
    Ok(())
}

/// A fingerprint of everything the build reads: name, size and time of every file but the packages and the
/// build itself, and the lock file's content through its copy.
fn fingerprint(ui: &Path) -> Result<String> {
    let mut files = Vec::new();
    list(ui, ui, &mut files).context("cannot list the UI's sources")?;
    files.sort();
    let mut hasher = DefaultHasher::new();
    files.hash(&mut hasher);
    Ok(format!("{} files {:016x}\n", files.len(), hasher.finish()))
}

fn list(ui: &Path, folder: &Path, files: &mut Vec<(String, u64, SystemTime)>) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let path = entry.path();
        let name = path.strip_prefix(ui)?.to_string_lossy().into_owned();
        if entry.file_type()?.is_dir() {
            if !matches!(name.as_str(), "node_modules" | "dist") {
                list(ui, &path, files)?;
            }
        } else {
            let about = entry.metadata()?;
            files.push((name, about.len(), about.modified()?));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Folder(std::path::PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let path = std::env::temp_dir().join(format!("packlight-xtask-{name}-{}", std::process::id()));
            let _ = fs::remove_dir_all(&path);
            for part in ["src", "dist", "node_modules"] {
                fs::create_dir_all(path.join(part)).unwrap();
            }
            fs::write(path.join("src/main.ts"), "one").unwrap();
            Self(path)
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn the_build_and_the_packages_do_not_change_the_fingerprint() {
        let folder = Folder::new("same");
        let before = fingerprint(&folder.0).unwrap();
        fs::write(folder.0.join("dist/index.html"), "built").unwrap();
        fs::write(folder.0.join(INSTALLED), "lock").unwrap();
        assert_eq!(fingerprint(&folder.0).unwrap(), before);
    }

    #[test]
    fn a_changed_a_new_and_a_removed_source_each_change_the_fingerprint() {
        let folder = Folder::new("changed");
        let first = fingerprint(&folder.0).unwrap();
        fs::write(folder.0.join("src/main.ts"), "three").unwrap();
        let second = fingerprint(&folder.0).unwrap();
        fs::write(folder.0.join("src/more.ts"), "").unwrap();
        let third = fingerprint(&folder.0).unwrap();
        fs::remove_file(folder.0.join("src/more.ts")).unwrap();
        assert!(first != second && second != third);
        assert_eq!(fingerprint(&folder.0).unwrap(), second);
    }
}
