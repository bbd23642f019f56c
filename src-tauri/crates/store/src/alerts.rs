//! News for the seller: found in the data, kept until it was told, told once.
//!
//! A fact is named by its key; a key that is here already is no news, so looking twice, or after a restart, tells nothing
//! twice. What was told is marked before it appears on the screen: a crash in between loses a notification, not an order.

use chrono::{DateTime, TimeDelta, Utc};
use packlight_domain::account::AccountId;
use packlight_domain::alert::News;
use packlight_domain::instant::to_millis;
use packlight_domain::listing::OrderRowId;
use packlight_domain::picking::PickListId;
use packlight_domain::view::ViewId;
use sqlx::{Row, SqliteConnection};

use crate::journal::PARTLY_CLOSED;
use crate::rows::{count, instant, list, money};
use crate::{Store, StoreError};

/// The mark of the marketplace of an order `o`; that of the account's first where the order names none of its own.
macro_rules! mark_of_order {
    () => {
        "alert_marks k ON k.account_id = o.account_id AND k.marketplace_id = COALESCE(\
         (SELECT m.marketplace_id FROM account_marketplaces m \
          WHERE m.account_id = o.account_id AND m.marketplace_id = o.marketplace_id), \
         (SELECT MIN(m.marketplace_id) FROM alert_marks m WHERE m.account_id = o.account_id))"
    };
}

mod views;
mod waiting;

pub use views::MAX_IN_ALERT_VIEW;

/// How much older than the end of the first import an order may be and still be news: Amazon lists some late.
const LISTED_LATE: TimeDelta = TimeDelta::days(1);

/// How far the end of what was read is behind the clock at least (design §5), and a little for clocks that differ.
const BEHIND_NOW: TimeDelta = TimeDelta::minutes(3);

/// How long told news is kept, so that its keys are known.
const KEEP: TimeDelta = TimeDelta::days(90);
/// How old a list may be whose orders are still watched.
const WATCHED_LISTS: TimeDelta = TimeDelta::days(30);

/// News that waits to be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// Its row.
    pub id: i64,
    /// What it is about.
    pub news: News,
}

impl Store {
    /// Looks for news in the data: orders that came in, orders on pick lists that are cancelled or about to be, orders
    /// that entered one of `views`.
    pub async fn gather_news(&self, views: &[ViewId], now: DateTime<Utc>) -> Result<(), StoreError> {
        let views = views.to_vec();
        self.write(move |connection| {
            Box::pin(async move {
                let state: Option<(i64, i64, i64)> =
                    sqlx::query_as("SELECT seen_to, since, reread_to FROM alert_state")
                        .fetch_optional(&mut *connection)
                        .await?;
                let newest: i64 = sqlx::query_scalar("SELECT COALESCE(MAX(id), 0) FROM platform_orders")
                    .fetch_one(&mut *connection)
                    .await?;
                // Before the very first look everything is as old as the hills.
                let (seen_to, since, reread_to) = state.unwrap_or((newest, to_millis(now), 0));
                new_orders(connection, seen_to, now).await?;
                on_pick_lists(connection, since, reread_to, now).await?;
                waiting::renew(connection).await?;
                views::look(connection, &views, seen_to, now).await?;
                mark(connection, newest, reread_to).await?;
                if state != Some((newest, since, reread_to)) {
                    sqlx::query(
                        "INSERT INTO alert_state (id, seen_to, since) VALUES (1, ?1, ?2) \
                         ON CONFLICT DO UPDATE SET seen_to = excluded.seen_to",
                    )
                    .bind(newest)
                    .bind(since)
                    .execute(&mut *connection)
                    .await?;
                }
                Ok(())
            })
        })
        .await
    }

    /// Keeps one piece of news under its key, unless it is here already. Tells whether it is new.
    pub async fn note_news(&self, key: &str, news: &News, now: DateTime<Utc>) -> Result<bool, StoreError> {
        let (key, news) = (key.to_owned(), news.clone());
        self.write(move |connection| Box::pin(async move { note(connection, &key, &news, now).await })).await
    }

    /// News that waits, oldest first.
    pub async fn waiting_news(&self) -> Result<Vec<Waiting>, StoreError> {
        let rows = sqlx::query("SELECT id, news FROM alert_news WHERE told_at IS NULL ORDER BY id")
            .fetch_all(&self.inner.readers)
            .await?;
        let read = |row: &sqlx::sqlite::SqliteRow| -> Result<Option<Waiting>, StoreError> {
            // News of a newer Packlight is none that could be told here.
            let news = serde_json::from_str(row.try_get("news")?).ok();
            let id = row.try_get("id")?;
            Ok(news.map(|news| Waiting { id, news }))
        };
        rows.iter().filter_map(|row| read(row).transpose()).collect()
    }

    /// Marks news as told at `now`, and lets go of what was told long ago.
    pub async fn mark_told(&self, ids: &[i64], now: DateTime<Utc>) -> Result<(), StoreError> {
        let ids = list(ids);
        self.write(move |connection| {
            Box::pin(async move {
                sqlx::query(
                    "UPDATE alert_news SET told_at = ?2 FROM json_each(?1) j \
                     WHERE alert_news.id = j.value AND told_at IS NULL",
                )
                .bind(ids)
                .bind(to_millis(now))
                .execute(&mut *connection)
                .await?;
                // An open list is watched however old it is, and what was told of it is not told again.
                sqlx::query(
                    "DELETE FROM alert_news WHERE told_at < ? AND COALESCE(json_extract(news, '$.record'), 0) \
                     NOT IN (SELECT id FROM pick_lists WHERE state = 'open')",
                )
                .bind(to_millis(now - KEEP))
                .execute(connection)
                .await?;
                Ok(())
            })
        })
        .await
    }

    /// Takes back news that waits and is true no longer: those whose key begins so, found before `until` if that is given.
    pub async fn take_back_news(
        &self,
        key_begins: &str,
        until: Option<DateTime<Utc>>,
    ) -> Result<(), StoreError> {
        let begins = key_begins.to_owned();
        self.write(move |connection| {
            Box::pin(async move {
                sqlx::query(
                    "DELETE FROM alert_news WHERE told_at IS NULL AND substr(key, 1, length(?1)) = ?1 \
                     AND (?2 IS NULL OR at < ?2)",
                )
                .bind(begins)
                .bind(until.map(to_millis))
                .execute(connection)
                .await?;
                Ok(())
            })
        })
        .await
    }

    /// When orders of an account were last read to the end, by the computer's clock: without a failure, or but for
    /// marketplaces that are closed to the application.
    pub async fn last_good_sync(&self, account: AccountId) -> Result<Option<DateTime<Utc>>, StoreError> {
        let row = sqlx::query(
            "SELECT finished_at FROM sync_logs WHERE account_id = ?1 AND kind = 'orders' AND finished_at IS NOT NULL \
             AND (error_code IS NULL OR error_code = ?2) ORDER BY id DESC LIMIT 1",
        )
        .bind(account.0)
        .bind(PARTLY_CLOSED)
        .fetch_optional(&self.inner.readers)
        .await?;
        Ok(row.as_ref().map(|row| instant(row, "finished_at")).transpose()?.flatten())
    }

    /// Orders that were placed at `since` or later and not cancelled, of all Amazon accounts.
    pub async fn placed_since(&self, since: DateTime<Utc>) -> Result<u32, StoreError> {
        let found: i64 = sqlx::query_scalar(
            "SELECT COUNT(*) FROM accounts a CROSS JOIN platform_orders o ON o.account_id = a.id \
             WHERE a.platform = 'amazon' AND o.ui_status IN (0, 1, 2, 3) AND o.order_date >= ?",
        )
        .bind(to_millis(since))
        .fetch_one(&self.inner.readers)
        .await?;
        Ok(count(found))
    }
}

/// Keeps one piece of news. Tells whether it is new.
async fn note(
    connection: &mut SqliteConnection,
    key: &str,
    news: &News,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let text = serde_json::to_string(news).map_err(|error| StoreError::Internal(error.to_string()))?;
    let done = sqlx::query("INSERT INTO alert_news (key, at, news) VALUES (?, ?, ?) ON CONFLICT DO NOTHING")
        .bind(key)
        .bind(to_millis(now))
        .bind(text)
        .execute(connection)
        .await?;
    Ok(done.rows_affected() > 0)
}

/// Orders behind `seen_to` that are news: still to be shipped, and not of a first import or of the time before it.
async fn new_orders(
    connection: &mut SqliteConnection,
    seen_to: i64,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let rows = sqlx::query(concat!(
        "SELECT o.id, o.platform_order_id, o.description, o.total_minor, o.total_currency FROM platform_orders o \
         JOIN accounts a ON a.id = o.account_id AND a.platform = 'amazon' JOIN ",
        mark_of_order!(),
        " WHERE o.id > ?1 AND o.id > k.first_row AND o.order_date >= k.news_from - ?2 AND o.ui_status IN (0, 1) \
         ORDER BY o.id",
    ))
    .bind(seen_to)
    .bind(LISTED_LATE.num_milliseconds())
    .fetch_all(&mut *connection)
    .await?;
    for row in &rows {
        let id: i64 = row.try_get("id")?;
        let news = News::NewOrder {
            order: OrderRowId(count(id)),
            number: row.try_get("platform_order_id")?,
            what: row.try_get("description")?,
            total: money(row, "total_minor", "total_currency")?,
        };
        note(connection, &format!("order:{id}"), &news, now).await?;
    }
    Ok(())
}

/// Orders on open lists whose buyer asks to cancel, and orders that were struck because they are cancelled.
async fn on_pick_lists(
    connection: &mut SqliteConnection,
    since: i64,
    reread_to: i64,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let rows = sqlx::query(concat!(
        "SELECT DISTINCT l.id AS record, l.list_id, o.id, o.platform_order_id, o.ui_status = 4 AS cancelled, \
         ?3 > 0 AND a.platform = 'amazon' AND k.account_id IS NULL AS is_read_again \
         FROM pick_lists l CROSS JOIN pick_stops s ON s.list_id = l.id \
         CROSS JOIN platform_orders o ON o.id = s.order_id JOIN accounts a ON a.id = o.account_id LEFT JOIN ",
        mark_of_order!(),
        " WHERE (l.state = 'open' OR l.created_at >= ?2) \
         AND ((s.holds IS NOT NULL AND o.cancel_requested = 1) \
          OR (s.mark = 'struck' AND o.ui_status = 4 AND s.marked_at >= ?1)) ORDER BY l.id, o.id",
    ))
    .bind(since)
    .bind(to_millis(now - WATCHED_LISTS))
    .bind(reread_to)
    .fetch_all(&mut *connection)
    .await?;
    for row in &rows {
        let (record, order): (i64, i64) = (row.try_get("record")?, row.try_get("id")?);
        let cancelled: bool = row.try_get("cancelled")?;
        let news = News::OnPickList {
            record: PickListId(count(record)),
            list: row.try_get("list_id")?,
            order: OrderRowId(count(order)),
            number: row.try_get("platform_order_id")?,
            cancelled,
        };
        let key = format!("list:{record}:{order}:{}", u8::from(cancelled));
        if note(connection, &key, &news, now).await? && row.try_get("is_read_again")? {
            sqlx::query("UPDATE alert_news SET told_at = at WHERE key = ?")
                .bind(key)
                .execute(&mut *connection)
                .await?;
        }
    }
    Ok(())
}

/// Marks the marketplaces whose first import has ended, or that were read again far enough: what comes behind `newest` is
/// news there.
async fn mark(connection: &mut SqliteConnection, newest: i64, reread_to: i64) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO alert_marks (account_id, marketplace_id, first_row, news_from) \
         SELECT w.account_id, w.marketplace_id, ?, w.up_to FROM watermarks w \
         WHERE w.source = 'orders' AND w.up_to >= ? \
         AND NOT EXISTS (SELECT 1 FROM alert_marks k WHERE k.account_id = w.account_id \
         AND k.marketplace_id = w.marketplace_id)",
    )
    .bind(newest)
    .bind(reread_to)
    .execute(connection)
    .await?;
    Ok(())
}

/// Keeps silent about what a database that was put back at `now` is told again by Amazon, and about what waited in it.
pub(crate) async fn silence(connection: &mut SqliteConnection, now: DateTime<Utc>) -> Result<(), StoreError> {
    for statement in [
        "UPDATE alert_news SET told_at = at WHERE told_at IS NULL",
        "DELETE FROM alert_marks",
        "DELETE FROM alert_views",
    ] {
        sqlx::query(statement).execute(&mut *connection).await?;
    }
    sqlx::query(
        "INSERT INTO alert_state (id, seen_to, since, reread_to) \
         VALUES (1, (SELECT COALESCE(MAX(id), 0) FROM platform_orders), ?1, ?2) ON CONFLICT DO UPDATE SET \
         seen_to = excluded.seen_to, since = excluded.since, reread_to = excluded.reread_to",
    )
    .bind(to_millis(now))
    .bind(to_millis(now - BEHIND_NOW))
    .execute(connection)
    .await?;
    Ok(())
}
