//! What was done here and its undo, and the journal of the sync.

use packlight_domain::act::{ActEntry, BatchId, RunEntry, UndoReport};
use packlight_domain::listing::OrderRowId;
use tauri::State;

use super::Answer;
use crate::session::Desk;

/// Takes back a batch of acts.
#[tauri::command]
#[specta::specta]
pub(crate) async fn undo(desk: State<'_, Desk>, batch: BatchId) -> Answer<UndoReport> {
    Ok(desk.engine().await?.undo(batch).await?)
}

/// What was done here, newest first.
#[tauri::command]
#[specta::specta]
pub(crate) async fn activity_acts(
    desk: State<'_, Desk>,
    before: Option<BatchId>,
    limit: u32,
) -> Answer<Vec<ActEntry>> {
    Ok(desk.engine().await?.activity_acts(before, limit).await?)
}

/// What was done here to one order, newest first.
#[tauri::command]
#[specta::specta]
pub(crate) async fn order_acts(desk: State<'_, Desk>, id: OrderRowId) -> Answer<Vec<ActEntry>> {
    Ok(desk.engine().await?.order_acts(id).await?)
}

/// The runs of the sync, newest first.
#[tauri::command]
#[specta::specta]
pub(crate) async fn activity_runs(
    desk: State<'_, Desk>,
    before: Option<u32>,
    limit: u32,
) -> Answer<Vec<RunEntry>> {
    Ok(desk.engine().await?.activity_runs(before, limit).await?)
}
