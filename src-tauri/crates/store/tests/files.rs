//! Orders of files in the store: the same ones again change no row, and their account is made with the first.

#![allow(missing_docs, reason = "the tests are its documentation")]

mod common;

use common::{World, at, content, line, raw, rows};
use packlight_domain::account::Platform;
use packlight_domain::file_import::Told;
use packlight_domain::order::{Group, OrderUpdate, SourceRank};
use packlight_store::{AccountMarketplace, Compared, Import, NewAccount, SecretsPlace};

fn ebay() -> NewAccount {
    NewAccount {
        label: "eBay".into(),
        platform: Platform::Ebay,
        region: None,
        marketplaces: vec![AccountMarketplace { id: "ebay".into(), currency: None, zone: "UTC".into() }],
        client_fingerprint: String::new(),
        client_id_tail: None,
        secrets: SecretsPlace::None,
        ..common::new_account("eBay")
    }
}

fn order(id: &str, second: i64, status: &str) -> OrderUpdate {
    let mut order = OrderUpdate::new(id, at(second), SourceRank::Report);
    order.carried = Group::ALL.into_iter().collect();
    order.header.created = Some(at(second));
    order.header.marketplace_id = Some("ebay".into());
    order.fulfillment.status = Some(status.into());
    order.lines = vec![line("1", "22001", "Falcon", 3_250)];
    order
}

#[tokio::test]
async fn the_same_orders_again_change_no_row() {
    let world = World::new().await;
    let first: Vec<_> = (0..1_100).map(|at| order(&format!("04-{at}"), at, "UNSHIPPED")).collect();
    assert_eq!(
        world.store.compare_orders(None, &first, &Told::all()).await.unwrap(),
        Compared { new: 1_100, ..Compared::default() }
    );
    let changes =
        world.store.import_orders(&ebay(), &first, &Told::all(), &Import::default(), at(0)).await.unwrap();
    assert_eq!(changes.import.compared, Compared { new: 1_100, ..Compared::default() });
    let account = world.store.accounts().await.unwrap().pop().unwrap();
    assert_eq!(
        (account.label.as_str(), account.platform, account.is_connected()),
        ("eBay", Platform::Ebay, false)
    );

    let mut connection = raw(world.folder.path()).await;
    let every_row = "SELECT * FROM platform_orders ORDER BY id";
    let (before, stored) = (content(&mut connection).await, rows(&mut connection, every_row).await);
    let compared = world.store.compare_orders(Some(account.id), &first, &Told::all()).await.unwrap();
    assert_eq!(compared, Compared { unchanged: 1_100, ..Compared::default() });
    let changes =
        world.store.import_orders(&ebay(), &first, &Told::all(), &Import::default(), at(99)).await.unwrap();
    assert_eq!(changes.import.compared, Compared { unchanged: 1_100, ..Compared::default() });
    assert_eq!(content(&mut connection).await, before);
    assert_eq!(rows(&mut connection, every_row).await, stored);

    // A later state wins, and the earlier one does not come back.
    let later = [order("04-7", 2_000, "SHIPPED")];
    let compared = world.store.compare_orders(Some(account.id), &later, &Told::all()).await.unwrap();
    assert_eq!(compared, Compared { changed: 1, ..Compared::default() });
    world.store.import_orders(&ebay(), &later, &Told::all(), &Import::default(), at(99)).await.unwrap();
    let shipped = content(&mut connection).await;
    assert_ne!(shipped, before);
    world.store.import_orders(&ebay(), &first, &Told::all(), &Import::default(), at(99)).await.unwrap();
    assert_eq!(content(&mut connection).await, shipped);
    world.assert_sound().await;
}

#[tokio::test]
async fn a_label_that_is_taken_gets_a_number_and_amazons_account_stays_home() {
    let world = World::new().await;
    world.store.add_account(&common::new_account("eBay")).await.unwrap();
    world
        .store
        .import_orders(&ebay(), &[order("04-1", 1, "UNSHIPPED")], &Told::all(), &Import::default(), at(0))
        .await
        .unwrap();
    world
        .store
        .import_orders(&ebay(), &[order("04-2", 1, "UNSHIPPED")], &Told::all(), &Import::default(), at(0))
        .await
        .unwrap();
    let labels: Vec<_> = world.store.accounts().await.unwrap().into_iter().map(|own| own.label).collect();
    assert_eq!(labels, ["shop", "eBay", "eBay 2"]);
}

#[tokio::test]
async fn the_home_currency_is_that_of_the_first_amazon_account() {
    let folder = tempfile::tempdir().unwrap();
    let store =
        packlight_store::Store::open(folder.path(), packlight_store::Access::Write, at(0)).await.unwrap();
    let mut ebay = ebay();
    ebay.marketplaces[0].currency = Some("EUR".parse().unwrap());
    store
        .import_orders(&ebay, &[order("04-1", 1, "UNSHIPPED")], &Told::all(), &Import::default(), at(0))
        .await
        .unwrap();
    assert_eq!(store.home_currency().await.unwrap().code(), "GBP");
    let mut japan = common::new_account("shop");
    japan.marketplaces.retain(|own| own.id == common::JP);
    store.add_account(&japan).await.unwrap();
    assert_eq!(store.home_currency().await.unwrap().code(), "JPY");
}

#[tokio::test]
async fn an_import_taken_back_leaves_no_trace_and_can_be_done_again() {
    let world = World::new().await;
    let told = Told::all();
    let known = [order("04-1", 1, "UNSHIPPED"), order("04-2", 2, "UNSHIPPED")];
    let first = world.store.import_orders(&ebay(), &known, &told, &Import::default(), at(0)).await.unwrap();
    let mut connection = raw(world.folder.path()).await;
    let before = content(&mut connection).await;

    // Two transactions of one import: 1,100 new orders, one that is shipped now and one as it was.
    let mut news: Vec<_> = (10..1_110).map(|at| order(&format!("04-{at}"), at, "UNSHIPPED")).collect();
    news.extend([order("04-1", 5, "SHIPPED"), known[1].clone()]);
    let mut import = Import { file: "orders.csv".into(), ..Import::default() };
    for part in news.chunks(1_000) {
        import = world.store.import_orders(&ebay(), part, &told, &import, at(1)).await.unwrap().import;
    }
    assert_eq!(import.compared, Compared { new: 1_100, changed: 1, unchanged: 1, ..Compared::default() });
    let acts = world.store.activity_acts(None, 10).await.unwrap();
    assert_eq!(acts[0].summary, "Imported 1100 orders from orders.csv, updated 1");
    assert_eq!((acts.len(), acts[0].acts, Some(acts[0].batch)), (2, 1_101, import.batch));
    world.assert_sound().await;
    let after = content(&mut connection).await;

    let undone = world.store.undo(import.batch.unwrap(), at(2)).await.unwrap();
    assert_eq!((undone.restored, undone.skipped, undone.stays), (1_101, 0, vec![]));
    assert_eq!(content(&mut connection).await, before);
    world.assert_sound().await;
    // The ids of what is gone are not given again: acts know them.
    let pending = [order("04-9", 9, "PENDING")];
    let other = world.store.import_orders(&ebay(), &pending, &told, &Import::default(), at(3)).await.unwrap();
    let redone = world.store.undo(undone.batch.unwrap(), at(4)).await.unwrap();
    assert_eq!((redone.restored, redone.skipped), (1_101, 0));
    world.store.undo(other.import.batch.unwrap(), at(5)).await.unwrap();
    assert_eq!(content(&mut connection).await, after);
    world.assert_sound().await;

    // What came in again by another file stays, and so does what it changed since.
    world.store.undo(redone.batch.unwrap(), at(6)).await.unwrap();
    let later = [order("04-1", 6, "SHIPPED"), order("04-10", 10, "UNSHIPPED")];
    world.store.import_orders(&ebay(), &later, &told, &Import::default(), at(7)).await.unwrap();
    let undo = world.store.activity_acts(None, 2).await.unwrap()[1].batch;
    let mut again = world.store.undo(undo, at(8)).await.unwrap();
    again.stays.sort();
    assert_eq!((again.restored, again.skipped), (1_099, 2));
    assert_eq!(again.stays, ["04-10: it has come in again since", "04-1: it has changed since"]);
    let gone = world.store.undo(first.import.batch.unwrap(), at(9)).await.unwrap();
    assert_eq!(gone.stays, ["04-1: it has changed since"]);
    world.assert_sound().await;
}
