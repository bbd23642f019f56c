//! Requests for reports as rows (invariant I18): what was asked of Amazon, under which id, and how it stands.
//!
//! While a request is active there is no second one of its account, type and scope. `asking` is on disk before the request
//! leaves and the id as soon as it is known, so that a kill at any moment never leads to a second report.

use chrono::{DateTime, Utc};
use packlight_domain::account::AccountId;
use packlight_domain::instant::to_millis;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};

use crate::rows::{count, from_json, instant, list, millis};
use crate::{Store, StoreError};

mod request;

pub use request::{NewReportRequest, ReportEnd, ReportRequest, ReportRequestId, ReportState, ReportStep};

impl Store {
    /// The active request of this account, type and scope, made if there is none; whether it was there already.
    pub async fn intend_report(&self, new: &NewReportRequest) -> Result<(ReportRequest, bool), StoreError> {
        let new = new.clone();
        self.write(move |connection| {
            Box::pin(async move {
                let made = sqlx::query(
                    "INSERT INTO report_requests (account_id, report_type, scope, marketplace_ids, options, \
                     data_from, data_to, intended_at, state) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'intended') \
                     ON CONFLICT DO NOTHING",
                )
                .bind(new.account.0)
                .bind(&new.report_type)
                .bind(&new.scope)
                .bind(list(&new.marketplace_ids))
                .bind(serde_json::to_string(&new.options).unwrap_or_else(|_| "{}".to_owned()))
                .bind(millis(new.data_from))
                .bind(millis(new.data_to))
                .bind(to_millis(new.now))
                .execute(&mut *connection)
                .await?
                .rows_affected();
                let row = sqlx::query(
                    "SELECT * FROM report_requests WHERE account_id = ? AND report_type = ? AND scope = ? \
                     AND state IN ('intended', 'asking', 'waiting')",
                )
                .bind(new.account.0)
                .bind(&new.report_type)
                .bind(&new.scope)
                .fetch_one(connection)
                .await?;
                Ok((read(&row)?, made == 0))
            })
        })
        .await
    }

    /// Writes down a step of an active request.
    pub async fn advance_report(
        &self,
        id: ReportRequestId,
        step: ReportStep,
    ) -> Result<ReportRequest, StoreError> {
        self.write(move |connection| {
            Box::pin(async move {
                let row = advance(connection, id, step).await?;
                read(&row.ok_or(StoreError::NoReport(id.0))?)
            })
        })
        .await
    }

    /// Ends an active or abandoned request.
    pub async fn finish_report(
        &self,
        id: ReportRequestId,
        end: ReportEnd,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        self.write(move |connection| Box::pin(finish(connection, id, end, now))).await
    }

    /// Every active request, oldest first: what a start goes on with.
    pub async fn active_reports(&self) -> Result<Vec<ReportRequest>, StoreError> {
        let rows = sqlx::query(
            "SELECT * FROM report_requests WHERE state IN ('intended', 'asking', 'waiting') ORDER BY id",
        )
        .fetch_all(&self.inner.readers)
        .await?;
        rows.iter().map(read).collect()
    }

    /// Abandoned requests, the one whose daily look is due first in front.
    pub async fn abandoned_reports(&self) -> Result<Vec<ReportRequest>, StoreError> {
        let rows = sqlx::query("SELECT * FROM report_requests WHERE state = 'abandoned' ORDER BY next_at")
            .fetch_all(&self.inner.readers)
            .await?;
        rows.iter().map(read).collect()
    }

    /// The requests of an account, type and scope, newest first, at most `limit`.
    pub async fn reports_of(
        &self,
        account: AccountId,
        report_type: &str,
        scope: &str,
        limit: u32,
    ) -> Result<Vec<ReportRequest>, StoreError> {
        let rows = sqlx::query(
            "SELECT * FROM report_requests WHERE account_id = ? AND report_type = ? AND scope = ? \
             ORDER BY id DESC LIMIT +?",
        )
        .bind(account.0)
        .bind(report_type)
        .bind(scope)
        .bind(limit)
        .fetch_all(&self.inner.readers)
        .await?;
        rows.iter().map(read).collect()
    }
}

async fn advance(
    connection: &mut SqliteConnection,
    id: ReportRequestId,
    step: ReportStep,
) -> Result<Option<SqliteRow>, sqlx::Error> {
    const ACTIVE: &str = "WHERE id = ?1 AND state IN ('intended', 'asking', 'waiting') RETURNING *";
    macro_rules! update {
        ($set:literal) => {
            sqlx::query(sqlx::AssertSqlSafe(format!(
                concat!("UPDATE report_requests SET ", $set, " {}"),
                ACTIVE
            )))
            .bind(id.0)
        };
    }
    let query = match step {
        ReportStep::Asking { at } => {
            update!("state = 'asking', asked_at = ?2, next_at = NULL").bind(to_millis(at))
        }
        ReportStep::NotMade { next_at, error } => {
            update!("state = 'intended', asked_at = NULL, next_at = ?2, error = ?3")
                .bind(to_millis(next_at))
                .bind(error)
        }
        ReportStep::Made { report_id, at, next_at } => update!(
            "state = 'waiting', report_id = ?2, made_at = ?3, next_at = ?4, polls = 0, status = NULL, \
             document_id = NULL, error = NULL"
        )
        .bind(report_id)
        .bind(to_millis(at))
        .bind(to_millis(next_at)),
        ReportStep::Seen { status, document_id, next_at } => update!(
            "status = ?2, document_id = ?3, next_at = ?4, polls = polls + 1, error = NULL"
        )
        .bind(status)
        .bind(document_id)
        .bind(to_millis(next_at)),
        ReportStep::Later { next_at, error } => {
            update!("next_at = ?2, error = ?3").bind(to_millis(next_at)).bind(error)
        }
        ReportStep::Again { next_at, error } => update!(
            "state = 'intended', attempts = attempts + 1, asked_at = NULL, \
             given_up = CASE WHEN report_id IS NULL THEN given_up ELSE json_insert(given_up, '$[#]', report_id) END, \
             report_id = NULL, made_at = NULL, status = NULL, document_id = NULL, polls = 0, next_at = ?2, error = ?3"
        )
        .bind(to_millis(next_at))
        .bind(error),
    };
    query.fetch_optional(connection).await
}

/// Ends a request within a transaction that also keeps what its document said.
pub(crate) async fn finish(
    connection: &mut SqliteConnection,
    id: ReportRequestId,
    end: ReportEnd,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let (state, next_at, error) = match end {
        ReportEnd::Done => (ReportState::Done, None, None),
        ReportEnd::Empty => (ReportState::Empty, None, None),
        ReportEnd::Failed(error) => (ReportState::Failed, None, Some(error)),
        ReportEnd::Abandoned { next_at, error } => (ReportState::Abandoned, Some(next_at), Some(error)),
        ReportEnd::Stopped => (ReportState::Stopped, None, None),
    };
    let ended = sqlx::query(
        "UPDATE report_requests SET state = ?2, next_at = ?3, error = ?4, finished_at = ?5 \
         WHERE id = ?1 AND state IN ('intended', 'asking', 'waiting', 'abandoned')",
    )
    .bind(id.0)
    .bind(state.word())
    .bind(millis(next_at))
    .bind(error)
    .bind(to_millis(now))
    .execute(connection)
    .await?
    .rows_affected();
    if ended == 0 { Err(StoreError::NoReport(id.0)) } else { Ok(()) }
}

fn read(row: &SqliteRow) -> Result<ReportRequest, StoreError> {
    Ok(ReportRequest {
        id: ReportRequestId(row.try_get("id")?),
        account: AccountId(row.try_get("account_id")?),
        report_type: row.try_get("report_type")?,
        scope: row.try_get("scope")?,
        marketplace_ids: from_json(row.try_get("marketplace_ids")?)?,
        options: from_json(row.try_get("options")?)?,
        data_from: instant(row, "data_from")?,
        data_to: instant(row, "data_to")?,
        intended_at: instant(row, "intended_at")?.unwrap_or_default(),
        state: ReportState::from_word(row.try_get("state")?)?,
        asked_at: instant(row, "asked_at")?,
        report_id: row.try_get("report_id")?,
        made_at: instant(row, "made_at")?,
        status: row.try_get("status")?,
        document_id: row.try_get("document_id")?,
        attempts: count(row.try_get("attempts")?),
        given_up: from_json(row.try_get("given_up")?)?,
        polls: count(row.try_get("polls")?),
        next_at: instant(row, "next_at")?,
        error: row.try_get("error")?,
        finished_at: instant(row, "finished_at")?,
    })
}
