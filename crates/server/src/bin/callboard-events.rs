//! Follows the event streams of a server on standard output: one JSON object per event.
//!
//! It exists for scripts, and to show that the streams are read by the rules of the stock's layout: several of these share
//! the work of one group, and what one of them did not finish another takes over.
//!
//! **Invariant:** an event is acknowledged only after it was written out.

use std::io::Write;
use std::process::ExitCode;

use callboard_catalog::{EventType, catalog};
use callboard_server::bus::{BusSettings, DEFAULT_REDIS_PREFIX, RedisUrl};
use callboard_server::error::Result;
use callboard_server::gateways::streams::StreamEvent;
use callboard_server::gateways::streams::reader::{GROUP, Handler, Reader, Reading};
use clap::Parser;

/// Follows the event streams of a server: one JSON object per event.
#[derive(Debug, Parser)]
#[command(name = "callboard-events", version)]
struct Arguments {
    /// The Redis that the server publishes to (`--event-streams`): redis://host:port, or rediss://host:port for TLS.
    #[arg(long, env = "CALLBOARD_REDIS_URL", hide_env_values = true)]
    redis: RedisUrl,
    /// What stands before the names of streams.
    #[arg(long, env = "REDIS_PREFIX", default_value = DEFAULT_REDIS_PREFIX)]
    prefix: String,
    /// Who shares the work.
    #[arg(long, default_value = GROUP)]
    group: String,
    /// What is done with the events, as one word: each event is written out once per word.
    #[arg(long, default_value = "callboard-events")]
    handler: String,
    /// Only these kinds, with commas between; whatever the server sends, unless given.
    #[arg(long, value_delimiter = ',')]
    types: Vec<EventType>,
}

/// Writes events out.
struct Out;

impl Handler for Out {
    async fn handle(&mut self, event: &StreamEvent) -> bool {
        let mut out = std::io::stdout().lock();
        serde_json::to_string(event)
            .is_ok_and(|line| writeln!(out, "{line}").and_then(|()| out.flush()).is_ok())
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    tracing_subscriber::fmt().with_writer(std::io::stderr).init();
    match follow(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(%error, "cannot go on");
            ExitCode::FAILURE
        }
    }
}

/// Until it is told to stop, or Redis goes away: whoever started it starts it again.
async fn follow(arguments: Arguments) -> Result<()> {
    let Arguments { redis, prefix, group, handler, mut types } = arguments;
    if types.is_empty() {
        types = catalog().entries().filter(|entry| entry.emitted).map(|entry| entry.event_type).collect();
    }
    let consumer = format!("consumer-{}", std::process::id());
    let reading = Reading { prefix, group, ..Reading::stock(&consumer, &handler, types) };
    let settings = BusSettings { redis_url: Some(redis), ..BusSettings::default() };
    let Some(client) = settings.redis()? else { return Ok(()) };
    let mut reader = Reader::join(&client, reading).await?;
    let told_to_stop = tokio::signal::ctrl_c();
    let mut told_to_stop = std::pin::pin!(told_to_stop);
    let mut out = Out;
    loop {
        tokio::select! {
            biased;
            stopped = &mut told_to_stop => return Ok(stopped?),
            turned = reader.turn(&mut out) => drop(turned?),
        }
    }
}
