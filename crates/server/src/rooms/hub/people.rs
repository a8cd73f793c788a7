//! Who is inside, whatever rooms and windows they have.
//!
//! It exists so that the access of everybody present can be looked up in one go, and whoever lost it is found without
//! walking through all rooms.
//!
//! **Invariant:** a person is here exactly as long as they have a stay in some room.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use callboard_model::{TenantId, UserId};

use super::super::guest::Guest;
use super::super::outgoing::{Goodbye, Outgoing};
use crate::auth::Caller;

/// Everybody who is anywhere.
#[derive(Debug, Default)]
pub(super) struct People {
    here: HashMap<TenantId, HashMap<UserId, Vec<Socket>>>,
}

/// One socket of a person. Most people have one or two.
#[derive(Debug)]
struct Socket {
    outgoing: Outgoing,
    guest: Arc<Guest>,
    stays: usize,
}

impl People {
    pub(super) fn enter(&mut self, guest: &Arc<Guest>, outgoing: &Outgoing) {
        let caller = &guest.caller;
        let tenant = match self.here.get_mut(&caller.tenant) {
            Some(tenant) => tenant,
            None => self.here.entry(caller.tenant.clone()).or_default(),
        };
        let sockets = match tenant.get_mut(&caller.user) {
            Some(sockets) => sockets,
            None => tenant.entry(caller.user.clone()).or_default(),
        };
        match sockets.iter_mut().find(|socket| socket.outgoing.is(outgoing)) {
            Some(socket) => {
                socket.stays += 1;
                socket.guest = Arc::clone(guest);
            }
            None => {
                sockets.push(Socket { outgoing: outgoing.clone(), guest: Arc::clone(guest), stays: 1 });
            }
        }
    }

    pub(super) fn leave(&mut self, caller: &Caller, outgoing: &Outgoing) {
        let Some(tenant) = self.here.get_mut(&caller.tenant) else { return };
        let Entry::Occupied(mut sockets) = tenant.entry(caller.user.clone()) else { return };
        if let Some(index) = sockets.get().iter().position(|socket| socket.outgoing.is(outgoing)) {
            sockets.get_mut()[index].stays -= 1;
            if sockets.get()[index].stays == 0 {
                sockets.get_mut().swap_remove(index);
            }
        }
        if sockets.get().is_empty() {
            sockets.remove();
        }
        if tenant.is_empty() {
            self.here.remove(&caller.tenant);
        }
    }

    /// Everybody, tenant by tenant.
    pub(super) fn all(&self) -> Vec<(TenantId, Vec<UserId>)> {
        self.here.iter().map(|(tenant, users)| (tenant.clone(), users.keys().cloned().collect())).collect()
    }

    /// Ends the sockets of everybody who is not, any more, who they were when they came in. Returns how many people
    /// that were.
    pub(super) fn turn_out_changed(
        &self,
        tenant: &TenantId,
        asked: &[UserId],
        now: &HashMap<UserId, Caller>,
    ) -> usize {
        let Some(users) = self.here.get(tenant) else { return 0 };
        let changed = |socket: &&Socket| {
            let known = now.get(&socket.guest.caller.user);
            let is_another = |now: &Caller, then: &Caller| {
                (&now.access, now.key_revoked_at) != (&then.access, then.key_revoked_at)
            };
            known.is_none_or(|caller| is_another(caller, &socket.guest.caller))
        };
        let sockets = asked.iter().filter_map(|user| users.get(user)).map(|sockets| {
            sockets.iter().filter(changed).filter(|socket| socket.outgoing.end(Goodbye::reset())).count()
        });
        sockets.filter(|ended| *ended > 0).count()
    }

    /// Ends every socket that has a stay.
    pub(super) fn end_all(&self) {
        for socket in self.here.values().flat_map(HashMap::values).flatten() {
            socket.outgoing.end(Goodbye::reset());
        }
    }
}
