//! One account's way to the REST API, as a colleague's script would use it.
//!
//! **Invariant:** every answer is checked; a refusal comes back as an error that carries the server's own words.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use callboard_model::rest::{LiveTokens, LiveTokensRequest, One, Page, Status, TicketChanges, header};
use callboard_model::{Field, StatusId, Ticket, TicketId, Value};
use reqwest::{Client, Method, RequestBuilder, StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;

use crate::server::Account;

/// How long the server may take for one answer.
const ANSWER_MAX: Duration = Duration::from_secs(20);

/// The most tickets that one page may hold.
const PAGE: u32 = 100;

/// The API, as one account.
#[derive(Clone, Debug)]
pub struct Rest {
    client: Client,
    base: String,
    account: Account,
}

/// The answer to the question for one live token.
#[derive(Deserialize)]
struct LiveToken {
    token: String,
}

impl Rest {
    /// The API under `base`, such as `http://127.0.0.1:8080`.
    pub fn new(base: &str, account: &Account) -> Result<Self> {
        let client =
            Client::builder().timeout(ANSWER_MAX).no_proxy().build().context("building the HTTP client")?;
        Ok(Self { client, base: base.to_owned(), account: account.clone() })
    }

    /// Whose API this is.
    #[must_use]
    pub fn account(&self) -> &Account {
        &self.account
    }

    /// One ticket.
    pub async fn ticket(&self, id: &TicketId) -> Result<Ticket> {
        let one: One<Ticket> = self.get(&format!("/api/v1/tickets/{id}")).await?;
        Ok(one.data)
    }

    /// The first tickets in the server's own order.
    pub async fn tickets(&self, count: u32) -> Result<Vec<Ticket>> {
        let mut tickets = Vec::new();
        for page in 1.. {
            let path = format!("/api/v1/tickets?page={page}&limit={}", count.min(PAGE));
            let answer: Page<Ticket> = self.get(&path).await?;
            tickets.extend(answer.data);
            let more = answer.pagination.is_some_and(|place| place.has_next);
            if tickets.len() >= count as usize || !more {
                break;
            }
        }
        tickets.truncate(count as usize);
        ensure!(
            tickets.len() == count as usize,
            "asked for {count} tickets, the server has {}",
            tickets.len()
        );
        Ok(tickets)
    }

    /// The statuses of a ticket's board in their order.
    pub async fn statuses(&self, ticket: &Ticket) -> Result<Vec<Status>> {
        let page: Page<Status> = self.get("/api/v1/tickets/statuses").await?;
        let mut statuses = page.data;
        statuses.retain(|status| Some(&status.board_id) == ticket.board_id.as_ref());
        statuses.sort_by_key(|status| status.order_number);
        Ok(statuses)
    }

    /// Sets fields of a ticket without a base, as a stock client does.
    pub async fn put(
        &self,
        id: &TicketId,
        fields: impl IntoIterator<Item = (Field, Value)>,
    ) -> Result<Ticket> {
        self.change(id, &TicketChanges { fields: BTreeMap::from_iter(fields), client_version: None }).await
    }

    /// Changes a ticket, guarded if the changes say upon which version.
    pub async fn change(&self, id: &TicketId, changes: &TicketChanges) -> Result<Ticket> {
        let request = self.request(Method::PUT, &format!("/api/v1/tickets/{id}")).json(changes);
        let one: One<Ticket> = answer(request).await?;
        Ok(one.data)
    }

    /// Sets fields of a ticket under an idempotency key: sent twice, it is done once.
    pub async fn put_once(
        &self,
        id: &TicketId,
        key: &str,
        fields: impl IntoIterator<Item = (Field, Value)>,
    ) -> Result<Ticket> {
        let changes = TicketChanges { fields: BTreeMap::from_iter(fields), client_version: None };
        let request = self.request(Method::PUT, &format!("/api/v1/tickets/{id}"));
        let one: One<Ticket> = answer(request.header(header::IDEMPOTENCY_KEY, key).json(&changes)).await?;
        Ok(one.data)
    }

    /// Sends a change as a page does, with headers of its own.
    pub async fn put_with(&self, id: &TicketId, body: &Json, headers: &[(&str, &str)]) -> Result<Ticket> {
        let request = self.request(Method::PUT, &format!("/api/v1/tickets/{id}")).json(body);
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        let one: One<Ticket> = answer(request).await?;
        Ok(one.data)
    }

    /// Sets the status of a ticket.
    pub async fn set_status(&self, id: &TicketId, status: &StatusId) -> Result<Ticket> {
        self.put(id, [(Field::Status, Value::from(status.as_str()))]).await
    }

    /// A live token for one ticket.
    pub async fn live_token(&self, id: &TicketId) -> Result<String> {
        let token: LiveToken = self.get(&format!("/api/tickets/{id}/live-token")).await?;
        Ok(token.token)
    }

    /// Live tokens for many tickets and, if wanted, the board room.
    pub async fn live_tokens(&self, tickets: &[TicketId], board: bool) -> Result<LiveTokens> {
        let wanted = LiveTokensRequest { ticket_ids: tickets.to_vec(), board };
        answer(self.request(Method::POST, "/api/v1/tickets/live-tokens").json(&wanted)).await
    }

    /// Any other question.
    pub async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T> {
        answer(self.request(Method::GET, path)).await
    }

    /// Any other change.
    pub async fn set<T: DeserializeOwned>(&self, path: &str, body: &serde_json::Value) -> Result<T> {
        answer(self.request(Method::PUT, path).json(body)).await
    }

    /// Anything else that is made or done.
    pub async fn post<T: DeserializeOwned>(&self, path: &str, body: &serde_json::Value) -> Result<T> {
        answer(self.request(Method::POST, path).json(body)).await
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client
            .request(method, format!("{}{path}", self.base))
            .header(header::API_KEY, &self.account.api_key)
            .header(header::TENANT, &self.account.tenant_id)
    }
}

async fn answer<T: DeserializeOwned>(request: RequestBuilder) -> Result<T> {
    let text = text(request).await?;
    serde_json::from_str(&text).with_context(|| format!("not the answer that was expected: {text}"))
}

async fn text(request: RequestBuilder) -> Result<String> {
    let response = request.send().await.context("no answer from the server")?;
    let (status, url) = (response.status(), response.url().clone());
    let text = response.text().await.with_context(|| format!("reading the answer of {url}"))?;
    ensure!(status.is_success(), Refusal { status, body: text });
    Ok(text)
}

/// The server said no; tests ask for it with `downcast_ref`.
#[derive(Debug)]
pub struct Refusal {
    /// How.
    pub status: StatusCode,
    /// In which words.
    pub body: String,
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the server refused with {}: {}", self.status, self.body)
    }
}

impl std::error::Error for Refusal {}
