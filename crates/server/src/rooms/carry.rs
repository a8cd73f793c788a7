//! The tasks behind the rooms: hints from the bus go in, ghosts and people without access go out.
//!
//! **Invariant:** what is slow, the database, is not waited for by what is fast, the hints.

use tokio::time::{MissedTickBehavior, interval};

use super::Rooms;
use super::limits::{ACCESS_CHECKED_EVERY, SWEEP_EVERY};
use super::outgoing::Goodbye;
use crate::bus::{Heard, Listening};

impl Rooms {
    /// Carries hints into the rooms and keeps the rooms clean, until stopped. To be started once.
    pub async fn run(self, hints: Listening) {
        let work = async { tokio::join!(self.carry(hints), self.check_access()) };
        tokio::select! {
            biased;
            () = self.0.stop.cancelled() => {}
            _ = work => {}
        }
    }

    async fn carry(&self, mut hints: Listening) {
        let mut sweep = interval(SWEEP_EVERY);
        sweep.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut open = true;
        loop {
            tokio::select! {
                biased;
                _ = sweep.tick() => {
                    let now = self.now();
                    self.hub(|hub| hub.expire(now));
                }
                heard = hints.next(), if open => match heard {
                    Some(Heard::Hint(notice)) => self.hub(|hub| hub.deliver(&notice)),
                    Some(Heard::Missed) => {
                        tracing::warn!("hints were missed; everybody has to connect again and catch up");
                        self.hub(|hub| hub.end_all(&Goodbye::reset()));
                    }
                    None => open = false,
                },
            }
        }
    }

    /// LT-6: an access that is withdrawn ends what is open. Who comes back is refused at the gate.
    async fn check_access(&self) {
        let mut check = interval(ACCESS_CHECKED_EVERY);
        check.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            check.tick().await;
            for (tenant, user) in self.hub(|hub| hub.people()) {
                match self.0.gate.store.caller(&tenant, &user).await {
                    Ok(Some(caller)) if caller.access.reads_tickets() => {}
                    Ok(_) => {
                        tracing::info!(%tenant, %user, "access was withdrawn");
                        self.hub(|hub| hub.turn_out(&tenant, &user));
                    }
                    Err(error) => tracing::warn!(%tenant, %user, %error, "cannot check an access"),
                }
            }
        }
    }
}
