//! A shift of eight hours, played in minutes: as many changes and as much handling, and whether memory grows.
//!
//! **Invariant:** the console is never restarted, and its warm-up is not judged.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use super::changes::Changes;
use super::opened::Program;
use super::weight::memory;
use super::{OURS, Options, PERSON, Stage};
use crate::bench::book::{Book, Figure};
use crate::bench::contestant::unbounded;
use crate::bench::growth::{Growth, MEMORY_NOISE, settled};
use crate::bench::load::family;
use crate::pair::BOB;
use crate::server::{Server, ServerOptions};
use crate::window::{ConsoleWindow, DOWN, ENTER, ESCAPE};

/// In a busy company a ticket changes each second.
const CHANGES_PER_SHIFT: f64 = 8.0 * 3_600.0;

/// Tickets that change.
const CHANGING: u32 = 400;

/// How often memory is looked at.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// What a person does again and again: through the list, into a ticket, out again, far down, to the search and back.
const HANDLING: [&str; 14] =
    [DOWN, DOWN, ENTER, ESCAPE, DOWN, ENTER, ESCAPE, PAGE_DOWN, DOWN, ENTER, ESCAPE, "?", ESCAPE, HOME];

const PAGE_DOWN: &str = "\u{e00f}";
const HOME: &str = "\u{e011}";

/// Between two of these.
const PAUSE: Duration = Duration::from_millis(120);

const APP: Figure = Figure::less("app process over a shift, driven, median", "MiB");
const APP_GROWTH: Figure = Figure::less("growth of the app process, by its slope", "MiB/min");
const WHOLE: Figure = Figure::less("whole program over a shift, driven, median", "MiB");
const WHOLE_GROWTH: Figure = Figure::less("growth of the whole program, by its slope", "MiB/min");

const GREW: Figure = Figure::less("growth over a shift beyond noise, whole program", "MiB").within(0.0, 0.0);

/// What was seen at one look: the minute, and the memory of the app and of everything.
type Look = (f64, f64, f64);

/// Plays it; says whether anything grew.
pub(super) async fn measure(options: &Options, book: &mut Book) -> Result<String> {
    let stage = Stage::set().await?;
    let server = Server::start(ServerOptions {
        tickets: options.tickets,
        args: unbounded(),
        ..ServerOptions::default()
    })
    .await?;
    let account = server.account(PERSON)?;
    println!("· a shift of eight hours in {} minutes", options.shift_minutes);
    let window = Program::console(&server.url(), account, 500).driven(&stage, &server.url(), account).await?;
    let tickets = server.rest(BOB)?.tickets(CHANGING).await?;
    let tickets: Vec<_> = tickets.into_iter().map(|ticket| ticket.ticket_id).collect();
    let time = Duration::from_secs_f64(options.shift_minutes * 60.0);
    let per_second = (CHANGES_PER_SHIFT / time.as_secs_f64()).ceil() as u32;
    let changes = Changes::start(&server.rest(BOB)?, &tickets, per_second);
    let (visits, looks) = tokio::try_join!(handle(&window, time), look(&window, time))?;
    let (changed, _) = changes.finish().await?;
    window.close().await?;
    let grown = |pick: fn(&Look) -> f64| {
        let points: Vec<_> = settled(&looks).iter().map(|look| (look.0, pick(look))).collect();
        Growth::of(&points, MEMORY_NOISE, 0.0).context("a shift takes longer than a few looks")
    };
    let (app, whole) = (grown(|look| look.1)?, grown(|look| look.2)?);
    app.tell(book, APP, APP_GROWTH, OURS);
    whole.tell(book, WHOLE, WHOLE_GROWTH, OURS);
    book.note(GREW, OURS, if whole.grew { whole.per_minute * options.shift_minutes } else { 0.0 });
    Ok(format!(
        "A shift in {} minutes: {changed} changes and {visits} tickets opened. After the warm-up: app process {}, whole \
         program {}.",
        options.shift_minutes,
        app.word(),
        whole.word()
    ))
}

/// Handles the console for so long; says how many tickets were opened.
async fn handle(window: &ConsoleWindow, time: Duration) -> Result<u32> {
    let began = Instant::now();
    let focus = "document.querySelector('[data-testid=board]').focus(); return true";
    window.script::<bool>(focus, &[]).await?;
    let mut visits = 0;
    for key in HANDLING.iter().cycle() {
        if began.elapsed() >= time {
            break;
        }
        window.press(key).await?;
        visits += u32::from(*key == ENTER);
        tokio::time::sleep(PAUSE).await;
    }
    Ok(visits)
}

/// Looks at the memory for so long.
async fn look(window: &ConsoleWindow, time: Duration) -> Result<Vec<Look>> {
    let app = console(window.driver_pid())?;
    let (began, mut looks) = (Instant::now(), Vec::new());
    while began.elapsed() < time {
        tokio::time::sleep(LOOK_EVERY).await;
        let (own, whole) = memory(app)?;
        looks.push((began.elapsed().as_secs_f64() / 60.0, own, whole));
    }
    Ok(looks)
}

/// The console that a driver started.
fn console(driver: u32) -> Result<u32> {
    let family = family(driver)?;
    let found = family.iter().find(|(_, name)| name.starts_with("callboard"));
    found.map(|(pid, _)| *pid).with_context(|| format!("no console among {family:?}"))
}
