//! A laptop that is closed in the evening and opened in the morning, wherever its sync was just then: it catches up with the
//! night at once and in one go, within Amazon's limit, and the seller hears of it once.

use packlight_engine::events::Event;
use packlight_engine::status::SyncState;
use packlight_spapi_sim::Call;

use super::*;

/// Orders of an hour of the night.
const AN_HOUR: u32 = 6;
const MINUTE: TimeDelta = TimeDelta::minutes(1);

/// A shop whose first import is over, and its background.
async fn shop_at_night() -> (World, Running) {
    let world = World::connected(shop(300, 5), OrdersApi::V2026).await;
    let running = Running::start(&world, POLL);
    pass(&world, HOUR).await;
    running.stands(DeskState::Fine).await;
    assert_eq!(running.ears.heard(), []);
    (world, running)
}

/// Hours of sleep in which buyers buy. No moment of it is one in which the computer could do anything.
fn night(world: &World, hours: u32) -> DateTime<Utc> {
    for _ in 0..hours {
        placed(world, AN_HOUR);
        world.sleep(HOUR);
    }
    world.amazon.clear_calls();
    world.amazon.now()
}

/// Waits for the list page of a run that is its `pages`-th, or for its beginning.
async fn in_a_run(world: &World, pages: u32) {
    let mut events = world.engine.events().subscribe();
    let is_there =
        |state: &SyncState| matches!(state, SyncState::Running { pages: read, .. } if *read == pages);
    loop {
        match events.recv().await {
            Ok(Event::SyncChanged(status)) if is_there(&status.accounts[0].state) => return,
            // Lagging behind is fine: there is another run in five minutes.
            _ => {}
        }
    }
}

/// The calls for pages of orders after a sleep. A request that was on its way when the lid closed arrives with an access
/// token of then, which is refreshed: that one is not among them.
fn pages(world: &World) -> Vec<Call> {
    let calls = world.amazon.calls().into_iter();
    let (arrived, refused): (Vec<Call>, Vec<Call>) =
        calls.filter(|call| call.operation == Operation::SearchOrders).partition(|call| call.status != 403);
    assert!(refused.len() <= 1, "{refused:?}");
    arrived
}

/// How long after `woke` each of them was asked for.
fn lists(world: &World, woke: DateTime<Utc>) -> Vec<TimeDelta> {
    pages(world).iter().map(|call| call.at - woke).collect()
}

/// The sum of the orders that alerts of the kind "6 orders, £129.30" name; there are no others.
fn orders_in(titles: &[String]) -> u32 {
    let orders = |title: &String| title.split_once(" orders, ").unwrap().0.parse::<u32>().unwrap();
    titles.iter().map(orders).sum()
}

/// What is told next, while time passes bit by bit: a rest that is cut short would also cut the moment in which an alert
/// gathers what it tells.
async fn told(world: &World, running: &Running) -> Vec<String> {
    world.cuts_rests(false);
    let titles = running.ears.next_titles().await;
    world.cuts_rests(true);
    titles
}

async fn assert_complete(world: &World) {
    let (view, truth) = world.settled(world.amazon.now() - MINUTE * 3).await;
    assert!(truth.len() > 340, "{} lines", truth.len());
    assert_eq!(view, truth, "the copy is complete");
}

#[tokio::test(start_paused = true)]
async fn who_slept_between_two_polls_catches_up_at_once() {
    let (world, running) = shop_at_night().await;
    world.sleep_at_rest(HOUR).await;
    let woke = night(&world, 8);
    assert_eq!(told(&world, &running).await, ["48 orders, £1,034.40"]);
    assert!(world.amazon.now() - woke < MINUTE, "told {} after it woke", world.amazon.now() - woke);
    pass(&world, MINUTE * 16).await;
    running.supervisor.stop().await;

    // One page holds the night, and then it goes on as ever.
    let lists = lists(&world, woke);
    assert!(lists[0] < MINUTE, "{lists:?}");
    for pair in lists.windows(2) {
        let rest = pair[1] - pair[0];
        assert!((MINUTE * 5..MINUTE * 6).contains(&rest), "{lists:?}");
    }
    assert!((3..=5).contains(&lists.len()), "{lists:?}");
    assert_eq!(world.amazon.throttled(), 0, "{:?}", world.amazon.counts());
    assert_complete(&world).await;
    assert_eq!(running.ears.heard(), [], "nothing is told twice, and a sleep is no dead sync");
}

/// Whatever was read of before the sleep, the orders of the night are not five minutes late.
#[tokio::test(start_paused = true)]
async fn who_slept_when_a_poll_had_just_begun_catches_up_at_once() {
    let (world, running) = shop_at_night().await;
    in_a_run(&world, 0).await;
    let woke = night(&world, 8);
    assert_eq!(told(&world, &running).await, ["48 orders, £1,034.40"]);
    assert!(world.amazon.now() - woke < MINUTE, "told {} after it woke", world.amazon.now() - woke);
    pass(&world, MINUTE * 16).await;
    running.supervisor.stop().await;

    let lists = lists(&world, woke);
    let at_once = lists.iter().filter(|after| **after < MINUTE).count();
    assert!((1..=2).contains(&at_once), "what had begun, and one more: {lists:?}");
    assert!(lists[at_once] - lists[at_once - 1] >= MINUTE * 5, "{lists:?}");
    assert!(lists.len() <= at_once + 4, "{lists:?}");
    assert_eq!(world.amazon.throttled(), 0, "{:?}", world.amazon.counts());
    assert_complete(&world).await;
    assert_eq!(running.ears.heard(), []);
}

/// Falls asleep for so many hours with a list half read, and wakes; returns the first call for a page of it after that.
async fn sleeps_in_the_midst_of_a_list(hours: u32) -> Call {
    let (world, running) = shop_at_night().await;
    let before = 350;
    placed(&world, before);
    // Only a list as long as this one has a second page.
    in_a_run(&world, 2).await;
    let woke = night(&world, hours);
    let all = before + hours * AN_HOUR;
    let mut titles = told(&world, &running).await;
    while orders_in(&titles) < all {
        titles.extend(told(&world, &running).await);
    }
    assert!(world.amazon.now() - woke < MINUTE * 2, "told {} after it woke", world.amazon.now() - woke);
    assert_eq!(orders_in(&titles), all, "{titles:?}");
    assert!(titles.len() <= 2, "what the list brought, and the night: {titles:?}");
    pass(&world, MINUTE * 16).await;
    running.supervisor.stop().await;

    let lists = lists(&world, woke);
    let at_once = lists.iter().filter(|after| **after < MINUTE * 2).count();
    // A place that is refused, the list once more, and then the night; the orders of the last ten minutes are read twice.
    let most = usize::try_from(1 + before.div_ceil(100) + all.div_ceil(100)).unwrap();
    assert!(at_once <= most, "{at_once} pages of {all} orders: {lists:?}");
    assert!(lists[at_once] - lists[at_once - 1] >= MINUTE * 5, "{lists:?}");
    assert_eq!(world.amazon.throttled(), 0, "{:?}", world.amazon.counts());
    assert_complete(&world).await;
    assert_eq!(running.ears.heard(), []);
    pages(&world).swap_remove(0)
}

#[tokio::test(start_paused = true)]
async fn who_slept_in_the_midst_of_a_list_reads_on_where_it_was_and_catches_up() {
    let first = sleeps_in_the_midst_of_a_list(8).await;
    assert_eq!((first.page_token().is_some(), first.status), (true, 200), "{first:?}");
}

/// A place in a list is kept for a day.
#[tokio::test(start_paused = true)]
async fn who_slept_over_a_weekend_in_the_midst_of_a_list_reads_it_again_and_catches_up() {
    let first = sleeps_in_the_midst_of_a_list(60).await;
    assert_eq!((first.page_token().is_some(), first.status), (true, 400), "{first:?}");
}

/// Wakes to a network that comes back after `out`.
async fn wakes_without_a_network(out: TimeDelta) {
    let (world, running) = shop_at_night().await;
    world.sleep_at_rest(HOUR).await;
    world.unplug(true);
    let woke = night(&world, 8);
    pass(&world, out).await;
    assert_eq!(running.ears.heard(), [], "no alarm {out} after it woke");
    assert_eq!(world.amazon.calls(), []);
    world.unplug(false);
    let back = world.amazon.now();
    assert_eq!(told(&world, &running).await, ["48 orders, £1,034.40"]);
    let waited = world.amazon.now() - back;
    assert!(waited <= MINUTE * 2, "told {waited} after the network was back, out for {}", back - woke);
    running.stands(DeskState::Fine).await;
    assert_eq!(world.amazon.throttled(), 0, "{:?}", world.amazon.counts());
    running.stop().await;
}

/// A computer that wakes has no network yet.
#[tokio::test(start_paused = true)]
async fn who_wakes_a_minute_before_the_network_catches_up_when_it_is_there() {
    wakes_without_a_network(MINUTE).await;
}

#[tokio::test(start_paused = true)]
async fn who_wakes_in_a_train_raises_no_alarm_for_half_an_hour() {
    wakes_without_a_network(MINUTE * 28).await;
}

/// Patience begins anew with the morning, and ends.
#[tokio::test(start_paused = true)]
async fn who_wakes_without_a_network_for_long_is_told_after_half_an_hour() {
    let (world, running) = shop_at_night().await;
    world.sleep_at_rest(HOUR).await;
    world.unplug(true);
    let woke = night(&world, 8);
    let heard = running.ears.next().await;
    let told_after = world.amazon.now() - woke;
    assert!((MINUTE * 30..MINUTE * 37).contains(&told_after), "told {told_after} after it woke");
    let kinds: Vec<AlertKind> = heard.iter().map(|alert| alert.kind).collect();
    assert_eq!(kinds, [AlertKind::SyncDead], "{heard:?}");
    running.stands(DeskState::Late).await;
    running.stop().await;
}
