//! Confirming by the command line: the whole way there and back, and a process that is killed in the middle of a batch.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use packlight_domain::account::OrdersApi;
use packlight_domain::stock::UnitDraft;
use packlight_engine::SyncRequest;
use packlight_spapi::HttpTransport;
use packlight_spapi_sim::Seller;
use packlight_tests::command_line::Desk;
use packlight_tests::database;
use packlight_tests::world::{GB, connect, over_sockets};
use serde_json::Value;

/// Orders of the seller.
const ORDERS: u64 = 400;
/// How many confirmations stand when the process is killed.
const MOMENTS: [i64; 3] = [1, 40, 90];

/// A desk with orders, every number of theirs mapped, and units for most of them.
async fn stocked() -> Desk {
    let seller = Seller::with_orders(ORDERS, 21, chrono::Utc::now()).history_days(25);
    let desk = Desk::new(seller).await;
    let transport = HttpTransport::new().unwrap();
    let engine = over_sockets(desk.folder(), &desk.base_url(), &desk.lwa_url(), transport).await.unwrap();
    connect(&engine, OrdersApi::V2026, &[GB]).await.unwrap();
    engine.sync(&SyncRequest::default()).await.unwrap();
    let mut wanted: BTreeMap<String, u32> = BTreeMap::new();
    for order in engine.details("", None, None, u32::MAX).await.unwrap() {
        for item in order.items {
            if let Some(asin) = item.asin {
                *wanted.entry(asin).or_default() += item.quantity;
            }
        }
    }
    for (asin, units) in wanted {
        let set = format!("SET-{asin}");
        engine.map_number(&asin, true, &set, "New").await.unwrap();
        let unit = UnitDraft {
            set_number: set,
            condition: "New".into(),
            cost: Some("3.50".into()),
            storage_location: Some("A-01".into()),
            ..UnitDraft::default()
        };
        if units > 0 {
            engine.add_units(&unit, units).await.unwrap();
        }
    }
    engine.close().await;
    desk
}

/// Orders confirmed so far, counted beside the running process.
async fn confirmed(desk: &Desk) -> i64 {
    database::number(desk.folder(), "SELECT COUNT(*) FROM platform_orders WHERE confirmed_at IS NOT NULL")
        .await
}

/// Every unit as `inventory list` shows it.
fn units(desk: &Desk) -> BTreeMap<String, Value> {
    let all = desk.json(0, &["inventory", "list"], "");
    all.as_array()
        .unwrap()
        .iter()
        .map(|unit| (unit["id"].as_str().unwrap().to_owned(), unit.clone()))
        .collect()
}

fn number(value: &Value) -> i64 {
    value.as_i64().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn kill_nine_in_the_middle_of_a_batch_loses_and_doubles_no_unit() {
    let desk = stocked().await;
    let before = units(&desk);
    let preview = desk.json(0, &["confirm", "--dry-run"], "");
    let whole = number(&preview["confirmed"]);
    assert!(whole > 150, "{whole} orders are too few to be killed among");
    assert_eq!(units(&desk), before, "a dry run changes nothing");

    let mut killed = 0;
    for moment in MOMENTS {
        let started_with = confirmed(&desk).await;
        let mut child = desk.command(&["confirm"]).spawn().unwrap();
        let deadline = Instant::now() + Duration::from_mins(1);
        while confirmed(&desk).await < started_with + moment && child.try_wait().unwrap().is_none() {
            assert!(Instant::now() < deadline, "the process confirmed nothing");
            tokio::task::yield_now().await;
        }
        killed += usize::from(child.try_wait().unwrap().is_none());
        child.kill().unwrap();
        child.wait().unwrap();
        let check = desk.json(0, &["check"], "");
        assert_eq!(check["ok"], true, "{check}");
    }
    assert!(killed >= 2, "only {killed} of the processes were still alive when they were to be killed");

    let so_far = confirmed(&desk).await;
    assert!(so_far < whole, "nothing was left for the last run");
    let rest = desk.json(0, &["confirm"], "");
    assert_eq!(number(&rest["confirmed"]) + so_far, whole);
    assert_eq!(confirmed(&desk).await, whole);
    // Whatever was killed between: the units that the preview promised are sold, each once, and no others.
    let promised: BTreeSet<String> = preview["orders"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|order| order["units"].as_array().unwrap())
        .map(|unit| unit.as_str().unwrap().to_owned())
        .collect();
    assert_eq!(promised.len() as u64, preview["units_moved"].as_u64().unwrap());
    let sold = units(&desk);
    for (id, unit) in &sold {
        assert_eq!(unit["status"] == "sold", promised.contains(id), "unit {id}: {unit}");
        if unit["status"] == "sold" {
            assert!(unit["storage_location"].as_str().unwrap().starts_with("SOLD-20"), "{unit}");
            assert_eq!(unit["previous_location"], "A-01");
        }
    }
    let listed = desk.json(0, &["orders", "list", "--query", "is:confirmed"], "");
    let listed = listed.as_array().unwrap();
    assert_eq!(i64::try_from(listed.len()).unwrap(), whole);
    assert!(listed.iter().all(|order| order["internal_status"] == "Completed"));

    // Every killed batch is there to be undone, with what it had done.
    let batches: Vec<i64> =
        database::numbers(desk.folder(), "SELECT DISTINCT batch FROM acts WHERE kind = 'confirmation'").await;
    assert!(batches.len() >= 2, "{batches:?}");
    let mut restored = 0;
    for batch in batches {
        let undone = desk.json(0, &["confirm", "--undo", &batch.to_string()], "");
        assert_eq!(undone["skipped"], 0, "{undone}");
        restored += number(&undone["orders_restored"]);
    }
    assert_eq!(restored, whole);
    assert_eq!(units(&desk), before, "every unit lies where it lay");
    let check = desk.json(0, &["check"], "");
    assert_eq!(check["ok"], true, "{check}");
}

#[tokio::test(flavor = "multi_thread")]
async fn named_orders_are_confirmed_and_what_is_not_says_why() {
    let desk = stocked().await;
    let orders = desk.json(0, &["orders", "list", "--query", "status:paid is:matched is:fbm"], "");
    let orders = orders.as_array().unwrap();
    let first = orders[0]["platform_order_id"].as_str().unwrap();
    let pending = desk.json(0, &["orders", "list", "--query", "status:pending", "--limit", "1"], "");
    let pending = pending[0]["platform_order_id"].as_str().unwrap();
    let done = desk.json(0, &["confirm", "000-0", first, pending, "--archive", " Attic 3 "], "");
    assert_eq!((number(&done["confirmed"]), number(&done["skipped"])), (1, 2), "{done}");
    let told: Vec<&str> =
        done["orders"].as_array().unwrap().iter().map(|order| order["order_id"].as_str().unwrap()).collect();
    assert_eq!(told, ["000-0", first, pending]);
    assert_eq!(done["orders"][1]["archive_location"], "Attic 3");
    assert_eq!(done["orders"][0]["reason"], "it is not in the local copy: check the id, or sync first");
    assert_eq!(done["orders"][2]["reason"], "it is pending: its payment has not cleared");
    let shown = desk.json(0, &["orders", "show", first], "");
    assert_eq!((&shown["internal_status"], &shown["ui_status"]), (&"Completed".into(), &"Completed".into()));

    let again = desk.json(0, &["confirm", first], "");
    assert_eq!((&again["batch"], &again["orders"][0]["result"]), (&Value::Null, &"already".into()));
    let batch = done["batch"].as_str().unwrap();
    let undone = desk.json(0, &["confirm", "--undo", batch], "");
    assert_eq!((number(&undone["orders_restored"]), &undone["units_restored"]), (1, &done["units_moved"]));
    let again = desk.json(0, &["confirm", "--undo", batch], "");
    assert_eq!((&again["batch"], number(&again["skipped"])), (&Value::Null, 1));

    for (exit, words, part) in [
        (2, vec!["confirm", first, "--archive", " "], "the archive location is empty"),
        (2, vec!["confirm", "--undo", batch, first], "--undo"),
        (1, vec!["confirm", "--undo", "999999"], "there is no action 999999"),
        (3, vec!["confirm", "--account", "nobody"], "no account is called 'nobody'"),
    ] {
        let error = desk.json(exit, &words, "");
        assert!(error["error"]["message"].as_str().unwrap().contains(part), "{error}");
    }
}
