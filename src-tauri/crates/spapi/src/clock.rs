//! Amazon's clock as this process knows it, and the dice that spread repeated tries.
//!
//! Invariant I11: server time is the last `Date` that Amazon sent plus the monotonic time since, so that a wrong or
//! jumping local clock moves no bound.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use http::HeaderMap;
use http::header::{CONTENT_TYPE, DATE};
use tokio::time::Instant;

/// Server time.
#[derive(Debug)]
pub(crate) struct ServerClock(Mutex<(DateTime<Utc>, Instant)>);

impl ServerClock {
    /// A clock that shows `local_now` until Amazon says better.
    pub(crate) fn new(local_now: DateTime<Utc>) -> Self {
        Self(Mutex::new((local_now, Instant::now())))
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.at(Instant::now())
    }

    /// What the clock shows at a moment of this process.
    pub(crate) fn at(&self, moment: Instant) -> DateTime<Utc> {
        let (told, since) = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let span = |span: Duration| TimeDelta::from_std(span).unwrap_or(TimeDelta::zero());
        let shown = match moment.checked_duration_since(since) {
            Some(later) => told.checked_add_signed(span(later)),
            None => told.checked_sub_signed(span(since.duration_since(moment))),
        };
        shown.unwrap_or(told)
    }

    /// Takes over the `Date` of an answer. A web page's is not believed: it may be that of a login page.
    pub(crate) fn learn(&self, headers: &HeaderMap) -> Option<DateTime<Utc>> {
        let is_page = headers
            .get(CONTENT_TYPE)
            .and_then(|kind| kind.to_str().ok())
            .is_some_and(|kind| kind.to_ascii_lowercase().contains("html"));
        let date = headers.get(DATE)?.to_str().ok()?;
        let told = DateTime::parse_from_rfc2822(date).ok()?.with_timezone(&Utc);
        if !is_page {
            *self.0.lock().unwrap_or_else(PoisonError::into_inner) = (told, Instant::now());
        }
        Some(told)
    }
}

/// Spreads tries in time. Seeded by its owner, so that two desks do not knock at the same moment and a test repeats.
#[derive(Debug)]
pub(crate) struct Dice(AtomicU64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(AtomicU64::new(seed))
    }

    /// Between half of and the whole of 1 s, 2 s, 4 s, … for the first, second, third try, at most a minute.
    pub(crate) fn backoff(&self, failures: u32) -> Duration {
        let whole = Duration::from_secs(1 << failures.saturating_sub(1).min(6)).min(Duration::from_mins(1));
        let half = u64::try_from(whole.as_millis() / 2).unwrap_or(30_000);
        Duration::from_millis(half + self.throw() % (half + 1))
    }

    /// SplitMix64.
    fn throw(&self) -> u64 {
        let seed = self.0.fetch_add(0x9E37_79B9_7F4A_7C15, Ordering::Relaxed);
        let mixed = (seed ^ (seed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(date: &'static str, kind: &'static str) -> HeaderMap {
        [(DATE, date.parse().unwrap()), (CONTENT_TYPE, kind.parse().unwrap())].into_iter().collect()
    }

    #[tokio::test(start_paused = true)]
    async fn it_follows_amazon_and_then_the_monotonic_clock() {
        let local = DateTime::parse_from_rfc3339("2036-01-01T00:00:00Z").unwrap().to_utc();
        let clock = ServerClock::new(local);
        tokio::time::advance(Duration::from_secs(5)).await;
        assert_eq!(clock.now(), local + TimeDelta::seconds(5));

        let told = clock.learn(&headers("Sun, 18 Jan 2026 12:00:00 GMT", "application/json")).unwrap();
        tokio::time::advance(Duration::from_millis(1_500)).await;
        assert_eq!(clock.now().to_rfc3339(), "2026-01-18T12:00:01.500+00:00");
        assert_eq!(clock.now(), told + TimeDelta::milliseconds(1_500));
    }

    #[tokio::test(start_paused = true)]
    async fn the_date_of_a_login_page_is_not_believed() {
        let local = DateTime::parse_from_rfc3339("2026-01-01T00:00:00Z").unwrap().to_utc();
        let clock = ServerClock::new(local);
        let told = clock.learn(&headers("Thu, 18 Jan 1990 12:00:00 GMT", "text/html; charset=utf-8"));
        assert!(told.is_some(), "a date that would be believed from Amazon");
        assert_eq!(clock.now(), local);
        assert_eq!(clock.learn(&headers("yesterday", "application/json")), None);
        assert_eq!(clock.now(), local);
    }

    #[test]
    fn tries_spread_within_half_and_whole() {
        let dice = Dice::new(7);
        for failures in 1..40 {
            let whole = (1_u128 << (failures - 1).min(6)).min(60) * 1_000;
            let delay = dice.backoff(failures).as_millis();
            assert!(delay >= whole / 2 && delay <= whole, "{failures}: {delay}");
        }
    }
}
