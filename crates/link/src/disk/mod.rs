//! What survives a crash: our own work, which is edits that the server has not confirmed and [notes], and a copy of what
//! the server said.
//!
//! [notes]: callboard_desk::notes
//!
//! One thread writes, so that a slow disk never holds the loop up and orders are carried out in their order. What
//! piles up meanwhile goes down in one transaction: one sync for many edits.
//!
//! # The seam
//!
//! A simulated world brings an [`OutboxStore`] and a [`CopyStore`](copy::CopyStore) of its own to
//! [`Console::start_in`](crate::Console::start_in), and [threads](threads::Threads) that are tasks like any other. There
//! nothing runs beside the loop but in turns: a run is the same each time, a store that refuses is a full disk, a task that
//! is held up is a slow one, and what a store holds when the console is killed is what a kill leaves.
//!
//! | module | holds |
//! |---|---|
//! | [`profile`] | the directory, and the lock that keeps a second console out |
//! | [`sqlite`] | the file of our work and its schema |
//! | [`shelves`] | the notes in it, and their limits |
//! | [`writer`] | what becomes of orders to it, one by one and together |
//! | [`scribe`] | the thread and its queue |
//! | [`threads`] | where threads come from |
//! | [`erase`] | what is wiped is nowhere in the bytes |
//! | [`open`] | what happens to a file that cannot be read |
//! | [`copy`] | the copy, in a file of its own |
//!
//! **Invariant:** an edit or a note is reported as stored only after the disk has said so.

pub(crate) mod copy;
mod erase;
pub(crate) mod open;
pub(crate) mod profile;
pub(crate) mod scribe;
mod shelves;
pub(crate) mod sqlite;
pub(crate) mod threads;
pub(crate) mod writer;

use std::sync::Arc;

use callboard_desk::bridge::Saving;
use callboard_desk::notes::{Note, NoteName, NoteOrder, Owner};
use callboard_desk::session::effect::StoredEdit;
use callboard_desk::session::event::Wiped;
use callboard_model::EditId;

/// Answers that may wait for the loop; beyond that the thread waits.
pub(crate) const REPLIES_WAITING_MAX: usize = 256;

/// One thing to be done on disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DiskOrder {
    /// Keep an edit, behind all others; one of the same id is replaced in its place.
    Store {
        /// The edit.
        edit: StoredEdit,
        /// Keep it right behind this one instead, as long as that is there.
        repeats: Option<EditId>,
    },
    /// Drop an edit.
    Forget(EditId),
    /// Keep a note or take one away.
    Note(NoteOrder),
    /// Find out whether there is room.
    Probe,
    /// Erase all work of an account, and that of nobody.
    Wipe(Owner),
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
    /// Our work or the copy was erased, or could not be.
    Wiped(Wiped, Result<(), Arc<str>>),
    /// Whether the disk takes anything: told when it changed, and to whoever asked.
    Saving(Saving),
}

/// Why orders were not carried out, with a sentence for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unkept {
    /// One of them is too much by itself; the disk would take others.
    Refused(Arc<str>),
    /// There is no room.
    Full(Arc<str>),
    /// The disk does not work.
    Failed(Arc<str>),
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
    fn carry_out(&mut self, orders: &[DiskOrder]) -> Result<(), Unkept>;

    /// After a [`DiskOrder::Wipe`] was carried out: sees to it that what was deleted is nowhere in the bytes.
    ///
    /// # Errors
    /// Some of it may be.
    fn scrub(&mut self) -> Result<(), Unkept>;
}
