//! What becomes of a request that came to nothing, was refused, failed or takes too long: another try, a rest, or its end.

use chrono::TimeDelta;
use packlight_spapi::ApiError;
use packlight_store::{JobEnd, ReportEnd, ReportStep};

use super::{DAILY, Flow, Run, Trouble};
use crate::error::{Code, EngineError};

/// Reports that are asked for in one request.
const ATTEMPTS: u32 = 3;

impl Run {
    /// The report came to nothing: another one after a rest, or the end.
    pub(super) async fn again(&mut self, why: String, rest: TimeDelta) -> Result<Flow, Trouble> {
        let next_at = self.now() + rest;
        let (kind, tried) = (self.spec.kind, self.request.attempts + 1);
        if tried >= ATTEMPTS {
            let message =
                format!("{why}; it was asked for {ATTEMPTS} times. Try again tomorrow: {}", kind.meanwhile());
            let error = EngineError::retryable(Code::Unavailable, capital(&message));
            return Err(Trouble::Here(self.failed(error).await?));
        }
        let error = capital(&format!("{why}. It is asked for again at {} UTC", next_at.format("%H:%M")));
        self.advance(ReportStep::Again { next_at, error }).await
    }

    /// What an error of Amazon's means for the request: nothing but a later try, or its end.
    pub(super) async fn ends_with(&mut self, error: ApiError) -> Result<Option<EngineError>, EngineError> {
        if !error.retryable {
            let role = self.spec.kind.role();
            let mut told = EngineError::from(error);
            if told.code == Code::AccessDenied {
                told.message = format!(
                    "Amazon denies access to {}: give the application the role {role} in Seller Central, authorise it again, and enter the new refresh token",
                    self.spec.kind.name()
                );
            }
            return Ok(Some(told));
        }
        let next_at = error.retry_at.unwrap_or(self.now() + rest_after(self.failures)).max(self.now());
        let step = ReportStep::Later { next_at, error: error.to_string() };
        self.request = self.engine.0.store.advance_report(self.request.id, step).await?;
        Ok(None)
    }

    /// Ends request and job with an error, and gives it back.
    pub(super) async fn failed(&mut self, error: EngineError) -> Result<EngineError, EngineError> {
        let end = ReportEnd::Failed(error.message.clone());
        self.engine.0.store.finish_report(self.request.id, end, self.now()).await?;
        super::super::job::end(
            &self.engine,
            self.spec.kind,
            &self.request,
            JobEnd::Failed(error.message.clone()),
        )
        .await?;
        self.engine.0.events.changed(&[crate::events::CacheTag::Jobs]);
        Ok(error)
    }

    pub(super) async fn fail<T>(&mut self, error: EngineError) -> Result<T, EngineError> {
        Err(self.failed(error).await?)
    }

    /// Amazon's time is over. The id is kept, and the report is used if it comes after all.
    pub(super) async fn abandon<T>(&mut self) -> Result<T, EngineError> {
        let (kind, now) = (self.spec.kind, self.now());
        if self.request.report_id.is_none() {
            let last = self.request.error.clone().unwrap_or_default();
            let message = format!(
                "Amazon could not be asked for {} for six hours (last: {last}): {}. Try again when the connection is back",
                kind.name(),
                kind.meanwhile()
            );
            return self.fail(EngineError::retryable(Code::Unavailable, message)).await;
        }
        let message = format!(
            "Amazon has not made {} within six hours: it is looked at once a day and used when it comes; until then {}",
            kind.name(),
            kind.meanwhile()
        );
        let end = ReportEnd::Abandoned { next_at: now + DAILY, error: message.clone() };
        self.engine.0.store.finish_report(self.request.id, end, now).await?;
        super::super::job::end(&self.engine, kind, &self.request, JobEnd::Failed(message.clone())).await?;
        self.engine.0.events.changed(&[crate::events::CacheTag::Jobs]);
        Err(EngineError::retryable(Code::Unavailable, message))
    }
}

/// The pause after failures in a row, a quarter of an hour at most.
fn rest_after(failures: u32) -> TimeDelta {
    TimeDelta::seconds((15_i64 << failures.min(6)).min(900))
}

fn capital(sentence: &str) -> String {
    let mut letters = sentence.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
