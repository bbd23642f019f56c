//! The seller's listings: fetched as a report for each marketplace, kept as a set.
//!
//! Invariant: a listing is taken for gone only by a report that was read to its end without a bad line.

use std::sync::PoisonError;

use chrono::{DateTime, Utc};
use futures::FutureExt;
use futures::future::join_all;
use packlight_domain::act::BatchId;
use packlight_domain::stock::UnitsChanged;
use packlight_domain::stock::query::StockQuery;
use packlight_spapi::{ListingsError, ListingsFile, Priority};
use packlight_store::{NewListings, ReportEnd};
use serde::{Deserialize, Serialize};

use crate::desk::Engine;
use crate::error::{Code, EngineError};
use crate::events::CacheTag;
use crate::reports::{ReportKind, ReportOutcome, ReportSpec, Taken, TakenIn, source_of};

mod complete;

/// What a look at the seller's listings brought.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct ListingsReport {
    /// Listings of all accounts and marketplaces that answered.
    pub listings: u32,
    /// Units that got a SKU, an ASIN or a price.
    pub units_updated: u32,
    /// For undo.
    pub batch: Option<BatchId>,
    /// Listings that are new or different.
    pub changed: u32,
    /// No longer on sale.
    pub removed: u32,
    /// Lines that could not be read.
    pub skipped: u32,
    /// When Amazon made the oldest of the reports, UTC.
    pub as_of: Option<DateTime<Utc>>,
    /// What failed, one sentence for each marketplace; the others were taken in.
    pub problems: Vec<String>,
}

impl Engine {
    /// Fetches the listings of every connected account and marketplace, for somebody who waits, and completes the units that
    /// are listed. Amazon usually needs a minute; a report that is younger than four hours is used again. Who asks meanwhile
    /// joins. Fails only where nothing could be fetched.
    pub async fn fetch_listings(&self) -> Result<ListingsReport, EngineError> {
        self.require_writer()?;
        let run = {
            let mut running = self.0.reports.listings.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(run) = running.as_ref().filter(|run| run.peek().is_none()) {
                self.0.reports.ask_for(ReportKind::Listings);
                run.clone()
            } else {
                let engine = self.clone();
                let task = tokio::spawn(async move { engine.fetch_all_listings().await });
                let run = async move {
                    task.await.unwrap_or_else(|_| {
                        let message = "fetching the listings ended unexpectedly; try again";
                        Err(EngineError::retryable(Code::Internal, message))
                    })
                }
                .boxed()
                .shared();
                *running = Some(run.clone());
                run
            }
        };
        run.await
    }

    async fn fetch_all_listings(&self) -> Result<ListingsReport, EngineError> {
        let accounts = self.connected(None).await?;
        let wanted = accounts.iter().flat_map(|account| {
            account.marketplaces.iter().map(move |marketplace| (account, marketplace.id.clone()))
        });
        let fetches = wanted.map(|(account, marketplace_id)| async move {
            let spec = ReportSpec {
                kind: ReportKind::Listings,
                marketplace_id: marketplace_id.clone(),
                period: None,
            };
            let outcome = self.fetch_report(account, &spec, Priority::Waited).await;
            (account.label.clone(), marketplace_id, outcome)
        });
        let mut fetched = ListingsReport::default();
        let mut first_failure = None;
        let mut succeeded = false;
        for (label, marketplace_id, outcome) in join_all(fetches).await {
            match outcome {
                Ok(part) => {
                    succeeded = true;
                    fetched.add(&part);
                }
                Err(error) if error.code == Code::Stopped => return Err(error),
                Err(error) => {
                    let place = packlight_domain::marketplace::by_id(&marketplace_id)
                        .map_or(marketplace_id.as_str(), |known| known.name);
                    fetched.problems.push(format!("{label}, {place}: {}", error.message));
                    first_failure.get_or_insert(error);
                }
            }
        }
        if let Some(error) = first_failure.filter(|_| !succeeded) {
            return Err(error);
        }
        let completed = self.complete_units().await?;
        (fetched.units_updated, fetched.batch) = (completed.units, completed.batch);
        Ok(fetched)
    }

    /// Gives units that are not sold what their listings say: see [`complete`]. One batch, undone at once.
    async fn complete_units(&self) -> Result<UnitsChanged, EngineError> {
        let shelf =
            complete::Shelf::new(self.0.store.listings(None, None).await?, self.home_currency().await?);
        let units = self.0.store.units(&StockQuery::default()).await?;
        let better: Vec<_> =
            units.iter().filter_map(|unit| Some((unit.id, shelf.completed(unit)?))).collect();
        if better.is_empty() {
            return Ok(UnitsChanged { batch: None, units: 0, skipped: 0 });
        }
        let what = if better.len() == 1 { "1 unit".to_owned() } else { format!("{} units", better.len()) };
        let summary = format!("Completed {what} from Amazon's listings");
        let changed = self.0.store.edit_units(better, &summary, (self.0.clock)()).await?;
        self.0.events.changed(&[CacheTag::Inventory, CacheTag::Mappings, CacheTag::Orders]);
        Ok(changed)
    }
}

impl ListingsReport {
    fn add(&mut self, part: &ReportOutcome) {
        self.listings += part.rows;
        self.changed += part.new + part.changed;
        self.as_of = match (self.as_of, part.as_of) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
        self.removed += part.removed;
        self.skipped += part.skipped;
    }
}

/// Keeps what a listings report says.
pub(crate) async fn take_in(taken: TakenIn<'_>) -> Result<Taken, EngineError> {
    let TakenIn { engine, request, marketplace_id, document, now } = taken;
    let end = if document.is_some() { ReportEnd::Done } else { ReportEnd::Empty };
    let file = match document {
        None => ListingsFile::default(),
        Some(document) => {
            let marketplace_id = marketplace_id.to_owned();
            // Tens of megabytes take long enough to hold up everything else.
            let read = tokio::task::spawn_blocking(move || ListingsFile::read(&document, &marketplace_id));
            match read.await {
                Ok(Ok(file)) => file,
                Ok(Err(ListingsError::Nothing)) => return Ok(Taken::CutShort(ReportOutcome::default())),
                Ok(Err(error)) => return Ok(Taken::Useless(error.to_string())),
                Err(_) => {
                    let message = "the listings report could not be read; this is a fault of Packlight";
                    return Err(EngineError::new(Code::Internal, message));
                }
            }
        }
    };
    for bad in &file.bad {
        tracing::warn!(line = bad.line, reason = bad.reason, "a line of the listings report is left out");
    }
    tracing::info!(
        rows = file.rows.len(),
        mended = file.mended,
        illegible = file.illegible,
        file.cut_short,
        "listings read"
    );
    let seen_at = source_of(request, now);
    let rows = count(file.rows.len());
    let changes = engine
        .0
        .store
        .replace_listings(NewListings {
            account: request.account,
            marketplace_id: marketplace_id.to_owned(),
            rows: file.rows,
            complete: !file.cut_short && file.bad.is_empty(),
            seen_at,
            ends: (!file.cut_short).then_some((request.id, end, now)),
        })
        .await?;
    let outcome = ReportOutcome {
        rows,
        skipped: count(file.bad.len()),
        new: changes.new,
        changed: changes.changed,
        removed: changes.removed,
        as_of: Some(seen_at),
    };
    Ok(if file.cut_short { Taken::CutShort(outcome) } else { Taken::Whole(outcome) })
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
