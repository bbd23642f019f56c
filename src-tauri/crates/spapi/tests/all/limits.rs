//! Buckets on virtual time: exact starts, urgency, refusals, restarts, and that no spent token is forgotten.

use std::sync::atomic::Ordering;
use std::time::Duration;

use chrono::TimeDelta;
use packlight_spapi::{BucketState, Errand, ErrorKind, Operation, Patience, Priority};
use tokio::time::Instant;

use crate::support::{Says, Setup, desk, errand, in_turn, noon, search, with_patience};

/// When call `k` (from 1) may start after a full bucket of 20 at 0.0056/s.
fn due(call: u64) -> Duration {
    Duration::from_nanos((call.saturating_sub(20) * 1_000_000_000_000_000).div_ceil(5_600))
}

/// Timers have whole milliseconds: a start may be rounded up to the next one, never down and never cumulatively.
fn assert_on_time(at: Duration, due: Duration, what: u64) {
    assert!(at >= due && at < due + Duration::from_millis(1), "{what}: at {at:?}, due {due:?}");
}

#[tokio::test(start_paused = true)]
async fn a_hundred_pages_start_exactly_when_they_may() {
    let desk = desk(|_| Says::page());
    for _ in 0..100 {
        desk.client.search_orders(&search(), &errand()).await.unwrap();
    }
    let calls = desk.calls();
    assert_eq!((calls.len(), desk.token_requests().len()), (100, 5));
    for (call, seen) in (1..).zip(calls) {
        assert_on_time(seen.at, due(call), call);
    }
}

#[tokio::test(start_paused = true)]
async fn latency_costs_itself_once() {
    let latency = Duration::from_millis(800);
    let desk = Setup { latency, ..Setup::default() }.open(|_| Says::page());
    let started = Instant::now();
    for _ in 0..40 {
        desk.client.search_orders(&search(), &errand()).await.unwrap();
    }
    // The token, then the later of the bucket and the calls themselves, then the last answer.
    let bound = latency + due(40) + latency * 2 + Duration::from_millis(1);
    assert!(started.elapsed() <= bound, "{:?} > {bound:?}", started.elapsed());
}

#[tokio::test(start_paused = true)]
async fn fifty_waiters_are_served_one_by_one() {
    let desk = desk(|_| Says::page());
    let calls: Vec<_> = (0..50)
        .map(|_| {
            let client = desk.client.clone();
            tokio::spawn(async move { client.search_orders(&search(), &errand()).await })
        })
        .collect();
    for call in calls {
        call.await.unwrap().unwrap();
    }
    assert_eq!(desk.token_requests().len(), 2, "one at the start, one after 55 minutes");
    for (call, seen) in (1..).zip(desk.calls()) {
        assert_on_time(seen.at, due(call), call);
    }
}

#[tokio::test(start_paused = true)]
async fn an_empty_bucket_that_was_kept_stays_empty_over_a_restart() {
    let empty = BucketState { tokens_nano: 0, micro_hertz: 5_600, at: noon() };
    let desk = Setup { states: [(Operation::SearchOrders, empty)].into(), ..Setup::default() }
        .open(|_| Says::page());
    for _ in 0..60 {
        desk.client.search_orders(&search(), &errand()).await.unwrap();
    }
    let calls = desk.calls();
    assert_eq!(calls.len(), 60);
    // Two seconds of refill are not believed after a restart; the kept state is from this very second.
    for (call, seen) in (1..).zip(calls) {
        assert_on_time(seen.at, due(20 + call), call);
    }
}

#[tokio::test(start_paused = true)]
async fn a_token_is_written_off_before_its_request_leaves() {
    let desk = desk(|_| Says::page());
    for _ in 0..2 {
        desk.client.search_orders(&search(), &errand()).await.unwrap();
    }
    assert_eq!(
        desk.lines(),
        [
            "send /auth/o2/token",
            "save searchOrders 19000000000",
            "send /orders/2026-01-01/orders",
            "save searchOrders 18000000000",
            "send /orders/2026-01-01/orders",
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn what_is_kept_never_holds_more_than_was_left() {
    let desk = desk(|_| Says::page());
    let calls: Vec<_> = (0..20)
        .map(|_| {
            let client = desk.client.clone();
            tokio::spawn(async move { client.search_orders(&search(), &errand()).await })
        })
        .collect();
    for call in calls {
        call.await.unwrap().unwrap();
    }
    let mut sent = 0;
    for line in desk.lines().iter().filter(|line| line.contains("rders")) {
        if line.starts_with("send /orders") {
            sent += 1;
        } else {
            let kept: i64 = line.rsplit(' ').next().unwrap().parse().unwrap();
            assert!(kept <= (20 - sent - 1) * 1_000_000_000, "{line} after {sent} requests");
        }
    }
    assert_eq!(desk.ledger.states.lock().unwrap()[&Operation::SearchOrders].tokens_nano, 0);
}

#[tokio::test(start_paused = true)]
async fn without_a_ledger_nothing_is_asked() {
    let desk = desk(|_| Says::page());
    desk.ledger.broken.store(true, Ordering::Relaxed);
    let error = desk.client.search_orders(&search(), &errand()).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Ledger);
    assert_eq!(
        error.to_string(),
        "the count of calls to Amazon could not be saved, so nothing was asked: check that the disk has space and is writable, then try again"
    );
    assert!(desk.calls().is_empty());
    // The token was never used.
    assert_eq!(desk.client.budget(Operation::SearchOrders).whole_tokens, 20);
}

#[tokio::test(start_paused = true)]
async fn a_refusal_is_waited_out_and_counted() {
    let desk = desk(in_turn([Says::throttled(), Says::page()]));
    let errand = errand();
    let mut waiting = errand.waiting.subscribe();
    let watch = tokio::spawn(async move {
        let mut shown = Vec::new();
        while waiting.changed().await.is_ok() {
            shown.push(waiting.borrow_and_update().map(|wait| (wait.operation, wait.until)));
        }
        shown
    });
    desk.client.search_orders(&search(), &errand).await.unwrap();
    let calls = desk.calls();
    assert_eq!(calls.len(), 2);
    assert_on_time(calls[1].at, due(21), 2);
    assert_eq!((errand.tally.calls(), errand.tally.throttled(), errand.tally.failures()), (2, 1, 0));
    assert!(desk.lines().contains(&"save searchOrders 0".to_owned()), "the empty bucket is kept");
    drop(errand);
    let shown = watch.await.unwrap();
    let (operation, until) = shown[0].unwrap();
    assert_eq!((operation, until.timestamp()), (Operation::SearchOrders, noon().timestamp() + 178));
    assert_eq!(shown.last(), Some(&None), "taken back when the wait is over");
}

/// A date is as good as a number of seconds, and counts from the answer's own.
#[tokio::test(start_paused = true)]
async fn a_refusal_until_a_date_is_waited_out() {
    let refusal = Says::throttled().with("retry-after", "Sun, 18 Jan 2026 12:20:00 GMT");
    let desk = desk(in_turn([refusal, Says::page()]));
    desk.client.search_orders(&search(), &errand()).await.unwrap();
    assert_on_time(desk.calls()[1].at, Duration::from_mins(20), 2);
}

#[tokio::test(start_paused = true)]
async fn an_hour_of_refusals_ends_in_a_sentence_and_a_time() {
    let desk = desk(|_| Says::throttled());
    let started = Instant::now();
    let error = desk.client.search_orders(&search(), &errand()).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "Amazon is limiting requests for the list of orders: nothing is lost, try again later"
    );
    assert!(error.retryable && error.kind == ErrorKind::Throttled);
    assert_eq!((error.status, error.request_id.as_deref()), (Some(429), Some("req-7")));
    let gaps: Vec<_> = desk.calls().windows(2).map(|pair| (pair[1].at - pair[0].at).as_secs()).collect();
    assert_eq!(gaps, [178, 357, 600, 600, 600, 600, 600, 600]);
    assert!(started.elapsed() > Duration::from_secs(3_600));
    assert!(error.retry_at.unwrap() > noon() + TimeDelta::hours(1));
}

#[tokio::test(start_paused = true)]
async fn the_rate_that_any_answer_names_is_learnt_if_it_is_sane() {
    for (header, second) in
        [("0.0112", 89), ("0.0028", 357), ("abc", 178), ("0", 178), ("-1", 178), ("1", 178)]
    {
        let mut calls = 0;
        let desk = desk(move |_| {
            calls += 1;
            let refused = Says::error(400, "InvalidInput", "no", "");
            if calls == 1 { refused } else { Says::page() }.with("x-amzn-RateLimit-Limit", header)
        });
        desk.client.search_orders(&search(), &errand()).await.unwrap_err();
        for _ in 0..20 {
            desk.client.search_orders(&search(), &errand()).await.unwrap();
        }
        assert_eq!(desk.calls()[20].at.as_secs(), second, "{header}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_urgent_go_first() {
    let empty = BucketState { tokens_nano: 0, micro_hertz: 5_600, at: noon() };
    let desk = Setup { states: [(Operation::SearchOrders, empty)].into(), ..Setup::default() }
        .open(|_| Says::page());
    let mut calls = Vec::new();
    for (page_size, priority) in [
        (1, Priority::History),
        (2, Priority::Fresh),
        (3, Priority::Waited),
        (4, Priority::Open),
        (5, Priority::Waited),
    ] {
        let client = desk.client.clone();
        let mut search = search();
        search.page_size = page_size;
        calls.push(tokio::spawn(async move { client.search_orders(&search, &Errand::new(priority)).await }));
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    for call in calls {
        call.await.unwrap().unwrap();
    }
    let sequence: Vec<_> = desk.calls().iter().map(|seen| seen.query["maxResultsPerPage"].clone()).collect();
    assert_eq!(sequence, ["3", "5", "4", "2", "1"]);
}

#[tokio::test(start_paused = true)]
async fn who_leaves_the_queue_leaves_no_gap() {
    let empty = BucketState { tokens_nano: 0, micro_hertz: 5_600, at: noon() };
    let desk = Setup { states: [(Operation::SearchOrders, empty)].into(), ..Setup::default() }
        .open(|_| Says::page());
    let first = errand();
    let cancel = first.cancel.clone();
    let client = desk.client.clone();
    let leaving = tokio::spawn(async move { client.search_orders(&search(), &first).await });
    tokio::time::sleep(Duration::from_secs(1)).await;
    let client = desk.client.clone();
    let staying = tokio::spawn(async move { client.search_orders(&search(), &errand()).await });
    tokio::time::sleep(Duration::from_secs(1)).await;

    let asked = Instant::now();
    cancel.cancel();
    let error = leaving.await.unwrap().unwrap_err();
    assert_eq!(asked.elapsed(), Duration::ZERO);
    assert_eq!(error.to_string(), "stopped before Amazon answered; what was read before is kept");
    assert!(!error.retryable);

    staying.await.unwrap().unwrap();
    let calls = desk.calls();
    assert_eq!(calls.len(), 1);
    assert_on_time(calls[0].at, due(21), 1);
}

#[tokio::test(start_paused = true)]
async fn a_task_that_is_dropped_anywhere_spends_nothing_it_did_not_send() {
    // Drop the future at every point where it can be dropped, and see that the bucket is right afterwards.
    for polls in 1..12 {
        let desk = desk(|_| Says::page());
        desk.client.authorise(&errand()).await.unwrap();
        {
            let search = search();
            let errand = errand();
            let mut call = Box::pin(desk.client.search_orders(&search, &errand));
            for _ in 0..polls {
                tokio::select! {
                    biased;
                    _ = &mut call => break,
                    () = tokio::task::yield_now() => {}
                }
            }
        }
        let sent = u32::try_from(desk.calls().len()).unwrap();
        assert_eq!(desk.client.budget(Operation::SearchOrders).whole_tokens, 20 - sent, "{polls}");
    }
}

#[tokio::test(start_paused = true)]
async fn no_patience_means_no_wait() {
    let empty = BucketState { tokens_nano: 999_999_999, micro_hertz: 500_000, at: noon() };
    let desk = Setup { states: [(Operation::GetOrderItemsV0, empty)].into(), ..Setup::default() }
        .open(|_| Says::page());
    let started = Instant::now();
    let error = desk.client.order_items_v0("203-1", noon(), &with_patience(Patience::Now)).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Throttled);
    assert!(error.retry_at.is_some() && error.status.is_none());
    assert_eq!((started.elapsed(), desk.calls().len()), (Duration::ZERO, 0));
}

#[tokio::test(start_paused = true)]
async fn the_budget_shows_what_is_left_and_when_more_comes() {
    let kept = BucketState { tokens_nano: 14_000_000_000, micro_hertz: 5_600, at: noon() };
    let desk =
        Setup { states: [(Operation::SearchOrders, kept)].into(), ..Setup::default() }.open(|_| Says::page());
    desk.client.recall_budget(Operation::SearchOrders).await.unwrap();
    let budget = desk.client.budget(Operation::SearchOrders);
    assert_eq!((budget.whole_tokens, budget.burst, budget.next_token_at), (14, 20, noon()));
    for _ in 0..14 {
        desk.client.search_orders(&search(), &errand()).await.unwrap();
    }
    let budget = desk.client.budget(Operation::SearchOrders);
    assert_eq!(budget.whole_tokens, 0);
    assert_eq!(budget.next_token_at.timestamp(), noon().timestamp() + 178);
}
