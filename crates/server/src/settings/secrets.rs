//! Secrets: from a variable, or from the file that a variable with `_FILE` behind its name points to.
//!
//! It exists because a file can be given to one user and a variable is seen by every child. Secrets never come as
//! arguments, which every user of the machine can list; the two addresses that may carry a password can.
//!
//! **Invariant:** no message about a secret contains it, and two sources for one secret are refused.

use std::fmt;
use std::fs::File;
use std::io::Read;
use std::str::FromStr;

use crate::error::{Result, ServerError};

/// The most bytes that are read of a file with a secret. More is no secret but a mistake.
const FILE_MAX: u64 = 64 * 1024;

/// Text that is not shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// The text, for whoever needs it.
    #[must_use]
    pub fn reveal(self) -> String {
        self.0
    }
}

impl FromStr for Secret {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// The secret of that name; an empty one counts as none.
pub(super) fn find(name: &str, variable: &impl Fn(&str) -> Option<String>) -> Result<Option<String>> {
    let given = variable(name).filter(|text| !text.is_empty());
    let file = format!("{name}_FILE");
    match (given, variable(&file).filter(|path| !path.is_empty())) {
        (Some(_), Some(_)) => Err(ServerError::Settings(format!("{name} and {file} are both set: give one"))),
        (given, None) => Ok(given),
        (None, Some(path)) => {
            let text = read(&path).map_err(|error| {
                ServerError::Settings(format!("the file of {file} cannot be read: {error}"))
            })?;
            let text = text.trim_end_matches(['\r', '\n']);
            if text.is_empty() {
                return Err(ServerError::Settings(format!("the file of {file} is empty")));
            }
            Ok(Some(text.to_owned()))
        }
    }
}

fn read(path: &str) -> std::io::Result<String> {
    let mut text = String::new();
    let length = File::open(path)?.take(FILE_MAX + 1).read_to_string(&mut text)?;
    if u64::try_from(length).is_ok_and(|length| length <= FILE_MAX) {
        Ok(text)
    } else {
        Err(std::io::ErrorKind::FileTooLarge.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_file(content: &str, also: Option<&str>) -> Result<Option<String>> {
        let file = tempfile::NamedTempFile::new().expect("a file");
        std::fs::write(file.path(), content).expect("written");
        let path = file.path().display().to_string();
        find("A_SECRET", &|name| match name {
            "A_SECRET_FILE" => Some(path.clone()),
            "A_SECRET" => also.map(str::to_owned),
            _ => None,
        })
    }

    #[test]
    fn a_secret_comes_from_a_variable_or_a_file_but_not_from_both() {
        assert_eq!(find("A_SECRET", &|_| None).expect("none"), None);
        assert_eq!(
            find("A_SECRET", &|name| (name == "A_SECRET").then(|| "x".to_owned())).ok(),
            Some(Some("x".into()))
        );
        assert_eq!(with_file("from a file\n", None).ok(), Some(Some("from a file".into())));
        assert_eq!(
            with_file("from a file", Some("")).ok(),
            Some(Some("from a file".into())),
            "empty is none"
        );
        assert!(with_file("one", Some("other")).is_err());
        assert!(with_file("\n", None).is_err(), "whoever names a file means to give a secret");
        assert!(find("A_SECRET", &|name| name.ends_with("_FILE").then(|| "/nowhere".to_owned())).is_err());
        assert!(with_file(&"x".repeat(70_000), None).is_err());
    }

    #[test]
    fn no_message_about_a_secret_contains_it() {
        let error = with_file("hunter2", Some("swordfish")).expect_err("two sources").to_string();
        assert!(!error.contains("hunter2") && !error.contains("swordfish"), "{error}");
        assert!(!format!("{:?}", Secret("hunter2".into())).contains("hunter2"));
    }
}
