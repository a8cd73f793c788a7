//! Many rooms and many sockets: what they cost while nothing happens, and how soon they are there, and there again.
//!
//! **Invariant:** memory is what a settled process holds more than it held with one room on one socket.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

use crate::bench::book::{Book, Figure};
use crate::bench::contestant::{Contestant, Ground, Kind};
use crate::bench::figures::milliseconds;
use crate::bench::load::Load;
use crate::bench::viewer::{Tally, Viewer};

/// As many rooms as a busy console has on one socket.
const THOUSAND: usize = 1_000;
/// As many as it may have.
const TEN_THOUSAND: usize = 10_000;

const FRESH: Figure = Figure::less("memory of a fresh server with one room", "MiB");
const SOCKET: Figure = Figure::less("memory per socket, 1,000 in one room", "KiB");
const OPEN: Figure = Figure::less("opening 1,000 rooms on one socket", "ms").times_better(5.0);
const ROOM: Figure = Figure::less("memory per idle room, 1,000 on one socket", "KiB").times_better(10.0);
const BACK: Figure = Figure::less("1,000 rooms are back after kill -9 and restart", "ms");
const IDLE: Figure = Figure::less("processor while 1,000 rooms are idle", "%");
const SHOWN: Figure = Figure::less("processor while 1,000 rooms show a face, renewed every 15 s", "%");
const OPEN_MANY: Figure = Figure::less("opening 10,000 rooms on one socket", "ms").times_better(5.0);
const ROOM_MANY: Figure =
    Figure::less("memory per idle room, 10,000 on one socket", "KiB").times_better(10.0);

/// What the console of somebody says of itself.
const FACE: &str = r##"{"user":{"userId":"bench","displayName":"Nora Berg","color":"#3366cc"}}"##;

/// A server at rest with one room on one socket: what all memory is counted from.
async fn at_rest(contestant: &mut Contestant<'_>, tally: &Arc<Tally>) -> Result<(Viewer, Load)> {
    let first = Viewer::open(&contestant.url(), &contestant.wallet, 0..1, tally).await?;
    contestant.settle().await?;
    let load = Load::of(contestant.pid()?)?;
    Ok((first, load))
}

/// KiB per thing that was added.
fn each(before: &Load, after: &Load, things: usize) -> f64 {
    (after.rss_kib as f64 - before.rss_kib as f64) / things as f64
}

/// A thousand sockets in one room.
pub(super) async fn sockets(kind: Kind, ground: &mut Ground, book: &mut Book) -> Result<()> {
    let tally = Tally::new(None);
    let mut contestant = ground.fresh(kind, 1).await?;
    let (_first, before) = at_rest(&mut contestant, &tally).await?;
    let mut viewers = Vec::with_capacity(THOUSAND);
    for _ in 0..THOUSAND {
        viewers.push(Viewer::open(&contestant.url(), &contestant.wallet, 0..1, &tally).await?);
    }
    contestant.settle().await?;
    let after = Load::of(contestant.pid()?)?;
    ensure!(viewers.iter().all(|viewer| !viewer.is_broken()), "a viewer was lost");
    book.note(SOCKET, &kind.to_string(), each(&before, &after, THOUSAND));
    Ok(())
}

/// A thousand rooms on one socket: opened, idle, shown in, killed under.
pub(super) async fn thousand(kind: Kind, idle: Duration, ground: &mut Ground, book: &mut Book) -> Result<()> {
    let (column, tally) = (kind.to_string(), Tally::new(None));
    let mut contestant = ground.fresh(kind, THOUSAND + 1).await?;
    let (first, before) = at_rest(&mut contestant, &tally).await?;
    book.note(FRESH, &column, before.rss_kib as f64 / 1024.0);
    let console = open(&contestant, THOUSAND, &tally).await?;
    book.note(OPEN, &column, milliseconds(console.opened_in));
    contestant.settle().await?;
    book.note(ROOM, &column, each(&before, &Load::of(contestant.pid()?)?, THOUSAND));
    book.note(IDLE, &column, busy(&contestant, idle).await?);
    console.show(FACE.into()).await?;
    contestant.settle().await?;
    book.note(SHOWN, &column, busy(&contestant, idle).await?);
    ensure!(!console.is_broken() && !first.is_broken(), "a viewer was lost");

    drop((console, first));
    let (url, wallet) = (contestant.url(), Arc::clone(&contestant.wallet));
    let killed = Instant::now();
    let (restarted, back) = tokio::join!(contestant.killed_and_restarted(), async {
        // The old process may still take a connection in its last moment: then the next one counts.
        loop {
            if let Ok(viewer) = Viewer::open(&url, &wallet, 1..THOUSAND + 1, &tally).await {
                return (viewer, killed.elapsed());
            }
        }
    });
    restarted?;
    ensure!(!back.0.is_broken(), "the rooms are not back");
    book.note(BACK, &column, milliseconds(back.1));
    Ok(())
}

/// Ten thousand rooms on one socket.
pub(super) async fn ten_thousand(kind: Kind, ground: &mut Ground, book: &mut Book) -> Result<()> {
    let (column, tally) = (kind.to_string(), Tally::new(None));
    let mut contestant = ground.fresh(kind, TEN_THOUSAND).await?;
    let (first, before) = at_rest(&mut contestant, &tally).await?;
    let console = open(&contestant, TEN_THOUSAND - 1, &tally).await?;
    book.note(OPEN_MANY, &column, milliseconds(console.opened_in));
    contestant.settle().await?;
    book.note(ROOM_MANY, &column, each(&before, &Load::of(contestant.pid()?)?, TEN_THOUSAND - 1));
    ensure!(!console.is_broken() && !first.is_broken(), "a viewer was lost");
    Ok(())
}

/// A console with so many rooms, none of them the one that was there before.
async fn open(contestant: &Contestant<'_>, rooms: usize, tally: &Arc<Tally>) -> Result<Viewer> {
    Viewer::open(&contestant.url(), &contestant.wallet, 1..rooms + 1, tally).await
}

/// Which part of one processor a server uses, in percent.
async fn busy(contestant: &Contestant<'_>, time: Duration) -> Result<f64> {
    let before = Load::of(contestant.pid()?)?;
    tokio::time::sleep(time).await;
    let cpu = Load::of(contestant.pid()?)?.cpu_since(&before);
    Ok(cpu.as_secs_f64() / time.as_secs_f64() * 100.0)
}
