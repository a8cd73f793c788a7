//! npm packages: the window's, and the foreign clients and servers of the tests. Each has a lock file of its own, since
//! the latter bring a Node.js of their own that must not run the former.
//!
//! **Invariant:** exactly what the lock files say, nothing newer.

use std::process::Command;

use anyhow::Result;

use super::debian::require_node;
use super::stamp::Stamp;
use crate::steps::{Steps, root};

/// The window's packages.
pub(crate) fn install_for_window(steps: &mut Steps) -> Result<()> {
    install(steps, "the window", ".", &["package.json", "package-lock.json", "ui/package.json"])
}

/// The foreign clients and servers.
pub(crate) fn install_foreign(steps: &mut Steps) -> Result<()> {
    let inputs = ["tests/foreign/package.json", "tests/foreign/package-lock.json"];
    install(steps, "the foreign clients", "tests/foreign", &inputs)
}

/// Installs the packages of a lock file, unless they are there.
fn install(steps: &mut Steps, whose: &str, folder: &str, inputs: &[&str]) -> Result<()> {
    let stamp = Stamp::of(&format!("npm-{}", whose.replace(' ', "-")), inputs)?;
    if stamp.holds(&format!("{folder}/node_modules")) {
        return Ok(());
    }
    require_node()?;
    let mut command = Command::new("npm");
    command.args(["ci", "--no-audit", "--no-fund", "--loglevel=error", "--prefix"]).arg(root().join(folder));
    steps.run(&format!("install the npm packages of {whose}"), &mut command)?;
    stamp.set()
}
