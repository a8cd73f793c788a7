//! Cargo tools that the checks call. Found on the machine where they are, else built once into cargo's own folder.
//!
//! **Invariant:** only released versions, locked to their own lock files.

use anyhow::Result;

use crate::steps::{Steps, cargo, is_there};

/// A tool: how to see that it is there, and what to install if it is not.
struct Tool {
    crate_name: &'static str,
    version: &'static str,
    probe: (&'static str, &'static [&'static str]),
}

const TOOLS: &[Tool] = &[
    Tool { crate_name: "cargo-nextest", version: "0.9.143", probe: ("cargo", &["nextest", "--version"]) },
    Tool { crate_name: "cargo-deny", version: "0.20.2", probe: ("cargo", &["deny", "--version"]) },
    Tool { crate_name: "typos-cli", version: "1.52.0", probe: ("typos", &["--version"]) },
];

/// Installs the tools that are not there.
pub(crate) fn install(steps: &mut Steps) -> Result<()> {
    for tool in TOOLS {
        let (program, arguments) = tool.probe;
        if is_there(program, arguments) {
            continue;
        }
        let mut command = cargo();
        command.args(["install", "--locked", "--quiet", "--version", tool.version, tool.crate_name]);
        // They run for seconds and are built once: a plain build is ready minutes sooner.
        command.args(["--profile", "dev"]).env("CARGO_PROFILE_DEV_DEBUG", "0");
        steps.run(&format!("build {} {} (once)", tool.crate_name, tool.version), &mut command)?;
    }
    Ok(())
}
