//! Simulated worlds: real consoles and a real server on one clock, one network and one seed.
//!
//! **Invariant:** what is played is built once, optimised, and by nobody else's settings.

use std::process::Command;

use anyhow::Result;
use clap::Args;

use crate::steps::{Steps, cargo, root};

/// Which worlds.
#[derive(Args)]
pub(crate) struct Options {
    /// `--seeds N`, `--from S`, `--jobs N`; or one world: `--seed S`, with `--trace` for all that happens in it.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    worlds: Vec<String>,
}

/// `cargo xtask sim`.
pub(crate) fn run(steps: &mut Steps, options: &Options) -> Result<()> {
    let mut build = cargo();
    build.args(["build", "--quiet", "--profile=sim", "--package=callboard-sim"]);
    steps.run("build the worlds", &mut build)?;
    let program = root().join("target/sim/callboard-sim");
    steps.run("simulate", Command::new(program).args(&options.worlds))?;
    steps.close("simulated");
    Ok(())
}
