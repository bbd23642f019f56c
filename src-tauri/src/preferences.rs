//! What belongs to this screen and changes no result: theme, density, columns, notices told once, where the
//! window stood, how documents were printed last and where updates come from; kept by the store plugin in the data folder.
//!
//! A file that cannot be used gives the defaults and a notice; it is a convenience, not data.

use std::path::Path;

use packlight_domain::printing::{PrintOptions, Printed};
use packlight_engine::Code;
use packlight_engine::printing::MAX_COPIES;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tauri::AppHandle;
use tauri_plugin_store::StoreExt;

use crate::error::CommandError;
use crate::session::Desk;
use crate::updates::UpdateSource;

mod recovery;

pub(crate) use recovery::recover;

const FILE: &str = "screen.json";
const KEY: &str = "preferences";
/// Which form the file has; without it the first.
const VERSION_KEY: &str = "version";
const VERSION: u64 = 1;
const UPDATES: &str = "updates";

/// Light, dark, or as the system has it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Theme {
    #[default]
    System,
    Light,
    Dark,
}

/// Height of the table's rows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Density {
    Compact,
    #[default]
    Normal,
    Comfortable,
}

/// The preferences of this screen.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub(crate) struct Preferences {
    pub(crate) theme: Theme,
    pub(crate) density: Density,
    /// Columns of the order table that are shown, by id; `None` lets the width of the window decide.
    pub(crate) columns: Option<Vec<String>>,
}

/// Something that is said once and then known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Notice {
    /// Closing the window keeps Packlight in the tray.
    StaysInTray,
    /// Closing the window quits, because there is no tray.
    QuitsWithoutTray,
}

const NOTICES: &str = "notices";

/// Whether `notice` was never said before; it counts as said from now on.
pub(crate) fn say_once(app: &AppHandle, folder: &Path, notice: Notice) -> bool {
    let mut said: Vec<Notice> = read(app, folder, NOTICES).unwrap_or_default();
    if said.contains(&notice) {
        return false;
    }
    said.push(notice);
    if let Err(error) = write(app, folder, NOTICES, &said) {
        tracing::warn!(error = error.message, "a notice will be given again");
    }
    true
}

const WINDOW: &str = "window";

/// Where the window stood, in logical pixels.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct WindowPlace {
    pub(crate) width: f64,
    pub(crate) height: f64,
    /// From the left and the top of all screens; some desktops tell nobody.
    pub(crate) at: Option<(f64, f64)>,
    pub(crate) maximized: bool,
}

/// Where the window stood last.
pub(crate) fn window_place(app: &AppHandle, folder: &Path) -> Option<WindowPlace> {
    read(app, folder, WINDOW)
}

/// Keeps where the window stands.
pub(crate) fn keep_window_place(app: &AppHandle, folder: &Path, place: WindowPlace) {
    if let Err(error) = write(app, folder, WINDOW, &place) {
        tracing::warn!(error = error.message, "the window will open where it did before");
    }
}

impl Preferences {
    /// Refuses what no screen has.
    fn check(&self) -> Result<(), CommandError> {
        let fits = |columns: &Vec<String>| columns.len() <= 64 && columns.iter().all(|id| id.len() <= 64);
        if self.columns.as_ref().is_none_or(fits) {
            return Ok(());
        }
        let message = "there are no such columns".to_owned();
        Err(CommandError {
            code: Code::BadInput,
            message,
            retryable: false,
            context: Some("columns".to_owned()),
        })
    }
}

/// A kind of document that is printed; each remembers a printer of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub(crate) enum DocumentKind {
    PickList,
}

impl DocumentKind {
    /// Where its choice is kept.
    const fn key(self) -> &'static str {
        match self {
            Self::PickList => "print_pick_list",
        }
    }
}

/// Bytes of the longest name of a printer; print systems take less.
const LONGEST_PRINTER: usize = 256;

/// The preferences kept in `folder`.
pub(crate) fn load(app: &AppHandle, folder: &Path) -> Preferences {
    read(app, folder, KEY).unwrap_or_default()
}

/// Keeps `preferences` in `folder`.
pub(crate) fn save(app: &AppHandle, folder: &Path, preferences: &Preferences) -> Result<(), CommandError> {
    preferences.check()?;
    write(app, folder, KEY, preferences)
}

/// How a kind of document was printed last.
pub(crate) fn print_choice(app: &AppHandle, folder: &Path, kind: DocumentKind) -> Option<PrintOptions> {
    read(app, folder, kind.key())
}

/// Sets how a kind of document is printed unless something else is asked for.
pub(crate) fn set_print_choice(
    app: &AppHandle,
    folder: &Path,
    kind: DocumentKind,
    options: &PrintOptions,
) -> Result<(), CommandError> {
    check_print_choice(options)?;
    write(app, folder, kind.key(), options)
}

/// Refuses what no printer could follow.
fn check_print_choice(options: &PrintOptions) -> Result<(), CommandError> {
    let refused = |message: &str, about: &str| {
        let (message, context) = (message.to_owned(), Some(about.to_owned()));
        Err(CommandError { code: Code::BadInput, message, retryable: false, context })
    };
    if options.printer.as_ref().is_some_and(|name| name.is_empty() || name.len() > LONGEST_PRINTER) {
        return refused("no printer has such a name", "printer");
    }
    if !(1..=MAX_COPIES).contains(&options.copies) {
        return refused("no printer prints so many copies", "copies");
    }
    Ok(())
}

/// The options with the printer that was used last, where they name none.
pub(crate) fn on_remembered_printer(desk: &Desk, kind: DocumentKind, options: PrintOptions) -> PrintOptions {
    let remembered = || print_choice(desk.app(), desk.data_folder(), kind)?.printer;
    PrintOptions { printer: options.printer.or_else(remembered), ..options }
}

/// Remembers how a document was printed. It was printed, so nobody is told if this cannot be kept.
pub(crate) fn remember_printer(desk: &Desk, kind: DocumentKind, options: &PrintOptions, printed: &Printed) {
    let options = PrintOptions { printer: Some(printed.printer.clone()), ..options.clone() };
    if let Err(error) = write(desk.app(), desk.data_folder(), kind.key(), &options) {
        tracing::warn!(error = error.message, "the printer is not remembered");
    }
}

/// Where newer versions are asked for.
pub(crate) fn update_source(app: &AppHandle, folder: &Path) -> UpdateSource {
    read(app, folder, UPDATES).unwrap_or_default()
}

/// Sets where newer versions are asked for.
pub(crate) fn set_update_source(
    app: &AppHandle,
    folder: &Path,
    source: &UpdateSource,
) -> Result<(), CommandError> {
    write(app, folder, UPDATES, source)
}

/// Forgets all of it, before its file is deleted. The plugin keeps what it once read, and would write it once more with the
/// next preference, or when the app ends.
pub(crate) fn forget(app: &AppHandle, folder: &Path) {
    let Ok(store) = app.store(folder.join(FILE)) else { return };
    store.clear();
    // Now, and not a moment after the file was deleted. A full disk keeps nobody from erasing.
    if let Err(error) = store.save() {
        tracing::warn!(%error, "the preferences could not be emptied");
    }
    store.close_resource();
}

fn read<T: DeserializeOwned>(app: &AppHandle, folder: &Path, key: &str) -> Option<T> {
    serde_json::from_value(app.store(folder.join(FILE)).ok()?.get(key)?).ok()
}

fn write<T: Serialize>(app: &AppHandle, folder: &Path, key: &str, value: &T) -> Result<(), CommandError> {
    let failed = |error: &dyn std::fmt::Display| {
        CommandError::internal(format!("the preferences were not saved: {error}"))
    };
    let store = app.store(folder.join(FILE)).map_err(|error| failed(&error))?;
    store.set(VERSION_KEY, VERSION);
    store.set(key, serde_json::to_value(value).map_err(|error| failed(&error))?);
    store.save().map_err(|error| failed(&error))
}
