//! Who is measured: our server and the stock one, behind the same Redis, with the same rooms and the same tokens.
//!
//! Only one of them runs at a time, so that none pays for what the other hears. The rooms are those of real tickets,
//! and the tokens are minted by our server; the stock one knows the same secret and checks the same claims.
//!
//! **Invariant:** every contestant starts as a fresh process and answers on a port that it keeps.

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use anyhow::{Context, Result};
use callboard_model::{Room, TicketId};
use serde::Serialize;
use serde_json::json;

use super::viewer::{Ticket, Wallet};
use crate::node::Script;
use crate::port::Port;
use crate::redis::Redis;
use crate::rest::Rest;
use crate::server::{LIVE_SECRET, Server, ServerOptions};

/// Tokens that one request mints.
const TOKENS_PER_REQUEST: usize = 1000;
/// Memory is looked at this long after the last thing happened.
const QUIET: Duration = Duration::from_secs(2);

/// All clients of a measurement are one address with one key, which no real crowd is.
pub(super) fn unbounded() -> Vec<String> {
    ["--rate-limit", "off", "--connections-per-address", "100000"].map(str::to_owned).to_vec()
}

/// A server that can be measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// callboard-server.
    Ours,
    /// The newest `@hocuspocus/server` of npm.
    Stock4,
    /// The one that Alga PSA ships.
    Stock2,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ours => "ours",
            Self::Stock4 => "hocuspocus 4",
            Self::Stock2 => "hocuspocus 2",
        })
    }
}

/// What all measurements stand on.
pub struct Ground {
    /// The bus between whoever changes tickets and whoever hosts rooms.
    pub redis: Redis,
    server: Server,
    tickets: Vec<TicketId>,
}

impl Ground {
    /// A Redis, and our server with so many tickets.
    pub async fn prepare(tickets: u32) -> Result<Self> {
        let redis = Redis::start().await?;
        let options = ServerOptions {
            tickets,
            redis: Some(redis.url()),
            args: unbounded(),
            env: vec![("RUST_LOG".to_owned(), "warn".to_owned())],
            ..ServerOptions::default()
        };
        let server = Server::start(options).await?;
        let found = server.rest(READER)?.tickets(tickets).await?;
        let tickets = found.into_iter().map(|ticket| ticket.ticket_id).collect();
        Ok(Self { redis, server, tickets })
    }

    /// Starts one of them afresh, with tokens for the first `rooms` rooms.
    pub async fn fresh(&mut self, kind: Kind, rooms: usize) -> Result<Contestant<'_>> {
        self.server.restart().await?;
        let wallet: Wallet = Arc::new(RwLock::new(self.mint(rooms).await?));
        let body = match kind {
            Kind::Ours => {
                // Once more: the one that minted has memory of its own work.
                self.server.restart().await?;
                Body::Ours(&mut self.server)
            }
            Kind::Stock4 | Kind::Stock2 => {
                self.server.kill();
                let major = if kind == Kind::Stock2 { "2" } else { "4" };
                let (port, redis) = (Port::claim()?, self.redis.url());
                let script = host(major, &port, &redis).await?;
                Body::Stock(Box::new(Stock { major, port, redis, script }))
            }
        };
        Ok(Contestant { kind, wallet, body, tickets: &self.tickets })
    }

    async fn mint(&self, rooms: usize) -> Result<Vec<Ticket>> {
        mint(&self.server.rest(READER)?, &self.tickets[..rooms]).await
    }
}

/// Whose tokens they are.
const READER: &str = "Nora Berg";

async fn mint(rest: &Rest, tickets: &[TicketId]) -> Result<Vec<Ticket>> {
    let tenant = rest.account().tenant_id.as_str();
    let mut minted = Vec::with_capacity(tickets.len());
    for some in tickets.chunks(TOKENS_PER_REQUEST) {
        let tokens = rest.live_tokens(some, false).await?.tokens;
        for ticket in some {
            let token = Arc::clone(tokens.get(ticket).context("a token for each ticket")?);
            let room = Room::Ticket(tenant.into(), ticket.clone()).to_string().into();
            minted.push(Ticket { room, token });
        }
    }
    Ok(minted)
}

/// One that runs and can be measured.
pub struct Contestant<'a> {
    /// Which it is.
    pub kind: Kind,
    /// What opens its rooms.
    pub wallet: Wallet,
    body: Body<'a>,
    tickets: &'a [TicketId],
}

enum Body<'a> {
    Ours(&'a mut Server),
    Stock(Box<Stock>),
}

struct Stock {
    major: &'static str,
    port: Port,
    redis: String,
    script: Script,
}

impl Contestant<'_> {
    /// Where its rooms are.
    #[must_use]
    pub fn url(&self) -> String {
        match &self.body {
            Body::Ours(server) => server.rooms_url(),
            Body::Stock(stock) => format!("ws://{}", stock.port.address()),
        }
    }

    /// Its process.
    pub fn pid(&self) -> Result<u32> {
        match &self.body {
            Body::Ours(server) => Ok(server.pid()),
            Body::Stock(stock) => stock.script.pid(),
        }
    }

    /// The names of its first rooms.
    #[must_use]
    pub fn rooms(&self, count: usize) -> Vec<Arc<str>> {
        let wallet = self.wallet.read().unwrap_or_else(PoisonError::into_inner);
        wallet.iter().take(count).map(|ticket| Arc::clone(&ticket.room)).collect()
    }

    /// The REST API, where there is one: only ours has.
    pub fn rest(&self) -> Result<Rest> {
        match &self.body {
            Body::Ours(server) => server.rest(READER),
            Body::Stock(_) => anyhow::bail!("a stock room server has no REST API"),
        }
    }

    /// The ticket of a room.
    #[must_use]
    pub fn ticket(&self, place: usize) -> Option<&TicketId> {
        self.tickets.get(place)
    }

    /// Puts fresh tokens into the wallet; only ours can.
    pub async fn mint_again(&self) -> Result<()> {
        let count = self.wallet.read().unwrap_or_else(PoisonError::into_inner).len();
        let fresh = mint(&self.rest()?, &self.tickets[..count]).await?;
        *self.wallet.write().unwrap_or_else(PoisonError::into_inner) = fresh;
        Ok(())
    }

    /// Lets it come to rest; one with a collector of garbage collects all of it first.
    pub async fn settle(&mut self) -> Result<()> {
        tokio::time::sleep(QUIET).await;
        if let Body::Stock(stock) = &mut self.body {
            stock.script.say(&json!({"do": "settle"})).await?;
            stock.script.hears(&json!({"is": "settled"})).await?;
        }
        Ok(())
    }

    /// Kills it and starts it again at once, on the same port.
    pub async fn killed_and_restarted(&mut self) -> Result<()> {
        match &mut self.body {
            Body::Ours(server) => server.restart().await,
            Body::Stock(stock) => {
                stock.script.kill().await?;
                stock.script = host(stock.major, &stock.port, &stock.redis).await?;
                Ok(())
            }
        }
    }
}

async fn host(major: &str, port: &Port, redis: &str) -> Result<Script> {
    let mut script =
        Script::start("bench-host.mjs", &[major, &port.number().to_string(), redis, LIVE_SECRET.1])?;
    script.hears(&json!({"is": "listening"})).await?;
    Ok(script)
}
