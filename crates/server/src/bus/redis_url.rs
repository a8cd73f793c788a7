//! Where Redis is, with the password that may be part of it.
//!
//! It exists so that settings can be printed as a whole.
//!
//! **Invariant:** the address is never shown, and TLS without a certificate that holds is no way to Redis.

use std::fmt;

use redis::{Client, ConnectionAddr, TlsCertificates};

use crate::error::{Result, ServerError};
use crate::trust::Authorities;

/// `redis://[user:password@]host:port`, or `rediss://…` for TLS.
#[derive(Clone, PartialEq, Eq)]
pub struct RedisUrl(String);

impl RedisUrl {
    /// The way there. With authorities it has to be `rediss://…`: whoever names them means TLS.
    pub(super) fn client(&self, authorities: Option<&Authorities>) -> Result<Client> {
        let refused = |why: &str| Err(ServerError::Settings(format!("the address of Redis: {why}")));
        let client = Client::open(&*self.0)?;
        match (client.get_connection_info().addr(), authorities) {
            (ConnectionAddr::TcpTls { insecure: true, .. }, _) => refused(
                "TLS that trusts everybody is not served; take #insecure away and name the authorities",
            ),
            (ConnectionAddr::TcpTls { .. }, authorities) => {
                // The driver takes the process's provider of cryptography; whoever set it before has set this one.
                drop(rustls::crypto::aws_lc_rs::default_provider().install_default());
                let Some(authorities) = authorities else { return Ok(client) };
                let root_cert = Some(authorities.pem().to_vec());
                Ok(Client::build_with_tls(&*self.0, TlsCertificates { client_tls: None, root_cert })?)
            }
            (_, Some(_)) => refused("it has authorities and no TLS; say rediss://"),
            (_, None) => Ok(client),
        }
    }
}

impl From<String> for RedisUrl {
    fn from(url: String) -> Self {
        Self(url)
    }
}

impl fmt::Debug for RedisUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RedisUrl(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tls_that_trusts_everybody_is_refused_and_the_password_is_not_repeated() {
        for address in
            ["rediss://:hunter2@localhost:1/#insecure", "http://:hunter2@localhost", "redis://:hunter2@[x"]
        {
            let error = RedisUrl::from(address.to_owned()).client(None).expect_err("refused").to_string();
            assert!(!error.contains("hunter2"), "{error}");
        }
        assert!(RedisUrl::from("rediss://localhost:1".to_owned()).client(None).is_ok());
    }
}
