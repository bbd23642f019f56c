//! `cargo xtask bundle`: the installable packages, with their sizes.
//!
//! The program inside is the one that `start` builds. What is promised is the system's own kind (`.deb` on Linux); an
//! AppImage is tried after it, because its tools are downloaded while it is made. With a signing key in the environment
//! (`TAURI_SIGNING_PRIVATE_KEY`) each package gets its signature beside it, which names the version, for the updater.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

use anyhow::{Context, Result, bail};

use serde_json::json;

use crate::project::Project;
use crate::{command, node, notices, packages, start, ui};

/// The packages promised for this system.
const KINDS: &str = if cfg!(target_os = "linux") {
    "deb"
} else if cfg!(windows) {
    "nsis,msi"
} else {
    "app,dmg"
};

/// Builds the installable packages and prints where they are and how large.
pub(crate) fn bundle(project: &Project) -> Result<()> {
    let begun = SystemTime::now();
    package(project)?;
    if cfg!(target_os = "linux") {
        appimage(project)?;
    }
    print_sizes(project, begun)
}

/// Builds the program and the package that is promised for this system.
pub(crate) fn package(project: &Project) -> Result<()> {
    node::ensure()?;
    packages::ensure(&[packages::BUILD])?;
    ui::install(project)?;
    ui::build(project)?;
    start::build(project, &[start::APP])?;
    let begun = SystemTime::now();
    notices::write_bill(project, &project.bundles())?;
    marked(project, || command::run(&mut tauri(project, KINDS)?))?;
    pack_apps(&project.bundles())?;
    for (package, _) in made_since(&project.bundles(), begun)? {
        if package.extension().is_some_and(|ending| ending == "deb") {
            press(&package)?;
        }
        sign(project, &package)?;
    }
    Ok(())
}

/// Runs Tauri's bundler, which marks the program with the kind of its package, for the updater to know. The build itself is
/// put back as it was, so that `start` finds it untouched.
fn marked<T>(project: &Project, bundle: impl FnOnce() -> Result<T>) -> Result<T> {
    let program = project.app("release");
    let kept = program.with_extension("unmarked");
    fs::rename(&program, &kept).with_context(|| format!("cannot keep {}", program.display()))?;
    let done = fs::copy(&kept, &program).map_err(Into::into).and_then(|_| bundle());
    fs::rename(&kept, &program).with_context(|| format!("cannot put {} back", program.display()))?;
    done
}

/// Signs a package for the updater, where a key is given.
fn sign(project: &Project, package: &Path) -> Result<()> {
    let has_key = |name: &str| std::env::var_os(name).is_some_and(|key| !key.is_empty());
    if !["TAURI_SIGNING_PRIVATE_KEY", "TAURI_SIGNING_PRIVATE_KEY_PATH"].into_iter().any(has_key) {
        return Ok(());
    }
    let mut command = node::npm();
    command
        .args([
            "run",
            "--silent",
            "tauri",
            "--",
            "signer",
            "sign",
            "--app-version",
            env!("CARGO_PKG_VERSION"),
        ])
        .arg(package)
        .current_dir(project.path("ui"));
    command::run_quietly(&mut command)
}

/// Packs the app of macOS, which is a folder, into the one kind of file that the updater can install there. Its disk image
/// is for people.
fn pack_apps(bundles: &Path) -> Result<()> {
    let folder = bundles.join("macos");
    if !folder.exists() {
        return Ok(());
    }
    for app in fs::read_dir(&folder)? {
        let app = app?.file_name();
        if Path::new(&app).extension().is_none_or(|ending| ending != "app") {
            continue;
        }
        let mut archive = app.clone();
        archive.push(".tar.gz");
        let mut tar = Command::new("tar");
        // Without this, macOS adds a file `._Packlight.app` beside the app, which the updater would take for the app itself.
        tar.env("COPYFILE_DISABLE", "1").current_dir(&folder);
        command::run_quietly(tar.arg("-czf").args([&archive, &app]))?;
    }
    Ok(())
}

/// Packs a Debian package anew with xz, which makes it a third smaller than the bundler's gzip. Where Debian's own tool is
/// missing the package stays as it is.
fn press(package: &Path) -> Result<()> {
    if !command::succeeds(Command::new("dpkg-deb").arg("--version")) {
        return Ok(());
    }
    let folder = package.with_extension("unpacked");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    command::run(Command::new("dpkg-deb").arg("--raw-extract").args([package, &folder]))?;
    command::run_quietly(
        Command::new("dpkg-deb").args(["--root-owner-group", "-Zxz", "--build"]).args([&folder, package]),
    )?;
    fs::remove_dir_all(&folder).with_context(|| format!("cannot remove {}", folder.display()))
}

/// Tauri's bundler on the program that is built already.
fn tauri(project: &Project, kinds: &str) -> Result<Command> {
    let mut command = node::npm();
    // What is known only while bundling cannot stand in the committed configuration.
    let bill = project.bundles().join(notices::BILL);
    let files = json!({ "/usr/share/doc/packlight/packlight.cdx.json": bill });
    let depends = depends(project, &fs::read(project.app("release"))?)?;
    let made = json!({ "bundle": { "linux": { "deb": { "files": files, "depends": depends } } } });
    command
        .args(["run", "--silent", "tauri", "--", "bundle", "--bundles", kinds])
        .args(["--config", &made.to_string()])
        .current_dir(project.path("ui"));
    Ok(command)
}

/// What the Debian package asks for: as configured, and the C library that can start this program.
fn depends(project: &Project, program: &[u8]) -> Result<Vec<String>> {
    // The name that the linker leaves where it packed the relocations (the shell's `build.rs`).
    const PACKED: &[u8] = b"GLIBC_ABI_DT_RELR";
    let configuration: serde_json::Value =
        serde_json::from_slice(&fs::read(project.path("tauri.conf.json"))?)?;
    let configured = configuration["bundle"]["linux"]["deb"]["depends"].as_array();
    let configured = configured.into_iter().flatten().filter_map(|name| name.as_str().map(str::to_owned));
    let packed = program.windows(PACKED.len()).any(|bytes| bytes == PACKED);
    Ok(configured.chain([format!("libc6 (>= {})", if packed { "2.36" } else { "2.34" })]).collect())
}

fn appimage(project: &Project) -> Result<()> {
    let begun = SystemTime::now();
    if let Err(problem) = marked(project, || command::run_quietly(&mut tauri(project, "appimage")?)) {
        println!("{}", no_appimage(&problem.to_string()));
        return Ok(());
    }
    for (package, _) in made_since(&project.bundles(), begun)? {
        sign(project, &package)?;
    }
    Ok(())
}

fn no_appimage(problem: &str) -> String {
    let last = problem.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or_default().trim();
    format!(
        "No AppImage was made: its tools are downloaded from GitHub and did not arrive or did not run ({last}). The .deb \
         is complete."
    )
}

fn print_sizes(project: &Project, begun: SystemTime) -> Result<()> {
    let mut made = made_since(&project.bundles(), begun)?;
    if made.is_empty() {
        bail!("no package was made in {}", project.bundles().display());
    }
    let program = project.app("release");
    made.push((program.clone(), fs::metadata(&program)?.len()));
    for (path, bytes) in made {
        println!("{}", sized(&path, bytes));
    }
    Ok(())
}

/// The packages of this run with their sizes in bytes. Those of an earlier one stay where they are.
fn made_since(bundles: &Path, begun: SystemTime) -> Result<Vec<(PathBuf, u64)>> {
    let mut made = Vec::new();
    for kind in fs::read_dir(bundles).context("no package was made")? {
        let kind = kind?.path();
        if !kind.is_dir() {
            continue;
        }
        for file in fs::read_dir(kind)? {
            let file = file?;
            let about = file.metadata()?;
            if about.is_file() && about.modified()? >= begun {
                made.push((file.path(), about.len()));
            }
        }
    }
    made.sort();
    Ok(made)
}

fn sized(path: &Path, bytes: u64) -> String {
    format!("{:>4}.{} MB  {}", bytes / 1_000_000, bytes / 100_000 % 10, path.display())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_of_an_earlier_run_are_not_counted() {
        let bundles = std::env::temp_dir().join(format!("packlight-xtask-bundles-{}", std::process::id()));
        fs::create_dir_all(bundles.join("deb/unpacked")).unwrap();
        fs::write(bundles.join("deb/a.deb"), "four").unwrap();
        let before = SystemTime::now() - std::time::Duration::from_mins(1);
        let after = SystemTime::now() + std::time::Duration::from_mins(1);
        assert_eq!(made_since(&bundles, before).unwrap(), [(bundles.join("deb/a.deb"), 4)]);
        assert_eq!(made_since(&bundles, after).unwrap(), []);
        fs::remove_dir_all(&bundles).unwrap();
        assert_eq!(made_since(&bundles, before).unwrap_err().to_string(), "no package was made");
    }

    #[cfg(unix)]
    #[test]
    fn the_app_of_macos_is_packed_into_a_file_that_can_be_signed_and_installed() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let bundles = std::env::temp_dir().join(format!("packlight-xtask-apps-{}", std::process::id()));
        let contents = bundles.join("macos/Packlight.app/Contents");
        fs::create_dir_all(contents.join("MacOS")).unwrap();
        let begun = SystemTime::now() - std::time::Duration::from_mins(1);
        fs::write(contents.join("MacOS/packlight"), "program").unwrap();
        fs::set_permissions(contents.join("MacOS/packlight"), fs::Permissions::from_mode(0o755)).unwrap();
        symlink("MacOS/packlight", contents.join("latest")).unwrap();
        // The second time over what an earlier run left.
        pack_apps(&bundles).unwrap();
        pack_apps(&bundles).unwrap();
        let archive = bundles.join("macos/Packlight.app.tar.gz");
        let made: Vec<_> = made_since(&bundles, begun).unwrap().into_iter().map(|(path, _)| path).collect();
        assert_eq!(made, [archive.as_path()], "this is what is signed");

        let installed = bundles.join("installed");
        fs::create_dir(&installed).unwrap();
        command::run(Command::new("tar").arg("-xzf").arg(&archive).arg("-C").arg(&installed)).unwrap();
        let names: Vec<_> = fs::read_dir(&installed).unwrap().map(|one| one.unwrap().file_name()).collect();
        assert_eq!(names, ["Packlight.app"], "the updater takes away the first part of each name");
        let program = installed.join("Packlight.app/Contents/MacOS/packlight");
        assert_eq!(fs::metadata(&program).unwrap().permissions().mode() & 0o777, 0o755);
        assert!(installed.join("Packlight.app/Contents/latest").is_symlink());
        fs::remove_dir_all(&bundles).unwrap();
        fs::create_dir(&bundles).unwrap();
        pack_apps(&bundles).unwrap();
        assert_eq!(made_since(&bundles, begun).unwrap(), [], "elsewhere there is none");
        fs::remove_dir(&bundles).unwrap();
    }

    /// Tauri finds the libraries that the program is linked with; what it uses beside them, nobody finds.
    #[test]
    fn the_debian_package_brings_what_the_program_uses_without_being_linked_with_it() {
        let configuration = fs::read(Project::find().unwrap().path("tauri.conf.json")).unwrap();
        let configuration: serde_json::Value = serde_json::from_slice(&configuration).unwrap();
        let deb = &configuration["bundle"]["linux"]["deb"];
        let has = |list: &str, name: &str| {
            let names = deb[list].as_array().unwrap_or_else(|| panic!("it {list} nothing"));
            assert!(names.iter().any(|one| one == name), "it {list} no {name}: {names:?}");
        };
        // Without them no server can prove that it is Amazon's.
        has("depends", "ca-certificates");
        // Printing, the tray, the keychain: without them the rest of it works, and says what is missing.
        has("recommends", "cups-client");
        has("recommends", "libayatana-appindicator3-1");
        has("recommends", "gnome-keyring | kwalletmanager");
    }

    #[test]
    fn the_debian_package_asks_for_a_c_library_that_can_start_its_program() {
        let project = Project::find().unwrap();
        let asked = |program: &[u8]| depends(&project, program).unwrap();
        assert_eq!(asked(b"GLIBC_2.34 and more"), ["ca-certificates", "libc6 (>= 2.34)"]);
        assert_eq!(asked(b"more GLIBC_ABI_DT_RELR and more"), ["ca-certificates", "libc6 (>= 2.36)"]);
    }

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
