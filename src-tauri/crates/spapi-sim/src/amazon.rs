//! The simulated Amazon without a socket: requests in, answers out, on any clock.
//!
//! Invariant: one call is answered under one lock and at one instant, so that concurrent clients see the sequence that
//! the log shows. A call is checked in the order: gateway, user agent, access token, usage plan, role, arguments.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};

use crate::auth::{Access, Lwa};
use crate::calls::Call;
use crate::clock::Clock;
use crate::draw::mix;
use crate::fault::{Fault, Faults, Injection, InjectionId, RateHeader, Strikable};
use crate::http::{Delivery, Request, Response};
use crate::mutation;
use crate::order::Millis;
use crate::orders::Orders;
use crate::paging::Traversals;
use crate::plan::{Bucket, Operation, Plan, micro_text};
use crate::probes::{self, Role};
use crate::problem::Problem;
use crate::seller::Seller;
use crate::truth::TruthLine;
use crate::world::World;
use crate::{v0, v2026};

/// Amazon as one seller's applications see it.
#[derive(Debug)]
pub struct Amazon {
    clock: Clock,
    world: World,
    desk: Mutex<Desk>,
}

/// Everything that changes by being called.
#[derive(Debug)]
pub(crate) struct Desk {
    pub(crate) seed: u64,
    pub(crate) store_name: String,
    pub(crate) items_per_page: usize,
    pub(crate) traversals: Traversals,
    pub(crate) closed_marketplaces: HashSet<String>,
    /// Calls so far.
    pub(crate) requests: u64,
    lwa: Lwa,
    rate_scale: u32,
    denied: HashSet<Role>,
    buckets: HashMap<(usize, Operation), Bucket>,
    faults: Faults,
    calls: Vec<Call>,
}

/// One call while it is answered.
pub(crate) struct Visit<'a> {
    pub(crate) request: &'a Request,
    pub(crate) operation: Operation,
    /// Order id in the path.
    pub(crate) order_id: Option<&'a str>,
    pub(crate) at: Millis,
    /// The same instant in nanoseconds, for the buckets.
    nanos: i64,
    pub(crate) faults: Vec<Fault>,
    request_id: String,
}

impl Amazon {
    /// Amazon on tokio's clock, which starts at the seller's `now`: virtual time where tokio's is paused.
    pub fn new(seller: Seller) -> Self {
        let clock = Clock::tokio(seller.now);
        Self::with_clock(seller, clock)
    }

    /// Amazon on any clock.
    pub fn with_clock(seller: Seller, clock: Clock) -> Self {
        let desk = Desk {
            seed: seller.seed,
            store_name: seller.store_name.clone(),
            items_per_page: seller.items_per_page,
            traversals: Traversals::new(seller.seed),
            closed_marketplaces: HashSet::new(),
            requests: 0,
            lwa: Lwa::new(seller.applications.clone(), seller.seed),
            rate_scale: seller.rate_scale,
            denied: HashSet::new(),
            buckets: HashMap::new(),
            faults: Faults::new(seller.seed),
            calls: Vec::new(),
        };
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
        let strikable = Strikable { operation, continues, included: request.list("includedData") };
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

impl Desk {
    fn answer(&mut self, visit: &Visit<'_>, world: &Orders) -> Response {
        if let Some(response) = gateway(visit) {
            return response;
        }
        if visit.operation == Operation::Token {
            return self.token(visit);
        }
        self.served(visit, world).unwrap_or_else(|problem| problem.response())
    }

    fn token(&mut self, visit: &Visit<'_>) -> Response {
        let mut expires_in = None;
        for fault in &visit.faults {
            match fault {
                Fault::Lwa(error) => return error.response(&visit.request_id),
                Fault::ExpiresIn(seconds) => expires_in = Some(*seconds),
                Fault::ServerError(status) => return Problem::server(*status).response(),
                _ => {}
            }
        }
        match self.lwa.exchange(visit.request, visit.at, expires_in) {
            Ok(token) => Response::json(200, &token),
            Err(error) => error.response(&visit.request_id),
        }
    }

    fn served(&mut self, visit: &Visit<'_>, world: &Orders) -> Result<Response, Problem> {
        check_user_agent(visit.request)?;
        let application = self.check_access_token(visit)?;
        self.take_from_bucket(visit, application)?;
        for fault in &visit.faults {
            if let Fault::ServerError(status) = fault {
                return Err(Problem::server(*status));
            }
        }
        let role = match visit.operation {
            Operation::ListTransactions => Some(Role::Finance),
            Operation::GetReports => Some(probes::report_role(visit)),
            Operation::GetMarketplaceParticipations | Operation::Token | Operation::Unknown => None,
            _ => Some(Role::Orders),
        };
        if visit.faults.contains(&Fault::AccessDenied) || role.is_some_and(|role| self.denied.contains(&role))
        {
            return Err(Problem::denied(""));
        }
        match visit.operation {
            Operation::SearchOrders => v2026::search_orders(visit, self, world),
            Operation::GetOrder => v2026::get_order(visit, world),
            Operation::GetOrdersV0 => v0::get_orders(visit, self, world),
            Operation::GetOrderItemsV0 => v0::get_order_items(visit, self, world),
            Operation::GetMarketplaceParticipations => Ok(probes::participations(self, world)),
            Operation::ListTransactions => probes::transactions(visit),
            Operation::GetReports => probes::reports(visit),
            Operation::Token | Operation::Unknown => Err(Problem::not_found(format!(
                "No operation at {} {}.",
                visit.request.method, visit.request.path
            ))),
        }
    }

    fn check_access_token(&self, visit: &Visit<'_>) -> Result<usize, Problem> {
        if visit.faults.contains(&Fault::TokenExpired) {
            return Err(Problem::expired_access_token());
        }
        let token = visit.request.header("x-amz-access-token").unwrap_or_default();
        match self.lwa.access(token, visit.at) {
            Access::Granted(application) => Ok(application),
            Access::Expired => Err(Problem::expired_access_token()),
            Access::Unknown if token.is_empty() => {
                Err(Problem::denied("Access token is missing in the request header."))
            }
            Access::Unknown => {
                Err(Problem::denied("The access token you provided is revoked, malformed or invalid."))
            }
        }
    }

    fn take_from_bucket(&mut self, visit: &Visit<'_>, application: usize) -> Result<(), Problem> {
        if visit.faults.contains(&Fault::Throttle) {
            return Err(Problem::quota_exceeded());
        }
        let Some(plan) = self.plan(visit.operation) else { return Ok(()) };
        let bucket = self
            .buckets
            .entry((application, visit.operation))
            .or_insert_with(|| Bucket::full(plan, visit.nanos));
        if visit.faults.contains(&Fault::EmptyBucket) {
            bucket.empty(visit.nanos);
        }
        if bucket.take(visit.nanos) { Ok(()) } else { Err(Problem::quota_exceeded()) }
    }

    fn plan(&self, operation: Operation) -> Option<Plan> {
        operation.plan().map(|plan| plan.scaled(self.rate_scale))
    }

    /// Puts on what every answer carries.
    fn stamp(&self, response: &mut Response, visit: &Visit<'_>, now: DateTime<Utc>) {
        let mut date = Some(now);
        let mut rate = self.plan(visit.operation).map(Plan::rate_text);
        for fault in &visit.faults {
            match fault {
                Fault::ClockSkew(seconds) => {
                    date = TimeDelta::try_seconds(*seconds).and_then(|skew| now.checked_add_signed(skew));
                }
                Fault::NoDate => date = None,
                Fault::RateHeader(RateHeader::Absent) => rate = None,
                Fault::RateHeader(RateHeader::Text(text)) => rate = Some(text.clone()),
                Fault::RateHeader(RateHeader::Permille(permille)) => {
                    let scaled = |plan: Plan| micro_text(plan.micro_hertz * u64::from(*permille) / 1000);
                    rate = self.plan(visit.operation).map(scaled);
                }
                Fault::Delay(pause) => response.delivery = Delivery::After(*pause),
                Fault::SlowBody { chunk, pause } => {
                    response.delivery = Delivery::Trickle { chunk: *chunk, pause: *pause };
                }
                Fault::ResetBody(bytes) => response.delivery = Delivery::ResetAfter(*bytes),
                _ => {}
            }
        }
        let mut header = |name: &str, value: String| response.headers.push((name.to_owned(), value));
        if let Some(date) = date {
            header("Date", date.format("%a, %d %b %Y %H:%M:%S GMT").to_string());
        }
        header("x-amzn-RequestId", visit.request_id.clone());
        // A refusal for want of tokens names no rate; nor do other errors that the model declares without one.
        if let (Some(rate), 200 | 400 | 404) = (rate, response.status) {
            header("x-amzn-RateLimit-Limit", rate);
        }
    }
}

/// Where [`Fault::Redirect`] leads: `.invalid` is reserved for names that never exist.
const NOWHERE: &str = "https://elsewhere.invalid/signin";

/// Answers that come from something in front of Amazon's operations and take nothing from a bucket.
fn gateway(visit: &Visit<'_>) -> Option<Response> {
    let page = |title: &str| {
        format!("<html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>")
    };
    visit.faults.iter().find_map(|fault| match fault {
        Fault::HtmlPage => {
            Some(Response::text(200, "text/html; charset=utf-8", page("Sign in to the guest network")))
        }
        Fault::Html400 => Some(Response::text(400, "text/html", page("400 Bad Request"))),
        Fault::HtmlError(status) => {
            Some(Response::text(*status, "text/html", page(&format!("{status} Error"))))
        }
        Fault::Redirect => Some(redirect(NOWHERE)),
        Fault::RedirectTo(url) => Some(redirect(url)),
        _ => None,
    })
}

fn redirect(to: &str) -> Response {
    let mut response = Response::text(302, "text/html", page("302 Found"));
    response.headers.push(("location".to_owned(), to.to_owned()));
    response
}

fn page(title: &str) -> String {
    format!("<html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>")
}

/// Amazon wants to know the language that a client is written in (reference: spapi.md §1.3).
fn check_user_agent(request: &Request) -> Result<(), Problem> {
    let agent = request.header("user-agent").unwrap_or_default();
    if agent.len() > 500 {
        return Err(Problem::invalid_input("The User-Agent header must not be longer than 500 characters."));
    }
    let attributes = agent.split_once('(').map(|(_, rest)| rest).unwrap_or_default();
    let language = attributes
        .trim_end_matches(')')
        .split(';')
        .filter_map(|attribute| attribute.trim().split_once('='))
        .any(|(name, value)| name == "Language" && !value.is_empty());
    if language {
        return Ok(());
    }
    Err(Problem::invalid_input("The User-Agent header must name the application and its Language attribute."))
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
