//! The automatic lives of orders: when each is placed and what happens to it, from its index alone.
//!
//! Invariant: a life is a function of the seller and the index. Orders are made when they are looked at, so
//! a million of them cost memory for one number each.

use crate::catalogue;
use crate::draw::{Draw, mix};
use crate::marketplace::{MARKETPLACES, Marketplace};
use crate::order::{CancelledBy, Channel, Event, Kind, Line, Millis, Order, Script, Standing};
use crate::seller::Seller;

const SECOND: Millis = 1000;
const MINUTE: Millis = 60 * SECOND;
const HOUR: Millis = 60 * MINUTE;
const DAY: Millis = 24 * HOUR;

/// The history ends this long before the seller's `now`, so that its newest order is old enough to be listed.
pub(crate) const SILENCE_BEFORE_START: Millis = 10 * MINUTE;

/// Amazon keeps orders for two years (reference: spapi.md §4.2 rule 10).
const TWO_YEARS: Millis = 730 * DAY;
/// 2016-01-01, from which on some stores keep everything.
const YEAR_2016: Millis = 1_451_606_400_000;

// Purposes of the random streams; a new one leaves the others unchanged.
const PLACING: u64 = 1;
const LIVING: u64 = 2;
const GOODS: u64 = 3;

/// Order numbers run through all fourteen digits in a scattered order: index × `SCATTER` modulo 10^14.
const NUMBERS: u64 = 100_000_000_000_000;
const SCATTER: u64 = 61_803_398_874_989;

/// Makes orders of one seller.
#[derive(Debug, Clone)]
pub(crate) struct Lives {
    seller: Seller,
    /// `now` of the seller.
    start: Millis,
    stores: Vec<&'static Marketplace>,
    /// Inverse of `SCATTER`, to find the index of an order number.
    gather: u64,
    offset: u64,
}

impl Lives {
    pub(crate) fn new(seller: Seller) -> Self {
        let mut stores: Vec<_> = seller.marketplaces.iter().filter_map(|id| Marketplace::by_id(id)).collect();
        if stores.is_empty() {
            stores.extend(MARKETPLACES.iter().find(|store| store.id == crate::marketplace::UK));
        }
        let start = seller.now.timestamp_millis();
        let offset = mix(seller.seed, 0x000F_F5E7) % NUMBERS;
        Self { seller, start, stores, gather: inverse(SCATTER, NUMBERS), offset }
    }

    pub(crate) fn seller(&self) -> &Seller {
        &self.seller
    }

    pub(crate) fn stores(&self) -> &[&'static Marketplace] {
        &self.stores
    }

    /// When the world's own motion stops, if it does.
    pub(crate) fn frozen_from(&self) -> Option<Millis> {
        self.seller.still.then_some(self.start - SILENCE_BEFORE_START)
    }

    /// When order `index` is placed. Grows with the index: first the history, denser towards its end, then the arrivals.
    pub(crate) fn placed(&self, index: u64) -> Option<Millis> {
        let total = self.seller.history_orders;
        if index < total {
            let edge = |index: u64| {
                let left = i128::from(total - index);
                let span = i128::from(self.seller.history_days) * i128::from(DAY);
                let age = span * left * left / (i128::from(total) * i128::from(total));
                self.start - SILENCE_BEFORE_START - Millis::try_from(age).unwrap_or(0)
            };
            let (from, to) = (edge(index), edge(index + 1));
            return Some(Draw::new(self.seller.seed, index, PLACING).between(from, to.max(from + 1)));
        }
        if self.seller.arrivals_per_hour == 0 {
            return None;
        }
        let rate = Millis::from(self.seller.arrivals_per_hour);
        let nth = Millis::try_from(index - total).ok()?;
        let from = self.start + nth.checked_mul(HOUR)? / rate;
        let to = self.start + (nth + 1).checked_mul(HOUR)? / rate;
        Some(Draw::new(self.seller.seed, index, PLACING).between(from, to))
    }

    /// How many orders exist at `at`, hand-placed ones not counted.
    pub(crate) fn placed_by(&self, at: Millis) -> u64 {
        let total = self.seller.history_orders;
        let arrivals = if at < self.start || self.seller.arrivals_per_hour == 0 {
            0
        } else {
            let rate = u64::from(self.seller.arrivals_per_hour);
            (at - self.start).unsigned_abs() * rate / HOUR.unsigned_abs() + 1
        };
        total + arrivals
    }

    /// What order `index` is and what happens to it; `None` where no such order is ever placed.
    pub(crate) fn life(&self, index: u64) -> Option<Life> {
        let placed = self.placed(index)?;
        let Traits { channel, kind, quantities, draw } = self.traits(index);
        let pace = if index < self.seller.history_orders { 1 } else { Millis::from(self.seller.pace) };
        let plot = Plot { draw, script: vec![(placed, Event::Placed)], now: placed, pace };
        let script = plot.run(channel, kind, &quantities);
        let marketplace = Draw::new(self.seller.seed, index, GOODS).pick(&self.stores);
        Some(Life { placed, marketplace, channel, kind, quantities, script })
    }

    fn traits(&self, index: u64) -> Traits {
        let mut draw = Draw::new(self.seller.seed, index, LIVING);
        let channel = if draw.chance(self.seller.afn_permille) { Channel::Amazon } else { Channel::Merchant };
        let kind = match (draw.between(0, 1000), channel) {
            (0..=9, _) => Kind::Replacement,
            (10..=12, Channel::Merchant) => Kind::Preorder,
            (10..=39, Channel::Amazon) => Kind::MultiChannel,
            _ => Kind::Standard,
        };
        let lines = match draw.between(0, 100) {
            0..=69 => 1,
            70..=84 => 2,
            85..=92 => 3,
            93..=96 => 4,
            _ => 5,
        };
        let quantities = (0..lines)
            .map(|_| match draw.between(0, 100) {
                0..=84 => 1,
                85..=94 => 2,
                95..=97 => 3,
                _ => 6,
            })
            .collect();
        Traits { channel, kind, quantities, draw }
    }

    /// The whole order `index`.
    pub(crate) fn order(&self, index: u64) -> Option<Order> {
        let placed = self.placed(index)?;
        let Traits { channel, kind, quantities, .. } = self.traits(index);
        let mut draw = Draw::new(self.seller.seed, index, GOODS);
        let marketplace = *draw.pick(&self.stores);
        let priced = matches!(kind, Kind::Standard | Kind::Preorder);
        let lines = (0_u32..)
            .zip(&quantities)
            .map(|(line, quantity)| self.line(&mut draw, index, line, *quantity, marketplace, priced))
            .collect();
        let merchant = channel == Channel::Merchant;
        let number = self.number(index);
        Some(Order {
            id: order_id(if kind == Kind::MultiChannel { "S01" } else { marketplace.order_prefix }, number),
            marketplace,
            placed,
            channel,
            kind,
            prime: merchant && priced && draw.chance(self.seller.prime_permille),
            business: priced && draw.chance(self.seller.business_permille),
            ship_by: placed + draw.between(1, 4) * DAY,
            replaces: (kind == Kind::Replacement)
                .then(|| order_id(marketplace.order_prefix, (number + SCATTER) % NUMBERS)),
            seller_order_id: draw.chance(100).then(|| format!("shop-{index}")),
            zero_when_cancelled: draw.chance(400),
            lines,
        })
    }

    fn line(
        &self,
        draw: &mut Draw,
        index: u64,
        line: u32,
        quantity: u32,
        store: &Marketplace,
        priced: bool,
    ) -> Line {
        let product = catalogue::product(draw, self.seller.odd_title_permille);
        let scale = |pence: i64| if store.decimals() == 0 { pence * 2 } else { pence };
        let unit_minor = if priced { scale(product.pence) } else { 0 };
        let gross = unit_minor * i64::from(quantity);
        let gift = draw.chance(50);
        let mut when = |permille: u32, minor: i64| if priced && draw.chance(permille) { minor } else { 0 };
        let shipping_minor = when(250, scale(399));
        let discount_minor = when(80, gross / 10);
        let gift_wrap_minor = if gift { when(500, scale(350)) } else { 0 };
        let tax_minor = if store.price_excludes_tax() { gross * 8 / 100 } else { 0 };
        let missing_asin = draw.chance(self.seller.missing_asin_permille);
        Line {
            id: line_id(self.number(index), line),
            asin: (!missing_asin).then_some(product.asin),
            sku: product.sku,
            title: product.title,
            condition: product.condition,
            condition_subtype: product.condition_subtype,
            quantity,
            unit_minor,
            shipping_minor,
            gift_wrap_minor,
            discount_minor,
            tax_minor,
            gift,
        }
    }

    /// The fourteen digits of order `index`.
    pub(crate) fn number(&self, index: u64) -> u64 {
        multiply(index % NUMBERS, SCATTER, NUMBERS).wrapping_add(self.offset) % NUMBERS
    }

    /// The index whose order has this id, if its digits are well formed. The prefix is not looked at.
    pub(crate) fn index(&self, order_id: &str) -> Option<u64> {
        let (_, digits) = order_id.split_once('-')?;
        let (high, low) = digits.split_once('-')?;
        if high.len() != 7 || low.len() != 7 {
            return None;
        }
        let number = high.parse::<u64>().ok()? * 10_000_000 + low.parse::<u64>().ok()?;
        Some(multiply((number + NUMBERS - self.offset) % NUMBERS, self.gather, NUMBERS))
    }
}

/// What a search has to know of an order, cheaper to make than the order.
#[derive(Debug, Clone)]
pub(crate) struct Life {
    pub(crate) placed: Millis,
    pub(crate) marketplace: &'static Marketplace,
    pub(crate) channel: Channel,
    pub(crate) kind: Kind,
    pub(crate) quantities: Vec<u32>,
    pub(crate) script: Script,
}

impl Life {
    /// How the order stands at `at`; `None` before it is placed.
    pub(crate) fn standing(&self, at: Millis) -> Option<Standing> {
        Standing::at(self.kind, &self.quantities, &self.script, at)
    }

    /// Amazon shows orders of the last two years; some stores, all since 2016.
    pub(crate) fn shown(&self, at: Millis) -> bool {
        let oldest = if self.marketplace.keeps_orders_since_2016() { YEAR_2016 } else { at - TWO_YEARS };
        (oldest..=at).contains(&self.placed)
    }
}

struct Traits {
    channel: Channel,
    kind: Kind,
    quantities: Vec<u32>,
    draw: Draw,
}

/// An order id in Amazon's 3-7-7 form.
pub(crate) fn order_id(prefix: &str, number: u64) -> String {
    format!("{prefix}-{:07}-{:07}", number / 10_000_000, number % 10_000_000)
}

/// The id of a line: digits, as at Amazon.
pub(crate) fn line_id(number: u64, line: u32) -> String {
    format!("{:014}", (number / 7 * 10 + u64::from(line)) % NUMBERS)
}

/// Writes the story of one order.
struct Plot {
    draw: Draw,
    script: Script,
    now: Millis,
    pace: Millis,
}

impl Plot {
    fn run(mut self, channel: Channel, kind: Kind, quantities: &[u32]) -> Script {
        if kind == Kind::Preorder {
            self.then(5 * DAY, 20 * DAY, Event::Released);
        }
        if matches!(kind, Kind::Standard | Kind::Preorder) && self.draw.chance(30) {
            let by = if self.draw.chance(500) { CancelledBy::Buyer } else { CancelledBy::Amazon };
            self.then(30 * MINUTE, 10 * HOUR, Event::Cancelled(by));
            return self.script;
        }
        match channel {
            Channel::Amazon => self.by_amazon(kind, quantities),
            Channel::Merchant => self.by_merchant(kind, quantities),
        }
        self.script
    }

    /// Orders that Amazon fulfils go from pending straight to shipped; Amazon says nothing of their delivery.
    fn by_amazon(&mut self, kind: Kind, quantities: &[u32]) {
        if kind == Kind::MultiChannel && self.draw.chance(250) {
            self.then(HOUR, 8 * HOUR, Event::Unfulfillable);
        } else {
            self.then(4 * HOUR, 30 * HOUR, Event::Shipped(quantities.to_vec()));
        }
    }

    fn by_merchant(&mut self, kind: Kind, quantities: &[u32]) {
        if kind != Kind::Replacement {
            self.then(5 * MINUTE, 90 * MINUTE, Event::Paid);
        }
        if self.draw.chance(25) {
            self.then(10 * MINUTE, 2 * HOUR, Event::CancelRequested);
            if self.draw.chance(500) {
                self.then(HOUR, 5 * HOUR, Event::Cancelled(CancelledBy::Buyer));
                return;
            }
        } else if self.draw.chance(15) {
            self.then(HOUR, 12 * HOUR, Event::Cancelled(CancelledBy::Merchant));
            return;
        }
        let mut rest = quantities.to_vec();
        if quantities.iter().sum::<u32>() > 1 && self.draw.chance(200) {
            let first = first_parcel(quantities);
            for (left, sent) in rest.iter_mut().zip(&first) {
                *left -= sent;
            }
            self.then(3 * HOUR, 20 * HOUR, Event::Shipped(first));
        }
        self.then(3 * HOUR, 40 * HOUR, Event::Shipped(rest));
        match self.draw.between(0, 100) {
            // Sent without tracking: nobody ever reports the delivery.
            0..=7 => {}
            8 => self.then(3 * DAY, 8 * DAY, Event::Undeliverable),
            _ => self.then(DAY, 4 * DAY, Event::Delivered),
        }
    }

    /// `event` follows after between `least` and `most`, faster if the world has a pace.
    fn then(&mut self, least: Millis, most: Millis, event: Event) {
        let mut wait = self.draw.between(least / self.pace, most / self.pace);
        // Amazon writes some instants with milliseconds and others without.
        if wait % 2 == 0 {
            wait = wait / SECOND * SECOND + (SECOND - self.now.rem_euclid(SECOND));
        }
        self.now += wait.max(1);
        self.script.push((self.now, event));
    }
}

/// The first parcel of an order in two: the first line, or half of it where there is only one.
fn first_parcel(quantities: &[u32]) -> Vec<u32> {
    let mut parcel = vec![0; quantities.len()];
    if let (Some(sent), Some(quantity)) = (parcel.first_mut(), quantities.first()) {
        *sent = if quantities.len() > 1 { *quantity } else { quantity / 2 };
    }
    parcel
}

fn multiply(a: u64, b: u64, modulus: u64) -> u64 {
    let product = u128::from(a) * u128::from(b) % u128::from(modulus);
    u64::try_from(product).unwrap_or(0)
}

/// The number that undoes a multiplication by `a`; `a` and `modulus` have no common factor.
fn inverse(a: u64, modulus: u64) -> u64 {
    let (mut old_rest, mut rest) = (i128::from(a), i128::from(modulus));
    let (mut old_factor, mut factor) = (1_i128, 0_i128);
    while rest != 0 {
        let quotient = old_rest / rest;
        (old_rest, rest) = (rest, old_rest - quotient * rest);
        (old_factor, factor) = (factor, old_factor - quotient * factor);
    }
    u64::try_from(old_factor.rem_euclid(i128::from(modulus))).unwrap_or(0)
}
