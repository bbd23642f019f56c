//! The HTTP server carries answers unchanged, breaks them only where asked to, and stops cleanly.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use packlight_spapi_sim::{
    Amazon, CLIENT_ID, CLIENT_SECRET, Fault, Operation, REFRESH_TOKEN, Seller, Server,
};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::client::noon;

async fn start(orders: u64) -> (Arc<Amazon>, Server) {
    let amazon = Arc::new(Amazon::new(Seller::with_orders(orders, 1, noon())));
    let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    (Arc::clone(&amazon), Server::start(amazon, any).await.unwrap())
}

/// What came back: status line, headers and as much of the body as arrived.
struct Raw {
    head: String,
    body: Vec<u8>,
}

impl Raw {
    fn promised(&self) -> usize {
        self.header("content-length").unwrap().parse().unwrap()
    }

    fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.into_iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    fn value(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

/// One request over a connection of its own, byte by byte as it goes over the wire.
async fn send(server: &Server, head: &str, body: &str) -> Raw {
    let mut stream = TcpStream::connect(server.addr()).await.unwrap();
    let head = format!(
        "{head}\r\nHost: sim\r\nUser-Agent: T/1 (Language=Rust)\r\nContent-Length: {}\r\nConnection: close\r\n",
        body.len()
    );
    let typed = if body.is_empty() { "" } else { "Content-Type: application/x-www-form-urlencoded\r\n" };
    stream.write_all(format!("{head}{typed}\r\n{body}").as_bytes()).await.unwrap();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await.unwrap();
    let split = bytes.windows(4).position(|window| window == b"\r\n\r\n").unwrap();
    Raw { head: String::from_utf8(bytes[..split].to_vec()).unwrap(), body: bytes[split + 4..].to_vec() }
}

async fn access_token(server: &Server) -> String {
    let body = format!(
        "grant_type=refresh_token&client_id={CLIENT_ID}&client_secret={CLIENT_SECRET}&refresh_token={REFRESH_TOKEN}"
    );
    let answer = send(server, "POST /auth/o2/token HTTP/1.1", &body).await;
    answer.value()["access_token"].as_str().unwrap().to_owned()
}

async fn search(server: &Server, token: &str) -> Raw {
    let path =
        "/orders/2026-01-01/orders?createdAfter=2026-01-01T00%3A00%3A00Z&marketplaceIds=A1F83G8C2ARO7P";
    send(server, &format!("GET {path} HTTP/1.1\r\nx-amz-access-token: {token}"), "").await
}

#[tokio::test]
async fn answers_travel_unchanged() {
    let (amazon, server) = start(30).await;
    assert_eq!(server.lwa_url(), format!("http://{}/auth/o2/token", server.addr()));
    let token = access_token(&server).await;
    let answer = search(&server, &token).await;
    assert!(answer.head.starts_with("HTTP/1.1 200"), "{}", answer.head);
    assert_eq!(answer.value()["orders"].as_array().unwrap().len(), 30);
    assert_eq!(answer.promised(), answer.body.len());
    assert!(
        answer.header("date").unwrap().starts_with("Sun, 22 Nov 2026 12:0"),
        "the simulation's own clock"
    );
    assert!(answer.header("x-amzn-requestid").is_some());
    assert_eq!(amazon.count(Operation::SearchOrders), 1);
    amazon.inject(Fault::NoDate.once());
    assert_eq!(search(&server, &token).await.header("date"), None);
    server.stop().await;
}

#[tokio::test]
async fn a_body_breaks_off_where_it_was_told_to() {
    let (amazon, server) = start(30).await;
    let token = access_token(&server).await;
    for bytes in [0, 1, 5_000] {
        amazon.inject(Fault::ResetBody(bytes).once());
        let answer = search(&server, &token).await;
        assert_eq!(answer.body.len(), bytes);
        assert!(answer.promised() > bytes);
    }
    assert_eq!(search(&server, &token).await.value()["orders"].as_array().unwrap().len(), 30);
    server.stop().await;
}

#[tokio::test(start_paused = true)]
async fn bodies_and_answers_come_late_in_virtual_time() {
    let (amazon, server) = start(1).await;
    let token = access_token(&server).await;
    let whole = search(&server, &token).await.body.len();
    amazon.inject(Fault::SlowBody { chunk: 100, pause: Duration::from_secs(30) }.once());
    let start = tokio::time::Instant::now();
    let slow = search(&server, &token).await;
    let pieces = u32::try_from(whole.div_ceil(100)).unwrap();
    assert_eq!(slow.body.len(), whole);
    assert_eq!(start.elapsed().as_secs(), u64::from(pieces) * 30);
    amazon.inject(Fault::Delay(Duration::from_mins(10)).once());
    let start = tokio::time::Instant::now();
    search(&server, &token).await;
    assert_eq!(start.elapsed().as_secs(), 600);
}

#[tokio::test]
async fn a_stopped_server_has_closed_its_port_and_its_connections() {
    let (_, server) = start(1).await;
    let addr = server.addr();
    let mut idle = TcpStream::connect(addr).await.unwrap();
    access_token(&server).await;
    server.stop().await;
    assert!(TcpStream::connect(addr).await.is_err());
    let mut end = Vec::new();
    assert_eq!(idle.read_to_end(&mut end).await.unwrap_or(0), 0, "an idle connection is ended");
    let (_, dropped) = start(1).await;
    let addr = dropped.addr();
    drop(dropped);
    while TcpStream::connect(addr).await.is_ok() {
        tokio::task::yield_now().await;
    }
}
