//! Every kind of answer fits the model that Amazon publishes, field by field and without a field of our own.
//!
//! The models are not part of this repository; where they are absent the test says so and passes.

use std::fs;
use std::path::{Path, PathBuf};

use chrono::TimeDelta;
use jsonschema::{Draft, Validator};
use packlight_spapi_sim::{Fault, GERMANY, JAPAN, Response, Seller, UK, US};
use serde_json::{Value, json};

use crate::client::{Desk, noon, text};
use crate::reports::{REPORTS, create, listings};

fn models() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../../shared/reference/spapi-models");
    if folder.is_dir() {
        return Some(folder);
    }
    println!("skipped: Amazon's models are not at {}", folder.display());
    None
}

/// A validator of one definition in a model file. Objects are closed, so that an invented field is found as well.
fn validator(folder: &Path, file: &str, definition: &str) -> Validator {
    let model: Value = serde_json::from_str(&fs::read_to_string(folder.join(file)).unwrap()).unwrap();
    let mut definitions = model["definitions"].clone();
    assert!(definitions.get(definition).is_some(), "{file} has no {definition}");
    close(&mut definitions);
    let schema =
        json!({"allOf": [{"$ref": format!("#/definitions/{definition}")}], "definitions": definitions});
    jsonschema::options().with_draft(Draft::Draft4).should_validate_formats(true).build(&schema).unwrap()
}

fn close(schema: &mut Value) {
    if let Value::Object(fields) = schema {
        if fields.get("properties").is_some_and(Value::is_object)
            && fields.get("type") == Some(&json!("object"))
        {
            fields.insert("additionalProperties".to_owned(), json!(false));
        }
        fields.values_mut().for_each(close);
    }
}

fn check(validator: &Validator, answer: &Response, status: u16) {
    assert_eq!(answer.status, status, "{:?}", answer.body);
    let value = answer.value();
    let errors: Vec<String> = validator
        .iter_errors(&value)
        .take(5)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{errors:#?}");
}

#[test]
fn a_validator_finds_what_is_wrong() {
    let Some(folder) = models() else { return };
    let search = validator(&folder, "orders_2026-01-01.json", "SearchOrdersResponse");
    let order = json!({"orderId": "1", "createdTime": "2026-01-01T00:00:00Z", "lastUpdatedTime": "2026-01-01T00:00:00Z",
        "salesChannel": {"channelName": "AMAZON"}, "orderItems": []});
    assert!(search.is_valid(&json!({"orders": [order]})));
    for (field, value) in [
        ("orderId", json!(1)),
        ("createdTime", json!("noon")),
        ("invented", json!("x")),
        ("programs", json!([1])),
    ] {
        let mut wrong = order.clone();
        wrong[field] = value;
        assert!(!search.is_valid(&json!({"orders": [wrong]})), "{field}");
    }
}

#[test]
fn orders_v2026_fit_the_model() {
    let Some(folder) = models() else { return };
    let search = validator(&folder, "orders_2026-01-01.json", "SearchOrdersResponse");
    let one = validator(&folder, "orders_2026-01-01.json", "GetOrderResponse");
    let errors = validator(&folder, "orders_2026-01-01.json", "ErrorList");
    for store in [UK, JAPAN, US, GERMANY] {
        let desk = Desk::new(Seller::with_orders(1000, 3, noon()).marketplaces([store]));
        let mut arguments = desk.everything();
        arguments[2].1 = store.to_owned();
        for page in desk.pages(&arguments) {
            check(&search, &page, 200);
        }
        let id = desk.amazon.world().order_ids(noon(), None).remove(0);
        check(&one, &desk.get(&format!("/orders/2026-01-01/orders/{id}"), &[crate::client::ALL_DATA]), 200);
        check(&one, &desk.get(&format!("/orders/2026-01-01/orders/{id}"), &[]), 200);
    }
    let desk = Desk::still(1);
    check(&errors, &desk.search(&[]), 400);
    check(&errors, &desk.get("/orders/2026-01-01/orders/none", &[]), 404);
    check(&errors, &desk.search(&[("createdAfter", "2026-01-01"), ("includedData", "BUYER")]), 403);
    for (fault, status) in [
        (Fault::Throttle, 429),
        (Fault::ServerError(500), 500),
        (Fault::ServerError(503), 503),
        (Fault::ServerError(413), 413),
        (Fault::TokenExpired, 403),
    ] {
        desk.amazon.inject(fault.once());
        check(&errors, &desk.search(&[("createdAfter", "2026-01-01")]), status);
    }
}

#[test]
fn orders_v0_fit_the_model() {
    let Some(folder) = models() else { return };
    let list = validator(&folder, "ordersV0.json", "GetOrdersResponse");
    let items = validator(&folder, "ordersV0.json", "GetOrderItemsResponse");
    for store in [UK, JAPAN, US] {
        let seller =
            Seller::with_orders(400, 3, noon()).marketplaces([store]).items_per_page(2).rate_scale(1000);
        let desk = Desk::new(seller);
        let after = text(noon() - TimeDelta::days(90));
        let mut query =
            vec![("MarketplaceIds".to_owned(), store.to_owned()), ("CreatedAfter".to_owned(), after)];
        loop {
            let arguments: Vec<(&str, &str)> = query.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
            let page = desk.get("/orders/v0/orders", &arguments);
            check(&list, &page, 200);
            let Some(token) = page.value()["payload"]["NextToken"].as_str().map(str::to_owned) else { break };
            query = vec![query.remove(0), ("NextToken".to_owned(), token)];
        }
        for id in desk.amazon.world().order_ids(noon(), None) {
            desk.advance(TimeDelta::milliseconds(10));
            check(&items, &desk.get(&format!("/orders/v0/orders/{id}/orderItems"), &[]), 200);
        }
        check(&list, &desk.get("/orders/v0/orders", &[]), 400);
        check(&items, &desk.get("/orders/v0/orders/none/orderItems", &[]), 404);
    }
}

#[test]
fn the_probes_fit_their_models() {
    let Some(folder) = models() else { return };
    let desk = Desk::new(Seller::with_orders(1, 1, noon()).marketplaces([UK, JAPAN]));
    let sellers = validator(&folder, "sellers.json", "GetMarketplaceParticipationsResponse");
    check(&sellers, &desk.get("/sellers/v1/marketplaceParticipations", &[]), 200);
    desk.amazon.inject(Fault::AccessDenied.once());
    check(&sellers, &desk.get("/sellers/v1/marketplaceParticipations", &[]), 403);
    let finances = validator(&folder, "finances_2024-06-19.json", "ListTransactionsResponse");
    check(&finances, &desk.get("/finances/2024-06-19/transactions", &[("postedAfter", "2026-11-01")]), 200);
    let finance_errors = validator(&folder, "finances_2024-06-19.json", "ErrorList");
    check(&finance_errors, &desk.get("/finances/2024-06-19/transactions", &[]), 400);
    let reports = validator(&folder, "reports_2021-06-30.json", "GetReportsResponse");
    check(&reports, &desk.get("/reports/2021-06-30/reports", &[("reportTypes", "GET_X")]), 200);
}

#[test]
fn reports_fit_the_model() {
    let Some(folder) = models() else { return };
    let of = |definition| validator(&folder, "reports_2021-06-30.json", definition);
    let (created, one, list, document, errors) = (
        of("CreateReportResponse"),
        of("Report"),
        of("GetReportsResponse"),
        of("ReportDocument"),
        of("ErrorList"),
    );
    for fault in [None, Some(Fault::ReportCancelled), Some(Fault::ReportFatal), Some(Fault::DocumentPlain)] {
        let desk = Desk::new(Seller::with_orders(20, 1, noon()).marketplaces([UK, JAPAN]));
        if let Some(fault) = fault {
            desk.amazon.inject(fault);
        }
        for store in [UK, JAPAN] {
            let answer = create(&desk, &listings(store));
            check(&created, &answer, 202);
            let path = format!("{REPORTS}/{}", answer.value()["reportId"].as_str().unwrap());
            for _ in 0..4 {
                let report = desk.get(&path, &[]);
                check(&one, &report, 200);
                if let Some(id) = report.value()["reportDocumentId"].as_str() {
                    check(&document, &desk.get(&format!("/reports/2021-06-30/documents/{id}"), &[]), 200);
                }
                desk.advance(TimeDelta::seconds(30));
            }
        }
        let query = [("reportTypes", "GET_MERCHANT_LISTINGS_ALL_DATA"), ("pageSize", "1")];
        check(&list, &desk.get(REPORTS, &query), 200);
    }
    let desk = Desk::still(1);
    check(&errors, &create(&desk, &json!({})), 400);
    check(&errors, &create(&desk, &listings(JAPAN)), 403);
    check(&errors, &desk.get(&format!("{REPORTS}/none"), &[]), 404);
    check(&errors, &desk.get("/reports/2021-06-30/documents/none", &[]), 404);
    check(&errors, &desk.get(REPORTS, &[("nextToken", "x")]), 400);
}
