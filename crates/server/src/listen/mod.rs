//! The port: takes connections, gives each its limits, and lets them end.
//!
//! It exists because what a stranger can cost before any key is read is decided here: how many connections, how long
//! one may take to say what it wants, how large that may be, how long we push at one that does not read.
//!
//! | module | holds |
//! |---|---|
//! | `source` | who counts as one and the same stranger |
//! | `seats` | how many may be here at once |
//! | `patient` | a stream that gives up on a peer that takes nothing |
//!
//! **Invariant:** every connection has a seat for as long as its stream lives, upgraded or not.

mod patient;
mod seats;
mod source;

use std::io;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use self::patient::Patient;
pub use self::seats::Seats;
pub use self::source::Source;

/// After how long a port that cannot take connections (no file descriptor left) is tried again.
const ACCEPT_AGAIN: Duration = Duration::from_millis(250);

/// What a connection may cost.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// How long a request's head may take, and how long a connection may be idle before it. Overflow: closed.
    pub head: Duration,
    /// How long a peer may take nothing of what is written to it. Overflow: closed.
    pub write: Duration,
    /// Bytes that are held of a request's head before it is complete; what comes with the last read is on top.
    /// Overflow: 431, or 414 where it is the address alone.
    pub head_bytes: usize,
    /// Headers of a request. Overflow: 431.
    pub headers: usize,
    /// Connections at once, rooms' sockets among them. Overflow: closed before a byte is read.
    pub connections: usize,
    /// Connections at once from one [`Source`]. Overflow: closed before a byte is read.
    pub per_source: usize,
}

impl Limits {
    /// For a port that everybody may reach. The rooms' 20,000 sockets fit, and one source takes a sixth at most.
    pub const STRANGERS: Self = Self {
        head: Duration::from_secs(30),
        write: Duration::from_secs(30),
        head_bytes: 64 * 1024,
        headers: 100,
        connections: 24_000,
        per_source: 4_096,
    };
}

impl Default for Limits {
    fn default() -> Self {
        Self::STRANGERS
    }
}

/// Serves until `stop`, and then until everybody has their answer. Dropped before that, it cuts off who is left;
/// sockets of rooms are upgraded by then and belong to the rooms.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    limits: Limits,
    seats: Seats,
    stop: CancellationToken,
) {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(limits.head)
        .max_buf_size(limits.head_bytes)
        .max_headers(limits.headers);
    let mut conversations = JoinSet::new();
    loop {
        tokio::select! {
            biased;
            () = stop.cancelled() => break,
            Some(_) = conversations.join_next() => {}
            (stream, source) = accept(&listener) => {
                // Without a seat the stream ends here.
                if let Some(seat) = seats.take(source) {
                    let stream = Patient::new(stream, limits.write, seat);
                    conversations.spawn(converse(http.clone(), stream, source, router.clone(), stop.clone()));
                }
            }
        }
    }
    // Nobody new: a balancer sees a closed port and asks elsewhere.
    drop(listener);
    while conversations.join_next().await.is_some() {}
}

/// The next connection. One that was lost before it was taken is no reason to stop.
async fn accept(listener: &TcpListener) -> (TcpStream, Source) {
    loop {
        match listener.accept().await {
            Ok((stream, address)) => {
                // A hint is small and must not wait for the acknowledgement of the one before it.
                drop(stream.set_nodelay(true));
                return (stream, Source::of(address.ip()));
            }
            Err(error) if is_of_one_connection(&error) => {}
            Err(error) => {
                tracing::error!(%error, "no connection can be taken; trying again");
                tokio::time::sleep(ACCEPT_AGAIN).await;
            }
        }
    }
}

fn is_of_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

/// One connection, request after request.
async fn converse(
    http: http1::Builder,
    stream: Patient,
    source: Source,
    router: Router,
    stop: CancellationToken,
) {
    let service = router.map_request(move |request: Request<Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(source);
        request
    });
    let connection = http.serve_connection(TokioIo::new(stream), TowerToHyperService::new(service));
    let mut connection = std::pin::pin!(connection.with_upgrades());
    tokio::select! {
        biased;
        () = stop.cancelled() => connection.as_mut().graceful_shutdown(),
        ended = connection.as_mut() => return log(ended),
    }
    log(connection.await);
}

fn log(ended: hyper::Result<()>) {
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection broke off");
    }
}
