//! `includedData` of Orders 2026-01-01: which parts of an order an answer shall carry.
//!
//! Only the four parts that Packlight keeps exist here, so that buyer, recipient, tax registration and payment cannot
//! be asked for (design decision 3).

use packlight_domain::order::{Group, Groups};

/// One part of an order that has to be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Included {
    /// Amounts.
    Proceeds = 1,
    /// Status, channel, ship-by window, units shipped.
    Fulfillment = 2,
    /// Who asked to cancel.
    Cancellation = 4,
    /// Parcels of merchant-fulfilled orders.
    Packages = 8,
}

impl Included {
    const ALL: [Self; 4] = [Self::Proceeds, Self::Fulfillment, Self::Cancellation, Self::Packages];

    /// Amazon's word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Proceeds => "PROCEEDS",
            Self::Fulfillment => "FULFILLMENT",
            Self::Cancellation => "CANCELLATION",
            Self::Packages => "PACKAGES",
        }
    }
}

/// A set of [`Included`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct IncludedData(u8);

impl IncludedData {
    /// All four parts.
    pub const ALL: Self = Self(0b1111);
    /// None: ids, dates, lines and titles only.
    pub const NONE: Self = Self(0);

    /// Whether `part` is in the set.
    pub const fn contains(self, part: Included) -> bool {
        self.0 & part as u8 != 0
    }

    /// The set without `part`.
    #[must_use]
    pub const fn without(self, part: Included) -> Self {
        Self(self.0 & !(part as u8))
    }

    /// What both sets have.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Whether nothing is asked for.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Amazon's words of its members, in a fixed order.
    pub fn names(self) -> Vec<&'static str> {
        Included::ALL.into_iter().filter(|part| self.contains(*part)).map(Included::name).collect()
    }

    /// The groups of an order that an answer to this carries.
    pub fn groups(self) -> Groups {
        let mut groups = Groups::NONE.with(Group::Header).with(Group::Items);
        for (part, brings) in [
            (Included::Proceeds, &[Group::Total, Group::Prices][..]),
            (Included::Fulfillment, &[Group::Fulfillment, Group::Shipped]),
            (Included::Cancellation, &[Group::Cancellation]),
            (Included::Packages, &[Group::Packages]),
        ] {
            if self.contains(part) {
                groups = brings.iter().fold(groups, |groups, group| groups.with(*group));
            }
        }
        groups
    }

    /// Whether `text` has the word of one of its members.
    pub(crate) fn is_named_in(self, text: &str) -> bool {
        self.names().into_iter().any(|name| names_word(text, name))
    }

    /// Smaller sets to try when Amazon refuses this one with the text `refusal`, most telling first: without the part
    /// that the text names, without each alone, then without more and more of them (reference: spapi.md F44).
    pub(crate) fn retreats(self, refusal: &str) -> Vec<Self> {
        // The part that matters least goes first.
        let order = [Included::Packages, Included::Cancellation, Included::Proceeds, Included::Fulfillment];
        let named = order.into_iter().filter(|part| names_word(refusal, part.name()));
        let mut tries: Vec<Self> = named.chain(order).map(|part| self.without(part)).collect();
        let mut rest = self;
        for part in order {
            rest = rest.without(part);
            tries.push(rest);
        }
        let mut distinct = Vec::new();
        for set in tries {
            if set != self && !distinct.contains(&set) {
                distinct.push(set);
            }
        }
        distinct
    }
}

/// Whether `text` has `word` standing alone, so that `FULFILLMENT_ORDERS` is not taken for `FULFILLMENT`.
fn names_word(text: &str, word: &str) -> bool {
    text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).any(|part| part == word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn retreats(refusal: &str) -> Vec<String> {
        IncludedData::ALL.retreats(refusal).iter().map(|set| set.names().join(",")).collect()
    }

    #[test]
    fn the_least_needed_goes_first_then_more_together() {
        assert_eq!(
            retreats("Invalid input"),
            [
                "PROCEEDS,FULFILLMENT,CANCELLATION",
                "PROCEEDS,FULFILLMENT,PACKAGES",
                "FULFILLMENT,CANCELLATION,PACKAGES",
                "PROCEEDS,CANCELLATION,PACKAGES",
                "PROCEEDS,FULFILLMENT",
                "FULFILLMENT",
                "",
            ]
        );
    }

    #[test]
    fn a_part_that_the_refusal_names_goes_before_all() {
        assert_eq!(retreats("includedData 'FULFILLMENT' is invalid")[0], "PROCEEDS,CANCELLATION,PACKAGES");
        assert_eq!(retreats("FULFILLMENT_ORDERS")[0], "PROCEEDS,FULFILLMENT,CANCELLATION");
    }

    #[test]
    fn nothing_is_left_to_try_without_parts() {
        assert!(IncludedData::NONE.retreats("").is_empty());
    }

    #[test]
    fn each_part_carries_its_groups() {
        let groups: Vec<_> = IncludedData::ALL.without(Included::Fulfillment).groups().iter().collect();
        assert_eq!(
            groups,
            [Group::Header, Group::Total, Group::Items, Group::Prices, Group::Cancellation, Group::Packages]
        );
        assert_eq!(IncludedData::NONE.groups().iter().count(), 2);
    }
}
