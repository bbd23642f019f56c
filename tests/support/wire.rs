//! The cable between Packlight and the simulated Amazon, for faults that only a real socket has.
//!
//! Everything passes through unchanged until a [`Trouble`] is put on it. Troubles strike requests for data and leave the
//! sign-in alone unless told otherwise; a cable that was cut can be joined again on the same port.

use std::io::Write;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

/// What happens to an answer on its way.
#[derive(Debug, Clone)]
pub enum Trouble {
    /// The connection is taken and nothing is ever said.
    Silent,
    /// The answer is reset after so many of its bytes.
    Reset(usize),
    /// The connection is closed in good order after so many bytes.
    Cut(usize),
    /// The body is packed, and its packing is cut after so many bytes; the length is that of the cut.
    PackedAndCut(usize),
    /// The announced length of the body is off by so many bytes.
    WrongLength(isize),
    /// One byte of the answer after each pause.
    Crawl(Duration),
    /// This comes instead of Amazon's answer.
    Instead(Vec<u8>),
    /// The answer is whole, but the connection is closed behind it although it was to be kept.
    HangUp,
}

/// A trouble, and which requests it strikes.
#[derive(Debug, Clone)]
pub struct Struck {
    trouble: Trouble,
    spares: usize,
    times: usize,
    sign_in_too: bool,
}

impl From<Trouble> for Struck {
    fn from(trouble: Trouble) -> Self {
        Self { trouble, spares: 0, times: usize::MAX, sign_in_too: false }
    }
}

impl Trouble {
    /// Strikes so many requests and no more.
    pub fn times(self, times: usize) -> Struck {
        Struck { times, ..self.into() }
    }

    /// Strikes after so many requests.
    pub fn after(self, spares: usize) -> Struck {
        Struck { spares, ..self.into() }
    }

    /// Strikes the sign-in too, as a network does that lets nobody out.
    pub fn everywhere(self) -> Struck {
        Struck { sign_in_too: true, ..self.into() }
    }
}

#[derive(Default)]
struct Plugged {
    trouble: Option<Struck>,
    /// Paths of the requests that came, struck or not.
    requests: Vec<String>,
}

/// A cable that stands in for Amazon's address.
pub struct Wire {
    addr: SocketAddr,
    amazon: SocketAddr,
    tls: Option<TlsAcceptor>,
    plugged: Arc<Mutex<Plugged>>,
    task: Mutex<Option<JoinHandle<()>>>,
}

impl Wire {
    /// A cable to the Amazon that listens at `amazon`.
    pub async fn to(amazon: SocketAddr) -> Self {
        Self::start(amazon, None).await
    }

    /// The same behind TLS with this identity.
    pub async fn secured(amazon: SocketAddr, identity: &Identity) -> Self {
        Self::start(amazon, Some(identity.acceptor())).await
    }

    async fn start(amazon: SocketAddr, tls: Option<TlsAcceptor>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let addr = listener.local_addr().expect("it is bound");
        let wire = Self { addr, amazon, tls, plugged: Arc::default(), task: Mutex::default() };
        wire.listen(listener);
        wire
    }

    fn listen(&self, listener: TcpListener) {
        let (amazon, tls, plugged) = (self.amazon, self.tls.clone(), Arc::clone(&self.plugged));
        let task = tokio::spawn(async move {
            let mut connections = tokio::task::JoinSet::new();
            loop {
                let Ok((stream, _)) = listener.accept().await else { continue };
                let (tls, plugged) = (tls.clone(), Arc::clone(&plugged));
                connections.spawn(async move {
                    // A connection that breaks is what this is for.
                    match tls {
                        Some(_) if is_silent(&plugged) => silence().await,
                        Some(tls) => drop(carry(&mut tls.accept(stream).await?, amazon, &plugged).await?),
                        None => {
                            let mut stream = stream;
                            if carry(&mut stream, amazon, &plugged).await? == Ended::Broken {
                                stream.set_zero_linger()?;
                            }
                        }
                    }
                    std::io::Result::Ok(())
                });
            }
        });
        *held(&self.task) = Some(task);
    }

    /// Its address instead of Amazon's. A name and not a number, as a certificate wants it.
    pub fn url(&self) -> String {
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        format!("{scheme}://localhost:{}", self.addr.port())
    }

    /// Puts a trouble on it, in place of one that was there.
    pub fn strike(&self, trouble: impl Into<Struck>) {
        held(&self.plugged).trouble = Some(trouble.into());
    }

    /// Everything passes again.
    pub fn heal(&self) {
        held(&self.plugged).trouble = None;
    }

    /// Nobody listens any more, and all connections are gone.
    pub async fn cut(&self) {
        let task = held(&self.task).take();
        if let Some(task) = task {
            task.abort();
            let _ = task.await;
        }
    }

    /// Listens again where it did before.
    pub async fn join(&self) {
        self.listen(TcpListener::bind(self.addr).await.expect("the port is free again"));
    }

    /// Paths of the requests that came so far.
    pub fn requests(&self) -> Vec<String> {
        held(&self.plugged).requests.clone()
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        if let Some(task) = held(&self.task).take() {
            task.abort();
        }
    }
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn is_silent(plugged: &Mutex<Plugged>) -> bool {
    matches!(&held(plugged).trouble, Some(Struck { trouble: Trouble::Silent, .. }))
}

async fn silence() {
    std::future::pending::<()>().await;
}

/// How a connection ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ended {
    Closed,
    /// It is to be reset.
    Broken,
}

/// Carries one request to Amazon and its answer back.
async fn carry(
    near: &mut (impl AsyncRead + AsyncWrite + Unpin),
    amazon: SocketAddr,
    plugged: &Mutex<Plugged>,
) -> std::io::Result<Ended> {
    let request = read_request(near).await?;
    let Some(trouble) = strike(plugged, &request) else {
        let answer = ask(amazon, &request).await?;
        near.write_all(&answer).await?;
        near.shutdown().await?;
        return Ok(Ended::Closed);
    };
    let cut = |answer: &[u8], bytes: usize| answer[..bytes.min(answer.len())].to_vec();
    match trouble {
        Trouble::Silent => silence().await,
        Trouble::Reset(bytes) => {
            near.write_all(&cut(&ask(amazon, &request).await?, bytes)).await?;
            near.flush().await?;
            return Ok(Ended::Broken);
        }
        Trouble::Cut(bytes) => near.write_all(&cut(&ask(amazon, &request).await?, bytes)).await?,
        Trouble::PackedAndCut(bytes) => near.write_all(&packed(&ask(amazon, &request).await?, bytes)).await?,
        Trouble::WrongLength(off) => {
            near.write_all(&with_length(&ask(amazon, &request).await?, off)).await?;
        }
        Trouble::Crawl(pause) => {
            for byte in ask(amazon, &request).await? {
                near.write_all(&[byte]).await?;
                near.flush().await?;
                tokio::time::sleep(pause).await;
            }
        }
        Trouble::Instead(answer) => near.write_all(&answer).await?,
        Trouble::HangUp => {
            let answer = String::from_utf8_lossy(&ask(amazon, &request).await?)
                .replace("connection: close\r\n", "")
                .into_bytes();
            near.write_all(&answer).await?;
        }
    }
    near.shutdown().await?;
    Ok(Ended::Closed)
}

/// Notes the request and says what is to happen to it.
fn strike(plugged: &Mutex<Plugged>, request: &[u8]) -> Option<Trouble> {
    let line = String::from_utf8_lossy(request.split(|byte| *byte == b'\r').next()?).into_owned();
    let path = line.split(' ').nth(1)?.split('?').next()?.to_owned();
    let mut plugged = held(plugged);
    plugged.requests.push(path.clone());
    let struck = plugged.trouble.as_mut()?;
    if path == "/auth/o2/token" && !struck.sign_in_too {
        return None;
    }
    if struck.spares > 0 {
        struck.spares -= 1;
        return None;
    }
    if struck.times == 0 {
        return None;
    }
    struck.times -= 1;
    Some(struck.trouble.clone())
}

async fn read_request(near: &mut (impl AsyncRead + Unpin)) -> std::io::Result<Vec<u8>> {
    let mut request = Vec::new();
    loop {
        if let Some(end) = head_end(&request) {
            let body = header(&request[..end], "content-length").unwrap_or(0);
            if request.len() >= end + body {
                return Ok(request);
            }
        }
        if near.read_buf(&mut request).await? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
    }
}

/// Asks Amazon and returns the whole answer.
async fn ask(amazon: SocketAddr, request: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut far = TcpStream::connect(amazon).await?;
    let end = head_end(request).unwrap_or(request.len());
    far.write_all(&request[..end - 2]).await?;
    far.write_all(b"connection: close\r\n\r\n").await?;
    far.write_all(&request[end..]).await?;
    let mut answer = Vec::new();
    far.read_to_end(&mut answer).await?;
    Ok(answer)
}

/// Where the body begins.
fn head_end(message: &[u8]) -> Option<usize> {
    message.windows(4).position(|four| four == b"\r\n\r\n").map(|at| at + 4)
}

fn header(head: &[u8], name: &str) -> Option<usize> {
    String::from_utf8_lossy(head).lines().find_map(|line| {
        let (key, value) = line.split_once(':')?;
        key.eq_ignore_ascii_case(name).then(|| value.trim().parse().ok()).flatten()
    })
}

/// The same answer with other headers for its body.
fn rewritten(answer: &[u8], more: &str, body: &[u8]) -> Vec<u8> {
    let end = head_end(answer).unwrap_or(answer.len());
    let head = String::from_utf8_lossy(&answer[..end]).into_owned();
    let kept = head
        .lines()
        .filter(|line| !line.is_empty() && !line.to_ascii_lowercase().starts_with("content-length"));
    let mut message = kept.collect::<Vec<_>>().join("\r\n").into_bytes();
    message.extend(format!("\r\n{more}\r\n\r\n").into_bytes());
    message.extend(body);
    message
}

fn with_length(answer: &[u8], off: isize) -> Vec<u8> {
    let body = &answer[head_end(answer).unwrap_or(answer.len())..];
    let length = body.len().saturating_add_signed(off);
    rewritten(answer, &format!("content-length: {length}"), body)
}

fn packed(answer: &[u8], bytes: usize) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(&answer[head_end(answer).unwrap_or(answer.len())..]).expect("memory takes it");
    let mut body = encoder.finish().expect("memory takes it");
    body.truncate(bytes);
    rewritten(answer, &format!("content-encoding: gzip\r\ncontent-length: {}", body.len()), &body)
}

/// How a server proves who it is, or fails to.
pub struct Identity {
    chain: Vec<rustls::pki_types::CertificateDer<'static>>,
    key: KeyPair,
}

/// An authority that a test computer may be told to trust.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
}

impl Authority {
    /// A new authority of this name; two of one name would be taken for each other until a signature is checked.
    pub fn new(name: &str) -> Self {
        let key = KeyPair::generate().expect("randomness");
        let mut params = CertificateParams::new(Vec::<String>::new()).expect("no names are good names");
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let pem = params.self_signed(&key).expect("it signs itself").pem();
        Self { issuer: Issuer::new(params, key), pem }
    }

    /// Its certificate, as `SSL_CERT_FILE` wants it.
    pub fn pem(&self) -> &str {
        &self.pem
    }

    /// A server of this name whose certificate ends with this year.
    pub fn identity(&self, name: &str, last_year: i32) -> Identity {
        let key = KeyPair::generate().expect("randomness");
        let mut params = CertificateParams::new(vec![name.to_owned()]).expect("a good name");
        params.not_before = rcgen::date_time_ymd(2020, 1, 1);
        params.not_after = rcgen::date_time_ymd(last_year, 12, 31);
        let certificate = params.signed_by(&key, &self.issuer).expect("it signs");
        Identity { chain: vec![certificate.der().clone()], key }
    }
}

impl Identity {
    fn acceptor(&self) -> TlsAcceptor {
        let key = PrivateKeyDer::try_from(self.key.serialize_der()).expect("a key just made");
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("ring has them")
            .with_no_client_auth()
            .with_single_cert(self.chain.clone(), key)
            .expect("key and certificate fit");
        TlsAcceptor::from(Arc::new(config))
    }
}
