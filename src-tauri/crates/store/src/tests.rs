//! What can only be tested from inside: query plans, migrations that do not exist yet, a full disk.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use packlight_domain::account::{AccountId, OrdersApi, Platform};
use packlight_domain::order::{Group, Line, OrderUpdate, SourceRank};
use packlight_domain::page::{Sort, SortKey};
use packlight_domain::query::Query;
use sqlx::migrate::Migrator;
use sqlx::{AssertSqlSafe, Row};

use crate::counts::Scope;
use crate::facts::Facts;
use crate::keyset::{Column, Edge, Key, Reading, Stretch, Walk};
use crate::sieve::Sieve;
use crate::zones::{Cell, Present, Seller, Zones};
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

/// Every source file of the store.
fn sources(folder: &Path, found: &mut Vec<(PathBuf, String)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else {
            found.push((path.clone(), fs::read_to_string(&path).unwrap()));
        }
    }
}

/// See [`crate::rows::LIMIT`].
#[test]
fn no_statement_is_planned_anew_for_every_limit() {
    let mut found = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
    found.retain(|(path, _)| path.file_name().is_some_and(|name| name != "tests.rs"));
    assert!(found.len() > 50, "{}", found.len());
    let bare = ["LIMIT ?", "LIMIT \").push_bind"];
    let of: Vec<_> = found.iter().filter(|(_, text)| bare.iter().any(|words| text.contains(words))).collect();
    assert!(of.is_empty(), "{:?}", of.iter().map(|(path, _)| path).collect::<Vec<_>>());
}

async fn plan(store: &Store, sql: &str) -> String {
    // SQLite would plan anew for every number that is bound.
    assert!(!sql.contains("LIMIT ?"), "{sql}");
    let rows = sqlx::query(AssertSqlSafe(format!("EXPLAIN QUERY PLAN {sql}")))
        .fetch_all(&store.inner.readers)
        .await
        .unwrap();
    rows.iter().map(|row| row.get::<String, _>("detail")).collect::<Vec<_>>().join("\n")
}

/// Orders of one account by their facts.
fn cell(facts: i64, orders: i64) -> Cell {
    Cell { account: 1, facts: Facts(facts), orders }
}

/// A desk of a million orders, most of them shipped, seen at a moment.
fn present() -> Present {
    let shop = Seller { id: AccountId(1), label: "shop".into(), platform: Platform::Amazon };
    let cells = vec![
        cell(2 | 2 << 5, 800_000),
        cell(3 | 8, 180_000),
        cell(1 | 2 << 5 | 128, 12_000),
        cell(1 | 1 << 5, 8_000),
    ];
    Present { sellers: vec![shop], cells, zones: Zones::none() }
}

/// The plan of one page of a query, behind a row.
async fn page_plan(store: &Store, sort: Sort, query: &str) -> String {
    let sieve = Sieve::of(&present(), &Query::parse(query).unwrap(), Scope::default());
    let key = if sort.key == SortKey::OrderId { Key::Text("203".into()) } else { Key::Number(1) };
    let stretch = Stretch { without_value: false, low: None, high: Some((key, 1)) };
    let reading = Reading { descending: sort.descending, limit: 100, offset: 0, budget: Some(512) };
    let mut query = Walk::of(&sieve, Column::of(sort.key)).keys_query(&stretch, reading);
    query.push(")");
    plan(store, query.sql().as_str()).await
}

const SORTS: [(SortKey, &str, &str); 5] = [
    (SortKey::Date, "by_date", "order_date"),
    (SortKey::Updated, "by_update", "last_update"),
    (SortKey::ShipBy, "by_ship", "ship_by"),
    (SortKey::Total, "by_total", "total_minor"),
    (SortKey::OrderId, "by_number", "platform_order_id"),
];

/// Every list that costs the same at any depth: a seek of an index for each range, in its order, and no order looked at.
#[tokio::test]
async fn a_page_is_a_merge_of_index_ranges() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path()).await;
    for (key, index, column) in SORTS {
        for descending in [true, false] {
            for (query, is_narrow, ranges) in [
                ("", false, 1),
                ("-is:unmatched", false, 1),
                ("status:shipped", true, 1),
                ("status:paid is:fbm", true, 1),
                ("is:late", true, 1),
                ("is:unmatched", true, 1),
            ] {
                if (query, key) == ("is:late", SortKey::ShipBy) {
                    // A window of the sort itself ends before the row.
                    continue;
                }
                let plan = page_plan(&store, Sort { key, descending }, query).await;
                let search = if is_narrow {
                    format!(
                        "SEARCH platform_orders USING INDEX orders_of_class_{index} (account_id=? AND class=? AND"
                    )
                } else {
                    format!("SEARCH platform_orders USING INDEX orders_{index} (account_id=? AND")
                };
                // The lists of all orders need no facts, so the index covers them.
                let plan = plan.replace("USING COVERING INDEX", "USING INDEX");
                let tie = format!("{search} {column}=? AND id<?)");
                assert_eq!(plan.matches(&search).count(), 2 * ranges, "{query}: {plan}");
                assert_eq!(plan.matches(&tie).count(), ranges, "{query}: {plan}");
                for slow in ["SCAN platform_orders", "TEMP B-TREE", "MERGE"] {
                    assert!(!plan.contains(slow), "{query}: {plan}");
                }
            }
        }
    }
    store.close().await;
}

/// A page at a position looks up one bound of a block and reads on both sides of it: the same seeks, bounded by what the
/// statement itself finds, and as long as there is one range its parts one behind the other.
#[tokio::test]
async fn a_page_at_a_position_begins_at_a_bound_of_a_block() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path()).await;
    for (key, index, column) in SORTS {
        for (descending, high) in [(true, true), (true, false), (false, true), (false, false)] {
            for (query, index) in
                [("", format!("orders_{index}")), ("status:shipped", format!("orders_of_class_{index}"))]
            {
                let sieve = Sieve::of(&present(), &Query::parse(query).unwrap(), Scope::default());
                let edge = Edge { account: 1, high, number: 80 };
                let before = Reading { descending: !descending, limit: 30, offset: 900, budget: None };
                let behind = Reading { descending, limit: 70, offset: 0, budget: None };
                let mut query = Walk::of(&sieve, Column::of(key)).keys_beside_query(edge, [before, behind]);
                query.push(")");
                let plan = plan(&store, query.sql().as_str()).await;
                let plan = plan.replace("USING COVERING INDEX", "USING INDEX");
                let search = format!("SEARCH platform_orders USING INDEX {index} (account_id=? AND");
                assert_eq!(plan.matches(&search).count(), 4, "{plan}");
                for direction in ['<', '>'] {
                    let tie = format!("{column}=? AND id{direction}?)");
                    assert_eq!(plan.matches(&tie).count(), 1, "{plan}");
                }
                assert_eq!(plan.matches("MATERIALIZE edge").count(), 1, "{plan}");
                assert!(plan.contains("SEARCH order_blocks USING PRIMARY KEY (segment=?)"), "{plan}");
                for slow in ["SCAN platform_orders", "TEMP B-TREE", "MERGE"] {
                    assert!(!plan.contains(slow), "{plan}");
                }
            }
        }
    }
    store.close().await;
}

/// That no order is looked at shows in SQLite's program only: the table's own cursor is never moved for a column.
#[tokio::test]
async fn facts_are_read_from_the_index() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path()).await;
    for (key, text) in
        SORTS.iter().flat_map(|(key, ..)| [(*key, "is:late is:fbm"), (*key, "status:shipped"), (*key, "")])
    {
        let sieve = Sieve::of(&present(), &Query::parse(text).unwrap(), Scope::default());
        let walk = Walk::of(&sieve, Column::of(key));
        let reading = Reading { descending: true, limit: 100, offset: 0, budget: None };
        let edge = Edge { account: 1, high: true, number: 80 };
        let readings = [Reading { descending: false, ..reading }, reading];
        let of_stretch = walk.keys_query(&Stretch::whole(false), reading);
        for mut query in [of_stretch, walk.keys_beside_query(edge, readings)] {
            query.push(")");
            let sql = format!("EXPLAIN {}", query.sql().as_str());
            let rows = sqlx::query(AssertSqlSafe(sql)).fetch_all(&store.inner.readers).await.unwrap();
            let program: Vec<(String, i64)> =
                rows.iter().map(|row| (row.get("opcode"), row.get::<i64, _>("p1"))).collect();
            let tables: Vec<i64> = rows
                .iter()
                .filter(|row| row.get::<String, _>("opcode") == "DeferredSeek")
                .map(|row| row.get::<i64, _>("p3"))
                .collect();
            for (opcode, cursor) in &program {
                let moves = matches!(opcode.as_str(), "Column" | "FinishSeek" | "SeekRowid");
                assert!(!moves || !tables.contains(cursor), "{text} by {key:?}: {opcode} of the table");
            }
        }
    }
    store.close().await;
}

#[tokio::test]
async fn what_orders_are_looked_at_for_is_looked_up_by_row() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path()).await;
    let plan_of = page_plan(&store, Sort::default(), "falcon").await;
    assert!(plan_of.contains("SEARCH t USING INTEGER PRIMARY KEY (rowid=?)"), "{plan_of}");
    assert!(!plan_of.contains("TEMP B-TREE") && !plan_of.contains("SEARCH o "), "{plan_of}");
    let plan_of = page_plan(&store, Sort::default(), "total:>5 sku:x").await;
    assert!(plan_of.contains("SEARCH o USING INTEGER PRIMARY KEY (rowid=?)"), "{plan_of}");
    assert!(
        plan_of.contains("SEARCH i USING INDEX sqlite_autoindex_platform_order_items_1 (order_id=?)"),
        "{plan_of}"
    );
    let sql = "SELECT rowid FROM order_trigrams WHERE order_trigrams MATCH '\"fal\"' LIMIT 5";
    let plan_of = plan(&store, sql).await;
    assert_eq!(plan_of, "SCAN order_trigrams VIRTUAL TABLE INDEX 0:M2");
    let sql = "SELECT id FROM platform_orders INDEXED BY orders_by_facts \
               WHERE (account_id, facts) IN (VALUES (1, 5), (1, 7))";
    let plan_of = plan(&store, sql).await;
    assert!(
        plan_of.contains("USING COVERING INDEX orders_by_facts (account_id=? AND facts=?)")
            || plan_of.contains("USING INDEX orders_by_facts (account_id=? AND facts=?)"),
        "{plan_of}"
    );
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
        (crate::ingest::UNTRIED, "USING INDEX orders_missing_items (account_id=?)"),
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

/// Few of a million orders wait: they come from the index, and their lines and units by row.
#[tokio::test]
async fn what_a_pick_list_asks_is_indexed() {
    use crate::picking::{OPEN_ORDERS, OPEN_ORDERS_OF, strike};
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path()).await;
    for (sql, expected) in [
        (OPEN_ORDERS, "SEARCH o USING INDEX orders_of_class_by_ship (account_id=? AND class=?)"),
        (OPEN_ORDERS_OF, "SEARCH o USING INTEGER PRIMARY KEY (rowid=?)"),
        (strike::HELD_UNITS, "SEARCH s USING INDEX pick_stops_hold (holds=?)"),
        (strike::LOST, "SEARCH s USING INDEX pick_stops_by_order (order_id=?)"),
    ] {
        let plan = plan(&store, sql).await.replace("COVERING ", "");
        assert!(plan.contains(expected), "{sql}\n{plan}");
        assert!(!plan.contains("SCAN o") && !plan.contains("SCAN s"), "{sql}\n{plan}");
    }
    store.close().await;
}

/// What is asked at every poll does not read every order of the account.
#[tokio::test]
async fn stale_orders_are_found_among_few() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path()).await;
    let plan = plan(&store, crate::ingest::STALE).await;
    let searches: Vec<&str> = plan.lines().filter(|line| line.contains(" o ")).collect();
    assert_eq!(searches.len(), 5, "{plan}");
    let narrow =
        ["(account_id=? AND class=?)", "(account_id=? AND last_update>?)", "INDEX orders_missing_items"];
    assert!(searches.iter().all(|search| narrow.iter().any(|words| search.contains(words))), "{plan}");
    store.close().await;
}

/// The migrations of this version and one more.
async fn with_next(sql: &str) -> (tempfile::TempDir, Migrator) {
    let steps = tempfile::tempdir().unwrap();
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../migrations");
    for step in fs::read_dir(own).unwrap() {
        let step = step.unwrap();
        fs::copy(step.path(), steps.path().join(step.file_name())).unwrap();
    }
    let next = newest() + 1;
    fs::write(steps.path().join(format!("{next}_next.sql")), sql).unwrap();
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
        let query = &const { Query { terms: Vec::new() } };
        spawnable(Store::open(folder, Access::Write, now()));
        spawnable(store.page(query, request, now()));
        spawnable(store.count(query, Scope::default(), 1, now(), || true));
        spawnable(store.matching(query, Scope::default(), now()));
        spawnable(store.details(query, None, None, 1, now()));
        spawnable(store.check());
        spawnable(store.accounts());
        spawnable(store.counts(None, None));
        spawnable(store.vacuum());
        spawnable(store.close());
        spawnable(store.recover_jobs());
        spawnable(store.apply(AccountId(1), &[], &[], now()));
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

fn file_names(folder: &Path) -> BTreeSet<OsString> {
    fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name()).collect()
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
    for access in [Access::Read, Access::Write] {
        let before = file_names(folder.path());
        let newer = Store::open(folder.path(), access, now()).await.unwrap_err();
        assert!(matches!(newer, OpenError::NewerDatabase { .. }));
        assert_eq!(file_names(folder.path()), before, "nothing appears beside what is refused");
    }

    // The copy is a database of its own, for its owner only.
    let copy = folder.path().join(format!("packlight.db.before-{}", newest()));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(&copy).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let restored = tempfile::tempdir().unwrap();
    fs::copy(&copy, restored.path().join(open::DATABASE)).unwrap();
    let old = Store::open(restored.path(), Access::Write, now()).await.unwrap();
    assert_eq!(old.counts(None, None).await.unwrap().all, 5);
    assert!(old.check().await.unwrap().ok);
    old.close().await;
    assert!(file_names(folder.path()).iter().all(|name| !name.to_string_lossy().ends_with(".part")));
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

#[tokio::test]
async fn stock_and_matching_are_read_by_their_indexes() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path()).await;
    for (sql, expected) in [
        (crate::claims::MOVED_ASIN, "SEARCH i USING INDEX items_by_asin (asin=?)"),
        (crate::claims::MOVED_NUMBER, "SEARCH i USING INDEX items_by_number (other_number=?)"),
        (crate::claims::RECOUNT, "SEARCH i USING INDEX sqlite_autoindex_platform_order_items_1 (order_id=?)"),
        (
            "SELECT id FROM inventory_items WHERE set_match = ? AND condition_class = ? AND status = 'in_stock'",
            "SEARCH inventory_items USING COVERING INDEX units_free (set_match=? AND condition_class=?)",
        ),
        (
            "SELECT id FROM inventory_items u WHERE TRUE AND location_order IS NOT NULL \
             ORDER BY location_order DESC, id DESC LIMIT 100 OFFSET 5",
            "SEARCH u USING COVERING INDEX units_by_location (location_order>?)",
        ),
        (
            "SELECT id FROM inventory_items u WHERE TRUE AND set_order IS NOT NULL ORDER BY set_order, id LIMIT 100",
            "SCAN u USING COVERING INDEX units_by_set",
        ),
        (
            "SELECT u.id FROM inventory_items u WHERE u.status = 'in_stock' AND u.asin COLLATE NOCASE = ?",
            "SEARCH u USING COVERING INDEX units_free_asins (asin=?)",
        ),
        ("SELECT batch FROM acts WHERE order_id = ?", "SEARCH acts USING INDEX acts_by_order (order_id=?)"),
    ] {
        let plan = plan(&store, sql).await;
        assert!(plan.contains(expected), "{sql}\n{plan}");
        assert!(!plan.contains("SCAN platform_order"), "{plan}");
    }
    store.close().await;
}
