//! What is planned for a ticket (CO-3), in two windows: whoever has typed is asked, and nobody's plan is written over unseen
//! (RB-7).
//!
//! **Invariant:** what a window shows as saved is compared with the server's own word.

use anyhow::{Context, Result, ensure};
use callboard_model::Field;
use callboard_model::schedule::{ScheduleEntry, ScheduleList};
use callboard_testkit::page::{Part, inspector, part};
use callboard_testkit::pair::{NORA, Pair};
use callboard_testkit::scene::{Scene, play};
use callboard_testkit::window::{CONTROL, ConsoleWindow, ENTER, Theme};
use serde_json::{Value, json};

use crate::SOME_TICKETS;
use crate::readable::{is_readable, is_well_laid_out};

/// RB-7: two have the same entry before them, one saves, and the other, who has typed, is asked; once she takes theirs and has
/// her own back, once she goes on and saves over what she was shown.
#[tokio::test]
async fn who_has_typed_is_asked_and_saves_over_nothing_unseen() -> Result<()> {
    play("who_has_typed_is_asked", SOME_TICKETS, async |scene| {
        let (pair, entry) = planned(scene).await?;
        let (nora, bob) = (&pair.nora, &pair.bob);
        for console in [nora, bob] {
            console.click_on(&line(&entry).within(&part("plan-change"))).await?;
            console.sees(&form(&entry)).await?;
        }
        type_notes(nora, &entry, "Nora was here").await?;
        save_title(bob, &entry, "Moved by Bob").await?;
        let banner = form(&entry).within(&part("plan-banner"));
        nora.reads(&banner, "Bob Kessler changed this plan").await?;
        nora.has(&banner, "data-kind", "newer").await?;
        is_readable(nora, Theme::Dark, "the banner").await?;
        is_well_laid_out(nora, "the banner").await?;
        nora.click_on(&form(&entry).within(&part("plan-reload"))).await?;
        nora.sees_no(&banner).await?;
        nora.reads(&form(&entry).within(&part("plan-title")), "Moved by Bob").await?;
        nora.click_on(&form(&entry).within(&part("plan-undo"))).await?;
        nora.reads(&form(&entry).within(&part("plan-notes")), "Nora was here").await?;
        bob.click_on(&line(&entry).within(&part("plan-change"))).await?;
        save_title(bob, &entry, "Moved again").await?;
        nora.sees(&banner).await?;
        nora.click_on(&form(&entry).within(&part("plan-save"))).await?;
        nora.sees(&banner).await?;
        ensure!(stored(&pair, &entry).await?.title.as_ref() == "Moved again", "undecided, nothing is sent");
        nora.click_on(&form(&entry).within(&part("plan-dismiss"))).await?;
        nora.reads(&form(&entry).within(&part("plan-over")), "Bob Kessler").await?;
        nora.click_on(&form(&entry).within(&part("plan-save"))).await?;
        nora.sees_no(&form(&entry)).await?;
        bob.reads(&line(&entry), "Nora was here").await?;
        let stands = stored(&pair, &entry).await?;
        ensure!((stands.notes.as_ref(), stands.version.0) == ("Nora was here", 4), "{stands:?}");
        Ok(())
    })
    .await
}

/// RB-7: without unsaved work nothing appears; what is before the person follows.
#[tokio::test]
async fn who_has_typed_nothing_is_asked_nothing_and_sees_theirs() -> Result<()> {
    play("who_has_typed_nothing", SOME_TICKETS, async |scene| {
        let (pair, entry) = planned(scene).await?;
        let (nora, bob) = (&pair.nora, &pair.bob);
        for console in [nora, bob] {
            console.click_on(&line(&entry).within(&part("plan-change"))).await?;
            console.sees(&form(&entry)).await?;
        }
        nora.record(&part("plan-banner"), "data-kind").await?;
        save_title(bob, &entry, "Moved by Bob").await?;
        nora.reads(&form(&entry).within(&part("plan-title")), "Moved by Bob").await?;
        let shown = nora.recorded().await?;
        ensure!(shown == [None], "no banner, not for a moment: {shown:?}");
        nora.click_on(&form(&entry).within(&part("plan-close"))).await?;
        nora.reads(&line(&entry), "Moved by Bob").await
    })
    .await
}

/// CO-8, CO-11: planned with the keyboard alone; without a network it is said, and nothing is lost.
#[tokio::test]
async fn work_is_planned_with_the_keyboard_and_waits_in_its_form_for_the_network() -> Result<()> {
    play("planned_with_the_keyboard", SOME_TICKETS, async |scene| {
        let (pair, _) = planned(scene).await?;
        let (nora, bob) = (&pair.nora, &pair.bob);
        let new = part("plan-form").with("data-entry", "");
        nora.click_on(&inspector(pair.id()).within(&part("plan-add"))).await?;
        nora.sees(&new).await?;
        nora.click_on(&new.within(&part("plan-close"))).await?;
        nora.sees_no(&new).await?;
        nora.press("d").await?;
        nora.sees(&new).await?;
        nora.press_with(CONTROL, 'a').await?;
        nora.press("Second visit").await?;
        nora.has(&new, "data-kept", "true").await?;
        scene.network.cut();
        nora.link_is("reconnecting").await?;
        // An edit that waits for the network says that the console knows of it. A plan does not wait.
        nora.choose(Field::Status, pair.others[0].status_id.as_str()).await?;
        nora.field_is(Field::Status, "queued").await?;
        nora.click_on(&new.within(&part("plan-title"))).await?;
        save_by_key(nora).await?;
        nora.has(&new.within(&part("plan-trouble")), "data-kind", "offline").await?;
        scene.network.restore();
        nora.link_is("live").await?;
        nora.field_is(Field::Status, "confirmed").await?;
        ensure!(!is_planned(&pair, "Second visit").await?, "nothing was sent by itself");
        save_by_key(nora).await?;
        nora.sees_no(&new).await?;
        bob.reads(&part("plans"), "Second visit").await?;
        let visits: Vec<_> =
            all(&pair).await?.into_iter().filter(|one| &*one.title == "Second visit").collect();
        ensure!(visits.len() == 1, "planned once: {visits:?}");
        Ok(())
    })
    .await
}

/// Both look at a ticket with a visit tomorrow.
async fn planned(scene: &Scene) -> Result<(Pair, ScheduleEntry)> {
    let pair = Pair::meet(scene).await?;
    let body = json!({
        "title": "Visit", "scheduled_start": "2030-03-04T09:00:00Z", "scheduled_end": "2030-03-04T10:00:00Z",
        "work_item_type": "ticket", "work_item_id": pair.id(),
        "assigned_user_ids": [scene.server.account(NORA)?.user_id],
    });
    let made: Value = pair.truth.post("/api/v1/schedules", &body).await?;
    let entry: ScheduleEntry = serde_json::from_value(made["data"].clone()).context("an entry")?;
    pair.open_ticket().await?;
    for console in [&pair.nora, &pair.bob] {
        console.reads(&line(&entry), "Visit").await?;
    }
    Ok((pair, entry))
}

fn line(entry: &ScheduleEntry) -> Part {
    part("plan").with("data-entry", entry.entry_id.as_str())
}

fn form(entry: &ScheduleEntry) -> Part {
    part("plan-form").with("data-entry", entry.entry_id.as_str())
}

/// Types, and waits until it is safe.
async fn type_notes(console: &ConsoleWindow, entry: &ScheduleEntry, text: &str) -> Result<()> {
    console.type_over(&form(entry).within(&part("plan-notes")).0, text).await?;
    console.has(&form(entry), "data-kept", "true").await
}

async fn save_title(console: &ConsoleWindow, entry: &ScheduleEntry, title: &str) -> Result<()> {
    console.sees(&form(entry)).await?;
    console.type_over(&form(entry).within(&part("plan-title")).0, title).await?;
    console.has(&form(entry), "data-dirty", "true").await?;
    console.click_on(&form(entry).within(&part("plan-save"))).await?;
    console.reads(&line(entry), title).await
}

async fn save_by_key(console: &ConsoleWindow) -> Result<()> {
    let key = ENTER.chars().next().context("a key")?;
    console.press_with(CONTROL, key).await
}

async fn is_planned(pair: &Pair, title: &str) -> Result<bool> {
    Ok(all(pair).await?.iter().any(|one| &*one.title == title))
}

async fn all(pair: &Pair) -> Result<Vec<ScheduleEntry>> {
    let list: ScheduleList = pair.truth.get(&format!("/api/v1/schedules?work_item_id={}", pair.id())).await?;
    Ok(list.data)
}

async fn stored(pair: &Pair, entry: &ScheduleEntry) -> Result<ScheduleEntry> {
    let found = all(pair).await?.into_iter().find(|one| one.entry_id == entry.entry_id);
    found.context("the entry is there")
}
