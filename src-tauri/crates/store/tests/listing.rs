//! Pages out: every sort, place and scope against a list sorted in memory; positions, cursors, plans.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "the helpers of tests may fail like tests"
)]

mod common;

use std::cmp::Ordering;

use common::*;
use packlight_domain::account::{AccountId, Platform};
use packlight_domain::listing::{ListRequest, OrderFlag, OrderRow};
use packlight_domain::order::OrderUpdate;
use packlight_domain::page::{Cursor, Place, Sort, SortKey};
use packlight_domain::query::Query;
use packlight_store::{NewAccount, Scope, Store, StoreError};

/// A small generator, so that a failure can be repeated.
struct Dice(u64);

impl Dice {
    fn below(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }
}

const STATUSES: [&str; 6] = ["PENDING", "UNSHIPPED", "SHIPPED", "CANCELLED", "TELEPORTED", "SHIPPED"];

/// Orders with many equal dates and totals, and some without.
fn orders(number: u64, dice: &mut Dice, prefix: &str) -> Vec<OrderUpdate> {
    (0..number)
        .map(|n| {
            let second = i64::try_from(dice.below(number)).unwrap();
            let mut update = order(&format!("{prefix}-{:05}-{n}", dice.below(90_000)), second);
            update.header.created = (dice.below(9) > 0).then(|| at(second / 50));
            update.fulfillment.status = Some(STATUSES[usize::try_from(dice.below(6)).unwrap()].into());
            update.fulfillment.ship_by.latest = (dice.below(3) > 0).then(|| at(second / 200 * 86_400));
            update.total = match dice.below(4) {
                0 => None,
                1 | 2 => Some(pounds(1_299)),
                _ => Some(pounds(i64::try_from(dice.below(5_000)).unwrap())),
            };
            update
        })
        .collect()
}

fn value(row: &OrderRow, key: SortKey, updated: &dyn Fn(&OrderRow) -> i64) -> Option<(i64, String)> {
    let number = |number: i64| (number, String::new());
    match key {
        SortKey::Date => row.order_date.map(|date| number(date.timestamp_millis())),
        SortKey::Updated => Some(number(updated(row))),
        SortKey::ShipBy => row.ship_by.map(|date| number(date.timestamp_millis())),
        SortKey::Total => {
            row.total.as_ref().map(|total| number(total.amount.replace('.', "").parse().unwrap()))
        }
        SortKey::OrderId => Some((0, row.platform_order_id.clone())),
    }
}

async fn everything(store: &Store, query: &Query, request: &ListRequest) -> Vec<OrderRow> {
    let mut rows = Vec::new();
    let mut place = Place::First;
    loop {
        let page = store.page(query, &ListRequest { place, ..request.clone() }, at(0)).await.unwrap();
        assert_eq!(page.position as usize, rows.len());
        assert!(page.total_is_exact);
        let Some(last) = page.last else { return rows };
        rows.extend(page.rows);
        place = Place::After(last);
    }
}

#[tokio::test]
async fn every_page_of_every_sort_agrees_with_a_sorted_list() {
    let world = World::new().await;
    let mut dice = Dice(0x2545_F491_4F6C_DD1D);
    let mine = orders(5_500, &mut dice, "203");
    let mut updated = std::collections::HashMap::new();
    for page in mine.chunks(500) {
        world.apply(page).await;
    }
    let other = world
        .store
        .add_account(&NewAccount { platform: Platform::Ebay, ..new_account("second shop") })
        .await
        .unwrap()
        .id;
    let theirs = orders(700, &mut dice, "eb");
    world.store.apply(other, &theirs, &[], at(0)).await.unwrap();
    // Some orders move: their counts must follow.
    let mut moved = orders(600, &mut dice, "203");
    for (update, old) in moved.iter_mut().zip(&mine) {
        update.order_id.clone_from(&old.order_id);
        update.last_update = at(100_000 + i64::try_from(dice.below(50)).unwrap());
    }
    world.apply(&moved).await;
    for update in mine.iter().chain(&theirs).chain(&moved) {
        updated.insert(update.order_id.clone(), update.last_update.timestamp_millis());
    }
    let updated = |row: &OrderRow| updated[&row.platform_order_id];
    world.assert_sound().await;
    let mut raw = world.raw().await;
    assert!(scalar(&mut raw, "SELECT COUNT(DISTINCT low_key) FROM order_blocks WHERE segment = 6").await > 1);
    assert!(
        scalar(&mut raw, "SELECT COUNT(DISTINCT low_id) FROM order_blocks WHERE segment = 6").await > 2,
        "ties are cut"
    );

    for (query, platform, account) in [
        ("", None, None),
        ("status:paid", None, None),
        ("-status:shipped,paid", None, None),
        ("", Some(Platform::Ebay), None),
        ("status:cancelled", None, Some(world.account)),
        ("status:completed", None, None),
        ("", Some(Platform::Bricqer), None),
    ] {
        for key in SortKey::ALL {
            for descending in [true, false] {
                let sort = Sort { key, descending };
                let query = Query::parse(query).unwrap();
                let request = ListRequest { platform, account, ..request(sort, Place::First, 500) };
                let rows = everything(&world.store, &query, &request).await;
                check_order(&rows, sort, &updated);
                check_scope(&rows, &query, platform);
                check_places(&world.store, &query, &request, &rows, &mut dice).await;
            }
        }
    }
}

fn check_order(rows: &[OrderRow], sort: Sort, updated: &dyn Fn(&OrderRow) -> i64) {
    for pair in rows.windows(2) {
        let (a, b) = (value(&pair[0], sort.key, updated), value(&pair[1], sort.key, updated));
        let expected = match (&a, &b) {
            (None, Some(_)) => Ordering::Greater,
            (Some(_), None) => Ordering::Less,
            _ if sort.descending => b.cmp(&a).then(pair[1].id.cmp(&pair[0].id)),
            _ => a.cmp(&b).then(pair[0].id.cmp(&pair[1].id)),
        };
        assert_eq!(expected, Ordering::Less, "{sort:?}: {a:?} before {b:?}");
    }
}

fn check_scope(rows: &[OrderRow], query: &Query, platform: Option<Platform>) {
    for row in rows {
        assert!(platform.is_none_or(|platform| platform == row.platform));
        if let Some(statuses) = query.only_status() {
            assert!(statuses.contains(&row.ui_status));
        }
    }
}

async fn check_places(
    store: &Store,
    query: &Query,
    request: &ListRequest,
    rows: &[OrderRow],
    dice: &mut Dice,
) {
    let total = u32::try_from(rows.len()).unwrap();
    let scope = Scope { account: request.account, platform: request.platform };
    assert_eq!(store.count(query, scope, 9, at(0), || true).await.unwrap().unwrap().orders, total);
    for _ in 0..12 {
        let position = u32::try_from(dice.below(u64::from(total) + 3)).unwrap();
        let limit = u32::try_from(1 + dice.below(40)).unwrap();
        let near = ListRequest { place: Place::Near(position), limit, ..request.clone() };
        let page = store.page(query, &near, at(0)).await.unwrap();
        let start = position.min(total) as usize;
        let end = (start + limit as usize).min(rows.len());
        assert_eq!(ids(&page.rows), ids(&rows[start..end]), "{near:?}");
        assert_eq!((page.position, page.total), (position.min(total), total));
        let (Some(first), Some(last)) = (page.first, page.last) else { continue };
        let before = store
            .page(query, &ListRequest { place: Place::Before(first), ..near.clone() }, at(0))
            .await
            .unwrap();
        let from = start.saturating_sub(limit as usize);
        assert_eq!(ids(&before.rows), ids(&rows[from..start]));
        assert_eq!(before.position as usize, from);
        let after = store
            .page(query, &ListRequest { place: Place::After(last), ..near.clone() }, at(0))
            .await
            .unwrap();
        assert_eq!(ids(&after.rows), ids(&rows[end..(end + limit as usize).min(rows.len())]));
        assert_eq!(after.position as usize, end);
    }
}

fn ids(rows: &[OrderRow]) -> Vec<u32> {
    rows.iter().map(|row| row.id.0).collect()
}

#[tokio::test]
async fn a_cursor_of_another_sort_is_refused() {
    let world = World::new().await;
    world.apply(&[order("203-1", 1)]).await;
    let sort = Sort { key: SortKey::OrderId, descending: false };
    for cursor in ["", "n.1.5", "t.x.203", "q.1.1", "-.1"] {
        let request = request(sort, Place::After(Cursor(cursor.into())), 10);
        let error = world.store.page(&Query::default(), &request, at(0)).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("'{cursor}' is no place in this list: use the cursor of a row")
        );
        assert!(matches!(error, StoreError::BadCursor(_)));
    }
}

#[tokio::test]
async fn rows_say_what_the_list_shows() {
    let world = World::new().await;
    let mut update = order("203-1", 100);
    update.fulfillment.status = Some("PARTIALLY_SHIPPED".into());
    update.lines[0].item.quantity = 3;
    update.lines[0].shipped.quantity = Some(1);
    update.lines.push(line(
        "2",
        "B00000000B",
        "A title that is long enough to be cut somewhere near its eightieth letter",
        1,
    ));
    update.lines[1].item.asin = None;
    world.apply(&[update]).await;
    let mut strange = order("203-2", 50);
    strange.fulfillment.status = Some("Teleported".into());
    strange.total = None;
    world.apply(&[strange]).await;
    let page = world
        .store
        .page(&Query::default(), &request(Sort::default(), Place::First, 10), at(0))
        .await
        .unwrap();
    let row = &page.rows[0];
    assert_eq!(
        row.description,
        "Millennium Falcon · A title that is long enough to be cut somewhere near its…"
    );
    assert_eq!((row.matches.total, row.units_left, &row.flags[..]), (2, 3, &[OrderFlag::PartShipped][..]));
    assert_eq!((row.matches.unmatched, row.matches.no_asin, row.matches.all_matched()), (1, 1, false));
    assert_eq!(row.total.as_ref().unwrap().amount, "12.99");
    assert_eq!(page.rows[1].unknown_status.as_deref(), Some("Teleported"));
    assert_eq!((page.rows[1].total.as_ref(), row.unknown_status.as_ref()), (None, None));
    let counts = world.store.counts(Some(AccountId(1)), Some(Platform::Amazon)).await.unwrap();
    assert_eq!((counts.all, counts.paid, counts.other, counts.unmatched, counts.no_asin), (2, 1, 1, 2, 1));
    assert_eq!(world.store.counts(None, Some(Platform::Ebay)).await.unwrap().all, 0);
}

#[tokio::test]
async fn whole_orders_come_newest_first_then_by_number() {
    let world = World::new().await;
    let mut dice = Dice(77);
    let mut updates = orders(300, &mut dice, "203");
    for update in &mut updates {
        // Seven moments in all, so that ties run over every page.
        update.header.created = update.header.created.map(|_| at(i64::try_from(dice.below(7)).unwrap()));
    }
    world.apply(&updates).await;
    let mut expected: Vec<(Option<i64>, &str)> = updates
        .iter()
        .map(|own| (own.header.created.map(|at| at.timestamp_millis()), own.order_id.as_str()))
        .collect();
    expected.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(b.1)));
    for (query, expected) in [
        ("", expected.clone()),
        ("203-1", expected.iter().copied().filter(|own| own.1.contains("203-1")).collect()),
    ] {
        for limit in [1, 13, 1_000] {
            let query = Query::parse(query).unwrap();
            let mut seen = Vec::new();
            let mut after: Option<Cursor> = None;
            loop {
                let page = world.store.details(&query, None, after.as_ref(), limit, at(0)).await.unwrap();
                let Some(last) = page.last() else { break };
                after = Some(last.cursor.clone());
                seen.extend(page.into_iter().map(|own| own.row.platform_order_id));
            }
            let expected: Vec<&str> = expected.iter().map(|own| own.1).collect();
            assert_eq!(seen, expected, "{limit} at a time");
        }
    }
    let error =
        world.store.details(&Query::default(), None, Some(&Cursor("x".into())), 1, at(0)).await.unwrap_err();
    assert!(matches!(error, StoreError::BadCursor(_)));
}

#[tokio::test]
async fn an_order_is_found_by_either_id() {
    let world = World::new().await;
    world.apply(&[order("203-1", 100)]).await;
    let found = world.store.find_order(Some(world.account), "203-1").await.unwrap().unwrap();
    assert_eq!(world.store.order(found.row.id).await.unwrap().unwrap(), found);
    assert_eq!(found.fulfillment_channel.as_deref(), Some("MFN"));
    assert_eq!(world.store.find_order(Some(AccountId(9)), "203-1").await.unwrap(), None);
    assert_eq!(world.store.find_order(None, "203-2").await.unwrap(), None);
    assert_eq!(world.store.order(packlight_domain::listing::OrderRowId(99)).await.unwrap(), None);
}
