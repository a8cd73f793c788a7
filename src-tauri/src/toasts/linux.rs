//! Toasts over the session bus, as the desktops' notification specification has it (decision 034).
//!
//! The bus is listened to before anything is shown: an answer can come as soon as a toast stands there, and desktops send
//! it to nobody but the connection that asked for the toast.
//!
//! **Invariant:** what the person did is told of the toast that was on screen when they did it, and nothing of it is lost
//! between one toast and the next in its place.

use std::collections::{HashMap, VecDeque};

use callboard_desk::bridge::{Toast, ToastAction, ToastLevel};
use futures_util::StreamExt as _;
use tokio::select;
use zbus::message::{Message, Sequence, Type};
use zbus::{Connection, MatchRule, MessageStream, Variant};

use super::{DEFAULT, ICON, PROGRAM, action_of, buttons};

/// Whoever shows toasts, and what they speak.
const NAME: &str = "org.freedesktop.Notifications";
const PATH: &str = "/org/freedesktop/Notifications";

/// How long a toast stands is the desktop's choice.
const AS_LONG_AS_USUAL: i32 = -1;

/// A place for one toast at a time, with a connection of its own.
pub(super) struct Outlet {
    bus: Connection,
    words: MessageStream,
    can: Abilities,
    /// The toast that is out.
    out: Option<u32>,
    /// What was heard of it already.
    early: VecDeque<Answer>,
}

/// What the desktop said about a toast.
struct Answer {
    toast: u32,
    action: ToastAction,
    at: Sequence,
}

impl Outlet {
    /// Listens, and asks what toasts can do here.
    pub(super) async fn open() -> zbus::Result<Self> {
        let bus = Connection::session().await?;
        let signals = MatchRule::builder().msg_type(Type::Signal).interface(NAME).path(PATH).build()?;
        let words = MessageStream::for_match_rule(signals, &bus, None).await?;
        let can = Abilities::ask(&bus).await;
        Ok(Self { bus, words, can, out: None, early: VecDeque::new() })
    }

    /// Shows a toast in the place of the one that is out. Gives back what the person did to that one until then.
    pub(super) async fn show(&mut self, toast: &Toast) -> zbus::Result<Option<ToastAction>> {
        let before = self.out;
        let (reply, mut heard) = self.ask(toast, before.unwrap_or(0)).await?;
        let (id, since) = (reply.body().deserialize::<u32>()?, reply.recv_position());
        self.out = Some(id);
        // The number alone does not tell them apart: in its place the next one has the same.
        let is_before = |answer: &Answer| Some(answer.toast) == before && answer.at < since;
        let missed = heard.iter().find(|answer| is_before(answer)).map(|answer| answer.action);
        heard.retain(|answer| answer.toast == id && !is_before(answer));
        self.early = heard;
        Ok(missed)
    }

    /// Waits for what the person does to the toast that is out. May be called again when it was not waited for.
    pub(super) async fn answer(&mut self) -> ToastAction {
        loop {
            let answer = match self.early.pop_front() {
                Some(answer) => Some(answer),
                None => match self.words.next().await {
                    Some(Ok(word)) => Answer::of(&word),
                    // The bus is gone, and all toasts with it.
                    Some(Err(_)) | None => return ToastAction::Dismiss,
                },
            };
            if let Some(answer) = answer
                && Some(answer.toast) == self.out
            {
                return answer.action;
            }
        }
    }

    /// Takes the toast away that is out.
    pub(super) async fn close(self) {
        if let Some(id) = self.out {
            // It may be gone already, and then the desktop says so.
            let _gone = self.bus.call_method(Some(NAME), PATH, Some(NAME), "CloseNotification", &id).await;
        }
    }

    /// Has the desktop show a toast. Gives back its answer, and what else was heard until that came.
    async fn ask(&mut self, toast: &Toast, replaces: u32) -> zbus::Result<(Message, VecDeque<Answer>)> {
        let body = self.can.body_of(toast);
        let buttons = if self.can.buttons { buttons(toast) } else { Vec::new() };
        let urgency = match toast.level {
            ToastLevel::None | ToastLevel::Quiet => 0_u8,
            ToastLevel::Normal => 1,
            ToastLevel::Urgent => 2,
        };
        let hints = HashMap::from([("urgency", Variant::from(urgency))]);
        let wish = (PROGRAM, replaces, ICON, &toast.title, body, buttons, hints, AS_LONG_AS_USUAL);
        let asked = self.bus.call_method(Some(NAME), PATH, Some(NAME), "Notify", &wish);
        tokio::pin!(asked);
        let mut heard = VecDeque::new();
        loop {
            // All the while: a connection that nobody listens to stands still, and its replies with it.
            select! {
                biased;
                Some(word) = self.words.next() => heard.extend(Answer::of(&word?)),
                reply = &mut asked => return Ok((reply?, heard)),
            }
        }
    }
}

impl Answer {
    /// What a word of the desktop says, if it is about a toast.
    fn of(word: &Message) -> Option<Self> {
        let header = word.header();
        let (toast, action) = match header.member()?.as_str() {
            "ActionInvoked" => {
                let (toast, key) = word.body().deserialize::<(u32, String)>().ok()?;
                (toast, if key == DEFAULT { ToastAction::Open } else { action_of(&key) })
            }
            "NotificationClosed" => {
                let (toast, _reason) = word.body().deserialize::<(u32, u32)>().ok()?;
                (toast, ToastAction::Dismiss)
            }
            _ => return None,
        };
        Some(Self { toast, action, at: word.recv_position() })
    }
}

/// What the desktop's toasts can do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Abilities {
    /// They have buttons, and can be clicked.
    buttons: bool,
    /// They read markup in the body.
    markup: bool,
}

impl Abilities {
    /// Asks. Whoever does not answer can do nothing.
    async fn ask(bus: &Connection) -> Self {
        let answer = bus.call_method(Some(NAME), PATH, Some(NAME), "GetCapabilities", &()).await;
        let can = answer.and_then(|reply| reply.body().deserialize::<Vec<String>>()).unwrap_or_default();
        let has = |ability: &str| can.iter().any(|known| known == ability);
        Self { buttons: has("actions"), markup: has("body-markup") }
    }

    /// The words under the first line. They stay words where markup is read.
    fn body_of(self, toast: &Toast) -> String {
        if !self.markup {
            return toast.body.clone();
        }
        toast.body.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::toast;
    use super::*;

    /// CO-23
    #[test]
    fn words_of_a_ticket_are_never_markup() {
        let hostile = toast("<a href=\"x\">R&D</a>");
        let body = |markup| Abilities { markup, buttons: false }.body_of(&hostile);
        assert_eq!(body(true), "&lt;a href=\"x\"&gt;R&amp;D&lt;/a&gt;");
        assert_eq!(body(false), hostile.body);
    }
}
