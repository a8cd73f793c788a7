//! Fields that are set in their cells on the board (CO-2).
//!
//! **Invariant:** what a cell shows as done is compared with the server's own word.

use anyhow::{Result, ensure};
use callboard_model::Field;
use callboard_testkit::page::{Part, cell, conflict, face, inspector, option, part};
use callboard_testkit::pair::{NORA, Pair};
use callboard_testkit::scene::play;
use callboard_testkit::window::{DOWN, ENTER, ESCAPE, Theme};

use crate::SOME_TICKETS;
use crate::readable::is_readable;

/// The key that goes to the next cell.
const RIGHT: &str = "\u{e014}";

/// CO-2, LT-10: chosen with the pointer in the cell, without opening anything; the colleague sees who is about to.
#[tokio::test]
async fn a_status_is_set_in_its_cell_with_the_pointer() -> Result<()> {
    play("a_cell_and_the_pointer", SOME_TICKETS, async |scene| {
        let pair = Pair::meet(scene).await?;
        let (nora, bob, to) = (&pair.nora, &pair.bob, &pair.others[0]);
        let status = cell(pair.id(), "status");
        nora.hover(&status.0).await?;
        nora.click_on(&button(&status, "status")).await?;
        nora.sees(&option(to.status_id.as_str())).await?;
        let her = face(&scene.server.account(NORA)?.user_id).with("data-editing", "status_id");
        bob.sees(&cell(pair.id(), "faces").within(&her)).await?;
        nora.click_on(&option(to.status_id.as_str())).await?;
        bob.reads(&status, &to.name).await?;
        ensure!(pair.stored().await?.status_id.as_ref() == Some(&to.status_id), "the server has it");
        ensure!(nora.sight(&part("ticket")).await?.count == 0, "nothing was opened");
        nora.sees_no(&part("option")).await?;
        bob.sees_no(&cell(pair.id(), "faces").within(&her)).await
    })
    .await
}

/// CO-2, CO-20: the same by keys alone, in a cell that has no key of its own.
#[tokio::test]
async fn cells_are_gone_to_and_set_by_keys_alone() -> Result<()> {
    play("a_cell_and_the_keys", SOME_TICKETS, async |scene| {
        let pair = Pair::meet(scene).await?;
        let (nora, [by_letter, by_arrow, _]) = (&pair.nora, &pair.others);
        to_the_line(nora, &pair).await?;
        nora.press("s").await?;
        nora.sees(&option(by_letter.status_id.as_str())).await?;
        nora.press(&by_letter.name).await?;
        nora.sees(&option(by_letter.status_id.as_str()).with("data-at", "")).await?;
        nora.press(ENTER).await?;
        nora.reads(&cell(pair.id(), "status"), &by_letter.name).await?;
        nora.sees_no(&part("option")).await?;
        let place = format!("cell-status-{}", pair.id());
        nora.until("the keyboard is on the status", async || {
            nora.press(RIGHT).await?;
            let now = nora.sight(&part("board")).await?;
            let on = now.attribute("aria-activedescendant");
            ensure!(on == Some(place.as_str()), "it is on {on:?}");
            Ok(())
        })
        .await?;
        nora.press(ENTER).await?;
        nora.sees(&option(by_arrow.status_id.as_str())).await?;
        nora.press(&by_arrow.name).await?;
        nora.sees(&option(by_arrow.status_id.as_str()).with("data-at", "")).await?;
        nora.press(ENTER).await?;
        pair.bob.reads(&cell(pair.id(), "status"), &by_arrow.name).await?;
        ensure!(pair.stored().await?.status_id.as_ref() == Some(&by_arrow.status_id), "the server has it");
        ensure!(nora.sight(&part("ticket")).await?.count == 0, "nothing was opened");
        Ok(())
    })
    .await
}

/// CO-10, LT-13: what is typed stays while the line is told anew, and what was seen is what the choice is measured against.
#[tokio::test]
async fn an_open_cell_keeps_what_is_typed_and_asks_where_somebody_was_faster() -> Result<()> {
    play("a_cell_and_a_colleague", SOME_TICKETS, async |scene| {
        let pair = Pair::meet(scene).await?;
        let (nora, [theirs, mine, _]) = (&pair.nora, &pair.others);
        to_the_line(nora, &pair).await?;
        nora.press("s").await?;
        nora.press(&mine.name).await?;
        nora.sees(&option(mine.status_id.as_str()).with("data-at", "")).await?;
        pair.truth.set_status(pair.id(), &theirs.status_id).await?;
        nora.reads(&cell(pair.id(), "status"), &theirs.name).await?;
        nora.sees(&option(mine.status_id.as_str()).with("data-at", "")).await?;
        nora.press(ENTER).await?;
        nora.has(&part("count-needsYou"), "data-count", "1").await?;
        ensure!(
            pair.stored().await?.status_id.as_ref() == Some(&theirs.status_id),
            "nothing was written over"
        );
        // Asked for again, the cell leads to where both values stand.
        nora.press("s").await?;
        nora.reads(&inspector(pair.id()).within(&conflict(Field::Status)), &theirs.name).await?;
        ensure!(nora.sight(&part("option")).await?.count == 0, "no list lies over the decision");
        Ok(())
    })
    .await
}

/// CO-20
#[tokio::test]
async fn an_open_cell_is_readable_in_both_themes() -> Result<()> {
    play("an_open_cell_is_readable", SOME_TICKETS, async |scene| {
        let nora = scene.console(NORA).await?;
        nora.link_is("live").await?;
        nora.press(DOWN).await?;
        for theme in [Theme::Dark, Theme::Light] {
            nora.set_theme(theme).await?;
            let row = part("row");
            nora.hover(&row.within(&part("cell-assignee")).0).await?;
            is_readable(&nora, theme, "a line beneath the pointer").await?;
            nora.click_on(&button(&row, "assignee")).await?;
            nora.sees(&part("option")).await?;
            is_readable(&nora, theme, "the choices of a cell").await?;
            nora.press(ESCAPE).await?;
            nora.sees_no(&part("option")).await?;
        }
        Ok(())
    })
    .await
}

/// What opens the choices of a column there.
fn button(within: &Part, column: &str) -> Part {
    within.within(&part(&format!("edit-{column}")))
}

/// Goes down the board until the keyboard is on the pair's ticket.
async fn to_the_line(nora: &callboard_testkit::window::ConsoleWindow, pair: &Pair) -> Result<()> {
    let there = format!("line-{}", pair.id());
    let focused: bool = nora
        .script(
            "const board = document.querySelector(arguments[0]); board.focus(); return true",
            &[part("board").0.into()],
        )
        .await?;
    ensure!(focused, "the board has the keyboard");
    nora.until("the keyboard is on the line", async || {
        nora.press(DOWN).await?;
        let now = nora.sight(&part("board")).await?;
        let on = now.attribute("aria-activedescendant");
        ensure!(on == Some(there.as_str()), "it is on {on:?}");
        Ok(())
    })
    .await
}
