//! Settings that change a result: a row per key; what a value may be is domain's.

use chrono::{DateTime, Utc};
use packlight_domain::act::BatchId;
use packlight_domain::currency::Currency;
use packlight_domain::settings::{HOME_CURRENCY, home_currency};
use sqlx::SqliteConnection;

use crate::acts::{Act, Batch, Stored, Subject};
use crate::{Store, StoreError};

impl Store {
    /// The currency of amounts that the seller types without one.
    pub async fn home_currency(&self) -> Result<Currency, StoreError> {
        let mut connection = self.inner.readers.acquire().await?;
        let stored = read(&mut connection, HOME_CURRENCY).await?;
        let first: Option<Option<String>> = sqlx::query_scalar(
            "SELECT currency FROM account_marketplaces WHERE account_id = \
             (SELECT MIN(id) FROM accounts WHERE platform = 'amazon') ORDER BY marketplace_id LIMIT 1",
        )
        .fetch_optional(&mut *connection)
        .await?;
        Ok(home_currency(stored.as_deref(), first.flatten().and_then(|code| code.parse().ok())))
    }

    /// Chooses the home currency; amounts that are already kept stay as they are. `None` where it is so already.
    pub async fn set_home_currency(
        &self,
        currency: Currency,
        now: DateTime<Utc>,
    ) -> Result<Option<BatchId>, StoreError> {
        self.write(move |connection| {
            Box::pin(async move {
                let before = read(connection, HOME_CURRENCY).await?;
                let after = Some(currency.code().to_owned());
                if before == after {
                    return Ok(None);
                }
                write(connection, HOME_CURRENCY, after.as_deref()).await?;
                let key = HOME_CURRENCY.to_owned();
                let mut batch = Batch::begin(connection, now).await?;
                let act = Act { about: Subject::Setting, key, before, after, order: None };
                batch.record(connection, &[act]).await?;
                batch.finish(connection, &format!("Set the home currency to {currency}")).await
            })
        })
        .await
    }
}

/// Puts settings back that still stand; tells which.
pub(crate) async fn restore(
    connection: &mut SqliteConnection,
    acts: &[Stored],
) -> Result<Vec<bool>, StoreError> {
    let mut restored = Vec::with_capacity(acts.len());
    for act in acts {
        let stands = read(connection, &act.key).await? == act.after;
        if stands {
            write(connection, &act.key, act.before.as_deref()).await?;
        }
        restored.push(stands);
    }
    Ok(restored)
}

async fn read(connection: &mut SqliteConnection, key: &str) -> Result<Option<String>, StoreError> {
    Ok(sqlx::query_scalar("SELECT value FROM settings WHERE key = ?")
        .bind(key)
        .fetch_optional(connection)
        .await?)
}

async fn write(connection: &mut SqliteConnection, key: &str, value: Option<&str>) -> Result<(), StoreError> {
    let Some(value) = value else {
        sqlx::query("DELETE FROM settings WHERE key = ?").bind(key).execute(connection).await?;
        return Ok(());
    };
    sqlx::query(
        "INSERT INTO settings (key, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value",
    )
    .bind(key)
    .bind(value)
    .execute(connection)
    .await?;
    Ok(())
}
