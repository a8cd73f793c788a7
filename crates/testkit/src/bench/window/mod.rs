//! `window`: what the console costs its person in a real window, beside an empty window and a plain table of the same rows.
//!
//! | module | measures |
//! |---|---|
//! | [`start`] | from the start of the program to a board that stands, from the copy |
//! | [`press`] | from a key or a click to its picture, while rows change |
//! | [`scroll`] | pictures per second of a scrolled board, and rows that were missing |
//! | [`weight`] | memory and idle processor time with a thousand rooms |
//! | [`shift`] | a day's work in minutes: does memory grow? |
//!
//! | module | they stand on |
//! |---|---|
//! | [`screen`] | the pixels of the display, as they are |
//! | [`opened`] | programs on that display, with a driver and without |
//! | [`changes`] | rows that change |
//!
//! What is painted is read from the display's own memory, outside of the program: nothing asks the page whether it believes
//! that it has painted.
//!
//! **Invariant:** the console is the program that people run, drawn as it is drawn where there is no graphics card; the
//! others are drawn the same way.

mod changes;
mod opened;
mod press;
mod screen;
mod scroll;
mod shift;
mod start;
mod weight;

use anyhow::{Context, Result};
use clap::Args;
use tempfile::TempDir;

use self::screen::Screen;
use super::book::Book;
use super::machine::Machine;
use crate::display::Display;

/// How the window is measured.
#[derive(Args, Clone, Debug)]
pub struct Options {
    /// Tickets of the company, save for scrolling.
    #[arg(long, default_value_t = 5_000)]
    tickets: u32,
    /// Open tickets of the board that is scrolled.
    #[arg(long, default_value_t = 10_000)]
    scrolled: u32,
    /// How often the program is started.
    #[arg(long, default_value_t = 5)]
    starts: u32,
    /// How many keys are pressed, and how often is clicked.
    #[arg(long, default_value_t = 60)]
    presses: u32,
    /// How long each way of scrolling is watched.
    #[arg(long, default_value_t = 8)]
    scroll_seconds: u64,
    /// How long idle rooms are watched.
    #[arg(long, default_value_t = 30)]
    idle_seconds: u64,
    /// In how many minutes a shift of eight hours is played.
    #[arg(long, default_value_t = 4.0)]
    shift_minutes: f64,
    /// Only what has this name: start, press, scroll, weight, shift.
    #[arg(long)]
    only: Option<String>,
    /// Tell the figures in docs/benchmarks.md.
    #[arg(long)]
    pub write: bool,
}

/// The columns: the console, and what it is beside.
const OURS: &str = "console";
const PLAIN: &str = "plain table";
const EMPTY: &str = "empty window";

/// Whoever sits before the window.
const PERSON: &str = "Nora Berg";

/// So many rows change per second, where rows change.
const CHANGES_PER_SECOND: u32 = 200;

/// A display that can be looked at, and where its pixels lie.
struct Stage {
    display: Display,
    screen: Screen,
    _pixels: TempDir,
}

impl Stage {
    async fn set() -> Result<Self> {
        // In memory: pixels that a disk has to keep would disturb what is measured.
        let pixels = tempfile::tempdir_in("/dev/shm").context("a folder for the pixels")?;
        let display = Display::open_to_look_at(pixels.path()).await?;
        let screen = Screen::open(pixels.path())?;
        Ok(Self { display, screen, _pixels: pixels })
    }
}

/// Measures everything and tells it.
pub async fn run(options: &Options, command: &str) -> Result<()> {
    let machine = Machine::look()?;
    let mut book = Book::new([OURS, PLAIN, EMPTY].map(str::to_owned));
    let mut remarks = vec![
        format!(
            "{} tickets; the board that is scrolled has {}. The plain table is the same rows in a Svelte table without any \
             of the console's care: no part of it is left out when it is drawn. The empty window is a Tauri window with one \
             colour.",
            options.tickets, options.scrolled
        ),
        "A picture counts when it is on the display: its memory is read from outside. No graphics card, 1440 × 900.".to_owned(),
    ];
    let wants = |name: &str| options.only.as_deref().is_none_or(|only| only == name);
    if wants("start") {
        start::measure(options, &mut book).await?;
    }
    if wants("press") {
        remarks.push(press::measure(options, &mut book).await?);
    }
    if wants("scroll") {
        remarks.push(scroll::measure(options, &mut book).await?);
    }
    if wants("weight") {
        remarks.push(weight::measure(options, &mut book).await?);
    }
    if wants("shift") {
        remarks.push(shift::measure(options, &mut book).await?);
    }
    let missed = book.missed();
    if !missed.is_empty() {
        remarks.insert(0, format!("Missed: {}.", missed.join("; ")));
    }
    machine.publish("window", command, &book, &remarks, options.write)
}
