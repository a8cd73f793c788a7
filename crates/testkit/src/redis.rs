//! A real Redis, without a disk, for as long as its owner lives.
//!
//! **Invariant:** it listens on the loopback alone and keeps nothing.

use std::net::{SocketAddr, TcpListener};
use std::process::Command;

use anyhow::{Context, Result};
use tempfile::TempDir;

use crate::process::Process;
use crate::server::accepts;

/// A running Redis.
#[derive(Debug)]
pub struct Redis {
    process: Process,
    address: SocketAddr,
    _home: TempDir,
}

impl Redis {
    /// Starts one on a free port and waits until it accepts.
    pub async fn start() -> Result<Self> {
        let home = tempfile::tempdir().context("a folder for Redis")?;
        let address = free_address()?;
        let mut command = Command::new("redis-server");
        command
            .args(["--bind", "127.0.0.1", "--port", &address.port().to_string()])
            .args(["--save", "", "--appendonly", "no"])
            .current_dir(home.path());
        let process = Process::start("redis", &mut command, home.path())?;
        accepts(address).await?;
        Ok(Self { process, address, _home: home })
    }

    /// Its address, as programs are told it.
    #[must_use]
    pub fn url(&self) -> String {
        format!("redis://{}", self.address)
    }

    /// Its process.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.process.pid()
    }
}

/// An address of the loopback at which nobody listens right now, for programs that cannot say which port they took.
pub(crate) fn free_address() -> Result<SocketAddr> {
    let probe = TcpListener::bind(("127.0.0.1", 0)).context("looking for a free port")?;
    probe.local_addr().context("the port that was found")
}
