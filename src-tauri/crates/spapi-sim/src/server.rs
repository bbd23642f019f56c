//! The simulated Amazon over real HTTP, for whatever needs a socket: the demo, the desktop tests, other programs.
//!
//! Invariants: nothing but [`Amazon`] decides an answer; a stopped server has closed its port and ended its connections.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Collected};
use hyper::body::{Body, Frame, Incoming, SizeHint};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use hyper_util::server::graceful::GracefulShutdown;
use percent_encoding::percent_decode_str;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{Sleep, sleep, timeout};
use url::form_urlencoded;

use crate::amazon::Amazon;
use crate::http::{Delivery, Request, Response};

/// How long a stopping server waits for answers under way.
const LAST_ANSWERS: Duration = Duration::from_secs(2);

/// A running server. Dropping it stops it, without waiting for the answers under way.
#[derive(Debug)]
pub struct Server {
    addr: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    running: Option<JoinHandle<()>>,
}

impl Server {
    /// Listens on `addr` (port 0: any free one) and answers from `amazon` on the current tokio runtime.
    ///
    /// # Errors
    /// When the address cannot be bound.
    pub async fn start(amazon: Arc<Amazon>, addr: SocketAddr) -> io::Result<Self> {
        let listener = TcpListener::bind(addr).await?;
        let addr = listener.local_addr()?;
        let (stop, stopped) = oneshot::channel();
        let running = tokio::spawn(serve(listener, amazon, stopped));
        Ok(Self { addr, stop: Some(stop), running: Some(running) })
    }

    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Base URL of the API, without a slash at the end.
    pub fn base_url(&self) -> String {
        format!("http://{}", self.addr)
    }

    /// URL of the token endpoint.
    pub fn lwa_url(&self) -> String {
        format!("{}/auth/o2/token", self.base_url())
    }

    /// Closes the port, lets answers under way finish for up to two seconds and ends all connections.
    pub async fn stop(mut self) {
        self.stop.take();
        if let Some(running) = self.running.take() {
            // A panic of the task was printed already; there is nothing left to stop.
            let _ = running.await;
        }
    }
}

/// Accepts until told to stop (or until the handle is dropped, which closes the channel).
async fn serve(listener: TcpListener, amazon: Arc<Amazon>, mut stopped: oneshot::Receiver<()>) {
    let connections = GracefulShutdown::new();
    let mut tasks = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = &mut stopped => break,
        };
        // A connection that broke before it was accepted concerns nobody else.
        let Ok((stream, _)) = accepted else { continue };
        let amazon = Arc::clone(&amazon);
        let service = service_fn(move |request| answer(Arc::clone(&amazon), request));
        let connection = http1::Builder::new()
            // The simulation's clock writes this header, or leaves it out on purpose.
            .auto_date_header(false)
            .serve_connection(TokioIo::new(stream), service);
        let connection = connections.watch(connection);
        while tasks.try_join_next().is_some() {}
        tasks.spawn(async move {
            // Broken connections are among the faults that this server is asked for.
            let _ = connection.await;
        });
    }
    drop(listener);
    // Whatever is not done by then ends with `tasks`.
    let _ = timeout(LAST_ANSWERS, connections.shutdown()).await;
}

async fn answer(
    amazon: Arc<Amazon>,
    request: hyper::Request<Incoming>,
) -> Result<hyper::Response<Delivered>, Infallible> {
    let (parts, body) = request.into_parts();
    let body = body.collect().await.map(Collected::to_bytes).unwrap_or_default();
    let headers = parts.headers.iter();
    let request = Request {
        method: parts.method.to_string(),
        path: percent_decode_str(parts.uri.path()).decode_utf8_lossy().into_owned(),
        query: form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes())
            .into_owned()
            .collect(),
        headers: headers
            .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
            .collect(),
        body,
    };
    let response = amazon.handle(&request);
    if let Delivery::After(pause) = response.delivery {
        sleep(pause).await;
    }
    Ok(on_the_wire(response))
}

fn on_the_wire(response: Response) -> hyper::Response<Delivered> {
    let mut wire = hyper::Response::builder().status(response.status);
    for (name, value) in &response.headers {
        wire = wire.header(name, value);
    }
    let body = Delivered::new(response.body, response.delivery);
    // A fault may hold a header that HTTP cannot carry; the answer then goes without any.
    wire.body(body).unwrap_or_else(|_| hyper::Response::new(Delivered::new(Bytes::new(), Delivery::Whole)))
}

/// A body that travels as its [`Delivery`] says.
struct Delivered {
    pieces: VecDeque<Bytes>,
    length: u64,
    pause: Option<Duration>,
    waiting: Option<Pin<Box<Sleep>>>,
    breaks: bool,
    /// What comes before the break has been sent.
    flushed: bool,
}

impl Delivered {
    fn new(body: Bytes, delivery: Delivery) -> Self {
        let length = body.len() as u64;
        let (pieces, pause, breaks) = match delivery {
            Delivery::Whole | Delivery::After(_) => (vec![body], None, false),
            Delivery::Trickle { chunk, pause } => {
                let pieces = body.chunks(chunk.max(1)).map(|piece| body.slice_ref(piece)).collect();
                (pieces, Some(pause), false)
            }
            Delivery::ResetAfter(bytes) => (vec![body.slice(..bytes.min(body.len()))], None, true),
        };
        let pieces = pieces.into_iter().filter(|piece| !piece.is_empty()).collect();
        Self { pieces, length, pause, waiting: None, breaks, flushed: false }
    }
}

impl Body for Delivered {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        if self.pieces.is_empty() {
            if !self.breaks {
                return Poll::Ready(None);
            }
            if !self.flushed {
                // Waiting once lets hyper send what it has; the error would make it throw that away.
                self.flushed = true;
                context.waker().wake_by_ref();
                return Poll::Pending;
            }
            // Now hyper drops the connection before the promised length is reached.
            return Poll::Ready(Some(Err(io::ErrorKind::ConnectionReset.into())));
        }
        if let Some(pause) = self.pause {
            let waiting = self.waiting.get_or_insert_with(|| Box::pin(sleep(pause)));
            ready!(waiting.as_mut().poll(context));
            self.waiting = None;
        }
        Poll::Ready(self.pieces.pop_front().map(|piece| Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.pieces.is_empty() && !self.breaks
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.length)
    }
}
