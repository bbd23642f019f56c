//! Whether this desktop can show a tray icon at all. On Linux that takes a library, which is loaded when the first icon is
//! made and without which the whole program would end, and somebody on the session bus who shows icons.

/// What there is of a tray.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Presence {
    /// Icons are shown.
    Here,
    /// Nobody shows them.
    NoHost,
    /// The library is not installed.
    NoLibrary,
}

/// What there is of a tray now; a desktop that starts may need a moment.
#[cfg(not(target_os = "linux"))]
pub(crate) fn presence() -> Presence {
    Presence::Here
}

/// What there is of a tray now; a desktop that starts may need a moment.
#[cfg(target_os = "linux")]
pub(crate) fn presence() -> Presence {
    if !linux::has_library() {
        Presence::NoLibrary
    } else if linux::has_host().unwrap_or(false) {
        Presence::Here
    } else {
        Presence::NoHost
    }
}

#[cfg(target_os = "linux")]
mod linux {
    /// Who shows icons, by the protocol of all desktops that do.
    const HOST: &str = "org.kde.StatusNotifierWatcher";
    /// The library's names, in the order in which the tray looks for them.
    const LIBRARIES: [&str; 2] = ["libayatana-appindicator3.so.1", "libappindicator3.so.1"];

    #[expect(unsafe_code, reason = "there is no other way to know whether a library can be loaded")]
    pub(super) fn has_library() -> bool {
        // SAFETY: these are the very libraries that making the icon loads and runs; here they are only loaded.
        LIBRARIES.iter().any(|name| unsafe { libloading::Library::new(name) }.is_ok())
    }

    pub(super) fn has_host() -> zbus::Result<bool> {
        let bus = zbus::blocking::Connection::session()?;
        let (to, path) = ("org.freedesktop.DBus", "/org/freedesktop/DBus");
        bus.call_method(Some(to), path, Some(to), "NameHasOwner", &HOST)?.body().deserialize()
    }
}
