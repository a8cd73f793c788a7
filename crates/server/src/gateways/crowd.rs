//! How many sockets and subscriptions a gateway has, and whose.
//!
//! It exists so that every gateway to which people connect is bounded and counted alike.
//!
//! **Invariant:** what was counted for somebody is given back when they are gone.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use callboard_model::{TenantId, UserId};

use crate::auth::Caller;

/// What there is, and what has happened since the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Open sockets.
    pub connections: usize,
    /// Subscriptions under way.
    pub subscriptions: usize,
    /// Events that were written to a subscriber.
    pub deliveries: u64,
    /// Sockets and operations that were refused or closed, for whatever reason that the client was told.
    pub refused: u64,
    /// Subscriptions that ended because they were too slow.
    pub too_slow: u64,
}

/// How many there may be.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    /// Sockets of this process.
    pub(super) sockets: usize,
    /// Sockets of one person on this process.
    pub(super) per_person: usize,
}

/// Everybody whom one gateway of this process serves.
#[derive(Clone, Debug)]
pub(super) struct Crowd(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    bounds: Bounds,
    connections: AtomicUsize,
    subscriptions: AtomicUsize,
    deliveries: AtomicU64,
    refused: AtomicU64,
    too_slow: AtomicU64,
    people: Mutex<HashMap<(TenantId, UserId), usize>>,
}

impl Shared {
    fn people(&self) -> MutexGuard<'_, HashMap<(TenantId, UserId), usize>> {
        self.people.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Crowd {
    /// Nobody yet.
    pub(super) fn new(bounds: Bounds) -> Self {
        Self(Arc::new(Shared {
            bounds,
            connections: AtomicUsize::default(),
            subscriptions: AtomicUsize::default(),
            deliveries: AtomicU64::default(),
            refused: AtomicU64::default(),
            too_slow: AtomicU64::default(),
            people: Mutex::default(),
        }))
    }

    /// Counts one more socket; `None` when there are too many.
    pub(super) fn enter(&self) -> Option<Seat> {
        let seat = Seat { shared: Arc::clone(&self.0), person: None };
        // Dropped where it does not fit, and so not counted any more.
        (self.0.connections.fetch_add(1, Ordering::Relaxed) < self.0.bounds.sockets).then_some(seat)
    }

    /// Counts one more subscription.
    pub(super) fn subscribes(&self) -> Subscribed {
        self.0.subscriptions.fetch_add(1, Ordering::Relaxed);
        Subscribed(Arc::clone(&self.0))
    }

    pub(super) fn delivered(&self) {
        self.0.deliveries.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn refused(&self) {
        self.0.refused.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn too_slow(&self) {
        self.0.too_slow.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn counts(&self) -> Counts {
        let shared = &self.0;
        Counts {
            connections: shared.connections.load(Ordering::Relaxed),
            subscriptions: shared.subscriptions.load(Ordering::Relaxed),
            deliveries: shared.deliveries.load(Ordering::Relaxed),
            refused: shared.refused.load(Ordering::Relaxed),
            too_slow: shared.too_slow.load(Ordering::Relaxed),
        }
    }
}

/// One socket, nobody's until somebody was let in on it.
#[derive(Debug)]
pub(super) struct Seat {
    shared: Arc<Shared>,
    person: Option<(TenantId, UserId)>,
}

impl Seat {
    /// Counts it for this person; `false` when they have too many.
    pub(super) fn is_for(&mut self, caller: &Caller) -> bool {
        let person = (caller.tenant.clone(), caller.user.clone());
        let mut people = self.shared.people();
        let theirs = people.entry(person.clone()).or_default();
        if *theirs >= self.shared.bounds.per_person {
            return false;
        }
        *theirs += 1;
        drop(people);
        self.person = Some(person);
        true
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.shared.connections.fetch_sub(1, Ordering::Relaxed);
        let Some(person) = self.person.take() else { return };
        let mut people = self.shared.people();
        if let Some(theirs) = people.get_mut(&person) {
            *theirs = theirs.saturating_sub(1);
            if *theirs == 0 {
                people.remove(&person);
            }
        }
    }
}

/// One subscription.
#[derive(Debug)]
pub(super) struct Subscribed(Arc<Shared>);

impl Drop for Subscribed {
    fn drop(&mut self) {
        self.0.subscriptions.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::{Access, Role};

    const BOUNDS: Bounds = Bounds { sockets: 40, per_person: 4 };

    fn caller(tenant: &str, user: &str) -> Caller {
        Caller {
            tenant: tenant.into(),
            user: user.into(),
            display_name: "".into(),
            avatar_url: None,
            access: Access::of(Role::Dispatcher),
            key_revoked_at: None,
        }
    }

    /// GS-6
    #[test]
    fn a_person_has_so_many_sockets_and_no_more_until_one_is_gone() {
        let crowd = Crowd::new(BOUNDS);
        let mut seats: Vec<_> = (0..BOUNDS.per_person).map(|_| crowd.enter().expect("room")).collect();
        assert!(seats.iter_mut().all(|seat| seat.is_for(&caller("t", "u"))));
        let mut one_more = crowd.enter().expect("room");
        assert!(!one_more.is_for(&caller("t", "u")));
        assert!(one_more.is_for(&caller("x", "u")), "somebody of that name in another company");
        seats.pop();
        assert!(crowd.enter().expect("room").is_for(&caller("t", "u")));
        drop((seats, one_more));
        assert_eq!(crowd.counts(), Counts::default());
        assert!(crowd.0.people().is_empty(), "nobody is remembered");
    }

    /// GS-6
    #[test]
    fn a_process_has_so_many_sockets_and_no_more() {
        let crowd = Crowd::new(BOUNDS);
        let mut seats: Vec<_> = std::iter::from_fn(|| crowd.enter()).collect();
        assert_eq!(seats.len(), BOUNDS.sockets);
        seats.pop();
        assert!(crowd.enter().is_some());
    }
}
