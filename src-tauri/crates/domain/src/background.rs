//! How Packlight works while nobody looks: how often it reads orders, what it tells, and when it keeps quiet.
//!
//! These settings change a result, so they lie in the database (design decision 13). Every value that is kept passes
//! [`Setting::check`]; a text that is no such value counts as not set.

use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::account::OrdersApi;
use crate::settings::Setting;
use crate::view::ViewId;

/// Minutes of a day; a time of day is counted from midnight.
const DAY: u16 = 24 * 60;

/// How many saved views can raise an alert.
pub const MAX_ALERT_VIEWS: usize = 20;

/// The longest time between two reads of the orders that can be chosen, and the shortest, in minutes.
pub const MAX_SYNC_MINUTES: u16 = 60;
const MIN_SYNC_MINUTES: u16 = 1;
/// What the list operation's plan sustains: one call in 178 seconds in 2026-01-01, one a minute on v0 (spapi.md §3).
const SUSTAINED_V2026: u16 = 3;
const SUSTAINED_V0: u16 = 1;

/// How Packlight works in the background.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct Background {
    /// Closing the window keeps Packlight in the tray.
    pub keep_in_tray: bool,
    /// Minutes between two reads of the orders, 1 to 60.
    pub sync_minutes: u16,
}

impl Default for Background {
    fn default() -> Self {
        Self { keep_in_tray: true, sync_minutes: 5 }
    }
}

impl Setting for Background {
    const KEY: &'static str = "background";

    fn check(&self) -> Result<(), String> {
        if (MIN_SYNC_MINUTES..=MAX_SYNC_MINUTES).contains(&self.sync_minutes) {
            return Ok(());
        }
        Err(format!(
            "orders can be read every {MIN_SYNC_MINUTES} to {MAX_SYNC_MINUTES} minutes, not every {}",
            self.sync_minutes
        ))
    }
}

impl Background {
    /// How often an account is really read: no more often than Amazon's limit for it lets in the long run.
    pub fn poll(&self, api: OrdersApi) -> Duration {
        let sustained = match api {
            OrdersApi::V0 => SUSTAINED_V0,
            OrdersApi::V2026 => SUSTAINED_V2026,
        };
        Duration::from_secs(60 * u64::from(self.sync_minutes.max(sustained)))
    }
}

/// A part of every day in which no alert is raised, by the computer's clock. It may run over midnight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct QuietHours {
    /// The first quiet minute of the day, 0 to 1439.
    pub from: u16,
    /// The first minute that is not quiet any more, 0 to 1439.
    pub to: u16,
}

impl QuietHours {
    /// Whether a minute of the day is quiet.
    pub fn holds(self, minute: u16) -> bool {
        if self.from < self.to {
            (self.from..self.to).contains(&minute)
        } else {
            minute >= self.from || minute < self.to
        }
    }
}

/// What raises an alert, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct AlertSettings {
    /// Orders that came in.
    pub new_orders: bool,
    /// An order that is being picked was cancelled, or its buyer asks for that.
    pub cancellations: bool,
    /// No good sync for half an hour.
    pub sync_dead: bool,
    /// Client secrets that expire.
    pub credentials: bool,
    /// A document that was not printed.
    pub printing: bool,
    /// Saved views that raise an alert when an order enters them, at most twenty.
    pub views: Vec<ViewId>,
    /// Alerts wait for the end of these hours and are summed up then.
    pub quiet_hours: Option<QuietHours>,
}

impl Default for AlertSettings {
    fn default() -> Self {
        Self {
            new_orders: true,
            cancellations: true,
            sync_dead: true,
            credentials: true,
            printing: true,
            views: Vec::new(),
            quiet_hours: None,
        }
    }
}

impl Setting for AlertSettings {
    const KEY: &'static str = "alerts";

    fn check(&self) -> Result<(), String> {
        if self.views.len() > MAX_ALERT_VIEWS {
            return Err(format!(
                "{} views are more than the {MAX_ALERT_VIEWS} that can raise alerts",
                self.views.len()
            ));
        }
        let Some(hours) = self.quiet_hours else { return Ok(()) };
        if hours.from >= DAY || hours.to >= DAY {
            return Err("quiet hours begin and end between 00:00 and 23:59".to_owned());
        }
        if hours.from == hours.to {
            return Err("quiet hours cannot begin and end at the same minute".to_owned());
        }
        Ok(())
    }
}

/// Until when Packlight reads nothing by itself; the seller's own *Sync* still works.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(default)]
pub struct Pause {
    /// The end, UTC; `None` where nothing was ever paused.
    pub until: Option<DateTime<Utc>>,
}

impl Setting for Pause {
    const KEY: &'static str = "pause";

    fn check(&self) -> Result<(), String> {
        Ok(())
    }
}

/// The longest pause there is, in hours: from the first minute of a day to midnight, when clocks go back in between.
const LONGEST_PAUSE: i64 = 26;

impl Pause {
    /// The end of the pause that holds at `now`. One that ends later than any pause can is none: a clock was set back
    /// since, and Packlight never stays switched off.
    pub fn at(self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.until.filter(|until| *until > now && (*until - now).num_hours() < LONGEST_PAUSE)
    }
}

/// How long to pause.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum PauseFor {
    /// One hour.
    Hour,
    /// Until midnight of the computer's clock.
    Tomorrow,
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    #[test]
    fn quiet_hours_may_run_over_midnight() {
        let night = QuietHours { from: 22 * 60, to: 7 * 60 };
        for (minute, quiet) in
            [(0, true), (419, true), (420, false), (720, false), (1_319, false), (1_320, true)]
        {
            assert_eq!(night.holds(minute), quiet, "{minute}");
        }
        let lunch = QuietHours { from: 720, to: 780 };
        for (minute, quiet) in [(719, false), (720, true), (779, true), (780, false), (0, false)] {
            assert_eq!(lunch.holds(minute), quiet, "{minute}");
        }
    }

    #[test]
    fn what_cannot_be_is_refused_with_a_reason() {
        let every = |sync_minutes| Background { sync_minutes, ..Background::default() }.check();
        assert_eq!(every(1).and(every(60)), Ok(()));
        assert_eq!(every(0).unwrap_err(), "orders can be read every 1 to 60 minutes, not every 0");
        assert!(every(61).is_err());
        let quiet = |from, to| {
            AlertSettings { quiet_hours: Some(QuietHours { from, to }), ..AlertSettings::default() }.check()
        };
        assert_eq!(quiet(1_439, 0), Ok(()));
        assert_eq!(quiet(0, 1_440).unwrap_err(), "quiet hours begin and end between 00:00 and 23:59");
        assert_eq!(quiet(60, 60).unwrap_err(), "quiet hours cannot begin and end at the same minute");
        let views = (0..21).map(ViewId).collect();
        let error = AlertSettings { views, ..AlertSettings::default() }.check().unwrap_err();
        assert_eq!(error, "21 views are more than the 20 that can raise alerts");
    }

    #[test]
    fn nobody_polls_faster_than_amazon_lets() {
        let every =
            |sync_minutes, api| Background { sync_minutes, ..Background::default() }.poll(api).as_secs() / 60;
        assert_eq!([1, 3, 5, 60].map(|minutes| every(minutes, OrdersApi::V2026)), [3, 3, 5, 60]);
        assert_eq!([1, 3, 5, 60].map(|minutes| every(minutes, OrdersApi::V0)), [1, 3, 5, 60]);
    }

    #[test]
    fn a_pause_ends_by_itself_whatever_the_clock_does() {
        let now = DateTime::from_timestamp(1_768_737_600, 0).unwrap();
        let until = |delta: TimeDelta| Pause { until: Some(now + delta) }.at(now);
        assert_eq!(until(TimeDelta::hours(1)), Some(now + TimeDelta::hours(1)));
        assert_eq!(until(TimeDelta::hours(25)), Some(now + TimeDelta::hours(25)));
        assert_eq!(until(TimeDelta::zero()), None);
        assert_eq!(until(TimeDelta::days(30)), None, "the clock was wrong when the pause began");
        assert_eq!(Pause::default().at(now), None);
    }
}
