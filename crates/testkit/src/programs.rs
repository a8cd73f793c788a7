//! The programs that were built, as people would run them.
//!
//! Tests run beside the programs of the same profile, so those are taken and never some older copy from the path.
//!
//! **Invariant:** nothing is built from here; a missing program is named together with the command that builds it.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

/// The folder of the checkout.
#[must_use]
pub fn checkout() -> &'static Path {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here)
}

/// The program of that name, built in the profile of whoever calls.
pub fn built(name: &str) -> Result<PathBuf> {
    let me = std::env::current_exe().context("where is the running test?")?;
    // Tests live in `target/<profile>/deps`, binaries in `target/<profile>`.
    let candidate =
        me.ancestors().skip(1).take(2).map(|folder| folder.join(name)).find(|path| path.is_file());
    match candidate {
        Some(path) => Ok(path),
        None => bail!("no program {name} beside {}: run `cargo build --workspace` first", me.display()),
    }
}

/// A file of an npm package, wherever npm put it.
pub fn npm_file(path: &str) -> Result<PathBuf> {
    let folders = ["tests/foreign", "ui", ""].map(|folder| checkout().join(folder).join("node_modules"));
    let found = folders.iter().map(|folder| folder.join(path)).find(|path| path.is_file());
    found.with_context(|| format!("no {path} in any of {folders:?}: run `npm ci` in its folder first"))
}

/// The folder for what tests leave behind: `target/<what>`.
pub fn leavings(what: &str) -> Result<PathBuf> {
    let folder = checkout().join("target").join(what);
    std::fs::create_dir_all(&folder).with_context(|| format!("making {}", folder.display()))?;
    Ok(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_program_is_named_with_the_way_to_build_it() {
        let error = built("callboard-nowhere").expect_err("there is no such program").to_string();
        assert!(error.contains("callboard-nowhere"), "{error}");
        assert!(error.contains("cargo build --workspace"), "{error}");
    }

    #[test]
    fn the_checkout_holds_the_workspace() {
        assert!(checkout().join("Cargo.lock").is_file());
    }
}
