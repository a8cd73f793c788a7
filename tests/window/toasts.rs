//! What calls the person outside of the window, shown by a real notification daemon (CO-15).
//!
//! **Invariant:** what a toast says is known from what the daemon was told; what it does, from what the console shows
//! and the server has.

use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use callboard_model::{Field, Ticket, Value};
use callboard_testkit::hasty::Hasty;
use callboard_testkit::page::{cell, inspector, part, row};
use callboard_testkit::pair::{BOB, NORA, tickets_on_screen};
use callboard_testkit::rest::Rest;
use callboard_testkit::scene::{Scene, play};
use callboard_testkit::screen::Screen;
use callboard_testkit::toaster::{Shown, Toaster};
use callboard_testkit::window::{ConsoleWindow, ENTER, ESCAPE};

use crate::SOME_TICKETS;

/// A title that wants to be markup, a link, and a second button.
const HOSTILE: &str = r#"<b>R&D</b> <a href="https://evil.example">click</a>"#;

/// What Nora types.
const OWN: &str = "Nora's own words";

/// Nora at her desk, Bob's way to the server, and a ticket that is not hers.
struct Desk {
    nora: Arc<ConsoleWindow>,
    bob: Rest,
    ticket: Ticket,
}

impl Desk {
    async fn set(scene: &Scene) -> Result<Self> {
        let nora = scene.console(NORA).await?;
        nora.link_is("live").await?;
        let bob = scene.server.rest(BOB)?;
        let me = scene.server.account(NORA)?.user_id.clone();
        for id in tickets_on_screen(&nora).await? {
            let ticket = bob.ticket(&id).await?;
            if ticket.assigned_to.as_ref().is_some_and(|user| user.as_str() != me) {
                return Ok(Self { nora, bob, ticket });
            }
        }
        anyhow::bail!("every ticket on screen is Nora's or nobody's")
    }

    /// Nora and Bob name the ticket without knowing of each other, and Nora looks elsewhere when it comes out. Gives back
    /// the toast that asks her.
    async fn clash(&self, scene: &Scene, toaster: &Toaster, theirs: &str) -> Result<Shown> {
        let (nora, id) = (&self.nora, &self.ticket.ticket_id);
        nora.open_ticket(id).await?;
        scene.network.cut();
        nora.type_over(&part("edit-title").0, OWN).await?;
        nora.press(ENTER).await?;
        nora.field_is(Field::Title, "queued").await?;
        nora.press(ESCAPE).await?;
        nora.sees_no(&inspector(id)).await?;
        self.bob.put(id, [(Field::Title, Value::from(theirs))]).await?;
        scene.network.restore();
        toaster.until("the conflict's toast", |shown| shown.buttons.len() == 4).await
    }

    /// Bob gives the ticket another status, which is told.
    async fn other_status(&self) -> Result<String> {
        let statuses = self.bob.statuses(&self.ticket).await?;
        let other = statuses
            .iter()
            .find(|status| !status.is_closed && Some(&status.status_id) != self.ticket.status_id.as_ref());
        let other = other.context("another open status")?;
        self.bob.set_status(&self.ticket.ticket_id, &other.status_id).await?;
        Ok(other.name.to_string())
    }

    /// Bob gives the ticket to Nora.
    async fn give(&self, scene: &Scene) -> Result<()> {
        let me = scene.server.account(NORA)?.user_id.as_str();
        self.bob.put(&self.ticket.ticket_id, [(Field::Assignee, Value::from(me))]).await.map(drop)
    }
}

/// CO-15
#[tokio::test]
async fn a_click_on_a_toast_opens_its_ticket() -> Result<()> {
    play("a_click_on_a_toast", SOME_TICKETS, async |scene| {
        let toaster = Toaster::start(&scene.display).await?;
        let desk = Desk::set(scene).await?;
        desk.give(scene).await?;
        let shown = toaster.shows(&desk.ticket.ticket_number).await?;
        ensure!(shown.body == "Bob Kessler assigned it to you.", "{shown:?}");
        let keys: Vec<&str> = shown.buttons.iter().map(|(key, _)| key.as_str()).collect();
        ensure!(keys == ["default", "open"], "{shown:?}");
        Screen::of(&scene.display)?.shows("Dunst", 1).await?;
        toaster.click().await?;
        desk.nora.sees(&inspector(&desk.ticket.ticket_id)).await.map(drop)
    })
    .await
}

/// CO-15: one living toast per ticket, replaced in place.
#[tokio::test]
async fn what_happens_next_on_a_ticket_takes_the_place_of_its_toast() -> Result<()> {
    play("one_toast_per_ticket", SOME_TICKETS, async |scene| {
        let toaster = Toaster::start(&scene.display).await?;
        let desk = Desk::set(scene).await?;
        desk.give(scene).await?;
        let first = toaster.shows(&desk.ticket.ticket_number).await?;
        let other = desk.other_status().await?;
        let second = toaster.until("the second toast", |shown| shown.body.contains(&other)).await?;
        ensure!(second.replaces == first.id.unwrap_or_default(), "{first:?} {second:?}");
        ensure!(second.id == first.id, "{first:?} {second:?}");
        // The one that stands there still leads to the ticket.
        toaster.click().await?;
        desk.nora.sees(&inspector(&desk.ticket.ticket_id)).await.map(drop)
    })
    .await
}

/// CO-15: whoever clicks before the desktop has said that the toast is there has clicked all the same.
#[tokio::test]
async fn no_click_on_a_toast_is_too_early() -> Result<()> {
    play("no_click_is_too_early", SOME_TICKETS, async |scene| {
        let _daemon = Hasty::start(&scene.display, 1).await?;
        let desk = Desk::set(scene).await?;
        desk.give(scene).await?;
        desk.nora.sees(&inspector(&desk.ticket.ticket_id)).await.map(drop)
    })
    .await
}

/// CO-15: nor is a click lost on what is just being replaced.
#[tokio::test]
async fn a_click_counts_while_the_next_toast_takes_the_place() -> Result<()> {
    play("a_click_while_it_is_replaced", SOME_TICKETS, async |scene| {
        let daemon = Hasty::start(&scene.display, 2).await?;
        let desk = Desk::set(scene).await?;
        desk.give(scene).await?;
        daemon.was_told(1).await?;
        desk.other_status().await?;
        desk.nora.sees(&inspector(&desk.ticket.ticket_id)).await.map(drop)
    })
    .await
}

/// CO-15: closed when read anywhere. The window is told that it has the focus: on this screen nobody hands it out.
#[tokio::test]
async fn a_toast_goes_when_its_ticket_is_read_in_the_window() -> Result<()> {
    play("a_toast_goes_when_read", SOME_TICKETS, async |scene| {
        let toaster = Toaster::start(&scene.display).await?;
        let desk = Desk::set(scene).await?;
        desk.give(scene).await?;
        let shown = toaster.shows(&desk.ticket.ticket_number).await?;
        desk.nora.open_ticket(&desk.ticket.ticket_id).await?;
        let look =
            "window.dispatchEvent(new Event('blur')); window.dispatchEvent(new Event('focus')); return true";
        ensure!(desk.nora.script::<bool>(look, &[]).await?, "the person looks");
        toaster.loses(&shown).await
    })
    .await
}

/// CO-15, LT-13, CO-23: the button on the toast decides, and a hostile value is words on it.
#[tokio::test]
async fn the_buttons_of_a_toast_settle_a_conflict() -> Result<()> {
    play("the_buttons_of_a_toast", SOME_TICKETS, async |scene| {
        let toaster = Toaster::start(&scene.display).await?;
        let desk = Desk::set(scene).await?;
        let (nora, id) = (&desk.nora, &desk.ticket.ticket_id);
        let shown = desk.clash(scene, &toaster, HOSTILE).await?;
        let words = shown.body.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
        ensure!(words.contains(HOSTILE) && !shown.body.contains('<'), "{shown:?}");
        ensure!(shown.buttons[2].1 == format!("Take theirs: {HOSTILE}"), "{shown:?}");
        nora.has(&part("count-needsYou"), "data-count", "1").await?;
        toaster.press("Take theirs").await?;
        nora.has(&part("count-needsYou"), "data-count", "0").await?;
        nora.reads(&cell(id, "title"), HOSTILE).await?;
        let stored = desk.bob.ticket(id).await?;
        ensure!(*stored.title == *HOSTILE, "theirs stands: {}", stored.title);
        Ok(())
    })
    .await
}

/// CO-15, LT-13
#[tokio::test]
async fn what_is_ones_own_can_be_kept_from_the_toast() -> Result<()> {
    play("keep_yours_on_a_toast", SOME_TICKETS, async |scene| {
        let toaster = Toaster::start(&scene.display).await?;
        let desk = Desk::set(scene).await?;
        let (nora, id) = (&desk.nora, &desk.ticket.ticket_id);
        desk.clash(scene, &toaster, "What Bob says").await?;
        toaster.press("Keep yours").await?;
        nora.has(&part("count-needsYou"), "data-count", "0").await?;
        nora.until("the server has what Nora wrote", async || {
            let stored = desk.bob.ticket(id).await?;
            ensure!(*stored.title == *OWN, "it has {:?}", stored.title);
            Ok(())
        })
        .await?;
        nora.reads(&cell(id, "title"), OWN).await
    })
    .await
}

/// CO-15
#[tokio::test]
async fn without_a_daemon_it_is_said_once_and_everything_goes_on() -> Result<()> {
    play("without_a_daemon", SOME_TICKETS, async |scene| {
        let desk = Desk::set(scene).await?;
        let record = r"
window.callboardNotices = [];
const log = document.querySelector('.notices');
new MutationObserver((changes) => {
  for (const { addedNodes } of changes)
    for (const node of addedNodes) if (node.textContent) window.callboardNotices.push(node.textContent);
}).observe(log, { childList: true });
return log !== null;";
        ensure!(desk.nora.script::<bool>(record, &[]).await?, "the notices are watched");
        desk.give(scene).await?;
        let said =
            "return window.callboardNotices.filter((text) => text.includes('no notifications')).length";
        desk.nora
            .until("it is said", async || {
                let times: u32 = desk.nora.script(said, &[]).await?;
                ensure!(times == 1, "{times} times");
                Ok(())
            })
            .await?;
        // A second toast that nobody shows, and then the window is as alive as before.
        let priority = desk.bob.tickets(60).await?;
        let other = priority.iter().find_map(|ticket| {
            ticket.priority_id.clone().filter(|id| Some(id) != desk.ticket.priority_id.as_ref())
        });
        let other = other.context("another priority")?;
        desk.bob.put(&desk.ticket.ticket_id, [(Field::Priority, Value::from(other.as_str()))]).await?;
        let toaster = Toaster::start(&scene.display).await?;
        desk.bob.put(&desk.ticket.ticket_id, [(Field::Title, Value::from("Still alive"))]).await?;
        desk.nora.reads(&cell(&desk.ticket.ticket_id, "title"), "Still alive").await?;
        desk.nora.sees(&row(&desk.ticket.ticket_id)).await?;
        ensure!(desk.nora.script::<u32>(said, &[]).await? == 1, "it is said once");
        // Once there is somebody to show them, toasts are shown.
        let me = scene.server.account(BOB)?.user_id.as_str();
        desk.bob.put(&desk.ticket.ticket_id, [(Field::Assignee, Value::from(me))]).await?;
        toaster.shows("Still alive").await.map(drop)
    })
    .await
}
