//! Settings that change a result: a row per key; what a value may be is domain's.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use packlight_domain::act::BatchId;
use packlight_domain::currency::Currency;
use packlight_domain::settings::{HOME_CURRENCY, Setting, Word, home_currency};
use sqlx::SqliteConnection;

use crate::acts::{Act, Batch, Stored, Subject};
use crate::{Store, StoreError};

/// What a text says, with the default for every part that it lacks; parts of a newer Packlight are passed over.
fn over_defaults<S: Setting>(text: &str) -> Option<S> {
    let mut whole = serde_json::to_value(S::default()).ok()?;
    let said: serde_json::Map<_, _> = serde_json::from_str(text).ok()?;
    whole.as_object_mut()?.extend(said);
    serde_json::from_value(whole).ok()
}

/// What a text says, if it is a setting; its default where it is none, or has parts that cannot be.
fn or_default<S: Setting>(text: Option<&str>) -> S {
    text.and_then(over_defaults).filter(|setting: &S| setting.check().is_ok()).unwrap_or_default()
}

/// All settings as they were at one moment.
pub struct Settings(BTreeMap<String, String>);

impl Settings {
    /// As [`Store::setting`].
    pub fn of<S: Setting>(&self) -> S {
        or_default(self.0.get(S::KEY).map(String::as_str))
    }
}

impl Store {
    /// All settings, for whoever needs several.
    pub async fn settings(&self) -> Result<Settings, StoreError> {
        let rows: Vec<(String, String)> =
            sqlx::query_as("SELECT key, value FROM settings").fetch_all(&self.inner.readers).await?;
        Ok(Settings(rows.into_iter().collect()))
    }

    /// The currency of amounts that the seller types without one.
    pub async fn home_currency(&self) -> Result<Currency, StoreError> {
        let mut connection = self.inner.readers.acquire().await?;
        home(&mut connection).await
    }

    /// Chooses the home currency; amounts that are already kept stay as they are. `None` where it is so already.
    pub async fn set_home_currency(
        &self,
        currency: Currency,
        now: DateTime<Utc>,
    ) -> Result<Option<BatchId>, StoreError> {
        let summary = format!("Set the home currency to {currency}");
        self.write(move |connection| {
            Box::pin(async move { set(connection, HOME_CURRENCY, currency.code(), &summary, now).await })
        })
        .await
    }

    /// A setting of a few words; its default where it was never set.
    pub async fn chosen<W: Word>(&self) -> Result<W, StoreError> {
        let mut connection = self.inner.readers.acquire().await?;
        chosen(&mut connection).await
    }

    /// A setting of several parts. Its default where it was never set, or where a broken or older text has parts that
    /// cannot be.
    pub async fn setting<S: Setting>(&self) -> Result<S, StoreError> {
        let mut connection = self.inner.readers.acquire().await?;
        Ok(or_default(read(&mut connection, S::KEY).await?.as_deref()))
    }

    /// Sets a setting of several parts, told as `summary`. The caller has checked it. `None` where it is so already.
    pub async fn set_setting<S: Setting>(
        &self,
        setting: &S,
        summary: &str,
        now: DateTime<Utc>,
    ) -> Result<Option<BatchId>, StoreError> {
        if self.setting::<S>().await? == *setting {
            return Ok(None);
        }
        let text = serde_json::to_string(setting).map_err(|error| StoreError::Internal(error.to_string()))?;
        let summary = summary.to_owned();
        self.write(move |connection| {
            Box::pin(async move { set(connection, S::KEY, &text, &summary, now).await })
        })
        .await
    }

    /// Sets a setting of several parts without an act: what it says passes by itself, so there is nothing to take back.
    pub async fn set_passing<S: Setting>(&self, setting: &S) -> Result<(), StoreError> {
        let text = serde_json::to_string(setting).map_err(|error| StoreError::Internal(error.to_string()))?;
        self.write(move |connection| Box::pin(async move { write(connection, S::KEY, Some(&text)).await }))
            .await
    }

    /// Sets a setting of a few words, told as `summary`. `None` where it is so already.
    pub async fn choose<W: Word>(
        &self,
        value: W,
        summary: &str,
        now: DateTime<Utc>,
    ) -> Result<Option<BatchId>, StoreError> {
        let (word, summary) = (value.word(), summary.to_owned());
        let is_default = word == W::default().word();
        self.write(move |connection| {
            Box::pin(async move {
                if is_default && read(connection, W::KEY).await?.is_none() {
                    return Ok(None);
                }
                set(connection, W::KEY, word, &summary, now).await
            })
        })
        .await
    }
}

/// As [`Store::home_currency`], inside a transaction.
pub(crate) async fn home(connection: &mut SqliteConnection) -> Result<Currency, StoreError> {
    let stored = read(connection, HOME_CURRENCY).await?;
    let first: Option<Option<String>> = sqlx::query_scalar(
        "SELECT currency FROM account_marketplaces WHERE account_id = \
         (SELECT MIN(id) FROM accounts WHERE platform = 'amazon') ORDER BY marketplace_id LIMIT 1",
    )
    .fetch_optional(connection)
    .await?;
    Ok(home_currency(stored.as_deref(), first.flatten().and_then(|code| code.parse().ok())))
}

/// As [`Store::chosen`], inside a transaction.
pub(crate) async fn chosen<W: Word>(connection: &mut SqliteConnection) -> Result<W, StoreError> {
    let stored = read(connection, W::KEY).await?;
    Ok(stored.as_deref().and_then(W::from_word).unwrap_or_default())
}

/// Sets a setting as an act of its own. `None` where it is so already.
async fn set(
    connection: &mut SqliteConnection,
    key: &str,
    value: &str,
    summary: &str,
    now: DateTime<Utc>,
) -> Result<Option<BatchId>, StoreError> {
    let (before, after) = (read(connection, key).await?, Some(value.to_owned()));
    if before == after {
        return Ok(None);
    }
    write(connection, key, Some(value)).await?;
    let mut batch = Batch::begin(connection, now).await?;
    let act = Act { about: Subject::Setting, key: key.to_owned(), before, after, order: None };
    batch.record(connection, &[act]).await?;
    batch.finish(connection, summary).await
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
