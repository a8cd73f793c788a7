//! How the program behaves on this machine: its window, its start, its sounds. The shell keeps and answers this, not the
//! desk.
//!
//! **Invariant:** it concerns the machine and not the account: it is the same whoever is signed in.

use serde::{Deserialize, Serialize};

/// The loudest.
pub const VOLUME_MAX: u8 = 100;

/// How large windows draw, in percent; there is nothing in between.
pub const ZOOMS: [u16; 8] = [80, 90, 100, 110, 125, 150, 175, 200];

/// As large as it was made.
const ZOOM: u16 = 100;

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
    /// How large windows draw: one of [`ZOOMS`].
    pub zoom: u16,
}

/// A change of how large windows draw.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum ZoomStep {
    /// One size larger, up to the largest.
    Larger,
    /// One size smaller, down to the smallest.
    Smaller,
    /// As large as it was made.
    Actual,
}

impl Habits {
    /// The same, but larger or smaller.
    #[must_use]
    pub fn zoomed(self, step: ZoomStep) -> Self {
        let next = match step {
            ZoomStep::Larger => ZOOMS.into_iter().find(|size| *size > self.zoom),
            ZoomStep::Smaller => ZOOMS.into_iter().rfind(|size| *size < self.zoom),
            ZoomStep::Actual => Some(ZOOM),
        };
        Self { zoom: next.unwrap_or(self.zoom), ..self }
    }

    /// The nearest that can be: whoever wrote this may have been another version, or a person with an editor.
    #[must_use]
    pub fn sane(self) -> Self {
        let zoom = ZOOMS.into_iter().min_by_key(|size| size.abs_diff(self.zoom)).unwrap_or(ZOOM);
        Self { volume: self.volume.min(VOLUME_MAX), zoom, ..self }
    }
}

impl Default for Habits {
    fn default() -> Self {
        Self { closing_hides: true, starts_unseen: true, volume: 70, zoom: ZOOM }
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

#[cfg(test)]
mod tests {
    use super::*;

    /// CO-20: twice as large, and back, by steps that end.
    #[test]
    fn steps_lead_from_the_smallest_size_to_the_largest_and_no_further() {
        let mut habits = Habits { zoom: 1, ..Habits::default() }.sane();
        let mut seen = vec![habits.zoom];
        for _ in 0..ZOOMS.len() {
            habits = habits.zoomed(ZoomStep::Larger);
            seen.push(habits.zoom);
        }
        assert_eq!(seen, [80, 90, 100, 110, 125, 150, 175, 200, 200]);
        assert_eq!(habits.zoomed(ZoomStep::Smaller).zoom, 175);
        assert_eq!(habits.zoomed(ZoomStep::Actual).zoom, 100);
    }

    #[test]
    fn nonsense_becomes_the_nearest_that_can_be() {
        let odd = Habits { volume: 255, zoom: 131, ..Habits::default() };
        assert_eq!(odd.sane(), Habits { volume: VOLUME_MAX, zoom: 125, ..odd });
    }
}
