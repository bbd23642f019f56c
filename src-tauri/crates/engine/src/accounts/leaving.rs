//! Leaving an account: disconnecting keeps its orders readable, forgetting deletes them too.
//!
//! Either way the secrets go first. A keychain that is locked or gone keeps nobody: what stays in it is told as a sentence
//! that says how to delete it by hand.

use packlight_domain::account::AccountId;
use packlight_domain::text::fold;
use packlight_store::{Account, Holdings, former_databases};
use serde::{Deserialize, Serialize};

use super::Standing;
use crate::desk::Engine;
use crate::error::{Code, EngineError};
use crate::events::CacheTag;
use crate::{alerts, backups, erase};

/// What forgetting an account would take away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct ForgetPreview {
    /// What the seller calls it: to be typed before anything goes.
    pub label: String,
    /// Its orders.
    pub orders: u32,
    /// Their lines.
    pub lines: u32,
    /// Orders with a note.
    pub notes: u32,
    /// Orders that were confirmed.
    pub confirmed: u32,
    /// Units that become free.
    pub freed_units: u32,
    /// Units that stay sold.
    pub sold_units: u32,
    /// Records of pick lists.
    pub pick_lists: u32,
    /// Open pick lists, by their names: to be finished or discarded first.
    pub open_lists: Vec<String>,
    /// Nightly backups, which hold its orders until they are rotated out.
    pub backups: u32,
    /// Names of the files that a restore, a repair or an update kept of the former database: they hold its orders, and go.
    pub copies: Vec<String>,
}

/// What became of a forgotten account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct Forgotten {
    /// Orders that were deleted.
    pub orders: u32,
    /// What stays of its secrets, and how to delete it by hand; `None` when nothing does.
    pub left: Option<String>,
}

impl Engine {
    /// Disconnects an account: its secrets and its schedule go, its orders stay readable. What stays of the secrets is
    /// returned as a sentence.
    pub async fn remove_account(&self, id: AccountId) -> Result<Option<String>, EngineError> {
        let _writing = self.writing_beside().await?;
        let account = self.account(id, Standing::Connected).await?;
        let left = self.delete_secrets(&account).await;
        self.0.store.remove_account(id, (self.0.clock)()).await?;
        self.0.connections.lock().await.remove(&id);
        self.0.board.leave(id);
        for begins in alerts::of_account(id) {
            // What waits to be told of it is no news any more. Left it is, also if that cannot be written.
            if let Err(error) = self.0.store.take_back_news(&begins, None).await {
                tracing::warn!(%error, "news of an account that was left may still be told");
            }
        }
        self.0.events.changed(&[CacheTag::Accounts, CacheTag::Sync]);
        Ok(left)
    }

    /// What forgetting an account would take away.
    pub async fn forget_preview(&self, id: AccountId) -> Result<ForgetPreview, EngineError> {
        let account = self.account(id, Standing::Any).await?;
        let holdings = self.0.store.holdings(id).await?;
        let backups = backups::nightly(&self.0.folder.join(backups::FOLDER)).len();
        let former = former_databases(&self.0.folder).map_err(|error| {
            let folder = self.0.folder.display();
            EngineError::new(Code::Disk, format!("{folder} cannot be read ({error}): try again"))
        })?;
        let whole = former.iter().filter(|former| !former.is_part);
        let names = whole.filter_map(|former| former.file.file_name());
        let Holdings { orders, lines, notes, confirmed, linked_units, sold_units, pick_lists, open_lists } =
            holdings;
        Ok(ForgetPreview {
            label: account.label,
            orders,
            lines,
            notes,
            confirmed,
            freed_units: linked_units,
            sold_units,
            pick_lists,
            open_lists,
            backups: u32::try_from(backups).unwrap_or(u32::MAX),
            copies: names.map(|name| name.to_string_lossy().into_owned()).collect(),
        })
    }

    /// Disconnects an account and deletes everything that was read or done for it, and every copy of the former database;
    /// stock and mappings stay. `typed` is its label, as the seller typed it to say that this account is meant. Broken off,
    /// it leaves a disconnected account with fewer orders, and can be called again.
    pub async fn forget_account(&self, id: AccountId, typed: &str) -> Result<Forgotten, EngineError> {
        self.require_writer()?;
        let account = self.account(id, Standing::Any).await?;
        if fold(typed.trim()) != fold(&account.label) {
            let message = format!("type the account's label, {}, to forget it", account.label);
            return Err(EngineError::new(Code::BadInput, message).about("label"));
        }
        // Looked at before anything goes; the store looks again.
        if let Some(open) = self.0.store.holdings(id).await?.open_lists.first() {
            let message = format!(
                "pick list {open} has orders of this account and is open: finish or discard it first"
            );
            return Err(EngineError::new(Code::NotPossible, message));
        }
        // First of all: once the account is gone, nobody would ask for them again.
        self.delete_copies().await?;
        let left = if account.is_connected() { self.remove_account(id).await? } else { None };
        // A run that is under way would go on to write; those of other accounts begin again at once.
        self.stop_sync().await;
        self.halt_reports_of(id).await;
        let events = self.0.events.clone();
        let told = move |_| events.changed(&[CacheTag::Orders, CacheTag::Counts]);
        let forgotten = self.0.store.forget_account(id, told).await;
        self.0.wake.send_replace(());
        self.0.events.changed(&[
            CacheTag::Orders,
            CacheTag::Counts,
            CacheTag::Inventory,
            CacheTag::PickLists,
            CacheTag::Accounts,
            CacheTag::Sync,
        ]);
        Ok(Forgotten { orders: forgotten?, left })
    }

    /// Deletes what a restore, a repair or an update kept of the former database, which would hold what is forgotten.
    async fn delete_copies(&self) -> Result<(), EngineError> {
        let _writing = self.writing_beside().await?;
        erase::delete_former(&self.0.folder)
    }

    /// Deletes an account's secrets from where they lie. What cannot be deleted is returned as a sentence that says how to
    /// do it by hand.
    pub(super) async fn delete_secrets(&self, account: &Account) -> Option<String> {
        let why = self.0.secrets.remove(account.id, account.secrets).await.err()?;
        Some(self.0.secrets.how_to_delete(account.id, account.secrets, &why))
    }
}
