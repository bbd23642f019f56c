//! The vault file: the accounts' secrets under a passphrase, for computers without a keychain.
//!
//! Argon2id turns the passphrase into a key, XChaCha20-Poly1305 seals one JSON map of all accounts with it. The header
//! (version, cost, salt, nonce) is authenticated as associated data, and a checksum over the whole file tells a damaged
//! file from a wrong passphrase. Every write replaces the file as a whole under a new nonce, so a crash leaves the old
//! one or the new one. Salt and nonces come from the system's generator: a test has no use for predictable ones.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use argon2::{Algorithm, Argon2, Params, Version};
use chacha20poly1305::aead::{Aead, Generate, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use packlight_domain::account::AccountId;
use packlight_spapi::Credentials;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_128;
use zeroize::Zeroizing;

/// Name of the vault file in the data folder.
pub const FILE: &str = "secrets.vault";

const MAGIC: &[u8; 8] = b"PKLVAULT";
const VERSION: u8 = 1;
const SALT: usize = 16;
const NONCE: usize = 24;
/// Magic, version, three numbers of the cost, salt, nonce.
const HEADER: usize = 8 + 1 + 3 * 4 + SALT + NONCE;
const CHECKSUM: usize = 16;
/// Far above what accounts need; keeps a wrong file from being read into memory.
const LARGEST: u64 = 1 << 20;

/// What deriving the key costs; recorded in the file, so that a later version can raise it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes over the memory.
    pub passes: u32,
    /// Lanes.
    pub lanes: u32,
}

impl Cost {
    /// 64 MiB and three passes: the second recommended option of RFC 9106, on one lane.
    pub const FULL: Self = Self { memory_kib: 64 * 1024, passes: 3, lanes: 1 };

    /// A file that asks for more than 1 GiB, 16 passes or 16 lanes was not written by Packlight.
    fn is_plausible(self) -> bool {
        self.memory_kib <= 1 << 20 && self.passes <= 16 && self.lanes <= 16
    }
}

/// Why the vault cannot be used. No variant holds a secret.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// Nobody has given the passphrase yet.
    #[error("the vault is locked: enter its passphrase or set PACKLIGHT_PASSPHRASE")]
    Locked,
    /// An empty passphrase was chosen.
    #[error("the passphrase is empty: choose one that is not")]
    EmptyPassphrase,
    /// The file is whole, but this is not its passphrase.
    #[error("the passphrase does not open the vault {}: check it and try again", .0.display())]
    WrongPassphrase(PathBuf),
    /// The file is not what was written.
    #[error("the vault {} is damaged ({why}): put back a copy of it, or delete it and enter the secrets again", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: &'static str,
    },
    /// A newer Packlight wrote it.
    #[error("the vault {} was written by a newer Packlight (format {version}): update Packlight", path.display())]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its format.
        version: u8,
    },
    /// There is no such file.
    #[error("the vault {} is gone: put it back, or enter the secrets again", .0.display())]
    Gone(PathBuf),
    /// The account has no secrets in the vault.
    #[error("the vault holds no secrets of this account: enter them again")]
    Missing,
    /// The file cannot be read or written.
    #[error("the vault {} cannot be used ({source}): check the disk and try again", path.display())]
    Disk {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The key could not be derived or the map not be sealed.
    #[error("the vault cannot be opened on this computer ({0}): free some memory and try again")]
    Cipher(&'static str),
}

/// An open vault: the key, in memory until dropped, and where the file is.
pub struct Vault {
    path: PathBuf,
    key: Zeroizing<[u8; 32]>,
    cost: Cost,
    salt: [u8; SALT],
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Vault").field("path", &self.path).finish_non_exhaustive()
    }
}

/// One account's secrets inside the sealed map.
#[derive(Serialize, Deserialize)]
struct Stored<S> {
    client_id: S,
    client_secret: S,
    refresh_token: S,
}

type Map = BTreeMap<i32, Credentials>;

impl Vault {
    /// Makes an empty vault. Deriving the key takes a good part of a second: not for an async thread.
    pub fn create(path: &Path, passphrase: &SecretString, cost: Cost) -> Result<Self, VaultError> {
        let vault = Self::derive(path, passphrase, cost, <[u8; SALT]>::generate())?;
        vault.write(&Map::new())?;
        Ok(vault)
    }

    /// Opens the vault that is there. Takes as long as [`create`](Self::create).
    pub fn open(path: &Path, passphrase: &SecretString) -> Result<Self, VaultError> {
        let file = Contents::read(path)?;
        let vault = Self::derive(path, passphrase, file.cost, file.salt)?;
        vault.unseal(&file)?;
        Ok(vault)
    }

    fn derive(
        path: &Path,
        passphrase: &SecretString,
        cost: Cost,
        salt: [u8; SALT],
    ) -> Result<Self, VaultError> {
        if passphrase.expose_secret().is_empty() {
            return Err(VaultError::EmptyPassphrase);
        }
        let mut key = Zeroizing::new([0; 32]);
        Params::new(cost.memory_kib, cost.passes, cost.lanes, Some(key.len()))
            .and_then(|params| {
                Argon2::new(Algorithm::Argon2id, Version::V0x13, params).hash_password_into(
                    passphrase.expose_secret().as_bytes(),
                    &salt,
                    key.as_mut_slice(),
                )
            })
            .map_err(|_| VaultError::Cipher("the key cannot be derived"))?;
        Ok(Self { path: path.to_owned(), key, cost, salt })
    }

    /// The secrets of an account.
    pub fn get(&self, account: AccountId) -> Result<Credentials, VaultError> {
        self.map()?.remove(&account.0).ok_or(VaultError::Missing)
    }

    /// Keeps the secrets of an account, in place of those it had.
    pub fn put(&self, account: AccountId, credentials: &Credentials) -> Result<(), VaultError> {
        let mut map = self.map()?;
        map.insert(account.0, credentials.clone());
        self.write(&map)
    }

    /// Forgets the secrets of an account; no matter if there are none.
    pub fn remove(&self, account: AccountId) -> Result<(), VaultError> {
        let mut map = self.map()?;
        if map.remove(&account.0).is_some() { self.write(&map) } else { Ok(()) }
    }

    /// Seals everything under another passphrase, with a new salt.
    pub fn change_passphrase(&mut self, passphrase: &SecretString, cost: Cost) -> Result<(), VaultError> {
        let map = self.map()?;
        let changed = Self::derive(&self.path, passphrase, cost, <[u8; SALT]>::generate())?;
        changed.write(&map)?;
        *self = changed;
        Ok(())
    }

    /// Reads the file anew: another process may have changed it, or its passphrase ([`VaultError::Locked`]).
    fn map(&self) -> Result<Map, VaultError> {
        let file = Contents::read(&self.path)?;
        if file.salt != self.salt {
            return Err(VaultError::Locked);
        }
        self.unseal(&file)
    }

    fn unseal(&self, file: &Contents) -> Result<Map, VaultError> {
        // The checksum held, so the file is as it was written: only the key can be wrong.
        let plain = self
            .cipher()
            .decrypt(&XNonce::from(file.nonce), Payload { msg: file.sealed(), aad: file.header() })
            .map(Zeroizing::new)
            .map_err(|_| VaultError::WrongPassphrase(self.path.clone()))?;
        let stored: BTreeMap<i32, Stored<String>> = serde_json::from_slice(&plain)
            .map_err(|_| VaultError::Damaged { path: self.path.clone(), why: "its content is not a map" })?;
        Ok(stored
            .into_iter()
            .map(|(account, stored)| {
                let credentials = Credentials {
                    client_id: stored.client_id,
                    client_secret: stored.client_secret.into(),
                    refresh_token: stored.refresh_token.into(),
                };
                (account, credentials)
            })
            .collect())
    }

    fn write(&self, map: &Map) -> Result<(), VaultError> {
        let stored: BTreeMap<i32, Stored<&str>> = map
            .iter()
            .map(|(account, credentials)| {
                let stored = Stored {
                    client_id: credentials.client_id.as_str(),
                    client_secret: credentials.client_secret.expose_secret(),
                    refresh_token: credentials.refresh_token.expose_secret(),
                };
                (*account, stored)
            })
            .collect();
        let plain = serde_json::to_vec(&stored)
            .map(Zeroizing::new)
            .map_err(|_| VaultError::Cipher("the secrets cannot be written down"))?;
        let nonce = <[u8; NONCE]>::generate();
        let mut bytes = Vec::with_capacity(HEADER + plain.len() + 64);
        bytes.extend_from_slice(MAGIC);
        bytes.push(VERSION);
        for number in [self.cost.memory_kib, self.cost.passes, self.cost.lanes] {
            bytes.extend_from_slice(&number.to_le_bytes());
        }
        bytes.extend_from_slice(&self.salt);
        bytes.extend_from_slice(&nonce);
        let sealed = self
            .cipher()
            .encrypt(&XNonce::from(nonce), Payload { msg: &plain, aad: &bytes })
            .map_err(|_| VaultError::Cipher("the secrets cannot be sealed"))?;
        bytes.extend_from_slice(&sealed);
        bytes.extend_from_slice(&xxh3_128(&bytes).to_le_bytes());
        replace(&self.path, &bytes).map_err(|source| VaultError::Disk { path: self.path.clone(), source })
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(&Key::from(*self.key))
    }
}

/// A vault file as it is on disk, its checksum already tested.
struct Contents {
    bytes: Vec<u8>,
    cost: Cost,
    salt: [u8; SALT],
    nonce: [u8; NONCE],
}

impl Contents {
    fn read(path: &Path) -> Result<Self, VaultError> {
        let damaged = |why| VaultError::Damaged { path: path.to_owned(), why };
        let disk = |source: io::Error| match source.kind() {
            io::ErrorKind::NotFound => VaultError::Gone(path.to_owned()),
            _ => VaultError::Disk { path: path.to_owned(), source },
        };
        if fs::metadata(path).map_err(disk)?.len() > LARGEST {
            return Err(damaged("it is far too long"));
        }
        let bytes = fs::read(path).map_err(disk)?;
        if !bytes.starts_with(MAGIC) {
            return Err(damaged("it does not begin like a vault"));
        }
        match bytes.get(MAGIC.len()) {
            Some(&VERSION) => {}
            Some(&version) if version > VERSION => {
                return Err(VaultError::Newer { path: path.to_owned(), version });
            }
            _ => return Err(damaged("its format is unknown")),
        }
        let (content, checksum) =
            bytes.split_last_chunk::<CHECKSUM>().ok_or_else(|| damaged("it is cut off"))?;
        if xxh3_128(content) != u128::from_le_bytes(*checksum) {
            return Err(damaged("its checksum does not fit"));
        }
        let mut rest = &content[MAGIC.len() + 1..];
        let mut numbers = [0; 3];
        for number in &mut numbers {
            *number = u32::from_le_bytes(take(&mut rest).ok_or_else(|| damaged("it is cut off"))?);
        }
        let [memory_kib, passes, lanes] = numbers;
        let cost = Cost { memory_kib, passes, lanes };
        if !cost.is_plausible() {
            return Err(damaged("it asks for an absurd amount of memory"));
        }
        let salt = take(&mut rest).ok_or_else(|| damaged("it is cut off"))?;
        let nonce = take(&mut rest).ok_or_else(|| damaged("it is cut off"))?;
        Ok(Self { bytes, cost, salt, nonce })
    }

    fn header(&self) -> &[u8] {
        &self.bytes[..HEADER]
    }

    fn sealed(&self) -> &[u8] {
        &self.bytes[HEADER..self.bytes.len() - CHECKSUM]
    }
}

fn take<const N: usize>(bytes: &mut &[u8]) -> Option<[u8; N]> {
    let (head, tail) = bytes.split_first_chunk::<N>()?;
    *bytes = tail;
    Some(*head)
}

/// Replaces a file as a whole: a crash at any point leaves the old content or the new one.
fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let fresh = path.with_extension("vault.new");
    match fs::remove_file(&fresh) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    let written = options.open(&fresh).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    if let Err(error) = written.and_then(|()| fs::rename(&fresh, path)) {
        // Half a file is of no use to anybody; the error that matters is the first one.
        let _ = fs::remove_file(&fresh);
        return Err(error);
    }
    // The rename itself has to survive a power cut too. Windows has no handle to a folder to do this with.
    match path.parent() {
        Some(folder) if cfg!(unix) => File::open(folder)?.sync_all(),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests;
