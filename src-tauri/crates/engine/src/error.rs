//! What can go wrong above the client and the store, as one code that callers act on and one sentence that people read.
//!
//! A [`Code`] exists only where the window or the command line does something of its own with it.

use chrono::{DateTime, Utc};
use packlight_documents::printing::SpoolError;
use packlight_spapi::{ApiError, ErrorKind, TransportError};
use packlight_store::{LogError, OpenError, StoreError};
use serde::{Deserialize, Serialize};

use crate::lock::LockError;
use crate::paths::PathError;
use crate::secrets::{KeychainError, SecretsError, VaultError};

/// The kind of a failure; the window switches on it and the command line turns it into an exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// A word of the query is not understood; the message names it.
    BadQuery,
    /// An argument is wrong; the message names it.
    BadInput,
    /// A file cannot be read as what it was given for; the message names it and says what would do.
    BadFile,
    /// There is no such order, account or file.
    NotFound,
    /// Another line holds the unit.
    UnitClaimed,
    /// The rules of the desk do not allow it; the message says why.
    NotPossible,
    /// No Amazon account is connected.
    NoAccount,
    /// Amazon does not take the client id, the secret or the refresh token.
    CredentialsRefused,
    /// The application lacks a role, or the marketplace is not the seller's.
    AccessDenied,
    /// The vault file needs its passphrase.
    VaultLocked,
    /// The system's keychain is absent, locked or silent.
    KeychainUnavailable,
    /// Amazon's limit; try again later.
    Throttled,
    /// Amazon cannot be reached.
    Offline,
    /// Whoever answers cannot prove to be Amazon. There is no way around it on purpose.
    Untrusted,
    /// Amazon answers with failures.
    Unavailable,
    /// Something else answered in Amazon's place, or Amazon's answer could not be read.
    MalformedAnswer,
    /// Amazon refused the request itself.
    Refused,
    /// Another Packlight is writing to this data folder.
    Busy,
    /// This Packlight only reads, because another one is writing.
    ReadOnly,
    /// The database was made by a newer Packlight.
    NewerDatabase,
    /// The database is damaged.
    CorruptDatabase,
    /// The disk is full or refuses to write.
    Disk,
    /// There is no print system, no printer, or not the one that was asked for.
    PrinterUnavailable,
    /// The printer, or its queue, did not take the document.
    PrinterRejected,
    /// A newer version was not to be had, or not to be trusted; the message says why.
    UpdateRefused,
    /// Not in the demo.
    Demo,
    /// The user stopped it.
    Stopped,
    /// A fault of Packlight itself.
    Internal,
}

impl Code {
    /// Its word in JSON and in the journal.
    pub fn word(self) -> String {
        serde_json::to_value(self).ok().and_then(|word| Some(word.as_str()?.to_owned())).unwrap_or_default()
    }
}

/// A failure with its code, a sentence that ends in the next step, and whether waiting helps.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{message}")]
pub struct EngineError {
    /// What kind it is.
    pub code: Code,
    /// One sentence for the seller.
    pub message: String,
    /// Repeating the same call later may succeed.
    pub retryable: bool,
    /// Amazon's request id, for a support case.
    pub request_id: Option<String>,
    /// The word or field that the message is about, for a screen to point at.
    pub subject: Option<String>,
    /// When it is sensible to try again, on Amazon's clock, where that is known.
    pub retry_at: Option<DateTime<Utc>>,
    /// It is the failure of one thing that was asked for (a marketplace, an order): the next may go well.
    pub(crate) confined: bool,
    /// What Amazon's answer was, where it failed by one.
    pub(crate) cause: Option<Box<ErrorKind>>,
}

impl EngineError {
    /// A failure that repeating does not cure.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            retryable: false,
            request_id: None,
            subject: None,
            retry_at: None,
            confined: false,
            cause: None,
        }
    }

    /// The same failure, of one thing that was asked for.
    #[must_use]
    pub(crate) fn confined(self) -> Self {
        Self { confined: true, ..self }
    }

    /// What the journal keeps of it.
    pub(crate) fn journal(&self) -> LogError {
        LogError {
            code: self.code.word(),
            message: self.message.clone(),
            request_id: self.request_id.clone(),
        }
    }

    /// The same failure, about this word or field.
    #[must_use]
    pub fn about(self, subject: impl Into<String>) -> Self {
        Self { subject: Some(subject.into()), ..self }
    }

    /// A failure that may be over later.
    pub fn retryable(code: Code, message: impl Into<String>) -> Self {
        Self { retryable: true, ..Self::new(code, message) }
    }
}

impl From<ApiError> for EngineError {
    fn from(error: ApiError) -> Self {
        let code = match error.kind {
            ErrorKind::Cancelled => Code::Stopped,
            ErrorKind::Offline(TransportError::Tls(_)) => Code::Untrusted,
            ErrorKind::Offline(TransportError::Damaged | TransportError::TooLarge(_)) => {
                Code::MalformedAnswer
            }
            ErrorKind::Offline(_) => Code::Offline,
            ErrorKind::Throttled => Code::Throttled,
            ErrorKind::Unavailable | ErrorKind::LwaUnavailable => Code::Unavailable,
            ErrorKind::Malformed | ErrorKind::Redirected => Code::MalformedAnswer,
            // Whatever the sign-in finds wrong with the request, it is what the seller entered.
            ErrorKind::InvalidInput if error.operation.is_none() => Code::CredentialsRefused,
            // Amazon refuses its own fresh tokens: a disturbance for a while, then the seller's matter.
            ErrorKind::TokenRejected if error.retryable => Code::Unavailable,
            ErrorKind::InvalidGrant
            | ErrorKind::InvalidClient
            | ErrorKind::UnauthorizedClient
            | ErrorKind::TokenRejected => Code::CredentialsRefused,
            ErrorKind::AccessDenied => Code::AccessDenied,
            ErrorKind::NotFound => Code::NotFound,
            ErrorKind::BoundTooRecent
            | ErrorKind::PageTokenRefused
            | ErrorKind::InvalidInput
            | ErrorKind::TooLarge => Code::Refused,
            ErrorKind::Ledger => Code::Disk,
        };
        Self {
            code,
            message: error.to_string(),
            retryable: error.retryable,
            confined: !error.is_of_the_line(),
            request_id: error.request_id,
            subject: None,
            retry_at: error.retry_at,
            cause: Some(Box::new(error.kind)),
        }
    }
}

impl From<StoreError> for EngineError {
    fn from(error: StoreError) -> Self {
        let code = match &error {
            StoreError::DuplicateLabel(_)
            | StoreError::BadCursor(_)
            | StoreError::ViewName(_)
            | StoreError::BuiltInView(_) => Code::BadInput,
            StoreError::UnitClaimed { .. } => Code::UnitClaimed,
            StoreError::NotPossible(_) => Code::NotPossible,
            StoreError::NoAccount(_)
            | StoreError::NoOrder(_)
            | StoreError::NoUnit(_)
            | StoreError::NoLine(_)
            | StoreError::NoView(_)
            | StoreError::NoPickList(_)
            | StoreError::NoStop(_)
            | StoreError::NoJob(_)
            | StoreError::NoBatch(_) => Code::NotFound,
            StoreError::DiskFull | StoreError::Disk(_) => Code::Disk,
            StoreError::Corrupt(_) => Code::CorruptDatabase,
            StoreError::Busy => return Self::retryable(Code::Busy, error.to_string()),
            StoreError::ReadOnly => Code::ReadOnly,
            _ => Code::Internal,
        };
        Self::new(code, error.to_string())
    }
}

impl From<OpenError> for EngineError {
    fn from(error: OpenError) -> Self {
        let code = match &error {
            OpenError::NewerDatabase { .. } => Code::NewerDatabase,
            OpenError::Corrupt { .. } => Code::CorruptDatabase,
            OpenError::Missing { .. } => Code::NoAccount,
            OpenError::Locked { .. } => return Self::retryable(Code::Busy, error.to_string()),
            OpenError::TooOldSqlite { .. } => Code::Internal,
            _ => Code::Disk,
        };
        Self::new(code, error.to_string())
    }
}

impl From<LockError> for EngineError {
    fn from(error: LockError) -> Self {
        match error {
            LockError::Held { .. } => Self::retryable(Code::Busy, error.to_string()),
            LockError::Io { .. } => Self::new(Code::Disk, error.to_string()),
        }
    }
}

impl From<PathError> for EngineError {
    fn from(error: PathError) -> Self {
        Self::new(Code::Disk, error.to_string())
    }
}

impl From<SpoolError> for EngineError {
    fn from(error: SpoolError) -> Self {
        let code = if error.is_refusal() { Code::PrinterRejected } else { Code::PrinterUnavailable };
        Self::retryable(code, error.to_string())
    }
}

impl From<SecretsError> for EngineError {
    fn from(error: SecretsError) -> Self {
        let code = match &error {
            SecretsError::Vault(VaultError::Locked | VaultError::WrongPassphrase(_)) => Code::VaultLocked,
            SecretsError::Vault(VaultError::EmptyPassphrase) => Code::BadInput,
            SecretsError::Keychain(KeychainError::Missing | KeychainError::Unreadable)
            | SecretsError::Vault(VaultError::Gone(_) | VaultError::Missing)
            | SecretsError::Nowhere => Code::CredentialsRefused,
            SecretsError::Keychain(_) => Code::KeychainUnavailable,
            SecretsError::Vault(_) => Code::Disk,
        };
        Self::new(code, error.to_string())
    }
}
