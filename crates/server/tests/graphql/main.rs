//! GraphQL as a program meets it: over HTTP, and over real sockets that speak `graphql-transport-ws`.
//!
//! **Invariant:** nothing of the server is imitated; a test waits for a fact, with a deadline.

#![allow(clippy::expect_used, clippy::panic, reason = "a helper of tests fails loudly")]

mod closes;
mod events;
mod isolation;
mod limits;
mod npm;
mod peer;
mod requests;
mod schema;
mod sight;
mod together;
#[path = "../two_companies/mod.rs"]
mod two_companies;
mod world;
