//! Selections as files for spreadsheets, and order ids for the clipboard.
//!
//! A file is written page by page under another name and gets its own when it is complete, so that nobody finds half of
//! one and nothing is ever overwritten. Nothing of a buyer is in it, for nothing of a buyer is kept.

use std::io;
use std::path::{Path, PathBuf};

use packlight_documents::csv::Writer;
use packlight_domain::instant;
use packlight_domain::listing::{MatchStatus, OrderDetail, OrderItem};
use packlight_domain::matching::{OrderSelection, SavedFile};
use packlight_domain::money::Amount;
use packlight_domain::status::UiStatus;
use packlight_domain::stock::{Unit, UnitSelection};
use tokio::fs::File;
use tokio::io::AsyncWriteExt;

use crate::desk::Engine;
use crate::error::{Code, EngineError};
use crate::{matching, stock};

mod everything;

/// The most order ids that are copied at once.
pub const MAX_COPIED: usize = 10_000;
/// How many rows are read and written at a time.
const PAGE: usize = 500;

/// Columns of exported units; an import knows the first twelve.
const UNIT_HEADS: [&str; 16] = [
    "set_number",
    "name",
    "condition",
    "storage_location",
    "cost",
    "purchase_date",
    "quantity",
    "sku",
    "asin",
    "listing_price",
    "notes",
    "currency",
    "status",
    "previous_location",
    "held_by_order",
    "unit_id",
];

/// Columns of exported orders, one row per line; an import of another shop's orders knows most of them.
const ORDER_HEADS: [&str; 20] = [
    "platform",
    "order_id",
    "order_item_id",
    "date",
    "status",
    "ship_by",
    "item_number",
    "sku",
    "title",
    "condition",
    "quantity",
    "quantity_shipped",
    "unit_price",
    "line_amount",
    "currency",
    "total",
    "total_currency",
    "match",
    "unit_ids",
    "seller_note",
];

impl Engine {
    /// Writes the units of a selection into a file in the folder for downloads.
    pub async fn export_units(&self, units: &UnitSelection) -> Result<SavedFile, EngineError> {
        let ids = self.0.store.selected_units(&stock::selection(units)?).await?;
        let mut file = self.begin("packlight-inventory", &UNIT_HEADS).await?;
        for page in ids.chunks(PAGE) {
            for unit in self.0.store.units_by_id(page).await? {
                file.row(&unit_row(&unit));
            }
            file.flush().await?;
        }
        file.finish().await
    }

    /// Writes the orders of a selection into a file in the folder for downloads, one row per line.
    pub async fn export_orders(&self, orders: &OrderSelection) -> Result<SavedFile, EngineError> {
        let ids = self.0.store.selected_orders(&matching::selection(orders)?, (self.0.clock)()).await?;
        let mut file = self.begin("packlight-orders", &ORDER_HEADS).await?;
        for page in ids.chunks(PAGE) {
            for order in self.0.store.orders_by_id(page).await? {
                if order.items.is_empty() {
                    file.row(&order_row(&order, None));
                }
                for item in &order.items {
                    file.row(&order_row(&order, Some(item)));
                }
            }
            file.flush().await?;
        }
        file.finish().await
    }

    /// The platforms' order ids of a selection, newest first.
    pub async fn order_ids(&self, orders: &OrderSelection) -> Result<Vec<String>, EngineError> {
        let ids = self.0.store.selected_orders(&matching::selection(orders)?, (self.0.clock)()).await?;
        if ids.len() > MAX_COPIED {
            let message = format!(
                "{} order ids are more than the {MAX_COPIED} that can be copied at once: narrow the selection, or export \
                 it as CSV",
                ids.len()
            );
            return Err(EngineError::new(Code::BadInput, message));
        }
        Ok(self.0.store.order_numbers(&ids).await?)
    }

    /// The whole path of a file that Packlight wrote for the seller, for a viewer to open: it is still there, and it is in
    /// the folder for downloads, which nothing else of what a window could ask for is.
    pub fn saved_file(&self, path: &str) -> Result<PathBuf, EngineError> {
        let gone =
            |_| EngineError::new(Code::NotFound, format!("{path} is not there any more: save it again"));
        let file = Path::new(path).canonicalize().map_err(gone)?;
        let folder = self.0.downloads.canonicalize().map_err(gone)?;
        let is_document = file.extension().is_some_and(|ending| ending == "pdf" || ending == "csv");
        if file.starts_with(&folder) && file.is_file() && is_document {
            return Ok(file);
        }
        Err(EngineError::new(Code::BadInput, format!("{path} is not a document that Packlight wrote")))
    }

    /// Writes a finished document into the folder for downloads, as `stem.ending` or, if that is taken, `stem-2.ending`.
    pub(crate) async fn save_document(
        &self,
        stem: &str,
        ending: &str,
        document: &[u8],
        rows: u32,
    ) -> Result<SavedFile, EngineError> {
        let folder = &self.0.downloads;
        let saved = async {
            tokio::fs::create_dir_all(folder).await?;
            let name = |number| match number {
                1 => format!("{stem}.{ending}"),
                number => format!("{stem}-{number}.{ending}"),
            };
            let (path, mut file) = create(folder, name).await?;
            let written = async {
                file.write_all(document).await?;
                file.sync_all().await
            };
            if let Err(error) = written.await {
                // Nobody should find half a document under its name.
                let _ = tokio::fs::remove_file(&path).await;
                return Err(error);
            }
            Ok(path)
        };
        let path = saved.await.map_err(|error| not_saved(folder, &error))?;
        Ok(SavedFile { path: path.display().to_string(), rows })
    }

    async fn begin(&self, stem: &str, heads: &[&str]) -> Result<Download, EngineError> {
        let name = format!("{stem}-{}", (self.0.clock)().format("%Y-%m-%d"));
        Download::begin(&self.0.downloads, name, heads).await
    }
}

fn unit_row(unit: &Unit) -> [String; 16] {
    let amount =
        |amount: &Option<Amount>| amount.as_ref().map_or_else(String::new, |amount| amount.amount.clone());
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let currency = unit.cost.as_ref().or(unit.listing_price.as_ref());
    [
        unit.set_number.clone(),
        unit.name.clone(),
        unit.condition.clone(),
        text(&unit.storage_location),
        amount(&unit.cost),
        unit.purchase_date.map_or_else(String::new, |day| day.to_string()),
        "1".to_owned(),
        text(&unit.sku),
        text(&unit.asin),
        amount(&unit.listing_price),
        text(&unit.notes),
        currency.map_or_else(String::new, |amount| amount.currency.to_string()),
        unit.status.word().to_owned(),
        text(&unit.previous_location),
        unit.claim.as_ref().map_or_else(String::new, |claim| claim.platform_order_id.clone()),
        unit.id.0.to_string(),
    ]
}

fn order_row(order: &OrderDetail, item: Option<&OrderItem>) -> [String; 20] {
    let row = &order.row;
    let at = |at: Option<chrono::DateTime<chrono::Utc>>| at.map_or_else(String::new, instant::to_text);
    let amount = |amount: Option<&Amount>| amount.map_or_else(String::new, |amount| amount.amount.clone());
    let currency =
        |amount: Option<&Amount>| amount.map_or_else(String::new, |amount| amount.currency.to_string());
    let of_item = |text: fn(&OrderItem) -> Option<String>| item.and_then(text).unwrap_or_default();
    let unit_price = item.and_then(|item| item.unit_price.as_ref());
    let line_amount = item.and_then(|item| item.total_price.as_ref());
    let status = match (&row.unknown_status, row.ui_status) {
        (Some(word), UiStatus::Other) => word.clone(),
        (_, status) => status.word().to_owned(),
    };
    [
        row.platform.word().to_owned(),
        row.platform_order_id.clone(),
        of_item(|item| Some(item.order_item_id.clone())),
        at(row.order_date),
        status,
        at(row.ship_by),
        of_item(|item| item.asin.clone()),
        of_item(|item| item.seller_sku.clone()),
        of_item(|item| item.title.clone()),
        of_item(|item| item.condition.clone()),
        of_item(|item| Some(item.quantity.to_string())),
        of_item(|item| Some(item.quantity_shipped.to_string())),
        amount(unit_price),
        amount(line_amount),
        currency(line_amount.or(unit_price).or(row.total.as_ref())),
        amount(row.total.as_ref()),
        currency(row.total.as_ref()),
        of_item(|item| Some(match_word(item.match_status).to_owned())),
        of_item(|item| {
            Some(item.units.iter().map(|unit| unit.id.0.to_string()).collect::<Vec<_>>().join(" "))
        }),
        order.notes.clone().unwrap_or_default(),
    ]
}

fn match_word(status: MatchStatus) -> &'static str {
    match status {
        MatchStatus::Linked => "linked",
        MatchStatus::NoAsin => "no_asin",
        MatchStatus::Matched => "matched",
        MatchStatus::Unmatched => "unmatched",
    }
}

/// A file on its way; dropped before its end it leaves nothing behind.
struct Download {
    folder: PathBuf,
    name: String,
    part: PathBuf,
    file: File,
    rows: u32,
    writer: Writer,
    is_done: bool,
}

impl Download {
    async fn begin(folder: &Path, name: String, heads: &[&str]) -> Result<Self, EngineError> {
        tokio::fs::create_dir_all(folder).await.map_err(|error| not_saved(folder, &error))?;
        let (part, file) = create(folder, |number| format!(".{name}-{number}.part"))
            .await
            .map_err(|error| not_saved(folder, &error))?;
        let (folder, writer) = (folder.to_owned(), Writer::new(heads));
        Ok(Self { folder, name, part, file, rows: 0, writer, is_done: false })
    }

    fn row(&mut self, cells: &[String]) {
        self.writer.row(cells);
        self.rows = self.rows.saturating_add(1);
    }

    /// Moves what was written so far to the disk.
    async fn flush(&mut self) -> Result<(), EngineError> {
        let bytes = self.writer.take();
        self.file.write_all(&bytes).await.map_err(|error| not_saved(&self.folder, &error))
    }

    /// Gives the file its name: the first of `name.csv`, `name-2.csv`, … that nobody has.
    async fn finish(mut self) -> Result<SavedFile, EngineError> {
        self.flush().await?;
        let name = self.name.clone();
        let named = async {
            self.file.sync_all().await?;
            let (path, _) = create(&self.folder, |number| match number {
                1 => format!("{name}.csv"),
                number => format!("{name}-{number}.csv"),
            })
            .await?;
            tokio::fs::rename(&self.part, &path).await?;
            Ok(path)
        };
        let path = named.await.map_err(|error| not_saved(&self.folder, &error))?;
        self.is_done = true;
        Ok(SavedFile { path: path.display().to_string(), rows: self.rows })
    }
}

impl Drop for Download {
    fn drop(&mut self) {
        if !self.is_done {
            // It has no name that anybody looks for; if it cannot be removed, it is in nobody's way.
            let _ = std::fs::remove_file(&self.part);
        }
    }
}

/// Makes a file under the first of these names that is free.
async fn create(folder: &Path, name: impl Fn(u32) -> String) -> io::Result<(PathBuf, File)> {
    let mut number = 1;
    loop {
        let path = folder.join(name(number));
        match File::options().write(true).create_new(true).open(&path).await {
            Ok(file) => return Ok((path, file)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && number < 10_000 => number += 1,
            Err(error) => return Err(error),
        }
    }
}

fn not_saved(folder: &Path, error: &io::Error) -> EngineError {
    let message =
        format!("the file cannot be saved in {} ({error}): make room there or allow it", folder.display());
    EngineError::new(Code::Disk, message)
}
