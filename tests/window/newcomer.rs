//! The README's five minutes: a newcomer's first visit to the company inside the program, step by step as it stands there.
//!
//! Nobody here does anything but the newcomer: who edits, clashes and hands tickets over are the simulated colleagues.
//!
//! **Invariant:** every step of the README has a function here, of the same number.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use callboard_model::{Field, TicketId};
use callboard_testkit::keyring::Keyring;
use callboard_testkit::page::{conflict, inspector, option, part, pick};
use callboard_testkit::scene::{Scene, play};
use callboard_testkit::toaster::Toaster;
use callboard_testkit::wait::until_within;
use callboard_testkit::window::{ConsoleWindow, ENTER, ESCAPE};

use crate::SOME_TICKETS;
use crate::starts::{first_on_board, try_it};

/// What the newcomer types while the plug is out.
const OWN: &str = "Written while the plug was out";

/// What the toast says.
const HANDED_OVER: &str = "assigned it to you";

/// A colleague hands a ticket over every 64 s.
const HANDED_OVER_MAX: Duration = Duration::from_secs(100);

/// CO-1: everything that the README promises of the first five minutes can be had, in its order.
#[tokio::test]
async fn the_five_minutes_of_the_readme_are_had_as_described() -> Result<()> {
    play("the_five_minutes", SOME_TICKETS, async |scene| {
        let _keyring = Keyring::start(&scene.display).await?;
        let toaster = Toaster::start(&scene.display).await?;
        let home = tempfile::tempdir()?;
        let (console, ticket) = try_it(scene, home.path()).await?;
        one_a_colleague_comes(&console, &ticket).await?;
        two_a_ticket_is_handed_over(&console, &toaster).await?;
        three_two_who_choose_at_once(&console).await?;
        let console = four_the_plug_is_pulled(scene, console, home.path()).await?;
        five_the_plug_is_put_back(&console).await?;
        scene.close(console).await
    })
    .await
}

/// A face, and something that lights up.
async fn one_a_colleague_comes(console: &ConsoleWindow, ticket: &TicketId) -> Result<()> {
    console.sees(&inspector(ticket).within(&part("face"))).await?;
    let lit = r#"return document.querySelectorAll('[data-lit]:not([data-lit=""])').length"#;
    console
        .until("something lights up", async || {
            ensure!(console.script::<u32>(lit, &[]).await? > 0, "nothing does");
            Ok(())
        })
        .await
}

/// Whoever does not look at that very ticket is told by the desktop, and the toast leads there.
async fn two_a_ticket_is_handed_over(console: &ConsoleWindow, toaster: &Toaster) -> Result<()> {
    console.press(ESCAPE).await?;
    let shown = until_within(HANDED_OVER_MAX, "a ticket is handed over", async || {
        let all = toaster.shown();
        all.iter().find(|shown| shown.body.contains(HANDED_OVER)).cloned().with_context(|| format!("{all:?}"))
    })
    .await?;
    toaster.click().await?;
    let number = shown.title.split_whitespace().next().context("a number")?;
    console.reads(&part("ticket"), number).await
}

/// A colleague goes where the newcomer is; both choose, and the newcomer is asked.
async fn three_two_who_choose_at_once(console: &ConsoleWindow) -> Result<()> {
    console.click_on(&pick(Field::Priority)).await?;
    let before = chosen(console).await?;
    let theirs = console
        .until("the colleague chooses", async || {
            let now = chosen(console).await?;
            ensure!(now != before, "it is {now} still");
            Ok(now)
        })
        .await?;
    let all = "return [...document.querySelectorAll('[data-testid=option]')].map((one) => one.dataset.value)";
    let all: Vec<String> = console.script(all, &[]).await?;
    let mine = all.iter().find(|one| !one.is_empty() && **one != before && **one != theirs);
    console.click_on(&option(mine.context("a third value")?)).await?;
    console.click_on(&conflict(Field::Priority).within(&part("keep-yours"))).await?;
    console.field_is(Field::Priority, "confirmed").await
}

/// What the choices say that the field holds.
async fn chosen(console: &ConsoleWindow) -> Result<String> {
    let chosen = part("option").with("aria-selected", "true");
    console.sees(&chosen).await?.attribute("data-value").map(str::to_owned).context("a value")
}

/// What was done is there after a restart.
async fn four_the_plug_is_pulled(
    scene: &Scene,
    console: Arc<ConsoleWindow>,
    home: &Path,
) -> Result<Arc<ConsoleWindow>> {
    console.click_on(&part("plug")).await?;
    console.link_is("reconnecting").await?;
    // From here on no line of the board moves: nothing is heard of the colleagues.
    let ticket = first_on_board(&console).await?;
    console.open_ticket(&ticket).await?;
    console.type_over(&part("edit-title").0, OWN).await?;
    console.press(ENTER).await?;
    console.field_is(Field::Title, "queued").await?;
    scene.close(console).await?;

    let console = scene.reopen(home, &[]).await?;
    console.stands().await?;
    console.open_ticket(&ticket).await?;
    console.field_is(Field::Title, "queued").await?;
    Ok(console)
}

/// It is sent.
async fn five_the_plug_is_put_back(console: &ConsoleWindow) -> Result<()> {
    console.click_on(&part("plug")).await?;
    console.field_is(Field::Title, "confirmed").await?;
    console.has(&part("count-queued"), "data-count", "0").await
}
