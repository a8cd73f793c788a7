//! What rang.
//!
//! **Invariant:** a timer that rings late or twice does no harm: each looks whether its work is still to be done.

use std::time::Duration;

use super::Session;
use super::effect::{Effect, Timer};
use super::turn::Turn;

/// How long a field that somebody else changed is lit (LT-11).
pub(super) const LIT_FOR: Duration = Duration::from_millis(600);

impl Session {
    pub(super) fn rang(&mut self, turn: &mut Turn<'_>, timer: Timer) {
        match timer {
            Timer::Hello | Timer::Resend => self.attempt_if_due(turn),
            Timer::Reconnect => self.reconnect(turn),
            Timer::Refetch(ticket) => self.gathered(&ticket),
            Timer::Plans(ticket) => self.planning.want(&ticket),
            Timer::Dim(ticket) => {
                if let Some(known) = self.tickets.get_mut(&ticket) {
                    known.lit.clear();
                    self.touched.insert(ticket);
                }
            }
            Timer::Rooms => {
                self.rooms.plan_at = None;
                self.rooms.is_dirty = true;
            }
            Timer::Disk => turn.push(Effect::ProbeDisk),
            Timer::Draft(of) => self.draft_gathered(turn, &of),
            Timer::Tokens => self.rooms.is_dirty = true,
            Timer::Faces => self.faces_aged(turn),
            Timer::Away => self.look_for_person(turn),
            Timer::Poll => self.poll(turn),
            // Every step tells the board the time; these happen for nothing else.
            Timer::Clock => self.clock_armed = None,
            Timer::Settle => self.settling_armed = None,
            Timer::Lists => self.lists.is_resting = false,
            Timer::Alerts => self.alerts.armed = None,
            Timer::EventLog => self.look_for_events(turn),
        }
    }

    fn reconnect(&mut self, turn: &mut Turn<'_>) {
        if !self.live.is_up {
            self.connect(turn);
        }
    }
}
