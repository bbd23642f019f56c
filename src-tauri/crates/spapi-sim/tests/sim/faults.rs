//! Every fault does what it says, as often as it says, and nothing else.

use std::collections::BTreeSet;
use std::time::Duration;

use chrono::{DateTime, TimeDelta};
use packlight_spapi_sim::{
    BadJson, CLIENT_ID, CLIENT_SECRET, Delivery, Fault, Injection, LwaError, Operation, REFRESH_TOKEN,
    RateHeader, Response, Seller, Status,
};
use serde_json::Value;

use crate::client::{ALL_DATA, Desk, error, ids, noon, text, token_request, window};

/// One search that succeeds where nothing is wrong.
fn search(desk: &Desk) -> Response {
    desk.search(&[("createdAfter", "2026-01-01"), ALL_DATA])
}

fn sellers(desk: &Desk) -> Response {
    desk.get("/sellers/v1/marketplaceParticipations", &[])
}

fn refresh(desk: &Desk) -> Response {
    desk.amazon.handle(&token_request(CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN))
}

#[test]
fn a_fault_strikes_where_and_as_often_as_it_was_told() {
    let desk = Desk::still(3);
    let statuses = |desk: &Desk, n: usize| (0..n).map(|_| search(desk).status).collect::<Vec<_>>();
    desk.amazon.inject(Fault::ServerError(503).once());
    assert_eq!(statuses(&desk, 2), [503, 200]);
    desk.amazon.inject(Fault::ServerError(500).times(2).after(1).on(Operation::SearchOrders));
    assert_eq!(sellers(&desk).status, 200);
    assert_eq!(statuses(&desk, 4), [200, 500, 500, 200]);
    let id = desk.amazon.inject(Fault::ServerError(504));
    assert_eq!(statuses(&desk, 3), [504, 504, 504]);
    assert_eq!(refresh(&desk).status, 200, "the token service is left alone");
    desk.amazon.lift(id);
    assert_eq!(statuses(&desk, 1), [200]);
    desk.amazon.inject(Fault::ServerError(500).on(Operation::Token).once());
    assert_eq!((statuses(&desk, 1)[0], refresh(&desk).status, refresh(&desk).status), (200, 500, 200));
    let sometimes = |seed| {
        let desk = Desk::new(Seller::with_orders(1, seed, noon()).rate_scale(1_000_000));
        desk.amazon.inject(Injection::from(Fault::Throttle).permille(300));
        (0..200)
            .map(|_| {
                desk.advance(TimeDelta::seconds(1));
                search(&desk).status
            })
            .collect::<Vec<_>>()
    };
    let struck = sometimes(1).iter().filter(|status| **status == 429).count();
    assert!((40..80).contains(&struck), "{struck}");
    assert_eq!(sometimes(1), sometimes(1));
    assert_ne!(sometimes(1), sometimes(2));
}

#[test]
fn throttling_comes_with_or_without_tokens_in_the_bucket() {
    let desk = Desk::still(3);
    desk.amazon.inject(Fault::Throttle.once());
    let refused = search(&desk);
    assert_eq!((refused.status, error(&refused).0), (429, "QuotaExceeded".to_owned()));
    assert!(refused.header("x-amzn-RateLimit-Limit").is_none());
    assert_eq!(search(&desk).status, 200);
    desk.amazon.inject(Fault::EmptyBucket.once());
    assert_eq!([search(&desk).status, search(&desk).status], [429, 429]);
    desk.advance(TimeDelta::milliseconds(178_572));
    assert_eq!([search(&desk).status, search(&desk).status], [200, 429]);
}

#[test]
fn gateways_answer_in_html() {
    let desk = Desk::still(3);
    let target = "http://portal.invalid/login";
    for (fault, status) in [
        (Fault::HtmlPage, 200),
        (Fault::Html400, 400),
        (Fault::HtmlError(503), 503),
        (Fault::Redirect, 302),
        (Fault::RedirectTo(target.to_owned()), 302),
    ] {
        desk.amazon.inject(fault.clone().once());
        let answer = search(&desk);
        assert_eq!(answer.status, status);
        assert!(answer.header("content-type").unwrap().starts_with("text/html"), "{fault:?}");
        assert!(answer.body.starts_with(b"<html>"));
        assert_eq!(answer.header("location").is_some(), status == 302);
        assert!(answer.header("x-amzn-RateLimit-Limit").is_none() || status != 302);
    }
}

#[test]
fn credentials_fail_on_demand() {
    let desk = Desk::still(3);
    desk.amazon.inject(Fault::TokenExpired.once());
    let expired = search(&desk);
    assert_eq!(
        (expired.status, error(&expired).2),
        (403, "The access token you provided has expired.".to_owned())
    );
    desk.amazon.inject(Fault::AccessDenied.once());
    let denied = search(&desk);
    assert_eq!(
        (denied.status, error(&denied)),
        (
            403,
            ("Unauthorized".to_owned(), "Access to requested resource is denied.".to_owned(), String::new())
        )
    );
    for (lwa, status, word) in [
        (LwaError::InvalidGrant, 400, "invalid_grant"),
        (LwaError::InvalidClient, 401, "invalid_client"),
        (LwaError::UnauthorizedClient, 400, "unauthorized_client"),
        (LwaError::UnsupportedGrantType, 400, "unsupported_grant_type"),
        (LwaError::InvalidRequest, 400, "invalid_request"),
        (LwaError::AccessDenied, 403, "access_denied"),
    ] {
        desk.amazon.inject(Fault::Lwa(lwa).once());
        assert_eq!(search(&desk).status, 200, "only the token service refuses");
        let refused = refresh(&desk);
        assert_eq!((refused.status, refused.value()["error"].as_str()), (status, Some(word)));
    }
    for seconds in [0, -5, 1_000_000_000] {
        desk.amazon.inject(Fault::ExpiresIn(seconds).once());
        assert_eq!(refresh(&desk).value()["expires_in"], seconds);
    }
    desk.amazon.inject(Fault::Delay(Duration::from_secs(9)).on(Operation::Token).once());
    assert_eq!(refresh(&desk).delivery, Delivery::After(Duration::from_secs(9)));
}

#[test]
fn bodies_are_damaged() {
    let desk = Desk::still(30);
    let good = search(&desk).body;
    for way in [
        BadJson::Truncated,
        BadJson::ByteOrderMark,
        BadJson::UnquotedWord,
        BadJson::InvalidUtf8,
        BadJson::LoneSurrogate,
        BadJson::Empty,
    ] {
        desk.amazon.inject(Fault::BadJson(way).once());
        let answer = search(&desk);
        assert_eq!(answer.status, 200);
        assert_ne!(answer.body, good);
        let read = serde_json::from_slice::<Value>(&answer.body);
        assert!(read.is_err(), "{way:?} can still be read");
    }
    desk.amazon.inject(Fault::BadJson(BadJson::Swollen(5_000_000)).once());
    let swollen = search(&desk);
    assert!(swollen.body.len() > 5_000_000);
    assert_eq!(swollen.value()["orders"].as_array().unwrap().len(), 30);
    assert_eq!(search(&desk).body, good);
}

#[test]
fn fields_are_of_the_wrong_kind_but_orders_stay_recognisable() {
    let good = Desk::still(80).orders(&window(noon() - TimeDelta::days(400), noon() - TimeDelta::minutes(3)));
    for fault in [Fault::NullFields, Fault::UnknownEnums, Fault::WrongTypes] {
        let desk = Desk::still(80);
        desk.amazon.inject(fault.clone().once());
        let spoilt = desk.orders(&window(noon() - TimeDelta::days(400), noon() - TimeDelta::minutes(3)));
        assert_eq!(ids(&spoilt), ids(&good), "{fault:?}");
        assert_ne!(spoilt, good, "{fault:?}");
        let printed = serde_json::to_string(&spoilt).unwrap();
        assert_eq!(printed.contains("null"), fault == Fault::NullFields);
        assert_eq!(printed.contains("SIM_UNHEARD_OF"), fault == Fault::UnknownEnums);
        let again = Desk::still(80);
        again.amazon.inject(fault.clone().once());
        let same = again.orders(&window(noon() - TimeDelta::days(400), noon() - TimeDelta::minutes(3)));
        assert_eq!(same, spoilt, "the seed decides");
    }
}

#[test]
fn a_named_field_is_hit_and_no_other() {
    let everything = || window(noon() - TimeDelta::days(400), noon() - TimeDelta::minutes(3));
    let good = Desk::still(30).orders(&everything());
    let spoilt = |fault: Fault| {
        let desk = Desk::still(30);
        desk.amazon.inject(fault);
        desk.orders(&everything())
    };
    let mut expected = good.clone();
    for order in &mut expected {
        order["lastUpdatedTime"] = Value::Null;
    }
    assert_eq!(spoilt(Fault::FieldNull("lastUpdatedTime".into())), expected);
    for order in &mut expected {
        order.as_object_mut().unwrap().remove("lastUpdatedTime");
    }
    assert_eq!(spoilt(Fault::FieldAbsent("lastUpdatedTime".into())), expected);
    let mut expected = good;
    for order in &mut expected {
        order["orderItems"].as_array_mut().unwrap().last_mut().unwrap()["orderItemId"] = Value::Null;
    }
    assert_eq!(spoilt(Fault::LineWithoutId), expected);
}

/// A world of 250 orders with one fault, and its ids page by page.
fn faulty_pages(injection: Injection) -> Vec<Vec<String>> {
    let desk = Desk::still(250);
    desk.amazon.inject(injection);
    let pages = desk.pages(&desk.everything());
    let good = pages.iter().filter(|page| page.status == 200);
    good.map(|page| ids(page.value()["orders"].as_array().unwrap())).collect()
}

#[test]
fn pages_go_wrong() {
    let good = faulty_pages(Fault::NoDate.once());
    let loops = faulty_pages(Fault::LoopingToken.into());
    assert_eq!(loops.len(), 20, "for ever, that is until the plan is used up");
    assert!(loops[1..].iter().all(|page| *page == good[1]));
    let again = faulty_pages(Fault::NewTokenSamePage.times(2));
    assert_eq!(again, [&good[0], &good[1], &good[1], &good[1], &good[2]].map(Clone::clone));
    let empty = faulty_pages(Fault::EmptyPageWithToken.times(2).after(1));
    assert_eq!(empty, [good[0].clone(), vec![], vec![], good[1].clone(), good[2].clone()]);
    let empty_first = faulty_pages(Fault::EmptyPageWithToken.once());
    assert_eq!(empty_first, [vec![], good[0].clone(), good[1].clone(), good[2].clone()]);
    let last = faulty_pages(Fault::EmptyLastPage.into());
    assert_eq!(last, [good[0].clone(), good[1].clone(), good[2].clone(), vec![]]);
    let doubled = faulty_pages(Fault::DuplicateOrders.into());
    assert_eq!(doubled.iter().map(Vec::len).collect::<Vec<_>>(), [101, 102, 52]);
    assert_eq!(doubled[1][100..], [good[1][0].clone(), good[0][99].clone()]);
    let shuffled = faulty_pages(Fault::ShuffledPages.once()).concat();
    assert_ne!(shuffled, good.concat());
    assert_eq!(shuffled.iter().collect::<BTreeSet<_>>(), good.concat().iter().collect::<BTreeSet<_>>());
    let desk = Desk::still(250);
    desk.amazon.inject(Fault::PaginationTokenRefused.once());
    let pages = desk.pages(&desk.everything());
    assert_eq!(pages.len(), 2);
    assert_eq!((pages[1].status, error(&pages[1]).1.as_str()), (400, "The paginationToken has expired."));
}

#[test]
fn an_order_that_changes_leaves_the_pages_not_yet_read() {
    let desk = Desk::still(150);
    desk.amazon.inject(Fault::MovingOrders);
    let arguments = desk.everything();
    let query: Vec<(&str, &str)> = arguments.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    let first = desk.search(&query).value();
    let seen = ids(first["orders"].as_array().unwrap());
    let moved = {
        let world = desk.amazon.world();
        let open = world.order_ids(noon(), Some(Status::Unshipped));
        let moved = open.into_iter().find(|id| !seen.contains(id)).unwrap();
        world.ship(&moved, noon() + TimeDelta::seconds(1)).unwrap();
        moved
    };
    desk.advance(TimeDelta::minutes(10));
    let token = first["pagination"]["nextToken"].as_str().unwrap();
    let second = desk.search(&[query.as_slice(), &[("paginationToken", token)]].concat()).value();
    let rest = ids(second["orders"].as_array().unwrap());
    assert_eq!(rest.len(), 49);
    assert!(!rest.contains(&moved));
    let later = desk.orders(&window(noon(), noon() + TimeDelta::minutes(5)));
    assert_eq!(ids(&later), [moved], "the next window has it");
}

#[test]
fn orders_are_listed_late_or_never_but_found_by_their_id() {
    let desk = Desk::still(0);
    let id = {
        let world = desk.amazon.world();
        let line = packlight_spapi_sim::DraftLine::new("B0SIM00001", "Late", 1, 100);
        world.place(noon(), packlight_spapi_sim::Draft::of([line])).unwrap()
    };
    desk.advance(TimeDelta::minutes(5));
    let listed = |desk: &Desk| desk.orders(&window(noon(), noon() + TimeDelta::minutes(1))).len();
    assert_eq!(listed(&desk), 1);
    let fault = desk.amazon.inject(Fault::LateOrders { seconds: 600, permille: 1000 });
    assert_eq!(listed(&desk), 0);
    assert_eq!(desk.get(&format!("/orders/2026-01-01/orders/{id}"), &[]).status, 200);
    desk.advance(TimeDelta::minutes(5));
    assert_eq!(listed(&desk), 1);
    desk.amazon.lift(fault);
    desk.amazon.inject(Fault::LateOrders { seconds: u32::MAX, permille: 1000 });
    desk.advance(TimeDelta::minutes(30));
    assert_eq!(listed(&desk), 0);
    let some = Desk::still(1000);
    some.amazon.inject(Fault::LateOrders { seconds: u32::MAX, permille: 100 });
    let listed = some.orders(&some.everything()).len();
    assert!((860..940).contains(&listed), "{listed}");
}

#[test]
fn headers_lie() {
    let desk = Desk::still(3);
    let rate = |header: RateHeader| {
        desk.amazon.inject(Fault::RateHeader(header).once());
        search(&desk).header("x-amzn-RateLimit-Limit").map(str::to_owned)
    };
    assert_eq!(rate(RateHeader::Text("abc".to_owned())).as_deref(), Some("abc"));
    assert_eq!(rate(RateHeader::Text("-1".to_owned())).as_deref(), Some("-1"));
    assert_eq!(rate(RateHeader::Permille(500)).as_deref(), Some("0.0028"));
    assert_eq!(rate(RateHeader::Permille(4000)).as_deref(), Some("0.0224"));
    assert_eq!(rate(RateHeader::Absent), None);
    desk.amazon.inject(Fault::ClockSkew(-90).once());
    let skewed = search(&desk);
    let date = DateTime::parse_from_rfc2822(skewed.header("Date").unwrap()).unwrap();
    assert_eq!(date.to_utc(), noon() - TimeDelta::seconds(90));
    desk.amazon.inject(Fault::NoDate.once());
    assert!(search(&desk).header("date").is_none());
    assert!(search(&desk).header("date").is_some());
}

#[test]
fn a_data_set_is_refused_only_where_it_is_asked_for() {
    let desk = Desk::still(3);
    desk.amazon.inject(Fault::IncludedDataRefused("FULFILLMENT".to_owned()));
    let refused = search(&desk);
    assert_eq!((refused.status, error(&refused).0), (400, "InvalidInput".to_owned()));
    let after = text(noon() - TimeDelta::days(90));
    let without = desk.search(&[("createdAfter", &after), ("includedData", "PROCEEDS,PACKAGES")]);
    assert_eq!(without.status, 200);
}

#[test]
fn deliveries_are_marked_for_whoever_carries_them() {
    let desk = Desk::still(3);
    let pause = Duration::from_millis(5);
    desk.amazon.inject(Fault::SlowBody { chunk: 10, pause }.once());
    assert_eq!(search(&desk).delivery, Delivery::Trickle { chunk: 10, pause });
    desk.amazon.inject(Fault::ResetBody(100).once());
    assert_eq!(search(&desk).delivery, Delivery::ResetAfter(100));
    assert_eq!(search(&desk).delivery, Delivery::Whole);
}

#[test]
fn faults_can_be_given_in_words() {
    let read = |text: &str| text.parse::<Injection>();
    assert_eq!(read("throttle@searchOrders*3"), Ok(Fault::Throttle.on(Operation::SearchOrders).times(3)));
    assert_eq!(read("server-error:503"), Ok(Fault::ServerError(503).into()));
    assert_eq!(
        read("redirect:http://a.invalid/x*1"),
        Ok(Fault::RedirectTo("http://a.invalid/x".to_owned()).times(1))
    );
    assert_eq!(
        read("rate-header:-1@getOrder"),
        Ok(Fault::RateHeader(RateHeader::Text("-1".to_owned())).on(Operation::GetOrder))
    );
    assert!(
        read("throtle").unwrap_err().to_string().starts_with("unknown fault `throtle`; known are throttle, ")
    );
    assert!(read("server-error:99").is_err());
    assert_eq!(read("throttle@nothing").unwrap_err().to_string(), "unknown operation `nothing`");
    assert_eq!(read("throttle*many").unwrap_err().to_string(), "`many` is not a number of times");
}
