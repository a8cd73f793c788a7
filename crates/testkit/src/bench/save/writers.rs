//! Many writers at once, each guarding against overwriting another.
//!
//! **Invariant:** a write that was refused is an error: the writers do not touch each other's tickets.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use callboard_model::rest::TicketChanges;
use callboard_model::{Field, Ticket, Value};
use tokio::task::JoinSet;

use crate::rest::Rest;

/// What the writers came to.
pub(super) struct Written {
    /// How long each write took, from the request to the whole answer.
    pub(super) times: Vec<Duration>,
    /// How long all of them together took.
    pub(super) took: Duration,
}

/// Lets as many write as there are tickets, each at its own, one write after the other.
pub(super) async fn write(rest: &Rest, tickets: Vec<Ticket>, time: Duration) -> Result<Written> {
    ensure!(!tickets.is_empty(), "somebody has to write");
    let began = Instant::now();
    let mut writers = JoinSet::new();
    for ticket in tickets {
        let rest = rest.clone();
        writers.spawn(async move { one(&rest, ticket, began, time).await });
    }
    let mut times = Vec::new();
    while let Some(written) = writers.join_next().await {
        times.extend(written.context("a writer was cut off")??);
    }
    Ok(Written { times, took: began.elapsed() })
}

/// Changes the title again and again, always upon the version that the answer before named.
async fn one(rest: &Rest, mut ticket: Ticket, began: Instant, time: Duration) -> Result<Vec<Duration>> {
    let mut times = Vec::new();
    while began.elapsed() < time {
        let title = format!("Printer on fire, call {}", times.len());
        let changes = TicketChanges {
            fields: [(Field::Title, Value::from(title.as_str()))].into(),
            client_version: ticket.version,
        };
        let sent = Instant::now();
        ticket = rest.change(&ticket.ticket_id, &changes).await?;
        times.push(sent.elapsed());
    }
    Ok(times)
}
