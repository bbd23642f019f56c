//! The simulated Amazon without a socket: requests in, answers out, on any clock.
//!
//! Invariant: one call is answered under one lock and at one instant, so that concurrent clients see the sequence that
//! the log shows.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};

use crate::calls::Call;
use crate::clock::Clock;
use crate::desk::{Desk, Visit};
use crate::draw::mix;
use crate::fault::{Injection, InjectionId, Strikable};
use crate::http::{Request, Response};
use crate::mutation;
use crate::plan::Operation;
use crate::probes::Role;
use crate::seller::Seller;
use crate::truth::TruthLine;
use crate::world::World;

/// Amazon as one seller's applications see it.
#[derive(Debug)]
pub struct Amazon {
    clock: Clock,
    world: World,
    desk: Mutex<Desk>,
}

impl Amazon {
    /// Amazon on tokio's clock, which starts at the seller's `now`: virtual time where tokio's is paused.
    pub fn new(seller: Seller) -> Self {
        let clock = Clock::tokio(seller.now);
        Self::with_clock(seller, clock)
    }

    /// Amazon on any clock.
    pub fn with_clock(seller: Seller, clock: Clock) -> Self {
        let desk = Desk::new(&seller);
        Self { clock, world: World::new(seller), desk: Mutex::new(desk) }
    }

    /// The present instant of the simulation.
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// The world, to look at it or to move orders by hand.
    pub fn world(&self) -> &World {
        &self.world
    }

    /// What a perfect copy would hold now. See [`World::truth`].
    pub fn truth(&self) -> Vec<TruthLine> {
        self.world.truth(self.now())
    }

    /// Makes something go wrong: a [`Fault`] every call until it is lifted, an [`Injection`] as it says.
    pub fn inject(&self, injection: impl Into<Injection>) -> InjectionId {
        self.desk().faults.inject(injection.into())
    }

    /// Ends one fault.
    pub fn lift(&self, fault: InjectionId) {
        self.desk().faults.lift(fault);
    }

    /// Ends all faults.
    pub fn lift_all(&self) {
        self.desk().faults.lift_all();
    }

    /// Takes a role away from the application; calls that need it get 403.
    pub fn deny(&self, role: Role) {
        self.desk().denied.insert(role);
    }

    /// Gives the role back.
    pub fn grant(&self, role: Role) {
        self.desk().denied.remove(&role);
    }

    /// Closes a marketplace: every call that names it gets 403.
    pub fn close_marketplace(&self, marketplace_id: &str) {
        self.desk().closed_marketplaces.insert(marketplace_id.to_owned());
    }

    /// Opens it again.
    pub fn open_marketplace(&self, marketplace_id: &str) {
        self.desk().closed_marketplaces.remove(marketplace_id);
    }

    /// The seller rotates the client secret; the old one is refused from now on.
    pub fn rotate_secret(&self, client_id: &str, secret: &str) {
        self.desk().lwa.rotate_secret(client_id, secret);
    }

    /// The seller revokes the authorisation. Access tokens work until they expire.
    pub fn revoke(&self, client_id: &str) {
        self.desk().lwa.revoke(client_id);
    }

    /// Every call so far, oldest first.
    pub fn calls(&self) -> Vec<Call> {
        self.desk().calls.clone()
    }

    /// How many requests came since the beginning; unlike the log it is never cleared.
    pub fn requests(&self) -> u64 {
        self.desk().requests
    }

    /// The status of the last answer in the log.
    pub fn last_status(&self) -> Option<u16> {
        self.desk().calls.last().map(|call| call.status)
    }

    /// How many calls of this operation came, whatever the answer.
    pub fn count(&self, operation: Operation) -> usize {
        self.desk().calls.iter().filter(|call| call.operation == operation).count()
    }

    /// Calls per operation.
    pub fn counts(&self) -> BTreeMap<Operation, usize> {
        self.desk().calls.iter().fold(BTreeMap::new(), |mut counts, call| {
            *counts.entry(call.operation).or_default() += 1;
            counts
        })
    }

    /// How many calls were answered 429.
    pub fn throttled(&self) -> usize {
        self.desk().calls.iter().filter(|call| call.status == 429).count()
    }

    /// Calls that asked for buyers' data: always a mistake in this product.
    pub fn privacy_breaches(&self) -> Vec<Call> {
        self.desk().calls.iter().filter(|call| call.asks_for_buyer_data()).cloned().collect()
    }

    /// Forgets the calls so far; buckets and tokens stay.
    pub fn clear_calls(&self) {
        self.desk().calls.clear();
    }

    /// Answers one request.
    pub fn handle(&self, request: &Request) -> Response {
        let now = self.clock.now();
        let mut desk = self.desk();
        desk.requests += 1;
        let (operation, order_id) = Operation::of(request);
        let continues = ["paginationToken", "NextToken", "nextToken"]
            .into_iter()
            .any(|name| request.parameter(name).is_some());
        let strikable = Strikable {
            operation,
            continues,
            included: request.list("includedData"),
            order_id,
            marketplaces: [request.list("marketplaceIds"), request.list("MarketplaceIds")].concat(),
        };
        let faults = desk.faults.strike(&strikable);
        let visit = Visit {
            request,
            operation,
            order_id,
            at: now.timestamp_millis(),
            nanos: now.timestamp_nanos_opt().unwrap_or(i64::MAX),
            faults,
            request_id: request_id(desk.seed, desk.requests),
        };
        let mut response = desk.answer(&visit, &self.world.read());
        let nth = desk.requests;
        mutation::spoil(&mut response, &visit.faults, desk.seed, nth);
        desk.stamp(&mut response, &visit, now);
        desk.calls.push(Call {
            at: now,
            operation,
            status: response.status,
            order_id: order_id.map(str::to_owned),
            query: request.query.clone(),
            request_id: visit.request_id,
        });
        response
    }

    fn desk(&self) -> MutexGuard<'_, Desk> {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn request_id(seed: u64, request: u64) -> String {
    let (high, low) = (mix(seed, request), mix(request, seed));
    format!(
        "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
        high >> 32,
        high >> 16 & 0xFFFF,
        high & 0xFFF,
        0x8000 | (low >> 48 & 0x3FFF),
        low & 0xFFFF_FFFF_FFFF
    )
}
