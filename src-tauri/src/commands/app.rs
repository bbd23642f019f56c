//! The app itself: what it stands on, the demo, and the preferences of this screen.

use serde::Serialize;
use tauri::State;

use super::Answer;
use crate::error::CommandError;
use crate::news::{self, News};
use crate::preferences::{self, Preferences};
use crate::session::{Desk, Place};

/// What the window stands on.
#[derive(Debug, Clone, Serialize, specta::Type)]
pub(crate) struct AppInfo {
    /// Version of Packlight.
    pub(crate) version: String,
    /// The demo seller is shown.
    pub(crate) demo: bool,
    /// The seller's own data folder.
    pub(crate) data_folder: String,
    /// Why the folder cannot be opened, or only be read.
    pub(crate) problem: Option<CommandError>,
    /// Connected accounts.
    pub(crate) accounts: u32,
    /// What became of a settings file that could not be used, until that was read.
    pub(crate) settings_notice: Option<String>,
}

/// What the window stands on.
#[tauri::command]
#[specta::specta]
pub(crate) async fn app_info(desk: State<'_, Desk>) -> Answer<AppInfo> {
    AppInfo::of(&desk).await
}

impl AppInfo {
    pub(crate) async fn of(desk: &Desk) -> Answer<Self> {
        let (demo, problem) = desk.standing().await;
        let accounts = match desk.engine().await {
            Ok(engine) => engine.accounts().await?.iter().filter(|account| account.connected).count(),
            Err(_) => 0,
        };
        Ok(Self {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            demo,
            data_folder: desk.data_folder().display().to_string(),
            problem: problem.map(CommandError::from),
            accounts: u32::try_from(accounts).unwrap_or(u32::MAX),
            settings_notice: desk.settings_notice(),
        })
    }
}

/// What changed after the turn that the window knows; waits until something does, or for half a minute.
#[tauri::command]
#[specta::specta]
pub(crate) async fn news(desk: State<'_, Desk>, known: u32) -> Answer<News> {
    Ok(desk.news().after(known, news::PATIENCE).await)
}

/// The seller has read what became of a settings file that could not be used.
#[tauri::command]
#[specta::specta]
pub(crate) async fn dismiss_settings_notice(desk: State<'_, Desk>) -> Answer<()> {
    desk.forget_settings_notice();
    Ok(())
}

/// Shows the demo seller.
#[tauri::command]
#[specta::specta]
pub(crate) async fn start_demo(desk: State<'_, Desk>) -> Answer<AppInfo> {
    desk.move_to(Place::Demo).await?;
    app_info(desk).await
}

/// Goes back to the seller's own data and deletes the demo's.
#[tauri::command]
#[specta::specta]
pub(crate) async fn leave_demo(desk: State<'_, Desk>) -> Answer<AppInfo> {
    desk.move_to(Place::Seller).await?;
    app_info(desk).await
}

/// The preferences of this screen.
#[tauri::command]
#[specta::specta]
pub(crate) async fn preferences(desk: State<'_, Desk>) -> Answer<Preferences> {
    Ok(preferences::load(desk.app(), desk.data_folder()))
}

/// Keeps the preferences of this screen.
#[tauri::command]
#[specta::specta]
pub(crate) async fn set_preferences(desk: State<'_, Desk>, preferences: Preferences) -> Answer<()> {
    preferences::save(desk.app(), desk.data_folder(), &preferences)
}
