//! API keys: 64 hexadecimal characters, known to the server by their SHA-256 only.
//!
//! It exists so that a stolen database opens no door. A key is 32 random bytes, so one round of SHA-256 is enough:
//! there is nothing to guess.
//!
//! **Invariant:** a key's text cannot be printed by accident, and hashes are compared in constant time.

use std::fmt;

use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::auth::random_bytes;
use crate::error::Result;

/// A key in the clear: given to its owner once.
#[derive(Clone)]
pub struct ApiKey(String);

impl ApiKey {
    /// A fresh key from the machine's randomness.
    pub fn mint() -> Result<Self> {
        Ok(Self(hex::encode(random_bytes()?)))
    }

    /// The key for its owner. Nobody else gets to see it.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// What the server keeps.
    #[must_use]
    pub fn hash(&self) -> KeyHash {
        KeyHash::of(&self.0)
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiKey(…)")
    }
}

/// The SHA-256 of a key.
#[derive(Clone, Copy)]
pub struct KeyHash([u8; 32]);

impl KeyHash {
    /// How many bytes a store may search by; the rest is compared in constant time.
    pub const START: usize = 8;

    /// Of whatever a caller sent as a key.
    #[must_use]
    pub fn of(text: &str) -> Self {
        Self(Sha256::digest(text.as_bytes()).into())
    }

    /// All of it, to be stored.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// The part to search by.
    #[must_use]
    pub fn start(&self) -> &[u8] {
        &self.0[..Self::START]
    }

    /// Whether a stored hash is this one; takes the same time either way.
    #[must_use]
    pub fn is(&self, stored: &[u8]) -> bool {
        self.0.ct_eq(stored).into()
    }
}

impl fmt::Debug for KeyHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyHash(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_64_hexadecimal_characters_and_never_the_same_twice() {
        let (a, b) = (ApiKey::mint().expect("random"), ApiKey::mint().expect("random"));
        assert_ne!(a.reveal(), b.reveal());
        assert_eq!(a.reveal().len(), 64);
        assert!(a.reveal().bytes().all(|byte| byte.is_ascii_hexdigit()));
        assert!(!format!("{a:?} {:?}", a.hash()).contains(a.reveal()));
    }

    #[test]
    fn only_the_same_key_has_the_same_hash() {
        let key = ApiKey::mint().expect("random");
        assert!(key.hash().is(KeyHash::of(key.reveal()).bytes()));
        assert!(!key.hash().is(KeyHash::of("another").bytes()));
        assert!(!key.hash().is(key.hash().start()), "a part is not the whole");
    }
}
