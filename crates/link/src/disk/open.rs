//! Opens the outbox whatever state its file is in (CO-14).
//!
//! A file that is broken, or that a later release wrote, is set aside under a name that tells when, and a fresh one
//! takes its place: the program starts, and what was in the file is not destroyed.
//!
//! **Invariant:** no file is ever deleted or overwritten.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use callboard_model::Timestamp;
use tracing::error;

use crate::LinkError;
use crate::disk::OutboxStore;
use crate::disk::sqlite::{OpenFailure, Place, SqliteOutbox};

/// Files of one second that may be set aside beside each other; one more is an error.
const NAMESAKES_MAX: u32 = 100;

/// A file that could not be used and lies beside the new one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetAside {
    /// Where it lies now.
    pub path: PathBuf,
    /// Why.
    pub reason: String,
}

/// Opens the outbox of a profile, setting an unusable file aside.
pub(crate) fn open_outbox(
    profile: &Path,
    at: &Place<'_>,
) -> Result<(Box<dyn OutboxStore>, Option<SetAside>), LinkError> {
    let path = profile.join("outbox.db");
    let reason = match SqliteOutbox::open(&path, at) {
        Ok(outbox) => return Ok((Box::new(outbox), None)),
        Err(OpenFailure::Machine(source)) => return Err(LinkError::Outbox { path, source }),
        Err(OpenFailure::Unusable(reason)) => reason,
    };
    let aside = set_aside(&path, at.now)?;
    error!(file = %aside.display(), %reason, "the outbox was set aside");
    match SqliteOutbox::open(&path, at) {
        Ok(outbox) => Ok((Box::new(outbox), Some(SetAside { path: aside, reason }))),
        Err(OpenFailure::Machine(source)) => Err(LinkError::Outbox { path, source }),
        Err(OpenFailure::Unusable(reason)) => {
            let source = std::io::Error::other(reason);
            Err(LinkError::Profile { path, source })
        }
    }
}

fn set_aside(path: &Path, now: Timestamp) -> Result<PathBuf, LinkError> {
    let failed = |source| LinkError::Profile { path: path.to_owned(), source };
    let stamp = now.strftime("%Y%m%dT%H%M%SZ").to_string();
    let aside = (0..NAMESAKES_MAX)
        .map(|n| with_suffix(path, &if n == 0 { format!(".{stamp}") } else { format!(".{stamp}.{n}") }))
        .find(|aside| !aside.exists())
        .ok_or_else(|| failed(std::io::ErrorKind::AlreadyExists.into()))?;
    std::fs::rename(path, &aside).map_err(failed)?;
    for tail in ["-wal", "-shm"] {
        match std::fs::rename(with_suffix(path, tail), with_suffix(&aside, tail)) {
            Err(source) if source.kind() != std::io::ErrorKind::NotFound => return Err(failed(source)),
            Ok(()) | Err(_) => {}
        }
    }
    Ok(aside)
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name: OsString = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use rusqlite::Connection;

    use super::*;
    use crate::disk::Work;

    fn at(now: Timestamp) -> Place<'static> {
        Place { server: "https://a/", last: None, now }
    }

    /// Opens a profile whose outbox `spoil` has made, twice, and expects a fresh one and the old bytes beside it.
    fn check(spoil: impl Fn(&Path), reason: &str) {
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("outbox.db");
        for name in ["outbox.db.20261121T100000Z", "outbox.db.20261121T100000Z.1"] {
            spoil(&path);
            let bytes = fs::read(&path).expect("the spoilt file");
            let now = "2026-11-21T10:00:00Z".parse().expect("an instant");
            let (mut outbox, aside) = open_outbox(dir.path(), &at(now)).expect("the program starts");
            let aside = aside.expect("the file was set aside");
            assert_eq!(aside.path, dir.path().join(name));
            assert!(aside.reason.contains(reason), "{}", aside.reason);
            assert_eq!(fs::read(&aside.path).expect("the file aside"), bytes, "nothing is destroyed");
            assert_eq!(outbox.load(), Ok(Work::default()));
            drop(outbox);
            fs::remove_file(&path).expect("the fresh one");
        }
    }

    #[test]
    fn a_file_of_noise_is_set_aside() {
        check(|path| fs::write(path, vec![b'x'; 4096]).expect("a file"), "not a database");
    }

    #[test]
    fn a_torn_file_is_set_aside() {
        let torn = |path: &Path| {
            let file = Connection::open(path).expect("a file");
            file.execute_batch("CREATE TABLE edit (a) STRICT").unwrap_err();
            file.execute_batch("CREATE TABLE edit (a TEXT) STRICT; PRAGMA user_version = 1")
                .expect("a table");
            for _ in 0..200 {
                file.execute("INSERT INTO edit VALUES (?1)", ["x".repeat(500)]).expect("a row");
            }
            file.close().expect("closed");
            let bytes = fs::read(path).expect("the file");
            fs::write(path, &bytes[..bytes.len() / 2]).expect("half of it");
        };
        check(torn, "");
    }

    #[test]
    fn a_file_of_a_later_release_is_set_aside() {
        let newer = |path: &Path| {
            let file = Connection::open(path).expect("a file");
            file.execute_batch("CREATE TABLE edit (a); PRAGMA user_version = 99").expect("a later schema");
        };
        check(newer, "newer");
    }

    #[test]
    fn a_file_of_somebody_else_is_set_aside() {
        let foreign = |path: &Path| {
            let file = Connection::open(path).expect("a file");
            file.execute_batch("CREATE TABLE songs (a)").expect("a table");
        };
        check(foreign, "something else");
        let namesake = |path: &Path| {
            let file = Connection::open(path).expect("a file");
            file.execute_batch("CREATE TABLE songs (a); PRAGMA user_version = 1").expect("a table");
        };
        check(namesake, "no such table");
    }

    #[test]
    fn a_profile_that_cannot_be_written_is_an_error_and_not_a_fresh_start() {
        let dir = tempfile::tempdir().expect("a directory");
        fs::create_dir(dir.path().join("outbox.db")).expect("a directory in the way");
        assert!(matches!(open_outbox(dir.path(), &at(Timestamp::UNIX_EPOCH)), Err(LinkError::Outbox { .. })));
    }
}
