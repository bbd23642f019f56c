//! The lines of orders under Orders v0, where each order costs a call of its own.
//!
//! A sync asks for the lines of what it listed, newest first, and then of what earlier runs left, as far as the bucket
//! allows without waiting; what is left counts as missing items and is nobody's failure.

use packlight_domain::order::OrderUpdate;
use packlight_spapi::{ApiError, Errand, ErrorKind, Patience};

use super::{Harvest, Run};
use crate::error::EngineError;

/// Orders whose lines are asked for in one run at most, whatever the bucket says.
const MOST: u32 = 500;

impl Run {
    /// Fetches lines until the bucket is empty. `listed` are the orders of this run that are new or different.
    pub(super) async fn fetch_items(
        &self,
        listed: &[OrderUpdate],
        harvest: &mut Harvest,
        errand: &Errand,
    ) -> Result<(), EngineError> {
        let errand = Errand { patience: Patience::Now, ..errand.clone() };
        let mut wanted: Vec<_> =
            listed.iter().map(|update| (update.order_id.clone(), update.last_update)).collect();
        wanted.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        for older in self.store.missing_items(self.account_id(), MOST).await? {
            if !wanted.iter().any(|(id, _)| *id == older.0) {
                wanted.push(older);
            }
        }
        for (order_id, last_update) in wanted {
            match self.connection.client.order_items_v0(&order_id, last_update, &errand).await {
                Ok((update, surprises)) => {
                    let now = self.connection.client.server_now();
                    let changes =
                        self.store.apply(self.account_id(), &[update], &surprises.rows(), now).await?;
                    harvest.absorb([order_id], &changes, now);
                    self.progress.page_kept(&harvest.report(&self.account.label, &errand.tally), &changes);
                }
                Err(error) if bucket_is_empty(&error) => return Ok(()),
                // One order that Amazon will not open must not keep the others closed; it stays a missing item.
                Err(error) if matches!(error.kind, ErrorKind::NotFound | ErrorKind::InvalidInput) => {
                    tracing::info!(
                        status = error.status,
                        request_id = error.request_id,
                        "lines of an order refused"
                    );
                }
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }
}

fn bucket_is_empty(error: &ApiError) -> bool {
    matches!(error.kind, ErrorKind::Throttled)
}
