//! The data folder as a whole: backups, restoring, repairing, exporting and erasing everything; and what helps to find a
//! fault.

use packlight_domain::act::BatchId;
use packlight_domain::backup::BackupFile;
use packlight_domain::matching::SavedFile;
use packlight_domain::retention::{Expired, Retention};
use packlight_engine::backups::{self, BackupStatus, RepairReport, RestoreReport};
use packlight_engine::diagnostics::NetworkEntry;
use packlight_engine::relocate::Relocated;
use tauri::State;

use super::Answer;
use crate::session::Desk;

/// The nightly backups.
#[tauri::command]
#[specta::specta]
pub(crate) async fn backup_status(desk: State<'_, Desk>) -> Answer<BackupStatus> {
    Ok(desk.engine().await?.backup_status().await?)
}

/// Makes tonight's backup now.
#[tauri::command]
#[specta::specta]
pub(crate) async fn back_up_now(desk: State<'_, Desk>) -> Answer<BackupFile> {
    Ok(desk.engine().await?.back_up_tonight().await?)
}

/// Examines a file as a backup.
#[tauri::command]
#[specta::specta]
pub(crate) async fn preview_backup(path: String) -> Answer<BackupFile> {
    Ok(backups::preview(path.as_ref()).await?)
}

/// Puts a backup in the place of the database, which is kept beside it.
#[tauri::command]
#[specta::specta]
pub(crate) async fn restore_backup(desk: State<'_, Desk>, path: String) -> Answer<RestoreReport> {
    desk.restore(path.as_ref()).await
}

/// What was done about a damaged database at this start.
#[tauri::command]
#[specta::specta]
pub(crate) async fn repair_report(desk: State<'_, Desk>) -> Answer<Option<RepairReport>> {
    Ok(desk.repaired().await)
}

/// The seller has read what was done.
#[tauri::command]
#[specta::specta]
pub(crate) async fn dismiss_repair_report(desk: State<'_, Desk>) -> Answer<()> {
    desk.forget_repair().await;
    Ok(())
}

/// The window was told that the database is damaged: it is examined and repaired.
#[tauri::command]
#[specta::specta]
pub(crate) async fn suspect_damage(desk: State<'_, Desk>) -> Answer<()> {
    desk.engine().await?.suspect_damage();
    Ok(())
}

/// Opens the data folder once more, after whatever kept it closed.
#[tauri::command]
#[specta::specta]
pub(crate) async fn open_again(desk: State<'_, Desk>) -> Answer<()> {
    desk.open_again().await;
    Ok(())
}

/// Keeps the damaged files aside and begins with an empty database.
#[tauri::command]
#[specta::specta]
pub(crate) async fn begin_anew(desk: State<'_, Desk>) -> Answer<RepairReport> {
    desk.begin_anew().await
}

/// Writes everything into a folder under Downloads.
#[tauri::command]
#[specta::specta]
pub(crate) async fn export_everything(desk: State<'_, Desk>) -> Answer<SavedFile> {
    Ok(desk.engine().await?.export_everything().await?)
}

/// Erases everything, if the words were typed; answers what has to be deleted by hand.
#[tauri::command]
#[specta::specta]
pub(crate) async fn erase_everything(desk: State<'_, Desk>, words: String) -> Answer<Vec<String>> {
    desk.erase(&words).await
}

/// Moves the data folder and starts Packlight anew there.
#[tauri::command]
#[specta::specta]
pub(crate) async fn move_data_folder(desk: State<'_, Desk>, to: String) -> Answer<Relocated> {
    desk.relocate(&to).await
}

/// How long things are kept.
#[tauri::command]
#[specta::specta]
pub(crate) async fn retention(desk: State<'_, Desk>) -> Answer<Retention> {
    Ok(desk.engine().await?.retention().await?)
}

/// What would go by a choice now.
#[tauri::command]
#[specta::specta]
pub(crate) async fn preview_retention(desk: State<'_, Desk>, retention: Retention) -> Answer<Expired> {
    Ok(desk.engine().await?.preview_retention(&retention).await?)
}

/// Chooses how long things are kept.
#[tauri::command]
#[specta::specta]
pub(crate) async fn set_retention(desk: State<'_, Desk>, retention: Retention) -> Answer<Option<BatchId>> {
    Ok(desk.engine().await?.set_retention(&retention).await?)
}

/// What left this computer, the newest first.
#[tauri::command]
#[specta::specta]
pub(crate) async fn network_requests(desk: State<'_, Desk>, limit: u32) -> Answer<Vec<NetworkEntry>> {
    Ok(desk.engine().await?.network(limit).await?)
}

/// Writes what helps to find a fault into one file under Downloads.
#[tauri::command]
#[specta::specta]
pub(crate) async fn export_diagnostics(desk: State<'_, Desk>) -> Answer<SavedFile> {
    Ok(desk.engine().await?.export_diagnostics().await?)
}
