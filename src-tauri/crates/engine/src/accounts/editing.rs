//! Changing an account that is there: its label, where it sells, and the time zones of its business days.
//!
//! Nothing that was read is touched. A marketplace that is added is read from the next run on, as a first run reads; one
//! that is taken away is read no more, its orders stay, and where it stood is remembered.

use packlight_domain::account::{AccountId, check_marketplaces};
use packlight_domain::marketplace;
use packlight_domain::text::fold;
use packlight_spapi::Participation;
use packlight_store::AccountMarketplace;
use serde::{Deserialize, Serialize};

use super::{AccountView, Standing, refuse_foreign, region_of};
use crate::desk::Engine;
use crate::error::{Code, EngineError};
use crate::events::CacheTag;

/// The longest label, in characters.
const LONGEST: usize = 60;

/// A marketplace of an account, and where its business days begin and end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct MarketplaceDays {
    /// Amazon's id.
    pub id: String,
    /// IANA name of the zone.
    pub zone: String,
}

/// A marketplace that an account shall have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct MarketplaceEdit {
    /// Amazon's id.
    pub id: String,
    /// IANA name of the zone of its business days; `None` for the one it has, or the usual one.
    pub zone: Option<String>,
}

/// What an account shall be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct AccountEdit {
    /// What the seller calls it.
    pub label: String,
    /// All its marketplaces.
    pub marketplaces: Vec<MarketplaceEdit>,
}

impl From<&AccountMarketplace> for MarketplaceDays {
    fn from(own: &AccountMarketplace) -> Self {
        Self { id: own.id.clone(), zone: own.zone.clone() }
    }
}

/// A label as it is kept.
pub(super) fn checked_label(label: &str) -> Result<&str, EngineError> {
    let label = label.trim();
    if label.is_empty() || label.chars().count() > LONGEST {
        let message = format!("the label must have 1 to {LONGEST} characters");
        return Err(EngineError::new(Code::BadInput, message).about("label"));
    }
    Ok(label)
}

impl Engine {
    /// Changes an account. Amazon is asked only where a marketplace is added.
    pub async fn edit_account(&self, id: AccountId, edit: AccountEdit) -> Result<AccountView, EngineError> {
        self.require_writer()?;
        let account = self.account(id, Standing::Connected).await?;
        let label = checked_label(&edit.label)?.to_owned();
        let others = self.0.store.accounts().await?;
        if others.iter().any(|other| other.id != id && fold(&other.label) == fold(&label)) {
            let message = format!("an account called '{label}' exists already: choose another label");
            return Err(EngineError::new(Code::BadInput, message).about("label"));
        }
        let wanted: Vec<String> = edit.marketplaces.iter().map(|wanted| wanted.id.clone()).collect();
        let ids = check_marketplaces(region_of(&account)?, &wanted)
            .map_err(|error| EngineError::new(Code::BadInput, error.to_string()).about("marketplaces"))?;
        let added: Vec<String> =
            ids.iter().filter(|id| account.marketplaces.iter().all(|own| own.id != **id)).cloned().collect();
        let participations = if added.is_empty() {
            Vec::new()
        } else {
            let connection = self.connection(&account).await?;
            let participations = connection.client.marketplace_participations(&self.errand()).await?;
            for id in &added {
                refuse_foreign(std::slice::from_ref(id), &participations)?;
            }
            participations
        };
        let mut marketplaces = Vec::with_capacity(ids.len());
        for id in &ids {
            let own = account.marketplaces.iter().find(|own| own.id == *id).cloned();
            let mut one = own.unwrap_or_else(|| account_marketplace(id, &participations));
            let wanted = edit.marketplaces.iter().find(|wanted| wanted.id == *id);
            if let Some(zone) = wanted.and_then(|wanted| wanted.zone.as_deref()) {
                one.zone = checked_zone(zone)?;
            }
            marketplaces.push(one);
        }
        self.0.store.edit_account(id, &label, &marketplaces).await?;
        self.0.board.update(id, |entry| entry.label.clone_from(&label));
        if !added.is_empty() {
            self.0.wake.send_replace(());
        }
        self.0.events.changed(&[CacheTag::Accounts, CacheTag::Sync, CacheTag::Orders, CacheTag::Counts]);
        Ok(self.account(id, Standing::Connected).await?.into())
    }
}

/// The zone as the table of zones spells it.
fn checked_zone(zone: &str) -> Result<String, EngineError> {
    zone.trim().parse::<chrono_tz::Tz>().map(|zone| zone.name().to_owned()).map_err(|_| {
        let message =
            format!("'{}' is no time zone: choose one from the list, such as Europe/London", zone.trim());
        EngineError::new(Code::BadInput, message).about("zone")
    })
}

/// A marketplace with its currency as Amazon states it now, else as the table has it, and its usual zone.
pub(super) fn account_marketplace(id: &str, participations: &[Participation]) -> AccountMarketplace {
    let known = marketplace::by_id(id);
    let stated =
        participations.iter().find(|one| one.id == id).and_then(|one| one.currency.as_deref()?.parse().ok());
    AccountMarketplace {
        id: id.to_owned(),
        currency: stated.or_else(|| known.map(marketplace::Marketplace::currency)),
        zone: known.map_or(chrono_tz::UTC, |known| known.zone).name().to_owned(),
    }
}
