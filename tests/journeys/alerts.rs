//! Alerts over days of virtual time: each piece of news once, whatever ends or sleeps in between.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Timelike, Utc};
use packlight_domain::account::OrdersApi;
use packlight_domain::alert::{Alert, AlertKind, Target};
use packlight_domain::background::{AlertSettings, Background, MAX_ALERT_VIEWS, PauseFor, QuietHours};
use packlight_domain::page::Sort;
use packlight_domain::view::{NewView, ViewId};
use packlight_engine::alerts::{Alerting, Bell, DeskState, Standing};
use packlight_engine::{Code, POLL, Pace, Supervisor};
use packlight_spapi_sim::{Draft, DraftLine, Fault, GERMANY, Operation, Role, UK};
use packlight_tests::world::{World, shop};
use tokio::sync::Notify;

mod asleep;
mod lasting;
mod left;
mod on_pick_lists;

const HOUR: TimeDelta = TimeDelta::hours(1);
const DAY: TimeDelta = TimeDelta::days(1);

/// Remembers what was rung.
#[derive(Default)]
struct Ears {
    rung: Mutex<Vec<Alert>>,
    again: Notify,
    /// How often still they say that they hear nothing.
    deaf: AtomicU32,
}

impl Bell for Ears {
    fn ring(&self, alert: &Alert) {
        self.rung.lock().unwrap_or_else(PoisonError::into_inner).push(alert.clone());
        self.again.notify_one();
    }

    fn is_heard(&self) -> bool {
        let less = |deaf: u32| deaf.checked_sub(1);
        self.deaf.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less).is_err()
    }
}

impl Ears {
    fn deaf(deaf: u32) -> Arc<Self> {
        Arc::new(Self { deaf: AtomicU32::new(deaf), ..Self::default() })
    }

    /// What was rung since the last question.
    fn heard(&self) -> Vec<Alert> {
        std::mem::take(&mut *self.rung.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The same, waited for: the clock here runs ahead of the database.
    async fn next(&self) -> Vec<Alert> {
        loop {
            let heard = self.heard();
            if !heard.is_empty() {
                return heard;
            }
            tokio::time::timeout(Duration::from_hours(3), self.again.notified())
                .await
                .expect("nothing was rung");
        }
    }

    async fn next_titles(&self) -> Vec<String> {
        self.next().await.into_iter().map(|alert| alert.title).collect()
    }
}

/// The background of a running Packlight.
struct Running {
    supervisor: Supervisor,
    alerting: Alerting,
    ears: Arc<Ears>,
}

impl Running {
    fn start(world: &World, pace: impl Into<Pace>) -> Self {
        let ears = Arc::<Ears>::default();
        Self {
            alerting: Alerting::start(world.engine.clone(), Arc::<Ears>::clone(&ears) as Arc<dyn Bell>),
            supervisor: Supervisor::start(world.engine.clone(), pace),
            ears,
        }
    }

    async fn stop(self) {
        self.supervisor.stop().await;
        self.alerting.stop().await;
    }

    /// Waits until the desk stands so; a try in between may show for a moment.
    async fn stands(&self, state: DeskState) {
        let mut standing = self.alerting.standing();
        let reached = standing.wait_for(|standing| standing.state == state);
        let reached = tokio::time::timeout(Duration::from_hours(6), reached).await.map(|found| found.is_ok());
        assert_eq!(reached, Ok(true), "{state:?} was not reached: {:?}", self.alerting.standing().borrow());
    }
}

/// Orders that a buyer places now; paid at once.
fn placed(world: &World, orders: u32) -> Vec<String> {
    let now = world.amazon.now();
    (0..orders)
        .map(|_| {
            let draft = Draft::of([DraftLine::new("B0SIMTEST1", "Bonsai", 1, 2_155)]);
            let order = world.amazon.world().place(now, draft).unwrap();
            world.amazon.world().pay(&order, now).unwrap();
            order
        })
        .collect()
}

async fn pass(world: &World, time: TimeDelta) {
    world.until(world.amazon.now() + time).await;
}

#[tokio::test(start_paused = true)]
async fn a_first_import_is_silent_and_then_every_order_is_told_once() {
    let world = World::connected(shop(300, 5), OrdersApi::V2026).await;
    let running = Running::start(&world, POLL);
    pass(&world, HOUR * 2).await;
    assert_eq!(running.ears.heard(), [], "a first import raises none");
    running.stands(DeskState::Fine).await;

    let order = placed(&world, 1).remove(0);
    let heard = running.ears.next().await;
    assert_eq!(heard.len(), 1, "{heard:?}");
    assert_eq!((heard[0].kind, heard[0].title.as_str()), (AlertKind::NewOrders, "1 order, £21.55"));
    assert!(heard[0].body.starts_with(&order), "{}", heard[0].body);
    let row = world.engine.find_order(None, &order).await.unwrap().row.id;
    assert_eq!(heard[0].target, Target::Order { order: row });

    placed(&world, 50);
    assert_eq!(running.ears.next_titles().await, ["50 orders, £1,077.50"], "many at once are one alert");
    pass(&world, HOUR * 4).await;
    assert_eq!(running.ears.heard(), [], "nothing is told twice");
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_restart_tells_nothing_twice_and_misses_nothing() {
    let world = World::connected(shop(100, 5), OrdersApi::V2026).await;
    let running = Running::start(&world, POLL);
    pass(&world, HOUR).await;
    placed(&world, 2);
    assert_eq!(running.ears.next_titles().await, ["2 orders, £43.10"]);
    running.stop().await;

    let world = world.restarted().await;
    // What the command line fetches while the window's program is not there is news for it.
    placed(&world, 3);
    tokio::time::advance(Duration::from_mins(5)).await;
    world.synced().await;
    let running = Running::start(&world, POLL);
    assert_eq!(running.ears.next_titles().await, ["3 orders, £64.65"]);
    running.stop().await;
}

/// The desktop starts Packlight, and only then whoever shows notifications.
#[tokio::test(start_paused = true)]
async fn alerts_wait_for_somebody_who_hears_them_but_not_for_ever() {
    let world = World::connected(shop(100, 5), OrdersApi::V2026).await;
    world.synced().await;
    Running::start(&world, POLL).stop().await;
    for (deaf, from, to) in [(2, 110, 180), (u32::MAX, 300, 400)] {
        placed(&world, 2);
        tokio::time::advance(Duration::from_mins(5)).await;
        world.synced().await;
        let begun = world.amazon.now();
        let ears = Ears::deaf(deaf);
        let alerting = Alerting::start(world.engine.clone(), Arc::<Ears>::clone(&ears) as Arc<dyn Bell>);
        assert_eq!(ears.next_titles().await, ["2 orders, £43.10"]);
        let waited = (world.amazon.now() - begun).num_seconds();
        assert!((from..=to).contains(&waited), "told after {waited} seconds");
        alerting.stop().await;
    }
}

#[tokio::test(start_paused = true)]
async fn how_the_desk_stands_is_said_once_even_if_that_is_what_everybody_assumes() {
    let world = World::new(shop(0, 5), Duration::ZERO).await;
    let alerting = Alerting::start(world.engine.clone(), Arc::<Ears>::default());
    let mut standing = alerting.standing();
    let said = tokio::time::timeout(Duration::from_hours(1), standing.changed()).await;
    assert!(said.is_ok(), "nothing was said");
    assert_eq!(*standing.borrow(), Standing::default());
    alerting.stop().await;
}

#[tokio::test(start_paused = true)]
async fn quiet_hours_hold_back_and_then_sum_up() {
    let world = World::connected(shop(100, 5), OrdersApi::V2026).await;
    // The test world's clock on the wall is London's, in winter the same as UTC.
    let quiet_hours = Some(QuietHours { from: 22 * 60, to: 7 * 60 });
    let settings = AlertSettings { quiet_hours, ..AlertSettings::default() };
    world.engine.set_alert_settings(&settings).await.unwrap();
    let running = Running::start(&world, POLL);
    let now = world.amazon.now();
    let evening = now.date_naive().and_hms_opt(22, 30, 0).unwrap().and_utc();
    world.until(evening).await;
    assert_eq!(running.ears.heard(), []);
    placed(&world, 2);
    pass(&world, HOUR * 4).await;
    placed(&world, 1);
    world.until(evening + HOUR * 8).await;
    assert_eq!(running.ears.heard(), []);
    assert_eq!(running.ears.next_titles().await, ["3 orders, £64.65"], "in the morning");
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_dead_sync_is_told_once_a_day_until_it_lives() {
    let world = World::connected(shop(100, 5), OrdersApi::V2026).await;
    let running = Running::start(&world, POLL);
    pass(&world, HOUR).await;
    for operation in [Operation::SearchOrders, Operation::GetOrder] {
        world.amazon.inject(Fault::ServerError(503).on(operation));
    }
    let broken = world.amazon.now();
    pass(&world, TimeDelta::minutes(24)).await;
    assert_eq!(running.ears.heard(), [], "a hiccup is no news");
    let heard = running.ears.next().await;
    let told_after = world.amazon.now() - broken;
    assert!(told_after <= TimeDelta::minutes(37), "told {told_after} after it broke");
    assert_eq!(heard.len(), 1, "{heard:?}");
    assert_eq!(heard[0].title, "Shop: orders have not been read for half an hour or more");
    assert!(heard[0].body.starts_with("Amazon's servers failed"), "{}", heard[0].body);
    assert_eq!(heard[0].target, Target::Activity);
    running.stands(DeskState::Late).await;
    world.until(broken + DAY - HOUR).await;
    assert_eq!(running.ears.heard(), []);
    assert_eq!(running.ears.next().await.len(), 1, "a reminder a day");
    world.amazon.lift_all();
    running.stands(DeskState::Fine).await;
    assert_eq!(running.ears.heard(), []);
    running.stop().await;
}

/// A marketplace that is closed for good makes each run end with a failure; the others are read all the same.
#[tokio::test(start_paused = true)]
async fn a_second_outage_of_a_day_is_told_though_one_marketplace_is_closed_all_the_time() {
    let world = World::new(shop(100, 5).marketplaces([UK, GERMANY]), Duration::ZERO).await;
    world.connect(OrdersApi::V2026, &[UK, GERMANY]).await.unwrap();
    let running = Running::start(&world, POLL);
    pass(&world, HOUR).await;
    world.amazon.close_marketplace(GERMANY);
    pass(&world, HOUR * 2).await;
    assert_eq!(running.ears.heard(), [], "the others are read");
    let dies = || {
        for operation in [Operation::SearchOrders, Operation::GetOrder] {
            world.amazon.inject(Fault::ServerError(503).on(operation));
        }
    };
    for outage in ["the first", "the second"] {
        dies();
        let heard = running.ears.next().await;
        assert_eq!(heard.len(), 1, "{outage}: {heard:?}");
        assert_eq!(heard[0].title, "Shop: orders have not been read for half an hour or more", "{outage}");
        pass(&world, HOUR).await;
        assert_eq!(running.ears.heard(), [], "{outage} is told once");
        world.amazon.lift_all();
        pass(&world, HOUR).await;
        assert_eq!(running.ears.heard(), []);
    }
    // Over a restart it is one outage, and told already.
    dies();
    assert_eq!(running.ears.next().await.len(), 1);
    running.stop().await;
    let world = world.restarted().await;
    let running = Running::start(&world, POLL);
    pass(&world, HOUR * 3).await;
    assert_eq!(running.ears.heard(), []);
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn an_account_that_never_worked_is_told_of_every_day() {
    let world = World::connected(shop(100, 5), OrdersApi::V2026).await;
    let connected = world.amazon.now();
    world.amazon.deny(Role::Orders);
    let running = Running::start(&world, POLL);
    for day in [0, 1, 2] {
        world.until(connected + DAY * day + HOUR * 2).await;
        assert_eq!(running.ears.heard().len(), 1, "once on day {day}");
    }
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn what_waits_for_the_seller_is_shown_at_once_and_told_after_half_an_hour() {
    let world = World::connected(shop(50, 5), OrdersApi::V2026).await;
    let running = Running::start(&world, POLL);
    pass(&world, HOUR).await;
    world.amazon.revoke(packlight_spapi_sim::CLIENT_ID);
    let heard = running.ears.next().await;
    assert_eq!(heard.len(), 1, "{heard:?}");
    assert_eq!(heard[0].target, Target::Accounts);
    running.stands(DeskState::NeedsYou).await;
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn secrets_are_warned_of_from_day_150_and_daily_from_day_170() {
    let world = World::connected(shop(0, 5), OrdersApi::V2026).await;
    let entered = world.amazon.now();
    // Polls that a jump over months leaves out are not missed here.
    let settings = AlertSettings { sync_dead: false, ..AlertSettings::default() };
    world.engine.set_alert_settings(&settings).await.unwrap();
    let running = Running::start(&world, POLL);
    let jump = async |days: i64| {
        let wait = entered + DAY * i32::try_from(days).unwrap() + HOUR - world.amazon.now();
        tokio::time::advance(wait.to_std().unwrap()).await;
        pass(&world, TimeDelta::minutes(12)).await;
    };
    jump(149).await;
    assert_eq!(running.ears.heard(), []);
    jump(150).await;
    assert_eq!(running.ears.next_titles().await, ["The client secret of Shop expires in 30 days"]);
    jump(160).await;
    assert_eq!(running.ears.heard(), []);
    jump(170).await;
    assert_eq!(running.ears.next_titles().await, ["The client secret of Shop expires in 10 days"]);
    jump(171).await;
    assert_eq!(running.ears.next_titles().await, ["The client secret of Shop expires in 9 days"]);
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_pause_ends_by_itself_and_asks_nothing_meanwhile() {
    let world = World::connected(shop(50, 5), OrdersApi::V2026).await;
    let running = Running::start(&world, Pace::Settings);
    pass(&world, HOUR).await;
    let paused = world.amazon.now();
    world.amazon.clear_calls();
    let until = world.engine.pause(PauseFor::Hour).await.unwrap();
    assert!((until - paused - HOUR).abs() < TimeDelta::seconds(5), "{until}");
    pass(&world, HOUR + TimeDelta::minutes(10)).await;
    // What ran when the pause began comes to its end.
    let calls = world.amazon.calls().into_iter().map(|call| call.at);
    let first = calls.filter(|at| *at > paused + TimeDelta::minutes(2)).min().unwrap();
    assert!(first - until < TimeDelta::minutes(1), "it goes on by itself: {first} after {until}");
    assert!(first >= until - TimeDelta::seconds(5), "it asked at {first}, before {until}");
    assert_eq!(world.engine.paused_until().await.unwrap(), None);
    assert_eq!(running.ears.heard(), [], "a pause is no dead sync");
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_pause_until_tomorrow_ends_at_midnight_or_by_hand() {
    let world = World::connected(shop(50, 5), OrdersApi::V2026).await;
    let until = world.engine.pause(PauseFor::Tomorrow).await.unwrap();
    assert_eq!((until.hour(), until.minute()), (0, 0), "London's midnight in winter");
    assert!(until > world.amazon.now() && until - world.amazon.now() <= DAY);
    assert_eq!(world.engine.paused_until().await.unwrap(), Some(until));
    world.synced().await;
    world.engine.resume().await.unwrap();
    assert_eq!(world.engine.paused_until().await.unwrap(), None);
}

#[tokio::test(start_paused = true)]
async fn the_pace_follows_the_setting_at_once() {
    let world = World::connected(shop(50, 5), OrdersApi::V2026).await;
    let running = Running::start(&world, Pace::Settings);
    pass(&world, HOUR).await;
    let searches = |world: &World| -> Vec<DateTime<Utc>> {
        let calls = world.amazon.calls().into_iter();
        calls.filter(|call| call.operation == Operation::SearchOrders).map(|call| call.at).collect()
    };
    let hourly = Background { sync_minutes: 60, ..Background::default() };
    let batch = world.engine.set_background(&hourly).await.unwrap().unwrap();
    world.amazon.clear_calls();
    pass(&world, HOUR * 6).await;
    assert!((5..=7).contains(&searches(&world).len()), "{:?}", searches(&world));
    assert_eq!(running.ears.heard(), [], "who reads once an hour is not dead after half an hour");
    world.engine.undo(batch).await.unwrap();
    world.amazon.clear_calls();
    pass(&world, HOUR).await;
    assert!((11..=14).contains(&searches(&world).len()), "{:?}", searches(&world));
    let error = world.engine.set_background(&Background { sync_minutes: 0, ..hourly }).await.unwrap_err();
    assert_eq!(error.code, Code::BadInput);
    assert_eq!(error.to_string(), "orders can be read every 1 to 60 minutes, not every 0");
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_view_raises_an_alert_when_an_order_enters_it() {
    let world = World::connected(shop(50, 5), OrdersApi::V2026).await;
    let view = NewView { name: "Bonsai".into(), query: "bonsai".into(), sort: Sort::default() };
    let view = world.engine.add_view(&view).await.unwrap().view.id;
    let settings = AlertSettings { new_orders: false, views: vec![view], ..AlertSettings::default() };
    world.engine.set_alert_settings(&settings).await.unwrap();
    let running = Running::start(&world, POLL);
    pass(&world, HOUR).await;
    assert_eq!(running.ears.heard(), []);
    let order = placed(&world, 1).remove(0);
    let heard = running.ears.next().await;
    assert_eq!(heard.len(), 1, "{heard:?}");
    assert_eq!((heard[0].title.as_str(), heard[0].body.as_str()), ("Bonsai: 1 order", order.as_str()));
    running.stop().await;

    // Views that are gone take no places of those that can raise alerts.
    let gone = (90..90 + u32::try_from(MAX_ALERT_VIEWS).unwrap()).map(ViewId);
    let views: Vec<ViewId> = gone.chain([view]).collect();
    world.engine.set_alert_settings(&AlertSettings { views, ..settings }).await.unwrap();
    assert_eq!(world.engine.alert_settings().await.unwrap().views, [view]);
}
