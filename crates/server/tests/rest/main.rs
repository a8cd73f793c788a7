//! The REST API through the very router that the program serves, over a real database file.

#![allow(clippy::expect_used, clippy::panic, reason = "a helper of tests fails loudly")]

mod access;
mod administration;
mod agreed;
mod bulk;
mod bundles;
mod capacity;
mod close_rules;
mod comments;
mod demo;
mod durability;
mod events;
mod feed;
mod guard;
mod lists;
mod lookups;
mod openapi;
mod opening;
mod people;
#[cfg(unix)]
mod program;
mod reach;
mod records;
mod refusals;
mod removal;
mod routes;
mod schedules;
mod search;
mod service_levels;
mod sight;
mod tokens;
mod world;
mod writes;
