//! The headers that make a request depend on something.
//!
//! **Invariant:** a condition that cannot be read is refused and never taken as fulfilled.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use callboard_model::rest::header as names;
use callboard_model::{SessionId, SocketId, Timestamp, Version};

use super::caller::text;
use super::params::is_id;
use crate::app::App;
use crate::http::now;
use crate::http::problem::Problem;

/// The stock's word for the origin session.
const TAB_ID: &str = "x-tab-id";
/// The socket of a listener of private channels.
const SOCKET_ID: &str = "x-socket-id";
/// The longest idempotency key.
const KEY_MAX: usize = 255;

/// The entity tag of a version.
pub struct Entity(pub Version);

impl Entity {
    /// As `ETag` spells it.
    #[must_use]
    pub fn tag(&self) -> String {
        format!("\"{}\"", self.0)
    }

    /// Whether `If-None-Match` names it: the caller has this version already.
    #[must_use]
    pub fn is_held(&self, headers: &HeaderMap) -> bool {
        let tag = self.tag();
        text(headers, header::IF_NONE_MATCH.as_str()).is_some_and(|held| {
            held.split(',')
                .map(str::trim)
                .any(|one| one == "*" || one.strip_prefix("W/").unwrap_or(one) == tag)
        })
    }
}

/// What the headers of a write say.
pub struct WriteHeaders {
    /// `If-Match`: the only version on which to write.
    pub exactly: Option<Version>,
    /// `Idempotency-Key`.
    pub key: Option<String>,
    /// `X-Origin-Session`, or `X-Tab-ID`.
    pub origin: Option<SessionId>,
    /// `X-Socket-ID`.
    pub socket: Option<SocketId>,
    /// When they were read: the time of the write.
    pub now: Timestamp,
}

impl FromRequestParts<App> for WriteHeaders {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let headers = &parts.headers;
        let exactly = match headers.get(header::IF_MATCH) {
            None => None,
            Some(value) => exact(value.to_str().unwrap_or_default().trim())?,
        };
        let key = headers.get(names::IDEMPOTENCY_KEY).map(|value| value.to_str().unwrap_or_default().trim());
        let origin = text(headers, names::ORIGIN_SESSION).or_else(|| text(headers, TAB_ID));
        let socket = match text(headers, SOCKET_ID) {
            None => None,
            Some(socket) if is_id(socket) => Some(socket.into()),
            Some(_) => return Err(Problem::bad_request("The socket is not an id")),
        };
        Ok(Self { exactly, socket, ..Self::said(key, origin, now(app))? })
    }
}

impl WriteHeaders {
    /// The same, said another way than in headers.
    pub fn said(key: Option<&str>, origin: Option<&str>, now: Timestamp) -> Result<Self, Problem> {
        let origin = match origin {
            None => None,
            Some(origin) if is_id(origin) => Some(origin.into()),
            Some(_) => return Err(Problem::bad_request("The origin session is not an id")),
        };
        Ok(Self { exactly: None, key: key.map(idempotency_key).transpose()?, origin, socket: None, now })
    }
}

fn exact(tag: &str) -> Result<Option<Version>, Problem> {
    if tag == "*" {
        return Ok(None);
    }
    tag.strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
        .and_then(|version| version.parse().ok())
        .map(|version| Some(Version(version)))
        .ok_or_else(|| Problem::bad_request("If-Match is one version in quotes"))
}

fn idempotency_key(text: &str) -> Result<String, Problem> {
    if (1..=KEY_MAX).contains(&text.len()) {
        Ok(text.to_owned())
    } else {
        Err(Problem::bad_request(format!("An idempotency key has 1 to {KEY_MAX} characters")))
    }
}
