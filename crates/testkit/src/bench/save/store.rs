//! A server on a store of its own, and the way past it into the store.
//!
//! **Invariant:** whatever is done past the server is done while it does not run.

use std::fmt;

use anyhow::{Context, Result, ensure};
use callboard_model::Ticket;

use super::feed;
use crate::bench::contestant::unbounded;
use crate::postgres::Postgres;
use crate::rest::Rest;
use crate::server::{OWN_FILE, Server, ServerOptions};

/// Who writes.
const WRITER: &str = "Nora Berg";
/// How many records of the feed are repeated: fewer than any run of writers makes.
const WIDTH: u64 = 100;

/// Which store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Engine {
    Sqlite,
    Postgres,
}

impl Engine {
    pub(super) const ALL: [Self; 2] = [Self::Sqlite, Self::Postgres];
}

impl fmt::Display for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "Postgres",
        })
    }
}

/// A server and what it keeps things in.
pub(super) struct Kept {
    pub(super) server: Server,
    // After the server, which is to end first.
    postgres: Option<Postgres>,
    tickets: u32,
}

impl Kept {
    /// A server on a fresh store of that kind, with so many tickets and room for so many change records.
    pub(super) async fn fresh(engine: Engine, tickets: u32, records: u64) -> Result<Self> {
        let postgres = match engine {
            Engine::Sqlite => None,
            Engine::Postgres => Some(Postgres::durable().await?),
        };
        let mut args = unbounded();
        // Twice: what the writers add must not push the beginning out.
        args.extend(["--changes-kept".to_owned(), (2 * records).to_string()]);
        let options = ServerOptions {
            tickets,
            database: postgres.as_ref().map(Postgres::address),
            args,
            env: vec![("RUST_LOG".to_owned(), "warn".to_owned())],
            ..ServerOptions::default()
        };
        Ok(Self { server: Server::start(options).await?, postgres, tickets })
    }

    /// The API.
    pub(super) fn rest(&self) -> Result<Rest> {
        self.server.rest(WRITER)
    }

    /// All tickets, as they stand.
    pub(super) async fn tickets(&self) -> Result<Vec<Ticket>> {
        self.rest()?.tickets(self.tickets).await
    }

    /// Makes the change feed long, past the server.
    pub(super) async fn multiply(&mut self, records: u64) -> Result<()> {
        let newest: callboard_model::rest::Changes = self.rest()?.get("/api/v1/changes").await?;
        ensure!(newest.next >= WIDTH, "the writers made only {} records", newest.next);
        self.server.stop().await?;
        let statements = feed::multiplied(WIDTH, records);
        match &self.postgres {
            Some(postgres) => {
                postgres.sql(&statements).context("making the feed long")?;
                // What a database that runs for a while has done by itself.
                postgres.sql("ANALYZE changes")?;
            }
            None => {
                let file = self.server.home().join(OWN_FILE);
                let told = tokio::task::spawn_blocking(move || -> Result<()> {
                    rusqlite::Connection::open(file)?
                        .execute_batch(&statements)
                        .context("making the feed long")
                });
                told.await.context("making the feed long")??;
            }
        }
        self.server.restart().await
    }
}
