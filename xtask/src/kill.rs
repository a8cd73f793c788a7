//! `cargo xtask kill`: the server is killed under write load, as often as wanted, on each store.
//!
//! It exists because the tests kill a few times only: a promise about any moment needs many moments.
//!
//! **Invariant:** the very test that `cargo xtask test` runs, only longer; a seed repeats a run.

use anyhow::Result;
use clap::Args;

use crate::prepare;
use crate::steps::{Steps, cargo};

/// How `cargo xtask kill` is told what to do.
#[derive(Args)]
pub(crate) struct Options {
    /// How often, for each store.
    #[arg(long, default_value_t = 200)]
    times: u64,
    /// Repeats the run that had this seed.
    #[arg(long)]
    seed: Option<u64>,
    /// Only this store: sqlite or postgres.
    #[arg(long)]
    store: Option<String>,
}

pub(crate) fn run(steps: &mut Steps, options: &Options) -> Result<()> {
    prepare::everything(steps)?;
    steps.run("build the server", cargo().args(["build", "--package", "callboard-server"]))?;
    let mut test = cargo();
    test.args(["test", "--package", "callboard-server", "--test", "stores", "--"])
        .args(["--nocapture", "--test-threads=1"])
        .arg(format!("kill_on_{}", options.store.as_deref().unwrap_or_default()))
        .env("CALLBOARD_TEST_KILLS", options.times.to_string());
    if let Some(seed) = options.seed {
        test.env("CALLBOARD_TEST_SEED", seed.to_string());
    }
    steps.run("kill the server under write load", &mut test)?;
    steps.close("Callboard: nothing was lost and nothing done twice");
    Ok(())
}
