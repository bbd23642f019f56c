//! Matching lines to units: proposals, mappings and links, by hand and for whole selections.

use packlight_domain::account::AccountId;
use packlight_domain::act::BatchId;
use packlight_domain::matching::{
    BulkLink, Candidates, LineKey, LineLinked, MappingDone, MappingPage, OrderSelection,
};
use packlight_domain::stock::{UnitId, draft};
use packlight_store::{Orders, Scope};

use crate::desk::Engine;
use crate::error::{Code, EngineError};
use crate::events::CacheTag;
use crate::orders::parse;
use crate::stock::{check_ids, check_limit, wrong_fields};

/// The longest ASIN, SKU or item number, in characters.
const MAX_NUMBER: usize = 100;
/// How many characters an ASIN has.
const ASIN: usize = 10;
/// The longest text that units or mappings are searched for, in characters.
const MAX_SEARCH: usize = 200;

impl Engine {
    /// Free units for a line: its proposals, or what a search finds with the proposals on top.
    pub async fn match_candidates(
        &self,
        line: &LineKey,
        search: &str,
        limit: u32,
    ) -> Result<Candidates, EngineError> {
        check_limit(limit)?;
        check_search(search)?;
        Ok(self.0.store.match_candidates(line, search, limit).await?)
    }

    /// Maps a line's number to a unit's set and condition and gives the line its units; one undo takes all back.
    pub async fn create_mapping(&self, line: &LineKey, unit: UnitId) -> Result<MappingDone, EngineError> {
        self.require_writer()?;
        let done = self.0.store.create_mapping(line, unit, (self.0.clock)()).await?;
        self.matches_changed(done.batch);
        Ok(done)
    }

    /// Says what an ASIN, or the number of another platform's lines, stands for.
    pub async fn map_number(
        &self,
        number: &str,
        is_asin: bool,
        set_number: &str,
        condition: &str,
    ) -> Result<MappingDone, EngineError> {
        self.require_writer()?;
        let number = check_number(number, is_asin)?;
        // Here only: a shorter one that was mapped by an earlier version can still be forgotten.
        if is_asin && number.len() != ASIN {
            let why = format!("'{number}' is no ASIN: one has {ASIN} characters, such as B07JPLG4BS");
            return Err(EngineError::new(Code::BadInput, why).about("number"));
        }
        let (set_number, condition) =
            draft::set_and_condition(set_number, condition).map_err(|errors| wrong_fields(&errors))?;
        let now = (self.0.clock)();
        let done = self.0.store.map_number(&number, is_asin, &set_number, &condition, now).await?;
        self.matches_changed(done.batch);
        Ok(done)
    }

    /// Forgets what a number stands for; links stay.
    pub async fn delete_mapping(&self, number: &str, is_asin: bool) -> Result<Option<BatchId>, EngineError> {
        self.require_writer()?;
        let number = check_number(number, is_asin)?;
        let batch = self.0.store.delete_mapping(&number, is_asin, (self.0.clock)()).await?;
        self.matches_changed(batch);
        Ok(batch)
    }

    /// Mappings by number, those that hold every word of `search`.
    pub async fn mappings(&self, search: &str, offset: u32, limit: u32) -> Result<MappingPage, EngineError> {
        check_limit(limit)?;
        check_search(search)?;
        Ok(self.0.store.mappings(search, offset, limit).await?)
    }

    /// Gives a line one specific unit.
    pub async fn link_unit(&self, line: &LineKey, unit: UnitId) -> Result<LineLinked, EngineError> {
        self.require_writer()?;
        let linked = self.0.store.link_unit(line, unit, (self.0.clock)()).await?;
        self.matches_changed(linked.batch);
        Ok(linked)
    }

    /// Frees all units of a line.
    pub async fn unlink_line(&self, line: &LineKey) -> Result<LineLinked, EngineError> {
        self.require_writer()?;
        let linked = self.0.store.unlink_line(line, (self.0.clock)()).await?;
        self.matches_changed(linked.batch);
        Ok(linked)
    }

    /// The line with the platform's id of a line; an id that several orders have must be told apart by its account.
    pub async fn find_line(
        &self,
        order_item_id: &str,
        account: Option<AccountId>,
    ) -> Result<LineKey, EngineError> {
        let mut found = self.0.store.lines_by_id(order_item_id, account).await?;
        match found.len() {
            0 => Err(EngineError::new(
                Code::NotFound,
                format!("line '{order_item_id}' is not in the local copy: check the id, or sync first"),
            )),
            1 => Ok(found.remove(0).0),
            _ => {
                let orders: Vec<String> = found.into_iter().map(|(_, order)| order).collect();
                let message = format!(
                    "line '{order_item_id}' occurs in several orders ({}): choose one with --account",
                    orders.join(", ")
                );
                Err(EngineError::new(Code::BadInput, message).about(order_item_id))
            }
        }
    }

    /// What linking the matched lines of a selection would do.
    pub async fn preview_link(&self, orders: &OrderSelection) -> Result<BulkLink, EngineError> {
        Ok(self.0.store.preview_link(&selection(orders)?, (self.0.clock)()).await?)
    }

    /// Gives the matched lines of a selection the oldest free units.
    pub async fn link_selected(&self, orders: &OrderSelection) -> Result<BulkLink, EngineError> {
        self.require_writer()?;
        let done = self.0.store.link_selected(&selection(orders)?, (self.0.clock)()).await?;
        self.matches_changed(done.batch);
        Ok(done)
    }

    fn matches_changed(&self, batch: Option<BatchId>) {
        if batch.is_some() {
            self.0.events.changed(&[
                CacheTag::Orders,
                CacheTag::Counts,
                CacheTag::Inventory,
                CacheTag::Mappings,
                // A list that held what was unlinked has struck it.
                CacheTag::PickLists,
            ]);
        }
    }
}

/// A selection with its query parsed.
pub(crate) fn selection(orders: &OrderSelection) -> Result<Orders, EngineError> {
    Ok(match orders {
        OrderSelection::Ids(ids) => {
            check_ids(ids.len())?;
            Orders::Ids(ids.clone())
        }
        OrderSelection::Matching { query, platform, account, except } => {
            check_ids(except.len())?;
            let scope = Scope { account: *account, platform: *platform };
            Orders::Matching { query: parse(query)?, scope, except: except.clone() }
        }
    })
}

/// A number as mappings keep it: ASINs in capitals, others as the platform writes them.
fn check_number(number: &str, is_asin: bool) -> Result<String, EngineError> {
    let trimmed = number.trim();
    let bad = |why: String| EngineError::new(Code::BadInput, why).about("number");
    if trimmed.is_empty() {
        return Err(bad(if is_asin {
            "the ASIN is missing".to_owned()
        } else {
            "the number is missing".to_owned()
        }));
    }
    if trimmed.chars().count() > MAX_NUMBER {
        return Err(bad(format!("'{trimmed}' is longer than {MAX_NUMBER} characters")));
    }
    if !is_asin {
        return Ok(trimmed.to_owned());
    }
    if !trimmed.chars().all(|c| c.is_ascii_alphanumeric()) {
        return Err(bad(format!(
            "'{trimmed}' is no ASIN: it has letters and digits only, such as B07JPLG4BS"
        )));
    }
    Ok(trimmed.to_ascii_uppercase())
}

fn check_search(search: &str) -> Result<(), EngineError> {
    if search.chars().count() <= MAX_SEARCH {
        return Ok(());
    }
    Err(EngineError::new(
        Code::BadInput,
        format!("the search is longer than {MAX_SEARCH} characters: shorten it"),
    ))
}
