//! Opening the data folder for a command, and the questions that only a person at a terminal can answer.

use std::io::IsTerminal;
use std::path::PathBuf;
use std::sync::Arc;

use packlight_domain::account::AccountId;
use packlight_engine::accounts::AccountView;
use packlight_engine::environment::Environment;
use packlight_engine::secrets::{Ask, Prompt};
use packlight_engine::{Access, Code, Config, Engine, EngineError, paths};

use crate::arguments::Arguments;
use crate::exit::Failure;
use crate::progress::say;

/// How Packlight introduces itself to Amazon, here as in the window.
const APP: &str = "Packlight";

/// What every command is given.
pub(crate) struct Desk<'a> {
    pub(crate) arguments: &'a Arguments,
    pub(crate) environment: Environment,
}

impl Desk<'_> {
    /// Does `work` with the data folder open for writing; fails at once if another process is writing there.
    pub(crate) async fn writing<T>(
        &self,
        work: impl AsyncFnOnce(&Engine) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        self.with(Access::Write, work).await
    }

    /// Does `work` with the data folder open for reading, beside a running Packlight. A folder that nobody has used yet
    /// is made first.
    pub(crate) async fn reading<T>(
        &self,
        work: impl AsyncFnOnce(&Engine) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let used = self.folder()?.join("packlight.db").exists();
        self.with(if used { Access::Read } else { Access::Write }, work).await
    }

    async fn with<T>(
        &self,
        access: Access,
        work: impl AsyncFnOnce(&Engine) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let prompt = passphrase_prompt();
        let config = Config::of_system(self.folder()?, access, self.environment.clone(), APP, prompt)?;
        let engine = Engine::open(config).await?;
        let result = tokio::select! {
            result = work(&engine) => result,
            // A reader may be killed at any time; a writer ends at a safe point.
            () = interrupted(), if access == Access::Write => {
                say("stopping at a safe point…");
                engine.stop_sync().await;
                Err(Failure::stopped("stopped; what was done so far is kept, and the next run goes on from there"))
            }
        };
        if result.as_ref().is_err_and(|failure| failure.code == Code::CorruptDatabase.word()) {
            // It is repaired where somebody can be told what was done.
            engine.suspect_damage();
        }
        engine.close().await;
        result
    }

    /// The data folder.
    pub(crate) fn folder(&self) -> Result<PathBuf, Failure> {
        let asked = self.arguments.data_dir.as_deref().or(self.environment.data_dir.as_deref());
        Ok(paths::data_folder(asked).map_err(EngineError::from)?)
    }

    /// The label that `--account` gives.
    pub(crate) fn label(&self) -> Option<&str> {
        self.arguments.account.as_deref()
    }

    /// The account of `--account` for reading; a disconnected one's data stays readable.
    pub(crate) async fn account_to_read(&self, engine: &Engine) -> Result<Option<AccountId>, Failure> {
        let Some(label) = self.label() else { return Ok(None) };
        let mut accounts = engine.accounts().await?;
        accounts.retain(|account| account.label == label);
        accounts.sort_by_key(|account| !account.connected);
        match accounts.first() {
            Some(account) => Ok(Some(account.id)),
            None => Err(unknown_label(label)),
        }
    }

    /// The connected accounts that the command serves; at least one.
    pub(crate) async fn connected(&self, engine: &Engine) -> Result<Vec<AccountView>, Failure> {
        let mut accounts = engine.accounts().await?;
        accounts.retain(|account| account.connected);
        if accounts.is_empty() {
            let message = "no Amazon account is connected: connect one with packlight-cli account add";
            return Err(EngineError::new(Code::NoAccount, message).into());
        }
        match self.label() {
            None => Ok(accounts),
            Some(label) => named(accounts, label).map(|account| vec![account]),
        }
    }
}

/// The account of a label.
pub(crate) fn named(accounts: Vec<AccountView>, label: &str) -> Result<AccountView, Failure> {
    accounts.into_iter().find(|account| account.label == label).ok_or_else(|| unknown_label(label))
}

fn unknown_label(label: &str) -> Failure {
    let message = format!("no account is called '{label}': see packlight-cli account list");
    EngineError::new(Code::NoAccount, message).into()
}

/// Returns when the user or the system asks the process to end.
async fn interrupted() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminated) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = terminated.recv() => return,
                asked = tokio::signal::ctrl_c() => if asked.is_ok() { return },
            }
        }
    }
    #[cfg(not(unix))]
    if tokio::signal::ctrl_c().await.is_ok() {
        return;
    }
    // No handler could be set: the system's own will end the process.
    std::future::pending::<()>().await;
}

/// Asks at the terminal; `None` where there is none, so that a script is told instead of being kept waiting.
fn passphrase_prompt() -> Option<Prompt> {
    if !std::io::stderr().is_terminal() {
        return None;
    }
    let ask = |question: &str| rpassword::prompt_password(question).ok().filter(|text| !text.is_empty());
    Some(Arc::new(move |what| match what {
        Ask::Open => ask("Passphrase of the vault: ").map(Into::into),
        Ask::Choose => loop {
            let chosen = ask("Choose a passphrase for the vault: ")?;
            if ask("Once more: ")? == chosen {
                return Some(chosen.into());
            }
            say("The two are not the same.");
        },
    }))
}
