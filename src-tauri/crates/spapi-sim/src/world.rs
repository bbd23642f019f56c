//! The world behind the API: every order of the seller at every instant.
//!
//! Invariant: what is read depends on seller, instant and the hand's moves only, never on what was read before.
//! An order touched by hand follows the hand alone from that moment on.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use thiserror::Error;

use crate::draw::mix;
use crate::life::{Lives, line_id, order_id};
use crate::marketplace::Marketplace;
use crate::order::{CancelledBy, Channel, Event, Kind, Line, Millis, Order, Script, Standing, Status};
use crate::seller::Seller;
use crate::truth::{TruthLine, truth_lines};

/// Hand-placed orders have indexes from here on, beyond all automatic ones.
const BY_HAND: u64 = 1 << 40;

/// Amazon keeps orders for two years (reference: spapi.md §4.2 rule 10).
const TWO_YEARS: Millis = 730 * 24 * 3600 * 1000;
/// 2016-01-01, from which on some stores keep everything.
const YEAR_2016: Millis = 1_451_606_400_000;

/// A move by hand that cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum WorldError {
    /// No order has this id at that instant.
    #[error("no order {0} exists at that instant")]
    UnknownOrder(String),
    /// The store of a draft is not one of the seller's.
    #[error("the seller does not sell in {0}")]
    UnknownMarketplace(String),
    /// More units would be shipped than are left, or a line is named that does not exist.
    #[error("line {line} of order {order} has fewer than {quantity} units left to ship")]
    NotLeft {
        /// Amazon's order id.
        order: String,
        /// Position of the line, from 0.
        line: usize,
        /// Units asked for.
        quantity: u32,
    },
}

/// An order to be placed by hand.
#[derive(Debug, Clone)]
pub struct Draft {
    /// Marketplace id; the seller's first where `None`.
    pub marketplace: Option<String>,
    /// Who ships it.
    pub channel: Channel,
    /// What kind of order it is.
    pub kind: Kind,
    /// Prime, for merchant-fulfilled orders.
    pub prime: bool,
    /// Bought by a business customer.
    pub business: bool,
    /// Amazon sets the quantities to 0 if the order is cancelled.
    pub zero_when_cancelled: bool,
    /// The lines, at least one.
    pub lines: Vec<DraftLine>,
}

/// One line of a [`Draft`].
#[derive(Debug, Clone)]
pub struct DraftLine {
    /// ASIN, where Amazon gives one.
    pub asin: Option<String>,
    /// The seller's SKU.
    pub sku: String,
    /// Title, any text.
    pub title: String,
    /// Units ordered.
    pub quantity: u32,
    /// Price of one unit in minor units of the store's currency.
    pub unit_minor: i64,
}

impl DraftLine {
    /// A line with an ASIN and a SKU made from it.
    pub fn new(asin: &str, title: &str, quantity: u32, unit_minor: i64) -> Self {
        Self {
            asin: Some(asin.to_owned()),
            sku: format!("{asin}-SKU"),
            title: title.to_owned(),
            quantity,
            unit_minor,
        }
    }
}

impl Draft {
    /// A plain merchant-fulfilled order of these lines.
    pub fn of(lines: impl IntoIterator<Item = DraftLine>) -> Self {
        Self {
            marketplace: None,
            channel: Channel::Merchant,
            kind: Kind::Standard,
            prime: false,
            business: false,
            zero_when_cancelled: false,
            lines: lines.into_iter().collect(),
        }
    }
}

/// Which orders a search wants.
#[derive(Debug, Clone)]
pub(crate) struct Filter {
    pub(crate) by: DateFamily,
    /// Inclusive.
    pub(crate) after: Millis,
    /// Inclusive.
    pub(crate) before: Millis,
    /// Every store where empty.
    pub(crate) marketplaces: Vec<String>,
    /// Every status where empty.
    pub(crate) statuses: Vec<Status>,
    /// Every channel where empty.
    pub(crate) channels: Vec<Channel>,
    /// Instants are compared as the API prints them: cut to this many milliseconds.
    pub(crate) grain: Millis,
}

/// The instant that a search goes by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DateFamily {
    Created,
    Updated,
}

/// Every order of one seller.
#[derive(Debug)]
pub struct World {
    lives: Lives,
    /// Last event of each historical order: whatever lies before a search's start needs no further look.
    ends: Vec<Millis>,
    /// Hand-placed orders.
    hand_placed: BTreeMap<u64, Order>,
    /// Scripts of all orders touched by hand.
    hand_scripts: HashMap<u64, Script>,
    /// From here on nothing happens by itself.
    frozen_from: Option<Millis>,
}

impl World {
    /// The seller's world. Takes about a microsecond per historical order.
    pub fn new(seller: Seller) -> Self {
        let lives = Lives::new(seller);
        let ends = (0..lives.seller().history_orders)
            .map(|index| lives.script(index).last().map_or(Millis::MIN, |(when, _)| *when))
            .collect();
        let frozen_from = lives.frozen_from();
        Self { lives, ends, hand_placed: BTreeMap::new(), hand_scripts: HashMap::new(), frozen_from }
    }

    /// From `at` on nothing happens by itself: no new orders, no payment, no delivery. Moves by hand still count.
    pub fn freeze(&mut self, at: DateTime<Utc>) {
        self.frozen_from = Some(at.timestamp_millis());
    }

    /// Stores in which the seller sells.
    pub fn marketplaces(&self) -> &[&'static Marketplace] {
        self.lives.stores()
    }

    /// Ids of the orders that Amazon would show at `at`, in the order of their placing; only those of `status`, if given.
    pub fn order_ids(&self, at: DateTime<Utc>, status: Option<Status>) -> Vec<String> {
        let at = at.timestamp_millis();
        self.indexes(at)
            .filter(|index| self.visible(*index, at))
            .filter_map(|index| Some((self.order(index)?, self.standing(index, at)?)))
            .filter(|(_, standing)| status.is_none_or(|status| standing.status == status))
            .map(|(order, _)| order.id)
            .collect()
    }

    /// Status of an order at `at`.
    pub fn status(&self, order_id: &str, at: DateTime<Utc>) -> Option<Status> {
        self.find(order_id, at.timestamp_millis()).map(|(_, standing)| standing.status)
    }

    /// What the view `amazon_orders` must show once everything up to `at` has been fetched: one row per order line, in
    /// no particular order. Computed from the world, not from any answer.
    pub fn truth(&self, at: DateTime<Utc>) -> Vec<TruthLine> {
        let at = at.timestamp_millis();
        self.indexes(at)
            .filter(|index| self.visible(*index, at))
            .filter_map(|index| Some((self.order(index)?, self.standing(index, at)?)))
            .flat_map(|(order, standing)| truth_lines(&order, &standing))
            .collect()
    }

    /// Places an order by hand at `at` and returns its id. It stays as it is until the hand moves it on.
    pub fn place(&mut self, at: DateTime<Utc>, draft: Draft) -> Result<String, WorldError> {
        let marketplace = match &draft.marketplace {
            None => self.lives.stores().first().copied(),
            Some(id) => self.lives.stores().iter().copied().find(|store| store.id == id),
        };
        let marketplace = marketplace
            .ok_or_else(|| WorldError::UnknownMarketplace(draft.marketplace.clone().unwrap_or_default()))?;
        let placed = at.timestamp_millis();
        let index = BY_HAND + self.hand_placed.len() as u64;
        let number = self.lives.number(index);
        let lines = (0_u32..).zip(draft.lines).map(|(line, draft)| hand_line(number, line, draft)).collect();
        let order = Order {
            id: order_id(marketplace.order_prefix, number),
            marketplace,
            placed,
            channel: draft.channel,
            kind: draft.kind,
            prime: draft.prime,
            business: draft.business,
            ship_by: placed + 2 * 24 * 3600 * 1000,
            replaces: None,
            seller_order_id: None,
            zero_when_cancelled: draft.zero_when_cancelled,
            lines,
        };
        let id = order.id.clone();
        self.hand_placed.insert(index, order);
        self.hand_scripts.insert(index, vec![(placed, Event::Placed)]);
        Ok(id)
    }

    /// The buyer's payment is authorised at `at`.
    pub fn pay(&mut self, order_id: &str, at: DateTime<Utc>) -> Result<(), WorldError> {
        self.happen(order_id, at, |_, _| Ok(Event::Paid))
    }

    /// The buyer asks at `at` for the order to be cancelled.
    pub fn request_cancel(&mut self, order_id: &str, at: DateTime<Utc>) -> Result<(), WorldError> {
        self.happen(order_id, at, |_, _| Ok(Event::CancelRequested))
    }

    /// The order is cancelled at `at`.
    pub fn cancel(&mut self, order_id: &str, at: DateTime<Utc>, by: CancelledBy) -> Result<(), WorldError> {
        self.happen(order_id, at, |_, _| Ok(Event::Cancelled(by)))
    }

    /// All units that are left are shipped at `at`.
    pub fn ship(&mut self, order_id: &str, at: DateTime<Utc>) -> Result<(), WorldError> {
        self.happen(order_id, at, |order, standing| {
            let left = |(line, fact): (usize, &Line)| fact.quantity.saturating_sub(standing.shipped(line));
            Ok(Event::Shipped(order.lines.iter().enumerate().map(left).collect()))
        })
    }

    /// `quantity` units of line `line` (from 0) are shipped at `at`.
    pub fn ship_part(
        &mut self,
        order_id: &str,
        at: DateTime<Utc>,
        line: usize,
        quantity: u32,
    ) -> Result<(), WorldError> {
        self.happen(order_id, at, |order, standing| {
            let left =
                order.lines.get(line).map_or(0, |fact| fact.quantity.saturating_sub(standing.shipped(line)));
            if left < quantity {
                return Err(WorldError::NotLeft { order: order.id.clone(), line, quantity });
            }
            let mut parts = vec![0; order.lines.len()];
            if let Some(part) = parts.get_mut(line) {
                *part = quantity;
            }
            Ok(Event::Shipped(parts))
        })
    }

    /// Every package under way is delivered at `at`.
    pub fn deliver(&mut self, order_id: &str, at: DateTime<Utc>) -> Result<(), WorldError> {
        self.happen(order_id, at, |_, _| Ok(Event::Delivered))
    }

    /// Adds an event by hand and drops what the order's own life had planned after it.
    fn happen(
        &mut self,
        order_id: &str,
        at: DateTime<Utc>,
        event: impl FnOnce(&Order, &Standing) -> Result<Event, WorldError>,
    ) -> Result<(), WorldError> {
        let at = at.timestamp_millis();
        let unknown = || WorldError::UnknownOrder(order_id.to_owned());
        let index = self.index(order_id, at).ok_or_else(unknown)?;
        let order = self.order(index).ok_or_else(unknown)?;
        let standing = self.standing(index, at).ok_or_else(unknown)?;
        let event = event(&order, &standing)?;
        let mut script = self.script(index);
        script.retain(|(when, _)| *when <= at);
        script.push((at, event));
        self.hand_scripts.insert(index, script);
        Ok(())
    }

    /// Finds an order by Amazon's id.
    pub(crate) fn find(&self, order_id: &str, at: Millis) -> Option<(Order, Standing)> {
        let index = self.index(order_id, at)?;
        self.visible(index, at).then_some(())?;
        Some((self.order(index)?, self.standing(index, at)?))
    }

    fn index(&self, order_id: &str, at: Millis) -> Option<u64> {
        let index = self.lives.index(order_id)?;
        let known = self.hand_placed.contains_key(&index) || index < self.lives.placed_by(at);
        (known && self.order(index)?.id == order_id).then_some(index)
    }

    pub(crate) fn order(&self, index: u64) -> Option<Order> {
        self.hand_placed.get(&index).cloned().or_else(|| self.lives.order(index))
    }

    pub(crate) fn standing(&self, index: u64, at: Millis) -> Option<Standing> {
        let (kind, quantities) = self.outline(index);
        Standing::at(kind, &quantities, &self.script(index), at)
    }

    fn outline(&self, index: u64) -> (Kind, Vec<u32>) {
        match self.hand_placed.get(&index) {
            Some(order) => (order.kind, order.lines.iter().map(|line| line.quantity).collect()),
            None => self.lives.outline(index),
        }
    }

    fn script(&self, index: u64) -> Script {
        if let Some(script) = self.hand_scripts.get(&index) {
            return script.clone();
        }
        let mut script = self.lives.script(index);
        if let Some(frozen_from) = self.frozen_from {
            script.retain(|(when, _)| *when < frozen_from);
        }
        script
    }

    /// Every index that may have been placed by `at`.
    fn indexes(&self, at: Millis) -> impl Iterator<Item = u64> + '_ {
        (0..self.lives.placed_by(at)).chain(self.hand_placed.keys().copied())
    }

    /// Amazon shows orders of the last two years only.
    fn visible(&self, index: u64, at: Millis) -> bool {
        let (placed, store) = match self.hand_placed.get(&index) {
            Some(order) => (Some(order.placed), order.marketplace),
            None => (self.lives.placed(index), self.lives.store(index)),
        };
        let oldest = if store.keeps_orders_since_2016() { YEAR_2016 } else { at - TWO_YEARS };
        placed.is_some_and(|placed| placed >= oldest && placed <= at)
    }

    /// Indexes of the orders that fit `filter` as they stand at `at`. Their sequence is undocumented at Amazon, so
    /// it is a shuffle that depends on `salt` alone.
    pub(crate) fn search(&self, filter: &Filter, at: Millis, salt: u64) -> Vec<u64> {
        let mut found: Vec<u64> = self
            .indexes(at)
            .filter(|index| !self.surely_outside(*index, filter))
            .filter(|index| self.fits(*index, filter, at))
            .collect();
        found.sort_by_cached_key(|index| mix(salt, *index));
        found
    }

    /// A cheap test that spares the making of most orders of a large history.
    fn surely_outside(&self, index: u64, filter: &Filter) -> bool {
        if filter.by != DateFamily::Updated || self.hand_scripts.contains_key(&index) {
            return false;
        }
        let end = usize::try_from(index).ok().and_then(|index| self.ends.get(index));
        end.is_some_and(|end| *end < filter.after - filter.grain)
    }

    fn fits(&self, index: u64, filter: &Filter, at: Millis) -> bool {
        if !self.visible(index, at) {
            return false;
        }
        let (store, channel) = match self.hand_placed.get(&index) {
            Some(order) => (order.marketplace, order.channel),
            None => (self.lives.store(index), self.lives.channel(index)),
        };
        if !wanted(&filter.channels, &channel)
            || !(filter.marketplaces.is_empty() || filter.marketplaces.iter().any(|id| id == store.id))
        {
            return false;
        }
        let script = self.script(index);
        let (kind, quantities) = self.outline(index);
        let Some(standing) = Standing::at(kind, &quantities, &script, at) else { return false };
        let instant = match filter.by {
            DateFamily::Created => script.first().map_or(standing.updated, |(placed, _)| *placed),
            DateFamily::Updated => standing.updated,
        };
        let instant = instant.div_euclid(filter.grain) * filter.grain;
        filter.after <= instant && instant <= filter.before && wanted(&filter.statuses, &standing.status)
    }
}

/// An empty list wants everything.
fn wanted<T: PartialEq>(list: &[T], value: &T) -> bool {
    list.is_empty() || list.contains(value)
}

fn hand_line(number: u64, line: u32, draft: DraftLine) -> Line {
    Line {
        id: line_id(number, line),
        asin: draft.asin,
        sku: draft.sku,
        title: draft.title,
        condition: "New",
        condition_subtype: "New",
        quantity: draft.quantity,
        unit_minor: draft.unit_minor,
        shipping_minor: 0,
        gift_wrap_minor: 0,
        discount_minor: 0,
        tax_minor: 0,
        gift: false,
    }
}
