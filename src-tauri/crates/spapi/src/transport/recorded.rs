//! What left this computer: every request passes here on its way out, whoever sends it.
//!
//! Invariant: what is told of a request holds neither its path nor its query, its headers or its body, only their size;
//! all of these may hold what is nobody's business.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use http::HeaderMap;
use tokio::time::Instant;

use super::{Transport, TransportError};

/// Why a request is sent: the operation's name, or what it is besides those. Travels in the request's extensions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Purpose(pub &'static str);

/// A request and its answer, told from outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exchange {
    /// When it was sent, on this computer's clock, UTC.
    pub at: DateTime<Utc>,
    /// The host, with the port where it is not the usual one.
    pub host: String,
    /// Why it was sent.
    pub purpose: &'static str,
    /// `GET` or `POST`.
    pub method: String,
    /// The answer's status; `None` where none came.
    pub status: Option<u16>,
    /// Bytes that were sent: the line, the headers and the body, before TLS.
    pub bytes_out: u64,
    /// Bytes that came back, likewise, after unpacking.
    pub bytes_in: u64,
    /// How long it took.
    pub milliseconds: u64,
}

/// Is told of every exchange, once it is over.
pub type Recorder = Arc<dyn Fn(Exchange) + Send + Sync>;

/// A transport that tells what passes.
pub struct Recorded {
    inner: Arc<dyn Transport>,
    recorder: Recorder,
    clock: fn() -> DateTime<Utc>,
}

impl Recorded {
    /// Sends over `inner` and tells `recorder`; `clock` is this computer's.
    pub fn new(inner: Arc<dyn Transport>, recorder: Recorder, clock: fn() -> DateTime<Utc>) -> Self {
        Self { inner, recorder, clock }
    }
}

/// Tells of an exchange even if nobody waited for its end: the request has left all the same.
struct Telling<'a> {
    recorder: &'a Recorder,
    begun: Instant,
    exchange: Option<Exchange>,
}

impl Drop for Telling<'_> {
    fn drop(&mut self) {
        if let Some(mut exchange) = self.exchange.take() {
            exchange.milliseconds = u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX);
            (self.recorder)(exchange);
        }
    }
}

#[async_trait]
impl Transport for Recorded {
    async fn send(&self, request: http::Request<Bytes>) -> Result<http::Response<Bytes>, TransportError> {
        let uri = request.uri();
        let line =
            request.method().as_str().len() + uri.path_and_query().map_or(0, |path| path.as_str().len());
        let exchange = Exchange {
            at: (self.clock)(),
            host: uri.authority().map_or_else(String::new, |authority| match authority.port_u16() {
                Some(port) => format!("{}:{port}", authority.host()),
                None => authority.host().to_owned(),
            }),
            purpose: request.extensions().get::<Purpose>().map_or("other", |purpose| purpose.0),
            method: request.method().to_string(),
            status: None,
            bytes_out: size(line, request.headers(), request.body()),
            bytes_in: 0,
            milliseconds: 0,
        };
        let mut telling =
            Telling { recorder: &self.recorder, begun: Instant::now(), exchange: Some(exchange) };
        let answer = self.inner.send(request).await;
        if let (Ok(answer), Some(exchange)) = (&answer, &mut telling.exchange) {
            exchange.status = Some(answer.status().as_u16());
            exchange.bytes_in = size(0, answer.headers(), answer.body());
        }
        answer
    }
}

/// Bytes of a message in HTTP/1.1's spelling, nearly.
fn size(line: usize, headers: &HeaderMap, body: &Bytes) -> u64 {
    let headers: usize = headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum();
    (line + headers + body.len()) as u64
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    struct Answers(Result<u16, TransportError>);

    #[async_trait]
    impl Transport for Answers {
        async fn send(&self, _: http::Request<Bytes>) -> Result<http::Response<Bytes>, TransportError> {
            let status = self.0.clone()?;
            let mut answer = http::Response::new(Bytes::from_static(b"canary answer"));
            *answer.status_mut() = http::StatusCode::from_u16(status).unwrap();
            Ok(answer)
        }
    }

    async fn told(answer: Result<u16, TransportError>) -> Exchange {
        let told: Arc<Mutex<Vec<Exchange>>> = Arc::default();
        let sink = Arc::clone(&told);
        let recorder: Recorder = Arc::new(move |exchange| sink.lock().unwrap().push(exchange));
        let transport = Recorded::new(Arc::new(Answers(answer)), recorder, Utc::now);
        let request = http::Request::post("https://api.amazon.co.uk/orders/203-1?canary=1")
            .extension(Purpose("getOrder"))
            .header("x-amz-access-token", "canary")
            .body(Bytes::from_static(b"canary body"))
            .unwrap();
        let _ = transport.send(request).await;
        let mut told = told.lock().unwrap();
        assert_eq!(told.len(), 1);
        told.remove(0)
    }

    #[tokio::test]
    async fn an_exchange_is_told_by_its_size_and_not_by_its_content() {
        let told = told(Ok(429)).await;
        assert_eq!(
            (told.host.as_str(), told.purpose, told.status),
            ("api.amazon.co.uk", "getOrder", Some(429))
        );
        assert_eq!((told.bytes_out, told.bytes_in), (4 + 22 + 18 + 6 + 4 + 11, 13));
        let text = format!("{told:?}");
        assert!(!text.contains("canary") && !text.contains("203-1"), "{text}");
    }

    #[tokio::test]
    async fn one_without_an_answer_is_told_too() {
        let told = told(Err(TransportError::Timeout)).await;
        assert_eq!((told.status, told.bytes_in), (None, 0));
    }
}
