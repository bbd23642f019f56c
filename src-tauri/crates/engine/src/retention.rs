//! How long things are kept: the seller's choice, what would go by it, and letting it go.
//!
//! Things go at night, and only after the night's backup was made and found good: what went is in it. No wrong clock of
//! this computer takes anything (invariant I11): ages are counted up to what another clock told, if that is earlier.

use chrono::{DateTime, Utc};
use packlight_domain::act::BatchId;
use packlight_domain::retention::{Expired, Retention};
use packlight_domain::settings::Setting;
use packlight_spapi::Client;

use crate::desk::Engine;
use crate::error::{Code, EngineError};
use crate::events::CacheTag;

/// How many orders go in one transaction.
const PIECE: u32 = 500;

impl Engine {
    /// How long things are kept.
    pub async fn retention(&self) -> Result<Retention, EngineError> {
        Ok(self.0.store.setting().await?)
    }

    /// Chooses how long things are kept; nothing goes before the next good backup. `None` where it is so already.
    pub async fn set_retention(&self, retention: &Retention) -> Result<Option<BatchId>, EngineError> {
        self.require_writer()?;
        checked(retention)?;
        let orders = match retention.order_years {
            None => "Keep all orders".to_owned(),
            Some(1) => "Keep orders that are over for 1 year".to_owned(),
            Some(years) => format!("Keep orders that are over for {years} years"),
        };
        let summary = format!("{orders}, runs and requests for {} days", retention.trace_days);
        let batch = self.0.store.set_setting(retention, &summary, (self.0.clock)()).await?;
        if batch.is_some() {
            self.0.events.changed(&[CacheTag::Settings]);
        }
        Ok(batch)
    }

    /// What would go by `retention` now; nothing does.
    pub async fn preview_retention(&self, retention: &Retention) -> Result<Expired, EngineError> {
        checked(retention)?;
        let Some(now) = self.sure_time().await? else { return Ok(Expired::default()) };
        let orders_before = retention.orders_before(now);
        let (orders, staying) = match orders_before {
            Some(before) => self.0.store.old_orders(before).await?,
            None => (0, 0),
        };
        let (mut runs, mut requests) = (0, 0);
        if let Some(before) = retention.traces_before(now) {
            runs = self.0.store.runs_before(before).await?;
            let older = self.network(u32::MAX).await?.iter().filter(|entry| entry.at < before).count();
            requests = u32::try_from(older).unwrap_or(u32::MAX);
        }
        Ok(Expired { orders, staying, orders_before, runs, requests })
    }

    /// Lets go of what is older than the seller wants.
    pub(crate) async fn let_go(&self) -> Result<(), EngineError> {
        self.require_writer()?;
        let retention = self.retention().await?;
        let Some(now) = self.sure_time().await? else { return Ok(()) };
        let mut orders = 0;
        if let Some(before) = retention.orders_before(now) {
            loop {
                let gone = self.0.store.drop_old_orders(before, PIECE).await?;
                orders += gone;
                if gone < PIECE {
                    break;
                }
            }
        }
        if let Some(before) = retention.traces_before(now) {
            self.0.store.drop_runs(before).await?;
            let journal = self.0.network.clone();
            let kept = tokio::task::spawn_blocking(move || journal.keep_since(before)).await;
            if let Ok(Err(error)) = kept {
                tracing::warn!(%error, "old requests stay in their list");
            }
        }
        if orders > 0 {
            tracing::info!(orders, "old orders went, as the settings say");
            self.0.events.changed(&[CacheTag::Orders, CacheTag::Counts]);
        }
        Ok(())
    }

    /// The time that it certainly is already, which is when things are old: a clock that is ahead is overruled by what
    /// others told, and what others told is long ago where nothing was sold since. `None` before anybody told anything.
    pub(crate) async fn sure_time(&self) -> Result<Option<DateTime<Utc>>, EngineError> {
        Ok(self.told_time().await?.map(|told| told.min((self.0.clock)())))
    }

    /// The newest moment that another clock than this computer's told: Amazon's, or where it has not been heard yet, what
    /// the orders themselves say, those of files too.
    pub(crate) async fn told_time(&self) -> Result<Option<DateTime<Utc>>, EngineError> {
        // Whoever makes a line to Amazon may wait for a person; then the orders will do.
        let heard = self.0.connections.try_lock().ok().and_then(|connections| {
            let clients = connections.values().map(|connection| &connection.client);
            clients.filter(|client| client.knows_the_time()).map(Client::server_now).min()
        });
        match heard {
            Some(heard) => Ok(Some(heard)),
            None => Ok(self.0.store.newest_told().await?),
        }
    }
}

fn checked(retention: &Retention) -> Result<(), EngineError> {
    retention.check().map_err(|why| EngineError::new(Code::BadInput, why))
}
