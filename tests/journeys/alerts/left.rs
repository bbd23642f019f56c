//! What waits to be told of an account that is left meanwhile.

use packlight_engine::accounts::AccountView;

use super::*;

/// The test world's clock on the wall is London's, in winter the same as UTC.
async fn quiet_at_night(world: &World) {
    let quiet_hours = Some(QuietHours { from: 22 * 60, to: 7 * 60 });
    let settings = AlertSettings { quiet_hours, ..AlertSettings::default() };
    world.engine.set_alert_settings(&settings).await.unwrap();
}

async fn account(world: &World) -> AccountView {
    world.engine.accounts().await.unwrap().remove(0)
}

async fn waiting(store: &packlight_store::Store) -> Vec<AlertKind> {
    store.waiting_news().await.unwrap().iter().map(|waiting| waiting.news.kind()).collect()
}

/// Lets the end of the quiet hours pass. Nothing happens any more that would tell how late it is, but alerts are looked for
/// every minute.
async fn in_the_morning(world: &World, quiet_until: DateTime<Utc>) {
    tokio::time::advance((quiet_until - world.amazon.now()).to_std().unwrap()).await;
    tokio::time::sleep(Duration::from_mins(3)).await;
}

#[tokio::test(start_paused = true)]
async fn an_account_that_was_disconnected_in_quiet_hours_is_no_news_in_the_morning() {
    let world = World::connected(shop(0, 5), OrdersApi::V2026).await;
    quiet_at_night(&world).await;
    // Polls that a jump over months leaves out are none that failed.
    let days_later = (world.amazon.now() + DAY * 155).date_naive();
    let night = days_later.and_hms_opt(23, 0, 0).unwrap().and_utc();
    tokio::time::advance((night - world.amazon.now()).to_std().unwrap()).await;
    world.amazon.deny(Role::Orders);
    // Opened while nobody writes.
    let store = world.store().await;
    let running = Running::start(&world, POLL);
    world.until(night + HOUR * 2).await;
    assert_eq!(running.ears.heard(), [], "it is quiet");
    let kinds = waiting(&store).await;
    assert!(kinds.contains(&AlertKind::SyncDead) && kinds.contains(&AlertKind::Credentials), "{kinds:?}");

    world.engine.remove_account(account(&world).await.id).await.unwrap();
    assert_eq!(waiting(&store).await, []);
    running.stands(DeskState::Fine).await;
    in_the_morning(&world, night + HOUR * 8).await;
    assert_eq!(running.ears.heard(), [], "who is not there any more needs nothing");
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn orders_of_an_account_that_was_forgotten_in_quiet_hours_are_no_news_in_the_morning() {
    let world = World::connected(shop(20, 5), OrdersApi::V2026).await;
    quiet_at_night(&world).await;
    let store = world.store().await;
    let running = Running::start(&world, POLL);
    let evening = world.amazon.now().date_naive().and_hms_opt(22, 30, 0).unwrap().and_utc();
    world.until(evening).await;
    let before = running.alerting.standing().borrow().new_today;
    placed(&world, 3);
    let mut standing = running.alerting.standing();
    let counted = standing.wait_for(|standing| standing.new_today == before + 3);
    assert!(tokio::time::timeout(Duration::from_hours(1), counted).await.is_ok(), "the tray counts them");
    assert_eq!(waiting(&store).await, [AlertKind::NewOrders; 3]);

    let AccountView { id, label, .. } = account(&world).await;
    let forgotten = world.engine.forget_account(id, &label).await.unwrap();
    assert_eq!(forgotten.orders, 23);
    assert_eq!(waiting(&store).await, []);
    let counted = standing.wait_for(|standing| standing.new_today == 0 && !standing.is_connected);
    assert!(tokio::time::timeout(Duration::from_hours(1), counted).await.is_ok(), "the tray forgets them");
    in_the_morning(&world, evening + HOUR * 8 + HOUR / 2).await;
    assert_eq!(running.ears.heard(), [], "nobody knows these orders any more");
    running.stop().await;
}
