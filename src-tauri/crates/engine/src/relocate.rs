//! Moving the data folder: a copy that is read again and opened before anything points to it.
//!
//! Invariant: at every moment exactly one folder is the seller's, whichever of the two is named. Until all of the copy is
//! good it is the old one, because the copy is marked as one on its way; from then on it is the new one, because the old
//! one points to it. The old one's files and keychain entries go only after the new one has been opened by a program that
//! works with it. A move that was broken off is begun anew or forgotten; nothing of it is lost.

use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use chrono::{DateTime, Utc};
use packlight_domain::account::AccountId;
use packlight_store::{Access, Account, Store};
use serde::{Deserialize, Serialize};

use crate::error::{Code, EngineError};
use crate::lock::{self, Lock};
use crate::paths::{PathError, create_private, demo_folder, real};
use crate::secrets::{KeychainError, Secrets, SecretsError, SecretsPlace};

mod copy;
mod settling;
mod signs;

pub(crate) use settling::{erase_others, others};
use settling::{settle, take_back};
use signs::{Flush, Reach, arriving_from, leads, left_for, moving_to};

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
            // An empty folder may be the place where a disk is missing; also one with the lock of a move that was refused.
            if !to.join(lock::FILE).exists() || signs::reach(&folder, signs::LEFT) == Some(Reach::Missing) {
                return Err(PathError::Moved { from: folder, to });
            }
            folder = to;
        } else if let Some(from) = arriving_from(&folder)
            && has_it(&from, &folder)?
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

/// Whether `from` has the data of which `copy` was made, or leads to it; else the copy stands for itself.
fn has_it(from: &Path, copy: &Path) -> Result<bool, PathError> {
    let is_there = from.join(packlight_store::DATABASE).exists();
    Ok(match left_for(from)? {
        None => is_there,
        Some(to) => to != copy && (is_there || to.join(lock::FILE).exists()),
    })
}

/// Whether a move is still to be ended or taken back in `folder`.
pub(crate) fn is_unsettled(folder: &Path) -> bool {
    arriving_from(folder).is_some() || moving_to(folder).is_some()
}

/// The database in the former place of `folder`, as long as that was not cleared: the newest copy there is.
pub(crate) fn former_database(folder: &Path) -> Option<PathBuf> {
    let from = arriving_from(folder)?;
    let file = from.join(packlight_store::DATABASE);
    (leads(&from, folder).unwrap_or(false) && file.exists()).then_some(file)
}

/// Moves the data folder `from`, which nobody may have open, to `to`, a full path that is empty or not there yet. From then
/// on [`crate::paths::data_folder`] finds the new one; what is left in the old one goes when the new one is opened next.
pub async fn relocate(
    from: &Path,
    to: &str,
    secrets: &Secrets,
    now: DateTime<Utc>,
) -> Result<Relocated, EngineError> {
    move_folder(from, to, secrets, now, signs::sync).await
}

async fn move_folder(
    from: &Path,
    to: &str,
    secrets: &Secrets,
    now: DateTime<Utc>,
    flush: Flush,
) -> Result<Relocated, EngineError> {
    require_present(from)?;
    let _lock = Lock::acquire(from)?;
    // Signs name no links: they are read when a disk may be missing.
    let from = &from.canonicalize().map_err(|error| unreadable(from, &error))?;
    let to = destination(from, to)?;
    settle_earlier(from, &to, secrets, now).await?;
    // A folder that will not do is left as it is: nobody is shut out of it, and nothing is put there.
    refuse_used(&to)?;
    refuse_full(from, &to)?;
    create_private(&to)?;
    let _other = Lock::acquire(&to)?;
    refuse_used(&to)?;
    let mut handed = Vec::new();
    let moved = bring(from, &to, secrets, &mut handed, now, flush).await;
    if moved.is_err()
        && let Err(error) = take_back(from, &to, secrets, &handed).await
    {
        // It stays marked as a copy on its way. The next start, or the next move, tries again.
        tracing::warn!(%error, "the copy of a move that failed could not be taken back yet");
    }
    moved
}

/// Ends what earlier moves left open: two at a time would lead in a circle, and what the first left would be forgotten.
async fn settle_earlier(
    from: &Path,
    to: &Path,
    secrets: &Secrets,
    now: DateTime<Utc>,
) -> Result<(), EngineError> {
    let is_copy = settling::is_copy(from, to);
    if !is_copy && !is_unsettled(from) {
        return Ok(());
    }
    let accounts = accounts_in(from, now).await?;
    if is_copy {
        take_back(from, to, secrets, &with_entries(&accounts)).await?;
    }
    settle(from, &accounts, secrets).await.map_err(|error| EngineError {
        message: format!("an earlier move has to be ended first: {}; nothing was moved", error.message),
        ..error
    })
}

/// The accounts of a folder that nobody has open.
async fn accounts_in(folder: &Path, now: DateTime<Utc>) -> Result<Vec<Account>, EngineError> {
    if !folder.join(packlight_store::DATABASE).exists() {
        return Ok(Vec::new());
    }
    let store = Store::open(folder, Access::Write, now).await?;
    let accounts = store.accounts().await;
    store.close().await;
    Ok(accounts?)
}

/// Those whose secrets lie in the keychain.
fn with_entries(accounts: &[Account]) -> Vec<AccountId> {
    let kept = accounts.iter().filter(|account| account.secrets == SecretsPlace::Keychain);
    kept.map(|account| account.id).collect()
}

/// Copies all of it, makes sure that it can be opened, and points to it.
///
/// `handed` are the accounts whose secrets the keychain was given for the new place, also where the rest fails.
async fn bring(
    from: &Path,
    to: &Path,
    secrets: &Secrets,
    handed: &mut Vec<AccountId>,
    now: DateTime<Utc>,
    flush: Flush,
) -> Result<Relocated, EngineError> {
    signs::set_out(from, to, flush).map_err(|error| not_moved(to, &error))?;
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
        let there = secrets.of_folder(to);
        for account in accounts_in(to, now).await? {
            if account.secrets != SecretsPlace::Keychain {
                continue;
            }
            match secrets.load(account.id, SecretsPlace::Keychain).await {
                Ok(credentials) => {
                    // Before it is tried: a keychain that does not answer may have taken some of it.
                    handed.push(account.id);
                    there.save(account.id, SecretsPlace::Keychain, &credentials).await?;
                }
                Err(why) if is_gone(&why) => without_secrets.push(format!("{}: {why}", account.label)),
                // It has the secrets, and only does not give them now.
                Err(why) => return Err(why.into()),
            }
        }
    }
    if let Err(error) = signs::point(from, to, flush)
        // The sign stands, and only the disk did not say that it will keep it: whoever reads it goes to the new place.
        && !leads(from, to)?
    {
        return Err(not_moved(from, &error));
    }
    Ok(Relocated { to: to.display().to_string(), files, without_secrets })
}

/// Whether the keychain answers that it does not have the secrets, or not as they were.
fn is_gone(why: &SecretsError) -> bool {
    matches!(why, SecretsError::Keychain(KeychainError::Missing | KeychainError::Unreadable))
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

/// Refuses a folder with anything in it but what moves leave.
fn refuse_used(to: &Path) -> Result<(), EngineError> {
    let entries = match fs::read_dir(to) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries.map_err(|error| unreadable(to, &error))?,
    };
    let mut others = entries
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

/// Refuses a disk that has no room for the copy.
fn refuse_full(from: &Path, to: &Path) -> Result<(), EngineError> {
    let needed = copy::size(from).map_err(|error| unreadable(from, &error))? + SPARE;
    let nearest = to.ancestors().find(|folder| folder.exists()).unwrap_or(to);
    match fs4::available_space(nearest) {
        Ok(free) if free < needed => {
            let (needed, free) = (needed.div_ceil(1 << 20), free >> 20);
            let message = format!(
                "{} has room for {free} MB, and {needed} MB are needed: make room or choose another disk; nothing was moved",
                to.display()
            );
            Err(EngineError::new(Code::Disk, message))
        }
        _ => Ok(()),
    }
}

fn unreadable(folder: &Path, error: &io::Error) -> EngineError {
    EngineError::new(Code::Disk, format!("{} cannot be read ({error}); nothing was moved", folder.display()))
}

fn not_moved(folder: &Path, error: &io::Error) -> EngineError {
    let folder = folder.display();
    EngineError::new(
        Code::Disk,
        format!("the data could not be moved ({folder}: {error}); it is where it was, and nothing is lost"),
    )
}

#[cfg(test)]
mod tests;
