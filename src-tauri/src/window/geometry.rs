//! Where the window stands, kept from one time to the next. A place that no screen shows any more is not gone back to.

use std::path::Path;

use tauri::{AppHandle, Manager, WebviewWindow, WebviewWindowBuilder, Wry};

use crate::preferences::{self, WindowPlace};
use crate::session::Desk;

/// The smallest window, in logical pixels (ui.md).
pub(super) const LEAST: (f64, f64) = (1024.0, 640.0);

/// The largest, in logical pixels: larger than any screen, and what every system can still make.
const MOST: (f64, f64) = (8_192.0, 8_192.0);

/// How much of a window has to be on a screen to be caught by the mouse.
const CATCH: f64 = 40.0;

/// The window as it opens first, in logical pixels (ui.md).
const FIRST: (f64, f64) = (1440.0, 900.0);

type Builder<'a> = WebviewWindowBuilder<'a, Wry, AppHandle>;

/// Puts a new window where the last one of this folder stood.
pub(super) fn placed<'a>(app: &AppHandle, folder: &Path, window: Builder<'a>) -> Builder<'a> {
    let Some(place) = preferences::window_place(app, folder) else {
        return window.inner_size(FIRST.0, FIRST.1);
    };
    let (width, height) = size(&place);
    let window = window.inner_size(width, height);
    let window = match place.at.filter(|at| is_seen(app, *at, width)) {
        Some((x, y)) => window.position(x, y),
        None => window,
    };
    window.maximized(place.maximized)
}

/// The size of a kept window, within what a window can have: the file may say anything.
fn size(place: &WindowPlace) -> (f64, f64) {
    (place.width.clamp(LEAST.0, MOST.0), place.height.clamp(LEAST.1, MOST.1))
}

fn is_seen(app: &AppHandle, at: (f64, f64), width: f64) -> bool {
    // Where the screens are not known, the desktop puts the window where it is seen.
    app.available_monitors().unwrap_or_default().iter().any(|screen| {
        let scale = screen.scale_factor();
        let (from, size) =
            (screen.position().to_logical::<f64>(scale), screen.size().to_logical::<f64>(scale));
        is_caught(at, width, (from.x, from.y), (size.width, size.height))
    })
}

/// Whether the upper edge of a window is on a screen.
#[expect(clippy::float_arithmetic, reason = "places on a screen are no money")]
fn is_caught(at: (f64, f64), width: f64, from: (f64, f64), size: (f64, f64)) -> bool {
    at.0 + width >= from.0 + CATCH
        && at.0 <= from.0 + size.0 - CATCH
        && at.1 >= from.1 - CATCH
        && at.1 <= from.1 + size.1 - CATCH
}

/// Keeps where the window stands.
pub(super) fn keep(window: &WebviewWindow) {
    let folder = window.state::<Desk>().data_folder().to_owned();
    match place(window, preferences::window_place(window.app_handle(), &folder)) {
        Ok(place) => preferences::keep_window_place(window.app_handle(), &folder, place),
        Err(error) => tracing::warn!(%error, "the place of the window is not kept"),
    }
}

fn place(window: &WebviewWindow, before: Option<WindowPlace>) -> tauri::Result<WindowPlace> {
    // A maximized window keeps the size that it goes back to.
    if window.is_maximized()?
        && let Some(before) = before
    {
        return Ok(WindowPlace { maximized: true, ..before });
    }
    let scale = window.scale_factor()?;
    let size = window.inner_size()?.to_logical::<f64>(scale);
    let at = window.outer_position().ok().map(|at| at.to_logical::<f64>(scale));
    Ok(WindowPlace {
        width: size.width,
        height: size.height,
        at: at.map(|at| (at.x, at.y)),
        maximized: window.is_maximized()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_window_is_smaller_or_larger_than_a_window_can_be() {
        let sized = |width, height| size(&WindowPlace { width, height, at: None, maximized: false });
        assert_eq!(sized(1_500.0, 1_000.0), (1_500.0, 1_000.0));
        assert_eq!(sized(0.0, -5.0), LEAST);
        assert_eq!(sized(1e300, 100_000.0), MOST);
    }

    #[test]
    fn a_window_on_a_screen_that_is_gone_is_not_gone_back_to() {
        let screen = |at| is_caught(at, 1_440.0, (0.0, 0.0), (1_920.0, 1_080.0));
        assert!(screen((0.0, 0.0)) && screen((-1_300.0, 10.0)) && screen((1_800.0, 1_000.0)));
        assert!(!screen((1_920.0, 0.0)) && !screen((-1_440.0, 0.0)) && !screen((0.0, 1_080.0)));
        assert!(!screen((0.0, -900.0)), "its title bar is above the screen");
    }
}
