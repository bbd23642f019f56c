//! Rows 1 to 16: what only a real socket can do. Time limits are short here and given as parameters; the pauses between
//! tries are the product's own, so all rows run at once.

use std::time::Duration;

use packlight_domain::account::OrdersApi;
use packlight_engine::{Code, SyncRequest};
use packlight_spapi::{HttpTransport, Timeouts};
use packlight_spapi_sim::{BadJson, Fault, Operation, Seller};
use packlight_tests::command_line::Desk;
use packlight_tests::database;
use packlight_tests::wire::{Authority, Struck, Trouble, Wire};
use packlight_tests::world::{GB, connect, over_sockets};

use super::{Ends, Failure, ends};

const ORDERS: u64 = 230;
const PAGES: usize = 3;

/// A network row.
struct Row {
    number: u8,
    strike: Strike,
    ends: Ends,
}

/// What is wrong with the network.
enum Strike {
    Trouble(Struck),
    /// Nobody listens.
    Cut,
    /// A name that no resolver can look up, because one of its parts is too long for any.
    NoSuchName,
    /// Amazon's double itself does it.
    Amazon(Fault),
}

const BROKEN: &str = "Amazon cannot be reached, the connection broke before the answer was complete: check the internet connection, then try again";
const DAMAGED: &str =
    "Amazon's answer arrived damaged or far too large: the same request is made again later";
const REFUSED: &str = "Amazon cannot be reached, the server refused the connection: check the internet connection, then try again";
const LATE: &str = "Amazon cannot be reached, the answer did not come in time: check the internet connection, then try again";
const UNREADABLE: &str = "Amazon's answer could not be read (no JSON, or cut short): nothing of it was kept, and it is asked for again at the next try";
const PORTAL: &str = "something that is not Amazon's answer came back, such as the login page of a network: open a web page in the browser to sign in to the network, then try again";

fn struck(number: u8, trouble: impl Into<Struck>, ends: Ends) -> Row {
    Row { number, strike: Strike::Trouble(trouble.into()), ends }
}

/// Rows that neither need a short time limit nor a certificate: for the command line and the window.
fn rows() -> Vec<Row> {
    let portal =
        b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 23\r\n\r\n<html>Sign in, please!\n";
    let mut rows = vec![
        Row {
            number: 1,
            strike: Strike::NoSuchName,
            ends: ends(
                Code::Offline,
                5,
                "Amazon cannot be reached, the name of Amazon's server could not be found: check the internet connection, then try again",
            ),
        },
        Row { number: 2, strike: Strike::Cut, ends: ends(Code::Offline, 5, REFUSED) },
        struck(3, Trouble::Reset(0).after(1), ends(Code::Offline, 5, BROKEN)),
        struck(7, Trouble::Reset(500), ends(Code::Offline, 5, BROKEN)),
        struck(8, Trouble::PackedAndCut(300), ends(Code::MalformedAnswer, 5, DAMAGED)),
        struck(9, Trouble::WrongLength(100), ends(Code::MalformedAnswer, 5, DAMAGED)),
        struck(9, Trouble::WrongLength(-100), ends(Code::MalformedAnswer, 5, UNREADABLE)),
        struck(10, Trouble::Instead(portal.to_vec()).everywhere(), ends(Code::MalformedAnswer, 5, PORTAL)),
        struck(13, Trouble::HangUp, Ends::Well),
    ];
    // A page that breaks anywhere is asked for again and brings no partial rows.
    for bytes in [0, 1, 17, 150, 400, 5_000, 40_000] {
        rows.push(struck(7, Trouble::Reset(bytes).times(2), Ends::Well));
        rows.push(struck(8, Trouble::PackedAndCut(bytes).times(1), Ends::Well));
        rows.push(struck(9, Trouble::Cut(bytes).times(1), Ends::Well));
    }
    rows
}

/// Rows in which a time limit or the largest body counts, which a process has no way to be told of.
fn limited_rows() -> Vec<Row> {
    vec![
        struck(6, Trouble::Silent, ends(Code::Offline, 5, LATE)),
        struck(6, Trouble::Crawl(Duration::from_millis(50)), ends(Code::Offline, 5, LATE)),
        Row {
            number: 27,
            strike: Strike::Amazon(Fault::BadJson(BadJson::Swollen(5 << 20))),
            ends: ends(Code::MalformedAnswer, 5, DAMAGED),
        },
    ]
}

/// An Amazon with the cable to it.
struct Place {
    desk: Desk,
    wire: Wire,
}

impl Place {
    async fn new() -> Self {
        let desk = Desk::new(Seller::with_orders(ORDERS, 13, chrono::Utc::now()).history_days(25)).await;
        let wire = Wire::to(desk.amazon_addr()).await;
        Self { desk, wire }
    }

    /// Puts the trouble in force; returns the address to be used under it.
    async fn strike(&self, strike: &Strike) -> String {
        match strike {
            Strike::Trouble(struck) => self.wire.strike(struck.clone()),
            Strike::Cut => self.wire.cut().await,
            Strike::NoSuchName => {
                return format!("http://{}.localhost:{}", "x".repeat(64), self.desk.amazon_addr().port());
            }
            Strike::Amazon(fault) => {
                self.desk.amazon.inject(fault.clone().on(Operation::SearchOrders));
            }
        }
        self.wire.url()
    }

    async fn heal(&self, strike: &Strike) {
        self.wire.heal();
        self.desk.amazon.lift_all();
        if matches!(strike, Strike::Cut) {
            self.wire.join().await;
        }
    }

    fn pages_asked(&self) -> usize {
        self.wire.requests().iter().filter(|path| path.starts_with("/orders/")).count()
    }

    /// Runs the command line against these addresses.
    async fn run(&self, sp_api: &str, lwa: &str, words: &[&str]) -> (Option<i32>, serde_json::Value, String) {
        let mut command = self.desk.command(&[&["--json"], words].concat());
        command.env("PACKLIGHT_SP_API_URL", sp_api).env("PACKLIGHT_LWA_URL", lwa);
        let output = tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap();
        let json = serde_json::from_slice(&output.stdout).unwrap();
        (output.status.code(), json, String::from_utf8(output.stderr).unwrap())
    }

    async fn assert_whole(&self) {
        let truth = database::sorted(self.desk.amazon.truth());
        assert!(database::view(self.desk.folder()).await == truth, "the copy differs from Amazon");
    }
}

fn lwa(base: &str) -> String {
    format!("{base}/auth/o2/token")
}

#[tokio::test(flavor = "multi_thread")]
async fn on_the_command_line() {
    let tasks: Vec<_> = rows().into_iter().map(|row| tokio::spawn(on_a_command_line(row))).collect();
    for task in tasks {
        task.await.unwrap();
    }
}

async fn on_a_command_line(row: Row) {
    let place = Place::new().await;
    tokio::task::block_in_place(|| place.desk.connect());
    let base = place.strike(&row.strike).await;
    let (exit, json, complaint) = place.run(&base, &lwa(&base), &["sync"]).await;
    let context = format!("row {}: {json} {complaint}", row.number);
    match row.ends {
        Ends::Well => assert_eq!(json["orders_new"], ORDERS, "{context}"),
        Ends::In(Failure { code, exit: expected, says }) => {
            assert_eq!(exit, Some(expected), "{context}");
            assert_eq!(json["error"]["message"], says, "{context}");
            assert_eq!(json["error"]["code"], serde_json::to_value(code).unwrap(), "{context}");
            assert_eq!(json["error"]["retryable"], true, "{context}");
            assert_eq!(
                complaint.lines().last(),
                Some(format!("packlight-cli: {says}").as_str()),
                "{context}"
            );
            let (exit, ..) = place.run(&base, &lwa(&base), &["orders", "list"]).await;
            assert_eq!(exit, Some(0), "local orders stay readable, {context}");
            place.heal(&row.strike).await;
            let (asked, url) = (place.pages_asked(), place.wire.url());
            let (exit, json, complaint) = place.run(&url, &lwa(&url), &["sync"]).await;
            assert_eq!(exit, Some(0), "row {}: {json} {complaint}", row.number);
            if row.number == 3 {
                assert_eq!(place.pages_asked() - asked, PAGES - 1, "it goes on where it stopped");
            }
        }
    }
    place.assert_whole().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn in_the_window() {
    // What breaks once and is ridden out looks no different in the window.
    let ends_in_failure = |row: &Row| matches!(row.ends, Ends::In(_));
    let rows = rows().into_iter().filter(ends_in_failure).chain(limited_rows());
    let tasks: Vec<_> = rows.map(|row| tokio::spawn(in_a_window(row))).collect();
    for task in tasks {
        task.await.unwrap();
    }
}

fn impatient() -> HttpTransport {
    let timeouts = Timeouts {
        connect: Duration::from_millis(500),
        read: Duration::from_secs(1),
        total: Duration::from_millis(1_500),
    };
    HttpTransport::with_timeouts(timeouts).unwrap().with_body_cap(4 << 20)
}

fn patient() -> HttpTransport {
    HttpTransport::new().unwrap()
}

async fn in_a_window(row: Row) {
    let Ends::In(failure) = row.ends else { return };
    let place = Place::new().await;
    let folder = place.desk.folder();
    let url = place.wire.url();
    let engine = over_sockets(folder, &url, &lwa(&url), patient()).await.unwrap();
    connect(&engine, OrdersApi::V2026, &[GB]).await.unwrap();
    engine.close().await;
    drop(engine);

    let base = place.strike(&row.strike).await;
    let transport = if limited_rows().iter().any(|limited| limited.number == row.number) {
        impatient()
    } else {
        patient()
    };
    let engine = over_sockets(folder, &base, &lwa(&base), transport).await.unwrap();
    let error = engine.sync(&SyncRequest::default()).await.expect_err("the network is in trouble");
    assert_eq!((error.code, error.message.as_str()), (failure.code, failure.says), "row {}", row.number);
    failure.assert_shown(&engine.sync_status().accounts[0].state);
    engine.order_counts(None, None).await.unwrap();
    engine.close().await;
    drop(engine);

    place.heal(&row.strike).await;
    let engine = over_sockets(folder, &url, &lwa(&url), patient()).await.unwrap();
    engine.sync(&SyncRequest::default()).await.unwrap();
    place.assert_whole().await;
}

/// Row 4: whoever cannot prove to be Amazon gets nothing, and nothing is offered to get around that.
#[tokio::test(flavor = "multi_thread")]
async fn an_untrusted_connection() {
    let (known, unknown) = (Authority::new("Known"), Authority::new("Unknown"));
    let place = Place::new().await;
    tokio::task::block_in_place(|| place.desk.connect());
    let trusted = place.desk.folder().join("authority.pem");
    std::fs::write(&trusted, known.pem()).unwrap();
    let lwa = lwa(&place.wire.url());
    for (identity, why) in [
        (known.identity("localhost", 2021), "its certificate has expired"),
        (known.identity("amazon.example", 2099), "its certificate is for another name"),
        (unknown.identity("localhost", 2099), "nobody whom this computer trusts has signed its certificate"),
    ] {
        let wire = Wire::secured(place.desk.amazon_addr(), &identity).await;
        let mut command = place.desk.command(&["--json", "sync"]);
        command
            .env("SSL_CERT_FILE", &trusted)
            .env("PACKLIGHT_SP_API_URL", wire.url())
            .env("PACKLIGHT_LWA_URL", &lwa);
        let output = tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap();
        let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let says = format!(
            "the connection to Amazon is not trusted ({why}): check this computer's clock and whether a proxy or virus scanner opens secure connections"
        );
        assert_eq!(json["error"]["message"], says);
        assert_eq!((output.status.code(), &json["error"]["code"]), (Some(5), &"untrusted".into()));
        assert_eq!(wire.requests(), Vec::<String>::new(), "not a byte of a request is sent");
    }

    // The same with an identity that is in order, or the three above would prove nothing.
    let wire = Wire::secured(place.desk.amazon_addr(), &known.identity("localhost", 2099)).await;
    let mut command = place.desk.command(&["--json", "sync"]);
    command.env("SSL_CERT_FILE", &trusted).env("PACKLIGHT_SP_API_URL", wire.url());
    let output = tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    place.assert_whole().await;
}

/// Rows 4 and 5 in the window: an untrusted connection is refused with its reason, a stalled handshake is offline.
#[tokio::test(flavor = "multi_thread")]
async fn secured_connections_in_the_window() {
    let identity = Authority::new("Unknown").identity("localhost", 2099);
    let untrusted = tokio::spawn(secured(
        identity,
        None,
        Failure {
            code: Code::Untrusted,
            exit: 5,
            says: "the connection to Amazon is not trusted (nobody whom this computer trusts has signed its certificate): check this computer's clock and whether a proxy or virus scanner opens secure connections",
        },
    ));
    let identity = Authority::new("Unknown").identity("localhost", 2099);
    let stalled = tokio::spawn(secured(
        identity,
        Some(Trouble::Silent),
        Failure {
            code: Code::Offline,
            exit: 5,
            says: "Amazon cannot be reached, no connection could be made in time: check the internet connection, then try again",
        },
    ));
    untrusted.await.unwrap();
    stalled.await.unwrap();
}

async fn secured(identity: packlight_tests::wire::Identity, trouble: Option<Trouble>, failure: Failure) {
    let place = Place::new().await;
    let (folder, url) = (place.desk.folder(), place.wire.url());
    let engine = over_sockets(folder, &url, &lwa(&url), patient()).await.unwrap();
    connect(&engine, OrdersApi::V2026, &[GB]).await.unwrap();
    engine.close().await;
    drop(engine);
    let wire = Wire::secured(place.desk.amazon_addr(), &identity).await;
    if let Some(trouble) = trouble {
        wire.strike(trouble);
    }
    let engine = over_sockets(folder, &wire.url(), &lwa(&url), impatient()).await.unwrap();
    let error = engine.sync(&SyncRequest::default()).await.unwrap_err();
    assert_eq!((error.code, error.message.as_str()), (failure.code, failure.says));
    failure.assert_shown(&engine.sync_status().accounts[0].state);
}

/// Row 12 on a socket: the other server hears nothing at all, least of all a token.
#[tokio::test(flavor = "multi_thread")]
async fn a_redirect_is_not_followed() {
    let place = Place::new().await;
    tokio::task::block_in_place(|| place.desk.connect());
    let elsewhere = Wire::to(place.desk.amazon_addr()).await;
    place.desk.amazon.inject(Fault::RedirectTo(elsewhere.url()).on(Operation::SearchOrders));
    let url = place.wire.url();
    let (exit, json, _) = place.run(&url, &lwa(&url), &["sync"]).await;
    assert_eq!((exit, &json["error"]["code"]), (Some(5), &"malformed_answer".into()));
    assert_eq!(elsewhere.requests(), Vec::<String>::new());
    assert_eq!(place.pages_asked(), 1, "asked once: another answer is not to be expected");
}
