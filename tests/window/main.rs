//! What a dispatcher sees: real consoles on a real (if unseen) screen against a real server.
//!
//! | module | promises |
//! |---|---|
//! | [`keys`] | connecting to a server, and where the key goes |
//! | [`habits`] | how the program behaves on this machine, as the person chose it |
//! | [`live`] | what a colleague does reaches this window |
//! | [`cells`] | fields are set in their cells on the board |
//! | [`conflict`] | two who choose at once are asked, and nobody's work is lost |
//! | [`events`] | an event of which nothing happened is sent by its form and seen to arrive |
//! | [`keyboard`] | everything is done without a pointer |
//! | [`gallery`] | every primitive in every state, in both themes |
//! | [`newcomer`] | the first five minutes, as the README tells them |
//! | [`own_work`] | one's own work: what needs a decision, what waits, what is said, many at once |
//! | [`plans`] | what is planned for a ticket, and two who plan at once |
//! | [`outage`] | a server or a network that goes away is survived |
//! | [`safety`] | a ticket's words are words, and the window talks to nobody |
//! | [`starts`] | the first start, the second one, and windows that come and go |
//! | [`toasts`] | what calls the person outside of the window |
//! | [`tray`] | the icon in the panel and its menu |
//! | [`size`] | ten thousand tickets, and everybody can use them |
//!
//! **Invariant:** every wait is for a fact; a failure leaves pictures and logs in `target/window-tests/`.

mod cells;
mod conflict;
mod events;
mod gallery;
mod habits;
mod keyboard;
mod keys;
mod live;
mod newcomer;
mod outage;
mod own_work;
mod plans;
mod readable;
mod safety;
mod size;
mod starts;
mod toasts;
mod tray;

/// Enough for a full screen, few enough to load at once.
const SOME_TICKETS: u32 = 60;
