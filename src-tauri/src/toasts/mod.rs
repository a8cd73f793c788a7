//! Toasts of the machine: one per name, replaced in place, closed when they are read (CO-15).
//!
//! | module | holds |
//! |---|---|
//! | `linux` | toasts over the session bus |
//! | `elsewhere` | toasts of the other desktops |
//!
//! Each toast that is out is a task of its own. It is told what the toast shall be through a channel that keeps the
//! newest wish alone, so that a slow desktop is never handed what nobody wants any more.
//!
//! **Invariant:** what is clicked comes back with the number of the toast that was on screen; and no word of a ticket
//! is ever markup.

#[cfg(not(target_os = "linux"))]
mod elsewhere;
#[cfg(target_os = "linux")]
mod linux;

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use callboard_desk::bridge::{Toast, ToastAction, ToastId};
use tauri::async_runtime;
use tokio::select;
use tokio::sync::watch;

#[cfg(not(target_os = "linux"))]
use self::elsewhere::Outlet;
#[cfg(target_os = "linux")]
use self::linux::Outlet;

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

/// What a desktop has against showing one.
type Trouble = Box<dyn std::error::Error + Send + Sync>;

/// A toast that is on screen.
struct Out {
    outlet: Outlet,
    toast: Toast,
}

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
        let mut out = None;
        loop {
            let wish = wishes.borrow_and_update().clone();
            match (wish, out.take()) {
                (Some(toast), before) => out = self.be(toast, before, &mut wishes).await,
                (None, Some(Out { outlet, .. })) => outlet.close().await,
                (None, None) => {}
            }
            if out.is_none() && self.ends(&id, &wishes) {
                return;
            }
        }
    }

    /// Shows a toast until something happens. Gives it back if that was another wish.
    async fn be(&self, toast: Toast, before: Option<Out>, wishes: &mut watch::Receiver<Wish>) -> Option<Out> {
        let mut out = match self.put(toast, before).await {
            Ok(out) => out,
            Err(error) => {
                (self.told.failed)(error.to_string());
                return None;
            }
        };
        let action = select! {
            biased;
            // It cannot be an error: whoever shows holds the other end.
            _ = wishes.changed() => return Some(out),
            action = out.outlet.answer() => action,
        };
        if action != ToastAction::Dismiss {
            // Not every desktop takes a toast away that was clicked.
            out.outlet.close().await;
        }
        (self.told.clicked)(out.toast.id, out.toast.rev, action);
        None
    }

    /// Has a toast on screen, and tells what the person did meanwhile to the one that stood there.
    async fn put(&self, toast: Toast, before: Option<Out>) -> Result<Out, Trouble> {
        let (mut outlet, before) = match before {
            Some(Out { outlet, toast }) => (outlet, Some(toast)),
            None => (Outlet::open().await?, None),
        };
        if let (Some(action), Some(before)) = (outlet.show(&toast).await?, before) {
            (self.told.clicked)(before.id, before.rev, action);
        }
        Ok(Out { outlet, toast })
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

/// The keys of a toast's buttons, and what stands on them, in turns; the first one is the toast itself.
fn buttons(toast: &Toast) -> Vec<&str> {
    let mut all = vec![DEFAULT, "Open"];
    for button in &toast.buttons {
        if let Some((_, key)) = KEYS.iter().find(|(action, _)| *action == button.action) {
            all.extend([*key, &*button.label]);
        }
    }
    all
}

/// What a key means. One that we never gave away is no decision.
fn action_of(key: &str) -> ToastAction {
    KEYS.iter().find(|(_, known)| *known == key).map_or(ToastAction::Open, |(action, _)| *action)
}

#[cfg(test)]
mod tests {
    use callboard_desk::bridge::{ToastButton, ToastLevel};

    use super::*;

    /// One with a hostile first line and a button.
    pub(super) fn toast(body: &str) -> Toast {
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

    /// CO-15
    #[test]
    fn a_button_leads_back_to_what_it_says() {
        assert_eq!(buttons(&toast("")), ["default", "Open", "take-theirs", "Take theirs: Waiting"]);
        for (action, key) in KEYS {
            assert_eq!(action_of(key), action);
        }
        assert_eq!(action_of("drop-tables"), ToastAction::Open);
    }
}
