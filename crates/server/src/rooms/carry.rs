//! The task that carries what the bus says into the rooms, and what the rooms say of themselves to other processes.
//!
//! Hints are delivered as they come, as long as few come. Under load it takes a breath after each round, so that a
//! socket is written to once for several of them: most of what a delivery costs is the write.
//!
//! **Invariant:** what is slow, the database, is not waited for by what is fast, the hints.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep, sleep_until};

use super::Rooms;
use super::hub::{Board, Hub};
use super::limits::{
    ALIVE_EVERY, BREATH_MAX, BREATH_PER_SOCKET, GATHERED_FOR, HINTS_AT_A_TIME, SWEEP_EVERY, UNPLACED_HINTS,
};
use crate::bus::{Bus, FACES, Face, Heard, Listening, Notice, Said};

/// What is shorter is not waited: the clock of the runtime ticks in milliseconds.
const BREATH_MIN: Duration = Duration::from_millis(1);

impl Rooms {
    /// Carries hints into the rooms and keeps the rooms clean, until stopped and everybody has left. To be started once.
    pub async fn run(self, bus: Bus) {
        let hints = bus.listen();
        let (unplaced, waiting) = mpsc::channel(UNPLACED_HINTS);
        if bus.reaches_others() {
            self.hub(Hub::listen_abroad);
        }
        let work = async {
            tokio::join!(
                self.carry(hints, &bus, unplaced),
                self.place(waiting),
                self.gather(&bus),
                self.check_access(),
            )
        };
        tokio::select! {
            biased;
            () = self.emptied() => {}
            _ = work => {}
        }
    }

    async fn carry(&self, mut hints: Listening, bus: &Bus, unplaced: mpsc::Sender<Notice>) {
        let mut sweep = interval(SWEEP_EVERY);
        let mut alive = interval(ALIVE_EVERY);
        sweep.set_missed_tick_behavior(MissedTickBehavior::Delay);
        alive.set_missed_tick_behavior(MissedTickBehavior::Delay);
        bus.tell_abroad(&Said::Hello);
        let (mut open, mut asked) = (true, false);
        loop {
            tokio::select! {
                biased;
                _ = sweep.tick() => {
                    self.sweep();
                    // At most once a second, however many processes are new.
                    if std::mem::take(&mut asked) {
                        tell_faces(bus, self.hub(|hub| hub.faces_here()));
                    }
                }
                _ = alive.tick(), if bus.reaches_others() => bus.tell_abroad(&Said::Alive),
                heard = hints.next(), if open => match heard {
                    Some(first) => {
                        let round = Instant::now();
                        let more = hints.next_ready(HINTS_AT_A_TIME);
                        let (written, new) = self.take_in(std::iter::once(first).chain(more), bus, &unplaced);
                        asked |= new;
                        breathe(round, written).await;
                    }
                    None => open = false,
                },
            }
        }
    }

    fn sweep(&self) {
        let now = self.now();
        self.hub(|hub| {
            hub.expire(now);
            hub.expire_nodes(now);
        });
    }

    /// Takes in what was heard. Returns how many sockets were told, and whether another process asked who is here.
    fn take_in(
        &self,
        heard: impl Iterator<Item = Heard>,
        bus: &Bus,
        unplaced: &mpsc::Sender<Notice>,
    ) -> (usize, bool) {
        let (now, mut asked) = (self.now(), false);
        let ((), given) = self.hub_alone(|hub| {
            for heard in heard {
                match heard {
                    Heard::Hint(notice) => {
                        if hub.deliver(&notice) == Board::WhereIsIt
                            && let Err(refused) = unplaced.try_send(notice)
                        {
                            tracing::warn!("too many hints wait for the places of their tickets");
                            hub.end_board(&refused.into_inner().tenant);
                        }
                    }
                    Heard::Notification { tenant, user, payload } => {
                        hub.notify(&format!("notifications:{tenant}:{user}"), &payload);
                    }
                    Heard::Abroad(node, said) => match &*said {
                        Said::Hello => {
                            hub.node_lives(now, &node);
                            asked = true;
                        }
                        Said::Alive => hub.node_lives(now, &node),
                        Said::Bye => hub.node_gone(now, &node),
                        Said::Faces { faces } => hub.heard_abroad(now, &node, faces),
                        Said::Missed => catch_up(hub),
                    },
                    // Who is where abroad may have been missed too.
                    Heard::Missed => {
                        catch_up(hub);
                        bus.tell_abroad(&Said::Hello);
                    }
                }
            }
        });
        (given.hand_over(), asked)
    }

    /// Finds out where tickets lie of which another process or a foreign server said that they changed, and then tells
    /// those at the board who may see them there.
    async fn place(&self, mut waiting: mpsc::Receiver<Notice>) {
        let mut notices = Vec::new();
        while waiting.recv_many(&mut notices, HINTS_AT_A_TIME).await > 0 {
            self.deliver_placed(std::mem::take(&mut notices)).await;
        }
    }

    async fn deliver_placed(&self, notices: Vec<Notice>) {
        let mut tenants = BTreeMap::<_, Vec<Notice>>::new();
        for notice in notices {
            tenants.entry(notice.tenant.clone()).or_default().push(notice);
        }
        for (tenant, notices) in tenants {
            let tickets = notices.iter().map(|notice| notice.ticket.clone()).collect();
            match self.0.gate.store.placements(&tenant, tickets).await {
                Ok(places) => self.hub(|hub| {
                    for notice in notices {
                        let place = places.get(&notice.ticket).cloned();
                        hub.deliver_to_board(&notice.lies_at(place));
                    }
                }),
                Err(error) => {
                    tracing::warn!(%tenant, %error, "cannot tell who may hear of some changes");
                    self.hub(|hub| hub.end_board(&tenant));
                }
            }
        }
    }

    /// Tells boards and other processes who is where, a moment after it changed.
    async fn gather(&self, bus: &Bus) {
        loop {
            self.0.stirred.notified().await;
            sleep(GATHERED_FOR).await;
            while self.hub(|hub| hub.has_news()) {
                tell_faces(bus, self.hub(Hub::gather));
                tokio::task::yield_now().await;
            }
        }
    }
}

fn catch_up(hub: &Hub) {
    tracing::warn!("something was missed; everybody has to connect again and catch up");
    hub.end_all();
}

fn tell_faces(bus: &Bus, faces: Vec<Face>) {
    for part in faces.chunks(FACES) {
        bus.tell_abroad(&Said::Faces { faces: part.to_vec() });
    }
}

/// Waits longer the more sockets have to be written to.
async fn breathe(round: Instant, sockets: usize) {
    let sockets = u32::try_from(sockets).unwrap_or(u32::MAX);
    let breath = BREATH_PER_SOCKET.saturating_mul(sockets).min(BREATH_MAX);
    if breath >= BREATH_MIN {
        sleep_until(round + breath).await;
    } else {
        tokio::task::yield_now().await;
    }
}
