//! Windows of `lastUpdated` time: the unit in which a sync makes progress (invariants I1, I3, I4).
//!
//! Pure arithmetic on instants of Amazon's clock; nothing here knows the local one.

use chrono::{DateTime, TimeDelta, Utc};

/// How far the next window reaches back behind the watermark (design §5: ten minutes, no other overlap).
pub const OVERLAP: TimeDelta = TimeDelta::minutes(10);

/// How far behind Amazon's clock a window ends: Amazon wants two minutes, and five seconds cover a skewed `Date`.
pub const END_MARGIN: TimeDelta = TimeDelta::seconds(125);

/// What Amazon's lists leave out: changes younger than this (reference: spapi.md §4.1). No list is complete beyond it.
pub const UNSETTLED: TimeDelta = TimeDelta::minutes(2);

/// How much earlier a window ends when Amazon refused its end for being too young, once.
pub const SHRINK: TimeDelta = TimeDelta::seconds(60);

/// How far a first sync reaches back unless told otherwise.
pub const FIRST_REACH: TimeDelta = TimeDelta::days(30);

/// A span of `lastUpdated` time, both ends included (Amazon's bounds are inclusive).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// `lastUpdatedAfter`.
    pub from: DateTime<Utc>,
    /// `lastUpdatedBefore`.
    pub to: DateTime<Utc>,
}

impl Window {
    /// The window of the next sync: from ten minutes before the watermark, or `reach` back where there is none, to just
    /// behind Amazon's clock. Never empty or reversed, whatever the watermark says.
    pub fn next(watermark: Option<DateTime<Utc>>, reach: TimeDelta, server_now: DateTime<Utc>) -> Self {
        let to = server_now - END_MARGIN;
        let from = watermark.map_or(to - reach, |mark| mark - OVERLAP);
        Self { from: from.min(to - TimeDelta::seconds(1)), to }
    }

    /// A window that re-reads `reach` back from now (`sync --days N`).
    pub fn reaching(reach: TimeDelta, server_now: DateTime<Utc>) -> Self {
        Self::next(None, reach, server_now)
    }

    /// The same window up to just behind Amazon's clock, for one whose end was made before that was known.
    #[must_use]
    pub fn up_to_now(self, server_now: DateTime<Utc>) -> Self {
        Self { from: self.from, to: (server_now - END_MARGIN).max(self.from + TimeDelta::seconds(1)) }
    }

    /// The same window with an end that Amazon must accept even if its clock runs a minute behind what it says. The
    /// refusal itself carried Amazon's time once more: an end that was made by a clock far ahead follows that.
    #[must_use]
    pub fn shrunk(self, server_now: DateTime<Utc>) -> Self {
        let to = (self.to - SHRINK).min(server_now - END_MARGIN).max(self.from + TimeDelta::seconds(1));
        Self { from: self.from, to }
    }

    /// The older half, for a window whose paging broke (invariants I7, I8); the newer half follows from its end.
    /// `None` where the window is too short to be cut.
    pub fn older_half(self) -> Option<Self> {
        let half = (self.to - self.from) / 2;
        (half >= TimeDelta::seconds(1)).then(|| Self { from: self.from, to: self.from + half })
    }
}

/// The watermark after a window: the smallest `lastUpdatedBefore` that its pages echoed, never before the mark that
/// stood already (a re-read must not move it back).
pub fn advance(watermark: Option<DateTime<Utc>>, echoed: DateTime<Utc>) -> DateTime<Utc> {
    watermark.map_or(echoed, |mark| mark.max(echoed))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_768_737_600 + second, 0).unwrap()
    }

    #[test]
    fn a_first_window_reaches_back_and_ends_before_now() {
        let window = Window::next(None, TimeDelta::days(30), at(0));
        assert_eq!(window.to, at(-125));
        assert_eq!(window.to - window.from, TimeDelta::days(30));
    }

    #[test]
    fn the_next_window_overlaps_by_ten_minutes() {
        assert_eq!(Window::next(Some(at(0)), FIRST_REACH, at(900)), Window { from: at(-600), to: at(775) });
    }

    #[test]
    fn a_watermark_from_the_future_gives_a_short_window() {
        let window = Window::next(Some(at(100_000)), FIRST_REACH, at(0));
        assert_eq!(window.to - window.from, TimeDelta::seconds(1));
    }

    #[test]
    fn the_watermark_never_moves_back() {
        assert_eq!(advance(None, at(5)), at(5));
        assert_eq!(advance(Some(at(9)), at(5)), at(9));
        assert_eq!(advance(Some(at(3)), at(5)), at(5));
    }

    proptest! {
        #[test]
        fn windows_chain_without_a_gap(mark in -10_000_i64..10_000, later in 0_i64..100_000) {
            let first = Window::next(Some(at(mark)), FIRST_REACH, at(mark + 1_000));
            let next = Window::next(Some(first.to), FIRST_REACH, at(mark + 1_000 + later));
            prop_assert!(next.from <= first.to);
            prop_assert!(next.from < next.to);
        }

        #[test]
        fn halves_tile_their_window(length in 2_i64..1_000_000) {
            let window = Window { from: at(0), to: at(length) };
            let older = window.older_half().unwrap();
            prop_assert!(older.from == window.from && older.to < window.to && older.to > older.from);
        }
    }
}
