//! Token buckets of the rate limiter, kept over restarts: Amazon's own buckets do not refill because we restarted.

use chrono::{DateTime, Utc};
use packlight_domain::account::{AccountId, Region};
use packlight_domain::instant::{from_millis, to_millis};

use crate::{Store, StoreError};

/// Whose bucket, of which operation.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct BucketKey {
    /// Fingerprint of the client id.
    pub client_fingerprint: String,
    /// The region whose host counts.
    pub region: Region,
    /// The account; 0 where none has been made yet, or where the limit belongs to the application alone.
    pub account: AccountId,
    /// Amazon's name of the operation.
    pub operation: String,
}

/// What a bucket held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoredBucket {
    /// Thousand-millionths of a token.
    pub tokens_nano: i64,
    /// Rate in millionths of a token per second.
    pub micro_hertz: u64,
    /// When, by Amazon's clock; kept to the millisecond, rounded up so that no token comes early.
    pub at: DateTime<Utc>,
}

impl Store {
    /// What a bucket held when it was last saved.
    pub async fn load_bucket(&self, key: &BucketKey) -> Result<Option<StoredBucket>, StoreError> {
        let found: Option<(i64, i64, i64)> = sqlx::query_as(
            "SELECT tokens_nano, micro_hertz, at FROM rate_buckets \
             WHERE client_fingerprint = ? AND region = ? AND account_id = ? AND operation = ?",
        )
        .bind(&key.client_fingerprint)
        .bind(key.region.word())
        .bind(key.account.0)
        .bind(&key.operation)
        .fetch_optional(&self.inner.readers)
        .await?;
        Ok(found.map(|(tokens_nano, micro_hertz, at)| StoredBucket {
            tokens_nano,
            micro_hertz: u64::try_from(micro_hertz).unwrap_or(0),
            at: from_millis(at),
        }))
    }

    /// Saves a bucket; it is on disk (as far as `synchronous=NORMAL` goes) when this returns.
    pub async fn save_bucket(&self, key: &BucketKey, bucket: &StoredBucket) -> Result<(), StoreError> {
        let (key, bucket) = (key.clone(), *bucket);
        self.write(move |connection| {
            Box::pin(async move {
                let whole = to_millis(bucket.at);
                let at = if from_millis(whole) < bucket.at { whole + 1 } else { whole };
                sqlx::query(
                    "INSERT INTO rate_buckets \
                     (client_fingerprint, region, account_id, operation, tokens_nano, micro_hertz, at) \
                     VALUES (?, ?, ?, ?, ?, ?, ?) \
                     ON CONFLICT DO UPDATE SET tokens_nano = excluded.tokens_nano, \
                     micro_hertz = excluded.micro_hertz, at = excluded.at",
                )
                .bind(key.client_fingerprint)
                .bind(key.region.word())
                .bind(key.account.0)
                .bind(key.operation)
                .bind(bucket.tokens_nano)
                .bind(i64::try_from(bucket.micro_hertz).unwrap_or(i64::MAX))
                .bind(at)
                .execute(connection)
                .await?;
                Ok(())
            })
        })
        .await
    }
}
