//! The journal: one row per run (invariant I20), and the counter of answers that were not as documented.

use chrono::{DateTime, TimeDelta, Utc};
use packlight_domain::account::AccountId;
use packlight_domain::instant::to_millis;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};

use crate::rows::{count, instant, millis};
use crate::{Store, StoreError};

/// How long a run stays in the journal: a run every five minutes makes 26,000 rows an account in this time.
const KEEP: TimeDelta = TimeDelta::days(90);

/// Code of a run that read all marketplaces but those that are closed to the application.
pub const PARTLY_CLOSED: &str = "partly_closed";

/// Row id of a run in the journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct LogId(pub i64);

/// How a run failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogError {
    /// Code of the failure.
    pub code: String,
    /// One sentence.
    pub message: String,
    /// Amazon's request id, for a support case.
    pub request_id: Option<String>,
}

/// What a run did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LogEntry {
    /// Requests to the Selling Partner API, repeats included.
    pub calls: u32,
    /// List pages.
    pub pages: u32,
    /// Answers 429.
    pub throttled: u32,
    /// Orders first seen.
    pub new: u32,
    /// Orders that changed.
    pub changed: u32,
    /// Orders received that were as they are.
    pub unchanged: u32,
    /// Item rows inserted or changed.
    pub items_written: u32,
    /// Orders by how long after their change they were kept; one count for each bucket of the engine.
    pub lateness: Vec<u32>,
    /// Every change up to here is in the local copy.
    pub complete_up_to: Option<DateTime<Utc>>,
    /// How it failed, if it did.
    pub error: Option<LogError>,
    /// When it ended, by the computer's clock.
    pub ended_at: DateTime<Utc>,
}

/// A run of the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyncLog {
    /// Its row id.
    pub id: LogId,
    /// Whose run.
    pub account: AccountId,
    /// What ran: `orders`, ….
    pub kind: String,
    /// When it began, by the computer's clock.
    pub started_at: DateTime<Utc>,
    /// What it did; `None` while it runs, or where the process died under it.
    pub entry: Option<LogEntry>,
}

impl Store {
    /// Opens a row for a run that begins at `now`.
    pub async fn begin_log(
        &self,
        account: AccountId,
        kind: &str,
        now: DateTime<Utc>,
    ) -> Result<LogId, StoreError> {
        let kind = kind.to_owned();
        self.write(move |connection| {
            Box::pin(async move {
                let id = sqlx::query_scalar(
                    "INSERT INTO sync_logs (account_id, kind, started_at) VALUES (?, ?, ?) RETURNING id",
                )
                .bind(account.0)
                .bind(kind)
                .bind(to_millis(now))
                .fetch_one(connection)
                .await?;
                Ok(LogId(id))
            })
        })
        .await
    }

    /// Fills in what the run did.
    pub async fn finish_log(&self, log: LogId, entry: &LogEntry) -> Result<(), StoreError> {
        let entry = entry.clone();
        self.write(move |connection| {
            Box::pin(async move {
                let (code, message, request_id) = match entry.error {
                    Some(error) => (Some(error.code), Some(error.message), error.request_id),
                    None => (None, None, None),
                };
                sqlx::query(
                    "UPDATE sync_logs SET finished_at = ?2, calls = ?3, pages = ?4, throttled = ?5, new_orders = ?6, \
                     changed_orders = ?7, unchanged = ?8, items_written = ?9, lateness = ?10, complete_up_to = ?11, \
                     error_code = ?12, error_message = ?13, request_id = ?14 WHERE id = ?1",
                )
                .bind(log.0)
                .bind(to_millis(entry.ended_at))
                .bind(entry.calls)
                .bind(entry.pages)
                .bind(entry.throttled)
                .bind(entry.new)
                .bind(entry.changed)
                .bind(entry.unchanged)
                .bind(entry.items_written)
                .bind(crate::rows::list(&entry.lateness))
                .bind(millis(entry.complete_up_to))
                .bind(code)
                .bind(message)
                .bind(request_id)
                .execute(connection)
                .await?;
                Ok(())
            })
        })
        .await
    }

    /// Drops runs that began more than [`KEEP`] before `now`.
    pub(crate) async fn prune_logs(&self, now: DateTime<Utc>) -> Result<(), StoreError> {
        self.drop_runs(now - KEEP).await.map(drop)
    }

    /// Drops runs that began before a moment; returns how many.
    pub async fn drop_runs(&self, before: DateTime<Utc>) -> Result<u32, StoreError> {
        self.write(move |connection| {
            Box::pin(async move {
                let gone = sqlx::query("DELETE FROM sync_logs WHERE started_at < ?")
                    .bind(to_millis(before))
                    .execute(connection)
                    .await?
                    .rows_affected();
                Ok(u32::try_from(gone).unwrap_or(u32::MAX))
            })
        })
        .await
    }

    /// How many runs began before a moment.
    pub async fn runs_before(&self, before: DateTime<Utc>) -> Result<u32, StoreError> {
        let runs: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM sync_logs WHERE started_at < ?")
            .bind(to_millis(before))
            .fetch_one(&self.inner.readers)
            .await?;
        Ok(count(runs))
    }

    /// The latest runs, newest first.
    pub async fn recent_logs(&self, limit: u32) -> Result<Vec<SyncLog>, StoreError> {
        self.logs(None, limit).await
    }

    /// Runs before the run with the row id `before`, newest first.
    pub async fn logs(&self, before: Option<u32>, limit: u32) -> Result<Vec<SyncLog>, StoreError> {
        let rows = sqlx::query("SELECT * FROM sync_logs WHERE id < ? ORDER BY id DESC LIMIT +?")
            .bind(before.map_or(i64::MAX, i64::from))
            .bind(limit)
            .fetch_all(&self.inner.readers)
            .await?;
        rows.iter().map(|row| Ok(read(row)?)).collect()
    }

    /// What Amazon answered otherwise than documented: field path, JSON type, how often.
    pub async fn surprises(&self) -> Result<Vec<(String, String, u32)>, StoreError> {
        let rows: Vec<(String, String, i64)> = sqlx::query_as(
            "SELECT field_path, json_type, count FROM surprises ORDER BY field_path, json_type",
        )
        .fetch_all(&self.inner.readers)
        .await?;
        Ok(rows.into_iter().map(|(path, kind, times)| (path, kind, count(times))).collect())
    }
}

fn read(row: &SqliteRow) -> Result<SyncLog, sqlx::Error> {
    let number = |column: &str| row.try_get::<i64, _>(column).map(count);
    let entry = match instant(row, "finished_at")? {
        None => None,
        Some(ended_at) => Some(LogEntry {
            calls: number("calls")?,
            pages: number("pages")?,
            throttled: number("throttled")?,
            new: number("new_orders")?,
            changed: number("changed_orders")?,
            unchanged: number("unchanged")?,
            items_written: number("items_written")?,
            lateness: serde_json::from_str(row.try_get("lateness")?).unwrap_or_default(),
            complete_up_to: instant(row, "complete_up_to")?,
            error: match row.try_get::<Option<String>, _>("error_code")? {
                None => None,
                Some(code) => Some(LogError {
                    code,
                    message: row.try_get::<Option<String>, _>("error_message")?.unwrap_or_default(),
                    request_id: row.try_get("request_id")?,
                }),
            },
            ended_at,
        }),
    };
    Ok(SyncLog {
        id: LogId(row.try_get("id")?),
        account: AccountId(row.try_get("account_id")?),
        kind: row.try_get("kind")?,
        started_at: instant(row, "started_at")?.unwrap_or_default(),
        entry,
    })
}

/// Adds to the counters; field paths and JSON types only, never a value.
pub(crate) async fn count_surprises(
    connection: &mut SqliteConnection,
    surprises: &[(String, String, u32)],
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    for (path, kind, times) in surprises {
        sqlx::query(
            "INSERT INTO surprises (field_path, json_type, count, first_at, last_at) VALUES (?1, ?2, ?3, ?4, ?4) \
             ON CONFLICT DO UPDATE SET count = count + excluded.count, last_at = excluded.last_at",
        )
        .bind(path)
        .bind(kind)
        .bind(times)
        .bind(to_millis(now))
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}
