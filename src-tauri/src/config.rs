//! Options, environment, and what is wrong with them.
//!
//! A console that cannot start is no reason for a program that does not open: the window opens and says what is
//! missing.
//!
//! **Invariant:** the key never comes from the command line, which every process on the machine can read.

use std::path::{Path, PathBuf};

use callboard_desk::bridge::{SetupCode, SetupView};
use callboard_link::{
    ApiKey, BrowserSession, Config, LinkError, LiveOptions, Policy, RoomsUrl, ServerUrl, Sockets,
};
use clap::Parser;

/// Where the server is.
pub(crate) const SERVER: &str = "CALLBOARD_SERVER";
/// Our key to it.
pub(crate) const API_KEY: &str = "CALLBOARD_API_KEY";
/// The tenant, where the key alone does not tell.
pub(crate) const TENANT: &str = "CALLBOARD_TENANT";
/// Where the rooms are, if not beside the REST API.
const ROOMS_URL: &str = "CALLBOARD_ROOMS_URL";
/// The most rooms of tickets.
const ROOMS_MAX: &str = "CALLBOARD_ROOMS_MAX";
/// More rooms than this one server gives nobody on one socket.
const ROOMS_LIMIT: usize = 16_000;
/// `apart` or `shared`: how rooms of a stock server are reached.
const STOCK_SOCKETS: &str = "CALLBOARD_STOCK_SOCKETS";
/// Who we are to a stock server.
const USER: &str = "CALLBOARD_USER";
/// A file with the cookies of a browser that is signed in to a stock server. A file, because every process of the web
/// view inherits the environment (CO-23).
const BROWSER_SESSION: &str = "CALLBOARD_BROWSER_SESSION_FILE";
/// `1`: ask every half minute what changed while the live layer is down.
const POLL: &str = "CALLBOARD_POLL";
/// `1`: look without being seen.
const QUIET: &str = "CALLBOARD_VIEW_QUIETLY";

/// A native desktop console for dispatchers. CALLBOARD_SERVER and CALLBOARD_API_KEY say where the server is and who
/// asks, CALLBOARD_TENANT for which tenant where the key alone does not tell, CALLBOARD_LOG what to log; docs/headless.md
/// tells the others.
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
    /// Start unseen, with an icon in the panel; where no panel shows one, the window is seen.
    #[arg(long, conflicts_with = "headless")]
    hidden: bool,
    /// Show this: `callboard://ticket/<id>`.
    #[arg(value_name = "LINK", conflicts_with = "headless")]
    link: Option<String>,
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

    /// What the program is to show, as it was said.
    #[must_use]
    pub fn link(&self) -> Option<&str> {
        self.link.as_deref()
    }

    /// Whether the files lie where somebody asked for, and not in the usual place.
    #[must_use]
    pub fn has_own_profile(&self) -> bool {
        self.profile_dir.is_some()
    }

    /// Whether the window opens unseen.
    #[must_use]
    pub fn is_hidden(&self) -> bool {
        self.hidden
    }

    /// Whether plain http may be spoken to other machines.
    #[must_use]
    pub fn allows_plain_http(&self) -> bool {
        self.allow_plain_http
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
            live: self.live(read)?,
        })
    }

    /// What somebody chose about the live layer.
    fn live(&self, read: impl Fn(&str) -> Option<String>) -> Result<LiveOptions, SetupView> {
        let bad = |name: &str, why: &str| SetupView {
            code: SetupCode::BadOption,
            message: format!("{name}: {why}"),
        };
        let is_on = |name: &str| match read(name).as_deref().map(str::trim) {
            None | Some("0") => Ok(false),
            Some("1") => Ok(true),
            Some(_) => Err(bad(name, "it is 1 or 0")),
        };
        let defaults = Policy::default();
        let rooms_max = match read(ROOMS_MAX).map(|text| text.trim().parse()) {
            None => defaults.rooms_max,
            Some(Ok(count)) if count <= ROOMS_LIMIT => count,
            Some(_) => return Err(bad(ROOMS_MAX, "it is a number up to 16000")),
        };
        let stock_sockets = match read(STOCK_SOCKETS).as_deref().map(str::trim) {
            None => defaults.stock_sockets,
            Some("apart") => Sockets::Apart,
            Some("shared") => Sockets::Shared,
            Some(_) => return Err(bad(STOCK_SOCKETS, "it is apart or shared")),
        };
        let rooms = read(ROOMS_URL).map(|text| RoomsUrl::new(&text, self.allow_plain_http)).transpose();
        let session = read(BROWSER_SESSION).map(|path| {
            let text = std::fs::read_to_string(path.trim());
            let text = text.map_err(|error| bad(BROWSER_SESSION, &error.to_string()))?;
            BrowserSession::new(&text).map_err(|_| bad(BROWSER_SESSION, "it holds no cookies"))
        });
        let policy = Policy { rooms_max, quiet: is_on(QUIET)?, polling: is_on(POLL)?, stock_sockets };
        Ok(LiveOptions {
            policy,
            rooms: rooms.map_err(|error| bad(ROOMS_URL, &error.to_string()))?,
            user: read(USER).map(|user| user.trim().into()),
            session: session.transpose()?,
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
    fn what_somebody_chose_about_the_live_layer_is_checked() {
        let needed = [(SERVER, "https://desk.example"), (API_KEY, "k")];
        let chosen = |chosen: &[(&str, &str)]| check(&[&needed, chosen].concat()).map(|config| config.live);
        assert_eq!(chosen(&[]).expect("nothing").policy, Policy::default());
        let live = chosen(&[
            (ROOMS_MAX, "10000"),
            (POLL, "1"),
            (QUIET, "0"),
            (STOCK_SOCKETS, "shared"),
            (USER, " nora "),
        ]);
        let live = live.expect("all of it can be used");
        let wanted =
            Policy { rooms_max: 10_000, quiet: false, polling: true, stock_sockets: Sockets::Shared };
        assert_eq!((live.policy, live.user.as_deref()), (wanted, Some("nora")));
        for bad in [
            (ROOMS_MAX, "many"),
            (ROOMS_MAX, "16001"),
            (POLL, "yes"),
            (STOCK_SOCKETS, "one"),
            (ROOMS_URL, "https://desk.example"),
            (BROWSER_SESSION, "/nowhere"),
        ] {
            assert_eq!(chosen(&[bad]).err(), Some(SetupCode::BadOption), "{bad:?}");
        }
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
