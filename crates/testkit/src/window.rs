//! A console on a display, driven through WebDriver.
//!
//! Each console has a driver, a home and a profile of its own, so two of them are as separate as two desks. What a
//! person does (click, type, press a key) goes through the driver as real input; what a person sees is read in one
//! script call, so that a picture never mixes two moments.
//!
//! **Invariant:** closing or dropping a console ends the driver, the program and its web processes alike.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use fantoccini::actions::{InputSource as _, KeyAction, KeyActions, MouseActions, PointerAction};
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::display::Display;
use crate::port::Port;
use crate::process::{self, Process};
use crate::server::Account;
use crate::{programs, server, wait};

/// How long a window may take to appear; a debug build on a busy machine is slow.
const OPEN_MAX: Duration = Duration::from_secs(60);

/// How long a picture may take; the driver is known to hang with some renderer settings.
const PICTURE_MAX: Duration = Duration::from_secs(15);

/// How long one command to the driver may take before it is held to be lost.
const COMMAND_MAX: Duration = Duration::from_secs(20);

/// Renderer settings with which the driver hangs; they must not leak in from outside.
const HANGING_SETTINGS: [&str; 2] = ["WEBKIT_DISABLE_DMABUF_RENDERER", "WEBKIT_DISABLE_COMPOSITING_MODE"];

/// The key that is held for a command.
pub const CONTROL: char = '\u{e009}';

/// The key that closes what is open.
pub const ESCAPE: &str = "\u{e00c}";

/// The key that goes from control to control.
pub const TAB: &str = "\u{e004}";

/// The key that goes down in a list.
pub const DOWN: &str = "\u{e015}";

/// The key that asks for help.
pub const F1: &str = "\u{e031}";

/// The key that commits.
pub const ENTER: &str = "\u{e007}";

/// Light or dark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Theme {
    Light,
    Dark,
}

impl Theme {
    /// As the page spells it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

/// How a console is opened.
#[derive(Clone, Debug)]
pub struct Options {
    /// The theme; the machine's own when absent.
    pub theme: Option<Theme>,
    /// The size in pixels.
    pub size: (u32, u32),
    /// Which of our programs; each draws its lines as the console does.
    pub program: &'static str,
    /// Further environment, stronger than what is usual here.
    pub env: Vec<(&'static str, String)>,
}

impl Default for Options {
    fn default() -> Self {
        Self { theme: None, size: (1440, 900), program: "callboard", env: Vec::new() }
    }
}

/// A running console.
#[derive(Debug)]
pub struct ConsoleWindow {
    name: String,
    client: Client,
    driver: Process,
    log: PathBuf,
    /// Its driver's.
    _port: Port,
    /// Its files, where nobody else keeps them.
    _home: Option<TempDir>,
}

impl ConsoleWindow {
    /// Opens the console of `account` against the server at `url` and waits until its board stands.
    pub async fn open(display: &Display, url: &str, account: &Account, options: Options) -> Result<Self> {
        let home = tempfile::tempdir().context("a folder for the console")?;
        let name = account.display_name.split(' ').next().unwrap_or("console").to_lowercase();
        let mut command = Command::new("WebKitWebDriver");
        command
            .env("CALLBOARD_SERVER", url)
            .env("CALLBOARD_API_KEY", &account.api_key)
            .env("CALLBOARD_TENANT", &account.tenant_id);
        let mut window = Self::start(display, home.path(), name, command, &options, &[]).await?;
        window._home = Some(home);
        window.arrange(&options).await.with_context(|| window.log_tail())?;
        Ok(window)
    }

    /// Opens the console whose files lie in `home`, as whoever it was when it was last closed; nothing is waited for.
    pub async fn open_again(display: &Display, home: &Path, arguments: &[&str]) -> Result<Self> {
        let (name, command) = ("console".to_owned(), Command::new("WebKitWebDriver"));
        Self::start(display, home, name, command, &Options::default(), arguments).await
    }

    async fn start(
        display: &Display,
        home: &Path,
        name: String,
        mut command: Command,
        options: &Options,
        arguments: &[&str],
    ) -> Result<Self> {
        let log = home.join("console.log");
        let program = wrapper(options.program, home, &log)?;
        let port = Port::claim()?;
        command.arg(format!("--port={}", port.number())).arg("--host=127.0.0.1").envs(display.env());
        for (variable, folder) in private_folders(home)? {
            command.env(variable, folder);
        }
        for setting in HANGING_SETTINGS {
            command.env_remove(setting);
        }
        command
            .env_remove("WAYLAND_DISPLAY")
            .env("GDK_BACKEND", "x11")
            .env("TAURI_WEBVIEW_AUTOMATION", "true")
            .envs(options.env.iter().cloned());
        let driver = Process::start(&format!("driver-{name}"), &mut command, home)
            .context("is WebKitWebDriver (webkit2gtk-driver) installed?")?;
        server::accepts(port.address()).await?;
        let client =
            connect(port.number(), &program, &home.join("profile"), arguments).await.with_context(|| {
                format!("opening {name}'s console\n{}{}", process::tail(&log), driver.log_tail())
            })?;
        Ok(Self { name, client, driver, log, _port: port, _home: None })
    }

    /// Waits until the board has lines.
    pub async fn stands(&self) -> Result<()> {
        self.until("the board stands", async || {
            let rows = r#"return document.querySelectorAll('[data-testid="row"]').length"#;
            let rows: u32 = self.script(rows, &[]).await?;
            ensure!(rows > 0, "no row yet");
            Ok(())
        })
        .await
    }

    /// Whose console it is, in short.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The session below, for what has no word here.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// The driver's process, from which the program descends.
    #[must_use]
    pub fn driver_pid(&self) -> u32 {
        self.driver.pid()
    }

    /// Closes the window and ends the program.
    pub async fn close(mut self) -> Result<()> {
        let closed = tokio::time::timeout(COMMAND_MAX, self.client.clone().close()).await;
        self.driver.kill();
        closed.context("the driver did not close the window in time")?.context("closing the window")
    }

    /// Clicks what `css` finds, as soon as it is there and nothing covers it.
    pub async fn click(&self, css: &str) -> Result<()> {
        self.until(&format!("{css} can be clicked"), async || {
            let element = self.client.find(Locator::Css(css)).await.context("not found")?;
            element.click().await.context("not clickable")
        })
        .await
    }

    /// Moves the pointer over what `css` finds, as soon as it is there.
    pub async fn hover(&self, css: &str) -> Result<()> {
        self.until(&format!("the pointer is over {css}"), async || {
            let element = self.client.find(Locator::Css(css)).await.context("not found")?;
            let over = PointerAction::MoveToElement { element, duration: None, x: 0.0, y: 0.0 };
            // From elsewhere: to a pointer that the driver believes there already, nothing would happen.
            let away = PointerAction::MoveTo { duration: None, x: 0.0, y: 0.0 };
            let pointer = MouseActions::new("mouse".to_owned()).then(away).then(over);
            self.client.perform_actions(pointer).await.context("the pointer does not move")
        })
        .await
    }

    /// Replaces what a text field holds by `text`, key by key.
    pub async fn type_over(&self, css: &str, text: &str) -> Result<()> {
        self.click(css).await?;
        self.press_with(CONTROL, 'a').await?;
        self.press(text).await
    }

    /// Presses keys one after the other, wherever the focus is.
    pub async fn press(&self, keys: &str) -> Result<()> {
        let both = |value| [KeyAction::Down { value }, KeyAction::Up { value }];
        self.play_keys(keys.chars().flat_map(both)).await
    }

    /// Presses a key while another is held.
    pub async fn press_with(&self, held: char, key: char) -> Result<()> {
        let (down, up) = (|value| KeyAction::Down { value }, |value| KeyAction::Up { value });
        self.play_keys([down(held), down(key), up(key), up(held)]).await
    }

    async fn play_keys(&self, actions: impl IntoIterator<Item = KeyAction>) -> Result<()> {
        let keyboard = KeyActions::new("keyboard".to_owned());
        let all = actions.into_iter().fold(keyboard, KeyActions::then);
        self.client.perform_actions(all).await.context("pressing keys")
    }

    /// Runs a script in the page; its `return` value must be of type `T`.
    pub async fn script<T: DeserializeOwned>(&self, script: &str, args: &[Value]) -> Result<T> {
        let run = tokio::time::timeout(COMMAND_MAX, self.client.execute(script, args.to_vec()));
        let value = run.await.context("the page does not answer")?.context("the script failed")?;
        let shown = value.to_string();
        serde_json::from_value(value).with_context(|| format!("the script returned {shown}"))
    }

    /// Runs a script that calls back with its value of type `T`.
    pub async fn script_async<T: DeserializeOwned>(&self, script: &str, args: &[Value]) -> Result<T> {
        let run = tokio::time::timeout(COMMAND_MAX, self.client.execute_async(script, args.to_vec()));
        let value = run.await.context("the page does not answer")?.context("the script failed")?;
        let shown = value.to_string();
        serde_json::from_value(value).with_context(|| format!("the script called back with {shown}"))
    }

    /// Waits for a fact about this console; what was last seen and the log explain a failure.
    pub async fn until<T>(&self, fact: &str, look: impl AsyncFnMut() -> Result<T>) -> Result<T> {
        let fact = format!("{}: {fact}", self.name);
        wait::until(&fact, look).await.with_context(|| process::tail(&self.log))
    }

    /// A picture of the page as it is painted now.
    pub async fn screenshot(&self) -> Result<Vec<u8>> {
        // The page answers before it is painted; the second frame begins when the first is on screen.
        let painted = "const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(() => done(true)));";
        ensure!(self.script_async::<bool>(painted, &[]).await?, "the page paints");
        let picture = tokio::time::timeout(PICTURE_MAX, self.client.screenshot());
        picture.await.context("the driver took no picture in time")?.context("taking a picture")
    }

    /// Switches the page to a theme by its own button.
    pub async fn set_theme(&self, theme: Theme) -> Result<()> {
        let shown = "return document.documentElement.dataset.theme ?? ''";
        // The button goes round through at most three states: light, dark, as the machine has it.
        for _ in 0..3 {
            if self.script::<String>(shown, &[]).await? == theme.name() {
                return Ok(());
            }
            self.click(r#"[data-testid="theme"]"#).await?;
        }
        let now: String = self.script(shown, &[]).await?;
        ensure!(now == theme.name(), "the theme stays {now:?} instead of {:?}", theme.name());
        Ok(())
    }

    /// Puts down what is known about this console: picture, page source, log.
    pub async fn leave_evidence(&self, folder: &Path) -> Result<()> {
        let file = |kind: &str| folder.join(format!("{}.{kind}", self.name));
        std::fs::copy(&self.log, file("log")).context("keeping the log")?;
        let source =
            tokio::time::timeout(COMMAND_MAX, self.client.source()).await.context("no source in time")?;
        std::fs::write(file("html"), source.context("reading the source")?).context("keeping the source")?;
        std::fs::write(file("png"), self.screenshot().await?).context("keeping the picture")
    }

    /// All that the console has said in its log.
    pub fn log(&self) -> Result<String> {
        std::fs::read_to_string(&self.log).context("reading the console's log")
    }

    /// The last lines of the console's and the driver's logs.
    #[must_use]
    pub fn log_tail(&self) -> String {
        process::tail(&self.log) + &self.driver.log_tail()
    }

    async fn arrange(&self, options: &Options) -> Result<()> {
        let (width, height) = options.size;
        self.client.set_window_size(width, height).await.context("sizing the window")?;
        self.stands().await?;
        match options.theme {
            Some(theme) => self.set_theme(theme).await,
            None => Ok(()),
        }
    }
}

async fn connect(port: u16, program: &Path, profile: &Path, arguments: &[&str]) -> Result<Client> {
    let profile = profile.to_str().context("a folder with a plain name")?;
    let arguments = [&["--profile-dir", profile], arguments].concat();
    let options = json!({"binary": program, "args": arguments});
    let capabilities = serde_json::Map::from_iter([("webkitgtk:browserOptions".to_owned(), options)]);
    let mut builder = ClientBuilder::new(HttpConnector::new());
    builder.capabilities(capabilities);
    let driver = format!("http://127.0.0.1:{port}");
    let session = tokio::time::timeout(OPEN_MAX, builder.connect(&driver));
    session.await.context("no window in time")?.context("no session")
}

/// The driver silences what it starts, so a two-line script keeps the console's own words.
fn wrapper(program: &str, home: &Path, log: &Path) -> Result<PathBuf> {
    let program = programs::built(program)?;
    let script = home.join("console");
    let text = format!("#!/bin/sh\nexec '{}' \"$@\" >>'{}' 2>&1\n", program.display(), log.display());
    std::fs::write(&script, text).context("writing the console's starter")?;
    std::fs::write(log, "").context("starting the console's log")?;
    std::fs::set_permissions(&script, PermissionsExt::from_mode(0o700)).context("making it executable")?;
    Ok(script)
}

/// Every place where a desktop program might keep something, moved into `home`.
pub(crate) fn private_folders(home: &Path) -> Result<Vec<(&'static str, PathBuf)>> {
    let names =
        ["HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR"];
    names
        .map(|name| -> Result<_> {
            let folder = home.join(name.to_lowercase());
            std::fs::create_dir_all(&folder).with_context(|| format!("making {}", folder.display()))?;
            std::fs::set_permissions(&folder, PermissionsExt::from_mode(0o700))
                .context("making it private")?;
            Ok((name, folder))
        })
        .into_iter()
        .collect()
}
