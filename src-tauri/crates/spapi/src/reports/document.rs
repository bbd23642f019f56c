//! Fetching a report's document: a short-lived address from Amazon, then one plain request to its storage.
//!
//! Invariants: the access token never leaves for another host; an address is used within its five minutes, never stored
//! and never logged; what arrives incomplete is an error and not a shorter report.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{Response, StatusCode};
use tokio::time::Instant;

use super::{asked, unpack, useless};
use crate::client::{Ask, Client};
use crate::errand::Errand;
use crate::error::{ApiError, ErrorKind};
use crate::json::{self, Leaf, Unreadable, wire};
use crate::operation::Operation;
use crate::orders::path_part;
use crate::transport::TransportError;

/// What a document says, unpacked and complete.
#[derive(Clone, PartialEq, Eq)]
pub struct ReportDocument {
    /// The bytes, in whatever charset.
    pub bytes: Bytes,
    /// The charset that the storage named with it, as it was spelled.
    pub charset: Option<String>,
}

/// Rows of a report may hold what is nobody's business.
impl fmt::Debug for ReportDocument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReportDocument")
            .field("bytes", &self.bytes.len())
            .field("charset", &self.charset)
            .finish()
    }
}

wire! { "camelCase"
    struct Link<'a> {
        url: Leaf<'a>,
    }
}

/// An address is good for five minutes (Amazon's model); the last half minute is left for the answer.
const LINK_LIFE: Duration = Duration::from_secs(270);
/// How many addresses are asked for: each costs a token that takes a minute to come back.
const LINKS: u32 = 3;
/// How often one address is tried.
const TRIES: u32 = 3;

/// What one try at an address came to.
enum Outcome {
    Here(ReportDocument),
    /// The address is too old, or its signature is not accepted.
    Stale(ApiError),
    /// The same address may do better.
    Again(ApiError),
    Final(ApiError),
}

pub(super) async fn fetch(
    client: &Client,
    document_id: &str,
    errand: &Errand,
) -> Result<ReportDocument, ApiError> {
    let mut links = 0;
    loop {
        let uri = link(client, document_id, errand).await?;
        links += 1;
        match download(client, uri, errand).await {
            Ok(document) => return Ok(document),
            Err(error) if links >= LINKS || !error.retryable || error.kind == ErrorKind::Cancelled => {
                return Err(error);
            }
            Err(error) => tracing::info!(%error, "a new address for the document is asked for"),
        }
    }
}

async fn link(client: &Client, document_id: &str, errand: &Errand) -> Result<http::Uri, ApiError> {
    let operation = Operation::GetReportDocument;
    let path = format!("/reports/2021-06-30/documents/{}", document_part(document_id)?);
    let answer = client
        .call(&Ask::get(asked(operation, false), path, Vec::new()), errand, |text| {
            let link: Link<'_> = json::read(text)?;
            link.url.plain_text().ok_or(Unreadable::Without("an address"))
        })
        .await?;
    client.0.document_uri(&answer.value).ok_or_else(|| {
        let mut error = useless(
            ErrorKind::Redirected,
            "Amazon's answer points to a server for the report that is not one of Amazon's, so it was not asked: check whether this network changes what Amazon sends, then try again",
        );
        error.retryable = false;
        error
    })
}

/// Ids of documents are long: `amzn1.spdoc.1.4.eu.` and two more parts.
fn document_part(id: &str) -> Result<String, ApiError> {
    if id.len() > 100 && id.len() <= 500 {
        return Ok(crate::client::encoded(id));
    }
    path_part(id, Operation::GetReportDocument)
}

/// Tries one address until it answers or has become too old.
async fn download(client: &Client, uri: http::Uri, errand: &Errand) -> Result<ReportDocument, ApiError> {
    let cancelled = || ApiError::new(Some(Operation::GetReportDocument), ErrorKind::Cancelled);
    let since = Instant::now();
    let mut failures = 0;
    loop {
        let outcome = tokio::select! {
            biased;
            () = errand.cancel.cancelled() => return Err(cancelled()),
            outcome = client.0.send_plainly(uri.clone()) => outcome,
        };
        let error = match understood(outcome) {
            Outcome::Here(document) => return Ok(document),
            Outcome::Stale(error) | Outcome::Final(error) => return Err(error),
            Outcome::Again(error) => error,
        };
        errand.tally.count_failure();
        failures += 1;
        let pause = client.0.backoff(failures);
        if failures >= TRIES.min(errand.patience.tries()) || since.elapsed() + pause > LINK_LIFE {
            return Err(error);
        }
        tokio::select! {
            biased;
            () = errand.cancel.cancelled() => return Err(cancelled()),
            () = tokio::time::sleep(pause) => {}
        }
    }
}

fn understood(outcome: Result<Response<Bytes>, TransportError>) -> Outcome {
    let error = |kind| ApiError::new(Some(Operation::GetReportDocument), kind);
    let answer = match outcome {
        Ok(answer) => answer,
        Err(reason @ TransportError::TooLarge(_)) => {
            let mut too_large = useless(
                ErrorKind::TooLarge,
                "the report is larger than Packlight reads in one piece: ask for a shorter period",
            );
            tracing::warn!(%reason, "document refused");
            too_large.retryable = false;
            return Outcome::Final(too_large);
        }
        Err(reason) => return Outcome::Again(error(ErrorKind::Offline(reason))),
    };
    let kind = answer.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let status = answer.status();
    tracing::debug!(status = status.as_u16(), bytes = answer.body().len(), kind, "document answered");
    let failed = |mut error: ApiError| {
        error.status = Some(status.as_u16());
        error
    };
    match status {
        StatusCode::OK if kind.to_ascii_lowercase().starts_with("text/html") => {
            Outcome::Again(failed(error(ErrorKind::Malformed)))
        }
        StatusCode::OK => match unpack::inflated(answer.body().clone()) {
            Ok(bytes) => Outcome::Here(ReportDocument { bytes, charset: charset(kind) }),
            Err(unpack::Trouble::Damaged) => Outcome::Again(failed(useless(
                ErrorKind::Malformed,
                "the report arrived damaged or cut short: nothing of it was used; try again",
            ))),
            Err(unpack::Trouble::TooLarge) => {
                let mut too_large = useless(
                    ErrorKind::TooLarge,
                    "the report is larger than Packlight reads in one piece: ask for a shorter period",
                );
                too_large.retryable = false;
                Outcome::Final(failed(too_large))
            }
        },
        StatusCode::FORBIDDEN | StatusCode::BAD_REQUEST => Outcome::Stale(failed(useless(
            ErrorKind::Unavailable,
            "Amazon's storage did not hand out the report although its address was new: nothing is lost, try again later",
        ))),
        StatusCode::NOT_FOUND | StatusCode::GONE => Outcome::Final(failed(error(ErrorKind::NotFound))),
        status if status.is_redirection() => Outcome::Final(failed(error(ErrorKind::Redirected))),
        _ => Outcome::Again(failed(error(ErrorKind::Unavailable))),
    }
}

/// The charset parameter of a content type.
fn charset(content_type: &str) -> Option<String> {
    content_type.split(';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        let value = value.trim().trim_matches('"').trim();
        (name.trim().eq_ignore_ascii_case("charset") && !value.is_empty()).then(|| value.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::charset;

    #[test]
    fn the_charset_is_read_however_it_is_spelled() {
        for (kind, expected) in [
            ("text/plain;charset=Cp1252", Some("Cp1252")),
            ("text/plain; boundary=x; Charset = \"Shift_JIS\" ", Some("Shift_JIS")),
            ("text/plain; charset=", None),
            ("text/plain", None),
            ("", None),
        ] {
            assert_eq!(charset(kind).as_deref(), expected, "{kind}");
        }
    }
}
