//! Which orders may be confirmed, and which units each of them takes along.
//!
//! An order is confirmed whole or left alone: a shelf gives nothing to an order that is then skipped. Each line takes the
//! units that it holds, then the oldest free ones of what it is mapped to; never more than were ordered.

use std::collections::{BTreeMap, VecDeque};

use super::SkipReason;
use crate::status::UiStatus;
use crate::stock::UnitId;

/// What a mapped line takes: a set as it compares, and the class of its condition.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Wanted {
    /// The set number as it compares ([`crate::matching::rules::comparable_set`]).
    pub set_match: String,
    /// Key of the class of conditions.
    pub condition_class: String,
}

/// Free units, the oldest first, by what they are.
#[derive(Debug, Clone, Default)]
pub struct Shelf(BTreeMap<Wanted, VecDeque<UnitId>>);

impl Shelf {
    /// Whether these units were laid out before.
    pub fn knows(&self, wanted: &Wanted) -> bool {
        self.0.contains_key(wanted)
    }

    /// Lays out the free units of one kind, the oldest first.
    pub fn lay_out(&mut self, wanted: Wanted, units: impl IntoIterator<Item = UnitId>) {
        self.0.insert(wanted, units.into_iter().collect());
    }

    fn free(&self, wanted: &Wanted) -> usize {
        self.0.get(wanted).map_or(0, VecDeque::len)
    }

    fn take(&mut self, wanted: &Wanted) -> Option<UnitId> {
        self.0.get_mut(wanted)?.pop_front()
    }
}

/// A line of an order that is to be confirmed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfirmLine {
    /// Its title, or what else names it.
    pub name: String,
    /// Units ordered.
    pub quantity: usize,
    /// Units it holds, first claimed first.
    pub linked: Vec<UnitId>,
    /// What it is mapped to; `None` for a line that is not mapped or cannot be.
    pub wanted: Option<Wanted>,
    /// The platform gave no number that it could be mapped by.
    pub no_asin: bool,
}

/// An order as the rules see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderToConfirm {
    /// The seller's status.
    pub status: UiStatus,
    /// It was confirmed before.
    pub confirmed: bool,
    /// The platform has not told its lines, or only those of an older state.
    pub missing_items: bool,
    /// Amazon ships it: its lines take a unit where one is found and need none.
    pub by_amazon: bool,
    /// The seller said that it is complete without stock.
    pub without_stock: bool,
    /// Its lines.
    pub lines: Vec<ConfirmLine>,
}

/// A unit that goes with an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Taken {
    /// Position of the line that takes it.
    pub line: usize,
    /// The unit.
    pub unit: UnitId,
    /// The line held it already.
    pub was_linked: bool,
}

/// What is to be done with an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// Confirm it.
    Confirm {
        /// Units that go with it, line by line.
        units: Vec<Taken>,
        /// Positions of lines that take fewer units than were ordered.
        short: Vec<usize>,
    },
    /// It was confirmed before.
    Already,
    /// Leave it alone.
    Skip {
        /// Why.
        reason: SkipReason,
        /// The reason in plain English, with the line that it is about.
        message: String,
    },
}

impl Decision {
    fn skip(reason: SkipReason) -> Self {
        Self::Skip { reason, message: reason.to_string() }
    }
}

/// Decides about one order and takes its units from the shelf.
///
/// The platform's cancellation wins over a confirmation, which wins over everything else.
pub fn decide(order: &OrderToConfirm, shelf: &mut Shelf) -> Decision {
    match order.status {
        UiStatus::Cancelled if order.confirmed => {
            return Decision::Skip {
                reason: SkipReason::Cancelled,
                message: "it was cancelled after it had been confirmed: undo that confirmation to put its units back"
                    .to_owned(),
            };
        }
        UiStatus::Cancelled => return Decision::skip(SkipReason::Cancelled),
        _ if order.confirmed => return Decision::Already,
        UiStatus::Pending => return Decision::skip(SkipReason::Pending),
        UiStatus::Completed => return Decision::skip(SkipReason::Completed),
        UiStatus::Other => return Decision::skip(SkipReason::UnknownStatus),
        UiStatus::Paid | UiStatus::Shipped => {}
    }
    if order.missing_items {
        return Decision::skip(SkipReason::MissingItems);
    }
    if let Some(message) = lacking(order, shelf) {
        return Decision::Skip { reason: SkipReason::NoUnit, message };
    }
    let (mut units, mut short) = (Vec::new(), Vec::new());
    for (position, line) in order.lines.iter().enumerate() {
        let own = line.linked.iter().map(|unit| (*unit, true));
        let found = std::iter::from_fn(|| shelf.take(line.wanted.as_ref()?));
        // Lazily: what the line does not take stays on the shelf.
        let taken: Vec<Taken> = own
            .chain(found.map(|unit| (unit, false)))
            .take(line.quantity.max(line.linked.len()))
            .map(|(unit, was_linked)| Taken { line: position, unit, was_linked })
            .collect();
        if taken.len() < line.quantity {
            short.push(position);
        }
        units.extend(taken);
    }
    Decision::Confirm { units, short }
}

/// What an order that needs a unit for every line lacks; several lines may want the same units.
fn lacking(order: &OrderToConfirm, shelf: &Shelf) -> Option<String> {
    if order.by_amazon || order.without_stock {
        return None;
    }
    let mut promised: BTreeMap<&Wanted, usize> = BTreeMap::new();
    for line in &order.lines {
        let open = line.quantity.saturating_sub(line.linked.len());
        if open == 0 {
            continue;
        }
        let name = &line.name;
        let Some(wanted) = &line.wanted else {
            return Some(if line.no_asin {
                format!("Amazon gave no ASIN for '{name}', so no unit can be found for it")
            } else {
                format!("'{name}' is not matched to a set, so no unit can be found for it")
            });
        };
        let promised = promised.entry(wanted).or_default();
        let free = shelf.free(wanted).saturating_sub(*promised);
        if free < open {
            return Some(match (line.quantity, line.linked.len() + free) {
                (1, _) => format!("no unit is in stock for '{name}'"),
                (_, 0) => format!("none of the {} units of '{name}' is in stock", line.quantity),
                (ordered, found) => format!("only {found} of {ordered} units of '{name}' are in stock"),
            });
        }
        *promised += open;
    }
    None
}

#[cfg(test)]
mod tests;
