//! What happened, line by line: the story of a seed, and its fingerprint.
//!
//! **Invariant:** a line holds nothing that another run of the same seed would say otherwise: no random name, no time but
//! the world's.

use std::sync::{Arc, Mutex, PoisonError};

use sha2::{Digest, Sha256};
use tokio::time::Instant;

/// How much of the story is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Telling {
    /// Nothing: fastest.
    Silent,
    /// Only its fingerprint.
    Fingerprint,
    /// All of it.
    Lines,
}

/// Where the story is told.
#[derive(Clone)]
pub struct Trace {
    telling: Telling,
    began: Instant,
    told: Arc<Mutex<Told>>,
}

#[derive(Default)]
struct Told {
    hash: Sha256,
    lines: Vec<String>,
}

impl Trace {
    /// A story that begins now.
    #[must_use]
    pub fn begin(telling: Telling) -> Self {
        Self { telling, began: Instant::now(), told: Arc::default() }
    }

    /// Adds a line.
    pub fn say(&self, who: &str, what: impl FnOnce() -> String) {
        if self.telling == Telling::Silent {
            return;
        }
        let at = self.began.elapsed();
        let line = format!("{:>7}.{:03} {who:<8} {}", at.as_secs(), at.subsec_millis(), what());
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        told.hash.update(line.as_bytes());
        told.hash.update(b"\n");
        if self.telling == Telling::Lines {
            told.lines.push(line);
        }
    }

    /// The fingerprint of all that was told.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        hex::encode(told.hash.clone().finalize())
    }

    /// All lines.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner).lines.clone()
    }
}
