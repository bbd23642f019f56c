//! Where the sellers' secrets lie: in the system's keychain, or in a vault file under a passphrase.
//!
//! Invariant: a secret leaves this module only as [`Credentials`], and goes nowhere but into those two places. Nothing
//! here is touched when Packlight starts: the first sync or check asks. Losing a place costs typing the secrets in
//! again, never data (reference: reliability-performance.md §5).

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use packlight_domain::account::AccountId;
use secrecy::{ExposeSecret, SecretString};
use xxhash_rust::xxh3::xxh3_64;

mod dumps;
pub mod keychain;
mod system;
pub mod vault;

pub use dumps::keep_out_of_dumps;
pub use keychain::{Keychain, KeychainError};
pub use packlight_spapi::Credentials;
pub use packlight_store::SecretsPlace;
pub use system::SystemKeychain;
pub use vault::{Cost, Vault, VaultError};

use keychain::{Entry, Limited};

/// Why secrets cannot be read or kept. No variant holds one.
#[derive(Debug, thiserror::Error)]
pub enum SecretsError {
    /// The keychain is of no use now.
    #[error(transparent)]
    Keychain(#[from] KeychainError),
    /// The vault file is of no use now.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The account has no secrets anywhere.
    #[error("this account has no secrets: enter them again")]
    Nowhere,
}

/// What a person is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ask {
    /// The passphrase of the vault that is there.
    Open,
    /// A passphrase for a vault that is about to be made.
    Choose,
}

/// Asks a person for the passphrase; `None` if there is nobody, or nothing was entered. Blocks as long as they take.
pub type Prompt = Arc<dyn Fn(Ask) -> Option<SecretString> + Send + Sync>;

/// The secrets of a data folder's accounts.
#[derive(Clone)]
pub struct Secrets {
    keychain: Limited,
    folder: PathBuf,
    vault: Arc<VaultDoor>,
}

/// The vault file, and the ways to its passphrase.
struct VaultDoor {
    path: PathBuf,
    cost: Cost,
    given: Option<SecretString>,
    prompt: Option<Prompt>,
    /// The key stays in memory once it is known: deriving it is slow on purpose.
    open: Mutex<Option<Vault>>,
}

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Secrets").field("vault", &self.vault.path).finish_non_exhaustive()
    }
}

/// The three entries of an account, in the order in which they are written.
const PARTS: [(&str, &str); 3] =
    [("client_id", "client id"), ("client_secret", "client secret"), ("refresh_token", "refresh token")];

/// How many accounts a data folder is taken to have had at least, and how many are dealt with in one call.
const MOST_ACCOUNTS: i32 = 32;
const ACCOUNTS_AT_A_TIME: usize = 8;

impl SecretsError {
    /// Whether there is no keychain that could hold anything.
    pub(crate) fn is_without_keychain(&self) -> bool {
        matches!(self, Self::Keychain(KeychainError::Absent { .. } | KeychainError::NoKeyring))
    }
}

impl Secrets {
    /// The secrets of a data folder; nothing is opened or asked yet. `passphrase` is tried before `prompt` asks
    /// somebody.
    pub fn new(
        folder: &Path,
        keychain: Arc<dyn Keychain>,
        cost: Cost,
        passphrase: Option<SecretString>,
        prompt: Option<Prompt>,
    ) -> Self {
        Self {
            keychain: Limited::new(keychain, keychain::LIMIT),
            folder: folder.to_owned(),
            vault: Arc::new(VaultDoor {
                path: folder.join(vault::FILE),
                cost,
                given: passphrase,
                prompt,
                open: Mutex::new(None),
            }),
        }
    }

    /// Makes sure that secrets can be kept in a place, before anything is asked of Amazon for their sake: the keychain
    /// is there and unlocked, the vault is open or made.
    pub async fn require(&self, place: SecretsPlace) -> Result<(), SecretsError> {
        match place {
            SecretsPlace::Keychain => {
                Ok(self.keychain.call(|keychain, stage| keychain.prepare(stage)).await?)
            }
            SecretsPlace::File => self.with_vault(Door::OpenOrMake, |_| Ok(())).await,
            SecretsPlace::None => Err(SecretsError::Nowhere),
        }
    }

    /// Whether the keychain could be read now without asking anybody.
    pub(crate) async fn keychain_is_open(&self) -> bool {
        self.keychain.call(|keychain, _| Ok(keychain.is_open())).await.unwrap_or(false)
    }

    /// The secrets of an account.
    pub async fn load(&self, account: AccountId, place: SecretsPlace) -> Result<Credentials, SecretsError> {
        match place {
            SecretsPlace::Keychain => {
                let entries = self.entries(account);
                let secrets =
                    self.keychain.call(move |keychain, stage| keychain.read(&entries, stage)).await?;
                let [client_id, client_secret, refresh_token] =
                    secrets.try_into().map_err(|_| KeychainError::Unreadable)?;
                Ok(Credentials {
                    client_id: client_id.expose_secret().to_owned(),
                    client_secret,
                    refresh_token,
                })
            }
            SecretsPlace::File => self.with_vault(Door::Open, move |vault| vault.get(account)).await,
            SecretsPlace::None => Err(SecretsError::Nowhere),
        }
    }

    /// Keeps the secrets of an account, in place of those it had there. A first vault is made with the passphrase that
    /// is given or chosen now.
    pub async fn save(
        &self,
        account: AccountId,
        place: SecretsPlace,
        credentials: &Credentials,
    ) -> Result<(), SecretsError> {
        let credentials = credentials.clone();
        match place {
            SecretsPlace::Keychain => {
                let secrets = [
                    SecretString::from(credentials.client_id),
                    credentials.client_secret,
                    credentials.refresh_token,
                ];
                let entries: Vec<_> = self.entries(account).into_iter().zip(secrets).collect();
                Ok(self.keychain.call(move |keychain, stage| keychain.write(&entries, stage)).await?)
            }
            SecretsPlace::File => {
                self.with_vault(Door::OpenOrMake, move |vault| vault.put(account, &credentials)).await
            }
            SecretsPlace::None => Err(SecretsError::Nowhere),
        }
    }

    /// Deletes the secrets of an account; no matter if there are none.
    pub async fn remove(&self, account: AccountId, place: SecretsPlace) -> Result<(), SecretsError> {
        match place {
            SecretsPlace::Keychain => {
                let entries = self.entries(account);
                Ok(self.keychain.call(move |keychain, stage| keychain.delete(&entries, stage)).await?)
            }
            SecretsPlace::File => {
                match self.with_vault(Door::Open, move |vault| vault.remove(account)).await {
                    Err(SecretsError::Vault(VaultError::Gone(_))) => Ok(()),
                    result => result,
                }
            }
            SecretsPlace::None => Ok(()),
        }
    }

    /// What to say when the secrets of an account could not be deleted: where they still lie, and how to get rid of
    /// them by hand.
    pub fn how_to_delete(&self, account: AccountId, place: SecretsPlace, why: &SecretsError) -> String {
        match place {
            SecretsPlace::Keychain => {
                let reason = match why {
                    SecretsError::Keychain(KeychainError::Absent { .. }) => "no keychain is running",
                    SecretsError::Keychain(
                        KeychainError::Locked | KeychainError::Dismissed | KeychainError::NoKeyring,
                    ) => "the keychain is locked",
                    SecretsError::Keychain(KeychainError::Hanging(_)) => "the keychain does not answer",
                    _ => "the keychain failed",
                };
                let entries: Vec<_> =
                    self.entries(account).into_iter().map(|entry| format!("'{}'", entry.label)).collect();
                format!(
                    "its secrets could not be deleted, because {reason}: open the system's password application and delete the entries {} (service {})",
                    entries.join(", "),
                    crate::paths::IDENTIFIER,
                )
            }
            SecretsPlace::File => format!(
                "its secrets stay sealed in the vault file, because it could not be opened: if no other account uses it, delete {}",
                self.vault.path.display()
            ),
            SecretsPlace::None => String::new(),
        }
    }

    /// The secrets that the same keychain holds for another data folder.
    pub(crate) fn of_folder(&self, folder: &Path) -> Self {
        Self { folder: folder.to_owned(), ..self.clone() }
    }

    /// Deletes what the keychain holds for these accounts; no matter if that is nothing.
    pub(crate) async fn remove_from_keychain(&self, accounts: &[AccountId]) -> Result<(), SecretsError> {
        for some in accounts.chunks(ACCOUNTS_AT_A_TIME) {
            let entries: Vec<Entry> = some.iter().flat_map(|account| self.entries(*account)).collect();
            self.keychain.call(move |keychain, stage| keychain.delete(&entries, stage)).await?;
        }
        Ok(())
    }

    /// Deletes all that the keychain holds for this data folder: for the accounts that are known, wherever their secrets
    /// lie now, and for those that it may have had before, or that nobody can name any more.
    pub(crate) async fn empty_keychain(&self, known: &[AccountId]) -> Result<(), SecretsError> {
        let largest = known.iter().map(|account| account.0).fold(MOST_ACCOUNTS, i32::max);
        let others = (1..=largest).map(AccountId).filter(|number| !known.contains(number));
        let accounts: Vec<AccountId> = known.iter().copied().chain(others).collect();
        self.remove_from_keychain(&accounts).await
    }

    /// As [`Self::how_to_delete`], where nobody can say which accounts there were.
    pub(crate) fn how_to_delete_unknown(&self, why: &SecretsError) -> String {
        format!(
            "the keychain could not be asked to delete secrets ({why}): if it holds any, open the system's password application and delete the entries of the service {} whose names begin with {:016x}",
            crate::paths::IDENTIFIER,
            self.fingerprint(),
        )
    }

    /// Whether a vault file is there.
    pub fn has_vault(&self) -> bool {
        self.vault.path.exists()
    }

    /// Opens the vault with a passphrase that somebody entered, or makes one with it.
    pub async fn unlock(&self, passphrase: SecretString) -> Result<(), SecretsError> {
        let door = Arc::clone(&self.vault);
        blocking(move || {
            let vault = door.enter(Door::OpenOrMake, &passphrase)?;
            *door.held() = Some(vault);
            Ok(())
        })
        .await
    }

    /// Seals the vault under another passphrase. `old` must be the present one, even if the vault is open.
    pub async fn change_passphrase(&self, old: SecretString, new: SecretString) -> Result<(), SecretsError> {
        let door = Arc::clone(&self.vault);
        blocking(move || {
            let mut vault = Vault::open(&door.path, &old)?;
            vault.change_passphrase(&new, door.cost)?;
            *door.held() = Some(vault);
            Ok(())
        })
        .await
    }

    /// The account's entries. Their names begin with a fingerprint of the data folder, so that two folders of one user
    /// do not share secrets.
    fn entries(&self, account: AccountId) -> Vec<Entry> {
        let fingerprint = self.fingerprint();
        PARTS
            .iter()
            .map(|(part, words)| Entry {
                user: format!("{fingerprint:016x}/{}/{part}", account.0),
                label: format!("Packlight: {words} of account {}", account.0),
            })
            .collect()
    }

    fn fingerprint(&self) -> u64 {
        let folder = self.folder.canonicalize().unwrap_or_else(|_| self.folder.clone());
        xxh3_64(folder.as_os_str().as_encoded_bytes())
    }

    async fn with_vault<T: Send + 'static>(
        &self,
        how: Door,
        act: impl Fn(&Vault) -> Result<T, VaultError> + Send + 'static,
    ) -> Result<T, SecretsError> {
        let door = Arc::clone(&self.vault);
        blocking(move || door.with(how, act)).await
    }
}

/// What to do where no vault file is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Door {
    Open,
    OpenOrMake,
}

impl VaultDoor {
    fn held(&self) -> std::sync::MutexGuard<'_, Option<Vault>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn with<T>(&self, how: Door, act: impl Fn(&Vault) -> Result<T, VaultError>) -> Result<T, VaultError> {
        let mut held = self.held();
        if let Some(vault) = held.as_ref() {
            match act(vault) {
                // The file is another one than when it was opened: begin again with its passphrase.
                Err(VaultError::Locked | VaultError::Gone(_)) => *held = None,
                result => return result,
            }
        }
        let there = self.path.exists();
        if !there && how == Door::Open {
            return Err(VaultError::Gone(self.path.clone()));
        }
        let asked;
        let passphrase = if let Some(given) = &self.given {
            given
        } else {
            let ask = if there { Ask::Open } else { Ask::Choose };
            asked = self.prompt.as_ref().and_then(|prompt| prompt(ask)).ok_or(VaultError::Locked)?;
            &asked
        };
        let vault = self.enter(how, passphrase)?;
        let result = act(&vault);
        *held = Some(vault);
        result
    }

    fn enter(&self, how: Door, passphrase: &SecretString) -> Result<Vault, VaultError> {
        if how == Door::OpenOrMake && !self.path.exists() {
            Vault::create(&self.path, passphrase, self.cost)
        } else {
            Vault::open(&self.path, passphrase)
        }
    }
}

async fn blocking<T: Send + 'static>(
    act: impl FnOnce() -> Result<T, VaultError> + Send + 'static,
) -> Result<T, SecretsError> {
    match tokio::task::spawn_blocking(act).await {
        Ok(result) => Ok(result?),
        Err(_) => Err(VaultError::Cipher("the work was broken off").into()),
    }
}

#[cfg(test)]
mod tests;
