//! Small change between Rust and SQL: instants, lists as parameters, statements that write many rows at once.
//!
//! Every statement crosses to SQLite's thread and back, so a page is written by few statements of many rows.

use chrono::{DateTime, Utc};
use packlight_domain::instant;
use packlight_domain::money::Money;
use sqlx::query::Query;
use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{AssertSqlSafe, Row, Sqlite, SqliteConnection};

use crate::StoreError;

/// The instant of a column of milliseconds.
pub(crate) fn instant(row: &SqliteRow, column: &str) -> Result<Option<DateTime<Utc>>, sqlx::Error> {
    Ok(row.try_get::<Option<i64>, _>(column)?.map(instant::from_millis))
}

/// Milliseconds of an instant that may be missing.
pub(crate) fn millis(at: Option<DateTime<Utc>>) -> Option<i64> {
    at.map(instant::to_millis)
}

/// The amount of a column of minor units and one of a currency.
pub(crate) fn money(row: &SqliteRow, minor: &str, currency: &str) -> Result<Option<Money>, sqlx::Error> {
    let minor: Option<i64> = row.try_get(minor)?;
    let currency: Option<&str> = row.try_get(currency)?;
    Ok(minor
        .zip(currency.and_then(|code| code.parse().ok()))
        .map(|(minor, currency)| Money { minor, currency }))
}

/// A count that crosses IPC; negative ones cannot occur and become 0.
pub(crate) fn count(number: i64) -> u32 {
    u32::try_from(number.max(0)).unwrap_or(u32::MAX)
}

/// A list as one parameter, for `IN (SELECT value FROM json_each(?))`.
pub(crate) fn list<T: serde::Serialize>(values: &[T]) -> String {
    // Numbers and strings always serialise.
    serde_json::to_string(values).unwrap_or_else(|_| "[]".to_owned())
}

/// How a limit begins whose number is a parameter. Without the plus SQLite plans for the number of the moment, and prepares the
/// statement anew each time another one is bound, which takes longer than many a page.
pub(crate) const LIMIT: &str = " LIMIT +";

/// Reads what SQLite's own JSON functions wrote.
pub(crate) fn from_json<'a, T: serde::Deserialize<'a>>(json: &'a str) -> Result<T, StoreError> {
    serde_json::from_str(json).map_err(|error| StoreError::Internal(error.to_string()))
}

/// A word that the store itself wrote and must know again.
pub(crate) fn known<T: std::str::FromStr>(word: &str) -> Result<T, StoreError> {
    word.parse().map_err(|_| StoreError::Internal(format!("unknown word '{word}' in the database")))
}

/// Writes `rows` by `head VALUES (?, …), (?, …) … tail`, in as few statements as there are bits in their number, so that
/// the same few statements are prepared once and used for ever.
pub(crate) async fn write_rows<T, F>(
    connection: &mut SqliteConnection,
    head: &str,
    columns: usize,
    tail: &str,
    rows: &[T],
    bind: F,
) -> Result<(), StoreError>
where
    F: for<'q> Fn(Query<'q, Sqlite, SqliteArguments>, &T) -> Query<'q, Sqlite, SqliteArguments>,
{
    let mut rest = rows;
    while !rest.is_empty() {
        let size = (1 << rest.len().ilog2()).min(128);
        let (now, later) = rest.split_at(size);
        rest = later;
        let mut query = sqlx::query(AssertSqlSafe(statement(head, columns, tail, size)));
        for row in now {
            query = bind(query, row);
        }
        query.execute(&mut *connection).await?;
    }
    Ok(())
}

fn statement(head: &str, columns: usize, tail: &str, rows: usize) -> String {
    let mut row = "(?".to_owned();
    row.push_str(&", ?".repeat(columns - 1));
    row.push(')');
    let mut sql = String::with_capacity(head.len() + tail.len() + 16 + rows * (row.len() + 2));
    sql.push_str(head);
    sql.push_str(" VALUES ");
    sql.push_str(&row);
    for _ in 1..rows {
        sql.push_str(", ");
        sql.push_str(&row);
    }
    sql.push(' ');
    sql.push_str(tail);
    sql
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_has_a_place_for_every_value() {
        assert_eq!(
            statement("INSERT INTO t (a, b)", 2, "ON CONFLICT DO NOTHING", 3),
            "INSERT INTO t (a, b) VALUES (?, ?), (?, ?), (?, ?) ON CONFLICT DO NOTHING"
        );
        assert_eq!(list(&["a\"b", "c"]), r#"["a\"b","c"]"#);
    }
}
