//! The one error that crosses to the window: a code to act on, a sentence to read, and whether trying again may help.

use packlight_engine::{Code, EngineError};
use serde::Serialize;

/// A failed command. The window switches on `code`, shows `message` and points at `context` where there is one.
#[derive(Debug, Clone, Serialize, specta::Type)]
pub(crate) struct CommandError {
    pub(crate) code: Code,
    pub(crate) message: String,
    pub(crate) retryable: bool,
    /// The word or field it is about, or Amazon's request id.
    pub(crate) context: Option<String>,
}

impl From<EngineError> for CommandError {
    fn from(error: EngineError) -> Self {
        Self {
            code: error.code,
            message: error.message,
            retryable: error.retryable,
            context: error.subject.or(error.request_id),
        }
    }
}

impl CommandError {
    /// A fault of the window's own making.
    pub(crate) fn internal(message: impl Into<String>) -> Self {
        Self { code: Code::Internal, message: message.into(), retryable: false, context: None }
    }
}
