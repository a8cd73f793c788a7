//! What survives a crash: our own work, which is edits that the server has not confirmed and [notes], and a copy of what
//! the server said.
//!
//! [notes]: callboard_desk::notes
//!
//! One thread writes, so that a slow disk never holds the loop up and orders are carried out in their order. What
//! piles up meanwhile goes down in one transaction: one sync for many edits.
//!
//! | module | holds |
//! |---|---|
//! | [`profile`] | the directory, and the lock that keeps a second console out |
//! | [`sqlite`] | the file of our work and its schema |
//! | [`shelves`] | the notes in it, and their limits |
//! | [`open`] | what happens to a file that cannot be read |
//! | [`copy`] | the copy: a file and a thread of its own |
//!
//! **Invariant:** an edit or a note is reported as stored only after the disk has said so.

pub(crate) mod copy;
pub(crate) mod open;
pub(crate) mod profile;
mod shelves;
pub(crate) mod sqlite;

use std::sync::Arc;
use std::thread;

use callboard_desk::notes::{Note, NoteName, NoteOrder};
use callboard_desk::session::effect::StoredEdit;
use callboard_model::EditId;
use tokio::sync::mpsc;
use tracing::warn;

/// Orders that may wait for the disk. Beyond that an edit is reported as not stored, and the loop takes no
/// command while fewer than [`ORDERS_KEPT_FREE`] places are left, so that it does not come to it.
const ORDERS_WAITING_MAX: usize = 1024;

/// Places kept free for what answers and timers bring.
const ORDERS_KEPT_FREE: usize = 256;

/// Places kept free of notes that may be dropped: no flood of them holds an edit up, or a command.
const NOTES_KEPT_FREE: usize = 512;

/// Orders that go down in one transaction; the rest take the next one.
const ORDERS_PER_SYNC_MAX: usize = 128;

/// Answers that may wait for the loop; beyond that the thread waits.
pub(crate) const REPLIES_WAITING_MAX: usize = 256;

/// One thing to be done on disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DiskOrder {
    /// Keep an edit; one of the same id is replaced in its place.
    Store(StoredEdit),
    /// Drop an edit.
    Forget(EditId),
    /// Keep a note or take one away.
    Note(NoteOrder),
}

impl DiskOrder {
    /// Whether it goes first when there is too much to do.
    fn may_be_dropped(&self) -> bool {
        matches!(self, Self::Note(NoteOrder::Put(note)) if !note.name.shelf.is_answered())
    }
}

/// What became of a [`DiskOrder`] that is answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum DiskReply {
    /// It is safe.
    Stored(EditId),
    /// It is not; the sentence says why.
    NotStored(EditId, Arc<str>),
    /// A note is safe.
    NoteKept(NoteName),
    /// It is not; the sentence says why.
    NoteNotKept(NoteName, Arc<str>),
}

/// All our work that is on disk.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Work {
    /// Edits that the server has not confirmed, oldest first.
    pub edits: Vec<StoredEdit>,
    /// Notes of every account that used the profile with this server, oldest first.
    pub notes: Vec<Note>,
}

/// Where our work is kept: one of the four seams. Errors are sentences for people.
pub trait OutboxStore: Send {
    /// All of it.
    ///
    /// # Errors
    /// It cannot be read.
    fn load(&mut self) -> Result<Work, Arc<str>>;

    /// Carries out all of `orders` durably, or none of them.
    ///
    /// # Errors
    /// None of them was carried out.
    fn carry_out(&mut self, orders: &[DiskOrder]) -> Result<(), Arc<str>>;
}

/// The thread that writes.
#[derive(Debug)]
pub(crate) struct Writer {
    orders: mpsc::Sender<DiskOrder>,
    thread: thread::JoinHandle<()>,
}

impl Writer {
    /// Starts the thread.
    pub(crate) fn spawn(
        store: Box<dyn OutboxStore>,
        replies: mpsc::Sender<DiskReply>,
    ) -> std::io::Result<Self> {
        let (orders, incoming) = mpsc::channel(ORDERS_WAITING_MAX);
        let thread = thread::Builder::new()
            .name("callboard-outbox".into())
            .spawn(move || write(store, incoming, &replies))?;
        Ok(Self { orders, thread })
    }

    /// Hands an order over; what finds no place is answered at once.
    pub(crate) fn order(&self, order: DiskOrder) -> Option<DiskReply> {
        let behind = || Err("the disk is too far behind".into());
        if order.may_be_dropped() && self.orders.capacity() <= NOTES_KEPT_FREE {
            return reply(&order, behind());
        }
        match self.orders.try_send(order) {
            Ok(()) => None,
            Err(error) => reply(&error.into_inner(), behind()),
        }
    }

    /// Whether another command may be taken.
    pub(crate) fn has_room(&self) -> bool {
        self.orders.capacity() > ORDERS_KEPT_FREE
    }

    /// Waits until another command may be taken.
    pub(crate) async fn room(&self) {
        // Without the thread there is nothing to wait for: every order is refused then.
        let _ = self.orders.reserve_many(ORDERS_KEPT_FREE + 1).await;
    }

    /// Waits until everything ordered is done. Nobody may be left who could order more.
    pub(crate) async fn finish(self) {
        drop(self.orders);
        let thread = self.thread;
        // The thread ends by itself: its channel is closed. A panic in it has been reported already.
        let _ = tokio::task::spawn_blocking(move || thread.join()).await;
    }
}

fn write(
    mut store: Box<dyn OutboxStore>,
    mut incoming: mpsc::Receiver<DiskOrder>,
    replies: &mpsc::Sender<DiskReply>,
) {
    while let Some(first) = incoming.blocking_recv() {
        let mut batch = vec![first];
        while batch.len() < ORDERS_PER_SYNC_MAX
            && let Ok(next) = incoming.try_recv()
        {
            batch.push(next);
        }
        for reply in carry_out(store.as_mut(), &batch) {
            // Nobody listens any more while the console ends; the orders are carried out all the same.
            let _ = replies.blocking_send(reply);
        }
    }
}

/// Together if possible, one by one if not: one bad order must not take the others with it.
fn carry_out(store: &mut dyn OutboxStore, batch: &[DiskOrder]) -> Vec<DiskReply> {
    if store.carry_out(batch).is_ok() {
        return batch.iter().filter_map(|order| reply(order, Ok(()))).collect();
    }
    batch.iter().filter_map(|order| reply(order, store.carry_out(std::slice::from_ref(order)))).collect()
}

fn reply(order: &DiskOrder, outcome: Result<(), Arc<str>>) -> Option<DiskReply> {
    match (order, outcome) {
        (DiskOrder::Store(edit), Ok(())) => Some(DiskReply::Stored(edit.id)),
        (DiskOrder::Store(edit), Err(reason)) => Some(DiskReply::NotStored(edit.id, reason)),
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
        (DiskOrder::Forget(_) | DiskOrder::Note(_), Ok(())) => None,
    }
}

#[cfg(test)]
mod tests {
    use callboard_model::{Field, Timestamp, Value};

    use super::*;

    /// Refuses everything that names edit 2.
    #[derive(Default)]
    struct Picky(Vec<DiskOrder>);

    impl OutboxStore for Picky {
        fn load(&mut self) -> Result<Work, Arc<str>> {
            Ok(Work::default())
        }

        fn carry_out(&mut self, orders: &[DiskOrder]) -> Result<(), Arc<str>> {
            if orders.contains(&store(2)) {
                return Err("full".into());
            }
            self.0.extend_from_slice(orders);
            Ok(())
        }
    }

    fn store(id: u128) -> DiskOrder {
        DiskOrder::Store(StoredEdit {
            id: EditId(id),
            ticket: "T-1".into(),
            field: Field::Title,
            base: Value::Empty,
            base_version: None,
            mine: Value::from("x"),
            at: Timestamp::UNIX_EPOCH,
        })
    }

    #[test]
    fn one_bad_edit_does_not_take_the_others_with_it() {
        let mut disk = Picky::default();
        let replies = carry_out(&mut disk, &[store(1), store(2), DiskOrder::Forget(EditId(1)), store(3)]);
        assert_eq!(
            replies,
            [
                DiskReply::Stored(EditId(1)),
                DiskReply::NotStored(EditId(2), "full".into()),
                DiskReply::Stored(EditId(3)),
            ]
        );
        assert_eq!(disk.0, [store(1), DiskOrder::Forget(EditId(1)), store(3)]);
    }

    #[tokio::test]
    async fn everything_ordered_is_done_before_the_end_though_nobody_listens() {
        let (replies, listener) = mpsc::channel(1);
        drop(listener);
        let (done, mut log) = mpsc::channel(1024);
        struct Log(mpsc::Sender<usize>);
        impl OutboxStore for Log {
            fn load(&mut self) -> Result<Work, Arc<str>> {
                Ok(Work::default())
            }
            fn carry_out(&mut self, orders: &[DiskOrder]) -> Result<(), Arc<str>> {
                self.0.blocking_send(orders.len()).map_err(|_| "nobody counts".into())
            }
        }
        let writer = Writer::spawn(Box::new(Log(done)), replies).expect("a thread");
        for id in 0..500 {
            assert_eq!(writer.order(store(id)), None);
        }
        writer.finish().await;
        let mut orders = 0;
        while let Ok(batch) = log.try_recv() {
            assert!(batch <= ORDERS_PER_SYNC_MAX);
            orders += batch;
        }
        assert_eq!(orders, 500);
    }
}
