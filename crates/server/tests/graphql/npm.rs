//! The GraphQL client of npm against our server: connect, be refused, subscribe, lose sight, come back after a restart.
//!
//! **Invariant:** the client is the real package, unmodified; `tests/foreign/graphql.mjs` holds the few lines that drive it.

use anyhow::{Context, Result, ensure};
use callboard_model::{Field, Ticket, Value as Plain};
use callboard_testkit::node::Script;
use callboard_testkit::rest::Rest;
use callboard_testkit::server::{Server, ServerOptions};
use serde_json::{Value, json};

/// What the tests ask of an event.
const EVENT: &str =
    "eventType ticketId ticket { title statusName } changes { field oldValue newValue } comment { text }";

/// A server with tickets, its writer, and a client of npm that is not connected yet.
struct House {
    server: Server,
    nora: Rest,
    client: Script,
    tickets: Vec<Ticket>,
}

impl House {
    async fn with_clients() -> Result<Self> {
        let server = Server::start(ServerOptions { tickets: 10, ..ServerOptions::default() }).await?;
        let nora = server.rest("Nora Berg")?;
        let tickets = nora.tickets(10).await?;
        let client = Script::start("graphql.mjs", &[&format!("ws://{}/graph", server.address())])?;
        Ok(Self { server, nora, client, tickets })
    }

    /// Lets the client in as this person.
    async fn connects(&mut self, name: &str, retries: u32) -> Result<()> {
        let key = &self.server.account(name)?.api_key;
        let params = json!({"Authorization": format!("Bearer {key}")});
        self.client.say(&json!({"do": "connect", "params": params, "retries": retries})).await?;
        self.client.hears(&json!({"is": "connected"})).await.map(drop)
    }

    /// Subscribes, and waits until the server listens: what is answered after it was begun after it.
    async fn listens(&mut self, id: &str, field: &str, variables: Value) -> Result<()> {
        let query = format!("subscription{field}");
        self.client
            .say(&json!({"do": "subscribe", "id": id, "query": query, "variables": variables}))
            .await?;
        self.ready().await
    }

    async fn ready(&mut self) -> Result<()> {
        self.client.say(&json!({"do": "subscribe", "id": "ready", "query": "{ me { id } }"})).await?;
        self.client.hears(&json!({"is": "next", "id": "ready"})).await?;
        self.client.hears(&json!({"is": "complete", "id": "ready"})).await.map(drop)
    }

    async fn retitle(&self, ticket: &Ticket, title: &str) -> Result<()> {
        self.nora.put(&ticket.ticket_id, [(Field::Title, Plain::from(title))]).await.map(drop)
    }

    /// The next thing that is said of a subscription.
    async fn hears(&mut self, id: &str) -> Result<Value> {
        let heard = self.client.hears_where(&format!("something of {id}"), |event| event["id"] == id).await?;
        ensure!(heard["result"]["errors"] == Value::Null, "no errors: {heard}");
        let data = heard["result"]["data"].as_object().with_context(|| format!("data: {heard}"))?;
        data.values().next().cloned().with_context(|| format!("one field: {heard}"))
    }
}

/// GS-1: each reason for a refusal reaches the client in words.
#[tokio::test]
async fn the_npm_client_is_told_why_it_is_refused() -> Result<()> {
    let mut house = House::with_clients().await?;
    for (params, reason) in [
        (json!({}), "Unauthorized: No token provided"),
        (json!({"authToken": "guessed"}), "Unauthorized: Invalid token"),
        (json!({"Authorization": "Bearer guessed"}), "Unauthorized: Invalid token"),
    ] {
        house.client.say(&json!({"do": "connect", "params": params})).await?;
        let refused = house.client.hears(&json!({"is": "refused"})).await?;
        ensure!(refused["code"] == 4403 && refused["reason"] == reason, "{params}: {refused}");
    }
    Ok(())
}

/// GS-1, GS-2, GS-3: subscribe, with a filter and without one, and receive.
#[tokio::test]
async fn the_npm_client_hears_what_it_asked_for() -> Result<()> {
    let mut house = House::with_clients().await?;
    house.connects("Bob Kessler", 0).await?;
    let [one, other] = [house.tickets[0].clone(), house.tickets[1].clone()];
    house.listens("all", &format!(" {{ supportTicketEvents {{ {EVENT} }} }}"), Value::Null).await?;
    let filtered =
        format!("($filter: TicketEventFilter) {{ supportTicketEvents(filter: $filter) {{ {EVENT} }} }}");
    let filter = json!({"filter": {"ticketIds": [one.ticket_id], "eventTypes": ["UPDATED"]}});
    house.listens("filtered", &filtered, filter).await?;
    let id = json!({"id": one.ticket_id});
    house.listens("one", &format!("($id: ID!) {{ ticketUpdated(ticketId: $id) {{ {EVENT} }} }}"), id).await?;

    house.retitle(&other, "Another one").await?;
    house.retitle(&one, "The one").await?;
    for id in ["filtered", "one"] {
        let heard = house.hears(id).await?;
        ensure!(heard["ticket"]["title"] == "The one", "{id}: {heard}");
        let change = json!([{"field": "title", "oldValue": one.title, "newValue": "The one"}]);
        ensure!(heard["changes"] == change, "{id}: {heard}");
    }
    for title in ["Another one", "The one"] {
        let heard = house.hears("all").await?;
        ensure!(heard["ticket"]["title"] == title, "in order: {heard}");
    }
    // What was ended is over, and the rest goes on.
    house.client.say(&json!({"do": "stop", "id": "all"})).await?;
    house.client.hears(&json!({"is": "complete", "id": "all"})).await?;
    house.ready().await?;
    house.retitle(&one, "Once more").await?;
    let next = house.client.hears_where("the next event", |event| event["is"] == "next").await?;
    ensure!(next["id"] != "all", "nothing comes of what was ended: {next}");
    Ok(())
}

/// What the client reads of the schema is the schema that is committed.
#[tokio::test]
async fn the_npm_client_reads_the_schema() -> Result<()> {
    let mut house = House::with_clients().await?;
    house.connects("Bob Kessler", 0).await?;
    house.client.say(&json!({"do": "introspect"})).await?;
    let schema = house.client.hears(&json!({"is": "schema"})).await?;
    let text = schema["text"].as_str().unwrap_or_default();
    for part in [
        "supportTicketEvents(filter: TicketEventFilter): SupportTicketEvent!",
        "enum TicketEventType",
        "TAG_REMOVED",
    ] {
        ensure!(text.contains(part), "{part} is in {text}");
    }
    Ok(())
}

/// GS-4: a ticket that is gone ends its stream by itself; one that never was is refused.
#[tokio::test]
async fn the_npm_client_is_told_when_there_is_nothing_to_listen_to() -> Result<()> {
    let mut house = House::with_clients().await?;
    house.connects("Bob Kessler", 0).await?;
    let query = "subscription { ticketUpdated(ticketId: \"none\") { eventType } }";
    house.client.say(&json!({"do": "subscribe", "id": "none", "query": query})).await?;
    let failed = house.client.hears(&json!({"is": "failed", "id": "none"})).await?;
    ensure!(failed["errors"][0]["extensions"]["code"] == "NOT_FOUND", "{failed}");
    let query = "subscription { myTicketUpdates { eventType } teamTicketUpdates { eventType } }";
    house.client.say(&json!({"do": "subscribe", "id": "two", "query": query})).await?;
    let failed = house.client.hears(&json!({"is": "failed", "id": "two"})).await?;
    ensure!(failed["errors"][0]["extensions"]["code"] == "GRAPHQL_INVALID", "{failed}");
    house.ready().await
}

/// GS-4: a board that is taken away mid-stream ends what is told of its tickets, and the rest is told on.
#[tokio::test]
async fn the_npm_client_hears_no_more_of_what_its_person_may_not_read() -> Result<()> {
    let mut house = House::with_clients().await?;
    house.connects("Bob Kessler", 0).await?;
    let lost = house.tickets[0].clone();
    let kept = house.tickets.iter().find(|ticket| ticket.board_id != lost.board_id).cloned();
    let kept = kept.context("a ticket on another board")?;
    house.listens("all", &format!(" {{ supportTicketEvents {{ {EVENT} }} }}"), Value::Null).await?;
    let id = json!({"id": lost.ticket_id});
    house.listens("one", &format!("($id: ID!) {{ ticketUpdated(ticketId: $id) {{ {EVENT} }} }}"), id).await?;
    house.retitle(&lost, "Still seen").await?;
    for id in ["all", "one"] {
        ensure!(house.hears(id).await?["ticket"]["title"] == "Still seen", "{id}");
    }
    let admin = house.server.accounts().iter().find(|account| account.role == "admin").context("an admin")?;
    let admin = house.server.rest(&admin.display_name)?;
    let bob = format!("/api/v1/admin/people/{}", house.server.account("Bob Kessler")?.user_id);
    let _: Value = admin.set(&bob, &json!({"board_ids": [kept.board_id]})).await?;
    house.retitle(&lost, "Not for Bob").await?;
    house.retitle(&kept, "For Bob").await?;
    let heard = house.hears("all").await?;
    ensure!(heard["ticket"]["title"] == "For Bob", "and nothing of the other before it: {heard}");
    let ended = house.client.hears(&json!({"is": "failed", "id": "one"})).await?;
    ensure!(ended["errors"][0]["extensions"]["code"] == "NOT_FOUND", "{ended}");
    Ok(())
}

/// GS-1, GS-5: a restart is told with 1012, and the client is back with its subscription when the server is.
#[tokio::test]
async fn the_npm_client_survives_a_restart_of_the_server() -> Result<()> {
    let mut house = House::with_clients().await?;
    house.connects("Bob Kessler", 1000).await?;
    house.listens("all", &format!(" {{ supportTicketEvents {{ {EVENT} }} }}"), Value::Null).await?;
    let ticket = house.tickets[0].clone();
    house.retitle(&ticket, "Before").await?;
    ensure!(house.hears("all").await?["ticket"]["title"] == "Before");
    house.server.stop().await?;
    let closed = house.client.hears(&json!({"is": "closed", "code": 1012})).await?;
    ensure!(closed["reason"].as_str().is_some_and(|reason| reason.contains("come back")), "{closed}");
    house.server.restart().await?;
    // Its key is of the first life, and in the database.
    house.client.hears(&json!({"is": "connected"})).await?;
    house.ready().await?;
    house.retitle(&ticket, "After").await?;
    let heard = house.hears("all").await?;
    ensure!(heard["ticket"]["title"] == "After", "the subscription came back with it: {heard}");
    Ok(())
}
