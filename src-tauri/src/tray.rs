//! The icon in the tray: how the desk stands at a glance, and what can be done without a window.
//!
//! It is there as long as the desktop shows icons; what it shows follows the engine's standing and nothing else.

use chrono::{DateTime, Local, Utc};
use packlight_domain::alert::Target;
use packlight_domain::background::PauseFor;
use packlight_engine::alerts::{DeskState, Standing};
use packlight_engine::{EngineError, SyncRequest};
use tauri::image::Image;
use tauri::menu::{Menu, MenuBuilder, MenuItem, SubmenuBuilder};
use tauri::tray::{TrayIcon, TrayIconBuilder};
use tauri::{AppHandle, Manager, Wry};

use crate::session::Desk;
use crate::window;

mod presence;

pub(crate) use presence::{Presence, presence};

/// What desktops remember the place of the icon by.
const ID: &str = "packlight";

/// The parts of the icon that change. Managed by the app once there is an icon.
struct Tray {
    icon: TrayIcon<Wry>,
    state: MenuItem<Wry>,
    today: MenuItem<Wry>,
    sync: MenuItem<Wry>,
    resume: MenuItem<Wry>,
    shown: std::sync::Mutex<Option<DeskState>>,
}

/// Makes the icon where the desktop shows icons and there is none yet. Returns what there is. Call it on the main thread.
pub(crate) fn ensure(app: &AppHandle) -> Presence {
    match presence() {
        Presence::Here => made(app),
        missing => missing,
    }
}

/// The same beside the main thread, for a window that has just been drawn and is in nobody's way.
pub(crate) fn appear(app: &AppHandle) {
    let app = app.clone();
    tauri::async_runtime::spawn_blocking(move || {
        let handle = app.clone();
        // Without a main thread there is nothing left to show.
        if presence() == Presence::Here {
            let _ = app.run_on_main_thread(move || {
                made(&handle);
            });
        }
    });
}

fn made(app: &AppHandle) -> Presence {
    if app.try_state::<Tray>().is_none()
        && let Err(error) = make(app)
    {
        tracing::warn!(%error, "there is no icon in the tray");
        return Presence::NoHost;
    }
    Presence::Here
}

fn make(app: &AppHandle) -> tauri::Result<()> {
    let desk = app.state::<Desk>();
    let pictures = desk.data_folder().join(if desk.is_demo() { "tray-demo" } else { "tray" });
    let (menu, [state, today, sync, resume]) = menu(app)?;
    let icon = TrayIconBuilder::with_id(ID)
        // Where the desktop reads it from; the usual place is shared with other programs.
        .temp_dir_path(pictures)
        .icon(picture(DeskState::Fine))
        .tooltip("Packlight")
        .menu(&menu)
        .show_menu_on_left_click(true)
        .on_menu_event(|app, event| chosen(app, event.id().as_ref()))
        .build(app)?;
    app.manage(Tray { icon, state, today, sync, resume, shown: std::sync::Mutex::default() });
    show(app);
    Ok(())
}

/// The menu, and its items whose words change: how the desk stands, new orders, sync, resume.
fn menu(app: &AppHandle) -> tauri::Result<(Menu<Wry>, [MenuItem<Wry>; 4])> {
    let item = |id: &str, text: &str| MenuItem::with_id(app, id, text, true, None::<&str>);
    let (today, sync, resume) =
        (item("today", "No new orders today")?, item("sync", "Sync now")?, item("resume", "Resume")?);
    let state = item("state", title(DeskState::Fine))?;
    state.set_enabled(false)?;
    resume.set_enabled(false)?;
    let pause = SubmenuBuilder::new(app, "Pause")
        .item(&item("pause-hour", "For 1 hour")?)
        .item(&item("pause-tomorrow", "Until tomorrow")?)
        .build()?;
    let menu = MenuBuilder::new(app)
        .item(&state)
        .item(&item("open", "Open Packlight")?)
        .item(&today)
        .separator()
        .item(&sync)
        .item(&pause)
        .item(&resume)
        .item(&item("pick-list", "Pick list")?)
        .separator()
        .item(&item("quit", "Quit")?)
        .build()?;
    Ok((menu, [state, today, sync, resume]))
}

/// Has the icon show how the desk stands. Nobody waits for it: the main thread may be waiting for whoever calls this, as it
/// does at the end, until the folder is closed.
pub(crate) fn refresh(app: &AppHandle) {
    let handle = app.clone();
    // Without a main thread there is nothing left to show.
    let _ = app.run_on_main_thread(move || show(&handle));
}

/// Shows how the desk stands now, which may be later than it was told. Call it on the main thread.
fn show(app: &AppHandle) {
    let (Some(tray), Some(desk)) = (app.try_state::<Tray>(), app.try_state::<Desk>()) else { return };
    if let Err(error) = tray.show(&desk.standing_now()) {
        tracing::warn!(%error, "the icon in the tray shows what was");
    }
}

impl Tray {
    fn show(&self, standing: &Standing) -> tauri::Result<()> {
        let before = {
            let mut shown = self.shown.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            shown.replace(standing.state)
        };
        if before != Some(standing.state) {
            self.icon.set_icon(Some(picture(standing.state)))?;
            self.icon.set_tooltip(Some(title(standing.state)))?;
        }
        // The words come last: whoever reads them sees the picture of the same moment.
        self.state.set_text(words(standing))?;
        self.today.set_text(today(standing.new_today))?;
        self.sync.set_enabled(standing.is_connected)?;
        self.resume.set_enabled(standing.paused_until.is_some())?;
        Ok(())
    }
}

/// How the desk stands and what comes next; some desktops show no other words.
fn words(standing: &Standing) -> String {
    let title = title(standing.state);
    match (standing.paused_until, standing.next_at) {
        (_, _) if standing.state == DeskState::Syncing => title.to_owned(),
        (Some(until), _) => format!("{title} · paused until {}", clock(until)),
        (None, Some(at)) => format!("{title} · next at {}", clock(at)),
        (None, None) => title.to_owned(),
    }
}

fn clock(at: DateTime<Utc>) -> String {
    at.with_timezone(&Local).format("%H:%M").to_string()
}

fn today(orders: u32) -> String {
    match orders {
        0 => "No new orders today".to_owned(),
        1 => "1 new order today".to_owned(),
        more => format!("{more} new orders today"),
    }
}

fn title(state: DeskState) -> &'static str {
    match state {
        DeskState::Fine => "Packlight",
        DeskState::Syncing => "Packlight: reading orders",
        DeskState::Late => "Packlight: orders are late",
        DeskState::NeedsYou => "Packlight: needs you",
        DeskState::Waiting => "Packlight: waits for its data",
    }
}

fn picture(state: DeskState) -> Image<'static> {
    match state {
        DeskState::Fine => tauri::include_image!("icons/tray/fine.png"),
        DeskState::Syncing => tauri::include_image!("icons/tray/syncing.png"),
        // Orders are late as well while nobody reads them.
        DeskState::Late | DeskState::Waiting => tauri::include_image!("icons/tray/late.png"),
        DeskState::NeedsYou => tauri::include_image!("icons/tray/needs-you.png"),
    }
}

/// Does what was chosen in the menu, beside the main thread.
fn chosen(app: &AppHandle, id: &str) {
    let (app, id) = (app.clone(), id.to_owned());
    tauri::async_runtime::spawn(async move {
        let desk = app.state::<Desk>();
        match id.as_str() {
            "open" => window::show(&app, None),
            "today" => window::show(&app, Some(&Target::Orders { query: "date:today".to_owned() })),
            "pick-list" => window::show(&app, Some(&Target::PickLists)),
            "quit" => app.exit(0),
            other => {
                if let Err(error) = work(&desk, other).await {
                    // How the sync stands says so, too.
                    tracing::warn!(%error, chosen = other, "the tray's menu could not do it");
                }
            }
        }
    });
}

async fn work(desk: &Desk, id: &str) -> Result<(), EngineError> {
    let engine = desk.open_engine().await?;
    match id {
        "sync" => engine.sync(&SyncRequest::default()).await.map(drop),
        "pause-hour" => engine.pause(PauseFor::Hour).await.map(drop),
        "pause-tomorrow" => engine.pause(PauseFor::Tomorrow).await.map(drop),
        "resume" => engine.resume().await,
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_state_has_a_picture_and_words_of_its_own() {
        let states = [DeskState::Fine, DeskState::Syncing, DeskState::Late, DeskState::NeedsYou];
        for (at, state) in states.iter().enumerate() {
            for other in &states[at + 1..] {
                assert_ne!(picture(*state).rgba(), picture(*other).rgba());
                assert_ne!(title(*state), title(*other));
            }
            assert_ne!(title(*state), title(DeskState::Waiting));
        }
        assert_eq!([0, 1, 2].map(today), ["No new orders today", "1 new order today", "2 new orders today"]);
    }

    #[test]
    fn what_comes_next_is_in_the_menu() {
        let noon = DateTime::from_timestamp(1_768_737_600, 0);
        let at = clock(noon.unwrap());
        let standing =
            |state, paused_until, next_at| Standing { state, paused_until, next_at, ..Standing::default() };
        for (standing, expected) in [
            (standing(DeskState::Fine, None, noon), format!("Packlight · next at {at}")),
            (standing(DeskState::Fine, noon, noon), format!("Packlight · paused until {at}")),
            (standing(DeskState::Syncing, None, noon), "Packlight: reading orders".to_owned()),
            (standing(DeskState::Late, None, noon), format!("Packlight: orders are late · next at {at}")),
            (standing(DeskState::NeedsYou, None, None), "Packlight: needs you".to_owned()),
        ] {
            assert_eq!(words(&standing), expected);
        }
    }
}
