//! Newer versions of Packlight.

use tauri::State;

use super::Answer;
use crate::session::Desk;
use crate::updates::{self, UpdateFound, UpdateSource};
use crate::{preferences, restart as again};

/// Where newer versions are asked for.
#[tauri::command]
#[specta::specta]
pub(crate) async fn update_source(desk: State<'_, Desk>) -> Answer<UpdateSource> {
    Ok(preferences::update_source(desk.app(), desk.data_folder()))
}

/// Sets where newer versions are asked for.
#[tauri::command]
#[specta::specta]
pub(crate) async fn set_update_source(desk: State<'_, Desk>, source: UpdateSource) -> Answer<UpdateSource> {
    let source = source.checked()?;
    preferences::set_update_source(desk.app(), desk.data_folder(), &source)?;
    Ok(source)
}

/// Asks for a newer version; null where there is none.
#[tauri::command]
#[specta::specta]
pub(crate) async fn check_for_update(desk: State<'_, Desk>) -> Answer<Option<UpdateFound>> {
    let source = preferences::update_source(desk.app(), desk.data_folder());
    updates::check(&desk, &source).await
}

/// Downloads, checks and installs the version that was found.
#[tauri::command]
#[specta::specta]
pub(crate) async fn install_update(desk: State<'_, Desk>, version: String) -> Answer<()> {
    let source = preferences::update_source(desk.app(), desk.data_folder());
    updates::install(&desk, &source, &version).await
}

/// Ends Packlight at a safe point and starts it again.
#[tauri::command]
#[specta::specta]
pub(crate) async fn restart(desk: State<'_, Desk>) -> Answer<()> {
    again::request(desk.app());
    Ok(())
}
