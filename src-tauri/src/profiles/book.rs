//! The file that remembers which profiles there are: addresses and names, no secret.
//!
//! **Invariant:** the file is either the old one or the new one, never half of one; and each profile has a folder that
//! no other profile has.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use callboard_desk::bridge::{ProfileId, ProfileView};
use serde::{Deserialize, Serialize};

/// The most profiles; one more, and none is added.
pub(super) const PROFILES_MAX: usize = 20;

/// What the file holds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Book {
    /// The one that is worked with.
    pub(super) active: Option<ProfileId>,
    /// The last one used first.
    pub(super) profiles: Vec<ProfileView>,
}

impl Book {
    /// Reads it. No file is an empty book.
    pub(super) fn read(home: &Path) -> io::Result<Self> {
        match fs::read(file(home)) {
            Ok(bytes) => serde_json::from_slice(&bytes).map_err(io::Error::other),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(error),
        }
    }

    /// Writes it.
    pub(super) fn write(&self, home: &Path) -> io::Result<()> {
        fs::create_dir_all(home)?;
        let bytes = serde_json::to_vec_pretty(self).map_err(io::Error::other)?;
        let fresh = home.join("profiles.json.new");
        let mut out = fs::File::create(&fresh)?;
        out.write_all(&bytes)?;
        out.sync_all()?;
        fs::rename(fresh, file(home))
    }

    /// A profile by its name.
    pub(super) fn get(&self, id: &ProfileId) -> Option<&ProfileView> {
        self.profiles.iter().find(|profile| profile.id == *id)
    }

    /// A profile of the same account, whatever its name.
    pub(super) fn twin(&self, other: &ProfileView) -> Option<&ProfileView> {
        let account =
            |one: &ProfileView| (one.kind, one.server.clone(), one.tenant.clone(), one.user.clone());
        self.profiles.iter().find(|profile| account(profile) == account(other))
    }

    /// Puts a profile first, new or known, and works with it.
    pub(super) fn choose(&mut self, profile: ProfileView) {
        self.profiles.retain(|known| known.id != profile.id);
        self.active = Some(profile.id.clone());
        self.profiles.insert(0, profile);
    }

    /// Forgets a profile.
    pub(super) fn forget(&mut self, id: &ProfileId) {
        self.profiles.retain(|known| known.id != *id);
        self.active.take_if(|active| active == id);
    }
}

fn file(home: &Path) -> PathBuf {
    home.join("profiles.json")
}

/// Where a profile keeps its files.
pub(super) fn folder(home: &Path, id: &ProfileId) -> PathBuf {
    home.join("profiles").join(&*id.0)
}

#[cfg(test)]
mod tests {
    use callboard_desk::bridge::ProfileKind;

    use super::*;

    fn profile(id: &str, user: &str) -> ProfileView {
        ProfileView {
            id: ProfileId(id.into()),
            kind: ProfileKind::Server,
            server: "https://desk.example".to_owned(),
            tenant: None,
            user: user.to_owned(),
        }
    }

    /// CO-1
    #[test]
    fn the_book_is_read_as_it_was_written_and_the_last_one_used_is_first() {
        let home = tempfile::tempdir().expect("a folder");
        let mut book = Book::read(home.path()).expect("no file is an empty book");
        assert_eq!(book, Book::default());
        book.choose(profile("a", "Nora"));
        book.choose(profile("b", "Bob"));
        book.choose(profile("a", "Nora"));
        book.write(home.path()).expect("written");
        let read = Book::read(home.path()).expect("read");
        assert_eq!(read, book);
        let order: Vec<&str> = read.profiles.iter().map(|profile| &*profile.id.0).collect();
        assert_eq!((order, read.active), (vec!["a", "b"], Some(ProfileId("a".into()))));
    }

    /// CO-1
    #[test]
    fn the_same_account_is_the_same_profile() {
        let mut book = Book::default();
        book.choose(profile("a", "Nora"));
        assert_eq!(book.twin(&profile("new", "Nora")).map(|twin| &*twin.id.0), Some("a"));
        assert_eq!(book.twin(&profile("new", "Bob")), None);
        book.forget(&ProfileId("a".into()));
        assert_eq!(book, Book::default());
    }

    #[test]
    fn a_file_that_cannot_be_read_is_no_empty_book() {
        let home = tempfile::tempdir().expect("a folder");
        fs::write(file(home.path()), "{").expect("written");
        assert!(Book::read(home.path()).is_err());
    }
}
