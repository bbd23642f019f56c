//! Reading orders, the seller's note, and opening an order at Amazon.

use packlight_domain::account::Platform;
use packlight_domain::act::BatchId;
use packlight_domain::listing::{ListRequest, OrderCounts, OrderDetail, OrderPage, OrderRowId};
use tauri::State;

use super::Answer;
use crate::children;
use crate::error::CommandError;
use crate::session::Desk;

/// Rows of the list.
#[tauri::command]
#[specta::specta]
pub(crate) async fn list_orders(desk: State<'_, Desk>, request: ListRequest) -> Answer<OrderPage> {
    Ok(desk.engine().await?.list_orders(&request).await?)
}

/// How many orders the list has, where a page said "at least". Null when another count was asked for meanwhile.
#[tauri::command]
#[specta::specta]
pub(crate) async fn count_orders(desk: State<'_, Desk>, request: ListRequest) -> Answer<Option<u32>> {
    Ok(desk.engine().await?.count_orders(&request).await?)
}

/// What the cards show.
#[tauri::command]
#[specta::specta]
pub(crate) async fn order_counts(desk: State<'_, Desk>, platform: Option<Platform>) -> Answer<OrderCounts> {
    Ok(desk.engine().await?.order_counts(None, platform).await?)
}

/// One order with all that is known of it.
#[tauri::command]
#[specta::specta]
pub(crate) async fn get_order(desk: State<'_, Desk>, id: OrderRowId) -> Answer<OrderDetail> {
    Ok(desk.engine().await?.order(id).await?)
}

/// Writes the seller's note on an order; an empty one removes it.
#[tauri::command]
#[specta::specta]
pub(crate) async fn set_note(desk: State<'_, Desk>, id: OrderRowId, note: String) -> Answer<Option<BatchId>> {
    Ok(desk.engine().await?.set_note(id, &note).await?)
}

/// Opens an Amazon order in Seller Central, in the system's browser. The address is made here, never by the window.
#[tauri::command]
#[specta::specta]
pub(crate) async fn open_on_amazon(desk: State<'_, Desk>, id: OrderRowId) -> Answer<()> {
    let url = desk.engine().await?.seller_central_url(id).await?;
    children::open(&url)
        .map_err(|error| CommandError::internal(format!("no browser could be opened for {url}: {error}")))
}
