//! The control of the ingest: what the same rows cost when nothing but SQLite has to be asked.
//!
//! The fair plain loop ends with the same database: same schema with its indexes, its triggers (which count) and its
//! search index, same PRAGMAs, 100 orders and the window's bookkeeping in a transaction. It is handed the finished rows,
//! so it does not look for older versions, fold texts, derive columns, hash groups or split blocks, and it calls
//! rusqlite's prepared statements directly. SQLite itself is the very same code: both crates link one library.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use rusqlite::types::Value;
use rusqlite::{CachedStatement, Connection, OpenFlags, params_from_iter};

/// The tables that a page of orders fills, in the order in which they can be filled, and the columns that lead from a
/// row to its order's id.
const TABLES: [(&str, &str); 4] = [
    ("platform_orders", "id"),
    ("platform_order_items", "order_id"),
    ("order_packages", "order_id"),
    ("order_texts", "id"),
];

/// Tables whose few rows have to be there before.
const GIVEN: [&str; 2] = ["accounts", "account_marketplaces"];

/// Everything that a database of orders consists of, ready to be written again.
pub(crate) struct Rows {
    schema: Vec<String>,
    search_settings: Vec<(String, i64)>,
    given: Vec<Table>,
    window: Table,
    pages: Vec<Vec<Table>>,
    /// Orders in `pages`.
    pub(crate) orders: i64,
}

/// A statement and the rows to run it with.
struct Table {
    insert: String,
    rows: Vec<Vec<Value>>,
}

impl Rows {
    /// Reads a database that the store has written.
    pub(crate) fn read(file: &Path, orders_a_page: i64) -> Result<Self> {
        let db = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        // Tables that SQLite or the search index make by themselves are left out.
        let schema = column(
            &db,
            "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' \
             AND name NOT LIKE '\\_sqlx%' ESCAPE '\\' AND name NOT LIKE 'order\\_trigrams\\_%' ESCAPE '\\' \
             ORDER BY rowid",
        )?;
        let mut settings = db.prepare("SELECT k, v FROM order_trigrams_config WHERE k <> 'version'")?;
        let search_settings =
            settings.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?;
        let last: i64 = db.query_row("SELECT MAX(id) FROM platform_orders", [], |row| row.get(0))?;
        let mut pages = Vec::new();
        for first in (1..=last).step_by(usize::try_from(orders_a_page)?) {
            let page = TABLES
                .map(|(table, key)| {
                    let behind = first + orders_a_page;
                    Table::read(&db, table, &format!("{key} >= {first} AND {key} < {behind} ORDER BY {key}"))
                })
                .into_iter()
                .collect::<Result<_>>()?;
            pages.push(page);
        }
        Ok(Self {
            schema,
            search_settings,
            given: GIVEN.map(|table| Table::read(&db, table, "true")).into_iter().collect::<Result<_>>()?,
            window: Table::read(&db, "sync_windows", "true")?,
            pages,
            orders: db.query_row("SELECT COUNT(*) FROM platform_orders", [], |row| row.get(0))?,
        })
    }

    /// Writes it all into a new file and returns how long the pages took.
    pub(crate) fn write(&self, file: &Path) -> Result<Duration> {
        let db = open(file)?;
        for statement in &self.schema {
            db.execute_batch(statement)?;
        }
        for (key, value) in &self.search_settings {
            db.execute("INSERT INTO order_trigrams (order_trigrams, rank) VALUES (?, ?)", (key, value))?;
        }
        for table in self.given.iter().chain([&self.window]) {
            table.write(&mut db.prepare_cached(&table.insert)?)?;
        }

        let start = Instant::now();
        for page in &self.pages {
            db.execute_batch("BEGIN IMMEDIATE")?;
            for table in page {
                table.write(&mut db.prepare_cached(&table.insert)?)?;
            }
            let mut search =
                db.prepare_cached("INSERT INTO order_trigrams (rowid, ids, titles) VALUES (?, ?, ?)")?;
            for row in
                page.iter().filter(|table| table.insert.contains("order_texts")).flat_map(|table| &table.rows)
            {
                search.execute(params_from_iter(row))?;
            }
            turn_page(&db)?;
            db.execute_batch("COMMIT")?;
        }
        Ok(start.elapsed())
    }
}

impl Table {
    fn read(db: &Connection, table: &str, which: &str) -> Result<Self> {
        // Columns that SQLite computes cannot be written.
        let names = column(
            db,
            &format!("SELECT name FROM pragma_table_xinfo('{table}') WHERE hidden = 0 ORDER BY cid"),
        )?;
        let names = names.join(", ");
        let mut select = db.prepare(&format!("SELECT {names} FROM {table} WHERE {which}"))?;
        let marks = vec!["?"; select.column_count()].join(", ");
        let insert = format!("INSERT INTO {table} ({names}) VALUES ({marks})");
        let width = select.column_count();
        let rows = select
            .query_map([], |row| (0..width).map(|at| row.get(at)).collect::<Result<_, _>>())?
            .collect::<Result<_, _>>()?;
        Ok(Self { insert, rows })
    }

    fn write(&self, insert: &mut CachedStatement<'_>) -> Result<()> {
        for row in &self.rows {
            insert.execute(params_from_iter(row))?;
        }
        Ok(())
    }
}

/// Fails unless two databases hold the same orders, search index and counts.
pub(crate) fn ensure_same(ours: &Path, control: &Path) -> Result<()> {
    let db = Connection::open(ours)?;
    db.execute("ATTACH ? AS control", [control.to_string_lossy()])?;
    for table in TABLES.map(|(table, _)| table).into_iter().chain(["order_counts"]) {
        let different: i64 = db.query_row(
            &format!(
                "SELECT (SELECT COUNT(*) FROM (SELECT * FROM main.{table} EXCEPT SELECT * FROM control.{table})) \
                 + (SELECT COUNT(*) FROM (SELECT * FROM control.{table} EXCEPT SELECT * FROM main.{table}))"
            ),
            [],
            |row| row.get(0),
        )?;
        ensure!(different == 0, "the control wrote other rows: {different} of {table} differ");
    }
    for (what, sql) in [
        ("search index", "SELECT COUNT(*), SUM(doc) FROM temp.found"),
        ("block counts", "SELECT SUM(segment * n), SUM(n1 + 2 * n2 + 3 * n3 + 4 * n4) FROM {}.order_blocks"),
    ] {
        let mut seen = Vec::new();
        for schema in ["main", "control"] {
            db.execute_batch(&format!(
                "DROP TABLE IF EXISTS temp.found; \
                 CREATE VIRTUAL TABLE temp.found USING fts5vocab ({schema}, order_trigrams, row);"
            ))?;
            let both: (i64, i64) =
                db.query_row(&sql.replace("{}", schema), [], |row| Ok((row.get(0)?, row.get(1)?)))?;
            seen.push(both);
        }
        ensure!(seen[0] == seen[1], "the control wrote another {what}: {:?} and {:?}", seen[0], seen[1]);
    }
    Ok(())
}

/// Every order id with the versions of its groups, in no order in particular.
pub(crate) fn versions(file: &Path) -> Result<Vec<(String, Vec<u8>)>> {
    let db = Connection::open(file)?;
    let mut select =
        db.prepare("SELECT platform_order_id, group_versions FROM platform_orders ORDER BY id")?;
    let versions = select.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?;
    Ok(versions)
}

/// The control of pages without news: one look for each order's versions and the window's bookkeeping, and no more.
pub(crate) fn look_up(file: &Path, versions: &[(String, Vec<u8>)], orders_a_page: usize) -> Result<Duration> {
    let db = open(file)?;
    let start = Instant::now();
    for page in versions.chunks(orders_a_page) {
        db.execute_batch("BEGIN IMMEDIATE")?;
        let mut select = db.prepare_cached(
            "SELECT group_versions FROM platform_orders WHERE account_id = 1 AND platform_order_id = ?",
        )?;
        for (order_id, versions) in page {
            let same = select.query_row([order_id], |row| Ok(row.get_ref(0)?.as_blob()? == versions))?;
            ensure!(same, "order {order_id} has other versions");
        }
        turn_page(&db)?;
        db.execute_batch("COMMIT")?;
    }
    Ok(start.elapsed())
}

/// Opens a file with the PRAGMAs of the store's writer.
fn open(file: &Path) -> Result<Connection> {
    let db = Connection::open(file)?;
    db.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON; \
         PRAGMA temp_store = MEMORY; PRAGMA mmap_size = 1073741824; PRAGMA secure_delete = FAST; \
         PRAGMA journal_size_limit = 8388608; PRAGMA cache_size = -65536;",
    )?;
    Ok(db)
}

/// The bookkeeping of a page.
fn turn_page(db: &Connection) -> Result<()> {
    db.prepare_cached("UPDATE sync_windows SET token = 'next', token_at = token_at + 1, pages = pages + 1")?
        .execute([])?;
    Ok(())
}

fn column(db: &Connection, sql: &str) -> Result<Vec<String>> {
    let mut select = db.prepare(sql)?;
    let values = select.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    Ok(values)
}
