//! Signing in: one request for everybody, early, kept through failures, and its refusals in plain words.

use std::time::Duration;

use packlight_spapi::{ErrorKind, TransportError};
use tokio::time::Instant;

use crate::support::{Desk, Says, Setup, desk, errand, in_turn, search};

/// A desk whose sign-in is scripted and whose lists are empty.
fn signing_in(mut sign_in: impl FnMut() -> Says + Send + 'static) -> Desk {
    Setup { own_sign_in: true, ..Setup::default() }
        .open(move |seen| if seen.is_token() { sign_in() } else { Says::page() })
}

async fn fifty(desk: &Desk) -> Vec<Result<(), String>> {
    let calls: Vec<_> = (0..50)
        .map(|_| {
            let client = desk.client.clone();
            tokio::spawn(async move { client.authorise(&errand()).await.map_err(|error| error.to_string()) })
        })
        .collect();
    let mut results = Vec::new();
    for call in calls {
        results.push(call.await.unwrap());
    }
    results
}

#[tokio::test(start_paused = true)]
async fn fifty_waiters_cost_one_request() {
    let latency = Duration::from_millis(300);
    let desk = Setup { latency, ..Setup::default() }.open(|_| Says::page());
    assert!(fifty(&desk).await.iter().all(Result::is_ok));
    let requests = desk.token_requests();
    assert_eq!(requests.len(), 1);
    let request = &requests[0];
    assert_eq!((request.method.as_str(), request.host.as_str()), ("POST", "api.amazon.com"));
    assert_eq!(request.headers["content-type"], "application/x-www-form-urlencoded;charset=UTF-8");
    assert_eq!(
        request.body,
        "grant_type=refresh_token&refresh_token=Atzr%7Ccanary-refresh&client_id=amzn1.application-oa2-client.0123456789abcdef&client_secret=canary-client-secret"
    );
    assert!(!request.headers.contains_key("x-amz-access-token"));
}

#[tokio::test(start_paused = true)]
async fn fifty_waiters_share_a_refusal() {
    let latency = Duration::from_millis(300);
    let desk = Setup { latency, own_sign_in: true, ..Setup::default() }
        .open(|_| Says::json(400, r#"{"error":"invalid_grant"}"#));
    assert!(fifty(&desk).await.iter().all(Result::is_err));
    assert_eq!(desk.token_requests().len(), 1);
    // Who comes later asks anew: the seller may have mended it.
    desk.client.authorise(&errand()).await.unwrap_err();
    assert_eq!(desk.token_requests().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn when_the_one_who_asks_gives_up_another_asks() {
    let latency = Duration::from_millis(300);
    let desk = Setup { latency, ..Setup::default() }.open(|_| Says::page());
    let first = errand();
    let cancel = first.cancel.clone();
    let client = desk.client.clone();
    let leaving = tokio::spawn(async move { client.authorise(&first).await });
    tokio::time::sleep(Duration::from_millis(100)).await;
    let client = desk.client.clone();
    let staying = tokio::spawn(async move { client.authorise(&errand()).await });
    tokio::time::sleep(Duration::from_millis(100)).await;
    cancel.cancel();
    assert_eq!(leaving.await.unwrap().unwrap_err().kind, ErrorKind::Cancelled);
    staying.await.unwrap().unwrap();
    assert_eq!(desk.token_requests().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_token_is_refreshed_five_minutes_early() {
    let desk = desk(|_| Says::page());
    desk.client.authorise(&errand()).await.unwrap();
    tokio::time::advance(Duration::from_secs(3_299)).await;
    desk.client.authorise(&errand()).await.unwrap();
    assert_eq!(desk.token_requests().len(), 1);
    tokio::time::advance(Duration::from_secs(1)).await;
    desk.client.authorise(&errand()).await.unwrap();
    assert_eq!(desk.token_requests().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn absurd_lifetimes_are_clamped() {
    for (claimed, refreshed_after) in [(0, 30), (-5, 30), (60, 30), (400, 200), (1_000_000_000, 3_300)] {
        let desk = signing_in(move || Says::token(claimed));
        desk.client.authorise(&errand()).await.unwrap();
        tokio::time::advance(Duration::from_secs(refreshed_after - 1)).await;
        desk.client.authorise(&errand()).await.unwrap();
        assert_eq!(desk.token_requests().len(), 1, "{claimed}");
        tokio::time::advance(Duration::from_secs(1)).await;
        desk.client.authorise(&errand()).await.unwrap();
        assert_eq!(desk.token_requests().len(), 2, "{claimed}");
    }
    for odd in [r#""3600""#, "3600.0", "null", "[]", r#""soon""#] {
        let desk =
            signing_in(move || Says::json(200, format!(r#"{{"access_token":"Atza|x","expires_in":{odd}}}"#)));
        desk.client.authorise(&errand()).await.unwrap();
        tokio::time::advance(Duration::from_secs(3_299)).await;
        desk.client.authorise(&errand()).await.unwrap();
        assert_eq!(desk.token_requests().len(), 1, "{odd}");
    }
}

#[tokio::test(start_paused = true)]
async fn refusals_of_the_sign_in_say_what_to_do() {
    for (status, word, kind, sentence) in [
        (
            400,
            "invalid_grant",
            ErrorKind::InvalidGrant,
            "Amazon no longer accepts the refresh token: authorise the application again in Seller Central and enter the new refresh token",
        ),
        (
            401,
            "invalid_client",
            ErrorKind::InvalidClient,
            "Amazon does not accept the client id and client secret: the secret may have been rotated or have expired after 180 days; copy the current one from Seller Central",
        ),
        (
            400,
            "unauthorized_client",
            ErrorKind::UnauthorizedClient,
            "the refresh token was issued to another client id: enter the client id, secret and refresh token of one and the same application",
        ),
        (
            400,
            "invalid_scope",
            ErrorKind::InvalidInput,
            "Amazon's sign-in refused the request (invalid_scope): check the client id, the client secret and the refresh token",
        ),
    ] {
        let body = format!(
            r#"{{"error":"{word}","error_description":"no Atzr|canary-refresh","request_id":"lwa-1"}}"#
        );
        let desk = signing_in(move || Says::json(status, body.clone()));
        let error = desk.client.search_orders(&search(), &errand()).await.unwrap_err();
        assert_eq!(error.kind, kind, "{word}");
        assert_eq!(error.to_string(), sentence);
        assert_eq!((error.operation, error.status, error.retryable), (None, Some(status), false));
        assert_eq!(error.code.as_deref(), Some(word));
        assert_eq!(error.amazon_message.as_deref(), Some("no [removed]"));
        assert_eq!(error.request_id.as_deref(), Some("lwa-1"));
        assert_eq!((desk.token_requests().len(), desk.calls().len()), (1, 0), "{word}: asked again");
    }
}

#[tokio::test(start_paused = true)]
async fn a_sign_in_that_fails_is_asked_again_and_then_given_up() {
    for (says, kind, sentence) in [
        (
            Says::raw(503, "text/html", "<html>"),
            ErrorKind::LwaUnavailable,
            "Amazon's sign-in service is failing: nothing is lost, try again later",
        ),
        (
            Says::json(429, "{}"),
            ErrorKind::LwaUnavailable,
            "Amazon's sign-in service is failing: nothing is lost, try again later",
        ),
        (
            Says::raw(200, "text/html", "<html>Welcome to the hotel"),
            ErrorKind::Malformed,
            "something that is not Amazon's answer came back, such as the login page of a network: open a web page in the browser to sign in to the network, then try again",
        ),
        (
            Says::json(200, r#"{"token_type":"bearer"}"#),
            ErrorKind::Malformed,
            "something that is not Amazon's answer came back, such as the login page of a network: open a web page in the browser to sign in to the network, then try again",
        ),
        (
            Says::raw(302, "text/html", "").with("location", "http://login.example.com/"),
            ErrorKind::Redirected,
            "the answer pointed to another server and was not followed: check whether this network needs a login or a proxy, then try again",
        ),
        (
            Says::nothing(TransportError::Dns),
            ErrorKind::Offline(TransportError::Dns),
            "Amazon cannot be reached, the name of Amazon's server could not be found: check the internet connection, then try again",
        ),
    ] {
        let desk = signing_in(move || says.clone());
        let started = Instant::now();
        let error = desk.client.authorise(&errand()).await.unwrap_err();
        assert_eq!(error.kind, kind);
        assert_eq!(error.to_string(), sentence);
        assert!(error.retryable);
        assert_eq!(desk.token_requests().len(), 4);
        assert!(started.elapsed() <= Duration::from_secs(7), "{:?}", started.elapsed());
    }
}

#[tokio::test(start_paused = true)]
async fn a_token_serves_to_its_end_while_the_sign_in_fails() {
    let mut asked = 0;
    let desk = signing_in(move || {
        asked += 1;
        if asked == 1 { Says::token(3_600) } else { Says::json(500, "{}") }
    });
    desk.client.authorise(&errand()).await.unwrap();
    tokio::time::advance(Duration::from_secs(3_400)).await;
    for _ in 0..5 {
        desk.client.search_orders(&search(), &errand()).await.unwrap();
    }
    assert_eq!(desk.token_requests().len(), 2, "one early try, and no try per call");
    tokio::time::advance(Duration::from_secs(31)).await;
    desk.client.authorise(&errand()).await.unwrap();
    assert_eq!(desk.token_requests().len(), 3, "another half a minute later");
    tokio::time::advance(Duration::from_secs(200)).await;
    assert_eq!(desk.client.authorise(&errand()).await.unwrap_err().kind, ErrorKind::LwaUnavailable);
}

#[tokio::test(start_paused = true)]
async fn an_expired_token_costs_one_refresh_and_one_repeat() {
    let desk = desk(in_turn([Says::expired(), Says::page()]));
    let errand = errand();
    desk.client.search_orders(&search(), &errand).await.unwrap();
    assert_eq!((desk.token_requests().len(), desk.calls().len()), (2, 2));
    assert_eq!((errand.tally.calls(), errand.tally.token_requests(), errand.tally.failures()), (2, 2, 0));
}

#[tokio::test(start_paused = true)]
async fn an_expired_token_costs_one_refresh_for_all() {
    let mut refused = 0;
    let latency = Duration::from_millis(100);
    let desk = Setup { latency, ..Setup::default() }.open(move |_| {
        refused += 1;
        if refused <= 15 { Says::expired() } else { Says::page() }
    });
    desk.client.authorise(&errand()).await.unwrap();
    let calls: Vec<_> = (0..15)
        .map(|_| {
            let client = desk.client.clone();
            tokio::spawn(async move {
                client.get_order("203-1", packlight_spapi::IncludedData::NONE, &errand()).await
            })
        })
        .collect();
    for call in calls {
        // The empty page is no order, but the token was good.
        assert_eq!(call.await.unwrap().unwrap_err().kind, ErrorKind::Malformed);
    }
    assert_eq!(desk.token_requests().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_fresh_token_that_is_refused_is_amazons_trouble_for_half_an_hour() {
    let desk = desk(|_| Says::expired());
    let error = desk.client.search_orders(&search(), &errand()).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::TokenRejected);
    assert_eq!(
        error.to_string(),
        "Amazon refuses a token that it has just issued: this usually ends within half an hour, try again later"
    );
    assert!(error.retryable && error.retry_at.is_some());
    assert_eq!((desk.token_requests().len(), desk.calls().len()), (2, 2));

    // While it lasts, a young token is not exchanged for another one.
    desk.client.search_orders(&search(), &errand()).await.unwrap_err();
    assert_eq!((desk.token_requests().len(), desk.calls().len()), (2, 3));

    tokio::time::advance(Duration::from_secs(1_800)).await;
    let error = desk.client.search_orders(&search(), &errand()).await.unwrap_err();
    assert!(!error.retryable);
    assert_eq!(
        error.to_string(),
        "Amazon has refused every token for more than half an hour: authorise the application again in Seller Central and enter the new refresh token"
    );
    assert_eq!(desk.token_requests().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_success_ends_the_trouble() {
    let desk = desk(in_turn([Says::expired(), Says::expired(), Says::page(), Says::expired(), Says::page()]));
    desk.client.search_orders(&search(), &errand()).await.unwrap_err();
    desk.client.search_orders(&search(), &errand()).await.unwrap();
    // Refused again later: refreshed and repeated as usual.
    desk.client.search_orders(&search(), &errand()).await.unwrap();
    assert_eq!(desk.token_requests().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn after_a_sleep_of_the_computer_a_plain_refusal_is_an_old_token() {
    // The monotonic clock stood still, Amazon's did not.
    let denied = Says::error(403, "Unauthorized", "Access to requested resource is denied.", "");
    let later = denied.clone().with("date", "Sun, 18 Jan 2026 20:00:00 GMT");
    let slept = desk(in_turn([later, Says::page()]));
    slept.client.search_orders(&search(), &errand()).await.unwrap();
    assert_eq!((slept.token_requests().len(), slept.calls().len()), (2, 2));

    let awake = desk(in_turn([denied]));
    let error = awake.client.search_orders(&search(), &errand()).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::AccessDenied);
    assert_eq!(
        (awake.token_requests().len(), awake.calls().len()),
        (1, 1),
        "a missing role is not asked twice"
    );
}

#[tokio::test(start_paused = true)]
async fn secrets_that_cannot_be_sent_are_named() {
    let desk = signing_in(|| Says::json(200, "{\"access_token\":\"Atza|line\\nbreak\"}"));
    let error = desk.client.authorise(&errand()).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Malformed);
}

#[tokio::test(start_paused = true)]
async fn after_a_refused_token_a_failing_sign_in_is_asked_patiently() {
    let mut asked = 0;
    let desk = Setup { own_sign_in: true, ..Setup::default() }.open(move |seen| {
        asked += u32::from(seen.is_token());
        match (seen.is_token(), asked) {
            (true, 2 | 3) => Says::json(503, "{}"),
            (true, _) => Says::token(3_600),
            (false, 1) => Says::expired(),
            (false, _) => Says::page(),
        }
    });
    desk.client.search_orders(&search(), &errand()).await.unwrap();
    assert_eq!((desk.token_requests().len(), desk.calls().len()), (4, 2));
}
