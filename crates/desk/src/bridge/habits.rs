//! How the program behaves on this machine: its window, its start, its sounds. The shell keeps and answers this, not the
//! desk.
//!
//! **Invariant:** it concerns the machine and not the account: it is the same whoever is signed in.

use serde::{Deserialize, Serialize};

/// The loudest.
pub const VOLUME_MAX: u8 = 100;

/// What the person chose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase", default)]
pub struct Habits {
    /// Closing the main window hides it, as long as an icon in the panel leads back to it. Otherwise the program ends.
    pub closing_hides: bool,
    /// Where the program starts with the person's session, it starts unseen.
    pub starts_unseen: bool,
    /// How loud sounds are: 0, nothing is heard, to [`VOLUME_MAX`].
    pub volume: u8,
}

impl Default for Habits {
    fn default() -> Self {
        Self { closing_hides: true, starts_unseen: true, volume: 70 }
    }
}

/// What the person chose, and what came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct HabitsView {
    /// What was chosen.
    pub habits: Habits,
    /// Whether the program starts with the person's session.
    pub autostart: Autostart,
    /// Why the last choice is gone with the program, or did not come about; `None`: it is kept.
    pub not_kept: Option<String>,
    /// The folder of the log, for whoever is asked for it.
    pub log_folder: String,
}

/// Whether the program starts with the person's session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(tag = "is", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Autostart {
    /// It does.
    On,
    /// It does not.
    Off,
    /// This machine has no way to say so.
    Unable {
        /// Why, for people.
        reason: String,
    },
}
