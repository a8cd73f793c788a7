//! The built files of the window, which are compiled into the program.
//!
//! **Invariant:** built from `ui/` alone.

use std::process::Command;

use anyhow::Result;

use super::stamp::Stamp;
use crate::steps::Steps;

/// Builds `ui/dist`, unless it was built from these very files.
pub(crate) fn build(steps: &mut Steps) -> Result<()> {
    let stamp = Stamp::of("window", &["ui", "package-lock.json"])?;
    if stamp.holds("ui/dist/index.html") {
        return Ok(());
    }
    let mut command = Command::new("npm");
    command.args(["run", "--silent", "build", "--workspace=ui"]);
    steps.run("build the window", &mut command)?;
    stamp.set()
}
