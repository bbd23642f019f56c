//! What is left to do after a move: clearing the former place, or taking the copy of a move that failed back.
//!
//! Each goes on where it was broken off, at the next start and before the next move. A sign goes last, so that nothing is
//! forgotten; and nothing is cleared that does not say itself that it is a copy of, or was left for, the folder at hand.

use std::io;
use std::path::{Path, PathBuf};

use packlight_domain::account::AccountId;
use packlight_store::Account;

use super::signs::{self, Reach, arriving_from, leads, left_for, moving_to, same};
use super::{is_gone, is_unsettled, with_entries};
use crate::desk::Engine;
use crate::erase;
use crate::error::{Code, EngineError};
use crate::lock::Lock;
use crate::secrets::{Secrets, SecretsPlace};

impl Engine {
    /// Ends the moves of this folder: the former place loses its files and its keychain entries, and so does one that the
    /// data never reached. What cannot be deleted now is tried again when the folder is opened next.
    pub(crate) async fn settle_moves(&self) {
        // Who closes the folder, perhaps to move it back, waits for this.
        let Ok(_writing) = self.writing_beside().await else { return };
        let settled = match self.0.store.accounts().await {
            Ok(accounts) => settle(self.folder(), &accounts, &self.0.secrets).await,
            Err(error) => Err(error.into()),
        };
        match settled {
            // Secrets may have come after the data, and syncs may wait for them.
            Ok(()) => {
                self.0.wake.send_replace(());
            }
            Err(error) => tracing::warn!(%error, "what a move left could not be cleared yet"),
        }
    }
}

/// Ends the moves from and to `folder`, for whoever may write there.
pub(super) async fn settle(
    folder: &Path,
    accounts: &[Account],
    secrets: &Secrets,
) -> Result<(), EngineError> {
    if let Some(to) = moving_to(folder) {
        take_back(folder, &to, secrets, &with_entries(accounts)).await?;
    }
    match arriving_from(folder) {
        Some(from) => clear_away(&from, folder, accounts, secrets).await,
        None => Ok(()),
    }
}

/// Undoes as much of a move from `from` to `to` as was done: the files, and the entries that the keychain was given for
/// these accounts.
pub(super) async fn take_back(
    from: &Path,
    to: &Path,
    secrets: &Secrets,
    handed: &[AccountId],
) -> Result<(), EngineError> {
    if leads(from, to)? {
        return Ok(());
    }
    let is_copy = is_copy(from, to);
    if is_copy {
        erase::clear(to)?;
    }
    // Of a folder that somebody has made a desk of meanwhile, the secrets are its own.
    if !handed.is_empty() && !to.join(packlight_store::DATABASE).exists() {
        secrets.of_folder(to).remove_from_keychain(handed).await?;
    }
    if is_copy {
        signs::undo_arriving(from, to).map_err(|error| kept(to, &error))?;
    }
    if !is_copy && signs::reach(from, signs::MOVING) == Some(Reach::Missing) {
        return Err(out_of_reach(&begun(to), to, &or_delete(from, signs::MOVING)));
    }
    signs::clear_moving(from).map_err(|error| kept(from, &error))
}

/// Clears what a move from `from` to `folder` left in the former place.
async fn clear_away(
    from: &Path,
    folder: &Path,
    accounts: &[Account],
    secrets: &Secrets,
) -> Result<(), EngineError> {
    match left_for(from)? {
        Some(to) if same(&to, folder) => {
            let _lock = Lock::acquire(from)?;
            erase::clear(from)?;
            signs::clear_moving(from).map_err(|error| kept(from, &error))?;
        }
        // Somebody cleared it; the keychain may have entries all the same.
        None if is_cleared(from, folder) => {}
        _ => return Err(out_of_reach(&former(from), from, &or_delete(folder, signs::ARRIVING))),
    }
    let there = secrets.of_folder(from);
    bring_after(accounts, &there, secrets).await?;
    // Nobody is asked to unlock a keychain that no account uses: what it may hold was told when it was left in it.
    if !with_entries(accounts).is_empty() || there.keychain_is_open().await {
        let ids: Vec<AccountId> = accounts.iter().map(|account| account.id).collect();
        there.empty_keychain(&ids).await?;
    }
    signs::clear_arriving(folder).map_err(|error| kept(folder, &error))
}

/// Hands secrets over that the keychain did not have when the data was moved, and has now.
async fn bring_after(accounts: &[Account], there: &Secrets, here: &Secrets) -> Result<(), EngineError> {
    for account in accounts.iter().filter(|account| account.secrets == SecretsPlace::Keychain) {
        match here.load(account.id, SecretsPlace::Keychain).await {
            Ok(_) => continue,
            Err(why) if is_gone(&why) => {}
            Err(why) => return Err(why.into()),
        }
        match there.load(account.id, SecretsPlace::Keychain).await {
            Ok(former) if former.fingerprint() == account.client_fingerprint => {
                here.save(account.id, SecretsPlace::Keychain, &former).await?;
            }
            Ok(_) => {}
            Err(why) if is_gone(&why) => {}
            Err(why) => return Err(why.into()),
        }
    }
    Ok(())
}

/// The other folders that have, or had, something of the data of `folder`.
pub(crate) fn others(folder: &Path) -> Vec<PathBuf> {
    moving_to(folder).into_iter().chain(arriving_from(folder)).collect()
}

/// Erases what moves left of the data of `folder` in other places, for whoever holds its lock.
pub(crate) fn erase_others(folder: &Path) -> Result<(), EngineError> {
    if !is_unsettled(folder) {
        return Ok(());
    }
    let mut missing = None;
    let begun = moving_to(folder).map(|to| (begun(&to), to, signs::MOVING));
    let former = arriving_from(folder).map(|from| (former(&from), from, signs::ARRIVING));
    for (whose, other, sign) in begun.into_iter().chain(former) {
        if is_copy(folder, &other) || leads(&other, folder)? {
            let _lock = Lock::acquire(&other)?;
            erase::clear(&other)?;
            signs::clear_moving(&other).map_err(|error| kept(&other, &error))?;
        } else if signs::reach(folder, sign) == Some(Reach::Missing) {
            missing = Some((whose, other));
        }
    }
    if let Some(to) = moving_to(folder).filter(|to| is_copy(folder, to)) {
        signs::undo_arriving(folder, &to).map_err(|error| kept(&to, &error))?;
    }
    signs::clear_moving(folder)
        .and_then(|()| signs::clear_arriving(folder))
        .map_err(|error| kept(folder, &error))?;
    match missing {
        Some((whose, other)) => {
            Err(out_of_reach(&whose, &other, "and delete it by hand: all else was erased"))
        }
        None => Ok(()),
    }
}

/// Whether `to` says that it is a copy of `from` on its way.
pub(super) fn is_copy(from: &Path, to: &Path) -> bool {
    arriving_from(to).is_some_and(|source| same(&source, from))
}

/// Whether the former place of `folder` holds no data any more, because somebody deleted or emptied it.
fn is_cleared(from: &Path, folder: &Path) -> bool {
    match signs::reach(folder, signs::ARRIVING) {
        Some(Reach::Deleted) => true,
        Some(Reach::Here) => is_emptied(from),
        Some(Reach::Missing) | None => false,
    }
}

/// Whether a folder is there and holds no data any more.
fn is_emptied(folder: &Path) -> bool {
    folder.exists() && !folder.join(packlight_store::DATABASE).exists()
}

fn former(folder: &Path) -> String {
    format!("the former data folder {} holds a copy of the data", folder.display())
}

fn begun(folder: &Path) -> String {
    format!("{}, to which a move was begun, may hold a copy of the data", folder.display())
}

fn or_delete(folder: &Path, sign: &str) -> String {
    format!("and try again, or, if it is gone for good, delete {}", folder.join(sign).display())
}

fn out_of_reach(whose: &str, folder: &Path, next: &str) -> EngineError {
    let how = if is_emptied(folder) {
        "is empty now, as the place of a disk is that is not mounted: mount it"
    } else {
        "is not there: connect its disk"
    };
    EngineError::new(Code::Disk, format!("{whose} and {how} {next}"))
}

fn kept(folder: &Path, error: &io::Error) -> EngineError {
    EngineError::new(Code::Disk, format!("{} could not be cleared ({error})", folder.display()))
}
