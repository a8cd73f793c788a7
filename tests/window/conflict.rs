//! Two who choose at once are asked, in the field, with both values; nobody's work is lost (LT-13).
//!
//! **Invariant:** whatever is decided, the server's version tells that nothing was written beside it.

use anyhow::{Context, Result, ensure};
use callboard_model::{Field, Version};
use callboard_testkit::page::{Part, cell, conflict, field, option, part, pick};
use callboard_testkit::pair::Pair;
use callboard_testkit::scene::{Scene, play};

use crate::SOME_TICKETS;

/// LT-13
#[tokio::test]
async fn take_theirs_shows_theirs_and_writes_nothing() -> Result<()> {
    play("take_theirs", SOME_TICKETS, async |scene| {
        let pair = clash(scene).await?;
        let before = version(&pair).await?;
        let (nora, theirs) = (&pair.nora, &pair.others[0]);
        nora.click_on(&button("take-theirs")).await?;
        nora.sees_no(&conflict(Field::Status)).await?;
        nora.field_is(Field::Status, "confirmed").await?;
        nora.reads(&pick(Field::Status), &theirs.name).await?;
        nora.reads(&cell(pair.id(), "status"), &theirs.name).await?;
        for count in ["count-queued", "count-needsYou"] {
            nora.has(&part(count), "data-count", "0").await?;
        }
        let stored = pair.stored().await?;
        ensure!(stored.status_id.as_ref() == Some(&theirs.status_id), "theirs stands");
        ensure!(stored.version == Some(before), "nothing was written: {:?}", stored.version);
        Ok(())
    })
    .await
}

/// LT-13
#[tokio::test]
async fn keep_yours_writes_yours_once_and_the_other_sees_it() -> Result<()> {
    play("keep_yours", SOME_TICKETS, async |scene| {
        let pair = clash(scene).await?;
        let before = version(&pair).await?;
        let (nora, bob, mine) = (&pair.nora, &pair.bob, &pair.others[1]);
        nora.click_on(&button("keep-yours")).await?;
        nora.sees_no(&conflict(Field::Status)).await?;
        nora.field_is(Field::Status, "confirmed").await?;
        nora.reads(&pick(Field::Status), &mine.name).await?;
        bob.reads(&pick(Field::Status), &mine.name).await?;
        bob.reads(&cell(pair.id(), "status"), &mine.name).await?;
        let stored = pair.stored().await?;
        ensure!(stored.status_id.as_ref() == Some(&mine.status_id), "mine stands");
        ensure!(stored.version == Some(Version(before.0 + 1)), "written once: {:?}", stored.version);
        Ok(())
    })
    .await
}

/// LT-13: the newest of theirs is what is asked about.
#[tokio::test]
async fn a_third_value_renews_the_question() -> Result<()> {
    play("a_third_value_renews_the_question", SOME_TICKETS, async |scene| {
        let pair = clash(scene).await?;
        let (nora, bob, newest) = (&pair.nora, &pair.bob, &pair.others[2]);
        bob.choose(Field::Status, newest.status_id.as_str()).await?;
        nora.reads(&button("take-theirs"), &newest.name).await?;
        nora.field_is(Field::Status, "conflict").await?;
        nora.click_on(&button("take-theirs")).await?;
        nora.reads(&pick(Field::Status), &newest.name).await?;
        ensure!(pair.stored().await?.status_id.as_ref() == Some(&newest.status_id), "theirs stands");
        Ok(())
    })
    .await
}

/// Nora looks at the choices, Bob saves the first other status, Nora picks the second: she is asked.
async fn clash(scene: &Scene) -> Result<Pair> {
    let pair = Pair::meet(scene).await?;
    pair.open_ticket().await?;
    let (nora, bob, [theirs, mine, _]) = (&pair.nora, &pair.bob, &pair.others);
    nora.click_on(&pick(Field::Status)).await?;
    nora.sees(&option(mine.status_id.as_str())).await?;
    bob.choose(Field::Status, theirs.status_id.as_str()).await?;
    // Bob's value is on Nora's board before she picks: what she saw when she opened the choices still counts.
    nora.reads(&cell(pair.id(), "status"), &theirs.name).await?;
    nora.click_on(&option(mine.status_id.as_str())).await?;
    nora.field_is(Field::Status, "conflict").await?;
    nora.reads(&conflict(Field::Status), "Bob Kessler").await?;
    nora.reads(&button("keep-yours"), &mine.name).await?;
    nora.reads(&button("take-theirs"), &theirs.name).await?;
    nora.has(&part("count-needsYou"), "data-count", "1").await?;
    ensure!(
        pair.stored().await?.status_id.as_ref() == Some(&theirs.status_id),
        "hers was not written over his"
    );
    Ok(pair)
}

fn button(mark: &str) -> Part {
    field(Field::Status).within(&conflict(Field::Status)).within(&part(mark))
}

async fn version(pair: &Pair) -> Result<Version> {
    pair.stored().await?.version.context("our server has versions")
}
