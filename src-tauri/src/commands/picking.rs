//! Pick lists: planned, shown, printed, saved, and worked on screen; and the seller's walk order.

use packlight_domain::act::BatchId;
use packlight_domain::matching::SavedFile;
use packlight_domain::picking::{
    Paper, PickListDone, PickListEntry, PickListId, PickMark, PickMarked, PickRequest, PickRun,
};
use packlight_domain::printing::{PickPreview, PrintOptions, Printed};
use packlight_domain::stock::LocationCount;
use tauri::State;

use super::Answer;
use crate::preferences::{self, DocumentKind};
use crate::session::Desk;

/// The pick list of a request with its pages as they would be printed; nothing changes.
#[tauri::command]
#[specta::specta]
pub(crate) async fn preview_pick_list(
    desk: State<'_, Desk>,
    request: PickRequest,
    paper: Paper,
) -> Answer<PickPreview> {
    Ok(desk.engine().await?.preview_pick_list(&request, paper).await?)
}

/// Recorded pick lists, newest first.
#[tauri::command]
#[specta::specta]
pub(crate) async fn pick_lists(
    desk: State<'_, Desk>,
    before: Option<PickListId>,
    limit: u32,
) -> Answer<Vec<PickListEntry>> {
    Ok(desk.engine().await?.pick_lists(before, limit).await?)
}

/// Lists of which units were struck that the seller has not seen yet, newest first.
#[tauri::command]
#[specta::specta]
pub(crate) async fn struck_pick_lists(desk: State<'_, Desk>) -> Answer<Vec<PickListEntry>> {
    Ok(desk.engine().await?.struck_pick_lists().await?)
}

/// The seller has seen that so many units of a list are struck.
#[tauri::command]
#[specta::specta]
pub(crate) async fn see_struck(desk: State<'_, Desk>, record: PickListId, struck: u32) -> Answer<()> {
    Ok(desk.engine().await?.see_struck(record, struck).await?)
}

/// A recorded list as it is worked on screen.
#[tauri::command]
#[specta::specta]
pub(crate) async fn pick_run(desk: State<'_, Desk>, record: PickListId) -> Answer<PickRun> {
    Ok(desk.engine().await?.pick_run(record).await?)
}

/// Records a list to be worked on screen.
#[tauri::command]
#[specta::specta]
pub(crate) async fn start_pick_run(desk: State<'_, Desk>, request: PickRequest) -> Answer<PickListDone> {
    Ok(desk.engine().await?.start_pick_run(&request).await?)
}

/// Marks stops of a list.
#[tauri::command]
#[specta::specta]
pub(crate) async fn mark_picked(
    desk: State<'_, Desk>,
    record: PickListId,
    positions: Vec<u32>,
    mark: PickMark,
) -> Answer<PickMarked> {
    Ok(desk.engine().await?.mark_picked(record, positions, mark).await?)
}

/// Marks the next open stop that a scanned code fits.
#[tauri::command]
#[specta::specta]
pub(crate) async fn scan_pick(desk: State<'_, Desk>, record: PickListId, code: String) -> Answer<PickMarked> {
    Ok(desk.engine().await?.scan_pick(record, &code).await?)
}

/// Ends a list.
#[tauri::command]
#[specta::specta]
pub(crate) async fn finish_pick_list(desk: State<'_, Desk>, record: PickListId) -> Answer<PickListDone> {
    Ok(desk.engine().await?.finish_pick_list(record).await?)
}

/// Puts a list away; what it claimed itself is free again.
#[tauri::command]
#[specta::specta]
pub(crate) async fn discard_pick_list(desk: State<'_, Desk>, record: PickListId) -> Answer<PickListDone> {
    Ok(desk.engine().await?.discard_pick_list(record).await?)
}

/// Every storage location in walk order.
#[tauri::command]
#[specta::specta]
pub(crate) async fn walk_order(desk: State<'_, Desk>) -> Answer<Vec<LocationCount>> {
    Ok(desk.engine().await?.walk_order().await?)
}

/// Keeps the seller's walk order; locations that are not in it follow in natural order.
#[tauri::command]
#[specta::specta]
pub(crate) async fn set_walk_order(desk: State<'_, Desk>, locations: Vec<String>) -> Answer<Option<BatchId>> {
    Ok(desk.engine().await?.set_walk_order(&locations).await?)
}

/// Prints the list of a request and records it. The printer is remembered.
#[tauri::command]
#[specta::specta]
pub(crate) async fn print_pick_list(
    desk: State<'_, Desk>,
    request: PickRequest,
    options: PrintOptions,
) -> Answer<Printed> {
    let options = preferences::on_remembered_printer(&desk, DocumentKind::PickList, options);
    let printed = desk.engine().await?.print_pick_list(&request, &options).await?;
    preferences::remember_printer(&desk, DocumentKind::PickList, &options, &printed);
    Ok(printed)
}

/// Prints a recorded list again. The printer is remembered.
#[tauri::command]
#[specta::specta]
pub(crate) async fn reprint_pick_list(
    desk: State<'_, Desk>,
    record: PickListId,
    options: PrintOptions,
) -> Answer<Printed> {
    let options = preferences::on_remembered_printer(&desk, DocumentKind::PickList, options);
    let printed = desk.engine().await?.reprint_pick_list(record, &options).await?;
    preferences::remember_printer(&desk, DocumentKind::PickList, &options, &printed);
    Ok(printed)
}

/// Writes the list of a request as PDF into the Downloads folder.
#[tauri::command]
#[specta::specta]
pub(crate) async fn save_pick_list(
    desk: State<'_, Desk>,
    request: PickRequest,
    paper: Paper,
) -> Answer<SavedFile> {
    Ok(desk.engine().await?.save_pick_list(&request, paper).await?)
}

/// Writes a recorded list as PDF into the Downloads folder.
#[tauri::command]
#[specta::specta]
pub(crate) async fn save_recorded_pick_list(
    desk: State<'_, Desk>,
    record: PickListId,
    paper: Paper,
) -> Answer<SavedFile> {
    Ok(desk.engine().await?.save_recorded_pick_list(record, paper).await?)
}
