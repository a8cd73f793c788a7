//! Somebody who vouches for servers: a certificate authority of a test's own, and certificates for the loopback.
//!
//! Made by the `openssl` program, so that what our servers check was not written by what they check it with.
//!
//! **Invariant:** keys live in a folder of the test and go with it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use tempfile::TempDir;

/// An authority with one certificate for `127.0.0.1` and `localhost`.
#[derive(Debug)]
pub struct Authority {
    folder: TempDir,
}

impl Authority {
    /// A fresh one.
    pub fn new() -> Result<Self> {
        let authority = Self { folder: tempfile::tempdir().context("a folder for keys")? };
        fs::write(
            authority.file("names"),
            "subjectAltName=DNS:localhost,IP:127.0.0.1\nbasicConstraints=CA:FALSE\n",
        )?;
        authority.openssl("req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=authority \
            -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign -keyout ca.key -out ca.pem")?;
        authority.openssl(
            "req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=localhost \
            -keyout server.key -out server.csr",
        )?;
        authority.openssl(
            "x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 \
            -extfile names -out server.pem",
        )?;
        Ok(authority)
    }

    /// Its own certificate: what whoever trusts it has to know.
    #[must_use]
    pub fn certificate(&self) -> PathBuf {
        self.file("ca.pem")
    }

    /// Puts the certificate and the key of a server into a folder, and says where.
    pub(crate) fn equip(&self, folder: &Path) -> Result<(PathBuf, PathBuf)> {
        let pair = (folder.join("server.pem"), folder.join("server.key"));
        fs::copy(self.file("server.pem"), &pair.0)?;
        fs::copy(self.file("server.key"), &pair.1)?;
        Ok(pair)
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn openssl(&self, arguments: &str) -> Result<()> {
        let output = Command::new("openssl")
            .args(arguments.split_whitespace())
            .current_dir(self.folder.path())
            .stdin(Stdio::null())
            .output()
            .context("no openssl here: `cargo xtask test` installs it where there is apt")?;
        ensure!(output.status.success(), "openssl {arguments}: {}", String::from_utf8_lossy(&output.stderr));
        Ok(())
    }
}
