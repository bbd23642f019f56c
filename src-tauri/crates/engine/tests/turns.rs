//! What the clock alone changes is told at its time, once, and also after the clock was set or the computer has slept.
#![allow(clippy::unwrap_used, clippy::panic, reason = "the helpers of tests may fail like tests")]

mod desk;

use std::cell::Cell;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use desk::{config, input, noon};
use packlight_domain::account::Platform;
use packlight_domain::file_import::ImportKind;
use packlight_engine::events::{CacheTag, Event};
use packlight_engine::{Config, Engine, POLL, Supervisor};
use packlight_spapi::SleepClock;
use tempfile::TempDir;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::TryRecvError;

thread_local! {
    static START: tokio::time::Instant = tokio::time::Instant::now();
    /// How far the clock on the wall was set, or went on while the computer slept.
    static SET: Cell<TimeDelta> = const { Cell::new(TimeDelta::zero()) };
    /// Whoever asks for the time next panics.
    static BROKEN: Cell<bool> = const { Cell::new(false) };
}

/// Noon, tokio's time since then, and what the clock was set by.
fn clock() -> DateTime<Utc> {
    assert!(!BROKEN.replace(false), "the clock broke");
    let passed = TimeDelta::from_std(START.with(tokio::time::Instant::elapsed)).unwrap();
    noon() + passed + SET.get()
}

/// One order that has to be shipped at two, one at three in the morning; one at one that is shipped.
const TABLE: &str = "order_id,date,status,title,ship_by\n\
    B-1,2026-01-18T10:00:00Z,paid,Brick,2026-01-18T14:00:00Z\n\
    B-2,2026-01-18T10:00:00Z,paid,Plate,2026-01-19T03:00:00Z\n\
    B-3,2026-01-18T10:00:00Z,shipped,Tile,2026-01-18T13:00:00Z\n";

struct Desk {
    engine: Engine,
    supervisor: Supervisor,
    events: Receiver<Event>,
    /// How many seconds the computer has slept, and how often that was asked.
    slept: Arc<AtomicU64>,
    looks: Arc<AtomicU64>,
    _folder: TempDir,
    /// Tokio moves a paused clock on while the database works, but not while a blocking task runs.
    _still: mpsc::Sender<()>,
}

impl Desk {
    async fn open() -> Self {
        let (still, held) = mpsc::channel::<()>();
        tokio::task::spawn_blocking(move || held.recv());
        assert_eq!(clock(), noon());
        let folder = tempfile::tempdir().unwrap();
        let (slept, looks) = (Arc::<AtomicU64>::default(), Arc::<AtomicU64>::default());
        let (seconds, looked) = (Arc::clone(&slept), Arc::clone(&looks));
        let sleep = SleepClock::new(move || {
            looked.fetch_add(1, Ordering::Relaxed);
            Duration::from_secs(seconds.load(Ordering::Relaxed))
        });
        let engine = Engine::open(Config { clock, sleep, ..config(folder.path()) }).await.unwrap();
        let supervisor = Supervisor::start(engine.clone(), POLL);
        let mut events = engine.events().subscribe();
        engine.run_import(input(ImportKind::Orders(Platform::Bricqer), TABLE.as_bytes())).await.unwrap();
        told(&mut events).await;
        Self { engine, supervisor, events, slept, looks, _folder: folder, _still: still }
    }

    /// Orders of the views *Late* and *Ship today*, as they are counted now. These orders have no channel, so the views'
    /// own queries hold none of them.
    async fn counts(&self) -> (usize, usize) {
        let count = async |query| self.engine.details(query, None, None, 10).await.unwrap().len();
        (count("is:late").await, count("status:paid ship:today").await)
    }

    async fn pass(&self, time: TimeDelta) {
        // Whoever waits has begun to wait for the right moment.
        for _ in 0..20 {
            self.engine.accounts().await.unwrap();
            tokio::task::yield_now().await;
        }
        tokio::time::advance(time.to_std().unwrap()).await;
    }

    async fn stop(mut self) {
        self.supervisor.stop().await;
        while let Ok(event) = self.events.try_recv() {
            assert!(!is_counts(&event), "told once more than there was to tell");
        }
    }
}

fn has(event: &Event, tag: CacheTag) -> bool {
    matches!(event, Event::DataChanged(tags) if tags.contains(&tag))
}

fn is_counts(event: &Event) -> bool {
    has(event, CacheTag::Counts) && has(event, CacheTag::Orders)
}

/// Waits until lists and counts are said to be out of date. The clock stands still meanwhile, so it takes no longer than the
/// database does, or for ever.
async fn told(events: &mut Receiver<Event>) {
    let (end, for_ever) = tokio::sync::oneshot::channel();
    std::thread::spawn(move || {
        std::thread::sleep(Duration::from_mins(1));
        end.send(())
    });
    let told = async { while !is_counts(&events.recv().await.unwrap()) {} };
    tokio::select! {
        () = told => {}
        _ = for_ever => panic!("nobody says that lists and counts are out of date"),
    }
}

fn nothing_told(events: &mut Receiver<Event>) {
    loop {
        match events.try_recv() {
            Ok(event) => assert!(!is_counts(&event), "nothing has changed"),
            Err(TryRecvError::Empty) => return,
            Err(error) => panic!("{error}"),
        }
    }
}

const HOUR: TimeDelta = TimeDelta::hours(1);
const MINUTE: TimeDelta = TimeDelta::minutes(1);
const SECOND: TimeDelta = TimeDelta::seconds(1);

#[tokio::test(start_paused = true)]
async fn lists_are_out_of_date_when_a_ship_time_passes_and_at_midnight() {
    let mut desk = Desk::open().await;
    desk.pass(SECOND * 2).await;
    assert_eq!(desk.counts().await, (0, 1));
    desk.pass(HOUR * 2 - SECOND * 2).await;
    assert_eq!(desk.counts().await, (0, 1));
    nothing_told(&mut desk.events);
    desk.pass(SECOND).await;
    told(&mut desk.events).await;
    assert_eq!(desk.counts().await, (1, 1), "late as soon as it is told, and not before");

    desk.pass(HOUR * 10 - SECOND * 2).await;
    nothing_told(&mut desk.events);
    desk.pass(SECOND).await;
    told(&mut desk.events).await;
    assert_eq!(desk.counts().await, (1, 1), "another order is for today now");
    desk.pass(HOUR * 3 + SECOND).await;
    told(&mut desk.events).await;
    assert_eq!(desk.counts().await, (2, 1));
    desk.stop().await;
}

#[tokio::test(start_paused = true)]
async fn an_order_that_comes_in_between_is_late_at_its_own_time() {
    let mut desk = Desk::open().await;
    desk.pass(MINUTE).await;
    let sooner =
        "order_id,date,status,title,ship_by\nB-4,2026-01-18T10:00:00Z,paid,Brick,2026-01-18T12:30:00Z\n";
    let kind = ImportKind::Orders(Platform::Bricqer);
    desk.engine.run_import(input(kind, sooner.as_bytes())).await.unwrap();
    told(&mut desk.events).await;
    desk.pass(MINUTE).await;
    desk.pass(MINUTE * 28).await;
    nothing_told(&mut desk.events);
    desk.pass(SECOND).await;
    told(&mut desk.events).await;
    assert_eq!(desk.counts().await, (1, 2));
    desk.stop().await;
}

#[tokio::test(start_paused = true)]
async fn an_order_that_is_late_a_moment_after_it_came_is_told_twice() {
    let mut desk = Desk::open().await;
    desk.pass(MINUTE).await;
    let soon =
        "order_id,date,status,title,ship_by\nB-4,2026-01-18T10:00:00Z,paid,Brick,2026-01-18T12:01:01Z\n";
    let kind = ImportKind::Orders(Platform::Bricqer);
    desk.engine.run_import(input(kind, soon.as_bytes())).await.unwrap();
    told(&mut desk.events).await;
    assert_eq!(desk.counts().await, (0, 2));
    desk.pass(SECOND * 2).await;
    told(&mut desk.events).await;
    assert_eq!(desk.counts().await, (1, 2));
    desk.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_sleep_and_a_clock_that_is_set_are_noticed() {
    let mut desk = Desk::open().await;
    // The backup of the night is made first; then somebody looks again and again whether the computer has slept.
    desk.pass(MINUTE * 3).await;
    while !has(&desk.events.recv().await.unwrap(), CacheTag::Jobs) {}
    let looks = desk.looks.load(Ordering::Relaxed);
    while desk.looks.load(Ordering::Relaxed) == looks {
        desk.pass(SECOND * 30).await;
    }
    nothing_told(&mut desk.events);
    // It sleeps until half past two: timers stand still, the clock does not.
    SET.set(HOUR * 2 + HOUR / 2);
    desk.slept.store(9_000, Ordering::Relaxed);
    desk.pass(SECOND * 31).await;
    desk.pass(SECOND).await;
    told(&mut desk.events).await;
    assert_eq!(desk.counts().await, (1, 1));

    // Somebody sets the clock to the next morning, and back to today.
    for (by, counts) in [(HOUR * 20, (2, 1)), (TimeDelta::zero(), (0, 1))] {
        SET.set(by);
        for _ in 0..32 {
            desk.pass(SECOND * 30).await;
        }
        told(&mut desk.events).await;
        assert_eq!(desk.counts().await, counts);
    }
    desk.stop().await;
}

/// Lists would be out of date for ever, and nobody would know why.
#[tokio::test(start_paused = true)]
async fn a_watch_over_the_clock_that_panics_is_begun_anew_and_what_turned_meanwhile_is_told() {
    let mut desk = Desk::open().await;
    desk.pass(MINUTE).await;
    nothing_told(&mut desk.events);
    desk.pass(HOUR * 2 - MINUTE - SECOND).await;
    // Nobody else is about to look: what breaks is the watch that would tell that an order is late.
    BROKEN.set(true);
    tokio::time::advance(Duration::from_secs(1)).await;
    while BROKEN.get() {
        tokio::task::yield_now().await;
    }
    nothing_told(&mut desk.events);
    desk.pass(MINUTE * 5).await;
    told(&mut desk.events).await;
    assert_eq!(desk.counts().await, (1, 1));

    // And what turns later is told in time.
    desk.pass(HOUR * 10).await;
    told(&mut desk.events).await;
    desk.stop().await;
}
