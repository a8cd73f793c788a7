//! The console's pure middle. One [`Session`] holds all client state; [`Session::step`] takes what happened and
//! answers with what is to be done. It awaits nothing, reads no clock and draws no random number, so a test is a
//! list of events.
//!
//! | start reading at | holds |
//! |---|---|
//! | [`session::event`], [`session::effect`] | the two closed enums: all that can happen, all that can be asked for |
//! | [`bridge`] | what crosses to the window: commands in, updates out |
//! | [`session`] | the state, and one file per kind of event |
//! | [`edits`] | local work: drafts, the outbox, conflicts and the one law that decides them |
//! | [`notes`] | what else is kept for the person: drafts, decisions, what happened, views, settings |
//! | [`board`] | the rows and the views that windows cut from them |
//! | [`alerts`] | what calls the person: rules, storms, toasts, the record, what is unread |
//! | `simulator`, `form` | events that are told although nothing happened: the form, what became of one, the log |
//! | [`records`] | records that are edited as a whole: forms, newer versions, saves of unknown fate |
//! | [`plans`] | what is planned for tickets, edited so |
//! | [`rooms`] | which rooms deserve to be open, and what lets us in |
//!
//! **Invariant:** nothing here knows tokio, HTTP, SQL or Tauri.

pub mod alerts;
mod asking;
pub mod backoff;
pub mod board;
pub mod bridge;
mod clock;
pub mod edits;
mod form;
mod known;
pub mod link_state;
mod lookups;
pub mod notes;
mod own_lists;
mod plans;
pub mod policy;
pub mod presence;
mod records;
pub mod refresh;
pub mod rooms;
mod row;
pub mod session;
mod simulator;
mod talk;
mod ticket_view;
mod tones;
mod windows;

pub use policy::Policy;
pub use session::Session;
pub use session::effect::Effect;
pub use session::event::{Event, Moment};
