//! A long board that is scrolled: pictures that really came to the display, and rows that were missing on them.
//!
//! The page moves its list by the clock, so that a slow painter scrolls as far as a quick one. A picture is a change of the
//! rows on the display; two within a few milliseconds are one that was looked at while it was copied.
//!
//! **Invariant:** every picture that is counted is looked at for missing rows.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde_json::json;

use super::changes::Changes;
use super::opened::{GAP_MAX, Program, lay_out};
use super::screen::{Area, Screen};
use super::{CHANGES_PER_SECOND, OURS, Options, PERSON, PLAIN, Stage};
use crate::bench::book::{Book, Figure};
use crate::bench::contestant::unbounded;
use crate::pair::BOB;
use crate::server::{Server, ServerOptions};
use crate::wait::until_within;
use crate::window::ConsoleWindow;

/// A way to scroll, and what it comes to.
struct Way {
    pixels_per_second: u32,
    changes: bool,
    frames: Figure,
    missing: Figure,
}

const WAYS: [Way; 3] = [
    Way {
        pixels_per_second: 2_400,
        changes: false,
        frames: Figure::more("scrolling, 67 rows/s: pictures", "1/s").within(30.0, 55.0),
        missing: Figure::less("scrolling, 67 rows/s: pictures with a row missing", "%").within(0.0, 0.0),
    },
    Way {
        pixels_per_second: 2_400,
        changes: true,
        frames: Figure::more("scrolling, 67 rows/s, 200 rows/s changing: pictures", "1/s").within(30.0, 55.0),
        missing: Figure::less("scrolling, 67 rows/s, 200 rows/s changing: pictures with a row missing", "%")
            .within(0.0, 0.0),
    },
    Way {
        pixels_per_second: 24_000,
        changes: false,
        frames: Figure::more("flinging, 667 rows/s: pictures", "1/s").within(30.0, 55.0),
        missing: Figure::less("flinging, 667 rows/s: pictures with a row missing", "%").within(0.0, 0.0),
    },
];

/// Of a hundred demo tickets so many are open.
const OPEN_OF_HUNDRED: u32 = 81;

/// How long the tickets may take to come.
const LOADED_MAX: Duration = Duration::from_secs(60);

/// Between two looks. No display shows more than sixty pictures a second.
const LOOK_EVERY: Duration = Duration::from_millis(3);

/// Two changes this close are one picture.
const TORN: Duration = Duration::from_millis(6);

/// Where the rows are on the display.
const ROWS: &str = r"
const board = document.querySelector('[data-testid=board]').getBoundingClientRect();
const top = board.top + 44;
return [board.left + 8, top, Math.min(board.width - 16, 480), Math.min(board.bottom, innerHeight) - top - 8].map(Math.round);";

/// Moves the list by the clock; calls back when the time is over.
const MOVE: &str = r"
const [speed, ms, done] = arguments;
const board = document.querySelector('[data-testid=board]');
const began = performance.now();
const end = board.scrollHeight - board.clientHeight;
const step = (now) => {
  if (now - began >= ms) return done(board.scrollTop);
  // At the end it goes back, row by row.
  const way = (speed * (now - began)) / 1000;
  const place = way % (2 * end);
  // Between two pictures, as a wheel does it; while one is being made the page would hear of it one picture late.
  setTimeout(() => {
    board.scrollTop = place > end ? 2 * end - place : place;
    requestAnimationFrame(step);
  });
};
requestAnimationFrame(step);";

/// Measures it for both; says how long the board was.
pub(super) async fn measure(options: &Options, book: &mut Book) -> Result<String> {
    let stage = Stage::set().await?;
    let tickets = (options.scrolled * 100).div_ceil(OPEN_OF_HUNDRED);
    let server =
        Server::start(ServerOptions { tickets, args: unbounded(), ..ServerOptions::default() }).await?;
    let account = server.account(PERSON)?;
    let rows = server.rest(PERSON)?.tickets(options.scrolled).await?;
    lay_out(&rows)?;

    println!("· scrolling the console");
    let window = Program::console(&server.url(), account, 500).driven(&stage, &server.url(), account).await?;
    let lines = loaded(&window, options.scrolled).await?;
    for way in &WAYS {
        let changing: Vec<_> =
            rows.iter().take(CHANGES_PER_SECOND as usize).map(|ticket| ticket.ticket_id.clone()).collect();
        let bob = server.rest(BOB)?;
        let changes = way.changes.then(|| Changes::start(&bob, &changing, CHANGES_PER_SECOND));
        scrolled(book, OURS, way, &window, &stage.screen, options).await?;
        if let Some(changes) = changes {
            changes.finish().await?;
        }
    }
    window.close().await?;

    println!("· scrolling the plain table");
    stage.is_bare().await?;
    let window =
        Program::plain(options.scrolled, CHANGES_PER_SECOND)?.driven(&stage, &server.url(), account).await?;
    for way in WAYS.iter().filter(|way| way.changes) {
        scrolled(book, PLAIN, way, &window, &stage.screen, options).await?;
    }
    window.close().await?;
    Ok(format!(
        "Scrolling: the console's board had {lines} lines, headings among them; the plain table changes itself."
    ))
}

/// Waits until all tickets are on the board; says how many lines it has.
async fn loaded(window: &ConsoleWindow, tickets: u32) -> Result<u32> {
    until_within(LOADED_MAX, "the board is whole", async || {
        let lines =
            "return Number(document.querySelector('[data-testid=board]').getAttribute('aria-rowcount')) - 1";
        let lines: u32 = window.script(lines, &[]).await?;
        ensure!(lines >= tickets, "{lines} lines so far");
        Ok(lines)
    })
    .await
}

async fn scrolled(
    book: &mut Book,
    column: &str,
    way: &Way,
    window: &ConsoleWindow,
    screen: &Screen,
    options: &Options,
) -> Result<()> {
    let [x, y, width, height]: [u32; 4] = window.script(ROWS, &[]).await?;
    let area = screen.clip(Area { x, y, width, height })?;
    let time = Duration::from_secs(options.scroll_seconds);
    let screen = screen.clone();
    let eye = tokio::task::spawn_blocking(move || watch(&screen, area, time));
    let ms = time.as_millis() + 300;
    let moved = window.script_async::<f64>(MOVE, &[json!(way.pixels_per_second), json!(ms)]).await?;
    let seen = eye.await.context("the eye")??;
    ensure!(moved > 0.0, "the list did not move");
    let frames = seen.pictures.max(1);
    println!(
        "  {column}: {} pictures, {} of them with up to {} rows missing",
        seen.pictures,
        seen.missing,
        seen.widest / ROW
    );
    book.note(way.frames, column, seen.pictures as f64 / time.as_secs_f64());
    book.note(way.missing, column, seen.missing as f64 / frames as f64 * 100.0);
    Ok(())
}

/// The height of a row.
const ROW: u32 = 36;

/// What was seen of a scroll.
#[derive(Debug, Default)]
struct Seen {
    pictures: usize,
    missing: usize,
    widest: u32,
}

/// Looks at the rows for so long.
fn watch(screen: &Screen, area: Area, time: Duration) -> Result<Seen> {
    // Wherever rows move, so does what stands in a few of their columns.
    let strip = Area { x: area.x + area.width / 3, width: 64.min(area.width / 2), ..area };
    let (mut seen, mut bytes) = (Seen::default(), Vec::new());
    let (began, mut last) = (Instant::now(), None::<Instant>);
    let mut before = screen.look(strip, 3, &mut bytes)?;
    while began.elapsed() < time {
        std::thread::sleep(LOOK_EVERY);
        let now = screen.look(strip, 3, &mut bytes)?;
        if now == before {
            continue;
        }
        before = now;
        if last.is_some_and(|last| last.elapsed() < TORN) {
            continue;
        }
        last = Some(Instant::now());
        seen.pictures += 1;
        let gap = screen.widest_gap(area)?;
        seen.widest = seen.widest.max(gap);
        seen.missing += usize::from(gap >= GAP_MAX);
    }
    Ok(seen)
}
