//! The seam to the system's keychain, and the limit that keeps a silent one from holding Packlight up.
//!
//! A keychain is another process that may be absent, locked, waiting for its user or stuck. Each call therefore runs on
//! a thread of its own and is given up after a limit; the thread of a stuck call is left to itself, and further calls
//! are refused until it is back instead of piling up behind it (reference: reliability-performance.md row 68). A plain thread, because
//! the runtime waits for its own blocking threads when it shuts down.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use secrecy::SecretString;
use tokio::sync::{Mutex, oneshot};
use tokio::time::Instant;

/// How long a keychain may take to answer.
pub const LIMIT: Duration = Duration::from_secs(5);

/// One entry of a keychain; its service is always [`crate::paths::IDENTIFIER`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Entry {
    /// `<fingerprint of the data folder>/<account id>/<what>`.
    pub user: String,
    /// What people read in the keychain's own window.
    pub label: String,
}

/// How far a call has come; it tells a locked keychain from a stuck one when the limit is over.
#[derive(Debug, Default)]
pub struct Stage(AtomicBool);

impl Stage {
    /// The keychain is locked and from here on waits for its user.
    pub fn waits_for_unlock(&self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// A keychain. Calls block, perhaps for ever, and may come from any thread but one at a time.
pub trait Keychain: Send + Sync {
    /// Whether secrets could be read now without asking anybody.
    fn is_open(&self) -> bool;
    /// Makes ready for writing: connects, and unlocks if need be.
    fn prepare(&self, stage: &Stage) -> Result<(), KeychainError>;
    /// The secrets of entries, in their order.
    fn read(&self, entries: &[Entry], stage: &Stage) -> Result<Vec<SecretString>, KeychainError>;
    /// Creates or replaces entries.
    fn write(&self, entries: &[(Entry, SecretString)], stage: &Stage) -> Result<(), KeychainError>;
    /// Deletes entries; no matter if they are not there.
    fn delete(&self, entries: &[Entry], stage: &Stage) -> Result<(), KeychainError>;
}

/// Why the keychain is of no use now. `why` is the system's own word, never a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeychainError {
    /// The computer has none, or none that runs.
    #[error(
        "no keychain is available on this computer ({why}): keep the secrets in an encrypted vault file instead"
    )]
    Absent {
        /// What the system says.
        why: String,
    },
    /// It runs, but has no place for new entries.
    #[error(
        "the keychain has no default keyring yet: create one in the system's password application, or keep the secrets in an encrypted vault file"
    )]
    NoKeyring,
    /// It is locked and waits for its user.
    #[error(
        "the keychain is locked: unlock it and try again, or keep the secrets in an encrypted vault file"
    )]
    Locked,
    /// It asked its user, without success.
    #[error(
        "the keychain stayed locked, because its prompt was closed or could not be shown: unlock it and try again, or keep the secrets in an encrypted vault file"
    )]
    Dismissed,
    /// It does not answer.
    #[error(
        "the keychain did not answer within {} seconds: log out and in again, or keep the secrets in an encrypted vault file",
        .0.as_secs()
    )]
    Hanging(Duration),
    /// The entry was deleted, or never was there.
    #[error("the keychain no longer holds the secrets of this account: enter them again")]
    Missing,
    /// The entry holds something that Packlight did not write.
    #[error("the keychain's entry of this account is not readable: enter the secrets again")]
    Unreadable,
    /// Anything else.
    #[error("the keychain failed ({why}): try again, or keep the secrets in an encrypted vault file")]
    Failed {
        /// What the system says.
        why: String,
    },
}

/// A keychain behind its limit.
#[derive(Clone)]
pub(super) struct Limited {
    keychain: Arc<dyn Keychain>,
    limit: Duration,
    /// Held by the thread of the running call; survives a call that was given up.
    turn: Arc<Mutex<()>>,
    /// Of the call that runs, for those who wait for their turn in vain.
    current: Arc<std::sync::Mutex<Current>>,
}

/// The call that runs, or ran last.
#[derive(Default)]
struct Current {
    stage: Arc<Stage>,
    since: Option<Instant>,
}

impl Limited {
    pub(super) fn new(keychain: Arc<dyn Keychain>, limit: Duration) -> Self {
        Self { keychain, limit, turn: Arc::default(), current: Arc::default() }
    }

    /// Runs one call on a thread of its own.
    pub(super) async fn call<T: Send + 'static>(
        &self,
        call: impl FnOnce(&dyn Keychain, &Stage) -> Result<T, KeychainError> + Send + 'static,
    ) -> Result<T, KeychainError> {
        // Who asks about one account after the other waits for a silent keychain once.
        if self.is_given_up() {
            return Err(self.given_up());
        }
        tokio::time::timeout(self.limit, self.run(call)).await.unwrap_or_else(|_| Err(self.given_up()))
    }

    async fn run<T: Send + 'static>(
        &self,
        call: impl FnOnce(&dyn Keychain, &Stage) -> Result<T, KeychainError> + Send + 'static,
    ) -> Result<T, KeychainError> {
        let turn = Arc::clone(&self.turn).lock_owned().await;
        let stage = Arc::new(Stage::default());
        *self.current() = Current { stage: Arc::clone(&stage), since: Some(Instant::now()) };
        let (answer, answered) = oneshot::channel();
        let (keychain, current) = (Arc::clone(&self.keychain), Arc::clone(&self.current));
        std::thread::Builder::new()
            .name("keychain".to_owned())
            .spawn(move || {
                let result = call(keychain.as_ref(), &stage);
                // Before the next one begins: what is over hangs no more.
                current.lock().unwrap_or_else(PoisonError::into_inner).since = None;
                drop(turn);
                // Nobody is there any more if the call was given up.
                let _ = answer.send(result);
            })
            .map_err(|error| KeychainError::Failed { why: error.to_string() })?;
        answered
            .await
            .unwrap_or_else(|_| Err(KeychainError::Failed { why: "the call was broken off".to_owned() }))
    }

    /// Whether a call is out that was given up and has not come back.
    fn is_given_up(&self) -> bool {
        let overdue = |since: Instant| since.elapsed() >= self.limit;
        self.turn.try_lock().is_err() && self.current().since.is_some_and(overdue)
    }

    fn given_up(&self) -> KeychainError {
        if self.waits_for_unlock() { KeychainError::Locked } else { KeychainError::Hanging(self.limit) }
    }

    pub(super) fn waits_for_unlock(&self) -> bool {
        self.current().stage.0.load(Ordering::Relaxed)
    }

    fn current(&self) -> std::sync::MutexGuard<'_, Current> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[cfg(test)]
    pub(super) fn with_limit(&self, limit: Duration) -> Self {
        Self { limit, ..self.clone() }
    }
}
