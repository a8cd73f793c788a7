//! Bundles over REST: who is in them, what their children may not, and what a master's save does (LT-7).

use axum::http::Method;
use callboard_model::{Field, TenantId, Ticket, TicketId, UserId};
use callboard_server::auth::Role;
use serde_json::{Value, json};

use crate::world::{Reply, T, World};

/// A master with two children on its board, and a ticket beside them.
struct Bundled {
    world: World,
    master: Ticket,
    children: [Ticket; 2],
    beside: Ticket,
}

impl Bundled {
    async fn start(mode: &str) -> Self {
        let world = World::start().await;
        let open = world.tickets_of(T).await.into_iter().filter(|one| !one.status_is_closed);
        let mut open: Vec<_> = open.collect();
        let master = open.remove(0);
        let (mut same, other): (Vec<_>, Vec<_>) =
            open.into_iter().partition(|one| one.board_id == master.board_id);
        let children = [same.remove(0), same.remove(0)];
        let beside = other.into_iter().next().expect("a ticket of another board");
        let bundled = Self { world, master, children, beside };
        let ids: Vec<_> = bundled.children.iter().map(|one| &one.ticket_id).collect();
        let sent = json!({ "child_ticket_ids": ids, "mode": mode });
        let reply = bundled.send(Method::POST, "", sent).await;
        assert_eq!(reply.status, 201, "{}", reply.body);
        bundled.drain().await;
        bundled
    }

    async fn send(&self, method: Method, rest: &str, body: Value) -> Reply {
        self.send_to(&self.master.ticket_id, method, rest, body).await
    }

    async fn send_to(&self, ticket: &TicketId, method: Method, rest: &str, body: Value) -> Reply {
        let path = format!("/api/v1/tickets/{ticket}/bundle{rest}");
        self.world.ask(method, &path, &self.world.dispatcher, &[], &body.to_string()).await
    }

    async fn seen_from(&self, ticket: &TicketId) -> Value {
        self.world.get(&format!("/api/v1/tickets/{ticket}/bundle")).await["data"].clone()
    }

    async fn ticket(&self, ticket: &TicketId) -> Value {
        self.world.get(&format!("/api/v1/tickets/{ticket}")).await["data"].clone()
    }

    /// Forgets the hints that wait.
    async fn drain(&self) {
        let seqs = self.world.store.outbox_pending(100).await.expect("readable");
        let seqs = seqs.into_iter().map(|one| one.seq).collect();
        self.world.store.outbox_sent(seqs).await.expect("written");
    }

    /// The hints that wait, by ticket.
    async fn hints(&self) -> Vec<(TicketId, Vec<String>)> {
        let pending = self.world.store.outbox_pending(100).await.expect("readable");
        let fields = |one: &callboard_server::store::OutboxEntry| {
            one.hint.updated_fields.iter().map(|field| field.to_string()).collect()
        };
        pending.iter().map(|one| (one.ticket.clone(), fields(one))).collect()
    }

    /// A status of the master's board that is not the one of the master.
    async fn another_status(&self, is_closed: bool) -> Value {
        let path = format!("/api/v1/statuses?board_id={}", self.master.board_id.as_ref().expect("a board"));
        let all = self.world.get(&path).await["data"].clone();
        let now = json!(self.master.status_id);
        let other = |one: &&Value| one["is_closed"] == is_closed && one["status_id"] != now;
        all.as_array().expect("a list").iter().rfind(other).expect("one")["status_id"].clone()
    }

    /// A person who can be assigned, with another id than these have.
    async fn somebody_else(&self) -> Value {
        let taken: Vec<_> =
            self.children.iter().chain([&self.master]).map(|one| json!(one.assigned_to)).collect();
        let all = self.world.get("/api/v1/users?user_type=internal").await["data"].clone();
        let free = |one: &&Value| !taken.contains(&one["user_id"]);
        all.as_array().expect("a list").iter().find(free).expect("one")["user_id"].clone()
    }
}

fn ids(bundle: &Value) -> Vec<&str> {
    let children = bundle["children"].as_array().expect("a list");
    let mut ids: Vec<_> = children.iter().filter_map(|one| one["ticket_id"].as_str()).collect();
    ids.sort_unstable();
    ids
}

#[tokio::test]
async fn a_bundle_is_shown_from_its_master_and_from_its_children() {
    let bundled = Bundled::start("sync_updates").await;
    let (master, child) = (&bundled.master.ticket_id, &bundled.children[0].ticket_id);
    let from_master = bundled.seen_from(master).await;
    let from_child = bundled.seen_from(child).await;
    assert_eq!(
        (&from_master["is_bundle_master"], &from_child["is_bundle_child"]),
        (&json!(true), &json!(true))
    );
    for seen in [&from_master, &from_child] {
        assert_eq!((&seen["master_ticket_id"], &seen["mode"]), (&json!(master), &json!("sync_updates")));
        assert_eq!(seen["reopen_on_child_reply"], false);
        assert_eq!(seen["master_ticket"]["title"], *bundled.master.title);
        assert_eq!(ids(seen).len(), 2);
    }
    assert_eq!(bundled.ticket(child).await["master_ticket_id"], json!(master));
    let alone = bundled.seen_from(&bundled.beside.ticket_id).await;
    assert_eq!(
        (&alone["mode"], &alone["master_ticket_id"], ids(&alone).len()),
        (&Value::Null, &Value::Null, 0)
    );
}

/// LT-7: every locked field, by every way to write it.
#[tokio::test]
async fn the_locked_fields_of_a_child_are_refused_by_name() {
    for mode in ["sync_updates", "link_only"] {
        let bundled = Bundled::start(mode).await;
        let child = &bundled.children[0];
        let (status, user) = (bundled.another_status(false).await, bundled.somebody_else().await);
        let priorities = bundled.world.get("/api/v1/priorities").await["data"].clone();
        let now = json!(child.priority_id);
        let priority = priorities.as_array().expect("a list").iter().find(|one| one["priority_id"] != now);
        for (field, value) in [
            (Field::Status, status),
            (Field::Assignee, user),
            (Field::Priority, priority.expect("one")["priority_id"].clone()),
        ] {
            if json!(child.value(field)) == value {
                continue;
            }
            let reply =
                bundled.world.put(child.ticket_id.as_str(), &[], json!({ field.name(): value })).await;
            let issue = &reply.body["error"]["details"][0];
            assert_eq!((reply.status, &issue["path"][0]), (400, &json!(field.name())), "{mode} {field}");
            assert_eq!(issue["code"], "bundle_locked");
        }
        let reply = bundled.world.put(child.ticket_id.as_str(), &[], json!({ "title": "Still mine" })).await;
        assert_eq!(reply.status, 200, "the rest of a child is free");
    }
}

/// LT-7: one hint per child that really changed, naming only what changed there.
#[tokio::test]
async fn a_masters_save_is_copied_to_the_children_that_differ_and_told_of_each() {
    let bundled = Bundled::start("sync_updates").await;
    let [first, second] = &bundled.children;
    let (status, user) = (bundled.another_status(false).await, bundled.somebody_else().await);
    let sent = json!({ "status_id": status, "assigned_to": user, "title": "One line is down" });
    let reply = bundled.world.put(bundled.master.ticket_id.as_str(), &[], sent).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    let mut hints = bundled.hints().await;
    assert_eq!(hints.remove(0).0, bundled.master.ticket_id, "the master's own comes first");
    assert_eq!(hints.len(), 2);
    for child in [first, second] {
        let now = bundled.ticket(&child.ticket_id).await;
        assert_eq!((&now["status_id"], &now["assigned_to"]), (&status, &user));
        assert_eq!((&now["title"], &now["priority_id"]), (&json!(child.title), &json!(child.priority_id)));
        let changed: Vec<_> = [Field::Status, Field::Assignee]
            .into_iter()
            .filter(|&field| json!(child.value(field)) != now[field.name()])
            .map(|field| field.name().to_owned())
            .collect();
        let told = hints.iter().find(|(ticket, _)| *ticket == child.ticket_id).expect("its hint");
        let mut named = told.1.clone();
        named.retain(|name| !name.starts_with("sla_"));
        assert_eq!(named, changed);
        assert_eq!(now["version"], child.version.expect("one").0 + 2, "joined, then changed once");
    }
    bundled.drain().await;
    let sent = json!({ "status_id": status, "assigned_to": user });
    bundled.world.put(bundled.master.ticket_id.as_str(), &[], sent).await;
    assert_eq!(bundled.hints().await, [], "nothing changed, nothing told");
}

#[tokio::test]
async fn a_child_that_stands_there_already_is_not_told_of() {
    let bundled = Bundled::start("sync_updates").await;
    let master = bundled.master.ticket_id.as_str();
    let user = bundled.somebody_else().await;
    bundled.world.put(master, &[], json!({ "assigned_to": user })).await;
    bundled.send(Method::DELETE, &format!("/children/{}", bundled.children[1].ticket_id), Value::Null).await;
    bundled.world.put(master, &[], json!({ "assigned_to": null })).await;
    let again = json!({ "child_ticket_ids": [bundled.children[1].ticket_id] });
    assert_eq!(bundled.send(Method::POST, "/children", again).await.status, 201);
    bundled.drain().await;
    bundled.world.put(master, &[], json!({ "assigned_to": user })).await;
    let told: Vec<_> = bundled.hints().await.into_iter().map(|(ticket, _)| ticket).collect();
    assert_eq!(told, [bundled.master.ticket_id.clone(), bundled.children[0].ticket_id.clone()]);
}

#[tokio::test]
async fn a_bundle_that_only_links_copies_nothing() {
    let bundled = Bundled::start("link_only").await;
    let sent = json!({ "status_id": bundled.another_status(false).await });
    bundled.world.put(bundled.master.ticket_id.as_str(), &[], sent).await;
    assert_eq!(bundled.hints().await.len(), 1);
    let child = &bundled.children[0];
    assert_eq!(bundled.ticket(&child.ticket_id).await["status_id"], json!(child.status_id));
}

#[tokio::test]
async fn children_are_closed_with_their_master_and_have_its_closing_books() {
    let bundled = Bundled::start("sync_updates").await;
    let sent = json!({ "status_id": bundled.another_status(true).await, "override_close_rules": true });
    let reply = bundled.world.put(bundled.master.ticket_id.as_str(), &[], sent).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    let master = bundled.ticket(&bundled.master.ticket_id).await;
    for child in &bundled.children {
        let now = bundled.ticket(&child.ticket_id).await;
        for name in ["status_id", "is_closed", "closed_at", "closed_by"] {
            assert_eq!(now[name], master[name], "{name}");
        }
        assert_eq!(now["is_closed"], true);
    }
}

#[tokio::test]
async fn a_child_on_another_board_keeps_a_status_of_its_own_board() {
    let bundled = Bundled::start("sync_updates").await;
    let sent = json!({ "child_ticket_ids": [bundled.beside.ticket_id] });
    assert_eq!(bundled.send(Method::POST, "/children", sent).await.status, 201);
    let sent = json!({ "status_id": bundled.another_status(true).await, "override_close_rules": true });
    assert_eq!(bundled.world.put(bundled.master.ticket_id.as_str(), &[], sent).await.status, 200);
    let now = bundled.ticket(&bundled.beside.ticket_id).await;
    assert_eq!((&now["is_closed"], &now["board_id"]), (&json!(true), &json!(bundled.beside.board_id)));
}

#[tokio::test]
async fn who_cannot_join_is_named_by_its_place() {
    let bundled = Bundled::start("sync_updates").await;
    let (master, child, beside) =
        (&bundled.master.ticket_id, &bundled.children[0].ticket_id, &bundled.beside.ticket_id);
    let foreign = bundled.world.tickets_of(crate::world::X).await.remove(0).ticket_id;
    for (at, sent, code) in [
        (master, json!(["nothing"]), "custom"),
        (master, json!([foreign]), "custom"),
        (master, json!([master]), "bundle_self"),
        (beside, json!([master]), "bundle_nested"),
        (beside, json!([child]), "bundle_taken"),
    ] {
        let reply = bundled.send_to(at, Method::POST, "", json!({ "child_ticket_ids": sent })).await;
        let issue = &reply.body["error"]["details"][0];
        assert_eq!((reply.status, &issue["code"]), (400, &json!(code)), "{sent}");
        assert_eq!(issue["path"], json!(["child_ticket_ids", "0"]));
    }
    let reply = bundled.send_to(child, Method::POST, "", json!({ "child_ticket_ids": [beside] })).await;
    assert_eq!((reply.status, &reply.body["error"]["details"][0]["code"]), (400, &json!("bundle_nested")));
    let reply =
        bundled.send_to(beside, Method::POST, "/children", json!({ "child_ticket_ids": [child] })).await;
    assert_eq!((reply.status, &reply.body["error"]["details"][0]["code"]), (400, &json!("bundle_missing")));
    assert_eq!(bundled.hints().await, [], "and nothing was written");
}

#[tokio::test]
async fn joining_and_leaving_is_told_to_the_child_and_to_the_master() {
    let bundled = Bundled::start("sync_updates").await;
    let (master, beside) = (&bundled.master.ticket_id, &bundled.beside.ticket_id);
    let expected = |child: &TicketId| {
        vec![
            (child.clone(), vec!["master_ticket_id".to_owned()]),
            (master.clone(), vec!["bundle".to_owned()]),
        ]
    };
    let sent = json!({ "child_ticket_ids": [beside] });
    assert_eq!(ids(&bundled.send(Method::POST, "/children", sent).await.body["data"]).len(), 3);
    assert_eq!(bundled.hints().await, expected(beside));
    bundled.drain().await;
    let path = format!("/children/{beside}");
    assert_eq!(bundled.send(Method::DELETE, &path, Value::Null).await.status, 204);
    assert_eq!(bundled.hints().await, expected(beside));
    assert_eq!(bundled.send(Method::DELETE, &path, Value::Null).await.status, 404, "it is in it no more");
    assert_eq!(bundled.ticket(beside).await["master_ticket_id"], Value::Null);
}

#[tokio::test]
async fn a_bundle_ends_with_its_last_child_or_all_at_once() {
    for all_at_once in [true, false] {
        let bundled = Bundled::start("sync_updates").await;
        if all_at_once {
            assert_eq!(bundled.send(Method::DELETE, "", Value::Null).await.status, 204);
        } else {
            for child in &bundled.children {
                let path = format!("/children/{}", child.ticket_id);
                assert_eq!(bundled.send(Method::DELETE, &path, Value::Null).await.status, 204);
            }
        }
        assert_eq!(bundled.seen_from(&bundled.master.ticket_id).await["mode"], Value::Null);
        let child = bundled.children[0].ticket_id.as_str();
        let sent = json!({ "assigned_to": bundled.somebody_else().await });
        assert_eq!(bundled.world.put(child, &[], sent).await.status, 200, "free again");
        assert_eq!(bundled.send(Method::DELETE, "", Value::Null).await.status, 400, "there is none any more");
    }
}

#[tokio::test]
async fn a_promoted_child_speaks_for_all() {
    let bundled = Bundled::start("link_only").await;
    let [first, second] = &bundled.children;
    let sent = json!({ "new_master_ticket_id": first.ticket_id });
    let reply = bundled.send(Method::POST, "/promote", sent).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    let seen = bundled.seen_from(&first.ticket_id).await;
    let mut expected = [bundled.master.ticket_id.as_str(), second.ticket_id.as_str()];
    expected.sort_unstable();
    assert_eq!((ids(&seen), &seen["mode"]), (expected.to_vec(), &json!("link_only")));
    let told = bundled.hints().await;
    assert_eq!(told.len(), 3);
    assert!(told.iter().all(|(_, names)| *names == ["master_ticket_id"]));
    let sent = json!({ "new_master_ticket_id": bundled.beside.ticket_id });
    let reply = bundled.send_to(&first.ticket_id, Method::POST, "/promote", sent).await;
    assert_eq!(
        (reply.status, &reply.body["error"]["details"][0]["path"][0]),
        (400, &json!("new_master_ticket_id"))
    );
}

#[tokio::test]
async fn settings_change_alone_and_are_told_once() {
    let bundled = Bundled::start("link_only").await;
    for _ in 0..2 {
        let sent = json!({ "reopen_on_child_reply": true });
        let reply = bundled.send(Method::PUT, "/settings", sent).await;
        let data = &reply.body["data"];
        assert_eq!((&data["mode"], &data["reopen_on_child_reply"]), (&json!("link_only"), &json!(true)));
    }
    assert_eq!(bundled.hints().await, [(bundled.master.ticket_id.clone(), vec!["bundle".to_owned()])]);
}

/// alga-psa 6.3, and what a reopened master then copies.
#[tokio::test]
async fn a_clients_answer_on_a_child_reopens_the_master_and_all_that_follow_it() {
    let bundled = Bundled::start("sync_updates").await;
    let (world, child) = (&bundled.world, &bundled.children[0]);
    let me = world.ask(Method::GET, "/api/v1/users/me", &world.read_only, &[], "").await;
    let user = UserId::from(me.body["data"]["user_id"].as_str().expect("an id"));
    let tenant = TenantId::from(T);
    world.store.set_role(&tenant, &user, Some(Role::ClientPortal)).await.expect("written");
    world.store.set_client(&tenant, &user, child.client_id.clone()).await.expect("written");
    bundled.send(Method::PUT, "/settings", json!({ "reopen_on_child_reply": true })).await;
    let sent = json!({ "status_id": bundled.another_status(true).await, "override_close_rules": true });
    assert_eq!(world.put(bundled.master.ticket_id.as_str(), &[], sent).await.status, 200);
    let path = format!("/api/v1/tickets/{}/comments", child.ticket_id);
    let say = async |key: &str| {
        assert_eq!(
            world.ask(Method::POST, &path, key, &[], r#"{"comment_text":"Again!"}"#).await.status,
            201
        );
        bundled.ticket(&bundled.master.ticket_id).await["is_closed"].clone()
    };
    assert_eq!(say(&world.technician).await, true, "the company's own words reopen nothing");
    assert_eq!(say(&world.read_only).await, false);
    for child in &bundled.children {
        let now = bundled.ticket(&child.ticket_id).await;
        assert_eq!((&now["is_closed"], &now["closed_at"]), (&json!(false), &Value::Null));
    }
}

#[tokio::test]
async fn a_deleted_master_frees_its_children_and_a_deleted_child_leaves_its_master() {
    let bundled = Bundled::start("sync_updates").await;
    let delete = async |ticket: &TicketId| {
        let path = format!("/api/v1/tickets/{ticket}");
        bundled.world.ask(Method::DELETE, &path, &bundled.world.dispatcher, &[], "").await.status
    };
    let [first, second] = &bundled.children;
    assert_eq!(delete(&first.ticket_id).await, 204);
    assert_eq!(ids(&bundled.seen_from(&bundled.master.ticket_id).await), [second.ticket_id.as_str()]);
    assert_eq!(delete(&bundled.master.ticket_id).await, 204);
    assert_eq!(bundled.ticket(&second.ticket_id).await["master_ticket_id"], Value::Null);
    let told = bundled.hints().await;
    assert!(told.contains(&(second.ticket_id.clone(), vec!["master_ticket_id".to_owned()])), "{told:?}");
}

/// A bundle may hold tickets of several customers; each sees their own.
#[tokio::test]
async fn a_client_sees_nobody_elses_ticket_in_a_bundle() {
    let bundled = Bundled::start("sync_updates").await;
    let (world, child) = (&bundled.world, &bundled.children[0]);
    let me = world.ask(Method::GET, "/api/v1/users/me", &world.read_only, &[], "").await;
    let user = UserId::from(me.body["data"]["user_id"].as_str().expect("an id"));
    let tenant = TenantId::from(T);
    world.store.set_role(&tenant, &user, Some(Role::ClientPortal)).await.expect("written");
    world.store.set_client(&tenant, &user, child.client_id.clone()).await.expect("written");
    let path = format!("/api/v1/tickets/{}/bundle", child.ticket_id);
    let reply = world.ask(Method::GET, &path, &world.read_only, &[], "").await;
    assert_eq!(reply.status, 200);
    for other in [&bundled.master, &bundled.children[1]] {
        if other.client_id != child.client_id {
            assert!(!reply.body.to_string().contains(&*other.title), "{}", reply.body);
        }
    }
    let reply = world.ask(Method::DELETE, &path, &world.read_only, &[], "").await;
    assert_eq!(reply.status, 403);
}

#[tokio::test]
async fn a_bundle_sent_twice_is_made_once() {
    let bundled = Bundled::start("sync_updates").await;
    let path = format!("/api/v1/tickets/{}/bundle/children", bundled.master.ticket_id);
    let sent = json!({ "child_ticket_ids": [bundled.beside.ticket_id] }).to_string();
    let key = [("idempotency-key", "join-1")];
    let send = async || bundled.world.ask(Method::POST, &path, &bundled.world.dispatcher, &key, &sent).await;
    let (first, again) = (send().await, send().await);
    assert_eq!((again.status, &again.body), (201, &first.body));
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    assert_eq!(bundled.hints().await.len(), 2);
}
