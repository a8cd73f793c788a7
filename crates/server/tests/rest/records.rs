//! The version of any record (RB-5), and the stock's special writes of a ticket.

use axum::http::Method;
use serde_json::{Value, json};

use crate::world::{T, World};

#[tokio::test]
async fn a_record_says_its_version_when_and_by_whom_it_was_changed() {
    let world = World::start().await;
    let ticket = world.tickets_of(T).await.remove(0);
    let (client, contact) = (ticket.client_id.as_ref().expect("one"), ticket.contact_name_id.clone());
    let path = format!("/api/v1/records/ticket/{}/version", ticket.ticket_id);
    assert_eq!(world.get(&path).await["data"]["version"], 1);
    let written = world.put(ticket.ticket_id.as_str(), &[], json!({"title": "Newer"})).await;
    let reply = world.ask(Method::GET, &path, &world.read_only, &[], "").await;
    assert_eq!((reply.status, reply.header("etag")), (200, Some("\"2\"")));
    assert_eq!(
        reply.body["data"],
        json!({
            "version": 2, "updated_at": written.body["data"]["updated_at"], "updated_by_name": "Bob Kessler",
        })
    );
    let reply = world.ask(Method::GET, &path, &world.read_only, &[("if-none-match", "\"2\"")], "").await;
    assert_eq!((reply.status, reply.body), (304, Value::Null));
    for (kind, id) in [("client", Some(client.to_string())), ("contact", contact.map(|id| id.to_string()))] {
        let Some(id) = id else { continue };
        let body = world.get(&format!("/api/v1/records/{kind}/{id}/version")).await;
        assert_eq!(
            body["data"],
            json!({"version": 1, "updated_at": null, "updated_by_name": null}),
            "{kind}"
        );
    }
}

#[tokio::test]
async fn a_kind_or_an_id_that_nobody_knows_is_404_and_a_role_without_records_403() {
    let world = World::start().await;
    let ticket = world.a_ticket().await;
    for path in [
        format!("invoice/{ticket}"),
        "ticket/unknown".to_owned(),
        format!("client/{ticket}"),
        format!("contact/{ticket}"),
        format!("schedule_entry/{ticket}"),
        "ticket/%00".to_owned(),
    ] {
        let path = format!("/api/v1/records/{path}/version");
        let reply = world.ask(Method::GET, &path, &world.dispatcher, &[], "").await;
        assert_eq!((reply.status, reply.code()), (404, "NOT_FOUND"), "{path}");
    }
    let path = format!("/api/v1/records/ticket/{ticket}/version");
    assert_eq!(world.ask(Method::GET, &path, &world.stranger, &[], "").await.status, 404);
    assert_eq!(world.ask(Method::GET, &path, &world.billing, &[], "").await.status, 403);
}

/// `alga-psa.md` 1.4: the closing may be told with the status, and only there where it closes.
#[tokio::test]
async fn a_change_of_the_status_may_say_when_and_by_whom_it_was_closed() {
    let world = World::start().await;
    let ticket = world.an_open_ticket().await;
    let board = ticket.board_id.as_ref().expect("one");
    let all = world.get(&format!("/api/v1/tickets/statuses?board_id={board}")).await;
    let all = all["data"].as_array().expect("a list").clone();
    let of =
        |closed: bool| all.iter().find(|one| one["is_closed"] == closed).expect("one")["status_id"].clone();
    let path = format!("/api/v1/tickets/{}/status", ticket.ticket_id);
    let send =
        async |body: Value| world.ask(Method::PUT, &path, &world.dispatcher, &[], &body.to_string()).await;
    let at = ticket.entered_at.expect("a time").to_string();
    let somebody = world.tickets_of(T).await.into_iter().find_map(|one| one.assigned_to).expect("somebody");
    for (body, wrong) in [
        (json!({}), "status_id"),
        (json!({"status_id": of(false), "closed_at": at}), "closed_at"),
        (json!({"status_id": of(true), "closed_at": "2999-01-01T00:00:00Z"}), "closed_at"),
        (json!({"status_id": of(true), "closed_by": "nobody"}), "closed_by"),
        (json!({"status_id": of(true), "title": "x"}), "title"),
    ] {
        let reply = send(body.clone()).await;
        assert_eq!(
            (reply.status, &reply.body["error"]["details"][0]["path"]),
            (400, &json!([wrong])),
            "{body}"
        );
    }
    let reply = send(json!({"status_id": of(true), "closed_at": at, "closed_by": somebody})).await;
    let data = &reply.body["data"];
    assert_eq!((reply.status, &data["closed_at"], &data["closed_by"]), (200, &json!(at), &json!(somebody)));
    let reply = send(json!({"status_id": of(false)})).await;
    assert_eq!((reply.status, &reply.body["data"]["closed_at"]), (200, &Value::Null));
}

#[tokio::test]
async fn a_change_of_the_assignment_takes_a_person_or_nobody() {
    let world = World::start().await;
    let ticket = world.tickets_of(T).await.into_iter().find(|one| one.assigned_to.is_some()).expect("one");
    let path = format!("/api/v1/tickets/{}/assignment", ticket.ticket_id);
    let send =
        async |body: Value| world.ask(Method::PUT, &path, &world.dispatcher, &[], &body.to_string()).await;
    let reply = send(json!({})).await;
    assert_eq!((reply.status, &reply.body["meta"]["updated_fields"]), (200, &json!([])));
    let reply = send(json!({"assigned_to": null})).await;
    assert_eq!((reply.status, &reply.body["data"]["assigned_to"]), (200, &Value::Null));
    let reply = send(json!({"assigned_to": ticket.assigned_to, "client_version": 1})).await;
    assert_eq!(reply.status, 409, "it was changed since");
    assert_eq!(send(json!({"assigned_to": "nobody"})).await.status, 400);
}
