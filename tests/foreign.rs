//! Foreign parts on either side: stock providers in our rooms, our client in stock servers.
//!
//! Both majors that are deployed (2.15 and 4.x) are the real packages, unmodified; `tests/foreign` holds the few lines
//! that drive them.
//!
//! **Invariant:** nothing foreign is imitated here.

use std::time::Duration;

use anyhow::{Result, ensure};
use callboard_model::{Field, Room, TicketId};
use callboard_testkit::node::Script;
use callboard_testkit::rest::Rest;
use callboard_testkit::server::{Account, Server, ServerOptions};
use callboard_testkit::visitor::{Visitor, presence};
use serde_json::{Value, json};

/// Longer than a stock provider bears silence (30 s, looked at every 3 s).
const BEYOND_SILENCE: Duration = Duration::from_secs(35);

/// As many rooms as a busy board watches.
const MANY: u32 = 200;

/// The secret of the stock servers below.
const SECRET: &str = "open sesame";

/// A major version of the stock packages.
#[derive(Clone, Copy, Debug)]
enum Major {
    Two,
    Four,
}

impl Major {
    fn name(self) -> &'static str {
        match self {
            Self::Two => "2",
            Self::Four => "4",
        }
    }

    /// A stock client that will connect to `url`.
    fn peer(self, url: &str) -> Result<Script> {
        Script::start("peer.mjs", &[self.name(), url])
    }

    /// A stock server, and the address of its rooms.
    async fn host(self) -> Result<(Script, String)> {
        let mut host = Script::start("host.mjs", &[self.name(), SECRET])?;
        let listening = host.hears(&json!({"is": "listening"})).await?;
        Ok((host, format!("ws://127.0.0.1:{}", listening["port"])))
    }
}

/// Runs a promise once per major version.
macro_rules! for_both_majors {
    ($($(#[$doc:meta])* $promise:ident;)*) => {
        mod provider_2 {
            $($(#[$doc])* #[tokio::test] async fn $promise() -> anyhow::Result<()> { super::$promise(super::Major::Two).await })*
        }
        mod provider_4 {
            $($(#[$doc])* #[tokio::test] async fn $promise() -> anyhow::Result<()> { super::$promise(super::Major::Four).await })*
        }
    };
}

for_both_majors! {
    /// LT-4, LT-6, LT-9
    a_stock_client_is_let_in_and_seen_by_ours;
    /// LT-1, LT-3
    a_stock_client_hears_of_a_save;
    /// LT-6
    a_token_in_the_address_opens_the_door_too;
    /// LT-6
    a_token_for_another_ticket_is_refused_and_the_rest_goes_on;
    /// LT-4
    a_stock_client_has_many_rooms_on_one_socket;
    /// LT-14: a restart is told with 1012, which every stock client takes for "come back".
    a_stock_client_comes_back_into_its_room_after_a_restart;
    /// LT-9: the echo of its own presence keeps a stock client.
    a_stock_client_stays_longer_than_it_bears_silence;
    /// LT-9
    our_client_is_seen_in_a_stock_room_until_it_leaves;
    /// LT-3
    our_client_hears_what_a_stock_server_says_in_a_room;
    /// LT-6
    our_client_learns_that_a_stock_server_refuses_it;
    /// 4.3 and later close a socket with more than 100 joins under way.
    our_client_enters_many_stock_rooms;
}

/// A server with tickets, and what two people need to meet in the room of the first.
struct House {
    server: Server,
    nora: Rest,
    bob: Rest,
    tickets: Vec<TicketId>,
}

impl House {
    async fn with(tickets: u32) -> Result<Self> {
        let server = Server::start(ServerOptions { tickets, ..ServerOptions::default() }).await?;
        let (nora, bob) = (server.rest("Nora Berg")?, server.rest("Bob Kessler")?);
        let tickets = nora.tickets(tickets).await?.into_iter().map(|ticket| ticket.ticket_id).collect();
        Ok(Self { server, nora, bob, tickets })
    }

    fn room(&self, ticket: &TicketId) -> String {
        Room::Ticket(self.nora.account().tenant_id.as_str().into(), ticket.clone()).to_string()
    }

    /// Sets another open status on a ticket.
    async fn save(&self, ticket: &TicketId) -> Result<()> {
        let now = self.nora.ticket(ticket).await?;
        let statuses = self.nora.statuses(&now).await?;
        let other = statuses
            .iter()
            .find(|status| !status.is_closed && Some(&status.status_id) != now.status_id.as_ref());
        let Some(other) = other else { anyhow::bail!("the board of {ticket} has one status only") };
        self.nora.set_status(ticket, &other.status_id).await.map(drop)
    }
}

async fn a_stock_client_is_let_in_and_seen_by_ours(major: Major) -> Result<()> {
    let house = House::with(1).await?;
    let (ticket, room) = (&house.tickets[0], house.room(&house.tickets[0]));
    let mut theirs = major.peer(&house.server.rooms_url())?;
    theirs.say(&join(&room, &house.bob.live_token(ticket).await?)).await?;
    theirs.hears(&json!({"is": "authenticated", "room": room})).await?;
    theirs.hears(&json!({"is": "synced", "room": room})).await?;
    theirs.say(&show(&room, house.bob.account(), Some(Field::Status))?).await?;

    let mut ours = Visitor::connect(&house.server.rooms_url()).await?;
    ours.join(&room, &house.nora.live_token(ticket).await?).await?;
    ours.enters(&room).await?;
    ours.sees(&room, Some(("Bob Kessler", Some(Field::Status)))).await?;
    ours.show(&room, house.nora.account(), None).await?;
    hears_others(&mut theirs, &room, &[presence_json(house.nora.account(), None)?]).await?;
    ours.leave(&room).await?;
    hears_others(&mut theirs, &room, &[]).await?;
    theirs.say(&json!({"do": "leave", "room": room})).await
}

async fn a_stock_client_hears_of_a_save(major: Major) -> Result<()> {
    let house = House::with(2).await?;
    let mut theirs = major.peer(&house.server.rooms_url())?;
    for ticket in &house.tickets {
        theirs.say(&join(&house.room(ticket), &house.bob.live_token(ticket).await?)).await?;
        theirs.hears(&json!({"is": "synced", "room": house.room(ticket)})).await?;
    }
    house.save(&house.tickets[1]).await?;
    let hint = theirs.hears(&json!({"is": "stateless"})).await?;
    ensure!(hint["room"] == house.room(&house.tickets[1]), "the hint goes to the ticket's own room: {hint}");
    let payload = &hint["payload"];
    ensure!(payload["updatedFields"] == json!(["status_id"]), "the hint names what changed: {payload}");
    ensure!(payload["updatedBy"]["displayName"] == "Nora Berg", "and who changed it: {payload}");
    ensure!(payload["updatedAt"].as_str().is_some_and(|at| at.ends_with('Z')), "and when: {payload}");
    Ok(())
}

async fn a_token_in_the_address_opens_the_door_too(major: Major) -> Result<()> {
    let house = House::with(1).await?;
    let (ticket, room) = (&house.tickets[0], house.room(&house.tickets[0]));
    let token = house.bob.live_token(ticket).await?;
    let url = format!("{}?token={token}", house.server.rooms_url());
    // The stock page sends it in both places; a provider without one in its message has only the address.
    for in_message in [json!(token), Value::Null] {
        let mut theirs = major.peer(&url)?;
        theirs.say(&json!({"do": "join", "room": room, "token": in_message})).await?;
        theirs.hears(&json!({"is": "synced", "room": room})).await?;
    }
    let mut theirs = major.peer(&format!("{}?token=forged", house.server.rooms_url()))?;
    theirs.say(&json!({"do": "join", "room": room, "token": Value::Null})).await?;
    theirs.hears(&json!({"is": "denied", "room": room})).await.map(drop)
}

async fn a_token_for_another_ticket_is_refused_and_the_rest_goes_on(major: Major) -> Result<()> {
    let house = House::with(2).await?;
    let [mine, other] = [&house.tickets[0], &house.tickets[1]];
    let mut theirs = major.peer(&house.server.rooms_url())?;
    let token = house.bob.live_token(mine).await?;
    theirs.say(&join(&house.room(mine), &token)).await?;
    theirs.hears(&json!({"is": "synced", "room": house.room(mine)})).await?;
    theirs.say(&join(&house.room(other), &token)).await?;
    let denied = theirs.hears(&json!({"is": "denied", "room": house.room(other)})).await?;
    ensure!(denied["reason"] == "permission-denied", "in the stock's own words: {denied}");
    house.save(other).await?;
    house.save(mine).await?;
    let hint = theirs.hears(&json!({"is": "stateless"})).await?;
    ensure!(hint["room"] == house.room(mine), "only the room that was opened is heard: {hint}");
    Ok(())
}

async fn a_stock_client_has_many_rooms_on_one_socket(major: Major) -> Result<()> {
    let house = House::with(MANY).await?;
    let tokens = house.bob.live_tokens(&house.tickets, false).await?;
    let mut theirs = major.peer(&house.server.rooms_url())?;
    for (ticket, token) in &tokens.tokens {
        theirs.say(&join(&house.room(ticket), token)).await?;
    }
    for ticket in &house.tickets {
        theirs.hears(&json!({"is": "synced", "room": house.room(ticket)})).await?;
    }
    for ticket in [&house.tickets[0], &house.tickets[house.tickets.len() - 1]] {
        house.save(ticket).await?;
        let hint = theirs.hears(&json!({"is": "stateless"})).await?;
        ensure!(hint["room"] == house.room(ticket), "each hint in its room: {hint}");
    }
    Ok(())
}

async fn a_stock_client_comes_back_into_its_room_after_a_restart(major: Major) -> Result<()> {
    let mut house = House::with(1).await?;
    let (ticket, room) = (house.tickets[0].clone(), house.room(&house.tickets[0]));
    let mut theirs = major.peer(&house.server.rooms_url())?;
    theirs.say(&join(&room, &house.bob.live_token(&ticket).await?)).await?;
    theirs.hears(&json!({"is": "synced", "room": room})).await?;
    house.server.stop().await?;
    theirs.hears(&json!({"is": "disconnected", "code": 1012})).await?;
    house.server.restart().await?;
    theirs.hears(&json!({"is": "synced", "room": room})).await?;
    house.save(&ticket).await?;
    theirs.hears(&json!({"is": "stateless", "room": room})).await.map(drop)
}

/// Takes as long as it says: the promise is about real time in a foreign program.
async fn a_stock_client_stays_longer_than_it_bears_silence(major: Major) -> Result<()> {
    let house = House::with(1).await?;
    let (ticket, room) = (&house.tickets[0], house.room(&house.tickets[0]));
    let mut theirs = major.peer(&house.server.rooms_url())?;
    theirs.say(&join(&room, &house.bob.live_token(ticket).await?)).await?;
    theirs.hears(&json!({"is": "synced", "room": room})).await?;
    theirs.say(&show(&room, house.bob.account(), None)?).await?;
    let heard = theirs.listens_for(BEYOND_SILENCE).await?;
    let lost = heard.iter().find(|event| event["is"] == "disconnected");
    ensure!(lost.is_none(), "it gave the socket up: {heard:?}");
    house.save(ticket).await?;
    theirs.hears(&json!({"is": "stateless", "room": room})).await.map(drop)
}

async fn our_client_is_seen_in_a_stock_room_until_it_leaves(major: Major) -> Result<()> {
    let (_host, url) = major.host().await?;
    let [nora, bob] = ["Nora Berg", "Bob Kessler"].map(somebody);
    let mut theirs = major.peer(&url)?;
    theirs.say(&join("ticket:t:1", SECRET)).await?;
    theirs.hears(&json!({"is": "synced"})).await?;
    theirs.say(&show("ticket:t:1", &bob, None)?).await?;

    let mut ours = Visitor::connect(&url).await?;
    ours.join("ticket:t:1", SECRET).await?;
    ours.enters("ticket:t:1").await?;
    ours.sees("ticket:t:1", Some(("Bob Kessler", None))).await?;
    theirs.say(&show("ticket:t:1", &bob, Some(Field::Title))?).await?;
    ours.sees("ticket:t:1", Some(("Bob Kessler", Some(Field::Title)))).await?;
    for field in [None, Some(Field::Priority), None] {
        ours.show("ticket:t:1", &nora, field).await?;
        hears_others(&mut theirs, "ticket:t:1", &[presence_json(&nora, field)?]).await?;
    }
    ours.leave("ticket:t:1").await?;
    hears_others(&mut theirs, "ticket:t:1", &[]).await
}

async fn our_client_hears_what_a_stock_server_says_in_a_room(major: Major) -> Result<()> {
    let (mut host, url) = major.host().await?;
    let mut ours = Visitor::connect(&url).await?;
    ours.join("ticket:t:1", SECRET).await?;
    ours.enters("ticket:t:1").await?;
    let hint = json!({"updatedFields": ["priority_id"]});
    host.say(&json!({"do": "broadcast", "room": "ticket:t:1", "payload": hint})).await?;
    let payload = ours.reads("ticket:t:1").await?;
    ensure!(serde_json::from_str::<Value>(&payload)? == hint, "as it was said: {payload}");
    Ok(())
}

async fn our_client_learns_that_a_stock_server_refuses_it(major: Major) -> Result<()> {
    let (_host, url) = major.host().await?;
    let mut ours = Visitor::connect(&url).await?;
    ours.join("ticket:t:1", SECRET).await?;
    ours.enters("ticket:t:1").await?;
    ours.join("ticket:t:2", "guessed").await?;
    let refused = ours.enters("ticket:t:2").await;
    let error = refused.err().map(|error| format!("{error:#}")).unwrap_or_default();
    ensure!(error.contains("Denied"), "it is told so: {error:?}");
    Ok(())
}

async fn our_client_enters_many_stock_rooms(major: Major) -> Result<()> {
    let (mut host, url) = major.host().await?;
    let mut ours = Visitor::connect(&url).await?;
    let rooms: Vec<_> = (1..=MANY).map(|number| format!("ticket:t:{number}")).collect();
    for room in &rooms {
        ours.join(room, SECRET).await?;
    }
    for room in &rooms {
        ours.enters(room).await?;
    }
    for room in [&rooms[0], &rooms[rooms.len() - 1]] {
        host.say(&json!({"do": "broadcast", "room": room, "payload": {"room": room}})).await?;
        let payload = ours.reads(room).await?;
        ensure!(payload.contains(room.as_str()), "each room is open: {payload}");
    }
    Ok(())
}

fn join(room: &str, token: &str) -> Value {
    json!({"do": "join", "room": room, "token": token})
}

fn show(room: &str, account: &Account, field: Option<Field>) -> Result<Value> {
    Ok(json!({"do": "show", "room": room, "user": presence_json(account, field)?}))
}

fn presence_json(account: &Account, field: Option<Field>) -> Result<Value> {
    Ok(serde_json::to_value(presence(account, field))?)
}

/// Waits until a stock client sees exactly these others in a room.
async fn hears_others(script: &mut Script, room: &str, others: &[Value]) -> Result<()> {
    script.hears_news(&json!({"is": "presence", "room": room, "others": others})).await.map(drop)
}

/// Somebody whom only a stock server knows.
fn somebody(name: &str) -> Account {
    Account {
        user_id: name.to_lowercase().replace(' ', "-"),
        display_name: name.to_owned(),
        role: "agent".to_owned(),
        tenant_id: "t".to_owned(),
        api_key: String::new(),
    }
}
