//! *Confirm orders processed*: what it would do, doing it, and taking it back; and the rule that names the archive.
//!
//! Confirming is local: nothing is sent to Amazon. What a preview showed is confirmed by naming its orders; a request
//! without a selection is about all that are Paid or Shipped by then.

use packlight_domain::account::AccountId;
use packlight_domain::act::BatchId;
use packlight_domain::confirming::{ArchiveRule, ConfirmRequest, ConfirmUndone, Confirmation};
use packlight_domain::listing::OrderRowId;
use packlight_domain::stock::draft;
use packlight_store::Confirming;

use crate::desk::Engine;
use crate::error::{Code, EngineError};
use crate::events::CacheTag;
use crate::matching::selection;
use crate::stock::check_ids;

impl Engine {
    /// What confirming would do; nothing changes.
    pub async fn preview_confirm(&self, request: &ConfirmRequest) -> Result<Confirmation, EngineError> {
        Ok(self.0.store.preview_confirm(&checked(request)?, (self.0.clock)()).await?)
    }

    /// Confirms orders and archives their units, as one batch that [`undo_confirm`](Self::undo_confirm) takes back.
    pub async fn confirm_orders(&self, request: &ConfirmRequest) -> Result<Confirmation, EngineError> {
        self.require_writer()?;
        let done = self.0.store.confirm(&checked(request)?, (self.0.clock)()).await;
        // Told even after a failure: orders before it are confirmed.
        self.confirmations_changed();
        Ok(done?)
    }

    /// Takes a confirmation back, for each of its orders whose units have not moved since.
    pub async fn undo_confirm(&self, batch: BatchId) -> Result<ConfirmUndone, EngineError> {
        self.require_writer()?;
        let undone = self.0.store.undo_confirm(batch, (self.0.clock)()).await?;
        if undone.batch.is_some() {
            self.confirmations_changed();
        }
        Ok(undone)
    }

    /// Which month names the archive location.
    pub async fn archive_rule(&self) -> Result<ArchiveRule, EngineError> {
        Ok(self.0.store.chosen().await?)
    }

    /// Chooses which month names the archive location; units that are archived stay where they are. `None` where it is
    /// so already.
    pub async fn set_archive_rule(&self, rule: ArchiveRule) -> Result<Option<BatchId>, EngineError> {
        self.require_writer()?;
        let summary = match rule {
            ArchiveRule::MonthOfSale => "Archive sold units by the month of their sale",
            ArchiveRule::MonthOfConfirmation => "Archive sold units by the month of their confirmation",
        };
        let batch = self.0.store.choose(rule, summary, (self.0.clock)()).await?;
        if batch.is_some() {
            self.0.events.changed(&[CacheTag::Settings]);
        }
        Ok(batch)
    }

    /// The orders with these numbers of their platforms, each `None` where it is not in the local copy.
    ///
    /// # Errors
    /// [`Code::BadInput`] where several accounts have an order of one number and none of them was chosen.
    pub async fn find_orders(
        &self,
        account: Option<AccountId>,
        numbers: &[String],
    ) -> Result<Vec<Option<OrderRowId>>, EngineError> {
        check_ids(numbers.len())?;
        let found = self.0.store.orders_by_number(account, numbers).await?;
        let one = |number: &String| match found.get(number).map(Vec::as_slice) {
            None | Some([]) => Ok(None),
            Some([id]) => Ok(Some(*id)),
            Some(_) => {
                let message =
                    format!("order '{number}' occurs in several accounts: choose one with --account");
                Err(EngineError::new(Code::BadInput, message).about(number))
            }
        };
        numbers.iter().map(one).collect()
    }

    fn confirmations_changed(&self) {
        self.0.events.changed(&[
            CacheTag::Orders,
            CacheTag::Counts,
            CacheTag::Inventory,
            CacheTag::Mappings,
            // What an open list had still to fetch for them counts as picked.
            CacheTag::PickLists,
        ]);
    }
}

/// A request with its query parsed and its location checked.
fn checked(request: &ConfirmRequest) -> Result<Confirming, EngineError> {
    check_ids(request.without_stock.len())?;
    let archive_location = match &request.archive_location {
        None => None,
        Some(typed) => {
            let bad = |why: String| EngineError::new(Code::BadInput, why).about("archive_location");
            let location = draft::location(typed).map_err(|error| bad(error.message))?;
            Some(location.ok_or_else(|| {
                bad("the archive location is empty: name one, or leave it out to go by the month".to_owned())
            })?)
        }
    };
    Ok(Confirming {
        orders: request.orders.as_ref().map(selection).transpose()?,
        platform: request.platform,
        archive_location,
        without_stock: request.without_stock.clone(),
    })
}
