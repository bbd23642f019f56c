//! Keeps the client's token buckets in the store, so that a restart never believes in tokens that were spent before.
//!
//! The client awaits `save` before a request leaves; a process killed in between has lost a token, not cheated Amazon.

use async_trait::async_trait;
use packlight_domain::account::{AccountId, Region};
use packlight_spapi::{BucketState, Ledger, LedgerError, Operation};
use packlight_store::{BucketKey, Store, StoredBucket};

/// The buckets of one account and application.
pub(crate) struct StoreLedger {
    pub(crate) store: Store,
    pub(crate) client_fingerprint: String,
    pub(crate) region: Region,
    pub(crate) account: AccountId,
}

impl StoreLedger {
    fn key(&self, operation: Operation) -> BucketKey {
        BucketKey {
            client_fingerprint: self.client_fingerprint.clone(),
            region: self.region,
            account: self.account,
            operation: operation.name().to_owned(),
        }
    }
}

#[async_trait]
impl Ledger for StoreLedger {
    async fn load(&self, operation: Operation) -> Result<Option<BucketState>, LedgerError> {
        let stored = self
            .store
            .load_bucket(&self.key(operation))
            .await
            .map_err(|error| LedgerError(error.to_string()))?;
        Ok(stored.map(|bucket| BucketState {
            tokens_nano: bucket.tokens_nano,
            micro_hertz: bucket.micro_hertz,
            at: bucket.at,
        }))
    }

    async fn save(&self, operation: Operation, state: &BucketState) -> Result<(), LedgerError> {
        let bucket =
            StoredBucket { tokens_nano: state.tokens_nano, micro_hertz: state.micro_hertz, at: state.at };
        self.store
            .save_bucket(&self.key(operation), &bucket)
            .await
            .map_err(|error| LedgerError(error.to_string()))
    }
}
