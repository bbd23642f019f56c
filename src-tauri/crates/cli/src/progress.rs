//! What a sync is doing, on standard error: a line for each page and for each wait.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::fmt::Display;
use std::io::Write;

use chrono::{DateTime, Local, TimeZone, Utc};
use packlight_domain::account::AccountId;
use packlight_engine::Engine;
use packlight_engine::events::Event;
use packlight_engine::status::{AccountSync, SyncState, SyncStatus};
use tokio::sync::broadcast::error::RecvError;

use crate::output::printable;

/// Prints a line to people. Where standard error is closed, the work goes on in silence.
pub(crate) fn say(text: &str) {
    let _ = writeln!(std::io::stderr(), "{}", printable(text));
}

/// Prints progress for as long as it is polled.
pub(crate) async fn tell(engine: &Engine) -> Infallible {
    let mut events = engine.events().subscribe();
    let mut said = BTreeMap::new();
    loop {
        let status = match events.recv().await {
            Ok(Event::SyncChanged(status)) => status,
            Err(RecvError::Lagged(_)) => engine.sync_status(),
            Ok(Event::DataChanged(_) | Event::OrderStruck(_) | Event::Damaged) => continue,
            // The engine is closed; what it ended with is told by the sync itself.
            Err(RecvError::Closed) => std::future::pending().await,
        };
        for text in news(&mut said, &status, &Local) {
            say(&text);
        }
    }
}

/// Prints a line for each wait for Amazon's limit of an errand outside a sync, for as long as it is polled.
pub(crate) async fn tell_waits(engine: &Engine) -> Infallible {
    let mut waits = engine.waits();
    let mut said = None;
    loop {
        let until = waits.borrow_and_update().as_ref().map(|wait| wait.until);
        // A wait moves by fractions of a second when an answer corrects the clock; that is no news.
        if let Some(until) = until.filter(|until| said != Some(until.timestamp())) {
            said = Some(until.timestamp());
            say(&format!("waiting for Amazon's limit until {}", clock(until, &Local)));
        }
        if waits.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

/// What was said of an account last.
#[derive(Default)]
struct Said {
    pages: Option<u32>,
    until: Option<DateTime<Utc>>,
}

/// The lines that a status adds to what was said before. A wait that ends takes the account back to the page that was
/// already said.
fn news<Z>(said: &mut BTreeMap<AccountId, Said>, status: &SyncStatus, zone: &Z) -> Vec<String>
where
    Z: TimeZone<Offset: Display>,
{
    let mut lines = Vec::new();
    for AccountSync { account, label, state, .. } in &status.accounts {
        let said = said.entry(*account).or_default();
        match state {
            SyncState::Running { pages, .. } if said.pages == Some(*pages) => {}
            SyncState::Running { pages: 0, .. } => {
                said.pages = Some(0);
                lines.push(format!("{label}: asking Amazon what changed"));
            }
            SyncState::Running { pages, orders_seen, new, changed, .. } => {
                said.pages = Some(*pages);
                let pages = self::pages(*pages);
                lines.push(format!("{label}: {pages}, {orders_seen} orders ({new} new, {changed} changed)"));
            }
            SyncState::Throttled { until } if said.until == Some(*until) => {}
            SyncState::Throttled { until } => {
                said.until = Some(*until);
                lines.push(format!("{label}: waiting for Amazon's limit until {}", clock(*until, zone)));
            }
            // How it ended is said once, by the result or the failure.
            SyncState::Idle
            | SyncState::Offline { .. }
            | SyncState::Refused { .. }
            | SyncState::Failed { .. } => {}
        }
    }
    lines
}

/// `1 page`, `2 pages`.
pub(crate) fn pages(count: u32) -> String {
    format!("{count} page{}", if count == 1 { "" } else { "s" })
}

/// The computer's clock time.
pub(crate) fn clock<Z>(at: DateTime<Utc>, zone: &Z) -> String
where
    Z: TimeZone<Offset: Display>,
{
    at.with_timezone(zone).format("%H:%M:%S").to_string()
}

#[cfg(test)]
mod tests {
    use chrono::FixedOffset;

    use super::*;

    fn status(state: SyncState) -> SyncStatus {
        SyncStatus {
            accounts: vec![AccountSync {
                account: AccountId(1),
                label: "UK".to_owned(),
                complete_up_to: None,
                checked_at: None,
                next_at: None,
                state,
                calls_left: None,
                calls_burst: None,
            }],
        }
    }

    #[test]
    fn each_page_and_each_wait_is_said_once() {
        let zone = FixedOffset::east_opt(3_600).unwrap();
        let mut said = BTreeMap::new();
        let started_at = DateTime::from_timestamp(0, 0).unwrap();
        let running =
            |pages, orders_seen| SyncState::Running { started_at, pages, orders_seen, new: 2, changed: 1 };
        let until = DateTime::from_timestamp(13 * 3_600 + 32 * 60 + 10, 0).unwrap();
        for (state, lines) in [
            (SyncState::Idle, vec![]),
            (running(0, 0), vec!["UK: asking Amazon what changed"]),
            (running(1, 100), vec!["UK: 1 page, 100 orders (2 new, 1 changed)"]),
            (running(1, 100), vec![]),
            (SyncState::Throttled { until }, vec!["UK: waiting for Amazon's limit until 14:32:10"]),
            (SyncState::Throttled { until }, vec![]),
            (running(1, 100), vec![]),
            (running(2, 200), vec!["UK: 2 pages, 200 orders (2 new, 1 changed)"]),
            (SyncState::Idle, vec![]),
        ] {
            assert_eq!(news(&mut said, &status(state), &zone), lines);
        }
    }
}
