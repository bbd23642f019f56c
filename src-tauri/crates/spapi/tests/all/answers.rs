//! Everything that can come back instead of an answer: retried where that helps, named in a sentence, never believed.

use std::time::Duration;

use packlight_spapi::{ErrorKind, IncludedData, Operation, Patience, TransportError};
use tokio::time::Instant;

use crate::support::{Says, Setup, desk, errand, in_turn, search, with_patience};

const LOGIN_PAGE: &str = "something that is not Amazon's answer came back, such as the login page of a network: open a web page in the browser to sign in to the network, then try again";

fn unread(why: &str) -> String {
    format!(
        "Amazon's answer could not be read ({why}): nothing of it was kept, and it is asked for again at the next try"
    )
}

#[tokio::test(start_paused = true)]
async fn what_is_no_answer_is_asked_for_three_times_and_then_given_up() {
    for (says, sentence) in [
        (Says::raw(200, "text/html", "<html><title>Guest network</title>"), LOGIN_PAGE.to_owned()),
        (Says::raw(200, "application/json", "<!DOCTYPE html>"), LOGIN_PAGE.to_owned()),
        (Says::raw(200, "text/xml", "<?xml version=\"1.0\"?><Error/>"), LOGIN_PAGE.to_owned()),
        (Says::json(200, r#"{"orders":[{"orderId":"203"#), unread("no JSON, or cut short")),
        (Says::json(200, r#"{"orders":[],"x":UOSS}"#), unread("no JSON, or cut short")),
        (Says::json(200, r#"{"orders":[]} trailing"#), unread("no JSON, or cut short")),
        (Says::json(200, ""), unread("no JSON, or cut short")),
        (Says::raw(200, "application/json", b"{\"orders\":[],\"x\":\"\xFF\"}".to_vec()), unread("not UTF-8")),
        (Says::json(200, "{}"), unread("JSON without a list of orders")),
        (Says::json(200, r#"{"orders":null}"#), unread("JSON without a list of orders")),
        (Says::json(200, r#"{"orders":{}}"#), unread("JSON without a list of orders")),
        (Says::json(200, r#"{"orders":[],"pagination":"x"}"#), unread("JSON without a page token")),
        (
            Says::json(200, r#"{"orders":[],"pagination":{"nextToken":{}}}"#),
            unread("JSON without a page token"),
        ),
    ] {
        let shown = says.clone();
        let desk = desk(move |_| says.clone());
        let errand = errand();
        let error = desk.client.search_orders(&search(), &errand).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Malformed, "{shown:?}");
        assert_eq!(error.to_string(), sentence);
        assert!(error.retryable);
        assert_eq!((desk.calls().len(), errand.tally.failures()), (3, 3));
    }
}

#[tokio::test(start_paused = true)]
async fn a_byte_order_mark_and_half_a_surrogate_do_not_cost_the_page() {
    let mut marked = b"\xEF\xBB\xBF".to_vec();
    marked.extend(br#"{"orders":[{"orderId":"203-1","orderItems":[{"orderItemId":"1","product":{"title":"a\ud83db"}}]}]}"#);
    let desk = desk(move |_| Says::raw(200, "application/json", marked.clone()));
    let page = desk.client.search_orders(&search(), &errand()).await.unwrap();
    assert_eq!(page.updates[0].lines[0].item.title.as_deref(), Some("a\u{FFFD}b"));
}

#[tokio::test(start_paused = true)]
async fn a_hiccup_is_passed_over() {
    for says in [
        Says::json(500, "{}"),
        Says::raw(503, "text/html", "<html>"),
        Says::raw(504, "text/plain", ""),
        Says::raw(200, "text/html", "<html>"),
        Says::json(200, r#"{"orders":[{"#),
        Says::nothing(TransportError::Broken),
        Says::nothing(TransportError::Timeout),
        Says::nothing(TransportError::Damaged),
    ] {
        let desk = desk(in_turn([says, Says::page()]));
        let errand = errand();
        desk.client.search_orders(&search(), &errand).await.unwrap();
        assert_eq!((errand.tally.calls(), errand.tally.failures()), (2, 1));
        assert_eq!(desk.client.budget(Operation::SearchOrders).whole_tokens, 18, "each try takes a token");
    }
}

#[tokio::test(start_paused = true)]
async fn an_outage_is_given_up_after_five_tries_that_lie_further_and_further_apart() {
    let desk = desk(|_| Says::error(500, "InternalFailure", "We encountered an internal error.", ""));
    let error = desk.client.search_orders(&search(), &errand()).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Unavailable);
    assert_eq!(
        error.to_string(),
        "Amazon's servers failed while the list of orders was asked for: nothing is lost, try again later"
    );
    assert_eq!((error.status, error.code.as_deref()), (Some(500), Some("InternalFailure")));
    assert!(error.retryable);
    let gaps: Vec<_> = desk.calls().windows(2).map(|pair| pair[1].at - pair[0].at).collect();
    assert_eq!(gaps.len(), 4);
    for (gap, whole) in gaps.iter().zip([1, 2, 4, 8].map(Duration::from_secs)) {
        assert!(*gap >= whole / 2 && *gap <= whole + Duration::from_millis(1), "{gaps:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_never_left_costs_no_token() {
    for reason in [
        TransportError::Dns,
        TransportError::Refused,
        TransportError::Unreachable,
        TransportError::ConnectTimeout,
        TransportError::Tls("certificate expired".into()),
    ] {
        let failing = reason.clone();
        let desk = desk(move |_| Says::nothing(failing.clone()));
        let errand = errand();
        let error = desk.client.search_orders(&search(), &errand).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Offline(reason));
        assert!(error.retryable && error.status.is_none());
        assert_eq!((errand.tally.calls(), errand.tally.failures()), (0, 5));
        assert_eq!(desk.client.budget(Operation::SearchOrders).whole_tokens, 20);
    }
}

#[tokio::test(start_paused = true)]
async fn a_connection_without_trust_says_so_and_offers_no_way_around() {
    let desk = desk(|_| Says::nothing(TransportError::Tls("certificate expired".into())));
    let error = desk.client.search_orders(&search(), &errand()).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the connection to Amazon is not trusted (certificate expired): check this computer's clock and whether a proxy or virus scanner opens secure connections"
    );
}

#[tokio::test(start_paused = true)]
async fn a_redirect_is_not_followed() {
    for status in [301, 302, 307, 308] {
        let desk = desk(move |_| {
            Says::raw(status, "text/html", "").with("location", "https://elsewhere.example.com/orders")
        });
        let error = desk.client.search_orders(&search(), &errand()).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Redirected);
        assert_eq!(
            error.to_string(),
            "the answer pointed to another server and was not followed: check whether this network needs a login or a proxy, then try again"
        );
        let calls = desk.calls();
        assert_eq!(calls.len(), 1);
        assert_eq!(calls[0].host, "sellingpartnerapi-eu.amazon.com");
    }
}

#[tokio::test(start_paused = true)]
async fn refusals_that_repeating_cannot_cure_are_not_repeated() {
    for (says, kind) in [
        (Says::error(404, "NotFound", "no such order", ""), ErrorKind::NotFound),
        (Says::error(413, "RequestTooLarge", "too large", ""), ErrorKind::TooLarge),
        (Says::error(415, "UnsupportedMediaType", "no", ""), ErrorKind::InvalidInput),
        (
            Says::error(403, "Unauthorized", "Access to the resource is forbidden", ""),
            ErrorKind::AccessDenied,
        ),
        (Says::raw(400, "text/html", "<html>400 Bad Request"), ErrorKind::Malformed),
        (Says::raw(403, "text/html", "<html>blocked by your company"), ErrorKind::Malformed),
        (Says::nothing(TransportError::TooLarge(64)), ErrorKind::Offline(TransportError::TooLarge(64))),
    ] {
        let desk = desk(move |_| says.clone());
        let error = desk.client.get_order("203-1", IncludedData::ALL, &errand()).await.unwrap_err();
        assert_eq!(error.kind, kind);
        assert_eq!(error.operation, Some(Operation::GetOrder));
        assert_eq!(desk.calls().len(), 1, "{kind:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_refused_page_token_and_a_young_bound_are_told_apart() {
    let refused =
        Says::error(400, "InvalidInput", "lastUpdatedBefore must be at least two minutes before now", "");
    let says = refused.clone();
    let desk = desk(move |_| says.clone());
    let first = desk.client.search_orders(&search(), &errand()).await.unwrap_err();
    assert_eq!(first.kind, ErrorKind::BoundTooRecent);
    assert_eq!(
        first.to_string(),
        "Amazon finds the end of the time span too recent: the next sync asks for a slightly older one"
    );
    let mut next = search();
    next.page_token = Some("t".into());
    let second = desk.client.search_orders(&next, &errand()).await.unwrap_err();
    assert_eq!(second.kind, ErrorKind::PageTokenRefused);
    assert_eq!(
        second.to_string(),
        "Amazon no longer accepts the place in the list: this stretch of the list is read again from its start"
    );
}

#[tokio::test(start_paused = true)]
async fn a_call_in_flight_can_be_called_off() {
    let desk = Setup { latency: Duration::from_secs(100), ..Setup::default() }.open(|_| Says::page());
    let errand = errand();
    let cancel = errand.cancel.clone();
    let client = desk.client.clone();
    let call = tokio::spawn(async move { client.search_orders(&search(), &errand).await });
    tokio::time::sleep(Duration::from_secs(150)).await;
    let asked = Instant::now();
    cancel.cancel();
    assert_eq!(call.await.unwrap().unwrap_err().kind, ErrorKind::Cancelled);
    assert_eq!(asked.elapsed(), Duration::ZERO);
    // It may have reached Amazon: its token is spent.
    assert_eq!(desk.client.budget(Operation::SearchOrders).whole_tokens, 19);
}

#[tokio::test(start_paused = true)]
async fn a_wait_between_tries_can_be_called_off() {
    let desk = desk(|_| Says::json(500, "{}"));
    let errand = errand();
    let cancel = errand.cancel.clone();
    let client = desk.client.clone();
    let call = tokio::spawn(async move { client.search_orders(&search(), &errand).await });
    tokio::time::sleep(Duration::from_millis(100)).await;
    cancel.cancel();
    assert_eq!(call.await.unwrap().unwrap_err().kind, ErrorKind::Cancelled);
    assert_eq!(desk.calls().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn little_patience_tries_less() {
    for (patience, tries) in [(Patience::Now, 3), (Patience::Short, 3), (Patience::Patient, 5)] {
        let desk = desk(|_| Says::json(500, "{}"));
        desk.client.search_orders(&search(), &with_patience(patience)).await.unwrap_err();
        assert_eq!(desk.calls().len(), tries, "{patience:?}");
    }
}
