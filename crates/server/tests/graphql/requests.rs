//! Reading and writing over GraphQL: the same as over REST (GS-1).

use axum::body::Body;
use axum::http::{Method, Request};
use callboard_server::auth::Role;
use serde_json::{Value, json};

use crate::world::{Person, World, X};

fn code(answer: &Value) -> &str {
    answer["errors"][0]["extensions"]["code"].as_str().unwrap_or_default()
}

const ONE: &str = "query($id: ID!) { ticket(id: $id) { id number title version statusId statusName boardName \
    assignedTo enteredAt description tags url comments { text isInternal } } }";

#[tokio::test]
async fn a_ticket_is_what_rest_says_it_is() {
    let world = World::start().await;
    let somebody = world.a(Role::Dispatcher).await;
    for ticket in world.tickets_of(&somebody).await.iter().take(10) {
        let path = format!("/api/v1/tickets/{}", ticket.ticket_id);
        let (_, rest) = world.send(Method::GET, &path, &somebody, &Value::Null).await;
        let (_, comments) =
            world.send(Method::GET, &format!("{path}/comments"), &somebody, &Value::Null).await;
        let graph = world.graph(&somebody, ONE, json!({"id": ticket.ticket_id})).await;
        let (rest, graph) = (&rest["data"], &graph["data"]["ticket"]);
        for (ours, theirs) in [
            ("id", "ticket_id"),
            ("number", "ticket_number"),
            ("title", "title"),
            ("version", "version"),
            ("statusId", "status_id"),
            ("statusName", "status_name"),
            ("boardName", "board_name"),
            ("assignedTo", "assigned_to"),
            ("enteredAt", "entered_at"),
            ("url", "url"),
        ] {
            assert_eq!(graph[ours], rest[theirs], "{ours}");
        }
        let words = |list: &Value, key: &str| -> Vec<String> {
            let texts = list.as_array().expect("a list").iter();
            texts.map(|one| one[key].as_str().expect("text").to_owned()).collect()
        };
        let said = graph["comments"].as_array().expect("a list");
        assert_eq!(said.len(), comments["data"].as_array().expect("a list").len());
        assert_eq!(words(&graph["comments"], "text"), words(&comments["data"], "comment_text"));
        let tags: Vec<_> = graph["tags"].as_array().expect("a list").iter().map(Value::to_string).collect();
        assert_eq!(tags.len(), rest["tags"].as_array().expect("a list").len());
    }
}

/// Every part of the filter finds what the REST parameter of the same name finds.
#[tokio::test]
async fn a_filter_finds_what_rest_finds() {
    let world = World::start().await;
    let somebody = world.a(Role::Dispatcher).await;
    let tickets = world.tickets_of(&somebody).await;
    let one = world.open_ticket(&somebody).await;
    let text = |value: &dyn ToString| value.to_string();
    let (board, status) =
        (text(&one.board_id.as_ref().expect("one")), text(&one.status_id.as_ref().expect("one")));
    let at = tickets[20].entered_at.expect("a time").to_string();
    let word = one.title.split(' ').next().expect("a word").to_owned();
    let mut narrowed = 0;
    for (filter, query) in [
        (json!({"boardId": board}), format!("board_id={board}")),
        (json!({"statusIds": [status]}), format!("status_ids={status}")),
        (json!({"ids": [one.ticket_id]}), format!("ids={}", one.ticket_id)),
        (json!({"isOpen": true}), "is_open=true".to_owned()),
        (json!({"isOpen": false}), "is_open=false".to_owned()),
        (json!({"hasAssignment": false}), "has_assignment=false".to_owned()),
        (json!({"search": word}), format!("search={word}")),
        (json!({"enteredFrom": at}), format!("entered_from={at}")),
        (json!({"updatedTo": at}), format!("updated_to={at}")),
        (json!({"tags": ["vip", "network"]}), "tags=vip,network".to_owned()),
        (json!({"clientName": "a", "isOpen": true}), "client_name=a&is_open=true".to_owned()),
    ] {
        let path = format!("/api/v1/tickets?limit=100&sort=title&order=asc&{query}");
        let (status, rest) = world.send(Method::GET, &path, &somebody, &Value::Null).await;
        assert_eq!(status, 200, "{path}: {rest}");
        let asked = "query($filter: TicketFilter) { tickets(filter: $filter, limit: 100, sort: \"title\", order: ASC) \
            { total nodes { id } } }";
        let graph = world.graph(&somebody, asked, json!({ "filter": filter })).await;
        let page = &graph["data"]["tickets"];
        assert_eq!(page["total"], rest["pagination"]["total"], "{filter}: {graph}");
        let ids = |list: &Value, key: &str| -> Vec<Value> {
            list.as_array().expect("a list").iter().map(|one| one[key].clone()).collect()
        };
        assert_eq!(ids(&page["nodes"], "id"), ids(&rest["data"], "ticket_id"), "{filter}");
        let total = page["total"].as_u64().expect("a number");
        narrowed += usize::from(total < tickets.len() as u64);
    }
    assert!(narrowed >= 8, "the filters filter");
    for (wrong, why) in [
        ("limit: 101", "VALIDATION_ERROR"),
        ("page: 0", "VALIDATION_ERROR"),
        ("sort: \"x\"", "VALIDATION_ERROR"),
    ] {
        let answer = world.graph(&somebody, &format!("{{ tickets({wrong}) {{ total }} }}"), json!({})).await;
        assert_eq!(code(&answer), why, "{wrong}: {answer}");
    }
}

const UPDATE: &str = "mutation($id: ID!, $input: TicketChange!, $seen: Int, $key: String) { \
    updateTicket(id: $id, input: $input, clientVersion: $seen, idempotencyKey: $key) \
    { ticket { title version dueDate } updatedFields mergedOver replayed } }";

#[tokio::test]
async fn a_ticket_is_opened_changed_and_spoken_on() {
    let world = World::start().await;
    let somebody = world.a(Role::Dispatcher).await;
    let like = world.open_ticket(&somebody).await;
    let input = json!({
        "title": "Opened over GraphQL", "boardId": like.board_id, "clientId": like.client_id,
        "statusId": like.status_id, "priorityId": like.priority_id, "tags": ["New"],
        "attributes": {"description": "At length"},
    });
    let create = "mutation($input: TicketChange!, $key: String) { createTicket(input: $input, idempotencyKey: $key) \
        { replayed ticket { id title tags description version } } }";
    let variables = json!({"input": input, "key": "once"});
    let opened = world.graph(&somebody, create, variables.clone()).await;
    let ticket = &opened["data"]["createTicket"]["ticket"];
    assert_eq!(ticket["title"], "Opened over GraphQL", "{opened}");
    assert_eq!((&ticket["tags"], &ticket["description"]), (&json!(["new"]), &json!("At length")));
    let again = world.graph(&somebody, create, variables).await;
    assert_eq!(again["data"]["createTicket"]["replayed"], true, "sent twice, it is done once");
    assert_eq!(again["data"]["createTicket"]["ticket"]["id"], ticket["id"]);

    let id = ticket["id"].clone();
    let due = json!({"title": "Changed", "dueDate": "2026-12-01T08:00:00Z"});
    let changed =
        world.graph(&somebody, UPDATE, json!({"id": id, "input": due, "seen": ticket["version"]})).await;
    let written = &changed["data"]["updateTicket"];
    assert_eq!(written["ticket"]["title"], "Changed", "{changed}");
    let mut fields: Vec<_> = written["updatedFields"].as_array().expect("a list").iter().collect();
    fields.sort_by_key(|name| name.to_string());
    assert_eq!(fields, ["due_date", "title"]);
    let emptied = world.graph(&somebody, UPDATE, json!({"id": id, "input": {"dueDate": null}})).await;
    assert_eq!(emptied["data"]["updateTicket"]["ticket"]["dueDate"], Value::Null, "{emptied}");

    let say = "mutation($id: ID!) { addComment(ticketId: $id, input: { text: \"Said\", isInternal: true }) \
        { text isInternal createdByName } }";
    let said = world.graph(&somebody, say, json!({"id": id})).await;
    assert_eq!(said["data"]["addComment"]["text"], "Said", "{said}");
    let read = world.graph(&somebody, ONE, json!({"id": id})).await;
    assert_eq!(read["data"]["ticket"]["comments"], json!([{"text": "Said", "isInternal": true}]));
}

/// LT-11 over GraphQL: whoever was overtaken is told both values, and nothing is written.
#[tokio::test]
async fn a_stale_write_is_refused_with_both_values() {
    let world = World::start().await;
    let (somebody, other) = (world.a(Role::Dispatcher).await, world.a(Role::Technician).await);
    let ticket = world.open_ticket(&somebody).await;
    world.put(&other, &ticket, json!({"title": "Theirs"})).await;
    let variables = json!({"id": ticket.ticket_id, "input": {"title": "Mine"}, "seen": ticket.version});
    let refused = world.graph(&somebody, UPDATE, variables).await;
    let error = &refused["errors"][0]["extensions"];
    assert_eq!((&error["code"], &error["status"]), (&json!("STALE_VERSION"), &json!(409)), "{refused}");
    let clash = &error["details"]["conflicts"][0];
    assert_eq!(
        (&clash["field"], &clash["yours"], &clash["theirs"]),
        (&json!("title"), &json!("Mine"), &json!("Theirs"))
    );
    assert_eq!(error["details"]["current"]["title"], "Theirs");
    let read = world.graph(&somebody, ONE, json!({"id": ticket.ticket_id})).await;
    assert_eq!(read["data"]["ticket"]["title"], "Theirs");
}

/// GS-4: what REST refuses is refused here, in the same words.
#[tokio::test]
async fn nobody_may_do_here_what_they_may_not_do_over_rest() {
    let world = World::start().await;
    let dispatcher = world.a(Role::Dispatcher).await;
    let ticket = world.open_ticket(&dispatcher).await;
    let id = json!({"id": ticket.ticket_id});
    let change = json!({"id": ticket.ticket_id, "input": {"title": "Not mine"}});
    let say = "mutation($id: ID!) { addComment(ticketId: $id, input: { text: \"x\" }) { id } }";
    let (billing, read_only) = (world.a(Role::Billing).await, world.a(Role::ReadOnly).await);
    let stranger = world.one_of(X, Role::Dispatcher).await;
    let cases: [(&str, &Person, &str, &Value, &str); 9] = [
        ("reads", &billing, ONE, &id, "FORBIDDEN"),
        ("lists", &billing, "{ tickets { total } }", &Value::Null, "FORBIDDEN"),
        ("writes", &billing, UPDATE, &change, "FORBIDDEN"),
        ("writes", &read_only, UPDATE, &change, "FORBIDDEN"),
        ("speaks", &read_only, say, &id, "FORBIDDEN"),
        ("reads", &stranger, ONE, &id, "NOT_FOUND"),
        ("writes", &stranger, UPDATE, &change, "NOT_FOUND"),
        ("speaks", &stranger, say, &id, "NOT_FOUND"),
        ("reads", &dispatcher, ONE, &json!({"id": "'; DROP TABLE tickets; --"}), "NOT_FOUND"),
    ];
    for (does, person, query, variables, expected) in cases {
        let answer = world.graph(person, query, variables.clone()).await;
        assert_eq!(code(&answer), expected, "{} {does}: {answer}", person.access.role);
    }
    let read = world.graph(&dispatcher, ONE, id).await;
    assert_eq!(read["data"]["ticket"]["title"], json!(ticket.title), "and nothing was written");
}

#[tokio::test]
async fn without_a_key_nothing_is_answered() {
    let world = World::start().await;
    let key = world.a(Role::Dispatcher).await.key;
    let body = json!({"query": "{ me { id } }"}).to_string();
    for (header, value, expected) in [
        ("x-nothing", String::new(), 401),
        ("x-api-key", "guessed".to_owned(), 401),
        ("authorization", "Bearer guessed".to_owned(), 401),
        ("authorization", format!("Basic {key}"), 401),
        ("authorization", format!("Bearer {key}"), 200),
        ("x-api-key", key.clone(), 200),
    ] {
        let request = Request::builder().method(Method::POST).uri("/graph").header(header, &value);
        let (status, answer) = world.ask(request.body(Body::from(body.clone())).expect("a request")).await;
        assert_eq!(status, expected, "{header}: {answer}");
    }
}

#[tokio::test]
async fn what_is_no_request_is_refused_and_a_page_for_browsers_is_not_there() {
    let world = World::start().await;
    let somebody = world.a(Role::Dispatcher).await;
    for body in [json!([]), json!([{"query": "{ me { id } }"}]), json!({"query": 7}), json!("{ me { id } }")]
    {
        let (status, answer) = world.send(Method::POST, "/graph", &somebody, &body).await;
        assert_eq!((status, answer["error"]["code"].as_str()), (400, Some("BAD_REQUEST")), "{body}");
    }
    let (status, answer) = world.send(Method::GET, "/graph", &somebody, &Value::Null).await;
    assert_eq!(status, 400, "{answer}");
}
