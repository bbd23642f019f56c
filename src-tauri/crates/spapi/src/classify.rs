//! From an HTTP answer to what it means for the call (reference: spapi.md §3.4 and §10).
//!
//! Amazon's texts change, so a status and where the request stood decide first; words only tell cases apart that look
//! the same otherwise.

use bytes::Bytes;
use http::{HeaderMap, Response, StatusCode};

use crate::error::{ApiError, ErrorKind, cleaned};
use crate::included::IncludedData;
use crate::json::{self, Branch, Leaf, List, Unreadable, wire};
use crate::limiter::{self, NoToken};
use crate::operation::{Operation, millionths};

/// What of a request decides how a refusal is read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked {
    pub(crate) operation: Operation,
    /// It continued a list.
    pub(crate) page_token: bool,
    /// It had an end in time that Amazon may find too young.
    pub(crate) bounded: bool,
}

/// What to do about an answer.
#[derive(Debug)]
pub(crate) enum Verdict {
    /// Read it.
    Fine,
    /// 429: wait for a token.
    Refused(NoToken),
    /// The access token looks old: refresh it once and ask again.
    Expired(ApiError),
    /// Access is refused without a word about why: a role is missing, or the access token is old.
    Denied(ApiError),
    /// Ask again, a few times.
    Again(ApiError),
    /// Asking again is of no use now.
    Final(ApiError),
}

wire! { "camelCase"
    struct ErrorList<'a> {
        errors: List<Branch<ErrorEntry<'a>>>,
        // What Amazon's gateways write in front of the envelope's makers, in one of their spellings.
        message: Leaf<'a>,
        #[serde(rename = "Message")]
        headline: Leaf<'a>,
        code: Leaf<'a>,
        #[serde(rename = "__type")]
        kind: Leaf<'a>,
    }
}

wire! { "camelCase"
    struct ErrorEntry<'a> {
        code: Leaf<'a>,
        message: Leaf<'a>,
        details: Leaf<'a>,
    }
}

/// Amazon's request id.
pub(crate) fn request_id(headers: &HeaderMap) -> Option<String> {
    let text = headers.get("x-amzn-requestid").or_else(|| headers.get("x-amz-request-id"))?.to_str().ok()?;
    (!text.is_empty() && text.len() <= 100).then(|| text.to_owned())
}

/// The rate that an answer names, in tokens per million seconds; `None` where it is none.
pub(crate) fn rate(headers: &HeaderMap) -> Option<u64> {
    millionths(headers.get("x-amzn-ratelimit-limit")?.to_str().ok()?)
}

/// What an answer means.
pub(crate) fn verdict(asked: Asked, answer: &Response<Bytes>) -> Verdict {
    let status = answer.status();
    let entry = Refusal::read(answer);
    let error = |kind| {
        let mut error = ApiError::new(Some(asked.operation), kind);
        error.status = Some(status.as_u16());
        error.request_id = request_id(answer.headers());
        error.code.clone_from(&entry.code);
        error.amazon_message = cleaned(&entry.words);
        error
    };
    match status {
        StatusCode::TOO_MANY_REQUESTS => {
            Verdict::Refused(NoToken { retry_after: limiter::retry_after(answer.headers()) })
        }
        status if status.is_success() => Verdict::Fine,
        status if status.is_redirection() => Verdict::Final(error(ErrorKind::Redirected)),
        status if status.is_server_error() => Verdict::Again(error(ErrorKind::Unavailable)),
        StatusCode::REQUEST_TIMEOUT => Verdict::Again(error(ErrorKind::Unavailable)),
        StatusCode::PAYLOAD_TOO_LARGE => Verdict::Final(error(ErrorKind::TooLarge)),
        // Somebody else's refusal, or Amazon's gateway: nothing in it is about this order or token.
        _ if entry.not_amazons => Verdict::Final(page_instead(error(ErrorKind::Malformed))),
        StatusCode::UNAUTHORIZED => Verdict::Expired(error(ErrorKind::TokenRejected)),
        StatusCode::FORBIDDEN if entry.speaks_of_the_token() => {
            Verdict::Expired(error(ErrorKind::TokenRejected))
        }
        StatusCode::FORBIDDEN if entry.gives_no_reason() => Verdict::Denied(error(ErrorKind::AccessDenied)),
        StatusCode::FORBIDDEN => Verdict::Final(error(ErrorKind::AccessDenied)),
        StatusCode::NOT_FOUND | StatusCode::GONE => Verdict::Final(error(ErrorKind::NotFound)),
        // The parts of an order may differ under a token (reference: spapi.md §4.2.5): a refusal of one is none of the place.
        StatusCode::BAD_REQUEST if asked.page_token && !entry.names_a_part() => {
            Verdict::Final(error(ErrorKind::PageTokenRefused))
        }
        StatusCode::BAD_REQUEST if asked.bounded && entry.speaks_of_the_bound() => {
            Verdict::Final(error(ErrorKind::BoundTooRecent))
        }
        _ => Verdict::Final(error(ErrorKind::InvalidInput)),
    }
}

/// A refusal that is a web page. Amazon's own gateway puts its request id on it; a network's login page cannot.
fn page_instead(error: ApiError) -> ApiError {
    if error.request_id.is_none() {
        return error;
    }
    let (subject, status) =
        (error.operation.map_or("a token", Operation::subject), error.status.unwrap_or(0));
    error.with_message(format!(
        "Amazon answered the request for {subject} with a web page instead of data (status {status}): nothing is lost, try again later, and look for a newer Packlight if it stays"
    ))
}

/// A successful answer that cannot be read.
pub(crate) fn unreadable(asked: Asked, answer: &Response<Bytes>, why: Unreadable) -> ApiError {
    let mut error = ApiError::new(Some(asked.operation), ErrorKind::Malformed);
    if why != Unreadable::WebPage {
        error = error.with_message(format!(
            "Amazon's answer could not be read ({why}): nothing of it was kept, and it is asked for again at the next try"
        ));
    }
    error.status = Some(answer.status().as_u16());
    error.request_id = request_id(answer.headers());
    error
}

/// Amazon's words for a refusal.
#[derive(Default)]
struct Refusal {
    code: Option<String>,
    /// Message and details.
    words: String,
    /// The body is no JSON at all.
    not_amazons: bool,
}

impl Refusal {
    fn read(answer: &Response<Bytes>) -> Self {
        if answer.status().is_success() {
            return Self::default();
        }
        // Refusals without a body, and those of gateways in front of Amazon, have their type in a header at most.
        let header = answer.headers().get("x-amzn-errortype").and_then(|code| code.to_str().ok());
        let header = header.and_then(|code| cleaned(code.split(':').next().unwrap_or(code)));
        if answer.body().is_empty() {
            return Self { code: header, ..Self::default() };
        }
        let Ok(text) = json::readable(answer.body()) else {
            return Self { not_amazons: true, ..Self::default() };
        };
        let Ok(list) = json::read::<ErrorList<'_>>(&text) else {
            return Self { not_amazons: true, ..Self::default() };
        };
        let entries = list.errors.elements().iter().filter_map(Branch::get);
        let inside = entries.map(|entry| (entry.code, [entry.message, entry.details]));
        let outside = [(list.code, [list.message, list.headline]), (list.kind, [Leaf::default(); 2])];
        let mut refusal = Self::default();
        for (code, words) in inside.chain(outside) {
            refusal.code = refusal.code.or_else(|| code.plain_text().as_deref().and_then(cleaned));
            for words in words.into_iter().filter_map(Leaf::plain_text) {
                if !refusal.words.is_empty() {
                    refusal.words.push(' ');
                }
                refusal.words.push_str(&words);
            }
        }
        refusal.code = refusal.code.or(header);
        refusal
    }

    /// Whether the access token is blamed, in one of Amazon's wordings (reference: spapi.md F7–F9).
    fn speaks_of_the_token(&self) -> bool {
        let words = format!("{} {}", self.code.as_deref().unwrap_or(""), self.words).to_ascii_lowercase();
        words.contains("token")
            && ["expired", "revoked", "malformed", "invalid", "missing"]
                .iter()
                .any(|word| words.contains(word))
    }

    /// Whether access is refused in the words that Amazon has for an old token as well as for a missing role, without the
    /// details that tell the two apart (reference: spapi.md F7, F8; F10 has other words).
    fn gives_no_reason(&self) -> bool {
        let words = self.words.trim().trim_end_matches('.').to_ascii_lowercase();
        words.is_empty() || words == "access to requested resource is denied"
    }

    /// Whether a part of `includedData` is blamed, and not the page token.
    fn names_a_part(&self) -> bool {
        IncludedData::ALL.is_named_in(&self.words) && !self.words.to_ascii_lowercase().contains("token")
    }

    /// Whether the end of the time span is blamed (reference: spapi.md F17).
    fn speaks_of_the_bound(&self) -> bool {
        let words = self.words.to_ascii_lowercase();
        words.contains("updatedbefore")
            || words.contains("createdbefore")
            || (words.contains("before") && (words.contains("minute") || words.contains("recent")))
            || words.contains("2 minutes")
            || words.contains("two minutes")
    }
}

#[cfg(test)]
mod tests;
