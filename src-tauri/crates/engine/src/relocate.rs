//! Moving the data folder: a copy that is read again and opened before anything points to it.
//!
//! Invariant: at every moment exactly one folder is the seller's, whichever of the two is named. Until all of the copy is
//! good it is the old one, because the copy is marked as one on its way; from then on it is the new one, because the old
//! one points to it. The old one's files and keychain entries go only after the new one has been opened by a program that
//! works with it. A move that was broken off is begun anew or forgotten; nothing of it is lost.

use std::fs;
use std::path::{Component, Path, PathBuf};

use chrono::{DateTime, Utc};
use packlight_domain::account::AccountId;
use packlight_store::{Access, Store};
use serde::{Deserialize, Serialize};

use crate::desk::Engine;
use crate::erase::{self, erase};
use crate::error::{Code, EngineError};
use crate::lock::{self, Lock};
use crate::paths::{PathError, create_private, demo_folder};
use crate::secrets::{KeychainError, Secrets, SecretsError, SecretsPlace};

mod copy;
mod signs;

use signs::{arriving_from, left_for};

/// Free space that a move leaves in the new place.
const SPARE: u64 = 50 << 20;

/// How a data folder was moved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct Relocated {
    /// Where it is now.
    pub to: String,
    /// How many files came along.
    pub files: u32,
    /// Accounts whose secrets could not be read from the keychain, and why: they have to be entered again.
    pub without_secrets: Vec<String>,
}

/// Which folder holds the data of the one that was named: that one, or the one that it was moved to.
pub(crate) fn present(named: PathBuf) -> Result<PathBuf, PathError> {
    // Moves there and back leave no circle; a hand that edits these files may.
    const LONGEST: usize = 32;
    let mut folder = named;
    for _ in 0..LONGEST {
        if let Some(to) = left_for(&folder)? {
            // An empty folder may be the place where a disk is missing.
            if !to.join(lock::FILE).exists() {
                return Err(PathError::Moved { from: folder, to });
            }
            folder = to;
        } else if let Some(from) = arriving_from(&folder)
            && from.join(packlight_store::DATABASE).exists()
            && left_for(&from)?.as_deref() != Some(folder.as_path())
        {
            folder = from;
        } else {
            return Ok(folder);
        }
    }
    Err(PathError::Circle { folder })
}

/// Refuses a folder whose data is elsewhere.
pub(crate) fn require_present(folder: &Path) -> Result<(), PathError> {
    let to = present(folder.to_owned())?;
    if to == folder { Ok(()) } else { Err(PathError::Elsewhere { from: folder.to_owned(), to }) }
}

/// Whether the place that data came from has still to be cleared.
pub(crate) fn is_arriving(folder: &Path) -> bool {
    arriving_from(folder).is_some()
}

/// Moves the data folder `from`, which nobody may have open, to `to`, a full path that is empty or not there yet. From then
/// on [`crate::paths::data_folder`] finds the new one; what is left in the old one goes when the new one is opened next.
pub async fn relocate(
    from: &Path,
    to: &str,
    secrets: &Secrets,
    now: DateTime<Utc>,
) -> Result<Relocated, EngineError> {
    let _lock = Lock::acquire(from)?;
    let to = destination(from, to)?;
    create_private(&to)?;
    let _other = Lock::acquire(&to)?;
    clear(from, &to)?;
    let needed = copy::size(from).map_err(|error| unreadable(from, &error))? + SPARE;
    if let Ok(free) = fs4::available_space(&to)
        && free < needed
    {
        let (needed, free) = (needed.div_ceil(1 << 20), free >> 20);
        let message = format!(
            "{} has room for {free} MB, and {needed} MB are needed: make room or choose another disk; nothing was moved",
            to.display()
        );
        return Err(EngineError::new(Code::Disk, message));
    }
    signs::set_arriving(&to, from).map_err(|error| not_moved(&to, &error))?;
    let moved = bring(from, &to, secrets, now).await;
    if moved.is_err() {
        // What stays is marked as a copy on its way, and the next move clears it.
        let _ = clear(from, &to);
        let _ = signs::clear_arriving(&to);
    }
    moved
}

/// Copies all of it, makes sure that it can be opened, and points to it.
async fn bring(
    from: &Path,
    to: &Path,
    secrets: &Secrets,
    now: DateTime<Utc>,
) -> Result<Relocated, EngineError> {
    let (source, target) = (from.to_owned(), to.to_owned());
    let copied = tokio::task::spawn_blocking(move || copy::all(&source, &target)).await;
    let files = match copied {
        Ok(copied) => copied.map_err(|error| not_moved(to, &error))?,
        Err(_) => return Err(EngineError::new(Code::Internal, "the copying was broken off")),
    };
    let mut without_secrets = Vec::new();
    let database = to.join(packlight_store::DATABASE);
    if database.exists() {
        packlight_store::examine_backup(&database).await?;
        let store = Store::open(to, Access::Write, now).await?;
        let accounts = store.accounts().await;
        store.close().await;
        let there = secrets.of_folder(to);
        for account in accounts? {
            if account.secrets != SecretsPlace::Keychain {
                continue;
            }
            match hand_over(secrets, &there, account.id).await {
                Err(why) if is_worth_waiting(&why) => return Err(why.into()),
                Err(why) => without_secrets.push(format!("{}: {why}", account.label)),
                Ok(()) => {}
            }
        }
    }
    signs::point(from, to).map_err(|error| not_moved(from, &error))?;
    Ok(Relocated { to: to.display().to_string(), files, without_secrets })
}

async fn hand_over(here: &Secrets, there: &Secrets, account: AccountId) -> Result<(), SecretsError> {
    let credentials = here.load(account, SecretsPlace::Keychain).await?;
    there.save(account, SecretsPlace::Keychain, &credentials).await
}

/// Whether the keychain has the secrets and only does not give them now.
fn is_worth_waiting(why: &SecretsError) -> bool {
    use KeychainError::{Dismissed, Hanging, Locked};
    matches!(why, SecretsError::Keychain(Locked | Dismissed | Hanging(_)))
}

impl Engine {
    /// Ends the move that brought this folder here: the old place loses its files and its keychain entries. What cannot
    /// be deleted now is tried again when the folder is opened next.
    pub(crate) async fn finish_relocation(&self) {
        let folder = &self.0.folder;
        let Some(from) = arriving_from(folder) else { return };
        let points_here = || {
            let to = left_for(&from).ok().flatten()?;
            Some(to.canonicalize().ok()? == folder.canonicalize().ok()?)
        };
        let ended = match points_here() {
            Some(true) => clear_away(&self.0.store, &self.0.secrets.of_folder(&from), &from).await,
            // The disk with the former folder is gone, or somebody cleared it.
            None if !from.exists() => Ok(()),
            _ => return,
        };
        let ended = ended.and_then(|()| {
            signs::clear_arriving(folder).map_err(|error| EngineError::new(Code::Disk, error.to_string()))
        });
        if let Err(error) = ended {
            tracing::warn!(%error, "the former data folder could not be cleared yet");
        }
    }
}

/// Deletes what a move left in `from`, and what the keychain holds for it.
async fn clear_away(store: &Store, secrets: &Secrets, from: &Path) -> Result<(), EngineError> {
    erase(from)?;
    for account in store.accounts().await? {
        if account.secrets == SecretsPlace::Keychain {
            secrets.remove(account.id, account.secrets).await?;
        }
    }
    Ok(())
}

/// The new folder, if it may be one.
fn destination(from: &Path, to: &str) -> Result<PathBuf, EngineError> {
    let refused = |why: &str| Err(EngineError::new(Code::BadInput, format!("{why}; nothing was moved")));
    let to = Path::new(to.trim());
    if !to.is_absolute() || to.components().any(|part| part == Component::ParentDir) {
        return refused("give the full path of the new folder");
    }
    let real = real(to);
    let here = from.canonicalize().unwrap_or_else(|_| from.to_owned());
    if real == here {
        return refused("the data is in this folder already");
    }
    if real.starts_with(&here) || here.starts_with(&real) {
        return refused("the new folder cannot lie in the present one, nor the other way round");
    }
    if real == demo_folder(&here) {
        return refused("this is the place of the demo: choose another folder");
    }
    Ok(real)
}

/// A path without links, as far as it exists.
fn real(path: &Path) -> PathBuf {
    for ancestor in path.ancestors() {
        if let (Ok(found), Ok(rest)) = (ancestor.canonicalize(), path.strip_prefix(ancestor)) {
            return if rest.as_os_str().is_empty() { found } else { found.join(rest) };
        }
    }
    path.to_owned()
}

/// Clears what an earlier move from the same folder left behind; refuses a folder with anything else in it.
fn clear(from: &Path, to: &Path) -> Result<(), EngineError> {
    if arriving_from(to).is_some_and(|source| source == from) {
        erase::clear(to)?;
    }
    let mut others = fs::read_dir(to)
        .map_err(|error| unreadable(to, &error))?
        .filter_map(Result::ok)
        .filter(|entry| !entry.file_name().to_str().is_some_and(signs::is_left_behind));
    match others.next() {
        None => Ok(()),
        Some(other) => {
            let message = format!(
                "{} is not empty (there is {}): choose a new or an empty folder; nothing was moved",
                to.display(),
                other.file_name().display()
            );
            Err(EngineError::new(Code::NotPossible, message))
        }
    }
}

fn unreadable(folder: &Path, error: &std::io::Error) -> EngineError {
    EngineError::new(Code::Disk, format!("{} cannot be read ({error}); nothing was moved", folder.display()))
}

fn not_moved(folder: &Path, error: &std::io::Error) -> EngineError {
    let folder = folder.display();
    EngineError::new(
        Code::Disk,
        format!("the data could not be moved ({folder}: {error}); it is where it was, and nothing is lost"),
    )
}

#[cfg(test)]
mod tests;
