//! What is planned for a ticket, on the wire.

use callboard_desk::session::schedule::{Scheduled, Scheduling};
use callboard_model::schedule::{EntryChanges, TicketWork};

use super::*;

fn entry(version: u64) -> Json {
    json!({
        "entry_id": "e/1", "title": "Visit", "scheduled_start": "2026-11-23T09:00:00Z",
        "scheduled_end": "2026-11-23T10:00:00Z", "work_item_id": "T-1", "work_item_type": "ticket",
        "work_item": {"id": "T-1", "title": "x", "type": "ticket"}, "notes": "", "is_private": false,
        "status": "scheduled", "recurrence_pattern": null, "created_by": "u", "created_at": "2026-11-20T09:00:00Z",
        "updated_by": {"userId": "u", "displayName": "Bob"}, "updated_at": "2026-11-20T09:00:00Z",
        "assigned_user_ids": ["u"], "assigned_users": [{"user_id": "u", "first_name": "Bob", "last_name": "Kessler",
        "email": "bob@example.com"}], "duration_hours": 1.0, "is_current": false, "version": version,
    })
}

fn write(entry: Option<&str>) -> Request {
    let work = entry.is_none().then(|| TicketWork::Ticket { work_item_id: "T-1".into() });
    let client_version = entry.map(|_| Version(3));
    let changes =
        EntryChanges { title: Some("Visit".into()), work, client_version, ..EntryChanges::default() };
    Request::Schedule(Scheduling::Write {
        key: EditId(0xab),
        ticket: "T-1".into(),
        form: None,
        entry: entry.map(Into::into),
        changes: Box::new(changes),
    })
}

fn remove() -> Request {
    let (key, ticket) = (EditId(0xab), "T-1".into());
    Request::Schedule(Scheduling::Remove { key, ticket, entry: "e/1".into(), seen: Version(3) })
}

fn scheduled(outcome: Result<Answer, Failure>) -> Scheduled {
    match outcome {
        Ok(Answer::Schedule(scheduled)) => scheduled,
        other => panic!("the schedule answers: {other:?}"),
    }
}

#[tokio::test]
async fn what_is_planned_for_a_ticket_is_read_with_one_question() {
    let list = json!({"data": [entry(2)], "meta": {"truncated": true}}).to_string();
    let stub = Stub::start(vec![("/api/v1/schedules", 200, list)]).await;
    let (outcome, _) = stub.call(Request::Schedule(Scheduling::Read("T/1".into()))).await;
    let Scheduled::Entries(entries, true) = scheduled(outcome) else { panic!("entries, and more") };
    assert_eq!((entries[0].entry_id.as_str(), entries[0].version), ("e/1", Version(2)));
    assert_eq!(&*entries[0].assigned_users[0].last_name, "Kessler");
    assert_eq!(stub.lines(), ["GET /api/v1/schedules?work_item_id=T%2F1"]);
}

#[tokio::test]
async fn each_write_says_its_key_and_our_name_and_on_which_version_it_goes() {
    for (request, line) in [
        (
            write(None),
            r#"POST /api/v1/schedules {"title":"Visit","work_item_type":"ticket","work_item_id":"T-1"}"#,
        ),
        (write(Some("e/1")), r#"PUT /api/v1/schedules/e%2F1 {"title":"Visit","client_version":3}"#),
        (remove(), "DELETE /api/v1/schedules/e%2F1?client_version=3"),
    ] {
        let stub = Stub::start(vec![("/api/v1/schedules", 200, one(&entry(4)))]).await;
        let said = scheduled(stub.call(request.clone()).await.0);
        let is_removal = line.starts_with("DELETE");
        assert_eq!(said == Scheduled::Removed, is_removal, "{said:?}");
        assert_eq!(matches!(said, Scheduled::Written(now) if now.version == Version(4)), !is_removal);
        assert_eq!(stub.lines(), [line]);
        let headers = stub.headers();
        for (name, value) in
            [(header::IDEMPOTENCY_KEY, "000000000000000000000000000000ab"), (header::ORIGIN_SESSION, SESSION)]
        {
            assert_eq!(headers.get(name).map(|value| value.as_bytes()), Some(value.as_bytes()), "{name}");
        }
    }
}

/// RB-6.
#[tokio::test]
async fn whoever_was_faster_is_told_with_the_entry_as_it_stands() {
    let stale = json!({"error": {"code": "STALE_VERSION", "message": "Somebody wrote.", "details":
        {"current": entry(5), "conflicts": []}}})
    .to_string();
    for (status, request) in [(409, write(Some("e/1"))), (412, write(Some("e/1"))), (409, remove())] {
        let stub = Stub::start(vec![("/api/v1/schedules/", status, stale.clone())]).await;
        let said = scheduled(stub.call(request).await.0);
        assert!(
            matches!(&said, Scheduled::Overtaken(now) if now.version == Version(5)),
            "{status}: {said:?}"
        );
    }
}

#[tokio::test]
async fn what_is_wrong_is_told_field_by_field_and_any_other_refusal_as_ever() {
    let invalid = json!({"error": {"code": "VALIDATION_ERROR", "message": "Validation failed", "details":
        [{"path": ["scheduled_end"], "message": "An entry ends after it starts", "code": "custom"}]}})
    .to_string();
    let stub = Stub::start(vec![("/api/v1/schedules", 400, invalid)]).await;
    let Err(Failure::Refused { faults, .. }) = stub.call(write(None)).await.0 else { panic!("faults") };
    let (at, says) = (&*faults[0].path[0], &*faults[0].message);
    assert_eq!((at, says), ("scheduled_end", "An entry ends after it starts"));
    let plain = r#"{"error":{"code":"BAD_REQUEST","message":"No."}}"#;
    let reused = r#"{"error":{"code":"IDEMPOTENCY_KEY_REUSED","message":"No."}}"#;
    let refused =
        |code: &str| Failure::Refused { code: code.into(), message: "No.".into(), faults: Vec::new() };
    for (status, body, expected) in [
        (400, plain, refused("BAD_REQUEST")),
        (422, reused, refused("IDEMPOTENCY_KEY_REUSED")),
        (409, plain, refused("BAD_REQUEST")),
        (401, plain, Failure::SignedOut),
        (403, plain, Failure::Forbidden),
        (404, plain, Failure::Gone),
        (500, plain, Failure::Broken),
    ] {
        let stub = Stub::start(vec![("/api/v1/schedules", status, body.into())]).await;
        assert_eq!(stub.call(write(None)).await.0, Err(expected), "{status}");
    }
}
