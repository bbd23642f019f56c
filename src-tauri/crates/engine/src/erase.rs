//! Erasing everything: the secrets of every account, the database with its log, copies and backups, the vault, the logs.
//!
//! Only files that Packlight makes are deleted: a data folder may be one that the seller keeps other things in. The lock
//! file stays, for whoever erases holds it. What was exported or backed up elsewhere is the seller's own.

use std::path::{Path, PathBuf};

use packlight_domain::account::AccountId;

use crate::backups;
use crate::desk::Engine;
use crate::diagnostics::{log_folder, panic_folder};
use crate::error::{Code, EngineError};
use crate::lock::Lock;
use crate::relocate;
use crate::secrets::{Secrets, SecretsPlace, vault};

/// What has to be typed to erase everything.
pub const CONFIRMATION: &str = "erase everything";

impl Engine {
    /// Deletes what the keychain holds for this folder: the secrets of every account, also those that an account left there
    /// when it went, and those of places that the folder was moved from or on its way to. What cannot be deleted is
    /// returned, as sentences that say how to do it by hand.
    pub async fn forget_secrets(&self) -> Result<Vec<String>, EngineError> {
        self.require_writer()?;
        let accounts = self.0.store.accounts().await?;
        let ids: Vec<AccountId> = accounts.iter().map(|account| account.id).collect();
        // The vault goes as a file, whatever is in it.
        let kept: Vec<_> =
            accounts.iter().filter(|account| account.secrets == SecretsPlace::Keychain).collect();
        let own = &self.0.secrets;
        let mut refusal = own.empty_keychain(&ids).await.err();
        let mut left = Vec::new();
        if let Some(why) = &refusal {
            left.extend(kept.iter().map(|account| {
                format!("{}: {}", account.label, own.how_to_delete(account.id, account.secrets, why))
            }));
            if kept.is_empty() && !why.is_without_keychain() {
                left.push(own.how_to_delete_unknown(why));
            }
        }
        for other in relocate::others(&self.0.folder) {
            let there = own.of_folder(&other);
            // A keychain that did not answer is not waited for once more.
            if refusal.is_none() {
                refusal = there.empty_keychain(&ids).await.err();
            }
            let told = refusal.as_ref().filter(|why| !kept.is_empty() || !why.is_without_keychain());
            left.extend(told.map(|why| there.how_to_delete_unknown(why)));
        }
        Ok(left)
    }
}

/// Deletes what the keychain may hold for the accounts of a data folder whose database cannot be read; what is to be done
/// by hand where it cannot.
pub async fn forget_unknown_secrets(secrets: &Secrets) -> Vec<String> {
    match secrets.empty_keychain(&[]).await {
        Ok(()) => Vec::new(),
        Err(why) => vec![secrets.how_to_delete_unknown(&why)],
    }
}

/// Deletes all that Packlight keeps in `folder`, which nobody may have open for writing, and what moves left of it in other
/// places.
pub fn erase(folder: &Path) -> Result<(), EngineError> {
    relocate::require_present(folder)?;
    let _lock = Lock::acquire(folder)?;
    clear(folder)?;
    relocate::erase_others(folder)
}

/// As [`erase`], of this one folder and for whoever holds its lock.
pub(crate) fn clear(folder: &Path) -> Result<(), EngineError> {
    let entries = ours(folder).map_err(|error| not_deleted(folder, &error))?;
    // They are made anew with the icon, so nobody takes them along; but they go.
    let pictures = ["tray", "tray-demo"].map(|inner| folder.join(inner));
    for entry in entries.into_iter().chain(pictures.into_iter().filter(|inner| inner.is_dir())) {
        delete(&entry)?;
    }
    Ok(())
}

/// Deletes the former databases of a folder, with their logs: whole copies of what was here once.
pub(crate) fn delete_former(folder: &Path) -> Result<(), EngineError> {
    let former = packlight_store::former_databases(folder).map_err(|error| not_deleted(folder, &error))?;
    former.iter().try_for_each(|former| delete(&former.file))
}

fn delete(entry: &Path) -> Result<(), EngineError> {
    let gone = if entry.is_dir() { std::fs::remove_dir_all(entry) } else { std::fs::remove_file(entry) };
    match gone {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(not_deleted(entry, &error)),
        _ => Ok(()),
    }
}

fn not_deleted(path: &Path, error: &std::io::Error) -> EngineError {
    let path = path.display();
    EngineError::new(
        Code::Disk,
        format!("{path} could not be deleted ({error}): delete it by hand, or try again"),
    )
}

/// The files and folders that Packlight made in `folder`, the lock and the signs of a move excepted. The database and its
/// copies come first: what is left over if this is broken off is of no use without them.
pub(crate) fn ours(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut files: Vec<PathBuf> = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_name().to_str().is_some_and(is_ours) {
            files.push(entry.path());
        }
    }
    files.sort();
    let inner =
        [folder.join(backups::FOLDER), folder.join("restoring"), log_folder(folder), panic_folder(folder)];
    files.extend(inner.into_iter().filter(|inner| inner.is_dir()));
    Ok(files)
}

/// Whether a file in the data folder is one of Packlight's, the lock excepted.
fn is_ours(name: &str) -> bool {
    let begins = ["packlight.db", ".packlight.db.", ".damaged.db.", ".rebuilt.db.", "screen.unreadable-"];
    begins.iter().any(|beginning| name.starts_with(beginning))
        // The vault as it is written anew.
        || name.strip_suffix(".new") == Some(vault::FILE)
        || [vault::FILE, "screen.json", "network.log", "network.1.log", "network.part", "network.1.part"]
            .contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_of_ours_goes_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        for name in [
            "packlight.db",
            "packlight.db-wal",
            "packlight.db-shm",
            "packlight.db.before-4",
            "packlight.db.damaged-20260118T120000Z",
            "packlight.db.before-restore-20260118T120000Z-wal",
            ".packlight.db.77.part",
            ".damaged.db.77.part",
            ".rebuilt.db.77.part",
            "screen.unreadable-20260118T120000Z.json",
            "secrets.vault.new",
            "screen.json",
            "network.log",
            "network.1.log",
            vault::FILE,
            "my stock.csv",
        ] {
            std::fs::write(at(name), "canary").unwrap();
        }
        for inner in ["backups", "logs", "panics", "restoring", "tray", "photos"] {
            std::fs::create_dir(at(inner)).unwrap();
            std::fs::write(at(inner).join("x"), "canary").unwrap();
        }
        let held = Lock::acquire(folder.path()).unwrap();
        assert_eq!(erase(folder.path()).unwrap_err().code, Code::Busy);
        assert!(at("packlight.db").exists(), "not while somebody writes");
        drop(held);
        erase(folder.path()).unwrap();
        let mut left: Vec<_> = std::fs::read_dir(folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        left.sort();
        assert_eq!(left, ["my stock.csv", "packlight.lock", "photos"]);
        erase(folder.path()).unwrap();
    }
}
