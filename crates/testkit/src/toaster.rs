//! A real notification daemon on a display, and an ear on the bus between it and the console.
//!
//! The daemon is dunst. What is on its screen is known by what it was told and by what it answered; buttons are pressed
//! through its own menu, for which a script plays the person who chooses.
//!
//! **Invariant:** the ear changes nothing: it is a monitor, and the bus lets it only listen.

use std::collections::HashMap;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Command;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::{Context, Result, ensure};
use futures_util::StreamExt as _;
use tempfile::TempDir;
use zbus::message::Type;
use zbus::{Connection, Message, MessageStream, OwnedVariant};

use crate::display::Display;
use crate::process::Process;
use crate::wait;

/// The name, and the interface, of whoever shows toasts.
const NOTIFICATIONS: &str = "org.freedesktop.Notifications";

const PATH: &str = "/org/freedesktop/Notifications";

/// What only this daemon understands.
const DUNST: &str = "org.dunstproject.cmd0";

/// A toast as the daemon was told to show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// What the daemon calls it; `None` until it answered.
    pub id: Option<u32>,
    /// In whose place; 0: nobody's.
    pub replaces: u32,
    /// The first line.
    pub title: String,
    /// The rest, as it was sent.
    pub body: String,
    /// Keys of buttons and what stands on them.
    pub buttons: Vec<(String, String)>,
}

/// What was heard.
#[derive(Debug, Default)]
struct Heard {
    shown: Vec<Shown>,
    /// Toasts that the console took away.
    closed: Vec<u32>,
    /// Toasts that were asked for and not answered yet: by whom and under which number.
    open: HashMap<(String, u32), usize>,
}

/// A running daemon.
#[derive(Debug)]
pub struct Toaster {
    process: Process,
    bus: Connection,
    heard: Arc<Mutex<Heard>>,
    choice: PathBuf,
    _home: TempDir,
}

impl Toaster {
    /// Starts it on a display and waits until it answers.
    pub async fn start(display: &Display) -> Result<Self> {
        let home = tempfile::tempdir().context("a folder for the daemon")?;
        let heard = listen(display).await?;
        let choice = home.path().join("choice");
        let menu = home.path().join("menu");
        // It is given every button of every toast, one a line, and says which one the person took.
        std::fs::write(
            &menu,
            format!("#!/bin/sh\ngrep --fixed-strings --max-count=1 --file='{}'\n", choice.display()),
        )
        .context("writing the menu")?;
        std::fs::set_permissions(&menu, PermissionsExt::from_mode(0o700)).context("making it executable")?;
        let config = home.path().join("dunstrc");
        let text =
            format!("[global]\n    dmenu = {}\n    idle_threshold = 0\n    markup = full\n", menu.display())
                + &["low", "normal", "critical"]
                    .map(|level| format!("[urgency_{level}]\n    timeout = 0\n"))
                    .concat();
        std::fs::write(&config, text).context("writing the daemon's configuration")?;
        let mut command = Command::new("dunst");
        command.arg("-conf").arg(&config).envs(display.env()).env("HOME", home.path());
        let process = Process::start("dunst", &mut command, home.path()).context("is dunst installed?")?;
        let bus = display.bus().await?;
        wait::until("the daemon answers", async || {
            bus.call_method(Some(NOTIFICATIONS), PATH, Some(NOTIFICATIONS), "GetCapabilities", &())
                .await
                .map(drop)
                .with_context(|| process.log_tail())
        })
        .await?;
        Ok(Self { process, bus, heard, choice, _home: home })
    }

    /// Waits for a toast whose first line holds `title`, answered by the daemon; the latest, if there are several.
    pub async fn shows(&self, title: &str) -> Result<Shown> {
        self.until(&format!("a toast about {title:?}"), |shown| shown.title.contains(title)).await
    }

    /// Waits for a toast that looks like this, answered by the daemon; the latest, if there are several.
    pub async fn until(&self, fact: &str, looks: impl Fn(&Shown) -> bool) -> Result<Shown> {
        wait::until(fact, async || {
            let heard = self.heard();
            let found = heard.shown.iter().rev().find(|shown| shown.id.is_some() && looks(shown));
            found.cloned().with_context(|| format!("{:?}\n{}", heard.shown, self.process.log_tail()))
        })
        .await
    }

    /// Everything that it was told to show so far.
    #[must_use]
    pub fn shown(&self) -> Vec<Shown> {
        self.heard().shown.clone()
    }

    /// Waits until the console took a toast away.
    pub async fn loses(&self, shown: &Shown) -> Result<()> {
        wait::until(&format!("{shown:?} is taken away"), async || {
            let closed = self.heard().closed.clone();
            ensure!(shown.id.is_some_and(|id| closed.contains(&id)), "these are: {closed:?}");
            Ok(())
        })
        .await
    }

    /// Clicks the only toast on screen.
    pub async fn click(&self) -> Result<()> {
        self.order("NotificationAction", &0_u32).await
    }

    /// Takes the button on which `label` stands, of whichever toast has it.
    pub async fn press(&self, label: &str) -> Result<()> {
        std::fs::write(&self.choice, format!("{label}\n")).context("making up the person's mind")?;
        self.order("ContextMenuCall", &()).await
    }

    /// Waves the newest toast away.
    pub async fn wave_away(&self) -> Result<()> {
        self.order("NotificationCloseLast", &()).await
    }

    async fn order<B: serde::Serialize + zbus::wire::DynamicType>(&self, what: &str, body: &B) -> Result<()> {
        let called = self.bus.call_method(Some(NOTIFICATIONS), PATH, Some(DUNST), what, body).await;
        called.map(drop).with_context(|| format!("{what}\n{}", self.process.log_tail()))
    }

    fn heard(&self) -> MutexGuard<'_, Heard> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Listens to everything on the display's bus from now on.
async fn listen(display: &Display) -> Result<Arc<Mutex<Heard>>> {
    let bus = display.bus().await?;
    let mut words = MessageStream::from(&bus);
    let monitor = zbus::fdo::MonitoringProxy::new(&bus).await.context("the bus can be listened to")?;
    monitor.become_monitor(&[], 0).await.context("listening to the bus")?;
    let heard = Arc::new(Mutex::new(Heard::default()));
    let ear = Arc::clone(&heard);
    tokio::spawn(async move {
        let _bus = bus;
        while let Some(Ok(message)) = words.next().await {
            ear.lock().unwrap_or_else(PoisonError::into_inner).take(&message);
        }
    });
    Ok(heard)
}

/// What the daemon is told: program, place, icon, first line, rest, buttons, hints, how long.
type Wish = (String, u32, String, String, String, Vec<String>, HashMap<String, OwnedVariant>, i32);

impl Heard {
    /// Takes in one message of the bus.
    fn take(&mut self, message: &Message) {
        let header = message.header();
        let name = |name: Option<String>| name.unwrap_or_default();
        match (message.message_type(), header.member().map(|member| member.as_str())) {
            (Type::MethodCall, Some("Notify")) => {
                let Ok((_, replaces, _, title, body, buttons, _, _)) = message.body().deserialize::<Wish>()
                else {
                    return;
                };
                let buttons =
                    buttons.chunks_exact(2).map(|pair| (pair[0].clone(), pair[1].clone())).collect();
                let asker = name(header.sender().map(ToString::to_string));
                self.open.insert((asker, header.primary().serial_num().get()), self.shown.len());
                self.shown.push(Shown { id: None, replaces, title, body, buttons });
            }
            (Type::MethodCall, Some("CloseNotification")) => {
                self.closed.extend(message.body().deserialize::<u32>());
            }
            (Type::MethodReturn, _) => {
                let asker = name(header.destination().map(ToString::to_string));
                let Some(number) = header.reply_serial() else { return };
                if let Some(place) = self.open.remove(&(asker, number.get()))
                    && let Some(shown) = self.shown.get_mut(place)
                {
                    shown.id = message.body().deserialize().ok();
                }
            }
            _ => {}
        }
    }
}
