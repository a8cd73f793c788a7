//! How the program behaves on this machine as the person chose it: its window, its start, its sounds, its log (CO-7, CO-19).
//!
//! **Invariant:** what was chosen is seen in what happens, not in what the page says of it.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use callboard_model::{Field, Value};
use callboard_testkit::page::{cell, part};
use callboard_testkit::pair::{BOB, NORA};
use callboard_testkit::panel::Panel;
use callboard_testkit::scene::{Scene, play};
use callboard_testkit::screen::Screen;
use callboard_testkit::window::ConsoleWindow;

use crate::SOME_TICKETS;
use crate::starts::{PROGRAM, connect, first_start};

/// Nora, signed in by hand, with the settings before her.
async fn settings(scene: &Scene, home: &Path) -> Result<Arc<ConsoleWindow>> {
    let console = first_start(scene, home, &[]).await?;
    connect(&console, &scene.server.url(), &scene.server.account(NORA)?.api_key).await?;
    console.link_is("live").await?;
    console.press("gs").await?;
    console.sees(&part("settings-closing")).await?;
    Ok(console)
}

/// CO-19: the person chooses what closing means, and it means that with an icon in the panel too.
#[tokio::test]
async fn closing_the_window_ends_the_program_where_that_was_chosen() -> Result<()> {
    play("closing_ends_where_chosen", SOME_TICKETS, async |scene| {
        let panel = Panel::start(&scene.display).await?;
        let screen = Screen::of(&scene.display)?;
        let home = tempfile::tempdir()?;
        let console = settings(scene, home.path()).await?;
        panel.offers("Open Callboard").await?;
        console.has(&part("settings-closing"), "aria-checked", "true").await?;
        console.click_on(&part("settings-closing")).await?;
        console.has(&part("settings-closing"), "aria-checked", "false").await?;
        let window = screen.shows(PROGRAM, 1).await?.pop().context("the window")?;
        screen.close(&window)?;
        console
            .until("the program ends", async || {
                ensure!(!panel.is_alive().await?, "its icon is still there");
                Ok(())
            })
            .await
    })
    .await
}

/// CO-19
#[tokio::test]
async fn starting_with_the_session_is_an_entry_that_the_desktop_reads() -> Result<()> {
    play("starting_with_the_session", SOME_TICKETS, async |scene| {
        let home = tempfile::tempdir()?;
        let console = settings(scene, home.path()).await?;
        let entry = home.path().join("xdg_config_home/autostart/Callboard.desktop");
        ensure!(!entry.exists(), "nobody asked for it yet");
        console.click_on(&part("settings-autostart")).await?;
        console.has(&part("settings-autostart"), "aria-checked", "true").await?;
        let text = std::fs::read_to_string(&entry)?;
        let exec = text.lines().find(|line| line.starts_with("Exec=")).context("a command")?;
        let profile = home.path().join("profile");
        ensure!(exec.contains("callboard\"") && exec.contains(&*profile.to_string_lossy()), "{exec}");
        ensure!(exec.ends_with("--hidden"), "{exec}");
        console.click_on(&part("settings-unseen")).await?;
        console.has(&part("settings-unseen"), "aria-checked", "false").await?;
        let text = std::fs::read_to_string(&entry)?;
        ensure!(!text.contains("--hidden"), "{text}");
        console.click_on(&part("settings-autostart")).await?;
        console.has(&part("settings-autostart"), "aria-checked", "false").await?;
        ensure!(!entry.exists(), "it is gone");
        scene.close(console).await
    })
    .await
}

/// CO-16: a sound reaches the device, here a real one of the sound system that writes down what it is given.
#[tokio::test]
async fn a_sound_reaches_the_device() -> Result<()> {
    play("a_sound_reaches_the_device", SOME_TICKETS, async |scene| {
        let home = tempfile::tempdir()?;
        let heard = home.path().join("heard.raw");
        let device =
            format!("pcm.!default {{ type file slave.pcm null file \"{}\" format raw }}\n", heard.display());
        std::fs::create_dir(home.path().join("home"))?;
        std::fs::write(home.path().join("home/.asoundrc"), device)?;
        let console = settings(scene, home.path()).await?;
        console.click_on(&part("settings-hear")).await?;
        console
            .until("something is heard", async || {
                let bytes = std::fs::read(&heard).unwrap_or_default();
                let loud = bytes.iter().filter(|byte| **byte != 0).count();
                ensure!(loud > 1_000, "{loud} of {} bytes are no silence", bytes.len());
                Ok(())
            })
            .await?;
        scene.close(console).await
    })
    .await
}

/// A machine without a sound device has a program that works, and says it once. A log is kept, and no word of a ticket is
/// in it.
#[tokio::test]
async fn without_a_sound_device_it_is_said_and_the_log_quotes_no_ticket() -> Result<()> {
    play("without_a_sound_device", SOME_TICKETS, async |scene| {
        let home = tempfile::tempdir()?;
        let console = settings(scene, home.path()).await?;
        console.click_on(&part("settings-hear")).await?;
        console.reads(&part("notice"), "plays no sounds").await?;
        console.press("gb").await?;
        let first = console.sees(&part("row")).await?;
        let id = first.attribute("data-ticket").context("a ticket")?.into();
        let title = "Words that belong to Mrs Smith alone";
        scene.server.rest(BOB)?.put(&id, [(Field::Title, Value::from(title))]).await?;
        console.reads(&cell(&id, "title"), title).await?;
        scene.close(console).await?;
        let log = std::fs::read_to_string(home.path().join("profile/log/callboard.log"))?;
        ensure!(log.contains("what=Sound"), "{log}");
        ensure!(!log.contains("Mrs Smith"), "{log}");
        Ok(())
    })
    .await
}
