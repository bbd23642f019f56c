//! What a look finds to be news about the accounts themselves: that one is not read any more, or soon will not be.

use chrono::{DateTime, Utc};
use packlight_domain::account::AccountId;
use packlight_domain::alert::{News, is_sync_dead, secret_days_left, secret_warning};
use packlight_domain::background::Background;
use packlight_domain::instant::to_millis;
use packlight_store::Account;

use super::ended::reason;
use super::{AT_EASE, Watch};
use crate::error::EngineError;
use crate::status::SyncStatus;

impl Watch {
    /// Accounts that were not read with success for too long. Once an outage, and once more each day that it lasts.
    pub(super) async fn syncs(
        &mut self,
        status: &SyncStatus,
        accounts: &[Account],
        background: &Background,
        now: DateTime<Utc>,
    ) -> Result<(), EngineError> {
        let store = &self.engine.0.store;
        self.is_uneasy = false;
        self.dead.retain(|id, _| status.accounts.iter().any(|entry| entry.account == *id));
        for entry in &status.accounts {
            // One that was left a moment ago is in the status still.
            let is_here = |account: &&Account| account.id == entry.account && account.is_connected();
            let Some(account) = accounts.iter().find(is_here) else { continue };
            let since = account.secrets_since.map_or(self.since, |since| since.max(self.since));
            let page = self.pages.get(&entry.account).map(|(_, at)| *at);
            let alive = [entry.checked_at, page].into_iter().flatten().fold(since, DateTime::max);
            let poll = background.poll(account.orders_api);
            let [key, _] = of_account(entry.account);
            let silent_for = self.silence.of(entry.account, alive);
            let is_dead = is_sync_dead(silent_for, poll);
            self.is_uneasy |= is_sync_dead(silent_for + AT_EASE, poll);
            if is_dead {
                let good = store.last_good_sync(entry.account).await?;
                // One that never went well is named by its secrets: with others it is another outage.
                let from = good.or(account.secrets_since).unwrap_or_default();
                let days = (now - from).num_days();
                let news = News::SyncDead {
                    account: entry.label.clone(),
                    since: good.unwrap_or(alive),
                    reason: self.ended.get(&entry.account).and_then(reason),
                    needs_seller: self.refused.contains(&entry.account),
                };
                let key = format!("{key}{}:{days}", to_millis(from));
                store.note_news(&key, &news, now).await?;
            } else if self.dead.get(&entry.account) != Some(&false) {
                store.take_back_news(&key, None).await?;
            }
            self.dead.insert(entry.account, is_dead);
        }
        Ok(())
    }

    /// Client secrets that are about to expire.
    pub(super) async fn secrets(
        &mut self,
        accounts: &[Account],
        now: DateTime<Utc>,
    ) -> Result<(), EngineError> {
        let store = &self.engine.0.store;
        for account in accounts.iter().filter(|account| account.is_connected()) {
            let Some(entered) = account.secrets_since else { continue };
            let [_, begins] = of_account(account.id);
            if self.entered.insert(account.id, entered) != Some(entered) {
                // What still waits may be about one that was replaced.
                store.take_back_news(&begins, None).await?;
            }
            let Some(day) = secret_warning(entered, now) else { continue };
            let days = secret_days_left(entered, now);
            let news = News::SecretExpires { account: account.label.clone(), days };
            store.note_news(&format!("{begins}{}:{day}", to_millis(entered)), &news, now).await?;
        }
        Ok(())
    }
}

/// How the keys of news about an account begin: of a sync that is dead, and of a client secret that expires.
pub(crate) fn of_account(id: AccountId) -> [String; 2] {
    ["sync", "secret"].map(|about| format!("{about}:{}:", id.0))
}
