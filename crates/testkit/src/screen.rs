//! The windows on a display, as whoever arranges them sees them: where they are, whether they are shown, and the button
//! that closes one.
//!
//! Nothing arranges windows on this display, so what a program asks for is what it gets.
//!
//! **Invariant:** what is told is what the screen says now, not what a program believes of itself.

use anyhow::{Context, Result, ensure};
use x11rb::connection::Connection as _;
use x11rb::protocol::xproto::{
    Atom, AtomEnum, ClientMessageEvent, ConnectionExt as _, EventMask, MapState, Window,
};
use x11rb::rust_connection::RustConnection;

use crate::display::Display;
use crate::wait;

/// What is smaller is no window that a person would see, but a helper of the toolkit.
const SIDE_MIN: u16 = 100;

/// The screen of a display.
#[derive(Debug)]
pub struct Screen {
    connection: RustConnection,
    root: Window,
}

/// A window on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OnScreen {
    window: Window,
    /// What program it says that it belongs to.
    pub program: String,
    /// What stands on it.
    pub title: String,
    /// Where its left upper corner is.
    pub at: (i16, i16),
    /// How large it is.
    pub size: (u16, u16),
    /// Whether it is shown.
    pub is_shown: bool,
}

impl Screen {
    /// Looks at a display's screen.
    pub fn of(display: &Display) -> Result<Self> {
        let (connection, place) = RustConnection::connect(Some(&display.name())).context("the screen")?;
        let root = connection.setup().roots.get(place).context("it has a root")?.root;
        Ok(Self { connection, root })
    }

    /// All windows of a program, shown or not.
    pub fn windows(&self, program: &str) -> Result<Vec<OnScreen>> {
        let parts = self.connection.query_tree(self.root)?.reply().context("the windows")?.children;
        // One that goes while it is looked at is none.
        let seen = parts.into_iter().filter_map(|window| self.look(window).ok());
        let is_one =
            |one: &OnScreen| one.program == program && one.size.0 >= SIDE_MIN && one.size.1 >= SIDE_MIN;
        Ok(seen.filter(is_one).collect())
    }

    /// Waits until so many windows of a program are shown.
    pub async fn shows(&self, program: &str, count: usize) -> Result<Vec<OnScreen>> {
        wait::until(&format!("{count} windows of {program} are shown"), async || {
            let windows = self.windows(program)?;
            let shown: Vec<_> = windows.iter().filter(|one| one.is_shown).cloned().collect();
            ensure!(shown.len() == count, "there are {windows:?}");
            Ok(shown)
        })
        .await
    }

    /// Presses the button that closes a window.
    pub fn close(&self, one: &OnScreen) -> Result<()> {
        let (protocols, close) = (self.atom("WM_PROTOCOLS")?, self.atom("WM_DELETE_WINDOW")?);
        let message = ClientMessageEvent::new(32, one.window, protocols, [close, 0, 0, 0, 0]);
        self.connection.send_event(false, one.window, EventMask::NO_EVENT, message)?;
        self.connection.flush().context("telling the window")
    }

    fn look(&self, window: Window) -> Result<OnScreen> {
        let class =
            self.connection.get_property(false, window, AtomEnum::WM_CLASS, AtomEnum::STRING, 0, 64)?;
        let (name, text) = (self.atom("_NET_WM_NAME")?, self.atom("UTF8_STRING")?);
        let title = self.connection.get_property(false, window, name, text, 0, 256)?;
        let (attributes, shape) =
            (self.connection.get_window_attributes(window)?, self.connection.get_geometry(window)?);
        let (class, attributes, shape) = (class.reply()?, attributes.reply()?, shape.reply()?);
        let program = class.value.split(|byte| *byte == 0).next().unwrap_or_default();
        Ok(OnScreen {
            window,
            program: String::from_utf8_lossy(program).into_owned(),
            title: String::from_utf8_lossy(&title.reply()?.value).into_owned(),
            at: (shape.x, shape.y),
            size: (shape.width, shape.height),
            is_shown: attributes.map_state == MapState::VIEWABLE,
        })
    }

    fn atom(&self, name: &str) -> Result<Atom> {
        Ok(self
            .connection
            .intern_atom(false, name.as_bytes())?
            .reply()
            .context("a word of the screen's")?
            .atom)
    }
}
