//! Reports while Packlight is paused, and while the computer sleeps.

use chrono::{DateTime, Utc};
use packlight_domain::background::PauseFor;
use packlight_engine::reports::ReportView;
use packlight_engine::{POLL, Supervisor};
use tokio::task::JoinHandle;

use super::*;

const MINUTE: TimeDelta = TimeDelta::minutes(1);
const HOUR: TimeDelta = TimeDelta::hours(1);

/// Lets time pass in steps, with room after each for what is due.
async fn pass(world: &World, time: TimeDelta) {
    let end = world.amazon.now() + time;
    while world.amazon.now() < end {
        tokio::time::advance(Duration::from_secs(20)).await;
        moment().await;
        moment().await;
    }
}

/// Lets time pass until `condition` holds, and tells how much.
async fn passes_until(world: &World, condition: impl AsyncFn() -> bool) -> TimeDelta {
    let begun = world.amazon.now();
    while !condition().await {
        pass(world, TimeDelta::seconds(1)).await;
    }
    world.amazon.now() - begun
}

/// Asks for the listings, and lets it go on until Amazon makes the report. Amazon takes `for_so_long`.
async fn under_way(world: &World, for_so_long: Duration) -> JoinHandle<Result<ListingsReport, EngineError>> {
    world.amazon.clear_calls();
    world.amazon.inject(Fault::ReportStuck(for_so_long).once());
    let engine = world.engine.clone();
    let fetching = tokio::spawn(async move { engine.fetch_listings().await });
    let looked = async {
        while world.amazon.count(Operation::GetReport) == 0 {
            moment().await;
        }
    };
    through(world, looked).await;
    fetching
}

/// Pauses, and forgets the calls until a look that had begun has surely ended.
async fn pause(world: &World, how_long: PauseFor) -> DateTime<Utc> {
    let until = world.engine.pause(how_long).await.unwrap();
    pass(world, MINUTE * 5).await;
    world.amazon.clear_calls();
    until
}

async fn view(world: &World) -> ReportView {
    world.engine.reports(ReportKind::Listings).await.unwrap().remove(0)
}

#[tokio::test(start_paused = true)]
async fn a_report_that_is_under_way_waits_for_the_end_of_a_pause() {
    let world = world().await;
    let fetching = under_way(&world, Duration::from_mins(10)).await;
    let until = pause(&world, PauseFor::Hour).await;
    pass(&world, MINUTE * 45).await;
    assert_eq!(world.amazon.calls(), [], "nothing is read");
    let view = view(&world).await;
    assert_eq!((view.active, view.next_at), (true, Some(until)), "and nobody is told otherwise: {view:?}");
    assert_eq!(job(&world).await.state, JobState::Waiting);

    through(&world, fetching).await.unwrap().unwrap();
    assert!(world.amazon.now() >= until && world.amazon.now() < until + HOUR, "{}", world.amazon.now());
    assert_eq!((facts(&world).await, asked(&world)), (true_facts(&world), 0));
}

#[tokio::test(start_paused = true)]
async fn a_report_that_is_asked_for_in_a_pause_does_not_wait_for_its_end() {
    let world = world().await;
    let until = world.engine.pause(PauseFor::Tomorrow).await.unwrap();
    fetch(&world).await.unwrap();
    assert_eq!(facts(&world).await, true_facts(&world));
    assert!(world.amazon.now() < begin() + HOUR, "{} in a pause until {until}", world.amazon.now());

    // Nor does one that has been waiting, once somebody wants it.
    tokio::time::advance(Duration::from_hours(5)).await;
    world.engine.resume().await.unwrap();
    let fetching = under_way(&world, Duration::from_mins(10)).await;
    let until = pause(&world, PauseFor::Tomorrow).await;
    pass(&world, MINUTE * 15).await;
    assert_eq!(world.amazon.calls(), []);
    let asked_at = world.amazon.now();
    fetch(&world).await.unwrap();
    fetching.await.unwrap().unwrap();
    assert!(world.amazon.now() < asked_at + HOUR, "{} in a pause until {until}", world.amazon.now());
}

#[tokio::test(start_paused = true)]
async fn a_start_in_a_pause_takes_up_no_report_before_its_end() {
    let world = world().await;
    let fetching = under_way(&world, Duration::from_mins(10)).await;
    pause(&world, PauseFor::Tomorrow).await;
    let world = world.restarted().await;
    assert_eq!(fetching.await.unwrap().unwrap_err().code, Code::Stopped);
    world.cuts_rests(false);
    let supervisor = Supervisor::start(world.engine.clone(), POLL);
    pass(&world, MINUTE * 90).await;
    assert_eq!(world.amazon.calls(), []);

    world.engine.resume().await.unwrap();
    let took = passes_until(&world, async || view(&world).await.state == "done").await;
    assert!(took < HOUR, "{took}");
    supervisor.stop().await;
    assert_eq!((facts(&world).await, asked(&world)), (true_facts(&world), 0));
}

#[tokio::test(start_paused = true)]
async fn a_report_that_is_due_after_a_night_is_looked_at_when_the_computer_wakes() {
    let world = world().await;
    world.amazon.inject(Fault::ReportFatal.once());
    let engine = world.engine.clone();
    let fetching = tokio::spawn(async move { engine.fetch_listings().await });
    let rests = async || view(&world).await.next_at.is_some_and(|at| at - world.amazon.now() > MINUTE * 25);
    passes_until(&world, async || asked(&world) == 1 && rests().await).await;
    world.sleep(TimeDelta::hours(8));
    let took = passes_until(&world, async || asked(&world) == 2).await;
    assert!(took < MINUTE * 15, "asked for again {took} after it woke");
    through(&world, fetching).await.unwrap().unwrap();
    assert_eq!(facts(&world).await, true_facts(&world));
}

/// A nap is no reason to ask sooner than Amazon likes.
#[tokio::test(start_paused = true)]
async fn a_nap_shortens_no_rest_between_two_requests() {
    let world = world().await;
    world.amazon.inject(Fault::ReportFatal.once());
    let engine = world.engine.clone();
    let fetching = tokio::spawn(async move { engine.fetch_listings().await });
    let rests = async || view(&world).await.next_at.is_some_and(|at| at - world.amazon.now() > MINUTE * 25);
    passes_until(&world, async || asked(&world) == 1 && rests().await).await;
    world.sleep(MINUTE * 5);
    through(&world, fetching).await.unwrap().unwrap();
    assert!(gaps(&world)[0] >= MINUTE * 30, "{:?}", gaps(&world));
}

/// The night was no time in which Amazon was waited for, and a computer that woke has no network yet.
#[tokio::test(start_paused = true)]
async fn a_report_of_the_evening_is_not_given_up_over_a_first_look_without_a_network() {
    let world = world().await;
    let fetching = under_way(&world, Duration::from_hours(2)).await;
    world.unplug(true);
    world.sleep(TimeDelta::hours(10));
    pass(&world, MINUTE * 3).await;
    world.unplug(false);
    through(&world, fetching).await.unwrap().unwrap();
    assert_eq!((facts(&world).await, asked(&world)), (true_facts(&world), 1));
}

#[tokio::test(start_paused = true)]
async fn what_was_left_behind_is_looked_at_when_the_computer_wakes() {
    let world = world().await;
    world.amazon.inject(Fault::ReportStuck(Duration::from_hours(20)).once());
    fetch(&world).await.unwrap_err();
    world.cuts_rests(false);
    let supervisor = Supervisor::start(world.engine.clone(), POLL);
    pass(&world, MINUTE * 5).await;
    world.amazon.clear_calls();
    world.sleep(TimeDelta::hours(26));
    let took = passes_until(&world, async || view(&world).await.state == "done").await;
    assert!(took < MINUTE * 30, "{took} after it woke");
    supervisor.stop().await;
    assert_eq!(facts(&world).await, true_facts(&world));
}
