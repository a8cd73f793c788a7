//! Who we are to which server: profiles, their keys, and the way from one to another without a restart (CO-1).
//!
//! | module | holds |
//! |---|---|
//! | `book` | the file that remembers the profiles |
//! | `keys` | where keys are kept |
//! | `change` | becoming somebody: connecting, switching, forgetting |
//! | `here` | a company inside the program, to try things with |
//! | `plug` | what can be pulled between the person and that company |
//! | `colleague` | somebody simulated who works there |
//!
//! Whoever names a server by the environment is not remembered: scripts and tests start that way.
//!
//! **Invariant:** a key goes from the window to the keyring and to the server, and never back to a window.

mod book;
mod change;
mod colleague;
mod here;
mod keys;
mod plug;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use callboard_desk::bridge::{
    Attempt, ProfileId, ProfileKind, ProfileView, ProfilesView, SetupCode, SetupView, Update,
};
use callboard_link::Config;
use tauri::async_runtime;
use tracing::{error, warn};
use uuid::Uuid;

use self::book::{Book, folder};
use self::here::Here;
use self::keys::Keys;
use crate::bridge::Bridge;
use crate::config::{Options, SERVER, TENANT};

pub(crate) use self::change::{begin, hear, signed_out};

/// How long the end may take; what hangs longer holds nobody up.
const END_WAIT: Duration = Duration::from_secs(5);

/// The profiles, and what goes on with them.
///
/// | field | why it is shared |
/// |---|---|
/// | `state` | commands of any window change it; every window is told |
/// | `turn` | held by whoever becomes somebody: one at a time |
/// | `here` | the company inside the program, as long as it is worked with; whoever changes it holds the turn |
pub struct Profiles {
    home: PathBuf,
    options: Options,
    keys: Keys,
    state: Mutex<State>,
    turn: tokio::sync::Mutex<()>,
    here: tokio::sync::Mutex<Option<Here>>,
}

#[derive(Default)]
struct State {
    book: Book,
    attempt: Option<Attempt>,
    /// Whether the plug of the company inside the program is in; `None`: nobody works there.
    plug: Option<bool>,
    /// The windows that read the profiles.
    readers: BTreeSet<String>,
}

impl Profiles {
    /// The profiles in the folder `home`.
    #[must_use]
    pub fn new(home: PathBuf, options: Options) -> Self {
        let book = Book::read(&home).unwrap_or_else(|error| {
            error!(%error, "the profiles cannot be read");
            Book::default()
        });
        let state = Mutex::new(State { book, ..State::default() });
        let (turn, here) = (tokio::sync::Mutex::default(), tokio::sync::Mutex::default());
        Self { home, options, keys: Keys::default(), state, turn, here }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What a window is told.
    #[must_use]
    pub fn view(&self) -> ProfilesView {
        let keys = self.keys.place();
        let State { book, attempt, plug, .. } = &*self.state();
        let (profiles, active) = (book.profiles.clone(), book.active.clone());
        ProfilesView { profiles, active, attempt: attempt.clone(), keys, plug: *plug }
    }

    /// A window reads the profiles from now on.
    pub(crate) fn read_by(&self, bridge: &Bridge, label: &str) {
        self.state().readers.insert(label.to_owned());
        bridge.tell(label, Update::Profiles(self.view()));
    }

    /// A window has gone.
    pub fn close(&self, label: &str) {
        self.state().readers.remove(label);
    }

    /// Tells whoever reads.
    fn tell(&self, bridge: &Bridge) {
        let view = self.view();
        let readers = self.state().readers.clone();
        readers.iter().for_each(|label| bridge.tell(label, Update::Profiles(view.clone())));
    }

    /// What a console needs to be this profile with that key.
    fn config(&self, profile: &ProfileView, key: &str) -> Result<Config, SetupView> {
        let read = |name: &str| match name {
            SERVER => Some(profile.server.clone()),
            TENANT => profile.tenant.clone(),
            other => std::env::var(other).ok(),
        };
        self.options.console(folder(&self.home, &profile.id), Some(key), read)
    }

    /// What every window is told as long as nobody is anybody.
    fn nobody(&self) -> SetupView {
        let known = self.state().book.profiles.len();
        SetupView { code: SetupCode::FirstStart, message: format!("Nobody is signed in; {known} are known.") }
    }

    /// What a console needs to be who we were when the program last ended. May wait for the keyring.
    fn config_at_start(&self) -> Result<Config, SetupView> {
        let active = {
            let state = self.state();
            state.book.active.as_ref().and_then(|id| state.book.get(id)).cloned()
        };
        let nobody = |code, message: &str| SetupView { code, message: message.to_owned() };
        let Some(profile) = active else { return Err(self.nobody()) };
        if profile.kind == ProfileKind::Here {
            let _turn = self.turn.blocking_lock();
            let opened = async_runtime::block_on(self.open_here());
            return opened.map(|(_, config)| config).map_err(|message| nobody(SetupCode::Machine, &message));
        }
        match self.keys.get(&profile.id) {
            Ok(Some(key)) => self.config(&profile, &key),
            Ok(None) => Err(nobody(
                SetupCode::MissingKey,
                "The key of this account is not in the keyring any more. Connect again.",
            )),
            Err(reason) => Err(nobody(SetupCode::MissingKey, &reason)),
        }
    }

    /// Opens the company inside the program, a new one where there was none, and says what it needs to work in it.
    async fn open_here(&self) -> Result<(ProfileView, Config), String> {
        let known = self.state().book.profiles.iter().find(|known| known.kind == ProfileKind::Here).cloned();
        let fresh = || ProfileId(Uuid::new_v4().to_string().into());
        let id = known.as_ref().map_or_else(fresh, |known| known.id.clone());
        let before = known.map(|known| known.server);
        // One at a time on its file: the old one ends before the new one begins.
        self.close_here().await;
        let here = Here::open(&folder(&self.home, &id).join("company"), before.as_deref()).await?;
        let profile = ProfileView {
            id,
            kind: ProfileKind::Here,
            server: here.address(),
            tenant: Some(here.tenant.clone()),
            user: here.user.clone(),
        };
        let config = self.config(&profile, &here.key).map_err(|view| view.message);
        self.state().plug = Some(here.plug.is_in());
        *self.here.lock().await = Some(here);
        Ok((profile, config?))
    }

    /// Ends the company inside the program, if there is one.
    async fn close_here(&self) {
        if let Some(here) = self.here.lock().await.take() {
            self.state().plug = None;
            here.close().await;
        }
    }

    /// Pulls the plug of the company inside the program, or puts it back. Without one there is nothing to pull.
    async fn put_plug(&self, is_in: bool) {
        if let Some(here) = &*self.here.lock().await {
            here.plug.put(is_in);
            self.state().plug = Some(is_in);
        }
    }

    /// The program ends.
    pub(crate) fn end(&self) {
        let ended = async { tokio::time::timeout(END_WAIT, self.close_here()).await };
        if async_runtime::block_on(ended).is_err() {
            warn!("the company inside the program did not end in time");
        }
    }
}
