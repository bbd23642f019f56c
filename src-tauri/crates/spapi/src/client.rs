//! The one way to Amazon: token, bucket, request, answer, and what follows from it.
//!
//! Owns the policy of reference spapi.md §3.4. A token of the bucket is written off before the request leaves; every
//! wait can be called off; a refusal is repeated only where repeating can help, and never beside another try.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use http::header::{ACCEPT, CONTENT_TYPE, HeaderName, HeaderValue, USER_AGENT};
use http::{Method, Request, Response};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use tokio::time::Instant;
use xxhash_rust::xxh3::xxh3_64;

use crate::auth::{Authority, Credentials, Pass};
use crate::classify::{self, Asked, Verdict};
use crate::clock::{Dice, ServerClock, SleepClock};
use crate::denials::Denials;
use crate::endpoints::Endpoints;
use crate::errand::{Errand, Patience};
use crate::error::{ApiError, ErrorKind};
use crate::included::IncludedData;
use crate::json::{self, Unreadable};
use crate::limiter::{Budget, Ledger, Limiter};
use crate::operation::Operation;
use crate::transport::{Purpose, Transport, TransportError};
use crate::user_agent::UserAgent;

/// What a client is made of.
pub struct ClientConfig {
    /// Carries the requests.
    pub transport: Arc<dyn Transport>,
    /// Where they go.
    pub endpoints: Endpoints,
    /// The seller's application.
    pub credentials: Credentials,
    /// Where token buckets outlive the process.
    pub ledger: Arc<dyn Ledger>,
    /// How Packlight introduces itself.
    pub user_agent: UserAgent,
    /// The computer's clock now; replaced by Amazon's as soon as it answers.
    pub local_now: DateTime<Utc>,
    /// How long this computer has slept.
    pub sleep: SleepClock,
}

/// A client of the Selling Partner API for one application, seller and region. Clones share everything.
#[derive(Clone)]
pub struct Client(pub(crate) Arc<Inner>);

pub(crate) struct Inner {
    transport: Arc<dyn Transport>,
    endpoints: Endpoints,
    user_agent: HeaderValue,
    clock: Arc<ServerClock>,
    dice: Arc<Dice>,
    authority: Authority,
    limiter: Limiter,
    /// Since when fresh tokens are refused (reference: spapi.md F9).
    incident: Mutex<Option<Instant>>,
    /// The parts that Amazon answered when it last refused some, and when that was.
    reduced: Mutex<Option<(IncludedData, Instant)>>,
    /// Since when asking for fewer parts is known not to help with a list of these marketplaces.
    in_vain: Mutex<HashMap<Vec<String>, Instant>>,
    /// What is refused whatever the token.
    denials: Denials,
}

/// A request before it has a host, a token and a number.
pub(crate) struct Ask {
    asked: Asked,
    path: String,
    query: Vec<(&'static str, String)>,
    /// JSON to post; a request with it changes something at Amazon.
    body: Option<Bytes>,
}

impl Ask {
    /// A request that reads.
    pub(crate) fn get(asked: Asked, path: String, query: Vec<(&'static str, String)>) -> Self {
        Self { asked, path, query, body: None }
    }

    /// A request that changes something. It is made once: where its fate is unknown (no answer, a failure of Amazon's, an
    /// answer that cannot be read) the caller has to look before it asks again.
    pub(crate) fn post(asked: Asked, path: String, body: String) -> Self {
        Self { asked, path, query: Vec::new(), body: Some(Bytes::from(body)) }
    }

    /// What of it decides whether a role is missing: operation or path, and marketplaces; neither times nor places in a list.
    fn subjects(&self) -> [String; 2] {
        let named = self.query.iter().find(|(name, _)| name.eq_ignore_ascii_case("marketplaceIds"));
        let marketplaces = named.map_or("", |(_, ids)| ids);
        [self.asked.operation.name(), &self.path].map(|what| format!("{what} {marketplaces}"))
    }

    /// How often it may be sent in all, where `tries` would do for a request that reads.
    fn tries(&self, tries: u32) -> u32 {
        if self.body.is_some() { 1 } else { tries }
    }
}

/// What an answer brought, and by which request id Amazon knows it.
pub(crate) struct Answer<T> {
    pub(crate) value: T,
    pub(crate) request_id: Option<String>,
}

/// Everything but RFC 3986's unreserved characters.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A token this young is not to blame for a refusal that names no reason, and is not refreshed again while fresh tokens are
/// being refused.
const YOUNG: Duration = Duration::from_mins(5);
/// As long as this a refused token is taken for a disturbance at Amazon.
const DISTURBANCE: Duration = Duration::from_mins(30);
/// When to try again during one.
const DISTURBANCE_PAUSE: TimeDelta = TimeDelta::minutes(5);
/// How often an answer that cannot be read is asked for.
const UNREADABLE_TRIES: u32 = 3;
/// As long as this Amazon is not asked again for parts that it refused.
const REDUCED_FOR: Duration = Duration::from_hours(1);

/// `text` for a path or a query.
pub(crate) fn encoded(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

impl Client {
    /// A client that has not called anybody yet.
    pub fn new(config: ClientConfig) -> Self {
        let clock = Arc::new(ServerClock::new(config.local_now, config.sleep));
        let seed = xxh3_64(config.credentials.client_id.as_bytes())
            ^ config.local_now.timestamp_millis().unsigned_abs();
        let dice = Arc::new(Dice::new(seed));
        let user_agent = config.user_agent.header();
        let endpoints = config.endpoints;
        Self(Arc::new(Inner {
            authority: Authority::new(
                Arc::clone(&config.transport),
                Arc::clone(&clock),
                Arc::clone(&dice),
                user_agent.clone(),
                endpoints.lwa().clone(),
                config.credentials,
            ),
            limiter: Limiter::new(|operation| endpoints.plan(operation), config.ledger, Arc::clone(&clock)),
            transport: config.transport,
            endpoints,
            user_agent,
            clock,
            dice,
            incident: Mutex::default(),
            reduced: Mutex::default(),
            in_vain: Mutex::default(),
            denials: Denials::default(),
        }))
    }

    /// Amazon's clock: its last `Date` and the monotonic time since; the local clock before the first answer.
    pub fn server_now(&self) -> DateTime<Utc> {
        self.0.clock.now()
    }

    /// Whether [`server_now`](Self::server_now) is Amazon's time: one of its answers carried a `Date`.
    pub fn knows_the_time(&self) -> bool {
        self.0.clock.is_amazons()
    }

    /// What is left of the bucket of `operation`.
    pub fn budget(&self, operation: Operation) -> Budget {
        self.0.limiter.budget(operation)
    }

    /// Brings the bucket of `operation` back from the ledger, so that [`budget`](Self::budget) is right before the first
    /// call too.
    pub async fn recall_budget(&self, operation: Operation) -> Result<(), ApiError> {
        self.0.limiter.recall(operation).await
    }

    /// Makes sure of an access token. Afterwards [`server_now`](Self::server_now) is Amazon's clock, unless its answer had no
    /// `Date`.
    pub async fn authorise(&self, errand: &Errand) -> Result<(), ApiError> {
        self.0.authority.pass(None, errand).await.map(drop)
    }

    /// Asks until there is an answer that `read` understands, or until the errand's patience ends.
    pub(crate) async fn call<T>(
        &self,
        ask: &Ask,
        errand: &Errand,
        read: impl Fn(&str) -> Result<T, Unreadable> + Send,
    ) -> Result<Answer<T>, ApiError> {
        let inner = &*self.0;
        let operation = ask.asked.operation;
        let mut failures = 0;
        let mut refusals = 0;
        let mut refused_token = None;
        loop {
            // First the token: where sign-in fails, no call is spent.
            inner.authority.pass(refused_token, errand).await?;
            let mut permit = inner.limiter.acquire(operation, errand).await?;
            // The wait for the bucket may have outlived the token.
            let pass = inner.authority.pass(refused_token, errand).await?;
            let request = inner.request(ask, &pass)?;
            let sent = Instant::now();
            errand.tally.count_call();
            permit.leaves();
            let outcome = tokio::select! {
                biased;
                () = errand.cancel.cancelled() => {
                    return Err(ApiError::new(Some(operation), ErrorKind::Cancelled));
                }
                outcome = inner.transport.send(request) => outcome,
            };
            let (error, tries) = match outcome {
                Err(reason) => {
                    tracing::info!(%operation, %reason, "no answer");
                    if reason.never_left() {
                        permit.never_left();
                        errand.tally.uncount_call();
                    }
                    let tries = match reason {
                        // Asking again at once brings the same megabytes.
                        TransportError::TooLarge(_) => 1,
                        // Who does not wait for a token does not wait for silence twice either.
                        TransportError::Timeout if errand.patience == Patience::Now => 1,
                        ref reason if reason.never_left() => errand.patience.tries(),
                        _ => ask.tries(errand.patience.tries()),
                    };
                    (ApiError::new(Some(operation), ErrorKind::Offline(reason)), tries)
                }
                Ok(answer) => {
                    inner.clock.learn(answer.headers());
                    let verdict = classify::verdict(ask.asked, &answer);
                    let refused = if let Verdict::Refused(refusal) = verdict { Some(refusal) } else { None };
                    inner.limiter.answered(&mut permit, classify::rate(answer.headers()), refused).await;
                    log(operation, &answer, sent);
                    match inner.sharpened(verdict, &pass) {
                        Verdict::Fine => match understood(&answer, &read) {
                            Ok(value) => {
                                *inner.incident.lock().unwrap_or_else(PoisonError::into_inner) = None;
                                inner.denials.forget(&ask.subjects());
                                let request_id = classify::request_id(answer.headers());
                                return Ok(Answer { value, request_id });
                            }
                            Err(why) => {
                                tracing::warn!(%operation, %why, "the answer cannot be read");
                                let tries = ask.tries(errand.patience.tries().min(UNREADABLE_TRIES));
                                (classify::unreadable(ask.asked, &answer, why), tries)
                            }
                        },
                        Verdict::Refused(_) => {
                            errand.tally.count_throttled();
                            refusals += 1;
                            if refusals > errand.patience.refusals() {
                                return Err(inner.throttled(operation, &answer));
                            }
                            continue;
                        }
                        Verdict::Expired(error) => {
                            if refused_token.is_some() || inner.is_disturbed(&pass) {
                                return Err(inner.token_rejected(error));
                            }
                            refused_token = Some(pass.generation);
                            continue;
                        }
                        Verdict::Denied(error) => {
                            if refused_token.is_some() || !inner.may_be_the_token(ask, &pass) {
                                inner.denials.note(ask.subjects(), inner.clock.moment());
                                return Err(error);
                            }
                            refused_token = Some(pass.generation);
                            continue;
                        }
                        Verdict::Again(error) => (error, ask.tries(errand.patience.tries())),
                        Verdict::Final(error) => return Err(error),
                    }
                }
            };
            errand.tally.count_failure();
            failures += 1;
            if failures >= tries {
                return Err(error);
            }
            tokio::select! {
                biased;
                () = errand.cancel.cancelled() => {
                    return Err(ApiError::new(Some(operation), ErrorKind::Cancelled));
                }
                () = tokio::time::sleep(inner.dice.backoff(failures)) => {}
            }
        }
    }

    /// The parts of `wanted` that Amazon is likely to answer: fewer for an hour after it refused some.
    pub fn likely(&self, wanted: IncludedData) -> IncludedData {
        let mut reduced = self.0.reduced.lock().unwrap_or_else(PoisonError::into_inner);
        match *reduced {
            Some((answered, since))
                if self.0.clock.moment().saturating_duration_since(since) < REDUCED_FOR =>
            {
                wanted.and(answered)
            }
            _ => {
                *reduced = None;
                wanted
            }
        }
    }

    /// Whether Amazon is asked for every part of an order now; for an hour after a refusal it is not.
    pub fn takes_all(&self) -> bool {
        self.likely(IncludedData::ALL) == IncludedData::ALL
    }

    /// Whether fewer parts did not help with a list of these marketplaces, less than an hour ago.
    pub(crate) fn knows_in_vain(&self, marketplace_ids: &[String]) -> bool {
        let mut in_vain = self.0.in_vain.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.0.clock.moment();
        in_vain.retain(|_, since| now.saturating_duration_since(*since) < REDUCED_FOR);
        in_vain.contains_key(marketplace_ids)
    }

    /// Asking for fewer parts does not help with a list of these marketplaces: for an hour it is not tried.
    pub fn remember_in_vain(&self, marketplace_ids: &[String]) {
        let mut in_vain = self.0.in_vain.lock().unwrap_or_else(PoisonError::into_inner);
        // Since the first time: what is refused again and again is still tried once an hour.
        in_vain.entry(marketplace_ids.to_vec()).or_insert_with(|| self.0.clock.moment());
    }

    /// Amazon answered `answered` only.
    pub(crate) fn remember_reduced(&self, answered: IncludedData) {
        let now = self.0.clock.moment();
        *self.0.reduced.lock().unwrap_or_else(PoisonError::into_inner) = Some((answered, now));
    }
}

impl Inner {
    /// Where Amazon's storage may be asked for a document by `url`, without a token; `None` where it is not Amazon's.
    pub(crate) fn document_uri(&self, url: &str) -> Option<http::Uri> {
        self.endpoints.document(url)
    }

    /// Sends a request that carries no token and belongs to no bucket.
    pub(crate) async fn send_plainly(&self, uri: http::Uri) -> Result<Response<Bytes>, TransportError> {
        let request =
            Request::builder().method(Method::GET).uri(uri).header(USER_AGENT, self.user_agent.clone());
        let request = request.extension(Purpose("document")).body(Bytes::new());
        self.transport.send(request.map_err(|error| TransportError::Other(error.to_string()))?).await
    }

    /// How long to wait after the `failures`-th failure in a row.
    pub(crate) fn backoff(&self, failures: u32) -> Duration {
        self.dice.backoff(failures)
    }

    fn request(&self, ask: &Ask, pass: &Pass) -> Result<Request<Bytes>, ApiError> {
        let query: Vec<_> =
            ask.query.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
        let mut uri = format!("{}{}", self.endpoints.sp_api(), ask.path);
        if !query.is_empty() {
            uri.push('?');
            uri.push_str(&query.join("&"));
        }
        let date = self.clock.now().format("%Y%m%dT%H%M%SZ").to_string();
        let mut request = Request::builder()
            .method(if ask.body.is_some() { Method::POST } else { Method::GET })
            .uri(uri)
            .extension(Purpose(ask.asked.operation.name()))
            .header(ACCEPT, "application/json")
            .header(USER_AGENT, self.user_agent.clone())
            .header(HeaderName::from_static("x-amz-date"), date)
            .header(HeaderName::from_static("x-amz-access-token"), pass.header.clone());
        if ask.body.is_some() {
            request = request.header(CONTENT_TYPE, "application/json");
        }
        request
            .body(ask.body.clone().unwrap_or_default())
            .map_err(|_| ApiError::new(Some(ask.asked.operation), ErrorKind::InvalidInput))
    }

    /// A plain refusal of access is an old token in disguise when the token's time is over on Amazon's clock: this
    /// computer may have slept, and the texts of the two are not always different (reference: spapi.md F8).
    fn sharpened(&self, verdict: Verdict, pass: &Pass) -> Verdict {
        match verdict {
            Verdict::Final(mut error) | Verdict::Denied(mut error)
                if error.kind == ErrorKind::AccessDenied && self.clock.now() >= pass.ends_at =>
            {
                error.kind = ErrorKind::TokenRejected;
                Verdict::Expired(error)
            }
            verdict => verdict,
        }
    }

    /// Whether a refusal without a reason may mean an old token: one that is no longer fresh, and that is not known to be
    /// refused for something else (reference: spapi.md §3.4, F8).
    fn may_be_the_token(&self, ask: &Ask, pass: &Pass) -> bool {
        let now = self.clock.moment();
        now.saturating_duration_since(pass.obtained) > YOUNG && !self.denials.know(&ask.subjects(), now)
    }

    fn throttled(&self, operation: Operation, answer: &Response<Bytes>) -> ApiError {
        let mut error = ApiError::new(Some(operation), ErrorKind::Throttled);
        error.status = Some(answer.status().as_u16());
        error.request_id = classify::request_id(answer.headers());
        error.retry_at = Some(self.limiter.next_at(operation));
        error
    }

    /// Whether fresh tokens are being refused, so that yet another one would not help.
    fn is_disturbed(&self, pass: &Pass) -> bool {
        let incident = self.incident.lock().unwrap_or_else(PoisonError::into_inner);
        incident.is_some() && self.clock.moment().saturating_duration_since(pass.obtained) < YOUNG
    }

    /// A token that was just issued is refused: a disturbance for half an hour, then the seller's matter.
    fn token_rejected(&self, mut error: ApiError) -> ApiError {
        let since = {
            let mut incident = self.incident.lock().unwrap_or_else(PoisonError::into_inner);
            *incident.get_or_insert_with(Instant::now)
        };
        if since.elapsed() < DISTURBANCE {
            error.retry_at = Some(self.clock.now() + DISTURBANCE_PAUSE);
            return error;
        }
        error.retryable = false;
        error.with_message(
            "Amazon has refused every token for more than half an hour: authorise the application again in Seller Central and enter the new refresh token",
        )
    }
}

fn understood<T>(
    answer: &Response<Bytes>,
    read: &impl Fn(&str) -> Result<T, Unreadable>,
) -> Result<T, Unreadable> {
    let text = json::readable(answer.body())?;
    match read(&text) {
        // A member that comes twice is no reason to lose a page.
        Err(Unreadable::NotJson) => {
            json::without_twins(&text).map_or(Err(Unreadable::NotJson), |mended| read(&mended))
        }
        outcome => outcome,
    }
}

/// Neither path nor query: both may hold what is nobody's business.
fn log(operation: Operation, answer: &Response<Bytes>, sent: Instant) {
    tracing::debug!(
        %operation,
        status = answer.status().as_u16(),
        bytes = answer.body().len(),
        milliseconds = sent.elapsed().as_millis(),
        request_id = classify::request_id(answer.headers()),
        "answered"
    );
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("endpoints", &self.0.endpoints).finish_non_exhaustive()
    }
}
