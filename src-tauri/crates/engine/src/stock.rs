//! Units in stock: reading them, and what the seller does to them; every change can be undone.

use packlight_domain::act::BatchId;
use packlight_domain::currency::Currency;
use packlight_domain::listing::MAX_PAGE;
use packlight_domain::stock::query::StockQuery;
use packlight_domain::stock::{
    FieldError, LocationCount, MoveCount, StockCounts, Unit, UnitDraft, UnitId, UnitListRequest, UnitPage,
    UnitSelection, UnitsChanged, draft,
};
use packlight_store::Units;

use crate::desk::Engine;
use crate::error::{Code, EngineError};
use crate::events::CacheTag;

/// The most units that one draft makes.
pub const MAX_QUANTITY: u32 = 1_000;
/// The most ids that one selection names; more are chosen by a query.
pub const MAX_IDS: usize = 100_000;

impl Engine {
    /// A page of the stock.
    pub async fn list_units(&self, request: &UnitListRequest) -> Result<UnitPage, EngineError> {
        let query = parse(&request.query)?;
        check_limit(request.limit)?;
        Ok(self.0.store.list_units(&query, request).await?)
    }

    /// Every unit that matches, oldest first.
    pub async fn units(&self, query: &str) -> Result<Vec<Unit>, EngineError> {
        Ok(self.0.store.units(&parse(query)?).await?)
    }

    /// One unit.
    pub async fn unit(&self, id: UnitId) -> Result<Unit, EngineError> {
        self.0.store.unit(id).await?.ok_or_else(|| no_unit(id))
    }

    /// What the stock's cards show.
    pub async fn stock_counts(&self) -> Result<StockCounts, EngineError> {
        Ok(self.0.store.stock_counts().await?)
    }

    /// Storage locations of unsold units, in natural order.
    pub async fn locations(&self) -> Result<Vec<LocationCount>, EngineError> {
        Ok(self.0.store.locations().await?)
    }

    /// Adds `quantity` equal units.
    pub async fn add_units(&self, draft: &UnitDraft, quantity: u32) -> Result<UnitsChanged, EngineError> {
        self.require_writer()?;
        if quantity == 0 || quantity > MAX_QUANTITY {
            let message = format!("quantity {quantity} is not between 1 and {MAX_QUANTITY}");
            return Err(EngineError::new(Code::BadInput, message).about("quantity"));
        }
        let fields = draft.check(self.home_currency().await?).map_err(|errors| wrong_fields(&errors))?;
        let what = if quantity == 1 { "1 unit".to_owned() } else { format!("{quantity} units") };
        let summary = format!("Added {what} of {}", fields.set_number);
        let units = vec![fields; quantity as usize];
        let (ids, batch) = self.0.store.add_units(units, &summary, (self.0.clock)()).await?;
        self.0.events.changed(&[CacheTag::Inventory, CacheTag::Mappings]);
        Ok(UnitsChanged { batch, units: u32::try_from(ids.len()).unwrap_or(u32::MAX), skipped: 0 })
    }

    /// Adds one unit for each draft, as one act that is told as `summary`.
    pub async fn add_all_units(
        &self,
        drafts: &[UnitDraft],
        summary: &str,
    ) -> Result<UnitsChanged, EngineError> {
        self.require_writer()?;
        let home = self.home_currency().await?;
        let units: Result<Vec<_>, _> =
            drafts.iter().map(|draft| draft.check(home).map_err(|errors| wrong_fields(&errors))).collect();
        let (ids, batch) = self.0.store.add_units(units?, summary, (self.0.clock)()).await?;
        self.0.events.changed(&[CacheTag::Inventory, CacheTag::Mappings]);
        Ok(UnitsChanged { batch, units: u32::try_from(ids.len()).unwrap_or(u32::MAX), skipped: 0 })
    }

    /// Gives a unit new fields.
    pub async fn edit_unit(&self, id: UnitId, draft: &UnitDraft) -> Result<UnitsChanged, EngineError> {
        self.require_writer()?;
        let fields = draft.check(self.home_currency().await?).map_err(|errors| wrong_fields(&errors))?;
        self.unit(id).await?;
        let summary = format!("Edited unit {} ({})", id.0, fields.set_number);
        let changed = self.0.store.edit_units(vec![(id, fields)], &summary, (self.0.clock)()).await?;
        self.stock_changed(&changed);
        Ok(changed)
    }

    /// Puts units in another place; an empty one or `None` takes their place away.
    pub async fn move_units(
        &self,
        units: &UnitSelection,
        location: Option<String>,
    ) -> Result<UnitsChanged, EngineError> {
        self.require_writer()?;
        let location =
            draft::location(location.as_deref().unwrap_or("")).map_err(|error| wrong_fields(&[error]))?;
        let units = selection(units)?;
        let changed = self.0.store.move_units(&units, location, (self.0.clock)()).await?;
        self.stock_changed(&changed);
        Ok(changed)
    }

    /// How many of these units can move, and how many are sold and stay; nothing changes.
    pub async fn count_move(&self, units: &UnitSelection) -> Result<MoveCount, EngineError> {
        Ok(self.0.store.count_move(&selection(units)?).await?)
    }

    /// Deletes free units; those that an order holds or that are sold stay, and are counted as skipped.
    pub async fn delete_units(&self, units: &UnitSelection) -> Result<UnitsChanged, EngineError> {
        self.require_writer()?;
        let units = selection(units)?;
        let changed = self.0.store.delete_units(&units, (self.0.clock)()).await?;
        self.stock_changed(&changed);
        Ok(changed)
    }

    /// The currency of amounts that are typed without one.
    pub async fn home_currency(&self) -> Result<Currency, EngineError> {
        Ok(self.0.store.home_currency().await?)
    }

    /// Chooses the home currency; amounts that are kept already stay as they are. `None` where it is so already.
    pub async fn set_home_currency(&self, currency: Currency) -> Result<Option<BatchId>, EngineError> {
        self.require_writer()?;
        let batch = self.0.store.set_home_currency(currency, (self.0.clock)()).await?;
        self.0.events.changed(&[CacheTag::Settings]);
        Ok(batch)
    }

    fn stock_changed(&self, changed: &UnitsChanged) {
        if changed.batch.is_some() {
            // A line's popover shows its units, and a mapping counts the free ones.
            let tags = [CacheTag::Inventory, CacheTag::Mappings, CacheTag::Orders];
            self.0.events.changed(&tags);
        }
    }
}

fn parse(query: &str) -> Result<StockQuery, EngineError> {
    StockQuery::parse(query)
        .map_err(|error| EngineError::new(Code::BadQuery, error.to_string()).about(error.word))
}

/// A selection with its query parsed.
pub(crate) fn selection(units: &UnitSelection) -> Result<Units, EngineError> {
    Ok(match units {
        UnitSelection::Ids(ids) => {
            check_ids(ids.len())?;
            Units::Ids(ids.clone())
        }
        UnitSelection::Matching { query, except } => {
            check_ids(except.len())?;
            Units::Matching { query: parse(query)?, except: except.clone() }
        }
    })
}

pub(crate) fn check_ids(number: usize) -> Result<(), EngineError> {
    if number <= MAX_IDS {
        return Ok(());
    }
    let message =
        format!("{number} ids are more than the {MAX_IDS} that one selection may name: use a query");
    Err(EngineError::new(Code::BadInput, message))
}

pub(crate) fn check_limit(limit: u32) -> Result<(), EngineError> {
    if limit == 0 || limit > MAX_PAGE {
        let message = format!("limit {limit} is not between 1 and {MAX_PAGE}");
        return Err(EngineError::new(Code::BadInput, message));
    }
    Ok(())
}

/// Wrong fields as one failure that names all of them and points at the first.
pub(crate) fn wrong_fields(errors: &[FieldError]) -> EngineError {
    let messages: Vec<String> = errors.iter().map(|error| error.message.clone()).collect();
    let failure = EngineError::new(Code::BadInput, messages.join("; "));
    match errors.first() {
        Some(first) => failure.about(first.field),
        None => failure,
    }
}

fn no_unit(id: UnitId) -> EngineError {
    EngineError::new(Code::NotFound, format!("there is no unit {} in stock: read the list again", id.0))
}
