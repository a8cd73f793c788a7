//! `gateways`: what it costs to tell many subscribers of what changes, over GraphQL and over the Pusher protocol.
//!
//! What is told beside a peer is what telling costs: the processor time while everybody listens, less that of the same
//! changes with nobody there. A save of ours writes a database and an event log, which a bus in memory does not.
//!
//! **Invariant:** a change that somebody was not told of, or twice, is an error.

mod host;
mod subscriber;

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use clap::Args;
use tokio::time::{MissedTickBehavior, interval};

use self::host::{Host, Kind};
use self::subscriber::{Audience, Protocol};
use super::book::{Book, Figure};
use super::figures::Spread;
use super::load::Load;
use super::machine::Machine;
use crate::wait;

/// How the gateways are measured.
#[derive(Args, Clone, Debug)]
pub struct Options {
    /// How often everything is measured; told is the median.
    #[arg(long, default_value_t = 3)]
    repeat: u32,
    /// How long each stream of changes lasts.
    #[arg(long, default_value_t = 8)]
    seconds: u64,
    /// Subscribers of each gateway, each on a socket of its own.
    #[arg(long, default_value_t = 1000)]
    subscribers: usize,
    /// Changes in a second, all tickets together.
    #[arg(long, default_value_t = 500)]
    rate: u32,
    /// Only ours, without the server of npm.
    #[arg(long)]
    ours_only: bool,
    /// Tell the figures in docs/benchmarks.md.
    #[arg(long)]
    pub write: bool,
}

/// Tickets that are watched, by as many subscribers each as there are of them.
const TICKETS: usize = 100;
/// Tickets that one request changes.
const AT_ONCE: usize = 10;
/// What runs before anything is measured.
const WARM_UP: Duration = Duration::from_secs(2);

const GRAPH_P50: Figure = Figure::less("GraphQL, changed → heard: p50", "ms");
const GRAPH_P95: Figure = Figure::less("GraphQL, changed → heard: p95", "ms");
const GRAPH_P99: Figure = Figure::less("GraphQL, changed → heard: p99", "ms");
const GRAPH_YIELD: Figure =
    Figure::more("GraphQL, deliveries per processor second of telling", "1/s").times_better(3.0);
const GRAPH_COST: Figure = Figure::less("GraphQL, processor time of telling per delivery", "µs");
const GRAPH_ALL: Figure = Figure::more("GraphQL, deliveries per processor second, writing included", "1/s");
const GRAPH_MEMORY: Figure = Figure::less("GraphQL, memory per subscriber", "KiB");
const PUSHER_P50: Figure = Figure::less("record channels, changed → heard: p50", "ms");
const PUSHER_P95: Figure = Figure::less("record channels, changed → heard: p95", "ms");
const PUSHER_P99: Figure = Figure::less("record channels, changed → heard: p99", "ms");
const PUSHER_YIELD: Figure =
    Figure::more("record channels, deliveries per processor second of telling", "1/s");
const PUSHER_COST: Figure = Figure::less("record channels, processor time of telling per delivery", "µs");
const PUSHER_ALL: Figure =
    Figure::more("record channels, deliveries per processor second, writing included", "1/s");
const PUSHER_MEMORY: Figure = Figure::less("record channels, memory per subscriber", "KiB");
const DRIVER: Figure = Figure::less("the driver's own processor time per delivery, GraphQL", "µs");

/// The figures of one gateway.
struct Figures {
    times: [Figure; 3],
    yields: Figure,
    cost: Figure,
    all: Figure,
    memory: Figure,
}

impl Figures {
    fn of(protocol: Protocol) -> Self {
        match protocol {
            Protocol::Graph => Self {
                times: [GRAPH_P50, GRAPH_P95, GRAPH_P99],
                yields: GRAPH_YIELD,
                cost: GRAPH_COST,
                all: GRAPH_ALL,
                memory: GRAPH_MEMORY,
            },
            Protocol::Pusher => Self {
                times: [PUSHER_P50, PUSHER_P95, PUSHER_P99],
                yields: PUSHER_YIELD,
                cost: PUSHER_COST,
                all: PUSHER_ALL,
                memory: PUSHER_MEMORY,
            },
        }
    }
}

/// Measures everything and tells it.
pub async fn run(options: &Options, command: &str) -> Result<()> {
    let machine = Machine::look()?;
    let mut all =
        vec![(Kind::Ours, Protocol::Graph), (Kind::Npm, Protocol::Graph), (Kind::Ours, Protocol::Pusher)];
    all.retain(|(kind, _)| !options.ours_only || *kind == Kind::Ours);
    let kinds = [Kind::Ours, Kind::Npm].into_iter().filter(|kind| !options.ours_only || *kind == Kind::Ours);
    let mut book = Book::new(kinds.map(|kind| kind.to_string()));
    for round in 0..options.repeat {
        for &(kind, protocol) in &all {
            println!("· {protocol:?}, {kind} ({} of {})", round + 1, options.repeat);
            measure(kind, protocol, options, &mut book).await?;
        }
        all.reverse();
    }
    let remarks = [
        format!(
            "{} subscribers on as many sockets, {TICKETS} tickets, {} changes a second, {AT_ONCE} in a request; every \
             change is told to everybody who watches its ticket, once.",
            options.subscribers, options.rate
        ),
        "Telling is the processor time while they listen, less that of the same changes while nobody does. Ours writes each \
         change to a database on disk with its events and asks the database before each delivery; the server of npm holds \
         everything in memory."
            .to_owned(),
        "Changed is, for ours, when the request of the change came; for the server of npm, when it published.".to_owned(),
    ];
    machine.publish("gateways", command, &book, &remarks, options.write)
}

async fn measure(kind: Kind, protocol: Protocol, options: &Options, book: &mut Book) -> Result<()> {
    let time = Duration::from_secs(options.seconds);
    let mut host = Host::start(kind, TICKETS, options.subscribers.div_ceil(Audience::PER_KEY)).await?;
    change(&mut host, options.rate, WARM_UP).await?;
    host.settle().await?;
    let before = Load::of(host.pid()?)?;
    let alone = change(&mut host, options.rate, time).await?;
    let quiet = Load::of(host.pid()?)?.cpu_since(&before).as_secs_f64() / alone as f64;

    host.settle().await?;
    let empty = Load::of(host.pid()?)?.rss_kib;
    let audience = Audience::gather(&host, protocol, options.subscribers).await?;
    let warm = change(&mut host, options.rate, WARM_UP).await?;
    audience.heard(deliveries(warm, options)).await?;
    host.settle().await?;
    let full = Load::of(host.pid()?)?.rss_kib;
    drop(audience.take_delays());

    let (server, driver) = (Load::of(host.pid()?)?, Load::of_driver()?);
    let changes = change(&mut host, options.rate, time).await?;
    audience.heard(deliveries(warm + changes, options)).await?;
    let cpu = Load::of(host.pid()?)?.cpu_since(&server).as_secs_f64();
    let own = Load::of_driver()?.cpu_since(&driver).as_secs_f64();
    let told = deliveries(changes, options) as f64;
    let telling = quiet.mul_add(-(changes as f64), cpu).max(f64::MIN_POSITIVE);
    let spread = Spread::of(audience.take_delays());
    let (figures, column) = (Figures::of(protocol), kind.to_string());
    if let Some(spread) = spread {
        for (figure, value) in figures.times.into_iter().zip([spread.p50, spread.p95, spread.p99]) {
            book.note(figure, &column, value);
        }
    }
    book.note(figures.yields, &column, told / telling);
    book.note(figures.cost, &column, telling / told * 1e6);
    book.note(figures.all, &column, told / cpu);
    book.note(figures.memory, &column, full.saturating_sub(empty) as f64 / options.subscribers as f64);
    if protocol == Protocol::Graph {
        book.note(DRIVER, &column, own / told * 1e6);
    }
    Ok(())
}

/// How often somebody is told of so many changes, which go round all tickets.
fn deliveries(changes: usize, options: &Options) -> u64 {
    // The subscribers go round the tickets, too: the first of them have one more where it does not come out even.
    let watched =
        |ticket: usize| options.subscribers / TICKETS + usize::from(ticket < options.subscribers % TICKETS);
    (0..changes).map(|change| watched(change % TICKETS) as u64).sum()
}

/// Changes tickets at this rate, one after the other round all of them, and says how many changes were made.
async fn change(host: &mut Host, rate: u32, time: Duration) -> Result<usize> {
    let mut turn = interval(Duration::from_secs(AT_ONCE as u64) / rate.max(1));
    turn.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let (began, mut requests) = (Instant::now(), 0);
    // Whole rounds, so that the next stream begins where this one began.
    while began.elapsed() < time || !(requests * AT_ONCE).is_multiple_of(TICKETS) {
        turn.tick().await;
        let first = requests * AT_ONCE % TICKETS;
        host.change(first..first + AT_ONCE, requests).await?;
        requests += 1;
    }
    host.all_changed().await?;
    ensure!(began.elapsed() < 2 * time + wait::FACT_MAX, "so much cannot be changed in a second");
    Ok(requests * AT_ONCE)
}
