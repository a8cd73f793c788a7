//! Where the server is, who we are to it, and where our files lie.
//!
//! Everything is checked here, once, so that no later code has to ask whether an address is sane.
//!
//! **Invariant:** a key never leaves through `Debug`, and never travels unencrypted to another machine unless
//! somebody asked for exactly that.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use callboard_desk::Policy;
use callboard_model::TenantId;
use reqwest::Url;
use reqwest::header::HeaderValue;

use crate::LinkError;

/// What a console needs to know before it starts.
#[derive(Clone, Debug)]
pub struct Config {
    /// The server.
    pub server: ServerUrl,
    /// Our key to it.
    pub api_key: ApiKey,
    /// The tenant, where the key alone does not tell.
    pub tenant: Option<TenantId>,
    /// Where our files lie; made when missing.
    pub profile_dir: PathBuf,
    /// What somebody chose about the live layer.
    pub live: LiveOptions,
}

/// What somebody chose about the live layer; the defaults are right for our own server.
#[derive(Clone, Debug, Default)]
pub struct LiveOptions {
    /// How many rooms, whether seen, whether asking slowly, how many sockets.
    pub policy: Policy,
    /// Where the rooms are, if not beside the REST API.
    pub rooms: Option<RoomsUrl>,
    /// Who we are to a stock server, which does not tell: an id, a user name or a mail address.
    pub user: Option<Arc<str>>,
    /// The session of a browser that is signed in to a stock server, which gives live tokens to nobody else.
    pub session: Option<BrowserSession>,
}

/// The cookies of a browser that is signed in: a secret.
#[derive(Clone)]
pub struct BrowserSession(HeaderValue);

impl BrowserSession {
    /// Takes the value of a `Cookie` header as a person pasted it.
    ///
    /// # Errors
    /// It is empty or holds what no header may hold.
    pub fn new(text: &str) -> Result<Self, LinkError> {
        let mut value = HeaderValue::from_str(text.trim()).map_err(|_| LinkError::Key)?;
        if value.is_empty() {
            return Err(LinkError::Key);
        }
        value.set_sensitive(true);
        Ok(Self(value))
    }

    /// The value of its header.
    pub(crate) fn header(&self) -> HeaderValue {
        self.0.clone()
    }
}

impl fmt::Debug for BrowserSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BrowserSession(…)")
    }
}

/// Where rooms are, if not beside the REST API: `wss`, or plain `ws` to this very machine.
#[derive(Clone, Debug)]
pub struct RoomsUrl(SocketUrl);

impl RoomsUrl {
    /// Takes an address.
    ///
    /// # Errors
    /// It is no such address.
    pub fn new(text: &str, allow_plain: bool) -> Result<Self, LinkError> {
        let text = text.trim();
        let (scheme, rest) = text.split_once("://").ok_or(LinkError::Server("it is not a URL"))?;
        let http = match scheme {
            "wss" => "https",
            "ws" => "http",
            _ => return Err(LinkError::Server("it must begin with wss://")),
        };
        let http = format!("{http}://{rest}");
        let server = if allow_plain { ServerUrl::allowing_plain_http(&http) } else { ServerUrl::new(&http) };
        Ok(Self(server?.as_socket()))
    }

    /// The address of the socket.
    pub(crate) fn socket(&self) -> SocketUrl {
        self.0.clone()
    }
}

/// A key to the REST API: a secret.
#[derive(Clone)]
pub struct ApiKey(HeaderValue);

impl ApiKey {
    /// Takes a key as a person pasted it.
    ///
    /// # Errors
    /// It is empty or holds what no header may hold.
    pub fn new(text: &str) -> Result<Self, LinkError> {
        let text = text.trim();
        if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(LinkError::Key);
        }
        let mut value = HeaderValue::from_str(text).map_err(|_| LinkError::Key)?;
        value.set_sensitive(true);
        Ok(Self(value))
    }

    /// The key as the value of its header.
    pub(crate) fn header(&self) -> HeaderValue {
        self.0.clone()
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiKey(…)")
    }
}

/// The server's address: scheme, host, port, and a path in front of all of ours where a proxy wants one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerUrl(Url);

impl ServerUrl {
    /// Takes an address: `https`, or plain `http` to this very machine.
    ///
    /// # Errors
    /// It is no such address.
    pub fn new(text: &str) -> Result<Self, LinkError> {
        let url = Self::allowing_plain_http(text)?;
        if url.0.scheme() == "http" && !url.is_loopback() {
            return Err(LinkError::Server("plain http would show the key to the network; use https"));
        }
        Ok(url)
    }

    /// Takes an address with plain `http` to any machine: only when somebody asked for it.
    ///
    /// # Errors
    /// It is no such address.
    pub fn allowing_plain_http(text: &str) -> Result<Self, LinkError> {
        let mut url = Url::parse(text.trim()).map_err(|_| LinkError::Server("it is not a URL"))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(LinkError::Server("it must begin with https://"));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(LinkError::Server("it must not hold a name or password"));
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(LinkError::Server("it must not hold ? or #"));
        }
        let path = format!("{}/", url.path().trim_end_matches('/'));
        url.set_path(&path);
        Ok(Self(url))
    }

    /// The address, as what tells one server from another.
    pub(crate) fn address(&self) -> String {
        self.0.as_str().to_owned()
    }

    /// Whether a proxy would read the key, or would look for the server on its own machine.
    pub(crate) fn is_for_no_proxy(&self) -> bool {
        self.0.scheme() == "http" || self.is_loopback()
    }

    fn is_loopback(&self) -> bool {
        let host = self.0.host_str().unwrap_or_default();
        let address = host.trim_start_matches('[').trim_end_matches(']').parse::<std::net::IpAddr>();
        host == "localhost" || address.is_ok_and(|address| address.is_loopback())
    }

    /// The address of what lies under `segments`, each of them taken literally.
    pub(crate) fn under(&self, segments: &[&str]) -> Url {
        let mut url = self.0.clone();
        // An http(s) URL can always have a path, so the error case does not occur.
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(segments);
        }
        url
    }

    /// The address of the live layer's socket.
    pub(crate) fn socket(&self) -> SocketUrl {
        Self(self.under(&["hocuspocus"])).as_socket()
    }

    /// The same address, for a socket.
    fn as_socket(&self) -> SocketUrl {
        let mut url = self.0.clone();
        let scheme = if url.scheme() == "https" { "wss" } else { "ws" };
        let port = url.port_or_known_default().unwrap_or_default();
        // Between two special schemes with an authority this cannot fail.
        let _ = url.set_scheme(scheme);
        let host =
            url.host_str().unwrap_or_default().trim_start_matches('[').trim_end_matches(']').to_owned();
        SocketUrl { url: url.into(), host, port }
    }
}

/// Where the live layer's socket is.
#[derive(Clone)]
pub(crate) struct SocketUrl {
    /// The whole address.
    pub(crate) url: String,
    /// The host to dial.
    pub(crate) host: String,
    /// The port to dial.
    pub(crate) port: u16,
}

impl SocketUrl {
    /// The same with a token in it, as rooms of a stock server of 2.x want it.
    pub(crate) fn with_token(&self, token: &str) -> Self {
        let mark = if self.url.contains('?') { '&' } else { '?' };
        Self { url: format!("{}{mark}token={token}", self.url), ..self.clone() }
    }
}

/// There may be a token in the address, and that is a secret.
impl fmt::Debug for SocketUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SocketUrl")
            .field("host", &self.host)
            .field("port", &self.port)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_goes_in_the_clear_only_to_this_machine() {
        for fine in ["https://a.example", "http://127.0.0.1:8080", "http://localhost", "http://[::1]:1/"] {
            assert!(ServerUrl::new(fine).is_ok(), "{fine}");
        }
        for bad in
            ["http://a.example", "http://10.0.0.1", "http://127.0.0.1.example", "http://localhost.example"]
        {
            assert!(ServerUrl::new(bad).is_err(), "{bad}");
            assert!(ServerUrl::allowing_plain_http(bad).is_ok(), "{bad}");
        }
    }

    #[test]
    fn what_is_no_server_address_is_refused() {
        for bad in
            ["", "a.example", "ftp://a", "https://u:p@a", "https://a?x=1", "https://a#x", "file:///etc"]
        {
            assert!(ServerUrl::allowing_plain_http(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn addresses_stand_under_the_base_whatever_an_id_holds() {
        let base = ServerUrl::new("https://a.example/desk/").expect("an address");
        assert_eq!(
            base.under(&["tickets", "a/../b?c"]).as_str(),
            "https://a.example/desk/tickets/a%2F..%2Fb%3Fc"
        );
        let socket = base.socket();
        assert_eq!(socket.url, "wss://a.example/desk/hocuspocus");
        assert_eq!((socket.host.as_str(), socket.port), ("a.example", 443));
        let socket = ServerUrl::new("http://[::1]:81").expect("an address").socket();
        assert_eq!(
            (socket.url.as_str(), socket.host.as_str(), socket.port),
            ("ws://[::1]:81/hocuspocus", "::1", 81)
        );
    }

    #[test]
    fn rooms_may_lie_elsewhere_and_tokens_go_in_the_clear_only_to_this_machine() {
        let url = |text: &str, plain| RoomsUrl::new(text, plain).map(|url| url.socket().url);
        assert_eq!(url("ws://127.0.0.1:1234", false).ok().as_deref(), Some("ws://127.0.0.1:1234/"));
        assert_eq!(url("wss://a.example/x", false).ok().as_deref(), Some("wss://a.example/x/"));
        assert!(url("ws://a.example", false).is_err() && url("ws://a.example", true).is_ok());
        assert!(url("https://a.example", true).is_err() && url("a.example", true).is_err());
    }

    #[test]
    fn a_token_in_an_address_and_the_session_of_a_browser_are_never_shown() {
        let url = ServerUrl::new("http://[::1]:81").expect("an address").socket().with_token("s3cret");
        assert_eq!(url.url, "ws://[::1]:81/hocuspocus?token=s3cret");
        let session = BrowserSession::new("authjs.session-token=s3cret").expect("a cookie");
        assert!(!format!("{url:?} {session:?} {:?}", session.header()).contains("s3cret"));
        assert!(BrowserSession::new(" ").is_err() && BrowserSession::new("a\nb").is_err());
    }

    #[test]
    fn a_key_is_never_shown() {
        let key = ApiKey::new("  s3cret\n").expect("a key");
        assert_eq!(format!("{key:?} {:?}", key.header()), "ApiKey(…) Sensitive");
        assert_eq!(key.header(), "s3cret");
        assert!(ApiKey::new(" ").is_err());
        assert!(ApiKey::new("a b").is_err());
    }
}
