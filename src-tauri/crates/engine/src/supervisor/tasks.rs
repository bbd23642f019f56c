//! One task for each connected account, as accounts come and go.
//!
//! An account that is left while its poll runs may be connected again before that has ended: it gets a task of its own then,
//! and the former one is waited for at the end like all others.

use std::collections::HashMap;

use packlight_domain::account::AccountId;
use packlight_store::Account;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// The tasks of the accounts.
#[derive(Default)]
pub(super) struct Tasks {
    running: HashMap<AccountId, (CancellationToken, JoinHandle<()>)>,
    /// Of accounts that were left; they end at their next safe point.
    leaving: Vec<JoinHandle<()>>,
}

impl Tasks {
    /// Has a task for each of `accounts` and for no other; `start` makes one that ends with a token below `stop`.
    pub(super) fn follow(
        &mut self,
        accounts: &[Account],
        stop: &CancellationToken,
        start: impl Fn(AccountId, CancellationToken) -> JoinHandle<()>,
    ) {
        let is_left = |id: &AccountId| !accounts.iter().any(|account| account.id == *id);
        for (id, (stop, task)) in self.running.extract_if(|id, (_, task)| is_left(id) || task.is_finished()) {
            if !is_left(&id) {
                // Nobody told it to; the panic was logged where it happened.
                tracing::error!(account = id.0, "an account's task ended by itself, and is begun anew");
            }
            stop.cancel();
            self.leaving.push(task);
        }
        self.leaving.retain(|task| !task.is_finished());
        for account in accounts {
            self.running.entry(account.id).or_insert_with(|| {
                let stop = stop.child_token();
                (stop.clone(), start(account.id, stop))
            });
        }
    }

    /// Waits until all have ended, which their token has to tell them.
    pub(super) async fn ended(self) {
        for task in self.leaving.into_iter().chain(self.running.into_values().map(|(_, task)| task)) {
            // A panic inside was logged where it happened; there is nothing left to end.
            let _ = task.await;
        }
    }
}
