//! Saved views, and the query bar's help and edits by mouse.

use packlight_domain::account::Platform;
use packlight_domain::act::BatchId;
use packlight_domain::query;
use packlight_domain::query::help::{QueryEdit, QueryHelp};
use packlight_domain::view::{NewView, SavedView, ViewChange, ViewCounts, ViewId, ViewSaved};
use tauri::State;

use super::Answer;
use crate::session::Desk;

/// The saved views in their order.
#[tauri::command]
#[specta::specta]
pub(crate) async fn saved_views(desk: State<'_, Desk>) -> Answer<Vec<SavedView>> {
    Ok(desk.engine().await?.saved_views().await?)
}

/// How many orders each shown view holds.
#[tauri::command]
#[specta::specta]
pub(crate) async fn view_counts(desk: State<'_, Desk>, platform: Option<Platform>) -> Answer<ViewCounts> {
    Ok(desk.engine().await?.view_counts(platform).await?)
}

/// Saves a view at the end.
#[tauri::command]
#[specta::specta]
pub(crate) async fn add_view(desk: State<'_, Desk>, view: NewView) -> Answer<ViewSaved> {
    Ok(desk.engine().await?.add_view(&view).await?)
}

/// Renames, changes, moves, hides or deletes a view.
#[tauri::command]
#[specta::specta]
pub(crate) async fn change_view(
    desk: State<'_, Desk>,
    id: ViewId,
    change: ViewChange,
) -> Answer<Option<BatchId>> {
    Ok(desk.engine().await?.change_view(id, &change).await?)
}

/// What the query bar shows about its text; the caret counts UTF-16 units.
#[tauri::command]
#[specta::specta]
pub(crate) async fn query_help(desk: State<'_, Desk>, text: String, caret: u32) -> Answer<QueryHelp> {
    Ok(desk.engine().await?.query_help(&text, caret).await?)
}

/// The text after a filter was chosen by mouse.
#[tauri::command]
#[specta::specta]
pub(crate) async fn edit_query(text: String, edit: QueryEdit) -> Answer<String> {
    Ok(query::edit(&text, &edit))
}
