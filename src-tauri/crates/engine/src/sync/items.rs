//! The lines of orders under Orders v0, where each order costs a call of its own.
//!
//! A sync asks for the lines of what it listed, newest first, and then of what earlier runs left, as far as the bucket
//! allows without waiting; what is left counts as missing items and is nobody's failure.

use std::collections::HashSet;

use packlight_domain::order::OrderUpdate;
use packlight_spapi::{Errand, ErrorKind, Patience};

use super::{Harvest, Run};
use crate::error::EngineError;

/// Orders whose lines are asked for in one run at most, whatever the bucket says.
const MOST: u32 = 500;

/// Different orders in a row whose lines Amazon could not tell, before the others wait for the next run.
const ENOUGH: u32 = 3;

impl Run {
    /// Fetches lines until the bucket is empty. An order whose lines Amazon does not tell is passed over and asked for
    /// again after the others; an error is one of the line to Amazon, or of the store. `listed` are the orders of this run that are new or different.
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
        // An order that changes while its list is read comes twice (fault catalogue row 37): its newest state counts.
        let mut known = HashSet::new();
        wanted.retain(|(id, _)| known.insert(id.clone()));
        for older in self.store.missing_items(self.account_id(), MOST).await? {
            if known.insert(older.0.clone()) {
                wanted.push(older);
            }
        }
        let mut in_vain = 0;
        for (order_id, last_update) in wanted {
            match self.connection.client.order_items_v0(&order_id, last_update, &errand).await {
                Ok((update, surprises)) => {
                    let now = self.connection.client.server_now();
                    let told = !update.lines.is_empty() && !update.lines_in_part;
                    let changes =
                        self.store.apply(self.account_id(), &[update], &surprises.rows(), now).await?;
                    harvest.absorb([order_id.clone()], &changes, now);
                    self.progress.page_kept(&harvest.report(&self.account.label, &errand.tally), &changes);
                    in_vain = 0;
                    if told {
                        continue;
                    }
                }
                Err(error) if error.kind == ErrorKind::Throttled => return Ok(()),
                Err(error) if error.is_of_the_line() => return Err(error.into()),
                // One order that Amazon will not open must not keep the others closed; it stays a missing item.
                Err(error) => {
                    let (status, request_id) = (error.status, error.request_id.as_deref());
                    tracing::info!(status, request_id, "lines of an order were not told: {error}");
                    if !matches!(error.kind, ErrorKind::NotFound | ErrorKind::InvalidInput) {
                        in_vain += 1;
                    }
                }
            }
            // Behind the others from now on.
            let now = self.connection.client.server_now();
            self.store.mark_read(self.account_id(), &order_id, now).await?;
            if in_vain == ENOUGH {
                tracing::warn!("Amazon tells no lines of orders now; the rest is asked for by later syncs");
                break;
            }
        }
        Ok(())
    }
}
