//! Whether everybody inside may still be there (LT-6).
//!
//! Everybody present is looked up together, tenant by tenant, and compared with who they were when they came in. Whoever
//! may do more or less than then connects again, and the gate decides anew. Where a tenant has switched the live layer
//! off (LT-20) the store knows nobody, and so nobody stays.
//!
//! **Invariant:** nobody stays for longer than [`UNCHECKED_FOR`] on the word of a store that does not answer; the check
//! that would come too late is not waited for.

use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval, timeout};

use super::Rooms;
use super::limits::{ACCESS_CHECKED_EVERY, CHECK_PATIENCE, PEOPLE_CHECKED, UNCHECKED_FOR};
use crate::error::{Result, ServerError};

impl Rooms {
    pub(super) async fn check_access(&self) {
        let mut check = interval(ACCESS_CHECKED_EVERY);
        check.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut checked = self.now();
        loop {
            check.tick().await;
            checked = self.check_at(|| self.now(), checked).await;
        }
    }

    /// One check. Gives back when everybody inside was last known to be allowed there; `checked` is when they were
    /// before it.
    async fn check_at(&self, clock: impl Fn() -> Duration, checked: Duration) -> Duration {
        let began = clock();
        match self.check_everybody().await {
            Ok(()) => began,
            Err(error) => {
                tracing::warn!(%error, "cannot check who may be in the rooms");
                self.give_up_unchecked(clock().saturating_sub(checked));
                checked
            }
        }
    }

    async fn check_everybody(&self) -> Result<()> {
        let store = &self.0.gate.store;
        for (tenant, users) in self.hub(|hub| hub.people()) {
            for users in users.chunks(PEOPLE_CHECKED) {
                let now = in_time(store.callers(&tenant, users.to_vec())).await?;
                let turned_out = self.hub(|hub| hub.turn_out_changed(&tenant, users, &now));
                if turned_out > 0 {
                    tracing::info!(%tenant, people = turned_out, "access has changed; they have to connect again");
                }
            }
        }
        Ok(())
    }

    /// Fails closed, as soon as the next check could fail after [`UNCHECKED_FOR`].
    fn give_up_unchecked(&self, unchecked: Duration) {
        if unchecked + ACCESS_CHECKED_EVERY + CHECK_PATIENCE > UNCHECKED_FOR {
            tracing::error!(?unchecked, "nobody can say who may be in the rooms; all sockets are closed");
            self.hub(|hub| hub.end_all());
        }
    }
}

async fn in_time<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    timeout(CHECK_PATIENCE, work).await.unwrap_or(Err(ServerError::Closed))
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::sync::Arc;

    use callboard_model::Room;
    use callboard_wire::Address;
    use tempfile::TempDir;
    use tokio_util::sync::CancellationToken;

    use super::*;
    use crate::auth::live_token::LiveTokens;
    use crate::auth::{Access, Caller, Role};
    use crate::rooms::guest::Guest;
    use crate::rooms::hub::Entrance;
    use crate::rooms::line::tests::Peer;
    use crate::rooms::outgoing::{Memory, Outgoing, Waiting, queue};
    use crate::store::{Limits, Store};

    fn rooms(home: &TempDir) -> Rooms {
        let address = format!("sqlite:{}", home.path().join("rooms.db").display());
        let store = Store::open(&address, Limits::default()).expect("a store");
        Rooms::new(store, Arc::new(LiveTokens::new(b"the secret of this test")), CancellationToken::new())
    }

    /// Makes the store unable to say who anybody is, or able again.
    fn rename(home: &TempDir, from: &str, to: &str) {
        let file = rusqlite::Connection::open(home.path().join("rooms.db")).expect("the file");
        file.execute_batch(&format!("ALTER TABLE {from} RENAME TO {to}")).expect("renamed");
    }

    fn inside(rooms: &Rooms, home: &TempDir) -> (Outgoing, Waiting) {
        let file = rusqlite::Connection::open(home.path().join("rooms.db")).expect("the file");
        file.execute_batch(
            "INSERT OR IGNORE INTO tenants (tenant, name) VALUES ('t', 'T'); \
             INSERT OR IGNORE INTO users (tenant, user_id, username, first_name, last_name, email, role) \
             VALUES ('t', 'u', 'u', 'U', 'U', 'u@example.org', 'technician')",
        )
        .expect("somebody");
        let (outgoing, waiting) = queue(&Memory::default(), Peer::default());
        let address = Address::parse("board:t").expect("an address");
        let room = Room::parse("board:t").expect("a room");
        let guest = Arc::new(Guest::new(Caller {
            tenant: "t".into(),
            user: "u".into(),
            display_name: "U".into(),
            avatar_url: None,
            access: Access::of(Role::Technician),
            key_revoked_at: None,
        }));
        rooms.hub(|hub| {
            hub.join(Entrance {
                room: &room,
                address: &address,
                guest: &guest,
                outgoing: &outgoing,
                placement: None,
            })
        });
        (outgoing, waiting)
    }

    /// Whether the socket was told to end.
    fn is_ended(waiting: &Waiting) -> bool {
        use futures_util::FutureExt;
        waiting.goodbye().now_or_never().is_some()
    }

    fn second(second: u64) -> impl Fn() -> Duration {
        move || Duration::from_secs(second)
    }

    /// LT-6: fails closed, in time and not before; and whoever is known again in between stays.
    #[tokio::test]
    async fn nobody_stays_for_longer_than_30_s_on_the_word_of_a_store_that_does_not_answer() {
        let home = tempfile::tempdir().expect("a folder");
        let rooms = rooms(&home);
        let (_socket, waiting) = inside(&rooms, &home);
        let start = Duration::from_secs(100);
        assert_eq!(rooms.check_at(second(104), start).await, Duration::from_secs(104), "all is well");
        rename(&home, "users", "gone");
        let mut checked = Duration::from_secs(104);
        for failing in [108, 115, 122, 127] {
            checked = rooms.check_at(second(failing), checked).await;
            assert_eq!(checked, Duration::from_secs(104), "nothing new is known");
            assert!(!is_ended(&waiting), "{failing}: for so short a time they may stay");
        }
        rename(&home, "gone", "users");
        checked = rooms.check_at(second(130), checked).await;
        assert_eq!(checked, Duration::from_secs(130), "the store is back, and with it the whole time");
        rename(&home, "users", "gone");
        checked = rooms.check_at(second(150), checked).await;
        assert!(!is_ended(&waiting));
        // It began in time, and said so late that the next one could only come too late.
        let clock = Cell::new(150);
        let slow = || {
            clock.set(clock.get() + 4);
            Duration::from_secs(clock.get())
        };
        rooms.check_at(slow, checked).await;
        assert!(is_ended(&waiting), "{} s after the last answer", clock.get() - 130);
        assert!(clock.get() - 130 <= UNCHECKED_FOR.as_secs());
    }
}
