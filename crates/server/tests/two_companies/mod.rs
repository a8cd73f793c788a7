//! Two companies in one database, `tenant-t` and `tenant-x`, behind one whole server process on a port of its own. What every
//! gateway is tested in; the gateways' own words are beside their tests.
//!
//! **Invariant:** the two companies share everything that one process has, so that whatever leaks would be seen.

use std::net::SocketAddr;
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::http::{Method, Request};
use callboard_model::{TenantId, Ticket, UserId};
use callboard_server::app::App;
use callboard_server::auth::api_key::ApiKey;
use callboard_server::auth::{Access, Caller, Role};
use callboard_server::demo::{Plan, company};
use callboard_server::listen;
use callboard_server::store::directory::{Member, PeopleQuery};
use callboard_server::store::query::TicketQuery;
use callboard_server::store::{Limits, Store};
use callboard_testkit::database::Database;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

pub(crate) const T: &str = "tenant-t";
pub(crate) const X: &str = "tenant-x";
/// How long any fact is waited for.
pub(crate) const DEADLINE: Duration = Duration::from_secs(30);
/// Tickets of each company.
const TICKETS: u32 = 60;

pub(crate) struct World {
    pub(crate) app: App,
    pub(crate) store: Store,
    pub(crate) stop: CancellationToken,
    pub(crate) address: SocketAddr,
    _database: Database,
}

/// Somebody with a key.
#[derive(Clone)]
pub(crate) struct Person {
    pub(crate) tenant: TenantId,
    pub(crate) user: UserId,
    pub(crate) access: Access,
    pub(crate) key: String,
}

impl World {
    pub(crate) async fn start() -> Self {
        let database = Database::fresh().await.expect("a database");
        let store = Store::open(&database.address(), Limits::default()).expect("a store");
        for (tenant, seed) in [(T, 1), (X, 2)] {
            let now = "2026-11-21T10:00:00Z".parse().expect("a time");
            let (tenant, name) = (tenant.into(), tenant.to_owned());
            let plan = Plan { tenant, name, seed, tickets: TICKETS, now, is_simulated: false };
            store.add_company(company(plan)).await.expect("a company");
        }
        let stop = CancellationToken::new();
        let app = App::new(store.clone(), b"the secret of these tests", stop.clone());
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let router = app.router();
        let (limits, stopped) = (listen::Limits::default(), stop.clone());
        tokio::spawn(listen::serve(listener, router, limits, listen::Seats::new(&limits), stopped));
        Self { app, store, stop, address, _database: database }
    }

    /// The first person of `T` with this role, and a fresh key of theirs.
    pub(crate) async fn a(&self, role: Role) -> Person {
        self.one_of(T, role).await
    }

    pub(crate) async fn one_of(&self, tenant: &str, role: Role) -> Person {
        let tenant = TenantId::from(tenant);
        let active = PeopleQuery { inactive: Some(false), ..PeopleQuery::default() };
        for Member { user, .. } in self.store.people(&tenant, active).await.expect("people") {
            let caller = self.store.caller(&tenant, &user.user_id).await.expect("readable").expect("active");
            if caller.access.role == role {
                let Caller { user, access, .. } = caller;
                let key = ApiKey::mint().expect("random");
                self.store.add_key(&tenant, &user, key.hash(), None).await.expect("stored");
                return Person { tenant, user, access, key: key.reveal().to_owned() };
            }
        }
        panic!("nobody is {role}")
    }

    /// The tickets that somebody may read, the newest first.
    pub(crate) async fn tickets_of(&self, person: &Person) -> Vec<Ticket> {
        let query = TicketQuery { page: 1, limit: TICKETS, ..TicketQuery::default() };
        self.store.tickets(&person.tenant, &person.access, query).await.expect("tickets").0
    }

    /// Those of them that are open and stand alone.
    pub(crate) async fn open_tickets(&self, person: &Person) -> Vec<Ticket> {
        let mut tickets = self.tickets_of(person).await;
        tickets.retain(|ticket| !ticket.status_is_closed && ticket.master_ticket_id.is_none());
        tickets
    }

    /// Any request, with its status and its answer.
    pub(crate) async fn send(
        &self,
        method: Method,
        path: &str,
        person: &Person,
        body: &Value,
    ) -> (u16, Value) {
        let request = Request::builder().method(method).uri(path).header("x-api-key", &person.key);
        let request = request.header("content-type", "application/json");
        self.ask(request.body(Body::from(body.to_string())).expect("a request")).await
    }

    pub(crate) async fn ask(&self, request: Request<Body>) -> (u16, Value) {
        let response = self.app.router().oneshot(request).await.expect("a router never fails");
        let (head, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.expect("a body");
        let body = if bytes.is_empty() { Value::Null } else { serde_json::from_slice(&bytes).expect("JSON") };
        (head.status.as_u16(), body)
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// Waits for a fact about the server, without guessing how long it takes.
pub(crate) async fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let holding = async {
        while !holds() {
            tokio::task::yield_now().await;
        }
    };
    timeout(DEADLINE, holding).await.unwrap_or_else(|_| panic!("{what} did not happen"));
}
