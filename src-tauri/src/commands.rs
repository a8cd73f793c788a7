//! What the window can call.
//!
//! All are plain functions and not `async`: Tauri calls such ones in the order in which the window called them, and a
//! draft must never overtake the one typed before it. None of them waits.
//!
//! **Invariant:** a command is glue: read, hand on, answer.

use callboard_desk::bridge::{ShellCommand, Update};
use serde_json::Value;
use tauri::ipc::Channel;
use tauri::{Manager, Runtime, State, WebviewWindow};

use crate::bridge::{Bridge, IpcError, read};
use crate::habits;
use crate::profiles;
use crate::window::{self, Windows};

/// Where the calling window wants its updates from now on; it is told everything anew.
///
/// # Errors
/// The console has ended.
#[tauri::command]
pub fn subscribe<R: Runtime>(
    window: WebviewWindow<R>,
    bridge: State<'_, Bridge>,
    windows: State<'_, Windows>,
    updates: Channel<Update>,
) -> Result<(), IpcError> {
    let first = Update::Window(windows.kind(window.label()));
    bridge.subscribe(window.label(), updates, first)
}

/// Something that the calling window wants done. The answer, if any, comes as an update.
///
/// # Errors
/// It is no command, or no console runs.
#[tauri::command]
pub fn send<R: Runtime>(
    window: WebviewWindow<R>,
    bridge: State<'_, Bridge>,
    command: Value,
) -> Result<(), IpcError> {
    bridge.send(window.label(), read(command)?)
}

/// Something that the calling window wants of the program around the desk. What comes of it comes as an update.
///
/// # Errors
/// It is no command, or asks for one window too many.
#[tauri::command]
pub fn ask<R: Runtime>(window: WebviewWindow<R>, command: Value) -> Result<(), IpcError> {
    let command = serde_json::from_value(command)
        // What a person typed may stand in the error, and a key is what they type.
        .map_err(|_| IpcError { code: "badCommand", message: "it is no such command".to_owned() })?;
    let app = window.app_handle();
    match command {
        ShellCommand::OpenWindow { ticket } => window::open_ticket(app, &ticket),
        ShellCommand::ReadHabits
        | ShellCommand::SetHabits { .. }
        | ShellCommand::Zoom { .. }
        | ShellCommand::StartWithSession { .. }
        | ShellCommand::PlaySound { .. } => habits::hear(app, window.label(), command),
        _ => profiles::hear(app, window.label(), command),
    }
}
