//! Waiting that a sleep of the computer ends: timers stand still meanwhile, and what happened at Amazon is wanted at once.

use std::time::Duration;

use packlight_spapi::SleepClock;
use tokio::time::Instant;

/// How often a waiting task looks whether the computer has slept, or what could not be read before, and what counts as a
/// sleep.
pub(super) const LOOK: Duration = Duration::from_secs(30);
const A_SLEEP: Duration = Duration::from_mins(1);

/// Waits, but no longer than a moment after the computer woke from a sleep.
pub(crate) async fn rest(wait: Duration, sleep: &SleepClock) {
    rest_since(sleep.slept(), wait, sleep).await;
}

/// The same where a sleep counts from a moment before this at which the computer had slept for `slept`.
pub(crate) async fn rest_since(slept: Duration, wait: Duration, sleep: &SleepClock) {
    let end = Instant::now() + wait;
    while Instant::now() < end && !has_slept_since(slept, sleep) {
        tokio::time::sleep_until(end.min(sleep.next_look(LOOK))).await;
    }
}

/// Whether the computer has slept since it had slept for `slept`.
pub(crate) fn has_slept_since(slept: Duration, sleep: &SleepClock) -> bool {
    sleep.slept().saturating_sub(slept) >= A_SLEEP
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn who_woke_from_a_sleep_looks_at_once() {
        let slept = Arc::new(AtomicU64::new(0));
        let seconds = Arc::clone(&slept);
        let sleep = SleepClock::new(move || Duration::from_secs(seconds.load(Ordering::Relaxed)));
        let begun = Instant::now();
        rest(Duration::from_mins(5), &sleep).await;
        assert_eq!(begun.elapsed(), Duration::from_mins(5), "an undisturbed rest is as long as planned");

        let begun = Instant::now();
        let nap = async {
            tokio::time::sleep(Duration::from_secs(100)).await;
            slept.store(8 * 3_600, Ordering::Relaxed);
        };
        tokio::join!(rest(Duration::from_hours(1), &sleep), nap);
        assert!(begun.elapsed() <= Duration::from_secs(130), "{:?}", begun.elapsed());
    }
}
