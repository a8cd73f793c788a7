//! People the gate has just looked up.
//!
//! It exists because a client enters a thousand rooms at once, and who it is does not change meanwhile.
//!
//! **Invariant:** what is known counts for a moment that is short enough for a withdrawn access to be found in time.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use callboard_model::{TenantId, UserId};

use super::super::guest::Guest;
use super::super::limits::{CALLER_KNOWN_FOR, CALLERS_KNOWN};

/// A person of a tenant.
type Person = (TenantId, UserId);

/// Who was looked up, and when.
#[derive(Default)]
pub(super) struct Known(Mutex<HashMap<Person, (Duration, Arc<Guest>)>>);

impl Known {
    pub(super) fn get(&self, person: &Person, at: Duration) -> Option<Arc<Guest>> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (since, guest) = known.get(person)?;
        (at.saturating_sub(*since) < CALLER_KNOWN_FOR).then(|| Arc::clone(guest))
    }

    pub(super) fn put(&self, person: Person, guest: Arc<Guest>, at: Duration) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= CALLERS_KNOWN {
            known.clear();
        }
        known.insert(person, (at, guest));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::{Access, Caller, Role};

    /// LT-6: at the end of it the store is asked again, so whoever lost their access is not let in by memory.
    #[test]
    fn what_is_known_of_a_person_counts_for_a_moment_only() {
        let guest = Arc::new(Guest::new(Caller {
            tenant: "t".into(),
            user: "u".into(),
            display_name: "U".into(),
            avatar_url: None,
            access: Access::of(Role::Technician),
            key_revoked_at: None,
        }));
        let (known, person) = (Known::default(), ("t".into(), "u".into()));
        known.put(person.clone(), guest, Duration::from_secs(7));
        let end = Duration::from_secs(7) + CALLER_KNOWN_FOR;
        assert!(known.get(&person, end - Duration::from_millis(1)).is_some());
        assert!(known.get(&person, end).is_none());
        assert!(known.get(&("x".into(), "u".into()), Duration::from_secs(7)).is_none());
    }
}
