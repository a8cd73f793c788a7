//! Two companies in one database, `T` and `X`, and people of every role with a key.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode};
use callboard_model::{TenantId, Ticket, Timestamp};
use callboard_server::app::App;
use callboard_server::auth::api_key::ApiKey;
use callboard_server::auth::{Access, Role};
use callboard_server::demo::{Plan, company};
use callboard_server::store::directory::{Member, PeopleQuery};
use callboard_server::store::{Limits, Store};
use callboard_testkit::database::Database;
use serde_json::Value;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

pub(crate) const T: &str = "tenant-t";
pub(crate) const X: &str = "tenant-x";
pub(crate) const SECRET: &[u8] = b"the secret of these tests";
/// Tickets of each company.
pub(crate) const TICKETS: u32 = 60;

pub(crate) struct World {
    pub(crate) store: Store,
    pub(crate) database: Database,
    /// Keys of `T`.
    pub(crate) dispatcher: String,
    pub(crate) technician: String,
    pub(crate) read_only: String,
    pub(crate) billing: String,
    pub(crate) admin: String,
    pub(crate) portal: String,
    /// A dispatcher's key of `X`.
    pub(crate) stranger: String,
    router: Router,
}

/// An answer as a client sees it.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

impl Reply {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    pub(crate) fn code(&self) -> &str {
        self.body["error"]["code"].as_str().unwrap_or_default()
    }
}

/// The moment around which the companies are built.
pub(crate) fn moment() -> Timestamp {
    "2026-11-21T10:00:00Z".parse().expect("a time")
}

pub(crate) fn plan(tenant: &str, seed: u64, tickets: u32) -> Plan {
    Plan { tenant: tenant.into(), name: tenant.to_owned(), seed, tickets, now: moment(), is_simulated: false }
}

impl World {
    pub(crate) async fn start() -> Self {
        Self::keeping(Limits::default()).await
    }

    pub(crate) async fn keeping(limits: Limits) -> Self {
        let database = Database::fresh().await.expect("a database");
        let store = Store::open(&database.address(), limits).expect("a store");
        for (tenant, seed) in [(T, 1), (X, 2)] {
            store.add_company(company(plan(tenant, seed, TICKETS))).await.expect("a company");
        }
        let router = App::new(store.clone(), SECRET, CancellationToken::new()).router();
        Self {
            dispatcher: key(&store, T, Role::Dispatcher).await,
            technician: key(&store, T, Role::Technician).await,
            read_only: key(&store, T, Role::ReadOnly).await,
            billing: key(&store, T, Role::Billing).await,
            admin: key(&store, T, Role::Admin).await,
            portal: key(&store, T, Role::ClientPortal).await,
            stranger: key(&store, X, Role::Dispatcher).await,
            store,
            database,
            router,
        }
    }

    /// The one number that a statement past the server gives back.
    pub(crate) fn number(&self, sql: &str) -> i64 {
        self.database.sql(sql).expect(sql).join("").parse().expect(sql)
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Reply {
        let response = self.router.clone().oneshot(request).await.expect("a router never fails");
        let (head, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.expect("a body");
        let body = if bytes.is_empty() { Value::Null } else { serde_json::from_slice(&bytes).expect("JSON") };
        Reply { status: head.status.as_u16(), headers: head.headers, body }
    }

    pub(crate) async fn ask(
        &self,
        method: Method,
        path: &str,
        key: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Reply {
        let mut request = Request::builder().method(method).uri(path);
        if !key.is_empty() {
            request = request.header("x-api-key", key);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(Body::from(body.to_owned())).expect("a request")).await
    }

    /// A read by the dispatcher that has to succeed.
    pub(crate) async fn get(&self, path: &str) -> Value {
        let reply = self.ask(Method::GET, path, &self.dispatcher, &[], "").await;
        assert_eq!(reply.status, StatusCode::OK, "{path}: {}", reply.body);
        reply.body
    }

    /// A write by the dispatcher.
    pub(crate) async fn put(&self, ticket: &str, headers: &[(&str, &str)], body: Value) -> Reply {
        let path = format!("/api/v1/tickets/{ticket}");
        self.ask(Method::PUT, &path, &self.dispatcher, headers, &body.to_string()).await
    }

    /// Another kind of write by the dispatcher.
    pub(crate) async fn post(&self, path: &str, headers: &[(&str, &str)], body: Value) -> Reply {
        self.ask(Method::POST, path, &self.dispatcher, headers, &body.to_string()).await
    }

    /// The body of a new ticket like this one.
    pub(crate) fn like(ticket: &Ticket, title: &str) -> Value {
        serde_json::json!({
            "title": title, "board_id": ticket.board_id, "client_id": ticket.client_id,
            "status_id": ticket.status_id, "priority_id": ticket.priority_id,
        })
    }

    pub(crate) async fn tickets_of(&self, tenant: &str) -> Vec<Ticket> {
        let query =
            callboard_server::store::query::TicketQuery { page: 1, limit: TICKETS, ..Default::default() };
        self.store.tickets(&tenant.into(), &Access::of(Role::Dispatcher), query).await.expect("tickets").0
    }

    /// The newest ticket of `T`.
    pub(crate) async fn a_ticket(&self) -> String {
        self.tickets_of(T).await[0].ticket_id.to_string()
    }

    /// The newest open ticket of `T`.
    pub(crate) async fn an_open_ticket(&self) -> Ticket {
        self.tickets_of(T).await.into_iter().find(|ticket| !ticket.status_is_closed).expect("one is open")
    }
}

/// A fresh key of the first person with this role.
pub(crate) async fn key(store: &Store, tenant: &str, role: Role) -> String {
    let tenant = TenantId::from(tenant);
    let active = PeopleQuery { inactive: Some(false), ..PeopleQuery::default() };
    for Member { user, .. } in store.people(&tenant, active).await.expect("people") {
        let caller = store.caller(&tenant, &user.user_id).await.expect("readable").expect("active");
        if caller.access.role == role {
            let key = ApiKey::mint().expect("random");
            store.add_key(&tenant, &user.user_id, key.hash(), None).await.expect("stored");
            return key.reveal().to_owned();
        }
    }
    panic!("nobody is {role}")
}
