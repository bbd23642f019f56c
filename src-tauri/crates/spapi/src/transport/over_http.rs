//! The transport over real HTTP: reqwest with rustls, the system's certificates and no surprises.
//!
//! Owns the time limits of the fault catalogue (reference: reliability-performance.md §4 rows 5, 6), with the patience that
//! Amazon's slow answers ask for (spapi.md §3.4), and the cap on bodies. Loopback is never reached through a proxy.

use std::error::Error as _;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::redirect::Policy;
use rustls::crypto::ring;
use rustls::{CertificateError, ClientConfig};

use super::{Transport, TransportError};
use crate::endpoints::is_loopback;

/// How long the parts of a call may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// From the first packet to a secured connection.
    pub connect: Duration,
    /// From the request to the head of its answer, and between two reads of the body.
    pub read: Duration,
    /// For everything together.
    pub total: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self { connect: Duration::from_secs(10), read: Duration::from_mins(1), total: Duration::from_mins(3) }
    }
}

/// The largest body that is read: a page of 100 orders has less than one megabyte.
const BODY_CAP: usize = 64 << 20;

/// Sends requests over the network.
#[derive(Debug, Clone)]
pub struct HttpTransport {
    outward: reqwest::Client,
    loopback: reqwest::Client,
    body_cap: usize,
}

impl HttpTransport {
    /// A transport with the usual time limits.
    pub fn new() -> Result<Self, TransportError> {
        Self::with_timeouts(Timeouts::default())
    }

    /// A transport with other time limits.
    pub fn with_timeouts(timeouts: Timeouts) -> Result<Self, TransportError> {
        let tls = tls()?;
        let builder = || {
            reqwest::Client::builder()
                .tls_backend_preconfigured(tls.clone())
                .dns_resolver(Arc::new(SystemResolver))
                .redirect(Policy::none())
                .referer(false)
                .connect_timeout(timeouts.connect)
                .read_timeout(timeouts.read)
                .timeout(timeouts.total)
                .pool_idle_timeout(Duration::from_mins(1))
        };
        Ok(Self {
            outward: builder().build().map_err(|error| explain(&error))?,
            loopback: builder().no_proxy().build().map_err(|error| explain(&error))?,
            body_cap: BODY_CAP,
        })
    }

    /// The same transport with another cap on bodies, in bytes.
    #[must_use]
    pub fn with_body_cap(self, body_cap: usize) -> Self {
        Self { body_cap, ..self }
    }
}

/// TLS 1.2 and 1.3 with the operating system's trust. Where the system has no certificates at all, the transport still
/// serves loopback; every outside connection then fails as not trusted.
fn tls() -> Result<ClientConfig, TransportError> {
    let provider = Arc::new(ring::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|error| TransportError::Tls(error.to_string()))?;
    Ok(match rustls_platform_verifier::Verifier::new(provider) {
        Ok(verifier) => {
            builder.dangerous().with_custom_certificate_verifier(Arc::new(verifier)).with_no_client_auth()
        }
        Err(error) => {
            tracing::warn!(%error, "the system has no certificates: install the package ca-certificates");
            builder.with_root_certificates(rustls::RootCertStore::empty()).with_no_client_auth()
        }
    })
}

#[async_trait]
impl Transport for HttpTransport {
    async fn send(&self, request: http::Request<Bytes>) -> Result<http::Response<Bytes>, TransportError> {
        let near = request.uri().host().is_some_and(is_loopback);
        let client = if near { &self.loopback } else { &self.outward };
        let request = reqwest::Request::try_from(request).map_err(|error| explain(&error))?;
        let mut response = client.execute(request).await.map_err(|error| explain(&error))?;
        let mut body = BytesMut::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| explain(&error))? {
            if body.len() + chunk.len() > self.body_cap {
                return Err(TransportError::TooLarge((self.body_cap >> 20) as u64));
            }
            body.extend_from_slice(&chunk);
        }
        let mut answer = http::Response::new(body.freeze());
        *answer.status_mut() = response.status();
        *answer.headers_mut() = std::mem::take(response.headers_mut());
        Ok(answer)
    }
}

/// The system's resolver, with failures that can be told from others.
struct SystemResolver;

/// A name that could not be resolved.
#[derive(Debug, thiserror::Error)]
#[error("the name could not be resolved")]
struct Unresolved;

impl Resolve for SystemResolver {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found: Vec<SocketAddr> =
                tokio::net::lookup_host((name.as_str(), 0)).await.map_err(|_| Unresolved)?.collect();
            if found.is_empty() {
                return Err(Unresolved.into());
            }
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

/// Finds the cause at the bottom of reqwest's chain of errors.
fn explain(error: &reqwest::Error) -> TransportError {
    let mut cause = error.source();
    while let Some(inner) = cause {
        if let Some(found) = recognised(inner, error.is_connect()) {
            return found;
        }
        cause = inner.source();
    }
    if error.is_timeout() {
        return if error.is_connect() { TransportError::ConnectTimeout } else { TransportError::Timeout };
    }
    if error.is_decode() {
        return TransportError::Damaged;
    }
    if error.is_connect() {
        return TransportError::Unreachable;
    }
    if error.is_body() || error.is_request() {
        return TransportError::Broken;
    }
    TransportError::Other("it could not be built".to_owned())
}

/// Why TLS does not trust the other side, in words for the cases that a seller can do something about.
fn distrust(error: &rustls::Error) -> String {
    match error {
        rustls::Error::InvalidCertificate(
            CertificateError::Expired | CertificateError::ExpiredContext { .. },
        ) => "its certificate has expired".to_owned(),
        rustls::Error::InvalidCertificate(
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. },
        ) => "its certificate is not valid yet".to_owned(),
        rustls::Error::InvalidCertificate(
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
        ) => "its certificate is for another name".to_owned(),
        rustls::Error::InvalidCertificate(CertificateError::UnknownIssuer) => {
            "nobody whom this computer trusts has signed its certificate".to_owned()
        }
        other => other.to_string(),
    }
}

fn recognised(error: &(dyn std::error::Error + 'static), connecting: bool) -> Option<TransportError> {
    if error.is::<Unresolved>() {
        return Some(TransportError::Dns);
    }
    if let Some(tls) = error.downcast_ref::<rustls::Error>() {
        return Some(TransportError::Tls(distrust(tls)));
    }
    let io = error.downcast_ref::<io::Error>()?;
    // An I/O error that carries another one passes it over as a source, so it has to be opened.
    if let Some(found) = io.get_ref().and_then(|inner| recognised(inner, connecting)) {
        return Some(found);
    }
    match io.kind() {
        io::ErrorKind::ConnectionRefused => Some(TransportError::Refused),
        io::ErrorKind::NetworkUnreachable | io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkDown => {
            Some(TransportError::Unreachable)
        }
        io::ErrorKind::ConnectionReset
        | io::ErrorKind::ConnectionAborted
        | io::ErrorKind::BrokenPipe
        | io::ErrorKind::NotConnected
            if !connecting =>
        {
            Some(TransportError::Broken)
        }
        _ => None,
    }
}
