//! What a colleague does reaches this window: faces, editing, saved fields.
//!
//! **Invariant:** no window is reloaded to see anything.

use anyhow::{Result, ensure};
use callboard_model::{Field, Value};
use callboard_testkit::page::{Part, cell, face, field, inspector, option, part, pick, row};
use callboard_testkit::pair::{BOB, NORA, Pair};
use callboard_testkit::panel::Panel;
use callboard_testkit::scene::{Scene, play};
use callboard_testkit::window::ESCAPE;
use serde_json::json;

use crate::SOME_TICKETS;

/// LT-11
#[tokio::test]
async fn a_save_changes_the_other_board_and_lights_the_row_without_a_reload() -> Result<()> {
    play("a_save_changes_the_other_board", SOME_TICKETS, async |scene| {
        // A desktop without a panel would be told of, and here nothing is to be told.
        let _panel = Panel::start(&scene.display).await?;
        let pair = Pair::meet(scene).await?;
        let (nora, bob, to) = (&pair.nora, &pair.bob, &pair.others[0]);
        let marked: bool = nora.script("return (window.callboardMarker = true)", &[]).await?;
        ensure!(marked, "the marker is set");
        nora.record(&row(pair.id()), "data-lit").await?;
        bob.open_ticket(pair.id()).await?;
        bob.choose(Field::Status, to.status_id.as_str()).await?;
        nora.reads(&cell(pair.id(), "status"), &to.name).await?;
        nora.has(&row(pair.id()), "data-lit", "").await?;
        let lit = nora.recorded().await?;
        ensure!(lit.contains(&Some("status_id".to_owned())), "the row was lit by the status: {lit:?}");
        let marker: bool = nora.script("return window.callboardMarker === true", &[]).await?;
        ensure!(marker, "the page is the very same");
        let told = nora.sight(&part("notice").with("data-kind", "changed")).await?;
        ensure!(told.count == 0, "quietly: {told:?}");
        Ok(())
    })
    .await
}

/// LT-11: one's own save lights nothing (LT-17).
#[tokio::test]
async fn ones_own_save_lights_nothing() -> Result<()> {
    play("ones_own_save_lights_nothing", SOME_TICKETS, async |scene| {
        let pair = Pair::meet(scene).await?;
        let (nora, bob, to) = (&pair.nora, &pair.bob, &pair.others[0]);
        nora.open_ticket(pair.id()).await?;
        nora.record(&row(pair.id()), "data-lit").await?;
        nora.choose(Field::Status, to.status_id.as_str()).await?;
        nora.field_is(Field::Status, "confirmed").await?;
        // Bob's later change is the fence: when it has lit up, the hint of Nora's own would long have done so.
        bob.reads(&cell(pair.id(), "status"), &to.name).await?;
        let title = Value::from("a title for the fence");
        scene.server.rest(BOB)?.put(pair.id(), [(Field::Title, title)]).await?;
        nora.has(&row(pair.id()), "data-lit", "title").await?;
        let lit = nora.recorded().await?;
        ensure!(lit == [Some(String::new()), Some("title".to_owned())], "only by the title: {lit:?}");
        Ok(())
    })
    .await
}

/// LT-9
#[tokio::test]
async fn each_sees_the_other_on_the_ticket_and_on_the_board() -> Result<()> {
    play("each_sees_the_other", SOME_TICKETS, async |scene| {
        let pair = Pair::meet(scene).await?;
        let (nora, bob) = (&pair.nora, &pair.bob);
        nora.open_ticket(pair.id()).await?;
        bob.sees(&on_row(&pair, &face_of(scene, NORA)?)).await?;
        bob.open_ticket(pair.id()).await?;
        for (watcher, other) in [(nora, BOB), (bob, NORA)] {
            let face = face_of(scene, other)?;
            watcher.sees(&in_strip(&pair, &face)).await?;
            let shown = watcher.sees(&on_row(&pair, &face)).await?;
            ensure!(shown.count == 1, "one face per person: {shown:?}");
            ensure!(shown.attribute("title") == Some(other), "with the name: {shown:?}");
        }
        ensure!(
            nora.sight(&in_strip(&pair, &face_of(scene, NORA)?)).await?.count == 0,
            "nobody sees herself"
        );
        bob.press(ESCAPE).await?;
        bob.sees_no(&inspector(pair.id())).await?;
        let bobs = face_of(scene, BOB)?;
        nora.sees_no(&in_strip(&pair, &bobs)).await?;
        nora.sees_no(&on_row(&pair, &bobs)).await
    })
    .await
}

/// LT-10
#[tokio::test]
async fn an_open_picker_shows_as_editing_until_it_is_closed() -> Result<()> {
    play("an_open_picker_shows_as_editing", SOME_TICKETS, async |scene| {
        let pair = Pair::meet(scene).await?;
        pair.open_ticket().await?;
        let (nora, bob) = (&pair.nora, &pair.bob);
        let editor = in_strip(&pair, &face_of(scene, BOB)?).with("data-editing", "status_id");
        bob.click_on(&pick(Field::Status)).await?;
        nora.reads(&field(Field::Status), "Bob Kessler is editing").await?;
        nora.sees(&editor).await?;
        // Never a lock: Nora's own picker opens beside it.
        nora.click_on(&pick(Field::Status)).await?;
        nora.sees(&option(pair.others[0].status_id.as_str())).await?;
        bob.press(ESCAPE).await?;
        bob.sees_no(&part("option")).await?;
        nora.sees_no(&editor).await?;
        let caption = nora.text(&field(Field::Status)).await?;
        ensure!(!caption.contains("is editing"), "the caption is gone: {caption:?}");
        Ok(())
    })
    .await
}

/// LT-12
#[tokio::test]
async fn a_change_beside_unsaved_work_is_told_in_passing_and_leaves_the_work_alone() -> Result<()> {
    play("a_change_beside_unsaved_work", SOME_TICKETS, async |scene| {
        let pair = Pair::meet(scene).await?;
        let (nora, bob, to) = (&pair.nora, &pair.bob, &pair.others[0]);
        pair.open_ticket().await?;
        let title = part("edit-title");
        nora.type_over(&title.0, "what Nora is typing").await?;
        nora.field_is(Field::Title, "draft").await?;
        bob.choose(Field::Status, to.status_id.as_str()).await?;
        nora.reads(&cell(pair.id(), "status"), &to.name).await?;
        nora.reads(&part("notice").with("data-kind", "changed"), "Bob Kessler updated Status").await?;
        ensure!(nora.text(&title).await? == "what Nora is typing", "the work is untouched");
        let focused: bool = nora
            .script(
                "return document.activeElement === document.querySelector(arguments[0])",
                &[json!(title.0)],
            )
            .await?;
        ensure!(focused, "and the focus stays in it (CO-10)");
        ensure!(pair.stored().await?.title == pair.ticket.title, "nothing of it was saved");
        Ok(())
    })
    .await
}

/// Durable, then visible, then sent: the eye does not wait for the server.
#[tokio::test]
async fn an_edit_is_shown_before_the_server_answers() -> Result<()> {
    play("an_edit_is_shown_at_once", SOME_TICKETS, async |scene| {
        let pair = Pair::meet(scene).await?;
        let (nora, bob, to) = (&pair.nora, &pair.bob, &pair.others[0]);
        nora.open_ticket(pair.id()).await?;
        nora.record(&field(Field::Status), "data-state").await?;
        scene.network.hold(callboard_testkit::chaos::Way::Down);
        nora.choose(Field::Status, to.status_id.as_str()).await?;
        nora.reads(&cell(pair.id(), "status"), &to.name).await?;
        nora.reads(&pick(Field::Status), &to.name).await?;
        nora.field_is(Field::Status, "sending").await?;
        // The server has it and everybody else sees it; only the answer to Nora is still on its way.
        bob.reads(&cell(pair.id(), "status"), &to.name).await?;
        nora.field_is(Field::Status, "sending").await?;
        scene.network.restore();
        nora.field_is(Field::Status, "confirmed").await?;
        let states = nora.recorded().await?;
        let states: Vec<_> =
            states.iter().flatten().map(String::as_str).filter(|state| *state != "queued").collect();
        ensure!(states == ["confirmed", "sending", "confirmed"], "straight from one to the next: {states:?}");
        Ok(())
    })
    .await
}

fn face_of(scene: &Scene, name: &str) -> Result<Part> {
    Ok(face(&scene.server.account(name)?.user_id))
}

fn on_row(pair: &Pair, face: &Part) -> Part {
    cell(pair.id(), "faces").within(face)
}

fn in_strip(pair: &Pair, face: &Part) -> Part {
    inspector(pair.id()).within(&part("presence")).within(face)
}
