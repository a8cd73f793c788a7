//! Plays the demo story where there is no screen, and leaves a picture of every step in `target/demo/`.
//!
//! Two real consoles, one real server, one network that fails for a while. Each picture is printed with one sentence.
//!
//! **Invariant:** no picture is taken before what it shows is really there.

use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use callboard_model::{Field, Value};
use callboard_testkit::page::{cell, conflict, face, field, inspector, option, part, pick};
use callboard_testkit::pair::{BOB, NORA, Pair, tickets_on_screen};
use callboard_testkit::panel::Panel;
use callboard_testkit::programs;
use callboard_testkit::scene::Scene;
use callboard_testkit::screen::Screen;
use callboard_testkit::toaster::Toaster;
use callboard_testkit::window::{CONTROL, ConsoleWindow, ENTER, ESCAPE, Theme};

/// The key that sends, held with Control.
const ENTER_KEY: char = '\u{e007}';

/// As many tickets as a busy company has open.
const TICKETS: u32 = 500;

/// The stage, the people, and where their pictures go.
struct Story {
    scene: Scene,
    /// A desktop that lacks nothing: what it lacks would be told, and is no part of the story.
    _desktop: (Toaster, Panel),
    pair: Pair,
    album: Album,
}

/// Where the pictures go.
struct Album {
    folder: PathBuf,
    count: u32,
}

impl Album {
    fn open() -> Result<Self> {
        let folder = programs::leavings("demo")?;
        for entry in std::fs::read_dir(&folder).context("looking for old pictures")? {
            let path = entry.context("looking for old pictures")?.path();
            if path.extension().is_some_and(|kind| kind == "png") {
                std::fs::remove_file(&path).with_context(|| format!("removing {}", path.display()))?;
            }
        }
        Ok(Self { folder, count: 0 })
    }

    async fn keep(&mut self, console: &ConsoleWindow, name: &str, sentence: &str) -> Result<()> {
        self.add(&console.screenshot().await?, name, sentence)
    }

    fn add(&mut self, picture: &[u8], name: &str, sentence: &str) -> Result<()> {
        self.count += 1;
        let path = self.folder.join(format!("{:02}-{name}.png", self.count));
        std::fs::write(&path, picture).with_context(|| format!("writing {}", path.display()))?;
        println!("{}: {sentence}", path.display());
        Ok(())
    }
}

#[tokio::main]
async fn main() -> Result<()> {
    let mut story = Story::begin().await?;
    story.the_board().await?;
    story.a_colleague_joins().await?;
    story.a_colleague_changes_something().await?;
    story.two_change_the_same_field().await?;
    story.something_is_said().await?;
    story.the_network_fails().await?;
    story.everything_by_typing().await?;
    story.the_other_screens().await?;
    story.a_technician_tries_an_event().await
}

impl Story {
    async fn begin() -> Result<Self> {
        let scene = Scene::set(TICKETS).await?;
        let desktop = tokio::try_join!(Toaster::start(&scene.display), Panel::start(&scene.display))?;
        let mut album = Album::open()?;
        let nora = scene.console(NORA).await?;
        is_called(&scene, &nora, &desktop.0, &mut album).await?;
        let pair = Pair::join(&scene, nora).await?;
        Ok(Self { scene, _desktop: desktop, pair, album })
    }

    async fn the_board(&mut self) -> Result<()> {
        for theme in [Theme::Light, Theme::Dark] {
            self.pair.nora.set_theme(theme).await?;
            let name = format!("board-{}", theme.name());
            let sentence = format!("the board with {TICKETS} tickets, {}", theme.name());
            self.album.keep(&self.pair.nora, &name, &sentence).await?;
        }
        Ok(())
    }

    async fn a_colleague_joins(&mut self) -> Result<()> {
        let Pair { nora, bob, .. } = &self.pair;
        self.pair.open_ticket().await?;
        let him = face(&self.scene.server.account(BOB)?.user_id);
        nora.sees(&inspector(self.pair.id()).within(&him)).await?;
        nora.sees(&cell(self.pair.id(), "faces").within(&him)).await?;
        let here = "Bob opened the same ticket: his face is there, and on the row";
        self.album.keep(nora, "colleague-here", here).await?;
        bob.click_on(&pick(Field::Status)).await?;
        nora.reads(&field(Field::Status), "is editing").await?;
        self.album
            .keep(nora, "colleague-editing", "Bob opened the status: Nora sees that he is editing")
            .await
    }

    async fn a_colleague_changes_something(&mut self) -> Result<()> {
        let Pair { nora, bob, others: [to, ..], .. } = &self.pair;
        bob.click_on(&option(to.status_id.as_str())).await?;
        nora.reads(&cell(self.pair.id(), "status"), &to.name).await?;
        self.album
            .keep(nora, "row-lit", "Bob saved: Nora's row and field change by themselves and light up")
            .await
    }

    async fn two_change_the_same_field(&mut self) -> Result<()> {
        let Pair { nora, bob, others: [_, theirs, mine], .. } = &self.pair;
        nora.click_on(&pick(Field::Status)).await?;
        bob.choose(Field::Status, theirs.status_id.as_str()).await?;
        nora.reads(&cell(self.pair.id(), "status"), &theirs.name).await?;
        nora.click_on(&option(mine.status_id.as_str())).await?;
        let panel = conflict(Field::Status);
        nora.reads(&panel, &theirs.name).await?;
        let asked = "both changed the status: Nora is asked, in the field, with both values";
        self.album.keep(nora, "conflict", asked).await?;
        nora.click_on(&panel.within(&part("keep-yours"))).await?;
        nora.field_is(Field::Status, "confirmed").await?;
        bob.reads(&cell(self.pair.id(), "status"), &mine.name).await?;
        self.album.keep(bob, "kept", "Nora kept hers: Bob's board follows").await
    }

    async fn something_is_said(&mut self) -> Result<()> {
        let Pair { nora, bob, .. } = &self.pair;
        bob.press("r").await?;
        bob.press("Called them back: the spare part is on its way.").await?;
        bob.press_with(CONTROL, ENTER_KEY).await?;
        nora.reads(&part("comment"), "spare part").await?;
        self.album.keep(nora, "comment", "Bob wrote a note: Nora reads it where it belongs").await
    }

    async fn the_network_fails(&mut self) -> Result<()> {
        let Pair { nora, others: [offline, theirs, _], .. } = &self.pair;
        let bob = self.scene.server.rest(BOB)?;
        self.scene.network.cut();
        nora.link_is("reconnecting").await?;
        nora.choose(Field::Status, offline.status_id.as_str()).await?;
        nora.field_is(Field::Status, "queued").await?;
        let queued = "the network is gone: Nora's edit is shown, safe on disk and queued";
        self.album.keep(nora, "offline", queued).await?;
        go(nora, "outbox", "outbox-waiting-line").await?;
        self.album.keep(nora, "outbox", "the outbox: what waits, and what the server has confirmed").await?;
        bob.set_status(self.pair.id(), &theirs.status_id).await?;
        self.scene.network.restore();
        nora.link_is("live").await?;
        go(nora, "needs", "needs-list-line").await?;
        let asked =
            "the network is back, and somebody was faster: Nora decides in one list, nothing was overwritten";
        self.album.keep(nora, "needs-you", asked).await?;
        nora.press("y").await?;
        nora.sees_no(&part("needs-list-line")).await?;
        go(nora, "board", "board").await?;
        nora.field_is(Field::Status, "confirmed").await?;
        self.album.keep(nora, "back", "Nora kept hers: it was sent, once").await?;
        let stored = self.pair.stored().await?.status_id;
        ensure!(stored.as_ref() == Some(&offline.status_id), "the server holds what Nora chose");
        Ok(())
    }

    async fn everything_by_typing(&mut self) -> Result<()> {
        let Pair { nora, ticket, others: [_, to, _], .. } = &self.pair;
        nora.press(ESCAPE).await?;
        nora.sees_no(&part("ticket")).await?;
        let status = cell(self.pair.id(), "status");
        nora.hover(&status.0).await?;
        nora.click_on(&status.within(&part("edit-status"))).await?;
        nora.sees(&part("option")).await?;
        self.album.keep(nora, "cell", "a status is set in its cell, by mouse or by its key").await?;
        nora.press(ESCAPE).await?;
        nora.sees_no(&part("option")).await?;
        nora.press_with(CONTROL, 'k').await?;
        nora.press("printer").await?;
        nora.sees(&part("offer")).await?;
        self.album
            .keep(nora, "palette", "the palette finds tickets, people, views and everything to do")
            .await?;
        nora.press_with(CONTROL, 'a').await?;
        nora.press(&format!("/s {} {}", ticket.ticket_number, to.name)).await?;
        nora.reads(&part("offer").with("data-key", "deed"), &to.name).await?;
        self.album.keep(nora, "command-line", "the command line says what Enter will do").await?;
        nora.press(ENTER).await?;
        nora.sees_no(&part("palette")).await?;
        nora.reads(&status, &to.name).await?;
        nora.press("?").await?;
        nora.sees(&part("shortcuts")).await?;
        self.album.keep(nora, "keys", "every key on one sheet, each to be changed").await?;
        nora.press(ESCAPE).await?;
        nora.sees_no(&part("shortcuts")).await
    }

    async fn a_technician_tries_an_event(&mut self) -> Result<()> {
        let nora = &self.pair.nora;
        nora.press("ge").await?;
        nora.sees(&part("events-list-line")).await?;
        nora.press("f").await?;
        nora.press("ticket approval requested").await?;
        nora.press(ENTER).await?;
        nora.press(ENTER).await?;
        nora.sees(&part("events-send")).await?;
        nora.press_with(CONTROL, ENTER_KEY).await?;
        nora.has(&part("events-outcome"), "data-fate", "arrived").await?;
        for theme in [Theme::Dark, Theme::Light] {
            nora.set_theme(theme).await?;
            let name = format!("events-{}", theme.name());
            let sentence =
                "an event of which nothing happened: filled in, told, and seen in the server's log";
            self.album.keep(nora, &name, sentence).await?;
        }
        Ok(())
    }

    async fn the_other_screens(&mut self) -> Result<()> {
        let nora = &self.pair.nora;
        for theme in [Theme::Dark, Theme::Light] {
            nora.set_theme(theme).await?;
            for (screen, sign, sentence) in [
                ("activity", "activity-list-line", "what happened, what was done about it, and why"),
                ("settings", "rules-line", "what calls whom is a table, and each line can be tried"),
            ] {
                go(nora, screen, sign).await?;
                let name = format!("{screen}-{}", theme.name());
                self.album.keep(nora, &name, sentence).await?;
            }
            go(nora, "board", "board").await?;
            nora.open_ticket(self.pair.id()).await?;
            nora.sees(&part("comment")).await?;
            let name = format!("ticket-{}", theme.name());
            self.album.keep(nora, &name, "a ticket beside the board").await?;
            nora.press(ESCAPE).await?;
            nora.sees_no(&part("ticket")).await?;
        }
        Ok(())
    }
}

/// Nora is alone on her screen, and somebody gives her a ticket.
async fn is_called(scene: &Scene, nora: &ConsoleWindow, toaster: &Toaster, album: &mut Album) -> Result<()> {
    nora.link_is("live").await?;
    let (bob, me) = (scene.server.rest(BOB)?, &scene.server.account(NORA)?.user_id);
    for id in tickets_on_screen(nora).await? {
        let ticket = bob.ticket(&id).await?;
        if ticket.assigned_to.is_some_and(|user| user.as_str() != me) {
            bob.put(&id, [(Field::Assignee, Value::from(me.as_str()))]).await?;
            toaster.shows(&ticket.ticket_number).await?;
            nora.reads(&cell(&id, "assignee"), NORA).await?;
            let screen = Screen::of(&scene.display)?;
            screen.shows("Dunst", 1).await?;
            album.add(
                &screen.picture()?,
                "toast",
                "a colleague gives Nora a ticket: the desktop tells her",
            )?;
            return toaster.wave_away().await;
        }
    }
    anyhow::bail!("every ticket on screen is Nora's or nobody's")
}

/// Goes to another screen and waits for what stands there.
async fn go(console: &ConsoleWindow, screen: &str, sign: &str) -> Result<()> {
    console.click_on(&part(&format!("go-{screen}"))).await?;
    console.sees(&part(sign)).await.map(drop)
}
