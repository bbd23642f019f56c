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
    /// far; the caller may drop the future at any time and call again. The account's row goes last, so that whatever fails
    /// can be asked for again.
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
        self.writer()?.run(|connection| Box::pin(empty_log(connection))).await?;
        self.write(move |connection| {
            Box::pin(async move {
                // The rest goes with it.
                sqlx::query("DELETE FROM accounts WHERE id = ?").bind(account.0).execute(connection).await?;
                Ok(())
            })
        })
        .await?;
        Ok(gone)
    }
}

/// Brings the whole log into the database.
async fn empty_log(connection: &mut SqliteConnection) -> Result<(), StoreError> {
    // That somebody still reads from the log is told in a row, not by an error.
    let busy: i64 =
        sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").fetch_one(connection).await?.try_get("busy")?;
    if busy != 0 {
        return Err(StoreError::NotPossible(
            "the orders are deleted, but another program reads the database and keeps what was: close it and try again"
                .to_owned(),
        ));
    }
    Ok(())
}

/// A record of a pick list.
struct List {
    id: i64,
    name: String,
    open: bool,
}

/// The pick lists that name an order of an account, at a stop or among the exceptions, and closed ones of which no order is
/// known any more: nobody can say whose those were.
async fn lists(connection: &mut SqliteConnection, account: AccountId) -> Result<Vec<List>, StoreError> {
    let rows = sqlx::query("SELECT id, list_id, state = 'open' AS open, content FROM pick_lists ORDER BY id")
        .fetch_all(&mut *connection)
        .await?;
    let mut lists = Vec::new();
    for row in rows {
        let (id, open): (i64, bool) = (row.try_get("id")?, row.try_get("open")?);
        let content: Value = serde_json::from_str(row.try_get("content")?).unwrap_or_default();
        let mut texts = Vec::new();
        gather(&content, &mut texts);
        let concerned: bool = sqlx::query_scalar(
            "SELECT EXISTS (SELECT 1 FROM pick_stops s JOIN platform_orders o ON o.id = s.order_id \
                WHERE s.list_id = ?1 AND o.account_id = ?2) \
             OR EXISTS (SELECT 1 FROM json_each(?3) j JOIN platform_orders o ON o.account_id = ?2 \
                AND o.platform_order_id = j.value) \
             OR (NOT ?4 AND NOT EXISTS (SELECT 1 FROM pick_stops s JOIN platform_orders o ON o.id = s.order_id \
                WHERE s.list_id = ?1) \
                AND NOT EXISTS (SELECT 1 FROM json_each(?3) j CROSS JOIN accounts a CROSS JOIN platform_orders o \
                ON o.account_id = a.id AND o.platform_order_id = j.value))",
        )
        .bind(id)
        .bind(account.0)
        .bind(list(&texts))
        .bind(open)
        .fetch_one(&mut *connection)
        .await?;
        if concerned {
            lists.push(List { id, name: row.try_get("list_id")?, open });
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
        forget_list(connection, id).await?;
    }
    let account = account.0;
    // Of orders that are gone already, too. A file's order that was taken back knows its account, and may come again.
    forget_acts(
        connection,
        &format!(
            "order_id IN (SELECT id FROM platform_orders WHERE account_id = {account}) \
             OR (order_id NOT IN (SELECT id FROM platform_orders) AND CASE kind WHEN 'order' \
             THEN json_extract(COALESCE(before, after), '$.account') = {account} ELSE TRUE END)"
        ),
    )
    .await?;
    // What was told, or waits to be told, of its orders or of the account itself.
    sqlx::query(
        "DELETE FROM alert_news WHERE json_extract(news, '$.order') IN (SELECT id FROM platform_orders WHERE account_id = ?1) \
         OR (json_extract(news, '$.kind') IN ('sync_dead', 'secret_expires') \
         AND json_extract(news, '$.account') = (SELECT label FROM accounts WHERE id = ?1))",
    )
    .bind(account)
    .execute(connection)
    .await?;
    Ok(())
}

/// Deletes the record of a pick list with its acts.
async fn forget_list(connection: &mut SqliteConnection, id: i64) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM pick_lists WHERE id = ?").bind(id).execute(&mut *connection).await?;
    let which = format!(
        "subject = 'list:{id}' AND kind = 'pick list' OR subject GLOB 'stop:{id}/*' AND kind = 'pick stop'"
    );
    forget_acts(connection, &which).await
}

/// Deletes what was done to orders that go, and closed pick lists that have no others.
pub(crate) async fn forget_deeds(
    connection: &mut SqliteConnection,
    orders: &[i64],
) -> Result<(), StoreError> {
    let orders = list(orders);
    let lists: Vec<i64> = sqlx::query_scalar(
        "SELECT DISTINCT s.list_id FROM json_each(?1) j CROSS JOIN pick_stops s ON s.order_id = j.value \
         CROSS JOIN pick_lists l ON l.id = s.list_id AND l.state <> 'open' \
         WHERE NOT EXISTS (SELECT 1 FROM pick_stops t JOIN platform_orders o ON o.id = t.order_id \
         WHERE t.list_id = s.list_id AND o.id NOT IN (SELECT value FROM json_each(?1)))",
    )
    .bind(&orders)
    .fetch_all(&mut *connection)
    .await?;
    for id in lists {
        forget_list(connection, id).await?;
    }
    let which = format!("order_id IN (SELECT value FROM json_each('{orders}'))");
    let any = format!("SELECT EXISTS (SELECT 1 FROM acts WHERE {which})");
    if sqlx::query_scalar(sqlx::AssertSqlSafe(any)).fetch_one(&mut *connection).await? {
        forget_acts(connection, &which).await?;
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
    // Alerts may have looked for news meanwhile, and another order may get a number that becomes free.
    sqlx::query(
        "DELETE FROM alert_news WHERE key IN (SELECT 'order:' || j.value FROM json_each(?1) j \
         UNION ALL SELECT 'view:' || v.id || ':' || j.value FROM json_each(?1) j CROSS JOIN saved_views v)",
    )
    .bind(list(&ids))
    .execute(&mut *connection)
    .await?;
    ingest::remove(connection, &ids).await?;
    Ok(u32::try_from(ids.len()).unwrap_or(u32::MAX))
}

/// Forgets what is not an order.
async fn forget_rest(connection: &mut SqliteConnection, account: AccountId) -> Result<(), StoreError> {
    for table in ["jobs", "report_requests", "listings", "fact_counts", "order_blocks"] {
        let sql = format!("DELETE FROM {table} WHERE account_id = {}", account.0);
        sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&mut *connection).await?;
    }
    Ok(())
}
