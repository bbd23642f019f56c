//! The system packages that Packlight needs on Linux, each with its reason, and how they get there.
//!
//! On Debian and its relatives `dpkg-query` tells what is missing and apt installs it. Elsewhere nothing is
//! installed: each need is looked for directly, and if one is not met, the list is printed and the command stops.

mod apt;

use std::env;
use std::path::Path;
use std::process::Command;

use anyhow::{Result, bail};

use crate::command;

/// One need: the Debian package, why it is needed, and how to see that another system has it.
#[derive(Clone, Copy)]
pub(crate) struct Package {
    name: &'static str,
    why: &'static str,
    sign: Sign,
}

/// What shows that a need is met where there is no dpkg.
#[derive(Clone, Copy)]
enum Sign {
    /// A module that pkg-config finds.
    Module(&'static str),
    /// A program on the search path, or in one of the folders where systems hide it.
    Program(&'static str),
    /// A file at its usual place.
    File(&'static str),
}

const fn package(name: &'static str, why: &'static str, sign: Sign) -> Package {
    Package { name, why, sign }
}

/// Needed to build the app and to run it.
pub(crate) const BUILD: &[Package] = &[package(
    "libwebkit2gtk-4.1-dev",
    "the web view that draws the window; brings GTK and pkg-config",
    Sign::Module("webkit2gtk-4.1"),
)];

/// Needed to open a window where there is no display.
pub(crate) const HIDDEN_DISPLAY: &[Package] = &[
    package("xvfb", "a display in memory", Sign::Program("Xvfb")),
    package("dbus", "a session bus for the app to talk to", Sign::Program("dbus-run-session")),
];

/// Needed by the tests, over and above the two lists before.
pub(crate) const TESTS: &[Package] = &[
    package("webkit2gtk-driver", "drives the real window", Sign::Program("WebKitWebDriver")),
    package("cups", "a real print queue", Sign::Program("cupsd")),
    package("cups-client", "what people print with", Sign::Program("lp")),
    package("printer-driver-cups-pdf", "a printer that prints PDFs", Sign::Program("cups-pdf")),
    package("gnome-keyring", "a real keychain for the secrets", Sign::Program("gnome-keyring-daemon")),
    package(
        "poppler-utils",
        "reads printed pages back: pdftotext, pdftoppm, pdfinfo",
        Sign::Program("pdftotext"),
    ),
    package(
        "libayatana-appindicator3-1",
        "shows the icon in the tray",
        Sign::File("/usr/lib/x86_64-linux-gnu/libayatana-appindicator3.so.1"),
    ),
    package("zbar-tools", "decodes the codes on printed pages", Sign::Program("zbarimg")),
    package("locales", "other languages than the system's own", Sign::File("/usr/share/i18n/locales/de_DE")),
    package("python3", "reads ZIP files back by its own library", Sign::Program("python3")),
    package(
        "fonts-droid-fallback",
        "a font of the system for Japanese",
        Sign::File("/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf"),
    ),
];

/// Needed to try the package on a bare Debian.
pub(crate) const TRY_DEB: &[Package] =
    &[package("debootstrap", "makes a bare Debian", Sign::Program("debootstrap"))];

/// Needed by the benchmark of paper.
pub(crate) const BENCH: &[Package] = &[package(
    "python3-reportlab",
    "makes the same pages another way",
    Sign::File("/usr/lib/python3/dist-packages/reportlab/__init__.py"),
)];

/// Brings in what is missing of the lists, or stops with what to do.
pub(crate) fn ensure(lists: &[&[Package]]) -> Result<()> {
    if !cfg!(target_os = "linux") {
        return Ok(());
    }
    let wanted: Vec<Package> = lists.concat();
    let names: Vec<&str> = wanted.iter().map(|package| package.name).collect();
    let dpkg = command::printed(
        Command::new("dpkg-query").args(["-W", "-f=${Package} ${db:Status-Status}\\n"]).args(&names),
    )?;
    let has_apt = command::succeeds(Command::new("apt-get").arg("--version"));
    let Some(listing) = dpkg.filter(|_| has_apt) else {
        return ensure_without_apt(&wanted);
    };
    let missing = missing(&wanted, &listing);
    if missing.is_empty() {
        return Ok(());
    }
    println!("Installing system packages, which takes a few minutes:\n{}", described(&missing));
    let names: Vec<&str> = missing.iter().map(|package| package.name).collect();
    apt::install(&names)
}

fn ensure_without_apt(wanted: &[Package]) -> Result<()> {
    let missing: Vec<Package> = wanted.iter().filter(|package| !seen(package.sign)).copied().collect();
    if missing.is_empty() { Ok(()) } else { bail!("{}", list_without_apt(&missing)) }
}

fn list_without_apt(missing: &[Package]) -> String {
    format!(
        "this system has no apt and lacks the following, named as in Debian; install them and run this again:\n{}",
        described(missing)
    )
}

fn seen(sign: Sign) -> bool {
    match sign {
        Sign::File(path) => Path::new(path).is_file(),
        Sign::Module(name) => command::succeeds(Command::new("pkg-config").args(["--exists", name])),
        Sign::Program(name) => {
            let path = env::var_os("PATH").unwrap_or_default();
            let hidden = ["/usr/libexec", "/usr/lib/webkit2gtk-4.1", "/usr/sbin", "/usr/lib/cups/backend"]
                .map(Into::into);
            env::split_paths(&path).chain(hidden).any(|folder| Path::new(&folder).join(name).is_file())
        }
    }
}

/// The packages that dpkg's listing does not show as installed. A package that was removed but left its
/// configuration is listed too, as `config-files`: it is missing.
fn missing(wanted: &[Package], listing: &str) -> Vec<Package> {
    let installed: Vec<&str> =
        listing.lines().filter_map(|line| line.trim().strip_suffix(" installed")).collect();
    wanted.iter().filter(|package| !installed.contains(&package.name)).copied().collect()
}

fn described(packages: &[Package]) -> String {
    let width = packages.iter().map(|package| package.name.len()).max().unwrap_or(0);
    let lines = packages.iter().map(|package| format!("  {:width$}  {}", package.name, package.why));
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    const WANTED: &[Package] = &[
        package("xvfb", "a display in memory", Sign::Program("Xvfb")),
        package("dbus", "a session bus", Sign::Program("dbus-run-session")),
        package("dbus-x11", "not the same as dbus", Sign::Program("dbus-launch")),
    ];

    fn names(listing: &str) -> Vec<&'static str> {
        missing(WANTED, listing).iter().map(|package| package.name).collect()
    }

    #[test]
    fn an_empty_listing_means_that_all_are_missing() {
        assert_eq!(names(""), ["xvfb", "dbus", "dbus-x11"]);
    }

    #[test]
    fn only_the_state_installed_counts() {
        assert_eq!(
            names("xvfb installed\ndbus config-files\ndbus-x11 not-installed\n"),
            ["dbus", "dbus-x11"]
        );
    }

    #[test]
    fn a_name_is_not_found_inside_another() {
        assert_eq!(names("dbus-x11 installed\n"), ["xvfb", "dbus"]);
    }

    #[test]
    fn the_list_shows_the_reason_beside_each_name() {
        assert_eq!(described(&WANTED[..2]), "  xvfb  a display in memory\n  dbus  a session bus");
    }

    #[test]
    fn without_apt_the_list_is_shown() {
        assert_eq!(
            list_without_apt(&WANTED[..1]),
            "this system has no apt and lacks the following, named as in Debian; install them and run this again:\n  \
             xvfb  a display in memory"
        );
    }

    #[test]
    fn signs_are_looked_for_where_they_are() {
        assert!(seen(Sign::Program("cargo")));
        assert!(!seen(Sign::Program("packlight-no-such-program")));
        assert!(!seen(Sign::Module("packlight-no-such-module")));
    }
}
