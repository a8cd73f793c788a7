//! A cold start from the copy: the server is gone, and the board of the last run is there all the same (CO-11).
//!
//! **Invariant:** a start counts only when the board that it shows is whole.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{ChildStdout, Command};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use super::Options;
use crate::bench::book::{Book, Figure};
use crate::bench::figures::milliseconds;
use crate::bench::load::Load;
use crate::process::Process;
use crate::programs;
use crate::server::{Account, Server, ServerOptions};

const READY: Figure = Figure::less("cold start → the program takes commands", "ms");
const BOARD: Figure = Figure::less("cold start → first board from the copy", "ms");
const PROCESSOR: Figure = Figure::less("processor time of such a start", "ms");
const MEMORY: Figure = Figure::less("memory with that board, without a window", "MiB");

/// Whoever starts the console.
const PERSON: &str = "Nora Berg";

/// Lines on a screen.
const ON_SCREEN: u32 = 40;

/// How long one start may take before it counts as broken.
const START_MAX: Duration = Duration::from_secs(120);

/// Measures it.
pub(super) async fn measure(options: &Options, book: &mut Book) -> Result<()> {
    let mut server = Server::start(ServerOptions { tickets: options.tickets, ..Default::default() }).await?;
    let home = tempfile::tempdir().context("a folder for the profile")?;
    let (url, account) = (server.url(), server.account(PERSON)?.clone());
    println!("· a run that fills the copy");
    fill_the_copy(home.path(), &url, &account, options.tickets).await?;
    server.kill();
    for round in 0..options.repeat {
        println!("· a start without a server ({} of {})", round + 1, options.repeat);
        let cost = start(home.path(), &url, &account, options.tickets).await?;
        book.note(READY, "ours", milliseconds(cost.ready));
        book.note(BOARD, "ours", milliseconds(cost.board));
        book.note(PROCESSOR, "ours", milliseconds(cost.load.cpu));
        book.note(MEMORY, "ours", cost.load.rss_kib as f64 / 1024.0);
    }
    Ok(())
}

/// Lets a console fill the copy of the profile in `home`, and ends it in good order.
pub(in crate::bench) async fn fill_the_copy(
    home: &Path,
    server: &str,
    account: &Account,
    tickets: u32,
) -> Result<()> {
    start(home, server, account, tickets).await.map(drop)
}

/// What one start took.
struct Cost {
    ready: Duration,
    board: Duration,
    load: Load,
}

/// Starts a console, waits for a board with so many tickets, and ends it in good order.
async fn start(home: &Path, server: &str, account: &Account, tickets: u32) -> Result<Cost> {
    let mut command = Command::new(programs::built("callboard")?);
    command
        .args(["--headless", "--profile-dir"])
        .arg(home.join("profile"))
        .env("CALLBOARD_SERVER", server)
        .env("CALLBOARD_API_KEY", &account.api_key);
    let began = Instant::now();
    let (mut process, mut input, output) = Process::start_unread("console", &mut command, home)?;
    for order in [
        json!({"do": "hello"}),
        json!({"do": "openView", "view": "all", "query": {
            "search": "", "open": "all", "chips": [], "sort": {"by": "due", "descending": false}, "group": "none",
        }}),
        json!({"do": "showLines", "view": "all", "first": 0, "count": ON_SCREEN}),
    ] {
        writeln!(input, "{order}").context("telling the console")?;
    }
    let listening = tokio::task::spawn_blocking(move || listen(output, began, tickets));
    let heard = tokio::time::timeout(START_MAX, listening).await.context("a board in time")??;
    let (ready, board, rest) = heard.with_context(|| process.log_tail())?;
    let load = Load::of(process.pid())?;
    drop(input);
    let drained = tokio::task::spawn_blocking(move || rest.lines().map_while(Result::ok).count());
    tokio::time::timeout(START_MAX, drained).await.context("an end in time")??;
    process.stop().await?;
    Ok(Cost { ready, board, load })
}

/// Reads until the board is whole: when the program was ready, when the board was there, and the output after that.
fn listen(
    output: ChildStdout,
    began: Instant,
    tickets: u32,
) -> Result<(Duration, Duration, BufReader<ChildStdout>)> {
    let mut output = BufReader::new(output);
    let (mut ready, mut has_lines) = (None, false);
    let mut line = String::new();
    loop {
        line.clear();
        if output.read_line(&mut line).context("reading what the console says")? == 0 {
            bail!("the console ended before its board was whole");
        }
        let at = began.elapsed();
        let said: Value = serde_json::from_str(&line).with_context(|| format!("no JSON: {line}"))?;
        match said["is"].as_str() {
            Some("ready") => ready = Some(at),
            Some("board") => {
                let change = &said["value"]["change"];
                has_lines |= change["lines"].as_array().is_some_and(|lines| !lines.is_empty());
                if has_lines && change["total"] == tickets {
                    return Ok((ready.context("it was ready first")?, at, output));
                }
            }
            _ => {}
        }
    }
}
