//! How long things are kept: orders that are over, and the traces that help to find a fault.
//!
//! Everything is kept unless the seller says otherwise. What is not over never goes by its age: open orders, orders on an
//! open pick list, orders that hold units which are not sold, and confirmed orders that were cancelled afterwards.

use chrono::{DateTime, Days, Months, Utc};
use serde::{Deserialize, Serialize};

use crate::settings::Setting;

/// Most years that can be chosen.
const MAX_YEARS: u8 = 20;
/// Days that traces are kept: at least a week, for a fault of a weekend; at most what the journal keeps anyway.
const MIN_DAYS: u8 = 7;
const MAX_DAYS: u8 = 90;

/// How long things are kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(default)]
pub struct Retention {
    /// Years after which a completed or cancelled order goes, 1 to 20; `None` keeps all of them.
    pub order_years: Option<u8>,
    /// Days that runs of the sync and requests to Amazon are listed, 7 to 90.
    pub trace_days: u8,
}

impl Default for Retention {
    fn default() -> Self {
        Self { order_years: None, trace_days: MAX_DAYS }
    }
}

impl Setting for Retention {
    const KEY: &'static str = "retention";

    fn check(&self) -> Result<(), String> {
        if self.order_years.is_some_and(|years| !(1..=MAX_YEARS).contains(&years)) {
            return Err(format!("orders can be kept for 1 to {MAX_YEARS} years, or for ever"));
        }
        if !(MIN_DAYS..=MAX_DAYS).contains(&self.trace_days) {
            return Err(format!("runs and requests can be kept for {MIN_DAYS} to {MAX_DAYS} days"));
        }
        Ok(())
    }
}

impl Retention {
    /// The moment before which orders are old, UTC; `None` where none ever is.
    pub fn orders_before(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        now.checked_sub_months(Months::new(12 * u32::from(self.order_years?)))
    }

    /// The moment before which traces are old, UTC.
    pub fn traces_before(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        now.checked_sub_days(Days::new(u64::from(self.trace_days)))
    }
}

/// What would go by a [`Retention`] now.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct Expired {
    /// Orders that are over and old.
    pub orders: u32,
    /// Orders that are as old, but stay because they are not over.
    pub staying: u32,
    /// The moment before which orders are old, UTC.
    pub orders_before: Option<DateTime<Utc>>,
    /// Runs of the sync.
    pub runs: u32,
    /// Requests to Amazon.
    pub requests: u32,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_are_bounded_and_all_orders_are_kept_at_first() {
        let now: DateTime<Utc> = "2028-02-29T12:00:00Z".parse().unwrap();
        let usual = Retention::default();
        assert_eq!((usual.check(), usual.orders_before(now)), (Ok(()), None));
        assert_eq!(usual.traces_before(now), Some("2027-12-01T12:00:00Z".parse().unwrap()));
        let some = |years| Retention { order_years: Some(years), ..Retention::default() };
        assert_eq!(some(1).orders_before(now), Some("2027-02-28T12:00:00Z".parse().unwrap()));
        assert_eq!(some(0).check().unwrap_err(), "orders can be kept for 1 to 20 years, or for ever");
        assert_eq!(some(21).check(), some(0).check());
        let short = Retention { trace_days: 6, ..Retention::default() };
        assert_eq!(short.check().unwrap_err(), "runs and requests can be kept for 7 to 90 days");
    }
}
