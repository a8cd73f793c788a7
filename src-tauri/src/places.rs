//! Where the main window was, so that it opens there again, on a screen that is there (CO-22).
//!
//! All in logical pixels, since a screen may be another one next time.
//!
//! **Invariant:** a window is never restored to where nobody could take hold of it.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};
use tauri::{AppHandle, Runtime, Window};
use tracing::warn;

/// So much of a window's upper edge must be on a screen for a hand to take hold of it: width and height.
const HANDLE: (f64, f64) = (120.0, 24.0);

/// Where a window is.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Place {
    pub(crate) x: f64,
    pub(crate) y: f64,
    pub(crate) width: f64,
    pub(crate) height: f64,
    #[serde(default)]
    pub(crate) is_maximized: bool,
}

/// A screen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Screen {
    x: f64,
    y: f64,
    width: f64,
    height: f64,
}

/// Where the windows were.
pub struct Places {
    file: PathBuf,
    known: Mutex<BTreeMap<String, Place>>,
}

impl Places {
    /// The places kept in `home`. What cannot be read was nowhere.
    #[must_use]
    pub fn new(home: &std::path::Path) -> Self {
        let file = home.join("windows.json");
        let known = fs::read(&file).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
        Self { file, known: Mutex::new(known.unwrap_or_default()) }
    }

    fn known(&self) -> MutexGuard<'_, BTreeMap<String, Place>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Where a window is to open, if it was anywhere that is still there.
    pub(crate) fn of(&self, label: &str, screens: &[Screen]) -> Option<Place> {
        self.known().get(label).and_then(|place| fitted(*place, screens))
    }

    /// A window moved or grew.
    pub(crate) fn note<R: Runtime>(&self, window: &Window<R>) {
        match place_of(window) {
            Ok(Some(place)) => {
                self.known().insert(window.label().to_owned(), place);
            }
            Ok(None) => {}
            Err(error) => warn!(%error, "nobody knows where a window is"),
        }
    }

    /// Every window opens where it does without us.
    pub(crate) fn forget(&self) {
        self.known().clear();
        self.keep();
    }

    /// Writes the places down.
    pub(crate) fn keep(&self) {
        let kept = serde_json::to_vec(&*self.known()).map_err(io::Error::other);
        if let Err(error) = kept.and_then(|bytes| fs::write(&self.file, bytes)) {
            warn!(%error, "where the windows are is not kept");
        }
    }
}

/// The screens of the machine.
pub(crate) fn screens<R: Runtime>(app: &AppHandle<R>) -> Vec<Screen> {
    let monitors = app.available_monitors().unwrap_or_default();
    let logical = |monitor: &tauri::Monitor| {
        let scale = monitor.scale_factor();
        let at = monitor.position().to_logical::<f64>(scale);
        let size = monitor.size().to_logical::<f64>(scale);
        Screen { x: at.x, y: at.y, width: size.width, height: size.height }
    };
    monitors.iter().map(logical).collect()
}

/// Where a window is; `None` where that is no place to come back to.
fn place_of<R: Runtime>(window: &Window<R>) -> tauri::Result<Option<Place>> {
    if window.is_minimized()? || !window.is_visible()? {
        return Ok(None);
    }
    let scale = window.scale_factor()?;
    let at = window.outer_position()?.to_logical::<f64>(scale);
    let size = window.inner_size()?.to_logical::<f64>(scale);
    let is_maximized = window.is_maximized()?;
    Ok(Some(Place { x: at.x, y: at.y, width: size.width, height: size.height, is_maximized }))
}

/// A place made to fit the screen that shows its upper edge; `None`: no screen does.
fn fitted(place: Place, screens: &[Screen]) -> Option<Place> {
    let is_sane = [place.x, place.y, place.width, place.height].iter().all(|side| side.is_finite());
    let overlap =
        |from: f64, length: f64, start: f64, room: f64| (from + length).min(start + room) - from.max(start);
    let screen = screens.iter().find(|screen| {
        overlap(place.x, place.width, screen.x, screen.width) >= HANDLE.0
            && overlap(place.y, HANDLE.1, screen.y, screen.height) >= HANDLE.1
    })?;
    is_sane.then_some(Place {
        width: place.width.min(screen.width),
        height: place.height.min(screen.height),
        ..place
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEFT: Screen = Screen { x: 0.0, y: 0.0, width: 1920.0, height: 1080.0 };
    const RIGHT: Screen = Screen { x: 1920.0, y: 0.0, width: 1280.0, height: 1024.0 };

    fn at(x: f64, y: f64) -> Place {
        Place { x, y, width: 1440.0, height: 900.0, is_maximized: false }
    }

    /// CO-22
    #[test]
    fn a_window_opens_where_it_was_as_long_as_a_screen_is_there() {
        let both = [LEFT, RIGHT];
        assert_eq!(fitted(at(100.0, 60.0), &both), Some(at(100.0, 60.0)));
        // The second screen is gone, and with it the place on it.
        assert_eq!(fitted(at(2000.0, 60.0), &[LEFT]), None);
        // On the smaller screen it is made to fit.
        let smaller = fitted(at(2000.0, 60.0), &both).expect("there is room");
        assert_eq!((smaller.width, smaller.height), (1280.0, 900.0));
        // Its upper edge is above, below or beside every screen: nobody could move it.
        for lost in [at(100.0, -200.0), at(100.0, 1070.0), at(-1400.0, 60.0), at(f64::NAN, 0.0)] {
            assert_eq!(fitted(lost, &both), None, "{lost:?}");
        }
        assert_eq!(fitted(at(0.0, 0.0), &[]), None);
    }

    /// CO-22
    #[test]
    fn places_are_kept_and_can_be_forgotten() {
        let home = tempfile::tempdir().expect("a folder");
        let places = Places::new(home.path());
        places.known().insert("main".to_owned(), at(10.0, 20.0));
        places.keep();
        assert_eq!(Places::new(home.path()).of("main", &[LEFT]), Some(at(10.0, 20.0)));
        places.forget();
        assert_eq!(Places::new(home.path()).of("main", &[LEFT]), None);
        fs::write(home.path().join("windows.json"), "no JSON").expect("written");
        assert_eq!(Places::new(home.path()).of("main", &[LEFT]), None);
    }
}
