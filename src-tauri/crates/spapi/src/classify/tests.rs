use std::time::Duration;

use super::*;

fn asked(page_token: bool) -> Asked {
    Asked { operation: Operation::SearchOrders, page_token, bounded: true }
}

fn answer(status: u16, body: &str) -> Response<Bytes> {
    Response::builder()
        .status(status)
        .header("x-amzn-RequestId", "req-1")
        .body(Bytes::copy_from_slice(body.as_bytes()))
        .unwrap()
}

fn refusal(code: &str, message: &str, details: &str) -> String {
    format!(r#"{{"errors":[{{"code":"{code}","message":"{message}","details":"{details}"}}]}}"#)
}

/// What a verdict asks for, and of which kind its error is.
fn judged(asked: Asked, status: u16, body: &str) -> (&'static str, Option<ErrorKind>) {
    match verdict(asked, &answer(status, body)) {
        Verdict::Fine => ("fine", None),
        Verdict::Refused(_) => ("refused", None),
        Verdict::Expired(error) => ("expired", Some(error.kind)),
        Verdict::Denied(error) => ("denied", Some(error.kind)),
        Verdict::Again(error) => ("again", Some(error.kind)),
        Verdict::Final(error) => ("final", Some(error.kind)),
    }
}

#[test]
fn statuses_mean_what_amazon_says() {
    let denied = refusal("Unauthorized", "Access to requested resource is denied.", "");
    for (status, body, expected) in [
        (200, "{}", ("fine", None)),
        (429, "", ("refused", None)),
        (429, "<html>", ("refused", None)),
        (
            500,
            &refusal("InternalFailure", "We encountered an internal error.", ""),
            ("again", Some(ErrorKind::Unavailable)),
        ),
        (503, "<html>Service Unavailable</html>", ("again", Some(ErrorKind::Unavailable))),
        (504, "", ("again", Some(ErrorKind::Unavailable))),
        (302, "<html>", ("final", Some(ErrorKind::Redirected))),
        (404, &refusal("NotFound", "Not found", ""), ("final", Some(ErrorKind::NotFound))),
        (413, "", ("final", Some(ErrorKind::TooLarge))),
        (415, &refusal("UnsupportedMediaType", "", ""), ("final", Some(ErrorKind::InvalidInput))),
        (403, &denied, ("denied", Some(ErrorKind::AccessDenied))),
        (403, "", ("denied", Some(ErrorKind::AccessDenied))),
        (
            403,
            &refusal("Unauthorized", "Access to the resource is forbidden", ""),
            ("final", Some(ErrorKind::AccessDenied)),
        ),
        (
            403,
            &refusal("Unauthorized", "Access to requested resource is denied.", "Missing a required role."),
            ("final", Some(ErrorKind::AccessDenied)),
        ),
        (403, "<html>blocked</html>", ("final", Some(ErrorKind::Malformed))),
        (400, "<html>400 Bad Request</html>", ("final", Some(ErrorKind::Malformed))),
        (401, &denied, ("expired", Some(ErrorKind::TokenRejected))),
    ] {
        assert_eq!(judged(asked(false), status, body), expected, "{status} {body}");
    }
}

#[test]
fn an_old_token_is_told_from_a_missing_role_by_its_wording() {
    for details in [
        "The access token you provided has expired.",
        "The access token you provided is revoked, malformed or invalid.",
        "The security token included in the request is expired",
        "ACCESS TOKEN IS MISSING",
    ] {
        let body = refusal("Unauthorized", "Access to requested resource is denied.", details);
        assert_eq!(judged(asked(false), 403, &body).0, "expired", "{details}");
    }
    let body = refusal("Unauthorized", "Access to the resource is forbidden", "");
    assert_eq!(judged(asked(false), 403, &body).0, "final");
    // A paging token is not the access token, and 403 is not how Amazon refuses one: it still costs one refresh only.
    let body = refusal("InvalidToken", "Invalid token", "");
    assert_eq!(judged(asked(false), 403, &body).0, "expired");
}

/// Gateways in front of Amazon know no `errors`; an old token is one in their words too.
#[test]
fn refusals_without_the_envelope_keep_their_words() {
    for body in [
        r#"{"message":"The security token included in the request is expired"}"#,
        r#"{"Message":"The security token included in the request is expired"}"#,
        r#"{"message":null,"Message":"Access token has been revoked"}"#,
        r#"{"__type":"com.amazon.coral.service#ExpiredTokenException"}"#,
        r#"{"code":"InvalidToken"}"#,
        r#"{"errors":[],"message":"The access token is malformed"}"#,
    ] {
        assert_eq!(judged(asked(false), 403, body), ("expired", Some(ErrorKind::TokenRejected)), "{body}");
    }
    assert_eq!(judged(asked(false), 403, r#"{"message":"Forbidden"}"#).1, Some(ErrorKind::AccessDenied));
    let bound = r#"{"message":"lastUpdatedBefore must be two minutes old"}"#;
    assert_eq!(judged(asked(false), 400, bound).1, Some(ErrorKind::BoundTooRecent));

    let body = r#"{"code":"InvalidInput","message":"Bad token Atza|secret"}"#;
    let Verdict::Final(error) = verdict(asked(false), &answer(400, body)) else { panic!("not final") };
    assert_eq!(error.code.as_deref(), Some("InvalidInput"));
    assert_eq!(error.amazon_message.as_deref(), Some("Bad token [removed]"));
}

#[test]
fn the_error_type_of_the_header_counts_where_the_body_has_no_code() {
    let answer = |kind: &str, body: &str| {
        let mut answer = answer(403, body);
        answer.headers_mut().insert("x-amzn-errortype", kind.parse().unwrap());
        answer
    };
    for body in ["", "{}", r#"{"message":null}"#] {
        let verdict =
            verdict(asked(false), &answer("ExpiredTokenException:http://internal.amazon.com/", body));
        let Verdict::Expired(error) = verdict else { panic!("{body}: {verdict:?}") };
        assert_eq!(error.code.as_deref(), Some("ExpiredTokenException"), "{body}");
    }
    let denied = refusal("Unauthorized", "Access to requested resource is denied.", "");
    let verdict = verdict(asked(false), &answer("ExpiredTokenException", &denied));
    assert!(matches!(verdict, Verdict::Denied(_)), "the body's own code counts: {verdict:?}");
}

#[test]
fn a_400_is_read_by_where_it_happened_and_then_by_its_words() {
    let kind = |page_token, message: &str, details: &str| {
        judged(asked(page_token), 400, &refusal("InvalidInput", message, details)).1.unwrap()
    };
    assert_eq!(kind(true, "whatever it says", ""), ErrorKind::PageTokenRefused);
    assert_eq!(kind(true, "Invalid value FULFILLMENT for includedData", ""), ErrorKind::InvalidInput);
    assert_eq!(
        kind(true, "The paginationToken does not fit includedData FULFILLMENT", ""),
        ErrorKind::PageTokenRefused
    );
    for (message, details) in [
        ("LastUpdatedBefore must be at least two minutes before the time of the request.", ""),
        ("Invalid request parameters", "lastUpdatedBefore"),
        ("The date must be no later than 2 minutes before now", ""),
        ("createdBefore is too recent", ""),
    ] {
        assert_eq!(kind(false, message, details), ErrorKind::BoundTooRecent, "{message}");
    }
    assert_eq!(kind(false, "Could not match input arguments", ""), ErrorKind::InvalidInput);
    let unbounded = Asked { operation: Operation::GetOrder, page_token: false, bounded: false };
    let body = refusal("InvalidInput", "createdBefore is too recent", "");
    assert_eq!(judged(unbounded, 400, &body).1, Some(ErrorKind::InvalidInput));
    // Null messages and odd shapes (reference: spapi.md F27).
    for body in
        [r#"{"errors":[{"code":null,"message":null}]}"#, r#"{"errors":null}"#, "{}", r#"{"errors":[7]}"#]
    {
        assert_eq!(judged(asked(false), 400, body).1, Some(ErrorKind::InvalidInput), "{body}");
    }
}

#[test]
fn an_error_carries_what_a_support_case_needs_and_nothing_secret() {
    let body = refusal("InvalidInput", "Bad token Atza|secret for a.buyer@example.com", "see docs");
    let Verdict::Final(error) = verdict(asked(false), &answer(400, &body)) else { panic!("not final") };
    assert_eq!(error.operation, Some(Operation::SearchOrders));
    assert_eq!((error.status, error.code.as_deref()), (Some(400), Some("InvalidInput")));
    assert_eq!(error.request_id.as_deref(), Some("req-1"));
    assert_eq!(error.amazon_message.as_deref(), Some("Bad token [removed] for [removed] see docs"));
    assert_eq!(
        error.to_string(),
        "Amazon refused the request for the list of orders as invalid: check the marketplaces of the account, or try a newer Packlight"
    );
    assert!(!error.retryable);
}

#[test]
fn rates_and_waits_are_read_from_headers_or_not_at_all() {
    let headers = |name: &'static str, value: &str| -> HeaderMap {
        [(http::HeaderName::from_static(name), value.parse().unwrap())].into_iter().collect()
    };
    let rate = |text| rate(&headers("x-amzn-ratelimit-limit", text));
    assert_eq!(rate("0.0056"), Some(5_600));
    for bad in ["abc", "0", "-1", "", "NaN", "0.0056, 0.0056"] {
        assert_eq!(rate(bad), None, "{bad}");
    }
    let wait = |text| limiter::retry_after(&headers("retry-after", text));
    assert_eq!(wait("30"), Some(Duration::from_secs(30)));
    assert_eq!(wait("Sun, 18 Jan 2026 12:00:00 GMT"), None, "against which clock?");
    assert_eq!(wait("-3"), None);
    let until = |date: &str, text| {
        let mut headers = headers("retry-after", text);
        headers.insert(http::header::DATE, date.parse().unwrap());
        limiter::retry_after(&headers)
    };
    let noon = "Sun, 18 Jan 2026 12:00:00 GMT";
    assert_eq!(until(noon, "Sun, 18 Jan 2026 12:00:12 GMT"), Some(Duration::from_secs(12)));
    assert_eq!(until(noon, "Sun, 18 Jan 2026 11:59:59 GMT"), None, "that is over");
    assert_eq!(until(noon, "7"), Some(Duration::from_secs(7)));
    assert_eq!(until("now", "Sun, 18 Jan 2026 12:00:12 GMT"), None);
}
