//! Domain events, on the wire.

use callboard_desk::bridge::EventType;
use callboard_model::rest::NewEvent;

use super::*;

fn simulate() -> Request {
    let payload = json!({"ticketId": "t", "note": null}).as_object().expect("an object").clone();
    Request::Simulate { key: EditId(0xab), event: NewEvent { event_type: "TICKET_CREATED".into(), payload } }
}

fn log(since: Option<u64>) -> Request {
    Request::EventLog { of: EventType("TICKET_CREATED".into()), since, limit: 30 }
}

/// EV-5: an event is sent as it was filled in, once under its key, and its name comes back.
#[tokio::test]
async fn an_event_is_told_once_under_its_key_with_just_what_it_was_given() {
    let answer = one(&json!({"event_id": "e-1", "event_type": "TICKET_CREATED"}));
    let stub = Stub::start(vec![("/api/v1/events/simulate", 200, answer)]).await;
    let (outcome, _) = stub.call(simulate()).await;
    assert!(matches!(&outcome, Ok(Answer::Simulated(told)) if &*told.event_id == "e-1"), "{outcome:?}");
    let said = r#"{"event_type":"TICKET_CREATED","payload":{"note":null,"ticketId":"t"}}"#;
    assert_eq!(stub.lines(), [format!("POST /api/v1/events/simulate {said}")]);
    let key = stub.headers()[header::IDEMPOTENCY_KEY].clone();
    assert_eq!(key.as_bytes(), b"000000000000000000000000000000ab");
}

/// EV-5: what is wrong with a payload comes with its paths.
#[tokio::test]
async fn a_payload_that_does_not_fit_is_refused_with_its_paths() {
    let body = json!({"error": {"code": "VALIDATION_ERROR", "message": "Validation failed", "details": [
        {"path": ["payload", "ticketId"], "message": "value is not a \"uuid\"", "code": "custom"},
    ]}});
    let stub = Stub::start(vec![("/api/v1/events/simulate", 400, body.to_string())]).await;
    let Err(Failure::Refused { message, faults, .. }) = stub.call(simulate()).await.0 else {
        panic!("it is refused");
    };
    assert_eq!((&*message, faults.len()), ("Validation failed", 1));
    assert_eq!(faults[0].path, ["payload", "ticketId"]);
}

/// EV-1, EV-4: the catalogue whole, the log from its end, and from a place on.
#[tokio::test]
async fn the_catalogue_and_the_log_are_asked_for_as_the_api_has_them() {
    let entry = json!({
        "event_type": "TICKET_CREATED", "name": "Ticket Created", "description": "There is a new ticket.",
        "category": "Tickets", "payload_schema_ref": "payload.TicketCreated.v1",
        "payload_schema": {"type": "object"}, "emitted": true,
    });
    let event = json!({
        "seq": 7, "event_id": "e-1", "event_type": "TICKET_CREATED", "occurred_at": "2026-11-21T10:00:00Z",
        "payload": {"ticketId": "t"}, "simulated": true,
    });
    let stub = Stub::start(vec![
        (
            "/api/v1/event-catalog",
            200,
            json!({"data": [entry, {"event_type": "X", "name": "X"}]}).to_string(),
        ),
        ("/api/v1/events", 200, json!({"data": [event], "next": 7, "has_more": false}).to_string()),
    ])
    .await;
    let Ok(Answer::EventCatalog(entries)) = stub.call(Request::EventCatalog).await.0 else {
        panic!("a catalogue");
    };
    assert_eq!(entries.iter().map(|entry| entry.emitted).collect::<Vec<_>>(), [true, false]);
    for since in [None, Some(6)] {
        let Ok(Answer::EventLog(page)) = stub.call(log(since)).await.0 else { panic!("a part of the log") };
        assert_eq!((page.next, page.data[0].seq, page.data[0].simulated), (7, 7, true));
    }
    assert_eq!(
        stub.lines(),
        [
            "GET /api/v1/event-catalog",
            "GET /api/v1/events?types=TICKET_CREATED&limit=30&order=desc",
            "GET /api/v1/events?types=TICKET_CREATED&limit=30&since=6",
        ]
    );
}

/// A log that no longer reaches back so far is read anew; a server without events says so otherwise.
#[tokio::test]
async fn a_log_can_be_too_old_and_a_server_can_know_no_events() {
    for (status, expected) in [(410, Failure::TooOld), (404, Failure::Gone), (403, Failure::Forbidden)] {
        let stub = Stub::start(vec![("/api/v1/events", status, String::new())]).await;
        assert_eq!(stub.call(log(Some(6))).await.0, Err(expected), "{status}");
    }
    let stub = Stub::start(vec![("/api/v1/", 410, String::new())]).await;
    for request in [Request::EventCatalog, simulate()] {
        assert_eq!(stub.call(request).await.0, Err(Failure::Gone));
    }
}
