//! What the store says to its database, topic by topic.
//!
//! **Invariant:** everything here is in the dialect of [`super::sql`], and nothing without a tenant but the outbox and
//! what belongs to no company.

mod agreements;
pub(super) mod bundles;
pub(super) mod bundling;
mod capacity;
pub(super) mod changes;
mod choice;
mod clocks;
mod closing;
mod columns;
pub(super) mod comments;
pub(super) mod company;
mod copying;
pub(super) mod counts;
pub(super) mod details;
pub(super) mod directory;
pub(super) mod events;
mod facts;
pub(super) mod flags;
pub(super) mod idempotency;
pub(super) mod keys;
pub(super) mod lookups;
pub(super) mod members;
pub(super) mod opening;
pub(super) mod outbox;
pub(super) mod outlets;
pub(super) mod overdue;
pub(super) mod people;
pub(super) mod planning;
pub(super) mod promises;
mod reach;
pub(super) mod reactions;
mod record;
pub(super) mod removal;
pub(super) mod save;
pub(super) mod schedules;
pub(super) mod tickets;
pub(super) mod versions;
pub(super) mod webhooks;
pub(super) mod witness;
