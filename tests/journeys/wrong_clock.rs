//! A computer whose clock is hours off, while Amazon's sign-in does not say what time it is: nothing counts as read that
//! was not, and what changed is found by the next sync (F17, F18).

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use packlight_domain::account::OrdersApi;
use packlight_spapi_sim::{Draft, DraftLine, Fault, Injection, Operation};
use packlight_tests::database;
use packlight_tests::world::{World, begin, set_clock_wrong, shop};

const HOUR: TimeDelta = TimeDelta::hours(1);

/// Bounds of the lists that were asked for since the last look, the first with each page token left out.
fn bounds(world: &World) -> Vec<(DateTime<Utc>, Option<DateTime<Utc>>)> {
    let calls = world.amazon.calls();
    world.amazon.clear_calls();
    let lists = calls
        .iter()
        .filter(|call| matches!(call.operation, Operation::SearchOrders | Operation::GetOrdersV0))
        .filter(|call| call.parameter("paginationToken").or_else(|| call.parameter("NextToken")).is_none());
    lists
        .map(|call| {
            let bound = |name: &str| {
                let found = call.query.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
                found.map(|(_, text)| text.parse().unwrap())
            };
            (bound("lastUpdatedAfter").unwrap(), bound("lastUpdatedBefore"))
        })
        .collect()
}

async fn complete_up_to(world: &World) -> DateTime<Utc> {
    world.engine.accounts().await.unwrap()[0].complete_up_to.unwrap()
}

/// A world whose program is started anew, with its clock so much wrong, and whose Amazon does not say the time where told.
async fn astray(by: TimeDelta, api: OrdersApi, silent: &[Injection]) -> World {
    set_clock_wrong(TimeDelta::zero());
    let world = World::connected(shop(230, 13), api).await;
    for fault in silent {
        world.amazon.inject(fault.clone());
    }
    set_clock_wrong(by);
    let world = world.restarted().await;
    world.amazon.clear_calls();
    world
}

fn place(world: &World) -> String {
    let draft = Draft::of([DraftLine::new("B0SIMTEST1", "Bonsai", 1, 999)]);
    world.amazon.world().place(world.amazon.now(), draft).unwrap()
}

/// Which answers say nothing of the time.
#[derive(Debug, Clone, Copy)]
enum Silent {
    SignIn,
    All,
}

async fn nothing_is_lost(api: OrdersApi, hours: i32, silent: Silent) {
    let mute = || Injection::from(Fault::NoDate);
    let mut world = match silent {
        Silent::SignIn => astray(HOUR * hours, api, &[mute().on(Operation::Token)]).await,
        Silent::All => astray(HOUR * hours, api, &[mute().on(Operation::Token), mute()]).await,
    };
    let at_first = world.amazon.now();
    world.synced().await;
    let asked = bounds(&world);
    // A clock that is ahead begins too late, which the first page tells: one call more, once.
    assert_eq!(asked.len(), if hours > 0 { 2 } else { 1 }, "{asked:?}");
    assert_eq!(asked[0].1, None, "the end is Amazon's affair");
    // Amazon's own end lies two minutes back.
    let reach = TimeDelta::days(30) + TimeDelta::minutes(2);
    assert!(asked.last().unwrap().0 <= at_first - reach + TimeDelta::minutes(1), "{asked:?}");
    let true_end = world.amazon.now() - TimeDelta::minutes(2);
    let complete = complete_up_to(&world).await;
    assert!(complete <= true_end && true_end - complete < TimeDelta::minutes(1), "{complete}");

    // What is sold meanwhile is found by the next sync, of the same program or of a new one.
    for anew in [false, true] {
        tokio::time::advance(Duration::from_mins(30)).await;
        let order = place(&world);
        tokio::time::advance(Duration::from_mins(10)).await;
        if anew {
            world = world.restarted().await;
        }
        let report = world.synced().await;
        assert_eq!(report.sum.orders_new, 1, "{anew}");
        assert!(world.engine.find_order(None, &order).await.is_ok(), "{anew}");
        assert_eq!(bounds(&world).len(), 1, "{anew}");
        assert_eq!(world.amazon.throttled(), 0, "{anew}");
    }
    if api == OrdersApi::V2026 {
        assert_eq!(database::view(world.folder()).await, database::sorted(world.amazon.truth()));
    }
}

// A test each: the computer's clock runs on from world to world.
macro_rules! nothing_is_lost {
    ($($name:ident: $api:ident, $hours:literal, $silent:ident;)*) => {$(
        #[tokio::test(start_paused = true)]
        async fn $name() {
            nothing_is_lost(OrdersApi::$api, $hours, Silent::$silent).await;
        }
    )*};
}

nothing_is_lost! {
    a_clock_ahead_of_a_silent_sign_in_loses_nothing: V2026, 2, SignIn;
    a_clock_behind_a_silent_sign_in_loses_nothing: V2026, -2, SignIn;
    a_clock_ahead_of_a_silent_amazon_loses_nothing: V2026, 2, All;
    a_clock_behind_a_silent_amazon_loses_nothing: V2026, -2, All;
    with_v0_a_clock_ahead_of_a_silent_sign_in_loses_nothing: V0, 2, SignIn;
    with_v0_a_clock_behind_a_silent_sign_in_loses_nothing: V0, -2, SignIn;
    with_v0_a_clock_ahead_of_a_silent_amazon_loses_nothing: V0, 2, All;
    with_v0_a_clock_behind_a_silent_amazon_loses_nothing: V0, -2, All;
}

/// A half-read window whose end was left to Amazon goes on with the same question.
#[tokio::test(start_paused = true)]
async fn a_list_without_an_end_goes_on_after_a_restart() {
    let mute = Injection::from(Fault::NoDate).on(Operation::Token);
    let world = astray(-HOUR * 2, OrdersApi::V2026, &[mute]).await;
    world.amazon.inject(Injection::from(Fault::ServerError(500)).on(Operation::SearchOrders).after(2));
    world.sync().await.unwrap_err();
    world.amazon.lift_all();
    world.amazon.inject(Injection::from(Fault::NoDate).on(Operation::Token));
    tokio::time::advance(Duration::from_mins(1)).await;
    let world = world.restarted().await;
    world.amazon.clear_calls();
    world.synced().await;
    assert_eq!(world.amazon.count(Operation::SearchOrders), 1, "{:?}", world.amazon.calls());
    assert_eq!(database::view(world.folder()).await, database::sorted(world.amazon.truth()));
    // The end that the first page had.
    let complete = complete_up_to(&world).await;
    assert!(
        complete < begin() - TimeDelta::minutes(1) && complete >= begin() - TimeDelta::minutes(2),
        "{complete}"
    );
}
