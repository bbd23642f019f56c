//! Files that the seller brings, and files that Packlight writes.

use packlight_domain::file_import::{ImportInput, ImportPreview, ImportReport};
use packlight_domain::matching::{OrderSelection, SavedFile};
use packlight_domain::stock::UnitSelection;
use tauri::State;

use super::Answer;
use crate::session::Desk;

/// What a file would do.
#[tauri::command]
#[specta::specta]
pub(crate) async fn preview_import(desk: State<'_, Desk>, input: ImportInput) -> Answer<ImportPreview> {
    Ok(desk.engine().await?.preview_import(input).await?)
}

/// Imports a file.
#[tauri::command]
#[specta::specta]
pub(crate) async fn run_import(desk: State<'_, Desk>, input: ImportInput) -> Answer<ImportReport> {
    Ok(desk.engine().await?.run_import(input).await?)
}

/// Writes units as CSV into the Downloads folder.
#[tauri::command]
#[specta::specta]
pub(crate) async fn export_units(desk: State<'_, Desk>, selection: UnitSelection) -> Answer<SavedFile> {
    Ok(desk.engine().await?.export_units(&selection).await?)
}

/// Writes orders as CSV into the Downloads folder.
#[tauri::command]
#[specta::specta]
pub(crate) async fn export_orders(desk: State<'_, Desk>, selection: OrderSelection) -> Answer<SavedFile> {
    Ok(desk.engine().await?.export_orders(&selection).await?)
}

/// The platform's ids of a selection.
#[tauri::command]
#[specta::specta]
pub(crate) async fn order_ids(desk: State<'_, Desk>, selection: OrderSelection) -> Answer<Vec<String>> {
    Ok(desk.engine().await?.order_ids(&selection).await?)
}
