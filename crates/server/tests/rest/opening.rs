//! New tickets: what they need, what they are given, and the same one sent twice.

use std::collections::BTreeSet;

use axum::http::Method;
use callboard_server::auth::Role;
use serde_json::{Value, json};

use crate::world::{T, World};

const TICKETS: &str = "/api/v1/tickets";

fn number(ticket: &Value) -> u64 {
    let text = ticket["ticket_number"].as_str().expect("a number");
    text.strip_prefix("T-").expect("T-…").parse().expect("digits")
}

/// `alga-psa.md` 1.4: 201 with the ticket; LT-1: everybody is told, with the names of what it holds.
#[tokio::test]
async fn a_new_ticket_is_answered_as_stored_and_told_to_everybody() {
    let world = World::start().await;
    let all = world.tickets_of(T).await;
    let newest = all.iter().map(|one| one.ticket_number[2..].parse::<u64>().expect("digits")).max();
    let reply =
        world.post(TICKETS, &[("x-origin-session", "console-1")], World::like(&all[0], " New ")).await;
    assert_eq!((reply.status, reply.header("etag")), (201, Some("\"1\"")), "{}", reply.body);
    let data = &reply.body["data"];
    assert_eq!((&data["title"], number(data)), (&json!("New"), newest.expect("some") + 1));
    assert_eq!((&data["version"], &data["ticket_origin"]), (&json!(1), &json!("api")));
    assert_eq!(data["board_name"].as_str(), all[0].board_name.as_deref());
    let id = data["ticket_id"].as_str().expect("an id");
    assert_eq!(&world.get(&format!("{TICKETS}/{id}")).await["data"], data);
    let outbox = world.store.outbox_pending(10).await.expect("readable");
    let hint = &outbox[0].hint;
    assert_eq!((outbox.len(), outbox[0].ticket.as_str()), (1, id));
    assert_eq!(hint.origin_session.as_ref().map(|origin| origin.as_str()), Some("console-1"));
    let named: BTreeSet<&str> = hint.updated_fields.iter().map(|name| &**name).collect();
    for field in ["title", "board_id", "client_id", "status_id", "priority_id"] {
        assert!(named.contains(field), "{field}: {named:?}");
    }
    let feed = world.get("/api/v1/changes?since=0").await;
    assert_eq!((&feed["data"][0]["ticket_id"], &feed["data"][0]["version"]), (&json!(id), &json!(1)));
}

/// `alga-psa.md` 1.5: the description is also told as HTML, and what somebody wrote is never markup.
#[tokio::test]
async fn the_description_is_told_as_html_whichever_way_it_was_written() {
    let world = World::start().await;
    let blocks = json!([{"type": "paragraph", "content": [{"type": "text", "text": "<b>VPN</b> down"}]}]);
    let html = "<p>&lt;b&gt;VPN&lt;/b&gt; down</p>";
    for (description, told) in [
        (json!("<b>VPN</b> down"), json!(html)),
        (blocks.clone(), json!(html)),
        (json!(blocks.to_string()), json!(html)),
        (Value::Null, Value::Null),
    ] {
        let mut body = World::like(&world.an_open_ticket().await, "Described");
        body["attributes"] = json!({ "description": description });
        let reply = world.post(TICKETS, &[], body).await;
        assert_eq!(reply.status, 201, "{}", reply.body);
        assert_eq!(reply.body["data"]["description_html"], told);
        assert_eq!(reply.body["data"]["documents"], json!([]));
    }
}

/// `alga-psa.md` 1.2: long text is cut to the characters that were asked for, and what was cut is named.
#[tokio::test]
async fn a_range_cuts_long_text_and_says_so() {
    let world = World::start().await;
    let mut body = World::like(&world.an_open_ticket().await, "Größe");
    body["attributes"] = json!({"description": "0123456789", "steps": {"first": "abc"}});
    let id =
        world.post(TICKETS, &[], body).await.body["data"]["ticket_id"].as_str().expect("an id").to_owned();
    let path = format!("{TICKETS}/{id}");
    let query = "field_ranges%5Battributes.description%5D=2-5&field_ranges%5Btitle%5D=0-3\
        &field_ranges%5Bversion%5D=0-1&field_ranges%5Bnothing.there%5D=0-1&field=attributes.steps.first&range=0-9";
    let told = world.get(&format!("{path}?{query}")).await;
    assert_eq!(
        (&told["data"]["attributes"]["description"], &told["data"]["title"]),
        (&json!("234"), &json!("Grö"))
    );
    assert_eq!(told["data"]["attributes"]["steps"]["first"], "abc");
    assert_eq!(told["data"]["version"], 1, "a number is not cut");
    assert_eq!(told["meta"]["truncated_fields"], json!(["attributes.description", "title"]));
    assert!(world.get(&path).await.get("meta").is_none());
    for wrong in ["field_ranges%5Btitle%5D=5-2", "field_ranges%5Btitle%5D=x", "field=title", "range=0-2"] {
        let reply = world.ask(Method::GET, &format!("{path}?{wrong}"), &world.dispatcher, &[], "").await;
        assert_eq!((reply.status, reply.code()), (400, "VALIDATION_ERROR"), "{wrong}");
    }
}

/// `alga-psa.md` 1.4, 1.7: at their own addresses, and nowhere for who cannot read the ticket.
#[tokio::test]
async fn tags_and_documents_of_a_ticket_have_addresses_of_their_own() {
    let world = World::start().await;
    let ticket = world.a_ticket().await;
    world.put(&ticket, &[], json!({"tags": ["VPN", "urgent"]})).await;
    let tags = world.get(&format!("/api/v1/tags/entity/ticket/{ticket}")).await;
    assert_eq!(tags["data"], world.get(&format!("{TICKETS}/{ticket}")).await["data"]["tags"]);
    assert_eq!(tags["data"].as_array().map(Vec::len), Some(2));
    assert_eq!(world.get(&format!("{TICKETS}/{ticket}/documents")).await, json!({"data": []}));
    for path in [format!("/api/v1/tags/entity/ticket/{ticket}"), format!("{TICKETS}/{ticket}/documents")] {
        for (key, path) in
            [(&world.stranger, path.clone()), (&world.dispatcher, path.replace(&ticket, "none"))]
        {
            assert_eq!(world.ask(Method::GET, &path, key, &[], "").await.status, 404, "{path}");
        }
    }
}

#[tokio::test]
async fn what_stands_beside_the_fields_comes_back_and_can_be_changed_and_cleared() {
    let world = World::start().await;
    let mut body = World::like(&world.an_open_ticket().await, "With all of it");
    body["url"] = json!("https://example.com/a");
    body["attributes"] = json!({"description": "At length", "floor": 3});
    body["tags"] = json!([" VPN", "vpn", "Urgent"]);
    let reply = world.post(TICKETS, &[], body).await;
    let data = &reply.body["data"];
    let words = |data: &Value| -> Vec<String> {
        let tags = data["tags"].as_array().expect("tags").iter();
        tags.map(|tag| tag["tag_text"].as_str().expect("text").to_owned()).collect()
    };
    assert_eq!(words(data), ["urgent", "vpn"]);
    assert_eq!((&data["url"], &data["attributes"]["floor"]), (&json!("https://example.com/a"), &json!(3)));
    let id = data["ticket_id"].as_str().expect("an id");
    let reply = world.put(id, &[], json!({"tags": ["vpn"], "url": null})).await;
    assert_eq!(reply.body["meta"]["updated_fields"], json!(["url", "tags"]));
    assert_eq!(
        (words(&reply.body["data"]), &reply.body["data"]["url"]),
        (vec!["vpn".to_owned()], &Value::Null)
    );
    assert_eq!(reply.body["data"]["attributes"]["description"], "At length", "what was not sent stays");
    let reply = world.put(id, &[], json!({"tags": ["VPN "]})).await;
    assert_eq!(reply.body["meta"]["updated_fields"], json!([]), "the same words are no change");
}

/// Each of the stock's requirements, and what of the rules of a change holds for a new ticket too.
#[tokio::test]
async fn what_cannot_be_opened_is_refused_at_the_key_that_is_wrong() {
    let world = World::start().await;
    let like = world.an_open_ticket().await;
    let other_board = world.tickets_of(T).await.into_iter().find(|one| one.board_id != like.board_id);
    let foreign = other_board.expect("another board").status_id;
    for (change, path) in [
        (json!({"title": null}), "title"),
        (json!({"title": "x".repeat(256)}), "title"),
        (json!({"board_id": null}), "board_id"),
        (json!({"client_id": null}), "client_id"),
        (json!({"status_id": null}), "status_id"),
        (json!({"priority_id": null}), "priority_id"),
        (json!({"status_id": foreign}), "status_id"),
        (json!({"location_id": "nowhere"}), "location_id"),
        (json!({"tags": "vpn"}), "tags"),
        (json!({"url": "javascript:alert(1)"}), "url"),
        (json!({"attributes": []}), "attributes"),
        (json!({"client_version": 1}), "client_version"),
        (json!({"closed_at": "2026-11-21T10:00:00Z"}), "closed_at"),
        (json!({"ticket_number": "T-1"}), "ticket_number"),
        (json!({"suppressInternalNotifications": true}), "suppressInternalNotifications"),
    ] {
        let mut body = World::like(&like, "New");
        for (key, value) in change.as_object().expect("an object") {
            body[key] = value.clone();
        }
        let reply = world.post(TICKETS, &[], body).await;
        assert_eq!((reply.status, reply.code()), (400, "VALIDATION_ERROR"), "{change}: {}", reply.body);
        let paths: Vec<&Value> = reply.body["error"]["details"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|one| &one["path"][0])
            .collect();
        assert!(paths.contains(&&json!(path)), "{change}: {paths:?}");
    }
    assert_eq!(world.store.outbox_pending(10).await.expect("readable"), [], "and nothing was written");
}

/// A customer says what is wrong, not who mends it by when.
#[tokio::test]
async fn a_customer_opens_tickets_for_themselves_and_leaves_the_work_to_the_company() {
    let world = World::start().await;
    let all = world.tickets_of(T).await;
    let (like, other) = (&all[0], all.iter().find(|one| one.client_id != all[0].client_id).expect("another"));
    let tenant = T.into();
    let me = world.get("/api/v1/users/me").await;
    let user = me["data"]["user_id"].as_str().expect("an id").into();
    let client = like.client_id.clone().expect("one");
    world.store.set_role(&tenant, &user, Some(Role::ClientPortal)).await.expect("written");
    world.store.set_client(&tenant, &user, Some(client)).await.expect("written");
    let opened = world.post(TICKETS, &[], World::like(like, "Mine")).await;
    assert_eq!((opened.status, &opened.body["data"]["ticket_origin"]), (201, &json!("client_portal")));
    assert_eq!(
        world.post(TICKETS, &[], World::like(other, "Theirs")).await.status,
        400,
        "another customer's"
    );
    let mut body = World::like(like, "Mine");
    body["assigned_to"] = json!(like.assigned_to);
    let reply = world.post(TICKETS, &[], body).await;
    assert_eq!((reply.status, &reply.body["error"]["details"][0]["path"]), (400, &json!(["assigned_to"])));
}

#[tokio::test]
async fn the_same_key_gives_the_same_ticket_and_another_body_is_422() {
    let world = World::start().await;
    let like = world.an_open_ticket().await;
    let key = [("idempotency-key", "open-1")];
    let first = world.post(TICKETS, &key, World::like(&like, "Once")).await;
    let again = world.post(TICKETS, &key, World::like(&like, "Once")).await;
    assert_eq!((first.status, again.status), (201, 201));
    assert_eq!((&again.body, again.header("idempotency-replayed")), (&first.body, Some("true")));
    let other = world.post(TICKETS, &key, World::like(&like, "Twice")).await;
    assert_eq!((other.status, other.code()), (422, "IDEMPOTENCY_KEY_REUSED"));
    let found = world.get(&format!("{TICKETS}?title=Once")).await;
    assert_eq!(found["pagination"]["total"], 1);
}

#[tokio::test]
async fn a_number_is_given_once_even_if_many_open_at_once_and_the_newest_is_deleted() {
    let world = World::start().await;
    let like = world.an_open_ticket().await;
    let opened = (0..20).map(|n| world.post(TICKETS, &[], World::like(&like, &format!("New {n}"))));
    let replies = futures_util::future::join_all(opened).await;
    let numbers: BTreeSet<u64> = replies.iter().map(|reply| number(&reply.body["data"])).collect();
    assert_eq!(numbers.len(), 20);
    let newest = replies.iter().find(|reply| Some(&number(&reply.body["data"])) == numbers.last());
    let id = newest.expect("one").body["data"]["ticket_id"].as_str().expect("an id").to_owned();
    let path = format!("{TICKETS}/{id}");
    assert_eq!(world.ask(Method::DELETE, &path, &world.dispatcher, &[], "").await.status, 204);
    let next = world.post(TICKETS, &[], World::like(&like, "After")).await;
    assert_eq!(Some(number(&next.body["data"])), numbers.last().map(|last| last + 1));
}
