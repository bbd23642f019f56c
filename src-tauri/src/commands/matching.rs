//! Matching lines to units: candidates, mappings, links.

use packlight_domain::act::BatchId;
use packlight_domain::matching::{
    BulkLink, Candidates, LineKey, LineLinked, MappingDone, MappingPage, OrderSelection,
};
use packlight_domain::stock::UnitId;
use tauri::State;

use super::Answer;
use crate::session::Desk;

/// Units that a line could take.
#[tauri::command]
#[specta::specta]
pub(crate) async fn match_candidates(
    desk: State<'_, Desk>,
    line: LineKey,
    search: String,
    limit: u32,
) -> Answer<Candidates> {
    Ok(desk.engine().await?.match_candidates(&line, &search, limit).await?)
}

/// Maps the line's number to a unit's set and condition and links the unit.
#[tauri::command]
#[specta::specta]
pub(crate) async fn create_mapping(
    desk: State<'_, Desk>,
    line: LineKey,
    unit: UnitId,
) -> Answer<MappingDone> {
    Ok(desk.engine().await?.create_mapping(&line, unit).await?)
}

/// Maps a number, or maps it anew.
#[tauri::command]
#[specta::specta]
pub(crate) async fn map_number(
    desk: State<'_, Desk>,
    number: String,
    is_asin: bool,
    set_number: String,
    condition: String,
) -> Answer<MappingDone> {
    Ok(desk.engine().await?.map_number(&number, is_asin, &set_number, &condition).await?)
}

/// Deletes a mapping; linked lines stay linked.
#[tauri::command]
#[specta::specta]
pub(crate) async fn delete_mapping(
    desk: State<'_, Desk>,
    number: String,
    is_asin: bool,
) -> Answer<Option<BatchId>> {
    Ok(desk.engine().await?.delete_mapping(&number, is_asin).await?)
}

/// Mappings, newest first.
#[tauri::command]
#[specta::specta]
pub(crate) async fn list_mappings(
    desk: State<'_, Desk>,
    search: String,
    offset: u32,
    limit: u32,
) -> Answer<MappingPage> {
    Ok(desk.engine().await?.mappings(&search, offset, limit).await?)
}

/// Gives a line one unit.
#[tauri::command]
#[specta::specta]
pub(crate) async fn link_unit(desk: State<'_, Desk>, line: LineKey, unit: UnitId) -> Answer<LineLinked> {
    Ok(desk.engine().await?.link_unit(&line, unit).await?)
}

/// Frees the units of a line.
#[tauri::command]
#[specta::specta]
pub(crate) async fn unlink_line(desk: State<'_, Desk>, line: LineKey) -> Answer<LineLinked> {
    Ok(desk.engine().await?.unlink_line(&line).await?)
}

/// What linking the matched lines of a selection would do.
#[tauri::command]
#[specta::specta]
pub(crate) async fn preview_link(desk: State<'_, Desk>, selection: OrderSelection) -> Answer<BulkLink> {
    Ok(desk.engine().await?.preview_link(&selection).await?)
}

/// Links the matched lines of a selection to their oldest free units.
#[tauri::command]
#[specta::specta]
pub(crate) async fn link_selected(desk: State<'_, Desk>, selection: OrderSelection) -> Answer<BulkLink> {
    Ok(desk.engine().await?.link_selected(&selection).await?)
}
