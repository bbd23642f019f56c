//! The line to the place that has newer versions: whom it may lead to, and what is told of it.
//!
//! Every request is in the list of what leaves this computer, with the status and the size of its answer: also those of a
//! place that sends on to another, and those that end badly. The updater tells neither, so it is not left to ask; it is
//! given what was fetched here. Nothing goes over a line that others can listen to, wherever it is sent on to.

use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use packlight_engine::diagnostics::{Exchange, NetworkJournal};
use reqwest::header::{ACCEPT, HeaderMap, LOCATION, USER_AGENT};
use reqwest::redirect::Policy;
use reqwest::{Client, Response, StatusCode};
use tauri::Url;

use crate::session::Desk;

/// How often a request is sent on at most.
const LONGEST: usize = 10;

/// How long a place may take to be reached, to answer, and to send the next part.
const PATIENCE: Duration = Duration::from_secs(20);

/// What is wanted, and how much of it is taken.
pub(super) struct Wanted {
    /// What the list of requests calls it.
    pub(super) purpose: &'static str,
    /// The kind of answer that is asked for.
    pub(super) accept: &'static str,
    /// The largest answer that is taken, in bytes.
    pub(super) most: u64,
    /// How long it may take altogether; `None` where that depends on the line.
    pub(super) within: Option<Duration>,
}

/// A list of releases.
pub(super) const LIST: Wanted =
    Wanted { purpose: "update check", accept: "application/json", most: 4 << 20, within: Some(PATIENCE) };

/// A version to be installed.
pub(super) const PACKAGE: Wanted =
    Wanted { purpose: "update package", accept: "application/octet-stream", most: 1 << 30, within: None };

/// What came, whatever its status.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) body: Vec<u8>,
}

/// Why nothing came that could be taken.
#[derive(Debug, thiserror::Error)]
pub(super) enum LineError {
    /// It was sent on to where nobody is asked.
    #[error("it sends on to a place that is not asked ({0})")]
    SentOn(String),
    /// More came than is taken.
    #[error("its answer is too large")]
    TooLarge,
    /// No answer, or not all of it.
    #[error(transparent)]
    Broken(#[from] reqwest::Error),
}

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

/// Fetches what a place has, from where it sends on to if it does, and notes each request in the list.
pub(super) async fn fetch(desk: &Desk, url: &Url, wanted: &Wanted) -> Result<Answer, LineError> {
    let mut told = Vec::new();
    let fetched = follow(url, wanted, &mut told).await;
    // The demo has a list of its own, which goes with it.
    if !desk.is_demo()
        && let Ok(engine) = desk.open_engine().await
    {
        for exchange in &told {
            engine.note_exchange(exchange);
        }
    } else {
        let journal = NetworkJournal::of(desk.data_folder());
        for exchange in &told {
            journal.add(exchange);
        }
    }
    fetched
}

/// Asks one place after the other; `told` gets every request, however it ended.
async fn follow(first: &Url, wanted: &Wanted, told: &mut Vec<Exchange>) -> Result<Answer, LineError> {
    let begun = Instant::now();
    let mut url = first.clone();
    loop {
        // Never from a closed line to an open one, though that may end on this computer.
        if !is_safe(&url) || (first.scheme() == "https" && url.scheme() != "https") {
            return Err(LineError::SentOn(open_line(&url)));
        }
        if told.len() > LONGEST {
            return Err(LineError::SentOn("it is sent on too often".to_owned()));
        }
        let (at, since) = (Utc::now(), Instant::now());
        let mut exchange = exchange(at, &url, wanted.purpose);
        let left = wanted.within.map(|within| within.saturating_sub(begun.elapsed()));
        let answered = ask(&url, wanted, left, &mut exchange).await;
        exchange.milliseconds = since.elapsed().as_millis().try_into().unwrap_or(u64::MAX);
        told.push(exchange);
        match answered? {
            (_, Some(next)) => url = next,
            (answer, None) => return Ok(answer),
        }
    }
}

fn exchange(at: DateTime<Utc>, url: &Url, purpose: &'static str) -> Exchange {
    Exchange {
        at,
        host: host_of(url),
        purpose,
        method: "GET".to_owned(),
        status: None,
        bytes_out: 0,
        bytes_in: 0,
        milliseconds: 0,
    }
}

/// Asks one place, notes how much went and came, and returns where it sends on to.
async fn ask(
    url: &Url,
    wanted: &Wanted,
    left: Option<Duration>,
    exchange: &mut Exchange,
) -> Result<(Answer, Option<Url>), LineError> {
    let client = client(url)?;
    let mut request = client
        .get(url.clone())
        .header(USER_AGENT, concat!("Packlight/", env!("CARGO_PKG_VERSION")))
        .header(ACCEPT, wanted.accept);
    if let Some(left) = left {
        request = request.timeout(left);
    }
    let request = request.build()?;
    let line = "GET".len() + url.path().len() + url.query().map_or(0, |query| query.len() + 1);
    exchange.bytes_out = line as u64 + size(request.headers());
    let mut response = client.execute(request).await?;
    exchange.status = Some(response.status().as_u16());
    let heads = size(response.headers());
    exchange.bytes_in = heads;
    let next = sent_on(url, &response);
    let mut body = Vec::new();
    while let Some(part) = response.chunk().await? {
        exchange.bytes_in += part.len() as u64;
        if exchange.bytes_in - heads > wanted.most {
            return Err(LineError::TooLarge);
        }
        body.extend_from_slice(&part);
    }
    Ok((Answer { status: response.status(), body }, next))
}

/// Follows nothing by itself, and asks on this computer directly.
fn client(url: &Url) -> Result<Client, reqwest::Error> {
    // Somebody may have done so already; it is the same for all.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = Client::builder()
        .redirect(Policy::none())
        .referer(false)
        .connect_timeout(PATIENCE)
        .read_timeout(PATIENCE);
    if url.scheme() == "http" { client.no_proxy() } else { client }.build()
}

/// Where an answer sends on to.
fn sent_on(url: &Url, response: &Response) -> Option<Url> {
    let moved = matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308);
    let to = response.headers().get(LOCATION).filter(|_| moved)?;
    url.join(to.to_str().ok()?).ok()
}

/// Bytes of a message's headers in HTTP/1.1's spelling, nearly.
fn size(headers: &HeaderMap) -> u64 {
    headers.iter().map(|(name, value)| (name.as_str().len() + value.len() + 4) as u64).sum()
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

    /// An answer with one more header than the length of its body.
    fn answer(status: &str, header: &str, body: &str) -> String {
        format!("HTTP/1.1 {status}\r\n{header}\r\ncontent-length: {}\r\n\r\n{body}", body.len())
    }

    fn sent_on(to: &str) -> String {
        answer("302 Found", &format!("location: {to}"), "over there")
    }

    /// Host, status and size of each request.
    async fn told(url: &Url) -> (Vec<(String, Option<u16>, u64)>, Result<Answer, LineError>) {
        let mut told = Vec::new();
        let wanted = Wanted { most: 1_000, ..LIST };
        let fetched = follow(url, &wanted, &mut told).await;
        assert!(told.iter().all(|one| one.bytes_out > 50 && one.purpose == "update check"), "{told:?}");
        (told.into_iter().map(|one| (one.host, one.status, one.bytes_in)).collect(), fetched)
    }

    /// The size of an answer's headers: all of it but the first line, the empty one and the body.
    fn heads(answer: &str) -> u64 {
        let head = answer.split("\r\n\r\n").next().unwrap();
        (head.len() + 2 - head.find("\r\n").unwrap() - 2) as u64
    }

    #[tokio::test]
    async fn every_place_that_is_asked_is_told_with_status_and_size() {
        for (status, body) in [("200 OK", "{}"), ("204 No Content", ""), ("404 Not Found", "no such list")] {
            let ended = answer(status, "x-a: b", body);
            let last = place(vec![ended.clone()]).await;
            let moved = sent_on(last.as_str());
            let first = place(vec![moved.clone()]).await;
            let (told, fetched) = told(&first).await;
            let code = status[..3].parse().unwrap();
            assert_eq!(
                told,
                [
                    (host_of(&first), Some(302), heads(&moved) + 10),
                    (host_of(&last), Some(code), heads(&ended) + body.len() as u64)
                ]
            );
            let answer = fetched.unwrap();
            assert_eq!((answer.status.as_u16(), answer.body.as_slice()), (code, body.as_bytes()));
        }
    }

    #[tokio::test]
    async fn what_ends_badly_is_told_as_far_as_it_went() {
        let cut_off = "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf";
        let (told_of, fetched) = told(&place(vec![cut_off.to_owned()]).await).await;
        assert!(matches!(fetched, Err(LineError::Broken(_))), "{fetched:?}");
        assert_eq!((told_of[0].1, told_of[0].2), (Some(200), heads(cut_off) + 4));

        let (told_of, fetched) = told(&place(vec![String::new()]).await).await;
        assert!(matches!(fetched, Err(LineError::Broken(_))), "{fetched:?}");
        assert_eq!((told_of[0].1, told_of[0].2), (None, 0));

        let long = answer("200 OK", "x-a: b", &"x".repeat(1_001));
        let (told_of, fetched) = told(&place(vec![long]).await).await;
        assert!(matches!(fetched, Err(LineError::TooLarge)), "{fetched:?}");
        assert_eq!(told_of[0].1, Some(200));
    }

    #[tokio::test]
    async fn nobody_is_sent_on_to_an_open_line_or_for_ever() {
        for (to, why, places) in [
            ("http://example.org/package", "example.org is not asked, because others could read", 1),
            ("/list", "it is sent on too often", 1 + LONGEST),
        ] {
            let url = place(vec![sent_on(to); 20]).await;
            let (told, fetched) = told(&url).await;
            let Err(LineError::SentOn(told_why)) = fetched else { panic!("{fetched:?}") };
            assert!(told_why.starts_with(why), "{told_why}");
            assert_eq!(told.len(), places);
            assert!(told.iter().all(|one| one.1 == Some(302)), "the answer that sends on, too: {told:?}");
        }
    }
}
