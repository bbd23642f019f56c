//! Saved views that raise alerts: an order that is in one for the first time is news.
//!
//! What is in a view when its alerts are switched on, when its query changes, or when a first import brings it is no news.
//! A view has to be small enough to be compared as a whole. One that has grown too large raises none any more, which is
//! told once; when it is smaller again, it is watched as if its alerts had just been switched on.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use packlight_domain::alert::News;
use packlight_domain::listing::OrderRowId;
use packlight_domain::page::Sort;
use packlight_domain::query::Query;
use packlight_domain::view::ViewId;
use sqlx::SqliteConnection;

use super::{LISTED_LATE, note};
use crate::counts::Scope;
use crate::page::List;
use crate::rows::{count, list};
use crate::sieve::Sieve;
use crate::{Store, StoreError};

/// How many orders a view that raises alerts may hold.
pub const MAX_IN_ALERT_VIEW: u32 = 5_000;

impl Store {
    /// Those of `views` that hold too many orders to raise alerts, with their names, at `now`.
    pub async fn too_large_for_alerts(
        &self,
        views: &[ViewId],
        now: DateTime<Utc>,
    ) -> Result<Vec<(ViewId, String)>, StoreError> {
        let mut connection = self.inner.readers.acquire().await?;
        let mut large = Vec::new();
        for view in views {
            if let Some((name, query)) = named(&mut connection, *view).await?
                && let Some(list) = matching(&mut connection, &query, now).await?
                && is_too_large(&mut connection, &list).await?
            {
                large.push((*view, name));
            }
        }
        Ok(large)
    }
}

/// Looks into each of `views`. Orders of a first import stay silent, and those that came in behind `seen_to` from files or
/// from a look into the past.
pub(super) async fn look(
    connection: &mut SqliteConnection,
    views: &[ViewId],
    seen_to: i64,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let ids: Vec<i64> = views.iter().map(|view| i64::from(view.0)).collect();
    sqlx::query("DELETE FROM alert_views WHERE view_id NOT IN (SELECT value FROM json_each(?))")
        .bind(list(&ids))
        .execute(&mut *connection)
        .await?;
    for view in views {
        let Some((name, query)) = named(connection, *view).await? else { continue };
        let Some(list_of_view) = matching(connection, &query, now).await? else { continue };
        let size_key = format!("view-size:{}", view.0);
        if is_too_large(connection, &list_of_view).await? {
            let news = News::ViewTooLarge { view: *view, name, most: MAX_IN_ALERT_VIEW };
            note(connection, &size_key, &news, now).await?;
            // What enters it from now on is not known to have entered.
            sqlx::query("DELETE FROM alert_views WHERE view_id = ?")
                .bind(view.0)
                .execute(&mut *connection)
                .await?;
            continue;
        }
        let inside = list_of_view.everything(connection).await?;
        let watched: Option<String> = sqlx::query_scalar("SELECT query FROM alert_views WHERE view_id = ?")
            .bind(view.0)
            .fetch_optional(&mut *connection)
            .await?;
        let is_silent = watched.as_ref() != Some(&query);
        if is_silent {
            begin(connection, *view, &query).await?;
            // If it grows too large once more, that is told once more.
            sqlx::query("DELETE FROM alert_news WHERE key = ?")
                .bind(size_key)
                .execute(&mut *connection)
                .await?;
        }
        let known: BTreeSet<i64> =
            sqlx::query_scalar("SELECT order_id FROM alert_view_orders WHERE view_id = ?")
                .bind(view.0)
                .fetch_all(&mut *connection)
                .await?
                .into_iter()
                .collect();
        let entered: Vec<i64> = inside.iter().map(|mark| mark.id).filter(|id| !known.contains(id)).collect();
        if entered.is_empty() {
            continue;
        }
        sqlx::query("INSERT INTO alert_view_orders (view_id, order_id) SELECT ?, value FROM json_each(?)")
            .bind(view.0)
            .bind(list(&entered))
            .execute(&mut *connection)
            .await?;
        if is_silent {
            continue;
        }
        for (id, number) in telling(connection, &entered, seen_to).await? {
            let news = News::InView {
                view: *view,
                name: name.clone(),
                query: query.clone(),
                order: OrderRowId(count(id)),
                number,
            };
            note(connection, &format!("view:{}:{id}", view.0), &news, now).await?;
        }
    }
    Ok(())
}

/// Name and query of a view.
async fn named(
    connection: &mut SqliteConnection,
    view: ViewId,
) -> Result<Option<(String, String)>, StoreError> {
    Ok(sqlx::query_as("SELECT name, query FROM saved_views WHERE id = ?")
        .bind(view.0)
        .fetch_optional(connection)
        .await?)
}

/// The orders that match; `None` where the query is no longer understood.
async fn matching(
    connection: &mut SqliteConnection,
    query: &str,
    now: DateTime<Utc>,
) -> Result<Option<List>, StoreError> {
    let Ok(query) = Query::parse(query) else { return Ok(None) };
    let sieve = Sieve::load(connection, &query, Scope::default(), now).await?;
    Ok(Some(List::of(sieve, Sort::default())))
}

async fn is_too_large(connection: &mut SqliteConnection, list: &List) -> Result<bool, StoreError> {
    let counted = list.count(connection, MAX_IN_ALERT_VIEW).await?;
    // A count that has to look at each order stops at the limit, and says that there are more.
    Ok(!counted.is_exact || counted.orders > MAX_IN_ALERT_VIEW)
}

/// Begins to watch a view with a query.
async fn begin(connection: &mut SqliteConnection, view: ViewId, query: &str) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM alert_views WHERE view_id = ?").bind(view.0).execute(&mut *connection).await?;
    sqlx::query("INSERT INTO alert_views (view_id, query) VALUES (?, ?)")
        .bind(view.0)
        .bind(query)
        .execute(connection)
        .await?;
    Ok(())
}

/// Those of `entered` that are told, with their numbers: not what a look into the time before the first import brought.
async fn telling(
    connection: &mut SqliteConnection,
    entered: &[i64],
    seen_to: i64,
) -> Result<Vec<(i64, String)>, StoreError> {
    Ok(sqlx::query_as(concat!(
        "SELECT o.id, o.platform_order_id FROM json_each(?1) j JOIN platform_orders o ON o.id = j.value \
         JOIN accounts a ON a.id = o.account_id LEFT JOIN ",
        mark_of_order!(),
        " WHERE (o.id <= ?2 AND (a.platform <> 'amazon' OR k.account_id IS NOT NULL)) \
         OR (a.platform = 'amazon' AND o.order_date >= k.news_from - ?3) ORDER BY o.id",
    ))
    .bind(list(entered))
    .bind(seen_to)
    .bind(LISTED_LATE.num_milliseconds())
    .fetch_all(connection)
    .await?)
}
