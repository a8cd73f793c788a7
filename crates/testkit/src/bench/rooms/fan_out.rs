//! Many viewers of one ticket: how soon each hears of a change, and how much of that a server gets out of a processor.
//!
//! **Invariant:** what is told of a stream is told of all of it: a hint that did not arrive is an error.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use callboard_model::{Field, Value};
use tokio::task::JoinSet;

use crate::bench::book::{Book, Figure};
use crate::bench::contestant::{Contestant, Ground, Kind};
use crate::bench::figures::Spread;
use crate::bench::hint::Key;
use crate::bench::load::Load;
use crate::bench::publisher::Publisher;
use crate::bench::viewer::{Tally, Viewer};

/// As many people look at one ticket.
const VIEWERS: usize = 50;
/// As often somebody changes it in a second.
const RATE: u32 = 100;
/// As often as a large tenant changes something in a second.
const BUSY_RATE: u32 = 2_000;
/// Hints on their way at most when a server is given all it can take: enough to keep it busy, and far fewer than would
/// make it give up a reader.
const AHEAD: usize = 64;
/// What runs before anything is measured: compilers of the stock server's engine warm up, buffers grow.
const WARM_UP: Duration = Duration::from_secs(2);

const P50: Figure = Figure::less("hint published → heard, 50 viewers, 100/s: p50", "ms");
const P95: Figure = Figure::less("hint published → heard, 50 viewers, 100/s: p95", "ms").times_better(2.0);
const P99: Figure = Figure::less("hint published → heard, 50 viewers, 100/s: p99", "ms");
const PACED: Figure = Figure::more("deliveries per processor second, 50 viewers, 100/s", "1/s");
const PACED_KERNEL: Figure = Figure::less("of that processor time in the kernel, 100/s", "%");
const BUSY: Figure = Figure::more("deliveries per processor second, 50 viewers, 2,000/s", "1/s");
const BUSY_KERNEL: Figure = Figure::less("of that processor time in the kernel, 2,000/s", "%");
const SAVE_P50: Figure = Figure::less("save sent → hint heard, 50 viewers, 100/s: p50", "ms");
const SAVE_P95: Figure = Figure::less("save sent → hint heard, 50 viewers, 100/s: p95", "ms");
const SAVE_P99: Figure = Figure::less("save sent → hint heard, 50 viewers, 100/s: p99", "ms");
const YIELD: Figure =
    Figure::more("deliveries per processor second, 50 viewers, all it takes", "1/s").times_better(3.0);
const YIELD_KERNEL: Figure = Figure::less("of that processor time in the kernel, all it takes", "%");
const FLOW: Figure = Figure::more("deliveries per second beside the driver, all it takes", "1/s");
const DRIVER: Figure = Figure::less("the driver's own processor time per delivery, all it takes", "µs");

/// Opens the hot room on as many sockets as there are viewers.
async fn gather(contestant: &Contestant<'_>, tally: &std::sync::Arc<Tally>) -> Result<Vec<Viewer>> {
    let mut viewers = Vec::with_capacity(VIEWERS);
    for _ in 0..VIEWERS {
        viewers.push(Viewer::open(&contestant.url(), &contestant.wallet, 0..1, tally).await?);
    }
    Ok(viewers)
}

/// A steady stream of hints: as a busy hour has it, then as a large tenant has it.
pub(super) async fn latency(kind: Kind, time: Duration, ground: &mut Ground, book: &mut Book) -> Result<()> {
    let redis = ground.redis.url();
    let contestant = ground.fresh(kind, 1).await?;
    let tally = Tally::new(Some(Key::Number));
    let viewers = gather(&contestant, &tally).await?;
    let mut publisher = publisher(&redis, &contestant).await?;
    publisher.paced(&tally, RATE, WARM_UP).await?;
    all_heard(&publisher, &tally).await?;
    drop(tally.take_notes());

    let (before, heard) = (Load::of(contestant.pid()?)?, tally.heard());
    publisher.paced(&tally, RATE, time).await?;
    all_heard(&publisher, &tally).await?;
    let after = Load::of(contestant.pid()?)?;
    let deliveries = tally.heard() - heard;
    let spread = Spread::of(publisher.delays(&tally.take_notes())).context("hints were heard")?;
    ensure!(viewers.iter().all(|viewer| !viewer.is_broken()), "a viewer was lost");

    let column = kind.to_string();
    book.note(P50, &column, spread.p50);
    book.note(P95, &column, spread.p95);
    book.note(P99, &column, spread.p99);
    book.note(PACED, &column, deliveries as f64 / after.cpu_since(&before).as_secs_f64());
    book.note(PACED_KERNEL, &column, after.kernel_share_since(&before));

    let (before, heard) = (Load::of(contestant.pid()?)?, tally.heard());
    publisher.paced(&tally, BUSY_RATE, time).await?;
    all_heard(&publisher, &tally).await?;
    let after = Load::of(contestant.pid()?)?;
    let deliveries = tally.heard() - heard;
    ensure!(viewers.iter().all(|viewer| !viewer.is_broken()), "a viewer was lost");
    book.note(BUSY, &column, deliveries as f64 / after.cpu_since(&before).as_secs_f64());
    book.note(BUSY_KERNEL, &column, after.kernel_share_since(&before));
    Ok(())
}

/// The same by real saves: REST, transaction, outbox, relay, room.
pub(super) async fn saves(time: Duration, ground: &mut Ground, book: &mut Book) -> Result<()> {
    let contestant = ground.fresh(Kind::Ours, 1).await?;
    let tally = Tally::new(Some(Key::Version));
    let viewers = gather(&contestant, &tally).await?;
    let (rest, ticket) = (contestant.rest()?, contestant.ticket(0).context("a ticket")?.clone());
    let mut saves = JoinSet::new();
    let mut turn = tokio::time::interval(Duration::from_secs(1) / RATE);
    let began = Instant::now();
    for number in 0.. {
        if began.elapsed() > time {
            break;
        }
        turn.tick().await;
        let (rest, ticket, tally) = (rest.clone(), ticket.clone(), std::sync::Arc::clone(&tally));
        saves.spawn(async move {
            let sent = tally.began.elapsed();
            let title = format!("Printer on fire, call {number}");
            let saved = rest.put(&ticket, [(Field::Title, Value::from(title.as_str()))]).await?;
            anyhow::Ok((saved.version.context("a version")?.0, sent))
        });
    }
    let mut sent = HashMap::new();
    while let Some(saved) = saves.join_next().await {
        let (version, at) = saved.context("a save was cut off")??;
        sent.insert(version, at);
    }
    let wanted = (sent.len() * VIEWERS) as u64;
    crate::wait::until("every save is heard", async || {
        ensure!(tally.heard() >= wanted, "{} of {wanted}", tally.heard());
        Ok(())
    })
    .await?;
    ensure!(viewers.iter().all(|viewer| !viewer.is_broken()), "a viewer was lost");
    let notes = tally.take_notes();
    let delays = notes.iter().filter_map(|(version, at)| Some(at.saturating_sub(*sent.get(version)?)));
    let spread = Spread::of(delays).context("saves were heard")?;
    let column = Kind::Ours.to_string();
    book.note(SAVE_P50, &column, spread.p50);
    book.note(SAVE_P95, &column, spread.p95);
    book.note(SAVE_P99, &column, spread.p99);
    Ok(())
}

/// As many hints as the server takes, with the driver and Redis beside it on the same machine.
pub(super) async fn throughput(
    kind: Kind,
    time: Duration,
    ground: &mut Ground,
    book: &mut Book,
) -> Result<()> {
    let redis = ground.redis.url();
    let contestant = ground.fresh(kind, 1).await?;
    let tally = Tally::new(None);
    let viewers = gather(&contestant, &tally).await?;
    let mut publisher = publisher(&redis, &contestant).await?;
    publisher.full(&tally, VIEWERS as u64, AHEAD, WARM_UP).await?;
    all_heard(&publisher, &tally).await?;

    let (server, driver) = (Load::of(contestant.pid()?)?, Load::of_driver()?);
    let (began, heard) = (Instant::now(), tally.heard());
    publisher.full(&tally, VIEWERS as u64, AHEAD, time).await?;
    all_heard(&publisher, &tally).await?;
    let took = began.elapsed().as_secs_f64();
    let after = Load::of(contestant.pid()?)?;
    let cpu = after.cpu_since(&server).as_secs_f64();
    let own = Load::of_driver()?.cpu_since(&driver).as_secs_f64();
    let deliveries = (tally.heard() - heard) as f64;
    ensure!(viewers.iter().all(|viewer| !viewer.is_broken()), "a viewer was lost");

    let column = kind.to_string();
    book.note(YIELD, &column, deliveries / cpu);
    book.note(YIELD_KERNEL, &column, after.kernel_share_since(&server));
    book.note(FLOW, &column, deliveries / took);
    book.note(DRIVER, &column, own / deliveries * 1e6);
    Ok(())
}

async fn publisher(redis: &str, contestant: &Contestant<'_>) -> Result<Publisher> {
    Publisher::new(redis, contestant.rooms(1).iter().map(|room| &**room)).await
}

async fn all_heard(publisher: &Publisher, tally: &Tally) -> Result<()> {
    publisher.arrived(tally, publisher.published() * VIEWERS as u64).await
}
