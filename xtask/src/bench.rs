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
    /// `rooms`, `save`, `gateways`, `soak`, `desk` or `window` and its options; `rooms --help` tells them. `--write` puts the figures
    /// into docs/benchmarks.md.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, required = true)]
    what: Vec<String>,
}

/// The measurements that need the console.
const DESK: &str = "desk";
/// The one that needs it on a display, and what stands beside it there.
const WINDOW: &str = "window";

/// `cargo xtask bench`.
pub(crate) fn run(steps: &mut Steps, options: &Options) -> Result<()> {
    let what = options.what.first().map_or("", String::as_str);
    prepare::for_servers(steps)?;
    if [DESK, WINDOW].contains(&what) {
        prepare::for_a_window(steps)?;
        let mut console = release(&["--package=callboard", "--bin=callboard"]);
        steps.run("build the console's release", &mut console)?;
    }
    match what {
        DESK => {
            let mut middle = release(&["--package=callboard-desk", "--example=callboard-steps"]);
            steps.run("build the middle by itself", &mut middle)?;
        }
        WINDOW => beside_the_window(steps)?,
        _ => {}
    }
    let mut driver = release(&["--package=callboard-server", "--package=callboard-testkit"]);
    driver.args(["--bin=callboard-server", "--bin=callboard-bench"]);
    steps.run("build the server and the driver", &mut driver)?;
    let program = root().join("target/release/callboard-bench");
    steps.run("measure", Command::new(program).args(&options.what))?;
    steps.close("measured; all samples are in target/bench");
    Ok(())
}

/// The plain table, and the window around it. Built apart from the console, so that nothing of theirs is in it.
fn beside_the_window(steps: &mut Steps) -> Result<()> {
    let mut table = Command::new("npm");
    table.args(["run", "--silent", "build:plain", "--workspace=ui"]);
    steps.run("build the plain table", &mut table)?;
    let mut page = release(&["--package=callboard", "--example=callboard-page"]);
    steps.run("build the window around it", &mut page)
}

fn release(what: &[&str]) -> Command {
    let mut build = cargo();
    build.args(["build", "--quiet", "--release"]).args(what);
    build
}
