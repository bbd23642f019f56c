//! Running other programs: output goes straight to the terminal, a failure names the command line.
//!
//! A program that is not there is a different error from one that fails; callers pass what to do about it.

use std::ffi::OsStr;
use std::io::{self, ErrorKind, Read as _};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

/// Runs a command to its end; anything but success is an error that shows the command line.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let line = line(command);
    let status = command.status().with_context(|| format!("cannot run `{line}`"))?;
    if !status.success() {
        bail!("`{line}` failed ({status})");
    }
    Ok(())
}

/// [`run`] for a talkative command: what it prints is shown only if it fails, the last lines of it.
pub(crate) fn run_quietly(command: &mut Command) -> Result<()> {
    let line = line(command);
    let cannot = || format!("cannot run `{line}`");
    // Both streams share a pipe, so that the reason stands where it was said.
    let (mut reader, writer) = io::pipe().with_context(cannot)?;
    command.stdout(writer.try_clone().with_context(cannot)?).stderr(writer);
    let mut child = command.spawn().with_context(cannot)?;
    // The pipe ends when nobody holds its other end: neither the program nor we.
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let mut said = Vec::new();
    reader.read_to_end(&mut said).with_context(cannot)?;
    let status = child.wait().with_context(cannot)?;
    if !status.success() {
        let said = String::from_utf8_lossy(&said);
        let lines: Vec<&str> = said.lines().collect();
        let last = lines[lines.len().saturating_sub(30)..].join("\n");
        bail!("`{line}` failed ({status})\n{last}");
    }
    Ok(())
}

/// What a command prints on standard output, whether it succeeds or not; `None` if the program is not installed.
pub(crate) fn printed(command: &mut Command) -> Result<Option<String>> {
    let line = line(command);
    match command.stdin(Stdio::null()).stderr(Stdio::null()).output() {
        Ok(output) => Ok(Some(String::from_utf8_lossy(&output.stdout).into_owned())),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("cannot run `{line}`")),
    }
}

/// Whether a command starts and succeeds; its output is not shown.
pub(crate) fn succeeds(command: &mut Command) -> bool {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// The command as one would type it, for messages only.
pub(crate) fn line(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args()).map(OsStr::to_string_lossy);
    words
        .map(|word| if word.contains(char::is_whitespace) { format!("'{word}'") } else { word.into_owned() })
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_shows_the_command_line() {
        let error = run(Command::new("cargo").args(["no-such command"]).stderr(Stdio::null())).unwrap_err();
        assert!(error.to_string().starts_with("`cargo 'no-such command'` failed ("), "{error}");
    }

    #[cfg(unix)]
    #[test]
    fn a_quiet_failure_shows_the_last_lines() {
        run_quietly(Command::new("sh").args(["-c", "seq 1 100"])).unwrap();
        let error = run_quietly(Command::new("sh").args(["-c", "seq 1 99; echo 100 >&2; exit 3"]))
            .unwrap_err()
            .to_string();
        assert!(error.contains("failed (exit status: 3)\n71\n72\n") && error.ends_with("\n100"), "{error}");
    }

    #[test]
    fn a_missing_program_is_not_a_failure_to_read_it() {
        assert_eq!(printed(&mut Command::new("packlight-no-such-program")).unwrap(), None);
    }
}
