//! Measurements, each beside a peer where there is one: builds the release, then lets `callboard-bench` do the work.
//!
//! **Invariant:** what is measured is the release that people run, built with no setting of its own.

use std::process::Command;

use anyhow::Result;
use clap::Args;

use crate::prepare;
use crate::steps::{Steps, cargo, root};

/// What to measure, and how.
#[derive(Args)]
pub(crate) struct Options {
    /// `rooms`, `save` or `soak` and its options; `rooms --help` tells them. `--write` puts the figures into
    /// docs/benchmarks.md.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, required = true)]
    what: Vec<String>,
}

/// `cargo xtask bench`.
pub(crate) fn run(steps: &mut Steps, options: &Options) -> Result<()> {
    prepare::for_servers(steps)?;
    let mut build = cargo();
    build.args([
        "build",
        "--quiet",
        "--release",
        "--package=callboard-server",
        "--package=callboard-testkit",
    ]);
    build.args(["--bin=callboard-server", "--bin=callboard-bench"]);
    steps.run("build the release", &mut build)?;
    let program = root().join("target/release/callboard-bench");
    steps.run("measure", Command::new(program).args(&options.what))?;
    steps.close("measured; all samples are in target/bench");
    Ok(())
}
