//! A sync that is killed at any moment: the next one ends in the same rows and repeats at most one call.

use std::time::{Duration, Instant};

use packlight_spapi_sim::{Operation, Seller};
use packlight_tests::command_line::Desk;
use packlight_tests::database;

/// Pages of the seller's orders.
const PAGES: usize = 8;
/// Moments after a call arrived at which the process is killed: before its answer, in its transaction, behind it.
const MOMENTS: [u64; 3] = [0, 5, 20];

#[tokio::test(flavor = "multi_thread")]
async fn kill_nine_at_any_moment_loses_nothing() {
    let seller = Seller::with_orders(100 * PAGES as u64, 21, chrono::Utc::now()).history_days(25);
    let mut desk = Desk::new(seller).await;
    desk.connect();
    desk.json(0, &["sync"], "");
    let golden = database::content(desk.folder()).await;
    assert!(golden.len() >= 100 * PAGES);

    let mut killed = 0;
    for after_call in 1..=PAGES {
        for moment in MOMENTS {
            desk.folder_anew();
            desk.connect();
            desk.amazon.clear_calls();
            let mut child = desk.command(&["sync"]).spawn().expect("it starts");
            let deadline = Instant::now() + Duration::from_secs(30);
            while desk.amazon.count(Operation::SearchOrders) < after_call
                && child.try_wait().unwrap().is_none()
            {
                assert!(Instant::now() < deadline, "the sync never made call {after_call}");
                std::thread::yield_now();
            }
            // The moment of the kill is what this test varies; nothing waits for it.
            std::thread::sleep(Duration::from_millis(moment));
            killed += usize::from(child.try_wait().unwrap().is_none());
            child.kill().unwrap();
            child.wait().unwrap();

            desk.json(0, &["sync"], "");
            let calls = desk.amazon.count(Operation::SearchOrders);
            assert!(calls <= PAGES + 1, "{calls} calls, killed {moment} ms after call {after_call}");
            let content = database::content(desk.folder()).await;
            assert!(content == golden, "other rows, killed {moment} ms after call {after_call}");
        }
    }
    assert!(
        killed >= PAGES * 2,
        "only {killed} of the processes were still alive when they were to be killed"
    );
    let check = desk.json(0, &["check"], "");
    assert_eq!(check["ok"], true, "{check}");
}
