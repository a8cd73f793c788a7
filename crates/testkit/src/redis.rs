//! A real Redis, without a disk, for as long as its owner lives.
//!
//! **Invariant:** it listens on the loopback alone and keeps nothing.

use std::net::SocketAddr;
use std::process::Command;

use anyhow::{Context, Result};
use tempfile::TempDir;

use crate::authority::Authority;
use crate::port::Port;
use crate::process::Process;
use crate::server::accepts;

/// A running Redis.
#[derive(Debug)]
pub struct Redis {
    process: Process,
    port: Port,
    encrypted: bool,
    home: TempDir,
}

impl Redis {
    /// Starts one on a free port and waits until it accepts.
    pub async fn start() -> Result<Self> {
        Self::with(None).await
    }

    /// One that speaks nothing but TLS, with a certificate of this authority.
    pub async fn encrypted(authority: &Authority) -> Result<Self> {
        Self::with(Some(authority)).await
    }

    async fn with(authority: Option<&Authority>) -> Result<Self> {
        let home = tempfile::tempdir().context("a folder for Redis")?;
        let port = Port::claim()?;
        if let Some(authority) = authority {
            authority.equip(home.path())?;
        }
        let encrypted = authority.is_some();
        let process = run(&home, port.address(), encrypted).await?;
        Ok(Self { process, port, encrypted, home })
    }

    /// Its address, as programs are told it.
    #[must_use]
    pub fn url(&self) -> String {
        format!("{}://{}", if self.encrypted { "rediss" } else { "redis" }, self.port.address())
    }

    /// Its process.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.process.pid()
    }

    /// Kills it, as a power cut would. It has forgotten everything then.
    pub fn kill(&mut self) {
        self.process.kill();
    }

    /// Starts it again at the same address, after it was killed.
    pub async fn start_again(&mut self) -> Result<()> {
        self.process = run(&self.home, self.port.address(), self.encrypted).await?;
        Ok(())
    }
}

async fn run(home: &TempDir, address: SocketAddr, encrypted: bool) -> Result<Process> {
    let port = address.port().to_string();
    let mut command = Command::new("redis-server");
    command.args(["--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]).current_dir(home.path());
    if encrypted {
        command.args(["--port", "0", "--tls-port", &port, "--tls-auth-clients", "no"]);
        command.args(["--tls-cert-file", "server.pem", "--tls-key-file", "server.key"]);
        command.args(["--tls-ca-cert-file", "server.pem"]);
    } else {
        command.args(["--port", &port]);
    }
    let process = Process::start("redis", &mut command, home.path())?;
    accepts(address).await?;
    Ok(process)
}
