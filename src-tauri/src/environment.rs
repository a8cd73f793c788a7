//! Puts the program's environment right before anything else runs.
//!
//! Two variables matter. Both have to be right before the first thread, and changing them in a running process is
//! unsafe, so the program starts itself anew, once, in place.
//!
//! - The key must go: every process of the web view would inherit it (CO-23). It is handed over through standard input,
//!   which is also how a script can give it: `CALLBOARD_KEY_ON_STDIN=1`.
//! - Without a graphics card WebKitGTK's DMA buffer path must be off. It hands pictures over through buffers that are
//!   then copied one by one: scrolling a full board shows 9 to 29 pictures a second, and about 60 without it. A choice
//!   that somebody made, and a program under WebDriver (whose pictures hang without that path), are left as they are.
//!
//! **Invariant:** when the new start fails, the old one goes on: slower, but it goes on.

use std::io::{BufRead, Read};

use crate::config::API_KEY;

/// Says that the key comes on standard input.
const KEY_ON_STDIN: &str = "CALLBOARD_KEY_ON_STDIN";

/// The longest key; what follows is not read. Small enough for the buffer of a pipe that nobody reads yet.
const KEY_BYTES_MAX: u64 = 4096;

/// Starts the program anew where the environment is not right, and returns the key if there is one.
pub(crate) fn settle() -> Option<String> {
    let key = std::env::var(API_KEY).ok().filter(|key| key.len() as u64 <= KEY_BYTES_MAX);
    #[cfg(target_os = "linux")]
    if let Err(error) = linux::start_anew(key.as_deref()) {
        eprintln!("callboard: the environment stays as it is: {error}");
    }
    if key.is_none() && std::env::var_os(KEY_ON_STDIN).is_some() {
        let mut text = String::new();
        // What cannot be read is a key that is missing, and the window says so.
        let _ = std::io::stdin().take(KEY_BYTES_MAX).read_to_string(&mut text);
        return Some(text);
    }
    key
}

/// The key of a console without a web view, from which nothing inherits: from the environment, or from the first line of
/// standard input.
pub(crate) fn key() -> Option<String> {
    if std::env::var_os(KEY_ON_STDIN).is_none() {
        return std::env::var(API_KEY).ok();
    }
    let mut line = String::new();
    // What cannot be read is a key that is missing, and that is said.
    let _ = std::io::stdin().lock().take(KEY_BYTES_MAX).read_line(&mut line);
    Some(line)
}

#[cfg(target_os = "linux")]
mod linux {
    use std::io::{self, Write};
    use std::os::unix::process::CommandExt;
    use std::process::Command;

    use super::KEY_ON_STDIN;
    use crate::config::API_KEY;

    /// Switches WebKitGTK's DMA buffer path off.
    const SWITCH: &str = "WEBKIT_DISABLE_DMABUF_RENDERER";

    /// Returns only when nothing had to be done, or when it could not be.
    pub(super) fn start_anew(key: Option<&str>) -> io::Result<()> {
        let driven = std::env::var("TAURI_WEBVIEW_AUTOMATION").is_ok_and(|value| value == "true");
        let switch = !driven && std::env::var_os(SWITCH).is_none() && !has_graphics_card();
        if key.is_none() && !switch {
            return Ok(());
        }
        let mut program = Command::new(std::env::current_exe()?);
        program.args(std::env::args_os().skip(1));
        if switch {
            program.env(SWITCH, "1");
        }
        if let Some(key) = key {
            let (reader, mut writer) = io::pipe()?;
            writer.write_all(key.as_bytes())?;
            program.stdin(reader).env_remove(API_KEY).env(KEY_ON_STDIN, "1");
        }
        Err(program.exec())
    }

    fn has_graphics_card() -> bool {
        std::fs::read_dir("/dev/dri")
            .into_iter()
            .flatten()
            .flatten()
            .any(|device| device.file_name().to_string_lossy().starts_with("renderD"))
    }
}
