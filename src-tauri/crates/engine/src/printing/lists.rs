//! Pick lists on paper and as files. A list becomes a record when a queue has taken it, and not before: a printer that
//! refuses leaves no list behind that holds units.

use packlight_domain::matching::SavedFile;
use packlight_domain::picking::{Paper, PickListId, PickRequest};
use packlight_domain::printing::{PrintOptions, Printed};
use packlight_store::Planned;

use crate::desk::Engine;
use crate::error::EngineError;
use crate::events::CacheTag;

impl Engine {
    /// Prints the list of a request and records it; a list that is open already is reprinted.
    pub async fn print_pick_list(
        &self,
        request: &PickRequest,
        options: &PrintOptions,
    ) -> Result<Printed, EngineError> {
        self.require_writer()?;
        let planned = self.planned(request).await?;
        self.print_planned(planned, options).await
    }

    /// Prints a recorded list again.
    pub async fn reprint_pick_list(
        &self,
        record: PickListId,
        options: &PrintOptions,
    ) -> Result<Printed, EngineError> {
        self.require_writer()?;
        let planned = self.0.store.recorded_pick_list(record).await?;
        self.print_planned(planned, options).await
    }

    /// Writes the list of a request as a PDF into the folder for downloads; nothing is recorded.
    pub async fn save_pick_list(
        &self,
        request: &PickRequest,
        paper: Paper,
    ) -> Result<SavedFile, EngineError> {
        self.save_planned(self.planned(request).await?, paper).await
    }

    /// Writes a recorded list as a PDF into the folder for downloads.
    pub async fn save_recorded_pick_list(
        &self,
        record: PickListId,
        paper: Paper,
    ) -> Result<SavedFile, EngineError> {
        self.save_planned(self.0.store.recorded_pick_list(record).await?, paper).await
    }

    async fn save_planned(&self, planned: Planned, paper: Paper) -> Result<SavedFile, EngineError> {
        let document = self.document(planned.list(), paper).await?;
        let rows = document.list.totals.lines;
        self.save_document(&name(&document.list.id), "pdf", &document.bytes, rows).await
    }

    async fn print_planned(&self, planned: Planned, options: &PrintOptions) -> Result<Printed, EngineError> {
        Self::check_options(options)?;
        let document = self.document(planned.list(), options.paper).await?;
        let spooled = self.print_document(&name(&document.list.id), &document.bytes, options).await?;
        match self.0.store.record_printed(&planned, (self.0.clock)()).await {
            Ok(recorded) => {
                self.lists_changed(recorded.batch);
                self.0.events.changed(&[CacheTag::PickLists]);
                self.0.events.struck(&recorded.struck);
                Ok(Printed {
                    printer: spooled.printer,
                    job: spooled.job,
                    pages: document.pages,
                    list: recorded.entry,
                    warning: spooled.warning,
                })
            }
            Err(error) => {
                // Paper that no record stands behind would be walked twice. What is printed by now cannot be helped.
                let _ = self.0.spooler.cancel(&spooled.printer, &spooled.job).await;
                Err(error.into())
            }
        }
    }
}

/// What a list is called in a queue and as a file.
fn name(id: &str) -> String {
    format!("pick-list-{id}")
}
