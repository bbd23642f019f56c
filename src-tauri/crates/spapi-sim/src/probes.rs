//! Small operations by which a client finds out what it was granted: sellers and finances.
//!
//! Invariant: with the role they answer like an account in which nothing happened; without it, 403.

use serde_json::{Value, json};

use crate::desk::{Desk, Visit};
use crate::http::Response;
use crate::orders::Orders;
use crate::orders_list::instant;
use crate::problem::Problem;

/// A role that the seller ticks for an application (reference: spapi.md §1.9).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// Inventory and Order Tracking: orders and order reports.
    Orders,
    /// Finance and Accounting: transactions and settlement reports.
    Finance,
    /// Brand Analytics: the sales and traffic report.
    BrandAnalytics,
    /// Product Listing: listing reports.
    ProductListing,
}

const TWO_MINUTES: i64 = 120_000;

/// Answers `getMarketplaceParticipations`.
pub(crate) fn participations(desk: &Desk, world: &Orders) -> Response {
    let participation = |store: &&'static crate::marketplace::Marketplace| {
        json!({
            "marketplace": {
                "id": store.id,
                "name": store.name,
                "countryCode": store.country,
                "defaultCurrencyCode": store.currency,
                "defaultLanguageCode": store.language,
                "domainName": format!("www.{}", store.name.to_lowercase()),
            },
            "participation": {
                "isParticipating": !desk.closed_marketplaces.contains(store.id),
                "hasSuspendedListings": false,
            },
            "storeName": desk.store_name,
        })
    };
    let mut payload: Vec<Value> = world.marketplaces().iter().map(participation).collect();
    // Real accounts also list a pseudo marketplace for orders from outside Amazon.
    payload.push(json!({
        "marketplace": {
            "id": "A2ZV50J4W1RKNI",
            "name": "Non-Amazon",
            "countryCode": "US",
            "defaultCurrencyCode": "USD",
            "defaultLanguageCode": "en_US",
            "domainName": "sim1.stores.amazon.com",
        },
        "participation": {"isParticipating": true, "hasSuspendedListings": false},
        "storeName": desk.store_name,
    }));
    Response::json(200, &json!({"payload": payload}))
}

/// Answers `listTransactions`: no transaction ever happened, but the arguments have to be right.
pub(crate) fn transactions(visit: &Visit<'_>) -> Result<Response, Problem> {
    let parameter = |name| visit.request.parameter(name);
    let related =
        parameter("relatedIdentifierName").is_some() && parameter("relatedIdentifierValue").is_some();
    let latest = visit.at - TWO_MINUTES;
    let after = parameter("postedAfter").map(|text| instant("postedAfter", text)).transpose()?;
    let before = parameter("postedBefore").map(|text| instant("postedBefore", text)).transpose()?;
    match after {
        None if !related => return Err(Problem::invalid_input("Start date cannot be null")),
        Some(after) if after > latest => {
            return Err(Problem::invalid_input(
                "postedAfter must be more than two minutes before the request.",
            ));
        }
        Some(after) if before.is_some_and(|before| before <= after) => {
            return Err(Problem::invalid_input("postedBefore must be later than postedAfter."));
        }
        _ => {}
    }
    if before.is_some_and(|before| before > latest) {
        return Err(Problem::invalid_input("postedBefore must be more than two minutes before the request."));
    }
    Ok(Response::json(200, &json!({"payload": {"transactions": []}})))
}
