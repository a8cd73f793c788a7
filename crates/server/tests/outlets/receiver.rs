//! A receiver of webhooks: a real HTTP server that keeps what it gets, and answers what it is told to.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use anyhow::{Context, Result, ensure};
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use callboard_testkit::wait;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value;
use sha2::Sha256;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// One request.
#[derive(Clone, Debug)]
pub(crate) struct Got {
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) text: Vec<u8>,
    pub(crate) body: Value,
}

impl Got {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    pub(crate) fn event_id(&self) -> String {
        self.body["event_id"].as_str().unwrap_or_default().to_owned()
    }

    pub(crate) fn kind(&self) -> &str {
        self.body["event_type"].as_str().unwrap_or_default()
    }

    /// As somebody checks it who knows the secret and reads the documentation.
    pub(crate) fn is_signed_with(&self, secret: &str) -> Result<()> {
        let said = self.header("x-alga-signature");
        let (time, signature) = said.split_once(",v1=").context("two parts")?;
        let time = time.strip_prefix("t=").context("a time")?;
        let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes())?;
        mac.update([time.as_bytes(), b".", &self.text].concat().as_slice());
        mac.verify_slice(&hex::decode(signature)?).context("the signature does not hold")
    }
}

#[derive(Default)]
struct Kept {
    got: Mutex<Vec<Got>>,
}

/// The server. It ends when it is dropped.
pub(crate) struct Receiver {
    address: SocketAddr,
    kept: Arc<Kept>,
    /// The status of the answers, and whether they are held back.
    answers: watch::Sender<(u16, bool)>,
    serving: JoinHandle<()>,
}

impl Receiver {
    pub(crate) async fn start() -> Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let (kept, answers) = (Arc::new(Kept::default()), watch::Sender::new((200, false)));
        let router = Router::new().fallback(take).with_state((Arc::clone(&kept), answers.subscribe()));
        let serving = tokio::spawn(async move {
            axum::serve(listener, router).await.expect("it serves until it is dropped");
        });
        Ok(Self { address, kept, answers, serving })
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/hook", self.address)
    }

    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }

    /// From now on it answers so.
    pub(crate) fn answer(&self, status: u16) {
        self.answers.send_modify(|answers| answers.0 = status);
    }

    /// From now on it takes requests and answers none, or answers all.
    pub(crate) fn hold(&self, held: bool) {
        self.answers.send_modify(|answers| answers.1 = held);
    }

    pub(crate) fn got(&self) -> Vec<Got> {
        self.kept.got.lock().expect("nobody panics").clone()
    }

    /// The names of the events that came, each once, in the order in which they came first.
    pub(crate) fn events(&self) -> Vec<String> {
        let mut names = Vec::new();
        for name in self.got().iter().map(Got::event_id) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }

    /// Waits until these have come and no others.
    pub(crate) async fn has(&self, events: &[String]) -> Result<()> {
        wait::until("every event has come", async || {
            let came = self.events();
            ensure!(came == events, "{} of {}: {came:?} and not {events:?}", came.len(), events.len());
            Ok(())
        })
        .await
    }

    /// Waits until so many requests have come.
    pub(crate) async fn got_at_least(&self, count: usize) -> Result<()> {
        wait::until("requests have come", async || {
            let got = self.got().len();
            ensure!(got >= count, "{got} of {count}");
            Ok(())
        })
        .await
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

type Shared = (Arc<Kept>, watch::Receiver<(u16, bool)>);

async fn take(
    State((kept, mut answers)): State<Shared>,
    uri: Uri,
    headers: HeaderMap,
    text: Bytes,
) -> Response {
    let body = serde_json::from_slice(&text).unwrap_or_default();
    let got = Got { path: uri.path().to_owned(), headers, text: text.to_vec(), body };
    kept.got.lock().expect("nobody panics").push(got);
    let status = match answers.wait_for(|(_, held)| !held).await {
        Ok(answers) => answers.0,
        Err(_) => 500,
    };
    let status = StatusCode::from_u16(status).expect("a status");
    if status.is_redirection() {
        return (status, [(header::LOCATION, "/elsewhere")]).into_response();
    }
    status.into_response()
}
