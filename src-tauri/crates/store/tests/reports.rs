//! Requests for reports and the listings that they bring.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "the helpers of tests may fail like tests"
)]

mod common;

use std::collections::BTreeMap;

use common::*;
use packlight_domain::currency::Currency;
use packlight_domain::money::Money;
use packlight_domain::offer::ListingRow;
use packlight_store::{
    Access, ListingChanges, NewListings, NewReportRequest, ReportEnd, ReportRequest, ReportState, ReportStep,
    Store, StoreError,
};

fn wanted(world: &World, scope: &str, now: i64) -> NewReportRequest {
    NewReportRequest {
        account: world.account,
        report_type: "GET_MERCHANT_LISTINGS_ALL_DATA".into(),
        scope: scope.into(),
        marketplace_ids: vec![scope.into()],
        options: BTreeMap::from([("a".to_owned(), "b\"".to_owned())]),
        data_from: Some(at(-10)),
        data_to: None,
        now: at(now),
    }
}

async fn intended(world: &World, scope: &str, now: i64) -> ReportRequest {
    world.store.intend_report(&wanted(world, scope, now)).await.unwrap().0
}

fn listing(sku: &str, asin: &str, minor: i64) -> ListingRow {
    ListingRow {
        sku: sku.into(),
        asin: Some(asin.into()),
        title: Some(format!("LEGO {sku}")),
        price: Some(Money { minor, currency: Currency::GBP }),
        quantity: Some(2),
        condition: Some("New".into()),
        status: Some("Active".into()),
        fulfillment_channel: Some("MFN".into()),
        opened_at: Some(at(-100)),
    }
}

fn listings(world: &World, rows: Vec<ListingRow>, seen: i64) -> NewListings {
    NewListings {
        account: world.account,
        marketplace_id: GB.into(),
        rows,
        complete: true,
        seen_at: at(seen),
        ends: None,
    }
}

async fn skus(store: &Store) -> Vec<String> {
    store.listings(None, Some(GB)).await.unwrap().into_iter().map(|listing| listing.row.sku).collect()
}

#[tokio::test]
async fn a_request_is_one_until_it_ends_and_survives_the_process() {
    let world = World::new().await;
    let (first, joined) = world.store.intend_report(&wanted(&world, GB, 1)).await.unwrap();
    assert!(!joined);
    assert_eq!((first.state, first.intended_at, first.attempts), (ReportState::Intended, at(1), 0));
    assert_eq!(first.options["a"], "b\"");
    let (again, joined) = world.store.intend_report(&wanted(&world, GB, 2)).await.unwrap();
    assert!(joined);
    assert_eq!(again, first);
    assert!(!world.store.intend_report(&wanted(&world, JP, 2)).await.unwrap().1, "another scope");

    let step = ReportStep::Asking { at: at(3) };
    let asking = world.store.advance_report(first.id, step).await.unwrap();
    assert_eq!((asking.state, asking.asked_at), (ReportState::Asking, Some(at(3))));
    world.store.close().await;
    let store = Store::open(world.folder.path(), Access::Write, at(4)).await.unwrap();
    let left = store.active_reports().await.unwrap();
    assert_eq!(left.len(), 2);
    assert_eq!(left[0], asking, "a process that died here knows that it may have asked");

    store.finish_report(first.id, ReportEnd::Stopped, at(5)).await.unwrap();
    let error = store.finish_report(first.id, ReportEnd::Done, at(6)).await.unwrap_err();
    assert!(matches!(error, StoreError::NoReport(_)));
    assert_eq!(error.to_string(), format!("there is no open request {} for a report", first.id.0));
    let (next, joined) = store.intend_report(&wanted(&world, GB, 7)).await.unwrap();
    assert!(!joined && next.id != first.id);
    let of_scope = store.reports_of(world.account, "GET_MERCHANT_LISTINGS_ALL_DATA", GB, 9).await.unwrap();
    assert_eq!(
        of_scope.iter().map(|one| one.state).collect::<Vec<_>>(),
        [ReportState::Intended, ReportState::Stopped]
    );
    assert!(store.check().await.unwrap().ok);
}

#[tokio::test]
async fn a_request_goes_from_step_to_step() {
    let world = World::new().await;
    let id = intended(&world, GB, 1).await.id;
    let step = async |step| world.store.advance_report(id, step).await.unwrap();
    step(ReportStep::Asking { at: at(2) }).await;
    let not = step(ReportStep::NotMade { next_at: at(9), error: Some("no".into()) }).await;
    assert_eq!((not.state, not.asked_at, not.next_at), (ReportState::Intended, None, Some(at(9))));
    step(ReportStep::Asking { at: at(10) }).await;
    let made = step(ReportStep::Made { report_id: "R1".into(), at: at(11), next_at: at(12) }).await;
    assert_eq!(
        (made.state, made.report_id.as_deref(), made.made_at),
        (ReportState::Waiting, Some("R1"), Some(at(11)))
    );
    assert_eq!(made.error, None);
    let seen = ReportStep::Seen { status: "DONE".into(), document_id: Some("D1".into()), next_at: at(13) };
    let seen = step(seen).await;
    assert_eq!(
        (seen.polls, seen.status.as_deref(), seen.document_id.as_deref()),
        (1, Some("DONE"), Some("D1"))
    );
    let later = step(ReportStep::Later { next_at: at(14), error: "away".into() }).await;
    assert_eq!((later.state, later.error.as_deref(), later.polls), (ReportState::Waiting, Some("away"), 1));
    let again = step(ReportStep::Again { next_at: at(15), error: "fatal".into() }).await;
    assert_eq!((again.state, again.attempts, again.polls), (ReportState::Intended, 1, 0));
    assert_eq!(
        (again.given_up.clone(), again.report_id, again.document_id),
        (vec!["R1".to_owned()], None, None)
    );
    step(ReportStep::Made { report_id: "R2".into(), at: at(16), next_at: at(16) }).await;
    let again = step(ReportStep::Again { next_at: at(17), error: "fatal".into() }).await;
    assert_eq!((again.given_up, again.attempts), (vec!["R1".to_owned(), "R2".to_owned()], 2));
}

#[tokio::test]
async fn an_abandoned_request_is_due_once_a_day() {
    let world = World::new().await;
    let id = intended(&world, GB, 1).await.id;
    let end = ReportEnd::Abandoned { next_at: at(100), error: "slow".into() };
    world.store.finish_report(id, end, at(10)).await.unwrap();
    assert!(world.store.active_reports().await.unwrap().is_empty());
    let left = world.store.abandoned_reports().await.unwrap();
    assert_eq!((left.len(), left[0].error.as_deref(), left[0].next_at), (1, Some("slow"), Some(at(100))));
    assert!(
        world.store.advance_report(id, ReportStep::Asking { at: at(101) }).await.is_err(),
        "it is not active"
    );
    world.store.finish_report(id, ReportEnd::Done, at(102)).await.unwrap();
    assert!(world.store.abandoned_reports().await.unwrap().is_empty());
}

#[tokio::test]
async fn listings_are_replaced_as_a_set_together_with_their_request() {
    let world = World::new().await;
    let store = &world.store;
    let rows = vec![listing("A", "B000000001", 100), listing("B", "B000000002", 200)];
    let changes = store.replace_listings(listings(&world, rows.clone(), 1)).await.unwrap();
    assert_eq!(changes, ListingChanges { new: 2, ..ListingChanges::default() });
    assert_eq!(store.listings(Some(world.account), None).await.unwrap()[0].row, rows[0], "every column");

    let request = intended(&world, GB, 2).await.id;
    let next = NewListings {
        ends: Some((request, ReportEnd::Done, at(4))),
        ..listings(&world, vec![listing("B", "B000000002", 250), listing("C", "B000000002", 1)], 3)
    };
    let changes = store.replace_listings(next.clone()).await.unwrap();
    assert_eq!(changes, ListingChanges { new: 1, changed: 1, unchanged: 0, removed: 1 });
    assert_eq!(skus(store).await, ["B", "C"]);
    assert!(store.active_reports().await.unwrap().is_empty());
    let error = store.replace_listings(next).await.unwrap_err();
    assert!(
        matches!(error, StoreError::NoReport(_)),
        "a request ends once, and its rows are kept with that or not at all"
    );

    let part = NewListings { complete: false, ..listings(&world, vec![listing("D", "B000000009", 1)], 5) };
    assert_eq!(store.replace_listings(part).await.unwrap().removed, 0);
    assert_eq!(skus(store).await, ["B", "C", "D"]);
    let of_asin = store.listing_by_asin("B000000002").await.unwrap();
    assert_eq!(of_asin.iter().map(|one| one.row.sku.as_str()).collect::<Vec<_>>(), ["B", "C"]);
    assert_eq!(store.listing_by_sku("C").await.unwrap()[0].row.asin.as_deref(), Some("B000000002"));

    let same = store.listings(None, Some(GB)).await.unwrap().into_iter().map(|one| one.row).collect();
    let changes = store.replace_listings(listings(&world, same, 9)).await.unwrap();
    assert_eq!(changes, ListingChanges { unchanged: 3, ..ListingChanges::default() });
    assert!(store.listings(None, None).await.unwrap().iter().all(|one| one.seen_at == at(9)));
    world.assert_sound().await;
}

#[tokio::test]
async fn a_large_set_of_listings_is_kept_whole() {
    let world = World::new().await;
    let rows: Vec<_> =
        (0..5_001).map(|n| listing(&format!("S{n:05}"), &format!("B{:09}", n / 3), n)).collect();
    world.store.replace_listings(listings(&world, rows.clone(), 1)).await.unwrap();
    let stored = world.store.listings(None, None).await.unwrap();
    assert!(stored.into_iter().map(|one| one.row).eq(rows));
}

#[tokio::test]
async fn trade_is_known_from_listings_or_recent_orders() {
    let world = World::new().await;
    assert!(!world.store.has_trade(world.account, GB, at(-1_000)).await.unwrap());
    world.store.replace_listings(listings(&world, vec![listing("A", "B000000001", 1)], 1)).await.unwrap();
    assert!(world.store.has_trade(world.account, GB, at(-1_000)).await.unwrap());
    assert!(!world.store.has_trade(world.account, JP, at(-1_000)).await.unwrap());
}
