//! An Amazon of a few lines, a ledger in memory, and a client between them.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use packlight_domain::account::Region;
use packlight_spapi::{
    BucketState, Client, ClientConfig, Credentials, Endpoints, Errand, IncludedData, Ledger, LedgerError,
    Operation, Patience, Priority, SearchOrders, Transport, TransportError, UserAgent,
};
use tokio::time::Instant;

pub(crate) const SECRET: &str = "canary-client-secret";
pub(crate) const REFRESH: &str = "Atzr|canary-refresh";
pub(crate) const ACCESS: &str = "Atza|canary-access";

/// Where a test's Amazon begins.
pub(crate) fn noon() -> DateTime<Utc> {
    "2026-01-18T12:00:00Z".parse().unwrap()
}

/// A request as it arrived.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) method: String,
    pub(crate) host: String,
    pub(crate) path: String,
    /// Decoded.
    pub(crate) query: BTreeMap<String, String>,
    pub(crate) raw_query: String,
    pub(crate) headers: HashMap<String, String>,
    pub(crate) body: String,
    /// Since the start of the test.
    pub(crate) at: Duration,
}

impl Seen {
    pub(crate) fn is_token(&self) -> bool {
        self.path == "/auth/o2/token"
    }
}

/// What Amazon says to a request.
#[derive(Debug, Clone)]
pub(crate) struct Says {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Vec<u8>,
    pub(crate) fails: Option<TransportError>,
}

impl Says {
    pub(crate) fn json(status: u16, body: impl Into<String>) -> Self {
        let headers =
            vec![("content-type", "application/json".to_owned()), ("x-amzn-RequestId", "req-7".to_owned())];
        Self { status, headers, body: body.into().into_bytes(), fails: None }
    }

    pub(crate) fn error(status: u16, code: &str, message: &str, details: &str) -> Self {
        let error = serde_json::json!({"errors": [{"code": code, "message": message, "details": details}]});
        Self::json(status, error.to_string())
    }

    pub(crate) fn raw(status: u16, kind: &str, body: impl Into<Vec<u8>>) -> Self {
        Self { status, headers: vec![("content-type", kind.to_owned())], body: body.into(), fails: None }
    }

    pub(crate) fn nothing(reason: TransportError) -> Self {
        Self { status: 0, headers: Vec::new(), body: Vec::new(), fails: Some(reason) }
    }

    pub(crate) fn throttled() -> Self {
        Self::error(429, "QuotaExceeded", "You exceeded your quota for the requested resource.", "")
    }

    pub(crate) fn expired() -> Self {
        Self::error(
            403,
            "Unauthorized",
            "Access to requested resource is denied.",
            "The access token you provided has expired.",
        )
    }

    pub(crate) fn token(lifetime: i64) -> Self {
        Self::json(
            200,
            format!(
                r#"{{"access_token":"{ACCESS}","refresh_token":"{REFRESH}","token_type":"bearer","expires_in":{lifetime}}}"#
            ),
        )
    }

    /// The only page of an empty list.
    pub(crate) fn page() -> Self {
        Self::json(200, r#"{"orders":[],"lastUpdatedBefore":"2026-01-18T11:57:55Z"}"#)
    }

    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

type Script = dyn FnMut(&Seen) -> Says + Send;

/// Answers by a script.
pub(crate) struct Scripted {
    script: Mutex<Box<Script>>,
    seen: Mutex<Vec<Seen>>,
    started: Instant,
    latency: Duration,
    log: Arc<Log>,
}

/// What happened, in its sequence.
#[derive(Default)]
pub(crate) struct Log(pub(crate) Mutex<Vec<String>>);

impl Log {
    fn write(&self, line: String) {
        self.0.lock().unwrap().push(line);
    }
}

#[async_trait]
impl Transport for Scripted {
    async fn send(&self, request: http::Request<Bytes>) -> Result<http::Response<Bytes>, TransportError> {
        let uri = request.uri();
        let raw_query = uri.query().unwrap_or("").to_owned();
        let seen = Seen {
            method: request.method().to_string(),
            host: uri.host().unwrap_or("").to_owned(),
            path: uri.path().to_owned(),
            query: url::form_urlencoded::parse(raw_query.as_bytes()).into_owned().collect(),
            raw_query,
            headers: request
                .headers()
                .iter()
                .map(|(name, value)| (name.to_string(), value.to_str().unwrap_or("?").to_owned()))
                .collect(),
            body: String::from_utf8(request.body().to_vec()).unwrap(),
            at: self.started.elapsed(),
        };
        self.log.write(format!("send {}", seen.path));
        self.seen.lock().unwrap().push(seen.clone());
        tokio::time::sleep(self.latency).await;
        let says = (self.script.lock().unwrap())(&seen);
        if let Some(reason) = says.fails {
            return Err(reason);
        }
        let date = noon() + TimeDelta::from_std(self.started.elapsed()).unwrap();
        let mut answer = http::Response::builder().status(says.status);
        if !says.headers.iter().any(|(name, _)| *name == "date") {
            answer = answer.header("date", date.format("%a, %d %b %Y %H:%M:%S GMT").to_string());
        }
        for (name, value) in says.headers {
            answer = answer.header(name, value);
        }
        Ok(answer.body(Bytes::from(says.body)).unwrap())
    }
}

/// Keeps buckets in memory.
#[derive(Default)]
pub(crate) struct MemoryLedger {
    pub(crate) states: Mutex<HashMap<Operation, BucketState>>,
    pub(crate) broken: AtomicBool,
    log: Arc<Log>,
}

#[async_trait]
impl Ledger for MemoryLedger {
    async fn load(&self, operation: Operation) -> Result<Option<BucketState>, LedgerError> {
        Ok(self.states.lock().unwrap().get(&operation).copied())
    }

    async fn save(&self, operation: Operation, state: &BucketState) -> Result<(), LedgerError> {
        if self.broken.load(Ordering::Relaxed) {
            return Err(LedgerError("disk full".to_owned()));
        }
        // A real ledger takes its time, and others run meanwhile.
        tokio::task::yield_now().await;
        self.log.write(format!("save {operation} {}", state.tokens_nano));
        self.states.lock().unwrap().insert(operation, *state);
        Ok(())
    }
}

/// A client, its Amazon and its ledger.
pub(crate) struct Desk {
    pub(crate) client: Client,
    pub(crate) wire: Arc<Scripted>,
    pub(crate) ledger: Arc<MemoryLedger>,
    pub(crate) log: Arc<Log>,
}

pub(crate) fn credentials() -> Credentials {
    Credentials {
        client_id: "amzn1.application-oa2-client.0123456789abcdef".to_owned(),
        client_secret: SECRET.to_owned().into(),
        refresh_token: REFRESH.to_owned().into(),
    }
}

pub(crate) fn user_agent() -> UserAgent {
    UserAgent { app: "Packlight".into(), version: "0.1.0".into(), platform: "Linux/6.1".into() }
}

/// A desk whose Amazon gives good tokens and answers the rest by `script`.
pub(crate) fn desk(script: impl FnMut(&Seen) -> Says + Send + 'static) -> Desk {
    Setup::default().open(script)
}

pub(crate) struct Setup {
    pub(crate) latency: Duration,
    pub(crate) states: HashMap<Operation, BucketState>,
    /// Also token requests go to the script.
    pub(crate) own_sign_in: bool,
}

impl Default for Setup {
    fn default() -> Self {
        Self { latency: Duration::ZERO, states: HashMap::new(), own_sign_in: false }
    }
}

impl Setup {
    pub(crate) fn open(self, mut script: impl FnMut(&Seen) -> Says + Send + 'static) -> Desk {
        let log = Arc::new(Log::default());
        let own = self.own_sign_in;
        let wire = Arc::new(Scripted {
            script: Mutex::new(Box::new(move |seen| {
                if seen.is_token() && !own { Says::token(3_600) } else { script(seen) }
            })),
            seen: Mutex::default(),
            started: Instant::now(),
            latency: self.latency,
            log: Arc::clone(&log),
        });
        let ledger = Arc::new(MemoryLedger {
            states: Mutex::new(self.states),
            broken: AtomicBool::new(false),
            log: Arc::clone(&log),
        });
        let client = Client::new(ClientConfig {
            transport: Arc::clone(&wire) as Arc<dyn Transport>,
            endpoints: Endpoints::of(Region::Eu),
            credentials: credentials(),
            ledger: Arc::clone(&ledger) as Arc<dyn Ledger>,
            user_agent: user_agent(),
            local_now: noon(),
            sleep: packlight_spapi::SleepClock::sleepless(),
        });
        Desk { client, wire, ledger, log }
    }
}

impl Desk {
    /// Requests to the Selling Partner API.
    pub(crate) fn calls(&self) -> Vec<Seen> {
        self.wire.seen.lock().unwrap().iter().filter(|seen| !seen.is_token()).cloned().collect()
    }

    /// Requests for a token.
    pub(crate) fn token_requests(&self) -> Vec<Seen> {
        self.wire.seen.lock().unwrap().iter().filter(|seen| seen.is_token()).cloned().collect()
    }

    pub(crate) fn lines(&self) -> Vec<String> {
        self.log.0.lock().unwrap().clone()
    }
}

/// Answers from a list, the last one for ever.
pub(crate) fn in_turn(answers: impl IntoIterator<Item = Says>) -> impl FnMut(&Seen) -> Says + Send + 'static {
    let mut answers: std::collections::VecDeque<_> = answers.into_iter().collect();
    move |_| if answers.len() > 1 { answers.pop_front().unwrap() } else { answers[0].clone() }
}

pub(crate) fn search() -> SearchOrders {
    SearchOrders {
        last_updated_after: noon() - TimeDelta::days(30),
        last_updated_before: Some(noon() - TimeDelta::seconds(125)),
        marketplace_ids: vec!["A1F83G8C2ARO7P".to_owned()],
        fulfillment_statuses: Vec::new(),
        included: IncludedData::ALL,
        page_token: None,
        page_size: 100,
    }
}

pub(crate) fn errand() -> Errand {
    Errand::new(Priority::Waited)
}

pub(crate) fn with_patience(patience: Patience) -> Errand {
    Errand { patience, ..errand() }
}
