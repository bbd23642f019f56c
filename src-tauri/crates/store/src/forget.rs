//! Forgetting an account: its orders, what hangs on them, and at last the account itself.
//!
//! Work of many small transactions: a process that dies in between leaves an account with fewer orders, each of them whole,
//! and doing it again goes on from there. Stock and mappings belong to the desk and stay; a unit that was held becomes free,
//! one that was sold stays sold. Only the limits of Amazon's operations are kept, because they hold for whoever connects next.

use packlight_domain::account::AccountId;
use serde_json::Value;
use sqlx::{Row, SqliteConnection};

use crate::rows::{count, list};
use crate::{Store, StoreError, ingest};

/// Orders that go in one transaction: few enough that nobody who writes meanwhile waits for long.
const AT_ONCE: i64 = 500;

/// What is kept of an account.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Holdings {
    /// Its orders.
    pub orders: u32,
    /// Their lines.
    pub lines: u32,
    /// Orders with a note of the seller's.
    pub notes: u32,
    /// Orders that the seller confirmed.
    pub confirmed: u32,
    /// Units that are linked to its lines and not sold: they become free.
    pub linked_units: u32,
    /// Units that were sold by it: they stay sold.
    pub sold_units: u32,
    /// Records of pick lists with its orders, open ones excepted.
    pub pick_lists: u32,
    /// The open pick lists with its orders, as people know them; while there are any, nothing can be forgotten.
    pub open_lists: Vec<String>,
}

impl Store {
    /// What is kept of an account.
    pub async fn holdings(&self, account: AccountId) -> Result<Holdings, StoreError> {
        let mut connection = self.inner.readers.acquire().await?;
        let row = sqlx::query(
            "SELECT COUNT(*) AS orders, COALESCE(SUM(lines), 0) AS lines, COUNT(notes) AS notes, \
             COUNT(confirmed_at) AS confirmed FROM platform_orders WHERE account_id = ?",
        )
        .bind(account.0)
        .fetch_one(&mut *connection)
        .await?;
        let units = sqlx::query(
            "SELECT COALESCE(SUM(u.status <> 'sold'), 0) AS linked, COALESCE(SUM(u.status = 'sold'), 0) AS sold \
             FROM claims c JOIN platform_order_items i ON i.id = c.item_id JOIN platform_orders o ON o.id = i.order_id \
             JOIN inventory_items u ON u.id = c.unit_id WHERE o.account_id = ?",
        )
        .bind(account.0)
        .fetch_one(&mut *connection)
        .await?;
        let lists = lists(&mut connection, account).await?;
        let (open, closed): (Vec<_>, Vec<_>) = lists.into_iter().partition(|list| list.open);
        Ok(Holdings {
            orders: count(row.try_get("orders")?),
            lines: count(row.try_get("lines")?),
            notes: count(row.try_get("notes")?),
            confirmed: count(row.try_get("confirmed")?),
            linked_units: count(units.try_get("linked")?),
            sold_units: count(units.try_get("sold")?),
            pick_lists: u32::try_from(closed.len()).unwrap_or(u32::MAX),
            open_lists: open.into_iter().map(|list| list.name).collect(),
        })
    }

    /// Forgets a disconnected account and everything that was read or done for it. Calls `told` with the orders gone so
    /// far; the caller may drop the future at any time and call again.
    ///
    /// # Errors
    /// [`StoreError::NotPossible`] while the account is connected, or an open pick list has orders of it.
    pub async fn forget_account(
        &self,
        account: AccountId,
        mut told: impl FnMut(u32) + Send,
    ) -> Result<u32, StoreError> {
        self.write(move |connection| Box::pin(forget_history(connection, account))).await?;
        let mut gone = 0;
        loop {
            let some = self.write(move |connection| Box::pin(forget_some(connection, account))).await?;
            gone += some;
            if some == 0 {
                break;
            }
            told(gone);
        }
        self.write(move |connection| Box::pin(forget_rest(connection, account))).await?;
        // What was deleted is not to be found in the file either, nor in its log.
        self.vacuum().await?;
        self.writer()?
            .run(|connection| {
                Box::pin(async move {
                    sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(connection).await?;
                    Ok(())
                })
            })
            .await?;
        Ok(gone)
    }
}

/// A record of a pick list.
struct List {
    id: i64,
    name: String,
    open: bool,
}

/// The pick lists that name an order of an account, at a stop or among the exceptions.
async fn lists(connection: &mut SqliteConnection, account: AccountId) -> Result<Vec<List>, StoreError> {
    let rows = sqlx::query("SELECT id, list_id, state = 'open' AS open, content FROM pick_lists ORDER BY id")
        .fetch_all(&mut *connection)
        .await?;
    let mut lists = Vec::new();
    for row in rows {
        let id: i64 = row.try_get("id")?;
        let content: Value = serde_json::from_str(row.try_get("content")?).unwrap_or_default();
        let mut texts = Vec::new();
        gather(&content, &mut texts);
        let concerned: bool = sqlx::query_scalar(
            "SELECT EXISTS (SELECT 1 FROM pick_stops s JOIN platform_orders o ON o.id = s.order_id \
                WHERE s.list_id = ?1 AND o.account_id = ?2) \
             OR EXISTS (SELECT 1 FROM json_each(?3) j JOIN platform_orders o ON o.account_id = ?2 \
                AND o.platform_order_id = j.value)",
        )
        .bind(id)
        .bind(account.0)
        .bind(list(&texts))
        .fetch_one(&mut *connection)
        .await?;
        if concerned {
            lists.push(List { id, name: row.try_get("list_id")?, open: row.try_get("open")? });
        }
    }
    Ok(lists)
}

/// Every text in a document: those that are order numbers are among them.
fn gather<'a>(value: &'a Value, texts: &mut Vec<&'a str>) {
    match value {
        Value::String(text) => texts.push(text),
        Value::Array(values) => values.iter().for_each(|value| gather(value, texts)),
        Value::Object(members) => members.values().for_each(|value| gather(value, texts)),
        _ => {}
    }
}

/// Forgets the records of pick lists and the acts about an account's orders, with what they hold of them.
async fn forget_history(connection: &mut SqliteConnection, account: AccountId) -> Result<(), StoreError> {
    let connected: bool =
        sqlx::query_scalar("SELECT removed_at IS NULL AND secrets <> 'none' FROM accounts WHERE id = ?")
            .bind(account.0)
            .fetch_optional(&mut *connection)
            .await?
            .ok_or(StoreError::NoAccount(account))?;
    if connected {
        return Err(StoreError::NotPossible(
            "the account is still connected: disconnect it first".to_owned(),
        ));
    }
    let lists = lists(connection, account).await?;
    if let Some(open) = lists.iter().find(|list| list.open) {
        return Err(StoreError::NotPossible(format!(
            "pick list {} has orders of this account and is open: finish or discard it first",
            open.name
        )));
    }
    for List { id, .. } in lists {
        sqlx::query("DELETE FROM pick_lists WHERE id = ?").bind(id).execute(&mut *connection).await?;
        forget_acts(
            connection,
            &format!("subject = 'list:{id}' AND kind = 'pick list' OR subject GLOB 'stop:{id}/*' AND kind = 'pick stop'"),
        )
        .await?;
    }
    forget_acts(
        connection,
        &format!("order_id IN (SELECT id FROM platform_orders WHERE account_id = {})", account.0),
    )
    .await?;
    forget_news(connection, account).await
}

/// Deletes what was told, or waits to be told, of an account's orders or of the account.
async fn forget_news(connection: &mut SqliteConnection, account: AccountId) -> Result<(), StoreError> {
    let news = sqlx::query("SELECT id, news FROM alert_news").fetch_all(&mut *connection).await?;
    for row in news {
        let content: Value = serde_json::from_str(row.try_get("news")?).unwrap_or_default();
        let mut texts = Vec::new();
        gather(&content, &mut texts);
        sqlx::query(
            "DELETE FROM alert_news WHERE id = ?1 AND EXISTS (SELECT 1 FROM json_each(?3) j \
             LEFT JOIN platform_orders o ON o.account_id = ?2 AND o.platform_order_id = j.value \
             LEFT JOIN accounts a ON a.id = ?2 AND a.label = j.value WHERE o.id IS NOT NULL OR a.id IS NOT NULL)",
        )
        .bind(row.try_get::<i64, _>("id")?)
        .bind(account.0)
        .bind(list(&texts))
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

/// Deletes the acts that `which` names, and the batches that have none left.
async fn forget_acts(connection: &mut SqliteConnection, which: &str) -> Result<(), StoreError> {
    for sql in [
        "CREATE TEMP TABLE forgotten AS SELECT id, batch FROM acts WHERE {which}",
        // For this moment only: without it every act that goes would be looked for in all that stay.
        "CREATE INDEX acts_by_undoer ON acts (undone_by)",
        // An act that stays and was undone by one that goes was undone all the same.
        "UPDATE acts SET undone_by = id WHERE undone_by IN (SELECT id FROM forgotten)",
        "DELETE FROM acts WHERE id IN (SELECT id FROM forgotten)",
        "DROP INDEX acts_by_undoer",
        "DELETE FROM act_batches WHERE id IN (SELECT batch FROM forgotten) \
         AND NOT EXISTS (SELECT 1 FROM acts a WHERE a.batch = act_batches.id)",
        "UPDATE act_batches SET (acts, undone) = \
         (SELECT COUNT(*), COUNT(a.undone_by) FROM acts a WHERE a.batch = act_batches.id) \
         WHERE id IN (SELECT batch FROM forgotten)",
        "DROP TABLE forgotten",
    ] {
        let sql = sql.replace("{which}", which);
        sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&mut *connection).await?;
    }
    Ok(())
}

/// Forgets some orders; how many.
async fn forget_some(connection: &mut SqliteConnection, account: AccountId) -> Result<u32, StoreError> {
    let ids: Vec<i64> = sqlx::query_scalar("SELECT id FROM platform_orders WHERE account_id = ? LIMIT +?")
        .bind(account.0)
        .bind(AT_ONCE)
        .fetch_all(&mut *connection)
        .await?;
    sqlx::query(
        "DELETE FROM claims WHERE item_id IN (SELECT i.id FROM json_each(?) j CROSS JOIN platform_order_items i \
         ON i.order_id = j.value)",
    )
    .bind(list(&ids))
    .execute(&mut *connection)
    .await?;
    ingest::remove(connection, &ids).await?;
    Ok(u32::try_from(ids.len()).unwrap_or(u32::MAX))
}

/// Forgets what is not an order, and the account.
async fn forget_rest(connection: &mut SqliteConnection, account: AccountId) -> Result<(), StoreError> {
    // The rest goes with the account's row.
    for table in ["jobs", "report_requests", "listings", "fact_counts", "order_blocks"] {
        let sql = format!("DELETE FROM {table} WHERE account_id = {}", account.0);
        sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&mut *connection).await?;
    }
    sqlx::query("DELETE FROM accounts WHERE id = ?").bind(account.0).execute(connection).await?;
    Ok(())
}
