//! What was done here and what ran: the audit trail of local acts with its undo, and the journal of the syncs.

use packlight_domain::act::{ActEntry, BatchId, RunEntry, RunError, UndoReport};
use packlight_domain::listing::OrderRowId;
use packlight_store::SyncLog;

use crate::desk::Engine;
use crate::error::EngineError;
use crate::events::CacheTag;
use crate::stock::check_limit;
use crate::sync::LATENESS_BUCKETS;

/// The most acts that an order's history shows.
const HISTORY: u32 = 200;

impl Engine {
    /// Takes a batch of acts back, as far as its subjects still are as it left them.
    pub async fn undo(&self, batch: BatchId) -> Result<UndoReport, EngineError> {
        self.require_writer()?;
        let report = self.0.store.undo(batch, (self.0.clock)()).await?;
        self.undone(&report);
        Ok(report)
    }

    /// Takes an import of orders back, but for orders that somebody has worked with since: those stay and are named.
    pub async fn undo_import(&self, batch: BatchId) -> Result<UndoReport, EngineError> {
        self.require_writer()?;
        let report = self.0.store.undo_import(batch, (self.0.clock)()).await?;
        self.undone(&report);
        Ok(report)
    }

    fn undone(&self, report: &UndoReport) {
        if report.batch.is_some() {
            self.0.events.changed(&[
                CacheTag::Orders,
                CacheTag::Counts,
                CacheTag::Inventory,
                CacheTag::Mappings,
                CacheTag::Settings,
                CacheTag::PickLists,
            ]);
        }
    }

    /// What was done here, newest first, before the batch `before`.
    pub async fn activity_acts(
        &self,
        before: Option<BatchId>,
        limit: u32,
    ) -> Result<Vec<ActEntry>, EngineError> {
        check_limit(limit)?;
        Ok(self.0.store.activity_acts(before, limit).await?)
    }

    /// What was done to an order, newest first.
    pub async fn order_acts(&self, order: OrderRowId) -> Result<Vec<ActEntry>, EngineError> {
        Ok(self.0.store.order_acts(order, HISTORY).await?)
    }

    /// Runs of the journal, newest first, before the run `before`.
    pub async fn activity_runs(&self, before: Option<u32>, limit: u32) -> Result<Vec<RunEntry>, EngineError> {
        check_limit(limit)?;
        let labels = self.0.store.accounts().await?;
        let label = |log: &SyncLog| {
            labels.iter().find(|account| account.id == log.account).map(|account| account.label.clone())
        };
        let logs = self.0.store.logs(before, limit).await?;
        Ok(logs.into_iter().map(|log| run(label(&log).unwrap_or_default(), log)).collect())
    }
}

fn run(account: String, log: SyncLog) -> RunEntry {
    let finished_at = log.entry.as_ref().map(|entry| entry.ended_at);
    let entry = log.entry.unwrap_or_default();
    RunEntry {
        id: u32::try_from(log.id.0).unwrap_or(u32::MAX),
        account,
        kind: log.kind,
        started_at: log.started_at,
        finished_at,
        calls: entry.calls,
        pages: entry.pages,
        throttled: entry.throttled,
        new_orders: entry.new,
        changed_orders: entry.changed,
        unchanged: entry.unchanged,
        median_lateness_s: median(&entry.lateness),
        complete_up_to: entry.complete_up_to,
        error: entry.error.map(|error| RunError {
            code: error.code,
            message: error.message,
            request_id: error.request_id,
        }),
    }
}

/// The upper end of the bucket that the middle order lies in; the last one has none, so its lower end stands for it.
fn median(lateness: &[u32]) -> Option<u32> {
    let all: u64 = lateness.iter().map(|orders| u64::from(*orders)).sum();
    let mut passed = 0;
    for (bucket, orders) in lateness.iter().enumerate() {
        passed += u64::from(*orders);
        if *orders > 0 && passed * 2 >= all {
            let end = LATENESS_BUCKETS.get(bucket).or(LATENESS_BUCKETS.last())?;
            return u32::try_from(*end).ok();
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_end_of_the_middle_orders_bucket() {
        assert_eq!(median(&[]), None);
        assert_eq!(median(&[0; 7]), None);
        assert_eq!(median(&[10, 0, 0, 0, 0, 0, 1]), Some(180));
        assert_eq!(median(&[1, 1, 3, 0, 0, 0, 0]), Some(900));
        assert_eq!(median(&[0, 0, 0, 0, 0, 0, 5]), Some(86_400));
    }
}
