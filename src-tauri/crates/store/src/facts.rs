//! Everything that is so or not of an order, as one number: the column `facts` of `platform_orders`.
//!
//! SQLite computes the column (migrations/2_views.sql has the layout), the indexes hold it, and `fact_counts` counts
//! orders by it. So a term that asks for facts alone is answered without looking at a single order: it allows some of a
//! few hundred numbers and forbids the others.

use packlight_domain::query::{Channel, Compare, FeeState, Has, Is, Ship, Term, Test};
use packlight_domain::status::UiStatus;
use packlight_domain::text::fold;
use std::ops::Bound;

use crate::counts::status_of;
use crate::zones::Seller;

/// The facts of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Facts(pub(crate) i64);

/// Bits of the column that say yes or no.
pub(crate) mod bit {
    pub(crate) const UNMATCHED: i64 = 1 << 3;
    pub(crate) const CANCEL_REQUESTED: i64 = 1 << 4;
    pub(crate) const LEFT: i64 = 1 << 7;
    pub(crate) const NO_ASIN: i64 = 1 << 8;
    pub(crate) const LINKED: i64 = 1 << 9;
    pub(crate) const PRIME: i64 = 1 << 10;
    pub(crate) const BUSINESS: i64 = 1 << 11;
    pub(crate) const PART_SHIPPED: i64 = 1 << 12;
    pub(crate) const CONFIRMED: i64 = 1 << 13;
    pub(crate) const MISSING_ITEMS: i64 = 1 << 14;
    pub(crate) const GIFT: i64 = 1 << 15;
    pub(crate) const ASIN: i64 = 1 << 16;
    pub(crate) const NOTES: i64 = 1 << 17;
}

/// Units from which on facts no longer tell how many.
const MANY_UNITS: u32 = 7;

impl Facts {
    fn has(self, bit: i64) -> bool {
        self.0 & bit != 0
    }

    /// Number of the status in the store.
    pub(crate) fn status(self) -> i64 {
        self.0 & 7
    }

    /// Status, unmatched, cancel requested: the number by which the narrow indexes are divided.
    pub(crate) fn class(self) -> i64 {
        self.0 & 31
    }

    fn is_by(self, channel: Channel) -> bool {
        self.0 >> 5 & 3 == if channel == Channel::Afn { 1 } else { 2 }
    }

    /// Paid and shipped by the merchant: counted in blocks as `to_pick`.
    pub(crate) fn is_to_pick(self) -> bool {
        self.status() == UiStatus::Paid as i64 && self.is_by(Channel::Mfn)
    }

    pub(crate) fn is_unmatched(self) -> bool {
        self.has(bit::UNMATCHED)
    }

    pub(crate) fn is_cancel_requested(self) -> bool {
        self.has(bit::CANCEL_REQUESTED)
    }

    pub(crate) fn is_missing_items(self) -> bool {
        self.has(bit::MISSING_ITEMS)
    }

    pub(crate) fn is_no_asin(self) -> bool {
        self.has(bit::NO_ASIN)
    }

    /// Whether it is late once its ship time has passed: paid, with units left or lines unknown.
    fn can_be_late(self) -> bool {
        self.status() == UiStatus::Paid as i64 && self.has(bit::LEFT)
    }

    /// Decimals of the currency of its total: 2 unless the bits say otherwise.
    pub(crate) fn decimals(self) -> u32 {
        match self.0 >> 21 & 3 {
            1 => 0,
            2 => 3,
            _ => 2,
        }
    }

    /// Units ordered; `None` where there are so many that facts do not tell.
    fn units(self) -> Option<u32> {
        u32::try_from(self.0 >> 18 & 7).ok().filter(|units| *units < MANY_UNITS)
    }

    fn is(self, is: Is) -> Option<bool> {
        Some(match is {
            Is::Unmatched => self.has(bit::UNMATCHED),
            Is::NoAsin => self.has(bit::NO_ASIN),
            Is::Matched => !self.has(bit::UNMATCHED) && !self.has(bit::NO_ASIN),
            Is::Linked => self.has(bit::LINKED),
            Is::Late => return if self.can_be_late() { None } else { Some(false) },
            Is::Prime => self.has(bit::PRIME),
            Is::Business => self.has(bit::BUSINESS),
            Is::Fba => self.is_by(Channel::Afn),
            Is::Fbm => self.is_by(Channel::Mfn),
            Is::PartShipped => self.has(bit::PART_SHIPPED),
            Is::CancelRequested => self.has(bit::CANCEL_REQUESTED),
            Is::Confirmed => self.has(bit::CONFIRMED),
            Is::MissingItems => self.has(bit::MISSING_ITEMS),
        })
    }

    fn any_units(self, qty: &Compare<u32>) -> Option<bool> {
        if let Some(units) = self.units() {
            return Some(holds(units, qty));
        }
        // From here on up: all of them, none of them, or it depends.
        let (low, high) = qty.bounds();
        let reaches_up = high == Bound::Unbounded;
        let starts_low = match low {
            Bound::Unbounded => true,
            Bound::Included(low) => low <= MANY_UNITS,
            Bound::Excluded(low) => low < MANY_UNITS,
        };
        let ends_before = match high {
            Bound::Unbounded => false,
            Bound::Included(high) => high < MANY_UNITS,
            Bound::Excluded(high) => high <= MANY_UNITS,
        };
        match (reaches_up && starts_low, ends_before) {
            (true, _) => Some(true),
            (_, true) => Some(false),
            _ => None,
        }
    }
}

/// Whether a number satisfies a comparison.
fn holds(number: u32, compare: &Compare<u32>) -> bool {
    use std::ops::RangeBounds;
    compare.bounds().contains(&number)
}

/// One of several: yes if one says yes, no if all say no.
fn any<T>(values: &[T], each: impl Fn(&T) -> Option<bool>) -> Option<bool> {
    let mut all_no = true;
    for value in values {
        match each(value) {
            Some(true) => return Some(true),
            Some(false) => {}
            None => all_no = false,
        }
    }
    all_no.then_some(false)
}

/// Whether orders of these facts and this account satisfy a term; `None` where some may and others not.
pub(crate) fn verdict(term: &Term, facts: Facts, seller: &Seller) -> Option<bool> {
    let found = match &term.test {
        Test::Status(statuses) => Some(statuses.contains(&status_of(facts.status()))),
        Test::Is(own) => any(own, |is| facts.is(*is)),
        Test::Has(own) => any(own, |has| {
            Some(match has {
                Has::Gift => facts.has(bit::GIFT),
                Has::Asin => facts.has(bit::ASIN),
                Has::Notes => facts.has(bit::NOTES),
                Has::Fees => fee_state() != FeeState::None,
            })
        }),
        Test::Ship(own) => any(own, |ship| match ship {
            Ship::Overdue => facts.is(Is::Late),
            Ship::Days(_) => None,
        }),
        Test::Qty(own) => any(own, |qty| facts.any_units(qty)),
        Test::Fee(own) => Some(own.contains(&fee_state())),
        Test::Platform(own) => Some(own.contains(&seller.platform)),
        Test::Channel(own) => any(own, |channel| Some(facts.is_by(*channel))),
        Test::Account(own) => any(own, |label| Some(fold(label) == fold(&seller.label))),
        Test::Text(_)
        | Test::Date(_)
        | Test::Total(_)
        | Test::In(_)
        | Test::Sku(_)
        | Test::Asin(_)
        | Test::Set(_) => None,
    };
    found.map(|holds| holds != term.negated)
}

/// How far an order's fees are known: no fee of any order is kept yet, so none is.
fn fee_state() -> FeeState {
    FeeState::None
}

#[cfg(test)]
mod tests {
    use packlight_domain::account::{AccountId, Platform};
    use packlight_domain::query::Query;

    use super::*;

    fn asked(query: &str, facts: i64) -> Option<bool> {
        let seller = Seller { id: AccountId(1), label: "My Shop".into(), platform: Platform::Amazon };
        verdict(&Query::parse(query).unwrap().terms[0], Facts(facts), &seller)
    }

    #[test]
    fn facts_decide_or_say_that_it_depends() {
        let paid = 1 | 2 << 5 | bit::LEFT;
        assert_eq!(asked("status:paid", paid), Some(true));
        assert_eq!(asked("-status:paid,shipped", paid), Some(false));
        assert_eq!(asked("is:late", paid), None);
        assert_eq!(asked("is:late", 2 | bit::LEFT), Some(false));
        assert_eq!(asked("-is:late", 2), Some(true));
        assert_eq!(asked("is:late,fbm", paid), Some(true));
        assert_eq!(asked("is:matched", 0), Some(true));
        assert_eq!(asked("account:\"MY shop\"", 0), Some(true));
        assert_eq!(asked("fee:none", 0), Some(true));
        assert_eq!(asked("has:fees", 0), Some(false));
        assert_eq!(asked("date:today", 0), None);
    }

    #[test]
    fn units_are_known_up_to_six() {
        let units = |units: i64| units << 18;
        assert_eq!(asked("qty:2", units(2)), Some(true));
        assert_eq!(asked("qty:>2", units(2)), Some(false));
        assert_eq!(asked("qty:>=7", units(7)), Some(true));
        assert_eq!(asked("qty:>6", units(7)), Some(true));
        assert_eq!(asked("qty:>7", units(7)), None);
        assert_eq!(asked("qty:3..6", units(7)), Some(false));
        assert_eq!(asked("qty:<7", units(7)), Some(false));
        assert_eq!(asked("qty:<8", units(7)), None);
        assert_eq!(asked("qty:9", units(7)), None);
    }
}
