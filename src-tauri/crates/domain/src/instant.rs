//! Instants: UTC with milliseconds inside, whole seconds where others read them.
//!
//! Amazon spells dates in five ways (reference: spapi.md F52); the lenient reader here takes each of them.

use chrono::{DateTime, NaiveDate, NaiveDateTime, SecondsFormat, Utc};

/// Milliseconds since 1970 in UTC: the one form in which an instant is stored.
pub fn to_millis(at: DateTime<Utc>) -> i64 {
    at.timestamp_millis()
}

/// The instant of stored milliseconds; those that chrono cannot name become the nearest that it can.
pub fn from_millis(millis: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(millis).unwrap_or(if millis < 0 {
        DateTime::<Utc>::MIN_UTC
    } else {
        DateTime::<Utc>::MAX_UTC
    })
}

/// `YYYY-MM-DDTHH:MM:SSZ`, milliseconds cut: the spelling of the view, of the command line and of bounds sent to Amazon.
pub fn to_text(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// ISO 8601 as it comes besides RFC 3339, each with or without an offset. UTC where there is none.
const SHAPES: [&str; 6] = [
    "%Y-%m-%dT%H:%M:%S%.f",
    "%Y-%m-%d %H:%M:%S%.f",
    "%Y-%m-%dT%H:%M",
    "%Y-%m-%d %H:%M",
    "%Y%m%dT%H%M%S%.f",
    "%Y%m%dT%H%M",
];

/// Reads RFC 3339 and its kin: with or without seconds, milliseconds and offset (`Z`, `+09:00`, `+0900`, `+09`), a space
/// for the `T`, without hyphens and colons; a bare date (midnight UTC); or seconds since 1970. `None` for anything else.
pub fn parse_lenient(text: &str) -> Option<DateTime<Utc>> {
    let text = text.trim();
    if let Ok(at) = DateTime::parse_from_rfc3339(text) {
        return Some(at.with_timezone(&Utc));
    }
    let (bare, zoned) = text.strip_suffix(" UTC").map_or((text, true), |bare| (bare, false));
    for shape in SHAPES {
        if let Ok(at) = NaiveDateTime::parse_from_str(bare, shape) {
            return Some(at.and_utc());
        }
        if zoned && let Ok(at) = DateTime::parse_from_str(bare, &format!("{shape}%#z")) {
            return Some(at.with_timezone(&Utc));
        }
    }
    if let Ok(day) = NaiveDate::parse_from_str(text, "%Y-%m-%d") {
        return day.and_hms_opt(0, 0, 0).map(|at| at.and_utc());
    }
    let (whole, _) = text.split_once('.').unwrap_or((text, ""));
    (whole.len() >= 9)
        .then(|| whole.parse().ok().and_then(|seconds| DateTime::from_timestamp(seconds, 0)))
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_amazon_is_read() {
        let noon = "2026-01-18T12:00:00Z";
        for text in [
            noon,
            "2026-01-18T12:00:00.000Z",
            "2026-01-18T21:00:00+09:00",
            "2026-01-18T21:00:00+0900",
            "2026-01-18T12:00:00",
            "2026-01-18 12:00:00 UTC",
            "20260118T120000Z",
            "2026-01-18T12:00Z",
            "2026-01-18T12:00",
            "2026-01-18 12:00",
            "2026-01-18 12:00 UTC",
            "2026-01-18T21:00+09:00",
            "2026-01-18T21:00+0900",
            "2026-01-18T21:00+09",
            "2026-01-18T07:00 -05:00",
            "2026-01-18 12:00:00Z",
            "2026-01-18 12:00:00.000+00:00",
            "2026-01-18T21:00:00+09",
            "20260118T1200Z",
            "20260118T210000+0900",
            "1768737600",
        ] {
            assert_eq!(parse_lenient(text).map(to_text).as_deref(), Some(noon), "{text}");
        }
        assert_eq!(parse_lenient("2026-01-18").map(to_text).as_deref(), Some("2026-01-18T00:00:00Z"));
    }

    #[test]
    fn what_is_no_date_is_none() {
        for text in [
            "",
            "tomorrow",
            "2026-13-01",
            "12",
            "2026-01-18T12",
            "2026-01-18T12:60Z",
            "12:00",
            "2026-01-18T12:00X",
        ] {
            assert_eq!(parse_lenient(text), None, "{text}");
        }
    }

    #[test]
    fn milliseconds_are_kept_inside_and_cut_outside() {
        let at = parse_lenient("2026-01-18T12:00:00.999Z").unwrap();
        assert_eq!(from_millis(to_millis(at)), at);
        assert_eq!(to_text(at), "2026-01-18T12:00:00Z");
    }
}
