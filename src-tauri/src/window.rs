//! The one window: its place, its title, what its page is given at the start, and that it never leaves the app's own pages.
//!
//! While it is closed there is no web view at all; showing it makes a new one at the place where the last one was.

use std::borrow::Cow;
use std::time::Duration;

use packlight_domain::alert::Target;
use tauri::http::Response;
use tauri::webview::PageLoadEvent;
use tauri::{AppHandle, Manager, WebviewUrl, WebviewWindow, WebviewWindowBuilder, WindowEvent};

use crate::session::Desk;
use crate::{first_look, tray};

mod geometry;
#[cfg(target_os = "linux")]
pub(crate) mod network;

/// The window's label; the capability file names it.
pub(crate) const LABEL: &str = "main";

/// How long the page waits for the data folder. A folder that takes longer (a migration) is asked for by the page itself.
const PATIENCE: Duration = Duration::from_millis(250);

/// Opens the window at its last place, or at the design's size.
pub(crate) fn open(app: &AppHandle, desk: Desk, demo: bool, target: Option<&Target>) -> tauri::Result<()> {
    let page = target.map_or_else(WebviewUrl::default, |target| {
        WebviewUrl::App(format!("index.html#{}", route(target)).into())
    });
    let window = geometry::placed(app, desk.data_folder(), WebviewWindowBuilder::new(app, LABEL, page))
        .title(title(demo))
        .min_inner_size(geometry::LEAST.0, geometry::LEAST.1)
        .on_navigation(is_ours)
        .on_page_load(|window, page| {
            // Not sooner: the first picture does not wait for an icon.
            if page.event() == PageLoadEvent::Finished {
                tracing::info!("the window opened at {}", place(page.url()));
                tray::appear(window.app_handle());
            }
        })
        .on_web_resource_request(move |request, response| {
            if matches!(request.uri().path(), "" | "/" | "/index.html") {
                hand_over(&desk, response);
            }
        })
        .build()?;
    let closing = window.clone();
    window.on_window_event(move |event| {
        if matches!(event, WindowEvent::CloseRequested { .. }) {
            geometry::keep(&closing);
        }
    });
    Ok(())
}

/// Whether there is a window.
pub(crate) fn is_open(app: &AppHandle) -> bool {
    app.get_webview_window(LABEL).is_some()
}

/// Brings the window to the front, made anew where there is none, and goes to the target if there is one.
pub(crate) fn show(app: &AppHandle, target: Option<&Target>) {
    let shown = if let Some(window) = app.get_webview_window(LABEL) {
        bring(&window, target)
    } else {
        // A second start may come before the first has anything to show; its window is on its way.
        let Some(desk) = app.try_state::<Desk>() else { return };
        let desk = desk.inner().clone();
        let demo = desk.is_demo();
        open(app, desk, demo, target)
    };
    if let Err(error) = shown {
        tracing::warn!(%error, "the window could not be shown");
    }
}

fn bring(window: &WebviewWindow, target: Option<&Target>) -> tauri::Result<()> {
    if let Some(target) = target {
        // The page keeps its place in the fragment, so this loads nothing anew.
        let mut url = window.url()?;
        url.set_fragment(Some(&route(target)));
        window.navigate(url)?;
    }
    window.unminimize()?;
    window.show()?;
    window.set_focus()
}

/// Keeps the place of the window for the next time, if there is one.
pub(crate) fn keep_place(app: &AppHandle) {
    if let Some(window) = app.get_webview_window(LABEL) {
        geometry::keep(&window);
    }
}

/// The page's route of a target.
fn route(target: &Target) -> String {
    let with = |path: &str, name: &str, value: &str| {
        let value: String = tauri::Url::parse_with_params("x:/", [(name, value)])
            .ok()
            .and_then(|url| url.query().map(ToOwned::to_owned))
            .unwrap_or_default();
        format!("{path}?{value}")
    };
    match target {
        Target::Order { order } => with("/orders", "order", &order.0.to_string()),
        Target::Orders { query } if query.is_empty() => "/orders/amazon".to_owned(),
        Target::Orders { query } => with("/orders", "q", query),
        Target::PickLists => "/orders/pick-lists".to_owned(),
        Target::Accounts => "/settings/amazon".to_owned(),
        Target::Activity => "/activity".to_owned(),
        Target::Data => "/settings/data".to_owned(),
        Target::Alerts => "/settings/background".to_owned(),
    }
}

/// The route of a page, without what was searched for: for the log.
fn place(page: &tauri::Url) -> String {
    let route = page.fragment().unwrap_or("/");
    let (path, query) = route.split_once('?').unwrap_or((route, ""));
    match query.split('&').find(|part| part.starts_with("order=")) {
        Some(order) => format!("{path}?{order}"),
        None => path.to_owned(),
    }
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
    use packlight_domain::listing::OrderRowId;

    use super::*;

    #[test]
    fn every_target_has_a_route_that_the_page_reads() {
        for (target, expected) in [
            (Target::Order { order: OrderRowId(42) }, "/orders?order=42"),
            (Target::Orders { query: String::new() }, "/orders/amazon"),
            (Target::Orders { query: "is:late \"a&b\"".into() }, "/orders?q=is%3Alate+%22a%26b%22"),
            (Target::PickLists, "/orders/pick-lists"),
            (Target::Accounts, "/settings/amazon"),
            (Target::Activity, "/activity"),
            (Target::Data, "/settings/data"),
            (Target::Alerts, "/settings/background"),
        ] {
            assert_eq!(route(&target), expected);
        }
    }

    #[test]
    fn the_log_tells_the_place_and_nothing_of_a_search() {
        for (url, expected) in [
            ("tauri://localhost/index.html", "/"),
            ("tauri://localhost/index.html#/orders?q=falcon", "/orders"),
            ("tauri://localhost/index.html#/orders?q=falcon&order=42", "/orders?order=42"),
            ("tauri://localhost/index.html#/settings/amazon", "/settings/amazon"),
        ] {
            assert_eq!(place(&url.parse().unwrap()), expected, "{url}");
        }
    }

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
