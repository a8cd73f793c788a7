//! What each question is on the wire.
//!
//! **Invariant:** a body holds exactly what the session asked to write, and a write names its console and its edit.

use callboard_desk::session::effect::Request;
use callboard_desk::session::event::{Answer, Customer, Failure, Lookups};
use callboard_model::rest::{
    Capabilities, CatalogEntry, Changes, Comment, EventPage, LiveTokens, LiveTokensRequest, Me, One, Page,
    Pagination, SimulatedEvent, TicketChanges, header,
};
use callboard_model::{ClientId, EditId, Ticket, TicketId};
use reqwest::header::HeaderValue;
use reqwest::{Method, Url};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::rest::send::HttpRequest;
use crate::rest::{Caller, ServerClock, stock};

/// Rows per page of a list: the most that a stock server gives.
const PAGE_ROWS: u32 = 100;

/// Pages of one lookup; longer lists are cut there.
const LOOKUP_PAGES_MAX: u32 = 50;

/// Change records per page.
const CHANGES_PAGE: u32 = 500;

/// Tickets per request for tokens: the most that the contract allows.
const TOKENS_PER_REQUEST: usize = 1000;

impl Caller {
    /// Asks one question, in as many requests as it takes. The first failure is the answer.
    pub(crate) async fn call(&self, request: &Request, clock: &mut ServerClock) -> Result<Answer, Failure> {
        self.ask(request, clock).await.map_err(|failure| match (failure, request) {
            // Only the feed and the log have a past to fall out of; anything else that is gone for good is gone.
            (Failure::TooOld, asked) if !has_a_past(asked) => Failure::Gone,
            (failure, _) => failure,
        })
    }

    async fn ask(&self, request: &Request, clock: &mut ServerClock) -> Result<Answer, Failure> {
        match request {
            Request::Hello => self.hello(clock).await,
            Request::Lookups => self.lookups(clock).await,
            Request::Customer(client) => self.customer(client, clock).await,
            Request::Tickets { page } => self.tickets(*page, clock).await,
            Request::Ticket(ticket) => {
                let found: One<Ticket> = self.fetch(self.get(self.ticket_url(ticket)), clock).await?;
                Ok(Answer::Ticket(Box::new(found.data)))
            }
            Request::Save { edit, ticket, changes } => self.save(*edit, ticket, changes, clock).await,
            Request::Say { saying, ticket, comment } => {
                let url = self.at(&["tickets", ticket.as_str(), "comments"]);
                let request = self.write(Method::POST, url, *saying, comment)?;
                let said: One<Comment> = self.fetch(request, clock).await?;
                Ok(Answer::Said(Box::new(said.data)))
            }
            Request::Comments { ticket, limit } => {
                let mut url = self.at(&["tickets", ticket.as_str(), "comments"]);
                query(&mut url, &[("limit", &limit.to_string()), ("order", "desc")]);
                let found: Page<Comment> = self.fetch(self.get(url), clock).await?;
                Ok(Answer::Comments(found.data))
            }
            Request::Schedule(asked) => self.schedule(asked, clock).await,
            Request::Changes { since } => {
                let mut url = self.at(&["changes"]);
                query(&mut url, &[("since", &since.to_string()), ("limit", &CHANGES_PAGE.to_string())]);
                Ok(Answer::Changes(self.fetch::<Changes>(self.get(url), clock).await?))
            }
            Request::LiveTokens { tickets, board } => self.live_tokens(tickets, *board, clock).await,
            Request::StockTokens { tickets } => self.stock_tokens(tickets, clock).await,
            Request::EventCatalog => {
                let found: Page<CatalogEntry> =
                    self.fetch(self.get(self.at(&["event-catalog"])), clock).await?;
                Ok(Answer::EventCatalog(found.data))
            }
            Request::EventLog { of, since, limit } => {
                let mut url = self.at(&["events"]);
                query(&mut url, &[("types", &*of.0), ("limit", &limit.to_string())]);
                match since {
                    Some(since) => query(&mut url, &[("since", &since.to_string())]),
                    None => query(&mut url, &[("order", "desc")]),
                }
                Ok(Answer::EventLog(self.fetch::<EventPage>(self.get(url), clock).await?))
            }
            Request::Simulate { key, event } => {
                let request = self.write(Method::POST, self.at(&["events", "simulate"]), *key, event)?;
                Ok(Answer::Simulated(self.fetch_one::<SimulatedEvent>(request, clock).await?))
            }
        }
    }

    async fn hello(&self, clock: &mut ServerClock) -> Result<Answer, Failure> {
        let me = self.fetch_one::<Me>(self.who_am_i(), clock).await;
        if let Err(failure @ (Failure::Unreachable | Failure::SignedOut | Failure::Busy(_))) = me {
            return Err(failure);
        }
        let asked = self.get(self.at(&["meta", "capabilities"]));
        let capabilities = match self.fetch_one::<Capabilities>(asked, clock).await {
            Ok(found) => Some(found),
            // A stock server has no such page.
            Err(Failure::Gone | Failure::TooOld) => None,
            Err(other) => return Err(other),
        };
        let me = match me {
            // Nor does it tell whose key it is, and calls "me" a bad id in one way or another.
            Err(_) if capabilities.is_none() => self.stock_me(clock).await?,
            told => told?,
        };
        Ok(Answer::Hello { me, capabilities })
    }

    async fn lookups(&self, clock: &mut ServerClock) -> Result<Answer, Failure> {
        let boards = self.whole_list(self.at(&["boards"]), &[], clock).await?;
        let statuses = self.whole_list(self.at(&["tickets", "statuses"]), &[], clock).await?;
        let priorities = self.whole_list(self.at(&["priorities"]), &[("item_type", "ticket")], clock).await?;
        let users = self.whole_list(self.at(&["users"]), &[("user_type", "internal")], clock).await?;
        let categories = self.list_if_there(&["categories", "ticket"], clock).await?;
        let teams = self.list_if_there(&["teams"], clock).await?;
        let clients = self.list_if_there(&["clients"], clock).await?;
        Ok(Answer::Lookups(Lookups { boards, statuses, priorities, users, categories, teams, clients }))
    }

    /// The places and people of a customer.
    async fn customer(&self, client: &ClientId, clock: &mut ServerClock) -> Result<Answer, Failure> {
        let locations = self.list_if_there(&["clients", client.as_str(), "locations"], clock).await?;
        let contacts = self.list_if_there(&["clients", client.as_str(), "contacts"], clock).await?;
        Ok(Answer::Customer(Customer { locations, contacts }))
    }

    /// A list that not every server has, nor everybody may read; without it there is nothing to choose there.
    async fn list_if_there<T: DeserializeOwned>(
        &self,
        path: &[&str],
        clock: &mut ServerClock,
    ) -> Result<Vec<T>, Failure> {
        match self.whole_list(self.at(path), &[], clock).await {
            Err(Failure::Forbidden | Failure::Gone | Failure::TooOld) => Ok(Vec::new()),
            other => other,
        }
    }

    /// All of a list that may or may not come in pages.
    pub(super) async fn whole_list<T: DeserializeOwned>(
        &self,
        base: Url,
        filter: &[(&str, &str)],
        clock: &mut ServerClock,
    ) -> Result<Vec<T>, Failure> {
        let mut rows = Vec::new();
        for page in 1..=LOOKUP_PAGES_MAX {
            let mut url = base.clone();
            query(&mut url, filter);
            query(&mut url, &[("page", &page.to_string()), ("limit", &PAGE_ROWS.to_string())]);
            let found: Page<T> = self.fetch(self.get(url), clock).await?;
            rows.extend(found.data);
            if !found.pagination.is_some_and(|pagination| pagination.has_next) {
                break;
            }
        }
        Ok(rows)
    }

    /// Oldest first: a ticket that is entered meanwhile comes last and shifts no page.
    async fn tickets(&self, page: u32, clock: &mut ServerClock) -> Result<Answer, Failure> {
        let mut url = self.at(&["tickets"]);
        let (page_text, limit) = (page.to_string(), PAGE_ROWS.to_string());
        query(&mut url, &[("page", &page_text), ("limit", &limit), ("sort", "entered_at"), ("order", "asc")]);
        let found: Page<Ticket> = self.fetch(self.get(url), clock).await?;
        let rows = u32::try_from(found.data.len()).unwrap_or(u32::MAX);
        let pagination = found.pagination.unwrap_or(Pagination {
            page,
            limit: PAGE_ROWS,
            total: rows,
            total_pages: 1,
            has_next: false,
            has_prev: page > 1,
        });
        Ok(Answer::Tickets { tickets: found.data, pagination })
    }

    async fn save(
        &self,
        edit: EditId,
        ticket: &TicketId,
        changes: &TicketChanges,
        clock: &mut ServerClock,
    ) -> Result<Answer, Failure> {
        let request = match stock::unassigning(changes) {
            Some(body) => {
                self.write(Method::PUT, self.at(&["tickets", ticket.as_str(), "assignment"]), edit, &body)?
            }
            None => self.write(Method::PUT, self.ticket_url(ticket), edit, changes)?,
        };
        let saved: One<Ticket> = self.fetch(request, clock).await?;
        Ok(Answer::Saved(Box::new(saved.data)))
    }

    /// A write that is applied once, and comes back under our own name.
    pub(super) fn write(
        &self,
        method: Method,
        url: Url,
        id: EditId,
        body: &impl Serialize,
    ) -> Result<HttpRequest, Failure> {
        Ok(self.signed(self.with_body(method, url, body)?, id))
    }

    /// The same, whatever its body.
    pub(super) fn signed(&self, mut request: HttpRequest, id: EditId) -> HttpRequest {
        // The letters and digits of an edit id are always fit for a header.
        if let Ok(key) = HeaderValue::from_str(&id.to_string()) {
            request.headers.insert(header::IDEMPOTENCY_KEY, key);
        }
        if let Some(session) = &self.session {
            request.headers.insert(header::ORIGIN_SESSION, session.clone());
        }
        request
    }

    async fn live_tokens(
        &self,
        tickets: &[TicketId],
        board: bool,
        clock: &mut ServerClock,
    ) -> Result<Answer, Failure> {
        let mut parts = tickets.chunks(TOKENS_PER_REQUEST);
        let mut all = self.some_tokens(parts.next().unwrap_or_default(), board, clock).await?;
        for part in parts {
            let more = self.some_tokens(part, false, clock).await?;
            all.tokens.extend(more.tokens);
            all.refused.extend(more.refused);
            all.expires_at = all.expires_at.min(more.expires_at);
        }
        Ok(Answer::LiveTokens(all))
    }

    async fn some_tokens(
        &self,
        tickets: &[TicketId],
        board: bool,
        clock: &mut ServerClock,
    ) -> Result<LiveTokens, Failure> {
        let wanted = LiveTokensRequest { ticket_ids: tickets.to_vec(), board };
        let request = self.with_body(Method::POST, self.at(&["tickets", "live-tokens"]), &wanted)?;
        self.fetch_one(request, clock).await
    }

    fn ticket_url(&self, ticket: &TicketId) -> Url {
        self.at(&["tickets", ticket.as_str()])
    }
}

/// Whether "gone for good" is said of a past that was not kept.
fn has_a_past(asked: &Request) -> bool {
    matches!(asked, Request::Changes { .. } | Request::EventLog { .. })
}

pub(super) fn query(url: &mut Url, pairs: &[(&str, &str)]) {
    url.query_pairs_mut().extend_pairs(pairs);
}
