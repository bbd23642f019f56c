//! The list of the stock: sorts, filters, counts, and acts on many units at once.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "the helpers of tests may fail like tests"
)]

mod common;

use common::*;
use packlight_domain::currency::Currency;
use packlight_domain::money::{Amount, Money};
use packlight_domain::stock::query::StockQuery;
use packlight_domain::stock::{MoveCount, UnitDraft, UnitId, UnitListRequest, UnitSortKey, UnitStatus};
use packlight_store::{Store, Units};

fn draft(set: &str, name: &str, place: Option<&str>) -> UnitDraft {
    UnitDraft {
        set_number: set.into(),
        name: name.into(),
        condition: "New".into(),
        storage_location: place.map(Into::into),
        ..UnitDraft::default()
    }
}

async fn add(store: &Store, drafts: &[UnitDraft]) -> Vec<UnitId> {
    let units = drafts.iter().map(|draft| draft.check(Currency::GBP).unwrap()).collect();
    store.add_units(units, "Added", at(0)).await.unwrap().0
}

fn request(query: &str, sort: UnitSortKey, descending: bool, offset: u32, limit: u32) -> UnitListRequest {
    UnitListRequest { query: query.into(), sort, descending, offset, limit }
}

/// Ids of a page and how many match.
async fn page(store: &Store, request: UnitListRequest) -> (Vec<u32>, u32) {
    let page = store.list_units(&StockQuery::parse(&request.query).unwrap(), &request).await.unwrap();
    (page.rows.iter().map(|unit| unit.id.0).collect(), page.total)
}

async fn found(store: &Store, query: &str) -> Vec<u32> {
    page(store, request(query, UnitSortKey::Added, false, 0, 500)).await.0
}

#[tokio::test]
async fn units_are_listed_in_natural_order_and_those_without_a_value_come_last() {
    let world = World::new().await;
    let store = &world.store;
    let mut drafts = [
        draft("10281", "Bonsai", Some("S49")),
        draft("9999", "Orchid", Some("S5")),
        draft("75192", "aaa", None),
        draft("75192-2", "Zoo", Some("A-10")),
        draft("75192", "Falcon", Some("a-2")),
    ];
    drafts[0].cost = Some("10".into());
    drafts[1].cost = Some("9.50".into());
    drafts[1].purchase_date = Some("2025-01-01".into());
    drafts[3].purchase_date = Some("2024-01-01".into());
    add(store, &drafts).await;
    for (sort, up, down) in [
        (UnitSortKey::Added, [1, 2, 3, 4, 5], [5, 4, 3, 2, 1]),
        (UnitSortKey::SetNumber, [2, 1, 3, 5, 4], [4, 5, 3, 1, 2]),
        (UnitSortKey::Name, [3, 1, 5, 2, 4], [4, 2, 5, 1, 3]),
        (UnitSortKey::Location, [5, 4, 2, 1, 3], [1, 2, 4, 5, 3]),
        (UnitSortKey::PurchaseDate, [4, 2, 1, 3, 5], [2, 4, 5, 3, 1]),
        (UnitSortKey::Cost, [2, 1, 3, 4, 5], [1, 2, 5, 4, 3]),
    ] {
        for (descending, expected) in [(false, up), (true, down)] {
            // In whole and in pieces, with and without a query that leaves nothing out.
            for query in ["", "status:in_stock"] {
                let whole = page(store, request(query, sort, descending, 0, 9)).await;
                assert_eq!(whole, (expected.to_vec(), 5), "{sort:?} {descending}");
                let mut pieces = Vec::new();
                for offset in 0..5 {
                    pieces.extend(page(store, request(query, sort, descending, offset, 1)).await.0);
                }
                assert_eq!(pieces, expected, "{sort:?} {descending}");
            }
        }
    }
    let places: Vec<_> = store.locations().await.unwrap().into_iter().map(|own| own.location).collect();
    assert_eq!(places, ["a-2", "A-10", "S5", "S49"]);
}

#[tokio::test]
async fn a_query_narrows_by_every_key() {
    let world = World::new().await;
    let store = &world.store;
    let mut falcon = draft("75192-1", "Millennium Falcon", Some("A-01"));
    falcon.sku = Some("Shelf-1".into());
    falcon.condition = "New Sealed".into();
    let mut orchid = draft("10311", "Orchid 100%", Some("AB"));
    orchid.asin = Some("B07JPLG4BS".into());
    orchid.condition = "Used - Good".into();
    add(store, &[falcon, orchid, draft("10281", "ボンサイ", None)]).await;
    let order = world.apply(&[order("203-1", 100)]).await.new[0].id;
    let line = packlight_domain::matching::LineKey { order, order_item_id: "1".into() };
    store.link_unit(&line, UnitId(3), at(1)).await.unwrap();
    for (query, expected) in [
        ("", vec![1, 2, 3]),
        ("falcon millennium", vec![1]),
        ("\"falcon millennium\"", vec![]),
        ("-falcon", vec![2, 3]),
        ("100%", vec![2]),
        ("ﾎﾞﾝｻｲ", vec![3]),
        ("shelf-1", vec![1]),
        ("status:linked", vec![3]),
        ("-status:linked,sold", vec![1, 2]),
        ("in:a", vec![1, 2]),
        ("in:A-", vec![1]),
        ("in:b", vec![]),
        ("in:none", vec![3]),
        ("in:=a", vec![]),
        ("in:=AB", vec![2]),
        ("in:=\"a-01\",none", vec![1, 3]),
        ("-in:=ab", vec![1, 3]),
        ("in:=none", vec![]),
        ("-in:a", vec![3]),
        ("in:ab,none", vec![2, 3]),
        ("set:75192", vec![1]),
        ("set:10281-1", vec![3]),
        ("sku:SHELF-1", vec![1]),
        ("-sku:SHELF-1", vec![2, 3]),
        ("asin:b07jplg4bs", vec![2]),
        ("condition:new", vec![1, 3]),
        ("condition:used", vec![2]),
        ("condition:\"new s\"", vec![1]),
        ("set:75192 condition:used", vec![]),
    ] {
        assert_eq!(found(store, query).await, expected, "{query}");
    }
    let counts = store.stock_counts().await.unwrap();
    assert_eq!((counts.all, counts.in_stock, counts.linked, counts.sold), (3, 2, 1, 0));
}

#[tokio::test]
async fn the_cards_add_up_cost_by_currency() {
    let world = World::new().await;
    let store = &world.store;
    let priced = |cost: &str| UnitDraft { cost: Some(cost.into()), ..draft("1", "x", None) };
    add(store, &[priced("10.10"), priced("0.90"), priced("€5"), priced("100"), draft("1", "x", None)]).await;
    let mut raw = world.raw().await;
    sqlx::query("UPDATE inventory_items SET status = 'sold' WHERE id = 4").execute(&mut raw).await.unwrap();
    let counts = store.stock_counts().await.unwrap();
    let amount = |minor, currency| Amount::from(Money { minor, currency });
    assert_eq!((counts.all, counts.in_stock, counts.sold), (5, 4, 1));
    assert_eq!(counts.cost, [amount(500, Currency::EUR), amount(1_100, Currency::GBP)]);
}

#[tokio::test]
async fn many_units_are_moved_deleted_and_brought_back_as_one() {
    let world = World::new().await;
    let store = &world.store;
    let drafts: Vec<UnitDraft> = (0..2_500).map(|n| draft(&n.to_string(), "Falcon", Some("A"))).collect();
    add(store, &drafts).await;
    let all = |except: Vec<UnitId>| Units::Matching { query: StockQuery::parse("falcon").unwrap(), except };
    let moved = store.move_units(&all(vec![UnitId(7)]), Some("B-03".into()), at(1)).await.unwrap();
    assert_eq!((moved.units, moved.skipped), (2_499, 0));
    assert_eq!(found(store, "in:a").await, [7]);
    let again = store.move_units(&all(vec![]), Some("B-03".into()), at(2)).await.unwrap();
    assert_eq!((again.units, again.skipped), (1, 2_499), "the others lie there already");
    let edited = draft("75192", "Falcon", Some("C")).check(Currency::GBP).unwrap();
    store.edit_units(vec![(UnitId(9), edited.clone())], "Edited", at(3)).await.unwrap();
    assert_eq!(store.edit_units(vec![(UnitId(9), edited)], "Edited", at(3)).await.unwrap().batch, None);

    let undone = store.undo(moved.batch.unwrap(), at(4)).await.unwrap();
    assert_eq!((undone.restored, undone.skipped), (2_498, 1), "unit 9 was edited since");
    assert_eq!(page(store, request("in:b", UnitSortKey::Added, false, 0, 9)).await, (vec![7], 1));
    assert_eq!(page(store, request("in:a", UnitSortKey::Location, false, 0, 1)).await.1, 2_498);

    let before = store.unit(UnitId(1_234)).await.unwrap().unwrap();
    let gone = store.delete_units(&all(vec![]), at(5)).await.unwrap();
    assert_eq!((gone.units, store.stock_counts().await.unwrap().all), (2_500, 0));
    let back = store.undo(gone.batch.unwrap(), at(6)).await.unwrap();
    assert_eq!((back.restored, back.skipped), (2_500, 0));
    assert_eq!(store.unit(UnitId(1_234)).await.unwrap().unwrap(), before, "the same unit, id and all");
    let acts = store.activity_acts(None, 3).await.unwrap();
    let told: Vec<_> = acts.iter().map(|act| (act.summary.as_str(), act.acts)).collect();
    assert_eq!(
        told,
        [
            ("Undid: Deleted 2500 units", 2_500),
            ("Deleted 2500 units", 2_500),
            ("Undid: Moved 2499 units to B-03", 2_498)
        ]
    );
    let earlier = store.activity_acts(Some(acts[2].batch), 1).await.unwrap();
    assert_eq!(earlier[0].summary, "Edited");
    let cleared = store.move_units(&Units::Ids(vec![UnitId(1)]), None, at(7)).await.unwrap();
    assert_eq!((cleared.units, store.unit(UnitId(1)).await.unwrap().unwrap().storage_location), (1, None));
    assert_eq!(store.unit(UnitId(1)).await.unwrap().unwrap().status, UnitStatus::InStock);
    world.assert_sound().await;
    // What a move would be about: sold units stay, and units that are not there do not count.
    let mut raw = world.raw().await;
    sqlx::query("UPDATE inventory_items SET status = 'sold' WHERE id <= 3").execute(&mut raw).await.unwrap();
    drop(raw);
    let counted = store.count_move(&all(vec![UnitId(3), UnitId(4)])).await.unwrap();
    assert_eq!(counted, MoveCount { units: 2_496, sold: 2 });
    let some = Units::Ids([2, 5, 99_999].map(UnitId).to_vec());
    assert_eq!(store.count_move(&some).await.unwrap(), MoveCount { units: 1, sold: 1 });
    let moved = store.move_units(&some, Some("Z".into()), at(8)).await.unwrap();
    assert_eq!((moved.units, moved.skipped), (1, 2));
}

#[tokio::test]
async fn the_home_currency_is_the_first_marketplaces_until_it_is_chosen() {
    let world = World::new().await;
    let store = &world.store;
    assert_eq!(store.home_currency().await.unwrap(), Currency::GBP);
    let chosen = store.set_home_currency(Currency::EUR, at(1)).await.unwrap().unwrap();
    assert_eq!(store.home_currency().await.unwrap(), Currency::EUR);
    assert_eq!(store.set_home_currency(Currency::EUR, at(2)).await.unwrap(), None);
    assert_eq!(store.undo(chosen, at(3)).await.unwrap().restored, 1);
    assert_eq!(store.home_currency().await.unwrap(), Currency::GBP);
}
