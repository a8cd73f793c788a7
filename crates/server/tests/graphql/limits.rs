//! The bounds of a query (GS-6): each is told by its code, and what fits is answered.

use callboard_server::auth::Role;
use callboard_server::gateways::graphql::limits::{QUERY_BYTES_MAX, SUBSCRIPTIONS_PER_CONNECTION};
use serde_json::{Value, json};

use crate::world::World;

fn code(answer: &Value) -> &str {
    answer["errors"][0]["extensions"]["code"].as_str().unwrap_or_default()
}

/// GS-6
#[tokio::test]
async fn what_is_too_much_is_refused_with_its_code() {
    let world = World::start().await;
    let somebody = world.a(Role::Dispatcher).await;
    let deep = format!("{{ __schema {}name{} }}", "{ types { ofType ".repeat(8), "}}".repeat(8));
    let brackets = "{ a".repeat(40);
    let wide = format!(
        "{{ {} }}",
        (0..60).map(|n| format!("t{n}: tickets(limit: 100) {{ nodes {{ title }} }}")).collect::<String>()
    );
    let many = format!("{{ me {{ {} }} }}", "id ".repeat(2_100));
    let long = format!("{{ me {{ id }} }} #{}", "x".repeat(QUERY_BYTES_MAX));
    let writes: String = (0..20)
        .map(|n| format!("w{n}: addComment(ticketId: \"1\", input: {{ text: \"x\" }}) {{ id }} "))
        .collect();
    for (query, expected) in [
        (deep.as_str(), "QUERY_TOO_DEEP"),
        (&brackets, "QUERY_TOO_DEEP"),
        (&wide, "QUERY_TOO_COMPLEX"),
        (
            "{ tickets(limit: 2147483647) { nodes { comments(limit: 2147483647) { text } } } }",
            "QUERY_TOO_COMPLEX",
        ),
        (&many, "QUERY_TOO_COMPLEX"),
        (&format!("mutation {{ {writes} }}"), "QUERY_TOO_COMPLEX"),
        (&long, "QUERY_TOO_LONG"),
        ("{ nothing }", "GRAPHQL_INVALID"),
        ("{", "GRAPHQL_INVALID"),
        ("subscription { myTicketUpdates { eventType } }", "GRAPHQL_INVALID"),
    ] {
        let answer = world.graph(&somebody, query, json!({})).await;
        let shown = &query[..query.len().min(80)];
        assert_eq!(code(&answer), expected, "{shown}: {answer}");
        assert!(answer["errors"][0]["message"].as_str().is_some_and(|text| text.len() > 5), "{answer}");
        assert_eq!(answer["data"], Value::Null, "{shown}");
    }
    let fits = world
        .graph(&somebody, "{ tickets(limit: 100) { total nodes { id title statusName } } }", json!({}))
        .await;
    assert_eq!(fits["errors"], Value::Null, "{fits}");
    assert!(fits["data"]["tickets"]["nodes"].as_array().is_some_and(|nodes| nodes.len() > 10), "{fits}");
}

/// GS-6: one operation too many is refused by itself, and there is room again when one ends.
#[tokio::test]
async fn a_socket_runs_so_many_operations_at_once() {
    let world = World::start().await;
    let mut peer = world.inside(&world.a(Role::Dispatcher).await).await;
    for number in 0..SUBSCRIPTIONS_PER_CONNECTION {
        peer.begin(&format!("s{number}"), "subscription { supportTicketEvents { eventType } }").await;
    }
    peer.begin("more", "{ me { id } }").await;
    assert_eq!(peer.fails("more").await, "TOO_MANY_SUBSCRIPTIONS");
    assert_eq!(world.app.graph.counts().subscriptions, SUBSCRIPTIONS_PER_CONNECTION);
    peer.say(&json!({"type": "complete", "id": "s0"})).await;
    peer.begin("again", "{ me { id } }").await;
    peer.hears_where("the answer", |one| one["id"] == "again" && one["type"] == "next").await;
}

/// GS-6: what is wrong with one operation is told of that one, and the others go on.
#[tokio::test]
async fn on_a_socket_a_bad_operation_is_told_and_the_rest_goes_on() {
    let world = World::start().await;
    let mut peer = world.inside(&world.a(Role::Dispatcher).await).await;
    peer.listens("good", "subscription { supportTicketEvents { eventType } }").await;
    let bad = [
        ("deep", "{ a".repeat(40), "QUERY_TOO_DEEP"),
        (
            "two",
            "subscription { myTicketUpdates { eventType } teamTicketUpdates { eventType } }".to_owned(),
            "GRAPHQL_INVALID",
        ),
        ("unknown", "subscription { everything { eventType } }".to_owned(), "GRAPHQL_INVALID"),
        (
            "nothing",
            "subscription { ticketUpdated(ticketId: \"none\") { eventType } }".to_owned(),
            "NOT_FOUND",
        ),
    ];
    for (id, query, expected) in bad {
        peer.begin(id, &query).await;
        assert_eq!(peer.fails(id).await, expected, "{id}");
    }
    let somebody = world.a(Role::Dispatcher).await;
    let ticket = world.open_ticket(&somebody).await;
    world.put(&somebody, &ticket, json!({"title": "Still heard"})).await;
    assert_eq!(peer.event("good").await["eventType"], "UPDATED");
}
