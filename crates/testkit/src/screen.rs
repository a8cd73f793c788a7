//! The windows on a display, as whoever arranges them sees them: where they are, whether they are shown, and the button
//! that closes one; and a picture of all of it.
//!
//! Nothing arranges windows on this display, so what a program asks for is what it gets.
//!
//! **Invariant:** what is told is what the screen says now, not what a program believes of itself.

use std::io::Cursor;

use anyhow::{Context, Result, ensure};
use x11rb::connection::Connection as _;
use x11rb::protocol::xproto::{
    Atom, AtomEnum, ClientMessageEvent, ConnectionExt as _, EventMask, ImageFormat, MapState, Window,
};
use x11rb::rust_connection::RustConnection;

use crate::display::Display;
use crate::wait;

/// What is smaller is nothing that a person would see, but a helper of the toolkit.
const SIDE_MIN: u16 = 40;

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

    /// All that is on the screen now, as a PNG.
    pub fn picture(&self) -> Result<Vec<u8>> {
        let shape = self.connection.get_geometry(self.root)?.reply().context("the screen's size")?;
        let (width, height) = (shape.width, shape.height);
        let seen =
            self.connection.get_image(ImageFormat::Z_PIXMAP, self.root, 0, 0, width, height, u32::MAX)?;
        let seen = seen.reply().context("what is on the screen")?.data;
        // As every screen of 24 bits has it: four bytes each, blue first, the last one unused.
        let colours: Vec<u8> =
            seen.chunks_exact(4).flat_map(|pixel| [pixel[2], pixel[1], pixel[0]]).collect();
        let mut file = Cursor::new(Vec::new());
        let mut picture = png::Encoder::new(&mut file, width.into(), height.into());
        picture.set_color(png::ColorType::Rgb);
        picture.write_header()?.write_image_data(&colours).context("a picture")?;
        Ok(file.into_inner())
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
