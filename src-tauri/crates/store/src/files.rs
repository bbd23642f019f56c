//! What files need of the store: orders of another platform coming in, rows of a selection going out.
//!
//! Orders of files pass through the same guard as Amazon's (invariant I5), so the same file again changes nothing. A
//! platform's account is made together with its first orders, so that no empty one is ever left behind.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use packlight_domain::account::AccountId;
use packlight_domain::listing::{OrderDetail, OrderRowId};
use packlight_domain::order::OrderUpdate;
use packlight_domain::stock::{Unit, UnitId};
use sqlx::Connection;

use crate::accounts::{NewAccount, insert, load as accounts};
use crate::ingest::{ChangeSet, known, write};
use crate::inventory::Units;
use crate::rows::{count, list};
use crate::selection::{Orders, row_ids};
use crate::{Store, StoreError, details, inventory};

/// How many orders are looked at by one statement.
const CHUNK: usize = 500;

/// What orders would change.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Compared {
    /// Orders not known before.
    pub new: u32,
    /// Orders known before and different then.
    pub changed: u32,
    /// Orders that are so already, or newer.
    pub unchanged: u32,
}

impl Store {
    /// Keeps orders of a platform that is read from files, in one transaction. They belong to the platform's account,
    /// which is made from `account` if there is none yet; a label that is taken gets a number. Returns that account, too.
    pub async fn import_orders(
        &self,
        account: &NewAccount,
        updates: &[OrderUpdate],
        now: DateTime<Utc>,
    ) -> Result<(AccountId, ChangeSet), StoreError> {
        let (account, updates) = (account.clone(), updates.to_vec());
        self.write(move |connection| {
            Box::pin(async move {
                let known = accounts(connection).await?;
                let id = if let Some(own) = known.iter().find(|own| own.platform == account.platform) {
                    own.id
                } else {
                    let is_free = |label: &String| known.iter().all(|own| own.label != *label);
                    let numbered = (2..).map(|number| format!("{} {number}", account.label));
                    let label = std::iter::once(account.label.clone()).chain(numbered).find(is_free);
                    let label = label.unwrap_or_else(|| account.label.clone());
                    insert(connection, &NewAccount { label, ..account }).await?
                };
                let mut changes = ChangeSet::default();
                for chunk in updates.chunks(CHUNK) {
                    let part = write(connection, id, chunk.to_vec(), now).await?;
                    changes.new.extend(part.new);
                    changes.changed.extend(part.changed);
                    changes.unchanged += part.unchanged;
                    changes.items_written += part.items_written;
                    changes.units_freed += part.units_freed;
                    changes.struck.extend(part.struck);
                }
                Ok((id, changes))
            })
        })
        .await
    }

    /// What [`import_orders`](Self::import_orders) would change, by the same comparison; nothing is written. `None` is an
    /// account that is not there yet.
    pub async fn compare_orders(
        &self,
        account: Option<AccountId>,
        updates: &[OrderUpdate],
    ) -> Result<Compared, StoreError> {
        let mut connection = self.inner.readers.acquire().await?;
        let mut compared = Compared::default();
        for chunk in updates.chunks(CHUNK) {
            let mut stored = match account {
                Some(account) => known(&mut connection, account, chunk).await?,
                None => HashMap::new(),
            };
            for update in chunk {
                let gains = stored.get_mut(&update.order_id).map(|order| order.versions.merge(update));
                let count = match gains {
                    None => &mut compared.new,
                    Some(groups) if groups.is_empty() => &mut compared.unchanged,
                    Some(_) => &mut compared.changed,
                };
                *count += 1;
            }
        }
        Ok(compared)
    }

    /// Row ids of the orders of a selection at `now`, newest first; ids given one by one in their own order.
    pub async fn selected_orders(
        &self,
        orders: &Orders,
        now: DateTime<Utc>,
    ) -> Result<Vec<OrderRowId>, StoreError> {
        let mut connection = self.inner.readers.acquire().await?;
        let mut snapshot = connection.begin().await?;
        let ids = row_ids(&mut snapshot, orders, now).await?;
        snapshot.commit().await?;
        Ok(ids.into_iter().map(|id| OrderRowId(count(id))).collect())
    }

    /// Whole orders by their row ids, in that order; those that are gone are left out.
    pub async fn orders_by_id(&self, ids: &[OrderRowId]) -> Result<Vec<OrderDetail>, StoreError> {
        let ids: Vec<i64> = ids.iter().map(|id| i64::from(id.0)).collect();
        let mut connection = self.inner.readers.acquire().await?;
        let mut snapshot = connection.begin().await?;
        let found = details::load(&mut snapshot, &ids).await?;
        snapshot.commit().await?;
        Ok(found)
    }

    /// The platforms' own order ids of row ids, in that order.
    pub async fn order_numbers(&self, ids: &[OrderRowId]) -> Result<Vec<String>, StoreError> {
        let ids: Vec<i64> = ids.iter().map(|id| i64::from(id.0)).collect();
        Ok(sqlx::query_scalar(
            "SELECT o.platform_order_id FROM json_each(?) j CROSS JOIN platform_orders o ON o.id = j.value ORDER BY j.key",
        )
        .bind(list(&ids))
        .fetch_all(&self.inner.readers)
        .await?)
    }

    /// Ids of the units of a selection, the first added first.
    pub async fn selected_units(&self, units: &Units) -> Result<Vec<UnitId>, StoreError> {
        let mut connection = self.inner.readers.acquire().await?;
        let ids = inventory::selected(&mut connection, units).await?;
        Ok(ids.into_iter().map(|id| UnitId(count(id))).collect())
    }

    /// Units by their ids, in that order; those that are gone are left out.
    pub async fn units_by_id(&self, ids: &[UnitId]) -> Result<Vec<Unit>, StoreError> {
        let ids: Vec<i64> = ids.iter().map(|id| i64::from(id.0)).collect();
        let mut connection = self.inner.readers.acquire().await?;
        inventory::load(&mut connection, &ids).await
    }
}
