//! The machine around the windows: carries out what the desk asks of it.
//!
//! **Invariant:** nothing here waits, and nothing is decided.

use callboard_desk::bridge::{Lack, Notice, Signal, Update};
use tauri::{AppHandle, Manager, UserAttentionType, Wry};
use tracing::warn;

use crate::bridge::{Bridge, Machine};
use crate::habits::Chosen;
use crate::profiles;
use crate::sounds::Sounds;
use crate::toasts::{Toasts, Told};
use crate::tray::Tray;
use crate::window::{self, MAIN};

/// The desktop of the person.
pub(crate) struct Desktop {
    app: AppHandle<Wry>,
    toasts: Toasts,
    tray: Tray,
    sounds: Sounds,
}

impl Desktop {
    pub(crate) fn new(app: &AppHandle<Wry>) -> Self {
        let (clicked, failed, unheard) = (app.clone(), app.clone(), app.clone());
        let toasts = Toasts::new(Told {
            clicked: Box::new(move |toast, rev, action| clicked.state::<Bridge>().click(toast, rev, action)),
            failed: Box::new(move |reason| failed.state::<Bridge>().lacks(Lack::Toasts, reason)),
        });
        let tray = Tray::new(app);
        tray.begin();
        let sounds = Sounds::new(move |reason| unheard.state::<Bridge>().lacks(Lack::Sound, reason));
        Self { app: app.clone(), toasts, tray, sounds }
    }

    /// Has the main window ask to be looked at.
    fn attention(&self) {
        let app = self.app.clone();
        let asked = self.app.run_on_main_thread(move || {
            let window = app.get_webview_window(MAIN);
            let asked = window.map(|window| window.request_user_attention(Some(UserAttentionType::Critical)));
            if let Some(Err(error)) = asked {
                warn!(%error, "the window asks nobody to look at it");
            }
        });
        if let Err(error) = asked {
            warn!(%error, "nobody asks for attention");
        }
    }
}

impl Machine for Desktop {
    fn carry(&self, signal: Signal) {
        match signal {
            Signal::Toast(toast) => self.toasts.show(toast),
            Signal::Withdraw(id) => self.toasts.withdraw(&id),
            Signal::Attention => self.attention(),
            Signal::Raise { window } => window::raise(&self.app, window.as_deref()),
            Signal::Sound(class) => self.sounds.play(class, self.app.state::<Chosen>().now().volume),
            Signal::Badge { count, latest } => self.tray.badge(count, latest),
        }
    }

    fn see(&self, update: &Update) {
        match update {
            Update::Link(link) => self.tray.link(link),
            Update::Counts(counts) => self.tray.counts(counts),
            Update::Notice(Notice::SignedOut { trouble }) => {
                profiles::signed_out(&self.app, trouble.is_none());
            }
            _ => {}
        }
    }
}
