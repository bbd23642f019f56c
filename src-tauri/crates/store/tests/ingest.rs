//! Pages in: the guard per group, confluence, what is written and what is not.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::float_arithmetic,
    reason = "the helpers of tests may fail like tests"
)]

mod common;

use common::*;
use packlight_domain::account::AccountId;
use packlight_domain::listing::OrderFlag;
use packlight_domain::order::{Group, OrderUpdate, Package, SourceRank};
use packlight_store::{StaleKind, StoreError};
use sqlx::Connection;

#[tokio::test]
async fn a_page_brings_orders_and_says_which() {
    let world = World::new().await;
    let mut two = order("203-2", 200);
    two.lines.push(line("2", "B00000000B", "Naboo Starfighter", 500));
    let changes = world.apply(&[order("203-1", 100), two.clone()]).await;
    assert_eq!(
        changes.new.iter().map(|order| order.order_id.as_str()).collect::<Vec<_>>(),
        ["203-1", "203-2"]
    );
    assert_eq!((changes.changed.len(), changes.unchanged, changes.items_written), (0, 0, 3));
    assert_eq!(changes.new[1].last_update, at(200));

    let mut newer = order("203-1", 300);
    newer.fulfillment.status = Some("SHIPPED".into());
    let changes = world.apply(&[newer, two]).await;
    assert_eq!((changes.new.len(), changes.changed.len(), changes.unchanged), (0, 1, 1));
    assert_eq!(changes.changed[0].order_id, "203-1");
    assert_eq!(changes.items_written, 0, "its line reads as before");
    let shown = world.store.find_order(None, "203-1").await.unwrap().unwrap();
    assert_eq!(shown.status.as_deref(), Some("Shipped"));
    world.assert_sound().await;
}

#[tokio::test]
async fn an_unchanged_page_writes_no_row() {
    let world = World::new().await;
    let updates: Vec<OrderUpdate> = (0..50).map(|n| order(&format!("203-{n}"), n)).collect();
    let window = begin(&world, 0, 100).await;
    commit(&world, &page(window, &updates, Some("t"))).await;

    let mut raw = world.raw().await;
    // Every table that a page could touch says so.
    for table in [
        "platform_orders",
        "platform_order_items",
        "order_packages",
        "order_texts",
        "fact_counts",
        "order_blocks",
    ] {
        for event in ["INSERT", "UPDATE", "DELETE"] {
            let sql = format!(
                "CREATE TRIGGER watch_{table}_{event} BEFORE {event} ON {table} BEGIN SELECT RAISE(ABORT, 'written'); END"
            );
            sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&mut raw).await.unwrap();
        }
    }
    let index_before =
        scalar(&mut raw, "SELECT COUNT(*) + SUM(length(block)) FROM order_trigrams_data").await;
    raw.close().await.unwrap();

    let result = commit(&world, &page(window, &updates, Some("u"))).await;
    assert_eq!((result.changes.unchanged, result.changes.items_written), (50, 0));
    // The watch itself works.
    let error = world.store.apply(world.account, &[order("203-1", 999)], &[], at(0)).await.unwrap_err();
    assert!(error.to_string().contains("written"), "{error}");
    let mut raw = world.raw().await;
    assert_eq!(
        index_before,
        scalar(&mut raw, "SELECT COUNT(*) + SUM(length(block)) FROM order_trigrams_data").await
    );
}

#[tokio::test]
async fn what_an_answer_did_not_carry_is_left_alone() {
    let world = World::new().await;
    world.apply(&[order("203-1", 100)]).await;
    let mut bare = OrderUpdate::new("203-1", at(200), SourceRank::V2026);
    bare.carried = groups(&[Group::Header, Group::Items]);
    bare.header.created = Some(at(40));
    bare.lines = vec![line("1", "B00000000A", "Falcon, renamed", 1)];
    world.apply(&[bare]).await;
    let shown = world.store.find_order(None, "203-1").await.unwrap().unwrap();
    assert_eq!(shown.items[0].title.as_deref(), Some("Falcon, renamed"));
    assert_eq!(shown.items[0].total_price.as_ref().unwrap().amount, "12.99", "prices were not carried");
    assert_eq!(shown.status.as_deref(), Some("Unshipped"));
    assert_eq!(shown.last_update, at(200));
}

#[tokio::test]
async fn prices_of_a_line_that_comes_and_goes_survive() {
    let world = World::new().await;
    let mut first = order("203-1", 100);
    first.lines.push(line("2", "B00000000B", "Second", 500));
    let mut fewer = OrderUpdate::new("203-1", at(200), SourceRank::V2026);
    fewer.carried = groups(&[Group::Items]);
    fewer.lines = vec![first.lines[0].clone()];
    let mut again = OrderUpdate::new("203-1", at(300), SourceRank::V2026);
    again.carried = groups(&[Group::Items]);
    again.lines = first.lines.clone();
    world.apply(&[first]).await;
    world.apply(&[fewer]).await;
    let shown = world.store.find_order(None, "203-1").await.unwrap().unwrap();
    assert_eq!(shown.items.len(), 1);
    let changes = world.apply(&[again]).await;
    assert_eq!(changes.items_written, 1);
    let shown = world.store.find_order(None, "203-1").await.unwrap().unwrap();
    assert_eq!(shown.items[1].total_price.as_ref().unwrap().amount, "5.00");
    world.assert_sound().await;
}

#[tokio::test]
async fn orders_without_items_are_missing_items_newest_first() {
    let world = World::new().await;
    let mut listed: Vec<OrderUpdate> = (1..=3).map(|n| order(&format!("203-{n}"), n * 100)).collect();
    for update in &mut listed {
        update.carried = groups(&[Group::Header, Group::Fulfillment, Group::Total]);
        update.rank = SourceRank::V0;
        update.lines.clear();
    }
    world.apply(&listed).await;
    let missing = world.store.missing_items(world.account, 2).await.unwrap();
    assert_eq!(missing, [("203-3".to_owned(), at(300)), ("203-2".to_owned(), at(200))]);
    assert_eq!(world.store.counts(None, None).await.unwrap().missing_items, 3);

    let mut items = OrderUpdate::new("203-3", at(300), SourceRank::V0);
    items.carried = groups(&[Group::Items, Group::Shipped, Group::Prices, Group::Cancellation]);
    items.lines = vec![line("9", "B00000000A", "Falcon", 1_299)];
    let changes = world.apply(&[items]).await;
    assert_eq!((changes.changed.len(), changes.items_written), (1, 1));
    assert_eq!(world.store.counts(None, None).await.unwrap().missing_items, 2);
    assert_eq!(world.store.missing_items(world.account, 9).await.unwrap().len(), 2);
    world.assert_sound().await;
}

#[tokio::test]
async fn an_order_named_twice_on_a_page_counts_once() {
    let world = World::new().await;
    let mut newer = order("203-1", 200);
    newer.fulfillment.status = Some("CANCELLED".into());
    let changes = world.apply(&[order("203-1", 100), newer.clone(), order("203-1", 100)]).await;
    assert_eq!((changes.new.len(), changes.changed.len(), changes.unchanged), (1, 0, 0));
    let changes = world.apply(&[newer.clone(), order("203-1", 100), newer.clone()]).await;
    assert_eq!((changes.new.len(), changes.changed.len(), changes.unchanged), (0, 0, 1));
    newer.last_update = at(300);
    let changes = world.apply(&[order("203-1", 100), newer]).await;
    assert_eq!((changes.new.len(), changes.changed.len(), changes.unchanged), (0, 1, 0));
    world.assert_sound().await;
}

#[tokio::test]
async fn status_follows_the_packages_and_the_buyer() {
    let world = World::new().await;
    let mut update = order("203-1", 100);
    update.fulfillment.status = Some("SHIPPED".into());
    update.lines[0].shipped.quantity = Some(1);
    update.lines[0].cancel_requested_by = Some("BUYER".into());
    update.packages = vec![Package {
        reference: "1".into(),
        status: Some("DELIVERED".into()),
        contents: vec![("1".into(), 1)],
    }];
    world.apply(&[update.clone()]).await;
    let shown = world.store.find_order(None, "203-1").await.unwrap().unwrap();
    assert_eq!(shown.row.ui_status.word(), "Completed");
    assert!(shown.row.has(OrderFlag::CancelRequested) && shown.items[0].cancel_requested);
    assert_eq!(shown.packages[0].status.as_deref(), Some("DELIVERED"));
    update.last_update = at(200);
    update.packages[0].status = Some("IN_TRANSIT".into());
    world.apply(&[update]).await;
    assert_eq!(world.store.counts(None, None).await.unwrap().shipped, 1);
    world.assert_sound().await;
}

#[tokio::test]
async fn a_line_taken_off_the_order_frees_its_unit() {
    let world = World::new().await;
    let mut update = order("203-1", 100);
    world.apply(&[update.clone()]).await;
    let mut raw = world.raw().await;
    sqlx::raw_sql(
        "INSERT INTO inventory_items (id, set_number, name, condition, status, created_at) VALUES \
         (5, '75192', 'Falcon', 'New', 'linked', 0); \
         INSERT INTO claims SELECT 5, id, 0, 'manual' FROM platform_order_items",
    )
    .execute(&mut raw)
    .await
    .unwrap();
    update.last_update = at(150);
    world.apply(&[update.clone()]).await;
    let shown = world.store.find_order(None, "203-1").await.unwrap().unwrap();
    assert_eq!(shown.row.matches.linked, 1, "the claim outlives a newer answer");
    update.last_update = at(200);
    update.lines = vec![line("2", "B00000000B", "Another", 1)];
    world.apply(&[update]).await;
    assert_eq!(scalar(&mut raw, "SELECT COUNT(*) FROM claims").await, 0);
    world.assert_sound().await;
}

/// Invariants I15 and I16: what an answer could not name is not gone, and its units stay where they are.
#[tokio::test]
async fn a_line_that_an_answer_cannot_name_stays_with_its_unit() {
    let world = World::new().await;
    let mut two = order("203-1", 100);
    two.lines.push(line("2", "B00000000B", "Naboo Starfighter", 500));
    world.apply(&[two.clone()]).await;
    let mut raw = world.raw().await;
    sqlx::raw_sql(
        "INSERT INTO inventory_items (id, set_number, name, condition, status, created_at) VALUES \
         (5, '7877', 'Naboo Starfighter', 'New', 'linked', 0); \
         INSERT INTO claims SELECT 5, id, 0, 'manual' FROM platform_order_items WHERE order_item_id = '2'",
    )
    .execute(&mut raw)
    .await
    .unwrap();
    let missing = async || world.store.counts(None, None).await.unwrap().missing_items;
    let shown = async |id: &str| world.store.find_order(None, id).await.unwrap().unwrap();

    let mut part = OrderUpdate { last_update: at(200), lines_in_part: true, ..two.clone() };
    part.fulfillment.status = Some("PARTIALLY_SHIPPED".into());
    part.lines.truncate(1);
    let changes = world.apply(&[part]).await;
    assert_eq!((changes.changed.len(), changes.units_freed), (1, 0));
    let now = shown("203-1").await;
    assert_eq!((now.items.len(), now.status.as_deref()), (2, Some("PartiallyShipped")));
    assert_eq!(scalar(&mut raw, "SELECT COUNT(*) FROM claims").await, 1);
    assert_eq!(missing().await, 1, "its lines are older than itself");
    two.last_update = at(200);
    two.lines[0].shipped.quantity = Some(1);
    world.apply(&[two]).await;
    assert_eq!((shown("203-1").await.items[0].quantity_shipped, missing().await), (1, 0));
    world.assert_sound().await;
}

#[tokio::test]
async fn a_new_order_has_the_lines_that_can_be_read_until_a_whole_answer_comes() {
    let world = World::new().await;
    let missing = async || world.store.counts(None, None).await.unwrap().missing_items;
    let names = async || {
        let shown = world.store.find_order(None, "203-1").await.unwrap().unwrap();
        shown.items.iter().filter_map(|item| item.title.clone()).collect::<Vec<_>>()
    };
    let part = |second: i64, id: &str| {
        let mut part = OrderUpdate { lines_in_part: true, ..order("203-1", second) };
        part.lines = vec![line(id, "B00000000A", id, 500)];
        part
    };
    world.apply(&[part(200, "a")]).await;
    assert_eq!((names().await, missing().await), (vec!["a".to_owned()], 1));
    world.apply(&[part(300, "b")]).await;
    assert_eq!((names().await, missing().await), (vec!["a".to_owned(), "b".to_owned()], 1));
    // A whole one counts, even an older one; the order has changed since, so its lines are still wanted.
    world.apply(&[order("203-1", 100)]).await;
    assert_eq!((names().await, missing().await), (vec!["Millennium Falcon".to_owned()], 1));
    world.apply(&[order("203-1", 300)]).await;
    assert_eq!(missing().await, 0);
    world.assert_sound().await;
}

#[tokio::test]
async fn stale_orders_come_longest_unread_first() {
    let world = World::new().await;
    let mut pending = order("203-3", 100);
    pending.fulfillment.status = Some("PENDING".into());
    let mut shipped = order("203-4", 100);
    shipped.fulfillment.status = Some("SHIPPED".into());
    let mut old = shipped.clone();
    old.order_id = "203-5".into();
    old.last_update = at(-40 * 86_400);
    let mut amazons = shipped.clone();
    amazons.order_id = "203-6".into();
    amazons.fulfillment.fulfilled_by = Some("AMAZON".into());
    world.apply(&[order("203-1", 100), order("203-2", 100), pending, shipped, old, amazons]).await;
    let stale = async |kind, since| {
        let stale = world.store.stale(world.account, &[(kind, at(since))], 9).await.unwrap();
        assert!(stale.iter().all(|(of, _)| *of == kind), "{stale:?}");
        stale.into_iter().map(|(_, order_id)| order_id).collect::<Vec<_>>()
    };
    assert_eq!(stale(StaleKind::Open, 1).await, ["203-1", "203-2"]);
    assert_eq!(stale(StaleKind::Open, 0).await, [""; 0], "they were read when they came");
    world.store.mark_read(world.account, "203-1", at(50)).await.unwrap();
    world.store.mark_read(world.account, "no-such-order", at(50)).await.unwrap();
    assert_eq!(stale(StaleKind::Open, 50).await, ["203-2"]);
    assert_eq!(stale(StaleKind::Open, 51).await, ["203-2", "203-1"]);
    assert_eq!(stale(StaleKind::Pending, 51).await, ["203-3"]);
    assert_eq!(stale(StaleKind::InTransit, 51).await, ["203-4"]);

    let all = [(StaleKind::InTransit, at(51)), (StaleKind::Pending, at(50)), (StaleKind::Open, at(51))];
    let at_most = async |limit| world.store.stale(world.account, &all, limit).await.unwrap();
    let by_kind =
        [(StaleKind::Open, "203-2"), (StaleKind::Pending, "203-3"), (StaleKind::InTransit, "203-4")];
    let by_kind = by_kind.map(|(kind, order_id)| (kind, order_id.to_owned()));
    assert_eq!(at_most(1).await, by_kind);
    assert_eq!(at_most(9).await.len(), 4);
    assert_eq!(world.store.stale(world.account, &[], 9).await.unwrap(), []);
}

#[tokio::test]
async fn orders_without_lines_or_status_are_read_again_too() {
    let world = World::new().await;
    let mut silent = order("203-2", 100);
    silent.fulfillment.status = None;
    let mut strange = order("203-3", 100);
    strange.fulfillment.status = Some("TELEPORTED".into());
    let mut bare = order("203-4", 100);
    bare.carried = groups(&[Group::Header, Group::Fulfillment, Group::Total]);
    world.apply(&[order("203-1", 100), silent, strange, bare]).await;
    let wanted = [(StaleKind::WithoutLines, at(1)), (StaleKind::WithoutStatus, at(1))];
    let stale = world.store.stale(world.account, &wanted, 9).await.unwrap();
    let lines = (StaleKind::WithoutLines, "203-4".to_owned());
    assert_eq!(stale, [lines, (StaleKind::WithoutStatus, "203-2".to_owned())]);
}

/// What the lines came by does not matter, nor what was wrong with them: only that the order has changed since.
#[tokio::test]
async fn lines_older_than_their_order_are_missing_whatever_they_came_by() {
    let lines = [Group::Items, Group::Shipped, Group::Prices, Group::Cancellation];
    for rank in [SourceRank::Report, SourceRank::V0, SourceRank::V2026] {
        let world = World::new().await;
        let mut listed = OrderUpdate { rank: SourceRank::V0, ..order("203-1", 100) };
        listed.carried = groups(&[Group::Header, Group::Fulfillment, Group::Total]);
        let mut told = OrderUpdate { rank, ..order("203-1", 100) };
        told.carried = groups(&lines);
        world.apply(&[listed.clone(), told.clone()]).await;
        let missing = async || world.store.counts(None, None).await.unwrap().missing_items;
        assert_eq!(missing().await, 0, "{rank:?}");
        listed.last_update = at(200);
        listed.fulfillment.status = Some("SHIPPED".into());
        world.apply(&[listed]).await;
        assert_eq!(missing().await, 1, "{rank:?}");
        told.last_update = at(200);
        world.apply(&[told]).await;
        assert_eq!(missing().await, 0, "{rank:?}");
        world.assert_sound().await;
    }
}

#[tokio::test]
async fn an_account_that_is_not_there_is_named() {
    let world = World::new().await;
    let error = world.store.apply(AccountId(99), &[order("203-1", 1)], &[], at(0)).await.unwrap_err();
    assert_eq!(error.to_string(), "there is no account 99");
    assert!(matches!(error, StoreError::NoAccount(AccountId(99))));
    assert_eq!(world.store.counts(None, None).await.unwrap().all, 0);
}
