//! A sync that is killed at any moment: the next one ends in the same rows and repeats at most one call.

use std::sync::Arc;
use std::time::{Duration, Instant};

use packlight_domain::account::OrdersApi;
use packlight_engine::SyncRequest;
use packlight_spapi::HttpTransport;
use packlight_spapi_sim::{Operation, Seller};
use packlight_tests::command_line::Desk;
use packlight_tests::database;
use packlight_tests::world::{GB, connect, over_sockets};
use tokio::sync::Semaphore;

/// Pages of the seller's orders.
const PAGES: usize = 6;
/// Milliseconds after a call arrived at which the process is killed: before its answer, in its transaction, behind it.
const MOMENTS: [u64; 6] = [0, 2, 5, 9, 15, 25];
/// Kills under way at once.
const AT_ONCE: usize = 4;

#[tokio::test(flavor = "multi_thread")]
async fn kill_nine_at_any_moment_loses_nothing() {
    let seller = Seller::with_orders(100 * PAGES as u64, 21, chrono::Utc::now()).history_days(25);
    // The account is connected once and its folder copied for each kill; an engine in this process tells what a sync
    // that nobody disturbs ends in.
    let desk = Desk::new(seller.clone()).await;
    let transport = HttpTransport::new().unwrap();
    let engine = over_sockets(desk.folder(), &desk.base_url(), &desk.lwa_url(), transport).await.unwrap();
    connect(&engine, OrdersApi::V2026, &[GB]).await.unwrap();
    engine.close().await;
    drop(engine);
    let connected = Arc::new(tempfile::tempdir().unwrap());
    copy(desk.folder(), connected.path());
    let transport = HttpTransport::new().unwrap();
    let engine = over_sockets(desk.folder(), &desk.base_url(), &desk.lwa_url(), transport).await.unwrap();
    engine.sync(&SyncRequest::default()).await.unwrap();
    engine.close().await;
    let golden = database::content(desk.folder()).await;
    assert!(golden.len() >= 100 * PAGES);

    let gate = Arc::new(Semaphore::new(AT_ONCE));
    let kills: Vec<_> = (1..=PAGES)
        .flat_map(|after_call| MOMENTS.map(|moment| (after_call, moment)))
        .map(|(after_call, moment)| {
            let (gate, seller, connected) = (Arc::clone(&gate), seller.clone(), Arc::clone(&connected));
            tokio::spawn(async move {
                let _turn = gate.acquire().await.unwrap();
                let desk = Desk::new(seller).await;
                copy(connected.path(), desk.folder());
                let alive = tokio::task::block_in_place(|| kill_and_repeat(&desk, after_call, moment));
                (alive, database::content(desk.folder()).await, after_call, moment)
            })
        })
        .collect();
    let mut killed = 0;
    for kill in kills {
        let (alive, content, after_call, moment) = kill.await.unwrap();
        assert!(content == golden, "other rows, killed {moment} ms after call {after_call}");
        killed += usize::from(alive);
    }
    assert!(
        killed >= PAGES * MOMENTS.len() / 2,
        "only {killed} of the processes were still alive when they were to be killed"
    );
}

/// Kills one sync and runs another; returns whether there was something to kill.
fn kill_and_repeat(desk: &Desk, after_call: usize, moment: u64) -> bool {
    let mut child = desk.command(&["sync"]).spawn().expect("it starts");
    let deadline = Instant::now() + Duration::from_mins(1);
    while desk.amazon.count(Operation::SearchOrders) < after_call && child.try_wait().unwrap().is_none() {
        assert!(Instant::now() < deadline, "the sync never made call {after_call}");
        std::thread::sleep(Duration::from_micros(200));
    }
    // The moment of the kill is what this test varies; nothing waits for it.
    std::thread::sleep(Duration::from_millis(moment));
    let alive = child.try_wait().unwrap().is_none();
    child.kill().unwrap();
    child.wait().unwrap();

    desk.json(0, &["sync"], "");
    let calls = desk.amazon.count(Operation::SearchOrders);
    assert!(
        calls <= PAGES + 1,
        "{calls} calls, killed {moment} ms after call {after_call}: {:#?}",
        desk.amazon.calls()
    );
    let check = desk.json(0, &["check"], "");
    assert_eq!(check["ok"], true, "{check}");
    alive
}

fn copy(from: &std::path::Path, to: &std::path::Path) {
    for file in std::fs::read_dir(from).unwrap() {
        let file = file.unwrap();
        std::fs::copy(file.path(), to.join(file.file_name())).unwrap();
    }
}
