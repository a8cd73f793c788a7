//! The windows: the main one, and one for each ticket that somebody wants beside it (CO-22).
//!
//! **Invariant:** they show the program's own page and go nowhere else (CO-23).

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use callboard_desk::bridge::{TicketId, WindowKind};
use tauri::{AppHandle, LogicalSize, Manager, Runtime, Url, WebviewUrl, WebviewWindow, WebviewWindowBuilder};
use tracing::warn;

use crate::bridge::IpcError;
use crate::habits::Chosen;
use crate::places::{self, Places};

/// The label of the main window; `capabilities/main.json` names it.
pub(crate) const MAIN: &str = "main";

/// How the labels of the others begin.
const TICKET: &str = "ticket-";

/// The most windows of tickets; another one is refused, since each is a web view of its own.
const TICKET_WINDOWS_MAX: usize = 8;

/// How large the main window is the first time.
const SIZE: (f64, f64) = (1440.0, 900.0);

/// What stands on a window as long as its page has said nothing.
const TITLE: &str = "Callboard";

/// The longest title; the rest is cut.
const TITLE_CHARS_MAX: usize = 120;

/// Which windows there are, and where they keep what they keep.
pub struct Windows {
    home: PathBuf,
    tickets: Mutex<Tickets>,
}

#[derive(Default)]
struct Tickets {
    open: BTreeMap<String, TicketId>,
    last: u32,
}

impl Windows {
    /// The windows of the console whose files lie in `home`.
    #[must_use]
    pub fn new(home: PathBuf) -> Self {
        Self { home, tickets: Mutex::default() }
    }

    fn tickets(&self) -> MutexGuard<'_, Tickets> {
        self.tickets.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What a window is for.
    #[must_use]
    pub fn kind(&self, label: &str) -> WindowKind {
        match self.tickets().open.get(label) {
            Some(ticket) => WindowKind::Ticket { ticket: ticket.clone() },
            None => WindowKind::Board,
        }
    }

    /// Forgets a window.
    pub fn close(&self, label: &str) {
        self.tickets().open.remove(label);
    }

    /// The label for a ticket's window, and whether that is open already.
    fn label_for(&self, ticket: &TicketId) -> Result<(String, bool), IpcError> {
        let mut tickets = self.tickets();
        if let Some((label, _)) = tickets.open.iter().find(|(_, open)| *open == ticket) {
            return Ok((label.clone(), true));
        }
        if tickets.open.len() >= TICKET_WINDOWS_MAX {
            let message = format!("there are {TICKET_WINDOWS_MAX} windows of tickets already");
            return Err(IpcError { code: "tooManyWindows", message });
        }
        tickets.last += 1;
        let label = format!("{TICKET}{}", tickets.last);
        tickets.open.insert(label.clone(), ticket.clone());
        Ok((label, false))
    }
}

/// Opens the main window where it was last, on screen or unseen.
pub(crate) fn open_main<R: Runtime>(app: &AppHandle<R>, is_shown: bool) -> tauri::Result<()> {
    let builder = page(app, MAIN).inner_size(SIZE.0, SIZE.1).min_inner_size(1024.0, 640.0);
    let place = app.state::<Places>().of(MAIN, &places::screens(app));
    let builder = match &place {
        Some(place) => builder
            .inner_size(place.width, place.height)
            .position(place.x, place.y)
            .maximized(place.is_maximized),
        None => builder,
    };
    builder.visible(is_shown).build().map(|main| draw_as_chosen(&main))
}

/// Shows a ticket in a window of its own, or brings the one to the front that does.
///
/// # Errors
/// There are too many, or the machine opens no window.
pub(crate) fn open_ticket<R: Runtime>(app: &AppHandle<R>, ticket: &TicketId) -> Result<(), IpcError> {
    let (label, is_open) = app.state::<Windows>().label_for(ticket)?;
    if is_open {
        raise(app, Some(&label));
        return Ok(());
    }
    let app = app.clone();
    // Not here: on some desktops a window cannot be made from within a call of another one.
    tauri::async_runtime::spawn_blocking(move || {
        let made = page(&app, &label).inner_size(560.0, 820.0).min_inner_size(420.0, 480.0).build();
        match made {
            Ok(window) => draw_as_chosen(&window),
            Err(error) => {
                warn!(%error, "no window for a ticket");
                app.state::<Windows>().close(&label);
            }
        }
    });
    Ok(())
}

/// What all windows have in common. The theme is the system's. What the web view keeps lies in the profile, so that two
/// consoles never share it.
fn page<'a, R: Runtime>(app: &'a AppHandle<R>, label: &str) -> WebviewWindowBuilder<'a, R, AppHandle<R>> {
    WebviewWindowBuilder::new(app, label, WebviewUrl::default())
        .title(TITLE)
        .data_directory(app.state::<Windows>().home.join("webview"))
        .on_navigation(is_our_own)
        .on_document_title_changed(|window, title| {
            if let Err(error) = window.set_title(&titled(&title)) {
                warn!(%error, "a window keeps its old title");
            }
        })
}

/// Draws everything in all windows as large as the person chose.
pub(crate) fn magnify<R: Runtime>(app: &AppHandle<R>) {
    app.webview_windows().values().for_each(draw_as_chosen);
}

fn draw_as_chosen<R: Runtime>(window: &WebviewWindow<R>) {
    let percent = window.state::<Chosen>().now().zoom;
    if let Err(error) = window.set_zoom(f64::from(percent) / 100.0) {
        warn!(%error, "a window stays as large as it is drawn");
    }
}

/// Brings a window to the front, the main one without a name; opens it where it is gone. Never waits.
pub(crate) fn raise<R: Runtime>(app: &AppHandle<R>, label: Option<&str>) {
    let (handle, label) = (app.clone(), label.unwrap_or(MAIN).to_owned());
    let raised = app.run_on_main_thread(move || {
        let found = handle.get_webview_window(&label).or_else(|| handle.get_webview_window(MAIN));
        let done = match found {
            Some(window) => to_the_front(&window),
            None => open_main(&handle, true),
        };
        if let Err(error) = done {
            warn!(%error, "a window does not come to the front");
        }
    });
    if let Err(error) = raised {
        warn!(%error, "nobody brings a window to the front");
    }
}

fn to_the_front<R: Runtime>(window: &WebviewWindow<R>) -> tauri::Result<()> {
    window.unminimize()?;
    window.show()?;
    window.set_focus()
}

/// Shows the main window where it was opened unseen and nothing would lead to it. Never waits.
pub(crate) fn raise_hidden<R: Runtime>(app: &AppHandle<R>) {
    let handle = app.clone();
    // There, and not here: while the program starts, the window is only about to be made.
    let raised = app.run_on_main_thread(move || {
        let Some(main) = handle.get_webview_window(MAIN) else { return };
        if main.is_visible().is_ok_and(|is_visible| !is_visible)
            && let Err(error) = to_the_front(&main)
        {
            warn!(%error, "the window stays unseen");
        }
    });
    if let Err(error) = raised {
        warn!(%error, "nobody shows the window");
    }
}

/// Puts the main window back to where it opens the first time, in the middle of the screen. Never waits.
pub(crate) fn reset<R: Runtime>(app: &AppHandle<R>) {
    raise(app, None);
    let handle = app.clone();
    let done = app.run_on_main_thread(move || {
        let Some(main) = handle.get_webview_window(MAIN) else { return };
        let done = main
            .unmaximize()
            .and_then(|()| main.set_size(LogicalSize::new(SIZE.0, SIZE.1)))
            .and_then(|()| main.center());
        if let Err(error) = done {
            warn!(%error, "the window stays where it is");
        }
    });
    if let Err(error) = done {
        warn!(%error, "nobody moves the window");
    }
}

/// Somebody else works here from now on: windows of tickets close, the main one forgets all that it shows.
pub(crate) fn begin_anew<R: Runtime>(app: &AppHandle<R>) -> tauri::Result<()> {
    for (label, window) in app.webview_windows() {
        if label == MAIN { window.reload()? } else { window.close()? }
    }
    Ok(())
}

/// A title as a page gave it, fit for a window.
fn titled(title: &str) -> String {
    let plain: String = title.chars().filter(|one| !one.is_control()).take(TITLE_CHARS_MAX).collect();
    if plain.trim().is_empty() { TITLE.to_owned() } else { plain }
}

/// Whether an address is the program's own page, or that of the UI's development server where one is used.
fn is_our_own(url: &Url) -> bool {
    let own = url.scheme() == "tauri" || url.host_str() == Some("tauri.localhost");
    own || (tauri::is_dev() && url.host_str() == Some("127.0.0.1"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_goes_nowhere_else() {
        let own = |url: &str| is_our_own(&url.parse().expect("a URL"));
        assert!(own("tauri://localhost/index.html"));
        assert!(own("http://tauri.localhost/"));
        for elsewhere in [
            "https://example.com",
            "https://tauri.localhost.example",
            "file:///etc/passwd",
            "data:text/html,x",
        ] {
            assert!(!own(elsewhere), "{elsewhere}");
        }
    }

    /// CO-22
    #[test]
    fn a_ticket_has_one_window_and_there_are_not_too_many() {
        let windows = Windows::new("home".into());
        let first = windows.label_for(&"t0".into()).expect("a place");
        assert_eq!(windows.label_for(&"t0".into()), Ok((first.0.clone(), true)));
        assert_eq!(windows.kind(&first.0), WindowKind::Ticket { ticket: "t0".into() });
        for more in 1..TICKET_WINDOWS_MAX {
            assert!(windows.label_for(&format!("t{more}").into()).is_ok_and(|(_, is_open)| !is_open));
        }
        assert_eq!(windows.label_for(&"one more".into()).expect_err("full").code, "tooManyWindows");
        windows.close(&first.0);
        assert_eq!(windows.kind(&first.0), WindowKind::Board);
        // A label is never used again: what was said to the old window is not for the new one.
        assert!(windows.label_for(&"one more".into()).is_ok_and(|(label, _)| label != first.0));
    }

    #[test]
    fn a_title_is_one_line_and_never_empty() {
        assert_eq!(titled("T-1 Printer\nis\u{7} on fire"), "T-1 Printeris on fire");
        assert_eq!(titled(" "), TITLE);
        assert_eq!(titled(&"x".repeat(500)).chars().count(), TITLE_CHARS_MAX);
    }
}
