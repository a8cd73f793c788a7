//! The directory that is one console's own.
//!
//! **Invariant:** two running consoles never share a profile: each would send what the other has queued.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use crate::LinkError;

/// The lock, for as long as this lives. The machine releases it when the program dies.
#[derive(Debug)]
pub(crate) struct ProfileLock {
    _file: File,
}

impl ProfileLock {
    /// Makes the directory if it is missing, and locks it.
    pub(crate) fn take(dir: &Path) -> Result<Self, LinkError> {
        let failed = |path: PathBuf| move |source| LinkError::Profile { path, source };
        make_private(dir).map_err(failed(dir.to_owned()))?;
        let path = dir.join("profile.lock");
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(failed(path.clone()))?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(LinkError::ProfileInUse(dir.to_owned())),
            Err(TryLockError::Error(source)) => Err(LinkError::Profile { path, source }),
        }
    }
}

/// Unsent edits are nobody else's business.
fn make_private(dir: &Path) -> std::io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(dir)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_consoles_never_share_a_profile() {
        let home = tempfile::tempdir().expect("a directory");
        let dir = home.path().join("a/b");
        let first = ProfileLock::take(&dir).expect("a fresh profile");
        assert!(matches!(ProfileLock::take(&dir), Err(LinkError::ProfileInUse(_))));
        drop(first);
        ProfileLock::take(&dir).expect("free again");
    }
}
