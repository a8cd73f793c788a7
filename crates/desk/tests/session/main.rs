//! The session, told as stories: what happens, and what must be seen and asked for then.
//!
//! **Invariant:** nothing here reaches behind events and effects; everything around the session is in [`support`].

#![cfg(test)]

mod accounts;
mod alerts;
mod bulk;
mod chips;
mod choosing;
mod composer;
mod conflicts;
mod drafts;
mod edits;
mod fields;
mod here;
mod leaving;
mod live;
mod own_work;
mod plan_forms;
mod plans;
mod recall;
mod sign_out;
mod simulator;
mod start;
mod stock;
mod storms;
mod support;
mod talk;
mod tiers;
mod toasts;
mod undo;
mod views;
mod waking;
mod world_holds;
