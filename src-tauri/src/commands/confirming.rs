//! *Confirm orders processed*: what it would do, doing it, and which month names the archive.

use packlight_domain::act::BatchId;
use packlight_domain::confirming::{ArchiveRule, ConfirmRequest, Confirmation};
use tauri::State;

use super::Answer;
use crate::session::Desk;

/// How many confirmed orders an answer tells one by one: what was left alone is told whole.
const TOLD: usize = 500;

/// What confirming would do: the sums of all orders, and the first `most` orders of each result.
#[tauri::command]
#[specta::specta]
pub(crate) async fn preview_confirm(
    desk: State<'_, Desk>,
    request: ConfirmRequest,
    most: u32,
) -> Answer<Confirmation> {
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    Ok(desk.engine().await?.preview_confirm(&request).await?.first(most, most))
}

/// Confirms orders as processed and archives their units.
#[tauri::command]
#[specta::specta]
pub(crate) async fn confirm_orders(desk: State<'_, Desk>, request: ConfirmRequest) -> Answer<Confirmation> {
    Ok(desk.engine().await?.confirm_orders(&request).await?.first(TOLD, usize::MAX))
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
