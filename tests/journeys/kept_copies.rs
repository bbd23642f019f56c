//! Copies of the database and what goes by its age, by a clock that is right or years off (fault catalogue row 56, R11); and
//! no copy of what was deleted for good.

use std::path::Path;

use chrono::{NaiveDate, TimeDelta};
use packlight_domain::account::OrdersApi;
use packlight_domain::backup;
use packlight_domain::retention::Retention;
use packlight_engine::{POLL, Supervisor, SyncRequest, backups};
use packlight_spapi_sim::Seller;
use packlight_tests::world::{World, begin, set_clock_wrong, shop};

const TEN_YEARS: TimeDelta = TimeDelta::days(3_653);

/// The names in a folder that begin so.
fn names(folder: &Path, beginning: &str) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with(beginning))
        .collect();
    names.sort();
    names
}

fn nights(world: &World) -> Vec<String> {
    names(&world.folder().join(backups::FOLDER), "")
}

async fn hours(world: &World, number: i64) {
    world.until(world.amazon.now() + TimeDelta::hours(number)).await;
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_was_ten_years_ahead_costs_no_order_and_no_later_backup() {
    let seller = Seller::with_orders(300, 3, begin()).history_days(300);
    let world = World::connected(seller, OrdersApi::V2026).await;
    world.engine.sync(&SyncRequest { days: Some(300), ..SyncRequest::default() }).await.unwrap();
    let wanted = Retention { order_years: Some(1), trace_days: 90 };
    world.engine.set_retention(&wanted).await.unwrap();
    let all = world.engine.order_counts(None, None).await.unwrap().all;

    set_clock_wrong(TEN_YEARS);
    let foretold = world.engine.preview_retention(&wanted).await.unwrap();
    assert_eq!((foretold.orders, foretold.runs, foretold.requests), (0, 0, 0), "{foretold:?}");
    world.engine.back_up_tonight().await.unwrap();
    assert_eq!(nights(&world), ["packlight-2036-01-19.db"]);

    set_clock_wrong(TimeDelta::zero());
    let supervisor = Supervisor::start(world.engine.clone(), POLL);
    hours(&world, 1).await;
    supervisor.stop().await;
    assert_eq!(nights(&world), ["packlight-2026-01-18.db", "packlight-2036-01-19.db"]);
    assert_eq!(world.engine.order_counts(None, None).await.unwrap().all, all);
}

/// Without a line to Amazon the orders tell the time.
#[tokio::test(start_paused = true)]
async fn a_clock_that_is_ahead_at_a_start_without_amazon_lets_no_order_go() {
    let seller = Seller::with_orders(200, 3, begin()).history_days(300);
    let world = World::connected(seller, OrdersApi::V2026).await;
    world.engine.sync(&SyncRequest { days: Some(300), ..SyncRequest::default() }).await.unwrap();
    set_clock_wrong(TEN_YEARS);
    world.unplug(true);
    let world = world.restarted().await;
    let wanted = Retention { order_years: Some(1), trace_days: 90 };
    let foretold = world.engine.preview_retention(&wanted).await.unwrap();
    set_clock_wrong(TimeDelta::zero());
    assert_eq!(foretold.orders, 0, "{foretold:?}");
}

/// Backups of a week, and one that a wrong clock named.
#[tokio::test(start_paused = true)]
async fn a_copy_that_a_wrong_clock_named_takes_no_place_and_goes_once_there_are_others() {
    let world = World::connected(shop(10, 3), OrdersApi::V2026).await;
    world.synced().await;
    let folder = world.folder().join(backups::FOLDER);
    std::fs::create_dir(&folder).unwrap();
    let wrong = folder.join("packlight-2036-01-19.db");
    std::fs::write(&wrong, "of then").unwrap();
    world.engine.back_up_tonight().await.unwrap();
    assert!(wrong.exists(), "one other is not enough");
    let week = |back: i64| backup::file_name(begin().date_naive() - TimeDelta::days(back));
    for back in 1..7 {
        std::fs::write(folder.join(week(back)), "of then").unwrap();
    }
    world.engine.back_up_tonight().await.unwrap();
    let mut expected: Vec<String> = (0..7).map(week).collect();
    expected.sort();
    assert_eq!(nights(&world), expected);
}

#[tokio::test(start_paused = true)]
async fn a_repair_takes_the_newest_good_copy_and_not_what_a_wrong_clock_named_newest() {
    let world = World::connected(shop(20, 3), OrdersApi::V2026).await;
    set_clock_wrong(TEN_YEARS);
    world.engine.back_up_tonight().await.unwrap();
    set_clock_wrong(TimeDelta::zero());
    world.synced().await;
    let tonight = world.engine.back_up_tonight().await.unwrap();
    world.engine.close().await;
    let file = world.folder().join("packlight.db");
    let mut bytes = std::fs::read(&file).unwrap();
    bytes[8_192..].fill(0xa5);
    std::fs::write(&file, bytes).unwrap();
    let repaired = backups::repair(world.folder(), false, world.amazon.now()).await.unwrap();
    assert_eq!(repaired.backup.map(|backup| backup.path), Some(tonight.path));
}

/// What a restore, a repair and an update keep of the former database holds the orders too.
#[tokio::test(start_paused = true)]
async fn no_former_database_outlives_an_account_that_is_forgotten() {
    let world = World::connected(shop(30, 5), OrdersApi::V2026).await;
    world.synced().await;
    let night = world.engine.back_up_tonight().await.unwrap();
    world.engine.close().await;
    backups::restore(world.folder(), Path::new(&night.path), world.amazon.now()).await.unwrap();
    for name in ["packlight.db.before-6", "packlight.db.damaged-20260101T000000Z"] {
        std::fs::copy(&night.path, world.folder().join(name)).unwrap();
    }
    std::fs::write(world.folder().join("packlight.db.damaged-20260101T000000Z-wal"), "a log").unwrap();
    let kept = names(world.folder(), "packlight.db.before-restore-");
    assert_eq!(kept.len(), 1);
    let world = world.restarted().await;

    let account = world.engine.accounts().await.unwrap()[0].id;
    let preview = world.engine.forget_preview(account).await.unwrap();
    let copies = ["packlight.db.before-6", kept[0].as_str(), "packlight.db.damaged-20260101T000000Z"];
    assert_eq!((preview.copies, preview.backups), (copies.map(str::to_owned).to_vec(), 1));
    world.engine.forget_account(account, "wrong").await.unwrap_err();
    assert_eq!(names(world.folder(), "packlight.db.before").len(), 2, "nothing goes by mistake");

    world.engine.forget_account(account, "Shop").await.unwrap();
    world.engine.close().await;
    assert_eq!(names(world.folder(), "packlight.db"), ["packlight.db"]);
    assert_eq!(nights(&world).len(), 1, "it is rotated out, as the dialog says");
}

#[tokio::test(start_paused = true)]
async fn a_former_database_goes_when_there_is_a_week_of_backups_that_are_a_month_newer() {
    let world = World::connected(shop(10, 3), OrdersApi::V2026).await;
    world.synced().await;
    let folder = world.folder();
    std::fs::create_dir(folder.join(backups::FOLDER)).unwrap();
    for back in 1..7 {
        let night: NaiveDate = begin().date_naive() - TimeDelta::days(back);
        std::fs::write(folder.join(backups::FOLDER).join(backup::file_name(night)), "of then").unwrap();
    }
    // The week begins on 12 January.
    let [old, young] =
        ["packlight.db.damaged-20251212T120000Z", "packlight.db.before-restore-20251213T120000Z"];
    for name in [old, young] {
        std::fs::write(folder.join(name), "of then").unwrap();
        std::fs::write(folder.join(format!("{name}-wal")), "of then").unwrap();
    }
    world.engine.back_up_tonight().await.unwrap();
    assert_eq!(names(folder, "packlight.db.damaged"), Vec::<String>::new());
    assert_eq!(names(folder, "packlight.db.before"), [young.to_owned(), format!("{young}-wal")]);
}
