//! The line to the place that has newer versions: whom it may lead to, and what is told of it.
//!
//! Every request is in the list of what leaves this computer, also those of a place that sends on to another; and none
//! goes over a line that others can listen to, wherever it is sent on to.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use chrono::{DateTime, Utc};
use packlight_engine::diagnostics::{Exchange, NetworkJournal};
use reqwest::redirect::Policy;
use tauri::Url;

use crate::session::Desk;

/// How often a request is sent on at most.
const LONGEST: usize = 10;

/// Whether a place may be asked: nobody else can listen, or change the answer.
pub(super) fn is_safe(url: &Url) -> bool {
    let here = match url.host_str() {
        Some("localhost") => true,
        Some(host) => {
            host.trim_matches(['[', ']']).parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
        }
        None => false,
    };
    url.scheme() == "https" || (url.scheme() == "http" && here)
}

pub(super) fn open_line(url: &Url) -> String {
    format!(
        "{} is not asked, because others could read and change the answer: use an address that begins with https://",
        host_of(url)
    )
}

pub(super) fn host_of(url: &Url) -> String {
    match (url.host_str(), url.port()) {
        (Some(host), Some(port)) => format!("{host}:{port}"),
        (Some(host), None) => host.to_owned(),
        (None, _) => format!("{}:", url.scheme()),
    }
}

/// The places that a request was sent on to, as they come. Clones share them.
#[derive(Clone, Default)]
pub(super) struct Trail(Arc<Mutex<Vec<Hop>>>);

/// A place that sent on, with its answer, and where to.
struct Hop {
    status: u16,
    to: String,
    at: DateTime<Utc>,
    since: Instant,
}

impl Trail {
    /// Follows what is safe, and notes it.
    pub(super) fn policy(&self) -> Policy {
        let trail = self.clone();
        Policy::custom(move |attempt| {
            if attempt.previous().len() > LONGEST {
                return attempt.error("it is sent on too often");
            }
            if !is_safe(attempt.url()) {
                let why = open_line(attempt.url());
                return attempt.error(why);
            }
            let (status, to) = (attempt.status().as_u16(), host_of(attempt.url()));
            trail.hops().push(Hop { status, to, at: Utc::now(), since: Instant::now() });
            attempt.follow()
        })
    }

    fn hops(&self) -> std::sync::MutexGuard<'_, Vec<Hop>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A request that goes past the engine's line, for its list of everything that leaves this computer.
pub(super) struct Begun {
    at: DateTime<Utc>,
    since: Instant,
    host: String,
    purpose: &'static str,
    trail: Trail,
}

impl Begun {
    pub(super) fn now(url: &Url, purpose: &'static str, trail: &Trail) -> Self {
        trail.hops().clear();
        Self { at: Utc::now(), since: Instant::now(), host: host_of(url), purpose, trail: trail.clone() }
    }

    /// Notes it with every place that it was sent on to; `status` is that of the last.
    pub(super) async fn tell(self, desk: &Desk, status: Option<u16>, bytes_in: usize) {
        let exchanges = self.exchanges(status, bytes_in);
        // The demo has a list of its own, which goes with it.
        if !desk.is_demo()
            && let Ok(engine) = desk.open_engine().await
        {
            for exchange in &exchanges {
                engine.note_exchange(exchange);
            }
        } else {
            let journal = NetworkJournal::of(desk.data_folder());
            for exchange in &exchanges {
                journal.add(exchange);
            }
        }
    }

    fn exchanges(self, status: Option<u16>, bytes_in: usize) -> Vec<Exchange> {
        let exchange = |at, host, status, bytes_in, took: std::time::Duration| Exchange {
            at,
            host,
            purpose: self.purpose,
            method: "GET".to_owned(),
            status,
            bytes_out: 0,
            bytes_in,
            milliseconds: took.as_millis().try_into().unwrap_or(u64::MAX),
        };
        let (mut at, mut since, mut host) = (self.at, self.since, self.host);
        let mut told = Vec::new();
        for hop in self.trail.hops().drain(..) {
            told.push(exchange(at, host, Some(hop.status), 0, hop.since - since));
            (at, since, host) = (hop.at, hop.since, hop.to);
        }
        told.push(exchange(at, host, status, bytes_in.try_into().unwrap_or(u64::MAX), since.elapsed()));
        told
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::*;

    /// A place that answers each request with the next of these.
    async fn place(answers: Vec<String>) -> Url {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/list", listener.local_addr().unwrap()).parse().unwrap();
        tokio::spawn(async move {
            for answer in answers {
                let (mut stream, _) = listener.accept().await.unwrap();
                let _ = stream.read(&mut [0; 4_096]).await.unwrap();
                stream.write_all(answer.as_bytes()).await.unwrap();
                stream.shutdown().await.unwrap();
            }
        });
        url
    }

    fn sent_on(to: &str) -> String {
        format!("HTTP/1.1 302 Found\r\nlocation: {to}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
    }

    fn answer() -> String {
        "HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}".to_owned()
    }

    async fn asked(url: &Url, trail: &Trail) -> Result<u16, reqwest::Error> {
        // As the updater does, for clients that may have to do with HTTPS.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder().redirect(trail.policy()).no_proxy().build().unwrap();
        client.get(url.clone()).send().await.map(|response| response.status().as_u16())
    }

    #[tokio::test]
    async fn every_place_that_is_asked_is_told() {
        let last = place(vec![answer()]).await;
        let first = place(vec![sent_on(last.as_str())]).await;
        let trail = Trail::default();
        let begun = Begun::now(&first, "update package", &trail);
        let status = asked(&first, &trail).await.unwrap();
        let told = begun.exchanges(Some(status), 2);
        let told: Vec<_> = told.iter().map(|one| (one.host.clone(), one.status, one.bytes_in)).collect();
        assert_eq!(told, [(host_of(&first), Some(302), 0), (host_of(&last), Some(200), 2)]);
    }

    #[tokio::test]
    async fn nobody_is_sent_on_to_an_open_line_or_for_ever() {
        for (to, why) in [
            ("http://example.org/package", "example.org is not asked, because others could read"),
            ("/list", "it is sent on too often"),
        ] {
            let url = place(vec![sent_on(to); 20]).await;
            let error = asked(&url, &Trail::default()).await.unwrap_err();
            assert!(error.is_redirect(), "{error}");
            let source = std::error::Error::source(&error).unwrap().to_string();
            assert!(source.starts_with(why), "{source}");
        }
    }
}
