//! How a command ends: the exit codes, and failures as standard output and standard error tell them.

use std::io;
use std::process::ExitCode;

use packlight_engine::{Code, EngineError};
use serde::Serialize;

/// The exit codes (design §3, Command line).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// All done.
    Done = 0,
    /// Failed here, for a reason that is none of the others.
    Failed = 1,
    /// The command line, a query word or an override is wrong.
    Usage = 2,
    /// No account, refused or unreadable secrets, no place for them.
    Account = 3,
    /// Amazon refused.
    Refused = 4,
    /// Amazon or the network is away; safe to repeat.
    Unavailable = 5,
    /// Another Packlight is writing here.
    Busy = 6,
    /// Stopped by the user.
    Stopped = 7,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// A failure as the user sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Failure {
    /// A word for scripts.
    pub(crate) code: String,
    /// One sentence.
    pub(crate) message: String,
    /// Repeating the same command later may succeed.
    pub(crate) retryable: bool,
    #[serde(skip)]
    pub(crate) exit: Exit,
}

impl Failure {
    fn new(exit: Exit, code: &str, message: impl Into<String>) -> Self {
        Self { code: code.to_owned(), message: message.into(), retryable: false, exit }
    }

    /// The command line is wrong.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::new(Exit::Usage, "usage", message)
    }

    /// The credentials on standard input cannot be read.
    pub(crate) fn unreadable_credentials(message: impl Into<String>) -> Self {
        Self::new(Exit::Account, "credentials_unreadable", message)
    }

    /// Something of the system is broken.
    pub(crate) fn internal(message: impl Into<String>) -> Self {
        Self::new(Exit::Failed, "internal", message)
    }

    /// The user stopped the command.
    pub(crate) fn stopped(message: impl Into<String>) -> Self {
        Self { retryable: true, ..Self::new(Exit::Stopped, "stopped", message) }
    }
}

impl From<EngineError> for Failure {
    fn from(error: EngineError) -> Self {
        // The engine's codes are spelt in one place, by serde.
        let code = serde_json::to_value(error.code).ok();
        let code = code.as_ref().and_then(serde_json::Value::as_str).unwrap_or("internal");
        let message = match error.code {
            // The sentence is the window's too, which has a button for it.
            Code::KeychainUnavailable => format!("{} (--secrets file)", error.message),
            _ => error.message,
        };
        Self { retryable: error.retryable, ..Self::new(exit_of(error.code), code, message) }
    }
}

impl From<io::Error> for Failure {
    /// Standard output failed. A reader that has read enough (`… | head`) is no failure, only the end.
    fn from(error: io::Error) -> Self {
        let exit = if error.kind() == io::ErrorKind::BrokenPipe { Exit::Done } else { Exit::Failed };
        Self::new(exit, "output", format!("the result cannot be written ({error})"))
    }
}

fn exit_of(code: Code) -> Exit {
    match code {
        Code::BadQuery | Code::BadInput => Exit::Usage,
        Code::NoAccount | Code::CredentialsRefused | Code::VaultLocked | Code::KeychainUnavailable => {
            Exit::Account
        }
        Code::AccessDenied | Code::Refused => Exit::Refused,
        Code::Throttled | Code::Offline | Code::Untrusted | Code::Unavailable | Code::MalformedAnswer => {
            Exit::Unavailable
        }
        Code::Busy | Code::ReadOnly => Exit::Busy,
        Code::Stopped => Exit::Stopped,
        Code::NotFound
        | Code::BadFile
        | Code::UnitClaimed
        | Code::NotPossible
        | Code::NewerDatabase
        | Code::CorruptDatabase
        | Code::Disk
        | Code::UpdateRefused
        | Code::PrinterUnavailable
        | Code::PrinterRejected
        | Code::Demo
        | Code::Internal => Exit::Failed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_engine_failure_has_its_exit_code_and_word() {
        for (code, word, exit) in [
            (Code::BadQuery, "bad_query", 2),
            (Code::BadInput, "bad_input", 2),
            (Code::NotFound, "not_found", 1),
            (Code::BadFile, "bad_file", 1),
            (Code::UnitClaimed, "unit_claimed", 1),
            (Code::NotPossible, "not_possible", 1),
            (Code::NoAccount, "no_account", 3),
            (Code::CredentialsRefused, "credentials_refused", 3),
            (Code::AccessDenied, "access_denied", 4),
            (Code::VaultLocked, "vault_locked", 3),
            (Code::KeychainUnavailable, "keychain_unavailable", 3),
            (Code::Throttled, "throttled", 5),
            (Code::Offline, "offline", 5),
            (Code::Untrusted, "untrusted", 5),
            (Code::Unavailable, "unavailable", 5),
            (Code::MalformedAnswer, "malformed_answer", 5),
            (Code::Refused, "refused", 4),
            (Code::Busy, "busy", 6),
            (Code::ReadOnly, "read_only", 6),
            (Code::NewerDatabase, "newer_database", 1),
            (Code::CorruptDatabase, "corrupt_database", 1),
            (Code::Disk, "disk", 1),
            (Code::Demo, "demo", 1),
            (Code::Stopped, "stopped", 7),
            (Code::Internal, "internal", 1),
        ] {
            let failure = Failure::from(EngineError::retryable(code, "why"));
            assert_eq!((failure.code.as_str(), failure.exit as u8), (word, exit));
            assert!(failure.retryable);
            let hint = if word == "keychain_unavailable" { " (--secrets file)" } else { "" };
            assert_eq!(failure.message, format!("why{hint}"));
        }
    }
}
