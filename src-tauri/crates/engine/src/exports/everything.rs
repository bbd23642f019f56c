//! Everything as files, one CSV and one JSON for each table, in a folder of its own under Downloads.
//!
//! The folder gets its name when all of it is written, so nobody finds half of an export.

use std::path::{Path, PathBuf};

use packlight_documents::csv::Writer;
use packlight_domain::matching::SavedFile;
use packlight_store::{Cell, Rows};
use serde_json::{Map, Value};
use tokio::fs::File;
use tokio::io::AsyncWriteExt;

use super::not_saved;
use crate::desk::Engine;
use crate::error::EngineError;

/// How many rows are read and written at a time.
const PIECE: u32 = 2_000;

impl Engine {
    /// Writes everything that is kept here into a new folder under the one for downloads; `rows` counts them all.
    /// Secrets are not among it.
    pub async fn export_everything(&self) -> Result<SavedFile, EngineError> {
        let downloads = &self.0.downloads;
        let stem = format!("packlight-everything-{}", (self.0.clock)().format("%Y-%m-%d"));
        let part = Part(downloads.join(format!(".{stem}.{}.part", std::process::id())));
        let saving = |error: std::io::Error| not_saved(downloads, &error);
        tokio::fs::create_dir_all(&part.0).await.map_err(saving)?;
        let mut rows = 0;
        for name in packlight_store::table_names() {
            rows += self.write_table(&part.0, name).await?;
        }
        let mut number = 1;
        let folder = loop {
            let name = if number == 1 { stem.clone() } else { format!("{stem}-{number}") };
            let folder = downloads.join(name);
            if !folder.exists() {
                break folder;
            }
            number += 1;
        };
        tokio::fs::rename(&part.0, &folder).await.map_err(saving)?;
        Ok(SavedFile { path: folder.display().to_string(), rows })
    }

    async fn write_table(&self, folder: &Path, name: &str) -> Result<u32, EngineError> {
        let saving = |error: std::io::Error| not_saved(folder, &error);
        let mut table = File::create(folder.join(format!("{name}.csv"))).await.map_err(saving)?;
        let mut list = File::create(folder.join(format!("{name}.json"))).await.map_err(saving)?;
        let (mut after, mut number, mut csv) = (i64::MIN, 0_u32, None);
        list.write_all(b"[").await.map_err(saving)?;
        loop {
            let Rows { heads, rows, next } = self.0.store.table(name, after, PIECE).await?;
            let heads: Vec<&str> = heads.iter().map(String::as_str).collect();
            let mut text = Vec::new();
            for row in &rows {
                let writer = csv.get_or_insert_with(|| Writer::new(&heads));
                writer.row(&row.iter().map(told).collect::<Vec<_>>());
                text.extend_from_slice(if number == 0 { b"\n" } else { b",\n" });
                let object: Map<String, Value> =
                    heads.iter().map(|head| (*head).to_owned()).zip(row.iter().map(value)).collect();
                text.extend_from_slice(Value::Object(object).to_string().as_bytes());
                number = number.saturating_add(1);
            }
            list.write_all(&text).await.map_err(saving)?;
            if let Some(writer) = &mut csv {
                table.write_all(&writer.take()).await.map_err(saving)?;
            }
            let Some(next) = next else { break };
            after = next;
        }
        list.write_all(b"\n]\n").await.map_err(saving)?;
        list.sync_all().await.map_err(saving)?;
        table.sync_all().await.map_err(saving)?;
        Ok(number)
    }
}

fn told(cell: &Cell) -> String {
    match cell {
        Cell::None => String::new(),
        Cell::Number(number) => number.to_string(),
        Cell::Text(text) => text.clone(),
    }
}

fn value(cell: &Cell) -> Value {
    match cell {
        Cell::None => Value::Null,
        Cell::Number(number) => (*number).into(),
        Cell::Text(text) => text.clone().into(),
    }
}

/// A folder on its way; dropped before its end it leaves nothing behind.
struct Part(PathBuf);

impl Drop for Part {
    fn drop(&mut self) {
        // Where it was renamed there is nothing of this name any more.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
