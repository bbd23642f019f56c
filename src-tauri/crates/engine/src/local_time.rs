//! The computer's clock as its owner reads it: quiet hours and midnights. Business days are the marketplaces' own and
//! know nothing of it (design decision 7).

use chrono::{
    DateTime, Days, Local, MappedLocalTime, NaiveDate, NaiveDateTime, TimeDelta, TimeZone, Timelike, Utc,
};
use chrono_tz::Tz;

/// Which zone the clock on the wall is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LocalTime {
    /// That of the computer.
    Computer,
    /// This one.
    Zone(Tz),
}

impl LocalTime {
    /// The minute of the day, 0 to 1439.
    pub fn minute(self, at: DateTime<Utc>) -> u16 {
        let time = self.shown(at);
        u16::try_from(time.hour() * 60 + time.minute()).unwrap_or(0)
    }

    /// When the day of `at` began.
    pub fn midnight_before(self, at: DateTime<Utc>) -> DateTime<Utc> {
        self.begins(self.shown(at).date(), at)
    }

    /// When the day after that of `at` begins.
    pub fn midnight_after(self, at: DateTime<Utc>) -> DateTime<Utc> {
        let today = self.shown(at).date();
        self.begins(today.checked_add_days(Days::new(1)).unwrap_or(today), at)
    }

    /// What the clock shows.
    fn shown(self, at: DateTime<Utc>) -> NaiveDateTime {
        match self {
            Self::Computer => at.with_timezone(&Local).naive_local(),
            Self::Zone(zone) => at.with_timezone(&zone).naive_local(),
        }
    }

    /// The first moment of a day. Where clocks go forward at midnight, the day begins an hour late.
    fn begins(self, day: NaiveDate, otherwise: DateTime<Utc>) -> DateTime<Utc> {
        let midnight = day.and_time(chrono::NaiveTime::MIN);
        (0..4)
            .find_map(|half_hours| self.first(midnight + TimeDelta::minutes(30 * half_hours)))
            .unwrap_or(otherwise)
    }

    fn first(self, shown: NaiveDateTime) -> Option<DateTime<Utc>> {
        fn earliest<T: TimeZone>(found: MappedLocalTime<DateTime<T>>) -> Option<DateTime<Utc>> {
            found.earliest().map(|at| at.with_timezone(&Utc))
        }
        match self {
            Self::Computer => earliest(Local.from_local_datetime(&shown)),
            Self::Zone(zone) => earliest(zone.from_local_datetime(&shown)),
        }
    }
}

#[cfg(test)]
mod tests {
    use packlight_domain::instant::{parse_lenient, to_text};

    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        parse_lenient(text).unwrap()
    }

    #[test]
    fn midnights_are_those_of_the_zone() {
        let london = LocalTime::Zone(Tz::Europe__London);
        let summer = at("2026-06-30T22:59:00Z");
        assert_eq!(london.minute(summer), 23 * 60 + 59);
        assert_eq!(to_text(london.midnight_after(summer)), "2026-06-30T23:00:00Z");
        assert_eq!(to_text(london.midnight_before(summer)), "2026-06-29T23:00:00Z");
        // The clocks go back: the day has 25 hours.
        assert_eq!(to_text(london.midnight_after(at("2026-10-25T00:30:00Z"))), "2026-10-26T00:00:00Z");
        // In Lebanon they go forward at midnight: this day begins at one.
        let beirut = LocalTime::Zone(Tz::Asia__Beirut);
        assert_eq!(to_text(beirut.midnight_after(at("2026-03-28T12:00:00Z"))), "2026-03-28T22:00:00Z");
        assert!(LocalTime::Computer.midnight_after(summer) > summer);
    }
}
