//! What the seller is told while the window is closed, and in which words.
//!
//! News is one fact (one order came in); an alert is what appears on the screen and may sum up many of them. News is
//! kept until it was told, so quiet hours and restarts neither lose nor repeat one. No buyer appears in any of it.

use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::background::AlertSettings;
use crate::listing::OrderRowId;
use crate::money::Money;
use crate::picking::PickListId;
use crate::view::ViewId;

mod words;

/// How long a client secret of Amazon's lives, and from which day after its entry the seller is warned, once and daily.
pub const SECRET_LIVES: i64 = 180;
const WARN_ONCE: i64 = 150;
const WARN_DAILY: i64 = 170;

/// How long no sync may succeed before that is news.
const DEAD: Duration = Duration::from_mins(30);
/// How much longer than a poll that is at the least.
const DEAD_AFTER_POLL: Duration = Duration::from_mins(25);

/// One fact to be told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum News {
    /// An order came in.
    NewOrder {
        /// The order.
        order: OrderRowId,
        /// The platform's id of it.
        number: String,
        /// What was bought.
        what: String,
        /// Its total; `None` while Amazon gives none.
        total: Option<Money>,
    },
    /// An order entered a saved view.
    InView {
        /// The view.
        view: ViewId,
        /// Its name.
        name: String,
        /// Its query.
        query: String,
        /// The order.
        order: OrderRowId,
        /// The platform's id of it.
        number: String,
    },
    /// An order on an open pick list is not, or perhaps not, wanted any more.
    OnPickList {
        /// The recorded list.
        record: PickListId,
        /// `P-…`.
        list: String,
        /// The order.
        order: OrderRowId,
        /// The platform's id of it.
        number: String,
        /// It is cancelled; else its buyer asks for that.
        cancelled: bool,
    },
    /// An account was not read with success for too long.
    SyncDead {
        /// The account's label.
        account: String,
        /// Since when, UTC.
        since: DateTime<Utc>,
        /// Why, as far as it is known.
        reason: Option<String>,
        /// The seller has to do something first.
        needs_seller: bool,
    },
    /// A client secret expires.
    SecretExpires {
        /// The account's label.
        account: String,
        /// Days until then; negative ones have passed.
        days: i64,
    },
    /// A document was not printed.
    NotPrinted {
        /// What it is called.
        document: String,
        /// Why, and where it is kept.
        reason: String,
    },
    /// A saved view has grown too large to be watched.
    ViewTooLarge {
        /// The view.
        view: ViewId,
        /// Its name.
        name: String,
        /// How many orders a watched view may hold.
        most: u32,
    },
    /// The backup of a night failed, and failed again.
    NotBackedUp {
        /// Why.
        reason: String,
    },
}

/// A kind of alert; each is switched on and off by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum AlertKind {
    /// The seller has to know with the list in hand.
    Cancellation,
    /// No good sync.
    SyncDead,
    /// Orders that came in.
    NewOrders,
    /// A saved view.
    View(ViewId),
    /// Paper.
    Printing,
    /// Secrets that expire.
    Credentials,
    /// A saved view that raises no alerts any more.
    ViewTooLarge(ViewId),
    /// Backups.
    Backup,
}

/// Where a click on an alert leads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Target {
    /// One order.
    Order {
        /// Its row.
        order: OrderRowId,
    },
    /// The order list with a query.
    Orders {
        /// Text of the query language.
        query: String,
    },
    /// The pick lists.
    PickLists,
    /// The accounts in the settings.
    Accounts,
    /// The journal of syncs.
    Activity,
    /// Backups, in the settings.
    Data,
    /// What raises an alert, in the settings.
    Alerts,
}

/// What appears on the screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alert {
    /// Its kind.
    pub kind: AlertKind,
    /// One line.
    pub title: String,
    /// A line or two more; may be empty.
    pub body: String,
    /// Where a click leads.
    pub target: Target,
}

impl News {
    /// The kind of alert that tells it.
    pub fn kind(&self) -> AlertKind {
        match self {
            Self::NewOrder { .. } => AlertKind::NewOrders,
            Self::InView { view, .. } => AlertKind::View(*view),
            Self::OnPickList { .. } => AlertKind::Cancellation,
            Self::SyncDead { .. } => AlertKind::SyncDead,
            Self::SecretExpires { .. } => AlertKind::Credentials,
            Self::NotPrinted { .. } => AlertKind::Printing,
            Self::ViewTooLarge { view, .. } => AlertKind::ViewTooLarge(*view),
            Self::NotBackedUp { .. } => AlertKind::Backup,
        }
    }
}

impl AlertSettings {
    /// Whether alerts of a kind are wanted.
    pub fn wants(&self, kind: AlertKind) -> bool {
        match kind {
            AlertKind::Cancellation => self.cancellations,
            AlertKind::SyncDead => self.sync_dead,
            AlertKind::NewOrders => self.new_orders,
            AlertKind::View(view) | AlertKind::ViewTooLarge(view) => self.views.contains(&view),
            AlertKind::Printing => self.printing,
            AlertKind::Credentials => self.credentials,
            // Seldom, and nobody wants to find out only when a backup is needed.
            AlertKind::Backup => true,
        }
    }

    /// Whether alerts wait at this minute of the day.
    pub fn is_quiet(&self, minute: u16) -> bool {
        self.quiet_hours.is_some_and(|hours| hours.holds(minute))
    }
}

/// The alerts that tell this news, one for each kind that is wanted, what cannot wait first.
pub fn alerts(news: &[News], settings: &AlertSettings) -> Vec<Alert> {
    let mut kinds: Vec<AlertKind> =
        news.iter().map(News::kind).filter(|kind| settings.wants(*kind)).collect();
    kinds.sort_unstable();
    kinds.dedup();
    kinds
        .into_iter()
        .map(|kind| {
            let own: Vec<&News> = news.iter().filter(|one| one.kind() == kind).collect();
            let (title, body, target) = words::told(&own);
            Alert { kind, title, body, target }
        })
        .collect()
}

/// The day after the entry of a secret on which its warning is due, told at `now`: one day names one warning, so that none
/// is told twice. `None` while there is nothing to warn of.
pub fn secret_warning(entered: DateTime<Utc>, now: DateTime<Utc>) -> Option<i64> {
    match (now - entered).num_days() {
        day if day >= WARN_DAILY => Some(day),
        day if day >= WARN_ONCE => Some(WARN_ONCE),
        _ => None,
    }
}

/// Days from `now` until a secret expires.
pub fn secret_days_left(entered: DateTime<Utc>, now: DateTime<Utc>) -> i64 {
    SECRET_LIVES - (now - entered).num_days()
}

/// Whether it is news that no sync was good for so long, where one is planned every `poll`.
pub fn is_sync_dead(silent_for: Duration, poll: Duration) -> bool {
    silent_for >= DEAD.max(poll + DEAD_AFTER_POLL)
}

#[cfg(test)]
mod tests;
