//! Whom a TLS connection of ours trusts: the authorities of the machine, or those of one file alone.
//!
//! It exists so that Postgres and Redis are trusted by the same rule, and a file that holds no certificate is found at
//! the start and not at the first connection.
//!
//! **Invariant:** nobody is trusted without a certificate that holds, for the very name that was asked for.

use std::fmt;
use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use crate::error::{Result, ServerError};

/// The most bytes of a file with authorities. More is not read: it is some other file.
const FILE_MAX: u64 = 4 * 1024 * 1024;

/// The certificates of those who may vouch for a server, from a PEM file.
#[derive(Clone, PartialEq, Eq)]
pub struct Authorities {
    pem: Arc<[u8]>,
    count: usize,
}

impl Authorities {
    /// Those of a file. At least one, and none that does not read.
    pub fn read(path: &Path) -> Result<Self> {
        let refused = |why: &str| {
            ServerError::Settings(format!("no authorities to trust in {}: {why}", path.display()))
        };
        let mut pem = Vec::new();
        let file = File::open(path).and_then(|file| file.take(FILE_MAX + 1).read_to_end(&mut pem));
        let length = file.map_err(|error| refused(&error.to_string()))?;
        if u64::try_from(length).is_ok_and(|length| length > FILE_MAX) {
            return Err(refused("the file is too long"));
        }
        let mut trusted = Self { pem: pem.into(), count: 0 };
        trusted.count = trusted.roots().map_err(|why| refused(&why))?.len();
        if trusted.count == 0 {
            return Err(refused("it holds no certificate"));
        }
        Ok(trusted)
    }

    /// As they stand in the file.
    pub(crate) fn pem(&self) -> &[u8] {
        &self.pem
    }

    fn roots(&self) -> Result<RootCertStore, String> {
        let mut roots = RootCertStore::empty();
        for certificate in CertificateDer::pem_slice_iter(&self.pem) {
            let certificate = certificate.map_err(|error| error.to_string())?;
            roots.add(certificate).map_err(|error| error.to_string())?;
        }
        Ok(roots)
    }
}

/// TLS that trusts these authorities alone, or without them whom the machine trusts (or `SSL_CERT_FILE`).
pub(crate) fn client(authorities: Option<&Authorities>) -> Result<rustls::ClientConfig> {
    let roots = match authorities {
        Some(authorities) => authorities.roots().map_err(ServerError::Settings)?,
        None => of_the_machine(),
    };
    let provider = rustls::crypto::aws_lc_rs::default_provider();
    Ok(rustls::ClientConfig::builder_with_provider(provider.into())
        .with_safe_default_protocol_versions()
        .map_err(|error| ServerError::Settings(error.to_string()))?
        .with_root_certificates(roots)
        .with_no_client_auth())
}

fn of_the_machine() -> RootCertStore {
    let mut roots = RootCertStore::empty();
    let (added, ignored) = roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    tracing::debug!(added, ignored, "certificates of the system");
    roots
}

impl fmt::Debug for Authorities {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Authorities({})", self.count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_without_a_certificate_that_reads_is_refused_by_its_name() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("ca.pem");
        let broken = "-----BEGIN CERTIFICATE-----\nbm90IGEgY2VydGlmaWNhdGU=\n-----END CERTIFICATE-----\n";
        for content in ["", "hello", broken, &"x".repeat(5_000_000)] {
            std::fs::write(&path, content).expect("written");
            let error = Authorities::read(&path).expect_err("refused").to_string();
            assert!(error.contains("ca.pem"), "{error}");
        }
        assert!(Authorities::read(&folder.path().join("nowhere.pem")).is_err());
    }
}
