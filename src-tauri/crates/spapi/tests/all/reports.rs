//! Reports: asked for once, watched, listed, and fetched from Amazon's storage without a token.

use std::time::Duration;

use bytes::Bytes;
use chrono::TimeDelta;
use packlight_spapi::{ErrorKind, ListReports, NewReport, Operation, ReportStatus, TransportError};
use tokio_util::sync::CancellationToken;

use crate::support::{Desk, Says, desk, errand, in_turn, noon};

const LINK: &str =
    "https://tortuga-prod-eu.s3-eu-west-1.amazonaws.com/a%2Fb?X-Amz-Expires=300&X-Amz-Signature=c%2Bd";

fn listings() -> NewReport {
    NewReport {
        report_type: "GET_MERCHANT_LISTINGS_ALL_DATA".into(),
        marketplace_ids: vec!["A1F83G8C2ARO7P".into()],
        data_from: None,
        data_to: None,
        options: [("preferredReportDocumentLocale".to_owned(), "en_US".to_owned())].into(),
    }
}

fn link() -> Says {
    Says::json(200, format!(r#"{{"reportDocumentId":"doc","url":"{LINK}","compressionAlgorithm":"GZIP"}}"#))
}

/// Amazon gives addresses; its storage answers from a list.
fn storage(answers: impl IntoIterator<Item = Says>) -> Desk {
    let mut answers = in_turn(answers);
    desk(move |seen| if seen.host.ends_with("amazonaws.com") { answers(seen) } else { link() })
}

fn hosts(desk: &Desk) -> Vec<String> {
    desk.calls().into_iter().map(|seen| seen.host).collect()
}

#[tokio::test(start_paused = true)]
async fn a_report_is_asked_for_as_amazon_wants_it() {
    let desk = desk(|_| Says::json(202, r#"{"reportId":"50000"}"#));
    let new = NewReport { data_from: Some(noon()), data_to: Some(noon() + TimeDelta::days(1)), ..listings() };
    assert_eq!(desk.client.create_report(&new, &errand()).await.unwrap(), "50000");
    let seen = &desk.calls()[0];
    assert_eq!((seen.method.as_str(), seen.path.as_str()), ("POST", "/reports/2021-06-30/reports"));
    assert_eq!(seen.headers["content-type"], "application/json");
    let body: serde_json::Value = serde_json::from_str(&seen.body).unwrap();
    assert_eq!(
        body,
        serde_json::json!({
            "reportType": "GET_MERCHANT_LISTINGS_ALL_DATA",
            "marketplaceIds": ["A1F83G8C2ARO7P"],
            "dataStartTime": "2026-01-18T12:00:00Z",
            "dataEndTime": "2026-01-19T12:00:00Z",
            "reportOptions": {"preferredReportDocumentLocale": "en_US"},
        })
    );
    assert_eq!(desk.client.budget(Operation::CreateReport).whole_tokens, 14);
}

#[tokio::test(start_paused = true)]
async fn what_may_have_been_done_is_not_done_twice() {
    let errors = [
        (Says::nothing(TransportError::Timeout), ErrorKind::Offline(TransportError::Timeout)),
        (Says::nothing(TransportError::Broken), ErrorKind::Offline(TransportError::Broken)),
        (Says::error(500, "InternalFailure", "x", ""), ErrorKind::Unavailable),
        (Says::raw(504, "text/html", "<html>"), ErrorKind::Unavailable),
        (Says::json(202, "{"), ErrorKind::Malformed),
        (Says::json(202, "{}"), ErrorKind::Malformed),
    ];
    for (says, kind) in errors {
        let desk = desk(in_turn([says, Says::json(202, r#"{"reportId":"second"}"#)]));
        let error = desk.client.create_report(&listings(), &errand()).await.unwrap_err();
        assert_eq!((error.kind, desk.calls().len()), (kind, 1));
    }
}

#[tokio::test(start_paused = true)]
async fn what_surely_was_not_done_is_tried_again() {
    for says in [Says::nothing(TransportError::Refused), Says::throttled(), Says::expired()] {
        let desk = desk(in_turn([says, Says::json(202, r#"{"reportId":"second"}"#)]));
        assert_eq!(desk.client.create_report(&listings(), &errand()).await.unwrap(), "second");
        assert_eq!(desk.calls().len(), 2);
    }
}

#[tokio::test(start_paused = true)]
async fn every_status_is_understood_and_an_unknown_one_kept() {
    for (word, status) in [
        ("IN_QUEUE", ReportStatus::InQueue),
        ("IN_PROGRESS", ReportStatus::InProgress),
        ("DONE", ReportStatus::Done),
        ("CANCELLED", ReportStatus::Cancelled),
        ("FATAL", ReportStatus::Fatal),
        ("SIM_NEW", ReportStatus::Other("SIM_NEW".into())),
    ] {
        let body = format!(
            r#"{{"reportId":"1","reportType":"T","marketplaceIds":["M"],"createdTime":"2026-01-18T12:00:00+00:00",
                "processingStatus":"{word}","reportDocumentId":"d","processingEndTime":null,"dataStartTime":7}}"#
        );
        let desk = desk(move |_| Says::json(200, body.clone()));
        let report = desk.client.report("1", &errand()).await.unwrap();
        assert_eq!((report.status.word(), &report.status), (word, &status));
        assert_eq!((report.created_at, report.document_id.as_deref()), (Some(noon()), Some("d")));
        assert_eq!(report.marketplace_ids, ["M"]);
    }
    let gone = desk(|_| Says::error(404, "NotFound", "gone", ""));
    assert_eq!(gone.client.report("1", &errand()).await.unwrap_err().kind, ErrorKind::NotFound);
    assert!(gone.client.report("", &errand()).await.is_err());
}

#[tokio::test(start_paused = true)]
async fn the_list_is_followed_by_its_token_alone_and_sorted() {
    let entry = |id: &str, hour: u32| {
        format!(
            r#"{{"reportId":"{id}","reportType":"T","createdTime":"2026-01-18T{hour:02}:00:00Z","processingStatus":"DONE"}}"#
        )
    };
    let first =
        format!(r#"{{"reports":[{},{{"reportType":"no id"}}],"nextToken":"a+b/c=="}}"#, entry("1", 9));
    let second = format!(r#"{{"reports":[{}]}}"#, entry("2", 11));
    let desk = desk(in_turn([Says::json(200, first), Says::json(200, second)]));
    let list = ListReports {
        report_types: vec!["T".into(), "U".into()],
        marketplace_ids: vec!["M".into()],
        created_since: Some(noon()),
    };
    let reports = desk.client.reports(&list, &errand()).await.unwrap();
    assert_eq!(reports.iter().map(|report| report.report_id.as_str()).collect::<Vec<_>>(), ["2", "1"]);
    let calls = desk.calls();
    assert_eq!(calls[0].query["reportTypes"], "T,U");
    assert_eq!(calls[0].query["createdSince"], "2026-01-18T12:00:00Z");
    assert_eq!(calls[1].query, [("nextToken".to_owned(), "a+b/c==".to_owned())].into());
}

#[tokio::test(start_paused = true)]
async fn a_document_is_fetched_without_a_token_and_as_addressed() {
    let desk = storage([Says::raw(200, "text/plain;charset=Cp1252", b"sku\xE9".to_vec())]);
    let document = desk.client.report_document("amzn1.spdoc.1.4.eu.x", &errand()).await.unwrap();
    assert_eq!(
        (document.bytes, document.charset.as_deref()),
        (Bytes::from_static(b"sku\xE9"), Some("Cp1252"))
    );
    let calls = desk.calls();
    assert_eq!(calls[0].path, "/reports/2021-06-30/documents/amzn1.spdoc.1.4.eu.x");
    assert_eq!((calls[1].method.as_str(), calls[1].path.as_str()), ("GET", "/a%2Fb"));
    assert_eq!(calls[1].raw_query, "X-Amz-Expires=300&X-Amz-Signature=c%2Bd", "not a byte differs");
    let names: Vec<_> = calls[1].headers.keys().map(String::as_str).collect();
    assert_eq!(names, ["user-agent"], "no token, and nothing else that Amazon's storage would refuse");
}

#[tokio::test(start_paused = true)]
async fn an_address_elsewhere_is_not_followed() {
    for url in ["https://example.com/x", "http://127.0.0.1:9/x", "http://a.s3.amazonaws.com/x", "nonsense"] {
        let body = format!(r#"{{"reportDocumentId":"doc","url":"{url}"}}"#);
        let desk = desk(move |_| Says::json(200, body.clone()));
        let error = desk.client.report_document("doc", &errand()).await.unwrap_err();
        assert!(error.to_string().contains("not one of Amazon's, so it was not asked"), "{error}");
        assert_eq!((desk.calls().len(), error.retryable), (1, false), "{url}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_expired_address_is_replaced_and_trouble_on_the_way_ridden_out() {
    let denied = Says::raw(403, "application/xml", "<Error><Code>AccessDenied</Code></Error>");
    let good = Says::raw(200, "text/plain", "sku");
    let desk = storage([denied.clone(), denied.clone(), good.clone()]);
    assert_eq!(desk.client.report_document("doc", &errand()).await.unwrap().bytes, "sku");
    let api = "sellingpartnerapi-eu.amazon.com".to_owned();
    let s3 = "tortuga-prod-eu.s3-eu-west-1.amazonaws.com".to_owned();
    assert_eq!(hosts(&desk), [api.clone(), s3.clone(), api.clone(), s3.clone(), api.clone(), s3.clone()]);

    let desk = storage([denied]);
    let error = desk.client.report_document("doc", &errand()).await.unwrap_err();
    assert_eq!(
        (error.kind.clone(), error.retryable, error.status),
        (ErrorKind::Unavailable, true, Some(403))
    );
    assert!(error.to_string().starts_with("Amazon's storage did not hand out the report"), "{error}");
    assert_eq!(hosts(&desk).len(), 6, "three addresses at most");

    let desk = storage([
        Says::nothing(TransportError::Broken),
        Says::raw(503, "application/xml", "<Error><Code>SlowDown</Code></Error>"),
        good,
    ]);
    assert_eq!(desk.client.report_document("doc", &errand()).await.unwrap().bytes, "sku");
    assert_eq!(hosts(&desk), [api, s3.clone(), s3.clone(), s3], "one address does for all three tries");
}

#[tokio::test(start_paused = true)]
async fn what_is_no_report_is_refused() {
    let page = Says::raw(200, "text/html; charset=utf-8", "<html>Sign in</html>");
    let error = storage([page]).client.report_document("doc", &errand()).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Malformed);
    let cut = Says::raw(200, "text/plain", b"\x1f\x8b\x08\x00\x00".to_vec());
    let error = storage([cut]).client.report_document("doc", &errand()).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the report arrived damaged or cut short: nothing of it was used; try again"
    );
    let moved = Says::raw(307, "text/plain", "").with("location", "https://example.com/");
    let desk = storage([moved]);
    assert_eq!(desk.client.report_document("doc", &errand()).await.unwrap_err().kind, ErrorKind::Redirected);
    assert!(hosts(&desk).iter().all(|host| host != "example.com"));
    let gone = storage([Says::raw(404, "application/xml", "<Error/>")]);
    let error = gone.client.report_document("doc", &errand()).await.unwrap_err();
    assert_eq!((error.kind, gone.calls().len()), (ErrorKind::NotFound, 2));
}

#[tokio::test(start_paused = true)]
async fn fetching_can_be_called_off() {
    let desk = storage([Says::nothing(TransportError::Broken)]);
    let cancel = CancellationToken::new();
    let errand = packlight_spapi::Errand { cancel: cancel.clone(), ..errand() };
    let fetching = desk.client.report_document("doc", &errand);
    let stop = async {
        tokio::time::sleep(Duration::from_millis(1)).await;
        cancel.cancel();
    };
    let (outcome, ()) = tokio::join!(fetching, stop);
    assert_eq!(outcome.unwrap_err().kind, ErrorKind::Cancelled);
}
