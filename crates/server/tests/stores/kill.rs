//! kill -9 under write load: what was acknowledged is there, told of, and done once.
//!
//! `CALLBOARD_TEST_KILLS` says how many kills (`cargo xtask kill --times 200`), `CALLBOARD_TEST_SEED` repeats a run.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context, Result, ensure};
use callboard_model::TicketId;
use callboard_testkit::database::Database;
use callboard_testkit::postgres::Postgres;
use callboard_testkit::redis::Redis;
use callboard_testkit::rest::{Refusal, Rest};
use callboard_testkit::server::{Server, ServerOptions};
use callboard_testkit::wait;
use futures_util::future::join_all;

use crate::book::{Heard, Made, Write, check, remember, thrown};

/// Kills when nobody says how many.
const KILLS: u64 = 6;
/// Writers at once.
const WRITERS: usize = 8;
/// Tickets that they write to; fewer than writers, so that they meet.
const TICKETS: u32 = 5;
/// A kill comes after at most so many acknowledged writes.
const MOST: u64 = 60;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_acknowledged_is_lost_or_done_twice_by_a_kill_on_sqlite() -> Result<()> {
    survives(&Database::sqlite()?).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_acknowledged_is_lost_or_done_twice_by_a_kill_on_postgres() -> Result<()> {
    survives(&Database::Postgres(Box::new(Postgres::durable().await?))).await
}

async fn survives(database: &Database) -> Result<()> {
    let (kills, seed) = (number("CALLBOARD_TEST_KILLS", KILLS)?, number("CALLBOARD_TEST_SEED", 20_261_121)?);
    println!("{kills} kills, seed {seed}");
    let redis = Redis::start().await?;
    let heard = Heard::listen(&redis.url()).await?;
    let options = ServerOptions {
        tickets: TICKETS,
        redis: Some(redis.url()),
        database: Some(database.address()),
        args: vec!["--rate-limit".to_owned(), "off".to_owned()],
        ..ServerOptions::default()
    };
    let mut server = Server::start(options).await?;
    let rest = server.rest("Nora Berg")?;
    let tickets: Vec<_> = rest.tickets(TICKETS).await?.into_iter().map(|ticket| ticket.ticket_id).collect();
    let mut made = BTreeMap::new();
    let mut dice = seed;
    for round in 0..kills {
        dice = thrown(dice);
        let doubtful = until_killed(&mut server, &rest, &tickets, round, dice % MOST, &mut made).await?;
        server.restart().await?;
        // Whoever heard no answer asks again, with the same key.
        for write in doubtful {
            let now = write.send(&rest).await.with_context(|| format!("asking again, round {round}"))?;
            remember(&mut made, write.key, now)?;
        }
        check(&rest, &tickets, &made).await.with_context(|| format!("after kill {round} of seed {seed}"))?;
    }
    let told: BTreeSet<_> = made.into_values().collect();
    wait::until("every hint has been heard", async || heard.all(&told)).await?;
    println!("{} writes were acknowledged, all there, all told, each once", told.len());
    Ok(())
}

/// Lets everybody write, kills the server after `after` acknowledged writes, and gives back those without an answer.
async fn until_killed(
    server: &mut Server,
    rest: &Rest,
    tickets: &[TicketId],
    round: u64,
    after: u64,
    made: &mut BTreeMap<String, Made>,
) -> Result<Vec<Write>> {
    let acknowledged = Arc::new(AtomicU64::new(0));
    let writers = (0..WRITERS).map(|writer| {
        let (rest, ticket) = (rest.clone(), tickets[writer % tickets.len()].clone());
        let acknowledged = Arc::clone(&acknowledged);
        tokio::spawn(async move {
            let mut done = Vec::new();
            for number in 0_u64.. {
                let write = Write { ticket: ticket.clone(), key: format!("{round}-{writer}-{number}") };
                match write.send(&rest).await {
                    Ok(now) => done.push((write.key, now)),
                    Err(error) => return (done, write, error),
                }
                acknowledged.fetch_add(1, Ordering::Relaxed);
            }
            unreachable!("the server is killed before the numbers end")
        })
    });
    let writers: Vec<_> = writers.collect();
    while acknowledged.load(Ordering::Relaxed) < after && !writers.iter().all(|writer| writer.is_finished()) {
        tokio::task::yield_now().await;
    }
    server.kill();
    let mut doubtful = Vec::new();
    for ended in join_all(writers).await {
        let (done, last, error) = ended?;
        // A server that is killed says nothing; a refusal would be another matter.
        ensure!(error.downcast_ref::<Refusal>().is_none(), "refused before the kill: {error:#}");
        for (key, now) in done {
            remember(made, key, now)?;
        }
        doubtful.push(last);
    }
    Ok(doubtful)
}

fn number(variable: &str, default: u64) -> Result<u64> {
    std::env::var(variable)
        .map_or(Ok(default), |text| text.parse().with_context(|| format!("{variable}={text}")))
}
