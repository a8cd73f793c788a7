//! One step's time, luck and answers.
//!
//! **Invariant:** the same moment draws the same ids.

use std::time::Duration;

use callboard_model::EditId;

use super::effect::{Effect, LinkOrder, Timer, WindowId};
use super::event::Moment;
use crate::bridge::Update;

/// Spreads the draws of one moment.
const STRIDE: u128 = 0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835;

/// What a step works with.
pub(super) struct Turn<'a> {
    /// When it happens.
    pub now: Moment,
    draws: u128,
    out: &'a mut Vec<Effect>,
}

impl<'a> Turn<'a> {
    pub(super) fn new(now: Moment, out: &'a mut Vec<Effect>) -> Self {
        Self { now, draws: 0, out }
    }

    /// A fresh name for an edit.
    pub(super) fn edit_id(&mut self) -> EditId {
        let id = self.now.dice.wrapping_add(self.draws.wrapping_mul(STRIDE));
        self.draws += 1;
        EditId(id)
    }

    /// This machine's clock, in milliseconds.
    pub(super) fn wall_ms(&self) -> i64 {
        self.now.wall.as_millisecond()
    }

    pub(super) fn push(&mut self, effect: Effect) {
        self.out.push(effect);
    }

    pub(super) fn extend(&mut self, effects: Vec<Effect>) {
        self.out.extend(effects);
    }

    pub(super) fn forget(&mut self, edits: impl IntoIterator<Item = EditId>) {
        self.out.extend(edits.into_iter().map(Effect::Forget));
    }

    pub(super) fn arm(&mut self, timer: Timer, after: Duration) {
        self.out.push(Effect::Arm(timer, after));
    }

    pub(super) fn link(&mut self, order: LinkOrder) {
        self.out.push(Effect::Link(order));
    }

    pub(super) fn paint(&mut self, window: WindowId, update: Update) {
        self.out.push(Effect::Paint(window, update));
    }

    pub(super) fn effects(&mut self) -> &mut Vec<Effect> {
        self.out
    }
}
