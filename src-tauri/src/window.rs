//! The one window: its size, its title, and that it never leaves the app's own pages.

use tauri::{AppHandle, Manager, WebviewUrl, WebviewWindowBuilder};

/// The window's label; the capability file names it.
pub(crate) const LABEL: &str = "main";

/// Opens the window at the design's size.
pub(crate) fn open(app: &AppHandle, demo: bool) -> tauri::Result<()> {
    WebviewWindowBuilder::new(app, LABEL, WebviewUrl::default())
        .title(title(demo))
        .inner_size(1440.0, 900.0)
        .min_inner_size(1024.0, 640.0)
        .on_navigation(is_ours)
        .build()?;
    Ok(())
}

/// Names the demo in the title, so that nobody takes it for the shop.
pub(crate) fn show_title(app: &AppHandle, demo: bool) {
    if let Some(window) = app.get_webview_window(LABEL)
        && let Err(error) = window.set_title(title(demo))
    {
        tracing::warn!(%error, "the window keeps its old title");
    }
}

fn title(demo: bool) -> &'static str {
    if demo { "Packlight · Demo seller" } else { "Packlight" }
}

/// Whether a page is one of the app's own. Everything else is refused; links to Amazon open in the system's browser.
fn is_ours(url: &tauri::Url) -> bool {
    match url.scheme() {
        "tauri" => true,
        "http" | "https" => {
            url.host_str() == Some("tauri.localhost")
                || (cfg!(debug_assertions) && url.host_str() == Some("localhost"))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_stays_on_its_own_pages() {
        for (url, ours) in [
            ("tauri://localhost/index.html", true),
            ("http://tauri.localhost/", true),
            ("https://sellercentral.amazon.co.uk/", false),
            ("file:///etc/passwd", false),
            ("data:text/html,x", false),
            ("javascript:alert(1)", false),
        ] {
            assert_eq!(is_ours(&url.parse().unwrap()), ours, "{url}");
        }
    }
}
