//! Between the windows and the console: commands one way, updates the other.
//!
//! | field of [`Bridge`] | why it is shared |
//! |---|---|
//! | `windows` | commands of the windows add to it; the console's loop reads it |
//! | `console` | set once, before the first window opens |
//!
//! One update is one message: the desk says in one update what belongs together, such as all lines on a screen.
//!
//! **Invariant:** updates reach a window in the order in which the desk gave them, and only that window.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use callboard_desk::bridge::{BULK_MAX, Command, LINES_MAX, SetupCode, SetupView, Update};
use callboard_desk::session::effect::WindowId;
use callboard_link::{Config, Console, LinkError};
use serde::Serialize;
use serde_json::Value;
use tauri::async_runtime;
use tauri::ipc::Channel;
use tracing::{debug, error, warn};

use crate::config::why;

/// How long the end may take; a disk that hangs longer holds nobody up.
const END_WAIT: Duration = Duration::from_secs(5);

/// Why a call of the window came to nothing: a code for the program, a sentence for people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct IpcError {
    /// `badCommand`, `tooManyLines`, `tooManyTickets`, `notRunning` or `behind`.
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

/// Where the updates of each window go.
#[derive(Default)]
struct Windows(Mutex<BTreeMap<Arc<str>, Channel<Update>>>);

impl Windows {
    fn channels(&self) -> MutexGuard<'_, BTreeMap<Arc<str>, Channel<Update>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells a window something; a window that has gone meanwhile misses nothing.
    fn tell(&self, label: &str, update: Update) {
        let Some(channel) = self.channels().get(label).cloned() else { return };
        if let Err(error) = channel.send(update) {
            debug!(%error, window = label, "a window does not listen");
        }
    }
}

/// The windows and the console, as the commands see them.
#[derive(Default)]
pub struct Bridge {
    windows: Arc<Windows>,
    console: OnceLock<Result<Arc<Console>, SetupView>>,
}

impl Bridge {
    /// Starts the console, or remembers what to tell every window instead. Only the first call counts.
    pub fn start(&self, config: Result<Config, SetupView>) {
        let started = config.and_then(|config| {
            let windows = Arc::clone(&self.windows);
            let paint = move |window: WindowId, update| windows.tell(&window.0, update);
            // What is in a toast is nobody's business but the person's.
            let signal =
                |signal| debug!(kind = ?std::mem::discriminant(&signal), "nothing carries signals out yet");
            // The console spawns tasks, so it must start within the runtime.
            async_runtime::block_on(async { Console::start(config, paint, signal) })
                .map_err(|error| why(&error))
        });
        if let Err(view) = &started {
            error!(code = ?view.code, message = view.message, "no console runs");
        }
        if self.console.set(started.map(Arc::new)).is_err() {
            warn!("the console was started already");
        }
    }

    /// Gives a window its channel and asks the desk to tell it everything.
    ///
    /// # Errors
    /// The console has ended.
    pub fn subscribe(&self, label: &str, updates: Channel<Update>) -> Result<(), IpcError> {
        self.windows.channels().insert(label.into(), updates);
        match self.console.get() {
            Some(Ok(console)) => {
                if let Some(aside) = console.set_aside() {
                    let message = format!("{}: {}", aside.path.display(), aside.reason);
                    let view = SetupView { code: SetupCode::OutboxSetAside, message };
                    self.windows.tell(label, Update::Setup(view));
                }
                Ok(console.offer(window(label), Command::Hello)?)
            }
            Some(Err(view)) => {
                self.windows.tell(label, Update::Setup(view.clone()));
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
        match self.console.get() {
            Some(Ok(console)) => Ok(console.offer(window(label), command)?),
            Some(Err(_)) | None => Err(LinkError::Ended.into()),
        }
    }

    /// Forgets a window.
    pub fn close(&self, label: &str) {
        self.windows.channels().remove(label);
        if let Some(Ok(console)) = self.console.get() {
            let (console, gone) = (Arc::clone(console), window(label));
            // An error says that the console has ended, and with it all that it knew of the window.
            async_runtime::spawn(async move { console.close_window(gone).await });
        }
    }

    /// Brings the console to an orderly end.
    pub fn end(&self) {
        if let Some(Ok(console)) = self.console.get() {
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
