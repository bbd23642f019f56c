//! The data folder as a whole: backups every night, and secrets and orders that never get where they do not belong.

use std::fs::OpenOptions;
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

use chrono::TimeDelta;
use packlight_domain::account::OrdersApi;
use packlight_domain::alert::News;
use packlight_domain::backup;
use packlight_domain::retention::Retention;
use packlight_engine::diagnostics::LogFile;
use packlight_engine::events::Event;
use packlight_engine::{Code, POLL, Supervisor, SyncRequest, backups};
use packlight_spapi_sim::{CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN, Seller};
use packlight_tests::database;
use packlight_tests::world::{World, begin, shop};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection};

fn nights(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(folder.join(backups::FOLDER))
        .map(|entries| entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect())
        .unwrap_or_default();
    names.sort();
    names
}

#[tokio::test(start_paused = true)]
async fn every_night_leaves_a_good_backup() {
    let world = World::connected(shop(40, 3).arrivals_per_hour(1), OrdersApi::V2026).await;
    let supervisor = Supervisor::start(world.engine.clone(), POLL);
    // The world begins at noon: the night before was missed and is made up for, then comes the next at two.
    world.until(world.amazon.now() + TimeDelta::hours(1)).await;
    assert_eq!(nights(world.folder()), ["packlight-2026-01-18.db"]);
    world.until(world.amazon.now() + TimeDelta::hours(14)).await;
    supervisor.stop().await;
    assert_eq!(nights(world.folder()), ["packlight-2026-01-18.db", "packlight-2026-01-19.db"]);
    let status = world.engine.backup_status().await.unwrap();
    assert_eq!((status.files.len(), status.problem), (2, None));
    let newest = backups::preview(Path::new(&status.files[0].path)).await.unwrap();
    assert!(newest.orders >= 40 && newest.orders >= status.files[1].orders, "{newest:?}");
    assert_eq!(backup::night_of("packlight-2026-01-19.db"), newest.made_at.map(|at| at.date_naive()));
}

#[tokio::test(start_paused = true)]
async fn a_night_that_cannot_be_backed_up_is_told() {
    let world = World::connected(shop(5, 3), OrdersApi::V2026).await;
    // Something else has the folder's name.
    std::fs::write(world.folder().join(backups::FOLDER), "in the way").unwrap();
    let error = world.engine.back_up_tonight().await.unwrap_err();
    let status = world.engine.backup_status().await.unwrap();
    assert_eq!(status.problem.as_deref(), Some(error.message.as_str()));
    assert!(error.message.contains("backups cannot be made"), "{error}");
    std::fs::remove_file(world.folder().join(backups::FOLDER)).unwrap();
    world.engine.back_up_tonight().await.unwrap();
    assert_eq!(world.engine.backup_status().await.unwrap().problem, None);
}

#[tokio::test(start_paused = true)]
async fn a_backup_that_fails_twice_running_is_news_and_one_that_succeeds_takes_it_back() {
    let world = World::connected(shop(5, 3), OrdersApi::V2026).await;
    let in_the_way = world.folder().join(backups::FOLDER);
    std::fs::write(&in_the_way, "in the way").unwrap();
    let supervisor = Supervisor::start(world.engine.clone(), POLL);
    let news = async || -> Vec<News> {
        let waiting = world.store().await.waiting_news().await.unwrap();
        waiting.into_iter().map(|one| one.news).collect()
    };
    let mut told = news().await;
    while told.is_empty() {
        world.until(world.amazon.now() + TimeDelta::minutes(1)).await;
        told = news().await;
    }
    let after = world.amazon.now() - begin();
    assert!(after >= TimeDelta::hours(1), "once may be an accident, and it is tried every hour: {after}");
    let [News::NotBackedUp { reason }] = &told[..] else { panic!("{told:?}") };
    assert!(reason.contains("backups cannot be made"), "{reason}");
    world.until(world.amazon.now() + TimeDelta::hours(3)).await;
    assert_eq!(news().await.len(), 1, "one outage is one piece of news");
    std::fs::remove_file(in_the_way).unwrap();
    world.until(world.amazon.now() + TimeDelta::hours(2)).await;
    assert_eq!((news().await, nights(world.folder()).len()), (Vec::new(), 1));
    supervisor.stop().await;
}

#[tokio::test(start_paused = true)]
async fn damage_that_a_backup_meets_is_told_at_once_to_whoever_can_open_the_folder_again() {
    let world = World::connected(shop(40, 3), OrdersApi::V2026).await;
    world.synced().await;
    let acts = "SELECT rootpage FROM sqlite_schema WHERE name = 'acts'";
    let page = database::number(world.folder(), acts).await;
    // What is not in the file yet would hide the damage.
    let mut own =
        SqliteConnectOptions::new().filename(world.folder().join("packlight.db")).connect().await.unwrap();
    sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(&mut own).await.unwrap();
    own.close().await.unwrap();
    let mut file = OpenOptions::new().write(true).open(world.folder().join("packlight.db")).unwrap();
    file.seek(SeekFrom::Start(u64::try_from(page - 1).unwrap() * 4_096)).unwrap();
    file.write_all(&[0xa5; 64]).unwrap();

    let mut events = world.engine.events().subscribe();
    let error = world.engine.back_up_tonight().await.unwrap_err();
    assert_eq!(error.code, Code::CorruptDatabase, "{error}");
    let told: Vec<Event> = std::iter::from_fn(|| events.try_recv().ok()).collect();
    assert!(told.contains(&Event::Damaged), "{told:?}");
    assert!(world.folder().join("packlight.db.suspect").exists(), "the next opening examines all of it");
}

#[tokio::test(start_paused = true)]
async fn what_is_older_than_wanted_goes_after_the_backup_of_the_night() {
    let seller = Seller::with_orders(300, 3, begin()).history_days(900);
    let world = World::connected(seller, OrdersApi::V2026).await;
    world.engine.sync(&SyncRequest { days: Some(900), ..SyncRequest::default() }).await.unwrap();
    let all = world.engine.order_counts(None, None).await.unwrap().all;
    let wanted = Retention { order_years: Some(1), trace_days: 7 };
    let foretold = world.engine.preview_retention(&wanted).await.unwrap();
    assert!(foretold.orders > 0 && foretold.staying > 0, "{foretold:?}");
    let wrong = Retention { order_years: Some(0), ..wanted.clone() };
    assert_eq!(world.engine.set_retention(&wrong).await.unwrap_err().code, Code::BadInput);
    world.engine.set_retention(&wanted).await.unwrap();
    // Choosing deletes nothing yet.
    assert_eq!(world.engine.preview_retention(&wanted).await.unwrap(), foretold);

    let supervisor = Supervisor::start(world.engine.clone(), POLL);
    let mut left = foretold.clone();
    // How long a backup takes is no matter of the clock here.
    for _ in 0..24 {
        if left.orders > 0 {
            world.until(world.amazon.now() + TimeDelta::hours(1)).await;
            left = world.engine.preview_retention(&wanted).await.unwrap();
        }
    }
    supervisor.stop().await;
    assert_eq!((left.orders, left.staying), (0, foretold.staying));
    assert_eq!(world.engine.order_counts(None, None).await.unwrap().all, all - foretold.orders);
    let status = world.engine.backup_status().await.unwrap();
    assert_eq!(status.files[0].orders, all, "what went is in the backup");
}

/// Every file below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found
}

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

/// Canaries: what a test world's seller types in, what Amazon hands out, and the orders themselves.
#[tokio::test(start_paused = true)]
async fn secrets_and_orders_stay_where_they_belong() {
    let world = World::connected(shop(30, 9), OrdersApi::V2026).await;
    world.synced().await;
    world.unplug(true);
    let failed = world.sync().await.unwrap_err();
    world.unplug(false);
    world.engine.back_up_tonight().await.unwrap();
    // Whoever is careless enough to log them.
    let order = world.amazon.truth().first().unwrap().amazon_order_id.clone();
    let mut log = LogFile::of(world.folder());
    writeln!(log, "refresh_token={REFRESH_TOKEN} client_secret={CLIENT_SECRET} of order {order}: {failed}")
        .unwrap();
    let diagnostics = world.engine.export_diagnostics().await.unwrap();
    let everything = world.engine.export_everything().await.unwrap();
    assert!(everything.rows > 60, "{everything:?}");

    let sent = world.engine.network(u32::MAX).await.unwrap();
    assert!(sent.iter().any(|entry| entry.purpose == "token" && entry.status == Some(200)), "{sent:?}");
    assert!(sent.iter().any(|entry| entry.purpose == "searchOrders" && entry.bytes_in > 1_000), "{sent:?}");
    assert!(sent.iter().any(|entry| entry.status.is_none()), "what failed is told too: {sent:?}");

    let unpacked = tempfile::tempdir().unwrap();
    let script = "import sys,zipfile; zipfile.ZipFile(sys.argv[1]).extractall(sys.argv[2])";
    let python = if cfg!(windows) { "python" } else { "python3" };
    let done = Command::new(python).args(["-c", script, &diagnostics.path]).arg(unpacked.path()).status();
    assert!(done.unwrap().success());
    let told = files(unpacked.path());
    assert_eq!(told.len(), usize::try_from(diagnostics.rows).unwrap());
    assert!(told.iter().any(|file| file.ends_with("logs/packlight.log")), "{told:?}");

    let secrets = [CLIENT_SECRET, REFRESH_TOKEN, CLIENT_ID, "Atza|"];
    let kept = files(world.folder());
    assert!(kept.len() > 30, "{kept:?}");
    for file in kept.iter().chain(&told) {
        let bytes = std::fs::read(file).unwrap();
        for secret in secrets {
            assert!(!holds(&bytes, secret), "{} holds {secret}", file.display());
        }
    }
    let titles: Vec<String> = world.amazon.truth().iter().map(|line| line.title.clone()).collect();
    for file in told.iter().chain([&world.folder().join("network.log")]) {
        let bytes = std::fs::read(file).unwrap();
        for line in world.amazon.truth() {
            assert!(!holds(&bytes, &line.amazon_order_id), "{} holds an order number", file.display());
        }
        assert!(titles.iter().all(|title| !holds(&bytes, title)), "{} holds a title", file.display());
    }
}
