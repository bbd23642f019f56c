//! Backups there and back, and databases that were truly damaged: bytes overwritten all over the file, cut off, emptied.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "the helpers of tests may fail like tests"
)]

mod common;

use std::fs;
use std::path::{Path, PathBuf};

use common::*;
use packlight_domain::page::{Place, Sort};
use packlight_domain::query::Query;
use packlight_store::{
    Access, BackupError, OpenError, Source, Store, StoreError, examine_backup, repair, restore, suspect,
};
use sqlx::Connection;

/// Enough orders for every table to have pages of its own.
const ORDERS: i64 = 300;

async fn filled() -> World {
    let world = World::new().await;
    let orders: Vec<_> = (0..ORDERS).map(|n| order(&format!("203-{n:04}"), n)).collect();
    let window = begin(&world, 0, 1_000).await;
    commit(&world, &page(window, &orders, None)).await;
    world
}

async fn count(store: &Store) -> u32 {
    let page =
        store.page(&Query::default(), &request(Sort::default(), Place::First, 1), at(0)).await.unwrap();
    page.total
}

/// The database reopened, as a test wants to look at it.
async fn reopened(folder: &Path) -> Store {
    let store = Store::open(folder, Access::Write, at(0)).await.unwrap();
    let report = store.check().await.unwrap();
    assert!(report.ok, "{:?}", report.problems);
    store
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

async fn note_all(store: &Store, text: &str) {
    let ids = store.matching(&Query::default(), packlight_store::Scope::default(), at(0)).await.unwrap();
    store.set_note(ids[0], Some(text), at(5)).await.unwrap().unwrap();
}

#[tokio::test]
async fn a_backup_is_the_whole_database_and_comes_back() {
    let world = filled().await;
    let elsewhere = tempfile::tempdir().unwrap();
    let file = elsewhere.path().join("monday.db");
    let backup = world.store.back_up(&file, false, at(77)).await.unwrap();
    assert_eq!(backup.bytes, fs::metadata(&file).unwrap().len());
    assert_eq!((backup.contents.orders, backup.contents.made_at), (300, Some(at(77))));
    assert_eq!(backup.contents.newest_order, Some(at(ORDERS - 1 - 60)));
    assert_eq!(backup.contents.accounts, ["shop"]);
    assert_eq!(names(elsewhere.path()), ["monday.db"], "nothing is left beside it");
    assert_eq!(examine_backup(&file).await.unwrap(), backup);
    let before = content(&mut world.raw().await).await;

    // What came after the backup is not in it, and is kept aside.
    world.apply(&[order("999-1", 5_000)]).await;
    world.store.close().await;
    let folder = world.folder.path();
    let restored = restore(folder, &file, at(3_600)).await.unwrap();
    assert_eq!(restored.backup.contents.orders, 300);
    let kept = restored.kept.unwrap();
    assert_eq!(kept, folder.join("packlight.db.before-restore-20260118T130000Z"));
    let store = reopened(folder).await;
    let mut looked_at = raw(folder).await;
    assert_eq!(content(&mut looked_at).await, before);
    let marks = scalar(&mut looked_at, "SELECT COUNT(*) FROM settings").await;
    assert_eq!(marks, 0, "it is no backup itself");
    looked_at.close().await.unwrap();
    store.close().await;
    assert_eq!(names(folder), ["packlight.db", "packlight.db.before-restore-20260118T130000Z"]);
    // The former database is a backup like any other.
    restore(folder, &kept, at(7_200)).await.unwrap();
    let store = reopened(folder).await;
    assert_eq!(count(&store).await, 301);
    store.close().await;
}

#[tokio::test]
async fn a_reader_backs_up_beside_the_writer() {
    let world = filled().await;
    let reader = Store::open(world.folder.path(), Access::Read, at(0)).await.unwrap();
    let file = world.folder.path().join("copy.db");
    let backup = reader.back_up(&file, false, at(1)).await.unwrap();
    assert_eq!(backup.contents.orders, 300);
    // The writer's log holds what is newest; the copy has it.
    world.apply(&[order("999-1", 5_000)]).await;
    let error = reader.back_up(&file, false, at(2)).await.unwrap_err();
    assert!(
        error
            .to_string()
            .ends_with("copy.db exists already: choose another name, or allow it to be replaced")
    );
    assert_eq!(reader.back_up(&file, true, at(2)).await.unwrap().contents.orders, 301);
    reader.close().await;
}

#[tokio::test]
async fn the_database_is_never_replaced_by_its_backup() {
    let world = filled().await;
    for name in ["packlight.db", "packlight.db-wal"] {
        let error = world.store.back_up(&world.folder.path().join(name), true, at(1)).await.unwrap_err();
        assert!(error.to_string().ends_with("is the database itself: choose a file beside it"), "{error}");
    }
    let gone = world.folder.path().join("gone/x.db");
    let error = world.store.back_up(&gone, true, at(1)).await.unwrap_err();
    assert!(matches!(error, BackupError::NotWritten { .. }), "{error}");
}

#[tokio::test]
async fn what_is_no_good_backup_is_refused_and_nothing_changes() {
    let world = filled().await;
    let folder = world.folder.path().to_owned();
    let elsewhere = tempfile::tempdir().unwrap();
    let good = elsewhere.path().join("good.db");
    world.store.back_up(&good, false, at(1)).await.unwrap();
    world.store.close().await;
    let bytes = fs::read(&good).unwrap();
    let before = fs::read(folder.join("packlight.db")).unwrap();
    let bad = elsewhere.path().join("bad.db");
    let mut newer = bytes.clone();
    newer[60..64].copy_from_slice(&99_u32.to_be_bytes());
    let mut foreign = bytes.clone();
    foreign[68..72].fill(0);
    let mut flipped = bytes.clone();
    for at in (8_192..flipped.len()).step_by(4_096) {
        flipped[at..at + 64].fill(0xa5);
    }
    let cases: [(&[u8], &str); 6] = [
        (b"id,name\n1,Falcon\n", "is no backup of Packlight ("),
        (&foreign, "it is the database of another program"),
        (&newer, "was made by a newer Packlight (database version 99, this one knows "),
        (&flipped, "bad.db is damaged ("),
        (&bytes[..bytes.len() / 2], "bad.db is damaged ("),
        (b"", "bad.db is no backup of Packlight (it is empty)"),
    ];
    for (content, words) in cases {
        fs::write(&bad, content).unwrap();
        let error = restore(&folder, &bad, at(2)).await.unwrap_err().to_string();
        assert!(error.contains(words), "{error}");
        assert_eq!(names(&folder), ["packlight.db"]);
        assert!(fs::read(folder.join("packlight.db")).unwrap() == before);
    }
    let error = restore(&folder, &elsewhere.path().join("none.db"), at(2)).await.unwrap_err();
    assert!(error.to_string().ends_with("none.db: check the name"), "{error}");
}

#[tokio::test]
async fn a_restore_that_was_broken_off_is_gone_through_with_or_forgotten() {
    let world = filled().await;
    let folder = world.folder.path().to_owned();
    let file = folder.join("one.db");
    world.store.back_up(&file, false, at(1)).await.unwrap();
    world.apply(&[order("999-1", 5_000)]).await;
    world.store.close().await;
    let workshop = folder.join("restoring");
    let new = workshop.join("packlight.db");
    // Before the mark: the present database stays.
    fs::create_dir(&workshop).unwrap();
    fs::copy(&file, &new).unwrap();
    let store = reopened(&folder).await;
    assert_eq!(count(&store).await, 301);
    assert!(!workshop.exists());
    store.close().await;
    // Behind it: the new one comes, and the former log is never read with it.
    fs::create_dir(&workshop).unwrap();
    fs::copy(&file, &new).unwrap();
    fs::write(workshop.join("ready"), "").unwrap();
    fs::write(folder.join("packlight.db-wal"), "a log of another database").unwrap();
    let store = reopened(&folder).await;
    assert_eq!(count(&store).await, 300);
    store.close().await;
    // Between the exchange and the end.
    fs::create_dir(&workshop).unwrap();
    fs::write(workshop.join("ready"), "").unwrap();
    let store = reopened(&folder).await;
    assert_eq!(count(&store).await, 300);
    assert!(!workshop.exists());
    store.close().await;
}

#[tokio::test]
async fn spent_calls_are_not_given_back_by_a_restore() {
    let world = filled().await;
    let file = world.folder.path().join("one.db");
    let mut own = world.raw().await;
    let bucket = "INSERT OR REPLACE INTO rate_buckets VALUES ('f', 'eu', 1, 'searchOrders', ";
    sqlx::query(sqlx::AssertSqlSafe(format!("{bucket} 20000000000, 5600, 1)")))
        .execute(&mut own)
        .await
        .unwrap();
    world.store.back_up(&file, false, at(1)).await.unwrap();
    sqlx::query(sqlx::AssertSqlSafe(format!("{bucket} 7, 5600, 2)"))).execute(&mut own).await.unwrap();
    own.close().await.unwrap();
    world.store.close().await;
    restore(world.folder.path(), &file, at(2)).await.unwrap();
    let mut own = world.raw().await;
    assert_eq!(scalar(&mut own, "SELECT tokens_nano FROM rate_buckets").await, 7);
}

/// One way to damage the files of a database.
type Harm = (&'static str, fn(&Path));

const HARMS: [Harm; 6] = [
    ("bytes overwritten in every page", |file| {
        overwrite(file, 4_096);
    }),
    ("one page in ten overwritten", |file| overwrite(file, 40_960)),
    ("cut in half", |file| {
        let bytes = fs::read(file).unwrap();
        fs::write(file, &bytes[..bytes.len() / 2]).unwrap();
    }),
    ("a header of zeros", |file| {
        let mut bytes = fs::read(file).unwrap();
        bytes[..100].fill(0);
        fs::write(file, bytes).unwrap();
    }),
    ("another kind of file", |file| fs::write(file, "%PDF-1.7 nothing of ours").unwrap()),
    ("the schema overwritten", |file| {
        let mut bytes = fs::read(file).unwrap();
        bytes[100..4_000].fill(0x5a);
        fs::write(file, bytes).unwrap();
    }),
];

fn overwrite(file: &Path, step: usize) {
    let mut bytes = fs::read(file).unwrap();
    for at in (4_096..bytes.len()).step_by(step) {
        bytes[at..at + 16].fill(0xa5);
    }
    fs::write(file, bytes).unwrap();
}

#[tokio::test]
async fn a_damaged_database_is_kept_and_the_newest_good_backup_put_in_its_place() {
    for (what, harm) in HARMS {
        let world = filled().await;
        let folder = world.folder.path().to_owned();
        let (good, bad) = (folder.join("good.db"), folder.join("bad.db"));
        world.store.back_up(&good, false, at(1)).await.unwrap();
        world.apply(&[order("999-1", 5_000)]).await;
        world.store.back_up(&bad, false, at(2)).await.unwrap();
        overwrite(&bad, 4_096);
        world.store.close().await;
        let file = folder.join("packlight.db");
        harm(&file);
        let damaged = fs::read(&file).unwrap();
        // Found while it was in use, so the next start looks at all of it, whatever a first look would show.
        suspect(&folder).unwrap();
        let error = Store::open(&folder, Access::Write, at(3)).await.unwrap_err();
        assert!(matches!(error, OpenError::Corrupt { .. }), "{what}: {error}");
        let repaired = repair(&folder, &[bad, good.clone()], false, at(3_600)).await.unwrap();
        assert_eq!(repaired.quarantine, folder.join("packlight.db.damaged-20260118T130000Z"), "{what}");
        assert_eq!(repaired.from.as_ref().map(|from| from.file.clone()), Some(good), "{what}");
        assert!(fs::read(&repaired.quarantine).unwrap() == damaged, "{what}: kept byte by byte");
        let store = reopened(&folder).await;
        assert_eq!(count(&store).await, 300, "{what}");
        let state = store.sync_state(world.account, Source::Orders).await.unwrap();
        assert!(
            state.watermarks.iter().all(|(_, mark)| *mark == Some(at(1_000))),
            "{what}: read again from there"
        );
        store.close().await;
    }
}

#[tokio::test]
async fn the_sellers_work_since_the_backup_is_done_again() {
    let world = filled().await;
    let folder = world.folder.path().to_owned();
    let good = folder.join("good.db");
    note_all(&world.store, "before").await;
    world.store.back_up(&good, false, at(1)).await.unwrap();
    note_all(&world.store, "since").await;
    world.store.map_number("B00000000A", true, "75192", "New", at(6)).await.unwrap();
    let mut own = world.raw().await;
    let new = world.apply(&[order("999-1", 5_000)]).await.new[0].id;
    world.store.set_note(new, Some("of an order that comes again"), at(7)).await.unwrap();
    // Orders are damaged; what the seller did can still be read.
    let page = scalar(&mut own, "SELECT rootpage FROM sqlite_schema WHERE name = 'orders_by_number'").await;
    let orders = scalar(&mut own, "SELECT rootpage FROM sqlite_schema WHERE name = 'platform_orders'").await;
    own.close().await.unwrap();
    world.store.close().await;
    let file = folder.join("packlight.db");
    let mut bytes = fs::read(&file).unwrap();
    for root in [page, orders] {
        let start = usize::try_from(root - 1).unwrap() * 4_096;
        bytes[start..start + 64].fill(0xa5);
    }
    fs::write(&file, bytes).unwrap();
    let repaired = repair(&folder, &[good], false, at(3_600)).await.unwrap();
    assert_eq!((repaired.replayed.done, repaired.replayed.left), (2, 1), "{repaired:?}");
    let store = reopened(&folder).await;
    let mut own = raw(&folder).await;
    assert_eq!(scalar(&mut own, "SELECT COUNT(*) FROM platform_orders WHERE notes = 'since'").await, 1);
    assert_eq!(
        scalar(&mut own, "SELECT COUNT(*) FROM platform_orders WHERE matched_lines = 1").await,
        ORDERS
    );
    // It can be taken back like any other work.
    let acts = store.activity_acts(None, 10).await.unwrap();
    assert_eq!(store.undo(acts[1].batch, at(4_000)).await.unwrap().restored, 1, "{acts:?}");
    assert_eq!(scalar(&mut own, "SELECT COUNT(*) FROM platform_orders WHERE notes = 'before'").await, 1);
    store.close().await;
}

#[tokio::test]
async fn without_a_backup_what_is_whole_is_copied_and_else_the_seller_decides() {
    let world = filled().await;
    let folder = world.folder.path().to_owned();
    let mut own = world.raw().await;
    let index = scalar(&mut own, "SELECT rootpage FROM sqlite_schema WHERE name = 'orders_by_number'").await;
    own.close().await.unwrap();
    world.store.close().await;
    let file = folder.join("packlight.db");
    let whole = fs::read(&file).unwrap();
    let mut bytes = whole.clone();
    let start = usize::try_from(index - 1).unwrap() * 4_096;
    bytes[start..start + 64].fill(0xa5);
    fs::write(&file, &bytes).unwrap();
    let repaired = repair(&folder, &[], false, at(3_600)).await.unwrap();
    assert!(repaired.from_itself, "only an index was damaged");
    let store = reopened(&folder).await;
    assert_eq!(count(&store).await, 300);
    store.close().await;

    overwrite(&file, 4_096);
    let error = repair(&folder, &[folder.join("gone.db")], false, at(3_601)).await.unwrap_err();
    assert!(
        error.to_string().contains("is damaged, and there is no good backup: restore a backup from"),
        "{error}"
    );
    assert!(file.exists(), "nothing was done");
    let repaired = repair(&folder, &[], true, at(3_602)).await.unwrap();
    assert_eq!(repaired.from, None);
    let store = reopened(&folder).await;
    assert_eq!(count(&store).await, 0);
    store.close().await;
    let kept: Vec<PathBuf> = names(&folder).into_iter().map(|name| folder.join(name)).collect();
    assert_eq!(kept.len(), 3, "both damaged files are kept: {kept:?}");
}

#[tokio::test]
async fn a_suspicion_without_ground_is_dropped() {
    let world = filled().await;
    let folder = world.folder.path().to_owned();
    world.store.close().await;
    suspect(&folder).unwrap();
    let store = reopened(&folder).await;
    assert_eq!(count(&store).await, 300);
    store.close().await;
    assert_eq!(names(&folder), ["packlight.db"]);
}

/// A repair that was killed leaves copies as large as the database.
#[tokio::test]
async fn what_a_killed_repair_left_goes_with_the_next_start() {
    let world = filled().await;
    let folder = world.folder.path().to_owned();
    world.store.close().await;
    let left = [
        ".damaged.db.77.part",
        ".damaged.db.77.part-wal",
        ".damaged.db.77.part-shm",
        ".rebuilt.db.4194304.part",
        ".rebuilt.db.4194304.part-journal",
    ];
    // A backup that a command is making just now, and what the seller calls so.
    let others = [".monday.db.78.part", "damaged.db.77.part", "rebuilt.db"];
    let leave = || left.iter().chain(&others).for_each(|name| fs::write(folder.join(name), "half").unwrap());
    leave();
    Store::open(&folder, Access::Read, at(0)).await.unwrap().close().await;
    assert!(left.iter().all(|name| folder.join(name).exists()), "a reader deletes nothing");
    reopened(&folder).await.close().await;
    assert_eq!(names(&folder), [&[others[0]], &others[1..2], &["packlight.db"], &others[2..]].concat());

    // Also before the repair that the next start begins.
    leave();
    overwrite(&folder.join("packlight.db"), 4_096);
    let Err(error) = Store::open(&folder, Access::Write, at(0)).await else { panic!("it is damaged") };
    assert!(matches!(error, OpenError::Corrupt { .. }), "{error}");
    assert!(!left.iter().any(|name| folder.join(name).exists()), "{:?}", names(&folder));
}

/// Whatever is damaged while it is open fails in words, and never with a panic.
#[tokio::test]
async fn damage_that_is_met_while_reading_is_told() {
    let world = filled().await;
    world.store.close().await;
    let file = world.folder.path().join("packlight.db");
    let whole = fs::read(&file).unwrap();
    let mut told = 0;
    for at in (8_192..whole.len()).step_by(16_384) {
        let mut bytes = whole.clone();
        bytes[at..at + 32].fill(0xff);
        fs::write(&file, bytes).unwrap();
        let Ok(store) = Store::open(world.folder.path(), Access::Read, common::at(0)).await else {
            told += 1;
            continue;
        };
        match store.check().await {
            Ok(report) => told += i32::from(!report.ok),
            Err(error) => {
                assert!(matches!(error, StoreError::Corrupt(_)), "{error:?}");
                let next =
                    "start Packlight again, which examines it and puts the newest good backup in its place";
                assert!(error.to_string().contains(next), "{error}");
                told += 1;
            }
        }
        store.close().await;
    }
    assert!(told > 5, "{told}");
}
