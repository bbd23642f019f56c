//! Days and moments: `2026-01-18`, `18/01/2026`, `18-Jan-26`, `Jan-18-26 23:45:00`, `05-oct.-26`, a spreadsheet's 46040.

use chrono::{DateTime, Datelike, LocalResult, NaiveDate, NaiveTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;

/// What stands first in `03/04/2026`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DayOrder {
    /// The day, as nearly everywhere.
    DayFirst,
    /// The month, as in the United States.
    MonthFirst,
}

/// Why a text gives no day.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DayProblem {
    /// It is none.
    #[error("'{0}' is not a date: write it like 2026-01-18")]
    NotADay(String),
    /// It has two readings, and the column contradicts itself.
    #[error(
        "'{0}' could be two dates, and the column has both day first and month first: write it like 2026-01-18"
    )]
    Unclear(String),
}

/// A text that is a date, with both of its readings, and the time of day where it has one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypedDay {
    text: String,
    day_first: Option<NaiveDate>,
    month_first: Option<NaiveDate>,
    time: Option<NaiveTime>,
    /// The moment itself, where the text names its offset.
    exact: Option<DateTime<Utc>>,
}

/// Months by how their names begin, in English, German, French, Spanish and Italian, without accents. Longer ones first.
const MONTHS: [(&str, u32); 30] = [
    ("juin", 6),
    ("juil", 7),
    ("jan", 1),
    ("jaen", 1),
    ("ene", 1),
    ("gen", 1),
    ("feb", 2),
    ("fev", 2),
    ("mar", 3),
    ("maer", 3),
    ("apr", 4),
    ("avr", 4),
    ("abr", 4),
    ("may", 5),
    ("mai", 5),
    ("mag", 5),
    ("jun", 6),
    ("giu", 6),
    ("jul", 7),
    ("lug", 7),
    ("aug", 8),
    ("aou", 8),
    ("ago", 8),
    ("sep", 9),
    ("set", 9),
    ("oct", 10),
    ("okt", 10),
    ("nov", 11),
    ("dec", 12),
    ("dez", 12),
];

impl TypedDay {
    /// Reads a text; an error where it is a date in no reading. Years reach from 1970 to 2100.
    pub fn parse(text: &str) -> Result<Self, DayProblem> {
        let text = text.trim();
        Self::read(text).ok_or_else(|| DayProblem::NotADay(text.to_owned()))
    }

    fn read(text: &str) -> Option<Self> {
        let whole = |day_first, month_first, time, exact| Self {
            text: text.to_owned(),
            day_first,
            month_first,
            time,
            exact,
        };
        let stated = DateTime::parse_from_rfc3339(text).or_else(|_| DateTime::parse_from_rfc2822(text));
        if let Ok(stated) = stated {
            let day = plausible(stated.date_naive())?;
            return Some(whole(Some(day), Some(day), Some(stated.time()), Some(stated.with_timezone(&Utc))));
        }
        let (date, time) = match split_time(text) {
            Some((date, time)) => (date, Some(parse_time(time)?)),
            None => (text, None),
        };
        let (day_first, month_first) = dates(date)?;
        Some(whole(day_first, month_first, time, None))
    }

    /// The order that this text proves.
    pub fn proves(&self) -> Option<DayOrder> {
        match (self.day_first, self.month_first) {
            (Some(_), None) => Some(DayOrder::DayFirst),
            (None, Some(_)) => Some(DayOrder::MonthFirst),
            _ => None,
        }
    }

    /// Whether both readings are dates, and different ones.
    pub fn is_unclear(&self) -> bool {
        self.day_first.is_some() && self.month_first.is_some() && self.day_first != self.month_first
    }

    /// The day, by what is known of the texts around it where it has two readings.
    pub fn day(&self, around: Option<DayOrder>) -> Result<NaiveDate, DayProblem> {
        let day = match (self.day_first, self.month_first, around) {
            (Some(day), Some(other), _) if day == other => Some(day),
            (Some(day), None, _) | (None, Some(day), _) => Some(day),
            (day, _, Some(DayOrder::DayFirst)) | (_, day, Some(DayOrder::MonthFirst)) => day,
            _ => return Err(DayProblem::Unclear(self.text.clone())),
        };
        day.ok_or_else(|| DayProblem::NotADay(self.text.clone()))
    }

    /// The moment in `zone`; a date without a time of day is taken at `usual`.
    pub fn at(
        &self,
        around: Option<DayOrder>,
        zone: Tz,
        usual: NaiveTime,
    ) -> Result<DateTime<Utc>, DayProblem> {
        if let Some(exact) = self.exact {
            return Ok(exact);
        }
        let local = self.day(around)?.and_time(self.time.unwrap_or(usual));
        Ok(match zone.from_local_datetime(&local) {
            LocalResult::Single(at) | LocalResult::Ambiguous(at, _) => at.with_timezone(&Utc),
            // The hour that summer time leaves out: the moment an hour later is there.
            LocalResult::None => zone
                .from_local_datetime(&(local + TimeDelta::hours(1)))
                .earliest()
                .map_or_else(|| local.and_utc(), |at| at.with_timezone(&Utc)),
        })
    }
}

/// Parts `18-Jan-26 23:45:00` before the hour.
fn split_time(text: &str) -> Option<(&str, &str)> {
    let colon = text.find(':')?;
    let hour = text[..colon].rfind(|c: char| !c.is_ascii_digit())?;
    let (date, time) = text.split_at(hour);
    let time = time.strip_prefix(['T', 't']).unwrap_or(time).trim();
    Some((date.trim_end_matches([',', ' ']), time))
}

/// `23:45`, `23:45:00`, `11:45 PM`, `23:45:00.000`, with a zone's name behind that is passed over.
fn parse_time(text: &str) -> Option<NaiveTime> {
    let upper = text.to_ascii_uppercase();
    let digits = upper.trim_end_matches(|c: char| !c.is_ascii_digit());
    let behind = upper[digits.len()..].trim();
    let mut parts = digits.split([':', '.']);
    let mut next = || parts.next().map(|part| part.trim().parse::<u32>());
    let hour = next()?.ok()?;
    let minute = next()?.ok()?;
    let second = next().unwrap_or(Ok(0)).ok()?;
    let hour = match behind {
        "PM" if hour < 12 => hour + 12,
        "AM" if hour == 12 => 0,
        "" | "AM" | "PM" | "UTC" | "GMT" | "BST" | "CET" | "CEST" | "PST" | "PDT" | "EST" | "EDT" | "Z" => {
            hour
        }
        _ => return None,
    };
    NaiveTime::from_hms_opt(hour, minute, second.min(59))
}

/// The two readings of a date without time.
fn dates(text: &str) -> Option<(Option<NaiveDate>, Option<NaiveDate>)> {
    let folded: String = text.chars().flat_map(char::to_lowercase).map(plain).collect();
    let words: Vec<&str> = folded
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty() && !is_weekday(word))
        .collect();
    let both = |day: NaiveDate| Some((Some(day), Some(day)));
    match words.as_slice() {
        [one] if one.len() == 8 && number(one).is_some() => {
            both(ymd(number(&one[..4])?, number(&one[4..6])?, number(&one[6..])?)?)
        }
        // Days since 30 December 1899: what a spreadsheet writes where a date's format was lost.
        [serial] | [serial, _] if serial.len() == 5 && words.iter().all(|word| number(word).is_some()) => {
            let first = NaiveDate::from_ymd_opt(1899, 12, 30)?;
            both(plausible(first.checked_add_signed(TimeDelta::days(number(serial)?.into()))?)?)
        }
        [a, b, c] => {
            if let Some(month) = month(b) {
                // 18-Jan-26 or 2026-Jan-18
                let (day, year) = if a.len() == 4 && number(a).is_some() { (c, a) } else { (a, c) };
                return both(ymd(full_year(year)?, month, ordinal(day)?)?);
            }
            if let Some(month) = month(a) {
                return both(ymd(full_year(c)?, month, ordinal(b)?)?);
            }
            if a.len() == 4 {
                return both(ymd(number(a)?, number(b)?, number(c)?)?);
            }
            let (year, a, b) = (full_year(c)?, number(a)?, number(b)?);
            let day_first = ymd(year, b, a);
            // 18.01.2026 is written where the day comes first.
            let month_first = if text.contains('.') { day_first } else { ymd(year, a, b) };
            (day_first.is_some() || month_first.is_some()).then_some((day_first, month_first))
        }
        _ => None,
    }
}

fn plain(c: char) -> char {
    match c {
        'é' | 'è' | 'ê' => 'e',
        'û' | 'ù' | 'ü' => 'u',
        'ä' | 'â' | 'à' => 'a',
        c => c,
    }
}

fn is_weekday(word: &str) -> bool {
    const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    word.len() >= 3 && word.is_ascii() && DAYS.contains(&&word[..3]) && month(word).is_none()
}

fn month(word: &str) -> Option<u32> {
    word.chars().all(char::is_alphabetic).then_some(())?;
    MONTHS.iter().find(|(start, _)| word.starts_with(start)).map(|(_, month)| *month)
}

fn number(text: &str) -> Option<u32> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

/// `18`, `18th`.
fn ordinal(text: &str) -> Option<u32> {
    number(text.trim_end_matches(|c: char| c.is_ascii_lowercase()))
}

/// A year of four digits, or of two: 69 is 2069, 70 is 1970.
fn full_year(text: &str) -> Option<u32> {
    match (text.len(), number(text)?) {
        (4, year) => Some(year),
        (2, year) if year < 70 => Some(2_000 + year),
        (2, year) => Some(1_900 + year),
        _ => None,
    }
}

fn ymd(year: u32, month: u32, day: u32) -> Option<NaiveDate> {
    plausible(NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)?)
}

fn plausible(day: NaiveDate) -> Option<NaiveDate> {
    (1970..=2100).contains(&day.year()).then_some(day)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::instant;

    fn day(text: &str) -> String {
        TypedDay::parse(text).unwrap().day(None).unwrap().to_string()
    }

    #[test]
    fn clear_dates_need_no_column() {
        for text in [
            "2026-01-18",
            "2026/01/18",
            "2026.1.18",
            "20260118",
            "18/01/2026",
            "01/18/2026",
            "18-01-26",
            "18.01.2026",
            "18.1.26",
            "18-Jan-26",
            "Jan-18-26",
            "18 January 2026",
            "January 18, 2026",
            "Sunday, 18th Jan 2026",
            "18. Januar 2026",
            "18 janv. 2026",
            "2026-Jan-18",
            "46040",
            "46040.75",
            "2026-01-18 23:45",
            "2026-01-18T23:45:00Z",
            "Jan-18-26 23:45:00",
            "Jan 18, 2026 11:45 PM",
        ] {
            assert_eq!(day(text), "2026-01-18", "{text}");
        }
        assert_eq!(day("05-oct.-26"), "2026-10-05");
        assert_eq!(day("3. März 2026"), "2026-03-03");
        assert_eq!(day("1 août 2026"), "2026-08-01");
        assert_eq!(day("30 juin 2026"), "2026-06-30");
        assert_eq!(day("03.04.2026"), "2026-04-03");
    }

    #[test]
    fn an_unclear_date_waits_for_its_column() {
        let unclear = TypedDay::parse("03/04/2026").unwrap();
        assert!(unclear.is_unclear() && unclear.proves().is_none());
        assert_eq!(unclear.day(Some(DayOrder::DayFirst)).unwrap().to_string(), "2026-04-03");
        assert_eq!(unclear.day(Some(DayOrder::MonthFirst)).unwrap().to_string(), "2026-03-04");
        assert_eq!(
            unclear.day(None).unwrap_err().to_string(),
            "'03/04/2026' could be two dates, and the column has both day first and month first: write it like 2026-01-18"
        );
        assert_eq!(TypedDay::parse("18/01/2026").unwrap().proves(), Some(DayOrder::DayFirst));
        assert_eq!(TypedDay::parse("01/18/2026").unwrap().proves(), Some(DayOrder::MonthFirst));
        assert!(!TypedDay::parse("04/04/2026").unwrap().is_unclear());
    }

    #[test]
    fn what_is_no_date_says_so() {
        for text in [
            "",
            "soon",
            "18",
            "2026-13-01",
            "31/02/2026",
            "18/01/206",
            "12:30",
            "1/2",
            "18 Foo 2026",
            "99999",
        ] {
            assert_eq!(
                TypedDay::parse(text).unwrap_err().to_string(),
                format!("'{text}' is not a date: write it like 2026-01-18")
            );
        }
    }

    #[test]
    fn moments_are_those_of_the_zone() {
        let noon = NaiveTime::from_hms_opt(12, 0, 0).unwrap();
        let at =
            |text: &str, zone| instant::to_text(TypedDay::parse(text).unwrap().at(None, zone, noon).unwrap());
        assert_eq!(at("18-Jul-26", Tz::Europe__London), "2026-07-18T11:00:00Z");
        assert_eq!(at("Jul-18-26 23:45:00", Tz::America__Los_Angeles), "2026-07-19T06:45:00Z");
        assert_eq!(at("2026-07-18T12:00:00+02:00", Tz::Asia__Tokyo), "2026-07-18T10:00:00Z");
        // 29 March 2026, 01:30 does not exist in London.
        assert_eq!(at("2026-03-29 01:30", Tz::Europe__London), "2026-03-29T01:30:00Z");
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "\\PC{0,24}") {
            if let Ok(day) = TypedDay::parse(&text) {
                let _ = day.day(None);
                prop_assert!(day.at(Some(DayOrder::DayFirst), Tz::UTC, NaiveTime::MIN).is_ok() || day.proves().is_some());
            }
        }

        #[test]
        fn every_day_is_read_in_every_spelling(days in 0_i64..47_000) {
            let expected = NaiveDate::from_ymd_opt(1970, 1, 1).unwrap() + TimeDelta::days(days);
            for format in ["%Y-%m-%d", "%d-%b-%Y", "%b %d, %Y", "%d.%m.%Y", "%Y%m%d"] {
                let text = expected.format(format).to_string();
                prop_assert_eq!(TypedDay::parse(&text).unwrap().day(None).unwrap(), expected, "{}", text);
            }
            let slashes = expected.format("%d/%m/%Y").to_string();
            prop_assert_eq!(TypedDay::parse(&slashes).unwrap().day(Some(DayOrder::DayFirst)).unwrap(), expected);
        }
    }
}
