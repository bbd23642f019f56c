//! Reports that Amazon did not make in time: looked at once a day, and used if they come after all (fault catalogue row 42).

use chrono::{DateTime, TimeDelta, Utc};
use packlight_spapi::{Errand, ErrorKind, Patience, Priority, ReportStatus};
use packlight_store::{Account, ReportEnd, ReportRequest, ReportState};
use tokio_util::sync::CancellationToken;

use super::ReportSpec;
use super::kind::{Taken, TakenIn};
use super::run::DAILY;
use crate::desk::Engine;
use crate::error::{Code, EngineError};

/// Amazon forgets a report after this time.
const FORGOTTEN: TimeDelta = TimeDelta::days(90);

impl Engine {
    /// Looks at every abandoned report whose day is over, and returns how many were taken in. An account or a report that
    /// cannot be looked at keeps no other from it.
    pub async fn look_at_abandoned(&self, stop: &CancellationToken) -> Result<u32, EngineError> {
        let mut taken_in = 0;
        for account in self.0.store.accounts().await?.iter().filter(|account| account.is_connected()) {
            match self.look_at_abandoned_of(account, stop, &mut taken_in).await {
                Err(error) if error.code == Code::Stopped => return Err(error),
                Err(error) => {
                    tracing::info!(%error, "the abandoned reports of an account are left for later");
                }
                Ok(()) => {}
            }
        }
        Ok(taken_in)
    }

    async fn look_at_abandoned_of(
        &self,
        account: &Account,
        stop: &CancellationToken,
        taken_in: &mut u32,
    ) -> Result<(), EngineError> {
        let mut left = self.0.store.abandoned_reports().await?;
        left.retain(|request| request.account == account.id);
        if left.is_empty() {
            return Ok(());
        }
        let connection = self.connection(account).await?.fresh_count();
        let now = connection.client.server_now();
        for request in left.into_iter().filter(|request| request.next_at.is_none_or(|due| due <= now)) {
            let Some(spec) = ReportSpec::of(&request) else { continue };
            let errand = Errand {
                patience: Patience::Short,
                ..Self::report_errand(&connection, Priority::History, stop)
            };
            match self.look_once(&connection.client, &errand, &spec, &request).await {
                Ok(taken) => *taken_in += u32::from(taken),
                Err(error) if error.confined => {
                    tracing::info!(%error, "an abandoned report is left for later");
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    async fn look_once(
        &self,
        client: &packlight_spapi::Client,
        errand: &Errand,
        spec: &ReportSpec,
        request: &ReportRequest,
    ) -> Result<bool, EngineError> {
        let store = &self.0.store;
        let id = request.report_id.as_deref().unwrap_or_default();
        let report = match client.report(id, errand).await {
            Ok(report) => report,
            Err(error) if error.kind == ErrorKind::NotFound => {
                return self.give_up(request, "Amazon no longer knows it", client.server_now()).await;
            }
            Err(error) => return Err(error.into()),
        };
        let now = client.server_now();
        match (report.status, report.document_id) {
            (ReportStatus::Done, Some(_)) if self.is_overtaken(request, report.ended_at).await? => {
                self.give_up(request, "a later report has taken its place", now).await
            }
            (ReportStatus::Done, Some(document_id)) => {
                let document = Some(client.report_document(&document_id, errand).await?);
                let marketplace_id = &spec.marketplace_id;
                match spec
                    .kind
                    .take_in(TakenIn { engine: self, request, marketplace_id, document, now })
                    .await?
                {
                    Taken::Whole(_) => {
                        self.0.events.changed(&[spec.kind.tag(), crate::events::CacheTag::Jobs]);
                        Ok(true)
                    }
                    Taken::CutShort(_) => self.give_up(request, "it came cut short", now).await,
                    Taken::Useless(why) => self.give_up(request, &why, now).await,
                }
            }
            (ReportStatus::Done | ReportStatus::Cancelled | ReportStatus::Fatal, _) => {
                self.give_up(request, "Amazon called it off", now).await
            }
            _ if now - request.intended_at > FORGOTTEN => {
                self.give_up(request, "Amazon never made it", now).await
            }
            _ => {
                let error = request.error.clone().unwrap_or_default();
                let end = ReportEnd::Abandoned { next_at: now + DAILY, error };
                store.finish_report(request.id, end, request.finished_at.unwrap_or(now)).await?;
                Ok(false)
            }
        }
    }

    /// Whether a report that was made later has been taken in already.
    async fn is_overtaken(
        &self,
        request: &ReportRequest,
        ended_at: Option<DateTime<Utc>>,
    ) -> Result<bool, EngineError> {
        let later =
            self.0.store.reports_of(request.account, &request.report_type, &request.scope, 20).await?;
        Ok(later.iter().any(|other| {
            other.state == ReportState::Done
                && ended_at.is_none_or(|ended| other.made_at.is_some_and(|made| made > ended))
        }))
    }

    async fn give_up(
        &self,
        request: &ReportRequest,
        why: &str,
        now: DateTime<Utc>,
    ) -> Result<bool, EngineError> {
        let end = ReportEnd::Failed(format!("the report came too late to be of use: {why}"));
        self.0.store.finish_report(request.id, end, now).await?;
        Ok(false)
    }
}
