//! A database that goes away and comes back.

use anyhow::{Context, Result, ensure};
use callboard_model::{Field, TicketId, Version};
use callboard_testkit::postgres::Postgres;
use callboard_testkit::rest::{Refusal, Rest};
use callboard_testkit::server::{Server, ServerOptions};
use callboard_testkit::wait;

async fn retitled(rest: &Rest, ticket: &TicketId, key: &str) -> Result<Option<Version>> {
    Ok(rest.put_once(ticket, key, [(Field::Title, key.into())]).await?.version)
}

/// While the database is away a save is answered 503, and the same save goes well when it is back, once.
#[tokio::test]
async fn a_save_is_turned_away_while_postgres_is_away_and_goes_well_afterwards() -> Result<()> {
    let mut postgres = Postgres::durable().await?;
    let options =
        ServerOptions { tickets: 3, database: Some(postgres.address()), ..ServerOptions::default() };
    let server = Server::start(options).await?;
    let rest = server.rest("Nora Berg")?;
    let ticket = rest.tickets(1).await?.remove(0).ticket_id;
    let before = retitled(&rest, &ticket, "Before").await?.context("a version")?;

    postgres.kill();
    let refused = retitled(&rest, &ticket, "Meanwhile").await.err().context("nothing can be written")?;
    let refusal = refused.downcast_ref::<Refusal>().context("an answer")?;
    ensure!(refusal.status.as_u16() == 503, "{refusal:?}");
    ensure!(!refusal.body.to_lowercase().contains("postgres"), "{refusal:?}");

    postgres.start_again().await?;
    let after =
        wait::until("the save goes well", async || retitled(&rest, &ticket, "Meanwhile").await).await?;
    ensure!(after == Some(Version(before.0 + 1)), "done once: {after:?} after {before}");
    wait::until("the list is there", async || rest.tickets(3).await).await?;
    wait::until("its hint is relayed", async || {
        let waiting = postgres.sql("SELECT count(*) FROM outbox")?;
        ensure!(waiting == ["0"], "{waiting:?} hints wait");
        Ok(())
    })
    .await?;
    Ok(())
}
