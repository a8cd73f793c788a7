//! What the window can call.
//!
//! Both are plain functions and not `async`: Tauri calls such ones in the order in which the window called them, and a
//! draft must never overtake the one typed before it. Neither waits.
//!
//! **Invariant:** a command is glue: read, hand on, answer.

use callboard_desk::bridge::Update;
use serde_json::Value;
use tauri::ipc::Channel;
use tauri::{Runtime, State, WebviewWindow};

use crate::bridge::{Bridge, IpcError, read};

/// Where the calling window wants its updates from now on; it is told everything anew.
///
/// # Errors
/// The console has ended.
#[tauri::command]
pub fn subscribe<R: Runtime>(
    window: WebviewWindow<R>,
    bridge: State<'_, Bridge>,
    updates: Channel<Update>,
) -> Result<(), IpcError> {
    bridge.subscribe(window.label(), updates)
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
