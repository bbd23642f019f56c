//! Examining the database from end to end: SQLite's own checks, and every kept count against a recount.

use sqlx::{Connection, Row, SqliteConnection};

use crate::claims::WRONG_COUNTS;
use crate::{Store, StoreError};

/// What an examination found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckReport {
    /// Nothing is wrong.
    pub ok: bool,
    /// What is wrong, one sentence each.
    pub problems: Vec<String>,
}

/// What must come back empty, and what it means if it does not.
const RECOUNTS: [(&str, &str); 9] = [
    (
        "the counts of cards and views are wrong",
        "SELECT 1 FROM (SELECT account_id, facts, COUNT(*) AS n FROM platform_orders INDEXED BY orders_by_facts \
          GROUP BY account_id, facts) o FULL JOIN fact_counts c ON c.account_id = o.account_id AND c.facts = o.facts \
         WHERE o.n IS NOT c.n LIMIT 1",
    ),
    (
        "the line counts of an order do not agree with its lines",
        "SELECT 1 FROM platform_orders o WHERE o.lines <> \
         (SELECT COUNT(*) FROM platform_order_items i WHERE i.order_id = o.id) LIMIT 1",
    ),
    ("the match counts of an order do not agree with its lines, their claims and the mappings", WRONG_COUNTS),
    (
        "the status of a unit does not agree with its claim, or a line holds more units than were ordered",
        "SELECT 1 FROM inventory_items u LEFT JOIN claims c ON c.unit_id = u.id \
         WHERE (u.status = 'linked' AND c.unit_id IS NULL) OR (u.status = 'in_stock' AND c.unit_id IS NOT NULL) \
         UNION ALL SELECT 1 FROM (SELECT i.quantity, o.ui_status, COUNT(*) AS held FROM claims c \
         JOIN inventory_items u ON u.id = c.unit_id AND u.status = 'linked' \
         JOIN platform_order_items i ON i.id = c.item_id JOIN platform_orders o ON o.id = i.order_id GROUP BY i.id) \
         WHERE held > IIF(ui_status = 4, 0, quantity) LIMIT 1",
    ),
    (
        "a confirmed order holds a unit that is not sold, or one that is not confirmed holds a sold one",
        "SELECT 1 FROM claims c JOIN inventory_items u ON u.id = c.unit_id \
         JOIN platform_order_items i ON i.id = c.item_id JOIN platform_orders o ON o.id = i.order_id \
         WHERE (u.status = 'sold') <> (o.confirmed_at IS NOT NULL) LIMIT 1",
    ),
    (
        "a pick list holds what it should not, or does not hold what it should",
        "SELECT 1 FROM pick_stops s JOIN pick_lists l ON l.id = s.list_id \
         WHERE s.holds IS NOT IIF(l.state = 'open' AND s.mark IN ('open', 'picked'), s.unit_id, NULL) \
         UNION ALL SELECT 1 FROM pick_stops s LEFT JOIN claims c ON c.unit_id = s.holds \
         LEFT JOIN platform_order_items i ON i.id = c.item_id WHERE s.holds IS NOT NULL \
         AND (i.order_id IS NOT s.order_id OR i.order_item_id IS NOT s.order_item_id) LIMIT 1",
    ),
    (
        "the sums of a pick list do not agree with its stops",
        "SELECT 1 FROM pick_lists l WHERE l.units <> (SELECT COUNT(*) FROM pick_stops s WHERE s.list_id = l.id) LIMIT 1",
    ),
    (
        "an order cannot be searched for",
        "SELECT 1 FROM platform_orders o LEFT JOIN order_texts t ON t.id = o.id WHERE t.id IS NULL LIMIT 1",
    ),
    (
        "the view amazon_orders cannot be read",
        "SELECT 1 FROM (SELECT COUNT(*) AS n FROM amazon_orders) WHERE n IS NULL",
    ),
];

/// Blocks of a segment whose counts are not those of the orders between their bound and the next. `$key` is the sort's
/// column, `$low` and `$high` limit it; the index holds the facts that are counted.
macro_rules! recount_blocks {
    ($segment:literal, $index:literal, $low:expr, $high:expr) => {
        concat!(
            "WITH bounds AS (SELECT low_key, low_id, LEAD(low_key) OVER w AS high_key, LEAD(low_id) OVER w AS high_id ",
            "FROM (SELECT DISTINCT low_key, low_id FROM order_blocks WHERE segment = ",
            $segment,
            ") WINDOW w AS (ORDER BY low_key, low_id)) ",
            "SELECT 1 FROM order_blocks b JOIN bounds d ON d.low_key = b.low_key AND d.low_id = b.low_id ",
            "WHERE b.segment = ",
            $segment,
            " AND (b.n, b.n0, b.n1, b.n2, b.n3, b.n4, b.n5, b.to_pick, b.unmatched, b.cancel_requested) IS NOT ",
            "(SELECT COUNT(*), COALESCE(SUM(facts & 7 = 0), 0), COALESCE(SUM(facts & 7 = 1), 0), ",
            "COALESCE(SUM(facts & 7 = 2), 0), COALESCE(SUM(facts & 7 = 3), 0), COALESCE(SUM(facts & 7 = 4), 0), ",
            "COALESCE(SUM(facts & 7 = 5), 0), COALESCE(SUM(facts & 103 = 65), 0), ",
            "COALESCE(SUM(facts & 8 = 8), 0), COALESCE(SUM(facts & 16 = 16), 0) ",
            "FROM platform_orders o INDEXED BY ",
            $index,
            " WHERE o.account_id = b.account_id AND ",
            $low,
            " AND ",
            $high,
            ") LIMIT 1"
        )
    };
}

/// With a value: pairs of value and row id; behind the last bound comes what is greater than any number or text.
macro_rules! recount_values {
    ($segment:literal, $index:literal, $key:literal) => {
        recount_blocks!(
            $segment,
            $index,
            concat!("(o.", $key, ", o.id) >= (b.low_key, b.low_id)"),
            concat!("(o.", $key, ", o.id) < (COALESCE(d.high_key, x'ff'), COALESCE(d.high_id, 0))")
        )
    };
}

/// Without a value: row ids alone.
macro_rules! recount_without {
    ($segment:literal, $index:literal, $key:literal) => {
        recount_blocks!(
            $segment,
            $index,
            concat!("o.", $key, " IS NULL AND o.id >= b.low_id"),
            "o.id < COALESCE(d.high_id, 9223372036854775807)"
        )
    };
}

const BLOCKS: [(&str, &str); 8] = [
    ("date", recount_values!("0", "orders_by_date", "order_date")),
    ("date", recount_without!("1", "orders_by_date", "order_date")),
    ("update", recount_values!("2", "orders_by_update", "last_update")),
    ("ship-by time", recount_values!("4", "orders_by_ship", "ship_by")),
    ("ship-by time", recount_without!("5", "orders_by_ship", "ship_by")),
    ("total", recount_values!("6", "orders_by_total", "total_minor")),
    ("total", recount_without!("7", "orders_by_total", "total_minor")),
    ("order number", recount_values!("8", "orders_by_number", "platform_order_id")),
];

impl Store {
    /// Examines everything. Reads the whole file; on a large one this takes a while.
    pub async fn check(&self) -> Result<CheckReport, StoreError> {
        let mut connection = self.inner.readers.acquire().await?;
        let mut snapshot = connection.begin().await?;
        let mut problems = sqlite_checks(&mut snapshot).await?;
        // A damaged file would only fail in other words below.
        if problems.is_empty() {
            for (problem, sql) in RECOUNTS {
                if sqlx::query(sql).fetch_optional(&mut *snapshot).await?.is_some() {
                    problems.push(problem.to_owned());
                }
            }
            for (sort, sql) in BLOCKS {
                if sqlx::query(sql).fetch_optional(&mut *snapshot).await?.is_some() {
                    problems.push(format!("the positions in the list sorted by {sort} are wrong"));
                }
            }
        }
        snapshot.commit().await?;
        drop(connection);
        if problems.is_empty() && self.inner.writer.is_some() {
            problems.extend(self.check_search().await?);
        }
        Ok(CheckReport { ok: problems.is_empty(), problems })
    }

    /// The trigram index against the texts; SQLite counts this as writing, so only a writer can do it.
    async fn check_search(&self) -> Result<Option<String>, StoreError> {
        self.writer()?
            .run(|connection| {
                Box::pin(async move {
                    let sql =
                        "INSERT INTO order_trigrams (order_trigrams, rank) VALUES ('integrity-check', 1)";
                    match sqlx::query(sql).execute(connection).await {
                        Ok(_) => Ok(None),
                        Err(error) if crate::error::sqlite_code(&error) == Some(11) => {
                            Ok(Some("the search index does not agree with the orders".to_owned()))
                        }
                        Err(error) => Err(error.into()),
                    }
                })
            })
            .await
    }
}

async fn sqlite_checks(connection: &mut SqliteConnection) -> Result<Vec<String>, StoreError> {
    let mut problems = Vec::new();
    // FTS5's own part of the integrity check trusts what this connection remembers of the index, and takes it for damage
    // where another has written since. A query makes it look again.
    sqlx::query("SELECT 1 FROM order_trigrams WHERE order_trigrams MATCH '\"\u{1}\u{1}\u{1}\"' LIMIT 1")
        .fetch_optional(&mut *connection)
        .await?;
    let found: Vec<String> =
        sqlx::query_scalar("PRAGMA integrity_check(20)").fetch_all(&mut *connection).await?;
    problems.extend(found.into_iter().filter(|line| line != "ok"));
    for row in sqlx::query("PRAGMA foreign_key_check").fetch_all(connection).await? {
        let (table, parent): (String, String) = (row.try_get(0)?, row.try_get(2)?);
        problems.push(format!("a row of {table} points to a row of {parent} that does not exist"));
    }
    Ok(problems)
}
