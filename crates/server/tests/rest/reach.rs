//! What lies within somebody's reach: boards for some of the company's people, a client for a customer's.
//!
//! **Invariant:** what is out of reach is looked for in the whole text of every answer, not in one key of it.

use std::collections::BTreeSet;

use axum::http::Method;
use callboard_model::{Field, TenantId, Ticket, UserId};
use callboard_server::auth::Role;
use callboard_server::store::flags::Flag;
use serde_json::{Value, json};

use crate::world::{T, World};

/// The technician, who from now on sees one board.
struct Limited {
    world: World,
    user: UserId,
    key: String,
    seen: Vec<Ticket>,
    hidden: Vec<Ticket>,
}

async fn me(world: &World, key: &str) -> UserId {
    let me = world.ask(Method::GET, "/api/v1/users/me", key, &[], "").await;
    me.body["data"]["user_id"].as_str().expect("an id").into()
}

fn split(world: Vec<Ticket>, seen: impl Fn(&Ticket) -> bool) -> (Vec<Ticket>, Vec<Ticket>) {
    let (seen, hidden): (Vec<_>, Vec<_>) = world.into_iter().partition(seen);
    assert!(!seen.is_empty() && !hidden.is_empty(), "both kinds are needed");
    (seen, hidden)
}

impl Limited {
    async fn to_a_board() -> Self {
        let world = World::start().await;
        let tickets = world.tickets_of(T).await;
        let board = tickets[0].board_id.clone().expect("a board");
        let (seen, hidden) = split(tickets, |one| one.board_id.as_ref() == Some(&board));
        let key = world.technician.clone();
        let user = me(&world, &key).await;
        world.store.set_boards(&T.into(), &user, [board].into()).await.expect("written");
        Self { world, user, key, seen, hidden }
    }

    async fn to_a_client() -> Self {
        let world = World::start().await;
        let tickets = world.tickets_of(T).await;
        let client = tickets[0].client_id.clone().expect("a client");
        let (seen, hidden) = split(tickets, |one| one.client_id.as_ref() == Some(&client));
        let key = world.read_only.clone();
        let (tenant, user) = (TenantId::from(T), me(&world, &key).await);
        world.store.set_role(&tenant, &user, Some(Role::ClientPortal)).await.expect("written");
        world.store.set_client(&tenant, &user, Some(client)).await.expect("written");
        Self { world, user, key, seen, hidden }
    }

    async fn get(&self, path: &str) -> Value {
        let reply = self.world.ask(Method::GET, path, &self.key, &[], "").await;
        assert_eq!(reply.status, 200, "{path}: {}", reply.body);
        let text = reply.body.to_string();
        assert!(!self.hidden.iter().any(|one| text.contains(one.ticket_id.as_str())), "{path}: {text}");
        reply.body
    }

    async fn status(&self, path: &str) -> u16 {
        self.world.ask(Method::GET, path, &self.key, &[], "").await.status
    }

    /// Where the feed stands now.
    async fn newest(&self) -> u64 {
        self.get("/api/v1/changes").await["next"].as_u64().expect("a number")
    }

    async fn both_kinds_of_reading(&self) {
        let list = self.get("/api/v1/tickets?limit=100").await;
        assert_eq!(list["pagination"]["total"], self.seen.len());
        let found: BTreeSet<_> = list["data"].as_array().expect("a list").iter().map(id).collect();
        let expected: BTreeSet<_> = self.seen.iter().map(|one| one.ticket_id.as_str()).collect();
        assert_eq!(found, expected);
        for one in &self.hidden {
            let id = &one.ticket_id;
            assert_eq!(self.status(&format!("/api/v1/tickets/{id}")).await, 404);
            assert_eq!(self.status(&format!("/api/tickets/{id}/live-token")).await, 404);
            let number = &one.ticket_number;
            let searched = self.get(&format!("/api/v1/tickets?search={number}")).await;
            assert_eq!(searched["pagination"]["total"], 0, "{searched}");
            assert_eq!(self.get(&format!("/api/v1/tickets?ids={id}")).await["data"], json!([]));
        }
        assert_eq!(self.status(&format!("/api/v1/tickets/{}", self.seen[0].ticket_id)).await, 200);
    }

    async fn tokens_with_reasons(&self) {
        let (own, other) = (self.seen[0].ticket_id.as_str(), self.hidden[0].ticket_id.as_str());
        let body = json!({"ticket_ids": [own, other]}).to_string();
        let path = "/api/v1/tickets/live-tokens";
        let reply = self.world.ask(Method::POST, path, &self.key, &[], &body).await;
        assert!(reply.body["tokens"][own].is_string(), "{}", reply.body);
        assert_eq!(reply.body["refused"], json!({other: "not_found"}));
    }

    /// A change of what is seen is told whole, one of what is hidden not at all.
    async fn a_feed_of_what_is_seen(&self) {
        let since = self.newest().await;
        let (own, other) = (self.seen[0].ticket_id.as_str(), self.hidden[0].ticket_id.as_str());
        for id in [other, own, other] {
            let reply = self.world.put(id, &[], json!({"title": format!("Seen by few {id} {since}")})).await;
            assert_eq!(reply.status, 200);
            assert_eq!(self.world.put(id, &[], json!({"title": "And back"})).await.status, 200);
        }
        let feed = self.get(&format!("/api/v1/changes?since={since}")).await;
        assert!(feed["data"].as_array().expect("a list").iter().all(|one| one["ticket_id"] == own), "{feed}");
        assert_eq!(feed["data"].as_array().map(Vec::len), Some(2), "{feed}");
        assert_eq!(
            (feed["next"].as_u64(), &feed["has_more"]),
            (Some(since + 6), &json!(false)),
            "to the end"
        );
        let page = self.get(&format!("/api/v1/changes?since={since}&limit=1")).await;
        assert_eq!((&page["next"], &page["has_more"]), (&json!(since + 3), &json!(true)), "{page}");
    }
}

fn id(ticket: &Value) -> &str {
    ticket["ticket_id"].as_str().expect("an id")
}

#[tokio::test]
async fn who_sees_one_board_sees_nothing_of_the_others() {
    let limited = Limited::to_a_board().await;
    limited.both_kinds_of_reading().await;
    limited.tokens_with_reasons().await;
    limited.a_feed_of_what_is_seen().await;
    let board = limited.seen[0].board_id.clone().expect("a board");
    for path in ["boards", "statuses", "tickets/statuses", "categories/ticket"] {
        let list = limited.get(&format!("/api/v1/{path}")).await;
        let list = list["data"].as_array().expect("a list");
        assert!(!list.is_empty() && list.iter().all(|one| one["board_id"] == board.as_str()), "{path}");
    }
    let other = limited.hidden[0].board_id.clone().expect("a board");
    let statuses = limited.get(&format!("/api/v1/statuses?board_id={other}")).await;
    assert_eq!(statuses["data"], json!([]));
}

#[tokio::test]
async fn a_customer_sees_nothing_of_other_customers() {
    let limited = Limited::to_a_client().await;
    limited.both_kinds_of_reading().await;
    limited.tokens_with_reasons().await;
    limited.a_feed_of_what_is_seen().await;
    let client = limited.seen[0].client_id.clone().expect("a client");
    let other = limited.hidden[0].client_id.clone().expect("a client");
    let clients = limited.get("/api/v1/clients").await;
    assert_eq!(clients["data"].as_array().map(Vec::len), Some(1));
    assert_eq!(clients["data"][0]["client_id"], client.as_str());
    for path in ["contacts", "locations"] {
        assert_eq!(limited.status(&format!("/api/v1/clients/{client}/{path}")).await, 200);
        assert_eq!(limited.status(&format!("/api/v1/clients/{other}/{path}")).await, 404);
    }
    for path in ["users", "teams"] {
        assert_eq!(limited.status(&format!("/api/v1/{path}")).await, 403, "{path}");
    }
    let path = format!("/api/v1/tickets/{}", limited.seen[0].ticket_id);
    let reply = limited.world.ask(Method::PUT, &path, &limited.key, &[], r#"{"title":"Mine"}"#).await;
    assert_eq!(reply.status, 403);
}

/// LT-19: a console that held the ticket has to learn that it is gone, and nothing else.
#[tokio::test]
async fn a_ticket_that_leaves_somebodys_sight_is_told_once_and_without_what_happened() {
    let limited = Limited::to_a_board().await;
    let (since, leaving) = (limited.newest().await, &limited.seen[0]);
    let to = &limited.hidden[0];
    let change = json!({"board_id": to.board_id, "status_id": to.status_id, "title": "Told to few"});
    let moved = limited.world.put(leaving.ticket_id.as_str(), &[], change).await;
    assert_eq!(moved.status, 200, "{}", moved.body);
    limited.world.put(leaving.ticket_id.as_str(), &[], json!({"title": "Told to fewer"})).await;
    let feed = limited.get(&format!("/api/v1/changes?since={since}")).await;
    assert_eq!(feed["data"].as_array().map(Vec::len), Some(1), "{feed}");
    let told = &feed["data"][0];
    assert_eq!((id(told), &told["deleted"]), (leaving.ticket_id.as_str(), &json!(true)));
    assert_eq!(told["updated_fields"], json!([]));
    assert_eq!(limited.status(&format!("/api/v1/tickets/{}", leaving.ticket_id)).await, 404);
    let whole = limited.world.get(&format!("/api/v1/changes?since={since}")).await;
    assert_eq!(whole["data"][0]["deleted"], Value::Null, "for the others it is still there");
}

#[tokio::test]
async fn a_ticket_that_comes_into_sight_is_told_like_any_change() {
    let limited = Limited::to_a_board().await;
    let (since, coming) = (limited.newest().await, &limited.hidden[0]);
    let to = &limited.seen[0];
    let change = json!({"board_id": to.board_id, "status_id": to.status_id});
    assert_eq!(limited.world.put(coming.ticket_id.as_str(), &[], change).await.status, 200);
    let path = format!("/api/v1/changes?since={since}");
    let feed = limited.world.ask(Method::GET, &path, &limited.key, &[], "").await.body;
    assert_eq!(
        (id(&feed["data"][0]), &feed["data"][0]["deleted"]),
        (coming.ticket_id.as_str(), &Value::Null)
    );
}

/// Whoever sees other tickets than before holds a board that no feed can repair.
#[tokio::test]
async fn a_change_of_what_somebody_sees_makes_them_load_anew() {
    let limited = Limited::to_a_board().await;
    let since = limited.newest().await;
    let feed = format!("/api/v1/changes?since={since}");
    assert_eq!(limited.status(&feed).await, 200);
    limited.world.store.set_boards(&T.into(), &limited.user, BTreeSet::new()).await.expect("written");
    assert_eq!(limited.status(&feed).await, 410);
    let since = limited.world.get("/api/v1/changes").await["next"].clone();
    assert_eq!(limited.status(&format!("/api/v1/changes?since={since}")).await, 200);
    let all = limited.world.ask(Method::GET, "/api/v1/tickets", &limited.key, &[], "").await;
    assert_eq!(all.body["pagination"]["total"], crate::world::TICKETS);
    assert_eq!(limited.world.get(&feed).await["data"], json!([]), "nobody else is sent away");
}

/// A customer's person does no work: nobody can hand it to them.
#[tokio::test]
async fn nothing_can_be_assigned_to_a_customer() {
    let limited = Limited::to_a_client().await;
    let own = limited.seen[0].ticket_id.as_str();
    let reply = limited.world.put(own, &[], json!({Field::Assignee.name(): limited.user.as_str()})).await;
    assert_eq!((reply.status, reply.code()), (400, "VALIDATION_ERROR"));
    let users = limited.world.get("/api/v1/users?user_type=internal").await.to_string();
    assert!(!users.contains(limited.user.as_str()));
}

/// LT-20: off means exactly REST.
#[tokio::test]
async fn without_the_live_layer_there_are_no_tokens_and_no_hints_and_saving_goes_on() {
    let world = World::start().await;
    let (tenant, ticket) = (TenantId::from(T), world.a_ticket().await);
    let token = format!("/api/tickets/{ticket}/live-token");
    let wish = json!({"ticket_ids": [ticket], "board": true}).to_string();
    let many = async || {
        world.ask(Method::POST, "/api/v1/tickets/live-tokens", &world.dispatcher, &[], &wish).await.body
    };
    world.store.set_flag(&tenant, Flag::LiveTicketUpdates, false).await.expect("written");
    let reply = world.ask(Method::GET, &token, &world.dispatcher, &[], "").await;
    assert_eq!((reply.status, &reply.body), (403, &json!({"error": "Live updates are switched off"})));
    let reply = many().await;
    assert_eq!(
        (&reply["tokens"], &reply["refused"], &reply["board_token"]),
        (&json!({}), &json!({&ticket: "live_updates_off"}), &Value::Null)
    );
    let capabilities = world.get("/api/v1/meta/capabilities").await["data"]["capabilities"].to_string();
    assert!(!capabilities.contains("live-tokens") && capabilities.contains("changes"), "{capabilities}");
    assert_eq!(world.put(&ticket, &[], json!({"title": "Saved in silence"})).await.status, 200);
    assert_eq!(world.store.outbox_pending(10).await.expect("readable"), []);
    assert!(
        world
            .store
            .callers(&tenant, vec![me(&world, &world.dispatcher).await])
            .await
            .expect("read")
            .is_empty()
    );
    world.store.set_flag(&tenant, Flag::LiveTicketUpdates, true).await.expect("written");
    assert!(many().await["board_token"].is_string());
    assert_eq!(world.put(&ticket, &[], json!({"title": "Saved and told"})).await.status, 200);
    assert_eq!(world.store.outbox_pending(10).await.expect("readable").len(), 1);
}

#[tokio::test]
async fn a_revoked_key_opens_nothing_from_the_next_request_on() {
    let world = World::start().await;
    let (tenant, user) = (TenantId::from(T), me(&world, &world.dispatcher).await);
    let status = async |key: &str| world.ask(Method::GET, "/api/v1/tickets", key, &[], "").await.status;
    let key = world.store.keys(&tenant, Some(user)).await.expect("readable").remove(0).key_id;
    let path = format!("/api/v1/admin/keys/{key}");
    let revoke = async |admin: &str| world.ask(Method::DELETE, &path, admin, &[], "").await.status;
    let foreign = crate::world::key(&world.store, crate::world::X, Role::Admin).await;
    assert_eq!(revoke(&foreign).await, 404, "not from another tenant");
    assert_eq!(status(&world.dispatcher).await, 200);
    assert_eq!(revoke(&world.admin).await, 204);
    assert_eq!(status(&world.dispatcher).await, 401);
    assert_eq!(status(&world.technician).await, 200, "and no other key");
}
