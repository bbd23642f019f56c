//! The world behind the API, to look at it from outside and to compare copies of it.
//!
//! Invariant: an equal seller and equal moves by hand give an equal world at every instant, whatever was read before.
//! Moves by hand stand in `hand.rs`.

use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use chrono::{DateTime, Utc};

use crate::marketplace::Marketplace;
use crate::order::Status;
use crate::orders::Orders;
use crate::reports::{self, TruthListing};
use crate::seller::Seller;
use crate::truth::{TruthLine, truth_lines};

/// Every order of one seller, at every instant. Can be read and moved from any thread.
#[derive(Debug)]
pub struct World {
    orders: RwLock<Orders>,
}

impl World {
    /// The seller's world. Takes about a microsecond per historical order.
    pub fn new(seller: Seller) -> Self {
        Self { orders: RwLock::new(Orders::new(seller)) }
    }

    /// From `at` on nothing happens by itself: no new orders, no payment, no delivery. Moves by hand still count.
    pub fn freeze(&self, at: DateTime<Utc>) {
        self.write().frozen_from = Some(at.timestamp_millis());
    }

    /// Stores in which the seller sells.
    pub fn marketplaces(&self) -> Vec<&'static Marketplace> {
        self.read().marketplaces().to_vec()
    }

    /// Ids of the orders that Amazon shows at `at`, in the sequence of their placing; only those of `status`, if given.
    pub fn order_ids(&self, at: DateTime<Utc>, status: Option<Status>) -> Vec<String> {
        self.read()
            .shown(at.timestamp_millis())
            .filter(|(_, standing)| status.is_none_or(|status| standing.status == status))
            .map(|(order, _)| order.id)
            .collect()
    }

    /// Status of an order at `at`.
    pub fn status(&self, order_id: &str, at: DateTime<Utc>) -> Option<Status> {
        self.read().find(order_id, at.timestamp_millis()).map(|(_, standing)| standing.status)
    }

    /// What the view `amazon_orders` must show once everything up to `at` has been fetched: one row per order line, in
    /// no particular sequence. Computed from the world, not from any answer.
    pub fn truth(&self, at: DateTime<Utc>) -> Vec<TruthLine> {
        self.read()
            .shown(at.timestamp_millis())
            .flat_map(|(order, standing)| truth_lines(&order, &standing))
            .collect()
    }

    /// What is on sale at a store at `at`, by SKU: what a listings report made then says, without what is lost on its way.
    pub fn listings(&self, marketplace_id: &str, at: DateTime<Utc>) -> Vec<TruthListing> {
        let store = Marketplace::by_id(marketplace_id);
        store.map(|store| reports::offers(&self.read(), store, at.timestamp_millis())).unwrap_or_default()
    }

    pub(crate) fn read(&self) -> RwLockReadGuard<'_, Orders> {
        self.orders.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn write(&self) -> RwLockWriteGuard<'_, Orders> {
        self.orders.write().unwrap_or_else(PoisonError::into_inner)
    }
}
