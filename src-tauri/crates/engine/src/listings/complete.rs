//! What a listing tells of the units on the shelf: SKU and ASIN where the seller left them out, and the price of today.
//!
//! A unit belongs to the listing of its SKU; without a SKU, to the one listing of its ASIN in its condition. Invariant: what
//! the seller typed is never replaced but for the listing price, and never by an amount of another currency.

use std::collections::{BTreeSet, HashMap};

use packlight_domain::currency::Currency;
use packlight_domain::matching::rules::ConditionClass;
use packlight_domain::money::{Amount, Money};
use packlight_domain::stock::{Unit, UnitFields, UnitStatus};
use packlight_domain::text::fold;
use packlight_store::StoredListing;

/// The listings, to be looked up.
pub(super) struct Shelf {
    listings: Vec<StoredListing>,
    by_sku: HashMap<String, Vec<usize>>,
    by_asin: HashMap<String, Vec<usize>>,
    home: Currency,
}

impl Shelf {
    pub(super) fn new(listings: Vec<StoredListing>, home: Currency) -> Self {
        let (mut by_sku, mut by_asin) = (HashMap::<_, Vec<_>>::new(), HashMap::<_, Vec<_>>::new());
        for (at, listing) in listings.iter().enumerate() {
            by_sku.entry(fold(&listing.row.sku)).or_default().push(at);
            if let Some(asin) = &listing.row.asin {
                by_asin.entry(fold(asin)).or_default().push(at);
            }
        }
        Self { listings, by_sku, by_asin, home }
    }

    /// The unit with what its listing adds; `None` where that is nothing.
    pub(super) fn completed(&self, unit: &Unit) -> Option<UnitFields> {
        if unit.status == UnitStatus::Sold {
            return None;
        }
        let own = self.of(unit)?;
        let before = fields(unit);
        let mut after = before.clone();
        let first = own.first()?;
        after.sku.get_or_insert_with(|| first.row.sku.clone());
        if after.asin.is_none() {
            after.asin = own.iter().find_map(|listing| listing.row.asin.clone());
        }
        if after.name.is_empty()
            && let Some(title) = own.iter().find_map(|listing| listing.row.title.clone())
        {
            after.name = title;
        }
        if let Some(price) = self.price(&own, &before) {
            after.listing_price_minor = Some(price.minor);
            after.currency = Some(price.currency);
        }
        (after != before).then_some(after)
    }

    /// The listings of a unit: all of one SKU, one for each marketplace.
    fn of(&self, unit: &Unit) -> Option<Vec<&StoredListing>> {
        let found = |index: &HashMap<String, Vec<usize>>, key: &str| -> Vec<&StoredListing> {
            let places = index.get(&fold(key)).map(Vec::as_slice).unwrap_or_default();
            places.iter().filter_map(|at| self.listings.get(*at)).collect()
        };
        let own = match (&unit.sku, &unit.asin) {
            (Some(sku), _) => found(&self.by_sku, sku),
            (None, Some(asin)) => {
                let class = ConditionClass::of(&unit.condition);
                let mut same = found(&self.by_asin, asin);
                same.retain(|listing| {
                    listing.row.condition.as_deref().is_some_and(|own| ConditionClass::of(own) == class)
                });
                let skus: BTreeSet<String> = same.iter().map(|listing| fold(&listing.row.sku)).collect();
                if skus.len() == 1 { same } else { Vec::new() }
            }
            (None, None) => Vec::new(),
        };
        (!own.is_empty()).then_some(own)
    }

    /// The price in the currency that the unit's cost is in; where nothing binds it, in the home currency if there is one.
    fn price(&self, own: &[&StoredListing], unit: &UnitFields) -> Option<Money> {
        let mut prices: Vec<Money> = own.iter().filter_map(|listing| listing.row.price).collect();
        match unit.currency {
            Some(bound) if unit.cost_minor.is_some() => prices.retain(|price| price.currency == bound),
            Some(usual) => prices.sort_by_key(|price| price.currency != usual),
            None => prices.sort_by_key(|price| price.currency != self.home),
        }
        prices.first().copied()
    }
}

/// What the seller typed of a unit.
fn fields(unit: &Unit) -> UnitFields {
    let minor = |amount: &Option<Amount>| {
        let amount = amount.as_ref()?;
        Money::parse(&amount.amount, amount.currency).ok().map(|money| money.minor)
    };
    UnitFields {
        set_number: unit.set_number.clone(),
        name: unit.name.clone(),
        condition: unit.condition.clone(),
        cost_minor: minor(&unit.cost),
        listing_price_minor: minor(&unit.listing_price),
        currency: unit.cost.as_ref().or(unit.listing_price.as_ref()).map(|amount| amount.currency),
        purchase_date: unit.purchase_date,
        storage_location: unit.storage_location.clone(),
        sku: unit.sku.clone(),
        asin: unit.asin.clone(),
        notes: unit.notes.clone(),
    }
}

#[cfg(test)]
mod tests {
    use packlight_domain::account::AccountId;
    use packlight_domain::offer::ListingRow;
    use packlight_domain::stock::UnitId;

    use super::*;

    fn listing(sku: &str, asin: &str, condition: &str, minor: i64, currency: Currency) -> StoredListing {
        StoredListing {
            account: AccountId(1),
            marketplace_id: "M".into(),
            row: ListingRow {
                sku: sku.into(),
                asin: Some(asin.into()),
                title: Some("LEGO Falcon".into()),
                price: Some(Money { minor, currency }),
                condition: Some(condition.into()),
                ..ListingRow::default()
            },
            seen_at: chrono::DateTime::UNIX_EPOCH,
        }
    }

    fn unit(sku: Option<&str>, asin: Option<&str>, condition: &str) -> Unit {
        Unit {
            id: UnitId(1),
            set_number: "75257".into(),
            name: "Falcon".into(),
            condition: condition.into(),
            cost: Some(Money { minor: 5_000, currency: Currency::GBP }.into()),
            listing_price: None,
            purchase_date: None,
            storage_location: None,
            previous_location: None,
            sku: sku.map(Into::into),
            asin: asin.map(Into::into),
            notes: None,
            status: UnitStatus::InStock,
            claim: None,
        }
    }

    fn shelf() -> Shelf {
        let listings = vec![
            listing("F-EU", "B000000001", "New", 17_900, Currency::EUR),
            listing("F-N", "B000000001", "New", 17_000, Currency::EUR),
            listing("F-N", "B000000001", "New", 14_999, Currency::GBP),
            listing("F-U", "B000000001", "Used - Good", 9_900, Currency::GBP),
        ];
        Shelf::new(listings, Currency::GBP)
    }

    #[test]
    fn a_unit_is_completed_by_its_sku() {
        let done = shelf().completed(&unit(Some("f-n"), None, "New Sealed")).unwrap();
        assert_eq!(done.asin.as_deref(), Some("B000000001"));
        assert_eq!((done.listing_price_minor, done.currency), (Some(14_999), Some(Currency::GBP)));
        assert_eq!(
            (done.sku.as_deref(), done.name.as_str()),
            (Some("f-n"), "Falcon"),
            "as the seller typed it"
        );
        let mut same = unit(Some("F-N"), Some("B000000001"), "New Sealed");
        same.listing_price = Some(Money { minor: 14_999, currency: Currency::GBP }.into());
        assert_eq!(shelf().completed(&same), None);
    }

    #[test]
    fn without_a_sku_only_a_single_listing_in_its_condition_counts() {
        let used = shelf().completed(&unit(None, Some("b000000001"), "used")).unwrap();
        assert_eq!((used.sku.as_deref(), used.listing_price_minor), (Some("F-U"), Some(9_900)));
        assert_eq!(shelf().completed(&unit(None, Some("B000000001"), "New")), None, "two SKUs of it are new");
        assert_eq!(shelf().completed(&unit(None, None, "New")), None);
        assert_eq!(shelf().completed(&unit(Some("other"), Some("B000000001"), "used")), None);
    }

    #[test]
    fn no_price_of_another_currency_stands_beside_a_cost() {
        let done = shelf().completed(&unit(Some("F-EU"), None, "New")).unwrap();
        assert_eq!((done.listing_price_minor, done.currency), (None, Some(Currency::GBP)));
        let mut free = unit(Some("F-EU"), None, "New");
        free.cost = None;
        let done = shelf().completed(&free).unwrap();
        assert_eq!((done.listing_price_minor, done.currency), (Some(17_900), Some(Currency::EUR)));
    }

    #[test]
    fn a_sold_unit_stays_as_it_was() {
        let mut sold = unit(Some("F-N"), None, "New");
        sold.status = UnitStatus::Sold;
        assert_eq!(shelf().completed(&sold), None);
    }
}
