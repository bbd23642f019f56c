//! Amazon's clock as this process knows it, and the dice that spread repeated tries.
//!
//! Invariant I11: server time is the last `Date` that Amazon sent plus the monotonic time since, so that a wrong or
//! jumping local clock moves no bound. Monotonic time stands still while a computer sleeps; what it missed is added.
//! Until a `Date` came the clock shows the computer's time, and says so.

use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use http::HeaderMap;
use http::header::{CONTENT_TYPE, DATE};
use tokio::time::Instant;

/// Tells how long this computer has slept; a parameter, so that a test can send it to sleep.
#[derive(Clone)]
pub struct SleepClock {
    slept: Arc<dyn Fn() -> Duration + Send + Sync>,
    kept_since: Instant,
}

impl SleepClock {
    /// Asks `slept`, which never goes back. Only differences between two answers count.
    pub fn new(slept: impl Fn() -> Duration + Send + Sync + 'static) -> Self {
        Self { slept: Arc::new(slept), kept_since: Instant::now() }
    }

    /// A computer that never sleeps.
    pub fn sleepless() -> Self {
        Self::new(|| Duration::ZERO)
    }

    /// This computer. Its wall clock is not asked: it may be set by hand.
    pub fn of_system() -> Self {
        let since = (running_on(), std::time::Instant::now());
        Self::new(move || {
            let all = running_on().zip(since.0).and_then(|(now, then)| now.checked_sub(then));
            all.unwrap_or_default().saturating_sub(since.1.elapsed())
        })
    }

    /// How long the computer has slept up to now.
    pub fn slept(&self) -> Duration {
        (self.slept)()
    }

    /// The next of the moments that come every `pace`. They are the same ones for all who ask, so that a computer at rest
    /// wakes once for all of them.
    pub fn next_look(&self, pace: Duration) -> Instant {
        let since_last = self.kept_since.elapsed().as_millis().checked_rem(pace.as_millis());
        let since_last = since_last.and_then(|millis| u64::try_from(millis).ok()).unwrap_or_default();
        Instant::now() + pace.saturating_sub(Duration::from_millis(since_last))
    }
}

impl fmt::Debug for SleepClock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SleepClock").field(&self.slept()).finish()
    }
}

/// A clock that runs on while the computer sleeps; `None` where the standard library's does so by itself (Windows).
fn running_on() -> Option<Duration> {
    #[cfg(target_os = "linux")]
    let clock = Some(rustix::time::ClockId::Boottime);
    // Apple's CLOCK_MONOTONIC counts sleep; the standard library reads CLOCK_UPTIME_RAW, which does not.
    #[cfg(target_os = "macos")]
    let clock = Some(rustix::time::ClockId::Monotonic);
    #[cfg(any(target_os = "linux", target_os = "macos"))]
    return clock.map(rustix::time::clock_gettime).and_then(|time| Duration::try_from(time).ok());
    #[cfg(not(any(target_os = "linux", target_os = "macos")))]
    None
}

/// Server time, and the moments by which everything in this crate is paced.
#[derive(Debug)]
pub(crate) struct ServerClock {
    told: Mutex<(DateTime<Utc>, Instant)>,
    /// Amazon told it.
    is_amazons: AtomicBool,
    sleep: SleepClock,
    slept_before: Duration,
    /// Milliseconds slept since then, as last seen.
    slept: AtomicU64,
}

/// Two clocks that are read one after the other differ a little: less than this is no sleep.
const NO_SLEEP: u64 = 1_000;

impl ServerClock {
    /// A clock that shows `local_now` until Amazon says better.
    pub(crate) fn new(local_now: DateTime<Utc>, sleep: SleepClock) -> Self {
        Self {
            told: Mutex::new((local_now, Instant::now())),
            is_amazons: AtomicBool::new(false),
            slept_before: sleep.slept(),
            sleep,
            slept: AtomicU64::new(0),
        }
    }

    /// This moment: tokio's monotonic clock, moved on by what it missed while the computer slept. Not to be mixed with
    /// tokio's own instants: sleep until it by [`ServerClock::until`].
    pub(crate) fn moment(&self) -> Instant {
        let slept = self.sleep.slept().saturating_sub(self.slept_before).as_millis();
        let slept = u64::try_from(slept).unwrap_or(u64::MAX);
        let seen = self.slept.load(Ordering::Relaxed);
        if slept >= seen.saturating_add(NO_SLEEP) {
            self.slept.fetch_max(slept, Ordering::Relaxed);
        }
        let slept = Duration::from_millis(self.slept.load(Ordering::Relaxed));
        Instant::now().checked_add(slept).unwrap_or_else(Instant::now)
    }

    /// How long it is until `moment`.
    pub(crate) fn until(&self, moment: Instant) -> Duration {
        moment.saturating_duration_since(self.moment())
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.at(self.moment())
    }

    /// Whether it shows Amazon's time and not this computer's.
    pub(crate) fn is_amazons(&self) -> bool {
        self.is_amazons.load(Ordering::Relaxed)
    }

    /// What the clock shows at a moment of this process.
    pub(crate) fn at(&self, moment: Instant) -> DateTime<Utc> {
        let (told, since) = *self.told.lock().unwrap_or_else(PoisonError::into_inner);
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
        let told = date(headers)?;
        if !is_page {
            let moment = self.moment();
            *self.told.lock().unwrap_or_else(PoisonError::into_inner) = (told, moment);
            self.is_amazons.store(true, Ordering::Relaxed);
        }
        Some(told)
    }
}

/// When an answer was made, as its `Date` says.
pub(crate) fn date(headers: &HeaderMap) -> Option<DateTime<Utc>> {
    http_date(headers.get(DATE)?.to_str().ok()?)
}

/// A date in HTTP's usual spelling.
pub(crate) fn http_date(text: &str) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc2822(text).ok().map(|date| date.to_utc())
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
        let clock = ServerClock::new(local, SleepClock::sleepless());
        tokio::time::advance(Duration::from_secs(5)).await;
        assert_eq!(clock.now(), local + TimeDelta::seconds(5));
        assert!(!clock.is_amazons());

        let told = clock.learn(&headers("Sun, 18 Jan 2026 12:00:00 GMT", "application/json")).unwrap();
        tokio::time::advance(Duration::from_millis(1_500)).await;
        assert_eq!(clock.now().to_rfc3339(), "2026-01-18T12:00:01.500+00:00");
        assert_eq!(clock.now(), told + TimeDelta::milliseconds(1_500));
        assert!(clock.is_amazons());
    }

    #[tokio::test(start_paused = true)]
    async fn a_sleep_is_counted_once_and_the_wall_clock_is_never_asked() {
        let slept = Arc::new(AtomicU64::new(86_400));
        let seconds = Arc::clone(&slept);
        let sleep = SleepClock::new(move || Duration::from_secs(seconds.load(Ordering::Relaxed)));
        // A local clock that is ten years off is what the process starts with; Amazon's date replaces it for good.
        let local = DateTime::parse_from_rfc3339("2036-01-01T00:00:00Z").unwrap().to_utc();
        let clock = ServerClock::new(local, sleep);
        assert_eq!(clock.now(), local, "what it slept before this process is no news");
        let told = clock.learn(&headers("Sun, 18 Jan 2026 12:00:00 GMT", "application/json")).unwrap();
        let token_ends = clock.moment() + Duration::from_hours(1);
        slept.fetch_add(8 * 3_600, Ordering::Relaxed);
        tokio::time::advance(Duration::from_secs(10)).await;
        assert_eq!(clock.now(), told + TimeDelta::hours(8) + TimeDelta::seconds(10));
        assert!(clock.moment() > token_ends);
        assert_eq!(clock.until(token_ends), Duration::ZERO);
        assert_eq!(clock.until(clock.moment() + Duration::from_secs(5)), Duration::from_secs(5));
        // The next date that Amazon sends counts from now on.
        let told = clock.learn(&headers("Sun, 18 Jan 2026 20:00:11 GMT", "application/json")).unwrap();
        assert_eq!(clock.now(), told);
    }

    #[tokio::test(start_paused = true)]
    async fn all_who_look_every_so_often_look_at_the_same_moments() {
        let sleep = SleepClock::sleepless();
        let begun = Instant::now();
        let pace = Duration::from_secs(30);
        tokio::time::advance(Duration::from_secs(7)).await;
        assert_eq!(sleep.next_look(pace), begun + pace);
        tokio::time::advance(Duration::from_millis(22_999)).await;
        assert_eq!(sleep.clone().next_look(pace), begun + pace);
        tokio::time::advance(Duration::from_millis(1)).await;
        assert_eq!(sleep.next_look(pace), begun + pace * 2, "not this one again");
    }

    #[test]
    fn a_computer_that_is_awake_has_not_slept() {
        let clock = SleepClock::of_system();
        let before = clock.slept();
        assert!(before < Duration::from_secs(1), "{before:?}");
        assert!(running_on().is_some() || cfg!(windows));
    }

    #[tokio::test(start_paused = true)]
    async fn the_date_of_a_login_page_is_not_believed() {
        let local = DateTime::parse_from_rfc3339("2026-01-01T00:00:00Z").unwrap().to_utc();
        let clock = ServerClock::new(local, SleepClock::sleepless());
        let told = clock.learn(&headers("Thu, 18 Jan 1990 12:00:00 GMT", "text/html; charset=utf-8"));
        assert!(told.is_some(), "a date that would be believed from Amazon");
        assert_eq!(clock.now(), local);
        assert_eq!(clock.learn(&headers("yesterday", "application/json")), None);
        assert_eq!((clock.now(), clock.is_amazons()), (local, false));
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
