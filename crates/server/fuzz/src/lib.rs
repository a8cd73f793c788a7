//! The whole REST API as one function from a request to an answer.
//!
//! It exists so that a fuzzer asks what a stranger asks: through the router that the program serves, with a real database
//! behind it. Routes come out of the OpenAPI document, so that a new one is fuzzed from its first day.
//!
//! **Invariant:** whatever is asked, the answer is not a failure of the server, and tells nothing of its inside.

use std::sync::OnceLock;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Method, Request, StatusCode};
use callboard_model::{TenantId, Timestamp};
use callboard_server::app::App;
use callboard_server::auth::api_key::ApiKey;
use callboard_server::demo::{self, Plan};
use callboard_server::http::openapi;
use callboard_server::store::{Limits, Store};
use serde_json::Value;
use tokio::runtime::Runtime;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

/// Tickets to begin with.
const TICKETS: u32 = 40;
/// Words that would only be in an answer if something of the inside got out.
const INSIDE: [&str; 5] = ["sqlite", "rusqlite", "panicked", ".rs:", "SELECT "];

/// A server that is asked, again and again.
pub struct Server {
    runtime: Runtime,
    router: Router,
    key: String,
    operations: Vec<Operation>,
    ids: Vec<String>,
}

/// A route as the document names it.
#[derive(Clone)]
pub struct Operation {
    /// Its method.
    pub method: Method,
    /// Its path, with names in braces where ids go.
    pub path: String,
    /// Whether it takes a body.
    pub takes_body: bool,
}

/// The one server of this process.
pub fn server() -> &'static Server {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(Server::start)
}

impl Server {
    fn start() -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        // In memory where there is such a folder: what is fuzzed is not the disk.
        let folder =
            tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).expect("a folder").keep();
        let address = format!("sqlite:{}", folder.join("fuzz.db").display());
        let store = Store::open(&address, Limits::default()).expect("a database");
        let key = runtime.block_on(fill(&store));
        let router = App::new(store, b"the secret of the fuzzer", CancellationToken::new()).router();
        let mut server = Self { runtime, router, key, operations: operations(), ids: Vec::new() };
        let list = server.answer(Method::GET, "/api/v1/tickets?limit=100", &[], b"").1;
        let tickets = list["data"].as_array().expect("tickets");
        server.ids = tickets.iter().filter_map(|one| one["ticket_id"].as_str().map(str::to_owned)).collect();
        assert!(!server.ids.is_empty() && server.operations.len() > 10, "there is something to fuzz");
        server
    }

    /// The operation that `choice` falls on, of those that `fit`, with a ticket's id wherever one goes.
    pub fn operation(&self, choice: u8, fit: impl Fn(&Operation) -> bool) -> Operation {
        let fitting: Vec<_> = self.operations.iter().filter(|one| fit(one)).collect();
        let mut chosen = fitting[usize::from(choice) % fitting.len()].clone();
        let id = &self.ids[usize::from(choice) % self.ids.len()];
        let parts = chosen.path.split('/').map(|part| if part.starts_with('{') { id } else { part });
        chosen.path = parts.collect::<Vec<_>>().join("/");
        chosen
    }

    /// Asks, and holds the answer against what must always be so.
    pub fn ask(&self, method: Method, path: &str, headers: &[(&str, &[u8])], body: &[u8]) {
        let (status, answer) = self.answer(method.clone(), path, headers, body);
        assert!(status.as_u16() < 500, "{method} {path}: {status} {answer}");
        if status.is_client_error() {
            let said = answer.to_string();
            assert!(!INSIDE.iter().any(|word| said.contains(word)), "{method} {path}: {said}");
        }
    }

    fn answer(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &[u8])],
        body: &[u8],
    ) -> (StatusCode, Value) {
        let mut request = Request::builder().method(method).uri(path).header("x-api-key", &self.key);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        // What is no request never reaches a router.
        let Ok(request) = request.body(Body::from(body.to_vec())) else {
            return (StatusCode::BAD_REQUEST, Value::Null);
        };
        self.runtime.block_on(async {
            let response = self.router.clone().oneshot(request).await.expect("a router never fails");
            let status = response.status();
            let bytes = to_bytes(response.into_body(), usize::MAX).await.expect("a body");
            (status, serde_json::from_slice(&bytes).unwrap_or_default())
        })
    }
}

/// A demo company, and the key of its first dispatcher.
async fn fill(store: &Store) -> String {
    let now: Timestamp = "2026-11-21T10:00:00Z".parse().expect("a time");
    store.add_company(demo::company(Plan::harbour(TICKETS, now))).await.expect("a company");
    let (key, user) =
        (ApiKey::mint().expect("random"), demo::user_ids().into_iter().next().expect("somebody"));
    store.add_key(&TenantId::from(demo::TENANT), &user, key.hash(), None).await.expect("stored");
    key.reveal().to_owned()
}

fn operations() -> Vec<Operation> {
    let document: Value = serde_json::from_str(openapi::text()).expect("JSON");
    let paths = document["paths"].as_object().expect("paths");
    let mut all = Vec::new();
    for (path, item) in paths {
        for (method, operation) in item.as_object().expect("operations") {
            let method = method.to_uppercase().parse().expect("a method");
            let takes_body = operation.get("requestBody").is_some();
            all.push(Operation { method, path: path.clone(), takes_body });
        }
    }
    all
}
