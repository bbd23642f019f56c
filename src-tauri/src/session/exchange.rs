//! What needs the data folder closed: restoring, repairing, erasing, moving. The folder is opened again whatever came of it,
//! unless it was moved: then Packlight starts anew where the data is now.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use chrono::Utc;
use packlight_engine::alerts::Standing;
use packlight_engine::backups::{self, RepairReport, RestoreReport};
use packlight_engine::relocate::{Relocated, relocate};
use packlight_engine::secrets::{Cost, Secrets, SystemKeychain};
use packlight_engine::{Code, EngineError, erase};
use tauri::Manager;

use super::{Desk, Place, Session};
use crate::error::CommandError;
use crate::residence::Residence;
use crate::{preferences, restart, window};

/// How often, and for how long, the folder's lock is tried: who still works on the closed folder is about to find out.
const LOCK_PAUSE: Duration = Duration::from_millis(100);
const LOCK_TRIES: u32 = 50;

impl Desk {
    /// Puts a backup in the place of the seller's database.
    pub(crate) async fn restore(&self, file: &Path) -> Result<RestoreReport, CommandError> {
        let file = file.to_owned();
        self.closed(move |folder| {
            let file = file.clone();
            async move { backups::restore(&folder, &file, Utc::now()).await }
        })
        .await
    }

    /// Keeps a damaged database aside and begins with a backup, or with nothing.
    pub(crate) async fn begin_anew(&self) -> Result<RepairReport, CommandError> {
        self.closed(|folder| async move { backups::repair(&folder, true, Utc::now()).await }).await
    }

    /// Opens the folder once more.
    pub(crate) async fn open_again(&self) {
        // What keeps it closed is told by the opening itself.
        let _ = self.closed(|_| async { Ok(()) }).await;
    }

    /// Erases everything; answers what could not be deleted.
    pub(crate) async fn erase(&self, words: &str) -> Result<Vec<String>, CommandError> {
        if words.trim().to_lowercase() != erase::CONFIRMATION {
            let message = format!("nothing was erased: type '{}' to confirm", erase::CONFIRMATION);
            return Err(EngineError::new(Code::BadInput, message).into());
        }
        if self.standing().await.0 {
            return Err(no_demo().into());
        }
        let left = match self.engine().await {
            Ok(engine) => engine.forget_secrets().await?,
            // Nobody can say any more which accounts there were.
            Err(_) => erase::forget_unknown_secrets(&self.secrets()).await,
        };
        preferences::forget(&self.app, &self.data_folder);
        let erased = self.closed(|folder| async move { erase::erase(&folder) }).await;
        erased.map_err(|mut error| {
            // What is to be done by hand is not forgotten over it.
            error.message = [std::slice::from_ref(&error.message), &left].concat().join(". ");
            error
        })?;
        Ok(left)
    }

    /// Moves the seller's folder. Where that went well, the app ends and starts anew in the new one: at once, or, where the
    /// seller has to read something first, when the page says so.
    pub(crate) async fn relocate(&self, to: &str) -> Result<Relocated, CommandError> {
        let mut session = self.session.write().await;
        let secrets = self.secrets();
        let (to, secrets) = (to.to_owned(), &secrets);
        let moved = self
            .with_closed(&mut session, |folder| {
                let to = to.clone();
                async move { relocate(&folder, &to, secrets, Utc::now()).await }
            })
            .await;
        match moved {
            Ok(moved) => {
                if moved.without_secrets.is_empty() || !window::is_open(&self.app) {
                    restart::request(&self.app);
                }
                // Nothing is read here any more: closing the window ends it, and the next start is in the new place.
                self.app.state::<Residence>().choose(&self.app, false);
                Ok(moved)
            }
            Err(error) => {
                if session.place == Place::Seller {
                    *session = Session::open(self, Place::Seller).await;
                }
                drop(session);
                self.news.everything_changed();
                Err(error.into())
            }
        }
    }

    fn secrets(&self) -> Secrets {
        Secrets::new(&self.data_folder, Arc::new(SystemKeychain), Cost::FULL, None, None)
    }

    /// What was done about a damaged database, until the seller has read it.
    pub(crate) async fn repaired(&self) -> Option<RepairReport> {
        self.session.read().await.repaired.clone()
    }

    /// The seller has read it.
    pub(crate) async fn forget_repair(&self) {
        self.session.write().await.repaired = None;
    }

    /// Closes the seller's folder, does `work` with it, and opens it again. `work` may be begun more than once, as long as
    /// it finds the folder in use.
    async fn closed<T, W>(&self, work: impl Fn(PathBuf) -> W + Send) -> Result<T, CommandError>
    where
        T: Send,
        W: Future<Output = Result<T, EngineError>> + Send,
    {
        let mut session = self.session.write().await;
        if session.place == Place::Demo {
            return Err(no_demo().into());
        }
        let done = self.with_closed(&mut session, work).await;
        *session = Session::open(self, Place::Seller).await;
        drop(session);
        self.news.everything_changed();
        Ok(done?)
    }

    /// Closes the seller's folder and does `work` with it; leaves it closed.
    async fn with_closed<T, W>(
        &self,
        session: &mut Session,
        work: impl Fn(PathBuf) -> W + Send,
    ) -> Result<T, EngineError>
    where
        T: Send,
        W: Future<Output = Result<T, EngineError>> + Send,
    {
        if session.place == Place::Demo {
            return Err(no_demo());
        }
        std::mem::replace(session, Session::closed(Place::Seller)).close().await;
        // Nothing of what was there is true any more.
        self.stand(Place::Seller, Standing::default());
        let mut tries = 0;
        loop {
            tries += 1;
            match work(self.data_folder.clone()).await {
                Err(busy) if busy.code == Code::Busy && tries < LOCK_TRIES => {
                    tokio::time::sleep(LOCK_PAUSE).await;
                }
                done => return done,
            }
        }
    }
}

fn no_demo() -> EngineError {
    EngineError::new(Code::Demo, "the demo seller has no data of your own: leave the demo first")
}
