//! Toasts of the machine: one per name, replaced in place, closed when they are read (CO-15).
//!
//! Each toast that is out is a task of its own. It is told what the toast shall be through a channel that keeps the
//! newest wish alone, so that a slow desktop is never handed what nobody wants any more.
//!
//! **Invariant:** what is clicked comes back with the number of the toast that was on screen; and no word of a ticket
//! is ever markup.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use callboard_desk::bridge::{Toast, ToastAction, ToastId, ToastLevel};
use notify_rust::{Notification, NotificationHandle, NotificationResponse, Urgency};
use tauri::async_runtime;
use tokio::sync::watch;

/// What stands on a toast as its sender.
const PROGRAM: &str = "Callboard";

/// The name under which an icon of ours is installed.
const ICON: &str = "callboard";

/// The key of a click on the toast itself, by the desktop's convention.
const DEFAULT: &str = "default";

/// The buttons, as the desktop calls them.
const KEYS: [(ToastAction, &str); 3] = [
    (ToastAction::Open, "open"),
    (ToastAction::TakeTheirs, "take-theirs"),
    (ToastAction::KeepYours, "keep-yours"),
];

/// Who is told what becomes of toasts.
pub(crate) struct Told {
    /// The person clicked: which toast, its number, what.
    pub(crate) clicked: Box<dyn Fn(ToastId, u32, ToastAction) + Send + Sync>,
    /// A toast could not be shown, and why.
    pub(crate) failed: Box<dyn Fn(String) + Send + Sync>,
}

/// What a toast shall be; `None`: gone.
type Wish = Option<Toast>;

/// The toasts that are out: at most as many as the desk remembers. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Toasts {
    living: Arc<Mutex<HashMap<ToastId, watch::Sender<Wish>>>>,
    told: Arc<Told>,
}

impl Toasts {
    pub(crate) fn new(told: Told) -> Self {
        Self { living: Arc::default(), told: Arc::new(told) }
    }

    /// Shows a toast, in the place of the one of the same name. Never waits.
    pub(crate) fn show(&self, toast: Toast) {
        match self.living().entry(toast.id.clone()) {
            Entry::Occupied(living) => {
                living.get().send_replace(Some(toast));
            }
            Entry::Vacant(free) => {
                let id = toast.id.clone();
                let (wish, wishes) = watch::channel(Some(toast));
                free.insert(wish);
                async_runtime::spawn(self.clone().live(id, wishes));
            }
        }
    }

    /// Takes a toast away, wherever it is. Never waits.
    pub(crate) fn withdraw(&self, id: &ToastId) {
        if let Some(living) = self.living().get(id) {
            living.send_replace(None);
        }
    }

    fn living(&self) -> MutexGuard<'_, HashMap<ToastId, watch::Sender<Wish>>> {
        self.living.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The life of a name: as long as something shall be shown under it.
    async fn live(self, id: ToastId, mut wishes: watch::Receiver<Wish>) {
        let mut out: Option<NotificationHandle> = None;
        loop {
            let wish = wishes.borrow_and_update().clone();
            let Some(toast) = wish else {
                if let Some(shown) = out.take() {
                    shown.close_async().await;
                }
                if self.ends(&id, &wishes) {
                    return;
                }
                continue;
            };
            match self.be(&toast, out.take(), &mut wishes).await {
                Ok(shown) => out = shown,
                Err(error) => (self.told.failed)(error.to_string()),
            }
            if out.is_none() && self.ends(&id, &wishes) {
                return;
            }
        }
    }

    /// Shows a toast until something happens. Gives it back if that was another wish.
    async fn be(
        &self,
        toast: &Toast,
        before: Option<NotificationHandle>,
        wishes: &mut watch::Receiver<Wish>,
    ) -> notify_rust::error::Result<Option<NotificationHandle>> {
        let abilities = Abilities::ask().await;
        let shown = notification(toast, abilities, before.as_ref().map(NotificationHandle::id));
        let shown = shown.show_async().await?;
        // Only now: some desktops take a toast away with the connection that it came by.
        drop(before);
        let mut response = None;
        tokio::select! {
            biased;
            // It cannot be an error: whoever shows holds the other end.
            _ = wishes.changed() => return Ok(Some(shown)),
            () = shown.wait_for_action_async(|heard| response = Some(heard.clone())) => {}
        }
        let action = match response.as_ref() {
            Some(NotificationResponse::Default) => ToastAction::Open,
            Some(NotificationResponse::Action(key)) => action_of(key),
            // Gone, whoever closed it; or the bus itself is.
            Some(NotificationResponse::Reply(_) | NotificationResponse::Closed(_)) | None => {
                ToastAction::Dismiss
            }
        };
        if action != ToastAction::Dismiss {
            // Not every desktop takes a toast away that was clicked.
            shown.close_async().await;
        }
        (self.told.clicked)(toast.id.clone(), toast.rev, action);
        Ok(None)
    }

    /// Forgets a name, unless something is wanted of it again.
    fn ends(&self, id: &ToastId, wishes: &watch::Receiver<Wish>) -> bool {
        let mut living = self.living();
        let ends = !wishes.has_changed().unwrap_or(false);
        if ends {
            living.remove(id);
        }
        ends
    }
}

/// What the desktop's toasts can do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Abilities {
    /// They have buttons, and can be clicked.
    actions: bool,
    /// They read markup in the body.
    markup: bool,
}

impl Abilities {
    /// Asks. Whoever does not answer can do nothing.
    #[cfg(target_os = "linux")]
    async fn ask() -> Self {
        const NAME: &str = "org.freedesktop.Notifications";
        const PATH: &str = "/org/freedesktop/Notifications";
        let answer = async {
            let bus = zbus::Connection::session().await?;
            let reply = bus.call_method(Some(NAME), PATH, Some(NAME), "GetCapabilities", &()).await?;
            reply.body().deserialize::<Vec<String>>()
        };
        let can = answer.await.unwrap_or_default();
        let has = |ability: &str| can.iter().any(|known| known == ability);
        Self { actions: has("actions"), markup: has("body-markup") }
    }

    /// The other desktops have buttons and no markup.
    #[cfg(not(target_os = "linux"))]
    async fn ask() -> Self {
        Self { actions: true, markup: false }
    }
}

/// A toast as the desktop wants it.
fn notification(toast: &Toast, can: Abilities, replaces: Option<u32>) -> Notification {
    let mut notification = Notification::new();
    let body = if can.markup { escaped(&toast.body) } else { toast.body.clone() };
    notification.appname(PROGRAM).icon(ICON).summary(&toast.title).body(&body).urgency(match toast.level {
        ToastLevel::None | ToastLevel::Quiet => Urgency::Low,
        ToastLevel::Normal => Urgency::Normal,
        ToastLevel::Urgent => Urgency::Critical,
    });
    if can.actions {
        notification.action(DEFAULT, "Open");
        for button in &toast.buttons {
            if let Some((_, key)) = KEYS.iter().find(|(action, _)| *action == button.action) {
                notification.action(key, &button.label);
            }
        }
    }
    if let Some(id) = replaces {
        notification.id(id);
    }
    notification
}

/// What a key means. One that we never gave away is no decision.
fn action_of(key: &str) -> ToastAction {
    KEYS.iter().find(|(_, known)| *known == key).map_or(ToastAction::Open, |(action, _)| *action)
}

/// Words that stay words where markup is read.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use callboard_desk::bridge::ToastButton;

    use super::*;

    fn toast(body: &str) -> Toast {
        let label = "Take theirs: Waiting".to_owned();
        Toast {
            id: ToastId::Ticket("t1".into()),
            rev: 7,
            title: "T-1 <b>Printer</b>".to_owned(),
            body: body.to_owned(),
            buttons: vec![ToastButton { action: ToastAction::TakeTheirs, label }],
            level: ToastLevel::Urgent,
            replaces: false,
        }
    }

    /// CO-23
    #[test]
    fn words_of_a_ticket_are_never_markup() {
        let hostile = "<a href=\"x\">R&D</a>";
        let can = Abilities { markup: true, actions: false };
        let shown = notification(&toast(hostile), can, None);
        assert_eq!(shown.body, "&lt;a href=\"x\"&gt;R&amp;D&lt;/a&gt;");
        // The first line is never read as markup.
        assert_eq!(shown.summary, "T-1 <b>Printer</b>");
        assert_eq!(notification(&toast(hostile), Abilities::default(), None).body, hostile);
    }

    /// CO-15
    #[test]
    fn buttons_stand_only_where_the_desktop_has_some() {
        let shown = |actions| notification(&toast(""), Abilities { actions, markup: false }, None).actions;
        assert!(shown(false).is_empty());
        assert_eq!(shown(true), ["default", "Open", "take-theirs", "Take theirs: Waiting"]);
        for (action, key) in KEYS {
            assert_eq!(action_of(key), action);
        }
        assert_eq!(action_of("drop-tables"), ToastAction::Open);
    }
}
