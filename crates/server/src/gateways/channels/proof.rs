//! The proof with which a client of ours enters a channel: signed for one socket, one channel and one person.
//!
//! It exists because the subscription arrives on a socket that knows nobody. Who asked was checked over REST, perhaps by
//! another process; the signature brings the answer along (the protocol's own: `key:hmac(socket:channel:channel_data)`).
//!
//! **Invariant:** a proof opens nothing on another socket, for another channel or in another person's name, and is worth
//! nothing after it aged.

use std::fmt;

use callboard_model::{TenantId, Timestamp, UserId};
use hmac::digest::Key;
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::APP_KEY;
use super::limits::PROOF_LIFETIME;
use super::name::Channel;
use crate::auth::Caller;

/// What keeps this key apart from whatever else is signed with the server's secret.
const PURPOSE: &[u8] = b"callboard record channels";

/// Signs and checks.
pub(super) struct Proofs {
    keyed: Hmac<Sha256>,
}

/// Who was let in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Grant {
    /// Behind which wall.
    pub tenant: TenantId,
    /// Who.
    pub user: UserId,
    /// When that was found to be right.
    pub at: Timestamp,
}

impl Grant {
    /// Whether it still lets them in: no key of theirs was taken away since.
    pub(super) fn holds_for(&self, caller: &Caller) -> bool {
        caller.key_revoked_at.is_none_or(|revoked| revoked < self.at)
    }
}

/// What a client gets for its question, in the protocol's names.
#[derive(Debug, Serialize)]
pub(super) struct Proof {
    /// The application's key and the signature.
    pub auth: String,
    /// What was signed beside the socket and the channel.
    pub channel_data: String,
}

impl Proofs {
    /// Proofs under the secret that all processes share.
    pub(super) fn new(secret: &[u8]) -> Self {
        // A digest is shorter than a block, so that no secret is of a wrong length: there is no key to fall back upon.
        let digest = Sha256::new().chain_update(PURPOSE).chain_update(secret).finalize();
        let mut key = Key::<Hmac<Sha256>>::default();
        key.iter_mut().zip(digest).for_each(|(place, byte)| *place = byte);
        Self { keyed: Hmac::new(&key) }
    }

    /// Lets this caller in.
    pub(super) fn sign(&self, caller: &Caller, socket: &str, channel: &Channel, at: Timestamp) -> Proof {
        let grant = Grant { tenant: caller.tenant.clone(), user: caller.user.clone(), at };
        let channel_data = serde_json::json!(grant).to_string();
        let signature = self.mac(socket, channel, &channel_data).finalize().into_bytes();
        Proof { auth: format!("{APP_KEY}:{}", hex::encode(signature)), channel_data }
    }

    /// Who this proof lets in here.
    pub(super) fn check(
        &self,
        (auth, channel_data): (&str, &str),
        socket: &str,
        channel: &Channel,
        now: Timestamp,
    ) -> Option<Grant> {
        let signature = hex::decode(auth.strip_prefix(APP_KEY)?.strip_prefix(':')?).ok()?;
        // In constant time.
        self.mac(socket, channel, channel_data).verify_slice(&signature).ok()?;
        let grant: Grant = serde_json::from_str(channel_data).ok()?;
        let age = now.duration_since(grant.at).unsigned_abs();
        (age <= PROOF_LIFETIME).then_some(grant)
    }

    fn mac(&self, socket: &str, channel: &Channel, channel_data: &str) -> Hmac<Sha256> {
        self.keyed.clone().chain_update(format!("{socket}:{channel}:{channel_data}"))
    }
}

impl fmt::Debug for Proofs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Proofs").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::{Access, Role};

    const SECRET: &[u8] = b"a secret that is long enough for a test";

    fn caller() -> Caller {
        Caller {
            tenant: "t".into(),
            user: "u".into(),
            display_name: "Nora".into(),
            avatar_url: None,
            access: Access::of(Role::Dispatcher),
            key_revoked_at: None,
        }
    }

    fn channel(name: &str) -> Channel {
        Channel::from_name(name).expect("a name")
    }

    /// RB-3.
    #[test]
    fn a_proof_opens_its_channel_on_its_socket_for_its_person() {
        let (proofs, now, ticket) =
            (Proofs::new(SECRET), Timestamp::UNIX_EPOCH, channel("private-record.ticket.1"));
        let Proof { auth, channel_data } = proofs.sign(&caller(), "1.2", &ticket, now);
        let grant = proofs.check((&auth, &channel_data), "1.2", &ticket, now).expect("it is right");
        assert_eq!((grant.tenant, grant.user), ("t".into(), "u".into()));
    }

    /// RB-3: whatever is changed about it, it is worth nothing.
    #[test]
    fn a_proof_opens_nothing_else() {
        let (proofs, now, ticket) =
            (Proofs::new(SECRET), Timestamp::UNIX_EPOCH, channel("private-record.ticket.1"));
        let Proof { auth, channel_data } = proofs.sign(&caller(), "1.2", &ticket, now);
        let refused = |auth: &str, data: &str, socket: &str, channel: &Channel, now| {
            assert_eq!(
                proofs.check((auth, data), socket, channel, now),
                None,
                "{auth} {data} {socket} {channel}"
            );
        };
        refused(&auth, &channel_data, "1.3", &ticket, now);
        refused(&auth, &channel_data, "1.2", &channel("private-record.ticket.2"), now);
        refused(&auth, &channel_data, "1.2", &channel("private-board.1"), now);
        refused(&auth, &channel_data.replace("\"u\"", "\"v\""), "1.2", &ticket, now);
        refused(&auth, &channel_data, "1.2", &ticket, now + 2 * PROOF_LIFETIME);
        refused(&auth.replace(APP_KEY, "other"), &channel_data, "1.2", &ticket, now);
        refused(APP_KEY, &channel_data, "1.2", &ticket, now);
        let foreign = Proofs::new(b"another secret, of somebody else's").sign(&caller(), "1.2", &ticket, now);
        refused(&foreign.auth, &foreign.channel_data, "1.2", &ticket, now);
    }
}
