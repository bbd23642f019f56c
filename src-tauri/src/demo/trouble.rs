//! Orders that need the seller himself: with these the demo shows every reason for which a line stays off a walk.
//!
//! They stand as they are for as long as the demo runs; all others move on.

use chrono::{DateTime, TimeDelta, Utc};
use packlight_domain::listing::ListRequest;
use packlight_domain::matching::OrderSelection;
use packlight_domain::page::{Place, Sort, SortKey};
use packlight_domain::picking::PickRequest;
use packlight_engine::{Engine, EngineError};
use packlight_spapi_sim::{Amazon, Draft, DraftLine, WorldError, stocked_sets};

/// How many orders are on a list that somebody walks already.
const WALKED_ORDERS: u32 = 2;

/// Places an order of an item without an ASIN, and one whose buyer asks to cancel.
pub(super) fn place(amazon: &Amazon, now: DateTime<Utc>) -> Result<(), WorldError> {
    let world = amazon.world();
    let bag = DraftLine {
        asin: None,
        ..DraftLine::new("LOOSE-KG", "LEGO loose bricks, mixed colours, washed, 1 kg bag", 1, 1_650)
    };
    let bricks = world.place(now - TimeDelta::hours(26), Draft::of([bag]))?;
    world.pay(&bricks, now - TimeDelta::hours(25))?;
    if let Some(set) = stocked_sets().next() {
        let line = DraftLine::new(&set.asin, &format!("LEGO {} {}", set.number, set.name), 1, set.pence);
        let regretted = world.place(now - TimeDelta::hours(5), Draft::of([line]))?;
        world.pay(&regretted, now - TimeDelta::hours(4))?;
        world.request_cancel(&regretted, now - TimeDelta::hours(1))?;
    }
    Ok(())
}

/// Starts a walk for the oldest orders that have their units.
pub(super) async fn walk(engine: &Engine) -> Result<(), EngineError> {
    let request = ListRequest {
        query: "status:paid is:fbm is:linked".to_owned(),
        platform: None,
        account: None,
        sort: Sort { key: SortKey::Date, descending: false },
        place: Place::First,
        limit: WALKED_ORDERS,
    };
    let orders = engine.list_orders(&request).await?.rows.into_iter().map(|order| order.id).collect();
    let wanted = PickRequest { orders: Some(OrderSelection::Ids(orders)), ..PickRequest::default() };
    engine.start_pick_run(&wanted).await?;
    Ok(())
}
