//! `rooms`: what the room server does for its processor time and memory, side by side with the stock one.
//!
//! Within a repetition each measurement goes through all contestants before the next begins, and every other repetition
//! goes through them backwards: whatever else the machine does meets all of them alike.
//!
//! **Invariant:** every contestant gets the same rooms, tokens, clients and hints.

mod fan_out;
mod many;

use std::time::Duration;

use anyhow::Result;
use clap::Args;

use super::book::Book;
use super::contestant::{Ground, Kind};
use super::machine::Machine;

/// How the rooms are measured.
#[derive(Args, Clone, Debug)]
pub struct Options {
    /// How often everything is measured; told is the median.
    #[arg(long, default_value_t = 3)]
    repeat: u32,
    /// How long each stream of hints lasts.
    #[arg(long, default_value_t = 8)]
    seconds: u64,
    /// How long idle rooms are watched.
    #[arg(long, default_value_t = 20)]
    idle_seconds: u64,
    /// Without the release that Alga PSA ships (2.15.3).
    #[arg(long)]
    newest_only: bool,
    /// Without any stock server: to compare ours with itself.
    #[arg(long, conflicts_with = "newest_only")]
    ours_only: bool,
    /// Only what has this in its name: latency, saves, throughput, sockets, thousand, ten-thousand.
    #[arg(long)]
    only: Option<String>,
    /// Tell the figures in docs/benchmarks.md.
    #[arg(long)]
    pub write: bool,
}

/// As many rooms as anybody asks for.
const ROOMS_MAX: u32 = 10_000;

/// What can be measured.
#[derive(Clone, Copy, Debug)]
enum Part {
    Latency,
    Saves,
    Throughput,
    Sockets,
    Thousand,
    TenThousand,
}

const PARTS: [(&str, Part); 6] = [
    ("latency", Part::Latency),
    ("saves", Part::Saves),
    ("throughput", Part::Throughput),
    ("sockets", Part::Sockets),
    ("thousand", Part::Thousand),
    ("ten-thousand", Part::TenThousand),
];

/// Measures everything and tells it.
pub async fn run(options: &Options, command: &str) -> Result<()> {
    let machine = Machine::look()?;
    let mut kinds = match (options.ours_only, options.newest_only) {
        (true, _) => vec![Kind::Ours],
        (false, true) => vec![Kind::Ours, Kind::Stock4],
        (false, false) => vec![Kind::Ours, Kind::Stock4, Kind::Stock2],
    };
    let mut book = Book::new(kinds.iter().map(Kind::to_string));
    let mut ground = Ground::prepare(ROOMS_MAX).await?;
    for round in 0..options.repeat {
        for (name, part) in PARTS.iter().filter(|(name, _)| options.wants(name)) {
            for &kind in &kinds {
                println!("· {name}, {kind} ({} of {})", round + 1, options.repeat);
                measure(*part, kind, options, &mut ground, &mut book).await?;
            }
        }
        kinds.reverse();
    }
    let missed = book.missed();
    let verdict = match (options.ours_only, missed.is_empty()) {
        (true, _) => "Nothing was measured beside it, so no target was either.".to_owned(),
        (false, true) => "Every target that was measured is met.".to_owned(),
        (false, false) => format!("Missed: {}.", missed.join("; ")),
    };
    let remarks = [
        verdict,
        "Median (least–greatest) of the repetitions; each with a fresh process. *Times better* compares ours with the \
         newest stock server."
            .to_owned(),
        "All run on one machine with the driver and Redis: figures per processor second and memory depend little on \
         that, times do."
            .to_owned(),
    ];
    machine.publish("rooms", command, &book, &remarks, options.write)
}

impl Options {
    fn wants(&self, name: &str) -> bool {
        self.only.as_ref().is_none_or(|only| name == only)
    }
}

async fn measure(
    part: Part,
    kind: Kind,
    options: &Options,
    ground: &mut Ground,
    book: &mut Book,
) -> Result<()> {
    let time = Duration::from_secs(options.seconds);
    match part {
        Part::Latency => fan_out::latency(kind, time, ground, book).await,
        Part::Saves if kind == Kind::Ours => fan_out::saves(time, ground, book).await,
        // The stock room server has no REST: there is nothing to put beside it.
        Part::Saves => Ok(()),
        Part::Throughput => fan_out::throughput(kind, time, ground, book).await,
        Part::Sockets => many::sockets(kind, ground, book).await,
        Part::Thousand => many::thousand(kind, Duration::from_secs(options.idle_seconds), ground, book).await,
        Part::TenThousand => many::ten_thousand(kind, ground, book).await,
    }
}
