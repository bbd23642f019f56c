//! What belongs to this screen and changes no result: theme and density, kept by the store plugin in the data folder.
//!
//! A file that cannot be read gives the defaults; it is a convenience, not data.

use std::path::Path;

use serde::{Deserialize, Serialize};
use tauri::AppHandle;
use tauri_plugin_store::StoreExt;

use crate::error::CommandError;

const FILE: &str = "screen.json";
const KEY: &str = "preferences";

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

/// The preferences kept in `folder`.
pub(crate) fn load(app: &AppHandle, folder: &Path) -> Preferences {
    app.store(folder.join(FILE))
        .ok()
        .and_then(|store| store.get(KEY))
        .and_then(|value| serde_json::from_value(value).ok())
        .unwrap_or_default()
}

/// Keeps `preferences` in `folder`.
pub(crate) fn save(app: &AppHandle, folder: &Path, preferences: &Preferences) -> Result<(), CommandError> {
    let failed = |error: &dyn std::fmt::Display| {
        CommandError::internal(format!("the preferences were not saved: {error}"))
    };
    let store = app.store(folder.join(FILE)).map_err(|error| failed(&error))?;
    store.set(KEY, serde_json::to_value(preferences).map_err(|error| failed(&error))?);
    store.save().map_err(|error| failed(&error))
}
