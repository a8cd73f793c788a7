//! Options, environment, and what is wrong with them.
//!
//! A console that cannot start is no reason for a program that does not open: the window opens and says what is
//! missing.
//!
//! **Invariant:** the key never comes from the command line, which every process on the machine can read.

use std::path::{Path, PathBuf};

use callboard_desk::bridge::{SetupCode, SetupView};
use callboard_link::{ApiKey, Config, LinkError, ServerUrl};
use clap::Parser;

/// Where the server is.
const SERVER: &str = "CALLBOARD_SERVER";
/// Our key to it.
pub(crate) const API_KEY: &str = "CALLBOARD_API_KEY";
/// The tenant, where the key alone does not tell.
const TENANT: &str = "CALLBOARD_TENANT";

/// A native desktop console for dispatchers. CALLBOARD_SERVER and CALLBOARD_API_KEY say where the server is and who
/// asks, CALLBOARD_TENANT for which tenant where the key alone does not tell, CALLBOARD_LOG what to log.
#[derive(Clone, Debug, Default, Parser)]
#[command(version)]
pub struct Options {
    /// Where this console keeps its files; one console each.
    #[arg(long, value_name = "DIR")]
    profile_dir: Option<PathBuf>,
    /// Open no window: read commands from standard input and write updates to standard output, as JSON lines.
    #[arg(long, requires = "profile_dir")]
    headless: bool,
    /// Also talk plain http to other machines: everybody on the way can read the key.
    #[arg(long)]
    allow_plain_http: bool,
}

impl Options {
    /// The directory of the profile, `usual` if none was asked for.
    ///
    /// # Errors
    /// The working directory, from which a relative one counts, is gone.
    pub fn profile(&self, usual: PathBuf) -> std::io::Result<PathBuf> {
        std::path::absolute(self.profile_dir.clone().unwrap_or(usual))
    }

    /// The directory of the profile of a console without a window, where that is what was asked for.
    #[must_use]
    pub fn headless(&self) -> Option<&Path> {
        self.profile_dir.as_deref().filter(|_| self.headless)
    }

    /// What a console needs, from the key and the variables that `read` knows.
    ///
    /// # Errors
    /// What is missing or cannot be used, for the window to say.
    pub fn console(
        &self,
        profile_dir: PathBuf,
        key: Option<&str>,
        read: impl Fn(&str) -> Option<String>,
    ) -> Result<Config, SetupView> {
        let given = |text: &str| !text.trim().is_empty();
        let read = |name: &str| read(name).filter(|text| given(text));
        let missing = |code, name: &str| SetupView { code, message: format!("{name} is not set") };
        let server = read(SERVER).ok_or_else(|| missing(SetupCode::MissingServer, SERVER))?;
        let key = key.filter(|key| given(key)).ok_or_else(|| missing(SetupCode::MissingKey, API_KEY))?;
        let server = match self.allow_plain_http {
            true => ServerUrl::allowing_plain_http(&server),
            false => ServerUrl::new(&server),
        };
        Ok(Config {
            server: server.map_err(|error| why(&error))?,
            api_key: ApiKey::new(key).map_err(|error| why(&error))?,
            tenant: read(TENANT).map(|tenant| tenant.trim().into()),
            profile_dir,
        })
    }
}

/// Why a console did not start, for the window to say.
#[must_use]
pub fn why(error: &LinkError) -> SetupView {
    let code = match error {
        LinkError::Server(_) => SetupCode::BadServer,
        LinkError::Key => SetupCode::BadKey,
        LinkError::ProfileInUse(_) => SetupCode::ProfileInUse,
        LinkError::Profile { .. } | LinkError::Outbox { .. } | LinkError::Unread(_) => SetupCode::BadProfile,
        LinkError::Thread(_) | LinkError::Http(_) | LinkError::Behind | LinkError::Ended => {
            SetupCode::Machine
        }
    };
    SetupView { code, message: error.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(variables: &[(&str, &str)]) -> Result<Config, SetupCode> {
        let read = |name: &str| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, text)| (*text).to_owned())
        };
        Options::default().console("profile".into(), read(API_KEY).as_deref(), read).map_err(|view| view.code)
    }

    #[test]
    fn what_is_missing_or_unusable_is_named() {
        let server = (SERVER, "https://desk.example");
        for (variables, code) in [
            (vec![], SetupCode::MissingServer),
            (vec![(SERVER, " "), (API_KEY, "k")], SetupCode::MissingServer),
            (vec![server], SetupCode::MissingKey),
            (vec![(SERVER, "desk.example"), (API_KEY, "k")], SetupCode::BadServer),
            (vec![(SERVER, "http://desk.example"), (API_KEY, "k")], SetupCode::BadServer),
            (vec![server, (API_KEY, "k k")], SetupCode::BadKey),
        ] {
            assert_eq!(check(&variables).err(), Some(code), "{variables:?}");
        }
        let config = check(&[server, (API_KEY, "s3cret"), (TENANT, "")]).expect("all that is needed");
        assert_eq!(config.tenant, None);
        assert!(!format!("{config:?}").contains("s3cret"), "a key is never shown");
    }

    #[test]
    fn plain_http_is_spoken_to_other_machines_only_when_asked() {
        let options = Options::parse_from(["callboard", "--allow-plain-http"]);
        let config = options.console("profile".into(), Some("k"), |name| {
            (name == SERVER).then(|| "http://desk.example".to_owned())
        });
        assert!(config.is_ok());
    }
}
