//! Who follows the log of one company, and what wakes whom.
//!
//! It exists so that an event costs what those cost who want it: a thousand subscribers of a hundred tickets are not asked
//! about every one of them.
//!
//! **Invariant:** nobody who wants an event is passed over, and nobody is woken whom nothing of it concerns.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TrySendError;

use crate::store::events::Told;

/// A company whose events somebody wants.
pub(super) struct Followed {
    /// The last event that was read.
    pub(super) place: u64,
    subscribers: HashMap<u64, Subscriber>,
    /// Those who want everything.
    everything: BTreeSet<u64>,
    /// Those who want what is about a thing.
    about: HashMap<Box<str>, BTreeSet<u64>>,
}

pub(super) struct Subscriber {
    /// What it is not told any more: it was committed before it came.
    since: u64,
    /// The things about which it wants to be told.
    about: BTreeSet<Box<str>>,
    told: mpsc::Sender<Arc<Told>>,
    herald: Option<Herald>,
    missed: Arc<AtomicBool>,
}

/// Takes an event in a subscriber's place, at once; `false` when there is no more room.
pub type Herald = Box<dyn Fn(&Arc<Told>) -> bool + Send + Sync>;

impl Followed {
    pub(super) fn from(place: u64) -> Self {
        Self { place, subscribers: HashMap::new(), everything: BTreeSet::new(), about: HashMap::new() }
    }

    pub(super) fn subscribers(&self) -> usize {
        self.subscribers.len()
    }

    /// One more, who wants everything.
    pub(super) fn add(&mut self, number: u64, subscriber: Subscriber) {
        self.subscribers.insert(number, subscriber);
        self.everything.insert(number);
    }

    pub(super) fn remove(&mut self, number: u64) -> Option<Subscriber> {
        let gone = self.subscribers.remove(&number)?;
        self.everything.remove(&number);
        gone.about.iter().for_each(|thing| self.forget(number, thing));
        Some(gone)
    }

    pub(super) fn wants_everything(&mut self, number: u64, wants: bool) {
        if wants && self.subscribers.contains_key(&number) {
            self.everything.insert(number);
        } else {
            self.everything.remove(&number);
        }
    }

    pub(super) fn wants_about(&mut self, number: u64, thing: &str) {
        let Some(subscriber) = self.subscribers.get_mut(&number) else { return };
        subscriber.about.insert(thing.into());
        self.about.entry(thing.into()).or_default().insert(number);
    }

    pub(super) fn wants_no_more_about(&mut self, number: u64, thing: &str) {
        let Some(subscriber) = self.subscribers.get_mut(&number) else { return };
        subscriber.about.remove(thing);
        self.forget(number, thing);
    }

    pub(super) fn has_herald(&mut self, number: u64, herald: Herald) {
        if let Some(subscriber) = self.subscribers.get_mut(&number) {
            subscriber.herald = Some(herald);
        }
    }

    fn forget(&mut self, number: u64, thing: &str) {
        let Some(numbers) = self.about.get_mut(thing) else { return };
        numbers.remove(&number);
        if numbers.is_empty() {
            self.about.remove(thing);
        }
    }

    pub(super) fn tell(&mut self, all: &[Arc<Told>]) {
        let mut behind = BTreeSet::new();
        for told in all {
            for number in self.wanted_by(told) {
                let Some(subscriber) = self.subscribers.get(&number) else { continue };
                let is_new = told.seq > subscriber.since && !behind.contains(&number);
                if is_new && !subscriber.takes(told) {
                    behind.insert(number);
                }
            }
        }
        for number in behind {
            tracing::warn!("somebody who follows the log of events takes too little, and is let go");
            self.remove(number).into_iter().for_each(Subscriber::miss);
        }
    }

    /// Lets go of everybody: they have missed something.
    pub(super) fn miss(&mut self) {
        self.everything.clear();
        self.about.clear();
        self.subscribers.drain().for_each(|(_, subscriber)| subscriber.miss());
    }

    fn wanted_by(&self, told: &Told) -> Vec<u64> {
        let about = things(told).filter_map(|thing| self.about.get(thing)).flatten();
        let wanted: BTreeSet<u64> = self.everything.iter().chain(about).copied().collect();
        wanted.into_iter().collect()
    }
}

/// The tickets and entries of the schedule that an event is about; what is only simulated names them among its own fields.
fn things(told: &Told) -> impl Iterator<Item = &str> {
    let named = ["ticketId", "sourceTicketId", "entryId"];
    let named = named.into_iter().filter_map(|field| told.payload.get(field)?.as_str());
    told.ticket.iter().map(|ticket| ticket.as_str()).chain(named)
}

impl Subscriber {
    pub(super) fn new(since: u64, told: mpsc::Sender<Arc<Told>>, missed: Arc<AtomicBool>) -> Self {
        Self { since, about: BTreeSet::new(), told, herald: None, missed }
    }

    fn takes(&self, told: &Arc<Told>) -> bool {
        match &self.herald {
            Some(herald) => herald(told),
            None => !matches!(self.told.try_send(Arc::clone(told)), Err(TrySendError::Full(_))),
        }
    }

    /// What waits for it is still told; then it hears that it missed the rest.
    fn miss(self) {
        self.missed.store(true, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::*;

    fn told(seq: u64, ticket: Option<&str>, payload: Json) -> Arc<Told> {
        Arc::new(Told {
            seq,
            event_id: String::new(),
            event_type: "TICKET_UPDATED".to_owned(),
            occurred_at: callboard_model::Timestamp::UNIX_EPOCH,
            payload,
            simulated: false,
            tenant: "t".into(),
            ticket: ticket.map(Into::into),
            actor: None,
            origin: None,
            socket: None,
            change: None,
        })
    }

    fn joins(
        followed: &mut Followed,
        number: u64,
        room: usize,
    ) -> (mpsc::Receiver<Arc<Told>>, Arc<AtomicBool>) {
        let (sender, heard) = mpsc::channel(room);
        let missed = Arc::new(AtomicBool::new(false));
        followed.add(number, Subscriber::new(0, sender, Arc::clone(&missed)));
        (heard, missed)
    }

    fn heard(from: &mut mpsc::Receiver<Arc<Told>>) -> Vec<u64> {
        std::iter::from_fn(|| from.try_recv().ok()).map(|told| told.seq).collect()
    }

    #[test]
    fn each_is_woken_by_what_it_wants_in_order_and_once() {
        let mut followed = Followed::from(0);
        let some = 2;
        let (mut all, _) = joins(&mut followed, 1, 9);
        let (mut wanted, _) = joins(&mut followed, some, 9);
        followed.wants_everything(some, false);
        followed.wants_about(some, "one");
        followed.wants_about(some, "entry");
        let events = [
            told(1, Some("one"), json!({ "ticketId": "one" })),
            told(2, Some("two"), json!({ "ticketId": "two" })),
            told(3, Some("one"), json!({ "entryId": "entry" })),
            told(4, None, json!({ "entryId": "entry" })),
            told(5, None, json!({ "ticketId": "one" })),
            told(6, None, json!({})),
        ];
        followed.tell(&events);
        assert_eq!(heard(&mut all), [1, 2, 3, 4, 5, 6]);
        assert_eq!(heard(&mut wanted), [1, 3, 4, 5]);
        followed.wants_no_more_about(some, "one");
        followed.tell(&events);
        assert_eq!(heard(&mut wanted), [3, 4]);
        followed.wants_everything(some, true);
        followed.tell(&events);
        assert_eq!(heard(&mut wanted), [1, 2, 3, 4, 5, 6]);
    }

    #[test]
    fn whoever_is_gone_or_fell_behind_leaves_nothing() {
        let mut followed = Followed::from(0);
        let (gone, slow) = (1, 2);
        let _gone = joins(&mut followed, gone, 9);
        let (mut waiting, missed) = joins(&mut followed, slow, 1);
        for number in [gone, slow] {
            followed.wants_everything(number, false);
            followed.wants_about(number, "one");
        }
        assert!(followed.remove(gone).is_some() && followed.remove(gone).is_none());
        followed.tell(&[1, 2, 3].map(|seq| told(seq, Some("one"), json!({}))));
        assert!(missed.load(Ordering::Relaxed));
        assert_eq!(heard(&mut waiting), [1], "what waited is still told");
        // What it wants after it was let go is nobody's.
        followed.wants_about(slow, "two");
        followed.wants_everything(slow, true);
        assert!(
            followed.subscribers.is_empty() && followed.about.is_empty() && followed.everything.is_empty()
        );
    }
}
