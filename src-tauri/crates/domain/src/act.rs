//! What the seller did here, as it is shown and undone (design decision 9).

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// Acts that were done together and are undone together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, specta::Type)]
#[serde(transparent)]
pub struct BatchId(pub u32);

/// What an undo did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct UndoReport {
    /// The batch of the undo itself; `None` where nothing was restored.
    pub batch: Option<BatchId>,
    /// Subjects that are again as they were.
    pub restored: u32,
    /// Subjects that had changed since, or were restored before.
    pub skipped: u32,
    /// Orders of an import that stay, each with the reason; the first 20.
    pub stays: Vec<String>,
}

/// A batch of acts in the audit trail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct ActEntry {
    /// The batch.
    pub batch: BatchId,
    /// When, UTC.
    pub at: DateTime<Utc>,
    /// What was done, in plain English: "Linked 2 units to 203-1234567-1234567".
    pub summary: String,
    /// Acts in the batch.
    pub acts: u32,
    /// This batch took back what another had done. The undo of an undo does it again, so it is none.
    pub is_undo: bool,
    /// Packlight did it by itself, because an order has changed; the seller asked for nothing.
    pub by_itself: bool,
    /// Every act of it was taken back.
    pub undone: bool,
}

/// One run of a sync in the journal (invariant I20).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct RunEntry {
    /// Its row in the journal; newer runs have greater ids.
    pub id: u32,
    /// The account's label.
    pub account: String,
    /// What ran: `orders`, `listings`, ….
    pub kind: String,
    /// When it began, UTC.
    pub started_at: DateTime<Utc>,
    /// When it ended, UTC; `None` while it runs or where the program was ended.
    pub finished_at: Option<DateTime<Utc>>,
    /// Requests to the Selling Partner API.
    pub calls: u32,
    /// List pages.
    pub pages: u32,
    /// Answers 429.
    pub throttled: u32,
    /// Orders not known before.
    pub new_orders: u32,
    /// Orders known before and different now.
    pub changed_orders: u32,
    /// Orders received that were as known.
    pub unchanged: u32,
    /// How many seconds after their change half of the orders were kept; `None` without orders.
    pub median_lateness_s: Option<u32>,
    /// Every change up to here is in the local copy, UTC.
    pub complete_up_to: Option<DateTime<Utc>>,
    /// Why it failed.
    pub error: Option<RunError>,
}

/// Why a run failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct RunError {
    /// The kind of the failure.
    pub code: String,
    /// Plain language with the next step.
    pub message: String,
    /// Amazon's id of the request.
    pub request_id: Option<String>,
}
