//! Every primitive of the window in every state: readable, whole and large enough to hit, in both themes (CO-20).
//!
//! **Invariant:** what is looked at is the very code that the program ships, in the web view that it ships with.

use anyhow::{Result, ensure};
use callboard_testkit::page::part;
use callboard_testkit::pair::NORA;
use callboard_testkit::scene::play;
use callboard_testkit::window::{ConsoleWindow, Theme};

use crate::SOME_TICKETS;
use crate::readable::{is_readable, is_well_laid_out};

/// Widths of the page: wide, and what 200 % zoom leaves of a small window.
const WIDTHS: [u32; 2] = [1440, 512];

/// CO-20
#[tokio::test]
async fn every_primitive_is_readable_whole_and_large_enough_in_both_themes() -> Result<()> {
    play("the_gallery", SOME_TICKETS, async |scene| {
        let nora = scene.console(NORA).await?;
        goes_to(&nora, "?scene=gallery").await?;
        for theme in [Theme::Dark, Theme::Light] {
            nora.set_theme(theme).await?;
            is_readable(&nora, theme, "the gallery").await?;
            for width in WIDTHS {
                wide(&nora, width).await?;
                is_well_laid_out(&nora, &format!("the gallery, {width} px wide")).await?;
            }
            wide(&nora, WIDTHS[0]).await?;
        }
        Ok(())
    })
    .await
}

/// CO-20
#[tokio::test]
async fn what_lies_over_the_window_is_readable_in_both_themes() -> Result<()> {
    play("the_gallery_over_the_window", SOME_TICKETS, async |scene| {
        let nora = scene.console(NORA).await?;
        for theme in [Theme::Dark, Theme::Light] {
            goes_to(&nora, "?scene=gallery").await?;
            nora.set_theme(theme).await?;
            for (what, mark) in [
                ("menu", part("menu-item")),
                ("popover", part("popover")),
                ("picker", part("option")),
                ("dialog", part("dialog")),
            ] {
                goes_to(&nora, &format!("?scene=gallery&open={what}")).await?;
                nora.sees(&mark).await?;
                is_readable(&nora, theme, what).await?;
                is_well_laid_out(&nora, what).await?;
            }
        }
        Ok(())
    })
    .await
}

/// Goes to another page of the window's own and waits until it stands.
async fn goes_to(nora: &ConsoleWindow, search: &str) -> Result<()> {
    let gone: bool = nora
        .script("window.callboardLeft = true; location.search = arguments[0]; return true", &[search.into()])
        .await?;
    ensure!(gone, "left for {search}");
    nora.until(&format!("{search} is there"), async || {
        let left: bool = nora.script("return window.callboardLeft === true", &[]).await?;
        ensure!(!left, "the page before it is still there");
        nora.sees(&part("gallery")).await.map(drop)
    })
    .await
}

/// Makes the page so wide, whatever the window manager thinks of it.
async fn wide(nora: &ConsoleWindow, width: u32) -> Result<()> {
    let script = r"
const width = arguments[0];
const app = document.getElementById('app');
app.style.width = width >= 1440 ? '' : `${width}px`;
return app.getBoundingClientRect().width <= width;";
    ensure!(nora.script::<bool>(script, &[width.into()]).await?, "{width} px wide");
    Ok(())
}
