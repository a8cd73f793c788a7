//! The console without a window, as scripts use it: `callboard --headless`.
//!
//! **Invariant:** what is checked is what the program says and what the server holds, never its files.

use std::io::Write;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use callboard_model::{Field, TicketId};
use callboard_testkit::headless::Headless;
use callboard_testkit::process::Process;
use callboard_testkit::rest::Rest;
use callboard_testkit::server::{Server, ServerOptions};
use callboard_testkit::{programs, wait};
use serde_json::{Value, json};
use tempfile::TempDir;

const NORA: &str = "Nora Berg";
const BOB: &str = "Bob Kessler";

/// How often a console is killed; `CALLBOARD_KILLS` asks for more.
const KILLS: usize = 12;

struct World {
    home: TempDir,
    server: Server,
    tickets: Vec<TicketId>,
}

impl World {
    async fn start() -> Result<Self> {
        let server = Server::start(ServerOptions { tickets: 20, ..Default::default() }).await?;
        let tickets = server.rest(NORA)?.tickets(3).await?;
        let tickets = tickets.into_iter().map(|ticket| ticket.ticket_id).collect();
        Ok(Self { home: tempfile::tempdir()?, server, tickets })
    }

    fn profile(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    /// A console of that person that knows the board and has the tickets open.
    async fn console(&self, person: &str) -> Result<Headless> {
        let mut console =
            Headless::start(&self.profile(person), &self.server.url(), self.server.account(person)?)?;
        console.tell(&json!({"do": "hello"}))?;
        console
            .until("the console is live", |console| (console.newest("link")["live"] == "live").then_some(()))
            .await?;
        for ticket in &self.tickets {
            console.tell(&json!({"do": "openTicket", "ticket": ticket}))?;
            let ticket = ticket.as_str();
            console
                .until("the ticket is open", |console| {
                    console.field(ticket, "title")["shown"].as_object().map(drop)
                })
                .await?;
        }
        Ok(console)
    }
}

fn shows(console: &Headless, ticket: &TicketId, value: &str, kind: &str) -> Option<()> {
    let field = console.field(ticket.as_str(), "title");
    (field["shown"]["value"] == value && field["state"]["kind"] == kind).then_some(())
}

async fn title(rest: &Rest, ticket: &TicketId) -> Result<String> {
    Ok(rest.ticket(ticket).await?.value(Field::Title).to_string())
}

/// CO-15: what is asked of the machine is said, and what the person clicks is done.
#[tokio::test]
async fn a_toast_is_a_line_and_a_click_on_it_is_another() -> Result<()> {
    let world = World::start().await?;
    let (mut nora, mut bob) = (world.console(NORA).await?, world.console(BOB).await?);
    let me = nora.newest("me")["user"].clone();
    let is_free = |ticket: &&TicketId| bob.field(ticket.as_str(), "assigned_to")["shown"]["value"] != me;
    let ticket = world.tickets.iter().find(is_free).context("a ticket that is not Nora's")?;
    let me = me.as_str().context("who Nora is")?;
    bob.edit(ticket.as_str(), "assigned_to", me)?;
    let id = json!({"of": "ticket", "ticket": ticket});
    let toast = nora
        .until("she is called to it", |console| {
            let toast = console.newest("toast");
            (toast["id"] == id).then(|| toast.clone())
        })
        .await?;
    let body = toast["body"].as_str().unwrap_or_default();
    ensure!(body.contains("Bob Kessler assigned it to you."), "{toast}");
    nora.until("it counts as unread", |console| (console.newest("badge")["count"] == 1).then_some(()))
        .await?;
    nora.tell(&json!({"do": "clickToast", "toast": id, "rev": toast["rev"], "action": "open"}))?;
    nora.until("it is shown", |console| (console.newest("show")["ticket"] == json!(ticket)).then_some(()))
        .await?;
    nora.until("it is read", |console| (console.newest("badge")["count"] == 0).then_some(())).await?;
    ensure!(nora.finish().await?.success() && bob.finish().await?.success());
    Ok(())
}

/// LT-11: the same desk and the same link as behind a window.
#[tokio::test]
async fn what_one_console_saves_another_one_shows() -> Result<()> {
    let world = World::start().await?;
    let (mut nora, mut bob) = (world.console(NORA).await?, world.console(BOB).await?);
    let ticket = &world.tickets[0];
    nora.edit(ticket.as_str(), "title", "Boiler room flooded")?;
    nora.until("hers is saved", |console| shows(console, ticket, "Boiler room flooded", "confirmed")).await?;
    bob.until("his shows it", |console| shows(console, ticket, "Boiler room flooded", "confirmed")).await?;
    for mut console in [nora, bob] {
        ensure!(console.finish().await?.success(), "the end of the input is a good end");
        ensure!(console.problems().is_empty(), "{:?}", console.problems());
    }
    Ok(())
}

/// LT-13: a clash is told with both values, and settled by a line.
#[tokio::test]
async fn a_clash_is_asked_about_and_settled_by_a_line() -> Result<()> {
    let world = World::start().await?;
    let mut nora = world.console(NORA).await?;
    let (ticket, bob) = (&world.tickets[0], world.server.rest(BOB)?);
    nora.tell(&json!({"do": "beginEdit", "ticket": ticket, "field": "title"}))?;
    nora.tell(&json!({"do": "draft", "ticket": ticket, "field": "title", "value": "hers"}))?;
    nora.until("her draft is shown", |console| shows(console, ticket, "hers", "draft")).await?;
    bob.put(ticket, [(Field::Title, "his".into())]).await?;
    let asked = |console: &Headless| {
        let state = &console.field(ticket.as_str(), "title")["state"];
        (state["kind"] == "conflict").then(|| state.clone())
    };
    let panel = nora.until("she is asked", asked).await?;
    assert_eq!((&panel["mine"]["value"], &panel["theirs"]["value"]), (&json!("hers"), &json!("his")));
    assert_eq!(panel["by"], BOB);
    nora.tell(&json!({"do": "takeTheirs", "ticket": ticket, "field": "title", "mine": "hers"}))?;
    nora.until("his stands", |console| shows(console, ticket, "his", "confirmed")).await?;
    Ok(())
}

#[tokio::test]
async fn a_line_that_is_no_command_is_answered_and_changes_nothing() -> Result<()> {
    let world = World::start().await?;
    let mut nora = world.console(NORA).await?;
    let endless = format!("{}\n", "x".repeat(200_000));
    for (text, code) in [
        ("nonsense\n", "badLine"),
        ("{\"do\":\"dropTables\"}\n", "badCommand"),
        ("{\"do\":\"showLines\",\"view\":\"v\",\"first\":0,\"count\":1000000}\n", "tooManyLines"),
        (endless.as_str(), "lineTooLong"),
    ] {
        let before = nora.problems().len();
        nora.tell_text(text)?;
        let said = nora.until("it is answered", |console| console.problems().get(before).cloned()).await?;
        assert_eq!(said["code"], code, "{said}");
    }
    let ticket = &world.tickets[0];
    nora.edit(ticket.as_str(), "title", "still obeyed")?;
    nora.until("it is saved", |console| shows(console, ticket, "still obeyed", "confirmed")).await?;
    Ok(())
}

#[tokio::test]
async fn without_a_server_or_a_key_it_says_so_and_ends() -> Result<()> {
    let home = tempfile::tempdir()?;
    for (variables, code) in [
        (vec![], "missingServer"),
        (vec![("CALLBOARD_SERVER", "https://desk.example")], "missingKey"),
        (vec![("CALLBOARD_SERVER", "http://desk.example"), ("CALLBOARD_API_KEY", "k")], "badServer"),
    ] {
        let profile = home.path().join(code);
        let mut command = Command::new(programs::built("callboard")?);
        command.env_remove("CALLBOARD_SERVER").env_remove("CALLBOARD_API_KEY").envs(variables);
        command.args(["--headless", "--profile-dir"]).arg(&profile);
        let mut console = Headless::run(&mut command, &profile)?;
        assert_eq!(console.finish().await?.code(), Some(2), "{code}");
        assert_eq!(console.newest("setup")["code"], code);
    }
    Ok(())
}

/// CO-12: read, edit, restart, come back. Without a server the tickets of the last run are there, and work on them is
/// kept and sent when it is back.
#[tokio::test]
async fn without_a_server_the_last_run_is_there_to_read_and_to_work_on() -> Result<()> {
    let mut world = World::start().await?;
    let mut nora = world.console(NORA).await?;
    ensure!(nora.finish().await?.success(), "a good end");
    world.server.kill();
    let ticket = world.tickets[0].clone();
    for text in ["first without a server", "second without a server"] {
        let mut nora =
            Headless::start(&world.profile(NORA), &world.server.url(), world.server.account(NORA)?)?;
        nora.tell(&json!({"do": "hello"}))?;
        nora.tell(&json!({"do": "openTicket", "ticket": ticket}))?;
        nora.until("the board is there", |console| (console.newest("counts")["tickets"] != 0).then_some(()))
            .await?;
        nora.edit(ticket.as_str(), "title", text)?;
        nora.until("her edit is safe", |console| shows(console, &ticket, text, "queued")).await?;
        nora.kill();
    }
    world.server.restart().await?;
    let mut nora = world.console(NORA).await?;
    let text = "second without a server";
    nora.until("her edit is saved", |console| shows(console, &ticket, text, "confirmed")).await?;
    assert_eq!(title(&world.server.rest(BOB)?, &ticket).await?, text);
    Ok(())
}

/// CO-14: what was typed and never committed is there after a kill, and asks where somebody wrote meanwhile.
#[tokio::test]
async fn what_was_typed_outlives_the_program() -> Result<()> {
    let world = World::start().await?;
    let mut nora = world.console(NORA).await?;
    let [quiet, moved, _] = world.tickets.as_slice() else { anyhow::bail!("three tickets") };
    let is_kept = |console: &Headless, ticket: &TicketId| {
        (console.field(ticket.as_str(), "title")["state"]["kept"] == true).then_some(())
    };
    for ticket in [quiet, moved] {
        nora.tell(&json!({"do": "beginEdit", "ticket": ticket, "field": "title"}))?;
        nora.tell(&json!({"do": "draft", "ticket": ticket, "field": "title", "value": "half a sent"}))?;
        nora.until("her draft is kept", |console| is_kept(console, ticket)).await?;
    }
    nora.kill();
    world.server.rest(BOB)?.put(moved, [(Field::Title, "his".into())]).await?;
    let mut nora = world.console(NORA).await?;
    nora.until("her draft is there", |console| shows(console, quiet, "half a sent", "draft")).await?;
    is_kept(&nora, quiet).context("and kept still")?;
    let state = |console: &Headless| console.field(moved.as_str(), "title")["state"].clone();
    nora.until("she is asked", |console| (state(console)["kind"] == "conflict").then_some(())).await?;
    let panel = state(&nora);
    assert_eq!((&panel["mine"]["value"], &panel["theirs"]["value"]), (&json!("half a sent"), &json!("his")));
    Ok(())
}

/// A reader that does not read costs bounded memory: the program ends, and what was committed is on disk.
#[tokio::test]
async fn a_reader_that_does_not_read_ends_the_program() -> Result<()> {
    let world = World::start().await?;
    let profile = world.profile("unread");
    let mut command = Command::new(programs::built("callboard")?);
    command
        .args(["--headless", "--profile-dir"])
        .arg(&profile)
        .env("CALLBOARD_SERVER", world.server.url())
        .env("CALLBOARD_API_KEY", &world.server.account(NORA)?.api_key);
    let (mut process, mut input, output) = Process::start_unread("unread", &mut command, world.home.path())?;
    let refused = std::thread::spawn(move || {
        // Each costs a line of output, until nobody takes the input either.
        while input.write_all(b"nonsense\n").is_ok() {}
    });
    let status = wait::until("it ends", async || process.ended()?.context("it still runs")).await?;
    assert_eq!(status.code(), Some(3));
    refused.join().map_err(|_| anyhow::anyhow!("the writer ends with its reader"))?;
    drop(output);
    Ok(())
}

/// What is known of one ticket's titles, which are numbered.
#[derive(Clone, Copy, Default)]
struct Written {
    /// The newest that was told to a console.
    told: usize,
    /// The newest of which a console said that it is safe.
    safe: usize,
}

fn number(title: &str) -> usize {
    title.strip_prefix("title ").and_then(|text| text.parse().ok()).unwrap_or_default()
}

/// Where the random numbers begin; the same every time, so that a failure can be looked at.
const SEED: u64 = 20_261_121;

/// A console that dies at any moment loses no edit that it called safe, and sends none over a newer one (CO-12).
#[tokio::test]
async fn a_console_that_is_killed_at_any_moment_loses_nothing_and_repeats_nothing() -> Result<()> {
    let kills = std::env::var("CALLBOARD_KILLS").map_or(Ok(KILLS), |text| text.parse())?;
    let world = World::start().await?;
    let mut dice = SEED;
    let mut written = vec![Written::default(); world.tickets.len()];
    for _ in 0..kills {
        let mut console = world.console(NORA).await?;
        let mut roll = |sides: u64| {
            dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (dice >> 33) % sides
        };
        for _ in 0..=roll(12) {
            let at = usize::try_from(roll(3))?;
            let (ticket, known) = (world.tickets[at].as_str(), &mut written[at]);
            known.told += 1;
            let text = format!("title {}", known.told);
            console.edit(ticket, "title", &text)?;
            // Sometimes the next one comes at once, sometimes after this one is on disk, or on the server.
            let wanted: &[&str] = match roll(3) {
                0 => continue,
                1 => &["queued", "sending", "confirmed"],
                _ => &["confirmed"],
            };
            let is_so = |console: &Headless| {
                let field = console.field(ticket, "title");
                let kind = field["state"]["kind"].as_str()?;
                (field["shown"]["value"] == text.as_str() && wanted.contains(&kind)).then_some(())
            };
            console.until("the edit is safe", is_so).await?;
            known.safe = known.told;
        }
        console.kill();
    }
    let mut console = world.console(NORA).await?;
    console.until("all is sent", |console| (console.newest("counts")["queued"] == 0).then_some(())).await?;
    assert_eq!(console.newest("counts")["needsYou"], 0, "nobody else wrote, so there is nothing to decide");
    let rest = world.server.rest(BOB)?;
    for (ticket, written) in world.tickets.iter().zip(&written) {
        let found = number(&title(&rest, ticket).await?);
        ensure!(
            (written.safe..=written.told).contains(&found),
            "{ticket}: {found} stands there, {} was safe and {} was told",
            written.safe,
            written.told
        );
    }
    Ok(())
}

/// The lines are read by programs, so what they look like is promised.
#[tokio::test]
async fn the_first_line_names_the_protocol() -> Result<()> {
    let world = World::start().await?;
    let console = world.console(NORA).await?;
    let ready: &Value = console.newest("ready");
    assert_eq!(ready["protocol"], 1);
    ready["version"].as_str().context("a version")?;
    Ok(())
}
