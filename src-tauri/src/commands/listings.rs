//! The seller's listings at Amazon.

use packlight_engine::ListingsReport;
use tauri::State;

use super::Answer;
use crate::session::Desk;

/// Fetches the seller's listings from Amazon and completes units by their SKU; answers when Amazon's report was read.
#[tauri::command]
#[specta::specta]
pub(crate) async fn fetch_listings(desk: State<'_, Desk>) -> Answer<ListingsReport> {
    Ok(desk.engine().await?.fetch_listings().await?)
}
