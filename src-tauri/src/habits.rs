//! How the program behaves on this machine, as the person chose it: a small file beside the profiles (CO-19).
//!
//! **Invariant:** the file is either the old one or the new one; what cannot be read is what everybody begins with.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use callboard_desk::bridge::{Autostart, Habits, HabitsView, ShellCommand, Signal, Update};
use tauri::{AppHandle, Manager, Runtime, async_runtime};
use tracing::warn;

use crate::autostart::{self, Start};
use crate::bridge::{Bridge, IpcError};
use crate::config::Options;
use crate::window;

/// Where the log lies in the folder of our files.
pub(crate) const LOG_FOLDER: &str = "log";

/// What the person chose.
///
/// | field | why it is shared |
/// |---|---|
/// | `state` | commands of any window change it; sounds and the window's end read it |
/// | `writing` | held by whoever writes the file: what is so last is written last |
pub(crate) struct Chosen {
    home: PathBuf,
    options: Options,
    /// Where the desktop looks for what starts with the session.
    autostart: Option<PathBuf>,
    state: Mutex<State>,
    writing: Mutex<()>,
}

#[derive(Default)]
struct State {
    habits: Habits,
    not_kept: Option<String>,
    /// The windows that read it.
    readers: BTreeSet<String>,
}

impl Chosen {
    /// What is kept in the folder `home`.
    #[must_use]
    pub(crate) fn new(home: PathBuf, options: Options) -> Self {
        Self::with(home, options, autostart::folder())
    }

    fn with(home: PathBuf, options: Options, autostart: Option<PathBuf>) -> Self {
        let read = fs::read(file(&home)).map(|bytes| serde_json::from_slice(&bytes));
        let habits = match read {
            Ok(Ok(habits)) => habits,
            Ok(Err(error)) => {
                warn!(%error, "what was chosen for this machine cannot be read");
                Habits::default()
            }
            Err(_) => Habits::default(),
        };
        let state = Mutex::new(State { habits: habits.sane(), ..State::default() });
        Self { home, options, autostart, state, writing: Mutex::default() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is so now.
    pub(crate) fn now(&self) -> Habits {
        self.state().habits
    }

    /// A window reads it from now on. May wait for the disk.
    pub(crate) fn read_by(&self, bridge: &Bridge, label: &str) {
        self.state().readers.insert(label.to_owned());
        bridge.tell(label, Update::Habits(self.view()));
    }

    /// A window has gone.
    pub(crate) fn close(&self, label: &str) {
        self.state().readers.remove(label);
    }

    /// The person chose: it counts at once. Says what was so before.
    pub(crate) fn choose(&self, habits: Habits) -> Habits {
        std::mem::replace(&mut self.state().habits, habits.sane())
    }

    /// Keeps what is so now. May wait for the disk.
    pub(crate) fn keep(&self, bridge: &Bridge, before: Habits) {
        let turn = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.now();
        let mut kept = write(&self.home, &now);
        let is_entered = || autostart::state(self.autostart.as_deref()) == Autostart::On;
        if before.starts_unseen != now.starts_unseen && is_entered() {
            kept = kept.and_then(|()| self.enter(true));
        }
        drop(turn);
        self.tell(bridge, kept);
    }

    /// The program is to start with the session, or not any more. May wait for the disk.
    pub(crate) fn start_with_session(&self, bridge: &Bridge, is_wanted: bool) {
        let done = self.enter(is_wanted);
        self.tell(bridge, done);
    }

    fn enter(&self, is_wanted: bool) -> io::Result<()> {
        let program = std::env::current_exe()?;
        let profile = self.options.has_own_profile().then_some(self.home.as_path());
        let start = Start { program: &program, profile, is_unseen: self.now().starts_unseen };
        autostart::set(self.autostart.as_deref(), is_wanted.then_some(&start))
    }

    fn tell(&self, bridge: &Bridge, kept: io::Result<()>) {
        self.state().not_kept = kept.err().map(|error| {
            warn!(%error, "what was chosen for this machine is not kept");
            error.to_string()
        });
        let view = self.view();
        let readers = self.state().readers.clone();
        readers.iter().for_each(|label| bridge.tell(label, Update::Habits(view.clone())));
    }

    fn view(&self) -> HabitsView {
        let autostart = autostart::state(self.autostart.as_deref());
        let State { habits, not_kept, .. } = &*self.state();
        let log_folder = self.home.join(LOG_FOLDER).display().to_string();
        HabitsView { habits: *habits, autostart, not_kept: not_kept.clone(), log_folder }
    }
}

/// Does what a window asks for, beside the loop that asked.
pub(crate) fn hear<R: Runtime>(
    app: &AppHandle<R>,
    label: &str,
    command: ShellCommand,
) -> Result<(), IpcError> {
    // What is heard now counts from now on; what is behind it may wait for the disk.
    let chosen = app.state::<Chosen>();
    let before = match &command {
        ShellCommand::SetHabits { habits } => chosen.choose(*habits),
        ShellCommand::Zoom { step } => chosen.choose(chosen.now().zoomed(*step)),
        _ => chosen.now(),
    };
    if chosen.now().zoom != before.zoom {
        window::magnify(app);
    }
    let (app, label) = (app.clone(), label.to_owned());
    async_runtime::spawn_blocking(move || {
        let (bridge, chosen) = (app.state::<Bridge>(), app.state::<Chosen>());
        match command {
            ShellCommand::SetHabits { .. } | ShellCommand::Zoom { .. } => chosen.keep(&bridge, before),
            ShellCommand::StartWithSession { on } => chosen.start_with_session(&bridge, on),
            ShellCommand::PlaySound { class } => bridge.signal(Signal::Sound(class)),
            _ => chosen.read_by(&bridge, &label),
        }
    });
    Ok(())
}

fn write(home: &Path, habits: &Habits) -> io::Result<()> {
    fs::create_dir_all(home)?;
    let bytes = serde_json::to_vec_pretty(habits).map_err(io::Error::other)?;
    let fresh = home.join("machine.json.new");
    let mut out = fs::File::create(&fresh)?;
    out.write_all(&bytes)?;
    out.sync_all()?;
    fs::rename(fresh, file(home))
}

fn file(home: &Path) -> PathBuf {
    home.join("machine.json")
}

#[cfg(test)]
mod tests {
    use callboard_desk::bridge::VOLUME_MAX;

    use super::*;

    /// CO-19
    #[test]
    fn what_was_chosen_is_there_at_the_next_start_and_nonsense_is_not() {
        let home = tempfile::tempdir().expect("a folder");
        let at = || Chosen::with(home.path().to_owned(), Options::default(), None);
        assert_eq!(at().now(), Habits::default());
        let wanted = Habits { closing_hides: false, starts_unseen: false, volume: 255, zoom: 125 };
        let chosen = at();
        let before = chosen.choose(wanted);
        chosen.keep(&Bridge::default(), before);
        assert_eq!(at().now(), Habits { volume: VOLUME_MAX, ..wanted });
        // What an older program wrote is read as far as it goes.
        fs::write(file(home.path()), r#"{"volume": 5}"#).expect("written");
        assert_eq!(at().now(), Habits { volume: 5, ..Habits::default() });
        fs::write(file(home.path()), "no JSON").expect("written");
        assert_eq!(at().now(), Habits::default());
    }
}
