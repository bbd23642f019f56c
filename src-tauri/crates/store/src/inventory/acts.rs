//! Adding, editing, moving and deleting units, each call one batch that can be undone.

use chrono::{DateTime, Utc};
use packlight_domain::act::BatchId;
use packlight_domain::instant::to_millis;
use packlight_domain::stock::query::StockQuery;
use packlight_domain::stock::{MoveCount, UnitFields, UnitId, UnitStatus, UnitsChanged};
use sqlx::{Connection, SqliteConnection};

use super::image::{Image, images, write};
use crate::acts::{Act, Batch, Stored, Subject, counted};
use crate::rows::{count, list};
use crate::{Store, StoreError};

/// How many units are read and written at a time.
const CHUNK: usize = 1_000;

/// Which units an act is about; the query is parsed.
#[derive(Debug, Clone)]
pub enum Units {
    /// These.
    Ids(Vec<UnitId>),
    /// All that match, but for some.
    Matching {
        /// Which.
        query: StockQuery,
        /// Left out.
        except: Vec<UnitId>,
    },
}

impl Store {
    /// Adds one unit for each element, told as `summary`. Returns their ids, which nobody had before.
    pub async fn add_units(
        &self,
        units: Vec<UnitFields>,
        summary: &str,
        now: DateTime<Utc>,
    ) -> Result<(Vec<UnitId>, Option<BatchId>), StoreError> {
        let summary = summary.to_owned();
        self.write(move |connection| {
            Box::pin(async move {
                let last: i64 = sqlx::query_scalar("UPDATE last_unit SET id = id + ? RETURNING id")
                    .bind(i64::try_from(units.len()).unwrap_or(0))
                    .fetch_one(&mut *connection)
                    .await?;
                let first = last + 1 - i64::try_from(units.len()).unwrap_or(0);
                let created_at = to_millis(now);
                let new: Vec<(i64, Image)> = (first..)
                    .zip(units)
                    .map(|(id, fields)| (id, Image { fields, previous_location: None, created_at }))
                    .collect();
                let mut batch = Batch::begin(connection, now).await?;
                for chunk in new.chunks(CHUNK) {
                    write(connection, chunk).await?;
                    let acts: Result<Vec<Act>, StoreError> =
                        chunk.iter().map(|(id, image)| act(*id, None, Some(image))).collect();
                    batch.record(connection, &acts?).await?;
                }
                let ids = new.iter().map(|(id, _)| UnitId(count(*id))).collect();
                Ok((ids, batch.finish(connection, &summary).await?))
            })
        })
        .await
    }

    /// Gives units new fields, told as `summary`. A unit that is so already, or is not there, is left alone and counted.
    pub async fn edit_units(
        &self,
        units: Vec<(UnitId, UnitFields)>,
        summary: &str,
        now: DateTime<Utc>,
    ) -> Result<UnitsChanged, StoreError> {
        let summary = summary.to_owned();
        self.write(move |connection| {
            Box::pin(async move {
                let mut new: std::collections::HashMap<i64, UnitFields> =
                    units.into_iter().map(|(id, fields)| (i64::from(id.0), fields)).collect();
                let ids: Vec<i64> = new.keys().copied().collect();
                let change = |id: i64, _: UnitStatus, image: &mut Image| {
                    if let Some(fields) = new.remove(&id) {
                        image.fields = fields;
                    }
                };
                change_units(connection, ids, change, |_| summary, now).await
            })
        })
        .await
    }

    /// Puts units in another place, or in none. Those that lie there already are left alone and counted, and so are sold
    /// ones: a selection of everything must not empty the archive. Editing one by itself still moves it.
    pub async fn move_units(
        &self,
        units: &Units,
        location: Option<String>,
        now: DateTime<Utc>,
    ) -> Result<UnitsChanged, StoreError> {
        let units = units.clone();
        self.write(move |connection| {
            Box::pin(async move {
                let ids = selected(connection, &units).await?;
                let place = location.clone();
                let change = move |_: i64, status: UnitStatus, image: &mut Image| {
                    if status != UnitStatus::Sold {
                        image.fields.storage_location.clone_from(&place);
                    }
                };
                let summary = |moved: usize| match &location {
                    Some(location) => format!("Moved {} to {location}", counted(moved, "unit")),
                    None => format!("Took the location from {}", counted(moved, "unit")),
                };
                change_units(connection, ids, change, summary, now).await
            })
        })
        .await
    }

    /// How many of these units [`move_units`](Self::move_units) would move at the most, and how many are sold and stay.
    pub async fn count_move(&self, units: &Units) -> Result<MoveCount, StoreError> {
        let mut connection = self.inner.readers.acquire().await?;
        let mut snapshot = connection.begin().await?;
        let ids = selected(&mut snapshot, units).await?;
        let (all, sold): (i64, i64) = sqlx::query_as(
            "SELECT COUNT(*), COALESCE(SUM(u.status = 'sold'), 0) FROM json_each(?) j \
             CROSS JOIN inventory_items u ON u.id = j.value",
        )
        .bind(list(&ids))
        .fetch_one(&mut *snapshot)
        .await?;
        snapshot.commit().await?;
        Ok(MoveCount { units: count(all - sold), sold: count(sold) })
    }

    /// Deletes free units. Those that an order holds, or that are sold, are left alone and counted.
    pub async fn delete_units(&self, units: &Units, now: DateTime<Utc>) -> Result<UnitsChanged, StoreError> {
        let units = units.clone();
        self.write(move |connection| {
            Box::pin(async move {
                let ids = selected(connection, &units).await?;
                let mut batch = Batch::begin(connection, now).await?;
                let mut deleted = 0;
                for chunk in ids.chunks(CHUNK) {
                    let found = images(connection, chunk).await?;
                    let gone: Vec<(i64, &Image)> = chunk
                        .iter()
                        .filter_map(|id| {
                            let free = |(_, status): &&(Image, UnitStatus)| *status == UnitStatus::InStock;
                            found.get(id).filter(free).map(|(image, _)| (*id, image))
                        })
                        .collect();
                    delete(connection, &gone.iter().map(|(id, _)| *id).collect::<Vec<_>>()).await?;
                    let acts: Result<Vec<Act>, StoreError> =
                        gone.iter().map(|(id, image)| act(*id, Some(image), None)).collect();
                    batch.record(connection, &acts?).await?;
                    deleted += gone.len();
                }
                let batch =
                    batch.finish(connection, &format!("Deleted {}", counted(deleted, "unit"))).await?;
                Ok(changed(batch, deleted, ids.len()))
            })
        })
        .await
    }
}

/// Changes units and records what changed.
async fn change_units(
    connection: &mut SqliteConnection,
    ids: Vec<i64>,
    mut change: impl FnMut(i64, UnitStatus, &mut Image),
    summary: impl FnOnce(usize) -> String,
    now: DateTime<Utc>,
) -> Result<UnitsChanged, StoreError> {
    let mut batch = Batch::begin(connection, now).await?;
    let mut done = 0;
    for chunk in ids.chunks(CHUNK) {
        let mut found = images(connection, chunk).await?;
        let mut acts = Vec::new();
        let mut new = Vec::new();
        for id in chunk {
            let Some((before, status)) = found.remove(id) else { continue };
            let mut after = before.clone();
            change(*id, status, &mut after);
            if after != before {
                acts.push(act(*id, Some(&before), Some(&after))?);
                new.push((*id, after));
            }
        }
        write(connection, &new).await?;
        batch.record(connection, &acts).await?;
        done += new.len();
    }
    let batch = batch.finish(connection, &summary(done)).await?;
    Ok(changed(batch, done, ids.len()))
}

fn changed(batch: Option<BatchId>, done: usize, asked: usize) -> UnitsChanged {
    let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    UnitsChanged { batch, units: number(done), skipped: number(asked.saturating_sub(done)) }
}

fn act(id: i64, before: Option<&Image>, after: Option<&Image>) -> Result<Act, StoreError> {
    Ok(Act {
        about: Subject::Unit,
        key: id.to_string(),
        before: before.map(Image::to_text).transpose()?,
        after: after.map(Image::to_text).transpose()?,
        order: None,
    })
}

async fn delete(connection: &mut SqliteConnection, ids: &[i64]) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM inventory_items WHERE id IN (SELECT value FROM json_each(?))")
        .bind(list(ids))
        .execute(connection)
        .await?;
    Ok(())
}

/// Ids of a selection, lowest first.
pub(crate) async fn selected(
    connection: &mut SqliteConnection,
    units: &Units,
) -> Result<Vec<i64>, StoreError> {
    match units {
        Units::Ids(ids) => {
            let ids: std::collections::BTreeSet<i64> = ids.iter().map(|id| i64::from(id.0)).collect();
            Ok(ids.into_iter().collect())
        }
        Units::Matching { query, except } => {
            let except: std::collections::HashSet<i64> = except.iter().map(|id| i64::from(id.0)).collect();
            let mut ids = super::ids(connection, query, "", "id", false, 0, i64::MAX).await?;
            ids.retain(|id| !except.contains(id));
            Ok(ids)
        }
    }
}

/// Puts units back that still are as the acts left them; tells which. One that an order holds by now is not deleted.
pub(crate) async fn restore(
    connection: &mut SqliteConnection,
    acts: &[Stored],
) -> Result<Vec<bool>, StoreError> {
    let ids: Vec<i64> = acts.iter().filter_map(|act| act.key.parse().ok()).collect();
    let found = images(connection, &ids).await?;
    let mut restored = Vec::with_capacity(acts.len());
    let (mut gone, mut back) = (Vec::new(), Vec::new());
    for act in acts {
        let parse = |text: &Option<String>| -> Result<Option<Image>, StoreError> {
            text.as_deref().map(crate::rows::from_json).transpose()
        };
        let (before, after) = (parse(&act.before)?, parse(&act.after)?);
        let id = act.key.parse::<i64>().ok();
        let current = id.and_then(|id| found.get(&id));
        let stands = current.map(|(image, _)| image) == after.as_ref();
        let free = current.is_none_or(|(_, status)| *status == UnitStatus::InStock);
        let done = match (id, before) {
            (Some(id), Some(before)) if stands => {
                back.push((id, before));
                true
            }
            (Some(id), None) if stands && free => {
                gone.push(id);
                true
            }
            _ => false,
        };
        restored.push(done);
    }
    delete(connection, &gone).await?;
    write(connection, &back).await?;
    Ok(restored)
}
