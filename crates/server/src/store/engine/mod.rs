//! Who executes the store's statements.
//!
//! It exists so that an engine is what differs between databases and nothing more: connections, threads, commits,
//! and the way to the newest schema.
//!
//! **Invariant:** no statement about tickets, people or anything else that the store is about stands in here.

mod queue;
pub(super) mod sqlite;
