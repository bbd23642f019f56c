//! Saved views: the seven of the beginning, the seller's own, their counts, and undo of everything done to them.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "the helpers of tests may fail like tests"
)]

mod common;

use chrono::TimeDelta;
use common::*;
use packlight_domain::account::Platform;
use packlight_domain::page::{Sort, SortKey};
use packlight_domain::view::{BUILT_IN, NewView, SavedView, ViewChange, ViewId};
use packlight_store::StoreError;

fn new(name: &str, query: &str) -> NewView {
    let sort = Sort { key: SortKey::Total, descending: true };
    NewView { name: name.into(), query: query.into(), sort }
}

fn names(views: &[SavedView]) -> Vec<&str> {
    views.iter().map(|view| view.name.as_str()).collect()
}

#[tokio::test]
async fn the_views_of_the_beginning_are_those_of_the_domain() {
    let world = World::new().await;
    let views = world.store.views().await.unwrap();
    let found: Vec<_> = views
        .iter()
        .map(|view| (view.name.as_str(), view.query.as_str(), view.sort, view.position))
        .collect();
    let expected: Vec<_> =
        BUILT_IN.iter().zip(0..).map(|(view, at)| (view.name, view.query, view.sort, at)).collect();
    assert_eq!(found, expected);
    assert!(views.iter().all(|view| view.built_in && !view.hidden));
}

#[tokio::test]
async fn a_view_lives_and_every_change_is_undone() {
    let world = World::new().await;
    let store = &world.store;
    let start = store.views().await.unwrap();
    let saved = store.add_view(&new("Falcons", "falcon"), at(1)).await.unwrap();
    // Undone it is gone, and undone again it is here as it was.
    let gone = store.undo(saved.batch.unwrap(), at(1)).await.unwrap();
    assert_eq!(store.views().await.unwrap(), start);
    store.undo(gone.batch.unwrap(), at(1)).await.unwrap();
    let mine = saved.view;
    assert_eq!((mine.position, mine.built_in, mine.sort.key), (7, false, SortKey::Total));
    let change = async |change: ViewChange| store.change_view(mine.id, &change, at(2)).await.unwrap();
    let now = async || store.views().await.unwrap();
    let added = now().await;

    let renamed = change(ViewChange::Rename { name: "Mills".into() }).await.unwrap();
    assert_eq!(change(ViewChange::Rename { name: "Mills".into() }).await, None, "it is called so already");
    let moved = change(ViewChange::Move { position: 2 }).await.unwrap();
    assert_eq!(
        names(&now().await),
        ["To pick", "Ship today", "Mills", "Late", "Pending", "Unmatched", "Cancel requested", "All"]
    );
    // What it is and where it stands are undone apart from each other.
    assert_eq!(store.undo(renamed, at(3)).await.unwrap().restored, 1);
    assert_eq!(now().await[2].name, "Falcons");
    assert_eq!(store.undo(moved, at(4)).await.unwrap().restored, 1);
    assert_eq!(now().await, added);

    let before = now().await;
    let deleted = change(ViewChange::Delete).await.unwrap();
    assert_eq!(now().await, start);
    assert_eq!(store.undo(deleted, at(5)).await.unwrap().skipped, 0);
    assert_eq!(now().await, before);

    let hidden =
        store.change_view(ViewId(5), &ViewChange::Hide { hidden: true }, at(6)).await.unwrap().unwrap();
    assert!(now().await[4].hidden);
    assert_eq!(store.undo(hidden, at(7)).await.unwrap().restored, 1);
    assert_eq!(now().await, before);

    let told: Vec<String> =
        store.activity_acts(None, 20).await.unwrap().into_iter().map(|entry| entry.summary).collect();
    for summary in [
        "Saved the view Falcons",
        "Renamed the view Falcons to Mills",
        "Moved the view Mills",
        "Deleted the view Falcons",
    ] {
        assert!(told.iter().any(|own| own == summary), "{summary}: {told:?}");
    }
}

#[tokio::test]
async fn what_cannot_be_done_says_so() {
    let world = World::new().await;
    let store = &world.store;
    let error = store.add_view(&new("LATE", "x"), at(1)).await.unwrap_err();
    assert_eq!(error.to_string(), "a view named 'Late' exists already: choose another name");
    let error = store.change_view(ViewId(3), &ViewChange::Delete, at(1)).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "'Late' belongs to Packlight: it can be moved and hidden; save a view of your own to change it"
    );
    let error = store.change_view(ViewId(99), &ViewChange::Delete, at(1)).await.unwrap_err();
    assert!(matches!(error, StoreError::NoView(ViewId(99))));

    // A name that was given to another view meanwhile is not taken from it by an undo.
    let mine = store.add_view(&new("Mine", "x"), at(1)).await.unwrap().view;
    let renamed =
        store.change_view(mine.id, &ViewChange::Rename { name: "Yours".into() }, at(2)).await.unwrap();
    let other = store.add_view(&new("Mine", "y"), at(3)).await.unwrap().view;
    assert_ne!(other.id, mine.id);
    let undone = store.undo(renamed.unwrap(), at(4)).await.unwrap();
    assert_eq!((undone.restored, undone.skipped), (0, 1));
}

#[tokio::test]
async fn counts_are_those_of_the_lists() {
    let world = World::new().await;
    let day = 86_400;
    // Noon in London: one late, one for today, one for tomorrow, one without a time, one by Amazon.
    let mut orders: Vec<_> = [Some(-3_600), Some(3_600), Some(day), None]
        .into_iter()
        .zip(0..)
        .map(|(by, number)| {
            let mut own = order(&format!("203-{number}"), number);
            own.fulfillment.ship_by.latest = by.map(at);
            own
        })
        .collect();
    orders[2].lines[0].cancel_requested_by = Some("BUYER".into());
    orders.push(order("203-9", 9));
    orders[4].fulfillment.fulfilled_by = Some("AMAZON".into());
    orders.push(order("203-8", 8));
    orders[5].fulfillment.status = Some("PENDING".into());
    world.apply(&orders).await;
    world.store.add_view(&new("Falcons", "falcon -is:late"), at(0)).await.unwrap();
    world.store.change_view(ViewId(7), &ViewChange::Hide { hidden: true }, at(0)).await.unwrap();
    let counts = async |platform, now| -> Vec<(u32, u32, bool)> {
        let counts = world.store.view_counts(platform, now).await.unwrap();
        counts.views.iter().map(|own| (own.view.0, own.orders, own.is_exact)).collect()
    };
    let expected = [(1, 4), (2, 2), (3, 1), (4, 1), (5, 6), (6, 1), (8, 5)];
    assert_eq!(counts(None, at(0)).await, expected.map(|(view, orders)| (view, orders, true)));
    // A day later today's are late, and tomorrow's are for today.
    let expected = [(1, 4), (2, 1), (3, 3), (4, 1), (5, 6), (6, 1), (8, 3)];
    assert_eq!(
        counts(Some(Platform::Amazon), at(day + 1)).await,
        expected.map(|(view, orders)| (view, orders, true))
    );
    assert_eq!(counts(Some(Platform::Ebay), at(0)).await.iter().map(|own| own.1).sum::<u32>(), 0);
}

/// Whatever a view counts stays so until the next turn.
#[tokio::test]
async fn lists_change_by_time_at_turns_only() {
    let world = World::new().await;
    let hour = 3_600;
    // Two ship times of today, one of them of two orders, and one that passes tomorrow. Those of pending, cancelled and
    // shipped orders say nothing.
    let times = [Some(hour), Some(2 * hour), Some(2 * hour), Some(30 * hour), None];
    let mut orders: Vec<_> = times
        .into_iter()
        .zip(0..)
        .map(|(by, number)| {
            let mut own = order(&format!("203-{number}"), number);
            own.fulfillment.ship_by.latest = by.map(at);
            own
        })
        .collect();
    for (status, number) in [("PENDING", 7), ("CANCELLED", 8), ("SHIPPED", 9)] {
        let mut own = order(&format!("203-{number}"), number);
        own.fulfillment.status = Some(status.into());
        own.fulfillment.ship_by.latest = Some(at(3 * hour));
        orders.push(own);
    }
    world.apply(&orders).await;
    let counts = async |now| world.store.view_counts(None, now).await.unwrap();
    let moment = TimeDelta::milliseconds(1);
    let (mut now, mut turns) = (at(0), Vec::new());
    while now < at(2 * 24 * hour) {
        let next = world.store.next_turn(now).await.unwrap();
        assert_eq!(counts(now).await, counts(next - moment).await, "between {now} and {next}");
        turns.push((next - at(0)).num_milliseconds());
        now = next;
    }
    let hours = |hours: i64, more: i64| hours * 3_600_000 + more;
    // Between them the midnights of Tokyo and of London, where it was noon.
    let midnights = [hours(3, 0), hours(12, 0), hours(27, 0), hours(36, 0), hours(51, 0)];
    let mut expected =
        [hours(1, 1), hours(2, 1), hours(30, 1)].into_iter().chain(midnights).collect::<Vec<_>>();
    expected.sort_unstable();
    assert_eq!(turns, expected);
}

#[tokio::test]
async fn values_are_suggested_from_stock_and_accounts() {
    use packlight_domain::query::Key;
    let world = World::new().await;
    let mut raw = world.raw().await;
    for (location, sku) in [("Shelf 5", "AB-1"), ("shelf 5", "AB-2"), ("S10", "B")] {
        sqlx::query(
            "INSERT INTO inventory_items (set_number, name, condition, storage_location, sku, status, created_at) \
             VALUES ('75192', 'Falcon', 'New', ?, ?, 'in_stock', 0)",
        )
        .bind(location)
        .bind(sku)
        .execute(&mut raw)
        .await
        .unwrap();
    }
    let known = async |key, begun: &str| -> Vec<(String, String)> {
        let known = world.store.known_values(key, begun).await.unwrap();
        known.into_iter().map(|own| (own.value, own.hint)).collect()
    };
    let pairs = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
        pairs.iter().map(|(value, hint)| ((*value).to_owned(), (*hint).to_owned())).collect()
    };
    assert_eq!(known(Key::In, "s").await, pairs(&[("S10", "1 unit"), ("Shelf 5", "2 units")]));
    assert_eq!(known(Key::Sku, "AB").await, pairs(&[("AB-1", "Falcon"), ("AB-2", "Falcon")]));
    assert_eq!(known(Key::Account, "").await, pairs(&[("shop", "amazon")]));
    assert_eq!(known(Key::Status, "").await, []);
}
