//! apt: how missing packages get onto Debian and its relatives.
//!
//! Nothing here may wait for an answer that nobody can give: apt runs without questions, and where sudo would ask for a
//! password without a terminal to type it on, the command says so and stops.

use std::fs;
use std::fs::File;
use std::process::{Command, Stdio};

use anyhow::{Result, bail};

use crate::command;

/// Installs packages, renewing apt's lists first.
pub(super) fn install(names: &[&str]) -> Result<()> {
    let rights = rights(Found::look()?, names)?;
    if rights == Rights::SudoAsks && command::run(Command::new("sudo").arg("-v")).is_err() {
        bail!("sudo does not let you in; as root, run: {}", by_hand(names));
    }
    let sudo = rights != Rights::Root;
    let renewed = command::run_quietly(&mut apt(sudo, &["update", "-qq"], &[]));
    if let Err(problem) = &renewed {
        // One broken source among many fails the whole update; what is needed may be there all the same.
        println!("warning: {problem:#}\nGoing on with the package lists that are there.");
    }
    let installed =
        command::run_quietly(&mut apt(sudo, &["install", "-y", "-qq", "--no-install-recommends"], names));
    let Err(problem) = installed else { return Ok(()) };
    let unknown: Vec<&str> = names.iter().copied().filter(|name| !is_known(name)).collect();
    if unknown.is_empty() {
        return Err(problem);
    }
    bail!("{}", unknown_packages(&unknown, renewed.is_ok(), &system_name()))
}

/// By whose right apt runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rights {
    Root,
    /// Without a question.
    Sudo,
    /// With a password that somebody is there to type.
    SudoAsks,
}

/// What there is to go by.
#[derive(Clone, Copy)]
struct Found {
    root: bool,
    sudo: bool,
    sudo_asks: bool,
    terminal: bool,
}

impl Found {
    fn look() -> Result<Self> {
        Ok(Self {
            root: command::printed(Command::new("id").arg("-u"))?.is_some_and(|id| id.trim() == "0"),
            sudo: command::succeeds(Command::new("sudo").arg("-V")),
            sudo_asks: !command::succeeds(Command::new("sudo").args(["-n", "true"])),
            // sudo reads the password from here, wherever its standard input comes from.
            terminal: File::open("/dev/tty").is_ok(),
        })
    }
}

fn rights(found: Found, names: &[&str]) -> Result<Rights> {
    match found {
        Found { root: true, .. } => Ok(Rights::Root),
        Found { sudo: false, .. } => {
            bail!("installing them needs root, and there is no sudo; as root, run: {}", by_hand(names))
        }
        Found { sudo_asks: false, .. } => Ok(Rights::Sudo),
        Found { terminal: true, .. } => Ok(Rights::SudoAsks),
        Found { .. } => bail!(
            "sudo asks for a password, and there is no terminal to type it on; run this in a terminal, or as root \
             run: {}",
            by_hand(names)
        ),
    }
}

/// The command for somebody who may.
fn by_hand(names: &[&str]) -> String {
    format!("apt-get update && apt-get install --no-install-recommends {}", names.join(" "))
}

/// An apt-get call that asks nothing, keeps changed configuration files and waits for another one that is at work.
fn apt(sudo: bool, words: &[&str], names: &[&str]) -> Command {
    let mut command = Command::new(if sudo { "sudo" } else { "env" });
    if sudo {
        command.arg("env");
    }
    command.args(["DEBIAN_FRONTEND=noninteractive", "apt-get"]);
    for option in [
        "DPkg::Lock::Timeout=300",
        "Dpkg::Use-Pty=0",
        "Dpkg::Options::=--force-confdef",
        "Dpkg::Options::=--force-confold",
    ] {
        command.args(["-o", option]);
    }
    command.args(words).args(names).stdin(Stdio::null());
    command
}

fn is_known(name: &str) -> bool {
    command::succeeds(Command::new("apt-cache").args(["show", name]))
}

fn unknown_packages(names: &[&str], renewed: bool, system: &str) -> String {
    let names = names.join(", ");
    if renewed {
        format!("{system} has no package {names}; Packlight needs Debian 12, Ubuntu 22.04, or newer")
    } else {
        format!("apt knows no package {names}, and its lists could not be renewed (see the warning above)")
    }
}

fn system_name() -> String {
    fs::read_to_string("/etc/os-release")
        .ok()
        .and_then(|release| pretty_name(&release))
        .unwrap_or_else(|| "this system".to_owned())
}

/// The name for people in `/etc/os-release` (os-release(5): shell assignments, quoted where needed).
fn pretty_name(release: &str) -> Option<String> {
    let name = release.lines().find_map(|line| line.strip_prefix("PRETTY_NAME="))?;
    Some(name.trim().trim_matches(['"', '\'']).to_owned()).filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOBODY: Found = Found { root: false, sudo: false, sudo_asks: true, terminal: false };

    fn refusal(found: Found) -> String {
        rights(found, &["xvfb", "dbus"]).unwrap_err().to_string()
    }

    #[test]
    fn root_needs_no_sudo_and_a_silent_sudo_no_terminal() {
        assert_eq!(rights(Found { root: true, ..NOBODY }, &[]).unwrap(), Rights::Root);
        assert_eq!(rights(Found { sudo: true, sudo_asks: false, ..NOBODY }, &[]).unwrap(), Rights::Sudo);
        assert_eq!(rights(Found { sudo: true, terminal: true, ..NOBODY }, &[]).unwrap(), Rights::SudoAsks);
    }

    #[test]
    fn without_sudo_the_command_for_root_is_named() {
        assert_eq!(
            refusal(Found { terminal: true, ..NOBODY }),
            "installing them needs root, and there is no sudo; as root, run: \
             apt-get update && apt-get install --no-install-recommends xvfb dbus"
        );
    }

    #[test]
    fn a_password_that_nobody_can_type_is_not_waited_for() {
        assert_eq!(
            refusal(Found { sudo: true, ..NOBODY }),
            "sudo asks for a password, and there is no terminal to type it on; run this in a terminal, or as root run: \
             apt-get update && apt-get install --no-install-recommends xvfb dbus"
        );
    }

    #[test]
    fn apt_never_asks_and_waits_for_its_lock() {
        assert_eq!(
            command::line(&apt(true, &["install", "-y"], &["xvfb"])),
            "sudo env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 \
             -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold install -y xvfb"
        );
        assert!(
            command::line(&apt(false, &[], &[])).starts_with("env DEBIAN_FRONTEND=noninteractive apt-get -o")
        );
    }

    #[test]
    fn an_old_system_and_old_lists_are_told_apart() {
        assert_eq!(
            unknown_packages(&["libwebkit2gtk-4.1-dev"], true, "Debian GNU/Linux 11 (bullseye)"),
            "Debian GNU/Linux 11 (bullseye) has no package libwebkit2gtk-4.1-dev; \
             Packlight needs Debian 12, Ubuntu 22.04, or newer"
        );
        assert_eq!(
            unknown_packages(&["xvfb", "dbus"], false, "Debian"),
            "apt knows no package xvfb, dbus, and its lists could not be renewed (see the warning above)"
        );
    }

    #[test]
    fn the_name_for_people_is_read_with_and_without_quotes() {
        assert_eq!(pretty_name("ID=x\nPRETTY_NAME=\"Some Linux 1\"\n").as_deref(), Some("Some Linux 1"));
        assert_eq!(pretty_name("PRETTY_NAME=Plain").as_deref(), Some("Plain"));
        assert_eq!(pretty_name("NAME=other"), None);
    }
}
