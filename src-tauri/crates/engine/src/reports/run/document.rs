//! The document of a report: fetching it, taking it in, and what it means that there is none.

use packlight_spapi::{Errand, ErrorKind, Patience, ReportDocument};
use packlight_store::ReportStep;

use super::super::kind::{Taken, TakenIn};
use super::{Flow, REST, Run, Trouble};
use crate::error::{Code, EngineError};

impl Run {
    pub(super) async fn fetch_document(&mut self, document_id: &str) -> Result<Flow, Trouble> {
        let document = match self.client.report_document(document_id, &self.errand).await {
            Err(error) if error.kind == ErrorKind::NotFound => {
                return self
                    .again("Amazon no longer keeps the document of the report".to_owned(), REST)
                    .await;
            }
            document => document?,
        };
        match self.take_in(Some(document)).await? {
            Taken::Whole(outcome) => Ok(Flow::End(outcome)),
            Taken::Useless(error) => {
                Err(Trouble::Here(self.failed(EngineError::new(Code::MalformedAnswer, error)).await?))
            }
            // The same address may have been cut on its way; a second copy that ends there too was made so.
            Taken::CutShort(_) if self.cut_short == 0 => {
                self.cut_short += 1;
                let error = format!("{} arrived cut short: it is fetched again", self.spec.kind.name());
                let next_at = self.now();
                self.advance(ReportStep::Later { next_at, error }).await
            }
            Taken::CutShort(kept) => {
                self.cut_short = 0;
                let why = format!(
                    "{} ends in the middle of a line: {} rows of it were kept and nothing was taken for gone",
                    self.spec.kind.name(),
                    kept.rows
                );
                self.again(why, REST).await
            }
        }
    }

    async fn take_in(&self, document: Option<ReportDocument>) -> Result<Taken, Trouble> {
        let taken = TakenIn {
            engine: &self.engine,
            request: &self.request,
            marketplace_id: &self.spec.marketplace_id,
            document,
            now: self.now(),
        };
        Ok(self.spec.kind.take_in(taken).await?)
    }

    /// No document: either there is nothing to report, or Amazon does not want to be asked so often. It says the same to
    /// both, so what is known from elsewhere decides.
    pub(super) async fn nothing(&mut self, what: &str) -> Result<Flow, Trouble> {
        let (kind, now) = (self.spec.kind, self.now());
        if kind.is_contradicted(&self.engine, &self.request, &self.spec.marketplace_id, now).await? {
            let why = format!(
                "{} {what}, which means nothing to report, but there are sales or listings at this marketplace",
                kind.name()
            );
            return self.again(why, REST).await;
        }
        match self.take_in(None).await? {
            Taken::Whole(outcome) | Taken::CutShort(outcome) => Ok(Flow::End(outcome)),
            Taken::Useless(error) => Err(Trouble::Here(EngineError::new(Code::MalformedAnswer, error))),
        }
    }

    /// What Amazon wrote about a report that failed; the log has it whole.
    pub(super) async fn reason(&self, document_id: Option<&str>) -> Result<String, Trouble> {
        let Some(id) = document_id else { return Ok(String::new()) };
        let errand = Errand { patience: Patience::Short, ..self.errand.clone() };
        match self.client.report_document(id, &errand).await {
            Ok(document) => {
                let text = document.text(&self.spec.marketplace_id).text;
                tracing::warn!(%text, "a report failed at Amazon");
                let line: String = text.trim().chars().filter(|c| !c.is_control()).take(160).collect();
                Ok(if line.is_empty() { line } else { format!(" (\"{line}\")") })
            }
            Err(error) if error.kind == ErrorKind::Cancelled => Err(error.into()),
            Err(_) => Ok(String::new()),
        }
    }
}
