//! `cargo xtask try-deb`: the package on a Debian that has nothing.
//!
//! A bare tree is made with debootstrap and kept; a copy of it gets the package by apt, starts the app from its menu entry
//! on a hidden screen, waits for the demo seller's orders, and removes the package without a trace. Needs root.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::packages::{self, TRY_DEB};
use crate::project::Project;
use crate::{bundle, command};

/// The oldest Debian that the package is for.
const SUITE: &str = "bookworm";
const INSIDE: &str = include_str!("try_deb/inside.sh");
/// Mounts that end with the command, and with them every process in there.
const ENTER: &str = r#"
root=$1 archives=$2 script=$3
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
mount -t tmpfs tmpfs "$root/dev/shm"
mount --bind "$archives" "$root/var/cache/apt/archives"
exec chroot "$root" /bin/sh -c "$script"
"#;

/// Tries a package, or the newest that was built.
pub(crate) fn try_deb(project: &Project, package: Option<PathBuf>) -> Result<()> {
    if !cfg!(target_os = "linux") {
        bail!("a .deb can be tried on Linux only");
    }
    packages::ensure(&[TRY_DEB])?;
    let folder = project.bundles().join("deb");
    let package = if let Some(package) = package.or(newest(&folder)?) {
        package
    } else {
        bundle::package(project)?;
        newest(&folder)?.context("no package was built")?
    };
    println!("Trying {} on a bare Debian ({SUITE})", package.display());
    let place = project.bundles().with_file_name("try-deb");
    let tree = Tree::fresh(&place)?;
    fs::copy(&package, tree.root.join("packlight.deb"))
        .with_context(|| format!("cannot read {}", package.display()))?;
    let tried = command::run(
        Command::new("unshare")
            .args(["--mount", "--pid", "--fork", "--kill-child", "sh", "-euc", ENTER, "sh"])
            .args([&tree.root, &place.join("archives")])
            .arg(INSIDE)
            .env_remove("DISPLAY")
            .env_remove("DBUS_SESSION_BUS_ADDRESS"),
    );
    let removed = fs::remove_dir_all(&tree.root).context("the tree could not be removed");
    tried.context("the package did not pass; what it said is above").and(removed)
}

/// The youngest package in a folder.
fn newest(folder: &Path) -> Result<Option<PathBuf>> {
    let Ok(files) = fs::read_dir(folder) else { return Ok(None) };
    let mut packages = Vec::new();
    for file in files {
        let file = file?;
        if file.path().extension().is_some_and(|ending| ending == "deb") {
            packages.push((file.metadata()?.modified()?, file.path()));
        }
    }
    Ok(packages.into_iter().max().map(|(_, package)| package))
}

/// A Debian of its own.
struct Tree {
    root: PathBuf,
}

impl Tree {
    /// A copy of the bare tree, which is made at the first use.
    fn fresh(place: &Path) -> Result<Self> {
        let (base, root) = (place.join(SUITE), place.join("tree"));
        fs::create_dir_all(place.join("archives/partial"))
            .with_context(|| format!("cannot make {}", place.display()))?;
        if !base.join("etc/debian_version").exists() {
            println!("Making a bare Debian, which takes some minutes");
            // Under another name until it is whole.
            let part = place.join(format!("{SUITE}.part"));
            clear(&part)?;
            command::run_quietly(Command::new("debootstrap").args(["--variant=minbase", SUITE]).arg(&part))?;
            fs::rename(&part, &base)?;
        }
        clear(&root)?;
        command::run_quietly(Command::new("cp").args(["-a", "--reflink=auto"]).args([&base, &root]))?;
        // The way to Debian's packages is this computer's: mirrors, proxies, and whom to trust.
        for way in [
            "etc/apt/apt.conf.d",
            "etc/resolv.conf",
            "etc/hosts",
            "etc/ssl/certs",
            "usr/local/share/ca-certificates",
        ] {
            let from = Path::new("/").join(way);
            if from.exists() {
                let to = root.join(way);
                fs::create_dir_all(to.parent().unwrap_or(&root))?;
                command::run_quietly(
                    Command::new("cp").args(["-aLT", "--remove-destination"]).args([&from, &to]),
                )?;
            }
        }
        Ok(Self { root })
    }
}

fn clear(folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| format!("cannot clear {}", folder.display()))?;
    }
    Ok(())
}
