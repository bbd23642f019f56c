//! What can only be tested from inside: query plans, migrations that do not exist yet, a full disk.

use std::path::Path;

use chrono::{DateTime, Utc};
use packlight_domain::account::{OrdersApi, Platform};
use packlight_domain::order::{Group, Line, OrderUpdate, SourceRank};
use packlight_domain::page::{Sort, SortKey};
use sqlx::migrate::Migrator;
use sqlx::{AssertSqlSafe, Row};

use crate::counts::Cell;
use crate::keyset::{Column, Key, Reading, Stretch, keys_query};
use crate::search::Filter;
use crate::{Access, NewAccount, OpenError, SecretsPlace, Store, open};

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_768_737_600, 0).unwrap()
}

async fn store(folder: &Path) -> Store {
    let store = Store::open(folder, Access::Write, now()).await.unwrap();
    let new = NewAccount {
        label: "shop".into(),
        platform: Platform::Amazon,
        region: None,
        orders_api: OrdersApi::V2026,
        marketplaces: Vec::new(),
        client_fingerprint: String::new(),
        client_id_tail: None,
        secrets: SecretsPlace::None,
        now: now(),
    };
    store.add_account(&new).await.unwrap();
    store
}

fn updates(number: i64) -> Vec<OrderUpdate> {
    (0..number)
        .map(|n| {
            let mut update = OrderUpdate::new(format!("203-{n}"), now(), SourceRank::V2026);
            update.carried = Group::ALL.into_iter().collect();
            update.lines = vec![Line { order_item_id: "1".into(), ..Line::default() }];
            update
        })
        .collect()
}

async fn plan(store: &Store, sql: &str) -> String {
    let rows = sqlx::query(AssertSqlSafe(format!("EXPLAIN QUERY PLAN {sql}")))
        .fetch_all(&store.inner.readers)
        .await
        .unwrap();
    rows.iter().map(|row| row.get::<String, _>("detail")).collect::<Vec<_>>().join("\n")
}

/// The plan of one page: two accounts' worth of cells, behind a row.
async fn page_plan(store: &Store, sort: Sort, filter: &Filter) -> String {
    let column = Column::of(sort.key);
    let cells = [Cell { account: 1, status: 1, orders: 1 }, Cell { account: 1, status: 2, orders: 1 }];
    let key = if sort.key == SortKey::OrderId { Key::Text("203".into()) } else { Key::Number(1) };
    let stretch = Stretch { without_value: false, low: None, high: Some((key, 1)) };
    let reading = Reading { descending: sort.descending, limit: 100, offset: 0, budget: Some(512) };
    let mut query = keys_query(column, &cells, &stretch, reading, filter);
    query.push(")");
    plan(store, query.sql().as_str()).await
}

#[tokio::test]
async fn a_page_is_a_merge_of_covering_index_ranges() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path()).await;
    for (key, index, column) in [
        (SortKey::Date, "orders_by_date", "order_date"),
        (SortKey::Updated, "orders_by_update", "last_update"),
        (SortKey::ShipBy, "orders_by_ship", "ship_by"),
        (SortKey::Total, "orders_by_total", "total_minor"),
        (SortKey::OrderId, "orders_by_number", "platform_order_id"),
    ] {
        for descending in [true, false] {
            let plan = page_plan(&store, Sort { key, descending }, &Filter::default()).await;
            let search = format!(
                "SEARCH platform_orders USING COVERING INDEX {index} (account_id=? AND ui_status=? AND"
            );
            let between = format!("{search} {column}<?)");
            let tie = format!("{search} {column}=? AND rowid<?)");
            assert_eq!((plan.matches(&between).count(), plan.matches(&tie).count()), (2, 2), "{plan}");
            assert!(plan.contains("MERGE (UNION ALL)"), "{plan}");
            assert!(!plan.contains("SCAN platform_orders") && !plan.contains("TEMP B-TREE"), "{plan}");
        }
    }
    store.close().await;
}

#[tokio::test]
async fn a_search_looks_up_texts_by_row_and_candidates_by_trigram() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path()).await;
    let query = packlight_domain::query::Query::parse("falcon").unwrap();
    let plan_of = page_plan(&store, Sort::default(), &Filter::of(&query)).await;
    assert!(plan_of.contains("SEARCH t USING INTEGER PRIMARY KEY (rowid=?)"), "{plan_of}");
    assert!(!plan_of.contains("TEMP B-TREE"), "{plan_of}");
    let sql = "SELECT rowid FROM order_trigrams WHERE order_trigrams MATCH '\"fal\"' LIMIT 5";
    let plan_of = plan(&store, sql).await;
    assert_eq!(plan_of, "SCAN order_trigrams VIRTUAL TABLE INDEX 0:M2");
    store.close().await;
}

#[tokio::test]
async fn what_every_page_of_a_sync_asks_is_indexed() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path()).await;
    for (sql, expected) in [
        (
            "SELECT id FROM platform_orders WHERE account_id = ?1 AND platform_order_id IN (SELECT value FROM json_each(?2))",
            "(account_id=? AND platform_order_id=?)",
        ),
        (
            "SELECT segment FROM order_blocks INDEXED BY order_blocks_grown WHERE n > 2048",
            "INDEX order_blocks_grown",
        ),
        (
            "SELECT platform_order_id FROM platform_orders INDEXED BY orders_missing_items \
             WHERE account_id = ? AND missing_items = 1 ORDER BY order_date DESC, id DESC LIMIT ?",
            "USING INDEX orders_missing_items (account_id=?)",
        ),
        (
            "SELECT 1 FROM order_blocks WHERE segment = ? AND account_id = ? AND (low_key, low_id) <= (?, ?) \
             ORDER BY low_key DESC, low_id DESC LIMIT 1",
            "USING PRIMARY KEY (segment=? AND (low_key,low_id)<(?,?))",
        ),
    ] {
        let plan = plan(&store, sql).await;
        assert!(plan.contains(expected) && !plan.contains("TEMP B-TREE"), "{plan}");
    }
    store.close().await;
}

/// The migrations of this version and one more.
async fn with_next(sql: &str) -> (tempfile::TempDir, Migrator) {
    let steps = tempfile::tempdir().unwrap();
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../migrations");
    for step in std::fs::read_dir(own).unwrap() {
        let step = step.unwrap();
        std::fs::copy(step.path(), steps.path().join(step.file_name())).unwrap();
    }
    let next = newest() + 1;
    std::fs::write(steps.path().join(format!("{next}_next.sql")), sql).unwrap();
    let migrator = Migrator::new(steps.path()).await.unwrap();
    (steps, migrator)
}

fn newest() -> i64 {
    open::MIGRATIONS.iter().map(|step| step.version).max().unwrap()
}

/// The shell spawns what it asks of the store, so every future has to be `Send`, whatever is borrowed in it.
#[test]
fn what_is_asked_can_be_spawned() {
    fn spawnable<T: Send>(_: T) {}
    fn all(
        store: &'static Store,
        folder: &'static Path,
        request: &'static packlight_domain::listing::ListRequest,
    ) {
        let query = &const { packlight_domain::query::Query { terms: Vec::new() } };
        spawnable(Store::open(folder, Access::Write, now()));
        spawnable(store.page(query, request));
        spawnable(store.details(query, None, None, 1));
        spawnable(store.check());
        spawnable(store.accounts());
        spawnable(store.counts(None, None));
        spawnable(store.vacuum());
        spawnable(store.close());
        spawnable(store.recover_jobs());
        spawnable(store.apply(packlight_domain::account::AccountId(1), &[], &[], now()));
    }
    let _ = all;
}

#[tokio::test]
async fn every_step_sets_its_own_version() {
    for (at, step) in open::MIGRATIONS.iter().enumerate() {
        assert_eq!(usize::try_from(step.version).unwrap(), at + 1, "numbered without gaps");
        let last = step.sql.as_str().trim_end().lines().last().unwrap();
        assert_eq!(last, format!("PRAGMA user_version = {};", step.version));
        assert!(!step.sql.as_str().contains('\r'));
    }
}

#[tokio::test]
async fn a_step_leaves_a_copy_of_the_old_database() {
    let folder = tempfile::tempdir().unwrap();
    let first = store(folder.path()).await;
    first.apply(first.accounts().await.unwrap()[0].id, &updates(5), &[], now()).await.unwrap();
    first.close().await;
    let next = newest() + 1;
    let (_steps, migrations) =
        with_next(&format!("ALTER TABLE accounts ADD COLUMN colour TEXT;\nPRAGMA user_version = {next};\n"))
            .await;

    let older = Store::open_with(folder.path(), Access::Read, &migrations).await.unwrap_err();
    assert!(matches!(older, OpenError::OlderDatabase { .. }));
    assert!(older.to_string().ends_with("start Packlight or run a sync once to update it"), "{older}");

    let store = Store::open_with(folder.path(), Access::Write, &migrations).await.unwrap();
    assert_eq!(store.counts(None, None).await.unwrap().all, 5);
    store.close().await;
    let newer = Store::open(folder.path(), Access::Read, now()).await.unwrap_err();
    assert!(matches!(newer, OpenError::NewerDatabase { .. }));

    // The copy is a database of its own, for its owner only.
    let copy = folder.path().join(format!("packlight.db.before-{}", newest()));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&copy).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let restored = tempfile::tempdir().unwrap();
    std::fs::copy(&copy, restored.path().join(open::DATABASE)).unwrap();
    let old = Store::open(restored.path(), Access::Write, now()).await.unwrap();
    assert_eq!(old.counts(None, None).await.unwrap().all, 5);
    assert!(old.check().await.unwrap().ok);
    old.close().await;
    let names = std::fs::read_dir(folder.path()).unwrap().map(|file| file.unwrap().file_name());
    assert!(names.into_iter().all(|name| !name.to_string_lossy().ends_with(".part")));
}

#[tokio::test]
async fn a_step_that_fails_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    store(folder.path()).await.close().await;
    let (_steps, migrations) = with_next("CREATE TABLE half (done); SELECT no_such_function();").await;
    let error = Store::open_with(folder.path(), Access::Write, &migrations).await.unwrap_err();
    assert!(error.to_string().contains("no_such_function"), "{error}");
    let store = Store::open(folder.path(), Access::Write, now()).await.unwrap();
    assert!(plan(&store, "SELECT * FROM accounts").await.contains("SCAN accounts"));
    let half = sqlx::query("SELECT * FROM half").fetch_all(&store.inner.readers).await.unwrap_err();
    assert!(half.to_string().contains("no such table"), "{half}");
    store.close().await;
}

#[tokio::test]
async fn a_full_disk_ends_in_a_sentence_and_writing_resumes() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path()).await;
    let account = store.accounts().await.unwrap()[0].id;
    // SQLite's own ceiling stands for the disk's: both end in SQLITE_FULL.
    let ceiling = async |pages: i64| {
        let set = format!("PRAGMA max_page_count = {pages}");
        let done = store.writer().unwrap().run(move |connection| {
            Box::pin(async move {
                sqlx::query(AssertSqlSafe(set)).execute(connection).await?;
                Ok(())
            })
        });
        done.await.unwrap();
    };
    ceiling(1).await;
    let error = store.apply(account, &updates(300), &[], now()).await.unwrap_err();
    assert_eq!(error.to_string(), "the disk is full: free at least 50 MB; reading still works");
    assert_eq!(store.counts(None, None).await.unwrap().all, 0, "nothing of the page was kept");
    ceiling(1_000_000).await;
    assert_eq!(store.apply(account, &updates(300), &[], now()).await.unwrap().new.len(), 300);
    assert!(store.check().await.unwrap().ok);
    store.close().await;
}
