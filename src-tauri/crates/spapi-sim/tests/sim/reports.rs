//! Reports: their life, the rules for asking, the list and the storage.

use std::io::Read;
use std::time::Duration;

use bytes::Bytes;
use chrono::TimeDelta;
use flate2::read::GzDecoder;
use packlight_spapi_sim::{
    Charset, Fault, GERMANY, JAPAN, Operation, Request, Response, Role, Seller, TruthListing, UK,
};
use serde_json::{Value, json};

use crate::client::{Desk, error, noon, text};

pub(crate) const REPORTS: &str = "/reports/2021-06-30/reports";
const LISTINGS: &str = "GET_MERCHANT_LISTINGS_ALL_DATA";

fn shop(stores: &[&str]) -> Desk {
    Desk::new(Seller::with_orders(120, 5, noon()).marketplaces(stores.iter().copied()))
}

pub(crate) fn create(desk: &Desk, body: &Value) -> Response {
    let mut request = desk.request(REPORTS, &[]).with_header("Content-Type", "application/json");
    "POST".clone_into(&mut request.method);
    request.body = Bytes::from(body.to_string());
    desk.amazon.handle(&request)
}

pub(crate) fn listings(store: &str) -> Value {
    json!({"reportType": LISTINGS, "marketplaceIds": [store], "reportOptions": {"preferredReportDocumentLocale": "en_US"}})
}

fn created(desk: &Desk, store: &str) -> String {
    let answer = create(desk, &listings(store));
    assert_eq!(answer.status, 202, "{:?}", answer.body);
    answer.value()["reportId"].as_str().unwrap().to_owned()
}

fn report(desk: &Desk, id: &str) -> Value {
    let answer = desk.get(&format!("{REPORTS}/{id}"), &[]);
    assert_eq!(answer.status, 200, "{:?}", answer.body);
    answer.value()
}

fn status(desk: &Desk, id: &str) -> String {
    report(desk, id)["processingStatus"].as_str().unwrap().to_owned()
}

/// The address of a report that is done.
fn address(desk: &Desk, id: &str) -> Value {
    let document = report(desk, id)["reportDocumentId"].as_str().unwrap().to_owned();
    desk.get(&format!("/reports/2021-06-30/documents/{document}"), &[]).value()
}

/// A plain request for an address.
fn plain(url: &str) -> Request {
    let url = url::Url::parse(url).unwrap();
    Request {
        method: "GET".to_owned(),
        path: url.path().to_owned(),
        query: url.query_pairs().into_owned().collect(),
        ..Request::default()
    }
}

fn unpacked(answer: &Response) -> Vec<u8> {
    assert_eq!(answer.status, 200, "{:?}", answer.body);
    let mut out = Vec::new();
    GzDecoder::new(&*answer.body).read_to_end(&mut out).unwrap();
    out
}

fn done(desk: &Desk, store: &str) -> (Response, Vec<u8>) {
    let id = created(desk, store);
    desk.advance(TimeDelta::minutes(2));
    let answer = desk.amazon.handle(&plain(address(desk, &id)["url"].as_str().unwrap()));
    let bytes = unpacked(&answer);
    (answer, bytes)
}

#[test]
fn a_report_waits_is_made_and_holds_what_is_on_sale() {
    let desk = shop(&[UK]);
    let id = created(&desk, UK);
    let mut seen = vec![status(&desk, &id)];
    for _ in 0..90 {
        desk.advance(TimeDelta::seconds(1));
        seen.push(status(&desk, &id));
    }
    seen.dedup();
    assert_eq!(seen, ["IN_QUEUE", "IN_PROGRESS", "DONE"]);
    let link = address(&desk, &id);
    assert_eq!(link["compressionAlgorithm"], "GZIP");
    assert!(link["url"].as_str().unwrap().len() > 512);
    let answer = desk.amazon.handle(&plain(link["url"].as_str().unwrap()));
    assert_eq!(answer.header("content-type"), Some("text/plain;charset=Cp1252"));
    let bytes = unpacked(&answer);
    let (table, ..) = encoding_rs::WINDOWS_1252.decode(&bytes);
    let lines: Vec<Vec<&str>> = table.lines().map(|line| line.split('\t').collect()).collect();
    assert!(lines.iter().all(|line| line.len() == 29) && table.ends_with("\r\n"));
    let truth = desk.amazon.world().listings(UK, desk.now());
    assert_eq!(lines.len(), truth.len() + 1);
    let place = |name: &str| lines[0].iter().position(|own| *own == name).unwrap();
    let (sku, price, product) = (place("seller-sku"), place("price"), place("product-id"));
    for (line, TruthListing { sku: own, asin, price_minor, .. }) in lines[1..].iter().zip(&truth) {
        assert_eq!((line[sku], line[product]), (own.as_str(), asin.as_str()));
        assert_eq!(line[price].replace('.', "").parse::<i64>().unwrap(), *price_minor);
    }
    assert!(lines.iter().any(|line| line[place("asin1")].is_empty()), "an ASIN is missing now and then");
}

#[test]
fn japan_speaks_japanese_unless_asked_not_to() {
    let desk = shop(&[JAPAN]);
    let (answer, bytes) = done(&desk, JAPAN);
    assert_eq!(answer.header("content-type"), Some("text/plain;charset=Windows-31J"));
    assert!(bytes.starts_with(b"item-name\t"));
    desk.advance(TimeDelta::minutes(31));
    let answer = create(&desk, &json!({"reportType": LISTINGS, "marketplaceIds": [JAPAN]})).value();
    desk.advance(TimeDelta::minutes(2));
    let link = address(&desk, answer["reportId"].as_str().unwrap());
    let bytes = unpacked(&desk.amazon.handle(&plain(link["url"].as_str().unwrap())));
    let (table, ..) = encoding_rs::SHIFT_JIS.decode(&bytes);
    assert!(table.starts_with("商品名\t") && table.contains("\t出品者SKU\t"), "{}", &table[..80]);
}

#[test]
fn asking_wrongly_is_refused() {
    let desk = shop(&[UK, GERMANY]);
    let refused = |body: Value| {
        let answer = create(&desk, &body);
        (answer.status, error(&answer).1)
    };
    assert_eq!(refused(json!({})), (400, "reportType is required.".to_owned()));
    let settlement = "GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE_V2";
    assert_eq!(
        refused(json!({"reportType": settlement, "marketplaceIds": [UK]})),
        (400, format!("Report type {settlement} is not allowed at this time."))
    );
    assert_eq!(refused(json!({"reportType": LISTINGS})).0, 400);
    let both = json!({"reportType": LISTINGS, "marketplaceIds": [UK, GERMANY]});
    assert_eq!(refused(both).1, format!("{LISTINGS} supports exactly one marketplace."));
    assert_eq!(refused(listings(JAPAN)).0, 403, "not one of the seller's");
    let mut later = listings(UK);
    later["dataStartTime"] = json!(text(noon() + TimeDelta::days(1)));
    assert_eq!(refused(later).0, 400);
    let mut numbers = listings(UK);
    numbers["reportOptions"] = json!({"x": 1});
    assert_eq!(refused(numbers).0, 400);
    desk.amazon.deny(Role::ProductListing);
    assert_eq!(refused(listings(UK)).0, 403);
}

#[test]
fn asking_again_too_soon_ends_worse_each_time() {
    let desk = shop(&[UK, GERMANY]);
    let ids: Vec<String> = (0..3).map(|_| created(&desk, UK)).collect();
    assert_eq!(create(&desk, &listings(UK)).status, 429);
    let other = created(&desk, GERMANY);
    desk.advance(TimeDelta::minutes(2));
    let ends: Vec<_> = ids.iter().map(|id| status(&desk, id)).collect();
    assert_eq!(ends, ["DONE", "CANCELLED", "FATAL"]);
    assert_eq!(status(&desk, &other), "DONE", "another marketplace counts by itself");
    let text = unpacked(&desk.amazon.handle(&plain(address(&desk, &ids[2])["url"].as_str().unwrap())));
    assert!(String::from_utf8(text).unwrap().starts_with("Error:"), "a failed report tells why");
    desk.advance(TimeDelta::minutes(30));
    let again = created(&desk, UK);
    desk.advance(TimeDelta::minutes(2));
    assert_eq!(status(&desk, &again), "DONE");
}

#[test]
fn faults_decide_how_a_report_ends() {
    for (fault, end) in [
        (Fault::ReportCancelled, "CANCELLED"),
        (Fault::ReportFatal, "FATAL"),
        (Fault::ReportWithoutDocument, "DONE"),
        (Fault::ReportStuck(Duration::from_hours(72)), "IN_QUEUE"),
    ] {
        let desk = shop(&[UK]);
        desk.amazon.inject(fault.clone().once());
        let id = created(&desk, UK);
        desk.advance(TimeDelta::minutes(5));
        let report = report(&desk, &id);
        assert_eq!(report["processingStatus"], end, "{fault:?}");
        assert_eq!(report.get("reportDocumentId").is_some(), end == "FATAL", "{fault:?}");
    }
    let desk = shop(&[UK]);
    desk.amazon.inject(Fault::LostAnswer(504).on(Operation::CreateReport).once());
    assert_eq!(create(&desk, &listings(UK)).status, 504);
    let listed = desk.get(REPORTS, &[("reportTypes", LISTINGS)]).value();
    assert_eq!(listed["reports"].as_array().unwrap().len(), 1, "it was made all the same");
}

#[test]
fn the_list_is_filtered_and_paged_newest_first() {
    let mut desk = shop(&[UK, GERMANY]);
    let mut ids = Vec::new();
    for nth in 0..12 {
        desk.refresh();
        ids.push(created(&desk, if nth % 2 == 0 { UK } else { GERMANY }));
        desk.advance(TimeDelta::minutes(31));
    }
    desk.refresh();
    let list = |query: &[(&str, &str)]| {
        let answer = desk.get(REPORTS, query);
        assert_eq!(answer.status, 200, "{:?}", answer.body);
        let value = answer.value();
        let ids: Vec<String> = value["reports"]
            .as_array()
            .unwrap()
            .iter()
            .map(|report| report["reportId"].as_str().unwrap().to_owned())
            .collect();
        (ids, value["nextToken"].as_str().map(ToOwned::to_owned))
    };
    ids.reverse();
    let (first, token) = list(&[("reportTypes", LISTINGS)]);
    assert_eq!(first, ids[..10]);
    let token = token.unwrap();
    assert_eq!(list(&[("nextToken", &token)]), (ids[10..].to_vec(), None));
    let both = desk.get(REPORTS, &[("reportTypes", LISTINGS), ("nextToken", &token)]);
    assert_eq!(error(&both).1, "nextToken must be the only parameter.");
    assert_eq!(list(&[("reportTypes", LISTINGS), ("marketplaceIds", UK), ("pageSize", "100")]).0.len(), 6);
    assert_eq!(list(&[("reportTypes", LISTINGS), ("processingStatuses", "FATAL,IN_QUEUE")]).0.len(), 0);
    assert_eq!(list(&[("reportTypes", "GET_X,GET_Y")]).0.len(), 0);
    let since = text(desk.now() - TimeDelta::minutes(65));
    assert_eq!(list(&[("reportTypes", LISTINGS), ("createdSince", &since)]).0, ids[..2]);
    assert_eq!(list(&[("reportTypes", LISTINGS), ("createdUntil", &since)]).0, ids[2..]);
}

#[test]
fn an_address_is_good_for_five_minutes_and_takes_no_token() {
    let desk = shop(&[UK]);
    let id = created(&desk, UK);
    desk.advance(TimeDelta::minutes(2));
    let url = address(&desk, &id)["url"].as_str().unwrap().to_owned();
    let ask = |request: &Request| {
        let answer = desk.amazon.handle(request);
        (answer.status, String::from_utf8_lossy(&answer.body).into_owned())
    };
    assert_eq!(ask(&plain(&url)).0, 200);
    let (status, body) = ask(&plain(&url).with_header("x-amz-access-token", &desk.token));
    assert!(status == 403 && body.contains("not signed"), "{body}");
    assert_eq!(ask(&plain(&url).with_header("Authorization", "Bearer x")).0, 400);
    let mut forged = plain(&url);
    forged.query.retain(|(name, _)| name != "X-Amz-Signature");
    assert!(ask(&forged).1.contains("SignatureDoesNotMatch"));
    desk.advance(TimeDelta::seconds(300));
    assert_eq!(ask(&plain(&url)).0, 200);
    desk.advance(TimeDelta::seconds(1));
    let (status, body) = ask(&plain(&url));
    assert!(status == 403 && body.contains("Request has expired"), "{body}");
    desk.amazon.inject(Fault::DocumentLinkExpired.once());
    let stale = address(&desk, &id)["url"].as_str().unwrap().to_owned();
    assert_eq!(ask(&plain(&stale)).0, 403);
    assert_eq!(ask(&plain(address(&desk, &id)["url"].as_str().unwrap())).0, 200);
}

#[test]
fn documents_can_be_spoiled_in_every_known_way() {
    let spoiled = |fault: Fault| {
        let desk = shop(&[UK]);
        desk.amazon.inject(fault);
        done(&desk, UK)
    };
    let (_, whole) = done(&shop(&[UK]), UK);
    let (_, cut) = spoiled(Fault::DocumentCut { permille: 500 });
    assert_eq!(cut, whole[..whole.len() / 2]);
    let utf8 = Fault::DocumentCharset { charset: Charset::Utf8WithMark, declared: None };
    let (answer, marked) = spoiled(utf8);
    assert_eq!(answer.header("content-type"), Some("text/plain"));
    assert!(marked.starts_with(b"\xEF\xBB\xBFitem-name"));
    let header = |bytes: &[u8]| String::from_utf8_lossy(bytes).lines().next().unwrap().split('\t').count();
    assert_eq!(header(&spoiled(Fault::ExtraColumns).1), 31);
    let tabs = spoiled(Fault::TabInTitle).1;
    let text = String::from_utf8_lossy(&tabs);
    assert!(text.lines().any(|line| line.split('\t').count() == 30));
    let breaks = spoiled(Fault::LineBreakInTitle).1;
    assert!(String::from_utf8_lossy(&breaks).lines().any(|line| line.split('\t').count() == 1));
    let desk = shop(&[UK]);
    desk.amazon.inject(Fault::DocumentPlain);
    let id = created(&desk, UK);
    desk.advance(TimeDelta::minutes(2));
    let link = address(&desk, &id);
    assert!(link.get("compressionAlgorithm").is_none());
    assert!(desk.amazon.handle(&plain(link["url"].as_str().unwrap())).body.starts_with(b"item-name"));
}
