//! What messages to others are signed with, so that who receives one knows that it is ours and not an old one.
//!
//! **Invariant:** a secret cannot be printed by accident, and is in one answer to its owner.

use std::fmt;

use callboard_model::Timestamp;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::auth::random_bytes;
use crate::error::{Result, ServerError};

/// What every secret begins with, so that one that leaked is known for what it is.
const PREFIX: &str = "whsec_";

/// A secret between this server and one receiver.
#[derive(Clone, PartialEq, Eq)]
pub struct SigningSecret(String);

impl SigningSecret {
    /// A fresh one from the machine's randomness.
    pub fn mint() -> Result<Self> {
        Ok(Self(format!("{PREFIX}{}", hex::encode(random_bytes()?))))
    }

    /// The secret for its owner. Nobody else gets to see it.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// The signature of a body that is sent at this time: `t=<seconds>,v1=<HMAC-SHA256 of "<seconds>.<body>">`.
    pub fn sign(&self, at: Timestamp, body: &[u8]) -> Result<String> {
        let seconds = at.as_second();
        let mut mac = Hmac::<Sha256>::new_from_slice(self.0.as_bytes())
            .map_err(|error| ServerError::Settings(format!("a secret that signs nothing: {error}")))?;
        mac.update(seconds.to_string().as_bytes());
        mac.update(b".");
        mac.update(body);
        Ok(format!("t={seconds},v1={}", hex::encode(mac.finalize().into_bytes())))
    }
}

impl From<String> for SigningSecret {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Debug for SigningSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningSecret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The figures come from `openssl dgst -sha256 -hmac secret`.
    #[test]
    fn a_signature_is_the_one_that_any_other_program_computes() {
        let secret = SigningSecret::from("secret".to_owned());
        let at = "2026-11-21T10:00:00Z".parse().expect("a time");
        let signature = secret.sign(at, br#"{"event_id":"e"}"#).expect("signed");
        assert_eq!(signature, SIGNED);
    }

    const SIGNED: &str = "t=1795255200,v1=827204a63dc2f04645c9e8552542bea9251285b44c98d597ab43d3d965127b88";

    #[test]
    fn a_secret_is_never_shown_and_never_the_same_twice() {
        let (one, other) = (SigningSecret::mint().expect("random"), SigningSecret::mint().expect("random"));
        assert_ne!(one, other);
        assert!(one.reveal().starts_with("whsec_") && !format!("{one:?}").contains(one.reveal()));
    }
}
