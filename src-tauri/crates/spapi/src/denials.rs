//! Requests that Amazon refused though the access token was fresh: for these a new token is no cure.
//!
//! Amazon says the same of an old token as of a missing role (reference: spapi.md F7, F8, F10). So a refusal of an aged token
//! is met with one new token; a refusal that goes on is not, or it would cost a token and a call each time.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// A refusal that nobody met for so long counts as over. Longer than a closed marketplace is left alone (an hour), so that
/// its trial costs one call; no shorter time would help, as a token lives an hour at most anyway.
const REMEMBERED: Duration = Duration::from_hours(2);

/// What is refused for another reason than its token. A request is known by its marketplaces with its operation and with its
/// path: of orders that are all refused not each costs a token, nor does one that is refused among others that are not.
#[derive(Debug, Default)]
pub(crate) struct Denials(Mutex<HashMap<String, Instant>>);

impl Denials {
    /// Whether any of `subjects` is known to be refused whatever the token.
    pub(crate) fn know(&self, subjects: &[String], now: Instant) -> bool {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|_, at| now.saturating_duration_since(*at) < REMEMBERED);
        subjects.iter().any(|subject| known.contains_key(subject))
    }

    /// What has these `subjects` was refused again, or with a fresh token.
    pub(crate) fn note(&self, subjects: [String; 2], now: Instant) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.extend(subjects.map(|subject| (subject, now)));
    }

    /// What has these `subjects` was answered.
    pub(crate) fn forget(&self, subjects: &[String]) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|known, _| !subjects.contains(known));
    }
}
