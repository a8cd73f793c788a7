//! A process that relays and lives on without its lock: another takes over, and nothing is lost or out of order (LT-2).

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use anyhow::{Context, Result, ensure};
use callboard_model::TicketId;
use callboard_testkit::chaos::Chaos;
use callboard_testkit::postgres::Postgres;
use callboard_testkit::redis::Redis;
use callboard_testkit::rest::{Refusal, Rest};
use callboard_testkit::server::{Server, ServerOptions};
use callboard_testkit::wait;
use futures_util::future::join_all;

use crate::book::{Heard, Made, Write, check, remember};
use crate::two::Side;

/// How often the connection that relays is ended.
const ENDS: u64 = 12;
/// Acknowledged writes between two ends.
const WRITES: u64 = 15;
const TICKETS: u32 = 5;

/// Which connection of the database relays: the one that holds the lock, of which there is never more than one.
fn relay(postgres: &Postgres) -> Result<String> {
    let mut found = postgres.sql(
        "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted \
         AND classid = x'43414c4c'::int AND objid = 100",
    )?;
    ensure!(found.len() == 1, "{found:?}");
    found.pop().context("somebody relays")
}

/// A writer at one of the processes. It ends when it is told to; no write of its fails.
async fn write(
    rest: Rest,
    writer: usize,
    tickets: Vec<TicketId>,
    load: Arc<Load>,
) -> Result<Vec<(String, Made)>> {
    let mut done = Vec::new();
    while !load.ends.load(Ordering::Relaxed) {
        let ticket = tickets[writer % tickets.len()].clone();
        let write = Write { ticket, key: format!("{writer}-{}", done.len()) };
        let made = write.send(&rest).await.with_context(|| format!("write {}", write.key))?;
        done.push((write.key, made));
        load.acknowledged.fetch_add(1, Ordering::Relaxed);
    }
    Ok(done)
}

#[derive(Default)]
struct Load {
    acknowledged: AtomicU64,
    ends: AtomicBool,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whenever_the_connection_that_relays_is_ended_another_goes_on_where_it_was() -> Result<()> {
    let (postgres, redis) = (Postgres::start().await?, Redis::start().await?);
    let heard = Heard::listen(&redis.url()).await?;
    let options = ServerOptions {
        tickets: TICKETS,
        database: Some(postgres.address()),
        redis: Some(redis.url()),
        args: ["--rate-limit", "off"].map(str::to_owned).into(),
        ..ServerOptions::default()
    };
    let servers = [Server::start(options.clone()).await?, Server::start(options).await?];
    let ways = [servers[0].rest("Nora Berg")?, servers[1].rest("Nora Berg")?];
    let tickets: Vec<_> =
        ways[0].tickets(TICKETS).await?.into_iter().map(|ticket| ticket.ticket_id).collect();
    let load = Arc::new(Load::default());
    let writers: Vec<_> = (0..6)
        .map(|writer| {
            tokio::spawn(write(ways[writer % 2].clone(), writer, tickets.clone(), Arc::clone(&load)))
        })
        .collect();
    for end in 1..=ENDS {
        let before = wait::until("somebody relays", async || relay(&postgres)).await?;
        postgres.sql(&format!("SELECT pg_terminate_backend({before})"))?;
        wait::until("another connection relays", async || {
            let now = relay(&postgres)?;
            ensure!(now != before, "{now} still holds the lock");
            Ok(())
        })
        .await?;
        wait::until("writing goes on", async || {
            let acknowledged = load.acknowledged.load(Ordering::Relaxed);
            ensure!(acknowledged >= end * WRITES, "{acknowledged} writes");
            Ok(())
        })
        .await?;
    }
    load.ends.store(true, Ordering::Relaxed);
    let mut made = BTreeMap::new();
    for done in join_all(writers).await {
        done??.into_iter().try_for_each(|(key, now)| remember(&mut made, key, now))?;
    }
    let told = made.values().cloned().collect();
    wait::until("every hint has been heard", async || heard.all(&told)).await?;
    let again = heard.in_order()?;
    check(&ways[1], &tickets, &made).await?;
    println!("{ENDS} ends, {} hints heard in order, {again} of them again", told.len());
    Ok(())
}

/// The process stays, its way to the database is cut: what is saved elsewhere is still heard in its rooms.
#[tokio::test]
async fn a_process_that_is_cut_off_from_the_database_is_followed_by_another_and_comes_back() -> Result<()> {
    let (postgres, redis) = (Postgres::on_a_port(None).await?, Redis::start().await?);
    let network = Chaos::before(postgres.port()?).await?;
    let heard = Heard::listen(&redis.url()).await?;
    let at = |port| ServerOptions {
        tickets: 3,
        database: Some(format!("{}?sslmode=disable", Postgres::address_at(port))),
        redis: Some(redis.url()),
        ..ServerOptions::default()
    };
    // The first one relays: nobody else was there.
    let (mut cut, ticket) = Side::start(&at(network.address()), None).await?;
    let (mut other, _) = Side::start(&at(postgres.port()?), Some(&ticket)).await?;
    let version = cut.saves(&ticket, "Before").await?;
    ensure!(cut.hears().await? == version && other.hears().await? == version);
    let before = relay(&postgres)?;

    network.cut();
    let version = other.saves(&ticket, "Meanwhile").await?;
    while other.hears().await? < version {}
    while cut.hears().await? < version {}
    ensure!(relay(&postgres)? != before, "another relays");
    let refused = cut.saves(&ticket, "Refused").await.err().context("it cannot be saved there")?;
    let refusal = refused.downcast_ref::<Refusal>().context("an answer")?;
    ensure!(refusal.status.as_u16() == 503, "{refusal}");

    network.restore();
    let version = wait::until("it saves again", async || cut.saves(&ticket, "Afterwards").await).await?;
    while other.hears().await? < version {}
    while cut.hears().await? < version {}
    relay(&postgres)?;
    heard.in_order().map(drop)
}
