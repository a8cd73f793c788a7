//! One person behind one socket, as rooms know them.
//!
//! It exists so that a thousand rooms of one socket share one description of who is in them.
//!
//! **Invariant:** it never changes: whoever may do more or less than before is another guest.

use std::sync::Arc;

use super::presence::Face;
use crate::auth::Caller;
use crate::auth::access::Placement;

/// Somebody who passed the gate.
#[derive(Debug)]
pub(super) struct Guest {
    pub(super) caller: Caller,
    pub(super) face: Face,
    /// The id once more, as seats keep it.
    pub(super) name: Arc<str>,
}

impl Guest {
    pub(super) fn new(caller: Caller) -> Self {
        Self { face: Face::of(&caller), name: caller.user.as_str().into(), caller }
    }

    /// Whether a ticket that lies there may be seen. Where nobody knows where it lies, only who may see all may.
    pub(super) fn sees(&self, placement: Option<&Placement>) -> bool {
        let access = &self.caller.access;
        access.reads(placement.unwrap_or(&Placement::default()))
    }
}
