//! Ports of the loopback for programs that cannot say which one they took, or that come back at the same one.
//!
//! The system gives the upper ports to whoever asks for any: one that was just free may be taken before a program that
//! was told of it has started, or while it is restarted. So ours lie below, and who has one holds a lock on a file.
//!
//! **Invariant:** two that live at the same time never have the same port, also in different processes.

use std::fs::{File, TryLockError};
use std::net::{SocketAddr, TcpListener};
use std::ops::Range;

use anyhow::{Context, Result, bail};

use crate::programs::leavings;

/// Below those that Linux gives out by itself, above those that programs are known by.
const OURS: Range<u16> = 20_000..32_000;

/// A port that is one's own.
#[derive(Debug)]
pub struct Port {
    number: u16,
    _claim: File,
}

impl Port {
    /// Takes one on which nobody listens.
    pub fn claim() -> Result<Self> {
        let folder = leavings("ports")?;
        let count = u32::from(OURS.end - OURS.start);
        // Each process begins to look elsewhere, so that they seldom meet.
        let first = std::process::id().wrapping_mul(97) % count;
        for step in 0..count {
            let number = OURS.start + u16::try_from((first + step) % count)?;
            let claim = File::create(folder.join(number.to_string())).context("claiming a port")?;
            match claim.try_lock() {
                Ok(()) if TcpListener::bind(("127.0.0.1", number)).is_ok() => {
                    return Ok(Self { number, _claim: claim });
                }
                Ok(()) | Err(TryLockError::WouldBlock) => {}
                Err(TryLockError::Error(error)) => return Err(error).context("claiming a port"),
            }
        }
        bail!("every port from {} to {} is taken", OURS.start, OURS.end)
    }

    /// Its number.
    #[must_use]
    pub fn number(&self) -> u16 {
        self.number
    }

    /// Where whoever listens there is reached.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], self.number))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_two_have_the_same() -> Result<()> {
        let ports: Vec<_> = (0..50).map(|_| Port::claim()).collect::<Result<_>>()?;
        let numbers: BTreeSet<_> = ports.iter().map(Port::number).collect();
        assert_eq!(numbers.len(), ports.len());
        Ok(())
    }

    #[test]
    fn one_on_which_somebody_listens_is_not_taken() -> Result<()> {
        let first = Port::claim()?;
        let _stranger = TcpListener::bind(first.address())?;
        let number = first.number();
        drop(first);
        assert_ne!(Port::claim()?.number(), number);
        Ok(())
    }
}
