//! Login with Amazon: from a refresh token to an access token, once for everybody who needs it.
//!
//! Invariants: any number of waiters cost one token request; a token is refreshed five minutes before its end and kept
//! while it lasts if the sign-in service fails; no secret is ever shown, logged or sent anywhere else.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use http::header::{ACCEPT, CONTENT_TYPE, HeaderValue, USER_AGENT};
use http::{Method, Request, Response, StatusCode, Uri};
use secrecy::{ExposeSecret, SecretString};
use tokio::time::Instant;
use url::form_urlencoded::Serializer;
use xxhash_rust::xxh3::xxh3_64;

use crate::classify::request_id;
use crate::clock::{Dice, ServerClock};
use crate::errand::{Errand, Patience};
use crate::error::{ApiError, ErrorKind, cleaned};
use crate::json::{self, Leaf, wire};
use crate::transport::{Purpose, Transport};

/// What the seller's own application is known by.
#[derive(Clone)]
pub struct Credentials {
    /// LWA client id, `amzn1.application-oa2-client.…`.
    pub client_id: String,
    /// LWA client secret.
    pub client_secret: SecretString,
    /// Refresh token, `Atzr|…`.
    pub refresh_token: SecretString,
}

impl Credentials {
    /// The last characters of the client id, by which a seller tells two applications apart.
    pub fn tail(&self) -> String {
        let skip = self.client_id.chars().count().saturating_sub(6);
        self.client_id.chars().skip(skip).collect()
    }

    /// 16 hexadecimal digits that stand for the client id where it must not be written.
    pub fn fingerprint(&self) -> String {
        format!("{:016x}", xxh3_64(self.client_id.as_bytes()))
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("client_id", &format_args!("…{}", self.tail()))
            .finish_non_exhaustive()
    }
}

/// How long before its end a token is refreshed.
const EARLY: Duration = Duration::from_mins(5);
/// Lifetimes that are believed, in seconds.
const LIFETIME: std::ops::RangeInclusive<i64> = 60..=3_600;
/// After a failed early refresh the old token serves this long before the next try.
const PAUSE: Duration = Duration::from_secs(30);

/// An access token, as it goes into the header.
#[derive(Clone)]
pub(crate) struct Pass {
    pub(crate) header: HeaderValue,
    /// Counts the tokens of this process, so that a refusal can say which token it means.
    pub(crate) generation: u64,
    pub(crate) obtained: Instant,
    /// Its end on Amazon's clock, which also runs while this computer sleeps.
    pub(crate) ends_at: DateTime<Utc>,
    refresh_from: Instant,
    ends: Instant,
}

/// Keeps the access token.
pub(crate) struct Authority {
    pub(crate) transport: Arc<dyn Transport>,
    pub(crate) clock: Arc<ServerClock>,
    pub(crate) dice: Arc<Dice>,
    pub(crate) user_agent: HeaderValue,
    pub(crate) endpoint: Uri,
    pub(crate) credentials: Credentials,
    held: Mutex<Option<Pass>>,
    /// Held by whoever is asking for a token; counts the askings and keeps how the last one failed.
    asking: tokio::sync::Mutex<Asking>,
}

#[derive(Default)]
struct Asking {
    asked: u64,
    failed: Option<ApiError>,
}

wire! { "snake_case"
    struct TokenAnswer<'a> {
        access_token: Leaf<'a>,
        expires_in: Leaf<'a>,
        error: Leaf<'a>,
        error_description: Leaf<'a>,
        request_id: Leaf<'a>,
    }
}

impl Authority {
    pub(crate) fn new(
        transport: Arc<dyn Transport>,
        clock: Arc<ServerClock>,
        dice: Arc<Dice>,
        user_agent: HeaderValue,
        endpoint: Uri,
        credentials: Credentials,
    ) -> Self {
        let (held, asking) = (Mutex::default(), tokio::sync::Mutex::default());
        Self { transport, clock, dice, user_agent, endpoint, credentials, held, asking }
    }

    /// A token other than that of generation `refused`, asked for only if none is at hand.
    pub(crate) async fn pass(&self, refused: Option<u64>, errand: &Errand) -> Result<Pass, ApiError> {
        if let Some(pass) = self.at_hand(refused) {
            return Ok(pass);
        }
        tokio::select! {
            biased;
            () = errand.cancel.cancelled() => Err(ApiError::new(None, ErrorKind::Cancelled)),
            pass = self.ask(refused, errand) => pass,
        }
    }

    fn at_hand(&self, refused: Option<u64>) -> Option<Pass> {
        let held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.clone()
            .filter(|pass| Some(pass.generation) != refused && self.clock.moment() < pass.refresh_from)
    }

    async fn ask(&self, refused: Option<u64>, errand: &Errand) -> Result<Pass, ApiError> {
        let somebody_asks = self.asking.try_lock().is_err();
        let mut asking = self.asking.lock().await;
        if let Some(pass) = self.at_hand(refused) {
            return Ok(pass);
        }
        // Somebody asked while this one queued, in vain: asking again at once would only double the failure.
        if somebody_asks && let Some(error) = &asking.failed {
            return Err(error.clone());
        }
        // Forgotten at once, or an asking that is called off would leave the failure of an older one behind.
        asking.failed = None;
        asking.asked += 1;
        let answer = self.ask_patiently(asking.asked, refused, errand).await;
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        match answer {
            Ok(pass) => {
                *held = Some(pass.clone());
                Ok(pass)
            }
            Err(error) => {
                // The token at hand was only about to end: it serves until it does.
                if error.retryable
                    && let Some(old) = held.as_mut().filter(|old| Some(old.generation) != refused)
                    && self.clock.moment() < old.ends
                {
                    old.refresh_from = (self.clock.moment() + PAUSE).min(old.ends);
                    tracing::info!(kind = ?error.kind, "early token refresh failed; the old token still serves");
                    return Ok(old.clone());
                }
                asking.failed = Some(error.clone());
                Err(error)
            }
        }
    }

    /// Whether a token at hand, other than the refused one, still serves if this asking fails.
    fn has_reserve(&self, refused: Option<u64>) -> bool {
        let held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.as_ref().is_some_and(|pass| Some(pass.generation) != refused && self.clock.moment() < pass.ends)
    }

    async fn ask_patiently(
        &self,
        generation: u64,
        refused: Option<u64>,
        errand: &Errand,
    ) -> Result<Pass, ApiError> {
        let tries = match errand.patience {
            _ if self.has_reserve(refused) => 1,
            Patience::Now => 1,
            Patience::Short => 2,
            Patience::Patient => 4,
        };
        let mut failures = 0;
        loop {
            errand.tally.count_token_request();
            match self.ask_once(generation).await {
                Ok(pass) => return Ok(pass),
                Err(error) => {
                    failures += 1;
                    tracing::info!(kind = ?error.kind, status = error.status, failures, "token request failed");
                    if !error.retryable || failures >= tries {
                        return Err(error);
                    }
                }
            }
            tokio::time::sleep(self.dice.backoff(failures)).await;
        }
    }

    async fn ask_once(&self, generation: u64) -> Result<Pass, ApiError> {
        let request = self.request().map_err(|_| {
            ApiError::new(None, ErrorKind::InvalidClient)
                .with_message("the client id, client secret or refresh token cannot be sent: enter them again without extra characters")
        })?;
        let sent = self.clock.moment();
        let answer = self
            .transport
            .send(request)
            .await
            .map_err(|error| ApiError::new(None, ErrorKind::Offline(error)))?;
        let told = self.clock.learn(answer.headers()).unwrap_or_else(|| self.clock.now());
        let pass = understood(&answer, generation, (sent, self.clock.moment()), told);
        pass.map_err(|mut error| {
            error.status = Some(answer.status().as_u16());
            error.request_id = error.request_id.or_else(|| request_id(answer.headers()));
            error
        })
    }

    fn request(&self) -> Result<Request<Bytes>, http::Error> {
        let body = Serializer::new(String::new())
            .append_pair("grant_type", "refresh_token")
            .append_pair("refresh_token", self.credentials.refresh_token.expose_secret())
            .append_pair("client_id", &self.credentials.client_id)
            .append_pair("client_secret", self.credentials.client_secret.expose_secret())
            .finish();
        Request::builder()
            .method(Method::POST)
            .uri(self.endpoint.clone())
            .extension(Purpose("token"))
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded;charset=UTF-8")
            .header(ACCEPT, "application/json")
            .header(USER_AGENT, self.user_agent.clone())
            .body(Bytes::from(body))
    }
}

/// Reads the answer of the sign-in service (reference: spapi.md §1.1, §1.2).
fn understood(
    answer: &Response<Bytes>,
    generation: u64,
    (sent, received): (Instant, Instant),
    told: DateTime<Utc>,
) -> Result<Pass, ApiError> {
    let status = answer.status();
    if status == StatusCode::TOO_MANY_REQUESTS
        || status.is_server_error()
        || status == StatusCode::REQUEST_TIMEOUT
    {
        return Err(ApiError::new(None, ErrorKind::LwaUnavailable));
    }
    if status.is_redirection() {
        return Err(ApiError::new(None, ErrorKind::Redirected));
    }
    let malformed = || ApiError::new(None, ErrorKind::Malformed);
    let text = json::readable(answer.body()).map_err(|_| malformed())?;
    let read: TokenAnswer<'_> = json::read(&text).map_err(|_| malformed())?;
    if !status.is_success() || read.access_token.plain_text().is_none() {
        return Err(refusal(&read, status).unwrap_or_else(malformed));
    }
    let token = SecretString::from(read.access_token.plain_text().unwrap_or_default());
    let mut header = HeaderValue::from_str(token.expose_secret()).map_err(|_| malformed())?;
    header.set_sensitive(true);
    let claimed = json::Reader::default().integer(read.expires_in, "expires_in").unwrap_or(*LIFETIME.end());
    let seconds = claimed.clamp(*LIFETIME.start(), *LIFETIME.end());
    let lifetime = Duration::from_secs(seconds.unsigned_abs());
    // A short life is not refreshed before its half, or every call would ask for a token.
    let refresh_after = lifetime.saturating_sub(EARLY).max(lifetime / 2);
    Ok(Pass {
        header,
        generation,
        obtained: received,
        ends_at: told + TimeDelta::seconds(seconds),
        refresh_from: sent + refresh_after,
        ends: sent + lifetime,
    })
}

/// A refusal in OAuth's words; the word decides, whatever the status.
fn refusal(answer: &TokenAnswer<'_>, status: StatusCode) -> Option<ApiError> {
    let word = answer.error.plain_text();
    let kind = match word.as_deref() {
        Some("invalid_grant") => ErrorKind::InvalidGrant,
        Some("invalid_client") => ErrorKind::InvalidClient,
        Some("unauthorized_client") => ErrorKind::UnauthorizedClient,
        Some("server_error" | "temporarily_unavailable" | "slow_down") => ErrorKind::LwaUnavailable,
        Some(_) => ErrorKind::InvalidInput,
        None if status == StatusCode::UNAUTHORIZED => ErrorKind::InvalidClient,
        None => return None,
    };
    let mut error = ApiError::new(None, kind);
    error.code = word.as_deref().and_then(cleaned);
    error.amazon_message = answer.error_description.plain_text().as_deref().and_then(cleaned);
    error.request_id = answer.request_id.plain_text().as_deref().and_then(cleaned);
    if error.kind == ErrorKind::InvalidInput {
        let code = error.code.as_deref().unwrap_or("no reason given");
        let message = format!(
            "Amazon's sign-in refused the request ({code}): check the client id, the client secret and the refresh token"
        );
        error = error.with_message(message);
    }
    Some(error)
}
