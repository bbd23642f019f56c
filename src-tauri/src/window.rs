//! The one window: its size, its title, what its page is given at the start, and that it never leaves the app's own pages.

use std::borrow::Cow;
use std::time::Duration;

use tauri::http::Response;
use tauri::{AppHandle, Manager, WebviewUrl, WebviewWindowBuilder};

use crate::first_look;
use crate::session::Desk;

/// The window's label; the capability file names it.
pub(crate) const LABEL: &str = "main";

/// How long the page waits for the data folder. A folder that takes longer (a migration) is asked for by the page itself.
const PATIENCE: Duration = Duration::from_millis(250);

/// Opens the window at the design's size.
pub(crate) fn open(app: &AppHandle, desk: Desk, demo: bool) -> tauri::Result<()> {
    WebviewWindowBuilder::new(app, LABEL, WebviewUrl::default())
        .title(title(demo))
        .inner_size(1440.0, 900.0)
        .min_inner_size(1024.0, 640.0)
        .on_navigation(is_ours)
        .on_web_resource_request(move |request, response| {
            if matches!(request.uri().path(), "" | "/" | "/index.html") {
                hand_over(&desk, response);
            }
        })
        .build()?;
    Ok(())
}

/// Puts what the first picture shows into the page. Runs on a thread of the runtime, which may wait.
fn hand_over(desk: &Desk, page: &mut Response<Cow<'static, [u8]>>) {
    let wait = async { tokio::time::timeout(PATIENCE, desk.first_look()).await };
    let look = tokio::task::block_in_place(|| tauri::async_runtime::block_on(wait));
    if let Ok(Some(look)) = look
        && let Some(with) = first_look::put_into(page.body(), &look)
    {
        *page.body_mut() = Cow::Owned(with);
    }
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
