//! Orders of files in the store: the same ones again change no row, and their account is made with the first.

#![allow(missing_docs)]

mod common;

use common::{World, at, content, line, raw, rows};
use packlight_domain::account::Platform;
use packlight_domain::file_import::Told;
use packlight_domain::order::{Group, OrderUpdate, SourceRank};
use packlight_store::{AccountMarketplace, Compared, NewAccount, SecretsPlace};

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
    let changes = world.store.import_orders(&ebay(), &first, &Told::all(), at(0)).await.unwrap();
    assert_eq!(changes.compared, Compared { new: 1_100, ..Compared::default() });
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
    let changes = world.store.import_orders(&ebay(), &first, &Told::all(), at(99)).await.unwrap();
    assert_eq!(changes.compared, Compared { unchanged: 1_100, ..Compared::default() });
    assert_eq!(content(&mut connection).await, before);
    assert_eq!(rows(&mut connection, every_row).await, stored);

    // A later state wins, and the earlier one does not come back.
    let later = [order("04-7", 2_000, "SHIPPED")];
    let compared = world.store.compare_orders(Some(account.id), &later, &Told::all()).await.unwrap();
    assert_eq!(compared, Compared { changed: 1, ..Compared::default() });
    world.store.import_orders(&ebay(), &later, &Told::all(), at(99)).await.unwrap();
    let shipped = content(&mut connection).await;
    assert_ne!(shipped, before);
    world.store.import_orders(&ebay(), &first, &Told::all(), at(99)).await.unwrap();
    assert_eq!(content(&mut connection).await, shipped);
    world.assert_sound().await;
}

#[tokio::test]
async fn a_label_that_is_taken_gets_a_number_and_amazons_account_stays_home() {
    let world = World::new().await;
    world.store.add_account(&common::new_account("eBay")).await.unwrap();
    world.store.import_orders(&ebay(), &[order("04-1", 1, "UNSHIPPED")], &Told::all(), at(0)).await.unwrap();
    world.store.import_orders(&ebay(), &[order("04-2", 1, "UNSHIPPED")], &Told::all(), at(0)).await.unwrap();
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
    store.import_orders(&ebay, &[order("04-1", 1, "UNSHIPPED")], &Told::all(), at(0)).await.unwrap();
    assert_eq!(store.home_currency().await.unwrap().code(), "GBP");
    let mut japan = common::new_account("shop");
    japan.marketplaces.retain(|own| own.id == common::JP);
    store.add_account(&japan).await.unwrap();
    assert_eq!(store.home_currency().await.unwrap().code(), "JPY");
}
