//! `save`: what REST does on each store: guarded writes side by side, and a long change feed.
//!
//! **Invariant:** every store is opened as people open it: on a real disk, with whatever it does for durability.

mod feed;
mod store;
mod writers;

use std::time::Duration;

use anyhow::{Context, Result};
use clap::Args;

use self::store::{Engine, Kept};
use super::book::{Book, Figure};
use super::figures::{Spread, milliseconds};
use super::load::Load;
use super::machine::Machine;

/// How saving is measured.
#[derive(Args, Clone, Debug)]
pub struct Options {
    /// How often everything is measured; told is the median.
    #[arg(long, default_value_t = 3)]
    repeat: u32,
    /// How many write at the same time.
    #[arg(long, default_value_t = 50)]
    writers: u32,
    /// How long they write.
    #[arg(long, default_value_t = 10)]
    seconds: u64,
    /// How many records the change feed has.
    #[arg(long, default_value_t = 1_000_000)]
    records: u64,
    /// Tell the figures in docs/benchmarks.md.
    #[arg(long)]
    pub write: bool,
}

const WRITE_P50: Figure = Figure::less("guarded PUT, p50", "ms");
const WRITE_P95: Figure = Figure::less("guarded PUT, p95", "ms");
const WRITE_P99: Figure = Figure::less("guarded PUT, p99", "ms");
const WRITES: Figure = Figure::more("guarded PUTs per second", "1/s");
const SERVER: Figure = Figure::less("the server's processor time per PUT", "ms");
const DRIVER: Figure = Figure::less("the driver's own processor time per PUT", "ms");
const FEED_PAGE_P50: Figure = Figure::less("change feed, a page of 1,000, p50", "ms");
const FEED_PAGE_P95: Figure = Figure::less("change feed, a page of 1,000, p95", "ms");
const FEED_ALL: Figure = Figure::less("change feed, all of it", "s");
const TAIL_P50: Figure = Figure::less("change feed, the last 50 records, p50", "ms");
const TAIL_P95: Figure = Figure::less("change feed, the last 50 records, p95", "ms");
const LONG_P95: Figure = Figure::less("guarded PUT behind the long feed, p95", "ms");

/// Measures everything and tells it.
pub async fn run(options: &Options, command: &str) -> Result<()> {
    let machine = Machine::look()?;
    let mut engines = Engine::ALL;
    let mut book = Book::new(engines.iter().map(Engine::to_string));
    for round in 0..options.repeat {
        for engine in engines {
            println!("· {engine} ({} of {})", round + 1, options.repeat);
            measure(engine, options, &mut book).await?;
        }
        engines.reverse();
    }
    let remarks = [
        format!(
            "{} writers, each changing the title of its own ticket upon the version of the answer before; the feed has \
             {} records.",
            options.writers, options.records
        ),
        "Both stores on a real disk with their full durability; the driver and Postgres (16 MB of shared buffers) share the \
         machine with the server."
            .to_owned(),
    ];
    machine.publish("save", command, &book, &remarks, options.write)
}

async fn measure(engine: Engine, options: &Options, book: &mut Book) -> Result<()> {
    let column = engine.to_string();
    let time = Duration::from_secs(options.seconds);
    let mut kept = Kept::fresh(engine, options.writers, options.records).await?;

    let (server, driver) = (Load::of(kept.server.pid())?, Load::of_driver()?);
    let written = writers::write(&kept.rest()?, kept.tickets().await?, time).await?;
    let writes = written.times.len() as f64;
    let cpu = milliseconds(Load::of(kept.server.pid())?.cpu_since(&server));
    let own = milliseconds(Load::of_driver()?.cpu_since(&driver));
    let spread = Spread::of(written.times).context("something was written")?;
    book.note(WRITE_P50, &column, spread.p50);
    book.note(WRITE_P95, &column, spread.p95);
    book.note(WRITE_P99, &column, spread.p99);
    book.note(WRITES, &column, writes / written.took.as_secs_f64());
    book.note(SERVER, &column, cpu / writes);
    book.note(DRIVER, &column, own / writes);

    kept.multiply(options.records).await?;
    let read = feed::read(&kept.rest()?, options.records).await?;
    let pages = Spread::of(read.pages).context("pages were read")?;
    let tails = Spread::of(read.tails).context("the end was read")?;
    book.note(FEED_PAGE_P50, &column, pages.p50);
    book.note(FEED_PAGE_P95, &column, pages.p95);
    book.note(FEED_ALL, &column, read.all.as_secs_f64());
    book.note(TAIL_P50, &column, tails.p50);
    book.note(TAIL_P95, &column, tails.p95);
    let long = writers::write(&kept.rest()?, kept.tickets().await?, time).await?;
    book.note(LONG_P95, &column, Spread::of(long.times).context("something was written")?.p95);
    Ok(())
}
