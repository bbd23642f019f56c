//! News: what is news, what is none, and that nothing is told twice.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "the helpers of tests may fail like tests"
)]

mod common;

use common::*;
use packlight_domain::account::Platform;
use packlight_domain::alert::News;
use packlight_domain::background::{AlertSettings, Background};
use packlight_domain::file_import::Told;
use packlight_domain::listing::OrderRowId;
use packlight_domain::order::OrderUpdate;
use packlight_domain::page::Sort;
use packlight_domain::view::{NewView, ViewId};
use packlight_store::{Access, Import, NewAccount, SecretsPlace, Store, Waiting, restore};

const DAY: i64 = 86_400;

/// Looks for news and tells it: its order numbers.
async fn told(world: &World, views: &[ViewId]) -> Vec<String> {
    world.store.gather_news(views, at(0)).await.unwrap();
    let waiting = world.store.waiting_news().await.unwrap();
    let ids: Vec<i64> = waiting.iter().map(|one| one.id).collect();
    world.store.mark_told(&ids, at(0)).await.unwrap();
    waiting
        .into_iter()
        .map(|one| match one.news {
            News::NewOrder { number, .. } => number,
            News::InView { name, number, .. } => format!("{name} {number}"),
            News::ViewTooLarge { name, .. } => format!("{name} is too large"),
            other => panic!("{other:?}"),
        })
        .collect()
}

/// A first import of one order up to second 1,000, and what is told of it.
async fn imported(views: &[ViewId]) -> World {
    let world = World::new().await;
    assert_eq!(told(&world, views).await, [""; 0]);
    let window = begin(&world, 0, 1_000).await;
    commit(&world, &page(window, &[order("203-1", 100)], Some("more"))).await;
    assert_eq!(told(&world, views).await, [""; 0], "in the middle of a first import");
    commit(&world, &page(window, &[order("203-2", 200)], None)).await;
    assert_eq!(told(&world, views).await, [""; 0], "at its end");
    world
}

#[tokio::test]
async fn orders_behind_the_first_import_are_news_once() {
    let world = imported(&[]).await;
    world.apply(&[order("203-3", 1_100), order("203-4", 1_200)]).await;
    assert_eq!(told(&world, &[]).await, ["203-3", "203-4"]);
    assert_eq!(told(&world, &[]).await, [""; 0]);
    let paid = OrderUpdate { total: Some(pounds(1)), ..order("203-3", 1_300) };
    world.apply(&[paid, order("203-1", 1_300)]).await;
    assert_eq!(told(&world, &[]).await, [""; 0], "a change is no new order");
    world.assert_sound().await;
}

#[tokio::test]
async fn the_past_and_what_has_left_already_is_no_news() {
    let world = imported(&[]).await;
    let mut shipped = order("203-5", 1_100);
    shipped.fulfillment.status = Some("SHIPPED".into());
    world.apply(&[order("203-3", -40 * DAY), order("203-4", -DAY / 2), shipped]).await;
    assert_eq!(told(&world, &[]).await, ["203-4"], "an order that Amazon listed late is new all the same");
}

/// Rows that an import gave back are given to the orders that come next.
#[tokio::test]
async fn an_order_in_the_place_of_one_that_was_taken_back_is_news() {
    let world = imported(&[]).await;
    let ebay = NewAccount {
        platform: Platform::Ebay,
        region: None,
        secrets: SecretsPlace::None,
        ..new_account("eBay")
    };
    let view = paid_view(&world).await;
    assert_eq!(told(&world, &[view]).await, [""; 0], "what is inside already");
    let of_a_file = [order("04-1", -40 * DAY), order("04-2", -40 * DAY)];
    let imported =
        world.store.import_orders(&ebay, &of_a_file, &Told::all(), &Import::default(), at(0)).await.unwrap();
    assert_eq!(told(&world, &[view]).await, [""; 0], "the past");
    // As when an order of a file enters a view later.
    let entered = News::InView {
        view,
        name: "Paid".into(),
        query: "status:paid".into(),
        order: OrderRowId(3),
        number: "04-1".into(),
    };
    world.store.note_news(&format!("view:{}:3", view.0), &entered, at(0)).await.unwrap();
    assert_eq!(told(&world, &[view]).await, ["Paid 04-1"]);
    world.store.undo(imported.import.batch.unwrap(), at(1)).await.unwrap();
    world.apply(&[order("203-3", 1_100)]).await;
    assert_eq!(told(&world, &[view]).await, ["203-3", "Paid 203-3"]);
}

#[tokio::test]
async fn a_restart_between_finding_and_telling_loses_nothing() {
    let world = imported(&[]).await;
    world.apply(&[order("203-3", 1_100)]).await;
    world.store.gather_news(&[], at(0)).await.unwrap();
    world.store.gather_news(&[], at(0)).await.unwrap();
    assert_eq!(world.store.waiting_news().await.unwrap().len(), 1);
    assert_eq!(told(&world, &[]).await, ["203-3"]);
}

/// Quiet hours: what waits is told as it is in the morning.
#[tokio::test]
async fn what_waits_is_told_as_it_is_by_then() {
    let world = imported(&[]).await;
    let unpriced = OrderUpdate { total: None, ..order("203-4", 1_100) };
    world.apply(&[order("203-3", 1_100), unpriced]).await;
    world.store.gather_news(&[], at(0)).await.unwrap();
    let mut cancelled = order("203-3", 1_200);
    cancelled.fulfillment.status = Some("CANCELLED".into());
    let priced = OrderUpdate { total: Some(pounds(25)), ..order("203-4", 1_200) };
    world.apply(&[cancelled, priced]).await;
    world.store.gather_news(&[], at(0)).await.unwrap();
    let waiting = world.store.waiting_news().await.unwrap();
    let [Waiting { news: News::NewOrder { number, total, .. }, .. }] = &waiting[..] else {
        panic!("{waiting:?}")
    };
    assert_eq!((number.as_str(), *total), ("203-4", Some(pounds(25))));
    assert_eq!(told(&world, &[]).await, ["203-4"]);
    assert_eq!(told(&world, &[]).await, [""; 0]);
}

#[tokio::test]
async fn a_database_of_before_this_has_no_old_news() {
    let world = World::new().await;
    let window = begin(&world, 0, 1_000).await;
    commit(&world, &page(window, &[order("203-1", 100)], None)).await;
    assert_eq!(told(&world, &[]).await, [""; 0]);
    world.apply(&[order("203-2", 1_100)]).await;
    assert_eq!(told(&world, &[]).await, ["203-2"]);
}

async fn paid_view(world: &World) -> ViewId {
    let view = NewView { name: "Paid".into(), query: "status:paid".into(), sort: Sort::default() };
    world.store.add_view(&view, at(0)).await.unwrap().view.id
}

#[tokio::test]
async fn an_order_that_enters_a_view_is_news_once() {
    let world = imported(&[]).await;
    let view = paid_view(&world).await;
    assert_eq!(told(&world, &[view]).await, [""; 0], "what is inside already");
    let mut pending = order("203-3", 1_100);
    pending.fulfillment.status = Some("PENDING".into());
    world.apply(&[pending, order("203-9", -40 * DAY)]).await;
    assert_eq!(told(&world, &[view]).await, ["203-3"], "the past stays silent in views too");
    world.apply(&[order("203-3", 1_200)]).await;
    assert_eq!(told(&world, &[view]).await, ["Paid 203-3"]);
    let mut shipped = order("203-3", 1_300);
    shipped.fulfillment.status = Some("SHIPPED".into());
    world.apply(&[shipped]).await;
    world.apply(&[order("203-3", 1_400)]).await;
    assert_eq!(told(&world, &[view]).await, [""; 0], "once");
    world.apply(&[order("203-4", 1_500)]).await;
    assert_eq!(told(&world, &[]).await, ["203-4"]);
    assert_eq!(told(&world, &[view]).await, [""; 0], "what came while its alerts were off");
}

#[tokio::test]
async fn a_first_import_raises_no_view() {
    let world = World::new().await;
    let view = paid_view(&world).await;
    assert_eq!(told(&world, &[view]).await, [""; 0]);
    let window = begin(&world, 0, 1_000).await;
    commit(&world, &page(window, &[order("203-1", 100)], Some("more"))).await;
    assert_eq!(told(&world, &[view]).await, [""; 0]);
    commit(&world, &page(window, &[order("203-2", 200)], None)).await;
    assert_eq!(told(&world, &[view]).await, [""; 0]);
    world.apply(&[order("203-3", 1_100)]).await;
    assert_eq!(told(&world, &[view]).await, ["203-3", "Paid 203-3"]);
}

#[tokio::test]
async fn what_a_restored_database_is_told_again_is_no_news() {
    let world = imported(&[]).await;
    let view = paid_view(&world).await;
    let mut pending = order("203-3", 1_100);
    pending.fulfillment.status = Some("PENDING".into());
    world.apply(&[pending]).await;
    // It waits in the backup, and is told before that is put back.
    world.store.gather_news(&[view], at(0)).await.unwrap();
    let backup = world.folder.path().join("monday.db");
    world.store.back_up(&backup, false, at(0)).await.unwrap();
    world.apply(&[order("203-3", 1_200), order("203-4", 1_300)]).await;
    assert_eq!(told(&world, &[view]).await, ["203-3", "203-4", "Paid 203-3", "Paid 203-4"]);
    world.store.close().await;
    restore(world.folder.path(), &backup, at(3_600)).await.unwrap();
    let store = Store::open(world.folder.path(), Access::Write, at(3_600)).await.unwrap();
    let world = World { store, ..world };
    assert_eq!(told(&world, &[view]).await, [""; 0], "at the start");
    for (from, to, number) in [(1_000, 2_000, "203-4"), (2_000, 3_500, "203-5")] {
        let window = begin(&world, from, to).await;
        commit(&world, &page(window, &[order("203-3", 1_200), order(number, to - 100)], Some("more"))).await;
        assert_eq!(told(&world, &[view]).await, [""; 0], "in the middle of reading again up to {to}");
        commit(&world, &page(window, &[], None)).await;
        assert_eq!(told(&world, &[view]).await, [""; 0], "read again up to {to}");
    }
    world.apply(&[order("203-6", 3_600)]).await;
    assert_eq!(told(&world, &[view]).await, ["203-6", "Paid 203-6"]);
    world.assert_sound().await;
}

#[tokio::test]
async fn news_that_is_true_no_longer_is_taken_back() {
    let world = World::new().await;
    let news = News::SecretExpires { account: "Shop".into(), days: 3 };
    assert!(world.store.note_news("secret:1:5", &news, at(0)).await.unwrap());
    assert!(!world.store.note_news("secret:1:5", &news, at(9)).await.unwrap());
    assert!(world.store.note_news("secret:11:5", &news, at(0)).await.unwrap());
    world.store.take_back_news("secret:1:", Some(at(0))).await.unwrap();
    assert_eq!(world.store.waiting_news().await.unwrap().len(), 2, "none was found before that");
    world.store.take_back_news("secret:1:", None).await.unwrap();
    assert_eq!(world.store.waiting_news().await.unwrap().len(), 1);
}

#[tokio::test]
async fn settings_of_several_parts_are_acts_and_a_broken_text_is_none() {
    let world = World::new().await;
    assert_eq!(world.store.setting::<Background>().await.unwrap(), Background::default());
    let hourly = Background { sync_minutes: 60, ..Background::default() };
    let batch =
        world.store.set_setting(&hourly, "Read orders every 60 minutes", at(0)).await.unwrap().unwrap();
    assert_eq!(world.store.set_setting(&hourly, "", at(0)).await.unwrap(), None);
    assert_eq!(world.store.setting::<Background>().await.unwrap(), hourly);
    world.store.undo(batch, at(1)).await.unwrap();
    assert_eq!(world.store.setting::<Background>().await.unwrap(), Background::default());
    let mut raw = world.raw().await;
    let older_and_newer = r#"{"keep_in_tray":false,"of_tomorrow":1}"#;
    for text in ["{", r#"{"sync_minutes":0}"#, "[]", older_and_newer] {
        sqlx::query("INSERT INTO settings VALUES ('background', ?1) ON CONFLICT DO UPDATE SET value = ?1")
            .bind(text)
            .execute(&mut raw)
            .await
            .unwrap();
        let keep_in_tray = text != older_and_newer;
        let expected = Background { keep_in_tray, ..Background::default() };
        assert_eq!(world.store.setting::<Background>().await.unwrap(), expected, "{text}");
    }
    assert_eq!(world.store.setting::<AlertSettings>().await.unwrap(), AlertSettings::default());
}

fn cancelled(id: &str, second: i64) -> OrderUpdate {
    let mut update = order(id, second);
    update.fulfillment.status = Some("CANCELLED".into());
    update
}

#[tokio::test]
async fn a_view_that_grows_too_large_says_so_once_and_is_watched_again_when_it_is_smaller() {
    let world = imported(&[]).await;
    let paid = paid_view(&world).await;
    let number = NewView { name: "Number".into(), query: "204-".into(), sort: Sort::default() };
    let number = world.store.add_view(&number, at(0)).await.unwrap().view.id;
    let too_large = async || world.store.too_large_for_alerts(&[paid, number], at(0)).await.unwrap();
    assert_eq!(told(&world, &[paid]).await, [""; 0], "what is inside already");
    // With the two of the first import as many as may be, and a view by text that holds one more; all of them from the past.
    let most = packlight_store::MAX_IN_ALERT_VIEW;
    let many: Vec<OrderUpdate> = (0..=most)
        .map(|one| if one < 3 { cancelled } else { order }(&format!("204-{one}"), -40 * DAY))
        .collect();
    world.apply(&many).await;
    assert_eq!(told(&world, &[paid]).await, [""; 0], "the past");
    assert_eq!(too_large().await, [(number, "Number".to_owned())]);

    world.apply(&[order("203-3", 1_100)]).await;
    assert_eq!(told(&world, &[paid]).await, ["203-3", "Paid is too large"]);
    assert_eq!(too_large().await, [(paid, "Paid".to_owned()), (number, "Number".to_owned())]);
    world.apply(&[order("203-4", 1_100)]).await;
    assert_eq!(told(&world, &[paid]).await, ["203-4"], "said once");

    world.apply(&[cancelled("203-1", 1_200), cancelled("203-2", 1_200), cancelled("203-3", 1_200)]).await;
    assert_eq!(told(&world, &[paid]).await, [""; 0], "what came meanwhile is no news");
    assert_eq!(too_large().await, [(number, "Number".to_owned())]);
    world.apply(&[order("203-5", 1_100)]).await;
    assert_eq!(told(&world, &[paid]).await, ["203-5", "Paid 203-5"], "watched again");
    world.apply(&[order("203-6", 1_100)]).await;
    assert_eq!(told(&world, &[paid]).await, ["203-6", "Paid is too large"], "it has grown once more");
}
