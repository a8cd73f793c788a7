//! The TypeScript of the bridge, generated from its Rust.
//!
//! **Invariant:** one generator, a test of the desk; writing and checking differ only in an environment variable.

use anyhow::Result;

use crate::steps::{Steps, cargo};

/// `cargo xtask codegen`.
pub(crate) fn write(steps: &mut Steps) -> Result<()> {
    steps.run("write ui/src/bridge/generated.ts", generator().env("CALLBOARD_CODEGEN", "write"))
}

/// Fails when the committed file is stale.
pub(crate) fn check(steps: &mut Steps) -> Result<()> {
    steps.run("generated types are up to date", &mut generator())
}

fn generator() -> std::process::Command {
    let mut command = cargo();
    command.args(["test", "--quiet", "--package=callboard-desk", "--features=ts", "--test=bridge_types"]);
    command
}
