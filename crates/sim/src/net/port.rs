//! The server's end of all lines: the very router that the program serves, while the server is up.
//!
//! A request is answered at one instant of the world's time, whole: its transaction is where it takes place. So what a
//! crash of the server can do to a request, it does before it arrives, or to its answer.
//!
//! **Invariant:** every write is seen by the judge at the moment at which it is committed.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::body::Body;
use axum::http::header::DATE;
use axum::http::{HeaderValue, Request};
use callboard_link::{ByteStream, Dial, HttpAnswer, HttpRequest};
use callboard_model::rest::header::IDEMPOTENCY_KEY;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use http_body_util::BodyExt;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use jiff::fmt::rfc2822::DateTimePrinter;
use reqwest::Method;
use tower::ServiceExt;

use crate::clock::TrueTime;
use crate::judge::{Judge, Written};
use crate::net::line::{Line, Tricks, Way};
use crate::net::pipe::{End, stream};
use crate::trace::Trace;

/// Says that an answer is an earlier one, given again.
const REPLAYED: &str = "idempotency-replayed";

/// Whoever sends a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sender {
    /// A console.
    Console(usize),
    /// A program of somebody else's.
    Script,
}

/// Where requests and connections arrive.
pub struct Port {
    router: Mutex<Option<Router>>,
    judge: Judge,
    time: TrueTime,
    trace: Trace,
}

impl Port {
    /// Nobody answers yet.
    #[must_use]
    pub fn closed(judge: Judge, time: TrueTime, trace: Trace) -> Arc<Self> {
        Arc::new(Self { router: Mutex::new(None), judge, time, trace })
    }

    /// The server is up, or down.
    pub fn serve(&self, router: Option<Router>) {
        *self.router() = router;
    }

    /// Whether somebody answers.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.router().is_some()
    }

    /// Lets the server answer; `None` where there is none.
    pub async fn answer(&self, sender: Sender, request: HttpRequest, tricks: Tricks) -> Option<HttpAnswer> {
        let router = self.router().clone()?;
        let HttpRequest { method, url, mut headers, body } = request;
        let path = url.path().to_owned();
        let is_write = method == Method::PUT || (method == Method::POST && path.ends_with("/bulk"));
        let written = is_write.then(|| Written::read(sender, &path, &headers, &body));
        if tricks.drops_keys {
            headers.remove(IDEMPOTENCY_KEY);
        }
        let body = if is_write && tricks.hides_clashes { without_version(&body) } else { body };
        let target = url.query().map_or(path.clone(), |query| format!("{path}?{query}"));
        let mut asked = Request::builder().method(method.clone()).uri(target).body(Body::from(body)).ok()?;
        *asked.headers_mut() = headers;
        let answered = router.oneshot(asked).await.ok()?;
        let (mut head, body) = answered.into_parts();
        let body = body.collect().await.ok()?.to_bytes().to_vec();
        let status = head.status;
        self.trace.say("server", || {
            let what = written.as_ref().map(Written::tell).unwrap_or_default();
            format!("{sender:?} {method} {path} {what} → {}", status.as_u16())
        });
        if let Some(written) = &written {
            let is_replay = head.headers.contains_key(REPLAYED);
            self.judge.written(written, status, is_replay).await;
        }
        if let Ok(date) = DateTimePrinter::new().timestamp_to_rfc9110_string(&self.time.now())
            && let Ok(date) = HeaderValue::from_str(&date)
        {
            head.headers.insert(DATE, date);
        }
        Some(HttpAnswer { status, headers: head.headers, body })
    }

    fn accept(&self, end: End) -> bool {
        let Some(router) = self.router().clone() else { return false };
        let mut http = http1::Builder::new();
        http.timer(TokioTimer::new());
        let service = TowerToHyperService::new(router);
        let connection = http.serve_connection(TokioIo::new(end), service).with_upgrades();
        // How it ends, its other end sees.
        tokio::spawn(connection.map(drop));
        true
    }

    fn router(&self) -> MutexGuard<'_, Option<Router>> {
        self.router.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn without_version(body: &[u8]) -> Vec<u8> {
    let Ok(mut json) = serde_json::from_slice::<serde_json::Map<String, serde_json::Value>>(body) else {
        return body.to_vec();
    };
    json.remove("client_version");
    serde_json::to_vec(&json).unwrap_or_else(|_| body.to_vec())
}

/// A console's way to connect.
pub struct Dials {
    line: Arc<Line>,
    port: Arc<Port>,
}

impl Dials {
    /// Over this line, to this port.
    #[must_use]
    pub fn new(line: Arc<Line>, port: Arc<Port>) -> Self {
        Self { line, port }
    }
}

impl Dial for Dials {
    fn dial<'a>(&'a self, _: &'a str, _: u16) -> BoxFuture<'a, io::Result<Box<dyn ByteStream>>> {
        async move {
            self.line.travel(Way::Up).await;
            let (near, far) = stream(&self.line);
            let accepted = self.port.accept(far);
            self.line.travel(Way::Down).await;
            if accepted {
                Ok(Box::new(near) as Box<dyn ByteStream>)
            } else {
                Err(io::ErrorKind::ConnectionRefused.into())
            }
        }
        .boxed()
    }
}
