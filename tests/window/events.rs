//! Domain events in the window: one of which nothing happened is told by its form, and seen to arrive.
//!
//! **Invariant:** what the screen says of an event is compared with the server's own log.

use anyhow::{Context, Result, ensure};
use callboard_testkit::page::{Part, part};
use callboard_testkit::pair::NORA;
use callboard_testkit::rest::Rest;
use callboard_testkit::scene::play;
use callboard_testkit::window::{CONTROL, ConsoleWindow, ENTER};
use serde_json::{Value, json};

use crate::SOME_TICKETS;
use crate::readable::is_well_laid_out;

/// A kind of event that this server never tells by itself.
const KIND: &str = "TICKET_APPROVAL_REQUESTED";

/// The key that sends, held with Control.
const ENTER_KEY: char = '\u{e007}';

/// EV-5: found, filled in wrongly, refused at its field, put right, sent with a double press, and seen to arrive: with the
/// keyboard but for the fields.
#[tokio::test]
async fn an_event_of_which_nothing_happened_is_refused_at_its_field_and_then_seen_to_arrive() -> Result<()> {
    play("a_simulated_event", SOME_TICKETS, async |scene| {
        let nora = scene.console(NORA).await?;
        let truth = scene.server.rest(NORA)?;
        let ticket = truth.tickets(1).await?.first().context("a ticket")?.ticket_id.to_string();
        nora.link_is("live").await?;
        nora.press("ge").await?;
        nora.sees(&part("events-list-line")).await?;
        nora.press("f").await?;
        nora.press("ticket approval requested").await?;
        nora.has(&part("events-list-line"), "data-key", KIND).await?;
        nora.press(ENTER).await?;
        nora.press(ENTER).await?;
        nora.reads(&part("events-chosen"), KIND).await?;

        nora.type_over(&field("ticketId").0, "no id").await?;
        sends(&nora).await?;
        nora.has(&part("events-outcome"), "data-fate", "refused").await?;
        nora.has(&node("ticketId"), "data-wrong", "true").await?;
        nora.reads(&node("ticketId"), "uuid").await?;
        nora.has(&node("approvalRequestId"), "data-wrong", "false").await?;
        ensure!(told(&truth).await?.is_empty(), "nothing was told");
        is_well_laid_out(&nora, "a refused event").await?;

        nora.type_over(&field("ticketId").0, &ticket).await?;
        nora.type_over(&field("notes").0, "<b>Only</b> a test").await?;
        sends(&nora).await?;
        sends(&nora).await?;
        nora.has(&part("events-outcome"), "data-fate", "arrived").await?;
        let event = nora.text(&part("events-told")).await?;
        let entry = part("events-entry").with("data-event", &event);
        nora.has(&entry, "data-simulated", "true").await?;
        let told = told(&truth).await?;
        ensure!(told.len() == 1, "two presses are one event: {told:?}");
        let told = told.first().context("one event")?;
        ensure!(told["event_id"] == json!(event) && told["simulated"] == json!(true), "{told}");
        ensure!(told["payload"]["ticketId"] == json!(ticket), "{told}");
        ensure!(told["payload"]["notes"] == json!("<b>Only</b> a test"), "its words are words: {told}");
        is_well_laid_out(&nora, "an event that arrived").await
    })
    .await
}

async fn sends(nora: &ConsoleWindow) -> Result<()> {
    nora.press_with(CONTROL, ENTER_KEY).await
}

/// What the server's log holds of the kind.
async fn told(truth: &Rest) -> Result<Vec<Value>> {
    let mut page: Value = truth.get(&format!("/api/v1/events?types={KIND}")).await?;
    serde_json::from_value(page["data"].take()).context("a page of the log")
}

/// What holds a field of the payload, with what is said about it.
fn node(name: &str) -> Part {
    part("events-node").with("data-path", name)
}

/// Where a field of the payload is filled in.
fn field(name: &str) -> Part {
    part(&format!("field-of-event-{name}"))
}
