//! How the program stands: with the server, with its disk, and with its work.
//!
//! **Invariant:** the live layer and the REST API are two signals; neither stands for the other.

use serde::{Deserialize, Serialize};

/// How the program stands with the server and with its disk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct LinkView {
    /// The live layer.
    pub live: Live,
    /// The REST API: the only gate on saving.
    pub reach: Reach,
    /// This machine's disk: what is typed while it takes nothing does not outlive the program.
    pub saving: Saving,
    /// Since when `live` is so, in milliseconds of the Unix epoch.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub since: i64,
    /// How long the server takes to answer on the socket, in milliseconds.
    pub lag: Option<u32>,
    /// The server's clock minus ours, in milliseconds.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub clock_offset: i64,
    /// What the server helps with.
    pub support: Support,
    /// Nothing is said of us in any room.
    pub quiet: bool,
    /// What changed is asked every half minute while the live layer is down.
    pub polling: bool,
}

/// What a server helps with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum Support {
    /// Not asked yet.
    #[default]
    Unknown,
    /// It counts versions and keeps a feed of changes: no change is missed, none is overwritten unseen.
    Full,
    /// A stock server: values are compared just before each save, and hints may be missed.
    BestEffort,
}

/// The live layer (LT-14).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum Live {
    /// The first attempt.
    Connecting,
    /// Hints arrive.
    Live,
    /// Down, trying again.
    Reconnecting,
    /// Down, five attempts failed; trying rarely.
    Unavailable,
}

/// The REST API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum Reach {
    /// Not asked yet.
    Unknown,
    /// It answers.
    Up,
    /// It does not.
    Down,
    /// It does not accept our key.
    SignedOut,
}

/// This machine's disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum Saving {
    /// It takes what we give it.
    Safe,
    /// It is full: edits are not taken, and drafts live only as long as the program.
    Full,
    /// It does not work; the same follows.
    Failing,
}

/// The numbers of the status bar, from the very rows that are held.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Counts {
    /// Open tickets.
    pub tickets: u32,
    /// Of them, critical.
    pub critical: u32,
    /// Of them, nobody's.
    pub unassigned: u32,
    /// Conflicts and refusals.
    pub needs_you: u32,
    /// Edits not yet confirmed.
    pub queued: u32,
    /// Rooms we are in.
    pub rooms: u32,
    /// Tickets on which something happened that nobody has read: the badge.
    pub unread: u32,
}
