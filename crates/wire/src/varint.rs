//! The three primitives of lib0 that the protocol is made of.
//!
//! | name | bytes |
//! |---|---|
//! | `varUint` | seven bits a byte, least first, high bit set on all but the last |
//! | `varUint8Array` | `varUint` length, then that many bytes |
//! | `varString` | the same, and the bytes are UTF-8 |
//!
//! The reader lends out slices of the input, so a length that lies costs nothing: it is compared with what is left
//! before anything is done with it.
//!
//! **Invariant:** no allocation on the way in.

use crate::error::WireError;
use crate::limits::INTEGER_MAX;

/// Reads from the front of a slice.
#[derive(Clone, Debug)]
pub struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    /// Starts at the first byte.
    #[must_use]
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// Whether all has been read.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// How many bytes are left.
    #[must_use]
    pub const fn left(&self) -> usize {
        self.rest.len()
    }

    /// Reads a `varUint`.
    pub fn uint(&mut self) -> Result<u64, WireError> {
        let mut value = 0_u64;
        for shift in (0..u64::BITS).step_by(7) {
            let (&byte, rest) = self.rest.split_first().ok_or(WireError::Truncated)?;
            self.rest = rest;
            let bits = u64::from(byte & 0x7f);
            // Eight groups of seven bits reach past 2^53, so the value is checked before a bit can be shifted out.
            if bits > INTEGER_MAX >> shift.min(INTEGER_MAX.count_ones()) {
                return Err(WireError::IntegerTooLarge);
            }
            value |= bits.checked_shl(shift).unwrap_or(0);
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(WireError::IntegerTooLarge)
    }

    /// Reads a `varUint8Array` of at most `max` bytes; `what` names it in the error.
    pub fn bytes(&mut self, max: usize, what: &'static str) -> Result<&'a [u8], WireError> {
        let length = usize::try_from(self.uint()?).map_err(|_| WireError::TooLong(what))?;
        if length > max {
            return Err(WireError::TooLong(what));
        }
        let (bytes, rest) = self.rest.split_at_checked(length).ok_or(WireError::Truncated)?;
        self.rest = rest;
        Ok(bytes)
    }

    /// Reads a `varString` of at most `max` bytes; `what` names it in the error.
    pub fn text(&mut self, max: usize, what: &'static str) -> Result<&'a str, WireError> {
        std::str::from_utf8(self.bytes(max, what)?).map_err(|_| WireError::NotUtf8)
    }
}

/// Writes a `varUint`.
pub fn put_uint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Writes a `varUint8Array`.
pub fn put_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    put_uint(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

/// Writes a `varString`.
pub fn put_text(out: &mut Vec<u8>, text: &str) {
    put_bytes(out, text.as_bytes());
}
