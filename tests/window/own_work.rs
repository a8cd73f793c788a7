//! The screens about one's own work: what needs a decision, what waits to be sent, what is said, many tickets at once.
//!
//! **Invariant:** what a screen shows as done is compared with the server's own word.

use anyhow::{Context, Result, ensure};
use callboard_model::{Field, TicketId, Value, Version};
use callboard_testkit::page::{Part, cell, option, part, row};
use callboard_testkit::pair::{BOB, NORA, Pair, tickets_on_screen};
use callboard_testkit::scene::play;
use callboard_testkit::window::{CONTROL, ConsoleWindow, ENTER};

use crate::SOME_TICKETS;

/// What a screen of the window is called.
const NEEDS: &str = "needs";
const OUTBOX: &str = "outbox";

/// CO-4, CO-12, LT-13: an outage as it happens to somebody: both sides edit, the network comes back, the list is worked off
/// with the keyboard, and the last decision is taken back.
#[tokio::test]
async fn after_an_outage_what_clashed_is_settled_in_one_list_and_a_decision_is_taken_back() -> Result<()> {
    play("settled_in_needs_you", SOME_TICKETS, async |scene| {
        let pair = Pair::meet(scene).await?;
        let (nora, [theirs, mine, _]) = (&pair.nora, &pair.others);
        nora.open_ticket(pair.id()).await?;
        scene.network.cut();
        nora.link_is("reconnecting").await?;
        nora.choose(Field::Status, mine.status_id.as_str()).await?;
        nora.field_is(Field::Status, "queued").await?;
        pair.truth.set_status(pair.id(), &theirs.status_id).await?;
        scene.network.restore();
        nora.link_is("live").await?;
        go(nora, NEEDS).await?;
        let line = line(NEEDS, pair.id().as_str(), "/status_id");
        nora.reads(&line, &mine.name).await?;
        nora.reads(&line, &theirs.name).await?;
        ensure!(
            pair.stored().await?.status_id.as_ref() == Some(&theirs.status_id),
            "nothing was overwritten"
        );
        let before = version(&pair).await?;
        nora.press("t").await?;
        nora.sees_no(&line).await?;
        nora.has(&part("count-needsYou"), "data-count", "0").await?;
        ensure!(version(&pair).await? == before, "theirs stands and nothing was written");
        nora.has(&part("undo-bar"), "data-verdict", "took").await?;
        nora.press("u").await?;
        // What was dropped is there again and asks again: theirs still stands on the server.
        nora.sees(&line).await?;
        ensure!(version(&pair).await? == before, "taking back writes over nobody");
        nora.press("j").await?;
        nora.press("y").await?;
        nora.sees_no(&line).await?;
        pair.bob.reads(&cell(pair.id(), "status"), &mine.name).await?;
        ensure!(pair.stored().await?.status_id.as_ref() == Some(&mine.status_id), "mine stands now");
        Ok(())
    })
    .await
}

/// CO-5: a change waits in the outbox while there is no network, and is listed as sent when the server has it.
#[tokio::test]
async fn a_change_waits_in_the_outbox_and_is_listed_once_it_was_sent() -> Result<()> {
    play("waits_in_the_outbox", SOME_TICKETS, async |scene| {
        let pair = Pair::meet(scene).await?;
        let (nora, mine) = (&pair.nora, &pair.others[0]);
        nora.open_ticket(pair.id()).await?;
        scene.network.cut();
        nora.link_is("reconnecting").await?;
        nora.choose(Field::Status, mine.status_id.as_str()).await?;
        nora.field_is(Field::Status, "queued").await?;
        go(nora, OUTBOX).await?;
        let waiting = part("outbox-waiting-line");
        nora.reads(&waiting, "Queued").await?;
        nora.reads(&waiting, &mine.name).await?;
        ensure!(nora.sight(&part("outbox-sent-line")).await?.count == 0, "nothing was sent");
        // Copied with its key, and pasted where words go: what is on the clipboard is the change in words.
        nora.press("jc").await?;
        nora.has(&waiting.within(&part("outbox-copy")), "data-said", "copied").await?;
        scene.network.restore();
        nora.link_is("live").await?;
        nora.sees_no(&waiting).await?;
        nora.reads(&part("outbox-sent-line"), &mine.name).await?;
        ensure!(pair.stored().await?.status_id.as_ref() == Some(&mine.status_id), "the server has it");
        Ok(())
    })
    .await
}

/// CO-3: what is written stays through closing, is said once, and is read by the other without a reload.
#[tokio::test]
async fn a_comment_survives_a_closed_ticket_and_reaches_the_other() -> Result<()> {
    play("a_comment_is_written", SOME_TICKETS, async |scene| {
        let pair = Pair::meet(scene).await?;
        pair.open_ticket().await?;
        let (nora, bob) = (&pair.nora, &pair.bob);
        nora.press("r").await?;
        nora.press("<b>Pump</b> replaced").await?;
        nora.reads(&part("composer-text"), "<b>Pump</b> replaced").await?;
        nora.click_on(&cell(pair.id(), "title")).await?;
        let other = other_row(nora, &pair).await?;
        nora.open_ticket(&other).await?;
        nora.open_ticket(pair.id()).await?;
        nora.reads(&part("composer-text"), "<b>Pump</b> replaced").await?;
        nora.click_on(&part("composer-text")).await?;
        nora.press_with(CONTROL, ENTER_KEY).await?;
        for console in [nora, bob] {
            console.reads(&part("comment"), "<b>Pump</b> replaced").await?;
        }
        nora.until("nothing is left in the box", async || {
            let left = nora.text(&part("composer-text")).await?;
            ensure!(left.is_empty(), "{left:?}");
            Ok(())
        })
        .await?;
        nora.sees_no(&part("pending")).await?;
        let made: u32 = bob.script("return document.querySelectorAll('.talk b').length", &[]).await?;
        ensure!(made == 0, "its words are words (CO-23)");
        Ok(())
    })
    .await
}

/// CO-2: one value for many tickets, and for each what became of it.
#[tokio::test]
async fn one_value_is_set_on_the_marked_tickets_and_on_no_other() -> Result<()> {
    play("many_at_once", SOME_TICKETS, async |scene| {
        let pair = Pair::meet(scene).await?;
        let nora = &pair.nora;
        let other = other_row(nora, &pair).await?;
        let before = pair.truth.tickets(SOME_TICKETS).await?;
        nora.open_ticket(pair.id()).await?;
        let stood = top(nora, pair.id()).await?;
        mark(nora, &[pair.id().as_str(), other.as_str()]).await?;
        nora.has(&part("bulk-bar"), "data-count", "2").await?;
        let stands = top(nora, pair.id()).await?;
        ensure!((stands - stood).abs() < 1.0, "no line moves when the bar comes: {stood} became {stands}");
        let to = &pair.others[0];
        nora.click_on(&part("bulk-status_id")).await?;
        nora.click_on(&option(to.status_id.as_str())).await?;
        nora.has(&part("bulk-result"), "data-done", "2").await?;
        for ticket in pair.truth.tickets(SOME_TICKETS).await? {
            let was_marked = [pair.id(), &other].contains(&&ticket.ticket_id);
            let stands = ticket.status_id.as_ref() == Some(&to.status_id);
            let stood = before
                .iter()
                .any(|old| old.ticket_id == ticket.ticket_id && old.status_id == ticket.status_id);
            ensure!(if was_marked { stands } else { stood }, "{}", ticket.ticket_number);
        }
        Ok(())
    })
    .await
}

/// CO-6: what happened is there, with what was done about it and why.
#[tokio::test]
async fn a_colleagues_change_is_in_the_activity_with_its_reason() -> Result<()> {
    play("activity", SOME_TICKETS, async |scene| {
        let pair = Pair::meet(scene).await?;
        let nora = &pair.nora;
        go(nora, "activity").await?;
        nora.sees(&part("activity")).await?;
        let title = Value::from("a title for the record");
        scene.server.rest(BOB)?.put(pair.id(), [(Field::Title, title)]).await?;
        let line = part("activity-list-line");
        nora.reads(&line, "Bob Kessler").await?;
        nora.reads(&line, "no rule speaks of it").await?;
        nora.press("j").await?;
        nora.press(ENTER).await?;
        nora.reads(&part("edit-title"), "a title for the record").await?;
        // The same stands on the ticket, between what is said there.
        nora.click_on(&part("go-board")).await?;
        nora.reads(&part("happened"), "Bob Kessler changed Title").await
    })
    .await
}

/// CO-7: what is chosen holds: the same made-up thing rings before the pause and not in it.
#[tokio::test]
async fn a_pause_is_what_a_test_of_a_rule_then_answers_with() -> Result<()> {
    play("settings", SOME_TICKETS, async |scene| {
        let nora = scene.console(NORA).await?;
        nora.link_is("live").await?;
        go(&nora, "settings").await?;
        nora.sees(&part("rules-line")).await?;
        nora.click_on(&part("ask")).await?;
        nora.has(&verdict(), "data-reason", "rule").await?;
        nora.click_on(&part("pause-15")).await?;
        nora.has(&part("pause"), "data-paused", "true").await?;
        nora.click_on(&part("ask")).await?;
        nora.has(&verdict(), "data-reason", "paused").await?;
        nora.click_on(&part("pause-over")).await?;
        nora.has(&part("pause"), "data-paused", "false").await?;
        nora.click_on(&part("settings-quietly")).await?;
        nora.sees(&part("quiet")).await?;
        nora.reads(&part("fact-live"), "connected").await
    })
    .await
}

/// The key that sends, held with Control.
const ENTER_KEY: char = '\u{e007}';

/// The answer to what was asked last.
fn verdict() -> Part {
    part("settings-ask").within(&part("verdict"))
}

async fn go(console: &ConsoleWindow, screen: &str) -> Result<()> {
    console.click_on(&part(&format!("go-{screen}"))).await?;
    console.sees(&part(screen)).await.map(drop)
}

fn line(list: &str, ticket: &str, rest: &str) -> Part {
    part(&format!("{list}-list-line")).with("data-key", &format!("{ticket}{rest}"))
}

/// Another ticket on screen whose board is that of the pair's.
async fn other_row(nora: &ConsoleWindow, pair: &Pair) -> Result<TicketId> {
    for id in tickets_on_screen(nora).await? {
        let ticket = pair.truth.ticket(&id).await?;
        if ticket.ticket_id != *pair.id() && ticket.board_id == pair.ticket.board_id {
            return Ok(ticket.ticket_id);
        }
    }
    anyhow::bail!("no other ticket of that board is on screen")
}

/// Marks tickets as a person does: a click with Control held.
async fn mark(nora: &ConsoleWindow, tickets: &[&str]) -> Result<()> {
    for ticket in tickets {
        let row = row(&(*ticket).into());
        nora.sees(&row).await?;
        let click = r"
document.querySelector(arguments[0])
  .dispatchEvent(new MouseEvent('click', { bubbles: true, ctrlKey: true }));
return true;";
        ensure!(nora.script::<bool>(click, &[row.0.as_str().into()]).await?, "clicked");
        nora.has(&row, "data-marked", "true").await?;
    }
    Ok(())
}

/// How far from the top of the window a ticket's line is.
async fn top(nora: &ConsoleWindow, ticket: &TicketId) -> Result<f64> {
    let script = "return document.querySelector(arguments[0]).getBoundingClientRect().top";
    nora.script(script, &[row(ticket).0.into()]).await
}

async fn version(pair: &Pair) -> Result<Version> {
    pair.stored().await?.version.context("our server has versions")
}
