//! Toasts on the other desktops, by notify-rust.
//!
//! Whoever shows one there can only wait for it, on a thread: it is neither replaced nor taken away from here.
//!
//! **Invariant:** an answer to a toast that is no longer the wanted one is dropped with its channel.

use std::thread;

use callboard_desk::bridge::{Toast, ToastAction};
use notify_rust::error::Error;
use notify_rust::{Notification, NotificationResponse};
use tokio::sync::{mpsc, oneshot};

use super::{DEFAULT, ICON, PROGRAM, action_of, buttons};

/// A place for one toast at a time.
pub(super) struct Outlet {
    answers: Option<mpsc::Receiver<ToastAction>>,
}

impl Outlet {
    pub(super) async fn open() -> Result<Self, Error> {
        Ok(Self { answers: None })
    }

    /// Shows a toast. Gives back what the person did to the one before it.
    pub(super) async fn show(&mut self, toast: &Toast) -> Result<Option<ToastAction>, Error> {
        let missed = self.answers.take().and_then(|mut answers| answers.try_recv().ok());
        let mut wanted = Notification::new();
        wanted.appname(PROGRAM).icon(ICON).summary(&toast.title).body(&toast.body);
        for button in buttons(toast).chunks_exact(2) {
            wanted.action(&button[0], &button[1]);
        }
        let (shown, is_shown) = oneshot::channel();
        let (answer, answers) = mpsc::channel(1);
        thread::spawn(move || {
            let handle = match wanted.show() {
                Ok(handle) => handle,
                Err(error) => return drop(shown.send(Err(error))),
            };
            drop(shown.send(Ok(())));
            // An error is the end of the toast like any other.
            let _end = handle.wait_for_response(|response: &NotificationResponse| {
                let action = match response {
                    NotificationResponse::Default => ToastAction::Open,
                    NotificationResponse::Action(key) if key == DEFAULT => ToastAction::Open,
                    NotificationResponse::Action(key) => action_of(key),
                    NotificationResponse::Reply(_) | NotificationResponse::Closed(_) => ToastAction::Dismiss,
                };
                drop(answer.try_send(action));
            });
        });
        // Whoever shows answers before it goes.
        is_shown.await.unwrap_or(Ok(()))?;
        self.answers = Some(answers);
        Ok(missed)
    }

    /// Waits for what the person does to the toast that is out.
    pub(super) async fn answer(&mut self) -> ToastAction {
        match &mut self.answers {
            Some(answers) => answers.recv().await.unwrap_or(ToastAction::Dismiss),
            None => ToastAction::Dismiss,
        }
    }

    /// It stands until the person or the desktop takes it away.
    pub(super) async fn close(self) {}
}
