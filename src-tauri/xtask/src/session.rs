//! A session of its own for the tests: message bus, keychain and folders that are not the user's.
//!
//! The tests write secrets into a real keychain. Everything that could lead to the user's own one (bus address,
//! data folder, runtime folder) points into a temporary folder that is gone afterwards.

use std::env;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};

/// Starts the keychain and hands over to the command given as arguments.
///
/// The daemon is run from a copy: the installed file carries a capability that containers do not grant, and then
/// it does not start at all. A copy has none and only locks its memory less well.
const UNLOCK: &str = r#"
cp "$(command -v gnome-keyring-daemon)" "$XDG_RUNTIME_DIR/gnome-keyring-daemon" &&
printf 'for the tests only' |
    "$XDG_RUNTIME_DIR/gnome-keyring-daemon" --unlock --components=secrets >/dev/null 2>&1 ||
    echo 'warning: no keychain in this session: gnome-keyring-daemon does not start' >&2
exec "$@"
"#;

/// The folders of one session; removed when it ends.
pub(crate) struct Session {
    folder: PathBuf,
}

impl Session {
    /// Makes the folders. Short, because socket paths end at 108 bytes.
    pub(crate) fn open() -> Result<Self> {
        let session = Self { folder: env::temp_dir().join(format!("packlight-test-{}", std::process::id())) };
        for part in ["data", "config", "cache", "runtime"] {
            let folder = session.folder.join(part);
            fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
            #[cfg(unix)]
            {
                use std::os::unix::fs::PermissionsExt;
                fs::set_permissions(&folder, fs::Permissions::from_mode(0o700))?;
            }
        }
        Ok(session)
    }

    /// The same command inside the session. Where there is no such thing as a session bus, the command itself.
    pub(crate) fn wrap(&self, inner: Command) -> Command {
        if !cfg!(target_os = "linux") {
            return inner;
        }
        let mut outer = Command::new("dbus-run-session");
        outer.args(["--", "sh", "-c", UNLOCK, "sh"]).arg(inner.get_program()).args(inner.get_args());
        if let Some(folder) = inner.get_current_dir() {
            outer.current_dir(folder);
        }
        for (name, value) in inner.get_envs() {
            match value {
                Some(value) => outer.env(name, value),
                None => outer.env_remove(name),
            };
        }
        self.point(&mut outer);
        outer
    }

    /// Points a command at the session's folders.
    pub(crate) fn point(&self, command: &mut Command) {
        for (name, part) in [
            ("XDG_DATA_HOME", "data"),
            ("XDG_CONFIG_HOME", "config"),
            ("XDG_CACHE_HOME", "cache"),
            ("XDG_RUNTIME_DIR", "runtime"),
        ] {
            command.env(name, self.folder.join(part));
        }
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}
