//! Errors in SP-API's envelope (reference: spapi.md §1.4), in Amazon's words where they are known.

use serde_json::json;

use crate::http::Response;
use crate::paging::Refusal;

/// An answer that is an error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem {
    pub(crate) status: u16,
    code: &'static str,
    message: String,
    details: &'static str,
}

impl Problem {
    fn new(status: u16, code: &'static str, message: impl Into<String>, details: &'static str) -> Self {
        Self { status, code, message: message.into(), details }
    }

    pub(crate) fn invalid_input(message: impl Into<String>) -> Self {
        Self::new(400, "InvalidInput", message, "")
    }

    pub(crate) fn denied(details: &'static str) -> Self {
        Self::new(403, "Unauthorized", "Access to requested resource is denied.", details)
    }

    pub(crate) fn expired_access_token() -> Self {
        Self::denied("The access token you provided has expired.")
    }

    pub(crate) fn not_found(message: impl Into<String>) -> Self {
        Self::new(404, "NotFound", message, "")
    }

    pub(crate) fn quota_exceeded() -> Self {
        Self::new(429, "QuotaExceeded", "You exceeded your quota for the requested resource.", "")
    }

    pub(crate) fn server(status: u16) -> Self {
        let (code, message) = match status {
            503 => ("ServiceUnavailable", "Service is temporarily unavailable. Please try again."),
            504 => ("GatewayTimeout", "Endpoint request timed out."),
            413 => ("RequestTooLarge", "The request size exceeded the maximum accepted size."),
            415 => ("UnsupportedMediaType", "The request payload is in an unsupported format."),
            _ => ("InternalFailure", "We encountered an internal error. Please try again."),
        };
        Self::new(status, code, message, "")
    }

    pub(crate) fn page_token(refusal: Refusal, parameter: &str) -> Self {
        Self::invalid_input(match refusal {
            Refusal::Unreadable => format!("Could not decode your {parameter}."),
            Refusal::Expired => format!("The {parameter} has expired."),
            Refusal::OtherArguments => {
                format!("The {parameter} does not match the other parameters of the request.")
            }
        })
    }

    pub(crate) fn response(&self) -> Response {
        let error = json!({"code": self.code, "message": self.message, "details": self.details});
        let mut response = Response::json(self.status, &json!({"errors": [error]}));
        let kind = match self.status {
            429 => Some("TooManyRequestsException"),
            403 => Some("AccessDeniedException"),
            _ => None,
        };
        response.headers.extend(kind.map(|kind| ("x-amzn-ErrorType".to_owned(), kind.to_owned())));
        response
    }
}
