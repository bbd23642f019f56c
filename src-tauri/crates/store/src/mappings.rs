//! What an ASIN, or the number of another platform's line, stands for: one mapping per number, for all lines past and
//! future.
//!
//! Writing or deleting a mapping recounts every order with such a line in the same transaction; links are left alone.

use chrono::{DateTime, Utc};
use packlight_domain::account::Platform;
use packlight_domain::act::BatchId;
use packlight_domain::instant::{from_millis, to_millis};
use packlight_domain::matching::rules::{ConditionClass, comparable_set};
use packlight_domain::matching::{Mapping, MappingDone, MappingPage};
use packlight_domain::query::{Query, Term, Test};
use packlight_domain::text::fold;
use serde::{Deserialize, Serialize};
use sqlx::{AssertSqlSafe, Row, SqliteConnection};

use crate::acts::{Act, Batch, Stored, Subject};
use crate::claims::Affected;
use crate::rows::count;
use crate::{Store, StoreError};

/// What a number stands for, as it is stored and as an act keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Meaning {
    pub(crate) set_number: String,
    pub(crate) condition: String,
    pub(crate) created_at: i64,
}

/// Where mappings of a kind lie, and the lines they are about.
struct Kind {
    table: &'static str,
    key: &'static str,
    /// What holds of a line with the number `?1`.
    line: &'static str,
}

const ASINS: Kind =
    Kind { table: "amazon_asin_mappings", key: "asin", line: "asin = ?1 AND other_number IS NULL" };
const NUMBERS: Kind = Kind { table: "number_mappings", key: "number", line: "other_number = ?1" };

impl Kind {
    fn of(is_asin: bool) -> Self {
        if is_asin { ASINS } else { NUMBERS }
    }
}

impl Store {
    /// Says what a number stands for; a mapping that is there is replaced. Links are left alone.
    pub async fn map_number(
        &self,
        number: &str,
        is_asin: bool,
        set_number: &str,
        condition: &str,
        now: DateTime<Utc>,
    ) -> Result<MappingDone, StoreError> {
        let number = number.to_owned();
        let meaning = Meaning {
            set_number: set_number.to_owned(),
            condition: condition.to_owned(),
            created_at: to_millis(now),
        };
        self.write(move |connection| {
            Box::pin(async move {
                let mut batch = Batch::begin(connection, now).await?;
                let mut affected = Affected::default();
                write(connection, &mut batch, &number, is_asin, Some(&meaning), &mut affected).await?;
                affected.recount(connection).await?;
                let lines_matched = lines(connection, &number, is_asin).await?;
                let Meaning { set_number, condition, .. } = meaning;
                let summary = format!("Mapped {number} to {set_number} {condition}");
                let batch = batch.finish(connection, &summary).await?;
                Ok(MappingDone { number, set_number, condition, lines_matched, units_linked: 0, batch })
            })
        })
        .await
    }

    /// Forgets what a number stands for; links are left alone. `None` where it is not mapped.
    pub async fn delete_mapping(
        &self,
        number: &str,
        is_asin: bool,
        now: DateTime<Utc>,
    ) -> Result<Option<BatchId>, StoreError> {
        let number = number.to_owned();
        self.write(move |connection| {
            Box::pin(async move {
                let mut batch = Batch::begin(connection, now).await?;
                let mut affected = Affected::default();
                write(connection, &mut batch, &number, is_asin, None, &mut affected).await?;
                affected.recount(connection).await?;
                batch.finish(connection, &format!("Deleted the mapping of {number}")).await
            })
        })
        .await
    }

    /// Mappings of all platforms by number, those whose number, set number, condition or title hold every word.
    pub async fn mappings(&self, search: &str, offset: u32, limit: u32) -> Result<MappingPage, StoreError> {
        let mut connection = self.inner.readers.acquire().await?;
        let rows: Vec<(String, bool, String, String, i64)> = sqlx::query_as(
            "SELECT asin, 1, set_number, condition, created_at FROM amazon_asin_mappings \
             UNION ALL SELECT number, 0, set_number, condition, created_at FROM number_mappings ORDER BY 1, 2 DESC",
        )
        .fetch_all(&mut *connection)
        .await?;
        let folded = fold(search);
        let words: Vec<&str> = folded.split(' ').filter(|word| !word.is_empty()).collect();
        let mut found = Vec::new();
        for row in rows {
            let text = fold(&format!("{} {} {}", row.0, row.2, row.3));
            let holds = |text: &str| words.iter().all(|word| text.contains(word));
            // Titles are only looked up where the mapping itself does not say it.
            let matches = holds(&text)
                || match title(&mut connection, &row.0, row.1).await? {
                    Some(title) => holds(&format!("{text} {}", fold(&title))),
                    None => false,
                };
            if matches {
                found.push(row);
            }
        }
        let total = u32::try_from(found.len()).unwrap_or(u32::MAX);
        let mut page = Vec::new();
        for (number, is_asin, set_number, condition, at) in
            found.into_iter().skip(offset as usize).take(limit as usize)
        {
            let free: i64 = sqlx::query_scalar(
                "SELECT COUNT(*) FROM inventory_items \
                 WHERE set_match = ? AND condition_class = ? AND status = 'in_stock'",
            )
            .bind(comparable_set(&set_number))
            .bind(ConditionClass::of(&condition).key())
            .fetch_one(&mut *connection)
            .await?;
            page.push(Mapping {
                lines: lines(&mut connection, &number, is_asin).await?,
                orders_query: orders_query(&mut connection, &number, is_asin).await?,
                title: title(&mut connection, &number, is_asin).await?,
                number,
                is_asin,
                set_number,
                condition,
                created_at: from_millis(at),
                free_units: count(free),
            });
        }
        Ok(MappingPage { rows: page, offset, total })
    }
}

/// What a number stands for.
pub(crate) async fn read(
    connection: &mut SqliteConnection,
    number: &str,
    is_asin: bool,
) -> Result<Option<Meaning>, StoreError> {
    let Kind { table, key, .. } = Kind::of(is_asin);
    let sql = format!("SELECT set_number, condition, created_at FROM {table} WHERE {key} = ?1");
    let row = sqlx::query(AssertSqlSafe(sql)).bind(number).fetch_optional(connection).await?;
    row.map(|row| {
        Ok(Meaning {
            set_number: row.try_get("set_number")?,
            condition: row.try_get("condition")?,
            created_at: row.try_get("created_at")?,
        })
    })
    .transpose()
}

/// Writes or deletes a mapping as an act. One that says the same already is left as it is.
pub(crate) async fn write(
    connection: &mut SqliteConnection,
    batch: &mut Batch,
    number: &str,
    is_asin: bool,
    meaning: Option<&Meaning>,
    affected: &mut Affected,
) -> Result<(), StoreError> {
    let before = read(connection, number, is_asin).await?;
    let same = match (&before, meaning) {
        (None, None) => true,
        (Some(old), Some(new)) => (&old.set_number, &old.condition) == (&new.set_number, &new.condition),
        _ => false,
    };
    if same {
        return Ok(());
    }
    put(connection, number, is_asin, meaning).await?;
    affected.number(number, is_asin, before.is_some(), meaning.is_some());
    let about = if is_asin { Subject::AsinMapping } else { Subject::NumberMapping };
    let act = Act {
        about,
        key: number.to_owned(),
        before: before.as_ref().map(to_text).transpose()?,
        after: meaning.map(to_text).transpose()?,
        order: None,
    };
    batch.record(connection, &[act]).await?;
    Ok(())
}

async fn put(
    connection: &mut SqliteConnection,
    number: &str,
    is_asin: bool,
    meaning: Option<&Meaning>,
) -> Result<(), StoreError> {
    let Kind { table, key, .. } = Kind::of(is_asin);
    let Some(meaning) = meaning else {
        let sql = format!("DELETE FROM {table} WHERE {key} = ?1");
        sqlx::query(AssertSqlSafe(sql)).bind(number).execute(connection).await?;
        return Ok(());
    };
    let sql = format!(
        "INSERT INTO {table} ({key}, set_number, condition, created_at) VALUES (?, ?, ?, ?) \
         ON CONFLICT DO UPDATE SET set_number = excluded.set_number, condition = excluded.condition, \
         created_at = excluded.created_at"
    );
    sqlx::query(AssertSqlSafe(sql))
        .bind(number)
        .bind(&meaning.set_number)
        .bind(&meaning.condition)
        .bind(meaning.created_at)
        .execute(connection)
        .await?;
    Ok(())
}

/// Puts mappings back that still stand; tells which.
pub(crate) async fn restore(
    connection: &mut SqliteConnection,
    is_asin: bool,
    acts: &[Stored],
    affected: &mut Affected,
) -> Result<Vec<bool>, StoreError> {
    let mut restored = Vec::with_capacity(acts.len());
    for act in acts {
        let parse = |text: &Option<String>| -> Result<Option<Meaning>, StoreError> {
            text.as_deref().map(crate::rows::from_json).transpose()
        };
        let stands = read(connection, &act.key, is_asin).await? == parse(&act.after)?;
        if stands {
            put(connection, &act.key, is_asin, parse(&act.before)?.as_ref()).await?;
            affected.number(&act.key, is_asin, act.after.is_some(), act.before.is_some());
        }
        restored.push(stands);
    }
    Ok(restored)
}

/// Lines of known orders with this number.
pub(crate) async fn lines(
    connection: &mut SqliteConnection,
    number: &str,
    is_asin: bool,
) -> Result<u32, StoreError> {
    let sql = format!("SELECT COUNT(*) FROM platform_order_items WHERE {}", Kind::of(is_asin).line);
    let lines: i64 = sqlx::query_scalar(AssertSqlSafe(sql)).bind(number).fetch_one(connection).await?;
    Ok(count(lines))
}

/// What finds the orders of such lines. The number of another platform's line is its SKU, or, without one, its item number.
async fn orders_query(
    connection: &mut SqliteConnection,
    number: &str,
    is_asin: bool,
) -> Result<Option<String>, StoreError> {
    let sql = format!(
        "SELECT COALESCE(SUM(seller_sku IS ?1), 0), COUNT(*) FROM platform_order_items WHERE {}",
        Kind::of(is_asin).line
    );
    let (with_sku, all): (i64, i64) =
        sqlx::query_as(AssertSqlSafe(sql)).bind(number).fetch_one(connection).await?;
    if all == 0 {
        return Ok(None);
    }
    let own = vec![number.to_owned()];
    let test = match with_sku {
        _ if is_asin => Test::Asin(own),
        0 => Test::Asin(own),
        some if some == all => Test::Sku(own),
        // Some by the one, some by the other: no key asks for both, but each holds these letters.
        _ => Test::Text(fold(number)),
    };
    let platform = Term { negated: !is_asin, test: Test::Platform(vec![Platform::Amazon]) };
    Ok(Some(Query { terms: vec![platform, Term { negated: false, test }] }.to_string()))
}

/// The title of the newest line with this number; row ids of orders grow with time.
async fn title(
    connection: &mut SqliteConnection,
    number: &str,
    is_asin: bool,
) -> Result<Option<String>, StoreError> {
    let sql = format!(
        "SELECT title FROM platform_order_items WHERE {} AND title IS NOT NULL ORDER BY order_id DESC LIMIT 1",
        Kind::of(is_asin).line
    );
    Ok(sqlx::query_scalar(AssertSqlSafe(sql)).bind(number).fetch_optional(connection).await?.flatten())
}

fn to_text(meaning: &Meaning) -> Result<String, StoreError> {
    serde_json::to_string(meaning).map_err(|error| StoreError::Internal(error.to_string()))
}
