//! Two server processes on one Postgres and one Redis serve one tenant (LT-3).

use anyhow::{Context, Result, ensure};
use callboard_model::{Field, Hint, Room, TicketId, Version};
use callboard_testkit::postgres::Postgres;
use callboard_testkit::redis::Redis;
use callboard_testkit::rest::Rest;
use callboard_testkit::server::{Server, ServerOptions};
use callboard_testkit::visitor::Visitor;

/// A process, somebody who saves at it, and somebody in the ticket's room at it.
pub(crate) struct Side {
    pub(crate) server: Server,
    pub(crate) rest: Rest,
    visitor: Visitor,
    room: String,
}

impl Side {
    pub(crate) async fn start(
        options: &ServerOptions,
        ticket: Option<&TicketId>,
    ) -> Result<(Self, TicketId)> {
        let server = Server::start(options.clone()).await?;
        let rest = server.rest("Nora Berg")?;
        let ticket = match ticket {
            Some(ticket) => ticket.clone(),
            None => rest.tickets(1).await?.remove(0).ticket_id,
        };
        let tenant = rest.account().tenant_id.as_str().into();
        let room = Room::Ticket(tenant, ticket.clone()).to_string();
        let mut visitor = Visitor::connect(&server.rooms_url()).await?;
        visitor.join(&room, &rest.live_token(&ticket).await?).await?;
        visitor.enters(&room).await?;
        Ok((Self { server, rest, visitor, room }, ticket))
    }

    pub(crate) async fn saves(&self, ticket: &TicketId, title: &str) -> Result<Version> {
        self.rest.put(ticket, [(Field::Title, title.into())]).await?.version.context("a version")
    }

    /// The version of the next hint. A hint that came twice would be the next one.
    pub(crate) async fn hears(&mut self) -> Result<Version> {
        let hint: Hint = serde_json::from_str(&self.visitor.reads(&self.room).await?)?;
        hint.version.context("a version")
    }
}

#[tokio::test]
async fn a_save_at_one_process_is_heard_once_at_each_and_the_other_takes_over_when_one_dies() -> Result<()> {
    let (postgres, redis) = (Postgres::start().await?, Redis::start().await?);
    let options = ServerOptions {
        tickets: 3,
        database: Some(postgres.address()),
        redis: Some(redis.url()),
        ..ServerOptions::default()
    };
    // The first one relays: nobody else was there.
    let (mut first, ticket) = Side::start(&options, None).await?;
    let (mut second, _) = Side::start(&options, Some(&ticket)).await?;
    for number in 0..6 {
        let writer = if number % 2 == 0 { &first } else { &second };
        let version = writer.saves(&ticket, &format!("Title {number}")).await?;
        ensure!(first.hears().await? == version, "the first hears {number}");
        ensure!(second.hears().await? == version, "the second hears {number}");
    }
    first.server.kill();
    for number in 6..9 {
        let version = second.saves(&ticket, &format!("Title {number}")).await?;
        // What the first one had told but not yet noted is told again: at least once.
        while second.hears().await? < version {}
    }
    Ok(())
}
