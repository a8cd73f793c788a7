//! The HTTP seam: a whole request out, a whole answer back. A simulated world replaces what is behind it.
//!
//! **Invariant:** no redirect is followed, and no proxy reads what is not encrypted. The key is for the configured
//! server and for nobody it may point to.

use std::fmt;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use reqwest::header::HeaderMap;
use reqwest::redirect::Policy;
use reqwest::{Method, StatusCode, Url};

use crate::LinkError;
use crate::config::ServerUrl;

/// How long to wait for a connection.
const CONNECT_WAIT: Duration = Duration::from_secs(5);

/// How long to wait for a whole answer, connection included.
const ANSWER_WAIT: Duration = Duration::from_secs(15);

/// The largest answer; a larger one is cut off and counts as none.
const ANSWER_BYTES_MAX: usize = 16 << 20;

/// A request. Its headers hold the key, marked as sensitive, so `Debug` does not show it.
#[derive(Clone, Debug)]
pub struct HttpRequest {
    /// The method.
    pub method: Method,
    /// The whole address.
    pub url: Url,
    /// All headers that matter.
    pub headers: HeaderMap,
    /// The body; empty for none.
    pub body: Vec<u8>,
}

/// An answer.
#[derive(Clone)]
pub struct HttpAnswer {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The whole body.
    pub body: Vec<u8>,
}

/// Bodies hold titles and tokens, so only the length is shown.
impl fmt::Debug for HttpAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpAnswer")
            .field("status", &self.status)
            .field("bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}

/// Why no answer came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SendError {
    /// Not connected, cut off, or too slow: nothing is known of what the server did.
    Unreachable(String),
    /// The answer grew beyond the limit.
    TooLarge,
}

/// Sends requests: one of the four seams.
pub trait HttpSend: Send + Sync {
    /// Sends one, and waits for the whole answer.
    fn send(&self, request: HttpRequest) -> BoxFuture<'_, Result<HttpAnswer, SendError>>;
}

/// The real sender.
#[derive(Clone, Debug)]
pub struct ReqwestSend(reqwest::Client);

impl ReqwestSend {
    /// Makes a sender to `server` with this crate's limits.
    ///
    /// The machine's proxy is used for encrypted traffic to other machines only.
    ///
    /// # Errors
    /// The machine's TLS set-up cannot be used.
    pub fn new(server: &ServerUrl) -> Result<Self, LinkError> {
        let builder = reqwest::Client::builder();
        let builder = if server.is_for_no_proxy() { builder.no_proxy() } else { builder };
        let client = builder
            .connect_timeout(CONNECT_WAIT)
            .timeout(ANSWER_WAIT)
            .redirect(Policy::none())
            .user_agent(concat!("callboard/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| LinkError::Http(error.to_string()))?;
        Ok(Self(client))
    }
}

impl HttpSend for ReqwestSend {
    fn send(&self, request: HttpRequest) -> BoxFuture<'_, Result<HttpAnswer, SendError>> {
        let HttpRequest { method, url, headers, body } = request;
        let mut outgoing = self.0.request(method, url).headers(headers);
        if !body.is_empty() {
            outgoing = outgoing.body(body);
        }
        async move {
            let mut incoming = outgoing.send().await.map_err(unreachable)?;
            let (status, headers) = (incoming.status(), std::mem::take(incoming.headers_mut()));
            let mut body = Vec::new();
            while let Some(chunk) = incoming.chunk().await.map_err(unreachable)? {
                if body.len() + chunk.len() > ANSWER_BYTES_MAX {
                    return Err(SendError::TooLarge);
                }
                body.extend_from_slice(&chunk);
            }
            Ok(HttpAnswer { status, headers, body })
        }
        .boxed()
    }
}

/// Without the address: it may hold ids that belong in no log.
fn unreachable(error: reqwest::Error) -> SendError {
    SendError::Unreachable(error.without_url().to_string())
}
