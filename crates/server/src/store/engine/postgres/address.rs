//! The address of a database, as libpq's users know it.
//!
//! It exists because the driver knows neither `sslrootcert` nor `sslmode=verify-full`, and takes no mode at all for
//! "encrypted if the server likes": whoever stands between could then say that the server does not.
//!
//! **Invariant:** unless the address says `sslmode=disable`, nothing goes over a network in the clear.

use std::path::PathBuf;

use ::postgres::Config;
use ::postgres::config::{Host, SslMode};
use percent_encoding::percent_decode_str;

use crate::error::{Result, ServerError};
use crate::trust::Authorities;

/// Where a database is, and who may vouch for it.
pub(super) struct Address {
    pub(super) config: Config,
    /// `None`: whom the machine trusts.
    pub(super) authorities: Option<Authorities>,
}

impl Address {
    pub(super) fn read(text: &str) -> Result<Self> {
        let (place, query) = text.split_once('?').unwrap_or((text, ""));
        let mut kept = Vec::new();
        let mut authorities = None;
        for parameter in query.split('&').filter(|parameter| !parameter.is_empty()) {
            match parameter.split_once('=') {
                Some(("sslrootcert", path)) => {
                    let path =
                        percent_decode_str(path).decode_utf8().map_err(|_| ServerError::UnknownDatabase)?;
                    authorities = Some(Authorities::read(&PathBuf::from(&*path))?);
                }
                // What we do anyway: there is no weaker encryption.
                Some(("sslmode", "verify-full")) => kept.push("sslmode=require"),
                _ => kept.push(parameter),
            }
        }
        // The parser's complaint may repeat a part of the address.
        let known = if kept.is_empty() { place.to_owned() } else { format!("{place}?{}", kept.join("&")) };
        let mut config: Config = known.parse().map_err(|_| ServerError::UnknownDatabase)?;
        match config.get_ssl_mode() {
            SslMode::Disable if authorities.is_some() => {
                return Err(ServerError::Settings(
                    "the address of the database says sslmode=disable and sslrootcert: give one".to_owned(),
                ));
            }
            SslMode::Disable => {}
            _ if over_a_network(&config) => {
                config.ssl_mode(SslMode::Require);
            }
            // A socket of this machine is no network, and Postgres has no TLS on it.
            _ => {
                config.ssl_mode(SslMode::Disable);
            }
        }
        Ok(Self { config, authorities })
    }
}

fn over_a_network(config: &Config) -> bool {
    !config.get_hostaddrs().is_empty() || config.get_hosts().iter().any(|host| matches!(host, Host::Tcp(_)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(address: &str) -> SslMode {
        Address::read(address).map(|address| address.config.get_ssl_mode()).expect("an address")
    }

    #[test]
    fn nothing_goes_over_a_network_in_the_clear_unless_the_address_says_so() {
        for address in
            ["", "?sslmode=prefer", "?sslmode=require", "?sslmode=verify-full", "?connect_timeout=3"]
        {
            assert_eq!(
                mode(&format!("postgres://u:p@db.example.org/board{address}")),
                SslMode::Require,
                "{address}"
            );
        }
        assert_eq!(mode("postgres://u@db.example.org/board?sslmode=disable"), SslMode::Disable);
        assert_eq!(
            mode("postgres://u@/board?host=/run/postgresql"),
            SslMode::Disable,
            "a socket of this machine"
        );
        assert_eq!(mode("postgres://u@db.example.org/board?host=/run/postgresql"), SslMode::Require);
    }

    #[test]
    fn an_address_that_does_not_read_is_refused_without_being_repeated() {
        for rest in [
            "host:port/db",
            "host/db?nonsense=1",
            "host/db?sslmode=perhaps",
            "host/db?sslrootcert=/no/ca.pem",
        ] {
            let error =
                Address::read(&format!("postgres://u:hunter2@{rest}")).err().expect("refused").to_string();
            assert!(!error.contains("hunter2"), "{error}");
        }
    }

    #[test]
    fn authorities_for_a_connection_without_tls_are_a_mistake() {
        let ca = tempfile::NamedTempFile::new().expect("a file");
        let address = format!("postgres://u@h/db?sslmode=disable&sslrootcert={}", ca.path().display());
        assert!(matches!(Address::read(&address), Err(ServerError::Settings(_))));
    }
}
