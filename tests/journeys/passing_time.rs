//! What the clock alone changes, over days of a seller whose orders move on: a window that reads again only when it is told to
//! never shows counts of a time that is over.

use chrono::TimeDelta;
use packlight_domain::account::OrdersApi;
use packlight_engine::events::{CacheTag, Event};
use packlight_engine::{POLL, Supervisor};
use packlight_spapi_sim::Seller;
use packlight_tests::world::{World, begin, shop};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};

/// Some polls.
const PATIENCE: TimeDelta = TimeDelta::minutes(20);

/// Whether an event says that counts are out of date.
fn tells(event: &Event) -> bool {
    matches!(event, Event::DataChanged(tags) if tags.contains(&CacheTag::Counts))
}

/// The same of all events that wait.
fn told(events: &mut Receiver<Event>) -> bool {
    let mut told = false;
    loop {
        match events.try_recv() {
            Ok(event) => told |= tells(&event),
            Err(TryRecvError::Lagged(_)) => told = true,
            Err(_) => return told,
        }
    }
}

/// Lives through `days` with a window that reads its counts when it is told to; compares them after each poll. Returns how
/// often it was told after the first import.
async fn live(seller: Seller, days: i64) -> u32 {
    let world = World::connected(seller, OrdersApi::V2026).await;
    let mut events = world.engine.events().subscribe();
    let supervisor = Supervisor::start(world.engine.clone(), POLL);
    world.until(world.amazon.now() + TimeDelta::hours(1)).await;
    told(&mut events);
    let mut shown = world.engine.view_counts(None).await.unwrap();
    let (mut news, mut compared) = (0, 0);
    let end = world.amazon.now() + TimeDelta::days(days);
    while world.amazon.now() < end {
        let mut is_told = match events.recv().await {
            Ok(event) => tells(&event),
            Err(RecvError::Lagged(_)) => true,
            Err(error) => panic!("{error}"),
        };
        is_told |= told(&mut events);
        let present = world.engine.view_counts(None).await.unwrap();
        // What is told while it is read is read again the next time.
        if told(&mut events) || is_told {
            news += 1;
            shown = world.engine.view_counts(None).await.unwrap();
            continue;
        }
        compared += 1;
        if shown != present {
            // Time goes on in strides here, and whoever tells may be reading just now.
            let since = world.amazon.now();
            while !tells(&events.recv().await.unwrap()) {
                assert!(
                    world.amazon.now() - since <= PATIENCE,
                    "{shown:?} is shown since {since}, {present:?} is so"
                );
            }
            news += 1;
            shown = world.engine.view_counts(None).await.unwrap();
        }
    }
    supervisor.stop().await;
    assert!(compared > 100, "{compared}");
    news
}

#[tokio::test(start_paused = true)]
async fn counts_of_the_demo_seller_are_never_behind() {
    live(Seller::demo(begin()).history_days(25), 1).await;
}

/// Where no order changes, it is told of ship times and midnights, and of nothing else.
#[tokio::test(start_paused = true)]
async fn counts_of_a_shop_that_stands_still_are_never_behind() {
    let news = live(shop(200, 5), 3).await;
    assert!((3..100).contains(&news), "told {news} times in three days");
}
