//! Measures the server, beside a stock one where there is one, and the console. `cargo xtask bench` builds and starts it.
//!
//! **Invariant:** nothing it started outlives it, and everything it starts listens on the loopback.

use anyhow::Result;
use callboard_testkit::bench::{desk, gateways, rooms, save, soak, window};
use clap::{Parser, Subcommand};

/// Measures the server and the console.
#[derive(Parser)]
#[command(name = "cargo xtask bench", bin_name = "cargo xtask bench")]
struct Cli {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// The rooms, beside the real stock servers: latency, throughput, memory, opening, coming back.
    Rooms(rooms::Options),
    /// Guarded writes of many writers, and a change feed of a million records, on each store.
    Save(save::Options),
    /// Subscribers over GraphQL, beside the server of npm, and over the Pusher protocol: latency, processor time, memory.
    Gateways(gateways::Options),
    /// What a console costs its person: a cold start from the copy.
    Desk(desk::Options),
    /// The console in a real window: start, keys and clicks, scrolling, memory, idle, a shift.
    Window(window::Options),
    /// Many viewers and many updates for a long time.
    Soak(soak::Options),
}

#[tokio::main]
async fn main() -> Result<()> {
    let said: Vec<_> = std::env::args().skip(1).filter(|word| word != "--write").collect();
    let command = format!("cargo xtask bench {}", said.join(" "));
    match Cli::parse().what {
        What::Rooms(options) => rooms::run(&options, &command).await,
        What::Save(options) => save::run(&options, &command).await,
        What::Gateways(options) => gateways::run(&options, &command).await,
        What::Desk(options) => desk::run(&options, &command).await,
        What::Window(options) => window::run(&options, &command).await,
        What::Soak(options) => soak::run(&options, &command).await,
    }
}
