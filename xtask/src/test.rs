//! Everything that must hold, in the order of how fast it fails.
//!
//! **Invariant:** no retries, no allowed failures; what is listed here is what CI runs.

use std::process::Command;

use anyhow::Result;

use crate::dist::{self, Build};
use crate::steps::{Steps, cargo};
use crate::{codegen, prepare};

/// `cargo xtask test`.
pub(crate) fn everything(steps: &mut Steps) -> Result<()> {
    prepare::everything(steps)?;
    steps.run("format", cargo().args(["fmt", "--all", "--check"]))?;
    steps.run("spelling", &mut Command::new("typos"))?;
    // Advisories need a database from the network; the other three need only the lock file.
    let mut deny = cargo();
    deny.args(["deny", "--log-level", "error", "check", "bans", "licenses", "sources"]);
    steps.run("dependencies: bans, licences, sources", &mut deny)?;
    for (what, script) in [
        ("window: types", "check"),
        ("window: lints", "lint"),
        ("window: format", "format:check"),
        ("window: unit tests", "test"),
    ] {
        let mut npm = Command::new("npm");
        npm.args(["run", "--silent", script, "--workspace=ui"]);
        steps.run(what, &mut npm)?;
    }
    let mut clippy = cargo();
    clippy.args(["clippy", "--quiet", "--workspace", "--all-targets", "--", "--deny", "warnings"]);
    steps.run("lints", &mut clippy)?;
    steps.run("documentation", documentation(&mut cargo()))?;
    codegen::check(steps)?;
    steps.run("tests, real windows and foreign clients among them", &mut nextest())?;
    // The same promises once more, on the other engine.
    let mut postgres = nextest();
    postgres.args(["--filterset", "binary(rest) + binary(rooms)"]).env("CALLBOARD_TEST_STORE", "postgres");
    steps.run("the tests of REST and of the rooms on Postgres", &mut postgres)?;
    dist::pack(steps, Build::Debug)?;
    steps.close("Callboard: every check passed");
    Ok(())
}

/// `cargo xtask e2e`.
pub(crate) fn windows(steps: &mut Steps, filter: Option<&str>) -> Result<()> {
    prepare::for_a_window(steps)?;
    let mut command = nextest();
    command.args(["--filterset", "binary(window)"]).args(filter);
    steps.run("tests in real windows", &mut command)?;
    steps.close("Callboard: the windows do what they should");
    Ok(())
}

/// The tests of the whole workspace, always: the programs that they start are built along with them, once, and a part
/// of the tests finds them built.
fn nextest() -> Command {
    let mut command = cargo();
    command.args(["nextest", "run", "--workspace", "--status-level=fail"]);
    // An error of a test says what it waited for; sixty lines of where would only bury it.
    command.env("RUST_LIB_BACKTRACE", "0");
    command
}

fn documentation(command: &mut Command) -> &mut Command {
    command
        .args(["doc", "--quiet", "--workspace", "--no-deps", "--document-private-items"])
        .env("RUSTDOCFLAGS", "--deny warnings")
}
