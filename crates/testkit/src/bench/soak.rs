//! `soak`: many viewers and many updates for a long time, and whether memory or lag grow meanwhile.
//!
//! The two numbers of the promise are read as two axes at once: so many people look at one ticket, each on a socket of
//! their own, while so many updates per second happen in the tenant. The updates go round all tickets of the run, so the
//! hot one gets its share; one more console watches all the others, so that every update is really delivered. Were all
//! updates of that one ticket, each second would bring two million deliveries.
//!
//! **Invariant:** a hint that was published and did not arrive ends the run with an error.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use clap::Args;
use tokio::sync::watch;

use super::book::{Book, Figure};
use super::contestant::{Contestant, Ground, Kind};
use super::figures::Spread;
use super::growth::{Growth, MEMORY_NOISE, settled};
use super::hint::Key;
use super::load::Load;
use super::machine::Machine;
use super::publisher::Publisher;
use super::viewer::{Note, Tally, Viewer};

/// How long, how many, how much.
#[derive(Args, Clone, Debug)]
pub struct Options {
    /// How long.
    #[arg(long, default_value_t = 10)]
    minutes: u64,
    /// How many look at the hot ticket.
    #[arg(long, default_value_t = 1_000)]
    viewers: usize,
    /// Updates per second in the tenant.
    #[arg(long, default_value_t = 2_000)]
    rate: u32,
    /// Tickets that the updates go round; the first of them is the hot one.
    #[arg(long, default_value_t = 100)]
    tickets: u32,
    /// Tell the figures in docs/benchmarks.md.
    #[arg(long)]
    pub write: bool,
}

/// How often it is looked.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// How often there are fresh tokens, so that they never run out.
const MINT_EVERY: Duration = Duration::from_secs(120);
/// Lag may grow by this part of itself over a run, or by [`LAG_NOISE_MS`], and still count as noise.
const LAG_NOISE: f64 = 0.25;
/// See [`LAG_NOISE`].
const LAG_NOISE_MS: f64 = 2.0;

const LAG: Figure = Figure::less("lag, median of the windows' p95", "ms");
const LAG_WORST: Figure = Figure::less("lag, the worst window's p95", "ms");
const MEMORY: Figure = Figure::less("memory, median", "MiB");
const MEMORY_GROWTH: Figure = Figure::less("memory growth, by its slope", "MiB/min");
const LAG_GROWTH: Figure = Figure::less("lag growth, by its slope", "ms/min");
const CPU: Figure = Figure::less("processor", "%");
const FLOW: Figure = Figure::more("deliveries per second", "1/s");

/// What was seen at one look.
#[derive(Clone, Copy, Debug)]
struct Look {
    minute: f64,
    rss_mib: f64,
    lag_p95: f64,
}

/// Runs it and tells whether anything grew.
pub async fn run(options: &Options, command: &str) -> Result<()> {
    ensure!(options.tickets >= 2 && options.viewers > 0 && options.rate > 0, "nothing to do");
    let machine = Machine::look()?;
    let column = Kind::Ours.to_string();
    let mut book = Book::new([column.clone()]);
    let mut ground = Ground::prepare(options.tickets).await?;
    let redis = ground.redis.url();
    let contestant = ground.fresh(Kind::Ours, options.tickets as usize).await?;
    let tally = Tally::new(Some(Key::Number));
    let viewers = gather(&contestant, options, &tally).await?;
    println!("· {} sockets are open", viewers.len());

    let rooms = contestant.rooms(options.tickets as usize);
    let mut publisher = Publisher::new(&redis, rooms.iter().map(|room| &**room)).await?;
    let (over, mut running) = watch::channel(());
    let time = Duration::from_secs(options.minutes * 60);
    let before = Load::of(contestant.pid()?)?;
    let (published, watched) = tokio::join!(
        async {
            let published = publisher.paced(&tally, options.rate, time).await;
            drop(over);
            published
        },
        watch(&contestant, &tally, &mut running)
    );
    published?;
    let windows = watched?;
    let cpu = Load::of(contestant.pid()?)?.cpu_since(&before);
    publisher.arrived(&tally, expected(publisher.published(), options)).await?;
    ensure!(viewers.iter().all(|viewer| !viewer.is_broken()), "a viewer was lost");

    let looks: Vec<_> = windows.iter().filter_map(|window| window.look(&publisher)).collect();
    for look in &looks {
        println!("· {:.1} min: lag p95 {:.1} ms", look.minute, look.lag_p95);
    }
    book.note(FLOW, &column, tally.heard() as f64 / time.as_secs_f64());
    book.note(CPU, &column, cpu.as_secs_f64() / time.as_secs_f64() * 100.0);
    let (memory, lag) = verdicts(&looks).context("a soak takes longer than a few looks")?;
    memory.tell(&mut book, MEMORY, MEMORY_GROWTH, &column);
    lag.tell(&mut book, LAG, LAG_GROWTH, &column);
    book.note(LAG_WORST, &column, looks.iter().map(|look| look.lag_p95).fold(0.0, f64::max));
    let remarks = [
        format!(
            "{} viewers of one ticket, {} updates/s in its tenant over {} tickets, {} minutes; lag is from the publish \
             to the viewer, looked at every {} s. Nothing was lost.",
            options.viewers,
            options.rate,
            options.tickets,
            options.minutes,
            LOOK_EVERY.as_secs()
        ),
        format!("Memory: {}. Lag: {}.", memory.word(), lag.word()),
    ];
    machine.publish("soak", command, &book, &remarks, options.write)
}

async fn gather(
    contestant: &Contestant<'_>,
    options: &Options,
    tally: &std::sync::Arc<Tally>,
) -> Result<Vec<Viewer>> {
    let url = contestant.url();
    let all = options.tickets as usize;
    let mut viewers = vec![Viewer::open(&url, &contestant.wallet, 1..all, tally).await?];
    for _ in 0..options.viewers {
        viewers.push(Viewer::open(&url, &contestant.wallet, 0..1, tally).await?);
    }
    Ok(viewers)
}

/// How many deliveries so many publishes make: the hot ticket comes first in every round.
fn expected(published: u64, options: &Options) -> u64 {
    let hot = published.div_ceil(u64::from(options.tickets));
    hot * options.viewers as u64 + (published - hot)
}

/// One window between two looks.
struct Window {
    minute: f64,
    load: Load,
    notes: Vec<Note>,
}

impl Window {
    fn look(&self, publisher: &Publisher) -> Option<Look> {
        let lag = Spread::of(publisher.delays(&self.notes))?;
        Some(Look { minute: self.minute, rss_mib: self.load.rss_kib as f64 / 1024.0, lag_p95: lag.p95 })
    }
}

/// Looks every few seconds until the publisher is done.
async fn watch(
    contestant: &Contestant<'_>,
    tally: &Tally,
    running: &mut watch::Receiver<()>,
) -> Result<Vec<Window>> {
    let (began, mut windows) = (Instant::now(), Vec::new());
    let mut minted = Instant::now();
    loop {
        tokio::select! {
            biased;
            // Nothing is ever sent: the end of the sender is the message.
            _ = running.changed() => return Ok(windows),
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
        let load = Load::of(contestant.pid()?)?;
        let notes = tally.take_notes();
        let minute = began.elapsed().as_secs_f64() / 60.0;
        println!("· {minute:.1} min: {} MiB, {} deliveries", load.rss_kib / 1024, notes.len());
        windows.push(Window { minute, load, notes });
        if minted.elapsed() >= MINT_EVERY {
            contestant.mint_again().await?;
            minted = Instant::now();
        }
    }
}

/// Of memory and of lag, after the warm-up.
fn verdicts(looks: &[Look]) -> Option<(Growth, Growth)> {
    let settled = settled(looks);
    let points =
        |pick: fn(&Look) -> f64| -> Vec<_> { settled.iter().map(|look| (look.minute, pick(look))).collect() };
    let memory = Growth::of(&points(|look| look.rss_mib), MEMORY_NOISE, 0.0)?;
    let lag = Growth::of(&points(|look| look.lag_p95), LAG_NOISE, LAG_NOISE_MS)?;
    Some((memory, lag))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn looks(rss: fn(f64) -> f64, lag: fn(f64) -> f64) -> Vec<Look> {
        let minutes = (1..=120).map(|look| f64::from(look) / 12.0);
        minutes.map(|minute| Look { minute, rss_mib: rss(minute), lag_p95: lag(minute) }).collect()
    }

    #[test]
    fn what_stays_or_only_warms_up_did_not_grow() {
        let warm = looks(|minute| if minute < 1.0 { 20.0 * minute } else { 40.0 }, |_| 3.0);
        let (memory, lag) = verdicts(&warm).expect("enough looks");
        assert!(!memory.grew && !lag.grew, "{memory:?} {lag:?}");
    }

    #[test]
    fn a_slow_leak_and_a_growing_queue_are_seen() {
        let leak = looks(|minute| 40.0 + 0.5 * minute, |minute| 3.0 + minute);
        let (memory, lag) = verdicts(&leak).expect("enough looks");
        assert!(memory.grew && lag.grew, "{memory:?} {lag:?}");
        assert!((memory.per_minute - 0.5).abs() < 1e-9, "{memory:?}");
    }

    /// A minute on a busy machine: p95 between 20 and 40 ms, the higher ones late by chance, and one disturbance.
    #[test]
    fn scatter_is_no_growth_and_growth_is_seen_through_it() {
        let lags = [24.0, 31.0, 22.0, 38.0, 25.0, 36.0, 23.0, 40.0, 29.0, 250.0];
        let looks = |rise: f64| -> Vec<_> {
            let look = |(place, lag): (usize, &f64)| {
                let minute = place as f64 / 12.0;
                Look { minute, rss_mib: 40.0, lag_p95: lag + rise * minute }
            };
            lags.iter().enumerate().map(look).collect()
        };
        assert!(!verdicts(&looks(0.0)).expect("enough looks").1.grew);
        assert!(verdicts(&looks(200.0)).expect("enough looks").1.grew);
    }

    #[test]
    fn few_looks_make_no_verdict() {
        assert_eq!(verdicts(&[]), None);
    }

    #[test]
    fn the_hot_ticket_comes_first_in_every_round() {
        let options = Options { minutes: 1, viewers: 10, rate: 1, tickets: 4, write: false };
        for (published, deliveries) in [(0, 0), (1, 10), (4, 13), (5, 23), (8, 26)] {
            assert_eq!(expected(published, &options), deliveries, "{published}");
        }
    }
}
