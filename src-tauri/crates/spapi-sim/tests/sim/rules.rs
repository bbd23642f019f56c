//! Amazon's rules: credentials, headers, arguments, bounds, pages and usage plans.

use std::collections::BTreeSet;

use crate::client::{Desk, error, ids, noon, text, token_request, window};
use chrono::{DateTime, TimeDelta, Utc};
use packlight_spapi_sim::{
    Amazon, Application, CLIENT_ID, CLIENT_SECRET, Draft, DraftLine, GERMANY, JAPAN, Operation,
    REFRESH_TOKEN, Request, Role, Seller, UK,
};

const ORDERS: &str = "/orders/2026-01-01/orders";
const ORDERS_V0: &str = "/orders/v0/orders";
const SELLERS: &str = "/sellers/v1/marketplaceParticipations";

type Arguments = Vec<(String, String)>;

/// Path, query, burst and nanoseconds per token.
type Planned<'a> = (&'a str, Vec<(&'a str, &'a str)>, usize, i64);

fn status_of_search(desk: &Desk, query: &[(&str, &str)]) -> (u16, String) {
    let answer = desk.search(query);
    (answer.status, error(&answer).1)
}

#[test]
fn the_token_service_takes_forms_and_json_and_names_what_is_wrong() {
    let desk = Desk::still(1);
    let ask = |request: &Request| {
        let answer = desk.amazon.handle(request);
        (answer.status, answer.value()["error"].as_str().unwrap_or("none").to_owned())
    };
    let good = token_request(CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN);
    let answer = desk.amazon.handle(&good).value();
    assert_eq!(answer["token_type"], "bearer");
    assert_eq!(answer["expires_in"], 3600);
    assert!(answer["access_token"].as_str().unwrap().starts_with("Atza|"));
    let mut json = good.clone();
    json.headers = vec![("content-type".to_owned(), "application/json".to_owned())];
    json.body = serde_json::json!({
        "grant_type": "refresh_token",
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "refresh_token": REFRESH_TOKEN,
    })
    .to_string()
    .into();
    assert_eq!(ask(&json).0, 200);
    let mut untyped = good.clone();
    untyped.headers.clear();
    assert_eq!(ask(&untyped), (400, "unsupported_grant_type".to_owned()));
    assert_eq!(ask(&token_request(CLIENT_ID, "wrong", REFRESH_TOKEN)), (401, "invalid_client".to_owned()));
    assert_eq!(
        ask(&token_request("stranger", CLIENT_SECRET, REFRESH_TOKEN)),
        (401, "invalid_client".to_owned())
    );
    assert_eq!(ask(&token_request(CLIENT_ID, CLIENT_SECRET, "wrong")), (400, "invalid_grant".to_owned()));
    assert_eq!(ask(&token_request(CLIENT_ID, CLIENT_SECRET, "")), (400, "invalid_request".to_owned()));
    desk.amazon.rotate_secret(CLIENT_ID, "new");
    assert_eq!(ask(&good), (401, "invalid_client".to_owned()));
    assert_eq!(ask(&token_request(CLIENT_ID, "new", REFRESH_TOKEN)).0, 200);
    desk.amazon.revoke(CLIENT_ID);
    assert_eq!(ask(&token_request(CLIENT_ID, "new", REFRESH_TOKEN)), (400, "invalid_grant".to_owned()));
    assert_eq!(desk.get(SELLERS, &[]).status, 200, "the access token lives on");
}

#[test]
fn a_refresh_token_of_another_application_is_refused_and_each_application_has_its_own_plans() {
    let second = Application {
        client_id: "sim-client-2".to_owned(),
        client_secret: "sim-secret-2".to_owned(),
        refresh_token: "sim-refresh-token-2".to_owned(),
    };
    let mut desk = Desk::new(Seller::with_orders(5, 1, noon()).application(second));
    let mixed = desk.amazon.handle(&token_request("sim-client-2", "sim-secret-2", REFRESH_TOKEN));
    assert_eq!((mixed.status, mixed.value()["error"].as_str()), (400, Some("unauthorized_client")));
    for _ in 0..15 {
        assert_eq!(desk.get(SELLERS, &[]).status, 200);
    }
    assert_eq!(desk.get(SELLERS, &[]).status, 429);
    let own = desk.amazon.handle(&token_request("sim-client-2", "sim-secret-2", "sim-refresh-token-2"));
    desk.token = own.value()["access_token"].as_str().unwrap().to_owned();
    assert_eq!(desk.get(SELLERS, &[]).status, 200);
}

#[test]
fn an_access_token_lives_for_exactly_an_hour() {
    let mut desk = Desk::still(1);
    desk.advance(TimeDelta::milliseconds(3_599_999));
    assert_eq!(desk.get(SELLERS, &[]).status, 200);
    desk.advance(TimeDelta::milliseconds(1));
    let refused = desk.get(SELLERS, &[]);
    let (code, message, details) = error(&refused);
    assert_eq!(refused.status, 403);
    assert_eq!(code, "Unauthorized");
    assert_eq!(message, "Access to requested resource is denied.");
    assert_eq!(details, "The access token you provided has expired.");
    desk.refresh();
    assert_eq!(desk.get(SELLERS, &[]).status, 200);
    desk.token = "Atza|made-up".to_owned();
    let refused = error(&desk.get(SELLERS, &[]));
    assert_eq!(refused.2, "The access token you provided is revoked, malformed or invalid.");
    desk.token.clear();
    assert_eq!(desk.get(SELLERS, &[]).status, 403);
}

#[test]
fn a_user_agent_with_a_language_is_mandatory() {
    let desk = Desk::still(1);
    let ask = |agent: Option<&str>| {
        let mut request = Request::get(SELLERS, &[]).with_header("x-amz-access-token", &desk.token);
        if let Some(agent) = agent {
            request = request.with_header("user-agent", agent);
        }
        desk.amazon.handle(&request).status
    };
    assert_eq!(ask(None), 400);
    assert_eq!(ask(Some("curl/8")), 400);
    assert_eq!(ask(Some("App/1.0 (Platform=Linux)")), 400);
    assert_eq!(ask(Some(&format!("App/1.0 (Language=Rust; Note={})", "x".repeat(500)))), 400);
    assert_eq!(ask(Some("App/1.0 (Language=Rust/1.95)")), 200);
}

#[test]
fn exactly_one_date_family_and_well_formed_instants() {
    let desk = Desk::still(5);
    let (after, before) = (text(noon() - TimeDelta::days(90)), text(noon() - TimeDelta::hours(1)));
    let (after, before) = (after.as_str(), before.as_str());
    let cases: [(&[(&str, &str)], u16); 10] = [
        (&[], 400),
        (&[("createdAfter", after)], 200),
        (&[("createdAfter", after), ("createdBefore", before)], 200),
        (&[("lastUpdatedAfter", after), ("lastUpdatedBefore", before)], 200),
        (&[("createdAfter", after), ("lastUpdatedAfter", after)], 400),
        (&[("createdAfter", after), ("lastUpdatedBefore", before)], 400),
        (&[("createdBefore", before)], 400),
        (&[("lastUpdatedAfter", before), ("lastUpdatedBefore", after)], 400),
        (&[("lastUpdatedAfter", "2026-11-01T00:00:00 09:00")], 400),
        (&[("lastUpdatedAfter", "2026-11-01")], 200),
    ];
    for (query, status) in cases {
        assert_eq!(status_of_search(&desk, query).0, status, "{query:?}");
    }
    let malformed = status_of_search(&desk, &[("createdAfter", "yesterday")]);
    assert_eq!(malformed, (400, "Invalid date-time field(s): createdAfter".to_owned()));
}

#[test]
fn the_upper_bound_is_at_least_two_minutes_old_in_both_versions() {
    let desk = Desk::still(5);
    let after = text(noon() - TimeDelta::days(90));
    let (good, bad) =
        (text(noon() - TimeDelta::seconds(120)), text(noon() - TimeDelta::milliseconds(119_999)));
    for family in ["created", "lastUpdated"] {
        let names = (format!("{family}After"), format!("{family}Before"));
        assert_eq!(status_of_search(&desk, &[(&names.0, &after), (&names.1, &good)]).0, 200);
        let (status, message) = status_of_search(&desk, &[(&names.0, &after), (&names.1, &bad)]);
        assert_eq!(status, 400);
        assert_eq!(
            message,
            format!("{family}Before must be at least two minutes before the time of the request.")
        );
        let names = (
            names.0.replacen(char::is_lowercase, &names.0[..1].to_uppercase(), 1),
            names.1.replacen(char::is_lowercase, &names.1[..1].to_uppercase(), 1),
        );
        let v0 = |before: &str| {
            desk.get(ORDERS_V0, &[("MarketplaceIds", UK), (&names.0, &after), (&names.1, before)])
        };
        assert_eq!(v0(&good).status, 200);
        assert_eq!((v0(&bad).status, error(&v0(&bad)).0), (400, "InvalidInput".to_owned()));
    }
    let echo = desk.search(&[("lastUpdatedAfter", &after)]).value();
    assert_eq!(echo["lastUpdatedBefore"], "2026-11-22T11:58:00Z");
    assert!(echo.get("createdBefore").is_none());
    let echo = desk.search(&[("createdAfter", &after), ("createdBefore", &good)]).value();
    assert_eq!(echo["createdBefore"], "2026-11-22T11:58:00Z");
}

#[test]
fn bounds_are_inclusive() {
    let desk = Desk::still(0);
    let at = noon() - TimeDelta::minutes(9) + TimeDelta::milliseconds(250);
    let id = desk.amazon.world().place(at, Draft::of([DraftLine::new("B0SIM00001", "x", 1, 100)])).unwrap();
    let hits = |after: DateTime<Utc>, before: DateTime<Utc>| ids(&desk.orders(&window(after, before)));
    let tick = TimeDelta::milliseconds(1);
    assert_eq!(hits(at, at), [id]);
    assert!(hits(at + tick, at + tick).is_empty());
    assert!(hits(at - tick, at - tick).is_empty());
    let created = |after: &str, before: &str| {
        desk.search(&[("createdAfter", after), ("createdBefore", before)]).value()["orders"]
            .as_array()
            .unwrap()
            .len()
    };
    assert_eq!(created(&text(at), &text(at)), 1);
    assert_eq!(created(&text(at + tick), &text(at + tick)), 0);
    let whole = "2026-11-22T11:51:00Z";
    let v0 = [("MarketplaceIds", UK), ("LastUpdatedAfter", whole), ("LastUpdatedBefore", whole)];
    let found = desk.get(ORDERS_V0, &v0).value()["payload"]["Orders"].clone();
    assert_eq!(found[0]["LastUpdateDate"], whole, "v0 prints and compares whole seconds");
}

#[test]
fn filters_and_their_words_are_checked() {
    let desk = Desk::new(Seller::with_orders(400, 7, noon()).marketplaces([UK, GERMANY]));
    let after = text(noon() - TimeDelta::days(90));
    let search = |name: &str, value: &str| desk.search(&[("createdAfter", &after), (name, value)]);
    for (name, value) in [
        ("marketplaceIds", "A1F83G8C2ARO7P,NOPE"),
        ("fulfillmentStatuses", "Unshipped"),
        ("fulfilledBy", "MFN"),
        ("includedData", "EVERYTHING"),
        ("maxResultsPerPage", "0"),
        ("maxResultsPerPage", "101"),
        ("maxResultsPerPage", "many"),
    ] {
        let answer = search(name, value);
        assert_eq!((answer.status, error(&answer).0), (400, "InvalidInput".to_owned()), "{name}={value}");
    }
    assert_eq!(search("marketplaceIds", &vec![UK; 51].join(",")).status, 400);
    assert_eq!(search("marketplaceIds", JAPAN).status, 403, "the seller does not sell there");
    for answer in [
        search("fulfillmentStatuses", "UNSHIPPED,PARTIALLY_SHIPPED"),
        search("fulfilledBy", "AMAZON"),
        search("marketplaceIds", GERMANY),
        search("maxResultsPerPage", "3"),
    ] {
        assert_eq!(answer.status, 200);
    }
    let german = search("marketplaceIds", GERMANY).value();
    assert!(
        german["orders"].as_array().unwrap().iter().all(|o| o["salesChannel"]["marketplaceId"] == GERMANY)
    );
    let both = search("marketplaceIds", &format!("{UK},{GERMANY}")).value();
    assert_eq!(both["orders"].as_array().unwrap().len(), 100);
}

#[test]
fn buyers_data_is_denied_and_the_attempt_is_on_record() {
    let desk = Desk::still(5);
    let after = text(noon() - TimeDelta::days(90));
    assert!(desk.amazon.privacy_breaches().is_empty());
    for value in ["BUYER", "RECIPIENT", "TAX", "PAYMENT"] {
        let included = format!("PROCEEDS,{value}");
        let answer = desk.search(&[("createdAfter", &after), ("includedData", &included)]);
        assert_eq!(
            (answer.status, error(&answer).1),
            (403, "Access to requested resource is denied.".to_owned())
        );
    }
    assert_eq!(desk.amazon.privacy_breaches().len(), 4);
}

#[test]
fn pages_are_disjoint_complete_shuffled_and_repeatable() {
    let desk = Desk::still(250);
    let mut arguments = desk.everything();
    let pages = desk.pages(&arguments);
    assert_eq!(pages.len(), 3);
    let sizes: Vec<usize> =
        pages.iter().map(|page| page.value()["orders"].as_array().unwrap().len()).collect();
    assert_eq!(sizes, [100, 100, 50]);
    assert!(pages[2].value().get("pagination").is_none(), "the last page has none");
    let all = desk.orders(&arguments);
    assert_eq!(ids(&all).into_iter().collect::<BTreeSet<_>>().len(), 250);
    let times: Vec<&str> = all.iter().map(|order| order["lastUpdatedTime"].as_str().unwrap()).collect();
    assert!(!times.is_sorted() && !times.iter().rev().is_sorted(), "no order of update time");
    arguments.push(("maxResultsPerPage".to_owned(), "50".to_owned()));
    assert_eq!(desk.pages(&arguments).len(), 5);
    assert_eq!(ids(&desk.orders(&arguments)), ids(&all), "the same sequence whatever the page size");
    assert!(pages.iter().all(|page| page.value()["lastUpdatedBefore"] == "2026-11-22T11:57:55Z"));
}

#[test]
fn a_paging_token_is_bound_to_its_arguments_for_24_hours() {
    let mut desk = Desk::still(250);
    let arguments = desk.everything();
    let token = desk.pages(&arguments)[0].value()["pagination"]["nextToken"].as_str().unwrap().to_owned();
    let ask = |desk: &Desk, change: &dyn Fn(&mut Arguments)| {
        let mut query = arguments.clone();
        change(&mut query);
        query.push(("paginationToken".to_owned(), token.clone()));
        let query: Vec<(&str, &str)> =
            query.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let answer = desk.search(&query);
        (answer.status, error(&answer).1, ids(answer.value()["orders"].as_array().unwrap_or(&Vec::new())))
    };
    let (status, _, page) = ask(&desk, &|_| {});
    assert_eq!((status, page.len()), (200, 100));
    assert_eq!(ask(&desk, &|_| {}).2, page, "asking again gives the same page");
    assert_eq!(ask(&desk, &|query| query[3].1 = "FULFILLMENT".to_owned()).0, 200);
    assert_eq!(
        ask(&desk, &|query| query.push(("maxResultsPerPage".to_owned(), "7".to_owned()))).2,
        page[..7]
    );
    let other =
        (400, "The paginationToken does not match the other parameters of the request.".to_owned(), vec![]);
    assert_eq!(ask(&desk, &|query| query[0].1 = "2026-01-01T00:00:00Z".to_owned()), other);
    assert_eq!(ask(&desk, &|query| query[1].1 = "2026-11-22T11:00:00Z".to_owned()), other);
    assert_eq!(ask(&desk, &|query| drop(query.remove(2))), other);
    assert_eq!(ask(&desk, &|query| query.push(("fulfilledBy".to_owned(), "AMAZON".to_owned()))), other);
    let forged = token.replacen(|c: char| c.is_ascii_digit(), "a", 1);
    let after = text(noon() - TimeDelta::days(1));
    let refused = desk.search(&[("lastUpdatedAfter", &after), ("paginationToken", &forged)]);
    assert_eq!(error(&refused).1, "Could not decode your paginationToken.");
    desk.advance(TimeDelta::hours(24));
    desk.refresh();
    assert_eq!(ask(&desk, &|_| {}).0, 200);
    desk.advance(TimeDelta::milliseconds(1));
    assert_eq!(ask(&desk, &|_| {}).1, "The paginationToken has expired.");
}

#[test]
fn a_traversal_longer_than_a_day_goes_on_as_long_as_each_token_is_used_in_time() {
    let mut desk = Desk::still(400);
    let arguments = desk.everything();
    let mut token = None::<String>;
    let mut seen = BTreeSet::new();
    for _ in 0..4 {
        let mut query: Vec<(&str, &str)> = arguments.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        query.extend(token.as_deref().map(|token| ("paginationToken", token)));
        let page = desk.search(&query).value();
        seen.extend(ids(page["orders"].as_array().unwrap()));
        token = page["pagination"]["nextToken"].as_str().map(str::to_owned);
        desk.advance(TimeDelta::hours(20));
        desk.refresh();
        // Another traversal is begun, at which those past their time are forgotten.
        desk.search(&[("createdAfter", "2026-01-01")]);
    }
    assert_eq!((seen.len(), token), (400, None));
}

#[test]
fn pages_show_the_world_as_it_was_when_the_first_was_asked_for() {
    let desk = Desk::still(150);
    let id = {
        let world = desk.amazon.world();
        let id = world.order_ids(noon(), Some(packlight_spapi_sim::Status::Unshipped)).remove(0);
        world.ship(&id, noon() + TimeDelta::seconds(30)).unwrap();
        id
    };
    let arguments = desk.everything();
    let first =
        desk.search(&arguments.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect::<Vec<_>>()).value();
    desk.advance(TimeDelta::minutes(1));
    let token = first["pagination"]["nextToken"].as_str().unwrap();
    let mut query: Vec<(&str, &str)> = arguments.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    query.push(("paginationToken", token));
    let second = desk.search(&query).value();
    let orders =
        [first["orders"].as_array().unwrap().clone(), second["orders"].as_array().unwrap().clone()].concat();
    assert_eq!(orders.len(), 150);
    let order = orders.iter().find(|order| order["orderId"] == *id).unwrap();
    assert_eq!(order["fulfillment"]["fulfillmentStatus"], "UNSHIPPED");
}

#[test]
fn v0_repeats_marketplaces_with_its_token_and_finds_orders_by_id() {
    let desk = Desk::still(120);
    let after = text(noon() - TimeDelta::days(90));
    let first = desk.get(ORDERS_V0, &[("MarketplaceIds", UK), ("CreatedAfter", &after)]).value();
    let token = first["payload"]["NextToken"].as_str().unwrap();
    assert!(first["payload"].get("CreatedBefore").is_some());
    let next = |query: &[(&str, &str)]| {
        let answer = desk.get(ORDERS_V0, &[query, &[("NextToken", token)]].concat());
        (answer.status, answer.value()["payload"]["Orders"].as_array().map_or(0, Vec::len))
    };
    assert_eq!(next(&[("MarketplaceIds", UK)]), (200, 20));
    assert_eq!(next(&[("MarketplaceIds", UK), ("CreatedAfter", &after)]), (200, 20));
    assert_eq!(next(&[]), (400, 0));
    assert_eq!(next(&[("MarketplaceIds", UK), ("CreatedAfter", "2026-11-01")]), (400, 0));
    let spaces = desk.get(ORDERS_V0, &[("MarketplaceIds", UK), ("NextToken", &token.replace('+', " "))]);
    assert_eq!(error(&spaces).1, "Could not decode your NextToken.");
    let known = desk.amazon.world().order_ids(noon(), None)[..3].join(",");
    let named = desk.get(ORDERS_V0, &[("MarketplaceIds", UK), ("AmazonOrderIds", &known)]).value();
    assert_eq!(named["payload"]["Orders"].as_array().unwrap().len(), 3);
    let many = vec!["202-0000000-0000000"; 51].join(",");
    assert_eq!(desk.get(ORDERS_V0, &[("MarketplaceIds", UK), ("AmazonOrderIds", &many)]).status, 400);
    assert_eq!(desk.get(ORDERS_V0, &[("CreatedAfter", &after)]).status, 400, "MarketplaceIds is required");
}

#[test]
fn unknown_orders_and_paths_are_not_found() {
    let desk = Desk::still(5);
    for path in
        ["/orders/2026-01-01/orders/202-1234567-1234567", "/orders/v0/orders/x/orderItems", "/nothing"]
    {
        let answer = desk.get(path, &[]);
        assert_eq!((answer.status, error(&answer).0), (404, "NotFound".to_owned()), "{path}");
    }
}

#[test]
fn every_operation_has_its_burst_and_then_one_call_per_period() {
    let after = text(noon() - TimeDelta::days(90));
    let id = Desk::still(5).amazon.world().order_ids(noon(), None).remove(0);
    let one = format!("{ORDERS}/{id}");
    let items = format!("{ORDERS_V0}/{id}/orderItems");
    let cases: [Planned<'_>; 7] = [
        (ORDERS, vec![("createdAfter", &after)], 20, 178_571_428_572),
        (&one, vec![], 30, 2_000_000_000),
        (ORDERS_V0, vec![("MarketplaceIds", UK), ("CreatedAfter", &after)], 20, 59_880_239_521),
        (&items, vec![], 30, 2_000_000_000),
        (SELLERS, vec![], 15, 62_500_000_000),
        ("/finances/2024-06-19/transactions", vec![("postedAfter", &after)], 10, 2_000_000_000),
        ("/reports/2021-06-30/reports", vec![("reportTypes", "GET_X")], 10, 45_045_045_046),
    ];
    for (path, query, burst, period) in cases {
        let desk = Desk::still(5);
        for nth in 0..burst {
            assert_eq!(desk.get(path, &query).status, 200, "{path} call {nth}");
        }
        let refused = desk.get(path, &query);
        assert_eq!(refused.status, 429);
        assert_eq!(error(&refused).0, "QuotaExceeded");
        assert_eq!(refused.header("x-amzn-ErrorType"), Some("TooManyRequestsException"));
        assert!(
            refused.header("x-amzn-RateLimit-Limit").is_none() && refused.header("Retry-After").is_none()
        );
        desk.advance(TimeDelta::nanoseconds(period - 1));
        assert_eq!(desk.get(path, &query).status, 429, "{path} a nanosecond early");
        desk.advance(TimeDelta::nanoseconds(1));
        assert_eq!(desk.get(path, &query).status, 200, "{path} on time");
        assert_eq!(desk.get(path, &query).status, 429);
        assert_eq!(desk.amazon.throttled(), 3);
    }
}

#[test]
fn the_rate_scale_multiplies_rates_and_not_bursts() {
    let desk = Desk::new(Seller::with_orders(5, 1, noon()).rate_scale(1000));
    let after = text(noon() - TimeDelta::days(90));
    let ask = || desk.search(&[("createdAfter", &after)]);
    assert_eq!(ask().header("x-amzn-RateLimit-Limit"), Some("5.6"));
    assert_eq!((1..25).filter(|_| ask().status == 200).count(), 19);
    desk.advance(TimeDelta::milliseconds(179));
    assert_eq!(ask().status, 200);
}

#[test]
fn answers_carry_date_request_id_and_rate() {
    let desk = Desk::still(5);
    let after = text(noon() - TimeDelta::days(90));
    let good = desk.search(&[("createdAfter", &after)]);
    let bad = desk.search(&[]);
    for answer in [&good, &bad] {
        assert_eq!(answer.header("date"), Some("Sun, 22 Nov 2026 12:00:00 GMT"));
        assert_eq!(answer.header("X-AMZN-RATELIMIT-LIMIT"), Some("0.0056"));
    }
    assert_ne!(good.header("x-amzn-RequestId"), bad.header("x-amzn-RequestId"));
    let calls = desk.amazon.calls();
    assert_eq!(calls[1].request_id, bad.header("x-amzn-RequestId").unwrap());
    assert_eq!((calls[0].operation, calls[0].status, calls[1].status), (Operation::SearchOrders, 200, 400));
    assert_eq!(calls[0].at, noon());
}

#[test]
fn roles_and_marketplaces_are_denied_one_by_one() {
    let desk = Desk::new(Seller::with_orders(5, 1, noon()).marketplaces([UK, GERMANY]));
    let after = text(noon() - TimeDelta::days(90));
    let finances = || desk.get("/finances/2024-06-19/transactions", &[("postedAfter", &after)]).status;
    let report = |kind| desk.get("/reports/2021-06-30/reports", &[("reportTypes", kind)]).status;
    assert_eq!((finances(), report("GET_SALES_AND_TRAFFIC_REPORT")), (200, 200));
    desk.amazon.deny(Role::Finance);
    desk.amazon.deny(Role::BrandAnalytics);
    assert_eq!((finances(), report("GET_SALES_AND_TRAFFIC_REPORT")), (403, 403));
    assert_eq!(report("GET_FLAT_FILE_ALL_ORDERS_DATA_BY_LAST_UPDATE_GENERAL"), 200);
    desk.amazon.grant(Role::Finance);
    assert_eq!(finances(), 200);
    desk.amazon.deny(Role::Orders);
    assert_eq!(status_of_search(&desk, &[("createdAfter", &after)]).0, 403);
    desk.amazon.grant(Role::Orders);
    desk.amazon.close_marketplace(GERMANY);
    let both = format!("{UK},{GERMANY}");
    assert_eq!(status_of_search(&desk, &[("createdAfter", &after), ("marketplaceIds", &both)]).0, 403);
    assert_eq!(status_of_search(&desk, &[("createdAfter", &after), ("marketplaceIds", UK)]).0, 200);
}

#[test]
fn probes_check_their_arguments() {
    let desk = Desk::still(5);
    let finances = |query: &[(&str, &str)]| desk.get("/finances/2024-06-19/transactions", query);
    assert_eq!(error(&finances(&[])).1, "Start date cannot be null");
    assert_eq!(
        finances(&[("relatedIdentifierName", "ORDER_ID"), ("relatedIdentifierValue", "x")]).status,
        200
    );
    let just_now = text(noon() - TimeDelta::seconds(60));
    assert_eq!(finances(&[("postedAfter", &just_now)]).status, 400);
    let reports = |query: &[(&str, &str)]| desk.get("/reports/2021-06-30/reports", query);
    assert_eq!(reports(&[]).status, 400);
    assert_eq!(reports(&[("reportTypes", "GET_X"), ("createdSince", "2026-01-01")]).status, 400);
    assert_eq!(
        reports(&[("reportTypes", "GET_X"), ("pageSize", "10")]).value()["reports"],
        serde_json::json!([])
    );
}

#[tokio::test(start_paused = true)]
async fn on_a_paused_runtime_the_simulation_lives_in_virtual_time() {
    let amazon = Amazon::new(Seller::with_orders(5, 1, noon()));
    assert_eq!(amazon.now(), noon());
    tokio::time::sleep(std::time::Duration::from_hours(24)).await;
    assert_eq!(amazon.now(), noon() + TimeDelta::days(1));
}
