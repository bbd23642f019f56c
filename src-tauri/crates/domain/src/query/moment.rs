//! What `today` means: business days are those of the order's marketplace (design decision 7).
//!
//! A day begins at its first instant in the zone, so a day of a clock change has 23 or 25 hours, and a day whose midnight
//! the clocks skip begins when they do.

use std::ops::Bound;

use chrono::{DateTime, Days, NaiveDate, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;

use super::terms::{Compare, Day, Placed};

/// The time at which a query is evaluated, in one marketplace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// Now.
    pub now: DateTime<Utc>,
    /// The zone of the marketplace's business days.
    pub zone: Tz,
}

impl Moment {
    /// The day it is.
    pub fn today(&self) -> NaiveDate {
        self.now.with_timezone(&self.zone).date_naive()
    }

    /// The instants of the days that a comparison holds for: from the first to before the second; `None` is without end.
    pub fn of_days(&self, days: &Compare<Day>) -> (Option<DateTime<Utc>>, Option<DateTime<Utc>>) {
        let (low, high) = days.bounds();
        let from = match low {
            Bound::Included(day) => Some(self.begin(day)),
            Bound::Excluded(day) => Some(self.end(day)),
            Bound::Unbounded => None,
        };
        let to = match high {
            Bound::Included(day) => Some(self.end(day)),
            Bound::Excluded(day) => Some(self.begin(day)),
            Bound::Unbounded => None,
        };
        (from, to)
    }

    /// The same for the time at which an order was placed.
    pub fn of_placed(&self, placed: &Placed) -> (Option<DateTime<Utc>>, Option<DateTime<Utc>>) {
        match placed {
            Placed::Days(days) => self.of_days(days),
            Placed::Last(days) => {
                let before = Days::new(u64::from(days.saturating_sub(1)));
                let first = self.today().checked_sub_days(before).unwrap_or(NaiveDate::MIN);
                (Some(day_start(self.zone, first)), Some(self.end(Day::Today)))
            }
        }
    }

    fn date(&self, day: Day) -> NaiveDate {
        match day {
            Day::On(date) => date,
            Day::Today => self.today(),
            Day::Tomorrow => self.today().succ_opt().unwrap_or(NaiveDate::MAX),
        }
    }

    fn begin(&self, day: Day) -> DateTime<Utc> {
        day_start(self.zone, self.date(day))
    }

    fn end(&self, day: Day) -> DateTime<Utc> {
        day_start(self.zone, self.date(day).succ_opt().unwrap_or(NaiveDate::MAX))
    }
}

/// The first instant of a day in a zone.
pub fn day_start(zone: Tz, date: NaiveDate) -> DateTime<Utc> {
    let midnight = date.and_time(chrono::NaiveTime::MIN);
    // Clocks skip at most a few hours; the first local time that exists is the day's first instant.
    (0..=12)
        .filter_map(|quarter| midnight.checked_add_signed(TimeDelta::minutes(15 * quarter)))
        .find_map(|local| zone.from_local_datetime(&local).earliest())
        .map_or_else(|| midnight.and_utc(), |at| at.with_timezone(&Utc))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::instant::{parse_lenient, to_text};

    fn moment(now: &str, zone: Tz) -> Moment {
        Moment { now: parse_lenient(now).unwrap(), zone }
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn texts(range: (Option<DateTime<Utc>>, Option<DateTime<Utc>>)) -> (String, String) {
        (range.0.map(to_text).unwrap_or_default(), range.1.map(to_text).unwrap_or_default())
    }

    #[test]
    fn today_is_the_marketplaces() {
        let berlin = moment("2026-01-17T23:30:00Z", Tz::Europe__Berlin);
        let london = moment("2026-01-17T23:30:00Z", Tz::Europe__London);
        assert_eq!(berlin.today(), day("2026-01-18"));
        assert_eq!(london.today(), day("2026-01-17"));
        let today = Compare::Is(Day::Today);
        assert_eq!(
            texts(berlin.of_days(&today)),
            ("2026-01-17T23:00:00Z".into(), "2026-01-18T23:00:00Z".into())
        );
        assert_eq!(
            texts(london.of_placed(&Placed::Last(7))),
            ("2026-01-11T00:00:00Z".into(), "2026-01-18T00:00:00Z".into())
        );
        assert_eq!(
            texts(london.of_days(&Compare::Above(Day::On(day("2026-01-20"))))),
            ("2026-01-21T00:00:00Z".into(), String::new())
        );
        assert_eq!(
            texts(london.of_days(&Compare::Between(Day::Today, Day::Tomorrow))),
            ("2026-01-17T00:00:00Z".into(), "2026-01-19T00:00:00Z".into())
        );
        assert_eq!(
            texts(london.of_days(&Compare::Below(Day::Tomorrow))),
            (String::new(), "2026-01-18T00:00:00Z".into())
        );
    }

    #[test]
    fn clock_changes_make_short_and_long_days() {
        let hours = |zone, date: &str| {
            let date = day(date);
            (day_start(zone, date.succ_opt().unwrap()) - day_start(zone, date)).num_hours()
        };
        assert_eq!(hours(Tz::Europe__London, "2026-03-29"), 23);
        assert_eq!(hours(Tz::Europe__London, "2026-10-25"), 25);
        // Cairo's clocks go from 00:00 to 01:00 on the last Friday of April.
        assert_eq!(to_text(day_start(Tz::Africa__Cairo, day("2026-04-24"))), "2026-04-23T22:00:00Z");
        assert_eq!(hours(Tz::Africa__Cairo, "2026-04-24"), 23);
    }
}
