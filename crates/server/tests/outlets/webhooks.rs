//! Webhooks as their receivers and their administrators see them (EV-4, EV-6).

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use axum::http::Method;
use callboard_catalog::EventType;
use callboard_model::Timestamp;
use callboard_server::clock::Clock;
use callboard_server::gateways;
use callboard_server::gateways::webhooks::Reach;
use callboard_server::store::{Limits, Store};
use callboard_testkit::database::Database;
use callboard_testkit::wait;
use serde_json::{Value, json};
use tokio_util::task::TaskTracker;

use crate::receiver::Receiver;
use crate::world::{Api, T, X, filled, on, tell, tell_some};

const HOOKS: &str = "/admin/webhooks";

/// Somebody who sends, until this is dropped.
struct Sending {
    api: Api,
    store: Store,
    _database: Option<Database>,
}

impl Sending {
    async fn start(reach: Reach) -> Self {
        let database = Database::fresh().await.expect("a database");
        let store = on(&database, Limits::default()).await;
        Self::over(store, reach, Some(database)).await
    }

    async fn over(store: Store, reach: Reach, database: Option<Database>) -> Self {
        let api = Api::over(&store, reach).await;
        gateways::start(&api.app, None, &TaskTracker::new());
        Self { api, store, _database: database }
    }

    async fn add(&self, body: Value) -> Value {
        self.api.administer(Method::POST, HOOKS, body).await
    }

    async fn hook(&self, id: &Value) -> Value {
        let all = self.api.administer(Method::GET, HOOKS, json!({})).await;
        all.as_array()
            .expect("a list")
            .iter()
            .find(|one| one["webhook_id"] == *id)
            .cloned()
            .unwrap_or_default()
    }

    /// Waits until this is so of a webhook.
    async fn until(&self, id: &Value, key: &str, value: Value) -> Result<()> {
        wait::until("the webhook is so", async || {
            let hook = self.hook(id).await;
            ensure!(hook[key] == value, "{key} is not {value}: {hook}");
            Ok(())
        })
        .await
    }
}

impl Drop for Sending {
    fn drop(&mut self) {
        self.api.stop.cancel();
    }
}

fn path(hook: &Value) -> String {
    format!("{HOOKS}/{}", hook["webhook_id"].as_str().expect("an id"))
}

/// EV-4: whoever adds one is told its secret once; by it every message can be checked.
#[tokio::test]
async fn every_message_is_signed_with_the_secret_that_was_told_once() -> Result<()> {
    let (sending, receiver) = (Sending::start(Reach::Anywhere).await, Receiver::start().await?);
    tell_some(&sending.store, T, 2).await;
    let body = json!({ "url": receiver.url(), "name": "Ledger" });
    let once = [("idempotency-key", "hook-1")];
    let (api, admin) = (&sending.api, &sending.api.admin);
    let (status, first) = api.ask(Method::POST, HOOKS, admin, &once, body.clone()).await;
    let (again, second) = api.ask(Method::POST, HOOKS, admin, &once, body).await;
    assert_eq!((status, again), (201, 201), "{first} {second}");
    let hook = &first["data"];
    let secret = hook["secret"].as_str().expect("told once");
    assert_eq!(second["data"]["webhook_id"], hook["webhook_id"]);
    assert_eq!(second["data"]["secret"], Value::Null, "and not kept to be told again");
    let listed = api.administer(Method::GET, HOOKS, json!({})).await;
    assert!(!listed.to_string().contains(secret) && listed[0]["name"] == "Ledger", "{listed}");

    // Only what happens from now on; and nothing of another company.
    tell_some(&sending.store, X, 1).await;
    let events = tell_some(&sending.store, T, 3).await;
    receiver.has(&events).await?;
    let closed = tell(&sending.store, T, EventType::TicketClosed, json!({ "ticketId": "1" })).await;
    receiver.got_at_least(4).await?;
    for got in receiver.got() {
        got.is_signed_with(secret)?;
        got.is_signed_with("another").expect_err("a signature of another");
        assert_eq!(got.header("x-alga-event-id"), got.event_id());
        assert_eq!(got.header("x-alga-event-type"), got.kind());
        assert_eq!(got.header("x-alga-webhook-id"), hook["webhook_id"].as_str().expect("an id"));
        assert_eq!(got.header("x-alga-delivery-attempt"), "1");
        assert_eq!(got.body["tenant_id"], T);
        assert!(!got.header("x-alga-delivery-id").is_empty() && got.body["occurred_at"].is_string());
    }
    let last = receiver.got().pop().expect("some");
    assert_eq!((last.event_id(), last.kind()), (closed, "ticket.closed"));
    Ok(())
}

/// EV-4: a receiver gets the kinds that it asked for, by the stock's names or ours, and a trial whenever somebody asks.
#[tokio::test]
async fn a_webhook_is_sent_what_it_asked_for_and_can_be_tried() -> Result<()> {
    let (sending, receiver) = (Sending::start(Reach::Anywhere).await, Receiver::start().await?);
    let types = ["ticket.closed", "TICKET_MERGED", "TICKET_CLOSED"];
    let hook = sending.add(json!({ "url": receiver.url(), "event_types": types })).await;
    assert_eq!(hook["event_types"], json!(["TICKET_CLOSED", "TICKET_MERGED"]));
    tell_some(&sending.store, T, 2).await;
    let merged = tell(&sending.store, T, EventType::TicketMerged, json!({})).await;
    tell_some(&sending.store, T, 2).await;
    let closed = tell(&sending.store, T, EventType::TicketClosed, json!({})).await;
    receiver.has(&[merged, closed]).await?;

    let tried = sending.api.administer(Method::POST, &format!("{}/test", path(&hook)), json!({})).await;
    assert_eq!(tried, json!({ "delivered": true, "outcome": "200" }));
    let trial = receiver.got().pop().expect("it came");
    assert_eq!((trial.kind(), trial.path.as_str()), ("webhook.test", "/hook"));
    trial.is_signed_with(hook["secret"].as_str().expect("told"))?;

    let (status, _) = sending.api.ask(Method::DELETE, &path(&hook), &sending.api.admin, &[], json!({})).await;
    assert_eq!(status, 204);
    let before = receiver.got().len();
    let other = Receiver::start().await?;
    sending.add(json!({ "url": other.url() })).await;
    let last = tell(&sending.store, T, EventType::TicketMerged, json!({})).await;
    other.has(&[last]).await?;
    assert_eq!(receiver.got().len(), before, "one that was taken away is sent nothing");
    Ok(())
}

/// EV-4: a receiver that fails is tried again with the stock's waits, switched off after the sixth time, and skips nothing.
#[tokio::test]
async fn a_receiver_that_fails_is_tried_less_and_less_and_goes_on_where_it_stopped() -> Result<()> {
    let began = "2026-11-21T10:00:00Z".parse::<Timestamp>()?.as_second();
    let (now, receiver) = (Arc::new(AtomicI64::new(began)), Receiver::start().await?);
    let hand = Arc::clone(&now);
    let clock = Clock::reading(move || Timestamp::from_second(hand.load(Ordering::SeqCst)).expect("a time"));
    let store = filled(Store::in_memory(Limits::default(), clock)?).await;
    let sending = Sending::over(store, Reach::Anywhere, None).await;
    let id = sending.add(json!({ "url": receiver.url() })).await["webhook_id"].clone();
    receiver.answer(500);
    let events = tell_some(&sending.store, T, 3).await;
    for (failures, wait) in [(1, 60), (2, 300), (3, 1800), (4, 7200), (5, 43200)] {
        sending.until(&id, "failures", json!(failures)).await?;
        let hook = sending.hook(&id).await;
        let then = Timestamp::from_second(now.load(Ordering::SeqCst) + wait)?;
        assert_eq!(hook["next_try_at"], json!(then), "{hook}");
        assert_eq!((&hook["last_outcome"], receiver.got().len()), (&json!("500"), failures));
        now.fetch_add(wait, Ordering::SeqCst);
    }
    sending.until(&id, "is_active", json!(false)).await?;
    assert_eq!(receiver.events(), events[..1], "those behind it wait");
    let attempts: Vec<_> =
        receiver.got().iter().map(|got| got.header("x-alga-delivery-attempt").to_owned()).collect();
    assert_eq!(attempts, ["1", "2", "3", "4", "5", "6"]);
    let deliveries: Vec<_> =
        receiver.got().iter().map(|got| got.header("x-alga-delivery-id").to_owned()).collect();
    assert!(deliveries.iter().all(|one| *one == deliveries[0]), "{deliveries:?}");

    receiver.answer(204);
    let hook = json!({ "webhook_id": id });
    let turned = sending.api.administer(Method::PUT, &path(&hook), json!({ "is_active": true })).await;
    assert_eq!((&turned["is_active"], &turned["failures"]), (&json!(true), &json!(0)));
    receiver.has(&events).await?;
    sending.until(&id, "last_outcome", json!("204")).await
}

/// EV-6: no webhook goes to this machine, by a number or by a name, and none is led elsewhere by an answer.
#[tokio::test]
async fn a_webhook_neither_goes_inside_nor_follows_anybody_there() -> Result<()> {
    let (sending, receiver) = (Sending::start(Reach::Public).await, Receiver::start().await?);
    for url in
        [receiver.url(), "https://127.0.0.1/".to_owned(), "https://[::1]/".to_owned(), "hook".to_owned()]
    {
        let (status, body) =
            sending.api.ask(Method::POST, HOOKS, &sending.api.admin, &[], json!({ "url": url })).await;
        assert_eq!((status, body["error"]["code"].as_str()), (400, Some("VALIDATION_ERROR")), "{url}");
    }
    let hook = sending.add(json!({ "url": format!("https://localhost:{}/hook", receiver.port()) })).await;
    let tried = sending.api.administer(Method::POST, &format!("{}/test", path(&hook)), json!({})).await;
    assert_eq!(tried, json!({ "delivered": false, "outcome": "forbidden_target" }));
    tell_some(&sending.store, T, 1).await;
    sending.until(&hook["webhook_id"], "last_outcome", json!("forbidden_target")).await?;
    assert_eq!(receiver.got().len(), 0);

    let sending = Sending::start(Reach::Anywhere).await;
    receiver.answer(307);
    let hook = sending.add(json!({ "url": receiver.url() })).await;
    tell_some(&sending.store, T, 1).await;
    sending.until(&hook["webhook_id"], "last_outcome", json!("307")).await?;
    let paths: Vec<_> = receiver.got().into_iter().map(|got| got.path).collect();
    assert_eq!(paths, ["/hook"]);
    Ok(())
}

/// EV-4: webhooks do not wait for each other.
#[tokio::test]
async fn a_receiver_that_is_silent_holds_up_no_other() -> Result<()> {
    let sending = Sending::start(Reach::Anywhere).await;
    let (silent, prompt) = (Receiver::start().await?, Receiver::start().await?);
    silent.hold(true);
    for receiver in [&silent, &prompt] {
        sending.add(json!({ "url": receiver.url() })).await;
    }
    let events = tell_some(&sending.store, T, 5).await;
    prompt.has(&events).await?;
    silent.got_at_least(1).await?;
    assert_eq!(silent.events(), events[..1]);
    silent.hold(false);
    silent.has(&events).await
}

/// EV-4: as in the stock, a hundred at once and then a hundred a minute; what is more waits and is not lost.
#[tokio::test]
async fn no_webhook_is_sent_more_than_a_hundred_a_minute() -> Result<()> {
    let (sending, receiver) = (Sending::start(Reach::Anywhere).await, Receiver::start().await?);
    sending.add(json!({ "url": receiver.url() })).await;
    let began = Instant::now();
    let events = tell_some(&sending.store, T, 104).await;
    receiver.has(&events).await?;
    let took = began.elapsed();
    ensure!(took >= Duration::from_millis(4 * 600), "104 in {took:?}");
    Ok(())
}

/// EV-6
#[tokio::test]
async fn what_is_called_like_a_secret_is_not_sent() -> Result<()> {
    let (sending, receiver) = (Sending::start(Reach::Anywhere).await, Receiver::start().await?);
    sending.add(json!({ "url": receiver.url() })).await;
    let payload = json!({ "ticketId": "1", "deep": [{ "apiKey": "hunter2" }], "Authorization": "hunter2" });
    tell(&sending.store, T, EventType::TicketUpdated, payload).await;
    receiver.got_at_least(1).await?;
    let got = receiver.got().remove(0);
    let text = String::from_utf8(got.text)?;
    assert!(!text.contains("hunter2") && text.contains("[redacted]"), "{text}");
    assert_eq!(got.body["data"]["ticketId"], "1");
    Ok(())
}

#[tokio::test]
async fn a_webhook_that_makes_no_sense_is_refused_with_what_is_wrong() {
    let sending = Sending::start(Reach::Public).await;
    let url = "https://hooks.example.com/";
    for (body, key) in [
        (json!({}), "url"),
        (json!({ "url": 7 }), "url"),
        (json!({ "url": url, "event_types": ["TICKET_EXPLODED"] }), "event_types"),
        (json!({ "url": url, "name": "x".repeat(101) }), "name"),
        (json!({ "url": url, "secret": "mine" }), "secret"),
    ] {
        let (status, refused) =
            sending.api.ask(Method::POST, HOOKS, &sending.api.admin, &[], body.clone()).await;
        assert_eq!(status, 400, "{body}");
        assert_eq!(refused["error"]["details"][0]["path"][0], key, "{body}: {refused}");
    }
    for _ in 0..20 {
        sending.add(json!({ "url": url })).await;
    }
    let (status, _) =
        sending.api.ask(Method::POST, HOOKS, &sending.api.admin, &[], json!({ "url": url })).await;
    assert_eq!(status, 400, "there is a limit");
}
