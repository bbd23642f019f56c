//! Keeps orders honest that the list may have been silent about, by single reads from spare budget (invariant I14).
//!
//! Amazon loses updates and gives prices late, so an open order is read again at least every six hours, a pending one
//! likewise, and a shipped merchant order younger than 30 days once a day for the state of its packages (design §4). An
//! order whose lines or status a damaged answer left out is read again within the hour, after all those.

use std::collections::HashSet;

use chrono::TimeDelta;
use packlight_domain::account::OrdersApi;
use packlight_spapi::{Errand, ErrorKind, IncludedData, Operation, Patience, Priority};
use packlight_store::{Account, StaleKind};
use tokio_util::sync::CancellationToken;

use crate::connection::Connection;
use crate::desk::Engine;
use crate::error::EngineError;
use crate::events::CacheTag;

/// Tokens that stay for what the user waits for.
const RESERVE: u32 = 10;

/// Orders in a row that Amazon could not give, after which the others wait for the next poll.
const ENOUGH: u32 = 3;

/// After which time an order is tried again that Amazon could not give, whole or at all, for a reason that may pass.
const SOON: TimeDelta = TimeDelta::hours(1);

/// For how long what was read of an order is good enough.
fn fresh_for(kind: StaleKind) -> TimeDelta {
    match kind {
        StaleKind::Open | StaleKind::Pending => TimeDelta::hours(6),
        StaleKind::InTransit => TimeDelta::days(1),
        StaleKind::WithoutLines | StaleKind::WithoutStatus => SOON,
    }
}

impl Engine {
    /// Reads stale orders of `account` again as far as the budget above the reserve allows, and returns how many. An
    /// order that cannot be read is passed over; an error is one of the line to Amazon, or of the store.
    /// Accounts on v0 are left to the list, which is all that v0 offers for this.
    pub(crate) async fn refresh(
        &self,
        account: &Account,
        connection: &Connection,
        stop: &CancellationToken,
    ) -> Result<u32, EngineError> {
        if account.orders_api == OrdersApi::V0 {
            return Ok(0);
        }
        let client = &connection.client;
        let errand = Errand { priority: Priority::Open, patience: Patience::Now, ..connection.errand(stop) };
        let mut read = 0;
        let mut in_vain = 0;
        let (mut changed, mut freed) = (false, false);
        let mut outcome = Ok(());
        let now = client.server_now();
        let wanted = StaleKind::ALL.map(|kind| (kind, now - fresh_for(kind)));
        let spare = client.budget(Operation::GetOrder).whole_tokens.saturating_sub(RESERVE);
        let mut looked_at = HashSet::new();
        for (kind, order_id) in self.0.store.stale(account.id, &wanted, spare).await? {
            // What Amazon refuses to tell in lists it refuses here; such lists are read again by the sync.
            let refused = kind == StaleKind::WithoutStatus && !client.takes_all();
            if refused || !looked_at.insert(order_id.clone()) {
                continue;
            }
            if client.budget(Operation::GetOrder).whole_tokens <= RESERVE || stop.is_cancelled() {
                break;
            }
            let mut read_at = None;
            match client.get_order_degrading(&order_id, IncludedData::ALL, &errand).await {
                Ok((update, surprises)) => {
                    let now = client.server_now();
                    let changes = self.0.store.apply(account.id, &[update], &surprises.rows(), now).await?;
                    changed |= !changes.changed.is_empty();
                    freed |= changes.units_freed > 0;
                    self.0.events.struck(&changes.struck);
                    read += 1;
                    in_vain = 0;
                }
                // Gone at Amazon: kept here as it is (I15), and not asked for again today.
                Err(error) if error.kind == ErrorKind::NotFound => {}
                Err(error) if error.kind == ErrorKind::Throttled => break,
                Err(error) if error.is_of_the_line() => {
                    outcome = Err(error.into());
                    break;
                }
                // One order that Amazon cannot give must not keep the others from being read.
                Err(error) => {
                    let (status, request_id) = (error.status, error.request_id.as_deref());
                    tracing::info!(status, request_id, "an order could not be read again: {error}");
                    in_vain += 1;
                    read_at = error.retryable.then(|| client.server_now() - fresh_for(kind) + SOON);
                }
            }
            let read_at = read_at.unwrap_or_else(|| client.server_now());
            self.0.store.mark_read(account.id, &order_id, read_at).await?;
            if in_vain == ENOUGH {
                break;
            }
        }
        if changed {
            self.0.events.changed(&[CacheTag::Orders, CacheTag::Counts]);
        }
        if freed {
            self.0.events.changed(&[CacheTag::Inventory, CacheTag::Mappings]);
        }
        outcome.map(|()| read)
    }
}
