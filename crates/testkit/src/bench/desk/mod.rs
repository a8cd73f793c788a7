//! `desk`: what a console costs its person, without a window around it.
//!
//! | module | measures |
//! |---|---|
//! | [`start`] | a cold start from the copy of the last run, without a server |
//! | [`rooms`] | holding a thousand rooms, beside the stock's own client |
//! | [`steps`] | the middle by itself: events, filtering, sorting |
//!
//! **Invariant:** the console is the program that people run, told what to do line by line as scripts tell it.

mod rooms;
mod start;
mod steps;

use std::time::Duration;

use anyhow::Result;
use clap::Args;

use super::book::Book;
use super::machine::Machine;

pub(super) use self::start::fill_the_copy;

/// How the desk is measured.
#[derive(Args, Clone, Debug)]
pub struct Options {
    /// How often everything is measured; told is the median.
    #[arg(long, default_value_t = 9)]
    repeat: u32,
    /// How many tickets there are.
    #[arg(long, default_value_t = 5_000)]
    tickets: u32,
    /// How long idle rooms are watched.
    #[arg(long, default_value_t = 30)]
    idle_seconds: u64,
    /// How often the rooms and the middle are measured.
    #[arg(long, default_value_t = 3)]
    rounds: u32,
    /// Only what has this name: start, rooms, steps.
    #[arg(long)]
    only: Option<String>,
    /// Tell the figures in docs/benchmarks.md.
    #[arg(long)]
    pub write: bool,
}

/// Measures everything and tells it.
pub async fn run(options: &Options, command: &str) -> Result<()> {
    let machine = Machine::look()?;
    let mut book = Book::new([rooms::OURS, rooms::PEER].map(str::to_owned));
    let wants = |name: &str| options.only.as_deref().is_none_or(|only| only == name);
    if wants("start") {
        start::measure(options, &mut book).await?;
    }
    for round in 0..options.rounds {
        if wants("rooms") {
            println!("· a thousand rooms ({} of {})", round + 1, options.rounds);
            rooms::measure(Duration::from_secs(options.idle_seconds), &mut book).await?;
        }
        if wants("steps") {
            println!("· the middle by itself ({} of {})", round + 1, options.rounds);
            steps::measure(&mut book)?;
        }
    }
    let rooms = "The rooms: our console looks at the whole board of 1,000 tickets; what a room costs is its memory less that \
                 of the same console without rooms of tickets, and the time to have them counts from the start of the \
                 program, its board and tokens included. The stock's client gets its tokens beforehand, holds empty \
                 documents on one shared socket, and collects its garbage before its memory is looked at.";
    let remarks = [
        rooms.to_owned(),
        format!(
            "{} tickets. A start is a process of its own, from its spawn to the line that holds the first lines of the board; \
         the files of the profile may be in the machine's memory, as they are when a program is opened again.",
            options.tickets
        ),
    ];
    machine.publish("desk", command, &book, &remarks, options.write)
}
