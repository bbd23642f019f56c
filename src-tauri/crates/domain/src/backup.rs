//! When a backup is due and which ones are kept: one a night, thinned out with age. No I/O, no clock.
//!
//! A night is named by the day on which it ends, on the seller's clock; a night that was missed is made up for once, by
//! the next backup. A night that is yet to come was named by a clock that was wrong (invariant I11): it neither stands for
//! the nights until then nor takes the place of a good one.

use std::collections::BTreeSet;

use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

/// Backups of the newest days that are kept.
pub const DAILY: usize = 7;
/// Weeks of which the newest backup is kept.
pub const WEEKLY: usize = 4;
/// Months of which the newest backup is kept.
pub const MONTHLY: usize = 12;

/// Days that a former database is kept at least.
const MONTH: i64 = 30;

/// The hour at which a night's backup may begin, on the seller's clock: nobody picks then, and no sale day is open.
const HOUR: i64 = 2;

const PREFIX: &str = "packlight-";
const SUFFIX: &str = ".db";

/// The night that is running or over at `now`, on the clock of `zone`.
pub fn night(now: DateTime<Utc>, zone: Tz) -> NaiveDate {
    (now.with_timezone(&zone).naive_local() - TimeDelta::hours(HOUR)).date()
}

/// The night that has to be backed up now; `None` where it, or the next, is among `nights`, which have been.
pub fn due(nights: &[NaiveDate], now: DateTime<Utc>, zone: Tz) -> Option<NaiveDate> {
    let night = night(now, zone);
    let newest = nights.iter().filter(|made| !is_to_come(**made, night)).max();
    newest.is_none_or(|newest| *newest < night).then_some(night)
}

/// Whether a night cannot have been yet when `night` is running or over. The next can: the clock's zone may have changed.
pub fn is_to_come(made: NaiveDate, night: NaiveDate) -> bool {
    night.succ_opt().is_some_and(|next| made > next)
}

/// Name of a night's backup.
pub fn file_name(night: NaiveDate) -> String {
    format!("{PREFIX}{}{SUFFIX}", night.format("%Y-%m-%d"))
}

/// The night of a file's name; `None` for a file of any other name.
pub fn night_of(name: &str) -> Option<NaiveDate> {
    let day = name.strip_prefix(PREFIX)?.strip_suffix(SUFFIX)?;
    let night = NaiveDate::parse_from_str(day, "%Y-%m-%d").ok()?;
    (file_name(night) == name).then_some(night)
}

/// The nights whose backups have had their time: all but the newest seven, the newest of each of the last four weeks (from
/// Monday) and of each of the last twelve months that have any.
///
/// Nights to come at `night` do not count. They go once there are seven others, but only those that are to come at `told`
/// as well, the night of the newest moment that another clock than this computer's told: this one may be behind.
pub fn expired(nights: &[NaiveDate], night: NaiveDate, told: Option<NaiveDate>) -> Vec<NaiveDate> {
    let (to_come, all): (BTreeSet<NaiveDate>, BTreeSet<NaiveDate>) =
        nights.iter().copied().partition(|made| is_to_come(*made, night));
    let mut kept: BTreeSet<NaiveDate> = all.iter().rev().take(DAILY).copied().collect();
    kept.extend(newest_of_each(&all, WEEKLY, |day| (day.iso_week().year(), day.iso_week().week())));
    kept.extend(newest_of_each(&all, MONTHLY, |day| (day.year(), day.month())));
    let mut gone: Vec<NaiveDate> = all.difference(&kept).copied().collect();
    if all.len() >= DAILY {
        gone.extend(to_come.iter().filter(|made| told.is_some_and(|told| is_to_come(**made, told))));
    }
    gone
}

/// Whether what was kept of a former database on a day has had its time: there are seven backups that are a month newer. A
/// clock that is wrong for a night makes one.
pub fn is_outlived(kept: NaiveDate, nights: &[NaiveDate]) -> bool {
    let is_newer = |night: &&NaiveDate| night.signed_duration_since(kept) > TimeDelta::days(MONTH);
    nights.iter().filter(is_newer).count() >= DAILY
}

/// The newest night of each of the newest `number` periods.
fn newest_of_each(
    nights: &BTreeSet<NaiveDate>,
    number: usize,
    period: impl Fn(&NaiveDate) -> (i32, u32),
) -> Vec<NaiveDate> {
    let mut kept: Vec<NaiveDate> = Vec::new();
    for night in nights.iter().rev() {
        if kept.last().is_some_and(|last| period(last) == period(night)) {
            continue;
        }
        if kept.len() == number {
            break;
        }
        kept.push(*night);
    }
    kept
}

/// A backup in the data folder, or a file that the seller looks into before restoring it. Instants are UTC.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct BackupFile {
    /// The file.
    pub path: String,
    /// Its size, rounded up.
    pub megabytes: u32,
    /// When it was made; `None` where the file does not say.
    pub made_at: Option<DateTime<Utc>>,
    /// Orders in it.
    pub orders: u32,
    /// Units in it, sold ones included.
    pub units: u32,
    /// When its newest order was placed.
    pub newest_order: Option<DateTime<Utc>>,
    /// The accounts in it.
    pub accounts: Vec<String>,
    /// An older Packlight made it: it is brought up to date when it is restored.
    pub is_older: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn a_night_begins_at_two_on_the_sellers_clock() {
        let london = Tz::Europe__London;
        assert_eq!(night(at("2026-01-18T01:59:59Z"), london), day("2026-01-17"));
        assert_eq!(night(at("2026-01-18T02:00:00Z"), london), day("2026-01-18"));
        assert_eq!(night(at("2026-07-18T01:00:00Z"), london), day("2026-07-18"), "summer time");
        assert_eq!(night(at("2026-01-17T17:00:00Z"), Tz::Asia__Tokyo), day("2026-01-18"));
        assert_eq!(night(at("2026-01-18T09:59:00Z"), Tz::America__Los_Angeles), day("2026-01-17"));
    }

    #[test]
    fn a_missed_night_is_made_up_for_once() {
        let now = at("2026-01-18T12:00:00Z");
        let zone = Tz::Europe__London;
        assert_eq!(due(&[], now, zone), Some(day("2026-01-18")));
        assert_eq!(due(&[day("2026-01-11")], now, zone), Some(day("2026-01-18")));
        assert_eq!(due(&[day("2026-01-18"), day("2026-01-11")], now, zone), None);
        // A clock that was set back makes no second one.
        assert_eq!(due(&[day("2026-01-19")], now, zone), None);
    }

    #[test]
    fn a_night_that_is_yet_to_come_stands_for_none_before_it() {
        let now = at("2026-01-18T12:00:00Z");
        let zone = Tz::Europe__London;
        assert_eq!(due(&[day("2036-01-18")], now, zone), Some(day("2026-01-18")));
        assert_eq!(due(&[day("2036-01-18"), day("2026-01-17")], now, zone), Some(day("2026-01-18")));
        assert_eq!(due(&[day("2036-01-18"), day("2026-01-18")], now, zone), None);
        assert_eq!(due(&[day("2026-01-20")], now, zone), Some(day("2026-01-18")));
        assert!(!is_to_come(day("2026-01-18"), NaiveDate::MAX));
    }

    #[test]
    fn nights_to_come_push_none_out_and_go_themselves() {
        let end = day("2026-01-18");
        let good: Vec<NaiveDate> = (0..7).map(|back| end - TimeDelta::days(back)).collect();
        let wrong: Vec<NaiveDate> = (0..30).map(|later| day("2036-01-18") + TimeDelta::days(later)).collect();
        let all = [good.clone(), wrong.clone()].concat();
        assert_eq!(expired(&all, end, None), [], "nobody else said what time it is");
        assert_eq!(expired(&all, end, Some(end)), wrong);
        // A seller whose last order is from long ago.
        assert_eq!(expired(&all, end, Some(day("2025-01-01"))), wrong);
        // Not before there are enough others.
        assert_eq!(expired(&[&good[..6], &wrong[..]].concat(), end, Some(end)), []);
        // A clock that is behind makes all the good ones nights to come.
        let behind = day("2016-01-18");
        let made: Vec<NaiveDate> = (0..7).map(|back| behind - TimeDelta::days(back)).collect();
        assert_eq!(expired(&[good, made].concat(), behind, Some(end)), []);
    }

    #[test]
    fn names_and_nights_belong_together() {
        assert_eq!(file_name(day("2026-01-08")), "packlight-2026-01-08.db");
        assert_eq!(night_of("packlight-2026-01-08.db"), Some(day("2026-01-08")));
        for name in
            ["packlight-2026-1-8.db", "packlight-2026-01-08.db.part", "my-2026-01-08.db", "packlight-.db"]
        {
            assert_eq!(night_of(name), None, "{name}");
        }
    }

    #[test]
    fn two_years_of_nights_leave_days_weeks_and_months() {
        let end = day("2026-11-22");
        let mut kept: BTreeSet<NaiveDate> = BTreeSet::new();
        for back in (0..730).rev() {
            kept.insert(end - TimeDelta::days(back));
            let nights: Vec<NaiveDate> = kept.iter().copied().collect();
            for night in expired(&nights, end, Some(end)) {
                assert!(kept.remove(&night));
            }
        }
        let kept: Vec<String> = kept.iter().map(ToString::to_string).collect();
        let months = [
            "2025-12-31",
            "2026-01-31",
            "2026-02-28",
            "2026-03-31",
            "2026-04-30",
            "2026-05-31",
            "2026-06-30",
            "2026-07-31",
            "2026-08-31",
            "2026-09-30",
            "2026-10-31",
        ];
        let weeks = ["2026-11-01", "2026-11-08", "2026-11-15"];
        let days = [
            "2026-11-16",
            "2026-11-17",
            "2026-11-18",
            "2026-11-19",
            "2026-11-20",
            "2026-11-21",
            "2026-11-22",
        ];
        assert_eq!(kept, [&months[..], &weeks[..], &days[..]].concat());
    }

    #[test]
    fn a_former_database_goes_when_a_week_of_backups_is_a_month_newer() {
        let nights = |from: &str, number: i64| -> Vec<NaiveDate> {
            (0..number).map(|later| day(from) + TimeDelta::days(later)).collect()
        };
        let kept = day("2026-01-18");
        assert!(is_outlived(kept, &nights("2026-02-18", 7)));
        assert!(!is_outlived(kept, &nights("2026-02-17", 7)), "the first is of the thirtieth day");
        assert!(!is_outlived(kept, &[nights("2026-01-19", 14), nights("2036-01-18", 1)].concat()));
    }

    #[test]
    fn gaps_do_not_use_up_what_is_kept() {
        let nights: Vec<NaiveDate> =
            ["2024-03-05", "2025-07-01", "2025-07-09", "2026-01-02"].map(day).to_vec();
        let end = day("2026-01-18");
        assert_eq!(expired(&nights, end, Some(end)), [], "few backups are all kept, however old");
        assert_eq!(expired(&[], end, None), []);
    }
}
