//! Time is a parameter: nothing in this crate reads a clock of its own.
//!
//! A test on a paused tokio runtime passes [`Clock::tokio`] and lives in virtual time; the
//! stand-alone server passes [`Clock::system`]. Invariant: every answer of one call sees one instant.

use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

/// Tells the simulated Amazon what time it is.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>);

impl Clock {
    /// A clock read by calling `read`.
    pub fn new(read: impl Fn() -> DateTime<Utc> + Send + Sync + 'static) -> Self {
        Self(Arc::new(read))
    }

    /// Shows `base` now and then runs with tokio's clock: virtual where that is paused, else monotonic.
    pub fn tokio(base: DateTime<Utc>) -> Self {
        let start = tokio::time::Instant::now();
        Self::new(move || {
            let elapsed = TimeDelta::from_std(start.elapsed()).unwrap_or(TimeDelta::MAX);
            base.checked_add_signed(elapsed).unwrap_or(base)
        })
    }

    /// The computer's own clock.
    pub fn system() -> Self {
        Self::new(Utc::now)
    }

    /// The present instant.
    pub fn now(&self) -> DateTime<Utc> {
        (self.0)()
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Clock").field(&self.now()).finish()
    }
}
