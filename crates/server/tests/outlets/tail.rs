//! Following the log while it is written (EV-3).

use std::sync::Arc;

use axum::http::Method;
use callboard_catalog::EventType;
use callboard_server::auth::Role;
use callboard_server::gateways::tail::{Heard, Subscription, Tail};
use callboard_server::gateways::webhooks::Reach;
use callboard_server::store::events::Told;
use callboard_server::store::{Limits, Store};
use callboard_testkit::database::Database;
use callboard_testkit::postgres::Postgres;
use futures_util::future::join_all;
use serde_json::json;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use crate::world::{Api, DEADLINE, T, X, on, somebody, tell, tell_some};

async fn next(subscription: &mut Subscription) -> Option<Heard> {
    timeout(DEADLINE, subscription.next()).await.expect("in time")
}

async fn told(subscription: &mut Subscription) -> Arc<Told> {
    match next(subscription).await {
        Some(Heard::Told(told)) => told,
        other => panic!("no event: {other:?}"),
    }
}

async fn names(subscription: &mut Subscription, count: usize) -> Vec<String> {
    let mut names = Vec::new();
    while names.len() < count {
        names.push(told(subscription).await.event_id.clone());
    }
    names
}

/// EV-3: whichever of two processes wrote it, who follows at the other hears of it; in order, once, and only of their own.
#[tokio::test]
async fn events_of_every_process_are_heard_in_order_and_once() {
    for database in [
        Database::sqlite().expect("a file"),
        Database::Postgres(Box::new(Postgres::start().await.expect("up"))),
    ] {
        let here = on(&database, Limits::default()).await;
        let there = Store::open(&database.address(), Limits::default()).expect("a second process");
        tell_some(&here, T, 3).await;
        let stop = CancellationToken::new();
        let tail = Tail::start(there.clone(), stop.clone());
        let mut early = tail.subscribe(&T.into()).await.expect("readable");
        let mut foreign = tail.subscribe(&X.into()).await.expect("readable");
        let mut expected = Vec::new();
        for store in [&here, &there, &here] {
            expected.extend(tell_some(store, T, 4).await);
        }
        assert_eq!(names(&mut early, 12).await, expected, "{database:?}");
        let mut late = tail.subscribe(&T.into()).await.expect("readable");
        let last = tell_some(&here, T, 1).await;
        let other = tell_some(&there, X, 1).await;
        for subscription in [&mut early, &mut late] {
            assert_eq!(names(subscription, 1).await, last);
        }
        assert_eq!(names(&mut foreign, 1).await, other);
        assert_eq!(tail.subscribers(), 3);
        drop((early, foreign));
        assert_eq!(tail.subscribers(), 1);
        stop.cancel();
        assert_eq!(next(&mut late).await, None);
    }
}

/// EV-3: nobody is skipped in silence. Who takes nothing is told so and let go; everybody else gets everything.
#[tokio::test]
async fn who_takes_too_little_hears_that_they_missed_some() {
    let database = Database::fresh().await.expect("a database");
    let store = on(&database, Limits::default()).await;
    let tail = Tail::start(store.clone(), CancellationToken::new());
    let mut lazy = tail.subscribe(&T.into()).await.expect("readable");
    let mut prompt = tail.subscribe(&T.into()).await.expect("readable");
    let count = 1100;
    let (_, heard) =
        tokio::join!(join_all((0..count / 10).map(|_| tell_some(&store, T, 10))), names(&mut prompt, count));
    assert_eq!(heard.len(), count);
    for seq in 1..=1024 {
        assert_eq!(told(&mut lazy).await.seq, seq);
    }
    assert_eq!(next(&mut lazy).await, Some(Heard::Missed));
    assert_eq!(next(&mut lazy).await, None, "nothing more comes");
    assert_eq!(tail.subscribers(), 1);
}

#[tokio::test]
async fn when_the_log_no_longer_reaches_back_who_follows_hears_that_they_missed_some() {
    let database = Database::fresh().await.expect("a database");
    let store = on(&database, Limits { changes_kept: 10 }).await;
    let tail = Tail::start(store.clone(), CancellationToken::new());
    let mut subscription = tail.subscribe(&T.into()).await.expect("readable");
    tell_some(&store, T, 1).await;
    told(&mut subscription).await;
    // As if another process had written a thousand events while this one slept.
    database.sql(&format!("UPDATE tenants SET last_event = 1000 WHERE tenant = '{T}'")).expect("written");
    assert_eq!(next(&mut subscription).await, Some(Heard::Missed));
    assert_eq!(next(&mut subscription).await, None);
}

/// RB-2: all that one request changed belongs together, and says whose doing it was and from where; the log does not.
#[tokio::test]
async fn an_event_says_to_gateways_from_which_request_tab_and_socket_it_came() {
    let database = Database::fresh().await.expect("a database");
    let store = on(&database, Limits::default()).await;
    let api = Api::over(&store, Reach::Public).await;
    let mut subscription = api.app.tail.subscribe(&T.into()).await.expect("readable");
    let (_, tickets) = api.ask(Method::GET, "/tickets?is_open=true", &api.dispatcher, &[], json!({})).await;
    let ticket = tickets["data"][0]["ticket_id"].as_str().expect("an open ticket");
    let dispatcher = somebody(&store, T, Role::Dispatcher).await.user;
    let technician = somebody(&store, T, Role::Technician).await.user;
    let path = format!("/tickets/{ticket}");
    let headers = [("x-tab-id", "tab-1"), ("x-socket-id", "123.456")];
    for (assignee, title) in [(&technician, "One"), (&dispatcher, "Two")] {
        let wanted = json!({ "assigned_to": assignee, "title": title });
        let (status, body) = api.ask(Method::PUT, &path, &api.dispatcher, &headers, wanted).await;
        assert_eq!(status, 200, "{body}");
    }
    tell(&store, T, EventType::TicketUpdated, json!({})).await;
    let mut all = Vec::new();
    loop {
        let one = told(&mut subscription).await;
        if one.simulated {
            assert_eq!((&one.ticket, &one.origin, &one.socket), (&None, &None, &None));
            break;
        }
        all.push(one);
    }
    for one in &all {
        assert_eq!((one.tenant.as_str(), one.ticket.as_ref().map(|id| id.as_str())), (T, Some(ticket)));
        assert_eq!(one.actor.as_ref(), Some(&dispatcher));
        assert_eq!(one.origin.as_ref().map(|id| id.as_str()), Some("tab-1"));
        assert_eq!(one.socket.as_ref().map(|id| id.as_str()), Some("123.456"));
    }
    let mut changes: Vec<_> = all.iter().map(|one| one.change.clone().expect("known")).collect();
    assert!(changes.len() > 2, "the second save unassigns and assigns: {all:?}");
    changes.dedup();
    assert_eq!(changes.len(), 2, "two requests, each together: {changes:?}");

    let (_, log) = api.ask(Method::GET, "/events", &api.dispatcher, &[], json!({})).await;
    for hidden in ["123.456", "tab-1", changes[0].as_str()] {
        assert!(!log.to_string().contains(hidden), "{log}");
    }
}
