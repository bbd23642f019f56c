//! Seller accounts: what is known of them apart from their secrets, which are never here.
//!
//! Disconnecting an account ends its schedule and keeps its orders readable. Adding it again under the same label, region
//! and application finds them, and goes on from the old watermark. Only forgetting deletes (`forget.rs`).

use chrono::{DateTime, Utc};
use packlight_domain::account::{AccountId, OrdersApi, Platform, Region};
use packlight_domain::currency::Currency;
use packlight_domain::instant::to_millis;
use packlight_domain::text::fold;
use serde::{Deserialize, Serialize};
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};

use crate::rows::{instant, known};
use crate::{Store, StoreError};

/// Where an account's secrets lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "lowercase")]
pub enum SecretsPlace {
    /// The keychain of the operating system.
    Keychain,
    /// The vault file, encrypted by a passphrase.
    File,
    /// Nowhere: the account is disconnected, or its orders come from files.
    None,
}

impl SecretsPlace {
    fn word(self) -> &'static str {
        match self {
            Self::Keychain => "keychain",
            Self::File => "file",
            Self::None => "none",
        }
    }

    fn from_word(word: &str) -> Self {
        match word {
            "keychain" => Self::Keychain,
            "file" => Self::File,
            _ => Self::None,
        }
    }
}

/// A marketplace that an account sells in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountMarketplace {
    /// Amazon's id.
    pub id: String,
    /// Currency of its prices, where it is known.
    pub currency: Option<Currency>,
    /// IANA name of the zone of its business day.
    pub zone: String,
}

/// An account to add.
#[derive(Debug, Clone)]
pub struct NewAccount {
    /// What the seller calls it; unique, at the byte.
    pub label: String,
    /// Where its orders come from.
    pub platform: Platform,
    /// Which host serves it; `None` for platforms that are read from files.
    pub region: Option<Region>,
    /// Which Orders API reads it.
    pub orders_api: OrdersApi,
    /// Its marketplaces.
    pub marketplaces: Vec<AccountMarketplace>,
    /// Fingerprint of the client id.
    pub client_fingerprint: String,
    /// The client id's last characters, to tell applications apart.
    pub client_id_tail: Option<String>,
    /// Where its secrets lie.
    pub secrets: SecretsPlace,
    /// The time now, UTC.
    pub now: DateTime<Utc>,
}

/// An account. Instants are UTC.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its row id.
    pub id: AccountId,
    /// What the seller calls it.
    pub label: String,
    /// Where its orders come from.
    pub platform: Platform,
    /// Which host serves it.
    pub region: Option<Region>,
    /// Which Orders API reads it.
    pub orders_api: OrdersApi,
    /// Its marketplaces, by id.
    pub marketplaces: Vec<AccountMarketplace>,
    /// Fingerprint of the client id.
    pub client_fingerprint: String,
    /// The client id's last characters.
    pub client_id_tail: Option<String>,
    /// Where its secrets lie.
    pub secrets: SecretsPlace,
    /// Since when.
    pub secrets_since: Option<DateTime<Utc>>,
    /// When Amazon was last asked what it grants.
    pub last_check_at: Option<DateTime<Utc>>,
    /// What that check found wrong.
    pub last_check_problem: Option<String>,
    /// When it was disconnected.
    pub removed_at: Option<DateTime<Utc>>,
    /// Every change up to here is in the local copy: the earliest watermark; `None` until each marketplace has one.
    pub complete_up_to: Option<DateTime<Utc>>,
}

impl Account {
    /// Whether it is synced: it has secrets and was not disconnected.
    pub fn is_connected(&self) -> bool {
        self.removed_at.is_none() && self.secrets != SecretsPlace::None
    }
}

impl Store {
    /// Adds an account, or connects one again that was disconnected. Labels are one without regard to case, as they are
    /// when somebody asks for them.
    ///
    /// # Errors
    /// [`StoreError::DuplicateLabel`] where a connected account, or a disconnected one of another seller, has the label.
    pub async fn add_account(&self, new: &NewAccount) -> Result<Account, StoreError> {
        let new = new.clone();
        self.write(move |connection| {
            Box::pin(async move {
                let label = fold(&new.label);
                let taken =
                    load(connection).await?.into_iter().filter(|account| fold(&account.label) == label);
                // Two that differ in case only may be left from before: the one that is meant is spelt like this.
                let taken = taken.max_by_key(|account| account.label == new.label);
                let id = match taken {
                    None => insert(connection, &new).await?,
                    Some(old) if is_same_seller(&old, &new) => {
                        connect_again(connection, old.id, &new).await?;
                        old.id
                    }
                    Some(_) => return Err(StoreError::DuplicateLabel(new.label)),
                };
                one(connection, id).await
            })
        })
        .await
    }

    /// Every account, disconnected ones included, in the order in which they were added.
    pub async fn accounts(&self) -> Result<Vec<Account>, StoreError> {
        let mut connection = self.inner.readers.acquire().await?;
        load(&mut connection).await
    }

    /// Notes that an account's secrets were replaced at `now`. `fingerprint` and `tail` are of the client id.
    pub async fn replace_secrets(
        &self,
        id: AccountId,
        fingerprint: &str,
        tail: &Option<String>,
        place: SecretsPlace,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let (fingerprint, tail) = (fingerprint.to_owned(), tail.clone());
        self.write(move |connection| {
            Box::pin(async move {
                let done = sqlx::query(
                    "UPDATE accounts SET client_fingerprint = ?2, client_id_tail = ?3, secrets = ?4, secrets_since = ?5, \
                     removed_at = NULL, last_check_problem = NULL WHERE id = ?1",
                )
                .bind(id.0)
                .bind(fingerprint)
                .bind(tail)
                .bind(place.word())
                .bind(to_millis(now))
                .execute(connection)
                .await?;
                found(done.rows_affected(), id)
            })
        })
        .await
    }

    /// Notes what a check at `now` found: a problem in words, or none.
    pub async fn record_check(
        &self,
        id: AccountId,
        now: DateTime<Utc>,
        problem: Option<&str>,
    ) -> Result<(), StoreError> {
        let problem = problem.map(ToOwned::to_owned);
        self.write(move |connection| {
            Box::pin(async move {
                let done = sqlx::query(
                    "UPDATE accounts SET last_check_at = ?2, last_check_problem = ?3 WHERE id = ?1",
                )
                .bind(id.0)
                .bind(to_millis(now))
                .bind(problem)
                .execute(connection)
                .await?;
                found(done.rows_affected(), id)
            })
        })
        .await
    }

    /// Gives an account another label and other marketplaces; watermarks stay as they are.
    ///
    /// # Errors
    /// [`StoreError::DuplicateLabel`] where another account has the label.
    pub async fn edit_account(
        &self,
        id: AccountId,
        label: &str,
        marketplaces: &[AccountMarketplace],
    ) -> Result<(), StoreError> {
        let (label, marketplaces) = (label.to_owned(), marketplaces.to_owned());
        self.write(move |connection| {
            Box::pin(async move {
                let folded = fold(&label);
                if load(connection).await?.iter().any(|other| other.id != id && fold(&other.label) == folded)
                {
                    return Err(StoreError::DuplicateLabel(label));
                }
                let done = sqlx::query("UPDATE accounts SET label = ?2 WHERE id = ?1")
                    .bind(id.0)
                    .bind(label)
                    .execute(&mut *connection)
                    .await?;
                found(done.rows_affected(), id)?;
                set_marketplaces(connection, id, &marketplaces).await
            })
        })
        .await
    }

    /// Disconnects an account; its orders and its watermark stay.
    pub async fn remove_account(&self, id: AccountId, now: DateTime<Utc>) -> Result<(), StoreError> {
        self.write(move |connection| {
            Box::pin(async move {
                let done = sqlx::query(
                    "UPDATE accounts SET removed_at = COALESCE(removed_at, ?2), secrets = 'none', secrets_since = NULL \
                     WHERE id = ?1",
                )
                .bind(id.0)
                .bind(to_millis(now))
                .execute(connection)
                .await?;
                found(done.rows_affected(), id)
            })
        })
        .await
    }
}

fn found(rows: u64, id: AccountId) -> Result<(), StoreError> {
    if rows == 0 { Err(StoreError::NoAccount(id)) } else { Ok(()) }
}

fn is_same_seller(old: &Account, new: &NewAccount) -> bool {
    old.removed_at.is_some()
        && old.platform == new.platform
        && old.region == new.region
        && old.client_fingerprint == new.client_fingerprint
}

pub(crate) async fn insert(
    connection: &mut SqliteConnection,
    new: &NewAccount,
) -> Result<AccountId, StoreError> {
    let id: i32 = sqlx::query_scalar(
        "INSERT INTO accounts (label, platform, region, orders_api, client_fingerprint, client_id_tail, secrets, \
         secrets_since, created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) RETURNING id",
    )
    .bind(&new.label)
    .bind(new.platform.word())
    .bind(new.region.map(Region::word))
    .bind(new.orders_api.word())
    .bind(&new.client_fingerprint)
    .bind(&new.client_id_tail)
    .bind(new.secrets.word())
    .bind((new.secrets != SecretsPlace::None).then(|| to_millis(new.now)))
    .bind(to_millis(new.now))
    .fetch_one(&mut *connection)
    .await?;
    set_marketplaces(connection, AccountId(id), &new.marketplaces).await?;
    Ok(AccountId(id))
}

async fn connect_again(
    connection: &mut SqliteConnection,
    id: AccountId,
    new: &NewAccount,
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE accounts SET label = ?6, orders_api = ?2, client_id_tail = ?3, secrets = ?4, secrets_since = ?5, \
         last_check_at = NULL, last_check_problem = NULL, removed_at = NULL WHERE id = ?1",
    )
    .bind(id.0)
    .bind(new.orders_api.word())
    .bind(&new.client_id_tail)
    .bind(new.secrets.word())
    .bind((new.secrets != SecretsPlace::None).then(|| to_millis(new.now)))
    .bind(&new.label)
    .execute(&mut *connection)
    .await?;
    set_marketplaces(connection, id, &new.marketplaces).await
}

async fn set_marketplaces(
    connection: &mut SqliteConnection,
    id: AccountId,
    marketplaces: &[AccountMarketplace],
) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM account_marketplaces WHERE account_id = ?")
        .bind(id.0)
        .execute(&mut *connection)
        .await?;
    for marketplace in marketplaces {
        sqlx::query(
            "INSERT INTO account_marketplaces (account_id, marketplace_id, currency, zone) VALUES (?, ?, ?, ?)",
        )
        .bind(id.0)
        .bind(&marketplace.id)
        .bind(marketplace.currency.map(String::from))
        .bind(&marketplace.zone)
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

async fn one(connection: &mut SqliteConnection, id: AccountId) -> Result<Account, StoreError> {
    let accounts = load(connection).await?;
    accounts.into_iter().find(|account| account.id == id).ok_or(StoreError::NoAccount(id))
}

/// Every account with its marketplaces.
pub(crate) async fn load(connection: &mut SqliteConnection) -> Result<Vec<Account>, StoreError> {
    // A row for each marketplace, and one for an account without any.
    let rows = sqlx::query(
        "SELECT a.*, m.marketplace_id, m.currency, m.zone, w.up_to FROM accounts a \
         LEFT JOIN account_marketplaces m ON m.account_id = a.id \
         LEFT JOIN watermarks w ON w.account_id = m.account_id AND w.marketplace_id = m.marketplace_id \
             AND w.source = 'orders' \
         ORDER BY a.id, m.marketplace_id",
    )
    .fetch_all(connection)
    .await?;
    let mut accounts: Vec<Account> = Vec::new();
    for row in &rows {
        let id = AccountId(row.try_get("id")?);
        if accounts.last().is_none_or(|last| last.id != id) {
            accounts.push(without_marketplaces(row, id)?);
        }
        let (Some(account), Some(marketplace)) = (accounts.last_mut(), row.try_get("marketplace_id")?) else {
            continue;
        };
        let mark = instant(row, "up_to")?;
        let is_first = account.marketplaces.is_empty();
        account.complete_up_to = if is_first { mark } else { account.complete_up_to.min(mark) };
        account.marketplaces.push(AccountMarketplace {
            id: marketplace,
            currency: row.try_get::<Option<&str>, _>("currency")?.and_then(|code| code.parse().ok()),
            zone: row.try_get("zone")?,
        });
    }
    Ok(accounts)
}

fn without_marketplaces(row: &SqliteRow, id: AccountId) -> Result<Account, StoreError> {
    Ok(Account {
        id,
        label: row.try_get("label")?,
        platform: known(row.try_get("platform")?)?,
        region: row.try_get::<Option<&str>, _>("region")?.map(known).transpose()?,
        orders_api: known(row.try_get("orders_api")?)?,
        marketplaces: Vec::new(),
        client_fingerprint: row.try_get("client_fingerprint")?,
        client_id_tail: row.try_get("client_id_tail")?,
        secrets: SecretsPlace::from_word(row.try_get("secrets")?),
        secrets_since: instant(row, "secrets_since")?,
        last_check_at: instant(row, "last_check_at")?,
        last_check_problem: row.try_get("last_check_problem")?,
        removed_at: instant(row, "removed_at")?,
        complete_up_to: None,
    })
}
