//! A day's work with kill -9 in the middle of it: every outlet tells every event once by its id, in order (EV-3, EV-4).

use std::collections::BTreeSet;

use anyhow::{Context, Result, ensure};
use axum::http::Method;
use callboard_catalog::check;
use callboard_server::gateways::streams::stream;
use callboard_testkit::database::Database;
use callboard_testkit::postgres::Postgres;
use callboard_testkit::redis::Redis;
use callboard_testkit::server::{Server, ServerOptions};
use callboard_testkit::wait;
use redis::streams::StreamRangeReply;
use redis::{AsyncCommands, Client};
use serde_json::{Value, json};

use crate::day::{Day, Desk, STEPS};
use crate::follower::{Follower, has_word};
use crate::receiver::Receiver;

#[tokio::test]
async fn every_event_of_a_day_arrives_once_and_in_order_although_the_server_is_killed_on_sqlite() -> Result<()>
{
    whole_day(&Database::sqlite()?).await
}

#[tokio::test]
async fn every_event_of_a_day_arrives_once_and_in_order_although_the_server_is_killed_on_postgres()
-> Result<()> {
    whole_day(&Database::Postgres(Box::new(Postgres::durable().await?))).await
}

/// What has to be among the events of the day, whatever else happens.
const KINDS: [&str; 16] = [
    "TICKET_CREATED",
    "TICKET_ASSIGNED",
    "TICKET_PRIORITY_CHANGED",
    "APPOINTMENT_CREATED",
    "TECHNICIAN_DISPATCHED",
    "APPOINTMENT_RESCHEDULED",
    "TECHNICIAN_EN_ROUTE",
    "TECHNICIAN_ARRIVED",
    "TICKET_MESSAGE_ADDED",
    "TICKET_COMMENT_ADDED",
    "TICKET_INTERNAL_NOTE_ADDED",
    "TICKET_CLOSED",
    "TICKET_REOPENED",
    "TICKET_UPDATED",
    "TICKET_MERGED",
    "TICKET_SPLIT",
];

async fn whole_day(database: &Database) -> Result<()> {
    let (receiver, redis) = (Receiver::start().await?, Redis::start().await?);
    let mut server = Server::start(ServerOptions {
        tickets: 5,
        database: Some(database.address()),
        redis: Some(redis.url()),
        args: ["--event-streams", "--webhooks-anywhere", "--rate-limit", "off"].map(str::to_owned).into(),
        ..ServerOptions::default()
    })
    .await?;
    let admin = server.accounts().iter().find(|one| one.role == "admin").context("an administrator")?.clone();
    let desk = Desk::at(&server, &admin)?;
    let hook = desk.data(Method::POST, "/admin/webhooks", json!({ "url": receiver.url() })).await?;
    let secret = hook["secret"].as_str().context("told once")?.to_owned();
    let mut follower = Follower::join(&server, &admin, &desk).await?;

    let (mut day, mut kills) = (Day::default(), 0);
    for (number, name) in STEPS.into_iter().enumerate() {
        // Every third step is told to a receiver that has it and has not said so when the server dies.
        let dies = number % 3 == 1;
        receiver.hold(dies);
        let before = receiver.got().len();
        day.step(&desk, name).await.with_context(|| format!("step {number}, {name}"))?;
        if dies {
            receiver.got_at_least(before + 1).await?;
            server.kill();
            receiver.hold(false);
            server.restart().await?;
            follower = follower.come_back(&server, &admin, &desk).await?;
            kills += 1;
        } else {
            // Whatever happens while somebody is connected is told to them, and not only found in the log later.
            follower.has_all_of(&desk).await?;
        }
    }

    let log = everything_has_come(&desk, &receiver).await?;
    let expected = ids(&log);
    for one in &log {
        let kind = one["event_type"].as_str().context("a kind")?.parse()?;
        check(kind, &one["payload"])
            .map_err(|problems| anyhow::anyhow!("{one} is not as its schema says: {problems:?}"))?;
    }
    let kinds: BTreeSet<&str> = log.iter().filter_map(|one| one["event_type"].as_str()).collect();
    for kind in KINDS {
        ensure!(kinds.contains(kind), "no {kind} in {kinds:?}");
    }
    let got = receiver.got();
    for one in &got {
        one.is_signed_with(&secret)?;
        let first = got.iter().find(|other| other.event_id() == one.event_id()).context("itself")?;
        ensure!(first.text == one.text, "told again, it is the same");
    }
    ensure!(got.len() > expected.len(), "the kills came between a delivery and the note of it");
    streams_have(&redis, &log).await?;
    follower.has_all_of(&desk).await?;
    let with_word: Vec<_> = log.iter().filter(|one| has_word(one)).cloned().collect();
    ensure!(follower.heard() == ids(&with_word), "{:?} and not {with_word:?}", follower.heard());
    println!("{} events, {} requests, {kills} kills", expected.len(), got.len());
    Ok(())
}

fn ids(log: &[Value]) -> Vec<String> {
    log.iter().filter_map(|one| Some(one["event_id"].as_str()?.to_owned())).collect()
}

/// The log, once the webhook has all of it. Asked anew each time: a clock may run out meanwhile, and is told, too.
async fn everything_has_come(desk: &Desk, receiver: &Receiver) -> Result<Vec<Value>> {
    wait::until("every event has come", async || {
        let log = desk.get("/events?limit=1000").await?;
        let log = log.as_array().context("a log")?.clone();
        let (came, expected) = (receiver.events(), ids(&log));
        ensure!(came == expected, "{} of {}: {came:?} and not {expected:?}", came.len(), expected.len());
        Ok(log)
    })
    .await
}

/// Every stream has the events of its kind, in the order of the log; what is there twice is there under the same id and in
/// the same words.
async fn streams_have(redis: &Redis, log: &[Value]) -> Result<()> {
    let mut look = Client::open(redis.url())?.get_multiplexed_async_connection().await?;
    let kinds: BTreeSet<&str> = log.iter().filter_map(|one| one["event_type"].as_str()).collect();
    let mut all = BTreeSet::new();
    for kind in kinds {
        let of_kind: Vec<_> = log.iter().filter(|one| one["event_type"] == kind).cloned().collect();
        let came = wait::until("the stream has every event of its kind", async || {
            let entries: StreamRangeReply = look.clone().xrange_all(stream("alga-psa:", kind)).await?;
            let mut came: Vec<(String, String)> = Vec::new();
            for entry in entries.ids {
                let text: String = entry.get("event").context("the event")?;
                let event: Value = serde_json::from_str(&text)?;
                let id = event["id"].as_str().context("an id")?.to_owned();
                match came.iter().find(|(known, _)| *known == id) {
                    Some((_, first)) => ensure!(*first == text, "told again, it is the same"),
                    None => came.push((id, text)),
                }
            }
            let came: Vec<String> = came.into_iter().map(|(id, _)| id).collect();
            ensure!(came == ids(&of_kind), "{kind}: {came:?} and not {:?}", ids(&of_kind));
            Ok(came)
        })
        .await?;
        all.extend(came);
    }
    let keys: Vec<String> = look.keys(stream("alga-psa:", "*")).await?;
    let expected: BTreeSet<String> = ids(log).into_iter().collect();
    ensure!(all == expected && !keys.is_empty(), "{all:?} and not {expected:?}");
    Ok(())
}
