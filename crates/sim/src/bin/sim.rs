//! Runs worlds: `cargo xtask sim`.
//!
//! **Invariant:** a world that breaks a promise is told with its seed, and with the command that plays it again.

use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::Instant;

use anyhow::{Result, bail};
use callboard_sim::{Outcome, Plan, Sabotage, Telling, run};
use clap::Parser;

/// Lines of the story that are told of a world that failed, without `--trace`.
const LAST_LINES: usize = 200;

/// Real consoles and a real server in simulated worlds.
#[derive(Parser)]
struct Options {
    /// How many worlds.
    #[arg(long, default_value_t = 1000)]
    seeds: u64,
    /// The first seed.
    #[arg(long, default_value_t = 0)]
    from: u64,
    /// Only the world of this seed.
    #[arg(long)]
    seed: Option<u64>,
    /// Tell everything that happens in it.
    #[arg(long, requires = "seed")]
    trace: bool,
    /// Only tell the fingerprint of what happens in it.
    #[arg(long, requires = "seed")]
    fingerprint: bool,
    /// Worlds at the same time.
    #[arg(long, default_value_t = 1)]
    jobs: usize,
}

fn main() -> ExitCode {
    let options = Options::parse();
    let outcome = match options.seed {
        Some(seed) => one(seed, &options),
        None => many(&options),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn one(seed: u64, options: &Options) -> Result<()> {
    let telling = if options.fingerprint { Telling::Fingerprint } else { Telling::Lines };
    let outcome = run(&Plan::of(seed), Sabotage::default(), telling)?;
    if options.fingerprint {
        println!("{}", outcome.fingerprint);
    }
    if options.trace {
        outcome.lines.iter().for_each(|line| println!("{line}"));
    }
    judged(seed, &outcome)
}

fn judged(seed: u64, outcome: &Outcome) -> Result<()> {
    if outcome.breaches.is_empty() {
        return Ok(());
    }
    outcome.breaches.iter().for_each(|breach| eprintln!("✗ seed {seed}: {breach}"));
    bail!("a promise is broken; see it again with: cargo xtask sim --seed {seed} --trace")
}

fn many(options: &Options) -> Result<()> {
    let began = Instant::now();
    let (next, end) = (AtomicU64::new(options.from), options.from + options.seeds);
    let (edits, failed) = (AtomicUsize::new(0), AtomicBool::new(false));
    std::thread::scope(|threads| {
        for _ in 0..options.jobs.max(1) {
            threads.spawn(|| {
                while !failed.load(Ordering::Relaxed) {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= end {
                        return;
                    }
                    match world(seed) {
                        Ok(taken) => edits.fetch_add(taken, Ordering::Relaxed),
                        Err(error) => {
                            failed.store(true, Ordering::Relaxed);
                            eprintln!("{error:#}");
                            return;
                        }
                    };
                }
            });
        }
    });
    if failed.into_inner() {
        bail!("some world broke a promise");
    }
    let (took, edits) = (began.elapsed(), edits.into_inner());
    let speed = options.seeds as f64 / took.as_secs_f64();
    println!(
        "{} worlds, {edits} edits, {took:.1?}: {speed:.0} worlds a second; every promise held",
        options.seeds
    );
    Ok(())
}

/// A world; how many edits the server took in it. A world that fails is played once more, and told.
fn world(seed: u64) -> Result<usize> {
    let outcome = run(&Plan::of(seed), Sabotage::default(), Telling::Silent)?;
    if outcome.breaches.is_empty() {
        return Ok(outcome.edits);
    }
    let told = run(&Plan::of(seed), Sabotage::default(), Telling::Lines)?;
    let from = told.lines.len().saturating_sub(LAST_LINES);
    told.lines[from..].iter().for_each(|line| eprintln!("{line}"));
    judged(seed, &outcome).map(|()| outcome.edits)
}
