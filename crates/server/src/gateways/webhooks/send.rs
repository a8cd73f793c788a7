//! One request to one webhook.
//!
//! **Invariant:** of the answer nothing is read but its status, nobody is followed to another address, and what went wrong
//! is told in a word that names neither address nor secret.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use callboard_model::Timestamp;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use reqwest::redirect::Policy;
use reqwest::{Client, StatusCode, Url};
use sha2::{Digest, Sha256};
use tokio::sync::OnceCell;

use super::body::Message;
use super::target::{Forbidden, Judged, Reach};
use crate::error::{Result, ServerError};
use crate::store::webhooks::Webhook;

/// How long a connection may take to come about.
const CONNECT: Duration = Duration::from_secs(5);
/// How long a request may take with its answer.
const ANSWER: Duration = Duration::from_secs(10);
/// What requests call themselves.
const AGENT: &str = concat!("Callboard-Webhooks/", env!("CARGO_PKG_VERSION"));

/// How a request ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// With this status.
    Status(StatusCode),
    /// There was no answer in time.
    Timeout,
    /// Nobody could be reached, or the answer broke off.
    Unreachable,
    /// The URL leads where no webhook may.
    ForbiddenTarget,
    /// Nothing was sent: the log no longer has what would have come next.
    LogGone,
}

impl Ended {
    /// Whether the event was taken.
    #[must_use]
    pub fn is_taken(&self) -> bool {
        matches!(self, Self::Status(status) if status.is_success())
    }
}

impl fmt::Display for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Status(status) => write!(f, "{}", status.as_u16()),
            Self::Timeout => f.write_str("timeout"),
            Self::Unreachable => f.write_str("unreachable"),
            Self::ForbiddenTarget => f.write_str("forbidden_target"),
            Self::LogGone => f.write_str("log_gone"),
        }
    }
}

/// Whoever makes the requests. Cheap to clone; it loads what it trusts with the first one.
#[derive(Clone, Default)]
pub struct Sender {
    reach: Reach,
    client: Arc<OnceCell<Client>>,
}

impl Sender {
    /// One that goes so far.
    #[must_use]
    pub fn new(reach: Reach) -> Self {
        Self { reach, client: Arc::default() }
    }

    /// How far it goes.
    #[must_use]
    pub fn reach(&self) -> Reach {
        self.reach
    }

    /// Sends a message, and says how that ended. `attempt` counts from 1.
    pub async fn send(&self, webhook: &Webhook, message: &Message, attempt: u32, now: Timestamp) -> Ended {
        let Ok(url) = self.reach.judge(&webhook.url) else { return Ended::ForbiddenTarget };
        match self.request(url, webhook, message, attempt, now).await {
            Ok(ended) => ended,
            Err(error) => {
                tracing::error!(webhook = %webhook.id, %error, "a message to a webhook cannot be made");
                Ended::Unreachable
            }
        }
    }

    async fn request(
        &self,
        url: Url,
        webhook: &Webhook,
        message: &Message,
        attempt: u32,
        now: Timestamp,
    ) -> Result<Ended> {
        let headers = headers(webhook, message, attempt, now)?;
        let client = self.client.get_or_try_init(|| async { client(self.reach) }).await?;
        let answered = client.post(url).headers(headers).body(message.body.clone()).send().await;
        Ok(match answered {
            Ok(answer) => Ended::Status(answer.status()),
            Err(error) if is_forbidden(&error) => Ended::ForbiddenTarget,
            Err(error) if error.is_timeout() => Ended::Timeout,
            Err(_) => Ended::Unreachable,
        })
    }
}

fn client(reach: Reach) -> Result<Client> {
    Client::builder()
        .user_agent(AGENT)
        .connect_timeout(CONNECT)
        .timeout(ANSWER)
        .redirect(Policy::none())
        // A proxy would connect for us, to whatever it likes.
        .no_proxy()
        .dns_resolver(Arc::new(Judged(reach)))
        .pool_max_idle_per_host(1)
        .build()
        .map_err(|error| ServerError::Settings(format!("no way to webhooks: {error}")))
}

/// Whether the name of the target led where no webhook may go.
fn is_forbidden(error: &reqwest::Error) -> bool {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if error.is::<Forbidden>() {
            return true;
        }
        cause = error.source();
    }
    false
}

/// As the stock names them, so that its receivers read ours.
fn headers(webhook: &Webhook, message: &Message, attempt: u32, now: Timestamp) -> Result<HeaderMap> {
    let signature = webhook.secret.sign(now, &message.body)?;
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    for (name, value) in [
        ("x-alga-signature", signature.as_str()),
        ("x-alga-webhook-id", webhook.id.as_str()),
        ("x-alga-event-id", &message.event_id),
        ("x-alga-event-type", &message.event_type),
        ("x-alga-delivery-id", &delivery(webhook, message)),
        ("x-alga-delivery-attempt", &attempt.to_string()),
    ] {
        let value = HeaderValue::from_str(value)
            .map_err(|_| ServerError::Unreadable(format!("{name} is no header")))?;
        headers.insert(HeaderName::from_static(name), value);
    }
    Ok(headers)
}

/// The name of a delivery: this event to this webhook, however often it is tried.
fn delivery(webhook: &Webhook, message: &Message) -> String {
    let hash = Sha256::new()
        .chain_update("delivery")
        .chain_update(webhook.id.as_str())
        .chain_update([0])
        .chain_update(&message.event_id);
    let mut bytes = [0_u8; 16];
    bytes.copy_from_slice(&hash.finalize()[..16]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid().to_string()
}
