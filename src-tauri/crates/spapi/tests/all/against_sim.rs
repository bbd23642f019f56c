//! The client against a simulated Amazon that was written without it: whole lists, exact timing, every fault.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use packlight_domain::account::Region;
use packlight_domain::instant;
use packlight_domain::order::OrderUpdate;
use packlight_domain::status;
use packlight_spapi::{
    ApiError, BucketState, Client, ClientConfig, Credentials, Endpoints, Errand, ErrorKind, HttpTransport,
    Ledger, ListOrdersV0, ListingsFile, NewReport, OrdersPage, Overrides, ReportStatus, SearchOrders,
    Transport, TransportError,
};
use packlight_spapi_sim::{
    Amazon, BadJson, CLIENT_ID, CLIENT_SECRET, Clock, Fault, LwaError, Operation, PRIVATE_MARKER,
    REFRESH_TOKEN, RateHeader, Request, Role, Seller, Server, TruthLine,
};
use tokio::time::Instant;

use crate::support::{MemoryLedger, errand, noon, search, user_agent};

/// Carries requests to the simulation without a socket, after a latency of virtual time.
struct InProcess {
    amazon: Arc<Amazon>,
    latency: Duration,
}

#[async_trait]
impl Transport for InProcess {
    async fn send(&self, request: http::Request<Bytes>) -> Result<http::Response<Bytes>, TransportError> {
        tokio::time::sleep(self.latency).await;
        let uri = request.uri();
        let answer = self.amazon.handle(&Request {
            method: request.method().to_string(),
            path: uri.path().to_owned(),
            query: url::form_urlencoded::parse(uri.query().unwrap_or("").as_bytes()).into_owned().collect(),
            headers: request
                .headers()
                .iter()
                .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
                .collect(),
            body: request.body().clone(),
        });
        let mut response = http::Response::builder().status(answer.status);
        for (name, value) in &answer.headers {
            response = response.header(name, value);
        }
        Ok(response.body(answer.body).unwrap())
    }
}

struct World {
    amazon: Arc<Amazon>,
    client: Client,
    ledger: Arc<MemoryLedger>,
}

/// The clock of these desks is a day fast.
const CLOCK_OFF: TimeDelta = TimeDelta::days(1);

fn config(transport: Arc<dyn Transport>, ledger: Arc<MemoryLedger>, endpoints: Endpoints) -> ClientConfig {
    ClientConfig {
        transport,
        endpoints,
        credentials: Credentials {
            client_id: CLIENT_ID.into(),
            client_secret: CLIENT_SECRET.to_owned().into(),
            refresh_token: REFRESH_TOKEN.to_owned().into(),
        },
        ledger: ledger as Arc<dyn Ledger>,
        user_agent: user_agent(),
        local_now: noon() + CLOCK_OFF,
        sleep: packlight_spapi::SleepClock::sleepless(),
    }
}

fn world(seller: Seller) -> World {
    slow_world(seller, Duration::ZERO)
}

fn slow_world(seller: Seller, latency: Duration) -> World {
    let amazon = Arc::new(Amazon::with_clock(seller, Clock::tokio(noon())));
    let ledger = Arc::new(MemoryLedger::default());
    let transport = Arc::new(InProcess { amazon: Arc::clone(&amazon), latency });
    let client = Client::new(config(transport, Arc::clone(&ledger), Endpoints::of(Region::Eu)));
    World { amazon, client, ledger }
}

impl World {
    /// Another process with what this one kept.
    fn restarted(&self) -> Client {
        self.restarted_with_clock(self.amazon.now() + CLOCK_OFF)
    }

    /// Another process on a computer whose clock shows this.
    fn restarted_with_clock(&self, local_now: DateTime<Utc>) -> Client {
        let transport = Arc::new(InProcess { amazon: Arc::clone(&self.amazon), latency: Duration::ZERO });
        let config = config(transport, Arc::clone(&self.ledger), Endpoints::of(Region::Eu));
        Client::new(ClientConfig { local_now, ..config })
    }
}

fn window(client: &Client, marketplace: &str) -> SearchOrders {
    SearchOrders {
        last_updated_after: client.server_now() - TimeDelta::days(100),
        last_updated_before: Some(client.server_now() - TimeDelta::seconds(125)),
        marketplace_ids: vec![marketplace.to_owned()],
        ..search()
    }
}

/// Follows a list to its last page.
async fn traverse(
    client: &Client,
    first: SearchOrders,
    errand: &Errand,
) -> Result<Vec<OrdersPage>, ApiError> {
    let mut search = first;
    let mut pages = Vec::new();
    loop {
        let page = client.search_orders_degrading(&search, errand).await?;
        search.included = page.included;
        search.page_token.clone_from(&page.next_token);
        let last = page.next_token.is_none();
        pages.push(page);
        if last {
            return Ok(pages);
        }
    }
}

async fn all(world: &World, errand: &Errand) -> Result<Vec<OrdersPage>, ApiError> {
    world.client.authorise(errand).await?;
    traverse(&world.client, window(&world.client, "A1F83G8C2ARO7P"), errand).await
}

fn ids(pages: &[OrdersPage]) -> Vec<String> {
    let mut ids: Vec<_> =
        pages.iter().flat_map(|page| &page.updates).map(|update| update.order_id.clone()).collect();
    ids.sort();
    ids
}

fn known(world: &World) -> Vec<String> {
    let mut ids = world.amazon.world().order_ids(world.amazon.now(), None);
    ids.sort();
    ids
}

/// The rows of the view that `updates` make, later parts of an order joined to earlier ones.
fn rows(updates: impl IntoIterator<Item = OrderUpdate>, currency: &str) -> Vec<TruthLine> {
    let mut rows = Vec::new();
    for update in updates {
        for line in &update.lines {
            let price = line.prices.item;
            rows.push(TruthLine {
                amazon_order_id: update.order_id.clone(),
                order_item_id: line.order_item_id.clone(),
                purchase_date: instant::to_text(update.header.created.unwrap()),
                last_update_date: instant::to_text(update.last_update),
                order_status: status::to_v0(update.fulfillment.status.as_deref().unwrap()).to_owned(),
                fulfillment_channel: match update.fulfillment.fulfilled_by.as_deref() {
                    Some("AMAZON") => "AFN".to_owned(),
                    Some("MERCHANT") => "MFN".to_owned(),
                    other => panic!("{other:?}"),
                },
                asin: line.item.asin.clone(),
                seller_sku: line.item.seller_sku.clone().unwrap(),
                title: line.item.title.clone().unwrap(),
                quantity_ordered: line.item.quantity.try_into().unwrap(),
                quantity_shipped: line.shipped.quantity.unwrap_or(0).try_into().unwrap(),
                item_price: price.map(|money| money.main().to_string()),
                item_price_minor: price.map(|money| money.minor),
                item_currency: price.map_or(currency.to_owned(), |money| money.currency.to_string()),
                is_prime: update.header.programs.iter().any(|program| program == "PRIME"),
                is_business_order: update.header.programs.iter().any(|program| program == "AMAZON_BUSINESS"),
            });
        }
    }
    rows.sort();
    rows
}

#[tokio::test(start_paused = true)]
async fn two_thousand_orders_are_twenty_calls() {
    let world = world(Seller::with_orders(2_000, 1, noon()));
    let errand = errand();
    let started = Instant::now();
    let pages = all(&world, &errand).await.unwrap();
    assert_eq!((pages.len(), errand.tally.calls()), (20, 20));
    assert_eq!(world.amazon.count(Operation::SearchOrders), 20);
    assert_eq!(started.elapsed(), Duration::ZERO);
    assert_eq!(ids(&pages), known(&world));
    assert!(pages.iter().all(|page| page.surprises.is_empty()), "{:?}", pages[0].surprises);
    assert!(world.amazon.privacy_breaches().is_empty());
    assert!(!format!("{pages:?}").contains(PRIVATE_MARKER));
}

#[tokio::test(start_paused = true)]
async fn more_take_exactly_as_long_as_the_plan_says() {
    let world = world(Seller::with_orders(6_000, 2, noon()));
    let errand = errand();
    let started = Instant::now();
    let pages = all(&world, &errand).await.unwrap();
    assert_eq!((pages.len(), errand.tally.calls(), errand.tally.throttled()), (60, 60, 0));
    // 40 tokens at 0.0056/s, to the millisecond of the timer.
    assert_eq!(started.elapsed().as_millis(), (40_000_000_u128 * 1_000).div_ceil(5_600));
    assert_eq!(ids(&pages), known(&world));
}

#[tokio::test(start_paused = true)]
async fn latency_does_not_bring_a_refusal() {
    let latency = Duration::from_millis(800);
    let world = slow_world(Seller::with_orders(4_000, 3, noon()), latency);
    let errand = errand();
    let started = Instant::now();
    let pages = all(&world, &errand).await.unwrap();
    assert_eq!((pages.len(), errand.tally.throttled()), (40, 0));
    let limit = Duration::from_nanos(20_000_000_000_000_000 / 5_600);
    assert!(started.elapsed() <= limit + latency * 3 + Duration::from_millis(2), "{:?}", started.elapsed());
}

#[tokio::test(start_paused = true)]
async fn every_row_is_what_the_world_says() {
    for (seller, marketplace, currency) in [
        (Seller::with_orders(1_500, 4, noon()), packlight_spapi_sim::UK, "GBP"),
        (Seller::with_yen_orders(700, 5, noon()), packlight_spapi_sim::JAPAN, "JPY"),
    ] {
        let world = world(seller);
        let errand = errand();
        world.client.authorise(&errand).await.unwrap();
        let pages = traverse(&world.client, window(&world.client, marketplace), &errand).await.unwrap();
        let mut truth = world.amazon.truth();
        truth.sort();
        assert_eq!(rows(pages.into_iter().flat_map(|page| page.updates), currency), truth);
    }
}

#[tokio::test(start_paused = true)]
async fn v0_says_the_same_in_two_calls() {
    let world = world(Seller::with_orders(60, 6, noon()).items_per_page(2));
    let errand = errand();
    world.client.authorise(&errand).await.unwrap();
    let list = ListOrdersV0 {
        last_updated_after: noon() - TimeDelta::days(100),
        last_updated_before: Some(noon() - TimeDelta::seconds(125)),
        marketplace_ids: vec!["A1F83G8C2ARO7P".into()],
        page_token: None,
        page_size: 25,
    };
    let mut pages = vec![world.client.list_orders_v0(&list, &errand).await.unwrap()];
    while let Some(token) = pages.last().unwrap().next_token.clone() {
        let next = ListOrdersV0 { page_token: Some(token), ..list.clone() };
        pages.push(world.client.list_orders_v0(&next, &errand).await.unwrap());
    }
    assert_eq!(pages.len(), 3);
    let mut whole = Vec::new();
    for update in pages.iter().flat_map(|page| &page.updates) {
        let (items, surprises) =
            world.client.order_items_v0(&update.order_id, update.last_update, &errand).await.unwrap();
        assert!(surprises.is_empty(), "{surprises:?}");
        whole.push(OrderUpdate { lines: items.lines, ..update.clone() });
    }
    let mut truth = world.amazon.truth();
    truth.sort();
    assert_eq!(rows(whole, "GBP"), truth);
    assert_eq!(errand.tally.throttled(), 0);
    assert!(!format!("{pages:?}").contains(PRIVATE_MARKER));
}

#[tokio::test(start_paused = true)]
async fn one_order_is_the_same_as_in_the_list() {
    let world = world(Seller::with_orders(40, 7, noon()));
    let errand = errand();
    for update in all(&world, &errand).await.unwrap().remove(0).updates {
        let (alone, _) = world
            .client
            .get_order(&update.order_id, packlight_spapi::IncludedData::ALL, &errand)
            .await
            .unwrap();
        assert_eq!(alone, update);
    }
}

#[tokio::test(start_paused = true)]
async fn a_restart_never_meets_a_refusal() {
    let world = world(Seller::with_orders(2_000, 8, noon()));
    let errand = errand();
    all(&world, &errand).await.unwrap();
    let again = world.restarted();
    again.authorise(&errand).await.unwrap();
    let second = traverse(&again, window(&again, "A1F83G8C2ARO7P"), &errand).await.unwrap();
    assert_eq!((second.len(), errand.tally.throttled()), (20, 0));
}

/// I11: what is left is shown before anything is asked, and that look at the computer's clock decides nothing.
#[tokio::test(start_paused = true)]
async fn a_bucket_that_was_looked_at_by_a_wrong_clock_is_restored_by_amazons() {
    for hours in [-2, 0, 2] {
        let world = world(Seller::with_orders(10, 8, noon()));
        let errand = errand();
        let page = window(&world.client, "A1F83G8C2ARO7P");
        let page = SearchOrders { last_updated_before: Some(noon() - TimeDelta::hours(1)), ..page };
        for _ in 0..20 {
            world.client.search_orders(&page, &errand).await.unwrap();
        }
        // Two tokens came back meanwhile, and most of a third.
        tokio::time::advance(Duration::from_secs(500)).await;
        let again = world.restarted_with_clock(world.amazon.now() + TimeDelta::hours(hours));
        again.recall_budget(packlight_spapi::Operation::SearchOrders).await.unwrap();
        if hours == 0 {
            assert_eq!(again.budget(packlight_spapi::Operation::SearchOrders).whole_tokens, 2);
        }
        let started = Instant::now();
        for _ in 0..2 {
            again.search_orders(&page, &errand).await.unwrap();
        }
        assert!(started.elapsed() < Duration::from_secs(1), "{hours} h: {:?}", started.elapsed());
        // Another look changes nothing.
        again.recall_budget(packlight_spapi::Operation::SearchOrders).await.unwrap();
        assert_eq!(again.budget(packlight_spapi::Operation::SearchOrders).whole_tokens, 0, "{hours} h");
        again.search_orders(&page, &errand).await.unwrap();
        assert_eq!(errand.tally.throttled(), 0, "{hours} h");
    }
}

#[tokio::test(start_paused = true)]
async fn an_empty_bucket_at_the_start_costs_one_refusal() {
    let world = world(Seller::with_orders(6_000, 9, noon()));
    world.amazon.inject(Fault::EmptyBucket.on(Operation::SearchOrders).times(1));
    let errand = errand();
    let started = Instant::now();
    let pages = all(&world, &errand).await.unwrap();
    assert_eq!((pages.len(), errand.tally.throttled(), errand.tally.calls()), (60, 1, 61));
    assert_eq!(started.elapsed().as_millis(), (60_000_000_u128 * 1_000).div_ceil(5_600));
}

#[tokio::test(start_paused = true)]
async fn somebody_elses_kept_bucket_is_not_believed_beyond_reason() {
    let world = world(Seller::with_orders(100, 10, noon()));
    let nonsense = BucketState { tokens_nano: i64::MIN, micro_hertz: 1, at: noon() + TimeDelta::days(9_000) };
    world.ledger.states.lock().unwrap().insert(packlight_spapi::Operation::SearchOrders, nonsense);
    let started = Instant::now();
    all(&world, &errand()).await.unwrap();
    assert!(started.elapsed() <= Duration::from_secs(3_600));
}

/// Faults that a traversal survives on its own, each with the calls that it costs beyond the six pages.
#[tokio::test(start_paused = true)]
async fn a_traversal_survives_every_passing_fault() {
    let survivable: Vec<(Fault, u32)> = vec![
        (Fault::Throttle, 1),
        (Fault::EmptyBucket, 1),
        (Fault::ServerError(500), 1),
        (Fault::ServerError(503), 1),
        (Fault::HtmlError(503), 1),
        (Fault::HtmlError(504), 1),
        (Fault::HtmlPage, 1),
        (Fault::BadJson(BadJson::Truncated), 1),
        (Fault::BadJson(BadJson::ByteOrderMark), 0),
        (Fault::BadJson(BadJson::UnquotedWord), 1),
        (Fault::BadJson(BadJson::InvalidUtf8), 1),
        (Fault::BadJson(BadJson::LoneSurrogate), 0),
        (Fault::BadJson(BadJson::Empty), 1),
        (Fault::BadJson(BadJson::Swollen(1 << 20)), 0),
        (Fault::TokenExpired, 1),
        (Fault::DuplicateOrders, 0),
        (Fault::ShuffledPages, 0),
        (Fault::EmptyPageWithToken, 1),
        (Fault::RateHeader(RateHeader::Text("abc".into())), 0),
        (Fault::RateHeader(RateHeader::Text("0".into())), 0),
        (Fault::RateHeader(RateHeader::Text("-1".into())), 0),
        (Fault::RateHeader(RateHeader::Absent), 0),
        (Fault::NullFields, 0),
        (Fault::UnknownEnums, 0),
        (Fault::WrongTypes, 0),
        (Fault::NoDate, 0),
    ];
    for (fault, extra) in survivable {
        for struck in [0, 4] {
            let world = world(Seller::with_orders(120, 11, noon()));
            world.amazon.inject(fault.clone().on(Operation::SearchOrders).times(1).after(struck));
            let errand = errand();
            world.client.authorise(&errand).await.unwrap();
            let first = SearchOrders { page_size: 20, ..window(&world.client, "A1F83G8C2ARO7P") };
            let pages = traverse(&world.client, first, &errand).await;
            let pages = pages.unwrap_or_else(|error| panic!("{fault:?}: {error}"));
            assert_eq!(errand.tally.calls(), 6 + extra, "{fault:?}");
            let mut ids = ids(&pages);
            ids.dedup();
            assert_eq!(ids, known(&world), "{fault:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn faults_that_stay_end_in_their_kind() {
    for (fault, kind) in [
        (Fault::AccessDenied, ErrorKind::AccessDenied),
        (Fault::TokenExpired, ErrorKind::TokenRejected),
        (Fault::Redirect, ErrorKind::Redirected),
        (Fault::Html400, ErrorKind::Malformed),
        (Fault::HtmlPage, ErrorKind::Malformed),
        (Fault::ServerError(500), ErrorKind::Unavailable),
        (Fault::Throttle, ErrorKind::Throttled),
        (Fault::BadJson(BadJson::Truncated), ErrorKind::Malformed),
    ] {
        let world = world(Seller::with_orders(100, 12, noon()));
        world.amazon.inject(fault.clone().on(Operation::SearchOrders));
        assert_eq!(all(&world, &errand()).await.unwrap_err().kind, kind, "{fault:?}");
    }
    for (lwa, kind) in [
        (LwaError::InvalidGrant, ErrorKind::InvalidGrant),
        (LwaError::InvalidClient, ErrorKind::InvalidClient),
        (LwaError::UnauthorizedClient, ErrorKind::UnauthorizedClient),
        (LwaError::UnsupportedGrantType, ErrorKind::InvalidInput),
    ] {
        let world = world(Seller::with_orders(10, 12, noon()));
        world.amazon.inject(Fault::Lwa(lwa));
        assert_eq!(all(&world, &errand()).await.unwrap_err().kind, kind, "{lwa:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_refused_part_and_a_refused_page_token_are_named() {
    let first = world(Seller::with_orders(150, 13, noon()));
    first.amazon.inject(Fault::IncludedDataRefused("FULFILLMENT".into()));
    let pages = all(&first, &errand()).await.unwrap();
    assert_eq!(pages[0].included.names(), ["PROCEEDS", "CANCELLATION", "PACKAGES"]);
    assert_eq!(first.amazon.count(Operation::SearchOrders), 6, "five for the first page, one for the second");

    let second = world(Seller::with_orders(150, 13, noon()));
    second.amazon.inject(Fault::PaginationTokenRefused.times(1));
    assert_eq!(all(&second, &errand()).await.unwrap_err().kind, ErrorKind::PageTokenRefused);
}

#[tokio::test(start_paused = true)]
async fn a_bound_from_a_fast_clock_is_refused_and_one_from_amazons_is_not() {
    let world = world(Seller::with_orders(10, 14, noon()));
    let before = window(&world.client, "A1F83G8C2ARO7P");
    let error = world.client.search_orders(&before, &errand()).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::BoundTooRecent, "this desk's clock is a day fast");
    world.client.search_orders(&window(&world.client, "A1F83G8C2ARO7P"), &errand()).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn an_hour_of_silence_costs_one_token_request_and_no_refusal() {
    let world = world(Seller::with_orders(10, 15, noon()));
    let errand = errand();
    all(&world, &errand).await.unwrap();
    tokio::time::advance(Duration::from_secs(3_600)).await;
    all(&world, &errand).await.unwrap();
    assert_eq!((errand.tally.token_requests(), errand.tally.calls()), (2, 2));
}

#[tokio::test(start_paused = true)]
async fn probes_see_what_the_seller_ticked() {
    let world = world(Seller::with_orders(10, 16, noon()));
    let errand = errand();
    for role in [Role::Finance, Role::BrandAnalytics] {
        world.amazon.deny(role);
    }
    let client = &world.client;
    let granted = BTreeMap::from([
        ("orders", client.probe_orders(&errand).await.unwrap().granted),
        ("finances", client.probe_finances(&errand).await.unwrap().granted),
        ("listings", client.probe_listings(&errand).await.unwrap().granted),
        ("traffic", client.probe_traffic(&errand).await.unwrap().granted),
    ]);
    assert_eq!(
        granted,
        BTreeMap::from([("orders", true), ("finances", false), ("listings", true), ("traffic", false)])
    );
    assert_eq!(world.amazon.count(Operation::SearchOrders), 0);
    let found = client.marketplace_participations(&errand).await.unwrap();
    assert!(found.iter().any(|place| place.id == "A1F83G8C2ARO7P" && place.participating));
}

#[tokio::test]
async fn it_works_over_a_real_socket_too() {
    let amazon = Arc::new(Amazon::with_clock(
        Seller::with_orders(2_500, 17, noon()).rate_scale(100_000),
        Clock::tokio(noon()),
    ));
    let server = Server::start(Arc::clone(&amazon), "127.0.0.1:0".parse().unwrap()).await.unwrap();
    let overrides = Overrides {
        sp_api_url: Some(server.base_url()),
        lwa_url: Some(server.lwa_url()),
        rate_scale: Some("100000".into()),
    };
    let endpoints = Endpoints::with_overrides(Region::Eu, &overrides).unwrap();
    let ledger = Arc::new(MemoryLedger::default());
    let client = Client::new(config(Arc::new(HttpTransport::new().unwrap()), Arc::clone(&ledger), endpoints));
    amazon.inject(Fault::ResetBody(500).on(Operation::SearchOrders).times(1).after(3));
    amazon.inject(Fault::ServerError(503).on(Operation::SearchOrders).times(1).after(7));
    let world = World { amazon, client, ledger };
    let errand = errand();
    let pages = all(&world, &errand).await.unwrap();
    assert_eq!((pages.len(), errand.tally.calls(), errand.tally.throttled()), (25, 27, 0));
    assert_eq!(ids(&pages), known(&world));
    server.stop().await;
}

#[tokio::test]
async fn a_report_comes_over_a_real_socket_from_beside_the_api() {
    let seller = Seller::with_orders(40, 3, noon()).rate_scale(1_000_000);
    let amazon = Arc::new(Amazon::with_clock(seller, Clock::system()));
    let server = Server::start(Arc::clone(&amazon), ([127, 0, 0, 1], 0).into()).await.unwrap();
    let overrides = Overrides {
        sp_api_url: Some(server.base_url()),
        lwa_url: Some(server.lwa_url()),
        rate_scale: Some("1000000".to_owned()),
    };
    let endpoints = Endpoints::with_overrides(Region::Eu, &overrides).unwrap();
    let ledger = Arc::new(MemoryLedger::default());
    let client = Client::new(config(Arc::new(HttpTransport::new().unwrap()), ledger, endpoints));
    let marketplace = "A1F83G8C2ARO7P";
    let new = NewReport {
        report_type: "GET_MERCHANT_LISTINGS_ALL_DATA".into(),
        marketplace_ids: vec![marketplace.into()],
        data_from: None,
        data_to: None,
        options: BTreeMap::new(),
    };
    let id = client.create_report(&new, &errand()).await.unwrap();
    let document = loop {
        let report = client.report(&id, &errand()).await.unwrap();
        if let Some(document) = report.document_id {
            assert_eq!(
                (report.status, report.marketplace_ids),
                (ReportStatus::Done, vec![marketplace.into()])
            );
            break document;
        }
    };
    amazon.inject(Fault::ResetBody(100).on(Operation::DownloadDocument).once());
    let document = client.report_document(&document, &errand()).await.unwrap();
    assert_eq!(document.charset.as_deref(), Some("Cp1252"));
    let file = ListingsFile::read(&document, marketplace).unwrap();
    let truth = amazon.world().listings(marketplace, amazon.now());
    assert_eq!(file.rows.len(), truth.len());
    assert!(
        file.rows
            .iter()
            .zip(&truth)
            .all(|(row, truth)| row.sku == truth.sku && row.asin.as_ref() == Some(&truth.asin))
    );
    assert_eq!(amazon.count(Operation::DownloadDocument), 2, "a broken connection is tried again");
    server.stop().await;
}
