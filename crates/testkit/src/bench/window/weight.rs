//! Memory, and processor time while nothing happens, with a thousand rooms open.
//!
//! The console is in the rooms of tickets that are its person's own, as it is on any busy day; the server's own count says when
//! it is in all of them. Nobody drives it: a driver would have its own part in the memory.
//!
//! **Invariant:** memory is counted by shares (PSS), so that the processes of a program can be added up.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use callboard_model::{Field, Ticket, Value};

use super::opened::{Program, lay_out};
use super::{EMPTY, OURS, Options, PERSON, PLAIN, Stage};
use crate::bench::book::{Book, Figure};
use crate::bench::contestant::unbounded;
use crate::bench::load::{Load, family, pss_kib};
use crate::pair::BOB;
use crate::port::Port;
use crate::server::{Server, ServerOptions};
use crate::wait::until_within;

const ABOVE: Figure = Figure::less("app process above that of an empty window", "MiB").within(60.0, 25.0);
const WHOLE: Figure = Figure::less("whole program: app, network and web process", "MiB").within(330.0, 260.0);
const APP: Figure = Figure::less("of that the app process", "MiB");
const NETWORK: Figure = Figure::less("of that the network process", "MiB");
const WEB: Figure = Figure::less("of that the web process", "MiB");
const IDLE: Figure = Figure::less("idle processor, whole program", "%").within(2.0, 0.3);
const IDLE_APP: Figure = Figure::less("of that the app process", "%");

/// So many rooms.
const ROOMS: u32 = 1_000;

/// How long the rooms may take to open.
const OPEN_MAX: Duration = Duration::from_secs(60);

/// Memory is looked at this long after the last thing happened: what was needed to start is given back by then.
const QUIET: Duration = Duration::from_secs(15);

/// What a program costs.
#[derive(Debug)]
struct Weight {
    app: f64,
    network: f64,
    web: f64,
}

impl Weight {
    fn of(pid: u32) -> Result<Self> {
        let (mut app, mut network, mut web) = (0.0, 0.0, 0.0);
        for (pid, name) in family(pid)? {
            let place = match &*name {
                // The kernel cuts long names.
                name if name.starts_with("WebKitNetwork") => &mut network,
                name if name.starts_with("WebKitWeb") => &mut web,
                _ => &mut app,
            };
            *place += pss_kib(pid)? as f64 / 1024.0;
        }
        ensure!(app > 0.0 && network > 0.0 && web > 0.0, "three processes, not {app}, {network}, {web}");
        Ok(Self { app, network, web })
    }

    fn whole(&self) -> f64 {
        self.app + self.network + self.web
    }
}

/// The memory of a program and of all that it started, in MiB: its own process, and everything.
pub(super) fn memory(pid: u32) -> Result<(f64, f64)> {
    Weight::of(pid).map(|weight| (weight.app, weight.whole()))
}

/// Measures all three; says with what load.
pub(super) async fn measure(options: &Options, book: &mut Book) -> Result<String> {
    let stage = Stage::set().await?;
    let metrics = Port::claim()?;
    let mut args = unbounded();
    args.extend(["--metrics-listen".to_owned(), metrics.address().to_string()]);
    let server =
        Server::start(ServerOptions { tickets: options.tickets, args, ..Default::default() }).await?;
    let account = server.account(PERSON)?;
    let tickets = server.rest(PERSON)?.tickets(options.tickets).await?;
    lay_out(&tickets)?;
    own(&server, &account.user_id, &tickets).await?;
    let idle = Duration::from_secs(options.idle_seconds);
    let mut empty_app = None;
    for (program, column) in [
        (Program::empty()?, EMPTY),
        (Program::plain(options.tickets, 0)?, PLAIN),
        (Program::console(&server.url(), account, ROOMS), OURS),
    ] {
        println!("· memory and idle processor: {column}");
        let home = tempfile::tempdir().context("a folder for the program")?;
        stage.is_bare().await?;
        let process = program.alone(&stage, home.path())?;
        let began = std::time::Instant::now();
        match column {
            EMPTY => stage.empty_stands(began).await,
            _ => stage.rows_stand(began).await,
        }
        .with_context(|| process.log_tail())?;
        if column == OURS {
            rooms_open(&metrics).await.with_context(|| process.log_tail())?;
        }
        tokio::time::sleep(QUIET).await;
        let (whole, app) = busy(process.pid(), idle).await?;
        let weight = Weight::of(process.pid())?;
        let empty = *empty_app.get_or_insert(weight.app);
        if column != EMPTY {
            book.note(ABOVE, column, weight.app - empty);
        }
        for (figure, value) in [
            (WHOLE, weight.whole()),
            (APP, weight.app),
            (NETWORK, weight.network),
            (WEB, weight.web),
            (IDLE, whole),
            (IDLE_APP, app),
        ] {
            book.note(figure, column, value);
        }
    }
    Ok(format!(
        "Memory and idle processor: {} tickets, {ROOMS} rooms of tickets and the board's; {} s after the last of them was \
         there, over {} s.",
        options.tickets,
        QUIET.as_secs(),
        idle.as_secs()
    ))
}

/// Makes so many open tickets the person's own.
async fn own(server: &Server, user: &str, tickets: &[Ticket]) -> Result<()> {
    let rest = server.rest(BOB)?;
    // A bundled ticket's assignee is its master's to say.
    let is_free = |ticket: &&Ticket| !ticket.status_is_closed && ticket.master_ticket_id.is_none();
    let open: Vec<_> = tickets.iter().filter(is_free).take(ROOMS as usize).collect();
    ensure!(open.len() == ROOMS as usize, "only {} open tickets can be given to somebody", open.len());
    for ticket in open {
        rest.put(&ticket.ticket_id, [(Field::Assignee, Value::from(user))]).await?;
    }
    Ok(())
}

/// Waits until the server counts all rooms.
async fn rooms_open(port: &Port) -> Result<()> {
    let url = format!("http://{}/metrics", port.address());
    until_within(OPEN_MAX, "all rooms are open", async || {
        let page = reqwest::get(&url).await.context("asking for metrics")?.text().await?;
        let count = page.lines().find_map(|line| line.strip_prefix("callboard_rooms "));
        let count: u32 = count.context("the server counts no rooms")?.trim().parse()?;
        ensure!(count > ROOMS, "{count} rooms so far");
        Ok(())
    })
    .await
}

/// Which part of one processor a program uses, in percent: all of it, and its own process.
async fn busy(pid: u32, time: Duration) -> Result<(f64, f64)> {
    let look = || -> Result<(Duration, Duration)> {
        let app = Load::of(pid)?.cpu;
        let all = family(pid)?.into_iter().map(|(pid, _)| Load::of(pid).map(|load| load.cpu));
        Ok((all.sum::<Result<Duration>>()?, app))
    };
    let before = look()?;
    tokio::time::sleep(time).await;
    let after = look()?;
    let share = |before: Duration, after: Duration| {
        after.saturating_sub(before).as_secs_f64() / time.as_secs_f64() * 100.0
    };
    Ok((share(before.0, after.0), share(before.1, after.1)))
}
