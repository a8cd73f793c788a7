//! kill -9 under write load: what was acknowledged is there, told of, and done once.
//!
//! `CALLBOARD_TEST_KILLS` says how many kills (`cargo xtask kill --times 200`), `CALLBOARD_TEST_SEED` repeats a run.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, Result, ensure};
use callboard_model::rest::Changes;
use callboard_model::{Field, Hint, TicketId, Version};
use callboard_testkit::database::Database;
use callboard_testkit::postgres::Postgres;
use callboard_testkit::redis::Redis;
use callboard_testkit::rest::{Refusal, Rest};
use callboard_testkit::server::{Server, ServerOptions};
use callboard_testkit::wait;
use futures_util::StreamExt;
use futures_util::future::join_all;

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

/// A ticket at a version: what an acknowledged write has made.
type Made = (TicketId, Version);

/// A write that has a key of its own and a title that nobody else gives.
#[derive(Clone)]
struct Write {
    ticket: TicketId,
    key: String,
}

impl Write {
    async fn send(&self, rest: &Rest) -> Result<Made> {
        let title = format!("Title {}", self.key);
        let after = rest.put_once(&self.ticket, &self.key, [(Field::Title, title.as_str().into())]).await?;
        Ok((after.ticket_id, after.version.context("a version")?))
    }
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
        check(&rest, &made).await.with_context(|| format!("after kill {round} of seed {seed}"))?;
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

fn remember(made: &mut BTreeMap<String, Made>, key: String, now: Made) -> Result<()> {
    ensure!(
        !made.values().any(|other| *other == now),
        "{now:?} was acknowledged for two writes, one is {key}"
    );
    made.insert(key, now);
    Ok(())
}

/// The feed holds a record of every acknowledged write and of nothing else, and the tickets are as often changed.
async fn check(rest: &Rest, made: &BTreeMap<String, Made>) -> Result<()> {
    let mut recorded = BTreeSet::new();
    let mut since = 0;
    loop {
        let page: Changes = rest.get(&format!("/api/v1/changes?since={since}&limit=1000")).await?;
        for record in page.data {
            ensure!(record.seq == since + 1, "a gap in the feed: {} after {since}", record.seq);
            since = record.seq;
            ensure!(recorded.insert((record.ticket_id, record.version)), "recorded twice: {since}");
        }
        if !page.has_more {
            break;
        }
    }
    let acknowledged: BTreeSet<_> = made.values().cloned().collect();
    let lost: Vec<_> = acknowledged.difference(&recorded).collect();
    let unknown: Vec<_> = recorded.difference(&acknowledged).collect();
    ensure!(lost.is_empty() && unknown.is_empty(), "lost {lost:?}, done more than once {unknown:?}");
    for ticket in rest.tickets(TICKETS).await? {
        let newest =
            recorded.iter().filter(|(id, _)| *id == ticket.ticket_id).map(|(_, version)| *version).max();
        ensure!(
            newest.is_none() || newest == ticket.version,
            "{} stands at another version",
            ticket.ticket_id
        );
    }
    Ok(())
}

/// What a foreign subscriber of Redis has heard.
struct Heard(Arc<Mutex<BTreeSet<Made>>>);

impl Heard {
    async fn listen(url: &str) -> Result<Self> {
        let mut subscription = redis::Client::open(url)?.get_async_pubsub().await?;
        subscription.psubscribe("alga-psa:ticket-updates:*").await?;
        let heard = Arc::new(Mutex::new(BTreeSet::new()));
        let into = Arc::clone(&heard);
        tokio::spawn(async move {
            let mut messages = subscription.into_on_message();
            while let Some(message) = messages.next().await {
                // The channel names the ticket, as in the stock.
                let ticket = message.get_channel_name().rsplit(':').next().map(TicketId::from);
                let hint = serde_json::from_slice::<Hint>(message.get_payload_bytes());
                if let (Some(ticket), Ok(Hint { version: Some(version), .. })) = (ticket, hint) {
                    into.lock().unwrap_or_else(PoisonError::into_inner).insert((ticket, version));
                }
            }
        });
        Ok(Self(heard))
    }

    fn all(&self, told: &BTreeSet<Made>) -> Result<()> {
        let heard = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let missing: Vec<_> = told.difference(&heard).collect();
        ensure!(missing.is_empty(), "{} of {} hints are missing", missing.len(), told.len());
        Ok(())
    }
}

fn number(variable: &str, default: u64) -> Result<u64> {
    std::env::var(variable)
        .map_or(Ok(default), |text| text.parse().with_context(|| format!("{variable}={text}")))
}

/// The next number of a sequence that looks random (SplitMix64).
fn thrown(seed: u64) -> u64 {
    let mut mixed = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}
