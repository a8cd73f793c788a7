//! Who may be here at once: so many in all, so many from one source.
//!
//! **Invariant:** a seat that was given back is free at once, and nothing is remembered of a source without seats.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{Limits, Source};

/// The seats of one server. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Seats(Arc<Hall>);

#[derive(Debug)]
struct Hall {
    all: usize,
    per_source: usize,
    taken: Mutex<Taken>,
}

#[derive(Debug, Default)]
struct Taken {
    all: usize,
    by_source: HashMap<Source, usize>,
    refused: u64,
}

/// A place; given back when dropped.
#[derive(Debug)]
pub struct Seat {
    hall: Arc<Hall>,
    source: Source,
}

impl Seats {
    /// As many as the limits say, all free.
    #[must_use]
    pub fn new(limits: &Limits) -> Self {
        let Limits { connections, per_source, .. } = *limits;
        Self(Arc::new(Hall { all: connections, per_source, taken: Mutex::default() }))
    }

    /// A seat, if there is one for this source.
    #[must_use]
    pub fn take(&self, source: Source) -> Option<Seat> {
        let mut taken = self.0.taken();
        let own = taken.by_source.get(&source).copied().unwrap_or_default();
        if taken.all >= self.0.all || own >= self.0.per_source {
            taken.refused += 1;
            return None;
        }
        taken.all += 1;
        taken.by_source.insert(source, own + 1);
        Some(Seat { hall: Arc::clone(&self.0), source })
    }

    /// How many are taken.
    #[must_use]
    pub fn taken(&self) -> usize {
        self.0.taken().all
    }

    /// How often there was none, since the start.
    #[must_use]
    pub fn refused(&self) -> u64 {
        self.0.taken().refused
    }
}

impl Hall {
    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut taken = self.hall.taken();
        taken.all = taken.all.saturating_sub(1);
        if let Entry::Occupied(mut own) = taken.by_source.entry(self.source) {
            *own.get_mut() -= 1;
            if *own.get() == 0 {
                own.remove();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(last: u8) -> Source {
        Source::of([192, 0, 2, last].into())
    }

    #[test]
    fn one_source_cannot_take_the_seats_of_the_others() {
        let seats = Seats::new(&Limits { connections: 4, per_source: 2, ..Limits::default() });
        let greedy: Vec<_> = (0..5).filter_map(|_| seats.take(source(1))).collect();
        assert_eq!(greedy.len(), 2);
        let others: Vec<_> = (2..9).filter_map(|last| seats.take(source(last))).collect();
        assert_eq!((others.len(), seats.taken(), seats.refused()), (2, 4, 8));
        drop(greedy);
        assert!(seats.take(source(9)).is_some(), "a seat that was given back is free");
        drop(others);
        assert_eq!(seats.taken(), 0);
        assert!(seats.0.taken().by_source.is_empty(), "nothing is remembered of who has left");
    }
}
