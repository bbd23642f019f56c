//! Where sold units go: a place named after a month.
//!
//! The month is read in the zone of the order's marketplace, so that an order bought in Tokyo on the first of a month is
//! filed under that month, whatever day it was in UTC (design §4 *Confirm*).

use chrono::{DateTime, Datelike, Utc};
use chrono_tz::Tz;

use super::ArchiveRule;
use crate::settings::Word;

impl Word for ArchiveRule {
    const KEY: &'static str = "archive_rule";

    fn word(self) -> &'static str {
        match self {
            Self::MonthOfSale => "month_of_sale",
            Self::MonthOfConfirmation => "month_of_confirmation",
        }
    }

    fn from_word(word: &str) -> Option<Self> {
        [Self::MonthOfSale, Self::MonthOfConfirmation].into_iter().find(|rule| rule.word() == word)
    }
}

/// The archive location of an order: `SOLD-YYYY-MM` of the month that the rule names, in `zone`. An order whose purchase
/// date the platform does not tell goes by the month of its confirmation.
pub fn archive_location(
    rule: ArchiveRule,
    bought: Option<DateTime<Utc>>,
    confirmed: DateTime<Utc>,
    zone: Tz,
) -> String {
    let moment = match rule {
        ArchiveRule::MonthOfSale => bought.unwrap_or(confirmed),
        ArchiveRule::MonthOfConfirmation => confirmed,
    };
    let day = moment.with_timezone(&zone);
    format!("SOLD-{:04}-{:02}", day.year(), day.month())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn the_month_is_that_of_the_sale_where_it_was_made() {
        let now = at("2026-03-05T12:00:00Z");
        let month =
            |bought: &str, zone| archive_location(ArchiveRule::MonthOfSale, Some(at(bought)), now, zone);
        assert_eq!(month("2026-01-31T23:59:59.999Z", Tz::Europe__London), "SOLD-2026-01");
        assert_eq!(month("2026-02-01T00:00:00Z", Tz::Europe__London), "SOLD-2026-02");
        // Nine hours ahead, eight hours behind, and an hour ahead in summer.
        assert_eq!(month("2025-12-31T15:00:00Z", Tz::Asia__Tokyo), "SOLD-2026-01");
        assert_eq!(month("2025-12-31T14:59:59Z", Tz::Asia__Tokyo), "SOLD-2025-12");
        assert_eq!(month("2026-02-01T07:59:59Z", Tz::America__Los_Angeles), "SOLD-2026-01");
        assert_eq!(month("2026-02-01T08:00:00Z", Tz::America__Los_Angeles), "SOLD-2026-02");
        assert_eq!(month("2025-06-30T23:00:00Z", Tz::Europe__London), "SOLD-2025-07");
    }

    #[test]
    fn the_other_rule_and_an_unknown_date_go_by_the_confirmation() {
        let (bought, now) = (at("2026-01-10T00:00:00Z"), at("2026-02-28T23:30:00Z"));
        let rule = ArchiveRule::MonthOfConfirmation;
        assert_eq!(archive_location(rule, Some(bought), now, Tz::Europe__London), "SOLD-2026-02");
        assert_eq!(archive_location(rule, Some(bought), now, Tz::Europe__Berlin), "SOLD-2026-03");
        assert_eq!(archive_location(ArchiveRule::MonthOfSale, None, now, Tz::Europe__London), "SOLD-2026-02");
    }

    #[test]
    fn a_rule_is_its_word_in_the_settings() {
        for rule in [ArchiveRule::MonthOfSale, ArchiveRule::MonthOfConfirmation] {
            assert_eq!(ArchiveRule::from_word(rule.word()), Some(rule));
            assert_eq!(serde_json::to_value(rule).unwrap(), rule.word());
        }
        assert_eq!(ArchiveRule::from_word("month"), None);
    }
}
