//! Record channels with the clients that pages use: pusher-js, and laravel-echo on top of it (RB-2 … RB-4).
//!
//! Probes from another company are in the server's own tests, which have one beside the other.
//!
//! **Invariant:** nothing foreign is imitated here.

use anyhow::{Context, Result, ensure};
use callboard_model::{Ticket, TicketId};
use callboard_testkit::node::Script;
use callboard_testkit::rest::Rest;
use callboard_testkit::server::{Server, ServerOptions};
use serde_json::{Value, json};

/// The stock clients.
#[derive(Clone, Copy, Debug)]
enum Kind {
    Pusher,
    Echo,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Pusher => "pusher",
            Self::Echo => "echo",
        }
    }
}

/// Runs a promise once per client.
macro_rules! for_both_clients {
    ($($(#[$doc:meta])* $promise:ident;)*) => {
        mod pusher_js {
            $($(#[$doc])* #[tokio::test] async fn $promise() -> anyhow::Result<()> { super::$promise(super::Kind::Pusher).await })*
        }
        mod laravel_echo {
            $($(#[$doc])* #[tokio::test] async fn $promise() -> anyhow::Result<()> { super::$promise(super::Kind::Echo).await })*
        }
    };
}

for_both_clients! {
    /// RB-2: who changed which record and when, and no value of it.
    a_save_is_told_on_the_records_channel;
    /// RB-2: whoever saved with the name of their socket knows already.
    the_sender_is_not_told_and_the_others_learn_from_which_tab_it_came;
    /// RB-3: unknown kinds, records that are not there, and those who may not read.
    what_may_not_be_listened_to_is_refused;
    /// RB-3: a board that is taken away mid-stream ends what is told of its tickets, and the rest is told on.
    whoever_may_not_read_any_more_is_told_no_more;
    /// LT-20: switched off, there is nothing to listen to.
    what_is_switched_off_is_refused;
    /// RB-4: gathered, and named once each.
    the_changes_of_a_board_are_gathered;
    /// A server that was killed is found again, and its channels with it.
    a_client_listens_again_after_a_kill;
    /// A server that stops says so, and its clients are back when it is.
    a_client_listens_again_after_a_restart;
}

/// A company with tickets, Nora's page, and Bob who works.
struct House {
    server: Server,
    nora: Rest,
    bob: Rest,
    tickets: Vec<Ticket>,
}

impl House {
    async fn start() -> Result<Self> {
        let server = Server::start(ServerOptions { tickets: 8, ..ServerOptions::default() }).await?;
        let (nora, bob) = (server.rest("Nora Berg")?, server.rest("Bob Kessler")?);
        let tickets = nora.tickets(8).await?;
        Ok(Self { server, nora, bob, tickets })
    }

    /// The page of somebody, connected, and the name of its socket.
    async fn page(&self, kind: Kind, key: &str) -> Result<(Script, String)> {
        let address = self.server.address();
        let (host, port) = (address.ip().to_string(), address.port().to_string());
        let mut page = Script::start("channels.mjs", &[kind.name(), &host, &port, key])?;
        let connected = page.hears(&json!({"is": "connected"})).await?;
        let socket = connected["socket"].as_str().context("a socket has a name")?.to_owned();
        Ok((page, socket))
    }

    async fn noras_page(&self, kind: Kind) -> Result<(Script, String)> {
        self.page(kind, &self.nora.account().api_key).await
    }

    fn admin(&self) -> Result<Rest> {
        let admin = self.server.accounts().iter().find(|account| account.role == "admin");
        self.server.rest(&admin.context("an administrator")?.display_name)
    }

    fn ticket(&self) -> Result<&TicketId> {
        self.tickets.first().map(|ticket| &ticket.ticket_id).context("a ticket")
    }
}

fn of(ticket: &TicketId) -> String {
    format!("record.ticket.{ticket}")
}

async fn listens(page: &mut Script, channel: &str) -> Result<()> {
    page.say(&json!({"do": "listen", "channel": channel})).await?;
    page.hears(&json!({"is": "subscribed", "channel": channel})).await.map(drop)
}

async fn is_refused(page: &mut Script, channel: &str) -> Result<()> {
    page.say(&json!({"do": "listen", "channel": channel})).await?;
    let refused = page.hears(&json!({"is": "refused", "channel": channel})).await?;
    ensure!(refused["status"] == 403, "{refused}");
    Ok(())
}

/// Somebody saves a title, as a page does.
async fn retitle(who: &Rest, ticket: &TicketId, title: &str, headers: &[(&str, &str)]) -> Result<()> {
    who.put_with(ticket, &json!({"title": title}), headers).await.map(drop)
}

async fn a_save_is_told_on_the_records_channel(kind: Kind) -> Result<()> {
    let house = House::start().await?;
    let (ticket, channel) = (house.ticket()?, of(house.ticket()?));
    let (mut page, _) = house.noras_page(kind).await?;
    listens(&mut page, &channel).await?;
    retitle(&house.bob, ticket, "a secret of Bob's", &[]).await?;
    let told = page.hears(&json!({"is": "told", "channel": channel, "event": "record.updated"})).await?;
    let data = &told["data"];
    let bob = house.bob.account();
    assert_eq!(
        (&data["record_type"], &data["record_id"], &data["tenant_id"]),
        (&json!("ticket"), &json!(ticket), &json!(bob.tenant_id))
    );
    assert_eq!(
        (&data["updated_by_id"], &data["updated_by_name"]),
        (&json!(bob.user_id), &json!("Bob Kessler"))
    );
    let text = data.to_string();
    ensure!(text.len() < 1024 && !text.contains("secret") && data["updated_at_iso"].is_string(), "{text}");
    Ok(())
}

async fn the_sender_is_not_told_and_the_others_learn_from_which_tab_it_came(kind: Kind) -> Result<()> {
    let house = House::start().await?;
    let (ticket, channel) = (house.ticket()?, of(house.ticket()?));
    let (mut sender, socket) = house.noras_page(kind).await?;
    let (mut other, _) = house.noras_page(kind).await?;
    listens(&mut sender, &channel).await?;
    listens(&mut other, &channel).await?;
    retitle(&house.nora, ticket, "one", &[("X-Socket-ID", &socket), ("X-Tab-ID", "tab-7")]).await?;
    retitle(&house.bob, ticket, "two", &[]).await?;
    let first = other.hears(&json!({"is": "told", "channel": channel})).await?;
    assert_eq!(first["data"]["tab_id"], "tab-7");
    // Both hear of the second save; for the sender it is the first that they hear of.
    let heard = sender.hears(&json!({"is": "told", "channel": channel})).await?;
    assert_eq!(heard["data"]["updated_by_name"], "Bob Kessler");
    Ok(())
}

async fn what_may_not_be_listened_to_is_refused(kind: Kind) -> Result<()> {
    let house = House::start().await?;
    let (mut page, _) = house.noras_page(kind).await?;
    for channel in ["record.ticket.no-such", "record.invoice.1", "board.no-such", "everything"] {
        is_refused(&mut page, channel).await?;
    }
    let billing = house.server.accounts().iter().find(|account| account.role == "billing");
    let billing = billing.context("somebody without tickets")?;
    let (mut page, _) = house.page(kind, &billing.api_key).await?;
    is_refused(&mut page, &of(house.ticket()?)).await?;
    let (mut stranger, _) = house.page(kind, "guessed").await?;
    stranger.say(&json!({"do": "listen", "channel": of(house.ticket()?)})).await?;
    let refused = stranger.hears(&json!({"is": "refused"})).await?;
    ensure!(refused["status"] == 401, "{refused}");
    Ok(())
}

async fn the_changes_of_a_board_are_gathered(kind: Kind) -> Result<()> {
    let house = House::start().await?;
    let board = house.tickets.first().and_then(|ticket| ticket.board_id.clone()).context("a board")?;
    let here = |ticket: &&Ticket| ticket.board_id.as_ref() == Some(&board);
    let ids: Vec<&TicketId> = house.tickets.iter().filter(here).map(|ticket| &ticket.ticket_id).collect();
    let (mut page, _) = house.noras_page(kind).await?;
    let channel = format!("board.{board}");
    listens(&mut page, &channel).await?;
    for round in 0..3 {
        for id in &ids {
            retitle(&house.bob, id, &format!("round {round}"), &[]).await?;
        }
    }
    let mut named = std::collections::BTreeSet::new();
    let mut messages = 0;
    while named.len() < ids.len() {
        let told = page.hears(&json!({"is": "told", "channel": channel, "event": "task.updated"})).await?;
        let tickets = told["data"]["ticket_ids"].as_array().context("tickets")?;
        named.extend(tickets.iter().filter_map(Value::as_str).map(str::to_owned));
        messages += 1;
    }
    assert_eq!(named, ids.iter().map(|id| id.to_string()).collect());
    ensure!(messages <= ids.len(), "{messages} messages for {} tickets", ids.len());
    Ok(())
}

async fn whoever_may_not_read_any_more_is_told_no_more(kind: Kind) -> Result<()> {
    let house = House::start().await?;
    let lost = house.tickets.first().context("a ticket")?;
    let kept = house.tickets.iter().find(|ticket| ticket.board_id != lost.board_id);
    let kept = kept.context("a ticket on another board")?;
    let (mut page, _) = house.page(kind, &house.bob.account().api_key).await?;
    let (gone, stays) = (of(&lost.ticket_id), of(&kept.ticket_id));
    listens(&mut page, &gone).await?;
    listens(&mut page, &stays).await?;
    let admin = house.admin()?;
    let bob = format!("/api/v1/admin/people/{}", house.bob.account().user_id);
    let _: Value = admin.set(&bob, &json!({"board_ids": [kept.board_id]})).await?;
    retitle(&admin, &lost.ticket_id, "not for Bob", &[]).await?;
    retitle(&admin, &kept.ticket_id, "for Bob", &[]).await?;
    let refused = page.hears(&json!({"is": "refused", "channel": gone})).await?;
    ensure!(refused["status"] == 403, "{refused}");
    let told = page.hears(&json!({"is": "told"})).await?;
    ensure!(told["channel"] == stays.as_str(), "and nothing of the other before it: {told}");
    // The client believes that it is in there still, until it leaves by itself.
    page.say(&json!({"do": "leave", "channel": gone})).await?;
    is_refused(&mut page, &gone).await
}

async fn what_is_switched_off_is_refused(kind: Kind) -> Result<()> {
    let house = House::start().await?;
    let channel = of(house.ticket()?);
    let (mut page, _) = house.noras_page(kind).await?;
    listens(&mut page, &channel).await?;
    let switch = "/api/v1/admin/switches/live-ticket-updates";
    let _: Value = house.admin()?.set(switch, &json!({"is_on": false})).await?;
    let refused = page.hears(&json!({"is": "refused", "channel": channel})).await?;
    ensure!(refused["status"] == 403, "{refused}");
    let (mut page, _) = house.noras_page(kind).await?;
    is_refused(&mut page, &channel).await
}

async fn a_client_listens_again_after_a_kill(kind: Kind) -> Result<()> {
    let mut house = House::start().await?;
    let ticket = house.ticket()?.clone();
    let (mut page, _) = house.noras_page(kind).await?;
    listens(&mut page, &of(&ticket)).await?;
    house.server.kill();
    house.server.restart().await?;
    hears_again(&house, &mut page, &ticket).await
}

async fn a_client_listens_again_after_a_restart(kind: Kind) -> Result<()> {
    let mut house = House::start().await?;
    let ticket = house.ticket()?.clone();
    let (mut page, _) = house.noras_page(kind).await?;
    listens(&mut page, &of(&ticket)).await?;
    house.server.stop().await?;
    page.hears(&json!({"is": "error", "code": 4200})).await?;
    house.server.restart().await?;
    hears_again(&house, &mut page, &ticket).await
}

/// The page subscribes by itself again, with a fresh proof, and is told.
async fn hears_again(house: &House, page: &mut Script, ticket: &TicketId) -> Result<()> {
    page.hears(&json!({"is": "subscribed", "channel": of(ticket)})).await?;
    retitle(&house.bob, ticket, "after", &[]).await?;
    page.hears(&json!({"is": "told", "channel": of(ticket), "event": "record.updated"})).await?;
    Ok(())
}
