//! What the store says to its database, topic by topic.
//!
//! **Invariant:** everything here is in the dialect of [`super::sql`], and nothing without a tenant but the outbox and
//! what belongs to no company.

mod agreements;
pub(super) mod changes;
mod choice;
mod clocks;
mod closing;
mod columns;
pub(super) mod company;
pub(super) mod counts;
pub(super) mod details;
mod facts;
pub(super) mod flags;
mod idempotency;
pub(super) mod lookups;
pub(super) mod opening;
pub(super) mod outbox;
pub(super) mod people;
pub(super) mod planning;
mod reach;
mod record;
pub(super) mod removal;
pub(super) mod save;
pub(super) mod schedules;
pub(super) mod tickets;
pub(super) mod versions;
