//! The job that shows a request to the user (design decision 8): its stage, until when it waits, what came of it.

use chrono::{DateTime, Utc};
use packlight_store::{Job, JobEnd, JobState, NewJob, Progress, ReportRequest};

use super::{ReportKind, ReportOutcome};
use crate::desk::Engine;
use crate::error::EngineError;
use crate::events::CacheTag;

/// The job of a run.
pub(super) struct JobLine {
    engine: Engine,
    job: Job,
}

fn new_job(engine: &Engine, kind: ReportKind, request: &ReportRequest) -> NewJob {
    NewJob {
        kind: kind.job().to_owned(),
        account: Some(request.account),
        scope: request.scope.clone(),
        total: None,
        now: (engine.0.clock)(),
    }
}

impl JobLine {
    /// Takes the job of `request` into work; the folder's lock and the map of runs see to it that nobody else does.
    pub(super) async fn begin(
        engine: &Engine,
        kind: ReportKind,
        request: &ReportRequest,
    ) -> Result<Self, EngineError> {
        let store = &engine.0.store;
        let (mut job, _) = store.create_or_join_job(&new_job(engine, kind, request)).await?;
        if job.state == JobState::Queued
            && let Some(claimed) = store.claim_job(job.id, (engine.0.clock)()).await?
        {
            job = claimed;
        }
        Ok(Self { engine: engine.clone(), job })
    }

    /// Shows a stage, and until when it waits.
    pub(super) async fn show(
        &mut self,
        stage: &str,
        waits_until: Option<DateTime<Utc>>,
    ) -> Result<(), EngineError> {
        let progress = Progress { checkpoint: Some(stage.to_owned()), ..Progress::default() };
        let store = &self.engine.0.store;
        self.job = match waits_until {
            Some(until) => store.wait_job(self.job.id, &progress, until).await?,
            None => store.checkpoint_job(self.job.id, &progress).await?,
        };
        self.engine.0.events.changed(&[CacheTag::Jobs]);
        Ok(())
    }

    /// Ends the job with what the report brought.
    pub(super) async fn done(self, outcome: &ReportOutcome) -> Result<(), EngineError> {
        let progress = Progress {
            total: Some(outcome.rows + outcome.skipped),
            done: outcome.rows,
            failed: outcome.skipped,
            checkpoint: None,
        };
        self.engine.0.store.checkpoint_job(self.job.id, &progress).await?;
        self.finish(JobEnd::Done).await
    }

    /// Ends the job.
    pub(super) async fn finish(self, end: JobEnd) -> Result<(), EngineError> {
        self.engine.0.store.finish_job(self.job.id, end, (self.engine.0.clock)()).await?;
        self.engine.0.events.changed(&[CacheTag::Jobs]);
        Ok(())
    }
}

/// Ends the job of a request that is not being worked on.
pub(super) async fn end(
    engine: &Engine,
    kind: ReportKind,
    request: &ReportRequest,
    end: JobEnd,
) -> Result<(), EngineError> {
    let (job, _) = engine.0.store.create_or_join_job(&new_job(engine, kind, request)).await?;
    engine.0.store.finish_job(job.id, end, (engine.0.clock)()).await?;
    Ok(())
}
