//! What is asked of the machine around the windows: toasts, sounds, the badge, attention.
//!
//! A toast has a name that stays: the next one of the same name takes its place. What is clicked comes back with the
//! toast's name and the number that it had, so that a button never means more than what stood on it.
//!
//! **Invariant:** a signal is carried out as it comes; nothing is left to be decided.

use std::sync::Arc;

use callboard_model::TicketId;
use serde::{Deserialize, Serialize};

use super::activity::UnreadTicket;
use super::alert::{SoundClass, ToastLevel};

/// The most unread tickets that come with the badge, for a menu.
pub const LATEST_MAX: usize = 5;

/// One thing that is asked of the machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(tag = "is", content = "value", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Signal {
    /// Show a toast, in the place of the one of the same name.
    Toast(Toast),
    /// Take a toast away, wherever it is.
    Withdraw(ToastId),
    /// Play a sound.
    Sound(SoundClass),
    /// Say on the program's icon how much is unread.
    Badge {
        /// How many tickets.
        count: u32,
        /// The last few of them, newest first; at most [`LATEST_MAX`].
        latest: Vec<UnreadTicket>,
    },
    /// Have the window ask to be looked at.
    Attention,
    /// Bring a window to the front; without a name, open one.
    Raise {
        /// Which.
        #[cfg_attr(feature = "ts", ts(type = "string | null"))]
        window: Option<Arc<str>>,
    },
}

/// What tells a toast from the others. There is at most one of each.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(tag = "of", content = "ticket", rename_all = "camelCase")]
pub enum ToastId {
    /// A ticket's.
    Ticket(#[cfg_attr(feature = "ts", ts(type = "string"))] TicketId),
    /// The one that sums up what is too much to be told one by one.
    Summary,
    /// How the link stands.
    Link,
    /// The server does not accept our key.
    SignIn,
}

/// A toast of the machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Toast {
    /// Its name.
    pub id: ToastId,
    /// Counts up; what is clicked comes back with it.
    pub rev: u32,
    /// The first line.
    pub title: String,
    /// The rest. Plain text, whatever it looks like.
    pub body: String,
    /// The buttons; a click on the toast itself is [`ToastAction::Open`].
    pub buttons: Vec<ToastButton>,
    /// How loudly it asks; never [`ToastLevel::None`].
    pub level: ToastLevel,
    /// Whether one of the same name is out still.
    pub replaces: bool,
}

/// A button of a toast.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ToastButton {
    /// What it does.
    pub action: ToastAction,
    /// What stands on it.
    pub label: String,
}

/// What a click on a toast does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum ToastAction {
    /// Shows what it is about.
    Open,
    /// Settles the conflict: theirs stands.
    TakeTheirs,
    /// Settles the conflict: ours stands.
    KeepYours,
    /// Nothing: the person waved it away.
    Dismiss,
}
