//! A request for a report: what was asked for, how it stands, and the steps that lead on from there.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use packlight_domain::account::AccountId;

use crate::StoreError;

/// Row id of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ReportRequestId(pub i64);

/// Where a request stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReportState {
    /// Wanted; nothing was asked of Amazon for it, or what was asked came to nothing.
    Intended,
    /// The report may exist: it was asked for, and its id is not known.
    Asking,
    /// Amazon makes it; its id is known.
    Waiting,
    /// Its document was taken in.
    Done,
    /// There was nothing to report.
    Empty,
    /// It came to nothing.
    Failed,
    /// Amazon did not make it in time; it is looked at once a day.
    Abandoned,
    /// The user stopped it.
    Stopped,
}

impl ReportState {
    const ALL: [(Self, &'static str); 8] = [
        (Self::Intended, "intended"),
        (Self::Asking, "asking"),
        (Self::Waiting, "waiting"),
        (Self::Done, "done"),
        (Self::Empty, "empty"),
        (Self::Failed, "failed"),
        (Self::Abandoned, "abandoned"),
        (Self::Stopped, "stopped"),
    ];

    /// Its word in the database.
    pub fn word(self) -> &'static str {
        Self::ALL.iter().find(|(own, _)| *own == self).map_or("", |(_, word)| word)
    }

    pub(super) fn from_word(word: &str) -> Result<Self, StoreError> {
        let found = Self::ALL.into_iter().find(|(_, own)| *own == word);
        found
            .map(|(state, _)| state)
            .ok_or_else(|| StoreError::Internal(format!("unknown report state '{word}'")))
    }

    /// Whether it is being worked on.
    pub fn is_active(self) -> bool {
        matches!(self, Self::Intended | Self::Asking | Self::Waiting)
    }
}

/// A report that is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewReportRequest {
    /// Whose.
    pub account: AccountId,
    /// Amazon's word for its type.
    pub report_type: String,
    /// What tells it from others of its type.
    pub scope: String,
    /// What it covers.
    pub marketplace_ids: Vec<String>,
    /// Options of the type.
    pub options: BTreeMap<String, String>,
    /// Start of the data.
    pub data_from: Option<DateTime<Utc>>,
    /// End of the data.
    pub data_to: Option<DateTime<Utc>>,
    /// The time now, by Amazon's clock.
    pub now: DateTime<Utc>,
}

/// A request for a report. Instants are UTC by Amazon's clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportRequest {
    /// Its row id.
    pub id: ReportRequestId,
    /// Whose.
    pub account: AccountId,
    /// Amazon's word for its type.
    pub report_type: String,
    /// What tells it from others of its type.
    pub scope: String,
    /// What it covers.
    pub marketplace_ids: Vec<String>,
    /// Options of the type.
    pub options: BTreeMap<String, String>,
    /// Start of the data.
    pub data_from: Option<DateTime<Utc>>,
    /// End of the data.
    pub data_to: Option<DateTime<Utc>>,
    /// When it was wanted first.
    pub intended_at: DateTime<Utc>,
    /// Where it stands.
    pub state: ReportState,
    /// When it was last asked for.
    pub asked_at: Option<DateTime<Utc>>,
    /// Amazon's id of the present report.
    pub report_id: Option<String>,
    /// When that was asked for, as Amazon says.
    pub made_at: Option<DateTime<Utc>>,
    /// Amazon's last word about it.
    pub status: Option<String>,
    /// Its document.
    pub document_id: Option<String>,
    /// Reports of this request that came to nothing.
    pub attempts: u32,
    /// Their ids.
    pub given_up: Vec<String>,
    /// Looks at the present report.
    pub polls: u32,
    /// When the next step is due.
    pub next_at: Option<DateTime<Utc>>,
    /// What went wrong last.
    pub error: Option<String>,
    /// When it ended.
    pub finished_at: Option<DateTime<Utc>>,
}

/// A step of an active request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReportStep {
    /// The request for a report leaves now.
    Asking {
        /// The time now.
        at: DateTime<Utc>,
    },
    /// Amazon surely made no report of the request that left: everything is as before it.
    NotMade {
        /// When to go on.
        next_at: DateTime<Utc>,
        /// Why, in one sentence.
        error: Option<String>,
    },
    /// The report has an id.
    Made {
        /// Amazon's id.
        report_id: String,
        /// When it was asked for.
        at: DateTime<Utc>,
        /// When to look at it first.
        next_at: DateTime<Utc>,
    },
    /// The report was looked at.
    Seen {
        /// Amazon's word.
        status: String,
        /// Its document, once there is one.
        document_id: Option<String>,
        /// When to look again.
        next_at: DateTime<Utc>,
    },
    /// The step could not be made; it is tried again.
    Later {
        /// When.
        next_at: DateTime<Utc>,
        /// Why, in one sentence.
        error: String,
    },
    /// The report came to nothing; another is wanted.
    Again {
        /// When to ask for it.
        next_at: DateTime<Utc>,
        /// Why, in one sentence.
        error: String,
    },
}

/// How a request ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReportEnd {
    /// Its document was taken in.
    Done,
    /// There was nothing to report.
    Empty,
    /// It came to nothing; one sentence.
    Failed(String),
    /// Amazon did not make it in time.
    Abandoned {
        /// When to look at it again.
        next_at: DateTime<Utc>,
        /// One sentence.
        error: String,
    },
    /// The user stopped it.
    Stopped,
}
