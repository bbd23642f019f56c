//! The transport on a real socket: what breaks on a wire is an error, never half an answer.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use packlight_domain::account::Region;
use packlight_spapi::{
    Client, ClientConfig, Endpoints, HttpTransport, Ledger, Overrides, Timeouts, Transport, TransportError,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::support::{MemoryLedger, credentials, errand, noon, search, user_agent};

/// `{"orders":[],"lastUpdatedBefore":"2026-01-18T11:57:55Z"}`, packed.
const PACKED: [u8; 76] = [
    0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0xab, 0x56, 0xca, 0x2f, 0x4a, 0x49, 0x2d,
    0x2a, 0x56, 0xb2, 0x8a, 0x8e, 0xd5, 0x51, 0xca, 0x49, 0x2c, 0x2e, 0x09, 0x2d, 0x48, 0x49, 0x2c, 0x49,
    0x4d, 0x71, 0x4a, 0x4d, 0xcb, 0x2f, 0x4a, 0x55, 0xb2, 0x52, 0x32, 0x32, 0x30, 0x32, 0xd3, 0x35, 0x30,
    0xd4, 0x35, 0xb4, 0x08, 0x31, 0x34, 0xb4, 0x32, 0x35, 0xb7, 0x32, 0x35, 0x8d, 0x52, 0xaa, 0x05, 0x00,
    0x21, 0xe0, 0x0c, 0x98, 0x38, 0x00, 0x00, 0x00,
];

/// What the server does with a connection after it has read a request.
#[derive(Clone)]
enum Act {
    Write(Vec<u8>),
    Pause(Duration),
    /// Breaks the connection with a reset.
    Reset,
}

fn text(text: &str) -> Act {
    Act::Write(text.as_bytes().to_vec())
}

/// A server that plays `acts` on every connection, then closes it; returns its address and the requests it got.
async fn server(acts: Vec<Act>) -> (SocketAddr, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let requests = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&requests);
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            tokio::spawn(play(stream, acts.clone(), Arc::clone(&seen)));
        }
    });
    (address, requests)
}

async fn play(mut stream: TcpStream, acts: Vec<Act>, seen: Arc<Mutex<Vec<String>>>) {
    let mut request = Vec::new();
    let whole = |request: &[u8]| request.windows(4).any(|end| end == b"\r\n\r\n");
    while !whole(&request) && stream.read_buf(&mut request).await.is_ok_and(|read| read > 0) {}
    seen.lock().unwrap().push(String::from_utf8_lossy(&request).into_owned());
    for act in acts {
        match act {
            Act::Write(bytes) => drop(stream.write_all(&bytes).await),
            Act::Pause(pause) => tokio::time::sleep(pause).await,
            Act::Reset => {
                stream.set_zero_linger().unwrap();
                return;
            }
        }
    }
}

fn impatient() -> HttpTransport {
    let milliseconds = Duration::from_millis;
    HttpTransport::with_timeouts(Timeouts {
        connect: milliseconds(300),
        read: milliseconds(800),
        total: milliseconds(2_000),
    })
    .unwrap()
}

fn get(url: &str) -> http::Request<Bytes> {
    http::Request::get(url).header("x-amz-access-token", "Atza|canary").body(Bytes::new()).unwrap()
}

async fn answer_to(acts: Vec<Act>) -> Result<http::Response<Bytes>, TransportError> {
    let (address, _) = server(acts).await;
    impatient().send(get(&format!("http://{address}/orders"))).await
}

fn packed(length: usize, bytes: &[u8]) -> Act {
    let mut answer =
        format!("HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: {length}\r\n\r\n").into_bytes();
    answer.extend(bytes);
    Act::Write(answer)
}

#[tokio::test]
async fn a_packed_answer_is_unpacked() {
    let answer = answer_to(vec![packed(PACKED.len(), &PACKED)]).await.unwrap();
    assert_eq!(answer.body(), &Bytes::from(r#"{"orders":[],"lastUpdatedBefore":"2026-01-18T11:57:55Z"}"#));
}

#[tokio::test]
async fn a_packed_answer_that_is_cut_anywhere_is_an_error() {
    for cut in 1..PACKED.len() {
        let answer = answer_to(vec![packed(cut, &PACKED[..cut])]).await;
        assert!(matches!(answer, Err(TransportError::Damaged | TransportError::Broken)), "{cut}: {answer:?}");
    }
}

#[tokio::test]
async fn a_body_that_is_shorter_than_announced_is_an_error() {
    let answer = answer_to(vec![text("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"orders\":[]}")]).await;
    assert!(matches!(answer, Err(TransportError::Damaged | TransportError::Broken)), "{answer:?}");
}

#[tokio::test]
async fn a_reset_anywhere_is_an_error() {
    let whole = "HTTP/1.1 200 OK\r\ncontent-length: 13\r\n\r\n{\"orders\":[]}";
    for cut in [0, 1, 20, 38, 40, whole.len() - 1] {
        let answer =
            answer_to(vec![text(&whole[..cut]), Act::Pause(Duration::from_millis(20)), Act::Reset]).await;
        assert_eq!(answer.unwrap_err(), TransportError::Broken, "{cut}");
    }
}

#[tokio::test]
async fn a_redirect_comes_back_as_it_is() {
    let (elsewhere, visited) = server(vec![text("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")]).await;
    let redirect = format!(
        "HTTP/1.1 307 Temporary Redirect\r\nlocation: http://{elsewhere}/\r\ncontent-length: 0\r\n\r\n"
    );
    let answer = answer_to(vec![text(&redirect)]).await.unwrap();
    assert_eq!(answer.status(), 307);
    assert!(visited.lock().unwrap().is_empty());
}

#[tokio::test]
async fn an_answer_that_stops_or_crawls_ends_in_time() {
    let head = text("HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n");
    let stops = answer_to(vec![head.clone(), Act::Pause(Duration::from_secs(60))]).await;
    assert_eq!(stops.unwrap_err(), TransportError::Timeout);
    let mut crawl = vec![head];
    for _ in 0..100 {
        crawl.extend([text("x"), Act::Pause(Duration::from_millis(100))]);
    }
    let started = std::time::Instant::now();
    assert_eq!(answer_to(crawl).await.unwrap_err(), TransportError::Timeout);
    assert!(started.elapsed() < Duration::from_secs(8), "the total limit counts, not the read limit alone");
    let silent = answer_to(vec![Act::Pause(Duration::from_secs(60))]).await;
    assert_eq!(silent.unwrap_err(), TransportError::Timeout);
}

/// Amazon's answers may take a minute (reference: spapi.md §3.4). The clock moves on while everybody waits.
#[tokio::test(start_paused = true)]
async fn an_answer_that_is_slow_to_begin_is_waited_for() {
    let answer = text("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}");
    for (seconds, arrives) in [(45, true), (75, false)] {
        let (address, _) = server(vec![Act::Pause(Duration::from_secs(seconds)), answer.clone()]).await;
        let begun = tokio::time::Instant::now();
        let answer = HttpTransport::new().unwrap().send(get(&format!("http://{address}/orders"))).await;
        match answer {
            Ok(answer) if arrives => assert_eq!(answer.body(), &Bytes::from("{}")),
            Err(error) if !arrives => assert_eq!(error, TransportError::Timeout),
            other => panic!("{seconds} s: {other:?} after {:?}", begun.elapsed()),
        }
    }
}

#[tokio::test]
async fn a_secured_connection_to_something_else_is_named() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        drop(stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await);
        tokio::time::sleep(Duration::from_secs(5)).await;
    });
    let error = impatient().send(get(&format!("https://{address}/"))).await.unwrap_err();
    assert!(matches!(error, TransportError::Tls(_)), "{error:?}");

    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let stalled = tokio::spawn(async move {
        let _stream = listener.accept().await.unwrap();
        tokio::time::sleep(Duration::from_secs(60)).await;
    });
    let error = impatient().send(get(&format!("https://{address}/"))).await.unwrap_err();
    assert_eq!(error, TransportError::ConnectTimeout);
    stalled.abort();
}

#[tokio::test]
async fn nobody_there_and_no_such_name_are_told_apart() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    assert_eq!(
        impatient().send(get(&format!("http://{address}/"))).await.unwrap_err(),
        TransportError::Refused
    );
    let transport = HttpTransport::new().unwrap();
    let error = transport.send(get("http://no-such-name.invalid/")).await.unwrap_err();
    assert_eq!(error, TransportError::Dns);
    assert!(!format!("{error:?} {error}").contains("canary"));
}

#[tokio::test]
async fn a_body_without_end_is_cut_off() {
    let (address, _) = server(vec![text("HTTP/1.1 200 OK\r\n\r\n"), Act::Write(vec![b'x'; 3 << 20])]).await;
    let transport = impatient().with_body_cap(1 << 20);
    let error = transport.send(get(&format!("http://{address}/"))).await.unwrap_err();
    assert_eq!(error.to_string(), "the answer is larger than 1 MB");
}

#[tokio::test]
async fn a_connection_that_the_other_side_closed_is_replaced() {
    let (address, requests) = server(vec![text("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}")]).await;
    let transport = impatient();
    for _ in 0..5 {
        transport.send(get(&format!("http://{address}/"))).await.unwrap();
    }
    assert_eq!(requests.lock().unwrap().len(), 5);
}

#[tokio::test]
async fn a_client_on_the_wire_introduces_itself_and_reads_a_page() {
    let (lwa, _) = server(vec![text(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 43\r\n\r\n{\"access_token\":\"Atza|x\",\"expires_in\":3600}",
    )])
    .await;
    let (api, requests) = server(vec![packed(PACKED.len(), &PACKED)]).await;
    let overrides = Overrides {
        sp_api_url: Some(format!("http://{api}")),
        lwa_url: Some(format!("http://{lwa}/auth/o2/token")),
        rate_scale: Some("100".into()),
    };
    let client = Client::new(ClientConfig {
        transport: Arc::new(impatient()),
        endpoints: Endpoints::with_overrides(Region::Eu, &overrides).unwrap(),
        credentials: credentials(),
        ledger: Arc::new(MemoryLedger::default()) as Arc<dyn Ledger>,
        user_agent: user_agent(),
        local_now: noon(),
        sleep: packlight_spapi::SleepClock::sleepless(),
    });
    let page = client.search_orders(&search(), &errand()).await.unwrap();
    assert_eq!(page.echoed, search().last_updated_before);
    let request = requests.lock().unwrap()[0].to_ascii_lowercase();
    assert!(
        request.contains("user-agent: packlight/0.1.0 (language=rust/1.95; platform=linux/6.1)\r\n"),
        "{request}"
    );
    assert!(request.contains("accept-encoding: gzip\r\n"), "{request}");
    assert!(request.contains("x-amz-access-token: atza|x\r\n"), "{request}");
}
