//! From a key or a click to its picture, while rows change.
//!
//! The way begins with the event as the page got it from the window system, and ends when the row that was meant has its
//! mark on the display.
//!
//! **Invariant:** every press counts; one whose picture never comes ends the run.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use callboard_model::{Ticket, TicketId};
use fantoccini::actions::{InputSource as _, MOUSE_BUTTON_LEFT, MouseActions, PointerAction};
use serde_json::json;

use super::changes::Changes;
use super::opened::{Program, lay_out};
use super::screen::{Rgb, Screen, now_ms};
use super::{CHANGES_PER_SECOND, OURS, Options, PERSON, PLAIN, Stage};
use crate::bench::book::{Book, Figure};
use crate::bench::contestant::unbounded;
use crate::bench::figures::percentile;
use crate::pair::BOB;
use crate::server::{Server, ServerOptions};
use crate::window::{ConsoleWindow, DOWN};

const KEY: Figure = Figure::less("key → painted, 200 rows/s changing: p95", "ms").within(100.0, 33.0);
const KEY_MEDIAN: Figure = Figure::less("key → painted, 200 rows/s changing: p50", "ms");
const CLICK: Figure = Figure::less("click → painted, 200 rows/s changing: p95", "ms").within(100.0, 33.0);
const CLICK_MEDIAN: Figure = Figure::less("click → painted, 200 rows/s changing: p50", "ms");

/// The key that goes up in a list.
const UP: &str = "\u{e013}";

/// So many rows down, then up again: all of them on the screen.
const WAY: usize = 12;

/// The first few of a kind pay for code that was never run.
const WARM_UP: usize = 4;

/// How long a press may wait for its picture before it counts as lost.
const PAINTED_MAX: Duration = Duration::from_secs(5);

/// Between two presses: never in step with pictures or with bursts of changes.
const PAUSES_MS: [u64; 5] = [83, 131, 107, 173, 149];

/// Notes when each key and click reached the page, on the clock that the display is read with.
const LISTEN: &str = r"
window.callboardStamps = { keydown: [], click: [] };
for (const kind of ['keydown', 'click'])
  addEventListener(kind, (event) => callboardStamps[kind].push(performance.timeOrigin + event.timeStamp), true);
document.querySelector('[data-testid=board]').focus();
return true;";

/// The edge of a row: so many from the one that the keyboard is on, or so many from the top.
const EDGE: &str = r"
const [by, isKey] = arguments;
const board = document.querySelector('[data-testid=board]');
const top = (row) => row.getBoundingClientRect().top;
const head = board.getBoundingClientRect().top + 30;
const rows = [...board.querySelectorAll('[data-testid=row]')].filter((row) => top(row) >= head).sort((a, b) => top(a) - top(b));
const at = rows.findIndex((row) => row.id === board.getAttribute('aria-activedescendant'));
// A click on the row that has its mark already would show nothing.
const to = isKey ? at + by : by === at ? by + 1 : by;
const box = rows[to].getBoundingClientRect();
return [Math.round(box.left) + 1, Math.round((box.top + box.bottom) / 2)];";

/// The colours that a chosen row has at its edge.
const MARKS: &str = r"
const style = getComputedStyle(document.documentElement);
return ['--focus', '--accent'].map((name) => style.getPropertyValue(name).trim());";

/// Measures it for both; says how many rows changed.
pub(super) async fn measure(options: &Options, book: &mut Book) -> Result<String> {
    let stage = Stage::set().await?;
    let server = Server::start(ServerOptions {
        tickets: options.tickets,
        args: unbounded(),
        ..ServerOptions::default()
    })
    .await?;
    let account = server.account(PERSON)?;
    let tickets = server.rest(PERSON)?.tickets(options.tickets).await?;
    lay_out(&tickets)?;

    println!("· keys and clicks in the console");
    let console = Program::console(&server.url(), account, 500);
    let window = console.driven(&stage, &server.url(), account).await?;
    let changing = changing(&window, &tickets).await?;
    let changes = Changes::start(&server.rest(BOB)?, &changing, CHANGES_PER_SECOND);
    note(book, OURS, &Hand::of(&window, &stage.screen).await?, options.presses).await?;
    let (_, per_second) = changes.finish().await?;
    window.close().await?;

    println!("· keys and clicks in the plain table");
    stage.is_bare().await?;
    let window =
        Program::plain(options.tickets, CHANGES_PER_SECOND)?.driven(&stage, &server.url(), account).await?;
    note(book, PLAIN, &Hand::of(&window, &stage.screen).await?, options.presses).await?;
    window.close().await?;
    Ok(format!(
        "Keys and clicks: {} tickets, those on the screen among them, changed {per_second:.0} times a second at the server, \
         through REST, rooms and REST again. In the plain table the page changes them itself.",
        changing.len()
    ))
}

/// The tickets that change: those on the screen, and others, so that each does once a second.
async fn changing(window: &ConsoleWindow, tickets: &[Ticket]) -> Result<Vec<TicketId>> {
    let rows = "return [...document.querySelectorAll('[data-testid=row]')].map((row) => row.dataset.ticket)";
    let mut changing: Vec<TicketId> = window.script(rows, &[]).await?;
    let others: Vec<_> = tickets.iter().map(|ticket| &ticket.ticket_id).collect();
    let others = others.into_iter().filter(|ticket| !changing.contains(ticket)).cloned();
    let missing = (CHANGES_PER_SECOND as usize).saturating_sub(changing.len());
    let others: Vec<_> = others.take(missing).collect();
    changing.extend(others);
    Ok(changing)
}

async fn note(book: &mut Book, column: &str, hand: &Hand<'_>, presses: u32) -> Result<()> {
    let presses = presses as usize + WARM_UP;
    let (mut keys, mut clicks) = (Vec::new(), Vec::new());
    hand.key(DOWN, 0).await.context("the first key")?;
    for place in 0..presses {
        let is_down = (place / WAY).is_multiple_of(2);
        keys.push(hand.key(if is_down { DOWN } else { UP }, if is_down { 1 } else { -1 }).await?);
        pause(place).await;
    }
    for place in 0..presses {
        // Another row each time, all of them on the screen.
        clicks.push(hand.click(place * 5 % WAY).await?);
        pause(place).await;
    }
    for (times, median, p95) in [(keys, KEY_MEDIAN, KEY), (clicks, CLICK_MEDIAN, CLICK)] {
        let mut times = times[WARM_UP..].to_vec();
        times.sort_by(f64::total_cmp);
        book.note(median, column, percentile(&times, 0.5).context("there were presses")?);
        book.note(p95, column, percentile(&times, 0.95).context("there were presses")?);
    }
    Ok(())
}

async fn pause(place: usize) {
    tokio::time::sleep(Duration::from_millis(PAUSES_MS[place % PAUSES_MS.len()])).await;
}

/// A hand at a window, and an eye on the display.
struct Hand<'a> {
    window: &'a ConsoleWindow,
    screen: &'a Screen,
    marks: Vec<Rgb>,
}

impl<'a> Hand<'a> {
    async fn of(window: &'a ConsoleWindow, screen: &'a Screen) -> Result<Self> {
        ensure!(window.script::<bool>(LISTEN, &[]).await?, "the page listens");
        let names: Vec<String> = window.script(MARKS, &[]).await?;
        let marks: Option<Vec<Rgb>> = names.iter().map(|name| rgb(name)).collect();
        Ok(Self { window, screen, marks: marks.with_context(|| format!("no colours: {names:?}"))? })
    }

    /// Presses a key and waits until the row so many further has its mark. Says how long that took, in ms.
    async fn key(&self, key: &str, by: i32) -> Result<f64> {
        // Nothing is marked before the first key, which marks the first row.
        let edge = if by == 0 { json!([0, false]) } else { json!([by, true]) };
        self.painted("keydown", &edge, async |_| self.window.press(key).await).await
    }

    /// Clicks a row and waits until it has its mark.
    async fn click(&self, row: usize) -> Result<f64> {
        self.painted("click", &json!([row, false]), async |(x, y)| {
            let mouse = MouseActions::new("mouse".to_owned())
                .then(PointerAction::MoveTo { duration: None, x: f64::from(x + 260), y: f64::from(y) })
                .then(PointerAction::Down { button: MOUSE_BUTTON_LEFT })
                .then(PointerAction::Up { button: MOUSE_BUTTON_LEFT });
            self.window.client().perform_actions(mouse).await.context("clicking")
        })
        .await
    }

    async fn painted(
        &self,
        kind: &str,
        edge: &serde_json::Value,
        act: impl AsyncFnOnce((u32, u32)) -> Result<()>,
    ) -> Result<f64> {
        let edge: (u32, u32) =
            self.window.script(EDGE, edge.as_array().context("arguments")?).await.context("finding a row")?;
        let (screen, marks) = (self.screen.clone(), self.marks.clone());
        let before = now_ms()?;
        let eye = tokio::task::spawn_blocking(move || screen.wait_for(edge, &marks, PAINTED_MAX));
        act(edge).await?;
        let seen = eye.await.context("the eye")?.with_context(|| format!("after a {kind}"))?;
        let last = format!("return callboardStamps.{kind}.at(-1) ?? 0");
        let reached: f64 = self.window.script(&last, &[]).await?;
        // The page rounds its clock to milliseconds.
        ensure!(
            before - 2.0 <= reached && reached <= seen + 2.0,
            "a {kind} between {before} and {seen} says it was at {reached}"
        );
        Ok((seen - reached).max(0.0))
    }
}

/// `#rrggbb`.
fn rgb(name: &str) -> Option<Rgb> {
    let digits = name.strip_prefix('#').filter(|digits| digits.len() == 6)?;
    let part = |at: usize| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok();
    Some([part(0)?, part(2)?, part(4)?])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_colour_is_read_by_its_name() {
        assert_eq!(rgb("#7db8ff"), Some([0x7d, 0xb8, 0xff]));
        for none in ["", "7db8ff", "#7db8f", "#7db8fg", "rgb(1, 2, 3)"] {
            assert_eq!(rgb(none), None, "{none}");
        }
    }
}
