//! Several sellers at one desk: each with its label, marketplaces and zones; one is changed or forgotten, the other stays.

use chrono::TimeDelta;
use packlight_domain::account::OrdersApi;
use packlight_engine::accounts::{AccountEdit, MarketplaceEdit};
use packlight_engine::{Code, SyncRequest};
use packlight_tests::world::{GB, World, connect_as, credentials, shop};

const DE: &str = "A1PA6795UKMFR9";

fn days(id: &str, zone: &str) -> MarketplaceEdit {
    MarketplaceEdit { id: id.into(), zone: Some(zone.into()) }
}

fn edit(label: &str, marketplaces: &[MarketplaceEdit]) -> AccountEdit {
    AccountEdit { label: label.into(), marketplaces: marketplaces.to_vec() }
}

#[tokio::test(start_paused = true)]
async fn an_account_gets_another_label_marketplace_and_zone() {
    let world = World::connected(shop(30, 5).marketplaces([GB, DE]), OrdersApi::V2026).await;
    world.synced().await;
    let engine = &world.engine;
    let id = engine.accounts().await.unwrap().remove(0).id;
    let before = engine.order_counts(None, None).await.unwrap().all;
    assert!(before < 30, "the orders of Germany are not read yet");

    let changed = engine.edit_account(
        id,
        edit(" My shop ", &[days(GB, "Europe/Dublin"), MarketplaceEdit { id: DE.into(), zone: None }]),
    );
    let changed = changed.await.unwrap();
    assert_eq!((changed.label.as_str(), changed.days.len()), ("My shop", 2));
    assert_eq!(changed.days.iter().find(|own| own.id == GB).unwrap().zone, "Europe/Dublin");
    assert_eq!(changed.days.iter().find(|own| own.id == DE).unwrap().zone, "Europe/Berlin");
    assert_eq!(changed.complete_up_to, None, "Germany has never been read");
    assert_eq!(engine.sync_status().accounts[0].label, "My shop");
    engine.sync(&SyncRequest::default()).await.unwrap();
    assert_eq!(engine.order_counts(None, None).await.unwrap().all, 30);

    // Taken away again, its orders stay.
    engine.edit_account(id, edit("My shop", &[days(GB, "Europe/London")])).await.unwrap();
    engine.sync(&SyncRequest::default()).await.unwrap();
    assert_eq!(engine.order_counts(None, None).await.unwrap().all, 30);

    for (wrong, message, about) in [
        (edit(" ", &[days(GB, "Europe/London")]), "the label must have 1 to 60 characters", "label"),
        (
            edit("My shop", &[days(GB, "Europe/Atlantis")]),
            "'Europe/Atlantis' is no time zone: choose one from the list, such as Europe/London",
            "zone",
        ),
    ] {
        let error = engine.edit_account(id, wrong).await.unwrap_err();
        assert_eq!(
            (error.code, error.message.as_str(), error.subject.as_deref()),
            (Code::BadInput, message, Some(about))
        );
    }
    let error = engine.edit_account(id, edit("My shop", &[])).await.unwrap_err();
    assert_eq!(error.subject.as_deref(), Some("marketplaces"), "{}", error.message);
    connect_as(engine, "Second", credentials(), OrdersApi::V2026, &[GB]).await.unwrap();
    let error = engine.edit_account(id, edit("SECOND", &[days(GB, "Europe/London")])).await.unwrap_err();
    assert_eq!(error.message, "an account called 'SECOND' exists already: choose another label");
}

#[tokio::test(start_paused = true)]
async fn one_of_two_sellers_is_forgotten() {
    let world = World::connected(shop(30, 5), OrdersApi::V2026).await;
    connect_as(&world.engine, "Second", credentials(), OrdersApi::V2026, &[GB]).await.unwrap();
    let engine = &world.engine;
    engine.sync(&SyncRequest::default()).await.unwrap();
    let accounts = engine.accounts().await.unwrap();
    let (kept, gone) = (accounts[0].id, accounts[1].id);
    assert_eq!(engine.order_counts(None, None).await.unwrap().all, 60);
    let preview = engine.forget_preview(gone).await.unwrap();
    assert_eq!((preview.label.as_str(), preview.orders), ("Second", 30));
    assert!(preview.lines >= 30);

    let error = engine.forget_account(gone, "Secnd").await.unwrap_err();
    assert_eq!(
        (error.code, error.message.as_str()),
        (Code::BadInput, "type the account's label, Second, to forget it")
    );
    assert_eq!(engine.order_counts(None, None).await.unwrap().all, 60);

    let forgotten = engine.forget_account(gone, "second ").await.unwrap();
    assert_eq!((forgotten.orders, forgotten.left), (30, None));
    let left = engine.accounts().await.unwrap();
    assert_eq!(left.iter().map(|account| account.id).collect::<Vec<_>>(), [kept]);
    assert_eq!(engine.order_counts(None, None).await.unwrap().all, 30);
    assert_eq!(engine.sync_status().accounts.len(), 1);
    assert_eq!(engine.forget_preview(gone).await.unwrap_err().code, Code::NotFound);

    // The other goes on, and the same seller can come back and is read anew.
    tokio::time::advance(TimeDelta::minutes(30).to_std().unwrap()).await;
    engine.sync(&SyncRequest::default()).await.unwrap();
    connect_as(engine, "Second", credentials(), OrdersApi::V2026, &[GB]).await.unwrap();
    engine.sync(&SyncRequest::default()).await.unwrap();
    assert_eq!(engine.order_counts(None, None).await.unwrap().all, 60);
}
