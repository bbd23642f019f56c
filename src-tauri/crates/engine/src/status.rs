//! How the sync of each account stands, for the freshness strip.
//!
//! "Complete up to" comes from the watermark (invariant I20), never from when somebody last pressed a button.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, Utc};
use packlight_domain::account::AccountId;
use packlight_spapi::Budget;
use serde::{Deserialize, Serialize};

use crate::error::Code;
use crate::events::{Event, Events};

/// How the sync of every account stands.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct SyncStatus {
    /// One entry for each connected account, by id.
    pub accounts: Vec<AccountSync>,
}

/// How the sync of one account stands. Instants are UTC.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct AccountSync {
    /// The account.
    pub account: AccountId,
    /// Its label.
    pub label: String,
    /// Every change up to here is in the local copy.
    pub complete_up_to: Option<DateTime<Utc>>,
    /// When Amazon was last asked with success.
    pub checked_at: Option<DateTime<Utc>>,
    /// When it will be asked next by itself.
    pub next_at: Option<DateTime<Utc>>,
    /// What is going on.
    pub state: SyncState,
    /// Calls of the list operation that are left now.
    pub calls_left: Option<u32>,
    /// Calls of the list operation when the bucket is full.
    pub calls_burst: Option<u32>,
}

impl AccountSync {
    /// Enters what is left of the list operation's calls.
    pub(crate) fn show(&mut self, budget: Budget) {
        self.calls_left = Some(budget.whole_tokens);
        self.calls_burst = Some(budget.burst);
    }
}

/// What the sync of an account is doing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum SyncState {
    /// Waiting for its next run.
    #[default]
    Idle,
    /// Reading.
    Running {
        /// When it began.
        started_at: DateTime<Utc>,
        /// List pages read.
        pages: u32,
        /// Distinct orders received.
        orders_seen: u32,
        /// Of those, new here.
        new: u32,
        /// Of those, different from before.
        changed: u32,
    },
    /// Waiting for Amazon's limit; not an error.
    Throttled {
        /// When the next call may go out.
        until: DateTime<Utc>,
    },
    /// Amazon cannot be reached.
    Offline {
        /// Since when.
        since: DateTime<Utc>,
        /// When it is tried again.
        retry_at: DateTime<Utc>,
    },
    /// The seller has to do something first.
    Refused {
        /// What kind of refusal.
        code: Code,
        /// What to do.
        message: String,
    },
    /// The last run failed; the next one is planned.
    Failed {
        /// What happened.
        message: String,
        /// When it is tried again.
        retry_at: DateTime<Utc>,
    },
}

/// The live status of every account; each change is announced.
#[derive(Debug)]
pub(crate) struct StatusBoard {
    accounts: Mutex<BTreeMap<AccountId, Entry>>,
    events: Events,
}

#[derive(Debug)]
struct Entry {
    shown: AccountSync,
    /// Since when Amazon cannot be reached; outlives the tries in between, which show as running.
    offline_since: Option<DateTime<Utc>>,
}

impl Entry {
    fn note_offline(&mut self) {
        match &mut self.shown.state {
            SyncState::Offline { since, .. } => *since = *self.offline_since.get_or_insert(*since),
            SyncState::Running { pages: 0, .. } => {}
            _ => self.offline_since = None,
        }
    }
}

impl StatusBoard {
    pub(crate) fn new(events: Events) -> Self {
        Self { accounts: Mutex::default(), events }
    }

    /// The status of all accounts.
    pub(crate) fn snapshot(&self) -> SyncStatus {
        let accounts = self.accounts.lock().unwrap_or_else(PoisonError::into_inner);
        SyncStatus { accounts: accounts.values().map(|entry| entry.shown.clone()).collect() }
    }

    /// Enters an account, keeping what is known of it already.
    pub(crate) fn enter(&self, account: AccountId, label: &str, complete_up_to: Option<DateTime<Utc>>) {
        let mut accounts = self.accounts.lock().unwrap_or_else(PoisonError::into_inner);
        accounts.entry(account).or_insert_with(|| Entry {
            offline_since: None,
            shown: AccountSync {
                account,
                label: label.to_owned(),
                complete_up_to,
                checked_at: None,
                next_at: None,
                state: SyncState::Idle,
                calls_left: None,
                calls_burst: None,
            },
        });
    }

    /// When Amazon was last asked for an account with success.
    pub(crate) fn checked_at(&self, account: AccountId) -> Option<DateTime<Utc>> {
        let accounts = self.accounts.lock().unwrap_or_else(PoisonError::into_inner);
        accounts.get(&account).and_then(|entry| entry.shown.checked_at)
    }

    /// Takes an account off the board.
    pub(crate) fn leave(&self, account: AccountId) {
        self.accounts.lock().unwrap_or_else(PoisonError::into_inner).remove(&account);
        self.announce();
    }

    /// Changes one account's entry and announces it if it is different now.
    pub(crate) fn update(&self, account: AccountId, change: impl FnOnce(&mut AccountSync)) {
        let changed = {
            let mut accounts = self.accounts.lock().unwrap_or_else(PoisonError::into_inner);
            accounts.get_mut(&account).is_some_and(|entry| {
                let before = entry.shown.clone();
                change(&mut entry.shown);
                entry.note_offline();
                entry.shown != before
            })
        };
        if changed {
            self.announce();
        }
    }

    fn announce(&self) {
        self.events.send(Event::SyncChanged(self.snapshot()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minute: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_768_737_600 + minute * 60, 0).unwrap()
    }

    #[test]
    fn offline_since_means_since_the_first_failure() {
        let board = StatusBoard::new(Events::new());
        board.enter(AccountId(1), "Shop", None);
        let show = |state: SyncState| board.update(AccountId(1), |entry| entry.state = state);
        let offline = |minute| SyncState::Offline { since: at(minute), retry_at: at(minute) };
        let running =
            |pages| SyncState::Running { started_at: at(0), pages, orders_seen: 0, new: 0, changed: 0 };
        let since = || match board.snapshot().accounts[0].state {
            SyncState::Offline { since, .. } => since,
            _ => at(-1),
        };
        show(offline(5));
        show(running(0));
        show(offline(10));
        assert_eq!(since(), at(5), "a try in vain is no return");
        show(running(0));
        show(running(1));
        show(offline(20));
        assert_eq!(since(), at(20), "a page came in between");
        show(SyncState::Idle);
        show(offline(30));
        assert_eq!(since(), at(30));
    }
}
