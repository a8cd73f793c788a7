//! Who tells: our server, or the server of npm.
//!
//! **Invariant:** every sample has a process of its own, and the same number of tickets.

use std::fmt;
use std::ops::Range;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::bench::contestant::unbounded;
use crate::node::Script;
use crate::port::Port;
use crate::rest::Rest;
use crate::server::{Server, ServerOptions};

/// How long a process is left alone before its memory is looked at.
const QUIET: Duration = Duration::from_secs(2);
/// The token of everybody at the server of npm.
const TOKEN: &str = "a token of this measurement";

/// Who.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Ours,
    Npm,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ours => "Callboard",
            Self::Npm => "graphql-ws",
        })
    }
}

/// One of them, running.
pub(super) struct Host {
    body: Body,
    pub(super) tickets: Vec<String>,
    /// What lets somebody in, one for each person.
    pub(super) keys: Vec<String>,
}

enum Body {
    Ours { server: Box<Server>, writer: Rest, under_way: JoinSet<Result<()>> },
    Npm { script: Box<Script>, port: Port },
}

#[derive(Deserialize)]
struct Data {
    data: Value,
}

impl Host {
    pub(super) async fn start(kind: Kind, tickets: usize, people: usize) -> Result<Self> {
        match kind {
            Kind::Ours => Self::ours(tickets, people).await,
            Kind::Npm => Self::npm(tickets, people).await,
        }
    }

    async fn ours(tickets: usize, people: usize) -> Result<Self> {
        let server = Server::start(ServerOptions {
            tickets: u32::try_from(tickets)?,
            args: unbounded(),
            env: vec![("RUST_LOG".to_owned(), "warn".to_owned())],
            ..ServerOptions::default()
        })
        .await?;
        let admin = server.accounts().iter().find(|account| account.role == "admin");
        let admin = server.rest(&admin.context("an administrator")?.display_name)?;
        let mut keys = Vec::with_capacity(people);
        for number in 0..people {
            let person = json!({
                "username": format!("reader-{number}"), "first_name": "Reader", "last_name": number.to_string(),
                "email": format!("reader-{number}@example.org"), "role": "technician",
            });
            let person: Data = admin.post("/api/v1/admin/people", &person).await?;
            let wanted = json!({"user_id": person.data["user_id"], "name": "bench"});
            let key: Data = admin.post("/api/v1/admin/keys", &wanted).await?;
            keys.push(key.data["api_key"].as_str().context("told once")?.to_owned());
        }
        let found = admin.tickets(u32::try_from(tickets)?).await?;
        let tickets = found.into_iter().map(|ticket| ticket.ticket_id.to_string()).collect();
        let body = Body::Ours { server: Box::new(server), writer: admin, under_way: JoinSet::new() };
        Ok(Self { body, tickets, keys })
    }

    async fn npm(tickets: usize, people: usize) -> Result<Self> {
        let port = Port::claim()?;
        let number = port.number().to_string();
        let mut script = Script::start("bench-graphql.mjs", &[&number, TOKEN, &tickets.to_string()])?;
        script.hears(&json!({"is": "listening"})).await?;
        Ok(Self {
            body: Body::Npm { script: Box::new(script), port },
            tickets: (0..tickets).map(|number| format!("ticket-{number}")).collect(),
            keys: vec![TOKEN.to_owned(); people],
        })
    }

    /// Where it listens.
    pub(super) fn address(&self) -> String {
        match &self.body {
            Body::Ours { server, .. } => server.address().to_string(),
            Body::Npm { port, .. } => port.address().to_string(),
        }
    }

    pub(super) fn pid(&self) -> Result<u32> {
        match &self.body {
            Body::Ours { server, .. } => Ok(server.pid()),
            Body::Npm { script, .. } => script.pid(),
        }
    }

    /// Changes the titles of some tickets.
    pub(super) async fn change(&mut self, some: Range<usize>, number: usize) -> Result<()> {
        let (ids, title) = (self.tickets[some].to_vec(), format!("Printer on fire, call {number}"));
        match &mut self.body {
            Body::Ours { writer, under_way, .. } => {
                let writer = writer.clone();
                under_way.spawn(async move {
                    let body = json!({"ids": ids, "changes": {"title": title}});
                    let answer: Value = writer.post("/api/v1/tickets/bulk", &body).await?;
                    ensure!(answer["meta"]["failed"] == 0, "{answer}");
                    Ok(())
                });
                Ok(())
            }
            Body::Npm { script, .. } => {
                script.say(&json!({"do": "change", "ids": ids, "title": title})).await
            }
        }
    }

    /// Waits until every change was made.
    pub(super) async fn all_changed(&mut self) -> Result<()> {
        if let Body::Ours { under_way, .. } = &mut self.body {
            while let Some(changed) = under_way.join_next().await {
                changed.context("a change was cut off")??;
            }
        }
        Ok(())
    }

    /// Lets it come to rest; one with a collector of garbage collects all of it first.
    pub(super) async fn settle(&mut self) -> Result<()> {
        tokio::time::sleep(QUIET).await;
        if let Body::Npm { script, .. } = &mut self.body {
            script.say(&json!({"do": "settle"})).await?;
            script.hears(&json!({"is": "settled"})).await?;
        }
        Ok(())
    }
}
