//! One budget per key, however many processes there are.

use anyhow::{Context, Result, ensure};
use callboard_testkit::postgres::Postgres;
use callboard_testkit::redis::Redis;
use callboard_testkit::rest::{Refusal, Rest};
use callboard_testkit::server::{Server, ServerOptions};
use callboard_testkit::wait;
use serde_json::Value;

/// Requests at once; one more comes in a minute.
const BURST: usize = 8;
/// What the log says, once, of a Redis that went away.
const AWAY: &str = "each process counts the requests of a key alone";

async fn ask(rest: &Rest) -> Result<()> {
    rest.get::<Value>("/api/v1/users/me").await.map(drop)
}

/// Refused with 429, and nothing else.
async fn is_refused(rest: &Rest) -> Result<()> {
    let refused = ask(rest).await.err().context("it was let through")?;
    let refusal = refused.downcast_ref::<Refusal>().context("an answer")?;
    ensure!(refusal.status.as_u16() == 429, "{refusal}");
    Ok(())
}

/// Without Redis nobody is refused for it: then each process counts alone, and later together again.
#[tokio::test]
async fn two_processes_share_what_a_key_may_ask_and_neither_needs_redis_for_it() -> Result<()> {
    let (postgres, mut redis) = (Postgres::start().await?, Redis::start().await?);
    let options = ServerOptions {
        tickets: 1,
        database: Some(postgres.address()),
        redis: Some(redis.url()),
        args: ["--rate-limit", &format!("{BURST}/1")].map(str::to_owned).into(),
        ..ServerOptions::default()
    };
    let (first, second) = (Server::start(options.clone()).await?, Server::start(options).await?);
    let account = first.account("Nora Berg")?;
    let (here, there) = (Rest::new(&first.url(), account)?, Rest::new(&second.url(), account)?);
    for number in 0..BURST {
        let rest = if number % 2 == 0 { &here } else { &there };
        ask(rest).await.with_context(|| format!("request {number} of {BURST}"))?;
    }
    is_refused(&here).await.context("here")?;
    is_refused(&there).await.context("there")?;
    let other = Rest::new(&second.url(), first.account("Bob Kessler")?)?;
    ask(&other).await.context("another key has a budget of its own")?;

    redis.kill();
    // Half of the budget was spent at each.
    for number in 0..BURST / 2 {
        ask(&here).await.with_context(|| format!("here, alone, {number}"))?;
        ask(&there).await.with_context(|| format!("there, alone, {number}"))?;
    }
    is_refused(&here).await.context("alone it counts on")?;
    ensure!(first.log()?.matches(AWAY).count() == 1, "{}", first.log()?);

    redis.start_again().await?;
    wait::until("it counts together again", async || ask(&here).await).await?;
    Ok(())
}
