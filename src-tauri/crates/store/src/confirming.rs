//! *Confirm orders processed*: units of paid and shipped orders go to the archive, the orders become Completed.
//!
//! Each order is one transaction that decides anew, so what changed since the preview is seen, and a kill leaves whole
//! orders behind. All orders of a call are one batch, told and ready to be undone after each of them. An order is
//! confirmed at most once, and a unit goes with one order only.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use packlight_domain::account::Platform;
use packlight_domain::act::BatchId;
use packlight_domain::confirming::rules::Shelf;
use packlight_domain::confirming::{ConfirmUndone, Confirmation};
use packlight_domain::listing::OrderRowId;
use sqlx::{Connection, SqliteConnection};

use crate::acts::{self, Batch, CONFIRMATION};
use crate::picking::strike;
use crate::rows::{count, list};
use crate::selection::{self, Orders};
use crate::{Store, StoreError};

mod archive;
mod load;
mod restore;
mod tell;

pub(crate) use restore::restore;
use tell::{Done, Told};

/// How many orders of a preview are read at a time.
const CHUNK: usize = 500;

/// What is to be confirmed; its query is parsed and its location checked.
#[derive(Debug, Clone, Default)]
pub struct Confirming {
    /// These orders; all that are Paid or Shipped unless given.
    pub orders: Option<Orders>,
    /// Only this platform's.
    pub platform: Option<Platform>,
    /// Where the units go, instead of where the archive rule says.
    pub archive_location: Option<String>,
    /// Orders that are complete without stock.
    pub without_stock: Vec<OrderRowId>,
}

impl Store {
    /// What [`confirm`](Self::confirm) would do now.
    pub async fn preview_confirm(
        &self,
        what: &Confirming,
        now: DateTime<Utc>,
    ) -> Result<Confirmation, StoreError> {
        let mut connection = self.inner.readers.acquire().await?;
        let mut snapshot = connection.begin().await?;
        let asked = Asked::read(&mut snapshot, what, now).await?;
        let desk = load::Desk::read(&mut snapshot, what, now).await?;
        let mut shelf = Shelf::default();
        let mut done = Done::default();
        for chunk in asked.by_age.chunks(CHUNK) {
            let ids: Vec<i64> = chunk.iter().map(|(id, _)| *id).collect();
            let orders = load::orders(&mut snapshot, &ids, &desk).await?;
            load::lay_out(&mut snapshot, &orders, false, &mut shelf).await?;
            let planned: Vec<load::Planned> =
                orders.into_iter().map(|order| load::Planned::of(order, &mut shelf)).collect();
            for told in tell::tell(&mut snapshot, &planned).await? {
                done.add(told);
            }
        }
        snapshot.commit().await?;
        Ok(done.result(&asked))
    }

    /// Confirms orders one after the other, the oldest first, so that the oldest unit goes with the oldest order.
    ///
    /// # Errors
    /// Only where nothing was confirmed because the database fails; after that, failures are told order by order.
    pub async fn confirm(&self, what: &Confirming, now: DateTime<Utc>) -> Result<Confirmation, StoreError> {
        let asked = {
            let mut connection = self.inner.readers.acquire().await?;
            let mut snapshot = connection.begin().await?;
            let asked = Asked::read(&mut snapshot, what, now).await?;
            snapshot.commit().await?;
            asked
        };
        let mut done = Done::default();
        // A failure of the disk or the file itself meets every later order too, so these are not tried.
        let mut broken: Option<StoreError> = None;
        for (id, number) in &asked.by_age {
            let told = match &broken {
                Some(error) => Err(error.clone()),
                None => self.confirm_one(what, *id, &done, now).await,
            };
            match told {
                Ok((told, batch)) => {
                    done.batch = batch.or(done.batch);
                    done.add(told);
                }
                Err(error) if done.batch.is_none() && !is_of_one_order(&error) => return Err(error),
                Err(error) => {
                    done.add(Told::failed(*id, number, &error));
                    broken = (!is_of_one_order(&error)).then_some(error);
                }
            }
        }
        Ok(done.result(&asked))
    }

    /// Confirms one order in a transaction of its own, as part of the batch of those before it.
    async fn confirm_one(
        &self,
        what: &Confirming,
        id: i64,
        before: &Done,
        now: DateTime<Utc>,
    ) -> Result<(Told, Option<BatchId>), StoreError> {
        let what = what.clone();
        let (batch, mut sentence) = (before.batch, before.sentence.clone());
        self.write(move |connection| {
            Box::pin(async move {
                let desk = load::Desk::read(connection, &what, now).await?;
                let orders = load::orders(connection, &[id], &desk).await?;
                let mut shelf = Shelf::default();
                load::lay_out(connection, &orders, true, &mut shelf).await?;
                let planned: Vec<load::Planned> =
                    orders.into_iter().map(|order| load::Planned::of(order, &mut shelf)).collect();
                // Told before it is done: units as they lay.
                let told = tell::tell(connection, &planned).await?.pop();
                let (Some(planned), Some(told)) = (planned.first(), told) else {
                    return Ok((Told::unknown(id), None));
                };
                let Some(done) = archive::archive(connection, planned, &told, now).await? else {
                    return Ok((told, None));
                };
                let mut batch = Batch::go_on(connection, batch, now).await?;
                batch.record(connection, &[done.act]).await?;
                for list in done.lists {
                    strike::end_if_done(connection, &mut batch, list).await?;
                }
                sentence.add(&told.order);
                Ok((told, batch.finish(connection, &sentence.text()).await?))
            })
        })
        .await
    }

    /// Takes a confirmation back, for each of its orders whose units have not moved since.
    ///
    /// # Errors
    /// [`StoreError::NoBatch`] where there is no such batch, [`StoreError::NotPossible`] where it confirmed nothing.
    pub async fn undo_confirm(
        &self,
        batch: BatchId,
        now: DateTime<Utc>,
    ) -> Result<ConfirmUndone, StoreError> {
        self.write(move |connection| {
            Box::pin(async move {
                let confirmed: Option<i64> =
                    // Its undo is of the same kind and leaves orders that are not confirmed.
                    sqlx::query_scalar(
                        "SELECT SUM(CASE WHEN kind = ? THEN after ->> 'confirmed_at' IS NOT NULL ELSE 0 END) \
                         FROM acts WHERE batch = ?",
                    )
                    .bind(CONFIRMATION)
                    .bind(batch.0)
                    .fetch_one(&mut *connection)
                    .await?;
                let confirmed = match confirmed {
                    None => return Err(StoreError::NoBatch(i64::from(batch.0))),
                    Some(0) => {
                        let why = format!("action {} confirmed no order: undo it as what it was", batch.0);
                        return Err(StoreError::NotPossible(why));
                    }
                    Some(confirmed) => confirmed,
                };
                let report = acts::undo(connection, batch, now).await?;
                // Pick lists that ended with these orders are in the batch too, and are not counted.
                let (restored, units): (i64, i64) = match report.batch {
                    None => (0, 0),
                    Some(own) => sqlx::query_as(
                        "SELECT COUNT(*), COALESCE(SUM(json_array_length(before, '$.units')), 0) FROM acts \
                             WHERE batch = ? AND kind = ?",
                    )
                    .bind(own.0)
                    .bind(CONFIRMATION)
                    .fetch_one(connection)
                    .await?,
                };
                Ok(ConfirmUndone {
                    batch: report.batch,
                    orders_restored: count(restored),
                    units_restored: count(units),
                    skipped: count(confirmed - restored),
                })
            })
        })
        .await
    }
}

/// Whether another order may still succeed.
fn is_of_one_order(error: &StoreError) -> bool {
    matches!(error, StoreError::Busy | StoreError::NotPossible(_) | StoreError::Internal(_))
}

/// Which orders a confirmation is about.
#[derive(Debug)]
struct Asked {
    /// Those that are known, the oldest first: in this order they are served.
    /// With their numbers.
    by_age: Vec<(i64, String)>,
    /// Those that were named one by one, in that order, known or not.
    named: Option<Vec<i64>>,
}

impl Asked {
    async fn read(
        connection: &mut SqliteConnection,
        what: &Confirming,
        now: DateTime<Utc>,
    ) -> Result<Self, StoreError> {
        let platform = what.platform.map(|platform| platform.to_string());
        let Some(orders) = &what.orders else {
            // Status Paid or Shipped, whatever else: a class is the status and two other bits. None of them is confirmed.
            let by_age = sqlx::query_as(
                "SELECT o.id, o.platform_order_id FROM accounts a CROSS JOIN platform_orders o ON o.account_id = a.id \
                 AND o.class IN (1, 2, 9, 10, 17, 18, 25, 26) WHERE ?1 IS NULL OR a.platform = ?1 \
                 ORDER BY o.order_date IS NULL, o.order_date, o.id",
            )
            .bind(platform)
            .fetch_all(connection)
            .await?;
            return Ok(Self { by_age, named: None });
        };
        let ids = selection::row_ids(connection, orders, now).await?;
        let rows: Vec<(i64, String, bool)> = sqlx::query_as(
            "SELECT o.id, o.platform_order_id, ?2 IS NULL OR a.platform = ?2 FROM json_each(?1) j \
             CROSS JOIN platform_orders o ON o.id = j.value CROSS JOIN accounts a ON a.id = o.account_id \
             ORDER BY o.order_date IS NULL, o.order_date, o.id",
        )
        .bind(list(&ids))
        .bind(platform)
        .fetch_all(connection)
        .await?;
        let others: HashSet<i64> = rows.iter().filter(|(.., own)| !own).map(|(id, ..)| *id).collect();
        let by_age = rows.into_iter().filter(|(.., own)| *own).map(|(id, number, _)| (id, number)).collect();
        let named = match orders {
            Orders::Ids(ids) => {
                let mut seen = others;
                Some(ids.iter().map(|id| i64::from(id.0)).filter(|id| seen.insert(*id)).collect())
            }
            Orders::Matching { .. } => None,
        };
        Ok(Self { by_age, named })
    }
}
