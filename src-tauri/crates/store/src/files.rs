//! What files need of the store: orders of another platform coming in, rows of a selection going out.
//!
//! Orders of files are decided whole, see [`Laid`], and the same file again changes nothing. A platform's account is
//! made together with its first orders, so that no empty one is ever left behind.

use chrono::{DateTime, Utc};
use packlight_domain::account::AccountId;
use packlight_domain::act::{BatchId, UndoReport};
use packlight_domain::file_import::Told;
use packlight_domain::listing::{OrderDetail, OrderRowId};
use packlight_domain::order::OrderUpdate;
use packlight_domain::stock::{Unit, UnitId};
use sqlx::Connection;

use crate::accounts::{NewAccount, insert, load as accounts};
use crate::acts::{Batch, Subject, counted};
use crate::ingest::{Compared, Laid};
use crate::inventory::Units;
use crate::picking::strike::Struck;
use crate::rows::{count, list};
use crate::selection::{Orders, row_ids};
use crate::{Store, StoreError, acts, details, inventory};

/// How many orders are looked at by one statement.
const CHUNK: usize = 500;

/// An import of orders, which several transactions may do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Import {
    /// The name of the file.
    pub file: String,
    /// For undo of all of it; `None` while nothing was changed.
    pub batch: Option<BatchId>,
    /// How many orders changed what so far.
    pub compared: Compared,
}

/// "Imported 3 orders from orders.csv, updated 2".
fn sentence(file: &str, done: Compared) -> String {
    let orders = |number: u32| counted(number as usize, "order");
    match (done.new, done.changed) {
        (0, changed) => format!("Updated {} from {file}", orders(changed)),
        (new, 0) => format!("Imported {} from {file}", orders(new)),
        (new, changed) => format!("Imported {} from {file}, updated {changed}", orders(new)),
    }
}

/// What an import of orders did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// The account that the orders belong to.
    pub account: AccountId,
    /// The import with what was kept now.
    pub import: Import,
    /// What left open pick lists, to be told to the seller at once.
    pub struck: Vec<Struck>,
}

impl Store {
    /// Keeps orders of a platform that is read from files, in one transaction. They belong to the platform's account,
    /// which is made from `account` if there is none yet; a label that is taken gets a number. One undo takes back all that
    /// is done as the same `import`.
    pub async fn import_orders(
        &self,
        account: &NewAccount,
        updates: &[OrderUpdate],
        told: &Told,
        import: &Import,
        now: DateTime<Utc>,
    ) -> Result<Imported, StoreError> {
        let (account, updates, told) = (account.clone(), updates.to_vec(), told.clone());
        let import = import.clone();
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
                let Import { file, batch, mut compared } = import;
                let (mut struck, mut done) = (Vec::new(), Vec::new());
                for chunk in updates.chunks(CHUNK) {
                    let laid = Laid::upon(connection, Some(id), chunk, &told).await?;
                    compared.add(laid.compared);
                    struck.extend(laid.keep(connection, id, &mut done, now).await?.struck);
                }
                let mut own = Batch::go_on(connection, batch, now).await?;
                own.record(connection, &done).await?;
                let batch = own.finish(connection, &sentence(&file, compared)).await?.or(batch);
                Ok(Imported { account: id, import: Import { file, batch, compared }, struck })
            })
        })
        .await
    }

    /// Takes an import of orders back: what it changed is as before, what came with it is gone, but for orders that
    /// somebody has worked with since; those stay and are named.
    ///
    /// # Errors
    /// [`StoreError::NoBatch`] where there is no such batch; [`StoreError::NotPossible`] where it imported no orders.
    pub async fn undo_import(&self, batch: BatchId, now: DateTime<Utc>) -> Result<UndoReport, StoreError> {
        self.write(move |connection| {
            Box::pin(async move {
                let (kind, _) = Subject::Order.words();
                let imported: Option<bool> = sqlx::query_scalar(
                    // An import that was done again is one; its undo is not.
                    "SELECT summary NOT LIKE 'Undid: %' AND EXISTS (SELECT 1 FROM acts WHERE batch = b.id AND kind = ?) \
                     FROM act_batches b WHERE b.id = ?",
                )
                .bind(kind)
                .bind(batch.0)
                .fetch_optional(&mut *connection)
                .await?;
                match imported {
                    None => Err(StoreError::NoBatch(i64::from(batch.0))),
                    Some(false) => {
                        let why = format!("action {} imported no orders: undo it as what it was", batch.0);
                        Err(StoreError::NotPossible(why))
                    }
                    Some(true) => acts::undo(connection, batch, now).await,
                }
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
        told: &Told,
    ) -> Result<Compared, StoreError> {
        let mut connection = self.inner.readers.acquire().await?;
        let mut compared = Compared::default();
        for chunk in updates.chunks(CHUNK) {
            compared.add(Laid::upon(&mut connection, account, chunk, told).await?.compared);
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
