//! What Packlight is made of: the list that `cargo xtask` writes beside the window's own files.

use serde::{Deserialize, Serialize};
use tauri::{AppHandle, Runtime};

use super::Answer;
use crate::error::CommandError;

/// The list of all parts that others wrote. A build without `cargo xtask` has none.
#[derive(Debug, Default, Serialize, Deserialize, specta::Type)]
pub(crate) struct Licences {
    /// By name.
    pub(crate) parts: Vec<LicensedPart>,
    /// The licence texts, each once.
    pub(crate) texts: Vec<String>,
}

/// One part of the program that others wrote.
#[derive(Debug, Serialize, Deserialize, specta::Type)]
pub(crate) struct LicensedPart {
    /// As crates.io or npm call it.
    pub(crate) name: String,
    pub(crate) version: String,
    /// An SPDX expression as a rule; `None` where its author declares none.
    pub(crate) licence: Option<String>,
    /// Its page on the web.
    pub(crate) home: Option<String>,
    /// Positions in [`Licences::texts`].
    pub(crate) texts: Vec<u32>,
}

/// What Packlight is made of.
#[tauri::command]
#[specta::specta]
pub(crate) async fn licences(app: AppHandle) -> Answer<Licences> {
    read(&app)
}

fn read<R: Runtime>(app: &AppHandle<R>) -> Answer<Licences> {
    match app.asset_resolver().get("licences.json".to_owned()) {
        // A path that is no file is answered with the window's page.
        Some(asset) if asset.mime_type() == "application/json" => {
            serde_json::from_slice(asset.bytes()).map_err(|error| CommandError::internal(error.to_string()))
        }
        _ => Ok(Licences::default()),
    }
}
