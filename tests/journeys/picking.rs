//! Pick lists in one process with Amazon: what they hold, and what Amazon's changes do to them.

use std::time::Duration;

use packlight_domain::account::OrdersApi;
use packlight_domain::picking::{ExceptionReason, PickMark, PickRequest, PickState};
use packlight_domain::stock::UnitDraft;
use packlight_engine::Code;
use packlight_engine::events::{CacheTag, Event};
use packlight_spapi_sim::{CancelledBy, Draft, DraftLine};
use packlight_tests::world::{GB, World, shop};

/// A Falcon in a place.
fn falcon(place: &str) -> UnitDraft {
    UnitDraft {
        set_number: "75192".into(),
        name: "Millennium Falcon".into(),
        condition: "New".into(),
        storage_location: Some(place.into()),
        ..UnitDraft::default()
    }
}

#[tokio::test(start_paused = true)]
async fn an_order_that_amazon_cancels_leaves_the_open_list_and_the_seller_is_told_at_once() {
    let world = World::new(shop(0, 3), Duration::from_millis(800)).await;
    world.connect(OrdersApi::V2026, &[GB]).await.unwrap();
    let engine = &world.engine;
    let place = || {
        let draft = Draft::of([DraftLine::new("B07JPLG4BS", "LEGO 75192 Millennium Falcon", 1, 59_999)]);
        let id = world.amazon.world().place(world.amazon.now(), draft).unwrap();
        world.amazon.world().pay(&id, world.amazon.now()).unwrap();
        id
    };
    let (doomed, other) = (place(), place());
    tokio::time::advance(Duration::from_mins(10)).await;
    world.synced().await;
    for shelf in ["S49", "S5"] {
        engine.add_units(&falcon(shelf), 1).await.unwrap();
    }
    engine.map_number("B07JPLG4BS", true, "75192", "New").await.unwrap();

    let request = PickRequest::default();
    let list = engine.plan_pick_list(&request).await.unwrap();
    let walk: Vec<_> = list.groups.iter().map(|group| group.heading.as_str()).collect();
    assert_eq!((walk, list.totals.orders, list.record), (vec!["S5", "S49"], 2, None));
    assert!(list.data_as_of_text.as_deref().is_some_and(|text| text.ends_with(" GMT")), "{list:?}");
    let mut news = engine.events().subscribe();
    let started = engine.start_pick_run(&request).await.unwrap();
    assert_eq!(started.entry.id, list.id);
    let Event::DataChanged(tags) = news.recv().await.unwrap() else { panic!("the data changed") };
    assert!(tags.contains(&CacheTag::PickLists) && tags.contains(&CacheTag::Inventory), "{tags:?}");
    assert_eq!(engine.plan_pick_list(&request).await.unwrap().record, Some(started.entry.record));

    world.amazon.world().cancel(&doomed, world.amazon.now(), CancelledBy::Buyer).unwrap();
    tokio::time::advance(Duration::from_mins(10)).await;
    world.synced().await;
    let told: Vec<_> = std::iter::from_fn(|| news.try_recv().ok())
        .filter_map(|event| match event {
            Event::OrderStruck(struck) => Some(struck),
            _ => None,
        })
        .collect();
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].message, format!("{doomed} was cancelled: take it off list {}", list.id));
    let run = engine.pick_run(started.entry.record).await.unwrap();
    let marks: Vec<_> = run.stops.iter().map(|stop| (stop.platform_order_id == doomed, stop.mark)).collect();
    assert!(
        marks.contains(&(true, PickMark::Struck)) && marks.contains(&(false, PickMark::Open)),
        "{marks:?}"
    );

    // What is left is taken by the scanner, and the list is done.
    let scanned = engine.scan_pick(started.entry.record, &other).await.unwrap();
    assert_eq!((scanned.entry.state, scanned.entry.picked, scanned.entry.struck), (PickState::Done, 1, 1));
    let next = engine.plan_pick_list(&request).await.unwrap();
    assert_eq!(next.exceptions[0].reason, ExceptionReason::AlreadyPicked);
    assert_eq!(engine.start_pick_run(&request).await.unwrap_err().code, Code::NotPossible);
    // Not by hand.
    let struck = engine.mark_picked(started.entry.record, vec![0], PickMark::Struck).await.unwrap_err();
    assert_eq!((struck.code, struck.subject.as_deref()), (Code::BadInput, Some("mark")));
    assert_eq!(
        engine.pick_run(packlight_domain::picking::PickListId(77)).await.unwrap_err().code,
        Code::NotFound
    );
    let report = engine.check().await.unwrap();
    assert!(report.ok, "{report:?}");
}
