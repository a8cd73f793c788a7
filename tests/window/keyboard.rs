//! Everything is done without a pointer: the palette, the command line, the sheet of keys (CO-8, CO-20).
//!
//! **Invariant:** what is done is done by keys, which go through the window like a person's; a click only changes the theme.

use anyhow::{Result, ensure};
use callboard_model::{Field, Version};
use callboard_testkit::page::{Part, cell, inspector, part};
use callboard_testkit::pair::{NORA, Pair};
use callboard_testkit::scene::play;
use callboard_testkit::window::{CONTROL, ConsoleWindow, DOWN, ENTER, ESCAPE, F1, TAB, Theme};

use crate::SOME_TICKETS;
use crate::readable::{is_readable, is_well_laid_out};

/// More presses of Tab than any sheet has controls.
const CONTROLS_MAX: u32 = 120;

/// CO-8
#[tokio::test]
async fn the_palette_opens_a_ticket_by_its_number_and_gives_the_keyboard_back() -> Result<()> {
    play("the_palette_opens_a_ticket", SOME_TICKETS, async |scene| {
        let pair = Pair::meet(scene).await?;
        let nora = &pair.nora;
        nora.press(DOWN).await?;
        nora.press_with(CONTROL, 'k').await?;
        nora.sees(&part("palette")).await?;
        // Typed and committed at once: the answer may come after Enter.
        nora.press(&format!("{}{ENTER}", pair.ticket.ticket_number)).await?;
        nora.sees(&inspector(pair.id())).await?;
        nora.sees_no(&part("palette")).await?;
        nora.press(ESCAPE).await?;
        nora.sees_no(&part("ticket")).await
    })
    .await
}

/// CO-8: the line says what it will do, and does it once.
#[tokio::test]
async fn a_command_line_sets_a_status_without_opening_anything() -> Result<()> {
    play("a_command_line_sets_a_status", SOME_TICKETS, async |scene| {
        let pair = Pair::meet(scene).await?;
        let (nora, bob, to) = (&pair.nora, &pair.bob, &pair.others[0]);
        nora.press("/").await?;
        nora.sees(&part("palette")).await?;
        nora.press(&format!("s {} {}", pair.ticket.ticket_number, to.name)).await?;
        let deed = part("offer").with("data-key", "deed");
        nora.reads(&deed, &to.name).await?;
        nora.reads(&deed, &pair.ticket.ticket_number).await?;
        nora.press(ENTER).await?;
        nora.sees_no(&part("palette")).await?;
        nora.reads(&cell(pair.id(), "status"), &to.name).await?;
        bob.reads(&cell(pair.id(), "status"), &to.name).await?;
        let stored = pair.stored().await?;
        ensure!(stored.status_id.as_ref() == Some(&to.status_id), "it was saved");
        let once = pair.ticket.version.map(|version| Version(version.0 + 1));
        ensure!(stored.version == once, "once: {:?}", stored.version);
        ensure!(nora.sight(&part("ticket")).await?.count == 0, "nothing was opened");
        Ok(())
    })
    .await
}

/// CO-8, LT-13: what stood there while the value was typed is what the edit is measured against.
#[tokio::test]
async fn a_command_line_asks_where_somebody_was_faster() -> Result<()> {
    play("a_command_line_asks", SOME_TICKETS, async |scene| {
        let pair = Pair::meet(scene).await?;
        let (nora, bob, [theirs, mine, _]) = (&pair.nora, &pair.bob, &pair.others);
        bob.press("/").await?;
        bob.sees(&part("palette")).await?;
        nora.press("/").await?;
        nora.sees(&part("palette")).await?;
        nora.press(&format!("s {} {}", pair.ticket.ticket_number, mine.name)).await?;
        let deed = part("offer").with("data-key", "deed");
        nora.reads(&deed, &mine.name).await?;
        bob.press(&format!("s {} {}{ENTER}", pair.ticket.ticket_number, theirs.name)).await?;
        nora.reads(&cell(pair.id(), "status"), &theirs.name).await?;
        nora.press(ENTER).await?;
        nora.has(&part("count-needsYou"), "data-count", "1").await?;
        ensure!(
            pair.stored().await?.status_id.as_ref() == Some(&theirs.status_id),
            "hers was not written over his"
        );
        Ok(())
    })
    .await
}

/// CO-8: an ambiguous line shows the choices, and Enter does not choose.
#[tokio::test]
async fn an_ambiguous_line_is_never_guessed() -> Result<()> {
    play("an_ambiguous_line", SOME_TICKETS, async |scene| {
        let pair = Pair::meet(scene).await?;
        let (nora, number) = (&pair.nora, &pair.ticket.ticket_number);
        nora.press("/").await?;
        nora.sees(&part("palette")).await?;
        nora.press(&format!("s {number} ")).await?;
        let value = |status: &callboard_model::rest::Status| {
            part("offer").with("data-key", &format!("value-{}", status.status_id.as_str()))
        };
        for other in &pair.others {
            nora.sees(&value(other)).await?;
        }
        nora.press(ENTER).await?;
        nora.reads(&part("palette-says"), "Which?").await?;
        ensure!(pair.stored().await?.version == pair.ticket.version, "nothing was written");
        // Chosen by the arrows, it is no guess.
        down_to(nora, &value(&pair.others[1]).with("aria-selected", "true")).await?;
        nora.press(ENTER).await?;
        nora.reads(&cell(pair.id(), "status"), &pair.others[1].name).await
    })
    .await
}

/// CO-8, WCAG 2.1.4
#[tokio::test]
async fn a_key_is_changed_on_the_sheet_and_single_keys_are_switched_off_by_keys_alone() -> Result<()> {
    play("the_sheet_of_keys", SOME_TICKETS, async |scene| {
        let nora = scene.console(NORA).await?;
        nora.press("?").await?;
        nora.sees(&part("shortcuts")).await?;
        tab_to(&nora, &part("shortcut").with("data-action", "status").within(&part("shortcut-key"))).await?;
        nora.press(&format!("{ENTER}x{ESCAPE}")).await?;
        nora.sees_no(&part("shortcuts")).await?;
        tab_to(&nora, &part("board")).await?;
        nora.press(DOWN).await?;
        nora.press(ENTER).await?;
        nora.sees(&part("ticket")).await?;
        nora.sees(&part(&format!("pick-{}", Field::Status)).with("aria-keyshortcuts", "X")).await?;
        nora.press("x").await?;
        nora.sees(&part("option")).await?;
        nora.press(ESCAPE).await?;
        nora.sees_no(&part("option")).await?;
        nora.press(F1).await?;
        nora.sees(&part("shortcuts")).await?;
        tab_to(&nora, &part("single-keys")).await?;
        nora.press(" ").await?;
        nora.has(&part("single-keys"), "aria-checked", "false").await?;
        nora.press(ESCAPE).await?;
        nora.sees_no(&part("shortcuts")).await?;
        // The sheet that opens by its function key is the fence: had the stroke done anything, it would have been first.
        nora.press("/").await?;
        nora.press(F1).await?;
        nora.sees(&part("shortcuts")).await?;
        ensure!(nora.sight(&part("palette")).await?.count == 0, "a bare stroke does nothing any more");
        Ok(())
    })
    .await
}

/// CO-20
#[tokio::test]
async fn palette_command_line_and_sheet_are_readable_in_both_themes() -> Result<()> {
    play("palette_and_sheet_are_readable", SOME_TICKETS, async |scene| {
        let nora = scene.console(NORA).await?;
        let number = nora.text(&part("cell-number")).await?;
        for theme in [Theme::Dark, Theme::Light] {
            nora.set_theme(theme).await?;
            for (what, line) in [
                ("the palette", String::new()),
                ("a found ticket", number.clone()),
                ("a command", format!("/s {number} ")),
            ] {
                nora.press_with(CONTROL, 'k').await?;
                nora.sees(&part("palette")).await?;
                nora.press(&line).await?;
                nora.sees(&part("offer")).await?;
                is_readable(&nora, theme, what).await?;
                is_well_laid_out(&nora, what).await?;
                nora.press(ESCAPE).await?;
                nora.sees_no(&part("palette")).await?;
            }
            nora.press(F1).await?;
            nora.sees(&part("shortcuts")).await?;
            is_readable(&nora, theme, "the sheet of keys").await?;
            is_well_laid_out(&nora, "the sheet of keys").await?;
            nora.press(ESCAPE).await?;
            nora.sees_no(&part("shortcuts")).await?;
        }
        Ok(())
    })
    .await
}

/// Goes down a list until what is wanted stands there.
async fn down_to(nora: &ConsoleWindow, to: &Part) -> Result<()> {
    for _ in 0..CONTROLS_MAX {
        if nora.sight(to).await?.count > 0 {
            return Ok(());
        }
        nora.press(DOWN).await?;
    }
    anyhow::bail!("{CONTROLS_MAX} presses of the arrow do not lead to {to}")
}

/// Goes from control to control until the keyboard is on this one.
async fn tab_to(nora: &ConsoleWindow, to: &Part) -> Result<()> {
    for _ in 0..CONTROLS_MAX {
        let is_there = "return document.activeElement === document.querySelector(arguments[0])";
        if nora.script::<bool>(is_there, &[to.0.as_str().into()]).await? {
            return Ok(());
        }
        nora.press(TAB).await?;
    }
    anyhow::bail!("{CONTROLS_MAX} presses of Tab do not lead to {to}")
}
