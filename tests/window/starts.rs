//! How the program starts, and what it leaves on the desktop: the first start by hand, a company to try things with, a
//! second start, a start unseen, and where windows were (CO-1, CO-19, CO-22).
//!
//! **Invariant:** what a window does is known from the screen, what a page shows from the page.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use callboard_model::{Field, TicketId, Value};
use callboard_testkit::keyring::Keyring;
use callboard_testkit::page::{cell, inspector, part, row};
use callboard_testkit::pair::{BOB, NORA};
use callboard_testkit::panel::Panel;
use callboard_testkit::scene::{Scene, play};
use callboard_testkit::screen::Screen;
use callboard_testkit::window::{ConsoleWindow, ENTER};

use crate::SOME_TICKETS;

/// What the program calls itself on a screen.
pub(crate) const PROGRAM: &str = "callboard";

/// What the newcomer types.
const OWN: &str = "Written while the plug was out";

/// Opens a console that is nobody yet.
pub(crate) async fn first_start(
    scene: &Scene,
    home: &Path,
    arguments: &[&str],
) -> Result<Arc<ConsoleWindow>> {
    let console = scene.reopen(home, arguments).await?;
    console.has(&part("setup"), "data-code", "firstStart").await?;
    Ok(console)
}

/// Opens a console that is nobody yet, in the company inside the program, with the first ticket open.
pub(crate) async fn try_it(scene: &Scene, home: &Path) -> Result<(Arc<ConsoleWindow>, TicketId)> {
    let console = first_start(scene, home, &[]).await?;
    console.click_on(&part("try-here")).await?;
    console.stands().await?;
    console.link_is("live").await?;
    let ticket = first_on_board(&console).await?;
    console.open_ticket(&ticket).await?;
    Ok((console, ticket))
}

/// The ticket of the first line.
pub(crate) async fn first_on_board(console: &ConsoleWindow) -> Result<TicketId> {
    let first = console.sees(&part("row")).await?;
    Ok(first.attribute("data-ticket").context("a ticket")?.into())
}

/// Types an address and a key, and connects.
pub(crate) async fn connect(console: &ConsoleWindow, server: &str, key: &str) -> Result<()> {
    console.type_over(&part("connect-server").0, server).await?;
    console.type_over(&part("connect-key").0, key).await?;
    console.click_on(&part("connect")).await
}

/// CO-1: the person is told at once what is wrong, and what is right leads to the board.
#[tokio::test]
async fn the_first_start_leads_to_the_board_by_hand() -> Result<()> {
    play("the_first_start_by_hand", SOME_TICKETS, async |scene| {
        let _keyring = Keyring::start(&scene.display).await?;
        let home = tempfile::tempdir()?;
        let console = first_start(scene, home.path(), &[]).await?;
        connect(&console, &scene.server.url(), "nobodys-key").await?;
        console.has(&part("connect-key"), "aria-invalid", "true").await?;
        connect(&console, &scene.server.url(), &scene.server.account(NORA)?.api_key).await?;
        console.stands().await?;
        console.link_is("live").await?;
        scene.close(console).await
    })
    .await
}

/// CO-1: the server runs inside the program; who works there is simulated and says so; and it is all there again at the
/// next start.
#[tokio::test]
async fn a_company_to_try_things_with_has_colleagues_who_look_and_edit() -> Result<()> {
    play("a_company_to_try", SOME_TICKETS, async |scene| {
        let home = tempfile::tempdir()?;
        let (console, ticket) = try_it(scene, home.path()).await?;
        // Every other time they go where the person is.
        let beside = r#"
const strip = document.querySelector(arguments[0]);
return [...strip?.querySelectorAll('[data-testid="face"]') ?? []].map((face) => face.title);"#;
        let who = console
            .until("a colleague comes to see what the person does", async || {
                let faces: Vec<String> = console.script(beside, &[inspector(&ticket).0.into()]).await?;
                faces
                    .iter()
                    .find(|face| face.contains("(simulated)"))
                    .cloned()
                    .with_context(|| format!("{faces:?}"))
            })
            .await?;
        ensure!(!who.is_empty(), "somebody came");
        console
            .until("a colleague changes something", async || {
                let changed = r#"return document.querySelectorAll('[data-lit]:not([data-lit=""])').length"#;
                ensure!(console.script::<u32>(changed, &[]).await? > 0, "nothing lights up");
                Ok(())
            })
            .await?;
        scene.close(console).await?;
        let again = scene.reopen(home.path(), &[]).await?;
        again.stands().await?;
        again.link_is("live").await?;
        scene.close(again).await
    })
    .await
}

/// CO-1, CO-14: an outage that a newcomer makes for themselves, through a restart, with nothing lost.
#[tokio::test]
async fn the_plug_of_the_company_to_try_things_with_can_be_pulled() -> Result<()> {
    play("the_plug", SOME_TICKETS, async |scene| {
        let home = tempfile::tempdir()?;
        let (console, ticket) = try_it(scene, home.path()).await?;
        console.click_on(&part("plug")).await?;
        console.has(&part("plug"), "data-in", "false").await?;
        console.link_is("reconnecting").await?;
        // No colleague ever touches a title.
        console.type_over(&part("edit-title").0, OWN).await?;
        console.press(ENTER).await?;
        console.field_is(Field::Title, "queued").await?;
        scene.close(console).await?;

        let console = scene.reopen(home.path(), &[]).await?;
        console.stands().await?;
        console.has(&part("plug"), "data-in", "false").await?;
        console.open_ticket(&ticket).await?;
        console.field_is(Field::Title, "queued").await?;
        console.click_on(&part("plug")).await?;
        console.has(&part("plug"), "data-in", "true").await?;
        console.field_is(Field::Title, "confirmed").await?;
        console.reads(&cell(&ticket, "title"), OWN).await?;
        scene.close(console).await
    })
    .await
}

/// CO-22: there is one program per profile, and a second start shows what it was asked for in the first one.
#[tokio::test]
async fn a_second_start_shows_its_ticket_in_the_window_that_is_open() -> Result<()> {
    play("a_second_start", SOME_TICKETS, async |scene| {
        let _panel = Panel::start(&scene.display).await?;
        let _keyring = Keyring::start(&scene.display).await?;
        let screen = Screen::of(&scene.display)?;
        let home = tempfile::tempdir()?;
        let console = first_start(scene, home.path(), &[]).await?;
        connect(&console, &scene.server.url(), &scene.server.account(NORA)?.api_key).await?;
        console.link_is("live").await?;
        let first = console.sees(&part("row")).await?;
        let ticket = first.attribute("data-ticket").context("a ticket")?.to_owned();
        scene.start_again(home.path(), &[&format!("callboard://ticket/{ticket}")]).await?;
        console.sees(&inspector(&ticket.as_str().into())).await?;
        // Nonsense leads nowhere, and shows the program.
        let window = screen.shows(PROGRAM, 1).await?.pop().context("the window")?;
        screen.close(&window)?;
        screen.shows(PROGRAM, 0).await?;
        scene.start_again(home.path(), &["callboard://ticket/../../etc"]).await?;
        screen.shows(PROGRAM, 1).await?;
        console.sees(&inspector(&ticket.as_str().into())).await?;
        scene.close(console).await
    })
    .await
}

/// CO-19: the window that is closed lives on behind the icon and is told everything meanwhile.
#[tokio::test]
async fn a_window_that_is_closed_stays_behind_its_icon() -> Result<()> {
    play("closed_behind_its_icon", SOME_TICKETS, async |scene| {
        let panel = Panel::start(&scene.display).await?;
        let screen = Screen::of(&scene.display)?;
        let home = tempfile::tempdir()?;
        let console = first_start(scene, home.path(), &["--hidden"]).await?;
        panel.offers("Open Callboard").await?;
        screen.shows(PROGRAM, 0).await?;
        panel.choose("Open Callboard").await?;
        let window = screen.shows(PROGRAM, 1).await?.pop().context("the window")?;
        connect(&console, &scene.server.url(), &scene.server.account(NORA)?.api_key).await?;
        console.link_is("live").await?;
        screen.close(&window)?;
        screen.shows(PROGRAM, 0).await?;
        let bob = scene.server.rest(BOB)?;
        let me = scene.server.account(NORA)?.user_id.as_str();
        let ticket = bob.tickets(SOME_TICKETS).await?.into_iter().find(|ticket| {
            !ticket.status_is_closed && ticket.assigned_to.as_ref().is_some_and(|user| user.as_str() != me)
        });
        let ticket = ticket.context("a ticket that is somebody else's")?;
        bob.put(&ticket.ticket_id, [(Field::Assignee, Value::from(me))]).await?;
        panel.offers("1 unread ticket").await?;
        panel.choose(&ticket.ticket_number).await?;
        screen.shows(PROGRAM, 1).await?;
        console.sees(&inspector(&ticket.ticket_id)).await?;
        scene.close(console).await
    })
    .await
}

/// CO-19, and the program's manners: with nothing around it that it asks for, it starts, is seen, and says what is off.
#[tokio::test]
async fn with_nothing_around_it_the_program_starts_and_says_what_is_off() -> Result<()> {
    play("with_nothing_around_it", SOME_TICKETS, async |scene| {
        let screen = Screen::of(&scene.display)?;
        let home = tempfile::tempdir()?;
        // Nothing would lead to a window that is not seen.
        let console = first_start(scene, home.path(), &["--hidden"]).await?;
        let window = screen.shows(PROGRAM, 1).await?.pop().context("the window")?;
        connect(&console, &scene.server.url(), &scene.server.account(NORA)?.api_key).await?;
        console.reads(&part("notice"), "no keyring").await?;
        console.link_is("live").await?;
        let bob = scene.server.rest(BOB)?;
        let me = scene.server.account(NORA)?.user_id.as_str();
        let row_of = console.sees(&part("row")).await?;
        let ticket = row_of.attribute("data-ticket").context("a ticket")?.into();
        let other = scene.server.account(BOB)?.user_id.as_str();
        bob.put(&ticket, [(Field::Assignee, Value::from(other))]).await?;
        bob.put(&ticket, [(Field::Assignee, Value::from(me))]).await?;
        for lack in ["Tray", "Keyring", "Toasts"] {
            console
                .until(&format!("it says what it lacks: {lack}"), async || {
                    let times = console.log()?.matches(&format!("what={lack}")).count();
                    ensure!(times == 1, "{times} times");
                    Ok(())
                })
                .await?;
        }
        console.sees(&row(&ticket)).await?;
        // With no icon to lead back, closing the window ends the program.
        screen.close(&window)?;
        console
            .until("the program ends", async || {
                let windows = screen.windows(PROGRAM)?;
                ensure!(windows.is_empty(), "{windows:?}");
                Ok(())
            })
            .await
    })
    .await
}

/// CO-22: a ticket has one window of its own, on which its number stands.
#[tokio::test]
async fn a_ticket_stands_in_a_window_of_its_own() -> Result<()> {
    play("a_ticket_in_its_own_window", SOME_TICKETS, async |scene| {
        let screen = Screen::of(&scene.display)?;
        let nora = scene.console(NORA).await?;
        nora.link_is("live").await?;
        let first = nora.sees(&part("row")).await?;
        let id = first.attribute("data-ticket").context("a ticket")?.into();
        let number = scene.server.rest(NORA)?.ticket(&id).await?.ticket_number;
        nora.open_ticket(&id).await?;
        nora.sees(&part("own-window")).await?;
        screen.shows(PROGRAM, 1).await?;
        nora.press("o").await?;
        let both = screen.shows(PROGRAM, 2).await?;
        nora.until("the window of the ticket is told the ticket", async || {
            let windows = screen.windows(PROGRAM)?;
            let named = windows.iter().filter(|one| one.title.contains(&*number)).count();
            ensure!(named == 2, "{windows:?}");
            Ok(())
        })
        .await?;
        // Asked for again, it is the one that is there.
        nora.press("o").await?;
        let smaller = both.iter().min_by_key(|one| one.size.0).context("the ticket's")?;
        screen.close(smaller)?;
        let left = screen.shows(PROGRAM, 1).await?;
        ensure!(left[0].size.0 > smaller.size.0, "the board's is left: {left:?}");
        nora.sees(&inspector(&id)).await.map(drop)
    })
    .await
}

/// CO-22: the window opens where it was, unless no screen is there any more.
#[tokio::test]
async fn a_window_opens_where_it_was_on_a_screen_that_is_there() -> Result<()> {
    play("a_window_where_it_was", SOME_TICKETS, async |scene| {
        let screen = Screen::of(&scene.display)?;
        let home = tempfile::tempdir()?;
        let profile = home.path().join("profile");
        std::fs::create_dir(&profile)?;
        let place = |x: i32| format!(r#"{{"main":{{"x":{x},"y":40,"width":1100,"height":700}}}}"#);
        std::fs::write(profile.join("windows.json"), place(60))?;
        let console = first_start(scene, home.path(), &[]).await?;
        let window = screen.shows(PROGRAM, 1).await?.pop().context("the window")?;
        ensure!((window.at, window.size) == ((60, 40), (1100, 700)), "{window:?}");
        scene.close(console).await?;
        std::fs::write(profile.join("windows.json"), place(4000))?;
        let console = first_start(scene, home.path(), &[]).await?;
        let window = screen.shows(PROGRAM, 1).await?.pop().context("the window")?;
        ensure!((0..1440).contains(&window.at.0) && (0..900).contains(&window.at.1), "{window:?}");
        scene.close(console).await
    })
    .await
}
