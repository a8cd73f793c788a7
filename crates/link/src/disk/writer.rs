//! What becomes of orders to our work on disk: together if possible, one by one if not.
//!
//! **Invariant:** one bad order never takes another with it, and the person hears that the disk takes nothing when it
//! begins, not with every edit.

use std::sync::Arc;

use callboard_desk::bridge::Saving;
use callboard_desk::notes::{Note, NoteOrder};
use callboard_desk::session::event::Wiped;
use tokio::sync::mpsc;
use tracing::{error, info, warn};

use super::scribe::{Scribe, Work};
use super::threads::Threads;
use super::{DiskOrder, DiskReply, OutboxStore, Unkept};

/// Orders that may wait for the disk. Beyond that an edit is reported as not stored, and the loop takes no
/// command while fewer than [`ORDERS_KEPT_FREE`] places are left, so that it does not come to it.
const ORDERS_WAITING_MAX: usize = 1024;

/// Places kept free for what answers and timers bring.
const ORDERS_KEPT_FREE: usize = 256;

/// Places kept free of notes that may be dropped: no flood of them holds an edit up, or a command.
const NOTES_KEPT_FREE: usize = 512;

/// Orders that go down in one transaction; the rest take the next one.
const ORDERS_PER_SYNC_MAX: usize = 128;

/// Who writes our work down.
pub(crate) struct Writer(Scribe<Outbox>);

impl Writer {
    /// Begins.
    pub(crate) fn begin(
        store: Box<dyn OutboxStore>,
        threads: &dyn Threads,
        replies: mpsc::Sender<DiskReply>,
    ) -> std::io::Result<Self> {
        Scribe::begin(Outbox { store, saving: Saving::Safe }, threads, replies).map(Self)
    }

    /// Hands an order over; what finds no place is answered at once.
    pub(crate) fn order(&mut self, order: DiskOrder) -> Option<DiskReply> {
        let refused = if may_be_dropped(&order) && self.0.places() <= NOTES_KEPT_FREE {
            order
        } else {
            match self.0.order(order) {
                Ok(()) => return None,
                Err(order) => order,
            }
        };
        reply(&refused, Err("the disk is too far behind".into()))
    }

    /// Whether another command may be taken.
    pub(crate) fn has_room(&self) -> bool {
        self.0.places() > ORDERS_KEPT_FREE
    }

    /// Waits until another command may be taken.
    pub(crate) async fn room(&mut self) {
        self.0.room(ORDERS_KEPT_FREE + 1).await;
    }

    /// Waits until everything ordered is done. Nobody may be left who could order more.
    pub(crate) async fn finish(self) {
        self.0.finish().await;
    }
}

/// Whether it goes first when there is too much to do.
fn may_be_dropped(order: &DiskOrder) -> bool {
    matches!(order, DiskOrder::Note(NoteOrder::Put(note)) if !note.name.shelf.is_answered())
}

/// The store, and how it stands.
struct Outbox {
    store: Box<dyn OutboxStore>,
    saving: Saving,
}

impl Work for Outbox {
    type Order = DiskOrder;
    type Reply = DiskReply;

    const NAME: &'static str = "callboard-outbox";
    const WAITING_MAX: usize = ORDERS_WAITING_MAX;
    const TOGETHER_MAX: usize = ORDERS_PER_SYNC_MAX;

    fn carry_out(&mut self, orders: &[DiskOrder]) -> Vec<DiskReply> {
        let together = self.store.carry_out(orders);
        let mut saving = Saving::Safe;
        let mut replies = Vec::new();
        for order in orders {
            let outcome = match &together {
                Ok(()) => Ok(()),
                Err(reason) if orders.len() == 1 => Err(reason.clone()),
                Err(_) => self.store.carry_out(std::slice::from_ref(order)),
            };
            let outcome = match order {
                DiskOrder::Wipe(_) => outcome.and_then(|()| self.store.scrub()),
                _ => outcome,
            };
            saving = saving.max(outcome.as_ref().map_or_else(Unkept::saving, |()| Saving::Safe));
            replies.extend(reply(order, outcome.map_err(Unkept::reason)));
        }
        let was_asked = orders.contains(&DiskOrder::Probe);
        if was_asked || (saving != self.saving && (saving != Saving::Safe || orders.iter().any(takes_room))) {
            self.turn(saving);
            replies.push(DiskReply::Saving(saving));
        }
        replies
    }
}

impl Outbox {
    fn turn(&mut self, saving: Saving) {
        let was = std::mem::replace(&mut self.saving, saving);
        match saving {
            Saving::Safe if was != saving => info!("the disk takes our work again"),
            Saving::Full | Saving::Failing if was != saving => {
                error!(?saving, "our work finds no place on disk");
            }
            Saving::Safe | Saving::Full | Saving::Failing => {}
        }
    }
}

/// Whether its success says that there is room: what is taken away may fit where nothing else does.
fn takes_room(order: &DiskOrder) -> bool {
    match order {
        DiskOrder::Store { .. } | DiskOrder::Note(NoteOrder::Put(_)) | DiskOrder::Probe => true,
        DiskOrder::Forget(_) | DiskOrder::Note(NoteOrder::Drop(_)) | DiskOrder::Wipe(_) => false,
    }
}

impl Unkept {
    fn saving(&self) -> Saving {
        match self {
            Self::Refused(_) => Saving::Safe,
            Self::Full(_) => Saving::Full,
            Self::Failed(_) => Saving::Failing,
        }
    }

    fn reason(self) -> Arc<str> {
        let (Self::Refused(reason) | Self::Full(reason) | Self::Failed(reason)) = self;
        reason
    }
}

fn reply(order: &DiskOrder, outcome: Result<(), Arc<str>>) -> Option<DiskReply> {
    match (order, outcome) {
        (DiskOrder::Store { edit, .. }, Ok(())) => Some(DiskReply::Stored(edit.id)),
        (DiskOrder::Store { edit, .. }, Err(reason)) => Some(DiskReply::NotStored(edit.id, reason)),
        (DiskOrder::Forget(edit), Err(reason)) => {
            // It is sent once more after the next start, and its key makes that harmless.
            warn!(%edit, %reason, "an edit stays on disk");
            None
        }
        (DiskOrder::Note(NoteOrder::Put(note)), outcome) if note.name.shelf.is_answered() => {
            Some(match outcome {
                Ok(()) => DiskReply::NoteKept(note.name.clone()),
                Err(reason) => DiskReply::NoteNotKept(note.name.clone(), reason),
            })
        }
        (DiskOrder::Note(note), Err(reason)) => {
            let (NoteOrder::Put(Note { name, .. }) | NoteOrder::Drop(name)) = note;
            warn!(shelf = name.shelf.name(), %reason, "a note on disk stays as it was");
            None
        }
        (DiskOrder::Wipe(_), outcome) => Some(DiskReply::Wiped(Wiped::Work, outcome)),
        (DiskOrder::Forget(_) | DiskOrder::Note(_) | DiskOrder::Probe, _) => None,
    }
}

#[cfg(test)]
mod tests {
    use callboard_desk::notes::{NoteName, Owner, Shelf};
    use callboard_desk::session::effect::StoredEdit;
    use callboard_model::{EditId, Field, Timestamp, Value};

    use super::*;
    use crate::disk;
    use crate::disk::threads::OwnThreads;

    /// Refuses everything that names edit 2, and everything while it is full.
    #[derive(Default)]
    struct Picky {
        done: Vec<DiskOrder>,
        is_full: bool,
    }

    impl OutboxStore for Picky {
        fn load(&mut self) -> Result<disk::Work, Arc<str>> {
            Ok(disk::Work::default())
        }

        fn carry_out(&mut self, orders: &[DiskOrder]) -> Result<(), Unkept> {
            if self.is_full {
                return Err(Unkept::Full("full".into()));
            }
            if orders.contains(&store(2)) {
                return Err(Unkept::Refused("too long".into()));
            }
            self.done.extend_from_slice(orders);
            Ok(())
        }

        fn scrub(&mut self) -> Result<(), Unkept> {
            Ok(())
        }
    }

    fn outbox(is_full: bool) -> Outbox {
        Outbox { store: Box::new(Picky { is_full, ..Picky::default() }), saving: Saving::Safe }
    }

    fn store(id: u128) -> DiskOrder {
        let edit = StoredEdit {
            id: EditId(id),
            owner: None,
            ticket: "T-1".into(),
            field: Field::Title,
            base: Value::Empty,
            base_version: None,
            mine: Value::from("x"),
            at: Timestamp::UNIX_EPOCH,
        };
        DiskOrder::Store { edit, repeats: None }
    }

    fn put(shelf: Shelf) -> DiskOrder {
        let owner = Owner { tenant: "t".into(), user: "nora".into() };
        let name = NoteName { owner, shelf, key: "k".into() };
        DiskOrder::Note(NoteOrder::Put(Note { name, at: Timestamp::UNIX_EPOCH, json: "{}".into() }))
    }

    #[test]
    fn one_bad_edit_does_not_take_the_others_with_it() {
        let orders = [store(1), store(2), DiskOrder::Forget(EditId(1)), store(3)];
        assert_eq!(
            outbox(false).carry_out(&orders),
            [
                DiskReply::Stored(EditId(1)),
                DiskReply::NotStored(EditId(2), "too long".into()),
                DiskReply::Stored(EditId(3)),
            ]
        );
    }

    /// CO-14: a full disk is said once, when it begins and when it ends.
    #[test]
    fn a_full_disk_is_said_when_it_begins_and_when_it_ends() {
        let mut full = outbox(true);
        let said = full.carry_out(&[store(1)]);
        let not_stored = |id| DiskReply::NotStored(EditId(id), "full".into());
        assert_eq!(said, [not_stored(1), DiskReply::Saving(Saving::Full)]);
        assert_eq!(full.carry_out(&[store(3)]), [not_stored(3)]);
        assert_eq!(
            full.carry_out(&[DiskOrder::Probe]),
            [DiskReply::Saving(Saving::Full)],
            "who asks is told"
        );
        let mut roomy = Outbox { saving: Saving::Full, ..outbox(false) };
        assert_eq!(roomy.carry_out(&[DiskOrder::Forget(EditId(1))]), [], "what goes says nothing of room");
        let said = roomy.carry_out(&[store(4)]);
        assert_eq!(said, [DiskReply::Stored(EditId(4)), DiskReply::Saving(Saving::Safe)]);
        assert_eq!(roomy.carry_out(&[store(5)]), [DiskReply::Stored(EditId(5))]);
    }

    /// A disk that takes one order each time it is told to.
    struct Slow(std::sync::mpsc::Receiver<()>);

    impl OutboxStore for Slow {
        fn load(&mut self) -> Result<disk::Work, Arc<str>> {
            Ok(disk::Work::default())
        }

        fn carry_out(&mut self, _: &[DiskOrder]) -> Result<(), Unkept> {
            self.0.recv().map_err(|_| Unkept::Failed("nobody tells".into()))
        }

        fn scrub(&mut self) -> Result<(), Unkept> {
            Ok(())
        }
    }

    #[tokio::test]
    async fn what_may_be_dropped_goes_before_it_holds_anything_else_up() {
        let (go, told) = std::sync::mpsc::channel();
        let (replies, _said) = mpsc::channel(4096);
        let mut writer = Writer::begin(Box::new(Slow(told)), &OwnThreads, replies).expect("a thread");
        for _ in 0..2 * ORDERS_WAITING_MAX {
            assert_eq!(writer.order(put(Shelf::Activity)), None);
        }
        assert!(writer.has_room(), "for commands");
        assert_eq!(writer.order(put(Shelf::Draft)), None, "it waits for its turn");
        drop(go);
        writer.finish().await;
    }
}
