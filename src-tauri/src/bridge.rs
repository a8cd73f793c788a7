//! Between the windows and the console: commands one way, updates the other.
//!
//! | field of [`Bridge`] | why it is shared |
//! |---|---|
//! | `windows` | commands of the windows add to it; the console's loop reads it |
//! | `machine` | set once, before the first console starts |
//! | `console` | set before the first window opens, and again when the person becomes somebody else |
//!
//! One update is one message: the desk says in one update what belongs together, such as all lines on a screen.
//!
//! **Invariant:** updates reach a window in the order in which the desk gave them, and only that window.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use callboard_desk::bridge::{
    BULK_MAX, Command, LINES_MAX, Lack, Notice, SetupCode, SetupView, Signal, ToastAction, ToastId, Update,
};
use callboard_desk::session::effect::WindowId;
use callboard_link::{Config, Console, LinkError};
use serde::Serialize;
use serde_json::Value;
use tauri::async_runtime;
use tauri::ipc::Channel;
use tracing::{debug, error, info, warn};

use crate::config::why;

/// How long the end may take; a disk that hangs longer holds nobody up.
const END_WAIT: Duration = Duration::from_secs(5);

/// Why a call of the window came to nothing: a code for the program, a sentence for people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct IpcError {
    /// `badCommand`, `tooManyLines`, `tooManyTickets`, `tooManyWindows`, `notRunning` or `behind`.
    pub code: &'static str,
    /// Why.
    pub message: String,
}

impl From<LinkError> for IpcError {
    fn from(error: LinkError) -> Self {
        let code = if matches!(error, LinkError::Behind) { "behind" } else { "notRunning" };
        Self { code, message: error.to_string() }
    }
}

/// Reads a command as a window sent it.
///
/// # Errors
/// It is none, or asks for more than a window may.
pub fn read(json: Value) -> Result<Command, IpcError> {
    let command = serde_json::from_value(json)
        .map_err(|error| IpcError { code: "badCommand", message: error.to_string() })?;
    match command {
        Command::ShowLines { count, .. } if count > LINES_MAX => Err(IpcError {
            code: "tooManyLines",
            message: format!("{count} lines were asked for, at most {LINES_MAX} are given"),
        }),
        Command::Bulk { tickets, .. } if tickets.len() > BULK_MAX => Err(IpcError {
            code: "tooManyTickets",
            message: format!("{} tickets were named, at most {BULK_MAX} are changed at once", tickets.len()),
        }),
        command => Ok(command),
    }
}

/// The machine around the windows. Nothing of it may wait: the console's loop calls it.
pub trait Machine: Send + Sync {
    /// Does what the desk asks of it.
    fn carry(&self, signal: Signal);

    /// Sees what a window is told, for what stands outside of all windows.
    fn see(&self, update: &Update);
}

/// Where the updates of each window go, and what is yet to be said to the first one.
#[derive(Default)]
struct Windows {
    channels: Mutex<BTreeMap<Arc<str>, Channel<Update>>>,
    /// What the machine lacks, by what; `None`: it was said.
    lacks: Mutex<BTreeMap<Lack, Option<Notice>>>,
}

impl Windows {
    fn channels(&self) -> MutexGuard<'_, BTreeMap<Arc<str>, Channel<Update>>> {
        self.channels.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lacks(&self) -> MutexGuard<'_, BTreeMap<Lack, Option<Notice>>> {
        self.lacks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells a window something; a window that has gone meanwhile misses nothing.
    fn tell(&self, label: &str, update: Update) {
        let Some(channel) = self.channels().get(label).cloned() else { return };
        if let Err(error) = channel.send(update) {
            debug!(%error, window = label, "a window does not listen");
        }
    }

    fn labels(&self) -> Vec<Arc<str>> {
        self.channels().keys().cloned().collect()
    }

    /// Says to whoever listens what has not been said.
    fn say_lacks(&self) {
        let Some(first) = self.labels().into_iter().next() else { return };
        let unsaid: Vec<Notice> = self.lacks().values_mut().filter_map(Option::take).collect();
        unsaid.into_iter().for_each(|notice| self.tell(&first, Update::Notice(notice)));
    }
}

/// A console that runs, or what to tell every window instead.
type Started = Result<Arc<Console>, SetupView>;

/// The windows and the console, as the commands see them.
#[derive(Default)]
pub struct Bridge {
    windows: Arc<Windows>,
    machine: OnceLock<Arc<dyn Machine>>,
    console: Mutex<Option<Started>>,
}

impl Bridge {
    /// Says who carries signals out. Without a machine nobody does. Only the first call counts.
    pub fn around(&self, machine: Arc<dyn Machine>) {
        if self.machine.set(machine).is_err() {
            warn!("there is a machine already");
        }
    }

    /// Starts a console in the place of whatever was there, or remembers what to tell every window instead. One that
    /// runs is to be ended first.
    pub fn start(&self, config: Result<Config, SetupView>) {
        let started = config.and_then(|config| {
            let windows = Arc::clone(&self.windows);
            let (machine, watcher) = (self.machine.get().cloned(), self.machine.get().cloned());
            let paint = move |window: WindowId, update| {
                watcher.iter().for_each(|machine| machine.see(&update));
                windows.tell(&window.0, update);
            };
            let signal = move |signal| {
                if let Some(machine) = &machine {
                    machine.carry(signal);
                }
            };
            // The console spawns tasks, so it must start within the runtime.
            async_runtime::block_on(async { Console::start(config, paint, signal) })
                .map_err(|error| why(&error))
        });
        match &started {
            Err(SetupView { code: SetupCode::FirstStart, .. }) => info!("nobody is anybody yet"),
            Err(view) => error!(code = ?view.code, message = view.message, "no console runs"),
            Ok(_) => {}
        }
        *self.slot() = Some(started.map(Arc::new));
    }

    fn slot(&self) -> MutexGuard<'_, Option<Started>> {
        self.console.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn console(&self) -> Option<Started> {
        self.slot().clone()
    }

    /// Tells every window something.
    pub fn tell_all(&self, update: &Update) {
        self.windows.labels().iter().for_each(|label| self.windows.tell(label, update.clone()));
    }

    /// Tells one window something.
    pub fn tell(&self, label: &str, update: Update) {
        self.windows.tell(label, update);
    }

    /// The machine lacks something: said to one window, once.
    pub fn lacks(&self, what: Lack, reason: String) {
        if let Entry::Vacant(unknown) = self.windows.lacks().entry(what) {
            warn!(?what, reason, "the machine lacks something");
            unknown.insert(Some(Notice::Lacks { what, reason }));
        }
        self.windows.say_lacks();
    }

    /// Has the machine do something that the window asked for, and not the desk.
    pub(crate) fn signal(&self, signal: Signal) {
        if let Some(machine) = self.machine.get() {
            machine.carry(signal);
        }
    }

    /// The person clicked a toast, or what leads to a ticket elsewhere on the machine.
    pub fn click(&self, toast: ToastId, rev: u32, action: ToastAction) {
        if let Some(Ok(console)) = self.console() {
            // An error says that the console has ended: then nothing is left to be shown.
            async_runtime::spawn(async move { console.toast_clicked(toast, rev, action).await });
        }
    }

    /// Gives a window its channel, tells it the first thing, and asks the desk to tell it everything.
    ///
    /// # Errors
    /// The console has ended.
    pub fn subscribe(&self, label: &str, updates: Channel<Update>, first: Update) -> Result<(), IpcError> {
        self.windows.channels().insert(label.into(), updates);
        self.windows.tell(label, first);
        self.windows.say_lacks();
        match self.console() {
            Some(Ok(console)) => {
                if let Some(aside) = console.set_aside() {
                    let message = format!("{}: {}", aside.path.display(), aside.reason);
                    let view = SetupView { code: SetupCode::OutboxSetAside, message };
                    self.windows.tell(label, Update::Setup(view));
                }
                Ok(console.offer(window(label), Command::Hello)?)
            }
            Some(Err(view)) => {
                self.windows.tell(label, Update::Setup(view));
                Ok(())
            }
            None => Err(LinkError::Ended.into()),
        }
    }

    /// Hands a window's command on.
    ///
    /// # Errors
    /// No console runs, or it is too far behind.
    pub fn send(&self, label: &str, command: Command) -> Result<(), IpcError> {
        match self.console() {
            Some(Ok(console)) => Ok(console.offer(window(label), command)?),
            Some(Err(_)) | None => Err(LinkError::Ended.into()),
        }
    }

    /// Forgets where all windows listen: their pages begin anew, and whatever is said meanwhile is for those.
    pub fn forget_windows(&self) {
        self.windows.channels().clear();
    }

    /// Forgets a window.
    pub fn close(&self, label: &str) {
        self.windows.channels().remove(label);
        if let Some(Ok(console)) = self.console() {
            let gone = window(label);
            // An error says that the console has ended, and with it all that it knew of the window.
            async_runtime::spawn(async move { console.close_window(gone).await });
        }
    }

    /// Brings the console to an orderly end.
    pub fn end(&self) {
        if let Some(Ok(console)) = self.console() {
            let ended =
                async_runtime::block_on(async { tokio::time::timeout(END_WAIT, console.stop()).await });
            if ended.is_err() {
                warn!("the console did not end in time");
            }
        }
    }
}

/// A window by its label.
pub(crate) fn window(label: &str) -> WindowId {
    WindowId(label.into())
}
