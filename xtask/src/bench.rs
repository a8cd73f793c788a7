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
    /// `rooms`, `save`, `gateways`, `soak` or `desk` and its options; `rooms --help` tells them. `--write` puts the figures into
    /// docs/benchmarks.md.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, required = true)]
    what: Vec<String>,
}

/// The measurement that needs the console.
const DESK: &str = "desk";

/// `cargo xtask bench`.
pub(crate) fn run(steps: &mut Steps, options: &Options) -> Result<()> {
    let is_desk = options.what.first().is_some_and(|what| what == DESK);
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
    if is_desk {
        prepare::for_a_window(steps)?;
        build.args(["--package=callboard", "--bin=callboard"]);
        build.args(["--package=callboard-desk", "--example=callboard-steps"]);
    }
    steps.run("build the release", &mut build)?;
    let program = root().join("target/release/callboard-bench");
    steps.run("measure", Command::new(program).args(&options.what))?;
    steps.close("measured; all samples are in target/bench");
    Ok(())
}
