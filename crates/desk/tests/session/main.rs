//! The session, told as stories: what happens, and what must be seen and asked for then.
//!
//! **Invariant:** nothing here reaches behind events and effects; everything around the session is in [`support`].

#![cfg(test)]

mod accounts;
mod conflicts;
mod drafts;
mod edits;
mod leaving;
mod live;
mod recall;
mod start;
mod support;
mod toasts;
mod world_holds;
