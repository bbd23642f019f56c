//! Programs of the system, run for their answer: found in whole paths, given their words one by one (no shell), answering
//! in English, and ended when they take too long. They do not get the variables that are nobody else's business.

use std::env;
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::process::Command;

use super::SpoolError;

/// Where programs lie that are not on the search path of an app started from a menu.
const USUAL: &[&str] = if cfg!(windows) {
    &[r"C:\Windows\System32\WindowsPowerShell\v1.0"]
} else {
    &["/usr/bin", "/bin", "/usr/local/bin"]
};

/// The programs of a system and the environment that they run in.
#[derive(Debug, Clone)]
pub struct Programs {
    folders: Vec<PathBuf>,
    variables: Vec<(String, OsString)>,
    hidden: Vec<String>,
}

/// What a program said.
#[derive(Debug)]
pub(super) struct Said {
    /// It ended well.
    pub(super) ok: bool,
    /// Standard output.
    pub(super) out: String,
    /// Standard error.
    pub(super) err: String,
}

impl Programs {
    /// Those on the search path, and in the usual folders behind it. `hidden` are the variables that they do not get.
    pub fn of_system(hidden: &[&str]) -> Self {
        let path = env::var_os("PATH").unwrap_or_default();
        let folders = env::split_paths(&path).chain(USUAL.iter().map(PathBuf::from)).collect();
        Self::in_folders(folders, hidden)
    }

    /// Those in these folders alone; folders without a whole path are left out.
    pub fn in_folders(folders: Vec<PathBuf>, hidden: &[&str]) -> Self {
        Self {
            folders: folders.into_iter().filter(|folder| folder.is_absolute()).collect(),
            variables: Vec::new(),
            hidden: hidden.iter().map(|&name| name.to_owned()).collect(),
        }
    }

    /// Sets a variable of their environment.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<OsString>) -> Self {
        self.variables.push((name.to_owned(), value.into()));
        self
    }

    /// Looked for anew each time: it may be installed while Packlight runs.
    pub(super) fn find(&self, name: &str) -> Option<PathBuf> {
        let name = Path::new(name).with_extension(env::consts::EXE_EXTENSION);
        self.folders.iter().map(|folder| folder.join(&name)).find(|path| path.is_file())
    }

    /// Runs a program with these words and what it reads on standard input.
    pub(super) async fn run(
        &self,
        name: &str,
        words: &[&str],
        input: &[u8],
        patience: Duration,
    ) -> Result<Said, SpoolError> {
        let program = self.find(name).ok_or(SpoolError::NotInstalled)?;
        let broken = |source: io::Error| SpoolError::Io { what: program.display().to_string(), source };
        let mut command = Command::new(&program);
        command
            .args(words)
            .stdin(if input.is_empty() { Stdio::null() } else { Stdio::piped() })
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            // A program that is given up on does not stay behind.
            .kill_on_drop(true);
        self.dress(&mut command);
        let mut child = command.spawn().map_err(broken)?;
        let pipe = child.stdin.take();
        let give = async {
            if let Some(mut pipe) = pipe {
                // One that wants no more says why in its answer.
                let _ = pipe.write_all(input).await;
                let _ = pipe.shutdown().await;
            }
        };
        let run = async { tokio::join!(give, child.wait_with_output()).1 };
        let output = tokio::time::timeout(patience, run)
            .await
            .map_err(|_| SpoolError::Silent { program: name.to_owned() })?
            .map_err(broken)?;
        Ok(Said {
            ok: output.status.success(),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).trim().to_owned(),
        })
    }

    fn dress(&self, command: &mut Command) {
        command.env("LC_ALL", "C").env("LANG", "C").env_remove("LANGUAGE");
        if cfg!(target_os = "macos") {
            // There CUPS asks the system's settings for the language unless this variable is set.
            command.env("SOFTWARE", "CUPS");
        }
        #[cfg(windows)]
        {
            /// No console window flashes up.
            const CREATE_NO_WINDOW: u32 = 0x0800_0000;
            command.creation_flags(CREATE_NO_WINDOW);
        }
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        for name in &self.hidden {
            command.env_remove(name);
        }
    }
}
