//! Files that the seller brings: units in stock, and orders of platforms without a line of their own.
//!
//! A dry run and an import are one piece of code that parts at the last step. An import of units is one transaction and
//! one undo; of orders the store decides one by one, each whole, so the same file again changes nothing. They are kept by
//! several transactions, and still one undo takes them back.

use std::path::Path;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use chrono::DateTime;
use chrono::Utc;
use chrono_tz::Tz;
use packlight_documents::csv::{self, Document, MAX_BYTES, ReadError};
use packlight_domain::account::{AccountId, OrdersApi, Platform};
use packlight_domain::currency::Currency;
use packlight_domain::file_import::{
    ColumnChoice, Findings, ImportInput, ImportKind, ImportPreview, ImportReport, Layout, OrderRules,
    OrdersRead, RowError, UnitRules, UnitsRead, read_orders, read_units,
};
use packlight_domain::marketplace;
use packlight_domain::stock::UnitFields;
use packlight_domain::text::storable;
use packlight_store::{Account, AccountMarketplace, Compared, Import, NewAccount, SecretsPlace};
use tokio::io::AsyncReadExt;

use crate::desk::Engine;
use crate::error::{Code, EngineError};
use crate::events::CacheTag;

mod run;

use run::ImportRun;

/// The most units that one file may add.
pub const MAX_UNITS: u32 = 200_000;
/// How many rows of a file a preview shows.
const SAMPLE: usize = 5;
/// How many orders are kept by one transaction, so that a sync beside a long import waits for moments only.
const CHUNK: usize = 1_000;

/// A file and how it is to be read.
#[derive(Debug, Clone)]
pub struct ImportFile {
    /// What it holds.
    pub kind: ImportKind,
    /// Its name, for messages.
    pub name: String,
    /// What is in it.
    pub bytes: Vec<u8>,
    /// The columns; guessed from their heads unless given.
    pub columns: Option<Vec<ColumnChoice>>,
}

impl ImportFile {
    /// The file that the window sent.
    fn of(input: ImportInput) -> Result<Self, EngineError> {
        let bytes = BASE64_STANDARD.decode(input.content.as_bytes()).map_err(|_| {
            EngineError::new(Code::BadInput, "the file did not arrive whole: choose it again")
        })?;
        Ok(Self { kind: input.kind, name: input.name, bytes, columns: input.columns })
    }

    /// Its name as it is shown and kept: without folders, and of bearable length.
    fn shown(&self) -> String {
        let name = self.name.rsplit(['/', '\\']).next().unwrap_or_default();
        storable(name).chars().filter(|c| !c.is_control()).take(80).collect()
    }
}

/// A file that was read, with all that its import needs.
struct Read {
    document: Document,
    layout: Layout,
    content: Content,
}

enum Content {
    Units(UnitsRead<UnitFields>),
    Orders(OrdersRead, Box<Source>),
}

/// What the desk says about a file's rows.
#[derive(Clone)]
enum Rules {
    Units(UnitRules),
    Orders(OrderRules, Box<Source>),
}

/// The account that orders of a file belong to.
#[derive(Clone)]
struct Source {
    /// The account, if it is there already.
    id: Option<AccountId>,
    /// The account to make otherwise.
    new: NewAccount,
}

impl Engine {
    /// Shows how a file is read and what importing it would do.
    pub async fn preview_import(&self, input: ImportInput) -> Result<ImportPreview, EngineError> {
        let file = ImportFile::of(input)?;
        let read = self.read(file).await?;
        let mut report = self.compare(&read).await?;
        if let Err(missing) = read.layout.require() {
            let field = missing.field().unwrap_or_default().to_owned();
            let row = read.document.sheet.rows().next().map_or(1, |row| row.number());
            let errors = vec![RowError { row, field, message: missing.to_string() }];
            report = ImportReport { errors, dry_run: true, ..ImportReport::default() };
        }
        Ok(ImportPreview {
            charset: read.document.charset.name().to_owned(),
            separator: read.document.separator.name(),
            heads: read.layout.heads().to_vec(),
            sample: read.layout.sample(&read.document.sheet, SAMPLE),
            fields: read.layout.fields(),
            columns: read.layout.choices(),
            report,
        })
    }

    /// Imports a file.
    pub async fn run_import(&self, input: ImportInput) -> Result<ImportReport, EngineError> {
        self.import(ImportFile::of(input)?, false).await
    }

    /// Reads a file of this computer and imports it; a dry run only says what that would do, and needs no right to write.
    pub async fn import_path(
        &self,
        kind: ImportKind,
        path: &Path,
        dry_run: bool,
    ) -> Result<ImportReport, EngineError> {
        let name = path.display().to_string();
        let bytes = load(path).await.map_err(|error| {
            EngineError::new(Code::NotFound, format!("{name} cannot be read ({error}): check the path"))
        })?;
        self.import(ImportFile { kind, name, bytes, columns: None }, dry_run).await
    }

    /// Imports a file, or says what that would do.
    pub async fn import(&self, file: ImportFile, dry_run: bool) -> Result<ImportReport, EngineError> {
        if !dry_run {
            self.require_writer()?;
        }
        let name = file.shown();
        let read = self.read(file).await?;
        read.layout.require().map_err(|error| bad_file(&name, &error))?;
        if dry_run { self.compare(&read).await } else { self.keep(read, &name).await }
    }

    /// Finds out how a file is to be read, and reads it away from the threads that answer the window.
    async fn read(&self, file: ImportFile) -> Result<Read, EngineError> {
        let rules = self.rules(file.kind).await?;
        let work = tokio::task::spawn_blocking(move || parse(&file, rules));
        work.await.unwrap_or_else(|_| {
            Err(EngineError::new(Code::Internal, "reading the file ended unexpectedly; nothing was imported"))
        })
    }

    async fn rules(&self, kind: ImportKind) -> Result<Rules, EngineError> {
        let accounts = self.0.store.accounts().await?;
        let home = self.home_currency().await?;
        let amazon = accounts
            .iter()
            .find(|account| account.platform == Platform::Amazon)
            .and_then(|account| account.marketplaces.first());
        let country = amazon.and_then(|own| marketplace::by_id(&own.id)).map(|known| known.country);
        let units = UnitRules::of(home, country);
        let ImportKind::Orders(platform) = kind else { return Ok(Rules::Units(units)) };
        if platform == Platform::Amazon {
            let message = "Amazon's orders come by the sync: choose eBay or Bricqer for a file";
            return Err(EngineError::new(Code::BadInput, message));
        }
        let zone = amazon.map_or("UTC", |own| own.zone.as_str());
        let source = source(platform, &accounts, home, zone, (self.0.clock)());
        let own = source.new.marketplaces.first();
        let rules = OrderRules {
            platform,
            marketplace_id: own.map_or_else(|| platform.word().to_owned(), |own| own.id.clone()),
            zone: own.and_then(|own| own.zone.parse().ok()).unwrap_or(Tz::UTC),
            currency: own.and_then(|own| own.currency).unwrap_or(home),
            day_order: units.day_order,
        };
        Ok(Rules::Orders(rules, Box::new(source)))
    }

    /// What importing would do; nothing is written.
    async fn compare(&self, read: &Read) -> Result<ImportReport, EngineError> {
        Ok(match &read.content {
            Content::Units(units) => {
                let units_added = number(units);
                ImportReport { units_added, dry_run: true, ..report(&units.findings) }
            }
            Content::Orders(orders, source) => {
                let compared = self.0.store.compare_orders(source.id, &orders.updates, &orders.told).await?;
                let mut would = ImportReport { dry_run: true, ..report(&orders.findings) };
                tell(&mut would, compared);
                would
            }
        })
    }

    async fn keep(&self, read: Read, name: &str) -> Result<ImportReport, EngineError> {
        match read.content {
            Content::Units(units) => self.keep_units(units, name).await,
            Content::Orders(orders, source) => self.keep_orders(orders, &source, name).await,
        }
    }

    async fn keep_units(&self, read: UnitsRead<UnitFields>, name: &str) -> Result<ImportReport, EngineError> {
        let mut done = ImportReport { units_added: number(&read), ..report(&read.findings) };
        if done.units_added == 0 {
            return Ok(done);
        }
        let units: Vec<UnitFields> = read
            .units
            .into_iter()
            .flat_map(|(unit, quantity)| std::iter::repeat_n(unit, quantity as usize))
            .collect();
        let what =
            if done.units_added == 1 { "1 unit".to_owned() } else { format!("{} units", done.units_added) };
        let summary = format!("Imported {what} from {name}");
        (_, done.batch) = self.0.store.add_units(units, &summary, (self.0.clock)()).await?;
        self.0.events.changed(&[CacheTag::Inventory, CacheTag::Mappings]);
        Ok(done)
    }

    /// Keeps the orders of a file, and tells the journal and the platform's account of it, whatever happens.
    async fn keep_orders(
        &self,
        read: OrdersRead,
        source: &Source,
        name: &str,
    ) -> Result<ImportReport, EngineError> {
        let mut run = ImportRun::beginning((self.0.clock)());
        if let Some(account) = source.id {
            run.enter(self, account).await?;
        }
        let mut done = report(&read.findings);
        let mut import = Import { file: name.to_owned(), ..Import::default() };
        let outcome = self.keep_chunks(&read, &source.new, &mut run, &mut import).await;
        tell(&mut done, import.compared);
        done.batch = import.batch;
        run.finish(self, &done, outcome.as_ref().err()).await;
        if done.orders_new > 0 || done.orders_changed > 0 {
            self.0.events.changed(&[CacheTag::Orders, CacheTag::Counts, CacheTag::Mappings]);
        }
        outcome.map(|()| done)
    }

    async fn keep_chunks(
        &self,
        read: &OrdersRead,
        new: &NewAccount,
        run: &mut ImportRun,
        import: &mut Import,
    ) -> Result<(), EngineError> {
        for chunk in read.updates.chunks(CHUNK) {
            let now = (self.0.clock)();
            let done = self.0.store.import_orders(new, chunk, &read.told, import, now).await?;
            *import = done.import;
            // A platform's account comes into being with its first orders.
            run.enter(self, done.account).await?;
            self.0.events.struck(&done.struck);
        }
        Ok(())
    }
}

/// The bytes of a file, but no more than it takes to know that it is too large.
async fn load(path: &Path) -> std::io::Result<Vec<u8>> {
    let file = tokio::fs::File::open(path).await?;
    let mut bytes = Vec::new();
    file.take(MAX_BYTES as u64 + 1).read_to_end(&mut bytes).await?;
    Ok(bytes)
}

fn parse(file: &ImportFile, rules: Rules) -> Result<Read, EngineError> {
    let name = file.shown();
    let document = csv::read(&file.bytes).map_err(|error: ReadError| bad_file(&name, &error))?;
    let layout = Layout::find(file.kind, &document.sheet, file.columns.as_deref())
        .map_err(|error| bad_file(&name, &error))?;
    let content = match rules {
        Rules::Units(rules) => {
            let units = read_units(&document.sheet, &layout, rules, |draft| {
                let errors = |errors: Vec<packlight_domain::stock::FieldError>| {
                    errors.into_iter().map(|error| (error.field, error.message)).collect()
                };
                draft.check(rules.home).map_err(errors)
            });
            if number(&units) > MAX_UNITS {
                let units = number(&units);
                let message =
                    format!("{units} units are more than the {MAX_UNITS} that one file may add: split it");
                return Err(bad_file(&name, &message));
            }
            Content::Units(units)
        }
        Rules::Orders(rules, _) if rules.platform != Platform::Ebay && layout.is_ebays() => {
            let why = "this is eBay's orders report: import it on the page of eBay, or with --platform ebay";
            return Err(bad_file(&name, &why));
        }
        Rules::Orders(rules, source) => {
            Content::Orders(read_orders(&document.sheet, &layout, &rules), source)
        }
    };
    Ok(Read { document, layout, content })
}

/// The platform's account, or the one to make: its only marketplace stands for the platform, in the zone and currency of
/// the seller, so that its days and amounts have both.
fn source(
    platform: Platform,
    accounts: &[Account],
    home: Currency,
    zone: &str,
    now: DateTime<Utc>,
) -> Source {
    let own = accounts.iter().find(|account| account.platform == platform);
    let marketplaces = match own {
        Some(own) => own.marketplaces.clone(),
        None => vec![AccountMarketplace {
            id: platform.word().to_owned(),
            currency: Some(home),
            zone: zone.to_owned(),
        }],
    };
    let new = NewAccount {
        label: platform_name(platform).to_owned(),
        platform,
        region: None,
        orders_api: OrdersApi::V2026,
        marketplaces,
        client_fingerprint: String::new(),
        client_id_tail: None,
        secrets: SecretsPlace::None,
        now,
    };
    Source { id: own.map(|own| own.id), new }
}

fn platform_name(platform: Platform) -> &'static str {
    match platform {
        Platform::Amazon => "Amazon",
        Platform::Ebay => "eBay",
        Platform::Bricqer => "Bricqer",
    }
}

fn number(read: &UnitsRead<UnitFields>) -> u32 {
    read.units.iter().fold(0, |sum, (_, quantity)| sum.saturating_add(*quantity))
}

/// Puts into a report what orders change, with what the seller should know before it happens.
fn tell(report: &mut ImportReport, compared: Compared) {
    (report.orders_new, report.orders_changed) = (compared.new, compared.changed);
    report.orders_unchanged = compared.unchanged;
    report.notes.extend(match compared.lines_gone {
        0 => None,
        1 => Some("1 line of known orders is not in this file: it leaves its order.".to_owned()),
        lines => {
            Some(format!("{lines} lines of known orders are not in this file: they leave their orders."))
        }
    });
    let later = "known with a later date, or further along on the same day";
    report.notes.extend(match compared.older {
        0 => None,
        1 => Some(format!("1 order is {later}: it stays as it is.")),
        orders => Some(format!("{orders} orders are {later}: they stay as they are.")),
    });
}

fn report(findings: &Findings) -> ImportReport {
    ImportReport {
        rows: findings.rows,
        rows_skipped: findings.skipped,
        errors: findings.errors.clone(),
        notes: findings.notes.clone(),
        ..ImportReport::default()
    }
}

fn bad_file(name: &str, why: &dyn std::fmt::Display) -> EngineError {
    EngineError::new(Code::BadFile, format!("{name}: {why}"))
}
