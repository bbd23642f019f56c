//! The waits of a run: for the next step that is due, for the end of a pause, and how long for Amazon.
//!
//! A sleep of the computer and a pause are no time in which Amazon was waited for: whoever comes back from one looks first.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use packlight_store::ReportState;

use super::{Run, stopped};
use crate::desk::Engine;
use crate::error::EngineError;
use crate::supervisor::{has_slept_since, rest_since};

/// How long Amazon has; after that the report is only looked at once a day (fault catalogue row 42).
const TIME_ALLOWED: TimeDelta = TimeDelta::hours(6);

/// Since when looks have been in vain, without a sleep of the computer in between.
pub(super) struct Vain {
    since: DateTime<Utc>,
    /// How long the computer had slept by then.
    slept: Duration,
}

impl Vain {
    pub(super) fn since(now: DateTime<Utc>, engine: &Engine) -> Self {
        Self { since: now, slept: engine.0.sleep.slept() }
    }
}

impl Run {
    /// Waits until the next step is due, and while Packlight is paused unless somebody asked for the report since.
    pub(super) async fn pause(&mut self) -> Result<(), EngineError> {
        let stage = match (self.request.state, self.request.status.as_deref()) {
            (ReportState::Intended, _) if self.request.attempts > 0 => "asking_again",
            (ReportState::Waiting, Some("IN_QUEUE")) => "in_queue",
            (ReportState::Waiting, Some("IN_PROGRESS")) => "in_progress",
            (ReportState::Waiting, _) => "asked",
            _ => "asking",
        };
        // Both senders live as long as this does, so waiting for them never fails.
        let (mut plans, mut asked_for) = (self.engine.0.plans.subscribe(), self.is_asked_for.subscribe());
        let mut is_shown = false;
        loop {
            // Also a sleep while the plan is shown is one to wake from.
            let (slept, now) = (self.engine.0.sleep.slept(), self.now());
            let is_asked_for = *asked_for.borrow_and_update();
            let pause = if is_asked_for { None } else { self.engine.pause_left().await };
            if pause.is_some() {
                // What failed before is a while ago by the time that anybody tries again.
                self.failures = 0;
            }
            let due = self.request.next_at.filter(|due| *due > now);
            let wait = pause.max(due.and_then(|due| (due - now).to_std().ok()));
            if wait.is_some() || !is_shown {
                let until = wait.and_then(|wait| now.checked_add_signed(TimeDelta::from_std(wait).ok()?));
                self.job.show(stage, until).await?;
                is_shown = true;
            }
            tokio::select! {
                biased;
                () = self.errand.cancel.cancelled() => return Err(stopped()),
                () = rest_since(slept, wait.unwrap_or_default(), &self.engine.0.sleep) => {}
                _ = plans.changed() => {}
                _ = asked_for.changed() => {}
            }
            if wait.is_none() {
                self.request.next_at = None;
                return Ok(());
            }
        }
    }

    /// Whether Amazon had had its time at the last look; the computer may have slept since. A look that was not answered
    /// says nothing about that, until there have been no others for as long.
    pub(super) fn is_time_over(&mut self, asked_at: DateTime<Utc>) -> bool {
        // A computer that woke has no network yet.
        if self.failures <= 1 || has_slept_since(self.vain.slept, &self.engine.0.sleep) {
            self.vain = Vain::since(self.now(), &self.engine);
        }
        let waited = asked_at - self.begun_at();
        let waited = if self.failures == 0 { waited } else { waited.min(asked_at - self.vain.since) };
        waited > TIME_ALLOWED
    }

    /// Since when Amazon has had its time: since the report was asked for, else since somebody has been trying to ask.
    fn begun_at(&self) -> DateTime<Utc> {
        match self.request.made_at {
            Some(made_at) => made_at.max(self.request.intended_at),
            None => self.started_at.max(self.request.next_at.unwrap_or(self.started_at)),
        }
    }
}

/// The pause before the `nth` look at a report: a second at first, then longer and longer, five minutes at most.
pub(super) fn pause_before(nth: u32) -> TimeDelta {
    // Doubled up to two minutes; a report that is not there after half an hour is in no hurry.
    match nth {
        0..=6 => TimeDelta::seconds(1 << nth),
        7..=20 => TimeDelta::minutes(2),
        _ => TimeDelta::minutes(5),
    }
}
