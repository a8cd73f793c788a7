//! Who may do what: every route against every kind of caller.

use std::path::{Path, PathBuf};

use axum::http::Method;
use callboard_model::{Field, Person, TenantId, Ticket, Timestamp, Value};
use callboard_server::auth::api_key::ApiKey;
use callboard_server::auth::{Access, Boards, Role};
use callboard_server::store::directory::PeopleQuery;
use callboard_server::store::lookups::{BoardQuery, ClientQuery};
use callboard_server::store::save::{Attempt, Author, Knew, Refusal, Save, Wish};
use callboard_server::store::{Limits, Store};
use serde_json::json;

use crate::world::{T, World, X};

/// Who a route is for.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum For {
    Everybody,
    Known,
    Readers,
    Writers,
    Dispatchers,
}

/// Every route; `{ticket}` and `{client}` stand for ids of the company asked, `{comment}`, `{master}` and `{child}` for
/// what the caller made before ([`Own`]).
pub(crate) const ROUTES: &[(Method, &str, For)] = &[
    (Method::GET, "/api/v1/meta/health", For::Everybody),
    (Method::GET, "/api/v1/meta/ready", For::Everybody),
    (Method::GET, "/api/v1/meta/openapi", For::Everybody),
    (Method::GET, "/api/v1/meta/capabilities", For::Known),
    (Method::GET, "/api/v1/users/me", For::Known),
    (Method::GET, "/api/v1/tickets", For::Readers),
    (Method::GET, "/api/v1/tickets/{ticket}", For::Readers),
    (Method::PUT, "/api/v1/tickets/{ticket}", For::Writers),
    (Method::PATCH, "/api/v1/tickets/{ticket}", For::Writers),
    (Method::PUT, "/api/v1/tickets/{ticket}/status", For::Writers),
    (Method::PUT, "/api/v1/tickets/{ticket}/assignment", For::Writers),
    (Method::POST, "/api/v1/tickets", For::Writers),
    (Method::POST, "/api/v1/tickets/bulk", For::Writers),
    (Method::GET, "/api/v1/tickets/search?query=a", For::Readers),
    (Method::GET, "/api/v1/tickets/stats", For::Readers),
    (Method::GET, "/api/v1/records/{kind}/{ticket}/version", For::Readers),
    (Method::GET, "/api/v1/tickets/statuses", For::Readers),
    (Method::GET, "/api/v1/statuses", For::Readers),
    (Method::GET, "/api/v1/tickets/priorities", For::Readers),
    (Method::GET, "/api/v1/priorities", For::Readers),
    (Method::GET, "/api/v1/boards", For::Readers),
    (Method::GET, "/api/v1/categories/ticket", For::Readers),
    (Method::GET, "/api/v1/categories/ticket/tree", For::Readers),
    (Method::GET, "/api/v1/categories/ticket/tree/{board}", For::Readers),
    (Method::GET, "/api/v1/tags/entity/ticket/{ticket}", For::Readers),
    (Method::GET, "/api/v1/tickets/{ticket}/documents", For::Readers),
    (Method::GET, "/api/v1/schedules/search?query=a", For::Readers),
    (Method::GET, "/api/v1/users?user_type=internal", For::Readers),
    (Method::GET, "/api/v1/users/search?query=a", For::Readers),
    (Method::GET, "/api/v1/users/{user}/permissions", For::Dispatchers),
    (Method::GET, "/api/v1/teams", For::Readers),
    (Method::GET, "/api/v1/teams/{team}/members", For::Readers),
    (Method::GET, "/api/v1/contacts", For::Readers),
    (Method::GET, "/api/v1/clients", For::Readers),
    (Method::GET, "/api/v1/clients/{client}/locations", For::Readers),
    (Method::GET, "/api/v1/clients/{client}/contacts", For::Readers),
    (Method::GET, "/api/v1/changes?since=0", For::Readers),
    (Method::POST, "/api/v1/tickets/live-tokens", For::Readers),
    (Method::GET, "/api/v1/notifications/live-token", For::Known),
    (Method::GET, "/api/tickets/{ticket}/live-token", For::Readers),
    (Method::GET, "/api/v1/schedules", For::Readers),
    (Method::POST, "/api/v1/schedules", For::Writers),
    (Method::GET, "/api/v1/schedules/{entry}", For::Readers),
    (Method::PUT, "/api/v1/schedules/{entry}", For::Writers),
    (Method::GET, "/api/v1/schedules/{entry}/conflicts", For::Readers),
    (Method::DELETE, "/api/v1/schedules/{entry}", For::Dispatchers),
    (Method::GET, "/api/v1/tickets/{ticket}/comments", For::Readers),
    (Method::POST, "/api/v1/tickets/{ticket}/comments", For::Writers),
    (Method::PUT, "/api/v1/tickets/{ticket}/comments/{comment}", For::Writers),
    (Method::POST, "/api/v1/tickets/{ticket}/comments/{comment}/reactions", For::Writers),
    (Method::DELETE, "/api/v1/tickets/{ticket}/comments/{comment}", For::Writers),
    (Method::GET, "/api/v1/tickets/{master}/bundle", For::Readers),
    (Method::PUT, "/api/v1/tickets/{master}/bundle/settings", For::Writers),
    (Method::POST, "/api/v1/tickets/{master}/bundle/children", For::Writers),
    (Method::DELETE, "/api/v1/tickets/{master}/bundle/children/{child}", For::Writers),
    (Method::DELETE, "/api/v1/tickets/{master}/bundle", For::Writers),
    (Method::POST, "/api/v1/tickets/{master}/bundle", For::Writers),
    (Method::POST, "/api/v1/tickets/{master}/bundle/promote", For::Writers),
    (Method::DELETE, "/api/v1/tickets/{ticket}", For::Dispatchers),
];

/// What a caller made to try the routes on: a comment on the first ticket and a bundle of two.
#[derive(Clone, Debug, Default)]
struct Own {
    comment: String,
    master: String,
    child: String,
    /// Another child, and one that is not yet.
    others: [String; 2],
}

impl Own {
    /// Made with this key of `T`; `place` keeps those of several callers apart.
    async fn made(world: &World, key: &str, place: usize) -> Self {
        let tickets = world.tickets_of(T).await;
        let id = |number: usize| tickets[number].ticket_id.to_string();
        let first = 10 + 4 * place;
        let (master, child, others) = (id(first), id(first + 1), [id(first + 2), id(first + 3)]);
        let path = format!("/api/v1/tickets/{}/comments", id(0));
        let said = world.ask(Method::POST, &path, key, &[], r#"{"comment_text":"Called."}"#).await;
        let comment = said.body["data"]["comment_id"].as_str().expect("an id").to_owned();
        let path = format!("/api/v1/tickets/{master}/bundle");
        let sent = json!({ "child_ticket_ids": [child, others[0]] }).to_string();
        assert_eq!(world.ask(Method::POST, &path, key, &[], &sent).await.status, 201);
        Self { comment, master, child, others }
    }

    fn fill(&self, path: &str) -> String {
        path.replace("{comment}", &self.comment)
            .replace("{master}", &self.master)
            .replace("{child}", &self.child)
    }

    /// What a route about it takes.
    fn body(&self, path: &str) -> Option<serde_json::Value> {
        Some(match path.rsplit('/').next()? {
            "comments" => json!({ "comment_text": "Called again." }),
            "reactions" => json!({ "emoji": "👍" }),
            "bundle" => json!({ "child_ticket_ids": [self.child] }),
            "children" => json!({ "child_ticket_ids": [self.others[1]] }),
            "promote" => json!({ "new_master_ticket_id": self.child }),
            "settings" => json!({ "mode": "link_only" }),
            comment if comment == self.comment => json!({ "comment_text": "Called twice." }),
            _ => return None,
        })
    }
}

/// A body that a route takes; what it says of the ticket is the same everywhere.
fn body(path: &str, ticket: &Ticket, own: &Own) -> String {
    let sent = if let Some(sent) = own.body(path) {
        sent
    } else if path.ends_with("/status") {
        json!({ "status_id": ticket.status_id })
    } else if path.ends_with("/assignment") {
        json!({ "assigned_to": ticket.assigned_to })
    } else if path.ends_with("/bulk") {
        json!({ "ids": [ticket.ticket_id], "changes": {} })
    } else if path.ends_with("/tickets") {
        json!({
            "title": "New", "board_id": ticket.board_id, "client_id": ticket.client_id,
            "status_id": ticket.status_id, "priority_id": ticket.priority_id,
        })
    } else if path.ends_with("/schedules") {
        json!({
            "title": "New", "scheduled_start": "2026-11-21T10:00:00Z", "scheduled_end": "2026-11-21T11:00:00Z",
        })
    } else {
        json!({})
    };
    sent.to_string()
}

/// An entry of the schedule of `T` that everybody of the company who has a schedule sees.
async fn shared_entry(world: &World) -> String {
    let mut people = Vec::new();
    for key in [&world.technician, &world.read_only] {
        let me = world.ask(Method::GET, "/api/v1/users/me", key, &[], "").await;
        people.push(me.body["data"]["user_id"].clone());
    }
    let body = json!({
        "title": "Shared", "assigned_user_ids": people,
        "scheduled_start": "2026-11-21T10:00:00Z", "scheduled_end": "2026-11-21T11:00:00Z",
    });
    let path = "/api/v1/schedules";
    let reply = world.ask(Method::POST, path, &world.dispatcher, &[], &body.to_string()).await;
    assert_eq!(reply.status, 201, "{}", reply.body);
    reply.body["data"]["entry_id"].as_str().expect("an id").to_owned()
}

async fn paths(world: &World, tenant: &str) -> Vec<(Method, String, For)> {
    let ticket = &world.tickets_of(tenant).await[0];
    let client = ticket.client_id.as_ref().expect("every demo ticket has one");
    let board = ticket.board_id.as_ref().expect("every demo ticket has one");
    let entry = shared_entry(world).await;
    let team = world.store.teams(&tenant.into()).await.expect("teams").remove(0);
    let someone = team.member_ids.last().expect("a dispatcher is in it");
    let fill = |path: &str| {
        path.replace("{kind}", "ticket")
            .replace("{ticket}", ticket.ticket_id.as_str())
            .replace("{client}", client.as_str())
            .replace("{board}", board.as_str())
            .replace("{entry}", &entry)
            .replace("{user}", someone.as_str())
            .replace("{team}", team.team_id.as_str())
    };
    ROUTES.iter().map(|(method, path, who)| (method.clone(), fill(path), *who)).collect()
}

#[tokio::test]
async fn every_route_answers_those_it_is_for_and_nobody_else() {
    let world = World::start().await;
    let ticket = world.tickets_of(T).await.remove(0);
    let technicians = Own::made(&world, &world.technician, 0).await;
    let dispatchers = Own::made(&world, &world.dispatcher, 1).await;
    for (method, path, who) in paths(&world, T).await {
        for (name, key, own, allowed) in [
            ("technician", &world.technician, &technicians, who != For::Dispatchers),
            ("read_only", &world.read_only, &dispatchers, !matches!(who, For::Writers | For::Dispatchers)),
            ("billing", &world.billing, &dispatchers, matches!(who, For::Everybody | For::Known)),
            ("dispatcher", &world.dispatcher, &dispatchers, true),
        ] {
            let path = own.fill(&path);
            let reply = world.ask(method.clone(), &path, key, &[], &body(&path, &ticket, own)).await;
            let adds = ["/tickets", "/schedules", "/comments", "/bundle", "/children"];
            let well = match method {
                Method::DELETE => 204,
                Method::POST if adds.iter().any(|end| path.ends_with(end)) => 201,
                _ => 200,
            };
            assert_eq!(
                reply.status,
                if allowed { well } else { 403 },
                "{name} {method} {path}: {}",
                reply.body
            );
            if !allowed && path.starts_with("/api/v1") {
                assert_eq!(reply.code(), "FORBIDDEN", "{name} {method} {path}");
            }
        }
    }
}

/// Both shapes of the stock: no key at all is refused at its edge, a wrong one by the API.
#[tokio::test]
async fn without_a_key_or_with_a_wrong_one_nothing_is_told() {
    let world = World::start().await;
    let own =
        Own { comment: "c".to_owned(), master: "m".to_owned(), child: "n".to_owned(), ..Own::default() };
    let (missing, wrong) = (json!({"error": "Unauthorized: API key missing"}), "0".repeat(64));
    for (method, path, who) in paths(&world, T).await {
        if who == For::Everybody {
            continue;
        }
        let path = own.fill(&path);
        let reply = world.ask(method.clone(), &path, "", &[], "{}").await;
        assert_eq!((reply.status, &reply.body), (401, &missing), "{method} {path}");
        let reply = world.ask(method.clone(), &path, &wrong, &[], "{}").await;
        let bare = !path.starts_with("/api/v1");
        let said = if bare { &reply.body["error"] } else { &reply.body["error"]["message"] };
        assert_eq!((reply.status, said.as_str()), (401, Some("Invalid API key")), "{method} {path}");
    }
}

#[tokio::test]
async fn a_key_opens_no_other_tenant() {
    let world = World::start().await;
    let ticket = world.tickets_of(T).await.remove(0);
    let own = Own::made(&world, &world.dispatcher, 0).await;
    for (method, path, who) in paths(&world, T).await {
        if who == For::Everybody {
            continue;
        }
        let path = own.fill(&path);
        let sent = body(&path, &ticket, &own);
        let reply = world.ask(method.clone(), &path, &world.dispatcher, &[("x-tenant-id", X)], &sent).await;
        assert_eq!(reply.status, 401, "the header names another tenant: {method} {path}");
        let reply = world.ask(method.clone(), &path, &world.dispatcher, &[("x-tenant-id", T)], &sent).await;
        assert!((200..300).contains(&reply.status), "the header names the key's own tenant: {method} {path}");
    }
}

/// Ids of `T` in the hands of somebody of `X`: not found, the same as ids that nobody has.
#[tokio::test]
async fn what_lies_behind_another_wall_is_not_found_and_shows_nothing() {
    let world = World::start().await;
    let own = Own::made(&world, &world.dispatcher, 0).await;
    let before = world.tickets_of(T).await;
    let (tenant, access) = (TenantId::from(T), Access::of(Role::Dispatcher));
    let mut ids: Vec<String> = before.iter().map(|ticket| ticket.ticket_id.to_string()).collect();
    let people = world.store.people(&tenant, PeopleQuery::default()).await.expect("people");
    ids.extend(people.iter().map(|one| one.user.user_id.to_string()));
    let clients = world.store.clients(&tenant, &access, ClientQuery::default()).await.expect("clients");
    ids.extend(clients.iter().map(|one| one.client_id.to_string()));
    let boards = world.store.boards(&tenant, &access, BoardQuery::default()).await.expect("boards");
    ids.extend(boards.iter().map(|one| one.board.board_id.to_string()));
    let teams = world.store.teams(&tenant).await.expect("teams");
    ids.extend(teams.iter().map(|one| one.team_id.to_string()));
    let secrets: Vec<&str> = ids.iter().map(String::as_str).collect();
    for ((method, path, _), (_, pattern, _)) in paths(&world, T).await.into_iter().zip(ROUTES) {
        let path = own.fill(&path);
        let mut sent = body(&path, &before[0], &own);
        if sent == "{}" {
            sent = r#"{"title":"Mine now"}"#.to_owned();
        }
        let reply = world.ask(method.clone(), &path, &world.stranger, &[], &sent).await;
        if pattern.contains('{') {
            assert_eq!(reply.status, 404, "{method} {path}");
        }
        // What was asked for by its id is named by it in the answer, and nothing else is.
        let text = reply.body.to_string();
        let secrets = if path.ends_with("/bulk") { &secrets[1..] } else { &secrets[..] };
        assert!(!secrets.iter().any(|id| text.contains(id)), "{method} {path}: {text}");
    }
    assert_eq!(world.tickets_of(T).await, before, "and nothing was written");
}

/// An id of another tenant is as unknown in a body as in a path.
#[tokio::test]
async fn an_id_of_another_tenant_cannot_be_written_into_a_ticket() {
    let world = World::start().await;
    let (own, foreign) = (world.a_ticket().await, world.tickets_of(X).await);
    let assigned = foreign.iter().find(|ticket| ticket.assigned_to.is_some()).expect("some are assigned");
    for (field, id) in [
        ("status_id", assigned.value(Field::Status)),
        ("priority_id", assigned.value(Field::Priority)),
        ("board_id", assigned.value(Field::Board)),
        ("client_id", assigned.value(Field::Client)),
        ("location_id", assigned.value(Field::Location)),
        ("category_id", assigned.value(Field::Category)),
        ("assigned_to", assigned.value(Field::Assignee)),
        ("assigned_team_id", assigned.value(Field::Team)),
    ] {
        let reply = world.put(&own, &[], json!({ field: id })).await;
        assert_eq!((reply.status, reply.code()), (400, "VALIDATION_ERROR"), "{field}: {}", reply.body);
    }
}

#[tokio::test]
async fn a_withdrawn_role_and_an_expired_key_count_at_once() {
    let world = World::start().await;
    let tenant = TenantId::from(T);
    let me = world.get("/api/v1/users/me").await;
    let user = me["data"]["user_id"].as_str().expect("an id").into();
    let key = ApiKey::mint().expect("random");
    world.store.add_key(&tenant, &user, key.hash(), Some(Timestamp::UNIX_EPOCH)).await.expect("stored");
    let status = async |key: &str| world.ask(Method::GET, "/api/v1/tickets", key, &[], "").await.status;
    assert_eq!(status(key.reveal()).await, 401, "expired");
    assert_eq!(status(&world.dispatcher).await, 200);
    world.store.set_role(&tenant, &user, None).await.expect("written");
    assert_eq!(status(&world.dispatcher).await, 401, "inactive");
}

#[tokio::test]
async fn expired_keys_do_not_pile_up() {
    let world = World::start().await;
    let tenant = TenantId::from(T);
    let me = world.get("/api/v1/users/me").await;
    let user = me["data"]["user_id"].as_str().expect("an id").into();
    let expired = async || {
        let key = ApiKey::mint().expect("random").hash();
        world.store.add_key(&tenant, &user, key, Some(Timestamp::UNIX_EPOCH)).await.expect("stored");
        let count = |what| world.number(&format!("SELECT count({what}) FROM api_keys"));
        (count("expires_at"), count("*"))
    };
    let first: (i64, i64) = expired().await;
    assert_eq!((first.0, expired().await), (1, first), "the one before has gone, and no other");
    assert_eq!(world.ask(Method::GET, "/api/v1/tickets", &world.dispatcher, &[], "").await.status, 200);
}

/// What is stolen with the database opens no door.
#[tokio::test]
async fn no_key_is_in_the_database_file() {
    let world = World::start().await;
    let key = world.dispatcher.clone();
    let mut read = 0;
    for file in files(world.database.folder()) {
        let bytes = std::fs::read(file).expect("readable");
        let raw = hex::decode(&key).expect("hexadecimal");
        assert!(!bytes.windows(key.len()).any(|window| window == key.as_bytes()));
        assert!(!bytes.windows(raw.len()).any(|window| window == raw));
        read += bytes.len();
    }
    assert!(read > 10_000, "the files were really there: {read}");
}

/// Every file below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let entry = entry.expect("an entry");
        match entry.file_type().expect("a type") {
            kind if kind.is_dir() => found.extend(files(&entry.path())),
            kind if kind.is_file() => found.push(entry.path()),
            _ => {}
        }
    }
    found
}

#[test]
fn a_database_address_that_is_none_is_refused() {
    for address in
        ["", "callboard.db", "sqlite:", "sqlite::memory:", "postgres://u@host:port/db", "mysql://h/d"]
    {
        assert!(Store::open(address, Limits::default()).is_err(), "{address:?}");
    }
}

/// A ticket that the writer does not see is not found, and none is moved to a board that the writer does not see.
#[tokio::test]
async fn a_write_neither_reaches_nor_leaves_what_the_writer_sees() {
    let world = World::start().await;
    let mut tickets = world.tickets_of(T).await.into_iter();
    let own = tickets.next().expect("one");
    let board = own.board_id.clone().expect("a board");
    let other = tickets.find(|one| one.board_id.as_ref() != Some(&board)).expect("on another board");
    let boards = Boards::listed([board].into());
    let access = Access { boards, ..Access::of(Role::Dispatcher) };
    let save = |ticket: &Ticket, field: Field, value: Value| Save {
        author: Author {
            tenant: T.into(),
            person: Person { user_id: "u".into(), display_name: "U".into() },
            access: access.clone(),
            origin: None,
            key: None,
            now: Timestamp::now(),
        },
        ticket: ticket.ticket_id.clone(),
        wish: Wish { fields: [(field, value)].into(), ..Wish::default() },
        knew: Knew::default(),
    };
    let title = Value::from(Some("Mine"));
    let outcome = world.store.save(save(&other, Field::Title, title.clone())).await;
    assert!(matches!(outcome, Ok(Attempt::Refused(Refusal::NotFound))), "{outcome:?}");
    let outcome = world.store.save(save(&own, Field::Board, other.value(Field::Board))).await;
    assert!(
        matches!(&outcome, Ok(Attempt::Refused(Refusal::Invalid(issues))) if issues[0].path == ["board_id"]),
        "{outcome:?}"
    );
    let outcome = world.store.save(save(&own, Field::Title, title)).await;
    assert!(matches!(outcome, Ok(Attempt::Done(_))), "{outcome:?}");
}
