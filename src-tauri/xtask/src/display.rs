//! A hidden screen for machines without a display: an Xvfb of our own, and what is to be seen on it.
//!
//! The server picks a free display number itself and tells it, so two runs never meet. It ends with its owner.

use std::ffi::OsString;
use std::fs::{self, Permissions};
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, bail};
use x11rb::connection::Connection;
use x11rb::protocol::xproto::{AtomEnum, ConnectionExt, ImageFormat, MapState, Window};
use x11rb::rust_connection::RustConnection;

use crate::picture::Picture;

/// The design size of the window (1440 × 900), so that the window fills the screen.
const SCREEN: &str = "1440x900x24";

/// Whether a display that the environment names takes connections. One that is only named (left over from another session,
/// or meant for a container's host) would end the app at once.
pub(crate) fn answers(variable: impl Fn(&str) -> Option<OsString>) -> bool {
    let set = |name: &str| variable(name).filter(|value| !value.is_empty());
    let wayland = set("WAYLAND_DISPLAY").is_some_and(|name| {
        // The name of a socket in the runtime folder, or a whole path (`wl_display_connect`).
        let folder = set("XDG_RUNTIME_DIR").map(PathBuf::from).unwrap_or_default();
        UnixStream::connect(folder.join(name)).is_ok()
    });
    wayland || set("DISPLAY").is_some_and(|name| x11rb::connect(name.to_str()).is_ok())
}

/// A running Xvfb.
pub(crate) struct Display {
    server: Child,
    name: String,
}

impl Display {
    /// Starts a screen on a free display number.
    pub(crate) fn open() -> Result<Self> {
        make_socket_folder();
        // Standard output is descriptor 1: the server writes its number there once it listens.
        let mut server = Command::new("Xvfb")
            .args(["-displayfd", "1", "-screen", "0", SCREEN, "-nolisten", "tcp", "-noreset"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .context("cannot start Xvfb; install the package xvfb")?;
        let mut number = String::new();
        if let Some(stdout) = server.stdout.take() {
            BufReader::new(stdout).read_line(&mut number)?;
        }
        let name = format!(":{}", number.trim());
        let display = Self { server, name };
        if number.trim().is_empty() {
            bail!("Xvfb ended at once; run `Xvfb -displayfd 1` to see why");
        }
        Ok(display)
    }

    /// The name for `DISPLAY`.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Points a command at this screen and nowhere else.
    pub(crate) fn give_to(&self, command: &mut Command) {
        command
            .env("DISPLAY", self.name())
            .env_remove("WAYLAND_DISPLAY")
            .env("GDK_BACKEND", "x11")
            // Nobody reads the screen here; the accessibility bus would only be started for nothing.
            .env("NO_AT_BRIDGE", "1")
            // Without a graphics card the web view's shared buffers stay blank.
            .env("WEBKIT_DISABLE_DMABUF_RENDERER", "1");
    }

    /// The visible window whose title contains `title`, as it looks now; `None` while there is none.
    pub(crate) fn picture_of(&self, title: &str) -> Result<Option<Picture>> {
        let (x, screen) = x11rb::connect(Some(&self.name)).context("cannot reach the hidden screen")?;
        let root = x.setup().roots[screen].root;
        let title_atom = x.intern_atom(false, b"_NET_WM_NAME")?.reply()?.atom;
        for window in x.query_tree(root)?.reply()?.children {
            // A window may go away between two questions: then it is not the one.
            if let Some(picture) = picture_if(&x, window, title_atom, title) {
                return Ok(Some(picture));
            }
        }
        Ok(None)
    }
}

fn picture_if(x: &RustConnection, window: Window, title_atom: u32, title: &str) -> Option<Picture> {
    let shown = x.get_window_attributes(window).ok()?.reply().ok()?.map_state == MapState::VIEWABLE;
    let named = x.get_property(false, window, title_atom, AtomEnum::ANY, 0, 256).ok()?.reply().ok()?.value;
    if !shown || !String::from_utf8_lossy(&named).contains(title) {
        return None;
    }
    let size = x.get_geometry(window).ok()?.reply().ok()?;
    let image = x.get_image(ImageFormat::Z_PIXMAP, window, 0, 0, size.width, size.height, u32::MAX);
    Some(Picture::from_bgrx(size.width, size.height, &image.ok()?.reply().ok()?.data))
}

impl Drop for Display {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
        // A killed server leaves its lock behind, which would make the number look taken for ever.
        let _ = fs::remove_file(format!("/tmp/.X{}-lock", self.name.trim_start_matches(':')));
        let _ = fs::remove_file(format!("/tmp/.X11-unix/X{}", self.name.trim_start_matches(':')));
    }
}

/// The server makes the folder for its socket only when it runs as root.
fn make_socket_folder() {
    let folder = Path::new("/tmp/.X11-unix");
    if fs::create_dir(folder).is_ok() {
        let _ = fs::set_permissions(folder, Permissions::from_mode(0o1777));
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::net::UnixListener;

    use super::*;

    fn answer(variables: &[(&str, &str)]) -> bool {
        answers(|name| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| value.into()))
    }

    #[test]
    fn a_display_that_is_only_named_is_none() {
        assert!(!answer(&[]));
        assert!(!answer(&[("DISPLAY", ""), ("WAYLAND_DISPLAY", "")]));
        assert!(!answer(&[("DISPLAY", ":4999")]));
        assert!(!answer(&[("WAYLAND_DISPLAY", "wayland-0"), ("XDG_RUNTIME_DIR", "/nonexistent")]));
    }

    #[test]
    fn a_wayland_socket_is_found_by_name_and_by_path() {
        let folder = std::env::temp_dir().join(format!("packlight-xtask-wayland-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let socket = folder.join("wayland-7");
        let listener = UnixListener::bind(&socket).unwrap();
        let runtime = ("XDG_RUNTIME_DIR", folder.to_str().unwrap());
        assert!(answer(&[("WAYLAND_DISPLAY", "wayland-7"), runtime]));
        assert!(answer(&[("WAYLAND_DISPLAY", socket.to_str().unwrap())]));
        assert!(!answer(&[("WAYLAND_DISPLAY", "wayland-8"), runtime]));
        drop(listener);
        fs::remove_dir_all(&folder).unwrap();
    }
}
