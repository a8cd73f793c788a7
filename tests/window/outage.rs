//! A server or a network that goes away is said, survived, and caught up with.
//!
//! **Invariant:** what the person was doing (focus, scroll, an edit under way) is as it was.

use anyhow::{Result, ensure};
use callboard_model::{Field, Version};
use callboard_testkit::page::{cell, field, part, row};
use callboard_testkit::pair::Pair;
use callboard_testkit::scene::play;
use callboard_testkit::window::ConsoleWindow;
use serde::Deserialize;

/// More than fits on a screen, so that there is something to scroll.
const SCROLLABLE: u32 = 200;

/// Where a person is in a window.
#[derive(Debug, Deserialize, PartialEq)]
struct Place {
    focus: String,
    scroll: f64,
    marker: bool,
}

/// LT-14, LT-15, CO-10
#[tokio::test]
async fn after_a_restart_of_the_server_the_board_is_true_again_and_nothing_has_moved() -> Result<()> {
    play("a_restart_of_the_server", SCROLLABLE, async |scene| {
        let pair = Pair::meet(scene).await?;
        let (nora, to) = (&pair.nora, &pair.others[0]);
        nora.open_ticket(pair.id()).await?;
        let before = settle_down(nora, &pair).await?;
        scene.server.kill();
        nora.link_is("reconnecting").await?;
        // Bob changes something while the server is there again and Nora is not.
        scene.network.cut();
        scene.server.restart().await?;
        pair.truth.set_status(pair.id(), &to.status_id).await?;
        ensure!(!nora.text(&cell(pair.id(), "status")).await?.contains(&*to.name), "Nora cannot know yet");
        scene.network.restore();
        nora.link_is("live").await?;
        nora.reads(&cell(pair.id(), "status"), &to.name).await?;
        nora.reads(&field(Field::Status), &to.name).await?;
        let after = place(nora).await?;
        ensure!(after == before, "{before:?} became {after:?}");
        Ok(())
    })
    .await
}

/// LT-14, LT-15
#[tokio::test]
async fn a_cut_is_said_and_an_edit_made_meanwhile_is_sent_once() -> Result<()> {
    play("a_cut_is_said", crate::SOME_TICKETS, async |scene| {
        let pair = Pair::meet(scene).await?;
        let (nora, bob, mine) = (&pair.nora, &pair.bob, &pair.others[0]);
        nora.open_ticket(pair.id()).await?;
        scene.network.cut();
        nora.link_is("reconnecting").await?;
        nora.choose(Field::Status, mine.status_id.as_str()).await?;
        nora.field_is(Field::Status, "queued").await?;
        nora.has(&part("count-queued"), "data-count", "1").await?;
        nora.reads(&cell(pair.id(), "status"), &mine.name).await?;
        ensure!(pair.stored().await?.version == pair.ticket.version, "the server knows nothing of it");
        scene.network.restore();
        nora.link_is("live").await?;
        nora.field_is(Field::Status, "confirmed").await?;
        nora.has(&part("count-queued"), "data-count", "0").await?;
        bob.reads(&cell(pair.id(), "status"), &mine.name).await?;
        let once = pair.ticket.version.map(|version| Version(version.0 + 1));
        ensure!(pair.stored().await?.version == once, "sent once");
        Ok(())
    })
    .await
}

/// Puts the focus into the search, scrolls a little and marks the page.
async fn settle_down(nora: &ConsoleWindow, pair: &Pair) -> Result<Place> {
    nora.click_on(&part("search")).await?;
    let scrolled =
        "document.querySelector(arguments[0]).scrollTop = 20; return (window.callboardMarker = true)";
    let marked: bool = nora.script(scrolled, &[part("board").0.into()]).await?;
    ensure!(marked, "the marker is set");
    nora.sees(&row(pair.id())).await?;
    let place = place(nora).await?;
    ensure!(place == Place { focus: "search".to_owned(), scroll: 20.0, marker: true }, "{place:?}");
    Ok(place)
}

async fn place(nora: &ConsoleWindow) -> Result<Place> {
    let script = r"
return {
  focus: document.activeElement?.closest('[data-testid]')?.dataset.testid ?? '',
  scroll: document.querySelector(arguments[0]).scrollTop,
  marker: window.callboardMarker === true,
};";
    nora.script(script, &[part("board").0.into()]).await
}
