//! Opening the seller's folder: to work with it, or, while another Packlight writes there, to read it.
//!
//! Who only reads is no desk: no order comes in and none is told of. So a start waits a little for whoever is just done,
//! and what could not be had then is tried again until it can, without anybody asking for it.

use std::convert::Infallible;
use std::path::Path;
use std::time::Duration;

use packlight_engine::backups::{self, RepairReport};
use packlight_engine::environment::Environment;
use packlight_engine::{Access, Code, Config, Engine, EngineError, paths};
use tokio::sync::oneshot::{self, error::TryRecvError};
use tokio::time::Instant;

use super::{APP, Desk, Place, Session};
use crate::restart;

/// How long a start waits for a Packlight that is closing, or for a command that is almost done.
pub(super) const PATIENCE: Duration = Duration::from_secs(2);
const BETWEEN_TRIES: Duration = Duration::from_millis(100);
/// How often a folder that could not be had is tried again.
const AGAIN: Duration = Duration::from_secs(10);

/// An open folder.
pub(super) struct Opened {
    pub(super) engine: Engine,
    /// Why it is open for reading only.
    pub(super) hindrance: Option<EngineError>,
    /// What was done about a damaged database.
    pub(super) repaired: Option<RepairReport>,
}

/// Ends the tries of a session when it goes.
pub(super) type Trying = oneshot::Sender<Infallible>;

/// Opens the folder for writing; where another Packlight writes for longer than `patience`, for reading.
pub(super) async fn open(
    folder: &Path,
    environment: &Environment,
    patience: Duration,
) -> Result<Opened, EngineError> {
    let begun = Instant::now();
    loop {
        let busy = match for_writing(folder, environment).await {
            Err(error) if error.code == Code::Busy => error,
            outcome => return outcome,
        };
        if begun.elapsed() < patience {
            tokio::time::sleep(BETWEEN_TRIES).await;
            continue;
        }
        return match engine(folder, environment, Access::Read).await {
            Ok(engine) => Ok(Opened { engine, hindrance: Some(busy), repaired: None }),
            // There is no database yet: the other one is making it.
            Err(missing) if missing.code == Code::NoAccount => Err(busy),
            Err(error) => Err(error),
        };
    }
}

/// Opens the folder for writing, at once or not at all. A damaged database is replaced by the newest good backup; without
/// one it stays as it is, and the seller is asked.
async fn for_writing(folder: &Path, environment: &Environment) -> Result<Opened, EngineError> {
    let damage = match engine(folder, environment, Access::Write).await {
        Ok(engine) => return Ok(Opened { engine, hindrance: None, repaired: None }),
        Err(error) if error.code == Code::CorruptDatabase => error,
        Err(error) => return Err(error),
    };
    tracing::error!(%damage, "the database is damaged");
    // A repair that finds no room is not begun again every few seconds: it is for the seller to make some.
    let repaired = backups::repair(folder, false, chrono::Utc::now()).await.map_err(|mut error| {
        if error.code != Code::Busy {
            (error.code, error.retryable) = (Code::CorruptDatabase, false);
        }
        error
    })?;
    let engine = engine(folder, environment, Access::Write).await?;
    Ok(Opened { engine, hindrance: None, repaired: Some(repaired) })
}

async fn engine(folder: &Path, environment: &Environment, access: Access) -> Result<Engine, EngineError> {
    Engine::open(Config::of_system(folder.to_owned(), access, environment.clone(), APP, None)?).await
}

/// Whether a folder that could not be opened may open by itself: another Packlight ends, a disk is mounted.
pub(super) fn is_worth_another_try(error: &EngineError) -> bool {
    error.retryable || error.code == Code::Disk
}

impl Desk {
    /// Tries the seller's folder until it is open for writing, or the session that could not have it is gone.
    pub(super) fn try_again(&self) -> Trying {
        let (trying, mut given_up) = oneshot::channel();
        let desk = self.clone();
        tauri::async_runtime::spawn(async move {
            while tokio::time::timeout(AGAIN, &mut given_up).await.is_err() {
                let mut session = desk.session.write().await;
                if !matches!(given_up.try_recv(), Err(TryRecvError::Empty)) {
                    return;
                }
                if paths::data_folder(Some(&desk.data_folder)).is_ok_and(|there| there != desk.data_folder) {
                    // The disk is back that the data was moved to: there Packlight starts anew.
                    restart::request(&desk.app);
                    return;
                }
                let opened = match for_writing(&desk.data_folder, &desk.environment).await {
                    Err(error) if is_worth_another_try(&error) => continue,
                    outcome => outcome.map(Session::of_seller),
                };
                let begun = Session::begin(&desk, Place::Seller, opened).await;
                std::mem::replace(&mut *session, begun).close().await;
                drop(session);
                desk.news.everything_changed();
                return;
            }
        });
        trying
    }
}

#[cfg(test)]
mod tests {
    use packlight_engine::lock::Lock;

    use super::*;

    const AN_HOUR: Duration = Duration::from_hours(1);

    /// A data folder with a database in it, closed.
    async fn folder() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        opened(folder.path(), AN_HOUR).await.unwrap().engine.close().await;
        folder
    }

    async fn opened(folder: &Path, patience: Duration) -> Result<Opened, EngineError> {
        open(folder, &Environment::default(), patience).await
    }

    #[tokio::test]
    async fn a_start_waits_for_a_packlight_that_is_just_closing() {
        let folder = folder().await;
        let held = Lock::acquire(folder.path()).unwrap();
        // The first try comes before the lock is given back.
        let (opened, ()) = tokio::join!(opened(folder.path(), AN_HOUR), async { drop(held) });
        let opened = opened.unwrap();
        assert!(opened.engine.can_write() && opened.hindrance.is_none());
    }

    #[tokio::test]
    async fn beside_a_packlight_that_writes_the_folder_is_read_and_then_taken_over() {
        let folder = folder().await;
        let held = Lock::acquire(folder.path()).unwrap();
        let reading = opened(folder.path(), Duration::ZERO).await.unwrap();
        assert!(!reading.engine.can_write());
        let hindrance = reading.hindrance.unwrap();
        assert!(is_worth_another_try(&hindrance), "{hindrance}");
        drop(held);
        // The reader goes only once the writer is there.
        let writing = for_writing(folder.path(), &Environment::default()).await.unwrap();
        reading.engine.close().await;
        assert!(writing.engine.can_write());
        assert!(writing.engine.background().await.unwrap().keep_in_tray);
    }

    #[tokio::test]
    async fn a_folder_that_another_packlight_is_just_making_is_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let _held = Lock::acquire(folder.path()).unwrap();
        let Err(error) = opened(folder.path(), Duration::ZERO).await else { panic!("there is no database") };
        assert_eq!(error.code, Code::Busy, "{error}");
    }

    #[tokio::test]
    async fn what_only_the_seller_can_mend_is_not_tried_again() {
        let folder = folder().await;
        std::fs::write(folder.path().join("packlight.db"), [7; 8_192]).unwrap();
        let Err(error) = opened(folder.path(), AN_HOUR).await else { panic!("it is damaged") };
        assert_eq!((error.code, is_worth_another_try(&error)), (Code::CorruptDatabase, false), "{error}");
        let gone = EngineError::new(Code::Disk, "");
        assert!(is_worth_another_try(&gone), "its disk may be mounted yet");
    }
}
