//! Saved views: named queries, their order, and how many orders each one holds.
//!
//! Every change is an act. What a view is and where it stands are two subjects, so undoing a rename leaves a later move
//! alone. The seven of the beginning can be moved and hidden; the seller's own can be changed in every way.

use chrono::{DateTime, Utc};
use packlight_domain::account::Platform;
use packlight_domain::act::BatchId;
use packlight_domain::page::{Sort, SortKey};
use packlight_domain::query::Query;
use packlight_domain::text::fold;
use packlight_domain::view::{NewView, SavedView, ViewChange, ViewCount, ViewCounts, ViewId, ViewSaved};
use serde::{Deserialize, Serialize};
use sqlx::{Connection, Row, SqliteConnection};

use crate::acts::{Act, Batch, Stored, Subject};
use crate::counts::Scope;
use crate::meanings;
use crate::page::List;
use crate::rows::{count, list};
use crate::sieve::Sieve;
use crate::zones::Present;
use crate::{Store, StoreError};

/// Orders that are counted for one view at most, where they have to be looked at to be counted.
const COUNTED: u32 = 1_000;

/// The key of the one subject that is the order of all views.
const ALL: &str = "all";

/// A view as an act keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Kept {
    name: String,
    query: String,
    sort: Sort,
    built_in: bool,
    hidden: bool,
}

impl Store {
    /// All views, hidden ones too, in their order.
    pub async fn views(&self) -> Result<Vec<SavedView>, StoreError> {
        let mut connection = self.inner.readers.acquire().await?;
        views(&mut connection).await
    }

    /// How many orders each view that is not hidden holds at `now`, of one platform or of all. Those whose query is no
    /// longer understood are left out.
    pub async fn view_counts(
        &self,
        platform: Option<Platform>,
        now: DateTime<Utc>,
    ) -> Result<ViewCounts, StoreError> {
        let mut connection = self.inner.readers.acquire().await?;
        let mut snapshot = connection.begin().await?;
        let present = Present::load(&mut snapshot, now).await?;
        let mut counts = ViewCounts::default();
        for view in views(&mut snapshot).await?.into_iter().filter(|view| !view.hidden) {
            let Ok(query) = Query::parse(&view.query) else { continue };
            let meanings = meanings::load(&mut snapshot, &query).await?;
            let sieve = Sieve { meanings, ..Sieve::of(&present, &query, Scope { account: None, platform }) };
            let list = List::of(sieve, Sort::default());
            let counted = list.count(&mut snapshot, COUNTED).await?;
            counts.views.push(ViewCount {
                view: view.id,
                orders: counted.orders,
                is_exact: counted.is_exact,
            });
        }
        snapshot.commit().await?;
        Ok(counts)
    }

    /// Saves a view behind all others. Its query has been parsed and its name tidied by the caller.
    ///
    /// # Errors
    /// [`StoreError::ViewName`] where another view has the name.
    pub async fn add_view(&self, view: &NewView, now: DateTime<Utc>) -> Result<ViewSaved, StoreError> {
        let new = view.clone();
        self.write(move |connection| {
            Box::pin(async move {
                check_name(connection, &new.name, None).await?;
                let before = order(connection).await?;
                // An id of a deleted view is not given again: undo would take one for the other.
                let id: i64 = sqlx::query_scalar(
                    "SELECT 1 + MAX(COALESCE((SELECT MAX(id) FROM saved_views), 0), COALESCE((SELECT \
                     MAX(CAST(substr(subject, 6) AS INTEGER)) FROM acts WHERE kind = 'view'), 0))",
                )
                .fetch_one(&mut *connection)
                .await?;
                let kept =
                    Kept { name: new.name, query: new.query, sort: new.sort, built_in: false, hidden: false };
                write(connection, id, Some(&kept)).await?;
                let mut after = before.clone();
                after.push(id);
                arrange(connection, &after).await?;
                let acts = [changed(id, None, Some(&kept)), moved(&before, &after)];
                let batch = record(connection, &acts, &format!("Saved the view {}", kept.name), now).await?;
                let position = u32::try_from(before.len()).unwrap_or(u32::MAX);
                Ok(ViewSaved { view: kept.into_view(id, position), batch })
            })
        })
        .await
    }

    /// Changes a view. A new query has been parsed and a new name tidied by the caller. `None` where it is so already.
    ///
    /// # Errors
    /// [`StoreError::NoView`] where there is no such view, [`StoreError::ViewName`] where another has the name,
    /// [`StoreError::BuiltInView`] for a change of one of the seven other than to move or hide it.
    pub async fn change_view(
        &self,
        id: ViewId,
        change: &ViewChange,
        now: DateTime<Utc>,
    ) -> Result<Option<BatchId>, StoreError> {
        let change = change.clone();
        self.write(move |connection| {
            Box::pin(async move {
                let row = i64::from(id.0);
                let before = read(connection, row).await?.ok_or(StoreError::NoView(id))?;
                let is_lasting = matches!(change, ViewChange::Move { .. } | ViewChange::Hide { .. });
                if before.built_in && !is_lasting {
                    return Err(StoreError::BuiltInView(before.name));
                }
                let positions = order(connection).await?;
                let (mut after, mut arranged) = (Some(before.clone()), positions.clone());
                let summary = match (change, &mut after) {
                    (ViewChange::Rename { name }, Some(own)) => {
                        check_name(connection, &name, Some(row)).await?;
                        let summary = format!("Renamed the view {} to {name}", before.name);
                        own.name = name;
                        summary
                    }
                    (ViewChange::Query { query, sort }, Some(own)) => {
                        (own.query, own.sort) = (query, sort);
                        format!("Changed the view {}", before.name)
                    }
                    (ViewChange::Hide { hidden }, Some(own)) => {
                        own.hidden = hidden;
                        format!("{} the view {}", if hidden { "Hid" } else { "Showed" }, before.name)
                    }
                    (ViewChange::Move { position }, _) => {
                        arranged.retain(|own| *own != row);
                        let at = (position as usize).min(arranged.len());
                        arranged.insert(at, row);
                        format!("Moved the view {}", before.name)
                    }
                    (ViewChange::Delete, _) => {
                        arranged.retain(|own| *own != row);
                        after = None;
                        format!("Deleted the view {}", before.name)
                    }
                    (_, None) => return Err(StoreError::NoView(id)),
                };
                let mut acts = Vec::new();
                if after.as_ref() != Some(&before) {
                    write(connection, row, after.as_ref()).await?;
                    acts.push(changed(row, Some(&before), after.as_ref()));
                }
                if arranged != positions {
                    arrange(connection, &arranged).await?;
                    acts.push(moved(&positions, &arranged));
                }
                record(connection, &acts, &summary, now).await
            })
        })
        .await
    }
}

impl Kept {
    fn into_view(self, id: i64, position: u32) -> SavedView {
        let Self { name, query, sort, built_in, hidden } = self;
        SavedView { id: ViewId(count(id)), name, query, sort, position, built_in, hidden }
    }

    fn text(&self) -> Option<String> {
        serde_json::to_string(self).ok()
    }
}

/// Puts views back that still stand; tells which. One whose name another has by now does not.
pub(crate) async fn restore(
    connection: &mut SqliteConnection,
    acts: &[Stored],
) -> Result<Vec<bool>, StoreError> {
    let mut restored = Vec::with_capacity(acts.len());
    for act in acts {
        let id: i64 = act.key.parse().unwrap_or(0);
        let current = read(connection, id).await?.and_then(|own| own.text());
        let before: Option<Kept> = act.before.as_deref().and_then(|text| serde_json::from_str(text).ok());
        let is_free = match &before {
            Some(own) => check_name(connection, &own.name, Some(id)).await.is_ok(),
            None => true,
        };
        let stands = current == act.after && is_free;
        if stands {
            write(connection, id, before.as_ref()).await?;
            let mut positions = order(connection).await?;
            if before.is_some() && !positions.contains(&id) {
                positions.push(id);
            }
            arrange(connection, &positions).await?;
        }
        restored.push(stands);
    }
    Ok(restored)
}

/// Puts the order of the views back where the same views still stand in the order that was left.
pub(crate) async fn restore_order(
    connection: &mut SqliteConnection,
    acts: &[Stored],
) -> Result<Vec<bool>, StoreError> {
    let mut restored = Vec::with_capacity(acts.len());
    for act in acts {
        let ids = |text: &Option<String>| -> Vec<i64> {
            text.as_deref().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
        };
        let (before, after, current) = (ids(&act.before), ids(&act.after), order(connection).await?);
        // A view that the same undo has just brought back or taken away is not a change of the order.
        let common = |own: &[i64], others: &[i64]| -> Vec<i64> {
            own.iter().copied().filter(|id| others.contains(id)).collect()
        };
        let stands = common(&current, &after) == common(&after, &current)
            && current.iter().all(|id| after.contains(id) || before.contains(id));
        if stands {
            arrange(connection, &common(&before, &current)).await?;
        }
        restored.push(stands);
    }
    Ok(restored)
}

async fn views(connection: &mut SqliteConnection) -> Result<Vec<SavedView>, StoreError> {
    let rows = sqlx::query("SELECT * FROM saved_views ORDER BY position, id").fetch_all(connection).await?;
    (0..).zip(&rows).map(|(position, row)| Ok(kept(row)?.into_view(row.try_get("id")?, position))).collect()
}

async fn read(connection: &mut SqliteConnection, id: i64) -> Result<Option<Kept>, StoreError> {
    let row =
        sqlx::query("SELECT * FROM saved_views WHERE id = ?").bind(id).fetch_optional(connection).await?;
    row.as_ref().map(kept).transpose()
}

fn kept(row: &sqlx::sqlite::SqliteRow) -> Result<Kept, StoreError> {
    let word: &str = row.try_get("sort")?;
    let key = SortKey::ALL.into_iter().find(|key| sort_word(*key) == word).unwrap_or(SortKey::Date);
    Ok(Kept {
        name: row.try_get("name")?,
        query: row.try_get("query")?,
        sort: Sort { key, descending: row.try_get("descending")? },
        built_in: row.try_get("built_in")?,
        hidden: row.try_get("hidden")?,
    })
}

fn sort_word(key: SortKey) -> &'static str {
    match key {
        SortKey::Date => "date",
        SortKey::Updated => "updated",
        SortKey::ShipBy => "ship_by",
        SortKey::Total => "total",
        SortKey::OrderId => "order_id",
    }
}

async fn write(connection: &mut SqliteConnection, id: i64, view: Option<&Kept>) -> Result<(), StoreError> {
    let Some(view) = view else {
        sqlx::query("DELETE FROM saved_views WHERE id = ?").bind(id).execute(connection).await?;
        return Ok(());
    };
    sqlx::query(
        "INSERT INTO saved_views (id, name, name_key, query, sort, descending, position, built_in, hidden) \
         VALUES (?, ?, ?, ?, ?, ?, (SELECT COUNT(*) FROM saved_views), ?, ?) ON CONFLICT (id) DO UPDATE SET \
         name = excluded.name, name_key = excluded.name_key, query = excluded.query, sort = excluded.sort, \
         descending = excluded.descending, hidden = excluded.hidden",
    )
    .bind(id)
    .bind(&view.name)
    .bind(fold(&view.name))
    .bind(&view.query)
    .bind(sort_word(view.sort.key))
    .bind(view.sort.descending)
    .bind(view.built_in)
    .bind(view.hidden)
    .execute(connection)
    .await?;
    Ok(())
}

/// Ids of the views in their order.
async fn order(connection: &mut SqliteConnection) -> Result<Vec<i64>, StoreError> {
    Ok(sqlx::query_scalar("SELECT id FROM saved_views ORDER BY position, id").fetch_all(connection).await?)
}

async fn arrange(connection: &mut SqliteConnection, ids: &[i64]) -> Result<(), StoreError> {
    sqlx::query("UPDATE saved_views SET position = j.key FROM json_each(?) j WHERE saved_views.id = j.value")
        .bind(list(ids))
        .execute(connection)
        .await?;
    Ok(())
}

async fn check_name(
    connection: &mut SqliteConnection,
    name: &str,
    own: Option<i64>,
) -> Result<(), StoreError> {
    let taken: Option<String> =
        sqlx::query_scalar("SELECT name FROM saved_views WHERE name_key = ? AND id IS NOT ?")
            .bind(fold(name))
            .bind(own)
            .fetch_optional(connection)
            .await?;
    taken.map_or(Ok(()), |name| Err(StoreError::ViewName(name)))
}

fn changed(id: i64, before: Option<&Kept>, after: Option<&Kept>) -> Act {
    Act {
        about: Subject::View,
        key: id.to_string(),
        before: before.and_then(Kept::text),
        after: after.and_then(Kept::text),
        order: None,
    }
}

fn moved(before: &[i64], after: &[i64]) -> Act {
    let key = ALL.to_owned();
    Act { about: Subject::ViewOrder, key, before: Some(list(before)), after: Some(list(after)), order: None }
}

async fn record(
    connection: &mut SqliteConnection,
    acts: &[Act],
    summary: &str,
    now: DateTime<Utc>,
) -> Result<Option<BatchId>, StoreError> {
    if acts.is_empty() {
        return Ok(None);
    }
    let mut batch = Batch::begin(connection, now).await?;
    batch.record(connection, acts).await?;
    batch.finish(connection, summary).await
}
