//! Steps of the schema that move what is there: a database of an older Packlight opens with all of it.
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
use packlight_store::{Access, Source, Store, WindowId};
use sqlx::migrate::Migrator;
use sqlx::{Connection, SqliteConnection};

/// A database as the steps up to `version` leave it.
async fn of_version(folder: &Path, version: i64) -> SqliteConnection {
    let steps = tempfile::tempdir().unwrap();
    for step in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../migrations")).unwrap() {
        let name = step.as_ref().unwrap().file_name().into_string().unwrap();
        let number = name.split('_').next().and_then(|number| number.parse::<i64>().ok());
        if number.is_some_and(|number| number <= version) {
            fs::copy(step.unwrap().path(), steps.path().join(name)).unwrap();
        }
    }
    fs::write(folder.join("packlight.db"), "").unwrap();
    let mut raw = raw(folder).await;
    sqlx::raw_sql("PRAGMA application_id = 0x506b4c74").execute(&mut raw).await.unwrap();
    Migrator::new(steps.path()).await.unwrap().run(&mut raw).await.unwrap();
    raw
}

#[tokio::test]
async fn a_half_read_window_of_version_six_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let mut old = of_version(folder.path(), 6).await;
    sqlx::raw_sql(
        "INSERT INTO accounts (id, label, platform, region, orders_api, client_fingerprint, secrets, created_at) \
         VALUES (1, 'shop', 'amazon', 'eu', '2026-01-01', 'f', 'file', 0), \
                (2, 'other', 'amazon', 'eu', '2026-01-01', 'g', 'file', 0); \
         INSERT INTO account_marketplaces (account_id, marketplace_id, zone) \
         VALUES (1, 'A1F83G8C2ARO7P', 'Europe/London'), (1, 'A1PA6795UKMFR9', 'Europe/Berlin'); \
         INSERT INTO sync_windows (id, account_id, source, api, marketplace_ids, window_from, window_to, restarts, \
             state, token, token_at, pages, fingerprints, lowest_echo) \
         VALUES (41, 1, 'orders', '2026-01-01', '[\"A1F83G8C2ARO7P\",\"A1PA6795UKMFR9\"]', 1000, 2000, 1, \
             'paging', 'the token', 3000, 2, x'00000000000000070000000000000008', 1900), \
                (40, 2, 'orders', 'v0', '[]', 1, 2, 0, 'done', NULL, 3, 4, x'', NULL)",
    )
    .execute(&mut old)
    .await
    .unwrap();
    old.close().await.unwrap();

    let store = Store::open(folder.path(), Access::Write, at(0)).await.unwrap();
    let accounts = store.accounts().await.unwrap();
    let shop = accounts.iter().find(|account| account.label == "shop").unwrap().id;
    let open = store.sync_state(shop, Source::Orders).await.unwrap().open_windows.remove(0);
    assert_eq!(
        (open.id, open.token.as_deref(), open.pages, open.restarts),
        (WindowId(41), Some("the token"), 2, 1)
    );
    assert_eq!(open.marketplace_ids, ["A1F83G8C2ARO7P", "A1PA6795UKMFR9"]);
    assert_eq!((open.fingerprints.as_slice(), open.end_sent), (&[7, 8][..], true));
    let millis = |at: chrono::DateTime<chrono::Utc>| at.timestamp_millis();
    assert_eq!(
        (millis(open.window.from), millis(open.window.to), millis(open.token_at)),
        (1_000, 2_000, 3_000)
    );
    assert_eq!(open.lowest_echo.map(millis), Some(1_900));
    let mut looked_at = raw(folder.path()).await;
    assert_eq!(scalar(&mut looked_at, "SELECT COUNT(*) FROM sync_windows").await, 2);
    assert!(store.check().await.unwrap().ok);
    // A row id is never given again.
    let next = packlight_store::NewWindow {
        account: shop,
        source: Source::Orders,
        api: packlight_domain::account::OrdersApi::V2026,
        marketplace_ids: vec![GB.into()],
        window: packlight_domain::window::Window { from: at(0), to: at(1) },
        end_sent: true,
        restarts: 0,
        now: at(2),
    };
    assert_eq!(store.begin_window(&next).await.unwrap(), WindowId(42));
    // With its account a window goes too.
    let cascades = "SELECT COUNT(*) FROM pragma_foreign_key_list('sync_windows') \
                    WHERE \"table\" = 'accounts' AND on_delete = 'CASCADE'";
    assert_eq!(scalar(&mut looked_at, cascades).await, 1);
    store.close().await;
    assert!(folder.path().join("packlight.db.before-6").exists());
}
