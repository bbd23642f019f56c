//! Printers, what was chosen for a kind of document last time, and documents in the system's viewer.

use packlight_domain::printing::{PrintOptions, Printer};
use tauri::State;

use super::Answer;
use crate::children;
use crate::error::CommandError;
use crate::preferences::{self, DocumentKind};
use crate::session::Desk;

/// The printers of the system.
#[tauri::command]
#[specta::specta]
pub(crate) async fn printers(desk: State<'_, Desk>) -> Answer<Vec<Printer>> {
    Ok(desk.engine().await?.printers().await?)
}

/// How a kind of document was printed last on this computer.
#[tauri::command]
#[specta::specta]
pub(crate) async fn printer_choice(
    desk: State<'_, Desk>,
    document: DocumentKind,
) -> Answer<Option<PrintOptions>> {
    Ok(preferences::print_choice(desk.app(), desk.data_folder(), document))
}

/// Sets how a kind of document is printed on this computer, until one is printed otherwise.
#[tauri::command]
#[specta::specta]
pub(crate) async fn set_printer_choice(
    desk: State<'_, Desk>,
    document: DocumentKind,
    options: PrintOptions,
) -> Answer<()> {
    preferences::set_print_choice(desk.app(), desk.data_folder(), document, &options)
}

/// Opens a document that Packlight wrote, in the system's viewer.
#[tauri::command]
#[specta::specta]
pub(crate) async fn open_document(desk: State<'_, Desk>, path: String) -> Answer<()> {
    let file = desk.engine().await?.saved_file(&path)?;
    children::open(&file)
        .map_err(|error| CommandError::internal(format!("{path} could not be opened: {error}")))
}
