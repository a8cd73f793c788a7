//! A company in a database, its router, and events of which nothing happened.

use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Method, Request};
use callboard_catalog::EventType;
use callboard_model::{TenantId, Timestamp};
use callboard_server::app::App;
use callboard_server::auth::api_key::ApiKey;
use callboard_server::auth::{Caller, Role};
use callboard_server::demo::{Plan, company};
use callboard_server::domain::events::Happening;
use callboard_server::gateways::webhooks::Reach;
use callboard_server::store::directory::PeopleQuery;
use callboard_server::store::save::{Attempt, Author};
use callboard_server::store::{Limits, Store};
use callboard_testkit::database::Database;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

pub(crate) const T: &str = "tenant-t";
pub(crate) const X: &str = "tenant-x";
/// How long any fact is waited for.
pub(crate) const DEADLINE: Duration = Duration::from_secs(30);

/// A store with two companies.
pub(crate) async fn filled(store: Store) -> Store {
    for (tenant, seed) in [(T, 1), (X, 2)] {
        let now = "2026-11-21T10:00:00Z".parse().expect("a time");
        let (tenant, name) = (tenant.into(), tenant.to_owned());
        let plan = Plan { tenant, name, seed, tickets: 5, now, is_simulated: false };
        store.add_company(company(plan)).await.expect("a company");
    }
    store
}

pub(crate) async fn on(database: &Database, limits: Limits) -> Store {
    filled(Store::open(&database.address(), limits).expect("a store")).await
}

/// The first person with this role.
pub(crate) async fn somebody(store: &Store, tenant: &str, role: Role) -> Caller {
    let tenant = TenantId::from(tenant);
    let active = PeopleQuery { inactive: Some(false), ..PeopleQuery::default() };
    for member in store.people(&tenant, active).await.expect("people") {
        let caller = store.caller(&tenant, &member.user.user_id).await.expect("readable").expect("active");
        if caller.access.role == role {
            return caller;
        }
    }
    panic!("nobody is {role}")
}

/// Tells an event in this company, and says under which name.
pub(crate) async fn tell(store: &Store, tenant: &str, event: EventType, payload: Value) -> String {
    let author = Author::of(&somebody(store, tenant, Role::Dispatcher).await, Timestamp::now());
    let Value::Object(payload) = payload else { panic!("an object") };
    match store.simulate(author, Happening { event, payload }).await.expect("written") {
        Attempt::Done(name) => name,
        other => panic!("not told: {other:?}"),
    }
}

/// Tells some events, one after the other, and says under which names.
pub(crate) async fn tell_some(store: &Store, tenant: &str, count: usize) -> Vec<String> {
    let author = Author::of(&somebody(store, tenant, Role::Dispatcher).await, Timestamp::now());
    let mut names = Vec::new();
    for number in 0..count {
        let payload = [("number".to_owned(), json!(number))].into_iter().collect();
        let happening = Happening { event: EventType::TicketUpdated, payload };
        match store.simulate(author.clone(), happening).await.expect("written") {
            Attempt::Done(name) => names.push(name),
            other => panic!("not told: {other:?}"),
        }
    }
    names
}

/// The API over a store, with the keys of an administrator and a dispatcher.
pub(crate) struct Api {
    pub(crate) app: App,
    pub(crate) stop: CancellationToken,
    pub(crate) admin: String,
    pub(crate) dispatcher: String,
    router: Router,
}

impl Api {
    pub(crate) async fn over(store: &Store, reach: Reach) -> Self {
        let stop = CancellationToken::new();
        let app = App::new(store.clone(), b"the secret of these tests", stop.clone()).with_webhooks(reach);
        let (admin, dispatcher) = (key(store, Role::Admin).await, key(store, Role::Dispatcher).await);
        Self { router: app.router(), app, stop, admin, dispatcher }
    }

    /// What the API answers to `key`: the status, and the body.
    pub(crate) async fn ask(
        &self,
        method: Method,
        path: &str,
        key: &str,
        headers: &[(&str, &str)],
        body: Value,
    ) -> (u16, Value) {
        let mut request =
            Request::builder().method(method).uri(format!("/api/v1{path}")).header("x-api-key", key);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::from(body.to_string())).expect("a request");
        let (head, body) =
            self.router.clone().oneshot(request).await.expect("a router never fails").into_parts();
        let bytes = to_bytes(body, usize::MAX).await.expect("a body");
        let body = if bytes.is_empty() { Value::Null } else { serde_json::from_slice(&bytes).expect("JSON") };
        (head.status.as_u16(), body)
    }

    /// The same by the administrator, which has to succeed.
    pub(crate) async fn administer(&self, method: Method, path: &str, body: Value) -> Value {
        let (status, body) = self.ask(method, path, &self.admin, &[], body).await;
        assert!((200..300).contains(&status), "{path}: {status} {body}");
        body["data"].clone()
    }
}

async fn key(store: &Store, role: Role) -> String {
    let caller = somebody(store, T, role).await;
    let key = ApiKey::mint().expect("random");
    store.add_key(&caller.tenant, &caller.user, key.hash(), None).await.expect("stored");
    key.reveal().to_owned()
}
