//! What the seller has on sale at Amazon, as the last listings report said.
//!
//! Invariant: a whole report replaces what is known of its account and marketplace in one transaction, together with the end
//! of its request; an incomplete one only adds to it.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use packlight_domain::account::AccountId;
use packlight_domain::instant::to_millis;
use packlight_domain::offer::ListingRow;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use crate::reports::{ReportEnd, ReportRequestId, finish};
use crate::rows::{count, instant, list, millis, money, write_rows};
use crate::{Store, StoreError};

/// A listing and where it is from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredListing {
    /// Whose.
    pub account: AccountId,
    /// At which marketplace.
    pub marketplace_id: String,
    /// What Amazon said.
    pub row: ListingRow,
    /// When the report that said so was made, UTC.
    pub seen_at: DateTime<Utc>,
}

/// The listings of a report, to be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewListings {
    /// Whose.
    pub account: AccountId,
    /// At which marketplace.
    pub marketplace_id: String,
    /// The rows, one for each SKU.
    pub rows: Vec<ListingRow>,
    /// These are all: what is known and not among them is gone.
    pub complete: bool,
    /// When the report was made, UTC.
    pub seen_at: DateTime<Utc>,
    /// The request that ends with this, and when.
    pub ends: Option<(ReportRequestId, ReportEnd, DateTime<Utc>)>,
}

/// What keeping them changed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ListingChanges {
    /// Not known before.
    pub new: u32,
    /// Known, and different now.
    pub changed: u32,
    /// Known and the same.
    pub unchanged: u32,
    /// No longer on sale.
    pub removed: u32,
}

const COLUMNS: &str = "account_id, marketplace_id, sku, asin, title, price_minor, currency, quantity, condition, \
                       status, fulfillment_channel, opened_at, seen_at";

impl Store {
    /// Keeps the listings of a report.
    pub async fn replace_listings(&self, new: NewListings) -> Result<ListingChanges, StoreError> {
        self.write(move |connection| {
            Box::pin(async move {
                let known = sqlx::query("SELECT * FROM listings WHERE account_id = ? AND marketplace_id = ?")
                    .bind(new.account.0)
                    .bind(&new.marketplace_id)
                    .fetch_all(&mut *connection)
                    .await?;
                let mut known = known
                    .iter()
                    .map(|row| read(row).map(|listing| (listing.row.sku.clone(), listing.row)))
                    .collect::<Result<HashMap<_, _>, _>>()?;
                let mut changes = ListingChanges::default();
                let mut write = Vec::new();
                for row in &new.rows {
                    match known.remove(&row.sku) {
                        Some(old) if old == *row => changes.unchanged += 1,
                        Some(_) => {
                            changes.changed += 1;
                            write.push(row);
                        }
                        None => {
                            changes.new += 1;
                            write.push(row);
                        }
                    }
                }
                let (account, seen_at) = (new.account.0, to_millis(new.seen_at));
                let marketplace = new.marketplace_id.as_str();
                write_rows(
                    connection,
                    &format!("INSERT INTO listings ({COLUMNS})"),
                    13,
                    "ON CONFLICT DO UPDATE SET asin = excluded.asin, title = excluded.title, \
                     price_minor = excluded.price_minor, currency = excluded.currency, \
                     quantity = excluded.quantity, condition = excluded.condition, status = excluded.status, \
                     fulfillment_channel = excluded.fulfillment_channel, opened_at = excluded.opened_at, \
                     seen_at = excluded.seen_at",
                    &write,
                    |query, row| {
                        query
                            .bind(account)
                            .bind(marketplace.to_owned())
                            .bind(row.sku.clone())
                            .bind(row.asin.clone())
                            .bind(row.title.clone())
                            .bind(row.price.map(|price| price.minor))
                            .bind(row.price.map(|price| price.currency.code().to_owned()))
                            .bind(row.quantity)
                            .bind(row.condition.clone())
                            .bind(row.status.clone())
                            .bind(row.fulfillment_channel.clone())
                            .bind(millis(row.opened_at))
                            .bind(seen_at)
                    },
                )
                .await?;
                if new.complete {
                    let gone: Vec<&String> = known.keys().collect();
                    changes.removed = count(i64::try_from(gone.len()).unwrap_or(i64::MAX));
                    sqlx::query(
                        "DELETE FROM listings WHERE account_id = ? AND marketplace_id = ? \
                         AND sku IN (SELECT value FROM json_each(?))",
                    )
                    .bind(account)
                    .bind(marketplace)
                    .bind(list(&gone))
                    .execute(&mut *connection)
                    .await?;
                    sqlx::query(
                        "UPDATE listings SET seen_at = ? WHERE account_id = ? AND marketplace_id = ?",
                    )
                    .bind(seen_at)
                    .bind(account)
                    .bind(marketplace)
                    .execute(&mut *connection)
                    .await?;
                }
                if let Some((request, end, now)) = new.ends {
                    finish(connection, request, end, now).await?;
                }
                Ok(changes)
            })
        })
        .await
    }

    /// What an account has on sale, by marketplace and SKU; all accounts and marketplaces where `None`.
    pub async fn listings(
        &self,
        account: Option<AccountId>,
        marketplace_id: Option<&str>,
    ) -> Result<Vec<StoredListing>, StoreError> {
        let rows = sqlx::query(
            "SELECT * FROM listings WHERE (?1 IS NULL OR account_id = ?1) \
             AND (?2 IS NULL OR marketplace_id = ?2) ORDER BY account_id, marketplace_id, sku",
        )
        .bind(account.map(|account| account.0))
        .bind(marketplace_id)
        .fetch_all(&self.inner.readers)
        .await?;
        rows.iter().map(read).collect()
    }

    /// Every listing of an ASIN: new and used copies are different SKUs, and each marketplace has its own.
    pub async fn listing_by_asin(&self, asin: &str) -> Result<Vec<StoredListing>, StoreError> {
        let rows =
            sqlx::query("SELECT * FROM listings WHERE asin = ? ORDER BY account_id, marketplace_id, sku")
                .bind(asin)
                .fetch_all(&self.inner.readers)
                .await?;
        rows.iter().map(read).collect()
    }

    /// Every listing of a SKU, one for each account and marketplace.
    pub async fn listing_by_sku(&self, sku: &str) -> Result<Vec<StoredListing>, StoreError> {
        let rows = sqlx::query("SELECT * FROM listings WHERE sku = ? ORDER BY account_id, marketplace_id")
            .bind(sku)
            .fetch_all(&self.inner.readers)
            .await?;
        rows.iter().map(read).collect()
    }

    /// Whether anything is known to be on sale, or to have been ordered since `since`, at a marketplace of an account.
    pub async fn has_trade(
        &self,
        account: AccountId,
        marketplace_id: &str,
        since: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let found = sqlx::query(
            "SELECT EXISTS (SELECT 1 FROM listings WHERE account_id = ?1 AND marketplace_id = ?2) \
             OR EXISTS (SELECT 1 FROM platform_orders WHERE account_id = ?1 AND ui_status IN (0, 1, 2, 3, 4, 5) \
             AND order_date >= ?3 AND marketplace_id = ?2) AS found",
        )
        .bind(account.0)
        .bind(marketplace_id)
        .bind(to_millis(since))
        .fetch_one(&self.inner.readers)
        .await?;
        Ok(found.try_get("found")?)
    }
}

fn read(row: &SqliteRow) -> Result<StoredListing, StoreError> {
    Ok(StoredListing {
        account: AccountId(row.try_get("account_id")?),
        marketplace_id: row.try_get("marketplace_id")?,
        row: ListingRow {
            sku: row.try_get("sku")?,
            asin: row.try_get("asin")?,
            title: row.try_get("title")?,
            price: money(row, "price_minor", "currency")?,
            quantity: row.try_get::<Option<i64>, _>("quantity")?.map(count),
            condition: row.try_get("condition")?,
            status: row.try_get("status")?,
            fulfillment_channel: row.try_get("fulfillment_channel")?,
            opened_at: instant(row, "opened_at")?,
        },
        seen_at: instant(row, "seen_at")?.unwrap_or_default(),
    })
}
