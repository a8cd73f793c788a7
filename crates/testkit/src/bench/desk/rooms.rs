//! What it costs a console to hold a thousand rooms, beside the stock's own client in Node.
//!
//! Both hold the same rooms of the same server in the same run, one after the other. Ours is the console that people run,
//! which holds the whole board beside the rooms; what a room costs is the difference to the same console with no rooms of
//! tickets. The stock's client holds nothing but rooms: an empty document and a provider each, on one shared socket.
//!
//! **Invariant:** a sample counts only when every room is there.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use callboard_model::{Room, TicketId, Timestamp};
use serde_json::json;

use crate::bench::book::{Book, Figure};
use crate::bench::contestant::unbounded;
use crate::bench::figures::milliseconds;
use crate::bench::load::Load;
use crate::headless::Headless;
use crate::node::Script;
use crate::programs;
use crate::server::{Server, ServerOptions};

const ROOM: Figure = Figure::less("memory per idle room, 1,000 on one socket", "KiB").times_better(10.0);
const IDLE: Figure = Figure::less("processor while 1,000 rooms are idle", "%");
const HAVE: Figure = Figure::less("1,000 rooms are there", "ms");
const BACK: Figure = Figure::less("1,000 rooms are back after kill -9 and restart of the server", "ms");

/// Whose rooms they are.
const PERSON: &str = "Nora Berg";
/// As many rooms as a busy console has.
const ROOMS: usize = 1_000;
/// Lines that a window may ask for at once, and so the views that it takes to look at all of them.
const LINES: usize = 400;
/// Memory is looked at this long after the last thing happened.
const QUIET: Duration = Duration::from_secs(2);

/// The columns: ours, and the peer.
pub(super) const OURS: &str = "ours";
pub(super) const PEER: &str = "@hocuspocus/provider";

/// Measures both once.
pub(super) async fn measure(idle: Duration, book: &mut Book) -> Result<()> {
    let tickets = u32::try_from(ROOMS)?;
    let options = ServerOptions { tickets, args: unbounded(), ..ServerOptions::default() };
    let mut server = Server::start(options).await?;
    let home = tempfile::tempdir().context("a folder for the profiles")?;
    ours(&mut server, home.path(), idle, book).await?;
    peer(&mut server, home.path(), idle, book).await
}

async fn ours(server: &mut Server, home: &Path, idle: Duration, book: &mut Book) -> Result<()> {
    let without = console(server, home, 0).await?;
    tokio::time::sleep(QUIET).await;
    let before = Load::of(without.pid())?;
    drop(without);
    let began = Instant::now();
    let mut console = console(server, home, ROOMS).await?;
    book.note(HAVE, OURS, milliseconds(began.elapsed()));
    tokio::time::sleep(QUIET).await;
    let after = Load::of(console.pid())?;
    book.note(ROOM, OURS, per_room(&before, &after, ROOMS));
    book.note(IDLE, OURS, busy(console.pid(), idle).await?);
    let (killed, at) = (Instant::now(), Timestamp::now().as_millisecond());
    let is_back = |console: &Headless| {
        let since = console.newest("link")["since"].as_i64()?;
        (since >= at).then(|| has(console, ROOMS)).flatten()
    };
    let (restarted, back) = tokio::join!(server.restart(), console.until("the rooms are back", is_back));
    restarted?;
    back?;
    book.note(BACK, OURS, milliseconds(killed.elapsed()));
    Ok(())
}

/// A console that looks at the whole board and is in so many rooms of tickets.
async fn console(server: &Server, home: &Path, rooms: usize) -> Result<Headless> {
    let profile = home.join(format!("profile-{rooms}"));
    let mut command = Command::new(programs::built("callboard")?);
    command
        .args(["--headless", "--profile-dir"])
        .arg(&profile)
        .env("CALLBOARD_SERVER", server.url())
        .env("CALLBOARD_API_KEY", &server.account(PERSON)?.api_key)
        .env("CALLBOARD_ROOMS_MAX", rooms.to_string());
    let mut console = Headless::run(&mut command, &profile)?;
    console.tell(&json!({"do": "hello"}))?;
    for place in 0..ROOMS.div_ceil(LINES) {
        let view = format!("v{place}");
        let query = json!({
            "search": "", "open": "all", "chips": [], "sort": {"by": "number", "descending": false}, "group": "none",
        });
        console.tell(&json!({"do": "openView", "view": view, "query": query}))?;
        let (first, count) = (place * LINES, LINES);
        console.tell(&json!({"do": "showLines", "view": view, "first": first, "count": count}))?;
    }
    console.until("all rooms are there", |console| has(console, rooms)).await?;
    Ok(console)
}

/// Whether it is live and in so many rooms of tickets; the board's own is one more.
fn has(console: &Headless, rooms: usize) -> Option<()> {
    let is_live = console.newest("link")["live"] == "live";
    (is_live && console.newest("counts")["rooms"] == rooms + 1).then_some(())
}

async fn peer(server: &mut Server, home: &Path, idle: Duration, book: &mut Book) -> Result<()> {
    let tokens = home.join("tokens.json");
    let mut script = Script::start("bench-peer.mjs", &["4", &server.rooms_url()])?;
    script.hears(&json!({"is": "ready"})).await?;
    hand_over(&mut script, server, &tokens).await?;
    script.say(&json!({"do": "open", "count": 1})).await?;
    script.hears(&json!({"is": "all", "rooms": 1})).await?;
    let account = server.account(PERSON)?;
    let user = json!({"userId": account.user_id, "displayName": account.display_name, "color": "#3366cc"});
    script.say(&json!({"do": "show", "user": user})).await?;
    script.hears(&json!({"is": "shown"})).await?;
    let before = settled(&mut script).await?;
    let began = Instant::now();
    script.say(&json!({"do": "open", "count": ROOMS})).await?;
    script.hears(&json!({"is": "all", "rooms": ROOMS})).await?;
    book.note(HAVE, PEER, milliseconds(began.elapsed()));
    let after = settled(&mut script).await?;
    book.note(ROOM, PEER, per_room(&before, &after, ROOMS - 1));
    book.note(IDLE, PEER, busy(script.pid()?, idle).await?);
    hand_over(&mut script, server, &tokens).await?;
    let killed = Instant::now();
    let back = json!({"is": "all", "rooms": ROOMS});
    let (restarted, heard) = tokio::join!(server.restart(), script.hears(&back));
    restarted?;
    heard?;
    book.note(BACK, PEER, milliseconds(killed.elapsed()));
    Ok(())
}

/// Gives the peer fresh tokens for all rooms.
async fn hand_over(script: &mut Script, server: &Server, file: &Path) -> Result<()> {
    let rest = server.rest(PERSON)?;
    let tenant = rest.account().tenant_id.clone();
    let found = rest.tickets(u32::try_from(ROOMS)?).await?;
    let tickets: Vec<TicketId> = found.into_iter().map(|ticket| ticket.ticket_id).collect();
    let minted = rest.live_tokens(&tickets, false).await?.tokens;
    let named = minted
        .into_iter()
        .map(|(ticket, token)| (Room::Ticket(tenant.as_str().into(), ticket).to_string(), token));
    let named: BTreeMap<String, Arc<str>> = named.collect();
    anyhow::ensure!(named.len() == ROOMS, "a token for each room, not {}", named.len());
    std::fs::write(file, serde_json::to_vec(&named)?).context("writing the tokens")?;
    script.say(&json!({"do": "tokens", "file": file})).await?;
    script.hears(&json!({"is": "tokens"})).await.map(drop)
}

/// What it costs once nothing can be freed any more.
async fn settled(script: &mut Script) -> Result<Load> {
    tokio::time::sleep(QUIET).await;
    script.say(&json!({"do": "settle"})).await?;
    script.hears(&json!({"is": "settled"})).await?;
    Load::of(script.pid()?)
}

fn per_room(before: &Load, after: &Load, rooms: usize) -> f64 {
    (after.rss_kib as f64 - before.rss_kib as f64) / rooms as f64
}

/// Which part of one processor a process uses, in percent.
async fn busy(pid: u32, time: Duration) -> Result<f64> {
    let before = Load::of(pid)?;
    tokio::time::sleep(time).await;
    Ok(Load::of(pid)?.cpu_since(&before).as_secs_f64() / time.as_secs_f64() * 100.0)
}
