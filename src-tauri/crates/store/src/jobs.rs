//! Long work as rows (design decision 8): queued → running ⇄ waiting → done, failed or stopped.
//!
//! While a job is active there is no second one of its kind, account and scope: who asks for it again joins it. A job that
//! a dead process left running is queued again, and goes on from its checkpoint.

use chrono::{DateTime, Utc};
use packlight_domain::account::AccountId;
use packlight_domain::instant::to_millis;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};

use crate::rows::{count, instant, millis};
use crate::{Store, StoreError};

/// Row id of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct JobId(pub i64);

/// Where a job stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobState {
    /// Nobody works on it yet.
    Queued,
    /// It is being worked on.
    Running,
    /// It waits for a time, such as the next token.
    Waiting,
    /// It came to its end.
    Done,
    /// It ended with an error.
    Failed,
    /// The user stopped it.
    Stopped,
}

impl JobState {
    const ALL: [(Self, &'static str); 6] = [
        (Self::Queued, "queued"),
        (Self::Running, "running"),
        (Self::Waiting, "waiting"),
        (Self::Done, "done"),
        (Self::Failed, "failed"),
        (Self::Stopped, "stopped"),
    ];

    fn from_word(word: &str) -> Result<Self, StoreError> {
        let found = Self::ALL.into_iter().find(|(_, own)| *own == word);
        found
            .map(|(state, _)| state)
            .ok_or_else(|| StoreError::Internal(format!("unknown job state '{word}'")))
    }

    /// Whether work is left.
    pub fn is_active(self) -> bool {
        matches!(self, Self::Queued | Self::Running | Self::Waiting)
    }
}

/// Work to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewJob {
    /// What kind of work: `backfill_items`, ….
    pub kind: String,
    /// For which account; `None` for the whole data folder.
    pub account: Option<AccountId>,
    /// Which part of it; empty where there is but one.
    pub scope: String,
    /// How many things there are to do, where that is known.
    pub total: Option<u32>,
    /// The time now, UTC.
    pub now: DateTime<Utc>,
}

/// How far a job has come.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Progress {
    /// How many things there are to do.
    pub total: Option<u32>,
    /// How many succeeded.
    pub done: u32,
    /// How many failed.
    pub failed: u32,
    /// Where to go on; opaque here.
    pub checkpoint: Option<String>,
}

/// How a job ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JobEnd {
    /// All was done.
    Done,
    /// It cannot go on; one sentence.
    Failed(String),
    /// The user stopped it.
    Stopped,
}

/// A job. Instants are UTC.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// Its row id.
    pub id: JobId,
    /// What kind of work.
    pub kind: String,
    /// For which account.
    pub account: Option<AccountId>,
    /// Which part of it.
    pub scope: String,
    /// Where it stands.
    pub state: JobState,
    /// How far it has come.
    pub progress: Progress,
    /// Until when it waits.
    pub waiting_until: Option<DateTime<Utc>>,
    /// Why it failed.
    pub error: Option<String>,
    /// When it was asked for.
    pub created_at: DateTime<Utc>,
    /// When it was first worked on.
    pub started_at: Option<DateTime<Utc>>,
    /// When it ended.
    pub finished_at: Option<DateTime<Utc>>,
}

impl Store {
    /// The active job of this kind, account and scope, made if there is none; whether it was there already.
    pub async fn create_or_join_job(&self, new: &NewJob) -> Result<(Job, bool), StoreError> {
        let new = new.clone();
        self.write(move |connection| {
            Box::pin(async move {
                let account = new.account.map_or(0, |account| account.0);
                let made = sqlx::query(
                    "INSERT INTO jobs (kind, account_id, scope, state, total, created_at) \
                     VALUES (?, ?, ?, 'queued', ?, ?) ON CONFLICT DO NOTHING",
                )
                .bind(&new.kind)
                .bind(account)
                .bind(&new.scope)
                .bind(new.total)
                .bind(to_millis(new.now))
                .execute(&mut *connection)
                .await?
                .rows_affected();
                let row = sqlx::query(
                    "SELECT * FROM jobs WHERE kind = ? AND account_id = ? AND scope = ? \
                     AND state IN ('queued', 'running', 'waiting')",
                )
                .bind(&new.kind)
                .bind(account)
                .bind(&new.scope)
                .fetch_one(connection)
                .await?;
                Ok((read(&row)?, made == 0))
            })
        })
        .await
    }

    /// Takes a job that is queued, or whose wait is over, into work; `None` where somebody else has it or it has ended.
    pub async fn claim_job(&self, id: JobId, now: DateTime<Utc>) -> Result<Option<Job>, StoreError> {
        self.write(move |connection| {
            Box::pin(async move {
                let row = sqlx::query(
                    "UPDATE jobs SET state = 'running', waiting_until = NULL, started_at = COALESCE(started_at, ?2) \
                     WHERE id = ?1 AND (state = 'queued' OR (state = 'waiting' AND waiting_until <= ?2)) RETURNING *",
                )
                .bind(id.0)
                .bind(to_millis(now))
                .fetch_optional(connection)
                .await?;
                row.as_ref().map(read).transpose()
            })
        })
        .await
    }

    /// Notes how far a running or waiting job has come, and puts it to work again if it waited.
    pub async fn checkpoint_job(&self, id: JobId, progress: &Progress) -> Result<Job, StoreError> {
        self.advance(id, progress, None).await
    }

    /// Notes that a job waits until a time, and how far it has come.
    pub async fn wait_job(
        &self,
        id: JobId,
        progress: &Progress,
        until: DateTime<Utc>,
    ) -> Result<Job, StoreError> {
        self.advance(id, progress, Some(until)).await
    }

    async fn advance(
        &self,
        id: JobId,
        progress: &Progress,
        until: Option<DateTime<Utc>>,
    ) -> Result<Job, StoreError> {
        let progress = progress.clone();
        self.write(move |connection| {
            Box::pin(async move {
                let row = sqlx::query(
                    "UPDATE jobs SET state = ?2, waiting_until = ?3, total = ?4, done = ?5, failed = ?6, \
                     checkpoint = ?7 WHERE id = ?1 AND state IN ('running', 'waiting') RETURNING *",
                )
                .bind(id.0)
                .bind(if until.is_some() { "waiting" } else { "running" })
                .bind(millis(until))
                .bind(progress.total)
                .bind(progress.done)
                .bind(progress.failed)
                .bind(progress.checkpoint)
                .fetch_optional(connection)
                .await?;
                read(&row.ok_or(StoreError::NoJob(id.0))?)
            })
        })
        .await
    }

    /// Ends an active job; its progress stays readable.
    pub async fn finish_job(&self, id: JobId, end: JobEnd, now: DateTime<Utc>) -> Result<Job, StoreError> {
        self.write(move |connection| {
            Box::pin(async move {
                let (state, error) = match end {
                    JobEnd::Done => ("done", None),
                    JobEnd::Failed(error) => ("failed", Some(error)),
                    JobEnd::Stopped => ("stopped", None),
                };
                let row = sqlx::query(
                    "UPDATE jobs SET state = ?2, error = ?3, finished_at = ?4, waiting_until = NULL \
                     WHERE id = ?1 AND state IN ('queued', 'running', 'waiting') RETURNING *",
                )
                .bind(id.0)
                .bind(state)
                .bind(error)
                .bind(to_millis(now))
                .fetch_optional(connection)
                .await?;
                read(&row.ok_or(StoreError::NoJob(id.0))?)
            })
        })
        .await
    }

    /// To be called once at start: jobs that a dead process left running are queued again. Returns all active jobs.
    pub async fn recover_jobs(&self) -> Result<Vec<Job>, StoreError> {
        self.write(|connection| {
            Box::pin(async move {
                sqlx::query("UPDATE jobs SET state = 'queued' WHERE state = 'running'")
                    .execute(&mut *connection)
                    .await?;
                active(connection).await
            })
        })
        .await
    }

    /// Every active job, oldest first.
    pub async fn active_jobs(&self) -> Result<Vec<Job>, StoreError> {
        let mut connection = self.inner.readers.acquire().await?;
        active(&mut connection).await
    }

    /// The latest job of a kind, active or not.
    pub async fn latest_job(
        &self,
        kind: &str,
        account: Option<AccountId>,
    ) -> Result<Option<Job>, StoreError> {
        let row = sqlx::query(
            "SELECT * FROM jobs WHERE kind = ?1 AND (?2 IS NULL OR account_id = ?2) ORDER BY id DESC LIMIT 1",
        )
        .bind(kind)
        .bind(account.map(|account| account.0))
        .fetch_optional(&self.inner.readers)
        .await?;
        row.as_ref().map(read).transpose()
    }
}

async fn active(connection: &mut SqliteConnection) -> Result<Vec<Job>, StoreError> {
    let rows = sqlx::query("SELECT * FROM jobs WHERE state IN ('queued', 'running', 'waiting') ORDER BY id")
        .fetch_all(connection)
        .await?;
    rows.iter().map(read).collect()
}

fn read(row: &SqliteRow) -> Result<Job, StoreError> {
    let account: i32 = row.try_get("account_id")?;
    Ok(Job {
        id: JobId(row.try_get("id")?),
        kind: row.try_get("kind")?,
        account: (account != 0).then_some(AccountId(account)),
        scope: row.try_get("scope")?,
        state: JobState::from_word(row.try_get("state")?)?,
        progress: Progress {
            total: row.try_get::<Option<i64>, _>("total")?.map(count),
            done: count(row.try_get("done")?),
            failed: count(row.try_get("failed")?),
            checkpoint: row.try_get("checkpoint")?,
        },
        waiting_until: instant(row, "waiting_until")?,
        error: row.try_get("error")?,
        created_at: instant(row, "created_at")?.unwrap_or_default(),
        started_at: instant(row, "started_at")?,
        finished_at: instant(row, "finished_at")?,
    })
}
