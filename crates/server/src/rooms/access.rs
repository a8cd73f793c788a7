//! Whether everybody inside may still be there (LT-6).
//!
//! Everybody present is looked up together, tenant by tenant, and compared with who they were when they came in. Whoever
//! may do more or less than then connects again, and the gate decides anew. Where a tenant has switched the live layer
//! off (LT-20) the store knows nobody, and so nobody stays.
//!
//! **Invariant:** nobody stays for longer than [`UNCHECKED_FOR`] on the word of a store that does not answer.

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
            let began = self.now();
            match self.check_everybody().await {
                Ok(()) => checked = began,
                Err(error) => {
                    tracing::warn!(%error, "cannot check who may be in the rooms");
                    self.give_up_unchecked(self.now().saturating_sub(checked));
                }
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

    /// Fails closed.
    fn give_up_unchecked(&self, unchecked: Duration) {
        if unchecked >= UNCHECKED_FOR {
            tracing::error!(?unchecked, "nobody can say who may be in the rooms; all sockets are closed");
            self.hub(|hub| hub.end_all());
        }
    }
}

async fn in_time<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    timeout(CHECK_PATIENCE, work).await.unwrap_or(Err(ServerError::Closed))
}
