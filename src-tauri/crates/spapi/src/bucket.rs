//! The arithmetic of one token bucket: whole numbers on a monotonic clock, exact to the nanosecond.
//!
//! Invariant: at every moment the bucket here holds at most what Amazon's bucket holds. A token counts in 10⁻¹⁵ parts
//! because one nanosecond at one millionth of a hertz is exactly one such part: refilling never rounds, so that nothing
//! drifts however often it is looked at.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::time::Instant;

use crate::operation::Plan;

/// One token in parts.
const TOKEN: i128 = 1_000_000_000_000_000;
/// Parts of a nanotoken.
const NANO: i128 = 1_000_000;
/// The longest wait after repeated refusals (reference: spapi.md §3.3).
const LONGEST_PENALTY: Duration = Duration::from_mins(10);
/// The longest wait that a `Retry-After` can ask for.
const LONGEST_RETRY_AFTER: Duration = Duration::from_hours(1);
/// Refill that is not believed after a restart: one second because `Date` has whole seconds, and one because the last
/// request may have reached Amazon a moment after its token was written down.
const RESTART_MARGIN: TimeDelta = TimeDelta::seconds(2);

/// A bucket as it outlives the process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BucketState {
    /// Tokens in billionths, rounded down; below zero while repeated refusals are being waited out.
    pub tokens_nano: i64,
    /// The rate in force, tokens per million seconds.
    pub micro_hertz: u64,
    /// When that was so, on Amazon's clock.
    pub at: DateTime<Utc>,
}

#[derive(Debug)]
pub(crate) struct Bucket {
    plan: Plan,
    micro_hertz: u64,
    parts: i128,
    at: Instant,
    /// Tokens handed out so far; the count is a request's number.
    issued: u64,
    /// Refusals in a row.
    refusals: u32,
    /// Requests up to this number belong to the last refusal: they left before it was known.
    refused_up_to: u64,
}

impl Bucket {
    /// A full bucket.
    pub(crate) fn full(plan: Plan, now: Instant) -> Self {
        let parts = i128::from(plan.burst) * TOKEN;
        Self { plan, micro_hertz: plan.micro_hertz, parts, at: now, issued: 0, refusals: 0, refused_up_to: 0 }
    }

    /// Goes on from a stored state. A clock that ran backwards fills nothing; a rate outside the plan's reach is dropped.
    pub(crate) fn restore(&mut self, state: &BucketState, server_now: DateTime<Utc>, now: Instant) {
        self.micro_hertz =
            if self.believes(state.micro_hertz) { state.micro_hertz } else { self.plan.micro_hertz };
        let elapsed = (server_now - state.at - RESTART_MARGIN).max(TimeDelta::zero());
        let refilled = i128::from(elapsed.num_milliseconds()) * 1_000_000 * i128::from(self.micro_hertz);
        let deepest = TOKEN - self.parts_in(LONGEST_RETRY_AFTER);
        self.parts =
            (i128::from(state.tokens_nano) * NANO).max(deepest).saturating_add(refilled).min(self.capacity());
        self.at = now;
    }

    /// What has to be remembered.
    pub(crate) fn export(&mut self, server_now: DateTime<Utc>, now: Instant) -> BucketState {
        self.refill(now);
        let tokens_nano = i64::try_from(self.parts.div_euclid(NANO)).unwrap_or(i64::MIN);
        BucketState { tokens_nano, micro_hertz: self.micro_hertz, at: server_now }
    }

    /// Takes a token if there is a whole one; returns the request's number.
    pub(crate) fn take(&mut self, now: Instant) -> Option<u64> {
        self.refill(now);
        (self.parts >= TOKEN).then(|| {
            self.parts -= TOKEN;
            self.issued += 1;
            self.issued
        })
    }

    /// Puts back the token of a request that surely never left.
    pub(crate) fn give_back(&mut self, now: Instant) {
        self.refill(now);
        self.parts = (self.parts + TOKEN).min(self.capacity());
    }

    /// The answer to request `number` is here. Amazon took its token at some moment since it left; had its bucket been
    /// full until then, it now holds at most the burst less all that left since. Without this bound a first answer that
    /// is slower than a later one would let that one arrive early.
    pub(crate) fn answered(&mut self, number: u64, now: Instant) {
        self.refill(now);
        let left_since = i128::from(self.issued.saturating_sub(number)) + 1;
        let bound = (i128::from(self.plan.burst) - left_since).max(0) * TOKEN;
        self.parts = self.parts.min(bound);
    }

    /// Amazon took request `number`: refusals are over.
    pub(crate) fn accepted(&mut self, number: u64) {
        if number > self.refused_up_to {
            self.refusals = 0;
        }
    }

    /// Amazon refused request `number` for lack of a token: its bucket is empty. A refusal that follows another one
    /// doubles the wait, because somebody else is drinking from the same bucket.
    pub(crate) fn refused(&mut self, number: u64, retry_after: Option<Duration>, now: Instant) {
        self.refill(now);
        if self.refusals == 0 || number > self.refused_up_to {
            self.refusals = self.refusals.saturating_add(1);
        }
        self.refused_up_to = self.issued;
        let doubled = TOKEN << self.refusals.saturating_sub(1).min(40);
        let mut missing = doubled.min(self.parts_in(LONGEST_PENALTY).max(TOKEN));
        if let Some(retry_after) = retry_after {
            missing = missing.max(self.parts_in(retry_after.min(LONGEST_RETRY_AFTER)));
        }
        self.parts = self.parts.min(TOKEN - missing);
    }

    /// Adopts a rate that an answer named, if it lies within a tenth and ten times the plan. Returns whether it is new.
    pub(crate) fn learn(&mut self, micro_hertz: u64, now: Instant) -> bool {
        if micro_hertz == self.micro_hertz || !self.believes(micro_hertz) {
            return false;
        }
        self.refill(now);
        self.micro_hertz = micro_hertz;
        true
    }

    /// When `tokens` whole tokens will be there; in the past if they are already.
    pub(crate) fn available_at(&self, tokens: usize) -> Instant {
        let missing = i128::try_from(tokens).unwrap_or(i128::MAX).saturating_mul(TOKEN) - self.parts;
        let nanos = ceil_div(missing.max(0), i128::from(self.micro_hertz));
        self.at + Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX / 4).min(u64::MAX / 4))
    }

    /// Whole tokens in the bucket.
    pub(crate) fn whole_tokens(&mut self, now: Instant) -> u32 {
        self.refill(now);
        u32::try_from(self.parts.max(0) / TOKEN).unwrap_or(u32::MAX)
    }

    pub(crate) fn plan(&self) -> Plan {
        self.plan
    }

    fn refill(&mut self, now: Instant) {
        let Some(elapsed) = now.checked_duration_since(self.at) else { return };
        self.parts = self.parts.saturating_add(self.parts_in(elapsed)).min(self.capacity());
        self.at = now;
    }

    fn parts_in(&self, time: Duration) -> i128 {
        i128::try_from(time.as_nanos()).unwrap_or(i128::MAX).saturating_mul(i128::from(self.micro_hertz))
    }

    fn capacity(&self) -> i128 {
        i128::from(self.plan.burst) * TOKEN
    }

    fn believes(&self, micro_hertz: u64) -> bool {
        let plan = u128::from(self.plan.micro_hertz);
        let rate = u128::from(micro_hertz);
        rate > 0 && rate * 10 >= plan && rate <= plan * 10
    }
}

fn ceil_div(dividend: i128, divisor: i128) -> i128 {
    dividend / divisor + i128::from(dividend % divisor != 0)
}

#[cfg(test)]
mod tests;
