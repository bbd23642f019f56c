//! What a file tells of an order that is known already: one decision for the whole order.
//!
//! The state that stands is the one with the later date and, on the same day, the one further along; of two states that
//! stand equal, the one imported last. Nothing of an older state is taken and nothing of an outdated one stays, so that
//! quantities, prices and totals of two files never mix. A column that a file does not have says nothing: what is known
//! stays, as far as it still fits to what the file does say.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};

use super::{Layout, ORDER_FIELDS};
use crate::instant::{from_millis, to_millis};
use crate::money::Money;
use crate::order::{Group, Item, Line, OrderUpdate, Shipped};

/// How far along an order is stands in the milliseconds of its last update: files tell no more than seconds.
const SECOND: i64 = 1_000;

/// The latest date of an order, to the second, with how far along it is.
pub(super) fn standing(latest: DateTime<Utc>, progress: TimeDelta) -> DateTime<Utc> {
    let millis = to_millis(latest);
    from_millis(millis - millis.rem_euclid(SECOND)) + progress
}

/// The fields that a file has columns for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told(BTreeSet<&'static str>);

impl Told {
    /// What a file of this layout tells.
    pub fn by(layout: &Layout) -> Self {
        Self(ORDER_FIELDS.iter().map(|field| field.name).filter(|name| layout.has(name)).collect())
    }

    /// Every field.
    pub fn all() -> Self {
        Self(ORDER_FIELDS.iter().map(|field| field.name).collect())
    }

    fn has(&self, field: &str) -> bool {
        self.0.contains(field)
    }

    /// The whole order as it is known after `update`; `None` where `known` is a later state, so that all of it stays.
    pub fn upon(&self, known: &OrderUpdate, mut update: OrderUpdate) -> Option<OrderUpdate> {
        let keeps_stage = self.keeps_stage(known, &update);
        if keeps_stage {
            update.last_update = standing(update.last_update, TimeDelta::milliseconds(progress(known)));
        }
        if update.last_update < known.last_update {
            return None;
        }
        if keeps_stage {
            update.fulfillment.status.clone_from(&known.fulfillment.status);
            update.packages.clone_from(&known.packages);
        }
        if !self.has("ship_by") {
            update.fulfillment.ship_by = known.fulfillment.ship_by;
        }
        let whole_shipped = known.fulfillment.status.as_deref() == Some("SHIPPED");
        let pairs = self.pair(&known.lines, &mut update.lines);
        for (line, old) in update.lines.iter_mut().zip(pairs) {
            let left = !keeps_stage && line.shipped.quantity.is_some_and(|units| units > 0);
            if let Some(old) = old {
                self.keep(old, line);
            }
            let ordered = line.item.quantity;
            let quantity = match old.filter(|_| keeps_stage) {
                Some(old) => shipped_of(old, ordered),
                None if left || (keeps_stage && whole_shipped) => ordered,
                None => 0,
            };
            line.shipped = Shipped { quantity: Some(quantity), is_gift: line.shipped.is_gift };
        }
        if !self.has("total") {
            update.total = known.total.filter(|_| goods(known) == goods(&update));
        }
        update.carried = Group::ALL.into_iter().collect();
        Some(update)
    }

    /// Whether the file does not tell where the order stands. Payments alone bring it forward, never back.
    fn keeps_stage(&self, known: &OrderUpdate, update: &OrderUpdate) -> bool {
        let tells_all = self.has("status") || self.has("shipped_date");
        !tells_all && (!self.has("paid_date") || progress(known) >= progress(update))
    }

    /// The known line that each line of the file is. Ids that the file does not give are made of what a line holds, so
    /// there the item says which line it is: its number, else its SKU, else its title.
    fn pair<'a>(&self, known: &'a [Line], lines: &mut [Line]) -> Vec<Option<&'a Line>> {
        if self.has("order_item_id") {
            let same = |line: &Line| known.iter().find(|old| old.order_item_id == line.order_item_id);
            return lines.iter().map(same).collect();
        }
        let mut free: Vec<&Line> = known.iter().collect();
        let mut take = |fits: &dyn Fn(&Line) -> bool| {
            free.iter().position(|old| fits(old)).map(|place| free.remove(place))
        };
        let mut pairs: Vec<Option<&Line>> = lines
            .iter()
            .map(|line| {
                take(&|old| old.order_item_id == line.order_item_id && same_item(&old.item, &line.item))
            })
            .collect();
        for (pair, line) in pairs.iter_mut().zip(&*lines) {
            if pair.is_none() {
                *pair = take(&|old| same_item(&old.item, &line.item));
            }
        }
        let mut ids: BTreeSet<String> = pairs.iter().flatten().map(|old| old.order_item_id.clone()).collect();
        for (pair, line) in pairs.iter().zip(lines) {
            match pair {
                Some(old) => line.order_item_id.clone_from(&old.order_item_id),
                None => line.order_item_id = free_id(&line.order_item_id, &mut ids),
            }
        }
        pairs
    }

    /// Keeps what is known of a line and not told of it.
    fn keep(&self, old: &Line, line: &mut Line) {
        let own = &mut line.item;
        for (field, own, old) in [
            ("item_number", &mut own.asin, &old.item.asin),
            ("sku", &mut own.seller_sku, &old.item.seller_sku),
            ("title", &mut own.title, &old.item.title),
            ("condition", &mut own.condition, &old.item.condition),
        ] {
            if !self.has(field) {
                own.clone_from(old);
            }
        }
        if !self.has("quantity") {
            own.quantity = old.item.quantity;
        }
        if !self.has("unit_price") {
            own.unit_price = old.item.unit_price;
        }
        if !self.has("shipping") {
            line.prices.shipping = old.prices.shipping;
        }
        if !self.has("quantity") || !self.has("unit_price") {
            let as_before = (own.quantity, own.unit_price) == (old.item.quantity, old.item.unit_price);
            line.prices.item = if as_before { old.prices.item } else { times(own.unit_price, own.quantity) };
        }
    }
}

/// How far along an order of a file is.
fn progress(order: &OrderUpdate) -> i64 {
    to_millis(order.last_update).rem_euclid(SECOND)
}

/// Price times quantity, where it fits.
pub(super) fn times(price: Option<Money>, quantity: i64) -> Option<Money> {
    let price = price?;
    Some(Money { minor: price.minor.checked_mul(quantity)?, currency: price.currency })
}

/// Units of a line that have left, now that `ordered` are ordered: what was shipped whole still is.
fn shipped_of(old: &Line, ordered: i64) -> i64 {
    let units = old.shipped.quantity.unwrap_or(0);
    if units > 0 && units >= old.item.quantity { ordered } else { units.min(ordered) }
}

/// Whether two lines are of the same item, by the first thing that both of them tell.
fn same_item(old: &Item, new: &Item) -> bool {
    let tellings = [(&old.asin, &new.asin), (&old.seller_sku, &new.seller_sku), (&old.title, &new.title)];
    tellings.into_iter().find_map(|(old, new)| Some(old.as_ref()? == new.as_ref()?)).unwrap_or(false)
}

/// `id`, or with a number behind it where a line has it already.
fn free_id(id: &str, ids: &mut BTreeSet<String>) -> String {
    let numbered = (2..).map(|number| format!("{id} ({number})"));
    let own = std::iter::once(id.to_owned()).chain(numbered).find(|id| !ids.contains(id));
    let own = own.unwrap_or_else(|| id.to_owned());
    ids.insert(own.clone());
    own
}

/// What a total is made of: lines, how many of each and for how much.
fn goods<'a>(order: &'a OrderUpdate) -> BTreeSet<(&'a str, i64, Option<Money>, Option<Money>)> {
    let of_line =
        |line: &'a Line| (&*line.order_item_id, line.item.quantity, line.prices.item, line.prices.shipping);
    order.lines.iter().map(of_line).collect()
}

#[cfg(test)]
mod tests;
