//! What the icon says: one of five states, told apart by shape as well as by colour, and how much is unread (CO-19).
//!
//! **Invariant:** pure: facts in, a state, words and a picture out.

use callboard_desk::bridge::{Counts, LinkView, Live, Reach};

/// The side of the picture in pixels.
pub(super) const SIDE: u32 = 32;

/// What is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Facts {
    /// The server does not accept our key, or nobody is signed in.
    pub(super) is_signed_out: bool,
    /// What happens does not reach us.
    pub(super) is_offline: bool,
    /// Conflicts and refusals.
    pub(super) needs_you: u32,
    /// Tickets on which something happened that nobody has read.
    pub(super) unread: u32,
}

impl Facts {
    /// How the program stands with the server.
    pub(super) fn take_link(&mut self, link: &LinkView) {
        self.is_signed_out = link.reach == Reach::SignedOut;
        self.is_offline =
            link.reach == Reach::Down || matches!(link.live, Live::Reconnecting | Live::Unavailable);
    }

    /// The numbers of the status bar.
    pub(super) fn take_counts(&mut self, counts: &Counts) {
        self.needs_you = counts.needs_you;
    }

    /// What the icon shows: the most pressing first. Whoever is signed out has no other state.
    pub(super) fn state(self) -> State {
        match self {
            Self { is_signed_out: true, .. } => State::SignedOut,
            Self { needs_you: 1.., .. } => State::Conflict,
            Self { unread: 1.., .. } => State::Attention,
            Self { is_offline: true, .. } => State::Offline,
            _ => State::Calm,
        }
    }

    /// The first line of the menu: all of it in words.
    pub(super) fn words(self) -> String {
        let counted = |count: u32, one: &str, many: &str| match count {
            0 => None,
            1 => Some(format!("1 {one}")),
            count => Some(format!("{count} {many}")),
        };
        let parts: Vec<String> = [
            self.is_signed_out.then(|| "Not signed in".to_owned()),
            counted(self.needs_you, "change needs you", "changes need you"),
            counted(self.unread, "unread ticket", "unread tickets"),
            (self.is_offline && !self.is_signed_out).then(|| "Offline".to_owned()),
        ]
        .into_iter()
        .flatten()
        .collect();
        if parts.is_empty() { "Nothing is unread".to_owned() } else { parts.join(" · ") }
    }
}

/// What the icon shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum State {
    /// A ring: all is well.
    #[default]
    Calm,
    /// A full disc: something is unread.
    Attention,
    /// A full diamond with a hole: a decision is wanted.
    Conflict,
    /// A ring that is struck through: nothing reaches us.
    Offline,
    /// A ring that is open: nobody is signed in.
    SignedOut,
}

impl State {
    /// What the desktop reads aloud.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Calm => "Callboard: calm",
            Self::Attention => "Callboard: something is unread",
            Self::Conflict => "Callboard: a decision is wanted",
            Self::Offline => "Callboard: offline",
            Self::SignedOut => "Callboard: not signed in",
        }
    }

    /// The picture, four bytes a pixel. `is_dark`: it stands on something dark.
    pub(super) fn picture(self, is_dark: bool) -> Vec<u8> {
        let ink = self.ink(is_dark);
        let mut picture = Vec::with_capacity((SIDE * SIDE * 4) as usize);
        for y in 0..SIDE {
            for x in 0..SIDE {
                let middle = f64::from(SIDE) / 2.0;
                let (x, y) = (f64::from(x) + 0.5 - middle, f64::from(y) + 0.5 - middle);
                // One pixel from full to nothing, so that edges are smooth.
                let cover = (0.5 - self.distance(x, y)).clamp(0.0, 1.0);
                picture.extend(ink);
                picture.push((cover * 255.0).round() as u8);
            }
        }
        picture
    }

    fn ink(self, is_dark: bool) -> [u8; 3] {
        match (self, is_dark) {
            (Self::Calm | Self::SignedOut, true) => [0xe6, 0xe8, 0xeb],
            (Self::Calm | Self::SignedOut, false) => [0x2b, 0x2f, 0x36],
            (Self::Attention, true) => [0x6c, 0xb2, 0xff],
            (Self::Attention, false) => [0x0b, 0x63, 0xce],
            (Self::Conflict, true) => [0xff, 0x8f, 0x7a],
            (Self::Conflict, false) => [0xc2, 0x2f, 0x17],
            (Self::Offline, true) => [0xf2, 0xc1, 0x4e],
            (Self::Offline, false) => [0x8a, 0x5a, 0x00],
        }
    }

    /// How far a point is from the shape, in pixels; less than nothing inside of it.
    fn distance(self, x: f64, y: f64) -> f64 {
        let away = x.hypot(y);
        let ring = (away - 11.0).abs() - 2.0;
        // A stroke from the lower left to the upper right.
        let stroke = ((x + y) * std::f64::consts::FRAC_1_SQRT_2).abs() - 2.0;
        match self {
            Self::Calm => ring,
            Self::Attention => away - 13.0,
            Self::Conflict => {
                (((x.abs() + y.abs()) - 15.0) * std::f64::consts::FRAC_1_SQRT_2).max(4.0 - away)
            }
            Self::Offline => ring.min(stroke.max(away - 14.0)),
            // Open where the stroke would be.
            Self::SignedOut => ring.max(2.0 - stroke),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STATES: [State; 5] =
        [State::Calm, State::Attention, State::Conflict, State::Offline, State::SignedOut];

    /// CO-19
    #[test]
    fn the_most_pressing_is_shown_and_all_of_it_is_said() {
        let all = Facts { is_signed_out: true, is_offline: true, needs_you: 2, unread: 3 };
        assert_eq!(all.state(), State::SignedOut);
        assert_eq!(all.words(), "Not signed in · 2 changes need you · 3 unread tickets");
        let signed_in = Facts { is_signed_out: false, ..all };
        assert_eq!(signed_in.state(), State::Conflict);
        assert_eq!(signed_in.words(), "2 changes need you · 3 unread tickets · Offline");
        let settled = Facts { needs_you: 0, unread: 1, ..signed_in };
        assert_eq!(
            (settled.state(), settled.words().as_str()),
            (State::Attention, "1 unread ticket · Offline")
        );
        let read = Facts { unread: 0, ..settled };
        assert_eq!((read.state(), read.words().as_str()), (State::Offline, "Offline"));
        let back = Facts::default();
        assert_eq!((back.state(), back.words().as_str()), (State::Calm, "Nothing is unread"));
    }

    /// CO-19, CO-20: shape besides colour, on light and on dark.
    #[test]
    fn every_state_has_a_shape_of_its_own_and_an_ink_for_each_ground() {
        let shape =
            |state: State| -> Vec<u8> { state.picture(true).chunks_exact(4).map(|pixel| pixel[3]).collect() };
        for one in STATES {
            assert_eq!(one.picture(true).len(), (SIDE * SIDE * 4) as usize);
            assert_ne!(one.ink(true), one.ink(false), "{one:?}");
            for other in STATES.into_iter().filter(|other| *other != one) {
                let differing = shape(one)
                    .iter()
                    .zip(shape(other))
                    .filter(|(here, there)| here.abs_diff(*there) > 128)
                    .count();
                assert!(differing > 20, "{one:?} and {other:?} differ in {differing} points");
            }
        }
    }
}
