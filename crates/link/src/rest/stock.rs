//! What a stock server is asked otherwise (wire.md 4): who we are, tokens one by one, and taking somebody off a ticket.
//!
//! It tells nobody whose key it is, and gives live tokens to signed-in browsers only. So the name of the user and the
//! session of a browser are things that a person may have configured; without them everything but the live layer works.
//!
//! **Invariant:** a token that cannot be had is no sign of anything else: not of a bad key, not of a server that is down.

use std::collections::BTreeMap;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use callboard_desk::session::event::{Answer, Failure};
use callboard_model::rest::{LiveTokens, Me, TicketChanges};
use callboard_model::{Field, TenantId, TicketId, Timestamp, UserId, Value};
use reqwest::header::COOKIE;
use serde::Deserialize;
use serde_json::json;
use tracing::warn;

use crate::rest::{Caller, ServerClock};

/// Who we are where nobody said so: enough to read and to save.
const NOBODY: &str = "api-key";

/// A person as the stock lists them.
#[derive(Deserialize)]
struct Person {
    user_id: UserId,
    #[serde(default)]
    username: Option<Arc<str>>,
    #[serde(default)]
    email: Option<Arc<str>>,
    #[serde(default)]
    first_name: Option<Arc<str>>,
    #[serde(default)]
    last_name: Option<Arc<str>>,
    #[serde(default, rename = "avatarUrl")]
    avatar_url: Option<Arc<str>>,
    #[serde(default)]
    tenant: Option<TenantId>,
}

impl Person {
    fn is_called(&self, name: &str) -> bool {
        let names = [Some(self.user_id.as_str()), self.username.as_deref(), self.email.as_deref()];
        names.into_iter().flatten().any(|own| own.eq_ignore_ascii_case(name))
    }

    fn full_name(&self) -> Arc<str> {
        let parts: Vec<&str> =
            [&self.first_name, &self.last_name].into_iter().filter_map(Option::as_deref).collect();
        parts.join(" ").into()
    }
}

impl Caller {
    /// Who we are, by the name that somebody configured.
    pub(super) async fn stock_me(&self, clock: &mut ServerClock) -> Result<Me, Failure> {
        let people: Vec<Person> =
            self.whole_list(self.at(&["users"]), &[("user_type", "internal")], clock).await?;
        let configured = self.tenant.as_ref().and_then(|tenant| tenant.to_str().ok()).map(TenantId::from);
        let tenant = configured.or_else(|| people.iter().find_map(|person| person.tenant.clone()));
        let tenant = tenant.unwrap_or_else(|| NOBODY.into());
        let found = self.user.as_deref().and_then(|name| people.iter().find(|person| person.is_called(name)));
        if self.user.is_some() && found.is_none() {
            warn!("the server knows nobody by the name that was configured");
        }
        Ok(match found {
            Some(person) => Me {
                user_id: person.user_id.clone(),
                tenant,
                display_name: person.full_name(),
                avatar_url: person.avatar_url.clone(),
                role: "".into(),
            },
            None => Me {
                user_id: NOBODY.into(),
                tenant,
                display_name: "API key".into(),
                avatar_url: None,
                role: "".into(),
            },
        })
    }

    /// A token for each ticket, until one cannot be had for a reason that has nothing to do with the ticket.
    pub(super) async fn stock_tokens(
        &self,
        tickets: &[TicketId],
        clock: &mut ServerClock,
    ) -> Result<Answer, Failure> {
        let (mut tokens, mut refused) = (BTreeMap::new(), BTreeMap::new());
        let mut expires_at: Option<Timestamp> = None;
        for ticket in tickets {
            match self.stock_token(ticket, clock).await {
                Ok((token, expires)) => {
                    expires_at = Some(expires_at.map_or(expires, |first| first.min(expires)));
                    tokens.insert(ticket.clone(), token);
                }
                Err(Failure::Gone) => {
                    refused.insert(ticket.clone(), "not_found".into());
                }
                // Not for this ticket; or, if not for the first one either, not for us.
                Err(Failure::Forbidden) if !tokens.is_empty() => {
                    refused.insert(ticket.clone(), "forbidden".into());
                }
                // The page wants a browser's session: our key is as good as before.
                Err(Failure::SignedOut) => return Err(Failure::Forbidden),
                Err(failure) if tokens.is_empty() && refused.is_empty() => return Err(failure),
                Err(_) => break,
            }
        }
        let expires_at = expires_at.or(clock.0).unwrap_or_default();
        Ok(Answer::LiveTokens(LiveTokens { tokens, refused, board_token: None, expires_at }))
    }

    async fn stock_token(
        &self,
        ticket: &TicketId,
        clock: &mut ServerClock,
    ) -> Result<(Arc<str>, Timestamp), Failure> {
        #[derive(Deserialize)]
        struct Given {
            token: Arc<str>,
        }
        let mut request = self.get(self.server.under(&["api", "tickets", ticket.as_str(), "live-token"]));
        if let Some(browser) = &self.browser {
            request.headers.insert(COOKIE, browser.clone());
        }
        let Given { token } = self.fetch(request, clock).await?;
        let expires = expiry(&token).ok_or(Failure::Broken)?;
        Ok((token, expires))
    }
}

/// When a token expires, by its own word; whether it is genuine is the server's question.
fn expiry(token: &str) -> Option<Timestamp> {
    #[derive(Deserialize)]
    struct Claims {
        exp: i64,
    }
    let claims = URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?).ok()?;
    let Claims { exp } = serde_json::from_slice(&claims).ok()?;
    Timestamp::from_second(exp).ok()
}

/// The stock refuses to take the assignee off a ticket in an update and has a page of its own for it.
pub(super) fn unassigning(changes: &TicketChanges) -> Option<serde_json::Value> {
    let is_it = changes.client_version.is_none()
        && changes.fields.len() == 1
        && changes.fields.get(&Field::Assignee) == Some(&Value::Empty);
    is_it.then(|| json!({"assigned_to": null}))
}
