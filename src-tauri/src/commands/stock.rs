//! Units in stock: reading, adding, changing, moving, deleting, and the currency of costs that name none.

use packlight_domain::act::BatchId;
use packlight_domain::currency::Currency;
use packlight_domain::stock::{
    LocationCount, MoveCount, StockCounts, Unit, UnitDraft, UnitId, UnitListRequest, UnitPage, UnitSelection,
    UnitsChanged,
};
use tauri::State;

use super::Answer;
use crate::session::Desk;

/// Rows of the stock.
#[tauri::command]
#[specta::specta]
pub(crate) async fn list_units(desk: State<'_, Desk>, request: UnitListRequest) -> Answer<UnitPage> {
    Ok(desk.engine().await?.list_units(&request).await?)
}

/// One unit.
#[tauri::command]
#[specta::specta]
pub(crate) async fn get_unit(desk: State<'_, Desk>, id: UnitId) -> Answer<Unit> {
    Ok(desk.engine().await?.unit(id).await?)
}

/// What the stock's cards show.
#[tauri::command]
#[specta::specta]
pub(crate) async fn stock_counts(desk: State<'_, Desk>) -> Answer<StockCounts> {
    Ok(desk.engine().await?.stock_counts().await?)
}

/// Every storage location in natural order.
#[tauri::command]
#[specta::specta]
pub(crate) async fn storage_locations(desk: State<'_, Desk>) -> Answer<Vec<LocationCount>> {
    Ok(desk.engine().await?.locations().await?)
}

/// Adds equal units.
#[tauri::command]
#[specta::specta]
pub(crate) async fn add_units(
    desk: State<'_, Desk>,
    draft: UnitDraft,
    quantity: u32,
) -> Answer<UnitsChanged> {
    Ok(desk.engine().await?.add_units(&draft, quantity).await?)
}

/// Changes a unit.
#[tauri::command]
#[specta::specta]
pub(crate) async fn edit_unit(desk: State<'_, Desk>, id: UnitId, draft: UnitDraft) -> Answer<UnitsChanged> {
    Ok(desk.engine().await?.edit_unit(id, &draft).await?)
}

/// How many units of a selection can move, and how many are sold and stay.
#[tauri::command]
#[specta::specta]
pub(crate) async fn count_move(desk: State<'_, Desk>, selection: UnitSelection) -> Answer<MoveCount> {
    Ok(desk.engine().await?.count_move(&selection).await?)
}

/// Moves units to a storage location, or clears it.
#[tauri::command]
#[specta::specta]
pub(crate) async fn move_units(
    desk: State<'_, Desk>,
    selection: UnitSelection,
    location: Option<String>,
) -> Answer<UnitsChanged> {
    Ok(desk.engine().await?.move_units(&selection, location).await?)
}

/// Deletes units that no order holds.
#[tauri::command]
#[specta::specta]
pub(crate) async fn delete_units(desk: State<'_, Desk>, selection: UnitSelection) -> Answer<UnitsChanged> {
    Ok(desk.engine().await?.delete_units(&selection).await?)
}

/// The currency of costs that name none.
#[tauri::command]
#[specta::specta]
pub(crate) async fn home_currency(desk: State<'_, Desk>) -> Answer<Currency> {
    Ok(desk.engine().await?.home_currency().await?)
}

/// Changes the home currency.
#[tauri::command]
#[specta::specta]
pub(crate) async fn set_home_currency(desk: State<'_, Desk>, currency: Currency) -> Answer<Option<BatchId>> {
    Ok(desk.engine().await?.set_home_currency(currency).await?)
}
