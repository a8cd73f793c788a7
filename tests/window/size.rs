//! Ten thousand tickets, and everybody can use them: few nodes, the last line reachable, both themes readable.
//!
//! **Invariant:** the figures of the page are compared with the server's, never with themselves.

use anyhow::{Context, Result, ensure};
use callboard_model::Field;
use callboard_testkit::page::{part, pick};
use callboard_testkit::pair::NORA;
use callboard_testkit::scene::play;
use callboard_testkit::window::{CONTROL, ConsoleWindow, ENTER, ESCAPE, Theme};
use serde::Deserialize;

use crate::SOME_TICKETS;
use crate::readable::{is_readable, is_well_laid_out};
use crate::starts::first_start;

/// A large company.
const MANY: u32 = 10_000;

/// Lines that may exist at once, whatever the board holds.
const LINES_DRAWN_MAX: u32 = 200;

/// Every screen beside the board, and what is there once it was told.
const SCREENS: [(&str, &str); 4] =
    [("needs", "needs"), ("outbox", "outbox"), ("activity", "activity"), ("settings", "rules-line")];

/// What the grid says of itself.
#[derive(Debug, Deserialize)]
struct Grid {
    drawn: u32,
    /// The lines in all, as told to a screen reader.
    lines: u32,
    /// The place of the last line drawn.
    last: u32,
    /// Whether the last line drawn is really within the window.
    visible: bool,
}

/// CO-2
#[tokio::test]
async fn ten_thousand_tickets_are_scrolled_with_few_lines_drawn() -> Result<()> {
    play("ten_thousand_tickets", MANY, async |scene| {
        let nora = scene.console(NORA).await?;
        let all = scene.server.rest(NORA)?.tickets(MANY).await?;
        let open = all.iter().filter(|ticket| !ticket.status_is_closed).count();
        nora.has(&part("count-tickets"), "data-count", &open.to_string()).await?;
        for share in [0.0, 0.25, 0.5, 0.75, 1.0] {
            let grid = scroll_to(&nora, share).await?;
            ensure!(grid.drawn <= LINES_DRAWN_MAX, "{grid:?}");
            ensure!(grid.lines as usize >= open, "every open ticket has its line: {grid:?}");
        }
        let grid = scroll_to(&nora, 1.0).await?;
        ensure!(grid.last == grid.lines && grid.visible, "the last line is on screen: {grid:?}");
        Ok(())
    })
    .await
}

/// CO-20
#[tokio::test]
async fn both_themes_pass_axe() -> Result<()> {
    play("both_themes_pass_axe", SOME_TICKETS, async |scene| {
        let nora = scene.console(NORA).await?;
        let first = nora.sees(&part("row")).await?;
        let ticket = first.attribute("data-ticket").context("a row names its ticket")?.into();
        for theme in [Theme::Dark, Theme::Light] {
            nora.set_theme(theme).await?;
            is_readable(&nora, theme, "the board").await?;
            nora.open_ticket(&ticket).await?;
            nora.sees(&pick(Field::Status)).await?;
            is_readable(&nora, theme, "an open ticket").await?;
            nora.click_on(&pick(Field::Status)).await?;
            nora.sees(&part("option")).await?;
            is_readable(&nora, theme, "an open picker").await?;
            nora.press(ESCAPE).await?;
            nora.sees_no(&part("option")).await?;
            nora.press(ESCAPE).await?;
            nora.sees_no(&part("ticket")).await?;
        }
        Ok(())
    })
    .await
}

/// CO-20: the screens beside the board.
#[tokio::test]
async fn every_screen_passes_axe_in_both_themes() -> Result<()> {
    play("every_screen_passes_axe", SOME_TICKETS, async |scene| {
        let nora = scene.console(NORA).await?;
        nora.link_is("live").await?;
        for theme in [Theme::Dark, Theme::Light] {
            nora.set_theme(theme).await?;
            for (screen, sign) in SCREENS {
                nora.click_on(&part(&format!("go-{screen}"))).await?;
                nora.sees(&part(sign)).await?;
                is_readable(&nora, theme, screen).await?;
            }
            // No sign leads there: it is a technician's.
            nora.press("ge").await?;
            nora.sees(&part("events-list-line")).await?;
            nora.press(ENTER).await?;
            nora.sees(&part("events-send")).await?;
            is_readable(&nora, theme, "events").await?;
        }
        Ok(())
    })
    .await
}

/// CO-20: at twice the size every screen is whole and everything on it large enough to hit, and the keys lead back.
#[tokio::test]
async fn at_twice_the_size_every_screen_is_whole() -> Result<()> {
    play("at_twice_the_size", SOME_TICKETS, async |scene| {
        let nora = scene.console(NORA).await?;
        nora.link_is("live").await?;
        nora.sees(&part("row")).await?;
        let wide = nora.script::<f64>(WIDTH, &[]).await?;
        for _ in 0..STEPS_TO_TWICE {
            nora.press_with(CONTROL, '=').await?;
        }
        is_wide(&nora, wide / 2.0).await?;
        for (screen, sign, keys) in [
            ("needs", "needs", "gn"),
            ("outbox", "outbox", "go"),
            ("activity", "activity", "ga"),
            ("settings", "rules-line", "gs"),
            ("events", "events-list-line", "ge"),
            ("the form of an event", "events-send", ENTER),
            ("the board", "row", "gb"),
        ] {
            nora.press(keys).await?;
            nora.sees(&part(sign)).await?;
            is_well_laid_out(&nora, screen).await?;
            is_readable(&nora, Theme::Dark, screen).await?;
        }
        nora.press("j").await?;
        nora.press(ENTER).await?;
        nora.sees(&pick(Field::Status)).await?;
        is_well_laid_out(&nora, "an open ticket").await?;
        nora.press_with(CONTROL, '0').await?;
        is_wide(&nora, wide).await
    })
    .await
}

/// CO-20: where the desktop is told to keep still, nothing in the window moves.
#[tokio::test]
async fn nothing_moves_where_the_desktop_keeps_still() -> Result<()> {
    play("nothing_moves", SOME_TICKETS, async |scene| {
        for (still, moves) in [("0", false), ("1", true)] {
            let home = tempfile::tempdir().context("a folder")?;
            let desktop = home.path().join("xdg_config_home/gtk-3.0");
            std::fs::create_dir_all(&desktop).context("the desktop's folder")?;
            let settings = format!("[Settings]\ngtk-enable-animations={still}\n");
            std::fs::write(desktop.join("settings.ini"), settings).context("telling the desktop")?;
            let console = first_start(scene, home.path(), &[]).await?;
            let slow: usize = console.script(MOVING, &[]).await?;
            ensure!((slow > 0) == moves, "{slow} things move where animations are {still}");
        }
        Ok(())
    })
    .await
}

/// How many things take their time to look different.
const MOVING: &str = r"
return [...document.querySelectorAll('*')].filter((one) => {
  const { transitionDuration, animationName } = getComputedStyle(one);
  return animationName !== 'none' || transitionDuration.split(', ').some((time) => parseFloat(time) > 0);
}).length";

/// From 100 % over 110, 125, 150 and 175 to 200.
const STEPS_TO_TWICE: usize = 5;

const WIDTH: &str = "return window.innerWidth";

async fn is_wide(nora: &ConsoleWindow, wanted: f64) -> Result<()> {
    nora.until(&format!("the page is {wanted} wide"), async || {
        let width = nora.script::<f64>(WIDTH, &[]).await?;
        ensure!((width - wanted).abs() <= 1.0, "it is {width}");
        Ok(())
    })
    .await
}

/// Scrolls to a share of the board and waits until what is there is drawn.
async fn scroll_to(nora: &ConsoleWindow, share: f64) -> Result<Grid> {
    let script = r"
const [css, rowCss, share] = arguments;
const grid = document.querySelector(css);
grid.scrollTop = share * (grid.scrollHeight - grid.clientHeight);
const rows = [...document.querySelectorAll(rowCss)];
const place = (row) => Number(row.getAttribute('aria-rowindex'));
const last = rows.reduce((low, row) => (place(row) > place(low) ? row : low), rows[0]);
const box = last.getBoundingClientRect();
const frame = grid.getBoundingClientRect();
return {
  drawn: rows.length,
  lines: Number(grid.getAttribute('aria-rowcount')),
  last: place(last),
  visible: box.bottom <= frame.bottom + 1 && box.top >= frame.top,
};";
    nora.until(&format!("the board shows its lines at {share}"), async || {
        let grid: Grid =
            nora.script(script, &[part("board").0.into(), part("row").0.into(), share.into()]).await?;
        // The lines near the wanted place, not those of the last stop, and no blank screen.
        let wanted = share * f64::from(grid.lines);
        let near = (f64::from(grid.last) - wanted).abs() <= f64::from(LINES_DRAWN_MAX);
        ensure!(near && grid.drawn > 10, "{grid:?}");
        ensure!(share < 1.0 || grid.visible, "the last is not there yet: {grid:?}");
        Ok(grid)
    })
    .await
}
