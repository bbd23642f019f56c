//! The system's own keychain: macOS Keychain, Windows Credential Manager, or the Secret Service on the session bus.
//!
//! Each call connects anew, so a keychain that was started, restarted or unlocked meanwhile is found as it is now, and
//! nothing is asked of it before the first call.

use std::collections::HashMap;
use std::sync::Arc;

use keyring_core::api::CredentialStore;
use keyring_core::{Entry as Credential, Error};
use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use super::keychain::{Entry, Keychain, KeychainError, Stage};
use crate::paths::IDENTIFIER;

/// The keychain of the user who is logged in.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemKeychain;

impl Keychain for SystemKeychain {
    fn is_open(&self) -> bool {
        here::is_open()
    }

    fn prepare(&self, stage: &Stage) -> Result<(), KeychainError> {
        here::prepare(stage)
    }

    fn read(&self, entries: &[Entry], stage: &Stage) -> Result<Vec<SecretString>, KeychainError> {
        let store = connect(stage)?;
        entries
            .iter()
            .map(|entry| {
                let bytes = credential(&store, entry)?.get_secret().map(Zeroizing::new).map_err(refused)?;
                let text = std::str::from_utf8(&bytes).map_err(|_| KeychainError::Unreadable)?;
                Ok(SecretString::from(text))
            })
            .collect()
    }

    fn write(&self, entries: &[(Entry, SecretString)], stage: &Stage) -> Result<(), KeychainError> {
        let store = connect(stage)?;
        entries.iter().try_for_each(|(entry, secret)| {
            credential(&store, entry)?.set_secret(secret.expose_secret().as_bytes()).map_err(refused)
        })
    }

    fn delete(&self, entries: &[Entry], stage: &Stage) -> Result<(), KeychainError> {
        let store = connect(stage)?;
        entries.iter().try_for_each(|entry| match credential(&store, entry)?.delete_credential() {
            Ok(()) | Err(Error::NoEntry) => Ok(()),
            Err(error) => Err(refused(error)),
        })
    }
}

fn credential(store: &Arc<CredentialStore>, entry: &Entry) -> Result<Credential, KeychainError> {
    store.build(IDENTIFIER, &entry.user, Some(&modifiers(entry))).map_err(refused)
}

/// What the text of an error says, without the data that some variants carry.
fn refused(error: Error) -> KeychainError {
    match error {
        Error::NoEntry => KeychainError::Missing,
        Error::BadEncoding(_) | Error::BadDataFormat(..) | Error::Ambiguous(_) => KeychainError::Unreadable,
        Error::NoStorageAccess(why) => no_access(why.as_ref()),
        Error::PlatformFailure(why) => KeychainError::Failed { why: why.to_string() },
        other => KeychainError::Failed { why: other.to_string() },
    }
}

fn absent(why: &(impl std::fmt::Display + ?Sized)) -> KeychainError {
    KeychainError::Absent { why: why.to_string() }
}

use here::{connect, modifiers, no_access};

#[cfg(all(unix, not(target_os = "macos")))]
mod here {
    use secret_service::blocking::SecretService;
    use secret_service::{EncryptionType, Error as ServiceError};

    use super::{Arc, CredentialStore, Entry, HashMap, KeychainError, Stage, absent, refused};

    /// Connects to the Secret Service, and notes whether it is going to ask its user.
    pub(super) fn connect(stage: &Stage) -> Result<Arc<CredentialStore>, KeychainError> {
        // A session of its own, over which no secret goes: the store below unlocks without saying that it waits.
        let service = SecretService::connect(EncryptionType::Plain).map_err(|error| absent(&error))?;
        if let Ok(keyring) = service.get_default_collection()
            && keyring.is_locked().unwrap_or(false)
        {
            stage.waits_for_unlock();
        }
        let store: Arc<CredentialStore> = zbus_secret_service_keyring_store::Store::new().map_err(refused)?;
        Ok(store)
    }

    /// Looks at the default keyring without unlocking it.
    pub(super) fn is_open() -> bool {
        let Ok(service) = SecretService::connect(EncryptionType::Plain) else { return false };
        service.get_default_collection().is_ok_and(|keyring| keyring.is_locked().is_ok_and(|locked| !locked))
    }

    /// Unlocks the keyring that new entries go to.
    pub(super) fn prepare(stage: &Stage) -> Result<(), KeychainError> {
        let service = SecretService::connect(EncryptionType::Plain).map_err(|error| absent(&error))?;
        let keyring = service.get_default_collection().map_err(|error| sorted(&error))?;
        if keyring.is_locked().map_err(|error| sorted(&error))? {
            stage.waits_for_unlock();
            keyring.unlock().map_err(|error| sorted(&error))?;
        }
        Ok(())
    }

    pub(super) fn modifiers(entry: &Entry) -> HashMap<&str, &str> {
        HashMap::from([("label", entry.label.as_str())])
    }

    pub(super) fn no_access(why: &(dyn std::error::Error + 'static)) -> KeychainError {
        match why.downcast_ref::<ServiceError>() {
            Some(error) => sorted(error),
            None => KeychainError::Failed { why: why.to_string() },
        }
    }

    fn sorted(error: &ServiceError) -> KeychainError {
        match error {
            ServiceError::Locked => KeychainError::Locked,
            ServiceError::Prompt => KeychainError::Dismissed,
            ServiceError::NoResult => KeychainError::NoKeyring,
            other => KeychainError::Failed { why: other.to_string() },
        }
    }
}

#[cfg(target_os = "macos")]
mod here {
    use super::{Arc, CredentialStore, Entry, HashMap, KeychainError, Stage, absent};

    pub(super) fn connect(_stage: &Stage) -> Result<Arc<CredentialStore>, KeychainError> {
        let store: Arc<CredentialStore> =
            apple_native_keyring_store::keychain::Store::new().map_err(|error| absent(&error))?;
        Ok(store)
    }

    /// The login keychain is open while its user is logged in, as a rule; a look would be a prompt.
    pub(super) fn is_open() -> bool {
        true
    }

    /// The login keychain unlocks itself at the first write.
    pub(super) fn prepare(stage: &Stage) -> Result<(), KeychainError> {
        connect(stage).map(drop)
    }

    pub(super) fn modifiers(_entry: &Entry) -> HashMap<&str, &str> {
        HashMap::new()
    }

    pub(super) fn no_access(_why: &(dyn std::error::Error + 'static)) -> KeychainError {
        KeychainError::Locked
    }
}

#[cfg(windows)]
mod here {
    use super::{Arc, CredentialStore, Entry, HashMap, KeychainError, Stage, absent};

    pub(super) fn connect(_stage: &Stage) -> Result<Arc<CredentialStore>, KeychainError> {
        let store: Arc<CredentialStore> =
            windows_native_keyring_store::Store::new().map_err(|error| absent(&error))?;
        Ok(store)
    }

    pub(super) fn is_open() -> bool {
        true
    }

    /// The credential manager is open while its user is logged in.
    pub(super) fn prepare(stage: &Stage) -> Result<(), KeychainError> {
        connect(stage).map(drop)
    }

    /// Secrets stay on this computer and do not roam with the user's profile.
    pub(super) fn modifiers(_entry: &Entry) -> HashMap<&str, &str> {
        HashMap::from([("persistence", "Local")])
    }

    pub(super) fn no_access(why: &(dyn std::error::Error + 'static)) -> KeychainError {
        absent(why)
    }
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests;
