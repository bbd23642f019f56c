//! The one connection that writes (invariant I10).
//!
//! It lives on a task of its own that nobody can cancel: a caller hands over a piece of work and waits for the answer.
//! If the caller is dropped, the work still runs to its commit or its rollback, so no transaction is ever left open.

use std::path::PathBuf;

use futures::future::BoxFuture;
use sqlx::{Connection, SqliteConnection};
use tokio::sync::{mpsc, oneshot};

use crate::StoreError;

/// How large the write-ahead log may grow before the writer empties it (goal R13: 16 MB at most).
const LOG_LIMIT: u64 = 12 * 1024 * 1024;

type Work = Box<dyn for<'c> FnOnce(&'c mut SqliteConnection) -> BoxFuture<'c, ()> + Send>;

/// The result of a piece of work, to be awaited. Boxed here, so that the type of the work does not reach the caller's
/// own future, which the compiler could then no longer prove to be `Send`.
pub(crate) type Outcome<T> = BoxFuture<'static, Result<T, StoreError>>;

enum Command {
    Run(Work),
    Close(oneshot::Sender<Result<(), StoreError>>),
}

/// Hands work to the writing task.
#[derive(Debug)]
pub(crate) struct Writer {
    commands: mpsc::Sender<Command>,
}

impl Writer {
    /// Gives `connection` to a new task, which ends when this value is dropped or closed.
    pub(crate) fn start(connection: SqliteConnection, log: PathBuf) -> Self {
        let (commands, inbox) = mpsc::channel(64);
        tokio::spawn(serve(connection, log, inbox));
        Self { commands }
    }

    /// Runs `work` in a transaction of its own and returns its result; on an error everything is rolled back.
    pub(crate) fn transact<T, F>(&self, work: F) -> Outcome<T>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(&'c mut SqliteConnection) -> BoxFuture<'c, Result<T, StoreError>> + Send + 'static,
    {
        self.run(move |connection| {
            Box::pin(async move {
                sqlx::query("BEGIN IMMEDIATE").execute(&mut *connection).await?;
                let done = match work(&mut *connection).await {
                    Ok(value) => match sqlx::query("COMMIT").execute(&mut *connection).await {
                        Ok(_) => return Ok(value),
                        Err(error) => StoreError::from(error),
                    },
                    Err(error) => error,
                };
                // A full disk or a failed read has rolled back already; then there is nothing left to do.
                let _ = sqlx::query("ROLLBACK").execute(connection).await;
                Err(done)
            })
        })
    }

    /// Runs `work` outside a transaction.
    pub(crate) fn run<T, F>(&self, work: F) -> Outcome<T>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(&'c mut SqliteConnection) -> BoxFuture<'c, Result<T, StoreError>> + Send + 'static,
    {
        let (answer, result) = oneshot::channel();
        let boxed: Work = Box::new(move |connection| {
            Box::pin(async move {
                let _ = answer.send(work(connection).await);
            })
        });
        let commands = self.commands.clone();
        Box::pin(async move {
            commands.send(Command::Run(boxed)).await.map_err(|_| StoreError::Closed)?;
            result.await.map_err(|_| StoreError::Closed)?
        })
    }

    /// Empties the write-ahead log into the file and closes the connection. Work handed over before is done first.
    pub(crate) async fn close(&self) -> Result<(), StoreError> {
        let (answer, result) = oneshot::channel();
        if self.commands.send(Command::Close(answer)).await.is_err() {
            return Ok(());
        }
        result.await.map_err(|_| StoreError::Closed)?
    }
}

async fn serve(mut connection: SqliteConnection, log: PathBuf, mut inbox: mpsc::Receiver<Command>) {
    while let Some(command) = inbox.recv().await {
        match command {
            Command::Run(work) => {
                work(&mut connection).await;
                if std::fs::metadata(&log).is_ok_and(|log| log.len() > LOG_LIMIT) {
                    // Readers hold it up for at most one page of rows; if one does, the next write tries again.
                    let _ = sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(&mut connection).await;
                }
            }
            Command::Close(answer) => {
                let _ = answer.send(shut(connection).await);
                return;
            }
        }
    }
    if let Err(error) = shut(connection).await {
        tracing::warn!(%error, "the database was not closed cleanly");
    }
}

async fn shut(mut connection: SqliteConnection) -> Result<(), StoreError> {
    sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(&mut connection).await?;
    connection.close().await?;
    Ok(())
}
