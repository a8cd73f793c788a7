//! TLS to Postgres and to Redis: with certificates of somebody who is trusted, or not at all.

use anyhow::{Context, Result, ensure};
use callboard_model::Field;
use callboard_testkit::authority::Authority;
use callboard_testkit::postgres::Postgres;
use callboard_testkit::redis::Redis;
use callboard_testkit::server::{Server, ServerOptions};
use callboard_testkit::visitor::Visitor;
use callboard_testkit::wait;

/// On this Postgres, trusting this authority.
fn trusting(postgres: &Postgres, authority: Option<&Authority>, more: &str) -> Result<ServerOptions> {
    let trusted = authority
        .map(|authority| format!("sslrootcert={}", authority.certificate().display()))
        .unwrap_or_default();
    let address = format!("{}?{trusted}{more}", Postgres::address_at(postgres.port()?));
    Ok(ServerOptions { tickets: 3, database: Some(address), ..ServerOptions::default() })
}

fn with_redis(options: ServerOptions, redis: &Redis, authority: &Authority) -> ServerOptions {
    let ca = ("CALLBOARD_REDIS_CA".to_owned(), authority.certificate().display().to_string());
    ServerOptions { redis: Some(redis.url()), env: vec![ca], ..options }
}

/// Two processes that know each other by nothing but an encrypted Postgres and an encrypted Redis.
#[tokio::test]
async fn a_save_at_one_process_is_heard_at_the_other_with_tls_on_all_ways() -> Result<()> {
    let authority = Authority::new()?;
    let postgres = Postgres::on_a_port(Some(&authority)).await?;
    let redis = Redis::encrypted(&authority).await?;
    let options =
        with_redis(trusting(&postgres, Some(&authority), "&sslmode=verify-full")?, &redis, &authority);
    let (first, second) = (Server::start(options.clone()).await?, Server::start(options).await?);
    let rest = first.rest("Nora Berg")?;
    let ticket = rest.tickets(1).await?.remove(0).ticket_id;
    let room = format!("ticket:{}:{ticket}", rest.account().tenant_id);
    let mut visitor = Visitor::connect(&second.rooms_url()).await?;
    visitor.join(&room, &rest.live_token(&ticket).await?).await?;
    visitor.enters(&room).await?;
    rest.put(&ticket, [(Field::Title, "Printer on fire".into())]).await?;
    ensure!(visitor.reads(&room).await?.contains("title"));
    let ways = postgres.sql(
        "SELECT ssl, count(*) > 3 FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) \
         WHERE application_name = 'callboard-server' GROUP BY ssl",
    )?;
    ensure!(ways == ["t|t"], "every connection is encrypted: {ways:?}");
    Ok(())
}

/// Neither a stranger's certificate nor none at all is good enough, and the log says which.
#[tokio::test]
async fn a_postgres_for_which_nobody_vouches_is_refused_with_the_reason() -> Result<()> {
    let (authority, stranger) = (Authority::new()?, Authority::new()?);
    let encrypted = Postgres::on_a_port(Some(&authority)).await?;
    let bare = Postgres::on_a_port(None).await?;
    let cases = [
        ("another's certificate", trusting(&encrypted, Some(&stranger), "")?, "invalid peer certificate"),
        (
            "a certificate that the machine does not know",
            trusting(&encrypted, None, "")?,
            "invalid peer certificate",
        ),
        ("no TLS, and nobody said that this is fine", trusting(&bare, None, "")?, "does not support TLS"),
        ("no TLS, preferred or not", trusting(&bare, None, "sslmode=prefer")?, "does not support TLS"),
    ];
    for (case, options, why) in cases {
        let said = Server::start(options).await.err().with_context(|| format!("{case}: it started"))?;
        ensure!(format!("{said:#}").contains(why), "{case}: {said:#}");
    }
    drop(Server::start(trusting(&bare, None, "sslmode=disable")?).await?);
    Ok(())
}

/// As with a Redis that is away: saves go on, hints stay at home, and the log says why.
#[tokio::test]
async fn a_redis_for_which_nobody_vouches_is_told_nothing() -> Result<()> {
    let (authority, stranger) = (Authority::new()?, Authority::new()?);
    let redis = Redis::encrypted(&authority).await?;
    let options = ServerOptions { tickets: 1, ..ServerOptions::default() };
    let server = Server::start(with_redis(options, &redis, &stranger)).await?;
    let rest = server.rest("Nora Berg")?;
    let ticket = rest.tickets(1).await?.remove(0).ticket_id;
    rest.put(&ticket, [(Field::Title, "Printer on fire".into())]).await?;
    wait::until("the log says why", async || {
        let log = server.log()?;
        ensure!(log.contains("Redis is away") && log.contains("invalid peer certificate"), "{log}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn authorities_that_are_not_there_are_found_at_the_start() -> Result<()> {
    let authority = Authority::new()?;
    let nowhere = authority.certificate().with_extension("nowhere");
    for (url, file, why) in [
        ("rediss://127.0.0.1:1", &nowhere, "no authorities to trust"),
        ("redis://127.0.0.1:1", &authority.certificate(), "say rediss://"),
    ] {
        let env = vec![("CALLBOARD_REDIS_CA".to_owned(), file.display().to_string())];
        let options = ServerOptions { redis: Some(url.to_owned()), env, ..ServerOptions::default() };
        let said = Server::start(options).await.err().context("it started")?;
        ensure!(format!("{said:#}").contains(why), "{said:#}");
    }
    Ok(())
}
