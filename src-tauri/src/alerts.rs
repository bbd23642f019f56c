//! Alerts on the desktop, by the notification plugin, and what a click on one opens.
//!
//! The plugin reports clicks to Rust on all three systems, so the window needs to know nothing of alerts. It is the
//! engine that decides what is told and that nothing is told twice.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use packlight_domain::alert::{Alert, Target};
use packlight_engine::alerts::Bell;
use tauri::plugin::{Plugin, TauriPlugin};
use tauri::{AppHandle, Manager, RunEvent, Wry};
use tauri_plugin_notification::NotificationExt;

use crate::window;

/// How long a notification waits for a desktop that is starting itself, and how often it looks.
const DESKTOP_STARTS: Duration = Duration::from_mins(5);
const BETWEEN_LOOKS: Duration = Duration::from_secs(2);

/// How many alerts can be clicked on; desktops keep few.
const CLICKABLE: usize = 200;

/// Where clicks lead, by the id of the notification.
#[derive(Default)]
struct Clicks {
    last: AtomicI32,
    targets: Mutex<BTreeMap<i32, Target>>,
}

/// The plugin for Rust alone: the page gets none of its commands, nor its script, which asks one of them at every start.
struct ForRust(TauriPlugin<Wry>);

impl Plugin<Wry> for ForRust {
    fn name(&self) -> &'static str {
        Plugin::name(&self.0)
    }

    fn initialize(
        &mut self,
        app: &AppHandle,
        config: serde_json::Value,
    ) -> Result<(), Box<dyn std::error::Error>> {
        self.0.initialize(app, config)
    }

    fn on_event(&mut self, app: &AppHandle, event: &RunEvent) {
        self.0.on_event(app, event);
    }
}

/// What the app is built with to show notifications.
pub(crate) fn plugin() -> impl Plugin<Wry> + 'static {
    ForRust(tauri_plugin_notification::init())
}

/// Makes clicks on alerts open what they tell of.
pub(crate) fn listen(app: &AppHandle) {
    app.manage(Clicks::default());
    let handle = app.clone();
    let listening = app.notification().on_action(move |click| {
        let clicks = handle.state::<Clicks>();
        let targets = clicks.targets.lock().unwrap_or_else(PoisonError::into_inner);
        // An alert whose target is not known any more still opens the window.
        let target = click.notification().and_then(|shown| targets.get(&shown.id()).cloned());
        let app = handle.clone();
        tauri::async_runtime::spawn(async move { window::show(&app, target.as_ref()) });
    });
    if let Err(error) = listening {
        tracing::warn!(%error, "clicks on alerts will open nothing");
    }
}

/// Shows a notification; a click on it opens the window, at the target if there is one.
pub(crate) fn notify(app: &AppHandle, title: &str, body: &str, target: Option<&Target>) {
    let clicks = app.state::<Clicks>();
    let id = clicks.last.fetch_add(1, Ordering::Relaxed) + 1;
    if let Some(target) = target {
        let mut targets = clicks.targets.lock().unwrap_or_else(PoisonError::into_inner);
        targets.insert(id, target.clone());
        while targets.len() > CLICKABLE {
            targets.pop_first();
        }
    }
    if let Err(error) = app.notification().builder().id(id).title(title).body(plain(body)).show() {
        tracing::warn!(%error, "an alert could not be shown");
    }
}

/// Bodies may carry markup on Linux; ours are plain text.
fn plain(body: &str) -> String {
    if cfg!(target_os = "linux") {
        body.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
    } else {
        body.to_owned()
    }
}

/// Rings on this desktop.
pub(crate) struct DesktopBell {
    pub(crate) app: AppHandle,
    /// Nobody is to take the demo for the shop.
    pub(crate) is_demo: bool,
}

impl Bell for DesktopBell {
    fn ring(&self, alert: &Alert) {
        let title = if self.is_demo { format!("Demo seller: {}", alert.title) } else { alert.title.clone() };
        notify(&self.app, &title, &alert.body, Some(&alert.target));
    }

    fn is_heard(&self) -> bool {
        is_heard()
    }
}

/// Returns once somebody shows notifications, or nobody is going to.
pub(crate) async fn heard() {
    let begun = Instant::now();
    while begun.elapsed() < DESKTOP_STARTS
        && !tauri::async_runtime::spawn_blocking(is_heard).await.unwrap_or(true)
    {
        tokio::time::sleep(BETWEEN_LOOKS).await;
    }
}

/// Whether somebody shows notifications, or would be started to. Asks the session bus, and waits for it.
#[cfg(target_os = "linux")]
fn is_heard() -> bool {
    // The plugin asks for the bus once and for all, so it had better be there, too.
    ears::are_there().unwrap_or(false)
}

#[cfg(not(target_os = "linux"))]
fn is_heard() -> bool {
    true
}

/// Who shows notifications. Some desktops start it themselves, later than what starts with them; the notification plugin
/// takes what nobody hears for shown.
#[cfg(target_os = "linux")]
mod ears {
    use zbus::blocking::Connection;

    const NAME: &str = "org.freedesktop.Notifications";
    const BUS: &str = "org.freedesktop.DBus";
    const BUS_AT: &str = "/org/freedesktop/DBus";

    pub(super) fn are_there() -> zbus::Result<bool> {
        let bus = Connection::session()?;
        let is_owned = bus.call_method(Some(BUS), BUS_AT, Some(BUS), "NameHasOwner", &NAME)?;
        if is_owned.body().deserialize()? {
            return Ok(true);
        }
        let startable = bus.call_method(Some(BUS), BUS_AT, Some(BUS), "ListActivatableNames", &())?;
        let startable: Vec<String> = startable.body().deserialize()?;
        Ok(startable.iter().any(|name| name == NAME))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(target_os = "linux")]
    fn no_title_of_a_product_becomes_markup() {
        assert_eq!(plain("203-1 · <b>Tom & Jerry</b>"), "203-1 · &lt;b&gt;Tom &amp; Jerry&lt;/b&gt;");
    }
}
