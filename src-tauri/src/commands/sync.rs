//! The sync: how it stands, starting it, stopping it.

use packlight_engine::status::SyncStatus;
use packlight_engine::{SyncReport, SyncRequest};
use tauri::State;

use super::Answer;
use crate::session::Desk;

/// How the sync of each account stands.
#[tauri::command]
#[specta::specta]
pub(crate) async fn sync_status(desk: State<'_, Desk>) -> Answer<SyncStatus> {
    Ok(desk.engine().await?.sync_status())
}

/// Syncs every account now, or joins the run that is going on; answers when it has ended.
#[tauri::command]
#[specta::specta]
pub(crate) async fn sync_now(desk: State<'_, Desk>) -> Answer<SyncReport> {
    Ok(desk.engine().await?.sync(&SyncRequest::default()).await?)
}

/// Stops running syncs at their next safe point.
#[tauri::command]
#[specta::specta]
pub(crate) async fn stop_sync(desk: State<'_, Desk>) -> Answer<()> {
    desk.engine().await?.stop_sync().await;
    Ok(())
}
