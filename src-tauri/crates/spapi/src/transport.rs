//! How a request leaves the computer: a seam, so that tests answer in process and on virtual time.
//!
//! A transport carries one request and brings one complete answer or says why not. It never follows a redirect, never
//! keeps a cookie, and reads no more than a bounded body. Its errors name no URL and no header.

use async_trait::async_trait;
use bytes::Bytes;

mod over_http;
mod recorded;

pub use over_http::{HttpTransport, Timeouts};
pub use recorded::{Exchange, Purpose, Recorded, Recorder};

/// Carries requests.
#[async_trait]
pub trait Transport: Send + Sync {
    /// Sends `request` and reads the whole answer, whatever its status.
    async fn send(&self, request: http::Request<Bytes>) -> Result<http::Response<Bytes>, TransportError>;
}

/// Why no answer came. The text is a sentence for the seller.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TransportError {
    /// The name could not be resolved.
    #[error("the name of Amazon's server could not be found")]
    Dns,
    /// Nobody listens there.
    #[error("the server refused the connection")]
    Refused,
    /// There is no way to the network.
    #[error("the network cannot be reached")]
    Unreachable,
    /// The connection was not made in time.
    #[error("no connection could be made in time")]
    ConnectTimeout,
    /// The other side could not prove who it is; the reason is that of the TLS library.
    #[error("the connection is not trusted ({0})")]
    Tls(String),
    /// The answer did not come in time.
    #[error("the answer did not come in time")]
    Timeout,
    /// The connection broke before the answer was complete.
    #[error("the connection broke before the answer was complete")]
    Broken,
    /// The body could not be unpacked, or was not as long as announced.
    #[error("the answer arrived damaged")]
    Damaged,
    /// The body is larger than any honest answer.
    #[error("the answer is larger than {0} MB")]
    TooLarge(u64),
    /// Anything else.
    #[error("the request could not be sent ({0})")]
    Other(String),
}

impl TransportError {
    /// Whether the request surely never reached Amazon, so that it cost no token.
    pub fn never_left(&self) -> bool {
        matches!(
            self,
            Self::Dns
                | Self::Refused
                | Self::Unreachable
                | Self::ConnectTimeout
                | Self::Tls(_)
                | Self::Other(_)
        )
    }
}
