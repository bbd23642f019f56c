//! `sync`: reads what changed at Amazon, in the foreground.

use packlight_engine::{SyncReport, SyncRequest};
use serde::Serialize;

use crate::arguments::SyncCommand;
use crate::desk::Desk;
use crate::exit::{Exit, Failure};
use crate::output::{Output, line, printable};
use crate::progress;
use crate::shapes::SyncCounts;

#[derive(Serialize)]
struct SyncShape {
    #[serde(flatten)]
    sum: SyncCounts,
    accounts: Vec<AccountPart>,
}

#[derive(Serialize)]
struct AccountPart {
    label: String,
    #[serde(flatten)]
    counts: SyncCounts,
}

/// Syncs the accounts and prints what changed.
pub(crate) async fn run(
    desk: &Desk<'_>,
    command: &SyncCommand,
    output: &mut Output<'_>,
) -> Result<Exit, Failure> {
    desk.environment.check_overrides()?;
    let request = SyncRequest { account: desk.label().map(str::to_owned), days: command.days };
    let report = desk
        .writing(async |engine| {
            tokio::select! {
                ended = engine.sync(&request) => Ok(ended?),
                never = progress::tell(engine) => match never {},
            }
        })
        .await?;
    output.result(&shape(&report), people)?;
    Ok(Exit::Done)
}

fn shape(report: &SyncReport) -> SyncShape {
    SyncShape {
        sum: SyncCounts::of(&report.sum),
        accounts: report
            .accounts
            .iter()
            .map(|part| AccountPart { label: part.label.clone(), counts: SyncCounts::of(part) })
            .collect(),
    }
}

fn people(shape: &SyncShape) -> String {
    let mut text = String::new();
    for AccountPart { label, counts } in &shape.accounts {
        let up_to = counts.complete_up_to.as_deref().unwrap_or("nothing yet");
        line(
            &mut text,
            format_args!(
                "{}: {} new, {} changed of {} orders seen in {}; complete up to {up_to}",
                printable(label),
                counts.orders_new,
                counts.orders_changed,
                counts.orders_seen,
                progress::pages(counts.pages),
            ),
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use packlight_domain::instant;
    use packlight_engine::sync::AccountReport;

    use super::*;

    fn report() -> SyncReport {
        let part = AccountReport {
            label: "UK".to_owned(),
            orders_seen: 120,
            orders_new: 12,
            orders_changed: 3,
            items_written: 15,
            pages: 2,
            calls: 3,
            throttled: 1,
            complete_up_to: instant::parse_lenient("2026-11-22T14:05:06.7Z"),
            duration_ms: 812,
        };
        SyncReport { sum: part.clone(), accounts: vec![part] }
    }

    #[test]
    fn the_json_has_the_sums_and_each_accounts_part() {
        let counts = r#""orders_seen":120,"orders_new":12,"orders_changed":3,"items_written":15,"pages":2,"calls":3,"throttled":1,"complete_up_to":"2026-11-22T14:05:06Z","duration_ms":812"#;
        assert_eq!(
            serde_json::to_string(&shape(&report())).unwrap(),
            format!("{{{counts},\"accounts\":[{{\"label\":\"UK\",{counts}}}]}}")
        );
    }

    #[test]
    fn people_get_a_sentence_per_account() {
        assert_eq!(
            people(&shape(&report())),
            "UK: 12 new, 3 changed of 120 orders seen in 2 pages; complete up to 2026-11-22T14:05:06Z\n"
        );
    }
}
