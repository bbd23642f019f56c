//! *Confirm orders processed*: what it would do, doing it, taking it back, and which month names the archive.

use packlight_domain::act::BatchId;
use packlight_domain::confirming::{ArchiveRule, ConfirmRequest, ConfirmUndone, Confirmation};
use tauri::State;

use super::Answer;
use crate::session::Desk;

/// What confirming would do.
#[tauri::command]
#[specta::specta]
pub(crate) async fn preview_confirm(desk: State<'_, Desk>, request: ConfirmRequest) -> Answer<Confirmation> {
    Ok(desk.engine().await?.preview_confirm(&request).await?)
}

/// Confirms orders as processed and archives their units.
#[tauri::command]
#[specta::specta]
pub(crate) async fn confirm_orders(desk: State<'_, Desk>, request: ConfirmRequest) -> Answer<Confirmation> {
    Ok(desk.engine().await?.confirm_orders(&request).await?)
}

/// Takes a confirmation back.
#[tauri::command]
#[specta::specta]
pub(crate) async fn undo_confirm(desk: State<'_, Desk>, batch: BatchId) -> Answer<ConfirmUndone> {
    Ok(desk.engine().await?.undo_confirm(batch).await?)
}

/// Which month names the archive location.
#[tauri::command]
#[specta::specta]
pub(crate) async fn archive_rule(desk: State<'_, Desk>) -> Answer<ArchiveRule> {
    Ok(desk.engine().await?.archive_rule().await?)
}

/// Changes which month names the archive location.
#[tauri::command]
#[specta::specta]
pub(crate) async fn set_archive_rule(desk: State<'_, Desk>, rule: ArchiveRule) -> Answer<Option<BatchId>> {
    Ok(desk.engine().await?.set_archive_rule(rule).await?)
}
