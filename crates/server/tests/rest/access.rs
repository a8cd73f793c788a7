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

use crate::routes::{For, Own, ROUTES, body, paths};
use crate::world::{T, World, X, key};

#[tokio::test]
async fn every_route_answers_those_it_is_for_and_nobody_else() {
    let world = World::start().await;
    let ticket = world.tickets_of(T).await.remove(0);
    let technicians = Own::made(&world, &world.technician, 0).await;
    let dispatchers = Own::made(&world, &world.dispatcher, 1).await;
    for (method, path, who) in paths(&world, T).await {
        for (name, key, own, allowed) in [
            ("technician", &world.technician, &technicians, !matches!(who, For::Dispatchers | For::Admins)),
            (
                "read_only",
                &world.read_only,
                &dispatchers,
                !matches!(who, For::Writers | For::Dispatchers | For::Admins),
            ),
            ("billing", &world.billing, &dispatchers, matches!(who, For::Everybody | For::Known)),
            ("dispatcher", &world.dispatcher, &dispatchers, who != For::Admins),
            ("admin", &world.admin, &dispatchers, true),
        ] {
            let path = own.fill(&path);
            if name == "admin" && who != For::Admins && method != Method::GET {
                // The dispatcher has done it already; that both may the same is said of their type.
                continue;
            }
            let reply = world.ask(method.clone(), &path, key, &[], &body(&path, &ticket, own)).await;
            let adds = [
                "/tickets",
                "/schedules",
                "/comments",
                "/bundle",
                "/children",
                "/people",
                "/keys",
                "/calendars",
                "/sla-policies",
                "/webhooks",
            ];
            let well = match method {
                Method::DELETE => 204,
                Method::PUT if path.contains("/agreements/") => 204,
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
        let key = if who == For::Admins { &world.admin } else { &world.dispatcher };
        let reply = world.ask(method.clone(), &path, key, &[("x-tenant-id", X)], &sent).await;
        assert_eq!(reply.status, 401, "the header names another tenant: {method} {path}");
        let reply = world.ask(method.clone(), &path, key, &[("x-tenant-id", T)], &sent).await;
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
    let agreed = world.store.agreements(&tenant).await.expect("agreements");
    ids.extend(agreed.policies.iter().map(|one| one.id.to_string()));
    ids.extend(agreed.hours.iter().map(|one| one.id.clone()));
    let keys = world.store.keys(&tenant, None).await.expect("keys");
    ids.extend(keys.iter().map(|one| one.key_id.clone()));
    let secrets: Vec<&str> = ids.iter().map(String::as_str).collect();
    let foreign = key(&world.store, X, Role::Admin).await;
    for ((method, path, who), (_, pattern, _)) in paths(&world, T).await.into_iter().zip(ROUTES) {
        let path = own.fill(&path);
        let mut sent = body(&path, &before[0], &own);
        if sent == "{}" {
            sent = r#"{"title":"Mine now"}"#.to_owned();
        }
        let key = if who == For::Admins { &foreign } else { &world.stranger };
        let reply = world.ask(method.clone(), &path, key, &[], &sent).await;
        // A switch is called the same behind every wall.
        if pattern.contains('{') && !pattern.contains("{switch}") {
            assert_eq!(reply.status, 404, "{method} {path}");
        }
        // What was asked for by its id is named by it in the answer, and nothing else is.
        let text = reply.body.to_string();
        let secrets = if path.ends_with("/bulk") { &secrets[1..] } else { &secrets[..] };
        assert!(!secrets.iter().any(|id| text.contains(id)), "{method} {path}: {text}");
    }
    assert_eq!(world.tickets_of(T).await, before, "and nothing was written");
    assert_eq!(world.store.people(&tenant, PeopleQuery::default()).await.expect("people"), people);
    let after = world.store.agreements(&tenant).await.expect("agreements");
    // What the routes are tried on was made meanwhile.
    assert_eq!(after.policies.len(), agreed.policies.len() + 1);
    assert_eq!(after.hours.len(), agreed.hours.len() + 1);
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
            socket: None,
            change: "a change".into(),
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
