//! How long accounts have been silent, by a clock that no hand and no time server sets: a computer's clock that is put right
//! makes no sync dead.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{DateTime, Utc};
use packlight_domain::account::AccountId;
use tokio::time::Instant;

/// When each account was last alive by the computer's clock, and when that was noticed.
#[derive(Default)]
pub(super) struct Silence(BTreeMap<AccountId, (DateTime<Utc>, Instant)>);

impl Silence {
    /// How long an account has been silent that was last alive at `alive` of the computer's clock.
    pub(super) fn of(&mut self, account: AccountId, alive: DateTime<Utc>) -> Duration {
        let (before, noticed) = self.0.entry(account).or_insert((alive, Instant::now()));
        if *before != alive {
            (*before, *noticed) = (alive, Instant::now());
        }
        noticed.elapsed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn silence_is_counted_from_each_sign_of_life() {
        let mut silence = Silence::default();
        let at = |hour: i64| DateTime::from_timestamp(hour * 3_600, 0).unwrap();
        let account = AccountId(1);
        assert_eq!(silence.of(account, at(1)), Duration::ZERO);
        tokio::time::advance(Duration::from_mins(20)).await;
        assert_eq!(silence.of(account, at(1)), Duration::from_mins(20));
        // The computer's clock was put forward in between: the sign itself is new all the same, and by no minute older.
        assert_eq!(silence.of(account, at(9)), Duration::ZERO);
        tokio::time::advance(Duration::from_mins(30)).await;
        assert_eq!(silence.of(account, at(9)), Duration::from_mins(30));
        assert_eq!(silence.of(AccountId(2), at(1)), Duration::ZERO);
    }
}
