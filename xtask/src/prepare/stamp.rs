//! "Was this already done for these very inputs?": a stamp holds a digest of the files that went in.
//!
//! **Invariant:** a stamp is written only after the work succeeded, so a broken run is done again.

use std::collections::hash_map::DefaultHasher;
use std::fs;
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::steps::root;

/// Folders that are made, not written, and so are no input.
const MADE: &[&str] = &["node_modules", "dist", ".svelte-kit", "coverage"];

/// A piece of work and the digest of its inputs as they are now.
pub(crate) struct Stamp {
    file: PathBuf,
    digest: String,
}

impl Stamp {
    /// The work called `name`, which depends on `inputs` (files or folders below the top).
    pub(crate) fn of(name: &str, inputs: &[&str]) -> Result<Self> {
        let mut files = Vec::new();
        for input in inputs {
            collect(&root().join(input), &mut files)?;
        }
        files.sort();
        let mut digest = DefaultHasher::new();
        for file in files {
            file.hash(&mut digest);
            let bytes = fs::read(&file).with_context(|| format!("{} cannot be read", file.display()))?;
            bytes.hash(&mut digest);
        }
        let file = root().join("target/xtask").join(name);
        Ok(Self { file, digest: format!("{:016x}", digest.finish()) })
    }

    /// Whether the work was done for these inputs and its `product` is still there.
    pub(crate) fn holds(&self, product: &str) -> bool {
        root().join(product).exists()
            && fs::read_to_string(&self.file).is_ok_and(|digest| digest == self.digest)
    }

    /// Remembers that the work is done.
    pub(crate) fn set(&self) -> Result<()> {
        if let Some(folder) = self.file.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(&self.file, &self.digest)
            .with_context(|| format!("{} cannot be written", self.file.display()))
    }
}

fn collect(path: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    if !path.is_dir() {
        if path.exists() {
            files.push(path.to_path_buf());
        }
        return Ok(());
    }
    for entry in fs::read_dir(path).with_context(|| format!("{} cannot be read", path.display()))? {
        let entry = entry?;
        let name = entry.file_name();
        if !MADE.iter().any(|made| name == *made) {
            collect(&entry.path(), files)?;
        }
    }
    Ok(())
}
