//! A buyer who changes their mind while the seller stands at the shelf.

use packlight_domain::picking::PickRequest;
use packlight_domain::stock::UnitDraft;
use packlight_spapi_sim::CancelledBy;

use super::*;

const ASIN: &str = "B0SIMTEST1";

#[tokio::test(start_paused = true)]
async fn a_buyer_who_asks_to_cancel_and_then_does_is_told_of_twice_and_no_more() {
    let world = World::connected(shop(0, 3), OrdersApi::V2026).await;
    let engine = &world.engine;
    let bonsai = UnitDraft {
        set_number: "10281".into(),
        name: "Bonsai".into(),
        condition: "New".into(),
        storage_location: Some("S5".into()),
        ..UnitDraft::default()
    };
    engine.add_units(&bonsai, 2).await.unwrap();
    engine.map_number(ASIN, true, "10281", "New").await.unwrap();
    let running = Running::start(&world, POLL);
    pass(&world, HOUR).await;
    // Two orders are on the list, and the other one is no news.
    let doomed = placed(&world, 2).remove(0);
    assert_eq!(running.ears.next_titles().await, ["2 orders, £43.10"]);
    let row = engine.find_order(None, &doomed).await.unwrap().row.id;
    let list = engine.start_pick_run(&PickRequest::default()).await.unwrap().entry;
    assert_eq!((list.totals.orders, list.picked), (2, 0), "{list:?}");
    pass(&world, HOUR).await;
    assert_eq!(running.ears.heard(), [], "a list is no news");

    let now = world.amazon.now();
    world.amazon.world().request_cancel(&doomed, now).unwrap();
    let heard = running.ears.next().await;
    let asks = Alert {
        kind: AlertKind::Cancellation,
        title: format!("The buyer of {doomed} asks to cancel"),
        body: format!("It is on pick list {}: set it aside and answer in Seller Central", list.id),
        target: Target::Order { order: row },
    };
    assert_eq!(heard, [asks]);
    pass(&world, HOUR * 2).await;
    assert_eq!(running.ears.heard(), [], "asking is told once");

    let now = world.amazon.now();
    world.amazon.world().cancel(&doomed, now, CancelledBy::Buyer).unwrap();
    let heard = running.ears.next().await;
    let cancelled = Alert {
        kind: AlertKind::Cancellation,
        title: format!("{doomed} was cancelled"),
        body: format!("Take it off pick list {}", list.id),
        target: Target::Order { order: row },
    };
    assert_eq!(heard, [cancelled]);
    pass(&world, HOUR * 2).await;
    assert_eq!(running.ears.heard(), [], "and so is the end");
    running.stop().await;
}
