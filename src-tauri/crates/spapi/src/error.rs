//! What a call can end in: one kind to act on, one sentence for the seller, and what a support case needs.
//!
//! Invariant: no token, no secret and no body is ever part of an error. Amazon's own text is kept apart, cut and
//! cleaned, for the log only.

use std::fmt;

use chrono::{DateTime, Utc};

use crate::included::IncludedData;
use crate::operation::Operation;
use crate::transport::TransportError;

/// What went wrong, as far as a caller acts on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ErrorKind {
    /// The errand was called off.
    Cancelled,
    /// No answer came.
    Offline(TransportError),
    /// Amazon's limit is used up and the errand's patience too.
    Throttled,
    /// Amazon answers with failures (5xx).
    Unavailable,
    /// Something answered, but not in Amazon's language: a login page, damaged JSON.
    Malformed,
    /// A redirect answered; it was not followed.
    Redirected,
    /// The end of the asked time span is too young for Amazon (two minutes).
    BoundTooRecent,
    /// The page token is refused: its window has to start again.
    PageTokenRefused,
    /// Amazon finds the request itself wrong.
    InvalidInput,
    /// The answer would be too large for Amazon to send.
    TooLarge,
    /// A fresh access token is refused as if it were an old one.
    TokenRejected,
    /// A role is missing, or the marketplace is not the seller's.
    AccessDenied,
    /// Amazon does not know the thing asked for, or no longer.
    NotFound,
    /// The refresh token is revoked, expired or mistyped.
    InvalidGrant,
    /// The client id is unknown or the client secret is wrong.
    InvalidClient,
    /// The refresh token belongs to another client id.
    UnauthorizedClient,
    /// The sign-in service fails.
    LwaUnavailable,
    /// The state of the token bucket could not be read or written, so the request was not sent.
    Ledger,
}

/// A call that failed. Its text is one sentence with the next step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiError {
    /// The operation; `None` for the token request.
    pub operation: Option<Operation>,
    /// What to do about it.
    pub kind: ErrorKind,
    /// HTTP status, if an answer came.
    pub status: Option<u16>,
    /// Amazon's error code.
    pub code: Option<String>,
    /// Our sentence.
    pub message: String,
    /// Amazon's text, cut and without secrets; for the log.
    pub amazon_message: Option<String>,
    /// Amazon's request id, for a support case.
    pub request_id: Option<String>,
    /// Whether the same call may succeed later without anybody changing anything.
    pub retryable: bool,
    /// When it is sensible to try again, where that is known.
    pub retry_at: Option<DateTime<Utc>>,
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ApiError {}

impl ApiError {
    /// An error of `kind` with its usual sentence.
    pub(crate) fn new(operation: Option<Operation>, kind: ErrorKind) -> Self {
        Self {
            message: sentence(operation, &kind),
            retryable: matches!(
                kind,
                ErrorKind::Offline(_)
                    | ErrorKind::Throttled
                    | ErrorKind::Unavailable
                    | ErrorKind::Malformed
                    | ErrorKind::Redirected
                    | ErrorKind::BoundTooRecent
                    | ErrorKind::PageTokenRefused
                    | ErrorKind::TokenRejected
                    | ErrorKind::LwaUnavailable
                    | ErrorKind::Ledger
            ),
            operation,
            kind,
            status: None,
            code: None,
            amazon_message: None,
            request_id: None,
            retry_at: None,
        }
    }

    pub(crate) fn with_message(self, message: impl Into<String>) -> Self {
        Self { message: message.into(), ..self }
    }

    /// Whether the failure lies in the line to Amazon and not in what was asked for, so that the next question would end
    /// the same way: no network, no sign-in, no token left, called off.
    pub fn is_of_the_line(&self) -> bool {
        self.operation.is_none()
            || match &self.kind {
                ErrorKind::Cancelled
                | ErrorKind::Throttled
                | ErrorKind::InvalidGrant
                | ErrorKind::InvalidClient
                | ErrorKind::UnauthorizedClient
                | ErrorKind::LwaUnavailable
                | ErrorKind::Ledger => true,
                ErrorKind::Offline(reason) => reason.never_left(),
                ErrorKind::TokenRejected => !self.retryable,
                _ => false,
            }
    }

    /// Whether a refusal names a part of `includedData`, which is then what Amazon will not answer.
    pub fn names_a_part(&self) -> bool {
        IncludedData::ALL.is_named_in(&self.refusal())
    }

    /// Amazon's text and code together, in which the reason of a refusal is looked for.
    pub(crate) fn refusal(&self) -> String {
        format!("{} {}", self.code.as_deref().unwrap_or(""), self.amazon_message.as_deref().unwrap_or(""))
    }
}

fn sentence(operation: Option<Operation>, kind: &ErrorKind) -> String {
    let subject = operation.map_or("a token", Operation::subject);
    match kind {
        ErrorKind::Cancelled => "stopped before Amazon answered; what was read before is kept".to_owned(),
        ErrorKind::Offline(TransportError::Tls(reason)) => format!(
            "the connection to Amazon is not trusted ({reason}): check this computer's clock and whether a proxy or virus scanner opens secure connections"
        ),
        ErrorKind::Offline(TransportError::TooLarge(_) | TransportError::Damaged) => {
            "Amazon's answer arrived damaged or far too large: the same request is made again later".to_owned()
        }
        ErrorKind::Offline(reason) => {
            format!("Amazon cannot be reached, {reason}: check the internet connection, then try again")
        }
        ErrorKind::Throttled => {
            format!("Amazon is limiting requests for {subject}: nothing is lost, try again later")
        }
        ErrorKind::Unavailable => {
            format!("Amazon's servers failed while {subject} was asked for: nothing is lost, try again later")
        }
        ErrorKind::Malformed => {
            "something that is not Amazon's answer came back, such as the login page of a network: open a web page in the browser to sign in to the network, then try again".to_owned()
        }
        ErrorKind::Redirected => {
            "the answer pointed to another server and was not followed: check whether this network needs a login or a proxy, then try again".to_owned()
        }
        ErrorKind::BoundTooRecent => {
            "Amazon finds the end of the time span too recent: the next sync asks for a slightly older one".to_owned()
        }
        ErrorKind::PageTokenRefused => {
            "Amazon no longer accepts the place in the list: this stretch of the list is read again from its start".to_owned()
        }
        ErrorKind::InvalidInput => {
            format!("Amazon refused the request for {subject} as invalid: check the marketplaces of the account, or try a newer Packlight")
        }
        ErrorKind::TooLarge => {
            format!("Amazon finds its answer for {subject} too large to send, however little is asked for at once: what was read is kept, try again later")
        }
        ErrorKind::TokenRejected => {
            "Amazon refuses a token that it has just issued: this usually ends within half an hour, try again later".to_owned()
        }
        ErrorKind::AccessDenied => format!(
            "Amazon denies access to {subject}: give the application the role {} in Seller Central, authorise it again, and enter the new refresh token; or check that the marketplaces belong to this account",
            operation.map_or("it needs", Operation::role)
        ),
        ErrorKind::NotFound => format!("Amazon does not know {subject} that was asked for, or no longer keeps it"),
        ErrorKind::InvalidGrant => {
            "Amazon no longer accepts the refresh token: authorise the application again in Seller Central and enter the new refresh token".to_owned()
        }
        ErrorKind::InvalidClient => {
            "Amazon does not accept the client id and client secret: the secret may have been rotated or have expired after 180 days; copy the current one from Seller Central".to_owned()
        }
        ErrorKind::UnauthorizedClient => {
            "the refresh token was issued to another client id: enter the client id, secret and refresh token of one and the same application".to_owned()
        }
        ErrorKind::LwaUnavailable => {
            "Amazon's sign-in service is failing: nothing is lost, try again later".to_owned()
        }
        ErrorKind::Ledger => {
            "the count of calls to Amazon could not be saved, so nothing was asked: check that the disk has space and is writable, then try again".to_owned()
        }
    }
}

/// Longest text of Amazon's that is kept.
const LONGEST: usize = 300;

/// Amazon's text as it may be logged: one line, cut, with everything that looks like a secret or an address of a
/// person taken out.
pub(crate) fn cleaned(text: &str) -> Option<String> {
    let separators =
        |c: char| c.is_whitespace() || c.is_control() || matches!(c, '"' | '\'' | ',' | ';' | '=');
    let mut out = String::new();
    for part in text.split_inclusive(separators) {
        let word = part.trim_end_matches(separators);
        let lower = word.to_ascii_lowercase();
        let secret = ["atza|", "atzr|", "amzn1.oa2-cs", "atza%7c", "atzr%7c", "bearer"]
            .iter()
            .any(|mark| lower.contains(mark))
            || word.contains('@')
            || word.len() > 80;
        out.push_str(if secret { "[removed]" } else { word });
        if let Some(separator) = part.get(word.len()..).and_then(|rest| rest.chars().next()) {
            out.push(if separator.is_control() || separator.is_whitespace() { ' ' } else { separator });
        }
        if out.chars().count() > LONGEST {
            out = out.chars().take(LONGEST).chain(['…']).collect();
            break;
        }
    }
    let out = out.trim();
    (!out.is_empty()).then(|| out.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amazons_text_is_cut_and_loses_secrets_and_addresses() {
        assert_eq!(
            cleaned("token \"Atza|abc.DEF\"\nof a.buyer@example.com is bad").unwrap(),
            "token \"[removed]\" of [removed] is bad"
        );
        assert_eq!(cleaned(" \n\t").as_deref(), None);
        assert_eq!(cleaned(&"word ".repeat(200)).unwrap().chars().count(), LONGEST + 1);
        assert_eq!(cleaned(&"x".repeat(200)).unwrap(), "[removed]");
        assert_eq!(cleaned("client_secret=amzn1.oa2-cs.v1.1234").unwrap(), "client_secret=[removed]");
    }

    #[test]
    fn every_kind_has_a_sentence_with_a_next_step() {
        let said = |kind| ApiError::new(Some(Operation::SearchOrders), kind).to_string();
        assert_eq!(
            said(ErrorKind::Offline(TransportError::Dns)),
            "Amazon cannot be reached, the name of Amazon's server could not be found: check the internet connection, then try again"
        );
        assert_eq!(
            said(ErrorKind::Throttled),
            "Amazon is limiting requests for the list of orders: nothing is lost, try again later"
        );
        assert!(
            said(ErrorKind::AccessDenied).contains("the role Inventory and Order Tracking in Seller Central")
        );
    }
}
