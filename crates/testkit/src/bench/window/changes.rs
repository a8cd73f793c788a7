//! Rows that change: writers at the server's REST interface, at a steady pace.
//!
//! **Invariant:** a change that the server refused ends the run, and the pace that was reached is told.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use callboard_model::{Field, TicketId, Value};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval};

use crate::rest::Rest;

/// So many write at once: one alone would wait for its answers longer than the pace allows.
const WRITERS: usize = 8;

/// What a caller says, for a title.
const WORDS: [&str; 4] =
    ["Printer on fire", "No dial tone at the counter", "Mail is stuck", "Screen stays dark after lunch"];

/// Writers at work.
pub(super) struct Changes {
    began: Instant,
    over: watch::Sender<()>,
    writers: JoinSet<Result<u64>>,
}

impl Changes {
    /// Goes round the tickets, so many changes a second in all.
    pub(super) fn start(rest: &Rest, tickets: &[TicketId], per_second: u32) -> Self {
        let (over, running) = watch::channel(());
        let every = Duration::from_secs(WRITERS as u64) / per_second;
        let mut writers = JoinSet::new();
        for place in 0..WRITERS {
            let own: Vec<_> = tickets.iter().skip(place).step_by(WRITERS).cloned().collect();
            writers.spawn(write(rest.clone(), own, every, running.clone()));
        }
        Self { began: Instant::now(), over, writers }
    }

    /// Ends them, and says how many changes there were and how many a second.
    pub(super) async fn finish(mut self) -> Result<(u64, f64)> {
        let took = self.began.elapsed();
        drop(self.over);
        let mut changes = 0;
        while let Some(written) = self.writers.join_next().await {
            changes += written.context("a writer was cut off")??;
        }
        Ok((changes, changes as f64 / took.as_secs_f64()))
    }
}

async fn write(
    rest: Rest,
    tickets: Vec<TicketId>,
    every: Duration,
    mut running: watch::Receiver<()>,
) -> Result<u64> {
    let mut tick = interval(every);
    // Who is late catches up: the pace is one of the second, not of the moment.
    tick.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let mut written = 0_usize;
    if tickets.is_empty() {
        return Ok(0);
    }
    loop {
        tokio::select! {
            biased;
            // Nothing is ever sent: the end of the sender is the message.
            _ = running.changed() => return Ok(written as u64),
            _ = tick.tick() => {}
        }
        let (round, place) = (written / tickets.len(), written % tickets.len());
        let title = format!("{}, call {round}", WORDS[(round + place) % WORDS.len()]);
        rest.put(&tickets[place], [(Field::Title, Value::from(title.as_str()))]).await?;
        written += 1;
    }
}
