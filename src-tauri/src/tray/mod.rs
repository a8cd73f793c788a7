//! The icon in the panel: how things stand at a glance, and a menu that does everything (CO-19).
//!
//! | module | holds |
//! |---|---|
//! | `state` | what the icon shows, and its words |
//! | `host` | whether somebody shows icons |
//!
//! **Invariant:** no icon is made where nobody would show it; and what the menu does can be done in the window.

#[cfg(target_os = "linux")]
mod host;
mod state;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
#[cfg(target_os = "linux")]
use std::time::Duration;

use callboard_desk::bridge::{
    Command, Counts, Lack, LinkView, PauseFor, Place, ToastAction, ToastId, UnreadTicket, Update,
};
use tauri::image::Image;
use tauri::menu::{IsMenuItem, Menu, MenuItem, PredefinedMenuItem};
use tauri::tray::{TrayIcon, TrayIconBuilder};
use tauri::{AppHandle, Manager, Theme, Wry, async_runtime};
#[cfg(target_os = "linux")]
use tokio::time::sleep;
use tracing::warn;

#[cfg(target_os = "linux")]
use self::host::{Comings, Panel};
use self::state::{Facts, SIDE};
use crate::bridge::Bridge;
use crate::habits::Chosen;
use crate::places::Places;
use crate::window::{self, MAIN};

/// How the ids of menu items begin that lead to a ticket.
const TICKET: &str = "ticket/";

/// What stands in the menu besides tickets: id and words. Empty words are a line.
const ITEMS: [(&str, &str); 9] = [
    ("", ""),
    ("open", "Open Callboard"),
    ("outbox", "Open the outbox"),
    ("", ""),
    ("pause/15", "Pause alerts for 15 minutes"),
    ("pause/60", "Pause alerts for 60 minutes"),
    ("pause/over", "End the pause"),
    ("reset", "Reset the window"),
    ("quit", "Quit"),
];

/// The longest name of a ticket in the menu, in characters; the rest is cut.
const NAME_CHARS_MAX: usize = 60;

/// A panel that does not answer is asked again after this.
#[cfg(target_os = "linux")]
const ASK_AGAIN: Duration = Duration::from_secs(3);

/// The icon, once somebody shows it.
#[derive(Clone)]
pub(crate) struct Tray {
    app: AppHandle<Wry>,
    inner: Arc<Mutex<Inner>>,
}

#[derive(Default)]
struct Inner {
    facts: Facts,
    latest: Vec<UnreadTicket>,
    made: Option<Made>,
}

/// What there is on the desktop. Only the main thread touches it.
struct Made {
    icon: TrayIcon<Wry>,
    menu: Menu<Wry>,
    status: MenuItem<Wry>,
    latest: Vec<MenuItem<Wry>>,
    drawn: Facts,
}

impl Tray {
    pub(crate) fn new(app: &AppHandle<Wry>) -> Self {
        Self { app: app.clone(), inner: Arc::default() }
    }

    /// Shows the icon as soon as somebody would show it; says so once where nobody does.
    #[cfg(target_os = "linux")]
    pub(crate) fn begin(&self) {
        let tray = self.clone();
        async_runtime::spawn(async move {
            let mut comings = Comings::listen().await;
            let mut is_told = false;
            loop {
                let panel = Panel::now().await;
                if panel == Panel::Shows {
                    // Once made, it comes back by itself when a panel does.
                    return tray.draw();
                }
                if !std::mem::replace(&mut is_told, true) {
                    let reason = "Its panel has no place for them.".to_owned();
                    tray.app.state::<Bridge>().lacks(Lack::Tray, reason);
                    window::raise_hidden(&tray.app);
                }
                let Some(listening) = &mut comings else { return };
                tokio::select! {
                    biased;
                    came = listening.next() => if came.is_none() { return },
                    // Whoever was only slow says nothing when it is not any more.
                    () = sleep(ASK_AGAIN), if panel == Panel::IsSilent => {}
                }
            }
        });
    }

    /// The other desktops all have a place for it.
    #[cfg(not(target_os = "linux"))]
    pub(crate) fn begin(&self) {
        self.draw();
    }

    /// How much is unread, and the last few of it.
    pub(crate) fn badge(&self, count: u32, latest: Vec<UnreadTicket>) {
        let mut inner = self.inner();
        (inner.facts.unread, inner.latest) = (count, latest);
        drop(inner);
        self.redraw();
    }

    /// How the program stands with the server.
    pub(crate) fn link(&self, link: &LinkView) {
        self.learn(|facts| facts.take_link(link));
    }

    /// The numbers of the status bar.
    pub(crate) fn counts(&self, counts: &Counts) {
        self.learn(|facts| facts.take_counts(counts));
    }

    fn learn(&self, take: impl FnOnce(&mut Facts)) {
        let mut inner = self.inner();
        let before = inner.facts;
        take(&mut inner.facts);
        let is_new = inner.facts != before;
        drop(inner);
        if is_new {
            self.redraw();
        }
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn redraw(&self) {
        if self.inner().made.is_some() {
            self.draw();
        }
    }

    /// Makes what is missing and brings it up to date, on the main thread. Never waits.
    fn draw(&self) {
        let tray = self.clone();
        let drawn = self.app.run_on_main_thread(move || {
            if let Err(error) = tray.draw_here() {
                warn!(%error, "the icon in the panel is not what it should be");
            }
        });
        if let Err(error) = drawn {
            warn!(%error, "nobody draws the icon");
        }
    }

    fn draw_here(&self) -> tauri::Result<()> {
        let app = &self.app;
        let is_dark = app.get_webview_window(MAIN).is_none_or(|main| main.theme().is_ok_and(is_dark));
        let mut inner = self.inner();
        let (facts, latest) = (inner.facts, inner.latest.clone());
        if inner.made.is_none() {
            inner.made = Some(make(app, facts, is_dark)?);
        }
        let Some(made) = &mut inner.made else { return Ok(()) };
        made.status.set_text(facts.words())?;
        if made.drawn.state() != facts.state() {
            made.icon.set_icon(Some(picture(facts, is_dark)))?;
            made.icon.set_tooltip(Some(facts.state().name()))?;
        }
        made.icon.set_title(Some(label(facts)))?;
        made.drawn = facts;
        for item in made.latest.drain(..) {
            made.menu.remove(&item)?;
        }
        for (place, unread) in latest.iter().enumerate() {
            let id = format!("{TICKET}{}", unread.about.ticket);
            let item = MenuItem::with_id(app, id, name(unread), true, None::<&str>)?;
            made.menu.insert(&item, place + 1)?;
            made.latest.push(item);
        }
        Ok(())
    }
}

fn is_dark(theme: Theme) -> bool {
    theme == Theme::Dark
}

fn make(app: &AppHandle<Wry>, facts: Facts, is_dark: bool) -> tauri::Result<Made> {
    let status = MenuItem::with_id(app, "status", facts.words(), false, None::<&str>)?;
    let menu = Menu::with_items(app, &[&status])?;
    for (id, words) in ITEMS {
        let item: Box<dyn IsMenuItem<Wry>> = match words {
            "" => Box::new(PredefinedMenuItem::separator(app)?),
            words => Box::new(MenuItem::with_id(app, id, words, true, None::<&str>)?),
        };
        menu.append(&*item)?;
    }
    // One id per process: the picture lies in a file of that name, and two consoles must not draw into one.
    let builder = TrayIconBuilder::with_id(format!("callboard-{}", std::process::id()))
        .icon(picture(facts, is_dark))
        .tooltip(facts.state().name())
        .title(label(facts))
        .menu(&menu)
        .show_menu_on_left_click(true)
        .on_menu_event(|app, event| choose(app, event.id().as_ref()));
    let icon = builder.build(app)?;
    Ok(Made { icon, menu, status, latest: Vec::new(), drawn: facts })
}

fn picture(facts: Facts, is_dark: bool) -> Image<'static> {
    Image::new_owned(facts.state().picture(is_dark), SIDE, SIDE)
}

/// What stands beside the icon where there is room.
fn label(facts: Facts) -> String {
    if facts.unread == 0 { String::new() } else { facts.unread.to_string() }
}

/// A ticket's name in the menu: text, whatever it looks like.
fn name(unread: &UnreadTicket) -> String {
    let whole = format!("{} {}", unread.about.number, unread.about.title);
    let plain = whole.chars().map(|one| if one.is_control() { ' ' } else { one });
    let cut: String = plain.take(NAME_CHARS_MAX).collect();
    // An ampersand alone would underline the letter behind it.
    cut.replace('&', "&&")
}

/// The person chose something in the menu.
fn choose(app: &AppHandle<Wry>, id: &str) {
    let bridge = app.state::<Bridge>();
    let pause = |pause| {
        if let Err(error) = bridge.send(MAIN, Command::PauseAlerts { pause }) {
            warn!(code = error.code, "alerts go on as before");
        }
    };
    match id {
        "open" => window::raise(app, None),
        "outbox" => {
            window::raise(app, None);
            bridge.tell(MAIN, Update::Show(Place::Outbox));
        }
        "pause/15" => pause(PauseFor::Minutes { minutes: 15 }),
        "pause/60" => pause(PauseFor::Minutes { minutes: 60 }),
        "pause/over" => pause(PauseFor::Over),
        "reset" => {
            app.state::<Places>().forget();
            window::reset(app);
        }
        "quit" => app.exit(0),
        other => {
            if let Some(ticket) = other.strip_prefix(TICKET) {
                bridge.click(ToastId::Ticket(ticket.into()), 0, ToastAction::Open);
            }
        }
    }
}

/// The person closes the main window: it is hidden as long as an icon leads back to it and nobody chose otherwise, and
/// gone else.
pub(crate) fn close_main(app: &AppHandle<Wry>) {
    let app = app.clone();
    async_runtime::spawn(async move {
        let leads_back = app.state::<Chosen>().now().closing_hides && is_there().await;
        let Some(main) = app.get_webview_window(MAIN) else { return };
        let done = if leads_back { main.hide() } else { main.destroy() };
        if let Err(error) = done {
            warn!(%error, "the window does not close");
        }
    });
}

#[cfg(target_os = "linux")]
async fn is_there() -> bool {
    Panel::now().await == Panel::Shows
}

#[cfg(not(target_os = "linux"))]
async fn is_there() -> bool {
    true
}

#[cfg(test)]
mod tests {
    use callboard_desk::bridge::{About, Severity};

    use super::*;

    /// CO-23
    #[test]
    fn a_hostile_title_is_text_in_the_menu() {
        let title = format!("R&D\n<b>{}", "x".repeat(100));
        let about = About { ticket: "t1".into(), number: "T-1".into(), title: title.into() };
        let unread = UnreadTicket { about, kinds: [].into(), count: 1, at: 0, severity: Severity::Normal };
        let name = name(&unread);
        assert!(name.starts_with("T-1 R&&D <b>x") && !name.contains('\n'), "{name}");
        assert!(name.chars().count() <= NAME_CHARS_MAX + 1);
    }
}
