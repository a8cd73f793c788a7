//! The icon in the panel: what it says, and a menu that does everything (CO-19).
//!
//! **Invariant:** all of it is read and used over the bus, as a panel does.

use anyhow::{Context, Result, ensure};
use callboard_model::{Field, Value};
use callboard_testkit::page::inspector;
use callboard_testkit::pair::{BOB, NORA};
use callboard_testkit::panel::{Manner, Panel};
use callboard_testkit::scene::play;
use callboard_testkit::toaster::Toaster;
use callboard_testkit::wait;

use crate::SOME_TICKETS;

/// What stands beside the icon.
const LABEL: &str = "XAyatanaLabel";

/// CO-19
#[tokio::test]
async fn the_icon_says_how_much_is_unread_and_its_menu_leads_to_each_ticket() -> Result<()> {
    play("the_icon_in_the_panel", SOME_TICKETS, async |scene| {
        let panel = Panel::start(&scene.display).await?;
        let toaster = Toaster::start(&scene.display).await?;
        let nora = scene.console(NORA).await?;
        nora.link_is("live").await?;
        let calm = panel.offers("Nothing is unread").await?;
        ensure!(!calm.is_enabled, "it is no button");
        let bob = scene.server.rest(BOB)?;
        let me = scene.server.account(NORA)?.user_id.clone();
        let others = bob.tickets(SOME_TICKETS).await?.into_iter().filter(|ticket| {
            !ticket.status_is_closed && ticket.assigned_to.as_ref().is_none_or(|user| user.as_str() != me)
        });
        let [one, two, three] =
            others.take(3).collect::<Vec<_>>().try_into().ok().context("three tickets")?;
        let give = async |ticket: &callboard_model::Ticket| {
            bob.put(&ticket.ticket_id, [(Field::Assignee, Value::from(me.as_str()))]).await.map(drop)
        };
        let calm_picture = panel.asks("IconName").await?;
        give(&one).await?;
        panel.says(LABEL, "1").await?;
        panel.offers("1 unread ticket").await?;
        let other_picture = panel.asks("IconName").await?;
        ensure!(calm_picture != other_picture, "the picture is another: {other_picture}");
        panel.choose(&one.ticket_number).await?;
        nora.sees(&inspector(&one.ticket_id)).await?;
        panel.says(LABEL, "").await?;
        panel.offers("Nothing is unread").await?;

        // A pause is a pause: what came in it is counted and not told.
        panel.choose("Pause alerts for 15 minutes").await?;
        give(&two).await?;
        panel.says(LABEL, "1").await?;
        panel.choose("End the pause").await?;
        give(&three).await?;
        toaster.shows(&three.ticket_number).await?;
        let shown = toaster.shown();
        ensure!(shown.iter().all(|shown| !shown.title.contains(&*two.ticket_number)), "{shown:?}");

        panel.choose("Quit").await?;
        wait::until("the program ends", async || {
            ensure!(!panel.is_alive().await?, "it is still there");
            Ok(())
        })
        .await
    })
    .await
}

/// CO-19: no panel shows icons, and the program says so once. The notice passes, so it is looked for in the log.
#[tokio::test]
async fn without_a_panel_it_is_said_once_and_one_that_comes_later_is_found() -> Result<()> {
    play("without_a_panel", SOME_TICKETS, async |scene| {
        let nora = scene.console(NORA).await?;
        let said = || -> Result<usize> { Ok(nora.log()?.matches("what=Tray").count()) };
        nora.until("it is said", async || {
            ensure!(said()? == 1, "{} times", said()?);
            Ok(())
        })
        .await?;
        let panel = Panel::start(&scene.display).await?;
        panel.offers("Open Callboard").await?;
        ensure!(said()? == 1, "once");
        Ok(())
    })
    .await
}

/// CO-19: a desktop that starts beside the program: its panel is there, and shows icons only later, or answers only later.
#[tokio::test]
async fn a_panel_that_takes_its_time_is_waited_for() -> Result<()> {
    for manner in [Manner::Lists, Manner::IsSilent] {
        play(&format!("a_panel_that_{manner:?}"), SOME_TICKETS, async |scene| {
            let panel = Panel::start_with(&scene.display, manner).await?;
            let nora = scene.console(NORA).await?;
            nora.until("it is said that there is none", async || {
                ensure!(nora.log()?.contains("what=Tray"), "not yet");
                Ok(())
            })
            .await?;
            panel.wakes_up().await?;
            panel.offers("Open Callboard").await.map(drop)
        })
        .await?;
    }
    Ok(())
}
