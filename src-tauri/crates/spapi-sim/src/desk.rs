//! The desk at which calls are answered, with everything that being called changes.
//!
//! Invariant: a call is checked in the order gateway, user agent, access token, usage plan, role, arguments, so a
//! refused credential costs nothing and a wrong argument costs a token, as at Amazon.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, TimeDelta, Utc};

use crate::auth::{Access, Lwa};
use crate::calls::Call;
use crate::fault::{Fault, Faults, RateHeader};
use crate::http::{Delivery, Request, Response};
use crate::order::Millis;
use crate::orders::Orders;
use crate::paging::Traversals;
use crate::plan::{Bucket, Operation, Plan, micro_text};
use crate::probes::{self, Role};
use crate::problem::Problem;
use crate::reports::{self, Reports};
use crate::seller::Seller;
use crate::{v0, v2026};

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
    pub(crate) lwa: Lwa,
    pub(crate) reports: Reports,
    pub(crate) rate_scale: u32,
    pub(crate) denied: HashSet<Role>,
    buckets: HashMap<(usize, Operation), Bucket>,
    pub(crate) faults: Faults,
    pub(crate) calls: Vec<Call>,
}

/// One call while it is answered.
pub(crate) struct Visit<'a> {
    pub(crate) request: &'a Request,
    pub(crate) operation: Operation,
    /// Id in the path: of an order, a report or a document.
    pub(crate) order_id: Option<&'a str>,
    pub(crate) at: Millis,
    /// The same instant in nanoseconds, for the buckets.
    pub(crate) nanos: i64,
    pub(crate) faults: Vec<Fault>,
    pub(crate) request_id: String,
}

impl Desk {
    /// A desk that nobody has called yet.
    pub(crate) fn new(seller: &Seller) -> Self {
        Self {
            seed: seller.seed,
            store_name: seller.store_name.clone(),
            items_per_page: seller.items_per_page,
            traversals: Traversals::new(seller.seed),
            closed_marketplaces: HashSet::new(),
            requests: 0,
            lwa: Lwa::new(seller.applications.clone(), seller.seed),
            reports: Reports::default(),
            rate_scale: seller.rate_scale,
            denied: HashSet::new(),
            buckets: HashMap::new(),
            faults: Faults::new(seller.seed),
            calls: Vec::new(),
        }
    }

    pub(crate) fn answer(&mut self, visit: &Visit<'_>, world: &Orders) -> Response {
        if let Some(response) = gateway(visit) {
            return response;
        }
        if visit.operation == Operation::Token {
            return self.token(visit);
        }
        if visit.operation == Operation::DownloadDocument {
            return self.stored(visit, world);
        }
        let vague = visit.faults.contains(&Fault::VagueRefusals);
        let answer = self.served(visit, world).unwrap_or_else(|problem| match problem.status {
            400 if vague => Problem::invalid_input("Invalid Input").response(),
            _ => problem.response(),
        });
        let lost = visit.faults.iter().find_map(|fault| match fault {
            Fault::LostAnswer(status) => Some(Problem::server(*status).response()),
            _ => None,
        });
        lost.unwrap_or(answer)
    }

    /// Amazon's storage knows neither tokens nor usage plans.
    fn stored(&self, visit: &Visit<'_>, world: &Orders) -> Response {
        let failure = visit.faults.iter().find_map(|fault| match fault {
            Fault::ServerError(status) => Some(Problem::server(*status).response()),
            _ => None,
        });
        failure.unwrap_or_else(|| reports::download(visit, self, world))
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
            Operation::GetReports
            | Operation::CreateReport
            | Operation::GetReport
            | Operation::GetReportDocument => self.reports.role(visit),
            Operation::GetMarketplaceParticipations
            | Operation::Token
            | Operation::DownloadDocument
            | Operation::Unknown => None,
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
            Operation::GetReports => reports::list(visit, self, world),
            Operation::CreateReport => reports::create(visit, self, world),
            Operation::GetReport => reports::get(visit, self, world),
            Operation::GetReportDocument => reports::document(visit, self, world),
            Operation::Token | Operation::DownloadDocument | Operation::Unknown => Err(Problem::not_found(
                format!("No operation at {} {}.", visit.request.method, visit.request.path),
            )),
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
    pub(crate) fn stamp(&self, response: &mut Response, visit: &Visit<'_>, now: DateTime<Utc>) {
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
        if let (Some(rate), 200 | 202 | 400 | 404) = (rate, response.status) {
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
