//! Keeps orders honest that the list may have been silent about, by single reads from spare budget (invariant I14).
//!
//! Amazon loses updates and gives prices late, so an open order is read again at least every six hours, a pending one
//! likewise, and a shipped merchant order younger than 30 days once a day for the state of its packages (design §4).

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

/// What is read again, in this order, when it was not read for so long.
const STALE: [(StaleKind, TimeDelta); 3] = [
    (StaleKind::Open, TimeDelta::hours(6)),
    (StaleKind::Pending, TimeDelta::hours(6)),
    (StaleKind::InTransit, TimeDelta::days(1)),
];

impl Engine {
    /// Reads stale orders of `account` again as far as the budget above the reserve allows, and returns how many.
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
        let (mut changed, mut freed) = (false, false);
        for (kind, age) in STALE {
            let spare = client.budget(Operation::GetOrder).whole_tokens.saturating_sub(RESERVE);
            let before = client.server_now() - age;
            for order_id in self.0.store.stale(account.id, kind, before, spare).await? {
                if client.budget(Operation::GetOrder).whole_tokens <= RESERVE || stop.is_cancelled() {
                    return Ok(read);
                }
                match client.get_order_degrading(&order_id, IncludedData::ALL, &errand).await {
                    Ok((update, surprises)) => {
                        let now = client.server_now();
                        let changes =
                            self.0.store.apply(account.id, &[update], &surprises.rows(), now).await?;
                        changed |= !changes.changed.is_empty();
                        freed |= changes.units_freed > 0;
                        self.0.events.struck(&changes.struck);
                    }
                    // Gone at Amazon: kept here as it is (I15), and not asked for again today.
                    Err(error) if error.kind == ErrorKind::NotFound => {}
                    Err(error) if error.kind == ErrorKind::Throttled => return Ok(read),
                    Err(error) => return Err(error.into()),
                }
                self.0.store.mark_read(account.id, &order_id, client.server_now()).await?;
                read += 1;
            }
        }
        if changed {
            self.0.events.changed(&[CacheTag::Orders, CacheTag::Counts]);
        }
        if freed {
            self.0.events.changed(&[CacheTag::Inventory, CacheTag::Mappings]);
        }
        Ok(read)
    }
}
