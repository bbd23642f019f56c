//! Reading orders, and the seller's own note on them.

use std::sync::{Mutex, PoisonError};

use packlight_domain::account::{AccountId, Platform};
use packlight_domain::act::BatchId;
use packlight_domain::listing::{ListRequest, MAX_PAGE, OrderCounts, OrderDetail, OrderPage, OrderRowId};
use packlight_domain::marketplace;
use packlight_domain::page::Cursor;
use packlight_domain::query::Query;
use packlight_store::{CheckReport, Scope};
use tokio_util::sync::CancellationToken;

use crate::desk::Engine;
use crate::error::{Code, EngineError};
use crate::events::CacheTag;

/// The longest note, in characters.
pub const MAX_NOTE: usize = 2_000;

/// The count to the end that goes on, if one does: a later one takes its place, so that there is never more than one.
#[derive(Debug, Default)]
pub(crate) struct OneCount(Mutex<CancellationToken>);

impl OneCount {
    fn begin(&self) -> CancellationToken {
        let fresh = CancellationToken::new();
        let mut running = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut *running, fresh.clone()).cancel();
        fresh
    }
}

impl Engine {
    /// Rows of the list, as its query, sort and place ask.
    pub async fn list_orders(&self, request: &ListRequest) -> Result<OrderPage, EngineError> {
        let query = parse(&request.query)?;
        if request.limit == 0 || request.limit > MAX_PAGE {
            return Err(EngineError::new(
                Code::BadInput,
                format!("limit {} is not between 1 and {MAX_PAGE}", request.limit),
            ));
        }
        Ok(self.0.store.page(&query, request, (self.0.clock)()).await?)
    }

    /// How many orders the list of a request has, whatever its place: all counted, which may take seconds where a page
    /// said "at least". `None` when another count was asked for before the end.
    pub async fn count_orders(&self, request: &ListRequest) -> Result<Option<u32>, EngineError> {
        let query = parse(&request.query)?;
        let turn = self.0.counting.begin();
        let scope = Scope { account: request.account, platform: request.platform };
        let wanted = move || !turn.is_cancelled();
        let counted = self.0.store.count(&query, scope, u32::MAX - 1, (self.0.clock)(), wanted).await?;
        Ok(counted.map(|counted| counted.orders))
    }

    /// What the cards show.
    pub async fn order_counts(
        &self,
        account: Option<AccountId>,
        platform: Option<Platform>,
    ) -> Result<OrderCounts, EngineError> {
        Ok(self.0.store.counts(account, platform).await?)
    }

    /// One order by its row id.
    pub async fn order(&self, id: OrderRowId) -> Result<OrderDetail, EngineError> {
        self.0.store.order(id).await?.ok_or_else(|| {
            EngineError::new(Code::NotFound, "this order is no longer in the local copy: read the list again")
        })
    }

    /// One order by the platform's id.
    pub async fn find_order(
        &self,
        account: Option<AccountId>,
        platform_order_id: &str,
    ) -> Result<OrderDetail, EngineError> {
        self.0.store.find_order(account, platform_order_id).await?.ok_or_else(|| {
            EngineError::new(
                Code::NotFound,
                format!("order '{platform_order_id}' is not in the local copy: check the id, or sync first"),
            )
        })
    }

    /// Whole orders that match, newest first, behind `after`.
    pub async fn details(
        &self,
        query: &str,
        account: Option<AccountId>,
        after: Option<&Cursor>,
        limit: u32,
    ) -> Result<Vec<OrderDetail>, EngineError> {
        Ok(self.0.store.details(&parse(query)?, account, after, limit, (self.0.clock)()).await?)
    }

    /// Writes the seller's note; an empty one removes it. `None` where that changes nothing.
    pub async fn set_note(&self, id: OrderRowId, note: &str) -> Result<Option<BatchId>, EngineError> {
        self.require_writer()?;
        let note = note.trim();
        let length = note.chars().count();
        if length > MAX_NOTE {
            return Err(EngineError::new(
                Code::BadInput,
                format!("the note has {length} characters; it may have {MAX_NOTE}"),
            ));
        }
        let note = packlight_domain::text::storable(note);
        let note = (!note.is_empty()).then_some(note.as_str());
        let batch = self.0.store.set_note(id, note, (self.0.clock)()).await?;
        self.0.events.changed(&[CacheTag::Orders]);
        Ok(batch)
    }

    /// The page of an Amazon order in Seller Central.
    pub async fn seller_central_url(&self, id: OrderRowId) -> Result<String, EngineError> {
        let order = self.order(id).await?;
        if order.row.platform != Platform::Amazon {
            return Err(EngineError::new(
                Code::BadInput,
                "only Amazon orders can be opened in Seller Central",
            ));
        }
        Ok(marketplace::order_url(order.marketplace_id.as_deref(), &order.row.platform_order_id))
    }

    /// Examines the database from end to end.
    pub async fn check(&self) -> Result<CheckReport, EngineError> {
        Ok(self.0.store.check().await?)
    }
}

pub(crate) fn parse(query: &str) -> Result<Query, EngineError> {
    Query::parse(query).map_err(|error| EngineError::new(Code::BadQuery, error.to_string()).about(error.word))
}

#[cfg(test)]
mod tests {
    use super::OneCount;

    #[test]
    fn a_later_count_ends_the_one_before() {
        let counts = OneCount::default();
        let first = counts.begin();
        assert!(!first.is_cancelled());
        let second = counts.begin();
        assert!(first.is_cancelled() && !second.is_cancelled());
    }
}
