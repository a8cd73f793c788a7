//! Redis streams in the stock's layout, and a consumer that loses and repeats nothing (EV-4).

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use callboard_catalog::EventType;
use callboard_model::{Field, Timestamp};
use callboard_server::gateways::outlets::{self, Outlet};
use callboard_server::gateways::streams::reader::{
    DELIVERIES_MAX, Handler, REMEMBERED, Reader, Reading, Turned,
};
use callboard_server::gateways::streams::{StreamEvent, Streams, stream};
use callboard_server::metrics::Metrics;
use callboard_server::store::Limits;
use callboard_server::store::events::Told;
use callboard_testkit::database::Database;
use callboard_testkit::redis::Redis;
use callboard_testkit::server::{Server, ServerOptions};
use callboard_testkit::{programs, wait};
use redis::aio::MultiplexedConnection;
use redis::streams::StreamRangeReply;
use redis::{AsyncCommands, Client, Value};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use crate::world::{T, on, tell_some};

const PREFIX: &str = "alga-psa:";
const UPDATED: &str = "alga-psa:event-stream:global:TICKET_UPDATED";

/// A Redis, and a way to look into it.
struct Bench {
    redis: Redis,
    client: Client,
    look: MultiplexedConnection,
}

impl Bench {
    async fn start() -> Result<Self> {
        let redis = Redis::start().await?;
        let client = Client::open(redis.url())?;
        let look = client.get_multiplexed_async_connection().await?;
        Ok(Self { redis, client, look })
    }

    fn streams(&self) -> Streams {
        Streams::new(self.client.clone(), PREFIX)
    }

    async fn reader(&self, consumer: &str) -> Result<Reader> {
        let reading = Reading {
            block: Duration::from_millis(5),
            idle: Duration::ZERO,
            ..Reading::stock(consumer, "tests", vec![EventType::TicketUpdated])
        };
        Ok(Reader::join(&self.client, reading).await?)
    }

    async fn pending(&mut self) -> Result<usize> {
        let reply: Vec<Value> =
            redis::cmd("XPENDING").arg(UPDATED).arg("event-processors").query_async(&mut self.look).await?;
        let first = reply.into_iter().next().context("a count")?;
        Ok(redis::from_redis_value(first)?)
    }
}

/// An event that no database has.
fn told(number: u64) -> Arc<Told> {
    Arc::new(Told {
        seq: number,
        event_id: format!("event-{number}"),
        event_type: "TICKET_UPDATED".to_owned(),
        occurred_at: "2026-11-21T10:00:00Z".parse::<Timestamp>().expect("a time"),
        payload: json!({ "tenantId": T, "number": number }),
        simulated: false,
        tenant: T.into(),
        ticket: None,
        actor: None,
        origin: None,
        socket: None,
        change: None,
    })
}

/// Keeps what it is given, and fails when it is told to.
#[derive(Default)]
struct Keeper {
    kept: Vec<String>,
    fails: bool,
}

impl Handler for Keeper {
    async fn handle(&mut self, event: &StreamEvent) -> bool {
        if !self.fails {
            self.kept.push(event.id.clone());
        }
        !self.fails
    }
}

fn text(map: &HashMap<String, Value>, key: &str) -> String {
    match map.get(key) {
        Some(Value::BulkString(bytes)) => String::from_utf8_lossy(bytes).into_owned(),
        other => format!("{other:?}"),
    }
}

/// EV-4: what is committed while Redis is away comes when it is back, as the stock writes it, in order.
#[tokio::test]
async fn events_are_published_as_the_stock_does_also_those_of_while_redis_was_away() -> Result<()> {
    let mut bench = Bench::start().await?;
    let database = Database::fresh().await?;
    let store = on(&database, Limits::default()).await;
    let stop = CancellationToken::new();
    let metrics = Arc::new(Metrics::new(store.timing()));
    let running = tokio::spawn(outlets::run(bench.streams(), store.clone(), metrics, stop.clone()));
    let there = tell_some(&store, T, 2).await;
    published(&mut bench, &there).await?;
    bench.redis.kill();
    let away = tell_some(&store, T, 3).await;
    bench.redis.start_again().await?;
    bench.look = bench.client.get_multiplexed_async_connection().await?;
    // A Redis without a disk has forgotten what it took before.
    published(&mut bench, &away).await?;
    let entries: StreamRangeReply = bench.look.xrange_all(UPDATED).await?;
    let entry = &entries.ids.first().context("one")?.map;
    assert_eq!(text(entry, "channel"), "global");
    let event: serde_json::Value = serde_json::from_str(&text(entry, "event"))?;
    assert_eq!((&event["eventType"], &event["payload"]["tenantId"]), (&json!("TICKET_UPDATED"), &json!(T)));
    assert!(event["timestamp"].is_string() && event["simulated"] == true, "{event}");
    stop.cancel();
    Ok(running.await?)
}

/// Waits until the stream ends with these events, each at least once and in order.
async fn published(bench: &mut Bench, expected: &[String]) -> Result<()> {
    wait::until("the events are published", async || {
        let entries: StreamRangeReply = bench.look.xrange_all(UPDATED).await?;
        let mut ids = Vec::new();
        for entry in &entries.ids {
            let event: StreamEvent = serde_json::from_str(&text(&entry.map, "event"))?;
            if !ids.contains(&event.id) {
                ids.push(event.id);
            }
        }
        ensure!(ids == expected, "{ids:?} and not {expected:?}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_stream_keeps_about_its_last_thousand_entries() -> Result<()> {
    let mut bench = Bench::start().await?;
    let streams = bench.streams();
    let all: Vec<_> = (0..2000).map(told).collect();
    for some in all.chunks(128) {
        assert_eq!(streams.deliver(some).await?, some.len());
    }
    let length: usize = bench.look.xlen(stream(PREFIX, "TICKET_UPDATED")).await?;
    ensure!((1000..1200).contains(&length), "{length}");
    Ok(())
}

/// EV-4: consumers of one group share the work; what one leaves another takes over; nothing is done twice.
#[tokio::test]
async fn a_group_does_every_event_once_although_one_of_them_dies() -> Result<()> {
    let mut bench = Bench::start().await?;
    let streams = bench.streams();
    streams.deliver(&(0..30).map(told).collect::<Vec<_>>()).await?;
    // The first one takes ten and dies before it has handled any.
    let mut first = bench.reader("first").await?;
    let mut stuck = Keeper { fails: true, ..Keeper::default() };
    assert_eq!(first.turn(&mut stuck).await?, Turned { failed: 10, ..Turned::default() });
    drop(first);
    // The same events come again under the same ids, as after a crash of the server.
    streams.deliver(&(25..35).map(told).collect::<Vec<_>>()).await?;
    let (mut second, mut third) = (bench.reader("second").await?, bench.reader("third").await?);
    let (mut left, mut right) = (Keeper::default(), Keeper::default());
    let mut repeated = 0;
    wait::until("all is done", async || {
        repeated += second.turn(&mut left).await?.repeated + third.turn(&mut right).await?.repeated;
        let done = left.kept.len() + right.kept.len();
        ensure!(done >= 35 && bench.pending().await? == 0, "{done} are done");
        Ok(())
    })
    .await?;
    let all: BTreeSet<_> = left.kept.iter().chain(&right.kept).cloned().collect();
    assert_eq!((left.kept.len() + right.kept.len(), all.len(), repeated), (35, 35, 5));
    assert!(!left.kept.is_empty() && !right.kept.is_empty(), "both worked");
    for set in ["processed_events", "processed_event_handlers"] {
        let (members, lives): (usize, i64) = redis::pipe()
            .scard(format!("{set}:{T}"))
            .ttl(format!("{set}:{T}"))
            .query_async(&mut bench.look)
            .await?;
        assert_eq!(members, 35, "{set}");
        let most = i64::try_from(REMEMBERED.as_secs())?;
        assert!((most - 60..=most).contains(&lives), "{set} lives {lives}");
    }
    Ok(())
}

/// EV-4: what was tried ten times in vain is laid aside with where it came from, and holds up nothing.
#[tokio::test]
async fn what_fails_ten_times_becomes_a_dead_letter() -> Result<()> {
    let mut bench = Bench::start().await?;
    bench.streams().deliver(&[told(1)]).await?;
    let _: String = bench.look.xadd(UPDATED, "*", &[("event", "no JSON"), ("channel", "global")]).await?;
    let mut reader = bench.reader("only").await?;
    let mut stuck = Keeper { fails: true, ..Keeper::default() };
    let first = reader.turn(&mut stuck).await?;
    assert_eq!(first, Turned { failed: 1, unreadable: 1, ..Turned::default() });
    for _ in 1..DELIVERIES_MAX {
        assert_eq!(reader.turn(&mut stuck).await?, Turned { failed: 1, ..Turned::default() });
    }
    assert_eq!(reader.turn(&mut stuck).await?, Turned { dead: 1, ..Turned::default() });
    assert_eq!(bench.pending().await?, 0);
    let letters: StreamRangeReply = bench.look.xrange_all(format!("{UPDATED}:dead-letter")).await?;
    let [letter] = &letters.ids[..] else { panic!("{letters:?}") };
    let source: StreamRangeReply = bench.look.xrange_all(UPDATED).await?;
    let fields: BTreeMap<_, _> = ["sourceStream", "sourceMessageId", "deliveries", "channel"]
        .into_iter()
        .map(|key| (key, text(&letter.map, key)))
        .collect();
    let expected = [
        ("sourceStream", UPDATED.to_owned()),
        ("sourceMessageId", source.ids[0].id.clone()),
        ("deliveries", "10".to_owned()),
        ("channel", "global".to_owned()),
    ];
    assert_eq!(fields, BTreeMap::from(expected));
    let event: StreamEvent = serde_json::from_str(&text(&letter.map, "event"))?;
    assert_eq!(event.id, "event-1");
    assert!(text(&letter.map, "deadLetteredAt").parse::<Timestamp>().is_ok());
    Ok(())
}

/// EV-4: from a save at the server to a line of the program that follows.
#[tokio::test]
async fn a_save_at_the_server_is_a_line_of_whoever_follows_its_streams() -> Result<()> {
    let redis = Redis::start().await?;
    let server = Server::start(ServerOptions {
        tickets: 3,
        redis: Some(redis.url()),
        args: vec!["--event-streams".to_owned()],
        ..ServerOptions::default()
    })
    .await?;
    let rest = server.rest("Nora Berg")?;
    let ticket = rest.tickets(1).await?.remove(0).ticket_id;
    rest.put(&ticket, [(Field::Title, "Printer on fire".into())]).await?;
    let mut follower = Command::new(programs::built("callboard-events")?)
        .args(["--redis", &redis.url(), "--types", "TICKET_UPDATED"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    let out = follower.stdout.take().context("its output is a pipe")?;
    let line = tokio::task::spawn_blocking(move || {
        let mut line = String::new();
        BufReader::new(out).read_line(&mut line).map(|_| line)
    });
    let line = tokio::time::timeout(wait::FACT_MAX, line).await;
    follower.kill()?;
    follower.wait()?;
    let event: StreamEvent = serde_json::from_str(&line???)?;
    assert_eq!(event.payload["ticketId"], json!(ticket));
    assert_eq!(event.payload["changes"]["title"]["new"], "Printer on fire");
    Ok(())
}
