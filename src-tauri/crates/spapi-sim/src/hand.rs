//! Orders moved by hand, so that a test can say exactly what happens and when.
//!
//! Invariant: an order touched by hand follows the hand alone from that moment on.

use chrono::{DateTime, Utc};
use thiserror::Error;

use crate::life::{Life, line_id, order_id};
use crate::order::{CancelledBy, Channel, Event, Kind, Line, Order, Script, Standing};
use crate::orders::Orders;
use crate::world::World;

/// Hand-placed orders have indexes from here on, beyond all automatic ones.
const BY_HAND: u64 = 1 << 40;

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

impl World {
    /// Places an order by hand at `at` and returns its id. It stays as it is until the hand moves it on.
    pub fn place(&self, at: DateTime<Utc>, draft: Draft) -> Result<String, WorldError> {
        let mut orders = self.write();
        let marketplace = match &draft.marketplace {
            None => orders.lives.stores().first().copied(),
            Some(id) => orders.lives.stores().iter().copied().find(|store| store.id == id),
        };
        let marketplace = marketplace
            .ok_or_else(|| WorldError::UnknownMarketplace(draft.marketplace.clone().unwrap_or_default()))?;
        let placed = at.timestamp_millis();
        let index = BY_HAND + orders.hand_placed.len() as u64;
        let number = orders.lives.number(index);
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
        orders.hand_placed.insert(index, order);
        orders.hand_scripts.insert(index, vec![(placed, Event::Placed)]);
        Ok(id)
    }

    /// The buyer's payment is authorised at `at`.
    pub fn pay(&self, order_id: &str, at: DateTime<Utc>) -> Result<(), WorldError> {
        self.write().happen(order_id, at, |_, _| Ok(Event::Paid))
    }

    /// The buyer asks at `at` for the order to be cancelled.
    pub fn request_cancel(&self, order_id: &str, at: DateTime<Utc>) -> Result<(), WorldError> {
        self.write().happen(order_id, at, |_, _| Ok(Event::CancelRequested))
    }

    /// The order is cancelled at `at`.
    pub fn cancel(&self, order_id: &str, at: DateTime<Utc>, by: CancelledBy) -> Result<(), WorldError> {
        self.write().happen(order_id, at, |_, _| Ok(Event::Cancelled(by)))
    }

    /// All units that are left are shipped at `at`.
    pub fn ship(&self, order_id: &str, at: DateTime<Utc>) -> Result<(), WorldError> {
        self.write().happen(order_id, at, |order, standing| {
            let left = |(line, fact): (usize, &Line)| fact.quantity.saturating_sub(standing.shipped(line));
            Ok(Event::Shipped(order.lines.iter().enumerate().map(left).collect()))
        })
    }

    /// `quantity` units of line `line` (from 0) are shipped at `at`.
    pub fn ship_part(
        &self,
        order_id: &str,
        at: DateTime<Utc>,
        line: usize,
        quantity: u32,
    ) -> Result<(), WorldError> {
        self.write().happen(order_id, at, |order, standing| {
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
    pub fn deliver(&self, order_id: &str, at: DateTime<Utc>) -> Result<(), WorldError> {
        self.write().happen(order_id, at, |_, _| Ok(Event::Delivered))
    }
}

impl Orders {
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
        let life = self.life(index).ok_or_else(unknown)?;
        let standing = life.standing(at).ok_or_else(unknown)?;
        let event = event(&order, &standing)?;
        let mut script = life.script;
        script.retain(|(when, _)| *when <= at);
        script.push((at, event));
        self.hand_scripts.insert(index, script);
        Ok(())
    }
}

/// The life of a hand-placed order; its script is kept apart.
pub(crate) fn hand_life(order: &Order) -> Life {
    Life {
        placed: order.placed,
        marketplace: order.marketplace,
        channel: order.channel,
        kind: order.kind,
        quantities: order.lines.iter().map(|line| line.quantity).collect(),
        script: Script::new(),
    }
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
