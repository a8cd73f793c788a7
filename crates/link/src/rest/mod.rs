//! The REST API as the session sees it: a question goes in, an answer or a reason for none comes out.
//!
//! | module | holds |
//! |---|---|
//! | [`send`] | the HTTP seam, and the real sender behind it |
//! | [`queue`] | which question goes next |
//! | [`calls`] | what each question is on the wire |
//! | [`schedule`] | what is asked of the schedule |
//! | [`stock`] | what a stock server is asked otherwise |
//! | [`answer`] | what each answer means: the one place that knows status codes |
//!
//! **Invariant:** nothing here retries. Whether to ask again is the session's decision.

pub(crate) mod answer;
pub(crate) mod calls;
pub(crate) mod queue;
mod schedule;
pub mod send;
mod stock;

use std::sync::Arc;

use callboard_desk::session::effect::{Request, RequestId};
use callboard_desk::session::event::{Answer, Failure};
use callboard_model::rest::header;
use callboard_model::{SessionId, TenantId, Timestamp};
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use reqwest::{Method, Url};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::task::JoinSet;

use crate::config::{ApiKey, BrowserSession, ServerUrl};
use crate::rest::queue::Queue;
use crate::rest::send::{HttpAnswer, HttpRequest, HttpSend};

/// An answer as the runtime hands it to the session.
#[derive(Debug)]
pub(crate) struct Answered {
    pub(crate) id: RequestId,
    pub(crate) request: Request,
    pub(crate) outcome: Result<Answer, Failure>,
    pub(crate) server_time: Option<Timestamp>,
}

/// Who asks whom.
pub(crate) struct Caller {
    http: Arc<dyn HttpSend>,
    server: ServerUrl,
    key: ApiKey,
    tenant: Option<HeaderValue>,
    session: Option<HeaderValue>,
    /// Who we are, where the server does not tell.
    user: Option<Arc<str>>,
    /// The cookies of a browser that is signed in.
    browser: Option<HeaderValue>,
}

impl Caller {
    pub(crate) fn new(
        http: Arc<dyn HttpSend>,
        server: ServerUrl,
        key: ApiKey,
        tenant: Option<&TenantId>,
        session: &SessionId,
    ) -> Self {
        let header = |text: &str| HeaderValue::from_str(text).ok();
        Self {
            http,
            server,
            key,
            tenant: tenant.and_then(|tenant| header(tenant.as_str())),
            session: header(session.as_str()),
            user: None,
            browser: None,
        }
    }

    /// The same, with what only a stock server needs.
    pub(crate) fn known_as(self, user: Option<Arc<str>>, browser: Option<&BrowserSession>) -> Self {
        Self { user, browser: browser.map(BrowserSession::header), ..self }
    }

    /// The address of an endpoint.
    fn at(&self, path: &[&str]) -> Url {
        self.server.under(&[&["api", "v1"], path].concat())
    }

    /// The plainest question: whose key this is.
    pub(crate) fn who_am_i(&self) -> HttpRequest {
        self.get(self.at(&["users", "me"]))
    }

    fn headers(&self) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(header::API_KEY, self.key.header());
        if let Some(tenant) = &self.tenant {
            headers.insert(header::TENANT, tenant.clone());
        }
        headers
    }

    fn get(&self, url: Url) -> HttpRequest {
        HttpRequest { method: Method::GET, url, headers: self.headers(), body: Vec::new() }
    }

    fn with_body(&self, method: Method, url: Url, body: &impl Serialize) -> Result<HttpRequest, Failure> {
        let body = serde_json::to_vec(body).map_err(|error| Failure::Refused {
            code: "UNSENDABLE".into(),
            message: error.to_string().into(),
            faults: Vec::new(),
        })?;
        let mut headers = self.headers();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        Ok(HttpRequest { method, url, headers, body })
    }

    /// Sends and notes the server's clock.
    async fn send(&self, request: HttpRequest, clock: &mut ServerClock) -> Result<HttpAnswer, Failure> {
        let answer = self.http.send(request).await.map_err(|error| answer::of_send_error(&error))?;
        clock.note(&answer);
        Ok(answer)
    }

    /// Sends, and reads what came back.
    async fn fetch<T: DeserializeOwned>(
        &self,
        request: HttpRequest,
        clock: &mut ServerClock,
    ) -> Result<T, Failure> {
        answer::read(&self.send(request, clock).await?)
    }

    /// Sends, and reads one thing, in its envelope or bare.
    async fn fetch_one<T: DeserializeOwned>(
        &self,
        request: HttpRequest,
        clock: &mut ServerClock,
    ) -> Result<T, Failure> {
        answer::read_wrapped(&self.send(request, clock).await?)
    }
}

/// The server's clock as the latest answer told it.
#[derive(Debug, Default)]
pub(crate) struct ServerClock(Option<Timestamp>);

impl ServerClock {
    fn note(&mut self, answer: &HttpAnswer) {
        self.0 = answer::date(answer).or(self.0);
    }
}

/// All questions that are open.
pub(crate) struct Rest {
    caller: Arc<Caller>,
    queue: Queue,
    flying: JoinSet<Answered>,
}

impl Rest {
    pub(crate) fn new(caller: Caller) -> Self {
        Self { caller: Arc::new(caller), queue: Queue::default(), flying: JoinSet::new() }
    }

    /// Asks, or lets the question wait for its turn. One that finds no place is answered at once.
    pub(crate) fn ask(&mut self, id: RequestId, request: Request) -> Option<Answered> {
        let refused = self.queue.push(id, request);
        self.launch();
        refused.map(|(id, request)| Answered {
            id,
            request,
            outcome: Err(Failure::Busy(queue::FULL_WAIT)),
            server_time: None,
        })
    }

    /// The next answer; `None` while nothing is open. Dropping the future loses nothing.
    pub(crate) async fn next(&mut self) -> Option<Answered> {
        loop {
            let done = self.flying.join_next().await?;
            self.launch();
            // A task that was aborted or panicked has no answer; the latter is a bug that the panic has told.
            if let Ok(answered) = done {
                return Some(answered);
            }
        }
    }

    fn launch(&mut self) {
        while self.flying.len() < queue::FLYING_MAX
            && let Some((id, request)) = self.queue.pop()
        {
            let caller = Arc::clone(&self.caller);
            self.flying.spawn(async move {
                let mut clock = ServerClock::default();
                let outcome = caller.call(&request, &mut clock).await;
                Answered { id, request, outcome, server_time: clock.0 }
            });
        }
    }
}

#[cfg(test)]
mod tests;
