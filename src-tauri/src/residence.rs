//! Staying when the window is closed: the process goes on in the tray if the seller wants that and there is a tray.
//!
//! The first time each way it is said, so nobody wonders where Packlight went or why orders stopped coming.

use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use packlight_engine::alerts::DeskState;
use tauri::{AppHandle, Manager};

use crate::preferences::{self, Notice};
use crate::session::Desk;
use crate::tray::{self, Presence};
use crate::{alerts, window};

/// How long a notification is given to leave before the process ends.
const LAST_WORD: Duration = Duration::from_secs(1);
/// How long a start without a window waits for a desktop that is starting itself, and how often it looks.
const DESKTOP_STARTS: Duration = Duration::from_secs(30);
const BETWEEN_LOOKS: Duration = Duration::from_secs(2);

/// Whether the seller wants Packlight to stay. Managed by the app.
#[derive(Default)]
pub(crate) struct Residence(Mutex<Choice>);

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Choice {
    /// The folder that holds it is still being opened.
    #[default]
    Unknown,
    /// The same, and the window was closed meanwhile: once it is known, it is followed.
    Awaited,
    Known {
        stays: bool,
    },
}

impl Choice {
    /// The window is closed: whether the process goes on, where that is known.
    fn asked(&mut self) -> Option<bool> {
        match *self {
            Self::Known { stays } => Some(stays),
            Self::Unknown | Self::Awaited => {
                *self = Self::Awaited;
                None
            }
        }
    }

    /// It is known now. Tells whether somebody asked before.
    fn made(&mut self, stays: bool) -> bool {
        std::mem::replace(self, Self::Known { stays }) == Self::Awaited
    }
}

impl Residence {
    /// The seller's choice, as the settings have it now.
    pub(crate) fn choose(&self, app: &AppHandle, stays: bool) {
        let is_awaited = self.0.lock().unwrap_or_else(PoisonError::into_inner).made(stays);
        if is_awaited {
            let handle = app.clone();
            // Without a main thread the process is ending anyway.
            let _ = app.run_on_main_thread(move || {
                if !window::is_open(&handle) && !goes_on(&handle) {
                    handle.exit(0);
                }
            });
        }
    }
}

/// The last window is gone: whether the process goes on. Runs on the main thread.
pub(crate) fn goes_on(app: &AppHandle) -> bool {
    let choice = app.state::<Residence>().0.lock().unwrap_or_else(PoisonError::into_inner).asked();
    match choice {
        None => return true,
        Some(false) => return false,
        Some(true) => {}
    }
    let desk = app.state::<Desk>();
    let say_once = |notice, title: &str, body: &str| {
        let is_first = preferences::say_once(app, desk.data_folder(), notice);
        if is_first {
            alerts::notify(app, title, body, None);
        }
        is_first
    };
    match tray::ensure(app) {
        Presence::Here => {
            let does = match desk.standing_now().state {
                DeskState::Waiting => {
                    "It reads no orders until its data folder is free, and begins by itself then."
                }
                _ => "It keeps reading orders and tells you of new ones.",
            };
            say_once(
                Notice::StaysInTray,
                "Packlight goes on in the tray",
                &format!("{does} Its icon opens it again or quits it; Settings has the choice."),
            );
            true
        }
        missing => {
            let why = match missing {
                Presence::NoLibrary => "the package libayatana-appindicator3-1 is not installed",
                _ => "this desktop shows no tray icons",
            };
            let said = say_once(
                Notice::QuitsWithoutTray,
                "Packlight has quit",
                &format!("It cannot go on in the tray: {why}. Orders are read while the window is open."),
            );
            if said {
                let app = app.clone();
                // It leaves on a thread of its own; the process must not end before.
                thread::spawn(move || {
                    thread::sleep(LAST_WORD);
                    app.exit(0);
                });
            }
            said
        }
    }
}

/// A start without a window needs a tray to be reached by. Where none comes, the window opens after all.
pub(crate) async fn hide(app: AppHandle) {
    let start = tokio::time::Instant::now();
    loop {
        let (tell, told) = tokio::sync::oneshot::channel();
        let handle = app.clone();
        let asked = app.run_on_main_thread(move || {
            let _ = tell.send(tray::ensure(&handle));
        });
        match told.await {
            Ok(Presence::Here) if asked.is_ok() => return,
            Ok(Presence::NoHost) if start.elapsed() < DESKTOP_STARTS => {
                tokio::time::sleep(BETWEEN_LOOKS).await;
            }
            _ => return window::show(&app, None),
        }
    }
}

/// Ends the app in good order when the system asks for it.
pub(crate) async fn obey_signals(app: AppHandle) {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let (Ok(mut terminate), Ok(mut interrupt)) =
            (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
        else {
            return;
        };
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    }
    #[cfg(not(unix))]
    if tokio::signal::ctrl_c().await.is_err() {
        return;
    }
    app.exit(0);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_closes_the_window_before_the_choice_is_known_is_heard_once_it_is() {
        let mut choice = Choice::default();
        assert_eq!(choice.asked(), None);
        assert!(choice.made(false), "somebody waits for it");
        assert_eq!(choice.asked(), Some(false));
        assert!(!choice.made(true), "nobody waits any more");
        assert_eq!(choice.asked(), Some(true));
        assert!(!Choice::default().made(false), "a window that is open is not closed by a choice");
    }
}
