//! Erasing everything: the secrets of every account, the database with its log, copies and backups, the vault, the logs.
//!
//! Only files that Packlight makes are deleted: a data folder may be one that the seller keeps other things in. The lock
//! file stays, for whoever erases holds it. What was exported or backed up elsewhere is the seller's own.

use std::path::Path;

use crate::backups;
use crate::desk::Engine;
use crate::diagnostics::{log_folder, panic_folder};
use crate::error::{Code, EngineError};
use crate::lock::Lock;
use crate::secrets::{SecretsPlace, vault};

/// What has to be typed to erase everything.
pub const CONFIRMATION: &str = "erase everything";

impl Engine {
    /// Deletes the secrets of every account from the keychain. What cannot be deleted is returned, as sentences that say
    /// how to do it by hand.
    pub async fn forget_secrets(&self) -> Result<Vec<String>, EngineError> {
        self.require_writer()?;
        let mut left = Vec::new();
        for account in self.0.store.accounts().await? {
            // The vault goes as a file, whatever is in it.
            if account.secrets != SecretsPlace::Keychain {
                continue;
            }
            if let Err(why) = self.0.secrets.remove(account.id, account.secrets).await {
                let how = self.0.secrets.how_to_delete(account.id, account.secrets, &why);
                left.push(format!("{}: {how}", account.label));
            }
        }
        Ok(left)
    }
}

/// Deletes all that Packlight keeps in `folder`, which nobody may have open for writing.
pub fn erase(folder: &Path) -> Result<(), EngineError> {
    let _lock = Lock::acquire(folder)?;
    let failed = |path: &Path, error: &std::io::Error| {
        let path = path.display();
        EngineError::new(
            Code::Disk,
            format!("{path} could not be deleted ({error}): delete it by hand, or try again"),
        )
    };
    // The database first: what is left over if this is broken off is of no use without it.
    let entries = std::fs::read_dir(folder).map_err(|error| failed(folder, &error))?;
    let mut files: Vec<_> = entries
        .filter_map(Result::ok)
        .filter(|entry| entry.file_name().to_str().is_some_and(is_ours))
        .map(|entry| entry.path())
        .collect();
    files.sort();
    for file in files {
        std::fs::remove_file(&file).map_err(|error| failed(&file, &error))?;
    }
    for inner in
        [folder.join(backups::FOLDER), folder.join("restoring"), log_folder(folder), panic_folder(folder)]
    {
        match std::fs::remove_dir_all(&inner) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(failed(&inner, &error)),
            _ => {}
        }
    }
    Ok(())
}

/// Whether a file in the data folder is one of Packlight's, the lock excepted.
fn is_ours(name: &str) -> bool {
    name.starts_with("packlight.db")
        || name.starts_with(".packlight.db.")
        || [vault::FILE, "screen.json", "network.log", "network.1.log"].contains(&name)
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
            "screen.json",
            "network.log",
            "network.1.log",
            vault::FILE,
            "my stock.csv",
        ] {
            std::fs::write(at(name), "canary").unwrap();
        }
        for inner in ["backups", "logs", "panics", "restoring", "photos"] {
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
