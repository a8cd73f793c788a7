//! One client on the log of a whole server in memory, without a socket in between.

use std::time::Duration;

use axum::body::Body;
use axum::http::Request;
use callboard_catalog::EventType;
use callboard_model::Timestamp;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use super::*;
use crate::app::App;
use crate::auth::Role;
use crate::auth::api_key::ApiKey;
use crate::clock::Clock;
use crate::demo::{Plan, company};
use crate::domain::events::Happening;
use crate::store::query::TicketQuery;
use crate::store::save::Author;
use crate::store::{Limits, Store};

/// More than wait for one subscriber.
const TOO_MANY: usize = 1_100;
/// How long any fact is waited for.
const DEADLINE: Duration = Duration::from_secs(60);
const SOCKET: &str = "1.2";

/// A server in memory with a client that listens to a ticket, and somebody who writes on it.
struct Scene {
    app: App,
    visit: Visit,
    author: Author,
    key: ApiKey,
    ticket: String,
}

impl Scene {
    async fn new() -> Self {
        let store = Store::in_memory(Limits::default(), Clock::machine()).expect("a store");
        let plan = Plan::harbour(5, Timestamp::now());
        let tenant = plan.tenant.clone();
        store.add_company(company(plan)).await.expect("a company");
        let app = App::new(store.clone(), b"the secret of this test", CancellationToken::new());
        let mut found = None;
        for user in crate::demo::user_ids() {
            let caller = store.caller(&tenant, &user).await.expect("readable");
            found = found.or(caller.filter(|caller| caller.access.role == Role::Dispatcher));
        }
        let caller = found.expect("a dispatcher");
        let key = ApiKey::mint().expect("random");
        store.add_key(&tenant, &caller.user, key.hash(), None).await.expect("stored");
        let query = TicketQuery { page: 1, limit: 1, ..TicketQuery::default() };
        let (tickets, _) = store.tickets(&tenant, &caller.access, query).await.expect("tickets");
        let ticket = tickets.into_iter().next().expect("a ticket").ticket_id.to_string();
        let seat = app.channels.0.crowd.enter().expect("room");
        let mut visit = Visit::new(app.channels.clone(), seat, SOCKET.to_owned());
        let channel = Channel::Record(Kind::Ticket, ticket.clone());
        let proof = app.channels.0.proofs.sign(&caller, SOCKET, &channel, store.now());
        let data = proof.channel_data;
        let said = Said::Subscribe { channel: channel.to_string(), auth: proof.auth, data };
        let answer = visit.said(said).await.expect("readable");
        assert!(answer[0].contains("subscription_succeeded"), "{answer:?}");
        Self { app, visit, author: Author::of(&caller, Timestamp::now()), key, ticket }
    }

    async fn write(&self, title: &str) {
        let request = Request::put(format!("/api/v1/tickets/{}", self.ticket))
            .header("x-api-key", self.key.reveal())
            .header("content-type", "application/json")
            .body(Body::from(json!({ "title": title }).to_string()))
            .expect("a request");
        let answer = self.app.router().oneshot(request).await.expect("a router never fails");
        assert_eq!(answer.status(), 200);
    }
}

/// Whoever takes nothing is let go, once what waited was taken; nothing is skipped in silence.
#[tokio::test]
async fn whoever_falls_too_far_behind_has_to_begin_anew() {
    let mut scene = Scene::new().await;
    for number in 0..TOO_MANY {
        scene.write(&format!("Title {number}")).await;
    }
    let given_up = async {
        while scene.app.tail.subscribers() > 0 {
            tokio::task::yield_now().await;
        }
    };
    timeout(DEADLINE, given_up).await.expect("the tail gives up on who does not listen");
    let mut seen = 0;
    loop {
        match scene.visit.next().await {
            Next::Told(told) => {
                assert!(told.seq > seen, "each once, in order");
                seen = told.seq;
            }
            Next::Due => {
                let said = scene.visit.due().await.expect("readable");
                assert!(said.is_empty(), "nothing is said of it");
            }
            Next::Lost => break,
        }
    }
    assert!((1..TOO_MANY as u64).contains(&seen), "{seen} of {TOO_MANY}");
}

/// Of what is only simulated nothing is said, for it changed no record; and what happens elsewhere wakes nobody.
#[tokio::test]
async fn what_changed_no_record_of_theirs_is_not_told() {
    let mut scene = Scene::new().await;
    for ticket in [scene.ticket.as_str(), "another"] {
        let payload = json!({ "ticketId": ticket }).as_object().cloned().unwrap_or_default();
        let happening = Happening { event: EventType::TicketUpdated, payload };
        scene.app.store.simulate(scene.author.clone(), happening).await.expect("told");
    }
    scene.write("Real").await;
    let told = loop {
        match timeout(DEADLINE, scene.visit.next()).await.expect("it comes") {
            Next::Told(told) if told.simulated => {
                assert_eq!(told.payload["ticketId"], scene.ticket.as_str(), "nobody else's wakes them");
                assert!(scene.visit.told(&told).await.expect("readable").is_empty());
            }
            Next::Told(told) => break told,
            Next::Due => drop(scene.visit.due().await.expect("readable")),
            Next::Lost => panic!("it keeps up"),
        }
    };
    assert_eq!(scene.visit.told(&told).await.expect("readable").len(), 1);
}
