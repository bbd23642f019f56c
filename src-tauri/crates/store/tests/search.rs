//! The search box: any part of ids, SKUs, ASINs and titles, whichever way the answer is found.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "the helpers of tests may fail like tests"
)]

mod common;

use common::*;
use packlight_domain::listing::ListRequest;
use packlight_domain::order::OrderUpdate;
use packlight_domain::page::{Place, Sort, SortKey};
use packlight_domain::query::Query;
use packlight_domain::text::fold;
use packlight_store::Scope;

/// Enough orders that no list is short: half of them hold "Falcon", one in a hundred "Naboo", one in 2,000 "Unique".
async fn world() -> (World, Vec<OrderUpdate>) {
    let world = World::new().await;
    let updates: Vec<OrderUpdate> = (0..4_200_i64)
        .map(|n| {
            let mut update = order(&format!("203-{n:07}-{:07}", n * 7_919 % 10_000_000), n);
            let title = match n {
                n if n % 2_000 == 5 => "Unique \"quoted\" 100% Größe_x",
                n if n % 100 == 7 => "Naboo Starfighter N-1",
                n if n % 2 == 0 => "Millennium Falcon",
                _ => "Police Station",
            };
            update.lines = vec![line("1", &format!("B{:09}", n % 37), title, 1_000)];
            if n % 3 == 0 {
                update.fulfillment.status = Some("SHIPPED".into());
            }
            if n % 5 == 0 {
                update.fulfillment.ship_by.latest = None;
            }
            update
        })
        .collect();
    for page in updates.chunks(600) {
        world.apply(page).await;
    }
    (world, updates)
}

/// What must be found, by looking at each order.
fn expected(updates: &[OrderUpdate], query: &str) -> Vec<String> {
    let query = Query::parse(query).unwrap();
    let holds = |update: &OrderUpdate, text: &str| {
        let item = &update.lines[0].item;
        let ids = [Some(&update.order_id), item.seller_sku.as_ref(), item.asin.as_ref()];
        let title = fold(item.title.as_ref().unwrap());
        ids.into_iter()
            .flatten()
            .map(|id| fold(id))
            .any(|id| if text.chars().count() < 3 { id.starts_with(text) } else { id.contains(text) })
            || title.contains(text)
    };
    let mut found: Vec<&OrderUpdate> = updates
        .iter()
        .filter(|update| {
            query.terms.iter().all(|term| match &term.test {
                packlight_domain::query::Test::Text(text) => holds(update, text) != term.negated,
                packlight_domain::query::Test::Status(statuses) => {
                    let shipped = update.fulfillment.status.as_deref() == Some("SHIPPED");
                    let own = if shipped { "Shipped" } else { "Paid" };
                    statuses.iter().any(|status| status.word() == own) != term.negated
                }
                other => unreachable!("{other:?} is no part of these searches"),
            })
        })
        .collect();
    found.sort_by_key(|update| std::cmp::Reverse(update.last_update));
    found.into_iter().map(|update| update.order_id.clone()).collect()
}

const QUERIES: [&str; 22] = [
    "falcon",
    "FALCON mill",
    "naboo",
    "unique",
    "\"100%\"",
    "größe_x",
    "ße_x",
    "\"star fighter\"",
    "starfighter n-1",
    "203-0000005",
    "0000005",
    "B000000036",
    "sku-b000000036",
    "fa",
    "b0",
    "20",
    "zz",
    "nothing-like-it",
    "-falcon",
    "station -police",
    "status:shipped falcon",
    "-status:shipped naboo -\"203-0000007\"",
];

#[tokio::test]
async fn every_query_finds_what_a_look_at_each_order_finds() {
    let (world, updates) = world().await;
    world.assert_sound().await;
    let sort = Sort { key: SortKey::Updated, descending: true };
    for text in QUERIES {
        let query = Query::parse(text).unwrap();
        let expected = expected(&updates, text);
        let counted =
            world.store.count(&query, Scope::default(), u32::MAX - 1, at(0), || true).await.unwrap().unwrap();
        assert_eq!((counted.orders as usize, counted.is_exact), (expected.len(), true), "{text}");
        let mut seen = Vec::new();
        let mut place = Place::First;
        loop {
            let page = world.store.page(&query, &request(sort, place, 90), at(0)).await.unwrap();
            if page.total_is_exact {
                assert_eq!(page.total as usize, expected.len(), "{text}");
                assert_eq!(page.position as usize, seen.len(), "{text}");
            } else {
                assert!(page.total as usize <= expected.len(), "{text}: at least {}", page.total);
                assert!(page.position as usize <= seen.len(), "{text}");
            }
            let Some(last) = page.last else { break };
            seen.extend(page.rows.into_iter().map(|row| row.platform_order_id));
            place = Place::After(last);
        }
        assert_eq!(seen, expected, "{text}");
    }
}

#[tokio::test]
async fn a_search_can_be_entered_anywhere() {
    let (world, updates) = world().await;
    for text in ["falcon", "naboo", "unique", "fa", "-falcon"] {
        let query = Query::parse(text).unwrap();
        for sort in [
            Sort { key: SortKey::Updated, descending: true },
            Sort { key: SortKey::ShipBy, descending: false },
        ] {
            let all = everything(&world, &query, sort).await;
            assert_eq!(all.len(), expected(&updates, text).len());
            for position in [0, 1, all.len() / 2, all.len().saturating_sub(3), all.len(), all.len() + 5] {
                let near = request(sort, Place::Near(u32::try_from(position).unwrap()), 20);
                let page = world.store.page(&query, &near, at(0)).await.unwrap();
                let found: Vec<_> = page.rows.iter().map(|row| row.id.0).collect();
                let start = position.min(all.len());
                assert_eq!(found, all[start..(start + 20).min(all.len())], "{text} {sort:?} near {position}");
                let Some(first) = page.first else { continue };
                let before = world
                    .store
                    .page(&query, &ListRequest { place: Place::Before(first), ..near }, at(0))
                    .await
                    .unwrap();
                let found: Vec<_> = before.rows.iter().map(|row| row.id.0).collect();
                assert_eq!(found, all[start.saturating_sub(20)..start], "{text} {sort:?} before {position}");
            }
        }
    }
}

async fn everything(world: &World, query: &Query, sort: Sort) -> Vec<u32> {
    let mut all = Vec::new();
    let mut place = Place::First;
    loop {
        let page = world.store.page(query, &request(sort, place, 500), at(0)).await.unwrap();
        let Some(last) = page.last else { return all };
        all.extend(page.rows.into_iter().map(|row| row.id.0));
        place = Place::After(last);
    }
}

#[tokio::test]
async fn a_title_that_changes_is_found_by_its_new_words_only() {
    let world = World::new().await;
    let mut update = order("203-1", 100);
    world.apply(&[update.clone()]).await;
    update.last_update = at(200);
    update.lines[0].item.title = Some("ＬＥＧＯ　Batmobile".into());
    world.apply(&[update]).await;
    let found = async |text: &str| {
        let query = Query::parse(text).unwrap();
        world.store.count(&query, Scope::default(), 9, at(0), || true).await.unwrap().unwrap().orders
    };
    assert_eq!((found("falcon").await, found("lego bat").await, found("BATMOBILE").await), (0, 1, 1));
    world.assert_sound().await;
}

#[tokio::test]
async fn a_count_stops_where_it_is_told() {
    let (world, _) = world().await;
    let query = Query::parse("falcon").unwrap();
    let counted = world.store.count(&query, Scope::default(), 100, at(0), || true).await.unwrap().unwrap();
    assert_eq!((counted.orders, counted.is_exact), (100, false));
}

#[tokio::test]
async fn a_count_gives_up_when_nobody_wants_it_and_leaves_the_readers_as_they_were() {
    let (world, updates) = world().await;
    let query = Query::parse("-falcon").unwrap();
    let count =
        |wanted: bool| world.store.count(&query, Scope::default(), u32::MAX - 1, at(0), move || wanted);
    for _ in 0..4 {
        assert_eq!(count(false).await.unwrap(), None);
    }
    // Half way through, whoever asked goes away: its connection serves the next one to the end.
    for _ in 0..4 {
        let (asked, mut reached) = tokio::sync::mpsc::unbounded_channel();
        let counting =
            world.store.count(&query, Scope::default(), u32::MAX - 1, at(0), move || asked.send(()).is_ok());
        tokio::select! {
            biased;
            _ = reached.recv() => {}
            _ = counting => {}
        }
    }
    for _ in 0..4 {
        let read = world.store.matching(&query, Scope::default(), at(0)).await.unwrap();
        assert_eq!(read.len(), expected(&updates, "-falcon").len());
        assert_eq!(count(true).await.unwrap().unwrap().orders as usize, expected(&updates, "-falcon").len());
    }
}
