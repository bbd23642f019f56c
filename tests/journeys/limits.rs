//! Amazon's limits: a restart with an empty bucket, an hour of 429, and that waiting is not failing.

use std::time::Duration;

use chrono::TimeDelta;
use packlight_domain::account::OrdersApi;
use packlight_engine::Code;
use packlight_spapi_sim::{Fault, Operation, Seller};
use packlight_tests::command_line::{self, Desk};
use packlight_tests::world::{GB, World, connect_as, credentials, set_clock_wrong, shop};

#[tokio::test(start_paused = true)]
async fn a_restart_does_not_believe_in_tokens_that_were_spent() {
    let world = World::connected(shop(3_000, 5), OrdersApi::V2026).await;
    world.synced().await;
    let world = world.restarted().await;
    world.amazon.clear_calls();
    let report = world.synced().await;
    assert_eq!(report.sum.throttled, 0, "the bucket was remembered, so Amazon never had to say no");
    assert!(report.sum.calls <= 2);
}

/// I11: a clock that is off by hours neither spends what is not there nor waits for what is.
#[tokio::test(start_paused = true)]
async fn a_restart_with_a_wrong_clock_keeps_the_bucket() {
    for hours in [2, -2] {
        set_clock_wrong(TimeDelta::zero());
        let world = World::connected(shop(2_500, 5), OrdersApi::V2026).await;
        world.synced().await;
        set_clock_wrong(TimeDelta::hours(hours));
        let world = world.restarted().await;
        let report = world.synced().await;
        assert_eq!(report.sum.throttled, 0, "{hours} h");
        // By now the bucket is empty again; a token comes back every three minutes.
        tokio::time::advance(Duration::from_mins(20)).await;
        let world = world.restarted().await;
        let begun = tokio::time::Instant::now();
        let report = world.synced().await;
        assert_eq!((report.sum.throttled, report.sum.calls), (0, 1), "{hours} h");
        assert!(begun.elapsed() < Duration::from_mins(1), "{hours} h: {:?}", begun.elapsed());
    }
}

#[tokio::test(start_paused = true)]
async fn a_bucket_that_somebody_else_emptied_costs_one_refusal_each_time() {
    let world = World::connected(shop(500, 5), OrdersApi::V2026).await;
    world.amazon.inject(Fault::EmptyBucket.times(1));
    let report = world.synced().await;
    assert_eq!(report.sum.orders_seen, 500);
    assert!(report.sum.throttled <= 1, "{report:?}");
    assert_eq!(world.amazon.count(Operation::GetOrder), 0);
}

#[tokio::test(start_paused = true)]
async fn a_day_of_restarts_stays_inside_the_plan() {
    let mut world = World::connected(shop(200, 5).living(), OrdersApi::V2026).await;
    for _ in 0..24 {
        world.synced().await;
        world = world.restarted().await;
        tokio::time::advance(Duration::from_hours(1)).await;
    }
    assert_eq!(world.amazon.throttled(), 0);
}

/// Rows 22 and 23 where somebody sits and waits: one refusal is waited out, and the wait is said; more end the errand with
/// the time at which it may be repeated.
#[tokio::test(flavor = "multi_thread")]
async fn connecting_waits_aloud_and_not_for_ever() {
    let desk = Desk::new(Seller::with_orders(3, 5, chrono::Utc::now())).await;
    tokio::task::block_in_place(|| {
        let run = |label: &str| {
            let words = ["--json", "account", "add", "--region", "eu", "--secrets", "file"];
            let mut command = desk.command(&[&words[..], &["--marketplaces", GB, "--label", label]].concat());
            // A token of the list of marketplaces every two seconds.
            command.env("PACKLIGHT_RATE_SCALE", "30").stdin(std::process::Stdio::piped());
            let mut child = command.spawn().unwrap();
            let credentials = command_line::credentials();
            std::io::Write::write_all(&mut child.stdin.take().unwrap(), credentials.as_bytes()).unwrap();
            let output = child.wait_with_output().unwrap();
            let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
            (output.status.code(), json, String::from_utf8(output.stderr).unwrap())
        };
        desk.amazon.inject(Fault::Throttle.on(Operation::GetMarketplaceParticipations).times(1));
        let (code, json, said) = run("Shop");
        assert_eq!((code, &json["label"]), (Some(0), &serde_json::json!("Shop")), "{said}");
        assert!(said.contains("waiting for Amazon's limit until "), "{said}");

        desk.amazon.clear_calls();
        desk.amazon.inject(Fault::Throttle.on(Operation::GetMarketplaceParticipations));
        let (code, json, said) = run("Attic");
        assert_eq!((code, &json["error"]["code"]), (Some(5), &serde_json::json!("throttled")), "{said}");
        let message = json["error"]["message"].as_str().unwrap();
        let (sentence, time) = message.split_once(" (after ").unwrap_or((message, ""));
        assert!(sentence.ends_with("nothing is lost, try again later"), "{message}");
        assert_eq!(time.len(), "12:03:10)".len(), "{message}");
        assert_eq!(desk.amazon.count(Operation::GetMarketplaceParticipations), 2);
    });
}

/// The window's Connect and Check are no more patient than that.
#[tokio::test(start_paused = true)]
async fn connecting_and_checking_end_as_limited_after_one_wait() {
    let world = World::connected(shop(10, 5), OrdersApi::V2026).await;
    world.amazon.inject(Fault::Throttle);
    let begun = tokio::time::Instant::now();
    let error = connect_as(&world.engine, "Attic", credentials(), OrdersApi::V2026, &[GB]).await.unwrap_err();
    assert_eq!(error.code, Code::Throttled);
    assert!(error.retry_at.unwrap() > world.amazon.now() - TimeDelta::seconds(2));
    let account = world.engine.accounts().await.unwrap().remove(0).id;
    assert_eq!(world.engine.check_account(account).await.unwrap_err().code, Code::Throttled);
    assert!(begun.elapsed() < Duration::from_mins(5), "{:?}", begun.elapsed());
    assert_eq!(world.amazon.throttled(), 4);
}
