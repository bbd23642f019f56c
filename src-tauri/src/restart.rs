//! Starting Packlight anew by itself: where its data was moved to, or with a newer version in place.
//!
//! The new process goes on as this one stood. It gets the vault's passphrase back, which was taken out of the environment
//! at the start, in its own environment and nowhere else; and it has no window exactly where there is none now. It is
//! started last of all, when the name that a second start finds and the folder's lock have been given back.

use std::ffi::OsString;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};

use packlight_engine::environment::Environment;
use tauri::{AppHandle, Manager};

use crate::launch::Arguments;
use crate::session::Desk;
use crate::window;

/// Whether Packlight starts anew once it has ended, and with what it was started itself. Managed by the app.
pub(crate) struct Restart {
    is_wanted: AtomicBool,
    arguments: Arguments,
    environment: Environment,
}

impl Restart {
    pub(crate) fn new(arguments: Arguments, environment: Environment) -> Self {
        Self { is_wanted: AtomicBool::new(false), arguments, environment }
    }
}

/// Ends Packlight at a safe point and starts it again.
pub(crate) fn request(app: &AppHandle) {
    app.state::<Restart>().is_wanted.store(true, Ordering::SeqCst);
    app.exit(0);
}

/// Starts it again if that was asked for. To be called once everything is closed, on the main thread.
pub(crate) fn follow(app: &AppHandle) {
    let restart = app.state::<Restart>();
    if !restart.is_wanted.load(Ordering::SeqCst) {
        return;
    }
    let mut arguments = restart.arguments.clone();
    arguments.hidden = !window::is_open(app);
    // Who has left the demo since does not want it back.
    arguments.demo &= app.state::<Desk>().is_demo();
    // The image where it was started from one (`APPIMAGE`), else the program as it was called, though it was replaced since.
    let started = tauri::process::current_binary(&app.env())
        .and_then(|program| anew(&program, arguments.words(), &restart.environment).spawn());
    if let Err(error) = started {
        tracing::error!(%error, "Packlight could not start itself again: start it by hand");
    }
}

fn anew(program: &Path, words: Vec<OsString>, environment: &Environment) -> Command {
    let mut command = Command::new(program);
    command.args(words);
    environment.hand_on(&mut command);
    #[cfg(target_os = "macos")]
    {
        use std::os::unix::process::CommandExt;
        use std::process::Stdio;
        // Whoever read this one's words may be gone with it, and the first word to nobody would end the new one.
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).process_group(0);
    }
    command
}

#[cfg(test)]
mod tests {
    use packlight_engine::environment::PASSPHRASE;

    use super::*;

    #[test]
    fn the_passphrase_is_put_back_and_stands_nowhere_else() {
        // As `prepare_environment` has left this process: without it.
        assert!(std::env::var_os(PASSPHRASE).is_none());
        let given = Environment { passphrase: Some("canary".into()), ..Environment::default() };
        let program = Path::new("packlight");
        let command = anew(program, vec!["--hidden".into()], &given);
        assert_eq!(command.get_args().collect::<Vec<_>>(), ["--hidden"], "everybody sees the arguments");
        let changed: Vec<_> = command.get_envs().collect();
        assert_eq!(changed, [(PASSPHRASE.as_ref(), Some("canary".as_ref()))]);
        let command = anew(program, Vec::new(), &Environment::default());
        assert!(command.get_envs().all(|(_, value)| value.is_none()), "{:?}", command.get_envs());
    }
}
