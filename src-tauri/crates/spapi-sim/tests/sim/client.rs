//! A client as plain as can be: it knows how to ask and nothing else.
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use chrono::{DateTime, SecondsFormat, TimeDelta, TimeZone, Utc};
use packlight_spapi_sim::{
    Amazon, CLIENT_ID, CLIENT_SECRET, Clock, REFRESH_TOKEN, Request, Response, Seller, UK,
};
use serde_json::Value;

/// Noon of the day on which all tests begin.
pub(crate) fn noon() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, 22, 12, 0, 0).unwrap()
}

pub(crate) fn text(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}

pub(crate) const ALL_DATA: (&str, &str) = ("includedData", "PROCEEDS,FULFILLMENT,CANCELLATION,PACKAGES");

/// Amazon on a clock that the test sets, and an access token for it.
pub(crate) struct Desk {
    pub(crate) amazon: Amazon,
    time: Arc<Mutex<DateTime<Utc>>>,
    pub(crate) token: String,
}

impl Desk {
    pub(crate) fn new(seller: Seller) -> Self {
        let time = Arc::new(Mutex::new(noon()));
        let read = Arc::clone(&time);
        let amazon = Amazon::with_clock(seller, Clock::new(move || *read.lock().unwrap()));
        let mut desk = Self { amazon, time, token: String::new() };
        desk.refresh();
        desk.amazon.clear_calls();
        desk
    }

    /// As many orders as fit, in a world that stands still.
    pub(crate) fn still(orders: u64) -> Self {
        Self::new(Seller::with_orders(orders, 7, noon()))
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        *self.time.lock().unwrap()
    }

    pub(crate) fn advance(&self, by: TimeDelta) {
        *self.time.lock().unwrap() += by;
    }

    pub(crate) fn refresh(&mut self) {
        let answer = self.amazon.handle(&token_request(CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN));
        assert_eq!(answer.status, 200, "{:?}", answer.body);
        answer.value()["access_token"].as_str().unwrap().clone_into(&mut self.token);
    }

    pub(crate) fn get(&self, path: &str, query: &[(&str, &str)]) -> Response {
        self.amazon.handle(&self.request(path, query))
    }

    pub(crate) fn request(&self, path: &str, query: &[(&str, &str)]) -> Request {
        Request::get(path, query)
            .with_header("x-amz-access-token", &self.token)
            .with_header("User-Agent", "Tests/1.0 (Language=Rust/1.95; Platform=Linux/6)")
    }

    pub(crate) fn search(&self, query: &[(&str, &str)]) -> Response {
        self.get("/orders/2026-01-01/orders", query)
    }

    /// The widest window of updates, with everything in it.
    pub(crate) fn everything(&self) -> Vec<(String, String)> {
        window(noon() - TimeDelta::days(1000), self.now() - TimeDelta::seconds(125))
    }

    /// Every page of a search by update time; answers that are not 200 end it.
    pub(crate) fn pages(&self, arguments: &[(String, String)]) -> Vec<Response> {
        let mut pages = Vec::new();
        let mut token = None::<String>;
        loop {
            let mut query: Vec<(&str, &str)> =
                arguments.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            query.extend(token.as_deref().map(|token| ("paginationToken", token)));
            let page = self.search(&query);
            let value = page.value();
            let status = page.status;
            pages.push(page);
            match value["pagination"]["nextToken"].as_str() {
                Some(next) if status == 200 && pages.len() < 100 => token = Some(next.to_owned()),
                _ => return pages,
            }
        }
    }

    /// All orders of all pages, with repetitions.
    pub(crate) fn orders(&self, arguments: &[(String, String)]) -> Vec<Value> {
        let pages = self.pages(arguments);
        pages.iter().flat_map(|page| page.value()["orders"].as_array().cloned().unwrap_or_default()).collect()
    }
}

pub(crate) fn window(after: DateTime<Utc>, before: DateTime<Utc>) -> Vec<(String, String)> {
    vec![
        ("lastUpdatedAfter".to_owned(), text(after)),
        ("lastUpdatedBefore".to_owned(), text(before)),
        ("marketplaceIds".to_owned(), UK.to_owned()),
        (ALL_DATA.0.to_owned(), ALL_DATA.1.to_owned()),
    ]
}

pub(crate) fn token_request(id: &str, secret: &str, refresh: &str) -> Request {
    let body =
        format!("grant_type=refresh_token&client_id={id}&client_secret={secret}&refresh_token={refresh}");
    Request {
        method: "POST".to_owned(),
        path: "/auth/o2/token".to_owned(),
        body: Bytes::from(body),
        ..Request::default()
    }
    .with_header("Content-Type", "application/x-www-form-urlencoded;charset=UTF-8")
}

/// Code, message and details of an error answer.
pub(crate) fn error(response: &Response) -> (String, String, String) {
    let value = response.value();
    let field = |name: &str| value["errors"][0][name].as_str().unwrap_or("absent").to_owned();
    (field("code"), field("message"), field("details"))
}

pub(crate) fn ids(orders: &[Value]) -> Vec<String> {
    orders.iter().map(|order| order["orderId"].as_str().unwrap().to_owned()).collect()
}
