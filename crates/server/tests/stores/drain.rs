//! SIGTERM while everybody writes and the rooms are full: who was begun with is finished with, and nothing is half done.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context, Result, ensure};
use callboard_testkit::database::Database;
use callboard_testkit::postgres::Postgres;
use callboard_testkit::redis::Redis;
use callboard_testkit::rest::Refusal;
use callboard_testkit::server::{Server, ServerOptions};
use callboard_testkit::visitor::Visitor;
use callboard_testkit::wait;
use futures_util::future::join_all;

use crate::book::{Heard, Write, check, remember};

const WRITERS: usize = 8;
const VISITORS: usize = 40;
const TICKETS: u32 = 5;
/// Acknowledged writes before the signal.
const WRITES: u64 = 60;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stop_under_load_finishes_what_was_begun_on_sqlite() -> Result<()> {
    ends_well(&Database::sqlite()?).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stop_under_load_finishes_what_was_begun_on_postgres() -> Result<()> {
    ends_well(&Database::Postgres(Box::new(Postgres::start().await?))).await
}

async fn ends_well(database: &Database) -> Result<()> {
    let redis = Redis::start().await?;
    let heard = Heard::listen(&redis.url()).await?;
    let options = ServerOptions {
        tickets: TICKETS,
        redis: Some(redis.url()),
        database: Some(database.address()),
        args: ["--rate-limit", "off"].map(str::to_owned).into(),
        ..ServerOptions::default()
    };
    let mut server = Server::start(options).await?;
    let rest = server.rest("Nora Berg")?;
    let tickets: Vec<_> = rest.tickets(TICKETS).await?.into_iter().map(|ticket| ticket.ticket_id).collect();
    let mut visitors = Vec::new();
    for number in 0..VISITORS {
        let ticket = &tickets[number % tickets.len()];
        let room = format!("ticket:{}:{ticket}", rest.account().tenant_id);
        let mut visitor = Visitor::connect(&server.rooms_url()).await?;
        visitor.join(&room, &rest.live_token(ticket).await?).await?;
        visitor.enters(&room).await?;
        visitors.push(visitor);
    }
    let acknowledged = Arc::new(AtomicU64::new(0));
    let writers: Vec<_> = (0..WRITERS)
        .map(|writer| {
            let (rest, ticket) = (rest.clone(), tickets[writer % tickets.len()].clone());
            let acknowledged = Arc::clone(&acknowledged);
            tokio::spawn(async move {
                let mut done = Vec::new();
                loop {
                    let write = Write { ticket: ticket.clone(), key: format!("{writer}-{}", done.len()) };
                    match write.send(&rest).await {
                        Ok(made) => done.push((write.key, made)),
                        Err(error) => return (done, error),
                    }
                    acknowledged.fetch_add(1, Ordering::Relaxed);
                }
            })
        })
        .collect();
    wait::until("everybody writes", async || {
        let acknowledged = acknowledged.load(Ordering::Relaxed);
        ensure!(acknowledged >= WRITES, "{acknowledged} writes");
        Ok(())
    })
    .await?;

    let status = server.stop().await?;
    ensure!(status.success(), "it ended with {status}\n{}", server.log_tail());
    ensure!(!server.log()?.contains("cut off"), "nobody had to be cut off\n{}", server.log_tail());
    let mut made = BTreeMap::new();
    for ended in join_all(writers).await {
        let (done, error) = ended?;
        done.into_iter().try_for_each(|(key, now)| remember(&mut made, key, now))?;
        // Turned away, or nobody there any more; never an answer that breaks off.
        match error.downcast_ref::<Refusal>() {
            Some(refusal) => ensure!(refusal.status.as_u16() == 503, "{refusal}"),
            None => ensure!(format!("{error:#}").contains("no answer from the server"), "{error:#}"),
        }
    }
    let mut waits = BTreeSet::new();
    for mut visitor in visitors {
        let end = visitor.hears_where("that it is sent away", |_| false).await.err().context("it stays")?;
        waits.insert(retry_after(&format!("{end:#}")).with_context(|| format!("{end:#}"))?);
    }
    ensure!(waits.len() > VISITORS / 2, "they come back at different times: {waits:?}");

    // Whoever had no answer was not written, either: all that there is was acknowledged.
    server.restart().await?;
    check(&rest, &tickets, &made).await?;
    let told = made.into_values().collect();
    wait::until("every hint has been heard", async || heard.all(&told)).await?;
    heard.in_order().map(drop)
}

/// When a client that was sent away is asked to come back, in milliseconds.
fn retry_after(said: &str) -> Option<u64> {
    let digits = said.split_once("retry-after-ms=")?.1;
    digits.split(|letter: char| !letter.is_ascii_digit()).next()?.parse().ok()
}
