//! Saved views that raise alerts: an order that is in one for the first time is news.
//!
//! What is in a view when its alerts are switched on, when its query changes, or when a first import brings it is no news.
//! A view has to be small enough to be compared as a whole; one that has grown too large is left alone.

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
    /// Those of `views` that hold too many orders to raise alerts, by name, at `now`.
    pub async fn too_large_for_alerts(
        &self,
        views: &[ViewId],
        now: DateTime<Utc>,
    ) -> Result<Vec<String>, StoreError> {
        let mut connection = self.inner.readers.acquire().await?;
        let mut names = Vec::new();
        for view in views {
            if let Some((name, query)) = named(&mut connection, *view).await?
                && orders(&mut connection, &query, now).await?.is_none()
            {
                names.push(name);
            }
        }
        Ok(names)
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
        let Some(inside) = orders(connection, &query, now).await? else { continue };
        let watched: Option<String> = sqlx::query_scalar("SELECT query FROM alert_views WHERE view_id = ?")
            .bind(view.0)
            .fetch_optional(&mut *connection)
            .await?;
        let is_silent = watched.as_ref() != Some(&query);
        if is_silent {
            begin(connection, *view, &query).await?;
        }
        let known: BTreeSet<i64> =
            sqlx::query_scalar("SELECT order_id FROM alert_view_orders WHERE view_id = ?")
                .bind(view.0)
                .fetch_all(&mut *connection)
                .await?
                .into_iter()
                .collect();
        let entered: Vec<i64> = inside.into_iter().filter(|id| !known.contains(id)).collect();
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

/// The orders that match; `None` where they are too many, or the query is no longer understood.
async fn orders(
    connection: &mut SqliteConnection,
    query: &str,
    now: DateTime<Utc>,
) -> Result<Option<Vec<i64>>, StoreError> {
    let Ok(query) = Query::parse(query) else { return Ok(None) };
    let sieve = Sieve::load(connection, &query, Scope::default(), now).await?;
    let matching = List::of(sieve, Sort::default());
    if matching.count(connection, MAX_IN_ALERT_VIEW).await?.orders > MAX_IN_ALERT_VIEW {
        return Ok(None);
    }
    Ok(Some(matching.everything(connection).await?.iter().map(|mark| mark.id).collect()))
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
