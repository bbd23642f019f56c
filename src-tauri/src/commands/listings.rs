//! The seller's listings at Amazon.

use packlight_engine::ListingsReport;
use packlight_engine::reports::{ReportKind, ReportView};
use tauri::State;

use super::Answer;
use crate::session::Desk;

/// Fetches the seller's listings from Amazon and completes units by their SKU; answers when Amazon's report was read.
#[tauri::command]
#[specta::specta]
pub(crate) async fn fetch_listings(desk: State<'_, Desk>) -> Answer<ListingsReport> {
    Ok(desk.engine().await?.fetch_listings().await?)
}

/// How the latest listings reports stand, one for each account and marketplace.
#[tauri::command]
#[specta::specta]
pub(crate) async fn listings_progress(desk: State<'_, Desk>) -> Answer<Vec<ReportView>> {
    Ok(desk.engine().await?.reports(ReportKind::Listings).await?)
}

/// Stops waiting for listings reports; answers once nothing goes on, and a later fetch takes them up.
#[tauri::command]
#[specta::specta]
pub(crate) async fn stop_listings(desk: State<'_, Desk>) -> Answer<()> {
    Ok(desk.engine().await?.stop_reports(ReportKind::Listings).await?)
}
