//! Opening: permissions, newer and older databases, damage, and what is left beside the file.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "the helpers of tests may fail like tests"
)]

mod common;

use std::fs;
use std::path::Path;

use common::*;
use packlight_store::{Access, OpenError, Store};
use sqlx::Connection;

#[cfg(unix)]
fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

/// A closed database with some orders.
async fn closed() -> tempfile::TempDir {
    let World { folder, store, account } = World::new().await;
    let updates: Vec<_> = (0..200).map(|n| order(&format!("203-{n}"), n)).collect();
    store.apply(account, &updates, &[], at(0)).await.unwrap();
    store.close().await;
    folder
}

async fn refused(folder: &Path, access: Access) -> OpenError {
    Store::open(folder, access, at(0)).await.unwrap_err()
}

#[cfg(unix)]
#[tokio::test]
async fn folder_and_files_are_for_their_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("a").join("data");
    let store = Store::open(&folder, Access::Write, at(0)).await.unwrap();
    store.add_account(&new_account("shop")).await.unwrap();
    assert_eq!(mode(&folder), 0o700);
    for file in ["packlight.db", "packlight.db-wal", "packlight.db-shm"] {
        assert_eq!(mode(&folder.join(file)), 0o600, "{file}");
    }
    store.close().await;
    assert!(!folder.join("packlight.db-wal").exists(), "a clean end leaves no log");
    // What somebody loosened is tightened again.
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).unwrap();
    fs::set_permissions(folder.join("packlight.db"), fs::Permissions::from_mode(0o644)).unwrap();
    let store = Store::open(&folder, Access::Write, at(0)).await.unwrap();
    store.counts(None, None).await.unwrap();
    assert_eq!((mode(&folder), mode(&folder.join("packlight.db"))), (0o700, 0o600));
    store.close().await;
}

#[tokio::test]
async fn a_newer_database_is_refused_and_not_a_byte_changes() {
    let folder = closed().await;
    let mut raw = raw(folder.path()).await;
    let newest = scalar(&mut raw, "PRAGMA user_version").await;
    sqlx::query("PRAGMA user_version = 99").execute(&mut raw).await.unwrap();
    raw.close().await.unwrap();
    let file = folder.path().join("packlight.db");
    let before = fs::read(&file).unwrap();
    for access in [Access::Write, Access::Read] {
        let error = refused(folder.path(), access).await;
        assert_eq!(
            error.to_string(),
            format!(
                "the data in {} was written by a newer Packlight (database version 99, this one knows {newest}): \
                 install the newer version; nothing was changed",
                folder.path().display()
            )
        );
        assert!(matches!(error, OpenError::NewerDatabase { found: 99, ours, .. } if ours == newest));
    }
    assert!(fs::read(&file).unwrap() == before);
}

#[tokio::test]
async fn a_newer_step_that_left_no_other_mark_is_seen_and_not_a_byte_changes() {
    let folder = closed().await;
    let mut raw = raw(folder.path()).await;
    let step = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
                VALUES (99, 'of a newer Packlight', 1, x'00', 0)";
    sqlx::query(step).execute(&mut raw).await.unwrap();
    raw.close().await.unwrap();
    let file = folder.path().join("packlight.db");
    let before = fs::read(&file).unwrap();
    for access in [Access::Write, Access::Read] {
        let error = refused(folder.path(), access).await;
        assert!(matches!(error, OpenError::NewerDatabase { found: 99, .. }), "{error}");
    }
    assert!(fs::read(&file).unwrap() == before);
}

#[tokio::test]
async fn a_newer_version_that_is_only_in_the_log_is_seen() {
    let folder = closed().await;
    let mut raw = raw(folder.path()).await;
    sqlx::query("PRAGMA user_version = 99").execute(&mut raw).await.unwrap();
    let file = folder.path().join("packlight.db");
    let log = folder.path().join("packlight.db-wal");
    let before = (fs::read(&file).unwrap(), fs::read(&log).unwrap());
    assert!(!before.1.is_empty());
    assert!(matches!(
        refused(folder.path(), Access::Write).await,
        OpenError::NewerDatabase { found: 99, .. }
    ));
    assert!((fs::read(&file).unwrap(), fs::read(&log).unwrap()) == before);
    raw.close().await.unwrap();
}

#[tokio::test]
async fn damage_is_named_and_the_file_kept() {
    type Damage = (fn(&mut Vec<u8>), &'static str);
    let damages: [Damage; 5] = [
        (|bytes| bytes[..16].fill(0), "does not begin like a database"),
        (|bytes| bytes.truncate(50), "shorter than a database header"),
        (|bytes| bytes.truncate(bytes.len() - 8_192), "its end is missing"),
        (|bytes| bytes[16..18].fill(7), "page size is impossible"),
        (|bytes| bytes[100..4_096].fill(0xff), "malformed"),
    ];
    for (damage, words) in damages {
        let folder = closed().await;
        let file = folder.path().join("packlight.db");
        let mut bytes = fs::read(&file).unwrap();
        damage(&mut bytes);
        fs::write(&file, &bytes).unwrap();
        for access in [Access::Write, Access::Read] {
            let error = refused(folder.path(), access).await;
            assert!(matches!(error, OpenError::Corrupt { .. }), "{error}");
            let text = error.to_string();
            assert!(text.contains(words), "{text}");
            assert!(text.contains("restore a backup, or move it away and sync again"), "{text}");
        }
        assert!(fs::read(&file).unwrap() == bytes);
    }
}

#[tokio::test]
async fn the_database_of_another_program_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("packlight.db"), "").unwrap();
    let mut raw = raw(folder.path()).await;
    sqlx::query("CREATE TABLE notes (text)").execute(&mut raw).await.unwrap();
    raw.close().await.unwrap();
    let error = refused(folder.path(), Access::Write).await;
    assert!(error.to_string().contains("it is the database of another program"), "{error}");
}

#[tokio::test]
async fn reading_needs_something_to_read() {
    let folder = tempfile::tempdir().unwrap();
    let error = refused(folder.path(), Access::Read).await;
    assert_eq!(
        error.to_string(),
        format!(
            "there is no Packlight database in {} yet: connect an account first",
            folder.path().display()
        )
    );
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "nothing was made");
    // A process that died before its first step leaves an empty file.
    fs::write(folder.path().join("packlight.db"), "").unwrap();
    assert!(matches!(refused(folder.path(), Access::Read).await, OpenError::Missing { .. }));
    let store = Store::open(folder.path(), Access::Write, at(0)).await.unwrap();
    store.close().await;
}

#[tokio::test]
async fn a_lock_of_another_program_ends_in_a_sentence() {
    let world = World::new().await;
    let mut raw = world.raw().await;
    sqlx::query("BEGIN EXCLUSIVE").execute(&mut raw).await.unwrap();
    assert_eq!(world.store.counts(None, None).await.unwrap().all, 0, "reading goes on");
    let error = world.store.apply(world.account, &[order("203-1", 1)], &[], at(0)).await.unwrap_err();
    assert_eq!(error.to_string(), "the database is in use by another program: try again");
    sqlx::query("ROLLBACK").execute(&mut raw).await.unwrap();
    world.apply(&[order("203-1", 1)]).await;
}

#[tokio::test]
async fn the_log_stays_small_however_much_is_written() {
    let world = World::new().await;
    let log = world.folder.path().join("packlight.db-wal");
    let mut largest = 0;
    for round in 0..25_i64 {
        let updates: Vec<_> = (0..100).map(|n| order(&format!("203-{}", round * 100 + n), n)).collect();
        world.apply(&updates).await;
        largest = largest.max(fs::metadata(&log).unwrap().len());
    }
    assert!(largest < 16 * 1024 * 1024, "{largest}");
    world.store.vacuum().await.unwrap();
    world.store.counts(None, None).await.unwrap();
    world.assert_sound().await;
    world.store.close().await;
}
