//! What the seller did here (design decision 9): each change is an act, and undo is an act of its own.
//!
//! An act says of one subject what it was before and after. Undo puts `before` back only where the subject still is
//! `after`; what somebody changed since is left alone and counted. Acts of one call are one batch with one sentence that
//! tells it; a subject occurs in a batch at most once. A batch may grow over several transactions, each of which leaves
//! it whole: told, counted and ready to be undone. Every kind of subject has its own module that knows how to put it
//! back; this one keeps the books.

use chrono::{DateTime, Utc};
use packlight_domain::act::{ActEntry, BatchId};
use packlight_domain::instant::{from_millis, to_millis};
use packlight_domain::listing::OrderRowId;
use sqlx::{AssertSqlSafe, Row, SqliteConnection};

use crate::rows::{count, write_rows};
use crate::{Store, StoreError};

mod notes;
mod replay;
mod undo;

pub use replay::Replayed;
pub(crate) use undo::{Stored, undo};

/// The kind of acts that confirm an order.
pub(crate) const CONFIRMATION: &str = "confirmation";

/// How the sentence of an undo begins. Its own undo is no undo any more, however often that goes on.
const UNDID: &str = "Undid: ";
/// How the sentence of the undo of an undo begins.
const DID_AGAIN: &str = "Did again: ";
/// How sentences of batches begin that the seller did not ask for, because they follow from what became of an order.
pub(crate) const FREED: &str = "Freed ";
/// As [`FREED`].
pub(crate) const STRUCK: &str = "Struck ";

/// What an act is about; the order of the variants is the order in which a batch is undone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Subject {
    /// A confirmation: the order, its units and their claims, all or nothing. Key: the order's row id.
    Confirmation,
    /// A unit's line: who holds it. Key: the unit's id.
    Claim,
    /// What an ASIN stands for. Key: the ASIN.
    AsinMapping,
    /// What the number of another platform stands for. Key: the number.
    NumberMapping,
    /// The fields of a unit. Key: the unit's id.
    Unit,
    /// What files said of an order. Key: the order's row id.
    Order,
    /// The note of an order. Key: the order's row id.
    Note,
    /// A setting. Key: its key.
    Setting,
    /// A saved view. Key: its id.
    View,
    /// The order of the saved views. Key: `all`.
    ViewOrder,
    /// What became of a stop of a pick list. Key: the record's row id, a slash, the stop's position.
    PickStop,
    /// Where a pick list stands. Key: the record's row id.
    PickList,
    /// The walk through the locations. Key: `all`.
    WalkOrder,
}

impl Subject {
    const ALL: [Self; 13] = [
        Self::Confirmation,
        Self::Claim,
        Self::AsinMapping,
        Self::NumberMapping,
        Self::Unit,
        Self::Order,
        Self::Note,
        Self::Setting,
        Self::View,
        Self::ViewOrder,
        Self::PickStop,
        Self::PickList,
        Self::WalkOrder,
    ];

    /// The kind and the prefix of the subject, as they are stored.
    pub(crate) fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Confirmation => (CONFIRMATION, "order:"),
            Self::Claim => ("claim", "unit:"),
            Self::AsinMapping => ("mapping", "asin:"),
            Self::NumberMapping => ("mapping", "number:"),
            Self::Unit => ("unit", "unit:"),
            Self::Order => ("order", "order:"),
            Self::Note => ("note", "order:"),
            Self::Setting => ("setting", "setting:"),
            Self::View => ("view", "view:"),
            Self::ViewOrder => ("view order", "views:"),
            Self::PickStop => ("pick stop", "stop:"),
            Self::PickList => ("pick list", "list:"),
            Self::WalkOrder => ("walk order", "walk:"),
        }
    }

    fn of<'a>(kind: &str, subject: &'a str) -> Option<(Self, &'a str)> {
        Self::ALL.into_iter().find_map(|own| {
            let (word, prefix) = own.words();
            (word == kind).then(|| subject.strip_prefix(prefix)).flatten().map(|key| (own, key))
        })
    }
}

/// One change of one subject; `None` is a subject that does not exist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Act {
    pub(crate) about: Subject,
    pub(crate) key: String,
    pub(crate) before: Option<String>,
    pub(crate) after: Option<String>,
    /// The order in whose history it stands.
    pub(crate) order: Option<i64>,
}

/// The acts of one call while they are written, as far as one transaction writes them.
#[derive(Debug)]
pub(crate) struct Batch {
    id: i64,
    first: i64,
    next: i64,
    at: i64,
}

impl Batch {
    /// A batch is named after its first act.
    pub(crate) async fn begin(
        connection: &mut SqliteConnection,
        now: DateTime<Utc>,
    ) -> Result<Self, StoreError> {
        Self::go_on(connection, None, now).await
    }

    /// Goes on with a batch that an earlier transaction has finished, or begins one. Others may have written acts in
    /// between, so the acts of a batch need not follow each other.
    pub(crate) async fn go_on(
        connection: &mut SqliteConnection,
        batch: Option<BatchId>,
        now: DateTime<Utc>,
    ) -> Result<Self, StoreError> {
        let first =
            sqlx::query_scalar("SELECT COALESCE(MAX(id), 0) + 1 FROM acts").fetch_one(connection).await?;
        let id = batch.map_or(first, |batch| i64::from(batch.0));
        Ok(Self { id, first, next: first, at: to_millis(now) })
    }

    /// When, in milliseconds.
    pub(crate) fn at(&self) -> i64 {
        self.at
    }

    /// Writes acts; returns the id of the first, the others follow it.
    pub(crate) async fn record(
        &mut self,
        connection: &mut SqliteConnection,
        acts: &[Act],
    ) -> Result<i64, StoreError> {
        let first = self.next;
        let rows: Vec<(i64, &Act)> = (first..).zip(acts).collect();
        let head = "INSERT INTO acts (id, batch, at, kind, subject, before, after, order_id)";
        let (batch, at) = (self.id, self.at);
        write_rows(connection, head, 8, "", &rows, |query, (id, act)| {
            let (kind, prefix) = act.about.words();
            query
                .bind(*id)
                .bind(batch)
                .bind(at)
                .bind(kind)
                .bind(format!("{prefix}{}", act.key))
                .bind(act.before.clone())
                .bind(act.after.clone())
                .bind(act.order)
        })
        .await?;
        self.next += i64::try_from(acts.len()).unwrap_or(0);
        Ok(first)
    }

    /// Ends the batch with the sentence that tells it; `None` where nothing was done.
    pub(crate) async fn finish(
        self,
        connection: &mut SqliteConnection,
        summary: &str,
    ) -> Result<Option<BatchId>, StoreError> {
        self.finish_as(connection, summary, None).await
    }

    async fn finish_as(
        self,
        connection: &mut SqliteConnection,
        summary: &str,
        undo_of: Option<i64>,
    ) -> Result<Option<BatchId>, StoreError> {
        if self.next == self.first {
            return Ok(None);
        }
        sqlx::query(
            "INSERT INTO act_batches (id, at, summary, acts, undo_of) VALUES (?, ?, ?, ?, ?) \
             ON CONFLICT DO UPDATE SET acts = acts + excluded.acts, summary = excluded.summary",
        )
        .bind(self.id)
        .bind(self.at)
        .bind(summary)
        .bind(self.next - self.first)
        .bind(undo_of)
        .execute(connection)
        .await?;
        Ok(Some(BatchId(count(self.id))))
    }
}

macro_rules! entries {
    ($which:literal) => {
        concat!(
            "SELECT b.id, b.at, b.summary, b.acts, b.undone FROM ",
            $which,
            " ORDER BY b.id DESC LIMIT +?2"
        )
    };
}

impl Store {
    /// What was done here, newest first, before the batch `before`.
    pub async fn activity_acts(
        &self,
        before: Option<BatchId>,
        limit: u32,
    ) -> Result<Vec<ActEntry>, StoreError> {
        let before = before.map_or(i64::MAX, |batch| i64::from(batch.0));
        self.entries(entries!("act_batches b WHERE b.id < ?1"), before, limit).await
    }

    /// What was done to an order, newest first.
    pub async fn order_acts(&self, order: OrderRowId, limit: u32) -> Result<Vec<ActEntry>, StoreError> {
        let sql = entries!(
            "(SELECT DISTINCT batch FROM acts WHERE order_id = ?1) own CROSS JOIN act_batches b ON b.id = own.batch"
        );
        self.entries(sql, i64::from(order.0), limit).await
    }

    async fn entries(&self, sql: &str, bound: i64, limit: u32) -> Result<Vec<ActEntry>, StoreError> {
        let rows = sqlx::query(AssertSqlSafe(sql.to_owned()))
            .bind(bound)
            .bind(limit)
            .fetch_all(&self.inner.readers)
            .await?;
        rows.iter()
            .map(|row| {
                let (acts, undone): (i64, i64) = (row.try_get("acts")?, row.try_get("undone")?);
                let summary: String = row.try_get("summary")?;
                Ok(ActEntry {
                    batch: BatchId(count(row.try_get("id")?)),
                    at: from_millis(row.try_get("at")?),
                    acts: count(acts),
                    is_undo: summary.starts_with(UNDID),
                    by_itself: summary.starts_with(FREED) || summary.starts_with(STRUCK),
                    undone: undone >= acts,
                    summary,
                })
            })
            .collect()
    }
}

/// "1 unit", "3 units".
pub(crate) fn counted(number: usize, what: &str) -> String {
    if number == 1 { format!("1 {what}") } else { format!("{number} {what}s") }
}
