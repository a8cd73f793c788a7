//! Who we are to which server, and which windows there are: what a window asks of the program around the desk, and what
//! it is told of it. The shell answers this, not the desk.
//!
//! **Invariant:** a key crosses once, on its way in; nothing that crosses on the way out could hold one.

use std::fmt;
use std::sync::Arc;

use callboard_model::TicketId;
use serde::{Deserialize, Serialize};

use super::alert::SoundClass;
use super::habits::{Habits, ZoomStep};

/// What a window asks of the program around the desk.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(tag = "do", rename_all = "camelCase", rename_all_fields = "camelCase", deny_unknown_fields)]
pub enum ShellCommand {
    /// Tell the profiles, now and whenever they change; answered by [`Update::Profiles`](super::Update::Profiles).
    ReadProfiles,
    /// Check a server and a key. If both are good, keep them as a profile and work with it: the window is then told
    /// everything anew. If not, [`ProfilesView::attempt`] says why.
    Connect {
        /// The address, as people type it.
        server: String,
        /// The tenant, where the key alone does not tell.
        tenant: Option<String>,
        /// The key.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        key: TypedKey,
    },
    /// Work with a company of one's own: a server inside the program, with demo tickets and simulated colleagues.
    TryHere,
    /// Work with another profile, without a restart.
    UseProfile {
        /// Which.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        profile: ProfileId,
    },
    /// Forget a profile that is not worked with: its key leaves the keyring, its files are erased. What was not sent is
    /// lost with them.
    ForgetProfile {
        /// Which.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        profile: ProfileId,
    },
    /// Pull the plug between the person and the company inside the program, or put it back: an outage to try things with.
    Plug {
        /// Whether it is to be in.
        is_in: bool,
    },
    /// Tell how the program behaves on this machine, now and whenever that changes; answered by
    /// [`Update::Habits`](super::Update::Habits).
    ReadHabits,
    /// Behave like this from now on.
    SetHabits {
        /// How.
        habits: Habits,
    },
    /// Draw larger or smaller, in all windows.
    Zoom {
        /// Which way.
        step: ZoomStep,
    },
    /// Start with the person's session, or not any more.
    StartWithSession {
        /// Whether.
        on: bool,
    },
    /// Play a sound, to hear what it is like.
    PlaySound {
        /// Which.
        class: SoundClass,
    },
    /// Show a ticket in a window of its own; one that is open already comes to the front.
    OpenWindow {
        /// The ticket.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        ticket: TicketId,
    },
}

/// A key as somebody typed it: a secret.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct TypedKey(String);

impl TypedKey {
    /// The key itself.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for TypedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TypedKey(…)")
    }
}

/// What tells one profile from another, for as long as there is a profile.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ProfileId(pub Arc<str>);

/// Every profile that there is, and what goes on with them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ProfilesView {
    /// The profiles, the last one used first.
    pub profiles: Vec<ProfileView>,
    /// The one that is worked with; `null`: none, or one that came by the environment.
    #[cfg_attr(feature = "ts", ts(type = "string | null"))]
    pub active: Option<ProfileId>,
    /// What became of the last [`ShellCommand::Connect`], [`TryHere`](ShellCommand::TryHere) or
    /// [`UseProfile`](ShellCommand::UseProfile), as long as it is not done.
    pub attempt: Option<Attempt>,
    /// Where keys are kept.
    pub keys: KeyPlace,
    /// Whether the plug of the company inside the program is in; `null`: that is not where the person works.
    pub plug: Option<bool>,
}

/// A profile, without its key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ProfileView {
    /// Which.
    #[cfg_attr(feature = "ts", ts(type = "string"))]
    pub id: ProfileId,
    /// What kind of company it leads to.
    pub kind: ProfileKind,
    /// The server's address.
    pub server: String,
    /// The tenant, where one was named.
    pub tenant: Option<String>,
    /// Whose key it is, as the server told when it was checked.
    pub user: String,
}

/// What kind of company a profile leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum ProfileKind {
    /// A real one, on a server.
    Server,
    /// One to try things with, inside the program. Its colleagues are simulated, and nothing in it is real.
    Here,
}

/// How far the program is with becoming somebody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(tag = "state", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Attempt {
    /// The server is asked, or made.
    Checking,
    /// It came to nothing; everything is as it was before.
    Failed {
        /// Why.
        code: ConnectCode,
        /// The details, for people.
        message: String,
    },
}

/// Why an attempt came to nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum ConnectCode {
    /// The address is none, or would show the key to the network.
    BadAddress,
    /// The key is none: empty, or with characters that no key has.
    BadKey,
    /// Nobody answers at the address.
    Unreachable,
    /// Somebody answers who is neither a Callboard nor an Alga PSA server.
    NotAServer,
    /// The server does not accept the key, or not for this tenant.
    KeyRefused,
    /// The server answers that it cannot answer now.
    ServerTrouble,
    /// The key of this profile is not in the keyring any more: connect again.
    KeyGone,
    /// This machine cannot do it: its disk, or its keyring.
    Machine,
}

/// Where keys are kept.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(tag = "in", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum KeyPlace {
    /// In the machine's keyring.
    #[default]
    Keyring,
    /// Nowhere but in memory, for there is no keyring: they are asked for again at the next start.
    Memory {
        /// Why, for people.
        reason: String,
    },
}

/// What a window is for; told first, before anything that it shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(tag = "shows", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum WindowKind {
    /// Everything.
    Board,
    /// One ticket and nothing else.
    Ticket {
        /// Which.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        ticket: TicketId,
    },
}

/// What the machine around the program does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum Lack {
    /// Nobody shows toasts.
    Toasts,
    /// Nobody shows the icon of a program, so closing the last window ends it.
    Tray,
    /// Nobody keeps keys.
    Keyring,
    /// Nobody plays sounds.
    Sound,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typed_key_is_never_shown() {
        let json = r#"{"do":"connect","server":"https://desk.example","tenant":null,"key":"s3cret"}"#;
        let command: ShellCommand = serde_json::from_str(json).expect("a command");
        assert!(!format!("{command:?}").contains("s3cret"));
        let ShellCommand::Connect { key, .. } = command else { panic!("another command") };
        assert_eq!(key.reveal(), "s3cret");
    }
}
