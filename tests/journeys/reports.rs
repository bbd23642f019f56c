//! Listings reports through every status and fault: never a second report for one wish, never a row lost, always a sentence.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use chrono::TimeDelta;
use packlight_domain::account::OrdersApi;
use packlight_domain::offer::ListingRow;
use packlight_domain::stock::UnitDraft;
use packlight_engine::listings::ListingsReport;
use packlight_engine::reports::ReportKind;
use packlight_engine::{Code, EngineError};
use packlight_spapi_sim::{Charset, Fault, GERMANY, Injection, Operation, Role, TruthListing, UK};
use packlight_store::{Job, JobState};
use packlight_tests::virtual_time::moment;
use packlight_tests::world::{GB, World, begin, shop};
use tokio_util::sync::CancellationToken;

mod at_rest;

const DE: &str = "A1PA6795UKMFR9";

async fn world() -> World {
    World::connected(shop(60, 17), OrdersApi::V2026).await
}

/// Lets `work` go on while the clock jumps to whatever a report waits for.
async fn through<T>(world: &World, work: impl Future<Output = T>) -> T {
    let mut work = pin!(work);
    loop {
        tokio::select! {
            biased;
            done = &mut work => return done,
            () = moment() => {
                // While twenty askers queue for the database, a look at it may have to wait its turn.
                let Ok(views) = world.engine.reports(ReportKind::Listings).await else { continue };
                let due = views.iter().filter(|view| view.active).filter_map(|view| view.next_at).min();
                if let Some(wait) = due.and_then(|due| (due - world.amazon.now()).to_std().ok()) {
                    tokio::time::advance(wait).await;
                }
            }
        }
    }
}

async fn fetch(world: &World) -> Result<ListingsReport, EngineError> {
    through(world, world.engine.fetch_listings()).await
}

async fn stored_at(world: &World, marketplace: &str) -> Vec<ListingRow> {
    let listings = world.store().await.listings(None, Some(marketplace)).await.unwrap();
    listings.into_iter().map(|listing| listing.row).collect()
}

async fn stored(world: &World) -> Vec<ListingRow> {
    stored_at(world, GB).await
}

/// SKU, ASIN, price and quantity, which no charset spoils.
type Facts = (String, Option<String>, Option<i64>, Option<u32>);

async fn facts(world: &World) -> Vec<Facts> {
    let fact = |row: ListingRow| (row.sku, row.asin, row.price.map(|price| price.minor), row.quantity);
    stored(world).await.into_iter().map(fact).collect()
}

fn truth(world: &World) -> Vec<TruthListing> {
    world.amazon.world().listings(GB, world.amazon.now())
}

fn true_facts(world: &World) -> Vec<Facts> {
    let fact = |row: TruthListing| (row.sku, Some(row.asin), Some(row.price_minor), row.quantity);
    truth(world).into_iter().map(fact).collect()
}

fn asked(world: &World) -> usize {
    world.amazon.count(Operation::CreateReport)
}

/// Fetches through a fault that must not matter.
async fn survives(fault: impl Into<Injection>) -> World {
    let world = world().await;
    world.amazon.inject(fault);
    let fetched = fetch(&world).await.unwrap();
    assert_eq!(facts(&world).await, true_facts(&world));
    assert_eq!(fetched.listings as usize, truth(&world).len());
    world
}

async fn job(world: &World) -> Job {
    world.store().await.latest_job("listings", None).await.unwrap().unwrap()
}

#[tokio::test(start_paused = true)]
async fn listings_come_in_and_a_young_report_serves_again() {
    let world = world().await;
    let fetched = fetch(&world).await.unwrap();
    let truth = truth(&world);
    assert_eq!(
        (fetched.listings as usize, fetched.changed, fetched.removed),
        (truth.len(), fetched.listings, 0)
    );
    assert_eq!(facts(&world).await, true_facts(&world));
    assert_eq!((asked(&world), world.amazon.count(Operation::GetReportDocument)), (1, 1));
    assert_eq!(
        (job(&world).await.state, job(&world).await.progress.done),
        (JobState::Done, fetched.listings)
    );

    let run = world.engine.activity_runs(None, 1).await.unwrap().remove(0);
    assert_eq!((run.kind.as_str(), run.new_orders, run.error), ("listings", fetched.listings, None));
    let elsewhere = world.amazon.count(Operation::DownloadDocument) + world.amazon.count(Operation::Token);
    assert_eq!(run.calls as usize, world.amazon.calls().len() - elsewhere);
    assert!(fetched.as_of.is_some_and(|as_of| as_of >= begin()));

    let again = fetch(&world).await.unwrap();
    assert_eq!((again.listings, again.changed, asked(&world)), (fetched.listings, 0, 1));
    assert_eq!(again.as_of, fetched.as_of, "still as of the report");
    tokio::time::advance(Duration::from_hours(5)).await;
    fetch(&world).await.unwrap();
    assert_eq!(asked(&world), 2, "after hours a new one is wanted");
}

#[tokio::test(start_paused = true)]
async fn everybody_who_asks_at_once_gets_the_same_report() {
    let world = world().await;
    let askers = futures::future::join_all((0..20).map(|_| world.engine.fetch_listings()));
    let answers = through(&world, askers).await;
    assert!(answers.iter().all(|answer| answer.as_ref().unwrap().listings > 0));
    assert_eq!((asked(&world), world.amazon.count(Operation::GetReports)), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn row_42_a_report_that_stays_in_the_queue_is_left_to_itself_and_used_when_it_comes() {
    let world = world().await;
    world.amazon.inject(Fault::ReportStuck(Duration::from_hours(72)).once());
    let error = fetch(&world).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "Amazon has not made the listings report within six hours: it is looked at once a day and used when it comes; \
         until then the listings known so far stay as they are, and stock can be imported from a file"
    );
    assert_eq!((error.code, error.retryable), (Code::Unavailable, true));
    assert_eq!(job(&world).await.error, Some(error.message));
    // The world's clock also moves on while the database works, on a busy machine by minutes in six hours.
    let waited = world.amazon.now() - begin();
    assert!(
        waited >= TimeDelta::hours(6) && waited < TimeDelta::hours(6) + TimeDelta::minutes(30),
        "{waited}"
    );
    let polls = world.amazon.count(Operation::GetReport);
    assert!(polls < 130, "{polls} looks in six hours");

    let stop = CancellationToken::new();
    assert_eq!(world.engine.look_at_abandoned(&stop).await.unwrap(), 0);
    assert_eq!(world.amazon.count(Operation::GetReport), polls, "once a day");
    for _ in 0..3 {
        assert!(stored(&world).await.is_empty());
        tokio::time::advance(Duration::from_hours(24)).await;
        world.engine.look_at_abandoned(&stop).await.unwrap();
    }
    assert_eq!(facts(&world).await, true_facts(&world));
    assert_eq!((asked(&world), world.amazon.count(Operation::GetReport)), (1, polls + 3));
    assert_eq!(world.engine.reports(ReportKind::Listings).await.unwrap()[0].state, "done");
}

#[tokio::test(start_paused = true)]
async fn row_42_a_report_that_cannot_be_looked_at_keeps_no_other_from_it() {
    let seller = shop(60, 17).marketplaces([UK, GERMANY]);
    let world = World::new(seller, Duration::from_millis(800)).await;
    world.connect(OrdersApi::V2026, &[UK, GERMANY]).await.unwrap();
    world.amazon.inject(Fault::ReportStuck(Duration::from_hours(72)).times(2));
    fetch(&world).await.unwrap_err();
    tokio::time::advance(Duration::from_hours(96)).await;
    world.amazon.inject(Fault::ServerError(500).on(Operation::GetReport).times(3));
    let stop = CancellationToken::new();
    assert_eq!(world.engine.look_at_abandoned(&stop).await.unwrap(), 1, "the second one");
    assert_eq!(world.engine.look_at_abandoned(&stop).await.unwrap(), 1, "and the first one when it can");
}

#[tokio::test(start_paused = true)]
async fn row_43_called_off_means_empty_only_where_nothing_is_known() {
    let world = world().await;
    world.amazon.inject(Fault::ReportCancelled);
    let fetched = fetch(&world).await.unwrap();
    assert_eq!((fetched.listings, asked(&world)), (0, 1));
    assert_eq!(world.engine.reports(ReportKind::Listings).await.unwrap()[0].state, "empty");

    tokio::time::advance(Duration::from_hours(1)).await;
    world.synced().await;
    let error = fetch(&world).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "The listings report was called off by Amazon, which means nothing to report, but there are sales or listings at \
         this marketplace; it was asked for 3 times. Try again tomorrow: the listings known so far stay as they are, and \
         stock can be imported from a file"
    );
    assert_eq!(asked(&world), 1 + 3);
}

/// The times between the requests for reports.
fn gaps(world: &World) -> Vec<TimeDelta> {
    let times: Vec<_> = world
        .amazon
        .calls()
        .into_iter()
        .filter(|call| call.operation == Operation::CreateReport)
        .map(|call| call.at)
        .collect();
    times.windows(2).map(|pair| pair[1] - pair[0]).collect()
}

#[tokio::test(start_paused = true)]
async fn row_43_a_fatal_report_is_read_and_asked_for_again_after_a_rest() {
    let world = survives(Fault::ReportFatal.once()).await;
    assert_eq!(asked(&world), 2);
    assert!(gaps(&world)[0] >= TimeDelta::minutes(30), "{:?}", gaps(&world));

    let world = self::world().await;
    world.amazon.inject(Fault::ReportFatal);
    let error = fetch(&world).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "Amazon could not make the listings report (\"Error: the report could not be produced because of an internal error. \
         Please try again later.\"); it was asked for 3 times. Try again tomorrow: the listings known so far stay as they \
         are, and stock can be imported from a file"
    );
    assert_eq!(asked(&world), 3);
    assert!(gaps(&world).iter().all(|gap| *gap >= TimeDelta::minutes(30)));
    assert!(stored(&world).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn row_43_done_without_a_document_is_waited_for_and_then_asked_for_again() {
    let world = world().await;
    world.synced().await;
    world.amazon.clear_calls();
    world.amazon.inject(Fault::ReportWithoutDocument.once());
    fetch(&world).await.unwrap();
    assert_eq!(facts(&world).await, true_facts(&world));
    assert_eq!(asked(&world), 2);
}

#[tokio::test(start_paused = true)]
async fn row_44_a_document_is_understood_however_it_is_encoded() {
    let titles = |rows: Vec<TruthListing>| -> Vec<String> {
        rows.into_iter().map(|row| row.title.trim().to_owned()).collect()
    };
    for (charset, declared) in [
        (Charset::Utf8, Some("UTF-8")),
        (Charset::Utf8, None),
        (Charset::Utf8, Some("Cp1252")),
        (Charset::Utf8WithMark, None),
        (Charset::Utf8WithMark, Some("ISO-8859-1")),
    ] {
        let declared = declared.map(ToOwned::to_owned);
        let world = survives(Fault::DocumentCharset { charset, declared: declared.clone() }).await;
        let read: Vec<String> =
            stored(&world).await.into_iter().map(|row| row.title.unwrap_or_default()).collect();
        assert_eq!(read, titles(truth(&world)), "{charset:?} declared as {declared:?}");
    }
    for (charset, declared) in [(Charset::Cp1252, None), (Charset::Cp1252, Some("UTF-8".to_owned()))] {
        let world = survives(Fault::DocumentCharset { charset, declared }).await;
        let western = |c: char| c.is_ascii() || matches!(c, '\u{C0}'..='\u{FF}' | '–');
        let read: BTreeMap<_, _> = stored(&world).await.into_iter().map(|row| (row.sku, row.title)).collect();
        for row in truth(&world).into_iter().filter(|row| row.title.chars().all(western)) {
            assert_eq!(read[&row.sku].as_deref(), Some(row.title.trim()));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn row_44_japan_is_read_in_its_own_charset() {
    const JP: &str = "A1VC38T7YXB528";
    for declared in [Some("Windows-31J".to_owned()), None] {
        let seller = shop(60, 17).marketplaces([JP]).odd_title_permille(0);
        let world = World::new(seller, Duration::from_millis(300)).await;
        world.connect(OrdersApi::V2026, &[JP]).await.unwrap();
        world.amazon.inject(Fault::DocumentCharset { charset: Charset::ShiftJis, declared });
        world.amazon.inject(Fault::LocalisedHeader);
        let fetched = fetch(&world).await.unwrap();
        let truth = world.amazon.world().listings(JP, world.amazon.now());
        assert_eq!(fetched.listings as usize, truth.len());
        let listings = stored_at(&world, JP).await;
        let prices: Vec<_> = listings.iter().map(|row| row.price.unwrap()).collect();
        assert!(prices.iter().all(|price| price.currency.code() == "JPY"));
        assert_eq!(
            prices.iter().map(|price| price.minor).collect::<Vec<_>>(),
            truth.iter().map(|row| row.price_minor).collect::<Vec<_>>()
        );
    }
}

#[tokio::test(start_paused = true)]
async fn row_44_odd_files_cost_no_row() {
    for fault in [
        Fault::ExtraColumns,
        Fault::TabInTitle,
        Fault::LineBreakInTitle,
        Fault::DocumentPlain,
        Fault::LocalisedHeader,
    ] {
        let localised = fault == Fault::LocalisedHeader;
        let world = world().await;
        if localised {
            let declared = Some("UTF-8".to_owned());
            world.amazon.inject(Fault::DocumentCharset { charset: Charset::Utf8, declared });
        }
        world.amazon.inject(fault.clone());
        let fetched = fetch(&world).await.unwrap();
        assert_eq!(facts(&world).await, true_facts(&world), "{fault:?}");
        assert_eq!((fetched.skipped, asked(&world)), (0, 1), "{fault:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn row_44_trouble_on_the_way_costs_no_second_report() {
    for fault in [
        Fault::DocumentLinkExpired.times(2),
        Fault::DocumentCut { permille: 700 }.once(),
        Fault::BadJson(packlight_spapi_sim::BadJson::Truncated).on(Operation::DownloadDocument).times(2),
        Fault::ServerError(503).on(Operation::DownloadDocument).times(2),
        Fault::HtmlPage.on(Operation::DownloadDocument).times(1),
        Fault::ServerError(500).on(Operation::GetReport).times(7),
        Fault::ServerError(503).on(Operation::GetReports).times(6),
        Fault::Throttle.on(Operation::CreateReport).times(1),
        Fault::TokenExpired.on(Operation::CreateReport).times(1),
    ] {
        let world = survives(fault.clone()).await;
        let made = world
            .amazon
            .calls()
            .into_iter()
            .filter(|call| call.operation == Operation::CreateReport && call.status == 202);
        assert_eq!(made.count(), 1, "{fault:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn row_44_a_report_that_is_cut_short_takes_nothing_for_gone() {
    let world = world().await;
    fetch(&world).await.unwrap();
    let known = stored(&world).await;
    tokio::time::advance(Duration::from_hours(5)).await;
    world.amazon.clear_calls();
    world.amazon.inject(Fault::DocumentCut { permille: 500 });
    let error = fetch(&world).await.unwrap_err();
    let message = error.to_string();
    assert!(message.starts_with("The listings report ends in the middle of a line: "), "{message}");
    assert!(
        message.contains("rows of it were kept and nothing was taken for gone; it was asked for 3 times"),
        "{message}"
    );
    assert_eq!(stored(&world).await, known);
    assert_eq!(asked(&world), 3);
}

#[tokio::test(start_paused = true)]
async fn a_file_that_nobody_knows_changes_nothing_and_says_so() {
    let world = world().await;
    fetch(&world).await.unwrap();
    let known = stored(&world).await;
    world.amazon.inject(Fault::UnknownHeader);
    let error = fetch(&world).await.unwrap_err();
    assert_eq!(error.code, Code::MalformedAnswer);
    assert!(error.message.contains("has no column that Packlight knows as the SKU"), "{error}");
    assert_eq!(stored(&world).await, known);
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_is_lost_costs_no_second_report() {
    for status in [500, 504] {
        let world = survives(Fault::LostAnswer(status).on(Operation::CreateReport).once()).await;
        assert_eq!(asked(&world), 1, "{status}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_process_that_dies_at_any_call_asks_for_no_second_report() {
    for operation in [
        Operation::GetReports,
        Operation::CreateReport,
        Operation::GetReport,
        Operation::GetReportDocument,
        Operation::DownloadDocument,
    ] {
        let world = world().await;
        // Amazon has done what it was asked for, and the answer is on its way for an hour.
        world.amazon.inject(Fault::Delay(Duration::from_hours(1)).on(operation).once());
        let engine = world.engine.clone();
        let fetching = tokio::spawn(async move { engine.fetch_listings().await });
        let called = async {
            while world.amazon.count(operation) == 0 {
                moment().await;
            }
        };
        through(&world, called).await;
        let world = world.restarted().await;
        assert_eq!(fetching.await.unwrap().unwrap_err().code, Code::Stopped);

        assert_eq!(world.engine.resume_reports().await.unwrap(), 1, "{operation:?}");
        fetch(&world).await.unwrap();
        assert_eq!(facts(&world).await, true_facts(&world), "{operation:?}");
        assert_eq!(asked(&world), 1, "{operation:?}");
        assert_eq!(world.engine.resume_reports().await.unwrap(), 0);
    }
}

#[tokio::test(start_paused = true)]
async fn what_the_user_stops_stays_stopped_and_the_report_is_taken_up_later() {
    let world = world().await;
    world.amazon.inject(Fault::ReportStuck(Duration::from_mins(30)).once());
    let stopping = async {
        while asked(&world) == 0 {
            moment().await;
        }
        world.engine.stop_reports(ReportKind::Listings).await.unwrap();
    };
    let (outcome, ()) = through(&world, futures::future::join(world.engine.fetch_listings(), stopping)).await;
    assert_eq!(outcome.unwrap_err().code, Code::Stopped);
    assert_eq!(job(&world).await.state, JobState::Stopped);
    assert_eq!(world.engine.resume_reports().await.unwrap(), 0);
    tokio::time::advance(Duration::from_hours(1)).await;
    fetch(&world).await.unwrap();
    assert_eq!((facts(&world).await, asked(&world)), (true_facts(&world), 1));
}

#[tokio::test(start_paused = true)]
async fn a_missing_role_is_named_and_nothing_is_asked_again() {
    let world = world().await;
    world.amazon.deny(Role::ProductListing);
    let error = fetch(&world).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "Amazon denies access to the listings report: give the application the role Product Listing in Seller Central, \
         authorise it again, and enter the new refresh token"
    );
    assert_eq!((error.code, asked(&world)), (Code::AccessDenied, 0));
    assert_eq!(world.engine.reports(ReportKind::Listings).await.unwrap()[0].state, "failed");
}

#[tokio::test(start_paused = true)]
async fn one_marketplace_that_fails_does_not_keep_the_other_back() {
    let world = World::new(shop(60, 17).marketplaces([GB, DE]), Duration::from_millis(300)).await;
    world.connect(OrdersApi::V2026, &[GB, DE]).await.unwrap();
    world.amazon.close_marketplace(DE);
    let fetched = fetch(&world).await.unwrap();
    assert_eq!(fetched.problems.len(), 1);
    assert!(fetched.problems[0].starts_with("Shop, Germany: Amazon denies access"), "{:?}", fetched.problems);
    assert_eq!(facts(&world).await, true_facts(&world));
}

#[tokio::test(start_paused = true)]
async fn units_are_completed_from_their_listings_and_one_undo_takes_it_back() {
    let world = world().await;
    let listed = truth(&world).into_iter().find(|row| row.sku.contains("-N-")).unwrap();
    let draft = UnitDraft {
        set_number: "75257".into(),
        name: "Falcon".into(),
        condition: "New".into(),
        sku: Some(listed.sku.clone()),
        ..UnitDraft::default()
    };
    world.engine.add_units(&draft, 2).await.unwrap();
    let fetched = fetch(&world).await.unwrap();
    assert_eq!(fetched.units_updated, 2);
    let units = world.engine.units("").await.unwrap();
    assert!(units.iter().all(|unit| unit.asin.as_ref() == Some(&listed.asin)));
    let price = format!("{}.{:02}", listed.price_minor / 100, listed.price_minor % 100);
    assert!(units.iter().all(|unit| unit.listing_price.as_ref().is_some_and(|own| own.amount == price)));
    assert_eq!(fetch(&world).await.unwrap().units_updated, 0);
    world.engine.undo(fetched.batch.unwrap()).await.unwrap();
    let units = world.engine.units("").await.unwrap();
    assert!(units.iter().all(|unit| unit.asin.is_none() && unit.listing_price.is_none()));
}
