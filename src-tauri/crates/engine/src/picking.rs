//! Pick lists: planning them, walking them on screen, and keeping what was printed.
//!
//! A page is made off the threads that serve the window. What goes to a printer is recorded when the queue has taken it,
//! and not before: a printer that refuses leaves no list behind.

use std::sync::Arc;

use packlight_documents::{Fonts, pick_list};
use packlight_domain::act::BatchId;
use packlight_domain::picking::plan::Layout;
use packlight_domain::picking::{
    Paper, PickList, PickListDone, PickListEntry, PickListId, PickMark, PickMarked, PickRequest, PickRun,
};
use packlight_domain::printing::{PickPreview, PreviewPage};
use packlight_domain::stock::{LocationCount, draft};
use packlight_store::{PickAsked, Planned};

use crate::desk::Engine;
use crate::error::{Code, EngineError};
use crate::events::CacheTag;
use crate::matching::selection;
use crate::stock::{check_limit, wrong_fields};

/// The most stops that one call marks, and locations that one walk has.
const MANY: usize = 100_000;
/// The longest code that a scanner may send, in characters.
const MAX_CODE: usize = 200;

/// A list as a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PickDocument {
    /// What is on it.
    pub list: PickList,
    /// The PDF.
    pub bytes: Vec<u8>,
    /// Its pages.
    pub pages: u32,
}

impl Engine {
    /// The list as it would be printed now; nothing changes.
    pub async fn plan_pick_list(&self, request: &PickRequest) -> Result<PickList, EngineError> {
        Ok(self.planned(request).await?.list())
    }

    /// The list and its pages as they would be printed now; nothing changes.
    pub async fn preview_pick_list(
        &self,
        request: &PickRequest,
        paper: Paper,
    ) -> Result<PickPreview, EngineError> {
        let list = self.plan_pick_list(request).await?;
        let pages = self.pages(list.clone(), paper).await?;
        Ok(PickPreview { list, pages })
    }

    /// The list as a PDF; nothing changes.
    pub async fn pick_list_document(
        &self,
        request: &PickRequest,
        paper: Paper,
    ) -> Result<PickDocument, EngineError> {
        self.document(self.plan_pick_list(request).await?, paper).await
    }

    /// Recorded lists, newest first, before the record `before`.
    pub async fn pick_lists(
        &self,
        before: Option<PickListId>,
        limit: u32,
    ) -> Result<Vec<PickListEntry>, EngineError> {
        check_limit(limit)?;
        Ok(self.0.store.pick_lists(before, limit).await?)
    }

    /// Lists of which units were struck that the seller has not seen yet, however old, newest first.
    pub async fn struck_pick_lists(&self) -> Result<Vec<PickListEntry>, EngineError> {
        Ok(self.0.store.struck_pick_lists().await?)
    }

    /// Notes that the seller has seen that so many units of a list are struck; what is struck later is news again.
    pub async fn see_struck(&self, record: PickListId, struck: u32) -> Result<(), EngineError> {
        self.require_writer()?;
        if self.0.store.see_struck(record, struck).await? {
            self.0.events.changed(&[CacheTag::PickLists]);
        }
        Ok(())
    }

    /// A recorded list as it is worked.
    pub async fn pick_run(&self, record: PickListId) -> Result<PickRun, EngineError> {
        Ok(self.0.store.pick_run(record).await?)
    }

    /// Records the list as it is now, to be walked on screen; it holds its units from here on.
    pub async fn start_pick_run(&self, request: &PickRequest) -> Result<PickListDone, EngineError> {
        self.require_writer()?;
        let done = self.0.store.start_pick_run(&asked(request)?, (self.0.clock)()).await?;
        self.lists_changed(done.batch);
        Ok(done)
    }

    /// Marks stops of an open list.
    pub async fn mark_picked(
        &self,
        record: PickListId,
        positions: Vec<u32>,
        mark: PickMark,
    ) -> Result<PickMarked, EngineError> {
        self.require_writer()?;
        if mark == PickMark::Struck {
            let message = "a stop is struck when its order no longer wants it, and not by hand";
            return Err(EngineError::new(Code::BadInput, message).about("mark"));
        }
        check_many(positions.len())?;
        let marked = self.0.store.mark_picked(record, positions, mark, (self.0.clock)()).await?;
        self.marks_changed(&marked);
        Ok(marked)
    }

    /// Marks the next stop that a scanned code fits.
    pub async fn scan_pick(&self, record: PickListId, code: &str) -> Result<PickMarked, EngineError> {
        self.require_writer()?;
        let code = code.trim();
        if code.is_empty() || code.chars().count() > MAX_CODE {
            let message = format!("a code has 1 to {MAX_CODE} characters: scan it again");
            return Err(EngineError::new(Code::BadInput, message).about("code"));
        }
        let marked = self.0.store.scan_pick(record, code, (self.0.clock)()).await?;
        self.marks_changed(&marked);
        Ok(marked)
    }

    /// Ends an open list; its units stay with their orders.
    pub async fn finish_pick_list(&self, record: PickListId) -> Result<PickListDone, EngineError> {
        self.require_writer()?;
        let done = self.0.store.finish_pick_list(record, (self.0.clock)()).await?;
        self.marks_changed_in(done.batch);
        Ok(done)
    }

    /// Puts an open list away and frees the units that it gave to its orders.
    pub async fn discard_pick_list(&self, record: PickListId) -> Result<PickListDone, EngineError> {
        self.require_writer()?;
        let done = self.0.store.discard_pick_list(record, (self.0.clock)()).await?;
        self.lists_changed(done.batch);
        Ok(done)
    }

    /// Storage locations of unsold units as they are walked.
    pub async fn walk_order(&self) -> Result<Vec<LocationCount>, EngineError> {
        Ok(self.0.store.walk_order().await?)
    }

    /// Records the walk; an empty one goes back to natural order.
    pub async fn set_walk_order(&self, locations: &[String]) -> Result<Option<BatchId>, EngineError> {
        self.require_writer()?;
        check_many(locations.len())?;
        let mut walk: Vec<String> = Vec::with_capacity(locations.len());
        let mut seen = std::collections::HashSet::new();
        for location in locations {
            let checked = draft::location(location).map_err(|error| wrong_fields(&[error]))?;
            walk.extend(checked.filter(|location| seen.insert(location.clone())));
        }
        let batch = self.0.store.set_walk_order(walk, (self.0.clock)()).await?;
        if batch.is_some() {
            self.0.events.changed(&[CacheTag::PickLists, CacheTag::Settings]);
        }
        Ok(batch)
    }

    pub(crate) async fn planned(&self, request: &PickRequest) -> Result<Planned, EngineError> {
        Ok(self.0.store.plan_pick_list(&asked(request)?, (self.0.clock)()).await?)
    }

    pub(crate) async fn document(&self, list: PickList, paper: Paper) -> Result<PickDocument, EngineError> {
        let fonts = self.fonts().await?;
        off_thread(move || {
            let (bytes, pages) = pick_list::document(&list, paper, &fonts);
            PickDocument { list, bytes, pages }
        })
        .await
    }

    async fn pages(&self, list: PickList, paper: Paper) -> Result<Vec<PreviewPage>, EngineError> {
        let fonts = self.fonts().await?;
        off_thread(move || pick_list::preview(&list, paper, &fonts)).await
    }

    /// The fonts of paper, looked up when the first page is made.
    async fn fonts(&self) -> Result<Arc<Fonts>, EngineError> {
        let found =
            self.0.fonts.get_or_try_init(|| async { off_thread(|| Arc::new(Fonts::system())).await }).await?;
        Ok(Arc::clone(found))
    }

    pub(crate) fn lists_changed(&self, batch: Option<BatchId>) {
        if batch.is_some() {
            // A list claims units, or frees them.
            let tags = [
                CacheTag::PickLists,
                CacheTag::Orders,
                CacheTag::Counts,
                CacheTag::Inventory,
                CacheTag::Mappings,
            ];
            self.0.events.changed(&tags);
        }
    }

    fn marks_changed(&self, marked: &PickMarked) {
        self.marks_changed_in(marked.batch);
    }

    fn marks_changed_in(&self, batch: Option<BatchId>) {
        if batch.is_some() {
            self.0.events.changed(&[CacheTag::PickLists]);
        }
    }
}

/// Pages are drawn where nobody waits for the thread.
async fn off_thread<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, EngineError> {
    tokio::task::spawn_blocking(work).await.map_err(|_| {
        EngineError::new(Code::Internal, "the pick list could not be drawn: this is a fault of Packlight")
    })
}

fn check_many(number: usize) -> Result<(), EngineError> {
    if number <= MANY {
        return Ok(());
    }
    Err(EngineError::new(Code::BadInput, format!("{number} are more than the {MANY} that one call takes")))
}

/// A request with its query parsed.
pub(crate) fn asked(request: &PickRequest) -> Result<PickAsked, EngineError> {
    Ok(PickAsked {
        orders: request.orders.as_ref().map(selection).transpose()?,
        platform: request.platform,
        layout: Layout::from(request),
    })
}
