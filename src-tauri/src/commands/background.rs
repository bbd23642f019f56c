//! Work in the background and what it tells: the settings, the tray, starting with the system, pausing.

use chrono::{DateTime, Utc};
use packlight_domain::act::BatchId;
use packlight_domain::background::{AlertSettings, Background, PauseFor};
use packlight_domain::view::ViewId;
use serde::Serialize;
use tauri::State;

use super::Answer;
use crate::error::CommandError;
use crate::session::Desk;
use crate::tray::{Presence, presence};

/// How Packlight works while its window is closed.
#[derive(Debug, Clone, Serialize, specta::Type)]
pub(crate) struct BackgroundStatus {
    pub(crate) background: Background,
    pub(crate) alerts: AlertSettings,
    /// Watched views that raise no alerts, because they hold too many orders to be watched.
    pub(crate) too_large: Vec<ViewId>,
    /// Nothing is read by itself until then, UTC.
    pub(crate) paused_until: Option<DateTime<Utc>>,
    /// What there is of a tray.
    pub(crate) tray: Presence,
    /// Packlight starts with the system.
    pub(crate) autostart: bool,
}

/// How Packlight works while its window is closed.
#[tauri::command]
#[specta::specta]
pub(crate) async fn background(desk: State<'_, Desk>) -> Answer<BackgroundStatus> {
    let engine = desk.engine().await?;
    Ok(BackgroundStatus {
        background: engine.background().await?,
        alerts: engine.alert_settings().await?,
        too_large: engine.views_too_large().await?,
        paused_until: engine.paused_until().await?,
        tray: presence(),
        autostart: desk.starts_with_system(),
    })
}

/// Chooses how Packlight works in the background.
#[tauri::command]
#[specta::specta]
pub(crate) async fn set_background(desk: State<'_, Desk>, background: Background) -> Answer<Option<BatchId>> {
    Ok(desk.engine().await?.set_background(&background).await?)
}

/// Chooses what raises an alert.
#[tauri::command]
#[specta::specta]
pub(crate) async fn set_alerts(desk: State<'_, Desk>, alerts: AlertSettings) -> Answer<Option<BatchId>> {
    Ok(desk.engine().await?.set_alert_settings(&alerts).await?)
}

/// Starts with the system from now on, or no longer.
#[tauri::command]
#[specta::specta]
pub(crate) async fn set_autostart(desk: State<'_, Desk>, on: bool) -> Answer<()> {
    desk.start_with_system(on).map_err(|problem| {
        CommandError::internal(format!("starting with the system could not be changed: {problem}"))
    })
}

/// Reads nothing by itself for a while; returns the end, UTC.
#[tauri::command]
#[specta::specta]
pub(crate) async fn pause_sync(desk: State<'_, Desk>, how_long: PauseFor) -> Answer<DateTime<Utc>> {
    Ok(desk.engine().await?.pause(how_long).await?)
}

/// Ends a pause.
#[tauri::command]
#[specta::specta]
pub(crate) async fn resume_sync(desk: State<'_, Desk>) -> Answer<()> {
    Ok(desk.engine().await?.resume().await?)
}
